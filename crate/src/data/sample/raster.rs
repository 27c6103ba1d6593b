//! From skeleton to raster: the digit as a whole is bent and slanted, then drawn
//! with a pen.

use super::hand::Hand;
use super::stroke::{Point, Stroke, circle};

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

/// Draws the strokes with a pen whose thickness wanders, edges anti-aliased.
pub(super) fn render(strokes: &[Stroke], digit: u8, hand: &mut Hand) -> Vec<u8> {
    let mut raster = vec![0_u8; RASTER_SIDE * RASTER_SIDE];
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
            capsule(
                &mut raster,
                pair[0],
                pair[1],
                thickness(i),
                thickness(i + 1),
            );
        }
    }
    raster
}

/// Inks everything within the radius of the line from `a` to `b`; the radius
/// goes evenly from `radius_a` to `radius_b`.
fn capsule(raster: &mut [u8], a: Point, b: Point, radius_a: f32, radius_b: f32) {
    let reach = radius_a.max(radius_b) + 1.0;
    let range = |k: usize| {
        let low = (a[k].min(b[k]) - reach).max(0.0) as usize;
        let high = ((a[k].max(b[k]) + reach).max(0.0) as usize + 1).min(RASTER_SIDE);
        low..high
    };
    let along = [b[0] - a[0], b[1] - a[1]];
    let length_squared = (along[0] * along[0] + along[1] * along[1]).max(1e-9);
    for y in range(1) {
        for x in range(0) {
            let to = [x as f32 + 0.5 - a[0], y as f32 + 0.5 - a[1]];
            let t = ((to[0] * along[0] + to[1] * along[1]) / length_squared).clamp(0.0, 1.0);
            let away = [to[0] - t * along[0], to[1] - t * along[1]];
            let distance = (away[0] * away[0] + away[1] * away[1]).sqrt();
            let cover = (radius_a + (radius_b - radius_a) * t - distance + 0.5).clamp(0.0, 1.0);
            let pixel = &mut raster[y * RASTER_SIDE + x];
            *pixel = (*pixel).max((cover * 255.0) as u8);
        }
    }
}
