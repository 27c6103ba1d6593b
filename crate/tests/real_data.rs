//! The readers, the split and the pad's preparation of ink on the real set, where it is at hand: Kaggle's
//! schema as `../shared/mnist/train.csv.gz` and `test.csv.gz` beside the
//! checkout. Elsewhere these tests say so and pass.
#![cfg(not(target_arch = "wasm32"))]

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::rc::Rc;

use inkling::config::Plan;
use inkling::data::ink::{SIDE, prepare_ink};
use inkling::data::reader::DatasetReader;
use inkling::data::split::stratified_split;
use inkling::data::{Dataset, NUM_PIXELS, Task};
use inkling::message::RunConfig;
use inkling::nn::device;
use inkling::train::trainer::Trainer;
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
        let split = stratified_split(labels, &Task::mnist(), case.share, case.seed).unwrap();
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

/// A pad's side as the page draws on it, in pixels.
const PAD_SIDE: usize = 280;

/// An image drawn on an empty pad, `size` pixels on a side with its upper left
/// corner at `(left, top)`, as smooth as a stroke (bilinear).
fn ink_of(image: &[u8], size: usize, (left, top): (usize, usize)) -> Vec<u8> {
    let mut ink = vec![0; PAD_SIDE * PAD_SIDE];
    let at = |x: isize, y: isize| {
        let is_inside = (0..SIDE as isize).contains(&x) && (0..SIDE as isize).contains(&y);
        if is_inside {
            f32::from(image[y as usize * SIDE + x as usize])
        } else {
            0.0
        }
    };
    for y in 0..size.min(PAD_SIDE - top) {
        for x in 0..size.min(PAD_SIDE - left) {
            let place = |v: usize| (v as f32 + 0.5) * SIDE as f32 / size as f32 - 0.5;
            let (fx, fy) = (place(x), place(y));
            let (x0, y0) = (fx.floor(), fy.floor());
            let (dx, dy) = (fx - x0, fy - y0);
            let (x0, y0) = (x0 as isize, y0 as isize);
            let upper = at(x0, y0) * (1.0 - dx) + at(x0 + 1, y0) * dx;
            let lower = at(x0, y0 + 1) * (1.0 - dx) + at(x0 + 1, y0 + 1) * dx;
            ink[(top + y) * PAD_SIDE + left + x] = (upper * (1.0 - dy) + lower * dy).round() as u8;
        }
    }
    ink
}

// What the pad promises: the size of a digit and its place on the pad do not
// matter, since ink is prepared as MNIST's digits were.
#[pollster::test]
async fn test_images_drawn_at_other_sizes_and_places_are_read_as_well() {
    let (Some(train), Some(test)) = (real_data("train.csv.gz"), real_data("test.csv.gz")) else {
        return;
    };
    const NUM_IMAGES: usize = 4_000;
    let config = RunConfig {
        epochs: 4.0,
        learning_rate: 0.1,
        ..RunConfig::default()
    };
    let device = device::open().await.unwrap();
    let plan = Plan::try_from(&config).unwrap();
    let mut trainer = Trainer::new(plan, Rc::new(train), &device).unwrap();
    while !trainer.next(1e3).await.unwrap().is_empty() {}

    let labels = &test.labels()[..NUM_IMAGES];
    let images: Vec<u8> = (0..NUM_IMAGES)
        .flat_map(|row| test.image(row).to_vec())
        .collect();
    let mut accuracy = async |pixels: &[u8]| {
        let probabilities = trainer.predict(pixels).await.unwrap();
        let num_right = probabilities
            .chunks(10)
            .zip(labels)
            .filter(|(row, label)| (0..10).all(|class| row[usize::from(**label)] >= row[class]))
            .count();
        num_right as f64 / NUM_IMAGES as f64
    };
    let original = accuracy(&images).await;
    assert!(
        original > 0.95,
        "the model reads {original} of the images as they are"
    );
    for (size, corner) in [
        (280, (0, 0)),
        (140, (10, 120)),
        (84, (180, 30)),
        (200, (70, 5)),
    ] {
        let drawn: Vec<u8> = images
            .chunks(NUM_PIXELS)
            .flat_map(|image| {
                prepare_ink(&ink_of(image, size, corner), PAD_SIDE, PAD_SIDE).unwrap()
            })
            .collect();
        let found = accuracy(&drawn).await;
        println!("{size} pixels at {corner:?}: {found}, as they are {original}");
        assert!(
            original - found <= 0.015,
            "drawn {size} pixels wide at {corner:?}, {found} are read, {original} as they are"
        );
    }
}
