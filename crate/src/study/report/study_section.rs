//! A study in a report: what was changed, plots, one table, the person's remarks, and
//! Inkling's sentences after them.

use crate::config::schema::Kind;
use crate::message::{
    Factor, PlotKind, ReportRequest, ReportStudy, RunState, StudyRecord, StudyRun, ValueFigures,
};

use super::Usual;
use super::front::plots;
use super::names::{
    authors, config_of, factor_phrase, sentence, study_name, value_cells, value_header,
    value_words, values_words,
};
use super::setting_rows::differences;
use super::writer::Writer;
use crate::study::insight::read_study;
use crate::study::words::{counted, fixed, list, percent, significant, thousands};

/// A study's section.
pub(super) fn study_section(
    writer: &mut Writer,
    request: &ReportRequest,
    study: &ReportStudy,
    usual: &Usual<'_>,
) {
    let record = &study.record;
    writer.section(study_name(record.plan.factor));
    writer.paragraph(what_was_changed(record));
    writer.paragraph(difference_words(record, usual));
    for kind in [PlotKind::Curves, PlotKind::Accuracy] {
        for plot in plots(&study.plots, kind) {
            writer.figure(plot);
        }
    }
    let reading = read_study(record);
    comparison(writer, record, &reading.figures);
    writer.list(unfinished(record));
    writer.paragraph(reading.final_test.join(" "));
    if !record.remarks.trim().is_empty() {
        writer.subsection(format!("Remarks of the {}", authors(request).noun));
        writer.remark(&record.remarks);
    }
    writer.insights(&reading.insights);
}

/// The values, and what the runs share.
pub(super) fn what_was_changed(record: &StudyRecord) -> String {
    let plan = &record.plan;
    let values = values_words(record);
    let taken = match plan.factor.setting().map(|setting| &setting.kind) {
        None => format!("The study crosses {values}."),
        Some(kind) => {
            let verb = match kind {
                Kind::Flag { .. } => "is",
                _ => "takes the values",
            };
            let varied = sentence(factor_phrase(plan.factor));
            format!("{varied} {verb} {values}.")
        }
    };
    let shared = if plan.seeds.len() < 2 {
        "on the same split, with the same order of the images and the same draw of the initial \
         weights"
            .to_string()
    } else {
        let seeds = counted(plan.seeds.len() as f64, "seed");
        if plan.vary_split {
            format!(
                "under {seeds}; runs of the same seed share the split, the order of the images \
                 and the draw of the initial weights"
            )
        } else {
            format!(
                "under {seeds} on the same split; runs of the same seed share the order of the \
                 images and the draw of the initial weights"
            )
        }
    };
    let epochs = counted(plan.baseline.epochs, "epoch");
    format!(
        "{taken} Everything else stays; every run begins from scratch and trains for {epochs}, {shared}."
    )
}

/// What is not as in the settings' table: nothing where all is.
pub(super) fn difference_words(record: &StudyRecord, usual: &Usual<'_>) -> String {
    let found = differences(record, usual.data, usual.config);
    if found.is_empty() {
        return String::new();
    }
    let is_other_data = record.data.checksum != usual.data.checksum;
    format!(
        "This study differs from the settings above: {}. {}",
        list(&found),
        if is_other_data {
            "It is of other images: its accuracies cannot be compared with those of the other \
             studies."
        } else {
            "Its accuracies cannot be set beside the other studies’ without that in mind."
        }
    )
}

