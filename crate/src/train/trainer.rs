//! A run as a state machine that is pulled: [`Trainer::next`] does a bounded
//! slice of work and reports. To pause is to stop pulling.
//!
//! Slices follow the clock, figures do not: every sum is taken batch by batch
//! in order, so that the same settings give the same curve however it was cut.
//!
//! Over 400 lines: one state machine.

use std::rc::Rc;

use burn::tensor::Device;
use web_time::Instant;

use super::batches::Batches;
use super::checkpoint::{Best, Checkpoint};
use super::continuation;
use super::health::{self, Health};
use super::measured::{Measured, sample_of};
use super::metrics::Totals;
use super::outcome::Ending;
use super::pace::Pace;
use crate::config::Plan;
use crate::data::split::Split;
use crate::data::{Dataset, Normalisation, Task};
use crate::error::{Error, Result};
use crate::message::{
    EpochRecord, Event, Failure, FailureKind, Outcome, Progress, RunConfig, RunHealth, RunResult,
    write_bits,
};
use crate::nn::batch::Batch;
use crate::nn::layout::Layout;
use crate::nn::network::Network;
use crate::nn::optimiser::Step;
use crate::nn::{device, weights};

/// Rows of one evaluation batch. Fixed: sums must not depend on the clock.
const EVALUATION_BATCH: usize = 256;

/// A stopped run measures its training sample too where that takes no longer: a person
/// waits for it.
const MOST_SECS_AFTER_STOP: f64 = 0.25;

/// What is being done.
#[derive(Debug, Clone, PartialEq)]
enum State {
    /// Steps of the epoch under way, from `first_row` of its order on.
    Training { first_row: usize },
    /// Passes that nothing is learned in, and what they are for.
    Measuring { measured: Measured, then: Then },
    /// Nothing any more.
    Ended,
}

/// What follows when a model is measured.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Then {
    /// The epoch is done.
    EndEpoch,
    /// The run is over.
    EndRun(Outcome),
}

/// A run under way.
pub struct Trainer {
    plan: Plan,
    dataset: Rc<Dataset>,
    /// Of the pixels of the part that is trained on.
    normalisation: Normalisation,
    split: Split,
    network: Network,
    state: State,
    /// The epoch under way, from 1.
    epoch: u32,
    batches: Batches,
    /// Steps done since the run began.
    step: u32,
    totals: Totals,
    /// The run after its last epoch whose figures were numbers.
    checkpoint: Checkpoint,
    device: Device,
    elapsed_secs: f64,
    train_secs: f64,
    num_trained: u64,
    step_pace: Pace,
    evaluation_pace: Pace,
    is_stop_asked: bool,
    /// Why it ended at a loss that is no number, if it did.
    failure: Option<Failure>,
}

impl Trainer {
    /// Splits the data, draws the weights and puts them on the device. The network is
    /// as wide at its ends as the data's task asks, whatever the plan says there.
    pub fn new(plan: Plan, dataset: Rc<Dataset>, device: &Device) -> Result<Self> {
        let plan = plan.for_task(dataset.task());
        let layout = Layout::new(&plan.network);
        let parameters = weights::initial(&layout, plan.network.initialisation, plan.seed);
        Self::from_weights(plan, dataset, parameters, device)
    }

    /// The same from given parameters, `[num_parameters]` as [`Layout`] orders them.
    ///
    /// # Errors
    /// When there are not as many as the network has, or one is no finite number.
    pub fn from_weights(
        plan: Plan,
        dataset: Rc<Dataset>,
        parameters: Vec<f32>,
        device: &Device,
    ) -> Result<Self> {
        let plan = plan.for_task(dataset.task());
        let split = dataset.split(plan.validation_share, plan.split_seed)?;
        let normalisation = dataset.normalisation(&split.train)?;
        let layout = Layout::new(&plan.network);
        if parameters.len() != layout.num_parameters {
            let expected = format!("{}, as the network has", layout.num_parameters);
            return Err(Error::data(
                "weights",
                parameters.len().to_string(),
                expected,
            ));
        }
        if let Some(at) = parameters.iter().position(|value| !value.is_finite()) {
            let found = parameters[at].to_string();
            return Err(Error::data(
                format!("weight {at}"),
                found,
                "a finite number",
            ));
        }
        let network = Network::new(
            layout,
            normalisation,
            &parameters,
            dataset.clone(),
            plan.step,
            device,
        );
        let checkpoint = Checkpoint {
            config: RunConfig::from(&plan),
            task: dataset.task().clone(),
            normalisation,
            data_checksum: dataset.checksum(),
            history: vec![],
            step: 0,
            num_trained: 0,
            elapsed_secs: 0.0,
            train_secs: 0.0,
            parameters,
            optimiser_state: vec![],
            optimiser_steps: 0,
            correct: String::new(),
            best: None,
        };
        let batches = Batches::new(&plan);
        let mut trainer = Self {
            plan,
            dataset,
            normalisation,
            split,
            network,
            state: State::Training { first_row: 0 },
            epoch: 1,
            batches,
            step: 0,
            totals: Totals::default(),
            checkpoint,
            device: device.clone(),
            elapsed_secs: 0.0,
            train_secs: 0.0,
            num_trained: 0,
            step_pace: Pace::default(),
            evaluation_pace: Pace::default(),
            is_stop_asked: false,
            failure: None,
        };
        trainer.shuffle();
        Ok(trainer)
    }

