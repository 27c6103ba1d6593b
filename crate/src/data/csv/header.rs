//! A header's names and what they say of the columns.
//!
//! Owns which names are known. Case and spaces around a name do not matter; pixels are
//! counted from 0 or 1, by one number or by line and column, in any order.

use super::colours::refuse_channels;
use super::columns::{Columns, INDEX_NOTE, Target, index_notes, label_words, side_note, side_of};
use super::field::quoted;
use super::names::{first_name, plain_name};
use super::pixel_count::refuse_pixels;
use crate::data::labels::MAX_CLASSES;
use crate::error::{Error, Result};

/// What labels are called.
const LABELS: [&str; 16] = [
    "label",
    "labels",
    "class",
    "classes",
    "class_label",
    "digit",
    "y",
    "target",
    "targets",
    "category",
    "letter",
    "character",
    "char",
    "symbol",
    "truth",
    "label_id",
];
/// What counts the rows.
const INDICES: [&str; 14] = [
    "", "id", "ids", "index", "idx", "row", "row_id", "rownames", "imageid", "image_id", "img_id",
    "level_0", "no", "#",
];

/// What stands between a pixel's line and its column, the longer ones first.
const BETWEEN: [&str; 9] = ["_col_", "_col", "col", "_c", "c", "x", "_", "-", ","];

