//! Studies: one factor varied, everything else held.
//!
//! [`plan`] turns what a person typed into runs; [`insight`] turns the runs'
//! figures into a table and sentences; [`report`] writes the files to hand in.
//! Both read a record as [`record`] derives it.
//! Nothing here trains: the page runs the plan's runs, a worker each, and the
//! texts are made from a [`StudyRecord`](crate::message::StudyRecord) alone.

pub mod check;
mod check_results;
pub(crate) mod cost;
pub mod factor;
pub mod final_test;
mod gaps;
pub mod insight;
mod noise;
mod pairing;
mod pairs;
pub mod plan;
pub mod record;
pub mod report;
mod setting_text;
#[cfg(test)]
mod testing;
pub(crate) mod value;
mod varied;
pub(crate) mod words;

#[cfg(any(feature = "cli", feature = "studies"))]
pub(crate) use pairs::crossed_of;

/// The version of the rules by which figures become intervals and sentences: raised whenever
/// the same runs would be read otherwise (`crate/tests/hand_in_figures.rs` notices), so that
/// nobody's honest report is taken for an edited one.
pub const READING_VERSION: u32 = 3;

/// The version that writes, which need not be the one that trained.
const VERSION: &str = env!("CARGO_PKG_VERSION");
