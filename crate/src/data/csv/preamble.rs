//! What stands above a table: blank lines, comments, the line that names Excel its
//! separator. Ends with the table's own first line, once that is whole.

use super::columns::SHAPE;
use super::first_line::{self, FirstLine, format_of, is_comment, is_separator_line};
use super::foreign::refuse_foreign_file;
use super::head::{Head, Line};
use super::quotes;
use super::rows::{CLOSED_LABEL, OPEN_QUOTE, no_data};
use crate::error::{Error, Result};

/// Longest first line held: Kaggle's header takes 7 KB, quoted 9 KB.
const MAX_FIRST_LINE: usize = 64 * 1024;

/// The lines of a file until its table begins.
#[derive(Debug)]
pub(super) struct Preamble {
    /// What is there of the line being read, and its number.
    line: Vec<u8>,
    row: u64,
    /// Line breaks within quotes in it.
    num_breaks: u32,
    /// Lines of comments so far.
    num_comments: u32,
    /// Whether a line has named the separator.
    has_separator_line: bool,
}

impl Default for Preamble {
    fn default() -> Self {
        Self {
            line: Vec::new(),
            row: 1,
            num_breaks: 0,
            num_comments: 0,
            has_separator_line: false,
        }
    }
}

impl Preamble {
    /// Reads a line on; returns the table's head, where it was its first one, and what follows.
    ///
    /// # Errors
    /// Where the line shows that there is no table of images.
    pub fn push<'a>(&mut self, rest: &'a [u8]) -> Result<(Option<Head>, &'a [u8])> {
        let end = rest.iter().position(|&byte| byte == b'\n');
        let (text, tail) = rest.split_at(end.unwrap_or(rest.len()));
        let room = MAX_FIRST_LINE - self.line.len();
        self.line.extend_from_slice(&text[..text.len().min(room)]);
        if text.len() > room {
            refuse_foreign_file(&self.line, self.row)?;
            self.refuse_open_quote()?;
            let commas = self.line.iter().filter(|&&byte| byte == b',').count();
            return Err(Error::data(
                format!("row {}", self.row),
                format!("a line of more than {MAX_FIRST_LINE} bytes with {commas} commas in them"),
                format!("{SHAPE}, or other images of at most 64 × 64 pixels"),
            ));
        }
        if end.is_none() {
            return Ok((None, tail));
        }
        if quotes::is_open(&self.line, format_of(&self.line).separator) {
            // A name may be of several lines.
            self.line.push(b' ');
            self.num_breaks += 1;
            return Ok((None, &tail[1..]));
        }
        Ok((self.take_line(true)?, &tail[1..]))
    }

    /// The table's head, where the file ends here and its last line is the table's first.
    ///
    /// # Errors
    /// Where it is not, and where it shows that there is no table of images.
    pub fn end(mut self) -> Result<Head> {
        if let Some(head) = self.take_line(false)? {
            return Ok(head);
        }
        let found = match self.num_comments {
            0 => "nothing but blank lines",
            _ => "nothing but comments and blank lines",
        };
        Err(no_data(self.row, found))
    }

    /// Refuses a line that has gone on behind its end for a quote that nothing closes.
    fn refuse_open_quote(&self) -> Result<()> {
        match self.num_breaks {
            0 => Ok(()),
            _ => Err(Error::data(
                format!("row {}", self.row),
                "a quote that is never closed",
                "a closing quote",
            )),
        }
    }

    /// Decides by a line that is whole: passes over it, or begins the table with it.
    fn take_line(&mut self, has_end: bool) -> Result<Option<Head>> {
        let line = std::mem::take(&mut self.line);
        if !has_end && quotes::is_open(&line, format_of(&line).separator) {
            self.refuse_open_quote()?;
        }
        let num_lines = u64::from(has_end) + u64::from(std::mem::take(&mut self.num_breaks));
        let text = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line);
        // Two of them come of a program that has turned its own line feeds.
        let num_returns = text.iter().rev().take_while(|&&byte| byte == b'\r').count();
        let text = &text[..text.len() - num_returns];
        if text.trim_ascii().is_empty() {
            // Blank: nothing is decided yet.
            self.row += u64::from(has_end);
            return Ok(None);
        }
        refuse_foreign_file(&line, self.row)?;
        if is_comment(text) {
            self.num_comments += 1;
            self.row += u64::from(has_end);
            return Ok(None);
        }
        if is_separator_line(text) && has_end && !self.has_separator_line {
            // Excel's, for itself; the lines below show what it says.
            self.has_separator_line = true;
            self.row += 1;
            return Ok(None);
        }
        let mut format = format_of(text);
        format.has_separator_line = self.has_separator_line;
        format.num_lines_before = (self.row - 1) as u32 - u32::from(self.has_separator_line);
        let first = first_line::decide(text, format, self.row)?;
        if matches!(first, FirstLine::Data) && num_lines > 1 {
            let column = first_line::column_of_word(text, format);
            return Err(Error::data(
                format!("row {}, column {column}", self.row),
                OPEN_QUOTE,
                CLOSED_LABEL,
            ));
        }
        let line = Line {
            text,
            row: self.row,
            num_lines,
            has_end,
        };
        Ok(Some(Head::new(first, &line, format, self.num_comments)))
    }
}
