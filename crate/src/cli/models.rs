//! `inkling evaluate` and `inkling predict`: a model of a file, or a committee of several, and
//! images of another; `inkling committee` puts several into one file.

use clap::ArgMatches;

use super::engine::probabilities;
use super::fault::{Fault, Result};
use super::files::{read, write};
use super::input::{Loaded, load, name_of};
use super::told::Told;
use super::{label_column, paths, paths_of, text};
use crate::data::task::numbered;
use crate::nn::committee::Committee;
use crate::nn::model_file::{self, burnpack, safetensors};
use crate::train::evaluation::evaluate as figures_of;

/// The networks of all the models.
fn committee_of(matches: &ArgMatches) -> Result<Committee> {
    let mut members = Vec::new();
    for path in paths_of(matches, "model") {
        let found = model_file::read(&name_of(&path), &read(&path)?)?;
        members.extend(found.members().iter().cloned());
    }
    Ok(Committee::new(members)?)
}

/// Several models as one file.
pub(super) fn committee(matches: &ArgMatches, told: &Told) -> Result<u8> {
    let committee = committee_of(matches)?;
    let num_members = committee.members().len();
    if num_members < 2 {
        return Err(Fault::found("--model", "1 network", "2 or more"));
    }
    let out = text(matches, "out").unwrap_or("committee.safetensors");
    let bytes = match out.ends_with(".bpk") {
        true => burnpack::write_committee(&committee),
        false => safetensors::write_committee(&committee),
    };
    write(out, &bytes)?;
    let value = serde_json::json!({ "kind": "kept", "out": out, "members": num_members });
    told.say(&format!("{out} holds {num_members} networks"), &value);
    Ok(0)
}

/// The models, as one committee where they are several, and the images.
fn opened(matches: &ArgMatches) -> Result<(Committee, Loaded)> {
    let model = committee_of(matches)?;
    let set = load(&paths(matches), true, label_column(matches)?)?;
    Ok((model, set))
}

/// The figures of a labelled set.
pub(super) fn evaluate(matches: &ArgMatches, told: &Told) -> Result<u8> {
    let (model, set) = opened(matches)?;
    set.dataset.require_labels_of(&set.summary.source)?;
    let places = class_places(&model, &set)?;
    let labels: Vec<u8> = set
        .dataset
        .labels()
        .iter()
        .map(|&label| places[usize::from(label)])
        .collect();
    let probabilities = probabilities(&model, &set.dataset)?;
    let figures = figures_of(&probabilities, &labels, model.task().num_classes())?;
    let words = format!(
        "{} of {} right: accuracy {:.2} % ({:.2} to {:.2} %), loss {}",
        figures.num_correct,
        figures.num_rows,
        100.0 * figures.accuracy,
        100.0 * figures.interval_low,
        100.0 * figures.interval_high,
        figures.loss
    );
    told.say(&words, &figures);
    Ok(0)
}

/// The model's class of each class of a set, by their names, or by the labels of the file
/// where the model has those for names; never by their places.
fn class_places(model: &Committee, set: &Loaded) -> Result<Vec<u8>> {
    let known = model.task().classes();
    let own = &set.summary.task.classes;
    let of_file = match &set.summary.source.labels {
        labels if labels.len() == own.len() => labels,
        _ => own,
    };
    let has_images = |class: usize| set.summary.class_counts.get(class).is_none_or(|&n| n > 0);
    let by = |names: &[String]| -> std::result::Result<Vec<u8>, String> {
        let place = |(class, name): (usize, &String)| {
            match known.iter().position(|one| one == name) {
                Some(place) => Ok(place as u8),
                // Of a class without an image nothing is asked.
                None if !has_images(class) => Ok(0),
                None => Err(name.clone()),
            }
        };
        names.iter().enumerate().map(place).collect()
    };
    by(own)
        .or_else(|unknown| by(of_file).map_err(|_| unknown))
        .map_err(|unknown| {
            let expected = format!("one of {}", known.join(", "));
            Fault::found(
                set.dataset.name(),
                &format!("the label {unknown}"),
                &expected,
            )
        })
}

/// What the model reads each image as, as Kaggle's `submission.csv`.
pub(super) fn predict(matches: &ArgMatches, told: &Told) -> Result<u8> {
    let (model, set) = opened(matches)?;
    let probabilities = probabilities(&model, &set.dataset)?;
    let classes = model.task().classes();
    // Digits as numbers, other classes by their names.
    let names: Vec<String> = match classes == numbered(classes.len()) {
        true => numbered(classes.len()),
        false => classes.iter().map(|name| field(name)).collect(),
    };
    let mut lines = String::from("ImageId,Label\n");
    for (row, chances) in probabilities.chunks_exact(classes.len()).enumerate() {
        // As argmax does, the first of equal ones.
        let best = (1..chances.len()).fold(0, |best, class| {
            if chances[class] > chances[best] {
                class
            } else {
                best
            }
        });
        lines += &format!("{},{}\n", row + 1, names[best]);
    }
    let out = text(matches, "out").unwrap_or("submission.csv");
    write(out, lines.as_bytes())?;
    let num_rows = set.dataset.num_rows();
    let value = serde_json::json!({ "kind": "kept", "out": out, "rows": num_rows });
    told.say(&format!("{out} holds {num_rows} rows"), &value);
    Ok(0)
}

/// A field of a CSV.
fn field(name: &str) -> String {
    if name.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", name.replace('"', "\"\""))
    } else {
        name.into()
    }
}
