//! Distorted batches: which distortion each training image gets, and when.
//!
//! How an image is distorted is [`crate::data::distort`]'s affair.

use crate::data::Dataset;
use crate::data::distort::{Augmenter, Distortion};
use crate::nn::Stream;
use crate::nn::batch::Batch;
use crate::team;

/// Distorts batch after batch of a run.
#[derive(Debug)]
pub struct Augmentation {
    distortion: Distortion,
    seed: u32,
    /// The distortions of the epoch at work.
    augmenter: Option<Augmenter>,
    pixels: Vec<u8>,
    labels: Vec<u8>,
}

impl Augmentation {
    /// The distortions of the run with this seed.
    pub fn new(distortion: Distortion, seed: u32) -> Self {
        Self {
            distortion,
            seed,
            augmenter: None,
            pixels: Vec::new(),
            labels: Vec::new(),
        }
    }

    /// Distorted copies of these rows, each as seed, epoch and row say, so that
    /// neither the batch nor a pause makes a difference.
    pub fn batch(&mut self, dataset: &Dataset, rows: &[u32], epoch: u32) -> Batch<'_> {
        let augmenter = match self.augmenter.take_if(|of| of.epoch() == epoch) {
            Some(augmenter) => augmenter,
            None => {
                let key = [self.seed, Stream::Augmentation as u32];
                Augmenter::new(self.distortion, dataset.task(), key, epoch)
            }
        };
        let num_pixels = dataset.task().num_pixels();
        self.pixels.resize(rows.len() * num_pixels, 0);
        self.labels.clear();
        let labels = rows.iter().map(|&row| dataset.labels()[row as usize]);
        self.labels.extend(labels);
        let share = rows.len().div_ceil(team::num_shares()).max(1);
        let mut shares: Vec<(&[u32], &mut [u8])> = rows
            .chunks(share)
            .zip(self.pixels.chunks_mut(share * num_pixels))
            .collect();
        team::each(&mut shares, |(rows, out)| {
            for (&row, out) in rows.iter().zip(out.chunks_exact_mut(num_pixels)) {
                augmenter.augment(dataset.image(row as usize), out, row);
            }
        });
        self.augmenter = Some(augmenter);
        Batch::Images(&self.pixels, &self.labels)
    }
}
