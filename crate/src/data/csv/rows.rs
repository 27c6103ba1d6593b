//! The rows of a table whose columns are known, pushed in chunks of any size.
//!
//! Two ways lead through a row and must agree: the plain one, a state machine that
//! takes a byte at a time, and the fast one, which takes runs of plain unquoted pixels
//! and leaves everything else, all errors included, to the plain one.
//!
//! Over 400 lines: one state machine, byte by byte and fast, which must agree.

use super::columns::{Columns, Format, Held, SHAPE, Target};
use super::field::quoted;
use super::first_line::NO_UTF_8;
use super::plain_pixels::plain_pixels;
use super::value::{Value, value};
use crate::data::labels::{Labels, MAX_CLASSES, Refusal};
use crate::data::scale::Scale;
use crate::data::store::PixelStore;
use crate::data::task::{MAX_PIXEL_BYTES, MAX_ROWS};
use crate::error::{Error, Result};

/// Longest field held. A pixel takes 3 bytes, a share of ink 24.
const MAX_FIELD: usize = 64;
/// A line with more columns is given up instead of counted to its end.
const MAX_COLUMNS: usize = 10_000;
/// Rows after which a promised file size is turned into a number of rows.
const ROWS_BEFORE_ESTIMATE: usize = 1024;

/// What is said of quotes that go on behind their line.
pub(super) const OPEN_QUOTE: &str = "a quote that is not closed in this line";
pub(super) const CLOSED_LABEL: &str =
    "a closing quote: a label is one line, so take line breaks out of it";

/// Refuses a file without rows, that ends in line `row`: `found` is all that it holds.
pub(super) fn no_data(row: u64, found: &str) -> Error {
    Error::data(format!("row {row}"), found, format!("rows of {SHAPE}"))
}

/// What programs write where a value is missing.
const MISSING: [&[u8]; 7] = [b"", b"nan", b"na", b"n/a", b"null", b"none", b"?"];

