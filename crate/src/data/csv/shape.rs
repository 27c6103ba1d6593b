//! What the columns of a table without names hold, by their number and what stands in
//! its first rows.
//!
//! Owns the evidence. Where a label may be first as well as last, both readings are
//! given, the likelier one first: a person chooses.

use std::ops::Range;

use super::columns::{Columns, INDEX_NOTE, Target, index_notes, label_words, side_note, side_of};
use super::row_names::{ROWS_OF_NAMES, ends_empty};
use super::value::{Value, value};
use crate::data::labels::MAX_CLASSES;
use crate::order::are_distinct;

/// The share of a column's commonest value above which it is a picture's edge rather
/// than a label: an edge is paper in most images.
pub(super) const LARGEST_LABEL_SHARE: f64 = 0.6;
/// Rows from which a column that counts them is an index and no label.
const ROWS_OF_INDEX: usize = 12;

/// Columns that number rows, at most.
const MAX_INDICES: usize = 3;
/// Columns among the pixels that may hold labels, at most: more are pixels of few values.
const MAX_WITHIN: usize = 3;
/// Rows from which that can be told.
const ROWS_WITHIN: usize = 30;

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
    if width > 16 && head.rows.iter().all(|row| ends_empty(row)) {
        let note = format!("column {width} without a name left out");
        return without_last(head, width, note);
    }
    if head.ends_with_index(width) {
        return without_last(head, width, INDEX_NOTE.to_owned());
    }
    if let Some(side) = side_of(width) {
        return (vec![plan(side, 0, None, &[])], 1);
    }
    if let Some(side) = width.checked_sub(1).and_then(side_of) {
        if head.numbers_rows(0) && head.rows.len() >= ROWS_OF_INDEX {
            return (vec![plan(side, 1, None, &[INDEX_NOTE])], 1);
        }
        return label_readings(head, side, 0);
    }
    // Each time that pandas saves a table it may add an index.
    let num_indices = (0..MAX_INDICES)
        .take_while(|&column| head.numbers_rows(column))
        .count();
    for first in 1..=num_indices {
        if let Some(side) = width.checked_sub(first + 1).and_then(side_of) {
            return label_readings(head, side, first);
        }
    }
    // One that counts three rows or more is none of ones and zeros.
    let is_counted = num_indices > 0 && head.rows.len() >= 3;
    let indices = if is_counted {
        num_indices..=num_indices
    } else {
        0..=0
    };
    let found = indices
        .chain(0..num_indices * usize::from(is_counted))
        .find_map(|first| one_hot_reading(head, width, first));
    let num_likely = usize::from(found.is_some());
    (found.into_iter().collect(), num_likely)
}

/// The readings of rows whose last field is none of the image's: of what stands before it.
fn without_last(head: &FirstRows, width: usize, note: String) -> (Vec<Columns>, usize) {
    let rows: Vec<Vec<&[u8]>> = head
        .rows
        .iter()
        .map(|row| row[..width - 1].to_vec())
        .collect();
    let (mut plans, num_likely) = shapes(&FirstRows {
        rows: &rows,
        ..*head
    });
    for plan in &mut plans {
        plan.targets.push(Target::Skipped);
        plan.notes.push(note.clone());
        plan.notes = index_notes(std::mem::take(&mut plan.notes));
    }
    (plans, num_likely)
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
    let notes = index_notes(vec![INDEX_NOTE.to_owned(); first]);
    let notes: Vec<&str> = notes.iter().map(String::as_str).collect();
    let reading = |column: usize| plan(side, first, Some(column), &notes);
    let mut plans = vec![reading(first), reading(end)];
    if is_last_likelier {
        plans.reverse();
    }
    let are_edges = ![looks_first, looks_last]
        .iter()
        .any(|look| matches!(look, Mixed | Words));
    let within = head.labels_within(first + 1..end);
    if are_edges && !within.is_empty() {
        plans.splice(0..0, within.into_iter().map(reading));
        return (plans, 2);
    }
    (plans, num_likely)
}

