//! Reading the engine's JSON leniently: a missing, null or odd field is an absent value, never a failure, and every text
//! is made harmless on the way in. Must not know which answer is being read.
use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use serde_json::Value;

/// An untrusted text made harmless for one line of a screen.
pub fn clean(text: &str) -> String {
    crate::text::sanitise_ident(text.as_bytes())
}

/// The member `name`, whichever case its first letter has (docker writes `ID`, `Id` and `id`).
pub fn member<'a>(value: &'a Value, name: &str) -> &'a Value {
    const NOTHING: &Value = &Value::Null;
    let Some(object) = value.as_object() else {
        return NOTHING;
    };
    object
        .get(name)
        .or_else(|| {
            object
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
                .map(|(_, value)| value)
        })
        .unwrap_or(NOTHING)
}

/// A member some levels down.
pub fn path<'a>(value: &'a Value, names: &[&str]) -> &'a Value {
    names.iter().fold(value, |value, name| member(value, name))
}

/// A text; numbers and booleans are written out, anything else is empty.
pub fn text(value: &Value) -> String {
    match value {
        Value::String(text) => clean(text),
        Value::Number(number) => number.to_string(),
        Value::Bool(yes) => yes.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
    }
}

/// A whole number, also when it is written as a text or with a fraction.
pub fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Number(n) => n
            .as_i64()
            .or_else(|| n.as_f64().filter(|f| f.is_finite()).map(|f| f as i64)),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// A whole number that is not negative.
pub fn count(value: &Value) -> Option<u64> {
    match value {
        Value::Number(n) if n.is_u64() => n.as_u64(),
        other => whole(other).and_then(|n| u64::try_from(n).ok()),
    }
}

pub fn truth(value: &Value) -> bool {
    match value {
        Value::Bool(yes) => *yes,
        Value::String(text) => text.eq_ignore_ascii_case("true"),
        _ => false,
    }
}

/// The items of a list; null and anything that is not a list have none.
pub fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// A list of texts. A bare text is a list of one (podman writes `Entrypoint` so).
pub fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().map(text).collect(),
        Value::String(one) if !one.is_empty() => vec![clean(one)],
        _ => Vec::new(),
    }
}

/// An object of texts, or a list of `key=value`.
pub fn pairs(value: &Value) -> BTreeMap<String, String> {
    match value {
        Value::Object(object) => object
            .iter()
            .map(|(key, value)| (clean(key), text(value)))
            .collect(),
        Value::Array(items) => items
            .iter()
            .filter_map(Value::as_str)
            .map(|item| {
                let (key, value) = item.split_once('=').unwrap_or((item, ""));
                (clean(key), clean(value))
            })
            .collect(),
        _ => BTreeMap::new(),
    }
}

/// RFC 3339 text or seconds since the epoch; the engine's "never" (year 1) is `None`.
pub fn time(value: &Value) -> Option<DateTime<Utc>> {
    let at = match value {
        Value::String(text) => DateTime::parse_from_rfc3339(text.trim())
            .ok()?
            .with_timezone(&Utc),
        Value::Number(_) => DateTime::from_timestamp(whole(value)?, 0)?,
        _ => return None,
    };
    (at.timestamp() > 0).then_some(at)
}

/// `?a=b&c=d`, percent-encoded; the empty string for no pairs.
pub fn query(pairs: &[(&str, &str)]) -> String {
    let mut out = String::new();
    for (i, (key, value)) in pairs.iter().enumerate() {
        out.push(if i == 0 { '?' } else { '&' });
        out.push_str(key);
        out.push('=');
        out.push_str(&escape(value));
    }
    out
}

/// A text as one segment of a path or one value of a query.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn odd_values_are_absent_values() {
        let odd = json!({"Names": null, "Ports": "none", "Created": "x", "Labels": ["a=b", "c"], "Id": 7});
        assert!(items(member(&odd, "Names")).is_empty());
        assert!(items(member(&odd, "Ports")).is_empty());
        assert_eq!(time(member(&odd, "Created")), None);
        assert_eq!(pairs(member(&odd, "Labels"))["a"], "b");
        assert_eq!(text(member(&odd, "ID")), "7");
        assert_eq!(whole(&json!(1e30)), Some(i64::MAX));
        assert_eq!(count(&json!(-1)), None);
        assert_eq!(time(&json!("0001-01-01T00:00:00Z")), None);
    }

    #[test]
    fn queries_are_escaped() {
        assert_eq!(
            query(&[("all", "1"), ("filters", r#"{"id":["a b"]}"#)]),
            "?all=1&filters=%7B%22id%22%3A%5B%22a%20b%22%5D%7D"
        );
        assert_eq!(escape("../x"), "..%2Fx");
    }
}
