//! The report up to its first run: title, introduction, data and split, network and
//! training.

use crate::config::Plan;
use crate::data::split::stratified_split;
use crate::data::task::MAX_ROWS;
use crate::data::{Normalisation, Task};
use crate::message::{
    ClassCounts, DataSummary, Factor, Initialisation, Optimiser, Plot, PlotKind, ReportRequest,
    RunConfig,
};
use crate::nn::layout::Layout;

use super::Usual;
use super::names::{authors, factor_phrase, study_name};
use super::setting_rows::{SettingRow, data_words, told_rows};
use super::writer::Writer;
use crate::study::VERSION;
use crate::study::words::{capitalised, counted, fixed, list, significant, task_of, thousands};

/// Classes that a table has beside each other.
const MOST_COLUMNS: usize = 10;

/// Title, authors, origin, and who wrote what.
pub(super) fn opening(writer: &mut Writer, request: &ReportRequest) {
    writer.title(title_of(request));
    if !request.ids.is_empty() {
        writer.paragraph(format!("By {}.", request.ids.join(", ")));
    }
    let own = authors(request).own;
    writer.paragraph(format!(
        "Trained in the browser and put together with Inkling {VERSION} on {}. Text with a bar at \
         its side is the {own} own; all other text, the tables and the plots were made by \
         Inkling from the figures of the runs.",
        day(&request.created)
    ));
}

pub(super) fn title_of(request: &ReportRequest) -> String {
    match &request.studies[..] {
        [one] => format!(
            "A multilayer perceptron and its hyper-parameters: {}",
            study_name(one.record.plan.factor).to_lowercase()
        ),
        _ => "A multilayer perceptron and its hyper-parameters".into(),
    }
}

/// The person's introduction, or what the report is about.
pub(super) fn introduction(writer: &mut Writer, request: &ReportRequest) {
    writer.section("Introduction");
    writer.remark(&request.introduction);
    writer.paragraph(scope(request));
}

/// What the report covers, in a sentence.
pub(super) fn scope(request: &ReportRequest) -> String {
    let mut factors: Vec<String> = Vec::new();
    for study in &request.studies {
        let phrase = factor_phrase(study.record.plan.factor);
        if !factors.iter().any(|known| known == phrase) {
            factors.push(phrase.into());
        }
    }
    let num_runs: usize = request
        .studies
        .iter()
        .map(|one| one.record.runs.len())
        .sum();
    format!(
        "A multilayer perceptron learns to {}. {}{} varied, {}each run from scratch: {} in all.",
        learned_words(request),
        if request.baseline.is_some() {
            "Beside a baseline run, "
        } else {
            ""
        },
        {
            let are = if factors.len() == 1 { "is" } else { "are" };
            let words = list(&factors);
            let words = if request.baseline.is_some() {
                words
            } else {
                capitalised(&words)
            };
            format!("{words} {are}")
        },
        if request
            .studies
            .iter()
            .any(|study| is_crossed(study.record.plan.factor))
        {
            "one factor at a time but for those that are crossed, "
        } else {
            "one factor at a time, "
        },
        counted(num_runs as f64, "run")
    )
}

/// Whether a study varies two settings at once.
fn is_crossed(factor: Factor) -> bool {
    matches!(factor, Factor::DropoutLayerNorm | Factor::TwoFactors)
}

/// What the network learns, after "learns to".
fn learned_words(request: &ReportRequest) -> String {
    let data = request.baseline.as_ref().map(|one| &one.data);
    let data = data.or_else(|| request.studies.first().map(|one| &one.record.data));
    let task = data.map(task_of).unwrap_or_default();
    if task.are_digits() {
        return "read handwritten digits".into();
    }
    format!("tell {} classes of pictures apart", task.num_classes())
}

/// How pixels are normalised. Other sets than MNIST by their own training part, whose
/// figures a run of the report tells.
fn normalisation_words(request: &ReportRequest, task: &Task) -> String {
    if task.normalisation() == Some(Normalisation::MNIST) {
        return "Pixels are normalised with MNIST’s mean and standard deviation: (pixel / 255 − \
                0.1307) / 0.3081."
            .into();
    }
    let of_baseline = request.baseline.iter().map(|one| &one.result);
    let runs = request.studies.iter().flat_map(|one| &one.record.runs);
    let of_studies = runs.filter_map(|run| run.result.as_ref());
    let known = of_baseline
        .chain(of_studies)
        .find_map(|one| one.normalisation);
    let formula = known.map_or(String::new(), |own| {
        let (mean, deviation) = (fixed(own.mean, 4), fixed(own.deviation, 4));
        format!(": (pixel / 255 − {mean}) / {deviation}")
    });
    format!(
        "Pixels are normalised with the mean and the standard deviation of the training part, \
         never of the validation part{formula}."
    )
}

