//! A run's settings as a command line has them: by name, as the page's query, or of a
//! card. The names are the fields of [`RunConfig`] as it is serialised, which the page's
//! address uses too: there is no list here to keep in step.

use clap::{Arg, ArgMatches, Command};
use serde_json::{Map, Value};

use super::fault::{Fault, Result};
use crate::message::RunConfig;

/// Query keys that are the page's and no settings, as `settings_query.js` has them.
const FOREIGN_KEYS: [&str; 4] = ["data", "fault", "view", "weights"];

/// What a card or its link promises, beside settings.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Promise {
    /// Checksum of the data; empty where none is given.
    pub(super) data: String,
    /// Checksum of the weights; empty where none is given.
    pub(super) weights: String,
}

/// All settings with their defaults; the split's own seed, which has none, is `null`.
fn defaults() -> Map<String, Value> {
    let config = RunConfig {
        split_seed: Some(0.0),
        ..RunConfig::default()
    };
    let Ok(Value::Object(mut fields)) = serde_json::to_value(config) else {
        unreachable!("settings are an object of fields");
    };
    fields.insert("split_seed".into(), Value::Null);
    fields
}

/// Adds an option for each setting, under its name with dashes or with underscores.
pub(super) fn with_settings(command: Command) -> Command {
    defaults()
        .into_iter()
        .fold(command, |command, (key, value)| {
            let shown = match &value {
                Value::Null => "as the seed".into(),
                Value::String(text) => text.clone(),
                Value::Number(number) => number.as_f64().unwrap_or_default().to_string(),
                other => other.to_string(),
            };
            let mut option = Arg::new(key.clone())
                .long(key.replace('_', "-"))
                .value_name("VALUE")
                .help_heading("Settings")
                .help(format!("[default: {shown}]"));
            if key.contains('_') {
                option = option.alias(key);
            }
            if value.is_boolean() {
                option = option
                    .num_args(0..=1)
                    .require_equals(true)
                    .default_missing_value("true");
            }
            command.arg(option)
        })
}

/// The settings that a command line gives: a card's or a query's first, then those by name.
pub(super) fn settings_of(matches: &ArgMatches) -> Result<(RunConfig, Promise)> {
    let mut fields = defaults();
    let mut promise = Promise::default();
    if let Some(path) = matches.get_one::<String>("card") {
        let text = std::fs::read_to_string(path).map_err(|error| Fault::file(path, &error))?;
        read_query(&query_of_card(&text)?, &mut fields, &mut promise)?;
    }
    if let Some(query) = matches.get_one::<String>("query") {
        read_query(query, &mut fields, &mut promise)?;
    }
    let names: Vec<String> = fields.keys().cloned().collect();
    for name in names {
        if let Some(text) = matches.get_one::<String>(&name) {
            set(&mut fields, &name, text)?;
        }
    }
    if fields["split_seed"].is_null() {
        fields.remove("split_seed");
    }
    let config = serde_json::from_value(Value::Object(fields))
        .map_err(|error| Fault::input(format!("settings: {error}")))?;
    Ok((config, promise))
}

/// The query of a card's link.
fn query_of_card(text: &str) -> Result<String> {
    let link = text.lines().find_map(|line| line.strip_prefix("Link: "));
    let query = link.and_then(|link| link.split_once('?'));
    let (_, query) = query.ok_or_else(|| {
        let expected = "a line \"Link: …?…\", as Copy card writes it";
        Fault::found("card", "no link with settings", expected)
    })?;
    Ok(query.trim().into())
}

/// A key in one spelling, as the page has it: `batchSize` and `batch-size` are the same.
fn normalised(key: &str) -> String {
    let kept = key.chars().filter(char::is_ascii_alphanumeric);
    kept.map(|c| c.to_ascii_lowercase()).collect()
}

