//! Yes or no a bit, as text: which images a run read right fits in a record that is
//! JSON. Base64 as RFC 4648 has it, with padding; the first bit is the lowest of the
//! first byte.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The bits as text; nothing for none.
pub fn write_bits(bits: &[bool]) -> String {
    let bytes: Vec<u8> = bits
        .chunks(8)
        .map(|bits| {
            let set = bits.iter().enumerate().filter(|(_, bit)| **bit);
            set.fold(0, |byte, (at, _)| byte | 1 << at)
        })
        .collect();
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let word = three
            .iter()
            .fold(0_u32, |word, &byte| word << 8 | u32::from(byte));
        let word = word << (8 * (3 - three.len()));
        for place in 0..4 {
            let digit = ALPHABET[(word >> (18 - 6 * place) & 63) as usize];
            text.push(if place > three.len() {
                '='
            } else {
                digit.into()
            });
        }
    }
    text
}

/// A digit's place in the alphabet.
fn value_of(digit: u8) -> Option<u8> {
    match digit {
        b'A'..=b'Z' => Some(digit - b'A'),
        b'a'..=b'z' => Some(digit - b'a' + 26),
        b'0'..=b'9' => Some(digit - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

/// The `num_bits` bits that [`write_bits`] wrote; none for any other text: of another
/// length, with digits that are none, or with bits set behind the last.
pub fn read_bits(text: &str, num_bits: usize) -> Option<Vec<bool>> {
    let num_bytes = num_bits.div_ceil(8);
    if text.len() != num_bytes.div_ceil(3) * 4 {
        return None;
    }
    let digits = text.trim_end_matches('=');
    let mut bits = Vec::with_capacity(8 * num_bytes);
    let (mut word, mut num_held) = (0_u32, 0);
    for digit in digits.bytes() {
        word = word << 6 | u32::from(value_of(digit)?);
        num_held += 6;
        if num_held >= 8 {
            num_held -= 8;
            let byte = word >> num_held & 0xff;
            bits.extend((0..8).map(|at| byte >> at & 1 == 1));
        }
    }
    let is_spare = bits.iter().skip(num_bits).any(|&bit| bit);
    bits.truncate(num_bits);
    // Spare bits of the last byte or the last digit may hide nothing.
    (!is_spare && bits.len() == num_bits && write_bits(&bits) == text).then_some(bits)
}

#[cfg(test)]
mod tests {
    use super::{read_bits, write_bits};
    use wasm_bindgen_test::wasm_bindgen_test;

    const EXPECTED: [(usize, &str); 9] = [
        (1, "AQ=="),
        (7, "Ww=="),
        (8, "2w=="),
        (9, "2wE="),
        (16, "2+0="),
        (17, "2+0A"),
        (24, "2+12"),
        (25, "2+12AQ=="),
        (100, "2+12u91ut9vtdrvdDg=="),
    ];

    // Python: base64.b64encode(numpy.packbits(bits, bitorder="little").tobytes()), the
    // bits being i * i % 7 < 3 for each i.
    #[wasm_bindgen_test(unsupported = test)]
    fn text_equals_numpys_and_pythons() {
        for (num_bits, expected) in EXPECTED {
            let bits: Vec<bool> = (0..num_bits).map(|i| i * i % 7 < 3).collect();
            assert_eq!(write_bits(&bits), expected);
            assert_eq!(read_bits(expected, num_bits), Some(bits));
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn what_was_not_written_so_is_none() {
        for (text, num_bits) in [
            ("", 1),
            ("AQ==", 0),
            ("AQ==", 17),
            ("AQ=", 1),
            ("AQ", 1),
            ("Ag==", 1),
            ("AR==", 1),
            ("A===", 1),
            ("A Q=", 1),
            ("=AQ=", 1),
            ("AQ==", 25),
            ("é==", 1),
        ] {
            assert_eq!(read_bits(text, num_bits), None, "{text:?}, {num_bits}");
        }
        assert_eq!(read_bits("AQ==", 1), Some(vec![true]));
        assert_eq!(read_bits("AQ==", 3), Some(vec![true, false, false]));
        assert_eq!(read_bits("", 0), Some(vec![]));
    }
}
