//! Sets of other tasks than MNIST's, made of the drawn digits: shrunk to any side, and
//! turned into as many classes as are asked for.

use inkling::data::{Dataset, Task, sample};

/// Pixels on a side of the digits that all are made of.
const SIDE: usize = 28;

/// `num_rows` pictures, `side` wide, of `num_classes` classes: the ten digits, then the
/// ten transposed, mirrored, upside down, and so on.
pub fn set(side: usize, num_classes: usize, num_rows: usize) -> Dataset {
    let (digits, labels) = sample::generate(num_rows, 3);
    let num_turns = num_classes.div_ceil(10);
    let mut pixels = Vec::with_capacity(num_rows * side * side);
    let mut classes = Vec::with_capacity(num_rows);
    for (row, (digit, &label)) in digits.chunks_exact(SIDE * SIDE).zip(&labels).enumerate() {
        let mut turn = row / 10 % num_turns;
        let mut class = usize::from(label) + 10 * turn;
        if class >= num_classes {
            (turn, class) = (0, usize::from(label) % num_classes);
        }
        let turned: Vec<u8> = (0..SIDE * SIDE)
            .map(|at| at_turn(digit, turn, at / SIDE, at % SIDE))
            .collect();
        pixels.extend(shrunk(&turned, side));
        classes.push(class as u8);
    }
    let task = Task::numbered(side, num_classes).expect("a task");
    Dataset::from_parts("made up", task, pixels, classes).expect("a set")
}

fn at_turn(digit: &[u8], turn: usize, y: usize, x: usize) -> u8 {
    let end = SIDE - 1;
    let (y, x) = if turn & 1 == 0 { (y, x) } else { (x, y) };
    let x = if turn & 2 == 0 { x } else { end - x };
    let y = if turn & 4 == 0 { y } else { end - y };
    // Beyond the eight ways to lay a square: those again, fainter.
    let level = digit[y * SIDE + x];
    if turn < 8 { level } else { level / 2 }
}

/// Each pixel the mean of the square of the digit's pixels that it covers, or the
/// nearest where the picture is the larger one.
fn shrunk(digit: &[u8], side: usize) -> Vec<u8> {
    let stretch = |at: usize| {
        let first = at * SIDE / side;
        first..((at + 1) * SIDE / side).max(first + 1)
    };
    let mut picture = Vec::with_capacity(side * side);
    for y in 0..side {
        for x in 0..side {
            let (mut sum, mut count) = (0, 0);
            for from_y in stretch(y) {
                for from_x in stretch(x) {
                    sum += u32::from(digit[from_y * SIDE + from_x]);
                    count += 1;
                }
            }
            picture.push((sum / count) as u8);
        }
    }
    picture
}
