use wasm_bindgen_test::wasm_bindgen_test;

use super::*;
use crate::data::sample;

/// MNIST's box, as the paper has it.
const BOX_SIDE: usize = 20;

/// An image enlarged `factor` times, its corner at (`left`, `top`).
fn enlarge(image: &[u8], factor: usize, side: usize, left: usize, top: usize) -> Vec<u8> {
    let mut raster = vec![0; side * side];
    for (i, &value) in image.iter().enumerate() {
        for y in 0..factor {
            let from = (top + i / SIDE * factor + y) * side + left + i % SIDE * factor;
            raster[from..from + factor].fill(value);
        }
    }
    raster
}

/// Rows and columns that the ink takes.
fn extents(image: &[u8]) -> (usize, usize) {
    let bounds = bounding_box(image, SIDE, 0).expect("the image has ink");
    (bounds.height(), bounds.width())
}

fn centre_of_mass(image: &[u8]) -> (f32, f32) {
    let mass: f32 = image.iter().map(|&value| f32::from(value)).sum();
    let moment = |of: fn(usize) -> usize| -> f32 {
        let terms = image.iter().enumerate();
        terms
            .map(|(i, &value)| of(i) as f32 * f32::from(value))
            .sum()
    };
    (moment(|i| i % SIDE) / mass, moment(|i| i / SIDE) / mass)
}

#[wasm_bindgen_test(unsupported = test)]
fn no_ink_gives_no_image() {
    assert_eq!(prepare_ink(&[], 0, 0), None);
    assert_eq!(prepare_ink(&[0; 12], 4, 3), None);
    let mut speck = [0; 12];
    speck[5] = FAINTEST_INK - 1;
    assert_eq!(prepare_ink(&speck, 4, 3), None);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_prepared_image_drawn_large_and_off_centre_comes_back() {
    let (pixels, _) = sample::generate(200, 11);
    let mut num_checked = 0;
    for image in pixels.chunks_exact(NUM_PIXELS) {
        // The sample's few grey levels may have taken a pale edge away:
        // then the image is no longer what the preparation leaves.
        let (height, width) = extents(image);
        let (x, y) = centre_of_mass(image);
        let is_centred = (x - 14.0).abs() < 0.49 && (y - 14.0).abs() < 0.49;
        if height.max(width) != BOX_SIDE || !is_centred {
            continue;
        }
        num_checked += 1;
        for (factor, left, top) in [(1, 3, 70), (3, 120, 5), (9, 2, 27)] {
            let raster = enlarge(image, factor, 280, left, top);
            let again = prepare_ink(&raster, 280, 280).expect("there is ink");
            assert_eq!(again[..], *image, "drawn {factor} times as large");
        }
    }
    assert!(
        num_checked > 100,
        "only {num_checked} images could be checked"
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn ink_fills_the_box_and_is_centred() {
    let (pixels, _) = sample::generate(100, 12);
    for (i, image) in pixels.chunks_exact(NUM_PIXELS).enumerate() {
        for (factor, side) in [(3, 100), (10, 290)] {
            let raster = enlarge(image, factor, side, i % 9, i % 7);
            let prepared = prepare_ink(&raster, side, side).expect("there is ink");
            let (height, width) = extents(&prepared);
            // One more row or column may hold the fringe.
            assert!((20..=22).contains(&height.max(width)), "{height}×{width}");
            // At an edge of the image the shift ends.
            let bounds = bounding_box(&prepared, SIDE, 0).expect("there is ink");
            let is_near = |at: f32, from, to| (at - 14.0).abs() < 0.52 || from == 0 || to == SIDE;
            let (x, y) = centre_of_mass(&prepared);
            assert!(is_near(x, bounds.left, bounds.right), "x {x}");
            assert!(is_near(y, bounds.top, bounds.bottom), "y {y}");
            assert_eq!(prepared.iter().max(), Some(&255));
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_filled_square_is_twenty_pixels_wide_at_any_size() {
    for side in [20, 33, 133] {
        let mut raster = vec![0; 200 * 150];
        for y in 0..side {
            raster[(y + 9) * 200 + 60..][..side].fill(200);
        }
        let prepared = prepare_ink(&raster, 200, 150).expect("there is ink");
        let dark = prepared.iter().filter(|&&value| value >= 128).count();
        assert_eq!(dark, 400, "a square of {side} pixels");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_pale_fringe_does_not_widen_the_box() {
    let mut raster = vec![0; 100 * 100];
    for y in 20..60 {
        raster[y * 100 + 30..][..10].fill(255);
        // Wider on both sides, but pale.
        raster[y * 100 + 10..][..20].fill(12);
    }
    let mut clean = raster.clone();
    clean
        .iter_mut()
        .filter(|value| **value == 12)
        .for_each(|value| *value = 0);
    let (fringed, clean) = (
        prepare_ink(&raster, 100, 100),
        prepare_ink(&clean, 100, 100),
    );
    let height = |image: Option<[u8; NUM_PIXELS]>| {
        let image = image.expect("there is ink");
        image
            .chunks_exact(SIDE)
            .filter(|row| row.iter().any(|&value| value > 128))
            .count()
    };
    assert_eq!((height(fringed), height(clean)), (20, 20));
}

#[wasm_bindgen_test(unsupported = test)]
fn lopsided_ink_stays_inside() {
    // A heavy blot at one end of a long line: the blot would pull the
    // line's other end out of the image.
    let mut raster = vec![0; 300 * 300];
    for y in 10..290 {
        let width = if y < 70 { 120 } else { 6 };
        raster[y * 300 + 20..][..width].fill(255);
    }
    let prepared = prepare_ink(&raster, 300, 300).expect("there is ink");
    assert_eq!(extents(&prepared).0, BOX_SIDE);
}

#[wasm_bindgen_test(unsupported = test)]
fn ink_fits_images_of_any_side() {
    let mut raster = vec![0; 100 * 100];
    for row in raster.chunks_exact_mut(100).skip(10).take(60) {
        row[50..70].fill(255);
    }
    for side in 4..=64 {
        for form in [Form::drawn(side), Form::whole(side)] {
            let image = prepare_ink_as(form, &raster, 100, 100).unwrap();
            assert_eq!(image.len(), side * side);
            // Half a pixel of blur at either edge is not its size.
            let bounds = bounding_box(&image, side, 127).unwrap();
            assert_eq!(bounds.height(), form.box_side, "{form:?}");
            // Its thickness is a third of its length, to the next whole pixel.
            let third = form.box_side as f32 / 3.0;
            assert!((bounds.width() as f32 - third).abs() <= 1.0, "{form:?}");
            let middle = (bounds.left + bounds.right) as f32 / 2.0;
            assert!((middle - side as f32 / 2.0).abs() <= 1.0, "{form:?}");
        }
    }
    let mnist = prepare_ink(&raster, 100, 100).unwrap();
    assert_eq!(
        prepare_ink_as(Form::drawn(28), &raster, 100, 100).unwrap(),
        mnist
    );
}
