//! A study's record as it is read: what follows from its factor, its settings and
//! its results is worked out anew and never taken from the file, which may be
//! anyone's.
//!
//! Whether the record is one at all is for [`super::check`] to say.

use super::cost::cost;
use super::plan::notes;
use super::varied::Varied;
use crate::message::{Failure, FailureKind, Outcome, RunResult, RunSpec, RunState, StudyRecord};

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
    // What was not checked keeps its labels.
    let Ok(varied) = Varied::of(plan) else {
        return record;
    };
    plan.factor_name = varied.name();
    plan.axis_scale = factor.words().axis_scale;
    plan.notes = notes(factor, plan.values.len(), plan.seeds.len(), plan.vary_split);
    let derive = |spec: &mut RunSpec| {
        let value = varied.value_of(&spec.config, spec.value_index as usize);
        spec.label = value.label;
        spec.axis = value.axis;
        spec.cost = cost(&spec.config);
    };
    plan.runs.iter_mut().for_each(derive);
    for (position, value) in plan.values.iter_mut().enumerate() {
        let of_it = |run: &&RunSpec| run.value_index as usize == position;
        let config = plan.runs.iter().find(of_it).map(|run| &run.config);
        *value = varied.value_of(config.unwrap_or(&plan.baseline), position);
    }
    for run in &mut record.runs {
        derive(&mut run.spec);
        run.reason = one_line(&run.reason);
        if let Some(result) = &mut run.result {
            derive_result(result);
            if run.state == RunState::Diverged {
                run.reason.clone_from(&result.reason);
            }
        }
    }
    if let Some(test) = &mut record.final_test {
        for run in &mut test.runs {
            run.accuracy = f64::from(run.num_correct) / f64::from(run.num_rows.max(1));
        }
    }
    record
}

/// The sentence of a failure and the gap of a run, from what they follow from.
fn derive_result(result: &mut RunResult) {
    if result.failure.is_none() && result.outcome == Outcome::Failed {
        result.failure = told_failure(&result.reason);
    }
    result.reason = match result.failure {
        Some(failure) => {
            // Before failures were typed, steps were counted to the end of the slice of
            // work in which one fell.
            result.num_steps = result.num_steps.min(failure.step);
            failure.sentence(result.history.len())
        }
        None => one_line(&result.reason),
    };
    if let Some(clean) = result.clean {
        result.generalisation_gap = clean.accuracy - result.validation_accuracy;
    }
}

/// Characters of a reason that is not Inkling's own sentence.
const REASON_LEN: usize = 300;

