//! `inkling check`: what it says of hand-ins that are honest, edited, copied and hostile.
//! Over 400 lines: each kind of hand-in, and the helpers that make them.
#![cfg(all(feature = "cli", feature = "ndarray"))]

use std::fs;
use std::io::Write;
use std::path::Path;

use crate::terminal::{call, said, status, table, with_data};
use serde_json::Value;
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

/// Trains a study of two rates under a seed, and has its report written.
fn texts(folder: &Path, seed: u32, data: &str) -> Vec<(String, String)> {
    let plan = format!(
        r#"{{"factor": "learning_rate", "values": "0.05, 0.1", "baseline":
            {{"epochs": 3, "batch_size": 32, "hidden_layers": "12", "seed": {seed}}}}}"#
    );
    fs::write(folder.join("plan.json"), plan).unwrap();
    let _ = fs::remove_file(folder.join("studies.json"));
    let output = call(folder, &format!("study plan.json --data {data}"));
    assert_eq!(status(&output), 0, "{:?}", said(&output));
    report(folder, seed)
}

/// The texts of the study that was trained last.
fn report(folder: &Path, id: u32) -> Vec<(String, String)> {
    let words = format!("report studies.json --id {id} --out texts");
    let output = call(folder, &words);
    assert_eq!(status(&output), 0, "{:?}", said(&output));
    [
        "metrics.json",
        "summary.csv",
        "metrics.csv",
        "report.md",
        "settings.json",
    ]
    .map(|name| {
        let text = fs::read_to_string(folder.join("texts").join(name)).unwrap();
        (name.into(), text)
    })
    .into()
}

/// The report anew, of the study that was trained last with each run changed.
fn retold(folder: &Path, edit: impl Fn(&mut Value)) -> Vec<(String, String)> {
    let path = folder.join("studies.json");
    let mut all: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let runs = all["studies"][0]["runs"].as_array_mut().unwrap();
    runs.iter_mut().for_each(edit);
    fs::write(&path, all.to_string()).unwrap();
    report(folder, 13)
}

fn zipped(folder: &Path, name: &str, texts: &[(String, String)]) {
    let mut zip = zip::ZipWriter::new(fs::File::create(folder.join(name)).unwrap());
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, text) in texts {
        zip.start_file(name.as_str(), options).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
}

/// The texts with the records changed.
fn edited(texts: &[(String, String)], edit: impl FnOnce(&mut Value)) -> Vec<(String, String)> {
    let mut texts = texts.to_vec();
    let mut metrics: Value = serde_json::from_str(&texts[0].1).unwrap();
    edit(&mut metrics);
    texts[0].1 = metrics.to_string();
    texts
}

/// With two decimals, as a report writes a percentage.
fn fixed(value: f64) -> String {
    format!("{value:.2}")
}

fn run(metrics: &mut Value, at: usize) -> &mut Value {
    &mut metrics["studies"][0]["runs"][at]
}