/// What was learned from, and how it was split.
pub(super) fn data(writer: &mut Writer, request: &ReportRequest, usual: &Usual<'_>) {
    writer.section("Data and split");
    let data = usual.data;
    let task = task_of(data);
    let noun = task.class_noun();
    let plan = Plan::try_from(usual.config).ok();
    let parts = plan.as_ref().and_then(|plan| split_counts(data, plan));
    let table = writer.next_table();
    let mut text = format!(
        "The data are {}, each of {side} × {side} pixels with its {noun}.",
        data_words(data),
        side = task.side()
    );
    if let (Some(plan), Some((train, validation))) = (&plan, &parts) {
        text += &format!(
            " A stratified split holds out {} % of them: {} images are trained on, {} are kept \
             for validation, with the same share of each {noun} in both ({table}). The rows are \
             those of scikit-learn’s train_test_split with stratify and random_state = {}. ",
            significant(100.0 * plan.validation_share),
            thousands(f64::from(train.iter().sum::<u32>())),
            thousands(f64::from(validation.iter().sum::<u32>())),
            plan.split_seed
        );
    } else {
        text.push(' ');
    }
    text += &normalisation_words(request, &task);
    text += " Every choice is made on the validation part.";
    if let Some((name, num_rows)) = test_set(request) {
        text += &format!(
            " {name}, {} images, is a test set apart: no run trains on it.",
            thousands(num_rows.into())
        );
    }
    writer.paragraph(text);
    for plot in plots(&request.plots, PlotKind::Digits) {
        writer.figure(plot);
    }
    if let Some((train, validation)) = parts {
        let mut header = vec!["part".to_string()];
        header.extend(task.classes().iter().cloned());
        header.push("all".into());
        let row = |name: &str, counts: &ClassCounts| {
            let mut cells = vec![name.to_string()];
            cells.extend(counts.iter().map(|&count| thousands(count.into())));
            cells.push(thousands(
                counts.iter().map(|&count| f64::from(count)).sum(),
            ));
            cells
        };
        let rows = vec![row("training", &train), row("validation", &validation)];
        let caption = format!("Images of each {noun} in both parts.");
        if task.num_classes() > MOST_COLUMNS {
            // As many columns as classes would leave the page: they stand below each other.
            let columns = vec![noun.to_string(), "training".into(), "validation".into()];
            let line =
                |at: usize| vec![header[at].clone(), rows[0][at].clone(), rows[1][at].clone()];
            writer.table(caption, columns, (1..header.len()).map(line).collect());
        } else {
            writer.table(caption, header, rows);
        }
    }
}

/// Name and number of images of the test set that the report tells of.
fn test_set(request: &ReportRequest) -> Option<(&str, u32)> {
    let of_baseline = request.baseline.iter().flat_map(|one| &one.evaluations);
    let of_studies = request
        .studies
        .iter()
        .filter_map(|study| study.record.final_test.as_ref())
        .map(|test| (&*test.test_set.name, test.test_set.num_rows));
    of_baseline
        .filter(|one| one.is_test)
        .map(|one| (&*one.name, one.figures.num_rows))
        .chain(of_studies)
        .next()
}

/// Images of each digit in the training and the validation part. How many there are
/// follows from the classes' counts and the seed alone, whatever the order of the rows.
fn split_counts(data: &DataSummary, plan: &Plan) -> Option<(ClassCounts, ClassCounts)> {
    let num_rows: u64 = data
        .class_counts
        .iter()
        .map(|&count| u64::from(count))
        .sum();
    if num_rows != u64::from(data.num_rows) || num_rows > MAX_ROWS as u64 {
        return None;
    }
    let labels: Vec<u8> = (0_u8..)
        .zip(&data.class_counts)
        .flat_map(|(digit, count)| std::iter::repeat_n(digit, *count as usize))
        .collect();
    let task = task_of(data);
    let split = stratified_split(&labels, &task, plan.validation_share, plan.split_seed).ok()?;
    let count = |rows: &[u32]| {
        let mut counts = vec![0; data.class_counts.len()];
        for &row in rows {
            counts[usize::from(labels[row as usize])] += 1;
        }
        counts
    };
    Some((count(&split.train), count(&split.validation)))
}

