//! Assignments by link: read from anybody's text and checked whole, written again, and what
//! follows from one: seeds, the zip's name. What a hand-in makes of one is `check`'s.

mod reading;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use crate::config::Plan;
use crate::config::schema::Kind;
use crate::error::{Error, Result};
use crate::message::{Assignment, AssignmentFiles, Factor, RunConfig};
use crate::study::factor::facts;

pub use reading::read;

/// Version of an assignment's shape.
pub const VERSION: u32 = 1;
/// Characters of a link's token: no browser and no mail program cuts off an address for it.
const MOST_TOKEN: usize = 8192;
/// Bytes of an assignment's text.
const MOST_TEXT: usize = 16_384;
/// Characters of a line that people read.
const MOST_LINE: usize = 120;
/// Characters of a code, and of a zip's name.
const MOST_NAME: usize = 60;

/// An assignment as a file and as a link's token.
///
/// # Errors
/// The place in it, what was found there and what was expected.
pub fn write(assignment: &Assignment) -> Result<AssignmentFiles> {
    check(assignment)?;
    let value = written(assignment);
    let token = URL_SAFE_NO_PAD.encode(value.to_string());
    if token.len() > MOST_TOKEN {
        return Err(too_long("link", token.len(), MOST_TOKEN));
    }
    Ok(AssignmentFiles {
        assignment: assignment.clone(),
        text: format!("{value:#}\n"),
        token,
    })
}

/// The seed of those who hand in an assignment, 0 to 2³² − 1: FNV-1a (Fowler, Noll, Vo; 32
/// bits) of the UTF-8 bytes of `code/ids`, the ids in small letters, sorted, `_` between them.
///
/// # Errors
/// Where there is no id.
pub fn seed_of(code: &str, ids: &[String]) -> Result<u32> {
    let mut ids: Vec<String> = ids.iter().map(|id| id.trim().to_lowercase()).collect();
    ids.retain(|id| !id.is_empty());
    if ids.is_empty() {
        return Err(Error::data("ids", "none", "who hands it in"));
    }
    ids.sort();
    let text = format!("{code}/{}", ids.join("_"));
    Ok(fnv_1a(text.as_bytes()))
}

fn fnv_1a(bytes: &[u8]) -> u32 {
    const OFFSET_BASIS: u32 = 0x811c_9dc5;
    const PRIME: u32 = 0x0100_0193;
    let step = |state: u32, byte: &u8| (state ^ u32::from(*byte)).wrapping_mul(PRIME);
    bytes.iter().fold(OFFSET_BASIS, step)
}

/// What the zip of these ids is called.
pub fn zip_name(assignment: &Assignment, ids: &[String]) -> String {
    let name = assignment.zip.replace("{code}", &assignment.code);
    format!("{}.zip", name.replace("{ids}", &ids.join("_")))
}

/// Names of all settings that one may give, with their defaults; the split's own seed, which
/// has none, is `null`.
fn defaults() -> Map<String, Value> {
    let config = RunConfig {
        split_seed: Some(0.0),
        ..RunConfig::default()
    };
    let Ok(Value::Object(mut fields)) = serde_json::to_value(config) else {
        unreachable!("settings are an object of fields");
    };
    fields.insert("split_seed".into(), Value::Null);
    // A reference for tests, no setting of the form.
    fields.remove("step");
    fields
}

/// Values of a factor that a study can have at most.
fn most_values(factor: Factor) -> u32 {
    match factor.setting().map(|setting| &setting.kind) {
        Some(Kind::Flag { .. }) => 2,
        Some(Kind::Choice { choices, .. }) => choices().len() as u32,
        _ => facts().most_values,
    }
}

fn too_long(place: &str, found: usize, most: usize) -> Error {
    let place = format!("assignment, {place}");
    let expected = format!("at most {most}");
    Error::data(place, format!("{found} characters"), expected)
}

/// Whether an assignment can be handed out.
///
/// # Errors
/// The first place that is wrong.
fn check(assignment: &Assignment) -> Result<()> {
    let wrong = |place: &str, found: String, expected: &str| {
        Err(Error::data(format!("assignment, {place}"), found, expected))
    };
    let Assignment { code, zip, .. } = assignment;
    if assignment.inkling_assignment != VERSION {
        let found = assignment.inkling_assignment.to_string();
        return wrong("version", found, "1, or a newer Inkling");
    }
    if code.is_empty() || code.len() > MOST_NAME || !code.chars().all(is_of_name) {
        let expected = "1 to 60 letters, digits, - or _, such as ml1-2";
        return wrong("code", reading::quoted(code), expected);
    }
    reading::check_line("title", &assignment.title)?;
    if let Some(data) = &assignment.data {
        reading::check_line("data, name", &data.name)?;
        let is_hex = |letter: char| matches!(letter, '0'..='9' | 'a'..='f');
        if data.checksum.len() != 16 || !data.checksum.chars().all(is_hex) {
            let found = reading::quoted(&data.checksum);
            return wrong("data, checksum", found, "16 digits from 0 to f");
        }
    }
    check_settings(assignment)?;
    if assignment.studies.is_empty() {
        return wrong("studies", "none".into(), "one to hand in a report on");
    }
    for (at, study) in assignment.studies.iter().enumerate() {
        let place = format!("study {}", at + 1);
        let (factor, before) = (study.factor, &assignment.studies[..at]);
        if before.iter().any(|one| one.factor == factor) {
            let found = format!("{} a second time", factor.name());
            return wrong(&place, found, "each factor once");
        }
        if factor == Factor::TwoFactors {
            let expected = "one factor: which two would be anybody's choice";
            return wrong(&place, factor.name().into(), expected);
        }
        let most = most_values(factor);
        if !(1..=most).contains(&study.least_values) {
            let place = format!("{place}, least values of {}", factor.name());
            return wrong(
                &place,
                study.least_values.to_string(),
                &format!("1 to {most}"),
            );
        }
    }
    let bare = zip.replacen("{ids}", "", 1).replace("{code}", "");
    if !zip.contains("{ids}") || zip.len() > MOST_NAME || !bare.chars().all(is_of_name) {
        let expected = "{ids} once, with letters, digits, -, _ and {code} around it";
        return wrong("zip", reading::quoted(zip), expected);
    }
    Ok(())
}

