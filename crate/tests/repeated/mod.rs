//! Real repeated runs (`tests/fixtures/repeated_runs.jsonl`, which
//! `crate/examples/repeated_runs.rs` makes) and studies put together from them.

use inkling::message::{
    CleanFigures, DataSummary, EpochRecord, Factor, Outcome, RunConfig, RunResult, RunState,
    StudyConfig, StudyRecord, StudyRun, TaskSummary, write_bits,
};
use inkling::study::plan::plan_study;
use serde::Deserialize;

/// The split of the runs that share one.
pub const SPLIT: u32 = 42;

#[derive(Deserialize)]
struct Header {
    settings: Vec<Setting>,
}

#[derive(Deserialize)]
struct Setting {
    label: String,
    num_rows: usize,
}

#[derive(Deserialize)]
struct Line {
    setting: usize,
    seed: u32,
    split: u32,
    right: Vec<u32>,
    loss: Vec<f64>,
    clean: u32,
    wrong: String,
}

/// A run of the fixture.
pub struct Run {
    pub setting: usize,
    pub seed: u32,
    pub split: u32,
    /// Validation accuracy after each epoch.
    pub accuracies: Vec<f64>,
    /// Validation images: a fifth of the rows.
    pub num_images: usize,
    losses: Vec<f64>,
    clean: CleanFigures,
    correct: String,
}

impl Run {
    pub fn accuracy(&self) -> f64 {
        *self.accuracies.last().expect("it has epochs")
    }

    fn result(&self) -> RunResult {
        let history: Vec<EpochRecord> = (0..self.losses.len())
            .map(|at| EpochRecord {
                epoch: at as u32 + 1,
                step: 525 * (at as u32 + 1),
                train_loss: self.losses[at],
                train_accuracy: self.accuracies[at],
                validation_loss: self.losses[at],
                validation_accuracy: self.accuracies[at],
                elapsed_secs: at as f64 + 1.0,
                train_secs: at as f64 + 1.0,
                clean_loss: None,
                clean_accuracy: None,
            })
            .collect();
        RunResult {
            outcome: Outcome::Finished,
            reason: String::new(),
            failure: None,
            backend: "ndarray".into(),
            num_steps: 525 * history.len() as u32,
            num_validation: self.num_images as u32,
            validation_accuracy: self.accuracy(),
            validation_loss: *self.losses.last().expect("it has epochs"),
            interval_low: 0.0,
            interval_high: 1.0,
            best_epoch: history.len() as u32,
            best_validation_accuracy: self.accuracy(),
            kept_epoch: None,
            generalisation_gap: self.clean.accuracy - self.accuracy(),
            elapsed_secs: history.len() as f64,
            samples_per_sec: 33_600.0,
            weights_checksum: String::new(),
            numerics_version: 1,
            version: String::new(),
            correct: self.correct.clone(),
            clean: Some(self.clean),
            health: None,
            normalisation: None,
            history,
        }
    }
}

/// The labels of the settings, and all runs.
pub fn fixture() -> (Vec<String>, Vec<Run>) {
    let text = include_str!("../../../tests/fixtures/repeated_runs.jsonl");
    let mut lines = text.lines();
    let header: Header = serde_json::from_str(lines.next().expect("a header")).expect("is JSON");
    let runs = lines.map(|line| {
        let line: Line = serde_json::from_str(line).expect("a run is JSON");
        let num_images = header.settings[line.setting].num_rows / 5;
        run(line, num_images)
    });
    let runs = runs.collect();
    let labels = header.settings.into_iter().map(|setting| setting.label);
    (labels.collect(), runs)
}

fn run(line: Line, num_images: usize) -> Run {
    let share = |count: u32| f64::from(count) / num_images as f64;
    let correct = without(&from_base64(&line.wrong), num_images);
    let num_right = correct.iter().filter(|right| **right).count() as u32;
    assert_eq!(Some(&num_right), line.right.last());
    Run {
        setting: line.setting,
        seed: line.seed,
        split: line.split,
        accuracies: line.right.into_iter().map(share).collect(),
        num_images,
        losses: line.loss,
        clean: CleanFigures {
            num_images: num_images as u32,
            accuracy: share(line.clean),
            loss: 0.0,
        },
        correct: write_bits(&correct),
    }
}

/// All images right but those whose distances from one to the next these are.
fn without(distances: &[u8], num_images: usize) -> Vec<bool> {
    let mut correct = vec![true; num_images];
    let (mut place, mut distance, mut shift) = (0, 0, 0);
    for byte in distances {
        distance |= usize::from(byte & 0x7f) << shift;
        shift += 7;
        if *byte < 0x80 {
            place += distance;
            correct[place] = false;
            (distance, shift) = (0, 0);
        }
    }
    correct
}

/// RFC 4648 without padding.
fn from_base64(text: &str) -> Vec<u8> {
    let digit = |c: u8| match c {
        b'A'..=b'Z' => c - b'A',
        b'a'..=b'z' => c - b'a' + 26,
        b'0'..=b'9' => c - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let (mut word, mut num_bits, mut bytes) = (0_u32, 0, Vec::new());
    for c in text.bytes() {
        word = word << 6 | u32::from(digit(c));
        num_bits += 6;
        if num_bits >= 8 {
            num_bits -= 8;
            bytes.push((word >> num_bits) as u8);
        }
    }
    bytes
}

/// A study with a value for each list of runs, which count as its first seeds' in order,
/// whatever setting and seed they are really of. What a list lacks has not run yet.
pub fn study(values: &[Vec<&Run>], vary_split: bool) -> StudyRecord {
    let texts: Vec<String> = (1..=values.len()).map(|at| format!("0.{at}")).collect();
    let num_seeds = values.iter().map(Vec::len).max().unwrap_or(1);
    let num_epochs = values[0][0].accuracies.len() as f64;
    let plan = plan_study(&StudyConfig {
        factor: Factor::LearningRate,
        values: texts.join(", "),
        seeds_per_value: num_seeds as f64,
        workers: 1.0,
        vary_split,
        baseline: RunConfig {
            epochs: num_epochs,
            ..RunConfig::default()
        },
    })
    .expect("it can be planned");
    let mut num_done = vec![0; values.len()];
    let runs = plan
        .runs
        .iter()
        .map(|spec| {
            let value = spec.value_index as usize;
            let run = values[value].get(num_done[value]);
            num_done[value] += 1;
            let result = run.map(|run| run.result());
            StudyRun {
                spec: spec.clone(),
                state: match run {
                    Some(_) => RunState::Finished,
                    None => RunState::Waiting,
                },
                reason: String::new(),
                history: result.iter().flat_map(|r| r.history.clone()).collect(),
                result,
            }
        })
        .collect();
    StudyRecord {
        format_version: 2,
        id: "1".into(),
        name: "A study".into(),
        created: "2026-11-26T02:00:00Z".into(),
        version: "0.1.0".into(),
        data: DataSummary {
            name: "train.csv".into(),
            num_rows: 42_000,
            has_labels: true,
            task: TaskSummary::default(),
            class_counts: vec![4132, 4684, 4177, 4351, 4072, 3795, 4137, 4401, 4063, 4188],
            source: Default::default(),
            checksum: "012841c96eff7fcb".into(),
        },
        plan,
        runs,
        wall_secs: 1.0,
        remarks: String::new(),
        final_test: None,
    }
}
