//! What the page learns of a data set.

use serde::{Deserialize, Serialize};
use tsify::Tsify;

/// How many images of each digit, 0 to 9.
pub type ClassCounts = [u32; 10];

/// A loaded data set in figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct DataSummary {
    /// The file's name, or what stands for it.
    pub name: String,
    /// Images held.
    pub num_rows: u32,
    /// Whether the file gave labels (`test.csv` of Kaggle has none).
    pub has_labels: bool,
    /// Images of each class; all zero without labels.
    pub class_counts: ClassCounts,
    /// 64-bit checksum of labels and pixels, 16 hexadecimal digits: FNV-1a by
    /// whole words, as written out at `checksum` in `data/dataset.rs`.
    pub checksum: String,
}

/// How far a file has been read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct LoadProgress {
    /// Bytes of the file as picked (compressed where it is).
    pub bytes: f64,
    /// The file's size in bytes.
    pub total_bytes: f64,
    /// Rows read so far.
    pub rows: u32,
}
