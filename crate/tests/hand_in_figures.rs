//! What a hand-in tells beside its runs, each figure edited in turn: intervals and what
//! follows from them, sentences, facts of its data, the plan in its settings. What follows from
//! the records in one way is compared, wherever it stands.
#![cfg(not(target_arch = "wasm32"))]

use crate::repeated::{self, Run, SPLIT, fixture};
use crate::studies::{come_to, request, sample_summary, study};
use inkling::check::{Holders, judge, read_hand_in};
use inkling::message::{
    CheckWish, Factor, HandIn, HandInFiles, ReportFiles, ReportStudy, StudyRecord, TrainedAgain,
};
use inkling::study::READING_VERSION;
use inkling::study::insight::read_study;
use inkling::study::record::derived;
use inkling::study::report::write_report;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Studies of which each run came to something else.
fn all() -> Vec<StudyRecord> {
    let factors = [
        (Factor::LearningRate, "0.01, 0.1, 1"),
        (Factor::BatchSize, "16, 64"),
        (Factor::DropoutLayerNorm, "0, 0.5"),
        (
            Factor::TwoFactors,
            "learning rate: 0.1, 0.2 × dropout: 0, 0.5",
        ),
    ];
    factors
        .map(|(factor, values)| varied(factor, values))
        .into()
}

fn varied(factor: Factor, values: &str) -> StudyRecord {
    let mut record = study(factor, values);
    record.final_test = None;
    record.plan.workers = 2;
    for (at, run) in record.runs.iter_mut().enumerate() {
        let (share, loss) = ((60 + 3 * (at % 9)) as f64 / 100.0, 1.7 - 0.0731 * at as f64);
        come_to(run, share, loss);
    }
    for spec in &mut record.plan.runs {
        spec.config.epochs = 2.0;
    }
    record.plan.baseline.epochs = 2.0;
    derived(&record)
}

fn report(studies: Vec<StudyRecord>) -> ReportFiles {
    let mut all = request(studies[0].clone());
    let part = |record| ReportStudy {
        record,
        plots: vec![],
    };
    all.studies = studies.into_iter().map(part).collect();
    write_report(&all)
}

fn texts(files: &ReportFiles) -> HandInFiles {
    HandInFiles {
        zip: "1.zip".into(),
        names: vec!["metrics.json".into()],
        metrics_json: Some(files.metrics_json.clone()),
        summary_csv: Some(files.summary_csv.clone()),
        metrics_csv: Some(files.metrics_csv.clone()),
        analysis_ipynb: Some(files.analysis_ipynb.clone()),
        report_md: Some(files.report_md.clone()),
        settings_json: Some(files.settings_json.clone()),
    }
}

fn wish() -> CheckWish {
    CheckWish {
        data: sample_summary().checksum,
        num_rows: 100,
        summary: Some(sample_summary()),
        sample: None,
        budget: 1e9,
        assignment: None,
    }
}

fn read(files: &ReportFiles) -> HandIn {
    let read = read_hand_in(&texts(files), &wish());
    assert_eq!(read.fault, "");
    read
}

/// The verdict where each run comes out again as it is told.
fn verdict(hand_in: &HandIn) -> String {
    let again = |run: &inkling::message::HandedRun| TrainedAgain {
        key: run.key.clone(),
        result: Some(run.result.clone()),
        why: String::new(),
    };
    let again: Vec<TrainedAgain> = hand_in.runs.iter().map(again).collect();
    let of_key = |key: &str| again.iter().find(|one| one.key == key);
    let data = sample_summary().checksum;
    judge(hand_in, &data, of_key, &Holders::default()).verdict
}

fn with_records(files: &ReportFiles, path: &str, edited: Value) -> ReportFiles {
    let mut metrics: Value = serde_json::from_str(&files.metrics_json).unwrap();
    let place = metrics
        .pointer_mut(path)
        .unwrap_or_else(|| panic!("{path}"));
    assert_ne!(*place, edited, "{path}");
    *place = edited;
    ReportFiles {
        metrics_json: metrics.to_string(),
        ..files.clone()
    }
}

