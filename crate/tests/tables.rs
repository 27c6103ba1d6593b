//! Tables as people have them are read, asked about or refused; none is taken wrongly in
//! silence, however it is cut.
// No device takes part: one engine is enough.
#![cfg(feature = "ndarray")]

use inkling::data::Dataset;
use inkling::data::csv::{CsvReader, Outcome};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::table_files::{Asked, Bare, Read, Refused, files, pixel};

fn labels_of(data: &Dataset) -> String {
    let names = data
        .labels()
        .iter()
        .map(|&label| data.task().classes()[usize::from(label)].as_str());
    names.collect::<Vec<_>>().join(" ")
}

/// Pixels are those that were written, whatever they were written as.
fn assert_pixels(name: &str, data: &Dataset) {
    let num_pixels = data.task().num_pixels();
    for row in 0..data.num_rows() {
        for (at, &found) in data.image(row).iter().enumerate() {
            let written = pixel(row, at, num_pixels);
            let expected = match num_pixels {
                64 => (f64::from((written / 15).min(16)) / 16.0 * 255.0).round_ties_even() as u8,
                _ => written,
            };
            assert_eq!(found, expected, "{name}: row {row}, pixel {at}");
        }
    }
}

fn outcome(text: &[u8], answer: Option<u32>, length: usize) -> Result<Outcome, String> {
    let mut reader = CsvReader::new("made");
    if let Some(answer) = answer {
        reader.answer(answer);
    }
    for chunk in text.chunks(length) {
        reader.push(chunk).map_err(|error| error.to_string())?;
    }
    reader.finish_or_ask().map_err(|error| error.to_string())
}

#[wasm_bindgen_test(unsupported = test)]
fn each_file_is_read_asked_about_or_refused() {
    let files = files();
    assert!(files.len() >= 110, "{} files", files.len());
    for (name, text, expected) in files {
        for length in [usize::MAX, 1, 997] {
            let found = outcome(&text, None, length);
            match (&expected, found) {
                (Read(labels, said), Ok(Outcome::Read(data, source))) => {
                    assert_eq!(labels_of(&data), *labels, "{name}");
                    assert_eq!(source.understood.join("; "), *said, "{name}");
                    assert_pixels(name, &data);
                }
                (Bare(said), Ok(Outcome::Read(data, source))) => {
                    assert!(!data.has_labels(), "{name}");
                    assert_eq!(source.understood.join("; "), *said, "{name}");
                    assert_pixels(name, &data);
                }
                (Asked(choices, labels), Ok(Outcome::Asked(question))) => {
                    let words: Vec<&str> = question
                        .readings
                        .iter()
                        .map(|reading| reading.words.as_str())
                        .collect();
                    assert_eq!(words.join(" | "), *choices, "{name}");
                    assert_eq!(labels_of(&question.readings[0].sample), *labels, "{name}");
                    for reading in &question.readings {
                        let Ok(Outcome::Read(data, _)) =
                            outcome(&text, Some(reading.label_column), length)
                        else {
                            panic!("{name}: the answer {} is not taken", reading.words);
                        };
                        assert_eq!(data.pixels(), reading.sample.pixels(), "{name}");
                        assert_eq!(labels_of(&data), labels_of(&reading.sample), "{name}");
                    }
                }
                (Refused(message), Err(found)) => assert_eq!(found, *message, "{name}"),
                (_, found) => panic!("{name}: found {found:?}"),
            }
        }
    }
}

/// A table in the order of its labels shows what it is only at its end.
#[wasm_bindgen_test(unsupported = test)]
fn rows_in_the_order_of_their_labels_are_asked_about_at_the_end() {
    let paper = vec!["0"; 784].join(",");
    let rows: String = (0..400)
        .map(|row| format!("{paper},{}\n", row / 40))
        .collect();
    let found = outcome(rows.as_bytes(), None, 5000);
    let Ok(Outcome::Asked(question)) = found else {
        panic!("found {found:?}");
    };
    assert_eq!(question.readings[0].label_column, 785);
    let Ok(Outcome::Read(data, _)) = outcome(rows.as_bytes(), Some(785), 5000) else {
        panic!("the answer is not taken");
    };
    assert_eq!(data.class_counts(), [40; 10]);
    assert!(question.refusal().to_string().starts_with(
        "row 1: found a table whose labels may stand in column 785, the last or in column 1"
    ));
}

/// What a program needs to read the same file again.
#[wasm_bindgen_test(unsupported = test)]
fn the_reading_says_where_everything_stands() {
    let table = |text: &[u8]| match outcome(text, None, usize::MAX) {
        Ok(Outcome::Read(_, source)) => source.table.unwrap(),
        found => panic!("found {found:?}"),
    };
    let files = files();
    let file = |wanted: &str| {
        let found = files.iter().find(|(name, ..)| *name == wanted);
        table(&found.unwrap().1)
    };
    let kaggle = file("Kaggle's train.csv");
    assert_eq!((kaggle.label_column, kaggle.first_pixel), (Some(0), 1));
    assert!(kaggle.has_header && kaggle.pixel_columns.is_empty() && kaggle.full_ink == 255);
    assert_eq!(kaggle.pixel_name, "pixel0");
    assert_eq!(file("Fashion-MNIST").pixel_name, "pixel1");
    let backwards = file("label among the pixels, pixels backwards");
    assert_eq!(backwards.label_column, Some(400));
    assert_eq!(
        (backwards.pixel_columns[0], backwards.pixel_columns[783]),
        (784, 0)
    );
    let digits = file("scikit-learn's digits");
    assert_eq!(
        (digits.label_column, digits.full_ink, digits.num_columns),
        (Some(64), 16, 65)
    );
    assert!(!digits.has_header);
    assert!(file("a headerless file saved by pandas").is_first_mangled);
    assert_eq!(
        file("ten one-hot columns last").one_hot_columns,
        (784..794).collect::<Vec<_>>()
    );
    assert!(file("semicolons and decimal commas").has_decimal_comma);
}
