//! The fused training step must equal the plain one: the same losses over 500
//! steps, to 1e-5 relative, whatever the network and the optimiser.
//!
//! A unit that one path sees just above ReLU's kink and the other just below
//! gets another gradient, and the paths part for good without either being
//! wrong. Each unit of each row of each step is a chance of it, of about 1e-6:
//! the networks here are small enough that it is rare.

use std::rc::Rc;

use inkling::config::{NetworkPlan, Rule};
use inkling::data::{Dataset, Task, sample};
use inkling::message::{Activation, Initialisation, Optimiser, StepKind};
use inkling::nn::batch::Batch;
use inkling::nn::dropout::DropoutMask;
use inkling::nn::layout::Layout;
use inkling::nn::network::Network;
use inkling::nn::{device, weights};
use wasm_bindgen_test::wasm_bindgen_test;

const NUM_ROWS: usize = 640;

/// A software adapter takes a third of a second for a plain step.
const MAX_STEPS: u32 = if cfg!(feature = "webgpu") { 12 } else { 500 };

struct Case {
    hidden: &'static [usize],
    layer_norm: bool,
    dropout: f32,
    input_dropout: f32,
    rule: Rule,
    activation: Activation,
    batch_size: usize,
    num_steps: u32,
    /// Every pixel inked, as an inverted picture has it.
    is_dense: bool,
    /// Side and number of classes of another task than MNIST's.
    task: Option<(usize, usize)>,
}

const PLAIN_SGD: Rule = Rule::sgd(0.05);

const CASE: Case = Case {
    hidden: &[32, 16],
    layer_norm: false,
    dropout: 0.0,
    input_dropout: 0.0,
    rule: PLAIN_SGD,
    activation: Activation::Relu,
    batch_size: 32,
    num_steps: 500,
    is_dense: false,
    task: None,
};

async fn losses(case: &Case, dataset: &Rc<Dataset>, kind: StepKind) -> Vec<f32> {
    let device = device::open().await.unwrap();
    let plan = NetworkPlan {
        hidden: case.hidden.to_vec(),
        activation: case.activation,
        dropout: case.dropout,
        input_dropout: case.input_dropout,
        layer_norm: case.layer_norm,
        ..NetworkPlan::default()
    };
    let plan = plan.for_task(dataset.task());
    let layout = Layout::new(&plan);
    let all: Vec<u32> = (0..NUM_ROWS as u32).collect();
    let normalisation = dataset.normalisation(&all).unwrap();
    let parameters = weights::initial(&layout, Initialisation::Torch, 7);
    let mut network = Network::new(
        layout,
        normalisation,
        &parameters,
        dataset.clone(),
        kind,
        &device,
    );
    let mut metrics = Vec::new();
    for step in 0..case.num_steps.min(MAX_STEPS) {
        let rows: Vec<u32> = (0..case.batch_size)
            .map(|i| ((step as usize * case.batch_size + i) * 37 % NUM_ROWS) as u32)
            .collect();
        let mask = DropoutMask::of(&plan, 7, step);
        network.train_step(Batch::Rows(&rows), mask.as_ref(), case.rule);
        if step % 8 == 7 {
            metrics.extend(network.take_metrics().await.unwrap());
        }
    }
    metrics.extend(network.take_metrics().await.unwrap());
    network.evaluate(Batch::Rows(&all));
    metrics.extend(network.take_metrics().await.unwrap());
    assert_eq!(metrics.len(), case.num_steps.min(MAX_STEPS) as usize + 1);
    metrics
        .iter()
        .map(|metrics| metrics.loss_sum / case.batch_size as f32)
        .collect()
}

