//! A network as burn's own file, burnpack (`.bpk`), and back.
//!
//! Names and layouts are those of the burn module
//! `struct Mlp { linears: Vec<Linear>, norms: Vec<LayerNorm> }`, which is what
//! `ModuleRecord` and burn-store's `BurnpackStore` go by: a linear layer's weight is
//! `[num_inputs, num_outputs]`, as in the flat buffer, so that every tensor is a
//! stretch of it. A committee is `struct Committee { members: Vec<Mlp> }`, whose tensors are
//! `members.0.linears.0.weight` and so on.
//!
//! A file is a header of ten bytes, CBOR that says what is where, and the tensors,
//! each at a multiple of 256 bytes. burn-pack reads and writes the same; here it
//! would bring serde's machinery for every type that CBOR and burn know, four times
//! the size of what follows, into an engine that each visitor downloads.
//! `tests/model_files.rs` holds this to burn-pack byte for byte.
//!
//! Over 400 lines: one format, written and read, with the CBOR that it needs.

use std::ops::Range;

use minicbor::data::Type;
use minicbor::{Decoder, Encoder};

use super::members::{committee_notes, read_all};
use super::{
    EXPECTED, MAX_TENSORS, Notes, Numbered, StoredModel, activation, check_header_len,
    check_num_tensors, dropout, fault, normalisation_of, notes, or_other_pixels, plan_of, shape,
    side_of, task_of, values,
};
use crate::config::NetworkPlan;
use crate::error::{Error, Result};
use crate::nn::committee::{Committee, MAX_MEMBERS};
use crate::nn::layout::Layout;
use crate::order::in_order;

/// "BURN" as a little-endian word.
const MAGIC: [u8; 4] = 0x4255_524E_u32.to_le_bytes();
const VERSION: u16 = 1;
/// Magic, version and the length of the metadata, `u32`.
const HEADER_LEN: usize = 10;
const ALIGNMENT: usize = 256;

/// Whether a file claims to be one, by its first bytes.
pub fn is_burnpack(bytes: &[u8]) -> bool {
    bytes.starts_with(&MAGIC)
}

/// The module as Rust would print it.
fn module(plan: &NetworkPlan) -> String {
    let widths = plan.widths();
    let linears = widths.windows(2);
    let linears: Vec<_> = linears
        .map(|pair| format!("Linear({}, {})", pair[0], pair[1]))
        .collect();
    let norms = plan.hidden.iter().filter(|_| plan.layer_norm);
    let norms: Vec<_> = norms.map(|width| format!("LayerNorm({width})")).collect();
    format!(
        "Mlp {{ linears: [{}], norms: [{}] }}",
        linears.join(", "),
        norms.join(", ")
    )
}

/// A tensor as it is written: its name, its shape and where its bytes go.
type Placed = (String, Vec<usize>, Range<usize>);

/// Tensors on their way into a file.
#[derive(Default)]
struct Writing<'a> {
    /// In order of their names.
    placed: Vec<Placed>,
    /// In the order in which the module has them.
    values: Vec<&'a [f32]>,
    end: usize,
}

impl<'a> Writing<'a> {
    /// Puts a network's tensors after the others, their names after `prefix`.
    fn put(&mut self, model: &'a StoredModel, prefix: &str) {
        let layout = Layout::new(&model.plan);
        assert_eq!(model.parameters.len(), layout.num_parameters);
        let mut place = |name: String, shape: Vec<usize>, range: &Range<usize>| {
            let name = format!("{prefix}{name}");
            let start = self.end.next_multiple_of(ALIGNMENT);
            self.end = start + 4 * range.len();
            self.values.push(&model.parameters[range.clone()]);
            // As burn-pack does: the tensors as the module has them, their names in order.
            let at = self.placed.partition_point(|(other, ..)| *other < name);
            self.placed.insert(at, (name, shape, start..self.end));
        };
        for (at, layer) in layout.layers.iter().enumerate() {
            let (inputs, outputs) = (layer.num_inputs, layer.num_outputs);
            let weight = format!("linears.{at}.weight");
            place(weight, vec![inputs, outputs], &layer.weight);
            place(format!("linears.{at}.bias"), vec![outputs], &layer.bias);
            if let Some((gain, shift)) = &layer.norm {
                place(format!("norms.{at}.gamma"), vec![outputs], gain);
                place(format!("norms.{at}.beta"), vec![outputs], shift);
            }
        }
    }

