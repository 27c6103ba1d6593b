//! What a whole report says and in which order.

use wasm_bindgen_test::wasm_bindgen_test;

use super::*;
use crate::message::{Factor, PlotKind, ReportBaseline};
use crate::study::testing::{diverge, request, settled};

fn files() -> ReportFiles {
    let mut record = settled(Factor::LearningRate, "0.01, 0.1, 10", &[0.9, 0.97, 0.5]);
    diverge(&mut record, 2, 7);
    record.remarks = "Mine *first*.\n\nAnd second.".into();
    record.data.name = "odd_name <b>|x.csv".into();
    write_report(&request(vec![record]))
}

/// A report on a baseline and two studies, the second of other settings and data.
fn mixed() -> ReportRequest {
    let first = settled(Factor::LearningRate, "0.01, 0.1", &[0.9, 0.97]);
    let mut second = settled(Factor::BatchSize, "16, 32", &[0.8, 0.85]);
    second.data.name = "sample.csv".into();
    second.data.checksum = "f".repeat(16);
    second.plan.baseline.epochs = 1.0;
    let baseline = ReportBaseline {
        data: first.data.clone(),
        config: first.plan.baseline.clone(),
        result: first.runs[0].result.clone().unwrap(),
        remarks: String::new(),
        evaluations: Vec::new(),
        plots: Vec::new(),
    };
    ReportRequest {
        baseline: Some(baseline),
        introduction: "Why we did it.".into(),
        conclusion: "What we found.".into(),
        ..request(vec![first, second])
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn the_sections_stand_in_the_order_of_the_assignment() {
    let blocks = write_report(&mixed()).blocks;
    let headings: Vec<&str> = blocks
        .iter()
        .filter_map(|block| match block {
            Block::Heading { level: 2, text } => Some(text.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(
        headings,
        [
            "1. Introduction",
            "2. Data and split",
            "3. Network and training",
            "4. Baseline run",
            "5. Learning rate",
            "6. Batch size",
            "7. Across the studies",
            "8. Conclusion",
            "9. How to repeat this",
            "Appendix: the curves of every run",
        ]
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn figures_and_tables_are_numbered_through() {
    let blocks = write_report(&mixed()).blocks;
    let labels = |is_figure: bool| -> Vec<&str> {
        blocks
            .iter()
            .filter_map(|block| match block {
                Block::Figure { label, .. } if is_figure => Some(label.as_str()),
                Block::Table { label, .. } if !is_figure => Some(label.as_str()),
                _ => None,
            })
            .collect()
    };
    let numbered = |what: &str, count: usize| -> Vec<String> {
        (1..=count)
            .map(|number| format!("{what} {number}"))
            .collect()
    };
    assert_eq!(labels(true), numbered("Figure", labels(true).len()));
    assert_eq!(labels(false), numbered("Table", 5));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_study_of_other_data_or_settings_says_so() {
    let files = write_report(&mixed());
    assert!(files.differences[0].is_empty(), "{:?}", files.differences);
    assert_eq!(
        files.differences[1],
        [
            "data sample.csv, 42,000 images in place of train.csv, 42,000 images",
            "epochs 1 in place of 5"
        ]
    );
    let text = files.report_md;
    assert!(text.contains("This study differs from the settings above: data sample.csv"));
    assert!(text.contains("| Batch size \\* |"), "{text}");
    assert!(text.contains("trains for 1 epoch,"), "{text}");
    assert!(!text.contains("1 epochs"));
}

#[wasm_bindgen_test(unsupported = test)]
fn remarks_come_before_inklings_words_which_are_marked() {
    let text = files().report_md;
    let at = |words: &str| {
        text.find(words)
            .unwrap_or_else(|| panic!("{words} in {text}"))
    };
    assert!(at("4. Learning rate") < at("> Mine *first*."));
    assert!(at("> Mine *first*.") < at("### Written by Inkling"));
    assert!(at("By 1234, abc.") < at("is the authors’ own"));
    assert!(text.contains("At step 7 (epoch 2) the loss was not a number."));
}

#[wasm_bindgen_test(unsupported = test)]
fn what_the_noise_means_is_said_once() {
    let text = write_report(&mixed()).report_md;
    assert_eq!(text.matches("The noise (±) is what").count(), 1);
    assert_eq!(text.matches("A value's own interval says").count(), 1);
    let again = text.find("By the same rules; what was explained above holds here, too:");
    assert!(again > text.find("The noise (±) is what"), "{text}");
    let alone = write_report(&request(vec![settled(
        Factor::LearningRate,
        "0.01, 0.1",
        &[0.9, 0.97],
    )]));
    assert_eq!(alone.report_md.matches("The noise (±) is what").count(), 1);
    assert!(!alone.report_md.contains("explained above"));
}

/// A study names the chances that it weighed, and does so once.
#[wasm_bindgen_test(unsupported = test)]
fn what_was_weighed_is_named_once_a_study() {
    let of_norm = || settled(Factor::LayerNorm, "", &[0.9, 0.97]);
    let once = |text: &str| text.matches("Weighed: other training seeds").count();
    let insights = crate::study::insight::read_study(&of_norm()).insights;
    let all: Vec<&str> = insights.iter().map(|one| &*one.sentence).collect();
    assert!(once(&all.join(" ")) > 1, "{all:?}");
    assert_eq!(once(&write_report(&request(vec![of_norm()])).report_md), 1);
    let two = write_report(&request(vec![of_norm(), of_norm()]));
    assert_eq!(once(&two.report_md), 2);
}

#[wasm_bindgen_test(unsupported = test)]
fn captions_that_repeat_an_earlier_one_say_which() {
    let mut request = mixed();
    for (index, study) in request.studies.iter_mut().enumerate() {
        let [plot, others @ ..] = &mut study.plots[..] else {
            panic!("it has plots")
        };
        others
            .iter_mut()
            .for_each(|plot| plot.kind = PlotKind::Digits);
        plot.kind = PlotKind::Curves;
        plot.caption =
            format!("Study {index}. Lines are means. A ring marks the best. Own {index}.");
    }
    let text = write_report(&request).report_md;
    assert!(
        text.contains("Study 0. Lines are means. A ring marks the best. Own 0."),
        "{text}"
    );
    assert!(
        text.contains("Study 1. Axes and marks are those of Figure 1. Own 1."),
        "{text}"
    );
    assert_eq!(text.matches("The gap is").count(), 1);
}

#[wasm_bindgen_test(unsupported = test)]
fn words_agree_with_their_numbers() {
    let mut record = settled(Factor::LayerNorm, "", &[0.95, 0.97]);
    for (run, accuracies) in record.runs.iter_mut().zip([[0.85, 0.91], [0.92, 0.93]]) {
        let result = run.result.as_mut().expect("it has finished");
        for history in [&mut run.history, &mut result.history] {
            for (epoch, accuracy) in history.iter_mut().zip(accuracies) {
                epoch.validation_accuracy = accuracy;
            }
        }
    }
    let text = write_report(&request(vec![record])).report_md;
    let told = "reached after 1 epoch with layer normalisation on and after 2 with layer";
    assert!(text.contains(told), "{text}");
}

#[wasm_bindgen_test(unsupported = test)]
fn crossed_values_are_told_in_words() {
    let record = settled(Factor::DropoutLayerNorm, "0, 0.5", &[0.9, 0.97, 0.8, 0.85]);
    let text = write_report(&request(vec![record.clone(), record])).report_md;
    let named = "Dropout crossed with layer normalisation is varied";
    assert!(text.contains(named), "a factor is named once: {text}");
    let (report, across) = text.split_once("Across the studies").unwrap();
    assert!(
        report.contains("dropout 0 without normalisation"),
        "{report}"
    );
    assert!(
        !text.contains(", on)") && !text.contains(", off)"),
        "{text}"
    );
    assert!(
        across.contains("| dropout 0 with layer normalisation |"),
        "{across}"
    );
    assert!(text.contains("one factor at a time but for those that are crossed"));
}

#[wasm_bindgen_test(unsupported = test)]
fn the_data_name_the_test_set_that_was_looked_at() {
    let mut request = mixed();
    assert!(
        !write_report(&request)
            .report_md
            .contains("is a test set apart")
    );
    let record = &mut request.studies[0].record;
    record.final_test = Some(crate::message::FinalTest {
        value_index: 1,
        test_set: crate::message::DataSummary {
            name: "held.csv".into(),
            num_rows: 10_000,
            ..record.data.clone()
        },
        runs: Vec::new(),
        tested_at: String::new(),
        num_looks: 1,
    });
    let text = write_report(&request).report_md;
    assert!(
        text.contains("held.csv, 10,000 images, is a test set apart"),
        "{text}"
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn names_do_not_become_markup() {
    let text = files().report_md;
    assert!(text.contains(r"odd\_name \<b>|x.csv"), "{text}");
}

#[wasm_bindgen_test(unsupported = test)]
fn every_table_has_rows_as_long_as_its_header() {
    for block in write_report(&mixed()).blocks {
        if let Block::Table { header, rows, .. } = block {
            assert!(!rows.is_empty());
            assert!(
                rows.iter().all(|row| row.len() == header.len()),
                "{header:?}"
            );
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn every_plot_of_a_study_stands_in_the_report_once() {
    let mut request = mixed();
    for (index, study) in request.studies.iter_mut().enumerate() {
        for (plot, kind) in
            study
                .plots
                .iter_mut()
                .zip([PlotKind::Curves, PlotKind::Accuracy, PlotKind::Runs])
        {
            plot.kind = kind;
            plot.name = format!("{index}-{}", plot.name);
        }
    }
    let names: Vec<String> = request
        .studies
        .iter()
        .flat_map(|study| study.plots.iter().map(|plot| plot.name.clone()))
        .collect();
    let text = write_report(&request).report_md;
    for name in names {
        assert_eq!(
            text.matches(&format!("](plots/{name}.png)")).count(),
            1,
            "{name}"
        );
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_report_of_nothing_is_no_panic() {
    let files = write_report(&request(vec![]));
    assert_eq!(files.blocks.len(), 3);
    assert!(files.differences.is_empty());
}

#[wasm_bindgen_test(unsupported = test)]
fn a_baseline_whose_training_images_were_not_measured_says_so() {
    let mut request = mixed();
    let told = "training images were not read as the validation part is";
    let report = write_report(&request).report_md;
    assert!(report.contains(told), "{report}");
    let result = &mut request.baseline.as_mut().expect("it has one").result;
    result.clean = Some(crate::message::CleanFigures {
        num_images: 8_400,
        accuracy: 0.95,
        loss: 0.2,
    });
    assert!(!write_report(&request).report_md.contains(told));
}
