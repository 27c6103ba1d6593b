//! Reads a data set from files whose kind is decided by their first bytes: one
//! CSV, or one or two files of images and of labels, in either order, IDX or `.npy`.
//!
//! Owns that decision alone; the formats are `csv`'s, `idx`'s and `npy`'s.

use super::csv::{CsvReader, Outcome};
use super::dataset::Dataset;
use super::idx::{IdxReader, is_idx};
use super::npy::{NpyReader, is_npy};
use super::part::{Part, pair};
use crate::error::{Error, Result};

/// Bytes that tell IDX and `.npy` from text.
const NUM_MAGIC: usize = 3;

/// A push parser: [`push`](Self::push) chunks (after [`next_file`](Self::next_file)
/// those of a second file), then [`finish`](Self::finish).
#[derive(Debug)]
pub struct DatasetReader {
    name: String,
    expected_bytes: u64,
    format: Format,
    /// The first of two files, under its name.
    first: Option<(String, Part)>,
    /// A person's answer to a question, see [`CsvReader::answer`].
    label_column: Option<u32>,
    /// What the data set is called, if it is not called as its file.
    data_name: Option<String>,
}

#[derive(Debug)]
enum Format {
    /// Too few bytes yet to tell.
    Unknown(Vec<u8>),
    // Boxed, for it is many times the size of the others.
    Csv(Box<CsvReader>),
    Idx(IdxReader),
    Npy(NpyReader),
    /// A second file that failed to open; only an error can come of it.
    Failed(Error),
}

