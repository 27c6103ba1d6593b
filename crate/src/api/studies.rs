//! Studies: their plans, readings and reports. They compute nothing on a device, so they
//! are an artifact of their own, fetched when a study is first asked about.

use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

use super::Thrown;
use crate::message::{
    ReportFiles, ReportRequest, StudyConfig, StudyFacts, StudyPlan, StudyReading, StudyRecord,
};
use crate::study;

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
