//! What studies, values and people are called in a report.

use crate::config::schema::setting;
use crate::message::{DataSummary, Factor, ReportRequest, RunConfig, StudyPlan, StudyRecord};
use crate::study::pairs::names_of;
use crate::study::setting_text::words_of;
use crate::study::words::{capitalised, task_of};

/// The person or the people, with what goes with them.
pub(super) struct Authors {
    /// `author` or `authors`.
    pub(super) noun: &'static str,
    /// `author’s` or `authors’`.
    pub(super) own: &'static str,
}

pub(super) fn authors(request: &ReportRequest) -> Authors {
    if request.ids.len() > 1 {
        Authors {
            noun: "authors",
            own: "authors’",
        }
    } else {
        Authors {
            noun: "author",
            own: "author’s",
        }
    }
}

/// The factor as a section is called.
pub(super) fn study_name(factor: Factor) -> &'static str {
    factor.words().title
}

/// The factor within a sentence.
pub(super) fn factor_phrase(factor: Factor) -> &'static str {
    factor.words().phrase
}

/// The columns that tell the values of a plan.
pub(super) fn value_header(plan: &StudyPlan) -> Vec<String> {
    match plan.factor {
        Factor::DropoutLayerNorm => vec!["dropout".into(), "layer normalisation".into()],
        Factor::TwoFactors => names_of(&plan.crossed),
        factor => vec![factor.name().into()],
    }
}

/// A value in those columns.
pub(super) fn value_cells(plan: &StudyPlan, config: &RunConfig, label: &str) -> Vec<String> {
    match plan.factor {
        Factor::DropoutLayerNorm => vec![config.dropout.to_string(), on_off(config.layer_norm)],
        Factor::TwoFactors => crossed_words(&plan.crossed, config),
        _ => vec![label.into()],
    }
}

/// The value of each crossed setting.
fn crossed_words(crossed: &[String], config: &RunConfig) -> Vec<String> {
    let words = |key: &String| setting(key).map_or("?".into(), |one| words_of(one, config));
    crossed.iter().map(words).collect()
}

/// A value in words: `batch size 64`, `dropout 0.2 with layer normalisation`.
pub(super) fn value_words(plan: &StudyPlan, config: &RunConfig, label: &str) -> String {
    match plan.factor {
        Factor::DropoutLayerNorm => format!(
            "dropout {} {} layer normalisation",
            config.dropout,
            if config.layer_norm { "with" } else { "without" }
        ),
        Factor::TwoFactors => {
            let names = names_of(&plan.crossed).into_iter();
            let words = crossed_words(&plan.crossed, config);
            let parts = names
                .zip(words)
                .map(|(name, word)| format!("{name} {word}"));
            parts.collect::<Vec<_>>().join(", ")
        }
        factor => format!("{} {label}", factor.name()),
    }
}

/// The settings of a value's first run.
pub(super) fn config_of(record: &StudyRecord, value_index: usize) -> &RunConfig {
    let of_it = |run: &&crate::message::RunSpec| run.value_index as usize == value_index;
    let found = record.plan.runs.iter().find(of_it);
    found.map_or(&record.plan.baseline, |run| &run.config)
}

/// The values in a sentence: `0.01, 0.1 and 1`; shapes are set apart by semicolons.
pub(super) fn values_words(record: &StudyRecord) -> String {
    let plan = &record.plan;
    if plan.factor == Factor::DropoutLayerNorm {
        let mut rates: Vec<String> = Vec::new();
        for run in &plan.runs {
            let rate = run.config.dropout.to_string();
            if !rates.contains(&rate) {
                rates.push(rate);
            }
        }
        return format!(
            "dropout {}, each without and with layer normalisation",
            joined(&rates)
        );
    }
    if plan.factor == Factor::TwoFactors {
        let mut words: Vec<Vec<String>> = vec![vec![]; plan.crossed.len()];
        for run in &plan.runs {
            let own = crossed_words(&plan.crossed, &run.config);
            for (all, word) in words.iter_mut().zip(own) {
                if !all.contains(&word) {
                    all.push(word);
                }
            }
        }
        let names = names_of(&plan.crossed).into_iter();
        let parts = names
            .zip(&words)
            .map(|(name, all)| format!("{name} {}", joined(all)));
        return parts.collect::<Vec<_>>().join(", each with ");
    }
    let labels: Vec<String> = plan
        .values
        .iter()
        .map(|value| value.label.clone())
        .collect();
    joined(&labels)
}

fn joined(items: &[String]) -> String {
    let separator = if items.iter().any(|item| item.contains(',')) {
        "; "
    } else {
        ", "
    };
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [init @ .., last] => format!("{} and {last}", init.join(separator)),
    }
}

pub(super) fn on_off(value: bool) -> String {
    if value { "on".into() } else { "off".into() }
}

/// A sentence with a capital at its beginning.
pub(super) fn sentence(text: &str) -> String {
    capitalised(text)
}

/// The files that a notebook needs, as the person's are called, without their folders: one,
/// or the images' and the labels'.
pub(super) fn data_files(data: &DataSummary) -> Vec<String> {
    let source = &data.source;
    let last = |name: &str| name.rsplit(['/', '\\']).next().unwrap_or(name).to_owned();
    if let [images, labels] = &source.files[..] {
        return vec![last(images), last(labels)];
    }
    let name = last(&data.name);
    // Older records tell of an IDX file of images what its name does.
    if source.table.is_none() && source.entries.is_empty() && name.contains("images-idx3") {
        let labels = name.replace("images-idx3", "labels-idx1");
        return vec![name, labels];
    }
    vec![name]
}

/// The same in a sentence, on one line whatever a record calls them.
pub(super) fn data_file(data: &DataSummary) -> String {
    data_files(data)
        .join(" and ")
        .replace(char::is_control, " ")
}

/// Images of each digit in the `train.csv` of Kaggle's competition digit-recognizer.
const KAGGLES_COUNTS: [u32; 10] = [4132, 4684, 4177, 4351, 4072, 3795, 4137, 4401, 4063, 4188];

/// Whether the images are, by their classes, those of Kaggle's `train.csv`.
pub(super) fn is_kaggles(data: &DataSummary) -> bool {
    task_of(data).is_mnist() && data.class_counts == KAGGLES_COUNTS
}
