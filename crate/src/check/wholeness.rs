//! What a whole hand-in has: its files, a notebook that is one, the assignment's studies
//! with all their runs, a name made of its ids.

use serde_json::Value;

use super::assigned::lacking_studies;
use super::hand_in::list;
use super::packing::{root_of, unmarked};
use super::printable;
use crate::assignment::zip_name;
use crate::message::{Assignment, Factor, HandInFiles};
use crate::study::factor::USUAL;

/// The files of a report beside `metrics.json`, without which there is none.
const FILES: [&str; 7] = [
    "report.pdf",
    "report.md",
    "analysis.ipynb",
    "analysis.pdf",
    "metrics.csv",
    "summary.csv",
    "settings.json",
];

/// What is missing of all that, each in a few words.
pub(super) fn missing(
    files: &HandInFiles,
    metrics: &Value,
    ids: &[String],
    assignment: Option<&Assignment>,
) -> Vec<String> {
    let root = root_of(&files.names);
    let has = |name: &&str| {
        let path = format!("{root}{name}");
        files.names.contains(&path)
    };
    let mut missing: Vec<String> = FILES
        .iter()
        .filter(|name| !has(name))
        .map(|name| (*name).into())
        .collect();
    if let Some(notebook) = &files.analysis_ipynb
        && !is_notebook(unmarked(notebook))
    {
        missing.push("a notebook in analysis.ipynb".into());
    }
    if metrics.get("baseline").is_none_or(Value::is_null) {
        missing.push("the baseline".into());
    }
    let studies = list(metrics, "studies");
    missing.extend(match assignment {
        Some(assignment) => lacking_studies(metrics, assignment),
        None => lacking_usual(studies).into_iter().collect(),
    });
    for (at, study) in studies.iter().enumerate() {
        let runs = list(study, "runs");
        let is_over = |run: &&Value| {
            let state = run.get("state").and_then(Value::as_str);
            matches!(state, Some("finished" | "diverged"))
        };
        let num_over = runs.iter().filter(is_over).count();
        if num_over < runs.len() || runs.is_empty() {
            missing.push(format!(
                "{} of {} runs of study {}",
                runs.len() - num_over,
                runs.len(),
                at + 1
            ));
        }
    }
    if ids.is_empty() {
        missing.push("ids".into());
    } else {
        let name = match assignment {
            Some(assignment) => zip_name(assignment, ids),
            None => format!("{}.zip", ids.join("_")),
        };
        let own = files.zip.rsplit('/').next().unwrap_or_default();
        if name != own {
            missing.push(format!("the name {}", printable(&name)));
        }
    }
    missing
}

/// Which of the usual assignment's studies are not there, in a few words.
fn lacking_usual(studies: &[Value]) -> Option<String> {
    let is_of = |factor: &Factor| {
        let name = serde_json::json!(factor);
        studies
            .iter()
            .any(|study| study.get("factor") == Some(&name))
    };
    let usual = USUAL.iter().map(|(factor, _)| factor);
    let lacking = usual.filter(|factor| !is_of(factor));
    let lacking: Vec<&str> = lacking.map(|factor| factor.name()).collect();
    match lacking.as_slice() {
        [] => None,
        [one] => Some(format!("the study of {one}")),
        [all @ .., last] => Some(format!("the studies of {}, and of {last}", all.join(", "))),
    }
}

/// Whether a text is a notebook of version 4 with cells, as Jupyter opens it.
fn is_notebook(text: &str) -> bool {
    let Ok(notebook) = serde_json::from_str::<Value>(text) else {
        return false;
    };
    let cells = list(&notebook, "cells");
    let is_cell = |cell: &Value| {
        let kind = cell.get("cell_type").and_then(Value::as_str);
        matches!(kind, Some("code" | "markdown" | "raw")) && cell.get("source").is_some()
    };
    notebook.get("nbformat") == Some(&4.into()) && !cells.is_empty() && cells.iter().all(is_cell)
}
