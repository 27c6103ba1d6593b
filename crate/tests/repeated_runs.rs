//! The study's statistics against real repeated runs, not against their own assumptions:
//! studies are drawn at random from runs that were really trained, and read as a person's.
//!
//! Constants of the statistics were set on the seeds up to [`LAST_TUNED`]; what is promised
//! has to hold on the seeds behind them, which were run afterwards, and on all seeds where
//! there are too few of those. `cargo test --test engine repeated_runs -- --nocapture` prints the
//! figures.
//!
//! Over 400 lines: a list of what is promised of one pool of runs.
#![cfg(not(target_arch = "wasm32"))]

use crate::repeated::{Run, SPLIT, fixture, study};
use inkling::message::{InsightKind, StudyReading};
use inkling::rng::RandomState;
use inkling::study::insight::read_study;

/// Seeds by which `statistics::prior` was set; those behind them were run afterwards.
const LAST_TUNED: u32 = 60;

/// Runs of a setting on the shared split, in the order of their seeds.
fn on_one_split(runs: &[Run], setting: usize) -> Vec<&Run> {
    let is_its = |run: &&Run| run.setting == setting && run.split == SPLIT;
    let mut found: Vec<&Run> = runs.iter().filter(is_its).collect();
    found.sort_by_key(|run| run.seed);
    found
}

/// Runs of a setting whose split followed their seed.
fn on_own_splits(runs: &[Run], setting: usize) -> Vec<&Run> {
    let is_its = |run: &&Run| run.setting == setting && run.split != SPLIT;
    runs.iter().filter(is_its).collect()
}

/// The runs by which nothing was set, where these are so many; else all, or none where
/// even they are too few. And what to call them.
fn proving<'a>(pool: &[&'a Run], least: usize) -> Option<(&'static str, Vec<&'a Run>)> {
    let is_fresh = |run: &&&Run| run.seed > LAST_TUNED;
    let fresh: Vec<&Run> = pool.iter().filter(is_fresh).copied().collect();
    if fresh.len() >= least {
        return Some(("fresh", fresh));
    }
    (pool.len() >= least).then(|| ("all", pool.to_vec()))
}

/// So many of these, drawn without putting back.
fn drawn<'a>(random: &mut RandomState, from: &[&'a Run], count: usize) -> Vec<&'a Run> {
    let mut order: Vec<u32> = (0..from.len() as u32).collect();
    random.shuffle(&mut order);
    order[..count].iter().map(|&at| from[at as usize]).collect()
}

fn has(reading: &StudyReading, kind: InsightKind) -> bool {
    reading.insights.iter().any(|insight| insight.kind == kind)
}

/// Whether a study calls one value better than another.
fn claims(reading: &StudyReading) -> bool {
    has(reading, InsightKind::Winner) || has(reading, InsightKind::Ranking)
}

/// Settings on all rows and of five epochs, which a study can have side by side.
fn side_by_side(labels: &[String], runs: &[Run]) -> Vec<usize> {
    let is_whole = |run: &Run| run.num_images == 8_400 && run.accuracies.len() == 5;
    let has_one = |setting: &usize| {
        let mut its = runs.iter().filter(|run| run.setting == *setting);
        its.next().is_some_and(is_whole)
    };
    (0..labels.len()).filter(has_one).collect()
}

fn mean_of(runs: &[&Run]) -> f64 {
    runs.iter().map(|run| run.accuracy()).sum::<f64>() / runs.len() as f64
}

/// Share of studies of equal values, each with its own seeds, that call a difference.
fn false_claims(pool: &[&Run], seeds: &[usize], num_studies: usize, vary_split: bool) -> f64 {
    let key = [15, seeds.len() as u32, seeds.iter().sum::<usize>() as u32];
    let mut random = RandomState::from_key(&key);
    let mut count = 0;
    for _ in 0..num_studies {
        let all = drawn(&mut random, pool, seeds.iter().sum());
        let mut rest = &all[..];
        let values: Vec<Vec<&Run>> = seeds
            .iter()
            .map(|&seeds| {
                let (own, others) = rest.split_at(seeds);
                rest = others;
                own.to_vec()
            })
            .collect();
        count += usize::from(claims(&read_study(&study(&values, vary_split))));
    }
    count as f64 / num_studies as f64
}

