//! A hand-in: the runs of its `metrics.json`, which of them are trained again, and for how
//! long. Anyone may have made it: sizes, runs and epochs are bounded.

use serde_json::{Map, Value};

use super::anew::anew;
use super::assigned::otherwise;
use super::evaluations::foreign_evaluations;
use super::figures::{foreign_figures, foreign_tables};
use super::packing::{no_report, unmarked};
use super::printable;
use super::report_text::foreign_text;
use super::wholeness::missing;
use crate::config::{MAX_EPOCHS, Plan};
use crate::data::dataset::checksum;
use crate::math::NUMERICS_VERSION;
use crate::message::{
    BackendChoice, CheckWish, HandIn, HandInFiles, HandedRun, Outcome, RunConfig, StepKind,
};
use crate::study::cost::cost;

/// Runs of a hand-in: six studies of the most values and seeds that one may have are fewer.
pub(super) const MOST_RUNS: usize = 2000;
/// Studies of a hand-in: the usual assignment asks for five.
const MOST_STUDIES: usize = 100;
/// Who hands it in: three, but nobody is left out for one more.
const MOST_IDS: usize = 10;

/// What serde says of a value, in words of a person: "found null, expected a number".
fn in_words(error: &serde_json::Error) -> String {
    let words = error.to_string();
    let found = match words.split_once(": ") {
        Some(("invalid type" | "invalid value", found)) => format!("found {found}"),
        _ => words,
    };
    let (found, expected) = found.split_once(", expected ").unwrap_or((&found, ""));
    let expected = match expected {
        "" => return printable(found),
        "f64" => "a number",
        "u32" | "u64" | "usize" => "a whole number of at least 0",
        "a boolean" => "true or false",
        "a string" => "a text",
        "a sequence" => "a list",
        other => other,
    };
    format!("{}, expected {}", printable(found), printable(expected))
}

/// A hand-in of which nothing can be read.
pub fn unread(zip: &str, why: &str) -> HandIn {
    HandIn {
        zip: zip.into(),
        fault: why.into(),
        ids: vec![],
        runs: vec![],
        weights: vec![],
        foreign: vec![],
        missing: vec![],
        otherwise: vec![],
        other_rules: None,
        num_steps: 0.0,
        over_budget: String::new(),
    }
}

/// Reads a hand-in and decides which of its runs are trained again.
pub fn read_hand_in(files: &HandInFiles, wish: &CheckWish) -> HandIn {
    read(files, wish).unwrap_or_else(|why| unread(&files.zip, &why))
}

/// # Errors
/// A sentence's second half: what was found and what was expected.
fn read(files: &HandInFiles, wish: &CheckWish) -> Result<HandIn, String> {
    let metrics = files.metrics_json.as_deref().map(unmarked);
    let metrics = metrics.ok_or_else(|| no_report(&files.names))?;
    let metrics: Value = serde_json::from_str(metrics)
        .map_err(|error| format!("metrics.json: found no JSON ({error})"))?;
    let mut runs = runs_of(&metrics, wish.num_rows)?;
    let mut foreign = foreign_figures(&metrics, &runs);
    let summary = files.summary_csv.as_deref().map(unmarked);
    let epochs = files.metrics_csv.as_deref().map(unmarked);
    foreign.extend(foreign_tables(summary, epochs, &runs));
    if let Some(report) = &files.report_md {
        foreign.extend(foreign_text(unmarked(report), &metrics));
    }
    foreign.extend(foreign_evaluations(&metrics, &runs));
    let anew = anew(files, &metrics, &runs, wish);
    for place in anew.foreign {
        if !foreign.contains(&place) {
            foreign.push(place);
        }
    }
    ask(&mut runs, &files.zip, wish);
    let asked = runs.iter().filter(|run| run.is_asked);
    let num_steps: f64 = asked.map(|run| run.num_steps).sum();
    let over_budget = if num_steps > wish.budget {
        let budget = wish.budget;
        format!(
            "its records ask for the work of {num_steps} steps, more than the budget of {budget}"
        )
    } else {
        String::new()
    };
    let finished = runs
        .iter()
        .filter(|run| run.result.outcome == Outcome::Finished);
    let weights = finished.map(|run| run.result.weights_checksum.clone());
    let ids = list(&metrics, "ids").iter().filter_map(Value::as_str);
    let ids: Vec<String> = ids.take(MOST_IDS).map(printable).collect();
    Ok(HandIn {
        zip: files.zip.clone(),
        fault: String::new(),
        missing: missing(files, &metrics, &ids, wish.assignment.as_ref()),
        otherwise: match &wish.assignment {
            Some(assignment) => otherwise(&metrics, &runs, &ids, assignment),
            None => vec![],
        },
        other_rules: anew.other_rules.map(|version| version as f64),
        ids,
        weights: weights.filter(|weights| !weights.is_empty()).collect(),
        runs,
        foreign,
        num_steps,
        over_budget,
    })
}

/// Marks the runs that are trained again: those that can be, or a sample of them.
fn ask(runs: &mut [HandedRun], zip: &str, wish: &CheckWish) {
    for run in runs.iter_mut() {
        run.is_asked = run.data == wish.data && why_not(run).is_none();
    }
    let Some(sample) = wish.sample else { return };
    let mut places: Vec<usize> = (0..runs.len()).filter(|&at| runs[at].is_asked).collect();
    places.sort_by_key(|at| checksum(&[zip.as_bytes(), &(*at as u64).to_le_bytes()]));
    for &at in places.iter().skip(sample as usize) {
        runs[at].is_asked = false;
    }
}

