//! Verdicts as files: a table of a class, and Gradescope's `results.json` of each hand-in.
//! Names come from anyone, so no cell is a formula and no name climbs.

use serde_json::{Value, json};

use super::PROVES;
use crate::message::{ClassFile, ClassFiles, HandInVerdict, RunVerdict, VerdictKind};
use crate::study::report::tables::quoted;

/// The files of a class.
pub fn class_files(class: &[HandInVerdict]) -> ClassFiles {
    let header = "zip,ids,verdict,run,run_verdict,equal_weights,foreign_figures,missing,repeat";
    let rows = class.iter().flat_map(rows);
    let lines = std::iter::once(header.to_string()).chain(rows);
    let results = class.iter().enumerate().map(|(at, one)| ClassFile {
        name: format!("{}/results.json", folder(at, &one.zip)),
        text: format!("{:#}\n", gradescope(one)),
    });
    ClassFiles {
        csv: lines.map(|line| line + "\n").collect(),
        results: results.collect(),
    }
}

/// A row a run; one alone where there is none.
fn rows(one: &HandInVerdict) -> Vec<String> {
    let row = |run: Option<&RunVerdict>| {
        let of = |field: fn(&RunVerdict) -> String| run.map(field).unwrap_or_default();
        let cells = [
            one.zip.clone(),
            one.ids.join(" "),
            one.verdict.clone(),
            of(|run| run.run.clone()),
            of(|run| run.verdict.clone()),
            of(|run| run.equal_weights.join("; ")),
            one.foreign_figures.join("; "),
            one.missing.join("; "),
            of(|run| run.repeat.clone()),
        ];
        cells.map(|cell| quoted(&cell)).join(",")
    };
    if one.runs.is_empty() {
        vec![row(None)]
    } else {
        one.runs.iter().map(|run| row(Some(run))).collect()
    }
}

/// A folder of a hand-in's own: its number among all and what of its name any system takes.
fn folder(at: usize, zip: &str) -> String {
    let stem = zip.strip_suffix(".zip").unwrap_or(zip);
    let safe = |letter: char| {
        if letter.is_ascii_alphanumeric() || letter == '_' {
            letter
        } else {
            '-'
        }
    };
    let stem: String = stem.chars().take(60).map(safe).collect();
    format!("{:03}_{stem}", at + 1)
}

/// As Gradescope's autograder specification has it: a test a run, one point each. Hidden,
/// for a word such as "equal weights" is looked at by a teacher first.
fn gradescope(one: &HandInVerdict) -> Value {
    let test = |name: &str, kind: VerdictKind, output: String| {
        let is_passed = matches!(
            kind,
            VerdictKind::Same | VerdictKind::EqualWeights | VerdictKind::NearWebgpu
        );
        json!({
            "name": name,
            "name_format": "text",
            "score": u32::from(is_passed),
            "max_score": 1,
            "status": if is_passed { "passed" } else { "failed" },
            "output": output,
            "output_format": "text",
        })
    };
    // What was not looked at has neither passed nor failed.
    let looked_at = one
        .runs
        .iter()
        .filter(|run| run.kind != VerdictKind::NotAsked);
    let mut tests: Vec<Value> = looked_at
        .map(|run| {
            let mut output = format!("{}\n{}", run.verdict, run.repeat);
            if !run.equal_weights.is_empty() {
                output += &format!("\nequal weights as in {}", run.equal_weights.join(", "));
            }
            test(&run.run, run.kind, output)
        })
        .collect();
    let foreign = one.foreign_figures.iter();
    tests.extend(
        foreign.map(|place| test(place, VerdictKind::Foreign, "not of its own records".into())),
    );
    if tests.is_empty() {
        tests.push(test("hand-in", one.kind, one.verdict.clone()));
    }
    let mut output = one.verdict.clone();
    if !one.missing.is_empty() {
        output += &format!("\nmissing: {}", one.missing.join(", "));
    }
    json!({
        "output": format!("{output}\n{PROVES}"),
        "output_format": "text",
        "visibility": "hidden",
        "tests": tests,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    fn verdict(zip: &str) -> HandInVerdict {
        HandInVerdict {
            zip: zip.into(),
            kind: VerdictKind::Unreadable,
            verdict: "cannot be read: found no whole zip".into(),
            ids: vec!["=1+1".into(), "a,b".into()],
            runs: vec![],
            foreign_figures: vec![],
            missing: vec!["+1".into()],
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn no_cell_is_a_formula_and_no_name_climbs() {
        let class = [verdict("@a\".zip"), verdict("../../é<b>.zip")];
        let files = class_files(&class);
        let rows: Vec<&str> = files.csv.lines().collect();
        assert_eq!(
            rows[1],
            "\"'@a\"\".zip\",\"'=1+1 a,b\",cannot be read: found no whole zip,,,,,'+1,"
        );
        assert_eq!(files.results[1].name, "002_--------b-/results.json");
        let results: Value = serde_json::from_str(&files.results[0].text).unwrap();
        assert_eq!(results["tests"][0]["status"], "failed");
        assert_eq!(results["tests"][0]["score"], 0);
    }
}
