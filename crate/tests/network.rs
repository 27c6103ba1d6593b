//! What a network keeps to whatever it is asked for: what is no number stays
//! none, passing over images teaches nothing, and images come whole.

use std::rc::Rc;

use inkling::config::{NetworkPlan, Rule};
use inkling::data::{Dataset, NUM_PIXELS, Normalisation, Task, sample};
use inkling::message::{Initialisation, Optimiser, StepKind};
use inkling::nn::batch::Batch;
use inkling::nn::dropout::DropoutMask;
use inkling::nn::layout::Layout;
use inkling::nn::network::Network;
use inkling::nn::{device, weights};
use wasm_bindgen_test::wasm_bindgen_test;

const NUM_ROWS: usize = 96;

const SGD: Rule = Rule::sgd(0.05);

const KINDS: [StepKind; 2] = [StepKind::Fused, StepKind::Plain];

fn digits() -> Rc<Dataset> {
    let (pixels, labels) = sample::generate(NUM_ROWS, 3);
    Rc::new(Dataset::from_parts("made up", Task::mnist(), pixels, labels).unwrap())
}

fn layout(dropout: f32, layer_norm: bool) -> Layout {
    Layout::new(&NetworkPlan {
        hidden: vec![12, 8],
        dropout,
        layer_norm,
        ..NetworkPlan::default()
    })
}

async fn network(layout: &Layout, parameters: &[f32], kind: StepKind) -> Network {
    let device = device::open().await.unwrap();
    Network::new(
        layout.clone(),
        Normalisation::MNIST,
        parameters,
        digits(),
        kind,
        &device,
    )
}

