//! An assignment that a teacher hands out by link or as a file: what is trained on, with
//! which settings, and what is handed in.

use serde::{Deserialize, Serialize};
use tsify::Tsify;

use super::{Factor, RunConfig};

/// The data that everyone trains on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
#[serde(deny_unknown_fields)]
pub struct AssignedData {
    /// What the file was called where the assignment was made.
    pub name: String,
    /// Its images.
    pub num_rows: u32,
    /// [`super::DataSummary::checksum`].
    pub checksum: String,
}

/// A study that is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
#[serde(deny_unknown_fields)]
pub struct AssignedStudy {
    /// What it varies.
    pub factor: Factor,
    /// So many values of it at least.
    pub least_values: u32,
}

/// What a teacher asks for. [`crate::assignment::read`] gives one that is checked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
#[serde(deny_unknown_fields)]
pub struct Assignment {
    /// Version of this shape; [`crate::assignment::VERSION`].
    pub inkling_assignment: u32,
    /// What tells it from the others of a course; seeds follow from it.
    pub code: String,
    /// As students read it.
    pub title: String,
    /// The data to train on; none where any will do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<AssignedData>,
    /// The settings that it starts from; those that are neither fixed nor hidden are offered.
    pub settings: RunConfig,
    /// Names of settings that a student sees and cannot change.
    pub fixed: Vec<String>,
    /// Names of settings that are fixed and not shown.
    pub hidden: Vec<String>,
    /// The studies that are asked for, beside the baseline.
    pub studies: Vec<AssignedStudy>,
    /// Whether the seed follows from who hands it in; [`crate::assignment::seed_of`].
    pub seed_from_ids: bool,
    /// How the zip is called, without its ending: `{ids}` and `{code}` stand for these.
    pub zip: String,
}

/// An assignment as it is handed out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct AssignmentFiles {
    /// The assignment as it is read back.
    pub assignment: Assignment,
    /// As a JSON file.
    pub text: String,
    /// The same for `?assignment=` in an address: base64url (RFC 4648) without padding.
    pub token: String,
}
