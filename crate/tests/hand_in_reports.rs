//! Reports of every kind of study as `check` reads them: of an honest one no figure is
//! foreign, whatever it holds, and a figure that is edited in it is.
#![cfg(not(target_arch = "wasm32"))]

use crate::studies::{come_to, request, study};
use inkling::check::{Holders, judge, read_hand_in};
use inkling::message::{
    CalibrationBin, CheckWish, CleanFigures, Evaluation, Factor, FailureKind, HandIn, HandInFiles,
    Outcome, ReportBaseline, ReportEvaluation, ReportFiles, ReportRequest, ReportStudy, RunResult,
    RunState, StudyRecord, TrainedAgain,
};
use inkling::statistics::proportion::wilson;
use inkling::study::record::derived;
use inkling::study::report::write_report;
use inkling::train::evaluation::counted;
use serde_json::{Value, json};

/// A study whose runs all came to something else; one diverged and one is missing.
fn varied(factor: Factor, values: &str, is_whole: bool) -> StudyRecord {
    let mut record = study(factor, values);
    record.final_test = None;
    record.remarks = "| a | validation accuracy | validation loss | best (epoch) |\n| --- | --- | \
                      --- | --- |\n| 1 | 99.99 % | 0 | 1 |\n\n- Its final validation accuracy is 1"
        .into();
    let num_runs = record.runs.len();
    for (at, run) in record.runs.iter_mut().enumerate() {
        let share = 0.5 + 0.0137 * at as f64;
        let loss = 1.7 - 0.0731 * at as f64;
        come_to(run, share, loss);
        if is_whole {
            continue;
        }
        if at + 1 == num_runs {
            run.state = RunState::Waiting;
            run.history.clear();
            run.result = None;
        } else if at + 2 == num_runs {
            run.state = RunState::Diverged;
            run.history.clear();
            let result = run.result.as_mut().unwrap();
            result.history.clear();
            result.outcome = Outcome::Failed;
            result.failure = Some(inkling::message::Failure {
                kind: FailureKind::NotANumber,
                epoch: 1,
                step: 3,
            });
        }
    }
    for spec in &mut record.plan.runs {
        spec.config.epochs = 2.0;
    }
    record.plan.baseline.epochs = 2.0;
    derived(&record)
}

fn all_studies(is_whole: bool) -> Vec<StudyRecord> {
    [
        (Factor::LearningRate, "0.01, 0.1, 1"),
        (Factor::BatchSize, "16, 64"),
        (Factor::Dropout, "0, 0.5"),
        (Factor::LayerNorm, "off, on"),
        (Factor::HiddenLayers, "32; 64,32"),
        (Factor::DropoutLayerNorm, "0, 0.5"),
    ]
    .map(|(factor, values)| varied(factor, values, is_whole))
    .into()
}

fn with_baseline(mut request: ReportRequest) -> ReportRequest {
    let record = &request.studies[0].record;
    let result = record.runs[0].result.clone().unwrap();
    request.baseline = Some(ReportBaseline {
        data: record.data.clone(),
        config: record.runs[0].spec.config.clone(),
        result: result.clone(),
        remarks: "> Its final validation accuracy is 99 %.".into(),
        evaluations: vec![ReportEvaluation {
            is_test: false,
            name: "Validation part".into(),
            figures: evaluation(&result),
            num_looks: 1,
        }],
        plots: vec![],
    });
    request
}

/// Of a run's validation part: all images are of two classes and none was read as a third, and
/// no reading was uncertain.
fn evaluation(result: &RunResult) -> Evaluation {
    let bin = |low: f64, num_rows: u32, share: f64| CalibrationBin {
        low,
        high: low + 0.5,
        num_rows,
        confidence: share,
        accuracy: share,
    };
    let (num_rows, share) = (result.num_validation, result.validation_accuracy);
    let num_right = (f64::from(num_rows) * share).round() as u32;
    let mut confusion = vec![0; 100];
    (confusion[0], confusion[10]) = (num_right, num_rows - num_right);
    let bins = vec![bin(0.0, 0, f64::NAN), bin(0.5, num_rows, share)];
    counted(confusion, result.validation_loss, bins)
}

/// What is read of a hand-in with these texts.
fn read(files: &ReportFiles, report_md: &str) -> HandIn {
    let hand_in = HandInFiles {
        zip: "1.zip".into(),
        names: vec!["metrics.json".into()],
        metrics_json: Some(files.metrics_json.clone()),
        summary_csv: Some(files.summary_csv.clone()),
        metrics_csv: Some(files.metrics_csv.clone()),
        analysis_ipynb: Some(files.analysis_ipynb.clone()),
        report_md: Some(report_md.into()),
        settings_json: Some(files.settings_json.clone()),
    };
    let wish = CheckWish {
        data: crate::studies::sample_summary().checksum,
        num_rows: 100,
        summary: Some(crate::studies::sample_summary()),
        sample: None,
        budget: 1e9,
        assignment: None,
    };
    let read = read_hand_in(&hand_in, &wish);
    assert_eq!(read.fault, "");
    read
}

