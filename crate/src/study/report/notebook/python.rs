//! What a record says, as Python: literals alone, in statements that are written here.

use crate::config::Plan;
use crate::config::schema::{Kind, SETTINGS, setting};
use crate::data::Task;
use crate::message::{
    Factor, LearningRateSchedule, RunConfig, RunResult, RunState, StudyPlan, StudyRecord, StudyRun,
};

use super::super::names::{study_name, value_words};

/// Longest line of a list, which the paper's width holds.
const LIST_WIDTH: usize = 96;
/// Settings in a line of those that a study's runs share.
const IN_A_LINE: usize = 4;

/// The pictures' side and the classes' names, which the cells below go by.
pub(super) fn task(task: &Task) -> String {
    let names = task.classes().iter().map(|name| literal(name));
    let mut lines = vec![String::new()];
    for name in names {
        let last = lines.last_mut().expect("one at least");
        if last.is_empty() || last.len() + name.len() + 2 <= LIST_WIDTH {
            *last += &format!("{name}, ");
        } else {
            lines.push(format!("{name}, "));
        }
    }
    let lines = lines.iter().map(|line| line.trim_end());
    let list = match lines.len() {
        1 => lines.map(|line| line.trim_end_matches(',')).collect(),
        _ => format!(
            "\n    {},\n",
            lines
                .collect::<Vec<_>>()
                .join("\n    ")
                .trim_end_matches(',')
        ),
    };
    format!(
        "# Pixels on a side of a picture, and what the classes are called.\nSIDE, NOUN = {}, {}\n\
         CLASSES = [{list}]\n\n",
        task.side(),
        literal(task.class_noun())
    )
}

/// Where the split is used first; nothing where its settings are none.
pub(super) fn split_use(config: &RunConfig) -> String {
    let Ok(plan) = Plan::try_from(config) else {
        return String::new();
    };
    format!(
        "\n\ntrain_rows, validation_rows = split(split_seed={}, validation_share={})\n\
         pd.DataFrame(\n    {{\n        \"training\": np.bincount(labels[train_rows], minlength=len(CLASSES)),\n        \
         \"validation\": np.bincount(labels[validation_rows], minlength=len(CLASSES)),\n    }}\n).T\n",
        plan.split_seed,
        number(plan.validation_share)
    )
}

/// The baseline's settings and its run, with what Inkling reached where that is known.
pub(super) fn baseline(config: &RunConfig, measured: Option<&RunResult>) -> String {
    let Ok(plan) = Plan::try_from(config) else {
        return String::new();
    };
    let accuracy = measured.map(|result| result.validation_accuracy);
    format!(
        "baseline = {}\nrun_all(\"Baseline\", baseline, [dict(value=\"\", inkling={})])",
        settings(config, &plan),
        share(accuracy)
    )
}

/// The settings that a study's runs share, [`IN_A_LINE`] in a line whatever they hold, so that
/// no record moves one to another line. What each run sets itself is left out.
fn shared_settings(factor: Factor, config: &RunConfig, plan: &Plan) -> String {
    let own = factor.words().settings;
    let others = loop_keys().filter(|key| !own.contains(key));
    let items: Vec<String> = others.map(|key| assigned(key, config, plan)).collect();
    let lines: Vec<String> = items
        .chunks(IN_A_LINE)
        .map(|some| format!("{},", some.join(", ")))
        .collect();
    format!("dict(\n    {}\n)", lines.join("\n    "))
}

/// A study's cells of code: its runs, their curves, their accuracies. None where no run
/// has settings to train with.
pub(super) fn study(index: usize, record: &StudyRecord) -> Vec<String> {
    let factor = record.plan.factor;
    let planned: Vec<(&StudyRun, Plan)> = record
        .runs
        .iter()
        .filter_map(|run| Some((run, Plan::try_from(&run.spec.config).ok()?)))
        .collect();
    let Some((first, plan)) = planned.first() else {
        return Vec::new();
    };
    let name = format!("study_{}", index + 1);
    // Studies of one factor are told apart by their number.
    let title = literal(&format!("{}. {}", index + 1, study_name(factor)));
    let mut text = format!(
        "# What the runs share; each changes its own. \"inkling\" is the final validation \
         accuracy\n# that Inkling reached.\n{name} = run_all(\n    {title},\n    {},\n    [\n",
        shared_settings(factor, &first.spec.config, plan).replace('\n', "\n    ")
    );
    for (run, plan) in &planned {
        let accuracy = run.result.as_ref().map(|result| result.validation_accuracy);
        let accuracy = accuracy.filter(|_| run.state == RunState::Finished);
        text += &format!(
            "        dict(value={}, seed={}, split_seed={}, {}, inkling={}),\n",
            literal(&short_value(&record.plan, run)),
            plan.seed,
            plan.split_seed,
            changed(&record.plan, &run.spec.config, plan),
            share(accuracy)
        );
    }
    text += &format!("    ],\n)\n{name}");
    vec![
        text,
        format!("plot_curves({title})"),
        format!(
            "plot_accuracy({title}, {})",
            literal(&record.plan.factor_name)
        ),
    ]
}

