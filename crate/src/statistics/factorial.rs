//! Two factors crossed: a table of values, one factor down, the other across.
//!
//! Its main effects and interactions are contrasts of the cells (Montgomery 2017, "Design
//! and analysis of experiments", ch. 5): each is a list of weights, a weight a cell, row by
//! row, for [`super::contrast`].

/// Weights of a table of `num_rows` rows and two columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table {
    /// Levels of the factor that goes down, at least one.
    pub num_rows: usize,
}

impl Table {
    /// The second column against the first, all rows alike.
    pub fn across(self) -> Vec<f64> {
        let share = 1.0 / self.num_rows as f64;
        (0..2 * self.num_rows)
            .map(|cell| if cell % 2 == 1 { share } else { -share })
            .collect()
    }

    /// `row` against the first row, both columns alike.
    pub fn down(self, row: usize) -> Vec<f64> {
        self.weights(row, [0.5, 0.5])
    }

    /// What the second column does against the first in `row`, against what it does in
    /// the first row: 0 where the factors do not interact there.
    pub fn interaction(self, row: usize) -> Vec<f64> {
        self.weights(row, [-1.0, 1.0])
    }

    fn weights(self, row: usize, columns: [f64; 2]) -> Vec<f64> {
        let mut weights = vec![0.0; 2 * self.num_rows];
        for (column, weight) in columns.into_iter().enumerate() {
            weights[2 * row + column] += weight;
            weights[column] -= weight;
        }
        weights
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::statistics::near;

    // Means of cells 1, 2; 4, 9; 5, 5: by hand, as in a textbook's table of means.
    #[wasm_bindgen_test(unsupported = test)]
    fn effects_equal_those_of_a_table_of_means() {
        let table = Table { num_rows: 3 };
        let effect = |weights: Vec<f64>| -> f64 {
            let cells = [1.0, 2.0, 4.0, 9.0, 5.0, 5.0];
            weights
                .iter()
                .zip(cells)
                .map(|(weight, cell)| weight * cell)
                .sum()
        };
        near(effect(table.across()), 2.0);
        near(effect(table.down(1)), 5.0);
        near(effect(table.down(2)), 3.5);
        near(effect(table.interaction(1)), 4.0);
        near(effect(table.interaction(2)), -1.0);
    }
}
