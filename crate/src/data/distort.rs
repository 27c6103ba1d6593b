//! Distorted copies of a digit, so that a network sees each one anew.
//!
//! Owns the distortion of one 28×28 image: a small random affine map and an
//! elastic one. When and how strongly to distort is the trainer's affair.
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
//! two of its 50,625 windows, one for either axis. Every window looks as theirs
//! do, and what remains to do for an image costs less than its training step.
//!
//! Equal arguments give equal bytes on every platform: the draws are
//! [`philox4x32`]'s, and the arithmetic keeps to +, −, ×, ÷.
//!
//! Over 400 lines: one map, its fields and how they are drawn; none is of use alone.

use std::array::from_fn;

use bytemuck::cast;
use wide::{f32x4, i16x8, i32x4};

use crate::data::ink::{NUM_PIXELS, SIDE};
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
/// Places along an axis where a window of 28 pixels can begin.
const WINDOWS: u32 = (EXTENT - SIDE + 1) as u32;
/// The middle of the image, around which it is turned and scaled: MNIST's
/// centre of mass (see [`crate::data::ink`]).
const CENTRE: f32 = 14.0;
/// Pixels on a side of the copy that is read from, whose edge is empty. A
/// power of two, so that a mask keeps every place inside.
const PADDED: usize = 32;
/// A pixel's width in the units in which places are looked up.
const ONE: i32 = 1 << BITS;
/// Binary places of a share of a pixel.
const BITS: u32 = 7;
/// Four pixels of a row are worked on at once.
const QUADS: usize = SIDE / 4;
/// `ONE`, to multiply with.
const UNITS: f32 = ONE as f32;
/// Interpolation widens the edges of strokes by a third of their ink's pixels,
/// and each such pixel costs a step its time. With what is fainter than this left
/// blank, a distorted digit of MNIST has as many as the digit itself.
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
}

impl Augmenter {
    /// Draws the field of this epoch. `key` is the run's seed and the number
    /// of the stream.
    pub fn new(distortion: Distortion, key: [u32; 2], epoch: u32) -> Self {
        // The mean over the plane of the B-spline's squared weights is
        // (151/315)² (its autocorrelation at 0), an even draw's variance 1/3.
        const DEVIATION: f32 = 151.0 / 315.0 * 0.577_350_26;
        let strength = distortion.elastic_pixels / DEVIATION * UNITS;
        Self {
            distortion,
            key,
            epoch,
            field: elastic_field(strength, key, epoch),
        }
    }

    /// The epoch whose distortions these are.
    pub fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Writes a distorted copy of `image` (784 bytes, 28×28), the data set's
    /// row `row`, into `out` (784).
    ///
    /// # Panics
    ///
    /// When `image` or `out` is not 784 bytes long.
    pub fn augment(&self, image: &[u8], out: &mut [u8], row: u32) {
        let image: &[u8; NUM_PIXELS] = image.try_into().expect("image must hold 784 bytes");
        let out: &mut [u8; NUM_PIXELS] = out.try_into().expect("out must hold 784 bytes");
        let draws = Draws::new(self.key, self.epoch, row);
        let map = Affine::new(&self.distortion, &draws.affine);
        let [window_x, window_y] = draws.windows;
        let padded = pad(image);
        // Places along the image's axes, in four columns each.
        let columns = |by: f32, start: f32| -> [f32x4; QUADS] {
            from_fn(|quad| {
                f32x4::from(from_fn(|lane| {
                    by * ((4 * quad + lane) as f32 - CENTRE) + start
                }))
            })
        };
        let (columns_x, columns_y) = (columns(map.xx, map.x), columns(map.yx, map.y));

        for (y, out) in out.chunks_exact_mut(SIDE).enumerate() {
            let line = |window: usize| &self.field[window + y * EXTENT..][..SIDE];
            let (moved_x, moved_y) = (quads(line(window_x)), quads(line(window_y)));
            let down = y as f32 - CENTRE;
            // Looked up for the whole row at once, apart from the arithmetic
            // before and after it: there is no instruction for four look-ups.
            let mut shares = [(i32x4::ZERO, i32x4::ZERO); QUADS];
            let mut corners = [i32x4::ZERO; QUADS];
            for quad in 0..QUADS {
                let from_x = inside(columns_x[quad] + map.xy * down + moved_x(quad));
                let from_y = inside(columns_y[quad] + map.yy * down + moved_y(quad));
                let share = i32x4::splat(ONE - 1);
                shares[quad] = (from_x & share, from_y & share);
                let places = ((from_y >> BITS) << PADDED.ilog2()) | (from_x >> BITS);
                corners[quad] = i32x4::from(places.to_array().map(|place| around(&padded, place)));
            }
            for (quad, out) in out.chunks_exact_mut(4).enumerate() {
                let [a, b, c, d] = interpolate(corners[quad], shares[quad]).to_array();
                out.copy_from_slice(&(a | b << 8 | c << 16 | d << 24).to_le_bytes());
            }
        }
    }
}

