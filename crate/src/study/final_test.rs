//! The one look at a test set: which value it is for, and what came of it in words.
//!
//! A value is chosen on the validation part, so its accuracy there is the best of
//! several and flatters it. On images that nothing was chosen by it is not.

use std::fmt::Write as _;

use crate::message::{FinalTest, RunState, StudyRecord, ValueFigures, Winner};
use crate::statistics::moments::{mean, variance};
use crate::statistics::proportion::wilson;

use super::words::{capitalised, percent, points, thousands};

/// The value whose finished runs have the highest mean validation accuracy, the first
/// of equals, with those runs. One of which a run diverged is none: its mean is that of
/// the lucky ones. None before every run of the study is over.
pub fn winner(record: &StudyRecord, figures: &[ValueFigures]) -> Option<Winner> {
    let is_open = |state| matches!(state, RunState::Waiting | RunState::Running);
    if record.runs.iter().any(|run| is_open(run.state)) {
        return None;
    }
    let mut best: Option<(&ValueFigures, f64)> = None;
    for row in figures.iter().filter(|row| row.num_diverged == 0) {
        let accuracy = row.final_accuracy.unwrap_or(f64::NAN);
        if accuracy.is_finite() && best.is_none_or(|(_, most)| accuracy > most) {
            best = Some((row, accuracy));
        }
    }
    let (row, _) = best?;
    let runs = record.runs.iter().enumerate().filter(|(_, run)| {
        run.spec.value_index == row.value_index && run.state == RunState::Finished
    });
    Some(Winner {
        value_index: row.value_index,
        label: row.label.clone(),
        runs: runs.map(|(index, _)| index as u32).collect(),
    })
}

/// What the final test of a study came to, in sentences; none where there was none.
pub fn sentences(record: &StudyRecord) -> Vec<String> {
    match &record.final_test {
        Some(test) if !test.runs.is_empty() => {
            vec![came_to(record, test), looked_at(test)]
        }
        _ => vec![],
    }
}

fn came_to(record: &StudyRecord, test: &FinalTest) -> String {
    let accuracies: Vec<f64> = test.runs.iter().map(|run| run.accuracy).collect();
    let average = mean(&accuracies);
    // The seeds read the same images: as many trials as there are images, whatever the
    // number of seeds.
    let (low, high) = wilson(average, test.test_set.num_rows.into());
    let label = record
        .plan
        .values
        .get(test.value_index as usize)
        .map_or("?", |value| &value.label);
    let validation: Vec<f64> = test
        .runs
        .iter()
        .filter_map(|run| record.runs.get(run.run_index as usize)?.result.as_ref())
        .map(|result| result.validation_accuracy)
        .collect();
    let of_seeds = match accuracies.len() {
        1 => String::new(),
        count => format!("the mean of {count} seeds, "),
    };
    let mut text = format!(
        "{} {label} did best on validation, with {}. On {}, {} images that no run had seen, it \
         came to {}, {of_seeds}95 % interval {} to {} over test images.",
        capitalised(&record.plan.factor_name),
        percent(mean(&validation)),
        test.test_set.name,
        thousands(test.test_set.num_rows.into()),
        percent(average),
        percent(low),
        percent(high),
    );
    if accuracies.len() > 1 {
        let lowest = accuracies.iter().copied().fold(f64::INFINITY, f64::min);
        let highest = accuracies.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let _ = write!(
            text,
            " Its seeds came to {} at the lowest and {} at the highest, a deviation of {}; the \
             interval does not count that.",
            percent(lowest),
            percent(highest),
            points(variance(&accuracies).sqrt()),
        );
    }
    text
}

fn looked_at(test: &FinalTest) -> String {
    match test.num_looks {
        1 => "The test set was looked at once, after the value was chosen.".into(),
        count => format!(
            "The test set was looked at {count} times. Only the first look was at images that \
             nothing was chosen by: whatever was changed after it was chosen by it, too."
        ),
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::message::{Factor, FinalTestRun};
    use crate::study::insight::read_study;
    use crate::study::testing::{SETTLED, diverge, finish, settled, study};

    fn winner_of(record: &StudyRecord) -> Option<Winner> {
        winner(record, &read_study(record).figures)
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn the_winner_is_that_of_its_finished_seeds() {
        let mut record = study(Factor::LearningRate, "0.01, 0.1, 0.3", 2);
        let accuracies = [0.90, 0.92, 0.95, 0.96, 0.99, 0.95];
        for (run, accuracy) in accuracies.into_iter().enumerate() {
            finish(&mut record, run, accuracy, &SETTLED);
        }
        let found = winner_of(&record).unwrap();
        assert_eq!((found.value_index, &found.label[..]), (2, "0.3"));
        assert_eq!(found.runs, [4, 5]);
        // A value with a run that diverged is none.
        diverge(&mut record, 5, 7);
        assert_eq!(winner_of(&record).unwrap().runs, [2, 3]);
        // One that was stopped leaves the other.
        record.runs[2].state = RunState::Stopped;
        let found = winner_of(&record).unwrap();
        assert_eq!((found.value_index, found.runs), (1, vec![3]));
        // What still runs may yet win.
        record.runs[0].state = RunState::Running;
        assert_eq!(winner_of(&record), None);
        assert_eq!(winner_of(&study(Factor::Dropout, "0", 1)), None);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn what_a_test_came_to_is_told_with_its_looks() {
        let mut record = settled(Factor::LearningRate, "0.01, 0.1", &[0.9, 0.95]);
        assert_eq!(sentences(&record), [""; 0]);
        let run = FinalTestRun {
            run_index: 1,
            num_correct: 9_400,
            num_rows: 10_000,
            accuracy: 0.94,
            loss: 0.2,
        };
        let mut test_set = record.data.clone();
        test_set.name = "t10k.csv".into();
        test_set.num_rows = 10_000;
        record.final_test = Some(FinalTest {
            value_index: 1,
            test_set,
            runs: vec![run.clone()],
            tested_at: "2026-11-26T01:00:00Z".into(),
            num_looks: 1,
        });
        // statsmodels.stats.proportion.proportion_confint(9400, 10000, 0.05, "wilson")
        assert_eq!(
            sentences(&record),
            [
                "Learning rate 0.1 did best on validation, with 95.00 %. On t10k.csv, 10,000 images \
                 that no run had seen, it came to 94.00 %, 95 % interval 93.52 % to 94.45 % over \
                 test images.",
                "The test set was looked at once, after the value was chosen."
            ]
        );
        let test = record.final_test.as_mut().unwrap();
        test.num_looks = 3;
        test.runs.push(FinalTestRun {
            accuracy: 0.96,
            num_correct: 9_600,
            ..run
        });
        let told = sentences(&record);
        // numpy.std([0.94, 0.96], ddof=1) is 0.01414; Wilson of 9500 of 10000.
        assert!(
            told[0].ends_with(
                "it came to 95.00 %, the mean of 2 seeds, 95 % interval 94.56 % to 95.41 % over \
                 test images. Its seeds came to 94.00 % at the lowest and 96.00 % at the highest, \
                 a deviation of 1.41 points; the interval does not count that."
            ),
            "{}",
            told[0]
        );
        assert!(told[1].starts_with("The test set was looked at 3 times."));
    }
}
