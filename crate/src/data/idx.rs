//! Reads the original MNIST files, pushed in chunks of any size: images
//! (`train-images-idx3-ubyte`) and labels (`train-labels-idx1-ubyte`).
//!
//! The format (yann.lecun.com/exdb/mnist): bytes 0, 0, the type 8 (unsigned
//! byte), the number of dimensions; each dimension as a big-endian 32-bit number;
//! then the values, the last dimension running fastest.
//!
//! Owns the format, its errors, and which images belong to which labels.
//!
//! Over 400 lines: one format, its reader and its tests.

use super::dataset::{Dataset, IMAGE_SIDE, MAX_ROWS, NUM_CLASSES, NUM_PIXELS};
use super::store::PixelStore;
use crate::error::{Error, Result};

/// The type byte of unsigned bytes, the only one that MNIST uses.
const UNSIGNED_BYTE: u8 = 8;
/// All type bytes that the format knows.
const TYPES: [u8; 6] = [UNSIGNED_BYTE, 9, 11, 12, 13, 14];

/// Whether a file that begins with `start` (at least 3 bytes) is IDX. No text
/// begins with two zero bytes.
pub fn is_idx(start: &[u8]) -> bool {
    matches!(start, [0, 0, kind, ..] if TYPES.contains(kind))
}

/// What one IDX file holds, checked. Two of them make a data set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdxPart {
    /// Pixels: images × 784 bytes, row-major.
    Images(Vec<u8>),
    /// Labels, 0 to 9, one for each image.
    Labels(Vec<u8>),
}

/// Joins images and labels, given in either order, to the data set `name`.
///
/// # Errors
/// When both hold the same, or differ in length.
pub fn pair(name: impl Into<String>, first: IdxPart, second: IdxPart) -> Result<Dataset> {
    let name = name.into();
    match (first, second) {
        (IdxPart::Images(pixels), IdxPart::Labels(labels))
        | (IdxPart::Labels(labels), IdxPart::Images(pixels)) => {
            let num_images = pixels.len() / NUM_PIXELS;
            if num_images != labels.len() {
                return Err(Error::data(
                    format!("{name}, labels"),
                    format!("{} labels", labels.len()),
                    format!("{num_images}, one for each image"),
                ));
            }
            Dataset::from_parts(name, pixels, labels)
        }
        (IdxPart::Images(_), IdxPart::Images(_)) => Err(Error::data(
            name,
            "two files of images",
            "one of images and one of labels",
        )),
        (IdxPart::Labels(_), IdxPart::Labels(_)) => Err(Error::data(
            name,
            "two files of labels",
            "one of images and one of labels",
        )),
    }
}

/// A push parser of one file: [`push`](Self::push) chunks, then [`finish`](Self::finish).
#[derive(Debug)]
pub struct IdxReader {
    name: String,
    /// The first error, given again to every later call.
    failure: Option<Error>,
    /// The header until it is complete: 8 or 16 bytes.
    header: Vec<u8>,
    body: Body,
    /// Values that the header promises.
    num_bytes: usize,
}

#[derive(Debug)]
enum Body {
    Unknown,
    Images(PixelStore),
    Labels(Vec<u8>),
}

