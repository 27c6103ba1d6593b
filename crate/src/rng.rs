//! The one source of chance: a seed means the same split, weights, shuffles and
//! masks on every backend, because nothing is drawn from a backend's generator.
//!
//! Two generators. [`RandomState`] is drawn from in order and equals numpy's
//! generator of the same name, which is what makes our split scikit-learn's.
//! [`philox4x32`] has no state: the word at a position depends on the position
//! alone, so a CPU loop and a GPU thread draw the same dropout mask.
//!
//! What is drawn for what purpose is the callers' affair.

/// numpy's `numpy.random.RandomState`: MT19937, draw for draw.
#[derive(Debug, Clone)]
pub struct RandomState(rand_mt::Mt);

impl RandomState {
    /// The generator of `RandomState(seed)` (`init_genrand`).
    pub fn new(seed: u32) -> Self {
        Self(rand_mt::Mt::new(seed))
    }

    /// The generator of `RandomState([key[0], key[1], …])` (`init_by_array`).
    ///
    /// For streams that must not depend on how much another one drew, such as
    /// `[seed, purpose, epoch]`. `[seed]` is another stream than `new(seed)`.
    ///
    /// # Panics
    /// If `key` is empty, as numpy does.
    pub fn from_key(key: &[u32]) -> Self {
        assert!(!key.is_empty(), "a generator's key needs at least one word");
        Self(rand_mt::Mt::new_with_key(key.iter().copied()))
    }

    /// The next 32 random bits.
    pub fn next_u32(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// A whole number from 0 to `max`, both included, each equally likely
    /// (numpy's `random_interval`: masked draws until one fits; none for 0).
    pub fn interval(&mut self, max: u32) -> u32 {
        if max == 0 {
            return 0;
        }
        let mask = u32::MAX >> max.leading_zeros();
        loop {
            let value = self.next_u32() & mask;
            if value <= max {
                return value;
            }
        }
    }

    /// Puts `values` into random order (Fisher–Yates from the end, as numpy's `shuffle`).
    ///
    /// # Panics
    /// If there are more than 2³² values.
    pub fn shuffle<T>(&mut self, values: &mut [T]) {
        for last in (1..values.len()).rev() {
            let max = u32::try_from(last).expect("at most 2^32 values are shuffled");
            values.swap(last, self.interval(max) as usize);
        }
    }

    /// The numbers 0 to `count` − 1 in random order (numpy's `permutation(count)`).
    pub fn permutation(&mut self, count: u32) -> Vec<u32> {
        let mut values: Vec<u32> = (0..count).collect();
        self.shuffle(&mut values);
        values
    }

    /// A number in [0, 1) with 53 random bits (numpy's `random_sample()`).
    pub fn uniform_f64(&mut self) -> f64 {
        let high = f64::from(self.next_u32() >> 5);
        let low = f64::from(self.next_u32() >> 6);
        (high * 67_108_864.0 + low) / 9_007_199_254_740_992.0
    }

    /// A number in [`low`, `high`) (numpy's `uniform(low, high)`).
    pub fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform_f64()
    }
}

/// Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as
/// easy as 1, 2, 3", SC 2011): 128 random bits for each `counter` under a `key`.
///
/// Only 32-bit additions, xors and widening products, so WGSL repeats it exactly.
pub fn philox4x32(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    const ROUNDS: usize = 10;
    const MULTIPLIERS: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
    const KEY_STEPS: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
    let [mut c0, mut c1, mut c2, mut c3] = counter;
    let [mut k0, mut k1] = key;
    for _ in 0..ROUNDS {
        let product0 = u64::from(MULTIPLIERS[0]) * u64::from(c0);
        let product1 = u64::from(MULTIPLIERS[1]) * u64::from(c2);
        c0 = (product1 >> 32) as u32 ^ c1 ^ k0;
        c2 = (product0 >> 32) as u32 ^ c3 ^ k1;
        c1 = product1 as u32;
        c3 = product0 as u32;
        k0 = k0.wrapping_add(KEY_STEPS[0]);
        k1 = k1.wrapping_add(KEY_STEPS[1]);
    }
    [c0, c1, c2, c3]
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use sha2::{Digest, Sha256};
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::{RandomState, philox4x32};

    #[derive(Deserialize)]
    struct Fixture {
        oracle: String,
        cases: Vec<Case>,
    }

    #[derive(Deserialize)]
    struct Case {
        key: Vec<u32>,
        by_array: bool,
        raw: Vec<u32>,
        permutation_10: Vec<u32>,
        permutation_1000_sha256: String,
        random_sample: Vec<String>,
        uniform: Vec<String>,
        shuffled: Vec<u16>,
        permutation_1: Vec<u32>,
        permutation_0: Vec<u32>,
        after: String,
    }

    fn bits(value: f64) -> String {
        format!("{:016x}", value.to_bits())
    }

    fn sha256(values: &[u32]) -> String {
        let mut hash = Sha256::new();
        values
            .iter()
            .for_each(|value| hash.update(value.to_le_bytes()));
        hash.finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn draws_what_numpy_draws() {
        let fixture: Fixture =
            serde_json::from_str(include_str!("../../tests/fixtures/rng.json")).unwrap();
        assert!(fixture.oracle.starts_with("numpy 2."), "{}", fixture.oracle);
        assert_eq!(fixture.cases.len(), 9);
        for case in fixture.cases {
            let start = || match case.by_array {
                true => RandomState::from_key(&case.key),
                false => RandomState::new(case.key[0]),
            };
            let mut raw = start();
            case.raw
                .iter()
                .for_each(|&word| assert_eq!(raw.next_u32(), word));

            let mut rng = start();
            assert_eq!(rng.permutation(10), case.permutation_10);
            assert_eq!(sha256(&rng.permutation(1000)), case.permutation_1000_sha256);
            case.random_sample
                .iter()
                .for_each(|want| assert_eq!(&bits(rng.uniform_f64()), want));
            case.uniform
                .iter()
                .for_each(|want| assert_eq!(&bits(rng.uniform(-0.125, 0.375)), want));
            let mut values: Vec<u16> = (100..107).collect();
            rng.shuffle(&mut values);
            assert_eq!(values, case.shuffled);
            assert_eq!(rng.permutation(1), case.permutation_1);
            assert_eq!(rng.permutation(0), case.permutation_0);
            assert_eq!(bits(rng.uniform_f64()), case.after);
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn an_interval_keeps_its_bounds() {
        let mut rng = RandomState::new(3);
        for max in [0, 1, 2, 6, 255, 256, u32::MAX] {
            assert!((0..200).all(|_| rng.interval(max) <= max));
        }
        let seen: std::collections::BTreeSet<u32> = (0..200).map(|_| rng.interval(2)).collect();
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), [0, 1, 2]);
        let mut copy = rng.clone();
        rng.interval(0);
        assert_eq!(rng.next_u32(), copy.next_u32(), "0 is drawn without a draw");
    }

    // Known answers of the authors' Random123 library, kat_vectors, philox4x32 10.
    #[wasm_bindgen_test(unsupported = test)]
    fn philox_gives_the_published_answers() {
        let ones = u32::MAX;
        let pi = [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344];
        assert_eq!(
            philox4x32([0; 4], [0; 2]),
            [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]
        );
        assert_eq!(
            philox4x32([ones; 4], [ones; 2]),
            [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
        );
        assert_eq!(
            philox4x32(pi, [0xa409_3822, 0x299f_31d0]),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }
}
