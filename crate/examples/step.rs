//! Times a training step natively, fused without and with distorted images, and
//! burn's plain operations: `scripts/bench --native` runs it on the CPU and, over
//! Vulkan, on the GPU, with the very kernels that the browser runs.

use std::rc::Rc;
use std::time::Instant;

use inkling::config::{NetworkPlan, Rule};
use inkling::data::distort::Distortion;
use inkling::data::{Dataset, Normalisation, Task, sample};
use inkling::message::{Initialisation, Optimiser, StepKind};
use inkling::nn::batch::Batch;
use inkling::nn::layout::Layout;
use inkling::nn::network::Network;
use inkling::nn::{device, weights};
use inkling::train::augmentation::Augmentation;

/// Each setting is timed for about so long.
const SECS: f64 = 1.0;
/// Steps between two looks at the clock, and at the losses.
const SLICE: usize = 16;

fn main() {
    // How many threads share each step. Examples are built for tests in a browser, too.
    #[cfg(not(target_family = "wasm"))]
    if let Some(num) = std::env::args().nth(1) {
        let num = num.parse().expect("a number of threads");
        inkling::team::grow_to(num).expect("threads");
    }
    let (pixels, labels) = sample::generate(8_192, 1);
    let dataset =
        Rc::new(Dataset::from_parts("made up", Task::mnist(), pixels, labels).expect("valid"));
    let device = pollster::block_on(device::open()).expect("a device");
    println!("{}: {device:?}", device::BACKEND);
    for hidden in [&[128, 64][..], &[800], &[512, 256], &[800, 400]] {
        let layout = Layout::new(&NetworkPlan {
            hidden: hidden.to_vec(),
            dropout: 0.0,
            layer_norm: false,
            ..NetworkPlan::default()
        });
        let parameters = weights::initial(&layout, Initialisation::Torch, 1);
        for batch_size in [16, 64, 256, 512] {
            let step_ms = |kind, is_distorted| {
                let data = dataset.clone();
                let mut network = Network::new(
                    layout.clone(),
                    Normalisation::MNIST,
                    &parameters,
                    data,
                    kind,
                    &device,
                );
                time_step(&mut network, &dataset, batch_size, is_distorted)
            };
            let fused = step_ms(StepKind::Fused, false);
            let distorted = step_ms(StepKind::Fused, true);
            let plain = step_ms(StepKind::Plain, false);
            println!(
                "hidden {hidden:?}, batch {batch_size:3}: fused {fused:.3}, with distorted images \
                 {distorted:.3}, plain {plain:.3} ms a step"
            );
        }
    }
}

/// Milliseconds a step, after a first slice that compiles kernels.
fn time_step(
    network: &mut Network,
    dataset: &Dataset,
    batch_size: usize,
    is_distorted: bool,
) -> f64 {
    let rule = Rule {
        optimiser: Optimiser::Sgd,
        learning_rate: 0.01,
        momentum: 0.0,
        weight_decay: 0.0,
        ..Rule::sgd(0.0)
    };
    let rows: Vec<u32> = (0..dataset.num_rows() as u32).collect();
    let mut batches = rows.chunks_exact(batch_size).cycle();
    let mut augmentation = Augmentation::new(Distortion::default(), 1);
    let mut slice = || {
        for rows in batches.by_ref().take(SLICE) {
            let batch = if is_distorted {
                augmentation.batch(dataset, rows, 1)
            } else {
                Batch::Rows(rows)
            };
            network.train_step(batch, None, rule);
        }
        pollster::block_on(network.take_metrics()).expect("metrics");
    };
    slice();
    let start = Instant::now();
    let mut num_steps = 0;
    while start.elapsed().as_secs_f64() < SECS {
        slice();
        num_steps += SLICE;
    }
    start.elapsed().as_secs_f64() * 1e3 / num_steps as f64
}
