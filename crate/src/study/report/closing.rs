//! The report after its studies: the table across them, the conclusion, how to repeat
//! it, and every run's curves.

use crate::message::{Factor, PlotKind, ReportRequest, RunResult, StudyRecord, ValueFigures};

use super::Usual;
use super::front::plots;
use super::names::{
    config_of, data_file, factor_phrase, sentence, value_cells, value_words, values_words,
};
use super::setting_rows::differences;
use super::writer::Writer;
use crate::study::insight::read_study;
use crate::study::words::{fixed, list, percent};

/// What the studies came to, side by side; nothing of one alone.
pub(super) fn across(writer: &mut Writer, request: &ReportRequest, usual: &Usual<'_>) {
    if request.studies.len() < 2 {
        return;
    }
    writer.section("Across the studies");
    let table = writer.next_table();
    let mut has_others = false;
    let rows: Vec<Vec<String>> = request
        .studies
        .iter()
        .map(|study| {
            let record = &study.record;
            let is_other = !differences(record, usual.data, usual.config).is_empty();
            has_others |= is_other;
            let mut cells = row(record, &read_study(record).figures);
            if is_other {
                cells[0].push_str(" *");
            }
            cells
        })
        .collect();
    writer.paragraph(format!(
        "{table} sets the studies side by side: the value with the highest validation accuracy in \
         each, and how far its values lie apart. A value chosen as the best of several is \
         flattered by that choice, so differences within the interval are no reason to prefer it.{}",
        if has_others {
            " Rows with * are of other data or other settings, as their sections say, and are not \
             to be ranked with the rest."
        } else {
            ""
        }
    ));
    writer.table(
        "The studies: their best values, and the range of their final validation accuracies.",
        [
            "study",
            "values",
            "best value",
            "validation accuracy",
            "95 % interval",
            "lowest to highest",
        ]
        .map(String::from)
        .to_vec(),
        rows,
    );
}

fn row(record: &StudyRecord, figures: &[ValueFigures]) -> Vec<String> {
    let none = || "–".to_string();
    let known = || {
        figures
            .iter()
            .filter_map(|row| Some((row, row.final_accuracy?)))
    };
    let best = known().max_by(|a, b| a.1.total_cmp(&b.1));
    let lowest = known().map(|(_, share)| share).min_by(f64::total_cmp);
    let range = lowest.zip(best).map_or_else(none, |(low, (_, high))| {
        format!("{} to {}", fixed(100.0 * low, 2), percent(high))
    });
    let best_cells = best.map_or_else(none, |(row, _)| {
        let config = config_of(record, row.value_index as usize);
        let cells = value_cells(&record.plan, config, &row.label);
        match record.plan.factor {
            Factor::TwoFactors => row.label.clone(),
            Factor::DropoutLayerNorm => value_words(&record.plan, config, &row.label),
            _ => cells.join(", "),
        }
    });
    let interval = best.and_then(|(row, _)| row.interval_low.zip(row.interval_high));
    vec![
        sentence(factor_phrase(record.plan.factor).trim_start_matches("the ")),
        values_words(record),
        best_cells,
        best.map_or_else(none, |(_, share)| percent(share)),
        interval.map_or_else(none, |(low, high)| {
            format!("{} to {}", fixed(100.0 * low, 2), fixed(100.0 * high, 2))
        }),
        range,
    ]
}

/// The person's conclusion; nothing where there is none.
pub(super) fn conclusion(writer: &mut Writer, request: &ReportRequest) {
    if request.conclusion.trim().is_empty() {
        return;
    }
    writer.section("Conclusion");
    writer.remark(&request.conclusion);
}

/// What the files are, and what ran.
pub(super) fn repeat(writer: &mut Writer, request: &ReportRequest, usual: &Usual<'_>) {
    writer.section("How to repeat this");
    writer.paragraph(format!(
        "analysis.ipynb trains every run anew in PyTorch on the same split, from the same initial \
         weights and in the same order of the images, given {}; analysis.pdf is \
         that notebook on paper. metrics.csv has a row an epoch of each run with all its settings, \
         summary.csv a row a run, settings.json what is needed to run all of it again in Inkling. \
         The runs were computed by {}; the data’s checksum is {}.",
        data_file(usual.data),
        list(&engines(request)),
        usual.data.checksum
    ));
}

/// What ran, each once: `Inkling 0.1.0 on the CPU (ndarray)`.
pub(super) fn engines(request: &ReportRequest) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut add = |version: &str, result: &RunResult| {
        let version = if result.version.is_empty() {
            version
        } else {
            &result.version
        };
        let backend = match &*result.backend {
            "ndarray" => "the CPU (burn with ndarray)",
            "webgpu" => "the GPU (burn with WebGPU)",
            _ => "another backend",
        };
        let words = format!("Inkling {version} on {backend}");
        if !found.contains(&words) {
            found.push(words);
        }
    };
    if let Some(baseline) = &request.baseline {
        add("", &baseline.result);
    }
    for study in &request.studies {
        let results = study
            .record
            .runs
            .iter()
            .filter_map(|run| run.result.as_ref());
        results.for_each(|result| add(&study.record.version, result));
    }
    found
}

/// Every run's four curves.
pub(super) fn appendix(writer: &mut Writer, request: &ReportRequest) {
    let of_runs =
        |study: &&crate::message::ReportStudy| plots(&study.plots, PlotKind::Runs).next().is_some();
    if !request.studies.iter().any(|study| of_runs(&study)) {
        return;
    }
    writer.part("Appendix: the curves of every run");
    for study in request.studies.iter().filter(of_runs) {
        for plot in plots(&study.plots, PlotKind::Runs) {
            writer.figure(plot);
        }
    }
}