/// Seeds of each value at some moment of a study: all alike, and where one went on.
fn moments() -> Vec<Vec<usize>> {
    let mut found: Vec<Vec<usize>> = Vec::new();
    for num_values in 2..=6 {
        for num_seeds in [1, 2, 3, 5, 10] {
            found.push(vec![num_seeds; num_values]);
        }
    }
    found.extend([
        vec![2, 1],
        vec![3, 2, 2],
        vec![2, 1, 1, 1, 1, 1],
        vec![3, 3, 2, 2, 2, 2],
        vec![5, 4, 5, 4, 5, 5],
    ]);
    found
}

/// So many studies are drawn of values with these seeds: more of few values, of which
/// differences are called most.
fn num_studies(seeds: &[usize]) -> usize {
    let total: usize = seeds.iter().sum();
    match seeds.len() {
        2 | 3 => (1_200 / total).clamp(60, 300),
        _ => (300 / total).clamp(10, 40),
    }
}

/// Equal values are told apart in 5 % of the studies of each setting at most.
fn hold_to_level(pools: &[(&str, Vec<&Run>)], moments: &[Vec<usize>], vary_split: bool) {
    let mut too_often = Vec::new();
    for seeds in moments {
        let (mut shares, mut worst) = (Vec::new(), (0.0, ""));
        for (label, pool) in pools {
            // Of hardly more runs than one study has, all studies would be one.
            let Some((which, pool)) = proving(pool, seeds.iter().sum::<usize>().max(10)) else {
                continue;
            };
            let num = num_studies(seeds);
            let mut share = false_claims(&pool, seeds, num, vary_split);
            if share > 0.05 {
                // So few studies leave it open: ten times as many, with these.
                share = false_claims(&pool, seeds, 10 * num, vary_split);
            }
            shares.push(share);
            if share > worst.0 {
                worst = (share, label);
            }
            if share > 0.05 {
                too_often.push(format!("{label}, {which} runs, seeds {seeds:?}: {share}"));
            }
        }
        if !shares.is_empty() {
            let mean = shares.iter().sum::<f64>() / shares.len() as f64;
            let (most, label) = worst;
            let num = shares.len();
            println!("A/A, seeds {seeds:?}: {mean:.4} in {num} settings, most {most:.4} {label}");
        }
    }
    assert!(too_often.is_empty(), "{too_often:#?}");
}

#[test]
fn equal_values_are_seldom_told_apart_at_any_moment_of_a_study() {
    let (labels, runs) = fixture();
    let of = |at: usize| (&*labels[at], on_one_split(&runs, at));
    let pools: Vec<(&str, Vec<&Run>)> = (0..labels.len()).map(of).collect();
    hold_to_level(&pools, &moments(), false);
}

#[test]
fn equal_values_are_seldom_told_apart_on_splits_of_their_own() {
    let (labels, runs) = fixture();
    let of = |at: usize| (&*labels[at], on_own_splits(&runs, at));
    let pools: Vec<(&str, Vec<&Run>)> = (0..labels.len()).map(of).collect();
    hold_to_level(&pools, &moments(), true);
}

