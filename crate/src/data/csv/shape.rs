//! What the columns of a table without names hold, by their number and what stands in
//! its first rows.
//!
//! Owns the evidence. Where a label may be first as well as last, both readings are
//! given, the likelier one first: a person chooses.

use super::columns::{Columns, Target, label_words, side_note, side_of};
use super::value::{Value, value};

/// The share of a column's commonest value above which it is a picture's edge rather
/// than a label: an edge is paper in most images.
pub(super) const LARGEST_LABEL_SHARE: f64 = 0.6;
/// Rows from which a column that counts them is an index and no label.
const ROWS_OF_INDEX: usize = 12;

/// Rows of fields, from the first line of data on; all as long as the first.
pub(super) struct FirstRows<'a> {
    pub rows: &'a [Vec<&'a [u8]>],
    pub has_decimal_comma: bool,
}

/// What a column's values look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    /// A word stands in it: it can only be a label.
    Words,
    /// Whole numbers of up to two digits in a mixture: a label.
    Mixed,
    /// Whole numbers of up to two digits, nearly all of them one: an edge, or rows in
    /// the order of their labels.
    Monotonous,
    /// Numbers that no label has.
    Pixels,
}

/// The readings of a table, the likeliest first, and how many of them are likely; none
/// where its shape is that of no images.
pub(super) fn shapes(head: &FirstRows) -> (Vec<Columns>, usize) {
    let Some(width) = head.rows.first().map(Vec::len) else {
        return (Vec::new(), 0);
    };
    if let Some(side) = side_of(width) {
        return (vec![plan(side, 0, None, &[])], 1);
    }
    let is_indexed = head.counts_rows(0);
    if let Some(side) = width.checked_sub(1).and_then(side_of) {
        if is_indexed && head.rows.len() >= ROWS_OF_INDEX {
            return (vec![plan(side, 1, None, &["index column left out"])], 1);
        }
        return label_readings(head, side, 0);
    }
    if let Some(side) = width.checked_sub(2).and_then(side_of)
        && is_indexed
    {
        return label_readings(head, side, 1);
    }
    let found = one_hot_reading(head, width);
    let num_likely = usize::from(found.is_some());
    (found.into_iter().collect(), num_likely)
}

/// With the label before the pixels or after them, behind `first` columns of an index.
fn label_readings(head: &FirstRows, side: usize, first: usize) -> (Vec<Columns>, usize) {
    use Look::{Mixed, Monotonous, Pixels, Words};
    let end = first + side * side;
    let (looks_first, looks_last) = (head.look(first), head.look(end));
    let is_digits_of_8 = side == 8 && head.is_paper(first);
    let (is_last_likelier, num_likely) = match (looks_first, looks_last) {
        (Words, _) => (false, 1),
        (_, Words) => (true, 1),
        (Mixed, Mixed) => (false, 2),
        (Mixed, Monotonous | Pixels) => (false, 1),
        // scikit-learn's digits, whose first corner is always paper.
        (Monotonous, Mixed) if is_digits_of_8 => (true, 1),
        (Monotonous | Pixels, Mixed) | (Pixels, Monotonous) => (true, 2),
        // A row or two, or rows in the order of their labels.
        (Monotonous, Monotonous) if head.is_paper(first) && !head.is_paper(end) => (true, 2),
        (Monotonous, Monotonous) if !head.is_paper(end) => (false, 2),
        // The whole file will tell.
        (Monotonous, _) | (Pixels, Pixels) => (false, 1),
    };
    let notes: &[&str] = if first > 0 {
        &["index column left out"]
    } else {
        &[]
    };
    let mut plans = vec![
        plan(side, first, Some(first), notes),
        plan(side, first, Some(end), notes),
    ];
    if is_last_likelier {
        plans.reverse();
    }
    (plans, num_likely)
}

/// Labels as columns of which one is 1, before the pixels or after them.
fn one_hot_reading(head: &FirstRows, width: usize) -> Option<Columns> {
    let sides = (4..=64).rev();
    for (side, num_classes) in
        sides.filter_map(|side| Some((side, width.checked_sub(side * side)?)))
    {
        if !(2..=super::super::labels::MAX_CLASSES).contains(&num_classes) {
            continue;
        }
        for first_class in [0, side * side] {
            let classes: Vec<usize> = (first_class..first_class + num_classes).collect();
            if !head.is_one_hot(&classes) {
                continue;
            }
            let first_pixel = if first_class == 0 { num_classes } else { 0 };
            let mut found = plan(side, first_pixel, None, &[]);
            found.targets.resize(width, Target::Skipped);
            for class in 0..num_classes {
                found.targets[first_class + class] = Target::OneHot(class as u8);
                found.one_hot.push(class.to_string());
            }
            found
                .notes
                .push(format!("labels from {num_classes} one-hot columns"));
            return Some(found);
        }
    }
    None
}