#[test]
fn each_hand_in_is_named_rightly() {
    let folder = with_data("check");
    fs::write(folder.join("other.csv"), table(300, true)).unwrap();
    let honest = texts(&folder, 7, "train.csv");
    let second = texts(&folder, 8, "train.csv");
    let other = texts(&folder, 9, "other.csv");
    let of = |metrics: &Value, at: usize, epoch: usize, figure: &str| -> f64 {
        metrics["studies"][0]["runs"][at]["history"][epoch][figure]
            .as_f64()
            .unwrap()
    };
    let third = texts(&folder, 10, "train.csv");
    let curve = edited(&third, |metrics| {
        let loss = of(metrics, 1, 1, "validation_loss");
        run(metrics, 1)["history"][1]["validation_loss"] = (loss * (1.0 + f64::EPSILON)).into();
    });
    let fourth = texts(&folder, 11, "train.csv");
    let metric = edited(&fourth, |metrics| {
        run(metrics, 0)["result"]["validation_loss"] = 0.01.into();
    });
    let fifth = texts(&folder, 12, "train.csv");
    let mut row = fifth.clone();
    let accuracy = of(
        &serde_json::from_str(&row[0].1).unwrap(),
        0,
        2,
        "validation_accuracy",
    );
    row[1].1 = row[1].1.replace(&format!(",{accuracy},"), ",0.99875,");
    assert_ne!(
        row[1].1, fifth[1].1,
        "the table holds the figure that is edited"
    );
    // The report's own words: a cell of its table, and a sentence.
    let told = |from: &str, to: &str| {
        let mut texts = fifth.clone();
        let shown = fixed(
            100.0
                * of(
                    &serde_json::from_str(&texts[0].1).unwrap(),
                    0,
                    2,
                    "validation_accuracy",
                ),
        );
        let from = from.replace("ACC", &shown);
        assert!(texts[3].1.contains(&from), "{from}: {}", texts[3].1);
        texts[3].1 = texts[3].1.replacen(&from, to, 1);
        texts
    };
    let cell = told("| ACC % |", "| 99.87 % |");
    let sentence = told("\n- ", "\n- My network is the best. ");
    let sixth = texts(&folder, 13, "train.csv");
    let version = edited(&sixth, |metrics| {
        for at in 0..2 {
            run(metrics, at)["result"]["numerics_version"] = 999.into();
        }
    });
    // As another device rounds it, told by every text.
    let on_webgpu = |device: u32| {
        retold(&folder, |run| {
            run["result"]["backend"] = "webgpu".into();
            let model = run["result"]["weights_checksum"].as_str().unwrap();
            let model = format!("{device}{}", &model[1..]);
            run["result"]["weights_checksum"] = model.into();
            for path in ["/result/history/1/train_loss", "/history/1/train_loss"] {
                let loss = run.pointer_mut(path).unwrap();
                *loss = (loss.as_f64().unwrap() * (1.0 + 1e-7)).into();
            }
        })
    };
    let near = on_webgpu(1);
    let far = edited(&on_webgpu(2), |metrics| {
        let accuracy = of(metrics, 0, 2, "validation_accuracy");
        run(metrics, 0)["history"][2]["validation_accuracy"] = (accuracy - 0.03).into();
    });
    // An epoch that no rounding gives, though all behind it are as they should be.
    let swerve = edited(&on_webgpu(3), |metrics| {
        let loss = of(metrics, 0, 0, "train_loss");
        run(metrics, 0)["history"][0]["train_loss"] = (loss * 1.01).into();
    });
    let beside = edited(&on_webgpu(4), |metrics| {
        metrics["studies"][0]["figures"][0]["interval_low"] = 0.99.into();
    });
    let long = edited(&sixth, |metrics| {
        let epoch = run(metrics, 0)["history"][0].clone();
        run(metrics, 0)["history"] = vec![epoch; 10_001].into();
    });
    let slow = edited(&sixth, |metrics| {
        let epoch = run(metrics, 0)["history"][0].clone();
        let run = run(metrics, 0);
        run["history"] = vec![epoch; 900].into();
        run["settings"]["epochs"] = 900.0.into();
        run["settings"]["batch_size"] = 1.0.into();
    });
    // 128 MB of blanks in a few kilobytes.
    let bomb = vec![("metrics.json".into(), " ".repeat(128 << 20))];
    let crowd: Vec<(String, String)> = (0..2_001)
        .map(|n| (format!("../../{n}<b>"), String::new()))
        .collect();
    let copied = honest.clone();
    let names = [
        ("1_2_3.zip", &honest),
        ("8.zip", &second),
        ("copied.zip", &copied),
        ("other.zip", &other),
        ("curve.zip", &curve),
        ("metric.zip", &metric),
        ("row.zip", &row),
        ("cell.zip", &cell),
        ("sentence.zip", &sentence),
        ("version.zip", &version),
        ("near.zip", &near),
        ("far.zip", &far),
        ("swerve.zip", &swerve),
        ("beside.zip", &beside),
        ("long.zip", &long),
        ("slow.zip", &slow),
        ("bomb.zip", &bomb),
        ("crowd.zip", &crowd),
    ];
    for (name, texts) in names {
        zipped(&folder, name, texts);
    }
    let whole = fs::read(folder.join("8.zip")).unwrap();
    fs::write(folder.join("cut.zip"), &whole[..whole.len() / 2]).unwrap();

    let foreign = "figures in the report do not belong to its own records";
    let expected = [
        ("1_2_3.zip", "equal weights as in copied.zip"),
        ("8.zip", "same bits"),
        ("copied.zip", "equal weights as in 1_2_3.zip"),
        ("other.zip", "other data"),
        ("curve.zip", "differs from epoch 2 on"),
        ("metric.zip", foreign),
        ("row.zip", foreign),
        ("cell.zip", foreign),
        ("sentence.zip", foreign),
        ("version.zip", "another numerics version"),
        ("near.zip", "trained on WebGPU, within 0.05 points"),
        ("far.zip", "trained on WebGPU, off by 3.00 points"),
        ("swerve.zip", "trained on WebGPU, differs at epoch 1"),
        ("beside.zip", foreign),
        (
            "long.zip",
            "cannot be read: study 1, run 1: found 10001 epochs",
        ),
        ("slow.zip", "cannot be read: its records ask for"),
        ("bomb.zip", "cannot be read: metrics.json: found more than"),
        ("crowd.zip", "cannot be read: found 2001 entries"),
        ("cut.zip", "cannot be read: found no whole zip"),
    ];
    let zips: Vec<&str> = expected.iter().map(|(zip, _)| *zip).collect();
    let words = format!(
        "--json check {} --data train.csv --budget 300000",
        zips.join(" ")
    );
    let output = call(&folder, &words);
    let (text, wrong) = said(&output);
    assert_eq!(status(&output), 3, "{wrong}");
    let found: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(found.len(), expected.len());
    for (one, (zip, verdict)) in found.iter().zip(expected) {
        assert_eq!(one["zip"], zip);
        let told = one["verdict"].as_str().unwrap();
        assert!(
            told.starts_with(verdict),
            "{zip}: found {told}, expected {verdict}"
        );
    }
    let curve = &found[4]["runs"];
    assert_eq!(curve[0]["verdict"], "same bits");
    assert_eq!(curve[1]["verdict"], "differs from epoch 2 on");
    assert!(
        curve[1]["repeat"]
            .as_str()
            .unwrap()
            .contains("learning_rate=0.1")
    );

    let output = call(&folder, "check 8.zip --data train.csv --sample 1");
    let (text, wrong) = said(&output);
    assert_eq!(status(&output), 0, "{wrong}");
    assert!(text.starts_with("8.zip: same bits\n") && text.contains("not who pressed Train"));
}

