//! `inkling study` and `inkling run`: the runs of a plan, several at a time, each kept as
//! soon as it is over. What is finished is not done again.

use std::path::Path;
use std::sync::Mutex;
use std::time::Instant;

use clap::ArgMatches;
use rayon::iter::{ParallelBridge, ParallelIterator};
use serde_json::json;

use super::engine::{settled, train};
use super::fault::{Fault, Result, STATUS_DIFFERS};
use super::files::{exported, read, studies, studies_file, write};
use super::input::Loaded;
use super::told::{Told, result_words};
use super::{data_of, paths_of, text, whole};
use crate::message::{Outcome, RunState, StudyRecord, StudyRun};
use crate::nn::device::BACKEND;

/// Trains what is missing of every study of a plan's file, or one of its runs.
pub(super) fn study(matches: &ArgMatches, told: &Told, only: Option<usize>) -> Result<u8> {
    let data = data_of(matches)?;
    let out = text(matches, "out").unwrap_or("studies.json");
    let mut all = studies(text(matches, "plan").unwrap_or_default(), &data)?;
    if Path::new(out).exists() {
        take_over(&mut all, out)?;
    }
    let num_runs: usize = all.iter().map(|study| study.runs.len()).sum();
    if let Some(only) = only
        && !(1..=num_runs).contains(&only)
    {
        return Err(Fault::found(
            "--run",
            &only.to_string(),
            &format!("1 to {num_runs}"),
        ));
    }
    for study in &all {
        if study.data.checksum != data.summary.checksum {
            let found = format!("{} (checksum {})", data.summary.name, data.summary.checksum);
            let expected = format!("{} ({})", study.data.name, study.data.checksum);
            return Err(Fault::found("data", &found, &expected));
        }
    }
    let threads = threads(matches)?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| Fault::input(format!("--threads: {error}")))?;
    let started = Instant::now();
    let before: Vec<f64> = all.iter().map(|study| study.wall_secs).collect();
    let waiting = waiting(&all, only);
    let all = Mutex::new(all);
    let faults: Vec<Fault> = pool.install(|| {
        waiting
            .into_iter()
            .par_bridge()
            .filter_map(|place| {
                let done = one(&data, place, &all, told);
                let kept = done.and_then(|()| {
                    let mut all = locked(&all);
                    all[place.study].wall_secs =
                        before[place.study] + started.elapsed().as_secs_f64();
                    write(out, &studies_file(&all))
                });
                kept.err()
            })
            .collect()
    });
    let all = all
        .into_inner()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    write(out, &studies_file(&all))?;
    if let Some(fault) = faults.into_iter().next() {
        return Err(fault);
    }
    let finished = all.iter().flat_map(|study| &study.runs);
    let num_finished = finished
        .filter(|run| run.state == RunState::Finished)
        .count();
    let words = format!("{num_finished} of {num_runs} runs are finished: {out}");
    let value = json!({ "kind": "kept", "out": out, "runs": num_runs, "finished": num_finished });
    told.say(&words, &value);
    let is_whole = only.is_some() || num_finished == num_runs;
    Ok(if is_whole { 0 } else { STATUS_DIFFERS })
}

/// Puts runs that were trained apart, each by `run` into a file of its own, into one; says
/// which are missing.
pub(super) fn gather(matches: &ArgMatches, told: &Told) -> Result<u8> {
    let data = data_of(matches)?;
    let out = text(matches, "out").unwrap_or("studies.json");
    let mut all = studies(text(matches, "plan").unwrap_or_default(), &data)?;
    let before = Path::new(out).exists().then(|| out.to_string());
    for path in before.into_iter().chain(paths_of(matches, "parts")) {
        let value = serde_json::from_slice(&read(&path)?)
            .map_err(|error| Fault::input(format!("{path}: {error}")))?;
        for part in exported(&path, value)? {
            let is_same = |study: &&mut StudyRecord| {
                study.id == part.id
                    && study.plan.runs == part.plan.runs
                    && study.data.checksum == part.data.checksum
            };
            let Some(study) = all.iter_mut().find(is_same) else {
                let expected = "runs of this plan on these data";
                return Err(Fault::found(&path, "another study", expected));
            };
            study.wall_secs += part.wall_secs;
            for (own, other) in study.runs.iter_mut().zip(part.runs) {
                if !is_over(own) && is_over(&other) {
                    *own = other;
                }
            }
        }
    }
    write(out, &studies_file(&all))?;
    let runs: Vec<&StudyRun> = all.iter().flat_map(|study| &study.runs).collect();
    let missing = runs.iter().zip(1..).filter(|(run, _)| !is_over(run));
    let missing: Vec<usize> = missing.map(|(_, number)| number).collect();
    let num_over = runs.len() - missing.len();
    let words = format!("{num_over} of {} runs are there: {out}", runs.len());
    let value = json!({
        "kind": "gathered", "out": out, "runs": runs.len(), "missing": missing,
    });
    told.say(&words, &value);
    Ok(if missing.is_empty() {
        0
    } else {
        STATUS_DIFFERS
    })
}

