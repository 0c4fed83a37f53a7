//! What happened to a container: how it ended, what its health probes said, its deaths, its events.
use crate::columns::container::words;
use crate::model::{EngineEvent, Health, HostId, RunState};
use crate::state::lints::{Weight, findings};
use crate::text;
use crate::theme::Key;
use crate::views::happened::{clock, meaning, told};
use crate::widgets::Line;

use super::Cx;
use crate::views::section::Section;

pub(super) fn status(cx: &Cx) -> Vec<Line> {
    let d = cx.details;
    let now = cx.state.now;
    let mut s = Section::new(cx.theme, cx.width, say!("Status"));
    let offset = cx.state.prefs.utc_offset;
    let stamp = |at: chrono::DateTime<chrono::Utc>| {
        let local = at + chrono::TimeDelta::seconds(i64::from(offset));
        format!(
            "{}  ({})",
            local.format("%Y-%m-%d %H:%M:%S"),
            text::ago(at, now)
        )
    };
    let live = d.state.is_live();
    if !live && d.state != RunState::Created {
        let code = format!(
            "{}  {}",
            d.exit_code,
            text::exit_code(d.exit_code, d.oom_killed)
        );
        s.field(
            say!("exit code"),
            &code,
            if d.exit_code == 0 {
                Key::StateOff
            } else {
                Key::StateBad
            },
        );
    }
    if d.oom_killed {
        s.field(
            say!("memory"),
            say!("ran out: the kernel killed it"),
            Key::StateBad,
        );
    }
    s.field(say!("error"), &d.error, Key::StateBad);
    if let Some(at) = d.started.filter(|_| live) {
        s.field(say!("started" as "field"), &stamp(at), Key::Text);
    }
    if let Some(at) = d.finished.filter(|_| !live) {
        s.field(say!("ended"), &stamp(at), Key::Text);
    }
    if let Some(at) = d.created {
        s.field(say!("created" as "field"), &stamp(at), Key::Text);
    }
    if let Some(pid) = d.pid.filter(|pid| live && *pid > 0) {
        s.field(say!("process"), &pid.to_string(), Key::Text);
    }
    if let Some(c) = cx.container {
        s.field(say!("stack"), c.stack().unwrap_or_default(), Key::Text);
        s.field(say!("service"), c.service().unwrap_or_default(), Key::Text);
        for oddity in &c.oddities {
            s.field(say!("odd"), oddity, Key::StateBusy);
        }
    }
    s.finish()
}

/// What an experienced eye would notice.
pub(super) fn noticed(cx: &Cx) -> Vec<Line> {
    let mut s = Section::new(cx.theme, cx.width, say!("Noticed"));
    for finding in findings(cx.state, cx.key) {
        let key = match finding.weight {
            Weight::Trouble => Key::StateBad,
            Weight::Note => Key::Dim,
        };
        s.prose(&finding.words, key, 3);
    }
    s.finish()
}

pub(super) fn health(cx: &Cx) -> Vec<Line> {
    let Some(report) = &cx.details.health else {
        return Vec::new();
    };
    let mut s = Section::new(cx.theme, cx.width, say!("Health"));
    let (word, key) = match report.status {
        Some(Health::Healthy) => (Health::Healthy.said(), Key::StateOk),
        Some(Health::Starting) => (Health::Starting.said(), Key::StateBusy),
        Some(Health::Unhealthy) => (Health::Unhealthy.said(), Key::StateBad),
        None => (say!("not known"), Key::Dim),
    };
    s.note(word, key);
    if report.failing_streak > 0 {
        let times = say_n!(
            report.failing_streak,
            "failed once",
            "failed {n} times in a row"
        );
        s.note(times, Key::StateBad);
    }
    s.field(say!("check"), &report.test, Key::Dim);
    s.field(say!("changes"), &changes(cx), Key::Text);
    for (n, probe) in report.probes.iter().rev().take(3).enumerate() {
        let at = probe
            .end
            .or(probe.start)
            .map_or_else(String::new, |at| clock(at, cx.state.prefs.utc_offset));
        let key = if probe.exit_code == 0 {
            Key::StateOk
        } else {
            Key::StateBad
        };
        let code = if probe.exit_code == 0 {
            say!("passed").to_owned()
        } else {
            say!("failed, exit {code}", code = probe.exit_code)
        };
        s.line(Line::of(cx.theme, format!("{at}  "), Key::Dim).and(cx.theme, code, key));
        let output = probe.output.trim();
        if !output.is_empty() {
            s.prose(output, Key::Text, if n == 0 { 4 } else { 1 });
        }
    }
    s.finish()
}

