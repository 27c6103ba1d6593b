//! How healthy each layer of a network is, on one batch of images: how large its weights, its
//! gradient and the next update are, how much of it is silent, and how its activations lie.
//! `tests/inside.rs` holds the figures to PyTorch's.

use std::ops::Range;

use super::one_batch::{OneBatch, Stepped};
use crate::config::Plan;
use crate::data::{Dataset, Normalisation};
use crate::error::Result;
use crate::message::{HealthLimits, Histogram, LayerHealth, MeasuredLayer, RunHealth};
use crate::nn::inspect::is_silent;
use crate::nn::layout::Layer;
use crate::nn::optimiser::Step;

/// The rules by which figures become sentences, on the page and in a study. A step of a
/// thousandth of the weights is what is usually advised (Karpathy, "Neural networks part 3",
/// CS231n, "Ratio of weights:updates"); the others are ours, a decade or more from what
/// networks that learn show.
pub const LIMITS: HealthLimits = HealthLimits {
    usual_update: 1e-3,
    far_from_usual: 30.0,
    mostly_silent: 0.6,
    dead: 0.95,
    vanishing: 0.01,
    exploding: 100.0,
};

/// Images that a run's layers are measured on at its end.
const MOST_IMAGES: usize = 128;
/// Fewer say little of how many units are silent.
const FEWEST_IMAGES: usize = 16;
/// Parameters times images that may be passed over in one go, about 0.1 s.
const MOST_WORK: usize = 40_000_000;
/// Of the images that a run trained on, one of so many may be measured once more: done
/// plainly an image takes about fifteen times its share of a training step (0.3 ms against
/// 0.02 ms of the default network in a tab), so 3 % of a run.
const TRAINED_PER_MEASURED: u64 = 500;

/// How many images may be measured beside a run that trained on `num_trained`; none where
/// they would be too few.
pub(super) fn images_beside(num_trained: u64, num_parameters: usize) -> Option<usize> {
    let by_run = usize::try_from(num_trained / TRAINED_PER_MEASURED).unwrap_or(usize::MAX);
    let most = MOST_IMAGES
        .min(by_run)
        .min(MOST_WORK / num_parameters.max(1));
    (most >= FEWEST_IMAGES).then_some(most)
}

/// Whether all of it can be written down.
pub(super) fn is_finite(health: &RunHealth) -> bool {
    health.layers.iter().all(|layer| {
        [
            layer.weight_norm,
            layer.gradient_norm,
            layer.update_share,
            layer.activation_mean,
            layer.activation_deviation,
        ]
        .iter()
        .all(|figure| figure.is_finite())
    })
}

/// What is being measured: its images are taken in one after the other.
pub struct Health {
    one: OneBatch,
    /// The first layer first.
    layers: Vec<Seen>,
}

/// What was seen of a layer.
#[derive(Default)]
struct Seen {
    /// Whether each unit has been silent so far; of the last layer none is told.
    silent: Vec<bool>,
    /// Its activations, image by image; of the last layer its sums.
    values: Vec<f32>,
}

impl Seen {
    /// Mean of the values and their deviation about it.
    fn moments(&self) -> (f64, f64) {
        let (mut sum, mut squares) = (0.0, 0.0);
        for &value in &self.values {
            let value = f64::from(value);
            sum += value;
            squares += value * value;
        }
        let count = self.values.len() as f64;
        let mean = sum / count;
        // Rounding may leave a constant's variance a little below 0.
        (mean, (squares / count - mean * mean).max(0.0).sqrt())
    }
}

/// Equal bins of a histogram.
const NUM_BINS: usize = 40;

/// Counts values as [`Histogram`] has it; where all are equal, from half a unit below.
fn histogram(values: &[f32]) -> Histogram {
    let all = values.iter().map(|&value| f64::from(value));
    let finite = all.filter(|value| value.is_finite());
    let (low, high) = finite
        .clone()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value))
        });
    let (low, high) = match low < high {
        true => (low, high),
        false if low.is_finite() => (low - 0.5, low + 0.5),
        false => (0.0, 1.0),
    };
    let mut counts = vec![0; NUM_BINS];
    for value in finite {
        let bin = ((value - low) / (high - low) * NUM_BINS as f64) as usize;
        counts[bin.min(NUM_BINS - 1)] += 1;
    }
    Histogram { low, high, counts }
}

