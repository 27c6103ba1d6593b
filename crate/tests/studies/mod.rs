//! Studies that are over, made up for tests, and what the code cells of their
//! notebook state.

use inkling::data::{Dataset, Task, sample};
use inkling::message::{
    CleanFigures, DataSummary, EpochRecord, Factor, FinalTest, FinalTestRun, Outcome, Plot,
    PlotKind, ReportRequest, ReportStudy, RunResult, RunState, StudyConfig, StudyRecord, StudyRun,
};
use inkling::statistics::proportion::wilson;
use inkling::study::plan::plan_study;
use serde_json::Value;

pub fn epoch(epoch: u32) -> EpochRecord {
    EpochRecord {
        epoch,
        step: 5 * epoch,
        train_loss: 0.5,
        train_accuracy: 0.8,
        validation_loss: 0.6,
        validation_accuracy: 0.75,
        elapsed_secs: 1.0,
        train_secs: 0.5,
        clean_loss: None,
        clean_accuracy: None,
    }
}

/// A study that is over.
pub fn study(factor: Factor, values: &str) -> StudyRecord {
    let config = StudyConfig {
        factor,
        values: values.into(),
        seeds_per_value: 2.0,
        workers: 1.0,
        ..StudyConfig::default()
    };
    let plan = plan_study(&config).unwrap();
    let runs = plan.runs.iter().map(|spec| StudyRun {
        spec: spec.clone(),
        state: RunState::Finished,
        reason: String::new(),
        history: vec![epoch(1), epoch(2)],
        result: Some(RunResult {
            outcome: Outcome::Finished,
            reason: String::new(),
            backend: "ndarray".into(),
            history: vec![epoch(1), epoch(2)],
            num_steps: 10,
            num_validation: 100,
            validation_accuracy: 0.75,
            validation_loss: 0.6,
            interval_low: 0.7,
            interval_high: 0.8,
            best_epoch: 2,
            best_validation_accuracy: 0.75,
            kept_epoch: None,
            generalisation_gap: 0.05,
            elapsed_secs: 1.0,
            samples_per_sec: 640.0,
            weights_checksum: "0123456789abcdef".into(),
            numerics_version: 1,
            version: "0.1.0".into(),
            failure: None,
            // 75 of 100.
            correct: "////////////BwAAAA==".into(),
            clean: Some(CleanFigures {
                num_images: 100,
                accuracy: 0.8,
                loss: 0.5,
            }),
            health: None,
            normalisation: None,
        }),
    });
    StudyRecord {
        format_version: 2,
        id: "1".into(),
        name: "A study".into(),
        created: "2026-11-24T08:00:00Z".into(),
        version: "0.1.0".into(),
        data: sample_summary(),
        runs: runs.collect(),
        plan,
        wall_secs: 10.0,
        remarks: "One.\n\nTwo.".into(),
        final_test: Some(FinalTest {
            value_index: 0,
            test_set: sample_summary(),
            runs: [0, 1].map(tested).into(),
            tested_at: "2026-11-24T09:00:00Z".into(),
            num_looks: 1,
        }),
    }
}

fn tested(run_index: u32) -> FinalTestRun {
    FinalTestRun {
        run_index,
        num_correct: 15,
        num_rows: 20,
        accuracy: 0.75,
        loss: 0.6,
    }
}

/// Has a run of a study come to this in the second of two epochs, its last and best one.
pub fn come_to(run: &mut StudyRun, accuracy: f64, loss: f64) {
    run.spec.config.epochs = 2.0;
    let result = run.result.as_mut().unwrap();
    for history in [&mut run.history, &mut result.history] {
        history[0].validation_accuracy = accuracy - 0.1;
        history[1].validation_accuracy = accuracy;
        history[1].validation_loss = loss;
    }
    result.validation_accuracy = accuracy;
    result.best_validation_accuracy = accuracy;
    result.validation_loss = loss;
    let num_images = f64::from(result.num_validation);
    (result.interval_low, result.interval_high) = wilson(accuracy, num_images);
    result.correct = String::new();
}

