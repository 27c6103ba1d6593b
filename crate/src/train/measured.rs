//! A model measured on images that it does not learn from at that moment: the
//! validation part, then, where it is asked for, a sample of the training part. Knows
//! what is counted, and not when it is.

use super::metrics::Totals;
use crate::data::split::Split;
use crate::message::CleanFigures;

/// Both parts, as far as they are.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Measured {
    /// Of the images under way: those before it are counted.
    pub(super) first_row: usize,
    /// Of the images under way.
    pub(super) totals: Totals,
    /// Which validation images were right, in the split's order.
    pub(super) correct: Vec<bool>,
    /// Once the validation part is done.
    pub(super) validation: Option<Totals>,
    /// Once the sample is.
    pub(super) sample: Option<Totals>,
}

impl Measured {
    /// The rows of the part under way.
    pub(super) fn rows<'a>(&self, split: &'a Split) -> &'a [u32] {
        match self.validation {
            None => &split.validation,
            Some(_) => sample_of(split),
        }
    }

    /// Takes whether each of the next images was right.
    pub(super) fn take_answers(&mut self, answers: Vec<bool>) {
        if self.validation.is_none() {
            self.correct.extend(answers);
        }
    }

    /// All images of the part under way are counted.
    pub(super) fn next_part(&mut self) {
        self.first_row = 0;
        let totals = std::mem::take(&mut self.totals);
        match self.validation {
            None => self.validation = Some(totals),
            Some(_) => self.sample = Some(totals),
        }
    }

    /// The figures of the sample, where they are known and are numbers.
    pub(super) fn clean(&self) -> Option<CleanFigures> {
        let sample = self.sample.filter(|sample| sample.loss().is_finite())?;
        Some(CleanFigures {
            num_images: sample.num_samples as u32,
            accuracy: sample.accuracy(),
            loss: sample.loss(),
        })
    }
}

/// The training images that are measured as validation is: the first of the split's
/// order, which is drawn at random, as many as are held out or all there are.
pub(super) fn sample_of(split: &Split) -> &[u32] {
    &split.train[..split.train.len().min(split.validation.len())]
}
