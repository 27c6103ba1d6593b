//! The readers and the split on the real set, where it is at hand: Kaggle's
//! schema as `../shared/mnist/train.csv.gz` and `test.csv.gz` beside the
//! checkout. Elsewhere these tests say so and pass.
#![cfg(not(target_arch = "wasm32"))]

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use inkling::data::Dataset;
use inkling::data::reader::DatasetReader;
use inkling::data::split::stratified_split;
use serde::Deserialize;
use sha2::{Digest, Sha256};

#[derive(Deserialize)]
struct Fixture {
    real: Option<Real>,
}

#[derive(Deserialize)]
struct Real {
    labels_sha256: String,
    counts: [u32; 10],
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    share: f64,
    seed: u32,
    num_train: usize,
    num_validation: usize,
    train_sha256: String,
    validation_sha256: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The data set in `name`, unpacked by gzip and pushed as it comes.
fn real_data(name: &str) -> Option<Dataset> {
    let file = root().join("../shared/mnist").join(name);
    if !file.exists() {
        eprintln!("skipped: {} is absent", file.display());
        return None;
    }
    let mut gzip = Command::new("gzip")
        .arg("-dc")
        .arg(&file)
        .stdout(Stdio::piped())
        .spawn()
        .expect("gzip runs");
    let mut output = gzip.stdout.take().expect("its output is piped");
    let mut reader = DatasetReader::new(name);
    let mut chunk = vec![0; 1 << 16];
    loop {
        match output.read(&mut chunk).expect("gzip's output can be read") {
            0 => break,
            length => reader
                .push(&chunk[..length])
                .expect("the real file is fine"),
        };
    }
    assert!(gzip.wait().expect("gzip ends").success());
    Some(reader.finish().expect("the real file is fine"))
}

fn sha256(values: impl IntoIterator<Item = u32>) -> String {
    let mut hash = Sha256::new();
    values
        .into_iter()
        .for_each(|value| hash.update(value.to_le_bytes()));
    hash.finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

// The oracle is scikit-learn on the same labels: tests/fixtures/split.json.
#[test]
fn the_real_labels_are_split_as_scikit_learn_does() {
    let Some(data) = real_data("train.csv.gz") else {
        return;
    };
    let text = std::fs::read_to_string(root().join("tests/fixtures/split.json")).unwrap();
    let real = serde_json::from_str::<Fixture>(&text)
        .unwrap()
        .real
        .expect("made with the real set");
    assert_eq!(data.num_rows(), 42_000);
    assert_eq!(data.class_counts(), real.counts);
    let labels = data.labels();
    assert_eq!(
        sha256(labels.iter().map(|&label| label.into())),
        real.labels_sha256
    );
    assert_eq!(real.cases.len(), 20);
    for case in real.cases {
        let split = stratified_split(labels, case.share, case.seed).unwrap();
        let name = format!("share {}, seed {}", case.share, case.seed);
        let lengths = (split.train.len(), split.validation.len());
        assert_eq!(lengths, (case.num_train, case.num_validation), "{name}");
        assert_eq!(sha256(split.train), case.train_sha256, "{name}");
        assert_eq!(sha256(split.validation), case.validation_sha256, "{name}");
    }
}

// Written once more without the reader's cleverness: split at commas, parse.
#[test]
fn the_real_test_set_is_read_as_it_is_written() {
    let Some(data) = real_data("test.csv.gz") else {
        return;
    };
    let file = root().join("../shared/mnist/test.csv.gz");
    let text = Command::new("gzip")
        .arg("-dc")
        .arg(file)
        .output()
        .unwrap()
        .stdout;
    let text = String::from_utf8(text).unwrap();
    let mut num_rows = 0;
    for (row, line) in text.lines().skip(1).enumerate() {
        let mut fields: Vec<u8> = line
            .split(',')
            .map(|field| field.parse().unwrap())
            .collect();
        if data.has_labels() {
            assert_eq!(data.label(row), Some(fields.remove(0)));
        }
        assert_eq!(data.image(row), fields, "row {row}");
        num_rows += 1;
    }
    assert_eq!((num_rows, data.num_rows()), (10_000, 10_000));
}
