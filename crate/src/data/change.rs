//! What can be done to a data set that was read: each change gives another set, with a
//! checksum of its own.

use super::dataset::Dataset;
use super::findings::repeats;
use super::labels::task;
use crate::error::{Error, Result};
use crate::message::DataChange;

/// The set with a change made.
///
/// # Errors
/// Where a change leaves no image, or one class alone.
pub fn changed(data: &Dataset, change: DataChange) -> Result<Dataset> {
    let (pixels, labels) = match change {
        DataChange::Invert => {
            let pixels = data.pixels().iter().map(|pixel| 255 - pixel).collect();
            (pixels, data.labels().to_vec())
        }
        DataChange::Transpose => (transposed(data), data.labels().to_vec()),
        DataChange::DropRepeats => {
            let firsts = repeats(data);
            kept(data, |row| firsts[row].is_none())
        }
        DataChange::DropSingles => return without_singles(data),
        DataChange::Stretch => (stretched(data), data.labels().to_vec()),
    };
    Dataset::from_parts(data.name(), data.task().clone(), pixels, labels)
}

fn transposed(data: &Dataset) -> Vec<u8> {
    let side = data.task().side();
    let mut pixels = vec![0; data.pixels().len()];
    for (image, turned) in data
        .pixels()
        .chunks_exact(side * side)
        .zip(pixels.chunks_exact_mut(side * side))
    {
        for line in 0..side {
            for column in 0..side {
                turned[column * side + line] = image[line * side + column];
            }
        }
    }
    pixels
}

/// Pixels by their share of the highest one, rounded as numpy rounds.
fn stretched(data: &Dataset) -> Vec<u8> {
    let highest = f64::from(highest_pixel(data).max(1));
    let pixels = data.pixels().iter();
    pixels
        .map(|&pixel| (f64::from(pixel) / highest * 255.0).round_ties_even() as u8)
        .collect()
}

/// The highest pixel of all.
pub(super) fn highest_pixel(data: &Dataset) -> u8 {
    data.pixels().iter().copied().max().unwrap_or(0)
}

/// Pixels and labels of the rows that stay.
fn kept(data: &Dataset, stays: impl Fn(usize) -> bool) -> (Vec<u8>, Vec<u8>) {
    let rows: Vec<usize> = (0..data.num_rows()).filter(|&row| stays(row)).collect();
    let mut pixels = Vec::with_capacity(rows.len() * data.task().num_pixels());
    rows.iter()
        .for_each(|&row| pixels.extend_from_slice(data.image(row)));
    let labels = rows.iter().filter_map(|&row| data.label(row)).collect();
    (pixels, labels)
}

/// Without the classes that have one image: the others are counted anew, but that the
/// digits stay ten.
fn without_singles(data: &Dataset) -> Result<Dataset> {
    let counts = data.class_counts();
    let is_single = |label: u8| counts[usize::from(label)] == 1;
    let (pixels, mut labels) = kept(data, |row| {
        data.label(row).is_none_or(|label| !is_single(label))
    });
    if data.task().are_digits() {
        return Dataset::from_parts(data.name(), data.task().clone(), pixels, labels);
    }
    let mut classes = Vec::new();
    let mut places = vec![0_u8; counts.len()];
    for (class, name) in data.task().classes().iter().enumerate() {
        places[class] = classes.len() as u8;
        if counts[class] != 1 {
            classes.push(name.clone());
        }
    }
    if classes.len() < 2 {
        return Err(Error::data(
            data.name(),
            "one class or none with more than one image",
            "at least two",
        ));
    }
    for label in &mut labels {
        *label = places[usize::from(*label)];
    }
    let task = task(data.task().side(), classes)?.with_full_ink(data.task().full_ink());
    Dataset::from_parts(data.name(), task, pixels, labels)
}
