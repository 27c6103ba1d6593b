//! A table of small files as people have them, and what each is read as: rows and
//! labels, a question, or a refusal. Made from nothing; no file of anybody's.
//!
//! Over 400 lines: a list of files.

mod more;

/// What is expected of a file.
pub enum Expected {
    /// Labels by name, a space between them, and all that is said, `; ` between.
    Read(&'static str, &'static str),
    /// The same of a file without labels.
    Bare(&'static str),
    /// The choices, ` | ` between them, and the labels under the first one.
    Asked(&'static str, &'static str),
    /// The error.
    Refused(&'static str),
}
pub use Expected::{Asked, Bare, Read, Refused};

/// Labels of the rows that most files here hold.
pub const LABELS: [u8; 6] = [5, 0, 4, 1, 9, 2];

/// A pixel of image `row`: paper at the first and last one, as in MNIST.
pub fn pixel(row: usize, at: usize, num_pixels: usize) -> u8 {
    if at == 0 || at + 1 == num_pixels || at.is_multiple_of(3) {
        0
    } else {
        (17 * at + 59 * row + 40) as u8
    }
}

/// How a file is written.
#[derive(Clone)]
struct Form {
    side: usize,
    separator: &'static str,
    label: fn(u8) -> String,
    pixel: fn(u8) -> String,
    is_label_last: bool,
    has_label: bool,
    index: Option<u32>,
}

impl Default for Form {
    fn default() -> Self {
        Self {
            side: 28,
            separator: ",",
            label: |label| label.to_string(),
            pixel: |pixel| pixel.to_string(),
            is_label_last: false,
            has_label: true,
            index: None,
        }
    }
}

impl Form {
    fn rows(&self) -> String {
        let num_pixels = self.side * self.side;
        let mut text = String::new();
        for (row, &label) in LABELS.iter().enumerate() {
            let mut fields: Vec<String> = (0..num_pixels)
                .map(|at| (self.pixel)(pixel(row, at, num_pixels)))
                .collect();
            if self.has_label {
                let at = if self.is_label_last { num_pixels } else { 0 };
                fields.insert(at, (self.label)(label));
            }
            if let Some(first) = self.index {
                fields.insert(0, (first + row as u32).to_string());
            }
            text += &fields.join(self.separator);
            text.push('\n');
        }
        text
    }

    fn under(&self, header: &str) -> String {
        format!("{header}\n{}", self.rows())
    }
}

/// `a` names before `pixel…`, `b` after.
fn header(before: &[&str], name: fn(usize) -> String, after: &[&str]) -> String {
    header_of(784, ",", before, name, after)
}

fn header_of(
    num_pixels: usize,
    separator: &str,
    before: &[&str],
    name: fn(usize) -> String,
    after: &[&str],
) -> String {
    let names = before.iter().map(|&name| name.to_owned());
    let names = names
        .chain((0..num_pixels).map(name))
        .chain(after.iter().map(|&name| name.to_owned()));
    names.collect::<Vec<_>>().join(separator)
}

fn from_0(at: usize) -> String {
    format!("pixel{at}")
}
fn from_1(at: usize) -> String {
    format!("pixel{}", at + 1)
}
fn bare(at: usize) -> String {
    at.to_string()
}

/// The first row as pandas takes it for a header: values that come again are numbered.
fn mangled(rows: &str, prefix: &str) -> String {
    let (first, rest) = rows.split_once('\n').unwrap();
    let mut seen: Vec<(&str, u32)> = Vec::new();
    let names: Vec<String> = first
        .split(',')
        .map(
            |value| match seen.iter_mut().find(|(known, _)| *known == value) {
                Some((_, count)) => {
                    *count += 1;
                    format!("{prefix}{value}.{}", *count - 1)
                }
                None => {
                    seen.push((value, 1));
                    format!("{prefix}{value}")
                }
            },
        )
        .collect();
    format!("{}\n{rest}", names.join(","))
}

/// Columns `order` of each line, in that order.
fn reordered(text: &str, order: impl Fn(usize, usize) -> usize) -> String {
    let lines = text.lines().map(|line| {
        let fields: Vec<&str> = line.split(',').collect();
        let moved: Vec<&str> = (0..fields.len())
            .map(|at| fields[order(at, fields.len())])
            .collect();
        moved.join(",")
    });
    lines.map(|line| line + "\n").collect()
}

fn one_hot(is_last: bool) -> String {
    let bits = |label: u8| {
        let bit = |class: u8| if class == label { "1" } else { "0" };
        (0..10).map(bit).collect::<Vec<_>>().join(",")
    };
    let form = Form {
        has_label: false,
        ..Form::default()
    };
    let rows = form.rows();
    let lines = rows.lines().zip(LABELS).map(|(line, label)| {
        if is_last {
            format!("{line},{}\n", bits(label))
        } else {
            format!("{},{line}\n", bits(label))
        }
    });
    lines.collect()
}

/// Three one-hot columns of words before the pixels.
fn dummies(prefix: &str, one: &str, zero: &str) -> String {
    let names = ["shirt", "bag", "coat"].map(|name| format!("{prefix}{name}"));
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let form = Form {
        has_label: false,
        ..Form::default()
    };
    let rows = form.rows();
    // Label 5 is a shirt, as among the words.
    let lines = rows.lines().zip(LABELS).map(|(line, label)| {
        let bit = |rest: u8| if label % 3 == rest { one } else { zero };
        format!("{},{},{},{line}\n", bit(2), bit(0), bit(1))
    });
    let lines: String = lines.collect();
    format!("{}\n{lines}", header(&names, from_0, &[]))
}

/// Rows of 28 × 28 pixels of four values each, the label before them.
fn in_colours(values: fn(u8) -> [u8; 4]) -> String {
    let line = |(row, label): (usize, u8)| {
        let pixels = (0..784).flat_map(|at| values(pixel(row, at, 784)));
        let fields: Vec<String> = pixels.map(|value| value.to_string()).collect();
        format!("{label},{}\n", fields.join(","))
    };
    (0..).zip(LABELS).map(line).collect()
}

const DIGITS: &str = "5 0 4 1 9 2";
const LAST: &str = "column 785, the last | column 1, the first";

pub fn files() -> Vec<(&'static str, Vec<u8>, Expected)> {
    let files = files_of_text().into_iter().chain(more::files());
    files
        .chain(more::files_of_columns())
        .map(|(name, text, expected)| (name, text.into_bytes(), expected))
        .chain(more::files_in_other_letters())
        .collect()
}

fn files_of_text() -> Vec<(&'static str, String, Expected)> {
    let plain = Form::default();
    let last = Form {
        is_label_last: true,
        ..Form::default()
    };
    let unlabelled = Form {
        has_label: false,
        ..Form::default()
    };
    let with = |change: fn(&mut Form)| {
        let mut form = Form::default();
        change(&mut form);
        form
    };
    let indexed = with(|form| form.index = Some(0));
    let id = with(|form| form.index = Some(1));
    let floats = with(|form| {
        form.label = |label| format!("{label}.0");
        form.pixel = |pixel| format!("{pixel}.0");
    });
    let shares = with(|form| form.pixel = |pixel| (f64::from(pixel) / 255.0).to_string());
    let words =
        with(|form| form.label = |label| ["bag", "coat", "shirt"][usize::from(label % 3)].into());
    let quoted = |mut form: Form| {
        form.label = |label| format!("'{label}'");
        form
    };
    let letters = with(|form| form.label = |label| (label + 16).to_string());
    let digits_8 = Form {
        side: 8,
        is_label_last: true,
        pixel: |pixel| (pixel / 15).min(16).to_string(),
        ..Form::default()
    };
    let kaggle = || header(&["label"], from_0, &[]);
    vec![
        (
            "Kaggle's train.csv",
            plain.under(&kaggle()),
            Read(DIGITS, ""),
        ),
        (
            "Kaggle's test.csv",
            unlabelled.under(&header(&[], from_0, &[])),
            Bare(""),
        ),
        (
            "MNIST in CSV",
            plain.under(&header(
                &["label"],
                |at| format!("{}x{}", at / 28 + 1, at % 28 + 1),
                &[],
            )),
            Read(DIGITS, ""),
        ),
        (
            "headerless, label first",
            plain.rows(),
            Read(DIGITS, "label in column 1"),
        ),
        ("headerless pixels", unlabelled.rows(), Bare("")),
        (
            "Fashion-MNIST",
            plain.under(&header(&["label"], from_1, &[])),
            Read(DIGITS, ""),
        ),
        (
            "underscores",
            plain.under(&header(&["label"], |at| format!("pixel_{at}"), &[])),
            Read(DIGITS, ""),
        ),
        (
            "lines and columns with underscores",
            plain.under(&header(
                &["label"],
                |at| format!("px_{}_{}", at / 28, at % 28),
                &[],
            )),
            Read(DIGITS, ""),
        ),
        (
            "bare numbers",
            plain.under(&header(&["label"], bare, &[])),
            Read(DIGITS, ""),
        ),
        (
            "Label",
            plain.under(&header(&["Label"], from_0, &[])),
            Read(DIGITS, "label in column 1 \"Label\""),
        ),
        (
            "digit",
            plain.under(&header(&["digit"], from_0, &[])),
            Read(DIGITS, "label in column 1 \"digit\""),
        ),
        (
            "y",
            plain.under(&header(&["y"], from_0, &[])),
            Read(DIGITS, "label in column 1 \"y\""),
        ),
        (
            "spaces before names",
            plain.under(&header(&["label"], |at| format!(" pixel{at}"), &[])),
            Read(DIGITS, ""),
        ),
        (
            "spaces before fields",
            with(|form| form.separator = ", ").under(&kaggle().replace(',', ", ")),
            Read(DIGITS, ""),
        ),
        (
            "spaces between fields",
            with(|form| form.separator = " ").under(&kaggle().replace(',', " ")),
            Read(DIGITS, "columns separated by spaces"),
        ),
        (
            "as numpy.savetxt writes it",
            with(|form| {
                form.separator = " ";
                form.label = |label| format!("{label}.000000000000000000e+00");
                form.pixel = |pixel| format!("{pixel}.000000000000000000e+00");
            })
            .rows(),
            Read(DIGITS, "label in column 1; columns separated by spaces"),
        ),
        (
            "columns of equal width, and a blank behind the last",
            with(|form| {
                form.separator = " ";
                form.label = |label| format!("  {label}");
                form.pixel = |pixel| format!("{pixel:>3}");
            })
            .rows()
            .replace('\n', " \n"),
            Read(DIGITS, "label in column 1; columns separated by spaces"),
        ),
        (
            "OpenML's mnist_784",
            last.under(&header(&[], from_1, &["class"])),
            Read(DIGITS, "label in column 785 \"class\""),
        ),
        (
            "the same with quotes",
            quoted(last.clone()).under(&header(&[], from_1, &["class"])),
            Read(DIGITS, "label in column 785 \"class\""),
        ),
        (
            "label among the pixels, pixels backwards",
            reordered(&plain.under(&kaggle()), |at, width| {
                if at == 400 {
                    0
                } else if at < 400 {
                    width - 1 - at
                } else {
                    width - at
                }
            }),
            Read(
                DIGITS,
                "label in column 401 \"label\"; pixels put in the order of their numbers",
            ),
        ),
        ("headerless, label last", last.rows(), Asked(LAST, DIGITS)),
        (
            "headerless, label last and a word",
            Form {
                label: words.label,
                ..last.clone()
            }
            .rows(),
            Read("shirt bag coat coat bag shirt", "label in column 785"),
        ),
        (
            "headerless, both ends in a mixture",
            last.rows()
                .lines()
                .enumerate()
                .map(|(row, line)| format!("{}{}\n", row % 4, &line[1..]))
                .collect(),
            Asked("column 1, the first | column 785, the last", "0 1 2 3 0 1"),
        ),
        (
            "pandas' index without a name",
            indexed.under(&header(&["", "label"], from_0, &[])),
            Read(DIGITS, "label in column 2 \"label\"; index column left out"),
        ),
        (
            "Unnamed: 0",
            indexed.under(&header(&["Unnamed: 0", "label"], from_0, &[])),
            Read(DIGITS, "label in column 2 \"label\"; index column left out"),
        ),
        (
            "id",
            id.under(&header(&["id", "label"], from_1, &[])),
            Read(DIGITS, "label in column 2 \"label\"; index column left out"),
        ),
        (
            "id and no label",
            Form {
                has_label: false,
                ..id.clone()
            }
            .under(&header(&["id"], from_0, &[])),
            Bare("index column left out"),
        ),
        (
            "headerless with an index",
            id.rows(),
            Read(DIGITS, "label in column 2; index column left out"),
        ),
        (
            "a headerless file saved by pandas",
            mangled(&plain.rows(), ""),
            Read(
                DIGITS,
                "label in column 1; the header is an image, read as one",
            ),
        ),
        (
            "a headerless file saved by R",
            mangled(&plain.rows(), "X"),
            Read(
                DIGITS,
                "label in column 1; the header is an image, read as one",
            ),
        ),
        (
            "the same, label last",
            mangled(&last.rows(), ""),
            Asked(LAST, DIGITS),
        ),
        (
            "columns numbered by pandas",
            plain.under(&header_of(785, ",", &[], bare, &[])),
            Read(
                DIGITS,
                "label in column 1; the header only numbers the columns",
            ),
        ),
        (
            "columns numbered by R",
            plain.under(&header_of(785, ",", &[], |at| format!("V{}", at + 1), &[])),
            Read(
                DIGITS,
                "label in column 1; the header only numbers the columns",
            ),
        ),
        (
            "columns numbered, label last",
            last.under(&header_of(785, ",", &[], bare, &[])),
            Asked(LAST, DIGITS),
        ),
        (
            "whole numbers as 8.0",
            floats.under(&kaggle()),
            Read(DIGITS, ""),
        ),
        (
            "the same without a header",
            floats.rows(),
            Read(DIGITS, "label in column 1"),
        ),
        (
            "pixels from 0 to 1",
            shares.under(&header(&["label"], |at| format!("pixel_{at}"), &[])),
            Read(DIGITS, "pixels 0 to 1 scaled to 255"),
        ),
        (
            "semicolons",
            with(|form| form.separator = ";").under(&header_of(784, ";", &["label"], from_0, &[])),
            Read(DIGITS, "columns separated by semicolons"),
        ),
        (
            "semicolons and decimal commas",
            with(|form| {
                form.separator = ";";
                form.pixel = |pixel| (f64::from(pixel) / 255.0).to_string().replace('.', ",");
            })
            .under(&header_of(784, ";", &["label"], from_0, &[])),
            Read(
                DIGITS,
                "columns separated by semicolons; pixels 0 to 1 scaled to 255",
            ),
        ),
        (
            "tabs without a header",
            with(|form| form.separator = "\t").rows(),
            Read(DIGITS, "label in column 1; columns separated by tabs"),
        ),
        (
            "labels beyond 9",
            letters.under(&header(&["label"], from_1, &[])),
            Read("21 16 20 17 25 18", ""),
        ),
        (
            "labels as words",
            words.under(&kaggle()),
            Read("shirt bag coat coat bag shirt", ""),
        ),
        (
            "ten one-hot columns first",
            one_hot(false),
            Read(DIGITS, "labels from 10 one-hot columns"),
        ),
        (
            "ten one-hot columns last",
            one_hot(true),
            Read(DIGITS, "labels from 10 one-hot columns"),
        ),
        (
            "one-hot columns with names",
            format!(
                "{}\n{}",
                header(
                    &[
                        "label_0", "label_1", "label_2", "label_3", "label_4", "label_5",
                        "label_6", "label_7", "label_8", "label_9",
                    ],
                    from_0,
                    &[],
                ),
                one_hot(false)
            ),
            Read(DIGITS, "labels from 10 one-hot columns"),
        ),
        (
            "one-hot columns of pandas' get_dummies",
            dummies("label_", "True", "False"),
            Read(
                "shirt bag coat coat bag shirt",
                "labels from 3 one-hot columns",
            ),
        ),
        (
            "one-hot columns under the classes' names, not in their order",
            dummies("", "1", "0"),
            Read(
                "shirt bag coat coat bag shirt",
                "labels from 3 one-hot columns",
            ),
        ),
        (
            "columns of words that are not one-hot",
            dummies("", "1", "1"),
            Asked(
                "column 1 \"shirt\", the first | column 2 \"bag\" | column 3 \"coat\" | no labels in it",
                "1 1 1 1 1 1",
            ),
        ),
        (
            "one-hot columns of some digits, in another order",
            dummies("label_", "1", "0")
                .replace("label_shirt", "label_7")
                .replace("label_bag", "label_3")
                .replace("label_coat", "label_5"),
            Read("7 3 5 5 3 7", "labels from 3 one-hot columns"),
        ),
        (
            "one-hot columns of truth values without a header",
            one_hot(true)
                .lines()
                .map(|line| {
                    let (pixels, bits) = line.split_at(line.len() - 20);
                    let bits = bits.replace('0', "False").replace('1', "True");
                    format!("{pixels}{bits}\r\n")
                })
                .collect(),
            Read(DIGITS, "labels from 10 one-hot columns"),
        ),
        (
            "Excel's line that names the separator",
            format!(
                "sep=;\r\n{}",
                with(|form| form.separator = ";").under(&header_of(
                    784,
                    ";",
                    &["label"],
                    from_0,
                    &[]
                ))
            ),
            Read(DIGITS, "columns separated by semicolons"),
        ),
        (
            "the same without a header",
            format!(
                "\u{feff}sep=;\n{}",
                with(|form| form.separator = ";").rows()
            ),
            Read(DIGITS, "label in column 1; columns separated by semicolons"),
        ),
        (
            "the same with a fault",
            format!(
                "sep=,\n{}",
                plain.under(&kaggle()).replace("\n9,0,", "\n9,x,")
            ),
            Refused("row 7, column pixel0: found \"x\", expected a whole number, 0 to 255"),
        ),
        (
            "the same with a short row",
            format!(
                "sep=,\n{}",
                plain.under(&kaggle()).replace("\n9,0,", "\n9,")
            ),
            Refused("row 7: found 784 columns, expected 785 as in row 2"),
        ),
        (
            "headerless, both ends nearly constant",
            plain
                .rows()
                .lines()
                .map(|line| format!("3{}5\n", &line[1..line.len() - 1]))
                .collect(),
            Asked("column 1, the first | column 785, the last", "3 3 3 3 3 3"),
        ),
        (
            "headerless, nothing but paper at both ends",
            plain
                .rows()
                .lines()
                .map(|line| format!("0{}\n", &line[1..]))
                .collect(),
            Asked("column 1, the first | column 785, the last", "0 0 0 0 0 0"),
        ),
        (
            "headerless, one label alone before edges of paper",
            plain
                .rows()
                .lines()
                .map(|line| format!("7{}\n", &line[1..]))
                .collect(),
            Read("7 7 7 7 7 7", "label in column 1"),
        ),
        (
            "an eleventh class of one image",
            plain.under(&kaggle()).replace("\n9,", "\n10,"),
            Read("5 0 4 1 10 2", ""),
        ),
        (
            "labels of numpy.savetxt",
            with(|form| form.label = |label| format!("{label}.000000000000000000e+00")).rows(),
            Read(DIGITS, "label in column 1"),
        ),
        (
            "scikit-learn's digits",
            digits_8.rows(),
            Read(
                DIGITS,
                "label in column 65; 8 × 8 pixels; pixels 0 to 16 scaled to 255",
            ),
        ),
        (
            "a column beside the label",
            reordered(
                &indexed.under(&header(&["usage", "label"], from_0, &[])),
                |at, _| at,
            ),
            Read(
                DIGITS,
                "label in column 2 \"label\"; column 1 \"usage\" left out",
            ),
        ),
        (
            "a column that may be the label",
            plain.under(&header(&["kind"], from_0, &[])),
            Asked("column 1 \"kind\", the first | no labels in it", DIGITS),
        ),
        (
            "two columns that may be the label",
            indexed.under(&header(&["class", "label"], from_0, &[])),
            Asked(
                "column 1 \"class\", the first | column 2 \"label\"",
                "0 1 2 3 4 5",
            ),
        ),
        (
            "a pixel that is missing",
            plain.under(&kaggle().replace("pixel500,", "pixel784,")),
            Refused(
                "row 1, column 502: found \"pixel784\", expected \"pixel0\" to \"pixel783\", each \
                 once and counted from 0 or 1",
            ),
        ),
        (
            "one row of a label that is no digit",
            plain.under(&kaggle()).replace("\n9,", "\n12,"),
            Refused(
                "row 6, column label: found \"12\", expected 0 to 9, or more than one image of \
                 that label",
            ),
        ),
        (
            "a label that is missing",
            plain.under(&kaggle()).replace("\n9,", "\nNaN,"),
            Refused("row 6, column label: found \"NaN\", expected a whole number, 0 to 9"),
        ),
        (
            "one label alone",
            words
                .under(&kaggle())
                .replace("\nbag", "\nshirt")
                .replace("\ncoat", "\nshirt"),
            Refused(
                "row 2, column label: found \"shirt\" here and in every other row, expected at \
                 least two different labels",
            ),
        ),
        (
            "a pixel column that is missing",
            reordered(&plain.under(&kaggle()), |at, _| at)
                .lines()
                .map(|line| {
                    let fields: Vec<&str> = line.split(',').collect();
                    [&fields[..501], &fields[502..]].concat().join(",") + "\n"
                })
                .collect(),
            Refused(
                "row 1: found no column \"pixel500\" among 783 pixels, expected \"pixel0\" to \
                 \"pixel783\", each once and counted from 0 or 1",
            ),
        ),
        (
            "the last pixel column is missing",
            plain.under(&header_of(783, ",", &["label"], from_0, &[])),
            Refused(
                "row 1: found 783 pixels, \"pixel0\" to \"pixel782\", expected those of a square \
                 image, such as 784 for 28 × 28: a column is missing or one too many",
            ),
        ),
        (
            "a pixel column too many",
            plain.under(&kaggle().replace("pixel5,", "pixel5,pixel5,")),
            Refused(
                "row 1, column 8: found \"pixel5\" a second time, expected \"pixel0\" to \
                 \"pixel783\", each once and counted from 0 or 1",
            ),
        ),
        (
            "pixels counted from 5",
            plain.under(&header(&["label"], |at| format!("pixel{}", at + 5), &[])),
            Refused(
                "row 1, column 2: found \"pixel5\", expected \"pixel0\" to \"pixel783\", each once \
                 and counted from 0 or 1",
            ),
        ),
        (
            "images in three colours",
            header_of(3072, ",", &["label"], from_0, &[]) + "\n",
            Refused(
                "row 1: found 3072 pixels, \"pixel0\" to \"pixel3071\", expected square grey images \
                 of 4 × 4 to 64 × 64 pixels: these seem 32 × 32 in three colours, turn them to \
                 grey first",
            ),
        ),
        (
            "the same without a header",
            format!("7{}\n", ",9".repeat(2352)),
            Refused(
                "row 1: found 2353 columns (\"7\", \"9\", \"9\", …), expected square grey images of \
                 4 × 4 to 64 × 64 pixels: these seem 28 × 28 in three colours, turn them to grey \
                 first",
            ),
        ),
        (
            "images that are too large",
            format!("7{}\n", ",9".repeat(9216)),
            Refused(
                "row 1: found 9217 columns (\"7\", \"9\", \"9\", …), expected square grey images of \
                 4 × 4 to 64 × 64 pixels: these are 96 × 96, make them smaller first",
            ),
        ),
        (
            "images that are not square",
            plain.under(&header_of(896, ",", &["label"], from_1, &[])),
            Refused(
                "row 1: found 896 pixels, \"pixel1\" to \"pixel896\", expected those of a square \
                 image, such as 784 for 28 × 28: a column is missing or one too many",
            ),
        ),
        (
            "all pixels in one cell",
            format!(
                "emotion,pixels,Usage\n0,{} 9,Training\n",
                "70 80".repeat(1152)
            ),
            Refused(
                "row 1: found all pixels of an image in one cell, expected a column for each \
                 pixel: in pandas, frame[\"pixels\"].str.split(\" \", expand=True)",
            ),
        ),
        (
            "the same without a header",
            format!("0,{}9,Training\n", "70 80 ".repeat(392)),
            Refused(
                "row 1: found all pixels of an image in one cell, expected a column for each \
                 pixel: in pandas, frame[\"pixels\"].str.split(\" \", expand=True)",
            ),
        ),
        (
            "normalised pixels",
            with(|form| form.pixel = |pixel| format!("{:.4}", f64::from(pixel) / 255.0 - 0.1307))
                .under(&kaggle()),
            Refused(
                "row 2, column pixel0: found \"-0.1307\", expected pixels from 0 to 255 or from 0 \
                 to 1: these look normalised, save them before that",
            ),
        ),
        (
            "a fraction among whole numbers",
            plain.under(&kaggle()).replacen("\n9,0,", "\n9,0.5,", 1),
            Refused("row 6, column pixel0: found \"0.5\", expected a whole number, 0 to 255"),
        ),
        (
            "lines of an old Mac",
            plain.under(&kaggle()).replace('\n', "\r"),
            Read(DIGITS, "lines ended by carriage returns alone"),
        ),
        (
            "the same without a header, semicolons between",
            with(|form| form.separator = ";").rows().replace('\n', "\r"),
            Read(
                DIGITS,
                "label in column 1; columns separated by semicolons; lines ended by carriage \
                 returns alone",
            ),
        ),
        (
            "three colours and full alpha",
            in_colours(|grey| [grey, grey / 2, 7, 255]),
            Refused(
                "row 1: found 3136 pixels, each fourth of them 255 in every row, expected square \
                 grey images of 4 × 4 to 64 × 64 pixels: these seem 28 × 28 in three colours and \
                 alpha, turn them to grey first",
            ),
        ),
        (
            "white ink that alpha carries",
            in_colours(|grey| [255, 255, 255, grey]),
            Refused(
                "row 1: found 3136 pixels, three of each four alike in every row, expected square \
                 grey images of 4 × 4 to 64 × 64 pixels: these seem 28 × 28 in three colours and \
                 alpha, turn them to grey first",
            ),
        ),
        (
            "the same under a header, label last",
            header_of(3136, ",", &[], from_0, &["class"])
                + "\n"
                + &reordered(&in_colours(|grey| [0, 0, 0, grey]), |at, num| {
                    (at + 1) % num
                }),
            Refused(
                "row 1: found 3136 pixels, three of each four alike in every row, expected square \
                 grey images of 4 × 4 to 64 × 64 pixels: these seem 28 × 28 in three colours and \
                 alpha, turn them to grey first",
            ),
        ),
        (
            "a table of something else",
            "5.1,3.5,1.4,0.2,Iris-setosa\n4.9,3.0,1.4,0.2,Iris-setosa\n".into(),
            Refused(
                "row 1: found 5 columns (\"5.1\", \"3.5\", \"1.4\", …), expected 785 columns \
                 (label and 784 pixels) or 784 (pixels alone)",
            ),
        ),
    ]
}
