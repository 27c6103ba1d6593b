//! Lines that a carriage return alone ends, as old Macs wrote them and Excel for the Mac
//! still does for "CSV (Macintosh)".

use std::borrow::Cow;

/// What is said of such a file.
pub(super) const NOTE: &str = "lines ended by carriage returns alone";

/// How the lines of a file end, as soon as its first one does.
#[derive(Debug, Default)]
pub(super) struct LineEnds {
    are_returns: Option<bool>,
    /// Whether all that came so far ends with a carriage return, which may be half of an end.
    is_held: bool,
}

impl LineEnds {
    /// Whether a carriage return alone ends the lines.
    pub fn are_returns(&self) -> bool {
        self.are_returns == Some(true)
    }

    /// The next bytes of the file with line feeds for their ends. A carriage return at the end
    /// of the first bytes comes with those that tell what it is.
    pub fn plain<'a>(&mut self, chunk: &'a [u8]) -> Cow<'a, [u8]> {
        let mut text = Cow::Borrowed(chunk);
        if self.are_returns.is_none() && !chunk.is_empty() {
            if std::mem::take(&mut self.is_held) {
                text = [b"\r", chunk].concat().into();
            }
            let end = text.iter().position(|byte| b"\r\n".contains(byte));
            self.are_returns = match end.map(|at| (text[at], text.get(at + 1))) {
                None => None,
                Some((b'\r', None)) => {
                    self.is_held = true;
                    let all_but_one = text.len() - 1;
                    text = text[..all_but_one].to_vec().into();
                    None
                }
                Some((b'\r', Some(next))) => Some(!b"\r\n".contains(next)),
                Some(_) => Some(false),
            };
        }
        if self.are_returns() {
            text.to_mut()
                .iter_mut()
                .filter(|byte| **byte == b'\r')
                .for_each(|byte| *byte = b'\n');
        }
        text
    }
}
