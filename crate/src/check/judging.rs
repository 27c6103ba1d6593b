//! Verdicts: a run beside the same run trained again, and a hand-in beside its class.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::figures::is_of_its_epochs;
use super::hand_in::{has_nothing, why_not};
use super::repeat::{query_of, repeat};
use super::rounding::impossible_epoch;
use crate::message::{
    Assignment, EpochRecord, HandIn, HandInVerdict, HandedRun, Outcome, RunResult, RunVerdict,
    TrainedAgain, VerdictKind,
};
use crate::study::READING_VERSION;

/// Points of accuracy that a run on WebGPU may be off from the CPU's.
const WEBGPU_POINTS: f64 = 0.05;

const SAME: &str = "same bits";
const FOREIGN: &str = "figures in the report do not belong to its own records";

/// Which hand-ins hold which model.
#[derive(Debug, Default)]
pub struct Holders<'a>(BTreeMap<&'a str, BTreeSet<&'a str>>);

impl<'a> Holders<'a> {
    /// Of all hand-ins of a class, each with the checksums of its models.
    pub fn new(class: impl IntoIterator<Item = (&'a str, &'a [String])>) -> Self {
        let mut holders = Self::default();
        for (zip, weights) in class {
            for one in weights {
                holders.0.entry(one).or_default().insert(zip);
            }
        }
        holders
    }

    /// The hand-ins beside one that hold a model.
    fn others(&self, weights: &str, zip: &str) -> Vec<String> {
        let all = self.0.get(weights).into_iter().flatten();
        all.filter(|one| **one != zip)
            .map(|one| (*one).into())
            .collect()
    }
}

/// What is found of a hand-in and of each of its runs. `data` is the checksum of what they
/// were trained on again, `again` gives what came of a key.
pub fn judge<'a>(
    hand_in: &HandIn,
    data: &str,
    again: impl Fn(&str) -> Option<&'a TrainedAgain>,
    holders: &Holders<'_>,
) -> HandInVerdict {
    let fault = match (&*hand_in.fault, &*hand_in.over_budget) {
        ("", over) => over,
        (fault, _) => fault,
    };
    let runs: Vec<RunVerdict> = if fault.is_empty() {
        let runs = hand_in.runs.iter();
        runs.map(|run| run_verdict(run, data, again(&run.key), holders, &hand_in.zip))
            .collect()
    } else {
        vec![]
    };
    let (kind, verdict) = if fault.is_empty() {
        let model_of = |run: &HandedRun| {
            let result = again(&run.key)?.result.as_ref()?;
            Some(&result.weights_checksum)
        };
        let is_cpus = |run: &HandedRun| {
            run.result.backend == "webgpu" && model_of(run) == Some(&run.result.weights_checksum)
        };
        // The CPU's very bits under WebGPU's name tell of no copy of another WebGPU's.
        let copies = runs.iter().zip(&hand_in.runs);
        let copies = copies.filter(|(_, run)| !is_cpus(run));
        let others: BTreeSet<&String> = copies.flat_map(|(run, _)| &run.equal_weights).collect();
        of_all(hand_in, &runs, others.first().copied())
    } else {
        (VerdictKind::Unreadable, format!("cannot be read: {fault}"))
    };
    HandInVerdict {
        zip: hand_in.zip.clone(),
        kind,
        verdict,
        ids: hand_in.ids.clone(),
        runs,
        foreign_figures: hand_in.foreign.clone(),
        missing: [&*hand_in.missing, &*hand_in.otherwise].concat(),
    }
}

/// In words, that the data which a class is to be checked on are not the assignment's;
/// nothing where they are, or where it names none.
pub fn why_other_data(assignment: &Assignment, name: &str, checksum: &str) -> Option<String> {
    let wanted = assignment.data.as_ref()?;
    (wanted.checksum != checksum).then(|| {
        format!(
            "data: found {name} (checksum {checksum}), expected the assignment’s {} (checksum {})",
            wanted.name, wanted.checksum
        )
    })
}

/// What weighs most. Records that are not what their settings give weigh more than what was
/// made of them.
fn of_all(hand_in: &HandIn, runs: &[RunVerdict], other: Option<&String>) -> (VerdictKind, String) {
    let is_open = |run: &&RunVerdict| {
        let closed = [
            VerdictKind::Same,
            VerdictKind::NearWebgpu,
            VerdictKind::NotAsked,
        ];
        !closed.contains(&run.kind)
    };
    if runs.is_empty() {
        return (VerdictKind::NotComparable, "holds no run".into());
    }
    if let Some(worst) = runs.iter().find(is_open) {
        return (worst.kind, worst.verdict.clone());
    }
    if !hand_in.foreign.is_empty() {
        return (VerdictKind::Foreign, FOREIGN.into());
    }
    if let Some(other) = other {
        return (
            VerdictKind::EqualWeights,
            format!("equal weights as in {other}"),
        );
    }
    let near = runs.iter().find(|run| run.kind == VerdictKind::NearWebgpu);
    let found = near.map_or(SAME, |run| &run.verdict);
    if !hand_in.otherwise.is_empty() {
        let words = format!("{found}, but not as the assignment asks");
        return (VerdictKind::Otherwise, words);
    }
    if runs.iter().all(|run| run.kind == VerdictKind::NotAsked) {
        return (
            VerdictKind::NotAsked,
            "no run of it was trained again".into(),
        );
    }
    if let Some(version) = hand_in.other_rules {
        let words = format!(
            "{found}, but its intervals and sentences are by rules of version {version}, not \
             {READING_VERSION}, and cannot be compared"
        );
        return (VerdictKind::NotComparable, words);
    }
    let kind = near.map_or(VerdictKind::Same, |run| run.kind);
    (kind, found.into())
}

