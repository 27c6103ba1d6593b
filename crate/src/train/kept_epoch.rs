//! A run as it stood after one of its epochs, or at its start, to be looked at: its network,
//! how far it has moved, and how healthy its layers are. Reads a checkpoint that the page
//! kept; nothing of it goes on.

use super::checkpoint::Checkpoint;
use super::health::Health;
use super::one_batch::norm;
use crate::config::Plan;
use crate::data::Task;
use crate::error::{Error, Result};
use crate::nn::inspect::Snapshot;
use crate::nn::layout::Layout;
use crate::nn::optimiser::Step;
use crate::nn::weights;

/// A run at the end of an epoch.
#[derive(Debug, Clone)]
pub struct KeptEpoch {
    checkpoint: Checkpoint,
    steps_per_epoch: u32,
}

impl KeptEpoch {
    /// Takes the bytes of [`Checkpoint::to_bytes`].
    ///
    /// # Errors
    /// As [`Checkpoint::from_bytes`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let checkpoint = Checkpoint::from_bytes(bytes)?;
        let num_epochs = checkpoint.history.len().max(1) as u32;
        Ok(Self {
            steps_per_epoch: (checkpoint.step / num_epochs).max(1),
            checkpoint,
        })
    }

    /// The start of its run: the weights that it drew.
    ///
    /// # Errors
    /// When its settings are none.
    pub fn start(&self) -> Result<Self> {
        let plan = self.plan()?;
        let layout = Layout::new(&plan.network);
        let drawn = weights::initial(&layout, plan.network.initialisation, plan.seed);
        Ok(self.with_parameters(drawn))
    }

    /// The same settings with other parameters, of which no step has been taken.
    pub fn with_parameters(&self, parameters: Vec<f32>) -> Self {
        let checkpoint = Checkpoint {
            parameters,
            history: vec![],
            step: 0,
            optimiser_state: vec![],
            optimiser_steps: 0,
            best: None,
            ..self.checkpoint.clone()
        };
        Self {
            checkpoint,
            ..*self
        }
    }

    /// What its network was trained to tell apart.
    pub fn task(&self) -> &Task {
        &self.checkpoint.task
    }

    /// The network, to look into.
    ///
    /// # Errors
    /// When it has too many parameters, or not as many as its settings ask for.
    pub fn snapshot(&self) -> Result<Snapshot> {
        let layout = Layout::new(&self.checkpoint.network()?);
        Snapshot::new(
            layout,
            self.checkpoint.normalisation,
            self.checkpoint.parameters.clone(),
        )
    }

    /// Begins to measure its layers on `num_images` images: dropout off, at the learning rate
    /// of its last step (of the first one at the start), with what the optimiser kept.
    ///
    /// # Errors
    /// As [`Self::snapshot`].
    pub fn health(&self, num_images: usize) -> Result<Health> {
        let plan = self.plan()?;
        let checkpoint = &self.checkpoint;
        let rule = plan.rule_at(checkpoint.step.saturating_sub(1), self.steps_per_epoch);
        Health::of_model(
            &plan,
            checkpoint.normalisation,
            Step::new(rule, checkpoint.optimiser_steps + 1),
            num_images,
            checkpoint.parameters.clone(),
            checkpoint.optimiser_state.clone(),
        )
    }

    /// How far each layer has come since `other`, as a share of what it was then: the L2 norm
    /// of the difference over that of `other`'s weights, biases, gains and shifts.
    ///
    /// # Errors
    /// When that is another network.
    pub fn moved_since(&self, other: &Self) -> Result<Vec<f64>> {
        let (now, then) = (&self.checkpoint.parameters, &other.checkpoint.parameters);
        if now.len() != then.len() {
            let expected = now.len().to_string();
            return Err(Error::data("parameters", then.len().to_string(), expected));
        }
        let layout = Layout::new(&self.checkpoint.network()?);
        let layers = layout.layers.iter().map(|layer| {
            let (now, then) = (&now[layer.range()], &then[layer.range()]);
            let moved = norm(now.iter().zip(then).map(|(now, then)| now - then));
            moved / norm(then.iter().copied())
        });
        Ok(layers.collect())
    }

    fn plan(&self) -> Result<Plan> {
        Ok(Plan::try_from(&self.checkpoint.config)?.for_task(&self.checkpoint.task))
    }
}
