//! How a notebook reads the very file that the page read: the same columns, scale, labels
//! and changes, as Python. What comes from a record is a literal, as everywhere here.

use crate::message::{DataChange, DataSummary, NO_COLUMN, TableReading};

use super::python::literal;

const LABELS: &str = include_str!("labels.py");
const COLUMNS: &str = include_str!("columns.py");
const ARRAYS: &str = include_str!("arrays.py");
const GREY: &str = include_str!("grey.py");
const PICTURES: &str = include_str!("pictures.py");
const PARQUET: &str = include_str!("parquet.py");
const CHANGES: &str = include_str!("changes.py");

/// Longest line of a list, which the paper's width holds.
const LIST_WIDTH: usize = 92;

/// The functions that read the data, in place of the usual one of Kaggle's `train.csv`;
/// none where that reads them: plain MNIST, and records that know nothing of their file.
pub(super) fn loader(data: &DataSummary) -> Option<String> {
    let source = &data.source;
    let table = source.table.as_ref().filter(|table| is_whole(table, data));
    let is_archive = source.entries.len() == 2;
    let is_parquet = source.columns.len() == 2;
    let is_usual = !is_archive && !is_parquet && source.folders.is_none();
    if source.changes.is_empty()
        && is_usual
        && table.is_none_or(|table| is_usual_table(table, data))
    {
        return None;
    }
    let mut text = format!(
        "# How the page read the file. Columns are counted from 0.\nFULL_INK = {}\nLABELS = {}\n",
        f64::max(data.task.full_ink, 1.0) as u32,
        list(source.labels.iter().map(|name| literal(name)))
    );
    let reader = if let Some(root) = &source.folders {
        text += &format!("ROOT = {}\n", literal(root));
        with_pictures(&["io", "zipfile"], PICTURES)
    } else if is_parquet {
        let names = source.columns.iter().map(|name| literal(name));
        text += &format!("PICTURE_COLUMNS = {}\n", list(names));
        with_pictures(&["io"], PARQUET)
    } else if is_archive {
        let names = source
            .entries
            .iter()
            .map(|name| name.trim_end_matches(".npy"));
        text += &format!("ARRAYS = {}\n", list(names.map(literal)));
        ARRAYS.to_owned()
    } else {
        let usual = TableReading::default();
        text += &table_literal(table.unwrap_or(&usual));
        COLUMNS.to_owned()
    };
    text += &format!("\n\n{LABELS}\n\n{reader}");
    if !source.changes.is_empty() {
        let names = source
            .changes
            .iter()
            .map(|change| literal(change_name(*change)));
        text = format!(
            "CHANGES = {}\nARE_DIGITS = {}\n{text}\n\n{CHANGES}",
            list(names),
            truth(data.task.classes == crate::data::task::numbered(10))
        );
    }
    Some(text)
}

/// A reader of pictures, behind what it needs.
fn with_pictures(modules: &[&str], reader: &str) -> String {
    let imports: String = modules
        .iter()
        .map(|module| format!("import {module}\n"))
        .collect();
    format!("{imports}\n{GREY}\n\n{reader}")
}

/// Whether a reading can be of these data: a record may hold anything.
fn is_whole(table: &TableReading, data: &DataSummary) -> bool {
    let num_pixels = data.task.side.saturating_mul(data.task.side) as usize;
    [0, num_pixels].contains(&table.pixel_columns.len())
        && (table.label_column.is_some() || !table.one_hot_columns.is_empty())
        && table.one_hot_columns.len() <= 100
}

/// Whether the usual way of reading gives the same: the label first, then pixels to 255.
fn is_usual_table(table: &TableReading, data: &DataSummary) -> bool {
    table.separator == ","
        && table.label_column == Some(0)
        && table.first_pixel == 1
        && table.pixel_columns.is_empty()
        && table.full_ink == 255
        && !table.has_decimal_comma
        && !table.is_first_mangled
        && !table.has_separator_line
        && table.num_lines_before == 0
        // Further columns hold no pixels.
        && table.num_columns == data.task.side * data.task.side + 1
        // A header of numbers looks like a picture to it.
        && (!table.has_header || table.pixel_name.contains(|letter: char| !letter.is_ascii_digit()))
        && data.source.labels == crate::data::task::numbered(10)
}

fn table_literal(table: &TableReading) -> String {
    let separator = match table.separator.as_str() {
        separator @ (";" | "\t") => separator,
        " " => r"\s+",
        _ => ",",
    };
    let one_hot = table.one_hot_columns.iter().map(|column| match *column {
        NO_COLUMN => "None".to_owned(),
        column => column.to_string(),
    });
    format!(
        "TABLE = dict(\n    separator={},\n    decimal={},\n    has_header={},\n    \
         is_first_mangled={},\n    num_lines_before={},\n    label_column={},\n    \
         one_hot_columns={},\n    first_pixel={},\n    \
         pixel_columns={},\n)\n",
        literal(separator),
        literal(if table.has_decimal_comma { "," } else { "." }),
        truth(table.has_header),
        truth(table.is_first_mangled),
        u32::from(table.has_separator_line) + table.num_lines_before,
        table
            .label_column
            .map_or("None".to_owned(), |column| column.to_string()),
        list(one_hot),
        table.first_pixel,
        list(table.pixel_columns.iter().map(u32::to_string)),
    )
}

fn change_name(change: DataChange) -> &'static str {
    match change {
        DataChange::Invert => "invert",
        DataChange::Transpose => "transpose",
        DataChange::DropRepeats => "drop_repeats",
        DataChange::DropSingles => "drop_singles",
        DataChange::Stretch => "stretch",
    }
}

fn truth(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

/// A list of literals, in lines of the paper's width where one does not hold it.
fn list(items: impl Iterator<Item = String>) -> String {
    let mut lines = vec![String::new()];
    for item in items {
        let is_full = lines
            .last()
            .is_some_and(|line| !line.is_empty() && line.len() + item.len() + 2 > LIST_WIDTH);
        if is_full {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            let between = if line.is_empty() { "" } else { ", " };
            *line += &format!("{between}{item}");
        }
    }
    match &lines[..] {
        [line] => format!("[{line}]"),
        lines => format!("[\n        {},\n    ]", lines.join(",\n        ")),
    }
}
