//! Reads tables of images, pushed in chunks of any size: Kaggle's `train.csv`
//! (`label,pixel0,…,pixel783`) and what else people have, with a header or without,
//! the label anywhere or nowhere, commas, semicolons, tabs or spaces, pixels to 255, 1 or 16.
//!
//! The three parts to know: the first lines become a plan of the columns (`header` by
//! names, `shape` by numbers), the plan reads rows (`rows`), and where two plans are
//! possible a [`Question`] comes of it instead of a guess.
//!
//! Fine are: lines ended by LF, CRLF or CR, a byte-order mark, a missing last line
//! end, blank lines anywhere, as pandas passes over them, comments above the table, quoted
//! fields, leading zeros. Anything else is one error with its place. A `row` is the file's line as an editor counts it, from
//! 1, the header included; a column bears its name in the header, or Kaggle's.
//! The text is never held, but for its first lines (bounded) and the field being read.
//!
//! Over 400 lines: one push parser, from its first line to a data set or a question.

mod colours;
mod columns;
mod field;
mod first_line;
mod foreign;
mod header;
mod line_ends;
mod mangled;
mod names;
mod pixel_count;
mod plain_pixels;
mod quotes;
mod row_names;
mod rows;
mod shape;
#[cfg(test)]
mod tests;
mod value;

use super::dataset::Dataset;
use super::labels;
use super::question::{Question, Reading};
use super::scale::scale_note;
use crate::error::{Error, Result};
use crate::message::DataSource;
use colours::refuse_colours;
pub(super) use columns::side_of;
use columns::{Columns, Format};
use first_line::{FirstLine, format_of, is_comment, is_separator_line};
use foreign::refuse_foreign_file;
use line_ends::LineEnds;
use rows::{Read, Rows};
use shape::LARGEST_LABEL_SHARE;

/// Longest first line held: Kaggle's header takes 7 KB, quoted 9 KB.
const MAX_FIRST_LINE: usize = 64 * 1024;
/// Lines that are looked at where no header names the columns, and their bytes.
const HEAD_LINES: usize = 64;
const MAX_HEAD: usize = 512 * 1024;
/// Longest field held. A pixel takes 3 bytes, a share of ink 24.
const MAX_FIELD: usize = 64;
/// A line with more columns is given up instead of counted to its end.
const MAX_COLUMNS: usize = 10_000;
/// What a file should hold, for errors about its whole shape.
const SHAPE: &str = "785 columns (label and 784 pixels) or 784 (pixels alone)";

/// A push parser: [`push`](Self::push) chunks, then [`finish`](Self::finish).
#[derive(Debug)]
pub struct CsvReader {
    name: String,
    /// Which column holds the labels, from 1, or 0 for none, where a person said so.
    label_column: Option<u32>,
    /// The first error, given again to every later call.
    failure: Option<Error>,
    stage: Stage,
    /// Where more than the first line is needed; kept for samples of its readings.
    head: Option<Head>,
    /// The line being read before there are rows.
    row: u64,
    /// Line breaks within quotes in it.
    num_breaks: u32,
    /// Lines of comments above the table.
    num_comments: u32,
    /// Whether a line has named the separator.
    has_separator_line: bool,
    line_ends: LineEnds,
    /// Bytes pushed in former calls.
    num_bytes: u64,
    /// The whole file's size, 0 if unknown.
    expected_bytes: u64,
    /// Switches the fast way off, for the test that holds both together.
    is_plain: bool,
}

/// How far a file is understood.
#[derive(Debug)]
enum Stage {
    /// The first line is not whole yet.
    FirstLine(Vec<u8>),
    /// Nothing names the columns: more lines are wanted.
    Looking,
    Reading(Box<Rows>),
    Asking(Question),
}

/// The first lines of a file that are looked at.
#[derive(Debug, Clone)]
struct Head {
    format: Format,
    /// Lines of data, from the file's line `row` on.
    text: Vec<u8>,
    row: u64,
    num_lines: usize,
    /// The line of names before them; empty without one.
    header: Vec<u8>,
    /// Its possible plans where a header gave them; else its shape will, once there are rows.
    plans: Vec<Columns>,
    /// Whether a line before it only numbers the columns.
    is_numbered: bool,
    /// What is said of its first line.
    note: Option<&'static str>,
    /// Lines of comments above it.
    num_comments: u32,
    /// Lines that are wanted.
    num_wanted: usize,
    /// Whether anything but blanks stands in the line that is collected.
    is_begun: bool,
}

