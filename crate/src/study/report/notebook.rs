//! `analysis.ipynb` (nbformat 4.5): a course's notebook in PyTorch, from the data to the
//! conclusion, with what Inkling measured beside each study.
//!
//! No cell pretends to have been run: an execution count is only ever `null`, and there
//! are no outputs. What comes from a record reaches a code cell as a literal or within a
//! comment, so that whatever the record holds, the cells' statements are those written
//! here; [`python`] writes them.

mod python;
mod source;

use serde_json::{Value, json};

use crate::message::{Block, DataSummary, PlotKind, ReportRequest, ReportStudy};

use super::Usual;
use super::baseline_section::{evaluation_words, outcome_words};
use super::front::{plots, scope, title_of};
use super::json_files::pretty;
use super::markdown::markdown;
use super::names::{authors, data_file, is_kaggles, study_name};
use super::study_section::{comparison, difference_words, unfinished, what_was_changed};
use super::writer::Writer;
use crate::study::VERSION;
use crate::study::insight::read_study;
use crate::study::words::task_of;

const SETUP: &str = include_str!("notebook/setup.py");
const FIRST_IMAGES: &str = include_str!("notebook/first_images.py");
const SPLIT: &str = include_str!("notebook/split.py");
const OF_MNIST: &str = include_str!("notebook/of_mnist.py");
const OF_TRAINING: &str = include_str!("notebook/of_training.py");
const LOADER: &str = include_str!("notebook/loader.py");
const MODEL: &str = include_str!("notebook/model.py");
const LOOP: &str = include_str!("notebook/loop.py");
const RESULTS: &str = include_str!("notebook/results.py");
const CONFUSION: &str = include_str!("notebook/confusion.py");
const ALL_RESULTS: &str = include_str!("notebook/all_results.py");

const HOW_TO_RUN: &str = "It needs torch, scikit-learn, pandas, matplotlib and tqdm, which Kaggle \
     and Colab have, and a few minutes of a laptop’s CPU. No cell has been run yet.";

const ON_KAGGLE: &str = "On Kaggle add the data of the competition digit-recognizer: their \
     train.csv holds the same images. ";

const WHAT_IS_EQUAL: &str = "Each run starts from the initial weights of the same run in Inkling, on the same split and in \
     the same order of the images, and drops the same units, all drawn from the run’s seeds. Only \
     sums are rounded in another order: the figures come close without being equal to the last \
     digit. Where the rate is so large that a run’s accuracy jumps from epoch to epoch, that \
     alone decides where in its jumps it ends.";

/// The first cell of code: where the data lie, how they are read, what they look like.
fn setup(data: &DataSummary) -> String {
    let own = format!("NAMES = {}\n", source::names(data));
    let places = SETUP.replace("NAMES = []\n", &own);
    let loader = source::loader(data);
    let counts = source::counts(data);
    let load = if data.source.changes.is_empty() {
        FIRST_IMAGES.to_owned()
    } else {
        FIRST_IMAGES.replace("load(find_data())", "changed(*load(find_data()))")
    };
    format!(
        "# How many images of each class Inkling trained and validated on.\nCOUNTS = {counts}\n\n\
         {places}\n\n{loader}\n\n{load}"
    )
}

/// A cell of the notebook.
pub(super) enum Cell {
    /// Markdown.
    Text(Vec<Block>),
    /// Python.
    Code(String),
}