    /// Goes on from a checkpoint: on the CPU to the same last bit as the run that
    /// was never cut, elsewhere as exactly as that device repeats itself. `plan`
    /// may train longer or otherwise than before, but not for fewer epochs than are
    /// done, nor another network, nor on another split or in other batches.
    ///
    /// # Errors
    /// When the checkpoint is of other data, of such another plan, or counts other
    /// steps than its epochs have.
    pub fn restore(
        plan: Plan,
        dataset: Rc<Dataset>,
        mut checkpoint: Checkpoint,
        device: &Device,
    ) -> Result<Self> {
        continuation::check(&plan, &dataset, &checkpoint)?;
        let parameters = std::mem::take(&mut checkpoint.parameters);
        let mut trainer = Self::from_weights(plan, dataset, parameters, device)?;
        continuation::check_steps(&checkpoint, trainer.steps_per_epoch())?;
        let is_same = checkpoint.config.optimiser == trainer.plan.rule.optimiser;
        let num_slots = trainer.plan.rule.num_slots();
        let state_len = num_slots * trainer.network.layout().num_parameters;
        if !is_same || checkpoint.optimiser_state.len() != state_len {
            // Another rule begins as it does at a run's beginning.
            checkpoint.optimiser_state.clear();
            checkpoint.optimiser_steps = 0;
        }
        trainer
            .network
            .set_optimiser_state(&checkpoint.optimiser_state, checkpoint.optimiser_steps);
        trainer.step = checkpoint.step;
        trainer.num_trained = checkpoint.num_trained;
        trainer.elapsed_secs = checkpoint.elapsed_secs;
        trainer.train_secs = checkpoint.train_secs;
        trainer.checkpoint = Checkpoint {
            config: trainer.checkpoint.config,
            parameters: trainer.checkpoint.parameters,
            ..checkpoint
        };
        if !trainer.plan.keep_best {
            trainer.checkpoint.best = None;
        }
        let history = &trainer.checkpoint.history;
        let num_done = history.len() as u32;
        let is_over = num_done == trainer.plan.num_epochs
            || num_done > 0 && trainer.plan.has_lost_patience(history);
        if is_over {
            // Cut between the last epoch and the end: the end is all that is missing.
            trainer.epoch = num_done;
            trainer.take_best();
            trainer.measure(Then::EndRun(Outcome::Finished));
        } else {
            trainer.epoch = num_done + 1;
            trainer.shuffle();
        }
        Ok(trainer)
    }

    /// The run after its last finished epoch, from which [`Self::restore`] goes on.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// What the run was asked to do.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Works for about `budget_ms` and reports what came of it. After
    /// [`Event::Ended`] it has nothing more to report.
    pub async fn next(&mut self, budget_ms: f64) -> Result<Vec<Event>> {
        if self.is_stop_asked {
            self.is_stop_asked = false;
            self.take_best();
            self.measure(Then::EndRun(Outcome::Stopped));
        }
        let start = Instant::now();
        let mut events = Vec::new();
        match self.state.clone() {
            State::Training { first_row } => {
                self.train_slice(first_row, budget_ms).await?;
                let secs = start.elapsed().as_secs_f64();
                self.elapsed_secs += secs;
                self.train_secs += secs;
                events.push(Event::Progress(self.progress()));
            }
            State::Measuring { measured, then } => {
                let measured = self.measure_slice(measured, budget_ms).await?;
                self.elapsed_secs += start.elapsed().as_secs_f64();
                self.go_on_measured(measured, then, &mut events).await?;
            }
            State::Ended => {}
        }
        Ok(events)
    }

