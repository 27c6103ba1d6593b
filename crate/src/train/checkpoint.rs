//! A run at the end of an epoch, as bytes: all it takes to go on from there to
//! the same last bit. Owns the format and its checked reading; when to take one
//! and how to go on is the trainer's.
//!
//! In order, little-endian: 8 bytes of magic, the format's version (`u32`), the
//! head's length in bytes (`u32`), the head as JSON, the parameters, the optimiser's
//! state and, where it is kept, the best epoch's parameters (`f32` each), and a checksum of
//! everything before it (`u64`).
//! Nothing that is drawn is kept: masks, orders and distortions follow from the
//! seed, the epoch and the step.
//!
//! Over 400 lines: one format, written and read.

use serde::{Deserialize, Serialize};

use crate::config::{NetworkPlan, Plan};
use crate::data::dataset::checksum;
use crate::data::{Normalisation, Task};
use crate::error::{Error, Result};
use crate::message::{EpochRecord, RunConfig, TaskSummary};
use crate::nn::layout::Layout;

/// Version of the format that this code writes of a run whose task is not MNIST's: an
/// older page would read its pixels otherwise.
pub const FORMAT_VERSION: u32 = 4;
/// Version of a run on MNIST, as pages older than tasks read it. The one before that
/// is read, too; it had no split seed, no figures of the training sample and no answers.
const MNIST_VERSION: u32 = 3;
const OLDEST_VERSION: u32 = 2;

const MAGIC: &[u8; 8] = b"INKLINGc";
/// Magic, version and the head's length.
const PREFIX_LEN: usize = 16;
const CHECKSUM_LEN: usize = 8;

/// A run after its last finished epoch; before the first one, its beginning.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    /// What the run was started with. The backend is no part of it: a run may go
    /// on elsewhere.
    pub config: RunConfig,
    /// What the data set asks of the network.
    pub task: Task,
    /// How the pixels of the part that is trained on are normalised.
    pub normalisation: Normalisation,
    /// Checksum of the data set, as [`crate::data::Dataset::checksum`] words it.
    pub data_checksum: String,
    /// The finished epochs in order.
    pub history: Vec<EpochRecord>,
    /// Steps done.
    pub step: u32,
    /// Images trained on, each as often as it was.
    pub num_trained: u64,
    /// Seconds computed.
    pub elapsed_secs: f64,
    /// Seconds of those spent in training steps.
    pub train_secs: f64,
    /// The flat parameters, `[num_parameters]`; [`Layout`] says what is where.
    pub parameters: Vec<f32>,
    /// What the optimiser keeps, likewise for each of its slots; none where it keeps nothing.
    pub optimiser_state: Vec<f32>,
    /// Steps since that was empty.
    pub optimiser_steps: u32,
    /// Which held-out images were right after the last finished epoch, as
    /// [`crate::message::RunResult::correct`] has them.
    pub correct: String,
    /// The best epoch, where its model is to be kept.
    pub best: Option<Best>,
}

/// The epoch with the highest validation accuracy, the first of equals.
#[derive(Debug, Clone, PartialEq)]
pub struct Best {
    /// From 1.
    pub epoch: u32,
    /// Its model, `[num_parameters]`.
    pub parameters: Vec<f32>,
    /// Which held-out images it reads right, as [`Checkpoint::correct`] has them.
    pub correct: String,
}

/// What stands before the numbers. Figures are held as their bits: a decimal
/// read back may be off by its last one, which only settings that are whole or
/// become `f32` survive.
#[derive(Serialize, Deserialize)]
struct Head {
    config: RunConfig,
    /// None where it is MNIST's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    task: Option<TaskSummary>,
    /// The bits of mean and deviation; none where they are MNIST's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    normalisation: Option<[u32; 2]>,
    validation_share: u64,
    data_checksum: String,
    history: Vec<Figures>,
    /// The bits of loss and accuracy of the training sample, for each epoch.
    #[serde(default)]
    clean: Vec<Option<[u64; 2]>>,
    #[serde(default)]
    correct: String,
    step: u32,
    num_trained: u64,
    elapsed_secs: u64,
    train_secs: u64,
    num_parameters: usize,
    num_velocities: usize,
    /// Of the epoch whose model is kept besides, whose parameters stand last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    best: Option<(u32, String)>,
    /// None in runs of older pages, whose rules do not count.
    #[serde(default, skip_serializing_if = "is_none")]
    optimiser_steps: u32,
}

