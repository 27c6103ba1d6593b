//! A network as a `.safetensors` file that PyTorch reads, and back.
//!
//! Names and layouts are those of `torch.nn.Sequential(Linear, [LayerNorm],
//! ReLU, [Dropout], …, Linear)` on images of shape `[n, num_pixels]`: a module's place
//! counts even where it has no parameters, and a linear layer's weight is
//! `[num_outputs, num_inputs]`. The header's `__metadata__` says how to build
//! that module and how pixels become its inputs. A committee is a `torch.nn.ModuleList` of such
//! modules, whose tensors begin with the member's number: `0.4.weight`.
//!
//! Over 400 lines: one format, written and read.

use safetensors::tensor::{Dtype, TensorView};
use safetensors::{SafeTensorError, SafeTensors};

use super::members::{committee_notes, read_all};
use super::{
    EXPECTED, Notes, Numbered, StoredModel, activation, check_header_len, dropout, fault,
    normalisation_of, notes, or_other_pixels, plan_of, shape, side_of, task_of, values,
};
use crate::config::NetworkPlan;
use crate::error::{Error, Result};
use crate::nn::committee::Committee;
use crate::nn::layout::Layout;

/// The module as Python writes it, and the places of its linear layers.
fn sequential(plan: &NetworkPlan) -> (String, Vec<usize>) {
    let widths = plan.widths();
    let mut modules = Vec::new();
    let mut places = Vec::new();
    for (index, pair) in widths.windows(2).enumerate() {
        places.push(modules.len());
        modules.push(format!("Linear({}, {})", pair[0], pair[1]));
        if index + 2 == widths.len() {
            break;
        }
        if plan.layer_norm {
            modules.push(format!("LayerNorm({})", pair[1]));
        }
        modules.push(format!("{}()", plan.activation.torch_name()));
        if plan.dropout > 0.0 {
            modules.push(format!("Dropout({})", plan.dropout));
        }
    }
    (format!("Sequential({})", modules.join(", ")), places)
}

/// A tensor as it is written: name, shape, bytes.
type Written = (String, Vec<usize>, Vec<u8>);

/// Writes a network as a `.safetensors` file.
///
/// # Panics
/// If there are not as many parameters as the plan lays out.
pub fn write(model: &StoredModel) -> Vec<u8> {
    let mut tensors = Vec::new();
    let module = put(model, "", &mut tensors);
    file(&tensors, module, notes(model))
}

/// Writes the networks of a committee into one file; one alone as [`write()`] does.
///
/// # Panics
/// As [`write()`].
pub fn write_committee(committee: &Committee) -> Vec<u8> {
    if let Some(model) = committee.alone() {
        return write(model);
    }
    let mut tensors = Vec::new();
    let members = committee.members().iter().enumerate();
    let modules: Vec<_> = members
        .map(|(at, member)| put(&member.model, &format!("{at}."), &mut tensors))
        .collect();
    let module = format!("ModuleList([{}])", modules.join(", "));
    file(&tensors, module, committee_notes(committee))
}

/// Puts a network's tensors among the others, their names after `prefix`; gives its module.
fn put(model: &StoredModel, prefix: &str, tensors: &mut Vec<Written>) -> String {
    let layout = Layout::new(&model.plan);
    assert_eq!(model.parameters.len(), layout.num_parameters);
    let (module, places) = sequential(&model.plan);
    for (layer, &place) in layout.layers.iter().zip(&places) {
        let weight = transposed(
            &model.parameters[layer.weight.clone()],
            layer.num_inputs,
            layer.num_outputs,
        );
        let shape = vec![layer.num_outputs, layer.num_inputs];
        tensors.push((format!("{prefix}{place}.weight"), shape, bytes_of(&weight)));
        let norm = layer.norm.iter().flat_map(|(gain, shift)| {
            [
                (format!("{prefix}{}.weight", place + 1), gain),
                (format!("{prefix}{}.bias", place + 1), shift),
            ]
        });
        for (name, range) in [(format!("{prefix}{place}.bias"), &layer.bias)]
            .into_iter()
            .chain(norm)
        {
            let values = bytes_of(&model.parameters[range.clone()]);
            tensors.push((name, vec![layer.num_outputs], values));
        }
    }
    module
}

