//! The same numbers inside a network as PyTorch's (`scripts/make_fixtures.py inside`): of an
//! image every sum and activation, of a batch its losses, gradient and norms, of layers their
//! health, of pixels what they say, of images how far they are, within 1e-4.

use std::rc::Rc;

use inkling::config::Plan;
use inkling::data::{Dataset, NUM_PIXELS, Normalisation, Task, sample};
use inkling::message::{Initialisation, RunConfig};
use inkling::nn::inspect::{Link, Snapshot, check_size};
use inkling::nn::layout::Layout;
use inkling::nn::nearest::Nearest;
use inkling::nn::survey::Survey;
use inkling::nn::weights;
use inkling::rng::RandomState;
use inkling::train::checkpoint::Checkpoint;
use inkling::train::kept_epoch::KeptEpoch;
use inkling::train::one_batch::{OneBatch, Stepped, images_of};
use serde_json::Value;
use wasm_bindgen_test::wasm_bindgen_test;

const FIXTURE: &str = include_str!("../../tests/fixtures/inside.json");
const SEED: u32 = 7;
const NUM_ROWS: usize = 640;
const TOLERANCE: f64 = 1e-4;
/// The gains' and shifts' draws are the fixture's own.
const NORMS_STREAM: u32 = 99;

fn data() -> Rc<Dataset> {
    let (mut pixels, mut labels) = sample::generate(sample::SAMPLE_ROWS, sample::SAMPLE_SEED);
    pixels.truncate(NUM_ROWS * NUM_PIXELS);
    labels.truncate(NUM_ROWS);
    Rc::new(Dataset::from_parts("sample", Task::mnist(), pixels, labels).unwrap())
}

fn config(layer_norm: bool) -> RunConfig {
    RunConfig {
        hidden_layers: "32, 16".into(),
        batch_size: 32.0,
        learning_rate: 0.05,
        momentum: 0.9,
        weight_decay: 1e-3,
        layer_norm,
        seed: f64::from(SEED),
        validation_share: 0.2,
        ..RunConfig::default()
    }
}

fn plan(layer_norm: bool) -> Plan {
    Plan::try_from(&config(layer_norm)).unwrap()
}

/// Inkling's initial weights; gains and shifts that are not all ones and zeros.
fn parameters(layout: &Layout) -> Vec<f32> {
    let mut parameters = weights::initial(layout, Initialisation::Torch, SEED);
    let mut draws = RandomState::from_key(&[SEED, NORMS_STREAM]);
    for (gain, shift) in layout.layers.iter().filter_map(|layer| layer.norm.as_ref()) {
        for gain in &mut parameters[gain.clone()] {
            *gain = draws.uniform(0.5, 1.5) as f32;
        }
        for shift in &mut parameters[shift.clone()] {
            *shift = draws.uniform(-0.5, 0.5) as f32;
        }
    }
    parameters
}

fn fixture(case: &str) -> Value {
    let fixture: Value = serde_json::from_str(FIXTURE).unwrap();
    fixture[case].clone()
}

fn assert_close(what: &str, found: impl IntoIterator<Item = f64>, torch: &Value) {
    let found: Vec<f64> = found.into_iter().collect();
    let torch = torch.as_array().unwrap();
    assert_eq!(found.len(), torch.len(), "{what}");
    for (at, (found, torch)) in found.iter().zip(torch).enumerate() {
        let torch = torch.as_f64().unwrap();
        let bound = TOLERANCE * torch.abs().max(1e-2);
        assert!(
            (found - torch).abs() < bound,
            "{what}, {at}: found {found}, torch {torch}"
        );
    }
}

fn wide(values: &[f32]) -> impl Iterator<Item = f64> {
    values.iter().map(|&value| f64::from(value))
}

