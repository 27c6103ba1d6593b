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
//! one goes on where another was stopped. The fixture that is kept has all seeds of the
//! first four and the last three settings, and 10 to 14 of the others.

use std::error::Error;
use std::io::{self, Read, Write};
use std::process::{Command, Stdio};
use std::rc::Rc;

use inkling::config::Plan;
use inkling::data::Dataset;
use inkling::data::reader::DatasetReader;
use inkling::message::{Event, RunConfig, RunResult, read_bits};
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
    }
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
            .often(60, 20),
        rate("rate 0.05", 0.05).often(60, 0),
        rate("rate 0.1001", 0.1001),
        rate("rate 0.12", 0.12),
        rate("rate 0.07", 0.07),
        rate("rate 0.02", 0.02),
        rate("rate 0.01", 0.01),
        rate("rate 0.1, layer norm", 0.1).layer_norm(),
        rate("rate 0.1, dropout 0.1, layer norm", 0.1)
            .dropout(0.1)
            .layer_norm(),
        rate("rate 0.1, batch 256", 0.1).batch_size(256.0),
        rate("rate 0.1, hidden 64, 32", 0.1).hidden_layers("64, 32"),
        // By these nothing was set: they were run when the statistics stood.
        rate("rate 0.01, momentum 0.9", 0.01)
            .momentum(0.9)
            .often(16, 0),
        rate("rate 0.2, dropout 0.3", 0.2).dropout(0.3).often(16, 0),
        rate("rate 0.03, batch 32, hidden 100", 0.03)
            .batch_size(32.0)
            .hidden_layers("100")
            .often(16, 0),
    ]
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("the path of train.csv.gz")?;
    let most = settings().iter().map(|setting| setting.num_seeds).max();
    let first = argument(2)?.unwrap_or(1);
    let last = argument(3)?.or(most).unwrap_or(0);
    let chosen = argument(4)?.unwrap_or(0)..=argument(5)?.unwrap_or(u32::MAX);
    let dataset = Rc::new(read(&path)?);
    let settings = settings();
    let mut out = io::stdout().lock();
    let about: Vec<Value> = settings
        .iter()
        .map(|setting| json!({ "label": setting.label, "config": setting.config }))
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
            "data_checksum": dataset.checksum(),
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
                let result = run(setting, seed, split_seed, &dataset)?;
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

/// The data set in a file, unpacked by gzip if its name says so.
fn read(path: &str) -> Result<Dataset, Box<dyn Error>> {
    let mut reader = DatasetReader::new("train.csv");
    let tool = if path.ends_with(".gz") { "gzip" } else { "cat" };
    let mut command = Command::new(tool);
    if tool == "gzip" {
        command.arg("-dc");
    }
    let mut child = command.arg(path).stdout(Stdio::piped()).spawn()?;
    let mut output = child.stdout.take().ok_or("its output is piped")?;
    let mut chunk = vec![0; 1 << 16];
    loop {
        match output.read(&mut chunk)? {
            0 => break,
            length => reader.push(&chunk[..length])?,
        };
    }
    child.wait()?;
    Ok(reader.finish()?)
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
