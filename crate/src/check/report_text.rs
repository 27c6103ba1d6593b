//! Whether the figures that `report.md` tells are those of the hand-in's records: the tables
//! of its studies, the baseline's end, and the sentences that Inkling wrote. What the person
//! wrote is theirs, and stands behind a `>`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::figures::MOST_NAMED;
use super::hand_in::list;
use crate::study::report::{INSIGHTS_TITLE, escaped};
use crate::study::words::{fixed, percent, sentences, significant};

/// What the baseline's figures come after.
const BASELINE: [&str; 3] = [
    "Its final validation accuracy is ",
    "In the last epoch the training accuracy is ",
    "The best epoch is ",
];

/// What ended a sentence in reports of versions up to 0.1 whose ± was explained before.
const AS_EXPLAINED: &str = "The noise (±) and the intervals are as explained above.";

/// Lines whose figures no record has.
pub(super) fn foreign_text(report: &str, metrics: &Value) -> Vec<String> {
    let figures: Vec<&Value> = list(metrics, "studies")
        .iter()
        .flat_map(|study| list(study, "figures"))
        .collect();
    let of_values: BTreeSet<[String; 3]> = figures.iter().map(|one| value_cells(one)).collect();
    let insights: Vec<String> = list(metrics, "studies")
        .iter()
        .filter_map(|study| study.get("insights"))
        .flat_map(|insights| list(insights, "items"))
        .filter_map(|item| item.get("sentence").and_then(Value::as_str))
        .map(escaped)
        .collect();
    let baseline = baseline_words(metrics);
    let mut header: Vec<&str> = vec![];
    let mut is_by_inkling = false;
    let mut foreign = Vec::new();
    for (line, number) in report.lines().zip(1..) {
        let is_wrong = if let Some(cells) = cells(line) {
            let known = !header.is_empty() && is_known(&header, &cells, &of_values);
            let is_head = header.is_empty();
            if is_head {
                header = cells;
            }
            !is_head && !known
        } else {
            header.clear();
            if let Some((_, title)) = line.split_once("# ").filter(|(marks, _)| is_marks(marks)) {
                is_by_inkling = title == INSIGHTS_TITLE;
                false
            } else if let Some(item) = line.strip_prefix("- ").filter(|_| is_by_inkling) {
                let own = item.strip_suffix(AS_EXPLAINED).unwrap_or(item).trim();
                !insights.iter().any(|insight| is_told_by(own, insight))
            } else if line.starts_with('>') {
                false
            } else {
                BASELINE.iter().zip(&baseline).any(|(phrase, own)| {
                    let told = line.split_once(phrase).map(|(_, told)| told);
                    told.is_some_and(|told| own.is_empty() || !told.starts_with(own.as_str()))
                })
            }
        };
        if is_wrong {
            foreign.push(format!("report.md, line {number}"));
        }
        if foreign.len() == MOST_NAMED {
            break;
        }
    }
    foreign
}

/// Whether a report's item has nothing but an insight's own sentences, the first and others in
/// their order: a report explains once what several of them explain.
fn is_told_by(item: &str, insight: &str) -> bool {
    let mut told = sentences(insight).into_iter();
    let own = sentences(item);
    told.next() == own.first().copied() && own[1..].iter().all(|one| told.any(|told| told == *one))
}

fn is_marks(marks: &str) -> bool {
    marks.chars().all(|mark| mark == '#')
}

/// The cells of a table's row; none of another line.
fn cells(line: &str) -> Option<Vec<&str>> {
    let inner = line.strip_prefix("| ")?.strip_suffix(" |")?;
    Some(inner.split(" | ").collect())
}

/// Whether a row's figures are those of a study's value, where its table has such.
fn is_known(header: &[&str], cells: &[&str], of_values: &BTreeSet<[String; 3]>) -> bool {
    let cell = |name: &str| {
        let at = header.iter().position(|one| *one == name)?;
        Some(cells.get(at).copied().unwrap_or_default())
    };
    let Some(accuracy) = cell("validation accuracy") else {
        return true;
    };
    match (cell("validation loss"), cell("best (epoch)")) {
        (Some(loss), Some(best)) => {
            of_values.contains(&[accuracy, loss, best].map(String::from)) || accuracy == "---"
        }
        // The table across the studies.
        _ => accuracy == "---" || of_values.iter().any(|known| known[0] == accuracy),
    }
}

/// Accuracy, loss and best epoch of a study's value, as the report's table has them.
fn value_cells(figures: &Value) -> [String; 3] {
    let figure = |name: &str| figures.get(name).and_then(Value::as_f64);
    let none = || "–".to_string();
    let best = figure("best_accuracy").zip(figure("best_epoch"));
    [
        figure("final_accuracy").map_or_else(none, percent),
        figure("final_loss").map_or_else(none, |loss| fixed(loss, 4)),
        best.map_or_else(none, |(share, epoch)| {
            format!("{} ({})", percent(share), significant(epoch))
        }),
    ]
}

/// The baseline's figures as the report words them after each of [`BASELINE`]; empty where
/// it has none.
fn baseline_words(metrics: &Value) -> [String; 3] {
    let baseline = metrics.get("baseline").unwrap_or(&Value::Null);
    let of = |part: &Value, name: &str| part.get(name).and_then(Value::as_f64);
    let figure = |name: &str| of(&baseline["result"], name);
    let last = list(baseline, "history").last();
    let end = || {
        Some(format!(
            "{} (95 % interval {} to {}), its validation loss {}.",
            percent(figure("validation_accuracy")?),
            percent(figure("interval_low")?),
            percent(figure("interval_high")?),
            fixed(figure("validation_loss")?, 4)
        ))
    };
    let training = || {
        let (accuracy, loss) = (of(last?, "train_accuracy")?, of(last?, "train_loss")?);
        let (accuracy, loss) = (percent(accuracy), fixed(loss, 4));
        Some(format!("{accuracy} and the training loss {loss}; "))
    };
    let best = || {
        let accuracy = percent(figure("best_validation_accuracy")?);
        Some(format!("{} with {accuracy}.", figure("best_epoch")?))
    };
    [end(), training(), best()].map(Option::unwrap_or_default)
}
