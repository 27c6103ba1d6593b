//! The same training as PyTorch's: from the same weights, order and masks, the
//! losses of 200 steps follow torch's (`scripts/make_fixtures.py parity`),
//! within 1e-4 on the CPU and 1e-3 on WebGPU, which takes fewer steps.

use std::rc::Rc;

use inkling::config::{NetworkPlan, Sgd};
use inkling::data::{Dataset, NUM_PIXELS, Normalisation, Task, sample};
use inkling::message::StepKind;
use inkling::nn::batch::Batch;
use inkling::nn::dropout::DropoutMask;
use inkling::nn::layout::Layout;
use inkling::nn::network::Network;
use inkling::nn::{Stream, device, weights};
use inkling::rng::RandomState;
use wasm_bindgen_test::wasm_bindgen_test;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);

const FIXTURE: &str = include_str!("../../tests/fixtures/parity.json");
const SEED: u32 = 7;
const NUM_ROWS: usize = 640;
const BATCH_SIZE: usize = 32;
const STEPS_PER_EPOCH: usize = NUM_ROWS / BATCH_SIZE;

/// Steps and tolerance: the software adapter is slow, and sums in another order.
const BOUNDS: (usize, f32) = if cfg!(feature = "webgpu") {
    (40, 1e-3)
} else {
    (200, 1e-4)
};

fn torch_losses(case: &str) -> Vec<f32> {
    let fixture: serde_json::Value = serde_json::from_str(FIXTURE).unwrap();
    let losses = fixture[case].as_array().unwrap();
    losses
        .iter()
        .map(|loss| loss.as_f64().unwrap() as f32)
        .collect()
}

async fn assert_parity(case: &str, layer_norm: bool, dropout: f32, sgd: Sgd) {
    let (mut pixels, mut labels) = sample::generate(sample::SAMPLE_ROWS, sample::SAMPLE_SEED);
    pixels.truncate(NUM_ROWS * NUM_PIXELS);
    labels.truncate(NUM_ROWS);
    let dataset = Rc::new(Dataset::from_parts("sample", Task::mnist(), pixels, labels).unwrap());
    let layout = Layout::new(&NetworkPlan {
        hidden: vec![32, 16],
        dropout,
        layer_norm,
        ..NetworkPlan::default()
    });
    let parameters = weights::initial(&layout, SEED);
    let device = device::open().await.unwrap();
    let mut network = Network::new(
        layout,
        Normalisation::MNIST,
        &parameters,
        dataset,
        StepKind::Fused,
        &device,
    );

    let (num_steps, tolerance) = BOUNDS;
    let mut found = Vec::new();
    let mut order = Vec::new();
    for step in 0..num_steps {
        let first = step % STEPS_PER_EPOCH * BATCH_SIZE;
        if first == 0 {
            let epoch = (step / STEPS_PER_EPOCH + 1) as u32;
            let mut draws = RandomState::from_key(&[SEED, Stream::Shuffle as u32, epoch]);
            order = draws.permutation(NUM_ROWS as u32);
        }
        let mask = (dropout > 0.0).then_some(DropoutMask {
            seed: SEED,
            step: step as u32,
            probability: dropout,
        });
        let rows = &order[first..first + BATCH_SIZE];
        network.train_step(Batch::Rows(rows), mask.as_ref(), sgd);
        if first + BATCH_SIZE == NUM_ROWS {
            found.extend(network.take_metrics().await.unwrap());
        }
    }
    assert_eq!(found.len(), num_steps);
    for (step, (found, torch)) in found.iter().zip(torch_losses(case)).enumerate() {
        let loss = found.loss_sum / BATCH_SIZE as f32;
        assert!(
            (loss - torch).abs() < tolerance,
            "step {step}: found {loss}, torch {torch}"
        );
    }
}

const PLAIN: Sgd = Sgd {
    learning_rate: 0.05,
    momentum: 0.0,
    weight_decay: 0.0,
};

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn plain() {
    assert_parity("plain", false, 0.0, PLAIN).await;
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn momentum_and_weight_decay() {
    let sgd = Sgd {
        learning_rate: 0.02,
        momentum: 0.9,
        weight_decay: 1e-3,
    };
    assert_parity("momentum", false, 0.0, sgd).await;
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn layer_normalisation() {
    assert_parity("layer_norm", true, 0.0, PLAIN).await;
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn dropout() {
    assert_parity("dropout", false, 0.25, PLAIN).await;
}
