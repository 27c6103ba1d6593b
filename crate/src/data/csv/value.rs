//! What a field writes: a whole number, a fraction, or neither.

use crate::math;

/// A pixel's field, read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value {
    /// A whole number from 0, also where it is written as `8.0`.
    Whole(u32),
    /// A number from 0 that is not whole.
    Fraction(f64),
    /// A number below 0.
    Negative,
    /// No number, or nothing.
    Other,
}

/// Reads digits with at most one point, or a comma where `has_decimal_comma`, and an
/// exponent such as `e-05`, or a truth value as pandas writes and reads it, which is 1 or 0.
/// An exponent needs a point or a minus: `1e2` is no pixel
/// that anyone's program wrote. Numbers too large for 32 bits come out as the largest.
pub(super) fn value(text: &[u8], has_decimal_comma: bool) -> Value {
    if let Some(whole) = number(text) {
        return Value::Whole(whole);
    }
    match text {
        b"True" | b"TRUE" | b"true" => return Value::Whole(1),
        b"False" | b"FALSE" | b"false" => return Value::Whole(0),
        _ => {}
    }
    if let Some(rest) = text.strip_prefix(b"-") {
        return match value(rest, has_decimal_comma) {
            Value::Whole(0) => Value::Whole(0),
            Value::Whole(_) | Value::Fraction(_) => Value::Negative,
            Value::Negative | Value::Other => Value::Other,
        };
    }
    let (mantissa, exponent) = match text.iter().position(|byte| matches!(byte, b'e' | b'E')) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let is_point = |byte: &u8| *byte == b'.' || (has_decimal_comma && *byte == b',');
    let point = mantissa.iter().position(is_point);
    let (before, after) = match point {
        Some(at) => (&mantissa[..at], &mantissa[at + 1..]),
        None => (mantissa, &[][..]),
    };
    let is_digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    if before.len() + after.len() == 0 || !is_digits(before) || !is_digits(after) {
        return Value::Other;
    }
    let power = match exponent.map(power_of_ten) {
        None => 0,
        Some(Some(power)) if power <= 0 || point.is_some() => power,
        Some(_) => return Value::Other,
    };
    // Eighteen digits are more than a double holds, and fit into 64 bits.
    let mut digits = 0_u64;
    let mut num_digits = 0;
    let mut scale = power;
    for (at, &digit) in before.iter().chain(after).enumerate() {
        let is_after = at >= before.len();
        if num_digits < 18 {
            digits = digits * 10 + u64::from(digit - b'0');
            num_digits += i32::from(digits > 0);
            scale -= i32::from(is_after);
        } else {
            scale += i32::from(!is_after);
        }
    }
    // Powers of ten are exact up to 22, their inverses never are.
    let found = match scale {
        ..0 => digits as f64 / math::powi(10.0, -scale),
        _ => digits as f64 * math::powi(10.0, scale),
    };
    if found.fract() == 0.0 {
        // A cast stops at the largest.
        Value::Whole(found as u32)
    } else {
        Value::Fraction(found)
    }
}

/// An exponent's digits with or without a sign.
fn power_of_ten(text: &[u8]) -> Option<i32> {
    let (sign, digits) = match text {
        [b'-', rest @ ..] => (-1, rest),
        [b'+', rest @ ..] => (1, rest),
        rest => (1, rest),
    };
    let power = number(digits).filter(|&power| power < 400)?;
    Some(sign * power as i32)
}

/// The whole number that `text` writes, if it consists of digits; numbers too
/// large for 32 bits come out as the largest.
pub(super) fn number(text: &[u8]) -> Option<u32> {
    if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let append = |value: u32, digit: &u8| {
        value
            .saturating_mul(10)
            .saturating_add(u32::from(digit - b'0'))
    };
    Some(text.iter().fold(0, append))
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::{Value, value};

    #[wasm_bindgen_test(unsupported = test)]
    fn numbers_are_read_as_programs_write_them() {
        for (text, expected) in [
            ("0", Value::Whole(0)),
            ("007", Value::Whole(7)),
            ("8.0", Value::Whole(8)),
            ("8.", Value::Whole(8)),
            ("255.000", Value::Whole(255)),
            (".5", Value::Fraction(0.5)),
            ("2.550000000000000000e+02", Value::Whole(255)),
            ("3.92e-05", Value::Fraction(3.92e-5)),
            ("4e-05", Value::Fraction(4e-5)),
            ("0.00392156862745098", Value::Fraction(1.0 / 255.0)),
            ("99999999999999", Value::Whole(u32::MAX)),
            ("-0.0", Value::Whole(0)),
            ("-0.42", Value::Negative),
            ("-1", Value::Negative),
            ("1e2", Value::Other),
            ("1.5.2", Value::Other),
            ("0,5", Value::Other),
            ("", Value::Other),
            (".", Value::Other),
            ("-", Value::Other),
            ("e5", Value::Other),
            ("nan", Value::Other),
            ("+3", Value::Other),
            ("True", Value::Whole(1)),
            ("FALSE", Value::Whole(0)),
            ("tRUE", Value::Other),
        ] {
            match (value(text.as_bytes(), false), expected) {
                (Value::Fraction(found), Value::Fraction(wanted)) => {
                    assert!((found - wanted).abs() < 1e-15 * wanted.max(1e-3), "{text}");
                }
                (found, wanted) => assert_eq!(found, wanted, "{text}"),
            }
        }
        assert_eq!(value(b"0,5", true), Value::Fraction(0.5));
        assert_eq!(value(b"8,0", true), Value::Whole(8));
    }
}
