//! How a run ends by its settings: early, where its validation loss falls no more, and on the
//! model of its best epoch.
#![cfg(feature = "ndarray")]

use std::rc::Rc;

use inkling::config::Plan;
use inkling::data::{Dataset, Task, sample};
use inkling::message::{
    EpochRecord, Event, LearningRateSchedule, Optimiser, Outcome, RunConfig, RunResult,
};
use inkling::nn::device;
use inkling::train::checkpoint::Checkpoint;
use inkling::train::trainer::Trainer;
use wasm_bindgen_test::wasm_bindgen_test;

fn digits() -> Rc<Dataset> {
    let (pixels, labels) = sample::generate(1_000, 5);
    Rc::new(Dataset::from_parts("made up", Task::mnist(), pixels, labels).unwrap())
}

/// A rate so high that curves go up and down.
fn unsteady() -> RunConfig {
    RunConfig {
        epochs: 12.0,
        batch_size: 32.0,
        learning_rate: 0.3,
        momentum: 0.5,
        hidden_layers: "24".into(),
        ..RunConfig::default()
    }
}

async fn trainer(config: &RunConfig) -> Trainer {
    let device = device::open().await.unwrap();
    Trainer::new(Plan::try_from(config).unwrap(), digits(), &device).unwrap()
}

/// A run's checkpoint after each of its epochs, and before the first; and what came of it.
async fn run(trainer: &mut Trainer) -> (Vec<Vec<u8>>, RunResult) {
    let mut kept = vec![trainer.checkpoint().to_bytes()];
    loop {
        for event in trainer.next(7.0).await.unwrap() {
            match event {
                Event::Epoch(_) => kept.push(trainer.checkpoint().to_bytes()),
                Event::Ended(result) => return (kept, result),
                Event::Progress(_) => {}
            }
        }
    }
}

