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
//! 1997), whose deviation is 7/√3 = 4.04 pixels. The field looks the same and
//! takes a hundredth of the work.
//!
//! Equal arguments give equal bytes on every platform: the draws are
//! [`philox4x32`]'s, and the arithmetic keeps to +, −, ×, ÷.

use crate::data::ink::{NUM_PIXELS, SIDE};
use crate::rng::philox4x32;

/// Pixels between two drawn displacements.
const SPACING: usize = 7;
/// Drawn displacements along an axis: one at each end of the four stretches
/// of 7 pixels, and one more beyond either end.
const KNOTS: usize = SIDE / SPACING + 3;
/// Displacements of one axis, all of them.
const FIELD: usize = KNOTS * KNOTS;
/// Draws for one image: the two axes' fields, then seven for the affine map.
const DRAWS: usize = 2 * FIELD + 7;
/// The middle of the image, around which it is turned and scaled: MNIST's
/// centre of mass (see [`crate::data::ink`]).
const CENTRE: f32 = 14.0;
/// Pixels on a side of the copy that is read from, whose edge is empty. A
/// power of two, so that a mask keeps every place inside.
const PADDED: usize = 32;

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

/// Writes a distorted copy of `image` (784 bytes, 28×28) into `out` (784).
///
/// What is drawn depends on `key`, `epoch` and `row` alone: the words of the
/// Philox blocks with counter (block, row, epoch, 0) under `key`, which is the
/// run's seed and the number of the stream.
///
/// # Panics
///
/// When `image` or `out` is not 784 bytes long.
pub fn augment(
    image: &[u8],
    out: &mut [u8],
    distortion: &Distortion,
    key: [u32; 2],
    epoch: u32,
    row: u32,
) {
    let image: &[u8; NUM_PIXELS] = image.try_into().expect("image must hold 784 bytes");
    let out: &mut [u8; NUM_PIXELS] = out.try_into().expect("out must hold 784 bytes");
    let draws = draw(key, epoch, row);
    let (field_x, rest) = draws.split_at(FIELD);
    let (field_y, affine) = rest.split_at(FIELD);
    let map = Affine::new(distortion, affine);
    // The mean over the plane of the B-spline's squared weights is
    // (151/315)² (its autocorrelation at 0), an even draw's variance 1/3.
    const DEVIATION: f32 = 151.0 / 315.0 * 0.577_350_26;
    let strength = distortion.elastic_pixels / DEVIATION;
    let across_x = across(field_x, strength);
    let across_y = across(field_y, strength);
    let padded = pad(image);

    for (y, out) in out.chunks_exact_mut(SIDE).enumerate() {
        let (cell, weights) = (y / SPACING, &BASIS[y % SPACING]);
        let down = y as f32 - CENTRE;
        let mut from_x = [0.0_f32; SIDE];
        let mut from_y = [0.0_f32; SIDE];
        for x in 0..SIDE {
            let (mut dx, mut dy) = (0.0, 0.0);
            for (i, weight) in weights.iter().enumerate() {
                dx += weight * across_x[cell + i][x];
                dy += weight * across_y[cell + i][x];
            }
            let right = x as f32 - CENTRE;
            // In the padded copy pixel 0 is at 1. Whatever comes from outside
            // comes from its empty edge.
            let inside = |at: f32| at.clamp(0.0, (SIDE + 1) as f32);
            from_x[x] = inside(map.xx * right + map.xy * down + map.x + dx);
            from_y[x] = inside(map.yx * right + map.yy * down + map.y + dy);
        }
        // Split off the whole parts first, for all 28: that vectorises.
        let mut places = [0_usize; SIDE];
        for (place, (x, y)) in places.iter_mut().zip(from_x.iter_mut().zip(&mut from_y)) {
            let (column, row) = (*x as i32, *y as i32);
            *x -= column as f32;
            *y -= row as f32;
            *place = (row * PADDED as i32 + column) as usize;
        }
        for (((out, &place), &x), &y) in out.iter_mut().zip(&places).zip(&from_x).zip(&from_y) {
            *out = interpolate(&padded, place, x, y);
        }
    }
}

/// The draws of one image, −1 to 1.
fn draw(key: [u32; 2], epoch: u32, row: u32) -> [f32; DRAWS] {
    let mut draws = [0.0; DRAWS];
    for (block, draws) in draws.chunks_mut(4).enumerate() {
        let words = philox4x32([block as u32, row, epoch, 0], key);
        for (draw, word) in draws.iter_mut().zip(words) {
            *draw = (word >> 8) as f32 / 8_388_608.0 - 1.0;
        }
    }
    draws
}

