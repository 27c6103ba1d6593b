//! WebGPU's training step as one custom operation on burn's CubeCL tensors.
//!
//! The data set stays on the device; a run of steps needs the row numbers of
//! its batches and a cursor from the host, and gives back the losses. With two
//! hidden layers a step is eleven dispatches.

// Kernels check their own positions, and WebGPU checks every access once more:
// `unsafe` here only spares the third check, which CubeCL would add.
#![allow(unsafe_code)]

mod fused;
mod kernels;
mod padding;

pub use fused::{FusedMlp, Reading};
pub use kernels::MAX_SLOTS;

use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{Backend, Cube, Dispatch, ExtensionType, backend_extension};
use burn_wgpu::CubeTensor;
use cubecl::prelude::*;

use crate::nn::optimiser::on_device::RuleBits;
use kernels::{LayerShape, PARTS, PIXEL_TILE_VECTORS, TILE_VECTORS, tile_vectors};

/// Threads of a workgroup.
const CUBE_SIZE: usize = 64;

/// Every tensor a step touches. All are changed in place where they change.
#[derive(ExtensionType)]
struct Buffers<B: Backend> {
    parameters: FloatTensor<B>,
    slots: FloatTensor<B>,
    pixels: IntTensor<B>,
    labels: IntTensor<B>,
    order: IntTensor<B>,
    cursor: IntTensor<B>,
    batch_pixels: IntTensor<B>,
    batch: IntTensor<B>,
    outputs: FloatTensor<B>,
    slopes: FloatTensor<B>,
    normalised: FloatTensor<B>,
    inverse_deviations: FloatTensor<B>,
    upstream: FloatTensor<B>,
    by_output: FloatTensor<B>,
    metrics: FloatTensor<B>,
}

/// What a run of steps is told besides its tensors.
#[derive(Debug, Clone)]
struct Work {
    shapes: Vec<LayerShape>,
    /// How to learn; nothing for a forward pass.
    rule: Option<RuleBits>,
    num_batches: usize,
}

#[backend_extension(Cube)]
trait MlpSteps: Backend {
    /// Runs `work.num_batches` batches from the cursor on; returns how many it
    /// ran, since an operation must return something.
    fn mlp_steps(#[extension_type] buffers: Buffers<Self>, work: &Work) -> usize;
}

impl MlpSteps for Cube {
    fn mlp_steps(buffers: Buffers<Self>, work: &Work) -> usize {
        let launcher = Launcher { buffers: &buffers };
        for _ in 0..work.num_batches {
            launcher.step(&work.shapes, work.rule);
        }
        work.num_batches
    }
}

struct Launcher<'a> {
    buffers: &'a Buffers<Cube>,
}

/// Launches a kernel in at least so many threads: on which of the launcher's buffers, and
/// what it is specialised on.
macro_rules! launch {
    ($launcher:ident.$kernel:ident in $num_threads:expr, $($buffer:ident)+; $($constant:expr),+) => {{
        let (count, dim) = cubes($num_threads);
        let buffers = $launcher.buffers;
        // SAFETY: a thread checks its own position, and the buffers are as long as the
        // shapes say.
        unsafe {
            kernels::$kernel::launch_unchecked(
                &buffers.parameters.client,
                count,
                dim,
                $(arg(&buffers.$buffer),)+
                $($constant),+
            );
        }
    }};
}

impl Launcher<'_> {
    fn step(&self, shapes: &[LayerShape], rule: Option<RuleBits>) {
        let first = shapes[0];
        launch!(self.gather in first.num_rows.div_ceil(32) * first.image.all_words(),
            pixels labels order cursor batch_pixels batch;
            first.batch_size, first.num_rows, first.image);
        if first.drops_inputs() {
            launch!(self.drop_pixels in first.num_rows * first.image.words(),
                batch_pixels batch outputs; first);
        } else {
            launch!(self.sum_weights in PARTS * first.output_vectors(), parameters outputs; first);
        }
        let (last, hidden) = shapes.split_last().expect("at least one layer");
        for shape in hidden {
            self.forward(*shape);
        }
        launch!(self.output_and_loss in last.num_rows,
            batch parameters outputs upstream metrics cursor;
            *last, rule.map_or(0, |rule| rule.label_smoothing));
        let Some(rule) = rule else { return };
        for index in (1..shapes.len()).rev() {
            self.backward(shapes[index], shapes[index - 1]);
        }
        for shape in shapes {
            self.update(*shape, rule);
        }
        if rule.max_norm != 0 {
            for shape in hidden {
                launch!(self.bound_norms in shape.output_vectors(),
                    parameters; *shape, rule.max_norm);
            }
        }
    }

    fn forward(&self, shape: LayerShape) {
        let num_tiles = shape.row_tiles() * tiles(shape.output_vectors(), TILE_VECTORS);
        if shape.index == 0 && !shape.drops_inputs() {
            launch!(self.linear_pixels in num_tiles,
                batch_pixels batch parameters outputs slopes; shape);
        } else {
            launch!(self.linear in num_tiles, batch parameters outputs slopes; shape);
        }
        if shape.has_norm {
            launch!(self.normalise in shape.batch_size,
                batch parameters outputs normalised inverse_deviations slopes; shape);
        }
    }

    fn backward(&self, shape: LayerShape, before: LayerShape) {
        let num_tiles = shape.row_tiles() * tiles(shape.input_vectors(), TILE_VECTORS);
        launch!(self.backward in num_tiles, parameters outputs slopes upstream; shape);
        if before.has_norm {
            launch!(self.normalise_backward in before.batch_size,
                parameters normalised inverse_deviations upstream by_output; before);
        }
    }

    fn update(&self, shape: LayerShape, rule: RuleBits) {
        let width = shape.output_vectors();
        if shape.index == 0 && !shape.drops_inputs() {
            launch!(self.update_first_bias in width,
                upstream cursor parameters slots; shape, rule);
            launch!(self.update_pixels in shape.image.words() * tiles(width, PIXEL_TILE_VECTORS),
                batch_pixels upstream cursor parameters slots; shape, rule);
        } else {
            // Tiles of the weight, then vectors of the bias.
            launch!(self.update in shape.input_vectors() * tiles(width, TILE_VECTORS) + width,
                outputs upstream cursor parameters slots; shape, rule);
        }
        if shape.has_norm {
            launch!(self.update_norm in width,
                normalised by_output cursor parameters slots; shape, rule);
        }
    }
}

/// Tiles of a row of `num_vectors`.
fn tiles(num_vectors: usize, most: usize) -> usize {
    num_vectors / tile_vectors(num_vectors, most)
}

/// A dispatch of at least `num_threads` threads.
fn cubes(num_threads: usize) -> (CubeCount, CubeDim) {
    let num_cubes = num_threads.div_ceil(CUBE_SIZE) as u32;
    // A dimension holds at most 65,535 workgroups.
    let columns = num_cubes.min(32_768);
    let count = CubeCount::Static(columns, num_cubes.div_ceil(columns), 1);
    (count, CubeDim::new_1d(CUBE_SIZE as u32))
}

fn arg(tensor: &CubeTensor) -> BufferArg {
    tensor.clone().into_buffer_arg()
}

/// Runs [`MlpSteps::mlp_steps`] on tensors of the WebGPU device.
fn mlp_steps(buffers: Buffers<Dispatch>, work: &Work) {
    <Dispatch as MlpSteps>::mlp_steps(buffers, work);
}
