//! What JavaScript can call: thin wrappers, and the only file that knows
//! `js-sys`. Everything else of this crate builds and runs natively too.
//!
//! Exported asynchronous methods take `&self` and lock inside: calls of one
//! object may overlap, as a prediction does with a slice of training.

use std::cell::RefCell;
use std::rc::Rc;

use async_lock::Mutex;
use burn::tensor::Device;
use js_sys::{Float32Array, Uint8Array, Uint32Array};
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

use crate::config::{NetworkPlan, Plan};
use crate::data::{self, reader, split};
use crate::error::Error;
use crate::memory;
use crate::message::{
    ClassCounts, DataSummary, Evaluation, Event, LayerSummary, ModelSummary, PlanSummary,
    ReportFiles, ReportRequest, RunConfig, StepKind, StudyConfig, StudyPlan, StudyReading,
    StudyRecord,
};
use crate::nn::model_file::{self, StoredModel};
use crate::nn::network::Network;
use crate::nn::{device, layout::Layout};
use crate::study;
use crate::train::checkpoint::Checkpoint;
use crate::train::{evaluation, trainer};

/// Sends panics, which are bugs, to the console with their place.
#[wasm_bindgen(start)]
pub fn start() {
    std::panic::set_hook(Box::new(|info| {
        web_sys::console::error_1(&info.to_string().into())
    }));
}

/// The backend this artifact computes on: `ndarray` or `webgpu`.
#[wasm_bindgen]
pub fn backend() -> String {
    device::BACKEND.into()
}

/// Opens the device, once a worker, and names it.
#[wasm_bindgen]
pub async fn open_device() -> Result<String, JsError> {
    let device = device::open().await?;
    Ok(format!("{device:?}"))
}

/// Reads files pushed in chunks: CSV, or the two IDX files one after the other.
#[wasm_bindgen]
pub struct DatasetReader(Option<reader::DatasetReader>);

#[wasm_bindgen]
impl DatasetReader {
    /// A reader for a file of this name.
    #[wasm_bindgen(constructor)]
    pub fn new(name: &str) -> Self {
        Self(Some(reader::DatasetReader::new(name)))
    }

    /// Says how many bytes will come, unpacked, where that is known: memory is
    /// then set aside once.
    pub fn expect_bytes(&mut self, total_bytes: f64) -> Result<(), JsError> {
        self.inner()?.expect_bytes(total_bytes as u64);
        Ok(())
    }

    /// Takes the next bytes; returns the rows read so far.
    pub fn push(&mut self, chunk: &[u8]) -> Result<u32, JsError> {
        Ok(self.inner()?.push(chunk)?)
    }

    /// Begins the second of two IDX files.
    pub fn next_file(&mut self, name: &str) -> Result<(), JsError> {
        Ok(self.inner()?.next_file(name)?)
    }

    /// The data set, once all bytes are pushed.
    pub fn finish(&mut self) -> Result<Dataset, JsError> {
        let reader = self.0.take().ok_or_else(finished)?;
        Ok(Dataset(Rc::new(reader.finish()?)))
    }

    fn inner(&mut self) -> Result<&mut reader::DatasetReader, JsError> {
        self.0.as_mut().ok_or_else(finished)
    }
}

fn finished() -> JsError {
    Error::State("this reader has been finished".into()).into()
}

/// A checked set of images.
#[wasm_bindgen]
pub struct Dataset(Rc<data::Dataset>);

#[wasm_bindgen]
impl Dataset {
    /// From `n·784` pixels and `n` labels, or no label at all.
    pub fn from_parts(name: &str, pixels: Vec<u8>, labels: Vec<u8>) -> Result<Self, JsError> {
        Ok(Self(Rc::new(data::Dataset::from_parts(
            name, pixels, labels,
        )?)))
    }

    /// All pixels, copied out.
    pub fn pixels(&self) -> Uint8Array {
        Uint8Array::from(self.0.pixels())
    }

    /// All labels, copied out.
    pub fn labels(&self) -> Uint8Array {
        Uint8Array::from(self.0.labels())
    }

    /// The 784 pixels of one image.
    pub fn image(&self, row: u32) -> Result<Uint8Array, JsError> {
        self.check_row(row)?;
        Ok(Uint8Array::from(self.0.image(row as usize)))
    }

    /// The label of one image.
    pub fn label(&self, row: u32) -> Result<u8, JsError> {
        self.check_row(row)?;
        self.0.require_labels()?;
        Ok(self.0.labels()[row as usize])
    }

