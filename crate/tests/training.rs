//! Whole runs: the trainer learns, repeats itself to the last bit however it is
//! sliced, stops where it is told to and survives a loss that is no number.
#![cfg(feature = "ndarray")]

use std::rc::Rc;

use inkling::config::Plan;
use inkling::data::{Dataset, sample};
use inkling::message::{Event, Outcome, RunConfig, RunResult, StepKind};
use inkling::nn::device;
use inkling::train::checkpoint::Checkpoint;
use inkling::train::trainer::Trainer;
use wasm_bindgen_test::wasm_bindgen_test;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);

fn digits() -> Rc<Dataset> {
    let (pixels, labels) = sample::generate(1_000, 5);
    Rc::new(Dataset::from_parts("made up", pixels, labels).unwrap())
}

fn plan(change: impl FnOnce(&mut RunConfig)) -> Plan {
    let mut config = RunConfig {
        epochs: 3.0,
        batch_size: 32.0,
        learning_rate: 0.05,
        hidden_layers: "32, 16".into(),
        ..RunConfig::default()
    };
    change(&mut config);
    Plan::try_from(&config).unwrap()
}

async fn trainer(change: impl FnOnce(&mut RunConfig)) -> Trainer {
    let device = device::open().await.unwrap();
    Trainer::new(plan(change), digits(), &device).unwrap()
}

/// Pulls a run to its end; the slices' budgets are taken in turn.
async fn run(trainer: &mut Trainer, budgets_ms: &[f64]) -> RunResult {
    for budget_ms in budgets_ms.iter().cycle() {
        for event in trainer.next(*budget_ms).await.unwrap() {
            if let Event::Ended(result) = event {
                return result;
            }
        }
    }
    unreachable!("there is a budget")
}

