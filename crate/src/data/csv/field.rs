//! Fields of a line: the quotes around them, and how an error shows them.

/// A field of the first line without the quotes around it.
pub(super) fn unquoted(field: &[u8]) -> &[u8] {
    field
        .strip_prefix(b"\"")
        .and_then(|inner| inner.strip_suffix(b"\""))
        .unwrap_or(field)
}

/// Text of the file as an error shows it: in quotes, on one line, short.
pub(super) fn quoted(text: &[u8]) -> String {
    const MAX_SHOWN: usize = 24;
    let text = String::from_utf8_lossy(text);
    let mut shown: String = text.chars().take(MAX_SHOWN).collect();
    if text.chars().count() > MAX_SHOWN {
        shown.push('…');
    }
    format!("{shown:?}")
}
