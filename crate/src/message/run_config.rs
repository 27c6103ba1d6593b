//! The settings of a run, as a person typed them.

use serde::{Deserialize, Serialize};
use tsify::Tsify;

/// Which backend a person asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "snake_case")]
pub enum BackendChoice {
    /// WebGPU where a hardware adapter with timestamp queries exists, else the CPU.
    #[default]
    Auto,
    /// burn-wgpu.
    Webgpu,
    /// burn-ndarray.
    Ndarray,
}

/// Which implementation of the training step runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// One custom operation a step: the fast path.
    #[default]
    Fused,
    /// burn's own modules and autodiff: the reference that `Fused` must equal.
    Plain,
}

/// The rule by which a step moves the parameters; `nn::optimiser` has the formulas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "snake_case")]
pub enum Optimiser {
    /// Stochastic gradient descent, with momentum where there is some.
    #[default]
    Sgd,
    /// The same with Nesterov's look ahead.
    Nesterov,
    /// Adaptive moments (Kingma and Ba 2015).
    Adam,
    /// Adam with weight decay apart from the gradient (Loshchilov and Hutter 2019).
    Adamw,
    /// Steps by the root of a running mean of squares (Hinton 2012).
    Rmsprop,
    /// Steps by the root of the sum of all squares (Duchi et al. 2011).
    Adagrad,
}

/// What a hidden unit makes of its sum; `nn::activation` has the formulas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// The sum where it is above 0, else 0.
    #[default]
    Relu,
    /// A hundredth of the sum where it is below 0.
    LeakyRelu,
    /// From −1 to 1.
    Tanh,
    /// From 0 to 1.
    Sigmoid,
    /// The sum times the share of a normal distribution below it (Hendrycks and Gimpel 2016).
    Gelu,
    /// The sum times its sigmoid (Elfwing et al. 2018).
    Silu,
}

/// How the first weights are drawn; `nn::weights` has the formulas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "snake_case")]
pub enum Initialisation {
    /// As `torch.nn.Linear` draws them.
    #[default]
    Torch,
    /// Normal, as wide as ReLU wants it (He et al. 2015).
    KaimingNormal,
    /// Uniform, between what both directions want (Glorot and Bengio 2010).
    Xavier,
    /// All of a layer alike: its units then stay alike, whatever they learn.
    Equal,
}

/// How the learning rate moves in a run; `config::schedule` has the formulas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "snake_case")]
pub enum LearningRateSchedule {
    /// It stays as it was set.
    #[default]
    Constant,
    /// It falls along half a cosine from what was set towards 0: torch's
    /// `CosineAnnealingLR` with `T_max` epochs, stepped once an epoch.
    Cosine,
    /// A tenth of it after each third of the epochs: torch's `StepLR`.
    Step,
    /// From a twenty-fifth of it up to it, and down to next to nothing, step by step: torch's
    /// `OneCycleLR` without its cycle of the momentum.
    OneCycle,
    /// It rises to it, step by step over the first epoch: torch's `LinearLR`.
    WarmUp,
}

/// A run's settings as a person typed them: unchecked, numbers may be `NaN`.
/// [`crate::config::Plan`] is what comes of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
#[serde(default)]
pub struct RunConfig {
    /// Where to compute.
    pub backend: BackendChoice,
    /// Passes over the training part, 1 to 1,000.
    pub epochs: f64,
    /// Images a step, 1 to 8,192.
    pub batch_size: f64,
    /// The rule by which a step moves the parameters.
    pub optimiser: Optimiser,
    /// Its step size, above 0 and at most 100.
    pub learning_rate: f64,
    /// How that step size moves in the run.
    pub learning_rate_schedule: LearningRateSchedule,
    /// Momentum of SGD, Nesterov's variant and RMSprop, 0 (none) to below 1; torch's
    /// formula, no dampening. The others have averages of their own.
    pub momentum: f64,
    /// L2 penalty added to the gradient, 0 (none) to 1; torch's formula. AdamW shrinks the
    /// weights by it instead.
    pub weight_decay: f64,
    /// Longest that a hidden unit's incoming weights may be (their L2 norm), 0 (none) to
    /// 1,000: longer ones are shortened after each step (Srivastava et al. 2014).
    pub max_norm: f64,
    /// Share of each target that is spread over all classes, 0 (none) to below 1; torch's
    /// `CrossEntropyLoss`. Of the training loss alone.
    pub label_smoothing: f64,
    /// Epochs without a lower validation loss after which a run ends early, 0 (never) to 1,000.
    pub patience: f64,
    /// Whether the model is that of the epoch with the highest validation accuracy, the first
    /// of equals, in place of the last one.
    pub keep_best: bool,
    /// Seed of the weights, the shuffles, the masks and, unless `split_seed` is given,
    /// the split, 0 to 2³² − 1.
    pub seed: f64,
    /// Seed of the split alone, in the same range; none for the seed's own value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub split_seed: Option<f64>,
    /// Share of the rows held out: a fraction below 1, or a percentage from 1 up.
    pub validation_share: f64,
    /// Widths of the hidden layers, such as `128, 64`.
    pub hidden_layers: String,
    /// What each hidden unit makes of its sum.
    pub activation: Activation,
    /// How the first weights are drawn.
    pub initialisation: Initialisation,
    /// Probability that a hidden unit is dropped in training, 0 to 0.95.
    pub dropout: f64,
    /// The same of a pixel, once it is normalised.
    pub input_dropout: f64,
    /// Layer normalisation between each hidden linear layer and its activation.
    pub layer_norm: bool,
    /// Small random shifts, turns and stretches of the training images.
    pub augmentation: bool,
    /// Whether each epoch also measures the training images as validation is, with
    /// dropout off and without distortion; a run's end always does.
    pub clean_curve: bool,
    /// Which training step runs.
    pub step: StepKind,
}

impl Default for RunConfig {
    fn default() -> Self {
        Self {
            backend: BackendChoice::Auto,
            epochs: 10.0,
            batch_size: 64.0,
            optimiser: Optimiser::Sgd,
            learning_rate: 0.01,
            learning_rate_schedule: LearningRateSchedule::Constant,
            momentum: 0.0,
            weight_decay: 0.0,
            max_norm: 0.0,
            label_smoothing: 0.0,
            patience: 0.0,
            keep_best: false,
            seed: 42.0,
            split_seed: None,
            validation_share: 20.0,
            hidden_layers: "128, 64".into(),
            activation: Activation::Relu,
            initialisation: Initialisation::Torch,
            dropout: 0.0,
            input_dropout: 0.0,
            layer_norm: false,
            augmentation: false,
            clean_curve: false,
            step: StepKind::Fused,
        }
    }
}