/// What a name may mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning<'a> {
    Label,
    Index,
    /// A number behind a prefix: `pixel5`, `5`.
    Numbered(&'a str, u32),
    /// A line and a column behind a prefix: `1x28`.
    Placed(&'a str, u32, u32),
    Other,
}

/// What a header makes of a table.
#[derive(Debug)]
pub(super) enum Header {
    /// All that it can say: one plan, or several between which only a person can choose.
    Plans(Vec<Columns>),
    /// It only numbers the columns; what they hold, their shape must tell.
    Numbers,
}

/// Reads the header in line `row`. `None` where it is that of no table of images.
///
/// # Errors
/// Where pixels are there, and one is missing, twice there or beyond the others, or where
/// they are those of images that are not read.
pub(super) fn read_header(names: &[&[u8]], row: u64) -> Result<Option<Header>> {
    let mut plain: Vec<String> = names.iter().map(|name| plain_name(name)).collect();
    if let Some(first) = plain.first_mut() {
        *first = first_name(first);
    }
    let mut meanings: Vec<Meaning> = plain.iter().map(|name| meaning(name)).collect();
    let prefixes = counted_prefixes(&meanings);
    let Some(&(pixel_prefix, _)) = prefixes.iter().max_by_key(|(_, count)| *count) else {
        return Ok(None);
    };
    let is_pixel = |meaning: &Meaning| prefix(meaning) == Some(pixel_prefix);
    let num_pixels = meanings.iter().filter(|meaning| is_pixel(meaning)).count();
    let num_named = meanings
        .iter()
        .filter(|meaning| !is_pixel(meaning) && **meaning != Meaning::Index)
        .count();
    let Some(side) = side_of(num_pixels) else {
        let may_be_numbers = num_named == 0
            && counts_columns(&meanings)
            && (1..=100).any(|extra| num_pixels > extra && side_of(num_pixels - extra).is_some());
        return match may_be_numbers {
            true => Ok(Some(Header::Numbers)),
            false => refuse_pixels(
                names,
                &numbers_of(&meanings, pixel_prefix),
                pixel_prefix,
                row,
            )
            .map(|()| None),
        };
    };
    let is_whole = |(found, count): &&((&str, bool), usize)| {
        *count == num_pixels && !LABELS.contains(&found.0.trim_end_matches(['_', '-', ' ', '.']))
    };
    let channels = prefixes.iter().filter(is_whole).map(|(found, _)| found.0);
    refuse_channels(&channels.collect::<Vec<_>>(), side, row)?;
    let mut targets = pixel_targets(names, &meanings, pixel_prefix, side, row)?;
    let mut notes: Vec<String> = Vec::new();

    let mut one_hot = Vec::new();
    let is_class = |meaning: &Meaning| match meaning {
        Meaning::Numbered(prefix, _) if !is_pixel(meaning) => {
            LABELS.contains(&prefix.trim_end_matches(['_', '-', ' ', '.']))
        }
        _ => false,
    };
    let classes: Vec<usize> = (0..meanings.len())
        .filter(|&at| is_class(&meanings[at]))
        .collect();
    let has_label = meanings.contains(&Meaning::Label);
    if !has_label && classes.len() >= 2 && classes.len() <= MAX_CLASSES {
        for &column in &classes {
            if let Meaning::Numbered(_, number) = meanings[column] {
                targets[column] = Target::OneHot(one_hot.len() as u8);
                one_hot.push(number.to_string());
            }
        }
        notes.push(format!("labels from {} one-hot columns", classes.len()));
    }

    let shown = |column: usize| String::from_utf8_lossy(names[column]).trim().to_owned();
    let mut unknown = Vec::new();
    let mut labels = Vec::new();
    let mut indices = Vec::new();
    for (column, meaning) in meanings.iter_mut().enumerate() {
        match (targets[column], &meaning) {
            (Target::Skipped, Meaning::Label) => labels.push(column),
            (Target::Skipped, Meaning::Index) => indices.push(column),
            (Target::Skipped, _) => unknown.push(column),
            _ => {}
        }
    }
    // A column that nothing is known of may be the label, where no other is.
    let candidates: Vec<usize> = match (labels.len(), one_hot.is_empty()) {
        (0, true) => unknown.clone(),
        _ => labels.clone(),
    };
    // Several such columns may be one-hot labels under the names of their classes.
    let words = match (labels.len(), one_hot.is_empty(), candidates.len()) {
        (0, true, 2..=MAX_CLASSES) => class_words(&candidates, &shown),
        _ => Vec::new(),
    };
    notes.extend(side_note(side));
    if !is_in_order(&targets) {
        notes.push("pixels put in the order of their numbers".to_owned());
    }
    let plan = |label: Option<usize>| {
        let mut plan = Columns {
            side,
            targets: targets.clone(),
            one_hot: one_hot.clone(),
            names: names
                .iter()
                .map(|name| String::from_utf8_lossy(name).trim().to_owned())
                .collect(),
            indices: indices.clone(),
            has_header: true,
            is_first_mangled: false,
            notes: Vec::new(),
        };
        if let Some(column) = label {
            plan.targets[column] = Target::Label;
            if (column, plan.names[column].as_str()) != (0, "label") {
                plan.notes.push(label_words(column, Some(&shown(column))));
            }
        }
        plan.notes.extend(notes.iter().cloned());
        plan.notes.extend(left_out(&plan, &plain));
        plan
    };
    let mut plans: Vec<Columns> = candidates
        .iter()
        .map(|&column| plan(Some(column)))
        .collect();
    if !words.is_empty() {
        let mut plan = plan(None);
        for (class, &column) in (0..).zip(&candidates) {
            plan.targets[column] = Target::OneHot(class);
        }
        plan.one_hot = words;
        plan.notes = vec![format!("labels from {} one-hot columns", candidates.len())];
        plan.notes.extend(notes.iter().cloned());
        plan.notes.extend(left_out(&plan, &plain));
        plans.insert(0, plan);
    }
    if labels.is_empty() {
        if one_hot.is_empty() {
            // pandas gives an index' name to a label without one; the first rows will tell.
            plans.extend(indices.iter().map(|&column| plan(Some(column))));
        }
        // Without any label is a reading, too.
        plans.push(plan(None));
    }
    Ok(Some(Header::Plans(plans)))
}

/// The classes that one-hot columns are named after: without what pandas' `get_dummies` puts
/// before them, the label's own name. None where two would be the same.
fn class_words(columns: &[usize], shown: &dyn Fn(usize) -> String) -> Vec<String> {
    let names: Vec<String> = columns.iter().map(|&column| shown(column)).collect();
    let is_after_label = |name: &String| {
        let (label, word) = name.split_once(['_', '.'])?;
        let is_label = LABELS.contains(&label.to_ascii_lowercase().as_str());
        (is_label && !word.is_empty()).then(|| word.to_owned())
    };
    let short: Vec<String> = names.iter().filter_map(is_after_label).collect();
    let words = if short.len() == names.len() {
        short
    } else {
        names
    };
    let is_twice = |(at, word): (usize, &String)| words[..at].contains(word);
    match words.iter().enumerate().any(is_twice) {
        true => Vec::new(),
        false => words,
    }
}

/// The numbers of the pixels' columns, each with its place.
fn numbers_of(meanings: &[Meaning], pixel_prefix: (&str, bool)) -> Vec<(u32, usize)> {
    (0..)
        .zip(meanings)
        .filter(|(_, meaning)| prefix(meaning) == Some(pixel_prefix))
        .map(|(at, meaning)| (column_of(meaning), at))
        .collect()
}

/// Whether names number their columns one after the other.
fn counts_columns(meanings: &[Meaning]) -> bool {
    let numbers = meanings.iter().filter_map(|meaning| match meaning {
        Meaning::Numbered(_, number) => Some(*number),
        _ => None,
    });
    let mut last = None;
    numbers.into_iter().all(|number| {
        let is_next = last.map_or(number <= 1, |before: u32| number == before + 1);
        last = Some(number);
        is_next
    })
}

/// What is said of columns that are left out.
fn left_out(plan: &Columns, plain: &[String]) -> Vec<String> {
    let skipped = (0..plan.targets.len()).filter(|&at| plan.targets[at] == Target::Skipped);
    let (indices, others): (Vec<usize>, Vec<usize>) = skipped.partition(|&column| {
        meaning(&plain[column]) == Meaning::Index && (!plain[column].is_empty() || column == 0)
    });
    let mut said = vec![INDEX_NOTE.to_owned(); indices.len()];
    said.extend(plan.left_out_notes(&others));
    index_notes(said)
}

fn is_in_order(targets: &[Target]) -> bool {
    let pixels = targets.iter().filter_map(|target| match target {
        Target::Pixel(pixel) => Some(*pixel),
        _ => None,
    });
    pixels.is_sorted()
}

/// Puts each pixel's number where its column is; all other columns are left out so far.
fn pixel_targets(
    names: &[&[u8]],
    meanings: &[Meaning],
    pixel_prefix: (&str, bool),
    side: usize,
    row: u64,
) -> Result<Vec<Target>> {
    let pixels = || {
        meanings
            .iter()
            .filter(|meaning| prefix(meaning) == Some(pixel_prefix))
    };
    let least = |part: fn(&Meaning) -> u32| pixels().map(part).min().unwrap_or(0);
    let (first_line, first_column) = (least(line_of), least(column_of));
    let num_pixels = side * side;
    // R numbers columns, and a label may bear a name of its own: `label,V2,…,V785`.
    let is_number_of_column = |(at, meaning): (usize, &Meaning)| {
        prefix(meaning) != Some(pixel_prefix) || column_of(meaning) as usize == at + 1
    };
    let are_columns = !pixel_prefix.1 && meanings.iter().enumerate().all(is_number_of_column);
    let is_beyond_1 = (first_line > 1 || first_column > 1) && !are_columns;
    let start = |first: u32| if is_beyond_1 { 0 } else { first as usize };
    let words = |pixel: usize| match pixel_prefix {
        (prefix, true) => format!(
            "{prefix}{}x{}",
            pixel / side + start(first_line),
            pixel % side + start(first_column)
        ),
        (prefix, false) => format!("{prefix}{}", pixel + start(first_column)),
    };
    let expected = || {
        format!(
            "{:?} to {:?}, each once and counted from 0 or 1",
            words(0),
            words(num_pixels - 1)
        )
    };
    let mut taken = vec![false; num_pixels];
    let mut targets = vec![Target::Skipped; names.len()];
    for (column, meaning) in meanings.iter().enumerate() {
        if prefix(meaning) != Some(pixel_prefix) {
            continue;
        }
        let wrong = |found: String| {
            Err(Error::data(
                format!("row {row}, column {}", column + 1),
                found,
                expected(),
            ))
        };
        let line = (line_of(meaning) - first_line) as usize;
        let across = (column_of(meaning) - first_column) as usize;
        let pixel = line * side + across;
        let is_beyond = pixel >= num_pixels || (pixel_prefix.1 && across >= side);
        if is_beyond || is_beyond_1 {
            return wrong(quoted(names[column]));
        }
        if std::mem::replace(&mut taken[pixel], true) {
            return wrong(format!("{} a second time", quoted(names[column])));
        }
        targets[column] = Target::Pixel(pixel as u16);
    }
    Ok(targets)
}

fn line_of(meaning: &Meaning) -> u32 {
    match meaning {
        Meaning::Placed(_, line, _) => *line,
        _ => 0,
    }
}

fn column_of(meaning: &Meaning) -> u32 {
    match meaning {
        Meaning::Placed(_, _, column) | Meaning::Numbered(_, column) => *column,
        _ => 0,
    }
}

/// A numbered name's prefix, and whether it has two numbers.
fn prefix<'a>(meaning: &Meaning<'a>) -> Option<(&'a str, bool)> {
    match meaning {
        Meaning::Numbered(prefix, _) => Some((prefix, false)),
        Meaning::Placed(prefix, ..) => Some((prefix, true)),
        _ => None,
    }
}

