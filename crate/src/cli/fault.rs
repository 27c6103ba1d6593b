//! What ends the program early: a sentence, and the status that it exits with.

use std::fmt;
use std::io;

/// Exit status of a command that could not be done: data, files or settings are at fault.
pub(super) const STATUS_FAULT: u8 = 1;
/// Of one that was done and came to something else than was promised or hoped for: a run
/// that failed, weights that are not the card's, a hand-in that differs.
pub(super) const STATUS_DIFFERS: u8 = 3;

/// A sentence for the person at the terminal.
#[derive(Debug)]
pub(super) struct Fault(String);

pub(super) type Result<T> = std::result::Result<T, Fault>;

impl Fault {
    pub(super) fn input(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }

    pub(super) fn found(place: &str, found: &str, expected: &str) -> Self {
        Self(format!("{place}: found {found}, expected {expected}"))
    }

    pub(super) fn file(path: &str, error: &io::Error) -> Self {
        Self(format!("{path}: {error}"))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<crate::error::Error> for Fault {
    fn from(error: crate::error::Error) -> Self {
        Self(error.to_string())
    }
}