/// Places whose figures are not of the records.
fn foreign(files: &ReportFiles, report_md: &str) -> Vec<String> {
    read(files, report_md).foreign
}

#[test]
fn an_honest_report_has_no_foreign_figure() {
    for is_whole in [true, false] {
        let all = all_studies(is_whole);
        let mut together = request(all[0].clone());
        together.studies = all
            .iter()
            .map(|record| ReportStudy {
                record: record.clone(),
                plots: vec![],
            })
            .collect();
        let alone = all.iter().map(|record| request(record.clone()));
        for request in alone.chain([with_baseline(together)]) {
            let files = write_report(&request);
            let found = foreign(&files, &files.report_md);
            assert_eq!(found, Vec::<String>::new(), "{}", files.report_md);
        }
    }
}

/// A count, with all that follows from it, in the records and in the report alike.
#[test]
fn an_evaluation_is_of_its_counts_and_of_the_baseline() {
    let told = |edit: &dyn Fn(&mut ReportEvaluation)| {
        let mut request = with_baseline(request(all_studies(true)[0].clone()));
        edit(&mut request.baseline.as_mut().unwrap().evaluations[0]);
        let files = write_report(&request);
        foreign(&files, &files.report_md)
    };
    let counts = |figures: &mut Evaluation, num_right: u32| {
        let mut confusion = figures.confusion.clone();
        (confusion[0], confusion[10]) = (num_right, figures.num_rows - num_right);
        *figures = counted(confusion, figures.loss, figures.calibration.clone());
    };
    let place = ["baseline, its evaluation"];
    assert!(told(&|_| {}).is_empty());
    assert_eq!(told(&|one| counts(&mut one.figures, 90)), place);
    assert_eq!(told(&|one| one.figures.accuracy = 0.9), place);
    assert_eq!(told(&|one| one.figures.classes[0].precision = 1.0), place);
    assert_eq!(
        told(&|one| one.figures.confusion = vec![u32::MAX; 100]),
        place
    );
    assert_eq!(told(&|one| one.figures.confusion = vec![]), place);
    // A test set's images are the person's own.
    let other = |one: &mut ReportEvaluation| {
        one.is_test = true;
        counts(&mut one.figures, 90);
    };
    assert!(told(&other).is_empty());
}

#[test]
fn a_figure_that_is_edited_in_the_report_is_found() {
    let all = all_studies(true);
    let mut together = with_baseline(request(all[0].clone()));
    together.studies.push(ReportStudy {
        record: all[3].clone(),
        plots: vec![],
    });
    let files = write_report(&together);
    let report = &files.report_md;
    let phrases = [
        "validation accuracy is ",
        "training accuracy is ",
        "training loss ",
        "best epoch is ",
    ];
    let mut num_edited = 0;
    for (at, line) in report.lines().enumerate() {
        let is_row = line.starts_with("| ")
            && line.contains(" % | ")
            && !line.contains("validation accuracy")
            && !line.contains("validation share");
        let is_sentence = line.starts_with("- ");
        let is_baseline = line.starts_with("The baseline was trained");
        // Where figures begin: of a row its first percentage, of a sentence its first digit.
        let begins = if is_row {
            let end = line.find(" % | ").unwrap();
            vec![line[..end].rfind(' ').unwrap()]
        } else if is_baseline {
            let found = phrases.map(|phrase| line.find(phrase).unwrap() + phrase.len());
            found.into()
        } else if is_sentence {
            vec![0]
        } else {
            vec![]
        };
        for begin in begins {
            let is_digit = |letter: char| letter.is_ascii_digit();
            let Some(digit) = line[begin..].find(is_digit) else {
                continue;
            };
            let place = begin + digit;
            let new = if line.as_bytes()[place] == b'9' {
                "8"
            } else {
                "9"
            };
            let mut edited = line.to_string();
            edited.replace_range(place..=place, new);
            let lines = report.lines().enumerate();
            let text: Vec<&str> = lines
                .map(|(other, line)| if other == at { &*edited } else { line })
                .collect();
            let expected = vec![format!("report.md, line {}", at + 1)];
            assert_eq!(foreign(&files, &text.join("\n")), expected, "{edited}");
            num_edited += 1;
        }
    }
    assert!(num_edited >= 12, "{num_edited} figures were edited");
}