/// Why a run is not trained again, apart from its data; none where it is.
pub(super) fn why_not(run: &HandedRun) -> Option<String> {
    let result = &run.result;
    if !matches!(&*result.backend, "ndarray" | "webgpu") {
        let backend = printable(&result.backend);
        return Some(format!(
            "trained on “{backend}”, which Inkling does not have"
        ));
    }
    if result.backend == "ndarray" && result.numerics_version != NUMERICS_VERSION {
        return Some("another numerics version".into());
    }
    if run.config.step == StepKind::Plain {
        return Some("trained by the plain step, whose bits are not promised".into());
    }
    if has_nothing(run) {
        return Some("stopped before its first epoch, so there is nothing to compare".into());
    }
    Plan::try_from(&run.config)
        .err()
        .map(|error| error.to_string())
}

/// Whether a run was ended before there was anything of it.
pub(super) fn has_nothing(run: &HandedRun) -> bool {
    run.num_epochs == 0
}

/// The list under a name; empty where there is none.
pub(super) fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value
        .get(name)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn runs_of(metrics: &Value, num_rows: u32) -> Result<Vec<HandedRun>, String> {
    let mut runs = Vec::new();
    if let Some(baseline) = metrics.get("baseline").filter(|value| !value.is_null()) {
        let data = data_of(baseline).ok_or("baseline: found no data")?;
        runs.extend(run_of("baseline".into(), &data, baseline, num_rows)?);
    }
    let studies = list(metrics, "studies");
    if studies.len() > MOST_STUDIES {
        let found = studies.len();
        return Err(format!(
            "found {found} studies, expected at most {MOST_STUDIES}"
        ));
    }
    for (at, study) in studies.iter().enumerate() {
        let name = format!("study {}", at + 1);
        let data = data_of(study).ok_or(format!("{name}: found no data"))?;
        let all = list(study, "runs");
        for (place, run) in all.iter().enumerate() {
            if runs.len() == MOST_RUNS {
                return Err(format!("found more than {MOST_RUNS} runs"));
            }
            let place = format!("{name}, run {}", place + 1);
            runs.extend(run_of(place, &data, run, num_rows)?);
        }
    }
    Ok(runs)
}

fn data_of(part: &Value) -> Option<String> {
    let checksum = part.get("data")?.get("checksum")?;
    checksum.as_str().map(String::from)
}

/// A run; none where nothing came of it.
fn run_of(
    place: String,
    data: &str,
    part: &Value,
    num_rows: u32,
) -> Result<Option<HandedRun>, String> {
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
    let wrong = |part: &str, error| format!("{place}, {part}: {}", in_words(&error));
    let result: crate::message::RunResult = serde_json::from_value(Value::Object(result))
        .map_err(|error| wrong("its result", error))?;
    let settings = part.get("settings").cloned().unwrap_or_default();
    let config: RunConfig =
        serde_json::from_value(settings).map_err(|error| wrong("its settings", error))?;
    let again = RunConfig {
        backend: BackendChoice::Auto,
        ..config.clone()
    };
    // A run that failed did so in the epoch after its last.
    let num_epochs = num_epochs as u32 + u32::from(result.outcome == Outcome::Failed);
    let trained = RunConfig {
        epochs: num_epochs.into(),
        ..again.clone()
    };
    Ok(Some(HandedRun {
        data: data.into(),
        key: serde_json::json!([again, num_epochs]).to_string(),
        num_steps: num_steps(&trained, num_rows),
        cost: cost(&trained),
        place,
        config,
        result,
        is_asked: false,
        again,
        num_epochs,
    }))
}

/// Multiply-adds of a step that counts as one: ten times those of the default settings.
const LARGE_STEP: f64 = 145e6;

/// Steps of a run on so many images; large ones count as several.
fn num_steps(config: &RunConfig, num_rows: u32) -> f64 {
    let batch = config.batch_size.max(1.0);
    let work = Plan::try_from(config).map_or(0.0, |plan| plan.step_multiply_adds() / LARGE_STEP);
    (config.epochs * (f64::from(num_rows) / batch).ceil() * work.max(1.0)).ceil()
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn a_step_counts_by_its_work() {
        let with = |hidden_layers: &str, batch_size: f64| {
            let config = RunConfig {
                hidden_layers: hidden_layers.into(),
                batch_size,
                ..RunConfig::default()
            };
            num_steps(&config, 42_000)
        };
        assert_eq!(with("128, 64", 64.0), 6570.0);
        assert_eq!(with("128, 64", 512.0), 830.0);
        assert_eq!(with("800", 64.0), 6570.0);
        let (one, all) = (
            with("4096", 1.0),
            with("4096,4096,4096,4096,4096,4096,4096,4096", 64.0),
        );
        assert_eq!(one, 420_000.0);
        assert!(all > 6570.0 * 100.0, "{all}");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_record_of_any_shape_is_read_or_refused() {
        let wish = CheckWish {
            data: "00".into(),
            num_rows: 100,
            summary: None,
            sample: None,
            budget: 10.0,
            assignment: None,
        };
        let read = |text: &str| {
            let files = HandInFiles {
                metrics_json: Some(text.into()),
                ..HandInFiles::default()
            };
            read_hand_in(&files, &wish)
        };
        assert!(
            read("[1, ")
                .fault
                .starts_with("metrics.json: found no JSON")
        );
        assert_eq!(read("{\"studies\": 7, \"ids\": {}}").runs.len(), 0);
        assert_eq!(read("{\"baseline\": 7}").fault, "baseline: found no data");
        let crowd = format!("{{\"studies\": [{}7]}}", "7,".repeat(1000));
        assert_eq!(
            read(&crowd).fault,
            "found 1001 studies, expected at most 100"
        );
        let deep = "[".repeat(100_000);
        assert!(read(&deep).fault.contains("recursion limit"));
    }
}
