//! Two settings at once: which, from the text of a study's values, and each pair of values.

use super::factor::{self, MAX_VALUES, article};
use super::setting_text::{read_setting, words_of};
use crate::config::quoted;
use crate::config::schema::{Kind, Setting, setting};
use crate::error::{Error, Result};
use crate::message::{Factor, RunConfig};

/// Two settings.
#[derive(Clone, Copy)]
pub(super) struct Pair {
    /// Down the grid.
    pub(super) first: &'static Setting,
    /// Across it.
    pub(super) second: &'static Setting,
}

/// The two settings that a study of [`Factor::TwoFactors`] crosses, told by its values' labels
/// and settings: of several pairs that give the labels, the one whose settings vary most. None
/// of another factor.
#[cfg(any(feature = "cli", feature = "studies"))]
pub(crate) fn crossed_of<'a>(
    factor: Factor,
    values: impl Iterator<Item = (&'a RunConfig, &'a str)>,
) -> Vec<String> {
    if factor != Factor::TwoFactors {
        return vec![];
    }
    let values: Vec<(&RunConfig, &str)> = values.collect();
    let varies = |one: &Setting| {
        let mut words = values.iter().map(|(config, _)| words_of(one, config));
        let first = words.next();
        usize::from(words.any(|word| Some(word) != first))
    };
    let pairs = settings().flat_map(|first| settings().map(move |second| Pair { first, second }));
    let is_told = |pair: &Pair| {
        let mut all = values.iter();
        pair.first.key != pair.second.key && all.all(|(config, label)| pair.label(config) == *label)
    };
    let told = pairs.filter(is_told);
    let most = told.max_by_key(|pair| varies(pair.first) + varies(pair.second));
    most.map_or(vec![], |pair| pair.keys())
}

/// Between two settings or their values.
const TIMES: &str = " × ";

impl Pair {
    /// That of a plan which keeps these fields.
    ///
    /// # Errors
    /// Where they are not two of those that can be crossed.
    pub(super) fn of(crossed: &[String]) -> Result<Self> {
        let refused = || Error::data("crossed", quoted(&crossed.join(", ")), expected());
        let [first, second] = crossed else {
            return Err(refused());
        };
        let of = |key: &str| settings().find(|one| one.key == key).ok_or_else(refused);
        let pair = Self {
            first: of(first)?,
            second: of(second)?,
        };
        if first == second {
            return Err(refused());
        }
        Ok(pair)
    }

    /// Their fields.
    pub(super) fn keys(&self) -> Vec<String> {
        vec![self.first.key.into(), self.second.key.into()]
    }

    /// `learning rate × batch size`.
    pub(super) fn name(&self) -> String {
        format!("{}{TIMES}{}", self.first.name(), self.second.name())
    }

    /// `0.1 × 64`.
    pub(super) fn label(&self, config: &RunConfig) -> String {
        let [first, second] = self.words(config);
        format!("{first}{TIMES}{second}")
    }

    /// The value of each.
    pub(super) fn words(&self, config: &RunConfig) -> [String; 2] {
        [self.first, self.second].map(|setting| words_of(setting, config))
    }

    /// The text of the values that have these settings, as [`read`] reads it.
    pub(super) fn values_text<'a>(&self, configs: impl Iterator<Item = &'a RunConfig>) -> String {
        let [mut first, mut second]: [Vec<String>; 2] = [vec![], vec![]];
        for config in configs {
            let [one, other] = self.words(config);
            for (list, word) in [(&mut first, one), (&mut second, other)] {
                if !list.contains(&word) {
                    list.push(word);
                }
            }
        }
        let part = |setting: &Setting, words: &[String]| {
            let separator = format!("{} ", separator(setting));
            format!("{}: {}", setting.name(), words.join(&separator))
        };
        let parts = [part(self.first, &first), part(self.second, &second)];
        parts.join(TIMES)
    }
}

/// What stands between two values of a setting.
fn separator(setting: &Setting) -> char {
    match setting.kind {
        Kind::Text => ';',
        _ => ',',
    }
}

/// What may be crossed: what a study may vary alone.
fn settings() -> impl Iterator<Item = &'static Setting> {
    factor::ALL.into_iter().filter_map(Factor::setting)
}

fn expected() -> String {
    let names: Vec<String> = settings().map(Setting::name).collect();
    format!("two of {}", names.join(", "))
}

/// The settings that are crossed, and the baseline with each pair of their values: for each
/// value of the first all of the second's. Numbers ascend, the rest stands as typed.
///
/// # Errors
/// Names the setting and the value that is none, in the text of the values.
pub(super) fn read(text: &str, baseline: &RunConfig) -> Result<(Pair, Vec<RunConfig>)> {
    let form = "two settings with their values, such as learning rate: 0.01, 0.1 × batch size: \
                16, 64";
    let fault = |found: &str, expected: &str| Error::data("values", quoted(found), expected);
    let parts: Vec<&str> = text.split(['×', '*']).map(str::trim).collect();
    let [one, other] = &parts[..] else {
        return Err(fault(text, form));
    };
    let (first, firsts) = read_part(one, baseline, form)?;
    let (second, seconds) = read_part(other, baseline, form)?;
    if first.key == second.key {
        return Err(fault(&first.name(), "two different settings"));
    }
    let pair = Pair { first, second };
    let num_pairs = firsts.len() * seconds.len();
    if num_pairs > MAX_VALUES {
        let found = format!("{num_pairs} pairs");
        return Err(Error::data(
            "values",
            found,
            format!("at most {MAX_VALUES}"),
        ));
    }
    let mut configs = Vec::with_capacity(num_pairs);
    for first in &firsts {
        for typed in &seconds {
            let mut config = first.clone();
            // What was read once is read again.
            let words = words_of(second, typed);
            let read = read_setting(second, &words, "", &mut config);
            debug_assert!(read.is_ok(), "{words} was read before");
            configs.push(config);
        }
    }
    Ok((pair, configs))
}

