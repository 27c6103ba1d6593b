//! Which runs of several values belong together: those under one seed on one split.

use super::value::{Sample, Value};
use crate::statistics::contrast::Contrast;
use crate::statistics::estimate::Estimate;
use crate::statistics::mcnemar::Discordance;
use crate::statistics::moments::{Spread, mean};
use crate::statistics::prior::{moderated, seed_variance};
use crate::statistics::proportion::trial_variance;

/// Whether runs of one value differ in their images, or only one says anything.
pub(super) fn varies_images(samples: &[Sample]) -> bool {
    let first = samples.first().map(|sample| sample.split_seed);
    samples.len() == 1
        || samples
            .iter()
            .any(|sample| Some(sample.split_seed) != first)
}

/// The samples of each seed that all values have, value by value.
pub(super) fn paired<'a>(parts: &[(f64, &'a Value<'_>)]) -> Vec<Vec<&'a Sample>> {
    let Some(((_, first), others)) = parts.split_first() else {
        return Vec::new();
    };
    let row = |sample: &'a Sample| -> Option<Vec<&'a Sample>> {
        let mut row = vec![sample];
        for (_, value) in others {
            let is_its = |other: &&Sample| {
                (other.seed, other.split_seed) == (sample.seed, sample.split_seed)
            };
            row.push(value.samples.iter().find(is_its)?);
        }
        Some(row)
    };
    first.samples.iter().filter_map(row).collect()
}

pub(super) fn is_by_image(rows: &[Vec<&Sample>]) -> bool {
    let num_images = |sample: &Sample| sample.correct.as_ref().map(Vec::len);
    let first = rows.first().and_then(|row| num_images(row[0]));
    first.is_some()
        && rows
            .iter()
            .flatten()
            .all(|sample| num_images(sample) == first)
}

pub(super) fn contrast_of(parts: &[(f64, &Value<'_>)], rows: &[Vec<&Sample>]) -> Contrast {
    if is_by_image(rows) {
        let split = rows[0][0].split_seed;
        let is_crossed = rows.iter().all(|row| row[0].split_seed == split);
        let figures: Vec<Vec<f32>> = rows.iter().map(|row| images_of(parts, row)).collect();
        return Contrast::of(&figures, is_crossed);
    }
    let weighted = |row: &Vec<&Sample>| -> f64 {
        let parts = parts.iter().zip(row);
        parts
            .map(|((weight, _), sample)| weight * sample.accuracy)
            .sum()
    };
    Contrast {
        per_seed: rows.iter().map(weighted).collect(),
        image_variance: parts.iter().map(|part| independent_variance(part)).sum(),
        common_variance: 0.0,
        num_images: fewest_images(parts),
    }
}

/// Each image's weighted right (1) and wrong (0) under one seed.
fn images_of(parts: &[(f64, &Value<'_>)], row: &[&Sample]) -> Vec<f32> {
    let mut figures = Vec::new();
    for ((weight, _), sample) in parts.iter().zip(row) {
        let correct = sample.correct.as_deref().unwrap_or_default();
        figures.resize(correct.len(), 0.0);
        for (figure, right) in figures.iter_mut().zip(correct) {
            *figure += *weight as f32 * f32::from(u8::from(*right));
        }
    }
    figures
}

fn independent_variance((weight, value): &(f64, &Value<'_>)) -> f64 {
    let accuracy = value.accuracy().unwrap_or(0.5);
    weight * weight * trial_variance(accuracy, value.num_validation)
}

fn fewest_images(parts: &[(f64, &Value<'_>)]) -> f64 {
    parts
        .iter()
        .map(|(_, value)| value.num_validation)
        .fold(f64::INFINITY, f64::min)
}

/// Of values that share no seed, as if all runs were independent.
pub(super) fn unpaired(parts: &[(f64, &Value<'_>)], foretold: &[Spread]) -> (f64, Estimate) {
    let mut total = 0.0;
    let mut least = f64::INFINITY;
    for (part @ (weight, value), foretold) in parts.iter().zip(foretold) {
        let contrast = Contrast {
            per_seed: value.samples.iter().map(|s| weight * s.accuracy).collect(),
            image_variance: independent_variance(part),
            common_variance: 0.0,
            num_images: value.num_validation,
        };
        let own = moderated(seed_variance(&contrast, *foretold), contrast.seen());
        total += own.variance / value.samples.len() as f64;
        least = least.min(own.freedom);
    }
    let accuracy =
        |(weight, value): &(f64, &Value<'_>)| weight * value.accuracy().unwrap_or_default();
    let estimate = Estimate {
        seed: Spread {
            variance: total,
            freedom: least,
        },
        images: 0.0,
        num_seeds: 1.0,
    };
    (parts.iter().map(accuracy).sum(), estimate)
}

/// The weighted sum an epoch earlier, the seeds' mean.
pub(super) fn mean_before(parts: &[(f64, &Value<'_>)], rows: &[Vec<&Sample>]) -> Option<f64> {
    let before = |sample: &Sample| match sample.curve[..] {
        [.., before, _] => Some(before),
        _ => None,
    };
    let of_row = |row: &Vec<&Sample>| -> Option<f64> {
        let parts = parts.iter().zip(row);
        parts
            .map(|((weight, _), sample)| Some(weight * before(sample)?))
            .sum()
    };
    let all: Option<Vec<f64>> = rows.iter().map(of_row).collect();
    all.filter(|all| !all.is_empty()).map(|all| mean(&all))
}

pub(super) fn discordance(rows: &[Vec<&Sample>]) -> Option<Discordance> {
    let [row] = rows else { return None };
    let [first, second] = row[..] else {
        return None;
    };
    Some(Discordance::of(
        first.correct.as_ref()?,
        second.correct.as_ref()?,
    ))
}
