//! The figures of a report as tables for other programs: `metrics.csv` with a row an
//! epoch of a run, `summary.csv` with a row a run. Every setting is a column of both.

use std::fmt::Write as _;

use serde_json::json;

use crate::config::schema::{SETTINGS, setting};
use crate::config::{split_seed, validation_share};
use crate::message::{
    DataSummary, EpochRecord, Factor, ReportRequest, RunConfig, RunResult, RunState,
};

use super::names::study_name;

/// The columns that tell a run, in both tables, before its settings.
const RUN_COLUMNS: &str = "study,factor,value,state,data";

/// The settings of the first reports, in their order, each with the name of its column: what
/// came later stands later, so that a program that counts columns goes on reading them.
const FIRST_COLUMNS: [(&str, &str); 15] = [
    ("hidden_layers", "hidden_layers"),
    ("dropout", "dropout"),
    ("layer_norm", "layer_norm"),
    ("augmentation", "distorted"),
    ("learning_rate", "learning_rate"),
    ("learning_rate_schedule", "schedule"),
    ("momentum", "momentum"),
    ("weight_decay", "weight_decay"),
    ("batch_size", "batch_size"),
    ("epochs", "epochs"),
    ("validation_share", "validation_share"),
    ("seed", "seed"),
    ("split_seed", "split_seed"),
    ("optimiser", "optimiser"),
    ("activation", "activation"),
];

/// Where a run is computed and what is measured beside it decide nothing of it.
const NOT_TOLD: [&str; 2] = ["backend", "clean_curve"];

/// Every setting that decides a run, with the name of its column: the first ones, then all
/// that the schema has besides.
fn setting_columns() -> impl Iterator<Item = (&'static str, &'static str)> {
    let is_first = |key: &str| FIRST_COLUMNS.iter().any(|(first, _)| *first == key);
    let later = SETTINGS.iter().map(|setting| setting.key);
    let later = later.filter(move |key| !is_first(key) && !NOT_TOLD.contains(key));
    FIRST_COLUMNS.into_iter().chain(later.map(|key| (key, key)))
}

/// The header of a table, with the columns that are its own.
fn header(own: &str) -> String {
    let settings: Vec<&str> = setting_columns().map(|(_, column)| column).collect();
    format!("{RUN_COLUMNS},{},{own}\n", settings.join(","))
}

/// A run of the baseline or of a study, as a row tells it.
struct Row<'a> {
    study: &'a str,
    factor: Option<Factor>,
    value: &'a str,
    state: RunState,
    data: &'a DataSummary,
    config: &'a RunConfig,
    history: &'a [EpochRecord],
    result: Option<&'a RunResult>,
}

fn rows(request: &ReportRequest) -> Vec<Row<'_>> {
    let baseline = request.baseline.iter().map(|baseline| Row {
        study: "Baseline",
        factor: None,
        value: "",
        state: match baseline.result.outcome {
            crate::message::Outcome::Finished => RunState::Finished,
            crate::message::Outcome::Stopped => RunState::Stopped,
            crate::message::Outcome::Failed => RunState::Diverged,
        },
        data: &baseline.data,
        config: &baseline.config,
        history: &baseline.result.history,
        result: Some(&baseline.result),
    });
    let studies = request.studies.iter().flat_map(|study| {
        let record = &study.record;
        record.runs.iter().map(|run| Row {
            study: study_name(record.plan.factor),
            factor: Some(record.plan.factor),
            value: &run.spec.label,
            state: run.state,
            data: &record.data,
            config: &run.spec.config,
            history: &run.history,
            result: run.result.as_ref(),
        })
    });
    baseline.chain(studies).collect()
}

/// A row an epoch of a run.
pub(super) fn metrics(request: &ReportRequest) -> String {
    let mut text = header(
        "epoch,step,train_loss,train_accuracy,validation_loss,validation_accuracy,elapsed_secs,\
         train_secs",
    );
    for row in rows(request) {
        let run = run_cells(&row);
        for epoch in row.history {
            let _ = writeln!(
                text,
                "{run},{},{},{},{},{},{},{:.3},{:.3}",
                epoch.epoch,
                epoch.step,
                epoch.train_loss,
                epoch.train_accuracy,
                epoch.validation_loss,
                epoch.validation_accuracy,
                epoch.elapsed_secs,
                epoch.train_secs
            );
        }
    }
    text
}

