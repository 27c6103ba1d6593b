//! A model from a file or a checkpoint, and what it is right about.

use std::rc::Rc;

use async_lock::Mutex;
use js_sys::{Float32Array, Uint8Array};
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

use super::Thrown;
use crate::config::NetworkPlan;
use crate::data;
use crate::message::{Evaluation, LayerSummary, ModelSummary, StepKind, TaskSummary};
use crate::nn::model_file::{self, StoredModel};
use crate::nn::network::Network;
use crate::nn::{device, layout::Layout};
use crate::train::checkpoint::Checkpoint;
use crate::train::evaluation;

/// A model that came from a file: it reads, and does not learn.
#[wasm_bindgen]
pub struct Model {
    stored: StoredModel,
    network: Mutex<Network>,
}

#[wasm_bindgen]
impl Model {
    /// Reads a `.safetensors` file or a burnpack, whichever it is; `name` is for
    /// messages.
    pub async fn from_file(name: String, bytes: Vec<u8>) -> Result<Model, Thrown> {
        let stored = model_file::read(&name, &bytes)?;
        drop(bytes);
        Self::from_stored(stored).await
    }

    /// The model of a checkpoint.
    pub async fn from_checkpoint(bytes: Vec<u8>) -> Result<Model, Thrown> {
        let checkpoint = Checkpoint::from_bytes(&bytes)?;
        let stored = StoredModel {
            plan: checkpoint.network()?,
            parameters: checkpoint.model().to_vec(),
            task: checkpoint.task,
            normalisation: checkpoint.normalisation,
        };
        Self::from_stored(stored).await
    }

    async fn from_stored(stored: StoredModel) -> Result<Model, Thrown> {
        let device = device::open().await?;
        // A network holds a data set to learn from; this one never will.
        let (task, image) = (stored.task.clone(), vec![0; stored.plan.num_pixels]);
        let blank = data::Dataset::from_parts("blank", task, image, vec![0])?;
        let network = Network::new(
            Layout::new(&stored.plan),
            stored.normalisation,
            &stored.parameters,
            Rc::new(blank),
            StepKind::Fused,
            &device,
        );
        Ok(Self {
            stored,
            network: Mutex::new(network),
        })
    }

    /// The same model as a `.safetensors` file, as this version writes it.
    pub fn to_safetensors(&self) -> Uint8Array {
        Uint8Array::from(model_file::safetensors::write(&self.stored).as_slice())
    }

    /// The same model as a burnpack.
    pub fn to_burnpack(&self) -> Uint8Array {
        Uint8Array::from(model_file::burnpack::write(&self.stored).as_slice())
    }

    /// The model in figures.
    pub fn summary(&self) -> Result<Ts<ModelSummary>, Thrown> {
        let StoredModel {
            plan,
            task,
            normalisation,
            ..
        } = &self.stored;
        Ok(summarise_model(plan, task, *normalisation).into_ts()?)
    }

    /// Class probabilities, `n·num_classes`, of images, `n·side²`.
    pub async fn predict(&self, pixels: Vec<u8>) -> Result<Float32Array, Thrown> {
        let probabilities = self.network.lock().await.predict(&pixels).await?;
        Ok(Float32Array::from(probabilities.as_slice()))
    }

    /// The flat parameters; `nn/layout.rs` says what is where.
    pub fn weights(&self) -> Float32Array {
        Float32Array::from(self.stored.parameters.as_slice())
    }
}

/// The figures of a model's probabilities, `n·num_classes`, against `n` labels.
#[wasm_bindgen]
pub fn evaluate(
    probabilities: &[f32],
    labels: &[u8],
    num_classes: usize,
) -> Result<Ts<Evaluation>, Thrown> {
    Ok(evaluation::evaluate(probabilities, labels, num_classes)?.into_ts()?)
}

pub(super) fn summarise_layers(layout: &Layout) -> Vec<LayerSummary> {
    let layers = layout.layers.iter().map(|layer| LayerSummary {
        num_inputs: layer.num_inputs as u32,
        num_outputs: layer.num_outputs as u32,
        num_parameters: layer.range().len() as u32,
    });
    layers.collect()
}

pub(super) fn summarise_model(
    plan: &NetworkPlan,
    task: &data::Task,
    normalisation: data::Normalisation,
) -> ModelSummary {
    let layout = Layout::new(plan);
    let task = task.clone().with_normalisation(normalisation);
    ModelSummary {
        layers: summarise_layers(&layout),
        num_parameters: layout.num_parameters as u32,
        dropout: f64::from(plan.dropout),
        activation: plan.activation,
        layer_norm: plan.layer_norm,
        task: TaskSummary::from(&task),
        pixel_mean: f64::from(normalisation.mean),
        pixel_std: f64::from(normalisation.deviation),
    }
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::super::tests::fields;
    use super::*;

    #[wasm_bindgen_test]
    async fn an_asynchronous_fault_is_thrown_alike() {
        let thrown = Model::from_file("a.safetensors".into(), vec![1, 2, 3]).await;
        let [message, place, found, expected] = fields(thrown.err().expect("no model"));
        let (place, found, expected) = (place.unwrap(), found.unwrap(), expected.unwrap());
        assert_eq!(
            message,
            Some(format!("{place}: found {found}, expected {expected}"))
        );
    }
}
