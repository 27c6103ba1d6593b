//! A hand-in's report written anew from its own records, and whether what it tells is that.
//!
//! A report is a function of its records, so nothing here lists figures: whatever
//! [`write_report`] works out is compared, wherever it stands. What the person wrote, and
//! what the clock of a run says, the records themselves hold.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::figures::MOST_NAMED;
use super::hand_in::{MOST_RUNS, list};
use super::own_words::{Known, foreign_lines, foreign_rows};
use super::packing::unmarked;
use super::printable;
use crate::config::split_seed;
use crate::message::{
    CheckWish, DataSummary, HandInFiles, HandedRun, ReportBaseline, ReportFiles, ReportRequest,
    ReportStudy, RunConfig, RunSpec, StudyPlan, StudyRecord, StudyRun, StudyValue,
};
use crate::study::check::check;
use crate::study::record::derived;
use crate::study::report::write_report;
use crate::study::{READING_VERSION, crossed_of};

/// Fields that say who wrote a text, or in words what the fields beside them hold.
const NOT_FIGURES: [&str; 7] = [
    "backend",
    "format_version",
    "ids",
    "inkling_version",
    "made_by",
    "reason",
    "written_by",
];

/// What a hand-in tells that its records do not give.
pub(super) struct Anew {
    /// The places, each once.
    pub(super) foreign: Vec<String>,
    /// The version of the rules by which its intervals and sentences were worked out, where
    /// it is not this one's: then they are not compared.
    pub(super) other_rules: Option<u64>,
}

/// Writes the report anew and compares.
pub(super) fn anew(
    files: &HandInFiles,
    metrics: &Value,
    runs: &[HandedRun],
    wish: &CheckWish,
) -> Anew {
    let mut foreign = foreign_data(metrics, wish);
    let version = metrics.get("reading_version");
    let version = version.map_or(1, |one| one.as_u64().unwrap_or_default());
    let other_rules = (version != u64::from(READING_VERSION)).then_some(version);
    // Of other data nobody here knows how many images they are, and no verdict needs it.
    let is_of_data = |run: &HandedRun| run.data == wish.data;
    if other_rules.is_none() && runs.iter().all(is_of_data) && foreign.is_empty() {
        let too_many = |run: &&HandedRun| run.result.num_validation > wish.num_rows;
        let impossible = runs.iter().filter(too_many);
        foreign.extend(impossible.map(|run| run.place.clone()));
        if foreign.is_empty() {
            foreign = foreign_report(files, metrics, runs);
        }
    }
    Anew {
        foreign,
        other_rules,
    }
}

/// Parts whose data have the checksum of those that are trained on again, and are told to be
/// otherwise.
fn foreign_data(metrics: &Value, wish: &CheckWish) -> Vec<String> {
    let Some(own) = &wish.summary else {
        return vec![];
    };
    let is_foreign = |part: &Value| {
        let data = part.get("data").unwrap_or(&Value::Null);
        if data.get("checksum").and_then(Value::as_str) != Some(&wish.data) {
            return false;
        }
        read::<DataSummary>(data).is_none_or(|told| {
            told.num_rows != own.num_rows
                || told.class_counts != own.class_counts
                || told.has_labels != own.has_labels
                || told.task.side != own.task.side
        })
    };
    let baseline = metrics.get("baseline").filter(|part| is_foreign(part));
    let baseline = baseline.map(|_| "baseline, its data".to_string());
    let studies = list(metrics, "studies").iter().zip(1..);
    let studies = studies.filter(|(part, _)| is_foreign(part));
    let name = |number| format!("study {number}, its data");
    baseline
        .into_iter()
        .chain(studies.map(|(_, number)| name(number)))
        .collect()
}

fn read<T: DeserializeOwned>(value: &Value) -> Option<T> {
    serde_json::from_value(value.clone()).ok()
}

fn part<T: DeserializeOwned>(value: &Value, name: &str) -> Option<T> {
    read(value.get(name)?)
}

fn text(value: &Value, name: &str) -> String {
    part(value, name).unwrap_or_default()
}

