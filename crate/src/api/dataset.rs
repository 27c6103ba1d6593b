//! A checked set of images, and what settings will build of it.

use std::rc::Rc;

use js_sys::{Uint8Array, Uint32Array};
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

use super::Thrown;
use super::model::summarise_layers;
use crate::config::Plan;
use crate::data;
use crate::error::Error;
use crate::message::{
    DataChange, DataSource, DataSummary, Finding, PlanSummary, RunConfig, TaskSummary,
};
use crate::nn::layout::Layout;
use crate::train::one_batch;

#[wasm_bindgen]
extern "C" {
    /// Takes a data set's pixels, then its labels.
    #[wasm_bindgen(typescript_type = "(pixels: Uint8Array, labels: Uint8Array) => void")]
    pub type TakeBytes;

    #[wasm_bindgen(method, catch)]
    fn call(
        this: &TakeBytes,
        receiver: &JsValue,
        pixels: &[u8],
        labels: &[u8],
    ) -> Result<(), JsValue>;
}

/// A checked set of images.
#[wasm_bindgen]
pub struct Dataset(pub(super) Rc<data::Dataset>, pub(super) DataSource);

#[wasm_bindgen]
impl Dataset {
    /// From `n·side²` pixels and `n` labels, or no label at all.
    pub fn from_parts(
        name: &str,
        task: Ts<TaskSummary>,
        pixels: Vec<u8>,
        labels: Vec<u8>,
    ) -> Result<Self, Thrown> {
        let task = data::Task::try_from(&task.to_rust()?)?;
        let dataset = data::Dataset::from_parts(name, task, pixels, labels)?;
        Ok(Self(Rc::new(dataset), DataSource::default()))
    }

    /// The same images under another task.
    pub fn with_task(&self, task: Ts<TaskSummary>) -> Result<Self, Thrown> {
        let task = data::Task::try_from(&task.to_rust()?)?;
        let (pixels, labels) = (self.0.pixels().to_vec(), self.0.labels().to_vec());
        let dataset = data::Dataset::from_parts(self.0.name(), task, pixels, labels)?;
        Ok(Self(Rc::new(dataset), self.1.clone()))
    }

    /// Lends all pixels and all labels where they lie, uncopied: they are good until the call
    /// returns, and until this module is called again.
    pub fn lend_bytes(&self, take: &TakeBytes) -> Result<(), JsValue> {
        take.call(&JsValue::UNDEFINED, self.0.pixels(), self.0.labels())
    }

    /// Whether there is a label for each image.
    pub fn has_labels(&self) -> bool {
        self.0.has_labels()
    }

    /// All pixels, copied out.
    pub fn pixels(&self) -> Uint8Array {
        Uint8Array::from(self.0.pixels())
    }

    /// All labels, copied out.
    pub fn labels(&self) -> Uint8Array {
        Uint8Array::from(self.0.labels())
    }

    /// The side² pixels of one image.
    pub fn image(&self, row: u32) -> Result<Uint8Array, Thrown> {
        self.check_row(row)?;
        Ok(Uint8Array::from(self.0.image(row as usize)))
    }

    /// The label of one image.
    pub fn label(&self, row: u32) -> Result<u8, Thrown> {
        self.check_row(row)?;
        self.0.require_labels_of(&self.1)?;
        Ok(self.0.labels()[row as usize])
    }

    /// The set in figures, and where it comes from as far as this object knows: one made
    /// from parts knows nothing of it.
    pub fn summary(&self) -> Result<Ts<DataSummary>, Thrown> {
        let source = self.1.clone();
        let summary = DataSummary {
            source,
            ..self.0.summary()
        };
        Ok(summary.into_ts()?)
    }

    /// What of it deserves a look before it is trained on.
    pub fn findings(&self) -> Result<Vec<Ts<Finding>>, Thrown> {
        let found = data::findings::findings(&self.0).into_iter();
        Ok(found
            .map(|finding| finding.into_ts())
            .collect::<Result<_, _>>()?)
    }

    /// Another set, with a change made to this one.
    pub fn changed(&self, change: Ts<DataChange>) -> Result<Dataset, Thrown> {
        let change = change.to_rust()?;
        let dataset = data::change::changed(&self.0, change)?;
        let mut source = self.1.clone();
        source.changes.push(change);
        Ok(Self(Rc::new(dataset), source))
    }

