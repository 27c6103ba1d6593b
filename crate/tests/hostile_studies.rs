//! A study's file may be anyone's. Whatever its words and numbers are, it is refused
//! in a clear sentence, or its notebook states what an honest one's does, but for
//! literals.
// No device takes part: one engine is enough.
#![cfg(feature = "ndarray")]

use std::collections::HashSet;

use crate::studies::{request, statements, statements_of_cells, study};
use inkling::message::{
    Evaluation, Factor, ReportBaseline, ReportEvaluation, ReportRequest, StudyRecord,
};
use inkling::study::{check::check, insight::read_study, report::write_report};
use serde_json::Value;
use wasm_bindgen_test::wasm_bindgen_test;

/// Words that would end a comment, a literal or a line, or begin a statement.
const HOSTILE: [&str; 16] = [
    "a\nimport os",
    "a\rimport os",
    "a\r\nimport os\r\n",
    "a\u{2028}import os\u{2029}",
    "a\u{85}import os\u{b}import os\u{c}import os\u{1e}",
    "\"\nimport os\n\"",
    "'''\nimport os\n'''",
    "\"\"\"",
    "\\",
    "\\\"",
    "a\0b",
    "{__import__('os')}",
    "coding: utf-7 +AAo-import os",
    "64], *__import__('os').listdir(",
    "%run x\n!ls\n?",
    "\u{202e}\u{1f600}",
];

const NUMBERS: [f64; 12] = [
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    -0.0,
    -1.0,
    0.0,
    0.5,
    1.5,
    2.0,
    1e300,
    5e-324,
    4_294_967_295.0,
];

const STUDIES: [(Factor, &str); 5] = [
    (Factor::LearningRate, "0.01, 0.1"),
    (Factor::LayerNorm, ""),
    (Factor::HiddenLayers, "32; 64,32"),
    (Factor::DropoutLayerNorm, "0, 0.5"),
    (
        Factor::TwoFactors,
        "learning rate: 0.01, 0.1 × optimiser: sgd, adam",
    ),
];

/// A browser's worker, where the same code takes twice as long, tries one in so many.
const ONE_IN: usize = if cfg!(target_family = "wasm") { 8 } else { 1 };

fn is_tried(at: usize) -> bool {
    at.is_multiple_of(ONE_IN)
}

/// What is passed on to `with`: the record with each of its words or numbers in turn
/// replaced by each of these, where it is still a record.
fn each_replaced(record: &StudyRecord, with: &mut dyn FnMut(StudyRecord)) {
    let value = serde_json::to_value(record).unwrap();
    let mut places = Vec::new();
    leaves(&value, &mut String::new(), &mut places);
    let long = "'\"\n".repeat(5_000);
    let mut num_tried = 0;
    for place in places {
        let is_text = value.pointer(&place).is_some_and(Value::is_string);
        let instead: Vec<Value> = if is_text {
            let texts = HOSTILE.iter().copied().chain([long.as_str()]);
            texts.map(Value::from).collect()
        } else {
            NUMBERS.map(number_value).into()
        };
        for instead in instead {
            num_tried += 1;
            if !is_tried(num_tried) {
                continue;
            }
            let mut changed = value.clone();
            *changed.pointer_mut(&place).unwrap() = instead;
            // Names of factors and states are refused here, as the page's are.
            if let Ok(record) = serde_json::from_value(changed) {
                with(with_numbers(record));
            }
        }
    }
}

/// JSON has no such numbers, the page's own reading of studies has: they stand for
/// themselves until [`with_numbers`].
fn number_value(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() <= 4_294_967_295.0 && number.is_sign_positive() {
        return Value::from(number as u64);
    }
    match number {
        _ if number.is_nan() => Value::from(-1.25e-11),
        f64::INFINITY => Value::from(-1.25e-12),
        f64::NEG_INFINITY => Value::from(-1.25e-13),
        _ => Value::from(number),
    }
}

