//! What a study must be that comes from outside, such as an imported file: the
//! page counts on its indices and starts as many workers as it names, and a report
//! says that everything but the factor stayed the same.

use super::check_results::check_results;
use super::factor::{MAX_SEEDS, MAX_VALUES, MAX_WORKERS};
use super::plan::plan_study;
use super::record::{FORMAT_VERSION, varies_split};
use super::varied::Varied;
use crate::config::{MAX_EPOCHS, quoted};
use crate::data::Task;
use crate::error::{Error, Result};
use crate::message::{DataSummary, RunConfig, RunSpec, StudyConfig, StudyRecord};

/// Values of two factors crossed.
const MAX_CROSSED: usize = 2 * MAX_VALUES;

/// Refuses a record that [`plan_study`] and its runs could not have come to.
///
/// # Errors
/// Names the study, the part of it, what was found and what was expected.
pub fn check(record: &StudyRecord) -> Result<()> {
    let name = quoted(&record.name);
    let at = |place: &str| format!("study {name}, {place}");
    let plan = &record.plan;
    let version = u64::from(record.format_version);
    let counts = [
        ("format_version", version, FORMAT_VERSION.into()),
        ("values", plan.values.len() as u64, MAX_CROSSED as u64),
        ("seeds", plan.seeds.len() as u64, MAX_SEEDS),
        ("workers", plan.workers.into(), MAX_WORKERS),
    ];
    for (place, found, most) in counts {
        if found < 1 || found > most {
            let expected = format!("1 to {most}");
            return Err(Error::data(at(place), found.to_string(), expected));
        }
    }
    check_data(&record.data, &at)?;
    if let Some(test) = &record.final_test {
        check_data(&test.test_set, &at)?;
    }
    let num_runs = plan.values.len() * plan.seeds.len();
    for (place, found) in [
        ("planned runs", plan.runs.len()),
        ("runs", record.runs.len()),
        ("order", plan.order.len()),
    ] {
        if found != num_runs {
            let expected = num_runs.to_string();
            return Err(Error::data(at(place), found.to_string(), expected));
        }
    }
    let mut is_named = vec![false; num_runs];
    for &index in &plan.order {
        match is_named.get_mut(index as usize) {
            Some(is_named) if !*is_named => *is_named = true,
            _ => return Err(Error::data(at("order"), index.to_string(), "each run once")),
        }
    }
    check_runs(record, &at)?;
    for (index, run) in record.runs.iter().enumerate() {
        let result = run.result.as_ref().map_or(0, |result| result.history.len());
        let num_epochs = run.history.len().max(result);
        if num_epochs as u64 > MAX_EPOCHS {
            let place = at(&format!("epochs of run {}", index + 1));
            let expected = format!("at most {MAX_EPOCHS}");
            return Err(Error::data(place, num_epochs.to_string(), expected));
        }
    }
    check_results(record, &at)
}

/// Refuses a data set whose task is none, or which counts other classes than it has.
pub fn check_data(data: &DataSummary, at: &impl Fn(&str) -> String) -> Result<()> {
    let task = Task::try_from(&data.task).map_err(|error| {
        let place = at(&format!("data, {}", error.place().unwrap_or("task")));
        let found = error.found().unwrap_or_default();
        Error::data(place, found, error.expected().unwrap_or_default())
    })?;
    if data.class_counts.len() == task.num_classes() {
        return Ok(());
    }
    Err(Error::data(
        at("data, class_counts"),
        format!("{} counts", data.class_counts.len()),
        format!("{}, one for each class", task.num_classes()),
    ))
}

