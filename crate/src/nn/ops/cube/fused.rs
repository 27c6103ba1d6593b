//! A network on the WebGPU device: its tensors, the data set's, and what
//! batches of one size need.
//!
//! Over 400 lines: one struct that owns what a step needs on the device.

use burn::tensor::{Device, Int, Tensor, TensorData};

use super::kernels::{CURSOR_LEN, ImageShape, LANES, LayerShape, MAX_SLOTS, PARTS, cursor, info};
use super::padding::Padding;
use super::{Buffers, Work, mlp_steps};
use crate::data::{Dataset, Normalisation};
use crate::nn::BatchMetrics;
use crate::nn::batch::Batch;
use crate::nn::dropout::DropoutMask;
use crate::nn::layout::Layout;
use crate::nn::optimiser::Step;
use crate::nn::optimiser::on_device::{RuleBits, StepNumbers};

/// A network's tensors on the device, whatever the batch. Batches are recorded
/// and run together, in order, when their metrics are asked for or anything else
/// that follows from them: the device is then given many steps at a time.
pub struct FusedMlp {
    device: Device,
    padding: Padding,
    image: ImageShape,
    num_classes: usize,
    parameters: Tensor<1>,
    /// What the rule keeps of the parameters, slot after slot; as short as the device allows
    /// before a step of one that keeps any.
    slots: Tensor<1>,
    num_slots: usize,
    dataset: Images,
    /// Batches that wait to be run.
    recordings: Vec<Recording>,
    /// What those came to that were run, until it is asked for.
    readings: Vec<Reading>,
    training: Option<Pass>,
    evaluation: Option<Pass>,
}

/// Batches of one kind and size, but that the last may be shorter: what the device
/// is given in one go.
struct Recording {
    /// Rows of the data set, or of `images` where there are any.
    rows: Vec<u32>,
    /// Pixels and labels of batches that bring their own.
    images: Option<(Vec<u8>, Vec<u8>)>,
    batch_size: usize,
    /// The first batch's mask; the others' follow step by step.
    mask: Option<DropoutMask>,
    /// How to learn; nothing for a forward pass.
    rule: Option<RuleBits>,
    /// What of the rule is each step's own.
    numbers: Vec<[u32; StepNumbers::LEN]>,
}

/// Images on the device with their labels: four pixels a word, and bits that
/// say which words are not zero.
#[derive(Clone)]
struct Images {
    pixels: Tensor<1, Int>,
    labels: Tensor<1, Int>,
}

/// What batches of one size need.
struct Pass {
    shapes: Vec<LayerShape>,
    batch_size: usize,
    batch_pixels: Tensor<1, Int>,
    batch: Tensor<1, Int>,
    outputs: Tensor<1>,
    slopes: Tensor<1>,
    normalised: Tensor<1>,
    inverse_deviations: Tensor<1>,
    upstream: Tensor<1>,
    by_output: Tensor<1>,
    metrics: Tensor<1>,
}

impl FusedMlp {
    /// Puts parameters `[layout.num_parameters]` and a data set on the device.
    pub fn new(
        layout: &Layout,
        normalisation: Normalisation,
        parameters: &[f32],
        dataset: &Dataset,
        device: &Device,
    ) -> Self {
        let padding = Padding::new(layout);
        let image = ImageShape::new(layout.num_pixels(), normalisation);
        let parameters = padding.fill(parameters);
        Self {
            device: device.clone(),
            slots: Tensor::zeros([LANES], device),
            num_slots: 0,
            parameters: Tensor::from_floats(parameters.as_slice(), device),
            padding,
            image,
            num_classes: layout.num_classes(),
            dataset: Images::new(dataset.pixels(), dataset.labels(), image, device),
            recordings: vec![],
            readings: vec![],
            training: None,
            evaluation: None,
        }
    }

    /// The flat parameters, as [`Self::stripped`] takes them once read.
    pub fn parameters(&mut self) -> Tensor<1> {
        self.run_recorded();
        self.parameters.clone()
    }

    /// What the optimiser keeps, slot after slot, likewise; none before the first step of one
    /// that keeps any.
    pub fn state(&mut self) -> Option<Tensor<1>> {
        self.run_recorded();
        (self.num_slots > 0).then(|| self.slots.clone())
    }

    /// Parameters, or an optimiser's slots, `[layout.num_parameters]` each, of what the
    /// device holds.
    pub fn stripped(&self, values: &[f32]) -> Vec<f32> {
        let parts = values.chunks_exact(self.parameters.dims()[0]);
        parts.flat_map(|part| self.padding.strip(part)).collect()
    }