/// The notebook's cells.
pub(super) fn cells(request: &ReportRequest) -> Vec<Cell> {
    let Some(usual) = Usual::of(request) else {
        return Vec::new();
    };
    let mut notebook = Cells::default();
    notebook.text(|writer| {
        writer.title(title_of(request));
        if !request.ids.is_empty() {
            writer.paragraph(format!("By {}.", request.ids.join(", ")));
        }
        let file = data_file(usual.data);
        let kaggle = if is_kaggles(usual.data) {
            ON_KAGGLE
        } else {
            ""
        };
        writer.paragraph(format!(
            "To run it all: put {file} beside this notebook, or write its path into DATA_PATH \
             below, and choose “Run all”. {kaggle}{HOW_TO_RUN}"
        ));
        writer.remark(&request.introduction);
        writer.paragraph(scope(request));
        writer.paragraph(format!(
            "Quoted text is the {} own. What stands under “What Inkling measured” and “Written by \
             Inkling” comes from Inkling {VERSION}, which trained the same runs in the browser. \
             {WHAT_IS_EQUAL}",
            authors(request).own
        ));
        writer.part("Data");
        writer.paragraph(
            "The file is read into an array of pixels, a row an image, and an array of labels.",
        );
    });
    let task = task_of(usual.data);
    notebook.code(&(python::task(&task) + &setup(usual.data)));
    notebook.heading(
        "Split and normalisation",
        "A stratified split keeps some images apart, with the same share of each class in both \
         parts: the network learns from the training part, and each choice is judged by the \
         validation part. Normalised pixels have a mean near 0 and a spread near 1, which suits \
         the initial weights.",
    );
    let normalisation = if task.normalisation().is_some() {
        OF_MNIST
    } else {
        OF_TRAINING
    };
    notebook.code(&(SPLIT.to_string() + normalisation + &python::split_use(usual.config)));
    notebook.heading(
        "Batches",
        "Training visits all images in a new order each epoch, a batch at a time; the weights \
         are changed after each batch. The order is the one that Inkling drew, so that both \
         trainings can be set side by side.",
    );
    notebook.code(LOADER);
    notebook.heading(
        "Model",
        "A multilayer perceptron: linear layers with an activation between them, and layer \
         normalisation and dropout where a run asks for them. InklingDropout is PyTorch’s dropout \
         with Inkling’s own draws, and draw_weights sets the same initial weights as there.",
    );
    notebook.code(MODEL);
    notebook.heading(
        "Training loop",
        "train_epoch is one pass over the training part: forward, loss, backward, step. evaluate \
         measures a part with dropout off. train puts both together for a run and keeps its four \
         curves; run_all does so for all runs of a study, and the two functions after it plot \
         them.",
    );
    notebook.code(LOOP);
    notebook.code(RESULTS);
    baseline(&mut notebook, request, &usual);
    for (index, study) in request.studies.iter().enumerate() {
        study_cells(&mut notebook, request, index, study, &usual);
    }
    notebook.heading("All results", "Every run of this notebook in one table.");
    notebook.code(ALL_RESULTS);
    if !request.conclusion.trim().is_empty() {
        notebook.text(|writer| {
            writer.part("Conclusion");
            writer.remark(&request.conclusion);
        });
    }
    notebook.cells
}

/// The baseline: its settings, its run, and what Inkling measured.
fn baseline(notebook: &mut Cells, request: &ReportRequest, usual: &Usual<'_>) {
    let measured = request.baseline.as_ref();
    notebook.heading(
        "Baseline",
        "One run with the settings that the studies start from. “inkling” is the final validation \
         accuracy that Inkling reached with the same run.",
    );
    notebook.code(&python::baseline(
        usual.config,
        measured.map(|one| &one.result),
    ));
    notebook.code("plot_curves(\"Baseline\")");
    notebook.code(CONFUSION);
    let Some(measured) = measured else { return };
    notebook.text(|writer| {
        remarks(writer, request, &measured.remarks);
        writer.subsection("What Inkling measured");
        writer.paragraph(outcome_words(measured));
        for evaluation in &measured.evaluations {
            writer.paragraph(evaluation_words(evaluation, &task_of(&measured.data)));
        }
        for kind in [PlotKind::Curves, PlotKind::Confusion, PlotKind::Mistakes] {
            plots(&measured.plots, kind).for_each(|plot| writer.figure(plot));
        }
    });
}

