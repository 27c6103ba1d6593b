//! A report: what the page gives for it, and what it is made of.

use serde::{Deserialize, Serialize};
use tsify::Tsify;

use super::{DataSummary, Evaluation, RunConfig, RunResult, StudyRecord};

/// What a picture of a report shows, which decides where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "snake_case")]
pub enum PlotKind {
    /// Images of the data.
    Digits,
    /// The network's layers.
    Network,
    /// Loss and accuracy over the epochs: of the baseline, or of a study's values.
    Curves,
    /// The final accuracy against the factor.
    Accuracy,
    /// The four curves of every run, small.
    Runs,
    /// What each digit was read as.
    Confusion,
    /// Images that were read wrong.
    Mistakes,
}

/// A picture made by the page for the report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct Plot {
    /// File name without extension, unique in the report.
    pub name: String,
    /// What it shows.
    pub kind: PlotKind,
    /// Its caption, in sentences; the report numbers it.
    pub caption: String,
}

/// How the baseline's model read a set of images.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct ReportEvaluation {
    /// Whether no run had anything to do with these images. If not, they are the
    /// validation part.
    pub is_test: bool,
    /// The set in words, such as its file's name.
    pub name: String,
    /// What it came to.
    pub figures: Evaluation,
    /// How often a test set was looked at, this time included; 0 where not known.
    #[serde(default)]
    pub num_looks: u32,
}

/// The run that all studies start from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct ReportBaseline {
    /// What it was trained on.
    pub data: DataSummary,
    /// Its settings.
    pub config: RunConfig,
    /// What came of it.
    pub result: RunResult,
    /// The person's own remarks; paragraphs separated by blank lines.
    #[serde(default)]
    pub remarks: String,
    /// How its model read images, the test set first where there is one.
    #[serde(default)]
    pub evaluations: Vec<ReportEvaluation>,
    /// Its plots.
    #[serde(default)]
    pub plots: Vec<Plot>,
}

/// A study and its pictures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct ReportStudy {
    /// The study; its remarks are the person's.
    pub record: StudyRecord,
    /// Its plots.
    pub plots: Vec<Plot>,
}

/// What a report is made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct ReportRequest {
    /// The ids of those who hand it in.
    pub ids: Vec<String>,
    /// When it is made, ISO 8601.
    pub created: String,
    /// The person's own introduction; paragraphs separated by blank lines.
    #[serde(default)]
    pub introduction: String,
    /// The person's own conclusion.
    #[serde(default)]
    pub conclusion: String,
    /// The run that the studies start from.
    #[serde(default)]
    pub baseline: Option<ReportBaseline>,
    /// Pictures of the data and of the network.
    #[serde(default)]
    pub plots: Vec<Plot>,
    /// The studies, in the order to appear.
    pub studies: Vec<ReportStudy>,
}

/// A piece of the report: the page lays these out as PDF, and `report.md` is
/// written from the same list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Block {
    /// A heading.
    Heading {
        /// 1 for the title, 2 for a section, 3 within one.
        level: u32,
        /// Its words.
        text: String,
    },
    /// A text by the person, in Markdown.
    Remark {
        /// Its words.
        text: String,
    },
    /// A paragraph by Inkling.
    Paragraph {
        /// Its words.
        text: String,
    },
    /// A list by Inkling.
    List {
        /// Its items.
        items: Vec<String>,
    },
    /// A table by Inkling.
    Table {
        /// Such as `Table 2`.
        label: String,
        /// What it holds, in sentences.
        caption: String,
        /// The columns' headers.
        header: Vec<String>,
        /// The rows, each as long as the header.
        rows: Vec<Vec<String>>,
    },
    /// A plot.
    Figure {
        /// Such as `Figure 3`.
        label: String,
        /// [`Plot::name`].
        name: String,
        /// What it shows, in sentences.
        caption: String,
    },
    /// A cell of code.
    Code {
        /// Its source.
        text: String,
    },
}

/// The texts of a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Tsify)]
pub struct ReportFiles {
    /// What `report.pdf` is laid out from.
    pub blocks: Vec<Block>,
    /// What `analysis.pdf` is laid out from: the notebook on paper.
    pub analysis: Vec<Block>,
    /// Of each study, what differs from the baseline besides its factor: sentences to
    /// ask about before it enters a report. Empty where nothing does.
    pub differences: Vec<Vec<String>>,
    /// `report.md`.
    pub report_md: String,
    /// `analysis.ipynb`.
    pub analysis_ipynb: String,
    /// `metrics.csv`: a row an epoch of a run, with all its settings.
    pub metrics_csv: String,
    /// `summary.csv`: a row a run.
    pub summary_csv: String,
    /// `metrics.json`: studies, settings, figures and insights.
    pub metrics_json: String,
    /// `settings.json`: the settings of every run, what ran them, and the version.
    pub settings_json: String,
    /// `README.txt`: what each file is.
    pub readme_txt: String,
}
