//! Runs to their end, on a thread of their own, and models that read.

use std::rc::Rc;

use super::fault::{Fault, Result};
use crate::config::Plan;
use crate::data::Dataset;
use crate::message::{BackendChoice, Event, RunConfig, RunResult};
use crate::nn::committee::{Committee, Networks};
use crate::nn::device::{self, BACKEND};
use crate::nn::model_file::StoredModel;
use crate::train::trainer::Trainer;

/// Milliseconds of work between two reports.
const SLICE_MS: f64 = 100.0;
/// Images read at a time.
const MOST_READ: usize = 1000;

/// A run that is over.
pub(super) struct Trained {
    pub(super) result: RunResult,
    pub(super) model: StoredModel,
}

/// The settings on this program's backend, or why it has not the one that they ask for.
pub(super) fn settled(config: &RunConfig) -> Result<RunConfig> {
    let (own, other) = match BACKEND {
        "webgpu" => (BackendChoice::Webgpu, BackendChoice::Ndarray),
        _ => (BackendChoice::Ndarray, BackendChoice::Webgpu),
    };
    if config.backend == other {
        let expected = format!(
            "{BACKEND}, which this program was built for; \
             cargo install --no-default-features --features cli,webgpu builds the other"
        );
        return Err(Fault::found("backend", "another one", &expected));
    }
    Ok(RunConfig {
        backend: own,
        ..config.clone()
    })
}

/// Trains to the end. `on_event` hears of progress and epochs.
///
/// # Errors
/// For settings or data that cannot be trained with.
pub(super) fn train(
    dataset: &Dataset,
    config: &RunConfig,
    on_event: impl FnMut(&Event),
) -> Result<Trained> {
    train_epochs(dataset, config, None, on_event)
}

/// The same, and stops once so many epochs are over, where that is before the end.
pub(super) fn train_epochs(
    dataset: &Dataset,
    config: &RunConfig,
    most: Option<u32>,
    mut on_event: impl FnMut(&Event),
) -> Result<Trained> {
    pollster::block_on(async {
        let device = device::open().await?;
        let plan = Plan::try_from(config)?;
        let mut trainer = Trainer::new(plan, Rc::new(dataset.clone()), &device)?;
        loop {
            for event in trainer.next(SLICE_MS).await? {
                on_event(&event);
                if let Event::Epoch(epoch) = &event
                    && most == Some(epoch.epoch)
                {
                    trainer.stop();
                }
                let Event::Ended(result) = event else {
                    continue;
                };
                let model = StoredModel {
                    plan: trainer.plan().network.clone(),
                    task: trainer.task().clone(),
                    normalisation: trainer.normalisation(),
                    parameters: trainer.parameters().await?,
                };
                return Ok(Trained { result, model });
            }
        }
    })
}

/// Class probabilities, `n·num_classes`, of all images of a set.
///
/// # Errors
/// When the model is for pictures of another size.
pub(super) fn probabilities(committee: &Committee, set: &Dataset) -> Result<Vec<f32>> {
    let task = committee.task();
    let (found, expected) = (set.task().side(), task.side());
    if found != expected {
        let found = format!("pictures of {found} by {found}");
        return Err(Fault::found(
            set.name(),
            &found,
            &format!("{expected} by {expected}"),
        ));
    }
    pollster::block_on(async {
        let device = device::open().await?;
        let mut networks = Networks::new(committee, &device)?;
        let mut all = Vec::with_capacity(set.num_rows() * task.num_classes());
        for images in set.pixels().chunks(MOST_READ * task.num_pixels()) {
            all.extend(networks.predict(images).await?);
        }
        Ok(all)
    })
}