fn assert_units(case: &str, layer_norm: bool) {
    let layout = Layout::new(&plan(layer_norm).network);
    let parameters = parameters(&layout);
    let snapshot = Snapshot::new(layout.clone(), Normalisation::MNIST, parameters).unwrap();
    let data = data();
    let image = data.image(0);
    let readings = snapshot.forward(image).unwrap();
    let torch = fixture(case)["layers"].clone();
    assert_eq!(readings.len(), torch.as_array().unwrap().len());
    for (at, reading) in readings.iter().enumerate() {
        let torch = &torch[at];
        assert_close("linear", wide(&reading.linear), &torch["linear"]);
        assert_close("sums", wide(&reading.sums), &torch["sums"]);
        let activations = wide(&reading.activations);
        assert_close("activations", activations, &torch["activations"]);

        // A unit's own account comes to the same sum.
        let unit = layout.layers[at].num_outputs - 1;
        let terms = snapshot.terms(at, unit, image, &readings).unwrap();
        assert_eq!(terms.len(), layout.layers[at].num_inputs);
        let sizes = terms.iter().map(|term| term.product().abs());
        assert!(sizes.is_sorted_by(|a, b| a >= b));
        let (bias, norm) = snapshot.bias_of(at, unit).unwrap();
        let sum: f32 = terms.iter().map(|term| term.product()).sum::<f32>() + bias;
        assert!((sum - reading.linear[unit]).abs() < 1e-4);
        assert_eq!(norm.is_some(), reading.norm.is_some());
        if let (Some((gain, shift)), Some((mean, deviation))) = (norm, reading.norm) {
            let normed = (reading.linear[unit] - mean) / deviation * gain + shift;
            assert!((normed - reading.sums[unit]).abs() < 1e-5);
        }
    }

    // The strongest connections, each taken anew from weights and activations.
    let links = snapshot.paths(&readings, 2);
    let count = |layer| links.iter().filter(|link| link.layer == layer).count();
    assert!((1..3).all(|layer| (1..=2).contains(&count(layer))));
    let read = readings[2].activations.iter().enumerate();
    let read = read.max_by(|a, b| a.1.total_cmp(b.1)).unwrap().0;
    for link in &links {
        let weights = snapshot.weights_of(link.layer, link.to).unwrap();
        let product = weights[link.from] * readings[link.layer - 1].activations[link.from];
        assert_eq!(product, link.product);
        let is_followed = |other: &Link| other.layer == link.layer + 1 && other.from == link.to;
        assert!((link.layer == 2 && link.to == read) || links.iter().any(is_followed));
        let stronger = readings[link.layer - 1].activations.iter().enumerate();
        let stronger = stronger.filter(|(from, value)| weights[*from] * **value > product);
        assert!(stronger.count() < if link.layer == 2 { 2 } else { 1 });
    }
}

fn assert_batch(case: &str, layer_norm: bool) {
    let plan = plan(layer_norm);
    let data = data();
    let mut weights = parameters(&Layout::new(&plan.network));
    let mut state = vec![];
    for step in 0..2 {
        let torch = &fixture(case)["steps"][step as usize];
        let (images, labels) = images_of(&plan, &data, step).unwrap();
        assert_eq!(labels.len(), 32);
        let place = (step, 1);
        let start = Some(weights);
        let mut one = OneBatch::new(&plan, Normalisation::MNIST, place, 32, start, state).unwrap();
        let losses = one.snapshot().losses(&images, &labels).unwrap();
        assert_close("before", losses, &torch["losses_before"]);
        one.take(&images, &labels).unwrap();
        let stepped = one.finish().unwrap();
        let layers = &stepped.layers;
        let gradients = layers.iter().map(|layer| layer.gradient_norm);
        assert_close("gradient norm", gradients, &torch["gradient_norms"]);
        let norms = layers.iter().map(|layer| layer.weight_norm);
        assert_close("weight norm", norms, &torch["weight_norms"]);
        let updates = layers.iter().map(|layer| layer.update_norm);
        assert_close("update norm", updates, &torch["update_norms"]);
        let picked: Vec<f32> = stepped.gradient.iter().copied().step_by(97).collect();
        assert_close("gradient", wide(&picked), &torch["gradient"]);

        weights = stepped.parameters;
        state = stepped.state;
        let layout = Layout::new(&plan.network);
        let after = Snapshot::new(layout, Normalisation::MNIST, weights.clone()).unwrap();
        let losses = after.losses(&images, &labels).unwrap();
        assert_close("after", losses, &torch["losses_after"]);
    }
}

