//! Means and variances.

use crate::math::powi;

/// Mean of a non-empty slice.
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Sample variance (n − 1) of at least two values.
pub fn variance(values: &[f64]) -> f64 {
    let centre = mean(values);
    values.iter().map(|x| powi(x - centre, 2)).sum::<f64>() / (values.len() - 1) as f64
}

/// A variance that was seen, with its degrees of freedom.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Spread {
    /// The variance.
    pub variance: f64,
    /// Its degrees of freedom; 0 where nothing was seen.
    pub freedom: f64,
}

impl Spread {
    /// That of a slice; of fewer than two values nothing.
    pub fn of(values: &[f64]) -> Self {
        if values.len() < 2 {
            return Self::default();
        }
        Self {
            variance: variance(values),
            freedom: (values.len() - 1) as f64,
        }
    }

    /// Several of one variance, pooled by their degrees of freedom.
    pub fn pooled(spreads: &[Self]) -> Self {
        let freedom: f64 = spreads.iter().map(|spread| spread.freedom).sum();
        let squares = spreads
            .iter()
            .map(|spread| spread.freedom * spread.variance);
        if freedom > 0.0 {
            Self {
                variance: squares.sum::<f64>() / freedom,
                freedom,
            }
        } else {
            Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::statistics::near;

    #[wasm_bindgen_test(unsupported = test)]
    fn variance_divides_by_one_less() {
        near(variance(&[1.0, 2.0, 4.0]), 7.0 / 3.0);
        assert_eq!(Spread::of(&[1.0]), Spread::default());
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn variances_are_pooled_by_their_degrees_of_freedom() {
        // 2 with 1 and 1 with 3 degrees of freedom: 5 / 4.
        let of = |variance, freedom| Spread { variance, freedom };
        let pooled = Spread::pooled(&[of(2.0, 1.0), of(1.0, 3.0), Spread::default()]);
        assert_eq!(pooled, of(1.25, 4.0));
        assert_eq!(Spread::pooled(&[]), Spread::default());
    }
}
