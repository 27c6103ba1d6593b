//! A hand-in beside what its assignment gives: studies with enough values, the seeds of its
//! ids, settings as they are fixed. What is not so is told in a few words, as what is missing.

use std::collections::BTreeSet;

use serde_json::Value;

use super::hand_in::list;
use super::printable;
use crate::assignment::seed_of;
use crate::config::Plan;
use crate::message::{Assignment, Factor, HandedRun, RunConfig};
use crate::study::factor::facts;

/// The studies that are asked for and that a hand-in does not have, or with too few values.
pub(super) fn lacking_studies(metrics: &Value, assignment: &Assignment) -> Vec<String> {
    let studies = list(metrics, "studies");
    let lacking = assignment.studies.iter().filter_map(|asked| {
        let name = serde_json::json!(asked.factor);
        let own = studies
            .iter()
            .filter(|study| study.get("factor") == Some(&name));
        let most = own.map(num_values).max();
        let (factor, least) = (asked.factor.name(), asked.least_values);
        match most {
            None => Some(format!("the study of {factor}")),
            Some(found) if found < least as usize => Some(format!(
                "{least} values in the study of {factor} (found {found})"
            )),
            Some(_) => None,
        }
    });
    lacking.collect()
}

/// The values of a study that came to an end.
fn num_values(study: &Value) -> usize {
    let is_over = |run: &&Value| {
        let state = run.get("state").and_then(Value::as_str);
        matches!(state, Some("finished" | "diverged"))
    };
    let over = list(study, "runs").iter().filter(is_over);
    let values: BTreeSet<&str> = over
        .filter_map(|run| run.get("value").and_then(Value::as_str))
        .collect();
    values.len()
}

/// Seeds that do not belong to the ids, and settings that are not as they are fixed.
pub(super) fn otherwise(
    metrics: &Value,
    runs: &[HandedRun],
    ids: &[String],
    assignment: &Assignment,
) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    let mut places: Vec<&str> = Vec::new();
    for run in runs {
        // `study 2, run 3` is of `study 2`, as all its runs are.
        let place = run.place.split(',').next().unwrap_or_default();
        if !places.contains(&place) {
            places.push(place);
        }
    }
    for place in places {
        let own = runs
            .iter()
            .filter(|run| run.place.split(',').next() == Some(place));
        let mut of_place: Vec<String> = own
            .flat_map(|run| of_run(run, place, metrics, ids, assignment))
            .collect();
        of_place.dedup();
        told.extend(of_place.into_iter().fold(Vec::new(), |mut all, one| {
            if !all.contains(&one) {
                all.push(one);
            }
            all
        }));
    }
    told
}

fn of_run(
    run: &HandedRun,
    place: &str,
    metrics: &Value,
    ids: &[String],
    assignment: &Assignment,
) -> Vec<String> {
    let shown = if place == "baseline" {
        "the baseline"
    } else {
        place
    };
    let mut told = Vec::new();
    if assignment.seed_from_ids {
        match seed_of(&assignment.code, ids) {
            Ok(expected) if is_of_seed(&run.config, expected, assignment, place) => {}
            Ok(expected) => {
                let found = seeds_in_words(&run.config);
                told.push(format!(
                    "the seed {expected} of its ids in {shown} (found {found})"
                ));
            }
            Err(_) => told.push(format!("ids, which give the seed of {shown}")),
        }
    }
    let varied = varied(place, metrics);
    let names = assignment.fixed.iter().chain(&assignment.hidden);
    let (found, wanted) = (canonical(&run.config), canonical(&assignment.settings));
    for name in names.filter(|name| !varied.contains(name)) {
        if name == "split_seed" && is_of_split(&run.config, assignment, place) {
            continue;
        }
        let (found, wanted) = (&found[name.as_str()], &wanted[name.as_str()]);
        // Where the numbers were computed is the result's to say.
        let is_there = name == "backend" && wanted == &Value::from(&*run.result.backend);
        if found != wanted && !is_there {
            let (found, wanted) = (in_words(found), in_words(wanted));
            told.push(format!(
                "{} {wanted} in {shown} (found {found})",
                name.replace('_', " ")
            ));
        }
    }
    told
}