/// Hand-ins that one record of many may not spoil, and names that say nothing alone.
#[test]
fn what_is_odd_of_one_run_stops_no_other() {
    let folder = with_data("check_odd");
    let plan = r#"{"factor": "learning_rate", "values": "0.05, 100", "baseline": {"epochs": 2,
        "batch_size": 8, "hidden_layers": "64,64,64", "seed": 7, "momentum": 0.99}}"#;
    fs::write(folder.join("plan.json"), plan).unwrap();
    for (words, expected) in [
        ("study plan.json --data train.csv", 3),
        ("report studies.json --id 7 --out texts", 0),
    ] {
        let output = call(&folder, words);
        assert_eq!(status(&output), expected, "{:?}", said(&output));
    }
    let of = |name: &str| {
        let text = fs::read_to_string(folder.join("texts").join(name)).unwrap();
        (String::from(name), text)
    };
    let names = [
        "metrics.json",
        "summary.csv",
        "metrics.csv",
        "analysis.ipynb",
    ];
    let diverged: Vec<_> = names.map(of).into();
    let metrics: Value = serde_json::from_str(&diverged[0].1).unwrap();
    assert_eq!(metrics["studies"][0]["runs"][1]["state"], "diverged");
    let elsewhere = edited(&diverged, |metrics| {
        run(metrics, 1)["result"]["failure"]["step"] = 9.into();
    });
    // Settings that are settings, of which no split can be made.
    let untrained = edited(&diverged, |metrics| {
        run(metrics, 0)["settings"]["validation_share"] = 0.0001.into();
    });
    let half = edited(&diverged, |metrics| {
        run(metrics, 0)["state"] = "waiting".into();
        run(metrics, 0)["result"] = Value::Null;
        metrics["studies"][0]["factor"] = "dropout".into();
        metrics["studies"][0]["figures"] = Value::Array(vec![]);
        metrics["ids"] = vec!["1004", "<b>\u{1b}[2J", "1006"].into();
    });
    let in_folder: Vec<_> = diverged
        .iter()
        .map(|(name, text)| (format!("report/{name}"), text.clone()))
        .collect();
    let no_notebook = {
        let mut texts = diverged.clone();
        texts[3].1 = "{\"nbformat\": 4, \"cells\": 7}".into();
        texts
    };
    for student in ["ann", "ben"] {
        fs::create_dir_all(folder.join(student)).unwrap();
    }
    for (name, texts) in [
        ("7.zip", &diverged),
        ("ann/report.zip", &diverged),
        ("ben/report.zip", &in_folder),
        ("elsewhere.zip", &elsewhere),
        ("untrained.zip", &untrained),
        ("half.zip", &half),
        ("notebook.zip", &no_notebook),
    ] {
        zipped(&folder, name, texts);
    }
    let check = |zips: &str| -> Vec<Value> {
        let words = format!("--json check {zips} --data train.csv --results out");
        let (text, wrong) = said(&call(&folder, &words));
        assert_eq!(wrong, "");
        let lines = text.lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    };
    let alone = check("7.zip");
    // Cut off within its last line, a call goes on: the first run is not trained again, which
    // shows where it is told to have come out otherwise.
    let kept = fs::read_to_string(folder.join("out/trained.jsonl")).unwrap();
    let lines: Vec<&str> = kept.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(lines.len(), 2, "a line a run: {kept}");
    let at = lines
        .iter()
        .position(|line| line.contains("\"learning_rate\\\":0.05"));
    let mut line: Value = serde_json::from_str(lines[at.unwrap()]).unwrap();
    line["again"]["result"]["history"][1]["train_loss"] = 0.5.into();
    let other = lines[1 - at.unwrap()];
    let text = format!("{line}\n{}", &other[..other.len() / 2]);
    fs::write(folder.join("out/trained.jsonl"), text).unwrap();
    let resumed = check("7.zip");
    assert_eq!(resumed[0]["runs"][0]["verdict"], "differs from epoch 2 on");
    assert_eq!(resumed[0]["runs"][1]["verdict"], "same bits");
    fs::remove_file(folder.join("out/trained.jsonl")).unwrap();
    assert_eq!(alone[0]["verdict"], "same bits", "{}", alone[0]);
    assert_eq!(alone[0]["runs"].as_array().unwrap().len(), 2);
    let missing = alone[0]["missing"].to_string();
    assert!(missing.contains("report.pdf") && missing.contains("of batch size, dropout, layer"));
    assert!(!missing.contains("learning rate") && !missing.contains("the name"));

    let found = check("untrained.zip elsewhere.zip half.zip notebook.zip");
    let verdict = |at: usize| found[at]["verdict"].as_str().unwrap().to_string();
    assert!(
        verdict(0).starts_with("could not be trained again: "),
        "{}",
        verdict(0)
    );
    assert_eq!(found[0]["runs"][1]["verdict"], "same bits");
    assert_eq!(verdict(1), "differs from epoch 1 on");
    assert_eq!(found[1]["runs"][0]["verdict"], "same bits");
    let missing = found[2]["missing"].to_string();
    assert!(missing.contains("1 of 2 runs of study 1") && missing.contains("the baseline"));
    assert!(
        missing.contains("the name 1004_<b>[2J_1006.zip"),
        "{missing}"
    );
    assert!(found[3]["missing"].to_string().contains("a notebook in"));
    let name = |folder: &Path| folder.join("out/001_untrained/results.json");
    let results: Value = serde_json::from_str(&fs::read_to_string(name(&folder)).unwrap()).unwrap();
    let statuses = |at: usize| results["tests"][at]["status"].as_str().unwrap();
    assert_eq!((statuses(0), statuses(1)), ("failed", "passed"));
    assert_eq!(results["visibility"], "hidden");

    // Files of one name are told apart, and a copy among them is found.
    let found = check("ann/report.zip ben/report.zip");
    assert_eq!(found[0]["zip"], "ann/report.zip");
    assert_eq!(found[0]["verdict"], "equal weights as in ben/report.zip");
    assert_eq!(found[1]["verdict"], "equal weights as in ann/report.zip");
    let table = fs::read_to_string(folder.join("out/class.csv")).unwrap();
    assert_eq!(table.lines().count(), 5);
}

