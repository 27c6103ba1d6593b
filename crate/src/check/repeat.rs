//! A run's settings as the line that repeats it.

use serde_json::Value;

use crate::message::RunConfig;

/// A query that brings settings back, as the page's address has them.
pub fn query_of(config: &RunConfig) -> String {
    let fields = serde_json::to_value(config).unwrap_or_default();
    let mut query = form_urlencoded::Serializer::for_suffix(String::from("?"), 1);
    for (key, value) in fields.as_object().into_iter().flatten() {
        match value {
            Value::String(text) => query.append_pair(key, &text.replace(' ', "")),
            // As a person writes them: 10 and not 10.0.
            Value::Number(number) => {
                let number = number.as_f64().unwrap_or_default();
                query.append_pair(key, &number.to_string())
            }
            other => query.append_pair(key, &other.to_string()),
        };
    }
    query.finish()
}

/// The command; what is encoded holds no quote.
pub(super) fn repeat(config: &RunConfig) -> String {
    format!("inkling train --data FILE --query '{}'", query_of(config))
}
