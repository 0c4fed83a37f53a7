//! Events in words and colours, for every screen that tells of them.
use chrono::{DateTime, TimeDelta, Utc};

use crate::model::EngineEvent;
use crate::text;
use crate::theme::Key;

/// The local time of day.
pub fn clock(at: DateTime<Utc>, offset: i32) -> String {
    (at + TimeDelta::seconds(i64::from(offset)))
        .format("%H:%M:%S")
        .to_string()
}

/// The style of what an event means for a person.
pub fn meaning(event: &EngineEvent) -> Key {
    match event.action.as_str() {
        "start" | "unpause" | "health_status: healthy" | "connect" => Key::StateOk,
        "oom" | "health_status: unhealthy" => Key::StateBad,
        "die" if event.exit_code() != Some(0) => Key::StateBad,
        "kill" | "restart" | "health_status: starting" => Key::StateBusy,
        "pause" => Key::StatePaused,
        "die" | "stop" | "destroy" | "disconnect" | "delete" => Key::StateOff,
        _ => Key::Text,
    }
}

/// What the attributes tell beyond the action, in words.
pub fn told(event: &EngineEvent) -> String {
    let mut words = Vec::new();
    if let Some(code) = event.exit_code() {
        words.push(text::exit_code(code, false));
    }
    if let Some(signal) = event.attribute("signal") {
        let number: Option<i64> = signal.parse().ok();
        let name = number.and_then(text::signal_name);
        words.push(name.map_or_else(|| signal.to_owned(), str::to_owned));
    }
    for (attribute, label) in [
        ("image", say!("image")),
        ("container", say!("container")),
        ("driver", say!("driver")),
        ("oldName", say!("was")),
    ] {
        if let Some(value) = event.attribute(attribute).filter(|v| !v.is_empty()) {
            let value = if attribute == "container" {
                value.get(..12).unwrap_or(value)
            } else {
                value
            };
            if event.kind != attribute {
                words.push(format!("{label} {value}"));
            }
        }
    }
    if words.is_empty() {
        String::new()
    } else {
        format!("  {}", words.join(" · "))
    }
}

/// What the last event of an act stands for: ` 6 more`, and how the process ended meanwhile. Empty where it stands for itself.
pub fn folded(parts: &[&EngineEvent]) -> String {
    if parts.is_empty() {
        return String::new();
    }
    let mut codes = parts.iter().filter_map(|event| event.exit_code());
    let ended = codes.next_back().map_or_else(String::new, |code| {
        format!("  {}", text::exit_code(code, false))
    });
    let more = say_n!(parts.len(), "{n} more", "{n} more");
    format!(" {more}{ended}")
}