/// Four columns of a line of the field at a time.
fn quads(line: &[f32]) -> impl Fn(usize) -> f32x4 {
    let line: &[f32; SIDE] = line.try_into().expect("28 displacements");
    |quad| f32x4::from(from_fn(|lane| line[4 * quad + lane]))
}

/// Places along an axis of the padded copy, as whole units of [`ONE`]. Whatever
/// would come from outside comes from the copy's empty edge.
fn inside(places: f32x4) -> i32x4 {
    // From 2²³ to 2²⁴ a float's last bit is 1: the sum is rounded to a whole
    // number that stands in its lowest bits. A conversion takes wasm longer.
    const TO_WHOLE: f32 = 1.5 * 8_388_608.0;
    let whole: i32x4 = cast(places + TO_WHOLE);
    let whole = whole - i32x4::splat(TO_WHOLE.to_bits() as i32);
    let end = (SIDE as i32 + 1) * ONE;
    whole.max(i32x4::ZERO).min(i32x4::splat(end))
}

/// The four grey levels at a place's corners: its own in the lowest byte, then
/// the one to the right, the one below, and the one below to the right.
fn around(padded: &Padded, place: i32) -> i32 {
    let place = place as usize % (PADDED * PADDED);
    let pair = |at: usize| u16::from_le_bytes(padded[at..at + 2].try_into().expect("two bytes"));
    (u32::from(pair(place)) | u32::from(pair(place + PADDED)) << 16) as i32
}

/// The grey levels at these shares (of [`ONE`]) of the way to the right and down
/// between what [`around`] found.
fn interpolate(corners: i32x4, (right, below): (i32x4, i32x4)) -> i32x4 {
    // Sixteen bits are enough for the way to the right, so that one
    // multiplication serves the upper and the lower corners.
    let halves = i32x4::splat(0x00FF_00FF);
    let left_levels: i16x8 = cast(corners & halves);
    let right_levels: i16x8 = cast((corners >> 8_u32) & halves);
    let right: i16x8 = cast(right | (right << 16_u32));
    let levels = (left_levels << BITS) + right * (right_levels - left_levels);
    let shares: i16x8 = cast((i32x4::splat(ONE) - below) | (below << 16_u32));
    let level = (levels.dot(shares) + i32x4::splat(ONE * ONE / 2)) >> (2 * BITS);
    level & level.simd_gt(i32x4::splat(FAINTEST - 1))
}

/// What is drawn for one image.
struct Draws {
    /// −1 to 1, for [`Affine::new`].
    affine: [f32; 7],
    /// Where the windows of either axis's displacements begin in the field.
    windows: [usize; 2],
}

impl Draws {
    fn new(key: [u32; 2], epoch: u32, row: u32) -> Self {
        let mut words = [0; 12];
        for (block, words) in words.chunks_exact_mut(4).enumerate() {
            words.copy_from_slice(&philox4x32([block as u32, row, epoch, 0], key));
        }
        // The high half of word × 225: evenly 0 to 224, to within 2⁻²⁴.
        let place = |word: u32| ((u64::from(word) * u64::from(WINDOWS)) >> 32) as usize;
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
    fn new(distortion: &Distortion, draws: &[f32; 7]) -> Self {
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
            x: (CENTRE + 1.0 + distortion.shift_pixels * draws[4]) * UNITS,
            y: (CENTRE + 1.0 + distortion.shift_pixels * draws[5]) * UNITS,
        }
    }
}

/// An image with an empty pixel before each row and column and empty ones after,
/// 32 to a row, and a row more, so that each place has its four corners.
type Padded = [u8; PADDED * (PADDED + 2)];