/// Whether a run has the seed of the ids: a study counts on from it, and may keep its split.
fn is_of_seed(config: &RunConfig, seed: u32, assignment: &Assignment, place: &str) -> bool {
    let own = config.seed as u32;
    let is_whole = f64::from(own) == config.seed;
    let most = if place == "baseline" {
        1
    } else {
        facts().most_seeds
    };
    let is_its = own.wrapping_sub(seed) < most;
    let given = |name: &String| name == "split_seed";
    let is_split_given = assignment.fixed.iter().chain(&assignment.hidden).any(given);
    let split = config.split_seed.unwrap_or(config.seed);
    let is_own_split = split == config.seed || split == f64::from(seed);
    is_whole && is_its && (is_split_given || is_own_split)
}

/// Whether a run has the split that is fixed: a seed's, or whichever the run's own seed gives.
fn is_of_split(config: &RunConfig, assignment: &Assignment, place: &str) -> bool {
    let found = config.split_seed.unwrap_or(config.seed);
    let behind = config.seed - found;
    match assignment.settings.split_seed {
        Some(wanted) => found == wanted,
        // In a study of several seeds it is that of the first.
        None if place != "baseline" => (0.0..f64::from(facts().most_seeds)).contains(&behind),
        None => behind == 0.0,
    }
}

fn seeds_in_words(config: &RunConfig) -> String {
    match config.split_seed {
        Some(split) if split != config.seed => format!("{} with split {split}", config.seed),
        _ => config.seed.to_string(),
    }
}

/// The settings that the study of a place varies.
fn varied(place: &str, metrics: &Value) -> Vec<String> {
    let number: Option<usize> = place.strip_prefix("study ").and_then(|at| at.parse().ok());
    let study = number.and_then(|number| list(metrics, "studies").get(number - 1));
    let factor = study.and_then(|study| study.get("factor"));
    let factor: Option<Factor> = factor.and_then(|name| serde_json::from_value(name.clone()).ok());
    if factor == Some(Factor::TwoFactors) {
        return study.map(differing).unwrap_or_default();
    }
    let all = facts().factors.into_iter();
    all.filter(|one| Some(one.factor) == factor)
        .flat_map(|one| one.settings)
        .collect()
}

/// The settings in which a study's runs are not alike.
fn differing(study: &Value) -> Vec<String> {
    let settings = |run: &Value| run.get("settings").and_then(Value::as_object).cloned();
    let mut all = list(study, "runs").iter().filter_map(settings);
    let Some(first) = all.next() else {
        return vec![];
    };
    let rest: Vec<_> = all.collect();
    let varies = |name: &&String| rest.iter().any(|one| one.get(*name) != first.get(*name));
    first.keys().filter(varies).cloned().collect()
}

/// Settings in one spelling: `128,64` is `128, 64`.
fn canonical(config: &RunConfig) -> Value {
    let plain = match Plan::try_from(config) {
        Ok(plan) => RunConfig {
            backend: config.backend,
            ..RunConfig::from(&plan)
        },
        Err(_) => config.clone(),
    };
    let share = plain.validation_share;
    serde_json::json!(RunConfig {
        // A fraction says the same as its percentage.
        validation_share: if share < 1.0 { 100.0 * share } else { share },
        ..plain
    })
}

fn in_words(value: &Value) -> String {
    match value {
        Value::Null => "as the seed".into(),
        Value::Bool(is_on) => if *is_on { "on" } else { "off" }.into(),
        Value::String(text) => printable(text),
        Value::Number(number) => {
            let number = number.as_f64().unwrap_or_default();
            // Settings are kept in single precision.
            (number as f32).to_string()
        }
        other => printable(&other.to_string()),
    }
}
