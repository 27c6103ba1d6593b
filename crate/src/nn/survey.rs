//! Which images make each unit of a network fire most, and on how many it is silent.

use super::inspect::{LayerReading, is_silent};
use super::layout::Layout;
use crate::message::Activation;

/// What was seen of many images.
#[derive(Debug, Clone)]
pub struct Survey {
    activation: Activation,
    num_kept: usize,
    num_images: u32,
    /// Of every unit, the first layer's first: rows and activations, the strongest first.
    strongest: Vec<Vec<(u32, f32)>>,
    num_silent: Vec<u32>,
}

impl Survey {
    /// Of no image yet. Keeps the `num_kept` strongest of each unit.
    pub fn new(layout: &Layout, num_kept: usize) -> Self {
        let num_units = layout.layers.iter().map(|layer| layer.num_outputs).sum();
        Self {
            activation: layout.activation,
            num_kept,
            num_images: 0,
            strongest: vec![Vec::with_capacity(num_kept + 1); num_units],
            num_silent: vec![0; num_units],
        }
    }

    /// Takes in what the layers made of the image of `row`.
    pub fn take(&mut self, row: u32, readings: &[LayerReading]) {
        self.num_images += 1;
        let activations = readings.iter().flat_map(|layer| &layer.activations);
        for (unit, &activation) in activations.enumerate() {
            if is_silent(self.activation, activation) {
                self.num_silent[unit] += 1;
                continue;
            }
            let kept = &mut self.strongest[unit];
            let place = kept.partition_point(|&(_, other)| other >= activation);
            if place < self.num_kept {
                kept.insert(place, (row, activation));
                kept.truncate(self.num_kept);
            }
        }
    }

    /// Images so far.
    pub fn num_images(&self) -> u32 {
        self.num_images
    }

    /// On how many of them each unit was silent, `[num_units]`.
    pub fn num_silent(&self) -> &[u32] {
        &self.num_silent
    }

    /// Rows and activations of each unit's strongest images, fewer where it was silent on
    /// the others, `[num_units]`.
    pub fn strongest(&self) -> &[Vec<(u32, f32)>] {
        &self.strongest
    }
}
