//! The range test of learning rates.

use async_lock::Mutex;
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

use super::Thrown;
use super::dataset::Dataset;
use super::trainer::prepared;
use crate::message::{RateReading, RunConfig};
use crate::train::rate_test;

/// A range test under way. It has a network of its own.
#[wasm_bindgen]
pub struct RateTest(Mutex<rate_test::RateTest>);

#[wasm_bindgen]
impl RateTest {
    /// Checks the settings, splits the data and draws the weights, as a run would.
    pub async fn create(dataset: &Dataset, config: Ts<RunConfig>) -> Result<RateTest, Thrown> {
        let (plan, dataset, device) = prepared(dataset, config).await?;
        let test = rate_test::RateTest::new(plan, dataset, &device)?;
        Ok(Self(Mutex::new(test)))
    }

    /// Works for about `budget_ms` and says how the test stands.
    pub async fn next(&self, budget_ms: f64) -> Result<Ts<RateReading>, Thrown> {
        let mut test = self.0.lock().await;
        test.next(budget_ms).await?;
        Ok(test.reading().into_ts()?)
    }
}
