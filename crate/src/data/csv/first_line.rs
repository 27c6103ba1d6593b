//! The first line of a table: what separates its fields, and whether it names columns.

use super::columns::{Columns, Format, SHAPE, side_of, size_cause};
use super::field::{quoted, unquoted};
use super::header::{Header, read_header};
use super::mangled::image_in_header;
use super::names::plain_name;
use super::quotes;
use super::value::{Value, value};
use crate::error::{Error, Result};
use crate::order;

/// What a first line is.
#[derive(Debug)]
pub(super) enum FirstLine {
    /// Names of columns, and the plans they allow.
    Named(Vec<Columns>),
    /// Numbers of columns, which say nothing.
    Numbered,
    /// An image that a program took for names: its fields.
    Image(Vec<Vec<u8>>),
    /// The first row of data.
    Data,
}

/// How the fields of a table with this first line are divided.
pub(super) fn format_of(line: &[u8]) -> Format {
    let count = |mark: u8| line.iter().filter(|&&byte| byte == mark).count();
    // The least image has 16 pixels. Where blanks separate, as numpy.savetxt writes them, there
    // are no commas: with them it is all pixels in one cell.
    let separator = [b'\t', b';'].into_iter().find(|&mark| count(mark) >= 15);
    let are_blanks = count(b' ') >= 15 && [b',', b'|', b'['].map(count) == [0; 3];
    let separator = separator.unwrap_or(if are_blanks { b' ' } else { b',' });
    let num_padded = line
        .windows(2)
        .filter(|pair| pair[0] == separator && pair[1] == b' ')
        .count();
    Format {
        separator,
        has_decimal_comma: separator != b',' || has_decimal_commas(fields_by(line, separator)),
        is_padded: num_padded > 0 && num_padded * 2 >= count(separator),
        has_separator_line: false,
        num_lines_before: 0,
    }
}

/// Whether numbers among the fields of a line have a comma for a point: where commas separate,
/// only quotes can have kept it.
pub(super) fn has_decimal_commas<'a>(mut fields: impl Iterator<Item = &'a [u8]>) -> bool {
    fields.any(|field| field.contains(&b',') && value(field.trim_ascii(), true) != Value::Other)
}

/// Whether a line only names the separator, as Excel wants it: `sep=;`.
pub(super) fn is_separator_line(line: &[u8]) -> bool {
    // It may be a tab.
    let text = unquoted(line);
    text.len() == 5 && text[..4].eq_ignore_ascii_case(b"sep=") && !text[4].is_ascii_alphanumeric()
}

/// Whether a line is a comment: its mark stands first, and too few fields follow for a header
/// or an image. What `numpy.savetxt` writes before names is no comment here.
pub(super) fn is_comment(line: &[u8]) -> bool {
    let is_marked = matches!(line.trim_ascii_start().first(), Some(b'#' | b'%'));
    is_marked && fields(line, format_of(line)).count() < 16
}

/// Whether a table has all pixels of an image in one cell, blanks between them: by its
/// column's name, or by what stands there.
fn has_image_in_cell(names: &[&[u8]]) -> bool {
    const CELLS: [&str; 6] = ["pixels", "pixel", "image", "images", "img", "picture"];
    let is_image = |name: &&[u8]| {
        let blanks = name.iter().filter(|&&byte| byte == b' ').count();
        blanks >= 15
            && name
                .iter()
                .all(|byte| b" .,[]".contains(byte) || byte.is_ascii_digit())
    };
    let is_named = |name: &&[u8]| CELLS.contains(&plain_name(name).as_str());
    (2..16).contains(&names.len()) && names.iter().any(|name| is_named(name) || is_image(name))
}

/// The column, from 1, of the first field that is no number; the first where all are.
pub(super) fn column_of_word(line: &[u8], format: Format) -> usize {
    let is_word = |field: &[u8]| value(field.trim_ascii(), true) == Value::Other;
    fields(line, format)
        .position(is_word)
        .map_or(1, |at| at + 1)
}

/// The fields of each whole row as long as the first one, without quotes.
pub(super) fn fields_of(text: &[u8], format: Format) -> Vec<Vec<&[u8]>> {
    let rows = quotes::lines(text, format.separator)
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .filter(|line| !line.trim_ascii().is_empty())
        .map(|line| fields(line, format).collect::<Vec<_>>());
    let mut width = None;
    rows.filter(|row| *width.get_or_insert(row.len()) == row.len())
        .collect()
}

fn fields(line: &[u8], format: Format) -> impl Iterator<Item = &[u8]> {
    fields_by(line, format.separator)
}

fn fields_by(line: &[u8], separator: u8) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(line);
    let next = move || {
        let text = rest?;
        // What separates may stand in quotes, as in a name that was a tuple.
        let is_quoted = text.first() == Some(&b'"');
        let mut is_within = false;
        let end = text.iter().position(|&byte| {
            is_within ^= is_quoted && byte == b'"';
            byte == separator && !is_within
        });
        rest = end.map(|end| &text[end + 1..]);
        Some(&text[..end.unwrap_or(text.len())])
    };
    std::iter::from_fn(next)
        .filter(move |field| !(separator == b' ' && field.is_empty()))
        .map(unquoted)
}

/// What is expected in the place of text that no program reads without a guess.
pub(super) const NO_UTF_8: &str = "text in UTF-8: in Excel, save as CSV UTF-8; in pandas, read it with encoding=\"latin1\" \
     and save it again";
/// What is expected in the place of several lines of names.
pub(super) const LEVELS: &str =
    "one line of names: in pandas, set frame.columns to a list of them and save it again";

