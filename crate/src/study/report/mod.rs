//! The files to hand in, written from a baseline, studies and their plots.
//!
//! A report is a list of [`Block`]s first: the page lays them out as PDF, and
//! `report.md` is the same list as Markdown. What Inkling wrote is marked as
//! such in every file, and the person's own remarks stand first.

mod baseline_section;
mod closing;
mod front;
mod json_files;
mod markdown;
mod names;
mod notebook;
mod readme;
mod setting_rows;
mod study_section;
pub(crate) mod tables;
mod writer;

use crate::config::Plan;
use crate::message::{
    Block, DataSummary, ReportFiles, ReportRequest, ReportStudy, RunConfig, StudyRecord,
};

use super::record::derived;
pub use markdown::escaped;
use markdown::markdown;
use setting_rows::differences;
pub use writer::INSIGHTS_TITLE;
use writer::Writer;

/// The data and the settings that hold wherever nothing else is said: the baseline's,
/// or else the first study's.
struct Usual<'a> {
    data: &'a DataSummary,
    config: &'a RunConfig,
}

impl<'a> Usual<'a> {
    /// None where there is neither a baseline nor a study.
    fn of(request: &'a ReportRequest) -> Option<Self> {
        let of_study = |record: &'a StudyRecord| {
            let baseline = &record.plan.baseline;
            // What a factor varies may be anything in the baseline's own place.
            let configs = record.plan.runs.iter().map(|run| &run.config);
            let mut can_train = std::iter::once(baseline)
                .chain(configs)
                .filter(|config| Plan::try_from(*config).is_ok());
            Usual {
                data: &record.data,
                config: can_train.next().unwrap_or(baseline),
            }
        };
        match &request.baseline {
            Some(baseline) => Some(Usual {
                data: &baseline.data,
                config: &baseline.config,
            }),
            None => request.studies.first().map(|study| of_study(&study.record)),
        }
    }
}

/// The texts of a report on these studies. Whether they are true is for
/// [`check`](super::check::check) to say beforehand; whatever the records hold, the
/// files are safe to open and the notebook's code is Inkling's.
pub fn write_report(request: &ReportRequest) -> ReportFiles {
    let studies = request.studies.iter().map(|study| ReportStudy {
        record: derived(&study.record),
        plots: study.plots.clone(),
    });
    let request = &ReportRequest {
        studies: studies.collect(),
        ..request.clone()
    };
    let blocks = blocks(request);
    let cells = notebook::cells(request);
    ReportFiles {
        report_md: markdown(&blocks),
        analysis_ipynb: notebook::write(&cells),
        analysis: notebook::on_paper(&cells),
        differences: study_differences(request),
        metrics_csv: tables::metrics(request),
        summary_csv: tables::summary(request),
        metrics_json: json_files::metrics(request),
        settings_json: json_files::settings(request),
        readme_txt: readme::write(request),
        blocks,
    }
}

/// Of each study, what it holds otherwise than the baseline, or than the first study
/// where there is no baseline.
pub fn study_differences(request: &ReportRequest) -> Vec<Vec<String>> {
    let Some(usual) = Usual::of(request) else {
        return Vec::new();
    };
    let of = |study: &ReportStudy| differences(&study.record, usual.data, usual.config);
    request.studies.iter().map(of).collect()
}

/// The whole report, in the order in which it is read.
fn blocks(request: &ReportRequest) -> Vec<Block> {
    let mut writer = Writer::default();
    front::opening(&mut writer, request);
    let Some(usual) = Usual::of(request) else {
        return writer.blocks;
    };
    front::introduction(&mut writer, request);
    front::data(&mut writer, request, &usual);
    front::network(&mut writer, request, &usual);
    if let Some(baseline) = &request.baseline {
        baseline_section::baseline_section(&mut writer, request, baseline);
    }
    for study in &request.studies {
        study_section::study_section(&mut writer, request, study, &usual);
    }
    closing::across(&mut writer, request, &usual);
    closing::conclusion(&mut writer, request);
    closing::repeat(&mut writer, request, &usual);
    closing::appendix(&mut writer, request);
    writer.blocks
}

#[cfg(test)]
mod tests;
