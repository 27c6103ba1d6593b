//! `inkling train`: one run of settings on data.

use clap::ArgMatches;
use serde_json::json;

use super::data_of;
use super::engine::{settled, train as run};
use super::fault::{Fault, Result, STATUS_DIFFERS};
use super::files::{runs_file, write};
use super::settings::settings_of;
use super::study::threads;
use super::text;
use super::told::{Told, result_words};
use crate::config::Plan;
use crate::data::findings::findings;
use crate::message::Outcome;
use crate::nn::model_file::{burnpack, safetensors};
use crate::team;

/// Threads that share a run where no number is asked for: more have not been measured.
const MOST_THREADS: usize = 4;

pub(super) fn train(matches: &ArgMatches, told: &Told) -> Result<u8> {
    let (config, promise) = settings_of(matches)?;
    let config = settled(&config)?;
    // Wrong settings are told before a large file is read.
    Plan::try_from(&config)?;
    let mut num_threads = threads(matches)?;
    if text(matches, "threads").is_none() {
        num_threads = num_threads.min(MOST_THREADS);
    }
    team::grow_to(num_threads).map_err(|error| Fault::input(format!("--threads: {error}")))?;
    let data = data_of(matches)?;
    if !promise.data.is_empty() && promise.data != data.summary.checksum {
        let found = format!("{} (checksum {})", data.summary.name, data.summary.checksum);
        return Err(Fault::found(
            "data",
            &found,
            &format!("the card's, {}", promise.data),
        ));
    }
    if !told.is_json() {
        for finding in findings(&data.dataset) {
            eprintln!("{}", finding.sentence);
        }
    }
    let report = told.run(None, data.summary.name.clone());
    let trained = run(&data.dataset, &config, |event| report.hear(event))?;
    let result = &trained.result;
    if !told.is_json() {
        told.say(&result_words(result), &());
    }
    let model = safetensors::write(&trained.model);
    if let Some(out) = text(matches, "out") {
        write(out, &runs_file(&data, &config, result, &model))?;
    }
    if let Some(path) = text(matches, "model") {
        let is_burnpack = path.ends_with(".bpk");
        let bytes = if is_burnpack {
            burnpack::write(&trained.model)
        } else {
            model
        };
        write(path, &bytes)?;
    }
    let mut status = match result.outcome {
        Outcome::Finished => 0,
        _ => STATUS_DIFFERS,
    };
    if !promise.weights.is_empty() {
        let is_same = promise.weights == result.weights_checksum;
        let words = if is_same {
            "The same weights as the card's, to the last bit.".into()
        } else {
            status = STATUS_DIFFERS;
            format!(
                "Not the weights of the card: their checksum is {}, these have {}.",
                promise.weights, result.weights_checksum
            )
        };
        told.say(
            &words,
            &json!({ "kind": "compared", "same_weights": is_same }),
        );
    }
    Ok(status)
}
