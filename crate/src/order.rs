//! Sorting of few things by one copy of the code for all types, where each type of its own
//! would bring 4 to 8 KB into every engine. A comparison is a call: pixels and rows are
//! sorted by the library.

use std::cmp::Ordering;

/// The places of `count` things in order, by a comparison of two places. What is equal stays
/// in its order.
pub(crate) fn places_in_order(
    count: usize,
    compare: &dyn Fn(usize, usize) -> Ordering,
) -> Vec<usize> {
    let mut places: Vec<usize> = (0..count).collect();
    places.sort_by(|&a, &b| compare(a, b));
    places
}

/// Copies of things in order, by a comparison of two of them.
pub(crate) fn in_order<T: Clone>(things: &[T], compare: impl Fn(&T, &T) -> Ordering) -> Vec<T> {
    let places = places_in_order(things.len(), &|a, b| compare(&things[a], &things[b]));
    places.iter().map(|&place| things[place].clone()).collect()
}

/// Whether no two texts are alike.
pub(crate) fn are_distinct(texts: &[&[u8]]) -> bool {
    let places = places_in_order(texts.len(), &|a, b| texts[a].cmp(texts[b]));
    places
        .windows(2)
        .all(|pair| texts[pair[0]] != texts[pair[1]])
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::{are_distinct, in_order};

    #[wasm_bindgen_test(unsupported = test)]
    fn things_come_in_order_and_equal_ones_as_they_stood() {
        let things: Vec<(u32, u32)> = (0..500_u32).map(|at| ((at * 7919) % 13, at)).collect();
        let mut expected = things.clone();
        expected.sort_by_key(|thing| thing.0);
        assert_eq!(in_order(&things, |a, b| a.0.cmp(&b.0)), expected);
        assert_eq!(in_order(&[0_u8; 0], |a, b| a.cmp(b)), [0_u8; 0]);
        assert!(are_distinct(&[b"b", b"a", b""]) && are_distinct(&[]));
        assert!(!are_distinct(&[b"b", b"a", b"b"]));
    }
}
