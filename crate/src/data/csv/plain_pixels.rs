//! Runs of plain pixels: one to three digits with a separator behind each, which are nearly
//! all of a table's bytes.
//!
//! Owns that fast way alone. It takes sixteen bytes of text at once, whatever number of
//! pixels ends in them, so that no branch depends on where fields end: guessing those wrongly
//! is what would take the time. What it does not understand it leaves to whoever calls.

use bytemuck::cast;
use wide::u8x16;

/// Bytes that are looked at side by side.
const BLOCK: usize = 16;
/// Bytes before a block that its first pixel may have begun in.
const BEFORE: usize = 3;
/// What a digit two places before a separator is worth; anything else nothing.
const TENS: [u8; BLOCK] = [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 0, 0, 0, 0, 0, 0];
/// What one three places before it is worth, modulo 256.
const HUNDREDS: [u8; BLOCK] = [
    0, 100, 200, 44, 144, 244, 88, 188, 32, 132, 0, 0, 0, 0, 0, 0,
];
/// What brings the two digits after it to 128 and more where all three make more than 255.
const EXCESS: [u8; BLOCK] = [
    0, 0, 72, 128, 128, 128, 128, 128, 128, 128, 0, 0, 0, 0, 0, 0,
];
/// For each set of eight places, those that are in it, and then places that no block has.
static PLACES: [[u8; 8]; 256] = places();

const fn places() -> [[u8; 8]; 256] {
    let mut all = [[u8::MAX; 8]; 256];
    let mut set = 0;
    while set < all.len() {
        let (mut place, mut count) = (0, 0);
        while place < 8 {
            if set >> place & 1 == 1 {
                all[set][count] = place as u8;
                count += 1;
            }
            place += 1;
        }
        set += 1;
    }
    all
}

/// Whether a machine looks sixteen bytes up at once: where it does not, one by one is
/// quicker. Tests hold both together everywhere.
const HAS_LOOK_UPS: bool = cfg!(any(
    test,
    target_feature = "simd128",
    target_feature = "ssse3",
    target_feature = "neon"
));

/// Reads pixels of one to three digits with a `SEPARATOR` behind each into `pixels`,
/// which must be all zero, and stops at anything else (such as a row's last
/// pixel, which its line's end follows) or within the last eight bytes.
/// Returns the bytes and the pixels taken.
pub(super) fn plain_pixels<const SEPARATOR: u8>(bytes: &[u8], pixels: &mut [u8]) -> (usize, usize) {
    let (mut at, mut pixel) = (0, 0);
    if HAS_LOOK_UPS {
        // Some stand before the first block, which looks back on them.
        let head = &bytes[..bytes.len().min(BLOCK)];
        (at, pixel) = one_by_one::<SEPARATOR>(head, pixels);
        if at > BEFORE {
            let from = &bytes[at - BEFORE - 1..];
            let taken = in_blocks::<SEPARATOR>(from, &mut pixels[pixel..]);
            at += taken.0;
            pixel += taken.1;
        }
    }
    let taken = one_by_one::<SEPARATOR>(&bytes[at..], &mut pixels[pixel..]);
    (at + taken.0, pixel + taken.1)
}

/// The same in whole blocks, from the fifth byte on, where a field begins; returns the bytes
/// and the pixels beyond that. The four bytes before end a field that was understood.
#[inline]
fn in_blocks<const SEPARATOR: u8>(bytes: &[u8], pixels: &mut [u8]) -> (usize, usize) {
    let [zeros, nines, separators] = [b'0', 9, SEPARATOR].map(u8x16::splat);
    // Which of the four bytes before a block are separators, a bit each.
    let mut before = (0..=BEFORE).fold(0, |bits, place| {
        bits | u32::from(bytes[place] == SEPARATOR) << place
    });
    let (mut start, mut pixel) = (1, 0);
    // Up to the last separator.
    let mut taken = (0, 0);
    while let Some(window) = bytes[start..].first_chunk::<{ BEFORE + BLOCK }>()
        && let Some(room) = pixels.get_mut(pixel..pixel + BLOCK)
    {
        // What stands three, two and one place before each byte, and itself.
        let (third, second) = (block(window, 0), block(window, 1));
        let (first, text) = (block(window, 2), block(window, BEFORE));
        let is_end = text.simd_eq(separators);
        let digits = text - zeros;
        let is_plain = is_end | digits.min(nines).simd_eq(digits);
        let ends = is_end.to_bitmask();
        // The number before each separator. Beyond the separator before it no digit is its own.
        let low = first - zeros + look_up(TENS, second - zeros);
        let third = (third - zeros) | second.simd_eq(separators);
        let values = low + look_up(HUNDREDS, third);
        let is_beyond = low + look_up(EXCESS, third);
        let all = ends << 4 | before;
        let empty = all & all << 1;
        let long = !(all | all << 1 | all << 2 | all << 3);
        let is_amiss = is_plain.to_bitmask() ^ 0xffff
            | is_beyond.to_bitmask() & ends
            | (empty | long) & 0xf_fff0;
        if is_amiss != 0 {
            break;
        }
        let mut count = 0;
        for half in 0..2 {
            let places = PLACES[(ends >> (8 * half) & 0xff) as usize];
            // Zeros come after them, as the row has them already.
            let packed = look_up_half(values, half, places);
            room[count..count + 8].copy_from_slice(&packed);
            count += (ends >> (8 * half) & 0xff).count_ones() as usize;
        }
        pixel += count;
        start += BLOCK;
        before = ends >> 12;
        let num_after_last = (ends << BLOCK).leading_zeros() as usize;
        taken = (start - 1 - num_after_last, pixel);
    }
    taken
}