/// The network, how it is trained, and how figures are taken.
pub(super) fn network(writer: &mut Writer, request: &ReportRequest, usual: &Usual<'_>) {
    writer.section("Network and training");
    let config = usual.config;
    let task = task_of(usual.data);
    let table = writer.next_table();
    let drawn: Vec<&Plot> = plots(&request.plots, PlotKind::Network).collect();
    let figure = if drawn.is_empty() {
        String::new()
    } else {
        format!(" ({})", writer.next_figure())
    };
    let parameters = Plan::try_from(config).map_or(String::new(), |plan| {
        let count = Layout::new(&plan.network.for_task(&task)).num_parameters;
        format!(" It has {} parameters.", thousands(count as f64))
    });
    writer.paragraph(format!(
        "The network takes {pixels} pixels through hidden layers of {} units to {outputs} \
         outputs{figure}. A hidden layer is linear, followed by layer normalisation where that is on, {}, and \
         dropout where it is above 0.{parameters} The initial weights are {}. Training is {} on the cross-entropy of the \
         softmax{}; each epoch visits all training images in a new order. {table} holds the \
         settings of the {}; a study changes one of them.",
        widths_words(&config.hidden_layers),
        config.activation.torch_name(),
        initialisation_words(config),
        optimiser_words(config),
        if config.label_smoothing > 0.0 {
            ", whose targets are smoothed"
        } else {
            ""
        },
        if request.baseline.is_some() {
            "baseline"
        } else {
            "studies"
        },
        pixels = thousands(task.num_pixels() as f64),
        outputs = match task.num_classes() {
            10 => "ten".into(),
            count => count.to_string(),
        }
    ));
    for plot in drawn {
        writer.figure(plot);
    }
    let rows = told_rows(config);
    let half = rows.len().div_ceil(2);
    let rows = (0..half).map(|at| {
        let cells = |row: Option<&SettingRow>| {
            row.map_or([String::new(), String::new()], |(_, name, value)| {
                [name.clone(), value.clone()]
            })
        };
        [cells(rows.get(at)), cells(rows.get(at + half))].concat()
    });
    writer.table(
        "Settings, wherever nothing else is said.",
        ["setting", "value", "setting", "value"]
            .map(String::from)
            .to_vec(),
        rows.collect(),
    );
    writer.paragraph(
        "Validation figures are those of the weights after an epoch, with dropout off. Training \
         figures are means over the epoch’s steps while the weights still change, with dropout \
         on: early in training and under dropout, validation can therefore stand above training \
         without anything being wrong. Losses are in nats.",
    );
}

/// How the first weights are drawn, in a sentence.
fn initialisation_words(config: &RunConfig) -> &'static str {
    match config.initialisation {
        Initialisation::Torch => "PyTorch’s, uniform within ±1/√inputs",
        Initialisation::KaimingNormal => "Kaiming’s, normal with variance 2/inputs",
        Initialisation::Xavier => "Xavier’s, uniform within ±√(6/(inputs + outputs))",
        Initialisation::Equal => "all equal within a layer, 1/inputs",
    }
}

/// What trains the network, in a sentence.
fn optimiser_words(config: &RunConfig) -> &'static str {
    match config.optimiser {
        Optimiser::Sgd => "stochastic gradient descent",
        Optimiser::Nesterov => "stochastic gradient descent with Nesterov’s momentum",
        other => other.words(),
    }
}

/// The hidden layers' widths in a sentence: `128 and 64`.
fn widths_words(typed: &str) -> String {
    let items = typed.split([',', ' ']).filter(|item| !item.is_empty());
    list(&items.map(String::from).collect::<Vec<_>>())
}

/// The plots of a kind.
pub(super) fn plots(all: &[Plot], kind: PlotKind) -> impl Iterator<Item = &Plot> {
    all.iter().filter(move |plot| plot.kind == kind)
}

/// The day of an ISO 8601 time.
fn day(created: &str) -> &str {
    created.split('T').next().unwrap_or(created)
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::split_counts;
    use crate::config::Plan;
    use crate::message::Factor;
    use crate::message::RunConfig;
    use crate::study::testing::study;

    // scikit-learn 1.9.1: numpy.bincount of the labels of both parts of
    // train_test_split(labels, test_size=0.2, stratify=labels, random_state=42), labels
    // being Kaggle's counts of each digit.
    #[wasm_bindgen_test(unsupported = test)]
    fn parts_are_counted_as_scikit_learn_splits() {
        let mut data = study(Factor::Dropout, "0", 1).data;
        let plan = Plan::try_from(&RunConfig::default()).unwrap();
        let (train, validation) = split_counts(&data, &plan).unwrap();
        assert_eq!(
            train,
            [3305, 3747, 3342, 3481, 3258, 3036, 3310, 3521, 3250, 3350]
        );
        assert_eq!(
            validation,
            [827, 937, 835, 870, 814, 759, 827, 880, 813, 838]
        );
        data.class_counts = vec![u32::MAX; 10];
        data.num_rows = u32::MAX;
        assert_eq!(split_counts(&data, &plan), None);
    }
}