/// Whatever of the report is not as its records give it.
fn foreign_report(files: &HandInFiles, metrics: &Value, runs: &[HandedRun]) -> Vec<String> {
    let told = files.settings_json.as_deref().map(unmarked);
    let settings: Option<Value> = told.and_then(|text| serde_json::from_str(text).ok());
    let (mut foreign, mut studies) = (Vec::new(), Vec::new());
    let by_place: BTreeMap<&str, &HandedRun> = runs.iter().map(|run| (&*run.place, run)).collect();
    for (at, study) in list(metrics, "studies").iter().enumerate() {
        let planned = settings
            .as_ref()
            .and_then(|all| list(all, "studies").get(at));
        match record(at + 1, study, planned, &by_place) {
            Ok(record) => studies.push(ReportStudy {
                record,
                plots: vec![],
            }),
            Err(place) => foreign.push(format!("study {}, {place}", at + 1)),
        }
    }
    if !foreign.is_empty() {
        return foreign;
    }
    let baseline = metrics.get("baseline").filter(|part| !part.is_null());
    let request = ReportRequest {
        ids: part(metrics, "ids").unwrap_or_default(),
        created: text(metrics, "created"),
        introduction: text(metrics, "introduction"),
        conclusion: text(metrics, "conclusion"),
        baseline: baseline.and_then(|part| baseline_of(part, &by_place)),
        plots: vec![],
        studies,
    };
    let own = write_report(&request);
    foreign_values(&own, metrics, settings.as_ref(), &mut foreign);
    for (name, own, told) in [
        ("summary.csv", &own.summary_csv, &files.summary_csv),
        ("metrics.csv", &own.metrics_csv, &files.metrics_csv),
    ] {
        if let Some(told) = told {
            foreign_rows(name, own, unmarked(told), &mut foreign);
        }
    }
    if let Some(told) = &files.report_md {
        let is_planned = settings.is_some();
        foreign_lines(&own.report_md, unmarked(told), is_planned, &mut foreign);
    }
    foreign
}

fn baseline_of(baseline: &Value, by_place: &BTreeMap<&str, &HandedRun>) -> Option<ReportBaseline> {
    let run = by_place.get("baseline")?;
    Some(ReportBaseline {
        data: part(baseline, "data")?,
        config: run.config.clone(),
        result: run.result.clone(),
        remarks: text(&baseline["remarks"], "text"),
        evaluations: part(baseline, "evaluations").unwrap_or_default(),
        plots: vec![],
    })
}

/// The record that a study's part of `metrics.json` was written from, with what
/// `settings.json` has of its plan.
///
/// # Errors
/// The place of what could not have been planned.
fn record(
    number: usize,
    study: &Value,
    planned: Option<&Value>,
    by_place: &BTreeMap<&str, &HandedRun>,
) -> Result<StudyRecord, String> {
    let wrong = |name: &str| format!("its {name}");
    let factor = part(study, "factor").ok_or_else(|| wrong("factor"))?;
    let values: Vec<StudyValue> = part(study, "values").ok_or_else(|| wrong("values"))?;
    let seeds: Vec<u32> = part(study, "seeds").ok_or_else(|| wrong("seeds"))?;
    let rows = list(study, "runs");
    let is_whole =
        !seeds.is_empty() && rows.len() <= MOST_RUNS && rows.len() == values.len() * seeds.len();
    if !is_whole {
        return Err(wrong("runs"));
    }
    let run = |(at, row): (usize, &Value)| {
        let place = format!("run {}", at + 1);
        let known = by_place.get(format!("study {number}, {place}").as_str());
        let config = match known {
            Some(run) => Some(run.config.clone()),
            None => part(row, "settings"),
        };
        let read = || {
            Some(StudyRun {
                spec: RunSpec {
                    value_index: (at / seeds.len()) as u32,
                    label: text(row, "value"),
                    axis: 0.0,
                    seed: part(row, "seed")?,
                    config: config?,
                    cost: 0.0,
                },
                state: part(row, "state")?,
                reason: text(row, "reason"),
                history: part(row, "history")?,
                result: known.map(|run| run.result.clone()),
            })
        };
        read().ok_or(place)
    };
    let runs: Vec<StudyRun> = rows.iter().enumerate().map(run).collect::<Result<_, _>>()?;
    let specs: Vec<RunSpec> = runs.iter().map(|run| run.spec.clone()).collect();
    let split = |spec: &RunSpec| split_seed(&spec.config).unwrap_or(spec.seed);
    let mut of_value = specs.iter().take(seeds.len()).map(split);
    let first = of_value.next();
    let baseline = match planned.and_then(|planned| part::<RunConfig>(planned, "baseline")) {
        // What computes is no setting, and stands with no plan.
        Some(baseline) => RunConfig {
            backend: specs[0].config.backend,
            step: specs[0].config.step,
            ..baseline
        },
        None => specs[0].config.clone(),
    };
    let labels = values.iter().map(|value| value.label.as_str());
    let configs = specs.iter().step_by(seeds.len()).map(|spec| &spec.config);
    let crossed: Vec<String> = part(study, "crossed").unwrap_or_default();
    // Reports did not always name them.
    let crossed = if crossed.is_empty() {
        crossed_of(factor, configs.zip(labels))
    } else {
        crossed
    };
    let record = StudyRecord {
        format_version: 2,
        id: String::new(),
        name: text(study, "name"),
        created: text(study, "created"),
        version: text(study, "inkling_version"),
        data: part(study, "data").ok_or_else(|| wrong("data"))?,
        plan: StudyPlan {
            factor,
            crossed,
            factor_name: String::new(),
            axis_scale: crate::message::AxisScale::Linear,
            values,
            vary_split: of_value.any(|seed| Some(seed) != first),
            seeds,
            order: (0..specs.len() as u32).collect(),
            workers: planned
                .and_then(|planned| part(planned, "workers"))
                .unwrap_or(1),
            baseline,
            notes: vec![],
            runs: specs,
        },
        runs,
        wall_secs: part(study, "wall_secs").unwrap_or_default(),
        remarks: text(&study["remarks"], "text"),
        final_test: part(study, "final_test"),
    };
    let record = derived(&record);
    check(&record).map_err(|error| {
        let place = error.place().unwrap_or_default();
        printable(place.rsplit("\", ").next().unwrap_or_default())
    })?;
    Ok(record)
}