fn check_settings(assignment: &Assignment) -> Result<()> {
    let known = defaults();
    let lists = [("fixed", &assignment.fixed), ("hidden", &assignment.hidden)];
    let mut seen: Vec<&str> = Vec::new();
    for (list, names) in lists {
        let place = format!("assignment, {list}");
        for name in names {
            if !known.contains_key(name) {
                let expected: Vec<&str> = known.keys().map(String::as_str).collect();
                let expected = format!("one of {}", expected.join(", "));
                return Err(Error::data(place, reading::quoted(name), expected));
            }
            if assignment.seed_from_ids && name == "seed" {
                let expected = "no seed where it follows from the ids";
                return Err(Error::data(place, "seed", expected));
            }
            if seen.contains(&&**name) {
                let found = format!("{name} a second time");
                return Err(Error::data(place, found, "each setting once"));
            }
            seen.push(name);
        }
    }
    Plan::try_from(&assignment.settings).map_err(|error| {
        let place = error.place().unwrap_or_default();
        let found = error.found().map_or(error.to_string(), String::from);
        let expected = error.expected().unwrap_or("settings that can be trained");
        Error::data(format!("assignment, settings, {place}"), found, expected)
    })?;
    Ok(())
}

fn is_of_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_')
}

/// As JSON: of the settings those that are given or are not the defaults.
fn written(assignment: &Assignment) -> Value {
    let Ok(Value::Object(fields)) = serde_json::to_value(&assignment.settings) else {
        unreachable!("settings are an object of fields");
    };
    let usual = defaults();
    let is_given = |name: &String| {
        let given = assignment.fixed.contains(name) || assignment.hidden.contains(name);
        given || fields.get(name) != usual.get(name)
    };
    let settings: Map<String, Value> = usual
        .keys()
        .filter(|name| is_given(name))
        .filter_map(|name| Some((name.clone(), plain(fields.get(name)?))))
        .collect();
    let mut value = json!(assignment);
    value["settings"] = Value::Object(settings);
    value
}

/// A whole number as a person writes it: 10 and not 10.0.
fn plain(value: &Value) -> Value {
    match value.as_f64() {
        Some(number) if number.fract() == 0.0 && number.abs() < 9e15 => (number as i64).into(),
        _ => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    fn ids(all: &[&str]) -> Vec<String> {
        all.iter().map(|one| (*one).into()).collect()
    }

    // The vectors of draft-eastlake-fnv: "", "a", "foobar".
    #[wasm_bindgen_test(unsupported = test)]
    fn the_hash_is_fnv_1a() {
        let expected = [
            ("", 0x811c_9dc5),
            ("a", 0xe40c_292c),
            ("foobar", 0xbf9c_f968),
        ];
        for (text, hash) in expected {
            assert_eq!(fnv_1a(text.as_bytes()), hash, "{text:?}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_seed_follows_from_code_and_ids_in_any_order() {
        let seed = |code: &str, all: &[&str]| seed_of(code, &ids(all)).unwrap();
        assert_eq!(seed("ml1-2", &["1004"]), fnv_1a(b"ml1-2/1004"));
        assert_eq!(seed("ml1-2", &["B7", " a1 ", ""]), fnv_1a(b"ml1-2/a1_b7"));
        assert_eq!(seed("ml1-2", &["a1", "b7"]), seed("ml1-2", &["B7", "A1"]));
        assert_ne!(seed("ml1-2", &["1004"]), seed("ml1-3", &["1004"]));
        let none = seed_of("ml1-2", &ids(&[" "])).unwrap_err().to_string();
        assert_eq!(none, "ids: found none, expected who hands it in");
    }

    // A study takes up to ten seeds from one on: no two of a thousand numbers come so near.
    #[wasm_bindgen_test(unsupported = test)]
    fn a_thousand_numbers_in_a_row_have_seeds_apart() {
        let mut seeds: Vec<u32> = (100_000..101_000)
            .map(|number| seed_of("ml1-2", &[number.to_string()]).unwrap())
            .collect();
        seeds.sort_unstable();
        let nearest = seeds.windows(2).map(|pair| pair[1] - pair[0]).min();
        assert!(nearest.unwrap() > 10, "{nearest:?}");
    }
}
