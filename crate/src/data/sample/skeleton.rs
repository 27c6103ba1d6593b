//! The skeletons of the ten digits in the styles people write them.
//!
//! Over 400 lines: a list of strokes.

use super::hand::Hand;
use super::stroke::Knot::{Corner as C, Smooth as S};
use super::stroke::{Stroke, arc, stroke};

/// The strokes of a digit in one of its styles.
pub(super) fn skeleton(digit: u8, hand: &mut Hand) -> Vec<Stroke> {
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
