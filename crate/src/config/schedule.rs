//! How the learning rate moves in a run, each schedule by the formula of torch's scheduler.

use crate::math;
use crate::message::LearningRateSchedule;

/// Where a step stands in its run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StepPlace {
    /// From 0 over the whole run.
    pub(super) step: u32,
    /// Steps of an epoch.
    pub(super) steps_per_epoch: u32,
    /// Epochs of the run.
    pub(super) num_epochs: u32,
}

/// By so much each third of a run divides the rate, of `StepLR`: its `gamma`.
const STEP_FACTOR: f64 = 0.1;
/// Share of the steps in which `OneCycleLR` rises: its `pct_start`.
const RISING_SHARE: f64 = 0.3;
/// Its `div_factor`, from the first rate to the highest, and its `final_div_factor`, from
/// the last to the first.
const FIRST_DIVISOR: f64 = 25.0;
const LAST_DIVISOR: f64 = 1e4;

impl LearningRateSchedule {
    /// In the order in which they are offered.
    pub const ALL: [Self; 5] = [
        Self::Constant,
        Self::Cosine,
        Self::Step,
        Self::OneCycle,
        Self::WarmUp,
    ];

    /// Its name in settings and addresses.
    pub fn key(self) -> &'static str {
        match self {
            Self::Constant => "constant",
            Self::Cosine => "cosine",
            Self::Step => "step",
            Self::OneCycle => "one_cycle",
            Self::WarmUp => "warm_up",
        }
    }

    /// Its name as it is written among words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Constant => "fixed",
            Self::Cosine => "cosine",
            Self::Step => "step",
            Self::OneCycle => "1cycle",
            Self::WarmUp => "warm-up",
        }
    }

    /// What it does to a learning rate, in a few words; none for nothing.
    pub fn phrase(self) -> Option<&'static str> {
        match self {
            Self::Constant => None,
            Self::Cosine => Some("cosine to 0"),
            Self::Step => Some("a tenth after each third"),
            Self::OneCycle => Some("one cycle"),
            Self::WarmUp => Some("warm-up over the first epoch"),
        }
    }

    /// The share of the learning rate that a step is taken with.
    pub(super) fn share_at(self, place: StepPlace) -> f64 {
        let StepPlace {
            step,
            steps_per_epoch,
            num_epochs,
        } = place;
        let epochs_done = step / steps_per_epoch;
        match self {
            Self::Constant => 1.0,
            Self::Cosine => {
                let done = f64::from(epochs_done) / f64::from(num_epochs);
                (1.0 + math::cos(std::f64::consts::PI * done)) / 2.0
            }
            Self::Step => {
                let third = num_epochs.div_ceil(3);
                (0..epochs_done / third).fold(1.0, |share, _| share * STEP_FACTOR)
            }
            Self::OneCycle => {
                let num_steps = f64::from(steps_per_epoch) * f64::from(num_epochs);
                let first = 1.0 / FIRST_DIVISOR;
                let last_risen = RISING_SHARE * num_steps - 1.0;
                let step = f64::from(step);
                if step <= last_risen {
                    along_cosine(first, 1.0, step / last_risen)
                } else {
                    let fallen = (step - last_risen) / (num_steps - 1.0 - last_risen);
                    along_cosine(1.0, first / LAST_DIVISOR, fallen)
                }
            }
            Self::WarmUp => f64::from((step + 1).min(steps_per_epoch)) / f64::from(steps_per_epoch),
        }
    }
}

/// From `start` to `end` along half a cosine, `done` of the way, 0 to 1.
fn along_cosine(start: f64, end: f64, done: f64) -> f64 {
    end + (start - end) / 2.0 * (math::cos(std::f64::consts::PI * done) + 1.0)
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use crate::config::Plan;
    use crate::message::{LearningRateSchedule, RunConfig};

    /// torch 2.15: `SGD(lr=0.1)` for four epochs of five steps under `CosineAnnealingLR(T_max=4)`
    /// and `StepLR(2, gamma=0.1)`, the rate of each epoch; and under
    /// `OneCycleLR(max_lr=0.1, total_steps=20, cycle_momentum=False)` and
    /// `LinearLR(start_factor=1/5, total_iters=4)`, that of each step.
    const EXPECTED: [(LearningRateSchedule, u32, &[f32]); 5] = [
        (LearningRateSchedule::Constant, 5, &[0.1; 4]),
        (
            LearningRateSchedule::Cosine,
            5,
            &[0.1, 0.085_355_34, 0.05, 0.014_644_66],
        ),
        (LearningRateSchedule::Step, 5, &[0.1, 0.1, 0.01, 0.01]),
        (
            LearningRateSchedule::OneCycle,
            1,
            &[
                0.004,
                0.013_167_184,
                0.037_167_184,
                0.066_832_82,
                0.090_832_82,
                0.1,
                0.098_746_4,
                0.095_048_46,
                0.089_091_62,
                0.081_174_56,
                0.071_694_3,
                0.061_126_202,
                0.050_000_2,
                0.038_874_2,
                0.028_306_1,
                0.018_825_835,
                0.010_908_782,
                0.004_951_936_8,
                0.001_253_999_4,
                4e-7,
            ],
        ),
        (
            LearningRateSchedule::WarmUp,
            1,
            &[0.02, 0.04, 0.06, 0.08, 0.1, 0.1, 0.1],
        ),
    ];

    #[wasm_bindgen_test(unsupported = test)]
    fn a_rate_moves_as_under_torchs_scheduler() {
        let every = EXPECTED.map(|(schedule, ..)| schedule);
        assert_eq!(every, LearningRateSchedule::ALL);
        for (learning_rate_schedule, stride, expected) in EXPECTED {
            let plan = Plan::try_from(&RunConfig {
                epochs: 4.0,
                learning_rate: 0.1,
                learning_rate_schedule,
                ..RunConfig::default()
            })
            .unwrap();
            for (at, expected) in (0..).zip(expected) {
                // The first step of an epoch and its last.
                for step in [at * stride, at * stride + stride - 1] {
                    let found = plan.rule_at(step, 5).learning_rate;
                    let far = (found - expected).abs();
                    assert!(far < 1e-8, "{learning_rate_schedule:?} {step}: {found}");
                }
            }
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn the_shortest_run_has_rates() {
        for learning_rate_schedule in LearningRateSchedule::ALL {
            for steps_per_epoch in 1..12 {
                let plan = Plan::try_from(&RunConfig {
                    epochs: 1.0,
                    learning_rate_schedule,
                    ..RunConfig::default()
                })
                .unwrap();
                for step in 0..steps_per_epoch {
                    let rate = plan.rule_at(step, steps_per_epoch).learning_rate;
                    assert!(
                        rate > 0.0 && rate <= 0.01,
                        "{learning_rate_schedule:?}: {rate}"
                    );
                }
            }
        }
    }
}
