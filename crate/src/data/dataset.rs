//! A checked set of square images, labelled or not, its task and its figures.
//!
//! Owns what makes a data set valid. How files become one is the readers'
//! affair, how it is divided is `split`'s.

#[cfg(test)]
mod tests;

use crate::error::{Error, Result};
use crate::message::{ClassCounts, DataSource, DataSummary, TaskSummary};

use super::part::labels_missing;
use super::split::{Split, stratified_split};
use super::task::{Normalisation, Task};

/// Pixels on each side of MNIST's images.
pub const IMAGE_SIDE: usize = 28;
/// Pixels of such an image, row by row from the top left.
pub const NUM_PIXELS: usize = IMAGE_SIDE * IMAGE_SIDE;
/// MNIST's ten digits.
pub const NUM_CLASSES: usize = 10;
/// Images of MNIST's size that one data set may hold.
pub const MAX_ROWS: usize = 500_000;

/// Images, their labels and their task. Valid by construction: one to
/// [`Task::max_rows`] rows, labels of the task's classes, either one for each row or
/// none at all.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    name: String,
    task: Task,
    pixels: Vec<u8>,
    labels: Vec<u8>,
}

impl Dataset {
    /// A data set from `pixels` (rows × side², row-major, 0 background to 255 ink)
    /// and `labels` (one a row, an index into the task's classes, or empty when
    /// unlabelled).
    ///
    /// # Errors
    /// When a length or a label is not as described.
    pub fn from_parts(
        name: impl Into<String>,
        task: Task,
        pixels: Vec<u8>,
        labels: Vec<u8>,
    ) -> Result<Self> {
        let name = name.into();
        let num_pixels = task.num_pixels();
        if pixels.is_empty() || !pixels.len().is_multiple_of(num_pixels) {
            return Err(Error::data(
                format!("{name}, pixels"),
                format!("{} bytes", pixels.len()),
                format!("{num_pixels} for each image, and at least one image"),
            ));
        }
        let num_rows = pixels.len() / num_pixels;
        if num_rows > task.max_rows() {
            return Err(Error::data(
                format!("{name}, pixels"),
                format!("{num_rows} images"),
                format!("at most {}", task.max_rows()),
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
            .position(|&label| usize::from(label) >= task.num_classes())
        {
            return Err(Error::data(
                format!("{name}, label of image {}", row + 1),
                labels[row].to_string(),
                format!("0 to {}", task.num_classes() - 1),
            ));
        }
        Ok(Self {
            name,
            task,
            pixels,
            labels,
        })
    }

    /// What the set asks of a network.
    pub fn task(&self) -> &Task {
        &self.task
    }

    /// How the pixels are normalised where `rows` are what is trained on: the task's
    /// own, or else mean and standard deviation of those rows. Sums are of whole
    /// numbers, so that no order of the rows changes a bit.
    ///
    /// # Errors
    /// When all pixels of those rows are the same: there is nothing to learn from.
    ///
    /// # Panics
    /// If a row is not below [`num_rows`](Self::num_rows).
    pub fn normalisation(&self, rows: &[u32]) -> Result<Normalisation> {
        if let Some(own) = self.task.normalisation() {
            return Ok(own);
        }
        let (mut total, mut squares) = (0_u64, 0_u64);
        for &row in rows {
            // A picture's sums fit in 32 bits: 64² · 255² is below 2³².
            let (mut sum, mut square) = (0_u32, 0_u32);
            for &pixel in self.image(row as usize) {
                sum += u32::from(pixel);
                square += u32::from(pixel) * u32::from(pixel);
            }
            total += u64::from(sum);
            squares += u64::from(square);
        }
        let count = (rows.len() * self.task.num_pixels()).max(1) as f64;
        let mean = total as f64 / count;
        let variance = (squares as f64 / count - mean * mean).max(0.0);
        Normalisation::new((mean / 255.0) as f32, (variance.sqrt() / 255.0) as f32).map_err(|_| {
            Error::data(
                format!("{}, pixels of the training part", self.name),
                "the same value nearly everywhere",
                "pictures that differ",
            )
        })
    }

    /// The file's name, or what stands for it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Images held, at least one.
    pub fn num_rows(&self) -> usize {
        self.pixels.len() / self.task.num_pixels()
    }

    /// All pixels: rows × side² bytes, row-major.
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// All labels, indices into the task's classes; empty when unlabelled.
    pub fn labels(&self) -> &[u8] {
        &self.labels
    }

    /// The side² pixels of image `row`, counted from 0.
    ///
    /// # Panics
    /// If `row` is not below [`num_rows`](Self::num_rows).
    pub fn image(&self, row: usize) -> &[u8] {
        let num_pixels = self.task.num_pixels();
        &self.pixels[row * num_pixels..][..num_pixels]
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

    /// The same of data that were read from `source`: of files of images and of labels it
    /// says which one is missing.
    ///
    /// # Errors
    /// When there are no labels.
    pub fn require_labels_of(&self, source: &DataSource) -> Result<()> {
        if self.has_labels() || source.table.is_some() {
            return self.require_labels();
        }
        Err(labels_missing(&self.name))
    }

    /// Divides the rows into a training and a validation part, the same share of each
    /// class in both; see [`stratified_split`].
    ///
    /// # Errors
    /// When there are no labels, or too few rows of a class or for a part.
    pub fn split(&self, validation_share: f64, seed: u32) -> Result<Split> {
        self.require_labels()?;
        stratified_split(&self.labels, &self.task, validation_share, seed)
    }

    /// Images of each class; all zero when unlabelled.
    pub fn class_counts(&self) -> ClassCounts {
        let mut counts = vec![0; self.task.num_classes()];
        self.labels
            .iter()
            .for_each(|&label| counts[usize::from(label)] += 1);
        counts
    }

    /// Images of each class among `rows`; all zero when unlabelled.
    ///
    /// # Panics
    /// If a row is not below [`num_rows`](Self::num_rows).
    pub fn class_counts_of(&self, rows: &[u32]) -> ClassCounts {
        let mut counts = vec![0; self.task.num_classes()];
        let labels = rows.iter().filter_map(|&row| self.label(row as usize));
        labels.for_each(|label| counts[usize::from(label)] += 1);
        counts
    }

    /// The figures that the page shows, checksum included.
    pub fn summary(&self) -> DataSummary {
        DataSummary {
            name: self.name.clone(),
            num_rows: self.num_rows() as u32,
            has_labels: self.has_labels(),
            task: TaskSummary::from(&self.task),
            class_counts: self.class_counts(),
            source: DataSource::default(),
            checksum: self.checksum(),
        }
    }

    /// The checksum as [`DataSummary`] words it: of labels and pixels and, where the
    /// task is not MNIST's, of a third part, the side and the number of classes, a byte
    /// each.
    pub fn checksum(&self) -> String {
        let shape = [self.task.side() as u8, self.task.num_classes() as u8];
        let parts: [&[u8]; 3] = [&self.labels, &self.pixels, &shape];
        let num_parts = if self.task.is_mnist() { 2 } else { 3 };
        format!("{:016x}", checksum(&parts[..num_parts]))
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