/// An epoch: its number, the step, and the bits of its six figures.
type Figures = (u32, u32, [u64; 6]);

fn figures(record: &EpochRecord) -> Figures {
    let values = [
        record.train_loss,
        record.train_accuracy,
        record.validation_loss,
        record.validation_accuracy,
        record.elapsed_secs,
        record.train_secs,
    ];
    (record.epoch, record.step, values.map(f64::to_bits))
}

fn clean_figures(record: &EpochRecord) -> Option<[u64; 2]> {
    let (loss, accuracy) = record.clean_loss.zip(record.clean_accuracy)?;
    Some([loss, accuracy].map(f64::to_bits))
}

fn record((epoch, step, bits): Figures, clean: Option<[u64; 2]>) -> EpochRecord {
    let clean = clean.map(|clean| clean.map(f64::from_bits));
    let [
        train_loss,
        train_accuracy,
        validation_loss,
        validation_accuracy,
        elapsed_secs,
        train_secs,
    ] = bits.map(f64::from_bits);
    EpochRecord {
        epoch,
        step,
        train_loss,
        train_accuracy,
        validation_loss,
        validation_accuracy,
        elapsed_secs,
        train_secs,
        clean_loss: clean.map(|[loss, _]| loss),
        clean_accuracy: clean.map(|[_, accuracy]| accuracy),
    }
}

impl Checkpoint {
    /// The network whose parameters these are.
    ///
    /// # Errors
    /// When its settings are none.
    pub fn network(&self) -> Result<NetworkPlan> {
        let plan = Plan::try_from(&self.config)?;
        Ok(plan.network.for_task(&self.task))
    }

    /// The parameters of the model that the run has come to.
    pub fn model(&self) -> &[f32] {
        self.best
            .as_ref()
            .map_or(&self.parameters, |best| &best.parameters)
    }

    /// Whether no finished epoch before this one, the last, is as good.
    pub(super) fn is_best(&self, record: &EpochRecord) -> bool {
        let before = self.history.iter().filter(|one| one.epoch < record.epoch);
        let accuracies = before.map(|one| one.validation_accuracy);
        accuracies.fold(f64::NEG_INFINITY, f64::max) < record.validation_accuracy
    }

