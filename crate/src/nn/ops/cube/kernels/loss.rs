//! The last layer, the loss and its gradient by the logits.
// A device has functions of its own: `crate::math` is for the CPU.
#![allow(clippy::disallowed_methods)]

use cubecl::prelude::*;

use super::tile::{Values, load};
use super::{LANES, LayerShape, cursor, info};

/// The last layer, its softmax, the cross-entropy, and the gradient of the
/// batch's mean loss by the logits, with a share of each target, of these bits, spread over
/// all classes; moves the cursor on. One thread a row.
#[cube(launch_unchecked)]
pub fn output_and_loss(
    batch: &[u32],
    parameters: &[Values],
    outputs: &mut [Values],
    upstream: &mut [Values],
    metrics: &mut [f32],
    cursor: &mut [u32],
    #[comptime] shape: LayerShape,
    #[comptime] label_smoothing: u32,
) {
    let width = comptime!(shape.output_vectors());
    let depth = comptime!(shape.input_vectors());
    let num_classes = comptime!(shape.num_units);
    let row = ABSOLUTE_POS;
    if row < shape.num_rows {
        let mut sums = load(parameters, (shape.bias / LANES).runtime(), width);
        for k in 0..depth {
            let inputs = outputs[shape.input / LANES + row * depth + k];
            #[unroll]
            for lane in 0..LANES {
                let x = Values::new(inputs.extract(lane));
                #[unroll]
                for c in 0..width {
                    sums[c] +=
                        x * parameters[shape.weight / LANES + (k * LANES + lane) * width + c];
                }
            }
        }
        let place = shape.output / LANES + row * width;
        let mut logits = Array::<f32>::new(num_classes);
        #[unroll]
        for class in 0..num_classes {
            logits[class] = sums[class / LANES].extract(class % LANES);
        }
        let label = batch[row];
        let mut highest = logits[0];
        let mut answer = 0u32;
        let mut own = logits[0];
        let mut logit_sum = 0.0f32;
        #[unroll]
        for class in 0..num_classes {
            logit_sum += logits[class];
            if logits[class] > highest {
                highest = logits[class];
                answer = class as u32;
            }
            if label == class as u32 {
                own = logits[class];
            }
        }
        let mut total = 0.0f32;
        #[unroll]
        for class in 0..num_classes {
            logits[class] = (logits[class] - highest).exp();
            total += logits[class];
        }
        let num_rows = batch[shape.num_rows + info::NUM_ROWS] as usize;
        let slot = batch[shape.num_rows + info::SLOT] as usize;
        let smoothing = f32::from_bits(label_smoothing);
        let mut scale = 0.0f32;
        let mut loss = 0.0f32;
        let mut is_correct = 0.0f32;
        if row < num_rows {
            scale = 1.0f32 / num_rows as f32;
            let log_total = total.ln() + highest;
            loss = log_total - own;
            if comptime!(label_smoothing != 0) {
                let mean = logit_sum / num_classes as f32;
                loss = loss * (1.0f32 - smoothing) + (log_total - mean) * smoothing;
            }
            if answer == label {
                is_correct = 1.0f32;
            }
        }
        let metric = (slot * shape.num_rows + row) * 2;
        metrics[metric] = loss;
        metrics[metric + 1] = is_correct;
        #[unroll]
        for c in 0..width {
            outputs[place + c] = sums[c];
            let mut gradients = Values::new(0.0f32);
            #[unroll]
            for lane in 0..LANES {
                let class = comptime!(c * LANES + lane);
                if comptime!(class < num_classes) {
                    let mut target = smoothing / num_classes as f32;
                    if label == class as u32 {
                        target += 1.0f32 - smoothing;
                    }
                    gradients.insert(lane, (logits[class] / total - target) * scale);
                }
            }
            upstream[place + c] = gradients;
        }
        if row == 0 {
            cursor[cursor::FIRST_ROW] += shape.batch_size as u32;
            cursor[cursor::STEP] += 1u32;
            cursor[cursor::SLOT] += 1u32;
        }
    }
}
