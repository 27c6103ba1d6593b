//! From a factor and the text of its values to the runs of a study.
//!
//! Checks what belongs to the study: how many values, seeds and workers there are,
//! and that no value comes twice. What a value may be, and every other setting of a
//! run, is for [`crate::config`] to say.
//!
//! Over 400 lines: factor, plan and cost stand together until they are files.

use super::factor::{USUAL, article};
use super::pairs::{self, Pair, Varied};
use crate::config::schema::{Kind, Setting, on_off, setting};
use crate::config::{self, NetworkPlan, Plan};
use crate::data::Task;
use crate::error::{Error, Result};
use crate::message::{AxisScale, Factor, RunConfig, RunSpec, StudyConfig, StudyPlan, StudyValue};
use crate::nn::layout::Layout;

/// Values a study may have: beyond these neither a legend nor a night is enough.
pub(super) const MAX_VALUES: usize = 20;
pub(super) const MAX_SEEDS: u64 = 10;
pub(super) const MAX_WORKERS: u64 = 64;

/// What sets a run of a study apart from its baseline, besides the seed: as the
/// legend shows it, and where it lies on the factor's axis; `position` is that of its
/// value among all.
pub(super) fn value_of(varied: Varied, config: &RunConfig, position: usize) -> StudyValue {
    let factor = varied.factor();
    let number = factor.number_of().map(|get| get(config));
    let axis = match factor.words().axis_scale {
        AxisScale::Category => position as f64,
        AxisScale::Linear | AxisScale::Log => number.unwrap_or(position as f64),
    };
    let label = match (varied.pair(), factor.setting()) {
        (Some(pair), _) => pair.label(config),
        (None, Some(setting)) => words_of(setting, config),
        (None, None) => format!("{}, {}", config.dropout, on_off(config.layer_norm)),
    };
    StudyValue { label, axis }
}

/// A setting's value within a label: shapes in one spelling.
pub(super) fn words_of(setting: &Setting, config: &RunConfig) -> String {
    match setting.kind {
        Kind::Text => widths(config).map_or("?".into(), joined),
        _ => setting.words(config),
    }
}

/// The text of the values that have these settings, as [`plan_study`] reads it.
pub(super) fn values_text<'a>(
    varied: Varied,
    configs: impl Iterator<Item = &'a RunConfig>,
) -> String {
    if let Some(pair) = varied.pair() {
        return pair.values_text(configs);
    }
    let factor = varied.factor();
    // Crossed, each dropout stands for two values.
    let every = if factor == Factor::DropoutLayerNorm {
        2
    } else {
        1
    };
    let items: Vec<String> = configs
        .step_by(every)
        .map(|config| match factor {
            Factor::DropoutLayerNorm => config.dropout.to_string(),
            _ => value_of(varied, config, 0).label,
        })
        .collect();
    items.join(&format!("{} ", factor.separator()))
}

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
    let (varied, configs) = if factor == Factor::TwoFactors {
        let (pair, configs) = pairs::read(values_or_default(config), &config.baseline)?;
        (Varied::Pair(pair), configs)
    } else {
        (Varied::One(factor), read_values(config)?)
    };
    let values: Vec<StudyValue> = configs
        .iter()
        .enumerate()
        .map(|(position, config)| value_of(varied, config, position))
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

fn item_error(item: usize, found: &str, expected: &str) -> Error {
    Error::data(
        format!("values, item {item}"),
        config::quoted(found),
        expected,
    )
}

/// The text of the values, or the factor's own where there is none.
fn values_or_default(config: &StudyConfig) -> &str {
    match config.values.trim() {
        "" => config.factor.words().values,
        typed => typed,
    }
}

