//! Sets of other tasks than MNIST's, trained on either backend: what they come to is
//! what the CPU's plain path came to, and what is kept of them comes back whole.

use std::rc::Rc;

use inkling::config::{NetworkPlan, Plan, Rule};
use inkling::data::{Dataset, Normalisation};
use inkling::message::{Event, Initialisation, Optimiser, RunConfig, RunResult, StepKind};
use inkling::nn::batch::Batch;
use inkling::nn::layout::Layout;
use inkling::nn::model_file::{self, StoredModel, burnpack, safetensors};
use inkling::nn::network::Network;
use inkling::nn::{device, weights};
use inkling::train::checkpoint::Checkpoint;
use inkling::train::evaluation::evaluate;
use inkling::train::trainer::Trainer;
use wasm_bindgen_test::wasm_bindgen_test;

const NUM_ROWS: usize = 940;
const NUM_STEPS: usize = 12;
const BATCH_SIZE: usize = 47;

/// Mean losses of a dozen steps, and of all rows after them.
async fn losses(dataset: &Rc<Dataset>, kind: StepKind) -> Vec<f32> {
    let device = device::open().await.unwrap();
    let plan = NetworkPlan {
        hidden: vec![24, 12],
        ..NetworkPlan::default()
    };
    let layout = Layout::new(&plan.for_task(dataset.task()));
    let all: Vec<u32> = (0..NUM_ROWS as u32).collect();
    let parameters = weights::initial(&layout, Initialisation::Torch, 5);
    let mut network = Network::new(
        layout,
        dataset.normalisation(&all).unwrap(),
        &parameters,
        dataset.clone(),
        kind,
        &device,
    );
    let rule = Rule {
        optimiser: Optimiser::Sgd,
        learning_rate: 0.1,
        momentum: 0.5,
        weight_decay: 1e-4,
        ..Rule::sgd(0.1)
    };
    for rows in all.chunks(BATCH_SIZE).take(NUM_STEPS) {
        network.train_step(Batch::Rows(rows), None, rule);
    }
    let mut metrics = network.take_metrics().await.unwrap();
    network.evaluate(Batch::Rows(&all));
    metrics.extend(network.take_metrics().await.unwrap());
    let sizes = [BATCH_SIZE; NUM_STEPS].into_iter().chain([NUM_ROWS]);
    let means = metrics.iter().zip(sizes);
    means
        .map(|(own, size)| own.loss_sum / size as f32)
        .collect()
}

/// Side, classes, and the losses of `losses(…, StepKind::Plain)` natively on the CPU.
const EXPECTED: [(usize, usize, [f32; NUM_STEPS + 1]); 3] = [
    (
        8,
        10,
        [
            2.3117123, 2.3200467, 2.303169, 2.3124156, 2.3118265, 2.3122978, 2.2908137, 2.29403,
            2.298412, 2.2950807, 2.2893877, 2.278174, 2.2739837,
        ],
    ),
    (
        28,
        47,
        [
            3.886154, 3.8315914, 3.8672001, 3.8495028, 3.8145175, 3.813028, 3.825805, 3.8102238,
            3.8063037, 3.7368095, 3.7782717, 3.7833025, 3.7080846,
        ],
    ),
    (
        7,
        3,
        [
            1.1132762, 1.1178265, 1.1020935, 1.102816, 1.0982614, 1.0998862, 1.0827004, 1.0824039,
            1.0870571, 1.0897294, 1.0678183, 1.0706552, 1.0707597,
        ],
    ),
];

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn every_path_comes_to_what_the_cpus_plain_one_did() {
    for (side, num_classes, expected) in EXPECTED {
        let dataset = Rc::new(crate::sets::set(side, num_classes, NUM_ROWS));
        for kind in [StepKind::Fused, StepKind::Plain] {
            let found = losses(&dataset, kind).await;
            assert_eq!(found.len(), expected.len());
            for (step, (found, expected)) in found.iter().zip(expected).enumerate() {
                assert!(
                    (found - expected).abs() < 1e-3,
                    "{side} × {side}, {num_classes} classes, {kind:?}, step {step}: {found} for \
                     {expected}"
                );
            }
        }
    }
}

fn config(epochs: f64) -> RunConfig {
    RunConfig {
        epochs,
        batch_size: 20.0,
        learning_rate: 0.1,
        hidden_layers: "24, 12".into(),
        dropout: 0.1,
        layer_norm: true,
        augmentation: true,
        ..RunConfig::default()
    }
}

async fn ended(trainer: &mut Trainer) -> RunResult {
    loop {
        for event in trainer.next(1e3).await.unwrap() {
            if let Event::Ended(result) = event {
                return result;
            }
        }
    }
}

async fn trainer(dataset: &Rc<Dataset>, epochs: f64) -> Trainer {
    let device = device::open().await.unwrap();
    let plan = Plan::try_from(&config(epochs)).unwrap();
    Trainer::new(plan, dataset.clone(), &device).unwrap()
}

