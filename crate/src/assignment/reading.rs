//! An assignment read from anybody's text: JSON, a link or its token. Each field alone, so
//! that what is wrong has a place.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{MOST_LINE, MOST_TEXT, MOST_TOKEN, VERSION, check, defaults, too_long};
use crate::error::{Error, Result};
use crate::message::{Assignment, RunConfig};

const FIELDS: [&str; 10] = [
    "inkling_assignment",
    "code",
    "title",
    "data",
    "settings",
    "fixed",
    "hidden",
    "studies",
    "seed_from_ids",
    "zip",
];

/// An assignment of a JSON file's text, a link, or what stands behind `assignment=` in one.
///
/// # Errors
/// The place in it, what was found there and what was expected.
pub fn read(text: &str) -> Result<Assignment> {
    // As some editors begin a file.
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.len() > MOST_TEXT {
        return Err(too_long("text", text.len(), MOST_TEXT));
    }
    let json = if text.starts_with('{') {
        text.into()
    } else {
        decoded(token_of(text))?
    };
    let value: Value = serde_json::from_str(&json).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        wrong(&place, "no JSON", "JSON as Inkling writes an assignment")
    })?;
    let Value::Object(fields) = value else {
        return Err(wrong("text", "other JSON", "an object"));
    };
    let assignment = of_fields(&fields)?;
    check(&assignment)?;
    Ok(assignment)
}

fn wrong(place: &str, found: impl Into<String>, expected: impl Into<String>) -> Error {
    Error::data(format!("assignment, {place}"), found, expected)
}

/// What of a link is the assignment's.
fn token_of(text: &str) -> &str {
    let token = text
        .split_once("assignment=")
        .map_or(text, |(_, rest)| rest);
    token.split(['&', '#']).next().unwrap_or_default()
}

fn decoded(token: &str) -> Result<String> {
    if token.is_empty() {
        return Err(wrong("link", "nothing", "an assignment in it"));
    }
    if token.len() > MOST_TOKEN {
        return Err(too_long("link", token.len(), MOST_TOKEN));
    }
    let is_digit = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    if let Some((at, letter)) = token.chars().enumerate().find(|(_, one)| !is_digit(*one)) {
        let place = format!("link, character {}", at + 1);
        let expected = "a letter, a digit, - or _ (base64url)";
        return Err(wrong(&place, quoted(&letter.to_string()), expected));
    }
    let bytes = URL_SAFE_NO_PAD
        .decode(token)
        .map_err(|_| wrong("link", "one that is cut off", "a whole one"))?;
    String::from_utf8(bytes).map_err(|_| wrong("link", "bytes that are no text", "JSON in it"))
}

fn of_fields(fields: &Map<String, Value>) -> Result<Assignment> {
    let Some(version) = fields.get("inkling_assignment") else {
        let found = "no field inkling_assignment";
        return Err(wrong("text", found, "an assignment as Inkling writes it"));
    };
    if version != &Value::from(VERSION) {
        let expected = format!("{VERSION}, or a newer Inkling");
        return Err(wrong("version", quoted(&version.to_string()), expected));
    }
    if let Some(name) = fields.keys().find(|name| !FIELDS.contains(&&***name)) {
        let expected = format!("only {}", FIELDS.join(", "));
        return Err(wrong("text", format!("a field {}", quoted(name)), expected));
    }
    Ok(Assignment {
        inkling_assignment: VERSION,
        code: needed(fields, "code")?,
        title: needed(fields, "title")?,
        data: field(fields, "data")?,
        settings: settings(fields.get("settings"))?,
        fixed: field(fields, "fixed")?.unwrap_or_default(),
        hidden: field(fields, "hidden")?.unwrap_or_default(),
        studies: field(fields, "studies")?.unwrap_or_default(),
        seed_from_ids: field(fields, "seed_from_ids")?.unwrap_or_default(),
        zip: needed(fields, "zip")?,
    })
}

fn field<T: DeserializeOwned>(fields: &Map<String, Value>, name: &str) -> Result<Option<T>> {
    let value = fields.get(name).filter(|value| !value.is_null());
    value.map(|value| typed(value, name)).transpose()
}

fn needed<T: DeserializeOwned>(fields: &Map<String, Value>, name: &str) -> Result<T> {
    field(fields, name)?.ok_or_else(|| wrong(name, "nothing", format!("a {name}")))
}

