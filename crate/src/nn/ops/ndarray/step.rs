//! One whole training step, and the forward pass alone, over flat parameters whose
//! weights stand in [`super::blocks`].
//!
//! Everything is worked out in a [`Workspace`] that is allocated once a run: first row by
//! row ([`super::rows`]), then column by column ([`super::columns`]), each half shared out
//! among the [`crate::team`]. The loss is the mean cross-entropy of the logits.

use super::StepContext;
use super::blocks::Blocks;
use super::columns::{self, ColumnsSpace, Found};
use super::hidden::LayerSpace;
use super::norms;
use super::rows::{Given, Rows, RowsSpace};
use super::shares::{shares, take};
use super::sparse::{self, SparseBatch};
use super::update;
use crate::config::Rule;
use crate::data::Normalisation;
use crate::message::Optimiser;
use crate::nn::BatchMetrics;
use crate::nn::dropout::DropoutMask;
use crate::nn::layout::Layout;
use crate::team::{self, Sharing};

/// Above this share of non-zero pixels the dense product is the faster one.
const MAX_SPARSE_DENSITY: f64 = 0.5;

/// A mini-batch: rows of a set of images.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    /// All images, `[n, num_pixels]` row-major.
    pub pixels: &'a [u8],
    /// All labels, `[n]`.
    pub labels: &'a [u8],
    /// The rows that form the batch.
    pub rows: &'a [u32],
}

impl<'a> Batch<'a> {
    /// An image's pixels.
    pub fn image(&self, row: u32, num_pixels: usize) -> &'a [u8] {
        &self.pixels[row as usize * num_pixels..][..num_pixels]
    }
}

/// Rows that are shared out together: those of a register tile, and whole words of dropout's
/// draws.
const ROW_QUANTUM: usize = 4;

/// Activations and gradients of one batch.
#[derive(Default)]
pub struct Workspace {
    /// One for each who shares the work.
    rows: Vec<RowsSpace>,
    columns: Vec<ColumnsSpace>,
    layers: Vec<LayerSpace>,
    is_sparse: bool,
    /// The batch's normalised pixels, `[num_rows, num_pixels]`, where it is not sparse.
    dense: Vec<f32>,
    /// The whole gradient, where a rule wants it in one piece.
    gradient: Vec<f32>,
    /// Column sums of the first weight, kept current by each step.
    column_sums: Vec<f32>,
    column_sums_are_current: bool,
    folded_bias: Vec<f32>,
    sharing: Sharing,
}

/// What a pass over the rows is told.
struct Pass<'a> {
    layout: &'a Layout,
    normalisation: Normalisation,
    parameters: &'a [f32],
    batch: Batch<'a>,
    mask: Option<&'a DropoutMask>,
    /// How targets are smoothed, where there is a way back.
    backward: Option<f32>,
}

impl Workspace {
    /// To be called when parameters were changed from outside.
    pub fn forget_parameters(&mut self) {
        self.column_sums_are_current = false;
    }

    /// Logits of a batch, `[num_rows, num_classes]`, with dropout as `mask` says.
    pub fn forward(
        &mut self,
        layout: &Layout,
        normalisation: Normalisation,
        parameters: &[f32],
        batch: Batch<'_>,
        mask: Option<&DropoutMask>,
    ) -> &[f32] {
        self.pass(&Pass {
            layout,
            normalisation,
            parameters,
            batch,
            mask,
            backward: None,
        });
        self.layers[layout.layers.len() - 1].output()
    }

    /// One step: parameters `[num_parameters]` and the optimiser's state, as long for
    /// each of its slots, move in place.
    pub fn train_step(
        &mut self,
        context: &StepContext<'_>,
        parameters: &mut [f32],
        state: &mut [f32],
    ) -> BatchMetrics {
        let mut sharing = std::mem::take(&mut self.sharing);
        let num_rows = context.batch.rows.len();
        let metrics = sharing.step(num_rows, || self.step_by_rule(context, parameters, state));
        self.sharing = sharing;
        metrics
    }

    fn step_by_rule(
        &mut self,
        context: &StepContext<'_>,
        parameters: &mut [f32],
        state: &mut [f32],
    ) -> BatchMetrics {
        let rule = *context.step.rule();
        let metrics = if rule.optimiser == Optimiser::Sgd {
            self.step_sgd(context, parameters, state, None, rule)
        } else {
            self.step_by_any(context, parameters, state)
        };
        if rule.max_norm > 0.0 {
            norms::bound(context.layout, rule.max_norm, parameters);
            self.column_sums_are_current = false;
        }
        metrics
    }

    /// The same by any rule: first its gradient, then a pass over all parameters.
    #[inline(never)]
    fn step_by_any(
        &mut self,
        context: &StepContext<'_>,
        parameters: &mut [f32],
        state: &mut [f32],
    ) -> BatchMetrics {
        let mut gradient = std::mem::take(&mut self.gradient);
        gradient.clear();
        gradient.resize(parameters.len(), 0.0);
        let whole = context.step.rule().of_gradient();
        let metrics = self.step_sgd(context, parameters, &mut [], Some(&mut gradient), whole);
        update::apply(context.step, parameters, state, &gradient);
        self.gradient = gradient;
        self.column_sums_are_current = false;
        metrics
    }

