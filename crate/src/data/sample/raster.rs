//! From skeleton to raster: the digit as a whole is bent and slanted, then drawn
//! with a pen.

use super::hand::Hand;
use super::stroke::{Stroke, circle};
use crate::data::pen::{Paper, Point};

/// Pixels on a side of the raster a digit is drawn on.
pub(super) const RASTER_SIDE: usize = 112;
/// Pixels of that raster that a digit's longer side takes, ink aside.
const RASTER_EXTENT: f32 = 76.0;

/// Slants, turns, stretches and warps the whole digit, and fits it into the
/// raster.
pub(super) fn deform(strokes: &mut [Stroke], hand: &mut Hand, digit: u8) {
    let aspect = if digit == 1 {
        1.0
    } else {
        0.95 + hand.bell(0.2)
    };
    // How far each digit leans to the right, on the mean, beyond its skeleton.
    const LEAN: [f32; 10] = [0.24, 0.26, 0.1, 0.08, 0.24, 0.06, 0.06, 0.1, 0.15, 0.16];
    let slant = LEAN[usize::from(digit)] + hand.bell(0.23);
    let (cos, sin) = circle(hand.bell(0.02));
    let warp = Warp::new(hand);
    for point in strokes.iter_mut().flatten() {
        let [x, y] = warp.apply(*point);
        let (x, y) = ((x - 0.5) * aspect, y - 0.5);
        let x = x - slant * y;
        *point = [cos * x - sin * y, sin * x + cos * y];
    }
    let mut low = [f32::MAX; 2];
    let mut high = [f32::MIN; 2];
    for point in strokes.iter().flatten() {
        for k in 0..2 {
            low[k] = low[k].min(point[k]);
            high[k] = high[k].max(point[k]);
        }
    }
    let scale = RASTER_EXTENT / (high[0] - low[0]).max(high[1] - low[1]).max(0.1);
    for point in strokes.iter_mut().flatten() {
        for k in 0..2 {
            let middle = (low[k] + high[k]) / 2.0;
            point[k] = (point[k] - middle) * scale + RASTER_SIDE as f32 / 2.0;
        }
    }
}

/// A smooth random bending of the plane: cubic B-splines over 5×5 random
/// shifts, one cell being half the digit.
struct Warp {
    shifts: [[Point; 5]; 5],
}

impl Warp {
    fn new(hand: &mut Hand) -> Self {
        let deviation = hand.within(0.06, 0.19);
        let shifts = std::array::from_fn(|_| {
            std::array::from_fn(|_| [hand.bell(deviation), hand.bell(deviation)])
        });
        Self { shifts }
    }

    fn apply(&self, point: Point) -> Point {
        let (column, across) = Self::basis(point[0]);
        let (row, down) = Self::basis(point[1]);
        let mut moved = point;
        for (i, down) in down.iter().enumerate() {
            for (j, across) in across.iter().enumerate() {
                let shift = self.shifts[row + i][column + j];
                moved[0] += down * across * shift[0];
                moved[1] += down * across * shift[1];
            }
        }
        moved
    }

    /// The first of the four shifts that reach `at`, and their weights.
    fn basis(at: f32) -> (usize, [f32; 4]) {
        let at = (at * 2.0).clamp(0.0, 1.999);
        let cell = at as usize;
        let t = at - cell as f32;
        let u = 1.0 - t;
        let weights = [
            u * u * u / 6.0,
            (3.0 * t * t * t - 6.0 * t * t + 4.0) / 6.0,
            (3.0 * u * u * u - 6.0 * u * u + 4.0) / 6.0,
            t * t * t / 6.0,
        ];
        (cell, weights)
    }
}

/// Draws the strokes with a pen whose thickness wanders.
pub(super) fn render(strokes: &[Stroke], digit: u8, hand: &mut Hand) -> Paper {
    let mut paper = Paper::new(RASTER_SIDE);
    // A one has room for a thicker pen.
    let widest = match digit {
        0 => 0.135,
        1 => 0.15,
        4 | 6 | 8 | 9 => 0.1,
        _ => 0.115,
    };
    let radius = RASTER_EXTENT * hand.within(0.03, widest * 1.05);
    for points in strokes {
        let ends = [
            1.0 + hand.bell(0.12),
            1.0 + hand.bell(0.12),
            1.0 + hand.bell(0.12),
        ];
        let last = (points.len() - 1) as f32;
        let thickness = |i: usize| {
            let at = 2.0 * i as f32 / last;
            let (from, to) = if at < 1.0 {
                (ends[0], ends[1])
            } else {
                (ends[1], ends[2])
            };
            radius * (from + (to - from) * (at - at.floor().min(1.0)))
        };
        for (i, pair) in points.windows(2).enumerate() {
            paper.line(pair[0], pair[1], thickness(i), thickness(i + 1));
        }
    }
    paper
}
