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

/// How the columns of a table were read, for a program that reads it again. Columns are
/// counted from 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct TableReading {
    /// What stands between two fields: a comma, a semicolon, a tab or spaces.
    pub separator: String,
    /// Whether numbers have a comma for their point.
    pub has_decimal_comma: bool,
    /// Whether the first line names the columns. One that a program made of an image is
    /// an image, and no header.
    pub has_header: bool,
    /// Whether the first line is an image whose repeated values a program has numbered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_first_mangled: bool,
    /// Whether a line before all others names the separator: `sep=;`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub has_separator_line: bool,
    /// Blank lines and comments before all others.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub num_lines_before: u32,
    /// What the header calls the first pixel; empty where it says nothing.
    #[serde(default)]
    pub pixel_name: String,
    /// Columns of the table.
    pub num_columns: u32,
    /// Where the label stands; none without one, or with one-hot columns.
    pub label_column: Option<u32>,
    /// Columns of which one is 1, in the order of the classes; else empty. A class without
    /// a column has [`NO_COLUMN`].
    pub one_hot_columns: Vec<u32>,
    /// Where the first pixel stands.
    pub first_pixel: u32,
    /// Where each pixel stands; empty where they follow each other.
    pub pixel_columns: Vec<u32>,
    /// The number that is full ink: 255, 1 or 16.
    pub full_ink: u32,
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// Where a class has no one-hot column.
pub const NO_COLUMN: u32 = u32::MAX;

/// Kaggle's `train.csv`.
impl Default for TableReading {
    fn default() -> Self {
        Self {
            separator: ",".to_owned(),
            has_decimal_comma: false,
            has_header: true,
            is_first_mangled: false,
            has_separator_line: false,
            num_lines_before: 0,
            pixel_name: "pixel0".to_owned(),
            num_columns: 785,
            label_column: Some(0),
            one_hot_columns: Vec::new(),
            first_pixel: 1,
            pixel_columns: Vec::new(),
            full_ink: 255,
        }
    }
}

/// What was done to a data set after it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "snake_case")]
pub enum DataChange {
    /// Paper and ink were swapped.
    Invert,
    /// Lines became columns.
    Transpose,
    /// Images that were there before were left out.
    DropRepeats,
    /// Images of classes that have one image alone were left out.
    DropSingles,
    /// The highest pixel of all became full ink, and the others in proportion.
    Stretch,
}

/// What kind of thing was found in a data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// Paper is darker than ink.
    Inverted,
    /// Lines are columns.
    Transposed,
    /// All images are of one class.
    OneClass,
    /// A class has no image.
    EmptyClass,
    /// A class has too few images to be split.
    TooFew,
    /// Many images are there more than once.
    Repeats,
    /// Labels say nothing about the images.
    Shuffled,
    /// No pixel is half as dark as full ink.
    Faint,
}

/// What about a data set deserves a look before it is trained on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct Finding {
    /// What it is.
    pub kind: FindingKind,
    /// The same for a person.
    pub sentence: String,
    /// What mends it; none where only another file does.
    pub change: Option<DataChange>,
}

/// One possible reading of a table whose labels may stand in several places.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct ReadingChoice {
    /// The column of the labels, counted from 1; 0 where there would be none.
    pub label_column: u32,
    /// The same in words: `column 785 "class", the last`.
    pub words: String,
    /// Pixels on each side of the images.
    pub side: u32,
    /// What the first images would be labelled.
    pub labels: Vec<String>,
}

/// Where a data set comes from, as far as it is not plain MNIST.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Tsify)]
pub struct DataSource {
    /// What was understood of the file, each in a few words.
    #[serde(default)]
    pub understood: Vec<String>,
    /// The classes as the file names them, in their order; empty without labels.
    #[serde(default)]
    pub labels: Vec<String>,
    /// How a table's columns were read; none for other files.
    #[serde(default)]
    pub table: Option<TableReading>,
    /// The two files, images' and labels', that were picked as they are; else empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
    /// The files of images and of labels within an archive; else empty.
    #[serde(default)]
    pub entries: Vec<String>,
    /// In an archive of pictures in a folder a class, the folder that holds those folders,
    /// with its last slash; empty where that is the archive itself, none for other files.
    #[serde(default)]
    pub folders: Option<String>,
    /// In a Parquet file, the columns of the pictures and of the labels; else empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// What was done since, in that order.
    #[serde(default)]
    pub changes: Vec<DataChange>,
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
    /// Where it comes from; empty in records older than this field.
    #[serde(default)]
    pub source: DataSource,
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
