//! `README.txt`: what each file of the zip is, in ten lines.

use crate::message::ReportRequest;

use super::front::title_of;
use crate::study::VERSION;

/// The text of the file.
pub(super) fn write(request: &ReportRequest) -> String {
    let ids = if request.ids.is_empty() {
        String::new()
    } else {
        format!(", by {}", request.ids.join(", "))
    };
    format!(
        "{}{ids}
Made with Inkling {VERSION}.
report.pdf      the report
report.md       the same as Markdown
analysis.ipynb  the notebook in PyTorch: put Kaggle's train.csv beside it and run all cells
analysis.pdf    that notebook on paper
metrics.csv     a row an epoch of each run, with all settings; summary.csv: a row a run
metrics.json    all figures, settings and texts for programs
settings.json   the settings of each run, and what ran it
plots/          every picture of the report, once
",
        title_of(request)
    )
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::write;
    use crate::study::testing::request;

    #[wasm_bindgen_test(unsupported = test)]
    fn it_has_ten_lines() {
        assert_eq!(write(&request(vec![])).lines().count(), 10);
    }
}
