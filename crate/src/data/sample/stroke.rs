//! A stroke of the pen: smooth curves and corners, as a chain of points.

use super::hand::Hand;
use crate::data::pen::Point;

/// Straight pieces that each stretch of curve between two knots is drawn in.
const PIECES: usize = 10;

/// What the pen passes through.
#[derive(Clone, Copy)]
pub(super) enum Knot {
    /// A point of a smooth curve.
    Smooth(f32, f32),
    /// A point where the pen turns sharply.
    Corner(f32, f32),
}

/// A pen's way from touching the paper to leaving it.
pub(super) type Stroke = Vec<Point>;

/// Joins knots into one stroke: a Catmull-Rom spline between corners, each
/// knot moved a little by the hand.
pub(super) fn stroke(knots: &[Knot], tremor: f32, hand: &mut Hand) -> Stroke {
    let mut points = Vec::new();
    let mut run: Vec<Point> = Vec::new();
    for knot in knots {
        let (x, y, corner) = match *knot {
            Knot::Smooth(x, y) => (x, y, false),
            Knot::Corner(x, y) => (x, y, true),
        };
        let point = [x + hand.bell(tremor), y + hand.bell(tremor)];
        run.push(point);
        if corner && run.len() > 1 {
            spline(&run, &mut points);
            run = vec![point];
        }
    }
    if run.len() > 1 {
        spline(&run, &mut points);
    }
    points
}

/// The Catmull-Rom spline through `knots`, appended as a chain of points.
fn spline(knots: &[Point], points: &mut Vec<Point>) {
    let last = knots.len() - 1;
    // Beyond an end the spline goes on as if mirrored there.
    let beyond = |end: Point, next: Point| [2.0 * end[0] - next[0], 2.0 * end[1] - next[1]];
    for i in 0..last {
        let (p1, p2) = (knots[i], knots[i + 1]);
        let p0 = if i > 0 { knots[i - 1] } else { beyond(p1, p2) };
        let p3 = if i + 1 < last {
            knots[i + 2]
        } else {
            beyond(p2, p1)
        };
        for piece in 0..PIECES {
            let t = piece as f32 / PIECES as f32;
            points.push(std::array::from_fn(|k| {
                let a = 2.0 * p1[k];
                let b = p2[k] - p0[k];
                let c = 2.0 * p0[k] - 5.0 * p1[k] + 4.0 * p2[k] - p3[k];
                let d = 3.0 * (p1[k] - p2[k]) + p3[k] - p0[k];
                0.5 * (a + t * (b + t * (c + t * d)))
            }));
        }
    }
    points.push(knots[last]);
}

/// (cosine, sine) of `turn` whole turns, by polynomials: the system's own
/// differ from platform to platform in the last bit.
pub(super) fn circle(turn: f32) -> (f32, f32) {
    (sine(turn + 0.25), sine(turn))
}

fn sine(turn: f32) -> f32 {
    let turn = turn - turn.floor();
    // Folded onto a quarter turn, −π/2 to π/2, where seven powers suffice.
    let (turn, sign) = if turn < 0.5 {
        (turn, 1.0)
    } else {
        (turn - 0.5, -1.0)
    };
    let x = (0.25 - (turn - 0.25).abs()) * std::f32::consts::TAU;
    let xx = x * x;
    sign * x * (1.0 - xx / 6.0 * (1.0 - xx / 20.0 * (1.0 - xx / 42.0 * (1.0 - xx / 72.0))))
}

/// Knots along an ellipse from `from` to `to` turns (clockwise on the page, 0
/// to the right, 0.25 at the bottom).
pub(super) fn arc(centre: Point, radii: Point, from: f32, to: f32, num_knots: usize) -> Vec<Knot> {
    (0..num_knots)
        .map(|i| {
            let (cos, sin) = circle(from + (to - from) * i as f32 / (num_knots - 1) as f32);
            Knot::Smooth(centre[0] + radii[0] * cos, centre[1] + radii[1] * sin)
        })
        .collect()
}