    fn file(self, module: String, notes: Notes) -> Vec<u8> {
        let own = [("format", "burnpack".to_owned()), ("module", module)];
        let own = own.into_iter().map(|(key, text)| (key.to_owned(), text));
        let noted: Notes = own.chain(notes).collect();
        let noted = in_order(&noted, |a, b| a.cmp(b));
        let metadata = encoded(&self.placed, &noted);

        let mut file = Vec::with_capacity(HEADER_LEN + metadata.len() + ALIGNMENT + self.end);
        file.extend(MAGIC);
        file.extend(VERSION.to_le_bytes());
        file.extend((metadata.len() as u32).to_le_bytes());
        file.extend(metadata);
        for values in self.values {
            file.resize(file.len().next_multiple_of(ALIGNMENT), 0);
            file.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        }
        file
    }
}

/// Writes a network as a burnpack.
///
/// # Panics
/// If there are not as many parameters as the plan lays out.
pub fn write(model: &StoredModel) -> Vec<u8> {
    let mut writing = Writing::default();
    writing.put(model, "");
    writing.file(module(&model.plan), notes(model))
}

/// Writes the networks of a committee into one file; one alone as [`write()`] does.
///
/// # Panics
/// As [`write()`].
pub fn write_committee(committee: &Committee) -> Vec<u8> {
    if let Some(model) = committee.alone() {
        return write(model);
    }
    let mut writing = Writing::default();
    let mut modules = Vec::new();
    for (at, member) in committee.members().iter().enumerate() {
        writing.put(&member.model, &format!("members.{at}."));
        modules.push(module(&member.model.plan));
    }
    let module = format!("Committee {{ members: [{}] }}", modules.join(", "));
    writing.file(module, committee_notes(committee))
}

/// The metadata as burn-pack writes it: of each tensor its name, its shape and where
/// its bytes are.
fn encoded(tensors: &[Placed], noted: &[(String, String)]) -> Vec<u8> {
    let mut cbor = Encoder::new(Vec::new());
    put_map(&mut cbor, 2);
    put_text(&mut cbor, "tensors");
    put_map(&mut cbor, tensors.len());
    for (name, shape, range) in tensors {
        put_text(&mut cbor, name);
        put_map(&mut cbor, 3);
        put_text(&mut cbor, "dtype");
        put_text(&mut cbor, "F32");
        put_text(&mut cbor, "shape");
        put_array(&mut cbor, shape);
        put_text(&mut cbor, "data_offsets");
        put_array(&mut cbor, &[range.start, range.end]);
    }
    put_text(&mut cbor, "metadata");
    put_map(&mut cbor, noted.len());
    for (key, text) in noted {
        put_text(&mut cbor, key);
        put_text(&mut cbor, text);
    }
    cbor.into_writer()
}

// Never inlined, as is what reads: called from many places, seldom, and never in a hurry.

#[inline(never)]
fn put_map(cbor: &mut Encoder<Vec<u8>>, len: usize) {
    cbor.map(len as u64).expect("memory takes it");
}

#[inline(never)]
fn put_text(cbor: &mut Encoder<Vec<u8>>, text: &str) {
    cbor.str(text).expect("memory takes it");
}

#[inline(never)]
fn put_array(cbor: &mut Encoder<Vec<u8>>, numbers: &[usize]) {
    cbor.array(numbers.len() as u64).expect("memory takes it");
    for &number in numbers {
        cbor.u64(number as u64).expect("memory takes it");
    }
}

