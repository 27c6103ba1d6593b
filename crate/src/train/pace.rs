//! How long a unit of work takes lately: a step, a batch of an evaluation.

use web_time::Instant;

/// How much of the past the pace remembers, per slice.
const MEMORY: f64 = 0.9;

/// A moving mean of milliseconds a unit; nothing before the first was timed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pace {
    unit_ms: Option<f64>,
}

impl Pace {
    /// How many units fit into a budget: at least one, and one before any was timed.
    pub fn units_in(self, budget_ms: f64) -> usize {
        let units = |ms: f64| (budget_ms / ms.max(1e-3)).max(1.0) as usize;
        self.unit_ms.map_or(1, units)
    }

    /// Takes in that `num_units` were done since `start`.
    pub fn learn(&mut self, start: Instant, num_units: usize) {
        if num_units == 0 {
            return;
        }
        let now_ms = start.elapsed().as_secs_f64() * 1e3 / num_units as f64;
        let mean = |ms: f64| MEMORY * ms + (1.0 - MEMORY) * now_ms;
        self.unit_ms = Some(self.unit_ms.map_or(now_ms, mean));
    }

    /// Seconds a unit.
    pub fn unit_secs(self) -> Option<f64> {
        self.unit_ms.map(|ms| ms / 1e3)
    }
}
