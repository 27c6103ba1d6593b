//! Whether a hand-in's figures are of its own records: results of their epochs, what stands
//! beside a run of its settings and its result, a study's figures of its runs, tables of all.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::hand_in::{MOST_RUNS, list};
use super::printable;
use crate::config::Plan;
use crate::message::{EpochRecord, Factor, HandedRun, Outcome, RunConfig, RunResult, read_bits};
use crate::statistics::moments::{mean, variance};
use crate::statistics::proportion::wilson;
use crate::study::value::learns;

/// Places of one text that are named: of a table anyone may write millions of rows.
pub(super) const MOST_NAMED: usize = 100;

/// A value's figure in a study, and what it is worked out of: one number of each of its
/// runs. Its interval is not among them: how it is foretold changes with Inkling's version.
type Mean = (&'static str, fn(&RunResult) -> f64);

const MEANS: [Mean; 5] = [
    ("final_accuracy", |result| result.validation_accuracy),
    ("final_loss", |result| result.validation_loss),
    ("best_accuracy", |result| result.best_validation_accuracy),
    ("best_epoch", |result| f64::from(result.best_epoch)),
    ("gap", |result| result.generalisation_gap),
];

/// Figures of results and studies that are not those of the epochs and runs below them.
pub(super) fn foreign_figures(metrics: &Value, runs: &[HandedRun]) -> Vec<String> {
    let is_foreign = |run: &&HandedRun| !is_of_its_epochs(run);
    let of_runs = runs.iter().filter(is_foreign);
    let mut foreign: Vec<String> = of_runs.map(|run| run.place.clone()).collect();
    for (at, study) in list(metrics, "studies").iter().enumerate() {
        foreign_of_study(at + 1, study, runs, &mut foreign);
    }
    foreign
}

fn foreign_of_study(number: usize, study: &Value, runs: &[HandedRun], foreign: &mut Vec<String>) {
    let factor = study.get("factor").cloned().unwrap_or_default();
    let factor: Option<Factor> = serde_json::from_value(factor).ok();
    let rows = list(study, "runs");
    let mut of_value: BTreeMap<&str, Vec<&RunResult>> = BTreeMap::new();
    let name = format!("study {number}, run ");
    // By the runs, which are bounded: of rows anyone may write millions.
    for run in runs {
        let place = run.place.strip_prefix(&name);
        let place: Option<usize> = place.and_then(|place| place.parse().ok());
        let Some(row) = place.and_then(|place| rows.get(place - 1)) else {
            continue;
        };
        if !is_of_its_run(row, run, factor) && !foreign.contains(&run.place) {
            foreign.push(run.place.clone());
        }
        if row.get("state") == Some(&"finished".into()) {
            of_value
                .entry(label_of(row, "value"))
                .or_default()
                .push(&run.result);
        }
    }
    let counts = counts_of(study);
    let figures = list(study, "figures");
    if figures.len() > rows.len() {
        foreign.push(format!("study {number}, more values than runs"));
    }
    for figure in figures.iter().take(MOST_RUNS) {
        let label = label_of(figure, "label");
        let results: &[&RunResult] = of_value.get(label).map_or(&[], Vec::as_slice);
        // A value's runs that stayed at chance are left out where another one learned.
        let learned: Vec<&RunResult> = results
            .iter()
            .copied()
            .filter(|result| learns(result.validation_accuracy, &counts))
            .collect();
        let is_mean_of = |of: &[&RunResult]| !of.is_empty() && is_figure_of(figure, of);
        let tells_nothing = MEANS
            .iter()
            .all(|(name, _)| figure_of(figure, name).is_none());
        if !tells_nothing && !is_mean_of(results) && !is_mean_of(&learned) {
            foreign.push(format!("study {number}, value {}", printable(label)));
        }
    }
}

fn label_of<'a>(part: &'a Value, name: &str) -> &'a str {
    part.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Images of each class of a study's data, as it tells them.
fn counts_of(study: &Value) -> Vec<u32> {
    let data = study.get("data").unwrap_or(&Value::Null);
    let counts = list(data, "class_counts").iter();
    counts
        .map(|count| count.as_u64().unwrap_or_default() as u32)
        .collect()
}

fn figure_of(figure: &Value, name: &str) -> Option<f64> {
    figure.get(name).and_then(Value::as_f64)
}

/// Whether a value's figures are those of these results.
fn is_figure_of(figure: &Value, results: &[&RunResult]) -> bool {
    let of = |get: &dyn Fn(&RunResult) -> f64| -> Vec<f64> {
        results.iter().map(|result| get(result)).collect()
    };
    let is_told =
        |name: &str, own: f64| figure_of(figure, name).is_none_or(|told| is_near(told, own));
    let reached = |share: f64| {
        move |result: &RunResult| {
            let mut epochs = result.history.iter();
            let epoch = epochs.find(|epoch| epoch.validation_accuracy >= share);
            epoch.map_or(f64::NAN, |epoch| f64::from(epoch.epoch))
        }
    };
    let accuracies = of(&|result| result.validation_accuracy);
    MEANS
        .iter()
        .all(|(name, get)| is_told(name, mean(&of(get))))
        && is_told("epochs_to_90", mean(&of(&reached(0.90))))
        && is_told("epochs_to_95", mean(&of(&reached(0.95))))
        && is_told("final_deviation", variance(&accuracies).sqrt())
}

/// Whether two figures are one: of a sum the last bits are the adding's.
fn is_near(told: f64, own: f64) -> bool {
    (told - own).abs() <= 1e-9 * own.abs().max(1.0)
}

/// Whether what stands beside a run, its value, seed, state and weights, is of its settings
/// and its result.
fn is_of_its_run(row: &Value, run: &HandedRun, factor: Option<Factor>) -> bool {
    let (config, result) = (&run.config, &run.result);
    let is = |name: &str, own: &Value| row.get(name).is_none_or(|told| told == own);
    let outcome = match result.outcome {
        Outcome::Finished => "finished",
        Outcome::Stopped => "stopped",
        Outcome::Failed => "diverged",
    };
    let number = factor.and_then(Factor::number_of).map(|get| get(config));
    let value = row.get("value").and_then(Value::as_str).unwrap_or_default();
    let is_value = match (number, value.parse::<f64>()) {
        (Some(own), Ok(told)) => is_near(told, own),
        _ => true,
    };
    is("state", &outcome.into())
        && row
            .get("seed")
            .and_then(Value::as_f64)
            .is_none_or(|seed| seed == config.seed)
        && is("weights_checksum", &result.weights_checksum.clone().into())
        && is_value
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
    // Of equal epochs the first is the best.
    let (best_epoch, best) =
        result
            .history
            .iter()
            .zip(1..)
            .fold((0, f64::NEG_INFINITY), |best, (epoch, number)| {
                if epoch.validation_accuracy > best.1 {
                    (number, epoch.validation_accuracy)
                } else {
                    best
                }
            });
    let (low, high) = wilson(result.validation_accuracy, f64::from(result.num_validation));
    let gap = match result.clean {
        Some(clean) => clean.accuracy - result.validation_accuracy,
        None => last.train_accuracy - last.validation_accuracy,
    };
    let is_derived = best == result.best_validation_accuracy
        && best_epoch == result.best_epoch
        && is_near(result.interval_low, low)
        && is_near(result.interval_high, high)
        && is_near(result.generalisation_gap, gap)
        && (result.outcome != Outcome::Finished || result.num_steps == last.step);
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
    numbered && is_last && is_derived && has_answers
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
        .take(MOST_NAMED)
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
