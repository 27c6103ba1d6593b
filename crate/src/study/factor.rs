//! What there is to vary, each factor in words: the one source of its names, its
//! default values and its settings, for plans, reports and the page alike.

use crate::message::{
    Activation, AxisScale, Factor, FactorFacts, Optimiser, RunConfig, StudyFacts,
};

use super::plan::{MAX_SEEDS, MAX_VALUES, MAX_WORKERS};

/// In the order in which the page offers them.
const ALL: [Factor; 8] = [
    Factor::LearningRate,
    Factor::BatchSize,
    Factor::Dropout,
    Factor::LayerNorm,
    Factor::HiddenLayers,
    Factor::DropoutLayerNorm,
    Factor::Optimiser,
    Factor::Activation,
];

/// All that is said of a factor.
pub(super) struct Words {
    /// As in "a study of the …".
    pub(super) name: &'static str,
    /// Among others to choose from.
    label: &'static str,
    /// As a section is called.
    pub(super) title: &'static str,
    /// Within a sentence.
    pub(super) phrase: &'static str,
    /// What more or less of it brings, or how its values are written.
    hint: &'static str,
    /// The values that the page puts in the field when it is picked.
    pub(super) values: &'static str,
    /// The fields of [`RunConfig`] that it varies.
    pub(super) settings: &'static [&'static str],
    /// How the values lie on an axis.
    pub(super) axis_scale: AxisScale,
}

impl Factor {
    pub(super) fn words(self) -> &'static Words {
        match self {
            Self::LearningRate => &Words {
                name: "learning rate",
                label: "Learning rate",
                title: "Learning rate",
                phrase: "the learning rate",
                hint: "How far each step goes. Too small learns slowly, too large swings or diverges.",
                values: "0.001, 0.003, 0.01, 0.03, 0.1, 0.3",
                settings: &["learning_rate"],
                axis_scale: AxisScale::Log,
            },
            Self::BatchSize => &Words {
                name: "batch size",
                label: "Batch size",
                title: "Batch size",
                phrase: "the batch size",
                hint: "Images a step. Small batches take many noisy steps an epoch, large ones few \
                       smooth steps.",
                values: "16, 32, 64, 128, 256, 512",
                settings: &["batch_size"],
                axis_scale: AxisScale::Log,
            },
            Self::Dropout => &Words {
                name: "dropout",
                label: "Dropout",
                title: "Dropout",
                phrase: "dropout",
                hint: "Share of hidden units switched off in each step: meant to narrow the gap \
                       between training and validation.",
                values: "0, 0.1, 0.2, 0.3, 0.5",
                settings: &["dropout"],
                axis_scale: AxisScale::Linear,
            },
            Self::LayerNorm => &Words {
                name: "layer normalisation",
                label: "Layer normalisation",
                title: "Layer normalisation",
                phrase: "layer normalisation",
                hint: "Keeps each layer’s values in one range, which often allows larger steps.",
                values: "off, on",
                settings: &["layer_norm"],
                axis_scale: AxisScale::Category,
            },
            Self::HiddenLayers => &Words {
                name: "hidden layers",
                label: "Hidden layers",
                title: "Hidden layers",
                phrase: "the hidden layers",
                hint: "Shapes separated by semicolons, widths within a shape by commas.",
                values: "32, 32; 64, 32; 128, 64; 256, 128; 256, 128, 64",
                settings: &["hidden_layers"],
                axis_scale: AxisScale::Category,
            },
            Self::DropoutLayerNorm => &Words {
                name: "dropout and layer normalisation",
                label: "Dropout × layer normalisation",
                title: "Dropout with and without layer normalisation",
                phrase: "dropout crossed with layer normalisation",
                hint: "Each dropout once without and once with layer normalisation.",
                values: "0, 0.2, 0.5",
                settings: &["dropout", "layer_norm"],
                axis_scale: AxisScale::Category,
            },
            Self::Optimiser => &Words {
                name: "optimiser",
                label: "Optimiser",
                title: "Optimiser",
                phrase: "the optimiser",
                hint: "The rule of a step. Each has a best learning rate of its own, Adam and \
                       RMSprop often near 0.001.",
                values: "sgd, adam, rmsprop, adagrad",
                settings: &["optimiser"],
                axis_scale: AxisScale::Category,
            },
            Self::Activation => &Words {
                name: "activation",
                label: "Activation",
                title: "Activation",
                phrase: "the activation",
                hint: "What a hidden unit makes of its sum. Sigmoid and tanh flatten out, so that \
                       deep layers may learn slowly.",
                values: "relu, leaky_relu, tanh, sigmoid, gelu, silu",
                settings: &["activation"],
                axis_scale: AxisScale::Category,
            },
        }
    }

    /// The factor in words, as in "a study of the …".
    pub fn name(self) -> &'static str {
        self.words().name
    }

    /// What stands between two values; a comma separates the widths within a shape.
    pub(super) fn separator(self) -> char {
        match self {
            Self::HiddenLayers => ';',
            _ => ',',
        }
    }

    /// A value as the subject of a sentence; `label` is as the legend shows it.
    pub(super) fn subject(self, label: &str) -> String {
        match self {
            Self::LearningRate => format!("a learning rate of {label}"),
            Self::BatchSize => format!("a batch size of {label}"),
            Self::Dropout => format!("a dropout of {label}"),
            Self::LayerNorm => format!("layer normalisation {label}"),
            Self::HiddenLayers => format!("the shape [{label}]"),
            Self::DropoutLayerNorm => match label.split_once(", ") {
                Some((rate, switch)) => {
                    format!("a dropout of {rate} with layer normalisation {switch}")
                }
                None => label.into(),
            },
            Self::Optimiser | Self::Activation => format!("the {} {label}", self.name()),
        }
    }
}