    /// The set in figures.
    pub fn summary(&self) -> Result<Ts<DataSummary>, JsError> {
        Ok(self.0.summary().into_ts()?)
    }

    /// The rows that these settings hold out, in the order of the split.
    pub fn validation_rows(&self, config: Ts<RunConfig>) -> Result<Uint32Array, JsError> {
        let plan = Plan::try_from(&config.to_rust()?)?;
        self.0.require_labels()?;
        let split = split::stratified_split(self.0.labels(), plan.validation_share, plan.seed)?;
        Ok(Uint32Array::from(split.validation.as_slice()))
    }

    /// Checks settings and says what they will build of this set: the network,
    /// and how the rows are split.
    pub fn plan(&self, config: Ts<RunConfig>) -> Result<Ts<PlanSummary>, JsError> {
        Ok(summarise(&config.to_rust()?, Some(&self.0))?.into_ts()?)
    }

    fn check_row(&self, row: u32) -> Result<(), JsError> {
        if (row as usize) < self.0.num_rows() {
            return Ok(());
        }
        let expected = format!("0 to {}", self.0.num_rows() - 1);
        Err(Error::data("row", row.to_string(), expected).into())
    }
}

/// Checks settings and says what network they will build, before any data.
#[wasm_bindgen]
pub fn plan(config: Ts<RunConfig>) -> Result<Ts<PlanSummary>, JsError> {
    Ok(summarise(&config.to_rust()?, None)?.into_ts()?)
}

fn summarise(
    config: &RunConfig,
    dataset: Option<&data::Dataset>,
) -> crate::error::Result<PlanSummary> {
    let plan = Plan::try_from(config)?;
    let layout = Layout::new(&plan.network);
    let mut summary = PlanSummary {
        layers: summarise_layers(&layout),
        num_parameters: layout.num_parameters as u32,
        num_train: 0,
        num_validation: 0,
        train_counts: [0; 10],
        validation_counts: [0; 10],
        steps_per_epoch: 0,
        notes: plan.notes,
    };
    if let Some(dataset) = dataset {
        dataset.require_labels()?;
        let split = split::stratified_split(dataset.labels(), plan.validation_share, plan.seed)?;
        summary.num_train = split.train.len() as u32;
        summary.num_validation = split.validation.len() as u32;
        summary.steps_per_epoch = split.train.len().div_ceil(plan.batch_size) as u32;
        summary.train_counts = class_counts(dataset, &split.train);
        summary.validation_counts = class_counts(dataset, &split.validation);
    }
    Ok(summary)
}

fn summarise_layers(layout: &Layout) -> Vec<LayerSummary> {
    let layers = layout.layers.iter().map(|layer| LayerSummary {
        num_inputs: layer.num_inputs as u32,
        num_outputs: layer.num_outputs as u32,
        num_parameters: layer.range().len() as u32,
    });
    layers.collect()
}

fn summarise_model(plan: &NetworkPlan) -> ModelSummary {
    let layout = Layout::new(plan);
    ModelSummary {
        layers: summarise_layers(&layout),
        num_parameters: layout.num_parameters as u32,
        dropout: f64::from(plan.dropout),
        layer_norm: plan.layer_norm,
        pixel_mean: f64::from(data::PIXEL_MEAN),
        pixel_std: f64::from(data::PIXEL_STD),
    }
}

fn class_counts(dataset: &data::Dataset, rows: &[u32]) -> ClassCounts {
    let mut counts = ClassCounts::default();
    for &row in rows {
        counts[usize::from(dataset.labels()[row as usize])] += 1;
    }
    counts
}

/// What every run needs before it begins.
async fn prepared(
    dataset: &Dataset,
    config: Ts<RunConfig>,
) -> Result<(Plan, Rc<data::Dataset>, Device), JsError> {
    let dataset = dataset.0.clone();
    let plan = Plan::try_from(&config.to_rust()?)?;
    Ok((plan, dataset, device::open().await?))
}

impl From<trainer::Trainer> for Trainer {
    fn from(inner: trainer::Trainer) -> Self {
        Self {
            validation_rows: inner.split().validation.clone(),
            network: inner.plan().network.clone(),
            inner: Mutex::new(inner),
            is_stop_asked: RefCell::new(false),
        }
    }
}

/// A run under way.
#[wasm_bindgen]
pub struct Trainer {
    inner: Mutex<trainer::Trainer>,
    is_stop_asked: RefCell<bool>,
    validation_rows: Vec<u32>,
    network: NetworkPlan,
}