/// The comparison in one table: a row a value.
pub(super) fn comparison(writer: &mut Writer, record: &StudyRecord, figures: &[ValueFigures]) {
    let plan = &record.plan;
    let has_seeds = plan.seeds.len() > 1;
    let has_states = figures.iter().any(|row| row.num_finished < row.num_runs);
    let is_batches = plan.factor == Factor::BatchSize;
    let none = || "–".to_string();
    let mut header = value_header(plan);
    header.push("validation accuracy".into());
    header.push(
        if has_seeds {
            "deviation (points)"
        } else {
            "95 % interval"
        }
        .into(),
    );
    for name in [
        "validation loss",
        "best (epoch)",
        "gap (points)",
        "epochs to 95 %",
    ] {
        header.push(name.into());
    }
    if is_batches {
        header.push("updates".into());
    }
    header.push("seconds".into());
    if has_states {
        header.push("state".into());
    }
    let rows = figures.iter().map(|row| {
        let config = config_of(record, row.value_index as usize);
        let mut cells = value_cells(plan, config, &row.label);
        cells.push(row.final_accuracy.map_or_else(none, percent));
        cells.push(if has_seeds {
            row.final_deviation.map_or_else(none, |deviation| {
                format!("±{}", fixed(100.0 * deviation, 2))
            })
        } else {
            let ends = row.interval_low.zip(row.interval_high);
            ends.map_or_else(none, |(low, high)| {
                format!("{} to {}", fixed(100.0 * low, 2), fixed(100.0 * high, 2))
            })
        });
        cells.push(row.final_loss.map_or_else(none, |loss| fixed(loss, 4)));
        let best = row.best_accuracy.zip(row.best_epoch);
        cells.push(best.map_or_else(none, |(share, epoch)| {
            format!("{} ({})", percent(share), significant(epoch))
        }));
        cells.push(row.gap.map_or_else(none, signed_points));
        cells.push(row.epochs_to_95.map_or_else(none, significant));
        if is_batches {
            cells.push(updates(record, row.value_index).map_or_else(none, thousands));
        }
        cells.push(row.secs.map_or_else(none, |secs| fixed(secs, 1)));
        if has_states {
            cells.push(row.state.clone());
        }
        cells
    });
    let mean = if has_seeds {
        format!(
            "; figures are means over {}",
            counted(plan.seeds.len() as f64, "seed")
        )
    } else {
        String::new()
    };
    let is_never = |row: &ValueFigures| row.final_accuracy.is_some() && row.epochs_to_95.is_none();
    let never = if figures.iter().any(is_never) {
        writer.said_once("A dash: no epoch came to 95 %.")
    } else {
        String::new()
    };
    let is_old = |run: &StudyRun| {
        let result = run.result.as_ref();
        run.state == RunState::Finished && result.is_some_and(|result| result.clean.is_none())
    };
    let gap = writer.said_once(if record.runs.iter().any(is_old) {
        "The gap is the last epoch’s training accuracy minus the validation accuracy."
    } else {
        "The gap is the accuracy on training images, read as the validation part is, minus the \
         validation accuracy."
    });
    writer.table(
        format!(
            "{}: figures of the validation part at the end of training{mean}.{gap}{never}{}",
            study_name(plan.factor),
            if is_batches {
                " At equal epochs a larger batch makes fewer updates of the weights."
            } else {
                ""
            }
        ),
        header,
        rows.collect(),
    );
}

/// A difference of shares in points with two decimals, never `−0.00`.
pub(super) fn signed_points(difference: f64) -> String {
    let text = fixed(100.0 * difference.abs(), 2);
    if difference < 0.0 && text != "0.00" {
        format!("−{text}")
    } else {
        text
    }
}

/// Updates of the weights that a finished run of a value made.
fn updates(record: &StudyRecord, value_index: u32) -> Option<f64> {
    let of_it = |run: &&StudyRun| run.spec.value_index == value_index;
    let is_done = |run: &&StudyRun| run.state == RunState::Finished;
    let run = record.runs.iter().filter(of_it).find(is_done)?;
    run.result.as_ref().map(|result| result.num_steps.into())
}

/// A sentence on every run that did not train to its end.
pub(super) fn unfinished(record: &StudyRecord) -> Vec<String> {
    let is_open = |run: &&StudyRun| run.state != RunState::Finished;
    let sentence_of = |run: &StudyRun| {
        let name = value_words(&record.plan, &run.spec.config, &run.spec.label);
        format!(
            "{}, seed {}: {}",
            sentence(&name),
            run.spec.seed,
            ending(run)
        )
    };
    record
        .runs
        .iter()
        .filter(is_open)
        .map(sentence_of)
        .collect()
}

/// How a run ended that did not finish, as a sentence without a capital.
fn ending(run: &StudyRun) -> String {
    let after = counted(run.history.len() as f64, "epoch");
    let what = match run.state {
        RunState::Stopped => format!("stopped after {after}"),
        RunState::Crashed => format!("its worker failed after {after}"),
        RunState::Diverged => format!("diverged after {after}"),
        _ => format!("not run to its end ({after})"),
    };
    let reason = run.reason.trim_end_matches('.');
    if reason.is_empty() {
        format!("{what}.")
    } else {
        format!("{what}. {reason}.")
    }
}

/// How often a test set was looked at, as a sentence.
pub(super) fn looks_words(num_looks: u32) -> String {
    match num_looks {
        0 => String::new(),
        1 => "It was looked at once with this model, and nothing was chosen by it.".into(),
        count => format!(
            "It was looked at {count} times, so that it is no longer a set by which nothing was \
             chosen."
        ),
    }
}
