//! The figures of a model on a labelled set, from its probabilities alone. Runs
//! no model.

use crate::data::task::CLASSES;
use crate::error::{Error, Result};
use crate::math;
use crate::message::{CalibrationBin, ClassFigures, Evaluation};
use crate::statistics::proportion::wilson;

/// Bins of certainty, as many as Guo et al. 2017 take.
const NUM_BINS: usize = 15;

/// The figures of `probabilities`, `n·num_classes` and row by row, against `n` labels.
///
/// The class read is the most probable one, the lowest of equals. A probability
/// of zero counts as the smallest positive `f32`: its logarithm stays finite.
///
/// # Errors
/// When there are not as many for each label, a label is no class, or a probability is
/// none: a network whose numbers overflowed reads nothing.
pub fn evaluate(probabilities: &[f32], labels: &[u8], num_classes: usize) -> Result<Evaluation> {
    if !CLASSES.contains(&num_classes) {
        let found = format!("{num_classes} classes");
        let expected = format!("{} to {}", CLASSES.start(), CLASSES.end());
        return Err(Error::data("evaluation", found, expected));
    }
    let num_rows = labels.len();
    if num_rows == 0 || probabilities.len() != num_rows * num_classes {
        return Err(Error::data(
            "evaluation",
            format!(
                "{} probabilities for {num_rows} labels",
                probabilities.len()
            ),
            format!("{num_classes} for each of at least one label"),
        ));
    }
    let mut confusion = vec![0; num_classes * num_classes];
    let mut bins = [(0_u32, 0.0_f64, 0_u32); NUM_BINS];
    let mut loss_sum = 0.0;
    let rows = probabilities.chunks_exact(num_classes);
    for (index, (row, &label)) in rows.zip(labels).enumerate() {
        if let Some(value) = row.iter().find(|value| !(0.0..=1.0).contains(*value)) {
            return Err(Error::data(
                format!("evaluation, row {}", index + 1),
                value.to_string(),
                "probabilities from 0 to 1",
            ));
        }
        let truth = usize::from(label);
        if truth >= num_classes {
            return Err(Error::data(
                "evaluation, label",
                label.to_string(),
                format!("0 to {}", num_classes - 1),
            ));
        }
        let said = most_probable(row);
        confusion[num_classes * truth + said] += 1;
        loss_sum -= math::ln(f64::from(row[truth].max(f32::MIN_POSITIVE)));
        let certainty = f64::from(row[said]);
        let bin = &mut bins[bin_of(certainty)];
        bin.0 += 1;
        bin.1 += certainty;
        bin.2 += u32::from(said == truth);
    }
    let calibration: Vec<_> = bins.iter().enumerate().map(summarise_bin).collect();
    Ok(counted(confusion, loss_sum / num_rows as f64, calibration))
}

/// The figures of a confusion matrix, `n·n` of at least one image, with the mean loss and the
/// bins of certainty that belong to it.
pub fn counted(confusion: Vec<u32>, loss: f64, calibration: Vec<CalibrationBin>) -> Evaluation {
    let num_classes = confusion.len().isqrt();
    let num_rows: u32 = confusion.iter().sum();
    let num_correct: u32 = (0..num_classes)
        .map(|class| confusion[(num_classes + 1) * class])
        .sum();
    let accuracy = f64::from(num_correct) / f64::from(num_rows);
    let (interval_low, interval_high) = wilson(accuracy, f64::from(num_rows));
    let calibration_error = calibration
        .iter()
        .filter(|bin| bin.num_rows > 0)
        .map(|bin| f64::from(bin.num_rows) * (bin.accuracy - bin.confidence).abs())
        .sum::<f64>()
        / f64::from(num_rows);
    Evaluation {
        num_rows,
        num_correct,
        accuracy,
        loss,
        interval_low,
        interval_high,
        classes: (0..num_classes)
            .map(|class| class_figures(&confusion, num_classes, class))
            .collect(),
        confusion,
        calibration,
        calibration_error,
    }
}

