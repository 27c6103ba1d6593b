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
