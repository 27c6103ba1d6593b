//! Figures and lists as the sentences and the report write them.

/// `0.9731` as `97.31 %`.
pub(super) fn percent(value: f64) -> String {
    format!("{:.2} %", 100.0 * value)
}

/// A share without the decimals of a result: `0.031` as `3.1 %`.
pub(super) fn share(value: f64) -> String {
    format!("{} %", significant(100.0 * value))
}

/// A difference of accuracies: `0.0021` as `0.21 points`.
pub(super) fn points(value: f64) -> String {
    let sign = if value < -0.000_05 { "−" } else { "" };
    format!("{sign}{:.2} points", 100.0 * value.abs())
}

pub(super) fn seconds(value: f64) -> String {
    if value >= 100.0 {
        format!("{value:.0}")
    } else {
        significant(value)
    }
}

/// Two significant digits, or all digits of a whole number.
pub(super) fn significant(value: f64) -> String {
    if !value.is_finite() || value == 0.0 {
        return value.to_string();
    }
    if value.fract() == 0.0 {
        return thousands(value);
    }
    let digits = 1 - value.abs().log10().floor() as i32;
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

pub(super) fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [init @ .., last] => format!("{} and {last}", init.join(", ")),
    }
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
