//! The plans that a table's first lines allow: which of them its rows are read by, and the
//! question where only a person can say.

use super::colours::refuse_colours;
use super::columns::{Columns, Format};
use super::dataset::{IsSample, dataset};
use super::rows::{Read, Rows};
use super::shape::LARGEST_LABEL_SHARE;
use crate::data::question::{Question, Reading};
use crate::error::Result;

/// Plans of a table, and the lines that they were made by.
#[derive(Debug)]
pub(super) struct Candidates {
    /// At least one, the likeliest first.
    pub plans: Vec<Columns>,
    /// How many of them are likely.
    pub num_likely: usize,
    pub format: Format,
    /// Lines of data, from the file's line `row` on.
    pub text: Vec<u8>,
    pub row: u64,
    /// Whether they may end within a line.
    pub is_cut: bool,
}

impl Candidates {
    /// Whether more than one plan is left.
    pub fn are_open(&self) -> bool {
        self.plans.len() > 1
    }

    /// The rows of the likeliest plan, of which none is read yet.
    pub fn likeliest_rows(&self) -> Rows {
        self.rows(&self.plans[0])
    }

    fn rows(&self, plan: &Columns) -> Rows {
        Rows::new(plan.clone(), self.format, self.row)
    }

    /// What a person must say before the rows are read, unless this answer or the lines
    /// themselves have said it: then the likeliest plan is meant.
    pub fn first_question(&mut self, name: &str, answer: Option<u32>) -> Result<Option<Question>> {
        let is_answered = answer.is_some_and(|answer| self.settle(answer));
        if is_answered || self.num_likely == 1 {
            return Ok(None);
        }
        let question = self.question(name)?;
        // All others have failed: nothing is left to ask.
        let is_settled = match &question.readings[..] {
            [only] => self.settle(only.label_column),
            _ => false,
        };
        Ok((!is_settled).then_some(question))
    }

    /// Leaves the plan alone that an answer means, where there is one.
    fn settle(&mut self, answer: u32) -> bool {
        let meant = self.plans.iter().position(|plan| plan.answer() == answer);
        if let Some(at) = meant {
            self.plans = vec![self.plans.swap_remove(at)];
        }
        meant.is_some()
    }

    /// Whether the whole file speaks against the plan it was read by: labels that are
    /// nearly all one, where the other end of the rows may hold labels as well. An edge of
    /// nothing but paper is none, unless both ends are.
    pub fn late_question(mut self, name: &str, read: &Read) -> Result<Option<Question>> {
        let is_first = read.columns.label_column() < read.columns.pixel_column();
        if !is_first || read.labels.largest_share() <= LARGEST_LABEL_SHARE {
            return Ok(None);
        }
        let mut counts = [0_usize; 256];
        let mut num_rows = 0_usize;
        for pixel in read.pixels.last_pixels() {
            counts[usize::from(pixel)] += 1;
            num_rows += 1;
        }
        let most = counts.iter().max().copied().unwrap_or(0) as f64;
        let may_be_label = counts[100..].iter().all(|&count| count == 0);
        let is_paper = counts[0] == num_rows;
        if !may_be_label || (is_paper && !read.labels.are_all_zero()) {
            return Ok(None);
        }
        let is_mixed = most <= LARGEST_LABEL_SHARE * num_rows as f64;
        if is_mixed || (!is_paper && read.labels.are_all_zero()) {
            self.plans.reverse();
        }
        let question = self.question(name)?;
        Ok((question.readings.len() > 1).then_some(question))
    }

    /// What a person is asked: each plan with the images that it makes of the lines.
    fn question(&self, name: &str) -> Result<Question> {
        let end = self.text.iter().rposition(|&byte| byte == b'\n');
        let text = match end {
            Some(end) if self.is_cut => &self.text[..=end],
            _ => &self.text[..],
        };
        let mut readings = Vec::new();
        let mut failure = None;
        for plan in &self.plans {
            let mut rows = self.rows(plan);
            let sample = rows
                .push(text)
                .and_then(|()| rows.finish())
                .and_then(|read| dataset(name, read, IsSample(true)));
            match sample {
                Ok((sample, _)) => {
                    refuse_colours(&sample)?;
                    readings.push(Reading {
                        label_column: plan.answer(),
                        words: plan.choice(),
                        sample,
                    });
                }
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        match failure {
            Some(error) if readings.is_empty() => Err(error),
            _ => Ok(Question { readings }),
        }
    }
}