/// A study that is read each time a seed of all its values has ended, five times at most,
/// and stopped once it calls a difference.
#[test]
fn equal_values_are_seldom_told_apart_by_whoever_stops_as_soon_as_they_are() {
    let (labels, runs) = fixture();
    const MOST_SEEDS: usize = 5;
    for (num_values, num_studies) in [(2, 100), (6, 30)] {
        let (mut shares, mut worst) = (Vec::new(), (0.0, ""));
        for (setting, label) in labels.iter().enumerate() {
            let pool = on_one_split(&runs, setting);
            let Some((_, pool)) = proving(&pool, MOST_SEEDS * num_values) else {
                continue;
            };
            let mut random = RandomState::from_key(&[20, num_values as u32]);
            let mut count = 0;
            for _ in 0..num_studies {
                let all = drawn(&mut random, &pool, MOST_SEEDS * num_values);
                let values: Vec<&[&Run]> = all.chunks(MOST_SEEDS).collect();
                count += usize::from((1..=MOST_SEEDS).any(|num_seeds| {
                    let so_far = values.iter().map(|runs| runs[..num_seeds].to_vec());
                    claims(&read_study(&study(&so_far.collect::<Vec<_>>(), false)))
                }));
            }
            let share = f64::from(count as u32) / f64::from(num_studies);
            shares.push(share);
            if share > worst.0 {
                worst = (share, label);
            }
        }
        let mean = shares.iter().sum::<f64>() / shares.len() as f64;
        let num = shares.len();
        println!(
            "A/A, stopped at will, {num_values} values: {mean:.4} in {num} settings, {worst:?}"
        );
        assert!(mean <= 0.05, "{num_values}: {shares:?}");
    }
}

/// Pairs of settings whose means of all runs lie about half a point apart, the better
/// first, with their runs by the same seeds.
fn half_point_apart(labels: &[String], runs: &[Run]) -> Vec<(String, Vec<[usize; 2]>)> {
    let mut found = Vec::new();
    let settings = side_by_side(labels, runs);
    for &a in &settings {
        for &b in &settings {
            let at = |run: &&Run, setting| run.setting == setting && run.split == SPLIT;
            let difference = mean_of(&on_one_split(runs, a)) - mean_of(&on_one_split(runs, b));
            if !(0.004..0.006).contains(&difference) {
                continue;
            }
            // Real pairs by the same seed.
            let pairs: Vec<[usize; 2]> = (0..runs.len())
                .filter(|&first| at(&&runs[first], a))
                .filter_map(|first| {
                    let seed = runs[first].seed;
                    let second = runs
                        .iter()
                        .position(|run| at(&run, b) && run.seed == seed)?;
                    Some([first, second])
                })
                .collect();
            let name = format!("{} over {}", labels[a], labels[b]);
            if pairs.len() >= 10 {
                found.push((format!("{name} ({:.2} points)", 100.0 * difference), pairs));
            }
        }
    }
    found
}

#[test]
fn half_a_point_is_found_with_five_seeds() {
    let (labels, runs) = fixture();
    let mut all = [0.0; 3];
    let pairs = half_point_apart(&labels, &runs);
    for (name, pairs) in &pairs {
        let shares = [1, 3, 5].map(|num_seeds| {
            let mut random = RandomState::from_key(&[16, num_seeds]);
            const NUM_STUDIES: usize = 40;
            let mut found = 0;
            for _ in 0..NUM_STUDIES {
                let mut order: Vec<u32> = (0..pairs.len() as u32).collect();
                random.shuffle(&mut order);
                let of = |side: usize| -> Vec<&Run> {
                    let chosen = order[..num_seeds as usize].iter();
                    chosen.map(|&at| &runs[pairs[at as usize][side]]).collect()
                };
                let reading = read_study(&study(&[of(0), of(1)], false));
                let is_right = reading.insights[0].sentence.contains("0.1 came out best");
                found += usize::from(has(&reading, InsightKind::Winner) && is_right);
            }
            found as f64 / NUM_STUDIES as f64
        });
        println!("{name}: found with 1, 3, 5 seeds {shares:?}");
        for (all, share) in all.iter_mut().zip(shares) {
            *all += share;
        }
    }
    let all = all.map(|share| share / pairs.len() as f64);
    println!("half a point, two values, 1, 3, 5 seeds: {all:?}");
    assert!(all[2] >= 0.85, "{all:?}");
}

/// Studies that are drawn of one setting to see how often its interval covers.
const NUM_STUDIES: usize = 300;