/// A row a run. What a run did not come to is an empty cell.
pub(super) fn summary(request: &ReportRequest) -> String {
    let mut text = header(
        "finished_epochs,steps,validation_images,validation_accuracy,interval_low,interval_high,\
         validation_loss,best_epoch,best_validation_accuracy,train_accuracy,train_loss,gap,\
         seconds,samples_per_sec,backend,weights_checksum",
    );
    for row in rows(request) {
        let _ = write!(text, "{},{}", run_cells(&row), row.history.len());
        let Some(result) = row.result else {
            text += &",".repeat(15);
            text.push('\n');
            continue;
        };
        let last = row.history.last();
        let of_last = |figure: fn(&EpochRecord) -> f64| {
            last.map_or(String::new(), |epoch| figure(epoch).to_string())
        };
        let _ = writeln!(
            text,
            ",{},{},{},{},{},{},{},{},{},{},{},{:.3},{:.0},{},{}",
            result.num_steps,
            result.num_validation,
            result.validation_accuracy,
            result.interval_low,
            result.interval_high,
            result.validation_loss,
            result.best_epoch,
            result.best_validation_accuracy,
            of_last(|epoch| epoch.train_accuracy),
            of_last(|epoch| epoch.train_loss),
            result.generalisation_gap,
            result.elapsed_secs,
            result.samples_per_sec,
            quoted(&result.backend),
            quoted(&result.weights_checksum)
        );
    }
    text
}

/// The cells that tell a run.
fn run_cells(row: &Row<'_>) -> String {
    let config = row.config;
    let told = [
        quoted(row.study),
        row.factor.map_or("", Factor::name).into(),
        quoted(row.value),
        json!(row.state).as_str().unwrap_or_default().into(),
        quoted(&row.data.name),
    ];
    let cells = setting_columns().map(|(key, _)| match key {
        "validation_share" => {
            let share = validation_share(config.validation_share);
            share.map_or(String::new(), |share| share.to_string())
        }
        "split_seed" => split_seed(config).map_or(String::new(), |seed| seed.to_string()),
        _ => setting(key).map_or(String::new(), |setting| quoted(&setting.cell(config))),
    });
    let cells: Vec<String> = told.into_iter().chain(cells).collect();
    cells.join(",")
}

/// A field as RFC 4180 has it; what a spreadsheet would take for a formula is
/// kept as text by an apostrophe.
pub(crate) fn quoted(text: &str) -> String {
    let text = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.into()
    };
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::study::testing::{request, settled, study};

    #[wasm_bindgen_test(unsupported = test)]
    fn a_row_an_epoch_with_every_setting() {
        let mut record = settled(Factor::HiddenLayers, "64; 128, 64", &[0.9, 0.97]);
        record.data.name = "=cmd, \"x\"".into();
        let text = metrics(&request(vec![record]));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 1 + 2 * 5);
        let start = "Hidden layers,hidden layers,64,finished,\"'=cmd, \"\"x\"\"\",64,0,false,\
                     false,0.01,constant,0,0,64,5,0.2,42,42,sgd,relu,torch,0,0,0,0,false,1,525,0.5,";
        assert!(lines[1].starts_with(start), "{}", lines[1]);
        assert!(lines[6].contains(",\"128, 64\",0,false,"), "{}", lines[6]);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_row_a_run_and_none_is_shorter_than_the_header() {
        let mut records = vec![settled(Factor::BatchSize, "16, 32", &[0.9, 0.95])];
        records.push(study(Factor::Dropout, "0, 0.5", 1));
        let text = summary(&request(records));
        let columns: Vec<usize> = text.lines().map(|line| line.split(',').count()).collect();
        assert_eq!(columns.len(), 1 + 4);
        // The widths of the hidden layers are in quotes, with a comma.
        assert!(
            columns[1..].iter().all(|&count| count == columns[0] + 1),
            "{text}"
        );
        assert!(
            text.contains(",5,10500,8400,0.95,") || text.contains(",5,5250,8400,0.95,"),
            "{text}"
        );
    }
}
