//! Whether the rates that a range test proposes are worth a study: the test with the
//! defaults, then ten epochs at each proposed rate and at each of twelve from 0.0003 to 3,
//! natively on the CPU.
//!
//! `gunzip -c train.csv.gz > train.csv; cargo run --release --example rate_test -- train.csv`

use std::error::Error;
use std::rc::Rc;

use burn::tensor::Device;
use inkling::config::Plan;
use inkling::data::Dataset;
use inkling::data::reader::DatasetReader;
use inkling::message::{Event, RunConfig};
use inkling::nn::device;
use inkling::train::rate_test::RateTest;
use inkling::train::trainer::Trainer;

/// What a study would be made of without the test.
const TWELVE: [f64; 12] = [
    0.0003, 0.001, 0.003, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 3.0,
];

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("the path of a CSV file")?;
    let mut reader = DatasetReader::new(path.as_str());
    reader.push(&std::fs::read(&path)?)?;
    let dataset = Rc::new(reader.finish()?);
    let device = pollster::block_on(device::open())?;
    for batch_size in [16.0, 64.0, 256.0] {
        let config = RunConfig {
            batch_size,
            ..RunConfig::default()
        };
        let found = found(&config, &dataset, &device)?;
        let best = |rates: &[f64]| -> Result<(f64, f64), Box<dyn Error>> {
            let mut best = (0.0, 0.0);
            for &rate in rates {
                let accuracy = accuracy(&config, rate, &dataset, &device)?;
                println!("  rate {rate}: {:.2} %", 100.0 * accuracy);
                if accuracy > best.1 {
                    best = (rate, accuracy);
                }
            }
            Ok(best)
        };
        println!("batch {batch_size}, proposed:");
        let proposed = best(&found)?;
        println!("batch {batch_size}, twelve:");
        let twelve = best(&TWELVE)?;
        println!(
            "batch {batch_size}: best proposed {} with {:.2} %, best of twelve {} with {:.2} %",
            proposed.0,
            100.0 * proposed.1,
            twelve.0,
            100.0 * twelve.1
        );
    }
    Ok(())
}

fn found(
    config: &RunConfig,
    dataset: &Rc<Dataset>,
    device: &Device,
) -> Result<Vec<f64>, Box<dyn Error>> {
    let mut test = RateTest::new(Plan::try_from(config)?, dataset.clone(), device)?;
    loop {
        pollster::block_on(test.next(50.0))?;
        let reading = test.reading();
        if reading.is_over {
            return Ok(reading.found.ok_or("a rate that lowers the loss")?.rates);
        }
    }
}

/// Validation accuracy after the run's epochs; 0 where it came to no number.
fn accuracy(
    config: &RunConfig,
    learning_rate: f64,
    dataset: &Rc<Dataset>,
    device: &Device,
) -> Result<f64, Box<dyn Error>> {
    let config = RunConfig {
        learning_rate,
        ..config.clone()
    };
    let mut run = Trainer::new(Plan::try_from(&config)?, dataset.clone(), device)?;
    loop {
        for event in pollster::block_on(run.next(1000.0))? {
            if let Event::Ended(result) = event {
                return Ok(result.validation_accuracy);
            }
        }
    }
}
