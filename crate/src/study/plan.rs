//! From a factor and the text of its values to the runs of a study.
//!
//! Checks what belongs to the study: the values, the seeds, the workers. The
//! baseline's other settings are checked where every run's are, in
//! [`crate::config`].

use crate::error::{Error, Result};
use crate::message::{AxisScale, Factor, RunConfig, RunSpec, StudyConfig, StudyPlan, StudyValue};

/// Values a study may have: beyond these neither a legend nor a night is enough.
pub(super) const MAX_VALUES: usize = 20;
pub(super) const MAX_SEEDS: f64 = 10.0;
pub(super) const MAX_WORKERS: f64 = 64.0;
const MAX_SEED: f64 = u32::MAX as f64;
/// What courses ask for of a study of the learning rate or the batch size.
const ENOUGH_VALUES: usize = 5;
/// Pixels in, classes out.
const NUM_PIXELS: f64 = 784.0;
const NUM_CLASSES: f64 = 10.0;

impl Factor {
    /// The factor in words, as in "a study of the …".
    pub fn name(self) -> &'static str {
        match self {
            Self::LearningRate => "learning rate",
            Self::BatchSize => "batch size",
            Self::Dropout => "dropout",
            Self::LayerNorm => "layer normalisation",
            Self::HiddenLayers => "hidden layers",
            Self::DropoutLayerNorm => "dropout and layer normalisation",
        }
    }

    /// The values that the page puts in the field when the factor is picked.
    pub fn default_values(self) -> &'static str {
        match self {
            Self::LearningRate => "0.001, 0.003, 0.01, 0.03, 0.1, 0.3",
            Self::BatchSize => "16, 32, 64, 128, 256, 512",
            Self::Dropout => "0, 0.1, 0.2, 0.3, 0.5",
            Self::LayerNorm => "off, on",
            Self::HiddenLayers => "32, 32; 64, 32; 128, 64; 256, 128; 256, 128, 64",
            Self::DropoutLayerNorm => "0, 0.2, 0.5",
        }
    }

    /// How the values lie on an axis.
    pub fn axis_scale(self) -> AxisScale {
        match self {
            Self::LearningRate | Self::BatchSize => AxisScale::Log,
            Self::Dropout => AxisScale::Linear,
            Self::LayerNorm | Self::HiddenLayers | Self::DropoutLayerNorm => AxisScale::Category,
        }
    }
}

/// A value while the plan is made: shown as, placed at, applied to a baseline.
struct Value {
    label: String,
    axis: f64,
    config: RunConfig,
}

