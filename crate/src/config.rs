//! Settings as they come ([`RunConfig`]) become a [`Plan`], once. Behind this
//! line nothing checks a setting again.
//!
//! Over 400 lines: a check a setting, in the order of the form.

mod network;
mod rule;
mod schedule;
pub mod schema;

pub use network::NetworkPlan;
pub use rule::Rule;
use schedule::StepPlace;

use crate::data::Task;
use crate::data::distort::Distortion;
use crate::error::{Error, Result};
use crate::message::{
    BackendChoice, EpochRecord, Initialisation, LearningRateSchedule, RunConfig, StepKind,
};

/// Most hidden layers a network may have.
pub const MAX_HIDDEN_LAYERS: usize = 8;
/// Widest hidden layer.
pub const MAX_WIDTH: usize = 4096;
/// Most passes over the training part.
pub const MAX_EPOCHS: u64 = 1_000;

/// Multiply-adds a second on one CPU core, for estimates: what the steps of wide
/// networks came to in a browser's engine on one core of a server, counted as
/// [`Plan::step_multiply_adds`] counts them (`2048, 2048` at batch 2,048 and
/// `4096, 4096` at 512). Narrower networks reach two to three times as many.
const MULTIPLY_ADDS_PER_SEC: f64 = 9e9;
/// Steps that take longer than this are told beforehand.
const LONG_STEP_SECS: f64 = 0.5;

/// A run's settings, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Passes over the training part.
    pub num_epochs: u32,
    /// Images a step; the last batch of an epoch may hold fewer.
    pub batch_size: usize,
    /// What a step does at the full learning rate.
    pub rule: Rule,
    /// How that moves in the run.
    pub schedule: LearningRateSchedule,
    /// Seed of everything that is drawn but the split.
    pub seed: u32,
    /// Seed of the split.
    pub split_seed: u32,
    /// Share of the rows held out, strictly between 0 and 1.
    pub validation_share: f64,
    /// The network.
    pub network: NetworkPlan,
    /// How far training images are distorted, where they are.
    pub augmentation: Option<Distortion>,
    /// Epochs without a lower validation loss after which the run ends; 0 for never.
    pub patience: u32,
    /// Whether the model is the best epoch's.
    pub keep_best: bool,
    /// Whether each epoch measures the training part as validation is.
    pub clean_curve: bool,
    /// Which training step runs.
    pub step: StepKind,
    /// Remarks worth reading that are no errors.
    pub notes: Vec<String>,
}

impl Plan {
    /// The same plan for data of a task: settings alone are planned for MNIST's.
    pub fn for_task(self, task: &Task) -> Self {
        Self {
            network: self.network.for_task(task),
            ..self
        }
    }

    /// Multiply-adds of one training step's matrix products: for each image and
    /// weight one forwards, one for the weight's gradient and, but for the first
    /// layer, whose input learns nothing, one for the gradient by its input. A first
    /// layer that passes over empty pixels does fewer, each of them slower.
    pub fn step_multiply_adds(&self) -> f64 {
        let widths = self.network.widths();
        let weights = |pair: &[usize]| pair[0] as f64 * pair[1] as f64;
        let all: f64 = widths.windows(2).map(weights).sum();
        self.batch_size as f64 * (3.0 * all - weights(&widths[..2]))
    }

    /// Seconds that a pass without learning over so many images takes on one CPU core.
    pub fn pass_secs(&self, num_images: usize) -> f64 {
        let widths = self.network.widths();
        let image: f64 = widths
            .windows(2)
            .map(|pair| (pair[0] * pair[1]) as f64)
            .sum();
        num_images as f64 * image / MULTIPLY_ADDS_PER_SEC
    }

    /// What to expect of Stop where a step takes so long that it cannot wait for
    /// the step's end.
    pub fn long_step_note(&self) -> Option<String> {
        let secs = self.step_multiply_adds() / MULTIPLY_ADDS_PER_SEC;
        (secs > LONG_STEP_SECS).then(|| {
            let secs = match secs.round() as u64 {
                0 | 1 => "a second".into(),
                secs => format!("{} seconds", grouped(secs)),
            };
            format!(
                "One step of this network and batch size takes about {secs} on one CPU core; \
                 Stop then ends the worker and keeps the last finished epoch."
            )
        })
    }

    /// What step `step`, from 0 over the whole run, does, where an epoch has
    /// `steps_per_epoch` of them.
    pub fn rule_at(&self, step: u32, steps_per_epoch: u32) -> Rule {
        let place = StepPlace {
            step,
            steps_per_epoch,
            num_epochs: self.num_epochs,
        };
        let share = self.schedule.share_at(place);
        Rule {
            learning_rate: (f64::from(self.rule.learning_rate) * share) as f32,
            ..self.rule
        }
    }