/// The numbered names' prefixes, and how many have each.
fn counted_prefixes<'a>(meanings: &[Meaning<'a>]) -> Vec<((&'a str, bool), usize)> {
    let mut counts: Vec<((&str, bool), usize)> = Vec::new();
    for found in meanings.iter().filter_map(prefix) {
        match counts.iter_mut().find(|(known, _)| *known == found) {
            Some((_, count)) => *count += 1,
            None => counts.push((found, 1)),
        }
    }
    counts
}

fn meaning(name: &str) -> Meaning<'_> {
    if LABELS.contains(&name) {
        return Meaning::Label;
    }
    if INDICES.contains(&name) || name.starts_with("unnamed") {
        return Meaning::Index;
    }
    let Some((rest, last)) = ending_number(name) else {
        return Meaning::Other;
    };
    let is_between = |mark: &&&str| rest.ends_with(**mark);
    let place = BETWEEN
        .iter()
        .find(is_between)
        .and_then(|mark| ending_number(&rest[..rest.len() - mark.len()]));
    match place {
        Some((prefix, first)) => Meaning::Placed(prefix, first, last),
        None => Meaning::Numbered(rest, last),
    }
}

/// The number at a name's end, and what stands before it.
fn ending_number(name: &str) -> Option<(&str, u32)> {
    let rest = name.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let digits = &name[rest.len()..];
    (!digits.is_empty() && digits.len() <= 6)
        .then(|| digits.parse().ok())
        .flatten()
        .map(|number| (rest, number))
}