    /// Takes an optimiser's state, `[layout.num_parameters]` for each of its slots.
    pub fn set_state(&mut self, state: &[f32]) {
        self.run_recorded();
        let slots = state.chunks_exact(self.padding.num_parameters());
        self.num_slots = slots.len();
        let slots: Vec<f32> = slots.flat_map(|slot| self.padding.fill(slot)).collect();
        self.slots = Tensor::from_floats(slots.as_slice(), &self.device);
    }

    /// Records a step.
    pub fn record_step(&mut self, batch: Batch<'_>, mask: Option<&DropoutMask>, step: Step) {
        let num_slots = step.rule().num_slots();
        if num_slots != self.num_slots {
            // Another rule begins as it does at a run's beginning.
            self.run_recorded();
            self.num_slots = num_slots;
            let len = num_slots * self.parameters.dims()[0];
            self.slots = Tensor::zeros([len.max(LANES)], &self.device);
        }
        self.record(batch, mask, Some(step));
    }

    /// Records a forward pass over a labelled batch.
    pub fn record_evaluation(&mut self, batch: Batch<'_>) {
        self.record(batch, None, None);
    }

    fn record(&mut self, batch: Batch<'_>, mask: Option<&DropoutMask>, step: Option<Step>) {
        let rule = step.map(|step| RuleBits::new(step.rule()));
        let numbers = step.map(|step| StepNumbers::bits(&step));
        match self.recordings.last_mut() {
            Some(last) if last.takes(batch, mask, rule) => last.push(batch, numbers),
            _ => {
                let mut recording = Recording {
                    rows: vec![],
                    images: None,
                    batch_size: batch.len(),
                    mask: mask.copied(),
                    rule,
                    numbers: vec![],
                };
                recording.push(batch, numbers);
                self.recordings.push(recording);
            }
        }
    }

    /// Runs what was recorded and gives what all batches since the last call came
    /// to, in order.
    pub fn take_readings(&mut self) -> Vec<Reading> {
        self.run_recorded();
        std::mem::take(&mut self.readings)
    }

    fn run_recorded(&mut self) {
        for recording in std::mem::take(&mut self.recordings) {
            let own = recording.images.as_ref();
            let own =
                own.map(|(pixels, labels)| Images::new(pixels, labels, self.image, &self.device));
            let images = own.unwrap_or_else(|| self.dataset.clone());
            let mask = recording.mask.as_ref();
            let kept = if recording.rule.is_some() {
                self.training.take()
            } else {
                self.evaluation.take()
            };
            let mut pass = match kept {
                Some(pass) if pass.is_for(recording.batch_size, mask) => pass,
                _ => Pass::new(
                    &self.padding,
                    self.image,
                    recording.batch_size,
                    mask,
                    &self.device,
                ),
            };
            if !self.readings.is_empty() {
                // The one before may still stand where this one would write.
                pass.metrics = Tensor::zeros(pass.metrics.dims(), &self.device);
            }
            let reading = self.run(&pass, &images, &recording);
            self.readings.push(reading);
            if recording.rule.is_some() {
                self.training = Some(pass);
            } else {
                self.evaluation = Some(pass);
            }
        }
    }

    /// Logits of images `[n, num_pixels]`, at least one, as [`Self::stripped_logits`] takes
    /// them once read.
    pub fn logits(&mut self, pixels: &[u8]) -> Tensor<1> {
        self.run_recorded();
        let num_rows = pixels.len() / self.image.num_pixels;
        let pass = Pass::new(&self.padding, self.image, num_rows, None, &self.device);
        let images = Images::new(pixels, &vec![0; num_rows], self.image, &self.device);
        let recording = Recording {
            rows: (0..num_rows as u32).collect(),
            images: None,
            batch_size: num_rows,
            mask: None,
            rule: None,
            numbers: vec![],
        };
        self.run(&pass, &images, &recording);
        let last = pass.shapes.last().expect("at least one layer");
        pass.outputs
            .narrow(0, last.output, num_rows * last.num_outputs)
    }

    /// Logits `[n·num_classes]` of what [`Self::logits`] gives.
    pub fn stripped_logits(&self, values: &[f32]) -> Vec<f32> {
        let rows = values.chunks_exact(self.num_classes.next_multiple_of(LANES));
        let rows = rows.flat_map(|row| &row[..self.num_classes]);
        rows.copied().collect()
    }

