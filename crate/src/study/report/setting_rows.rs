//! A run's settings as rows to read, and what differs between two.

use crate::config::{split_seed, validation_share};
use crate::message::{DataSummary, LearningRateSchedule, RunConfig, StudyRecord};

use super::names::on_off;
use crate::study::words::{significant, thousands};

/// A setting that decides a run's figures: its field of [`RunConfig`], its name and its
/// value in words.
pub(super) type SettingRow = (&'static str, &'static str, String);

/// Every one of them.
pub(super) fn setting_rows(config: &RunConfig) -> Vec<SettingRow> {
    let share = validation_share(config.validation_share).unwrap_or(f64::NAN);
    vec![
        (
            "hidden_layers",
            "hidden layers",
            config.hidden_layers.clone(),
        ),
        (
            "activation",
            "activation",
            config.activation.torch_name().into(),
        ),
        ("dropout", "dropout", config.dropout.to_string()),
        (
            "layer_norm",
            "layer normalisation",
            on_off(config.layer_norm),
        ),
        (
            "augmentation",
            "distorted training images",
            on_off(config.augmentation),
        ),
        ("optimiser", "optimiser", config.optimiser.words().into()),
        ("learning_rate", "learning rate", learning_rate(config)),
        ("momentum", "momentum", config.momentum.to_string()),
        (
            "weight_decay",
            "weight decay",
            config.weight_decay.to_string(),
        ),
        ("batch_size", "batch size", thousands(config.batch_size)),
        ("epochs", "epochs", thousands(config.epochs)),
        (
            "validation_share",
            "validation share",
            format!("{} %", significant(100.0 * share)),
        ),
        ("seed", "seed", config.seed.to_string()),
        (
            "split_seed",
            "split seed",
            split_seed(config).map_or("–".into(), |seed| seed.to_string()),
        ),
    ]
}

fn learning_rate(config: &RunConfig) -> String {
    match config.learning_rate_schedule {
        LearningRateSchedule::Constant => config.learning_rate.to_string(),
        LearningRateSchedule::Cosine => format!("{}, cosine to 0", config.learning_rate),
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
    let varied = record.plan.factor.words().settings;
    let rows = setting_rows(&record.plan.baseline).into_iter().zip(usual);
    for ((key, name, own), (_, _, usual)) in rows {
        if own != usual && !varied.contains(&key) {
            found.push(format!("{name} {own} in place of {usual}"));
        }
    }
    found
}
