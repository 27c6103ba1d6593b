//! The first layer on raw pixels, four fifths of which are zero in MNIST. Right for
//! any pixels; worth its while where many are zero.
//!
//! Normalising a pixel as (x/255 − m)/s would fill the zeros, but it folds out
//! exactly. With r = x/(255·s) and c = m/s, for weight W, bias b and upstream
//! gradient G:
//!
//! - forwards: r·W + (b − c·colsum(W)),
//! - backwards: dW = rᵀ·G − c·(1 ⊗ colsum(G)).

use super::blocks::{Blocks, FIRST_LAYER};
use super::sgd::Update;
use super::simd::{Entry, F32x4, LANES, add_rows};
use crate::data::Normalisation;

/// Pixels looked at together.
const BLOCK: usize = 8;

/// The non-zero pixels of some images of a batch, by image and by pixel.
#[derive(Default)]
pub struct SparseBatch {
    /// Pixels of an image.
    num_pixels: usize,
    /// Where in the batch the first of the images stands.
    first_image: usize,
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
    /// Pixels that are not zero.
    pub fn num_entries(&self) -> usize {
        self.image_starts.last().map_or(0, |&end| end as usize)
    }

    /// Reads images, `[num_images, num_pixels]` as an iterator over rows; the first of them
    /// is the batch's `first_image`.
    pub fn read<'a>(
        &mut self,
        first_image: usize,
        images: impl Iterator<Item = &'a [u8]>,
        num_pixels: usize,
        Normalisation { mean, deviation }: Normalisation,
    ) {
        self.num_pixels = num_pixels;
        self.first_image = first_image;
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
        for (image, range) in (self.first_image..).zip(self.image_starts.windows(2)) {
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

    /// `out[i] = r_i·W + base` for each image; `weight` is `[num_pixels, width]` in
    /// blocks of [`FIRST_LAYER`], `base` `[width]` from [`Self::fold_bias`], `out`
    /// `[num_images, width]`.
    pub fn forward(&self, weight: &[f32], base: &[f32], out: &mut [f32]) {
        let width = base.len();
        for columns in Blocks::new(self.num_pixels, width, FIRST_LAYER).columns() {
            let weight = &weight[columns.start * self.num_pixels..];
            let base = &base[columns.clone()];
            let images = self.image_starts.windows(2);
            for (range, out) in images.zip(out.chunks_exact_mut(width)) {
                let entries = &self.by_image[range[0] as usize..range[1] as usize];
                let out = &mut out[columns.clone()];
                if base.len() == FIRST_LAYER {
                    forward_vectors::<{ FIRST_LAYER / LANES }>(
                        entries,
                        weight,
                        FIRST_LAYER,
                        0,
                        base,
                        out,
                    );
                } else {
                    forward_narrow(entries, weight, base, out);
                }
            }
        }
    }

    /// Entries of a pixel, by image.
    #[inline(always)]
    fn of_pixel(&self, pixel: usize) -> &[Entry] {
        let range = self.pixel_starts[pixel] as usize..self.pixel_starts[pixel + 1] as usize;
        &self.by_pixel[range]
    }

    /// −c·colsum(G) of a block's columns, as sums of whole vectors begin, from 0, and those
    /// of single columns.
    fn gradient_starts(&self, upstream_sums: &[f32]) -> [f32; FIRST_LAYER] {
        let mut starts = [0.0; FIRST_LAYER];
        let whole = upstream_sums.len() / LANES * LANES;
        for (column, (start, &sum)) in starts.iter_mut().zip(upstream_sums).enumerate() {
            let term = -self.offset * sum;
            *start = if column < whole { 0.0 + term } else { term };
        }
        starts
    }
}

/// Moves some columns of the weight, `[num_pixels, width]` in blocks of [`FIRST_LAYER`],
/// against their gradient and leaves the sums of the new columns in `column_sums` `[width]`.
/// `batch` is all images of the batch in order, indexed by pixel; `upstream` is
/// `[num_images, width]` in blocks of [`FIRST_LAYER`], `upstream_sums` its column sums.
pub fn backward(
    batch: &[&SparseBatch],
    upstream: &[f32],
    upstream_sums: &[f32],
    update: &mut Update<'_>,
    column_sums: &mut [f32],
) {
    match batch {
        // A pixel has few entries: a loop over one part would cost as much as they do.
        [one] => backward_of(&[one], upstream, upstream_sums, update, column_sums),
        parts => backward_of(parts, upstream, upstream_sums, update, column_sums),
    }
}

#[inline(always)]
fn backward_of(
    batch: &[&SparseBatch],
    upstream: &[f32],
    upstream_sums: &[f32],
    update: &mut Update<'_>,
    column_sums: &mut [f32],
) {
    let width = upstream_sums.len();
    let num_pixels = batch[0].num_pixels;
    let num_images = upstream.len() / width;
    column_sums.fill(0.0);
    for columns in Blocks::new(num_images, width, FIRST_LAYER).columns() {
        let upstream = &upstream[columns.start * num_images..][..columns.len() * num_images];
        let mut block = Backward {
            batch,
            upstream,
            starts: batch[0].gradient_starts(&upstream_sums[columns.clone()]),
            column_sums: &mut column_sums[columns.clone()],
        };
        let mut at = columns.start * num_pixels;
        for pixel in 0..num_pixels {
            if columns.len() == FIRST_LAYER {
                block.vectors::<{ FIRST_LAYER / LANES }>(pixel, FIRST_LAYER, 0, at, update);
            } else {
                block.narrow(pixel, at, update);
            }
            at += columns.len();
        }
    }
}

/// A block of fewer columns: vector by vector, then column by column.
fn forward_narrow(entries: &[Entry], weight: &[f32], base: &[f32], out: &mut [f32]) {
    let width = base.len();
    let whole = width / LANES * LANES;
    for column in (0..whole).step_by(LANES) {
        forward_vectors::<1>(entries, weight, width, column, base, out);
    }
    for column in whole..width {
        out[column] = entries.iter().fold(base[column], |sum, entry| {
            sum + entry.value * weight[entry.row as usize * width + column]
        });
    }
}

#[inline(always)]
fn forward_vectors<const VECTORS: usize>(
    entries: &[Entry],
    weight: &[f32],
    width: usize,
    column: usize,
    base: &[f32],
    out: &mut [f32],
) {
    let sums: [F32x4; VECTORS] = core::array::from_fn(|v| F32x4::load(&base[column + v * LANES..]));
    let sums = add_rows(sums, entries, weight, width, column);
    let out = &mut out[column..column + VECTORS * LANES];
    for (v, sum) in sums.into_iter().enumerate() {
        sum.store(&mut out[v * LANES..]);
    }
}

/// What the backward pass needs of a block of columns besides the pixel's own.
struct Backward<'a> {
    batch: &'a [&'a SparseBatch],
    /// `[num_images, width of the block]`.
    upstream: &'a [f32],
    /// What its gradients start from: −c·colsum(G).
    starts: [f32; FIRST_LAYER],
    column_sums: &'a mut [f32],
}