/// Plans the study anew from its factor, its values and its baseline, and refuses
/// runs that are not that plan's.
fn check_runs(record: &StudyRecord, at: &impl Fn(&str) -> String) -> Result<()> {
    let plan = &record.plan;
    let varied = Varied::of(plan).map_err(|error| {
        let found = error.found().unwrap_or_default();
        Error::data(at("crossed"), found, error.expected().unwrap_or_default())
    })?;
    let first_of_each = plan.runs.iter().step_by(plan.seeds.len());
    let config = StudyConfig {
        factor: plan.factor,
        values: varied.values_text(first_of_each.map(|run| &run.config)),
        seeds_per_value: plan.seeds.len() as f64,
        workers: plan.workers.into(),
        vary_split: varies_split(record),
        baseline: plan.baseline.clone(),
    };
    let planned = plan_study(&config).map_err(|error| {
        let place = at(error.place().unwrap_or("plan"));
        let found = error.found().unwrap_or_default();
        Error::data(place, found, error.expected().unwrap_or_default())
    })?;
    if plan.seeds != planned.seeds {
        let found = format!("{:?}", plan.seeds);
        return Err(Error::data(
            at("seeds"),
            found,
            format!("{:?}", planned.seeds),
        ));
    }
    if plan.values.len() != planned.values.len() {
        let expected = format!("{}, as its runs have", planned.values.len());
        return Err(Error::data(
            at("values"),
            plan.values.len().to_string(),
            expected,
        ));
    }
    let begun = record.runs.iter().map(|run| &run.spec);
    let runs = plan.runs.iter().zip(begun).zip(&planned.runs);
    for (index, ((found, begun), expected)) in runs.enumerate() {
        for found in [found, begun] {
            let Some((part, found, expected)) = difference(found, expected) else {
                continue;
            };
            let place = at(&format!("{part} of run {}", index + 1));
            return Err(Error::data(place, found, expected));
        }
    }
    Ok(())
}

/// What of a run is not as it was planned, with what was found and expected.
fn difference(found: &RunSpec, planned: &RunSpec) -> Option<(&'static str, String, String)> {
    let numbers = [
        ("value", found.value_index, planned.value_index),
        ("seed", found.seed, planned.seed),
    ];
    for (part, found, planned) in numbers {
        if found != planned {
            return Some((part, found.to_string(), planned.to_string()));
        }
    }
    let (found, planned) = (settings(&found.config), settings(&planned.config));
    let at = found.iter().zip(&planned).position(|(a, b)| a != b)?;
    let short = |words: &String| words.chars().take(WORDS_LEN).collect();
    Some(("settings", short(&found[at]), short(&planned[at])))
}

/// Characters of a setting that an error repeats.
const WORDS_LEN: usize = 120;

/// Each setting in words that are the same for the same setting.
fn settings(config: &RunConfig) -> Vec<String> {
    let words = format!("{config:#?}");
    words
        .lines()
        .map(|line| line.trim().trim_end_matches(',').into())
        .collect()
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
    fn runs_are_those_of_the_plan() {
        let message = |change: fn(&mut StudyRecord)| {
            let mut record = settled(Factor::LearningRate, "0.01, 0.1", &[0.9, 0.97]);
            record.name = "a".into();
            change(&mut record);
            check(&record).unwrap_err().to_string()
        };
        // Another setting than the factor's differs, in the plan or as it was run.
        assert_eq!(
            message(|record| record.plan.runs[1].config.dropout = 0.5),
            "study \"a\", settings of run 2: found dropout: 0.5, expected dropout: 0.0"
        );
        assert_eq!(
            message(|record| record.runs[0].spec.config.learning_rate = 0.02),
            "study \"a\", settings of run 1: found learning_rate: 0.02, expected learning_rate: \
             0.01"
        );
        // The order of the axis decides what lies between what.
        assert!(message(|record| record.plan.runs.reverse()).contains("value of run 1"));
        // What no run could have trained with.
        assert_eq!(
            message(|record| record.plan.baseline.epochs = f64::NAN),
            "study \"a\", epochs: found nothing, expected a whole number from 1 to 1,000"
        );
        assert!(
            message(|record| record.plan.runs[1].config.learning_rate = -1.0)
                .starts_with("study \"a\", values, item 2: found \"-1\"")
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn an_error_repeats_only_so_much_of_a_name() {
        let mut record = study(Factor::Dropout, "0, 0.5", 1);
        record.name = "é\n".repeat(1_000_000);
        record.format_version = 3;
        let message = check(&record).unwrap_err().to_string();
        assert!(message.len() < 400 && !message.contains('\n'), "{message}");
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
            message(|record| record.format_version = 3),
            "study \"a\", format_version: found 3, expected 1 to 2"
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
            "study \"a\", value of run 2: found 2, expected 1"
        );
        assert_eq!(
            message(|record| record.plan.runs[0].seed = 7),
            "study \"a\", seed of run 1: found 7, expected 42"
        );
        assert_eq!(
            message(|record| record.plan.seeds[0] = 7),
            "study \"a\", seeds: found [7], expected [42]"
        );
        assert_eq!(
            message(|record| drop(record.runs.pop())),
            "study \"a\", runs: found 1, expected 2"
        );
    }
}