impl Head {
    /// Whether a header leaves nothing open: one plan, and a first row as long as it is.
    fn has_fitting_names(&self) -> bool {
        let [plan] = &self.plans[..] else {
            return false;
        };
        let rows = first_line::fields_of(&self.text, self.format);
        rows.first()
            .is_some_and(|row| row.len() == plan.targets.len())
    }
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
            stage: Stage::FirstLine(Vec::new()),
            head: None,
            row: 1,
            num_breaks: 0,
            num_comments: 0,
            has_separator_line: false,
            line_ends: LineEnds::default(),
            num_bytes: 0,
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
        self.guarded(|reader| reader.read(chunk))?;
        Ok(match &self.stage {
            Stage::Reading(rows) => rows.num_rows() as u32,
            _ => 0,
        })
    }

    /// Whether the file's beginning has raised a question: reading on changes nothing.
    pub fn is_asking(&self) -> bool {
        matches!(self.stage, Stage::Asking(_))
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
        self.guarded(Self::end)?;
        let stage = std::mem::replace(&mut self.stage, Stage::Looking);
        let rows = match stage {
            Stage::Asking(question) => return Ok(Outcome::Asked(question)),
            Stage::Reading(rows) => rows,
            // `end` leaves neither.
            Stage::FirstLine(_) | Stage::Looking => {
                return Err(self.no_data(self.nothing()));
            }
        };
        let read = rows.finish()?;
        if let Some(question) = self.late_question(&read)? {
            return Ok(Outcome::Asked(question));
        }
        let (dataset, mut source) = dataset(self.name, read, IsSample(false))?;
        refuse_colours(&dataset)?;
        if self.line_ends.are_returns() {
            source.understood.push(line_ends::NOTE.to_owned());
        }
        Ok(Outcome::Read(dataset, Box::new(source)))
    }

    fn guarded(&mut self, step: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        match &self.failure {
            Some(failure) => Err(failure.clone()),
            None => step(self).inspect_err(|failure| self.failure = Some(failure.clone())),
        }
    }

    fn read(&mut self, chunk: &[u8]) -> Result<()> {
        let text = self.line_ends.plain(chunk);
        let mut rest = &text[..];
        while !rest.is_empty() {
            rest = match &mut self.stage {
                Stage::FirstLine(_) => self.read_first_line(rest)?,
                Stage::Looking => self.look_on(rest)?,
                Stage::Reading(rows) => {
                    rows.push(rest)?;
                    &[]
                }
                Stage::Asking(_) => &[],
            };
        }
        self.num_bytes += chunk.len() as u64;
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        if let Stage::FirstLine(line) = &self.stage
            && !line.is_empty()
        {
            self.take_first_line(false)?;
        }
        if matches!(self.stage, Stage::Looking) {
            self.understand()?;
        }
        let found = match &self.stage {
            _ if self.num_bytes == 0 => "an empty file",
            Stage::Reading(rows) if rows.is_empty() => "a header and no data below it",
            Stage::FirstLine(_) => self.nothing(),
            _ => return Ok(()),
        };
        Err(self.no_data(found))
    }

    /// What a file holds that has no table.
    fn nothing(&self) -> &'static str {
        match self.num_comments {
            0 => "nothing but blank lines",
            _ => "nothing but comments and blank lines",
        }
    }

    fn no_data(&self, found: &str) -> Error {
        let row = match &self.stage {
            Stage::Reading(rows) => rows.row(),
            _ => self.row,
        };
        Error::data(format!("row {row}"), found, format!("rows of {SHAPE}"))
    }

    // --- The first lines: what file is this? ---

    /// Collects the first line that is not blank; returns what follows it.
    fn read_first_line<'a>(&mut self, rest: &'a [u8]) -> Result<&'a [u8]> {
        let Stage::FirstLine(line) = &mut self.stage else {
            return Ok(rest);
        };
        let end = rest.iter().position(|&byte| byte == b'\n');
        let (head, tail) = rest.split_at(end.unwrap_or(rest.len()));
        let room = MAX_FIRST_LINE - line.len();
        line.extend_from_slice(&head[..head.len().min(room)]);
        if head.len() > room {
            refuse_foreign_file(line, self.row)?;
            self.refuse_open_quote()?;
            let Stage::FirstLine(line) = &self.stage else {
                return Ok(rest);
            };
            let commas = line.iter().filter(|&&byte| byte == b',').count();
            return Err(Error::data(
                format!("row {}", self.row),
                format!("a line of more than {MAX_FIRST_LINE} bytes with {commas} commas in them"),
                format!("{SHAPE}, or other images of at most 64 × 64 pixels"),
            ));
        }
        if end.is_none() {
            return Ok(tail);
        }
        if quotes::is_open(line, format_of(line).separator) {
            // A name may be of several lines.
            line.push(b' ');
            self.num_breaks += 1;
        } else {
            self.take_first_line(true)?;
        }
        Ok(&tail[1..])
    }

    /// Refuses a first line that has gone on behind its end for a quote that nothing closes.
    fn refuse_open_quote(&self) -> Result<()> {
        match self.num_breaks {
            0 => Ok(()),
            _ => Err(Error::data(
                format!("row {}", self.row),
                "a quote that is never closed",
                "a closing quote",
            )),
        }
    }

    /// Decides by the complete first line, where it says enough.
    fn take_first_line(&mut self, has_line_end: bool) -> Result<()> {
        let Stage::FirstLine(line) = &mut self.stage else {
            return Ok(());
        };
        let line = std::mem::take(line);
        if !has_line_end && quotes::is_open(&line, format_of(&line).separator) {
            self.refuse_open_quote()?;
        }
        let num_lines = u64::from(has_line_end) + u64::from(std::mem::take(&mut self.num_breaks));
        let text = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line);
        // Two of them come of a program that has turned its own line feeds.
        let num_returns = text.iter().rev().take_while(|&&byte| byte == b'\r').count();
        let text = &text[..text.len() - num_returns];
        if text.trim_ascii().is_empty() {
            // Blank: nothing is decided yet.
            self.row += u64::from(has_line_end);
            return Ok(());
        }
        refuse_foreign_file(&line, self.row)?;
        if is_comment(text) {
            self.num_comments += 1;
            self.row += u64::from(has_line_end);
            return Ok(());
        }
        if is_separator_line(text) && has_line_end && !self.has_separator_line {
            // Excel's, for itself; the lines below show what it says.
            self.has_separator_line = true;
            self.row += 1;
            return Ok(());
        }
        let mut format = format_of(text);
        format.has_separator_line = self.has_separator_line;
        format.num_lines_before = (self.row - 1) as u32 - u32::from(self.has_separator_line);
        let end: &[u8] = if has_line_end { b"\n" } else { b"" };
        let mut head = Head {
            format,
            text: Vec::new(),
            row: self.row,
            num_lines: 0,
            header: Vec::new(),
            plans: Vec::new(),
            is_numbered: false,
            note: None,
            num_comments: self.num_comments,
            num_wanted: HEAD_LINES,
            is_begun: false,
        };
        match first_line::decide(text, format, self.row)? {
            FirstLine::Named(mut plans) => {
                self.row += num_lines;
                head.row = self.row;
                let note = comments_note(self.num_comments);
                plans
                    .iter_mut()
                    .for_each(|plan| plan.notes.extend(note.clone()));
                head.plans = plans;
                head.header = text.to_vec();
            }
            FirstLine::Numbered => {
                self.row += num_lines;
                head.row = self.row;
                head.is_numbered = true;
                head.note = Some("the header only numbers the columns");
            }
            FirstLine::Image(fields) => {
                head.note = Some("the header is an image, read as one");
                head.text = [&fields.join(&format.separator), end].concat();
            }
            FirstLine::Data if num_lines > 1 => {
                let column = first_line::column_of_word(text, format);
                return Err(Error::data(
                    format!("row {}, column {column}", self.row),
                    rows::OPEN_QUOTE,
                    rows::CLOSED_LABEL,
                ));
            }
            FirstLine::Data => head.text = [text, end].concat(),
        }
        head.num_lines = usize::from(head.text.ends_with(b"\n"));
        self.head = Some(head);
        self.stage = Stage::Looking;
        Ok(())
    }

    /// Collects the lines that are looked at; returns what follows them.
    fn look_on<'a>(&mut self, rest: &'a [u8]) -> Result<&'a [u8]> {
        let Some(head) = &mut self.head else {
            return Ok(rest);
        };
        for (taken, &byte) in rest.iter().enumerate() {
            if head.num_lines >= head.num_wanted || head.text.len() >= MAX_HEAD {
                self.understand()?;
                return Ok(&rest[taken..]);
            }
            head.text.push(byte);
            head.is_begun |= !byte.is_ascii_whitespace();
            // A blank line is none to look at.
            if byte == b'\n' && std::mem::take(&mut head.is_begun) {
                head.num_lines += 1;
                if head.num_lines == 1 && head.has_fitting_names() {
                    head.num_wanted = 1;
                }
            }
        }
        Ok(&[])
    }

    /// Decides by the lines that were looked at, and reads them.
    fn understand(&mut self) -> Result<()> {
        let Some(mut head) = self.head.take() else {
            return Ok(());
        };
        let rows = first_line::fields_of(&head.text, head.format);
        row_names::refuse_turned(&rows, head.row)?;
        let mut fields = rows.iter().flatten().copied();
        head.format.has_decimal_comma |= first_line::has_decimal_commas(&mut fields);
        if rows.is_empty() && (head.is_numbered || !head.plans.is_empty()) {
            return Err(self.no_data("a header and no data below it"));
        }
        if head.plans.len() > 1 {
            shape::settle_one_hot(&rows, &mut head.plans);
            shape::settle_indices(&rows, &mut head.plans);
        }
        if let Some(plans) = row_names::fitted(&rows, &head.plans, &head.header, head.format)? {
            head.plans = plans;
            shape::settle_indices(&rows, &mut head.plans);
            let note = comments_note(head.num_comments);
            head.plans
                .iter_mut()
                .for_each(|plan| plan.notes.extend(note.clone()));
        }
        let mut num_likely = head.plans.len();
        if head.plans.is_empty() {
            row_names::refuse_levels(&rows, head.row)?;
            (head.plans, num_likely) = shape::shapes(&shape::FirstRows {
                rows: &rows,
                has_decimal_comma: head.format.has_decimal_comma,
            });
            for plan in &mut head.plans {
                plan.has_header = head.is_numbered;
                plan.is_first_mangled = head.note.is_some() && !head.is_numbered;
                plan.notes.extend(head.note.map(str::to_owned));
                plan.notes.extend(comments_note(head.num_comments));
            }
        }
        if head.plans.is_empty() {
            let first = head.text.split(|&byte| byte == b'\n').next();
            return Err(first_line::wrong_count(
                first.unwrap_or(&[]),
                head.format,
                self.row,
            ));
        }
        let answer = self.label_column.and_then(|answer| {
            let is_meant = |plan: &&Columns| plan.answer() == answer;
            head.plans.iter().find(is_meant).cloned()
        });
        let plan = match answer {
            Some(plan) => {
                head.plans.clear();
                plan
            }
            None if num_likely == 1 => head.plans[0].clone(),
            None => {
                let question = self.question(&head)?;
                // All others have failed: nothing is left to ask.
                let only = match &question.readings[..] {
                    [only] => head
                        .plans
                        .iter()
                        .find(|plan| plan.answer() == only.label_column),
                    _ => None,
                };
                let Some(only) = only.cloned() else {
                    self.stage = Stage::Asking(question);
                    return Ok(());
                };
                head.plans.clear();
                only
            }
        };
        self.read_by(plan, &head)?;
        // The whole file may still show that another reading is the likelier one.
        self.head = Some(head).filter(|head| head.plans.len() > 1);
        Ok(())
    }

    /// Reads on by a plan, what was looked at first.
    fn read_by(&mut self, plan: Columns, head: &Head) -> Result<()> {
        let mut rows = Rows::new(plan, head.format, head.row);
        rows.go_plain(self.is_plain);
        rows.expect_bytes(self.expected_bytes);
        let pushed = rows.push(&head.text);
        self.stage = Stage::Reading(Box::new(rows));
        pushed
    }

    // --- Questions ---

    /// What a person is asked: each plan with the images that it makes of the head.
    fn question(&self, head: &Head) -> Result<Question> {
        // The head may end within a line.
        let end = head.text.iter().rposition(|&byte| byte == b'\n');
        let is_cut = head.text.len() >= MAX_HEAD;
        let text = match end {
            Some(end) if is_cut => &head.text[..=end],
            _ => &head.text[..],
        };
        let mut readings = Vec::new();
        let mut failure = None;
        for plan in &head.plans {
            let mut rows = Rows::new(plan.clone(), head.format, head.row);
            let (answer, words) = (plan.answer(), plan.choice());
            let sample = rows
                .push(text)
                .and_then(|()| rows.finish())
                .and_then(|read| dataset(self.name.clone(), read, IsSample(true)));
            match sample {
                Ok((sample, _)) => {
                    refuse_colours(&sample)?;
                    readings.push(Reading {
                        label_column: answer,
                        words,
                        sample,
                    });
                }
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        match failure {
            Some(error) if readings.is_empty() => Err(error),
            _ => Ok(Question { readings }),
        }
    }

    /// Whether the whole file speaks against the plan it was read by: labels that are
    /// nearly all one, where the other end of the rows may hold labels as well. An edge of
    /// nothing but paper is none, unless both ends are.
    fn late_question(&self, read: &Read) -> Result<Option<Question>> {
        let Some(head) = &self.head else {
            return Ok(None);
        };
        let is_first = read.columns.label_column() < read.columns.pixel_column();
        if !is_first || read.labels.largest_share() <= LARGEST_LABEL_SHARE {
            return Ok(None);
        }
        let mut counts = [0_usize; 256];
        let mut num_rows = 0_usize;
        for pixel in read.pixels.last_pixels() {
            counts[usize::from(pixel)] += 1;
            num_rows += 1;
        }
        let most = counts.iter().max().copied().unwrap_or(0) as f64;
        let may_be_label = counts[100..].iter().all(|&count| count == 0);
        let is_paper = counts[0] == num_rows;
        if !may_be_label || (is_paper && !read.labels.are_all_zero()) {
            return Ok(None);
        }
        let mut head = head.clone();
        let is_mixed = most <= LARGEST_LABEL_SHARE * num_rows as f64;
        if is_mixed || (!is_paper && read.labels.are_all_zero()) {
            head.plans.reverse();
        }
        let question = self.question(&head)?;
        Ok((question.readings.len() > 1).then_some(question))
    }
}

/// Whether a data set is a few rows that are only shown.
#[derive(Debug, Clone, Copy)]
struct IsSample(bool);

/// The data set of what was read.
fn dataset(name: String, read: Read, sample: IsSample) -> Result<(Dataset, DataSource)> {
    let Read {
        columns,
        format,
        mut pixels,
        scale,
        labels,
    } = read;
    let largest = scale.settle(&mut pixels, columns.side);
    let mut understood = columns.notes.clone();
    understood.extend(format_note(format));
    understood.extend(scale_note(largest));
    let place = |row| match columns.label_column() {
        Some(column) => format!("row {row}, column {}", columns.name(column)),
        None => format!("row {row}, label"),
    };
    let naming = labels::Naming {
        place: &place,
        is_quoted: true,
        is_sample: sample.0,
    };
    let (classes, labels) = if columns.has_labels() {
        labels.into_classes(&naming)?
    } else {
        (Vec::new(), Vec::new())
    };
    let source = DataSource {
        understood,
        labels: classes.clone(),
        table: Some(columns.reading(format, largest, &classes)),
        ..DataSource::default()
    };
    let task = labels::task(columns.side, classes)?.with_full_ink(largest as f32);
    let dataset = Dataset::from_parts(name, task, pixels.into_pixels()?, labels)?;
    Ok((dataset, source))
}

fn format_note(format: Format) -> Option<String> {
    match format.separator {
        b';' => Some("columns separated by semicolons".to_owned()),
        b'\t' => Some("columns separated by tabs".to_owned()),
        b' ' => Some("columns separated by spaces".to_owned()),
        _ if format.has_decimal_comma => Some("numbers with a comma for a point".to_owned()),
        _ => None,
    }
}

/// What is said of comments above a table.
fn comments_note(num_comments: u32) -> Option<String> {
    match num_comments {
        0 => None,
        1 => Some("a comment above the table left out".to_owned()),
        count => Some(format!(
            "{count} lines of comments above the table left out"
        )),
    }
}