/// The baseline with each value, in the order of the axis: numbers ascending, the
/// rest as typed.
fn read_values(config: &StudyConfig) -> Result<Vec<RunConfig>> {
    let factor = config.factor;
    let text = values_or_default(config);
    let separator = factor.separator();
    // A trailing separator is a typing habit, not a value.
    let text = text.strip_suffix(separator).unwrap_or(text);
    let items: Vec<&str> = text.split(separator).map(str::trim).collect();
    if items.len() > MAX_VALUES {
        return Err(Error::data(
            "values",
            format!("{} items", items.len()),
            format!("at most {MAX_VALUES}"),
        ));
    }

    let mut configs: Vec<RunConfig> = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let place = index + 1;
        let mut read = config.baseline.clone();
        read_value(factor, item, place, &mut read)?;
        let label = |config: &RunConfig| value_of(Varied::One(factor), config, 0).label;
        let same = |other: &RunConfig| match factor {
            Factor::DropoutLayerNorm => other.dropout == read.dropout,
            _ => label(other) == label(&read),
        };
        if configs.iter().any(same) {
            // The same settings under the same seed give the same run.
            return Err(item_error(
                place,
                item,
                "each value once; for the same value under other seeds raise the seeds per value",
            ));
        }
        configs.push(read);
    }
    match varied_setting(factor).kind {
        Kind::Number { get, .. } => configs.sort_by(|a, b| get(a).total_cmp(&get(b))),
        Kind::Flag { get, .. } => configs.sort_by_key(get),
        Kind::Choice { .. } | Kind::Text => {}
    }
    if factor == Factor::DropoutLayerNorm {
        configs = configs
            .into_iter()
            .flat_map(|config| {
                [false, true].map(|layer_norm| RunConfig {
                    layer_norm,
                    ..config.clone()
                })
            })
            .collect();
    }
    Ok(configs)
}

/// The setting that a factor's typed values are of.
fn varied_setting(factor: Factor) -> &'static Setting {
    let varied = match factor {
        Factor::DropoutLayerNorm => setting("dropout"),
        _ => factor.setting(),
    };
    varied.expect("a factor varies settings that there are")
}

/// Reads one value into the settings, which its factor's own check lets pass.
fn read_value(factor: Factor, item: &str, place: usize, read: &mut RunConfig) -> Result<()> {
    let setting = varied_setting(factor);
    let what = match factor {
        Factor::Dropout | Factor::DropoutLayerNorm => "a dropout probability".into(),
        _ => format!("{} {}", article(&setting.name()), setting.name()),
    };
    read_setting(setting, item, &what, read).map_err(|expected| item_error(place, item, &expected))
}

/// Reads a setting's value, which its own check lets pass; what was expected where it does not.
/// `what` says what it is.
pub(super) fn read_setting(
    setting: &Setting,
    item: &str,
    what: &str,
    read: &mut RunConfig,
) -> std::result::Result<(), String> {
    let expected_by = |error: Error| error.expected().unwrap_or_default().to_string();
    match setting.kind {
        Kind::Text => {
            let widths = config::parse_hidden_layers(item)
                .map_err(|error| format!("{} (shapes are separated by ;)", expected_by(error)))?;
            read.hidden_layers = joined(widths);
            Ok(())
        }
        Kind::Number { get, .. } => {
            setting.read(item, read)?;
            // Alone among settings that are sound, so that what is refused is this one.
            let mut alone = RunConfig::default();
            setting.give(&mut alone, get(read));
            let refused = |error| format!("{what}, {}", expected_by(error));
            Plan::try_from(&alone).map(drop).map_err(refused)
        }
        Kind::Flag { .. } | Kind::Choice { .. } => setting.read(item, read),
    }
}

/// The widths of a run's hidden layers, where its settings name any.
pub(super) fn widths(config: &RunConfig) -> Option<Vec<usize>> {
    config::parse_hidden_layers(&config.hidden_layers).ok()
}

fn joined(widths: Vec<usize>) -> String {
    let widths: Vec<String> = widths.iter().map(usize::to_string).collect();
    widths.join(", ")
}

