//! What each column of a table holds, and how that is said.
//!
//! Owns the plan that rows are read by. Where a plan comes from is the header's affair
//! (`header`), or the shape's where there is none (`shape`).

use crate::message::{NO_COLUMN, TableReading};

/// What a file should hold, for errors about its whole shape.
pub(super) const SHAPE: &str = "785 columns (label and 784 pixels) or 784 (pixels alone)";

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// A pixel, counted from 0 at the top left, row by row.
    Pixel(u16),
    Label,
    /// 1 in the rows of this class, 0 in all others.
    OneHot(u8),
    /// An index, an id, or what is neither label nor pixel.
    Skipped,
}

/// How fields are divided and numbers written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Format {
    pub separator: u8,
    /// Whether a comma is the point of a number: only where it separates nothing.
    pub has_decimal_comma: bool,
    /// Whether fields have spaces around them.
    pub is_padded: bool,
    /// Whether a line before the table names the separator: `sep=;`.
    pub has_separator_line: bool,
    /// Other lines before it: blank ones and comments.
    pub num_lines_before: u32,
}

impl Format {
    /// Whether blanks stand between fields: several of them are one separator, and those
    /// around a line none.
    pub fn has_blanks(self) -> bool {
        self.separator == b' '
    }
}

/// The plan of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Columns {
    /// Pixels on each side of an image.
    pub side: usize,
    pub targets: Vec<Target>,
    /// Names of the classes of one-hot columns, in their order; else empty.
    pub one_hot: Vec<String>,
    /// The header's names, for errors; empty where there is none that says anything.
    pub names: Vec<String>,
    /// Columns whose names are those of an index. What they hold may be something else.
    pub indices: Vec<usize>,
    /// Whether the first line is no image.
    pub has_header: bool,
    /// Whether it is one whose repeated values a program has numbered.
    pub is_first_mangled: bool,
    /// What is not as in Kaggle's `train.csv`, each in a few words.
    pub notes: Vec<String>,
}

impl Columns {
    /// Pixels of an image.
    pub fn num_pixels(&self) -> usize {
        self.side * self.side
    }

    /// Whether rows say what their images are.
    pub fn has_labels(&self) -> bool {
        self.targets
            .iter()
            .any(|target| matches!(target, Target::Label | Target::OneHot(_)))
    }

    /// Where the label stands, counted from 0; `None` without one, or with one-hot columns.
    pub fn label_column(&self) -> Option<usize> {
        self.targets
            .iter()
            .position(|&target| target == Target::Label)
    }

    /// Where the first pixel stands, counted from 0.
    pub fn pixel_column(&self) -> Option<usize> {
        self.targets
            .iter()
            .position(|target| matches!(target, Target::Pixel(_)))
    }

    /// Says of columns that bear an index' name and are left out what they hold instead.
    pub fn correct_indices(&mut self, held: &[(usize, Held)]) {
        let is_wrong = |(_, held): &&(usize, Held)| *held != Held::Index;
        let wrong: Vec<&(usize, Held)> = held.iter().filter(is_wrong).collect();
        let is_note = |note: &String| note.ends_with(INDEX_NOTE) || note.ends_with(INDICES_NOTE);
        let Some(at) = self.notes.iter().position(is_note) else {
            return;
        };
        if wrong.is_empty() {
            return;
        }
        let mut notes = vec![INDEX_NOTE.to_owned(); held.len() - wrong.len()];
        notes.extend(wrong.iter().map(|(column, held)| {
            let kind = if *held == Held::Nothing { "empty " } else { "" };
            kind.to_owned() + &self.left_out_note(*column)
        }));
        self.notes.splice(at..=at, index_notes(notes));
    }

    /// What is said of a column that is neither label nor pixel nor index.
    pub fn left_out_note(&self, column: usize) -> String {
        match self.names.get(column).filter(|name| !name.is_empty()) {
            Some(name) => format!("column {} {name:?} left out", column + 1),
            None => format!("column {} without a name left out", column + 1),
        }
    }

    /// The same of many columns, in one note.
    pub fn left_out_notes(&self, columns: &[usize]) -> Vec<String> {
        match columns {
            [first, .., last] if columns.len() > MOST_NAMED => vec![format!(
                "{} columns left out, {:?} to {:?}",
                columns.len(),
                self.names[*first],
                self.names[*last]
            )],
            _ => columns.iter().map(|&one| self.left_out_note(one)).collect(),
        }
    }

    /// The answer that means this plan: the label's column from 1, 0 for none.
    pub fn answer(&self) -> u32 {
        self.label_column().map_or(0, |column| column as u32 + 1)
    }

    /// The same as a choice among others.
    pub fn choice(&self) -> String {
        let Some(column) = self.label_column() else {
            return "no labels in it".to_owned();
        };
        let name = self.names.get(column).filter(|name| !name.is_empty());
        let end = match column + 1 {
            1 => ", the first",
            last if last == self.targets.len() => ", the last",
            _ => "",
        };
        match name {
            Some(name) => format!("column {} \"{name}\"{end}", column + 1),
            None => format!("column {}{end}", column + 1),
        }
    }