/// The place of the epoch with the lowest validation loss, the first of equals.
fn lowest(history: &[EpochRecord]) -> usize {
    let losses = history.iter().map(|record| record.validation_loss);
    let lowest = losses.clone().fold(f64::INFINITY, f64::min);
    losses.clone().position(|loss| loss == lowest).unwrap()
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn a_run_out_of_patience_ends_early_and_has_finished() {
    let (_, whole) = run(&mut trainer(&unsteady()).await).await;
    assert_eq!(whole.history.len(), 12);
    let mut lengths = vec![];
    for patience in [1, 2, 3] {
        let config = RunConfig {
            patience: patience.into(),
            ..unsteady()
        };
        let (_, result) = run(&mut trainer(&config).await).await;
        assert_eq!(result.outcome, Outcome::Finished);
        assert_eq!((result.reason.as_str(), result.kept_epoch), ("", None));
        let history = &result.history;
        // It is the same run, cut at the first place where the loss has not fallen for so long.
        for (epoch, whole) in history.iter().zip(&whole.history) {
            assert_eq!(
                epoch.validation_loss.to_bits(),
                whole.validation_loss.to_bits()
            );
        }
        for length in 1..history.len() {
            assert!(length - 1 - lowest(&history[..length]) < patience as usize);
        }
        let since = history.len() - 1 - lowest(history);
        assert!(since == patience as usize || history.len() == 12);
        lengths.push(history.len());
    }
    assert!(lengths[0] < 12, "{lengths:?}: none ended early");
    assert!(lengths.is_sorted(), "{lengths:?}");
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn the_best_epochs_model_is_kept() {
    let config = RunConfig {
        keep_best: true,
        ..unsteady()
    };
    let mut whole = trainer(&config).await;
    let (checkpoints, result) = run(&mut whole).await;
    let best = result.best_epoch;
    assert!(
        best < 12,
        "the last epoch was the best one: nothing is told apart"
    );
    assert_eq!(result.kept_epoch, Some(best));
    assert_eq!(result.validation_accuracy, result.best_validation_accuracy);
    // It is what a run of so many epochs comes to.
    let shorter = RunConfig {
        epochs: best.into(),
        ..unsteady()
    };
    let mut shorter = trainer(&shorter).await;
    let (_, as_long) = run(&mut shorter).await;
    assert_eq!(result.weights_checksum, as_long.weights_checksum);
    assert_eq!(result.correct, as_long.correct);
    assert_eq!(result.clean, as_long.clean);
    assert_eq!(
        whole.parameters().await.unwrap(),
        shorter.parameters().await.unwrap()
    );
    // The run itself goes on from its last epoch all the same.
    let last = Checkpoint::from_bytes(&checkpoints[12]).unwrap();
    assert_ne!(last.parameters, last.best.as_ref().unwrap().parameters);
    // Ended by force, it has the best of what was finished.
    let forced = last.stopped_result("ndarray", 200).unwrap();
    assert_eq!(forced.outcome, Outcome::Finished);
    assert_eq!(forced.weights_checksum, result.weights_checksum);
    assert_eq!(forced.validation_accuracy, result.validation_accuracy);
    assert_eq!(forced.correct, result.correct);
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn a_stopped_run_leaves_the_best_of_its_finished_epochs() {
    let config = RunConfig {
        keep_best: true,
        epochs: 1_000.0,
        ..unsteady()
    };
    let mut trainer = trainer(&config).await;
    while trainer.checkpoint().history.len() < 6 {
        trainer.next(0.0).await.unwrap();
    }
    // In the midst of the seventh.
    trainer.next(0.0).await.unwrap();
    trainer.stop();
    let (_, result) = run(&mut trainer).await;
    assert_eq!(result.outcome, Outcome::Stopped);
    assert_eq!(result.kept_epoch, Some(result.best_epoch));
    assert_eq!(result.validation_accuracy, result.best_validation_accuracy);
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn a_failed_run_leaves_its_best_epoch() {
    let config = RunConfig {
        keep_best: true,
        ..unsteady()
    };
    let mut trainer = trainer(&config).await;
    while trainer.checkpoint().history.len() < 3 {
        trainer.next(5.0).await.unwrap();
    }
    trainer.fault_nan().await.unwrap();
    let (_, result) = run(&mut trainer).await;
    assert_eq!(result.outcome, Outcome::Failed);
    assert_eq!(result.kept_epoch, Some(result.best_epoch));
    assert_eq!(result.validation_accuracy, result.best_validation_accuracy);
}

/// Whatever is drawn, moves with the steps or is remembered comes back.
#[wasm_bindgen_test(unsupported = pollster::test)]
async fn a_run_cut_after_any_epoch_ends_as_if_it_had_not_been() {
    let device = device::open().await.unwrap();
    let of = |schedule, optimiser| RunConfig {
        epochs: 5.0,
        keep_best: true,
        patience: 2.0,
        learning_rate_schedule: schedule,
        optimiser,
        learning_rate: if optimiser == Optimiser::Sgd {
            0.3
        } else {
            0.01
        },
        input_dropout: 0.2,
        dropout: 0.3,
        max_norm: 1.5,
        label_smoothing: 0.1,
        ..unsteady()
    };
    for config in [
        of(LearningRateSchedule::OneCycle, Optimiser::Sgd),
        of(LearningRateSchedule::WarmUp, Optimiser::Adam),
        of(LearningRateSchedule::Step, Optimiser::Sgd),
        of(LearningRateSchedule::Cosine, Optimiser::Nesterov),
    ] {
        let mut whole = trainer(&config).await;
        let (kept, result) = run(&mut whole).await;
        for (epoch, bytes) in kept.iter().enumerate() {
            let checkpoint = Checkpoint::from_bytes(bytes).unwrap();
            assert_eq!(checkpoint.to_bytes(), *bytes);
            let plan = Plan::try_from(&config).unwrap();
            let mut rest = Trainer::restore(plan, digits(), checkpoint, &device).unwrap();
            let (_, ended) = run(&mut rest).await;
            let place = format!("{:?} after {epoch}", config.learning_rate_schedule);
            assert_eq!(ended.weights_checksum, result.weights_checksum, "{place}");
            assert_eq!(ended.kept_epoch, result.kept_epoch, "{place}");
            assert_eq!(ended.history.len(), result.history.len(), "{place}");
            let losses = |result: &RunResult| -> Vec<u64> {
                let losses = result
                    .history
                    .iter()
                    .map(|epoch| epoch.train_loss.to_bits());
                losses.collect()
            };
            assert_eq!(losses(&ended), losses(&result), "{place}");
            assert_eq!(ended.correct, result.correct, "{place}");
        }
    }
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn units_that_begin_alike_stay_alike() {
    let config = RunConfig {
        initialisation: inkling::message::Initialisation::Equal,
        epochs: 2.0,
        hidden_layers: "8".into(),
        ..unsteady()
    };
    let mut trainer = trainer(&config).await;
    run(&mut trainer).await;
    let parameters = trainer.parameters().await.unwrap();
    for row in parameters[..784 * 8].chunks_exact(8) {
        assert!(row.iter().all(|&weight| weight == row[0]), "{row:?}");
    }
}