/// A setting and the baseline with each of its values.
fn read_part(
    text: &str,
    baseline: &RunConfig,
    form: &str,
) -> Result<(&'static Setting, Vec<RunConfig>)> {
    let Some((name, values)) = text.split_once(':') else {
        return Err(Error::data("values", quoted(text), form));
    };
    let plain = |text: &str| text.trim().to_lowercase().replace(['_', '-'], " ");
    let found = settings().find(|one| [one.key, one.label].map(plain).contains(&plain(name)));
    let setting = found.ok_or_else(|| Error::data("values", quoted(name.trim()), expected()))?;
    let separator = separator(setting);
    let values = values.trim();
    let values = values.strip_suffix(separator).unwrap_or(values);
    let mut configs: Vec<RunConfig> = vec![];
    for (at, item) in values.split(separator).map(str::trim).enumerate() {
        let refused = |expected: &str| {
            let place = format!("values, {}, item {}", setting.name(), at + 1);
            Err(Error::data(place, quoted(item), expected))
        };
        let mut config = baseline.clone();
        let what = format!("{} {}", article(&setting.name()), setting.name());
        if let Err(expected) = read_setting(setting, item, &what, &mut config) {
            return refused(&expected);
        }
        let words = words_of(setting, &config);
        if configs.iter().any(|one| words_of(setting, one) == words) {
            return refused("each value once");
        }
        configs.push(config);
    }
    if configs.len() < 2 {
        let found = format!("one {}", setting.name());
        return Err(Error::data("values", found, "two values or more of each"));
    }
    if let Kind::Number { get, .. } = setting.kind {
        configs.sort_by(|a, b| get(a).total_cmp(&get(b)));
    }
    Ok((setting, configs))
}

/// The settings by their fields, for whoever names them.
pub(super) fn names_of(crossed: &[String]) -> Vec<String> {
    let named = |key: &String| setting(key).map_or_else(|| key.clone(), Setting::name);
    crossed.iter().map(named).collect()
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::message::StudyPlan;
    use crate::study::check::check;
    use crate::study::plan::plan_study;
    use crate::study::testing::{study, study_config};

    fn planned(values: &str) -> Result<StudyPlan> {
        plan_study(&study_config(Factor::TwoFactors, values))
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn each_value_of_the_one_meets_each_of_the_other() {
        let plan = planned("learning rate: 0.1, 0.01 × batch size: 64, 16, 32,").unwrap();
        assert_eq!(plan.crossed, ["learning_rate", "batch_size"]);
        assert_eq!(plan.factor_name, "learning rate × batch size");
        let labels: Vec<&str> = plan.values.iter().map(|value| &*value.label).collect();
        assert_eq!(
            labels,
            [
                "0.01 × 16",
                "0.01 × 32",
                "0.01 × 64",
                "0.1 × 16",
                "0.1 × 32",
                "0.1 × 64"
            ]
        );
        let places: Vec<f64> = plan.values.iter().map(|value| value.axis).collect();
        assert_eq!(places, [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
        let last = &plan.runs[5].config;
        assert_eq!((last.learning_rate, last.batch_size), (0.1, 64.0));
        let plan = planned("activation: gelu, ReLU × hidden layers: 8; 16, 4").unwrap();
        assert_eq!(plan.values[1].label, "GELU × 16, 4");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn what_is_no_pair_is_refused_by_its_place() {
        for (values, told) in [
            (
                "0.1, 0.01",
                "values: found \"0.1, 0.01\", expected two settings with their",
            ),
            ("dropout: 0, 0.5", "expected two settings with their values"),
            (
                "seed: 1, 2 × dropout: 0, 0.5",
                "values: found \"seed\", expected two of learning",
            ),
            (
                "dropout: 0, 2 × momentum: 0, 0.9",
                "values, dropout, item 2: found \"2\", expected a dropout, a number from 0 to 0.95",
            ),
            (
                "optimiser: sgd, lion × momentum: 0, 0.9",
                "values, optimiser, item 2: found \"lion\", expected one of sgd,",
            ),
            (
                "dropout: 0, 0 × momentum: 0, 0.9",
                "values, dropout, item 2: found \"0\", expected each value once",
            ),
            (
                "dropout: 0 × momentum: 0, 0.9",
                "values: found one dropout, expected two values or more of each",
            ),
            (
                "dropout: 0, 0.1 × dropout: 0, 0.9",
                "values: found \"dropout\", expected two different settings",
            ),
            (
                "dropout: 0, 0.1, 0.2, 0.3, 0.4 × momentum: 0, 0.2, 0.4, 0.6, 0.8",
                "values: found 25 pairs, expected at most 20",
            ),
        ] {
            let message = planned(values).unwrap_err().to_string();
            assert!(message.contains(told), "{values}: {message}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_record_that_crosses_something_else_is_refused() {
        let sound = study(Factor::TwoFactors, "", 2);
        check(&sound).unwrap();
        for crossed in [
            vec![],
            vec!["learning_rate"],
            vec!["learning_rate", "learning_rate"],
            vec!["learning_rate", "seed"],
            vec!["learning_rate", "dropout"],
            vec!["batch_size", "learning_rate"],
            vec!["learning_rate", "batch_size", "dropout"],
        ] {
            let mut record = sound.clone();
            record.plan.crossed = crossed.iter().map(|&key| key.into()).collect();
            assert!(check(&record).is_err(), "{crossed:?}");
        }
    }
}
