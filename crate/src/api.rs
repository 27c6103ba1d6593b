//! What JavaScript can call: thin wrappers, and the only file that knows
//! `js-sys`. Everything else of this crate builds and runs natively too.
//!
//! Exported asynchronous methods take `&self` and lock inside: calls of one
//! object may overlap, as a prediction does with a slice of training.
//!
//! Over 400 lines: every export in one list, as the generated declarations have them.

use std::cell::RefCell;
use std::rc::Rc;

use async_lock::Mutex;
use burn::tensor::Device;
use js_sys::{Float32Array, Reflect, Uint8Array, Uint32Array};
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

use crate::config::{NetworkPlan, Plan};
use crate::data::pen::{PAD_SIDE, Paper};
use crate::data::{self, reader, split};
use crate::error::Error;
use crate::memory;
use crate::message::{
    ClassCounts, DataSummary, Evaluation, Event, LayerSummary, ModelSummary, PlanSummary,
    ReportFiles, ReportRequest, RunConfig, RunResult, StepKind, StudyConfig, StudyFacts, StudyPlan,
    StudyReading, StudyRecord,
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

/// What JavaScript catches: an `Error` with this crate's message and, where the
/// fault has them, its `place`, `found` and `expected` as properties.
#[derive(Debug)]
pub struct Thrown(JsValue);

impl From<Error> for Thrown {
    fn from(error: Error) -> Self {
        let thrown = js_sys::Error::new(&error.to_string());
        let fields = [
            ("place", error.place()),
            ("found", error.found()),
            ("expected", error.expected()),
        ];
        for (name, field) in fields {
            if let Some(field) = field {
                Reflect::set(&thrown, &name.into(), &field.into())
                    .expect("a new error takes properties");
            }
        }
        Self(thrown.into())
    }
}

/// Something that did not cross: a value of another type than was promised.
impl From<tsify::Error> for Thrown {
    fn from(error: tsify::Error) -> Self {
        Self(js_sys::Error::new(&error.to_string()).into())
    }
}

impl From<Thrown> for JsValue {
    fn from(thrown: Thrown) -> Self {
        thrown.0
    }
}

/// The backend this artifact computes on: `ndarray` or `webgpu`.
#[wasm_bindgen]
pub fn backend() -> String {
    device::BACKEND.into()
}

/// Opens the device, once a worker, and names it.
#[wasm_bindgen]
pub async fn open_device() -> Result<String, Thrown> {
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
    pub fn expect_bytes(&mut self, total_bytes: f64) -> Result<(), Thrown> {
        self.inner()?.expect_bytes(total_bytes as u64);
        Ok(())
    }

    /// Takes the next bytes; returns the rows read so far.
    pub fn push(&mut self, chunk: &[u8]) -> Result<u32, Thrown> {
        Ok(self.inner()?.push(chunk)?)
    }

    /// Begins the second of two IDX files.
    pub fn next_file(&mut self, name: &str) -> Result<(), Thrown> {
        Ok(self.inner()?.next_file(name)?)
    }

    /// The data set, once all bytes are pushed.
    pub fn finish(&mut self) -> Result<Dataset, Thrown> {
        let reader = self.0.take().ok_or_else(finished)?;
        Ok(Dataset(Rc::new(reader.finish()?)))
    }

    fn inner(&mut self) -> Result<&mut reader::DatasetReader, Thrown> {
        self.0.as_mut().ok_or_else(finished)
    }
}

fn finished() -> Thrown {
    Error::State("this reader has been finished".into()).into()
}

/// A checked set of images.
#[wasm_bindgen]
pub struct Dataset(Rc<data::Dataset>);

#[wasm_bindgen]
impl Dataset {
    /// From `n·784` pixels and `n` labels, or no label at all.
    pub fn from_parts(name: &str, pixels: Vec<u8>, labels: Vec<u8>) -> Result<Self, Thrown> {
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
    pub fn image(&self, row: u32) -> Result<Uint8Array, Thrown> {
        self.check_row(row)?;
        Ok(Uint8Array::from(self.0.image(row as usize)))
    }

    /// The label of one image.
    pub fn label(&self, row: u32) -> Result<u8, Thrown> {
        self.check_row(row)?;
        self.0.require_labels()?;
        Ok(self.0.labels()[row as usize])
    }

    /// The set in figures.
    pub fn summary(&self) -> Result<Ts<DataSummary>, Thrown> {
        Ok(self.0.summary().into_ts()?)
    }

    /// The rows that these settings hold out, in the order of the split.
    pub fn validation_rows(&self, config: Ts<RunConfig>) -> Result<Uint32Array, Thrown> {
        let plan = Plan::try_from(&config.to_rust()?)?;
        self.0.require_labels()?;
        let split =
            split::stratified_split(self.0.labels(), plan.validation_share, plan.split_seed)?;
        Ok(Uint32Array::from(split.validation.as_slice()))
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
    let plan = Plan::try_from(config)?;
    let layout = Layout::new(&plan.network);
    let long_step = plan.long_step_note();
    let mut summary = PlanSummary {
        layers: summarise_layers(&layout),
        num_parameters: layout.num_parameters as u32,
        num_train: 0,
        num_validation: 0,
        train_counts: [0; 10],
        validation_counts: [0; 10],
        steps_per_epoch: 0,
        step_multiply_adds: plan.step_multiply_adds(),
        notes: plan.notes.into_iter().chain(long_step).collect(),
    };
    if let Some(dataset) = dataset {
        dataset.require_labels()?;
        let split =
            split::stratified_split(dataset.labels(), plan.validation_share, plan.split_seed)?;
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
) -> Result<(Plan, Rc<data::Dataset>, Device), Thrown> {
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
    pub async fn create(dataset: &Dataset, config: Ts<RunConfig>) -> Result<Trainer, Thrown> {
        let (plan, dataset, device) = prepared(dataset, config).await?;
        Ok(trainer::Trainer::new(plan, dataset, &device)?.into())
    }

    /// The same from given flat parameters; `nn/layout.rs` says what is where.
    pub async fn from_weights(
        dataset: &Dataset,
        config: Ts<RunConfig>,
        weights: Vec<f32>,
    ) -> Result<Trainer, Thrown> {
        let (plan, dataset, device) = prepared(dataset, config).await?;
        Ok(trainer::Trainer::from_weights(plan, dataset, weights, &device)?.into())
    }

    /// Goes on from the bytes of [`Self::checkpoint`]: same network, split and
    /// batches, whatever else the settings say.
    pub async fn restore(
        dataset: &Dataset,
        config: Ts<RunConfig>,
        checkpoint: Vec<u8>,
    ) -> Result<Trainer, Thrown> {
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
    pub async fn next(&self, budget_ms: f64) -> Result<Vec<Ts<Event>>, Thrown> {
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
    pub async fn predict(&self, pixels: Vec<u8>) -> Result<Float32Array, Thrown> {
        let probabilities = self.inner.lock().await.predict(&pixels).await?;
        Ok(Float32Array::from(probabilities.as_slice()))
    }

    /// The flat parameters as they stand; `nn/layout.rs` says what is where.
    pub async fn weights(&self) -> Result<Float32Array, Thrown> {
        let parameters = self.inner.lock().await.parameters().await?;
        Ok(Float32Array::from(parameters.as_slice()))
    }

    /// The model as it stands as a `.safetensors` file that PyTorch reads.
    pub async fn to_safetensors(&self) -> Result<Uint8Array, Thrown> {
        let bytes = model_file::safetensors::write(&self.stored().await?);
        Ok(Uint8Array::from(bytes.as_slice()))
    }

    /// The model as it stands as a burnpack that burn reads.
    pub async fn to_burnpack(&self) -> Result<Uint8Array, Thrown> {
        let bytes = model_file::burnpack::write(&self.stored().await?);
        Ok(Uint8Array::from(bytes.as_slice()))
    }

    /// The model in figures.
    pub fn summary(&self) -> Result<Ts<ModelSummary>, Thrown> {
        Ok(summarise_model(&self.network).into_ts()?)
    }

    async fn stored(&self) -> Result<StoredModel, Thrown> {
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
    pub async fn fault_nan(&self) -> Result<(), Thrown> {
        Ok(self.inner.lock().await.fault_nan().await?)
    }
}

/// What a pad's ink, `width·height` bytes from 0 to 255, looks like to the
/// network: 784 pixels prepared as MNIST's were; nothing where there is no ink.
#[wasm_bindgen]
pub fn prepare_ink(ink: &[u8], width: u32, height: u32) -> Result<Uint8Array, Thrown> {
    let expected = u64::from(width) * u64::from(height);
    if ink.len() as u64 != expected {
        let found = format!("{} bytes", ink.len());
        let expected = format!("{expected}, {width} by {height}");
        return Err(Error::data("ink", found, expected).into());
    }
    Ok(prepared_ink(ink, width as usize, height as usize))
}

fn prepared_ink(ink: &[u8], width: usize, height: usize) -> Uint8Array {
    match data::ink::prepare_ink(ink, width, height) {
        Some(pixels) => Uint8Array::from(pixels.as_slice()),
        None => Uint8Array::new_with_length(0),
    }
}

/// The same of the pad's strokes, whose ink this engine draws itself: every browser
/// then sees the same 784 pixels. `points` are x and y in turn, in sides of the pad;
/// `lengths` are the points of each stroke, one after the other; `width` is the pen's,
/// in sides of the pad. `paper` is ink that lies under the strokes, a picture's.
#[wasm_bindgen]
pub fn prepare_strokes(
    points: &[f32],
    lengths: &[u32],
    width: f32,
    paper: Option<Vec<u8>>,
) -> Result<Uint8Array, Thrown> {
    let mut paper = match paper {
        Some(ink) => Paper::of_pad(ink)?,
        None => Paper::new(PAD_SIDE),
    };
    paper.strokes(points, lengths, width)?;
    Ok(prepared_ink(paper.ink(), paper.side(), paper.side()))
}

/// The figures of a model's probabilities, `n·10`, against `n` labels.
#[wasm_bindgen]
pub fn evaluate(probabilities: &[f32], labels: &[u8]) -> Result<Ts<Evaluation>, Thrown> {
    Ok(evaluation::evaluate(probabilities, labels)?.into_ts()?)
}

/// The result of a run that was ended by force after its last checkpoint: that of the
/// last finished epoch. `backend` is where it ran, `num_validation` how many images
/// its data set holds out.
#[wasm_bindgen]
pub fn stopped_result(
    checkpoint: &[u8],
    backend: &str,
    num_validation: u32,
) -> Result<Ts<RunResult>, Thrown> {
    let checkpoint = Checkpoint::from_bytes(checkpoint)?;
    Ok(checkpoint
        .stopped_result(backend, num_validation)?
        .into_ts()?)
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
    pub async fn from_file(name: String, bytes: Vec<u8>) -> Result<Model, Thrown> {
        let stored = model_file::read(&name, &bytes)?;
        drop(bytes);
        Self::from_stored(stored).await
    }

    /// The model of a checkpoint.
    pub async fn from_checkpoint(bytes: Vec<u8>) -> Result<Model, Thrown> {
        let checkpoint = Checkpoint::from_bytes(&bytes)?;
        let stored = StoredModel {
            plan: checkpoint.network()?,
            parameters: checkpoint.parameters,
        };
        Self::from_stored(stored).await
    }

    async fn from_stored(stored: StoredModel) -> Result<Model, Thrown> {
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
    pub fn summary(&self) -> Result<Ts<ModelSummary>, Thrown> {
        Ok(summarise_model(&self.stored.plan).into_ts()?)
    }

    /// Class probabilities, `n·10`, of images, `n·784`.
    pub async fn predict(&self, pixels: Vec<u8>) -> Result<Float32Array, Thrown> {
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
pub fn plan_study(config: Ts<StudyConfig>) -> Result<Ts<StudyPlan>, Thrown> {
    Ok(study::plan::plan_study(&config.to_rust()?)?.into_ts()?)
}

/// What a form of studies says and allows; `scripts/build` writes it for the page, which
/// shows its form before there is an engine.
#[wasm_bindgen]
pub fn study_facts() -> Result<Ts<StudyFacts>, Thrown> {
    Ok(study::factor::facts().into_ts()?)
}

/// A study that comes from a file or an older version: checked, brought to this
/// version's format, and with all that follows from its settings and results derived.
#[wasm_bindgen]
pub fn checked_study(record: Ts<StudyRecord>) -> Result<Ts<StudyRecord>, Thrown> {
    let record = record.to_rust()?;
    study::check::check(&record)?;
    Ok(study::record::derived(&record).into_ts()?)
}

/// The comparison and the insights of a study as it stands.
#[wasm_bindgen]
pub fn read_study(record: Ts<StudyRecord>) -> Result<Ts<StudyReading>, Thrown> {
    let record = record.to_rust()?;
    // It may come from an imported file.
    study::check::check(&record)?;
    Ok(study::insight::read_study(&record).into_ts()?)
}

/// The texts of a report on studies, each of which is checked.
#[wasm_bindgen]
pub fn write_report(request: Ts<ReportRequest>) -> Result<Ts<ReportFiles>, Thrown> {
    let request = request.to_rust()?;
    for study in &request.studies {
        study::check::check(&study.record)?;
    }
    Ok(study::report::write_report(&request).into_ts()?)
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

// What only a JavaScript engine has: its errors, its arrays.
#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    /// The message, place, found and expected of what is thrown.
    fn fields(thrown: Thrown) -> [Option<String>; 4] {
        let thrown = JsValue::from(thrown);
        assert!(thrown.is_instance_of::<js_sys::Error>());
        ["message", "place", "found", "expected"]
            .map(|name| Reflect::get(&thrown, &name.into()).unwrap().as_string())
    }

    fn all(fields: [&str; 4]) -> [Option<String>; 4] {
        fields.map(|field| Some(field.into()))
    }

    #[wasm_bindgen_test]
    fn a_fault_is_thrown_with_its_fields() {
        let fault = Error::data("row 7, column label", "\"12\"", "0 to 9");
        let message = "row 7, column label: found \"12\", expected 0 to 9";
        assert_eq!(
            fields(fault.into()),
            all([message, "row 7, column label", "\"12\"", "0 to 9"])
        );
        let state = Error::State("this reader has been finished".into());
        let message = Some("this reader has been finished".into());
        assert_eq!(fields(state.into()), [message, None, None, None]);
    }

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

    #[wasm_bindgen_test]
    async fn an_asynchronous_fault_is_thrown_alike() {
        let thrown = Model::from_file("a.safetensors".into(), vec![1, 2, 3]).await;
        let [message, place, found, expected] = fields(thrown.err().expect("no model"));
        let (place, found, expected) = (place.unwrap(), found.unwrap(), expected.unwrap());
        assert_eq!(
            message,
            Some(format!("{place}: found {found}, expected {expected}"))
        );
    }

    #[wasm_bindgen_test]
    fn strokes_become_the_images_784_pixels_or_nothing() {
        let prepared = |points: &[f32], lengths: &[u32], paper: Option<Vec<u8>>| {
            prepare_strokes(points, lengths, 0.08, paper).map(|pixels| pixels.to_vec())
        };
        let mut paper = Paper::new(PAD_SIDE);
        paper.strokes(&[0.3, 0.2, 0.6, 0.8], &[2], 0.08).unwrap();
        let expected = data::ink::prepare_ink(paper.ink(), PAD_SIDE, PAD_SIDE).unwrap();
        let found = prepared(&[0.3, 0.2, 0.6, 0.8], &[2], None).unwrap();
        assert_eq!(found, expected);
        let on_paper = prepared(&[], &[], Some(paper.ink().to_vec())).unwrap();
        assert_eq!(on_paper, expected);
        assert!(prepared(&[], &[], None).unwrap().is_empty());
        let thrown = prepared(&[0.5; 4], &[1], None).expect_err("a point too many");
        assert_eq!(fields(thrown)[1], Some("strokes, lengths".into()));
        let thrown = prepare_ink(&[0; 12], 4, 4).expect_err("four bytes too few");
        let message = "ink: found 12 bytes, expected 16, 4 by 4";
        assert_eq!(
            fields(thrown),
            all([message, "ink", "12 bytes", "16, 4 by 4"])
        );
    }
}