fn typed<T: DeserializeOwned>(value: &Value, place: &str) -> Result<T> {
    T::deserialize(value).map_err(|error| {
        // As serde words it: "invalid type: …, expected …".
        let words = error.to_string();
        let (found, expected) = words
            .split_once(", expected ")
            .unwrap_or((&*words, "what Inkling writes there"));
        let clipped: String = found.chars().take(MOST_LINE).collect();
        wrong(place, clipped, expected)
    })
}

/// All settings, those that are not given at their defaults.
fn settings(given: Option<&Value>) -> Result<RunConfig> {
    let known = defaults();
    let none = Map::new();
    let given = match given {
        None | Some(Value::Null) => &none,
        Some(Value::Object(given)) => given,
        Some(_) => return Err(wrong("settings", "other JSON", "an object")),
    };
    for (name, value) in given {
        if !known.contains_key(name) {
            let expected: Vec<&str> = known.keys().map(String::as_str).collect();
            let expected = format!("one of {}", expected.join(", "));
            return Err(wrong("settings", quoted(name), expected));
        }
        let one = Value::Object([(name.clone(), value.clone())].into_iter().collect());
        typed::<RunConfig>(&one, &format!("settings, {name}"))?;
    }
    typed(&Value::Object(given.clone()), "settings")
}

/// A line that people read, which is anybody's: without markup, and without letters that
/// are not seen or turn what stands beside them.
pub(super) fn check_line(place: &str, text: &str) -> Result<()> {
    let expected = format!("1 to {MOST_LINE} characters that can be read, without < and >");
    let is_unseen = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    let is_wrong = |letter: char| is_unseen(letter) || matches!(letter, '<' | '>');
    if text.trim().is_empty() || text.chars().count() > MOST_LINE || text.contains(is_wrong) {
        let shown: String = text.chars().filter(|letter| !is_unseen(*letter)).collect();
        return Err(wrong(place, quoted(&shown), expected));
    }
    Ok(())
}

/// A text of anybody's among words, short.
pub(super) fn quoted(text: &str) -> String {
    const MOST: usize = 40;
    let kept: String = text
        .chars()
        .filter(|letter| !letter.is_control())
        .take(MOST)
        .collect();
    let more = if text.chars().count() > MOST {
        "…"
    } else {
        ""
    };
    format!("“{kept}{more}”")
}

#[cfg(test)]
mod tests {
    use super::super::{seed_of, write, zip_name};
    use super::*;
    use crate::message::{AssignedData, AssignedStudy, Factor, Optimiser};
    use wasm_bindgen_test::wasm_bindgen_test;

