//! How far the gap between training and validation may lie apart by chance alone.

use super::noise::{Comparison, LEVEL, Noise, is_short, total};
use super::pairing::{contrast_of, is_by_image, paired};
use super::value::Value;
use crate::statistics::estimate::Estimate;
use crate::statistics::prior::{moderated, seed_variance};
use crate::statistics::proportion::trial_variance;

impl Noise {
    /// The gap of `with` minus that of `without`, measured on the finished models, on the
    /// seeds that both have; none where a run did not measure its training images so.
    pub(super) fn compare_gaps(&self, with: &Value<'_>, without: &Value<'_>) -> Option<Comparison> {
        self.weigh_gaps(&[(1.0, with), (-1.0, without)])
    }

    /// A value's gap, and how far chance moves it (95 %).
    pub(super) fn gap(&self, value: &Value<'_>) -> Option<(f64, f64)> {
        let found = self.weigh_gaps(&[(1.0, value)])?;
        Some((found.difference, found.noise))
    }

    /// A gap is a difference of two accuracies on images of their own: what validation
    /// images change is taken image by image where two values are compared, and training
    /// images count as independent.
    fn weigh_gaps(&self, parts: &[(f64, &Value<'_>)]) -> Option<Comparison> {
        let rows = paired(parts);
        let mut figures = Vec::new();
        let mut of_training = 0.0;
        for row in &rows {
            let mut figure = 0.0;
            for ((weight, _), sample) in parts.iter().zip(row) {
                let clean = sample.clean?;
                let count = f64::from(clean.num_images);
                figure += weight * (clean.accuracy - sample.accuracy);
                of_training +=
                    weight * weight * trial_variance(clean.accuracy, count) / count.max(1.0);
            }
            figures.push(figure);
        }
        if rows.is_empty() {
            return None;
        }
        let mut contrast = contrast_of(parts, &rows);
        contrast.image_variance += of_training / rows.len() as f64 * contrast.num_images;
        contrast.per_seed = figures;
        let foretold = parts
            .iter()
            .map(|(weight, value)| self.foretold_of(value, *weight));
        let foretold = total(foretold);
        let estimate = Estimate {
            seed: moderated(seed_variance(&contrast, foretold), contrast.seen()),
            images: contrast.common_variance / contrast.num_images.max(1.0),
            num_seeds: rows.len() as f64,
        };
        Some(Comparison {
            difference: contrast.mean(),
            noise: estimate.bound(LEVEL),
            before: None,
            num_seeds: rows.len(),
            is_by_image: is_by_image(&rows),
            is_short: is_short(parts),
            discordance: None,
            typical_variance: estimate.variance(),
            estimate,
            level: LEVEL,
        })
    }
}
