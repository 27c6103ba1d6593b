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

use super::dataset::{Dataset, MAX_ROWS, NUM_PIXELS};
use super::store::PixelStore;
use crate::error::{Error, Result};

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

/// Reads pixels of one to three digits with a comma behind each into `pixels`,
/// which must be all zero, and stops at anything else (such as a row's last
/// pixel, which its line's end follows) or where fewer than eight bytes are left.
/// Returns the bytes and the pixels taken.
fn plain_pixels(bytes: &[u8], pixels: &mut [u8]) -> (usize, usize) {
    const FOUR_ZEROS: u64 = u64::from_le_bytes(*b"0,0,0,0,");
    const COMMAS: u32 = u32::from_le_bytes(*b",,,,");
    let (mut at, mut pixel) = (0, 0);
    while pixel < pixels.len() {
        let Some(head) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) else {
            break;
        };
        let word = u64::from_le_bytes(*head);
        // Four fifths of MNIST are background, and the row is zero already.
        if word == FOUR_ZEROS && pixel + 4 <= pixels.len() {
            at += 8;
            pixel += 4;
            continue;
        }
        let word = word as u32;
        // The high bit of each byte below the first comma is 0 and the comma's 1
        // (the bytes above it may err, but are not looked at).
        let difference = word ^ COMMAS;
        let is_comma = difference.wrapping_sub(0x0101_0101) & !difference & 0x8080_8080;
        let num_digits = is_comma.trailing_zeros() / 8;
        if !(1..=3).contains(&num_digits) {
            break;
        }
        // Digits to the top: hundreds in byte 1, tens in 2, ones in 3.
        let shift = 32 - 8 * num_digits;
        let digits = (word << shift) ^ (0x3030_3030 << shift);
        let is_no_digit = (digits.wrapping_add(0x7676_7676) | digits) & 0x8080_8080;
        let value = (digits >> 8 & 0xff) * 100 + (digits >> 16 & 0xff) * 10 + (digits >> 24);
        if is_no_digit != 0 || value > 255 {
            break;
        }
        pixels[pixel] = value as u8;
        at += num_digits as usize + 1;
        pixel += 1;
    }
    (at, pixel)
}

/// The whole number that `text` writes, if it consists of digits; numbers too
/// large for 32 bits come out as the largest.
fn number(text: &[u8]) -> Option<u32> {
    if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let append = |value: u32, digit: &u8| {
        value
            .saturating_mul(10)
            .saturating_add(u32::from(digit - b'0'))
    };
    Some(text.iter().fold(0, append))
}

/// Whether a field of the first line is meant as a number, right or wrong.
fn looks_numeric(field: &[u8]) -> bool {
    field
        .iter()
        .all(|byte| byte.is_ascii_digit() || b" +-.eE".contains(byte))
        && !field.is_empty()
}

/// A field of the first line without the quotes around it.
fn unquoted(field: &[u8]) -> &[u8] {
    field
        .strip_prefix(b"\"")
        .and_then(|inner| inner.strip_suffix(b"\""))
        .unwrap_or(field)
}

/// Text of the file as an error shows it: in quotes, on one line, short.
fn quoted(text: &[u8]) -> String {
    const MAX_SHOWN: usize = 24;
    let text = String::from_utf8_lossy(text);
    let mut shown: String = text.chars().take(MAX_SHOWN).collect();
    if text.chars().count() > MAX_SHOWN {
        shown.push('…');
    }
    format!("{shown:?}")
}

/// Refuses a file whose first line shows that it is no CSV at all.
fn refuse_foreign_file(first_line: &[u8]) -> Result<()> {
    match foreign_kind(first_line) {
        Some(kind) => Err(Error::data(
            "row 1",
            kind,
            format!("a CSV file with {SHAPE}"),
        )),
        None => Ok(()),
    }
}

