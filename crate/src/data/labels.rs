//! The labels of a file as they come, and the classes that they turn out to be.
//!
//! Owns what a label may be and in which order classes stand. Any reader that learns
//! its labels one by one puts them here.

use super::dataset::NUM_CLASSES;
use super::task::{CLASSES, Task, numbered};
use crate::error::{Error, Result};
use crate::order::places_in_order;

/// Classes that a data set may have.
pub(super) const MAX_CLASSES: usize = *CLASSES.end();

/// Rows among which a word is a class of more than one of them.
const ROWS_OF_A_WORD: usize = 12;

/// The task of images of `side` × `side` pixels and these classes: MNIST's where it looks
/// like it, and where there are no labels.
///
/// # Errors
/// When a class has a name that cannot be shown, or there are too few.
pub(super) fn task(side: usize, classes: Vec<String>) -> Result<Task> {
    let digits = numbered(NUM_CLASSES);
    let classes = if classes.is_empty() { digits } else { classes };
    let mnist = Task::mnist();
    if side == mnist.side() && classes == mnist.classes() {
        return Ok(mnist);
    }
    Task::new(side, classes)
}

/// A label as a file writes it, brought to one form: `8.0`, `08` and `'8'` are 8.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Label {
    Number(i64),
    Word(String),
}

/// A label that was seen, and where.
#[derive(Debug)]
struct Seen {
    label: Label,
    /// The place of the first one, as the reader words it.
    first_row: u64,
    num_rows: u64,
}

/// Labels in the order of their rows, each as the number of a distinct one.
#[derive(Debug, Default)]
pub(super) struct Labels {
    rows: Vec<u8>,
    seen: Vec<Seen>,
    /// Where a label of one digit stands among those seen.
    digits: [Option<u8>; 10],
}

/// Why a label was not taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is no label at all: nothing, no number, a fraction.
    NoLabel,
    /// It would be one class too many.
    TooMany,
}

/// How faults of labels are worded, and whether they are looked for.
pub(super) struct Naming<'a> {
    /// The place of a row.
    pub place: &'a dyn Fn(u64) -> String,
    /// Whether a label is text, and shown in quotes.
    pub is_quoted: bool,
    /// Whether these are a few rows that are only shown: anything goes.
    pub is_sample: bool,
}

impl Naming<'_> {
    fn shown(&self, label: &Label) -> String {
        match self.is_quoted {
            true => format!("{:?}", name_of(label)),
            false => name_of(label),
        }
    }
}

impl Labels {
    /// Labels taken so far.
    pub fn num_rows(&self) -> usize {
        self.rows.len()
    }

    /// The share of the label that most rows have; 0 before there are any.
    pub fn largest_share(&self) -> f64 {
        let most = self.seen.iter().map(|seen| seen.num_rows).max();
        most.unwrap_or(0) as f64 / self.rows.len().max(1) as f64
    }

    /// Whether each label is 0, as a picture's edge is.
    pub fn are_all_zero(&self) -> bool {
        matches!(&self.seen[..], [seen] if seen.label == Label::Number(0))
    }

