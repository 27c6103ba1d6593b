//! `analysis.ipynb` (nbformat 4.5): the analysis in Markdown, Inkling's plots as
//! marked outputs, and PyTorch code that reruns the same experiment.
//!
//! No cell pretends to have been run: an execution count is only ever `null`. What
//! comes from a record reaches a code cell as a literal or within a comment, so that
//! whatever the record holds, the cells' statements are those written here.

use serde_json::{Value, json};

use crate::config::Plan;
use crate::message::{
    Block, LearningRateSchedule, Plot, ReportRequest, RunConfig, RunState, StudyRecord,
};

use super::markdown::markdown;
use super::metrics::pretty;
use super::passages::{
    INSIGHTS_MARK, comparison_tables, opening, remarks, sentences, setup, title_of,
};
use crate::study::VERSION;
use crate::study::insight::read_study;

const SETUP: &str = include_str!("notebook/setup.py");
const TRAIN: &str = include_str!("notebook/train.py");
const RERUN: &str = include_str!("notebook/rerun.py");

/// The notebook as JSON.
pub(super) fn write(request: &ReportRequest) -> String {
    let mut notebook = Notebook::default();
    notebook.text(&opening(request));
    let mut code = vec![format!(
        "# Shows a plot that Inkling made and put beside this notebook.\n\
         import pathlib\n\n\
         from IPython.display import Image, display\n\n\n\
         def show_inkling_plot(name):\n    \
             path = pathlib.Path(\"plots\", f\"{{name}}.png\")\n    \
             if path.exists():\n        \
                 print(\"Made by Inkling {VERSION} in the browser, not by this notebook.\")\n        \
                 display(Image(path))\n    \
             else:\n        \
                 print(f\"{{path}} is in the zip that this notebook came in.\")\n"
    )];
    notebook.code(&code.remove(0), Vec::new());
    for (index, study) in request.studies.iter().enumerate() {
        let record = &study.record;
        let mut blocks = vec![
            Block::Heading {
                level: 2,
                text: format!("{}. {}", index + 1, title_of(record)),
            },
            Block::Heading {
                level: 3,
                text: "Remarks".into(),
            },
        ];
        blocks.extend(remarks(record));
        blocks.push(Block::Heading {
            level: 3,
            text: "What was run".into(),
        });
        blocks.extend(setup(record));
        notebook.text(&blocks);

        let reading = read_study(record);
        let mut blocks = vec![Block::Heading {
            level: 3,
            text: "Comparison".into(),
        }];
        blocks.extend(comparison_tables(record, &reading.figures));
        notebook.text(&blocks);
        for plot in &study.plots {
            notebook.plot(plot);
        }

        notebook.text(&[
            Block::Heading {
                level: 3,
                text: "Insights, written by Inkling".into(),
            },
            Block::Paragraph {
                text: INSIGHTS_MARK.into(),
            },
            Block::List {
                items: sentences(&reading.insights),
            },
        ]);
    }

    notebook.text(&[
        Block::Heading {
            level: 2,
            text: "The same experiment in PyTorch".into(),
        },
        Block::Paragraph {
            text: "The cells below train every run again: on the same rows (scikit-learn's \
                   stratified split with the run's split seed is Inkling's split, index for index), \
                   from the same initial weights and in the same order of the images, all drawn \
                   from numpy's generator with the run's seed. Only dropout masks are PyTorch's \
                   own. The figures come close without being equal to the last digit: sums are \
                   rounded in another order. These cells have not been run by Inkling: run them \
                   yourself, with Kaggle's train.csv beside this notebook."
                .into(),
        },
    ]);
    if request
        .studies
        .iter()
        .any(|study| study.record.plan.baseline.augmentation)
    {
        notebook.text(&[Block::Paragraph {
            text: "These runs distorted their training images; the cells below do not repeat that."
                .into(),
        }]);
    }
    for part in [SETUP, TRAIN, RERUN] {
        notebook.code(part, Vec::new());
    }
    for (index, study) in request.studies.iter().enumerate() {
        let name = format!("runs_{}", index + 1);
        notebook.code(&runs(&name, &study.record), Vec::new());
        notebook.code(&format!("rerun({name})"), Vec::new());
        notebook.code(
            &format!("plot({name}, {})", literal(&title_of(&study.record))),
            Vec::new(),
        );
    }
    notebook.write()
}

