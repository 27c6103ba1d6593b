//! The one error type. It names the place, what was found and what was expected,
//! as fields that [`crate::api`] hands to the page, and as a message for whoever
//! only reads.

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

    /// Where it is, in the words of the message: a place in a file, a setting, a
    /// backend. None where the state as a whole is what does not fit.
    pub fn place(&self) -> Option<&str> {
        match self {
            Self::Data { place, .. } => Some(place),
            Self::Setting { setting, .. } => Some(setting),
            Self::Split(_) => Some("split"),
            Self::Device { backend, .. } => Some(backend),
            Self::State(_) => None,
        }
    }

    /// What stands there.
    pub fn found(&self) -> Option<&str> {
        match self {
            Self::Data { found, .. } | Self::Setting { found, .. } => Some(found),
            _ => None,
        }
    }

    /// What would have been accepted.
    pub fn expected(&self) -> Option<&str> {
        match self {
            Self::Data { expected, .. } | Self::Setting { expected, .. } => Some(expected),
            _ => None,
        }
    }
}

/// The result of everything fallible in this crate.
pub type Result<T> = std::result::Result<T, Error>;

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn the_fields_say_what_the_message_says() {
        let faults = [
            Error::data("row 7, column label", "\"12\"", "0 to 9"),
            Error::setting("epochs", 2.5, "a whole number from 1 to 1,000"),
        ];
        for fault in faults {
            let (Some(place), Some(found), Some(expected)) =
                (fault.place(), fault.found(), fault.expected())
            else {
                panic!("{fault}: a field is missing");
            };
            let message = format!("{place}: found {found}, expected {expected}");
            assert_eq!(fault.to_string(), message);
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn what_an_error_does_not_have_it_does_not_make_up() {
        let fields = |fault: &Error| {
            let owned = |field: Option<&str>| field.map(String::from);
            [
                owned(fault.place()),
                owned(fault.found()),
                owned(fault.expected()),
            ]
        };
        let split = Error::Split("class 3 has one row".into());
        assert_eq!(fields(&split), [Some("split".into()), None, None]);
        let device = Error::Device {
            backend: "WebGPU",
            reason: "there is no adapter".into(),
        };
        assert_eq!(fields(&device), [Some("WebGPU".into()), None, None]);
        let state = Error::State("this reader has been finished".into());
        assert_eq!(fields(&state), [None, None, None]);
    }
}
