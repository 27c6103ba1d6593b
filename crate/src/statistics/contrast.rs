//! A difference of accuracies, or any weighted sum of them, paired by seed and by image.
//!
//! The model. Under seed s the models of the values that are compared read image i right
//! or wrong; weighted and summed (one value +1, the other −1) that is `y(s, i)`, with two
//! crossed random effects:
//!
//! `y(s, i) = μ + seed(s) + image(i) + rest(s, i)`
//!
//! What is asked for is μ; what is known is the mean over n seeds and m images. With the
//! variances of the three effects, estimated by the mean squares of the two-way table
//! (Searle, Casella and McCulloch 1992, "Variance components", ch. 4), it varies with
//!
//! `V = σ²(seed) / n + σ²(image) / m + σ²(rest) / (n·m)`
//!
//! The variance of the seeds' own means, s², estimates σ²(seed) + σ²(rest) / m, so that
//! `V = s² / n + σ²(image) / m`: other seeds and other images, in one figure.

use super::moments::{Spread, mean};
use crate::math::powi;

/// What is known of a weighted sum of accuracies.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Contrast {
    /// Its figure under each seed.
    pub per_seed: Vec<f64>,
    /// Variance of a single image's `y` within a run, the seeds' mean; of two values about
    /// the share of images that only one of them reads right.
    pub image_variance: f64,
    /// σ²(image): how far images differ in what all seeds say of them. 0 of one seed, which
    /// cannot show it, and where each seed has images of its own.
    pub common_variance: f64,
    /// Images of a run.
    pub num_images: f64,
}

impl Contrast {
    /// The contrast on the figures `y[s][i]` of each seed's images; `is_crossed` where all
    /// seeds have the same images in the same order.
    pub fn of(figures: &[Vec<f32>], is_crossed: bool) -> Self {
        let num_images = figures.first().map_or(0, Vec::len);
        let of = |image: f32| f64::from(image);
        let per_seed: Vec<f64> = figures
            .iter()
            .map(|seed| seed.iter().copied().map(of).sum::<f64>() / seed.len().max(1) as f64)
            .collect();
        let within = |seed: &Vec<f32>, centre: f64| {
            let squares = seed.iter().map(|&y| powi(of(y) - centre, 2));
            squares.sum::<f64>()
        };
        // One image more on which the values differ either way: none that was seen does
        // not mean that there is none.
        let image_variance = figures
            .iter()
            .zip(&per_seed)
            .map(|(seed, &centre)| (within(seed, centre) + 1.0) / (seed.len() as f64 + 1.0))
            .sum::<f64>()
            / figures.len().max(1) as f64;
        Self {
            common_variance: if is_crossed {
                common_variance(figures, &per_seed)
            } else {
                0.0
            },
            per_seed,
            image_variance,
            num_images: num_images as f64,
        }
    }

    /// The mean over the seeds.
    pub fn mean(&self) -> f64 {
        mean(&self.per_seed)
    }

    /// Variance of the seeds' figures, as far as it was seen.
    pub fn seen(&self) -> Spread {
        Spread::of(&self.per_seed)
    }
}

/// σ²(image) by the mean squares of images and rest, not below 0; 0 of one seed.
fn common_variance(figures: &[Vec<f32>], per_seed: &[f64]) -> f64 {
    let num_seeds = figures.len() as f64;
    let num_images = figures.first().map_or(0, Vec::len);
    if figures.len() < 2 || num_images < 2 {
        return 0.0;
    }
    let grand = mean(per_seed);
    let (mut images, mut rest) = (0.0, 0.0);
    for image in 0..num_images {
        let of_seed = |seed: usize| f64::from(figures[seed][image]);
        let centre = (0..figures.len()).map(of_seed).sum::<f64>() / num_seeds - grand;
        images += num_seeds * centre * centre;
        for (seed, own) in per_seed.iter().enumerate() {
            rest += powi(of_seed(seed) - own - centre, 2);
        }
    }
    let freedom = num_images as f64 - 1.0;
    let (images, rest) = (images / freedom, rest / (freedom * (num_seeds - 1.0)));
    ((images - rest) / num_seeds).max(0.0)
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::statistics::near;

    // numpy: the mean squares of the two-way table of TABLE without replication, as
    // statsmodels' anova_lm("y ~ C(seed) + C(image)") has them.
    const TABLE: [[f32; 6]; 3] = [
        [1.0, 0.0, -1.0, 1.0, 0.0, 1.0],
        [1.0, 1.0, -1.0, 0.0, 0.0, 1.0],
        [0.0, 0.0, -1.0, 1.0, -1.0, 1.0],
    ];

    #[wasm_bindgen_test(unsupported = test)]
    fn variances_equal_those_of_the_two_way_table() {
        let figures: Vec<Vec<f32>> = TABLE.iter().map(|row| row.to_vec()).collect();
        let found = Contrast::of(&figures, true);
        near(found.mean(), 2.0 / 9.0);
        near(found.seen().variance, 1.0 / 27.0);
        near(found.common_variance, 0.488_888_888_888_888_9);
        assert_eq!(Contrast::of(&figures, false).common_variance, 0.0);
        assert_eq!(Contrast::of(&figures[..1], true).common_variance, 0.0);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn of_one_seed_the_variance_is_mcnemars() {
        // 3 and 1 of 100 images: (b + c − (b − c)² / m) / m, and one image more.
        let mut images = vec![0.0; 100];
        images[..3].fill(1.0);
        images[50] = -1.0;
        let found = Contrast::of(&[images], true);
        near(found.image_variance, (4.0 - 4.0 / 100.0 + 1.0) / 101.0);
        near(found.mean(), 0.02);
    }
}
