//! What the notebook states, and in which order.

use wasm_bindgen_test::wasm_bindgen_test;

use super::*;
use crate::message::{Factor, ReportBaseline};
use crate::study::testing::{request, settled};

fn notebook() -> Value {
    let record = settled(Factor::LearningRate, "0.01, 0.1", &[0.9, 0.97]);
    serde_json::from_str(&write(&cells(&request(vec![record])))).unwrap()
}

#[wasm_bindgen_test(unsupported = test)]
fn it_has_what_nbformat_asks_for() {
    let notebook = notebook();
    assert_eq!(notebook["nbformat"], 4);
    let mut ids = Vec::new();
    for cell in notebook["cells"].as_array().unwrap() {
        ids.push(cell["id"].as_str().unwrap().to_string());
        if cell["cell_type"] == "code" {
            assert_eq!(cell["outputs"], json!([]));
            assert!(cell["execution_count"].is_null(), "nothing has been run");
        }
    }
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count, "ids are unique");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_study_stands_between_its_heading_and_its_analysis() {
    let text = notebook().to_string();
    let at = |words: &str| {
        text.find(words)
            .unwrap_or_else(|| panic!("{words} in {text}"))
    };
    assert!(at("To run it all") < at("DATA_PATH"));
    assert!(at("DATA_PATH") < at("class MLP"));
    assert!(at("class MLP") < at("## Baseline"));
    assert!(at("## Baseline") < at("## Learning rate"));
    assert!(at("## Learning rate") < at("study_1 = run_all("));
    assert!(at("study_1 = run_all(") < at("### What Inkling measured"));
    assert!(at("### What Inkling measured") < at("## All results"));
    assert!(text.contains("![Figure 1.](plots/run-1.png)"), "{text}");
}

/// README.txt, the first words and the first cell of a notebook on these data.
fn told_of(data: impl Fn(&mut DataSummary)) -> (String, String, String) {
    let mut record = settled(Factor::LearningRate, "0.01, 0.1", &[0.9, 0.97]);
    data(&mut record.data);
    let request = request(vec![record]);
    let cells = cells(&request);
    let words = markdown(match &cells[0] {
        Cell::Text(blocks) => blocks,
        Cell::Code(_) => panic!("the title is first"),
    });
    let code = cells.iter().find_map(|cell| match cell {
        Cell::Code(source) => Some(source.clone()),
        Cell::Text(_) => None,
    });
    let readme = super::super::readme::write(&request);
    (readme, words, code.unwrap())
}