/// The run after the two steps, as a checkpoint.
fn checkpoint(layer_norm: bool) -> Checkpoint {
    let plan = plan(layer_norm);
    let data = data();
    let mut run = Stepped {
        layers: vec![],
        gradient: vec![],
        parameters: parameters(&Layout::new(&plan.network)),
        state: vec![],
    };
    for step in 0..2 {
        let (images, labels) = images_of(&plan, &data, step).unwrap();
        let (start, state) = (Some(run.parameters), run.state);
        let place = (step, 16);
        let mut one = OneBatch::new(&plan, Normalisation::MNIST, place, 32, start, state).unwrap();
        one.take(&images, &labels).unwrap();
        run = one.finish().unwrap();
    }
    Checkpoint {
        config: config(layer_norm),
        task: Task::mnist(),
        normalisation: Normalisation::MNIST,
        data_checksum: data.checksum(),
        history: vec![],
        step: 2,
        num_trained: 64,
        elapsed_secs: 1.0,
        train_secs: 1.0,
        parameters: run.parameters,
        optimiser_state: run.state,
        optimiser_steps: 2,
        correct: String::new(),
        best: None,
    }
}

fn assert_looked_back(case: &str, layer_norm: bool) {
    let checkpoint = checkpoint(layer_norm);
    let kept = KeptEpoch::from_bytes(&checkpoint.to_bytes()).unwrap();
    let data = data();
    let plan = plan(layer_norm);
    let split = data.split(0.2, plan.split_seed).unwrap();
    // The rows of the run's first epoch in its order, from the 101st on.
    let batch: Vec<(Vec<u8>, Vec<u8>)> = (0..4)
        .map(|step| images_of(&plan, &data, step).unwrap())
        .collect();
    assert_eq!(split.train.len(), 512);
    let images: Vec<u8> = batch
        .iter()
        .flat_map(|(images, _)| images.clone())
        .collect();
    let labels: Vec<u8> = batch
        .iter()
        .flat_map(|(_, labels)| labels.clone())
        .collect();
    let mut health = kept.health(12).unwrap();
    health
        .take(
            &images[100 * NUM_PIXELS..112 * NUM_PIXELS],
            &labels[100..112],
        )
        .unwrap();
    let measured = health.finish().unwrap();
    let layers: Vec<_> = measured.iter().map(|layer| layer.health).collect();
    let torch = fixture(case)["health"].clone();
    for (layer, histograms) in layers.iter().zip(&measured) {
        // All twelve images' activations are counted, within what their mean is of.
        let width = if layer.num_units == 0 {
            10
        } else {
            layer.num_units
        };
        let counted = &histograms.activations;
        assert_eq!(counted.counts.iter().sum::<u32>(), 12 * width);
        assert!(counted.low < layer.activation_mean && layer.activation_mean < counted.high);
        let num_weights: u32 = histograms.weights.counts.iter().sum();
        assert_eq!(num_weights, histograms.gradient.counts.iter().sum::<u32>());
    }
    let of = |figure: fn(&inkling::message::LayerHealth) -> f64| layers.iter().map(figure);
    assert_close("weights", of(|l| l.weight_norm), &torch["weight_norms"]);
    assert_close(
        "gradient",
        of(|l| l.gradient_norm),
        &torch["gradient_norms"],
    );
    assert_close("updates", of(|l| l.update_share), &torch["update_shares"]);
    assert_close("means", of(|l| l.activation_mean), &torch["means"]);
    let deviations = of(|l| l.activation_deviation);
    assert_close("deviations", deviations, &torch["deviations"]);
    let silent = of(|l| f64::from(l.num_silent)).take(2);
    assert_close("silent", silent, &torch["num_silent"]);
    let widths: Vec<u32> = layers.iter().map(|layer| layer.num_units).collect();
    assert_eq!(widths, [32, 16, 0]);

    let snapshot = kept.snapshot().unwrap();
    for (class, torch) in [3, 8]
        .into_iter()
        .zip(fixture(case)["saliency"].as_array().unwrap())
    {
        let found = snapshot.saliency(data.image(0), class).unwrap();
        assert_close("saliency", wide(&found), torch);
    }
    let mut nearest = Nearest::new(&snapshot, data.image(0), 8).unwrap();
    for row in 0..200 {
        nearest
            .take(row, &snapshot, data.image(row as usize))
            .unwrap();
    }
    let torch = fixture(case)["nearest"].clone();
    let rows = nearest.kept().iter().map(|&(row, _)| f64::from(row));
    assert_close("nearest", rows, &torch["rows"]);
    let far = nearest.kept().iter().map(|&(_, distance)| distance);
    assert_close("distances", far, &torch["distances"]);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_run_looked_back_at() {
    assert_looked_back("plain", false);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_run_with_normalised_layers_looked_back_at() {
    assert_looked_back("layer_norm", true);
}

#[wasm_bindgen_test(unsupported = test)]
fn the_start_of_a_run_is_what_it_drew() {
    let kept = KeptEpoch::from_bytes(&checkpoint(false).to_bytes()).unwrap();
    let start = kept.start().unwrap();
    let plan = plan(false);
    let layout = Layout::new(&plan.network);
    let drawn = weights::initial(&layout, plan.network.initialisation, SEED);
    assert_eq!(start.snapshot().unwrap().parameters(), drawn);
    assert_eq!(start.moved_since(&start).unwrap(), [0.0; 3]);
    let moved = kept.moved_since(&start).unwrap();
    assert!(moved.iter().all(|&share| share > 0.0 && share < 1.0));
    // No step has been taken of it: nothing is carried on from the run.
    let mut health = start.health(1).unwrap();
    health.take(data().image(0), &[3]).unwrap();
    let layers: Vec<_> = health.finish().unwrap();
    let layers: Vec<_> = layers.iter().map(|layer| layer.health).collect();
    let rule = plan.rule_at(0, 16);
    let [first, ..] = layers.as_slice() else {
        panic!("three layers");
    };
    let decay = f64::from(rule.weight_decay) * first.weight_norm;
    let most = f64::from(rule.learning_rate) * (first.gradient_norm + decay) / first.weight_norm;
    assert!(first.update_share <= most * 1.001 && first.update_share > 0.5 * most);
    assert!(
        start.health(2).unwrap().finish().is_err(),
        "images are missing"
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn units() {
    assert_units("plain", false);
}

#[wasm_bindgen_test(unsupported = test)]
fn units_of_normalised_layers() {
    assert_units("layer_norm", true);
}

#[wasm_bindgen_test(unsupported = test)]
fn one_batch() {
    assert_batch("plain", false);
}

#[wasm_bindgen_test(unsupported = test)]
fn one_batch_with_normalised_layers() {
    assert_batch("layer_norm", true);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_survey_is_what_sorting_every_image_gives() {
    let layout = Layout::new(&plan(false).network);
    let parameters = parameters(&layout);
    let snapshot = Snapshot::new(layout.clone(), Normalisation::MNIST, parameters).unwrap();
    let data = data();
    let rows = || (0..NUM_ROWS as u32).step_by(7);
    let mut survey = Survey::new(&layout, 8);
    let mut all: Vec<Vec<(u32, f32)>> = vec![vec![]; 32 + 16 + 10];
    for row in rows() {
        let readings = snapshot.forward(data.image(row as usize)).unwrap();
        survey.take(row, &readings);
        let activations = readings.iter().flat_map(|layer| &layer.activations);
        for (unit, &activation) in activations.enumerate() {
            all[unit].push((row, activation));
        }
    }
    assert_eq!(survey.num_images(), rows().count() as u32);
    for (unit, seen) in all.iter_mut().enumerate() {
        let is_silent = |(_, activation): &&(u32, f32)| *activation == 0.0;
        let num_silent = seen.iter().filter(is_silent).count();
        assert_eq!(survey.num_silent()[unit], num_silent as u32);
        seen.retain(|(_, activation)| *activation != 0.0);
        // A stable sort: of equals the first row comes first.
        seen.sort_by(|a, b| b.1.total_cmp(&a.1));
        seen.truncate(8);
        assert_eq!(survey.strongest()[unit], *seen);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn what_does_not_fit_is_refused() {
    let layout = Layout::new(&plan(false).network);
    let parameters = parameters(&layout);
    let snapshot = Snapshot::new(layout, Normalisation::MNIST, parameters).unwrap();
    let error = snapshot.forward(&[0; 3]).unwrap_err();
    assert_eq!(error.to_string(), "image: found 3 bytes, expected 784");
    let error = snapshot.weights_of(0, 32).unwrap_err();
    assert_eq!(error.found(), Some("unit 33 of layer 1"));
    let wide = RunConfig {
        hidden_layers: "4096, 4096".into(),
        ..RunConfig::default()
    };
    let layout = Layout::new(&Plan::try_from(&wide).unwrap().network);
    assert!(snapshot.saliency(&[0; NUM_PIXELS], 10).is_err());
    let error = check_size(&layout).unwrap_err();
    assert_eq!(error.place(), Some("network"));
}
