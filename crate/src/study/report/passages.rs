//! What a report says of a study, block by block; the document and the notebook
//! are put together from these.

use std::fmt::Write as _;

use crate::message::{
    Block, Insight, LearningRateSchedule, ReportRequest, ReportStudy, RunConfig, RunState,
    StudyPlan, StudyRecord, StudyRun, ValueFigures,
};

use crate::config::{split_seed, validation_share};
use crate::study::VERSION;
use crate::study::words::{fixed, percent, points, significant, thousands};

pub(super) fn heading(level: u32, text: impl Into<String>) -> Block {
    Block::Heading {
        level,
        text: text.into(),
    }
}

pub(super) fn paragraph(text: impl Into<String>) -> Block {
    Block::Paragraph { text: text.into() }
}

/// What stands before every list of insights.
pub(super) const INSIGHTS_MARK: &str =
    "Inkling wrote these sentences by rules from the figures above. They are not the author's.";

/// Title, authors, origin, and who wrote what.
pub(super) fn opening(request: &ReportRequest) -> Vec<Block> {
    let title = match &request.studies[..] {
        [one] => title_of(&one.record),
        _ => "Training a network on MNIST: studies".into(),
    };
    let mut blocks = vec![heading(1, title)];
    if !request.ids.is_empty() {
        blocks.push(paragraph(format!("By {}.", request.ids.join(", "))));
    }
    blocks.push(paragraph(format!(
        "Trained in the browser and put together with Inkling {VERSION} on {}. The text under \
         “Remarks” is the author's; all other text, the tables and the plots were made by Inkling.",
        day(&request.created)
    )));
    blocks
}

pub(super) fn title_of(record: &StudyRecord) -> String {
    format!("Study of the {}", record.plan.factor_name)
}

/// The person's paragraphs, or a sentence that there are none.
pub(super) fn remarks(record: &StudyRecord) -> Vec<Block> {
    let remarks: Vec<Block> = record
        .remarks
        .replace("\r\n", "\n")
        .replace('\r', "\n")
        .split("\n\n")
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .map(|text| Block::Remark { text: text.into() })
        .collect();
    if remarks.is_empty() {
        vec![paragraph("The author has written no remarks.")]
    } else {
        remarks
    }
}

/// Data, split, network and settings of a study.
pub(super) fn setup(record: &StudyRecord) -> Vec<Block> {
    let plan = &record.plan;
    let held = &plan.baseline;
    let results = || record.runs.iter().filter_map(|run| run.result.as_ref());
    let backend = results()
        .next()
        .map_or("", |result| result.backend.as_str());
    let num_validation = results().map(|result| result.num_validation).next();
    let labels: Vec<&str> = plan
        .values
        .iter()
        .map(|value| value.label.as_str())
        .collect();
    let separator = if plan.values.iter().any(|value| value.label.contains(',')) {
        "; "
    } else {
        ", "
    };
    let seeds: Vec<String> = plan.seeds.iter().map(u32::to_string).collect();
    let mut blocks = vec![paragraph(format!(
        "The {} took the values {}. Everything else stayed the same; every run began from scratch{}.",
        plan.factor_name,
        labels.join(separator),
        if plan.seeds.len() > 1 {
            if plan.vary_split {
                ", and runs of the same seed share the split, the order of the images and the draw \
                 of the initial weights"
            } else {
                " on the same split, and runs of the same seed share the order of the images and \
                 the draw of the initial weights"
            }
        } else {
            " on the same split, with the same order of the images and the same draw of the \
             initial weights"
        }
    ))];
    let mut rows = vec![
        (
            "data",
            format!(
                "{}, {} images",
                record.data.name,
                thousands(record.data.num_rows.into())
            ),
        ),
        (
            "split",
            format!(
                "stratified, {} validation{}; the rows of scikit-learn's train_test_split with \
                 stratify and random_state = {}",
                percent_short(validation_share(held.validation_share).unwrap_or(f64::NAN)),
                num_validation.map_or(String::new(), |n| format!(
                    " ({} images)",
                    thousands(n.into())
                )),
                split_seed_words(plan)
            ),
        ),
        ("normalisation", "(pixel / 255 − 0.1307) / 0.3081".into()),
        ("hidden layers", held.hidden_layers.clone()),
        ("dropout", held.dropout.to_string()),
        ("layer normalisation", on_off(held.layer_norm)),
        ("augmentation", on_off(held.augmentation)),
        ("learning rate", learning_rate(held)),
        (
            "optimiser",
            format!(
                "SGD, momentum {}, weight decay {}",
                held.momentum, held.weight_decay
            ),
        ),
        ("loss", "cross-entropy".into()),
        ("batch size", thousands(held.batch_size)),
        ("epochs", thousands(held.epochs)),
        ("seeds", seeds.join(", ")),
        (
            "computed by",
            format!("Inkling {}, backend {backend}", record.version),
        ),
    ];
    for (name, value) in &mut rows {
        let is_varied = plan
            .factor_name
            .split(" and ")
            .any(|factor| factor == *name);
        if is_varied {
            *value = "varied in this study".into();
        }
    }
    blocks.push(Block::Table {
        header: vec!["setting".into(), "value".into()],
        rows: rows
            .into_iter()
            .map(|(name, value)| vec![name.into(), value])
            .collect(),
    });
    if !plan.notes.is_empty() {
        blocks.push(Block::List {
            items: plan.notes.clone(),
        });
    }
    blocks
}

