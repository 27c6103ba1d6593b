//! What there is to vary, each factor in words: the one source of its names, its
//! default values and its settings, and of how many values, seeds and workers a study may
//! be, for plans, reports and the page alike.

use crate::config::schema::{Setting, setting};
use crate::message::{AssignedStudy, AxisScale, Factor, FactorFacts, RunConfig, StudyFacts};

/// Values a study may have: beyond these neither a legend nor a night is enough.
pub(super) const MAX_VALUES: usize = 20;
pub(super) const MAX_SEEDS: u64 = 10;
pub(super) const MAX_WORKERS: u64 = 64;

/// In the order in which the page offers them.
pub(super) const ALL: [Factor; 16] = [
    Factor::LearningRate,
    Factor::BatchSize,
    Factor::Dropout,
    Factor::LayerNorm,
    Factor::HiddenLayers,
    Factor::DropoutLayerNorm,
    Factor::Optimiser,
    Factor::Activation,
    Factor::Schedule,
    Factor::Momentum,
    Factor::WeightDecay,
    Factor::Initialisation,
    Factor::InputDropout,
    Factor::MaxNorm,
    Factor::LabelSmoothing,
    Factor::TwoFactors,
];

/// The studies that assignments usually ask for, in their order, and of how many values each at
/// least.
pub const USUAL: [(Factor, u32); 5] = [
    (Factor::LearningRate, 5),
    (Factor::BatchSize, 5),
    (Factor::Dropout, 2),
    (Factor::LayerNorm, 2),
    (Factor::DropoutLayerNorm, 4),
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
            Self::Schedule => &Words {
                name: "schedule",
                label: "Schedule",
                title: "Schedule",
                phrase: "the schedule",
                hint: "How the learning rate moves in a run. What falls at the end settles; all \
                       begin from one rate, which suits some better than others.",
                values: "constant, cosine, step, one_cycle, warm_up",
                settings: &["learning_rate_schedule"],
                axis_scale: AxisScale::Category,
            },
            Self::Momentum => &Words {
                name: "momentum",
                label: "Momentum",
                title: "Momentum",
                phrase: "momentum",
                hint: "Share of the last step carried into the next: 0.9 goes about ten times as \
                       far at the same rate.",
                values: "0, 0.5, 0.9, 0.95",
                settings: &["momentum"],
                axis_scale: AxisScale::Linear,
            },
            Self::WeightDecay => &Words {
                name: "weight decay",
                label: "Weight decay",
                title: "Weight decay",
                phrase: "weight decay",
                hint: "Pull of every weight towards zero: meant to narrow the gap.",
                values: "0, 0.00001, 0.0001, 0.001, 0.01",
                settings: &["weight_decay"],
                axis_scale: AxisScale::Category,
            },
            Self::Initialisation => &Words {
                name: "initialisation",
                label: "Initialisation",
                title: "Initialisation",
                phrase: "the initialisation",
                hint: "How the first weights are drawn; all equal shows why they must differ.",
                values: "torch, kaiming_normal, xavier, equal",
                settings: &["initialisation"],
                axis_scale: AxisScale::Category,
            },
            Self::InputDropout => &Words {
                name: "input dropout",
                label: "Input dropout",
                title: "Input dropout",
                phrase: "input dropout",
                hint: "Share of pixels switched off in each step: meant to narrow the gap.",
                values: "0, 0.1, 0.2, 0.4",
                settings: &["input_dropout"],
                axis_scale: AxisScale::Linear,
            },
            Self::MaxNorm => &Words {
                name: "max norm",
                label: "Max norm",
                title: "Max norm",
                phrase: "max norm",
                hint: "Longest that the weights into a hidden unit may be, 0 for no bound.",
                values: "0, 1, 2, 3, 4",
                settings: &["max_norm"],
                axis_scale: AxisScale::Category,
            },
            Self::LabelSmoothing => &Words {
                name: "label smoothing",
                label: "Label smoothing",
                title: "Label smoothing",
                phrase: "label smoothing",
                hint: "Share of each target given to all classes alike: keeps the network from \
                       being too sure.",
                values: "0, 0.05, 0.1, 0.2",
                settings: &["label_smoothing"],
                axis_scale: AxisScale::Linear,
            },
            Self::TwoFactors => &Words {
                name: "two factors",
                label: "Two factors at once",
                title: "Two factors at once",
                phrase: "a pair of factors",
                hint: "Each value of one setting with each of another, as a grid. Name both, such as \
                       learning rate: 0.01, 0.1 × batch size: 16, 64.",
                values: "learning rate: 0.01, 0.03, 0.1 × batch size: 16, 64, 256",
                settings: &[],
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
            Self::LearningRate
            | Self::BatchSize
            | Self::Dropout
            | Self::InputDropout
            | Self::MaxNorm
            | Self::WeightDecay
            | Self::Momentum => {
                format!("{} {} of {label}", article(self.name()), self.name())
            }
            Self::LayerNorm | Self::LabelSmoothing => format!("{} {label}", self.name()),
            Self::HiddenLayers => format!("the shape [{label}]"),
            Self::DropoutLayerNorm => match label.split_once(", ") {
                Some((rate, switch)) => {
                    format!("a dropout of {rate} with layer normalisation {switch}")
                }
                None => label.into(),
            },
            Self::Optimiser | Self::Activation | Self::Initialisation | Self::Schedule => {
                format!("the {} {label}", self.name())
            }
            Self::TwoFactors => format!("the pair {label}"),
        }
    }

    /// The setting that it varies; none where it crosses two.
    pub(crate) fn setting(self) -> Option<&'static Setting> {
        match self.words().settings {
            [one] => setting(one),
            _ => None,
        }
    }

    /// Whether its values are numbers, which stand in their order.
    pub(crate) fn number_of(self) -> Option<fn(&RunConfig) -> f64> {
        self.setting()?.number()
    }
}

/// The indefinite article of a name.
pub(super) fn article(name: &str) -> &'static str {
    if name.starts_with(['a', 'e', 'i', 'o', 'u']) {
        "an"
    } else {
        "a"
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
        usual: USUAL
            .map(|(factor, least_values)| AssignedStudy {
                factor,
                least_values,
            })
            .into(),
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::facts;
    use crate::study::plan::plan_study;
    use crate::study::testing::study_config;

    #[wasm_bindgen_test(unsupported = test)]
    fn a_factor_varies_the_settings_that_it_names() {
        for facts in facts().factors {
            let config = study_config(facts.factor, &facts.values);
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
            let mut named = [facts.settings, plan.crossed].concat();
            named.sort();
            assert_eq!(varied, named, "{:?}", facts.factor);
        }
    }
}
