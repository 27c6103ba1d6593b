//! From what a person asks of a study to its runs, in the order in which they start.
//!
//! Checks how many seeds and workers there are. What is varied and its values are for
//! `varied` to read, and what a run's settings may be for [`crate::config`] to say.

use super::cost::cost;
use super::factor::{MAX_SEEDS, MAX_WORKERS, USUAL};
use super::pairs::Pair;
use super::varied;
use crate::config::{self, Plan};
use crate::error::Result;
use crate::message::{Factor, RunConfig, RunSpec, StudyConfig, StudyPlan, StudyValue};

/// The runs of a study: one factor changes, each run starts from scratch, and
/// within a value each further run takes the next seed. The split of runs under
/// several seeds stays the baseline's, unless it is to vary with them.
///
/// # Errors
/// [`Error::Data`] with the item's place for a value that is none, and
/// [`Error::Setting`] for seeds, workers or a setting of the runs out of range.
pub fn plan_study(config: &StudyConfig) -> Result<StudyPlan> {
    let seeds_per_value = config.seeds_per_value;
    let num_seeds = config::whole("seeds per value", seeds_per_value, 1, MAX_SEEDS)? as u32;
    let workers = config::whole("workers", config.workers, 1, MAX_WORKERS)? as u32;
    let first_seed = config::seed(config.baseline.seed)?;
    // Wrapping keeps the seeds distinct even at the top of the range.
    let seeds: Vec<u32> = (0..num_seeds).map(|i| first_seed.wrapping_add(i)).collect();

    let vary_split = config.vary_split && num_seeds > 1;
    let split_seed = if num_seeds == 1 {
        config.baseline.split_seed
    } else if vary_split {
        None
    } else {
        Some(config::split_seed(&config.baseline)?.into())
    };

    let factor = config.factor;
    let (varied, configs) = varied::read(config)?;
    let values: Vec<StudyValue> = configs
        .iter()
        .enumerate()
        .map(|(position, config)| varied.value_of(config, position))
        .collect();
    let mut runs = Vec::with_capacity(values.len() * seeds.len());
    for (value_index, (value, config)) in values.iter().zip(&configs).enumerate() {
        Plan::try_from(config)?;
        for &seed in &seeds {
            let run = RunConfig {
                seed: f64::from(seed),
                split_seed,
                ..config.clone()
            };
            runs.push(RunSpec {
                value_index: value_index as u32,
                label: value.label.clone(),
                axis: value.axis,
                seed,
                cost: cost(&run),
                config: run,
            });
        }
    }
    let mut order: Vec<u32> = (0..runs.len() as u32).collect();
    // Longest first keeps the last worker from starting the longest run alone
    // at the end; equal costs stay in the order of the axis.
    order.sort_by(|&a, &b| runs[b as usize].cost.total_cmp(&runs[a as usize].cost));

    Ok(StudyPlan {
        factor,
        crossed: varied.pair().map_or(vec![], Pair::keys),
        factor_name: varied.name(),
        axis_scale: factor.words().axis_scale,
        notes: notes(factor, values.len(), seeds.len(), vary_split),
        values,
        seeds,
        runs,
        order,
        workers,
        vary_split,
        baseline: config.baseline.clone(),
    })
}

