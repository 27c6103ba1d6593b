//! Whether what a record says came of its runs can have: bits that fit the accuracy
//! they are of, shares that are shares, a final test of the study's own winner.

use crate::error::{Error, Result};
use crate::message::{
    FinalTest, LayerHealth, Outcome, RunResult, RunState, StudyRecord, read_bits,
};

/// Refuses results that no run can have come to.
///
/// # Errors
/// Names the place, as `at` words it, what was found and what was expected.
pub(super) fn check_results(record: &StudyRecord, at: &impl Fn(&str) -> String) -> Result<()> {
    for (index, run) in record.runs.iter().enumerate() {
        let Some(result) = &run.result else { continue };
        let of_run = |part: &str| at(&format!("{part} of run {}", index + 1));
        check_correct(result, &of_run)?;
        check_clean(result, &of_run)?;
        check_health(result, &of_run)?;
        if result.failure.is_some() && result.outcome != Outcome::Failed {
            let found = "one of a run that did not fail";
            return Err(Error::data(of_run("failure"), found, "none"));
        }
    }
    match &record.final_test {
        Some(test) => check_final_test(record, test, at),
        None => Ok(()),
    }
}

fn check_correct(result: &RunResult, at: &impl Fn(&str) -> String) -> Result<()> {
    if result.correct.is_empty() {
        return Ok(());
    }
    let num_images = result.num_validation as usize;
    let place = at("right answers");
    let Some(bits) = read_bits(&result.correct, num_images) else {
        let found = format!("{} characters", result.correct.len());
        let expected = format!("a bit for each of {num_images} images, as base64");
        return Err(Error::data(place, found, expected));
    };
    let num_right = bits.iter().filter(|is_right| **is_right).count();
    let share = num_right as f64 / num_images as f64;
    // Both are the same quotient, unless a file rounded it.
    if (share - result.validation_accuracy).abs() < 1e-9 {
        return Ok(());
    }
    let found = format!("{num_right} of {num_images}");
    let expected = format!("the share {}", result.validation_accuracy);
    Err(Error::data(place, found, expected))
}

fn check_clean(result: &RunResult, at: &impl Fn(&str) -> String) -> Result<()> {
    let Some(clean) = result.clean else {
        return Ok(());
    };
    if clean.num_images == 0 || !is_share(clean.accuracy) || !is_loss(clean.loss) {
        let found = format!(
            "accuracy {}, loss {} on {} images",
            clean.accuracy, clean.loss, clean.num_images
        );
        let expected = "a share, a loss, and at least one image";
        return Err(Error::data(at("training sample"), found, expected));
    }
    Ok(())
}

fn check_health(result: &RunResult, at: &impl Fn(&str) -> String) -> Result<()> {
    let Some(health) = &result.health else {
        return Ok(());
    };
    let is_told = |layer: &LayerHealth| {
        let sizes = [
            layer.weight_norm,
            layer.gradient_norm,
            layer.update_share,
            layer.activation_deviation,
        ];
        sizes.iter().all(|&size| is_loss(size))
            && layer.activation_mean.is_finite()
            && layer.num_silent <= layer.num_units
    };
    if health.num_images == 0 || health.layers.is_empty() {
        let found = format!(
            "{} layers, {} images",
            health.layers.len(),
            health.num_images
        );
        return Err(Error::data(at("health"), found, "at least one of each"));
    }
    match health.layers.iter().position(|layer| !is_told(layer)) {
        Some(layer) => Err(Error::data(
            at(&format!("health of layer {}", layer + 1)),
            "figures that no layer can have",
            "sizes of at least 0, and at most as many silent units as there are",
        )),
        None => Ok(()),
    }
}

/// A final test is of finished runs of one value, on one set.
fn check_final_test(
    record: &StudyRecord,
    test: &FinalTest,
    at: &impl Fn(&str) -> String,
) -> Result<()> {
    let refuse = |part: &str, found: String, expected: &str| {
        let place = at(&format!("final test, {part}"));
        Err(Error::data(place, found, expected))
    };
    if test.value_index as usize >= record.plan.values.len() {
        return refuse("value", test.value_index.to_string(), "one of the study's");
    }
    if test.num_looks == 0 {
        return refuse("looks", "0".into(), "at least one");
    }
    if test.runs.is_empty() || test.runs.len() > record.plan.seeds.len() {
        let found = test.runs.len().to_string();
        return refuse("runs", found, "one to as many as there are seeds");
    }
    let mut before = None;
    for run in &test.runs {
        let of_study = record.runs.get(run.run_index as usize);
        let is_its = of_study.is_some_and(|of_study| {
            of_study.spec.value_index == test.value_index && of_study.state == RunState::Finished
        });
        if !is_its || before.is_some_and(|before| before >= run.run_index) {
            let found = run.run_index.to_string();
            return refuse("run", found, "each finished run of its value, in order");
        }
        before = Some(run.run_index);
        if run.num_rows == 0 || run.num_rows != test.test_set.num_rows {
            let expected = "as many as the test set has, at least one";
            return refuse("images", run.num_rows.to_string(), expected);
        }
        if run.num_correct > run.num_rows || !is_loss(run.loss) {
            let found = format!("{} right, loss {}", run.num_correct, run.loss);
            return refuse("figures", found, "at most all of them, and a loss");
        }
    }
    Ok(())
}