    fn run(&mut self, pass: &Pass, images: &Images, recording: &Recording) -> Reading {
        let (rows, mask) = (&recording.rows, recording.mask);
        let num_batches = rows.len().div_ceil(pass.batch_size);
        debug_assert!(num_batches <= MAX_SLOTS, "the metrics would not fit");
        let mut start = [0u32; CURSOR_LEN];
        start[cursor::NUM_ROWS] = rows.len() as u32;
        start[cursor::STEP] = mask.map_or(0, |mask| mask.step);
        start[cursor::SEED] = mask.map_or(0, |mask| mask.seed);
        let numbers = recording.numbers.as_flattened();
        start[cursor::NUMBERS..][..numbers.len()].copy_from_slice(numbers);
        let buffers = Buffers {
            parameters: self.parameters.clone().into_dispatch(),
            slots: self.slots.clone().into_dispatch(),
            pixels: images.pixels.clone().into_dispatch(),
            labels: images.labels.clone().into_dispatch(),
            order: words(rows.to_vec(), &self.device).into_dispatch(),
            cursor: words(start.to_vec(), &self.device).into_dispatch(),
            batch_pixels: pass.batch_pixels.clone().into_dispatch(),
            batch: pass.batch.clone().into_dispatch(),
            outputs: pass.outputs.clone().into_dispatch(),
            slopes: pass.slopes.clone().into_dispatch(),
            normalised: pass.normalised.clone().into_dispatch(),
            inverse_deviations: pass.inverse_deviations.clone().into_dispatch(),
            upstream: pass.upstream.clone().into_dispatch(),
            by_output: pass.by_output.clone().into_dispatch(),
            metrics: pass.metrics.clone().into_dispatch(),
        };
        let work = Work {
            shapes: pass.shapes.clone(),
            rule: recording.rule,
            num_batches,
        };
        mlp_steps(buffers, &work);
        let num_rows = pass.shapes[0].num_rows;
        let len = num_batches * num_rows * 2;
        Reading {
            values: pass.metrics.clone().narrow(0, 0, len),
            num_rows,
            batch_size: pass.batch_size,
            num_images: rows.len(),
            is_step: recording.rule.is_some(),
        }
    }
}

/// Losses and right answers of a run of batches, still on the device.
pub struct Reading {
    /// A pair for each row of each batch; zeros where there is no image.
    pub values: Tensor<1>,
    /// Rows of a whole batch, filled up.
    num_rows: usize,
    /// Images of a whole batch.
    batch_size: usize,
    /// Images of all batches; the last batch may have fewer than the others.
    num_images: usize,
    /// Whether they were learned from.
    is_step: bool,
}

impl Recording {
    /// Whether this batch can be run in one go with those recorded.
    fn takes(&self, batch: Batch<'_>, mask: Option<&DropoutMask>, rule: Option<RuleBits>) -> bool {
        let num_batches = self.rows.len() / self.batch_size;
        let next_mask = self.mask.map(|mask| DropoutMask {
            step: mask.step + num_batches as u32,
            ..mask
        });
        rule == self.rule
            && mask.copied() == next_mask
            && matches!(batch, Batch::Images(..)) == self.images.is_some()
            && self.rows.len().is_multiple_of(self.batch_size)
            && batch.len() <= self.batch_size
            && num_batches < MAX_SLOTS
    }

    fn push(&mut self, batch: Batch<'_>, numbers: Option<[u32; StepNumbers::LEN]>) {
        self.numbers.extend(numbers);
        match batch {
            Batch::Rows(rows) => self.rows.extend_from_slice(rows),
            Batch::Images(pixels, labels) => {
                let first = self.rows.len() as u32;
                self.rows.extend(first..first + labels.len() as u32);
                let (all_pixels, all_labels) = self.images.get_or_insert_default();
                all_pixels.extend_from_slice(pixels);
                all_labels.extend_from_slice(labels);
            }
        }
    }
}

impl Reading {
    /// Sums the values, once read, batch by batch.
    pub fn sums(&self, values: &[f32]) -> impl Iterator<Item = BatchMetrics> {
        values.chunks_exact(self.num_rows * 2).map(|batch| {
            let (losses, answers) = batch
                .chunks_exact(2)
                .fold((0.0, 0.0), |(loss, right), pair| {
                    (loss + pair[0], right + pair[1])
                });
            BatchMetrics {
                loss_sum: losses,
                num_correct: answers as u32,
            }
        })
    }

    /// Whether each image of an evaluation was right, from the values, once read; of
    /// steps nothing.
    pub fn answers(&self, values: &[f32]) -> impl Iterator<Item = bool> {
        let num_images = if self.is_step { 0 } else { self.num_images };
        let place = |image: usize| {
            let (batch, row) = (image / self.batch_size, image % self.batch_size);
            (batch * self.num_rows + row) * 2 + 1
        };
        (0..num_images).map(move |image| values[place(image)] == 1.0)
    }
}