/// The runs of a study: one factor changes, each run starts from scratch, and
/// within a value each further run takes the next seed.
///
/// # Errors
/// [`Error::Data`] with the item's place for a value that is none, and
/// [`Error::Setting`] for seeds or workers out of range.
pub fn plan_study(config: &StudyConfig) -> Result<StudyPlan> {
    let num_seeds = whole(
        "seeds per value",
        config.seeds_per_value,
        MAX_SEEDS,
        "a whole number from 1 to 10",
    )?;
    let workers = whole(
        "workers",
        config.workers,
        MAX_WORKERS,
        "a whole number from 1 to 64",
    )?;
    let first_seed = config.baseline.seed;
    if !(first_seed.fract() == 0.0 && (0.0..=MAX_SEED).contains(&first_seed)) {
        return Err(Error::setting(
            "seed",
            first_seed,
            "a whole number from 0 to 4,294,967,295",
        ));
    }
    // Wrapping keeps the seeds distinct even at the top of the range.
    let seeds: Vec<u32> = (0..num_seeds)
        .map(|i| (first_seed as u32).wrapping_add(i))
        .collect();

    let values = read_values(config)?;
    let mut runs = Vec::with_capacity(values.len() * seeds.len());
    for (value_index, value) in values.iter().enumerate() {
        for &seed in &seeds {
            let run = RunConfig {
                seed: f64::from(seed),
                ..value.config.clone()
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
        factor: config.factor,
        factor_name: config.factor.name().into(),
        axis_scale: config.factor.axis_scale(),
        notes: notes(config, &values),
        values: values
            .into_iter()
            .map(|value| StudyValue {
                label: value.label,
                axis: value.axis,
            })
            .collect(),
        seeds,
        runs,
        order,
        workers,
        baseline: config.baseline.clone(),
    })
}

/// A whole number from 1 to `max`.
fn whole(setting: &'static str, found: f64, max: f64, expected: &str) -> Result<u32> {
    if found.fract() == 0.0 && (1.0..=max).contains(&found) {
        Ok(found as u32)
    } else {
        Err(Error::setting(setting, found, expected))
    }
}

fn item_error(item: usize, found: &str, expected: &str) -> Error {
    Error::data(
        format!("values, item {item}"),
        format!("{found:?}"),
        expected,
    )
}

/// The values in the order of the axis: numbers ascending, the rest as typed.
fn read_values(config: &StudyConfig) -> Result<Vec<Value>> {
    let factor = config.factor;
    let text = if config.values.trim().is_empty() {
        factor.default_values()
    } else {
        config.values.trim()
    };
    // A comma separates the widths within a shape.
    let separator = if factor == Factor::HiddenLayers {
        ';'
    } else {
        ','
    };
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

    let mut values = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let place = index + 1;
        let mut config = config.baseline.clone();
        let (label, axis) = match factor {
            Factor::LearningRate => {
                let rate = number(item, place, LEARNING_RATE, |x| x > 0.0 && x <= 100.0)?;
                config.learning_rate = rate;
                (rate.to_string(), rate)
            }
            Factor::BatchSize => {
                let size = number(item, place, BATCH_SIZE, |x| {
                    x.fract() == 0.0 && (1.0..=8192.0).contains(&x)
                })?;
                config.batch_size = size;
                (size.to_string(), size)
            }
            Factor::Dropout | Factor::DropoutLayerNorm => {
                let rate = number(item, place, DROPOUT, |x| (0.0..=0.95).contains(&x))?;
                config.dropout = rate;
                (rate.to_string(), rate)
            }
            Factor::LayerNorm => {
                config.layer_norm = switch(item, place)?;
                let label = if config.layer_norm { "on" } else { "off" };
                (label.into(), f64::from(u8::from(config.layer_norm)))
            }
            Factor::HiddenLayers => {
                config.hidden_layers = shape(item, place)?;
                (config.hidden_layers.clone(), index as f64)
            }
        };
        let same = |value: &Value| value.label == label;
        if values.iter().any(same) {
            // The same settings under the same seed give the same run.
            return Err(item_error(
                place,
                item,
                "each value once; for the same value under other seeds raise the seeds per value",
            ));
        }
        values.push(Value {
            label,
            axis,
            config,
        });
    }
    if factor != Factor::HiddenLayers {
        values.sort_by(|a, b| a.axis.total_cmp(&b.axis));
    }
    if factor == Factor::DropoutLayerNorm {
        values = values
            .into_iter()
            .flat_map(|value| {
                [false, true].map(|layer_norm| Value {
                    label: format!("{}, {}", value.label, if layer_norm { "on" } else { "off" }),
                    axis: 0.0,
                    config: RunConfig {
                        layer_norm,
                        ..value.config.clone()
                    },
                })
            })
            .collect();
    }
    if factor.axis_scale() == AxisScale::Category {
        for (position, value) in values.iter_mut().enumerate() {
            value.axis = position as f64;
        }
    }
    Ok(values)
}

const LEARNING_RATE: &str = "a learning rate above 0 and at most 100";
const BATCH_SIZE: &str = "a batch size, a whole number from 1 to 8192";
const DROPOUT: &str = "a dropout probability from 0 to 0.95";
const SWITCH: &str = "off or on";
const SHAPE: &str = "one to eight widths separated by commas, each a whole number from 1 to 4096 (shapes are separated by ;)";

fn number(item: &str, place: usize, expected: &str, fits: impl Fn(f64) -> bool) -> Result<f64> {
    let parsed = item
        .parse::<f64>()
        .ok()
        .filter(|x| x.is_finite() && fits(*x));
    // Adding zero turns -0 into 0, which is what was meant.
    parsed
        .map(|x| x + 0.0)
        .ok_or_else(|| item_error(place, item, expected))
}