fn is_share(value: f64) -> bool {
    (0.0..=1.0).contains(&value)
}

fn is_loss(value: f64) -> bool {
    value.is_finite() && value >= 0.0
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use crate::message::{
        CleanFigures, Factor, Failure, FailureKind, FinalTest, FinalTestRun, LayerHealth,
        RunHealth, StudyRecord, write_bits,
    };
    use crate::study::check::check;
    use crate::study::testing::settled;

    /// A study of which all is known.
    fn known() -> StudyRecord {
        let mut record = settled(Factor::LearningRate, "0.01, 0.1", &[0.9, 0.95]);
        for (run, accuracy) in record.runs.iter_mut().zip([0.9, 0.95]) {
            let result = run.result.as_mut().unwrap();
            let num_images = result.num_validation;
            let num_right = (accuracy * f64::from(num_images)).round() as u32;
            let bits: Vec<bool> = (0..num_images).map(|image| image < num_right).collect();
            result.correct = write_bits(&bits);
            result.clean = Some(CleanFigures {
                num_images,
                accuracy: 0.96,
                loss: 0.1,
            });
        }
        record.final_test = Some(FinalTest {
            value_index: 1,
            test_set: record.data.clone(),
            runs: vec![FinalTestRun {
                run_index: 1,
                num_correct: 40_000,
                num_rows: 42_000,
                accuracy: 40_000.0 / 42_000.0,
                loss: 0.2,
            }],
            tested_at: "2026-11-26T01:00:00Z".into(),
            num_looks: 1,
        });
        record
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn what_runs_came_to_passes() {
        assert_eq!(check(&known()), Ok(()));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn what_cannot_be_is_named() {
        let message = |change: fn(&mut StudyRecord)| {
            let mut record = known();
            record.name = "a".into();
            change(&mut record);
            check(&record).unwrap_err().to_string()
        };
        assert_eq!(
            message(|record| record.runs[0].result.as_mut().unwrap().correct = "AQ==".into()),
            "study \"a\", right answers of run 1: found 4 characters, expected a bit for each of \
             8400 images, as base64"
        );
        assert_eq!(
            message(|record| record.runs[1].result.as_mut().unwrap().validation_accuracy = 0.99),
            "study \"a\", right answers of run 2: found 7980 of 8400, expected the share 0.99"
        );
        let told = message(|record| {
            let result = record.runs[0].result.as_mut().unwrap();
            result.clean.as_mut().unwrap().accuracy = f64::NAN;
        });
        assert!(
            told.contains("training sample of run 1: found accuracy NaN"),
            "{told}"
        );
        let told = message(|record| {
            record.runs[0].result.as_mut().unwrap().failure = Some(Failure {
                kind: FailureKind::Infinite,
                epoch: 1,
                step: 2,
            });
        });
        assert!(told.contains("failure of run 1"), "{told}");
        let told = message(|record| {
            let layer = LayerHealth {
                weight_norm: 1.0,
                gradient_norm: 1.0,
                update_share: 0.001,
                num_units: 4,
                num_silent: 5,
                activation_mean: 0.0,
                activation_deviation: 1.0,
            };
            record.runs[1].result.as_mut().unwrap().health = Some(RunHealth {
                num_images: 128,
                layers: vec![layer],
            });
        });
        assert!(told.contains("health of layer 1 of run 2"), "{told}");
        type Change = fn(&mut FinalTest);
        let changes: [(Change, &str); 8] = [
            (|test| test.value_index = 2, "final test, value: found 2"),
            (|test| test.value_index = 0, "final test, run: found 1"),
            (|test| test.num_looks = 0, "final test, looks"),
            (|test| test.runs.clear(), "final test, runs: found 0"),
            (
                |test| test.runs[0].run_index = 9,
                "final test, run: found 9",
            ),
            (
                |test| test.runs[0].num_rows = 7,
                "final test, images: found 7",
            ),
            (
                |test| test.runs[0].num_correct = 42_001,
                "final test, figures",
            ),
            (
                |test| test.runs[0].loss = f64::INFINITY,
                "final test, figures",
            ),
        ];
        for (change, expected) in changes {
            let mut record = known();
            change(record.final_test.as_mut().unwrap());
            let told = check(&record).unwrap_err().to_string();
            assert!(told.contains(expected), "{told}");
        }
    }
}