fn read_query(query: &str, fields: &mut Map<String, Value>, promise: &mut Promise) -> Result<()> {
    // The whole address is taken too.
    let query = query.split_once('?').map_or(query, |(_, query)| query);
    for (key, text) in form_urlencoded::parse(query.as_bytes()) {
        let name = normalised(&key);
        match &*name {
            "data" => promise.data = text.into_owned(),
            "weights" => promise.weights = text.into_owned(),
            foreign if FOREIGN_KEYS.contains(&foreign) => {}
            _ => {
                let known = fields.keys().find(|known| normalised(known) == name);
                let Some(known) = known.cloned() else {
                    let expected = names(fields);
                    return Err(Fault::found("query", &format!("{key:?}"), &expected));
                };
                set(fields, &known, &text)?;
            }
        }
    }
    Ok(())
}

fn names(fields: &Map<String, Value>) -> String {
    let names: Vec<&str> = fields.keys().map(String::as_str).collect();
    format!("one of {}", names.join(", "))
}

/// Gives a field the value that a text means, of the kind that its default has.
fn set(fields: &mut Map<String, Value>, name: &str, text: &str) -> Result<()> {
    let text = text.trim();
    let value = match &fields[name] {
        Value::Bool(_) => match &*text.to_ascii_lowercase() {
            "true" | "1" | "yes" | "on" | "" => Value::Bool(true),
            "false" | "0" | "no" | "off" => Value::Bool(false),
            _ => return Err(Fault::found(name, &format!("{text:?}"), "true or false")),
        },
        Value::Number(_) | Value::Null => {
            let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
            let number = number
                .ok_or_else(|| Fault::found(name, &format!("{text:?}"), "a number such as 0.05"))?;
            number.into()
        }
        _ => text.into(),
    };
    fields.insert(name.into(), value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Result<(RunConfig, Promise)> {
        let command = with_settings(Command::new("train"))
            .arg(Arg::new("query").long("query"))
            .arg(Arg::new("card").long("card"));
        let words = std::iter::once(&"train").chain(words);
        settings_of(&command.try_get_matches_from(words).unwrap())
    }

    #[test]
    fn settings_have_the_names_of_their_fields() {
        let (config, promise) = read(&[]).unwrap();
        assert_eq!(
            (config, promise),
            (RunConfig::default(), Promise::default())
        );
        let words = [
            "--batch-size",
            "16",
            "--layer_norm",
            "--hidden-layers=8,4",
            "--split-seed=3",
        ];
        let (config, _) = read(&words).unwrap();
        let expected = RunConfig {
            batch_size: 16.0,
            layer_norm: true,
            hidden_layers: "8,4".into(),
            split_seed: Some(3.0),
            ..RunConfig::default()
        };
        assert_eq!(config, expected);
    }

    #[test]
    fn a_query_is_read_as_the_page_reads_it_and_names_stand_above_it() {
        let query = "https://a.example/?epochs=3&batchSize=32&layer_norm=on&hidden_layers=128%2C64\
                     &learning_rate_schedule=cosine&view=study&data=00aa&weights=00bb";
        let (config, promise) = read(&["--query", query, "--epochs", "4"]).unwrap();
        let expected = RunConfig {
            epochs: 4.0,
            batch_size: 32.0,
            layer_norm: true,
            hidden_layers: "128,64".into(),
            learning_rate_schedule: crate::message::LearningRateSchedule::Cosine,
            ..RunConfig::default()
        };
        assert_eq!(config, expected);
        assert_eq!((&*promise.data, &*promise.weights), ("00aa", "00bb"));
    }

    #[test]
    fn what_is_no_setting_or_no_value_is_refused() {
        let told = |words: &[&str]| read(words).unwrap_err().to_string();
        assert!(told(&["--query", "?epoks=3"]).starts_with("query: found \"epoks\", expected one"));
        assert_eq!(
            told(&["--epochs", "three"]),
            "epochs: found \"three\", expected a number such as 0.05"
        );
        assert!(told(&["--learning-rate-schedule", "steps"]).contains("unknown variant `steps`"));
    }
}
