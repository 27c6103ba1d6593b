//! A network as a file, and back: `.safetensors` as PyTorch names and lays out
//! tensors, burnpack as a module of burn does; and a committee of several, as a list of such
//! modules. Here stands what both have in common: which one a file is, what its metadata say,
//! and what network its layers make.
//!
//! ONNX only goes out, and seldom: the page's `worker/onnx.js` writes it from the
//! flat parameters, so that it costs this engine nothing.

pub mod burnpack;
mod members;
pub mod safetensors;
#[cfg(test)]
mod tests;

use super::committee::Committee;
use crate::config::{MAX_HIDDEN_LAYERS, MAX_WIDTH, NetworkPlan, grouped, quoted};
use crate::data::task::{CLASSES, SIDES, numbered};
use crate::data::{Normalisation, Task};
use crate::error::{Error, Result};
use crate::message::Activation;
use crate::order::in_order;

/// Longest header, in bytes. The largest network's takes 4 KB; one of 100 MB could
/// name a million tensors.
const MAX_HEADER: usize = 1 << 20;
/// Most tensors: a weight and a bias for each linear layer and normalisation.
const MAX_TENSORS: usize = 2 * (2 * MAX_HIDDEN_LAYERS + 1);

/// What any file that is neither is told.
const EXPECTED: &str = "a .safetensors or .bpk file, such as this page writes";

/// A network that stands on its own.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredModel {
    /// Its shape.
    pub plan: NetworkPlan,
    /// What it was trained to tell apart.
    pub task: Task,
    /// How it wants its pixels.
    pub normalisation: Normalisation,
    /// Its parameters, `[layout.num_parameters]` as [`Layout`] orders them.
    ///
    /// [`Layout`]: super::layout::Layout
    pub parameters: Vec<f32>,
}

/// Reads a file of either format, told by its first bytes whatever its name: one network, or a
/// committee of several.
///
/// # Errors
/// Names the tensor, what was found and what was expected.
pub fn read(name: &str, bytes: &[u8]) -> Result<Committee> {
    if burnpack::is_burnpack(bytes) {
        burnpack::read(name, bytes)
    } else {
        safetensors::read(name, bytes)
    }
}

/// A file's notes: keys and texts.
type Notes = Vec<(String, String)>;

/// What either format's metadata says of a model besides its tensors; of activation and
/// classes only where they are not ReLU and the ten digits.
fn notes(model: &StoredModel) -> Notes {
    let all = network_notes(model).into_iter().chain(task_notes(model));
    all.map(|(key, text)| (key.to_owned(), text)).collect()
}

/// Of what is a network's own.
fn network_notes(model: &StoredModel) -> Vec<(&'static str, String)> {
    let Normalisation { mean, deviation } = model.normalisation;
    let mut notes = vec![
        ("dropout", model.plan.dropout.to_string()),
        ("pixel_mean", mean.to_string()),
        ("pixel_std", deviation.to_string()),
    ];
    if model.plan.activation != Activation::Relu {
        notes.push(("activation", model.plan.activation.key().into()));
    }
    notes
}

/// Of what all networks of a task have in common.
fn task_notes(model: &StoredModel) -> Vec<(&'static str, String)> {
    let mut notes = vec![
        (
            "inputs",
            format!(
                "pixel / 255, minus pixel_mean, over pixel_std, {} a row",
                model.plan.num_pixels
            ),
        ),
        (
            "written_by",
            concat!("Inkling ", env!("CARGO_PKG_VERSION")).into(),
        ),
    ];
    if !model.task.are_digits() {
        let classes = serde_json::to_string(model.task.classes()).expect("texts become JSON");
        notes.push(("classes", classes));
    }
    if !model.task.is_drawn() {
        notes.push(("pictures", "not drawn".into()));
    }
    notes
}