    /// For each column, how many pixels follow each other in order from it on.
    pub fn runs(&self) -> Vec<u16> {
        let mut runs = vec![0; self.targets.len()];
        for column in (0..self.targets.len()).rev() {
            if let Target::Pixel(pixel) = self.targets[column] {
                let next = self.targets.get(column + 1);
                let goes_on = next == Some(&Target::Pixel(pixel + 1));
                runs[column] = 1 + if goes_on { runs[column + 1] } else { 0 };
            }
        }
        runs
    }

    /// The name of a column, for an error: the header's, or Kaggle's.
    pub fn name(&self, column: usize) -> String {
        match (self.names.get(column), self.targets.get(column)) {
            (Some(name), _) if !name.is_empty() => name.clone(),
            (_, Some(Target::Pixel(pixel))) => format!("pixel{pixel}"),
            (_, Some(Target::Label)) => "label".to_owned(),
            _ => (column + 1).to_string(),
        }
    }

    /// The same for a program that reads the file again, where full ink is `full_ink` and
    /// these classes were found.
    pub fn reading(&self, format: Format, full_ink: u32, classes: &[String]) -> TableReading {
        let mut pixels = vec![0; self.num_pixels()];
        let num_classes = if self.one_hot.is_empty() {
            0
        } else {
            classes.len()
        };
        let mut one_hot_columns = vec![NO_COLUMN; num_classes];
        for (column, target) in (0..).zip(&self.targets) {
            match *target {
                Target::Pixel(pixel) => pixels[usize::from(pixel)] = column,
                Target::OneHot(class) => {
                    let name = &self.one_hot[usize::from(class)];
                    // A column without a 1 in it gives no class.
                    if let Some(at) = classes.iter().position(|class| class == name) {
                        one_hot_columns[at] = column;
                    }
                }
                Target::Label | Target::Skipped => {}
            }
        }
        let first_pixel = pixels.first().copied().unwrap_or(0);
        let is_run = (first_pixel..)
            .zip(&pixels)
            .all(|(place, &column)| place == column);
        TableReading {
            separator: char::from(format.separator).to_string(),
            has_decimal_comma: format.has_decimal_comma,
            has_header: self.has_header,
            is_first_mangled: self.is_first_mangled,
            has_separator_line: format.has_separator_line,
            num_lines_before: format.num_lines_before,
            pixel_name: self
                .names
                .get(first_pixel as usize)
                .cloned()
                .unwrap_or_default(),
            num_columns: self.targets.len() as u32,
            label_column: self.label_column().map(|column| column as u32),
            one_hot_columns,
            first_pixel,
            pixel_columns: if is_run { Vec::new() } else { pixels },
            full_ink,
        }
    }
}

/// Words of a label's column: `label in column 785 "class"`.
pub(super) fn label_words(column: usize, name: Option<&str>) -> String {
    match name.filter(|name| !name.is_empty()) {
        Some(name) => format!("label in column {} \"{name}\"", column + 1),
        None => format!("label in column {}", column + 1),
    }
}

/// What a column holds that bears an index' name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    /// Something else in each row.
    Index,
    Nothing,
    Other,
}

/// What is said of a column that counts rows, and of several.
pub(super) const INDEX_NOTE: &str = "index column left out";
const INDICES_NOTE: &str = "index columns left out";

/// Notes of which several are of index columns, with these in one.
pub(super) fn index_notes(mut notes: Vec<String>) -> Vec<String> {
    let is_index = |note: &String| note == INDEX_NOTE;
    let count = notes.iter().filter(|note| is_index(note)).count();
    if let (Some(first), true) = (notes.iter().position(is_index), count > 1) {
        notes[first] = format!("{count} {INDICES_NOTE}");
        notes.retain(|note| !is_index(note));
    }
    notes
}

/// Columns left out that are named each.
const MOST_NAMED: usize = 6;

/// The side of a square image of so many pixels, where one may have them.
pub(in crate::data) fn side_of(num_pixels: usize) -> Option<usize> {
    (4..=64).find(|side| side * side == num_pixels)
}

/// What to do with images of so many pixels, where that says what they are and why they are
/// not read.
pub(super) fn size_cause(num_pixels: usize) -> Option<String> {
    let squares = "square grey images of 4 × 4 to 64 × 64 pixels";
    let root = |number: usize| (4..=1000).find(|side| side * side == number);
    if let Some(side) = root(num_pixels).filter(|&side| side > 64) {
        let found = format!("these are {side} × {side}, make them smaller first");
        return Some(format!("{squares}: {found}"));
    }
    let third = num_pixels.is_multiple_of(3).then_some(num_pixels / 3)?;
    root(third).map(|side| {
        format!("{squares}: these seem {side} × {side} in three colours, turn them to grey first")
    })
}

/// Words on the size of images that are not MNIST's.
pub(super) fn side_note(side: usize) -> Option<String> {
    (side != 28).then(|| format!("{side} × {side} pixels"))
}
