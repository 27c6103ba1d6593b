//! How a notebook reads the very file that the page read: the same columns, scale, labels
//! and changes, as Python. What comes from a record is a literal, as everywhere here.

use crate::message::{DataChange, DataSummary, NO_COLUMN, TableReading};

use super::super::names::{data_files, is_kaggles};
use super::python::literal;

const KAGGLE: &str = include_str!("kaggle.py");
const PACKED: &str = include_str!("packed.py");

const LABELS: &str = include_str!("labels.py");
const COLUMNS: &str = include_str!("columns.py");
const ARRAYS: &str = include_str!("arrays.py");
const GREY: &str = include_str!("grey.py");
const PICTURES: &str = include_str!("pictures.py");
const PARQUET: &str = include_str!("parquet.py");
const CHANGES: &str = include_str!("changes.py");

/// Longest line of a list, which the paper's width holds.
const LIST_WIDTH: usize = 92;

/// What the file may be called where it lies now, a literal a line: as it was when the page
/// read it, packed otherwise, or as Kaggle's of the same images.
pub(super) fn names(data: &DataSummary) -> String {
    let mut names: Vec<String> = Vec::new();
    let mut add = |name: String| {
        if !names.contains(&name) {
            names.push(name);
        }
    };
    let files = data_files(data);
    let own = files[0].as_str();
    add(own.to_owned());
    let as_packed = |name: &str| ["", ".gz", ".zip"].map(|ending| format!("{name}{ending}"));
    let unpacked = own.trim_end_matches(".gz").trim_end_matches(".zip");
    if files.len() == 1
        && [".csv", ".tsv", ".txt"]
            .iter()
            .any(|end| unpacked.ends_with(end))
    {
        as_packed(unpacked).into_iter().for_each(&mut add);
    }
    if is_kaggles(data) && is_read_as_usual(data) {
        as_packed("train.csv").into_iter().for_each(&mut add);
    }
    let lines = names.iter().map(|name| format!("    {},\n", literal(name)));
    format!("[\n{}]", lines.collect::<String>())
}

/// How many images of each class there are, which tells other data: one line, so that a record
/// of any number of classes states the same; one that tells none has images of none.
pub(super) fn counts(data: &DataSummary) -> String {
    let counts: Vec<String> = data.class_counts.iter().map(u32::to_string).collect();
    match &counts[..] {
        [] => "[0]".into(),
        counts => format!("[{}]", counts.join(", ")),
    }
}

/// Whether plain Python reads the file: a table like Kaggle's. Records may know nothing of
/// their file.
fn is_read_as_usual(data: &DataSummary) -> bool {
    let source = &data.source;
    let table = source.table.as_ref().filter(|table| is_whole(table, data));
    source.changes.is_empty()
        && source.entries.len() != 2
        && source.columns.len() != 2
        && source.folders.is_none()
        && data_files(data).len() == 1
        && table.is_none_or(|table| is_usual_table(table, data))
}

/// Whether the file is an archive, out of which a table has to be taken first.
fn is_packed_table(data: &DataSummary) -> bool {
    data.name.to_ascii_lowercase().ends_with(".zip")
}

/// The functions that read the data.
pub(super) fn loader(data: &DataSummary) -> String {
    if !is_read_as_usual(data) {
        return own_loader(data);
    }
    if is_packed_table(data) {
        return with_archive(&["io", "re", "zipfile"], KAGGLE);
    }
    KAGGLE.to_owned()
}

/// A reader of tables that takes them out of an archive, where it is given one.
fn with_archive(modules: &[&str], reader: &str) -> String {
    let reader = reader
        .replace("read_csv(path,", "read_csv(opened(path),")
        .replace(
            "read_csv(\n        path,",
            "read_csv(\n        opened(path),",
        );
    format!("{}\n\n{PACKED}\n\n{reader}", imports(modules))
}

fn imports(modules: &[&str]) -> String {
    let line = |module: &&str| format!("import {module}\n");
    modules.iter().map(line).collect()
}

/// The functions that read other files than Kaggle's.
fn own_loader(data: &DataSummary) -> String {
    let source = &data.source;
    let table = source.table.as_ref().filter(|table| is_whole(table, data));
    let is_archive = source.entries.len() == 2;
    let is_parquet = source.columns.len() == 2;
    let mut text = format!(
        "import re\n\n# How the page read the file. Columns are counted from 0.\nFULL_INK = {}\nLABELS = {}\n",
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
    } else if is_archive || data_files(data).len() == 2 {
        let names = match is_archive {
            true => source.entries.clone(),
            false => data_files(data),
        };
        let names = names.iter().map(|name| literal(name));
        text += &format!(
            "FILES = {}\nIS_ARCHIVE = {}\n",
            list(names),
            truth(is_archive)
        );
        format!("{}\n\n{ARRAYS}", imports(&["gzip", "io", "zipfile"]))
    } else {
        let usual = TableReading::default();
        text += &table_literal(table.unwrap_or(&usual));
        if is_packed_table(data) {
            with_archive(&["io", "zipfile"], COLUMNS)
        } else {
            COLUMNS.to_owned()
        }
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
    text
}

/// A reader of pictures, behind what it needs.
fn with_pictures(modules: &[&str], reader: &str) -> String {
    format!("{}\n{GREY}\n\n{reader}", imports(modules))
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