/// How the verdict changed, the newest first: `unhealthy 10:32:11, healthy 10:20:05`.
fn changes(cx: &Cx) -> String {
    let host = cx.state.world.host(cx.key.host);
    let verdicts = host.and_then(|host| host.verdicts.get(cx.key));
    let offset = cx.state.prefs.utc_offset;
    let change = |(at, verdict): &(chrono::DateTime<chrono::Utc>, Health)| {
        format!("{} {}", verdict.said(), clock(*at, offset))
    };
    let all: Vec<String> = verdicts
        .into_iter()
        .flatten()
        .rev()
        .take(6)
        .map(change)
        .collect();
    all.join(", ")
}

pub(super) fn deaths(cx: &Cx) -> Vec<Line> {
    let now = cx.state.now;
    let Some(host) = cx.state.world.host(cx.key.host) else {
        return Vec::new();
    };
    let list: Vec<_> = host.recent_deaths(cx.key, now).collect();
    let restarts = cx.details.restart_count;
    if list.is_empty() && restarts == 0 {
        return Vec::new();
    }
    let mut s = Section::new(cx.theme, cx.width, say!("Deaths"));
    let key = if list.len() > 2 {
        Key::StateBad
    } else {
        Key::Dim
    };
    let deaths = say_n!(list.len(), "{n} in the last hour", "{n} in the last hour");
    s.note(deaths, key);
    if restarts > 0 {
        s.note(
            say_n!(restarts, "{n} restart by policy", "{n} restarts by policy"),
            Key::Dim,
        );
    }
    for (n, death) in list.iter().rev().take(6).enumerate() {
        let at = clock(death.at, cx.state.prefs.utc_offset);
        let bad = if death.exit_code == 0 {
            Key::StateOff
        } else {
            Key::StateBad
        };
        let words = text::exit_words(death.exit_code, death.oom);
        let words = words.map_or_else(String::new, |words| format!("  {words}"));
        s.line(
            Line::of(cx.theme, format!("{at}  "), Key::Dim)
                .and(cx.theme, say!("exit {code}", code = death.exit_code), bad)
                .and(cx.theme, words, Key::Text)
                .and(
                    cx.theme,
                    format!(
                        "  {}",
                        say!("{span} ago", span = words::span(now - death.at))
                    ),
                    Key::Dim,
                ),
        );
        // The newest tells most.
        let shown = if n == 0 { 4 } else { 2 };
        let from = death.words.len().saturating_sub(shown);
        for words in death.words.get(from..).unwrap_or_default() {
            let words = text::truncate(words, cx.width.saturating_sub(4));
            s.line(Line::of(cx.theme, format!("  {words}"), Key::Text));
        }
    }
    s.finish()
}

pub(super) fn events(cx: &Cx) -> Vec<Line> {
    let mut s = Section::new(cx.theme, cx.width, say!("Events"));
    let of_it = |(host, event): &(HostId, &EngineEvent)| {
        *host == cx.key.host && *event.id == *cx.key.id && !event.is_noise()
    };
    for (_, event) in cx.state.events.newest().filter(of_it).take(8) {
        let at = clock(event.at, cx.state.prefs.utc_offset);
        s.line(
            Line::of(cx.theme, format!("{at}  "), Key::Dim)
                .and(cx.theme, event.action.clone(), meaning(event))
                .and(cx.theme, told(event), Key::Dim),
        );
    }
    s.finish()
}