/// Reads a burnpack that [`write()`] or [`write_committee()`] wrote, or one of a burn module of
/// the same build as the former's: the linear layers and the layer normalisations, each in order
/// of the numbers that end their names (`linears.0.weight`, `fc1.bias`, `norms.0.gamma`).
///
/// # Errors
/// Names the tensor, what was found and what was expected.
pub fn read(name: &str, bytes: &[u8]) -> Result<Committee> {
    let file = File::open(name, bytes)?;
    let note = |key: &str| {
        let noted = file.noted.iter().find(|(other, _)| *other == key);
        noted.map(|(_, text)| (*text).to_owned())
    };
    let tensors = file.tensors.iter().map(|tensor| tensor.name);
    read_all(name, tensors, "members.", &note, &|prefix, note| {
        read_network(name, &file, prefix, note)
    })
}

/// The network of the tensors whose names begin so.
fn read_network(
    name: &str,
    file: &File<'_>,
    prefix: &str,
    note: &dyn Fn(&str) -> Option<String>,
) -> Result<StoredModel> {
    let expected = "a weight or bias of a numbered Linear, or a gamma or beta of a numbered \
                    LayerNorm, such as linears.0.weight";
    let mut linears = Numbered::default();
    let mut norms = Numbered::default();
    let tensors = file.tensors.iter().map(|tensor| tensor.name);
    for tensor in tensors.filter(|tensor| tensor.starts_with(prefix)) {
        let (stem, own) = tensor.rsplit_once('.').unwrap_or_default();
        let modules = match own {
            "weight" | "bias" => &mut linears,
            "gamma" | "beta" => &mut norms,
            _ => return Err(fault(name, tensor, "a name of its own", expected)),
        };
        modules.note(name, tensor, stem, expected)?;
    }
    let (linears, norms) = (linears.in_order(), norms.in_order());

    // The first layer says how many pixels there are.
    let mut widths = Vec::new();
    if let Some(first) = linears.first() {
        let weight = file.tensor(first, "weight")?;
        let inputs = match *weight.shape() {
            [inputs, _] => usize::try_from(inputs).ok(),
            _ => None,
        };
        match inputs.filter(|&inputs| side_of(inputs).is_some()) {
            Some(inputs) => widths.push(inputs),
            None => {
                let expected = format!("[784, units] of a Linear{}", or_other_pixels());
                return Err(weight.misshapen(&expected));
            }
        }
    } else {
        widths.push(0);
    }
    for linear in &linears {
        let before = *widths.last().expect("the pixels at least");
        let weight = file.tensor(linear, "weight")?;
        let outputs = match *weight.shape() {
            [inputs, outputs] if inputs == before as u64 => outputs,
            _ => return Err(weight.misshapen(&format!("[{before}, units] of a Linear"))),
        };
        file.tensor(linear, "bias")?.expect_len(outputs)?;
        widths.push(usize::try_from(outputs).unwrap_or(usize::MAX));
    }
    let last = linears.last().map(|stem| format!("{stem}.weight"));
    let plan = NetworkPlan {
        activation: activation(name, note)?,
        ..plan_of(
            name,
            widths,
            norms.len(),
            dropout(note),
            &last.unwrap_or_default(),
        )?
    };

    let normalisation = normalisation_of(name, &plan, note)?;
    let task = task_of(name, &plan, normalisation, note)?;
    let layout = Layout::new(&plan);
    let mut parameters = vec![0.0; layout.num_parameters];
    let mut norms = norms.iter();
    for (layer, linear) in layout.layers.iter().zip(&linears) {
        let mut tensors = vec![
            (&layer.weight, file.tensor(linear, "weight")?),
            (&layer.bias, file.tensor(linear, "bias")?),
        ];
        if let Some((gain, shift)) = &layer.norm {
            let norm = norms.next().expect("counted");
            for (range, own) in [(gain, "gamma"), (shift, "beta")] {
                let tensor = file.tensor(norm, own)?;
                tensor.expect_len(layer.num_outputs as u64)?;
                tensors.push((range, tensor));
            }
        }
        for (range, tensor) in tensors {
            parameters[range.clone()].copy_from_slice(&tensor.values()?);
        }
    }
    Ok(StoredModel {
        plan,
        task,
        normalisation,
        parameters,
    })
}

