//! Trains the same settings again and again, and writes what differs from run to run:
//! the fixture on which the study's statistics are proved.
//!
//! ```sh
//! cargo run --release --example repeated_runs -- train.csv.gz \
//!     > tests/fixtures/repeated_runs.jsonl
//! ```
//!
//! The file is Kaggle's `train.csv`, packed by gzip or not. The first line of the output
//! says what was run; each further line is one run. Seeds go round by round over all
//! settings, so that a file that was cut short is still of all of them alike. With two
//! more arguments only the seeds from the first to the second are run, with four only the
//! settings from the third to the fourth, from 0: several processes share the work, and
//! one goes on where another was stopped. Of the fixture that is kept, the first sixteen
//! settings have 10 to 60 seeds, most of them by an earlier version whose weights differ in
//! the last bits, and the others 20 to 100.

use std::error::Error;
use std::io::{self, Read, Write};
use std::process::{Command, Stdio};
use std::rc::Rc;

use inkling::config::Plan;
use inkling::data::Dataset;
use inkling::data::reader::DatasetReader;
use inkling::message::{Event, Optimiser, RunConfig, RunResult, read_bits};
use inkling::nn::device;
use inkling::train::trainer::Trainer;
use serde_json::{Value, json};

/// Epochs of every run.
const NUM_EPOCHS: f64 = 5.0;
/// The split of every run but those that vary it.
const SPLIT_SEED: u32 = 42;

/// A setting and how often it is run.
struct Setting {
    label: &'static str,
    config: RunConfig,
    /// Seeds, from 1, on the one split.
    num_seeds: u32,
    /// Seeds whose split follows them.
    num_splits: u32,
    /// Rows of the file, from the first.
    num_rows: u32,
}

/// The defaults at `learning_rate`.
fn rate(label: &'static str, learning_rate: f64) -> Setting {
    let config = RunConfig {
        epochs: NUM_EPOCHS,
        learning_rate,
        ..RunConfig::default()
    };
    Setting {
        label,
        config,
        num_seeds: 20,
        num_splits: 0,
        num_rows: u32::MAX,
    }
}

/// The defaults at `learning_rate`, on the first 3,000 rows.
fn few(label: &'static str, learning_rate: f64, epochs: f64) -> Setting {
    rate(label, learning_rate)
        .epochs(epochs)
        .rows(3_000)
        .often(100, 0)
}

impl Setting {
    fn dropout(mut self, dropout: f64) -> Self {
        self.config.dropout = dropout;
        self
    }

    fn momentum(mut self, momentum: f64) -> Self {
        self.config.momentum = momentum;
        self
    }

    fn layer_norm(mut self) -> Self {
        self.config.layer_norm = true;
        self
    }

    fn batch_size(mut self, batch_size: f64) -> Self {
        self.config.batch_size = batch_size;
        self
    }

    fn hidden_layers(mut self, widths: &str) -> Self {
        self.config.hidden_layers = widths.into();
        self
    }

    fn epochs(mut self, epochs: f64) -> Self {
        self.config.epochs = epochs;
        self
    }

    fn optimiser(mut self, optimiser: Optimiser) -> Self {
        self.config.optimiser = optimiser;
        self
    }

    fn rows(mut self, num_rows: u32) -> Self {
        self.num_rows = num_rows;
        self
    }

    fn often(mut self, num_seeds: u32, num_splits: u32) -> Self {
        self.num_seeds = num_seeds;
        self.num_splits = num_splits;
        self
    }
}

