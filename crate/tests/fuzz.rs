//! Files and settings damaged at random, by a seeded generator: nothing panics,
//! nothing takes a second of a processor, nothing takes half a gigabyte. What can be read must
//! be valid, and must not depend on how the file was cut into chunks.
//!
//! `INKLING_MUTATIONS` says how many of each kind (2,000 otherwise) and
//! `INKLING_FUZZ_SEED` where to begin, for a long run:
//! `INKLING_MUTATIONS=100000 cargo test --package inkling --test fuzz -- --nocapture`
//!
//! Over 400 lines: a damaged kind of input after the other, by one generator.
#![cfg(not(target_arch = "wasm32"))]

#[allow(dead_code, reason = "the engine's tests use all of it")]
mod studies;

use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, Instant};

use inkling::check::{Holders, class_files, judge, read_hand_in};
use inkling::config::{NetworkPlan, Plan};
use inkling::data::reader::DatasetReader;
use inkling::data::{Dataset, Normalisation, Task, sample};
use inkling::error::Result;
use inkling::message::{Assignment, CheckWish, HandInFiles, Initialisation, TrainedAgain};
use inkling::message::{Factor, LearningRateSchedule, RunConfig, StudyConfig, StudyRecord};
use inkling::nn::committee::{Committee, Member};
use inkling::nn::layout::Layout;
use inkling::nn::model_file::{self, StoredModel};
use inkling::nn::weights;
use inkling::rng::RandomState;
use inkling::study::{check::check, insight::read_study, plan::plan_study, report::write_report};
use inkling::train::checkpoint::Checkpoint;
use serde_json::Value;
use studies::{epoch, request, statements_of_cells, study};

/// Longest that one input may take, of its thread's own time: what a busy machine
/// gives to others meanwhile is none of the input's.
const MOST_TIME: Duration = Duration::from_secs(1);
/// Most memory that the whole process may ever have held.
const MOST_BYTES: u64 = 512 << 20;

fn from_env(name: &str, otherwise: u32) -> u32 {
    std::env::var(name).map_or(otherwise, |text| text.parse().expect("a whole number"))
}

/// Says which case it was, should it panic.
struct Case {
    kind: &'static str,
    seed: u32,
    index: u32,
}

impl Drop for Case {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let Self { kind, seed, index } = self;
            eprintln!("{kind}: case {index} of seed {seed}");
        }
    }
}

/// Runs `attempt` on as many cases as asked for. It gives what was found wrong,
/// in a few words, or nothing where the input was read.
fn hammer(kind: &'static str, mut attempt: impl FnMut(&mut RandomState) -> Option<String>) {
    let num_cases = from_env("INKLING_MUTATIONS", 2_000);
    let seed = from_env("INKLING_FUZZ_SEED", 1);
    let mut rng = RandomState::new(seed);
    let mut outcomes: BTreeMap<String, u32> = BTreeMap::new();
    let mut longest = Duration::ZERO;
    for index in 0..num_cases {
        let case = Case { kind, seed, index };
        let mut again = rng.clone();
        let clock = Clock::start();
        let outcome = attempt(&mut rng);
        let mut took = clock.elapsed();
        if took >= MOST_TIME {
            // Clocks of a machine that is a guest on another count its pauses. What is
            // slow by itself is so the second time, too.
            let clock = Clock::start();
            attempt(&mut again);
            took = took.min(clock.elapsed());
        }
        assert!(took < MOST_TIME, "took {took:?}");
        drop(case);
        longest = longest.max(took);
        *outcomes.entry(outcome.unwrap_or_default()).or_default() += 1;
    }
    let num_read = outcomes.get("").copied().unwrap_or_default();
    let peak = peak_bytes();
    println!(
        "{kind}: {num_cases} mutations, {num_read} read, {} kinds of error, longest {:.1} ms, \
         peak memory {}",
        outcomes.keys().filter(|kind| !kind.is_empty()).count(),
        longest.as_secs_f64() * 1e3,
        peak.map_or("unknown".into(), |bytes| format!(
            "{} MB",
            bytes / 1_000_000
        )),
    );
    // A fuzzer whose every input dies at the first byte tests nothing.
    assert!(
        num_read > 0 && num_read < num_cases,
        "{num_read} read: {outcomes:?}"
    );
    assert!(outcomes.len() > 3, "{outcomes:?}");
    assert!(peak.is_none_or(|bytes| bytes < MOST_BYTES), "{peak:?}");
}

