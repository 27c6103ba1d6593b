//! Distorted copies of a digit, so that a network sees each one anew.
//!
//! Owns the distortion of one square image: a small random affine map and an
//! elastic one. Lengths are those of MNIST's 28×28; other images have theirs in
//! proportion. When and how strongly to distort is the trainer's affair.
//!
//! The elastic part is that of Simard, Steinkraus and Platt, "Best practices
//! for convolutional neural networks applied to visual document analysis"
//! (ICDAR 2003): a random displacement of each pixel, smoothed so that
//! neighbours move together. They draw one displacement a pixel and smooth
//! with a Gaussian of 4 pixels; here one is drawn every 7 pixels and smoothed
//! with the cubic B-spline of that spacing (a free-form deformation: Lee,
//! Wolberg and Shin, "Scattered data interpolation with multilevel B-splines",
//! 1997), whose deviation is 7/√3 = 4.04 pixels. They draw a field for each
//! image; here a field of 252×252 is drawn for each epoch, and each image takes
//! two of its 50,625 windows (where images are MNIST's), one for either axis. Every window looks as theirs
//! do, and what remains to do for an image costs less than its training step.
//!
//! Equal arguments give equal bytes on every platform: the draws are
//! [`philox4x32`]'s, and the arithmetic keeps to +, −, ×, ÷.

#[cfg(test)]
mod tests;

use std::array::from_fn;

use bytemuck::cast;
use wide::{f32x4, i16x8, i32x4};

use crate::data::Task;
use crate::rng::philox4x32;

/// Pixels between two drawn displacements.
const SPACING: usize = 7;
/// Stretches of 7 pixels along a side of the epoch's field.
const CELLS: usize = 36;
/// Drawn displacements along a side: one at each end of the stretches, and one
/// more beyond either end.
const KNOTS: usize = CELLS + 3;
/// Pixels on a side of the epoch's field.
const EXTENT: usize = CELLS * SPACING;
/// The side that a [`Distortion`]'s pixels are of.
const USUAL_SIDE: usize = 28;
/// A pixel's width in the units in which places are looked up.
const ONE: i32 = 1 << BITS;
/// Binary places of a share of a pixel.
const BITS: u32 = 7;
/// `ONE`, to multiply with.
const UNITS: f32 = ONE as f32;
/// Interpolation widens the edges of strokes by a third of their ink's pixels,
/// and each such pixel costs a step its time. With what is fainter than this left
/// blank, a distorted digit of MNIST has as many as the digit itself. Other pictures
/// keep theirs: a shirt may be all of faint grey.
const FAINTEST: i32 = 28;

/// How far an image may be distorted. Each bound is drawn up to evenly, on
/// both sides of none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Distortion {
    /// Most that the digit is turned, in degrees.
    pub rotation_degrees: f32,
    /// Most that it is stretched or shrunk along each axis, as a share.
    pub scale: f32,
    /// Most that it is slanted: pixels sideways to a pixel up.
    pub shear: f32,
    /// Most that it is shifted along each axis, in pixels.
    pub shift_pixels: f32,
    /// The elastic displacement's standard deviation along each axis, in
    /// pixels. Simard's α = 34 at σ = 4 is 1.38.
    pub elastic_pixels: f32,
}

impl Default for Distortion {
    fn default() -> Self {
        Self {
            rotation_degrees: 8.0,
            scale: 0.1,
            shear: 0.1,
            shift_pixels: 0.75,
            elastic_pixels: 1.0,
        }
    }
}

impl Distortion {
    /// The same of images with another side. The elastic field is no coarser or finer
    /// there, so that more than its usual strength would fold a large picture.
    fn in_proportion(self, side: usize) -> Self {
        let share = side as f32 / USUAL_SIDE as f32;
        Self {
            shift_pixels: self.shift_pixels * share,
            elastic_pixels: self.elastic_pixels * share.min(1.0),
            ..self
        }
    }
}

/// Weights of the four displacements around each of the 7 places between two.
const BASIS: [[f32; 4]; SPACING] = basis();

