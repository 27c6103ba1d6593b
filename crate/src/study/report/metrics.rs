//! The figures of a report for other programs: `metrics.csv`, `metrics.json`,
//! `settings.json`.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::message::{ReportRequest, StudyRecord};

use crate::study::VERSION;
use crate::study::insight::read_study;

/// A row an epoch of a run.
pub(super) fn csv(request: &ReportRequest) -> String {
    let mut text = String::from(
        "study,factor,value,seed,state,epoch,step,train_loss,train_accuracy,validation_loss,\
         validation_accuracy,elapsed_secs,train_secs\n",
    );
    for study in &request.studies {
        let record = &study.record;
        for run in &record.runs {
            for epoch in &run.history {
                let _ = writeln!(
                    text,
                    "{},{},{},{},{},{},{},{},{},{},{},{:.3},{:.3}",
                    quoted(&record.name),
                    quoted(&record.plan.factor_name),
                    quoted(&run.spec.label),
                    run.spec.seed,
                    json!(run.state).as_str().unwrap_or_default(),
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
    }
    text
}

/// A field as RFC 4180 has it; what a spreadsheet would take for a formula is
/// kept as text.
fn quoted(text: &str) -> String {
    let text = if text.starts_with(['=', '+', '-', '@']) {
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

/// Version of the shape of `metrics.json`.
const FORMAT_VERSION: u32 = 1;

/// Studies with their figures, insights, remarks and runs. What is no number is
/// `null`.
pub(super) fn json(request: &ReportRequest) -> String {
    let studies: Vec<Value> = request
        .studies
        .iter()
        .map(|study| {
            let record = &study.record;
            let reading = read_study(record);
            json!({
                "name": record.name,
                "created": record.created,
                "inkling_version": record.version,
                "data": record.data,
                "factor": record.plan.factor,
                "values": record.plan.values,
                "seeds": record.plan.seeds,
                "wall_secs": record.wall_secs,
                "remarks": { "written_by": request.ids, "text": record.remarks },
                "figures": reading.figures,
                "insights": {
                    "written_by": format!("Inkling {VERSION}, by rules from the figures"),
                    "items": reading.insights,
                },
                "runs": runs(record),
            })
        })
        .collect();
    pretty(&json!({
        "format_version": FORMAT_VERSION,
        "made_by": format!("Inkling {VERSION}"),
        "created": request.created,
        "ids": request.ids,
        "studies": studies,
    }))
}

fn runs(record: &StudyRecord) -> Vec<Value> {
    record
        .runs
        .iter()
        .map(|run| {
            json!({
                "value": run.spec.label,
                "seed": run.spec.seed,
                "state": run.state,
                "reason": run.reason,
                "weights_checksum": run.result.as_ref().map(|result| &result.weights_checksum),
                "settings": run.spec.config,
                "history": run.history,
                "result": run.result.as_ref().map(|result| {
                    // The epochs stand above already.
                    let mut value = json!(result);
                    if let Some(object) = value.as_object_mut() {
                        object.remove("history");
                    }
                    value
                }),
            })
        })
        .collect()
}

/// The settings of every run, to repeat them with.
pub(super) fn settings(request: &ReportRequest) -> String {
    let studies: Vec<Value> = request
        .studies
        .iter()
        .map(|study| {
            let plan = &study.record.plan;
            json!({
                "name": study.record.name,
                "inkling_version": study.record.version,
                "data": study.record.data,
                "factor": plan.factor,
                "workers": plan.workers,
                "baseline": plan.baseline,
                "runs": plan.runs.iter().map(|run| json!({
                    "value": run.label, "seed": run.seed, "settings": run.config,
                })).collect::<Vec<_>>(),
            })
        })
        .collect();
    pretty(&json!({ "made_by": format!("Inkling {VERSION}"), "studies": studies }))
}

/// JSON with line breaks, and one at its end.
pub(super) fn pretty(value: &Value) -> String {
    // Maps with string keys cannot fail to be written.
    format!("{value:#}\n")
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::message::Factor;
    use crate::study::testing::{diverge, request, settled};

    #[wasm_bindgen_test(unsupported = test)]
    fn a_row_an_epoch() {
        let mut record = settled(Factor::HiddenLayers, "64; 128, 64", &[0.9, 0.97]);
        record.name = "=cmd, \"x\"".into();
        let text = csv(&request(vec![record]));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 1 + 2 * 5);
        assert!(
            lines[1].starts_with("\"'=cmd, \"\"x\"\"\",hidden layers,64,42,finished,1,525,0.5,")
        );
        assert!(lines[6].contains(",\"128, 64\",42,"), "{}", lines[6]);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn what_is_no_number_is_null() {
        let mut record = settled(Factor::LearningRate, "0.1, 10", &[0.9, 0.5]);
        diverge(&mut record, 1, 3);
        record.runs[1].result.as_mut().unwrap().validation_loss = f64::NAN;
        let value: Value = serde_json::from_str(&json(&request(vec![record]))).unwrap();
        let run = &value["studies"][0]["runs"][1];
        assert!(run["result"]["validation_loss"].is_null());
        assert_eq!(run["state"], "diverged");
        assert_eq!(run["weights_checksum"], "0123456789abcdef");
        assert_eq!(value["format_version"], 1);
        assert_eq!(value["studies"][0]["figures"][0]["final_accuracy"], 0.9);
        assert!(
            value["studies"][0]["insights"]["written_by"]
                .as_str()
                .unwrap()
                .starts_with("Inkling")
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn settings_repeat_every_run() {
        let record = settled(Factor::BatchSize, "16, 32", &[0.9, 0.9]);
        let value: Value = serde_json::from_str(&settings(&request(vec![record]))).unwrap();
        assert_eq!(
            value["studies"][0]["runs"][1]["settings"]["batch_size"],
            32.0
        );
    }
}