impl Health {
    /// A model of this plan with dropout off, as [`OneBatch::new`] takes it, by the rule that
    /// its next step is measured by.
    ///
    /// # Errors
    /// As there.
    pub fn of_model(
        plan: &Plan,
        normalisation: Normalisation,
        rule: Step,
        num_images: usize,
        parameters: Vec<f32>,
        state: Vec<f32>,
    ) -> Result<Self> {
        let mut plan = plan.clone();
        plan.network.dropout = 0.0;
        plan.network.input_dropout = 0.0;
        let start = Some(parameters);
        let one = OneBatch::by_rule(&plan, normalisation, (rule, 0), num_images, start, state)?;
        let layers = &one.snapshot().layout().layers;
        let (_, hidden) = layers.split_last().expect("a network has a last layer");
        let hidden = hidden.iter().map(|layer| Seen {
            silent: vec![true; layer.num_outputs],
            ..Seen::default()
        });
        let layers = hidden.chain([Seen::default()]).collect();
        Ok(Self { one, layers })
    }

    /// Takes in the next images `[n, num_pixels]` with their labels `[n]`.
    ///
    /// # Errors
    /// As [`OneBatch::take`].
    pub fn take(&mut self, images: &[u8], labels: &[u8]) -> Result<()> {
        let layout = self.one.snapshot().layout();
        let (num_pixels, activation) = (layout.num_pixels(), layout.activation);
        for (image, &label) in images.chunks(num_pixels).zip(labels) {
            for (seen, reading) in self.layers.iter_mut().zip(self.one.take_one(image, label)?) {
                let is_last = seen.silent.is_empty();
                let values = if is_last {
                    &reading.sums
                } else {
                    &reading.activations
                };
                seen.values.extend(values);
                for (silent, &value) in seen.silent.iter_mut().zip(values) {
                    *silent &= is_silent(activation, value);
                }
            }
        }
        Ok(())
    }

    /// The same of rows of a data set, all that it was begun for, and its figures.
    ///
    /// # Errors
    /// As [`Self::take`] and [`Self::finish`].
    pub(super) fn of_rows(mut self, dataset: &Dataset, rows: &[u32]) -> Result<RunHealth> {
        for &row in rows {
            let row = row as usize;
            self.take(dataset.image(row), &dataset.labels()[row..=row])?;
        }
        Ok(RunHealth {
            num_images: rows.len() as u32,
            layers: self
                .finish()?
                .into_iter()
                .map(|layer| layer.health)
                .collect(),
        })
    }

    /// The figures, the first layer first.
    ///
    /// # Errors
    /// When images are missing.
    pub fn finish(self) -> Result<Vec<MeasuredLayer>> {
        let before = self.one.snapshot().parameters().to_vec();
        let ranges = self.one.snapshot().layout().layers.iter();
        let ranges: Vec<Range<usize>> = ranges.map(Layer::range).collect();
        let Stepped {
            layers, gradient, ..
        } = self.one.finish()?;
        let parts = layers.iter().zip(&self.layers).zip(ranges);
        Ok(parts
            .map(|((step, seen), range)| {
                let (activation_mean, activation_deviation) = seen.moments();
                let num_silent = seen.silent.iter().filter(|&&silent| silent).count();
                MeasuredLayer {
                    health: LayerHealth {
                        weight_norm: step.weight_norm,
                        gradient_norm: step.gradient_norm,
                        update_share: step.update_share,
                        num_units: seen.silent.len() as u32,
                        num_silent: num_silent as u32,
                        activation_mean,
                        activation_deviation,
                    },
                    weights: histogram(&before[range.clone()]),
                    gradient: histogram(&gradient[range]),
                    activations: histogram(&seen.values),
                }
            })
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    // numpy.histogram(values, bins=40), its counts where they are not 0.
    #[wasm_bindgen_test(unsupported = test)]
    fn values_are_counted_in_equal_bins() {
        let told = |values: &[f32]| {
            let Histogram { low, high, counts } = histogram(values);
            let filled: Vec<(usize, u32)> = counts.into_iter().enumerate().collect();
            let filled = filled.into_iter().filter(|(_, count)| *count > 0);
            (low, high, filled.collect::<Vec<_>>())
        };
        assert_eq!(
            told(&[-1.0, -0.96, 0.0, 0.5, 0.51, 3.0]),
            (-1.0, 3.0, vec![(0, 2), (10, 1), (15, 2), (39, 1)])
        );
        assert_eq!(told(&[0.25; 7]), (-0.25, 0.75, vec![(20, 7)]));
        assert_eq!(
            told(&[1.0, f32::NAN, 2.0]),
            (1.0, 2.0, vec![(0, 1), (39, 1)])
        );
        assert_eq!(told(&[f32::NAN]), (0.0, 1.0, vec![]));
    }
}
