//! A report's blocks as they come to be: sections, figures and tables numbered in the
//! order in which they are written.

use crate::message::{Block, Insight, Plot};
use crate::study::insight::EXPLANATIONS;
use crate::study::words::sentences;

/// The heading above every list of insights.
pub const INSIGHTS_TITLE: &str = "Written by Inkling";
/// What stands before the first list of insights.
const INSIGHTS_MARK: &str = "Inkling wrote these sentences by rules from the figures of the study:";
/// What stands before a list that leaves out what an earlier one explained.
const INSIGHTS_AGAIN: &str = "By the same rules; what was explained above holds here, too:";
/// How the sentence begins that names the chances that a comparison weighed.
const WEIGHED: &str = "Weighed: ";

/// Writes blocks one after the other.
#[derive(Default)]
pub(super) struct Writer {
    pub(super) blocks: Vec<Block>,
    num_sections: u32,
    num_figures: u32,
    num_tables: u32,
    /// Sentences of insights that explained what holds in all studies.
    explained: Vec<String>,
    /// Sentences of captions, with the figure or the table that they stand at.
    captions: Vec<(String, String)>,
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

    /// What Inkling says of a study. What holds in all studies is explained once, and within
    /// a study the chances that were weighed are named once.
    pub(super) fn insights(&mut self, insights: &[Insight]) {
        if insights.is_empty() {
            return;
        }
        self.subsection(INSIGHTS_TITLE);
        let mut weighed: Vec<&str> = Vec::new();
        let mut has_left_out = false;
        let mut items = Vec::with_capacity(insights.len());
        for Insight { sentence, .. } in insights {
            let mut item = String::new();
            for (at, one) in sentences(sentence).into_iter().enumerate() {
                let is_told = at > 0 && self.is_explained(one, &mut weighed, &mut has_left_out);
                if !is_told {
                    item += if at > 0 { " " } else { "" };
                    item += one;
                }
            }
            items.push(item);
        }
        self.paragraph(if has_left_out {
            INSIGHTS_AGAIN
        } else {
            INSIGHTS_MARK
        });
        self.list(items);
    }

    /// Whether a sentence explains what was explained before; from here on it was.
    fn is_explained<'a>(
        &mut self,
        sentence: &'a str,
        weighed: &mut Vec<&'a str>,
        has_left_out: &mut bool,
    ) -> bool {
        if sentence.starts_with(WEIGHED) {
            let is_told = weighed.contains(&sentence);
            weighed.push(sentence);
            return is_told;
        }
        if !EXPLANATIONS.iter().any(|start| sentence.starts_with(start)) {
            return false;
        }
        let is_told = self.explained.iter().any(|told| told == sentence);
        if is_told {
            *has_left_out = true;
        } else {
            self.explained.push(sentence.into());
        }
        is_told
    }

    /// A sentence of the next table's caption after others; nothing where an earlier table
    /// has said it.
    pub(super) fn said_once(&mut self, sentence: &str) -> String {
        let label = self.next_table();
        if self.captions.iter().any(|(told, _)| told == sentence) {
            return String::new();
        }
        self.captions.push((sentence.into(), label));
        format!(" {sentence}")
    }

    /// A caption whose explanations, two or more, all stood at an earlier figure says at
    /// which in their place.
    fn caption(&mut self, label: &str, caption: &str) -> String {
        let [first, others @ ..] = &sentences(caption)[..] else {
            return String::new();
        };
        let stands_at = |told: &&str| {
            let found = self.captions.iter().rfind(|(one, _)| one == told);
            found.map(|(_, label)| label.clone())
        };
        let places: Vec<Option<String>> = others.iter().map(stands_at).collect();
        if let Some(earlier) = places.iter().flatten().next()
            && places.iter().flatten().filter(|at| *at == earlier).count() > 1
        {
            let mut text = format!("{first} Axes and marks are those of {earlier}.");
            for (one, place) in others.iter().zip(&places) {
                if place.as_ref() != Some(earlier) {
                    text += " ";
                    text += one;
                }
            }
            return text;
        }
        let told = others.iter().map(|one| ((*one).into(), label.into()));
        self.captions.extend(told);
        caption.into()
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
        let caption = self.caption(&label, &plot.caption);
        self.num_figures += 1;
        self.blocks.push(Block::Figure {
            label,
            name: plot.name.clone(),
            caption,
        });
    }
}
