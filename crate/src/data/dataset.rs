//! A checked set of 28×28 images, labelled or not, and its figures.
//!
//! Owns what makes a data set valid. How files become one is the readers'
//! affair, how it is divided is `split`'s.

use crate::error::{Error, Result};
use crate::message::{ClassCounts, DataSummary};

/// Pixels on each side of an image.
pub const IMAGE_SIDE: usize = 28;
/// Pixels of an image, row by row from the top left.
pub const NUM_PIXELS: usize = IMAGE_SIDE * IMAGE_SIDE;
/// The ten digits.
pub const NUM_CLASSES: usize = 10;
/// Images that one data set may hold: 392 MB of pixels, seven times MNIST.
pub const MAX_ROWS: usize = 500_000;

/// Images and their labels. Valid by construction: one to [`MAX_ROWS`] rows,
/// labels 0 to 9, either one for each row or none at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    name: String,
    pixels: Vec<u8>,
    labels: Vec<u8>,
}

impl Dataset {
    /// A data set from `pixels` (rows × 784, row-major, 0 background to 255 ink)
    /// and `labels` (one a row, or empty when unlabelled).
    ///
    /// # Errors
    /// When a length or a label is not as described.
    pub fn from_parts(name: impl Into<String>, pixels: Vec<u8>, labels: Vec<u8>) -> Result<Self> {
        let name = name.into();
        if pixels.is_empty() || !pixels.len().is_multiple_of(NUM_PIXELS) {
            return Err(Error::data(
                format!("{name}, pixels"),
                format!("{} bytes", pixels.len()),
                format!("{NUM_PIXELS} for each image, and at least one image"),
            ));
        }
        let num_rows = pixels.len() / NUM_PIXELS;
        if num_rows > MAX_ROWS {
            return Err(Error::data(
                format!("{name}, pixels"),
                format!("{num_rows} images"),
                format!("at most {MAX_ROWS}"),
            ));
        }
        if !labels.is_empty() && labels.len() != num_rows {
            return Err(Error::data(
                format!("{name}, labels"),
                format!("{} labels", labels.len()),
                format!("{num_rows}, one for each image"),
            ));
        }
        if let Some(row) = labels
            .iter()
            .position(|&label| usize::from(label) >= NUM_CLASSES)
        {
            return Err(Error::data(
                format!("{name}, label of image {}", row + 1),
                labels[row].to_string(),
                "0 to 9",
            ));
        }
        Ok(Self {
            name,
            pixels,
            labels,
        })
    }

    /// The file's name, or what stands for it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Images held, at least one.
    pub fn num_rows(&self) -> usize {
        self.pixels.len() / NUM_PIXELS
    }

    /// All pixels: rows × 784 bytes, row-major.
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// All labels, 0 to 9; empty when unlabelled.
    pub fn labels(&self) -> &[u8] {
        &self.labels
    }

    /// The 784 pixels of image `row`, counted from 0.
    ///
    /// # Panics
    /// If `row` is not below [`num_rows`](Self::num_rows).
    pub fn image(&self, row: usize) -> &[u8] {
        &self.pixels[row * NUM_PIXELS..][..NUM_PIXELS]
    }

    /// The label of image `row`, counted from 0; `None` when unlabelled.
    ///
    /// # Panics
    /// If `row` is not below [`num_rows`](Self::num_rows).
    pub fn label(&self, row: usize) -> Option<u8> {
        self.has_labels().then(|| self.labels[row])
    }

    /// Whether there is a label for each image.
    pub fn has_labels(&self) -> bool {
        !self.labels.is_empty()
    }

    /// Refuses an unlabelled set, which can be predicted but not trained on.
    ///
    /// # Errors
    /// When there are no labels: says what the file is and what to pick instead.
    pub fn require_labels(&self) -> Result<()> {
        if self.has_labels() {
            return Ok(());
        }
        Err(Error::data(
            format!("{}, column label", self.name),
            "no labels: this is a file such as Kaggle's test.csv, pixels to predict and nothing \
             to learn from",
            "a file with labels, such as Kaggle's train.csv",
        ))
    }

    /// Images of each digit; all zero when unlabelled.
    pub fn class_counts(&self) -> ClassCounts {
        let mut counts = ClassCounts::default();
        self.labels
            .iter()
            .for_each(|&label| counts[usize::from(label)] += 1);
        counts
    }

    /// The figures that the page shows, checksum included.
    pub fn summary(&self) -> DataSummary {
        DataSummary {
            name: self.name.clone(),
            num_rows: self.num_rows() as u32,
            has_labels: self.has_labels(),
            class_counts: self.class_counts(),
            checksum: self.checksum(),
        }
    }

