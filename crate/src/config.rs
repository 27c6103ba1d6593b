//! Settings as they come ([`RunConfig`]) become a [`Plan`], once. Behind this
//! line nothing checks a setting again.

use crate::data::distort::Distortion;
use crate::data::{NUM_CLASSES, NUM_PIXELS};
use crate::error::{Error, Result};
use crate::message::{BackendChoice, LearningRateSchedule, RunConfig, StepKind};

/// Most hidden layers a network may have.
pub const MAX_HIDDEN_LAYERS: usize = 8;
/// Widest hidden layer.
pub const MAX_WIDTH: usize = 4096;

/// A run's settings, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Passes over the training part.
    pub num_epochs: u32,
    /// Images a step; the last batch of an epoch may hold fewer.
    pub batch_size: usize,
    /// How SGD moves the weights in the first epoch.
    pub sgd: Sgd,
    /// How its learning rate goes on from there.
    pub schedule: LearningRateSchedule,
    /// Seed of everything that is drawn.
    pub seed: u32,
    /// Share of the rows held out, strictly between 0 and 1.
    pub validation_share: f64,
    /// The network.
    pub network: NetworkPlan,
    /// How far training images are distorted, where they are.
    pub augmentation: Option<Distortion>,
    /// Which training step runs.
    pub step: StepKind,
    /// Remarks worth reading that are no errors.
    pub notes: Vec<String>,
}

/// Stochastic gradient descent as `torch.optim.SGD` defines it, without
/// dampening and without Nesterov's variant:
/// `g ← g + weight_decay·p; v ← momentum·v + g; p ← p − learning_rate·v`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sgd {
    /// Step size.
    pub learning_rate: f32,
    /// Share of the last step's direction that is kept.
    pub momentum: f32,
    /// L2 penalty added to the gradient.
    pub weight_decay: f32,
}

/// A multilayer perceptron's shape.
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkPlan {
    /// Widths of the hidden layers, input side first.
    pub hidden: Vec<usize>,
    /// Probability that a hidden unit is dropped in training.
    pub dropout: f32,
    /// Layer normalisation between each hidden linear layer and its ReLU.
    pub layer_norm: bool,
}

impl NetworkPlan {
    /// Widths from the pixels to the classes: `[784, …hidden, 10]`.
    pub fn widths(&self) -> Vec<usize> {
        let hidden = self.hidden.iter().copied();
        std::iter::once(NUM_PIXELS)
            .chain(hidden)
            .chain([NUM_CLASSES])
            .collect()
    }
}

impl Plan {
    /// How SGD moves the weights in `epoch`, from 1.
    pub fn sgd_in(&self, epoch: u32) -> Sgd {
        let share = match self.schedule {
            LearningRateSchedule::Constant => 1.0,
            LearningRateSchedule::Cosine => {
                let done = f64::from(epoch - 1) / f64::from(self.num_epochs);
                (1.0 + (std::f64::consts::PI * done).cos()) / 2.0
            }
        };
        Sgd {
            learning_rate: (f64::from(self.sgd.learning_rate) * share) as f32,
            ..self.sgd
        }
    }
}

impl TryFrom<&RunConfig> for Plan {
    type Error = Error;

    fn try_from(config: &RunConfig) -> Result<Self> {
        let mut notes = Vec::new();
        let hidden = parse_hidden_layers(&config.hidden_layers)?;
        if hidden.len() == 1 {
            notes.push(
                "One hidden layer: the usual assignment asks for two or more, such as 128, 64."
                    .into(),
            );
        }
        let learning_rate = real(
            "learning rate",
            config.learning_rate,
            |x| x > 0.0 && x <= 100.0,
            "a number above 0, at most 100",
        )?;
        Ok(Self {
            num_epochs: whole("epochs", config.epochs, 1, 1_000)? as u32,
            batch_size: whole("batch size", config.batch_size, 1, 8_192)? as usize,
            sgd: Sgd {
                learning_rate: learning_rate as f32,
                momentum: real(
                    "momentum",
                    config.momentum,
                    |x| (0.0..1.0).contains(&x),
                    "a number from 0 to below 1",
                )? as f32,
                weight_decay: real(
                    "weight decay",
                    config.weight_decay,
                    |x| (0.0..=1.0).contains(&x),
                    "a number from 0 to 1",
                )? as f32,
            },
            schedule: config.learning_rate_schedule,
            seed: whole("seed", config.seed, 0, u32::MAX.into())? as u32,
            validation_share: validation_share(config.validation_share)?,
            network: NetworkPlan {
                hidden,
                dropout: real(
                    "dropout",
                    config.dropout,
                    |x| (0.0..=0.95).contains(&x),
                    "a number from 0 to 0.95",
                )? as f32,
                layer_norm: config.layer_norm,
            },
            augmentation: config.augmentation.then(Distortion::default),
            step: config.step,
            notes,
        })
    }
}

/// The settings that this plan comes of, on any backend.
impl From<&Plan> for RunConfig {
    fn from(plan: &Plan) -> Self {
        let hidden: Vec<String> = plan.network.hidden.iter().map(usize::to_string).collect();
        Self {
            backend: BackendChoice::Auto,
            epochs: plan.num_epochs.into(),
            batch_size: plan.batch_size as f64,
            learning_rate: plan.sgd.learning_rate.into(),
            learning_rate_schedule: plan.schedule,
            momentum: plan.sgd.momentum.into(),
            weight_decay: plan.sgd.weight_decay.into(),
            seed: plan.seed.into(),
            validation_share: plan.validation_share,
            hidden_layers: hidden.join(", "),
            dropout: plan.network.dropout.into(),
            layer_norm: plan.network.layer_norm,
            augmentation: plan.augmentation.is_some(),
            step: plan.step,
        }
    }
}

