//! A network on its device, whichever way its step is computed.

use std::rc::Rc;

use burn::tensor::{Device, Tensor};

use super::batch::Batch;
use super::dropout::DropoutMask;
use super::layout::Layout;
#[cfg(feature = "webgpu")]
use super::ops::cube;
#[cfg(feature = "ndarray")]
use super::ops::ndarray;
use super::optimiser::Step;
use super::plain::PlainMlp;
use super::{BatchMetrics, device};
use crate::config::Rule;
use crate::data::{Dataset, Normalisation};
use crate::error::{Error, Result};
use crate::math::exp_f32;
use crate::message::StepKind;

/// A network: parameters and an optimiser's state on a device, and a data set to read.
pub struct Network {
    layout: Layout,
    dataset: Rc<Dataset>,
    engine: Engine,
    /// Steps since the optimiser's state was empty.
    num_steps: u32,
    /// Metrics of batches not read back yet, in order.
    pending: Vec<BatchMetrics>,
    /// The same where they are still on the device, `[2]` each.
    pending_on_device: Vec<Tensor<1>>,
    /// Which images of evaluated batches were right, in order, until they are taken.
    answers: Vec<bool>,
    /// The same where they are still on the device: 1 for right, 0 for wrong.
    answers_on_device: Vec<Tensor<1>>,
}

enum Engine {
    Plain(PlainMlp),
    #[cfg(feature = "ndarray")]
    // Boxed, as they are many times the size of the reference.
    Cpu(Box<ndarray::FusedMlp>),
    #[cfg(feature = "webgpu")]
    Gpu(Box<cube::FusedMlp>),
}

impl Network {
    /// Puts parameters `[layout.num_parameters]` on the device. `normalisation` is that
    /// of the pixels it was or will be trained on; `dataset` has as many a row as the
    /// network has inputs.
    pub fn new(
        layout: Layout,
        normalisation: Normalisation,
        parameters: &[f32],
        dataset: Rc<Dataset>,
        kind: StepKind,
        device: &Device,
    ) -> Self {
        let engine = match kind {
            StepKind::Plain => {
                Engine::Plain(PlainMlp::new(&layout, normalisation, parameters, device))
            }
            #[cfg(feature = "webgpu")]
            StepKind::Fused => {
                let mlp = cube::FusedMlp::new(&layout, normalisation, parameters, &dataset, device);
                Engine::Gpu(Box::new(mlp))
            }
            #[cfg(all(feature = "ndarray", not(feature = "webgpu")))]
            StepKind::Fused => {
                let mlp = ndarray::FusedMlp::new(&layout, normalisation, parameters, device);
                Engine::Cpu(Box::new(mlp))
            }
        };
        Self {
            layout,
            dataset,
            engine,
            num_steps: 0,
            pending: vec![],
            pending_on_device: vec![],
            answers: vec![],
            answers_on_device: vec![],
        }
    }

    /// Where the parameters stand in the flat buffer.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// One step. What it came to waits for [`Self::take_metrics`].
    pub fn train_step(&mut self, batch: Batch<'_>, mask: Option<&DropoutMask>, rule: Rule) {
        self.num_steps += 1;
        let step = Step::new(rule, self.num_steps);
        match &mut self.engine {
            Engine::Plain(mlp) => {
                let (pixels, labels) = gather(&self.dataset, batch);
                let metrics = mlp.train_step(&self.layout, &pixels, &labels, mask, step);
                self.pending_on_device.push(metrics);
            }
            #[cfg(feature = "ndarray")]
            Engine::Cpu(mlp) => {
                let metrics = ndarray::with_rows(&self.dataset, batch, |batch| {
                    mlp.train_step(&self.layout, batch, mask, step)
                });
                self.pending.push(metrics);
            }
            #[cfg(feature = "webgpu")]
            Engine::Gpu(mlp) => mlp.record_step(batch, mask, step),
        }
    }

    /// A forward pass over a labelled batch, dropout off. What it came to waits
    /// for [`Self::take_metrics`], and which images were right for
    /// [`Self::take_answers`].
    pub fn evaluate(&mut self, batch: Batch<'_>) {
        match &mut self.engine {
            Engine::Plain(mlp) => {
                let (pixels, labels) = gather(&self.dataset, batch);
                let (metrics, answers) = mlp.evaluate(&self.layout, &pixels, &labels);
                self.pending_on_device.push(metrics);
                self.answers_on_device.push(answers);
            }
            #[cfg(feature = "ndarray")]
            Engine::Cpu(mlp) => {
                let metrics = ndarray::with_rows(&self.dataset, batch, |batch| {
                    mlp.evaluate(&self.layout, batch, &mut self.answers)
                });
                self.pending.push(metrics);
            }
            #[cfg(feature = "webgpu")]
            Engine::Gpu(mlp) => mlp.record_evaluation(batch),
        }
    }

    /// What each batch since the last call came to, in order: the only point
    /// at which training waits for the device.
    pub async fn take_metrics(&mut self) -> Result<Vec<BatchMetrics>> {
        let mut metrics = std::mem::take(&mut self.pending);
        if !self.pending_on_device.is_empty() {
            let values = read(Tensor::cat(std::mem::take(&mut self.pending_on_device), 0)).await?;
            metrics.extend(values.chunks_exact(2).map(|pair| BatchMetrics {
                loss_sum: pair[0],
                num_correct: pair[1] as u32,
            }));
        }
        #[cfg(feature = "webgpu")]
        if let Engine::Gpu(mlp) = &mut self.engine {
            for reading in mlp.take_readings() {
                let values = read(reading.values.clone()).await?;
                metrics.extend(reading.sums(&values));
                self.answers.extend(reading.answers(&values));
            }
        }
        Ok(metrics)
    }