    /// The checkpoint as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let Normalisation { mean, deviation } = self.normalisation;
        let is_mnist = self.task.is_mnist();
        let version = if is_mnist {
            MNIST_VERSION
        } else {
            FORMAT_VERSION
        };
        let head = Head {
            config: self.config.clone(),
            task: (self.task != Task::mnist()).then(|| TaskSummary::from(&self.task)),
            normalisation: (!is_mnist).then(|| [mean.to_bits(), deviation.to_bits()]),
            validation_share: self.config.validation_share.to_bits(),
            data_checksum: self.data_checksum.clone(),
            history: self.history.iter().map(figures).collect(),
            clean: self.history.iter().map(clean_figures).collect(),
            correct: self.correct.clone(),
            step: self.step,
            num_trained: self.num_trained,
            elapsed_secs: self.elapsed_secs.to_bits(),
            train_secs: self.train_secs.to_bits(),
            num_parameters: self.parameters.len(),
            num_velocities: self.optimiser_state.len(),
            best: self
                .best
                .as_ref()
                .map(|best| (best.epoch, best.correct.clone())),
            optimiser_steps: self.optimiser_steps,
        };
        let head = serde_json::to_vec(&head).expect("plain fields become JSON");
        let best = self.best.as_ref().map_or(&[][..], |best| &best.parameters);
        let num_floats = self.parameters.len() + self.optimiser_state.len() + best.len();
        let mut bytes = Vec::with_capacity(PREFIX_LEN + head.len() + 4 * num_floats + CHECKSUM_LEN);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&version.to_le_bytes());
        bytes.extend_from_slice(&(head.len() as u32).to_le_bytes());
        bytes.extend_from_slice(&head);
        for value in self
            .parameters
            .iter()
            .chain(&self.optimiser_state)
            .chain(best)
        {
            bytes.extend_from_slice(&value.to_le_bytes());
        }
        let sum = checksum(&[&bytes]);
        bytes.extend_from_slice(&sum.to_le_bytes());
        bytes
    }

    /// Reads what [`Self::to_bytes`] wrote.
    ///
    /// # Errors
    /// Names what is wrong with the bytes: their beginning, their version, a
    /// length, their checksum, a value that the settings do not allow.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let (prefix, rest) = bytes.split_at_checked(PREFIX_LEN).ok_or_else(|| {
            fault(
                "length",
                bytes.len(),
                format!("at least {PREFIX_LEN} bytes"),
            )
        })?;
        if &prefix[..8] != MAGIC {
            return Err(fault("beginning", "other bytes", "a checkpoint of Inkling"));
        }
        let version = word(&prefix[8..12]);
        if !(OLDEST_VERSION..=FORMAT_VERSION).contains(&version) {
            return Err(fault(
                "format version",
                version,
                format!(
                    "{OLDEST_VERSION} to {FORMAT_VERSION}; another version of Inkling wrote it"
                ),
            ));
        }
        let head_len = word(&prefix[12..16]) as usize;
        let (head, numbers) = rest.split_at_checked(head_len).ok_or_else(|| {
            let expected = format!("at most {}, the bytes that follow", rest.len());
            fault("length of its head", head_len, expected)
        })?;
        let (numbers, sum) = numbers
            .len()
            .checked_sub(CHECKSUM_LEN)
            .map(|len| numbers.split_at(len))
            .ok_or_else(|| fault("length", bytes.len(), "a checksum at its end"))?;
        let found = u64::from_le_bytes(sum.try_into().expect("eight bytes"));
        let expected = checksum(&[&bytes[..bytes.len() - CHECKSUM_LEN]]);
        if found != expected {
            return Err(fault(
                "checksum",
                format!("{found:016x}"),
                format!("{expected:016x}; its bytes were damaged"),
            ));
        }
        let mut head: Head = serde_json::from_slice(head)
            .map_err(|error| fault("head", error, "the fields of a checkpoint"))?;
        head.config.validation_share = f64::from_bits(head.validation_share);
        let values: Vec<f32> = numbers
            .chunks_exact(4)
            .map(|bytes| f32::from_le_bytes(bytes.try_into().expect("four bytes")))
            .collect();
        let num_best = head.best.as_ref().map_or(0, |_| head.num_parameters);
        let promised = head.num_parameters.checked_add(head.num_velocities);
        let promised = promised.and_then(|n| n.checked_add(num_best));
        if promised.and_then(|n| n.checked_mul(4)) != Some(numbers.len()) {
            let expected = format!(
                "4 for each of {} parameters and {} velocities",
                head.num_parameters + num_best,
                head.num_velocities
            );
            return Err(fault(
                "numbers",
                format!("{} bytes", numbers.len()),
                expected,
            ));
        }
        let task = match &head.task {
            None => Task::mnist(),
            Some(task) => Task::try_from(task)?,
        };
        let normalisation = match (head.normalisation, task.normalisation()) {
            (Some(bits), _) => {
                let [mean, deviation] = bits.map(f32::from_bits);
                Normalisation::new(mean, deviation)?
            }
            (None, Some(own)) => own,
            (None, None) => {
                let expected = "mean and deviation of its pixels";
                return Err(fault("normalisation", "none", expected));
            }
        };
        let plan = Plan::try_from(&head.config)?.for_task(&task);
        let layout = Layout::new(&plan.network);
        if head.num_parameters != layout.num_parameters {
            let expected = format!("{}, as its network has", layout.num_parameters);
            return Err(fault("parameters", head.num_parameters, expected));
        }
        let state_len = plan.rule.num_slots() * layout.num_parameters;
        if head.num_velocities != 0 && head.num_velocities != state_len {
            let expected = format!("none or {state_len}");
            return Err(fault("optimiser’s numbers", head.num_velocities, expected));
        }
        if let Some(at) = values.iter().position(|value| !value.is_finite()) {
            return Err(fault(
                &format!("number {at}"),
                values[at],
                "a finite number",
            ));
        }
        let num_done = head.history.len() as u32;
        if let Some((epoch, _)) = &head.best
            && !(1..=num_done).contains(epoch)
        {
            let expected = format!("one of the {num_done} finished ones");
            return Err(fault("best epoch", epoch, expected));
        }
        let (parameters, others) = values.split_at(head.num_parameters);
        let (optimiser_state, best) = others.split_at(head.num_velocities);
        let best = head.best.map(|(epoch, correct)| Best {
            epoch,
            parameters: best.to_vec(),
            correct,
        });
        let clean = head.clean.into_iter().chain(std::iter::repeat(None));
        let history = head.history.into_iter().zip(clean);
        Ok(Self {
            parameters: parameters.to_vec(),
            optimiser_state: optimiser_state.to_vec(),
            optimiser_steps: head.optimiser_steps,
            config: head.config,
            task,
            normalisation,
            data_checksum: head.data_checksum,
            history: history
                .map(|(figures, clean)| record(figures, clean))
                .collect(),
            correct: head.correct,
            best,
            step: head.step,
            num_trained: head.num_trained,
            elapsed_secs: f64::from_bits(head.elapsed_secs),
            train_secs: f64::from_bits(head.train_secs),
        })
    }
}

