//! What the page learns of a data set.

use serde::{Deserialize, Serialize};
use tsify::Tsify;

/// How many images of each class, in the order of the classes.
pub type ClassCounts = Vec<u32>;

/// How a pixel becomes what a network takes in: (pixel / 255 − mean) / deviation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Tsify)]
pub struct NormalisationSummary {
    /// Mean of the pixels, as a share of full ink.
    pub mean: f64,
    /// Their standard deviation in the same unit.
    pub deviation: f64,
}

/// What a data set asks of a network. [`crate::data::Task`] is what comes of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct TaskSummary {
    /// Pixels on each side of a picture, 4 to 64.
    pub side: u32,
    /// Names of the 2 to 100 classes; a label is an index into them.
    pub classes: Vec<String>,
    /// What the file has for full ink; pixels are scaled from it to 255.
    pub full_ink: f64,
    /// Whether the pictures are drawn with a pen, as a person's on the pad are.
    pub is_drawn: bool,
    /// How pixels are normalised; none where the part that is trained on decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub normalisation: Option<NormalisationSummary>,
}

/// MNIST's, which all records older than tasks are of.
impl Default for TaskSummary {
    fn default() -> Self {
        Self {
            side: 28,
            classes: (0..10).map(|digit: u8| digit.to_string()).collect(),
            full_ink: 255.0,
            is_drawn: true,
            normalisation: Some(NormalisationSummary {
                mean: 0.1307,
                deviation: 0.3081,
            }),
        }
    }
}

/// A loaded data set in figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct DataSummary {
    /// The file's name, or what stands for it.
    pub name: String,
    /// Images held.
    pub num_rows: u32,
    /// Whether the file gave labels (`test.csv` of Kaggle has none).
    pub has_labels: bool,
    /// What the set asks of a network; MNIST's in records older than this field.
    #[serde(default)]
    pub task: TaskSummary,
    /// Images of each class; all zero without labels.
    pub class_counts: ClassCounts,
    /// 64-bit checksum of labels and pixels, and of size and classes where the task is
    /// not MNIST's, 16 hexadecimal digits: FNV-1a by whole words, as written out at
    /// `checksum` in `data/dataset.rs`.
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