const fn basis() -> [[f32; 4]; SPACING] {
    let mut weights = [[0.0; 4]; SPACING];
    let mut place = 0;
    while place < SPACING {
        let t = (place as f32 + 0.5) / SPACING as f32;
        let u = 1.0 - t;
        weights[place] = [
            u * u * u / 6.0,
            (3.0 * t * t * t - 6.0 * t * t + 4.0) / 6.0,
            (3.0 * u * u * u - 6.0 * u * u + 4.0) / 6.0,
            t * t * t / 6.0,
        ];
        place += 1;
    }
    weights
}

/// Distorts images, each epoch in other ways.
///
/// What is drawn depends on the key, the epoch and the image's row alone: the
/// words of the Philox blocks with counter (block, row, epoch, part) under the
/// key, where part 0 is an image's own draws and part 1 the epoch's field.
#[derive(Debug)]
pub struct Augmenter {
    distortion: Distortion,
    key: [u32; 2],
    epoch: u32,
    /// Displacements in units of [`ONE`], `EXTENT`×`EXTENT`.
    field: Vec<f32>,
    /// Pixels on a side of an image.
    side: usize,
    /// What is fainter is left blank.
    faintest: i32,
}

impl Augmenter {
    /// Draws the field of this epoch, for pictures of a task. `key` is the run's seed
    /// and the number of the stream.
    pub fn new(distortion: Distortion, task: &Task, key: [u32; 2], epoch: u32) -> Self {
        let distortion = distortion.in_proportion(task.side());
        // The mean over the plane of the B-spline's squared weights is
        // (151/315)² (its autocorrelation at 0), an even draw's variance 1/3.
        const DEVIATION: f32 = 151.0 / 315.0 * 0.577_350_26;
        let strength = distortion.elastic_pixels / DEVIATION * UNITS;
        Self {
            distortion,
            key,
            epoch,
            field: elastic_field(strength, key, epoch),
            side: task.side(),
            faintest: if task.is_mnist() { FAINTEST } else { 0 },
        }
    }

    /// The epoch whose distortions these are.
    pub fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Writes a distorted copy of `image` (side² bytes), the data set's row `row`, into
    /// `out` (as long).
    ///
    /// # Panics
    ///
    /// When `image` or `out` is of another length.
    pub fn augment(&self, image: &[u8], out: &mut [u8], row: u32) {
        assert_eq!(
            (image.len(), out.len()),
            (self.side * self.side, image.len())
        );
        // MNIST's in loops of known length; all others in the same with room for the
        // largest.
        match self.side {
            USUAL_SIDE => self.distort::<32, 34, 7>(USUAL_SIDE, image, out, row),
            side => self.distort::<128, 130, 16>(side, image, out, row),
        }
    }

    /// `PADDED` is the pixels of a row of the copy that is read from, whose edge is
    /// empty: a power of two, so that a mask keeps every place inside; `ROWS` is two
    /// more, so that the place below and to the right is inside too. `QUADS` is the most
    /// fours of pixels in a row, which are worked on at once.
    #[inline(always)]
    fn distort<const PADDED: usize, const ROWS: usize, const QUADS: usize>(
        &self,
        side: usize,
        image: &[u8],
        out: &mut [u8],
        row: u32,
    ) {
        let num_quads = side.div_ceil(4).min(QUADS);
        // Around the middle, which is MNIST's centre of mass (see [`crate::data::ink`]).
        let centre = side as f32 / 2.0;
        let draws = Draws::new(self.key, self.epoch, row, EXTENT - 4 * num_quads + 1);
        let map = Affine::new(&self.distortion, centre, &draws.affine);
        let [window_x, window_y] = draws.windows;
        // An empty pixel before each row and column and empty ones after.
        let mut padded = [[0; PADDED]; ROWS];
        for (row, target) in image.chunks_exact(side).zip(&mut padded[1..]) {
            target[1..=side].copy_from_slice(row);
        }
        // Places along the image's axes, in four columns each.
        let columns = |by: f32, start: f32| -> [f32x4; QUADS] {
            from_fn(|quad| {
                f32x4::from(from_fn(|lane| {
                    by * ((4 * quad + lane) as f32 - centre) + start
                }))
            })
        };
        let (columns_x, columns_y) = (columns(map.xx, map.x), columns(map.yx, map.y));

        for (y, out) in out.chunks_exact_mut(side).enumerate() {
            let line = |window: usize| &self.field[window + y * EXTENT..][..4 * num_quads];
            let (moved_x, moved_y) = (quads(line(window_x)), quads(line(window_y)));
            let down = y as f32 - centre;
            // Looked up for the whole row at once, apart from the arithmetic
            // before and after it: there is no instruction for four look-ups.
            let mut shares = [(i32x4::ZERO, i32x4::ZERO); QUADS];
            let mut corners = [i32x4::ZERO; QUADS];
            for quad in 0..num_quads {
                let from_x = inside(side, columns_x[quad] + map.xy * down + moved_x(quad));
                let from_y = inside(side, columns_y[quad] + map.yy * down + moved_y(quad));
                let share = i32x4::splat(ONE - 1);
                shares[quad] = (from_x & share, from_y & share);
                let places = ((from_y >> BITS) << PADDED.ilog2()) | (from_x >> BITS);
                let around = |place| around(&padded, place);
                corners[quad] = i32x4::from(places.to_array().map(around));
            }
            for (quad, out) in out.chunks_mut(4).enumerate() {
                let levels = interpolate(corners[quad], shares[quad], self.faintest);
                let [a, b, c, d] = levels.to_array();
                let four = (a | b << 8 | c << 16 | d << 24).to_le_bytes();
                out.copy_from_slice(&four[..out.len()]);
            }
        }
    }
}

