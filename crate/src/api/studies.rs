//! Studies: their plans, readings and reports. They compute nothing on a device, so they
//! are an artifact of their own, fetched when a study is first asked about.

use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

use super::Thrown;
use crate::config;
use crate::message::{
    Assignment, AssignmentFiles, CheckWish, ClassFiles, ClassVerdicts, HandIn, HandInFiles,
    HandInLimits, HandInVerdict, HealthLimits, JudgeRequest, ReportFiles, ReportRequest,
    SettingsFacts, StudyConfig, StudyFacts, StudyPlan, StudyReading, StudyRecord,
};
use crate::study;
use crate::train::health::LIMITS;
use crate::{assignment, check};

/// The runs of a study.
#[wasm_bindgen]
pub fn plan_study(config: Ts<StudyConfig>) -> Result<Ts<StudyPlan>, Thrown> {
    Ok(study::plan::plan_study(&config.to_rust()?)?.into_ts()?)
}

/// What a form of studies says and allows; `scripts/build` writes it for the page, which
/// shows its form before there is an engine.
#[wasm_bindgen]
pub fn study_facts() -> Result<Ts<StudyFacts>, Thrown> {
    Ok(study::factor::facts().into_ts()?)
}

/// What there is to set of a run, written for the page in the same way.
#[wasm_bindgen]
pub fn settings_facts() -> Result<Ts<SettingsFacts>, Thrown> {
    Ok(config::schema::facts().into_ts()?)
}

/// Where the health of a layer deserves a word, written for the page in the same way.
#[wasm_bindgen]
pub fn health_limits() -> Result<Ts<HealthLimits>, Thrown> {
    Ok(LIMITS.into_ts()?)
}

/// A study that comes from a file or an older version: checked, brought to this
/// version's format, and with all that follows from its settings and results derived.
#[wasm_bindgen]
pub fn checked_study(record: Ts<StudyRecord>) -> Result<Ts<StudyRecord>, Thrown> {
    let record = record.to_rust()?;
    study::check::check(&record)?;
    Ok(study::record::derived(&record).into_ts()?)
}

/// The comparison and the insights of a study as it stands.
#[wasm_bindgen]
pub fn read_study(record: Ts<StudyRecord>) -> Result<Ts<StudyReading>, Thrown> {
    let record = record.to_rust()?;
    // It may come from an imported file.
    study::check::check(&record)?;
    Ok(study::insight::read_study(&record).into_ts()?)
}

/// The texts of a report on studies, each of which is checked.
#[wasm_bindgen]
pub fn write_report(request: Ts<ReportRequest>) -> Result<Ts<ReportFiles>, Thrown> {
    let request = request.to_rust()?;
    for study in &request.studies {
        study::check::check(&study.record)?;
    }
    if let Some(baseline) = &request.baseline {
        study::check::check_data(&baseline.data, &|place| format!("baseline, {place}"))?;
    }
    Ok(study::report::write_report(&request).into_ts()?)
}

/// Bounds of a zip that is read as a hand-in.
#[wasm_bindgen]
pub fn hand_in_limits() -> Result<Ts<HandInLimits>, Thrown> {
    Ok(check::LIMITS.into_ts()?)
}

/// The entries of a hand-in that [`read_hand_in`] wants, by the paths of them all: of
/// `metrics.json`, `summary.csv`, `metrics.csv`, `analysis.ipynb` and `report.md`.
#[wasm_bindgen]
pub fn hand_in_texts(names: Vec<String>) -> Vec<String> {
    check::texts(&names).into()
}

/// What hand-ins are called, each otherwise, by the paths of their files.
#[wasm_bindgen]
pub fn hand_in_names(paths: Vec<String>) -> Vec<String> {
    check::distinct_names(&paths)
}

/// Reads a hand-in, and says which of its runs are to be trained again.
#[wasm_bindgen]
pub fn read_hand_in(files: Ts<HandInFiles>, wish: Ts<CheckWish>) -> Result<Ts<HandIn>, Thrown> {
    Ok(check::read_hand_in(&files.to_rust()?, &wish.to_rust()?).into_ts()?)
}

/// Why a file is no zip, by its size in bytes and its first ones.
#[wasm_bindgen]
pub fn no_zip_in_words(size: f64, head: &[u8]) -> String {
    check::no_zip(size as u64, head)
}

/// A hand-in of which nothing can be read, and why.
#[wasm_bindgen]
pub fn unread_hand_in(zip: &str, why: &str) -> Result<Ts<HandIn>, Thrown> {
    Ok(check::unread(zip, why).into_ts()?)
}

/// What is found of a hand-in whose runs were trained again.
#[wasm_bindgen]
pub fn judge_hand_in(request: Ts<JudgeRequest>) -> Result<Ts<HandInVerdict>, Thrown> {
    let request = request.to_rust()?;
    let class = request.class.iter();
    let weights = class.map(|one| (&*one.zip, &*one.weights));
    let holders = check::Holders::new(weights);
    let again = |key: &str| request.again.iter().find(|one| one.key == key);
    Ok(check::judge(&request.hand_in, &request.data, again, &holders).into_ts()?)
}

/// The verdicts of a class as a table and as Gradescope's files.
#[wasm_bindgen]
pub fn class_files(class: Ts<ClassVerdicts>) -> Result<Ts<ClassFiles>, Thrown> {
    Ok(check::class_files(&class.to_rust()?.hand_ins).into_ts()?)
}

/// An assignment of a link, its token or a file's text.
#[wasm_bindgen]
pub fn read_assignment(text: &str) -> Result<Ts<Assignment>, Thrown> {
    Ok(assignment::read(text)?.into_ts()?)
}

/// An assignment as a file and as a link's token.
#[wasm_bindgen]
pub fn write_assignment(draft: Ts<Assignment>) -> Result<Ts<AssignmentFiles>, Thrown> {
    Ok(assignment::write(&draft.to_rust()?)?.into_ts()?)
}

/// The seed of those who hand in an assignment.
#[wasm_bindgen]
pub fn assignment_seed(code: &str, ids: Vec<String>) -> Result<u32, Thrown> {
    Ok(assignment::seed_of(code, &ids)?)
}

/// In words, that data are not those of an assignment; nothing where they are.
#[wasm_bindgen]
pub fn why_other_data(
    draft: Ts<Assignment>,
    name: &str,
    checksum: &str,
) -> Result<Option<String>, Thrown> {
    let assignment = draft.to_rust()?;
    Ok(check::why_other_data(&assignment, name, checksum))
}
