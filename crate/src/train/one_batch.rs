//! One step looked at: a run's own batch, how large its gradient is in each layer and how far
//! the step moves the weights.
//!
//! Computed plainly from flat parameters, on no device and beside every run. The gradient is
//! our own (`nn/backward.rs`), not the difference that an engine's step makes, so that what is
//! shown of a gradient loses nothing to the rounding of weights. Which images a step takes is
//! the engine's to say, which holds the data set ([`images_of`]).

use super::batches::Batches;
use crate::config::Plan;
use crate::data::{Dataset, Normalisation};
use crate::error::{Error, Result};
use crate::message::StepLayer;
use crate::nn::RENORM_EPSILON;
use crate::nn::backward::Keep;
use crate::nn::batch::Batch;
use crate::nn::dropout::DropoutMask;
use crate::nn::inspect::{LayerReading, Snapshot};
use crate::nn::layout::{Layer, Layout};
use crate::nn::optimiser::Step;
use crate::nn::weights;

/// Images `[n, num_pixels]`, distorted where the plan distorts, and labels `[n]` of a step,
/// counted from 0 over a whole run.
///
/// # Errors
/// When the data cannot be split.
pub fn images_of(plan: &Plan, dataset: &Dataset, step: u32) -> Result<(Vec<u8>, Vec<u8>)> {
    let split = dataset.split(plan.validation_share, plan.split_seed)?;
    let steps_per_epoch = split.train.len().div_ceil(plan.batch_size).max(1) as u32;
    let mut batches = Batches::new(plan);
    batches.begin_epoch(step / steps_per_epoch + 1, &split.train);
    let first_row = (step % steps_per_epoch) as usize * plan.batch_size;
    Ok(match batches.batch(dataset, first_row, step).batch {
        Batch::Images(pixels, labels) => (pixels.to_vec(), labels.to_vec()),
        Batch::Rows(rows) => {
            let images = rows.iter().flat_map(|&row| dataset.image(row as usize));
            let labels = rows.iter().map(|&row| dataset.labels()[row as usize]);
            (images.copied().collect(), labels.collect())
        }
    })
}

/// A step that is being made: its images are taken in one after the other.
pub struct OneBatch {
    snapshot: Snapshot,
    rule: Step,
    /// Of the optimiser, slot after slot.
    state: Vec<f32>,
    gradient: Vec<f32>,
    /// Of all images; nothing without dropout.
    keep: Keep,
    num_images: usize,
    num_taken: usize,
}

/// A step that has been made.
pub struct Stepped {
    /// The first layer first.
    pub layers: Vec<StepLayer>,
    /// Of the batch's mean loss, `[num_parameters]`.
    pub gradient: Vec<f32>,
    /// After the step, `[num_parameters]`.
    pub parameters: Vec<f32>,
    /// What the optimiser keeps for the step after it, `[num_parameters]` for each of its
    /// slots.
    pub state: Vec<f32>,
}

impl OneBatch {
    /// The step from 0 of a run with this plan over `num_images` images, in an epoch of so
    /// many steps. It starts from
    /// `parameters`, or from those that such a run draws; `state` is empty before the
    /// first step.
    ///
    /// # Errors
    /// When there are not as many of either as the network has, or too many to be looked at.
    pub fn new(
        plan: &Plan,
        normalisation: Normalisation,
        (step, steps_per_epoch): (u32, u32),
        num_images: usize,
        parameters: Option<Vec<f32>>,
        state: Vec<f32>,
    ) -> Result<Self> {
        let rule = Step::new(plan.rule_at(step, steps_per_epoch), step + 1);
        let rule = (rule, step);
        Self::by_rule(plan, normalisation, rule, num_images, parameters, state)
    }

    /// The same by a rule, and with the masks of a step.
    pub(super) fn by_rule(
        plan: &Plan,
        normalisation: Normalisation,
        (rule, step): (Step, u32),
        num_images: usize,
        parameters: Option<Vec<f32>>,
        state: Vec<f32>,
    ) -> Result<Self> {
        let layout = Layout::new(&plan.network);
        let parameters = parameters
            .unwrap_or_else(|| weights::initial(&layout, plan.network.initialisation, plan.seed));
        let num_parameters = layout.num_parameters;
        let expected = rule.rule().num_slots() * num_parameters;
        if !state.is_empty() && state.len() != expected {
            let found = state.len().to_string();
            return Err(Error::data(
                "optimiser's state",
                found,
                expected.to_string(),
            ));
        }
        let keep = DropoutMask::of(&plan.network, plan.seed, step).map(|mask| {
            let mut inputs = vec![1.0; num_images * layout.num_pixels()];
            mask.apply_to_inputs(0, &mut inputs);
            let hidden = plan.network.hidden.iter().enumerate();
            let hidden = hidden.map(|(layer, width)| {
                let mut keep = vec![1.0; num_images * width];
                mask.apply(layer, 0, &mut keep);
                keep
            });
            Keep {
                inputs,
                hidden: hidden.collect(),
            }
        });
        Ok(Self {
            snapshot: Snapshot::new(layout, normalisation, parameters)?,
            rule,
            state,
            gradient: vec![0.0; num_parameters],
            keep: keep.unwrap_or_default(),
            num_images,
            num_taken: 0,
        })
    }

