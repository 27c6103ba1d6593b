//! The first layer on raw pixels, four fifths of which are zero in MNIST. Right for
//! any pixels; worth its while where many are zero.
//!
//! Normalising a pixel as (x/255 − m)/s would fill the zeros, but it folds out
//! exactly. With r = x/(255·s) and c = m/s, for weight W, bias b and upstream
//! gradient G:
//!
//! - forwards: r·W + (b − c·colsum(W)),
//! - backwards: dW = rᵀ·G − c·(1 ⊗ colsum(G)).

use super::sgd::Update;
use super::simd::{Entry, F32x4, LANES, add_rows};
use crate::data::Normalisation;

/// Pixels looked at together.
const BLOCK: usize = 8;

/// The non-zero pixels of a batch, by image and by pixel.
#[derive(Default)]
pub struct SparseBatch {
    /// Pixels of an image.
    num_pixels: usize,
    /// c of the module's formula.
    offset: f32,
    /// Entries of image i: `image_starts[i]..image_starts[i + 1]`.
    image_starts: Vec<u32>,
    /// Row is the pixel, value is r. Grows only: what is in use, `image_starts` says.
    by_image: Vec<Entry>,
    /// Entries of pixel p: `pixel_starts[p]..pixel_starts[p + 1]`.
    pixel_starts: Vec<u32>,
    /// Row is the image, value is r.
    by_pixel: Vec<Entry>,
}

impl SparseBatch {
    /// Share of a batch's pixels that are not zero, 0 to 1.
    pub fn density(&self) -> f64 {
        let num_images = self.image_starts.len().saturating_sub(1).max(1);
        self.num_entries() as f64 / (num_images * self.num_pixels) as f64
    }

    fn num_entries(&self) -> usize {
        self.image_starts.last().map_or(0, |&end| end as usize)
    }

    /// Reads a batch of images, `[num_images, num_pixels]` as an iterator over rows.
    pub fn read<'a>(
        &mut self,
        images: impl Iterator<Item = &'a [u8]>,
        num_pixels: usize,
        Normalisation { mean, deviation }: Normalisation,
    ) {
        self.num_pixels = num_pixels;
        self.offset = mean / deviation;
        let scale = 1.0 / (255.0 * deviation);
        self.image_starts.clear();
        self.image_starts.push(0);
        let mut start = 0;
        for image in images {
            if self.by_image.len() < start + num_pixels {
                self.by_image
                    .resize(2 * start + num_pixels, Entry::default());
            }
            let entries = &mut self.by_image[start..start + num_pixels];
            let mut count = 0;
            let (blocks, rest) = image.as_chunks::<BLOCK>();
            for (block_index, block) in blocks.iter().enumerate() {
                // Most of a border row is zero: passed over at once.
                if u64::from_ne_bytes(*block) == 0 {
                    continue;
                }
                // Each pixel is written, and kept by counting it: where ink begins
                // and ends is not foreseeable, so a branch would cost more.
                for (i, &pixel) in block.iter().enumerate() {
                    entries[count] = Entry {
                        row: (block_index * BLOCK + i) as u32,
                        value: f32::from(pixel) * scale,
                    };
                    count += usize::from(pixel != 0);
                }
            }
            // Where a picture's pixels are no whole blocks, as of 7 by 7.
            for (i, &pixel) in rest.iter().enumerate() {
                entries[count] = Entry {
                    row: (blocks.len() * BLOCK + i) as u32,
                    value: f32::from(pixel) * scale,
                };
                count += usize::from(pixel != 0);
            }
            start += count;
            self.image_starts.push(start as u32);
        }
    }

    /// Sorts the entries by pixel, for the backward pass.
    pub fn index_by_pixel(&mut self) {
        let num_entries = self.num_entries();
        let starts = &mut self.pixel_starts;
        starts.clear();
        starts.resize(self.num_pixels + 2, 0);
        // Counting sort; starts[p + 2] counts, so that after filling, starts[p] is right.
        for entry in &self.by_image[..num_entries] {
            starts[entry.row as usize + 2] += 1;
        }
        for p in 2..starts.len() {
            starts[p] += starts[p - 1];
        }
        if self.by_pixel.len() < num_entries {
            self.by_pixel.resize(num_entries, Entry::default());
        }
        for (image, range) in self.image_starts.windows(2).enumerate() {
            for entry in &self.by_image[range[0] as usize..range[1] as usize] {
                let place = &mut starts[entry.row as usize + 1];
                self.by_pixel[*place as usize] = Entry {
                    row: image as u32,
                    value: entry.value,
                };
                *place += 1;
            }
        }
    }

    /// b − c·colsum(W), the bias that goes with the raw pixels that were read.
    pub fn fold_bias(&self, bias: &[f32], column_sums: &[f32], base: &mut [f32]) {
        for ((base, &bias), &sum) in base.iter_mut().zip(bias).zip(column_sums) {
            *base = bias - self.offset * sum;
        }
    }

    /// `out[i] = r_i·W + base` for each image; `weight` is
    /// `[num_pixels, width]`, `base` `[width]` from [`Self::fold_bias`], `out` `[num_images, width]`.
    pub fn forward(&self, weight: &[f32], base: &[f32], out: &mut [f32]) {
        let width = base.len();
        for (range, out) in self
            .image_starts
            .windows(2)
            .zip(out.chunks_exact_mut(width))
        {
            let entries = &self.by_image[range[0] as usize..range[1] as usize];
            let mut column = 0;
            while column + 8 * LANES <= width {
                forward_block::<8>(entries, weight, width, column, base, out);
                column += 8 * LANES;
            }
            while column + LANES <= width {
                forward_block::<1>(entries, weight, width, column, base, out);
                column += LANES;
            }
            for column in column..width {
                out[column] = entries.iter().fold(base[column], |sum, entry| {
                    sum + entry.value * weight[entry.row as usize * width + column]
                });
            }
        }
    }

    /// Moves the weight `[num_pixels, width]` against its gradient and leaves the sums
    /// of its new columns in `column_sums` `[width]`. `upstream` is
    /// `[num_images, width]`, `upstream_sums` its column sums.
    pub fn backward(
        &self,
        upstream: &[f32],
        upstream_sums: &[f32],
        update: &mut Update<'_>,
        column_sums: &mut [f32],
    ) {
        let width = upstream_sums.len();
        column_sums.fill(0.0);
        let offset = self.offset;
        for pixel in 0..self.num_pixels {
            let range = self.pixel_starts[pixel] as usize..self.pixel_starts[pixel + 1] as usize;
            let entries = &self.by_pixel[range];
            let start = pixel * width;
            let mut column = 0;
            while column + 8 * LANES <= width {
                backward_block::<8>(
                    entries,
                    upstream,
                    width,
                    column,
                    upstream_sums,
                    offset,
                    start,
                    update,
                    column_sums,
                );
                column += 8 * LANES;
            }
            while column + LANES <= width {
                backward_block::<1>(
                    entries,
                    upstream,
                    width,
                    column,
                    upstream_sums,
                    offset,
                    start,
                    update,
                    column_sums,
                );
                column += LANES;
            }
            let rest = width - column;
            if rest > 0 {
                let mut gradient = [0.0; LANES];
                for (lane, column) in (column..width).enumerate() {
                    gradient[lane] =
                        entries
                            .iter()
                            .fold(-offset * upstream_sums[column], |sum, entry| {
                                sum + entry.value * upstream[entry.row as usize * width + column]
                            });
                }
                update.step_partial(start + column, rest, F32x4::load(&gradient));
                let moved = &update.parameters[start..start + width];
                for (total, moved) in column_sums.iter_mut().zip(moved).skip(column) {
                    *total += moved;
                }
            }
        }
    }
}