fn run_verdict(
    run: &HandedRun,
    data: &str,
    again: Option<&TrainedAgain>,
    holders: &Holders<'_>,
    zip: &str,
) -> RunVerdict {
    let (kind, verdict) = found(run, data, again);
    RunVerdict {
        run: run.place.clone(),
        kind,
        verdict,
        equal_weights: holders.others(&run.result.weights_checksum, zip),
        query: query_of(&run.config),
        repeat: repeat(&run.config),
    }
}

fn found(run: &HandedRun, data: &str, again: Option<&TrainedAgain>) -> (VerdictKind, String) {
    if run.data != data {
        return (VerdictKind::OtherData, "other data".into());
    }
    if let Some(why) = why_not(run) {
        let kind = if has_nothing(run) {
            VerdictKind::NotAsked
        } else {
            VerdictKind::NotComparable
        };
        return (kind, why);
    }
    let again = again.filter(|_| run.is_asked);
    let Some(again) = again else {
        return (VerdictKind::NotAsked, "not in the sample".into());
    };
    match &again.result {
        Some(result) => compared(run, result),
        None => (
            VerdictKind::NotComparable,
            format!("could not be trained again: {}", again.why),
        ),
    }
}

fn compared(run: &HandedRun, found: &RunResult) -> (VerdictKind, String) {
    let told = &run.result;
    if told.backend == "webgpu" {
        return near(told, found);
    }
    let differs = |epoch: usize| {
        let words = format!("differs from epoch {epoch} on");
        (VerdictKind::Differs, words)
    };
    let pairs = told.history.iter().zip(&found.history);
    let num_equal = pairs
        .take_while(|(told, found)| bits(told) == bits(found))
        .count();
    if num_equal < told.history.len() {
        return differs(num_equal + 1);
    }
    let has_same_weights = told.weights_checksum == found.weights_checksum;
    match told.outcome {
        // Whoever was stopped within an epoch left a model that nobody trains again.
        Outcome::Stopped if !has_same_weights => {
            let words = format!(
                "{SAME} up to epoch {num_equal}, then stopped: what it had come to cannot be compared"
            );
            (VerdictKind::NotComparable, words)
        }
        Outcome::Failed if told.failure != found.failure => differs(num_equal + 1),
        _ if has_same_weights && has_same_figures(told, found) => (VerdictKind::Same, SAME.into()),
        // Another model at figures that are their own: it was trained otherwise.
        _ if !has_same_weights && is_of_its_epochs(run) => differs(num_equal.max(1)),
        _ => (VerdictKind::Foreign, FOREIGN.into()),
    }
}

/// What of a result depends on the clock, on who ended the run, or on what trained it; its
/// epochs are compared by themselves.
const NOT_GIVEN: [&str; 7] = [
    "elapsed_secs",
    "history",
    "numerics_version",
    "outcome",
    "reason",
    "samples_per_sec",
    "version",
];

/// What is measured of a finished run only.
const MAY_LACK: [&str; 2] = ["clean", "health"];

/// Whether everything else is equal of two results of one model.
fn has_same_figures(told: &RunResult, found: &RunResult) -> bool {
    let [told, found] = [told, found].map(|result| serde_json::json!(result));
    let is_equal = |(name, told): (&String, &Value)| {
        let found = found.get(name).unwrap_or(&Value::Null);
        // A run that was stopped has no such sample, and older ones have neither.
        let may_lack = MAY_LACK.contains(&name.as_str()) && found.is_null();
        NOT_GIVEN.contains(&name.as_str()) || may_lack || told.is_null() || told == found
    };
    told.as_object()
        .is_some_and(|told| told.iter().all(is_equal))
}

/// Whether a run on WebGPU ended where the CPU does, by a way that can have led there.
fn near(told: &RunResult, found: &RunResult) -> (VerdictKind, String) {
    let last = |of: &RunResult| {
        of.history
            .last()
            .map_or(0.0, |last| last.validation_accuracy)
    };
    let points = 100.0 * (last(told) - last(found)).abs();
    if points > WEBGPU_POINTS {
        let words = format!("trained on WebGPU, off by {points:.2} points");
        return (VerdictKind::Differs, words);
    }
    if let Some(epoch) = impossible_epoch(told, found) {
        let words = format!("trained on WebGPU, differs at epoch {epoch}");
        return (VerdictKind::Differs, words);
    }
    let words = format!("trained on WebGPU, within {WEBGPU_POINTS} points");
    (VerdictKind::NearWebgpu, words)
}

/// Everything of an epoch that must not depend on the clock.
fn bits(record: &EpochRecord) -> [Option<u64>; 7] {
    [
        Some(f64::from(record.step)),
        Some(record.train_loss),
        Some(record.train_accuracy),
        Some(record.validation_loss),
        Some(record.validation_accuracy),
        record.clean_loss,
        record.clean_accuracy,
    ]
    .map(|figure| figure.map(f64::to_bits))
}
