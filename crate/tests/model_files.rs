//! Models' files against those who own the formats: a burnpack loads into a module of
//! burn's own layers, burn-pack writes it byte for byte, and both that module and the
//! engine read what onnxruntime reads in the same network's ONNX file
//! (`scripts/make_fixtures.py onnx`; `tests/unit/onnx.test.mjs` has the file itself).

use std::rc::Rc;

use burn::tensor::Bytes;
use inkling::config::NetworkPlan;
use inkling::data::{Dataset, NUM_PIXELS, Normalisation, Task};
use inkling::message::{Activation, StepKind};
use inkling::nn::device;
use inkling::nn::layout::Layout;
use inkling::nn::model_file::{StoredModel, burnpack};
use inkling::nn::network::Network;
use wasm_bindgen_test::wasm_bindgen_test;

const FIXTURE: &str = include_str!("../../tests/fixtures/onnx.json");
const TOLERANCE: f32 = 1e-5;

/// A network of the fixture, and what onnxruntime read with it.
struct Case {
    model: StoredModel,
    #[cfg_attr(feature = "webgpu", expect(dead_code))]
    logits: Vec<f32>,
    probabilities: Vec<f32>,
}

fn cases() -> Vec<Case> {
    let fixture: serde_json::Value = serde_json::from_str(FIXTURE).unwrap();
    let floats = |value: &serde_json::Value| -> Vec<f32> {
        let values = value.as_array().unwrap().iter();
        values.map(|value| value.as_f64().unwrap() as f32).collect()
    };
    let case = |case: &serde_json::Value| {
        let hidden = case["hidden"].as_array().unwrap().iter();
        let plan = NetworkPlan {
            hidden: hidden
                .map(|width| width.as_u64().unwrap() as usize)
                .collect(),
            activation: match &case["activation"] {
                serde_json::Value::Null => Activation::Relu,
                named => serde_json::from_value(named.clone()).unwrap(),
            },
            dropout: 0.25,
            layer_norm: case["layer_norm"].as_bool().unwrap(),
            ..NetworkPlan::default()
        };
        let places = 0..Layout::new(&plan).num_parameters as i64;
        let parameters = places.map(|at| ((31 * at + 7919) * at % 2003 - 1001) as f32 / 2048.0);
        Case {
            model: StoredModel {
                plan,
                task: Task::mnist(),
                normalisation: Normalisation::MNIST,
                parameters: parameters.collect(),
            },
            logits: floats(&case["logits"]),
            probabilities: floats(&case["probabilities"]),
        }
    };
    let cases = fixture["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 7);
    cases.iter().map(case).collect()
}

/// The fixture's two images.
fn pixels() -> Vec<u8> {
    let first = (0..NUM_PIXELS).map(|at| (37 * at % 256) as u8);
    let second = (0..NUM_PIXELS).map(|at| match at % 7 {
        0 => ((37 * at + 1) % 256) as u8,
        _ => 0,
    });
    first.chain(second).collect()
}

fn assert_close(found: &[f32], expected: &[f32]) {
    assert_eq!(found.len(), expected.len());
    for (place, (found, expected)) in found.iter().zip(expected).enumerate() {
        let is_close = (found - expected).abs() < TOLERANCE;
        assert!(is_close, "{place}: found {found}, expected {expected}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn burn_pack_writes_the_same_bytes() {
    for Case { model, .. } in cases() {
        let file = burnpack::write(&model);
        let reader = burn_pack::Reader::from_bytes(Bytes::from_bytes_vec(file.clone())).unwrap();
        let noted = reader.metadata().clone();
        let mut tensors = reader.into_tensors().unwrap();
        // A reader gives them by name; the file has them as the module does.
        let (linears, norms) = (model.plan.hidden.len() + 1, model.plan.layer_norm);
        let in_order: Vec<_> = (0..linears)
            .flat_map(|at| {
                let norm = norms && at + 1 < linears;
                let owns = [("linears", "weight"), ("linears", "bias")];
                let more = [("norms", "gamma"), ("norms", "beta")];
                let names = owns
                    .into_iter()
                    .chain(more.into_iter().filter(move |_| norm));
                names.map(move |(list, own)| format!("{list}.{at}.{own}"))
            })
            .collect();
        assert_eq!(tensors.len(), in_order.len());
        tensors.sort_by_key(|tensor| in_order.iter().position(|name| *name == tensor.name));
        let theirs = noted
            .iter()
            .fold(burn_pack::Writer::new(tensors), |writer, (key, text)| {
                writer.with_metadata(key, text)
            });
        let theirs = theirs.into_bytes().unwrap();
        assert!(
            theirs[..] == file[..],
            "{} bytes of {}",
            theirs.len(),
            file.len()
        );
    }
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn the_engine_reads_as_onnxruntime_does() {
    let device = device::open().await.unwrap();
    let blank = Dataset::from_parts("blank", Task::mnist(), vec![0; NUM_PIXELS], vec![0]).unwrap();
    let blank = Rc::new(blank);
    for case in cases() {
        let layout = Layout::new(&case.model.plan);
        let parameters = &case.model.parameters;
        for kind in [StepKind::Fused, StepKind::Plain] {
            let mut network = Network::new(
                layout.clone(),
                Normalisation::MNIST,
                parameters,
                blank.clone(),
                kind,
                &device,
            );
            let probabilities = network.predict(&pixels()).await.unwrap();
            assert_close(&probabilities, &case.probabilities);
        }
    }
}

/// On the CPU: a record of burn's reads its tensors at once, which WebGPU in a browser
/// does not allow.
#[cfg(not(feature = "webgpu"))]
mod in_burn {
    use burn::module::Module;
    use burn::nn::{LayerNorm, LayerNormConfig, Linear, LinearConfig};
    use burn::store::ModuleRecord;
    use burn::tensor::{Device, Tensor, TensorData};
    use inkling::nn::model_file;

    use super::*;

    /// The module that the README has its readers write.
    #[derive(Module, Debug)]
    struct Mlp {
        linears: Vec<Linear>,
        norms: Vec<LayerNorm>,
    }

    impl Mlp {
        fn new(plan: &NetworkPlan, device: &Device) -> Self {
            let pairs = plan.widths();
            let linears = pairs
                .windows(2)
                .map(|pair| LinearConfig::new(pair[0], pair[1]).init(device));
            let norms = plan.hidden.iter().filter(|_| plan.layer_norm);
            Self {
                linears: linears.collect(),
                norms: norms
                    .map(|&width| LayerNormConfig::new(width).init(device))
                    .collect(),
            }
        }

        fn forward(&self, mut x: Tensor<2>, activation: Activation) -> Tensor<2> {
            for (at, linear) in self.linears.iter().enumerate() {
                x = linear.forward(x);
                if let Some(norm) = self.norms.get(at) {
                    x = norm.forward(x);
                }
                if at + 1 < self.linears.len() {
                    x = activation.of(x);
                }
            }
            x
        }
    }

    /// What a burn module with this file's parameters gives for the fixture's images.
    async fn logits_in_burn(plan: &NetworkPlan, file: Vec<u8>) -> Vec<f32> {
        let device = device::open().await.unwrap();
        let record = ModuleRecord::from_bytes(Bytes::from_bytes_vec(file)).unwrap();
        let mlp = Mlp::new(plan, &device).try_load_record(record).unwrap();
        let inputs: Vec<f32> = pixels()
            .into_iter()
            .map(|pixel| Normalisation::MNIST.of(pixel))
            .collect();
        let shape = [inputs.len() / NUM_PIXELS, NUM_PIXELS];
        let logits = mlp.forward(
            Tensor::from_data(TensorData::new(inputs, shape), &device),
            plan.activation,
        );
        let data = logits.into_data_async().await.unwrap();
        data.try_to_vec().unwrap()
    }

    #[wasm_bindgen_test(unsupported = pollster::test)]
    async fn a_burnpack_loads_into_a_module_of_burn() {
        for case in cases() {
            let logits = logits_in_burn(&case.model.plan, burnpack::write(&case.model)).await;
            assert_close(&logits, &case.logits);
        }
    }

    #[wasm_bindgen_test(unsupported = pollster::test)]
    async fn a_module_of_burn_comes_back_from_its_burnpack() {
        let device = device::open().await.unwrap();
        for case in cases() {
            let file = burnpack::write(&case.model);
            let record = ModuleRecord::from_bytes(Bytes::from_bytes_vec(file)).unwrap();
            let mlp = Mlp::new(&case.model.plan, &device).load_record(record);
            // As burn writes it: with ids of the parameters and without our notes.
            let theirs = mlp.into_record().into_bytes().unwrap();
            let read = model_file::read("theirs.bpk", &theirs).unwrap();
            let read = read.alone().unwrap();
            assert_eq!(read.parameters, case.model.parameters);
            assert_eq!(read.plan.hidden, case.model.plan.hidden);
            assert_eq!(read.plan.layer_norm, case.model.plan.layer_norm);
        }
    }
}