#[wasm_bindgen]
impl Trainer {
    /// Checks the settings, splits the data and draws the weights.
    pub async fn create(dataset: &Dataset, config: Ts<RunConfig>) -> Result<Trainer, JsError> {
        let (plan, dataset, device) = prepared(dataset, config).await?;
        Ok(trainer::Trainer::new(plan, dataset, &device)?.into())
    }

    /// The same from given flat parameters; `nn/layout.rs` says what is where.
    pub async fn from_weights(
        dataset: &Dataset,
        config: Ts<RunConfig>,
        weights: Vec<f32>,
    ) -> Result<Trainer, JsError> {
        let (plan, dataset, device) = prepared(dataset, config).await?;
        Ok(trainer::Trainer::from_weights(plan, dataset, weights, &device)?.into())
    }

    /// Goes on from the bytes of [`Self::checkpoint`]: same network, split and
    /// batches, whatever else the settings say.
    pub async fn restore(
        dataset: &Dataset,
        config: Ts<RunConfig>,
        checkpoint: Vec<u8>,
    ) -> Result<Trainer, JsError> {
        let checkpoint = Checkpoint::from_bytes(&checkpoint)?;
        let (plan, dataset, device) = prepared(dataset, config).await?;
        Ok(trainer::Trainer::restore(plan, dataset, checkpoint, &device)?.into())
    }

    /// The run after its last finished epoch, as bytes that [`Self::restore`] takes.
    pub async fn checkpoint(&self) -> Uint8Array {
        let bytes = self.inner.lock().await.checkpoint().to_bytes();
        Uint8Array::from(bytes.as_slice())
    }

    /// Works for about `budget_ms` and reports what happened, as `Event[]`.
    pub async fn next(&self, budget_ms: f64) -> Result<Vec<Ts<Event>>, JsError> {
        let mut trainer = self.inner.lock().await;
        if self.is_stop_asked.take() {
            trainer.stop();
        }
        let events: Vec<Event> = trainer.next(budget_ms).await?;
        Ok(events
            .iter()
            .map(Event::into_ts)
            .collect::<Result<_, _>>()?)
    }

    /// Asks the run to end; it still validates the model as it stands.
    pub fn stop(&self) {
        self.is_stop_asked.replace(true);
    }

    /// Class probabilities, `n·10`, of images, `n·784`, by the model as it stands.
    pub async fn predict(&self, pixels: Vec<u8>) -> Result<Float32Array, JsError> {
        let probabilities = self.inner.lock().await.predict(&pixels).await?;
        Ok(Float32Array::from(probabilities.as_slice()))
    }

    /// The flat parameters as they stand; `nn/layout.rs` says what is where.
    pub async fn weights(&self) -> Result<Float32Array, JsError> {
        let parameters = self.inner.lock().await.parameters().await?;
        Ok(Float32Array::from(parameters.as_slice()))
    }

    /// The model as it stands as a `.safetensors` file that PyTorch reads.
    pub async fn to_safetensors(&self) -> Result<Uint8Array, JsError> {
        let bytes = model_file::safetensors::write(&self.stored().await?);
        Ok(Uint8Array::from(bytes.as_slice()))
    }

    /// The model as it stands as a burnpack that burn reads.
    pub async fn to_burnpack(&self) -> Result<Uint8Array, JsError> {
        let bytes = model_file::burnpack::write(&self.stored().await?);
        Ok(Uint8Array::from(bytes.as_slice()))
    }

    /// The model in figures.
    pub fn summary(&self) -> Result<Ts<ModelSummary>, JsError> {
        Ok(summarise_model(&self.network).into_ts()?)
    }

    async fn stored(&self) -> Result<StoredModel, JsError> {
        Ok(StoredModel {
            plan: self.network.clone(),
            parameters: self.inner.lock().await.parameters().await?,
        })
    }

    /// The held-out rows of the data set, in the order of the split.
    pub fn validation_rows(&self) -> Uint32Array {
        Uint32Array::from(self.validation_rows.as_slice())
    }

    /// A fault for the page's query flag `fault`: the loss is no number from now on.
    pub async fn fault_nan(&self) -> Result<(), JsError> {
        Ok(self.inner.lock().await.fault_nan().await?)
    }
}

/// What a pad's ink, `width·height` bytes from 0 to 255, looks like to the
/// network: 784 pixels prepared as MNIST's were; nothing where there is no ink.
#[wasm_bindgen]
pub fn prepare_ink(ink: &[u8], width: u32, height: u32) -> Uint8Array {
    match data::ink::prepare_ink(ink, width as usize, height as usize) {
        Some(pixels) => Uint8Array::from(pixels.as_slice()),
        None => Uint8Array::new_with_length(0),
    }
}

