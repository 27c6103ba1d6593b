//! The one error type. Every message names the place, what was found and what
//! was expected, because only the message survives the trip to the page.

/// What can go wrong between a person's input and a trained network.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file that does not hold what its format promises.
    #[error("{place}: found {found}, expected {expected}")]
    Data {
        /// Where, in the reader's own terms: `row 7, column label`.
        place: String,
        /// What stands there.
        found: String,
        /// What would have been accepted.
        expected: String,
    },
    /// A setting outside its range.
    #[error("{setting}: found {found}, expected {expected}")]
    Setting {
        /// The setting's name as the page shows it.
        setting: &'static str,
        /// What was typed.
        found: String,
        /// What would have been accepted.
        expected: String,
    },
    /// A data set that cannot be split as asked.
    #[error("split: {0}")]
    Split(String),
    /// A device that cannot be opened or was lost.
    #[error("{backend}: {reason}")]
    Device {
        /// The backend's name as the page shows it.
        backend: &'static str,
        /// Why, in one sentence.
        reason: String,
    },
    /// A call that makes no sense in the present state.
    #[error("{0}")]
    State(String),
}

impl Error {
    /// A fault in a file: where it is, what stands there, what should.
    pub fn data(
        place: impl Into<String>,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) -> Self {
        Self::Data {
            place: place.into(),
            found: found.into(),
            expected: expected.into(),
        }
    }

    /// A fault in a setting.
    pub fn setting(
        setting: &'static str,
        found: impl ToString,
        expected: impl Into<String>,
    ) -> Self {
        Self::Setting {
            setting,
            found: found.to_string(),
            expected: expected.into(),
        }
    }
}

/// The result of everything fallible in this crate.
pub type Result<T> = std::result::Result<T, Error>;
