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

pub use fused::{FusedMlp, MAX_SLOTS, Reading};

use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{Backend, Cube, Dispatch, ExtensionType, backend_extension};
use burn_wgpu::CubeTensor;
use cubecl::prelude::*;

use kernels::{LayerShape, PARTS, PIXEL_TILE_VECTORS, SgdBits, TILE_VECTORS, tile_vectors};

/// Threads of a workgroup.
const CUBE_SIZE: usize = 64;

/// Every tensor a step touches. All are changed in place where they change.
#[derive(ExtensionType)]
struct Buffers<B: Backend> {
    parameters: FloatTensor<B>,
    velocities: FloatTensor<B>,
    pixels: IntTensor<B>,
    labels: IntTensor<B>,
    order: IntTensor<B>,
    cursor: IntTensor<B>,
    batch_pixels: IntTensor<B>,
    batch: IntTensor<B>,
    outputs: FloatTensor<B>,
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
    sgd: Option<SgdBits>,
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
            launcher.step(&work.shapes, work.sgd);
        }
        work.num_batches
    }
}

struct Launcher<'a> {
    buffers: &'a Buffers<Cube>,
}

impl Launcher<'_> {
    fn step(&self, shapes: &[LayerShape], sgd: Option<SgdBits>) {
        self.gather(shapes[0]);
        self.sum_weights(shapes[0]);
        let (last, hidden) = shapes.split_last().expect("at least one layer");
        for shape in hidden {
            self.forward(*shape);
        }
        self.output_and_loss(*last);
        let Some(sgd) = sgd else { return };
        for index in (1..shapes.len()).rev() {
            self.backward(shapes[index], shapes[index - 1]);
        }
        for shape in shapes {
            self.update(*shape, sgd);
        }
    }

    fn gather(&self, shape: LayerShape) {
        let (count, dim) = cubes(shape.num_rows.div_ceil(32) * shape.image.all_words());
        let b = self.buffers;
        // SAFETY: as for every launch here, a thread checks its own position
        // and the buffers are as long as the shapes say.
        unsafe {
            kernels::gather::launch_unchecked(
                &b.pixels.client,
                count,
                dim,
                arg(&b.pixels),
                arg(&b.labels),
                arg(&b.order),
                arg(&b.cursor),
                arg(&b.batch_pixels),
                arg(&b.batch),
                shape.batch_size,
                shape.num_rows,
                shape.image,
            );
        }
    }

    fn sum_weights(&self, shape: LayerShape) {
        let (count, dim) = cubes(PARTS * shape.output_vectors());
        let b = self.buffers;
        unsafe {
            kernels::sum_weights::launch_unchecked(
                &b.parameters.client,
                count,
                dim,
                arg(&b.parameters),
                arg(&b.outputs),
                shape,
            );
        }
    }

    fn forward(&self, shape: LayerShape) {
        let b = self.buffers;
        let client = &b.parameters.client;
        let (count, dim) = cubes(shape.row_tiles() * tiles(shape.output_vectors(), TILE_VECTORS));
        unsafe {
            if shape.index == 0 {
                kernels::linear_pixels::launch_unchecked(
                    client,
                    count,
                    dim,
                    arg(&b.batch_pixels),
                    arg(&b.batch),
                    arg(&b.parameters),
                    arg(&b.outputs),
                    shape,
                );
            } else {
                kernels::linear::launch_unchecked(
                    client,
                    count,
                    dim,
                    arg(&b.batch),
                    arg(&b.parameters),
                    arg(&b.outputs),
                    shape,
                );
            }
            if shape.has_norm {
                let (count, dim) = cubes(shape.batch_size);
                kernels::normalise::launch_unchecked(
                    client,
                    count,
                    dim,
                    arg(&b.batch),
                    arg(&b.parameters),
                    arg(&b.outputs),
                    arg(&b.normalised),
                    arg(&b.inverse_deviations),
                    shape,
                );
            }
        }
    }

    fn output_and_loss(&self, shape: LayerShape) {
        let (count, dim) = cubes(shape.num_rows);
        let b = self.buffers;
        unsafe {
            kernels::output_and_loss::launch_unchecked(
                &b.parameters.client,
                count,
                dim,
                arg(&b.batch),
                arg(&b.parameters),
                arg(&b.outputs),
                arg(&b.upstream),
                arg(&b.metrics),
                arg(&b.cursor),
                shape,
            );
        }
    }

    fn backward(&self, shape: LayerShape, before: LayerShape) {
        let b = self.buffers;
        let client = &b.parameters.client;
        let (count, dim) = cubes(shape.row_tiles() * tiles(shape.input_vectors(), TILE_VECTORS));
        unsafe {
            kernels::backward::launch_unchecked(
                client,
                count,
                dim,
                arg(&b.parameters),
                arg(&b.outputs),
                arg(&b.upstream),
                shape,
            );
            if before.has_norm {
                let (count, dim) = cubes(before.batch_size);
                kernels::normalise_backward::launch_unchecked(
                    client,
                    count,
                    dim,
                    arg(&b.parameters),
                    arg(&b.normalised),
                    arg(&b.inverse_deviations),
                    arg(&b.upstream),
                    arg(&b.by_output),
                    before,
                );
            }
        }
    }

    fn update(&self, shape: LayerShape, sgd: SgdBits) {
        let b = self.buffers;
        let client = &b.parameters.client;
        unsafe {
            let width = shape.output_vectors();
            if shape.index == 0 {
                let (count, dim) = cubes(width);
                kernels::update_first_bias::launch_unchecked(
                    client,
                    count,
                    dim,
                    arg(&b.upstream),
                    arg(&b.cursor),
                    arg(&b.parameters),
                    arg(&b.velocities),
                    shape,
                    sgd,
                );
                let (count, dim) = cubes(shape.image.words() * tiles(width, PIXEL_TILE_VECTORS));
                kernels::update_pixels::launch_unchecked(
                    client,
                    count,
                    dim,
                    arg(&b.batch_pixels),
                    arg(&b.upstream),
                    arg(&b.cursor),
                    arg(&b.parameters),
                    arg(&b.velocities),
                    shape,
                    sgd,
                );
            } else {
                // Tiles of the weight, then vectors of the bias.
                let num_tiles = shape.input_vectors() * tiles(width, TILE_VECTORS);
                let (count, dim) = cubes(num_tiles + width);
                kernels::update::launch_unchecked(
                    client,
                    count,
                    dim,
                    arg(&b.outputs),
                    arg(&b.upstream),
                    arg(&b.cursor),
                    arg(&b.parameters),
                    arg(&b.velocities),
                    shape,
                    sgd,
                );
            }
            if shape.has_norm {
                let (count, dim) = cubes(width);
                kernels::update_norm::launch_unchecked(
                    client,
                    count,
                    dim,
                    arg(&b.normalised),
                    arg(&b.by_output),
                    arg(&b.cursor),
                    arg(&b.parameters),
                    arg(&b.velocities),
                    shape,
                    sgd,
                );
            }
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
