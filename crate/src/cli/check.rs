//! `inkling check`: the runs of hand-ins trained again and compared. What it proves is that
//! these settings on these data give these figures, not who pressed Train.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use clap::ArgMatches;
use rayon::iter::{ParallelBridge, ParallelIterator};
use serde_json::{Value, json};

use super::engine::{Trained, settled, train_epochs};
use super::fault::{Fault, Result, STATUS_DIFFERS};
use super::handed::{HandIn, HandedRun, is_of_its_epochs, read};
use super::input::{Loaded, name_of};
use super::settings::query_of;
use super::study::threads;
use super::told::Told;
use super::{data_of, paths_of, whole};
use crate::config::Plan;
use crate::data::dataset::checksum;
use crate::math::NUMERICS_VERSION;
use crate::message::{EpochRecord, Outcome, RunConfig, StepKind};

/// Steps that all runs of one hand-in may take, unless a person allows more: forty runs of
/// ten epochs of the defaults on 42,000 images are a fifth of it.
const MOST_STEPS: u64 = 1_000_000;
/// Points of accuracy that a run on WebGPU may be off from the CPU's.
const WEBGPU_POINTS: f64 = 0.05;

const SAME: &str = "same bits";
const FOREIGN_FIGURES: &str = "figures in the report do not belong to its own records";

/// A hand-in and what is found of it.
struct Checked {
    zip: String,
    /// What it holds, or why it cannot be read.
    hand_in: std::result::Result<HandIn, String>,
    /// Of each run, whether it is trained again.
    is_asked: Vec<bool>,
}

/// A run to train: its settings, and the epochs that are compared.
type Asked = (RunConfig, u32);

pub(super) fn check(matches: &ArgMatches, told: &Told) -> Result<u8> {
    let data = data_of(matches)?;
    let budget = whole(matches, "budget")?.map_or(MOST_STEPS, |steps| steps as u64);
    let sample = whole(matches, "sample")?;
    let mut all: Vec<Checked> = paths_of(matches, "zips")
        .iter()
        .map(|path| checked(path, &data, budget, sample))
        .collect();
    let trained = train_all(&mut all, &data, threads(matches)?, told)?;
    let by_weights = holders(&all);
    let mut has_all_same = true;
    for one in &all {
        let (verdict, runs) = verdict(one, &data, &trained, &by_weights);
        has_all_same &= verdict == SAME;
        let mut words = format!("{}: {verdict}", one.zip);
        for run in runs.iter().filter(|run| run["verdict"] != SAME) {
            let (name, verdict) = (&run["run"], &run["verdict"]);
            words += &format!("\n  {}: {}", plain(name), plain(verdict));
        }
        let foreign = one
            .hand_in
            .as_ref()
            .map_or(&[][..], |hand_in| &hand_in.foreign);
        for place in foreign {
            words += &format!("\n  {place}: {FOREIGN_FIGURES}");
        }
        let value = json!({
            "zip": one.zip,
            "verdict": verdict,
            "runs": runs,
            "foreign_figures": foreign,
        });
        told.say(&words, &value);
    }
    if !told.is_json() {
        println!(
            "\"{SAME}\" proves that these settings on these data give these figures, not who \
             pressed Train. Equal weights tell of a copy only where each had a seed of their own."
        );
    }
    Ok(if has_all_same { 0 } else { STATUS_DIFFERS })
}