fn is_missing(text: &[u8]) -> bool {
    MISSING.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// A push parser of rows.
#[derive(Debug)]
pub(super) struct Rows {
    columns: Columns,
    format: Format,
    /// Of `columns`.
    runs: Vec<u16>,
    state: State,
    /// Number of the table's first line, its header if it has one, and of the line being
    /// read, from 1.
    first_row: u64,
    row: u64,
    /// Number of the field being read, from 0.
    column: usize,
    /// The field's content so far, without its quotes.
    field: Vec<u8>,
    pixels: PixelStore,
    scale: Scale,
    labels: Labels,
    /// The class that this row's one-hot columns have given so far.
    one_hot: Option<u8>,
    /// The columns left out for their names.
    watched: Vec<Watched>,
    /// The line in which the last quote was opened, and separators within it in this line.
    quote_row: u64,
    num_quoted: usize,
    num_rows: usize,
    /// Bytes pushed before this chunk, and before the line being read.
    num_bytes: u64,
    line_start: u64,
    /// The whole file's size, 0 if unknown.
    expected_bytes: u64,
    is_plain: bool,
}

/// What a column holds that is left out as an index.
#[derive(Debug)]
struct Watched {
    column: usize,
    /// A number for the field of each row.
    marks: Vec<(u64, u32)>,
    is_empty: bool,
    /// Whether no number in it is a fraction, or below 0.
    may_count: bool,
}

impl Watched {
    fn take(&mut self, field: &[u8]) {
        let text = field.trim_ascii();
        self.is_empty &= is_missing(text);
        self.may_count &= matches!(value(text, false), Value::Whole(_) | Value::Other);
        // FNV-1a.
        let mark = text.iter().fold(0xcbf2_9ce4_8422_2325, |mark: u64, &byte| {
            (mark ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        // In this form as equal images are looked for: sorted by one code.
        self.marks.push((mark, 0));
    }

    fn held(mut self) -> (usize, Held) {
        self.marks.sort_unstable();
        let held = match () {
            () if self.is_empty => Held::Nothing,
            () if self.may_count && self.marks.windows(2).all(|pair| pair[0] != pair[1]) => {
                Held::Index
            }
            () => Held::Other,
        };
        (self.column, held)
    }
}

/// What the rows came to.
#[derive(Debug)]
pub(super) struct Read {
    pub columns: Columns,
    pub format: Format,
    pub pixels: PixelStore,
    pub scale: Scale,
    pub labels: Labels,
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

impl Rows {
    /// Begins at line `row` of the file.
    pub fn new(columns: Columns, format: Format, row: u64) -> Self {
        let indices = columns.indices.iter().copied();
        let is_left_out = |&column: &usize| columns.targets.get(column) == Some(&Target::Skipped);
        let watched = indices.filter(is_left_out).map(|column| Watched {
            column,
            marks: Vec::new(),
            is_empty: true,
            may_count: true,
        });
        Self {
            watched: watched.collect(),
            quote_row: row,
            num_quoted: 0,
            runs: columns.runs(),
            pixels: PixelStore::new(columns.num_pixels()),
            first_row: row - u64::from(columns.has_header && row > 1),
            columns,
            format,
            state: State::LineStart,
            row,
            column: 0,
            field: Vec::with_capacity(MAX_FIELD),
            scale: Scale::default(),
            labels: Labels::default(),
            one_hot: None,
            num_rows: 0,
            num_bytes: 0,
            line_start: 0,
            expected_bytes: 0,
            is_plain: false,
        }
    }

    /// Announces the unpacked size of the whole file. It changes no result.
    pub fn expect_bytes(&mut self, total_bytes: u64) {
        self.expected_bytes = total_bytes;
    }

    /// Switches the fast way off, for the test that holds both together.
    pub fn go_plain(&mut self, is_plain: bool) {
        self.is_plain = is_plain;
    }

    /// Rows that are complete.
    pub fn num_rows(&self) -> usize {
        self.num_rows
    }

    /// Whether no row has begun.
    pub fn is_empty(&self) -> bool {
        self.num_rows == 0 && matches!(self.state, State::LineStart | State::BlankReturn)
    }

    /// The line being read.
    pub fn row(&self) -> u64 {
        self.row
    }

    /// Reads on.
    pub fn push(&mut self, chunk: &[u8]) -> Result<()> {
        let mut rest = chunk;
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

    /// What was read, once all is pushed; there may be no row.
    pub fn finish(mut self) -> Result<Read> {
        match self.state {
            State::LineStart | State::BlankReturn => {}
            State::RowReturn => self.end_row(true)?,
            State::FieldStart | State::Unquoted | State::QuoteSeen => {
                self.end_last_field()?;
                self.end_row(true)?;
            }
            State::Quoted => {
                self.row = self.quote_row;
                return Err(self.fault("a quote that is never closed", "a closing quote"));
            }
        }
        let held: Vec<(usize, Held)> = self.watched.into_iter().map(Watched::held).collect();
        if self.num_rows > 0 {
            self.columns.correct_indices(&held);
        }
        Ok(Read {
            columns: self.columns,
            format: self.format,
            pixels: self.pixels,
            scale: self.scale,
            labels: self.labels,
        })
    }

    // --- The plain way: a byte at a time ---

    fn take_byte(&mut self, byte: u8) -> Result<()> {
        match (self.state, byte) {
            (State::LineStart, b'\n') | (State::BlankReturn, b'\n') => {
                self.row += 1;
                self.state = State::LineStart;
            }
            (State::LineStart | State::BlankReturn, b'\r') => self.state = State::BlankReturn,
            // Blanks before a row are none of it, and alone they are a blank line.
            (State::LineStart, b' ') => {}
            // A program that has turned its own line feeds leaves two.
            (State::RowReturn, b'\r') => {}
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
            (State::FieldStart, b' ') if self.format.has_blanks() => {}
            (State::FieldStart, b'"') => {
                self.state = State::Quoted;
                self.quote_row = self.row;
            }
            (State::Quoted, b'"') => self.state = State::QuoteSeen,
            // What is left out may be of several lines.
            (State::Quoted, b'\n' | b'\r')
                if self.columns.targets.get(self.column) == Some(&Target::Skipped) =>
            {
                self.row += u64::from(byte == b'\n');
                self.num_quoted = 0;
            }
            (State::Quoted, b'\n' | b'\r') => return Err(self.open_quote()),
            (State::Quoted, _) if self.row > self.quote_row && byte == self.format.separator => {
                // No row is lost for a quote that has forgotten its other half.
                self.num_quoted += 1;
                if self.num_quoted + 1 == self.columns.targets.len() {
                    self.row = self.quote_row;
                    return Err(self.open_quote());
                }
            }
            (State::Quoted, _) => self.keep(byte)?,
            (State::QuoteSeen, b'"') => {
                self.keep(byte)?;
                self.state = State::Quoted;
            }
            (State::FieldStart | State::Unquoted | State::QuoteSeen, byte)
                if byte == self.format.separator =>
            {
                self.end_field()?;
                self.state = State::FieldStart;
            }
            (State::FieldStart | State::Unquoted | State::QuoteSeen, b'\r') => {
                self.end_last_field()?;
                self.state = State::RowReturn;
            }
            (State::FieldStart | State::Unquoted | State::QuoteSeen, b'\n') => {
                self.end_last_field()?;
                self.end_row(false)?;
            }
            (State::QuoteSeen, _) => {
                let separator = match self.format.separator {
                    b';' => "a semicolon",
                    b'\t' => "a tab",
                    b' ' => "a space",
                    _ => "a comma",
                };
                return Err(self.fault(
                    format!("{} after a closing quote", quoted(&[byte])),
                    format!("{separator} or the line's end"),
                ));
            }
            (State::FieldStart, b' ') if self.format.is_padded => {}
            (State::FieldStart | State::Unquoted, _) => {
                self.keep(byte)?;
                self.state = State::Unquoted;
            }
        }
        Ok(())
    }

    fn keep(&mut self, byte: u8) -> Result<()> {
        let target = self.columns.targets.get(self.column);
        if self.field.len() == MAX_FIELD {
            // What is left out may be as long as it is: a path, a sentence.
            if target == Some(&Target::Skipped) {
                return Ok(());
            }
            let expected = match target {
                Some(Target::Label) => "a label",
                _ => "a number",
            };
            let found = format!(
                "a field of more than {MAX_FIELD} bytes ({})",
                quoted(&self.field)
            );
            return Err(self.fault(found, expected));
        }
        self.field.push(byte);
        Ok(())
    }

    fn begin_row(&mut self) -> Result<()> {
        let most = (MAX_PIXEL_BYTES / self.columns.num_pixels()).min(MAX_ROWS);
        if self.num_rows == most {
            return Err(Error::data(
                format!("row {}", self.row),
                format!("more than {most} rows of data"),
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
        self.one_hot = None;
        self.state = State::FieldStart;
        Ok(())
    }

    fn end_field(&mut self) -> Result<()> {
        match self.columns.targets.get(self.column).copied() {
            Some(Target::Pixel(pixel)) => self.take_pixel(usize::from(pixel))?,
            Some(Target::Label) => self.take_label()?,
            Some(Target::OneHot(class)) => self.take_one_hot(class)?,
            Some(Target::Skipped) => {
                let mut watched = self.watched.iter_mut();
                if let Some(watched) = watched.find(|one| one.column == self.column) {
                    watched.take(&self.field);
                }
            }
            None if self.column == MAX_COLUMNS => {
                return Err(self.wrong_count(format!("more than {MAX_COLUMNS} columns")));
            }
            None => {}
        }
        self.field.clear();
        self.column += 1;
        Ok(())
    }

    /// Ends a row's last field, which blanks behind the one before it do not begin.
    fn end_last_field(&mut self) -> Result<()> {
        let is_begun = self.state != State::FieldStart || self.column == 0;
        if self.format.has_blanks() && !is_begun {
            return Ok(());
        }
        self.end_field()
    }

    /// The field's number.
    fn number(&self) -> Value {
        let is_last = self.column + 1 == self.columns.targets.len();
        let text = match self.format.is_padded {
            true => self.field.trim_ascii(),
            // Blanks behind a row are none of it.
            false if is_last => self.field.trim_ascii_end(),
            false => &self.field,
        };
        value(text, self.format.has_decimal_comma)
    }

    fn take_pixel(&mut self, pixel: usize) -> Result<()> {
        let number = self.number();
        let taken = match number {
            Value::Whole(whole) => self.scale.whole(whole),
            Value::Fraction(share) => self.scale.share(share, &mut self.pixels),
            Value::Negative | Value::Other => None,
        };
        match taken {
            Some(byte) => self.pixels.last_row()[pixel] = byte,
            None => {
                // Before it in this row there is ink everywhere, where pixels begin at 1.
                let before = &self.pixels.last_row()[..pixel];
                let is_raised = !before.is_empty() && !before.contains(&0);
                return Err(self.wrong_pixel(number, is_raised));
            }
        }
        Ok(())
    }

    fn wrong_pixel(&self, number: Value, is_raised: bool) -> Error {
        let range = self.scale.range();
        let found = match number {
            _ if self.field.is_empty() => "nothing".to_owned(),
            _ => quoted(&self.field),
        };
        let is_negative = number == Value::Negative && self.field.len() > 3;
        let is_whole = !self.field.iter().any(|byte| b".,eE".contains(byte));
        let is_missing = is_missing(self.field.trim_ascii());
        let expected = match number {
            Value::Whole(256) if is_raised => {
                format!("{range}: these seem to be 1 to 256, so take 1 from each first")
            }
            Value::Whole(256..=65_535) if self.scale != Scale::Share => {
                format!("{range}: larger ones, such as those of 16 bits, are to be scaled first")
            }
            Value::Whole(_) => range.to_owned(),
            _ if is_missing => format!(
                "a number, {range}: a pixel is missing; in pandas, leave such rows out with dropna()"
            ),
            Value::Negative if is_negative && is_whole => {
                format!("{range}: bytes with a sign, as int8 has them, are to be saved as uint8")
            }
            Value::Negative if is_negative => {
                "pixels from 0 to 255 or from 0 to 1: these look normalised, save them before that"
                    .to_owned()
            }
            _ if self.scale == Scale::Share => format!("a number, {range}"),
            _ => format!("a whole number, {range}"),
        };
        self.fault(found, expected)
    }

    fn take_label(&mut self) -> Result<()> {
        let name = self.columns.names.get(self.column);
        // A second header, where two files were joined.
        let is_header = name.is_some_and(|name| name.as_bytes() == self.field.trim_ascii());
        if is_header {
            return Err(self.fault(
                format!("{}, the header once more", quoted(&self.field)),
                "a label: where files were joined, leave out all headers but the first",
            ));
        }
        if str::from_utf8(&self.field).is_err() {
            return Err(self.fault(quoted(&self.field), NO_UTF_8));
        }
        let taken = self.labels.push(&self.field, self.row);
        taken.map_err(|refusal| match refusal {
            Refusal::NoLabel if self.field.is_empty() => {
                self.fault("nothing", self.labels.expected())
            }
            Refusal::NoLabel => self.fault(quoted(&self.field), self.labels.expected()),
            Refusal::TooMany => self.fault(
                format!("{}, one more label", quoted(&self.field)),
                format!("at most {MAX_CLASSES} different ones"),
            ),
        })
    }

    fn take_one_hot(&mut self, class: u8) -> Result<()> {
        match self.number() {
            Value::Whole(0) => Ok(()),
            Value::Whole(1) if self.one_hot.is_none() => {
                self.one_hot = Some(class);
                Ok(())
            }
            Value::Whole(1) => {
                Err(self.fault("a second 1", "a single 1 among the label's columns"))
            }
            _ => Err(self.fault(quoted(&self.field), "0 or 1")),
        }
    }

    fn end_row(&mut self, is_file_end: bool) -> Result<()> {
        if self.column != self.columns.targets.len() {
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
        if !self.columns.one_hot.is_empty() {
            let class = self
                .one_hot
                .and_then(|class| self.columns.one_hot.get(usize::from(class)));
            let taken = class.map(|name| self.labels.push(name.as_bytes(), self.row));
            if taken != Some(Ok(())) {
                let place = format!("row {}, columns of the label", self.row);
                return Err(Error::data(place, "no 1", "a single 1"));
            }
        }
        self.num_rows += 1;
        self.row += u64::from(!is_file_end);
        self.state = State::LineStart;
        Ok(())
    }

    // --- The fast way: runs of plain pixels ---

    /// Stores the pixels at the head of `bytes` that are one to three digits and
    /// a separator, and returns the bytes they took.
    /// Expects the start of a field; leaves the start of a field.
    fn take_plain_pixels(&mut self, bytes: &[u8]) -> usize {
        let Some(Target::Pixel(first)) = self.columns.targets.get(self.column) else {
            return 0;
        };
        // In shares of ink a plain 1 is full ink.
        if self.scale == Scale::Share {
            return 0;
        }
        let first = usize::from(*first);
        let run = usize::from(self.runs[self.column]);
        let room = &mut self.pixels.last_row()[first..first + run];
        let (num_bytes, num_pixels) = match self.format.separator {
            b';' => plain_pixels::<b';'>(bytes, room),
            b'\t' => plain_pixels::<b'\t'>(bytes, room),
            b' ' => plain_pixels::<b' '>(bytes, room),
            _ => plain_pixels::<b','>(bytes, room),
        };
        self.column += num_pixels;
        num_bytes
    }

    // --- Errors ---

    fn fault(&self, found: impl Into<String>, expected: impl Into<String>) -> Error {
        Error::data(
            format!(
                "row {}, column {}",
                self.row,
                self.columns.name(self.column)
            ),
            found,
            expected,
        )
    }

    fn open_quote(&self) -> Error {
        let is_label = self.columns.targets.get(self.column) == Some(&Target::Label);
        let expected = if is_label {
            CLOSED_LABEL
        } else {
            "a closing quote"
        };
        self.fault(OPEN_QUOTE, expected)
    }

    fn wrong_count(&self, found: String) -> Error {
        let width = self.columns.targets.len();
        let is_header_short = self.num_rows == 0 && self.columns.has_header && self.column > width;
        let hint = match is_header_short {
            true => ": the header may lack a name",
            false => "",
        };
        let expected = format!("{width} as in row {}{hint}", self.first_row);
        Error::data(format!("row {}", self.row), found, expected)
    }
}
