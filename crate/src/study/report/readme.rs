//! `README.txt`: what each file of the zip is, in ten lines.

use crate::message::ReportRequest;

use super::Usual;
use super::front::title_of;
use super::names::data_file;
use crate::study::VERSION;

/// The text of the file.
pub(super) fn write(request: &ReportRequest) -> String {
    let ids = if request.ids.is_empty() {
        String::new()
    } else {
        format!(", by {}", request.ids.join(", "))
    };
    let file = Usual::of(request).map_or("the data".into(), |usual| data_file(usual.data));
    format!(
        "{}{ids}
Made with Inkling {VERSION}.
report.pdf      the report
report.md       the same as Markdown
analysis.ipynb  the notebook in PyTorch: put {} beside it and run all cells
analysis.pdf    that notebook on paper
metrics.csv     a row an epoch of each run, with all settings; summary.csv: a row a run
metrics.json    all figures, settings and texts for programs
settings.json   the settings of each run, and what ran it
plots/          every picture of the report, once
",
        title_of(request),
        file.replace('’', "'")
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