/// A value as the axis of a plot shows it.
fn short_value(plan: &StudyPlan, run: &StudyRun) -> String {
    match plan.factor {
        Factor::DropoutLayerNorm => value_words(plan, &run.spec.config, "")
            .replace("dropout ", "")
            .replace("layer normalisation", "norm"),
        _ => run.spec.label.clone(),
    }
}

/// What a run of a study changes besides its seeds.
fn changed(study: &StudyPlan, config: &RunConfig, plan: &Plan) -> String {
    let of_factor = study.factor.words().settings.iter().copied();
    // Of what a record says that it crosses, only what is a setting becomes a name.
    let known = |key: &String| loop_keys().find(|known| known == key);
    let keys = of_factor.chain(study.crossed.iter().filter_map(known));
    let all: Vec<String> = keys.map(|key| assigned(key, config, plan)).collect();
    all.join(", ")
}

/// All settings of a run.
fn settings(config: &RunConfig, plan: &Plan) -> String {
    let seeds = [
        format!("seed={}", plan.seed),
        format!("split_seed={}", plan.split_seed),
    ];
    let others = loop_keys().map(|key| assigned(key, config, plan));
    let all: Vec<String> = seeds.into_iter().chain(others).collect();
    format!("dict(\n    {},\n)", all.join(",\n    "))
}

/// The settings that the notebook's loop takes, besides its seeds.
fn loop_keys() -> impl Iterator<Item = &'static str> {
    let keys = SETTINGS.iter().map(|setting| setting.key);
    keys.filter(|key| !BESIDE_THE_LOOP.contains(key))
}

/// The settings that the notebook's loop does not take: its seeds stand before the others, it
/// does not distort, which it says, and where a run is computed and what is measured beside it
/// are Inkling's own.
const BESIDE_THE_LOOP: [&str; 5] = [
    "augmentation",
    "backend",
    "seed",
    "split_seed",
    "clean_curve",
];

/// A setting by its name, as an argument: what is whole or a list is written from the plan that
/// it came to, other numbers as they were typed.
fn assigned(key: &str, config: &RunConfig, plan: &Plan) -> String {
    let value = match key {
        "hidden_layers" => return format!("hidden={:?}", plan.network.hidden),
        "learning_rate_schedule" => match config.learning_rate_schedule {
            LearningRateSchedule::Constant => return "schedule=None".into(),
            other => return format!("schedule={}", literal(other.key())),
        },
        "validation_share" => number(plan.validation_share),
        "epochs" => plan.num_epochs.to_string(),
        "batch_size" => plan.batch_size.to_string(),
        "patience" => plan.patience.to_string(),
        _ => match setting(key).map(|setting| &setting.kind) {
            Some(Kind::Number { get, .. }) => number(get(config)),
            Some(Kind::Flag { get, .. }) => truth(get(config)).into(),
            Some(Kind::Choice { get, .. }) => literal(get(config)),
            Some(Kind::Text) | None => unreachable!("a setting of a run"),
        },
    };
    format!("{key}={value}")
}

/// A share of images, or none where it is not one.
fn share(value: Option<f64>) -> String {
    let value = value.filter(|share| (0.0..=1.0).contains(share));
    // More decimals than a point of a thousandth has tell nobody anything.
    value.map_or("None".into(), |share| number((share * 1e6).round() / 1e6))
}

fn truth(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

/// A Python string literal, of plain ASCII alone.
pub(super) fn literal(text: &str) -> String {
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

/// A number of a setting, which is finite and not below 0, as a Python literal.
fn number(value: f64) -> String {
    // Adding zero turns -0, which would be an operation on 0, into 0.
    (value + 0.0).to_string()
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

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
        let numbers = (number(-0.0), number(1e-7));
        assert_eq!(numbers, ("0".into(), "0.0000001".into()));
    }

    // Runs that differ in nothing that the loop takes would be trained twice alike.
    #[wasm_bindgen_test(unsupported = test)]
    fn what_a_study_varies_the_loop_takes() {
        for facts in crate::study::factor::facts().factors {
            for setting in facts.settings {
                assert!(loop_keys().any(|key| key == setting), "{setting}");
            }
        }
    }
}
