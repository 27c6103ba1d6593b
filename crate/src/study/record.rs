//! A study's record as it is read: what follows from its factor, its settings and
//! its results is worked out anew and never taken from the file, which may be
//! anyone's.
//!
//! Whether the record is one at all is for [`super::check`] to say.

use super::plan::{cost, notes, value_of};
use crate::message::{Outcome, RunResult, RunSpec, StudyRecord};

/// Version of [`StudyRecord`] that this code writes.
pub(super) const FORMAT_VERSION: u32 = 2;

/// The record with its names, labels, axes, costs and notes derived. One that
/// [`super::plan::plan_study`] planned stays as it is.
pub fn derived(record: &StudyRecord) -> StudyRecord {
    let mut record = record.clone();
    record.plan.vary_split = varies_split(&record);
    record.format_version = FORMAT_VERSION;
    let plan = &mut record.plan;
    let factor = plan.factor;
    plan.factor_name = factor.name().into();
    plan.axis_scale = factor.axis_scale();
    plan.notes = notes(factor, plan.values.len(), plan.seeds.len());
    let derive = |spec: &mut RunSpec| {
        let value = value_of(factor, &spec.config, spec.value_index as usize);
        spec.label = value.label;
        spec.axis = value.axis;
        spec.cost = cost(&spec.config);
    };
    plan.runs.iter_mut().for_each(derive);
    for (position, value) in plan.values.iter_mut().enumerate() {
        let of_it = |run: &&RunSpec| run.value_index as usize == position;
        let config = plan.runs.iter().find(of_it).map(|run| &run.config);
        *value = value_of(factor, config.unwrap_or(&plan.baseline), position);
    }
    for run in &mut record.runs {
        derive(&mut run.spec);
        if let Some(result) = &mut run.result {
            migrate(result);
        }
    }
    record
}

/// Whether the split of a study's runs follows their seeds. Before version 2 of the
/// format it always did, and went without saying; with one seed nothing varies.
pub(super) fn varies_split(record: &StudyRecord) -> bool {
    let has_seeds = record.plan.seeds.len() > 1;
    has_seeds && (record.format_version < 2 || record.plan.vary_split)
}

/// Runs that failed before versions told them apart counted their steps to the end
/// of the slice of work in which they failed; the step of the failure stood in the
/// reason's words alone.
fn migrate(result: &mut RunResult) {
    let words = result.reason.strip_prefix("At step ");
    let words = words.and_then(|words| words.split_once(" (epoch "));
    let step = words.and_then(|(step, _)| step.parse().ok());
    if let Some(step) = step.filter(|_| result.outcome == Outcome::Failed) {
        result.num_steps = result.num_steps.min(step);
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::derived;
    use crate::message::{AxisScale, Factor, StudyRecord};
    use crate::study::testing::{diverge, settled, study};

    #[wasm_bindgen_test(unsupported = test)]
    fn what_was_planned_here_stays_as_it_is() {
        for (factor, values) in [
            (Factor::LearningRate, "0.1, 1e-5, 100"),
            (Factor::BatchSize, ""),
            (Factor::Dropout, ""),
            (Factor::LayerNorm, "on"),
            (Factor::HiddenLayers, "64 32; 8"),
            (Factor::DropoutLayerNorm, ""),
        ] {
            let mut record = study(factor, values, 3);
            diverge(&mut record, 0, 34);
            assert_eq!(derived(&record), record);
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn words_of_the_file_are_not_taken() {
        let record = settled(Factor::DropoutLayerNorm, "0, 0.5", &[0.9, 0.9, 0.95, 0.95]);
        let mut told: StudyRecord = record.clone();
        told.plan.factor_name = "rate\nimport os".into();
        told.plan.axis_scale = AxisScale::Log;
        told.plan.notes = vec!["Trust me.".into()];
        for value in &mut told.plan.values {
            value.label = "x\"".into();
            value.axis = f64::NAN;
        }
        let specs = told.runs.iter_mut().map(|run| &mut run.spec);
        for spec in told.plan.runs.iter_mut().chain(specs) {
            spec.label = "y\r".into();
            spec.axis = -1.0;
            spec.cost = f64::INFINITY;
        }
        assert_eq!(derived(&told), record);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_failure_kept_by_an_older_version_ends_at_its_own_step() {
        let mut record = settled(Factor::LearningRate, "0.1, 1", &[0.9, 0.5]);
        diverge(&mut record, 1, 34);
        let kept = |num_steps: u32, reason: &str| {
            let mut kept = record.clone();
            let result = kept.runs[1].result.as_mut().unwrap();
            result.num_steps = num_steps;
            result.reason = reason.into();
            derived(&kept).runs[1].result.as_ref().unwrap().num_steps
        };
        let reason = "At step 34 (epoch 1) the loss was not a number. A learning rate that is too \
                      high is the usual cause; the model is kept as it was after epoch 0.";
        assert_eq!(kept(61, reason), 34);
        assert_eq!(kept(34, reason), 34);
        assert_eq!(kept(20, reason), 20);
        assert_eq!(kept(61, "At step 99999999999 (epoch 1)"), 61);
        assert_eq!(kept(61, "It was at step 3."), 61);
    }
}
