//! What settings and data come to, to the last bit, on every target and in every build:
//! the bits of `tests/fixtures/numerics.json`, which the engine in WebAssembly gave.
//! `tests/unit/numerics.test.mjs` runs the same cases by the engine that ships.
#![cfg(feature = "ndarray")]

use std::collections::BTreeMap;
use std::io::Read;
use std::rc::Rc;

use inkling::config::Plan;
use inkling::data::reader::DatasetReader;
use inkling::data::{Dataset, Task};
use inkling::math::{self, NUMERICS_VERSION};
use inkling::message::{EpochRecord, Event, RunConfig, TaskSummary};
use inkling::nn::device;
use inkling::rng::RandomState;
use inkling::train::evaluation::evaluate;
use inkling::train::trainer::Trainer;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use wasm_bindgen_test::wasm_bindgen_test;

#[derive(Deserialize)]
struct Fixture {
    numerics_version: u32,
    /// Held-out images whose probabilities are compared.
    predicted: usize,
    functions: BTreeMap<String, String>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    data: String,
    config: RunConfig,
    expected: Outcome,
}

/// Bits of 64-bit floats as 16 hexadecimal digits.
#[derive(Debug, PartialEq, Deserialize)]
struct Outcome {
    data_checksum: String,
    outcome: String,
    weights_checksum: String,
    curve: Vec<Vec<String>>,
    clean: String,
    probabilities: String,
    evaluation_loss: String,
}

fn fixture() -> Fixture {
    serde_json::from_str(include_str!("../../tests/fixtures/numerics.json")).unwrap()
}

fn bits(value: f64) -> String {
    format!("{:016x}", value.to_bits())
}

fn hex(hash: Sha256) -> String {
    let hash = hash.finalize();
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The sets that cases name, all made of the sample that ships, as
/// `tests/unit/numerics_cases.mjs` makes them.
fn sets() -> BTreeMap<&'static str, Rc<Dataset>> {
    const HEAD: usize = 2000;
    let mut text = Vec::new();
    let packed = &include_bytes!("../../data/sample.csv.gz")[..];
    flate2::read::GzDecoder::new(packed)
        .read_to_end(&mut text)
        .unwrap();
    let mut reader = DatasetReader::new("sample.csv");
    reader.push(&text).unwrap();
    let whole = reader.finish().unwrap();
    let pixels = &whole.pixels()[..784 * HEAD];
    let labels = &whole.labels()[..HEAD];

    let made = |task: Task, pixels: Vec<u8>, labels: Vec<u8>| {
        Rc::new(Dataset::from_parts("made", task, pixels, labels).unwrap())
    };
    let task = |side: u32, num_classes: u32, full_ink: f64| {
        let classes = (0..num_classes).map(|class| class.to_string()).collect();
        let summary = TaskSummary {
            side,
            classes,
            full_ink,
            is_drawn: true,
            normalisation: None,
        };
        Task::try_from(&summary).unwrap()
    };
    let mut eight = Vec::with_capacity(64 * HEAD);
    for image in pixels.chunks_exact(784) {
        for place in 0..64 {
            let (y, x) = (place / 8, place % 8);
            eight.push(image[28 * (7 * y / 2 + 1) + 7 * x / 2 + 1]);
        }
    }
    let (mut turned, mut classes) = (pixels.to_vec(), labels.to_vec());
    for row in (1..HEAD).step_by(2) {
        classes[row] += 10;
        for at in 0..784 {
            turned[784 * row + at] = pixels[784 * row + 28 * (at % 28) + at / 28];
        }
    }
    let paper = pixels.iter().map(|pixel| 255 - pixel).collect();
    BTreeMap::from([
        (
            "small",
            made(Task::mnist(), pixels.to_vec(), labels.to_vec()),
        ),
        ("paper", made(Task::mnist(), paper, labels.to_vec())),
        ("eight", made(task(8, 10, 16.0), eight, labels.to_vec())),
        ("turned", made(task(28, 20, 255.0), turned, classes)),
        ("sample", Rc::new(whole)),
    ])
}

fn figures(record: &EpochRecord) -> Vec<String> {
    [
        Some(record.train_loss),
        Some(record.train_accuracy),
        Some(record.validation_loss),
        Some(record.validation_accuracy),
        record.clean_loss,
        record.clean_accuracy,
    ]
    .into_iter()
    .flatten()
    .map(bits)
    .collect()
}

