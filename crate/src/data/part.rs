//! Images and labels that come in files of their own, and how two of them join.

use super::dataset::Dataset;
use super::labels::task;
use super::scale::scale_note;
use crate::error::{Error, Result};
use crate::message::DataSource;

/// What one such file holds, checked. Two of them make a data set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Images of `side` × `side` pixels, row-major, 0 paper to 255 ink; in the file
    /// `full_ink` is full ink.
    Images {
        /// Pixels on each side.
        side: usize,
        /// `side²` bytes an image.
        pixels: Vec<u8>,
        /// 255, 1 or 16.
        full_ink: u32,
    },
    /// A class for each image, counted from 0, and the classes' names.
    Labels {
        /// Names in order.
        classes: Vec<String>,
        /// One a row.
        rows: Vec<u8>,
    },
}

impl Part {
    /// Images alone, as the data set `name`: there is nothing to learn from them.
    ///
    /// # Errors
    /// When these are labels.
    pub fn alone(self, name: String) -> Result<(Dataset, DataSource)> {
        match self {
            Self::Images { .. } => joined(name, self, Vec::new(), Vec::new()),
            Self::Labels { .. } => {
                let other = other_file(&name, "labels", "images");
                Err(alone_refused(
                    name,
                    "labels without their images",
                    "images",
                    other,
                ))
            }
        }
    }
}

/// The error where images of no table have no labels.
pub(super) fn labels_missing(name: &str) -> Error {
    let other = other_file(name, "images", "labels");
    alone_refused(
        name.to_owned(),
        "images without their labels",
        "labels",
        other,
    )
}

fn alone_refused(name: String, found: &str, wanted: &str, other: String) -> Error {
    // What holds several arrays is to hold both.
    let expected = match name.to_ascii_lowercase().ends_with(".npz") {
        true => {
            "both in it: in Python, numpy.savez(path, x_train=images, y_train=labels)".to_owned()
        }
        false => format!("the file of {wanted} as well, both picked at once: {other}"),
    };
    Error::data(name, found, expected)
}

/// What the file is called that belongs to `name`, if that is called as such files are.
fn other_file(name: &str, what: &str, other: &str) -> String {
    let (mine, its) = if what == "images" {
        ("idx3", "idx1")
    } else {
        ("idx1", "idx3")
    };
    let lower = name.to_ascii_lowercase();
    if name.contains(what) {
        return name.replace(what, other).replace(mine, its);
    }
    match lower.ends_with(".npy") {
        true => format!("a .npy file of {other}"),
        false => format!("such as train-{other}-{its}-ubyte"),
    }
}

/// Joins images and labels, given in either order, to the data set `name`.
///
/// # Errors
/// When both hold the same, or differ in length.
pub fn pair(name: impl Into<String>, first: Part, second: Part) -> Result<(Dataset, DataSource)> {
    let name = name.into();
    match (first, second) {
        (images @ Part::Images { .. }, Part::Labels { classes, rows })
        | (Part::Labels { classes, rows }, images @ Part::Images { .. }) => {
            joined(name, images, classes, rows)
        }
        (Part::Images { .. }, Part::Images { .. }) => Err(Error::data(
            name,
            "two files of images",
            "one of images and one of labels",
        )),
        (Part::Labels { .. }, Part::Labels { .. }) => Err(Error::data(
            name,
            "two files of labels",
            "one of images and one of labels",
        )),
    }
}

fn joined(
    name: String,
    images: Part,
    classes: Vec<String>,
    rows: Vec<u8>,
) -> Result<(Dataset, DataSource)> {
    let Part::Images {
        side,
        pixels,
        full_ink,
    } = images
    else {
        return Err(Error::data(name, "no images", "images"));
    };
    let num_images = pixels.len() / (side * side);
    if !classes.is_empty() && num_images != rows.len() {
        return Err(Error::data(
            format!("{name}, labels"),
            format!("{} labels", rows.len()),
            format!("{num_images}, one for each image"),
        ));
    }
    let size = (side != 28).then(|| format!("{side} × {side} pixels"));
    let source = DataSource {
        understood: size.into_iter().chain(scale_note(full_ink)).collect(),
        labels: classes.clone(),
        ..DataSource::default()
    };
    let task = task(side, classes)?.with_full_ink(full_ink as f32);
    Ok((Dataset::from_parts(name, task, pixels, rows)?, source))
}