/// Four columns of a line of the field at a time.
#[inline(always)]
fn quads(line: &[f32]) -> impl Fn(usize) -> f32x4 {
    let (fours, _) = line.as_chunks::<4>();
    |quad| f32x4::from(fours[quad])
}

/// Places along an axis of the padded copy, as whole units of [`ONE`]. Whatever
/// would come from outside comes from the copy's empty edge.
#[inline(always)]
fn inside(side: usize, places: f32x4) -> i32x4 {
    // From 2²³ to 2²⁴ a float's last bit is 1: the sum is rounded to a whole
    // number that stands in its lowest bits. A conversion takes wasm longer.
    const TO_WHOLE: f32 = 1.5 * 8_388_608.0;
    let whole: i32x4 = cast(places + TO_WHOLE);
    let whole = whole - i32x4::splat(TO_WHOLE.to_bits() as i32);
    let end = (side as i32 + 1) * ONE;
    whole.max(i32x4::ZERO).min(i32x4::splat(end))
}

/// The four grey levels at a place's corners: its own in the lowest byte, then
/// the one to the right, the one below, and the one below to the right.
#[inline(always)]
fn around<const PADDED: usize, const ROWS: usize>(
    padded: &[[u8; PADDED]; ROWS],
    place: i32,
) -> i32 {
    let padded = padded.as_flattened();
    let place = place as usize % (PADDED * PADDED);
    let pair = |at: usize| u16::from_le_bytes(padded[at..at + 2].try_into().expect("two bytes"));
    (u32::from(pair(place)) | u32::from(pair(place + PADDED)) << 16) as i32
}

/// The grey levels at these shares (of [`ONE`]) of the way to the right and down
/// between what [`around`] found.
fn interpolate(corners: i32x4, (right, below): (i32x4, i32x4), faintest: i32) -> i32x4 {
    // Sixteen bits are enough for the way to the right, so that one
    // multiplication serves the upper and the lower corners.
    let halves = i32x4::splat(0x00FF_00FF);
    let left_levels: i16x8 = cast(corners & halves);
    let right_levels: i16x8 = cast((corners >> 8_u32) & halves);
    let right: i16x8 = cast(right | (right << 16_u32));
    let levels = (left_levels << BITS) + right * (right_levels - left_levels);
    let shares: i16x8 = cast((i32x4::splat(ONE) - below) | (below << 16_u32));
    let level = (levels.dot(shares) + i32x4::splat(ONE * ONE / 2)) >> (2 * BITS);
    level & level.simd_gt(i32x4::splat(faintest - 1))
}

/// What is drawn for one image.
struct Draws {
    /// −1 to 1, for [`Affine::new`].
    affine: [f32; 7],
    /// Where the windows of either axis's displacements begin in the field.
    windows: [usize; 2],
}

