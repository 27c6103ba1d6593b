//! The batches of a run, one after the other: which rows, how distorted, under which
//! dropout mask. All of it follows from the plan, the epoch and the step, so that whoever
//! trains on them sees the same.

use super::augmentation::Augmentation;
use crate::config::{NetworkPlan, Plan};
use crate::data::Dataset;
use crate::nn::Stream;
use crate::nn::batch::Batch;
use crate::nn::dropout::DropoutMask;
use crate::rng::RandomState;

/// What one step is taken on.
pub struct StepBatch<'a> {
    /// Rows of the data set, or distorted copies of them.
    pub batch: Batch<'a>,
    /// Which hidden units and pixels are dropped; none without dropout.
    pub mask: Option<DropoutMask>,
    /// How many images it has.
    pub num_rows: usize,
}

/// The batches of one epoch after the other.
pub struct Batches {
    seed: u32,
    batch_size: usize,
    network: NetworkPlan,
    augmentation: Option<Augmentation>,
    /// The epoch that `order` is of, from 1; 0 before the first.
    epoch: u32,
    /// Training rows in this epoch's order.
    order: Vec<u32>,
}

impl Batches {
    /// Those of a run with this plan, before its first epoch.
    pub fn new(plan: &Plan) -> Self {
        Self {
            seed: plan.seed,
            batch_size: plan.batch_size,
            network: plan.network.clone(),
            augmentation: plan
                .augmentation
                .map(|distortion| Augmentation::new(distortion, plan.seed)),
            epoch: 0,
            order: Vec::new(),
        }
    }

    /// A new order of the rows that are trained on, drawn from a stream of this epoch's
    /// own.
    pub fn begin_epoch(&mut self, epoch: u32, train: &[u32]) {
        let key = [self.seed, Stream::Shuffle as u32, epoch];
        self.epoch = epoch;
        self.order.clear();
        self.order.extend_from_slice(train);
        RandomState::from_key(&key).shuffle(&mut self.order);
    }

    /// Rows of an epoch.
    pub fn num_rows(&self) -> usize {
        self.order.len()
    }

    /// The batch that begins at `first_row` of the epoch's order, the last of it shorter
    /// where the rows come to no more; `step` counts from the run's first.
    pub fn batch(&mut self, dataset: &Dataset, first_row: usize, step: u32) -> StepBatch<'_> {
        let end = (first_row + self.batch_size).min(self.order.len());
        let rows = &self.order[first_row..end];
        let mask = DropoutMask::of(&self.network, self.seed, step);
        let batch = match &mut self.augmentation {
            Some(augmentation) => augmentation.batch(dataset, rows, self.epoch),
            None => Batch::Rows(rows),
        };
        StepBatch {
            batch,
            mask,
            num_rows: rows.len(),
        }
    }
}
