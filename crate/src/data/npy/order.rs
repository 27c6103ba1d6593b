//! The order of an array's values, and what rows of pixels are once they stand in it.
//!
//! NumPy saves an array in Fortran's order where its columns lie together in memory, as those
//! of a pandas frame do: `frame.values` is such a one.

use crate::error::{Error, Result};

/// Images that are turned at once: what is written stays near.
const BLOCK: usize = 64;
/// Most columns of one-hot labels that look like images, 10 × 10.
const MAX_SIDE: usize = 10;

/// Which values follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// Those of an image, line by line.
    Rows,
    /// The same of an array with one dimension for an image's pixels.
    FlatRows,
    /// Those of one place in all images, column by column.
    Columns,
    /// The same of an array with one dimension for an image's pixels.
    FlatColumns,
}

impl Order {
    /// The image that value `at` belongs to, counted from 0.
    pub fn row_of(self, at: usize, side: usize, num_values: usize) -> usize {
        let num_pixels = side * side;
        match self {
            Self::Rows | Self::FlatRows => at / num_pixels,
            Self::Columns | Self::FlatColumns => at % (num_values / num_pixels).max(1),
        }
    }
}

/// Pixels image by image, whatever order they came in.
///
/// # Errors
/// Where there is no memory for them a second time.
pub(super) fn in_rows(pixels: Vec<u8>, side: usize, order: Order) -> Result<Vec<u8>> {
    if matches!(order, Order::Rows | Order::FlatRows) {
        return Ok(pixels);
    }
    let num_pixels = side * side;
    let num_images = pixels.len() / num_pixels;
    let mut found = Vec::new();
    found.try_reserve_exact(pixels.len()).map_err(|_| {
        Error::data(
            "image 1",
            format!("no memory to turn {num_images} images"),
            "them in C's order: save np.ascontiguousarray of them",
        )
    })?;
    found.resize(pixels.len(), 0);
    for first in (0..num_images).step_by(BLOCK) {
        let images = first..(first + BLOCK).min(num_images);
        for (place, values) in pixels.chunks_exact(num_images).enumerate() {
            let at = match order {
                Order::FlatColumns => place,
                _ => place % side * side + place / side,
            };
            for image in images.clone() {
                found[image * num_pixels + at] = values[image];
            }
        }
    }
    Ok(found)
}

/// The classes of one-hot labels whose columns are as many as an image's pixels, where each
/// row has full ink in one of them and none in all others: no image does, let alone all.
pub(super) fn one_hot_classes(pixels: &[u8], side: usize, order: Order) -> Option<Vec<i64>> {
    if side > MAX_SIDE || !matches!(order, Order::FlatRows | Order::FlatColumns) {
        return None;
    }
    let class_of = |row: &[u8]| {
        let class = row.iter().position(|&pixel| pixel == 255)?;
        let num_inked = row.iter().filter(|&&pixel| pixel > 0).count();
        (num_inked == 1).then_some(class as i64)
    };
    pixels.chunks_exact(side * side).map(class_of).collect()
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::{Order, in_rows};

    #[wasm_bindgen_test(unsupported = test)]
    fn values_of_columns_come_out_in_rows() {
        // numpy: a = np.arange(130 * 16).reshape(130, 4, 4) % 251; a.ravel(order="F")
        let value = |image: usize, y: usize, x: usize| ((image * 16 + y * 4 + x) % 251) as u8;
        let rows: Vec<u8> = (0..130 * 16).map(|at| (at % 251) as u8).collect();
        let mut columns = Vec::new();
        for x in 0..4 {
            for y in 0..4 {
                columns.extend((0..130).map(|image| value(image, y, x)));
            }
        }
        assert_eq!(in_rows(columns, 4, Order::Columns).unwrap(), rows);
        let flat = (0..16 * 130).map(|at| value(at % 130, 0, at / 130));
        assert_eq!(
            in_rows(flat.collect(), 4, Order::FlatColumns).unwrap(),
            rows
        );
        assert_eq!(in_rows(rows.clone(), 4, Order::Rows).unwrap(), rows);
        assert_eq!(Order::Columns.row_of(131, 4, 130 * 16), 1);
    }
}
