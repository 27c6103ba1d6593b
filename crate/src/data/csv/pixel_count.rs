//! What is wrong with the pixels of a header that are not as many as those of a square
//! image.

use super::columns::{side_of, size_cause};
use super::field::quoted;
use crate::error::{Error, Result};

/// Refuses pixels that are not as many as those of a square image. `numbers` are those of
/// their names, each with its column; `pixel_prefix` is what stands before them, and whether
/// they are lines and columns. Fewer than an image's are passed over.
///
/// # Errors
/// Where there are as many as make an image: which is missing or there twice, or what the
/// images seem to be.
pub(super) fn refuse_pixels(
    names: &[&[u8]],
    numbers: &[(u32, usize)],
    pixel_prefix: (&str, bool),
    row: u64,
) -> Result<()> {
    let bounds = numbers.iter().map(|(number, _)| *number);
    let (Some(first), Some(last)) = (bounds.clone().min(), bounds.max()) else {
        return Ok(());
    };
    // Fewer are no image; lines and columns may be those of any.
    if numbers.len() < 16 || pixel_prefix.1 {
        return Ok(());
    }
    let base = first.min(1);
    let wanted = (last - base) as usize + 1;
    let name = |number: u32| format!("{:?}", format!("{}{number}", pixel_prefix.0));
    let (low, high) = (name(base), name(last));
    let once = format!("{low} to {high}, each once and counted from 0 or 1");
    let mut is_there = vec![false; last as usize + 1];
    for &(number, column) in numbers {
        if std::mem::replace(&mut is_there[number as usize], true) {
            return Err(Error::data(
                format!("row {row}, column {}", column + 1),
                format!("{} a second time", quoted(names[column])),
                once,
            ));
        }
    }
    let gap = (base..=last).find(|&number| !is_there[number as usize]);
    if let (Some(missing), Some(_)) = (gap, side_of(wanted)) {
        let others = wanted - numbers.len() - 1;
        let more = if others > 0 {
            format!(" and {others} more")
        } else {
            String::new()
        };
        return Err(Error::data(
            format!("row {row}"),
            format!(
                "no column {}{more} among {} pixels",
                name(missing),
                numbers.len()
            ),
            once,
        ));
    }
    let found = format!(
        "{} pixels, {} to {}",
        numbers.len(),
        name(first),
        name(last)
    );
    let cause = size_cause(numbers.len()).unwrap_or_else(|| {
        "those of a square image, such as 784 for 28 × 28: a column is missing or one too many"
            .to_owned()
    });
    Err(Error::data(format!("row {row}"), found, cause))
}
