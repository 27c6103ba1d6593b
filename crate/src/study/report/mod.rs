//! The files to hand in, written from studies and their plots.
//!
//! A report is a list of [`Block`]s first: the page lays them out as PDF, and
//! `report.md` is the same list as Markdown. What Inkling wrote is marked as
//! such in every file, and the person's own remarks stand first.

mod markdown;
mod metrics;
mod notebook;
mod passages;

use crate::message::{Block, ReportFiles, ReportRequest, ReportStudy};

use super::insight::read_study;
use super::record::derived;
use markdown::markdown;
use passages::{
    INSIGHTS_MARK, comparison_tables, heading, opening, paragraph, remarks, runs, sentences, setup,
    title_of,
};

/// The texts of a report on these studies. Whether they are true is for
/// [`check`](super::check::check) to say beforehand; whatever the records hold, the
/// files are safe to open and the notebook's code is Inkling's.
pub fn write_report(request: &ReportRequest) -> ReportFiles {
    let studies = request.studies.iter().map(|study| ReportStudy {
        record: derived(&study.record),
        plots: study.plots.clone(),
    });
    let request = &ReportRequest {
        ids: request.ids.clone(),
        created: request.created.clone(),
        studies: studies.collect(),
    };
    let blocks = blocks(request);
    ReportFiles {
        report_md: markdown(&blocks),
        analysis_ipynb: notebook::write(request),
        metrics_csv: metrics::csv(request),
        metrics_json: metrics::json(request),
        settings_json: metrics::settings(request),
        blocks,
    }
}

/// The whole report: what was run, every run, the comparison, the insights.
fn blocks(request: &ReportRequest) -> Vec<Block> {
    let mut blocks = opening(request);
    let has_several = request.studies.len() > 1;
    for (index, study) in request.studies.iter().enumerate() {
        if has_several {
            blocks.push(heading(
                1,
                format!("{}. {}", index + 1, title_of(&study.record)),
            ));
        }
        blocks.push(heading(2, "Remarks"));
        blocks.extend(remarks(&study.record));
        blocks.push(heading(2, "What was run"));
        blocks.extend(setup(&study.record));
        blocks.push(heading(2, "The runs"));
        blocks.extend(runs(index, study));
        blocks.push(heading(2, "Comparison"));
        let reading = read_study(&study.record);
        blocks.extend(comparison_tables(&study.record, &reading.figures));
        blocks.extend(
            study
                .plots
                .iter()
                .filter(|plot| plot.run.is_none())
                .map(|plot| Block::Plot {
                    study: index as u32,
                    name: plot.name.clone(),
                    caption: plot.caption.clone(),
                }),
        );
        blocks.push(heading(2, "Insights, written by Inkling"));
        blocks.push(paragraph(INSIGHTS_MARK));
        blocks.push(Block::List {
            items: sentences(&reading.insights),
        });
    }
    blocks.push(heading(2, "To repeat this"));
    blocks.push(paragraph(
        "analysis.ipynb reruns every run with PyTorch on the same split, given Kaggle's \
         train.csv. settings.json holds the settings of each run, metrics.csv and metrics.json \
         all figures, and plots/ each plot as PNG and SVG.",
    ));
    blocks
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::message::Factor;
    use crate::study::testing::{diverge, request, settled};

    fn files() -> ReportFiles {
        let mut record = settled(Factor::LearningRate, "0.01, 0.1, 10", &[0.9, 0.97, 0.5]);
        diverge(&mut record, 2, 7);
        record.remarks = "Mine *first*.\n\nAnd second.".into();
        record.data.name = "odd_name <b>|x.csv".into();
        write_report(&request(vec![record]))
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn the_report_has_every_run_with_its_curves_and_final_accuracy() {
        let text = files().report_md;
        for (label, accuracy) in [("0.01", "90.00 %"), ("0.1", "97.00 %")] {
            assert!(
                text.contains(&format!("### learning rate {label}, seed 42")),
                "{text}"
            );
            assert!(
                text.contains(&format!("Final validation accuracy {accuracy}")),
                "{text}"
            );
        }
        assert!(
            text.contains("![The curves of run 1.](plots/run-1.png)"),
            "{text}"
        );
        assert!(
            text.contains("At step 7 (epoch 2) the loss was not a number."),
            "{text}"
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn remarks_come_first_and_inklings_words_are_marked() {
        let text = files().report_md;
        let at = |words: &str| {
            text.find(words)
                .unwrap_or_else(|| panic!("{words} in {text}"))
        };
        assert!(at("> Mine *first*.") < at("## The runs"));
        assert!(at("## The runs") < at("## Comparison"));
        assert!(at("## Comparison") < at("## Insights, written by Inkling"));
        assert!(text.contains("They are not the author's."));
        assert!(text.contains("By 1234, abc."));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn names_do_not_become_markup() {
        let text = files().report_md;
        assert!(text.contains(r"odd\_name \<b>\|x.csv"), "{text}");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn every_table_row_is_as_long_as_its_header() {
        for block in files().blocks {
            if let Block::Table { header, rows } = block {
                assert!(rows.iter().all(|row| row.len() == header.len()));
            }
        }
    }
}
