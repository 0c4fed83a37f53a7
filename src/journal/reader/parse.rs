//! A line of JSON to an entry. Lenient: a field that is missing or odd is left out, a line without time, phase and
//! action is no entry. Every text is sanitised here: the file may have been written by anyone.
use chrono::DateTime;
use serde_json::{Map, Value};

use crate::model::{Entry, Outcome, Phase, Target};
use crate::text::sanitise_ident;

/// An entry with what is needed to join it with others.
#[derive(Debug, Clone)]
pub(in super::super) struct Parsed {
    pub entry: Entry,
    pub session: String,
    pub pid: Option<i32>,
    /// The machine the writer ran on.
    pub machine: String,
}

/// `None` when the line is no entry.
pub(in super::super) fn parse(line: &[u8]) -> Option<Parsed> {
    let value: Value = serde_json::from_slice(line).ok()?;
    let phase = match value.get("phase")?.as_str()? {
        "session" => Phase::Session,
        "intent" => Phase::Intent,
        "result" => Phase::Result,
        "observed" => Phase::Observed,
        "note" => Phase::Note,
        _ => return None,
    };
    let at = DateTime::parse_from_rfc3339(value.get("ts")?.as_str()?).ok()?;
    let text = |path: &[&str]| text_at(&value, path);
    let machine = text(&["host"]).unwrap_or_default();
    let entry = Entry {
        id: text(&["id"])?,
        answers: text(&["ref"]),
        at,
        phase,
        action: text(&["action"])?,
        user: user(&value),
        client: text(&["client", "ssh"]),
        host: text(&["engine", "name"]).unwrap_or_else(|| machine.clone()),
        target: value.get("target").and_then(target),
        params: value.get("params").map(pairs).unwrap_or_default(),
        before: value.get("before").and_then(words),
        after: value.get("after").and_then(words),
        duration_ms: value.get("duration_ms").and_then(Value::as_u64),
        exit_code: value.get("exit_code").and_then(Value::as_i64),
        outcome: value.get("outcome").and_then(outcome),
        error: text(&["error", "message"]),
        command: text(&["command"]),
    };
    Some(Parsed {
        entry,
        session: text(&["session"]).unwrap_or_default(),
        pid: value
            .pointer("/client/pid")
            .and_then(Value::as_i64)
            .and_then(|pid| i32::try_from(pid).ok()),
        machine,
    })
}

fn text_at(value: &Value, path: &[&str]) -> Option<String> {
    let found = path
        .iter()
        .try_fold(value, |value, name| value.get(name))?
        .as_str()?;
    Some(sanitise_ident(found.as_bytes())).filter(|text| !text.is_empty())
}

/// `root`, or `jean as root` when the environment told of sudo.
fn user(value: &Value) -> String {
    let name = text_at(value, &["user", "name"]).unwrap_or_default();
    match text_at(value, &["user", "sudo_user"]) {
        Some(sudo) if sudo != name => format!("{sudo} as {name}"),
        _ => name,
    }
}

fn outcome(value: &Value) -> Option<Outcome> {
    match value.as_str()? {
        "success" => Some(Outcome::Success),
        "failure" => Some(Outcome::Failure),
        "cancelled" => Some(Outcome::Cancelled),
        _ => Some(Outcome::Unknown),
    }
}

fn target(value: &Value) -> Option<Target> {
    let fields = value.as_object()?;
    let text = |name: &str| {
        let found = fields.get(name)?.as_str()?;
        Some(sanitise_ident(found.as_bytes()))
    };
    Some(Target {
        kind: text("type").unwrap_or_default(),
        id: text("id").unwrap_or_default(),
        name: text("name").unwrap_or_default(),
        project: text("project"),
        service: text("service"),
        image: text("image"),
    })
}

fn pairs(value: &Value) -> Vec<(String, String)> {
    value
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (sanitise_ident(name.as_bytes()), plain(value)))
        .collect()
}

/// A value as words: lists are joined by spaces, tables by commas.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) => sanitise_ident(text.as_bytes()),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(" "),
        Value::Object(fields) => table(fields, ": "),
    }
}

fn table(fields: &Map<String, Value>, between: &str) -> String {
    let item = |(name, value): (&String, &Value)| {
        format!(
            "{}{between}{}",
            sanitise_ident(name.as_bytes()),
            plain(value)
        )
    };
    fields.iter().map(item).collect::<Vec<_>>().join(", ")
}

/// A state before or after in words: `running, unhealthy`; what has no state is spelled out: `total 26`.
fn words(value: &Value) -> Option<String> {
    let fields = value.as_object()?;
    if !fields.contains_key("state") {
        return Some(table(fields, " ")).filter(|text| !text.is_empty());
    }
    let known = ["state", "health", "note"];
    let words: Vec<String> = known
        .iter()
        .filter_map(|name| fields.get(*name)?.as_str())
        .map(|word| sanitise_ident(word.as_bytes()))
        .collect();
    Some(words.join(", "))
}
