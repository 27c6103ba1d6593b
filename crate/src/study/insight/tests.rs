//! Over 400 lines: a list of studies and what is said of each.

use wasm_bindgen_test::wasm_bindgen_test;

use super::*;
use crate::message::{InsightKind, RunState};
use crate::study::testing::{FALLING, SETTLED, accuracies, clean, diverge, finish, settled, study};

fn sentences(record: &StudyRecord, kind: InsightKind) -> Vec<String> {
    let insights = read_study(record).insights;
    insights
        .into_iter()
        .filter(|i| i.kind == kind)
        .map(|i| i.sentence)
        .collect()
}

fn has(record: &StudyRecord, kind: InsightKind) -> bool {
    !sentences(record, kind).is_empty()
}

#[wasm_bindgen_test(unsupported = test)]
fn a_clear_lead_is_named_with_its_noise() {
    let record = settled(
        Factor::LearningRate,
        "0.001, 0.01, 0.1, 0.3",
        &[0.70, 0.90, 0.975, 0.94],
    );
    // scipy: t.ppf(1 - 0.025 / 2, 12) * sqrt(q / 8400 + f), where q is the sum of p * (1 -
    // p) for p = (0.975 * 8400 + 1) / 8402 and (0.94 * 8400 + 1) / 8402: the second easiest of
    // six pairs; and f the sum of what is foretold of both (statistics::prior), for errors of
    // 0.025 and 0.06, a last gain of 0.002 and the swing of the last three epochs' logarithms,
    // of which three degrees of freedom are all values'.
    assert_eq!(
        sentences(&record, InsightKind::Winner),
        [
            "A learning rate of 0.1 came out best: 97.50 % final validation accuracy, 3.50 points \
             above 0.3, the next. That exceeds the noise between the two (±0.99 points). Weighed: \
             other training seeds, foretold from how the last epochs swing and climb since one \
             seed a value cannot show them, and other images (as if each value had its own: which \
             ones it read right is not known)."
        ]
    );
    assert_eq!(
        sentences(&record, InsightKind::Ranking),
        [
            "Behind 0.1 by more than the noise: 0.3 (by 3.50 points), 0.01 (by 7.50 points) and \
          0.001 (by 27.50 points). The same chances were weighed, shared out among the 6 pairs of \
          values."
        ]
    );
    assert!(!has(&record, InsightKind::NoWinner));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_lead_inside_the_noise_is_no_win() {
    let record = settled(
        Factor::LearningRate,
        "0.01, 0.1, 0.3",
        &[0.80, 0.9710, 0.9731],
    );
    assert!(!has(&record, InsightKind::Winner));
    let sentence = sentences(&record, InsightKind::NoWinner).remove(0);
    assert!(
        sentence.starts_with(
            "No single best learning rate: 0.3 has the highest figure (97.31 %), but 0.1 lies \
             0.21 points behind it, inside the noise (±"
        ),
        "{sentence}"
    );
    assert_eq!(
        sentences(&record, InsightKind::Ranking),
        [
            "Behind 0.3 by more than the noise: 0.01 (by 17.31 points). The same chances were \
             weighed, shared out among the 3 pairs of values."
        ]
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn seeds_decide_what_one_run_cannot() {
    let one = settled(Factor::Dropout, "0, 0.2", &[0.970, 0.974]);
    assert!(!has(&one, InsightKind::Winner));
    let mut ten = study(Factor::Dropout, "0, 0.2", 10);
    for run in 0..10 {
        let luck = 0.001 * ((run % 3) as f64 - 1.0);
        finish(&mut ten, run, 0.970 + luck, &SETTLED);
        finish(&mut ten, 10 + run, 0.974 + luck, &SETTLED);
    }
    assert!(has(&ten, InsightKind::Winner));
    // The same means where the values' seeds vary by a point each its own way: no claim.
    for run in 0..10 {
        let luck = 0.01 * ((run % 3) as f64 - 1.0);
        finish(&mut ten, run, 0.970 + luck, &SETTLED);
        finish(&mut ten, 10 + run, 0.974 - luck, &SETTLED);
    }
    assert!(!has(&ten, InsightKind::Winner));
    assert!(sentences(&ten, InsightKind::Noise)[0].contains("From seed to seed"));
}

#[wasm_bindgen_test(unsupported = test)]
fn equal_figures_are_called_equal() {
    let record = settled(Factor::LayerNorm, "", &[0.95, 0.95]);
    let found = sentences(&record, InsightKind::NoWinner).remove(0);
    let expected =
        "No single best layer normalisation: off and on reached the same 95.00 %. Weighed";
    assert!(found.starts_with(expected), "{found}");
}

#[wasm_bindgen_test(unsupported = test)]
fn divergence_begins_between_two_rates() {
    let mut record = settled(
        Factor::LearningRate,
        "0.01, 0.1, 1, 10",
        &[0.94, 0.97, 0.5, 0.5],
    );
    diverge(&mut record, 2, 34);
    diverge(&mut record, 3, 3);
    assert_eq!(
        sentences(&record, InsightKind::Divergence),
        [
            "A learning rate of 1 diverged: the loss was no longer a finite number in step 34. So \
          did: 10. The largest rate below it that trained is 0.1: divergence begins between \
          0.1 and 1. No noise was weighed: so it went with this one seed, and another may fare \
          otherwise."
        ]
    );
    let reading = read_study(&record);
    assert_eq!(reading.figures[2].state, "diverged");
    assert_eq!(reading.figures[2].final_accuracy, None);
    assert!(!has(&record, InsightKind::Missing));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_value_that_diverged_once_cannot_win() {
    let mut record = study(Factor::LearningRate, "0.1, 1", 2);
    finish(&mut record, 0, 0.90, &SETTLED);
    finish(&mut record, 1, 0.90, &SETTLED);
    finish(&mut record, 2, 0.99, &SETTLED);
    diverge(&mut record, 3, 10);
    assert!(!has(&record, InsightKind::Winner));
    assert!(sentences(&record, InsightKind::Divergence)[0].contains("in 1 of 2 runs"));
    assert_eq!(read_study(&record).figures[1].state, "1 of 2 diverged");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_low_rate_is_told_from_a_settled_one() {
    let mut record = settled(Factor::LearningRate, "0.001, 0.01, 0.1", &[0.6, 0.9, 0.97]);
    finish(&mut record, 0, 0.6, &FALLING);
    let found = sentences(&record, InsightKind::StillFalling);
    assert_eq!(
        found,
        [
            "Too low for 5 epochs: 0.001. The validation loss was still falling in the last \
          epoch (by 14 %), and the accuracy is behind by more than the noise."
        ]
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn chance_level_is_too_high_or_too_low_by_its_neighbours() {
    let record = settled(Factor::LearningRate, "0.01, 0.1, 3", &[0.94, 0.97, 0.1135]);
    let found = sentences(&record, InsightKind::Divergence).remove(0);
    assert!(found.contains("Nothing was learned at 3"), "{found}");
    let seed =
        "No noise was weighed: so it went with this one seed, and another may fare otherwise.";
    assert!(
        found.ends_with(&format!("3 is too high. {seed}")),
        "{found}"
    );
    let record = settled(Factor::LearningRate, "0.00001, 0.1", &[0.12, 0.97]);
    let found = sentences(&record, InsightKind::Divergence).remove(0);
    assert!(
        found.ends_with(&format!("0.00001 is too low. {seed}")),
        "{found}"
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn oscillation_is_not_overfitting() {
    let mut record = settled(Factor::LearningRate, "0.1, 0.3", &[0.97, 0.97]);
    finish(&mut record, 1, 0.97, &[0.3, 0.4, 0.25, 0.35, 0.22]);
    let found = sentences(&record, InsightKind::Oscillation).remove(0);
    assert!(found.contains("at 0.3 (2 times)"), "{found}");
    assert!(!has(&record, InsightKind::Overfitting));
    finish(&mut record, 1, 0.97, &[0.3, 0.2, 0.22, 0.25, 0.28]);
    assert!(!has(&record, InsightKind::Oscillation));
    let found = sentences(&record, InsightKind::Overfitting).remove(0);
    assert!(found.contains("0.3 (lowest in epoch 2)"), "{found}");
}

#[wasm_bindgen_test(unsupported = test)]
fn batch_sizes_are_read_by_updates_time_and_scaling() {
    let record = settled(Factor::BatchSize, "16, 64, 512", &[0.97, 0.94, 0.88]);
    let updates = sentences(&record, InsightKind::Updates).remove(0);
    // 33,600 / 16 and ceil(33,600 / 512).
    assert!(
        updates.contains("2,100 times") && updates.contains("66 times"),
        "{updates}"
    );
    assert!(
        updates.contains("9.00 points higher with the many small steps"),
        "{updates}"
    );
    let scaling = sentences(&record, InsightKind::LinearScaling).remove(0);
    assert!(
        scaling.contains("would give 512 a rate of 0.08"),
        "{scaling}"
    );
    assert!(has(&record, InsightKind::Speed));
    let record = settled(Factor::BatchSize, "16, 64, 512", &[0.97, 0.971, 0.9702]);
    let updates = sentences(&record, InsightKind::Updates).remove(0);
    assert!(updates.contains("inside the noise"), "{updates}");
}

#[wasm_bindgen_test(unsupported = test)]
fn an_effect_inside_the_noise_is_not_claimed() {
    let record = settled(Factor::LayerNorm, "", &[0.970, 0.971]);
    let found = sentences(&record, InsightKind::Effect).remove(0);
    assert!(
        found.contains("no effect on the final accuracy can be claimed"),
        "{found}"
    );
    let record = settled(Factor::LayerNorm, "", &[0.94, 0.971]);
    let found = sentences(&record, InsightKind::Effect).remove(0);
    assert!(
        found.contains("3.10 points higher, more than the noise"),
        "{found}"
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn optimisers_at_one_rate_are_not_called_better_without_saying_so() {
    let mut record = settled(Factor::Optimiser, "sgd, adam", &[0.94, 0.97]);
    record.plan.baseline.learning_rate = 0.02;
    let winner = sentences(&record, InsightKind::Winner).remove(0);
    assert!(
        winner.starts_with("The optimiser Adam came out best"),
        "{winner}"
    );
    let held = sentences(&record, InsightKind::Held).remove(0);
    assert!(
        held.starts_with("All ran at a learning rate of 0.02."),
        "{held}"
    );
    let next = sentences(&record, InsightKind::Next).remove(0);
    assert!(next.contains("Adam first"), "{next}");
    let record = settled(Factor::Activation, "relu, gelu", &[0.94, 0.97]);
    let winner = sentences(&record, InsightKind::Winner).remove(0);
    assert!(
        winner.starts_with("The activation GELU came out best"),
        "{winner}"
    );
    assert!(sentences(&record, InsightKind::Held).is_empty());
}

#[wasm_bindgen_test(unsupported = test)]
fn the_valley_of_a_grid_is_read_across_it() {
    let values = "learning rate: 0.01, 0.1 × batch size: 16, 256";
    // 0.01 × 16, 0.01 × 256, 0.1 × 16, 0.1 × 256.
    let record = settled(Factor::TwoFactors, values, &[0.97, 0.90, 0.94, 0.96]);
    let winner = sentences(&record, InsightKind::Winner).remove(0);
    assert!(
        winner.contains("(0.01 × 16)") || winner.contains("pair 0.01 × 16"),
        "{winner}"
    );
    let grid = sentences(&record, InsightKind::Effect).remove(0);
    assert_eq!(
        grid,
        "The best learning rate for each batch size: 0.01 at 16 and 0.1 at 256. It is not the \
         same for every batch size: whoever changes the one has to look for the other again. Each \
         is ahead of the next by more than the noise."
    );
    let next = sentences(&record, InsightKind::Next).remove(0);
    assert!(
        next.starts_with("To try next: less learning rate than 0.01 and less batch size than 16."),
        "{next}"
    );
    let record = settled(Factor::TwoFactors, values, &[0.9501, 0.95, 0.95, 0.9499]);
    let grid = sentences(&record, InsightKind::Effect).remove(0);
    assert!(
        grid.contains("It is the same for every batch size"),
        "{grid}"
    );
    assert!(
        grid.contains("are 0 of 2; elsewhere two neighbours may change places"),
        "{grid}"
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn what_is_missing_is_named() {
    let mut record = settled(Factor::Dropout, "0, 0.2, 0.5", &[0.97, 0.96]);
    record.runs[2].state = RunState::Crashed;
    record.runs[2].reason = "The worker stopped: out of memory.".into();
    assert_eq!(
        sentences(&record, InsightKind::Missing),
        [
            "1 of 3 runs is left out of the figures: 0.5 with seed 42 (The worker stopped: out of \
          memory)."
        ]
    );
    assert_eq!(read_study(&record).figures[2].state, "failed");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_study_without_runs_says_nothing_false() {
    let record = study(Factor::LearningRate, "", 1);
    let reading = read_study(&record);
    let kinds: Vec<_> = reading
        .insights
        .iter()
        .map(|insight| insight.kind)
        .collect();
    assert_eq!(kinds, [InsightKind::Missing]);
    assert!(
        reading
            .figures
            .iter()
            .all(|row| row.final_accuracy.is_none())
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn what_to_try_next_follows_from_where_the_best_lies() {
    let record = settled(Factor::LearningRate, "0.001, 0.01, 0.1", &[0.6, 0.9, 0.97]);
    assert!(sentences(&record, InsightKind::Next)[0].contains("larger rates, such as 0.2 and 0.3"));
    let record = settled(Factor::LearningRate, "0.01, 0.1, 1", &[0.9, 0.97, 0.6]);
    assert!(sentences(&record, InsightKind::Next)[0].contains("such as 0.032 and 0.32"));
}

#[wasm_bindgen_test(unsupported = test)]
fn figures_average_over_seeds() {
    let mut record = study(Factor::BatchSize, "16, 32", 2);
    finish(&mut record, 0, 0.925, &SETTLED);
    finish(&mut record, 1, 0.965, &SETTLED);
    let row = &read_study(&record).figures[0];
    assert!((row.final_accuracy.unwrap() - 0.945).abs() < 1e-12);
    assert!((row.final_deviation.unwrap() - 0.04 / 2.0_f64.sqrt()).abs() < 1e-12);
    // 0.845, 0.899, 0.917 and 0.885, 0.939: 0.90 is passed in epochs 3 and 2.
    assert_eq!(row.epochs_to_90, Some(2.5));
    assert_eq!(row.epochs_to_95, None);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_spike_of_the_last_epoch_is_no_finding() {
    let mut record = settled(Factor::LearningRate, "0.1, 0.3", &[0.9740, 0.9548]);
    finish(&mut record, 1, 0.9548, &[0.30, 0.15, 0.10, 0.09, 0.16]);
    accuracies(&mut record, 0, &[0.950, 0.960, 0.970, 0.9735, 0.9740]);
    accuracies(&mut record, 1, &[0.950, 0.960, 0.968, 0.9717, 0.9548]);
    assert!(!has(&record, InsightKind::Winner));
    assert!(!has(&record, InsightKind::Ranking));
    assert!(!has(&record, InsightKind::Overfitting));
    // Where the other runs of the study swing little, the spike alone is outside the noise.
    let mut record = study(Factor::LearningRate, "0.1, 0.3", 3);
    for run in 0..6 {
        finish(&mut record, run, 0.974, &SETTLED);
        let last = if run < 3 { 0.974 } else { 0.9548 };
        accuracies(&mut record, run, &[0.950, 0.960, 0.970, 0.9735, last]);
    }
    assert!(!has(&record, InsightKind::Winner));
    assert!(!has(&record, InsightKind::Ranking));
    // The same low figure in the two last epochs is no spike.
    for run in 3..6 {
        accuracies(&mut record, run, &[0.940, 0.945, 0.950, 0.9543, 0.9548]);
    }
    assert!(has(&record, InsightKind::Winner));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_seed_that_is_stuck_is_not_averaged_into_a_rank() {
    let mut record = study(Factor::LearningRate, "0.1, 1", 2);
    for (run, accuracy) in [0.97, 0.971, 0.97, 0.1135].into_iter().enumerate() {
        finish(&mut record, run, accuracy, &SETTLED);
    }
    let found = sentences(&record, InsightKind::Divergence).remove(0);
    assert!(
        found.starts_with(
            "A learning rate of 1 stayed at the chance level (11.15 %) in 1 of 2 runs"
        ),
        "{found}"
    );
    assert!(!has(&record, InsightKind::Winner));
    let row = &read_study(&record).figures[1];
    assert_eq!(row.final_accuracy, Some(0.97));
    assert_eq!(row.state, "1 of 2 at chance level");
    assert_eq!((row.num_finished, row.num_diverged), (1, 1));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_time_is_judged_by_how_unevenly_equal_epochs_were_timed() {
    let mut record = settled(Factor::BatchSize, "16, 64", &[0.95, 0.97]);
    /// Gives a run the seconds of its epochs' training.
    fn time(record: &mut StudyRecord, run: usize, secs: [f64; 5]) {
        let result = record.runs[run].result.as_mut().unwrap();
        let mut total = 0.0;
        for (epoch, secs) in result.history.iter_mut().zip(secs) {
            total += secs;
            epoch.train_secs = total;
        }
    }
    let told = |record: &StudyRecord| sentences(record, InsightKind::Speed).remove(0);
    time(&mut record, 0, [0.4, 0.4, 0.42, 0.4, 0.4]);
    time(&mut record, 1, [0.6, 0.6, 0.6, 0.6, 0.6]);
    let even = told(&record);
    assert!(even.contains("1.5 times as long"), "{even}");
    assert!(even.contains("timed at most 1.1 times apart"), "{even}");
    // Another program ran during one epoch.
    time(&mut record, 0, [0.4, 0.4, 0.8, 0.4, 0.4]);
    time(&mut record, 1, [0.6, 0.6, 0.6, 0.6, 0.6]);
    let uneven = told(&record);
    assert!(
        uneven.contains("a difference that is not the values'"),
        "{uneven}"
    );
    assert!(uneven.contains("up to 2 times apart"), "{uneven}");
    // Over before the first run's worker had warmed up.
    time(&mut record, 0, [0.1, 0.1, 0.1, 0.1, 0.1]);
    time(&mut record, 1, [0.01, 0.01, 0.01, 0.01, 0.01]);
    let short = told(&record);
    assert!(
        short.contains(
            "too short a time to compare: runs of less than 1 s are timed by what else the machine"
        ),
        "{short}"
    );
    assert!(!short.contains("times as long"), "{short}");
}

#[wasm_bindgen_test(unsupported = test)]
fn two_factors_are_read_as_two() {
    // Off and on at dropout 0, off and on at dropout 0.5: by 2 points, and by none.
    let record = settled(
        Factor::DropoutLayerNorm,
        "0, 0.5",
        &[0.93, 0.95, 0.95, 0.95],
    );
    let found = sentences(&record, InsightKind::Effect);
    assert!(
        found[0].starts_with(
            "Layer normalisation, averaged over dropout 0 and 0.5: the final accuracy with it is \
             1.00 points higher, more than the noise"
        ),
        "{found:?}"
    );
    assert!(
        found[1].contains("against dropout 0 the final accuracy changes thus: at 0.5 it is 1.00"),
        "{found:?}"
    );
    assert!(
        found[2].starts_with(
            "The two interact: at dropout 0.5 layer normalisation does 2.00 points less than at \
             dropout 0"
        ),
        "{found:?}"
    );
    let record = settled(
        Factor::DropoutLayerNorm,
        "0, 0.5",
        &[0.95, 0.951, 0.95, 0.951],
    );
    let found = sentences(&record, InsightKind::Effect);
    assert!(
        found[2].starts_with("Whether the two interact cannot be told"),
        "{found:?}"
    );
    assert!(found[2].contains("inside the noise") && !found[2].contains("last epoch"));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_gap_is_judged_by_its_own_noise_and_only_where_it_is_clean() {
    let mut record = settled(Factor::Dropout, "0, 0.5", &[0.97, 0.97]);
    let found = sentences(&record, InsightKind::Gap).remove(0);
    assert!(found.contains("so the two are not compared"), "{found}");
    for (run, accuracy) in [0.99, 0.975].into_iter().enumerate() {
        clean(&mut record, run, accuracy);
    }
    let found = sentences(&record, InsightKind::Gap).remove(0);
    assert!(
        found.contains("1.50 points less, more than its noise"),
        "{found}"
    );
    clean(&mut record, 1, 0.989);
    let found = sentences(&record, InsightKind::Gap).remove(0);
    assert!(found.contains("a change inside its noise"), "{found}");
    // A gap below 0 that was taken while training is no sign of little overfitting.
    let next = |record: &StudyRecord| sentences(record, InsightKind::Next).join(" ");
    clean(&mut record, 0, 0.972);
    assert!(next(&record).contains("little overfitting"));
    record.runs[0].result.as_mut().unwrap().clean = None;
    assert!(!next(&record).contains("little overfitting"));
}

#[wasm_bindgen_test(unsupported = test)]
fn what_was_chosen_for_being_highest_is_said_to_flatter() {
    let mut record = settled(
        Factor::LearningRate,
        "0.1, 0.2, 0.3",
        &[0.97, 0.971, 0.9705],
    );
    for run in 0..3 {
        accuracies(
            &mut record,
            run,
            &[0.95, 0.96, 0.968, 0.9722, 0.9700 + 0.0005 * run as f64],
        );
    }
    let found = sentences(&record, InsightKind::Selection).remove(0);
    assert!(
        found.contains("the highest of 3 figures that cannot be told apart"),
        "{found}"
    );
    assert!(
        found.contains("Best accuracy is the highest of 5 epochs"),
        "{found}"
    );
    for run in &mut record.runs {
        run.result.as_mut().unwrap().kept_epoch = Some(4);
    }
    let kept = sentences(&record, InsightKind::Selection).remove(0);
    assert!(
        kept.contains("Each run keeps the model of its best epoch: its accuracy is the highest of"),
        "{kept}"
    );
    assert!(!kept.contains("compared by their final"), "{kept}");
}