/// What a file's metadata says of the pixels: the model's normalisation. That of MNIST
/// where it says nothing and the network is of MNIST's shape.
fn normalisation_of(
    file: &str,
    plan: &NetworkPlan,
    note: &dyn Fn(&str) -> Option<String>,
) -> Result<Normalisation> {
    let number = |key: &str, usual: f32| {
        let expected = "a number from 0 to 1, as a share of full ink";
        match note(key) {
            Some(text) => match text.parse::<f32>() {
                Ok(value) if (0.0..=1.0).contains(&value) => Ok(value),
                _ => {
                    let place = format!("{file}, metadata {key}");
                    Err(Error::data(place, text, expected))
                }
            },
            None if plan.widths_are_mnists() => Ok(usual),
            None => {
                let place = format!("{file}, metadata {key}");
                Err(Error::data(place, "nothing", expected))
            }
        }
    };
    let usual = Normalisation::MNIST;
    let mean = number("pixel_mean", usual.mean)?;
    let deviation = number("pixel_std", usual.deviation)?;
    Normalisation::new(mean, deviation)
}

/// The task of a network read from a file: its shape, and the classes' names where the
/// metadata has them.
fn task_of(
    file: &str,
    plan: &NetworkPlan,
    normalisation: Normalisation,
    note: &dyn Fn(&str) -> Option<String>,
) -> Result<Task> {
    let classes = match note("classes") {
        None => numbered(plan.num_classes),
        Some(text) => match serde_json::from_str::<Vec<String>>(&text) {
            Ok(classes) if classes.len() == plan.num_classes => classes,
            _ => {
                let place = format!("{file}, metadata classes");
                let expected = format!("a JSON list of {} texts", plan.num_classes);
                return Err(Error::data(place, quoted(&text), expected));
            }
        },
    };
    let task = Task::new(plan.num_pixels.isqrt(), classes)?.with_normalisation(normalisation);
    Ok(match note("pictures") {
        Some(_) => task.photographed(),
        None => task,
    })
}

/// The side of the pictures that so many inputs are, if they are any.
fn side_of(num_inputs: usize) -> Option<usize> {
    let side = num_inputs.isqrt();
    (side * side == num_inputs && SIDES.contains(&side)).then_some(side)
}

/// Which inputs a first layer may have besides MNIST's, for messages.
fn or_other_pixels() -> String {
    let squared = |side: &usize| grouped((side * side) as u64);
    format!(
        ", 784 or another square from {} to {}",
        squared(SIDES.start()),
        squared(SIDES.end())
    )
}

fn dropout(note: &dyn Fn(&str) -> Option<String>) -> f32 {
    let noted = note("dropout").and_then(|text| text.parse::<f32>().ok());
    noted.filter(|p| (0.0..=0.95).contains(p)).unwrap_or(0.0)
}

/// What the hidden units make of their sums: ReLU where a file does not say.
fn activation(file: &str, note: &dyn Fn(&str) -> Option<String>) -> Result<Activation> {
    let Some(text) = note("activation") else {
        return Ok(Activation::Relu);
    };
    let known = Activation::ALL.map(Activation::key);
    let found = known.iter().position(|key| *key == text);
    found.map(|at| Activation::ALL[at]).ok_or_else(|| {
        let place = format!("{file}, metadata activation");
        let expected = format!("one of {}", known.join(", "));
        Error::data(place, quoted(&text), expected)
    })
}

fn check_header_len(file: &str, found: u64) -> Result<()> {
    if found <= MAX_HEADER as u64 {
        return Ok(());
    }
    Err(Error::data(
        format!("{file}, header"),
        format!("{} bytes", grouped(found)),
        format!("at most {}", grouped(MAX_HEADER as u64)),
    ))
}

fn check_num_tensors(file: &str, found: usize, num_members: usize) -> Result<()> {
    let most = MAX_TENSORS * num_members;
    if found <= most {
        return Ok(());
    }
    let each = if num_members > 1 { " each" } else { "" };
    Err(Error::data(
        format!("{file}, tensors"),
        format!("{found} tensors"),
        format!("at most {most}, those of {MAX_HIDDEN_LAYERS} hidden layers{each}"),
    ))
}

