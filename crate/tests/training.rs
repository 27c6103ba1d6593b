//! Whole runs: the trainer learns, repeats itself to the last bit however it is
//! sliced, stops where it is told to and survives a loss that is no number.
//!
//! Over 400 lines: whole runs, told apart by what is done to them.
#![cfg(feature = "ndarray")]

use std::rc::Rc;

use inkling::config::Plan;
use inkling::data::{Dataset, Task, sample};
use inkling::message::{
    Activation, Event, Optimiser, Outcome, RunConfig, RunResult, StepKind, read_bits,
};
use inkling::nn::device;
use inkling::train::checkpoint::Checkpoint;
use inkling::train::evaluation::evaluate;
use inkling::train::kept_epoch::KeptEpoch;
use inkling::train::trainer::Trainer;
use wasm_bindgen_test::wasm_bindgen_test;

fn digits() -> Rc<Dataset> {
    let (pixels, labels) = sample::generate(1_000, 5);
    Rc::new(Dataset::from_parts("made up", Task::mnist(), pixels, labels).unwrap())
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

/// Of 9,600 images trained on one of five hundred is measured once more; what is found is what
/// a look back at the last epoch finds on the same images.
#[wasm_bindgen_test(unsupported = pollster::test)]
async fn a_run_measures_its_layers_at_its_end() {
    let settings = |config: &mut RunConfig| {
        config.epochs = 12.0;
        config.optimiser = Optimiser::Adam;
        config.learning_rate = 0.002;
        config.dropout = 0.3;
    };
    let mut finished = trainer(settings).await;
    let health = run(&mut finished, &[50.0]).await.health.unwrap();
    assert_eq!((health.num_images, health.layers.len()), (19, 3));

    let dataset = digits();
    let split = dataset.split(0.2, 42).unwrap();
    let last = KeptEpoch::from_bytes(&finished.checkpoint().to_bytes()).unwrap();
    let mut again = last.health(19).unwrap();
    for &row in &split.train[..19] {
        let row = row as usize;
        let label = &dataset.labels()[row..=row];
        again.take(dataset.image(row), label).unwrap();
    }
    let again = again.finish().unwrap();
    let again: Vec<_> = again.iter().map(|layer| layer.health).collect();
    assert_eq!(health.layers, again);

    let short = |config: &mut RunConfig| config.epochs = 9.0;
    assert_eq!(run(&mut trainer(short).await, &[50.0]).await.health, None);
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
    let (fused, plain) = (StepKind::Fused, StepKind::Plain);
    for (kind, optimiser, activation) in [
        (fused, Optimiser::Sgd, Activation::Relu),
        (plain, Optimiser::Sgd, Activation::Relu),
        (fused, Optimiser::Adam, Activation::Gelu),
        (plain, Optimiser::Adamw, Activation::Relu),
        (fused, Optimiser::Rmsprop, Activation::Tanh),
    ] {
        let settings = |config: &mut RunConfig| {
            all_of_it(config);
            config.step = kind;
            config.optimiser = optimiser;
            config.activation = activation;
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
                bits(&rest.checkpoint().optimiser_state),
                bits(&whole.checkpoint().optimiser_state)
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
    let other = Rc::new(Dataset::from_parts("another", Task::mnist(), pixels, labels).unwrap());
    let told = message(|_| {}, other);
    assert!(told.contains("data set another: found checksum"), "{told}");
    let told = message(|config| config.hidden_layers = "32, 8".into(), digits());
    assert!(
        told.starts_with("hidden layers: found [32, 8], expected [32, 16]"),
        "{told}"
    );
    let told = message(|config| config.activation = Activation::Tanh, digits());
    assert_eq!(
        told,
        "activation: found tanh, expected relu, as the run began"
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
    let mut second = begin(weights.clone()).unwrap();
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

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn a_run_ended_by_force_has_the_result_of_its_last_finished_epoch() {
    let (kept, whole) = checkpoints(&mut trainer(|_| {}).await).await;
    let forced = |epoch: usize| {
        let checkpoint = Checkpoint::from_bytes(&kept[epoch]).unwrap();
        checkpoint.stopped_result("ndarray", 200)
    };
    // A run of two epochs ends where one of three is cut after its second.
    let two = run(&mut trainer(|config| config.epochs = 2.0).await, &[50.0]).await;
    let cut = forced(2).unwrap();
    assert_eq!(cut.outcome, Outcome::Stopped);
    let times_aside = |result: RunResult| RunResult {
        outcome: Outcome::Stopped,
        history: vec![],
        elapsed_secs: 0.0,
        samples_per_sec: 0.0,
        clean: None,
        health: None,
        generalisation_gap: 0.0,
        ..result
    };
    assert_eq!(curve(&cut), curve(&two));
    assert_eq!(times_aside(cut), times_aside(two));
    // Cut between its last epoch and its end, it misses its training sample alone.
    let late = forced(3).unwrap();
    assert_eq!(late.history, whole.history);
    assert_eq!(late.clean, None);
    assert_eq!(times_aside(late), times_aside(whole));
    // Before the first epoch there is nothing to tell.
    assert_eq!(
        forced(0).unwrap_err().to_string(),
        "checkpoint, finished epochs: found none, expected at least one, for a result"
    );
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn a_run_that_finished_has_numbers_for_weights() {
    // Found by search: an overflow in a hidden layer that the last layer never saw,
    // as long as ReLU took what is no number for 0.
    let deep = "16, 16, 16, 16, 16, 16, 16, 16";
    let cases = [
        ("64, 64, 64, 64", 5.0, 0.0, 32.0, 0.0),
        ("64, 64, 64, 64", 100.0, 0.9, 32.0, 0.0),
        (deep, 20.0, 0.9, 256.0, 0.0),
        (deep, 100.0, 0.0, 256.0, 2.0),
        (deep, 100.0, 0.99, 8.0, 3.0),
    ];
    let mut num_failed = 0;
    for case in cases {
        let (hidden, learning_rate, momentum, batch_size, seed) = case;
        let mut trainer = trainer(|config| {
            config.hidden_layers = hidden.into();
            config.learning_rate = learning_rate;
            config.momentum = momentum;
            config.batch_size = batch_size;
            config.seed = seed;
        })
        .await;
        let result = run(&mut trainer, &[50.0]).await;
        let parameters = trainer.parameters().await.unwrap();
        let is_sound = parameters.iter().all(|value| value.is_finite());
        assert!(is_sound, "{case:?}: {:?}", result.outcome);
        assert!(result.validation_loss.is_finite(), "{case:?}");
        num_failed += u32::from(result.outcome == Outcome::Failed);
    }
    assert!(num_failed > 0, "none of these diverged");
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn a_failed_run_ends_at_the_step_of_its_failure_whatever_the_clock() {
    let mut results = Vec::new();
    for budgets_ms in [&[0.0][..], &[1e6], &[0.3, 2.0, 0.0]] {
        let mut trainer = trainer(|config| {
            config.learning_rate = 100.0;
            config.momentum = 0.99;
            config.epochs = 50.0;
        })
        .await;
        let result = run(&mut trainer, budgets_ms).await;
        assert_eq!(result.outcome, Outcome::Failed);
        let told = format!("At step {} (epoch", result.num_steps);
        assert!(result.reason.starts_with(&told), "{}", result.reason);
        results.push((result.num_steps, result.reason));
    }
    assert!(
        results.iter().all(|result| *result == results[0]),
        "{results:?}"
    );
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn a_run_stopped_on_a_model_that_is_no_number_has_failed() {
    let mut trainer = trainer(|_| {}).await;
    trainer.next(0.0).await.unwrap();
    trainer.fault_nan().await.unwrap();
    trainer.stop();
    let result = run(&mut trainer, &[50.0]).await;
    assert_eq!(result.outcome, Outcome::Failed);
    assert!(result.validation_loss.is_finite());
    let parameters = trainer.parameters().await.unwrap();
    assert!(parameters.iter().all(|value| value.is_finite()));
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn a_checkpoint_goes_on_to_no_fewer_epochs_than_it_has() {
    let device = device::open().await.unwrap();
    let mut whole = trainer(|config| config.epochs = 5.0).await;
    let (kept, _) = checkpoints(&mut whole).await;
    let restore = |change: fn(&mut Checkpoint), epochs: f64| {
        let mut checkpoint = Checkpoint::from_bytes(kept.last().unwrap()).unwrap();
        change(&mut checkpoint);
        Trainer::restore(
            plan(|config| config.epochs = epochs),
            digits(),
            checkpoint,
            &device,
        )
    };
    let told = |change: fn(&mut Checkpoint), epochs: f64| match restore(change, epochs) {
        Ok(_) => String::new(),
        Err(error) => error.to_string(),
    };
    assert_eq!(
        told(|_| {}, 2.0),
        "epochs: found 2, expected at least 5, as many as the run has finished"
    );
    // As many are its end, and say so at every moment on the way.
    let mut ended = restore(|_| {}, 5.0).unwrap();
    let mut outcome = None;
    while outcome.is_none() {
        for event in ended.next(0.0).await.unwrap() {
            match event {
                Event::Progress(progress) => {
                    assert_eq!((progress.epoch, progress.num_epochs), (5, 5));
                    assert_eq!(progress.step, progress.num_steps);
                    assert!(progress.remaining_secs < 60.0);
                }
                Event::Ended(result) => outcome = Some(result.outcome),
                Event::Epoch(_) => panic!("nothing is trained any more"),
            }
        }
    }
    assert_eq!(outcome, Some(Outcome::Finished));
    // A file that lies about its steps would count on from there.
    assert_eq!(
        told(|checkpoint| checkpoint.step = u32::MAX, 6.0),
        "checkpoint, steps: found 4294967295, expected 125, 25 for each finished epoch"
    );
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn a_run_says_which_images_it_reads_right() {
    for kind in [StepKind::Fused, StepKind::Plain] {
        let mut trainer = trainer(|config| config.step = kind).await;
        let result = run(&mut trainer, &[0.0, 5.0]).await;
        // Oracle: the model's own probabilities, image by image.
        let digits = digits();
        let rows = trainer.split().validation.clone();
        let mut expected = Vec::new();
        for &row in &rows {
            let row = row as usize;
            let probabilities = trainer.predict(digits.image(row)).await.unwrap();
            let evaluation = evaluate(&probabilities, &digits.labels()[row..=row], 10).unwrap();
            expected.push(evaluation.num_correct == 1);
        }
        let correct = read_bits(&result.correct, rows.len()).expect("a bit for each image");
        assert_eq!(correct, expected, "{kind:?}");
        let num_correct = correct.iter().filter(|is_right| **is_right).count();
        let accuracy = num_correct as f64 / rows.len() as f64;
        assert_eq!(accuracy, result.validation_accuracy);
    }
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn training_images_are_measured_as_validation_is() {
    let settings = |config: &mut RunConfig| {
        config.dropout = 0.4;
        config.augmentation = true;
        config.clean_curve = true;
    };
    let mut measured = trainer(settings).await;
    let result = run(&mut measured, &[0.0, 5.0]).await;
    // Oracle: the probabilities of the first 200 of the split's 800 training rows.
    let digits = digits();
    let rows = measured.split().train[..200].to_vec();
    let mut pixels = Vec::new();
    let mut labels = Vec::new();
    for &row in &rows {
        pixels.extend_from_slice(digits.image(row as usize));
        labels.push(digits.labels()[row as usize]);
    }
    let probabilities = measured.predict(&pixels).await.unwrap();
    let expected = evaluate(&probabilities, &labels, 10).unwrap();
    let clean = result.clean.expect("measured at the end");
    assert_eq!((clean.num_images, clean.accuracy), (200, expected.accuracy));
    assert!((clean.loss - expected.loss).abs() < 1e-5, "{clean:?}");
    let gap = clean.accuracy - result.validation_accuracy;
    assert_eq!(result.generalisation_gap, gap);
    let last = result.history.last().unwrap();
    assert_eq!(last.clean_loss, Some(clean.loss));
    assert_eq!(last.clean_accuracy, Some(clean.accuracy));
    // To look on changes nothing of what is learned.
    let mut alone = trainer(|config| {
        settings(config);
        config.clean_curve = false;
    })
    .await;
    let unseen = run(&mut alone, &[50.0]).await;
    assert_eq!(curve(&unseen), curve(&result));
    assert_eq!(unseen.weights_checksum, result.weights_checksum);
    assert_eq!(
        (unseen.clean, unseen.correct),
        (result.clean, result.correct)
    );
    assert!(
        unseen
            .history
            .iter()
            .all(|epoch| epoch.clean_loss.is_none())
    );
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn the_split_has_a_seed_of_its_own() {
    let mut results = Vec::new();
    let mut splits = Vec::new();
    for (seed, split_seed) in [
        (42.0, None),
        (42.0, Some(42.0)),
        (42.0, Some(7.0)),
        (7.0, None),
    ] {
        let mut trainer = trainer(|config| {
            config.seed = seed;
            config.split_seed = split_seed;
        })
        .await;
        results.push(run(&mut trainer, &[50.0]).await);
        splits.push(trainer.split().clone());
    }
    // Not said and said, it is one run; the split is that of its own seed.
    assert_eq!(results[0].weights_checksum, results[1].weights_checksum);
    assert_ne!(splits[0], splits[2]);
    assert_eq!(splits[2], splits[3]);
    assert_ne!(results[2].weights_checksum, results[3].weights_checksum);

    // A run that goes on keeps its split.
    let settings = |config: &mut RunConfig| config.split_seed = Some(7.0);
    let (kept, whole) = checkpoints(&mut trainer(settings).await).await;
    let device = device::open().await.unwrap();
    let checkpoint = || Checkpoint::from_bytes(&kept[1]).unwrap();
    let mut rest = Trainer::restore(plan(settings), digits(), checkpoint(), &device).unwrap();
    let ended = run(&mut rest, &[50.0]).await;
    assert_eq!(ended.weights_checksum, whole.weights_checksum);
    let other = Trainer::restore(plan(|_| {}), digits(), checkpoint(), &device);
    assert_eq!(
        other.err().unwrap().to_string(),
        "split seed: found 42, expected 7, as the run began"
    );
}