#[derive(Default)]
struct Notebook {
    cells: Vec<Value>,
}

impl Notebook {
    fn id(&self) -> String {
        format!("cell-{}", self.cells.len() + 1)
    }

    fn text(&mut self, blocks: &[Block]) {
        let cell = json!({
            "cell_type": "markdown",
            "id": self.id(),
            "metadata": {},
            "source": lines(markdown(blocks).trim_end()),
        });
        self.cells.push(cell);
    }

    fn code(&mut self, source: &str, outputs: Vec<Value>) {
        let metadata = if outputs.is_empty() {
            json!({})
        } else {
            json!({ "inkling": { "outputs_made_by": format!("Inkling {VERSION}") } })
        };
        let cell = json!({
            "cell_type": "code",
            "id": self.id(),
            "metadata": metadata,
            "execution_count": null,
            "source": lines(source.trim_end()),
            "outputs": outputs,
        });
        self.cells.push(cell);
    }

    /// A plot as an output that says who made it.
    fn plot(&mut self, plot: &Plot) {
        // The caption stands third: a comment in the first two lines of a source may
        // declare its encoding.
        let source = format!(
            "# The output was made by Inkling in the browser, not by this cell.\n\
             # It shows:\n# {}\nshow_inkling_plot({})",
            comment(&plot.caption),
            literal(&plot.name)
        );
        let outputs = vec![
            json!({
                "output_type": "stream",
                "name": "stdout",
                "text": lines(&format!(
                    "Made by Inkling {VERSION} in the browser, not by this notebook.\n"
                )),
            }),
            json!({
                "output_type": "display_data",
                "metadata": { "inkling": { "made_by": format!("Inkling {VERSION}") } },
                "data": { "image/png": plot.png_base64, "text/plain": lines(&plot.caption) },
            }),
        ];
        self.code(&source, outputs);
    }

    fn write(self) -> String {
        pretty(&json!({
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {
                "kernelspec": { "display_name": "Python 3", "language": "python", "name": "python3" },
                "language_info": { "name": "python" },
                "inkling": { "version": VERSION },
            },
            "cells": self.cells,
        }))
    }
}

/// Text as notebooks keep it: a list of lines with their ends.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// A Python string literal, of plain ASCII alone.
fn literal(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match (c, u32::from(c)) {
            ('"' | '\\', _) => out.extend(['\\', c]),
            (' '..='~', _) => out.push(c),
            (_, code @ ..0x100) => out += &format!("\\x{code:02x}"),
            (_, code @ ..0x1_0000) => out += &format!("\\u{code:04x}"),
            (_, code) => out += &format!("\\U{code:08x}"),
        }
    }
    out + "\""
}

/// Characters of a comment's text that are kept.
const COMMENT_LEN: usize = 300;

/// Text that stays within the line of a comment, whatever reads the line's end.
fn comment(text: &str) -> String {
    let is_odd = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    let kept = text.chars().take(COMMENT_LEN);
    kept.map(|c| if is_odd(c) { ' ' } else { c }).collect()
}

/// A number of a setting, which is finite and not below 0, as a Python literal.
fn number(value: f64) -> String {
    // Adding zero turns -0, which would be an operation on 0, into 0.
    (value + 0.0).to_string()
}

/// The runs of a study as a Python list; what has no settings to train with is left
/// out.
fn runs(name: &str, record: &StudyRecord) -> String {
    let mut text = format!(
        "# {}: the settings of each run, and the final validation accuracy that Inkling reached.\n\
         {name} = [\n",
        title_of(record)
    );
    for run in &record.runs {
        let Ok(plan) = Plan::try_from(&run.spec.config) else {
            continue;
        };
        let accuracy = run.result.as_ref().map(|result| result.validation_accuracy);
        let accuracy = accuracy.filter(|share| (0.0..=1.0).contains(share));
        text += &format!(
            "    dict(value={}, {}, inkling={}),\n",
            literal(&run.spec.label),
            settings(&run.spec.config, &plan, run.spec.seed),
            match (run.state, accuracy) {
                (RunState::Finished, Some(share)) => number(share),
                _ => "None".into(),
            }
        );
    }
    text + "]"
}