/// The figures of a model's probabilities, `n·10`, against `n` labels.
#[wasm_bindgen]
pub fn evaluate(probabilities: &[f32], labels: &[u8]) -> Result<Ts<Evaluation>, JsError> {
    Ok(evaluation::evaluate(probabilities, labels)?.into_ts()?)
}

/// A model that came from a file: it reads, and does not learn.
#[wasm_bindgen]
pub struct Model {
    stored: StoredModel,
    network: Mutex<Network>,
}

#[wasm_bindgen]
impl Model {
    /// Reads a `.safetensors` file or a burnpack, whichever it is; `name` is for
    /// messages.
    pub async fn from_file(name: String, bytes: Vec<u8>) -> Result<Model, JsError> {
        let stored = model_file::read(&name, &bytes)?;
        drop(bytes);
        Self::from_stored(stored).await
    }

    /// The model of a checkpoint.
    pub async fn from_checkpoint(bytes: Vec<u8>) -> Result<Model, JsError> {
        let checkpoint = Checkpoint::from_bytes(&bytes)?;
        let stored = StoredModel {
            plan: checkpoint.network()?,
            parameters: checkpoint.parameters,
        };
        Self::from_stored(stored).await
    }

    async fn from_stored(stored: StoredModel) -> Result<Model, JsError> {
        let device = device::open().await?;
        // A network holds a data set to learn from; this one never will.
        let blank = data::Dataset::from_parts("blank", vec![0; data::NUM_PIXELS], vec![0])?;
        let network = Network::new(
            Layout::new(&stored.plan),
            &stored.parameters,
            Rc::new(blank),
            StepKind::Fused,
            &device,
        );
        Ok(Self {
            stored,
            network: Mutex::new(network),
        })
    }

    /// The same model as a `.safetensors` file, as this version writes it.
    pub fn to_safetensors(&self) -> Uint8Array {
        Uint8Array::from(model_file::safetensors::write(&self.stored).as_slice())
    }

    /// The same model as a burnpack.
    pub fn to_burnpack(&self) -> Uint8Array {
        Uint8Array::from(model_file::burnpack::write(&self.stored).as_slice())
    }

    /// The model in figures.
    pub fn summary(&self) -> Result<Ts<ModelSummary>, JsError> {
        Ok(summarise_model(&self.stored.plan).into_ts()?)
    }

    /// Class probabilities, `n·10`, of images, `n·784`.
    pub async fn predict(&self, pixels: Vec<u8>) -> Result<Float32Array, JsError> {
        let probabilities = self.network.lock().await.predict(&pixels).await?;
        Ok(Float32Array::from(probabilities.as_slice()))
    }

    /// The flat parameters; `nn/layout.rs` says what is where.
    pub fn weights(&self) -> Float32Array {
        Float32Array::from(self.stored.parameters.as_slice())
    }
}

// Studies. They compute nothing on a device: any artifact answers alike.

/// The runs of a study.
#[wasm_bindgen]
pub fn plan_study(config: Ts<StudyConfig>) -> Result<Ts<StudyPlan>, JsError> {
    Ok(study::plan::plan_study(&config.to_rust()?)?.into_ts()?)
}

/// The comparison and the insights of a study as it stands.
#[wasm_bindgen]
pub fn read_study(record: Ts<StudyRecord>) -> Result<Ts<StudyReading>, JsError> {
    let record = record.to_rust()?;
    // It may come from an imported file.
    study::check::check(&record)?;
    Ok(study::insight::read_study(&record).into_ts()?)
}

/// The texts of a report on studies.
#[wasm_bindgen]
pub fn write_report(request: Ts<ReportRequest>) -> Result<Ts<ReportFiles>, JsError> {
    Ok(study::report::write_report(&request.to_rust()?).into_ts()?)
}

/// The version of Inkling, such as `0.1.0`.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").into()
}

/// Bytes of the allocation that was refused last, 0 if none was: why an engine
/// that trapped without a panic did so. The one function that may still be called
/// after a trap.
#[wasm_bindgen]
pub fn refused_bytes() -> usize {
    memory::refused_bytes()
}

// Faults, for the page's query flag `fault`: each really happens.

/// Traps, as a bug would.
#[wasm_bindgen]
pub fn fault_trap() {
    panic!("a trap was asked for by the address");
}

/// Takes memory until there is none left, and traps.
#[wasm_bindgen]
pub fn fault_out_of_memory() {
    let mut held: Vec<Vec<u8>> = Vec::new();
    loop {
        held.push(std::hint::black_box(Vec::with_capacity(64 << 20)));
    }
}
