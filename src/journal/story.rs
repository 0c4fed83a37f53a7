//! The journal as a file to keep: a story in Markdown, a table for a spreadsheet, JSON for programs. Times are local.
use chrono::{Local, NaiveDate};
use serde_json::{Map, Value, json};

use crate::lang;

use crate::model::journal::{self, Form, words};
use crate::model::{Entry, Outcome, Phase};

/// The lines of a file of this form.
pub fn lines(entries: &[Entry], form: Form) -> Vec<String> {
    match form {
        Form::Markdown(language) => lang::within(language, || markdown(entries)),
        Form::Csv => table(entries),
        Form::Jsonl => entries.iter().map(|e| object(e).to_string()).collect(),
    }
}

/// One section a day, one line an act.
pub fn markdown(entries: &[Entry]) -> Vec<String> {
    let mut lines = vec![say!("# Journal").to_owned()];
    let mut day: Option<NaiveDate> = None;
    for entry in journal::folded(entries) {
        if entry.phase == Phase::Session {
            continue;
        }
        let date = entry.at.with_timezone(&Local).date_naive();
        if day != Some(date) {
            day = Some(date);
            lines.extend([
                String::new(),
                format!("## {}", date.format("%Y-%m-%d")),
                String::new(),
            ]);
        }
        lines.push(format!("- {}", escape(&sentence(entry))));
    }
    if day.is_none() {
        lines.extend([String::new(), say!("Nothing was done.").to_owned()]);
    }
    lines
}

/// `13:06:51 - ada restarted zammad (tickets): unhealthy -> starting, 11.5 s, done`.
pub fn sentence(entry: &Entry) -> String {
    let time = entry.at.with_timezone(&Local).format("%H:%M:%S");
    let who = match (&entry.client, entry.user.as_str()) {
        (Some(client), user) if !user.is_empty() => {
            let address = client
                .rsplit_once(':')
                .map_or(client.as_str(), |(address, _)| address);
            format!("{user} ({address}) ")
        }
        (_, "") => String::new(),
        (_, user) => format!("{user} "),
    };
    if entry.phase == Phase::Note {
        let text: Vec<&str> = entry.params.iter().map(|(_, text)| text.as_str()).collect();
        let text = text.join(" ");
        return say!("{time} - {who}noted: {text}", time, who, text);
    }
    let what = format!("{}{}", words::act(entry), target(entry));
    let mut told: Vec<String> = Vec::new();
    told.extend(entry.change());
    told.extend(entry.duration_ms.map(words::seconds));
    told.push(outcome(entry).to_owned());
    told.extend(entry.error.clone());
    let how = told.join(", ");
    say!("{time} - {who}{what}: {how}", time, who, what, how)
}

fn target(entry: &Entry) -> String {
    let Some(target) = &entry.target else {
        return String::new();
    };
    let name = target.service.as_ref().unwrap_or(&target.name);
    match &target.project {
        Some(project) if project != name => format!(" {name} ({project})"),
        _ => format!(" {name}"),
    }
}

fn outcome(entry: &Entry) -> &'static str {
    match (entry.phase, entry.outcome) {
        (Phase::Intent, _) | (_, Some(Outcome::Unknown)) => say!("outcome unknown"),
        (_, Some(Outcome::Success)) => say!("done" as "outcome"),
        (_, Some(Outcome::Failure)) => say!("failed" as "outcome"),
        (_, Some(Outcome::Cancelled)) => say!("cancelled" as "outcome"),
        (_, None) => say!("seen" as "outcome"),
    }
}

/// Names come from others: in Markdown they are text, whatever is in them.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '<' | '|' | '[' | ']') {
            safe.push('\\');
        }
        safe.push(c);
    }
    safe
}

/// A table for a spreadsheet, titles first.
pub fn table(entries: &[Entry]) -> Vec<String> {
    let titles = [
        "time",
        "phase",
        "user",
        "client",
        "engine",
        "action",
        "target",
        "stack",
        "service",
        "before",
        "after",
        "duration_ms",
        "exit_code",
        "outcome",
        "error",
        "params",
        "command",
    ];
    let rows = entries.iter().map(|entry| {
        let target = entry.target.clone().unwrap_or_default();
        let params = entry
            .params
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        let number = |n: Option<String>| n.unwrap_or_default();
        [
            entry.at.to_rfc3339(),
            entry.phase.word().to_owned(),
            entry.user.clone(),
            entry.client.clone().unwrap_or_default(),
            entry.host.clone(),
            entry.action.clone(),
            target.name,
            target.project.unwrap_or_default(),
            target.service.unwrap_or_default(),
            entry.before.clone().unwrap_or_default(),
            entry.after.clone().unwrap_or_default(),
            number(entry.duration_ms.map(|n| n.to_string())),
            number(entry.exit_code.map(|n| n.to_string())),
            entry
                .outcome
                .map(Outcome::word)
                .unwrap_or_default()
                .to_owned(),
            entry.error.clone().unwrap_or_default(),
            params.collect::<Vec<_>>().join(" "),
            entry.command.clone().unwrap_or_default(),
        ]
        .iter()
        .map(|cell| quoted(cell))
        .collect::<Vec<_>>()
        .join(",")
    });
    std::iter::once(titles.join(",")).chain(rows).collect()
}

