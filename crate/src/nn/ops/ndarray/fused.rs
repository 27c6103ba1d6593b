//! A network on the CPU: flat tensors and the custom operation over them.

use burn::tensor::{Device, Tensor};

use super::blocks::to_blocks;
use super::{Batch, StepContext, Workspace, cross_entropy, mlp_logits, mlp_step};
use crate::data::Normalisation;
use crate::nn::BatchMetrics;
use crate::nn::dropout::DropoutMask;
use crate::nn::layout::Layout;
use crate::nn::optimiser::Step;

/// Parameters, the optimiser's state and the workspace of their steps.
pub struct FusedMlp {
    /// Parameters and state, taken out while a step moves them in
    /// place: a second owner would force a copy.
    tensors: Option<(Tensor<1>, Tensor<1>)>,
    workspace: Workspace,
    normalisation: Normalisation,
}

impl FusedMlp {
    /// Puts parameters `[num_parameters]` on the device.
    pub fn new(
        layout: &Layout,
        normalisation: Normalisation,
        parameters: &[f32],
        device: &Device,
    ) -> Self {
        let parameters = Tensor::from_floats(&to_blocks(layout, parameters)[..], device);
        let state = Tensor::from_floats([0.0; 0], device);
        Self {
            tensors: Some((parameters, state)),
            workspace: Workspace::default(),
            normalisation,
        }
    }

    /// The parameters, in blocks: see [`super::from_blocks`].
    pub fn parameters(&self) -> Tensor<1> {
        self.tensors
            .as_ref()
            .expect("put back after each step")
            .0
            .clone()
    }

    /// The optimiser's state, in blocks; none before the first step of one that has any.
    pub fn state(&self) -> Option<Tensor<1>> {
        let (_, state) = self.tensors.as_ref().expect("put back after each step");
        (state.dims() != [0]).then(|| state.clone())
    }

    /// Takes an optimiser's state, `[num_parameters]` for each of its slots.
    pub fn set_state(&mut self, layout: &Layout, state: &[f32]) {
        let tensors = self.tensors.as_mut().expect("put back after each step");
        let state = to_blocks(layout, state);
        tensors.1 = Tensor::from_floats(&state[..], &tensors.0.device());
    }

    /// One step in place.
    pub fn train_step(
        &mut self,
        layout: &Layout,
        batch: Batch<'_>,
        mask: Option<&DropoutMask>,
        step: Step,
    ) -> BatchMetrics {
        let (parameters, mut state) = self.tensors.take().expect("put back after each step");
        let state_len = step.rule().num_slots() * layout.num_parameters;
        if state.dims() != [state_len] {
            state = Tensor::zeros([state_len], &parameters.device());
        }
        let context = StepContext {
            layout,
            normalisation: self.normalisation,
            batch,
            mask,
            step,
        };
        let (parameters, state, metrics) =
            mlp_step(parameters, state, &mut self.workspace, &context);
        self.tensors = Some((parameters, state));
        metrics
    }

    /// Loss and number of right answers of a labelled batch, dropout off; whether each
    /// image was right is added to `answers`.
    pub fn evaluate(
        &mut self,
        layout: &Layout,
        batch: Batch<'_>,
        answers: &mut Vec<bool>,
    ) -> BatchMetrics {
        let logits = self.logits_of(layout, batch);
        let num_classes = layout.num_classes();
        let mut metrics = BatchMetrics::default();
        cross_entropy(&logits, num_classes, 0.0, batch, None, |loss, is_right| {
            metrics.loss_sum += loss;
            metrics.num_correct += u32::from(is_right);
            answers.push(is_right);
        });
        metrics
    }

    /// Logits `[n·num_classes]` of images `[n, num_pixels]`.
    pub fn logits(&mut self, layout: &Layout, pixels: &[u8]) -> Vec<f32> {
        let rows: Vec<u32> = (0..(pixels.len() / layout.num_pixels()) as u32).collect();
        let batch = Batch {
            pixels,
            labels: &[],
            rows: &rows,
        };
        self.logits_of(layout, batch)
    }

    fn logits_of(&mut self, layout: &Layout, batch: Batch<'_>) -> Vec<f32> {
        let (parameters, normalisation) = (self.parameters(), self.normalisation);
        mlp_logits(
            parameters,
            &mut self.workspace,
            layout,
            normalisation,
            batch,
        )
    }
}