/// Compares `metrics.json` and `settings.json`, value by value.
fn foreign_values(
    own: &ReportFiles,
    metrics: &Value,
    settings: Option<&Value>,
    foreign: &mut Vec<String>,
) {
    let parsed = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    let mut paths = Vec::new();
    let own_metrics = parsed(&own.metrics_json);
    differing(&own_metrics, metrics, &mut vec![], &mut paths);
    for path in paths {
        let place = place_of(&path, metrics);
        // How a study was run follows from its plan, which stands in the settings alone.
        let is_sentence = path.get(2).is_some_and(|name| name == "insights");
        if (!is_sentence || settings.is_some()) && !foreign.contains(&place) {
            foreign.push(place);
        }
    }
    let Some(settings) = settings else { return };
    let studies = list(&own_metrics, "studies")
        .iter()
        .zip(list(metrics, "studies"));
    for ((own, told), number) in studies.zip(1..) {
        foreign_sentences(number, own, told, foreign);
    }
    let (own, mut paths) = (parsed(&own.settings_json), Vec::new());
    differing(&own, settings, &mut vec![], &mut paths);
    if !paths.is_empty() {
        foreign.push("settings.json".into());
    }
}

/// Sentences and numbers of a study that but for the figures in them are its records'.
fn foreign_sentences(number: usize, own: &Value, told: &Value, foreign: &mut Vec<String>) {
    let mut known = Known::default();
    let mut numbers = BTreeMap::<String, Vec<f64>>::new();
    let of = |study: &Value| list(&study["insights"], "items").to_vec();
    let numbers_of = |item: &Value| -> Vec<(String, f64)> {
        let all = list(item, "numbers").iter();
        all.filter_map(|one| Some((part(one, "name")?, part(one, "value")?)))
            .collect()
    };
    for item in of(own) {
        known.add(&text(&item, "sentence"));
        for (name, value) in numbers_of(&item) {
            numbers.entry(name).or_default().push(value);
        }
    }
    for (item, at) in of(told).iter().take(MOST_NAMED).zip(1..) {
        let has_other = numbers_of(item).iter().any(|(name, value)| {
            let known = numbers.get(name);
            known.is_some_and(|known| !known.contains(value))
        });
        let place = format!("study {number}, sentence {at}");
        let is_foreign = has_other || known.has_other_figures(&text(item, "sentence"));
        if is_foreign && !foreign.contains(&place) {
            foreign.push(place);
        }
    }
}

/// Where two values differ, at most so many places. What only the first has, older reports
/// lack; what only the second has, nothing is said of.
fn differing(own: &Value, told: &Value, at: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    if found.len() == MOST_NAMED {
        return;
    }
    let mut below = |name: String, own: &Value, told: &Value| {
        at.push(name);
        differing(own, told, at, found);
        at.pop();
    };
    match (own, told) {
        (Value::Object(own), Value::Object(told)) => {
            let figures = own
                .iter()
                .filter(|(name, _)| !NOT_FIGURES.contains(&name.as_str()));
            for (name, own) in figures {
                if let Some(told) = told.get(name) {
                    below(name.clone(), own, told);
                }
            }
        }
        (Value::Array(own), Value::Array(told)) if own.len() == told.len() => {
            for (place, (own, told)) in own.iter().zip(told).enumerate() {
                below(place.to_string(), own, told);
            }
        }
        (Value::Number(own), Value::Number(told)) if own.as_f64() == told.as_f64() => {}
        _ if own == told => {}
        _ => found.push(at.clone()),
    }
}

/// A path of `metrics.json` as a person says it.
fn place_of(path: &[String], metrics: &Value) -> String {
    let number = |at: usize| path.get(at).and_then(|name| name.parse::<usize>().ok());
    let name = |at: usize| path.get(at).map_or("", String::as_str);
    let part = name(0);
    let Some(study) = number(1).filter(|_| part == "studies") else {
        return match part {
            "baseline" => part.into(),
            _ => format!("metrics.json, {part}"),
        };
    };
    let of_it = match (name(2), number(3), number(4)) {
        ("figures", Some(at), _) => {
            let figures = list(&metrics["studies"][study], "figures");
            let label = figures.get(at).map(|figure| text(figure, "label"));
            format!("value {}", printable(&label.unwrap_or_default()))
        }
        ("runs", Some(at), _) => format!("run {}", at + 1),
        ("insights", _, Some(at)) => format!("sentence {}", at + 1),
        ("insights", ..) => "its sentences".into(),
        (other, ..) => format!("its {}", other.replace('_', " ")),
    };
    format!("study {}, {of_it}", study + 1)
}