const FOREIGN: &str = "figures in the report do not belong to its own records";

#[test]
fn what_stands_beside_the_runs_follows_from_them() {
    assert_eq!(read(&report(all())).foreign, Vec::<String>::new());
    let files = report(vec![varied(Factor::LearningRate, "0.01, 0.1, 1")]);
    assert_eq!(verdict(&read(&files)), "same bits");
    let value = "study 1, value 0.1";
    let edits = [
        ("studies/0/figures/1/interval_low", json!(0.74), value),
        ("studies/0/figures/1/interval_high", json!(0.76), value),
        ("studies/0/figures/1/interval_high", Value::Null, value),
        ("studies/0/figures/1/secs", json!(0.5), value),
        ("studies/0/figures/1/num_diverged", json!(1), value),
        ("studies/0/figures/1/state", json!("diverged"), value),
        ("studies/0/figures/1/axis", json!(0.2), value),
        (
            "studies/0/insights/items/0/sentence",
            json!("1 is the best rate by far."),
            "study 1, sentence 1",
        ),
        (
            "studies/0/insights/items/0/numbers/0/value",
            json!(99.9),
            "study 1, sentence 1",
        ),
        (
            "studies/0/values/0/axis",
            json!(17.0),
            "study 1, its values",
        ),
        ("studies/0/seeds/1", json!(7), "study 1, seeds"),
        (
            "studies/0/runs/0/settings/dropout",
            json!(0.1),
            "study 1, settings of run 1",
        ),
        ("studies/0/data/num_rows", json!(42), "study 1, its data"),
        (
            "studies/0/data/class_counts/3",
            json!(40),
            "study 1, its data",
        ),
        ("studies/0/data/task/side", json!(8), "study 1, its data"),
    ];
    for (path, edited, place) in edits {
        let told = read(&with_records(&files, &format!("/{path}"), edited));
        assert!(
            told.foreign.contains(&place.to_string()),
            "{path}: found {:?}",
            told.foreign
        );
        assert_eq!(verdict(&told), FOREIGN, "{path}");
    }
    let mut plan = files.clone();
    plan.settings_json = plan.settings_json.replacen("ndarray", "webgpu", 1);
    assert_eq!(verdict(&read(&plan)), FOREIGN);
}

/// Every digit of a figure, in the report and both tables, one after the other.
#[test]
fn no_figure_of_the_report_can_be_edited() {
    let files = report(vec![varied(Factor::LearningRate, "0.01, 0.1, 1")]);
    let is_prose = |line: &str| {
        // The person's own words, pictures, and who hands it in.
        line.starts_with(['>', '!', '#']) || line.starts_with("**Figure") || line.starts_with("By ")
    };
    let check = |name: &str, text: &str, of: &dyn Fn(String) -> ReportFiles| {
        let mut num_edited = 0;
        for (number, line) in text.lines().enumerate() {
            let digits: Vec<usize> = line
                .char_indices()
                .filter(|(_, letter)| letter.is_ascii_digit())
                .map(|(at, _)| at)
                .collect();
            if digits.is_empty() || (name == "report.md" && is_prose(line)) {
                continue;
            }
            // The first digit, the last and one between: each line is checked as a whole.
            for at in [
                digits[0],
                digits[digits.len() / 2],
                digits[digits.len() - 1],
            ] {
                let mut edited = line.to_string();
                let new = if line.as_bytes()[at] == b'9' {
                    "8"
                } else {
                    "9"
                };
                edited.replace_range(at..=at, new);
                let before = &line[..at];
                // Numbers of figures and tables follow from the pictures.
                if before.ends_with("Figure ") || before.ends_with("Table ") {
                    continue;
                }
                let lines = text.lines().enumerate();
                let all: Vec<&str> = lines
                    .map(|(other, line)| if other == number { &*edited } else { line })
                    .collect();
                let found = read(&of(all.join("\n"))).foreign;
                let is_told = found.iter().any(|place| place.starts_with(name));
                assert!(is_told, "{name}, line {}: {edited}", number + 1);
                num_edited += 1;
            }
        }
        assert!(num_edited >= 15, "{name}: {num_edited} digits were edited");
    };
    let with = |edit: fn(&mut ReportFiles, String)| {
        let files = files.clone();
        move |text: String| {
            let mut edited = files.clone();
            edit(&mut edited, text);
            edited
        }
    };
    let summary = with(|files, text| files.summary_csv = text);
    check("summary.csv", &files.summary_csv, &summary);
    let metrics = with(|files, text| files.metrics_csv = text);
    check("metrics.csv", &files.metrics_csv, &metrics);
    let report = with(|files, text| files.report_md = text);
    check("report.md", &files.report_md, &report);
}