/// A value's run that stayed at chance is left out of its figures where another seed learned.
#[test]
fn an_honest_report_may_leave_out_a_run_that_learned_nothing() {
    let mut record = varied(Factor::LearningRate, "0.1, 1", true);
    for run in [0, 2] {
        let run = &mut record.runs[run];
        let result = run.result.as_mut().unwrap();
        for history in [&mut run.history, &mut result.history] {
            history[0].validation_accuracy = 0.09;
            history[1].validation_accuracy = 0.1;
        }
        result.validation_accuracy = 0.1;
        result.best_validation_accuracy = 0.1;
        (result.interval_low, result.interval_high) = wilson(0.1, 100.0);
    }
    let record = derived(&record);
    let files = write_report(&request(record.clone()));
    let told: Value = serde_json::from_str(&files.metrics_json).unwrap();
    let figures = &told["studies"][0]["figures"][0];
    assert_eq!(figures["num_finished"], 1, "{figures}");
    assert_eq!(foreign(&files, &files.report_md), Vec::<String>::new());
}

/// The report with its records edited, and nothing else.
fn with_records(files: &ReportFiles, edit: impl FnOnce(&mut Value)) -> ReportFiles {
    let mut metrics = serde_json::from_str(&files.metrics_json).unwrap();
    edit(&mut metrics);
    ReportFiles {
        metrics_json: metrics.to_string(),
        ..files.clone()
    }
}

#[test]
fn a_figure_that_is_edited_in_the_records_is_found() {
    let files = write_report(&request(varied(Factor::LearningRate, "0.1, 1", true)));
    let run = "/studies/0/runs/0";
    let value = "/studies/0/figures/0";
    let (of_run, of_value) = ("study 1, run 1", "study 1, value 0.1");
    let edits = [
        (run, "result/best_epoch", json!(1), of_run),
        (run, "result/generalisation_gap", json!(0.001), of_run),
        (run, "result/interval_low", json!(0.49), of_run),
        (run, "result/interval_high", json!(0.99), of_run),
        (run, "result/num_steps", json!(9), of_run),
        (run, "seed", json!(7), of_run),
        (run, "state", json!("stopped"), of_run),
        (run, "weights_checksum", json!("0123456789abcdee"), of_run),
        (run, "value", json!("0.2"), of_run),
        (value, "final_accuracy", json!(0.9), of_value),
        (value, "final_loss", json!(0.1), of_value),
        (value, "final_deviation", json!(0.0), of_value),
        (value, "best_epoch", json!(1.0), of_value),
        (value, "gap", json!(0.0), of_value),
        (value, "epochs_to_90", json!(2.0), of_value),
        (value, "epochs_to_95", json!(2.0), of_value),
    ];
    for (part, path, edited, place) in edits {
        let path = format!("{part}/{path}");
        let files = with_records(&files, |metrics| {
            let figure = metrics
                .pointer_mut(&path)
                .unwrap_or_else(|| panic!("{path}"));
            assert_ne!(*figure, edited, "{path}");
            *figure = edited;
        });
        let found = foreign(&files, &files.report_md);
        assert!(
            found.contains(&place.to_string()),
            "{path}: found {found:?}"
        );
    }
}

/// The verdict on a hand-in whose first run is as `edit` makes it, where every run comes out
/// again as it was.
fn verdict(edit: impl Fn(&mut Value)) -> String {
    let files = write_report(&request(varied(Factor::LearningRate, "0.1, 1", true)));
    let told = read(&files, &files.report_md);
    let again: Vec<TrainedAgain> = told
        .runs
        .iter()
        .map(|run| TrainedAgain {
            key: run.key.clone(),
            result: Some(run.result.clone()),
            why: String::new(),
        })
        .collect();
    let edited = with_records(&files, |metrics| {
        edit(&mut metrics["studies"][0]["runs"][0])
    });
    let hand_in = read(&edited, &edited.report_md);
    let data = crate::studies::sample_summary().checksum;
    let of_key = |key: &str| again.iter().find(|one| one.key == key);
    let verdict = judge(&hand_in, &data, of_key, &Holders::default());
    verdict.runs[0].verdict.clone()
}

#[test]
fn what_training_again_does_not_give_is_not_the_same_bits() {
    const FOREIGN: &str = "figures in the report do not belong to its own records";
    assert_eq!(verdict(|_| {}), "same bits");
    // Of this sample nothing else in the records tells.
    let clean = CleanFigures {
        num_images: 100,
        accuracy: 0.8,
        loss: 0.4,
    };
    assert_eq!(
        verdict(|run| run["result"]["clean"] = json!(clean)),
        FOREIGN
    );
    assert_eq!(
        verdict(|run| run["result"]["backend"] = "cuda".into()),
        "trained on “cuda”, which Inkling does not have"
    );
    // A model that was left within an epoch cannot be had again, nor can its figures.
    let stopped = |run: &mut Value| {
        run["state"] = "stopped".into();
        run["result"]["outcome"] = "stopped".into();
    };
    assert_eq!(verdict(stopped), "same bits");
    let better = |run: &mut Value| {
        stopped(run);
        run["result"]["validation_accuracy"] = 0.99.into();
        run["result"]["weights_checksum"] = "0123456789abcdee".into();
    };
    assert_eq!(
        verdict(better),
        "same bits up to epoch 2, then stopped: what it had come to cannot be compared"
    );
}