/// A file whose metadata is read, and nothing yet believed.
struct File<'a> {
    name: &'a str,
    tensors: Vec<Descriptor<'a>>,
    noted: Vec<(&'a str, &'a str)>,
    /// The bytes behind the metadata and its padding.
    data: &'a [u8],
}

/// What the metadata says of a tensor.
#[derive(Default)]
struct Descriptor<'a> {
    name: &'a str,
    dtype: &'a str,
    shape: Vec<u64>,
    /// In the data, from and up to.
    offsets: [u64; 2],
}

impl<'a> File<'a> {
    fn open(name: &'a str, bytes: &'a [u8]) -> Result<Self> {
        let Some((header, rest)) = bytes.split_first_chunk::<HEADER_LEN>() else {
            let place = format!("{name}, header");
            return Err(Error::data(place, "fewer than 10 bytes", EXPECTED));
        };
        let version = u16::from_le_bytes([header[4], header[5]]);
        if version != VERSION {
            let found = format!("version {version} of burnpack");
            return Err(Error::data(format!("{name}, header"), found, "version 1"));
        }
        let length = u32::from_le_bytes([header[6], header[7], header[8], header[9]]);
        check_header_len(name, length.into())?;
        let Some(metadata) = rest.get(..length as usize) else {
            return Err(cut_off(name));
        };
        let start = (HEADER_LEN + metadata.len()).next_multiple_of(ALIGNMENT);
        let mut file = Self {
            name,
            tensors: Vec::new(),
            noted: Vec::new(),
            // A file without tensors may end before its padding does.
            data: bytes.get(start..).unwrap_or_default(),
        };
        let mut cbor = Decoder::new(metadata);
        let Some(num_tensors) = file.decode(&mut cbor) else {
            let end = HEADER_LEN + cbor.position();
            let place = format!("{name}, metadata, before byte {end}");
            return Err(Error::data(place, "bytes that are none", EXPECTED));
        };
        let is_committee = file.noted.iter().any(|(key, _)| *key == "members");
        let most_members = if is_committee { MAX_MEMBERS } else { 1 };
        check_num_tensors(name, num_tensors, most_members)?;
        Ok(file)
    }

    /// Takes in the metadata; gives how many tensors it names, however few are kept,
    /// or nothing where it is none.
    fn decode(&mut self, cbor: &mut Decoder<'a>) -> Option<usize> {
        let mut num_tensors = 0;
        entries(cbor, &mut |cbor, key| match key {
            "tensors" => entries(cbor, &mut |cbor, name| {
                if self.find(name).is_some() {
                    return None;
                }
                num_tensors += 1;
                let descriptor = Descriptor::decode(cbor, name)?;
                if num_tensors <= MAX_TENSORS * MAX_MEMBERS {
                    self.tensors.push(descriptor);
                }
                Some(())
            }),
            "metadata" => entries(cbor, &mut |cbor, key| {
                self.noted.push((key, text(cbor)?));
                Some(())
            }),
            _ => cbor.skip().ok(),
        })?;
        Some(num_tensors)
    }

    fn find(&self, name: &str) -> Option<&Descriptor<'a>> {
        self.tensors.iter().find(|tensor| tensor.name == name)
    }

    fn tensor(&self, stem: &str, own: &str) -> Result<Tensor<'_>> {
        let name = format!("{stem}.{own}");
        let Some(descriptor) = self.find(&name) else {
            let expected = "a weight and a bias, or a gamma and a beta";
            return Err(fault(self.name, &name, "no such tensor", expected));
        };
        let tensor = Tensor {
            file: self.name,
            name,
            descriptor,
            data: &[],
        };
        if descriptor.dtype != "F32" {
            return Err(tensor.fault(descriptor.dtype, "F32"));
        }
        let [start, end] = descriptor.offsets;
        let needed = descriptor
            .shape
            .iter()
            .try_fold(4_u64, |product, &dim| product.checked_mul(dim));
        if needed.is_none() || end.checked_sub(start) != needed {
            let found = format!("bytes {start} to {end}");
            let expected = format!("as many as {} needs", shape(&descriptor.shape));
            return Err(tensor.fault(&found, &expected));
        }
        let range = usize::try_from(start).ok().zip(usize::try_from(end).ok());
        let data = range.and_then(|(start, end)| self.data.get(start..end));
        let data = data.ok_or_else(|| cut_off(self.name))?;
        Ok(Tensor { data, ..tensor })
    }
}