fn whole(setting: &'static str, value: f64, low: u64, high: u64) -> Result<u64> {
    let fits = value.fract() == 0.0 && value >= low as f64 && value <= high as f64;
    // `fract` of NaN and of the infinities is NaN, so these fall through too.
    if fits {
        Ok(value as u64)
    } else {
        let expected = format!("a whole number from {} to {}", grouped(low), grouped(high));
        Err(Error::setting(setting, found(value), expected))
    }
}

fn real(
    setting: &'static str,
    value: f64,
    fits: impl Fn(f64) -> bool,
    expected: &str,
) -> Result<f64> {
    if value.is_finite() && fits(value) {
        Ok(value)
    } else {
        Err(Error::setting(setting, found(value), expected))
    }
}

/// A fraction below 1 stands for itself, 1 and above is a percentage.
fn validation_share(value: f64) -> Result<f64> {
    let share = if value >= 1.0 { value / 100.0 } else { value };
    let expected = "a percentage from 1 to 99, or a fraction such as 0.2";
    real(
        "validation share",
        share,
        |x| x > 0.0 && x <= 0.99,
        expected,
    )
    .map_err(|_| Error::setting("validation share", found(value), expected))
}

fn parse_hidden_layers(text: &str) -> Result<Vec<usize>> {
    let expected = format!(
        "1 to {MAX_HIDDEN_LAYERS} widths from 1 to {}, such as 128, 64",
        grouped(MAX_WIDTH as u64)
    );
    let fault = |found: String| Error::setting("hidden layers", found, expected.clone());
    let widths = text
        .split([',', ' '])
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .map(|item| match item.parse::<usize>() {
            Ok(width) if (1..=MAX_WIDTH).contains(&width) => Ok(width),
            _ => Err(fault(format!("\"{item}\""))),
        })
        .collect::<Result<Vec<_>>>()?;
    match widths.len() {
        0 => Err(fault("nothing".into())),
        n if n > MAX_HIDDEN_LAYERS => Err(fault(format!("{n} widths"))),
        _ => Ok(widths),
    }
}

fn found(value: f64) -> String {
    // An empty number field reaches us as NaN.
    if value.is_nan() {
        "nothing".into()
    } else {
        value.to_string()
    }
}

/// Digits in groups of three, as the page writes numbers: `42,000`.
pub fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    fn fault(change: impl FnOnce(&mut RunConfig)) -> String {
        let mut config = RunConfig::default();
        change(&mut config);
        Plan::try_from(&config)
            .expect_err("should be refused")
            .to_string()
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn defaults_are_the_notebooks() {
        let plan = Plan::try_from(&RunConfig::default()).unwrap();
        assert_eq!(plan.network.widths(), [784, 128, 64, 10]);
        assert_eq!(plan.validation_share, 0.2);
        assert!(plan.notes.is_empty());
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_plan_gives_back_settings_of_the_same_plan() {
        let config = RunConfig {
            learning_rate: 0.1,
            momentum: 0.9,
            weight_decay: 1e-4,
            validation_share: 12.5,
            hidden_layers: "64 32,16".into(),
            dropout: 0.3,
            layer_norm: true,
            augmentation: true,
            ..RunConfig::default()
        };
        let plan = Plan::try_from(&config).unwrap();
        assert_eq!(Plan::try_from(&RunConfig::from(&plan)).unwrap(), plan);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_fault_names_setting_found_and_expected() {
        assert_eq!(
            fault(|c| c.epochs = 2.5),
            "epochs: found 2.5, expected a whole number from 1 to 1,000"
        );
        assert_eq!(
            fault(|c| c.batch_size = f64::NAN),
            "batch size: found nothing, expected a whole number from 1 to 8,192"
        );
        assert_eq!(
            fault(|c| c.hidden_layers = "128, wide".into()),
            "hidden layers: found \"wide\", expected 1 to 8 widths from 1 to 4,096, such as 128, 64"
        );
        assert!(fault(|c| c.learning_rate = f64::INFINITY).starts_with("learning rate: found inf"));
        assert!(fault(|c| c.validation_share = 0.0).contains("found 0, expected a percentage"));
        assert!(fault(|c| c.hidden_layers = " , ".into()).contains("found nothing"));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_share_is_a_fraction_or_a_percentage() {
        for share in [0.2, 20.0] {
            let config = RunConfig {
                validation_share: share,
                ..RunConfig::default()
            };
            assert_eq!(Plan::try_from(&config).unwrap().validation_share, 0.2);
        }
    }

    // torch 2.15: SGD(lr=0.1) under CosineAnnealingLR(T_max=4), lr of each epoch.
    #[wasm_bindgen_test(unsupported = test)]
    fn a_cosine_falls_as_torchs_does() {
        let plan = Plan::try_from(&RunConfig {
            epochs: 4.0,
            learning_rate: 0.1,
            learning_rate_schedule: LearningRateSchedule::Cosine,
            ..RunConfig::default()
        })
        .unwrap();
        let expected = [0.1, 0.085_355_34, 0.05, 0.014_644_66];
        for (epoch, expected) in (1..).zip(expected) {
            let found = plan.sgd_in(epoch).learning_rate;
            assert!((found - expected).abs() < 1e-7, "epoch {epoch}: {found}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn thousands_are_grouped() {
        assert_eq!(
            [grouped(7), grouped(999), grouped(42_000)],
            ["7", "999", "42,000"]
        );
    }
}