    /// The parameters that it starts from.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Takes in the batch's next images `[n, num_pixels]` with their labels `[n]`.
    ///
    /// # Errors
    /// When an image is not whole, or a label no class, or there are more of them than were
    /// announced.
    pub fn take(&mut self, images: &[u8], labels: &[u8]) -> Result<()> {
        let num_pixels = self.snapshot.layout().num_pixels();
        for (image, &label) in images.chunks(num_pixels).zip(labels) {
            self.take_one(image, label)?;
        }
        Ok(())
    }

    /// Takes in one image `[num_pixels]`: what the layers made of it.
    pub(super) fn take_one(&mut self, image: &[u8], label: u8) -> Result<Vec<LayerReading>> {
        let num_classes = self.snapshot.layout().num_classes();
        if usize::from(label) >= num_classes || self.num_taken == self.num_images {
            let place = format!("label of image {} of the batch", self.num_taken + 1);
            let expected = format!("below {num_classes}, {} images", self.num_images);
            return Err(Error::data(place, label.to_string(), expected));
        }
        let row = self.num_taken;
        let keep = self.keep.of_image(row, self.num_images);
        let share = 1.0 / self.num_images as f32;
        let readings = self.snapshot.forward_dropped(image, &keep)?;
        let target = (label, self.rule.rule().label_smoothing);
        let gradient = &mut self.gradient;
        self.snapshot
            .add_gradient_of(&readings, image, target, share, &keep, gradient);
        self.num_taken += 1;
        Ok(readings)
    }

    /// Moves the parameters by the plan's own rule, and measures.
    ///
    /// # Errors
    /// When images are missing.
    pub fn finish(self) -> Result<Stepped> {
        if self.num_taken != self.num_images {
            let expected = self.num_images.to_string();
            return Err(Error::data(
                "images of the batch",
                self.num_taken.to_string(),
                expected,
            ));
        }
        let before = self.snapshot.parameters();
        let num_slots = self.rule.rule().num_slots();
        let mut state = self.state;
        state.resize(num_slots * before.len(), 0.0);
        let mut parameters = before.to_vec();
        let mut kept: Vec<&mut [f32]> = state.chunks_exact_mut(before.len()).collect();
        self.rule
            .move_each(&mut parameters, &self.gradient, &mut kept);
        bound_norms(
            self.snapshot.layout(),
            self.rule.rule().max_norm,
            &mut parameters,
        );
        let layers = self.snapshot.layout().layers.iter();
        Ok(Stepped {
            layers: layers
                .map(|layer| measured(layer, before, &parameters, &self.gradient))
                .collect(),
            gradient: self.gradient,
            parameters,
            state,
        })
    }
}

/// Shortens each hidden unit's incoming weights that are longer than `most`, as
/// `torch.renorm` does; 0 bounds nothing.
fn bound_norms(layout: &Layout, most: f32, parameters: &mut [f32]) {
    let last = layout.layers.len() - 1;
    for layer in layout.layers[..last].iter().filter(|_| most > 0.0) {
        let weight = &mut parameters[layer.weight.clone()];
        for unit in 0..layer.num_outputs {
            let own = || (unit..weight.len()).step_by(layer.num_outputs);
            let length = norm(own().map(|at| weight[at])) as f32;
            if length > most {
                let share = most / (length + RENORM_EPSILON);
                (unit..weight.len())
                    .step_by(layer.num_outputs)
                    .for_each(|at| weight[at] *= share);
            }
        }
    }
}

fn measured(layer: &Layer, before: &[f32], after: &[f32], gradient: &[f32]) -> StepLayer {
    let range = layer.range();
    let (before, after) = (&before[range.clone()], &after[range.clone()]);
    let weight_norm = norm(before.iter().copied());
    let update_norm = norm(before.iter().zip(after).map(|(from, to)| to - from));
    StepLayer {
        num_parameters: range.len() as u32,
        gradient_norm: norm(gradient[range].iter().copied()),
        weight_norm,
        weight_norm_after: norm(after.iter().copied()),
        update_norm,
        update_share: update_norm / weight_norm,
    }
}