/// A study: what is varied, its runs, and the analysis after them.
fn study_cells(
    notebook: &mut Cells,
    request: &ReportRequest,
    index: usize,
    study: &ReportStudy,
    usual: &Usual<'_>,
) {
    let record = &study.record;
    notebook.text(|writer| {
        writer.part(study_name(record.plan.factor));
        writer.paragraph(what_was_changed(record));
        writer.paragraph(difference_words(record, usual));
        if record.data.checksum != usual.data.checksum {
            writer.paragraph(
                "The cells below train on the data loaded above and so do not repeat this study: \
                 load its own data first.",
            );
        }
        if record.plan.baseline.augmentation {
            writer.paragraph(
                "These runs distorted their training images; the cells below do not repeat that.",
            );
        }
    });
    for source in python::study(index, record) {
        notebook.code(&source);
    }
    let reading = read_study(record);
    notebook.text(|writer| {
        remarks(writer, request, &record.remarks);
        writer.subsection("What Inkling measured");
        comparison(writer, record, &reading.figures);
        writer.list(unfinished(record));
        writer.paragraph(reading.final_test.join(" "));
        for kind in [PlotKind::Curves, PlotKind::Accuracy] {
            plots(&study.plots, kind).for_each(|plot| writer.figure(plot));
        }
        writer.insights(&reading.insights);
    });
}

/// What the person wrote of a run or a study, under a heading; nothing where that is nothing.
fn remarks(writer: &mut Writer, request: &ReportRequest, text: &str) {
    if !text.trim().is_empty() {
        writer.subsection(format!("Remarks of the {}", authors(request).noun));
        writer.remark(text);
    }
}

/// Cells as they come to be; figures and tables are numbered through all of them.
#[derive(Default)]
struct Cells {
    cells: Vec<Cell>,
    writer: Writer,
}

impl Cells {
    fn text(&mut self, write: impl FnOnce(&mut Writer)) {
        write(&mut self.writer);
        let blocks = std::mem::take(&mut self.writer.blocks);
        self.cells.push(Cell::Text(blocks));
    }

    /// A heading, and what the code below it is for.
    fn heading(&mut self, text: &str, about: &str) {
        self.text(|writer| {
            writer.part(text);
            writer.paragraph(about);
        });
    }

    fn code(&mut self, source: &str) {
        self.cells.push(Cell::Code(source.trim_end().into()));
    }
}

/// The notebook as JSON.
pub(super) fn write(cells: &[Cell]) -> String {
    let cells: Vec<Value> = cells
        .iter()
        .enumerate()
        .map(|(index, cell)| {
            let id = format!("cell-{}", index + 1);
            match cell {
                Cell::Text(blocks) => json!({
                    "cell_type": "markdown",
                    "id": id,
                    "metadata": {},
                    "source": lines(markdown(blocks).trim_end()),
                }),
                Cell::Code(source) => json!({
                    "cell_type": "code",
                    "id": id,
                    "metadata": {},
                    "execution_count": null,
                    "source": lines(source),
                    "outputs": [],
                }),
            }
        })
        .collect();
    pretty(&json!({
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "kernelspec": { "display_name": "Python 3", "language": "python", "name": "python3" },
            "language_info": { "name": "python" },
            "inkling": { "version": VERSION },
        },
        "cells": cells,
    }))
}

/// The notebook as blocks to lay out: its text, its code, and Inkling's plots where the
/// notebook shows them.
pub(super) fn on_paper(cells: &[Cell]) -> Vec<Block> {
    let mut blocks: Vec<Block> = cells
        .iter()
        .flat_map(|cell| match cell {
            Cell::Text(own) => own.clone(),
            Cell::Code(source) => vec![Block::Code {
                text: source.clone(),
            }],
        })
        .collect();
    let about = Block::Paragraph {
        text: format!(
            "This is analysis.ipynb on paper, made by Inkling {VERSION}: its cells are as they \
             stand in the file, not run, and the plots are those that Inkling drew from its own \
             runs."
        ),
    };
    // After the title.
    blocks.insert(blocks.len().min(1), about);
    blocks
}

/// Text as notebooks keep it: a list of lines with their ends.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

#[cfg(test)]
mod tests;