    /// Asks the run to end: the next slice begins the last validation.
    pub fn stop(&mut self) {
        self.is_stop_asked = match self.state {
            State::Training { .. } => true,
            State::Measuring { then, .. } => then == Then::EndEpoch,
            State::Ended => false,
        };
    }

    /// Class probabilities `[n, num_classes]` of images `[n, num_pixels]`, by the model as
    /// it stands.
    pub async fn predict(&mut self, pixels: &[u8]) -> Result<Vec<f32>> {
        self.network.predict(pixels).await
    }

    /// The flat parameters as they stand; [`Layout`] says what is where.
    pub async fn parameters(&mut self) -> Result<Vec<f32>> {
        self.network.parameters().await
    }

    /// A fault for tests: the last parameter, a bias of the output, becomes no
    /// number, as a flipped bit would have it, and with it every loss after it.
    pub async fn fault_nan(&mut self) -> Result<()> {
        let mut parameters = self.network.parameters().await?;
        if let Some(last) = parameters.last_mut() {
            *last = f32::NAN;
        }
        self.network = self.network_with(&parameters);
        Ok(())
    }

    /// How the pixels of the part that is trained on are normalised.
    pub fn normalisation(&self) -> Normalisation {
        self.normalisation
    }

    /// What the data ask of the network.
    pub fn task(&self) -> &Task {
        self.dataset.task()
    }

    /// The rows of both parts.
    pub fn split(&self) -> &Split {
        &self.split
    }

    fn steps_per_epoch(&self) -> u32 {
        self.split.train.len().div_ceil(self.plan.batch_size) as u32
    }

    fn shuffle(&mut self) {
        self.batches.begin_epoch(self.epoch, &self.split.train);
    }

    async fn train_slice(&mut self, mut first_row: usize, budget_ms: f64) -> Result<()> {
        let start = Instant::now();
        let steps_per_epoch = self.steps_per_epoch();
        let planned = self.step_pace.units_in(budget_ms);
        let planned = planned.min(self.network.max_pending());
        let mut sizes = Vec::with_capacity(planned);
        while sizes.len() < planned && first_row < self.batches.num_rows() {
            let rule = self.plan.rule_at(self.step, steps_per_epoch);
            let step = self.batches.batch(&self.dataset, first_row, self.step);
            let num_rows = step.num_rows;
            self.network
                .train_step(step.batch, step.mask.as_ref(), rule);
            sizes.push(num_rows);
            self.step += 1;
            first_row += num_rows;
        }
        let first_step = self.step - sizes.len() as u32;
        let metrics = self.network.take_metrics().await?;
        self.state = State::Training { first_row };
        for (index, (metrics, &num_samples)) in metrics.into_iter().zip(&sizes).enumerate() {
            if !metrics.loss_sum.is_finite() {
                self.fail(first_step + index as u32 + 1, metrics.loss_sum);
                return Ok(());
            }
            self.totals.add(metrics, num_samples);
            self.num_trained += num_samples as u64;
        }
        self.step_pace.learn(start, sizes.len());
        if first_row == self.batches.num_rows() {
            self.measure(Then::EndEpoch);
        }
        Ok(())
    }

    /// Begins to measure the model as it stands.
    fn measure(&mut self, then: Then) {
        self.state = State::Measuring {
            measured: Measured::default(),
            then,
        };
    }

    /// Whether the training sample is measured before what follows.
    fn wants_sample(&self, then: Then) -> bool {
        match then {
            Then::EndEpoch => self.plan.clean_curve,
            Then::EndRun(Outcome::Stopped) => {
                self.plan.pass_secs(sample_of(&self.split).len()) <= MOST_SECS_AFTER_STOP
            }
            Then::EndRun(_) => true,
        }
    }

