//! A run's settings as rows to read, and what differs between two.

use crate::config::{split_seed, validation_share};
use crate::message::{DataSummary, Factor, LearningRateSchedule, RunConfig, StudyRecord};

use super::names::on_off;
use crate::study::words::{significant, thousands};

/// Every setting that decides a run's figures: its name and its value in words.
pub(super) fn setting_rows(config: &RunConfig) -> Vec<(&'static str, String)> {
    let share = validation_share(config.validation_share).unwrap_or(f64::NAN);
    vec![
        ("hidden layers", config.hidden_layers.clone()),
        ("dropout", config.dropout.to_string()),
        ("layer normalisation", on_off(config.layer_norm)),
        ("distorted training images", on_off(config.augmentation)),
        ("learning rate", learning_rate(config)),
        ("momentum", config.momentum.to_string()),
        ("weight decay", config.weight_decay.to_string()),
        ("batch size", thousands(config.batch_size)),
        ("epochs", thousands(config.epochs)),
        (
            "validation share",
            format!("{} %", significant(100.0 * share)),
        ),
        ("seed", config.seed.to_string()),
        (
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

/// The names in [`setting_rows`] that a factor varies.
pub(super) fn varied(factor: Factor) -> &'static [&'static str] {
    match factor {
        Factor::LearningRate => &["learning rate"],
        Factor::BatchSize => &["batch size"],
        Factor::Dropout => &["dropout"],
        Factor::LayerNorm => &["layer normalisation"],
        Factor::HiddenLayers => &["hidden layers"],
        Factor::DropoutLayerNorm => &["dropout", "layer normalisation"],
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
    for ((name, own), (_, usual)) in setting_rows(&record.plan.baseline).into_iter().zip(usual) {
        if own != usual && !varied(record.plan.factor).contains(&name) {
            found.push(format!("{name} {own} in place of {usual}"));
        }
    }
    found
}
