//! The loss: cross-entropy of the softmax.

use super::step::Batch;
use crate::data::task::CLASSES;
use crate::math::{exp_f32, ln_f32};
use crate::nn::BatchMetrics;

/// Sum of the cross-entropies of the logits `[num_rows, num_classes]` and the number of
/// right answers, each of which is told to `on_answer`, row by row; where asked, the
/// gradient of their mean by the logits: `(softmax − one-hot) / num_rows`.
pub fn cross_entropy(
    logits: &[f32],
    num_classes: usize,
    batch: Batch<'_>,
    mut gradient: Option<&mut [f32]>,
    mut on_answer: impl FnMut(bool),
) -> BatchMetrics {
    let mut metrics = BatchMetrics::default();
    let scale = 1.0 / batch.rows.len() as f32;
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
        metrics.loss_sum += ln_f32(total) + highest - logits[label];
        // As argmax does, the first of equal logits is the answer.
        let answer = logits.iter().position(|&logit| logit == highest);
        let is_right = answer == Some(label);
        metrics.num_correct += u32::from(is_right);
        on_answer(is_right);
        if let Some(gradient) = gradient.as_deref_mut() {
            let out = &mut gradient[i * num_classes..][..num_classes];
            for (class, out) in out.iter_mut().enumerate() {
                let target = f32::from(u8::from(class == label));
                *out = (powers[class] / total - target) * scale;
            }
        }
    }
    metrics
}
