//! Divides the rows into a training and a validation part with the same share
//! of each class in both, index for index as scikit-learn 1.9.1 does in
//! `train_test_split(rows, test_size=share, stratify=labels, random_state=seed)`.
//!
//! Owns the order of the draws and of the float operations: both decide the
//! result. On MNIST's class counts several remainders differ only by float
//! noise, so exact, single-precision or multiply-first arithmetic all give
//! another split.

use crate::error::{Error, Result};
use crate::order::in_order;
use crate::rng::RandomState;

use super::task::Task;

/// Row numbers of the two parts, each in scikit-learn's (random) order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// Rows trained on.
    pub train: Vec<u32>,
    /// Rows held out.
    pub validation: Vec<u32>,
}

/// Splits the rows of `labels` (one label a row, any bytes) so that
/// ⌈`validation_share` × rows⌉ are held out, stratified by label. The task gives
/// errors their words alone.
///
/// # Errors
/// As scikit-learn refuses: a share not strictly between 0 and 1, a label with a
/// single row, or a part with fewer rows than there are different labels.
pub fn stratified_split(
    labels: &[u8],
    task: &Task,
    validation_share: f64,
    seed: u32,
) -> Result<Split> {
    let noun = task.class_noun();
    if !(validation_share > 0.0 && validation_share < 1.0) {
        return Err(Error::Split(format!(
            "found a validation share of {validation_share}, expected one between 0 and 1"
        )));
    }
    if labels.is_empty() || u32::try_from(labels.len()).is_err() {
        return Err(Error::Split(format!(
            "found {} rows, expected 2 to 4,294,967,295",
            labels.len()
        )));
    }

    // Rows of each label that occurs, both ascending.
    let mut rows_of: Vec<Vec<u32>> = vec![Vec::new(); 256];
    for (row, &label) in labels.iter().enumerate() {
        rows_of[usize::from(label)].push(row as u32);
    }
    for (label, rows) in rows_of.iter().enumerate() {
        if rows.len() == 1 {
            return Err(Error::Split(format!(
                "found only 1 image of the {noun} {} (row {} of the data), expected at least \
                 2 of each {noun}, one for either part",
                task.class_name(label),
                rows[0] + 1
            )));
        }
    }
    rows_of.retain(|rows| !rows.is_empty());

    let num_validation = (validation_share * labels.len() as f64).ceil() as usize;
    let num_train = labels.len().saturating_sub(num_validation);
    for (part, num_rows) in [("training", num_train), ("validation", num_validation)] {
        if num_rows < rows_of.len() {
            return Err(Error::Split(format!(
                "found {num_rows} of {} images for the {part} part, expected at least {}, one of \
                 each {noun}: change the validation share or load more images",
                labels.len(),
                rows_of.len()
            )));
        }
    }

    let mut rng = RandomState::new(seed);
    let counts: Vec<usize> = rows_of.iter().map(Vec::len).collect();
    let train_counts = approximate_mode(&counts, num_train, &mut rng);
    let left: Vec<usize> = counts
        .iter()
        .zip(&train_counts)
        .map(|(all, train)| all - train)
        .collect();
    let validation_counts = approximate_mode(&left, num_validation, &mut rng);

    let mut split = Split {
        train: Vec::with_capacity(num_train),
        validation: Vec::with_capacity(num_validation),
    };
    for ((mut rows, num_train), num_validation) in
        rows_of.into_iter().zip(train_counts).zip(validation_counts)
    {
        rng.shuffle(&mut rows);
        split.train.extend(&rows[..num_train]);
        split
            .validation
            .extend(&rows[num_train..num_train + num_validation]);
    }
    rng.shuffle(&mut split.train);
    rng.shuffle(&mut split.validation);
    Ok(split)
}