    /// The rows that these settings hold out, in the order of the split.
    pub fn validation_rows(&self, config: Ts<RunConfig>) -> Result<Uint32Array, Thrown> {
        let plan = Plan::try_from(&config.to_rust()?)?;
        let split = self.0.split(plan.validation_share, plan.split_seed)?;
        Ok(Uint32Array::from(split.validation.as_slice()))
    }

    /// The images of a step, counted from 0, of a run with these settings, `side²` bytes
    /// each, and after them their labels, a byte each.
    pub fn step_images(&self, config: Ts<RunConfig>, step: u32) -> Result<Uint8Array, Thrown> {
        let plan = Plan::try_from(&config.to_rust()?)?;
        let (mut images, labels) = one_batch::images_of(&plan, &self.0, step)?;
        images.extend(labels);
        Ok(Uint8Array::from(images.as_slice()))
    }

    /// Checks settings and says what they will build of this set: the network,
    /// and how the rows are split.
    pub fn plan(&self, config: Ts<RunConfig>) -> Result<Ts<PlanSummary>, Thrown> {
        Ok(summarise(&config.to_rust()?, Some(&self.0))?.into_ts()?)
    }

    fn check_row(&self, row: u32) -> Result<(), Thrown> {
        if (row as usize) < self.0.num_rows() {
            return Ok(());
        }
        let expected = format!("0 to {}", self.0.num_rows() - 1);
        Err(Error::data("row", row.to_string(), expected).into())
    }
}

/// Checks settings and says what network they will build, before any data.
#[wasm_bindgen]
pub fn plan(config: Ts<RunConfig>) -> Result<Ts<PlanSummary>, Thrown> {
    Ok(summarise(&config.to_rust()?, None)?.into_ts()?)
}

fn summarise(
    config: &RunConfig,
    dataset: Option<&data::Dataset>,
) -> crate::error::Result<PlanSummary> {
    let mut plan = Plan::try_from(config)?;
    if let Some(dataset) = dataset {
        plan = plan.for_task(dataset.task());
    }
    let layout = Layout::new(&plan.network);
    let long_step = plan.long_step_note();
    let mut summary = PlanSummary {
        layers: summarise_layers(&layout),
        num_parameters: layout.num_parameters as u32,
        num_train: 0,
        num_validation: 0,
        train_counts: vec![],
        validation_counts: vec![],
        normalisation: None,
        steps_per_epoch: 0,
        step_multiply_adds: plan.step_multiply_adds(),
        notes: plan.notes.into_iter().chain(long_step).collect(),
    };
    if let Some(dataset) = dataset {
        let split = dataset.split(plan.validation_share, plan.split_seed)?;
        let normalisation = dataset.normalisation(&split.train)?;
        summary.normalisation = Some(normalisation.into());
        summary.num_train = split.train.len() as u32;
        summary.num_validation = split.validation.len() as u32;
        summary.steps_per_epoch = split.train.len().div_ceil(plan.batch_size) as u32;
        summary.train_counts = dataset.class_counts_of(&split.train);
        summary.validation_counts = dataset.class_counts_of(&split.validation);
    }
    Ok(summary)
}

/// A task under other names for the same classes, checked. A data set's checksum does
/// not depend on them.
#[wasm_bindgen]
pub fn renamed_task(
    task: Ts<TaskSummary>,
    classes: Vec<String>,
) -> Result<Ts<TaskSummary>, Thrown> {
    let task = data::Task::try_from(&task.to_rust()?)?;
    let task = task.with_classes(classes)?;
    Ok(TaskSummary::from(&task).into_ts()?)
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::super::tests::{all, fields};
    use super::*;

    #[wasm_bindgen_test]
    fn a_wrong_setting_names_itself_to_the_page() {
        let config = RunConfig {
            epochs: 2.5,
            ..RunConfig::default()
        };
        let thrown = plan(config.into_ts().unwrap()).expect_err("half an epoch");
        let expected = "a whole number from 1 to 1,000";
        let message = format!("epochs: found 2.5, expected {expected}");
        assert_eq!(fields(thrown), all([&message, "epochs", "2.5", expected]));
    }
}