#[wasm_bindgen_test(unsupported = test)]
fn it_asks_for_the_file_that_was_read() {
    let (readme, words, code) = told_of(|data| data.name = "digits of mine.csv.gz".into());
    assert!(
        readme.contains("put digits of mine.csv.gz beside it"),
        "{readme}"
    );
    assert!(
        words.contains("put digits of mine.csv.gz beside this notebook"),
        "{words}"
    );
    // Packed or not, and on Kaggle, where these very images are train.csv.
    assert!(
        words.contains("On Kaggle add the data of the competition"),
        "{words}"
    );
    let names = "NAMES = [\n    \"digits of mine.csv.gz\",\n    \"digits of mine.csv\",\n    \
                 \"digits of mine.csv.zip\",\n    \"train.csv\",\n    \"train.csv.gz\",\n    \
                 \"train.csv.zip\",\n]";
    assert!(code.contains(names), "{code}");
    let counts = "COUNTS = [4132, 4684, 4177, 4351, 4072, 3795, 4137, 4401, 4063, 4188]";
    assert!(code.contains(counts), "{code}");

    // Other images of the same form are nobody's but the person's.
    let (_, words, code) = told_of(|data| {
        data.name = "mnist_train.csv".into();
        data.class_counts[0] += 1;
    });
    assert!(!words.contains("digit-recognizer"), "{words}");
    assert!(!code.contains("\"train.csv\""), "{code}");
    assert!(code.contains("\"mnist_train.csv\""), "{code}");

    let (_, _, code) = told_of(|data| data.name = "digit-recognizer.zip".into());
    assert!(code.contains("read_csv(opened(path)"), "{code}");

    let pair = ["train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"];
    let files = "FILES = [\"train-images-idx3-ubyte.gz\", \"train-labels-idx1-ubyte.gz\"]\n\
                 IS_ARCHIVE = False";
    let (readme, words, code) = told_of(|data| {
        data.name = pair[0].into();
        data.source.files = pair.map(String::from).to_vec();
    });
    assert!(
        readme.contains(&format!("put {} and {} beside it", pair[0], pair[1])),
        "{readme}"
    );
    assert!(
        words.contains(" and train-labels-idx1-ubyte.gz beside"),
        "{words}"
    );
    assert!(code.contains(files), "{code}");
    // A record from before the names of both were kept.
    let (_, _, code) = told_of(|data| data.name = pair[0].into());
    assert!(code.contains(files), "{code}");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_file_with_a_hostile_name_is_a_literal_of_one_line() {
    let (readme, _, code) = told_of(|data| data.name = "../a/b\\c\"\nimport os\n#.csv".into());
    assert!(
        code.contains("    \"c\\\"\\x0aimport os\\x0a#.csv\",\n"),
        "{code}"
    );
    assert!(!code.contains("\nimport os"), "{code}");
    assert_eq!(readme.lines().count(), 10, "{readme}");
}

#[wasm_bindgen_test(unsupported = test)]
fn what_was_written_of_the_baseline_has_its_heading() {
    let record = settled(Factor::LearningRate, "0.01, 0.1", &[0.9, 0.97]);
    let mut request = request(vec![record]);
    let record = &request.studies[0].record;
    request.baseline = Some(ReportBaseline {
        data: record.data.clone(),
        config: record.plan.baseline.clone(),
        result: record.runs[0].result.clone().unwrap(),
        remarks: "Mine.".into(),
        evaluations: vec![],
        plots: vec![],
    });
    let text = write(&cells(&request));
    let at = |words: &str| {
        text.find(words)
            .unwrap_or_else(|| panic!("{words} in {text}"))
    };
    let heading = at("### Remarks of the authors");
    assert!(at("## Baseline") < heading && heading < at("> Mine."));
    assert!(at("> Mine.") < at("### What Inkling measured"));
}

#[wasm_bindgen_test(unsupported = test)]
fn the_paper_has_every_cell() {
    let record = settled(Factor::LearningRate, "0.01, 0.1", &[0.9, 0.97]);
    let cells = cells(&request(vec![record]));
    let paper = on_paper(&cells);
    let is_code = |block: &&Block| matches!(block, Block::Code { .. });
    let num_code = cells
        .iter()
        .filter(|cell| matches!(cell, Cell::Code(_)))
        .count();
    assert_eq!(paper.iter().filter(is_code).count(), num_code);
    assert!(matches!(&paper[1], Block::Paragraph { text } if text.contains("on paper")));
}

/// The letters that the paper's font of code has, and lines that its width holds.
#[wasm_bindgen_test(unsupported = test)]
fn code_is_plain_and_fits_the_paper() {
    let record = settled(Factor::DropoutLayerNorm, "0, 0.5", &[0.9, 0.97, 0.9, 0.9]);
    for cell in cells(&request(vec![record])) {
        let Cell::Code(source) = cell else { continue };
        assert!(source.is_ascii(), "{source}");
        for line in source.lines() {
            assert!(line.len() <= 112, "{line}");
        }
    }
}

/// A newcomer reads before each cell of code what it is for.
#[wasm_bindgen_test(unsupported = test)]
fn no_heading_stands_alone_before_code() {
    let record = settled(Factor::LearningRate, "0.01, 0.1", &[0.9, 0.97]);
    let cells = cells(&request(vec![record]));
    for pair in cells.windows(2) {
        if let [Cell::Text(blocks), Cell::Code(source)] = pair {
            let is_words = matches!(blocks.last(), Some(Block::Paragraph { .. }));
            assert!(is_words, "{blocks:?} before {source}");
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn what_runs_share_leaves_out_what_each_sets() {
    let record = settled(Factor::LearningRate, "0.01, 0.1", &[0.9, 0.9123456789]);
    let cells = cells(&request(vec![record]));
    let study = cells.iter().find_map(|cell| match cell {
        Cell::Code(source) if source.contains("study_1 = ") => Some(source),
        _ => None,
    });
    let (shared, runs) = study
        .and_then(|source| source.split_once("    [\n"))
        .unwrap();
    assert!(!shared.contains("learning_rate="), "{shared}");
    assert!(shared.contains("hidden=[128, 64], ") && shared.contains("epochs=5,"));
    assert_eq!(runs.matches("learning_rate=").count(), 2);
    assert!(runs.contains("inkling=0.912346)"), "{runs}");
}

#[wasm_bindgen_test(unsupported = test)]
fn the_runs_carry_what_they_change() {
    let text = notebook().to_string();
    assert!(
        text.contains(
            r#"dict(value=\"0.1\", seed=42, split_seed=42, learning_rate=0.1, inkling=0.97),"#
        ),
        "{text}"
    );
}
