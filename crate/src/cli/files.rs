//! Files of runs and of studies, as the page writes and reads them, and how any file is
//! written: whole or not at all.

use std::fs;
use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::fault::{Fault, Result};
use super::input::Loaded;
use crate::data::dataset::checksum;
use crate::message::{Outcome, RunConfig, RunResult, StudyConfig, StudyRecord, TaskSummary};
use crate::message::{RunState, StudyRun};
use crate::study::check::check;
use crate::study::plan::plan_study;
use crate::study::record::derived;

/// Bytes of a file of studies; the page's own limit of what it keeps is far below.
const MOST_BYTES: u64 = 256 << 20;

/// Now, ISO 8601 in UTC.
pub(super) fn now() -> String {
    humantime::format_rfc3339_millis(SystemTime::now()).to_string()
}

/// Writes beside the file first, so that one that is cut off leaves what stood there.
pub(super) fn write(path: &str, bytes: &[u8]) -> Result<()> {
    let beside = format!("{path}.part");
    fs::write(&beside, bytes)
        .and_then(|()| fs::rename(&beside, path))
        .map_err(|error| Fault::file(path, &error))
}

pub(super) fn read(path: &str) -> Result<Vec<u8>> {
    let size = fs::metadata(path)
        .map_err(|error| Fault::file(path, &error))?
        .len();
    if size > MOST_BYTES {
        let expected = format!("at most {MOST_BYTES}");
        return Err(Fault::found(path, &format!("{size} bytes"), &expected));
    }
    fs::read(path).map_err(|error| Fault::file(path, &error))
}

/// A run as Runs imports it (`www/app/runs_file.js`).
pub(super) fn runs_file(
    data: &Loaded,
    config: &RunConfig,
    result: &RunResult,
    model: &[u8],
) -> Vec<u8> {
    let created = now();
    let is_failed = result.outcome == Outcome::Failed;
    let about = format!(
        "{created} {} {}",
        data.summary.checksum, result.weights_checksum
    );
    let mut record = json!({
        "format_version": 2,
        "id": format!("program {:016x}", checksum(&[about.as_bytes()])),
        "order": 1,
        "name": "",
        "note": "",
        "created": created,
        "is_pinned": false,
        "state": if is_failed { "failed" } else { "ended" },
        "error": result.reason,
        "has_crashed": false,
        "config": config,
        "data_name": data.summary.name,
        "data_checksum": data.summary.checksum,
        "data_rows": data.summary.num_rows,
        "decision": {
            "backend": result.backend,
            "reason": "Trained by the program inkling.",
            "device": "",
        },
        "history": result.history,
        "running": [],
        "result": result,
        "tuned": null,
        "evaluated": null,
    });
    if data.summary.task != TaskSummary::default() {
        record["task"] = json!(data.summary.task);
    }
    let file = json!({
        "format": "inkling runs",
        "version": 1,
        "runs": [{ "record": record, "model": STANDARD.encode(model), "checkpoint": null }],
    });
    format!("{file}\n").into_bytes()
}

/// A file of studies, as Export writes it.
pub(super) fn studies_file(studies: &[StudyRecord]) -> Vec<u8> {
    let file = json!({ "inkling_studies": 1, "studies": studies });
    format!("{file:#}\n").into_bytes()
}

/// The studies of a file: those that the page exported, checked and brought to this
/// version's format, or one that is planned of a [`StudyConfig`] on these data.
pub(super) fn studies(path: &str, data: &Loaded) -> Result<Vec<StudyRecord>> {
    let bytes = read(path)?;
    let value: Value = serde_json::from_slice(&bytes)
        .map_err(|error| Fault::found(path, &format!("no JSON ({error})"), EXPECTED))?;
    if value.get("inkling_studies").is_some() {
        return exported(path, value);
    }
    let is_plan = value.get("factor").is_some() && value.get("plan").is_none();
    if !is_plan {
        return Err(Fault::found(path, "other JSON", EXPECTED));
    }
    let config: StudyConfig =
        serde_json::from_value(value).map_err(|error| Fault::input(format!("{path}: {error}")))?;
    let plan = plan_study(&StudyConfig {
        seeds_per_value: config.seeds_per_value.max(1.0),
        workers: config.workers.max(1.0),
        ..config
    })?;
    let about = format!("{} {}", json!(plan), data.summary.checksum);
    let runs = plan.runs.iter().map(|spec| StudyRun {
        spec: spec.clone(),
        state: RunState::Waiting,
        reason: String::new(),
        history: vec![],
        result: None,
    });
    let created = now();
    Ok(vec![StudyRecord {
        format_version: 2,
        // Of the plan and the data: parts of one study that were made apart belong together.
        id: format!("program {:016x}", checksum(&[about.as_bytes()])),
        name: format!("{}, {}", plan.factor_name, created[..16].replace('T', " ")),
        created,
        version: env!("CARGO_PKG_VERSION").into(),
        data: data.summary.clone(),
        runs: runs.collect(),
        plan,
        wall_secs: 0.0,
        remarks: String::new(),
        final_test: None,
    }])
}

const EXPECTED: &str = "a file of studies that Inkling exported, or the settings of one";

/// The studies of a file that was exported.
pub(super) fn exported(path: &str, value: Value) -> Result<Vec<StudyRecord>> {
    let studies: Vec<StudyRecord> = match value {
        Value::Object(mut file) if file.get("inkling_studies") == Some(&1.into()) => {
            let studies = file.remove("studies").unwrap_or_default();
            serde_json::from_value(studies)
                .map_err(|error| Fault::input(format!("{path}: {error}")))?
        }
        _ => return Err(Fault::found(path, "other JSON", EXPECTED)),
    };
    studies
        .iter()
        .map(|study| {
            check(study)?;
            Ok(derived(study))
        })
        .collect()
}