/// What a file is that begins with `start` and is no CSV; `None` if it may be one.
fn foreign_kind(start: &[u8]) -> Option<String> {
    const MAGIC: [(&[u8], &str); 15] = [
        (b"\x1f\x8b", "a gzip file"),
        (b"PK\x03\x04", "a zip archive (or an Excel workbook)"),
        (b"PK\x05\x06", "an empty zip archive"),
        (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
        (b"7z\xbc\xaf", "a 7-Zip archive"),
        (b"Rar!", "a RAR archive"),
        (b"BZh", "a bzip2 file"),
        (b"\xfd7zXZ", "an xz file"),
        (b"\x28\xb5\x2f\xfd", "a Zstandard file"),
        (b"\x89PNG", "a PNG image"),
        (b"\xff\xd8\xff", "a JPEG image"),
        (b"GIF8", "a GIF image"),
        (b"%PDF", "a PDF document"),
        (b"PAR1", "a Parquet file"),
        (
            b"version https://git-lfs",
            "a Git LFS pointer, not the file it stands for",
        ),
    ];
    if let Some((_, kind)) = MAGIC.iter().find(|(magic, _)| start.starts_with(magic)) {
        return Some((*kind).to_owned());
    }
    if start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff") {
        return Some("text in UTF-16: save it as UTF-8".to_owned());
    }
    if let Some(at) = start
        .iter()
        .position(|&byte| byte < b' ' && !b"\t\n\r".contains(&byte))
    {
        return Some(format!(
            "binary data (byte 0x{:02x} at position {})",
            start[at],
            at + 1
        ));
    }
    let text = start
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(start)
        .trim_ascii_start();
    match text.first() {
        Some(b'<') => Some("a web page or XML".to_owned()),
        Some(b'{' | b'[') => Some("JSON".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::{CsvReader, NUM_PIXELS};
    use crate::data::Dataset;
    use crate::error::Result;
    use crate::rng::RandomState;

    /// Kaggle's header, with or without the label.
    fn header(labelled: bool) -> String {
        let label = labelled.then(|| "label".to_owned());
        let pixels = (0..NUM_PIXELS).map(|pixel| format!("pixel{pixel}"));
        label
            .into_iter()
            .chain(pixels)
            .collect::<Vec<_>>()
            .join(",")
    }

    /// Rows with runs of background between ink, as MNIST has them.
    fn made(rows: usize, labelled: bool, seed: u32) -> Dataset {
        let mut rng = RandomState::new(seed);
        let mut pixels = Vec::with_capacity(rows * NUM_PIXELS);
        while pixels.len() < rows * NUM_PIXELS {
            let zeros = rng.interval(30) as usize;
            pixels.extend(std::iter::repeat_n(0, zeros));
            pixels
                .extend((0..rng.interval(9)).map(|_| rng.next_u32() as u8 >> (rng.next_u32() % 8)));
        }
        pixels.truncate(rows * NUM_PIXELS);
        let labels = (0..if labelled { rows } else { 0 })
            .map(|_| rng.interval(9) as u8)
            .collect();
        Dataset::from_parts("made", pixels, labels).unwrap()
    }

    fn lines(data: &Dataset) -> Vec<String> {
        let line = |row| {
            let label = data.label(row).into_iter();
            let fields: Vec<String> = label
                .chain(data.image(row).iter().copied())
                .map(|n| n.to_string())
                .collect();
            fields.join(",")
        };
        (0..data.num_rows()).map(line).collect()
    }

    fn read(text: impl AsRef<[u8]>) -> Result<Dataset> {
        read_in_chunks(text.as_ref(), false, &mut |_| usize::MAX)
    }

    /// Reads `text` in chunks of the lengths that `next` gives for what is left.
    fn read_in_chunks(
        mut text: &[u8],
        is_plain: bool,
        next: &mut dyn FnMut(usize) -> usize,
    ) -> Result<Dataset> {
        let mut reader = CsvReader::new("made");
        reader.is_plain = is_plain;
        while !text.is_empty() {
            let (chunk, rest) = text.split_at(next(text.len()).min(text.len()));
            reader.push(chunk)?;
            text = rest;
        }
        reader.finish()
    }

    fn message(text: impl AsRef<[u8]>) -> String {
        read(text).unwrap_err().to_string()
    }

    /// A row of zeros under `label`, with `changes` of (column, text).
    fn zeros(label: &str, changes: &[(usize, &str)]) -> String {
        let mut fields = vec!["0"; NUM_PIXELS + 1];
        fields[0] = label;
        changes
            .iter()
            .for_each(|&(column, text)| fields[column] = text);
        fields.join(",")
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn reads_every_accepted_form() {
        for labelled in [true, false] {
            let data = made(5, labelled, 1);
            let rows = lines(&data);
            let by_place = (0..NUM_PIXELS).map(|at| format!("{}x{}", at / 28 + 1, at % 28 + 1));
            let by_place: Vec<String> = labelled
                .then(|| "label".to_owned())
                .into_iter()
                .chain(by_place)
                .collect();
            let quote = |line: &str| format!("\"{}\"", line.replace(',', "\",\""));
            let headers = [
                String::new(),
                format!("{}\n", header(labelled)),
                format!("{}\n", by_place.join(",")),
                format!("{}\n", quote(&header(labelled))),
            ];
            let quoted_rows: Vec<String> = rows.iter().map(|line| quote(line)).collect();
            let padded_rows: Vec<String> = rows
                .iter()
                .map(|line| format!("00{}", line.replace(",0,", ",000,")))
                .collect();
            for head in headers {
                for rows in [&rows, &quoted_rows, &padded_rows] {
                    for end in ["", "\n", "\n\n", "\n\r\n\n"] {
                        for mark in ["", "\u{feff}"] {
                            let text = format!("{mark}{head}{}{end}", rows.join("\n"));
                            assert_eq!(read(&text).as_ref(), Ok(&data), "{:.40}", text);
                            let crlf = text.replace("\r\n", "\n").replace('\n', "\r\n");
                            assert_eq!(read(&crlf).as_ref(), Ok(&data), "{:.40}", crlf);
                        }
                    }
                }
            }
        }
        assert_eq!(
            read(zeros("7", &[(784, "255\r")])).unwrap().image(0)[783],
            255
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn any_chunks_and_both_ways_give_the_same() {
        let mut rng = RandomState::new(11);
        let data = made(40, true, 2);
        let text = format!("{}\n{}\r\n\n", header(true), lines(&data).join("\n"));
        for is_plain in [false, true] {
            for length in [1, 2, 3, 7, 8, 9, 64, 1000, 65_536] {
                let found = read_in_chunks(text.as_bytes(), is_plain, &mut |_| length);
                assert_eq!(found.as_ref(), Ok(&data), "chunks of {length}");
            }
            for _ in 0..30 {
                let most = [4, 20, 3000, 30_000][rng.interval(3) as usize];
                let found = read_in_chunks(text.as_bytes(), is_plain, &mut |_| {
                    rng.interval(most) as usize + 1
                });
                assert_eq!(found.as_ref(), Ok(&data));
            }
        }
    }

    /// The same data set, or the same error, whole and plain, in chunks and fast.
    #[wasm_bindgen_test(unsupported = test)]
    fn damaged_files_give_one_answer_and_never_panic() {
        let mut rng = RandomState::new(12);
        let whole = format!(
            "{}\n{}\n",
            header(true),
            lines(&made(4, true, 3)).join("\n")
        );
        let bare = whole[header(true).len() + 1..].to_owned();
        let marks = b",,,,\n\r\"-. \0\xffa;0123456789";
        let mut accepted = 0;
        for _ in 0..1500 {
            let mut text = [whole.as_bytes(), bare.as_bytes()][rng.interval(1) as usize].to_vec();
            // Half of the files are only scratched: many of those can still be read.
            let is_scratch = rng.interval(1) == 0;
            for _ in 0..=rng.interval(2) {
                let at = rng.interval(text.len() as u32 - 1) as usize;
                if is_scratch {
                    text[at] = if text[at].is_ascii_digit() {
                        b'0' + rng.interval(9) as u8
                    } else {
                        text[at]
                    };
                    continue;
                }
                let mark = marks[rng.interval(marks.len() as u32 - 1) as usize];
                match rng.interval(5) {
                    0 => drop(text.remove(at)),
                    1 => text.insert(at, mark),
                    2 => text.truncate(at + 1),
                    3 => {
                        drop(text.drain(at..(at + rng.interval(2000) as usize).min(text.len() - 1)))
                    }
                    4 => text.extend_from_within(at..),
                    _ => text[at] = mark,
                }
                if text.is_empty() {
                    break;
                }
            }
            let plain = read_in_chunks(&text, true, &mut |_| usize::MAX);
            let fast = read_in_chunks(&text, false, &mut |_| rng.interval(900) as usize + 1);
            assert_eq!(plain, fast);
            accepted += usize::from(plain.is_ok());
            if let Err(error) = plain {
                let shown = error.to_string();
                assert!(
                    shown.starts_with("row ") && shown.contains(": found "),
                    "{shown}"
                );
                assert!(
                    shown.contains(", expected ") && shown.len() < 300,
                    "{shown}"
                );
            }
        }
        assert!(
            (100..1400).contains(&accepted),
            "{accepted} of 1500 still readable"
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn random_bytes_never_panic() {
        let mut rng = RandomState::new(13);
        for _ in 0..400 {
            let length = rng.interval(5000);
            let narrow = rng.interval(1) == 1;
            let alphabet = b"0123456789,,,,,,\n\r\"";
            let bytes: Vec<u8> = (0..length)
                .map(|_| match narrow {
                    true => alphabet[rng.interval(alphabet.len() as u32 - 1) as usize],
                    false => rng.next_u32() as u8,
                })
                .collect();
            assert!(
                read_in_chunks(&bytes, false, &mut |_| rng.interval(300) as usize + 1).is_err()
            );
        }
    }

    /// Every triple of bytes before a comma: the fast way takes what the plain
    /// way accepts (up to three digits) with the same value, and nothing else.
    #[wasm_bindgen_test(unsupported = test)]
    fn the_fast_way_takes_exactly_plain_numbers() {
        let bytes = b"0123456789/:,\n\r\" -.+a\0\x80\xb0\xff";
        for a in bytes {
            for b in bytes {
                for c in bytes {
                    for d in b",1\n" {
                        let text = [*a, *b, *c, *d, b'0', b',', b'0', b'0'];
                        let field = text.split(|&byte| byte == b',').next().unwrap();
                        let value = super::number(field).filter(|&n| n <= 255 && field.len() <= 3);
                        let mut pixels = [0; 2];
                        let taken = super::plain_pixels(&text, &mut pixels);
                        let wanted = value.map_or((0, 0), |_| (field.len() + 1, 1));
                        assert_eq!(taken, wanted, "{text:?}");
                        assert_eq!(u32::from(pixels[0]), value.unwrap_or(0), "{text:?}");
                    }
                }
            }
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn values_out_of_range_are_named_by_row_and_column() {
        let under_header =
            |row: String| message(format!("{}\n{}\n{row}\n", header(true), zeros("1", &[])));
        let value = |column, text| under_header(zeros("3", &[(column, text)]));
        assert_eq!(
            value(0, "12"),
            "row 3, column label: found \"12\", expected 0 to 9"
        );
        assert_eq!(
            value(1, "256"),
            "row 3, column pixel0: found \"256\", expected 0 to 255"
        );
        assert_eq!(
            value(784, "99999999999999"),
            "row 3, column pixel783: found \"99999999999999\", expected 0 to 255"
        );
        for text in [
            "-1", "0.5", "abc", " 7", "1e2", "+3", "1\"2", "0x1", "\u{661}",
        ] {
            let shown = format!("{text:?}");
            assert_eq!(
                value(408, text),
                format!("row 3, column pixel407: found {shown}, expected a whole number, 0 to 255")
            );
        }
        assert_eq!(
            value(0, ""),
            "row 3, column label: found nothing, expected a whole number, 0 to 9"
        );
        assert_eq!(
            value(9, "\0\u{1}"),
            "row 3, column pixel8: found \"\\0\\u{1}\", expected a whole number, 0 to 255"
        );
        assert_eq!(
            message(zeros("10", &[])),
            "row 1, column label: found \"10\", expected 0 to 9"
        );
        assert_eq!(
            value(20, &"9".repeat(1000)),
            "row 3, column pixel19: found a field of more than 64 bytes \
             (\"999999999999999999999999…\"), expected a number"
        );
        // A second header, where two files were joined.
        assert_eq!(
            under_header(header(true)),
            "row 3, column label: found \"label\", expected a whole number, 0 to 9"
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn wrong_column_counts_are_counted() {
        let good = zeros("1", &[]);
        let count = |row: String| message(format!("{}\n{good}\n{row}\n", header(true)));
        assert_eq!(
            count(good[..good.len() - 2].into()),
            "row 3: found 784 columns, expected 785 as in row 1"
        );
        assert_eq!(
            count(format!("{good},0")),
            "row 3: found 786 columns, expected 785 as in row 1"
        );
        assert_eq!(
            count(format!("{good},")),
            "row 3: found 786 columns, expected 785 as in row 1"
        );
        assert_eq!(
            count("5".into()),
            "row 3: found 1 column, expected 785 as in row 1"
        );
        assert_eq!(
            count(format!("{good}{}", ",0".repeat(1_000_000))),
            "row 3: found more than 10000 columns, expected 785 as in row 1"
        );
        assert_eq!(
            message(format!("{}\n{good}\n{}", header(true), &good[..21])),
            "row 3: found 11 columns before the file ends, expected 785 as in row 1"
        );
        let shape = "expected 785 columns (label and 784 pixels) or 784 (pixels alone)";
        assert_eq!(
            message("PassengerId,Survived,Pclass,Name\n1,0,3,x\n"),
            format!(
                "row 1: found 4 columns (\"PassengerId\", \"Survived\", \"Pclass\", …), {shape}"
            )
        );
        assert_eq!(
            message("ImageId,Label\n1,0\n"),
            format!("row 1: found 2 columns (\"ImageId\", \"Label\"), {shape}")
        );
        assert_eq!(
            message("Once upon a time there was a pixel.\n"),
            format!("row 1: found 1 column (\"Once upon a time there w…\"), {shape}")
        );
        let short = header(true).replace(",pixel783", "");
        assert!(message(short).starts_with("row 1: found 784 columns (\"label\", "));
        let semicolons = header(true).replace(',', ";");
        assert_eq!(
            message(semicolons),
            "row 1: found columns separated by semicolons, expected commas between 785 columns \
             (label and 784 pixels) or 784 (pixels alone)"
        );
        let million = vec!["0"; 1_000_000].join(",");
        assert!(message(million).starts_with("row 1: found a line of more than 65536 bytes"));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn other_headers_are_refused_at_the_first_difference() {
        let rest = "the columns of Kaggle's train.csv in their order";
        let swapped = header(true).replace("pixel3,pixel4,", "pixel4,pixel3,");
        assert_eq!(
            message(format!("{swapped}\n{}", zeros("1", &[]))),
            format!("row 1, column 5: found \"pixel4\", expected \"pixel3\", {rest}")
        );
        let renamed = header(true).replace("label", "digit");
        assert_eq!(
            message(renamed),
            format!("row 1, column 1: found \"digit\", expected \"label\", {rest}")
        );
        let last = format!("{},label", header(false));
        assert_eq!(
            message(last),
            format!("row 1, column 1: found \"pixel0\", expected \"label\", {rest}")
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn files_without_data_say_so() {
        let shape = "expected rows of 785 columns (label and 784 pixels) or 784 (pixels alone)";
        assert_eq!(message(""), format!("row 1: found an empty file, {shape}"));
        assert_eq!(
            message("\n\r\n\n"),
            format!("row 4: found nothing but blank lines, {shape}")
        );
        for end in ["\n", "\n\n\n"] {
            assert!(
                message(header(true) + end)
                    .ends_with(&format!("found a header and no data below it, {shape}"))
            );
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn broken_lines_and_quotes_are_named() {
        let good = zeros("1", &[]);
        assert_eq!(
            message(format!("{good}\n\n{good}\n")),
            "row 2: found a blank line, expected data: blank lines may only end the file"
        );
        assert!(message(format!("\n{good}\n")).starts_with("row 1: found a blank line"));
        let row_2 = |row: String| message(format!("{good}\n{row}"));
        assert_eq!(
            row_2(zeros("1", &[(3, "\"4")])),
            "row 2, column pixel2: found a field of more than 64 bytes \
             (\"4,0,0,0,0,0,0,0,0,0,0,0,…\"), expected a number"
        );
        assert_eq!(
            row_2(zeros("1", &[(784, "\"4\n")])),
            "row 2, column pixel783: found a quote that is not closed in this line, expected a \
             closing quote"
        );
        assert_eq!(
            row_2(zeros("1", &[(784, "\"4")])),
            "row 2, column pixel783: found a quote that is never closed, expected a closing quote"
        );
        assert_eq!(
            row_2(zeros("1", &[(3, "\"4\"4")])),
            "row 2, column pixel2: found \"4\" after a closing quote, expected a comma or the \
             line's end"
        );
        assert_eq!(
            row_2(zeros("1", &[(3, "\"\"\"4\"")])),
            "row 2, column pixel2: found \"\\\"4\", expected a whole number, 0 to 255"
        );
        assert!(
            message(format!("{good}\n{good}\r{good}"))
                .contains("a carriage return inside the line")
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn files_that_are_no_csv_are_called_by_their_kind() {
        for (start, kind) in [
            (&b"\x1f\x8b\x08\0rest"[..], "a gzip file"),
            (b"PK\x03\x04", "a zip archive (or an Excel workbook)"),
            (b"\x89PNG\r\n\x1a\n", "a PNG image"),
            (b"%PDF-1.7\n", "a PDF document"),
            (b"\n  <!DOCTYPE html>\n<html>", "a web page or XML"),
            (b"{\"cells\": []}", "JSON"),
            (b"\xff\xfel\0a\0", "text in UTF-16: save it as UTF-8"),
            (b"ab\0\x01\xfe", "binary data (byte 0x00 at position 3)"),
        ] {
            let long = [start, &vec![b'x'; 200_000]].concat();
            for text in [start, &long] {
                assert_eq!(
                    message(text),
                    format!(
                        "row 1: found {kind}, expected a CSV file with 785 columns (label and 784 \
                         pixels) or 784 (pixels alone)"
                    )
                );
            }
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_promised_size_changes_nothing() {
        let data = made(1500, true, 4);
        let text = lines(&data).join("\n");
        for promised in [1, text.len() as u64 / 2, text.len() as u64, u64::MAX] {
            let mut reader = CsvReader::new("made");
            reader.expect_bytes(promised);
            text.as_bytes().chunks(70_001).for_each(|chunk| {
                reader.push(chunk).unwrap();
            });
            assert_eq!(reader.finish().as_ref(), Ok(&data), "promised {promised}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn rows_are_counted_and_an_error_stays() {
        let good = zeros("1", &[]);
        let mut reader = CsvReader::new("made");
        assert_eq!(reader.push(header(true).as_bytes()), Ok(0));
        assert_eq!(reader.push(format!("\n{good}\n{good}").as_bytes()), Ok(1));
        assert_eq!(reader.push(b"\n"), Ok(2));
        let error = reader.push(b"x,").unwrap_err();
        assert_eq!(reader.push(good.as_bytes()), Err(error.clone()));
        assert_eq!(reader.finish(), Err(error));
    }
}
