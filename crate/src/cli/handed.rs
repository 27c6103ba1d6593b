//! A hand-in: the runs of its `metrics.json`, and whether its other figures are of them.
//! Anyone may have made the zip: entries, sizes and epochs are bounded, and nothing of it is
//! written anywhere.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, Read};

use serde_json::{Map, Value};
use zip::ZipArchive;

use crate::config::MAX_EPOCHS;
use crate::message::{DataSummary, EpochRecord, Outcome, RunConfig, RunResult, read_bits};

/// A hand-in has some fifty pictures and nine texts.
const MOST_ENTRIES: usize = 2000;
/// Bytes of the zip, and of one of its texts once unpacked.
const MOST_PACKED: u64 = 256 << 20;
const MOST_UNPACKED: u64 = 64 << 20;
/// Runs of a hand-in: six studies of the most values and seeds that one may have are fewer.
const MOST_RUNS: usize = 2000;

/// What a hand-in holds.
pub(super) struct HandIn {
    pub(super) runs: Vec<HandedRun>,
    /// Figures that do not follow from its own records, each by its place.
    pub(super) foreign: Vec<String>,
}

/// A run as it is told.
pub(super) struct HandedRun {
    /// Such as `baseline` or `study 2, run 3`.
    pub(super) place: String,
    /// Checksum of what it was trained on.
    pub(super) data: String,
    pub(super) config: RunConfig,
    pub(super) result: RunResult,
}

/// Reads a zip.
///
/// # Errors
/// A sentence's second half: what was found and what was expected.
pub(super) fn read(path: &str) -> Result<HandIn, String> {
    let said = |error: std::io::Error| error.to_string();
    let file = File::open(path).map_err(said)?;
    let size = file.metadata().map_err(said)?.len();
    if size > MOST_PACKED {
        return Err(format!(
            "found {size} bytes, expected at most {MOST_PACKED}"
        ));
    }
    let archive = ZipArchive::new(BufReader::new(file));
    let mut archive = archive.map_err(|error| format!("found no whole zip ({error})"))?;
    if archive.len() > MOST_ENTRIES {
        return Err(format!(
            "found {} entries, expected at most {MOST_ENTRIES}",
            archive.len()
        ));
    }
    let metrics = text_of(&mut archive, "metrics.json")?
        .ok_or("found no metrics.json, expected a report as Inkling makes it")?;
    let metrics: Value = serde_json::from_str(&metrics)
        .map_err(|error| format!("metrics.json: found no JSON ({error})"))?;
    let runs = runs_of(&metrics)?;
    let mut foreign = foreign_figures(&metrics, &runs);
    let summary = text_of(&mut archive, "summary.csv")?;
    let epochs = text_of(&mut archive, "metrics.csv")?;
    foreign.extend(foreign_tables(summary.as_deref(), epochs.as_deref(), &runs));
    Ok(HandIn { runs, foreign })
}

fn text_of(
    archive: &mut ZipArchive<BufReader<File>>,
    name: &str,
) -> Result<Option<String>, String> {
    let entry = match archive.by_name(name) {
        Ok(entry) => entry,
        Err(zip::result::ZipError::FileNotFound) => return Ok(None),
        Err(error) => return Err(format!("{name}: {error}")),
    };
    let mut text = String::new();
    // The size that a zip claims is anyone's: what comes is counted.
    let read = entry.take(MOST_UNPACKED + 1).read_to_string(&mut text);
    read.map_err(|error| format!("{name}: {error}"))?;
    if text.len() as u64 > MOST_UNPACKED {
        return Err(format!(
            "{name}: found more than {MOST_UNPACKED} bytes once unpacked"
        ));
    }
    Ok(Some(text))
}