/// Measures what a thread works: its own time on a processor where the system tells
/// it, else what the clock on the wall says.
struct Clock {
    wall: Instant,
    worked: Option<Duration>,
}

impl Clock {
    fn start() -> Self {
        Self {
            wall: Instant::now(),
            worked: worked(),
        }
    }

    fn elapsed(&self) -> Duration {
        match (self.worked, worked()) {
            (Some(before), Some(now)) => now.saturating_sub(before),
            _ => self.wall.elapsed(),
        }
    }
}

/// How long this thread has run on a processor, where the system says so (Linux).
fn worked() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: u64 = text.split_whitespace().next()?.parse().ok()?;
    // A kernel that keeps no such account says 0 for ever.
    (nanoseconds > 0).then(|| Duration::from_nanos(nanoseconds))
}

#[test]
fn what_others_take_of_a_processor_is_not_an_inputs() {
    let clock = Clock::start();
    std::thread::sleep(Duration::from_millis(50));
    if clock.worked.is_some() {
        assert!(clock.elapsed() < Duration::from_millis(50));
    }
    while clock.elapsed() < Duration::from_millis(20) {
        std::hint::spin_loop();
    }
}

/// The most memory that this process ever held, where the system says so.
fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024)
}

/// An error's kind: what was found, without its numbers.
fn kind_of(error: impl ToString) -> String {
    let text = error.to_string();
    let found = text.split("found ").nth(1).unwrap_or(&text);
    let letters = found.chars().filter(|c| c.is_alphabetic() || *c == ' ');
    letters.take(16).collect()
}

/// Damages `bytes` in one to five ways; `words` are what the format's own are.
fn damage(rng: &mut RandomState, bytes: &mut Vec<u8>, words: &[&[u8]]) {
    // Headers are short and decide the most: half the damage is done there.
    let reach = [64, 1_000, usize::MAX][rng.interval(2) as usize];
    for _ in 0..=rng.interval(4) {
        if bytes.is_empty() {
            return;
        }
        let at = rng.interval(bytes.len().min(reach) as u32 - 1) as usize;
        let end = (at + rng.interval(3_000) as usize).min(bytes.len());
        match rng.interval(9) {
            0 => bytes[at] = rng.next_u32() as u8,
            1 => bytes[at] ^= 1 << rng.interval(7),
            2 => bytes.insert(at, rng.next_u32() as u8),
            3 => bytes.truncate(at),
            4 => drop(bytes.drain(at..end)),
            5 => {
                let part = bytes[at..end].to_vec();
                let to = rng.interval(bytes.len() as u32) as usize;
                bytes.splice(to..to, part);
            }
            6 | 7 => {
                let word = words[rng.interval(words.len() as u32 - 1) as usize];
                let end = (at + word.len() * rng.interval(1) as usize).min(bytes.len());
                bytes.splice(at..end, word.iter().copied());
            }
            8 if rng.interval(20) == 0 => {
                let byte = bytes[at];
                let count = rng.interval(200_000) as usize;
                bytes.splice(at..at, std::iter::repeat_n(byte, count));
            }
            _ => {
                let other = rng.interval(bytes.len() as u32 - 1) as usize;
                bytes.swap(at, other);
            }
        }
    }
}

