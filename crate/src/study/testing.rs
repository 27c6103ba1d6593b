//! Hand-made studies for tests: figures as a person would write them down.

use crate::message::{
    CleanFigures, DataSummary, EpochRecord, Factor, Failure, FailureKind, Outcome, Plot, PlotKind,
    ReportRequest, ReportStudy, RunConfig, RunResult, RunState, StudyConfig, StudyRecord, StudyRun,
    TaskSummary, write_bits,
};

use super::plan::plan_study;
use crate::math::powi;

/// Validation images of every hand-made run unless said otherwise.
pub const NUM_VALIDATION: u32 = 8_400;

/// What a person asks of a study with nothing but its values changed.
pub fn study_config(factor: Factor, values: &str) -> StudyConfig {
    StudyConfig {
        factor,
        values: values.into(),
        seeds_per_value: 1.0,
        workers: 2.0,
        vary_split: false,
        baseline: RunConfig::default(),
    }
}

/// A study whose runs have not begun.
pub fn study(factor: Factor, values: &str, num_seeds: u32) -> StudyRecord {
    let plan = plan_study(&StudyConfig {
        seeds_per_value: f64::from(num_seeds),
        baseline: RunConfig {
            epochs: 5.0,
            ..RunConfig::default()
        },
        ..study_config(factor, values)
    })
    .expect("the tests' studies can be planned");
    let runs = plan
        .runs
        .iter()
        .map(|spec| StudyRun {
            spec: spec.clone(),
            state: RunState::Waiting,
            reason: String::new(),
            history: Vec::new(),
            result: None,
        })
        .collect();
    StudyRecord {
        format_version: 2,
        id: "1".into(),
        name: format!("Study of the {}", plan.factor_name),
        created: "2026-11-23T21:00:00Z".into(),
        version: "0.1.0".into(),
        data: DataSummary {
            name: "train.csv".into(),
            num_rows: 42_000,
            has_labels: true,
            task: TaskSummary::default(),
            class_counts: vec![4132, 4684, 4177, 4351, 4072, 3795, 4137, 4401, 4063, 4188],
            source: Default::default(),
            checksum: "0123456789abcdef".into(),
        },
        plan,
        runs,
        wall_secs: 12.0,
        remarks: String::new(),
        final_test: None,
    }
}

/// Validation losses of a run that has settled: they fall, and the last epoch
/// brings next to nothing.
pub const SETTLED: [f64; 5] = [0.40, 0.25, 0.20, 0.181, 0.180];
/// Validation losses of a run that was still learning.
pub const FALLING: [f64; 5] = [2.2, 2.0, 1.7, 1.4, 1.2];

/// By how much an epoch's accuracy lies below the final one: a curve that settles, each of
/// its steps a third of the one before it, from eight points.
fn behind(index: usize, num_epochs: usize) -> f64 {
    let left = |num_left: usize| powi(3.0, num_left as i32) - 1.0;
    0.08 * left(num_epochs - 1 - index) / left(num_epochs - 1).max(1.0)
}

/// Finishes a run: its final validation accuracy and its validation losses.
pub fn finish(record: &mut StudyRecord, run: usize, accuracy: f64, losses: &[f64]) {
    let batch = record.runs[run].spec.config.batch_size;
    let steps_per_epoch = (33_600.0 / batch).ceil() as u32;
    let num_epochs = losses.len();
    let history: Vec<EpochRecord> = losses
        .iter()
        .enumerate()
        .map(|(index, &loss)| {
            let epoch = index as u32 + 1;
            let validation_accuracy = accuracy - behind(index, num_epochs);
            EpochRecord {
                epoch,
                step: steps_per_epoch * epoch,
                train_loss: 0.5 - 0.05 * index as f64,
                train_accuracy: validation_accuracy + 0.004,
                validation_loss: loss,
                validation_accuracy,
                elapsed_secs: 0.5 * f64::from(epoch),
                train_secs: 0.4 * f64::from(epoch),
                clean_loss: None,
                clean_accuracy: None,
            }
        })
        .collect();
    let result = RunResult {
        outcome: Outcome::Finished,
        reason: String::new(),
        backend: "ndarray".into(),
        num_steps: steps_per_epoch * num_epochs as u32,
        num_validation: NUM_VALIDATION,
        validation_accuracy: accuracy,
        validation_loss: *losses.last().expect("an epoch"),
        interval_low: 0.0,
        interval_high: 1.0,
        best_epoch: num_epochs as u32,
        best_validation_accuracy: accuracy,
        kept_epoch: None,
        generalisation_gap: 0.004,
        elapsed_secs: 0.5 * num_epochs as f64,
        samples_per_sec: 84_000.0,
        weights_checksum: "0123456789abcdef".into(),
        numerics_version: 1,
        version: "0.1.0".into(),
        failure: None,
        correct: String::new(),
        clean: None,
        health: None,
        normalisation: None,
        history: history.clone(),
    };
    let run = &mut record.runs[run];
    run.state = RunState::Finished;
    run.history = history;
    run.result = Some(result);
}

