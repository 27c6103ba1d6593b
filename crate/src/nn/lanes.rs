//! Values that stand side by side on a WebGPU device, read and written at once.

use cubecl::prelude::{Const, Vector};

/// Values of a vector, and rows of a tile.
pub const LANES: usize = 4;

/// A vector of values.
pub type Lanes = Vector<f32, Const<LANES>>;