    /// What the next label must be, for an error: as far as is known by those before it.
    pub fn expected(&self) -> &'static str {
        let is_digit = |seen: &Seen| matches!(seen.label, Label::Number(0..=9));
        let is_number = |seen: &Seen| matches!(seen.label, Label::Number(_));
        if self.seen.iter().all(is_digit) {
            "a whole number, 0 to 9"
        } else if self.seen.iter().all(is_number) {
            "a whole number"
        } else {
            "a label"
        }
    }

    /// Takes the label of a row, whose place in the file is `row`.
    pub fn push(&mut self, text: &[u8], row: u64) -> std::result::Result<(), Refusal> {
        if let [digit @ b'0'..=b'9'] = text
            && let Some(at) = self.digits[usize::from(digit - b'0')]
        {
            self.rows.push(at);
            self.seen[usize::from(at)].num_rows += 1;
            return Ok(());
        }
        let label = label_of(text).ok_or(Refusal::NoLabel)?;
        self.take(label, row)
    }

    /// Takes a label that is a number.
    pub fn push_number(&mut self, number: i64, row: u64) -> std::result::Result<(), Refusal> {
        self.take(Label::Number(number), row)
    }

    fn take(&mut self, label: Label, row: u64) -> std::result::Result<(), Refusal> {
        let at = match self.seen.iter().position(|seen| seen.label == label) {
            Some(at) => at,
            None if self.seen.len() == MAX_CLASSES => return Err(Refusal::TooMany),
            None => {
                if let Label::Number(digit @ 0..=9) = label {
                    self.digits[digit as usize] = Some(self.seen.len() as u8);
                }
                self.seen.push(Seen {
                    label,
                    first_row: row,
                    num_rows: 0,
                });
                self.seen.len() - 1
            }
        };
        self.seen[at].num_rows += 1;
        self.rows.push(at as u8);
        Ok(())
    }

    /// The classes' names in order, and the class of each row, counted from 0.
    ///
    /// The ten digits where no label is anything else, also if some of them are
    /// missing; otherwise the distinct labels, numbers by size or words by their bytes,
    /// as Python sorts them. A single row whose label is the only one that is no digit
    /// is taken for a slip, unless it counts on from them or they are those of a sample.
    ///
    /// # Errors
    /// At such a slip, and where there is one label alone that is no digit.
    pub fn into_classes(self, naming: &Naming) -> Result<(Vec<String>, Vec<u8>)> {
        let is_digit = |seen: &Seen| matches!(seen.label, Label::Number(0..=9));
        let mut others = self.seen.iter().filter(|seen| !is_digit(seen));
        let class_of: Vec<u8>;
        let names: Vec<String>;
        match (others.next(), others.next()) {
            (None, _) => {
                names = numbered(NUM_CLASSES);
                let digit = |seen: &Seen| match seen.label {
                    Label::Number(digit) => digit as u8,
                    Label::Word(_) => 0,
                };
                class_of = self.seen.iter().map(digit).collect();
            }
            (Some(slip), None)
                if slip.num_rows == 1
                    && !naming.is_sample
                    && is_slip(&slip.label, self.rows.len()) =>
            {
                return Err(Error::data(
                    (naming.place)(slip.first_row),
                    naming.shown(&slip.label),
                    "0 to 9, or more than one image of that label",
                ));
            }
            (Some(only), None) if self.seen.len() == 1 && !naming.is_sample => {
                return Err(Error::data(
                    (naming.place)(only.first_row),
                    format!("{} here and in every other row", naming.shown(&only.label)),
                    "at least two different labels",
                ));
            }
            _ => {
                // Numbers and words together are all words.
                let is_mixed = self
                    .seen
                    .iter()
                    .any(|seen| matches!(seen.label, Label::Word(_)));
                let labels: Vec<Label> = self
                    .seen
                    .iter()
                    .map(|seen| match (&seen.label, is_mixed) {
                        (label @ Label::Number(_), true) => Label::Word(name_of(label)),
                        (label, _) => label.clone(),
                    })
                    .collect();
                let order = places_in_order(labels.len(), &|a, b| labels[a].cmp(&labels[b]));
                let mut places = vec![0; order.len()];
                for (class, &seen) in order.iter().enumerate() {
                    places[seen] = class as u8;
                }
                class_of = places;
                names = order.iter().map(|&seen| name_of(&labels[seen])).collect();
            }
        }
        let mut rows = self.rows;
        for row in &mut rows {
            *row = class_of[usize::from(*row)];
        }
        Ok((names, rows))
    }
}

/// Whether a label of one row alone, among digits, is no class: of a few rows a word may be one,
/// and 10 counts on from them.
fn is_slip(label: &Label, num_rows: usize) -> bool {
    match label {
        Label::Number(number) => *number != 10,
        Label::Word(_) => num_rows >= ROWS_OF_A_WORD,
    }
}

fn name_of(label: &Label) -> String {
    match label {
        Label::Number(number) => number.to_string(),
        Label::Word(word) => word.clone(),
    }
}

/// A field as a label: without spaces around it, or the quotes and the `b''` that
/// Python leaves. Nothing, no number and a number that is not whole are none.
fn label_of(field: &[u8]) -> Option<Label> {
    let text = std::str::from_utf8(field).ok()?.trim();
    let inner = text
        .strip_prefix("b'")
        .or_else(|| text.strip_prefix('\''))
        .and_then(|rest| rest.strip_suffix('\''))
        .filter(|inner| !inner.is_empty());
    let text = inner.unwrap_or(text).trim();
    if let Some(number) = whole_number(text) {
        return Some(Label::Number(number));
    }
    let lower = text.to_ascii_lowercase();
    let is_missing = matches!(
        lower.as_str(),
        "" | "nan" | "na" | "n/a" | "<na>" | "null" | "none" | "?" | "inf" | "-inf"
    );
    let is_number = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b"+-.,".contains(&byte))
        && text.bytes().any(|byte| byte.is_ascii_digit())
        || text.parse::<f64>().is_ok();
    let is_printable = text.chars().all(|letter| !letter.is_control());
    (!is_missing && !is_number && is_printable).then(|| Label::Word(text.to_owned()))
}

