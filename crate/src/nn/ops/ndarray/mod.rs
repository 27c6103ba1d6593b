//! The CPU's training step as one custom operation on burn-ndarray's tensors.
//!
//! Autodiff's bookkeeping and a tensor an operation cost more than the
//! arithmetic of a network this small, so the operation is a whole step:
//! parameters go in, are moved in place, and come out.
// burn-ndarray is marked deprecated in favour of burn-flex but measures faster;
// this folder is the seam where the one would take the other's place.
#![allow(deprecated)]

mod blocks;
mod columns;
mod fused;
mod gemm;
mod hidden;
mod loss;
mod norms;
mod rows;
mod sgd;
mod shares;
mod simd;
mod sparse;
mod step;
mod update;

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, NdArray, backend_extension};
use burn::tensor::Tensor;
use burn_ndarray::{NdArrayTensor, SharedArray};

pub use blocks::from_blocks;
pub use fused::FusedMlp;
pub use loss::cross_entropy;
pub use step::{Batch, Workspace};

use crate::data::{Dataset, Normalisation};
use crate::nn::dropout::DropoutMask;
use crate::nn::layout::Layout;
use crate::nn::optimiser::Step;
use crate::nn::{BatchMetrics, batch};

/// What a step is told besides its tensors.
pub struct StepContext<'a> {
    /// Where the parameters stand.
    pub layout: &'a Layout,
    /// How pixels are normalised.
    pub normalisation: Normalisation,
    /// What to learn from.
    pub batch: Batch<'a>,
    /// Units to drop, if any.
    pub mask: Option<&'a DropoutMask>,
    /// How far to move.
    pub step: Step,
}

#[backend_extension(NdArray)]
trait MlpStep: Backend {
    /// Moves `parameters` and the optimiser's `state` (rank 1, weights in blocks) by a step.
    fn mlp_step(
        parameters: FloatTensor<Self>,
        state: FloatTensor<Self>,
        workspace: &mut Workspace,
        context: &StepContext<'_>,
        metrics: &mut BatchMetrics,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);

    /// Logits of a batch, `[num_rows, num_classes]` flat, with parameters as the step's.
    fn mlp_logits(
        parameters: FloatTensor<Self>,
        workspace: &mut Workspace,
        layout: &Layout,
        normalisation: Normalisation,
        batch: Batch<'_>,
    ) -> Vec<f32>;
}

impl MlpStep for NdArray {
    fn mlp_step(
        parameters: FloatTensor<Self>,
        state: FloatTensor<Self>,
        workspace: &mut Workspace,
        context: &StepContext<'_>,
        metrics: &mut BatchMetrics,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let (mut parameters, mut state) = (shared(parameters), shared(state));
        *metrics = workspace.train_step(context, values(&mut parameters), values(&mut state));
        (parameters.into(), state.into())
    }

    fn mlp_logits(
        parameters: FloatTensor<Self>,
        workspace: &mut Workspace,
        layout: &Layout,
        normalisation: Normalisation,
        batch: Batch<'_>,
    ) -> Vec<f32> {
        let parameters = shared(parameters);
        let parameters = parameters
            .as_slice()
            .expect("a rank-1 tensor is contiguous");
        workspace
            .forward(layout, normalisation, parameters, batch, None)
            .to_vec()
    }
}

fn shared(tensor: NdArrayTensor) -> SharedArray<f32> {
    match tensor {
        NdArrayTensor::F32(storage) => storage.into_shared(),
        _ => unreachable!("parameters are f32"),
    }
}

/// The values in place: copied first only where another tensor shares them.
fn values(array: &mut SharedArray<f32>) -> &mut [f32] {
    array.as_slice_mut().expect("a rank-1 tensor is contiguous")
}

/// Runs `MlpStep::mlp_step` on tensors of the ndarray device.
pub fn mlp_step(
    parameters: Tensor<1>,
    state: Tensor<1>,
    workspace: &mut Workspace,
    context: &StepContext<'_>,
) -> (Tensor<1>, Tensor<1>, BatchMetrics) {
    let mut metrics = BatchMetrics::default();
    let (parameters, state) = <Dispatch as MlpStep>::mlp_step(
        parameters.into_dispatch(),
        state.into_dispatch(),
        workspace,
        context,
        &mut metrics,
    );
    (
        Tensor::from_dispatch(parameters),
        Tensor::from_dispatch(state),
        metrics,
    )
}

/// Runs `MlpStep::mlp_logits` on tensors of the ndarray device.
pub fn mlp_logits(
    parameters: Tensor<1>,
    workspace: &mut Workspace,
    layout: &Layout,
    normalisation: Normalisation,
    batch: Batch<'_>,
) -> Vec<f32> {
    let parameters = parameters.into_dispatch();
    <Dispatch as MlpStep>::mlp_logits(parameters, workspace, layout, normalisation, batch)
}

/// Names a batch by rows of whichever images it is in.
pub fn with_rows<T>(
    dataset: &Dataset,
    batch: batch::Batch<'_>,
    work: impl FnOnce(Batch<'_>) -> T,
) -> T {
    match batch {
        batch::Batch::Rows(rows) => work(Batch {
            pixels: dataset.pixels(),
            labels: dataset.labels(),
            rows,
        }),
        batch::Batch::Images(pixels, labels) => {
            let rows: Vec<u32> = (0..labels.len() as u32).collect();
            work(Batch {
                pixels,
                labels,
                rows: &rows,
            })
        }
    }
}
