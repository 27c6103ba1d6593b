//! A run under way, and what an ended one came to.

use std::cell::RefCell;
use std::rc::Rc;

use async_lock::Mutex;
use burn::tensor::Device;
use js_sys::{Float32Array, Uint8Array, Uint32Array};
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

use super::Thrown;
use super::dataset::Dataset;
use super::model::summarise_model;
use crate::config::{NetworkPlan, Plan};
use crate::data;
use crate::message::{Event, ModelSummary, RunConfig, RunResult};
use crate::nn::device;
use crate::nn::model_file::{self, StoredModel};
use crate::train::checkpoint::Checkpoint;
use crate::train::trainer;

/// What every run needs before it begins.
pub(super) async fn prepared(
    dataset: &Dataset,
    config: Ts<RunConfig>,
) -> Result<(Plan, Rc<data::Dataset>, Device), Thrown> {
    let dataset = dataset.0.clone();
    let plan = Plan::try_from(&config.to_rust()?)?;
    Ok((plan, dataset, device::open().await?))
}

impl From<trainer::Trainer> for Trainer {
    fn from(inner: trainer::Trainer) -> Self {
        Self {
            validation_rows: inner.split().validation.clone(),
            network: inner.plan().network.clone(),
            task: inner.task().clone(),
            normalisation: inner.normalisation(),
            inner: Mutex::new(inner),
            is_stop_asked: RefCell::new(false),
        }
    }
}

/// A run under way.
#[wasm_bindgen]
pub struct Trainer {
    inner: Mutex<trainer::Trainer>,
    is_stop_asked: RefCell<bool>,
    validation_rows: Vec<u32>,
    network: NetworkPlan,
    task: data::Task,
    normalisation: data::Normalisation,
}

#[wasm_bindgen]
impl Trainer {
    /// Checks the settings, splits the data and draws the weights.
    pub async fn create(dataset: &Dataset, config: Ts<RunConfig>) -> Result<Trainer, Thrown> {
        let (plan, dataset, device) = prepared(dataset, config).await?;
        Ok(trainer::Trainer::new(plan, dataset, &device)?.into())
    }

    /// The same from given flat parameters; `nn/layout.rs` says what is where.
    pub async fn from_weights(
        dataset: &Dataset,
        config: Ts<RunConfig>,
        weights: Vec<f32>,
    ) -> Result<Trainer, Thrown> {
        let (plan, dataset, device) = prepared(dataset, config).await?;
        Ok(trainer::Trainer::from_weights(plan, dataset, weights, &device)?.into())
    }

    /// Goes on from the bytes of [`Self::checkpoint`]: same network, split and
    /// batches, whatever else the settings say.
    pub async fn restore(
        dataset: &Dataset,
        config: Ts<RunConfig>,
        checkpoint: Vec<u8>,
    ) -> Result<Trainer, Thrown> {
        let checkpoint = Checkpoint::from_bytes(&checkpoint)?;
        let (plan, dataset, device) = prepared(dataset, config).await?;
        Ok(trainer::Trainer::restore(plan, dataset, checkpoint, &device)?.into())
    }

    /// The run after its last finished epoch, as bytes that [`Self::restore`] takes.
    pub async fn checkpoint(&self) -> Uint8Array {
        let bytes = self.inner.lock().await.checkpoint().to_bytes();
        Uint8Array::from(bytes.as_slice())
    }

    /// Works for about `budget_ms` and reports what happened, as `Event[]`.
    pub async fn next(&self, budget_ms: f64) -> Result<Vec<Ts<Event>>, Thrown> {
        let mut trainer = self.inner.lock().await;
        if self.is_stop_asked.take() {
            trainer.stop();
        }
        let events: Vec<Event> = trainer.next(budget_ms).await?;
        Ok(events
            .iter()
            .map(Event::into_ts)
            .collect::<Result<_, _>>()?)
    }

    /// Asks the run to end; it still validates the model as it stands.
    pub fn stop(&self) {
        self.is_stop_asked.replace(true);
    }

    /// Class probabilities, `n·num_classes`, of images, `n·side²`, by the model as it
    /// stands.
    pub async fn predict(&self, pixels: Vec<u8>) -> Result<Float32Array, Thrown> {
        let probabilities = self.inner.lock().await.predict(&pixels).await?;
        Ok(Float32Array::from(probabilities.as_slice()))
    }

    /// The flat parameters as they stand; `nn/layout.rs` says what is where.
    pub async fn weights(&self) -> Result<Float32Array, Thrown> {
        let parameters = self.inner.lock().await.parameters().await?;
        Ok(Float32Array::from(parameters.as_slice()))
    }

    /// The model as it stands as a `.safetensors` file that PyTorch reads.
    pub async fn to_safetensors(&self) -> Result<Uint8Array, Thrown> {
        let bytes = model_file::safetensors::write(&self.stored().await?);
        Ok(Uint8Array::from(bytes.as_slice()))
    }

    /// The model as it stands as a burnpack that burn reads.
    pub async fn to_burnpack(&self) -> Result<Uint8Array, Thrown> {
        let bytes = model_file::burnpack::write(&self.stored().await?);
        Ok(Uint8Array::from(bytes.as_slice()))
    }

    /// The model in figures.
    pub fn summary(&self) -> Result<Ts<ModelSummary>, Thrown> {
        let summary = summarise_model(&self.network, &self.task, self.normalisation);
        Ok(summary.into_ts()?)
    }

    async fn stored(&self) -> Result<StoredModel, Thrown> {
        Ok(StoredModel {
            plan: self.network.clone(),
            task: self.task.clone(),
            normalisation: self.normalisation,
            parameters: self.inner.lock().await.parameters().await?,
        })
    }

    /// The held-out rows of the data set, in the order of the split.
    pub fn validation_rows(&self) -> Uint32Array {
        Uint32Array::from(self.validation_rows.as_slice())
    }

    /// A fault for the page's query flag `fault`: the loss is no number from now on.
    pub async fn fault_nan(&self) -> Result<(), Thrown> {
        Ok(self.inner.lock().await.fault_nan().await?)
    }
}

/// The result of a run that was ended by force after its last checkpoint: that of the
/// last finished epoch. `backend` is where it ran, `num_validation` how many images
/// its data set holds out.
#[wasm_bindgen]
pub fn stopped_result(
    checkpoint: &[u8],
    backend: &str,
    num_validation: u32,
) -> Result<Ts<RunResult>, Thrown> {
    let checkpoint = Checkpoint::from_bytes(checkpoint)?;
    Ok(checkpoint
        .stopped_result(backend, num_validation)?
        .into_ts()?)
}