fn plain(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Reads a hand-in and decides which of its runs are trained again.
fn checked(path: &str, data: &Loaded, budget: u64, sample: Option<usize>) -> Checked {
    let zip = name_of(path);
    let mut hand_in = read(path);
    let mut is_asked = Vec::new();
    if let Ok(found) = &hand_in {
        let can_repeat =
            |run: &HandedRun| run.data == data.summary.checksum && why_not(run).is_none();
        is_asked = found.runs.iter().map(can_repeat).collect();
        if let Some(sample) = sample {
            let mut places: Vec<usize> = (0..is_asked.len()).filter(|&at| is_asked[at]).collect();
            let key = |at: &usize| checksum(&[zip.as_bytes(), &at.to_le_bytes()]);
            places.sort_by_key(key);
            places
                .iter()
                .skip(sample)
                .for_each(|&at| is_asked[at] = false);
        }
        let steps = |(run, _): &(&HandedRun, &bool)| num_steps(run, data);
        let asked = found
            .runs
            .iter()
            .zip(&is_asked)
            .filter(|(_, is_asked)| **is_asked);
        let steps: u64 = asked.map(|one| steps(&one)).sum();
        if steps > budget {
            hand_in = Err(format!(
                "its records ask for {steps} steps, more than the budget of {budget}; \
                 --budget {steps} allows them"
            ));
        }
    }
    Checked {
        zip,
        hand_in,
        is_asked,
    }
}

/// Why a run is not trained again, apart from its data; none where it is.
fn why_not(run: &HandedRun) -> Option<String> {
    let result = &run.result;
    if result.backend == "ndarray" && result.numerics_version != NUMERICS_VERSION {
        return Some("another numerics version".into());
    }
    if run.config.step == StepKind::Plain {
        return Some("trained by the plain step, whose bits are not promised".into());
    }
    if run.result.history.is_empty() {
        return Some("has no epoch to compare".into());
    }
    match Plan::try_from(&run.config) {
        Ok(_) => None,
        Err(error) => Some(error.to_string()),
    }
}

fn num_steps(run: &HandedRun, data: &Loaded) -> u64 {
    let num_epochs = run.result.history.len() as u64;
    let batch = run.config.batch_size.max(1.0) as u64;
    num_epochs * u64::from(data.summary.num_rows).div_ceil(batch)
}

/// The run as this program trains it again; equal ones are trained once for all.
fn asked(run: &HandedRun) -> Option<Asked> {
    let config = RunConfig {
        backend: crate::message::BackendChoice::Auto,
        ..run.config.clone()
    };
    Some((settled(&config).ok()?, run.result.history.len() as u32))
}

fn key(asked: &Asked) -> String {
    json!([asked.0, asked.1]).to_string()
}

/// Trains what is asked for, each once, the longest first.
fn train_all(
    all: &mut [Checked],
    data: &Loaded,
    num_threads: usize,
    told: &Told,
) -> Result<BTreeMap<String, Trained>> {
    let mut wanted: BTreeMap<String, (u64, Asked)> = BTreeMap::new();
    for one in all.iter() {
        let Ok(hand_in) = &one.hand_in else { continue };
        for (run, _) in hand_in
            .runs
            .iter()
            .zip(&one.is_asked)
            .filter(|(_, is_asked)| **is_asked)
        {
            if let Some(asked) = asked(run) {
                wanted.insert(key(&asked), (num_steps(run, data), asked));
            }
        }
    }
    let mut wanted: Vec<(String, (u64, Asked))> = wanted.into_iter().collect();
    wanted.sort_by_key(|(_, (steps, _))| std::cmp::Reverse(*steps));
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(num_threads)
        .build();
    let pool = pool.map_err(|error| Fault::input(format!("--threads: {error}")))?;
    let trained = Mutex::new(BTreeMap::new());
    let fault = pool.install(|| {
        let one = |(key, (_, (config, num_epochs))): (String, (u64, Asked))| {
            let report = told.bar(query_of(&config));
            let done = train_epochs(&data.dataset, &config, Some(num_epochs), |event| {
                report.hear(event);
            })?;
            trained
                .lock()
                .unwrap_or_else(|held| held.into_inner())
                .insert(key, done);
            Ok(())
        };
        wanted
            .into_iter()
            .par_bridge()
            .map(one)
            .find_map_any(Result::err)
    });
    match fault {
        Some(fault) => Err(fault),
        None => Ok(trained
            .into_inner()
            .unwrap_or_else(|held| held.into_inner())),
    }
}

/// The hand-ins that hold a model, by its checksum.
fn holders(all: &[Checked]) -> BTreeMap<String, BTreeSet<String>> {
    let mut holders: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for one in all {
        let Ok(hand_in) = &one.hand_in else { continue };
        let finished = hand_in
            .runs
            .iter()
            .filter(|run| run.result.outcome == Outcome::Finished);
        for run in finished.filter(|run| !run.result.weights_checksum.is_empty()) {
            let weights = run.result.weights_checksum.clone();
            holders.entry(weights).or_default().insert(one.zip.clone());
        }
    }
    holders
}

/// What is found of a hand-in, and of each of its runs.
fn verdict(
    one: &Checked,
    data: &Loaded,
    trained: &BTreeMap<String, Trained>,
    by_weights: &BTreeMap<String, BTreeSet<String>>,
) -> (String, Vec<Value>) {
    let hand_in = match &one.hand_in {
        Ok(hand_in) => hand_in,
        Err(why) => return (format!("cannot be read: {why}"), vec![]),
    };
    let mut worst: Option<String> = None;
    let mut others: BTreeSet<&str> = BTreeSet::new();
    let mut runs = Vec::new();
    for (run, &is_asked) in hand_in.runs.iter().zip(&one.is_asked) {
        let again = if is_asked {
            asked(run).and_then(|asked| trained.get(&key(&asked)))
        } else {
            None
        };
        let found = run_verdict(run, data, again);
        if found != SAME && found != NOT_ASKED && worst.is_none() {
            worst = Some(found.clone());
        }
        let same = by_weights.get(&run.result.weights_checksum);
        let same = same.into_iter().flatten().filter(|zip| **zip != one.zip);
        let same: Vec<&str> = same.map(String::as_str).collect();
        others.extend(&same);
        runs.push(json!({
            "run": run.place,
            "verdict": found,
            "equal_weights": same,
            "repeat": format!("inkling train --data FILE --query '{}'", query_of(&run.config)),
        }));
    }
    // Records that are not what their settings give weigh more than what was made of them.
    let found = if runs.is_empty() {
        "holds no run".into()
    } else if let Some(worst) = worst {
        worst
    } else if !hand_in.foreign.is_empty() {
        FOREIGN_FIGURES.into()
    } else if let Some(other) = others.first() {
        format!("equal weights as in {other}")
    } else {
        SAME.into()
    };
    (found, runs)
}

const NOT_ASKED: &str = "not in the sample";

fn run_verdict(run: &HandedRun, data: &Loaded, again: Option<&Trained>) -> String {
    if run.data != data.summary.checksum {
        return "other data".into();
    }
    if let Some(why) = why_not(run) {
        return why;
    }
    let Some(again) = again else {
        return NOT_ASKED.into();
    };
    let (told, found) = (&run.result, &again.result);
    if told.backend == "webgpu" {
        let of =
            |history: &[EpochRecord]| history.last().map_or(0.0, |last| last.validation_accuracy);
        let points = 100.0 * (of(&told.history) - of(&found.history)).abs();
        return if points <= WEBGPU_POINTS {
            format!("trained on WebGPU, within {WEBGPU_POINTS} points")
        } else {
            format!("trained on WebGPU, off by {points:.2} points")
        };
    }
    let pairs = told.history.iter().zip(&found.history);
    let parted = pairs
        .clone()
        .position(|(told, found)| bits(told) != bits(found));
    if let Some(at) = parted {
        return format!("differs from epoch {} on", at + 1);
    }
    let num_equal = pairs.count();
    if num_equal < told.history.len() {
        return format!("differs from epoch {} on", num_equal + 1);
    }
    // A run that was stopped within an epoch left a model that nobody trains again.
    let is_whole = told.outcome == Outcome::Finished;
    let is_same = told.weights_checksum == found.weights_checksum
        && told.validation_loss.to_bits() == found.validation_loss.to_bits()
        && told.validation_accuracy.to_bits() == found.validation_accuracy.to_bits()
        && told.correct == found.correct;
    if is_whole && !is_same {
        return if is_of_its_epochs(run) {
            format!("differs from epoch {num_equal} on")
        } else {
            FOREIGN_FIGURES.into()
        };
    }
    SAME.into()
}

/// Everything of an epoch that must not depend on the clock.
fn bits(record: &EpochRecord) -> [Option<u64>; 6] {
    [
        Some(record.train_loss),
        Some(record.train_accuracy),
        Some(record.validation_loss),
        Some(record.validation_accuracy),
        record.clean_loss,
        record.clean_accuracy,
    ]
    .map(|figure| figure.map(f64::to_bits))
}