/// One entry, whole, as it is after joining; what is not known is left out.
pub fn object(entry: &Entry) -> Value {
    let target = entry.target.as_ref().map(|target| {
        json!({
            "type": target.kind, "id": target.id, "name": target.name, "project": target.project,
            "service": target.service, "image": target.image,
        })
    });
    let params: Map<String, Value> = entry
        .params
        .iter()
        .map(|(name, value)| (name.clone(), value.clone().into()))
        .collect();
    let mut fields = json!({
        "id": entry.id, "ref": entry.answers, "ts": entry.at.to_rfc3339(), "phase": entry.phase.word(),
        "action": entry.action, "user": entry.user, "client": entry.client, "engine": entry.host,
        "target": target, "params": params, "before": entry.before, "after": entry.after,
        "duration_ms": entry.duration_ms, "exit_code": entry.exit_code,
        "outcome": entry.outcome.map(Outcome::word), "error": entry.error, "command": entry.command,
    });
    if let Some(fields) = fields.as_object_mut() {
        fields.retain(|_, value| {
            !value.is_null() && value.as_object().is_none_or(|map| !map.is_empty())
        });
    }
    fields
}

/// A cell in quotes where it must be. What a spreadsheet would take for a formula is kept from being one.
fn quoted(cell: &str) -> String {
    let formula =
        cell.starts_with(['=', '+', '@', '\t']) || (cell.starts_with('-') && cell.len() > 1);
    let cell = if formula {
        format!("'{cell}")
    } else {
        cell.to_owned()
    };
    if cell.contains([',', '"', '\n', '\r', '\'']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang;
    use crate::model::Target;
    use chrono::{DateTime, TimeZone};

    fn french() -> lang::Lang {
        lang::Lang::named("fr").expect("French is there")
    }

    fn restart() -> Entry {
        let noon = Local.with_ymd_and_hms(2026, 11, 22, 13, 6, 51).unwrap();
        Entry {
            id: "1".to_owned(),
            at: DateTime::from(noon),
            action: "container.restart".to_owned(),
            target: Some(Target {
                name: "systeme-ticketing_zammad_1".to_owned(),
                project: Some("systeme-ticketing".to_owned()),
                service: Some("zammad".to_owned()),
                ..Target::default()
            }),
            before: Some("running, unhealthy".to_owned()),
            after: Some("running, starting".to_owned()),
            duration_ms: Some(11_478),
            outcome: Some(Outcome::Success),
            ..Entry::default()
        }
    }

    #[test]
    fn an_act_is_told_as_a_sentence_in_both_languages() {
        let mut entry = restart();
        let in_french = |entry: &Entry| lang::within(french(), || sentence(entry));
        assert_eq!(
            in_french(&entry),
            "13:06:51 - a redémarré zammad (systeme-ticketing)\u{a0}: défaillant -> démarrage, 11,5 s, réussi"
        );
        entry.user = "jean".to_owned();
        entry.client = Some("203.0.113.7:51544".to_owned());
        assert_eq!(
            sentence(&entry),
            "13:06:51 - jean (203.0.113.7) restarted zammad (systeme-ticketing): unhealthy -> starting, 11.5 s, done"
        );
        entry.outcome = Some(Outcome::Failure);
        entry.error = Some("no such container".to_owned());
        assert!(in_french(&entry).ends_with("échoué, no such container"));
    }

    #[test]
    fn mails_that_were_deleted_are_counted() {
        let mut entry = restart();
        entry.action = "mail.delete".to_owned();
        entry.params = vec![("mails".to_owned(), "a@box b@box".to_owned())];
        assert!(sentence(&entry).contains("deleted 2 mails of zammad"));
        entry.params = vec![("mails".to_owned(), "a@box".to_owned())];
        assert!(sentence(&entry).contains("deleted 1 mail of zammad"));
    }

    #[test]
    fn a_note_is_told_in_its_own_words_and_a_day_has_its_section() {
        let mut note = restart();
        note.id = "2".to_owned();
        note.phase = Phase::Note;
        note.action = "note".to_owned();
        note.params = vec![(
            "text".to_owned(),
            "the *mail* came | <b>at last</b>".to_owned(),
        )];
        let lines = markdown(&[restart(), note]);
        assert_eq!(lines[2], "## 2026-11-22");
        assert_eq!(lines.len(), 6, "{lines:?}");
        assert!(
            lines[5].contains("noted: the \\*mail\\* came \\| \\<b>at last"),
            "{lines:?}"
        );
        assert_eq!(
            lang::within(french(), || markdown(&[])).last().unwrap(),
            "Rien n'a été fait."
        );
    }

    #[test]
    fn each_form_has_its_lines_and_the_language_that_was_chosen() {
        let entries = [restart()];
        let story = |lang| lines(&entries, Form::Markdown(lang)).join("\n");
        assert!(story(french()).contains("a redémarré zammad"));
        assert!(story(lang::Lang::ENGLISH).contains("restarted zammad"));
        assert_eq!(lines(&entries, Form::Csv).len(), 2, "its titles and it");
        let json: Value = serde_json::from_str(&lines(&entries, Form::Jsonl)[0]).unwrap();
        assert_eq!(json["target"]["service"], "zammad");
    }

    #[test]
    fn a_spreadsheet_gets_cells_and_no_formulas() {
        let mut entry = restart();
        entry.user = "=HYPERLINK(\"x\")".to_owned();
        entry.error = Some("a, b".to_owned());
        let lines = table(&[entry]);
        assert_eq!(lines[0].split(',').count(), 17);
        assert!(
            lines[1].contains("\"'=HYPERLINK(\"\"x\"\")\""),
            "{}",
            lines[1]
        );
        assert!(lines[1].contains(",\"a, b\","), "{}", lines[1]);
    }
}
