//! `inkling report`: the texts of the hand-in, of studies that were exported. Pictures and
//! PDF are the page's.

use std::path::Path;

use clap::ArgMatches;

use super::fault::{Fault, Result};
use super::files::{exported, now, read, write};
use super::told::Told;
use super::{paths_of, text};
use crate::message::{ReportRequest, ReportStudy};
use crate::study::report::write_report;

pub(super) fn report(matches: &ArgMatches, told: &Told) -> Result<u8> {
    let mut studies = Vec::new();
    for path in paths_of(matches, "studies") {
        let value = serde_json::from_slice(&read(&path)?)
            .map_err(|error| Fault::input(format!("{path}: {error}")))?;
        studies.extend(exported(&path, value)?);
    }
    let studies = studies.into_iter().map(|record| ReportStudy {
        record,
        plots: vec![],
    });
    let request = ReportRequest {
        ids: paths_of(matches, "id"),
        created: now(),
        introduction: String::new(),
        conclusion: String::new(),
        baseline: None,
        plots: vec![],
        studies: studies.collect(),
    };
    let files = write_report(&request);
    let folder = Path::new(text(matches, "out").unwrap_or("report"));
    std::fs::create_dir_all(folder)
        .map_err(|error| Fault::file(&folder.to_string_lossy(), &error))?;
    let all = [
        ("report.md", files.report_md),
        ("analysis.ipynb", files.analysis_ipynb),
        ("metrics.csv", files.metrics_csv),
        ("summary.csv", files.summary_csv),
        ("metrics.json", files.metrics_json),
        ("settings.json", files.settings_json),
        ("README.txt", files.readme_txt),
    ];
    for (name, content) in &all {
        write(&folder.join(name).to_string_lossy(), content.as_bytes())?;
    }
    let names = all.map(|(name, _)| name);
    let words = format!("{}: {}", folder.display(), names.join(", "));
    told.say(
        &words,
        &serde_json::json!({ "kind": "kept", "out": folder, "files": names }),
    );
    Ok(0)
}