/// What an assignment gives and a hand-in has otherwise.
#[test]
fn a_hand_in_is_held_to_its_assignment() {
    let folder = with_data("check_assigned");
    let (own, wanted) = (texts(&folder, 7, "train.csv"), "same bits, but not as the");
    let with_ids = |ids: &str| edited(&own, |metrics| metrics["ids"] = vec![ids].into());
    let assignment = |change: &dyn Fn(&mut Value)| {
        let mut value: Value = serde_json::from_str(
            r#"{"inkling_assignment": 1, "code": "a", "title": "First", "zip": "{code}_{ids}",
                "settings": {"epochs": 3, "batch_size": 32, "hidden_layers": "12", "learning_rate": 7},
                "fixed": ["epochs", "hidden_layers", "learning_rate"], "hidden": ["batch_size"],
                "studies": [{"factor": "learning_rate", "least_values": 2}]}"#,
        )
        .unwrap();
        change(&mut value);
        fs::write(folder.join("assignment.json"), value.to_string()).unwrap();
    };
    // The first number whose seed is the study's own is found as a teacher would find it.
    let seed = inkling::assignment::seed_of("a", &["1004".into()]).unwrap();
    let given = texts(&folder, seed, "train.csv");
    let given = edited(&given, |metrics| metrics["ids"] = vec!["1004"].into());
    zipped(&folder, "a_1004.zip", &given);
    zipped(&folder, "a_1005.zip", &with_ids("1005"));
    let check = |zips: &str| -> (i32, Vec<Value>, String) {
        let words = format!("--json check {zips} --data train.csv --assignment assignment.json");
        let output = call(&folder, &words);
        let (text, wrong) = said(&output);
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
        (status(&output), lines.collect(), wrong)
    };
    let missing = |one: &Value| {
        let all = one["missing"].as_array().unwrap();
        // Files that this test does not make, and the baseline.
        let of_assignment = all.iter().filter_map(Value::as_str);
        let told = of_assignment.filter(|one| !one.contains('.') && *one != "the baseline");
        told.map(String::from).collect::<Vec<_>>()
    };

    // Settings that the study varies are its own, however they are fixed.
    assignment(&|_| {});
    let (status, found, wrong) = check("a_1004.zip a_1005.zip");
    assert_eq!(wrong, "");
    assert_eq!(status, 0, "{found:?}");
    assert_eq!(missing(&found[0]), [""; 0]);

    assignment(&|it| it["seed_from_ids"] = true.into());
    let (status, found, _) = check("a_1004.zip a_1005.zip");
    assert_eq!(status, 3);
    assert_eq!(found[0]["verdict"], "same bits");
    assert!(found[1]["verdict"].as_str().unwrap().starts_with(wanted));
    let other = inkling::assignment::seed_of("a", &["1005".into()]).unwrap();
    assert_eq!(
        missing(&found[1]),
        [format!("the seed {other} of its ids in study 1 (found 7)")]
    );

    assignment(&|it| {
        it["settings"]["epochs"] = 4.into();
        it["settings"]["batch_size"] = 16.into();
        it["studies"] = serde_json::json!([
            {"factor": "learning_rate", "least_values": 3},
            {"factor": "dropout", "least_values": 2}
        ]);
        it["zip"] = "{ids}".into();
    });
    let (_, found, _) = check("a_1004.zip");
    assert!(found[0]["verdict"].as_str().unwrap().starts_with(wanted));
    let told = missing(&found[0]);
    let expected = [
        "3 values in the study of learning rate (found 2)",
        "the study of dropout",
        "epochs 4 in study 1 (found 3)",
        "batch size 16 in study 1 (found 32)",
    ];
    assert_eq!(told, expected);
    let name = found[0]["missing"].to_string();
    assert!(name.contains("the name 1004.zip"), "{name}");

    // A split that everyone has, also where it is the number of the form's own seed.
    let split = edited(&given, |metrics| {
        for at in 0..2 {
            run(metrics, at)["settings"]["split_seed"] = 42.into();
        }
    });
    zipped(&folder, "a_1004.zip", &split);
    assignment(&|it| {
        it["seed_from_ids"] = true.into();
        it["settings"]["split_seed"] = 42.into();
        it["fixed"] = vec!["split_seed"].into();
    });
    assert_eq!(missing(&check("a_1004.zip").1[0]), [""; 0]);
    assignment(&|it| {
        it["settings"]["split_seed"] = 43.into();
        it["fixed"] = vec!["split_seed"].into();
    });
    let told = missing(&check("a_1004.zip").1[0]);
    assert_eq!(told, ["split seed 43 in study 1 (found 42)"]);

    assignment(&|it| {
        it["data"] = serde_json::json!(
            {"name": "b.csv", "num_rows": 3, "checksum": "0123456789abcdef"}
        )
    });
    let (status, found, wrong) = check("a_1004.zip");
    assert_eq!((status, found.len()), (1, 0));
    assert!(wrong.contains("found train.csv (checksum ") && wrong.contains("b.csv (checksum 0123"));

    assignment(&|it| it["title"] = "<b>".into());
    let (status, _, wrong) = check("a_1004.zip");
    assert_eq!(status, 1);
    let said = "assignment.json: assignment, title: found “<b>”, expected 1 to 120";
    assert!(wrong.contains(said), "{wrong}");
}