fn with_numbers(mut record: StudyRecord) -> StudyRecord {
    let meant = |number: &mut f64| {
        *number = match *number {
            -1.25e-11 => f64::NAN,
            -1.25e-12 => f64::INFINITY,
            -1.25e-13 => f64::NEG_INFINITY,
            number => number,
        };
    };
    let plan = &mut record.plan;
    let specs = record.runs.iter_mut().map(|run| &mut run.spec);
    for spec in plan.runs.iter_mut().chain(specs) {
        meant(&mut spec.axis);
        meant(&mut spec.cost);
        let config = &mut spec.config;
        for number in [
            &mut config.epochs,
            &mut config.batch_size,
            &mut config.learning_rate,
            &mut config.momentum,
            &mut config.weight_decay,
            &mut config.seed,
            &mut config.validation_share,
            &mut config.dropout,
        ] {
            meant(number);
        }
    }
    for run in &mut record.runs {
        if let Some(result) = &mut run.result {
            meant(&mut result.validation_accuracy);
            meant(&mut result.validation_loss);
        }
    }
    record
}

/// The places of all words and numbers, as JSON pointers; of a list's items, which are
/// alike, those of the first two.
fn leaves(value: &Value, at: &mut String, places: &mut Vec<String>) {
    let mut visit = |key: &str, value: &Value| {
        let len = at.len();
        *at += "/";
        *at += key;
        leaves(value, at, places);
        at.truncate(len);
    };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| visit(key, value)),
        Value::Array(items) => {
            let items = items.iter().enumerate().take(2);
            items.for_each(|(index, value)| visit(&index.to_string(), value));
        }
        Value::String(_) | Value::Number(_) => places.push(at.clone()),
        _ => {}
    }
}

fn stated(request: &ReportRequest) -> Vec<Vec<String>> {
    statements_of_cells(&write_report(request).analysis_ipynb)
}

#[wasm_bindgen_test(unsupported = test)]
fn a_record_is_refused_or_states_what_an_honest_one_does() {
    for (factor, values) in STUDIES {
        let honest = study(factor, values);
        assert_eq!(check(&honest), Ok(()));
        let expected = stated(&request(honest.clone()));
        let (mut num_refused, mut num_read) = (0, 0);
        each_replaced(&honest, &mut |record| match check(&record) {
            Err(error) => {
                num_refused += 1;
                let told = error.to_string();
                assert!(told.starts_with("study \"A study\", ") || record.name != honest.name);
                assert!(!told.contains(['\n', '\r', '\0']), "{told:?}");
                assert!(told.len() < 800, "{told}");
            }
            Ok(()) => {
                num_read += 1;
                read_study(&record);
                assert_eq!(stated(&request(record)), expected);
            }
        });
        let fewest = 100 / ONE_IN;
        assert!(
            num_refused > fewest && num_read > fewest,
            "{num_refused}, {num_read}"
        );
    }
}

/// Whether a line is one of these without some of its arguments: a setting that a record
/// crosses and that there is not is left out.
fn is_shorter(line: &str, lines: &HashSet<String>) -> bool {
    let is_of = |known: &String| {
        line.split(", ")
            .all(|part| known.split(", ").any(|one| one == part))
    };
    line.trim_start().starts_with("dict(value=L") && lines.iter().any(is_of)
}

