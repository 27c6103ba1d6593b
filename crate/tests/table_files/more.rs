//! More tables, of what programs and people add to one: blank lines, comments, names of rows,
//! names in quotes, and single cells that are wrong.
//!
//! Over 400 lines: a list of files.

use super::{
    Asked, Bare, DIGITS, Expected, Form, Read, Refused, from_0, from_1, header, header_of, one_hot,
};
use super::{LABELS, pixel};

/// Kaggle's table with one cell of another content; row 1 is the header.
fn with_cell(row: usize, column: usize, cell: &str) -> String {
    let text = Form::default().under(&header(&["label"], from_0, &[]));
    let lines = text.lines().enumerate().map(|(at, line)| {
        let mut fields: Vec<&str> = line.split(',').collect();
        if at + 1 == row {
            fields[column - 1] = cell;
        }
        fields.join(",") + "\n"
    });
    lines.collect()
}

/// What R's `write.table` makes of it: row names, and no name for them.
fn row_names(text: &str, name: fn(usize) -> String) -> String {
    let (header, rows) = text.split_once('\n').unwrap();
    let rows = rows.lines().enumerate();
    let rows: String = rows
        .map(|(row, line)| format!("{},{line}\n", name(row)))
        .collect();
    format!("{header}\n{rows}")
}

/// 36 rows without names, the label in column 401.
fn label_within() -> String {
    let row = |row: usize| {
        let mut fields: Vec<String> = (0..784).map(|at| pixel(row, at, 784).to_string()).collect();
        fields.insert(400, LABELS[row % 6].to_string());
        fields.join(",") + "\n"
    };
    (0..36).map(row).collect()
}

fn each_line(text: &str, change: impl Fn(usize, &str) -> String) -> String {
    text.lines()
        .enumerate()
        .map(|(at, line)| change(at, line) + "\n")
        .collect()
}

