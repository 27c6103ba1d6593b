//! What a reader cannot decide and a person can: which column holds the labels.

use super::dataset::Dataset;
use crate::error::Error;

/// A question of a table, with what would come of each answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// The possible readings, at least two, the likeliest first.
    pub readings: Vec<Reading>,
}

/// One reading of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The answer: the column of the labels, counted from 1; 0 where none has labels.
    pub label_column: u32,
    /// The same in words, as a choice among others: `column 785 "class", the last`.
    pub words: String,
    /// The table's first images, read so.
    pub sample: Dataset,
}

impl Question {
    /// The same as an error, for who cannot ask a person.
    pub fn refusal(&self) -> Error {
        let words: Vec<&str> = self
            .readings
            .iter()
            .map(|reading| reading.words.as_str())
            .collect();
        Error::data(
            "row 1",
            format!(
                "a table whose labels may stand in {}",
                words.join(" or in ")
            ),
            "the column of the labels to be named",
        )
    }
}
