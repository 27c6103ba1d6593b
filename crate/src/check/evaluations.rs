//! Whether what the baseline came to on a labelled set is of one confusion matrix, and, of the
//! validation part, of the run that stands beside it. A test set is the person's own: nobody
//! here has its images.

use serde_json::{Value, json};

use super::hand_in::list;
use super::rounding::most_apart;
use crate::data::task::CLASSES;
use crate::message::{HandedRun, Outcome, ReportEvaluation};
use crate::train::evaluation::counted;

/// The places of evaluations whose figures do not belong together, or to the baseline.
pub(super) fn foreign_evaluations(metrics: &Value, runs: &[HandedRun]) -> Vec<String> {
    let baseline = metrics.get("baseline").unwrap_or(&Value::Null);
    let run = runs.iter().find(|run| run.place == "baseline");
    let is_foreign = |told: &Value| {
        let told: Result<ReportEvaluation, _> = serde_json::from_value(told.clone());
        told.is_ok_and(|told| !is_of_its_counts(&told) || !is_of_its_run(&told, run))
    };
    let place = "baseline, its evaluation".to_string();
    let is_any = list(baseline, "evaluations").iter().any(is_foreign);
    is_any.then_some(place).into_iter().collect()
}

fn is_of_its_counts(told: &ReportEvaluation) -> bool {
    let figures = &told.figures;
    let confusion = &figures.confusion;
    let num_classes = confusion.len().isqrt();
    let num_rows: u64 = confusion.iter().map(|&count| u64::from(count)).sum();
    // Anyone may write any numbers.
    if num_classes * num_classes != confusion.len()
        || !CLASSES.contains(&num_classes)
        || !(1..=u64::from(u32::MAX)).contains(&num_rows)
    {
        return false;
    }
    let own = counted(confusion.clone(), figures.loss, figures.calibration.clone());
    // As text, in which what is no number equals itself.
    json!(own) == json!(figures)
}

/// A run that was stopped within an epoch may have left another model than its last epoch's.
fn is_of_its_run(told: &ReportEvaluation, run: Option<&HandedRun>) -> bool {
    let Some(HandedRun { result, .. }) = run else {
        return true;
    };
    if told.is_test || result.outcome != Outcome::Finished {
        return true;
    }
    let apart = (told.figures.accuracy - result.validation_accuracy).abs();
    told.figures.num_rows == result.num_validation && apart <= most_apart(result.num_validation)
}