/// What a worker said when it failed, on one line: words of a browser, which nothing
/// in the record gives.
fn one_line(reason: &str) -> String {
    let kept = reason.chars().take(REASON_LEN);
    kept.map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Whether the split of a study's runs follows their seeds. Before version 2 of the
/// format it always did, and went without saying; with one seed nothing varies.
pub(super) fn varies_split(record: &StudyRecord) -> bool {
    let has_seeds = record.plan.seeds.len() > 1;
    has_seeds && (record.format_version < 2 || record.plan.vary_split)
}

/// The failure that a reason tells of in the one form that it had while it stood in
/// words alone.
fn told_failure(reason: &str) -> Option<Failure> {
    let (step, rest) = reason.strip_prefix("At step ")?.split_once(" (epoch ")?;
    let (epoch, rest) = rest.split_once(") the loss was ")?;
    let kind = if rest.starts_with("not a number.") {
        FailureKind::NotANumber
    } else if rest.starts_with("infinite.") {
        FailureKind::Infinite
    } else {
        return None;
    };
    let (step, epoch) = (step.parse().ok()?, epoch.parse().ok()?);
    Some(Failure { kind, epoch, step })
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::{REASON_LEN, derived};
    use crate::config::Plan;
    use crate::message::{AxisScale, CleanFigures, Factor, Failure, FailureKind, StudyRecord};
    use crate::study::check::check;
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
            (Factor::Optimiser, "nesterov, adam"),
            (Factor::Activation, ""),
            (Factor::Schedule, ""),
            (Factor::MaxNorm, ""),
            (Factor::TwoFactors, ""),
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
    fn a_failure_kept_by_an_older_version_is_read_from_its_words() {
        let mut record = settled(Factor::LearningRate, "0.1, 1", &[0.9, 0.5]);
        diverge(&mut record, 1, 34);
        let kept = |num_steps: u32, reason: &str| {
            let mut kept = record.clone();
            kept.runs[1].reason = reason.into();
            let result = kept.runs[1].result.as_mut().unwrap();
            result.failure = None;
            result.num_steps = num_steps;
            result.reason = reason.into();
            let read = derived(&kept).runs[1].clone();
            let result = read.result.unwrap();
            assert_eq!(read.reason, result.reason);
            (result.num_steps, result.failure, result.reason)
        };
        let reason = "At step 34 (epoch 2) the loss was not a number. A learning rate that is too \
                      high is the usual cause; the model is kept as it was after epoch 1.";
        let failure = Failure {
            kind: FailureKind::NotANumber,
            epoch: 2,
            step: 34,
        };
        for (num_steps, expected) in [(61, 34), (34, 34), (20, 20)] {
            let expected = (expected, Some(failure), reason.to_string());
            assert_eq!(kept(num_steps, reason), expected);
        }
        let infinite = reason.replace("not a number", "infinite");
        let (_, failure, words) = kept(61, &infinite);
        assert_eq!(failure.unwrap().kind, FailureKind::Infinite);
        assert_eq!(words, infinite);
        // What is told otherwise stays told, on one line.
        for reason in [
            "At step 99999999999 (epoch 1) the loss was infinite.",
            "It was at step 3.",
        ] {
            assert_eq!(kept(61, reason), (61, None, reason.into()));
        }
        assert_eq!(kept(61, "a\nb\r").2, "a b ");
        assert_eq!(kept(61, &"long ".repeat(100_000)).2.len(), REASON_LEN);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn sentences_of_the_file_are_not_taken() {
        let mut record = settled(Factor::LearningRate, "0.1, 1", &[0.9, 0.5]);
        diverge(&mut record, 1, 34);
        let mut told = record.clone();
        let result = told.runs[1].result.as_mut().unwrap();
        result.reason = "Trust me.".into();
        told.runs[1].reason = "Trust me.".into();
        assert_eq!(derived(&told), record);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn the_gap_is_that_of_the_training_sample_where_it_is_known() {
        let mut record = settled(Factor::LearningRate, "0.1, 1", &[0.9, 0.5]);
        let result = record.runs[0].result.as_mut().unwrap();
        result.clean = Some(CleanFigures {
            num_images: 8_400,
            accuracy: 0.95,
            loss: 0.2,
        });
        let gaps: Vec<f64> = derived(&record)
            .runs
            .iter()
            .map(|run| run.result.as_ref().unwrap().generalisation_gap)
            .collect();
        // The other one stays as it was kept.
        assert_eq!(gaps, [0.95 - 0.9, 0.004]);
    }

    // The format before had no word on what a split follows: it always followed the seed.
    #[wasm_bindgen_test(unsupported = test)]
    fn a_study_of_the_format_before_is_what_it_was() {
        for (num_seeds, varies) in [(1, false), (3, true)] {
            let record = study(Factor::Dropout, "0, 0.5", num_seeds);
            let mut value = serde_json::to_value(&record).unwrap();
            let plan = value["plan"].as_object_mut().unwrap();
            plan.remove("vary_split");
            let configs = plan["runs"].as_array_mut().unwrap().iter_mut();
            let strip = |spec: &mut serde_json::Value| {
                let config = spec["config"].as_object_mut().unwrap();
                config.remove("split_seed");
                config.remove("clean_curve");
            };
            configs.for_each(strip);
            for run in value["runs"].as_array_mut().unwrap() {
                strip(&mut run["spec"]);
            }
            value["format_version"] = 1.into();
            let old: StudyRecord = serde_json::from_value(value).unwrap();
            assert_eq!(check(&old), Ok(()));
            let read = derived(&old);
            assert_eq!((read.format_version, read.plan.vary_split), (2, varies));
            assert_eq!(check(&read), Ok(()));
            assert_eq!(derived(&read), read);
            // Every run trains on the split that it was trained on.
            for run in &read.runs {
                let plan = Plan::try_from(&run.spec.config).unwrap();
                assert_eq!(plan.split_seed, run.spec.seed);
            }
        }
    }
}
