//! A report's blocks as they come to be: sections, figures and tables numbered in the
//! order in which they are written.

use crate::message::{Block, Insight, Plot};
use crate::study::insight::NOISE_MEANS;

/// The heading above every list of insights.
pub const INSIGHTS_TITLE: &str = "Written by Inkling";
/// What ends a sentence whose ± was explained before.
pub const AS_EXPLAINED: &str = "The noise (±) and the intervals are as explained above.";
/// What stands before every list of insights.
const INSIGHTS_MARK: &str = "Inkling wrote these sentences by rules from the figures of the study:";

/// Writes blocks one after the other.
#[derive(Default)]
pub(super) struct Writer {
    pub(super) blocks: Vec<Block>,
    num_sections: u32,
    num_figures: u32,
    num_tables: u32,
    /// What ± and the intervals mean, as far as it was said.
    meanings: Vec<String>,
}

impl Writer {
    pub(super) fn title(&mut self, text: impl Into<String>) {
        self.heading(1, text);
    }

    /// A numbered section.
    pub(super) fn section(&mut self, text: &str) {
        self.num_sections += 1;
        self.heading(2, format!("{}. {text}", self.num_sections));
    }

    /// A part of the report that stands outside the numbers.
    pub(super) fn part(&mut self, text: impl Into<String>) {
        self.heading(2, text);
    }

    pub(super) fn subsection(&mut self, text: impl Into<String>) {
        self.heading(3, text);
    }

    fn heading(&mut self, level: u32, text: impl Into<String>) {
        let text = text.into();
        self.blocks.push(Block::Heading { level, text });
    }

    pub(super) fn paragraph(&mut self, text: impl Into<String>) {
        let text: String = text.into();
        if !text.is_empty() {
            self.blocks.push(Block::Paragraph { text });
        }
    }

    /// A list; nothing where it has no items.
    pub(super) fn list(&mut self, items: Vec<String>) {
        if !items.is_empty() {
            self.blocks.push(Block::List { items });
        }
    }

    /// What Inkling says of a study; what ± and the intervals mean in it is said once.
    pub(super) fn insights(&mut self, insights: &[Insight]) {
        if insights.is_empty() {
            return;
        }
        self.subsection(INSIGHTS_TITLE);
        self.paragraph(INSIGHTS_MARK);
        let mut items = Vec::with_capacity(insights.len());
        for Insight { sentence, .. } in insights {
            let item = match sentence.split_once(NOISE_MEANS) {
                Some((own, meaning)) if self.meanings.iter().any(|told| told == meaning) => {
                    format!("{own} {AS_EXPLAINED}")
                }
                Some((_, meaning)) => {
                    self.meanings.push(meaning.into());
                    sentence.clone()
                }
                None => sentence.clone(),
            };
            items.push(item);
        }
        self.list(items);
    }

    /// The person's own words; nothing where there are none.
    pub(super) fn remark(&mut self, text: &str) {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let text = text.trim();
        if !text.is_empty() {
            self.blocks.push(Block::Remark { text: text.into() });
        }
    }

    /// What the next table will be called.
    pub(super) fn next_table(&self) -> String {
        format!("Table {}", self.num_tables + 1)
    }

    /// What the next figure will be called.
    pub(super) fn next_figure(&self) -> String {
        format!("Figure {}", self.num_figures + 1)
    }

    /// A table; nothing where it has no rows, for no header stands alone.
    pub(super) fn table(
        &mut self,
        caption: impl Into<String>,
        header: Vec<String>,
        rows: Vec<Vec<String>>,
    ) {
        if rows.is_empty() {
            return;
        }
        let label = self.next_table();
        self.num_tables += 1;
        self.blocks.push(Block::Table {
            label,
            caption: caption.into(),
            header,
            rows,
        });
    }

    pub(super) fn figure(&mut self, plot: &Plot) {
        let label = self.next_figure();
        self.num_figures += 1;
        self.blocks.push(Block::Figure {
            label,
            name: plot.name.clone(),
            caption: plot.caption.clone(),
        });
    }
}
