//! Pictures in colours: with alpha, which a table does not tell from grey ones of twice the
//! side, for four values for each of `s × s` pixels are `2s × 2s` values; and by names, where
//! each colour is a whole picture.

use crate::data::dataset::Dataset;
use crate::error::{Error, Result};

/// One pixel in so many has another alpha than grey, where that carries the ink.
const LEAST_INK: usize = 50;

/// Refuses images whose pixels go in fours as those of pictures with alpha do: each fourth is
/// 255, or the three before it are alike and it is not. No grey image does so in every row.
pub(super) fn refuse_colours(data: &Dataset) -> Result<()> {
    let side = data.task().side();
    let (fours, _) = data.pixels().as_chunks::<4>();
    let is_opaque = || {
        fours.iter().all(|four| four[3] == 255) && fours.iter().any(|four| four[..3] != [255; 3])
    };
    let is_grey = || {
        fours
            .iter()
            .all(|[red, green, blue, _]| red == green && green == blue)
            && fours.iter().filter(|four| four[3] != four[0]).count() * LEAST_INK >= fours.len()
    };
    let found = match side % 2 {
        0 if is_opaque() => "each fourth of them 255 in every row",
        0 if is_grey() => "three of each four alike in every row",
        _ => return Ok(()),
    };
    let half = side / 2;
    Err(Error::data(
        "row 1",
        format!("{} pixels, {found}", side * side),
        format!(
            "square grey images of 4 × 4 to 64 × 64 pixels: these seem {half} × {half} in three \
             colours and alpha, turn them to grey first"
        ),
    ))
}

/// Refuses several whole pictures in a row, each under a prefix of its own, as `r0` to `b783`:
/// which of them is meant, nothing tells.
pub(super) fn refuse_channels(prefixes: &[&str], side: usize, row: u64) -> Result<()> {
    let [all @ .., last] = prefixes else {
        return Ok(());
    };
    if all.is_empty() {
        return Ok(());
    }
    let quoted: Vec<String> = all.iter().map(|prefix| format!("{prefix:?}")).collect();
    let seems = match prefixes.len() {
        3 | 4 => format!(
            "a grey image in each row: these seem {side} × {side} in colours, turn them to grey first"
        ),
        _ => "one image in each row: leave out the columns of the others".to_owned(),
    };
    Err(Error::data(
        format!("row {row}"),
        format!(
            "{} pixels under each of the names {} and {last:?}",
            side * side,
            quoted.join(", ")
        ),
        seems,
    ))
}
