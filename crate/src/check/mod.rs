//! A hand-in trained again and compared. What it proves is that these settings on these
//! data give these figures, not who pressed Train.
//!
//! Reads texts and judges results; who unpacks zips and who trains is the program's and
//! the page's business, so that both say the same words of the same files.

mod anew;
mod assigned;
mod evaluations;
mod figures;
mod files;
mod hand_in;
mod judging;
mod own_words;
mod packing;
mod repeat;
mod report_text;
mod rounding;
mod wholeness;

pub use files::class_files;
pub use hand_in::{read_hand_in, unread};
pub use judging::{Holders, judge, why_other_data};
pub use packing::{LIMITS, distinct_names, no_zip, root_of, texts};
pub use repeat::query_of;

/// What is said below any verdicts.
pub const PROVES: &str = "\"same bits\" proves that these settings on these data give these \
    figures, not who pressed Train. Equal weights tell of a copy only where each had a seed \
    of their own. Figures on a test set are held to their own counts only: its images are not \
    here.";

/// A text of anybody's as it may stand in a line: without control characters, and short.
pub fn printable(text: &str) -> String {
    const MOST: usize = 80;
    let kept: String = text
        .chars()
        .filter(|letter| !letter.is_control())
        .take(MOST + 1)
        .collect();
    match kept.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &kept[..end]),
        None => kept,
    }
}
