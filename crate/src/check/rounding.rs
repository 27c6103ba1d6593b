//! A run on WebGPU beside the same one on the CPU: the same sums, rounded otherwise. On the
//! software adapter both agree to seven digits, epoch after epoch, until a unit falls to the
//! other side of a kink; from then on they are two runs, whose losses lie up to a third and
//! accuracies up to two points apart. Runs that parted never meet again.

use crate::message::{EpochRecord, RunResult, read_bits};

/// Losses that agree to this share are of one way.
const ALIKE: f64 = 1e-5;
/// While runs are on one way, nothing lies further apart than this share,
const ON_THE_WAY: f64 = 1e-3;
/// and no accuracy further than this, or than an image or two.
const ACCURACY: f64 = 0.0005;
/// How far a loss may be once they have parted: this share, and so much.
const PARTED_LOSS: [f64; 2] = [0.5, 0.05];
/// Likewise an accuracy.
const PARTED_ACCURACY: f64 = 0.05;

/// The first epoch (from 1) whose figures are not those of a run that was rounded otherwise;
/// the last one where they are not of what is told beside the epochs.
pub(super) fn impossible_epoch(told: &RunResult, found: &RunResult) -> Option<usize> {
    let pairs: Vec<(&EpochRecord, &EpochRecord)> =
        told.history.iter().zip(&found.history).collect();
    let num_alike = pairs.iter().rposition(|(told, found)| {
        let losses = losses(told).into_iter().zip(losses(found));
        losses
            .into_iter()
            .all(|(told, found)| is_within(told, found, ALIKE))
    });
    let num_alike = num_alike.map_or(0, |last| last + 1);
    let on_the_way = most_apart(told.num_validation);
    let is_possible = |at: usize, told: &EpochRecord, found: &EpochRecord| {
        let is_parted = at >= num_alike;
        let of_losses = losses(told).into_iter().zip(losses(found));
        let mut of_accuracies = accuracies(told).into_iter().zip(accuracies(found));
        told.step == found.step
            && of_losses.into_iter().all(|(told, found)| {
                if is_parted {
                    let [share, more] = PARTED_LOSS;
                    (told - found).abs() <= share * found.abs() + more
                } else {
                    is_within(told, found, ON_THE_WAY)
                }
            })
            && of_accuracies.all(|(told, found)| {
                let most = if is_parted {
                    PARTED_ACCURACY.max(on_the_way)
                } else {
                    on_the_way
                };
                (told - found).abs() <= most
            })
    };
    let impossible = pairs
        .iter()
        .enumerate()
        .position(|(at, (told, found))| !is_possible(at, told, found));
    let is_alike_to_the_end = num_alike == pairs.len();
    let is_other = is_alike_to_the_end && !has_like_end(told, found, on_the_way);
    impossible
        .map(|at| at + 1)
        .or(is_other.then_some(pairs.len()))
}

/// How far two accuracies of one model may lie apart on so many images, by rounding alone.
pub(super) fn most_apart(num_images: u32) -> f64 {
    ACCURACY.max(1.5 / f64::from(num_images.max(1)))
}

/// Whether what was measured of two models at the end of one way is alike.
fn has_like_end(told: &RunResult, found: &RunResult, most: f64) -> bool {
    let clean = match (told.clean, found.clean) {
        (Some(told), Some(found)) => {
            told.num_images == found.num_images
                && is_within(told.loss, found.loss, ON_THE_WAY)
                && (told.accuracy - found.accuracy).abs() <= most
        }
        _ => true,
    };
    let num_images = told.num_validation as usize;
    let bits = |result: &RunResult| read_bits(&result.correct, num_images);
    let answers = match (bits(told), bits(found)) {
        (Some(told), Some(found)) if told.len() == found.len() => {
            let num_others = told.iter().zip(&found).filter(|(a, b)| a != b).count();
            num_others as f64 <= most * num_images as f64
        }
        _ => true,
    };
    clean && answers
}

fn losses(epoch: &EpochRecord) -> [f64; 2] {
    [epoch.train_loss, epoch.validation_loss]
}

fn accuracies(epoch: &EpochRecord) -> [f64; 2] {
    [epoch.train_accuracy, epoch.validation_accuracy]
}

fn is_within(told: f64, found: f64, share: f64) -> bool {
    // A loss near nothing is rounded as its sums are.
    (told - found).abs() <= share * found.abs().max(1e-3)
}