    /// The checksum of labels and pixels as [`DataSummary`] words it.
    pub fn checksum(&self) -> String {
        format!("{:016x}", checksum(&[&self.labels, &self.pixels]))
    }
}

/// A 64-bit checksum against damage and mix-ups, not against forgery: each
/// part's length, then its bytes as little-endian 64-bit words (the last one
/// filled up with zeros), through FNV-1a's step `state = (state ^ word) × prime`
/// followed by `state ^= state >> 32`.
///
/// Whole words instead of FNV's bytes because 33 MB are hashed after each load;
/// the added shift brings a word's high bytes down, which the product only
/// carries upwards.
pub(crate) fn checksum(parts: &[&[u8]]) -> u64 {
    const OFFSET_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    let step = |state: u64, word: u64| {
        let state = (state ^ word).wrapping_mul(PRIME);
        state ^ (state >> 32)
    };
    let mut state = OFFSET_BASIS;
    for part in parts {
        state = step(state, part.len() as u64);
        let (words, rest) = part.as_chunks::<8>();
        for word in words {
            state = step(state, u64::from_le_bytes(*word));
        }
        if !rest.is_empty() {
            let mut word = [0; 8];
            word[..rest.len()].copy_from_slice(rest);
            state = step(state, u64::from_le_bytes(word));
        }
    }
    state
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::{Dataset, NUM_PIXELS};

    fn made(rows: usize, labelled: bool) -> Dataset {
        let pixels = (0..rows * NUM_PIXELS)
            .map(|at| (37 * at + at / 784) as u8)
            .collect();
        let labels = (0..if labelled { rows } else { 0 }).map(|row| ((7 * row + 3) % 10) as u8);
        Dataset::from_parts("made", pixels, labels.collect()).unwrap()
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn gives_back_what_it_was_made_of() {
        let data = made(11, true);
        assert_eq!(data.num_rows(), 11);
        assert_eq!(data.label(4), Some(1));
        assert_eq!(data.image(2)[3], ((37 * (2 * 784 + 3) + 2) % 256) as u8);
        assert_eq!(data.class_counts(), [1, 1, 1, 2, 1, 1, 1, 1, 1, 1]);
        assert_eq!(data.require_labels(), Ok(()));
        let summary = data.summary();
        assert_eq!((summary.name.as_str(), summary.num_rows), ("made", 11));
        assert!(summary.has_labels);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn an_unlabelled_set_says_what_it_is() {
        let data = made(2, false);
        assert_eq!(
            (data.has_labels(), data.label(1), data.class_counts()),
            (false, None, [0; 10])
        );
        let message = data.require_labels().unwrap_err().to_string();
        assert!(
            message.contains("test.csv") && message.contains("train.csv"),
            "{message}"
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn invalid_parts_are_refused() {
        let message = |pixels: usize, labels: &[u8]| {
            Dataset::from_parts("a", vec![0; pixels], labels.to_vec())
                .unwrap_err()
                .to_string()
        };
        let lengths = "784 for each image, and at least one image";
        assert_eq!(
            message(0, &[]),
            format!("a, pixels: found 0 bytes, expected {lengths}")
        );
        assert_eq!(
            message(783, &[1]),
            format!("a, pixels: found 783 bytes, expected {lengths}")
        );
        assert_eq!(
            message(784 * 2, &[1]),
            "a, labels: found 1 labels, expected 2, one for each image"
        );
        assert_eq!(
            message(784 * 2, &[1, 10]),
            "a, label of image 2: found 10, expected 0 to 9"
        );
    }

    #[derive(Deserialize)]
    struct Fixture {
        cases: Vec<Case>,
    }

    #[derive(Deserialize)]
    struct Case {
        rows: usize,
        labelled: bool,
        checksum: String,
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn the_checksum_is_the_documented_one() {
        let fixture: Fixture =
            serde_json::from_str(include_str!("../../../tests/fixtures/checksum.json")).unwrap();
        assert_eq!(fixture.cases.len(), 5);
        for case in fixture.cases {
            assert_eq!(
                made(case.rows, case.labelled).summary().checksum,
                case.checksum
            );
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn the_checksum_sees_a_single_bit_anywhere() {
        let data = made(1, true);
        let whole = data.summary().checksum;
        for at in 0..NUM_PIXELS {
            let mut other = data.clone();
            other.pixels[at] ^= 0x80;
            assert_ne!(other.summary().checksum, whole, "pixel {at}");
        }
    }
}