async fn outcome_of(data: &Rc<Dataset>, config: &RunConfig, predicted: usize) -> Outcome {
    let device = device::open().await.unwrap();
    let plan = Plan::try_from(config).unwrap();
    let mut trainer = Trainer::new(plan, data.clone(), &device).unwrap();
    let result = loop {
        let mut events = trainer.next(50.0).await.unwrap();
        if let Some(Event::Ended(result)) = events.pop() {
            break result;
        }
    };
    assert_eq!(result.numerics_version, NUMERICS_VERSION);
    let rows: Vec<usize> = trainer
        .split()
        .validation
        .iter()
        .take(predicted)
        .map(|&row| row as usize)
        .collect();
    let pixels: Vec<u8> = rows
        .iter()
        .flat_map(|&row| data.image(row))
        .copied()
        .collect();
    let labels: Vec<u8> = rows.iter().map(|&row| data.labels()[row]).collect();
    let probabilities = trainer.predict(&pixels).await.unwrap();
    let mut hash = Sha256::new();
    probabilities
        .iter()
        .for_each(|value| hash.update(value.to_le_bytes()));
    let evaluation = evaluate(&probabilities, &labels, data.task().num_classes()).unwrap();
    Outcome {
        data_checksum: data.summary().checksum,
        outcome: format!("{:?}", result.outcome).to_lowercase(),
        weights_checksum: result.weights_checksum,
        curve: result.history.iter().map(figures).collect(),
        clean: bits(result.clean.unwrap().loss),
        probabilities: hex(hash),
        evaluation_loss: bits(evaluation.loss),
    }
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn settings_and_data_give_the_bits_of_the_numerics_version() {
    let fixture = fixture();
    assert_eq!(
        fixture.numerics_version, NUMERICS_VERSION,
        "the fixture is of another version: run scripts/make_numerics.mjs"
    );
    assert!(fixture.cases.len() >= 12);
    check_bits(&fixture, "alone").await;
}

/// A run is the same to the last bit however many threads share its work.
#[cfg(not(target_family = "wasm"))]
#[pollster::test]
async fn threads_give_the_bits_of_one() {
    for num in [2, 3] {
        inkling::team::grow_to(num).unwrap();
        assert_eq!(inkling::team::size(), num);
        check_bits(&fixture(), &format!("{num} threads")).await;
    }
}

async fn check_bits(fixture: &Fixture, who: &str) {
    let sets = sets();
    for case in &fixture.cases {
        let found = outcome_of(&sets[&*case.data], &case.config, fixture.predicted).await;
        assert_eq!(
            found, case.expected,
            "{}, {who}: other bits than those of numerics version {NUMERICS_VERSION}. A change \
             of bits is a decision, and raises it",
            case.name
        );
    }
}

/// Inputs of all sizes: any bits, and everyday numbers.
fn inputs() -> impl Iterator<Item = f64> {
    let mut rng = RandomState::new(2026);
    (0..20_000).map(move |index| match index % 2 {
        0 => f64::from_bits(u64::from(rng.next_u32()) << 32 | u64::from(rng.next_u32())),
        _ => rng.uniform(-40.0, 40.0),
    })
}

#[wasm_bindgen_test(unsupported = test)]
fn functions_have_the_bits_of_the_numerics_version() {
    let of = |function: &dyn Fn(f64, f64) -> f64| {
        let mut hash = Sha256::new();
        let mut rng = RandomState::new(7);
        for x in inputs() {
            let value = function(x, rng.uniform(-9.0, 60.0));
            // No number has bits of its own on every machine.
            let value = if value.is_nan() { f64::INFINITY } else { value };
            hash.update(value.to_le_bytes());
        }
        hex(hash)
    };
    let of_32 = |function: fn(f32) -> f32| of(&|x, _| f64::from(function(x as f32)));
    let found = BTreeMap::from([
        ("exp_f32", of_32(math::exp_f32)),
        ("ln_f32", of_32(|x| math::ln_f32(x.abs()))),
        ("exp", of(&|x, _| math::exp(x))),
        ("ln", of(&|x, _| math::ln(x.abs()))),
        ("log10", of(&|x, _| math::log10(x.abs()))),
        ("cos", of(&|x, _| math::cos(x))),
        ("powf", of(&|x, y| math::powf(x.abs(), y))),
        ("powi", of(&|x, y| math::powi(x, y as i32))),
    ]);
    let found: BTreeMap<String, String> = found
        .into_iter()
        .map(|(name, hash)| (name.into(), hash))
        .collect();
    assert_eq!(found, fixture().functions);
}

/// Rust's own powers are those that WebAssembly has run until now.
#[wasm_bindgen_test(unsupported = test)]
#[allow(clippy::disallowed_methods)]
fn powers_are_taken_as_rust_takes_them() {
    for (at, x) in inputs().enumerate() {
        let power = std::hint::black_box(at as i32 % 47 - 23);
        assert_eq!(
            math::powi(x, power).to_bits(),
            x.powi(power).to_bits(),
            "{x}^{power}"
        );
    }
}