fn are_words(names: &[&[u8]]) -> bool {
    let words = names
        .iter()
        .filter(|name| value(name, false) == Value::Other);
    words.count() * 2 > names.len()
}

/// Whether so many columns may be an image's pixels, a label and an index.
fn is_as_wide_as_images(width: usize) -> bool {
    (0..3).any(|others| width.checked_sub(others).and_then(side_of).is_some())
}

/// The name that most columns have, as the upper one of two lines of names gives it.
fn level_of<'a>(names: &[&'a [u8]]) -> Option<&'a [u8]> {
    let middle = *names.get(names.len() / 2)?;
    let is_name = names.len() >= 16 && value(middle, false) == Value::Other;
    let num_alike = names.iter().filter(|&&name| name == middle).count();
    (is_name && !middle.is_empty() && num_alike * 2 > names.len()).then_some(middle)
}

/// Tells what a first line is.
///
/// # Errors
/// Where it names columns, and they are not those of images.
pub(super) fn decide(line: &[u8], format: Format, row: u64) -> Result<FirstLine> {
    let names: Vec<&[u8]> = fields(line, format).collect();
    if let Some(at) = names.iter().position(|name| str::from_utf8(name).is_err()) {
        return Err(Error::data(
            format!("row {row}, column {}", at + 1),
            quoted(names[at]),
            NO_UTF_8,
        ));
    }
    if let Some(fields) = image_in_header(&names) {
        return Ok(FirstLine::Image(fields));
    }
    let is_number =
        |name: &&[u8]| value(name.trim_ascii(), format.has_decimal_comma) != Value::Other;
    let num_numbers = names.iter().filter(|name| is_number(name)).count();
    // A row of data has one word at most, its label; a header may have numbers for
    // names, but no two of them alike.
    let num_empty_last = names
        .iter()
        .rev()
        .take_while(|name| name.trim_ascii().is_empty());
    let may_be_data = num_numbers > 0 && num_numbers + 1 + num_empty_last.count() >= names.len();
    if may_be_data && !are_distinct(&names) {
        return Ok(FirstLine::Data);
    }
    match read_header(&names, row) {
        Ok(Some(Header::Plans(plans))) => Ok(FirstLine::Named(plans)),
        Ok(Some(Header::Numbers)) => Ok(FirstLine::Numbered),
        Ok(None) | Err(_) if may_be_data => Ok(FirstLine::Data),
        Ok(None) => Err(wrong_count(line, format, row)),
        Err(error) => Err(error),
    }
}

fn are_distinct(names: &[&[u8]]) -> bool {
    let plain: Vec<String> = names.iter().map(|name| plain_name(name)).collect();
    let plain: Vec<&[u8]> = plain.iter().map(String::as_bytes).collect();
    order::are_distinct(&plain)
}

/// Refuses a table whose first line has not the columns of images.
pub(super) fn wrong_count(line: &[u8], format: Format, row: u64) -> Error {
    let names: Vec<&[u8]> = fields(line, format).collect();
    if has_image_in_cell(&names) {
        return Error::data(
            format!("row {row}"),
            "all pixels of an image in one cell",
            "a column for each pixel: in pandas, frame[\"pixels\"].str.split(\" \", expand=True)",
        );
    }
    let is_pair = |name: &&[u8]| {
        let mut parts = name.splitn(2, |&byte| byte == b':');
        let is_number = |part: Option<&[u8]>| {
            part.is_some_and(|part| !matches!(value(part, false), Value::Other))
        };
        is_number(parts.next()) && is_number(parts.next())
    };
    if names.len() > 1 && names[1..].iter().all(is_pair) {
        return Error::data(
            format!("row {row}"),
            "pixels by their numbers, as LIBSVM's files have them",
            "a column for each pixel: in Python, read it with sklearn.datasets.load_svmlight_file \
             and save X.toarray() and y as x_train and y_train with numpy.savez",
        );
    }
    if let Some(name) = level_of(&names) {
        return Error::data(
            format!("row {row}"),
            format!("{} as the name of most columns", quoted(name)),
            LEVELS,
        );
    }
    if names.len() == 1 && line.len() > 30 && line.starts_with(b"\"") && line.ends_with(b"\"") {
        return Error::data(
            format!("row {row}"),
            format!(
                "one pair of quotes around the whole line ({})",
                quoted(names[0])
            ),
            "no quotes, or a pair around each field: take them out with an editor",
        );
    }
    let num_bars = line.iter().filter(|&&byte| byte == b'|').count();
    let has_bars =
        num_bars >= 16 && (side_of(num_bars + 1).is_some() || side_of(num_bars).is_some());
    let found = match has_bars {
        true => "columns separated by bars".to_owned(),
        false if names.len() == 1 => format!("1 column ({})", quoted(names[0])),
        false => {
            let shown: Vec<String> = names.iter().take(3).map(|name| quoted(name)).collect();
            let more = if names.len() > 3 { ", …" } else { "" };
            format!("{} columns ({}{more})", names.len(), shown.join(", "))
        }
    };
    // A label and an index may stand beside the pixels.
    let cause = (0..3).find_map(|others| size_cause(names.len().checked_sub(others)?));
    let expected = match cause {
        _ if has_bars => format!("commas between {SHAPE}"),
        Some(cause) => cause,
        None if names.iter().filter(|name| !name.is_empty()).count() == 1 => {
            format!("{SHAPE}; a title above the table is to be taken out")
        }
        // As many as an image's, but nobody knows which is which.
        None if are_words(&names) && is_as_wide_as_images(names.len()) => {
            "pixels named by their number, such as \"pixel0\", or no header at all".to_owned()
        }
        None => SHAPE.to_owned(),
    };
    Error::data(format!("row {row}"), found, expected)
}