/// Remarks on a plan that are no errors.
pub(super) fn notes(
    factor: Factor,
    num_values: usize,
    num_seeds: usize,
    vary_split: bool,
) -> Vec<String> {
    let mut notes = Vec::new();
    let asked = USUAL.iter().find(|(usual, _)| *usual == factor);
    let least = asked.map_or(1, |&(_, least)| least as usize);
    if num_values == 1 {
        notes.push("One value: there is nothing to compare it with.".into());
    }
    // One value of any is told of above; those that are crossed are there twice.
    if least > 2 && num_values < least && factor != Factor::DropoutLayerNorm {
        notes.push(format!(
            "{num_values} {} of the {}: an assignment usually asks for at least {least}.",
            if num_values == 1 { "value" } else { "values" },
            factor.name(),
        ));
    }
    if num_seeds == 1 && num_values > 1 {
        notes.push(
            "One seed a value: differences are judged by the size of the validation part alone. \
             Three seeds or more also show how much luck is in a run."
                .into(),
        );
    }
    if num_seeds > 1 {
        notes.push(if vary_split {
            "Each seed draws its own split, weights and order: seeds of a value differ by the \
             images that they are tested on, too."
                .into()
        } else {
            "Seeds vary the weights and the order; all runs share one split and are tested on the \
             same images."
                .into()
        });
    }
    notes
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::study::testing::study_config as study;

    #[wasm_bindgen_test(unsupported = test)]
    fn only_the_factor_changes() {
        let baseline = RunConfig {
            momentum: 0.9,
            seed: 7.0,
            ..RunConfig::default()
        };
        let config = StudyConfig {
            baseline: baseline.clone(),
            ..study(Factor::BatchSize, "8, 16")
        };
        let plan = plan_study(&config).unwrap();
        for run in &plan.runs {
            let mut back = run.config.clone();
            back.batch_size = baseline.batch_size;
            assert_eq!(back, baseline);
        }
        assert_eq!(plan.runs[1].config.batch_size, 16.0);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn values_are_sorted_and_seeds_follow_the_baselines() {
        let config = StudyConfig {
            seeds_per_value: 2.0,
            ..study(Factor::LearningRate, "0.1,1e-2,")
        };
        let plan = plan_study(&config).unwrap();
        let labels: Vec<&str> = plan.values.iter().map(|value| &*value.label).collect();
        assert_eq!(labels, ["0.01", "0.1"]);
        assert_eq!(plan.seeds, [42, 43]);
        let runs: Vec<_> = plan
            .runs
            .iter()
            .map(|run| (run.label.as_str(), run.seed))
            .collect();
        assert_eq!(runs, [("0.01", 42), ("0.01", 43), ("0.1", 42), ("0.1", 43)]);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn seeds_keep_the_split_unless_it_is_to_vary() {
        let splits = |num_seeds: f64, vary_split: bool, split_seed: Option<f64>| {
            let mut config = StudyConfig {
                seeds_per_value: num_seeds,
                vary_split,
                ..study(Factor::Dropout, "0")
            };
            config.baseline.split_seed = split_seed;
            let plan = plan_study(&config).unwrap();
            let runs = plan.runs.iter().map(|run| {
                let plan = Plan::try_from(&run.config).unwrap();
                (plan.seed, plan.split_seed)
            });
            (plan.vary_split, runs.collect::<Vec<_>>())
        };
        assert_eq!(splits(2.0, false, None), (false, vec![(42, 42), (43, 42)]));
        assert_eq!(
            splits(2.0, false, Some(7.0)),
            (false, vec![(42, 7), (43, 7)])
        );
        assert_eq!(
            splits(2.0, true, Some(7.0)),
            (true, vec![(42, 42), (43, 43)])
        );
        // With one seed there is nothing to vary: the bench's own split stands.
        assert_eq!(splits(1.0, true, Some(7.0)), (false, vec![(42, 7)]));
        let plan = plan_study(&study(Factor::Dropout, "0")).unwrap();
        assert_eq!(
            plan.runs[0].config,
            RunConfig {
                dropout: 0.0,
                ..RunConfig::default()
            }
        );
        let mut config = study(Factor::Dropout, "0");
        config.baseline.split_seed = Some(0.5);
        let told = plan_study(&config).unwrap_err().to_string();
        assert!(
            told.starts_with("split seed: found 0.5, expected a whole"),
            "{told}"
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn the_longest_starts_first() {
        let plan = plan_study(&study(Factor::BatchSize, "")).unwrap();
        assert_eq!(plan.order, [0, 1, 2, 3, 4, 5]);
        let plan = plan_study(&study(Factor::HiddenLayers, "16; 512, 256; 64")).unwrap();
        assert_eq!(plan.order, [1, 2, 0]);
        let plan = plan_study(&study(Factor::LearningRate, "")).unwrap();
        assert_eq!(plan.order, [0, 1, 2, 3, 4, 5]);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn seeds_and_workers_have_a_range() {
        let mut config = study(Factor::LearningRate, "");
        config.seeds_per_value = 11.0;
        let message = plan_study(&config).unwrap_err().to_string();
        assert_eq!(
            message,
            "seeds per value: found 11, expected a whole number from 1 to 10"
        );
        config.seeds_per_value = f64::NAN;
        assert!(plan_study(&config).is_err());
        config.seeds_per_value = 1.0;
        config.workers = 0.0;
        assert!(
            plan_study(&config)
                .unwrap_err()
                .to_string()
                .starts_with("workers: found 0")
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn few_values_of_a_required_factor_get_a_note() {
        let has_note = |factor, values| {
            let plan = plan_study(&study(factor, values)).unwrap();
            plan.notes.iter().any(|note| note.contains("at least 5"))
        };
        assert!(has_note(Factor::LearningRate, "0.1, 0.2, 0.3, 0.4"));
        assert!(has_note(Factor::BatchSize, "16"));
        assert!(!has_note(Factor::BatchSize, ""));
        assert!(!has_note(Factor::Dropout, "0, 0.5"));
    }
}
