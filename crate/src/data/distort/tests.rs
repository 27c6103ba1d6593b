//! What a distortion does to pictures, and that it does it everywhere alike.

use wasm_bindgen_test::wasm_bindgen_test;

use super::*;
use crate::data::ink::{NUM_PIXELS, SIDE};
use crate::data::sample;
use crate::math::powi;

const NONE: Distortion = Distortion {
    rotation_degrees: 0.0,
    scale: 0.0,
    shear: 0.0,
    shift_pixels: 0.0,
    elastic_pixels: 0.0,
};

fn augmented(image: &[u8], distortion: &Distortion, epoch: u32, row: u32) -> Vec<u8> {
    let mut out = vec![0; NUM_PIXELS];
    Augmenter::new(*distortion, &Task::mnist(), [42, 4], epoch).augment(image, &mut out, row);
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
        let expected = 14.0 - 3.0 * Draws::new([42, 4], 0, row, 225).affine[4];
        assert!(
            (x / mass - expected).abs() < 0.08,
            "{} for {expected}",
            x / mass
        );
    }
}

#[wasm_bindgen_test(unsupported = test)]
#[allow(clippy::disallowed_methods)] // An oracle of another kind than what it is held against.
fn a_turn_alone_is_a_rotation() {
    let distortion = Distortion {
        rotation_degrees: 15.0,
        ..NONE
    };
    let map = Affine::new(&distortion, 14.0, &[1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]);
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
    let expected = powi(151.0 / 315.0, 2) / 3.0;
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

#[wasm_bindgen_test(unsupported = test)]
fn pictures_of_any_side_are_distorted_and_none_is_left_alone() {
    for side in 4..=64 {
        let task = Task::numbered(side, 2).unwrap();
        // A light field with a dark square in its middle.
        let image: Vec<u8> = (0..side * side)
            .map(|at| {
                let inner = side / 4..side - side / 4;
                let is_inner = inner.contains(&(at % side)) && inner.contains(&(at / side));
                if is_inner { 200 } else { 9 }
            })
            .collect();
        let mut copy = vec![0; side * side];
        Augmenter::new(NONE, &task, [42, 4], 1).augment(&image, &mut copy, 3);
        assert_eq!(copy, image, "side {side}");
        let mass = |image: &[u8]| image.iter().map(|&v| f64::from(v)).sum::<f64>();
        let full = Augmenter::new(Distortion::default(), &task, [42, 4], 1);
        let mut num_changed = 0;
        for row in 0..20 {
            full.augment(&image, &mut copy, row);
            num_changed += u32::from(copy != image);
            let share = mass(&copy) / mass(&image);
            assert!(
                (0.5..1.7).contains(&share),
                "side {side}, row {row}: {share}"
            );
        }
        assert!(num_changed >= 18, "side {side}: {num_changed} of 20");
    }
}
