//! The settings file as it would be without one: every key with its words, commented out.
use std::fmt::Write as _;

use crate::lang;
use crate::settings::{Kind, SETTINGS, Settings, Value};

/// The text of a settings file that changes nothing.
pub fn template() -> String {
    let defaults = Settings::default();
    let mut text = format!(
        "# {}\n# {}\n",
        say!(
            "stacktui's settings. Every line is what the program does without it: take away a `# ` to change one."
        ),
        say!(
            "Flags go over the environment (STACKTUI_LOGS_TAIL=100), the environment over this file."
        ),
    );
    let mut group = "";
    for setting in SETTINGS {
        let (header, key) = match (setting.name.split_once('.'), setting.kind) {
            (Some((header, key)), _) => (header, key),
            (None, Kind::Table(_)) => (setting.name, ""),
            (None, _) => ("", setting.name),
        };
        let mut lines = vec![format!("# {}", lang::say(setting.doc))];
        lines.extend(accepted(setting.kind));
        if key.is_empty() {
            lines.push(format!("# [{header}]"));
            lines.extend(setting.examples.iter().map(|line| format!("# # {line}")));
        } else {
            if header != group {
                lines.insert(0, format!("# [{header}]"));
            }
            lines.push(format!("# {key} = {}", literal(&setting.get(&defaults))));
        }
        group = header;
        // Writing to a string cannot fail.
        let _ = write!(text, "\n{}\n", lines.join("\n"));
    }
    text
}

/// A comment that tells what may be written, where the default does not show it.
fn accepted(kind: Kind) -> Option<String> {
    matches!(kind, Kind::Choice(_) | Kind::Whole { .. })
        .then(|| format!("# {}", say!("Takes {accepted}.", accepted = kind.accepts())))
}

/// The value as TOML writes it.
fn literal(value: &Value) -> String {
    let text = |text: &str| toml::Value::String(text.to_owned()).to_string();
    match value {
        Value::Bool(on) => on.to_string(),
        Value::Whole(number) => number.to_string(),
        Value::Text(words) => text(words),
        Value::Words(words) => {
            let words: Vec<String> = words.iter().map(|word| text(word)).collect();
            format!("[{}]", words.join(", "))
        }
        Value::Table(entries) => {
            let entry =
                |(name, value): (&String, &Value)| format!("{} = {}", text(name), literal(value));
            let entries: Vec<String> = entries.iter().map(entry).collect();
            format!("{{ {} }}", entries.join(", "))
        }
    }
}