pub fn files() -> Vec<(&'static str, String, Expected)> {
    let plain = Form::default();
    let unlabelled = Form {
        has_label: false,
        ..Form::default()
    };
    let text = plain.under(&header(&["label"], from_0, &[]));
    let rows = plain.rows();
    vec![
        // Lines that hold nothing.
        (
            "blank lines in the middle",
            text.replace("\n4,", "\n\n\n4,"),
            Read(DIGITS, ""),
        ),
        (
            "a blank line after each",
            text.replace('\n', "\n\n"),
            Read(DIGITS, ""),
        ),
        (
            "the same by a program that has turned its own ends",
            text.replace('\n', "\r\r\n"),
            Read(DIGITS, ""),
        ),
        (
            "blank lines above the header",
            format!("\n \r\n{text}"),
            Read(DIGITS, ""),
        ),
        (
            "blank lines above an image",
            format!("\n\n{rows}"),
            Read(DIGITS, "label in column 1"),
        ),
        (
            "lines of spaces",
            text.replace("\n4,", "\n   \n4,"),
            Read(DIGITS, ""),
        ),
        (
            "blank lines at the end",
            format!("{text}\n\r\n\n\n"),
            Read(DIGITS, ""),
        ),
        (
            "blank lines of an old Mac",
            text.replace("\n4,", "\n\n4,").replace('\n', "\r"),
            Read(DIGITS, "lines ended by carriage returns alone"),
        ),
        (
            "a line of commas alone",
            text.replace("\n4,", &format!("\n{}\n4,", ",".repeat(784))),
            Refused("row 4, column label: found nothing, expected a whole number, 0 to 9"),
        ),
        (
            "a comma at each end",
            each_line(&text, |_, line| format!("{line},")),
            Read(DIGITS, "column 786 without a name left out"),
        ),
        (
            "a comma at each end but the header's",
            each_line(&text, |at, line| {
                format!("{line}{}", if at > 0 { "," } else { "" })
            }),
            Read(DIGITS, "column 786 without a name left out"),
        ),
        (
            "a comma at each end, without a header",
            each_line(&rows, |_, line| format!("{line},")),
            Read(
                DIGITS,
                "label in column 1; column 786 without a name left out",
            ),
        ),
        // Lines above the table.
        (
            "a comment above the table",
            format!("# made by me, today\n{text}"),
            Read(DIGITS, "a comment above the table left out"),
        ),
        (
            "comments above an image",
            format!("% a\n\n% b\n{rows}"),
            Read(
                DIGITS,
                "label in column 1; 2 lines of comments above the table left out",
            ),
        ),
        (
            "names as numpy.savetxt writes them",
            format!("# {text}"),
            Read(DIGITS, "label in column 1 \"# label\""),
        ),
        (
            "a title above the table",
            format!("My digits\n{text}"),
            Refused(
                "row 1: found 1 column (\"My digits\"), expected 785 columns (label and 784 pixels) \
                 or 784 (pixels alone); a title above the table is to be taken out",
            ),
        ),
        (
            "a title in the first of many cells",
            format!("My digits{}\n{text}", ",".repeat(784)),
            Refused(
                "row 1: found 785 columns (\"My digits\", \"\", \"\", …), expected 785 columns (label \
                 and 784 pixels) or 784 (pixels alone); a title above the table is to be taken out",
            ),
        ),
        // Names of columns and of rows.
        (
            "names that were tuples",
            plain.under(&header(
                &["\"('label', '')\""],
                |at| format!("\"('pixel', {at})\""),
                &[],
            )),
            Read(DIGITS, "label in column 1 \"('label', '')\""),
        ),
        (
            "two lines of names",
            format!(
                "{}\n{}\n{rows}",
                header_of(784, ",", &["label"], |_| "pixel".into(), &[]),
                header_of(784, ",", &[""], |at| at.to_string(), &[]),
            ),
            Refused(
                "row 1: found \"pixel\" as the name of most columns, expected one line of names: in \
                 pandas, set frame.columns to a list of them and save it again",
            ),
        ),
        (
            "two lines of numbers",
            format!(
                "{}\n{}\n{}",
                header_of(784, ",", &[], |at| (at / 28).to_string(), &[]),
                header_of(784, ",", &[], |at| (at % 28).to_string(), &[]),
                unlabelled.rows(),
            ),
            Refused(
                "row 1: found the numbers of an image's lines, above those of its columns, expected \
                 one line of names: in pandas, set frame.columns to a list of them and save it again",
            ),
        ),
        (
            "row names of R",
            row_names(&text, |row| format!("\"{}\"", row + 1)),
            Read(DIGITS, "label in column 2 \"label\"; index column left out"),
        ),
        (
            "row names that are words",
            row_names(&text, |row| format!("img_{row}.png")),
            Read(DIGITS, "label in column 2 \"label\"; index column left out"),
        ),
        (
            "row names between spaces",
            row_names(&text, |row| format!("\"{}\"", row + 1)).replace(',', " "),
            Read(
                DIGITS,
                "label in column 2 \"label\"; index column left out; columns separated by spaces",
            ),
        ),
        (
            "a header that lacks any name",
            row_names(&text, |row| LABELS[row].to_string()),
            Refused(
                "row 2: found 786 columns, expected 785 as in row 1: the header may lack a name",
            ),
        ),
        (
            "a header that lacks the label's name",
            plain.under(&header(&[], from_0, &[])),
            Refused(
                "row 2: found 785 columns, expected 784 as in row 1: the header may lack a name",
            ),
        ),
        (
            "the indices of two frames",
            each_line(&text, |at, line| match at {
                0 => format!("Unnamed: 0,Unnamed: 0.1,{line}"),
                at => format!("{},{},{line}", at - 1, at - 1),
            }),
            Read(
                DIGITS,
                "label in column 3 \"label\"; 2 index columns left out",
            ),
        ),
        (
            "the same without a header",
            each_line(&rows, |at, line| format!("{at},{at},{line}")),
            Read(DIGITS, "label in column 3; 2 index columns left out"),
        ),
        (
            "a long path in a column of its own",
            each_line(&text, |at, line| match at {
                0 => format!("{line},path"),
                at => format!(
                    "{line},/home/me/data/digits/{}/{at}.png",
                    "train/".repeat(20)
                ),
            }),
            Read(DIGITS, "column 786 \"path\" left out"),
        ),
        (
            "quotes around all",
            each_line(&text, |_, line| {
                format!("\"{}\"", line.replace(',', "\",\""))
            }),
            Read(DIGITS, ""),
        ),
        (
            "quotes around each line",
            each_line(&text, |_, line| format!("\"{line}\"")),
            Refused(
                "row 1: found one pair of quotes around the whole line (\"label,pixel0,pixel1,pixe…\"), \
                 expected no quotes, or a pair around each field: take them out with an editor",
            ),
        ),
        (
            "names that say no number",
            plain.under(&header(&["label"], |at| format!("p{}q", at), &[])),
            Refused(
                "row 1: found 785 columns (\"label\", \"p0q\", \"p1q\", …), expected pixels named by \
                 their number, such as \"pixel0\", or no header at all",
            ),
        ),
        (
            "pixels by brackets",
            plain.under(&header(&["label"], |at| format!("pixel[{at}]"), &[])),
            Read(DIGITS, ""),
        ),
        (
            "pixels by lines and columns in brackets",
            plain.under(&header(
                &["label"],
                |at| format!("\"pixel({},{})\"", at / 28, at % 28),
                &[],
            )),
            Read(DIGITS, ""),
        ),
        (
            "pixels by rows and columns",
            plain.under(&header(
                &["label"],
                |at| format!("r{}c{}", at / 28, at % 28),
                &[],
            )),
            Read(DIGITS, ""),
        ),
        (
            "the same in words",
            plain.under(&header(
                &["label"],
                |at| format!("row_{}_col_{}", at / 28 + 1, at % 28 + 1),
                &[],
            )),
            Read(DIGITS, ""),
        ),
        (
            "shares with labels from 1 to 10 behind them",
            Form {
                is_label_last: true,
                label: |label| {
                    if label == 0 {
                        "10".into()
                    } else {
                        label.to_string()
                    }
                },
                pixel: |pixel| (f64::from(pixel) / 255.0).to_string(),
                ..Form::default()
            }
            .rows(),
            Read(
                "5 10 4 1 9 2",
                "label in column 785; pixels 0 to 1 scaled to 255",
            ),
        ),
        (
            "a column of ones behind an image",
            each_line(&rows, |_, line| format!("{line},1")),
            Refused(
                "row 1: found 786 columns (\"5\", \"0\", \"57\", …), expected 785 columns (label and \
                 784 pixels) or 784 (pixels alone)",
            ),
        ),
        (
            "a name that pandas has numbered",
            text.replacen("pixel6,", "pixel5.1,", 1),
            Refused(
                "row 1: found no column \"pixel6\" among 783 pixels, expected \"pixel0\" to \
                 \"pixel783\", each once and counted from 0 or 1",
            ),
        ),
        (
            "the label once more",
            each_line(&text, |at, line| match at {
                0 => format!("{line},label.1"),
                _ => format!("{line},{}", &line[..1]),
            }),
            Read(DIGITS, "column 786 \"label.1\" left out"),
        ),
        (
            "a label among pixels without names",
            label_within(),
            Asked(
                "column 401 | column 1, the first | column 785, the last",
                "5 0 4 1 9 2 5 0 4 1 9 2 5 0 4 1 9 2 5 0 4 1 9 2 5 0 4 1 9 2 5 0 4 1 9 2",
            ),
        ),
        (
            "pixels by their numbers",
            (0..4)
                .map(|row| {
                    let pairs = (1..=20).map(|at| format!(" {}:{}", 7 * at + row, 9 + at));
                    format!("{row}{}\n", pairs.collect::<String>())
                })
                .collect(),
            Refused(
                "row 1: found pixels by their numbers, as LIBSVM's files have them, expected a column \
                 for each pixel: in Python, read it with sklearn.datasets.load_svmlight_file and save \
                 X.toarray() and y as x_train and y_train with numpy.savez",
            ),
        ),
        // Single cells.
        (
            "a pixel that is NaN",
            with_cell(4, 301, "NaN"),
            Refused(
                "row 4, column pixel299: found \"NaN\", expected a number, 0 to 255: a pixel is \
                 missing; in pandas, leave such rows out with dropna()",
            ),
        ),
        (
            "a pixel that is nothing",
            with_cell(4, 301, ""),
            Refused(
                "row 4, column pixel299: found nothing, expected a number, 0 to 255: a pixel is \
                 missing; in pandas, leave such rows out with dropna()",
            ),
        ),
        (
            "a pixel below 0",
            with_cell(4, 301, "-3"),
            Refused("row 4, column pixel299: found \"-3\", expected a whole number, 0 to 255"),
        ),
        (
            "a pixel above 255",
            with_cell(4, 301, "256"),
            Refused(
                "row 4, column pixel299: found \"256\", expected 0 to 255: larger ones, such as those \
                 of 16 bits, are to be scaled first",
            ),
        ),
        (
            "a pixel of a byte with a sign",
            with_cell(4, 301, "-101"),
            Refused(
                "row 4, column pixel299: found \"-101\", expected 0 to 255: bytes with a sign, as int8 \
                 has them, are to be saved as uint8",
            ),
        ),
        (
            "a label below 0",
            with_cell(4, 1, "-1"),
            Refused(
                "row 4, column label: found \"-1\", expected 0 to 9, or more than one image of that \
                 label",
            ),
        ),
        (
            "a single label that is a word",
            with_cell(4, 1, "True") + &rows,
            Refused(
                "row 4, column label: found \"True\", expected 0 to 9, or more than one image of that \
                 label",
            ),
        ),
        (
            "three colours by name",
            each_line(&text, |at, line| match at {
                0 => ["label", "r", "g", "b"]
                    .map(|name| match name {
                        "label" => name.to_owned(),
                        _ => (0..784)
                            .map(|pixel| format!("{name}{pixel}"))
                            .collect::<Vec<_>>()
                            .join(","),
                    })
                    .join(","),
                _ => {
                    let (label, image) = line.split_once(',').unwrap_or_default();
                    format!("{label},{image},{image},{image}")
                }
            }),
            Refused(
                "row 1: found 784 pixels under each of the names \"r\", \"g\" and \"b\", expected a \
                 grey image in each row: these seem 28 × 28 in colours, turn them to grey first",
            ),
        ),
        (
            "eight columns of other things behind the pixels",
            each_line(&text, |at, line| {
                let more: Vec<String> = (0..8)
                    .map(|one| {
                        if at == 0 {
                            format!("angle{one}")
                        } else {
                            format!("0.{one}")
                        }
                    })
                    .collect();
                format!("{line},{}", more.join(","))
            }),
            Read(DIGITS, "8 columns left out, \"angle0\" to \"angle7\""),
        ),
        (
            "two images in a row",
            each_line(&text, |at, line| match at {
                0 => format!(
                    "{line},{}",
                    line.replacen("label,", "", 1).replace("pixel", "mask")
                ),
                _ => format!("{line},{}", line.split_once(',').unwrap_or_default().1),
            }),
            Refused(
                "row 1: found 784 pixels under each of the names \"pixel\" and \"mask\", expected \
                 one image in each row: leave out the columns of the others",
            ),
        ),
        (
            "a table on its side, as pandas has it with .T",
            {
                let lines: Vec<Vec<&str>> =
                    text.lines().map(|line| line.split(',').collect()).collect();
                let turned = (0..785).map(|column| {
                    let fields: Vec<&str> = lines.iter().map(|line| line[column]).collect();
                    fields.join(",") + "\n"
                });
                turned.collect()
            },
            Refused(
                "row 2, column 1: found the name of a pixel at the beginning of each row, expected an \
                 image in each row: this table lies on its side, in pandas save its .T",
            ),
        ),
        (
            "two tables joined with their headers",
            format!("{text}{text}"),
            Refused(
                "row 8, column label: found \"label\", the header once more, expected a label: where \
                 files were joined, leave out all headers but the first",
            ),
        ),
        (
            "a row that is longer",
            each_line(&text, |at, line| {
                format!("{line}{}", if at == 3 { ",7" } else { "" })
            }),
            Refused("row 4: found 786 columns, expected 785 as in row 1"),
        ),
        (
            "Fashion-MNIST with labels from -1",
            plain
                .under(&header(&["label"], from_1, &[]))
                .replace("\n9,", "\n-1,")
                .replace("\n2,", "\n-1,"),
            Read("5 0 4 1 -1 -1", ""),
        ),
        (
            "pixels alone, indices before them",
            each_line(
                &unlabelled.under(&header(&[], from_0, &[])),
                |at, line| match at {
                    0 => format!(",index,{line}"),
                    at => format!("{at},{at},{line}"),
                },
            ),
            Bare("2 index columns left out"),
        ),
    ]
}