/// Where a header's columns of words may be one-hot labels, which is then its first plan,
/// the first rows tell: it is the only plan, or none.
pub(super) fn settle_one_hot(rows: &[Vec<&[u8]>], plans: &mut Vec<Columns>) {
    let Some(plan) = plans.first().filter(|plan| !plan.one_hot.is_empty()) else {
        return;
    };
    let columns: Vec<usize> = (0..plan.targets.len())
        .filter(|&at| matches!(plan.targets[at], Target::OneHot(_)))
        .collect();
    let head = FirstRows {
        rows,
        has_decimal_comma: false,
    };
    if head.is_one_hot(&columns) {
        plans.truncate(1);
    } else {
        plans.remove(0);
    }
}

/// The plan of pixels in their order around the column of the label; what stands before
/// `first` is left out.
fn plan(side: usize, first: usize, label: Option<usize>, notes: &[&str]) -> Columns {
    let num_pixels = side * side;
    let width = first + num_pixels + usize::from(label.is_some());
    let mut pixel = 0;
    let targets = (0..width)
        .map(|column| match column {
            column if Some(column) == label => Target::Label,
            column if column < first => Target::Skipped,
            _ => {
                pixel += 1;
                Target::Pixel(pixel - 1)
            }
        })
        .collect();
    Columns {
        side,
        targets,
        one_hot: Vec::new(),
        names: Vec::new(),
        has_header: false,
        is_first_mangled: false,
        notes: label
            .map(|column| label_words(column, None))
            .into_iter()
            .chain(side_note(side))
            .chain(notes.iter().map(|&note| note.to_owned()))
            .collect(),
    }
}

impl FirstRows<'_> {
    fn values(&self, column: usize) -> impl Iterator<Item = Value> {
        let fields = self.rows.iter().filter_map(move |row| row.get(column));
        fields.map(|field| value(field.trim_ascii(), self.has_decimal_comma))
    }

    fn look(&self, column: usize) -> Look {
        let is_word = |value: &Value| *value == Value::Other;
        // Where it is a few rows, reading them will tell what is wrong there.
        if self.values(column).filter(is_word).count() * 2 > self.rows.len() {
            return Look::Words;
        }
        let mut counts = [0_usize; 100];
        for value in self.values(column) {
            match value {
                Value::Whole(number @ 0..=99) => counts[number as usize] += 1,
                _ => return Look::Pixels,
            }
        }
        let most = counts.iter().max().copied().unwrap_or(0);
        let is_mixed = most as f64 <= LARGEST_LABEL_SHARE * self.rows.len() as f64;
        if is_mixed {
            Look::Mixed
        } else {
            Look::Monotonous
        }
    }

    /// Whether a column holds nothing but 0.
    fn is_paper(&self, column: usize) -> bool {
        self.values(column).all(|value| value == Value::Whole(0))
    }

    /// Whether a column counts the rows, from wherever.
    fn counts_rows(&self, column: usize) -> bool {
        let mut last = None;
        self.values(column).all(|value| match (value, last) {
            (Value::Whole(number), None) => {
                last = Some(number);
                number <= 1
            }
            (Value::Whole(number), Some(before)) => {
                last = Some(number);
                number == before.saturating_add(1)
            }
            _ => false,
        })
    }

    /// Whether each row has a single 1 among these columns, and else zeros.
    fn is_one_hot(&self, columns: &[usize]) -> bool {
        (0..self.rows.len()).all(|row| {
            let mut ones = 0;
            columns.iter().all(|&column| {
                let field = self.rows[row].get(column).copied().unwrap_or_default();
                match value(field.trim_ascii(), self.has_decimal_comma) {
                    Value::Whole(0) => true,
                    Value::Whole(1) => {
                        ones += 1;
                        true
                    }
                    _ => false,
                }
            }) && ones == 1
        })
    }
}
