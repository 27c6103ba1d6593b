//! Made-up handwriting: digits drawn by a program, in MNIST's form.
//!
//! `skeleton` has the ten digits in the styles people write them, `hand` the
//! choices (slant, size, tremor), `raster` how the digit lies on the paper.
//! [`crate::data::pen`] draws it and [`crate::data::ink`] prepares it, as both do
//! the pad's strokes. No pixel of MNIST is in here.
//!
//! The same seed gives the same bytes on every platform: the generator is
//! MT19937, and the arithmetic keeps to +, −, ×, ÷ and the square root, which
//! IEEE 754 rounds in one way only. So no sine of the system's here.

mod hand;
mod raster;
mod skeleton;
mod stroke;

use std::io::{self, Write};

use crate::data::ink::{NUM_PIXELS, prepare_ink};

use hand::Hand;
use raster::{RASTER_SIDE, deform, render};
use skeleton::skeleton;

/// Rows of the sample that ships, `data/sample.csv.gz`: as many as stay below
/// 1.5 MB gzipped.
pub const SAMPLE_ROWS: usize = 20_000;
/// The seed it is drawn with.
pub const SAMPLE_SEED: u32 = 1;

/// Digits that are drawn in one balanced round.
const NUM_CLASSES: usize = 10;
/// Only every `GREY_STEP`th grey level is used: 0, 85, 170, 255. Measured, a
/// network learns as much from four levels as from 256, and twice the rows fit
/// into the same download.
const GREY_STEP: u8 = 85;

/// Draws `num_rows` digits: their pixels (`num_rows * 784` bytes, 0 to 255, as
/// MNIST's) and their labels (0 to 9). Every ten rows hold each digit once, in
/// a random order, so any prefix of the rows is balanced too.
pub fn generate(num_rows: usize, seed: u32) -> (Vec<u8>, Vec<u8>) {
    let mut hand = Hand::new(seed);
    let mut pixels = Vec::with_capacity(num_rows * NUM_PIXELS);
    let mut labels = Vec::with_capacity(num_rows);
    let mut round = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
    for row in 0..num_rows {
        let turn = row % NUM_CLASSES;
        if turn == 0 {
            for i in (1..NUM_CLASSES).rev() {
                round.swap(i, hand.below(i + 1));
            }
        }
        let label = round[turn];
        labels.push(label);
        pixels.extend_from_slice(&draw(label, &mut hand));
    }
    (pixels, labels)
}

/// Writes digits as Kaggle's `train.csv` has them: `label,pixel0,…,pixel783`,
/// then a line for each image.
///
/// # Errors
///
/// Those of `out`.
pub fn write_csv(out: &mut impl Write, pixels: &[u8], labels: &[u8]) -> io::Result<()> {
    write!(out, "label")?;
    for i in 0..NUM_PIXELS {
        write!(out, ",pixel{i}")?;
    }
    writeln!(out)?;
    for (image, label) in pixels.chunks_exact(NUM_PIXELS).zip(labels) {
        write!(out, "{label}")?;
        for pixel in image {
            write!(out, ",{pixel}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// One digit by this hand, prepared as MNIST's, in the sample's grey levels.
fn draw(digit: u8, hand: &mut Hand) -> [u8; NUM_PIXELS] {
    loop {
        let mut strokes = skeleton(digit, hand);
        deform(&mut strokes, hand, digit);
        let paper = render(&strokes, digit, hand);
        // A digit has ink by construction; were one ever empty, draw another.
        if let Some(mut image) = prepare_ink(paper.ink(), RASTER_SIDE, RASTER_SIDE) {
            for pixel in &mut image {
                *pixel = pixel.saturating_add(GREY_STEP / 2) / GREY_STEP * GREY_STEP;
            }
            return image;
        }
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    /// The check of gzip's trailer (RFC 1952), bit by bit.
    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0, |crc, &byte| {
            (0..8).fold(crc ^ u32::from(byte), |crc: u32, _| {
                (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg())
            })
        })
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn crc32_is_the_usual_one() {
        // zlib.crc32(b"123456789")
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn the_shipped_sample_is_what_the_generator_draws() {
        let shipped = include_bytes!("../../../../data/sample.csv.gz");
        assert!(
            shipped.len() < 1_500_000,
            "the sample takes {} bytes",
            shipped.len()
        );
        let (pixels, labels) = generate(SAMPLE_ROWS, SAMPLE_SEED);
        let mut csv = Vec::new();
        write_csv(&mut csv, &pixels, &labels).expect("memory takes all that is written");
        // A gzip file ends with the CRC-32 and the length of what it holds.
        let trailer = &shipped[shipped.len() - 8..];
        let word = |at: usize| u32::from_le_bytes(trailer[at..at + 4].try_into().expect("4 bytes"));
        assert_eq!(word(4) as usize, csv.len(), "length of the CSV");
        assert_eq!(word(0), crc32(&csv), "checksum of the CSV");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_seed_means_the_same_digits() {
        let (pixels, labels) = generate(30, 7);
        assert_eq!((&pixels, &labels), (&generate(30, 7).0, &generate(30, 7).1));
        assert_ne!(pixels, generate(30, 8).0);
        // A longer draw begins with the shorter one.
        assert_eq!(pixels, generate(40, 7).0[..30 * NUM_PIXELS]);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn every_ten_rows_hold_each_digit_once() {
        let (_, labels) = generate(200, 3);
        for round in labels.chunks_exact(10) {
            let mut sorted = round.to_vec();
            sorted.sort_unstable();
            assert_eq!(sorted, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn the_digits_have_mnists_form() {
        let (pixels, _) = generate(500, 5);
        let mut ink = 0.0;
        for image in pixels.chunks_exact(NUM_PIXELS) {
            assert_eq!(
                image.iter().max(),
                Some(&255),
                "the darkest pixel is full ink"
            );
            assert!(
                image.iter().all(|pixel| pixel % GREY_STEP == 0),
                "a level between"
            );
            ink += image.iter().map(|&pixel| f64::from(pixel)).sum::<f64>() / 784.0;
        }
        // MNIST's test images have 33.8 on the mean (measured).
        let mean = ink / 500.0;
        assert!((28.0..40.0).contains(&mean), "mean ink {mean}");
    }

    #[wasm_bindgen_test(unsupported = test)]
    #[allow(clippy::disallowed_methods)] // An oracle of another kind than what it is held against.
    fn the_polynomial_sine_is_a_sine() {
        for i in -200..200 {
            let turn = i as f32 / 97.0;
            let exact = (f64::from(turn) * std::f64::consts::TAU).sin();
            let (cos, sin) = stroke::circle(turn);
            assert!(
                (f64::from(sin) - exact).abs() < 1e-5,
                "at {turn}: {sin}, not {exact}"
            );
            assert!((cos * cos + sin * sin - 1.0).abs() < 1e-5, "at {turn}");
        }
    }
}
