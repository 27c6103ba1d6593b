//! `inkling check`: hand-ins read, their runs trained again, and the verdicts told. What a
//! verdict is, `crate::check` says.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;

use clap::ArgMatches;
use rayon::iter::{ParallelBridge, ParallelIterator};

use super::engine::{settled, train_epochs};
use super::fault::{Fault, Result, STATUS_DIFFERS};
use super::files::{self, write};
use super::handed;
use super::input::Loaded;
use super::kept::Kept;
use super::study::threads;
use super::told::Told;
use super::{data_of, paths_of, text, whole};
use crate::assignment;
use crate::check::{
    Holders, PROVES, class_files, distinct_names, judge, printable, query_of, read_hand_in, unread,
    why_other_data,
};
use crate::message::{
    Assignment, CheckWish, HandIn, HandInVerdict, HandedRun, TrainedAgain, VerdictKind,
};

/// Steps that all runs of one hand-in may take, unless a person allows more: forty runs of
/// ten epochs of the defaults on 42,000 images are a fifth of it.
const MOST_STEPS: usize = 1_000_000;

pub(super) fn check(matches: &ArgMatches, told: &Told) -> Result<u8> {
    let data = data_of(matches)?;
    let wish = CheckWish {
        data: data.summary.checksum.clone(),
        num_rows: data.summary.num_rows,
        summary: Some(data.summary.clone()),
        sample: whole(matches, "sample")?.map(|number| number as u32),
        budget: whole(matches, "budget")?.unwrap_or(MOST_STEPS) as f64,
        assignment: text(matches, "assignment").map(assignment_of).transpose()?,
    };
    let other = wish.assignment.as_ref().and_then(|assignment| {
        let summary = &data.summary;
        why_other_data(assignment, &summary.name, &summary.checksum)
    });
    if let Some(why) = other {
        return Err(Fault::input(why));
    }
    let paths = paths_of(matches, "zips");
    let names = distinct_names(&paths);
    let all = paths.iter().zip(&names);
    let all: Vec<HandIn> = all.map(|(path, name)| read(path, name, &wish)).collect();
    let folder = text(matches, "results").map(Path::new);
    let kept = Kept::open(folder, &wish.data)?;
    let again = train_all(&all, &data, threads(matches)?, kept, told)?;
    let holders = Holders::new(all.iter().map(|one| (&*one.zip, &*one.weights)));
    let verdicts = all.iter().map(|one| {
        let again = |key: &str| again.get(key);
        judge(one, &wish.data, again, &holders)
    });
    let verdicts: Vec<HandInVerdict> = verdicts.collect();
    for one in &verdicts {
        told.say(&words(one), one);
    }
    if let Some(folder) = folder {
        write_results(folder, &verdicts)?;
    }
    if !told.is_json() {
        println!("{PROVES}");
    }
    let has_all_same = verdicts.iter().all(|one| one.kind == VerdictKind::Same);
    Ok(if has_all_same { 0 } else { STATUS_DIFFERS })
}

/// The assignment of a file, its link's or the JSON.
fn assignment_of(path: &str) -> Result<Assignment> {
    let text = String::from_utf8_lossy(&files::read(path)?).into_owned();
    assignment::read(&text).map_err(|error| Fault::input(format!("{path}: {error}")))
}

fn read(path: &str, name: &str, wish: &CheckWish) -> HandIn {
    let mut hand_in = match handed::read(path, name) {
        Ok(files) => read_hand_in(&files, wish),
        Err(why) => unread(name, &why),
    };
    if !hand_in.over_budget.is_empty() {
        let steps = hand_in.num_steps;
        hand_in.over_budget += &format!("; --budget {steps} allows them");
    }
    hand_in
}

/// A verdict for a terminal, with what is not as it should be below it.
fn words(one: &HandInVerdict) -> String {
    let mut words = format!("{}: {}", printable(&one.zip), one.verdict);
    for run in one.runs.iter().filter(|run| run.kind != VerdictKind::Same) {
        words += &format!("\n  {}: {}", run.run, run.verdict);
    }
    for place in &one.foreign_figures {
        words += &format!("\n  {place}: not of its own records");
    }
    if !one.missing.is_empty() {
        words += &format!("\n  missing: {}", one.missing.join(", "));
    }
    words
}

/// A folder a hand-in with Gradescope's `results.json`, and the class as a table.
fn write_results(folder: &Path, verdicts: &[HandInVerdict]) -> Result<()> {
    let files = class_files(verdicts);
    let table = std::iter::once(("class.csv", &files.csv));
    let results = files.results.iter().map(|one| (&*one.name, &one.text));
    for (name, text) in table.chain(results) {
        let path = folder.join(name);
        let parent = path.parent().unwrap_or(folder);
        let shown = path.to_string_lossy();
        std::fs::create_dir_all(parent).map_err(|error| Fault::file(&shown, &error))?;
        write(&shown, text.as_bytes())?;
    }
    Ok(())
}

/// Trains what is asked for and not kept, each once, the longest first. What cannot be
/// trained is told of its hand-in alone.
fn train_all(
    all: &[HandIn],
    data: &Loaded,
    num_threads: usize,
    kept: Kept,
    told: &Told,
) -> Result<BTreeMap<String, TrainedAgain>> {
    let is_trained = |one: &&HandIn| one.fault.is_empty() && one.over_budget.is_empty();
    let runs = all.iter().filter(is_trained).flat_map(|one| &one.runs);
    let asked = runs.filter(|run| run.is_asked && !kept.by_key.contains_key(&run.key));
    let wanted: BTreeMap<&str, &HandedRun> = asked.map(|run| (&*run.key, run)).collect();
    let mut wanted: Vec<&HandedRun> = wanted.into_values().collect();
    wanted.sort_by(|one, other| other.cost.total_cmp(&one.cost));
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(num_threads)
        .build();
    let pool = pool.map_err(|error| Fault::input(format!("--threads: {error}")))?;
    let kept = Mutex::new(kept);
    let fault = pool.install(|| {
        let one = |run: &HandedRun| {
            let again = train_again(run, data, told);
            let mut kept = kept.lock().unwrap_or_else(|held| held.into_inner());
            kept.take(again)
        };
        let faults = wanted.into_iter().par_bridge().map(one);
        faults.find_map_any(Result::err)
    });
    match fault {
        Some(fault) => Err(fault),
        None => Ok(kept
            .into_inner()
            .unwrap_or_else(|held| held.into_inner())
            .by_key),
    }
}

fn train_again(run: &HandedRun, data: &Loaded, told: &Told) -> TrainedAgain {
    let report = told.bar(query_of(&run.again));
    let done = settled(&run.again).and_then(|config| {
        train_epochs(&data.dataset, &config, Some(run.num_epochs), |event| {
            report.hear(event);
        })
    });
    let (result, why) = match done {
        Ok(done) => (Some(done.result), String::new()),
        Err(fault) => (None, fault.to_string()),
    };
    TrainedAgain {
        key: run.key.clone(),
        result,
        why,
    }
}