    pub(crate) fn example() -> Assignment {
        Assignment {
            inkling_assignment: VERSION,
            code: "ml1-2".into(),
            title: "Second assignment: dropout & norms".into(),
            data: Some(AssignedData {
                name: "train.csv".into(),
                num_rows: 42_000,
                checksum: "0123456789abcdef".into(),
            }),
            settings: RunConfig {
                epochs: 3.0,
                optimiser: Optimiser::Adam,
                learning_rate: 0.003,
                ..RunConfig::default()
            },
            fixed: vec!["epochs".into(), "batch_size".into()],
            hidden: vec!["optimiser".into()],
            studies: vec![AssignedStudy {
                factor: Factor::Dropout,
                least_values: 5,
            }],
            seed_from_ids: true,
            zip: "{code}_{ids}".into(),
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn what_is_written_is_read_back_from_file_link_and_token() {
        let assignment = example();
        let files = write(&assignment).unwrap();
        let link = format!(
            "https://a.example/x/?epochs=3&assignment={}&fault=#study",
            files.token
        );
        for text in [
            &files.text,
            &files.token,
            &link,
            &format!("\u{feff} {link}\n"),
        ] {
            assert_eq!(read(text).unwrap(), assignment, "{text}");
        }
        assert!(files.text.contains("\"batch_size\": 64,"), "{}", files.text);
        assert!(!files.text.contains("momentum"), "{}", files.text);
        let ids = ["1004".to_string(), "1005".into()];
        assert_eq!(zip_name(&assignment, &ids), "ml1-2_1004_1005.zip");
        assert!(seed_of(&assignment.code, &ids).is_ok());
    }

    /// The message for the example with a change made in its JSON.
    fn told(change: impl FnOnce(&mut Value)) -> String {
        let mut value: Value = serde_json::from_str(&write(&example()).unwrap().text).unwrap();
        change(&mut value);
        read(&value.to_string()).unwrap_err().to_string()
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn what_is_wrong_is_told_with_its_place() {
        let expected = |start: &str, found: String| {
            let is_it = found.starts_with(start) && found.contains(", expected ");
            assert!(is_it, "found {found:?}, expected {start:?}");
        };
        expected(
            "assignment, version: found “2”, expected 1, or",
            told(|it| it["inkling_assignment"] = 2.into()),
        );
        for title in [
            "<img src=x onerror=alert(1)>",
            "a\u{202e}b",
            "\u{7}",
            " ",
            &"x".repeat(121),
        ] {
            let start = "assignment, title: found “";
            expected(start, told(|it| it["title"] = title.into()));
        }
        for code in ["", "a b", "é", &"x".repeat(61)] {
            expected(
                "assignment, code: found “",
                told(|it| it["code"] = code.into()),
            );
        }
        for zip in ["", "a", "{ids}{ids}", "../{ids}", "{ids}/x", "{name}{ids}"] {
            expected(
                "assignment, zip: found “",
                told(|it| it["zip"] = zip.into()),
            );
        }
        expected(
            "assignment, title: found nothing, expected a title",
            told(|it| it["title"] = Value::Null),
        );
        expected(
            "assignment, title: found invalid type: integer `5`, expected a string",
            told(|it| it["title"] = 5.into()),
        );
        expected(
            "assignment, text: found a field “more”",
            told(|it| it["more"] = 1.into()),
        );
        expected(
            "assignment, settings, epochs: found 0, expected a whole number from 1",
            told(|it| it["settings"]["epochs"] = 0.into()),
        );
        expected(
            "assignment, settings, epochs: found invalid type: string \"3\"",
            told(|it| it["settings"]["epochs"] = "3".into()),
        );
        expected(
            "assignment, settings, optimiser: found unknown variant `lion`",
            told(|it| it["settings"]["optimiser"] = "lion".into()),
        );
        for name in ["epoks", "step", "__proto__"] {
            let start = format!("assignment, settings: found “{name}”, expected one of");
            expected(&start, told(|it| it["settings"][name] = 1.into()));
            let start = format!("assignment, fixed: found “{name}”, expected one of");
            expected(&start, told(|it| it["fixed"] = vec![name].into()));
        }
        expected(
            "assignment, fixed: found seed, expected no seed",
            told(|it| it["fixed"] = vec!["seed"].into()),
        );
        expected(
            "assignment, hidden: found epochs a second time",
            told(|it| it["hidden"] = vec!["epochs"].into()),
        );
        expected(
            "assignment, data, checksum: found “0123”",
            told(|it| it["data"]["checksum"] = "0123".into()),
        );
        expected(
            "assignment, study 1, least values of dropout: found 21",
            told(|it| it["studies"][0]["least_values"] = 21.into()),
        );
        expected(
            "assignment, study 2: found dropout a second time",
            told(|it| {
                let one = it["studies"][0].clone();
                it["studies"] = vec![one.clone(), one].into();
            }),
        );
        expected(
            "assignment, study 1: found two factors, expected one factor",
            told(|it| it["studies"][0]["factor"] = "two_factors".into()),
        );
        expected(
            "assignment, studies: found none",
            told(|it| it["studies"] = Value::Array(vec![])),
        );
        expected(
            "assignment, studies: found unknown variant `width`",
            told(|it| it["studies"][0]["factor"] = "width".into()),
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_broken_link_is_told_with_its_place() {
        let told = |text: &str| read(text).unwrap_err().to_string();
        let token = write(&example()).unwrap().token;
        let expected = |start: &str, text: &str| {
            let found = told(text);
            assert!(
                found.starts_with(start),
                "found {found:?}, expected {start:?}"
            );
        };
        expected("assignment, link: found nothing", "?assignment=&epochs=3");
        expected(
            "assignment, link, character 3: found “<”",
            "?assignment=ey<script>",
        );
        expected("assignment, link, character 2: found “é”", "aéé");
        expected("assignment, link: found bytes that are no text", "__79");
        expected("assignment, text: found other JSON", "MTI");
        expected("assignment, line 1, column", &token[..token.len() / 8 * 4]);
        expected("assignment, text: found no field", "{\"a\": 1}");
        expected("assignment, link: found 8193 characters", &"a".repeat(8193));
        expected(
            "assignment, text: found 16385 characters",
            &"a".repeat(16_385),
        );
        expected(
            "assignment, line 1, column",
            &format!("{{{}", "[".repeat(9000)),
        );
        for at in 0..token.len() {
            // Whatever is cut off is refused, and nothing panics.
            assert!(read(&token[..at]).is_err(), "{at}");
        }
    }
}