/// Everything of a run that must not depend on the clock, as bits.
fn curve(result: &RunResult) -> Vec<u64> {
    result
        .history
        .iter()
        .flat_map(|record| {
            [
                record.train_loss,
                record.train_accuracy,
                record.validation_loss,
                record.validation_accuracy,
            ]
        })
        .map(f64::to_bits)
        .collect()
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn a_run_learns() {
    let result = run(&mut trainer(|config| config.epochs = 8.0).await, &[50.0]).await;
    assert_eq!(result.outcome, Outcome::Finished);
    assert_eq!(result.history.len(), 8);
    // 800 training rows in batches of 32.
    assert_eq!(result.num_steps, 8 * 25);
    assert!(result.history[7].train_loss < result.history[0].train_loss / 2.0);
    assert!(
        result.validation_accuracy > 0.5,
        "{}",
        result.validation_accuracy
    );
    assert_eq!(
        result.validation_accuracy,
        result.history[7].validation_accuracy
    );
    assert!(result.interval_low < result.validation_accuracy);
    assert!(result.interval_high > result.validation_accuracy);
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn the_clock_changes_no_bit() {
    let settings = |config: &mut RunConfig| {
        config.dropout = 0.2;
        config.layer_norm = true;
        config.augmentation = true;
        config.momentum = 0.5;
    };
    let whole = run(&mut trainer(settings).await, &[1e6]).await;
    let slices = run(&mut trainer(settings).await, &[0.0, 1.0, 3.0]).await;
    assert_eq!(curve(&whole), curve(&slices));
    let other = run(
        &mut trainer(|config| {
            settings(config);
            config.seed = 43.0;
        })
        .await,
        &[1e6],
    )
    .await;
    assert_ne!(curve(&whole), curve(&other));
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn a_stopped_run_validates_the_model_as_it_stands() {
    let mut trainer = trainer(|config| config.epochs = 1_000.0).await;
    for _ in 0..40 {
        trainer.next(0.0).await.unwrap();
    }
    trainer.stop();
    let result = run(&mut trainer, &[50.0]).await;
    assert_eq!(result.outcome, Outcome::Stopped);
    assert!(result.num_steps > 0 && result.num_steps < 1_000);
    assert!(result.validation_accuracy > 0.05 && result.validation_loss.is_finite());
    assert!(
        trainer.next(50.0).await.unwrap().is_empty(),
        "an ended run has nothing to report"
    );
    let probabilities = trainer.predict(digits().image(0)).await.unwrap();
    assert!((probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-5);
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn a_loss_that_is_no_number_ends_the_run_on_the_last_good_model() {
    let settings = |config: &mut RunConfig| {
        config.learning_rate = 100.0;
        config.momentum = 0.99;
        config.epochs = 50.0;
    };
    let mut trainer = trainer(settings).await;
    let result = run(&mut trainer, &[50.0]).await;
    assert_eq!(result.outcome, Outcome::Failed);
    assert!(result.reason.contains("step") && result.reason.contains("learning rate"));
    let parameters = trainer.parameters().await.unwrap();
    assert!(parameters.iter().all(|parameter| parameter.is_finite()));
}

/// Everything that a run may use and that must come back.
fn all_of_it(config: &mut RunConfig) {
    config.dropout = 0.2;
    config.layer_norm = true;
    config.augmentation = true;
    config.momentum = 0.5;
    config.weight_decay = 1e-3;
    config.epochs = 4.0;
}

/// A run's checkpoint after each of its epochs, and before the first.
async fn checkpoints(trainer: &mut Trainer) -> (Vec<Vec<u8>>, RunResult) {
    let mut kept = vec![trainer.checkpoint().to_bytes()];
    loop {
        for event in trainer.next(5.0).await.unwrap() {
            match event {
                Event::Epoch(_) => kept.push(trainer.checkpoint().to_bytes()),
                Event::Ended(result) => return (kept, result),
                Event::Progress(_) => {}
            }
        }
    }
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn a_run_cut_after_any_epoch_ends_on_the_same_bits() {
    let device = device::open().await.unwrap();
    for kind in [StepKind::Fused, StepKind::Plain] {
        let settings = |config: &mut RunConfig| {
            all_of_it(config);
            config.step = kind;
        };
        let mut whole = trainer(settings).await;
        let (kept, result) = checkpoints(&mut whole).await;
        let parameters = bits(&whole.parameters().await.unwrap());
        assert_eq!(kept.len(), 5);
        for (epoch, bytes) in kept.iter().enumerate() {
            let checkpoint = Checkpoint::from_bytes(bytes).unwrap();
            assert_eq!(checkpoint.history.len(), epoch);
            let mut rest = Trainer::restore(plan(settings), digits(), checkpoint, &device).unwrap();
            let ended = run(&mut rest, &[0.0, 7.0]).await;
            assert_eq!(ended.outcome, Outcome::Finished);
            assert_eq!(curve(&ended), curve(&result), "cut after epoch {epoch}");
            assert_eq!(bits(&rest.parameters().await.unwrap()), parameters);
            assert_eq!(
                (ended.num_steps, ended.validation_accuracy.to_bits()),
                (result.num_steps, result.validation_accuracy.to_bits())
            );
            assert_eq!(
                bits(&rest.checkpoint().velocities),
                bits(&whole.checkpoint().velocities)
            );
        }
    }
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn a_checkpoint_goes_on_with_its_own_data_and_network_only() {
    let device = device::open().await.unwrap();
    let checkpoint = trainer(|_| {}).await.checkpoint().clone();
    let message = |change: fn(&mut RunConfig), dataset: Rc<Dataset>| {
        Trainer::restore(plan(change), dataset, checkpoint.clone(), &device)
            .err()
            .map_or_else(String::new, |error| error.to_string())
    };
    let (pixels, labels) = sample::generate(1_000, 6);
    let other = Rc::new(Dataset::from_parts("another", pixels, labels).unwrap());
    let told = message(|_| {}, other);
    assert!(told.contains("data set another: found checksum"), "{told}");
    let told = message(|config| config.hidden_layers = "32, 8".into(), digits());
    assert!(
        told.starts_with("hidden layers: found [32, 8], expected [32, 16]"),
        "{told}"
    );
    assert!(message(|config| config.seed = 1.0, digits()).starts_with("seed"));
    assert!(message(|config| config.batch_size = 64.0, digits()).starts_with("batch size"));
    assert!(message(|config| config.validation_share = 30.0, digits()).contains("share"));
    // Another pace is allowed: it is how a run goes on that has diverged.
    assert_eq!(message(|config| config.learning_rate = 0.001, digits()), "");
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn a_run_may_begin_from_given_weights() {
    let mut first = trainer(|_| {}).await;
    run(&mut first, &[50.0]).await;
    let weights = first.parameters().await.unwrap();
    let device = device::open().await.unwrap();
    let begin = |weights: Vec<f32>| {
        Trainer::from_weights(
            plan(|config| config.epochs = 1.0),
            digits(),
            weights,
            &device,
        )
    };
    let second = begin(weights.clone()).unwrap();
    assert_eq!(bits(&second.parameters().await.unwrap()), bits(&weights));
    let told = begin(vec![0.0; 3]).err().unwrap().to_string();
    assert!(
        told.starts_with("weights: found 3, expected 25818"),
        "{told}"
    );
    let told = begin(vec![f32::NAN; weights.len()])
        .err()
        .unwrap()
        .to_string();
    assert!(told.starts_with("weight 0: found NaN"), "{told}");
}
