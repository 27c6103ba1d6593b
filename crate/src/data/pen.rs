//! The pen: round-ended lines on a square of paper, their edges anti-aliased.
//!
//! Owns the drawing alone, for [`crate::data::sample`] and for the pad's strokes;
//! what becomes of the ink is [`crate::data::ink`]'s.
//!
//! The same lines leave the same bytes on every platform, because the arithmetic
//! keeps to +, −, ×, ÷ and the square root, which IEEE 754 rounds in one way only.

use crate::error::{Error, Result};

/// Pixels on a side of the paper that the pad's strokes are drawn on: ten for
/// each of the image's 28.
pub const PAD_SIDE: usize = 280;
/// Most points that the pad's strokes may have. Half a pixel of the paper apart,
/// as many are three times what blackens all of it.
pub const MAX_POINTS: usize = 20_000;
/// How many sides of the pad beyond it a point may lie; further ones are drawn in.
const MAX_OUTSIDE: f32 = 8.0;

/// A point: x to the right, y down.
pub type Point = [f32; 2];

/// A square of paper, 0 where it is empty and 255 where the ink is full.
#[derive(Debug, Clone, PartialEq)]
pub struct Paper {
    side: usize,
    ink: Vec<u8>,
}

impl Paper {
    /// Empty paper, `side` pixels on a side.
    pub fn new(side: usize) -> Self {
        Self {
            side,
            ink: vec![0; side * side],
        }
    }

    /// Paper that bears `ink` already: as many bytes as a square has.
    ///
    /// # Errors
    /// When they are not `PAD_SIDE * PAD_SIDE`.
    pub fn of_pad(ink: Vec<u8>) -> Result<Self> {
        if ink.len() != PAD_SIDE * PAD_SIDE {
            let expected = format!("{}, {PAD_SIDE} by {PAD_SIDE}", PAD_SIDE * PAD_SIDE);
            let found = format!("{} bytes", ink.len());
            return Err(Error::data("pad's paper", found, expected));
        }
        Ok(Self {
            side: PAD_SIDE,
            ink,
        })
    }

    /// Pixels on a side.
    pub fn side(&self) -> usize {
        self.side
    }

    /// The pixels, row after row.
    pub fn ink(&self) -> &[u8] {
        &self.ink
    }

    /// Inks everything within the radius of the line from `a` to `b`, in pixels;
    /// the radius goes evenly from `radius_a` to `radius_b`. A line to where it
    /// began is a dot.
    pub fn line(&mut self, a: Point, b: Point, radius_a: f32, radius_b: f32) {
        let side = self.side;
        // Half a pixel further than ink comes, which is more than rounding takes off.
        let reach = radius_a.max(radius_b) + 1.0;
        let pixels = |from: f32, to: f32| {
            let low = (from - reach).max(0.0) as usize;
            let high = (to + reach).clamp(0.0, side as f32) as usize;
            low..(high + 1).min(side)
        };
        let along = [b[0] - a[0], b[1] - a[1]];
        let length_squared = (along[0] * along[0] + along[1] * along[1]).max(1e-9);
        for y in pixels(a[1].min(b[1]), a[1].max(b[1])) {
            // Where the line comes near this row, as shares of its length.
            let down = y as f32 + 0.5 - a[1];
            let (from, to) = if along[1].abs() > 1e-3 {
                let (s, t) = ((down - reach) / along[1], (down + reach) / along[1]);
                (s.min(t).clamp(0.0, 1.0), s.max(t).clamp(0.0, 1.0))
            } else {
                (0.0, 1.0)
            };
            let (from, to) = (a[0] + from * along[0], a[0] + to * along[0]);
            for x in pixels(from.min(to), from.max(to)) {
                let pixel = &mut self.ink[y * side + x];
                // Most of what a slow stroke passes over is full already.
                if *pixel == 255 {
                    continue;
                }
                let to = [x as f32 + 0.5 - a[0], y as f32 + 0.5 - a[1]];
                let t = ((to[0] * along[0] + to[1] * along[1]) / length_squared).clamp(0.0, 1.0);
                let away = [to[0] - t * along[0], to[1] - t * along[1]];
                let distance = (away[0] * away[0] + away[1] * away[1]).sqrt();
                let cover = (radius_a + (radius_b - radius_a) * t - distance + 0.5).clamp(0.0, 1.0);
                *pixel = (*pixel).max((cover * 255.0) as u8);
            }
        }
    }