/// The list under a name; empty where there is none.
fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value
        .get(name)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn runs_of(metrics: &Value) -> Result<Vec<HandedRun>, String> {
    let mut runs = Vec::new();
    if let Some(baseline) = metrics.get("baseline").filter(|value| !value.is_null()) {
        let data = data_of(baseline).ok_or("baseline: found no data")?;
        runs.extend(run_of("baseline".into(), &data, baseline)?);
    }
    for (at, study) in list(metrics, "studies").iter().enumerate() {
        let name = format!("study {}", at + 1);
        let data = data_of(study).ok_or(format!("{name}: found no data"))?;
        let all = list(study, "runs");
        for (place, run) in all.iter().enumerate() {
            if runs.len() == MOST_RUNS {
                return Err(format!("found more than {MOST_RUNS} runs"));
            }
            runs.extend(run_of(format!("{name}, run {}", place + 1), &data, run)?);
        }
    }
    Ok(runs)
}

fn data_of(part: &Value) -> Option<String> {
    let data: DataSummary = serde_json::from_value(part.get("data")?.clone()).ok()?;
    Some(data.checksum)
}

/// A run; none where nothing came of it.
fn run_of(place: String, data: &str, part: &Value) -> Result<Option<HandedRun>, String> {
    let Some(Value::Object(result)) = part.get("result") else {
        return Ok(None);
    };
    let history = part.get("history").cloned().unwrap_or_default();
    let num_epochs = history.as_array().map_or(0, Vec::len) as u64;
    if num_epochs > MAX_EPOCHS {
        return Err(format!(
            "{place}: found {num_epochs} epochs, expected at most {MAX_EPOCHS}"
        ));
    }
    let mut result: Map<String, Value> = result.clone();
    result.insert("history".into(), history);
    let wrong = |error: serde_json::Error| format!("{place}: {error}");
    let result = serde_json::from_value(Value::Object(result)).map_err(wrong)?;
    let settings = part.get("settings").cloned().unwrap_or_default();
    let config = serde_json::from_value(settings).map_err(wrong)?;
    Ok(Some(HandedRun {
        data: data.into(),
        place,
        config,
        result,
    }))
}

/// Figures of results and studies that are not those of the epochs and runs below them.
fn foreign_figures(metrics: &Value, runs: &[HandedRun]) -> Vec<String> {
    let is_foreign = |run: &&HandedRun| !is_of_its_epochs(run);
    let of_runs = runs.iter().filter(is_foreign);
    let mut foreign: Vec<String> = of_runs.map(|run| run.place.clone()).collect();
    for (at, study) in list(metrics, "studies").iter().enumerate() {
        let figures = list(study, "figures");
        let rows = list(study, "runs");
        for figure in figures {
            let Some(told) = figure.get("final_accuracy").and_then(Value::as_f64) else {
                continue;
            };
            let of_value = |run: &&Value| {
                run.get("value") == figure.get("label")
                    && run.get("state") == Some(&"finished".into())
            };
            let accuracy = |run: &Value| run["result"]["validation_accuracy"].as_f64();
            let all: Vec<f64> = rows.iter().filter(of_value).filter_map(accuracy).collect();
            let mean = all.iter().sum::<f64>() / all.len() as f64;
            // Sums of a few shares: the last bits are the adding's.
            if all.is_empty() || (mean - told).abs() > 1e-12 {
                let label = figure
                    .get("label")
                    .and_then(Value::as_str)
                    .unwrap_or_default();
                foreign.push(format!("study {}, value {label}", at + 1));
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
    let is_last = result.outcome != Outcome::Finished
        || (last.validation_accuracy == result.validation_accuracy
            && last.validation_loss == result.validation_loss
            && result.history.len() as f64 == run.config.epochs);
    let has_answers = result.correct.is_empty() || {
        let bits = read_bits(&result.correct, result.num_validation as usize);
        bits.is_some_and(|bits| {
            let num_right = bits.iter().filter(|bit| **bit).count() as f64;
            num_right / f64::from(result.num_validation) == result.validation_accuracy
        })
    };
    numbered && is_last && best == result.best_validation_accuracy && has_answers
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
fn foreign_tables(summary: Option<&str>, metrics: Option<&str>, runs: &[HandedRun]) -> Vec<String> {
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