/// Modules by the numbers that end their names: `0`, `net.3`, `linears.1`.
#[derive(Default)]
struct Numbered(Vec<(usize, String)>);

impl Numbered {
    /// Notes the module `stem` of a tensor, once; `expected` is for a name without
    /// a number.
    fn note(&mut self, file: &str, tensor: &str, stem: &str, expected: &str) -> Result<()> {
        let digits = stem.len() - stem.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        let Ok(place) = stem[stem.len() - digits..].parse() else {
            return Err(fault(file, tensor, "a name of its own", expected));
        };
        match self.0.iter().find(|(other, _)| *other == place) {
            None => self.0.push((place, stem.to_owned())),
            Some((_, other)) if other == stem => {}
            Some((_, other)) => {
                let found = format!("the number {place}, as {other} has it");
                return Err(fault(file, tensor, found, "a number of its own"));
            }
        }
        Ok(())
    }

    /// The modules' names in the order of their numbers.
    fn in_order(self) -> Vec<String> {
        let sorted = in_order(&self.0, |a, b| a.0.cmp(&b.0));
        sorted.into_iter().map(|(_, stem)| stem).collect()
    }
}

/// The network of linear layers and ReLUs with these widths, pixels first and classes
/// last; `last` is the last weight's name.
fn plan_of(
    file: &str,
    mut widths: Vec<usize>,
    num_norms: usize,
    dropout: f32,
    last: &str,
) -> Result<NetworkPlan> {
    let num_linears = widths.len() - 1;
    let refused = |found, expected| Err(Error::data(format!("{file}, tensors"), found, expected));
    if !(2..=MAX_HIDDEN_LAYERS + 1).contains(&num_linears) {
        return refused(
            format!("{num_linears} linear layers"),
            format!("2 to {}", MAX_HIDDEN_LAYERS + 1),
        );
    }
    let num_classes = widths.pop().expect("three at least");
    if !CLASSES.contains(&num_classes) {
        let found = format!("{num_classes} outputs");
        let (low, high) = (CLASSES.start(), CLASSES.end());
        let expected = format!("{low} to {high} outputs, one for each class");
        return Err(fault(file, last, found, expected));
    }
    let hidden = widths.split_off(1);
    if let Some(width) = hidden
        .iter()
        .find(|&&width| width == 0 || width > MAX_WIDTH)
    {
        return refused(
            format!("a hidden layer of {width} units"),
            format!("1 to {} units", grouped(MAX_WIDTH as u64)),
        );
    }
    if num_norms != 0 && num_norms != hidden.len() {
        return refused(
            format!("{num_norms} LayerNorms for {} hidden layers", hidden.len()),
            "one after each hidden Linear, or none".into(),
        );
    }
    Ok(NetworkPlan {
        num_pixels: widths[0],
        num_classes,
        hidden,
        activation: Activation::Relu,
        dropout,
        layer_norm: num_norms > 0,
        // What trained it is none of a model file's business.
        ..NetworkPlan::default()
    })
}

/// A tensor's numbers from its bytes, four each.
fn values(file: &str, tensor: &str, bytes: &[u8]) -> Result<Vec<f32>> {
    let (words, _) = bytes.as_chunks::<4>();
    let values: Vec<f32> = words.iter().map(|word| f32::from_le_bytes(*word)).collect();
    match values.iter().position(|value| !value.is_finite()) {
        None => Ok(values),
        Some(place) => {
            let found = format!("{} at place {place}", values[place]);
            Err(fault(file, tensor, found, "finite numbers"))
        }
    }
}

fn fault(file: &str, tensor: &str, found: impl Into<String>, expected: impl Into<String>) -> Error {
    Error::data(format!("{file}, tensor {tensor}"), found, expected)
}

fn shape<T: ToString>(dims: &[T]) -> String {
    let dims: Vec<_> = dims.iter().map(T::to_string).collect();
    format!("[{}]", dims.join(", "))
}
