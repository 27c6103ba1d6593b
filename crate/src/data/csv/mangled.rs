//! First lines that pandas or R made of a table that had no header.
//!
//! Owns how they are told. pandas takes the first image for names and numbers those
//! that come again: `5,0,0.1,0.2,…`; R puts an X before them. Read back, they are the
//! image. Where each name is its column's number, the line says nothing at all.

/// The fields of the image that became the header; `None` where it is no such line.
pub(super) fn image_in_header(names: &[&[u8]]) -> Option<Vec<Vec<u8>>> {
    let is_index = |name: &[u8]| name.trim_ascii().is_empty() || name.starts_with(b"Unnamed");
    let first = usize::from(names.first().is_some_and(|name| is_index(name)));
    let cells = names.get(first..)?;
    let has_mark = cells.iter().all(|name| name.starts_with(b"X"));
    let mut seen: Vec<(&[u8], u32)> = Vec::new();
    let (mut num_again, mut num_words) = (0, 0);
    let mut fields: Vec<Vec<u8>> = vec![b"0".to_vec(); first];
    for name in cells {
        let name = if has_mark { &name[1..] } else { name };
        let base = match again(name, &seen) {
            Some(at) => {
                seen[at].1 += 1;
                num_again += 1;
                seen[at].0
            }
            None if seen.iter().any(|(base, _)| *base == name) => return None,
            None => {
                seen.push((name, 1));
                // An image has 256 values at most, and fractions not many more.
                if seen.len() > 2048 {
                    return None;
                }
                name
            }
        };
        // A label may be a word.
        let is_number = base
            .iter()
            .all(|byte| byte.is_ascii_digit() || *byte == b'.');
        num_words += usize::from(!is_number || base.is_empty());
        if num_words > 1 {
            return None;
        }
        fields.push(base.to_vec());
    }
    (num_again * 2 > cells.len()).then_some(fields)
}

/// Which of those seen a name repeats, if its number is that of this repetition.
fn again(name: &[u8], seen: &[(&[u8], u32)]) -> Option<usize> {
    let point = name.iter().rposition(|&byte| byte == b'.')?;
    let (base, number) = (&name[..point], &name[point + 1..]);
    let number: u32 = std::str::from_utf8(number).ok()?.parse().ok()?;
    seen.iter()
        .position(|&(known, count)| known == base && count == number)
}
