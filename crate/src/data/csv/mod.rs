//! Reads tables of images, pushed in chunks of any size: Kaggle's `train.csv`
//! (`label,pixel0,…,pixel783`) and what else people have, with a header or without,
//! the label anywhere or nowhere, commas, semicolons, tabs or spaces, pixels to 255, 1 or 16.
//!
//! A file is read in four steps, a file here each: lines above the table are passed over
//! (`preamble`); its first lines become plans of the columns (`head`: by names as `header`
//! has them, by numbers as `shape` does); one plan is taken, or a [`Question`] comes of them
//! instead of a guess (`candidates`); the plan reads rows (`rows`).
//!
//! Fine are: lines ended by LF, CRLF or CR, a byte-order mark, a missing last line
//! end, blank lines anywhere, as pandas passes over them, comments above the table, quoted
//! fields, leading zeros. Anything else is one error with its place. A `row` is the file's line as an editor counts it, from
//! 1, the header included; a column bears its name in the header, or Kaggle's.
//! The text is never held, but for its first lines (bounded) and the field being read.

mod candidates;
mod colours;
mod columns;
mod dataset;
mod field;
mod first_line;
mod foreign;
mod head;
mod header;
mod line_ends;
mod mangled;
mod names;
mod pixel_count;
mod plain_pixels;
mod preamble;
mod quotes;
mod row_names;
mod rows;
mod shape;
#[cfg(test)]
mod tests;
mod value;

use super::dataset::Dataset;
use super::question::Question;
use crate::error::{Error, Result};
use crate::message::DataSource;
use candidates::Candidates;
use colours::refuse_colours;
pub(super) use columns::side_of;
use dataset::{IsSample, dataset};
use head::Head;
use line_ends::LineEnds;
use preamble::Preamble;
use rows::{Rows, no_data};

/// A push parser: [`push`](Self::push) chunks, then [`finish`](Self::finish).
#[derive(Debug)]
pub struct CsvReader {
    name: String,
    /// Which column holds the labels, from 1, or 0 for none, where a person said so.
    label_column: Option<u32>,
    /// The first error, given again to every later call.
    failure: Option<Error>,
    stage: Stage,
    line_ends: LineEnds,
    /// Whether no byte was pushed.
    is_empty: bool,
    /// The whole file's size, 0 if unknown.
    expected_bytes: u64,
    /// Switches the fast way off, for the test that holds both together.
    is_plain: bool,
}

/// How far a file is understood.
#[derive(Debug)]
enum Stage {
    /// The table's first line is not whole yet.
    Above(Preamble),
    /// More lines are wanted.
    Looking(Box<Head>),
    Understood(Understood),
}

/// What the first lines came to.
#[derive(Debug)]
enum Understood {
    /// Rows are read by the likeliest plan; beside it the plans, where the file's end may
    /// still speak for another.
    Reading(Box<Rows>, Option<Candidates>),
    Asking(Question),
}

/// What became of a file.
#[derive(Debug)]
pub enum Outcome {
    /// It was read: the data set, and how.
    // Boxed, for it is many times the size of the other.
    Read(Dataset, Box<DataSource>),
    /// A person must choose between its readings.
    Asked(Question),
}