pub fn sample_summary() -> DataSummary {
    let (pixels, labels) = sample::generate(20, 3);
    Dataset::from_parts("a.csv", Task::mnist(), pixels, labels)
        .unwrap()
        .summary()
}

/// A report on one study, with a plot of the comparison and one of its first run.
pub fn request(record: StudyRecord) -> ReportRequest {
    let plot = |name: &str, caption: &str, kind| Plot {
        name: name.into(),
        kind,
        caption: caption.into(),
    };
    ReportRequest {
        ids: vec!["1".into()],
        created: record.created.clone(),
        introduction: "Why.".into(),
        conclusion: "What.".into(),
        baseline: None,
        plots: vec![plot("digits", "Some digits.", PlotKind::Digits)],
        studies: vec![ReportStudy {
            record,
            plots: vec![
                plot("comparison", "The comparison.", PlotKind::Curves),
                plot("runs", "The curves of every run.", PlotKind::Runs),
            ],
        }],
    }
}

/// What each code cell of a notebook states, in order.
pub fn statements_of_cells(notebook: &str) -> Vec<Vec<String>> {
    let notebook: Value = serde_json::from_str(notebook).expect("a notebook is JSON");
    let cells = notebook["cells"].as_array().expect("it has cells");
    let code = cells.iter().filter(|cell| cell["cell_type"] == "code");
    let source = |cell: &Value| -> String {
        let lines = cell["source"].as_array().expect("it has lines");
        lines
            .iter()
            .map(|line| line.as_str().expect("of text"))
            .collect()
    };
    code.map(|cell| statements(&source(cell))).collect()
}

/// The lines of a piece of Python without comments, each literal as `L` and a list of
/// nothing but literals as `[L]`; of lines that state the same one after the other, as
/// the runs of a list do, one.
pub fn statements(source: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        let len = match c {
            '\n' | '\r' => {
                lines.push(std::mem::take(&mut line));
                1
            }
            '#' => rest.find(['\n', '\r']).unwrap_or(rest.len()),
            '"' | '\'' => {
                line.push('L');
                string_len(rest)
            }
            '0'..='9' => {
                line.push('L');
                let is_part = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '_';
                rest.find(|c| !is_part(c)).unwrap_or(rest.len())
            }
            _ if c.is_alphabetic() || c == '_' => {
                let is_part = |c: char| c.is_alphanumeric() || c == '_';
                let len = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
                match &rest[..len] {
                    "True" | "False" | "None" => line.push('L'),
                    // A string's prefix belongs to its literal.
                    "f" | "r" | "b" if rest[len..].starts_with(['"', '\'']) => {}
                    name => line += name,
                }
                len
            }
            _ => {
                line.push(c);
                c.len_utf8()
            }
        };
        rest = &rest[len..];
    }
    lines.push(line);
    for line in &mut lines {
        while line.contains("[L, L") {
            *line = line.replace("[L, L", "[L");
        }
    }
    lines.retain(|line| !line.trim().is_empty());
    lines.dedup();
    lines
}

/// Bytes of the string literal at the beginning of `text`; of one that ends with its
/// line, which Python refuses, all there is.
fn string_len(text: &str) -> usize {
    let quote = &text[..1];
    let triple = quote.repeat(3);
    let is_triple = text.starts_with(&triple);
    let end = if is_triple { &triple } else { quote };
    let mut at = end.len();
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with(end) {
            return at + end.len();
        }
        let c = rest.chars().next().expect("some text is left");
        if matches!(c, '\n' | '\r') && !is_triple {
            break;
        }
        at += c.len_utf8();
        if c == '\\' {
            at += text[at..].chars().next().map_or(0, char::len_utf8);
        }
    }
    text.len()
}
