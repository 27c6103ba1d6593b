//! The same training as PyTorch's: from the same weights, order and masks, the
//! losses of 200 steps follow torch's (`scripts/make_fixtures.py parity`),
//! within 1e-4 on the CPU and 1e-3 on WebGPU, which takes fewer steps.

use std::rc::Rc;

use inkling::config::Plan;
use inkling::data::{Dataset, NUM_PIXELS, Normalisation, Task, sample};
use inkling::message::{Activation, Initialisation, LearningRateSchedule, Optimiser, RunConfig};
use inkling::nn::batch::Batch;
use inkling::nn::dropout::DropoutMask;
use inkling::nn::layout::Layout;
use inkling::nn::network::Network;
use inkling::nn::{Stream, device, weights};
use inkling::rng::RandomState;
use serde::Deserialize;
use wasm_bindgen_test::wasm_bindgen_test;

const FIXTURE: &str = include_str!("../../tests/fixtures/parity.json");
const SEED: u32 = 7;
const NUM_ROWS: usize = 640;
const BATCH_SIZE: usize = 32;
const STEPS_PER_EPOCH: usize = NUM_ROWS / BATCH_SIZE;

/// Tolerance, and steps of a software adapter, which is slow and sums in another order.
const TOLERANCE: f32 = if cfg!(feature = "webgpu") { 1e-3 } else { 1e-4 };
const NUM_STEPS: usize = 200;
const NUM_STEPS_OF_ADAPTER: usize = 40;

#[derive(Deserialize)]
struct Fixture {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    settings: RunConfig,
    losses: Vec<f32>,
}

fn digits() -> Rc<Dataset> {
    let (mut pixels, mut labels) = sample::generate(sample::SAMPLE_ROWS, sample::SAMPLE_SEED);
    pixels.truncate(NUM_ROWS * NUM_PIXELS);
    labels.truncate(NUM_ROWS);
    Rc::new(Dataset::from_parts("sample", Task::mnist(), pixels, labels).unwrap())
}

async fn assert_parity(Case { settings, losses }: Case, dataset: Rc<Dataset>) {
    let plan = Plan::try_from(&RunConfig {
        hidden_layers: "32, 16".into(),
        ..settings.clone()
    })
    .unwrap();
    let layout = Layout::new(&plan.network);
    let parameters = weights::initial(&layout, plan.network.initialisation, SEED);
    let device = device::open().await.unwrap();
    let mut network = Network::new(
        layout,
        Normalisation::MNIST,
        &parameters,
        dataset,
        plan.step,
        &device,
    );

    let num_steps = match cfg!(feature = "webgpu") {
        true => NUM_STEPS_OF_ADAPTER,
        false => NUM_STEPS,
    };
    let mut found = Vec::new();
    let mut order = Vec::new();
    for step in 0..num_steps {
        let first = step % STEPS_PER_EPOCH * BATCH_SIZE;
        if first == 0 {
            let epoch = (step / STEPS_PER_EPOCH + 1) as u32;
            let mut draws = RandomState::from_key(&[SEED, Stream::Shuffle as u32, epoch]);
            order = draws.permutation(NUM_ROWS as u32);
        }
        let mask = DropoutMask::of(&plan.network, SEED, step as u32);
        let rule = plan.rule_at(step as u32, STEPS_PER_EPOCH as u32);
        let rows = &order[first..first + BATCH_SIZE];
        network.train_step(Batch::Rows(rows), mask.as_ref(), rule);
        if first + BATCH_SIZE == NUM_ROWS || step + 1 == num_steps {
            found.extend(network.take_metrics().await.unwrap());
        }
    }
    assert_eq!((found.len(), losses.len()), (num_steps, NUM_STEPS));
    for (step, (found, torch)) in found.iter().zip(losses).enumerate() {
        let loss = found.loss_sum / BATCH_SIZE as f32;
        assert!(
            (loss - torch).abs() < TOLERANCE,
            "{settings:?}, step {step}: found {loss}, torch {torch}"
        );
    }
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn every_case_of_the_fixture_follows_torch() {
    let fixture: Fixture = serde_json::from_str(FIXTURE).unwrap();
    let cases = fixture.cases;
    for optimiser in Optimiser::ALL {
        assert!(
            cases
                .iter()
                .any(|case| case.settings.optimiser == optimiser)
        );
    }
    for activation in Activation::ALL {
        assert!(
            cases
                .iter()
                .any(|case| case.settings.activation == activation)
        );
    }
    for initialisation in Initialisation::ALL {
        let has = |case: &Case| case.settings.initialisation == initialisation;
        assert!(cases.iter().any(has));
    }
    for schedule in LearningRateSchedule::ALL {
        let has = |case: &Case| case.settings.learning_rate_schedule == schedule;
        assert!(cases.iter().any(has));
    }
    let digits = digits();
    for case in cases {
        assert_parity(case, digits.clone()).await;
    }
}