/// An optimiser by its name in settings or among words, in whatever case.
pub(super) fn optimiser(text: &str) -> Option<Optimiser> {
    let is_it = |one: &Optimiser| is_name(text, one.key(), one.words());
    Optimiser::ALL.into_iter().find(is_it)
}

/// The same of an activation.
pub(super) fn activation(text: &str) -> Option<Activation> {
    let is_it = |one: &Activation| is_name(text, one.key(), one.torch_name());
    Activation::ALL.into_iter().find(is_it)
}

fn is_name(text: &str, key: &str, words: &str) -> bool {
    let text = text.replace([' ', '-'], "_");
    [key, words]
        .iter()
        .any(|name| name.eq_ignore_ascii_case(&text))
}

/// The label of a run's value among words: `Adam`, `GELU`.
pub(super) fn named(config: &RunConfig, factor: Factor) -> Option<&'static str> {
    match factor {
        Factor::Optimiser => Some(config.optimiser.words()),
        Factor::Activation => Some(config.activation.torch_name()),
        _ => None,
    }
}

/// What the page's form says before any study is planned.
pub fn facts() -> StudyFacts {
    let of = |factor: Factor| FactorFacts {
        factor,
        label: factor.words().label.into(),
        values: factor.words().values.into(),
        separator: format!("{} ", factor.separator()),
        hint: factor.words().hint.into(),
        settings: factor
            .words()
            .settings
            .iter()
            .map(|&key| key.into())
            .collect(),
    };
    StudyFacts {
        factors: ALL.map(of).into(),
        most_values: MAX_VALUES as u32,
        most_seeds: MAX_SEEDS as u32,
        most_workers: MAX_WORKERS as u32,
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::facts;
    use crate::message::{RunConfig, StudyConfig};
    use crate::study::plan::plan_study;

    #[wasm_bindgen_test(unsupported = test)]
    fn a_factor_varies_the_settings_that_it_names() {
        for facts in facts().factors {
            let config = StudyConfig {
                factor: facts.factor,
                values: facts.values.clone(),
                seeds_per_value: 1.0,
                workers: 1.0,
                vary_split: false,
                baseline: RunConfig::default(),
            };
            let plan = plan_study(&config).unwrap();
            let runs = plan.runs.iter().map(|run| &run.config);
            let mut varied = Vec::new();
            for run in runs.map(|run| serde_json::to_value(run).unwrap()) {
                let baseline = serde_json::to_value(&config.baseline).unwrap();
                for (key, value) in run.as_object().unwrap() {
                    if value != &baseline[key] && !varied.contains(key) {
                        varied.push(key.clone());
                    }
                }
            }
            varied.sort();
            assert_eq!(varied, facts.settings, "{:?}", facts.factor);
        }
    }
}
