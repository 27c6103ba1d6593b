//! The range test of learning rates (L. N. Smith, "Cyclical Learning Rates for Training
//! Neural Networks", WACV 2017, section 3.3, first in arXiv 1506.01186 of 2015): a run's
//! own network and batches, with a rate that grows at every step. Too low a rate moves
//! nothing, too high a rate throws the loss up, and between them it falls steeply.
//!
//! A state machine that is pulled, as the trainer is; it has a network of its own and
//! leaves nothing behind.

use std::rc::Rc;

use burn::tensor::Device;
use web_time::Instant;

use super::batches::Batches;
use super::pace::Pace;
use crate::config::{Plan, Rule};
use crate::data::Dataset;
use crate::data::split::Split;
use crate::error::Result;
use crate::math;
use crate::message::{RatePoint, RateReading, RatesFound};
use crate::nn::layout::Layout;
use crate::nn::network::Network;
use crate::nn::weights;

/// The rate of the first step.
const LOWEST: f64 = 1e-5;

/// The rate of the last.
const HIGHEST: f64 = 10.0;

/// Fifty to each tenfold of the rate.
const NUM_STEPS: u32 = 300;

/// What the moving mean of the loss keeps a step, its start corrected for as Adam's is
/// (Kingma and Ba 2015, section 3).
const MEMORY: f64 = 0.9;

/// A smoothed loss so many times its lowest is beyond all use: the rest is not waited for.
const CUT: f64 = 4.0;

/// A range test under way.
pub struct RateTest {
    plan: Plan,
    dataset: Rc<Dataset>,
    split: Split,
    network: Network,
    batches: Batches,
    epoch: u32,
    first_row: usize,
    points: Vec<RatePoint>,
    mean: f64,
    is_over: bool,
    is_cut: bool,
    pace: Pace,
}

impl RateTest {
    /// Splits the data and draws the weights as a run with this plan would.
    ///
    /// # Errors
    /// As a run's: data that cannot be split or normalised.
    pub fn new(plan: Plan, dataset: Rc<Dataset>, device: &Device) -> Result<Self> {
        let plan = plan.for_task(dataset.task());
        let split = dataset.split(plan.validation_share, plan.split_seed)?;
        let normalisation = dataset.normalisation(&split.train)?;
        let layout = Layout::new(&plan.network);
        let parameters = weights::initial(&layout, plan.network.initialisation, plan.seed);
        let data = dataset.clone();
        let kind = plan.step;
        let network = Network::new(layout, normalisation, &parameters, data, kind, device);
        let mut batches = Batches::new(&plan);
        batches.begin_epoch(1, &split.train);
        Ok(Self {
            plan,
            dataset,
            split,
            network,
            batches,
            epoch: 1,
            first_row: 0,
            points: Vec::with_capacity(NUM_STEPS as usize),
            mean: 0.0,
            is_over: false,
            is_cut: false,
            pace: Pace::default(),
        })
    }

    /// Works for about `budget_ms`. Once it is over there is nothing more to do.
    ///
    /// # Errors
    /// When the device is lost.
    pub async fn next(&mut self, budget_ms: f64) -> Result<()> {
        let start = Instant::now();
        let left = if self.is_over {
            0
        } else {
            NUM_STEPS as usize - self.points.len()
        };
        let planned = self.pace.units_in(budget_ms).min(left);
        let planned = planned.min(self.network.max_pending());
        let mut rows = Vec::with_capacity(planned);
        for index in (self.points.len()..).take(planned) {
            if self.first_row == self.batches.num_rows() {
                self.epoch += 1;
                self.first_row = 0;
                self.batches.begin_epoch(self.epoch, &self.split.train);
            }
            let step = index as u32;
            let batch = self.batches.batch(&self.dataset, self.first_row, step);
            let num_rows = batch.num_rows;
            let rule = Rule {
                learning_rate: rate_of(step) as f32,
                ..self.plan.rule
            };
            self.network
                .train_step(batch.batch, batch.mask.as_ref(), rule);
            rows.push(num_rows);
            self.first_row += num_rows;
        }
        let metrics = self.network.take_metrics().await?;
        for (metrics, &num_rows) in metrics.iter().zip(&rows) {
            self.take(f64::from(metrics.loss_sum) / num_rows as f64);
            if self.is_over {
                break;
            }
        }
        self.pace.learn(start, rows.len());
        Ok(())
    }

    /// Takes in the loss of one more step.
    fn take(&mut self, loss: f64) {
        let step = self.points.len() as u32;
        self.mean = MEMORY * self.mean + (1.0 - MEMORY) * loss;
        let smoothed_loss = self.mean / (1.0 - math::powi(MEMORY, step as i32 + 1));
        let lowest = self
            .points
            .iter()
            .map(|point| point.smoothed_loss)
            .fold(f64::INFINITY, f64::min);
        // A loss that is no number is above nothing.
        let is_useless = !loss.is_finite() || smoothed_loss > CUT * lowest;
        if loss.is_finite() {
            self.points.push(RatePoint {
                rate: rate_of(step),
                loss,
                smoothed_loss,
            });
        }
        self.is_cut = is_useless && step + 1 < NUM_STEPS;
        self.is_over = is_useless || step + 1 == NUM_STEPS;
    }