/// Share of studies of one value whose interval covers the mean of all its runs. That mean
/// is of `N` runs, among them the study's `n`: what it misses is smaller by `√(1 − n/N)` than
/// from the mean of infinitely many (the finite population correction; Cochran 1977,
/// "Sampling techniques", ch. 2), and is made larger by as much.
fn coverage(pool: &[&Run], num_seeds: usize, vary_split: bool) -> f64 {
    let mut random = RandomState::from_key(&[17, num_seeds as u32]);
    let target = mean_of(pool);
    let correction = (1.0 - num_seeds as f64 / pool.len() as f64).sqrt();
    let mut covered = 0;
    for _ in 0..NUM_STUDIES {
        let values = vec![drawn(&mut random, pool, num_seeds)];
        let missed = mean_of(&values[0]) - target;
        let target = mean_of(&values[0]) - missed / correction;
        let figures = read_study(&study(&values, vary_split)).figures;
        let (low, high) = (figures[0].interval_low, figures[0].interval_high);
        covered += usize::from(low.unwrap() <= target && target <= high.unwrap());
    }
    covered as f64 / NUM_STUDIES as f64
}

/// Holds the mean share of these settings to 93 to 97 %.
fn hold_to_coverage(pools: &[(&str, Vec<&Run>)], num_seeds: usize, vary_split: bool, fresh: bool) {
    let mut shares = Vec::new();
    let (mut num_runs, mut outside) = (0, Vec::new());
    for (label, pool) in pools {
        // Of most of all runs the mean is known too well.
        if pool.len() < (3 * num_seeds).max(14) {
            continue;
        }
        let share = coverage(pool, num_seeds, vary_split);
        let num = pool.len();
        println!("coverage, {num_seeds} seeds, {label}, {num} runs, fresh {fresh}: {share:.3}");
        shares.push(share);
        num_runs += num;
        // A setting's share is known to so much: N runs have a deviation that is off by
        // 1 / √(2N) of itself, of which what the seeds do not show themselves comes into the
        // interval, and of that a share of z deviations takes 2 z φ(z); and studies are drawn.
        let error = |share: f64, slope: f64| {
            let unseen = slope * 10.0 / (9.0 + num_seeds as f64);
            let runs = unseen * unseen / (2.0 * num as f64);
            (runs + share * (1.0 - share) / NUM_STUDIES as f64).sqrt()
        };
        let (low, high) = (error(0.93, 0.281), error(0.97, 0.164));
        assert!(share >= 0.93 - 3.0 * low, "{num_seeds}, {label}: {share}");
        // Two or three seeds say little of how far a setting varies less than foretold.
        if share < 0.93 - 2.0 * low || num_seeds > 3 && share > 0.97 + 2.0 * high {
            outside.push((*label, share));
        }
    }
    let num = shares.len();
    println!("outside 93 to 97 % by two standard errors, {num_seeds}: {outside:?} of {num}");
    // One in twenty is chance; with one prior for all, whatever was seen, one in three was.
    let is_few = 8 * outside.len() <= num;
    assert!(fresh || is_few, "{num_seeds}: {outside:?} of {num}");
    if shares.is_empty() {
        return;
    }
    let share = shares.iter().sum::<f64>() / shares.len() as f64;
    // What a share of 95 % of so many times so many seeds varies by.
    let error = (0.95 * 0.05 * num_seeds as f64 / num_runs as f64).sqrt();
    let num = shares.len();
    println!(
        "coverage, own splits {vary_split}, {num_seeds} seeds, fresh {fresh}: {share:.4} of {num} \
         settings, standard error {error:.4}"
    );
    let slack = if fresh { error } else { 0.0 };
    let expected = (0.93 - slack)..=(0.97 + slack);
    assert!(expected.contains(&share), "{num_seeds}: {share}");
}

/// On all runs; and on those by which nothing was set, of which there are fewer, but for the
/// standard error that so few leave.
#[test]
fn intervals_cover_the_mean_of_all_runs() {
    let (labels, runs) = fixture();
    for vary_split in [false, true] {
        let of = |setting: usize| {
            let pool = if vary_split {
                on_own_splits(&runs, setting)
            } else {
                on_one_split(&runs, setting)
            };
            (&*labels[setting], pool)
        };
        let all: Vec<(&str, Vec<&Run>)> = (0..labels.len()).map(of).collect();
        let mut fresh = all.clone();
        for (_, pool) in &mut fresh {
            pool.retain(|run| run.seed > LAST_TUNED);
        }
        for num_seeds in [1, 2, 3, 5, 10] {
            // One run has an interval over images too, which one split cannot show.
            if num_seeds > 1 || vary_split {
                hold_to_coverage(&all, num_seeds, vary_split, false);
                hold_to_coverage(&fresh, num_seeds, vary_split, true);
            }
        }
    }
}