impl Backward<'_> {
    /// Moves the parameters of a pixel, which stand from `at` on.
    #[inline(always)]
    fn vectors<const VECTORS: usize>(
        &mut self,
        pixel: usize,
        width: usize,
        column: usize,
        at: usize,
        update: &mut Update<'_>,
    ) {
        let one = F32x4::splat(1.0);
        let starts = &self.starts[column..column + VECTORS * LANES];
        let mut sums: [F32x4; VECTORS] =
            core::array::from_fn(|v| F32x4::load(&starts[v * LANES..]));
        for part in self.batch {
            sums = add_rows(sums, part.of_pixel(pixel), self.upstream, width, column);
        }
        let moved = update.step_block(at + column, sums);
        let column_sums = &mut self.column_sums[column..column + VECTORS * LANES];
        for (v, moved) in moved.into_iter().enumerate() {
            let total = &mut column_sums[v * LANES..];
            F32x4::load(total).mul_add(one, moved).store(total);
        }
    }

    /// The same of a block of fewer columns: vector by vector, then the rest.
    fn narrow(&mut self, pixel: usize, at: usize, update: &mut Update<'_>) {
        let width = self.column_sums.len();
        let whole = width / LANES * LANES;
        for column in (0..whole).step_by(LANES) {
            self.vectors::<1>(pixel, width, column, at, update);
        }
        if whole < width {
            let mut gradient = [0.0; LANES];
            for (lane, column) in (whole..width).enumerate() {
                let entries = self.batch.iter().flat_map(|part| part.of_pixel(pixel));
                gradient[lane] = entries.fold(self.starts[column], |sum, entry| {
                    sum + entry.value * self.upstream[entry.row as usize * width + column]
                });
            }
            update.step_partial(at + whole, width - whole, F32x4::load(&gradient));
            let moved = &update.parameters[at + whole..at + width];
            for (total, moved) in self.column_sums[whole..].iter_mut().zip(moved) {
                *total += moved;
            }
        }
    }
}

/// Column sums of a weight in blocks, in the order of the backward pass.
pub fn column_sums(weight: &[f32], blocks: Blocks, sums: &mut [f32]) {
    sums.fill(0.0);
    for columns in blocks.columns() {
        let start = columns.start * blocks.num_rows;
        let rows = weight[start..][..columns.len() * blocks.num_rows].chunks_exact(columns.len());
        let sums = &mut sums[columns];
        for row in rows {
            for (sum, &value) in sums.iter_mut().zip(row) {
                *sum += value;
            }
        }
    }
}
