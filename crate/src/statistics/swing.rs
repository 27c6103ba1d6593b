//! How far a curve swings from epoch to epoch.

use super::moments::Spread;
use crate::math::powi;

/// Variance of a single epoch around the trend of its curve, from the last epochs of
/// several runs, each `[…, a, b, c]`: the second difference c − 2b + a is free of a
/// straight trend and has six times the variance of one epoch, were these independent
/// (differences instead of a fitted trend: von Neumann, Kent, Bellinson and Hart 1941,
/// "The mean square successive difference"; second differences: Gasser, Sroka and
/// Jennen-Steinmetz 1986, "Residual variance and residual pattern in nonlinear
/// regression"). A curve that still bends counts its bend as swing: too much, not too
/// little. Of curves with fewer than three epochs nothing.
pub fn swing<'a>(curves: impl Iterator<Item = &'a [f64]>) -> Spread {
    let squares: Vec<f64> = curves
        .filter_map(|curve| match curve {
            [.., a, b, c] => Some(powi(c - 2.0 * b + a, 2) / 6.0),
            _ => None,
        })
        .filter(|square| square.is_finite())
        .collect();
    if squares.is_empty() {
        return Spread::default();
    }
    Spread {
        variance: squares.iter().sum::<f64>() / squares.len() as f64,
        freedom: squares.len() as f64,
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::statistics::near;

    #[wasm_bindgen_test(unsupported = test)]
    fn a_straight_climb_does_not_swing() {
        let found = swing([&[0.1, 0.5, 0.6, 0.7][..], &[0.3, 0.6, 0.9]].into_iter());
        near(found.variance, 0.0);
        assert_eq!(found.freedom, 2.0);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_spike_swings() {
        // Second differences −3 and 1: (9 + 1) / (6 · 2).
        let curves: [&[f64]; 3] = [&[9.0, 5.0, 5.0, 2.0], &[1.0, 1.0, 2.0], &[1.0, 2.0]];
        near(swing(curves.into_iter()).variance, 10.0 / 12.0);
        assert_eq!(swing([].into_iter()), Spread::default());
    }
}