    /// Whether each image of the batches evaluated since the last call was right, in
    /// order. To be asked for after [`Self::take_metrics`].
    pub async fn take_answers(&mut self) -> Result<Vec<bool>> {
        if !self.answers_on_device.is_empty() {
            let answers = Tensor::cat(std::mem::take(&mut self.answers_on_device), 0);
            let answers = read(answers).await?;
            self.answers
                .extend(answers.iter().map(|&answer| answer == 1.0));
        }
        Ok(std::mem::take(&mut self.answers))
    }

    /// How many batches are worth asking for between two calls of
    /// [`Self::take_metrics`]: what the device runs in one go.
    pub fn max_pending(&self) -> usize {
        match &self.engine {
            #[cfg(feature = "webgpu")]
            Engine::Gpu(_) => cube::MAX_SLOTS,
            _ => 4096,
        }
    }

    /// Class probabilities `[n, num_classes]` of images `[n, num_pixels]`; no number where the
    /// network has come to none.
    ///
    /// # Errors
    /// When the last image is not a whole one, or the device is lost.
    pub async fn predict(&mut self, pixels: &[u8]) -> Result<Vec<f32>> {
        let num_pixels = self.layout.num_pixels();
        if !pixels.len().is_multiple_of(num_pixels) {
            let found = format!("{} bytes", pixels.len());
            let expected = format!("{num_pixels} for each image");
            return Err(Error::data("images", found, expected));
        }
        if pixels.is_empty() {
            return Ok(vec![]);
        }
        let mut logits = match &mut self.engine {
            Engine::Plain(mlp) => read(mlp.logits(&self.layout, pixels).reshape([-1])).await?,
            #[cfg(feature = "ndarray")]
            Engine::Cpu(mlp) => mlp.logits(&self.layout, pixels),
            #[cfg(feature = "webgpu")]
            Engine::Gpu(mlp) => {
                let logits = read(mlp.logits(pixels)).await?;
                mlp.stripped_logits(&logits)
            }
        };
        let num_classes = self.layout.num_classes();
        logits.chunks_exact_mut(num_classes).for_each(softmax);
        Ok(logits)
    }

    /// What the optimiser keeps from step to step, `[layout.num_parameters]` for each of
    /// its slots, none before a step where the engine makes them only then; and the number
    /// of steps since it was empty.
    pub async fn optimiser_state(&mut self) -> Result<(Vec<f32>, u32)> {
        let state = match &mut self.engine {
            Engine::Plain(mlp) => match mlp.state() {
                Some(state) => read(state).await?,
                None => vec![],
            },
            #[cfg(feature = "ndarray")]
            Engine::Cpu(mlp) => match mlp.state() {
                Some(state) => ndarray::from_blocks(&self.layout, &read(state).await?),
                None => vec![],
            },
            #[cfg(feature = "webgpu")]
            Engine::Gpu(mlp) => match mlp.state() {
                Some(state) => {
                    let state = read(state).await?;
                    mlp.stripped(&state)
                }
                None => vec![],
            },
        };
        Ok((state, self.num_steps))
    }

    /// Puts an optimiser's state on the device; see [`Self::optimiser_state`].
    pub fn set_optimiser_state(&mut self, state: &[f32], num_steps: u32) {
        self.num_steps = num_steps;
        if state.is_empty() {
            return;
        }
        match &mut self.engine {
            Engine::Plain(mlp) => mlp.set_state(state),
            #[cfg(feature = "ndarray")]
            Engine::Cpu(mlp) => mlp.set_state(&self.layout, state),
            #[cfg(feature = "webgpu")]
            Engine::Gpu(mlp) => mlp.set_state(state),
        }
    }

    /// All parameters, `[layout.num_parameters]`.
    pub async fn parameters(&mut self) -> Result<Vec<f32>> {
        match &mut self.engine {
            Engine::Plain(mlp) => read(mlp.parameters()).await,
            #[cfg(feature = "ndarray")]
            Engine::Cpu(mlp) => {
                let parameters = read(mlp.parameters()).await?;
                Ok(ndarray::from_blocks(&self.layout, &parameters))
            }
            #[cfg(feature = "webgpu")]
            Engine::Gpu(mlp) => {
                let parameters = read(mlp.parameters()).await?;
                Ok(mlp.stripped(&parameters))
            }
        }
    }
}

async fn read<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>> {
    let fault = |reason: String| Error::Device {
        backend: device::BACKEND,
        reason,
    };
    let data = tensor
        .into_data_async()
        .await
        .map_err(|error| fault(format!("{error:?}")))?;
    data.try_to_vec()
        .map_err(|error| fault(format!("{error:?}")))
}

/// A batch's pixels and labels, copied together.
fn gather(dataset: &Dataset, batch: Batch<'_>) -> (Vec<u8>, Vec<u8>) {
    match batch {
        Batch::Images(pixels, labels) => (pixels.to_vec(), labels.to_vec()),
        Batch::Rows(rows) => {
            let mut pixels = Vec::with_capacity(rows.len() * dataset.task().num_pixels());
            for &row in rows {
                pixels.extend_from_slice(dataset.image(row as usize));
            }
            (
                pixels,
                rows.iter()
                    .map(|&row| dataset.labels()[row as usize])
                    .collect(),
            )
        }
    }
}

fn softmax(logits: &mut [f32]) {
    let highest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    logits
        .iter_mut()
        .for_each(|logit| *logit = exp_f32(*logit - highest));
    let total: f32 = logits.iter().sum();
    logits.iter_mut().for_each(|power| *power /= total);
}