    /// Draws the pad's strokes: `points` are x and y in turn, in sides of the pad;
    /// `lengths` are the points of each stroke, one after the other; `width` is the
    /// pen's, in sides of the pad. A stroke of one point is a dot, one of none is
    /// nothing.
    ///
    /// # Errors
    /// When the lengths do not add up to the points, when those are too many, or
    /// when a number is none.
    pub fn strokes(&mut self, points: &[f32], lengths: &[u32], width: f32) -> Result<()> {
        let (points, half) = points.as_chunks::<2>();
        if !half.is_empty() {
            let found = format!("{} numbers", 2 * points.len() + 1);
            return Err(Error::data("strokes", found, "an x and a y for each point"));
        }
        if points.len() > MAX_POINTS {
            let expected = format!("at most {MAX_POINTS}");
            let found = format!("{} points", points.len());
            return Err(Error::data("strokes", found, expected));
        }
        let promised: u64 = lengths.iter().map(|&length| u64::from(length)).sum();
        if promised != points.len() as u64 {
            let found = format!("{promised} points in all");
            let expected = format!("{}, as many as there are", points.len());
            return Err(Error::data("strokes, lengths", found, expected));
        }
        if !(width > 0.0 && width <= 1.0) {
            let expected = "above 0, at most 1 side of the pad";
            return Err(Error::data("pen's width", width.to_string(), expected));
        }
        if let Some(at) = points.iter().flatten().position(|x| !x.is_finite()) {
            let place = format!("strokes, point {}", at / 2);
            let found = points[at / 2][at % 2].to_string();
            return Err(Error::data(place, found, "a finite number"));
        }
        let side = self.side as f32;
        let radius = width * side / 2.0;
        let pixel = |share: f32| share.clamp(-MAX_OUTSIDE, 1.0 + MAX_OUTSIDE) * side;
        let mut rest = points;
        for &length in lengths {
            let (stroke, others) = rest.split_at(length as usize);
            rest = others;
            let mut last = None;
            for &[x, y] in stroke {
                let point = [pixel(x), pixel(y)];
                self.line(last.unwrap_or(point), point, radius, radius);
                last = Some(point);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::dataset::checksum;
    use crate::data::ink::prepare_ink;
    use crate::rng::RandomState;
    use wasm_bindgen_test::wasm_bindgen_test;

    /// The page's pen.
    const WIDTH: f32 = 0.08;

    fn drawn(points: &[f32], lengths: &[u32]) -> Paper {
        let mut paper = Paper::new(PAD_SIDE);
        paper
            .strokes(points, lengths, WIDTH)
            .expect("they can be drawn");
        paper
    }

    fn fault(points: &[f32], lengths: &[u32], width: f32) -> String {
        Paper::new(PAD_SIDE)
            .strokes(points, lengths, width)
            .expect_err("should be refused")
            .to_string()
    }

    /// The checksum of the image that becomes of strokes.
    fn image_checksum(points: &[f32], lengths: &[u32]) -> String {
        let paper = drawn(points, lengths);
        let image = prepare_ink(paper.ink(), paper.side(), paper.side()).expect("there is ink");
        format!("{:016x}", checksum(&[&image]))
    }

    /// A four in two strokes, the second one leaving the pad.
    const FOUR: [f32; 12] = [
        0.55, 0.15, 0.25, 0.55, 0.75, 0.55, //
        0.62, 0.3, 0.58, 0.7, 0.55, 1.05,
    ];

    // The oracle is numpy 2: pen and preparation written again, each step in `float32`,
    // come to the same bytes.
    #[wasm_bindgen_test(unsupported = test)]
    fn the_same_strokes_are_the_same_bytes_in_every_engine() {
        let round: Vec<f32> = (0..=90)
            .flat_map(|step| {
                // A rhombus with bent sides: no sine, whose last bit varies.
                let t = step as f32 / 22.5;
                let (corner, way) = (t.floor(), t - t.floor());
                let bow = 0.4 * way * (1.0 - way);
                let (x, y) = (way + bow, 1.0 - way + bow);
                let [x, y] = match corner as u32 {
                    0 => [x, -y],
                    1 => [y, x],
                    2 => [-x, y],
                    _ => [-y, -x],
                };
                [0.5 + 0.25 * x, 0.5 + 0.35 * y]
            })
            .collect();
        let found = [
            image_checksum(&FOUR, &[3, 3]),
            image_checksum(&[0.4, 0.6], &[1]),
            image_checksum(&round, &[91]),
        ];
        assert_eq!(
            found,
            ["b0b1a792c017bb37", "ff0633b4d0605295", "5a33af2441f20f16"]
        );
    }

    /// The line as its definition has it, pixel by pixel.
    fn plain_line(paper: &mut Paper, a: Point, b: Point, radius_a: f32, radius_b: f32) {
        let along = [b[0] - a[0], b[1] - a[1]];
        let length_squared = (along[0] * along[0] + along[1] * along[1]).max(1e-9);
        for (at, pixel) in paper.ink.iter_mut().enumerate() {
            let (x, y) = (at % paper.side, at / paper.side);
            let to = [x as f32 + 0.5 - a[0], y as f32 + 0.5 - a[1]];
            let t = ((to[0] * along[0] + to[1] * along[1]) / length_squared).clamp(0.0, 1.0);
            let away = [to[0] - t * along[0], to[1] - t * along[1]];
            let distance = (away[0] * away[0] + away[1] * away[1]).sqrt();
            let cover = (radius_a + (radius_b - radius_a) * t - distance + 0.5).clamp(0.0, 1.0);
            *pixel = (*pixel).max((cover * 255.0) as u8);
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn passing_over_what_gets_no_ink_changes_no_bit() {
        let mut random = RandomState::new(3);
        let mut within = |low: f32, high: f32| {
            low + (high - low) * (random.next_u32() >> 8) as f32 / 16_777_216.0
        };
        for case in 0..300 {
            // Far and near, long and short, level and steep.
            let far = [0.2, 1.0, 8.0][case % 3] * 100.0;
            let a = [within(-far, 100.0 + far), within(-far, 100.0 + far)];
            let tilt = [1.0, 1e-2, 1e-3, 1e-4, 0.0][case % 5];
            let mut b = [a[0] + within(-far, far), a[1] + tilt * within(-far, far)];
            if case % 2 == 0 {
                b = [a[0] + b[1] - a[1], a[1] + b[0] - a[0]];
            }
            let radii = [within(0.0, 12.0), within(0.0, 12.0)];
            let (mut paper, mut plain) = (Paper::new(100), Paper::new(100));
            paper.line(a, b, radii[0], radii[1]);
            plain_line(&mut plain, a, b, radii[0], radii[1]);
            assert_eq!(paper, plain, "from {a:?} to {b:?}, {radii:?}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_dot_has_the_area_of_its_circle() {
        let paper = drawn(&[0.5, 0.5], &[1]);
        let ink: f64 = paper.ink().iter().map(|&value| f64::from(value)).sum();
        let radius = f64::from(WIDTH) / 2.0 * PAD_SIDE as f64;
        let area = std::f64::consts::PI * radius * radius;
        assert!((ink / 255.0 / area - 1.0).abs() < 0.02, "{}", ink / 255.0);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn points_on_the_way_change_no_line() {
        let ends = drawn(&[0.25, 0.25, 0.75, 0.5], &[2]);
        let middle = drawn(&[0.25, 0.25, 0.5, 0.375, 0.75, 0.5], &[3]);
        let furthest = ends.ink().iter().zip(middle.ink());
        let furthest = furthest.map(|(a, b)| a.abs_diff(*b)).max();
        assert!(furthest <= Some(1), "{furthest:?}");
        // Nor do strokes of no points, nor the cut between two strokes that touch.
        assert_eq!(
            drawn(&[0.25, 0.25, 0.75, 0.5], &[0, 2, 0]).ink(),
            ends.ink()
        );
        let cut = drawn(&[0.25, 0.25, 0.5, 0.375, 0.5, 0.375, 0.75, 0.5], &[2, 2]);
        assert_eq!(cut, middle);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn strokes_on_a_picture_only_add_ink() {
        let picture: Vec<u8> = (0..PAD_SIDE * PAD_SIDE)
            .map(|at| (at % 251) as u8)
            .collect();
        let mut paper = Paper::of_pad(picture.clone()).expect("it has the pad's size");
        paper.strokes(&FOUR, &[3, 3], WIDTH).expect("it is drawn");
        let blank = drawn(&FOUR, &[3, 3]);
        for ((&now, &before), &pen) in paper.ink().iter().zip(&picture).zip(blank.ink()) {
            assert_eq!(now, before.max(pen));
        }
        let fault = Paper::of_pad(vec![0; 784]).expect_err("too small");
        assert_eq!(
            fault.to_string(),
            "pad's paper: found 784 bytes, expected 78400, 280 by 280"
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn what_cannot_be_drawn_is_named() {
        assert_eq!(
            fault(&[0.5; 3], &[1], WIDTH),
            "strokes: found 3 numbers, expected an x and a y for each point"
        );
        assert_eq!(
            fault(&[0.5; 4], &[3], WIDTH),
            "strokes, lengths: found 3 points in all, expected 2, as many as there are"
        );
        assert!(fault(&[0.5; 4], &[u32::MAX; 3], WIDTH).contains("found 12884901885 points"));
        assert_eq!(
            fault(&[0.5, 0.5, 0.5, f32::NAN], &[2], WIDTH),
            "strokes, point 1: found NaN, expected a finite number"
        );
        assert!(fault(&[f32::NEG_INFINITY, 0.5], &[1], WIDTH).contains("point 0: found -inf"));
        assert!(fault(&vec![0.5; 2_000_000], &[1_000_000], WIDTH).contains("at most 20000"));
        for width in [0.0, -1.0, f32::NAN, f32::INFINITY, 1.5] {
            assert!(fault(&[0.5; 2], &[1], width).starts_with("pen's width: found"));
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn whatever_is_finite_is_drawn() {
        // Nothing at all, and ink that lies beside the paper.
        assert_eq!(drawn(&[], &[]), Paper::new(PAD_SIDE));
        assert_eq!(drawn(&[3.0, 3.0, 4.0, 3.0], &[2]), Paper::new(PAD_SIDE));
        let mut random = RandomState::new(7);
        for _ in 0..50 {
            let points: Vec<f32> = (0..12)
                .map(|_| match random.interval(3) {
                    0 => f32::MAX,
                    1 => -1e30,
                    _ => f32::from_bits(random.next_u32()),
                })
                .map(|x| if x.is_finite() { x } else { 0.5 })
                .collect();
            drawn(&points, &[4, 0, 2]);
        }
    }
}
