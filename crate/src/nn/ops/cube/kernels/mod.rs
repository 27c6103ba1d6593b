//! The kernels of a training step: hand-fused, each a single dispatch.
//!
//! Shapes are compile-time constants of a kernel, so that nothing but the
//! dispatch itself is sent to the device each step; what changes from step to
//! step stands in the `cursor` buffer, which the device moves on by itself.
//!
//! A thread works on a tile of values in registers: `LANES` rows by one or a few
//! vectors of `LANES` columns. Widths and batches are filled up to whole tiles,
//! so that no thread hangs over and every access is a vector: on the software
//! adapter a step's time is that of its loads.

mod batch;
mod dropout;
mod forward;
mod gradient;
mod loss;
mod rule;
mod tile;

pub use batch::{drop_pixels, gather};
pub use forward::{linear, linear_pixels, normalise, sum_weights};
pub use gradient::{backward, normalise_backward};
pub use loss::output_and_loss;
pub use rule::{bound_norms, update, update_first_bias, update_norm, update_pixels};

use crate::data::Normalisation;
use crate::message::Activation;
use crate::nn::optimiser::on_device::StepNumbers;

pub use crate::nn::lanes::LANES;

/// Most vectors of a tile's row.
pub const TILE_VECTORS: usize = 2;
/// Most vectors of a row of [`update_pixels`]' tiles.
pub const PIXEL_TILE_VECTORS: usize = 4;
/// Parts that the sums over the first layer's weights are taken in.
pub const PARTS: usize = 16;
/// Stands for the label of a row past the batch's end.
const NO_LABEL: u32 = 255;

/// Places in the `cursor` buffer.
pub mod cursor {
    /// Row of `order` that the next batch begins with.
    pub const FIRST_ROW: usize = 0;
    /// Rows of `order`.
    pub const NUM_ROWS: usize = 1;
    /// Steps done since the run began, for dropout.
    pub const STEP: usize = 2;
    /// Batches done since the metrics were read.
    pub const SLOT: usize = 3;
    /// The run's seed, for dropout.
    pub const SEED: usize = 4;
    /// Where the numbers of each batch's step begin, in the order of the slots.
    pub const NUMBERS: usize = 5;
}

/// Batches whose metrics fit on the device before they must be read.
pub const MAX_SLOTS: usize = 64;

/// Length of the `cursor` buffer.
pub const CURSOR_LEN: usize = cursor::NUMBERS + MAX_SLOTS * StepNumbers::LEN;

/// Places in the `batch` buffer behind its labels.
pub mod info {
    /// Rows that the batch really has.
    pub const NUM_ROWS: usize = 0;
    /// As in the cursor.
    pub const STEP: usize = 1;
    /// As in the cursor.
    pub const SLOT: usize = 2;
    /// As in the cursor.
    pub const SEED: usize = 3;
    /// Length of this part.
    pub const LEN: usize = 4;
}

/// A linear layer as its kernels know it; offsets are in values, and multiples
/// of [`LANES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LayerShape {
    /// Rows of a whole batch.
    pub batch_size: usize,
    /// The same, filled up to whole tiles.
    pub num_rows: usize,
    /// Inputs of each unit, filled up to whole vectors.
    pub num_inputs: usize,
    /// Units, filled up likewise.
    pub num_outputs: usize,
    /// Units that there really are.
    pub num_units: usize,
    /// Where weight, bias, gain and shift stand in the parameters.
    pub weight: usize,
    /// See `weight`; it stands right behind it.
    pub bias: usize,
    /// See `weight`; meaningless without layer normalisation.
    pub gain: usize,
    /// See `gain`.
    pub shift: usize,
    /// Where the layer's input stands in `outputs`; of the first layer only where pixels
    /// are dropped.
    pub input: usize,
    /// Where its own values stand in `outputs`, `upstream` and `normalised`.
    pub output: usize,
    /// Where sums that belong to the first layer stand: of weights in
    /// `outputs`, `[PARTS, num_outputs]`, of gradients in `upstream`.
    pub sums: usize,
    /// Parameters of the whole network: where the second slot begins in `slots`.
    pub num_parameters: usize,
    /// Which layer it is, from 0.
    pub index: usize,
    /// What a unit makes of its sum.
    pub activation: Activation,
    /// Whether layer normalisation stands between the layer and its activation.
    pub has_norm: bool,
    /// Of 2²⁴ draws, those below drop a unit; 0 without dropout.
    pub drop_threshold: u32,
    /// Bits of the factor of the kept units.
    pub keep_scale: u32,
    /// The same two of the pixels.
    pub input_drop_threshold: u32,
    /// See `input_drop_threshold`.
    pub input_keep_scale: u32,
    /// How an image stands on the device.
    pub image: ImageShape,
}

/// An image on the device: four pixels of a byte each in a word, the last filled up
/// with zeros, then bits that say which words are not zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ImageShape {
    /// Pixels that there really are.
    pub num_pixels: usize,
    /// Bits of mean/deviation, which an empty pixel falls short by.
    pub offset: u32,
    /// Bits of 1/(255·deviation), what a grey level comes to.
    pub scale: u32,
}

impl ImageShape {
    /// Images of `num_pixels`, normalised so.
    pub fn new(num_pixels: usize, normalisation: Normalisation) -> Self {
        let Normalisation { mean, deviation } = normalisation;
        Self {
            num_pixels,
            offset: (mean / deviation).to_bits(),
            scale: (1.0 / (255.0 * deviation)).to_bits(),
        }
    }

    /// Words of pixels.
    pub fn words(&self) -> usize {
        self.num_pixels.div_ceil(4)
    }

    /// Words of bits.
    pub fn masks(&self) -> usize {
        self.words().div_ceil(32)
    }

    /// Words of both.
    pub fn all_words(&self) -> usize {
        self.words() + self.masks()
    }

    /// Whether the last word has pixels that the image has not.
    pub fn is_filled_up(&self) -> bool {
        !self.num_pixels.is_multiple_of(4)
    }
}

impl LayerShape {
    /// Vectors of a row of outputs.
    pub fn output_vectors(&self) -> usize {
        self.num_outputs / LANES
    }

    /// Vectors of a row of inputs.
    pub fn input_vectors(&self) -> usize {
        self.num_inputs / LANES
    }

    /// Tiles below each other in a batch.
    pub fn row_tiles(&self) -> usize {
        self.num_rows / LANES
    }

    /// Whether it is a first layer whose pixels are dropped, and so stand in `outputs` as
    /// another layer's input does.
    pub fn drops_inputs(&self) -> bool {
        self.index == 0 && self.input_drop_threshold > 0
    }

    /// Whether the way back needs more than the outputs: ReLU's slope and mask show in them.
    pub fn keeps_slopes(&self) -> bool {
        self.activation != Activation::Relu
    }

    /// Whether some of its units are filling.
    pub fn is_filled_up(&self) -> bool {
        self.num_units != self.num_outputs
    }
}

/// Vectors of a tile's row: the most, up to `most`, that fill a row of
/// `num_vectors` without a rest.
pub fn tile_vectors(num_vectors: usize, most: usize) -> usize {
    let mut len = most;
    while !num_vectors.is_multiple_of(len) {
        len /= 2;
    }
    len
}
