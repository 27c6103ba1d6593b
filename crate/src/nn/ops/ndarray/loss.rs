//! The loss: cross-entropy of the softmax.

use super::step::Batch;
use crate::data::task::CLASSES;
use crate::math::{exp_f32, ln_f32};

/// Tells `on_row`, row by row, the cross-entropy of the logits `[num_rows, num_classes]` and
/// whether the answer is right; where asked, writes the gradient by the logits of the mean
/// over all of a batch's `total_rows`: `(softmax − target) / total_rows`. A target is
/// one-hot, of which `smoothing` is spread over all classes, as torch's `CrossEntropyLoss`
/// does.
pub fn cross_entropy(
    logits: &[f32],
    num_classes: usize,
    smoothing: f32,
    batch: Batch<'_>,
    mut gradient: Option<(&mut [f32], usize)>,
    mut on_row: impl FnMut(f32, bool),
) {
    // As long as any task needs; a row's own powers stand at its head.
    let mut powers = [0.0; *CLASSES.end()];
    let powers = &mut powers[..num_classes];
    for (i, (logits, &row)) in logits.chunks_exact(num_classes).zip(batch.rows).enumerate() {
        let label = usize::from(batch.labels[row as usize]);
        let highest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        for (power, &logit) in powers.iter_mut().zip(logits) {
            *power = exp_f32(logit - highest);
        }
        let total: f32 = powers.iter().sum();
        let own_loss = ln_f32(total) + highest - logits[label];
        let loss = if smoothing == 0.0 {
            own_loss
        } else {
            let mean: f32 = logits.iter().sum::<f32>() / num_classes as f32;
            let mean_loss = ln_f32(total) + highest - mean;
            (1.0 - smoothing) * own_loss + smoothing * mean_loss
        };
        // As argmax does, the first of equal logits is the answer.
        let answer = logits.iter().position(|&logit| logit == highest);
        on_row(loss, answer == Some(label));
        if let Some((gradient, total_rows)) = &mut gradient {
            let scale = 1.0 / *total_rows as f32;
            let out = &mut gradient[i * num_classes..][..num_classes];
            for (class, out) in out.iter_mut().enumerate() {
                let target = f32::from(u8::from(class == label));
                let target = if smoothing == 0.0 {
                    target
                } else {
                    target * (1.0 - smoothing) + smoothing / num_classes as f32
                };
                *out = (powers[class] / total - target) * scale;
            }
        }
    }
}