    /// Counts some more images of the part under way.
    async fn measure_slice(&mut self, mut measured: Measured, budget_ms: f64) -> Result<Measured> {
        let start = Instant::now();
        let planned = self.evaluation_pace.units_in(budget_ms);
        let planned = planned.min(self.network.max_pending());
        let mut first_row = measured.first_row;
        let rows = measured.rows(&self.split);
        let mut sizes = Vec::with_capacity(planned);
        while sizes.len() < planned && first_row < rows.len() {
            let end = (first_row + EVALUATION_BATCH).min(rows.len());
            self.network.evaluate(Batch::Rows(&rows[first_row..end]));
            sizes.push(end - first_row);
            first_row = end;
        }
        let is_over = first_row == rows.len();
        let metrics = self.network.take_metrics().await?;
        for (metrics, &num_samples) in metrics.into_iter().zip(&sizes) {
            measured.totals.add(metrics, num_samples);
        }
        let answers = self.network.take_answers().await?;
        self.evaluation_pace.learn(start, sizes.len());
        measured.take_answers(answers);
        if is_over {
            measured.next_part();
        } else {
            measured.first_row = first_row;
        }
        Ok(measured)
    }

    /// What follows on a slice: the next one, or what the measuring was for.
    async fn go_on_measured(
        &mut self,
        measured: Measured,
        then: Then,
        events: &mut Vec<Event>,
    ) -> Result<()> {
        let is_going_on = match measured.validation {
            None => true,
            Some(validation) => {
                let has_failed = then == Then::EndRun(Outcome::Failed);
                if !has_failed && !validation.loss().is_finite() {
                    // The model is no number: the last good one is left.
                    self.fail(self.step, validation.loss() as f32);
                    return Ok(());
                }
                measured.sample.is_none() && self.wants_sample(then)
            }
        };
        if is_going_on {
            self.state = State::Measuring { measured, then };
            events.push(Event::Progress(self.progress()));
            return Ok(());
        }
        match then {
            Then::EndEpoch => self.finish_epoch(measured, events).await,
            Then::EndRun(outcome) => self.end(outcome, measured, events).await,
        }
    }

    async fn end(
        &mut self,
        outcome: Outcome,
        measured: Measured,
        events: &mut Vec<Event>,
    ) -> Result<()> {
        self.state = State::Ended;
        events.push(Event::Ended(self.result(outcome, measured).await?));
        Ok(())
    }

    async fn finish_epoch(&mut self, measured: Measured, events: &mut Vec<Event>) -> Result<()> {
        let validation = measured.validation.unwrap_or_default();
        let clean = measured.clean();
        let record = EpochRecord {
            epoch: self.epoch,
            step: self.step,
            train_loss: self.totals.loss(),
            train_accuracy: self.totals.accuracy(),
            validation_loss: validation.loss(),
            validation_accuracy: validation.accuracy(),
            elapsed_secs: self.elapsed_secs,
            train_secs: self.train_secs,
            clean_loss: clean.map(|clean| clean.loss),
            clean_accuracy: clean.map(|clean| clean.accuracy),
        };
        let kept = &mut self.checkpoint;
        kept.parameters = self.network.parameters().await?;
        if self.plan.rule.num_slots() > 0 {
            let (state, num_steps) = self.network.optimiser_state().await?;
            (kept.optimiser_state, kept.optimiser_steps) = (state, num_steps);
        }
        kept.step = self.step;
        kept.num_trained = self.num_trained;
        kept.elapsed_secs = self.elapsed_secs;
        kept.train_secs = self.train_secs;
        kept.correct = write_bits(&measured.correct);
        kept.history.push(record.clone());
        if self.plan.keep_best && kept.is_best(&record) {
            kept.best = Some(Best {
                epoch: record.epoch,
                parameters: kept.parameters.clone(),
                correct: kept.correct.clone(),
            });
        }
        let is_over = self.epoch == self.plan.num_epochs
            || self.plan.has_lost_patience(&self.checkpoint.history);
        events.push(Event::Epoch(record));
        if is_over {
            let outcome = Outcome::Finished;
            let then = Then::EndRun(outcome);
            if self.take_best() {
                self.measure(then);
                return Ok(());
            }
            if measured.sample.is_some() {
                return self.end(outcome, measured, events).await;
            }
            // The model stands; its figures on the sample are all that is missing.
            self.state = State::Measuring { measured, then };
        } else {
            self.epoch += 1;
            self.totals = Totals::default();
            self.shuffle();
            self.state = State::Training { first_row: 0 };
        }
        Ok(())
    }

