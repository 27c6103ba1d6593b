//! The baseline run in a report: its curves, its end, and how its model reads images.

use crate::message::{Outcome, PlotKind, ReportBaseline, ReportEvaluation, ReportRequest};

use super::front::plots;
use super::names::authors;
use super::study_section::{looks_words, signed_points};
use super::writer::Writer;
use crate::data::Task;
use crate::study::words::{counted, fixed, list, percent, task_of, thousands};

/// Pairs of digits that a report names as mixed up.
const MOST_PAIRS: usize = 3;

/// The baseline's section.
pub(super) fn baseline_section(
    writer: &mut Writer,
    request: &ReportRequest,
    baseline: &ReportBaseline,
) {
    writer.section("Baseline run");
    writer.paragraph(outcome_words(baseline));
    for plot in plots(&baseline.plots, PlotKind::Curves) {
        writer.figure(plot);
    }
    for evaluation in &baseline.evaluations {
        writer.paragraph(evaluation_words(evaluation, &task_of(&baseline.data)));
    }
    for kind in [PlotKind::Confusion, PlotKind::Mistakes] {
        for plot in plots(&baseline.plots, kind) {
            writer.figure(plot);
        }
    }
    if !baseline.remarks.trim().is_empty() {
        writer.subsection(format!("Remarks of the {}", authors(request).noun));
        writer.remark(&baseline.remarks);
    }
}

/// How the run ended, in figures.
pub(super) fn outcome_words(baseline: &ReportBaseline) -> String {
    let result = &baseline.result;
    let epochs = counted(result.history.len() as f64, "epoch");
    let mut text = match result.outcome {
        Outcome::Finished => format!("The baseline was trained for {epochs}."),
        Outcome::Stopped => format!("The baseline was stopped after {epochs}."),
        Outcome::Failed => format!("The baseline failed after {epochs}: {}", result.reason),
    };
    text += &format!(
        " Its final validation accuracy is {} (95 % interval {} to {}), its validation loss {}.",
        percent(result.validation_accuracy),
        percent(result.interval_low),
        percent(result.interval_high),
        fixed(result.validation_loss, 4)
    );
    if let Some(last) = result.history.last() {
        let gap = signed_points(result.generalisation_gap);
        text += &format!(
            " In the last epoch the training accuracy is {} and the training loss {}; {}. The \
             best epoch is {} with {}.",
            percent(last.train_accuracy),
            fixed(last.train_loss, 4),
            match &result.clean {
                Some(clean) => format!(
                    "at the end {} training images, read as the validation part is, come to {}, a \
                     gap of {gap} points",
                    thousands(clean.num_images.into()),
                    percent(clean.accuracy)
                ),
                None => format!(
                    "the gap, of the training accuracy as it learned, comes to {gap} points: \
                     training images were not read as the validation part is"
                ),
            },
            result.best_epoch,
            percent(result.best_validation_accuracy)
        );
    }
    text
}

/// How the model reads a set, and which classes it mixes up.
pub(super) fn evaluation_words(evaluation: &ReportEvaluation, task: &Task) -> String {
    let figures = &evaluation.figures;
    let images = thousands(figures.num_rows.into());
    // A test set is a file of its own, the validation part is no more than that.
    let set = if evaluation.is_test {
        format!("test set ({}, {images} images)", evaluation.name)
    } else {
        format!("validation part ({images} images)")
    };
    let mut text = format!(
        "On the {set} the baseline’s accuracy is {} (95 % interval {} to {}).",
        percent(figures.accuracy),
        percent(figures.interval_low),
        percent(figures.interval_high)
    );
    if evaluation.is_test {
        let looks = looks_words(evaluation.num_looks);
        if !looks.is_empty() {
            text += &format!(" {looks}");
        }
    }
    let pairs = mixed_up(&figures.confusion, task);
    if !pairs.is_empty() {
        text += &format!(" It most often reads {}.", list(&pairs));
    }
    text
}

/// The cells off the diagonal with most images, as `a 4 as a 9 (12 times)`, or with the
/// classes' names, `Shirt as Coat (12 times)`.
fn mixed_up(confusion: &[u32], task: &Task) -> Vec<String> {
    let num_classes = task.num_classes();
    let mut cells: Vec<(u32, usize)> = (0..num_classes * num_classes)
        .filter(|at| at / num_classes != at % num_classes)
        .filter_map(|at| Some((*confusion.get(at)?, at)))
        .filter(|(count, _)| *count > 0)
        .collect();
    cells.sort_by_key(|&(count, at)| (std::cmp::Reverse(count), at));
    cells.truncate(MOST_PAIRS);
    let words = |(count, at): (u32, usize)| {
        let times = counted(count.into(), "time");
        let named = |class: usize| match (task.are_digits(), class) {
            (true, 8) => "an 8".into(),
            (true, digit) => format!("a {digit}"),
            (false, class) => task.class_name(class),
        };
        format!(
            "{} as {} ({times})",
            named(at / num_classes),
            named(at % num_classes)
        )
    };
    cells.into_iter().map(words).collect()
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::{evaluation_words, mixed_up};
    use crate::data::Task;
    use crate::message::{Evaluation, ReportEvaluation};

    #[wasm_bindgen_test(unsupported = test)]
    fn a_set_is_named_once() {
        let words = |is_test, name: &str| {
            let figures = Evaluation {
                num_rows: 8400,
                num_correct: 8190,
                accuracy: 0.975,
                loss: 0.1,
                interval_low: 0.97,
                interval_high: 0.98,
                confusion: vec![],
                classes: vec![],
                calibration: vec![],
                calibration_error: 0.0,
            };
            let evaluation = ReportEvaluation {
                is_test,
                name: name.into(),
                figures,
                num_looks: 0,
            };
            evaluation_words(&evaluation, &Task::mnist())
        };
        assert_eq!(
            words(false, "Validation part"),
            "On the validation part (8,400 images) the baseline’s accuracy is 97.50 % (95 % \
             interval 97.00 % to 98.00 %)."
        );
        assert!(words(true, "t.csv").starts_with("On the test set (t.csv, 8,400 images) the"));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn the_most_frequent_mistakes_are_named() {
        let mut confusion = vec![0; 100];
        for (at, count) in [(44, 900), (49, 12), (94, 7), (35, 7), (12, 1)] {
            confusion[at] = count;
        }
        let expected = [
            "a 4 as a 9 (12 times)",
            "a 3 as a 5 (7 times)",
            "a 9 as a 4 (7 times)",
        ];
        assert_eq!(mixed_up(&confusion, &Task::mnist()), expected);
        confusion[49] = 0;
        confusion[94] = 0;
        confusion[35] = 0;
        confusion[12] = 0;
        confusion[18] = 1;
        assert_eq!(
            mixed_up(&confusion, &Task::mnist()),
            ["a 1 as an 8 (1 time)"]
        );
        assert!(mixed_up(&[], &Task::mnist()).is_empty());
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn classes_that_are_mixed_up_bear_their_names() {
        let names = ["Shirt", "Coat", "Bag"].map(String::from);
        let task = Task::new(28, names.to_vec()).unwrap();
        let confusion = [5, 0, 1, 3, 9, 0, 0, 0, 7];
        let expected = ["Coat as Shirt (3 times)", "Shirt as Bag (1 time)"];
        assert_eq!(mixed_up(&confusion, &task), expected);
    }
}
