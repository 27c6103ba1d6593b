//! The data set of what was read of a table, and what is said of how it was understood.

use super::columns::Format;
use super::rows::Read;
use crate::data::dataset::Dataset;
use crate::data::labels;
use crate::data::scale::scale_note;
use crate::error::Result;
use crate::message::DataSource;

/// Whether a data set is a few rows that are only shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct IsSample(pub bool);

/// The data set of what was read, which bears this name.
///
/// # Errors
/// Where its labels are none that a network can learn.
pub(super) fn dataset(name: &str, read: Read, sample: IsSample) -> Result<(Dataset, DataSource)> {
    let Read {
        columns,
        format,
        mut pixels,
        scale,
        labels,
    } = read;
    let largest = scale.settle(&mut pixels, columns.side);
    let mut understood = columns.notes.clone();
    understood.extend(format_note(format));
    understood.extend(scale_note(largest));
    let place = |row| match columns.label_column() {
        Some(column) => format!("row {row}, column {}", columns.name(column)),
        None => format!("row {row}, label"),
    };
    let naming = labels::Naming {
        place: &place,
        is_quoted: true,
        is_sample: sample.0,
    };
    let (classes, labels) = if columns.has_labels() {
        labels.into_classes(&naming)?
    } else {
        (Vec::new(), Vec::new())
    };
    let source = DataSource {
        understood,
        labels: classes.clone(),
        table: Some(columns.reading(format, largest, &classes)),
        ..DataSource::default()
    };
    let task = labels::task(columns.side, classes)?.with_full_ink(largest as f32);
    let dataset = Dataset::from_parts(name.to_owned(), task, pixels.into_pixels()?, labels)?;
    Ok((dataset, source))
}

fn format_note(format: Format) -> Option<String> {
    match format.separator {
        b';' => Some("columns separated by semicolons".to_owned()),
        b'\t' => Some("columns separated by tabs".to_owned()),
        b' ' => Some("columns separated by spaces".to_owned()),
        _ if format.has_decimal_comma => Some("numbers with a comma for a point".to_owned()),
        _ => None,
    }
}
