//! Reads the original MNIST files, pushed in chunks of any size: images
//! (`train-images-idx3-ubyte`) and labels (`train-labels-idx1-ubyte`).
//!
//! The format (yann.lecun.com/exdb/mnist): bytes 0, 0, the type 8 (unsigned
//! byte), the number of dimensions; each dimension as a big-endian 32-bit number;
//! then the values, the last dimension running fastest.
//!
//! Owns the format and its errors. Images are square, of any size that a task may have.
//!
//! Over 400 lines: one format, its reader and its tests.

use super::dataset::MAX_ROWS;
use super::labels::{Labels, MAX_CLASSES, Naming};
use super::part::Part;
use super::scale::Scale;
use super::store::PixelStore;
use super::task::SIDES;
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
    Images { side: usize, store: PixelStore },
    Labels(Labels),
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
    pub fn finish(self) -> Result<Part> {
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
            Body::Images { side, mut store } => {
                let full_ink = Scale::default().settle(&mut store, side);
                Ok(Part::Images {
                    side,
                    pixels: store.into_pixels()?,
                    full_ink,
                })
            }
            Body::Labels(labels) => {
                let name = self.name;
                let (classes, rows) = labels.into_classes(&Naming {
                    place: &|row| format!("{name}, label {row}"),
                    is_quoted: false,
                    is_sample: false,
                })?;
                Ok(Part::Labels { classes, rows })
            }
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
            Body::Images { store, .. } => store.push_bytes(values)?,
            Body::Labels(labels) => {
                for (row, &label) in (num_held as u64 + 1..).zip(values) {
                    if labels.push_number(i64::from(label), row).is_err() {
                        return Err(Error::data(
                            format!("{}, label {row}", self.name),
                            format!("{label}, one more label"),
                            format!("at most {MAX_CLASSES} different ones"),
                        ));
                    }
                }
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
                        self.body = Body::Labels(Labels::default());
                        break;
                    }
                }
                16 => {
                    let side = self.checked_side()?;
                    // No overflow: the count is at most MAX_ROWS, the side 64.
                    self.num_bytes = self.dimension(0) * side * side;
                    let mut store = PixelStore::new(side * side);
                    store.expect_rows(self.dimension(0));
                    self.body = Body::Images { side, store };
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

    fn checked_side(&self) -> Result<usize> {
        let (height, width) = (self.dimension(1), self.dimension(2));
        if height == width && SIDES.contains(&height) {
            return Ok(height);
        }
        Err(Error::data(
            format!("{}, byte 8", self.name),
            format!("images of {height} × {width} pixels"),
            format!("as high as wide, {} to {}", SIDES.start(), SIDES.end()),
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
            Body::Images { store, .. } => store.num_bytes(),
            Body::Labels(labels) => labels.num_rows(),
        }
    }

    fn num_rows(&self) -> usize {
        match &self.body {
            Body::Images { side, store } => store.num_bytes() / (side * side),
            _ => self.num_held(),
        }
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::{IdxReader, Part};
    use crate::data::NUM_PIXELS;
    use crate::data::part::pair;
    use crate::data::task::numbered;
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

    fn read(bytes: &[u8], length: usize) -> Result<Part> {
        let mut reader = IdxReader::new("f");
        for chunk in bytes.chunks(length) {
            reader.push(chunk)?;
        }
        reader.finish()
    }

    fn images_of(pixels: Vec<u8>) -> Part {
        Part::Images {
            side: 28,
            pixels,
            full_ink: 255,
        }
    }

    fn labels_of(rows: Vec<u8>) -> Part {
        Part::Labels {
            classes: numbered(10),
            rows,
        }
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
            assert_eq!(images, images_of(pixels(3)));
            assert_eq!(labels, labels_of(vec![5, 0, 9]));
            let (data, _) = pair("mnist", images.clone(), labels.clone()).unwrap();
            assert_eq!((data.num_rows(), data.labels()), (3, &[5, 0, 9][..]));
            assert_eq!(pair("mnist", labels, images).unwrap().0, data);
        }
        let mut reader = IdxReader::new("f");
        assert_eq!(reader.push(&images[..16 + 784 * 2 + 5]), Ok(2));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn parts_that_do_not_belong_together_are_refused() {
        let (images, labels) = (images_of(pixels(2)), labels_of(vec![1]));
        let message = |a: &Part, b: &Part| pair("d", a.clone(), b.clone()).unwrap_err().to_string();
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
    fn other_sizes_and_labels_are_read() {
        let images = read(&file(0x803, &[3, 4, 4], &[200; 48]), 7).unwrap();
        let labels = read(&file(0x801, &[3], &[26, 1, 26]), 2).unwrap();
        let (data, source) = pair("emnist", images, labels).unwrap();
        assert_eq!(
            (data.task().side(), data.task().classes().join(" ")),
            (4, "1 26".into())
        );
        assert_eq!(data.labels(), [1, 0, 1]);
        assert_eq!(source.understood, ["4 × 4 pixels"]);
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
            "f, byte 8: found images of 4294967295 × 4294967295 pixels, expected as high \
             as wide, 4 to 64"
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
            message(&file(0x801, &[3], &[1, 2, 12])),
            "f, label 3: found 12, expected 0 to 9, or more than one image of that label"
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