/// Gives a finished run other accuracies after its epochs.
pub fn accuracies(record: &mut StudyRecord, run: usize, accuracies: &[f64]) {
    let result = record.runs[run].result.as_mut().expect("finished");
    for (epoch, &accuracy) in result.history.iter_mut().zip(accuracies) {
        epoch.validation_accuracy = accuracy;
    }
    result.validation_accuracy = *accuracies.last().expect("an epoch");
    record.runs[run].history = result.history.clone();
}

/// Gives a finished run its accuracy on images it was trained on.
pub fn clean(record: &mut StudyRecord, run: usize, accuracy: f64) {
    let result = record.runs[run].result.as_mut().expect("finished");
    result.clean = Some(CleanFigures {
        num_images: NUM_VALIDATION,
        accuracy,
        loss: 0.1,
    });
}

/// Says which images a finished run reads wrong.
pub fn wrong(record: &mut StudyRecord, run: usize, images: std::ops::Range<usize>) {
    let result = record.runs[run].result.as_mut().expect("finished");
    let correct: Vec<bool> = (0..NUM_VALIDATION as usize)
        .map(|image| !images.contains(&image))
        .collect();
    let count = f64::from(NUM_VALIDATION);
    result.correct = write_bits(&correct);
    let accuracy = 1.0 - images.len() as f64 / count;
    let epochs = [4.0, 3.0, 2.0, 1.0, 0.0].map(|left| accuracy - 0.02 * left);
    accuracies(record, run, &epochs);
}

/// Ends a run with a loss that is no number.
pub fn diverge(record: &mut StudyRecord, run: usize, num_steps: u32) {
    finish(record, run, 0.11, &[2.3]);
    let run = &mut record.runs[run];
    run.state = RunState::Diverged;
    let result = run.result.as_mut().expect("finished above");
    let failure = Failure {
        kind: FailureKind::NotANumber,
        epoch: 2,
        step: num_steps,
    };
    result.outcome = Outcome::Failed;
    result.failure = Some(failure);
    result.reason = failure.sentence(result.history.len());
    run.reason.clone_from(&result.reason);
    result.num_steps = num_steps;
}

/// A study whose runs, one a value, have settled at these accuracies.
pub fn settled(factor: Factor, values: &str, accuracies: &[f64]) -> StudyRecord {
    let mut record = study(factor, values, 1);
    for (run, &accuracy) in accuracies.iter().enumerate() {
        finish(&mut record, run, accuracy, &SETTLED);
    }
    record
}

/// A report on studies, with a plot of the curves and one of the runs of each.
pub fn request(records: Vec<StudyRecord>) -> ReportRequest {
    let plot = |number: u32, kind| Plot {
        name: format!("run-{number}"),
        kind,
        caption: format!("The curves of run {number}."),
    };
    let studies = records
        .into_iter()
        .map(|record| ReportStudy {
            plots: vec![plot(1, PlotKind::Curves), plot(2, PlotKind::Runs)],
            record,
        })
        .collect();
    ReportRequest {
        ids: vec!["1234".into(), "abc".into()],
        created: "2026-11-23T22:00:00Z".into(),
        introduction: String::new(),
        conclusion: String::new(),
        baseline: None,
        plots: Vec::new(),
        studies,
    }
}