/// For fields that are left out where they are 0.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_none(number: &u32) -> bool {
    *number == 0
}

fn word(bytes: &[u8]) -> u32 {
    u32::from_le_bytes(bytes.try_into().expect("four bytes"))
}

fn fault(place: &str, found: impl ToString, expected: impl Into<String>) -> Error {
    Error::data(format!("checkpoint, {place}"), found.to_string(), expected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    fn checkpoint() -> Checkpoint {
        let config = RunConfig {
            hidden_layers: "3".into(),
            momentum: 0.9,
            split_seed: Some(7.0),
            // As a decimal it comes back off by its last bit.
            validation_share: 1.1 / 100.0,
            ..RunConfig::default()
        };
        let num_parameters = 784 * 3 + 3 + 3 * 10 + 10;
        let record = EpochRecord {
            epoch: 1,
            step: 7,
            // Neither is short in decimal.
            train_loss: 0.1 + 0.2,
            train_accuracy: 1.0 / 3.0,
            validation_loss: f64::MIN_POSITIVE,
            validation_accuracy: 0.5,
            elapsed_secs: 1.5e-7,
            train_secs: 0.1,
            clean_loss: Some(0.3 - 0.1),
            clean_accuracy: Some(2.0 / 3.0),
        };
        Checkpoint {
            config,
            task: Task::mnist(),
            normalisation: Normalisation::MNIST,
            data_checksum: "0123456789abcdef".into(),
            history: vec![record],
            step: 7,
            num_trained: 1 << 40,
            elapsed_secs: 2.0 / 3.0,
            train_secs: 0.1,
            parameters: (0..num_parameters).map(|n| 1.0 / (1 + n) as f32).collect(),
            optimiser_steps: 5,
            optimiser_state: (0..num_parameters).map(|n| -1.0 / (3 + n) as f32).collect(),
            correct: "BQ==".into(),
            best: Some(Best {
                epoch: 1,
                parameters: vec![0.25; num_parameters],
                correct: "Ag==".into(),
            }),
        }
    }

    /// The bytes with a true checksum again, as a forger would leave them.
    fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
        bytes.truncate(bytes.len() - CHECKSUM_LEN);
        let sum = checksum(&[&bytes]);
        bytes.extend_from_slice(&sum.to_le_bytes());
        bytes
    }

    fn message(bytes: &[u8]) -> String {
        Checkpoint::from_bytes(bytes)
            .expect_err("should be refused")
            .to_string()
    }

    /// Sealed bytes whose head says something else, of the same length.
    fn with_head(from: &str, to: &str) -> Vec<u8> {
        assert_eq!(from.len(), to.len());
        let mut bytes = checkpoint().to_bytes();
        let at = bytes
            .windows(from.len())
            .position(|window| window == from.as_bytes())
            .expect("the head says so");
        bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
        sealed(bytes)
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn comes_back_to_the_last_bit() {
        let kept = checkpoint();
        let back = Checkpoint::from_bytes(&kept.to_bytes()).unwrap();
        assert_eq!(back, kept);
        let bits = |values: &[f32]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&back.parameters), bits(&kept.parameters));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn the_format_before_is_read() {
        let kept = checkpoint();
        let bytes = kept.to_bytes();
        let head_len = word(&bytes[12..16]) as usize;
        let (head, numbers) = bytes[PREFIX_LEN..].split_at(head_len);
        let mut head: serde_json::Value = serde_json::from_slice(head).unwrap();
        let fields = head.as_object_mut().unwrap();
        fields.remove("clean");
        fields.remove("correct");
        let config = fields["config"].as_object_mut().unwrap();
        config.remove("split_seed");
        config.remove("clean_curve");
        let head = serde_json::to_vec(&head).unwrap();
        let mut old = MAGIC.to_vec();
        old.extend_from_slice(&2_u32.to_le_bytes());
        old.extend_from_slice(&(head.len() as u32).to_le_bytes());
        old.extend_from_slice(&head);
        old.extend_from_slice(numbers);
        let mut expected = kept;
        expected.config.split_seed = None;
        expected.correct.clear();
        expected.history[0].clean_loss = None;
        expected.history[0].clean_accuracy = None;
        assert_eq!(Checkpoint::from_bytes(&sealed(old)).unwrap(), expected);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn every_cut_and_every_flipped_byte_is_an_error() {
        let bytes = checkpoint().to_bytes();
        for len in (0..bytes.len()).step_by(7).chain([0, bytes.len() - 1]) {
            message(&bytes[..len]);
        }
        for at in (0..bytes.len()).step_by(11) {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x40;
            message(&damaged);
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_lie_is_named() {
        assert!(message(b"short").contains("length: found 5"));
        assert!(message(&[7; 64]).contains("beginning"));
        let mut bytes = checkpoint().to_bytes();
        bytes[8] = 9;
        assert!(message(&bytes).contains("format version: found 9, expected 2 to 4"));
        let mut bytes = checkpoint().to_bytes();
        bytes[12..16].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(message(&bytes).contains("length of its head: found 4294967295"));
        let mut bytes = checkpoint().to_bytes();
        bytes[40] ^= 1;
        assert!(message(&bytes).contains("damaged"));
        let lie = with_head("\"num_parameters\":2395", "\"num_parameters\":9999");
        assert!(message(&lie).contains("numbers: found"));
        let lie = with_head("\"hidden_layers\":\"3\"", "\"hidden_layers\":\"4\"");
        assert!(message(&lie).contains("parameters: found 2395, expected 3190"));
        let mut bytes = checkpoint().to_bytes();
        let end = bytes.len() - CHECKSUM_LEN;
        bytes[end - 4..end].copy_from_slice(&f32::NAN.to_le_bytes());
        assert!(message(&sealed(bytes)).contains("found NaN, expected a finite number"));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_run_on_mnist_is_written_as_before_tasks_and_others_are_not() {
        let bytes = checkpoint().to_bytes();
        assert_eq!(word(&bytes[8..12]), 3);
        let head = String::from_utf8_lossy(&bytes[..1000]).into_owned();
        assert!(
            !head.contains("task") && !head.contains("normalisation"),
            "{head}"
        );

        let names = ["T-shirt/top", "Trouser", "Pullover"].map(String::from);
        let task = Task::new(7, names.to_vec()).unwrap().photographed();
        let mut other = checkpoint();
        other.task = task.clone();
        // No short decimal: it must come back to the last bit.
        other.normalisation = Normalisation::new(0.1 + 0.2, 0.353_024_27).unwrap();
        let plan = Plan::try_from(&other.config).unwrap().for_task(&task);
        let num_parameters = Layout::new(&plan.network).num_parameters;
        other.parameters = vec![0.5; num_parameters];
        other.optimiser_state = vec![];
        other.best = None;
        let bytes = other.to_bytes();
        assert_eq!(word(&bytes[8..12]), 4);
        assert_eq!(Checkpoint::from_bytes(&bytes), Ok(other.clone()));
        assert_eq!(other.network().unwrap().widths()[0], 49);

        let mut renamed = checkpoint();
        let letters = "abcdefghij".chars().map(String::from).collect();
        renamed.task = Task::mnist().with_classes(letters).unwrap();
        let bytes = renamed.to_bytes();
        assert_eq!(word(&bytes[8..12]), 3);
        assert_eq!(Checkpoint::from_bytes(&bytes), Ok(renamed));
    }
}
