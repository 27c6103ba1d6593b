//! Reads MNIST as CSV, pushed in chunks of any size: Kaggle's `train.csv`
//! (header `label,pixel0,…,pixel783`), the same with `label,1x1,…,28x28`,
//! the same without a header, and either without the label column (`test.csv`).
//!
//! Fine are: lines ended by LF or CRLF, a byte-order mark, a missing last line
//! end, blank last lines, quoted fields, leading zeros. Anything else is one
//! error with its place. A `row` is the file's line as an editor counts it, from
//! 1, the header included; a column bears its name in Kaggle's header.
//!
//! Owns the format and its errors. The text is never held: only the first line
//! (bounded) and the field being read are. Two ways lead through a row and must
//! agree: the plain one, a state machine that takes a byte at a time, and the
//! fast one, which takes runs of plain unquoted pixels and leaves everything
//! else, all errors included, to the plain one.
//!
//! Over 400 lines: one state machine, byte by byte and fast, which must agree.

mod field;
mod foreign;
#[cfg(test)]
mod tests;

use super::dataset::{Dataset, MAX_ROWS, NUM_PIXELS};
use super::store::PixelStore;
use crate::error::{Error, Result};
use field::{looks_numeric, number, plain_pixels, quoted, unquoted};
use foreign::refuse_foreign_file;

/// Longest first line held: Kaggle's header takes 7 KB, quoted 9 KB.
const MAX_FIRST_LINE: usize = 64 * 1024;
/// Longest field held. A pixel takes 3 bytes.
const MAX_FIELD: usize = 64;
/// A line with more columns is given up instead of counted to its end.
const MAX_COLUMNS: usize = 10_000;
/// Rows after which a promised file size is turned into a number of rows.
const ROWS_BEFORE_ESTIMATE: usize = 1024;
/// What a file should hold, for errors about its whole shape.
const SHAPE: &str = "785 columns (label and 784 pixels) or 784 (pixels alone)";

/// A push parser: [`push`](Self::push) chunks, then [`finish`](Self::finish).
#[derive(Debug)]
pub struct CsvReader {
    name: String,
    /// The first error, given again to every later call.
    failure: Option<Error>,
    /// The first line until its end; empty afterwards.
    first_line: Vec<u8>,
    /// Whether rows begin with a label; `None` until the first line is known.
    has_labels: Option<bool>,
    state: State,
    /// Number of the line being read, from 1.
    row: u64,
    /// The first of the blank lines just before this one.
    blank_row: Option<u64>,
    /// Number of the field being read, from 0.
    column: usize,
    /// The field's content so far, without its quotes.
    field: Vec<u8>,
    pixels: PixelStore,
    labels: Vec<u8>,
    num_rows: usize,
    /// Bytes pushed in former calls, and up to the line being read.
    num_bytes: u64,
    line_start: u64,
    /// The whole file's size, 0 if unknown.
    expected_bytes: u64,
    /// Switches the fast way off, for the test that holds both together.
    is_plain: bool,
}

/// Where in a line the plain way is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    LineStart,
    FieldStart,
    Unquoted,
    Quoted,
    /// After a quote in a quoted field: its end, or half of an escaped quote.
    QuoteSeen,
    /// After the carriage return that ends a row, or a blank line.
    RowReturn,
    BlankReturn,
}

