//! What a hidden unit makes of its sum: value, slope, and its name in torch. A new one is an
//! entry here, for both backends, and in [`Activation`]; the page's choice is in `www/base/settings.js`, its
//! nodes in a saved graph in `www/worker/onnx.js`.

use std::f32::consts::{FRAC_1_SQRT_2, PI};

use burn::tensor::{Tensor, activation};

use crate::math::{erf_f32, exp_f32, tanh_f32};
use crate::message::Activation;

/// Slope of the leaky ReLU below 0, torch's default.
const LEAK: f32 = 0.01;

impl Activation {
    /// In the order in which they are offered.
    pub const ALL: [Self; 6] = [
        Self::Relu,
        Self::LeakyRelu,
        Self::Tanh,
        Self::Sigmoid,
        Self::Gelu,
        Self::Silu,
    ];

    /// Its name in settings, addresses and files.
    pub fn key(self) -> &'static str {
        match self {
            Self::Relu => "relu",
            Self::LeakyRelu => "leaky_relu",
            Self::Tanh => "tanh",
            Self::Sigmoid => "sigmoid",
            Self::Gelu => "gelu",
            Self::Silu => "silu",
        }
    }

    /// Its name as it is written among words.
    pub fn words(self) -> &'static str {
        self.torch_name()
    }

    /// Its class in `torch.nn`, which is its name among words, too.
    pub fn torch_name(self) -> &'static str {
        match self {
            Self::Relu => "ReLU",
            Self::LeakyRelu => "LeakyReLU",
            Self::Tanh => "Tanh",
            Self::Sigmoid => "Sigmoid",
            Self::Gelu => "GELU",
            Self::Silu => "SiLU",
        }
    }

    /// Its value and its slope at `x`; no number where `x` is none.
    #[inline]
    pub fn at(self, x: f32) -> (f32, f32) {
        match self {
            Self::Relu if x <= 0.0 => (0.0, 0.0),
            Self::LeakyRelu if x <= 0.0 => (LEAK * x, LEAK),
            Self::Relu | Self::LeakyRelu => (x, 1.0),
            Self::Tanh => {
                let y = tanh_f32(x);
                (y, 1.0 - y * y)
            }
            Self::Sigmoid => {
                let y = sigmoid(x);
                (y, y * (1.0 - y))
            }
            Self::Gelu => {
                let below = 0.5 * (1.0 + erf_f32(x * FRAC_1_SQRT_2));
                let density = exp_f32(-0.5 * x * x) / (2.0 * PI).sqrt();
                (x * below, below + x * density)
            }
            Self::Silu => {
                let y = sigmoid(x);
                (x * y, y * (1.0 + x * (1.0 - y)))
            }
        }
    }

    /// Its values over a tensor, in burn's own operations.
    pub fn of(self, x: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Relu => activation::relu(x),
            Self::LeakyRelu => activation::leaky_relu(x, f64::from(LEAK)),
            Self::Tanh => activation::tanh(x),
            Self::Sigmoid => activation::sigmoid(x),
            // burn's own has the slope of an approximation.
            Self::Gelu => x.clone() * ((x * FRAC_1_SQRT_2).erf() + 1.0) * 0.5,
            Self::Silu => activation::silu(x),
        }
    }
}

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp_f32(-x))
}

/// The same in WebGPU's kernels.
#[cfg(feature = "webgpu")]
pub(crate) mod on_device {
    // A device has functions of its own: `crate::math` is for the CPU.
    #![allow(clippy::disallowed_methods)]

    use std::f32::consts::{FRAC_1_SQRT_2, PI};

    use cubecl::prelude::*;

    use super::LEAK;
    use crate::message::Activation;

    /// An activation's value and slope.
    #[derive(CubeType)]
    pub struct Reading {
        /// What goes on to the next layer.
        pub value: f32,
        /// What the gradient is multiplied by on its way back.
        pub slope: f32,
    }

    /// The activation at `x`; no number where `x` is none.
    #[cube]
    pub fn at(x: f32, #[comptime] activation: Activation) -> Reading {
        let mut value = x;
        let mut slope = 1.0f32;
        if comptime!(activation == Activation::Relu) {
            if x <= 0.0f32 {
                value = 0.0f32;
                slope = 0.0f32;
            }
        } else if comptime!(activation == Activation::LeakyRelu) {
            if x <= 0.0f32 {
                value = LEAK * x;
                slope = LEAK.runtime();
            }
        } else if comptime!(activation == Activation::Tanh) {
            // Drivers' own overflow where x is large.
            let y = 1.0f32 - 2.0f32 / ((2.0f32 * x).exp() + 1.0f32);
            value = y;
            slope = 1.0f32 - y * y;
        } else if comptime!(activation == Activation::Sigmoid) {
            let y = sigmoid(x);
            value = y;
            slope = y * (1.0f32 - y);
        } else if comptime!(activation == Activation::Gelu) {
            let below = 0.5f32 * (1.0f32 + <f32 as Erf>::erf(x * FRAC_1_SQRT_2));
            let density = (-0.5f32 * x * x).exp() * comptime!(1.0 / (2.0 * PI).sqrt());
            value = x * below;
            slope = below + x * density;
        } else {
            let y = sigmoid(x);
            value = x * y;
            slope = y * (1.0f32 + x * (1.0f32 - y));
        }
        Reading { value, slope }
    }

    #[cube]
    fn sigmoid(x: f32) -> f32 {
        1.0f32 / (1.0f32 + (-x).exp())
    }
}