/// Which place of the original a place of the copy shows:
/// (`xx`·x + `xy`·y + `x`, `yx`·x + `yy`·y + `y`), around the centre.
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
    fn new(distortion: &Distortion, draws: &[f32]) -> Self {
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
            xx: cos * wide * size,
            xy: (slant * cos - sin) * wide * size,
            yx: sin * tall * size,
            yy: (slant * sin + cos) * tall * size,
            x: CENTRE + 1.0 + distortion.shift_pixels * draws[4],
            y: CENTRE + 1.0 + distortion.shift_pixels * draws[5],
        }
    }
}

/// The field's rows, interpolated at all 28 columns.
fn across(field: &[f32], strength: f32) -> [[f32; SIDE]; KNOTS] {
    let mut rows = [[0.0; SIDE]; KNOTS];
    for (row, knots) in rows.iter_mut().zip(field.chunks_exact(KNOTS)) {
        for (cell, row) in row.chunks_exact_mut(SPACING).enumerate() {
            for (value, weights) in row.iter_mut().zip(&BASIS) {
                let near = &knots[cell..cell + 4];
                let sum: f32 = near
                    .iter()
                    .zip(weights)
                    .map(|(knot, weight)| knot * weight)
                    .sum();
                *value = sum * strength;
            }
        }
    }
    rows
}

/// The image with an empty pixel before each row and column, and empty ones
/// after.
fn pad(image: &[u8; NUM_PIXELS]) -> [f32; PADDED * PADDED] {
    let mut padded = [0.0; PADDED * PADDED];
    for (y, row) in image.chunks_exact(SIDE).enumerate() {
        let target = &mut padded[(y + 1) * PADDED + 1..][..SIDE];
        for (target, &value) in target.iter_mut().zip(row) {
            *target = f32::from(value);
        }
    }
    padded
}

/// The grey level `right` and `below` (0 to 1) of a pixel of the padded copy.
fn interpolate(padded: &[f32; PADDED * PADDED], place: usize, right: f32, below: f32) -> u8 {
    let at = |offset: usize| padded[(place + offset) % (PADDED * PADDED)];
    let upper = at(0) + right * (at(1) - at(0));
    let lower = at(PADDED) + right * (at(PADDED + 1) - at(PADDED));
    (upper + below * (lower - upper) + 0.5) as i32 as u8
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
        augment(image, &mut out, distortion, [42, 4], epoch, row);
        out
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn no_distortion_leaves_the_image_alone() {
        let (pixels, _) = sample::generate(20, 1);
        for (row, image) in pixels.chunks_exact(NUM_PIXELS).enumerate() {
            assert_eq!(augmented(image, &NONE, 3, row as u32), image);
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
        assert_eq!(hash, 0x1E1B_88AC, "found {hash:#010x}");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_shift_alone_moves_the_digit_as_drawn() {
        // One dark pixel in the middle: the copy's centre of mass tells where
        // it went.
        let mut image = [0; NUM_PIXELS];
        image[14 * SIDE + 14] = 255;
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
            let draws = draw([42, 4], 0, row);
            // The map says where a place of the copy comes from, so the ink
            // moves the other way.
            let expected = 14.0 - 3.0 * draws[2 * FIELD + 4];
            assert!(
                (x / mass - expected).abs() < 0.02,
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
        assert!((map.xx - cos).abs() < 2e-3 && (map.yy - cos).abs() < 2e-3);
        assert!((map.yx - sin).abs() < 2e-3 && (map.xy + sin).abs() < 2e-3);
        let determinant = map.xx * map.yy - map.xy * map.yx;
        assert!((determinant - 1.0).abs() < 1e-6, "{determinant}");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn the_elastic_field_is_as_smooth_and_as_strong_as_said() {
        let (mut squares, mut products, mut num_squares, mut num_products) = (0.0, 0.0, 0, 0);
        for row in 0..400 {
            let draws = draw([1, 4], 0, row);
            let rows = across(&draws[..FIELD], 1.0);
            let field: Vec<[f32; SIDE]> = (0..SIDE)
                .map(|y| {
                    let weights = &BASIS[y % SPACING];
                    std::array::from_fn(|x| {
                        (0..4).map(|i| weights[i] * rows[y / SPACING + i][x]).sum()
                    })
                })
                .collect();
            for row in &field {
                for x in 0..SIDE {
                    squares += f64::from(row[x] * row[x]);
                    num_squares += 1;
                    if x + SPACING < SIDE {
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