impl CsvReader {
    /// A reader of the file `name`, which the data set will bear.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            failure: None,
            first_line: Vec::new(),
            has_labels: None,
            state: State::LineStart,
            row: 1,
            blank_row: None,
            column: 0,
            field: Vec::with_capacity(MAX_FIELD),
            pixels: PixelStore::default(),
            labels: Vec::new(),
            num_rows: 0,
            num_bytes: 0,
            line_start: 0,
            expected_bytes: 0,
            is_plain: false,
        }
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
        Ok(self.num_rows as u32)
    }

    /// The data set, once the whole file was pushed.
    ///
    /// # Errors
    /// When the file ends too early or holds no row of data.
    pub fn finish(mut self) -> Result<Dataset> {
        self.guarded(Self::end)?;
        let pixels = self.pixels.into_pixels()?;
        Dataset::from_parts(self.name, pixels, self.labels)
    }

    fn guarded(&mut self, step: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        match &self.failure {
            Some(failure) => Err(failure.clone()),
            None => step(self).inspect_err(|failure| self.failure = Some(failure.clone())),
        }
    }

    fn read(&mut self, chunk: &[u8]) -> Result<()> {
        let mut rest = chunk;
        if self.has_labels.is_none() {
            rest = self.read_first_line(rest)?;
        }
        while !rest.is_empty() {
            if self.state == State::FieldStart && !self.is_plain {
                rest = &rest[self.take_plain_pixels(rest)..];
            }
            // The plain way always moves on, so the loop ends.
            let Some((&byte, tail)) = rest.split_first() else {
                break;
            };
            if self.state == State::LineStart {
                self.line_start = self.num_bytes + (chunk.len() - rest.len()) as u64;
            }
            self.take_byte(byte)?;
            rest = tail;
        }
        self.num_bytes += chunk.len() as u64;
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        if self.has_labels.is_none() && !self.first_line.is_empty() {
            self.take_first_line(false)?;
        }
        match self.state {
            State::LineStart | State::BlankReturn => {}
            State::RowReturn => self.end_row(true)?,
            State::FieldStart | State::Unquoted | State::QuoteSeen => {
                self.end_field()?;
                self.end_row(true)?;
            }
            State::Quoted => {
                return Err(self.fault("a quote that is never closed", "a closing quote"));
            }
        }
        if self.num_rows > 0 {
            return Ok(());
        }
        let found = match self.has_labels {
            _ if self.num_bytes == 0 => "an empty file",
            None => "nothing but blank lines",
            Some(_) => "a header and no data below it",
        };
        let expected = format!("rows of {SHAPE}");
        Err(Error::data(format!("row {}", self.row), found, expected))
    }

    // --- The first line: what file is this? ---

    /// Collects the first line that is not blank; returns what follows it.
    fn read_first_line<'a>(&mut self, mut rest: &'a [u8]) -> Result<&'a [u8]> {
        while self.has_labels.is_none() && !rest.is_empty() {
            let end = rest.iter().position(|&byte| byte == b'\n');
            let (head, tail) = rest.split_at(end.unwrap_or(rest.len()));
            let room = MAX_FIRST_LINE - self.first_line.len();
            self.first_line
                .extend_from_slice(&head[..head.len().min(room)]);
            if head.len() > room {
                refuse_foreign_file(&self.first_line)?;
                let commas = self.first_line.iter().filter(|&&byte| byte == b',').count();
                return Err(Error::data(
                    "row 1",
                    format!(
                        "a line of more than {MAX_FIRST_LINE} bytes with {commas} commas in them"
                    ),
                    SHAPE,
                ));
            }
            if end.is_none() {
                return Ok(tail);
            }
            rest = &tail[1..];
            self.take_first_line(true)?;
        }
        Ok(rest)
    }

    /// Decides by the complete first line; a line of data is read as row 1.
    fn take_first_line(&mut self, has_line_end: bool) -> Result<()> {
        let line = std::mem::take(&mut self.first_line);
        let text = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        if text.is_empty() {
            // Blank: nothing is decided yet.
            self.blank_row.get_or_insert(self.row);
            self.row += u64::from(has_line_end);
            return Ok(());
        }
        refuse_foreign_file(&line)?;
        self.refuse_blank_row()?;

        let names: Vec<&[u8]> = text.split(|&byte| byte == b',').map(unquoted).collect();
        self.has_labels = Some(match names.len() {
            785 => true,
            784 if names[0] != b"label" => false,
            count => return Err(self.wrong_first_count(count, text, &names)),
        });
        if names[0] == b"label" || (!looks_numeric(names[0]) && !looks_numeric(names[1])) {
            self.check_header(&names)?;
            self.row += u64::from(has_line_end);
            return Ok(());
        }
        text.iter().try_for_each(|&byte| self.take_byte(byte))?;
        if has_line_end {
            self.take_byte(b'\n')
        } else {
            Ok(())
        }
    }

    fn check_header(&self, names: &[&[u8]]) -> Result<()> {
        let first_pixel = names.len() - NUM_PIXELS;
        // Kaggle's "MNIST in CSV" names pixels by line and column from 1.
        let is_by_place = names[first_pixel] == b"1x1";
        for (column, &name) in names.iter().enumerate() {
            let wanted = match column.checked_sub(first_pixel) {
                None => "label".to_owned(),
                Some(pixel) if is_by_place => format!("{}x{}", pixel / 28 + 1, pixel % 28 + 1),
                Some(pixel) => format!("pixel{pixel}"),
            };
            if name != wanted.as_bytes() {
                return Err(Error::data(
                    format!("row 1, column {}", column + 1),
                    quoted(name),
                    format!("\"{wanted}\", the columns of Kaggle's train.csv in their order"),
                ));
            }
        }
        Ok(())
    }

    fn wrong_first_count(&self, count: usize, text: &[u8], names: &[&[u8]]) -> Error {
        let rival = [
            (b';', "semicolons"),
            (b'\t', "tabs"),
            (b' ', "spaces"),
            (b'|', "bars"),
        ]
        .into_iter()
        .find(|(mark, _)| text.iter().filter(|&byte| byte == mark).count() + 1 >= NUM_PIXELS);
        let found = match rival {
            Some((_, marks)) => format!("columns separated by {marks}"),
            None if count == 1 => format!("1 column ({})", quoted(names[0])),
            None => {
                let shown: Vec<String> = names.iter().take(3).map(|name| quoted(name)).collect();
                let more = if count > 3 { ", …" } else { "" };
                format!("{count} columns ({}{more})", shown.join(", "))
            }
        };
        let expected = match rival {
            Some(_) => format!("commas between {SHAPE}"),
            None => SHAPE.to_owned(),
        };
        Error::data(format!("row {}", self.row), found, expected)
    }

    // --- The plain way: a byte at a time ---

    fn take_byte(&mut self, byte: u8) -> Result<()> {
        match (self.state, byte) {
            (State::LineStart, b'\n') | (State::BlankReturn, b'\n') => {
                self.blank_row.get_or_insert(self.row);
                self.row += 1;
                self.state = State::LineStart;
            }
            (State::LineStart, b'\r') => self.state = State::BlankReturn,
            (State::LineStart, _) => {
                self.begin_row()?;
                return self.take_byte(byte);
            }
            (State::RowReturn, b'\n') => self.end_row(false)?,
            (State::RowReturn | State::BlankReturn, _) => {
                return Err(self.fault(
                    "a carriage return inside the line",
                    "lines ended by LF or CRLF",
                ));
            }
            (State::FieldStart, b'"') => self.state = State::Quoted,
            (State::Quoted, b'"') => self.state = State::QuoteSeen,
            (State::Quoted, b'\n' | b'\r') => {
                return Err(
                    self.fault("a quote that is not closed in this line", "a closing quote")
                );
            }
            (State::Quoted, _) => self.keep(byte)?,
            (State::QuoteSeen, b'"') => {
                self.keep(byte)?;
                self.state = State::Quoted;
            }
            (State::FieldStart | State::Unquoted | State::QuoteSeen, b',') => {
                self.end_field()?;
                self.state = State::FieldStart;
            }
            (State::FieldStart | State::Unquoted | State::QuoteSeen, b'\r') => {
                self.end_field()?;
                self.state = State::RowReturn;
            }
            (State::FieldStart | State::Unquoted | State::QuoteSeen, b'\n') => {
                self.end_field()?;
                self.end_row(false)?;
            }
            (State::QuoteSeen, _) => {
                return Err(self.fault(
                    format!("{} after a closing quote", quoted(&[byte])),
                    "a comma or the line's end",
                ));
            }
            (State::FieldStart | State::Unquoted, _) => {
                self.keep(byte)?;
                self.state = State::Unquoted;
            }
        }
        Ok(())
    }

    fn keep(&mut self, byte: u8) -> Result<()> {
        if self.field.len() == MAX_FIELD {
            let found = format!(
                "a field of more than {MAX_FIELD} bytes ({})",
                quoted(&self.field)
            );
            return Err(self.fault(found, "a number"));
        }
        self.field.push(byte);
        Ok(())
    }

    fn begin_row(&mut self) -> Result<()> {
        self.refuse_blank_row()?;
        if self.num_rows == MAX_ROWS {
            return Err(Error::data(
                format!("row {}", self.row),
                format!("more than {MAX_ROWS} rows of data"),
                "at most that many",
            ));
        }
        if self.num_rows == ROWS_BEFORE_ESTIMATE && self.expected_bytes > 0 {
            let ratio = self.expected_bytes as f64 / self.line_start.max(1) as f64;
            // Rows differ in length: two percent more spare a second piece.
            let estimate = ROWS_BEFORE_ESTIMATE as f64 * ratio * 1.02;
            self.pixels
                .expect_rows((estimate as usize).saturating_add(64));
        }
        self.pixels.push_row()?;
        self.column = 0;
        self.state = State::FieldStart;
        Ok(())
    }

    fn refuse_blank_row(&self) -> Result<()> {
        match self.blank_row {
            Some(row) => {
                let expected = "data: blank lines may only end the file";
                Err(Error::data(format!("row {row}"), "a blank line", expected))
            }
            None => Ok(()),
        }
    }

    fn end_field(&mut self) -> Result<()> {
        if self.column < self.num_columns() {
            let value = number(&self.field);
            match self.pixel_index() {
                Some(pixel) => match value.filter(|&value| value <= 255) {
                    Some(value) => self.pixels.last_row()[pixel] = value as u8,
                    None => return Err(self.wrong_value(value.is_some(), "0 to 255")),
                },
                None => match value.filter(|&value| value <= 9) {
                    Some(value) => self.labels.push(value as u8),
                    None => return Err(self.wrong_value(value.is_some(), "0 to 9")),
                },
            }
        } else if self.column == MAX_COLUMNS {
            return Err(self.wrong_count(format!("more than {MAX_COLUMNS} columns")));
        }
        self.field.clear();
        self.column += 1;
        Ok(())
    }

    fn end_row(&mut self, is_file_end: bool) -> Result<()> {
        if self.column != self.num_columns() {
            let end = if is_file_end {
                " before the file ends"
            } else {
                ""
            };
            let found = match self.column {
                1 => format!("1 column{end}"),
                count => format!("{count} columns{end}"),
            };
            return Err(self.wrong_count(found));
        }
        self.num_rows += 1;
        self.row += u64::from(!is_file_end);
        self.state = State::LineStart;
        Ok(())
    }

    fn num_columns(&self) -> usize {
        NUM_PIXELS + usize::from(self.has_labels == Some(true))
    }

    /// Which pixel the current column holds; `None` for the label.
    fn pixel_index(&self) -> Option<usize> {
        self.column
            .checked_sub(usize::from(self.has_labels == Some(true)))
    }

    // --- The fast way: runs of plain pixels ---

    /// Stores the pixels at the head of `bytes` that are one to three digits and
    /// a comma, and returns the bytes they took.
    /// Expects the start of a field; leaves the start of a field.
    fn take_plain_pixels(&mut self, bytes: &[u8]) -> usize {
        let Some(first) = self.pixel_index().filter(|&pixel| pixel < NUM_PIXELS) else {
            return 0;
        };
        let (num_bytes, num_pixels) = plain_pixels(bytes, &mut self.pixels.last_row()[first..]);
        self.column += num_pixels;
        num_bytes
    }

    // --- Errors ---

    fn fault(&self, found: impl Into<String>, expected: impl Into<String>) -> Error {
        let column = match self.pixel_index() {
            None => "label".to_owned(),
            Some(pixel) if pixel < NUM_PIXELS => format!("pixel{pixel}"),
            Some(_) => (self.column + 1).to_string(),
        };
        Error::data(
            format!("row {}, column {column}", self.row),
            found,
            expected,
        )
    }

    fn wrong_value(&self, is_number: bool, range: &str) -> Error {
        match (is_number, self.field.is_empty()) {
            (true, _) => self.fault(quoted(&self.field), range),
            (_, true) => self.fault("nothing", format!("a whole number, {range}")),
            _ => self.fault(quoted(&self.field), format!("a whole number, {range}")),
        }
    }

    fn wrong_count(&self, found: String) -> Error {
        let expected = format!("{} as in row 1", self.num_columns());
        Error::data(format!("row {}", self.row), found, expected)
    }
}
