//! The figures and the settings of a report for other programs: `metrics.json` and
//! `settings.json`.

use serde_json::{Value, json};

use crate::message::{ReportRequest, RunConfig, RunResult, StudyRecord};

use crate::study::insight::read_study;
use crate::study::{READING_VERSION, VERSION};

/// Version of the shape of `metrics.json`.
const FORMAT_VERSION: u32 = 2;

/// Baseline and studies with their figures, insights, remarks and runs. What is no
/// number is `null`.
pub(super) fn metrics(request: &ReportRequest) -> String {
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
                "crossed": record.plan.crossed,
                "values": record.plan.values,
                "seeds": record.plan.seeds,
                "wall_secs": record.wall_secs,
                "remarks": { "written_by": request.ids, "text": record.remarks },
                "figures": reading.figures,
                "insights": {
                    "written_by": format!("Inkling {VERSION}, by rules from the figures"),
                    "items": reading.insights,
                },
                "final_test": record.final_test,
                "runs": runs(record),
            })
        })
        .collect();
    let baseline = request.baseline.as_ref().map(|baseline| {
        json!({
            "data": baseline.data,
            "settings": baseline.config,
            "remarks": { "written_by": request.ids, "text": baseline.remarks },
            "history": baseline.result.history,
            "result": without_history(&baseline.result),
            "evaluations": baseline.evaluations,
        })
    });
    pretty(&json!({
        "format_version": FORMAT_VERSION,
        "made_by": format!("Inkling {VERSION}"),
        "reading_version": READING_VERSION,
        "created": request.created,
        "ids": request.ids,
        "introduction": request.introduction,
        "conclusion": request.conclusion,
        "baseline": baseline,
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
                "result": run.result.as_ref().map(without_history),
            })
        })
        .collect()
}

/// A result without its epochs, which stand beside it.
fn without_history(result: &RunResult) -> Value {
    let mut value = json!(result);
    if let Some(object) = value.as_object_mut() {
        object.remove("history");
    }
    value
}

/// The settings of every run and what ran it, to repeat all of it with.
pub(super) fn settings(request: &ReportRequest) -> String {
    let studies: Vec<Value> = request
        .studies
        .iter()
        .map(|study| {
            let record = &study.record;
            let plan = &record.plan;
            let run = |run: &crate::message::StudyRun| {
                json!({
                    "value": run.spec.label,
                    "settings": told(&run.spec.config),
                    "ran": ran(&record.version, run.result.as_ref()),
                })
            };
            json!({
                "name": record.name,
                "data": record.data,
                "factor": plan.factor,
                "workers": plan.workers,
                "split_follows_the_seed": plan.vary_split,
                "baseline": told(&plan.baseline),
                "runs": record.runs.iter().map(run).collect::<Vec<_>>(),
            })
        })
        .collect();
    let baseline = request.baseline.as_ref().map(|baseline| {
        json!({
            "data": baseline.data,
            "settings": told(&baseline.config),
            "ran": ran("", Some(&baseline.result)),
        })
    });
    pretty(&json!({
        "made_by": format!("Inkling {VERSION}"),
        "notes": {
            "settings": "What was asked for. An absent split_seed is the seed's own value.",
            "ran": "The version and the backend that computed the run, the version of the bits \
                    that it gives, and the checksum of the weights that it ended with: on \
                    ndarray the same data, settings and numerics version end on the same one.",
        },
        "baseline": baseline,
        "studies": studies,
    }))
}

/// Settings without what says how, not what, to compute: what ran stands beside them.
fn told(config: &RunConfig) -> Value {
    let mut value = json!(config);
    if let Some(object) = value.as_object_mut() {
        object.remove("backend");
        object.remove("step");
    }
    value
}

fn ran(version: &str, result: Option<&RunResult>) -> Value {
    let Some(result) = result else {
        return Value::Null;
    };
    let version = if result.version.is_empty() {
        version
    } else {
        &result.version
    };
    json!({
        "inkling_version": version,
        "backend": result.backend,
        "numerics_version": result.numerics_version,
        "weights_checksum": result.weights_checksum,
    })
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
    fn what_is_no_number_is_null() {
        let mut record = settled(Factor::LearningRate, "0.1, 10", &[0.9, 0.5]);
        diverge(&mut record, 1, 3);
        record.runs[1].result.as_mut().unwrap().validation_loss = f64::NAN;
        let value: Value = serde_json::from_str(&metrics(&request(vec![record]))).unwrap();
        let run = &value["studies"][0]["runs"][1];
        assert!(run["result"]["validation_loss"].is_null());
        assert_eq!(run["state"], "diverged");
        assert_eq!(run["weights_checksum"], "0123456789abcdef");
        assert_eq!(value["format_version"], FORMAT_VERSION);
        assert_eq!(value["studies"][0]["figures"][0]["final_accuracy"], 0.9);
        assert!(value["baseline"].is_null());
        assert!(
            value["studies"][0]["insights"]["written_by"]
                .as_str()
                .unwrap()
                .starts_with("Inkling")
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn settings_repeat_every_run_and_say_what_ran() {
        let record = settled(Factor::BatchSize, "16, 32", &[0.9, 0.9]);
        let value: Value = serde_json::from_str(&settings(&request(vec![record]))).unwrap();
        let run = &value["studies"][0]["runs"][1];
        assert_eq!(run["settings"]["batch_size"], 32.0);
        assert!(
            run["settings"]["backend"].is_null(),
            "what was asked for says nothing"
        );
        assert_eq!(run["ran"]["backend"], "ndarray");
        assert_eq!(run["ran"]["numerics_version"], 1);
        assert_eq!(run["ran"]["weights_checksum"], "0123456789abcdef");
    }
}