fn switch(item: &str, place: usize) -> Result<bool> {
    match item.to_ascii_lowercase().as_str() {
        "off" | "no" | "false" | "0" => Ok(false),
        "on" | "yes" | "true" | "1" => Ok(true),
        _ => Err(item_error(place, item, SWITCH)),
    }
}

fn shape(item: &str, place: usize) -> Result<String> {
    let widths: Option<Vec<u32>> = item
        .split(',')
        .map(|width| {
            width
                .trim()
                .parse::<u32>()
                .ok()
                .filter(|w| (1..=4096).contains(w))
        })
        .collect();
    match widths {
        Some(widths) if widths.len() <= 8 => Ok(widths
            .iter()
            .map(u32::to_string)
            .collect::<Vec<_>>()
            .join(", ")),
        _ => Err(item_error(place, item, SHAPE)),
    }
}

/// Weights, biases and, with layer normalisation, gains and shifts of the
/// network that the settings describe; `None` where its widths are no numbers.
pub(super) fn num_parameters(config: &RunConfig) -> Option<f64> {
    let mut num_inputs = NUM_PIXELS;
    let mut total = 0.0;
    for width in config.hidden_layers.split(',') {
        let width = f64::from(width.trim().parse::<u32>().ok()?);
        total += (num_inputs + 1.0) * width;
        if config.layer_norm {
            total += 2.0 * width;
        }
        num_inputs = width;
    }
    Some(total + (num_inputs + 1.0) * NUM_CLASSES)
}

/// What a run takes, without a unit: only its ratio to the others counts.
///
/// A sample costs its multiplications, and a step the update of all weights,
/// which measured as much as six samples; layer normalisation and dropout add a
/// pass over the activations each.
fn cost(config: &RunConfig) -> f64 {
    let parameters = num_parameters(config).unwrap_or(1.0);
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

fn notes(config: &StudyConfig, values: &[Value]) -> Vec<String> {
    let mut notes = Vec::new();
    let factor = config.factor;
    let required = matches!(factor, Factor::LearningRate | Factor::BatchSize);
    if values.len() == 1 {
        notes.push("One value: there is nothing to compare it with.".into());
    }
    if required && values.len() < ENOUGH_VALUES {
        notes.push(format!(
            "{} {} of the {}: an assignment usually asks for at least five.",
            values.len(),
            if values.len() == 1 { "value" } else { "values" },
            factor.name(),
        ));
    }
    if config.seeds_per_value == 1.0 && values.len() > 1 {
        notes.push(
            "One seed a value: differences are judged by the size of the validation part alone. \
             Three seeds or more also show how much luck is in a run."
                .into(),
        );
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
        assert_eq!(num_parameters(&config), Some(109_386.0));
        let config = RunConfig {
            layer_norm: true,
            ..config
        };
        assert_eq!(num_parameters(&config), Some(109_386.0 + 2.0 * 192.0));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_bad_value_is_named_with_its_place() {
        let message = |factor, values| plan_study(&study(factor, values)).unwrap_err().to_string();
        assert_eq!(
            message(Factor::LearningRate, "0.1, 0.2, x"),
            "values, item 3: found \"x\", expected a learning rate above 0 and at most 100"
        );
        assert_eq!(
            message(Factor::BatchSize, "16, 2.5"),
            "values, item 2: found \"2.5\", expected a batch size, a whole number from 1 to 8192"
        );
        assert!(message(Factor::Dropout, "0, 0.96").starts_with("values, item 2: found \"0.96\""));
        assert!(
            message(Factor::LearningRate, "0.1,,0.2").starts_with("values, item 2: found \"\"")
        );
        assert!(message(Factor::LearningRate, "inf").starts_with("values, item 1"));
        assert!(message(Factor::LayerNorm, "off, maybe").ends_with("expected off or on"));
        assert!(message(Factor::HiddenLayers, "64; 0").starts_with("values, item 2: found \"0\""));
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
            plan.notes.iter().any(|note| note.contains("at least five"))
        };
        assert!(has_note(Factor::LearningRate, "0.1, 0.2, 0.3, 0.4"));
        assert!(has_note(Factor::BatchSize, "16"));
        assert!(!has_note(Factor::BatchSize, ""));
        assert!(!has_note(Factor::Dropout, "0, 0.5"));
    }
}