/// Reports have the version of their rules; another one's intervals are nobody's forgery, and
/// nobody vouches for them either.
#[test]
fn intervals_by_other_rules_are_not_compared() {
    let files = report(vec![varied(Factor::LearningRate, "0.01, 0.1, 1")]);
    let edited = with_records(&files, "/studies/0/figures/1/interval_low", json!(0.5));
    let other = with_records(&edited, "/reading_version", json!(READING_VERSION + 1));
    assert_eq!(read(&other).foreign, Vec::<String>::new());
    let by_rules_of = |version: u32| {
        format!(
            "same bits, but its intervals and sentences are by rules of version {version}, not \
             {READING_VERSION}, and cannot be compared"
        )
    };
    assert_eq!(verdict(&read(&other)), by_rules_of(READING_VERSION + 1));
    // Older reports name none and are of the first one.
    let mut metrics: Value = serde_json::from_str(&edited.metrics_json).unwrap();
    metrics.as_object_mut().unwrap().remove("reading_version");
    let older = ReportFiles {
        metrics_json: metrics.to_string(),
        ..files.clone()
    };
    assert_eq!(read(&older).foreign, Vec::<String>::new());
    assert_eq!(verdict(&read(&older)), by_rules_of(1));
}

/// What a study was planned with stands in the settings alone; without them figures still count.
#[test]
fn without_settings_only_figures_are_compared() {
    let request = request(varied(Factor::BatchSize, "16, 64"));
    let files = write_report(&request);
    let read = |report_md: String| {
        let hand_in = HandInFiles {
            settings_json: None,
            report_md: Some(report_md),
            ..texts(&files)
        };
        read_hand_in(&hand_in, &wish()).foreign
    };
    assert_eq!(read(files.report_md.clone()), Vec::<String>::new());
    let row = files
        .report_md
        .lines()
        .find(|line| line.starts_with("| 16 | "));
    let (row, low) = (row.unwrap(), files.report_md.replace("±", "±9"));
    assert!(row.contains("±"), "{row}");
    let found = read(low);
    assert!(found[0].starts_with("report.md, line"), "{found:?}");
}

/// Whoever changes how runs are read raises [`READING_VERSION`], and writes the checksum here.
#[test]
fn the_same_runs_are_read_alike_by_rules_of_one_version() {
    let files = report(all());
    let metrics: Value = serde_json::from_str(&files.metrics_json).unwrap();
    let studies = metrics["studies"].as_array().unwrap().iter();
    let read: Vec<String> = studies
        .map(|study| json!([study["figures"], study["insights"]["items"]]).to_string())
        .collect();
    // And real ones, under one seed to ten each.
    let (labels, runs) = fixture();
    let real = [1, 2, 3, 5, 10].map(|num_seeds| {
        let of = |setting: usize| -> Vec<&Run> {
            let its = runs.iter().filter(|run| run.setting == setting);
            its.filter(|run| run.split == SPLIT)
                .take(num_seeds)
                .collect()
        };
        let is_enough = |its: &Vec<&Run>| its.len() == num_seeds;
        let values = (0..labels.len()).map(of).filter(is_enough).take(6);
        let reading = read_study(&repeated::study(&values.collect::<Vec<_>>(), false));
        serde_json::to_string(&reading).unwrap()
    });
    let found = Sha256::digest(read.concat() + &real.concat());
    let found: String = found[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!((READING_VERSION, &*found), (3, "38eb49b780c49461"));
}
