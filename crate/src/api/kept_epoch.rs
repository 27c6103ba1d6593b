//! A run looked back at: its network as it stood after an epoch, how healthy its layers were
//! then, and which images a network takes for most like one. On no device.

use std::rc::Rc;

use js_sys::{Float64Array, Uint32Array};
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

use super::Thrown;
use super::inside::{Inside, whole_images};
use crate::error::Error;
use crate::message::{MeasuredLayer, TaskSummary};
use crate::nn::inspect::Snapshot;
use crate::nn::nearest;
use crate::train::{health, kept_epoch};

/// A run as it stood after one of its epochs, or at its start.
#[wasm_bindgen]
pub struct KeptEpoch(kept_epoch::KeptEpoch);

#[wasm_bindgen]
impl KeptEpoch {
    /// Takes a checkpoint.
    #[wasm_bindgen(constructor)]
    pub fn new(bytes: &[u8]) -> Result<KeptEpoch, Thrown> {
        Ok(Self(kept_epoch::KeptEpoch::from_bytes(bytes)?))
    }

    /// The start of its run: the weights that it drew.
    pub fn start(&self) -> Result<KeptEpoch, Thrown> {
        Ok(Self(self.0.start()?))
    }

    /// The same settings with other flat parameters, of which no step has been taken.
    pub fn with_parameters(&self, parameters: Vec<f32>) -> KeptEpoch {
        Self(self.0.with_parameters(parameters))
    }

    /// What its network was trained to tell apart.
    pub fn task(&self) -> Result<Ts<TaskSummary>, Thrown> {
        Ok(TaskSummary::from(self.0.task()).into_ts()?)
    }

    /// The network, to look into.
    pub fn inside(&self) -> Result<Inside, Thrown> {
        Ok(self.0.snapshot()?.into())
    }

    /// Begins to measure its layers on `num_images` images.
    pub fn health(&self, num_images: usize) -> Result<Health, Thrown> {
        Ok(Health(Some(self.0.health(num_images)?)))
    }

    /// How far each layer has come since `other`, as a share of what it was then.
    pub fn moved_since(&self, other: &KeptEpoch) -> Result<Float64Array, Thrown> {
        let shares = self.0.moved_since(&other.0)?;
        Ok(Float64Array::from(shares.as_slice()))
    }
}

/// Layers that are being measured.
#[wasm_bindgen]
pub struct Health(Option<health::Health>);

#[wasm_bindgen]
impl Health {
    /// Takes in the next images, `side²` bytes each, with their labels.
    pub fn take(&mut self, images: &[u8], labels: &[u8]) -> Result<(), Thrown> {
        let health = self.0.as_mut().ok_or_else(is_over)?;
        Ok(health.take(images, labels)?)
    }

    /// The figures as `MeasuredLayer[]`, the first layer first, once all images are in.
    pub fn finish(&mut self) -> Result<Vec<Ts<MeasuredLayer>>, Thrown> {
        let layers = self.0.take().ok_or_else(is_over)?.finish()?;
        let layers = layers.iter().map(|layer| layer.into_ts());
        Ok(layers.collect::<Result<_, _>>()?)
    }
}

fn is_over() -> Error {
    Error::State("these layers have been measured".into())
}

/// The images that a network takes for most like one.
#[wasm_bindgen]
pub struct Nearest {
    pub(super) snapshot: Rc<Snapshot>,
    pub(super) inner: nearest::Nearest,
}

#[wasm_bindgen]
impl Nearest {
    /// Takes in the images, `side²` bytes each, of as many `rows`.
    pub fn take(&mut self, rows: &[u32], images: &[u8]) -> Result<(), Thrown> {
        for (&row, image) in rows.iter().zip(whole_images(&self.snapshot, rows, images)?) {
            self.inner.take(row, &self.snapshot, image)?;
        }
        Ok(())
    }

    /// Rows of the nearest, the nearest first.
    pub fn rows(&self) -> Uint32Array {
        let rows: Vec<u32> = self.inner.kept().iter().map(|&(row, _)| row).collect();
        Uint32Array::from(rows.as_slice())
    }

    /// How far they are.
    pub fn distances(&self) -> Float64Array {
        let kept = self.inner.kept().iter();
        Float64Array::from(kept.map(|&(_, far)| far).collect::<Vec<f64>>().as_slice())
    }
}
