//! The program as a person calls it: what it writes, says and exits with.
#![cfg(all(feature = "cli", feature = "ndarray"))]

mod hand_ins;
mod terminal;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Output;

use flate2::Compression;
use flate2::write::GzEncoder;
use inkling::message::StudyRecord;
use serde_json::Value;
use terminal::{call, said, status, table, with_data};
use zip::write::SimpleFileOptions;

const QUICK: &str = "--epochs 2 --hidden-layers 16 --batch-size 32 --learning-rate 0.1";

/// The lines of `--json`, each of which is one value.
fn lines(output: &Output) -> Vec<Value> {
    let (text, wrong) = said(output);
    assert_eq!(status(output), 0, "{wrong}");
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn last(output: &Output) -> Value {
    lines(output).pop().unwrap()
}

#[test]
fn a_run_comes_out_as_its_card_says_from_any_container() {
    let folder = with_data("train");
    let text = fs::read(folder.join("train.csv")).unwrap();
    let mut gzip = GzEncoder::new(vec![], Compression::fast());
    gzip.write_all(&text).unwrap();
    fs::write(folder.join("train.csv.gz"), gzip.finish().unwrap()).unwrap();
    let file = fs::File::create(folder.join("digits.zip")).unwrap();
    let mut zip = zip::ZipWriter::new(file);
    for (name, content) in [("__MACOSX/train.csv", &b"x"[..]), ("train.csv", &text)] {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap();

    let words = format!("--json train --data train.csv {QUICK} --out run.json --model m.bpk");
    let events = lines(&call(&folder, &words));
    let kinds: Vec<&str> = events
        .iter()
        .map(|event| event["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == "epoch").count(), 2);
    let ended = events.last().unwrap();
    assert_eq!(
        (&ended["kind"], &ended["outcome"]),
        (&"ended".into(), &"finished".into())
    );
    let kept = json(&folder.join("run.json"));
    let record = &kept["runs"][0]["record"];
    assert_eq!(
        record["result"]["weights_checksum"],
        ended["weights_checksum"]
    );
    assert_eq!(record["config"]["epochs"], 2.0);

    let weights = ended["weights_checksum"].as_str().unwrap();
    let data = record["data_checksum"].as_str().unwrap();
    let card = |weights: &str| {
        format!(
            "Inkling: 0.1.0\nLink: https://a.example/?epochs=2&hidden_layers=16&batch_size=32&\
             learning_rate=0.1&backend=ndarray&data={data}&weights={weights}\n"
        )
    };
    fs::write(folder.join("card.txt"), card(weights)).unwrap();
    for file in [
        "train.csv.gz",
        "digits.zip",
        "train.csv --threads 1",
        "train.csv --threads 3",
    ] {
        let output = call(&folder, &format!("train --data {file} --card card.txt"));
        let (told, wrong) = said(&output);
        assert_eq!(status(&output), 0, "{wrong}");
        assert!(
            told.contains("The same weights as the card's, to the last bit."),
            "{told}"
        );
    }
    fs::write(folder.join("card.txt"), card("0123456789abcdef")).unwrap();
    let output = call(&folder, "train --data train.csv --card card.txt");
    assert_eq!(status(&output), 3);
    assert!(said(&output).0.contains("Not the weights of the card"));
}

#[test]
fn a_fault_is_a_sentence_and_a_status() {
    let folder = with_data("faults");
    let cases = [
        (
            "train --data train.csv --epochs 0",
            1,
            "epochs: found 0, expected a whole number from 1 to 1,000",
        ),
        (
            "train --data train.csv --threads 0",
            1,
            "--threads: found 0, expected at least 1",
        ),
        (
            "train --data train.csv --backend webgpu",
            1,
            "backend: found another one",
        ),
        ("train --data none.csv", 1, "none.csv: "),
        (
            "train --data train.csv --query ?epoks=1",
            1,
            "query: found \"epoks\"",
        ),
        ("train --data train.csv --epoks 1", 2, "--epochs"),
        ("train", 2, "--data"),
        ("study none.json --data train.csv", 1, "none.json: "),
        ("report train.csv", 1, "train.csv: "),
        (
            "evaluate --model train.csv --data train.csv",
            1,
            "train.csv",
        ),
    ];
    for (words, expected, sentence) in cases {
        let output = call(&folder, words);
        let (_, wrong) = said(&output);
        assert_eq!(status(&output), expected, "{words}: {wrong}");
        assert!(wrong.contains(sentence), "{words}: {wrong}");
    }
    // A run that fails is one that was done, and came to nothing.
    let words = "train --data train.csv --hidden-layers 64,64,64,64 --learning-rate 90";
    let output = call(&folder, words);
    assert_eq!(status(&output), 3);
    assert!(said(&output).0.contains("A learning rate that is too high"));
}

fn studies(path: &Path) -> Vec<StudyRecord> {
    serde_json::from_value(json(path)["studies"].take()).unwrap()
}

/// What two calls must agree in: everything but the clock.
fn figures(study: &StudyRecord) -> Vec<(String, Vec<u64>)> {
    let of_run = |run: &inkling::message::StudyRun| {
        let result = run.result.as_ref().unwrap();
        let curve = result
            .history
            .iter()
            .map(|epoch| epoch.validation_loss.to_bits());
        (result.weights_checksum.clone(), curve.collect())
    };
    study.runs.iter().map(of_run).collect()
}

#[test]
fn a_study_goes_on_where_it_was_and_parts_of_it_are_the_whole() {
    let folder = with_data("study");
    let plan = r#"{"factor": "learning_rate", "values": "0.05, 0.1, 0.2",
        "baseline": {"epochs": 1, "batch_size": 32, "hidden_layers": "12"}}"#;
    fs::write(folder.join("plan.json"), plan).unwrap();
    let output = call(
        &folder,
        "study plan.json --data train.csv --out whole.json --threads 2",
    );
    assert_eq!(status(&output), 0, "{:?}", said(&output));
    assert!(said(&output).0.contains("3 of 3 runs are finished"));
    let whole = &studies(&folder.join("whole.json"))[0];
    assert_eq!(whole.plan.values.len(), 3);

    let output = call(
        &folder,
        "run plan.json --run 2 --data train.csv --out parts.json",
    );
    assert_eq!(status(&output), 0, "{:?}", said(&output));
    let part = &studies(&folder.join("parts.json"))[0];
    let has_result = |run: &inkling::message::StudyRun| run.result.is_some();
    assert_eq!(
        part.runs.iter().map(has_result).collect::<Vec<_>>(),
        [false, true, false]
    );
    // The rest of it; what is finished stands as it is, clock and all.
    let output = call(
        &folder,
        "--json study plan.json --data train.csv --out parts.json",
    );
    let ended = lines(&output)
        .iter()
        .filter(|event| event["kind"] == "ended")
        .count();
    assert_eq!(ended, 2);
    let parts = &studies(&folder.join("parts.json"))[0];
    assert_eq!(parts.runs[1], part.runs[1]);
    assert_eq!(figures(parts), figures(whole));
    assert_eq!(parts.id, whole.id);

    let output = call(&folder, "run plan.json --run 4 --data train.csv");
    assert_eq!(status(&output), 1);
    assert!(said(&output).1.contains("--run: found 4, expected 1 to 3"));

    let output = call(&folder, "report whole.json --id 1001 --out texts");
    assert_eq!(status(&output), 0, "{:?}", said(&output));
    let metrics = json(&folder.join("texts/metrics.json"));
    assert_eq!(metrics["studies"][0]["runs"].as_array().unwrap().len(), 3);
    let report = fs::read_to_string(folder.join("texts/report.md")).unwrap();
    assert!(report.contains("learning rate"), "{report}");
    let output = call(&folder, "study whole.json --data texts/summary.csv");
    assert_eq!(status(&output), 1, "data that are no images are refused");
}

#[test]
fn a_model_reads_a_set_and_predicts_another() {
    let folder = with_data("models");
    fs::write(folder.join("unlabelled.csv"), table(7, false)).unwrap();
    let words = format!("--json train --data train.csv {QUICK} --model m.safetensors");
    last(&call(&folder, &words));
    let figures = last(&call(
        &folder,
        "--json evaluate --model m.safetensors --data train.csv",
    ));
    assert_eq!(figures["num_rows"], 400);
    let accuracy = figures["accuracy"].as_f64().unwrap();
    // Always naming the commonest class comes to about a tenth.
    assert!(accuracy > 0.5, "{accuracy}");
    let output = call(
        &folder,
        "predict --model m.safetensors --data unlabelled.csv --out s.csv",
    );
    assert_eq!(status(&output), 0, "{:?}", said(&output));
    let table = fs::read_to_string(folder.join("s.csv")).unwrap();
    let rows: Vec<&str> = table.lines().collect();
    assert_eq!((rows.len(), rows[0]), (8, "ImageId,Label"));
    assert!(
        rows[1].starts_with("1,") && rows[7].starts_with("7,"),
        "{table}"
    );
    let output = call(
        &folder,
        "evaluate --model m.safetensors --data unlabelled.csv",
    );
    assert_eq!(status(&output), 1);
}

#[test]
fn several_models_are_read_as_a_committee_from_their_files_or_from_one() {
    let folder = with_data("committee");
    for seed in [1, 2, 3] {
        let words =
            format!("--json train --data train.csv {QUICK} --seed {seed} --model {seed}.bpk");
        last(&call(&folder, &words));
    }
    let evaluated = |models: &str| {
        let words = format!("--json evaluate {models} --data train.csv");
        last(&call(&folder, &words))
    };
    let all = evaluated("--model 1.bpk --model 2.bpk --model 3.bpk");
    assert_eq!(all["num_rows"], 400);
    let losses = [1, 2, 3].map(|seed| {
        let alone = evaluated(&format!("--model {seed}.bpk"));
        alone["loss"].as_f64().unwrap()
    });
    // −ln is convex: of the mean it is at most the mean, and of other networks less.
    let loss = all["loss"].as_f64().unwrap();
    let mean = losses.iter().sum::<f64>() / 3.0;
    assert!(loss < mean - 1e-4, "{loss} of {losses:?}");

    let words = "committee --model 1.bpk --model 2.bpk --out two.safetensors";
    let output = call(&folder, words);
    assert_eq!(status(&output), 0, "{:?}", said(&output));
    assert!(said(&output).0.contains("two.safetensors holds 2 networks"));
    assert_eq!(evaluated("--model two.safetensors --model 3.bpk"), all);
    let output = call(&folder, "committee --model 1.bpk");
    assert_eq!(status(&output), 1);
    assert!(
        said(&output)
            .1
            .contains("--model: found 1 network, expected 2 or more")
    );
}