    /// Puts the best epoch's parameters in the place of those that stand, where they are kept
    /// and of another epoch.
    fn take_best(&mut self) -> bool {
        let Checkpoint { best, step, .. } = &self.checkpoint;
        let num_done = self.checkpoint.history.len() as u32;
        let stands = *step == self.step;
        match best {
            Some(best) if best.epoch != num_done || !stands => {
                self.network = self.network_with(&best.parameters);
                true
            }
            _ => false,
        }
    }

    /// Ends the run at a loss that is no number, on the last good parameters. Its
    /// steps end there too, though the slice may have gone on.
    fn fail(&mut self, step: u32, loss: f32) {
        self.step = step;
        let kind = if loss.is_nan() {
            FailureKind::NotANumber
        } else {
            FailureKind::Infinite
        };
        let epoch = self.epoch;
        self.failure = Some(Failure { kind, epoch, step });
        self.network = self.network_with(self.checkpoint.model());
        self.measure(Then::EndRun(Outcome::Failed));
    }

    /// This run's network with other parameters, at rest.
    fn network_with(&self, parameters: &[f32]) -> Network {
        let layout = self.network.layout().clone();
        let dataset = self.dataset.clone();
        let normalisation = self.normalisation;
        let step = self.plan.step;
        Network::new(
            layout,
            normalisation,
            parameters,
            dataset,
            step,
            &self.device,
        )
    }

    fn progress(&self) -> Progress {
        let steps_per_epoch = self.steps_per_epoch();
        let num_steps = steps_per_epoch * self.plan.num_epochs;
        let step_secs = self.step_pace.unit_secs().unwrap_or(0.0);
        let batches = self.split.validation.len().div_ceil(EVALUATION_BATCH) as f64;
        let epochs_left = f64::from(self.plan.num_epochs - (self.epoch - 1));
        // The training sample is about as long as the validation part.
        let passes_left = if self.plan.clean_curve {
            2.0 * epochs_left
        } else {
            epochs_left + 1.0
        };
        let batch_secs = self.evaluation_pace.unit_secs().unwrap_or(step_secs);
        Progress {
            epoch: self.epoch,
            num_epochs: self.plan.num_epochs,
            step: self.step,
            num_steps,
            steps_per_epoch,
            validating: !matches!(self.state, State::Training { .. }),
            train_loss: self.totals.loss(),
            train_accuracy: self.totals.accuracy(),
            samples_per_sec: if step_secs > 0.0 {
                self.plan.batch_size.min(self.batches.num_rows()) as f64 / step_secs
            } else {
                0.0
            },
            elapsed_secs: self.elapsed_secs,
            remaining_secs: f64::from(num_steps - self.step) * step_secs
                + passes_left * batches * batch_secs,
        }
    }

    /// How healthy the layers of the model that is left are, where that is cheap beside the run.
    fn health(&self, parameters: &[f32]) -> Option<RunHealth> {
        let kept = &self.checkpoint;
        let cheap = health::images_beside(self.num_trained, parameters.len())?;
        let rows = sample_of(&self.split);
        let rows = &rows[..rows.len().min(cheap)];
        let rule = self
            .plan
            .rule_at(self.step.saturating_sub(1), self.steps_per_epoch());
        let rule = Step::new(rule, kept.optimiser_steps + 1);
        let state = kept.optimiser_state.clone();
        Health::of_model(
            &self.plan,
            self.normalisation,
            rule,
            rows.len(),
            parameters.to_vec(),
            state,
        )
        .and_then(|health| health.of_rows(&self.dataset, rows))
        .ok()
        .filter(health::is_finite)
    }

    async fn result(&mut self, outcome: Outcome, measured: Measured) -> Result<RunResult> {
        let parameters = self.network.parameters().await?;
        let validation = measured.validation.unwrap_or_default();
        let ending = Ending {
            outcome,
            failure: self.failure,
            backend: device::BACKEND,
            history: &self.checkpoint.history,
            num_steps: self.step,
            num_validation: self.split.validation.len() as u32,
            validation_accuracy: validation.accuracy(),
            validation_loss: validation.loss(),
            elapsed_secs: self.elapsed_secs,
            train_secs: self.train_secs,
            num_trained: self.num_trained,
            parameters: &parameters,
            correct: write_bits(&measured.correct),
            clean: measured.clean(),
            health: (outcome != Outcome::Stopped)
                .then(|| self.health(&parameters))
                .flatten(),
            kept_epoch: self.checkpoint.best.as_ref().map(|best| best.epoch),
            normalisation: self.normalisation,
        };
        Ok(ending.result())
    }
}