/// Every run: its final accuracy in words, its four curves.
pub(super) fn runs(study_index: usize, study: &ReportStudy) -> Vec<Block> {
    let record = &study.record;
    let mut blocks = Vec::new();
    for (index, run) in record.runs.iter().enumerate() {
        blocks.push(heading(
            3,
            format!(
                "{} {}, seed {}",
                record.plan.factor_name, run.spec.label, run.spec.seed
            ),
        ));
        blocks.push(paragraph(run_sentence(run)));
        if let Some(plot) = study
            .plots
            .iter()
            .find(|plot| plot.run == Some(index as u32))
        {
            blocks.push(Block::Plot {
                study: study_index as u32,
                name: plot.name.clone(),
                caption: plot.caption.clone(),
            });
        }
    }
    blocks
}

/// How a run ended, in figures.
pub(super) fn run_sentence(run: &StudyRun) -> String {
    let Some(result) = &run.result else {
        return format!("This run has no result: {}", reason_of(run));
    };
    let mut text = match run.state {
        RunState::Finished => String::new(),
        _ => format!(
            "{} The figures are of the model as it then stood. ",
            reason_of(run)
        ),
    };
    let _ = write!(
        text,
        "Final validation accuracy {} (95 % interval {} to {}), validation loss {}.",
        percent(result.validation_accuracy),
        percent(result.interval_low),
        percent(result.interval_high),
        fixed(result.validation_loss, 4)
    );
    if let Some(last) = result.history.last() {
        let _ = write!(
            text,
            " In epoch {} the training accuracy was {} and the training loss {}; the gap is {}. \
             The best epoch was {} with {}.",
            last.epoch,
            percent(last.train_accuracy),
            fixed(last.train_loss, 4),
            points(result.generalisation_gap),
            result.best_epoch,
            percent(result.best_validation_accuracy)
        );
    }
    let _ = write!(
        text,
        " It took {} s at {} samples a second.",
        significant(result.elapsed_secs),
        thousands(result.samples_per_sec.round())
    );
    text
}

fn reason_of(run: &StudyRun) -> String {
    if !run.reason.is_empty() {
        let stop = if run.reason.ends_with('.') { "" } else { "." };
        return format!("{}{stop}", run.reason);
    }
    match run.state {
        RunState::Stopped => "it was stopped.".into(),
        RunState::Crashed => "its worker failed.".into(),
        RunState::Diverged => "The loss was no longer a finite number.".into(),
        _ => "it has not finished.".into(),
    }
}

/// The comparison as two tables that fit a page: accuracy, then effort.
pub(super) fn comparison_tables(record: &StudyRecord, figures: &[ValueFigures]) -> Vec<Block> {
    let has_seeds = record.plan.seeds.len() > 1;
    let none = || "–".to_string();
    let share = |value: Option<f64>| value.map_or_else(none, percent);
    let rough = |value: Option<f64>| value.map_or_else(none, significant);
    let header = |names: &[&str]| names.iter().map(|name| (*name).to_string()).collect();
    let accuracy = Block::Table {
        header: header(&[
            &record.plan.factor_name,
            "final accuracy",
            if has_seeds {
                "deviation over seeds"
            } else {
                "95 % interval"
            },
            "best accuracy",
            "best epoch",
            "generalisation gap",
        ]),
        rows: figures
            .iter()
            .map(|row| {
                vec![
                    row.label.clone(),
                    share(row.final_accuracy),
                    if has_seeds {
                        row.final_deviation
                            .map_or_else(none, |d| format!("±{}", points(d)))
                    } else {
                        row.interval_low
                            .zip(row.interval_high)
                            .map_or_else(none, |(a, b)| format!("{} to {}", percent(a), percent(b)))
                    },
                    share(row.best_accuracy),
                    rough(row.best_epoch),
                    row.gap.map_or_else(none, points),
                ]
            })
            .collect(),
    };
    let effort = Block::Table {
        header: header(&[
            &record.plan.factor_name,
            "epochs to 90 %",
            "epochs to 95 %",
            "seconds",
            "samples per second",
            "diverged",
            "state",
        ]),
        rows: figures
            .iter()
            .map(|row| {
                vec![
                    row.label.clone(),
                    rough(row.epochs_to_90),
                    rough(row.epochs_to_95),
                    rough(row.secs),
                    row.samples_per_sec
                        .map_or_else(none, |rate| thousands(rate.round())),
                    match row.num_diverged {
                        0 => "no".into(),
                        _ if row.num_runs == 1 => "yes".into(),
                        count => format!("{count} of {}", row.num_runs),
                    },
                    row.state.clone(),
                ]
            })
            .collect(),
    };
    vec![accuracy, effort]
}

pub(super) fn sentences(insights: &[Insight]) -> Vec<String> {
    insights
        .iter()
        .map(|insight| insight.sentence.clone())
        .collect()
}

/// What every run's split is drawn from.
fn split_seed_words(plan: &StudyPlan) -> String {
    match plan.runs.first().map(|run| split_seed(&run.config)) {
        Some(Ok(split_seed)) if !plan.vary_split => split_seed.to_string(),
        _ => "the run's seed".into(),
    }
}

fn percent_short(share: f64) -> String {
    format!("{} %", significant(100.0 * share))
}

fn learning_rate(config: &RunConfig) -> String {
    match config.learning_rate_schedule {
        LearningRateSchedule::Constant => config.learning_rate.to_string(),
        LearningRateSchedule::Cosine => format!("{}, cosine to 0", config.learning_rate),
    }
}

fn on_off(value: bool) -> String {
    if value { "on".into() } else { "off".into() }
}

/// The day of an ISO 8601 time.
fn day(created: &str) -> &str {
    created.split('T').next().unwrap_or(created)
}
