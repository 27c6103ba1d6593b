//! A network as a file, and back: `.safetensors` as PyTorch names and lays out
//! tensors, burnpack as a module of burn does. Here stands what both have in
//! common: which one a file is, and what network its layers make.
//!
//! ONNX only goes out, and seldom: the page's `worker/onnx.js` writes it from the
//! flat parameters, so that it costs this engine nothing.

pub mod burnpack;
pub mod safetensors;

use crate::config::{MAX_HIDDEN_LAYERS, MAX_WIDTH, NetworkPlan, grouped};
use crate::data::{NUM_CLASSES, NUM_PIXELS, PIXEL_MEAN, PIXEL_STD};
use crate::error::{Error, Result};

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
    /// Its parameters, `[layout.num_parameters]` as [`Layout`] orders them.
    ///
    /// [`Layout`]: super::layout::Layout
    pub parameters: Vec<f32>,
}

/// Reads a file of either format, told by its first bytes whatever its name.
///
/// # Errors
/// Names the tensor, what was found and what was expected.
pub fn read(name: &str, bytes: &[u8]) -> Result<StoredModel> {
    if burnpack::is_burnpack(bytes) {
        burnpack::read(name, bytes)
    } else {
        safetensors::read(name, bytes)
    }
}

/// What either format's metadata says of a model besides its tensors.
fn notes(plan: &NetworkPlan) -> [(&'static str, String); 5] {
    [
        ("dropout", plan.dropout.to_string()),
        (
            "inputs",
            "pixel / 255, minus pixel_mean, over pixel_std, 784 a row".into(),
        ),
        ("pixel_mean", PIXEL_MEAN.to_string()),
        ("pixel_std", PIXEL_STD.to_string()),
        (
            "written_by",
            concat!("Inkling ", env!("CARGO_PKG_VERSION")).into(),
        ),
    ]
}

/// A model that wants its pixels otherwise would read nonsense here.
fn check_inputs(file: &str, note: &dyn Fn(&str) -> Option<String>) -> Result<()> {
    for (key, expected) in [("pixel_mean", PIXEL_MEAN), ("pixel_std", PIXEL_STD)] {
        if let Some(found) = note(key)
            && found.parse::<f32>().ok() != Some(expected)
        {
            let place = format!("{file}, metadata {key}");
            return Err(Error::data(place, found, expected.to_string()));
        }
    }
    Ok(())
}

fn dropout(note: &dyn Fn(&str) -> Option<String>) -> f32 {
    let noted = note("dropout").and_then(|text| text.parse::<f32>().ok());
    noted.filter(|p| (0.0..=0.95).contains(p)).unwrap_or(0.0)
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

fn check_num_tensors(file: &str, found: usize) -> Result<()> {
    if found <= MAX_TENSORS {
        return Ok(());
    }
    Err(Error::data(
        format!("{file}, tensors"),
        format!("{found} tensors"),
        format!("at most {MAX_TENSORS}, those of {MAX_HIDDEN_LAYERS} hidden layers"),
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
    fn in_order(mut self) -> Vec<String> {
        self.0.sort();
        self.0.into_iter().map(|(_, stem)| stem).collect()
    }
}

/// The network of linear layers with these widths, pixels first and classes last;
/// `last` is the last weight's name.
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
    if num_classes != NUM_CLASSES {
        let found = format!("{num_classes} outputs");
        let expected = "10 outputs, one for each digit";
        return Err(fault(file, last, found, expected));
    }
    debug_assert_eq!(widths[0], NUM_PIXELS);
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
        hidden,
        dropout,
        layer_norm: num_norms > 0,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::layout::Layout;
    use crate::nn::weights;
    use wasm_bindgen_test::wasm_bindgen_test;

    /// A network with the weights that a run would begin with.
    pub fn model(hidden: &[usize], dropout: f32, layer_norm: bool) -> StoredModel {
        let plan = NetworkPlan {
            hidden: hidden.to_vec(),
            dropout,
            layer_norm,
        };
        let parameters = weights::initial(&Layout::new(&plan), 7);
        StoredModel { plan, parameters }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn what_is_written_is_read_whatever_its_name() {
        for model in [
            model(&[5], 0.0, false),
            model(&[6, 4], 0.25, false),
            model(&[6, 4, 3], 0.0, true),
            model(&[3; 8], 0.5, true),
        ] {
            for written in [safetensors::write(&model), burnpack::write(&model)] {
                assert_eq!(read("m.csv", &written).unwrap(), model);
            }
        }
    }
}
