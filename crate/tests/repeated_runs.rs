//! The study's statistics against real repeated runs, not against their own assumptions:
//! studies are drawn at random from runs that were really trained, and read as a person's.
//!
//! Constants of the statistics were set on the first [`NUM_KNOWN`] settings; what is
//! promised has to hold for the others as well. `cargo test --test repeated_runs --
//! --nocapture` prints the figures.
#![cfg(not(target_arch = "wasm32"))]

mod repeated;

use inkling::message::{InsightKind, StudyReading};
use inkling::rng::RandomState;
use inkling::study::insight::read_study;
use repeated::{Run, SPLIT, fixture, study};

/// Settings by which `statistics::prior` was set; those behind them were run afterwards.
const NUM_KNOWN: usize = 13;

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

fn mean_of(runs: &[&Run]) -> f64 {
    runs.iter().map(|run| run.accuracy()).sum::<f64>() / runs.len() as f64
}

/// Share of studies of six equal values, each with its own seeds, that call a difference.
fn false_claims(pool: &[&Run], seeds: &[usize; 6], num_studies: usize, vary_split: bool) -> f64 {
    let mut random = RandomState::from_key(&[15, seeds.iter().sum::<usize>() as u32]);
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

/// Seeds of six values at some moment of a study, and how many studies are drawn.
const MOMENTS: [([usize; 6], usize); 8] = [
    ([1; 6], 60),
    ([2, 1, 1, 1, 1, 1], 60),
    ([2; 6], 40),
    ([3, 3, 2, 2, 2, 2], 20),
    ([3; 6], 30),
    ([5, 4, 5, 4, 5, 5], 10),
    ([5; 6], 15),
    ([10; 6], 10),
];

#[test]
fn equal_values_are_seldom_told_apart_at_any_moment_of_a_study() {
    let (labels, runs) = fixture();
    for (seeds, num_studies) in MOMENTS {
        for (part, settings) in [("known", 0..NUM_KNOWN), ("others", NUM_KNOWN..labels.len())] {
            let shares: Vec<f64> = settings
                .map(|setting| on_one_split(&runs, setting))
                .filter(|pool| pool.len() >= seeds.iter().sum())
                .map(|pool| false_claims(&pool, &seeds, num_studies, false))
                .collect();
            if shares.is_empty() {
                continue;
            }
            let share = shares.iter().sum::<f64>() / shares.len() as f64;
            println!("A/A, {part}, seeds {seeds:?}: {share:.4}, by setting {shares:?}");
            assert!(share <= 0.05, "{seeds:?}: {shares:?}");
        }
    }
}

#[test]
fn equal_values_are_seldom_told_apart_on_splits_of_their_own() {
    let (labels, runs) = fixture();
    for (setting, label) in labels.iter().enumerate() {
        let pool = on_own_splits(&runs, setting);
        for (seeds, num_studies) in [([1; 6], 60), ([2; 6], 40), ([3; 6], 30)] {
            if pool.len() >= seeds.iter().sum() {
                let share = false_claims(&pool, &seeds, num_studies, true);
                println!("A/A, own splits, {label}, {seeds:?}: {share}");
                assert!(share <= 0.05, "{seeds:?}: {share}");
            }
        }
    }
}

/// Pairs of settings whose means of all runs lie about half a point apart, the better
/// first, with their runs by the same seeds.
fn half_point_apart(labels: &[String], runs: &[Run]) -> Vec<(String, Vec<[usize; 2]>)> {
    let mut found = Vec::new();
    for a in 0..labels.len() {
        for b in 0..labels.len() {
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

/// Share of studies of one value whose interval covers the mean of all its runs.
fn coverage(pool: &[&Run], num_seeds: usize, vary_split: bool) -> f64 {
    let mut random = RandomState::from_key(&[17, num_seeds as u32]);
    let target = mean_of(pool);
    const NUM_STUDIES: usize = 100;
    let mut covered = 0;
    for _ in 0..NUM_STUDIES {
        let values = vec![drawn(&mut random, pool, num_seeds)];
        let figures = read_study(&study(&values, vary_split)).figures;
        let (low, high) = (figures[0].interval_low, figures[0].interval_high);
        covered += usize::from(low.unwrap() <= target && target <= high.unwrap());
    }
    covered as f64 / NUM_STUDIES as f64
}

#[test]
fn intervals_cover_the_mean_of_all_runs() {
    let (labels, runs) = fixture();
    let mut all = Vec::new();
    for vary_split in [false, true] {
        for num_seeds in [1, 2, 3, 5, 10] {
            // One run has an interval over images too, which one split cannot show.
            if num_seeds == 1 && !vary_split {
                continue;
            }
            let shares: Vec<f64> = (0..labels.len())
                .map(|setting| {
                    if vary_split {
                        on_own_splits(&runs, setting)
                    } else {
                        on_one_split(&runs, setting)
                    }
                })
                // Of most of all runs the mean is known too well.
                .filter(|pool| pool.len() >= 4 * num_seeds)
                .map(|pool| coverage(&pool, num_seeds, vary_split))
                .collect();
            if shares.is_empty() {
                continue;
            }
            let share = shares.iter().sum::<f64>() / shares.len() as f64;
            println!("coverage, own splits {vary_split}, {num_seeds} seeds: {share:.4} {shares:?}");
            all.extend(shares);
        }
    }
    let share = all.iter().sum::<f64>() / all.len() as f64;
    println!("coverage: {share:.4}");
    assert!((0.93..=0.97).contains(&share), "{share}");
}

#[test]
fn the_highest_of_equal_figures_flatters_by_what_is_said() {
    let (_, runs) = fixture();
    let (mut said, mut seen) = (0.0, 0.0);
    for setting in 0..NUM_KNOWN {
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
    for round in 0..60 {
        let mut settings: Vec<u32> = (0..labels.len() as u32).collect();
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