/// Nothing relies on the check: the code of a report on any record is Inkling's.
#[wasm_bindgen_test(unsupported = test)]
fn what_was_not_checked_states_nothing_new_either() {
    for (factor, values) in STUDIES {
        let honest = study(factor, values);
        let lines: HashSet<String> = stated(&request(honest.clone()))
            .into_iter()
            .flatten()
            .collect();
        each_replaced(&honest, &mut |record| {
            if check(&record).is_err() {
                for line in stated(&request(record)).into_iter().flatten() {
                    assert!(lines.contains(&line) || is_shorter(&line, &lines), "{line}");
                }
            }
        });
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn captions_names_and_authors_state_nothing() {
    let mut honest = request(study(Factor::LearningRate, "0.01, 0.1"));
    let record = &honest.studies[0].record;
    honest.baseline = Some(ReportBaseline {
        data: record.data.clone(),
        config: record.plan.baseline.clone(),
        result: record.runs[0].result.clone().unwrap(),
        remarks: "Mine.".into(),
        evaluations: vec![ReportEvaluation {
            is_test: true,
            name: "test.csv".into(),
            figures: Evaluation {
                num_rows: 1,
                num_correct: 1,
                accuracy: 1.0,
                loss: 0.1,
                interval_low: 0.2,
                interval_high: 1.0,
                confusion: vec![1; 100],
                classes: Vec::new(),
                calibration: Vec::new(),
                calibration_error: 0.0,
            },
            num_looks: 1,
        }],
        plots: honest.plots.clone(),
    });
    let expected = stated(&honest);
    for text in HOSTILE {
        let mut request = honest.clone();
        for plot in &mut request.studies[0].plots {
            plot.caption = text.into();
            plot.name = text.into();
        }
        request.ids = vec![text.into()];
        request.created = text.into();
        request.introduction = text.into();
        request.conclusion = text.into();
        let baseline = request.baseline.as_mut().unwrap();
        baseline.data.name = text.into();
        baseline.remarks = text.into();
        baseline.result.reason = text.into();
        baseline.evaluations[0].name = text.into();
        baseline.evaluations[0].figures.confusion.clear();
        baseline.plots[0].caption = text.into();
        assert_eq!(stated(&request), expected, "{text:?}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn statements_are_told_from_what_only_looks_like_them() {
    let code = "# a\nx = f\"{y}\" + 'it''s' # b\rrun(0.1e5, -1, None)\n\n    \"\"\"a\n'b'\n\"\"\"";
    assert_eq!(statements(code), ["x = L + LL ", "run(L, -L, L)", "    L"]);
    assert_eq!(statements("a('\\'')\na(\"\\\\\")\nb"), ["a(L)", "b"]);
    assert_eq!(
        statements("a = [128, 64, 32]\na = [1, f(2)]"),
        ["a = [L]", "a = [L, f(L)]"]
    );
    assert_ne!(statements("a(\"b\nc\")"), statements("a(\"b\")"));
}

/// What Python itself makes of the cells. Reads a line of JSON a notebook, the honest one
/// first: its code cells as a list of texts. Literals count as one, lists of nothing but
/// literals too, and so do neighbours that are alike, as the runs of a list are.
#[cfg(not(target_arch = "wasm32"))]
const SHAPES: &str = r#"
import ast, itertools, json, sys

class Shape(ast.NodeTransformer):
    def visit_Constant(self, node):
        return ast.Constant(0)

    def visit_UnaryOp(self, node):
        self.generic_visit(node)
        return node.operand if isinstance(node.operand, ast.Constant) else node

    def visit_List(self, node):
        self.generic_visit(node)
        node.elts = [next(same) for _, same in itertools.groupby(node.elts, ast.dump)]
        return node

def shapes(cells):
    return [ast.dump(Shape().visit(ast.parse(cell))) for cell in cells]

notebooks = [json.loads(line) for line in sys.stdin]
honest = shapes(notebooks[0])
for cells in notebooks[1:]:
    found = shapes(cells)
    assert found == honest, (cells, honest)
print(len(notebooks))
"#;

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn python_reads_the_same_statements_in_a_hostile_notebook() {
    use std::io::Write;
    use std::process::{Command, Stdio};

    let named = [std::env::var("INKLING_PYTHON").ok(), Some("python3".into())];
    let python = named.into_iter().flatten().find(|name| {
        let found = Command::new(name).arg("--version").output();
        found.is_ok_and(|output| output.status.success())
    });
    let Some(python) = python else {
        println!("no Python here: the cells are read by our own tokens only");
        return;
    };
    let cells = |record: &StudyRecord| -> Vec<String> {
        let text = write_report(&request(record.clone())).analysis_ipynb;
        let notebook: Value = serde_json::from_str(&text).unwrap();
        let cells = notebook["cells"].as_array().unwrap().iter();
        let code = cells.filter(|cell| cell["cell_type"] == "code");
        let of = |cell: &Value| -> String {
            let lines = cell["source"].as_array().unwrap().iter();
            lines.map(|line| line.as_str().unwrap()).collect()
        };
        code.map(of).collect()
    };
    for (factor, values) in STUDIES {
        let honest = study(factor, values);
        let mut notebooks = vec![cells(&honest)];
        let mut known = HashSet::new();
        each_replaced(&honest, &mut |record| {
            let found = check(&record).map(|()| cells(&record));
            if let Ok(found) = found
                && known.insert(found.join("\n"))
            {
                notebooks.push(found);
            }
        });
        assert!(notebooks.len() > 10, "{}", notebooks.len());
        let mut child = Command::new(&python)
            .args(["-c", SHAPES])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        let lines: Vec<String> = notebooks
            .iter()
            .map(|cells| serde_json::to_string(cells).unwrap() + "\n")
            .collect();
        // Python reads all before it says anything.
        let _ = input.write_all(lines.concat().as_bytes());
        drop(input);
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}");
    }
}
