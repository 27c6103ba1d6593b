//! Reads arrays as NumPy saves them (`.npy`), pushed in chunks of any size: images of
//! n × side × side, n × side × side × 1 or n × side², and labels of n, n × 1 or one-hot.
//!
//! The format (numpy.lib.format): `\x93NUMPY`, a version, the header's length, a Python
//! dictionary with the type, the order and the shape; then the values. Owns the format
//! and its errors. What is saved by pickle (type `|O`) holds no plain values.
//!
//! Over 400 lines: one format, its header and its values.

mod order;
#[cfg(test)]
mod tests;

use super::csv::side_of;
use super::labels::{Labels, MAX_CLASSES, Naming, Refusal};
use super::part::Part;
use super::scale::Scale;
use super::store::PixelStore;
use super::task::{MAX_PIXEL_BYTES, MAX_ROWS};
use crate::error::{Error, Result};
use order::{Order, in_rows, one_hot_classes};

const MAGIC: &[u8] = b"\x93NUMPY";
/// A header holds a line; numpy fills it up to 64 or 128 bytes.
const MAX_HEADER: usize = 10_000;
/// What is expected in the place of pixels around 0.
const NORMALISED: &str =
    "pixels from 0 to 255 or from 0 to 1: these look normalised, save them before that";
/// Characters that a label in an array of text may have.
const MAX_TEXT: usize = 256;

/// Whether a file that begins with `start` is such an array: its first 3 bytes alone say so,
/// however many there are by then.
pub fn is_npy(start: &[u8]) -> bool {
    start.starts_with(&MAGIC[..3])
}

/// A push parser of one array: [`push`](Self::push) chunks, then [`finish`](Self::finish).
#[derive(Debug)]
pub struct NpyReader {
    name: String,
    /// The first error, given again to every later call.
    failure: Option<Error>,
    /// The header until it is complete.
    header: Vec<u8>,
    body: Body,
    kind: Kind,
    /// The value that has begun; values may be cut by chunks.
    value: Vec<u8>,
    num_values: usize,
    num_expected: usize,
}

#[derive(Debug)]
enum Body {
    Unknown,
    Images {
        side: usize,
        pixels: PixelStore,
        scale: Scale,
        order: Order,
    },
    Labels(Labels),
    /// Rows of `width` values of which one is 1.
    OneHot {
        labels: Labels,
        width: usize,
        class: Option<usize>,
    },
}

/// The type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Kind {
    code: Code,
    /// Bytes of a value.
    size: usize,
    is_big_endian: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Code {
    Unsigned,
    Signed,
    Float,
    /// Bytes, filled up with zeros.
    Bytes,
    /// Characters of four bytes each, filled up with zeros.
    Text,
}