fn file(tensors: &[Written], module: String, notes: Notes) -> Vec<u8> {
    let views = tensors.iter().map(|(name, shape, values)| {
        let view = TensorView::new(Dtype::F32, shape.clone(), values);
        (
            name.as_str(),
            view.expect("as many values as the shape has"),
        )
    });
    let own = [("format", "pt".to_owned()), ("module", module)];
    let own = own.into_iter().map(|(key, value)| (key.to_owned(), value));
    safetensors::serialize(views, Some(own.chain(notes).collect()))
        .expect("names are unique and the header is short")
}

/// Reads a `.safetensors` file that [`write()`] or [`write_committee()`] wrote, or one of a
/// PyTorch module of the same build as the former's: linear layers in order of the numbers that
/// end their modules' names (`0.weight`, `net.3.bias`, `fc2.weight`), each hidden one followed
/// by a layer normalisation or none of them.
///
/// # Errors
/// Names the tensor, what was found and what was expected.
pub fn read(name: &str, bytes: &[u8]) -> Result<Committee> {
    check_header(name, bytes)?;
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(|error| unreadable(name, error))?;
    let file = SafeTensors::deserialize(bytes).map_err(|error| unreadable(name, error))?;
    let note = |key: &str| header.metadata().as_ref()?.get(key).cloned();
    read_all(
        name,
        file.names().into_iter(),
        "",
        &note,
        &|prefix, note| read_network(name, &file, prefix, note),
    )
}

/// The network of the tensors whose names begin so.
fn read_network(
    name: &str,
    file: &SafeTensors<'_>,
    prefix: &str,
    note: &dyn Fn(&str) -> Option<String>,
) -> Result<StoredModel> {
    let modules = modules(name, file, prefix)?;
    let plan = NetworkPlan {
        activation: activation(name, note)?,
        ..network(name, &modules, dropout(note))?
    };
    let normalisation = normalisation_of(name, &plan, note)?;
    let task = task_of(name, &plan, normalisation, note)?;

    let layout = Layout::new(&plan);
    let mut parameters = vec![0.0; layout.num_parameters];
    let mut modules = modules.iter();
    for layer in &layout.layers {
        let linear = modules.next().expect("counted");
        let weight = linear.weight.values(name)?;
        let weight = transposed(&weight, layer.num_outputs, layer.num_inputs);
        parameters[layer.weight.clone()].copy_from_slice(&weight);
        parameters[layer.bias.clone()].copy_from_slice(&linear.bias.values(name)?);
        if let Some((gain, shift)) = &layer.norm {
            let norm = modules.next().expect("counted");
            parameters[gain.clone()].copy_from_slice(&norm.weight.values(name)?);
            parameters[shift.clone()].copy_from_slice(&norm.bias.values(name)?);
        }
    }
    Ok(StoredModel {
        plan,
        task,
        normalisation,
        parameters,
    })
}

/// A tensor with its name, for messages.
struct Named<'a> {
    name: String,
    view: TensorView<'a>,
}

impl Named<'_> {
    fn values(&self, file: &str) -> Result<Vec<f32>> {
        values(file, &self.name, self.view.data())
    }
}

/// A module that has parameters.
struct Module<'a> {
    weight: Named<'a>,
    bias: Named<'a>,
}

fn unreadable(file: &str, error: SafeTensorError) -> Error {
    use SafeTensorError as E;
    let (place, found) = match &error {
        E::HeaderTooSmall => ("header", "fewer than 8 bytes".into()),
        E::MetadataIncompleteBuffer => (
            "data",
            "fewer or more bytes than the header announces: the file may be cut off".into(),
        ),
        E::HeaderTooLarge | E::InvalidHeaderLength | E::InvalidHeader(_) => {
            ("header", "bytes that are none".into())
        }
        other => ("header", other.to_string()),
    };
    Error::data(format!("{file}, {place}"), found, EXPECTED)
}

/// Refuses a header that is there and too long to be read.
fn check_header(file: &str, bytes: &[u8]) -> Result<()> {
    let Some((length, rest)) = bytes.split_first_chunk::<8>() else {
        return Ok(());
    };
    let length = u64::from_le_bytes(*length);
    if length > rest.len() as u64 {
        return Ok(());
    }
    check_header_len(file, length)
}