/// Labels as columns of which one is 1, before the pixels or after them, behind `first` columns
/// of an index.
fn one_hot_reading(head: &FirstRows, width: usize, first: usize) -> Option<Columns> {
    let sides = (4..=64).rev();
    for (side, num_classes) in
        sides.filter_map(|side| Some((side, width.checked_sub(first + side * side)?)))
    {
        if !(2..=MAX_CLASSES).contains(&num_classes) {
            continue;
        }
        for first_class in [first, first + side * side] {
            let classes: Vec<usize> = (first_class..first_class + num_classes).collect();
            // One column of ones alone, beside edges of paper, is none of labels.
            let has_several = classes.len() >= 5 || head.num_ones(&classes) >= 2;
            if !head.is_one_hot(&classes) || !has_several {
                continue;
            }
            let first_pixel = if first_class == first {
                first + num_classes
            } else {
                first
            };
            let mut found = plan(side, first_pixel, None, &[]);
            found.targets.resize(width, Target::Skipped);
            for class in 0..num_classes {
                found.targets[first_class + class] = Target::OneHot(class as u8);
                found.one_hot.push(class.to_string());
            }
            found
                .notes
                .push(format!("labels from {num_classes} one-hot columns"));
            let notes = index_notes(vec![INDEX_NOTE.to_owned(); first]);
            found.notes.extend(notes);
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

/// Of plans whose label stands under an index' name those stay whose first rows have labels
/// there: they are not all different, as those of an index are, nor all one.
pub(super) fn settle_indices(rows: &[Vec<&[u8]>], plans: &mut Vec<Columns>) {
    let head = FirstRows {
        rows,
        has_decimal_comma: false,
    };
    plans.retain(|plan| match plan.label_column() {
        Some(column) if plan.indices.contains(&column) => {
            let is_label = matches!(head.look(column), Look::Mixed | Look::Words);
            is_label && !head.is_distinct(column) && head.field(column).all(|text| !text.is_empty())
        }
        _ => true,
    });
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
        indices: Vec::new(),
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
    fn field(&self, column: usize) -> impl Iterator<Item = &[u8]> {
        let fields = self.rows.iter().filter_map(move |row| row.get(column));
        fields.map(|field| field.trim_ascii())
    }

    fn values(&self, column: usize) -> impl Iterator<Item = Value> {
        self.field(column)
            .map(|text| value(text, self.has_decimal_comma))
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

    /// Columns that look like labels among pixels; none where there are too many to tell.
    fn labels_within(&self, columns: Range<usize>) -> Vec<usize> {
        if self.rows.len() < ROWS_WITHIN {
            return Vec::new();
        }
        // Paper is in more images than a label, and ink has higher numbers.
        let is_label = |&column: &usize| match self.look(column) {
            Look::Words => true,
            Look::Mixed => {
                let is_zero = |value: &Value| *value == Value::Whole(0);
                self.values(column).filter(is_zero).count() * 5 <= self.rows.len() * 2
            }
            Look::Monotonous | Look::Pixels => false,
        };
        let found: Vec<usize> = columns.filter(is_label).collect();
        match found.len() {
            1..=MAX_WITHIN => found,
            _ => Vec::new(),
        }
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

    /// Whether no two fields of a column are alike.
    fn is_distinct(&self, column: usize) -> bool {
        are_distinct(&self.field(column).collect::<Vec<_>>())
    }

    /// Whether a column counts the rows, or names them: by words or by numbers beyond a pixel's,
    /// so many that no two are alike.
    fn numbers_rows(&self, column: usize) -> bool {
        let is_whole = |value: Value| matches!(value, Value::Whole(_));
        let is_beyond = |value: Value| matches!(value, Value::Whole(256..));
        let are_names = || {
            self.values(column).all(|value| value == Value::Other)
                || (self.values(column).all(is_whole) && self.values(column).any(is_beyond))
        };
        let is_named = self.rows.len() >= ROWS_OF_NAMES && are_names() && self.is_distinct(column);
        is_named || self.counts_rows(column)
    }

    /// Whether the last column numbers the rows: of a few of them only where nothing else fits.
    fn ends_with_index(&self, width: usize) -> bool {
        let Some(last) = width.checked_sub(1).filter(|&last| last >= 16) else {
            return false;
        };
        let fits_else = width.checked_sub(1).and_then(side_of).is_some() || self.counts_rows(0);
        let fits_without = width.checked_sub(2).and_then(side_of).is_some();
        let is_sure = self.rows.len() >= ROWS_OF_INDEX;
        let may_be = is_sure || (self.rows.len() >= 4 && fits_without && !fits_else);
        may_be && side_of(width).is_none() && self.numbers_rows(last)
    }

    /// How many of these columns have a 1 in them.
    fn num_ones(&self, columns: &[usize]) -> usize {
        let has_one = |&&column: &&usize| self.values(column).any(|value| value == Value::Whole(1));
        columns.iter().filter(has_one).count()
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
