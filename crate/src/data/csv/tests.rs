//! What the reader makes of files, good and bad, however they are cut.
//!
//! Over 400 lines: a list of files, good and bad.

use wasm_bindgen_test::wasm_bindgen_test;

use super::CsvReader;
use crate::data::Dataset;
use crate::data::{NUM_PIXELS, Task};
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
        pixels.extend((0..rng.interval(9)).map(|_| rng.next_u32() as u8 >> (rng.next_u32() % 8)));
    }
    pixels.truncate(rows * NUM_PIXELS);
    let labels = (0..if labelled { rows } else { 0 })
        .map(|_| rng.interval(9) as u8)
        .collect();
    Dataset::from_parts("made", Task::mnist(), pixels, labels).unwrap()
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
                3 => drop(text.drain(at..(at + rng.interval(2000) as usize).min(text.len() - 1))),
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
        assert!(read_in_chunks(&bytes, false, &mut |_| rng.interval(300) as usize + 1).is_err());
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
                    let value =
                        super::value::number(field).filter(|&n| n <= 255 && field.len() <= 3);
                    let mut pixels = [0; 2];
                    let taken = super::plain_pixels::plain_pixels::<b','>(&text, &mut pixels);
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
        "row 3, column label: found \"12\", expected 0 to 9, or more than one image of that label"
    );
    assert_eq!(
        value(1, "256"),
        "row 3, column pixel0: found \"256\", expected 0 to 255: larger ones, such as those of 16 \
         bits, are to be scaled first"
    );
    assert_eq!(
        value(784, "99999999999999"),
        "row 3, column pixel783: found \"99999999999999\", expected 0 to 255"
    );
    for text in [
        "-1", "128.5", "abc", " 7", "1e2", "+3", "1\"2", "0x1", "\u{661}",
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
        message(zeros("12", &[])),
        "row 1, column label: found \"12\", expected 0 to 9, or more than one image of that label"
    );
    assert_eq!(
        value(20, &"9".repeat(1000)),
        "row 3, column pixel19: found a field of more than 64 bytes \
         (\"999999999999999999999999…\"), expected a number"
    );
    // A second header, where two files were joined.
    assert_eq!(
        under_header(header(true)),
        "row 3, column label: found \"label\", the header once more, expected a label: where files \
         were joined, leave out all headers but the first"
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
        format!("row 1: found 4 columns (\"PassengerId\", \"Survived\", \"Pclass\", …), {shape}")
    );
    assert_eq!(
        message("ImageId,Label\n1,0\n"),
        format!("row 1: found 2 columns (\"ImageId\", \"Label\"), {shape}")
    );
    assert_eq!(
        message("Once upon a time there was a pixel.\n"),
        format!(
            "row 1: found 1 column (\"Once upon a time there w…\"), {shape}; a title above the table is to be taken out"
        )
    );
    let short = header(true).replace(",pixel783", "");
    assert!(message(short).starts_with("row 1: found 783 pixels, \"pixel0\" to \"pixel782\", "));
    let bars = header(true).replace(',', "|");
    assert_eq!(
        message(bars),
        "row 1: found columns separated by bars, expected commas between 785 columns \
         (label and 784 pixels) or 784 (pixels alone)"
    );
    let million = vec!["0"; 1_000_000].join(",");
    assert!(message(million).starts_with("row 1: found a line of more than 65536 bytes"));
}