/// The file's tensors whose names begin so, as modules, in order.
fn modules<'a>(file: &str, tensors: &SafeTensors<'a>, prefix: &str) -> Result<Vec<Module<'a>>> {
    let expected = "a weight or bias of a numbered Linear or LayerNorm, such as 0.weight";
    let mut numbered = Numbered::default();
    let mut names = tensors.names();
    names.sort_unstable();
    for name in names.into_iter().filter(|name| name.starts_with(prefix)) {
        let stem = name
            .strip_suffix(".weight")
            .or_else(|| name.strip_suffix(".bias"))
            .unwrap_or_default();
        numbered.note(file, name, stem, expected)?;
    }
    let named = |name: String| match tensors.tensor(&name) {
        Ok(view) if view.dtype() == Dtype::F32 => Ok(Named { name, view }),
        Ok(view) => Err(fault(file, &name, format!("{:?}", view.dtype()), "F32")),
        Err(_) => Err(fault(file, &name, "no such tensor", "a weight and a bias")),
    };
    let module = |stem: String| {
        Ok(Module {
            weight: named(format!("{stem}.weight"))?,
            bias: named(format!("{stem}.bias"))?,
        })
    };
    numbered.in_order().into_iter().map(module).collect()
}

/// The network that the modules' shapes make.
fn network(file: &str, modules: &[Module<'_>], dropout: f32) -> Result<NetworkPlan> {
    // The first layer says how many pixels there are.
    let mut widths = match modules.first().map(|first| first.weight.view.shape()) {
        Some([_, inputs]) if side_of(*inputs).is_some() => vec![*inputs],
        Some(found) => {
            let name = &modules[0].weight.name;
            let expected = format!("[units, 784] of a Linear{}", or_other_pixels());
            return Err(fault(file, name, shape(found), expected));
        }
        None => vec![0],
    };
    let mut num_norms = 0;
    let mut follows_linear = false;
    for (index, module) in modules.iter().enumerate() {
        let before = *widths.last().expect("the pixels at least");
        let is_last = index + 1 == modules.len();
        let num_outputs = match module.weight.view.shape() {
            [outputs, inputs] if *inputs == before => {
                widths.push(*outputs);
                follows_linear = true;
                *outputs
            }
            [width] if follows_linear && *width == before && !is_last => {
                num_norms += 1;
                follows_linear = false;
                *width
            }
            found => {
                let norm = if follows_linear {
                    format!(", or [{before}] of a LayerNorm")
                } else {
                    String::new()
                };
                let expected = format!("[units, {before}] of a Linear{norm}");
                return Err(fault(file, &module.weight.name, shape(found), expected));
            }
        };
        if module.bias.view.shape() != [num_outputs] {
            let found = shape(module.bias.view.shape());
            return Err(fault(file, &module.bias.name, found, shape(&[num_outputs])));
        }
    }
    let last = modules.last().map_or("", |module| &module.weight.name);
    plan_of(file, widths, num_norms, dropout, last)
}

/// `[num_rows, num_columns]` as `[num_columns, num_rows]`.
fn transposed(values: &[f32], num_rows: usize, num_columns: usize) -> Vec<f32> {
    let mut out = Vec::with_capacity(values.len());
    for column in 0..num_columns {
        out.extend((0..num_rows).map(|row| values[row * num_columns + column]));
    }
    out
}

fn bytes_of(values: &[f32]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Normalisation;
    use crate::nn::model_file::tests::model;
    use wasm_bindgen_test::wasm_bindgen_test;

    /// A file of zeros with these tensors.
    fn file(tensors: &[(&str, &[usize])]) -> Vec<u8> {
        let zeros = vec![0; 4 * 784 * 16];
        let views = tensors.iter().map(|(name, shape)| {
            let len = 4 * shape.iter().product::<usize>();
            (
                *name,
                TensorView::new(Dtype::F32, shape.to_vec(), &zeros[..len]).unwrap(),
            )
        });
        safetensors::serialize(views, None).unwrap()
    }

    /// The one network of a file.
    fn alone(bytes: &[u8]) -> StoredModel {
        read("m", bytes).unwrap().alone().unwrap().clone()
    }

    fn message(bytes: &[u8]) -> String {
        read("m", bytes).unwrap_err().to_string()
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn names_and_layouts_are_torchs() {
        // [k for k in nn.Sequential(nn.Linear(784, 6), nn.LayerNorm(6), nn.ReLU(),
        //     nn.Dropout(0.25), nn.Linear(6, 10)).state_dict()]
        let model = model(&[6], 0.25, true);
        let bytes = write(&model);
        let file = SafeTensors::deserialize(&bytes).unwrap();
        let mut names = file.names();
        names.sort_unstable();
        let expected = [
            "0.bias", "0.weight", "1.bias", "1.weight", "4.bias", "4.weight",
        ];
        assert_eq!(names, expected);
        let weight = file.tensor("0.weight").unwrap();
        assert_eq!(weight.shape(), [6, 784]);
        // Unit 2's weight for pixel 1: ours is [inputs, outputs].
        let at = 4 * (2 * 784 + 1);
        let found = f32::from_le_bytes(weight.data()[at..at + 4].try_into().unwrap());
        assert_eq!(found, model.parameters[6 + 2]);
        let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
        let metadata = header.metadata().clone().unwrap();
        assert_eq!(
            metadata["module"],
            "Sequential(Linear(784, 6), LayerNorm(6), ReLU(), Dropout(0.25), Linear(6, 10))"
        );
        assert_eq!(metadata["pixel_mean"], "0.1307");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn modules_may_have_other_names() {
        let named = |a: &str, b: &str| {
            let names = [a, b].map(|stem| [format!("{stem}.weight"), format!("{stem}.bias")]);
            file(&[
                (&names[0][0], &[4, 784]),
                (&names[0][1], &[4]),
                (&names[1][0], &[10, 4]),
                (&names[1][1], &[10]),
            ])
        };
        for (a, b) in [
            ("fc1", "fc2"),
            ("net.1", "net.3"),
            ("layers.9", "layers.10"),
        ] {
            let plan = alone(&named(a, b)).plan;
            assert_eq!((plan.hidden, plan.layer_norm), (vec![4], false), "{a} {b}");
        }
        assert_eq!(
            message(&named("linear", "out")),
            "m, tensor linear.bias: found a name of its own, expected a weight or bias of a \
             numbered Linear or LayerNorm, such as 0.weight"
        );
        assert!(message(&named("a1", "b1")).contains("found the number 1"));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_wrong_file_says_where_and_what() {
        let expected = "expected a .safetensors or .bpk file, such as this page writes";
        assert_eq!(
            message(&[1, 2, 3]),
            format!("m, header: found fewer than 8 bytes, {expected}")
        );
        assert_eq!(
            message(b"label,pixel0,pixel1,pixel2"),
            format!("m, header: found bytes that are none, {expected}")
        );
        let whole = write(&model(&[4], 0.0, false));
        assert!(message(&whole[..whole.len() - 1]).starts_with("m, data: found fewer or more"));
        assert_eq!(
            message(&file(&[("0.weight", &[4, 783]), ("0.bias", &[4])])),
            "m, tensor 0.weight: found [4, 783], expected [units, 784] of a Linear, \
             784 or another square from 16 to 4,096"
        );
        assert_eq!(
            message(&file(&[("0.weight", &[4, 784]), ("0.bias", &[5])])),
            "m, tensor 0.bias: found [5], expected [4]"
        );
        assert_eq!(
            message(&file(&[("0.weight", &[4, 784])])),
            "m, tensor 0.bias: found no such tensor, expected a weight and a bias"
        );
        assert_eq!(
            message(&file(&[("0.weight", &[10, 784]), ("0.bias", &[10])])),
            "m, tensors: found 1 linear layers, expected 2 to 9"
        );
        let two = |outputs: &[usize], bias: &[usize]| {
            message(&file(&[
                ("0.weight", &[4, 784]),
                ("0.bias", &[4]),
                ("2.weight", outputs),
                ("2.bias", bias),
            ]))
        };
        assert_eq!(
            two(&[101, 4], &[101]),
            "m, tensor 2.weight: found 101 outputs, expected 2 to 100 outputs, one for each class"
        );
        assert_eq!(
            two(&[12, 4], &[12]),
            "m, metadata pixel_mean: found nothing, expected a number from 0 to 1, as a share of \
             full ink"
        );
        assert_eq!(
            two(&[10, 5], &[10]),
            "m, tensor 2.weight: found [10, 5], expected [units, 4] of a Linear, or [4] of a LayerNorm"
        );
        let mut broken = model(&[4], 0.0, false);
        broken.parameters[4 * 784 + 2] = f32::NAN;
        assert_eq!(
            message(&write(&broken)),
            "m, tensor 0.bias: found NaN at place 2, expected finite numbers"
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_header_that_lies_or_never_ends_is_refused() {
        let headed = |length: u64, header: &str, data: &[u8]| {
            message(&[&length.to_le_bytes(), header.as_bytes(), data].concat())
        };
        let of = |header: &str, data: &[u8]| headed(header.len() as u64, header, data);
        for length in [
            5,
            4_000,
            100_000_001,
            u32::MAX.into(),
            u64::MAX - 7,
            u64::MAX,
        ] {
            let found = headed(length, "{}  ", &[]);
            let is_told = found.contains("bytes that are none") || found.contains("cut off");
            assert!(is_told, "{found}");
        }
        assert_eq!(
            of(&format!("{{}}{}", " ".repeat(2_000_000)), &[]),
            "m, header: found 2,000,002 bytes, expected at most 1,048,576"
        );
        let empty = r#":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}"#;
        let names: Vec<_> = (0..15_000)
            .map(|at| format!("\"{at}.bias\"{empty}"))
            .collect();
        assert_eq!(
            of(&format!("{{{}}}", names.join(",")), &[]),
            "m, tensors: found 15000 tensors, expected at most 34, those of 8 hidden layers"
        );
        let tensor = |shape: &str, offsets: &str| {
            let header = format!(
                r#"{{"0.weight":{{"dtype":"F32","shape":{shape},"data_offsets":{offsets}}}}}"#
            );
            of(&header, &[0; 16])
        };
        for (shape, offsets) in [
            ("[4294967296,4294967296]", "[0,16]"),
            ("[18446744073709551615,4]", "[0,16]"),
            ("[4]", "[8,24]"),
            ("[4]", "[16,0]"),
            ("[4]", "[0,18446744073709551615]"),
            ("[5]", "[0,16]"),
            ("[1e3]", "[0,16]"),
        ] {
            let found = tensor(shape, offsets);
            assert!(
                found.starts_with("m, header") || found.starts_with("m, data"),
                "{found}"
            );
        }
        // No data, so any width fits: it must not be believed.
        let found = tensor("[18446744073709551615,0]", "[0,0]");
        assert!(found.contains("found"), "{found}");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn another_normalisation_is_read_and_what_is_none_refused() {
        let with_mean = |mean: &str| {
            let zeros = vec![0; 4 * 784 * 4];
            let view = |shape: &[usize]| {
                let len = 4 * shape.iter().product::<usize>();
                TensorView::new(Dtype::F32, shape.to_vec(), &zeros[..len]).unwrap()
            };
            let tensors = [
                ("0.weight", view(&[4, 784])),
                ("0.bias", view(&[4])),
                ("2.weight", view(&[10, 4])),
                ("2.bias", view(&[10])),
            ];
            let metadata = [("pixel_mean".to_owned(), mean.to_owned())];
            safetensors::serialize(tensors, Some(metadata.into_iter().collect())).unwrap()
        };
        let read = alone(&with_mean("0.5"));
        assert_eq!(read.normalisation, Normalisation::new(0.5, 0.3081).unwrap());
        assert!(!read.task.is_mnist());
        assert_eq!(
            message(&with_mean("33.3")),
            "m, metadata pixel_mean: found 33.3, expected a number from 0 to 1, as a share of \
             full ink"
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn another_number_type_is_refused() {
        let zeros = vec![0; 2 * 784 * 4];
        let view = TensorView::new(Dtype::BF16, vec![4, 784], &zeros).unwrap();
        let bytes = safetensors::serialize([("0.weight", view)], None).unwrap();
        assert_eq!(
            message(&bytes),
            "m, tensor 0.weight: found BF16, expected F32"
        );
    }
}