/// The settings of a run and the plan that they came to: what is whole or a list is
/// written from the plan, other numbers as they were typed.
fn settings(config: &RunConfig, plan: &Plan, seed: u32) -> String {
    format!(
        "seed={seed}, split_seed={}, validation_share={}, hidden={:?}, dropout={}, layer_norm={}, epochs={}, \
         batch_size={}, learning_rate={}{}, momentum={}, weight_decay={}",
        plan.split_seed,
        number(plan.validation_share),
        plan.network.hidden,
        number(config.dropout),
        if config.layer_norm { "True" } else { "False" },
        plan.num_epochs,
        plan.batch_size,
        number(config.learning_rate),
        match config.learning_rate_schedule {
            LearningRateSchedule::Constant => "",
            LearningRateSchedule::Cosine => ", schedule=\"cosine\"",
        },
        number(config.momentum),
        number(config.weight_decay)
    )
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::message::Factor;
    use crate::study::testing::{request, settled};

    fn notebook() -> Value {
        let record = settled(Factor::LearningRate, "0.01, 0.1", &[0.9, 0.97]);
        serde_json::from_str(&write(&request(vec![record]))).unwrap()
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn it_has_what_nbformat_asks_for() {
        let notebook = notebook();
        assert_eq!(notebook["nbformat"], 4);
        let mut ids = Vec::new();
        for cell in notebook["cells"].as_array().unwrap() {
            ids.push(cell["id"].as_str().unwrap().to_string());
            if cell["cell_type"] == "code" {
                assert!(cell["outputs"].is_array());
                assert!(cell["execution_count"].is_null(), "nothing has been run");
            }
        }
        let count = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), count, "ids are unique");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn plots_are_marked_as_inklings() {
        let notebook = notebook();
        let with_output: Vec<&Value> = notebook["cells"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|cell| cell["outputs"].as_array().is_some_and(|o| !o.is_empty()))
            .collect();
        assert_eq!(with_output.len(), 2, "one for each plot");
        for cell in with_output {
            assert!(cell.to_string().contains("Made by Inkling"));
        }
    }

    // Python's ast.literal_eval gives each text back.
    #[wasm_bindgen_test(unsupported = test)]
    fn a_literal_is_one_line_of_ascii() {
        for (text, expected) in [
            ("0.1", r#""0.1""#),
            ("a\"b\\c'''", r#""a\"b\\c'''""#),
            ("\"\"\"", r#""\"\"\"""#),
            ("\n\r\0\t\u{b}\u{7f}", r#""\x0a\x0d\x00\x09\x0b\x7f""#),
            ("é\u{85}\u{2028}\u{2029}", r#""\xe9\x85\u2028\u2029""#),
            ("\u{202e}\u{10ffff}", r#""\u202e\U0010ffff""#),
            ("", r#""""#),
        ] {
            assert_eq!(literal(text), expected);
        }
        assert_eq!(comment("a\nb\r\u{2028}\u{85}\0c é"), "a b    c é");
        assert_eq!(comment(&"long ".repeat(1_000_000)).len(), COMMENT_LEN);
        let numbers = (number(-0.0), number(1e-7));
        assert_eq!(numbers, ("0".into(), "0.0000001".into()));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn the_runs_carry_their_settings() {
        let text = notebook().to_string();
        assert!(
            text.contains(
                r#"dict(value=\"0.1\", seed=42, split_seed=42, validation_share=0.2, hidden=[128, 64], dropout=0, layer_norm=False, epochs=5, batch_size=64, learning_rate=0.1, momentum=0, weight_decay=0, inkling=0.97)"#
            ),
            "{text}"
        );
    }
}