/// A data set of files, cut at random places; also what it claims to weigh is
/// made up.
fn read_files(rng: &mut RandomState, files: &[Vec<u8>]) -> Result<Dataset> {
    let mut reader = DatasetReader::new("a");
    for (index, file) in files.iter().enumerate() {
        if index > 0 {
            reader.next_file("b")?;
        }
        reader.expect_bytes(u64::from(rng.next_u32()) << rng.interval(32));
        let mut rest = &file[..];
        while !rest.is_empty() {
            let most = [3, 50, 5_000, 100_000][rng.interval(3) as usize];
            let (chunk, tail) = rest.split_at(rest.len().min(1 + rng.interval(most) as usize));
            reader.push(chunk)?;
            rest = tail;
        }
    }
    reader.finish()
}

/// Reads files twice, cut otherwise; both must come to the same.
fn read_twice(rng: &mut RandomState, files: &[Vec<u8>]) -> Option<String> {
    let read = read_files(rng, files);
    assert_eq!(read_files(rng, files), read, "cut otherwise");
    match read {
        Ok(data) => {
            let task = data.task();
            assert_eq!(data.pixels().len(), data.num_rows() * task.num_pixels());
            let is_class = |&label: &u8| usize::from(label) < task.num_classes();
            assert!(data.labels().iter().all(is_class));
            None
        }
        Err(error) => Some(kind_of(error)),
    }
}

#[test]
fn csv() {
    let (pixels, labels) = sample::generate(12, 3);
    let mut kaggle = Vec::new();
    sample::write_csv(&mut kaggle, &pixels, &labels).unwrap();
    let header = kaggle.iter().position(|&byte| byte == b'\n').unwrap() + 1;
    let text = String::from_utf8(kaggle.clone()).unwrap();
    let bare = text[header..].to_owned();
    let unlabelled: Vec<&str> = text
        .lines()
        .map(|line| line.split_once(',').unwrap().1)
        .collect();
    let last: Vec<String> = bare
        .lines()
        .map(|line| line.split_once(',').unwrap())
        .map(|(label, pixels)| format!("{pixels},{label}"))
        .collect();
    let quoted = bare.replace(',', "\",\"").replace('\n', "\"\n\"");
    let good = [
        kaggle,
        bare.replace('\n', "\r\n").into_bytes(),
        [b"\xef\xbb\xbf", bare.as_bytes()].concat(),
        unlabelled.join("\n").into_bytes(),
        format!("\"{}", quoted.strip_suffix('"').unwrap()).into_bytes(),
        text.replace(',', ";").into_bytes(),
        text.replace("label", "class")
            .replace("pixel", "px ")
            .into_bytes(),
        bare.replace(',', ".0\t").into_bytes(),
        last.join("\n").into_bytes(),
    ];
    let words: [&[u8]; 24] = [
        b"label",
        b"pixel1",
        b"1x1",
        b"Unnamed: 0",
        b"0.1",
        b"\t",
        b"e-05",
        b"b'3'",
        b",",
        b"\n",
        b"\r\n",
        b"\r",
        b"\"",
        b"\"\"",
        b"255",
        b"256",
        b"-1",
        b"1e9",
        b"0.5",
        b";",
        b"\0",
        b" ",
        b"\n\n",
        b"99999999999999999999",
    ];
    hammer("csv", |rng| {
        let mut file = good[rng.interval(good.len() as u32 - 1) as usize].clone();
        damage(rng, &mut file, &words);
        read_twice(rng, &[file])
    });
}

#[test]
fn idx() {
    let (pixels, labels) = sample::generate(12, 3);
    let images = [
        &[0, 0, 8, 3, 0, 0, 0, 12, 0, 0, 0, 28, 0, 0, 0, 28],
        &pixels[..],
    ]
    .concat();
    let labels = [&[0, 0, 8, 1, 0, 0, 0, 12], &labels[..]].concat();
    let words: [&[u8]; 6] = [
        &[0, 0, 8, 3],
        &[0, 0, 8, 1],
        &[255; 4],
        &[0, 7, 161, 32],
        &[0, 7, 161, 33],
        &[0; 4],
    ];
    hammer("idx", |rng| {
        let mut files = vec![images.clone(), labels.clone()];
        if rng.interval(1) == 0 {
            files.reverse();
        }
        files.truncate(1 + rng.interval(3).min(1) as usize);
        let hit = rng.interval(files.len() as u32 - 1) as usize;
        damage(rng, &mut files[hit], &words);
        read_twice(rng, &files)
    });
}