    /// The test as it stands.
    pub fn reading(&self) -> RateReading {
        RateReading {
            points: self.points.clone(),
            num_steps: NUM_STEPS,
            is_over: self.is_over,
            is_cut: self.is_cut,
            found: self.is_over.then(|| read(&self.points)).flatten(),
        }
    }
}

/// The rate of a step, from 0: the same factor from each to the next.
fn rate_of(step: u32) -> f64 {
    let share = f64::from(step) / f64::from(NUM_STEPS - 1);
    LOWEST * math::powf(HIGHEST / LOWEST, share)
}

/// Steps whose mean is the loss before any rate did something: the first tenfold's.
const NUM_AT_REST: usize = (NUM_STEPS / 6) as usize;

/// A fall that is no larger, as a share of the loss at rest, is chance.
const LEAST_FALL: f64 = 0.02;

/// The stretch is steep from where so much of the fall is behind.
const STEEP_FROM: f64 = 0.1;

/// And up to where so much of it is: what follows is flat, or ragged.
const STEEP_TO: f64 = 0.9;

/// Steps that the smoothed loss is at least half fallen for, or it was a lucky batch: its
/// mean has the memory of ten.
const LEAST_STEPS: usize = 12;

/// Proposed rates begin so far below the steep stretch: one that is too low belongs to a
/// study.
const BELOW: f64 = 3.0;

const NUM_RATES: usize = 5;

/// The steep stretch, from a tenth of the fall to nine tenths, and rates at equal factors
/// over it and a little below.
fn read(points: &[RatePoint]) -> Option<RatesFound> {
    let at_rest = points.get(..NUM_AT_REST)?;
    let rest = at_rest.iter().map(|point| point.loss).sum::<f64>() / NUM_AT_REST as f64;
    let smoothed = |point: &&RatePoint| point.smoothed_loss;
    let lowest = points
        .iter()
        .min_by(|a, b| smoothed(a).total_cmp(&smoothed(b)))?;
    let fall = rest - lowest.smoothed_loss;
    let is_above = |share: f64| move |point: &&RatePoint| point.smoothed_loss > rest - share * fall;
    let num_fallen = points.len() - points.iter().filter(is_above(0.5)).count();
    if fall < LEAST_FALL * rest || num_fallen < LEAST_STEPS {
        return None;
    }
    let before = || points.iter().take_while(|point| point.rate < lowest.rate);
    let steep_from = before().filter(is_above(STEEP_FROM)).last()?.rate;
    let steep_to = before().filter(is_above(STEEP_TO)).last()?.rate;
    let first = steep_from / BELOW;
    let factor = math::powf(steep_to / first, 1.0 / (NUM_RATES - 1) as f64);
    let mut rates: Vec<f64> = (0..NUM_RATES)
        .map(|place| round(first * math::powi(factor, place as i32)))
        .collect();
    rates.dedup();
    Some(RatesFound {
        steep_from,
        steep_to,
        rates,
    })
}

