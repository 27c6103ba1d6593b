use wasm_bindgen_test::wasm_bindgen_test;

use super::{Left, Right, Store, TILE_ROWS, product};
use crate::nn::ops::ndarray::blocks::{Blocks, FIRST_LAYER, TILE_COLUMNS};

/// Values that no sum of products of them is exact with.
fn values(len: usize, first: u32) -> Vec<f32> {
    let mut state = first;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state as f32 / 2_147_483_648.0 - 1.0
    };
    (0..len).map(|_| next()).collect()
}

fn transposed(from: &[f32], num_columns: usize) -> Vec<f32> {
    (0..from.len() / num_columns * num_columns)
        .map(|at| {
            let num_rows = from.len() / num_columns;
            from[at % num_rows * num_columns + at / num_rows]
        })
        .collect()
}

fn packed(from: &[f32], num_columns: usize, block: usize) -> (Vec<f32>, Blocks) {
    let blocks = Blocks::new(from.len() / num_columns, num_columns, block);
    let mut to = vec![];
    blocks.pack_into(from, blocks.num_columns, 0, &mut to);
    (to, blocks)
}

#[wasm_bindgen_test(unsupported = test)]
fn a_product_is_the_plain_loop_to_the_last_bit_whatever_its_shape() {
    let shapes = [
        [1, 1, 1],
        [4, 8, 3],
        [5, 3, 2],
        [7, 10, 33],
        [8, 12, 16],
        [3, 39, 9],
        [66, 45, 40],
    ];
    for [num_rows, num_columns, depth] in shapes {
        let a = values(num_rows * depth, 1);
        let b = values(depth * num_columns, 2);
        let bias = values(num_columns, 3);
        let expected: Vec<u32> = (0..num_rows * num_columns)
            .map(|at| {
                let (row, column) = (at / num_columns, at % num_columns);
                let terms = (0..depth).map(|k| a[row * depth + k] * b[k * num_columns + column]);
                terms.fold(bias[column], |sum, term| sum + term).to_bits()
            })
            .collect();

        let (a_columns, of_a) = packed(&transposed(&a, depth), num_rows, TILE_ROWS);
        let (b_columns, of_b) = packed(&b, num_columns, TILE_COLUMNS);
        let (b_first, of_b_first) = packed(&b, num_columns, FIRST_LAYER);
        let (b_rows, of_b_rows) = packed(&transposed(&b, num_columns), depth, TILE_COLUMNS);
        for a in [Left::Rows(&a), Left::Columns(&a_columns, of_a)] {
            for b in [
                Right::Columns(&b_columns, of_b),
                Right::Columns(&b_first, of_b_first),
                Right::Rows(&b_rows, of_b_rows),
            ] {
                let mut to = vec![f32::NAN; num_rows * num_columns];
                let mut sink = Store {
                    to: &mut to,
                    num_columns,
                    bias: Some(&bias),
                };
                // What another strip left in the room for one.
                let mut strip = vec![f32::NAN; 1000];
                product([num_rows, num_columns, depth], a, b, &mut strip, &mut sink);
                let found: Vec<u32> = to.iter().map(|value| value.to_bits()).collect();
                assert_eq!(found, expected, "{num_rows} × {num_columns} × {depth}");
            }
        }
    }
}