#[test]
fn npy() {
    let (pixels, labels) = sample::generate(12, 3);
    let array = |descr: &str, shape: &str, values: &[u8]| {
        let text =
            format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({shape}), }}\n");
        let length = (text.len() as u16).to_le_bytes();
        [b"\x93NUMPY\x01\0", &length[..], text.as_bytes(), values].concat()
    };
    let floats: Vec<u8> = pixels
        .iter()
        .flat_map(|&pixel| f32::from(pixel).to_le_bytes())
        .collect();
    let wide: Vec<u8> = labels
        .iter()
        .flat_map(|&label| i64::from(label).to_le_bytes())
        .collect();
    let images = [
        array("|u1", "12, 28, 28", &pixels),
        array("<f4", "12, 784", &floats),
    ];
    let labels = [array("|u1", "12,", &labels), array("<i8", "12, 1", &wide)];
    let words: [&[u8]; 12] = [
        b"<f4",
        b"<f8",
        b">i8",
        b"|O",
        b"<U9",
        b"True",
        b"28",
        b"10",
        b"(",
        b"99999999999999999999",
        &[255; 4],
        &[0; 4],
    ];
    hammer("npy", |rng| {
        let image = rng.interval(1) as usize;
        let label = rng.interval(1) as usize;
        let mut files = vec![images[image].clone(), labels[label].clone()];
        files.truncate(1 + rng.interval(3).min(1) as usize);
        let hit = rng.interval(files.len() as u32 - 1) as usize;
        damage(rng, &mut files[hit], &words);
        read_twice(rng, &files)
    });
}

/// Models of several builds, in the order of [`hammer_models`].
fn models() -> [Committee; 4] {
    let model = |hidden: &[usize], dropout, layer_norm| {
        let plan = NetworkPlan {
            hidden: hidden.to_vec(),
            dropout,
            layer_norm,
            ..NetworkPlan::default()
        };
        let parameters = weights::initial(&Layout::new(&plan), Initialisation::Torch, 7);
        StoredModel {
            plan,
            task: Task::mnist(),
            normalisation: Normalisation::MNIST,
            parameters,
        }
    };
    let members = vec![
        model(&[3], 0.0, false).into(),
        model(&[2, 3], 0.5, true).into(),
    ];
    [
        model(&[6, 4], 0.25, true).into(),
        model(&[3], 0.0, false).into(),
        model(&[2; 8], 0.5, true).into(),
        Committee::new(members).unwrap(),
    ]
}

/// Damages models' files; what can be read must be a whole network.
fn hammer_models(kind: &'static str, good: &[Vec<u8>; 4], words: &[&[u8]]) {
    hammer(kind, |rng| {
        let mut file = good[rng.interval(3) as usize].clone();
        damage(rng, &mut file, words);
        match model_file::read("m", &file) {
            Ok(committee) => {
                for Member { model, .. } in committee.members() {
                    let num_parameters = Layout::new(&model.plan).num_parameters;
                    assert_eq!(model.parameters.len(), num_parameters);
                    assert!(model.parameters.iter().all(|value| value.is_finite()));
                }
                None
            }
            Err(error) => Some(kind_of(error)),
        }
    });
}

#[test]
fn safetensors() {
    let good = models().map(|model| model_file::safetensors::write_committee(&model));
    let words: [&[u8]; 21] = [
        b"0",
        b"1",
        b"784",
        b"members",
        b"-1",
        b"4294967296",
        b"18446744073709551615",
        b"1e308",
        b"null",
        b"[[[[[[[[[[[[[[[[",
        b"{\"a\":",
        b"\"F64\"",
        b"\"BF16\"",
        b"data_offsets",
        b"\"shape\":[],",
        b"\xff\xff\xff\xff\xff\xff\xff\x7f",
        b"\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\x00\x00\x00\x00\x00\x00\xf8\x7f",
        b"}",
        b"\"",
        b"__metadata__",
    ];
    hammer_models("safetensors", &good, &words);
}

