//! A run's settings as rows to read, and what differs between two.

use crate::config::schema::{SETTINGS, Setting};
use crate::config::{split_seed, validation_share};
use crate::message::{DataSummary, RunConfig, StudyRecord};

use crate::study::words::{significant, thousands};

/// A setting that decides a run's figures: its field of [`RunConfig`], its name and its
/// value in words.
pub(super) type SettingRow = (&'static str, String, String);

/// Every one of them.
pub(super) fn setting_rows(config: &RunConfig) -> Vec<SettingRow> {
    let decides = |setting: &&Setting| {
        // The schedule stands beside the rate.
        !["backend", "clean_curve", "learning_rate_schedule"].contains(&setting.key)
    };
    let row = |setting: &Setting| (setting.key, name(setting), words(setting, config));
    SETTINGS.iter().filter(decides).map(row).collect()
}

/// Those of them that a reader looks for: all that is usually set, and what else differs from
/// the defaults.
pub(super) fn told_rows(config: &RunConfig) -> Vec<SettingRow> {
    let usual = setting_rows(&RunConfig::default());
    let rows = setting_rows(config).into_iter().zip(usual);
    let is_told =
        |(row, usual): &(SettingRow, SettingRow)| ALWAYS_TOLD.contains(&row.0) || row.2 != usual.2;
    rows.filter(is_told).map(|(row, _)| row).collect()
}

/// Settings that a report names even where they are as usual; others where they do something.
const ALWAYS_TOLD: [&str; 14] = [
    "validation_share",
    "augmentation",
    "hidden_layers",
    "activation",
    "dropout",
    "layer_norm",
    "epochs",
    "batch_size",
    "optimiser",
    "learning_rate",
    "momentum",
    "weight_decay",
    "seed",
    "split_seed",
];

fn name(setting: &Setting) -> String {
    match setting.key {
        "augmentation" => "distorted training images".into(),
        _ => setting.name(),
    }
}

fn words(setting: &Setting, config: &RunConfig) -> String {
    match setting.key {
        "learning_rate" => match config.learning_rate_schedule.phrase() {
            None => config.learning_rate.to_string(),
            Some(phrase) => format!("{}, {phrase}", config.learning_rate),
        },
        "validation_share" => {
            let share = validation_share(config.validation_share).unwrap_or(f64::NAN);
            format!("{} %", significant(100.0 * share))
        }
        "batch_size" => thousands(config.batch_size),
        "epochs" => thousands(config.epochs),
        "split_seed" => split_seed(config).map_or("–".into(), |seed| seed.to_string()),
        _ => setting.words(config),
    }
}

/// A data set in words: `train.csv, 42,000 images`.
pub(super) fn data_words(data: &DataSummary) -> String {
    format!("{}, {} images", data.name, thousands(data.num_rows.into()))
}

/// What a study holds otherwise than the baseline does, besides its factor: the data
/// first.
pub(super) fn differences(
    record: &StudyRecord,
    data: &DataSummary,
    config: &RunConfig,
) -> Vec<String> {
    let mut found = Vec::new();
    if record.data.checksum != data.checksum {
        found.push(format!(
            "data {} in place of {}",
            data_words(&record.data),
            data_words(data)
        ));
    }
    let usual = setting_rows(config);
    let plan = &record.plan;
    let is_varied = |key: &&str| {
        plan.factor.words().settings.contains(key) || plan.crossed.iter().any(|one| one == key)
    };
    let rows = setting_rows(&record.plan.baseline).into_iter().zip(usual);
    for ((key, name, own), (_, _, usual)) in rows {
        if own != usual && !is_varied(&key) {
            found.push(format!("{name} {own} in place of {usual}"));
        }
    }
    found
}