/// What a run on `dataset` leaves: its result, its model, the model's probabilities of
/// the held-out images.
async fn trained(dataset: &Rc<Dataset>) -> (RunResult, StoredModel, Vec<f32>) {
    let mut run = trainer(dataset, 2.0).await;
    let result = ended(&mut run).await;
    let pixels = held_out(&run, dataset).0;
    let probabilities = run.predict(&pixels).await.unwrap();
    let model = StoredModel {
        plan: run.plan().network.clone(),
        task: run.task().clone().with_normalisation(run.normalisation()),
        normalisation: run.normalisation(),
        parameters: run.parameters().await.unwrap(),
    };
    (result, model, probabilities)
}

/// Pixels and labels of the rows that a run holds out.
fn held_out(run: &Trainer, dataset: &Dataset) -> (Vec<u8>, Vec<u8>) {
    let rows = &run.split().validation;
    let images = rows.iter().flat_map(|&row| dataset.image(row as usize));
    let labels = rows.iter().map(|&row| dataset.labels()[row as usize]);
    (images.copied().collect(), labels.collect())
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn a_run_on_47_classes_is_counted_as_it_is_evaluated() {
    let dataset = Rc::new(crate::sets::set(28, 47, NUM_ROWS));
    let mut run = trainer(&dataset, 2.0).await;
    let result = ended(&mut run).await;
    let (pixels, labels) = held_out(&run, &dataset);
    let probabilities = run.predict(&pixels).await.unwrap();
    let figures = evaluate(&probabilities, &labels, 47).unwrap();
    assert_eq!(figures.confusion.len(), 47 * 47);
    assert_eq!(figures.classes.len(), 47);
    assert_eq!(figures.accuracy, result.validation_accuracy);
    assert!((figures.loss - result.validation_loss).abs() < 1e-4);
    // The normalisation is that of the training part alone.
    let own = result.normalisation.expect("not MNIST's");
    let normalisation = dataset.normalisation(&run.split().train).unwrap();
    assert_eq!(
        (own.mean as f32, own.deviation as f32),
        (normalisation.mean, normalisation.deviation)
    );
    let all: Vec<u32> = (0..NUM_ROWS as u32).collect();
    assert_ne!(dataset.normalisation(&all).unwrap(), normalisation);
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn models_and_checkpoints_of_other_tasks_read_what_they_read() {
    for (side, num_classes) in [(8, 10), (28, 47), (7, 3)] {
        let dataset = Rc::new(crate::sets::set(side, num_classes, 470));
        let (_, model, probabilities) = trained(&dataset).await;
        assert_ne!(model.normalisation, Normalisation::MNIST);
        let run = trainer(&dataset, 2.0).await;
        let pixels = held_out(&run, &dataset).0;
        for file in [safetensors::write(&model), burnpack::write(&model)] {
            let read = model_file::read("m", &file).unwrap();
            let read = read.alone().unwrap();
            // Dropout is part of what is read; nothing else may differ.
            assert_eq!(*read, model);
            let mut network = Network::new(
                Layout::new(&read.plan),
                read.normalisation,
                &read.parameters,
                dataset.clone(),
                StepKind::Fused,
                &device::open().await.unwrap(),
            );
            assert_eq!(network.predict(&pixels).await.unwrap(), probabilities);
        }
    }
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn a_run_goes_on_from_a_checkpoint_as_if_it_had_never_been_cut() {
    let dataset = Rc::new(crate::sets::set(8, 12, 480));
    let mut whole = trainer(&dataset, 3.0).await;
    let expected = ended(&mut whole).await;

    let mut first = trainer(&dataset, 3.0).await;
    while first.checkpoint().history.is_empty() {
        first.next(0.0).await.unwrap();
    }
    let bytes = first.checkpoint().to_bytes();
    let checkpoint = Checkpoint::from_bytes(&bytes).unwrap();
    assert_eq!(&checkpoint, first.checkpoint());
    let device = device::open().await.unwrap();
    let plan = Plan::try_from(&config(3.0)).unwrap();
    let mut second = Trainer::restore(plan.clone(), dataset, checkpoint.clone(), &device).unwrap();
    let found = ended(&mut second).await;
    assert_eq!(found.normalisation, expected.normalisation);
    let difference = (found.validation_loss - expected.validation_loss).abs();
    assert!(
        difference
            < if cfg!(feature = "webgpu") {
                1e-3
            } else {
                1e-300
            }
    );

    // The same pictures with another number of classes are other data.
    let other = Rc::new(crate::sets::set(8, 13, 480));
    let refusal = Trainer::restore(plan, other, checkpoint, &device)
        .err()
        .unwrap();
    assert!(refusal.to_string().contains("checksum"), "{refusal}");
}
