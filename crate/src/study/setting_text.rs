//! A setting's value as a study's text has it: read into a run's settings, and written in
//! one spelling.

use crate::config::schema::{Kind, Setting};
use crate::config::{self, Plan};
use crate::error::Error;
use crate::message::RunConfig;

/// A setting's value within a label: shapes in one spelling.
pub(super) fn words_of(setting: &Setting, config: &RunConfig) -> String {
    match setting.kind {
        Kind::Text => widths(config).map_or("?".into(), joined),
        _ => setting.words(config),
    }
}

/// Reads a setting's value, which its own check lets pass; what was expected where it does not.
/// `what` says what it is.
pub(super) fn read_setting(
    setting: &Setting,
    item: &str,
    what: &str,
    read: &mut RunConfig,
) -> std::result::Result<(), String> {
    let expected_by = |error: Error| error.expected().unwrap_or_default().to_string();
    match setting.kind {
        Kind::Text => {
            let widths = config::parse_hidden_layers(item)
                .map_err(|error| format!("{} (shapes are separated by ;)", expected_by(error)))?;
            read.hidden_layers = joined(widths);
            Ok(())
        }
        Kind::Number { get, .. } => {
            setting.read(item, read)?;
            // Alone among settings that are sound, so that what is refused is this one.
            let mut alone = RunConfig::default();
            setting.give(&mut alone, get(read));
            let refused = |error| format!("{what}, {}", expected_by(error));
            Plan::try_from(&alone).map(drop).map_err(refused)
        }
        Kind::Flag { .. } | Kind::Choice { .. } => setting.read(item, read),
    }
}

/// The widths of a run's hidden layers, where its settings name any.
pub(super) fn widths(config: &RunConfig) -> Option<Vec<usize>> {
    config::parse_hidden_layers(&config.hidden_layers).ok()
}

fn joined(widths: Vec<usize>) -> String {
    let widths: Vec<String> = widths.iter().map(usize::to_string).collect();
    widths.join(", ")
}