/// How many of `num_draws` fall to each class, as near to the classes' shares as
/// whole numbers can be; remainders that tie are decided by chance (scikit-learn's
/// `_approximate_mode`, the mode of the multivariate hypergeometric distribution).
///
/// Never more of a class than it has: a share is at most the class's count, and
/// one that is not whole lies a whole step below it.
fn approximate_mode(counts: &[usize], num_draws: usize, rng: &mut RandomState) -> Vec<usize> {
    let total = counts.iter().sum::<usize>() as f64;
    // Divide, then multiply: the other order rounds differently.
    let shares: Vec<f64> = counts
        .iter()
        .map(|&count| count as f64 / total * num_draws as f64)
        .collect();
    let mut drawn: Vec<usize> = shares.iter().map(|share| share.floor() as usize).collect();
    let remainders: Vec<f64> = shares.iter().map(|share| share - share.floor()).collect();
    let mut num_missing = num_draws.saturating_sub(drawn.iter().sum());

    let mut distinct = in_order(&remainders, |a, b| b.total_cmp(a));
    distinct.dedup();
    for value in distinct {
        if num_missing == 0 {
            break;
        }
        let tied: Vec<usize> = (0..counts.len())
            .filter(|&class| remainders[class] == value)
            .collect();
        // Drawn even where all of them are taken: the generator must move on alike.
        let order = rng.permutation(tied.len() as u32);
        for &place in order.iter().take(num_missing) {
            drawn[tied[place as usize]] += 1;
        }
        num_missing -= tied.len().min(num_missing);
    }
    drawn
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use sha2::{Digest, Sha256};
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::{Split, stratified_split};
    use crate::data::Task;
    use crate::error::Result;
    use crate::rng::RandomState;

    fn split_of(labels: &[u8], validation_share: f64, seed: u32) -> Result<Split> {
        stratified_split(labels, &Task::mnist(), validation_share, seed)
    }

    #[derive(Deserialize)]
    struct Fixture {
        oracle: String,
        large: Vec<Large>,
        small: Vec<Small>,
    }

    #[derive(Deserialize)]
    struct Large {
        counts: Vec<usize>,
        share: f64,
        seed: u32,
        num_train: usize,
        num_validation: usize,
        train_sha256: String,
        validation_sha256: String,
    }

    #[derive(Deserialize)]
    struct Small {
        labels: Vec<u8>,
        share: f64,
        seed: u32,
        #[serde(default)]
        train: Vec<u32>,
        #[serde(default)]
        validation: Vec<u32>,
        #[serde(default)]
        refused: Option<String>,
    }

    fn fixture() -> Fixture {
        let fixture: Fixture =
            serde_json::from_str(include_str!("../../../tests/fixtures/split.json")).unwrap();
        assert!(
            fixture.oracle.starts_with("scikit-learn 1.9.1"),
            "{}",
            fixture.oracle
        );
        fixture
    }

    fn sha256(rows: &[u32]) -> String {
        let mut hash = Sha256::new();
        rows.iter().for_each(|row| hash.update(row.to_le_bytes()));
        hash.finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// 0, 1, …, 9, 0, 1, … where a digit that is used up is passed over.
    fn round_robin(counts: &[usize]) -> Vec<u8> {
        let rounds = counts.iter().max().copied().unwrap_or(0);
        (0..rounds)
            .flat_map(|round| (0..counts.len()).filter(move |&digit| counts[digit] > round))
            .map(|digit| digit as u8)
            .collect()
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn equals_scikit_learn_on_large_sets() {
        let cases = fixture().large;
        assert_eq!(cases.len(), 80);
        for case in cases {
            let labels = round_robin(&case.counts);
            let split = split_of(&labels, case.share, case.seed).unwrap();
            let name = format!(
                "counts {:?}, share {}, seed {}",
                case.counts, case.share, case.seed
            );
            assert_eq!(split.train.len(), case.num_train, "{name}");
            assert_eq!(split.validation.len(), case.num_validation, "{name}");
            assert_eq!(sha256(&split.train), case.train_sha256, "{name}");
            assert_eq!(sha256(&split.validation), case.validation_sha256, "{name}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn equals_scikit_learn_on_small_sets_and_refuses_what_it_refuses() {
        let cases = fixture().small;
        assert_eq!(cases.len(), 67);
        assert!(cases.iter().any(|case| case.refused.is_some()));
        for case in cases {
            let split = split_of(&case.labels, case.share, case.seed);
            match case.refused {
                Some(reason) => assert!(split.is_err(), "{:?}: {reason}", case.labels),
                None => {
                    let want = Split {
                        train: case.train,
                        validation: case.validation,
                    };
                    assert_eq!(split, Ok(want), "{:?}", case.labels);
                }
            }
        }
    }

    // scikit-learn 1.9.1 on y[i] = (7i + ⌊i/13⌋) mod 10, a vector found before this was written.
    #[wasm_bindgen_test(unsupported = test)]
    fn equals_scikit_learn_on_a_set_as_large_as_kaggles() {
        let labels: Vec<u8> = (0..42_000u32)
            .map(|i| ((7 * i + i / 13) % 10) as u8)
            .collect();
        let split = split_of(&labels, 0.2, 42).unwrap();
        assert_eq!(split.train[..4], [11124, 2427, 33875, 3496]);
        assert_eq!(split.validation[..4], [5849, 20502, 33407, 619]);
        assert_eq!(
            sha256(&split.train),
            "8bbf414db65fd7b386c026195f7c356824239814e5fc80e2009c3db72a66e9ab"
        );
        assert_eq!(
            sha256(&split.validation),
            "0c7ca3dc278b53f1fe7e2cd752f2fef81222bf1298090f9305cd475403f1f090"
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn parts_are_disjoint_complete_and_keep_the_shares() {
        let mut rng = RandomState::new(5);
        for _ in 0..300 {
            let num_rows = 2 + rng.interval(400) as usize;
            let num_classes = 1 + rng.interval(9);
            let labels: Vec<u8> = (0..num_rows)
                .map(|_| rng.interval(num_classes - 1) as u8)
                .collect();
            let share = rng.uniform(0.01, 0.99);
            let Ok(split) = split_of(&labels, share, rng.next_u32()) else {
                continue;
            };
            let mut all: Vec<u32> = split
                .train
                .iter()
                .chain(&split.validation)
                .copied()
                .collect();
            all.sort_unstable();
            assert_eq!(all, (0..num_rows as u32).collect::<Vec<_>>());
            for digit in 0..10 {
                let count = |rows: &[u32]| {
                    rows.iter()
                        .filter(|&&row| labels[row as usize] == digit)
                        .count() as f64
                };
                let (held, all) = (count(&split.validation), count(&all));
                let ideal = all * split.validation.len() as f64 / num_rows as f64;
                assert!(
                    (held - ideal).abs() <= 1.0,
                    "digit {digit}: {held} of {all}"
                );
            }
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn refusals_say_what_was_found_and_expected() {
        let message = |labels: &[u8], share| split_of(labels, share, 0).unwrap_err().to_string();
        assert_eq!(
            message(&[1, 1, 7], 0.5),
            "split: found only 1 image of the digit 7 (row 3 of the data), expected at least 2 of \
             each digit, one for either part"
        );
        assert_eq!(
            message(&[0, 0, 1, 1, 2, 2], 0.2),
            "split: found 2 of 6 images for the validation part, expected at least 3, one of each \
             digit: change the validation share or load more images"
        );
        for share in [0.0, 1.0, -0.5, 20.0, f64::NAN, f64::INFINITY] {
            let found = message(&[0, 0, 1, 1], share);
            assert!(found.contains("expected one between 0 and 1"), "{found}");
        }
        assert!(message(&[], 0.2).contains("found 0 rows"));
    }
}