fn settings() -> Vec<Setting> {
    vec![
        rate("rate 0.1", 0.1).often(60, 20),
        rate("rate 0.3", 0.3).often(60, 0),
        rate("rate 0.1, dropout 0.1", 0.1)
            .dropout(0.1)
            .often(60, 100),
        rate("rate 0.05", 0.05).often(60, 0),
        rate("rate 0.1001", 0.1001),
        rate("rate 0.12", 0.12),
        rate("rate 0.07", 0.07),
        rate("rate 0.02", 0.02),
        rate("rate 0.01", 0.01).often(100, 0),
        rate("rate 0.1, layer norm", 0.1).layer_norm().often(100, 0),
        rate("rate 0.1, dropout 0.1, layer norm", 0.1)
            .dropout(0.1)
            .layer_norm(),
        rate("rate 0.1, batch 256", 0.1)
            .batch_size(256.0)
            .often(100, 0),
        rate("rate 0.1, hidden 64, 32", 0.1).hidden_layers("64, 32"),
        rate("rate 0.01, momentum 0.9", 0.01)
            .momentum(0.9)
            .often(16, 0),
        rate("rate 0.2, dropout 0.3", 0.2).dropout(0.3).often(16, 0),
        rate("rate 0.03, batch 32, hidden 100", 0.03)
            .batch_size(32.0)
            .hidden_layers("100")
            .often(16, 0),
        // What short runs and few rows bring by chance: `statistics::prior` has which seeds of
        // these and of those above its constants were set by.
        rate("rate 0.1, 1 epoch", 0.1).epochs(1.0).often(100, 0),
        rate("rate 0.01, 1 epoch", 0.01).epochs(1.0).often(100, 0),
        rate("rate 0.05, batch 512, 2 epochs", 0.05)
            .batch_size(512.0)
            .epochs(2.0)
            .often(100, 0),
        few("3,000 rows, rate 0.1, 1 epoch", 0.1, 1.0),
        few("3,000 rows, rate 0.1, 2 epochs", 0.1, 2.0).often(100, 100),
        few("3,000 rows, rate 0.01, 3 epochs", 0.01, 3.0),
        few("3,000 rows, rate 0.1, 3 epochs", 0.1, 3.0).often(100, 100),
        few("3,000 rows, rate 0.1, 10 epochs", 0.1, 10.0),
        few("3,000 rows, rate 0.1, dropout 0.3, 5 epochs", 0.1, 5.0).dropout(0.3),
        few("3,000 rows, rate 0.3, batch 128, 5 epochs", 0.3, 5.0).batch_size(128.0),
        few("3,000 rows, rate 0.03, momentum 0.9, 2 epochs", 0.03, 2.0).momentum(0.9),
        few("3,000 rows, rate 0.05, batch 32, 1 epoch", 0.05, 1.0).batch_size(32.0),
        few("3,000 rows, Adam, rate 0.001, 4 epochs", 0.001, 4.0)
            .optimiser(Optimiser::Adam)
            .often(100, 100),
        few("1,000 rows, rate 0.1, hidden 32, 6 epochs", 0.1, 6.0)
            .hidden_layers("32")
            .rows(1_000),
        few("8,000 rows, rate 0.02, 3 epochs", 0.02, 3.0).rows(8_000),
        rate("rate 0.2, batch 128, 1 epoch", 0.2)
            .batch_size(128.0)
            .epochs(1.0)
            .often(100, 0),
    ]
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("the path of train.csv.gz")?;
    let most = settings().iter().map(|setting| setting.num_seeds).max();
    let first = argument(2)?.unwrap_or(1);
    let last = argument(3)?.or(most).unwrap_or(0);
    let chosen = argument(4)?.unwrap_or(0)..=argument(5)?.unwrap_or(u32::MAX);
    let text = read(&path)?;
    let whole = dataset(&text, u32::MAX)?;
    let settings = settings();
    let mut datasets = Vec::new();
    for setting in &settings {
        datasets.push(match setting.num_rows {
            u32::MAX => whole.clone(),
            num_rows => dataset(&text, num_rows)?,
        });
    }
    let mut out = io::stdout().lock();
    let about: Vec<Value> = settings
        .iter()
        .zip(&datasets)
        .map(|(setting, dataset)| {
            json!({
                "label": setting.label,
                "num_rows": dataset.num_rows(),
                "config": setting.config,
            })
        })
        .collect();
    writeln!(
        out,
        "{}",
        json!({
            "about": "Repeated runs, written by crate/examples/repeated_runs.rs. Of each: the \
                      index of its setting, its seed, the split's, right answers and loss on the \
                      validation images after each epoch, right answers on as many training \
                      images at the end, and which validation images it then read wrong: \
                      in base64, the distances from one to the next, 7 bits a byte, the low ones \
                      first, the highest bit where more follow.",
            "version": env!("CARGO_PKG_VERSION"),
            "data_checksum": whole.checksum(),
            "settings": about,
        })
    )?;
    for seed in first..=last {
        for (index, setting) in settings.iter().enumerate() {
            if !chosen.contains(&(index as u32)) {
                continue;
            }
            let splits = [
                (seed <= setting.num_seeds).then_some(SPLIT_SEED),
                (seed <= setting.num_splits).then_some(seed),
            ];
            for split_seed in splits.into_iter().flatten() {
                let result = run(setting, seed, split_seed, &datasets[index])?;
                writeln!(out, "{}", line(index, seed, split_seed, &result)?)?;
                out.flush()?;
            }
        }
    }
    Ok(())
}