#[test]
fn burnpack() {
    let good = models().map(|model| model_file::burnpack::write_committee(&model));
    // Heads of CBOR's maps, arrays, texts and numbers, of no length and of too much.
    let words: [&[u8]; 20] = [
        b"\x00",
        b"\x1b\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\x1a\x10\x00\x00\x00",
        b"\x19\x03\x10",
        b"\x20",
        b"\x80",
        b"\x82\x00\x00",
        b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\x9f",
        b"\xa0",
        b"\xbb\x7f\xff\xff\xff\xff\xff\xff\xff",
        b"\xbf\xff",
        b"\x7b\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\xf6",
        b"\xfb\x7f\xf8\x00\x00\x00\x00\x00\x00",
        b"\x81\x81\x81\x81\x81\x81\x81\x81",
        b"dtype",
        b"\x63F64",
        b"\x00\x00\xf8\x7f",
        b"NRUB",
    ];
    hammer_models("burnpack", &good, &words);
}

#[test]
fn checkpoint() {
    let config = RunConfig {
        hidden_layers: "4".into(),
        momentum: 0.5,
        ..RunConfig::default()
    };
    let plan = Plan::try_from(&config).unwrap();
    let parameters = weights::initial(&Layout::new(&plan.network), Initialisation::Torch, 7);
    let good = Checkpoint {
        task: Task::mnist(),
        normalisation: Normalisation::MNIST,
        config,
        data_checksum: "0123456789abcdef".into(),
        history: vec![epoch(1)],
        step: 5,
        num_trained: 320,
        elapsed_secs: 1.0,
        train_secs: 0.5,
        optimiser_state: vec![0.0; parameters.len()],
        optimiser_steps: 0,
        best: None,
        correct: "AQ==".into(),
        parameters,
    }
    .to_bytes();
    hammer("checkpoint", |rng| {
        let mut file = good.clone();
        if rng.interval(20) > 0 {
            damage(
                rng,
                &mut file,
                &[b"0", b"-1", b"1e308", b"null", b"\xff\xff\xff\xff"],
            );
        }
        Checkpoint::from_bytes(&file).err().map(kind_of)
    });
}

/// Replaces a value somewhere in `at`, or drops or repeats items of a list.
fn disturb(rng: &mut RandomState, at: &mut Value) {
    let stops = rng.interval(9) == 0;
    match at {
        Value::Array(items) if !items.is_empty() && !stops => {
            let index = rng.interval(items.len() as u32 - 1) as usize;
            match rng.interval(40) {
                0 => drop(items.remove(index)),
                1 => items.push(items[index].clone()),
                2 => items.truncate(index),
                _ => disturb(rng, &mut items[index]),
            }
        }
        Value::Object(fields) if !fields.is_empty() && !stops => {
            let index = rng.interval(fields.len() as u32 - 1) as usize;
            disturb(rng, fields.values_mut().nth(index).expect("in range"));
        }
        _ => *at = instead_of(rng, at),
    }
}