fn cut_off(file: &str) -> Error {
    Error::data(
        format!("{file}, data"),
        "fewer bytes than the header announces: the file may be cut off",
        EXPECTED,
    )
}

/// Calls `entry` with each key of a map of known length, as burn's are.
#[inline(never)]
fn entries<'a>(
    cbor: &mut Decoder<'a>,
    entry: &mut dyn FnMut(&mut Decoder<'a>, &'a str) -> Option<()>,
) -> Option<()> {
    for _ in 0..cbor.map().ok()?? {
        let key = text(cbor)?;
        entry(cbor, key)?;
    }
    Some(())
}

#[inline(never)]
fn text<'a>(cbor: &mut Decoder<'a>) -> Option<&'a str> {
    cbor.str().ok()
}

/// An array of whole numbers, of known length.
#[inline(never)]
fn numbers(cbor: &mut Decoder<'_>) -> Option<Vec<u64>> {
    let len = cbor.array().ok()??;
    // One by one: the length may be a lie.
    let mut numbers = Vec::new();
    for _ in 0..len {
        numbers.push(cbor.u64().ok()?);
    }
    Some(numbers)
}

impl<'a> Descriptor<'a> {
    fn decode(cbor: &mut Decoder<'a>, name: &'a str) -> Option<Self> {
        let mut own = Self {
            name,
            ..Self::default()
        };
        entries(cbor, &mut |cbor, key| {
            match key {
                "dtype" if cbor.datatype().ok()? == Type::String => own.dtype = text(cbor)?,
                "dtype" => {
                    // Booleans and quantised numbers say more than a name.
                    cbor.skip().ok()?;
                    own.dtype = "another type of number";
                }
                "shape" => own.shape = numbers(cbor)?,
                "data_offsets" => own.offsets = numbers(cbor)?.try_into().ok()?,
                _ => cbor.skip().ok()?,
            }
            Some(())
        })?;
        Some(own)
    }
}

/// A tensor whose bytes are there, as many as its shape needs.
struct Tensor<'a> {
    file: &'a str,
    name: String,
    descriptor: &'a Descriptor<'a>,
    data: &'a [u8],
}