    /// A step of SGD: `target`, as long as the parameters, moves in their place where there
    /// is one.
    fn step_sgd(
        &mut self,
        context: &StepContext<'_>,
        parameters: &mut [f32],
        velocities: &mut [f32],
        target: Option<&mut [f32]>,
        rule: Rule,
    ) -> BatchMetrics {
        let layout = context.layout;
        self.pass(&Pass {
            layout,
            normalisation: context.normalisation,
            parameters,
            batch: context.batch,
            mask: context.mask,
            backward: Some(rule.label_smoothing),
        });
        let mut metrics = BatchMetrics::default();
        for rows in &self.rows {
            rows.add_to(&mut metrics);
        }
        let batch: Vec<&SparseBatch> = self.rows.iter().map(|rows| &rows.sparse).collect();
        let found = Found {
            layout,
            rule,
            sparse: self.is_sparse.then_some(&batch[..]),
            dense: &self.dense,
            layers: &self.layers,
            num_rows: context.batch.rows.len(),
        };
        self.columns
            .resize_with(team::num_shares(), ColumnsSpace::default);
        let mut shared = columns::part(
            layout,
            &mut self.columns,
            target.unwrap_or(parameters),
            velocities,
            &mut self.column_sums,
        );
        team::each(&mut shared, |columns| columns.update(&found));
        self.column_sums_are_current &= self.is_sparse;
        metrics
    }

    /// Forwards, and on to each layer's gradient where that is asked for.
    fn pass(&mut self, pass: &Pass<'_>) {
        let &Pass {
            layout,
            normalisation,
            parameters,
            batch,
            mask,
            backward,
        } = pass;
        let num_rows = batch.rows.len();
        let num_pixels = layout.num_pixels();
        let first = &layout.layers[0];
        let num_layers = layout.layers.len();
        self.layers.resize_with(num_layers, LayerSpace::default);
        for (index, (space, layer)) in self.layers.iter_mut().zip(&layout.layers).enumerate() {
            let activation = (index + 1 < num_layers).then_some(layout.activation);
            space.resize(num_rows, layer, activation);
        }
        self.column_sums.resize(first.num_outputs, 0.0);

        let num_shares = team::num_shares()
            .min(num_rows.div_ceil(ROW_QUANTUM))
            .max(1);
        let of_rows = shares(num_rows, ROW_QUANTUM, num_shares);
        self.rows.resize_with(num_shares, RowsSpace::default);
        // Dropped pixels stand at the mean, which is no empty pixel's.
        let may_be_sparse = mask.is_none_or(|mask| mask.input_probability == 0.0);
        let mut layers: Vec<_> = (self.layers.iter_mut().zip(&layout.layers))
            .map(|(space, layer)| space.rows(layer.num_outputs, of_rows.clone()))
            .collect();
        let mut shared: Vec<Rows<'_>> = (self.rows.iter_mut().zip(of_rows.clone()))
            .map(|(space, rows)| Rows {
                space,
                batch: Batch {
                    rows: &batch.rows[rows.clone()],
                    ..batch
                },
                first_row: rows.start,
                dense: &mut [],
                layers: layers.iter_mut().filter_map(Iterator::next).collect(),
            })
            .collect();

        self.is_sparse = may_be_sparse && {
            team::each(&mut shared, |rows| {
                rows.read_sparse(num_pixels, normalisation);
            });
            let num_entries: usize = (shared.iter())
                .map(|rows| rows.space.sparse.num_entries())
                .sum();
            num_entries as f64 / (num_rows.max(1) * num_pixels) as f64 <= MAX_SPARSE_DENSITY
        };
        if self.is_sparse {
            if !self.column_sums_are_current {
                let weight = &parameters[first.weight.clone()];
                sparse::column_sums(weight, Blocks::of_weight(0, first), &mut self.column_sums);
                self.column_sums_are_current = true;
            }
            self.folded_bias.resize(first.num_outputs, 0.0);
            shared[0].space.sparse.fold_bias(
                &parameters[first.bias.clone()],
                &self.column_sums,
                &mut self.folded_bias,
            );
        } else {
            self.dense.resize(num_rows * num_pixels, 0.0);
            let mut rest = &mut self.dense[..];
            for rows in &mut shared {
                rows.dense = take(&mut rest, rows.batch.rows.len() * num_pixels);
            }
        }
        let given = Given {
            layout,
            normalisation,
            parameters,
            mask,
            folded_bias: self.is_sparse.then_some(&self.folded_bias[..]),
            num_rows,
        };
        team::each(&mut shared, |rows| {
            rows.forward(&given);
            if let Some(smoothing) = backward {
                rows.backward(&given, smoothing);
                if given.folded_bias.is_some() {
                    rows.space.sparse.index_by_pixel();
                }
            }
        });
    }
}
