//! A model looked into: what its units make of an image, and of many, and what one step does
//! to its weights. Computed from flat parameters on no device, so that it is not in the
//! engines, which each visitor downloads.

use std::cell::{Ref, RefCell};
use std::rc::Rc;

use js_sys::{Float32Array, Float64Array, Uint32Array};
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

use super::Thrown;
use super::kept_epoch::Nearest;
use crate::config::{NetworkPlan, Plan};
use crate::data::Normalisation;
use crate::error::Error;
use crate::message::{Activation, RunConfig, StepLayer, UnitLink, UnitNorm, UnitPower};
use crate::message::{UnitPowers, UnitSoftmax, UnitSum, UnitTerm};
use crate::nn::inspect::{LayerReading, Snapshot, Term};
use crate::nn::layout::Layout;
use crate::nn::softmax::Powers;
use crate::nn::{nearest, survey};
use crate::train::one_batch;

/// Powers of e that stand by themselves beneath a class's probability.
const NUM_POWERS: usize = 3;

/// A model as it stood at one moment, whichever engine trained it.
#[wasm_bindgen]
pub struct Inside {
    snapshot: Rc<Snapshot>,
    /// The image that was looked at last, and what the layers made of it: one is asked
    /// about in several ways.
    last: RefCell<(Vec<u8>, Vec<LayerReading>)>,
}

impl From<Snapshot> for Inside {
    fn from(snapshot: Snapshot) -> Self {
        Self {
            snapshot: Rc::new(snapshot),
            last: RefCell::default(),
        }
    }
}

impl Inside {
    fn readings(&self, image: &[u8]) -> crate::error::Result<Ref<'_, [LayerReading]>> {
        if self.last.borrow().0 != image {
            let readings = self.snapshot.forward(image)?;
            self.last.replace((image.to_vec(), readings));
        }
        Ok(Ref::map(self.last.borrow(), |(_, readings)| {
            readings.as_slice()
        }))
    }
}

#[wasm_bindgen]
impl Inside {
    /// A network of `widths`, from its pixels to its classes, of an activation, with layer
    /// normalisation or without, whose pixels are normalised by `mean` and `deviation`, and its flat
    /// parameters; `nn/layout.rs` says what is where.
    #[wasm_bindgen(constructor)]
    pub fn new(
        widths: &[u32],
        activation: Ts<Activation>,
        layer_norm: bool,
        mean: f32,
        deviation: f32,
        parameters: Vec<f32>,
    ) -> Result<Inside, Thrown> {
        let plan = NetworkPlan {
            activation: activation.to_rust()?,
            layer_norm,
            ..network_of(widths)?
        };
        let normalisation = Normalisation::new(mean, deviation)?;
        let snapshot = Snapshot::new(Layout::new(&plan), normalisation, parameters)?;
        Ok(snapshot.into())
    }

    /// The activation of its hidden units.
    pub fn activation(&self) -> Result<Ts<Activation>, Thrown> {
        Ok(self.snapshot.layout().activation.into_ts()?)
    }

    /// Widths of the pixels and of every layer, the last one's classes included.
    pub fn widths(&self) -> Uint32Array {
        let layout = self.snapshot.layout();
        let outputs = layout.layers.iter().map(|layer| layer.num_outputs as u32);
        let widths: Vec<u32> = [layout.num_pixels() as u32]
            .into_iter()
            .chain(outputs)
            .collect();
        Uint32Array::from(widths.as_slice())
    }

    /// The cross-entropy (nats) of each image, `side²` bytes, under its label, dropout off.
    pub fn losses(&self, images: &[u8], labels: &[u8]) -> Result<Float64Array, Thrown> {
        let losses = self.snapshot.losses(images, labels)?;
        Ok(Float64Array::from(losses.as_slice()))
    }

    /// The activations of every unit for an image, `side²` bytes, one layer after the
    /// other; of the last layer its probabilities.
    pub fn activations(&self, image: &[u8]) -> Result<Float32Array, Thrown> {
        let readings = self.readings(image)?;
        let all = readings.iter().flat_map(|layer| &layer.activations);
        let all: Vec<f32> = all.copied().collect();
        Ok(Float32Array::from(all.as_slice()))
    }

    /// The strongest connections to the class that is read, as `UnitLink[]`: of its
    /// `num_paths` strongest units, each followed back along its own strongest one.
    pub fn paths(&self, image: &[u8], num_paths: usize) -> Result<Vec<Ts<UnitLink>>, Thrown> {
        let readings = self.readings(image)?;
        let links = self.snapshot.paths(&readings, num_paths);
        let links = links.iter().map(|link| UnitLink {
            layer: link.layer as u32,
            to: link.to as u32,
            from: link.from as u32,
            product: link.product,
        });
        Ok(links.map(|link| link.into_ts()).collect::<Result<_, _>>()?)
    }

