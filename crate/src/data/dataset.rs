//! A checked set of square images, labelled or not, its task and its figures.
//!
//! Owns what makes a data set valid. How files become one is the readers'
//! affair, how it is divided is `split`'s.

use crate::error::{Error, Result};
use crate::message::{ClassCounts, DataSource, DataSummary, TaskSummary};

use super::split::{Split, split_of_task};
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

    /// Divides the rows into a training and a validation part, the same share of each
    /// class in both; see [`split_of_task`].
    ///
    /// # Errors
    /// When there are no labels, or too few rows of a class or for a part.
    pub fn split(&self, validation_share: f64, seed: u32) -> Result<Split> {
        self.require_labels()?;
        split_of_task(&self.labels, &self.task, validation_share, seed)
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

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::{Dataset, NUM_PIXELS, Normalisation, Task};

    fn made(rows: usize, labelled: bool) -> Dataset {
        let pixels = (0..rows * NUM_PIXELS)
            .map(|at| (37 * at + at / 784) as u8)
            .collect();
        let labels = (0..if labelled { rows } else { 0 }).map(|row| ((7 * row + 3) % 10) as u8);
        Dataset::from_parts("made", Task::mnist(), pixels, labels.collect()).unwrap()
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
            (false, None, vec![0; 10])
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
            Dataset::from_parts("a", Task::mnist(), vec![0; pixels], labels.to_vec())
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

    fn of_task(task: Task) -> Dataset {
        let data = made(11, true);
        Dataset::from_parts("made", task, data.pixels, data.labels).unwrap()
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn the_checksum_tells_tasks_apart_but_not_their_names() {
        let mnist = made(11, true).checksum();
        let letters: Vec<_> = ('a'..='j').map(String::from).collect();
        let renamed = Task::mnist().with_classes(letters.clone()).unwrap();
        assert_eq!(of_task(renamed).checksum(), mnist);
        let tasks = [
            Task::numbered(28, 10).unwrap(),
            Task::numbered(28, 11).unwrap(),
            // The same bytes as pictures of a quarter of the size, four times as many.
            Task::numbered(14, 10).unwrap(),
        ];
        let sums = tasks.map(|task| {
            let labels = vec![0; 11 * 784 / task.num_pixels()];
            Dataset::from_parts("made", task, made(11, false).pixels, labels)
                .unwrap()
                .checksum()
        });
        let unlike = made(11, false).checksum();
        assert!(sums[0] != sums[1] && sums[1] != sums[2] && sums[0] != sums[2]);
        assert!(!sums.contains(&mnist) && !sums.contains(&unlike));
        let other = Task::new(28, letters).unwrap();
        let numbered = Task::numbered(28, 10).unwrap();
        assert_eq!(of_task(other).checksum(), of_task(numbered).checksum());
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn normalisation_is_of_the_rows_that_are_trained_on() {
        let rows = [7, 2, 5];
        let own = of_task(Task::numbered(28, 10).unwrap())
            .normalisation(&rows)
            .unwrap();
        let values: Vec<f64> = rows
            .iter()
            .flat_map(|&row| made(11, true).image(row as usize).to_vec())
            .map(|pixel| f64::from(pixel) / 255.0)
            .collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let squares = values.iter().map(|value| (value - mean) * (value - mean));
        let deviation = (squares.sum::<f64>() / values.len() as f64).sqrt();
        assert!(
            (f64::from(own.mean) - mean).abs() < 1e-7,
            "{own:?} for {mean}"
        );
        assert!(
            (f64::from(own.deviation) - deviation).abs() < 1e-7,
            "{own:?} for {deviation}"
        );
        let set = of_task(Task::numbered(28, 10).unwrap());
        assert_eq!(set.normalisation(&[5, 7, 2]), Ok(own));
        assert_ne!(set.normalisation(&[5, 7, 3]), Ok(own));
        assert_eq!(
            made(11, true).normalisation(&rows),
            Ok(Normalisation::MNIST)
        );
        let task = Task::numbered(4, 2).unwrap();
        let flat = Dataset::from_parts("flat", task, vec![7; 32], vec![0, 1]).unwrap();
        assert_eq!(
            flat.normalisation(&[0, 1]).unwrap_err().to_string(),
            "flat, pixels of the training part: found the same value nearly everywhere, expected \
             pictures that differ"
        );
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