    /// Whether a run ends early after these epochs: so many since the one with the lowest
    /// validation loss, the first of equals, as [`RunConfig::patience`] says.
    pub fn has_lost_patience(&self, history: &[EpochRecord]) -> bool {
        let losses = history.iter().map(|record| record.validation_loss);
        let lowest = losses
            .enumerate()
            .reduce(|best, one| if one.1 < best.1 { one } else { best });
        let since = lowest.map_or(0, |(at, _)| history.len() - 1 - at);
        self.patience > 0 && since >= self.patience as usize
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
        let num_epochs = whole("epochs", config.epochs, 1, MAX_EPOCHS)? as u32;
        let batch_size = batch_size(config.batch_size)? as usize;
        let rule = Rule {
            optimiser: config.optimiser,
            learning_rate: learning_rate(config.learning_rate)?,
            momentum: single(
                "momentum",
                config.momentum,
                |x| (0.0..1.0).contains(&x),
                "a number from 0 to below 1",
            )?,
            weight_decay: single(
                "weight decay",
                config.weight_decay,
                |x| (0.0..=1.0).contains(&x),
                "a number from 0 to 1",
            )?,
            label_smoothing: label_smoothing(config.label_smoothing)?,
            max_norm: max_norm(config.max_norm)?,
        };
        notes.extend(rule.note().map(String::from));
        if config.initialisation == Initialisation::Equal {
            notes.push(
                "All weights of a layer begin alike: without dropout its units stay alike and \
                 learn as one."
                    .into(),
            );
        }
        if config.keep_best {
            notes.push(
                "The best epoch is picked on the validation part, so its accuracy there comes \
                 out a little too high: a test set says what the model is worth."
                    .into(),
            );
        }
        Ok(Self {
            num_epochs,
            batch_size,
            rule,
            schedule: config.learning_rate_schedule,
            seed: seed(config.seed)?,
            split_seed: split_seed(config)?,
            validation_share: validation_share(config.validation_share)?,
            network: NetworkPlan {
                hidden,
                activation: config.activation,
                initialisation: config.initialisation,
                dropout: dropout(config.dropout)?,
                input_dropout: dropout_of("input dropout", config.input_dropout)?,
                layer_norm: config.layer_norm,
                ..NetworkPlan::default()
            },
            augmentation: config.augmentation.then(Distortion::default),
            patience: whole("patience", config.patience, 0, MAX_EPOCHS)? as u32,
            keep_best: config.keep_best,
            clean_curve: config.clean_curve,
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
            optimiser: plan.rule.optimiser,
            learning_rate: plan.rule.learning_rate.into(),
            learning_rate_schedule: plan.schedule,
            momentum: plan.rule.momentum.into(),
            weight_decay: plan.rule.weight_decay.into(),
            max_norm: plan.rule.max_norm.into(),
            label_smoothing: plan.rule.label_smoothing.into(),
            patience: plan.patience.into(),
            keep_best: plan.keep_best,
            seed: plan.seed.into(),
            // What is not said follows the seed, in settings of whichever version.
            split_seed: (plan.split_seed != plan.seed).then_some(plan.split_seed.into()),
            validation_share: plan.validation_share,
            hidden_layers: hidden.join(", "),
            activation: plan.network.activation,
            initialisation: plan.network.initialisation,
            dropout: plan.network.dropout.into(),
            input_dropout: plan.network.input_dropout.into(),
            layer_norm: plan.network.layer_norm,
            augmentation: plan.augmentation.is_some(),
            clean_curve: plan.clean_curve,
            step: plan.step,
        }
    }
}

/// A step size.
pub(crate) fn learning_rate(value: f64) -> Result<f32> {
    let expected = "a number above 0, at most 100";
    single("learning rate", value, |x| x > 0.0 && x <= 100.0, expected)
}

/// Images a step.
pub(crate) fn batch_size(value: f64) -> Result<u64> {
    whole("batch size", value, 1, 8_192)
}

/// The probability that a hidden unit is dropped.
pub(crate) fn dropout(value: f64) -> Result<f32> {
    dropout_of("dropout", value)
}

fn dropout_of(setting: &'static str, value: f64) -> Result<f32> {
    let expected = "a number from 0 to 0.95";
    single(setting, value, |x| (0.0..=0.95).contains(&x), expected)
}

fn label_smoothing(value: f64) -> Result<f32> {
    let expected = "a number from 0 to below 1";
    single(
        "label smoothing",
        value,
        |x| (0.0..1.0).contains(&x),
        expected,
    )
}

fn max_norm(value: f64) -> Result<f32> {
    let expected = "0 for none, or a number from 0.01 to 1,000";
    let fits = |x| x == 0.0 || (0.01..=1_000.0).contains(&x);
    single("max norm", value, fits, expected)
}

/// A seed of everything that is drawn.
pub(crate) fn seed(value: f64) -> Result<u32> {
    Ok(whole("seed", value, 0, u32::MAX.into())? as u32)
}

/// The seed of a run's split: its own, or else the run's.
pub(crate) fn split_seed(config: &RunConfig) -> Result<u32> {
    let seed = config.split_seed.unwrap_or(config.seed);
    Ok(whole("split seed", seed, 0, u32::MAX.into())? as u32)
}

/// A whole number of a setting's range.
pub(crate) fn whole(setting: &'static str, value: f64, low: u64, high: u64) -> Result<u64> {
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

/// A number that fits, also once it is the `f32` that is computed with.
fn single(
    setting: &'static str,
    value: f64,
    fits: impl Fn(f64) -> bool,
    expected: &str,
) -> Result<f32> {
    let rounded = real(setting, value, &fits, expected)? as f32;
    if fits(rounded.into()) {
        return Ok(rounded);
    }
    let expected = format!("{expected}, also as a 32-bit number, which makes it {rounded}");
    Err(Error::setting(setting, found(value), expected))
}

/// A fraction below 1 stands for itself, 1 and above is a percentage.
pub(crate) fn validation_share(value: f64) -> Result<f64> {
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

/// Widths of hidden layers, separated by commas or spaces.
pub(crate) fn parse_hidden_layers(text: &str) -> Result<Vec<usize>> {
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
            _ => Err(fault(quoted(item))),
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
    } else if value != 0.0 && (value.abs() < 1e-6 || value.abs() >= 1e15) {
        format!("{value:e}")
    } else {
        value.to_string()
    }
}

/// Characters of a text that an error repeats.
const QUOTED_LEN: usize = 80;

/// A text as an error repeats it: in quotes, on one line, and not all of a long one.
pub(crate) fn quoted(text: &str) -> String {
    match text.char_indices().nth(QUOTED_LEN) {
        Some((end, _)) => format!("{:?}", format!("{}…", &text[..end])),
        None => format!("{text:?}"),
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
        let told = fault(|c| c.hidden_layers = format!("64\n,{}", "é\t\n".repeat(100_000)));
        assert!(
            told.starts_with("hidden layers: found \"é\\t\\né"),
            "{told}"
        );
        assert!(told.len() < 400 && !told.contains('\n'), "{told}");
        assert!(fault(|c| c.learning_rate = f64::INFINITY).starts_with("learning rate: found inf"));
        assert!(fault(|c| c.validation_share = 0.0).contains("found 0, expected a percentage"));
        assert!(fault(|c| c.hidden_layers = " , ".into()).contains("found nothing"));
        assert!(fault(|c| c.epochs = 1e300).starts_with("epochs: found 1e300, expected"));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_number_has_to_fit_as_it_is_computed_with() {
        assert_eq!(
            fault(|c| c.momentum = 0.999_999_99),
            "momentum: found 0.99999999, expected a number from 0 to below 1, also as a 32-bit \
             number, which makes it 1"
        );
        assert_eq!(
            fault(|c| c.learning_rate = 1e-46),
            "learning rate: found 1e-46, expected a number above 0, at most 100, also as a 32-bit \
             number, which makes it 0"
        );
        // The last ones that do, and what they become passes once more, as a
        // checkpoint's settings have to.
        let config = RunConfig {
            momentum: 0.999_999_95,
            learning_rate: 1e-45,
            dropout: 0.95,
            weight_decay: 1.0,
            ..RunConfig::default()
        };
        let plan = Plan::try_from(&config).unwrap();
        assert_eq!(Plan::try_from(&RunConfig::from(&plan)).unwrap(), plan);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_long_step_is_told_beforehand() {
        let plan = |hidden_layers: &str, batch_size: f64| {
            let config = RunConfig {
                hidden_layers: hidden_layers.into(),
                batch_size,
                ..RunConfig::default()
            };
            Plan::try_from(&config).unwrap()
        };
        let small = plan("128, 64", 64.0);
        // 64 · (3 · (784·128 + 128·64 + 64·10) − 784·128)
        assert_eq!(small.step_multiply_adds(), 14_540_800.0);
        assert_eq!(small.long_step_note(), None);
        assert_eq!(plan("128, 64", 8_192.0).long_step_note(), None);
        let note = plan("4096, 4096", 8_192.0).long_step_note().unwrap();
        let told = "takes about 52 seconds on one CPU core";
        assert!(note.contains(told), "{note}");
        let note = plan("1024, 1024", 2_048.0).long_step_note().unwrap();
        assert!(note.contains("takes about a second"), "{note}");
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

    #[wasm_bindgen_test(unsupported = test)]
    fn thousands_are_grouped() {
        assert_eq!(
            [grouped(7), grouped(999), grouped(42_000)],
            ["7", "999", "42,000"]
        );
    }
}
