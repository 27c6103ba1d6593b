//! Made-up handwriting: digits drawn by a program, in MNIST's form.
//!
//! Owns the skeletons of the ten digits in the styles people write them, the
//! hand (slant, size, tremor) and the pen (thickness) that vary them, and the
//! raster they are drawn on. [`crate::data::ink`] then prepares the raster as
//! it prepares the pad's. No pixel of MNIST is in here.
//!
//! The same seed gives the same bytes on every platform: the generator is
//! MT19937, and the arithmetic keeps to +, −, ×, ÷ and the square root, which
//! IEEE 754 rounds in one way only. So no sine of the system's here.

use std::io::{self, Write};

use crate::data::ink::{NUM_PIXELS, prepare_ink};
use crate::rng::RandomState;

/// Rows of the sample that ships, `data/sample.csv.gz`: as many as stay below
/// 1.5 MB gzipped.
pub const SAMPLE_ROWS: usize = 20_000;
/// The seed it is drawn with.
pub const SAMPLE_SEED: u32 = 1;

/// Digits that are drawn in one balanced round.
const NUM_CLASSES: usize = 10;
/// Pixels on a side of the raster a digit is drawn on.
const RASTER_SIDE: usize = 112;
/// Pixels of that raster that a digit's longer side takes, ink aside.
const RASTER_EXTENT: f32 = 76.0;
/// Straight pieces that each stretch of curve between two knots is drawn in.
const PIECES: usize = 10;
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
        let raster = render(&strokes, digit, hand);
        // A digit has ink by construction; were one ever empty, draw another.
        if let Some(mut image) = prepare_ink(&raster, RASTER_SIDE, RASTER_SIDE) {
            for pixel in &mut image {
                *pixel = pixel.saturating_add(GREY_STEP / 2) / GREY_STEP * GREY_STEP;
            }
            return image;
        }
    }
}

// ---------------------------------------------------------------------------
// The hand: every random choice goes through here.

/// A seeded source of choices.
struct Hand {
    generator: RandomState,
}

impl Hand {
    fn new(seed: u32) -> Self {
        Self {
            generator: RandomState::new(seed),
        }
    }

    /// Evenly from 0 to 1, 1 excluded, in steps that `f32` holds exactly.
    fn unit(&mut self) -> f32 {
        (self.generator.next_u32() >> 8) as f32 / 16_777_216.0
    }