#[test]
fn the_highest_of_equal_figures_flatters_by_what_is_said() {
    let (labels, runs) = fixture();
    let (mut said, mut seen) = (0.0, 0.0);
    for setting in 0..labels.len() {
        let pool = on_one_split(&runs, setting);
        if pool.len() < 24 {
            continue;
        }
        let mut random = RandomState::from_key(&[18, setting as u32]);
        for _ in 0..50 {
            let all = drawn(&mut random, &pool, 12);
            let values: Vec<Vec<&Run>> = all.chunks(2).map(<[_]>::to_vec).collect();
            let reading = read_study(&study(&values, false));
            let best = reading.figures.iter().filter_map(|row| row.final_accuracy);
            seen += best.fold(0.0, f64::max) - mean_of(&pool);
            let numbers = reading.insights.iter().flat_map(|insight| &insight.numbers);
            let is_it = |name: &str| name == "optimism of the highest value (points)";
            said += numbers
                .filter(|n| is_it(&n.name))
                .map(|n| n.value)
                .sum::<f64>()
                / 100.0;
        }
    }
    println!(
        "optimism of the highest of six, seen over said: {:.3}",
        seen / said
    );
    assert!((0.7..=1.3).contains(&(seen / said)), "{seen} {said}");
}

#[test]
fn no_claim_is_refuted_by_all_runs() {
    let (labels, runs) = fixture();
    let mut random = RandomState::from_key(&[19]);
    let (mut num_claims, mut num_refuted) = (0, 0);
    let pools: Vec<Vec<&Run>> = (0..labels.len())
        .map(|at| on_one_split(&runs, at))
        .collect();
    let comparable = side_by_side(&labels, &runs);
    for round in 0..60 {
        let mut settings: Vec<u32> = comparable.iter().map(|&at| at as u32).collect();
        random.shuffle(&mut settings);
        let settings = &settings[..6];
        let of = |setting: u32, seed: u32| {
            let mut pool = pools[setting as usize].iter();
            pool.find(|run| run.seed == seed).copied()
        };
        // Seeds that all six were run with, as in a study.
        let is_shared = |seed: &u32| settings.iter().all(|&at| of(at, *seed).is_some());
        let mut seeds: Vec<u32> = (1..=60).filter(is_shared).collect();
        random.shuffle(&mut seeds);
        seeds.truncate(1 + round % 3);
        let values: Vec<Vec<&Run>> = settings
            .iter()
            .map(|&at| seeds.iter().filter_map(|&seed| of(at, seed)).collect())
            .collect();
        let reading = read_study(&study(&values, false));
        if round == 2 {
            for (place, &setting) in settings.iter().enumerate() {
                println!("0.{} stands for {}", place + 1, labels[setting as usize]);
            }
            for insight in &reading.insights {
                println!("{:?}: {}", insight.kind, insight.sentence);
            }
        }
        let mean = |place: usize| mean_of(&pools[settings[place] as usize]);
        let best = (0..6)
            .max_by(|&a, &b| {
                let of = |at: usize| reading.figures[at].final_accuracy.unwrap_or(0.0);
                of(a).total_cmp(&of(b))
            })
            .unwrap();
        for insight in &reading.insights {
            for place in 0..6 {
                let name = format!("0.{} behind (points)", place + 1);
                if insight.numbers.iter().any(|number| number.name == name)
                    && insight.kind == InsightKind::Ranking
                {
                    num_claims += 1;
                    num_refuted += usize::from(mean(best) <= mean(place));
                }
            }
        }
    }
    println!("claims of real studies: {num_claims}, refuted by all runs: {num_refuted}");
    assert!(
        num_claims > 50 && num_refuted * 100 <= num_claims,
        "{num_refuted} of {num_claims}"
    );
}
