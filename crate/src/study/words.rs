//! Figures and lists as the sentences and the report write them: the same figure
//! reads the same on the page, which `www/base/format.js` writes.

use crate::data::Task;
use crate::math;
use crate::message::DataSummary;

/// What a set asks of a network; MNIST's where a record says nothing that could be one.
pub(super) fn task_of(data: &DataSummary) -> Task {
    Task::try_from(&data.task).unwrap_or_default()
}

/// A number with so many decimals, at most 20, as JavaScript's `toFixed` rounds it:
/// to the nearest, and a half, which Rust's own formatting rounds to even, away
/// from 0.
pub(crate) fn fixed(value: f64, decimals: usize) -> String {
    // A half of the last decimal that a binary number can hold is an odd multiple of
    // 2^-(decimals + 1): 10^decimals has no more factors of 2 than that.
    let parts = value.abs() * f64::from(2_u32 << decimals);
    let is_half = parts % 2.0 == 1.0;
    let size = value.abs();
    let size = if is_half { size.next_up() } else { size };
    format!("{:.decimals$}", size.copysign(value))
}

/// `0.9731` as `97.31 %`.
pub(crate) fn percent(value: f64) -> String {
    if value.is_finite() {
        format!("{} %", fixed(100.0 * value, 2))
    } else {
        "–".into()
    }
}

/// A share without the decimals of a result: `0.031` as `3.1 %`.
pub(super) fn share(value: f64) -> String {
    format!("{} %", significant(100.0 * value))
}

/// A difference of accuracies: `0.0021` as `0.21 points`.
pub(super) fn points(value: f64) -> String {
    let text = fixed(100.0 * value.abs(), 2);
    let sign = if value < 0.0 && text != "0.00" {
        "−"
    } else {
        ""
    };
    format!("{sign}{text} points")
}

pub(super) fn seconds(value: f64) -> String {
    if value >= 100.0 {
        format!("{value:.0}")
    } else {
        significant(value)
    }
}

/// Two significant digits, or all digits of a whole number.
pub(crate) fn significant(value: f64) -> String {
    if !value.is_finite() || value == 0.0 {
        return value.to_string();
    }
    if value.fract() == 0.0 {
        return thousands(value);
    }
    let digits = 1 - math::log10(value.abs()).floor() as i32;
    if digits <= 0 {
        return thousands(value.round());
    }
    let text = format!("{value:.*}", digits as usize);
    text.trim_end_matches('0').trim_end_matches('.').into()
}

/// A whole number with separators: `8,400`.
pub(super) fn thousands(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if value < 0.0 {
        format!("-{text}")
    } else {
        text
    }
}

/// `1 epoch`, `5 epochs`; a mean of several as `2.5 epochs`.
pub(super) fn counted(count: f64, noun: &str) -> String {
    let ending = if count == 1.0 { "" } else { "s" };
    format!("{} {noun}{ending}", significant(count))
}

pub(super) fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [init @ .., last] => format!("{} and {last}", init.join(", ")),
    }
}

/// A text's sentences: each ends where a capital follows its full stop and a space.
pub(crate) fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    let ends = |(at, _): &(usize, &str)| text[at + 2..].starts_with(char::is_uppercase);
    for (at, _) in text.match_indices(". ").filter(ends) {
        let own = at + 1 - (text.len() - rest.len());
        found.push(&rest[..own]);
        rest = &rest[own + 1..];
    }
    found.push(rest);
    found
}

pub(super) fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| {
        first.to_uppercase().chain(chars).collect()
    })
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    /// Half up in whole numbers: hundredths of a percent of `right` of `count`.
    fn half_up(right: u64, count: u64) -> String {
        let hundredths = (2 * right * 10_000 + count) / (2 * count);
        format!("{}.{:02} %", hundredths / 100, hundredths % 100)
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_share_of_images_is_rounded_half_up() {
        for count in [8_400, 10_000] {
            for right in 0..=count {
                let found = percent(right as f64 / count as f64);
                assert_eq!(found, half_up(right, count), "{right} of {count}");
            }
        }
    }

    /// FNV-1a, 32 bits.
    fn digest(text: &str) -> u32 {
        text.bytes().fold(0x811c_9dc5, |hash, byte| {
            (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
        })
    }

    // Node 20 with `percent`, `points` and `loss` of www/base/format.js. Where the
    // product with 100 is off by its last bit, it misses a half on both sides alike.
    #[wasm_bindgen_test(unsupported = test)]
    fn figures_equal_the_pages() {
        for (count, expected) in [
            (800, 0xea33_329c),
            (8_000, 0x9777_9162),
            (8_400, 0xde30_6535),
            (10_000, 0x29d1_639d),
        ] {
            let all: String = (0..=count)
                .map(|right| percent(f64::from(right) / f64::from(count)) + "\n")
                .collect();
            assert_eq!(digest(&all), expected, "shares of {count}");
        }
        for (share, expected) in [
            (0.936_25, "93.63 %"),
            (0.071_25, "7.12 %"),
            (0.008_75, "0.88 %"),
            (1.0, "100.00 %"),
            (f64::NAN, "–"),
        ] {
            assert_eq!(percent(share), expected);
        }
        for (difference, expected) in [
            (0.936_25, "93.63 points"),
            (-0.001_25, "−0.13 points"),
            (-0.000_05, "−0.01 points"),
            (-0.000_04, "0.00 points"),
        ] {
            assert_eq!(points(difference), expected);
        }
        assert_eq!(fixed(0.031_25, 4), "0.0313");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn figures_read_well() {
        assert_eq!(thousands(8400.0), "8,400");
        assert_eq!(thousands(1_234_567.0), "1,234,567");
        assert_eq!(significant(0.0316), "0.032");
        assert_eq!(significant(0.08), "0.08");
        assert_eq!(significant(1.5), "1.5");
        assert_eq!(significant(12.34), "12");
        assert_eq!(significant(1234.5), "1,235");
    }
}
