//! A model from a file or a checkpoint, or a committee of several, and what it is right about.

use async_lock::Mutex;
use js_sys::{Float32Array, Uint8Array};
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

use super::Thrown;
use crate::config::NetworkPlan;
use crate::data;
use crate::message::{
    Activation, Evaluation, LayerSummary, MemberOrigin, MemberSummary, ModelSummary, TaskSummary,
};
use crate::nn::committee::{Committee, Member, Networks};
use crate::nn::model_file::{self, StoredModel};
use crate::nn::{device, layout::Layout, weights};
use crate::train::checkpoint::Checkpoint;
use crate::train::evaluation;

/// A model that came from a file, one network or several: it reads, and does not learn.
#[wasm_bindgen]
pub struct Model {
    committee: Committee,
    /// Asked for with each drawing; the checksums in it take a look at every weight.
    summary: ModelSummary,
    networks: Mutex<Networks>,
}

#[wasm_bindgen]
impl Model {
    /// Reads a `.safetensors` file or a burnpack, whichever it is; `name` is for
    /// messages.
    pub async fn from_file(name: String, bytes: Vec<u8>) -> Result<Model, Thrown> {
        let committee = model_file::read(&name, &bytes)?;
        drop(bytes);
        Self::of(committee).await
    }

    /// The model of a checkpoint.
    pub async fn from_checkpoint(bytes: Vec<u8>) -> Result<Model, Thrown> {
        Self::of(model_of_checkpoint(&bytes)?.into()).await
    }

    async fn of(committee: Committee) -> Result<Model, Thrown> {
        let device = device::open().await?;
        let networks = Mutex::new(Networks::new(&committee, &device)?);
        let summary = match committee.alone() {
            Some(model) => summarise_stored(model),
            None => summarise_committee(&committee),
        };
        Ok(Self {
            committee,
            summary,
            networks,
        })
    }

    /// The same model as a `.safetensors` file, as this version writes it.
    pub fn to_safetensors(&self) -> Uint8Array {
        let bytes = model_file::safetensors::write_committee(&self.committee);
        Uint8Array::from(bytes.as_slice())
    }

    /// The same model as a burnpack.
    pub fn to_burnpack(&self) -> Uint8Array {
        let bytes = model_file::burnpack::write_committee(&self.committee);
        Uint8Array::from(bytes.as_slice())
    }

    /// The model in figures.
    pub fn summary(&self) -> Result<Ts<ModelSummary>, Thrown> {
        Ok(self.summary.into_ts()?)
    }

    /// Class probabilities, `n·num_classes`, of images, `n·side²`.
    pub async fn predict(&self, pixels: Vec<u8>) -> Result<Float32Array, Thrown> {
        let probabilities = self.networks.lock().await.predict(&pixels).await?;
        Ok(Float32Array::from(probabilities.as_slice()))
    }

    /// The flat parameters, a member's after the other's; `nn/layout.rs` says what is where.
    pub fn weights(&self) -> Float32Array {
        let members = self.committee.members().iter();
        let all: Vec<_> = members.map(|one| &one.model.parameters[..]).collect();
        Float32Array::from(all.concat().as_slice())
    }
}

/// Networks that are to become a committee.
#[wasm_bindgen]
#[derive(Default)]
pub struct CommitteeDraft(Vec<Member>);

#[wasm_bindgen]
impl CommitteeDraft {
    /// Of none yet.
    #[wasm_bindgen(constructor)]
    pub fn new() -> CommitteeDraft {
        Self::default()
    }

    /// Puts the network of a model's file after the others.
    pub fn add_file(&mut self, bytes: &[u8], origin: Ts<MemberOrigin>) -> Result<(), Thrown> {
        let origin = origin.to_rust()?;
        for member in model_file::read(&origin.name, bytes)?.members() {
            self.put(member.model.clone(), &origin);
        }
        Ok(())
    }

    /// Puts the model of a checkpoint after the others.
    pub fn add_checkpoint(&mut self, bytes: &[u8], origin: Ts<MemberOrigin>) -> Result<(), Thrown> {
        self.put(model_of_checkpoint(bytes)?, &origin.to_rust()?);
        Ok(())
    }

    fn put(&mut self, model: StoredModel, origin: &MemberOrigin) {
        let origin = Some(origin.clone());
        self.0.push(Member { model, origin });
    }

    /// All of them as one `.safetensors` file, or why they do not fit together.
    pub fn finish(self) -> Result<Uint8Array, Thrown> {
        let bytes = model_file::safetensors::write_committee(&Committee::new(self.0)?);
        Ok(Uint8Array::from(bytes.as_slice()))
    }
}

fn model_of_checkpoint(bytes: &[u8]) -> Result<StoredModel, Thrown> {
    let checkpoint = Checkpoint::from_bytes(bytes)?;
    Ok(StoredModel {
        plan: checkpoint.network()?,
        parameters: checkpoint.model().to_vec(),
        task: checkpoint.task,
        normalisation: checkpoint.normalisation,
    })
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

fn summarise_stored(model: &StoredModel) -> ModelSummary {
    summarise_model(&model.plan, &model.task, model.normalisation)
}

fn summarise_committee(committee: &Committee) -> ModelSummary {
    let members = committee.members().iter().map(|member| MemberSummary {
        model: summarise_stored(&member.model),
        weights_checksum: weights::checksum(&member.model.parameters),
        origin: member.origin.clone(),
    });
    let members: Vec<_> = members.collect();
    ModelSummary {
        layers: vec![],
        num_parameters: members.iter().map(|one| one.model.num_parameters).sum(),
        dropout: 0.0,
        activation: Activation::default(),
        layer_norm: false,
        task: TaskSummary {
            normalisation: None,
            ..TaskSummary::from(committee.task())
        },
        pixel_mean: 0.0,
        pixel_std: 1.0,
        members,
    }
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
        members: vec![],
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