fn most_probable(row: &[f32]) -> usize {
    let mut best = 0;
    for (class, &value) in row.iter().enumerate() {
        if value > row[best] {
            best = class;
        }
    }
    best
}

/// Bins are open below and closed above, as in the paper.
fn bin_of(certainty: f64) -> usize {
    let bin = (certainty * NUM_BINS as f64).ceil() as usize;
    bin.clamp(1, NUM_BINS) - 1
}

fn summarise_bin((at, &(num_rows, sum, num_right)): (usize, &(u32, f64, u32))) -> CalibrationBin {
    let n = f64::from(num_rows);
    CalibrationBin {
        low: at as f64 / NUM_BINS as f64,
        high: (at + 1) as f64 / NUM_BINS as f64,
        num_rows,
        confidence: sum / n,
        accuracy: f64::from(num_right) / n,
    }
}

fn class_figures(confusion: &[u32], num_classes: usize, class: usize) -> ClassFigures {
    let right = confusion[(num_classes + 1) * class];
    let of_it: u32 = confusion[num_classes * class..num_classes * (class + 1)]
        .iter()
        .sum();
    let read_as_it: u32 = confusion.iter().skip(class).step_by(num_classes).sum();
    ClassFigures {
        class: class as u8,
        num_rows: of_it,
        precision: f64::from(right) / f64::from(read_as_it),
        recall: f64::from(right) / f64::from(of_it),
        f1: 2.0 * f64::from(right) / f64::from(of_it + read_as_it),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    /// Rows that give `said` the certainty and share the rest out evenly.
    fn rows(readings: &[(usize, f32)]) -> Vec<f32> {
        let mut all = Vec::new();
        for &(said, certainty) in readings {
            let mut row = [(1.0 - certainty) / 9.0; 10];
            row[said] = certainty;
            all.extend(row);
        }
        all
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn figures_of_five_readings_worked_out_by_hand() {
        // Truth 7 7 7 1 1, said 7 7 1 1 7.
        let probabilities = rows(&[(7, 0.9), (7, 0.85), (1, 0.55), (1, 0.6), (7, 0.7)]);
        let found = evaluate(&probabilities, &[7, 7, 7, 1, 1], 10).unwrap();
        assert_eq!((found.num_rows, found.num_correct), (5, 3));
        assert_eq!(found.accuracy, 0.6);
        assert_eq!(found.confusion[77], 2);
        assert_eq!(found.confusion[71], 1);
        assert_eq!(found.confusion[17], 1);
        let seven = &found.classes[7];
        assert_eq!(
            (seven.num_rows, seven.precision, seven.recall),
            (3, 2.0 / 3.0, 2.0 / 3.0)
        );
        let one = &found.classes[1];
        assert_eq!(
            (one.num_rows, one.precision, one.recall, one.f1),
            (2, 0.5, 0.5, 0.5)
        );
        assert!(
            found.classes[0].recall.is_nan(),
            "a digit without images has no recall"
        );
        // −(ln .9 + ln .85 + ln(.45/9) + ln .6 + ln(.3/9)) / 5
        assert!((found.loss - 1.435_127).abs() < 1e-5, "{}", found.loss);
        // In fifteenths: (12, 13] holds .85, (13, 14] .9, both right; (8, 9] holds .55,
        // wrong, and .6, right, whose nearest f32 is above 9/15 and falls into (9, 10];
        // (10, 11] holds .7, wrong. Error: (.15 + .1 + .55 + .4 + .7) / 5.
        assert!(
            (found.calibration_error - 0.38).abs() < 1e-6,
            "{}",
            found.calibration_error
        );
    }

    /// What `scripts/make_fixtures.py evaluation` had scikit-learn and numpy work out.
    #[derive(serde::Deserialize)]
    struct Oracle {
        num_rows: usize,
        num_correct: u32,
        loss: f64,
        interval: [f64; 2],
        precision: Vec<f64>,
        recall: Vec<f64>,
        f1: Vec<f64>,
        confusion: Vec<u32>,
        calibration_error: f64,
        bins: Vec<(u32, f64, f64)>,
    }

    /// Made-up readings without any image of a nine, by the fixture's formula.
    fn table(num_rows: usize) -> (Vec<f32>, Vec<u8>) {
        let labels: Vec<_> = (0..num_rows).map(|i| (i * 3 + i / 7) % 9).collect();
        let mut probabilities = Vec::new();
        for (i, &label) in labels.iter().enumerate() {
            let weight = |c: usize| {
                let boost = if c == label { i * 5 % 60 } else { 0 };
                ((i * 7 + c * 13 + i * c % 11) % 23 + 1 + boost) as f32
            };
            let total: f32 = (0..10).map(weight).sum();
            probabilities.extend((0..10).map(|c| weight(c) / total));
        }
        (
            probabilities,
            labels.iter().map(|&label| label as u8).collect(),
        )
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn figures_equal_scikit_learn() {
        let oracle: Oracle =
            serde_json::from_str(include_str!("../../../tests/fixtures/evaluation.json")).unwrap();
        let (probabilities, labels) = table(oracle.num_rows);
        let found = evaluate(&probabilities, &labels, 10).unwrap();
        let close = |found: f64, expected: f64| {
            assert!((found - expected).abs() < 1e-6, "{found}, not {expected}");
        };
        assert_eq!(found.num_correct, oracle.num_correct);
        assert_eq!(found.confusion, oracle.confusion);
        close(found.loss, oracle.loss);
        close(found.interval_low, oracle.interval[0]);
        close(found.interval_high, oracle.interval[1]);
        close(found.calibration_error, oracle.calibration_error);
        for (digit, class) in found.classes.iter().enumerate() {
            if class.num_rows > 0 {
                close(class.precision, oracle.precision[digit]);
                close(class.recall, oracle.recall[digit]);
                close(class.f1, oracle.f1[digit]);
            } else {
                assert!(class.recall.is_nan(), "no image of it, no recall");
            }
        }
        assert_eq!(found.calibration.len(), oracle.bins.len());
        for (bin, &(num_rows, confidence, accuracy)) in found.calibration.iter().zip(&oracle.bins) {
            assert_eq!(bin.num_rows, num_rows);
            if num_rows > 0 {
                close(bin.confidence, confidence);
                close(bin.accuracy, accuracy);
            }
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn certainty_at_a_bound_belongs_to_the_bin_below() {
        let bounds = [0.0, 1e-9, 1.0 / 15.0, 0.07, 1.0];
        assert_eq!(bounds.map(bin_of), [0, 0, 0, 1, 14]);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_certain_error_has_a_finite_loss() {
        let found = evaluate(&rows(&[(3, 1.0)]), &[4], 10).unwrap();
        assert!(
            found.loss.is_finite() && found.loss > 80.0,
            "{}",
            found.loss
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn what_does_not_fit_together_is_refused() {
        assert!(evaluate(&[], &[], 10).is_err());
        assert!(evaluate(&rows(&[(0, 0.5)]), &[0, 1], 10).is_err());
        assert!(evaluate(&rows(&[(0, 0.5)]), &[12], 10).is_err());
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn what_is_no_probability_reads_nothing() {
        for value in [f32::NAN, f32::INFINITY, -0.1, 1.5] {
            // In a row of its own, and beside numbers, as the answer or not.
            let mut second = rows(&[(0, 0.9), (3, 0.5)]);
            second[17] = value;
            for (probabilities, labels, row) in
                [(vec![value; 10], &[0][..], 1), (second, &[0, 3], 2)]
            {
                let told = evaluate(&probabilities, labels, 10).expect_err("should be refused");
                let expected = format!(
                    "evaluation, row {row}: found {value}, expected probabilities from 0 to 1"
                );
                assert_eq!(told.to_string(), expected);
            }
        }
    }
}
