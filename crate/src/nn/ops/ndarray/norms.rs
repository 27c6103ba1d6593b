//! The bound on the norms of what comes into a hidden unit (Srivastava et al. 2014).

use super::blocks::{Blocks, FIRST_LAYER};
use crate::nn::RENORM_EPSILON;
use crate::nn::layout::Layout;

/// Shortens each hidden unit's incoming weights that are longer than `most` to that length,
/// by `torch.renorm`'s factor; `parameters` stand in blocks.
pub fn bound(layout: &Layout, most: f32, parameters: &mut [f32]) {
    let last = layout.layers.len() - 1;
    for (index, layer) in layout.layers[..last].iter().enumerate() {
        let blocks = Blocks::of_weight(index, layer);
        let weight = &mut parameters[layer.weight.clone()];
        for columns in blocks.columns() {
            let width = columns.len();
            let block = &mut weight[columns.start * blocks.num_rows..][..width * blocks.num_rows];
            let mut squares = [0.0; FIRST_LAYER];
            let squares = &mut squares[..width];
            for row in block.chunks_exact(width) {
                for (sum, &value) in squares.iter_mut().zip(row) {
                    *sum += value * value;
                }
            }
            // What is no number is longer than nothing, and stays.
            if !squares.iter().any(|&square| square.sqrt() > most) {
                continue;
            }
            for share in &mut *squares {
                let norm = share.sqrt();
                *share = if norm > most {
                    most / (norm + RENORM_EPSILON)
                } else {
                    1.0
                };
            }
            for row in block.chunks_exact_mut(width) {
                for (value, &share) in row.iter_mut().zip(&*squares) {
                    *value *= share;
                }
            }
        }
    }
}