/// Columns beside label and pixels, by what they hold, and line breaks within quotes.
pub fn files_of_columns() -> Vec<(&'static str, String, Expected)> {
    let plain = Form::default();
    let raised = Form {
        pixel: |pixel| (u32::from(pixel) + 1).to_string(),
        ..Form::default()
    };
    let shares = Form {
        pixel: |pixel| format!("\"{:.6}\"", f64::from(pixel) / 255.0).replace('.', ","),
        ..Form::default()
    };
    let numbered = |text: &str| each_line(text, |at, line| format!("{at},{line}"));
    let text = plain.under(&header(&["label"], from_0, &[]));
    let rows = plain.rows();
    let beside = |name: &str, cell: fn(usize) -> String| {
        each_line(&text, |at, line| match at {
            0 => format!("{line},{name}"),
            at => format!("{line},{}", cell(at - 1)),
        })
    };
    let many = |fields: fn(usize, &str) -> String| -> String {
        let line = |row: usize| {
            let pixels = (0..784).map(|at| format!(",{}", pixel(row, at, 784)));
            let label = LABELS[row % 6].to_string();
            fields(row, &(label + &pixels.collect::<String>())) + "\n"
        };
        (0..60).map(line).collect()
    };
    let labels = "5 0 4 1 9 2 5 0 4 1 9 2 5 0 4 1 9 2 5 0 4 1 9 2 5 0 4 1 9 2 5 0 4 1 9 2 5 0 4 1 9 2 5 \
                  0 4 1 9 2 5 0 4 1 9 2 5 0 4 1 9 2";
    vec![
        (
            "pandas' name for a last column that is empty",
            beside("Unnamed: 785", |_| String::new()),
            Read(DIGITS, "empty column 786 \"Unnamed: 785\" left out"),
        ),
        (
            "the same of missing values",
            beside("Unnamed: 785", |_| "NaN".into()),
            Read(DIGITS, "empty column 786 \"Unnamed: 785\" left out"),
        ),
        (
            "the same of what no index has",
            beside("Unnamed: 785", |row| (row % 2).to_string()),
            Read(DIGITS, "column 786 \"Unnamed: 785\" left out"),
        ),
        (
            "the same of fractions",
            beside("Unnamed: 785", |row| format!("0.{}", row + 1)),
            Read(DIGITS, "column 786 \"Unnamed: 785\" left out"),
        ),
        (
            "the same of an index",
            beside("Unnamed: 785", |row| (5 - row).to_string()),
            Read(DIGITS, "index column left out"),
        ),
        (
            "an index and an id that is none",
            each_line(&text, |at, line| match at {
                0 => format!(",id,{line}"),
                at => format!("{},7,{line}", at - 1),
            }),
            Read(
                DIGITS,
                "label in column 3 \"label\"; index column left out; column 2 \"id\" left out",
            ),
        ),
        (
            "a label that lost its name",
            many(|row, line| match row {
                0 => format!("Unnamed: 0{}", &header(&[""], from_0, &[])),
                _ => line.to_owned(),
            }),
            Asked(
                "column 1 \"Unnamed: 0\", the first | no labels in it",
                &labels[2..],
            ),
        ),
        (
            "a label under R's numbers",
            plain.under(&header(&["label"], |at| format!("V{}", at + 2), &[])),
            Read(DIGITS, ""),
        ),
        (
            "headerless, an index last",
            each_line(&rows, |at, line| format!("{line},{at}")),
            Read(DIGITS, "label in column 1; index column left out"),
        ),
        (
            "headerless, pixels and an index last",
            many(|row, line| format!("{},{row}", &line[2..])),
            Bare("index column left out"),
        ),
        (
            "headerless, paths last",
            many(|row, line| format!("{line},digits/{row}.png")),
            Read(labels, "label in column 1; index column left out"),
        ),
        (
            "headerless, a shuffled index first",
            many(|row, line| format!("{},{line}", (row * 7) % 60 + 1000)),
            Read(labels, "label in column 2; index column left out"),
        ),
        (
            "three commas at each end, without a header",
            each_line(&rows, |_, line| format!("{line},,,")),
            Read(
                DIGITS,
                "label in column 1; column 786 without a name left out; column 787 without a name \
                 left out; column 788 without a name left out",
            ),
        ),
        (
            "Excel's line that names a tab",
            format!("sep=\t\n{}", text.replace(',', "\t")),
            Read(DIGITS, "columns separated by tabs"),
        ),
        (
            "blanks at each end",
            each_line(&text, |_, line| format!("{line}  ")),
            Read(DIGITS, ""),
        ),
        // Lines that break within quotes.
        (
            "remarks of several lines",
            beside("remark", |row| format!("\"a, b\r\n\"\"c\"\"\n{row}\"")),
            Read(DIGITS, "column 786 \"remark\" left out"),
        ),
        (
            "the same before the label",
            each_line(&text, |at, line| match at {
                0 => format!("\"my\nremark\",{line}"),
                _ => format!("\"a\nb\",{line}"),
            }),
            Read(
                DIGITS,
                "label in column 2 \"label\"; column 1 \"my remark\" left out",
            ),
        ),
        (
            "the same with a fault below",
            beside("remark", |row| format!("\"a\n{row}\"")).replace("\n9,0,", "\n9,x,"),
            Refused("row 10, column pixel0: found \"x\", expected a whole number, 0 to 255"),
        ),
        (
            "a remark that is never closed",
            beside(
                "remark",
                |row| if row == 3 { "\"a".into() } else { "b".into() },
            ),
            Refused(
                "row 5, column remark: found a quote that is not closed in this line, expected a \
                 closing quote",
            ),
        ),
        (
            "the same in the last row",
            beside("remark", |row| {
                if row == 5 {
                    "\"a\nb".into()
                } else {
                    "b".into()
                }
            }),
            Refused(
                "row 7, column remark: found a quote that is never closed, expected a closing quote",
            ),
        ),
        (
            "a label that breaks",
            text.replace("\n4,", "\n\"4\n\","),
            Refused(
                "row 4, column label: found a quote that is not closed in this line, expected a \
                 closing quote: a label is one line, so take line breaks out of it",
            ),
        ),
        (
            "a label that breaks in the first row",
            plain.rows().replacen('5', "\"5\n\"", 1),
            Refused(
                "row 1, column 1: found a quote that is not closed in this line, expected a \
                 closing quote: a label is one line, so take line breaks out of it",
            ),
        ),
        (
            "pixels from 1 to 256",
            raised.under(&header(&["label"], from_0, &[])),
            Refused(
                "row 2, column pixel103: found \"256\", expected 0 to 255: these seem to be 1 to 256, \
                 so take 1 from each first",
            ),
        ),
        (
            "decimal commas in quotes",
            shares.under(&header(&["label"], from_0, &[])),
            Read(
                DIGITS,
                "numbers with a comma for a point; pixels 0 to 1 scaled to 255",
            ),
        ),
        (
            "the same without a header",
            shares.rows(),
            Read(
                DIGITS,
                "label in column 1; numbers with a comma for a point; pixels 0 to 1 scaled to \
                 255",
            ),
        ),
        (
            "whole numbers with decimal commas in quotes, the label's too",
            Form {
                label: |label| format!("\"{label},0\""),
                pixel: |pixel| format!("\"{pixel},0\""),
                ..Form::default()
            }
            .under(&header(&["label"], from_0, &[])),
            Read(DIGITS, "numbers with a comma for a point"),
        ),
        (
            "an index before one-hot columns",
            numbered(&one_hot(false)),
            Read(
                DIGITS,
                "labels from 10 one-hot columns; index column left out",
            ),
        ),
        (
            "an index, and one-hot columns last",
            numbered(&one_hot(true)),
            Read(
                DIGITS,
                "labels from 10 one-hot columns; index column left out",
            ),
        ),
        (
            "the same under a header of numbers",
            format!(
                ",{}\n{}",
                (0..794)
                    .map(|at| at.to_string())
                    .collect::<Vec<_>>()
                    .join(","),
                numbered(&one_hot(true))
            ),
            Read(
                DIGITS,
                "labels from 10 one-hot columns; index column left out; the header only numbers \
                 the columns",
            ),
        ),
        (
            "a name that is never closed",
            text.replacen("pixel783", "\"pixel783", 1),
            Refused("row 1: found a quote that is never closed, expected a closing quote"),
        ),
    ]
}

/// Files that are not in UTF-8.
pub fn files_in_other_letters() -> Vec<(&'static str, Vec<u8>, Expected)> {
    let text = Form::default().under(&header(&["label"], from_0, &[]));
    let latin = |text: String| text.chars().map(|letter| letter as u8).collect::<Vec<u8>>();
    vec![
        (
            "a name in Latin-1",
            latin(text.replacen("label", "étiquette", 1)),
            Refused(
                "row 1, column 1: found \"\u{fffd}tiquette\", expected text in UTF-8: in Excel, save \
                 as CSV UTF-8; in pandas, read it with encoding=\"latin1\" and save it again",
            ),
        ),
        (
            "a label in Latin-1",
            latin(text.replace("\n4,", "\nbébé,")),
            Refused(
                "row 4, column label: found \"b\u{fffd}b\u{fffd}\", expected text in UTF-8: in Excel, \
                 save as CSV UTF-8; in pandas, read it with encoding=\"latin1\" and save it again",
            ),
        ),
    ]
}