impl Images {
    fn new(pixels: &[u8], labels: &[u8], image: ImageShape, device: &Device) -> Self {
        let num_images = pixels.len() / image.num_pixels;
        let mut image_words = Vec::with_capacity(num_images * image.all_words());
        let mut masks = vec![0u32; image.masks()];
        for pixels in pixels.chunks_exact(image.num_pixels) {
            masks.fill(0);
            for (at, four) in pixels.chunks(4).enumerate() {
                let mut bytes = [0; 4];
                bytes[..four.len()].copy_from_slice(four);
                let word = u32::from_le_bytes(bytes);
                masks[at / 32] |= u32::from(word != 0) << (at % 32);
                image_words.push(word);
            }
            image_words.extend(&masks);
        }
        let labels = labels.iter().map(|&label| label.into());
        Self {
            pixels: words(image_words, device),
            labels: words(labels.collect(), device),
        }
    }
}

impl Pass {
    /// Whether it can run batches of this size with such a mask.
    fn is_for(&self, batch_size: usize, mask: Option<&DropoutMask>) -> bool {
        let shape = &self.shapes[0];
        let thresholds = (shape.drop_threshold, shape.input_drop_threshold);
        self.batch_size == batch_size
            && thresholds == mask.map_or((0, 0), |mask| (mask.threshold(), mask.input_threshold()))
    }

    fn new(
        padding: &Padding,
        image: ImageShape,
        batch_size: usize,
        mask: Option<&DropoutMask>,
        device: &Device,
    ) -> Self {
        let shapes = shapes(padding, image, batch_size, mask);
        let first = shapes[0];
        let num_rows = first.num_rows;
        let len = first.sums;
        let sums_len = PARTS * first.num_outputs;
        let norm_len = if first.has_norm { len } else { LANES };
        let slopes_len = if first.keeps_slopes() { len } else { LANES };
        let inputs_len = if first.drops_inputs() {
            num_rows * first.num_inputs
        } else {
            0
        };
        Self {
            batch_size,
            batch_pixels: words(
                vec![0; num_rows * image.all_words() + image.words() * num_rows.div_ceil(32)],
                device,
            ),
            batch: words(vec![0; num_rows + info::LEN], device),
            outputs: Tensor::zeros([len + sums_len + inputs_len], device),
            slopes: Tensor::zeros([slopes_len], device),
            normalised: Tensor::zeros([norm_len], device),
            inverse_deviations: Tensor::zeros([batch_size * shapes.len()], device),
            upstream: Tensor::zeros([len + sums_len], device),
            by_output: Tensor::zeros([norm_len], device),
            metrics: Tensor::zeros([MAX_SLOTS * num_rows * 2], device),
            shapes,
        }
    }
}

fn shapes(
    padding: &Padding,
    image: ImageShape,
    batch_size: usize,
    mask: Option<&DropoutMask>,
) -> Vec<LayerShape> {
    let num_rows = batch_size.next_multiple_of(LANES);
    let num_outputs: usize = padding.layers().map(|(_, filled)| filled.num_outputs).sum();
    let sums = num_rows * num_outputs;
    let mut layers = padding.layers();
    let first_width = layers.next().map_or(0, |(_, first)| first.num_outputs);
    let mut input = sums + PARTS * first_width;
    let mut output = 0;
    let mut shapes = Vec::new();
    for (index, (plain, layer)) in padding.layers().enumerate() {
        let (gain, shift) = layer
            .norm
            .as_ref()
            .map_or((0, 0), |(gain, shift)| (gain.start, shift.start));
        shapes.push(LayerShape {
            batch_size,
            num_rows,
            num_inputs: layer.num_inputs,
            num_outputs: layer.num_outputs,
            num_units: plain.num_outputs,
            weight: layer.weight.start,
            bias: layer.bias.start,
            gain,
            shift,
            input,
            output,
            sums,
            num_parameters: padding.num_filled_parameters(),
            index,
            activation: padding.activation(),
            has_norm: layer.norm.is_some(),
            drop_threshold: mask.map_or(0, DropoutMask::threshold),
            keep_scale: mask.map_or(1.0, DropoutMask::scale).to_bits(),
            input_drop_threshold: mask.map_or(0, DropoutMask::input_threshold),
            input_keep_scale: mask.map_or(1.0, DropoutMask::input_scale).to_bits(),
            image,
        });
        input = output;
        output += num_rows * layer.num_outputs;
    }
    shapes
}

/// Words on the device. burn's integers there are `i32`; the kernels read the
/// same bits as `u32`.
fn words(values: Vec<u32>, device: &Device) -> Tensor<1, Int> {
    let values: Vec<i32> = values.into_iter().map(u32::cast_signed).collect();
    let len = values.len();
    Tensor::from_data(TensorData::new(values, [len]), device)
}