/// Whether a run has come to its end; one that diverged would do so again, to the last bit.
fn is_over(run: &StudyRun) -> bool {
    [RunState::Finished, RunState::Diverged].contains(&run.state)
}

/// A run's place: its study's, its own, and its number from 1 in the file.
#[derive(Clone, Copy)]
struct Place {
    study: usize,
    run: usize,
    number: usize,
}

/// What is to be trained, the longest of each study first.
fn waiting(all: &[StudyRecord], only: Option<usize>) -> Vec<Place> {
    let mut waiting = Vec::new();
    let mut num_before = 0;
    for (index, study) in all.iter().enumerate() {
        for &run in &study.plan.order {
            let run = run as usize;
            let number = num_before + run + 1;
            if !is_over(&study.runs[run]) && only.is_none_or(|only| only == number) {
                waiting.push(Place {
                    study: index,
                    run,
                    number,
                });
            }
        }
        num_before += study.runs.len();
    }
    waiting
}

fn one(data: &Loaded, place: Place, all: &Mutex<Vec<StudyRecord>>, told: &Told) -> Result<()> {
    let spec = locked(all)[place.study].runs[place.run].spec.clone();
    let label = format!("run {} ({}, seed {})", place.number, spec.label, spec.seed);
    let report = told.run(Some(place.number), label.clone());
    let trained = train(&data.dataset, &settled(&spec.config)?, |event| {
        report.hear(event)
    })?;
    let result = trained.result;
    if !told.is_json() {
        told.say(&format!("{label}: {}", result_words(&result)), &());
    }
    let state = match result.outcome {
        Outcome::Finished => RunState::Finished,
        Outcome::Failed => RunState::Diverged,
        Outcome::Stopped => RunState::Stopped,
    };
    locked(all)[place.study].runs[place.run] = StudyRun {
        spec,
        state,
        reason: result.reason.clone(),
        history: result.history.clone(),
        result: Some(result),
    };
    Ok(())
}

fn locked(all: &Mutex<Vec<StudyRecord>>) -> std::sync::MutexGuard<'_, Vec<StudyRecord>> {
    // A record is replaced whole: one that a panic left is as good as before.
    all.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Takes over what an earlier call left in the file that this one writes.
fn take_over(all: &mut [StudyRecord], out: &str) -> Result<()> {
    let value = serde_json::from_slice(&read(out)?)
        .map_err(|error| Fault::input(format!("{out}: {error}")))?;
    for before in exported(out, value)? {
        let same = all.iter_mut().find(|study| study.id == before.id);
        let Some(study) = same else {
            let expected = "those of the plan; name another file with --out";
            return Err(Fault::found(out, "another study", expected));
        };
        if study.plan.runs == before.plan.runs && study.data.checksum == before.data.checksum {
            *study = before;
        }
    }
    Ok(())
}

/// Runs at a time: as asked for, or as many as there are cores on the CPU, one on a GPU.
pub(super) fn threads(matches: &ArgMatches) -> Result<usize> {
    match whole(matches, "threads")? {
        Some(0) => Err(Fault::found("--threads", "0", "at least 1")),
        Some(threads) => Ok(threads),
        None if BACKEND == "webgpu" => Ok(1),
        None => Ok(std::thread::available_parallelism().map_or(1, usize::from)),
    }
}