impl DatasetReader {
    /// A reader of the file `name`, which the data set will bear.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            expected_bytes: 0,
            format: Format::Unknown(Vec::new()),
            first: None,
            label_column: None,
            data_name: None,
        }
    }

    /// Names the data set otherwise than its file: after the archive that held it.
    pub fn call_it(&mut self, name: impl Into<String>) {
        self.data_name = Some(name.into());
    }

    /// Answers a question of a table before it is read, see [`CsvReader::answer`].
    pub fn answer(&mut self, label_column: u32) {
        self.label_column = Some(label_column);
    }

    /// Whether a question has been raised: reading on changes nothing.
    pub fn is_asking(&self) -> bool {
        matches!(&self.format, Format::Csv(reader) if reader.is_asking())
    }

    /// Announces the unpacked size of this file before its first chunk, so that
    /// pixels can be kept in one piece from the start. It changes no result.
    pub fn expect_bytes(&mut self, total_bytes: u64) {
        self.expected_bytes = total_bytes;
    }

    /// Reads on and returns the rows of this file that are complete.
    ///
    /// # Errors
    /// At the first byte that cannot belong to the file's format; then always
    /// that error.
    pub fn push(&mut self, chunk: &[u8]) -> Result<u32> {
        match &mut self.format {
            Format::Unknown(start) => {
                if start.is_empty() && chunk.len() >= NUM_MAGIC {
                    return self.decide(chunk);
                }
                start.extend_from_slice(chunk);
                if start.len() < NUM_MAGIC {
                    return Ok(0);
                }
                let start = std::mem::take(start);
                self.decide(&start)
            }
            Format::Csv(reader) => reader.push(chunk),
            Format::Idx(reader) => reader.push(chunk),
            Format::Npy(reader) => reader.push(chunk),
            Format::Failed(error) => Err(error.clone()),
        }
    }

    /// Ends the first of two files; what is pushed next is the file `name`.
    ///
    /// # Errors
    /// When the first file is incomplete, or holds no part of a set: a CSV stands alone.
    pub fn next_file(&mut self, name: impl Into<String>) -> Result<()> {
        let name = name.into();
        let expected = "one CSV file, or two IDX files (images and labels)";
        let found = match self.first {
            Some(_) => "a third file",
            None => "a second file beside a CSV",
        };
        let refusal = Error::data(name.clone(), found, expected);
        let format = std::mem::replace(&mut self.format, Format::Failed(refusal.clone()));
        match format {
            format @ (Format::Idx(_) | Format::Npy(_)) if self.first.is_none() => {
                let part = match format {
                    Format::Idx(reader) => reader.finish(),
                    Format::Npy(reader) => reader.finish(),
                    _ => Err(refusal),
                };
                let part = part.inspect_err(|error| self.format = Format::Failed(error.clone()))?;
                let first_name = std::mem::replace(&mut self.name, name);
                self.first = Some((first_name, part));
                self.format = Format::Unknown(Vec::new());
                self.expected_bytes = 0;
                Ok(())
            }
            Format::Failed(error) => {
                self.format = Format::Failed(error.clone());
                Err(error)
            }
            _ => Err(refusal),
        }
    }

    /// The data set, once everything was pushed. Two files bear the name of the images'.
    ///
    /// # Errors
    /// When a file ends too early or holds no data, when labels come without
    /// images, when two files do not belong together, and where
    /// [`finish_or_ask`](Self::finish_or_ask) would ask.
    pub fn finish(self) -> Result<Dataset> {
        match self.finish_or_ask()? {
            Outcome::Read(dataset, _) => Ok(dataset),
            Outcome::Asked(question) => Err(question.refusal()),
        }
    }

    /// The same with how it was read, or what a person must say first.
    ///
    /// # Errors
    /// As [`finish`](Self::finish), but for questions.
    pub fn finish_or_ask(self) -> Result<Outcome> {
        let data_name = self.data_name;
        let part = match self.format {
            Format::Failed(error) => return Err(error),
            Format::Csv(_) | Format::Unknown(_) if self.first.is_some() => {
                let expected = "the IDX file that belongs to the first one";
                return Err(Error::data(self.name, "no IDX file", expected));
            }
            Format::Csv(reader) => return reader.finish_or_ask(),
            // Too short for a magic number: an empty file, or a CSV of two bytes.
            Format::Unknown(start) => {
                let mut reader = CsvReader::new(self.name);
                reader.push(&start)?;
                return reader.finish_or_ask();
            }
            Format::Idx(reader) => reader.finish()?,
            Format::Npy(reader) => reader.finish()?,
        };
        let (dataset, source) = match self.first {
            None => part.alone(data_name.unwrap_or(self.name))?,
            Some((first_name, first)) => {
                let is_first_images = matches!(first, Part::Images { .. });
                let files = if is_first_images {
                    [first_name, self.name]
                } else {
                    [self.name, first_name]
                };
                let name = data_name.clone().unwrap_or_else(|| files[0].clone());
                let (dataset, mut source) = pair(name, first, part)?;
                // What has a name for both is one file.
                if data_name.is_none() {
                    source.files = files.into();
                }
                (dataset, source)
            }
        };
        Ok(Outcome::Read(dataset, Box::new(source)))
    }

    fn decide(&mut self, start: &[u8]) -> Result<u32> {
        let name = self.name.clone();
        self.format = if is_idx(start) {
            Format::Idx(IdxReader::new(name))
        } else if is_npy(start) {
            Format::Npy(NpyReader::new(name))
        } else {
            let name = self.data_name.clone().unwrap_or(name);
            let mut reader = Box::new(CsvReader::new(name));
            if let Some(label_column) = self.label_column {
                reader.answer(label_column);
            }
            reader.expect_bytes(self.expected_bytes);
            Format::Csv(reader)
        };
        self.push(start)
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::{DatasetReader, Outcome};
    use crate::error::Result;

    fn csv() -> Vec<u8> {
        format!("7{},0\n", ",9".repeat(783)).into_bytes()
    }

    fn images() -> Vec<u8> {
        [
            &[0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 28, 0, 0, 0, 28],
            &[3; 2 * 784][..],
        ]
        .concat()
    }

    fn labels() -> Vec<u8> {
        vec![0, 0, 8, 1, 0, 0, 0, 2, 4, 6]
    }

    fn strings(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| name.to_string()).collect()
    }

    fn push_all(reader: &mut DatasetReader, bytes: &[u8], length: usize) -> Result<()> {
        bytes
            .chunks(length)
            .try_for_each(|chunk| reader.push(chunk).map(drop))
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn decides_by_the_first_bytes() {
        for length in [1, 2, 3, 100, 5000] {
            let mut reader = DatasetReader::new("a.csv");
            reader.expect_bytes(1571);
            push_all(&mut reader, &csv(), length).unwrap();
            let data = reader.finish().unwrap();
            assert_eq!(
                (data.name(), data.labels(), data.image(0)[5]),
                ("a.csv", &[7][..], 9)
            );

            for (first, second) in [(images(), labels()), (labels(), images())] {
                let name = |bytes: &[u8]| if bytes[3] == 3 { "images" } else { "labels" };
                let mut reader = DatasetReader::new(name(&first));
                push_all(&mut reader, &first, length).unwrap();
                reader.next_file(name(&second)).unwrap();
                push_all(&mut reader, &second, length).unwrap();
                let data = reader.finish().unwrap();
                assert_eq!((data.name(), data.labels()), ("images", &[4, 6][..]));
            }
            // Both names are known to whoever reads the files again, an archive's is one.
            for archive in [None, Some("both.zip")] {
                let mut reader = DatasetReader::new("the labels");
                archive.into_iter().for_each(|name| reader.call_it(name));
                push_all(&mut reader, &labels(), length).unwrap();
                reader.next_file("the images").unwrap();
                push_all(&mut reader, &images(), length).unwrap();
                let Outcome::Read(data, source) = reader.finish_or_ask().unwrap() else {
                    panic!("nothing is asked");
                };
                let expected = match archive {
                    None => ("the images", vec!["the images", "the labels"]),
                    Some(name) => (name, vec![]),
                };
                assert_eq!(
                    (data.name(), source.files),
                    (expected.0, strings(&expected.1))
                );
            }

            let mut reader = DatasetReader::new("images");
            push_all(&mut reader, &images(), length).unwrap();
            assert!(!reader.finish().unwrap().has_labels());
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn combinations_that_make_no_data_set_are_refused() {
        let message = |first: &[u8], second: Option<&[u8]>| {
            let mut reader = DatasetReader::new("a");
            let read = push_all(&mut reader, first, 7).and_then(|()| match second {
                None => Ok(()),
                Some(second) => {
                    reader.next_file("b")?;
                    push_all(&mut reader, second, 7)
                }
            });
            read.and_then(|()| reader.finish()).unwrap_err().to_string()
        };
        assert_eq!(
            message(&labels(), None),
            "a: found labels without their images, expected the file of images as well, both \
             picked at once: such as train-images-idx3-ubyte"
        );
        let alone = |name: &str, bytes: &[u8]| {
            let mut reader = DatasetReader::new(name);
            push_all(&mut reader, bytes, 7).unwrap();
            match reader.finish_or_ask() {
                Ok(Outcome::Read(data, source)) => data.require_labels_of(&source).unwrap_err(),
                Ok(Outcome::Asked(question)) => question.refusal(),
                Err(error) => error,
            }
            .to_string()
        };
        assert_eq!(
            alone("emnist-letters-train-labels-idx1-ubyte.gz", &labels()),
            "emnist-letters-train-labels-idx1-ubyte.gz: found labels without their images, expected \
             the file of images as well, both picked at once: \
             emnist-letters-train-images-idx3-ubyte.gz"
        );
        assert_eq!(
            alone("t10k-images-idx3-ubyte", &images()),
            "t10k-images-idx3-ubyte: found images without their labels, expected the file of labels \
             as well, both picked at once: t10k-labels-idx1-ubyte"
        );
        assert_eq!(
            alone("X.npy", &images()),
            "X.npy: found images without their labels, expected the file of labels as well, both \
             picked at once: a .npy file of labels"
        );
        assert_eq!(
            alone("mnist.npz", &images()),
            "mnist.npz: found images without their labels, expected both in it: in Python, \
             numpy.savez(path, x_train=images, y_train=labels)"
        );
        assert_eq!(
            message(&csv(), Some(&labels())),
            "b: found a second file beside a CSV, expected one CSV file, or two IDX files (images \
             and labels)"
        );
        assert_eq!(
            message(&images(), Some(&csv())),
            "b: found no IDX file, expected the IDX file that belongs to the first one"
        );
        assert_eq!(
            message(&images(), Some(&[])),
            "b: found no IDX file, expected the IDX file that belongs to the first one"
        );
        assert_eq!(
            message(&images(), Some(&images())),
            "a: found two files of images, expected one of images and one of labels"
        );
        assert!(message(&images()[..50], Some(&labels())).starts_with("a, byte 50: found the end"));
        assert!(message(&[], None).starts_with("row 1: found an empty file"));
        assert!(message(b"7\n", None).starts_with("row 1: found 1 column"));
        assert!(message(&[0, 0, 8], None).contains("the header of an IDX file"));

        let mut reader = DatasetReader::new("a");
        push_all(&mut reader, &images(), 100).unwrap();
        reader.next_file("b").unwrap();
        push_all(&mut reader, &labels(), 100).unwrap();
        let third = reader.next_file("c").unwrap_err();
        assert!(
            third.to_string().starts_with("c: found a third file"),
            "{third}"
        );
        assert_eq!(reader.push(&[1]), Err(third.clone()));
        assert_eq!(reader.finish(), Err(third));
    }
}