/// Another value, mostly of the same kind: others are refused at once.
fn instead_of(rng: &mut RandomState, old: &Value) -> Value {
    const NUMBERS: [f64; 11] = [
        0.0,
        -1.0,
        0.5,
        2.0,
        1e9,
        4294967295.0,
        1e15,
        1e300,
        -1e300,
        5e-324,
        99.0,
    ];
    const TEXTS: [&str; 17] = [
        "",
        "0",
        "-",
        "128, 64",
        "4096,4096,4096",
        "1e400",
        "|",
        "\n",
        "é\u{0}`*_#<b>",
        "a\nimport os",
        "a\rimport os",
        "\u{2028}import os\u{85}",
        "\"\nimport os\n\"",
        "'''\"\"\"",
        "\\",
        "64], *x(",
        "# coding: utf-7",
    ];
    match (old, rng.interval(9)) {
        (_, 0) => Value::Null,
        (_, 1) => Value::Array(Vec::new()),
        (Value::Number(_), 2..=5) => Value::from(rng.interval(20)),
        (Value::Number(_), _) => Value::from(NUMBERS[rng.interval(10) as usize]),
        (Value::String(_), 2) => "long ".repeat(10_000).into(),
        (Value::String(_), _) => TEXTS[rng.interval(16) as usize].into(),
        (Value::Bool(old), _) => (!old).into(),
        (other, _) => other.clone(),
    }
}

#[test]
fn settings() {
    let good = serde_json::to_value(RunConfig::default()).unwrap();
    hammer("settings", |rng| {
        let mut value = good.clone();
        for _ in 0..=rng.interval(4) {
            disturb(rng, &mut value);
        }
        let config: RunConfig = match serde_json::from_value(value) {
            Ok(config) => config,
            Err(error) => return Some(kind_of(error)),
        };
        let study = StudyConfig {
            factor: Factor::Dropout,
            values: config.hidden_layers.clone(),
            seeds_per_value: config.epochs,
            workers: config.momentum,
            vary_split: config.layer_norm,
            baseline: config.clone(),
        };
        let _ = plan_study(&study);
        Plan::try_from(&config).err().map(kind_of)
    });
}

#[test]
fn studies() {
    let good = [
        study(Factor::LearningRate, "0.01, 0.1, 1"),
        study(Factor::HiddenLayers, "32; 64,32"),
        study(Factor::DropoutLayerNorm, "0, 0.5"),
    ]
    .map(|record| serde_json::to_value(record).unwrap());
    // What a notebook may state: every line of honest ones.
    let mut lines = HashSet::new();
    for value in &good {
        let mut record: StudyRecord = serde_json::from_value(value.clone()).unwrap();
        for schedule in [LearningRateSchedule::Constant, LearningRateSchedule::Cosine] {
            for run in &mut record.runs {
                run.spec.config.learning_rate_schedule = schedule;
            }
            let report = write_report(&request(record.clone()));
            lines.extend(
                statements_of_cells(&report.analysis_ipynb)
                    .into_iter()
                    .flatten(),
            );
        }
    }
    hammer("studies", |rng| {
        let mut value = good[rng.interval(2) as usize].clone();
        for _ in 0..=rng.interval(4) {
            disturb(rng, &mut value);
        }
        let mut record: StudyRecord = match serde_json::from_value(value) {
            Ok(record) => record,
            Err(error) => return Some(kind_of(error)),
        };
        // JSON has no NaN, but the page's own reading of studies brings it in.
        for run in &mut record.runs {
            for epoch in &mut run.history {
                if rng.interval(50) == 0 {
                    epoch.validation_loss = f64::NAN;
                    epoch.validation_accuracy = [f64::NAN, f64::INFINITY][rng.interval(1) as usize];
                }
            }
            if let Some(result) = run.result.as_mut().filter(|_| rng.interval(50) == 0) {
                result.validation_accuracy = [f64::NAN, -1.0][rng.interval(1) as usize];
            }
        }
        // The page refuses such a record; reading it must be safe all the same.
        let refused = check(&record).err().map(kind_of);
        read_study(&record);
        let report = write_report(&request(record));
        for line in statements_of_cells(&report.analysis_ipynb).concat() {
            assert!(lines.contains(&line), "{line}");
        }
        refused
    });
}

