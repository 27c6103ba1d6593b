//! What the notebook states, and in which order.

use wasm_bindgen_test::wasm_bindgen_test;

use super::*;
use crate::message::Factor;
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