async fn assert_equal(case: Case) {
    let (mut pixels, mut labels) = sample::generate(NUM_ROWS, 3);
    let mut task = Task::mnist();
    if let Some((side, num_classes)) = case.task {
        let set = crate::sets::set(side, num_classes, NUM_ROWS);
        (pixels, labels) = (set.pixels().to_vec(), set.labels().to_vec());
        task = set.task().clone();
    }
    if case.is_dense {
        pixels
            .iter_mut()
            .for_each(|pixel| *pixel = 255 - *pixel / 2);
    }
    let dataset = Rc::new(Dataset::from_parts("made up", task, pixels, labels).unwrap());
    let fused = losses(&case, &dataset, StepKind::Fused).await;
    let plain = losses(&case, &dataset, StepKind::Plain).await;
    for (step, (fused, plain)) in fused.iter().zip(&plain).enumerate() {
        // Relative to a loss of at least one nat: below, a rounding of the
        // logits is a large share of almost nothing.
        let error = (fused - plain).abs() / plain.abs().max(1.0);
        assert!(error < 1e-5, "step {step}: fused {fused}, plain {plain}");
    }
    let mean = |losses: &[f32]| losses.iter().sum::<f32>() / losses.len() as f32;
    // The last value is the pass over all rows.
    let (early, late) = plain[..plain.len() - 1].split_at(plain.len() / 2);
    // A dozen steps at a small rate need not show it.
    assert!(
        cfg!(feature = "webgpu") || mean(late) < mean(early),
        "nothing was learned, so nothing was compared"
    );
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn plain_sgd() {
    assert_equal(CASE).await;
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn momentum_and_weight_decay() {
    let rule = Rule {
        optimiser: Optimiser::Sgd,
        learning_rate: 0.002,
        momentum: 0.9,
        weight_decay: 1e-3,
        ..PLAIN_SGD
    };
    assert_equal(Case { rule, ..CASE }).await;
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn layer_normalisation() {
    assert_equal(Case {
        layer_norm: true,
        hidden: &[16, 8],
        batch_size: 16,
        rule: Rule {
            optimiser: Optimiser::Sgd,
            learning_rate: 0.005,
            ..PLAIN_SGD
        },
        ..CASE
    })
    .await;
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn dropout() {
    assert_equal(Case {
        dropout: 0.3,
        ..CASE
    })
    .await;
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn everything_at_once_on_odd_widths() {
    let rule = Rule {
        optimiser: Optimiser::Sgd,
        learning_rate: 0.0005,
        momentum: 0.5,
        weight_decay: 1e-4,
        ..PLAIN_SGD
    };
    let hidden = &[13, 5, 7];
    assert_equal(Case {
        hidden,
        layer_norm: true,
        dropout: 0.1,
        rule,
        batch_size: 9,
        ..CASE
    })
    .await;
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn one_narrow_layer() {
    assert_equal(Case {
        hidden: &[3],
        ..CASE
    })
    .await;
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn images_without_a_zero() {
    assert_equal(Case {
        is_dense: true,
        num_steps: 100,
        rule: Rule {
            optimiser: Optimiser::Sgd,
            learning_rate: 0.005,
            ..PLAIN_SGD
        },
        ..CASE
    })
    .await;
}

/// Rates at which roundings are not blown up: most rules divide by the root of what may be
/// almost nothing.
#[wasm_bindgen_test(unsupported = pollster::test)]
async fn each_optimiser() {
    for optimiser in Optimiser::ALL {
        let (learning_rate, momentum) = match optimiser {
            Optimiser::Sgd | Optimiser::Nesterov => (0.002, 0.9),
            Optimiser::Adam | Optimiser::Adamw => (0.0001, 0.0),
            Optimiser::Rmsprop => (0.0001, 0.5),
            Optimiser::Adagrad => (0.003, 0.0),
        };
        let rule = Rule {
            optimiser,
            learning_rate,
            momentum,
            weight_decay: 1e-4,
            ..PLAIN_SGD
        };
        assert_equal(Case { rule, ..CASE }).await;
    }
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn each_activation() {
    for activation in Activation::ALL {
        let layer_norm = activation == Activation::Silu;
        assert_equal(Case {
            activation,
            hidden: &[13, 7],
            layer_norm,
            dropout: if activation == Activation::Gelu {
                0.2
            } else {
                0.0
            },
            batch_size: 16,
            rule: Rule::sgd(if layer_norm { 0.005 } else { 0.02 }),
            ..CASE
        })
        .await;
    }
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn each_regulariser() {
    let smoothed = Rule {
        label_smoothing: 0.1,
        ..Rule::sgd(0.02)
    };
    let bounded = Rule {
        max_norm: 0.5,
        ..Rule::sgd(0.02)
    };
    let all = Rule {
        optimiser: Optimiser::Adam,
        label_smoothing: 0.2,
        max_norm: 0.5,
        ..Rule::sgd(0.0003)
    };
    for (rule, input_dropout) in [
        (smoothed, 0.0),
        (bounded, 0.0),
        (Rule::sgd(0.02), 0.2),
        (all, 0.1),
    ] {
        assert_equal(Case {
            rule,
            input_dropout,
            // Columns that fill no whole block.
            hidden: &[37, 13],
            dropout: input_dropout,
            layer_norm: rule.label_smoothing > 0.1,
            ..CASE
        })
        .await;
    }
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn small_pictures() {
    assert_equal(Case {
        task: Some((8, 10)),
        ..CASE
    })
    .await;
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn pictures_that_fill_no_whole_words_and_an_odd_number_of_classes() {
    let rule = Rule {
        optimiser: Optimiser::Sgd,
        learning_rate: 0.02,
        momentum: 0.5,
        weight_decay: 1e-3,
        ..PLAIN_SGD
    };
    assert_equal(Case {
        task: Some((7, 3)),
        hidden: &[13, 5],
        batch_size: 9,
        rule,
        ..CASE
    })
    .await;
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn as_many_classes_as_emnist_balanced_has() {
    assert_equal(Case {
        task: Some((28, 47)),
        num_steps: 200,
        ..CASE
    })
    .await;
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn the_most_classes_and_large_pictures_without_a_zero() {
    assert_equal(Case {
        task: Some((64, 100)),
        num_steps: 40,
        is_dense: true,
        hidden: &[16, 8],
        ..CASE
    })
    .await;
}
