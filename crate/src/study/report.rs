//! The files to hand in, written from studies and their plots.

use crate::message::{ReportFiles, ReportRequest};

/// The texts of a report on these studies.
pub fn write_report(_request: &ReportRequest) -> ReportFiles {
    todo!()
}