    /// The weights by which a unit takes its inputs; layers and units count from 0.
    pub fn unit_weights(&self, layer: usize, unit: usize) -> Result<Float32Array, Thrown> {
        Ok(Float32Array::from(
            self.snapshot.weights_of(layer, unit)?.as_slice(),
        ))
    }

    /// How a unit comes to its activation for an image, with its `num_terms` greatest
    /// products.
    pub fn unit_sum(
        &self,
        layer: usize,
        unit: usize,
        image: &[u8],
        num_terms: usize,
    ) -> Result<Ts<UnitSum>, Thrown> {
        let snapshot = &self.snapshot;
        let readings = self.readings(image)?;
        let terms = snapshot.terms(layer, unit, image, &readings)?;
        let (bias, norm) = snapshot.bias_of(layer, unit)?;
        let reading = &readings[layer];
        let norm = norm.zip(reading.norm);
        let (shown, others) = terms.split_at(num_terms.min(terms.len()));
        let sum = UnitSum {
            terms: shown.iter().map(crossing_term).collect(),
            num_terms: terms.len() as u32,
            rest: others.iter().map(Term::product).sum(),
            bias,
            linear: reading.linear[unit],
            norm: norm.map(|((gain, shift), (mean, deviation))| UnitNorm {
                mean,
                deviation,
                gain,
                shift,
            }),
            sum: reading.sums[unit],
            activation: reading.activations[unit],
            softmax: (layer + 1 == readings.len()).then(|| UnitSoftmax {
                num_classes: reading.sums.len() as u32,
                powers: Powers::of(&reading.sums, unit, NUM_POWERS).map(crossing_powers),
            }),
        };
        Ok(sum.into_ts()?)
    }

    /// Probabilities of images, `side²` bytes each, one a class for each.
    pub fn predict(&self, images: &[u8]) -> Result<Float32Array, Thrown> {
        let mut probabilities = vec![];
        for image in images.chunks(self.snapshot.layout().num_pixels()) {
            let last = self.snapshot.forward(image)?.pop();
            probabilities.extend(last.into_iter().flat_map(|layer| layer.activations));
        }
        Ok(Float32Array::from(probabilities.as_slice()))
    }

    /// Normalised pixel × gradient of a class's sum by it, a number a pixel.
    pub fn saliency(&self, image: &[u8], class: usize) -> Result<Float32Array, Thrown> {
        let saliency = self.snapshot.saliency(image, class)?;
        Ok(Float32Array::from(saliency.as_slice()))
    }

    /// Begins to look for the `num_kept` images that its last hidden layer takes for most
    /// like `image`.
    pub fn nearest(&self, image: &[u8], num_kept: usize) -> Result<Nearest, Thrown> {
        Ok(Nearest {
            snapshot: self.snapshot.clone(),
            inner: nearest::Nearest::new(&self.snapshot, image, num_kept)?,
        })
    }

    /// Begins to look at many images; `num_kept` of each unit's strongest are kept.
    pub fn survey(&self, num_kept: usize) -> Survey {
        Survey {
            snapshot: self.snapshot.clone(),
            inner: survey::Survey::new(self.snapshot.layout(), num_kept),
            num_kept,
        }
    }
}

/// The images one by one, of as many rows.
pub(super) fn whole_images<'a>(
    snapshot: &Snapshot,
    rows: &[u32],
    images: &'a [u8],
) -> crate::error::Result<impl Iterator<Item = &'a [u8]>> {
    let num_pixels = snapshot.layout().num_pixels();
    if images.len() != rows.len() * num_pixels {
        let found = format!("{} bytes", images.len());
        let expected = format!("{num_pixels} for each of {} rows", rows.len());
        return Err(Error::data("images", found, expected));
    }
    Ok(images.chunks_exact(num_pixels))
}

fn crossing_powers(powers: Powers) -> UnitPowers {
    let greatest = powers.greatest.iter();
    UnitPowers {
        own: powers.own,
        greatest: greatest
            .map(|&(exponent, power)| UnitPower { exponent, power })
            .collect(),
        others: powers.others,
    }
}

fn crossing_term(term: &Term) -> UnitTerm {
    UnitTerm {
        input: term.input as u32,
        weight: term.weight,
        value: term.value,
        product: term.product(),
    }
}

/// Which images make each unit fire most, and on how many it is silent. Units stand one
/// layer after the other.
#[wasm_bindgen]
pub struct Survey {
    snapshot: Rc<Snapshot>,
    inner: survey::Survey,
    num_kept: usize,
}

#[wasm_bindgen]
impl Survey {
    /// Takes in the images, `side²` bytes each, of as many `rows`.
    pub fn take(&mut self, rows: &[u32], images: &[u8]) -> Result<(), Thrown> {
        for (&row, image) in rows.iter().zip(whole_images(&self.snapshot, rows, images)?) {
            self.inner.take(row, &self.snapshot.forward(image)?);
        }
        Ok(())
    }

