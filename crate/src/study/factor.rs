//! What there is to vary, each factor in words: the one source of its names, its
//! default values and its settings, for plans, reports and the page alike.

use crate::message::{AxisScale, Factor, FactorFacts, StudyFacts};

use super::plan::{MAX_SEEDS, MAX_VALUES, MAX_WORKERS};

/// In the order in which the page offers them.
const ALL: [Factor; 6] = [
    Factor::LearningRate,
    Factor::BatchSize,
    Factor::Dropout,
    Factor::LayerNorm,
    Factor::HiddenLayers,
    Factor::DropoutLayerNorm,
];

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

    /// The factor as a choice among others.
    fn label(self) -> &'static str {
        match self {
            Self::LearningRate => "Learning rate",
            Self::BatchSize => "Batch size",
            Self::Dropout => "Dropout",
            Self::LayerNorm => "Layer normalisation",
            Self::HiddenLayers => "Hidden layers",
            Self::DropoutLayerNorm => "Dropout × layer normalisation",
        }
    }

    /// What more or less of it brings, or how its values are written.
    fn hint(self) -> &'static str {
        match self {
            Self::LearningRate => {
                "How far each step goes. Too small learns slowly, too large swings or diverges."
            }
            Self::BatchSize => {
                "Images a step. Small batches take many noisy steps an epoch, large ones few \
                 smooth steps."
            }
            Self::Dropout => {
                "Share of hidden units switched off in each step: meant to narrow the gap between \
                 training and validation."
            }
            Self::LayerNorm => {
                "Keeps each layer’s values in one range, which often allows larger steps."
            }
            Self::HiddenLayers => {
                "Shapes separated by semicolons, widths within a shape by commas."
            }
            Self::DropoutLayerNorm => {
                "Each dropout once without and once with layer normalisation."
            }
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

    /// What stands between two values; a comma separates the widths within a shape.
    pub(super) fn separator(self) -> char {
        match self {
            Self::HiddenLayers => ';',
            _ => ',',
        }
    }

    /// The fields of [`RunConfig`](crate::message::RunConfig) that it varies.
    fn settings(self) -> &'static [&'static str] {
        match self {
            Self::LearningRate => &["learning_rate"],
            Self::BatchSize => &["batch_size"],
            Self::Dropout => &["dropout"],
            Self::LayerNorm => &["layer_norm"],
            Self::HiddenLayers => &["hidden_layers"],
            Self::DropoutLayerNorm => &["dropout", "layer_norm"],
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

/// What the page's form says before any study is planned.
pub fn facts() -> StudyFacts {
    let of = |factor: Factor| FactorFacts {
        factor,
        label: factor.label().into(),
        values: factor.default_values().into(),
        separator: format!("{} ", factor.separator()),
        hint: factor.hint().into(),
        settings: factor.settings().iter().map(|&key| key.into()).collect(),
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
