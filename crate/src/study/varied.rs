//! What a study varies, one factor or a pair: its values, from the text that a person typed
//! to the settings of the runs, and back to labels and text.
//!
//! What a value may be is for the setting itself to say; here no value comes twice, and
//! there are not too many.

use super::factor::{MAX_VALUES, article};
use super::pairs::{self, Pair};
use super::setting_text::{read_setting, words_of};
use crate::config;
use crate::config::schema::{Kind, Setting, on_off, setting};
use crate::error::{Error, Result};
use crate::message::{AxisScale, Factor, RunConfig, StudyConfig, StudyPlan, StudyValue};

/// What a study varies.
#[derive(Clone, Copy)]
pub(super) enum Varied {
    /// One factor.
    One(Factor),
    /// Any two settings crossed.
    Pair(Pair),
}

impl Varied {
    /// That of a plan.
    ///
    /// # Errors
    /// When it crosses what cannot be crossed.
    pub(super) fn of(plan: &StudyPlan) -> Result<Self> {
        if plan.factor != Factor::TwoFactors {
            return Ok(Self::One(plan.factor));
        }
        Pair::of(&plan.crossed).map(Self::Pair)
    }

    pub(super) fn factor(self) -> Factor {
        match self {
            Self::One(factor) => factor,
            Self::Pair(_) => Factor::TwoFactors,
        }
    }

    pub(super) fn pair(&self) -> Option<&Pair> {
        match self {
            Self::One(_) => None,
            Self::Pair(pair) => Some(pair),
        }
    }

    /// In words, as in "a study of the …".
    pub(super) fn name(self) -> String {
        match self {
            Self::One(factor) => factor.name().into(),
            Self::Pair(pair) => pair.name(),
        }
    }

    /// What sets a run of a study apart from its baseline, besides the seed: as the
    /// legend shows it, and where it lies on the factor's axis; `position` is that of its
    /// value among all.
    pub(super) fn value_of(self, config: &RunConfig, position: usize) -> StudyValue {
        let factor = self.factor();
        let number = factor.number_of().map(|get| get(config));
        let axis = match factor.words().axis_scale {
            AxisScale::Category => position as f64,
            AxisScale::Linear | AxisScale::Log => number.unwrap_or(position as f64),
        };
        let label = match (self.pair(), factor.setting()) {
            (Some(pair), _) => pair.label(config),
            (None, Some(setting)) => words_of(setting, config),
            (None, None) => format!("{}, {}", config.dropout, on_off(config.layer_norm)),
        };
        StudyValue { label, axis }
    }

    /// The text of the values that have these settings, as [`read`] reads it.
    pub(super) fn values_text<'a>(self, configs: impl Iterator<Item = &'a RunConfig>) -> String {
        if let Some(pair) = self.pair() {
            return pair.values_text(configs);
        }
        let factor = self.factor();
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
                _ => self.value_of(config, 0).label,
            })
            .collect();
        items.join(&format!("{} ", factor.separator()))
    }
}

/// What a study varies, and the baseline with each of its values.
///
/// # Errors
/// Names the item of the text that is no value, or one that was there before.
pub(super) fn read(config: &StudyConfig) -> Result<(Varied, Vec<RunConfig>)> {
    if config.factor == Factor::TwoFactors {
        let (pair, configs) = pairs::read(values_or_default(config), &config.baseline)?;
        return Ok((Varied::Pair(pair), configs));
    }
    Ok((Varied::One(config.factor), read_values(config)?))
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
        let label = |config: &RunConfig| Varied::One(factor).value_of(config, 0).label;
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

fn item_error(item: usize, found: &str, expected: &str) -> Error {
    Error::data(
        format!("values, item {item}"),
        config::quoted(found),
        expected,
    )
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::config::Plan;
    use crate::data::Task;
    use crate::study::cost::num_parameters;
    use crate::study::plan::plan_study;
    use crate::study::testing::study_config as study;

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
            let text = varied.values_text(plan.runs.iter().map(|run| &run.config));
            assert_eq!(plan_study(&study(factor, &text)).unwrap(), plan, "{text}");
        }
    }
}