impl NpyReader {
    /// A reader of the array `name`, which errors will name.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            failure: None,
            header: Vec::new(),
            body: Body::Unknown,
            kind: Kind {
                code: Code::Unsigned,
                size: 1,
                is_big_endian: false,
            },
            value: Vec::new(),
            num_values: 0,
            num_expected: 0,
        }
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
        Ok(self.num_rows() as u32)
    }

    /// What the array holds, once all of it was pushed.
    ///
    /// # Errors
    /// When it is shorter than its header says, or its labels make no classes.
    pub fn finish(self) -> Result<Part> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        if matches!(self.body, Body::Unknown) {
            let found = format!("the end of the file after {} bytes", self.header.len());
            return Err(Error::data(self.name, found, "the header of a NumPy array"));
        }
        if self.num_values < self.num_expected {
            let found = format!("the end of the file after {} values", self.num_values);
            let expected = format!("{} as its header says", self.num_expected);
            return Err(Error::data(self.name, found, expected));
        }
        let name = self.name;
        let place = |row: u64| format!("{name}, label {row}");
        let naming = Naming {
            place: &place,
            is_quoted: false,
            is_sample: false,
        };
        match self.body {
            Body::Images {
                side,
                mut pixels,
                scale,
                order,
            } => {
                let full_ink = scale.settle(&mut pixels, side);
                let pixels = in_rows(pixels.into_pixels()?, side, order)?;
                if let Some(classes) = one_hot_classes(&pixels, side, order) {
                    let mut labels = Labels::default();
                    for (row, class) in (1..).zip(classes) {
                        // As many columns as classes may be, at most.
                        labels.push_number(class, row).ok();
                    }
                    let (classes, rows) = labels.into_classes(&naming)?;
                    return Ok(Part::Labels { classes, rows });
                }
                Ok(Part::Images {
                    side,
                    pixels,
                    full_ink,
                })
            }
            Body::Labels(labels) | Body::OneHot { labels, .. } => {
                let (classes, rows) = labels.into_classes(&naming)?;
                Ok(Part::Labels { classes, rows })
            }
            Body::Unknown => Err(Error::data(name, "nothing", "an array")),
        }
    }

    fn num_rows(&self) -> usize {
        match &self.body {
            Body::Unknown => 0,
            Body::Images { side, .. } => self.num_values / (side * side),
            Body::Labels(_) => self.num_values,
            Body::OneHot { width, .. } => self.num_values / width,
        }
    }

    fn read(&mut self, chunk: &[u8]) -> Result<()> {
        let mut rest = chunk;
        while matches!(self.body, Body::Unknown) {
            let Some((&byte, tail)) = rest.split_first() else {
                return Ok(());
            };
            self.header.push(byte);
            rest = tail;
            self.read_header()?;
        }
        // Bytes that are pixels already go in as they are.
        if let Body::Images { pixels, .. } = &mut self.body
            && (self.kind.code, self.kind.size) == (Code::Unsigned, 1)
        {
            let (values, surplus) =
                rest.split_at(rest.len().min(self.num_expected - self.num_values));
            pixels.push_bytes(values)?;
            self.num_values += values.len();
            return self.refuse_more(surplus);
        }
        while !rest.is_empty() {
            if self.num_values == self.num_expected {
                return self.refuse_more(rest);
            }
            let wanted = self.kind.size - self.value.len();
            let (head, tail) = rest.split_at(rest.len().min(wanted));
            self.value.extend_from_slice(head);
            rest = tail;
            if self.value.len() == self.kind.size {
                self.take_value()?;
                self.value.clear();
            }
        }
        Ok(())
    }

    fn refuse_more(&self, surplus: &[u8]) -> Result<()> {
        if surplus.is_empty() {
            return Ok(());
        }
        Err(Error::data(
            self.name.clone(),
            "more data",
            format!("the end of the file after {} values", self.num_expected),
        ))
    }

    // --- The header ---

    fn read_header(&mut self) -> Result<()> {
        let length_size = match self.header.get(6) {
            Some(1) => 2,
            _ => 4,
        };
        let start = 8 + length_size;
        if self.header.len() == 6 && self.header != MAGIC {
            let found = format!("{:02x?}", self.header);
            return Err(Error::data(self.name.clone(), found, "a NumPy array"));
        }
        if self.header.len() < start {
            return Ok(());
        }
        let length = self.header[8..start]
            .iter()
            .rev()
            .fold(0_usize, |length, &byte| length << 8 | usize::from(byte));
        if length > MAX_HEADER {
            let found = format!("a header of {length} bytes");
            return Err(Error::data(
                self.name.clone(),
                found,
                format!("at most {MAX_HEADER}"),
            ));
        }
        if self.header.len() < start + length {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&self.header[start..]).into_owned();
        let entry = |key: &str| {
            let (_, rest) = text.split_once(&format!("'{key}':"))?;
            Some(rest.trim_start())
        };
        let within = |text: &str, open: char, close: char| {
            let inner = text.strip_prefix(open)?;
            inner.split_once(close).map(|(inner, _)| inner.to_owned())
        };
        let descr = entry("descr").and_then(|rest| within(rest, '\'', '\''));
        let shape = entry("shape").and_then(|rest| within(rest, '(', ')'));
        let is_fortran = entry("fortran_order").is_some_and(|rest| rest.starts_with("True"));
        let (Some(descr), Some(shape)) = (descr, shape) else {
            let found = "a header without type and shape";
            let expected = "an array of numbers; one of records or lists is to be saved as such";
            return Err(Error::data(self.name.clone(), found, expected));
        };
        let dimensions: Option<Vec<usize>> = shape
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            // Beyond what a machine of 32 bits counts it is too many all the same.
            .map(|part| Some(part.parse::<u64>().ok()?.try_into().unwrap_or(usize::MAX)))
            .collect();
        let dimensions = dimensions.unwrap_or_default();
        self.kind = self.kind_of(&descr)?;
        self.begin(&dimensions, &shape)?;
        match &mut self.body {
            Body::Images { order, .. } if is_fortran => {
                let are_flat = dimensions.len() == 2;
                *order = match are_flat {
                    true => Order::FlatColumns,
                    false => Order::Columns,
                };
            }
            Body::Images { order, .. } if dimensions.len() == 2 => *order = Order::FlatRows,
            Body::OneHot { .. } if is_fortran => {
                return Err(Error::data(
                    self.name.clone(),
                    "one-hot labels in Fortran's order",
                    "them in C's order: save np.ascontiguousarray of them",
                ));
            }
            _ => {}
        }
        Ok(())
    }

    fn kind_of(&self, descr: &str) -> Result<Kind> {
        let refused = |expected: &str| {
            let found = format!("values of type {descr:?}");
            Err(Error::data(self.name.clone(), found, expected))
        };
        let numbers = "whole numbers, floats or text";
        let (order, rest) = match descr.chars().next() {
            Some(order @ ('<' | '>' | '|' | '=')) => (order, &descr[1..]),
            _ => ('|', descr),
        };
        let Some(letter) = rest.chars().next() else {
            return refused(numbers);
        };
        let Ok(count) = rest[letter.len_utf8()..].parse::<usize>() else {
            return refused(match letter {
                'O' => "plain numbers: Python's own objects are not read, save astype(\"uint8\")",
                _ => numbers,
            });
        };
        let (code, size) = match (letter, count) {
            ('b' | 'u', 1) | ('u', 2 | 4 | 8) => (Code::Unsigned, count),
            ('i', 1 | 2 | 4 | 8) => (Code::Signed, count),
            ('f', 4 | 8) => (Code::Float, count),
            ('S', 1..=MAX_TEXT) => (Code::Bytes, count),
            ('U', 1..=MAX_TEXT) => (Code::Text, 4 * count),
            ('f', _) => return refused("floats of 4 or 8 bytes: save astype(\"float32\")"),
            _ => return refused(numbers),
        };
        Ok(Kind {
            code,
            size,
            is_big_endian: order == '>',
        })
    }

    fn begin(&mut self, dimensions: &[usize], shape: &str) -> Result<()> {
        let refused = |found: String, expected: &str| {
            Err(Error::data(
                format!("{}, its shape", self.name),
                found,
                expected,
            ))
        };
        let expected = "images of n × side × side or n × side², side 4 to 64, or n labels";
        let (count, body) = match *dimensions {
            [count] | [count, 1] => (count, Body::Labels(Labels::default())),
            [count, height, width] | [count, height, width, 1] | [count, 1, height, width]
                if height == width && (4..=64).contains(&height) =>
            {
                (count, images(height))
            }
            [_, _, _, 3 | 4] => {
                return refused(
                    format!("({shape}), pictures in colour"),
                    "grey ones: save their mean over the last dimension",
                );
            }
            [count, width] => match side_of(width) {
                Some(side) => (count, images(side)),
                None if (2..=MAX_CLASSES).contains(&width) => (
                    count,
                    Body::OneHot {
                        labels: Labels::default(),
                        width,
                        class: None,
                    },
                ),
                None => return refused(format!("({shape})"), expected),
            },
            _ => return refused(format!("({shape})"), expected),
        };
        let num_each = match &body {
            Body::Images { side, .. } => side * side,
            Body::OneHot { width, .. } => *width,
            _ => 1,
        };
        let most = (MAX_PIXEL_BYTES / num_each).min(MAX_ROWS);
        if !(1..=most).contains(&count) {
            return refused(format!("({shape})"), &format!("1 to {most} rows"));
        }
        let is_text = matches!(self.kind.code, Code::Bytes | Code::Text);
        if is_text && !matches!(body, Body::Labels(_)) {
            return refused(format!("({shape}) of text"), "numbers for pixels");
        }
        self.body = body;
        self.num_expected = count * num_each;
        if let Body::Images { pixels, .. } = &mut self.body {
            pixels.expect_rows(count);
        }
        Ok(())
    }

    // --- Values ---

    fn take_value(&mut self) -> Result<()> {
        let at = self.num_values;
        self.num_values += 1;
        let place = |what: &str, number: usize| format!("{}, {what} {number}", self.name);
        let bytes = &self.value;
        match &mut self.body {
            Body::Unknown => Ok(()),
            Body::Images {
                side,
                pixels,
                scale,
                order,
            } => {
                let found = number(self.kind, bytes);
                let is_whole = found.fract() == 0.0 && found >= 0.0;
                let byte = if is_whole {
                    scale.whole(found as u32)
                } else {
                    scale.share(found, pixels)
                };
                match byte {
                    Some(byte) => pixels.push_bytes(&[byte]),
                    None => Err(Error::data(
                        place("image", order.row_of(at, *side, self.num_expected) + 1),
                        format!("a pixel of {found}"),
                        match found < 0.0 && found.fract() != 0.0 {
                            true => NORMALISED,
                            false => scale.range(),
                        },
                    )),
                }
            }
            Body::Labels(labels) => {
                let row = at as u64 + 1;
                let shown = || match self.kind.code {
                    Code::Bytes => format!("{:?}", String::from_utf8_lossy(until_zero(bytes))),
                    Code::Text => format!("{:?}", text_of(bytes, self.kind)),
                    _ => number(self.kind, bytes).to_string(),
                };
                let taken = match self.kind.code {
                    Code::Bytes => labels.push(until_zero(bytes), row),
                    Code::Text => labels.push(text_of(bytes, self.kind).as_bytes(), row),
                    _ => {
                        let found = number(self.kind, bytes);
                        if found.fract() == 0.0 && found.abs() < 1e9 {
                            labels.push_number(found as i64, row)
                        } else {
                            Err(Refusal::NoLabel)
                        }
                    }
                };
                taken.map_err(|refusal| {
                    let expected = match refusal {
                        Refusal::NoLabel => labels.expected().to_owned(),
                        Refusal::TooMany => format!("at most {MAX_CLASSES} different labels"),
                    };
                    Error::data(place("label", at + 1), shown(), expected)
                })
            }
            Body::OneHot {
                labels,
                width,
                class,
            } => {
                let (row, column) = (at / *width, at % *width);
                let found = number(self.kind, bytes);
                if found == 1.0 && class.is_none() {
                    *class = Some(column);
                } else if found != 0.0 {
                    let found = format!("{found} in column {}", column + 1);
                    return Err(Error::data(
                        place("label", row + 1),
                        found,
                        "0, and a single 1",
                    ));
                }
                if column + 1 < *width {
                    return Ok(());
                }
                let taken = class
                    .take()
                    .map(|class| labels.push_number(class as i64, row as u64 + 1));
                match taken {
                    Some(Ok(())) => Ok(()),
                    _ => Err(Error::data(place("label", row + 1), "no 1", "a single 1")),
                }
            }
        }
    }
}

