//! Tables and prose of a report beside those written anew: rows that are none of the records',
//! and Inkling's own sentences with other figures in them.

use std::collections::{BTreeMap, BTreeSet};

use super::figures::MOST_NAMED;
use crate::study::words::sentences;

/// Rows of a table that are none of its records'. One with other columns is another Inkling's.
pub(super) fn foreign_rows(name: &str, own: &str, told: &str, foreign: &mut Vec<String>) {
    if own.lines().next() != told.lines().next() {
        return;
    }
    let known: BTreeSet<String> = own.lines().map(without_backend).collect();
    let rows = told.lines().zip(1..).filter(|(row, _)| !row.is_empty());
    let mut others: Vec<String> = rows
        .filter(|(row, _)| !known.contains(&without_backend(row)))
        .take(MOST_NAMED)
        .map(|(_, number)| format!("{name}, row {number}"))
        .collect();
    if others.is_empty() && told.lines().count() < own.lines().count() {
        others.push(format!("{name}, its number of rows"));
    }
    foreign.extend(others);
}

/// A row without its last cell but one, which in the summary says what computed and is no figure;
/// as it is where it has no such cell.
fn without_backend(row: &str) -> String {
    let cells: Vec<&str> = row.rsplitn(3, ',').collect();
    match cells.as_slice() {
        [model, "ndarray" | "webgpu", figures] => format!("{figures},,{model}"),
        _ => row.into(),
    }
}

/// Lines of `report.md` that are Inkling's own with other figures: rows of its tables, and
/// sentences that but for their numbers are its own. Whoever writes other ones writes theirs.
/// Prose and settings follow from a plan, too: where none is known, only tables of figures do.
pub(super) fn foreign_lines(own: &str, told: &str, is_planned: bool, foreign: &mut Vec<String>) {
    let mut rows = BTreeMap::<&str, BTreeSet<Vec<&str>>>::new();
    let mut known = Known::default();
    for (line, header) in with_headers(own) {
        match header {
            Some(header) => {
                rows.entry(header).or_default().insert(figures_of(line));
                known.add(header);
            }
            None => known.add(line),
        }
    }
    let is_foreign = |line: &str, header: Option<&str>| match header {
        None if !is_planned => false,
        Some(header) if !is_planned && header.starts_with("| setting |") => false,
        Some(header) if header == line => known.has_other_figures(line),
        Some(header) => {
            let known = rows.get(header);
            known.is_some_and(|known| !known.contains(&figures_of(line)))
        }
        // Whose it is is no figure, and copies are told by their weights.
        None if line.starts_with(['>', '#', '!']) || line.starts_with("By ") => false,
        None => known.has_other_figures(line),
    };
    let lines = with_headers(told).zip(1..);
    let others = lines.filter(|((line, header), _)| is_foreign(line, *header));
    let others = others.map(|(_, number)| format!("report.md, line {number}"));
    foreign.extend(others.take(MOST_NAMED));
}

/// The cells of a table's row that hold nothing but figures; the others are words.
fn figures_of(row: &str) -> Vec<&str> {
    let is_word = |cell: &&str| cell.replace(" to ", "").contains(char::is_alphabetic);
    let cells = row.split(" | ");
    cells
        .map(|cell| if is_word(&cell) { "" } else { cell })
        .collect()
}

/// Sentences by their words, each with the figures that it may have.
#[derive(Default)]
pub(super) struct Known(BTreeMap<String, BTreeSet<String>>);

impl Known {
    /// Takes a text's sentences as known ones.
    pub(super) fn add(&mut self, text: &str) {
        for sentence in sentences(text).into_iter().map(without_numbers_of_figures) {
            let words = without_figures(&sentence);
            self.0.entry(words).or_default().insert(sentence);
        }
    }

    /// Whether a sentence of a text is a known one with other figures.
    pub(super) fn has_other_figures(&self, text: &str) -> bool {
        sentences(text).into_iter().any(|sentence| {
            let sentence = without_numbers_of_figures(sentence);
            let known = self.0.get(&without_figures(&sentence));
            known.is_some_and(|known| !known.contains(&sentence))
        })
    }
}

/// Each line, with the header of the table that it is a row of.
fn with_headers(text: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    let mut header = None;
    text.lines().map(move |line| {
        let is_row = line.starts_with("| ") && line.ends_with(" |");
        header = is_row.then(|| header.unwrap_or(line));
        (line, header)
    })
}

/// A sentence without the numbers of figures and tables, which follow from the pictures.
fn without_numbers_of_figures(sentence: &str) -> String {
    let mut words = String::new();
    let mut rest = sentence;
    while let Some(at) = ["Figure ", "Table "]
        .iter()
        .filter_map(|word| Some(rest.find(word)? + word.len()))
        .min()
    {
        words += &rest[..at];
        rest = rest[at..].trim_start_matches(|letter: char| letter.is_ascii_digit());
    }
    let words = words + rest;
    words.replace(" (Figure )", "").replace(" (Table )", "")
}

/// A sentence's words, with a mark in place of each number.
fn without_figures(sentence: &str) -> String {
    let mut words = String::new();
    let mut letters = sentence.chars().peekable();
    while let Some(letter) = letters.next() {
        if !letter.is_ascii_digit() {
            words.push(letter);
            continue;
        }
        words.push('#');
        loop {
            let mut ahead = letters.clone();
            let next = ahead.next();
            let is_inside = match next {
                Some('.' | ',') => ahead.next().is_some_and(|letter| letter.is_ascii_digit()),
                Some(letter) => letter.is_ascii_digit(),
                None => false,
            };
            if !is_inside {
                break;
            }
            letters.next();
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn a_sentence_is_told_by_its_words() {
        let words = |text: &str| without_figures(&without_numbers_of_figures(text));
        assert_eq!(
            words("It took 1,234.5 s (Table 12) for 3. Figure 4 shows it"),
            "It took # s for #. Figure  shows it"
        );
        assert_eq!(words("96.44 to 100.00 %"), "# to # %");
    }
}