/// To the nearest, by factors, of 1, 1.5, 2, 2.5, 3, 4, 5 and 7 times a power of ten, as a
/// person would write it.
fn round(rate: f64) -> f64 {
    const STEPS: [f64; 9] = [1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 7.0, 10.0];
    let exponent = math::log10(rate).floor() as i32;
    let share = rate / math::powi(10.0, exponent);
    let distance = |step: &&f64| math::ln(**step / share).abs();
    let nearest = STEPS
        .iter()
        .min_by(|a, b| distance(a).total_cmp(&distance(b)))
        .expect("there are nine");
    // By way of its text: 3 × 10⁻² is the number that "0.03" is.
    format!("{nearest}e{exponent}")
        .parse()
        .expect("a number of that form")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A loss that rests at 2.3, falls between two rates and is 2 and more above the last.
    fn points(from: f64, to: f64) -> Vec<RatePoint> {
        (0..NUM_STEPS)
            .map(|step| {
                let rate = rate_of(step);
                let share = (math::ln(rate / from) / math::ln(to / from)).clamp(0.0, 1.0);
                let loss = if rate > to { 2.0 } else { 2.3 - share };
                RatePoint {
                    rate,
                    loss,
                    smoothed_loss: loss,
                }
            })
            .collect()
    }

    #[test]
    fn rates_grow_by_one_factor_from_the_lowest_to_the_highest() {
        assert_eq!(rate_of(0), 1e-5);
        assert!((rate_of(NUM_STEPS - 1) - 10.0).abs() < 1e-9);
        let factor = rate_of(1) / rate_of(0);
        assert!(
            (1..NUM_STEPS).all(|step| (rate_of(step) / rate_of(step - 1) - factor).abs() < 1e-9)
        );
    }

    #[test]
    fn the_steep_stretch_and_five_rates_over_it_are_read() {
        let found = read(&points(0.001, 0.1)).expect("it falls by one");
        // A tenth of two tenfolds above 0.001, to a step's factor of 1.047.
        assert!(
            math::ln(found.steep_from / 0.001_585).abs() < 0.05,
            "{found:?}"
        );
        assert!(math::ln(found.steep_to / 0.063_1).abs() < 0.05, "{found:?}");
        assert_eq!(found.rates, [0.0005, 0.0015, 0.005, 0.02, 0.07]);
    }

    #[test]
    fn what_follows_the_fall_is_not_steep() {
        // Learned by heart: flat from 0.1 on, and lowest at the very end.
        let mut flat = points(0.001, 0.1);
        for point in flat.iter_mut().filter(|point| point.rate > 0.1) {
            point.loss = 1.3 - 1e-4 * point.rate;
            point.smoothed_loss = point.loss;
        }
        let found = read(&flat).expect("it falls by one");
        assert!(found.steep_to < 0.1, "{found:?}");
        assert!(found.rates.iter().all(|&rate| rate < 0.1), "{found:?}");
    }

    #[test]
    fn a_few_lucky_batches_are_no_fall() {
        let mut lucky = points(0.001, 0.1);
        for (step, point) in lucky.iter_mut().enumerate() {
            point.loss = if (200..205).contains(&step) { 1.8 } else { 2.3 };
            point.smoothed_loss = if (203..210).contains(&step) { 2.1 } else { 2.3 };
        }
        assert_eq!(read(&lucky), None);
    }

    #[test]
    fn a_loss_that_never_falls_proposes_nothing() {
        let flat: Vec<RatePoint> = points(0.001, 0.1)
            .into_iter()
            .map(|point| RatePoint {
                loss: 2.3,
                smoothed_loss: 2.3 - 0.01 * point.rate.min(1.0),
                ..point
            })
            .collect();
        assert_eq!(read(&flat), None);
        assert_eq!(read(&[]), None);
        assert_eq!(read(&points(0.001, 0.1)[..NUM_AT_REST - 1]), None);
    }

    #[test]
    fn rates_are_written_as_a_person_would() {
        let found = [0.000_96, 0.0121, 0.26, 0.33, 0.62, 8.6, 4.0].map(round);
        assert_eq!(found, [0.001, 0.01, 0.25, 0.3, 0.7, 10.0, 4.0]);
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests_that_train {
    use super::*;
    use crate::data::{Task, sample};
    use crate::message::{Event, RunConfig};
    use crate::nn::device;
    use crate::train::trainer::Trainer;

    fn digits() -> Rc<Dataset> {
        let (pixels, labels) = sample::generate(1000, 1);
        Rc::new(Dataset::from_parts("made up", Task::mnist(), pixels, labels).unwrap())
    }

    /// A test of them to its end, in slices of a budget.
    async fn tested(config: &RunConfig, budget_ms: f64) -> RateReading {
        let plan = Plan::try_from(config).unwrap();
        let device = device::open().await.unwrap();
        let mut test = RateTest::new(plan, digits(), &device).unwrap();
        assert_eq!(test.reading().found, None, "nothing is read before the end");
        while !test.reading().is_over {
            test.next(budget_ms).await.unwrap();
        }
        let reading = test.reading();
        // It has ended: asked again, it does nothing.
        test.next(budget_ms).await.unwrap();
        assert_eq!(test.reading(), reading);
        reading
    }

    #[pollster::test]
    async fn it_is_the_same_however_it_is_cut_and_begins_as_the_run_does() {
        let config = RunConfig {
            batch_size: 16.0,
            hidden_layers: "32, 16".into(),
            dropout: 0.1,
            augmentation: true,
            ..RunConfig::default()
        };
        let reading = tested(&config, 0.0).await;
        assert_eq!(reading, tested(&config, 1e6).await);
        assert_eq!(reading.points[0].rate, 1e-5);
        let plan = Plan::try_from(&config).unwrap();
        let mut run = Trainer::new(plan, digits(), &device::open().await.unwrap()).unwrap();
        let Event::Progress(progress) = &run.next(0.0).await.unwrap()[0] else {
            panic!("the first slice is one step");
        };
        assert_eq!(
            (progress.step, progress.train_loss),
            (1, reading.points[0].loss)
        );
        let found = reading.found.expect("digits are learned at some rate");
        assert!(found.steep_from < found.steep_to, "{found:?}");
        assert!(
            found.rates.is_sorted() && found.rates.len() == NUM_RATES,
            "{found:?}"
        );
        assert!(reading.points.len() > NUM_AT_REST);
    }

    #[pollster::test]
    async fn a_loss_beyond_all_use_ends_it() {
        let config = RunConfig {
            momentum: 0.99,
            ..RunConfig::default()
        };
        let reading = tested(&config, 1e6).await;
        assert!(reading.is_cut && reading.points.len() < NUM_STEPS as usize);
        assert!(reading.points.iter().all(|point| point.loss.is_finite()));
    }
}