fn pad(image: &[u8; NUM_PIXELS]) -> Padded {
    let mut padded = [0; PADDED * (PADDED + 2)];
    for (row, target) in image
        .chunks_exact(SIDE)
        .zip(padded[PADDED + 1..].chunks_mut(PADDED))
    {
        target[..SIDE].copy_from_slice(row);
    }
    padded
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::data::sample;

    const NONE: Distortion = Distortion {
        rotation_degrees: 0.0,
        scale: 0.0,
        shear: 0.0,
        shift_pixels: 0.0,
        elastic_pixels: 0.0,
    };

    fn augmented(image: &[u8], distortion: &Distortion, epoch: u32, row: u32) -> Vec<u8> {
        let mut out = vec![0; NUM_PIXELS];
        Augmenter::new(*distortion, [42, 4], epoch).augment(image, &mut out, row);
        out
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn no_distortion_leaves_the_image_alone_but_for_its_faintest_pixels() {
        let (pixels, _) = sample::generate(20, 1);
        for (row, image) in pixels.chunks_exact(NUM_PIXELS).enumerate() {
            let expected: Vec<u8> = image
                .iter()
                .map(|&level| {
                    if i32::from(level) < FAINTEST {
                        0
                    } else {
                        level
                    }
                })
                .collect();
            assert_eq!(augmented(image, &NONE, 3, row as u32), expected);
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn equal_arguments_give_equal_bytes_on_every_platform() {
        const FULL: Distortion = Distortion {
            rotation_degrees: 10.0,
            scale: 0.1,
            shear: 0.1,
            shift_pixels: 1.0,
            elastic_pixels: 1.4,
        };
        let (pixels, _) = sample::generate(10, 1);
        let image = &pixels[..NUM_PIXELS];
        let once = augmented(image, &FULL, 2, 5);
        assert_eq!(once, augmented(image, &FULL, 2, 5));
        assert_ne!(once, augmented(image, &FULL, 3, 5));
        assert_ne!(once, augmented(image, &FULL, 2, 6));
        // FNV-1a of ten distorted images, as this function gave natively on
        // x86-64: a browser must agree, and so must later versions.
        let mut hash = 0x811C_9DC5_u32;
        for (row, image) in pixels.chunks_exact(NUM_PIXELS).enumerate() {
            for byte in augmented(image, &FULL, 1, row as u32) {
                hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
            }
        }
        assert_eq!(hash, 0x48D1_5EF6, "found {hash:#010x}");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_shift_alone_moves_the_digit_as_drawn() {
        // A dark square in the middle: the copy's centre of mass tells where it
        // went, but for what is too faint to be kept at its edges.
        let mut image = [0; NUM_PIXELS];
        for y in 12..17 {
            image[y * SIDE + 12..y * SIDE + 17].fill(255);
        }
        let distortion = Distortion {
            shift_pixels: 3.0,
            ..NONE
        };
        for row in 0..50 {
            let copy = augmented(&image, &distortion, 0, row);
            let mass: f32 = copy.iter().map(|&value| f32::from(value)).sum();
            let x: f32 = copy
                .iter()
                .enumerate()
                .map(|(i, &v)| (i % SIDE) as f32 * f32::from(v))
                .sum();
            // The map says where a place of the copy comes from, so the ink
            // moves the other way.
            let expected = 14.0 - 3.0 * Draws::new([42, 4], 0, row).affine[4];
            assert!(
                (x / mass - expected).abs() < 0.08,
                "{} for {expected}",
                x / mass
            );
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_turn_alone_is_a_rotation() {
        let distortion = Distortion {
            rotation_degrees: 15.0,
            ..NONE
        };
        let map = Affine::new(&distortion, &[1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]);
        // The half-angle tangent is taken as the half angle: 0.6 % at 15°.
        let (sin, cos) = 15.0_f32.to_radians().sin_cos();
        let [xx, xy, yx, yy] = [map.xx, map.xy, map.yx, map.yy].map(|entry| entry / UNITS);
        assert!((xx - cos).abs() < 2e-3 && (yy - cos).abs() < 2e-3);
        assert!((yx - sin).abs() < 2e-3 && (xy + sin).abs() < 2e-3);
        let determinant = xx * yy - xy * yx;
        assert!((determinant - 1.0).abs() < 1e-6, "{determinant}");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn the_elastic_field_is_as_smooth_and_as_strong_as_said() {
        let (mut squares, mut products, mut num_squares, mut num_products) = (0.0, 0.0, 0, 0);
        for epoch in 0..10 {
            for row in elastic_field(1.0, [1, 4], epoch).chunks_exact(EXTENT) {
                for x in 0..EXTENT {
                    squares += f64::from(row[x] * row[x]);
                    num_squares += 1;
                    if x + SPACING < EXTENT {
                        products += f64::from(row[x] * row[x + SPACING]);
                        num_products += 1;
                    }
                }
            }
        }
        let variance = squares / f64::from(num_squares);
        let expected = (151.0_f64 / 315.0).powi(2) / 3.0;
        assert!(
            (variance / expected - 1.0).abs() < 0.05,
            "{variance} for {expected}"
        );
        // Seven pixels apart: 1191/2416 by the septic B-spline's values at 1
        // and 0. (Simard's Gaussian of 4 pixels: exp(−49/64) = 0.465.)
        let correlation = products / f64::from(num_products) / variance;
        assert!(
            (correlation - 1191.0 / 2416.0).abs() < 0.03,
            "{correlation}"
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_distorted_digit_keeps_its_ink() {
        let (pixels, _) = sample::generate(300, 9);
        for (row, image) in pixels.chunks_exact(NUM_PIXELS).enumerate() {
            let copy = augmented(image, &Distortion::default(), 0, row as u32);
            let mass = |image: &[u8]| image.iter().map(|&v| f32::from(v)).sum::<f32>();
            let share = mass(&copy) / mass(image);
            assert!((0.5..1.7).contains(&share), "row {row}: {share} of its ink");
        }
    }
}