/// Weights, biases and, with layer normalisation, gains and shifts of the
/// network that the settings describe; `None` where its widths are no numbers.
pub(super) fn num_parameters(config: &RunConfig, task: &Task) -> Option<f64> {
    let network = NetworkPlan {
        hidden: widths(config)?,
        layer_norm: config.layer_norm,
        ..NetworkPlan::default()
    };
    let layout = Layout::new(&network.for_task(task));
    Some(layout.num_parameters as f64)
}

/// What a run takes, without a unit: only its ratio to the others counts.
///
/// A sample costs its multiplications, and a step the update of all weights,
/// which measured as much as six samples; layer normalisation and dropout add a
/// pass over the activations each.
pub(crate) fn cost(config: &RunConfig) -> f64 {
    let parameters = num_parameters(config, &Task::mnist()).unwrap_or(1.0);
    let mut sample = parameters * (1.0 + 6.0 / config.batch_size);
    if config.dropout > 0.0 {
        sample *= 1.05;
    }
    if config.layer_norm {
        sample *= 1.15;
    }
    let cost = sample * config.epochs;
    if cost.is_finite() { cost } else { 1.0 }
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

    fn study(factor: Factor, values: &str) -> StudyConfig {
        StudyConfig {
            factor,
            values: values.into(),
            seeds_per_value: 1.0,
            workers: 2.0,
            vary_split: false,
            baseline: RunConfig::default(),
        }
    }

    fn labels(plan: &StudyPlan) -> Vec<&str> {
        plan.values
            .iter()
            .map(|value| value.label.as_str())
            .collect()
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn defaults_are_those_of_the_assignment() {
        let plan = plan_study(&study(Factor::LearningRate, "")).unwrap();
        assert_eq!(
            labels(&plan),
            ["0.001", "0.003", "0.01", "0.03", "0.1", "0.3"]
        );
        let plan = plan_study(&study(Factor::BatchSize, " ")).unwrap();
        assert_eq!(labels(&plan), ["16", "32", "64", "128", "256", "512"]);
        let plan = plan_study(&study(Factor::Dropout, "")).unwrap();
        assert_eq!(labels(&plan), ["0", "0.1", "0.2", "0.3", "0.5"]);
        let plan = plan_study(&study(Factor::LayerNorm, "")).unwrap();
        assert_eq!(labels(&plan), ["off", "on"]);
        let plan = plan_study(&study(Factor::HiddenLayers, "")).unwrap();
        assert_eq!(plan.values.len(), 5);
        let plan = plan_study(&study(Factor::DropoutLayerNorm, "")).unwrap();
        assert_eq!(
            labels(&plan),
            [
                "0, off", "0, on", "0.2, off", "0.2, on", "0.5, off", "0.5, on"
            ]
        );
    }

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
        assert_eq!(labels(&plan), ["0.01", "0.1"]);
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
    fn parameters_are_counted() {
        let config = RunConfig::default();
        // 785·128 + 129·64 + 65·10, by hand.
        assert_eq!(num_parameters(&config, &Task::mnist()), Some(109_386.0));
        let config = RunConfig {
            layer_norm: true,
            ..config
        };
        assert_eq!(
            num_parameters(&config, &Task::mnist()),
            Some(109_386.0 + 2.0 * 192.0)
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_bad_value_is_named_with_its_place() {
        let message = |factor, values| plan_study(&study(factor, values)).unwrap_err().to_string();
        assert_eq!(
            message(Factor::LearningRate, "0.1, 0.2, x"),
            "values, item 3: found \"x\", expected a learning rate, a number above 0, at most 100"
        );
        assert_eq!(
            message(Factor::BatchSize, "16, 2.5"),
            "values, item 2: found \"2.5\", expected a batch size, a whole number from 1 to 8,192"
        );
        assert!(message(Factor::Dropout, "0, 0.96").starts_with("values, item 2: found \"0.96\""));
        assert!(
            message(Factor::LearningRate, "0.1,,0.2").starts_with("values, item 2: found \"\"")
        );
        assert!(message(Factor::LearningRate, "inf").starts_with("values, item 1"));
        assert!(message(Factor::LayerNorm, "off, maybe").ends_with("expected off or on"));
        assert_eq!(
            message(Factor::Optimiser, "adam, lion"),
            "values, item 2: found \"lion\", expected one of sgd, nesterov, adam, adamw, rmsprop, \
             adagrad"
        );
        assert_eq!(
            message(Factor::HiddenLayers, "64; 0"),
            "values, item 2: found \"0\", expected 1 to 8 widths from 1 to 4,096, such as 128, 64 \
             (shapes are separated by ;)"
        );
        assert!(message(Factor::LearningRate, "1e-46").ends_with("which makes it 0"));
        assert!(message(Factor::DropoutLayerNorm, "0.2, 0.20").contains("each value once"));
        assert!(message(Factor::LearningRate, "0.1, 0.10").contains("each value once"));
        let many = (1..=21)
            .map(|i| i.to_string())
            .collect::<Vec<_>>()
            .join(",");
        assert_eq!(
            message(Factor::BatchSize, &many),
            "values: found 21 items, expected at most 20"
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_value_is_read_as_a_run_reads_its_settings() {
        // What a run's field takes, a study's takes, and for the same network.
        for text in ["64 32", "64,32", " 64 , 32,", "64  32"] {
            let plan = plan_study(&study(Factor::HiddenLayers, &format!("128; {text}"))).unwrap();
            assert_eq!(labels(&plan), ["128", "64, 32"], "{text:?}");
            let typed = RunConfig {
                hidden_layers: text.into(),
                ..RunConfig::default()
            };
            let run = Plan::try_from(&plan.runs[1].config).unwrap();
            assert_eq!(run, Plan::try_from(&typed).unwrap(), "{text:?}");
            assert_eq!(
                num_parameters(&typed, &Task::mnist()),
                num_parameters(&plan.runs[1].config, &Task::mnist())
            );
        }
        // What a run refuses, a study refuses before the first one starts.
        let mut config = study(Factor::LearningRate, "");
        config.baseline.momentum = 0.999_999_99;
        let message = plan_study(&config).unwrap_err().to_string();
        assert!(
            message.starts_with("momentum: found 0.99999999"),
            "{message}"
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_plan_is_its_own_text_again() {
        for (factor, values) in [
            (Factor::LearningRate, "0.3, 1e-7, 0.1"),
            (Factor::BatchSize, "512, 1"),
            (Factor::Dropout, "-0, 0.95"),
            (Factor::LayerNorm, "on, off"),
            (Factor::HiddenLayers, "64 32; 8; 256, 128, 64"),
            (Factor::DropoutLayerNorm, "0.5, 0"),
            (Factor::Optimiser, "adam, Nesterov, SGD"),
            (Factor::Activation, "gelu, Leaky ReLU, tanh"),
            (Factor::Schedule, "One cycle, constant, warm-up"),
            (Factor::Initialisation, "all equal, torch"),
            (Factor::MaxNorm, "3, 0, 0.5"),
            (Factor::WeightDecay, "1e-5, 0"),
            (Factor::TwoFactors, ""),
            (
                Factor::TwoFactors,
                "optimiser: adam, SGD * hidden layers: 8; 16, 4",
            ),
            (
                Factor::TwoFactors,
                "Batch-size: 64, 16 × layer_norm: off, on",
            ),
        ] {
            let plan = plan_study(&study(factor, values)).unwrap();
            let varied = Varied::of(&plan).unwrap();
            let text = values_text(varied, plan.runs.iter().map(|run| &run.config));
            assert_eq!(plan_study(&study(factor, &text)).unwrap(), plan, "{text}");
        }
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