#[test]
fn hand_ins() {
    let record = study(Factor::LearningRate, "0.01, 0.1, 1");
    let data = record.data.checksum.clone();
    let good = write_report(&request(record));
    let metrics: Value = serde_json::from_str(&good.metrics_json).unwrap();
    let tables = [
        good.summary_csv,
        good.metrics_csv,
        good.analysis_ipynb,
        good.report_md,
        good.settings_json,
    ];
    let wish = CheckWish {
        data,
        num_rows: 1000,
        summary: None,
        sample: None,
        budget: 1e6,
        assignment: Some(assignment()),
    };
    let judged = |files: &HandInFiles| {
        let hand_in = read_hand_in(files, &wish);
        // Each run as if it had come out as it is told.
        let again: BTreeMap<&str, TrainedAgain> = hand_in
            .runs
            .iter()
            .map(|run| {
                let again = TrainedAgain {
                    key: run.key.clone(),
                    result: Some(run.result.clone()),
                    why: String::new(),
                };
                (&*run.key, again)
            })
            .collect();
        let class = [(&*hand_in.zip, &*hand_in.weights)];
        let verdict = judge(
            &hand_in,
            &wish.data,
            |key| again.get(key),
            &Holders::new(class),
        );
        class_files(std::slice::from_ref(&verdict));
        if hand_in.fault.is_empty() {
            verdict.verdict
        } else {
            hand_in.fault
        }
    };
    let whole = judged(&HandInFiles {
        zip: "1.zip".into(),
        names: vec!["metrics.json".into()],
        metrics_json: Some(metrics.to_string()),
        summary_csv: Some(tables[0].clone()),
        metrics_csv: Some(tables[1].clone()),
        analysis_ipynb: Some(tables[2].clone()),
        report_md: Some(tables[3].clone()),
        settings_json: Some(tables[4].clone()),
    });
    hammer("hand-ins", |rng| {
        let mut value = metrics.clone();
        for _ in 0..rng.interval(4) {
            disturb(rng, &mut value);
        }
        let mut text = |at: usize| {
            let mut bytes = tables[at].clone().into_bytes();
            // Whole often enough for a hand-in that is what it says.
            if rng.interval(3) == 0 {
                damage(rng, &mut bytes, &[b",", b"\"", b"\n", b"epoch"]);
            }
            Some(String::from_utf8_lossy(&bytes).into_owned())
        };
        let files = HandInFiles {
            zip: "1.zip".into(),
            names: vec!["metrics.json".into()],
            metrics_json: Some(value.to_string()),
            summary_csv: text(0),
            metrics_csv: text(1),
            analysis_ipynb: text(2),
            report_md: text(3),
            settings_json: text(4),
        };
        let found = judged(&files);
        (found != whole).then(|| kind_of(&found))
    });
}

fn assignment() -> Assignment {
    let text = r#"{"inkling_assignment": 1, "code": "a", "title": "First", "zip": "{code}_{ids}",
        "settings": {"epochs": 3, "learning_rate": 0.05}, "fixed": ["epochs"],
        "hidden": ["learning_rate", "dropout"], "seed_from_ids": true,
        "data": {"name": "a.csv", "num_rows": 1000, "checksum": "0123456789abcdef"},
        "studies": [{"factor": "learning_rate", "least_values": 5}]}"#;
    inkling::assignment::read(text).unwrap()
}

#[test]
fn assignments() {
    let files = inkling::assignment::write(&assignment()).unwrap();
    let value: Value = serde_json::from_str(&files.text).unwrap();
    hammer("assignments", |rng| {
        let text = match rng.interval(2) {
            0 => {
                let mut value = value.clone();
                disturb(rng, &mut value);
                value.to_string()
            }
            other => {
                let whole = if other == 1 {
                    &files.text
                } else {
                    &files.token
                };
                let mut bytes = whole.clone().into_bytes();
                damage(rng, &mut bytes, &[b"<b>", b"\"", b"9999", b"assignment="]);
                String::from_utf8_lossy(&bytes).into_owned()
            }
        };
        let read = inkling::assignment::read(&text);
        if let Ok(read) = &read {
            // What is read is written again, and reads the same.
            let again = inkling::assignment::write(read).unwrap();
            assert_eq!(&inkling::assignment::read(&again.token).unwrap(), read);
        }
        read.err().map(kind_of)
    });
}
