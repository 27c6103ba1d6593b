//! How a batch's rows and a layer's columns are shared out: each share whole groups of four
//! rows, or whole blocks of columns, so that no sum is parted and none changes its order.

use std::ops::Range;

/// `num` shares of `0..total` in order, whole quanta each but for the end; some may be empty.
pub fn shares(
    total: usize,
    quantum: usize,
    num: usize,
) -> impl ExactSizeIterator<Item = Range<usize>> + Clone {
    let num_quanta = total.div_ceil(quantum);
    (0..num).map(move |share| {
        let edge = |share: usize| total.min((num_quanta * share).div_ceil(num) * quantum);
        edge(share)..edge(share + 1)
    })
}

/// Takes the first values out of `rest`; none where nothing is kept.
pub fn take<'a>(rest: &mut &'a mut [f32], len: usize) -> &'a mut [f32] {
    let whole = std::mem::take(rest);
    let (taken, left) = whole.split_at_mut(len.min(whole.len()));
    *rest = left;
    taken
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn shares_follow_each_other_in_whole_quanta() {
        for total in [0, 1, 3, 4, 10, 31, 32, 64, 100, 784] {
            for quantum in [1, 4, 8, 32] {
                for num in 1..=5 {
                    let mut end = 0;
                    let all = shares(total, quantum, num);
                    assert_eq!(all.len(), num);
                    for share in all {
                        assert_eq!(share.start, end);
                        assert!(share.start.is_multiple_of(quantum) || share.is_empty());
                        // None has a quantum more than its part of all.
                        assert!(share.len() <= (total.div_ceil(quantum).div_ceil(num)) * quantum);
                        end = share.end;
                    }
                    assert_eq!(end, total);
                }
            }
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn what_is_taken_is_gone() {
        let mut values = [1.0, 2.0, 3.0];
        let mut rest = &mut values[..];
        assert_eq!(take(&mut rest, 2), [1.0, 2.0]);
        assert!(take(&mut rest, 0).is_empty());
        assert_eq!(take(&mut rest, 1), [3.0]);
        assert!(take(&mut rest, 5).is_empty());
    }
}
