//! Reports of every kind of study as `check` reads them: of an honest one no figure is
//! foreign, whatever it holds, and a figure that is edited in it is.
#![cfg(not(target_arch = "wasm32"))]

mod studies;

use inkling::check::read_hand_in;
use inkling::message::{
    CheckWish, Factor, FailureKind, HandInFiles, Outcome, ReportBaseline, ReportFiles,
    ReportRequest, ReportStudy, RunState, StudyRecord,
};
use inkling::study::record::derived;
use inkling::study::report::write_report;
use studies::{request, study};

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
        run.spec.config.epochs = 2.0;
        let result = run.result.as_mut().unwrap();
        for history in [&mut run.history, &mut result.history] {
            history[0].validation_accuracy = share - 0.1;
            history[1].validation_accuracy = share;
            history[1].validation_loss = loss;
        }
        result.validation_accuracy = share;
        result.best_validation_accuracy = share;
        result.validation_loss = loss;
        result.correct = String::new();
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
    request.baseline = Some(ReportBaseline {
        data: record.data.clone(),
        config: record.runs[0].spec.config.clone(),
        result: record.runs[0].result.clone().unwrap(),
        remarks: "> Its final validation accuracy is 99 %.".into(),
        evaluations: vec![],
        plots: vec![],
    });
    request
}

/// Places whose figures are not of the records.
fn foreign(files: &ReportFiles, report_md: &str) -> Vec<String> {
    let hand_in = HandInFiles {
        zip: "1.zip".into(),
        names: vec!["metrics.json".into()],
        metrics_json: Some(files.metrics_json.clone()),
        summary_csv: Some(files.summary_csv.clone()),
        metrics_csv: Some(files.metrics_csv.clone()),
        analysis_ipynb: Some(files.analysis_ipynb.clone()),
        report_md: Some(report_md.into()),
    };
    let wish = CheckWish {
        data: String::new(),
        num_rows: 100,
        sample: None,
        budget: 1e9,
        assignment: None,
    };
    let read = read_hand_in(&hand_in, &wish);
    assert_eq!(read.fault, "");
    read.foreign
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
