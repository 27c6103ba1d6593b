//! Whether a hand-in's figures are of its own records: results of their epochs, a study's
//! figures of its runs, tables of both.

use std::collections::BTreeSet;

use serde_json::Value;

use super::hand_in::list;
use super::printable;
use crate::config::Plan;
use crate::message::{EpochRecord, HandedRun, Outcome, RunConfig, read_bits};

/// A value's figures that are means over its finished runs, and of which of theirs.
const MEANS: [(&str, &str); 3] = [
    ("final_accuracy", "validation_accuracy"),
    ("final_loss", "validation_loss"),
    ("best_accuracy", "best_validation_accuracy"),
];

/// Figures of results and studies that are not those of the epochs and runs below them.
pub(super) fn foreign_figures(metrics: &Value, runs: &[HandedRun]) -> Vec<String> {
    let is_foreign = |run: &&HandedRun| !is_of_its_epochs(run);
    let of_runs = runs.iter().filter(is_foreign);
    let mut foreign: Vec<String> = of_runs.map(|run| run.place.clone()).collect();
    for (at, study) in list(metrics, "studies").iter().enumerate() {
        let figures = list(study, "figures");
        let rows = list(study, "runs");
        for figure in figures {
            let of_value = |run: &&Value| {
                run.get("value") == figure.get("label")
                    && run.get("state") == Some(&"finished".into())
            };
            let is_off = |(told, own): &(&str, &str)| {
                let Some(told) = figure.get(told).and_then(Value::as_f64) else {
                    return false;
                };
                let of_run = |run: &Value| run["result"][*own].as_f64();
                let all: Vec<f64> = rows.iter().filter(of_value).filter_map(of_run).collect();
                let mean = all.iter().sum::<f64>() / all.len() as f64;
                // Sums of a few shares: the last bits are the adding's.
                all.is_empty() || (mean - told).abs() > 1e-12 * mean.abs().max(1.0)
            };
            if MEANS.iter().any(is_off) {
                let label = figure
                    .get("label")
                    .and_then(Value::as_str)
                    .unwrap_or_default();
                foreign.push(format!("study {}, value {}", at + 1, printable(label)));
            }
        }
    }
    foreign
}

/// Whether a result is that of its last epoch, its best one, and its answers.
pub(super) fn is_of_its_epochs(run: &HandedRun) -> bool {
    let result = &run.result;
    let Some(last) = result.history.last() else {
        return true;
    };
    let numbered = result
        .history
        .iter()
        .zip(1..)
        .all(|(epoch, number)| epoch.epoch == number);
    let best = result
        .history
        .iter()
        .map(|epoch| epoch.validation_accuracy)
        .fold(0.0, f64::max);
    let of_model = match result.kept_epoch {
        None => Some(last),
        Some(kept) => result.history.iter().find(|epoch| epoch.epoch == kept),
    };
    let is_last = result.outcome != Outcome::Finished
        || (of_model.is_some_and(|epoch| {
            epoch.validation_accuracy == result.validation_accuracy
                && epoch.validation_loss == result.validation_loss
        }) && is_whole(&run.config, &result.history));
    let has_answers = result.correct.is_empty() || {
        let bits = read_bits(&result.correct, result.num_validation as usize);
        bits.is_some_and(|bits| {
            let num_right = bits.iter().filter(|bit| **bit).count() as f64;
            num_right / f64::from(result.num_validation) == result.validation_accuracy
        })
    };
    numbered && is_last && best == result.best_validation_accuracy && has_answers
}

/// Whether a run with these settings ends after these epochs.
fn is_whole(config: &RunConfig, history: &[EpochRecord]) -> bool {
    let is_early = Plan::try_from(config).is_ok_and(|plan| plan.has_lost_patience(history));
    history.len() as f64 == config.epochs || is_early
}

/// Rows of a table whose figures no record has: by the columns of this names, in this order.
fn foreign_rows(
    name: &str,
    table: &str,
    columns: &[&str],
    known: &BTreeSet<Vec<String>>,
) -> Vec<String> {
    let mut lines = table.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    // From a row's end: what stands in quotes before the figures may hold commas.
    let place = |column: &&str| header.iter().rposition(|one| one == column);
    let places: Option<Vec<usize>> = columns.iter().map(place).collect();
    let Some(places) = places else {
        return vec![format!("{name}, its columns")];
    };
    let foreign = |line: &str| {
        let fields: Vec<&str> = line.rsplit(',').collect();
        let field = |&at: &usize| {
            fields
                .get(header.len() - 1 - at)
                .copied()
                .unwrap_or_default()
        };
        let found: Vec<String> = places.iter().map(|at| field(at).to_string()).collect();
        // A run that came to nothing has empty cells.
        !found.iter().all(String::is_empty) && !known.contains(&found)
    };
    lines
        .zip(2..)
        .filter(|(line, _)| foreign(line))
        .map(|(_, row)| format!("{name}, row {row}"))
        .collect()
}

/// `summary.csv` and `metrics.csv` against the records, figure by figure as Inkling writes them.
pub(super) fn foreign_tables(
    summary: Option<&str>,
    metrics: Option<&str>,
    runs: &[HandedRun],
) -> Vec<String> {
    let of_run = |run: &HandedRun| {
        let result = &run.result;
        vec![
            result.validation_accuracy.to_string(),
            result.validation_loss.to_string(),
            result.weights_checksum.clone(),
        ]
    };
    let of_epoch = |epoch: &EpochRecord| {
        vec![
            epoch.epoch.to_string(),
            epoch.train_loss.to_string(),
            epoch.train_accuracy.to_string(),
            epoch.validation_loss.to_string(),
            epoch.validation_accuracy.to_string(),
        ]
    };
    let all_runs: BTreeSet<Vec<String>> = runs.iter().map(of_run).collect();
    let all_epochs: BTreeSet<Vec<String>> = runs
        .iter()
        .flat_map(|run| &run.result.history)
        .map(of_epoch)
        .collect();
    let run_columns = ["validation_accuracy", "validation_loss", "weights_checksum"];
    let epoch_columns = [
        "epoch",
        "train_loss",
        "train_accuracy",
        "validation_loss",
        "validation_accuracy",
    ];
    let rows = summary.map(|table| foreign_rows("summary.csv", table, &run_columns, &all_runs));
    let epochs =
        metrics.map(|table| foreign_rows("metrics.csv", table, &epoch_columns, &all_epochs));
    rows.into_iter().chain(epochs).flatten().collect()
}