#[inline(always)]
fn forward_block<const VECTORS: usize>(
    entries: &[Entry],
    weight: &[f32],
    width: usize,
    column: usize,
    base: &[f32],
    out: &mut [f32],
) {
    let sums: [F32x4; VECTORS] = core::array::from_fn(|v| F32x4::load(&base[column + v * LANES..]));
    let sums = add_rows(sums, entries, weight, width, column);
    for (v, sum) in sums.into_iter().enumerate() {
        sum.store(&mut out[column + v * LANES..]);
    }
}

#[inline(always)]
#[allow(clippy::too_many_arguments)] // A register block has this many neighbours.
fn backward_block<const VECTORS: usize>(
    entries: &[Entry],
    upstream: &[f32],
    width: usize,
    column: usize,
    upstream_sums: &[f32],
    offset: f32,
    start: usize,
    update: &mut Update<'_>,
    column_sums: &mut [f32],
) {
    let (zero, one) = (F32x4::splat(0.0), F32x4::splat(1.0));
    let offset = F32x4::splat(-offset);
    let upstream_sums = &upstream_sums[column..column + VECTORS * LANES];
    let sums: [F32x4; VECTORS] =
        core::array::from_fn(|v| zero.mul_add(offset, F32x4::load(&upstream_sums[v * LANES..])));
    let sums = add_rows(sums, entries, upstream, width, column);
    let moved = update.step_block(start + column, sums);
    let column_sums = &mut column_sums[column..column + VECTORS * LANES];
    for (v, moved) in moved.into_iter().enumerate() {
        let total = &mut column_sums[v * LANES..];
        F32x4::load(total).mul_add(one, moved).store(total);
    }
}

/// Column sums of a weight `[num_pixels, width]`, in the order of the backward pass.
pub fn column_sums(weight: &[f32], sums: &mut [f32]) {
    sums.fill(0.0);
    for row in weight.chunks_exact(sums.len()) {
        for (sum, &value) in sums.iter_mut().zip(row) {
            *sum += value;
        }
    }
}