/// The block from byte `from` of a window on.
#[inline(always)]
fn block(window: &[u8; BEFORE + BLOCK], from: usize) -> u8x16 {
    match window[from..].first_chunk() {
        Some(block) => u8x16::new(*block),
        None => u8x16::splat(0),
    }
}

/// Entries of a table by their places in it; 0 for places that it does not have.
#[inline(always)]
fn look_up(table: [u8; BLOCK], places: u8x16) -> u8x16 {
    u8x16::new(table).shuffle_zeroing(places)
}

/// Eight values of a half of a block, by their places in it.
#[inline(always)]
fn look_up_half(values: u8x16, half: u32, places: [u8; 8]) -> [u8; 8] {
    // Beyond 247 no place is one of the block, whichever half.
    let places = u64::from_le_bytes(places) | u64::from_le_bytes([8 * half as u8; 8]);
    let [packed, _]: [u64; 2] = cast(values.shuffle_zeroing(cast([places, u64::MAX])));
    packed.to_le_bytes()
}

/// The same, a pixel after the other but for four zeros.
fn one_by_one<const SEPARATOR: u8>(bytes: &[u8], pixels: &mut [u8]) -> (usize, usize) {
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

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::{one_by_one, plain_pixels};
    use crate::rng::RandomState;

    /// Pixels with separators behind them, a damaged byte in every other text.
    fn text(rng: &mut RandomState, separator: u8) -> Vec<u8> {
        let mut text = Vec::new();
        while text.len() < 200 {
            let bits = rng.interval(16).min(8);
            let number = rng.next_u32() as u8 & ((1_u32 << bits) - 1) as u8;
            let width = [0, 0, 0, 2, 3][rng.interval(4) as usize];
            text.extend_from_slice(format!("{number:0width$}").as_bytes());
            text.push(separator);
        }
        if rng.interval(1) == 1 {
            let marks = [
                b',', b';', b'\t', b'\n', b'0', b'2', b'9', b'.', b'/', b':', 0xff,
            ];
            let at = rng.interval(text.len() as u32 - 1) as usize;
            text[at] = marks[rng.interval(marks.len() as u32 - 1) as usize];
        }
        // Either way stops here, and not somewhere in the last eight bytes.
        text.extend([b'\n'; 8]);
        text
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn blocks_take_what_is_taken_one_by_one() {
        let mut rng = RandomState::new(17);
        let (mut num_whole, mut num_rounds) = (0, 0);
        for _ in 0..3_000 {
            for (separator, taken, alone) in [
                (
                    b',',
                    plain_pixels::<b','> as fn(&[u8], &mut [u8]) -> (usize, usize),
                    one_by_one::<b','> as fn(&[u8], &mut [u8]) -> (usize, usize),
                ),
                (b';', plain_pixels::<b';'>, one_by_one::<b';'>),
                (b'\t', plain_pixels::<b'\t'>, one_by_one::<b'\t'>),
            ] {
                let text = text(&mut rng, separator);
                let room = [200, 60, 17][rng.interval(2) as usize];
                let (mut fast, mut plain) = ([0; 200], [0; 200]);
                let found = taken(&text, &mut fast[..room]);
                assert_eq!(
                    (found, fast),
                    (alone(&text, &mut plain[..room]), plain),
                    "{:?}, room for {room}",
                    String::from_utf8_lossy(&text)
                );
                num_rounds += 1;
                num_whole += usize::from(found.0 + 8 == text.len());
            }
        }
        assert!(
            (num_rounds / 10..num_rounds * 9 / 10).contains(&num_whole),
            "{num_whole}"
        );
    }

    /// Numbers of up to four digits in the midst of others.
    #[wasm_bindgen_test(unsupported = test)]
    fn no_number_beyond_255_is_taken() {
        for number in 0..=2_000_u32 {
            for places in 1..=4 {
                let field = format!("{number:0places$}");
                let around = "0,12,255,7,0,0,99,100,";
                let text = format!("{around}{field},{around}{around}");
                let mut pixels = [0; 64];
                let (num_bytes, num_pixels) = plain_pixels::<b','>(text.as_bytes(), &mut pixels);
                let is_plain = number <= 255 && field.len() <= 3;
                if is_plain {
                    assert!(num_bytes > text.len() - 8, "{field}");
                    assert_eq!(u32::from(pixels[8]), number, "{field}");
                } else {
                    assert_eq!((num_bytes, num_pixels), (around.len(), 8), "{field}");
                    assert_eq!(pixels[8..], [0; 56], "{field}");
                }
            }
        }
    }
}