    /// Evenly from `low` to `high`.
    fn within(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// Around 0 with this standard deviation, bell-shaped, never beyond
    /// 3.5 deviations: the sum of four even draws (Irwin-Hall).
    fn bell(&mut self, deviation: f32) -> f32 {
        const SQRT_3: f32 = 1.732_050_8;
        let sum = self.unit() + self.unit() + self.unit() + self.unit();
        (sum - 2.0) * SQRT_3 * deviation
    }

    /// True with this probability.
    fn chance(&mut self, probability: f32) -> bool {
        self.unit() < probability
    }

    /// A whole number below `bound` (at most ten here, so the bias of the
    /// multiplication is below 1e-6).
    fn below(&mut self, bound: usize) -> usize {
        ((self.unit() * bound as f32) as usize).min(bound - 1)
    }
}

// ---------------------------------------------------------------------------
// Skeletons.

/// A point: x to the right, y down, the digit within about 0 to 1.
type Point = [f32; 2];

/// What the pen passes through.
#[derive(Clone, Copy)]
enum Knot {
    /// A point of a smooth curve.
    Smooth(f32, f32),
    /// A point where the pen turns sharply.
    Corner(f32, f32),
}

use Knot::{Corner as C, Smooth as S};

/// A pen's way from touching the paper to leaving it.
type Stroke = Vec<Point>;

/// Joins knots into one stroke: a Catmull-Rom spline between corners, each
/// knot moved a little by the hand.
fn stroke(knots: &[Knot], tremor: f32, hand: &mut Hand) -> Stroke {
    let mut points = Vec::new();
    let mut run: Vec<Point> = Vec::new();
    for knot in knots {
        let (x, y, corner) = match *knot {
            S(x, y) => (x, y, false),
            C(x, y) => (x, y, true),
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
fn circle(turn: f32) -> (f32, f32) {
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
fn arc(centre: Point, radii: Point, from: f32, to: f32, num_knots: usize) -> Vec<Knot> {
    (0..num_knots)
        .map(|i| {
            let (cos, sin) = circle(from + (to - from) * i as f32 / (num_knots - 1) as f32);
            S(centre[0] + radii[0] * cos, centre[1] + radii[1] * sin)
        })
        .collect()
}

/// The strokes of a digit in one of its styles.
fn skeleton(digit: u8, hand: &mut Hand) -> Vec<Stroke> {
    let tremor = hand.within(0.018, 0.058);
    match digit {
        0 => zero(tremor, hand),
        1 => one(tremor, hand),
        2 => two(tremor, hand),
        3 => three(tremor, hand),
        4 => four(tremor, hand),
        5 => five(tremor, hand),
        6 => six(tremor, hand),
        7 => seven(tremor, hand),
        8 => eight(tremor, hand),
        _ => nine(tremor, hand),
    }
}

fn zero(tremor: f32, hand: &mut Hand) -> Vec<Stroke> {
    let width = hand.within(0.24, 0.6);
    let start = hand.within(-0.4, -0.1);
    // A gap, a meeting, or the pen going on past its own start.
    let turns = 1.0 + hand.bell(0.06);
    let direction = if hand.chance(0.85) { -1.0 } else { 1.0 };
    let mut knots = arc(
        [0.5, 0.5],
        [width, 0.5],
        start,
        start + direction * turns,
        10,
    );
    // The pen often ends inside or outside of where it began.
    let drift = [hand.bell(0.06), hand.bell(0.05)];
    let count = knots.len();
    for (i, knot) in knots.iter_mut().enumerate() {
        let part = (i as f32 / (count - 1) as f32 - 0.5) * 1.0;
        if let S(x, y) = knot {
            *x += drift[0] * part;
            *y += drift[1] * part;
        }
    }
    let mut strokes = vec![stroke(&knots, tremor * 0.7, hand)];
    if hand.chance(0.02) {
        strokes.push(stroke(&[S(0.75, 0.15), S(0.25, 0.85)], tremor, hand));
    }
    strokes
}

fn one(tremor: f32, hand: &mut Hand) -> Vec<Stroke> {
    let bow = hand.bell(0.02);
    let tremor = tremor * 0.6;
    if hand.chance(0.16) {
        // With a flag, perhaps with a foot.
        let reach = hand.within(0.1, 0.32);
        let fall = hand.within(0.06, 0.3);
        let mut strokes = vec![stroke(
            &[
                S(0.5 - reach, fall),
                C(0.5, 0.0),
                S(0.5 + bow, 0.5),
                S(0.5, 1.0),
            ],
            tremor,
            hand,
        )];
        if hand.chance(0.55) {
            let half = hand.within(0.12, 0.35);
            strokes.push(stroke(
                &[S(0.5 - half, 1.0), S(0.5 + half, 1.0)],
                tremor,
                hand,
            ));
        }
        return strokes;
    }
    vec![stroke(
        &[S(0.5, 0.0), S(0.5 + bow, 0.5), S(0.5, 1.0)],
        tremor,
        hand,
    )]
}

fn two(tremor: f32, hand: &mut Hand) -> Vec<Stroke> {
    let start = hand.within(0.06, 0.34);
    let right = hand.within(0.62, 0.92);
    let shoulder = hand.within(0.16, 0.32);
    let left = hand.within(0.0, 0.2);
    let crest = hand.within(0.36, 0.58);
    let style = hand.unit();
    // Where the curve leaves the right side: for some only just above the
    // foot, so that foot and curve make one ring, as in a ∂.
    let ringed = style < 0.45 && hand.chance(0.4);
    let (neck, bend) = if ringed {
        (hand.within(0.75, 1.0), hand.within(0.62, 0.82))
    } else {
        (hand.within(0.45, 0.85), hand.within(0.5, 0.76))
    };
    let mut knots = vec![
        S(hand.within(0.05, 0.28), start),
        S(crest - 0.16, 0.05),
        S(crest, 0.0),
        S(right - 0.06, shoulder * 0.45),
        S(right, shoulder),
        S(left + (right - left) * neck, bend),
    ];
    if hand.chance(0.25) {
        // Hooked start.
        knots.insert(
            0,
            S(hand.within(0.15, 0.3), start + hand.within(0.06, 0.14)),
        );
    }
    let tail = hand.within(0.7, 1.4);
    let level = hand.within(0.76, 1.06);
    if style < 0.45 {
        // The foot begins with a loop, sometimes as large as an a's.
        let height = hand.within(0.08, 0.42);
        let wide = hand.within(0.08, 0.32);
        knots.extend([
            S(left + wide, 0.95),
            S(left, 0.99),
            S(left - 0.06, 0.98 - height * 0.5),
            S(left + 0.04, 0.98 - height),
            S(left + wide + 0.06, 0.98 - height * hand.within(0.6, 0.95)),
            S(0.62, 0.95),
            S(tail, level),
        ]);
    } else if style < 0.85 {
        // It begins with a corner, and runs straight or in a wave.
        let wave = hand.bell(0.04);
        knots.extend([
            S(left + 0.2, 0.82),
            C(left, 0.97),
            S(left + 0.3, 0.96 - wave),
            S(0.7, 0.96 + wave),
            S(tail, level),
        ]);
    } else {
        // It turns round without a corner.
        knots.extend([
            S(left, 0.86),
            S(left + 0.12, 0.99),
            S(0.6, 0.98),
            S(tail, level),
        ]);
    }
    vec![stroke(&knots, tremor, hand)]
}

fn three(tremor: f32, hand: &mut Hand) -> Vec<Stroke> {
    let waist = hand.within(0.36, 0.52);
    let notch = hand.within(0.2, 0.62);
    let top = hand.within(0.6, 0.88);
    let belly = hand.within(0.68, 0.98);
    let lower = (1.0 + waist) / 2.0 + hand.bell(0.03);
    let mut knots = if hand.chance(0.15) {
        vec![
            S(hand.within(0.02, 0.25), hand.within(0.0, 0.08)),
            C(top, hand.within(0.0, 0.05)),
            S((top + notch) / 2.0, waist * 0.55),
        ]
    } else {
        let crest = hand.within(0.36, 0.52);
        vec![
            S(hand.within(-0.08, 0.22), hand.within(0.05, 0.26)),
            S(crest - 0.15, 0.03),
            S(crest, 0.0),
            S(top - 0.04, waist * 0.2),
            S(top, waist * 0.5),
            S(top - 0.1, waist * 0.78),
        ]
    };
    let style = hand.unit();
    if style < 0.15 {
        // A small loop at the waist.
        knots.extend([
            S(notch, waist),
            S(notch - hand.within(0.06, 0.19), waist + 0.02),
            S(notch, waist + 0.05),
        ]);
    } else if style < 0.7 {
        knots.push(C(notch, waist));
    } else {
        knots.push(S(notch, waist));
    }
    let tail = hand.within(-0.1, 0.25);
    knots.extend([
        S(belly - 0.12, waist + 0.08),
        S(belly, lower),
        S(belly - 0.14, 0.93),
        S(hand.within(0.34, 0.55), 1.0),
        S(tail + 0.08, hand.within(0.9, 0.99)),
    ]);
    if hand.chance(0.6) {
        knots.push(S(tail, hand.within(0.72, 0.92)));
    }
    vec![stroke(&knots, tremor, hand)]
}

fn four(tremor: f32, hand: &mut Hand) -> Vec<Stroke> {
    let bar = hand.within(0.42, 0.66);
    let stem = hand.within(0.6, 0.82);
    let foot = stem + hand.bell(0.06);
    let style = hand.unit();
    if style < 0.1 {
        // Closed at the top, two strokes.
        let knots = [
            S(stem, 0.0),
            C(hand.within(0.0, 0.15), bar),
            S(hand.within(0.85, 1.1), bar),
        ];
        let first = stroke(&knots, tremor, hand);
        let second = stroke(&[S(stem, 0.0), S(stem, 0.5), S(foot, 1.0)], tremor, hand);
        return vec![first, second];
    }
    let left = hand.within(0.05, 0.25);
    let lean = hand.bell(0.07) - 0.05;
    let over = stem + hand.within(0.02, 0.36);
    let top = hand.within(-0.08, 0.2);
    if style < 0.6 {
        // Open, with a corner.
        let knots = [
            S(left + lean + 0.04, 0.0),
            S(left, bar * 0.6),
            C(left - 0.05, bar),
            S(over, bar + hand.bell(0.04)),
        ];
        let first = stroke(&knots, tremor, hand);
        let second = stroke(&[S(stem, top), S(stem, 0.5), S(foot, 1.0)], tremor, hand);
        return vec![first, second];
    }
    if style < 0.99 {
        // Open, the left part round as in a u.
        let knots = [
            S(left + lean, 0.0),
            S(left - 0.02, bar * 0.6),
            S(left + 0.12, bar),
            S((left + stem) / 2.0 + 0.1, bar - 0.02),
            S(stem, bar * 0.7),
        ];
        let first = stroke(&knots, tremor, hand);
        let second = stroke(&[S(stem, top), S(stem, 0.5), S(foot, 1.0)], tremor, hand);
        return vec![first, second];
    }
    // In one go: down, across, up, and down again.
    let knots = [
        S(left + lean, 0.05),
        S(left, bar * 0.7),
        C(left + 0.02, bar),
        S((left + stem) / 2.0, bar - 0.02),
        S(stem, bar * 0.5),
        C(stem + 0.02, top + 0.05),
        S(stem, 0.5),
        S(foot, 1.0),
    ];
    vec![stroke(&knots, tremor, hand)]
}

fn five(tremor: f32, hand: &mut Hand) -> Vec<Stroke> {
    let left = hand.within(0.1, 0.38);
    let neck = hand.within(0.3, 0.52);
    let top = hand.within(0.0, 0.12);
    let belly = hand.within(0.55, 0.95);
    let lower = (neck + 1.0) / 2.0 + hand.bell(0.03);
    let lean = hand.within(-0.02, 0.16);
    let tail = hand.within(-0.2, 0.2);
    let round = hand.chance(0.2);
    let mut body = vec![
        S(left + lean, top),
        // Round at the neck as in an s, or a corner.
        if round { S(left, neck) } else { C(left, neck) },
        S((left + belly) / 2.0, neck - hand.within(-0.03, 0.08)),
        S(belly - 0.06, lower - 0.14),
        S(belly, lower),
        S(belly - 0.13, 0.92),
        S((tail + belly) / 2.0, hand.within(0.97, 1.02)),
        S(tail + 0.06, hand.within(0.9, 1.0)),
    ];
    if hand.chance(0.4) {
        body.push(S(tail, hand.within(0.76, 0.92)));
    }
    let tip = hand.within(0.6, 1.2);
    let rise = hand.within(-0.14, 0.06);
    if hand.chance(0.5) {
        // In one go, from the tip of the bar.
        let (x, y) = (left + lean, top);
        body[0] = if hand.chance(0.6) { C(x, y) } else { S(x, y) };
        body.insert(0, S((x + tip) / 2.0, top + rise * 0.4 + hand.bell(0.02)));
        body.insert(0, S(tip, top + rise));
        return vec![stroke(&body, tremor, hand)];
    }
    let body = stroke(&body, tremor, hand);
    let start = body[0];
    let bar = [
        S(start[0] + hand.bell(0.04), start[1] + hand.bell(0.03)),
        S((start[0] + tip) / 2.0, top + rise * 0.4),
        S(tip, top + rise),
    ];
    vec![body, stroke(&bar, tremor, hand)]
}

fn six(tremor: f32, hand: &mut Hand) -> Vec<Stroke> {
    let head = hand.within(0.02, 0.76);
    let left = hand.within(0.0, 0.12);
    let right = hand.within(0.48, 0.86);
    let crown = hand.within(0.42, 0.74);
    let bowl = (1.0 + crown) / 2.0;
    let middle = (left + right) / 2.0;
    let bend = hand.within(0.2, 0.55);
    let mut knots = vec![
        S(head, 0.0),
        S(left + (head - left) * bend, 0.28),
        S(left + (head - left) * bend * 0.25, 0.55),
        S(left, hand.within(0.7, 0.8)),
        S(left + 0.1, 0.93),
        S(middle, 1.0),
        S(right - 0.07, bowl + (1.0 - bowl) * 0.65),
        S(right, bowl),
        S(right - 0.1, crown + 0.05),
        S(middle + hand.within(-0.02, 0.1), crown),
    ];
    // The bowl closes on the stem, crosses it, or stops short.
    if hand.chance(0.88) {
        let close = hand.within(-0.12, 0.14);
        knots.push(S(left + close, bowl + hand.bell(0.06)));
        if hand.chance(0.3) {
            knots.push(S(left + close + 0.02, bowl + 0.16));
        }
    }
    vec![stroke(&knots, tremor, hand)]
}

fn seven(tremor: f32, hand: &mut Hand) -> Vec<Stroke> {
    let corner = hand.within(0.62, 0.95);
    let top = hand.within(0.0, 0.14);
    let foot = hand.within(0.22, 0.72);
    let bow = hand.bell(0.05);
    let mut knots = Vec::new();
    let left = hand.within(0.0, 0.15);
    let turn = (corner, hand.within(0.0, 0.1));
    if hand.chance(0.3) {
        // A serif at the start of the bar, sometimes as long as an n's leg.
        knots.push(S(left + hand.bell(0.04), top + hand.within(0.1, 0.36)));
        let (x, y) = (left + 0.02, top + 0.02);
        knots.push(if hand.chance(0.7) { C(x, y) } else { S(x, y) });
    } else {
        knots.push(S(left, top + hand.within(-0.02, 0.1)));
    }
    let wave = hand.bell(0.035);
    knots.push(S((left + corner) / 2.0, (top + turn.1) / 2.0 + wave));
    if hand.chance(0.65) {
        knots.push(C(turn.0, turn.1));
    } else {
        knots.push(S(turn.0 - 0.03, turn.1));
        knots.push(S(turn.0, turn.1 + 0.14));
    }
    knots.push(S((corner + foot) / 2.0 + bow, hand.within(0.45, 0.6)));
    knots.push(S(foot, 1.0));
    let mut strokes = vec![stroke(&knots, tremor, hand)];
    if hand.chance(0.14) {
        let level = hand.within(0.4, 0.58);
        let middle = corner + (foot - corner) * level;
        let half = hand.within(0.15, 0.32);
        let tilt = hand.bell(0.05);
        let bar = [
            S(middle - half, level + tilt),
            S(middle + half, level - tilt),
        ];
        strokes.push(stroke(&bar, tremor, hand));
    }
    strokes
}

fn eight(tremor: f32, hand: &mut Hand) -> Vec<Stroke> {
    let waist = hand.within(0.36, 0.6);
    let top = hand.within(0.15, 0.4);
    let bottom = hand.within(0.13, 0.36);
    let (upper, lower) = (waist / 2.0, (1.0 + waist) / 2.0);
    let shift = 0.04 + hand.bell(0.06);
    if hand.chance(0.1) {
        // Two rings, one on the other.
        let from = hand.within(-0.4, -0.1);
        let turns = 1.0 + hand.bell(0.03);
        let first = arc([0.5 + shift, upper], [top, upper], from, from - turns, 8);
        let from = hand.within(-0.4, -0.1);
        let second = arc([0.5, lower], [bottom, lower - waist], from, from - turns, 8);
        return vec![stroke(&first, tremor, hand), stroke(&second, tremor, hand)];
    }
    // An s, and back up, from the top right, or mirrored by some. Where the
    // lines meet again there is a gap, a meeting, or two tails that cross.
    let mirror = if hand.chance(0.15) { -1.0 } else { 1.0 };
    let x = |offset: f32| 0.5 + mirror * offset;
    let mut knots = Vec::new();
    if hand.chance(0.5) {
        let reach = hand.within(0.5, 1.4);
        knots.push(S(x(top * reach + shift), upper * hand.within(0.2, 0.9)));
    } else {
        knots.push(S(x(top * 0.75 + shift), upper * 0.35));
    }
    knots.extend([
        S(x(shift), 0.0),
        S(x(shift - top * 0.8), upper * 0.4),
        S(x(shift - top), upper),
        S(x(-top * 0.4), upper + (waist - upper) * 0.7),
        S(x(0.0), waist),
        S(x(bottom * 0.8), waist + (lower - waist) * 0.45),
        S(x(bottom), lower),
        S(x(bottom * 0.7), lower + (1.0 - lower) * 0.75),
        S(x(0.0), 1.0),
        S(x(-bottom * 0.8), lower + (1.0 - lower) * 0.65),
        S(x(-bottom), lower),
        S(x(-bottom * 0.5), waist + (lower - waist) * 0.35),
        S(x(0.05), waist + hand.bell(0.03)),
    ]);
    if hand.chance(0.6) {
        // Straight up, past the start.
        let reach = hand.within(0.8, 1.8);
        knots.push(S(x(top * reach + shift), hand.within(-0.08, 0.16)));
    } else {
        let gap = hand.within(0.0, 0.1);
        knots.push(S(x(top * 0.95 + shift - gap * 0.5), upper + 0.02));
        knots.push(S(x(top * 0.75 + shift - gap), upper * 0.4 + gap));
    }
    vec![stroke(&knots, tremor, hand)]
}

fn nine(tremor: f32, hand: &mut Hand) -> Vec<Stroke> {
    let base = hand.within(0.3, 0.66);
    let left = hand.within(0.06, 0.28);
    let right = hand.within(0.6, 0.86);
    let middle = (left + right) / 2.0;
    let top = base * hand.within(0.02, 0.4);
    let mut knots = vec![
        S(
            right + hand.within(-0.12, 0.06),
            base * hand.within(0.05, 0.35),
        ),
        S(middle + hand.within(0.0, 0.12), hand.within(-0.02, 0.04)),
        S(left + 0.1, base * 0.16),
        S(left, base * hand.within(0.45, 0.65)),
        S(left + 0.08, base * 0.9),
        S(middle - hand.within(0.0, 0.1), base),
        S(
            right - hand.within(0.02, 0.12),
            base * hand.within(0.45, 0.85),
        ),
    ];
    if hand.chance(0.6) {
        knots.push(C(right + hand.bell(0.03), top));
    } else {
        // Round at the top of the stem.
        knots.push(S(right + hand.bell(0.02), top));
    }
    let foot = right + hand.bell(0.15) - 0.05;
    let style = hand.unit();
    if style < 0.2 {
        // The stem ends in a hook.
        knots.extend([
            S(right, 0.6),
            S(right - 0.1, 0.9),
            S(middle - 0.05, 1.0),
            S(left + hand.bell(0.06), hand.within(0.82, 0.98)),
        ]);
    } else if style < 0.5 {
        // It bends to the left all the way down.
        let foot = middle + hand.bell(0.12);
        knots.extend([
            S(right - 0.02, 0.5),
            S((right + foot) / 2.0 + 0.06, 0.78),
            S(foot, 1.0),
        ]);
    } else {
        knots.extend([S((right + foot) / 2.0 + hand.bell(0.03), 0.6), S(foot, 1.0)]);
    }
    vec![stroke(&knots, tremor, hand)]
}

// ---------------------------------------------------------------------------
// From skeleton to raster.

/// Slants, turns, stretches and warps the whole digit, and fits it into the
/// raster.
fn deform(strokes: &mut [Stroke], hand: &mut Hand, digit: u8) {
    let aspect = if digit == 1 {
        1.0
    } else {
        0.95 + hand.bell(0.2)
    };
    // How far each digit leans to the right, on the mean, beyond its skeleton.
    const LEAN: [f32; NUM_CLASSES] = [0.24, 0.26, 0.1, 0.08, 0.24, 0.06, 0.06, 0.1, 0.15, 0.16];
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
fn render(strokes: &[Stroke], digit: u8, hand: &mut Hand) -> Vec<u8> {
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
        let shipped = include_bytes!("../../../data/sample.csv.gz");
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
    fn the_polynomial_sine_is_a_sine() {
        for i in -200..200 {
            let turn = i as f32 / 97.0;
            let exact = (f64::from(turn) * std::f64::consts::TAU).sin();
            let (cos, sin) = circle(turn);
            assert!(
                (f64::from(sin) - exact).abs() < 1e-5,
                "at {turn}: {sin}, not {exact}"
            );
            assert!((cos * cos + sin * sin - 1.0).abs() < 1e-5, "at {turn}");
        }
    }
}