/// The L2 norm.
pub(super) fn norm(values: impl Iterator<Item = f32>) -> f64 {
    let squares = values.map(|value| f64::from(value) * f64::from(value));
    squares.sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::data::{Task, sample};
    use crate::message::{Activation, Event, Optimiser, RunConfig};
    use crate::nn::device;
    use crate::train::trainer::Trainer;

    /// The engine sums in another order, and WebGPU's driver in yet another.
    const FAR: f32 = if cfg!(feature = "webgpu") { 1e-4 } else { 1e-5 };
    /// As a share of the way moved, of rules that make a whole step of what is a rounding:
    /// the first of RMSprop's moves every parameter by ten times the rate, whichever its sign.
    const FAR_OF_WAY: f64 = if cfg!(feature = "webgpu") { 1e-3 } else { 1e-4 };

    /// Steps of a whole epoch, the short last batch included, come to what a run comes to.
    async fn assert_run(config: RunConfig) {
        let optimiser = config.optimiser;
        let (pixels, labels) = sample::generate(400, 11);
        let data = Rc::new(Dataset::from_parts("small", Task::mnist(), pixels, labels).unwrap());
        let plan = Plan::try_from(&RunConfig {
            hidden_layers: "24, 16".into(),
            batch_size: 48.0,
            epochs: 2.0,
            ..config
        })
        .unwrap();
        let split = data.split(plan.validation_share, plan.split_seed).unwrap();
        let normalisation = data.normalisation(&split.train).unwrap();
        let initialisation = plan.network.initialisation;
        let initial = weights::initial(&Layout::new(&plan.network), initialisation, plan.seed);
        let (mut parameters, mut state) = (None, vec![]);
        // 320 rows: seven batches an epoch.
        for step in 0..14 {
            let (images, labels) = images_of(&plan, &data, step).unwrap();
            assert_eq!(labels.len(), if step % 7 == 6 { 32 } else { 48 });
            let place = (step, 7);
            let count = labels.len();
            let mut one =
                OneBatch::new(&plan, normalisation, place, count, parameters, state).unwrap();
            let (first, others) = images.split_at(10 * 784);
            one.take(first, &labels[..10]).unwrap();
            one.take(others, &labels[10..]).unwrap();
            let stepped = one.finish().unwrap();
            parameters = Some(stepped.parameters);
            state = stepped.state;
        }
        let device = device::open().await.unwrap();
        let mut trainer = Trainer::new(plan, data, &device).unwrap();
        let is_end = |event: &Event| matches!(event, Event::Ended(_));
        while !trainer.next(1000.0).await.unwrap().iter().any(is_end) {}
        let run = trainer.parameters().await.unwrap();
        let found = parameters.unwrap();
        let far = norm(found.iter().zip(&run).map(|(a, b)| a - b));
        let moved = norm(initial.iter().zip(&run).map(|(a, b)| a - b));
        assert!(
            far < FAR_OF_WAY * moved,
            "{optimiser:?}: {far} of {moved} moved"
        );
        // Where a gradient is next to nothing a rule that divides by its size makes a step of
        // what was rounding.
        if matches!(optimiser, Optimiser::Sgd | Optimiser::Nesterov) {
            let far = found.iter().zip(&run).map(|(a, b)| (a - b).abs());
            let far = far.fold(0.0, f32::max);
            assert!(far < FAR, "{far} from the run's");
        }
    }

    #[wasm_bindgen_test(unsupported = pollster::test)]
    async fn steps_are_those_of_a_run() {
        assert_run(RunConfig::default()).await;
    }

    #[wasm_bindgen_test(unsupported = pollster::test)]
    async fn steps_with_every_option_are_those_of_a_run() {
        assert_run(RunConfig {
            momentum: 0.9,
            weight_decay: 1e-3,
            dropout: 0.2,
            layer_norm: true,
            augmentation: true,
            ..RunConfig::default()
        })
        .await;
    }

    #[wasm_bindgen_test(unsupported = pollster::test)]
    async fn steps_of_every_rule_are_those_of_a_run() {
        let activations = Activation::ALL.into_iter();
        for (optimiser, activation) in Optimiser::ALL.into_iter().zip(activations) {
            assert_run(RunConfig {
                optimiser,
                activation,
                learning_rate: 0.002,
                momentum: 0.5,
                weight_decay: 1e-3,
                ..RunConfig::default()
            })
            .await;
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn what_does_not_fit_is_refused() {
        let plan = Plan::try_from(&RunConfig::default()).unwrap();
        let begin = |parameters, state| {
            OneBatch::new(&plan, Normalisation::MNIST, (0, 1), 1, parameters, state)
        };
        let Err(error) = begin(Some(vec![0.0; 3]), vec![]) else {
            panic!("three parameters are no network");
        };
        assert_eq!(error.found(), Some("3"));
        assert!(
            begin(None, vec![0.0; 3]).is_err(),
            "plain SGD keeps nothing"
        );
        let mut one = begin(None, vec![]).unwrap();
        assert!(one.take(&[0; 784], &[10]).is_err());
        assert!(one.take(&[0; 700], &[1]).is_err());
        assert!(one.finish().is_err());
        let mut one = begin(None, vec![]).unwrap();
        one.take(&[0; 784], &[1]).unwrap();
        assert!(one.take(&[0; 784], &[1]).is_err());
    }
}