impl Tensor<'_> {
    fn shape(&self) -> &[u64] {
        &self.descriptor.shape
    }

    fn values(&self) -> Result<Vec<f32>> {
        values(self.file, &self.name, self.data)
    }

    fn expect_len(&self, len: u64) -> Result<()> {
        if self.shape() == [len] {
            return Ok(());
        }
        Err(self.misshapen(&shape(&[len])))
    }

    fn misshapen(&self, expected: &str) -> Error {
        self.fault(&shape(self.shape()), expected)
    }

    fn fault(&self, found: &str, expected: &str) -> Error {
        fault(self.file, &self.name, found, expected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Normalisation;
    use crate::nn::model_file::tests::model;
    use wasm_bindgen_test::wasm_bindgen_test;

    const F32: &str = "F32";

    /// A file of zeros with this metadata, which may be nonsense.
    fn headed(metadata: &[u8]) -> Vec<u8> {
        let mut file = [&MAGIC[..], &VERSION.to_le_bytes()].concat();
        file.extend((metadata.len() as u32).to_le_bytes());
        file.extend(metadata);
        file.resize(file.len().next_multiple_of(ALIGNMENT) + 4 * 784 * 16, 0);
        file
    }

    /// A file of zeros with these tensors, all of them the first bytes.
    fn file(tensors: &[(&str, &str, &[u64])]) -> Vec<u8> {
        let mut cbor = Encoder::new(Vec::new());
        cbor.map(1).unwrap().str("tensors").unwrap();
        cbor.map(tensors.len() as u64).unwrap();
        for (name, dtype, shape) in tensors {
            cbor.str(name).unwrap().map(3).unwrap();
            cbor.str("dtype").unwrap().str(dtype).unwrap();
            cbor.str("shape").unwrap();
            cbor.array(shape.len() as u64).unwrap();
            for &dim in *shape {
                cbor.u64(dim).unwrap();
            }
            let len = shape
                .iter()
                .fold(4_u64, |len, &dim| len.saturating_mul(dim));
            cbor.str("data_offsets").unwrap().array(2).unwrap();
            cbor.u64(0).unwrap().u64(len).unwrap();
        }
        headed(&cbor.into_writer())
    }

    fn message(bytes: &[u8]) -> String {
        super::super::read("m", bytes).unwrap_err().to_string()
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn modules_may_have_other_names() {
        let bytes = file(&[
            ("fc1.weight", F32, &[784, 4]),
            ("fc1.bias", F32, &[4]),
            ("norm1.beta", F32, &[4]),
            ("norm1.gamma", F32, &[4]),
            ("out10.weight", F32, &[4, 10]),
            ("out10.bias", F32, &[10]),
        ]);
        let committee = read("m", &bytes).unwrap();
        let plan = committee.alone().unwrap().plan.clone();
        assert_eq!((plan.hidden, plan.layer_norm), (vec![4], true));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_wrong_file_says_where_and_what() {
        let whole = write(&model(&[4], 0.0, true));
        let told = format!("expected {EXPECTED}");
        assert_eq!(
            message(&whole[..7]),
            format!("m, header: found fewer than 10 bytes, {told}")
        );
        let cut = format!(
            "m, data: found fewer bytes than the header announces: the file may be cut off, {told}"
        );
        assert_eq!(message(&whole[..40]), cut);
        assert_eq!(message(&whole[..whole.len() - 1]), cut);
        let mut newer = whole.clone();
        newer[4] = 2;
        assert_eq!(
            message(&newer),
            "m, header: found version 2 of burnpack, expected version 1"
        );
        assert_eq!(
            message(&headed(b"label,pixel0")),
            format!("m, metadata, before byte 11: found bytes that are none, {told}")
        );
        for (tensors, expected) in [
            (
                &[("conv.weight", F32, &[784, 4][..])][..],
                "conv.weight: found a name of its own, expected a weight or bias of a numbered \
                 Linear, or a gamma or beta of a numbered LayerNorm, such as linears.0.weight",
            ),
            (
                &[("a1.weight", F32, &[784, 4]), ("b1.bias", F32, &[4])],
                "b1.bias: found the number 1, as a1 has it, expected a number of its own",
            ),
            (
                &[("a.0.weight", F32, &[4, 784])],
                "a.0.weight: found [4, 784], expected [784, units] of a Linear, 784 or \
                 another square from 16 to 4,096",
            ),
            (
                &[("a.0.weight", F32, &[784])],
                "a.0.weight: found [784], expected [784, units] of a Linear, 784 or \
                 another square from 16 to 4,096",
            ),
            (
                &[("a.0.weight", F32, &[784, 4]), ("a.0.bias", F32, &[5])],
                "a.0.bias: found [5], expected [4]",
            ),
            (
                &[("a.0.weight", F32, &[784, 4])],
                "a.0.bias: found no such tensor, expected a weight and a bias, or a gamma and a beta",
            ),
            (
                &[("a.0.weight", "F16", &[784, 4])],
                "a.0.weight: found F16, expected F32",
            ),
            (
                &[("a.0.weight", F32, &[u64::MAX, 4])],
                "a.0.weight: found bytes 0 to 18446744073709551615, expected as many as \
                 [18446744073709551615, 4] needs",
            ),
        ] {
            assert_eq!(message(&file(tensors)), format!("m, tensor {expected}"));
        }
        let hidden = &[("a.0.weight", F32, &[784, 4][..]), ("a.0.bias", F32, &[4])];
        assert_eq!(
            message(&file(hidden)),
            "m, tensors: found 1 linear layers, expected 2 to 9"
        );
        let with = |others: &[(&'static str, &'static str, &'static [u64])]| {
            message(&file(&[&hidden[..], others].concat()))
        };
        let classes = [
            ("a.1.weight", F32, &[4, 10][..]),
            ("a.1.bias", F32, &[10][..]),
        ];
        assert_eq!(
            with(&[("a.1.weight", F32, &[4, 101]), ("a.1.bias", F32, &[101])]),
            "m, tensor a.1.weight: found 101 outputs, expected 2 to 100 outputs, one for each class"
        );
        assert_eq!(
            with(&[("a.1.weight", F32, &[4, 12]), ("a.1.bias", F32, &[12])]),
            "m, metadata pixel_mean: found nothing, expected a number from 0 to 1, as a share of \
             full ink"
        );
        assert_eq!(
            with(&[
                classes[0],
                classes[1],
                ("n.0.gamma", F32, &[4]),
                ("n.1.gamma", F32, &[4])
            ]),
            "m, tensors: found 2 LayerNorms for 1 hidden layers, expected one after each hidden \
             Linear, or none"
        );
        assert_eq!(
            with(&[classes[0], classes[1], ("n.0.gamma", F32, &[3])]),
            "m, tensor n.0.gamma: found [3], expected [4]"
        );
        let mut broken = model(&[4], 0.0, false);
        broken.parameters[4 * 784 + 2] = f32::INFINITY;
        assert_eq!(
            message(&write(&broken)),
            "m, tensor linears.0.bias: found inf at place 2, expected finite numbers"
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn metadata_that_lies_or_never_ends_is_refused() {
        let mut huge = headed(&[]);
        huge[6..10].copy_from_slice(&2_000_000_u32.to_le_bytes());
        assert_eq!(
            message(&huge),
            "m, header: found 2,000,000 bytes, expected at most 1,048,576"
        );
        let names: Vec<_> = (0..9_000).map(|at| format!("{at}.bias")).collect();
        let many: Vec<_> = names.iter().map(|name| (&**name, F32, &[0][..])).collect();
        assert_eq!(
            message(&file(&many)),
            "m, tensors: found 9000 tensors, expected at most 34, those of 8 hidden layers"
        );
        let twice = &[("0.bias", F32, &[4][..]); 2];
        assert!(message(&file(twice)).contains("bytes that are none"));
        // Maps and arrays that announce more than comes, or do not say how much, and
        // arrays in arrays in arrays.
        let mut deep = b"\xa1\x61x".to_vec();
        deep.extend([0x81; 100_000]);
        for metadata in [
            &b"\xbb\xff\xff\xff\xff\xff\xff\xff\xff"[..],
            b"\xbf\xff",
            b"\xa1\x67tensors\xbf\xff",
            b"\xa1\x61a\x9b\xff\xff\xff\xff\xff\xff\xff\xff",
            b"\xa1\x7b\xff\xff\xff\xff\xff\xff\xff\xff",
            &deep,
        ] {
            let found = message(&headed(metadata));
            assert!(found.contains("bytes that are none"), "{found}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn another_normalisation_is_read_and_what_is_none_refused() {
        let mut other = model(&[4], 0.0, false);
        other.normalisation = Normalisation::new(0.1307, 0.5).unwrap();
        other.task = other.task.with_normalisation(other.normalisation);
        let file = write(&other);
        assert_eq!(read("m", &file), Ok(other.into()));
        // The same file with "0.5" made "-.5".
        let key = b"pixel_std";
        // The note "inputs" names it before.
        let at = file
            .windows(key.len())
            .rposition(|bytes| bytes == key)
            .unwrap();
        let mut broken = file;
        broken[at + key.len() + 1] = b'-';
        assert_eq!(
            message(&broken),
            "m, metadata pixel_std: found -.5, expected a number from 0 to 1, as a share of full \
             ink"
        );
    }
}
