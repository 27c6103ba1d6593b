//! Fields of a line: pixels many at a time, quotes, and how an error shows them.

/// Reads pixels of one to three digits with a `SEPARATOR` behind each into `pixels`,
/// which must be all zero, and stops at anything else (such as a row's last
/// pixel, which its line's end follows) or where fewer than eight bytes are left.
/// Returns the bytes and the pixels taken.
pub(super) fn plain_pixels<const SEPARATOR: u8>(bytes: &[u8], pixels: &mut [u8]) -> (usize, usize) {
    let four_zeros = const {
        u64::from_le_bytes([
            b'0', SEPARATOR, b'0', SEPARATOR, b'0', SEPARATOR, b'0', SEPARATOR,
        ])
    };
    let separators = const { u32::from_le_bytes([SEPARATOR; 4]) };
    let (mut at, mut pixel) = (0, 0);
    while pixel < pixels.len() {
        let Some(head) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) else {
            break;
        };
        let word = u64::from_le_bytes(*head);
        // Four fifths of MNIST are background, and the row is zero already.
        if word == four_zeros && pixel + 4 <= pixels.len() {
            at += 8;
            pixel += 4;
            continue;
        }
        let word = word as u32;
        // The high bit of each byte below the first separator is 0 and the separator's 1
        // (the bytes above it may err, but are not looked at).
        let difference = word ^ separators;
        let is_end = difference.wrapping_sub(0x0101_0101) & !difference & 0x8080_8080;
        let num_digits = is_end.trailing_zeros() / 8;
        if !(1..=3).contains(&num_digits) {
            break;
        }
        // Digits to the top: hundreds in byte 1, tens in 2, ones in 3.
        let shift = 32 - 8 * num_digits;
        let digits = (word << shift) ^ (0x3030_3030 << shift);
        let is_no_digit = (digits.wrapping_add(0x7676_7676) | digits) & 0x8080_8080;
        let value = (digits >> 8 & 0xff) * 100 + (digits >> 16 & 0xff) * 10 + (digits >> 24);
        if is_no_digit != 0 || value > 255 {
            break;
        }
        pixels[pixel] = value as u8;
        at += num_digits as usize + 1;
        pixel += 1;
    }
    (at, pixel)
}

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
