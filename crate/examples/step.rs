//! Times the CPU's training step natively: `cargo run --release --example step`.
//! Fused without and with distorted images, and burn's plain operations.

use std::rc::Rc;
use std::time::Instant;

use inkling::config::{NetworkPlan, Sgd};
use inkling::data::distort::Distortion;
use inkling::data::{Dataset, sample};
use inkling::message::StepKind;
use inkling::nn::batch::Batch;
use inkling::nn::layout::Layout;
use inkling::nn::network::Network;
use inkling::nn::{device, weights};
use inkling::train::augmentation::Augmentation;

fn main() {
    let (pixels, labels) = sample::generate(8_192, 1);
    let dataset = Rc::new(Dataset::from_parts("made up", pixels, labels).expect("valid"));
    let rows: Vec<u32> = (0..dataset.num_rows() as u32).collect();
    let sgd = Sgd {
        learning_rate: 0.01,
        momentum: 0.0,
        weight_decay: 0.0,
    };
    for batch_size in [16, 64, 256, 512] {
        let layout = Layout::new(&NetworkPlan {
            hidden: vec![128, 64],
            dropout: 0.0,
            layer_norm: false,
        });
        let parameters = weights::initial(&layout, 1);
        for (kind, is_distorted) in [
            (StepKind::Fused, false),
            (StepKind::Fused, true),
            (StepKind::Plain, false),
        ] {
            let mut augmentation = Augmentation::new(Distortion::default(), 1);
            let device = pollster::block_on(device::open()).expect("a device");
            let mut network =
                Network::new(layout.clone(), &parameters, dataset.clone(), kind, &device);
            let start = Instant::now();
            let mut num_steps = 0;
            while start.elapsed().as_secs_f64() < 1.0 {
                for rows in rows.chunks_exact(batch_size) {
                    let batch = match is_distorted {
                        true => augmentation.batch(&dataset, rows, 1),
                        false => Batch::Rows(rows),
                    };
                    network.train_step(batch, None, sgd);
                    num_steps += 1;
                }
                pollster::block_on(network.take_metrics()).expect("metrics");
            }
            let step_ms = start.elapsed().as_secs_f64() * 1e3 / f64::from(num_steps);
            let images = if is_distorted {
                ", distorted images"
            } else {
                ""
            };
            println!("batch {batch_size:3} {kind:?}{images}: {step_ms:.3} ms a step");
        }
    }
}