impl Draws {
    /// `num_windows` is the places along an axis where a window of the field can begin.
    fn new(key: [u32; 2], epoch: u32, row: u32, num_windows: usize) -> Self {
        let mut words = [0; 12];
        for (block, words) in words.chunks_exact_mut(4).enumerate() {
            words.copy_from_slice(&philox4x32([block as u32, row, epoch, 0], key));
        }
        // The high half of word × 225: evenly 0 to 224, to within 2⁻²⁴.
        let place = |word: u32| ((u64::from(word) * num_windows as u64) >> 32) as usize;
        let window = |words: &[u32]| place(words[0]) * EXTENT + place(words[1]);
        Self {
            affine: from_fn(|index| signed(words[index])),
            windows: [window(&words[8..10]), window(&words[10..12])],
        }
    }
}

/// A word as an even draw from −1 to 1.
fn signed(word: u32) -> f32 {
    (word >> 8) as f32 / 8_388_608.0 - 1.0
}

/// Smooth displacements, `EXTENT`×`EXTENT`: the B-spline through `KNOTS`×`KNOTS`
/// even draws from −`strength` to `strength`.
fn elastic_field(strength: f32, key: [u32; 2], epoch: u32) -> Vec<f32> {
    let mut knots = [0.0; KNOTS * KNOTS];
    for (block, knots) in knots.chunks_mut(4).enumerate() {
        let words = philox4x32([block as u32, 0, epoch, 1], key);
        for (knot, word) in knots.iter_mut().zip(words) {
            *knot = signed(word) * strength;
        }
    }
    // Along the rows first, then down the columns.
    let mut across = vec![0.0; KNOTS * EXTENT];
    for (knots, row) in knots
        .chunks_exact(KNOTS)
        .zip(across.chunks_exact_mut(EXTENT))
    {
        for (cell, row) in row.chunks_exact_mut(SPACING).enumerate() {
            for (value, weights) in row.iter_mut().zip(&BASIS) {
                *value = (0..4).map(|i| knots[cell + i] * weights[i]).sum();
            }
        }
    }
    let mut field = vec![0.0; EXTENT * EXTENT];
    for (y, row) in field.chunks_exact_mut(EXTENT).enumerate() {
        let (cell, weights) = (y / SPACING, &BASIS[y % SPACING]);
        for (x, value) in row.iter_mut().enumerate() {
            *value = (0..4)
                .map(|i| across[(cell + i) * EXTENT + x] * weights[i])
                .sum();
        }
    }
    field
}

/// Which place of the original a place of the copy shows:
/// (`xx`·x + `xy`·y + `x`, `yx`·x + `yy`·y + `y`), around the centre, in
/// units of [`ONE`] of the padded copy, where pixel 0 is at 1.
struct Affine {
    xx: f32,
    xy: f32,
    yx: f32,
    yy: f32,
    x: f32,
    y: f32,
}

impl Affine {
    /// The map that these seven draws (−1 to 1) choose.
    fn new(distortion: &Distortion, centre: f32, draws: &[f32; 7]) -> Self {
        // Cosine and sine from the tangent of half the angle, which at these
        // angles is half the angle.
        let t = distortion.rotation_degrees.to_radians() / 2.0 * draws[0];
        let (cos, sin) = ((1.0 - t * t) / (1.0 + t * t), 2.0 * t / (1.0 + t * t));
        let (wide, tall) = (
            1.0 + distortion.scale * draws[1],
            1.0 + distortion.scale * draws[2],
        );
        let slant = distortion.shear * draws[3];
        // One of the draws makes the digit larger or smaller as a whole, so
        // that size varies more than shape does.
        let size = 1.0 + 0.5 * distortion.scale * draws[6];
        Self {
            xx: cos * wide * size * UNITS,
            xy: (slant * cos - sin) * wide * size * UNITS,
            yx: sin * tall * size * UNITS,
            yy: (slant * sin + cos) * tall * size * UNITS,
            x: (centre + 1.0 + distortion.shift_pixels * draws[4]) * UNITS,
            y: (centre + 1.0 + distortion.shift_pixels * draws[5]) * UNITS,
        }
    }
}