impl CsvReader {
    /// A reader of the file `name`, which the data set will bear.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            label_column: None,
            failure: None,
            stage: Stage::Above(Preamble::default()),
            line_ends: LineEnds::default(),
            is_empty: true,
            expected_bytes: 0,
            is_plain: false,
        }
    }

    /// Answers a question before the file is read: the column of the labels, from 1, or
    /// 0 where there are none. A file that asks nothing does not mind.
    pub fn answer(&mut self, label_column: u32) {
        self.label_column = Some(label_column);
    }

    /// Announces the unpacked size of the whole file, so that its pixels can be
    /// kept in one piece from the start. A guess or a lie costs memory, up to
    /// 78 MB, but changes no result.
    pub fn expect_bytes(&mut self, total_bytes: u64) {
        self.expected_bytes = total_bytes;
    }

    /// Reads on and returns the complete rows so far.
    ///
    /// # Errors
    /// At the first byte that cannot belong to the format; then always that error.
    pub fn push(&mut self, chunk: &[u8]) -> Result<u32> {
        if let Some(failure) = &self.failure {
            return Err(failure.clone());
        }
        self.read(chunk)
            .inspect_err(|failure| self.failure = Some(failure.clone()))?;
        Ok(match &self.stage {
            Stage::Understood(Understood::Reading(rows, _)) => rows.num_rows() as u32,
            _ => 0,
        })
    }

    /// Whether the file's beginning has raised a question: reading on changes nothing.
    pub fn is_asking(&self) -> bool {
        matches!(self.stage, Stage::Understood(Understood::Asking(_)))
    }

    /// The data set, once the whole file was pushed.
    ///
    /// # Errors
    /// When the file ends too early or holds no row of data, and where
    /// [`finish_or_ask`](Self::finish_or_ask) would ask.
    pub fn finish(self) -> Result<Dataset> {
        match self.finish_or_ask()? {
            Outcome::Read(dataset, _) => Ok(dataset),
            Outcome::Asked(question) => Err(question.refusal()),
        }
    }

    /// The data set, or what a person must say first, once the whole file was pushed.
    ///
    /// # Errors
    /// When the file ends too early or holds no row of data.
    pub fn finish_or_ask(mut self) -> Result<Outcome> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        let stage = std::mem::replace(&mut self.stage, Stage::Above(Preamble::default()));
        let understood = match stage {
            Stage::Above(_) if self.is_empty => return Err(no_data(1, "an empty file")),
            Stage::Above(preamble) => self.begin(preamble.end()?.understand()?)?,
            Stage::Looking(head) => self.begin(head.understand()?)?,
            Stage::Understood(understood) => understood,
        };
        let (rows, candidates) = match understood {
            Understood::Asking(question) => return Ok(Outcome::Asked(question)),
            Understood::Reading(rows, candidates) => (rows, candidates),
        };
        if rows.is_empty() {
            return Err(no_data(rows.row(), "a header and no data below it"));
        }
        let read = rows.finish()?;
        if let Some(candidates) = candidates
            && let Some(question) = candidates.late_question(&self.name, &read)?
        {
            return Ok(Outcome::Asked(question));
        }
        let (dataset, mut source) = dataset(&self.name, read, IsSample(false))?;
        refuse_colours(&dataset)?;
        if self.line_ends.are_returns() {
            source.understood.push(line_ends::NOTE.to_owned());
        }
        Ok(Outcome::Read(dataset, Box::new(source)))
    }

    fn read(&mut self, chunk: &[u8]) -> Result<()> {
        let text = self.line_ends.plain(chunk);
        let mut rest = &text[..];
        while !rest.is_empty() {
            match &mut self.stage {
                Stage::Above(preamble) => {
                    let (head, tail) = preamble.push(rest)?;
                    rest = tail;
                    if let Some(head) = head {
                        self.stage = Stage::Looking(Box::new(head));
                    }
                }
                Stage::Looking(head) => {
                    rest = head.push(rest);
                    if !rest.is_empty() {
                        // All that is looked at is there.
                        let candidates = head.understand()?;
                        self.stage = Stage::Understood(self.begin(candidates)?);
                    }
                }
                Stage::Understood(Understood::Reading(rows, _)) => {
                    rows.push(rest)?;
                    rest = &[];
                }
                Stage::Understood(Understood::Asking(_)) => rest = &[],
            }
        }
        self.is_empty &= chunk.is_empty();
        Ok(())
    }

    /// Asks, or begins to read: what the lines hold that were looked at.
    fn begin(&self, mut candidates: Candidates) -> Result<Understood> {
        if let Some(question) = candidates.first_question(&self.name, self.label_column)? {
            return Ok(Understood::Asking(question));
        }
        let mut rows = candidates.likeliest_rows();
        rows.go_plain(self.is_plain);
        rows.expect_bytes(self.expected_bytes);
        rows.push(&candidates.text)?;
        // The whole file may still show that another reading is the likelier one.
        let candidates = Some(candidates).filter(Candidates::are_open);
        Ok(Understood::Reading(Box::new(rows), candidates))
    }
}
