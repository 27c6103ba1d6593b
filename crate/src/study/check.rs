//! What a study must be that comes from outside, such as an imported file: the
//! page counts on its indices and starts as many workers as it names.
//!
//! Settings of its runs are checked where every run's are, when it begins.

use super::plan::{MAX_SEEDS, MAX_VALUES, MAX_WORKERS};
use crate::error::{Error, Result};
use crate::message::StudyRecord;

/// Version of [`StudyRecord`] that this code knows.
const FORMAT_VERSION: u32 = 1;
/// Values of two factors crossed.
const MAX_CROSSED: usize = 2 * MAX_VALUES;
/// Most epochs of a run.
const MAX_EPOCHS: usize = 1_000;

/// Refuses a record that [`plan_study`](super::plan::plan_study) and its runs
/// could not have come to.
///
/// # Errors
/// Names the study, the part of it, what was found and what was expected.
pub fn check(record: &StudyRecord) -> Result<()> {
    let plan = &record.plan;
    let fault = |place: String, found: u64, expected: String| {
        Err(Error::data(
            format!(
                "study {:?}, {place}",
                record.name.get(..80).unwrap_or(&record.name)
            ),
            found.to_string(),
            expected,
        ))
    };
    let version = u64::from(record.format_version);
    let counts = [
        ("format_version", version, 1, FORMAT_VERSION as usize),
        ("values", plan.values.len() as u64, 1, MAX_CROSSED),
        ("seeds", plan.seeds.len() as u64, 1, MAX_SEEDS as usize),
        ("workers", u64::from(plan.workers), 1, MAX_WORKERS as usize),
    ];
    for (place, found, least, most) in counts {
        if found < least || found > most as u64 {
            return fault(place.into(), found, format!("{least} to {most}"));
        }
    }
    let num_runs = plan.values.len() * plan.seeds.len();
    for (place, found) in [
        ("planned runs", plan.runs.len()),
        ("runs", record.runs.len()),
        ("order", plan.order.len()),
    ] {
        if found != num_runs {
            return fault(place.into(), found as u64, format!("{num_runs}"));
        }
    }
    let mut is_named = vec![false; num_runs];
    for &index in &plan.order {
        match is_named.get_mut(index as usize) {
            Some(is_named) if !*is_named => *is_named = true,
            _ => return fault("order".into(), index.into(), "each run once".into()),
        }
    }
    let specs = plan
        .runs
        .iter()
        .chain(record.runs.iter().map(|run| &run.spec));
    for (index, spec) in specs.enumerate() {
        if spec.value_index as usize >= plan.values.len() {
            let place = format!("value of run {}", index % num_runs + 1);
            let expected = format!("below {}", plan.values.len());
            return fault(place, spec.value_index.into(), expected);
        }
    }
    for (index, run) in record.runs.iter().enumerate() {
        let result = run.result.as_ref().map_or(0, |result| result.history.len());
        let num_epochs = run.history.len().max(result);
        if num_epochs > MAX_EPOCHS {
            let place = format!("epochs of run {}", index + 1);
            return fault(place, num_epochs as u64, format!("at most {MAX_EPOCHS}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::check;
    use crate::message::{Factor, StudyRecord};
    use crate::study::testing::{settled, study};

    #[wasm_bindgen_test(unsupported = test)]
    fn studies_of_ours_pass() {
        let accuracies = [0.8, 0.9, 0.95];
        for factor in [Factor::LearningRate, Factor::BatchSize] {
            assert_eq!(check(&settled(factor, "1, 2, 4", &accuracies)), Ok(()));
        }
        let all = (0..20).map(|at| format!("0.{at:02}")).collect::<Vec<_>>();
        let crossed = study(Factor::DropoutLayerNorm, &all.join(","), 10);
        assert_eq!(check(&crossed), Ok(()));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn what_would_mislead_the_page_is_named() {
        let message = |change: fn(&mut StudyRecord)| {
            let mut record = study(Factor::Dropout, "0, 0.5", 1);
            record.name = "a".into();
            change(&mut record);
            check(&record).unwrap_err().to_string()
        };
        assert_eq!(
            message(|record| record.plan.workers = u32::MAX),
            "study \"a\", workers: found 4294967295, expected 1 to 64"
        );
        assert_eq!(
            message(|record| record.format_version = 2),
            "study \"a\", format_version: found 2, expected 1 to 1"
        );
        assert_eq!(
            message(|record| record.plan.order[1] = 9),
            "study \"a\", order: found 9, expected each run once"
        );
        assert_eq!(
            message(|record| record.plan.order[1] = record.plan.order[0]),
            "study \"a\", order: found 1, expected each run once"
        );
        assert_eq!(
            message(|record| record.runs[1].spec.value_index = 2),
            "study \"a\", value of run 2: found 2, expected below 2"
        );
        assert_eq!(
            message(|record| drop(record.runs.pop())),
            "study \"a\", runs: found 1, expected 2"
        );
    }
}