fn images(side: usize) -> Body {
    Body::Images {
        side,
        pixels: PixelStore::new(side * side),
        scale: Scale::default(),
        order: Order::Rows,
    }
}

/// A value as a number; what is none is NaN, which nothing takes.
fn number(kind: Kind, bytes: &[u8]) -> f64 {
    let mut word = [0; 8];
    let size = bytes.len().min(8);
    word[..size].copy_from_slice(&bytes[..size]);
    if kind.is_big_endian {
        word[..size].reverse();
    }
    let unsigned = u64::from_le_bytes(word);
    match (kind.code, size) {
        (Code::Unsigned, _) => unsigned as f64,
        (Code::Signed, size) => {
            let unused = 64 - 8 * size as u32;
            ((unsigned << unused) as i64 >> unused) as f64
        }
        (Code::Float, 4) => f64::from(f32::from_bits(unsigned as u32)),
        (Code::Float, 8) => f64::from_bits(unsigned),
        _ => f64::NAN,
    }
}

fn until_zero(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().position(|&byte| byte == 0);
    &bytes[..end.unwrap_or(bytes.len())]
}

fn text_of(bytes: &[u8], kind: Kind) -> String {
    let letters = bytes.chunks_exact(4).map(|letter| {
        let mut word = [letter[0], letter[1], letter[2], letter[3]];
        if kind.is_big_endian {
            word.reverse();
        }
        char::from_u32(u32::from_le_bytes(word)).unwrap_or(char::REPLACEMENT_CHARACTER)
    });
    letters.take_while(|&letter| letter != '\0').collect()
}
