//! Statistics: pure functions of numbers, without words and without runs. Each formula of
//! the project stands here once, with its literature; [`crate::train`] and
//! [`crate::study`] stand on it.
//!
//! Accuracies and shares are 0 to 1, variances their squares. Expected numbers in the
//! tests are SciPy's and statsmodels', as each test says.

pub mod contrast;
pub mod distribution;
pub mod estimate;
pub mod factorial;
pub mod mcnemar;
pub mod moments;
pub mod multiplicity;
pub mod power;
pub mod prior;
pub mod proportion;
pub mod selection;
pub mod swing;

#[cfg(test)]
fn near(found: f64, expected: f64) {
    assert!(
        (found - expected).abs() <= 1e-9 * expected.abs().max(1.0),
        "{found}, not {expected}"
    );
}
