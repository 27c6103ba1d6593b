//! Where quotes open and close, for lines that break within them.

/// Whether the quotes of a text's last field are still open at its end.
pub(super) fn is_open(text: &[u8], separator: u8) -> bool {
    let mut state = State::START;
    text.iter().for_each(|&byte| state.take(byte, separator));
    state.is_within
}

/// The lines of a text. What breaks within quotes is one line.
pub(super) fn lines(text: &[u8], separator: u8) -> impl Iterator<Item = &[u8]> {
    let mut state = State::START;
    text.split(move |&byte| {
        state.take(byte, separator);
        byte == b'\n' && !state.is_within
    })
}

#[derive(Debug, Clone, Copy)]
struct State {
    /// Whether a field begins here.
    is_start: bool,
    is_within: bool,
    /// Whether a quote has just closed, and may be half of one that stands for itself.
    is_closed: bool,
}

impl State {
    const START: Self = Self {
        is_start: true,
        is_within: false,
        is_closed: false,
    };

    fn take(&mut self, byte: u8, separator: u8) {
        let is_quote = byte == b'"';
        let was_within = self.is_within;
        if is_quote {
            self.is_within = !was_within && (self.is_start || self.is_closed);
        }
        self.is_closed = is_quote && was_within;
        // A byte-order mark and blanks may stand before a field.
        let is_before = self.is_start && b" \xef\xbb\xbf".contains(&byte);
        self.is_start = !self.is_within && (byte == separator || byte == b'\n' || is_before);
    }
}