impl IdxReader {
    /// A reader of the file `name`, which errors will name.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            failure: None,
            header: Vec::new(),
            body: Body::Unknown,
            num_bytes: 0,
        }
    }

    /// Reads on and returns the complete images, or the labels, so far.
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

    /// What the file holds, once all of it was pushed.
    ///
    /// # Errors
    /// When the file is shorter than its header says.
    pub fn finish(self) -> Result<IdxPart> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        let num_held = self.num_held();
        if matches!(self.body, Body::Unknown) {
            return Err(Error::data(
                self.name,
                format!("a file of {} bytes", self.header.len()),
                "the header of an IDX file",
            ));
        }
        if num_held < self.num_bytes {
            return Err(Error::data(
                format!("{}, byte {}", self.name, self.header.len() + num_held),
                format!("the end of the file after {num_held} bytes of data"),
                format!("{} as its header says", self.num_bytes),
            ));
        }
        match self.body {
            Body::Images(store) => Ok(IdxPart::Images(store.into_pixels()?)),
            Body::Labels(labels) => Ok(IdxPart::Labels(labels)),
            Body::Unknown => unreachable!("refused above"),
        }
    }

    fn read(&mut self, mut chunk: &[u8]) -> Result<()> {
        if matches!(self.body, Body::Unknown) {
            chunk = self.read_header(chunk)?;
        }
        let num_held = self.num_held();
        // What belongs to the data is checked first, so that the answer does not
        // depend on how the file was cut into chunks.
        let (values, surplus) = chunk.split_at(chunk.len().min(self.num_bytes - num_held));
        match &mut self.body {
            Body::Images(store) => store.push_bytes(values)?,
            Body::Labels(labels) => {
                let is_label = |&label: &u8| usize::from(label) < NUM_CLASSES;
                if let Some(at) = values.iter().position(|label| !is_label(label)) {
                    let place = format!("{}, label {}", self.name, num_held + at + 1);
                    return Err(Error::data(place, values[at].to_string(), "0 to 9"));
                }
                labels.extend_from_slice(values);
            }
            // The header goes on in the next chunk; nothing is left of this one.
            Body::Unknown => {}
        }
        if surplus.is_empty() {
            return Ok(());
        }
        Err(Error::data(
            format!("{}, byte {}", self.name, self.header.len() + self.num_bytes),
            "more data",
            format!("the end of the file after {} bytes of data", self.num_bytes),
        ))
    }

    /// Collects and checks the header; returns what follows it.
    fn read_header<'a>(&mut self, chunk: &'a [u8]) -> Result<&'a [u8]> {
        let mut rest = chunk;
        while let Some((&byte, tail)) = rest.split_first() {
            self.header.push(byte);
            rest = tail;
            match self.header.len() {
                4 => self.check_magic()?,
                8 => {
                    self.check_count()?;
                    if self.header[3] == 1 {
                        self.num_bytes = self.dimension(0);
                        self.body = Body::Labels(Vec::with_capacity(self.num_bytes));
                        break;
                    }
                }
                16 => {
                    self.check_sides()?;
                    // No overflow: the count is at most MAX_ROWS.
                    self.num_bytes = self.dimension(0) * NUM_PIXELS;
                    let mut store = PixelStore::default();
                    store.expect_rows(self.dimension(0));
                    self.body = Body::Images(store);
                    break;
                }
                _ => {}
            }
        }
        Ok(rest)
    }

    fn check_magic(&self) -> Result<()> {
        let found = match self.header[..] {
            [0, 0, UNSIGNED_BYTE, 1 | 3] => return Ok(()),
            [0, 0, UNSIGNED_BYTE, dimensions] => format!("{dimensions} dimensions"),
            [0, 0, kind, _] if TYPES.contains(&kind) => {
                format!("values of type {kind} instead of unsigned bytes")
            }
            _ => format!("{:02x?}", self.header),
        };
        Err(Error::data(
            format!("{}, byte 0", self.name),
            found,
            "0x00000803 (IDX images) or 0x00000801 (IDX labels)",
        ))
    }

    fn check_count(&self) -> Result<()> {
        match self.dimension(0) {
            1..=MAX_ROWS => Ok(()),
            count => Err(Error::data(
                format!("{}, byte 4", self.name),
                format!("a count of {count}"),
                format!("1 to {MAX_ROWS}"),
            )),
        }
    }

    fn check_sides(&self) -> Result<()> {
        let (height, width) = (self.dimension(1), self.dimension(2));
        if (height, width) == (IMAGE_SIDE, IMAGE_SIDE) {
            return Ok(());
        }
        Err(Error::data(
            format!("{}, byte 8", self.name),
            format!("images of {height} × {width} pixels"),
            format!("{IMAGE_SIDE} × {IMAGE_SIDE}"),
        ))
    }

    /// The length of a dimension, whose four bytes must have been read.
    fn dimension(&self, index: usize) -> usize {
        let bytes = &self.header[4 + 4 * index..][..4];
        bytes
            .iter()
            .fold(0, |value, &byte| value << 8 | usize::from(byte))
    }

    fn num_held(&self) -> usize {
        match &self.body {
            Body::Unknown => 0,
            Body::Images(store) => store.num_bytes(),
            Body::Labels(labels) => labels.len(),
        }
    }

    fn num_rows(&self) -> usize {
        match &self.body {
            Body::Images(store) => store.num_bytes() / NUM_PIXELS,
            _ => self.num_held(),
        }
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::{IdxPart, IdxReader, NUM_PIXELS, pair};
    use crate::error::Result;
    use crate::rng::RandomState;

    fn file(magic: u32, dimensions: &[u32], values: &[u8]) -> Vec<u8> {
        let words = std::iter::once(&magic).chain(dimensions);
        words
            .flat_map(|word| word.to_be_bytes())
            .chain(values.iter().copied())
            .collect()
    }

    fn pixels(count: usize) -> Vec<u8> {
        (0..count * NUM_PIXELS).map(|at| (at % 255) as u8).collect()
    }

    fn read(bytes: &[u8], length: usize) -> Result<IdxPart> {
        let mut reader = IdxReader::new("f");
        for chunk in bytes.chunks(length) {
            reader.push(chunk)?;
        }
        reader.finish()
    }

    fn message(bytes: &[u8]) -> String {
        let whole = read(bytes, usize::MAX).unwrap_err().to_string();
        assert_eq!(read(bytes, 3).unwrap_err().to_string(), whole);
        whole
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn reads_and_pairs_in_chunks_of_any_size() {
        let images = file(0x803, &[3, 28, 28], &pixels(3));
        let labels = file(0x801, &[3], &[5, 0, 9]);
        for length in [1, 2, 5, 16, 17, 784, 1000, usize::MAX] {
            let images = read(&images, length).unwrap();
            let labels = read(&labels, length).unwrap();
            assert_eq!(images, IdxPart::Images(pixels(3)));
            assert_eq!(labels, IdxPart::Labels(vec![5, 0, 9]));
            let data = pair("mnist", images.clone(), labels.clone()).unwrap();
            assert_eq!((data.num_rows(), data.labels()), (3, &[5, 0, 9][..]));
            assert_eq!(pair("mnist", labels, images), Ok(data));
        }
        let mut reader = IdxReader::new("f");
        assert_eq!(reader.push(&images[..16 + 784 * 2 + 5]), Ok(2));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn parts_that_do_not_belong_together_are_refused() {
        let (images, labels) = (IdxPart::Images(pixels(2)), IdxPart::Labels(vec![1]));
        let message =
            |a: &IdxPart, b: &IdxPart| pair("d", a.clone(), b.clone()).unwrap_err().to_string();
        let one_each = "expected one of images and one of labels";
        assert_eq!(
            message(&images, &images),
            format!("d: found two files of images, {one_each}")
        );
        assert_eq!(
            message(&labels, &labels),
            format!("d: found two files of labels, {one_each}")
        );
        assert_eq!(
            message(&images, &labels),
            "d, labels: found 1 labels, expected 2, one for each image"
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn lying_headers_are_refused() {
        let magic = "expected 0x00000803 (IDX images) or 0x00000801 (IDX labels)";
        assert_eq!(
            message(&file(0x802, &[1], &[])),
            format!("f, byte 0: found 2 dimensions, {magic}")
        );
        assert_eq!(
            message(&file(0xd03, &[1], &[])),
            format!("f, byte 0: found values of type 13 instead of unsigned bytes, {magic}")
        );
        assert_eq!(
            message(b"abcd"),
            format!("f, byte 0: found [61, 62, 63, 64], {magic}")
        );
        for count in [0, 500_001, u32::MAX] {
            for (magic, sides) in [(0x801, &[][..]), (0x803, &[28, 28][..])] {
                assert_eq!(
                    message(&file(magic, &[&[count], sides].concat(), &[1, 2])),
                    format!("f, byte 4: found a count of {count}, expected 1 to 500000")
                );
            }
        }
        assert_eq!(
            message(&file(0x803, &[1, u32::MAX, u32::MAX], &[])),
            "f, byte 8: found images of 4294967295 × 4294967295 pixels, expected 28 × 28"
        );
        assert_eq!(
            message(&file(0x803, &[2, 28, 28], &pixels(1))),
            "f, byte 800: found the end of the file after 784 bytes of data, expected 1568 as its \
             header says"
        );
        assert_eq!(
            message(&file(0x803, &[1, 28, 28], &pixels(2))),
            "f, byte 800: found more data, expected the end of the file after 784 bytes of data"
        );
        assert_eq!(
            message(&file(0x801, &[3], &[1, 2, 10])),
            "f, label 3: found 10, expected 0 to 9"
        );
        assert_eq!(
            message(&[0, 0, 8]),
            "f: found a file of 3 bytes, expected the header of an IDX file"
        );
        assert_eq!(
            read(&[], 1).unwrap_err().to_string(),
            "f: found a file of 0 bytes, expected the header of an IDX file"
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn damaged_files_never_panic() {
        let mut rng = RandomState::new(4);
        let good = [
            file(0x803, &[2, 28, 28], &pixels(2)),
            file(0x801, &[9], &[1; 9]),
        ];
        for _ in 0..2000 {
            let mut bytes = good[rng.interval(1) as usize].clone();
            for _ in 0..=rng.interval(3) {
                let at = rng.interval(bytes.len().min(40) as u32 - 1) as usize;
                bytes[at] = rng.next_u32() as u8;
            }
            bytes.truncate(1 + rng.interval(2000) as usize);
            let whole = read(&bytes, usize::MAX);
            assert_eq!(read(&bytes, 1 + rng.interval(50) as usize), whole);
        }
    }
}
