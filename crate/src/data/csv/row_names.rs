//! Rows that are one field longer than the header: R's `write.table` gives no name to the
//! column of row names, and some programs end each row with a separator.
//!
//! Owns how that is told from a header that lacks another name, headers of several lines, and
//! tables that lie on their side.

use super::columns::{Columns, Format, side_of};
use super::first_line::{FirstLine, LEVELS, decide};
use super::value::{Value, value};
use crate::error::{Error, Result};
use crate::order::are_distinct;

/// Rows from which fields that all differ can be no labels.
pub(super) const ROWS_OF_NAMES: usize = 40;

/// The plans of a header to which the name is added that its rows have a field too many for;
/// `None` where they have none, or one that may be anything. Reading tells what is wrong then.
///
/// # Errors
/// As [`decide`].
pub(super) fn fitted(
    rows: &[Vec<&[u8]>],
    plans: &[Columns],
    header: &[u8],
    format: Format,
) -> Result<Option<Vec<Columns>>> {
    let (Some(first), Some(plan)) = (rows.first(), plans.first()) else {
        return Ok(None);
    };
    if !plan.has_header || plan.targets.len() + 1 != first.len() {
        return Ok(None);
    }
    // Two quotes are a name where blanks separate, too.
    let (name, separator) = (&b"\"\""[..], &[format.separator][..]);
    let header = if rows.iter().all(|row| ends_empty(row)) {
        [header, separator, name].concat()
    } else if plans.iter().any(Columns::has_labels) && has_names(rows) {
        [name, separator, header].concat()
    } else {
        return Ok(None);
    };
    match decide(&header, format, 1)? {
        FirstLine::Named(plans) => Ok(Some(plans)),
        _ => Ok(None),
    }
}

/// Whether nothing stands behind the last separator.
pub(super) fn ends_empty(row: &[&[u8]]) -> bool {
    row.last()
        .is_some_and(|field| field.trim_ascii().is_empty())
}

/// Whether the first fields name rows: they count them, or are words or enough numbers that
/// all differ.
fn has_names(rows: &[Vec<&[u8]>]) -> bool {
    let names: Vec<&[u8]> = rows.iter().filter_map(|row| row.first().copied()).collect();
    let numbers: Vec<Value> = names.iter().map(|name| value(name, false)).collect();
    let counts = |(at, number): (usize, &Value)| match (numbers[0], number) {
        (Value::Whole(first @ 0..=1), Value::Whole(number)) => *number == first + at as u32,
        _ => false,
    };
    if numbers.iter().enumerate().all(counts) {
        return numbers.len() > 1;
    }
    let are_words = numbers.iter().all(|number| *number == Value::Other);
    are_distinct(&names) && (names.len() >= ROWS_OF_NAMES || (are_words && names.len() > 1))
}

/// Refuses a table whose first lines number the lines and columns of an image, one a level of
/// pandas' columns: they are no images.
///
/// # Errors
/// At such a table.
pub(super) fn refuse_levels(rows: &[Vec<&[u8]>], row: u64) -> Result<()> {
    let [upper, lower, ..] = rows else {
        return Ok(());
    };
    let number = |field: &[u8]| value(field, false);
    let is_counted = |first: usize| {
        let side = upper.len().checked_sub(first).and_then(side_of);
        side.is_some_and(|side| {
            let (upper, lower) = (&upper[first..], &lower[first..]);
            (0..side * side).all(|at| {
                number(upper[at]) == Value::Whole((at / side) as u32)
                    && number(lower[at]) == Value::Whole((at % side) as u32)
            })
        })
    };
    if (0..3).any(is_counted) {
        return Err(Error::data(
            format!("row {row}"),
            "the numbers of an image's lines, above those of its columns",
            LEVELS,
        ));
    }
    Ok(())
}

/// Refuses a table that lies on its side, a pixel in each row: rows that begin with the names
/// of pixels, one after the other.
///
/// # Errors
/// At such a table.
pub(super) fn refuse_turned(rows: &[Vec<&[u8]>], row: u64) -> Result<()> {
    let number = |fields: &Vec<&[u8]>| {
        let name = str::from_utf8(fields.first()?.trim_ascii()).ok()?;
        let rest = name.trim_end_matches(|letter: char| letter.is_ascii_digit());
        let is_pixel = rest.to_ascii_lowercase().starts_with("pix") && rest.len() < name.len();
        is_pixel.then(|| name[rest.len()..].parse::<u32>().ok())?
    };
    let numbers: Vec<(usize, u32)> = rows
        .iter()
        .enumerate()
        .filter_map(|(at, fields)| Some((at, number(fields)?)))
        .collect();
    let is_next = |pair: &[(usize, u32)]| pair[1].1 == pair[0].1 + 1;
    match numbers.first() {
        Some((at, _)) if numbers.len() > 1 && numbers.windows(2).all(is_next) => Err(Error::data(
            format!("row {}, column 1", row + *at as u64),
            "the name of a pixel at the beginning of each row",
            "an image in each row: this table lies on its side, in pandas save its .T",
        )),
        _ => Ok(()),
    }
}