/// `8`, `-1`, `8.0`, and `8,0` as a spreadsheet writes it.
fn whole_number(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    // `8.000000000000000000e+00`, as np.savetxt writes it.
    if digits.contains(['e', 'E'])
        && digits
            .bytes()
            .all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b))
    {
        let number = digits.parse::<f64>().ok()?;
        let is_whole = number.fract() == 0.0 && (0.0..1e9).contains(&number);
        return is_whole.then_some(sign * number as i64);
    }
    let (whole, rest) = digits.split_once(['.', ',']).unwrap_or((digits, ""));
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 9 || !is_digits(whole) || rest.bytes().any(|b| b != b'0') {
        return None;
    }
    whole.parse::<i64>().ok().map(|number| sign * number)
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::{Labels, Naming, Refusal};

    fn classes(labels: &[&str]) -> Result<(String, Vec<u8>), String> {
        let mut found = Labels::default();
        for (row, label) in (1..).zip(labels) {
            found
                .push(label.as_bytes(), row)
                .map_err(|refusal| format!("{refusal:?} in row {row}"))?;
        }
        let naming = Naming {
            place: &|row| format!("row {row}"),
            is_quoted: true,
            is_sample: false,
        };
        found
            .into_classes(&naming)
            .map(|(names, rows)| (names.join(" "), rows))
            .map_err(|error| error.to_string())
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn classes_are_digits_or_what_stands_there_in_order() {
        let digits = "0 1 2 3 4 5 6 7 8 9";
        let read = |labels: &[&str]| classes(labels).unwrap();
        assert_eq!(read(&["7", "0", "7"]), (digits.into(), vec![7, 0, 7]));
        assert_eq!(
            read(&["8.0", "'5'", "b'1'", " 03 "]),
            (digits.into(), vec![8, 5, 1, 3])
        );
        // numpy.savetxt of whole numbers, and with fmt="%.3e".
        assert_eq!(
            read(&[
                "5.000000000000000000e+00",
                "0.000000000000000000e+00",
                "9.000e+00"
            ]),
            (digits.into(), vec![5, 0, 9])
        );
        assert_eq!(
            read(&["2.400000000000000000e+01", "-1.0e+00", "24"]),
            ("-1 24".into(), vec![1, 0, 1])
        );
        assert_eq!(
            read(&["24", "3", "10", "24"]),
            ("3 10 24".into(), vec![2, 0, 1, 2])
        );
        assert_eq!(read(&["-1", "1", "-1"]), ("-1 1".into(), vec![0, 1, 0]));
        assert_eq!(
            read(&["shirt", "bag", "shirt"]),
            ("bag shirt".into(), vec![1, 0, 1])
        );
        assert_eq!(
            read(&["b", "10", "B", "9"]),
            ("10 9 B b".into(), vec![3, 0, 2, 1])
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn what_is_no_label_is_refused() {
        for text in ["", " ", "NaN", "null", "?", "0.5", "1,5", "a\u{7}"] {
            assert_eq!(
                Labels::default().push(text.as_bytes(), 1),
                Err(Refusal::NoLabel),
                "{text}"
            );
        }
        assert_eq!(Labels::default().push(b"\xff", 1), Err(Refusal::NoLabel));
        let many: Vec<String> = (0..=100).map(|label| label.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(classes(&many).unwrap_err(), "TooMany in row 101");
        assert!(classes(&many[..100]).is_ok());
        assert_eq!(
            classes(&["1", "12", "3"]).unwrap_err(),
            "row 2: found \"12\", expected 0 to 9, or more than one image of that label"
        );
        assert_eq!(
            classes(&[
                "1", "8", "True", "3", "1", "8", "0", "3", "1", "8", "0", "3"
            ])
            .unwrap_err(),
            "row 3: found \"True\", expected 0 to 9, or more than one image of that label"
        );
        // One that counts on is a class of one image, which is warned of.
        assert_eq!(
            classes(&["9", "10", "3"]),
            Ok(("3 9 10".into(), vec![1, 2, 0]))
        );
        assert_eq!(
            classes(&["cat", "cat"]).unwrap_err(),
            "row 1: found \"cat\" here and in every other row, expected at least two different \
             labels"
        );
    }
}
