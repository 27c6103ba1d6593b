//! A name of a column as it is compared, whatever a program has put around it.

/// A name without spaces and quotes around it, in small letters. One that was a tuple in
/// pandas, `('pixel', 0)`, has its parts in one: `pixel_0`.
pub(super) fn plain_name(name: &[u8]) -> String {
    let text = String::from_utf8_lossy(name);
    let text = text.trim().trim_matches('\'').trim();
    let inner = text
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'))
        .filter(|inner| inner.contains(','));
    let Some(inner) = inner else {
        // `pixel[5]`, `pixel(1,28)`.
        return text.trim_end_matches([']', ')']).to_ascii_lowercase();
    };
    // A number may be written as `np.int64(0)`.
    let parts = inner
        .split(',')
        .filter_map(|part| part.rsplit('(').next())
        .map(|part| part.trim_matches(|letter: char| " '\")".contains(letter)))
        .filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("_").to_ascii_lowercase()
}

/// The same of a header's first name, before which `numpy.savetxt` puts the mark of a comment.
pub(super) fn first_name(plain: &str) -> String {
    let rest = plain.strip_prefix(['#', '%']).map(str::trim);
    rest.filter(|rest| !rest.is_empty())
        .unwrap_or(plain)
        .to_owned()
}
