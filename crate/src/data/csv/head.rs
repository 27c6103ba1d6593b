//! The first lines of a table, collected until they say what its columns hold.

use super::candidates::Candidates;
use super::columns::{Columns, Format};
use super::first_line::{self, FirstLine};
use super::row_names;
use super::rows::no_data;
use super::shape;
use crate::error::Result;

/// Lines that are looked at where no header names the columns, and their bytes.
const HEAD_LINES: usize = 64;
const MAX_HEAD: usize = 512 * 1024;

/// The first line of a table, whole and without its end.
#[derive(Debug)]
pub(super) struct Line<'a> {
    pub text: &'a [u8],
    /// Its number in the file, and of how many lines it is: a name in quotes may be of several.
    pub row: u64,
    pub num_lines: u64,
    pub has_end: bool,
}

/// The first lines of a table that are looked at.
#[derive(Debug)]
pub(super) struct Head {
    format: Format,
    /// Lines of data, from the file's line `row` on.
    text: Vec<u8>,
    row: u64,
    num_lines: usize,
    /// The line of names before them; empty without one.
    header: Vec<u8>,
    /// Its possible plans where a header gave them; else its shape will, once there are rows.
    plans: Vec<Columns>,
    /// Whether a line before it only numbers the columns.
    is_numbered: bool,
    /// What is said of its first line.
    note: Option<&'static str>,
    /// Lines of comments above it.
    num_comments: u32,
    /// Lines that are wanted.
    num_wanted: usize,
    /// Whether anything but blanks stands in the line that is collected.
    is_begun: bool,
}

impl Head {
    /// Begins with the table's first line, which is `first`, below so many lines of comments.
    pub fn new(first: FirstLine, line: &Line, format: Format, num_comments: u32) -> Self {
        let mut head = Self {
            format,
            text: Vec::new(),
            row: line.row,
            num_lines: 0,
            header: Vec::new(),
            plans: Vec::new(),
            is_numbered: false,
            note: None,
            num_comments,
            num_wanted: HEAD_LINES,
            is_begun: false,
        };
        let end: &[u8] = if line.has_end { b"\n" } else { b"" };
        match first {
            FirstLine::Named(plans) => {
                head.row += line.num_lines;
                head.plans = plans;
                head.header = line.text.to_vec();
            }
            FirstLine::Numbered => {
                head.row += line.num_lines;
                head.is_numbered = true;
                head.note = Some("the header only numbers the columns");
            }
            FirstLine::Image(fields) => {
                head.note = Some("the header is an image, read as one");
                head.text = [&fields.join(&format.separator), end].concat();
            }
            FirstLine::Data => head.text = [line.text, end].concat(),
        }
        head.num_lines = usize::from(head.text.ends_with(b"\n"));
        head
    }

    /// Collects the lines that are looked at; returns what follows them, nothing while more
    /// are wanted.
    pub fn push<'a>(&mut self, rest: &'a [u8]) -> &'a [u8] {
        for (taken, &byte) in rest.iter().enumerate() {
            if self.num_lines >= self.num_wanted || self.is_full() {
                return &rest[taken..];
            }
            self.text.push(byte);
            self.is_begun |= !byte.is_ascii_whitespace();
            // A blank line is none to look at.
            if byte == b'\n' && std::mem::take(&mut self.is_begun) {
                self.num_lines += 1;
                if self.num_lines == 1 && self.has_fitting_names() {
                    self.num_wanted = 1;
                }
            }
        }
        &[]
    }

    fn is_full(&self) -> bool {
        self.text.len() >= MAX_HEAD
    }

    /// Whether a header leaves nothing open: one plan, and a first row as long as it is.
    fn has_fitting_names(&self) -> bool {
        let [plan] = &self.plans[..] else {
            return false;
        };
        let rows = first_line::fields_of(&self.text, self.format);
        rows.first()
            .is_some_and(|row| row.len() == plan.targets.len())
    }

    /// Decides by the lines that were looked at: the plans that they allow.
    ///
    /// # Errors
    /// Where they are not those of a table of images, or no row is among them.
    pub fn understand(&self) -> Result<Candidates> {
        let mut format = self.format;
        let rows = first_line::fields_of(&self.text, format);
        row_names::refuse_turned(&rows, self.row)?;
        let mut fields = rows.iter().flatten().copied();
        format.has_decimal_comma |= first_line::has_decimal_commas(&mut fields);
        if rows.is_empty() && (self.is_numbered || !self.plans.is_empty()) {
            return Err(no_data(self.row, "a header and no data below it"));
        }
        let mut plans = self.plans.clone();
        if plans.len() > 1 {
            shape::settle_one_hot(&rows, &mut plans);
            shape::settle_indices(&rows, &mut plans);
        }
        if let Some(fitted) = row_names::fitted(&rows, &plans, &self.header, format)? {
            plans = fitted;
            shape::settle_indices(&rows, &mut plans);
        }
        let mut num_likely = plans.len();
        if plans.is_empty() {
            row_names::refuse_levels(&rows, self.row)?;
            (plans, num_likely) = shape::shapes(&shape::FirstRows {
                rows: &rows,
                has_decimal_comma: format.has_decimal_comma,
            });
            for plan in &mut plans {
                plan.has_header = self.is_numbered;
                plan.is_first_mangled = self.note.is_some() && !self.is_numbered;
                plan.notes.extend(self.note.map(str::to_owned));
            }
        }
        if plans.is_empty() {
            let first = self.text.split(|&byte| byte == b'\n').next();
            return Err(first_line::wrong_count(
                first.unwrap_or(&[]),
                format,
                self.row,
            ));
        }
        for plan in &mut plans {
            plan.notes.extend(comments_note(self.num_comments));
        }
        Ok(Candidates {
            plans,
            num_likely,
            format,
            text: self.text.clone(),
            row: self.row,
            is_cut: self.is_full(),
        })
    }
}

/// What is said of comments above a table.
fn comments_note(num_comments: u32) -> Option<String> {
    match num_comments {
        0 => None,
        1 => Some("a comment above the table left out".to_owned()),
        count => Some(format!(
            "{count} lines of comments above the table left out"
        )),
    }
}