/// A whole number on the command line.
fn argument(place: usize) -> Result<Option<u32>, Box<dyn Error>> {
    Ok(std::env::args()
        .nth(place)
        .map(|text| text.parse())
        .transpose()?)
}

/// The text of a file, unpacked by gzip if its name says so.
fn read(path: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let tool = if path.ends_with(".gz") { "gzip" } else { "cat" };
    let mut command = Command::new(tool);
    if tool == "gzip" {
        command.arg("-dc");
    }
    let mut child = command.arg(path).stdout(Stdio::piped()).spawn()?;
    let mut output = child.stdout.take().ok_or("its output is piped")?;
    let mut text = Vec::new();
    output.read_to_end(&mut text)?;
    child.wait()?;
    Ok(text)
}

/// The data set in the header and the first `num_rows` lines behind it.
fn dataset(text: &[u8], num_rows: u32) -> Result<Rc<Dataset>, Box<dyn Error>> {
    let mut reader = DatasetReader::new("train.csv");
    for line in text
        .split_inclusive(|&byte| byte == b'\n')
        .take((num_rows as usize).saturating_add(1))
    {
        reader.push(line)?;
    }
    Ok(Rc::new(reader.finish()?))
}

fn run(
    setting: &Setting,
    seed: u32,
    split_seed: u32,
    dataset: &Rc<Dataset>,
) -> Result<RunResult, Box<dyn Error>> {
    let config = RunConfig {
        seed: seed.into(),
        split_seed: Some(split_seed.into()),
        ..setting.config.clone()
    };
    let device = pollster::block_on(device::open())?;
    let mut trainer = Trainer::new(Plan::try_from(&config)?, dataset.clone(), &device)?;
    loop {
        for event in pollster::block_on(trainer.next(1e4))? {
            if let Event::Ended(result) = event {
                return Ok(result);
            }
        }
    }
}

/// A run in one line.
fn line(
    setting: usize,
    seed: u32,
    split_seed: u32,
    result: &RunResult,
) -> Result<Value, Box<dyn Error>> {
    let count = result.num_validation;
    let right = |share: f64, count: u32| (share * f64::from(count)).round() as u32;
    let rounded = |loss: f64| (loss * 1e4).round() / 1e4;
    let clean = result.clean.ok_or("a run that ends measures its sample")?;
    let correct = read_bits(&result.correct, count as usize).ok_or("the bits are whole")?;
    let epochs = &result.history;
    Ok(json!({
        "setting": setting,
        "seed": seed,
        "split": split_seed,
        "right": epochs.iter().map(|e| right(e.validation_accuracy, count)).collect::<Vec<_>>(),
        "loss": epochs.iter().map(|e| rounded(e.validation_loss)).collect::<Vec<_>>(),
        "clean": right(clean.accuracy, clean.num_images),
        "wrong": base64(&distances(&correct)),
    }))
}

/// The places of the wrong ones as distances from one to the next, of variable length.
fn distances(correct: &[bool]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut last = 0;
    for (place, _) in correct.iter().enumerate().filter(|(_, right)| !**right) {
        let mut distance = place - last;
        while distance >= 0x80 {
            bytes.push((distance & 0x7f) as u8 | 0x80);
            distance >>= 7;
        }
        bytes.push(distance as u8);
        last = place;
    }
    bytes
}

/// RFC 4648 without padding.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let word = (0..3).fold(0_u32, |word, at| {
            word << 8 | u32::from(three.get(at).copied().unwrap_or(0))
        });
        for place in 0..=three.len() {
            text.push(ALPHABET[(word >> (18 - 6 * place) & 63) as usize].into());
        }
    }
    text
}