    /// On how many images each unit was silent.
    pub fn num_silent(&self) -> Uint32Array {
        Uint32Array::from(self.inner.num_silent())
    }

    /// Rows of each unit's strongest images, `num_kept` a unit; [`NO_ROW`] where it was
    /// silent on all others.
    ///
    /// [`NO_ROW`]: u32::MAX
    pub fn rows(&self) -> Uint32Array {
        let rows = self
            .slots()
            .map(|slot| slot.map_or(u32::MAX, |(row, _)| row));
        Uint32Array::from(rows.collect::<Vec<u32>>().as_slice())
    }

    /// The activations there, as the rows stand.
    pub fn activations(&self) -> Float32Array {
        let values = self
            .slots()
            .map(|slot| slot.map_or(0.0, |(_, value)| value));
        Float32Array::from(values.collect::<Vec<f32>>().as_slice())
    }

    fn slots(&self) -> impl Iterator<Item = Option<(u32, f32)>> {
        let units = self.inner.strongest().iter();
        units.flat_map(|kept| (0..self.num_kept).map(|place| kept.get(place).copied()))
    }
}

/// A step of a run that is being looked at, on no device.
#[wasm_bindgen]
pub struct OneBatch(Option<one_batch::OneBatch>);

#[wasm_bindgen]
impl OneBatch {
    /// Step `step`, from 0, of a run with these settings and `steps_per_epoch`, whose network
    /// begins with `num_pixels` and ends with `num_classes`. It starts from
    /// `parameters`, or from those that such a run draws.
    #[wasm_bindgen(constructor)]
    // What a step is made of, one by one: they come from four places of the page.
    #[allow(clippy::too_many_arguments)]
    pub fn new(
        config: Ts<RunConfig>,
        num_pixels: usize,
        num_classes: usize,
        mean: f32,
        deviation: f32,
        step: u32,
        steps_per_epoch: u32,
        num_images: usize,
        parameters: Option<Vec<f32>>,
        state: Vec<f32>,
    ) -> Result<OneBatch, Thrown> {
        let mut plan = Plan::try_from(&config.to_rust()?)?;
        plan.network.num_pixels = num_pixels;
        plan.network.num_classes = num_classes;
        let normalisation = Normalisation::new(mean, deviation)?;
        let place = (step, steps_per_epoch);
        let one =
            one_batch::OneBatch::new(&plan, normalisation, place, num_images, parameters, state)?;
        Ok(Self(Some(one)))
    }

    /// What it starts from, to look into.
    pub fn before(&self) -> Result<Inside, Thrown> {
        Ok(self.under_way()?.snapshot().clone().into())
    }

    /// Takes in the batch's next images, `side²` bytes each, with their labels.
    pub fn take(&mut self, images: &[u8], labels: &[u8]) -> Result<(), Thrown> {
        let one = self.0.as_mut().ok_or_else(is_over)?;
        Ok(one.take(images, labels)?)
    }

    /// Takes the step, once all images are in: what it did to each layer, the first one first.
    pub fn finish(&mut self) -> Result<Stepped, Thrown> {
        let one = self.0.take().ok_or_else(is_over)?;
        Ok(Stepped(one.finish()?))
    }
}

impl OneBatch {
    fn under_way(&self) -> Result<&one_batch::OneBatch, Thrown> {
        Ok(self.0.as_ref().ok_or_else(is_over)?)
    }
}

fn is_over() -> Error {
    Error::State("this step has been taken".into())
}

/// A step that has been taken.
#[wasm_bindgen]
pub struct Stepped(one_batch::Stepped);

#[wasm_bindgen]
impl Stepped {
    /// What it did to each layer, as `StepLayer[]`, the first one first.
    pub fn layers(&self) -> Result<Vec<Ts<StepLayer>>, Thrown> {
        let layers = self.0.layers.iter().map(|layer| layer.into_ts());
        Ok(layers.collect::<Result<_, _>>()?)
    }

    /// The flat parameters after it.
    pub fn parameters(&self) -> Float32Array {
        Float32Array::from(self.0.parameters.as_slice())
    }

    /// What the optimiser keeps for the step after it.
    pub fn state(&self) -> Float32Array {
        Float32Array::from(self.0.state.as_slice())
    }
}

fn network_of(widths: &[u32]) -> crate::error::Result<NetworkPlan> {
    let widths: Vec<usize> = widths.iter().map(|&width| width as usize).collect();
    let [num_pixels, hidden @ .., num_classes] = widths.as_slice() else {
        let found = format!("{} widths", widths.len());
        return Err(Error::data("network", found, "two or more"));
    };
    Ok(NetworkPlan {
        num_pixels: *num_pixels,
        num_classes: *num_classes,
        hidden: hidden.to_vec(),
        ..NetworkPlan::default()
    })
}