#[wasm_bindgen_test(unsupported = test)]
fn headers_that_do_not_count_their_pixels_are_refused_at_the_place() {
    let once = "expected \"pixel0\" to \"pixel783\", each once and counted from 0 or 1";
    let twice = header(true).replace("pixel3,pixel4,", "pixel4,pixel4,");
    assert_eq!(
        message(format!("{twice}\n{}", zeros("1", &[]))),
        format!("row 1, column 6: found \"pixel4\" a second time, {once}")
    );
    let beyond = header(true).replace("pixel783", "pixel784");
    assert_eq!(
        message(beyond),
        format!("row 1, column 785: found \"pixel784\", {once}")
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
    // Blank lines are passed over, and counted.
    assert_eq!(
        message(format!("\n{good}\n \n\r\n{}\n", zeros("1", &[(3, "x")]))),
        "row 5, column pixel2: found \"x\", expected a whole number, 0 to 255"
    );
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
        message(format!("{good}\n{good}\r{good}")).contains("a carriage return inside the line")
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn files_that_are_no_csv_are_called_by_their_kind() {
    for (start, kind) in [
        (&b"PK\x03\x04"[..], "a zip archive (or an Excel workbook)"),
        (b"\x89PNG\r\n\x1a\n", "a PNG image"),
        (b"%PDF-1.7\n", "a PDF document"),
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
fn files_packed_otherwise_are_to_be_unpacked() {
    for (start, kind) in [
        (&b"\x28\xb5\x2f\xfd\x04"[..], "a Zstandard file"),
        (b"\xfd7zXZ\0", "an xz file"),
        (b"BZh91AY", "a bzip2 file"),
        (b"7z\xbc\xaf\x27", "a 7-Zip archive"),
        (b"Rar!\x1a", "a RAR archive"),
    ] {
        assert_eq!(
            message(start),
            format!(
                "row 1: found {kind}, expected a CSV file with 785 columns (label and 784 pixels) \
                 or 784 (pixels alone): unpack it, and pick what was in it"
            )
        );
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn files_in_another_form_say_what_to_do() {
    let frame =
        |read: &str| format!("in Python, save pandas.{read}.to_csv(\"train.csv\", index=False)");
    let arrays = |read: &str| {
        format!(
            "in Python, {read} and save its images and labels as x_train and y_train with \
             numpy.savez"
        )
    };
    let utf_16 =
        "in Excel, save the sheet as CSV UTF-8; in an editor, save the file as UTF-8".to_owned();
    let names: Vec<u8> = "label,pixel0,pixel1,"
        .bytes()
        .flat_map(|byte| [byte, 0])
        .collect();
    let big_endian = [&b"\xfe\xff"[..], &[0], &names].concat();
    let arff = b"% made by OpenML\n\n@RELATION mnist_784\n@ATTRIBUTE pixel1 REAL\n";
    let mut tar = b"train.csv".to_vec();
    tar.resize(257, 0);
    tar.extend(b"ustar\x0000");
    let r = "in R, save the table with write.csv(table, \"train.csv\", row.names = FALSE)";
    for (start, row, kind, remedy) in [
        (
            &tar[..],
            1,
            "a tar archive",
            "unpack it, and pick what was in it".into(),
        ),
        (b"RDX3\nX\n\0\0", 1, "data of R", r.into()),
        (
            &b"\x1f\x8b\x08\0rest"[..],
            1,
            "a gzip file",
            "it is packed twice, unpack it once".into(),
        ),
        (
            b"{\"cells\": []}",
            1,
            "JSON",
            arrays("read it with pandas.read_json"),
        ),
        (
            b"\n  <!DOCTYPE html>\n<html>",
            2,
            "a web page or XML",
            "where it was downloaded, sign in and download it again".into(),
        ),
        (b"\xff\xfel\0a\0", 1, "text in UTF-16", utf_16.clone()),
        (&names, 1, "text in UTF-16", utf_16.clone()),
        (&big_endian, 1, "text in UTF-16", utf_16),
        (
            arff,
            3,
            "an ARFF file",
            frame("DataFrame(scipy.io.arff.loadarff(path)[0])"),
        ),
        (
            b"ARROW1\0\0",
            1,
            "an Arrow file",
            frame("read_feather(path)"),
        ),
        (
            b"MATLAB 5.0 MAT-file",
            1,
            "a MATLAB file",
            arrays("read it with scipy.io.loadmat"),
        ),
    ] {
        assert_eq!(
            message(start),
            format!(
                "row {row}: found {kind}, expected a CSV file with 785 columns (label and 784 \
                 pixels) or 784 (pixels alone): {remedy}"
            )
        );
    }
    assert_eq!(
        message("# nothing\n\n# but this\n"),
        "row 4: found nothing but comments and blank lines, expected rows of 785 columns (label \
         and 784 pixels) or 784 (pixels alone)"
    );
}

/// However they are cut, and with a fault in its place.
#[wasm_bindgen_test(unsupported = test)]
fn carriage_returns_alone_end_lines_where_they_end_the_first() {
    let data = made(12, true, 5);
    let text = format!("{}\r{}\r", header(true), lines(&data).join("\r"));
    for length in [1, 2, 784, 7_000, usize::MAX] {
        let found = read_in_chunks(text.as_bytes(), false, &mut |_| length);
        assert_eq!(found.as_ref(), Ok(&data), "chunks of {length}");
    }
    // One just at the end of a chunk, before either kind of line.
    let first = header(true).len() + 1;
    for end in ["\r", "\r\n"] {
        let text = format!("{}{end}{}", header(true), lines(&data).join(end));
        let mut is_first = true;
        let found = read_in_chunks(text.as_bytes(), false, &mut |rest| {
            if std::mem::take(&mut is_first) {
                first
            } else {
                rest
            }
        });
        assert_eq!(found.as_ref(), Ok(&data), "{end:?}");
    }
    let wrong = text.replacen(",0", ",x", 1);
    assert!(message(wrong).starts_with("row 2, column "));
}

#[wasm_bindgen_test(unsupported = test)]
fn files_that_hold_pictures_otherwise_say_what_to_do() {
    for (start, kind, remedy) in [
        (
            &b"PAR1\x15\x04"[..],
            "a Parquet file",
            "pandas.read_parquet",
        ),
        (b"\x89HDF\r\n", "an HDF5 file", "h5py"),
        (b"\x80\x04\x95", "a Python pickle", "pickle"),
        (b"MATLAB 5.0 MAT-file", "a MATLAB file", "scipy.io.loadmat"),
    ] {
        let shown = message(start);
        assert!(shown.starts_with(&format!(
            "row 1: found {kind}, expected a CSV file with 785 "
        )));
        assert!(
            shown.contains(remedy) && shown.ends_with("numpy.savez"),
            "{shown}"
        );
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
    let error = reader.push(b"1,x,").unwrap_err();
    assert_eq!(reader.push(good.as_bytes()), Err(error.clone()));
    assert_eq!(reader.finish(), Err(error));
}