fn rows(range: std::ops::Range<u32>) -> Vec<u32> {
    range.collect()
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn a_weight_that_is_no_number_shows_in_every_loss() {
    for (dropout, layer_norm) in [(0.0, false), (0.0, true), (0.9, false), (0.5, true)] {
        let layout = layout(dropout, layer_norm);
        let sound = weights::initial(&layout, Initialisation::Torch, 7);
        // A bias and a weight of each hidden layer; the weight's pixel is inked, in
        // the middle, or is made so by the images themselves.
        let hidden = &layout.layers[..2];
        let middle = 14 * 28 + 14;
        let places = hidden.iter().flat_map(|layer| {
            let input = if layer.num_inputs == NUM_PIXELS {
                middle
            } else {
                1
            };
            [
                layer.bias.start,
                layer.weight.start + input * layer.num_outputs,
            ]
        });
        for place in places {
            for kind in KINDS {
                let mut parameters = sound.clone();
                parameters[place] = f32::NAN;
                let case = format!("{kind:?}, dropout {dropout}, norm {layer_norm}, {place}");
                let mut network = network(&layout, &parameters, kind).await;
                let all = rows(0..NUM_ROWS as u32);
                network.evaluate(Batch::Rows(&all));
                let evaluated = network.take_metrics().await.unwrap();
                assert!(evaluated[0].loss_sum.is_nan(), "evaluated: {case}");
                let probabilities = network.predict(digits().image(0)).await.unwrap();
                assert!(probabilities.iter().all(|p| p.is_nan()), "read: {case}");
                let mask = (dropout > 0.0).then_some(DropoutMask {
                    seed: 7,
                    step: 0,
                    probability: dropout,
                    input_probability: 0.0,
                });
                network.train_step(Batch::Rows(&all), mask.as_ref(), SGD);
                let trained = network.take_metrics().await.unwrap();
                assert!(trained[0].loss_sum.is_nan(), "trained: {case}");
            }
        }
    }
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn batches_of_any_kind_and_size_may_wait_together() {
    let layout = layout(0.5, false);
    let start = weights::initial(&layout, Initialisation::Torch, 7);
    let mask = |step| DropoutMask {
        seed: 7,
        step,
        probability: 0.5,
        input_probability: 0.0,
    };
    let train = [rows(0..16), rows(16..32), rows(32..41), rows(41..57)];
    let held_out = [rows(57..90), rows(90..96)];
    let faster = Rule {
        optimiser: Optimiser::Sgd,
        learning_rate: 0.2,
        ..SGD
    };
    for kind in KINDS {
        // The same work, read after each batch and read once.
        let mut found = Vec::new();
        for waits in [false, true] {
            let mut network = network(&layout, &start, kind).await;
            let mut metrics = Vec::new();
            for (step, rows) in train.iter().enumerate() {
                // A longer batch after the short one, and another rate.
                let rule = if step < 2 { SGD } else { faster };
                network.train_step(Batch::Rows(rows), Some(&mask(step as u32)), rule);
                if !waits {
                    metrics.extend(network.take_metrics().await.unwrap());
                }
                if step == 1 || step == 3 {
                    for rows in &held_out {
                        network.evaluate(Batch::Rows(rows));
                        if !waits {
                            metrics.extend(network.take_metrics().await.unwrap());
                        }
                    }
                }
            }
            if waits {
                // Also what is asked for before the metrics sees every step.
                let parameters = network.parameters().await.unwrap();
                metrics = network.take_metrics().await.unwrap();
                found.push((parameters, metrics));
            } else {
                found.push((network.parameters().await.unwrap(), metrics));
            }
        }
        let [(apart, metrics_apart), (together, metrics_together)] = &found[..] else {
            unreachable!("two ways");
        };
        assert_eq!(metrics_together.len(), 8, "{kind:?}");
        assert_eq!(metrics_together, metrics_apart, "{kind:?}");
        assert_eq!(bits(together), bits(apart), "{kind:?}");
    }
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn reading_sees_the_steps_before_it() {
    let layout = layout(0.0, false);
    let start = weights::initial(&layout, Initialisation::Torch, 7);
    for kind in KINDS {
        let mut network = network(&layout, &start, kind).await;
        let before = network.predict(digits().image(0)).await.unwrap();
        network.train_step(Batch::Rows(&rows(0..32)), None, SGD);
        let after = network.predict(digits().image(0)).await.unwrap();
        assert_ne!(bits(&before), bits(&after), "{kind:?}");
        assert_eq!(network.take_metrics().await.unwrap().len(), 1, "{kind:?}");
        let again = network.predict(digits().image(0)).await.unwrap();
        assert_eq!(bits(&again), bits(&after), "{kind:?}");
    }
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn images_are_read_whole_or_not_at_all() {
    let layout = layout(0.0, false);
    let start = weights::initial(&layout, Initialisation::Torch, 7);
    for kind in KINDS {
        let mut network = network(&layout, &start, kind).await;
        assert_eq!(network.predict(&[]).await.unwrap(), [0.0; 0], "{kind:?}");
        for len in [1, NUM_PIXELS - 1, NUM_PIXELS + 1] {
            let told = network.predict(&vec![0; len]).await.unwrap_err();
            let expected = format!("images: found {len} bytes, expected 784 for each image");
            assert_eq!(told.to_string(), expected, "{kind:?}");
        }
    }
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn right_answers_are_told_image_by_image() {
    let layout = layout(0.0, true);
    let start = weights::initial(&layout, Initialisation::Torch, 7);
    // Steps between them, batches that are not filled, and more than wait in one go.
    let batches = [
        rows(0..32),
        rows(32..64),
        rows(64..71),
        rows(71..96),
        rows(5..6),
    ];
    for kind in KINDS {
        let mut network = network(&layout, &start, kind).await;
        for batch in rows(0..96).chunks(32) {
            network.train_step(Batch::Rows(batch), None, SGD);
        }
        let mut expected = Vec::new();
        for batch in &batches {
            network.evaluate(Batch::Rows(batch));
        }
        let metrics = network.take_metrics().await.unwrap();
        let found = network.take_answers().await.unwrap();
        for &row in batches.iter().flatten() {
            // Oracle: the network's own probabilities.
            let row = row as usize;
            let read = network.predict(digits().image(row)).await.unwrap();
            let label = usize::from(digits().labels()[row]);
            let best = read.iter().copied().fold(0.0, f32::max);
            expected.push(read.iter().position(|&p| p == best) == Some(label));
        }
        assert_eq!(found, expected, "{kind:?}");
        assert!(found.contains(&true) && found.contains(&false), "{kind:?}");
        let sums: u32 = metrics[3..].iter().map(|metrics| metrics.num_correct).sum();
        let num_right = found.iter().filter(|is_right| **is_right).count();
        assert_eq!(sums as usize, num_right, "{kind:?}");
        // They are told once.
        assert!(network.take_answers().await.unwrap().is_empty());
    }
}
