//! What happened to a container: how it ended, what its health probes said, its deaths, its events.
use crate::columns::container::words;
use crate::model::container::Ending;
use crate::model::{Health, RunState};
use crate::msg::Failure;
use crate::state::Death;
use crate::state::lints::{Weight, findings, hangs};
use crate::state::world::Words;
use crate::text;
use crate::theme::Key;
use crate::views::happened::{clock, folded, meaning, told};
use crate::views::hints;
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
        let ending = cx.container.and_then(|c| c.ending);
        let words = asked_words(ending).or_else(|| text::exit_words(d.exit_code, d.oom_killed));
        let code = match words {
            Some(words) => format!("{}  {words}", d.exit_code),
            None => d.exit_code.to_string(),
        };
        let fine = d.exit_code == 0 || cx.container.is_some_and(|c| !c.has_failed());
        let key = if fine { Key::StateOff } else { Key::StateBad };
        s.field(say!("exit code"), &code, key);
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

/// What to say of an end that was asked for.
fn asked_words(ending: Option<Ending>) -> Option<String> {
    match ending? {
        Ending::TimedOut => {
            Some(say!("asked to stop, and killed when the time for that was over").to_owned())
        }
        Ending::Asked | Ending::OutOfMemory => None,
    }
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

/// Why there is no more than what the list tells.
pub(super) fn unanswered(cx: &Cx, failure: &Failure) -> Vec<Line> {
    let mut s = Section::new(cx.theme, cx.width, say!("No answer"));
    s.prose(failure.what.as_str(), Key::StateBad, 4);
    let advice = if hangs(cx.state, cx.key) {
        say!(
            "its engine answers of all others: what holds it is its own process, its shim or a mount"
        )
    } else {
        failure.advice.as_str()
    };
    s.prose(advice, Key::Text, 4);
    s.prose(
        say!("what the list and the events tell of it:"),
        Key::Dim,
        2,
    );
    s.finish()
}

/// What the new one said that was to take its place, and is gone.
pub(super) fn not_made_anew(cx: &Cx) -> Vec<Line> {
    let Some(said) = cx.state.jobs.said.get(cx.key) else {
        return Vec::new();
    };
    let mut s = Section::new(cx.theme, cx.width, say!("Not made anew"));
    let ago = say!("{span} ago", span = words::span(cx.state.now - said.at));
    s.note(ago, Key::Dim);
    s.prose(&said.why, Key::StateBad, 4);
    for line in &said.lines {
        s.prose(line, Key::Text, 4);
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

/// Deaths shown until all are asked for.
const DEATHS: usize = 6;
/// Last lines shown of each but the newest until all are asked for.
const LINES: usize = 2;

/// How past runs ended and what they said last, the newest first.
pub(super) fn deaths(cx: &Cx) -> Vec<Line> {
    let now = cx.state.now;
    let Some(host) = cx.state.world.host(cx.key.host) else {
        return Vec::new();
    };
    let deaths = host.deaths.get(cx.key);
    let restarts = cx.details.restart_count;
    if deaths.is_none() && restarts == 0 {
        return Vec::new();
    }
    let mut s = Section::new(cx.theme, cx.width, say!("Deaths"));
    let recent = at_least(cx, host.recent_deaths(cx.key, now).count());
    let key = if recent > 2 { Key::StateBad } else { Key::Dim };
    let words = if host.knows_the_hour(cx.key, now) {
        say_n!(recent, "{n} in the last hour", "{n} in the last hour")
    } else {
        say!("at least {n} in the last hour", n = recent)
    };
    s.note(words, key);
    if restarts > 0 {
        s.note(
            say_n!(restarts, "{n} restart by policy", "{n} restarts by policy"),
            Key::Dim,
        );
    }
    let all = cx.sheet.all_deaths;
    let shown = if all { usize::MAX } else { DEATHS };
    let mut hidden = false;
    for (n, death) in deaths.into_iter().flatten().rev().enumerate() {
        if n >= shown {
            hidden = true;
            break;
        }
        s.line(how(cx, death));
        let lines = if all || n == 0 { usize::MAX } else { LINES };
        hidden |= last_words(cx, death, lines, &mut s);
    }
    if hidden || all {
        let key = hints::key_of(cx.state, "view.deaths");
        let words = if all {
            say!("{key} shows less", key)
        } else {
            say!("{key} shows all that is known", key)
        };
        s.line(Line::of(cx.theme, words, Key::Faint));
    }
    s.finish()
}

/// What is known of the hour's deaths and what an inspect tells, together: of one that was made or begun within the hour its
/// policy's restarts are all of this hour.
fn at_least(cx: &Cx, known: usize) -> usize {
    let d = cx.details;
    let is_recent =
        |at: chrono::DateTime<chrono::Utc>| cx.state.now - at < chrono::TimeDelta::hours(1);
    if !d.created.is_some_and(is_recent) {
        return known;
    }
    let ended = u64::from(!d.state.is_live() && d.finished.is_some());
    let told = d.restart_count.saturating_add(ended);
    known.max(usize::try_from(told).unwrap_or(usize::MAX))
}

/// `10:32:41  exit 137  killed: out of memory  3m ago`
fn how(cx: &Cx, death: &Death) -> Line {
    let at = clock(death.at, cx.state.prefs.utc_offset);
    let (code, words) = match death.exit_code {
        Some(code) => (
            say!("exit {code}", code),
            asked_words(death.timed_out.then_some(Ending::TimedOut))
                .or_else(|| text::exit_words(code, death.oom))
                .unwrap_or_default(),
        ),
        None => (
            say!("ended").to_owned(),
            say!("its exit code is forgotten").to_owned(),
        ),
    };
    let bad = if death.failed() && !death.asked {
        Key::StateBad
    } else {
        Key::StateOff
    };
    let ago = say!("{span} ago", span = words::span(cx.state.now - death.at));
    let mut line = Line::of(cx.theme, format!("{at}  "), Key::Dim).and(cx.theme, code, bad);
    if !words.is_empty() {
        line = line.and(cx.theme, format!("  {words}"), Key::Text);
    }
    line.and(cx.theme, format!("  {ago}"), Key::Dim)
}

/// The last lines of a run, at most so many, or why there are none. Whether some are left out.
fn last_words(cx: &Cx, death: &Death, most: usize, s: &mut Section) -> bool {
    let width = cx.width.saturating_sub(4);
    let words = match &death.words {
        Words::Told(words) if !words.is_empty() => words,
        Words::Told(_) => {
            let none = say!("the engine has no lines of this run");
            s.line(Line::of(cx.theme, format!("  {none}"), Key::Faint));
            return false;
        }
        Words::Refused(why) => {
            s.prose(&say!("no last lines: {why}", why), Key::Faint, 2);
            return false;
        }
        Words::Unasked | Words::Asked => return false,
    };
    let from = words.len().saturating_sub(most);
    let mut cut = from > 0;
    for words in words.get(from..).unwrap_or_default() {
        if cx.sheet.all_deaths {
            s.prose(words, Key::Text, usize::MAX);
            continue;
        }
        let shown = text::truncate(words, width);
        cut |= shown != *words;
        s.line(Line::of(cx.theme, format!("  {shown}"), Key::Text));
    }
    cut
}

pub(super) fn events(cx: &Cx) -> Vec<Line> {
    let mut s = Section::new(cx.theme, cx.width, say!("Events"));
    for (event, parts) in cx.state.events.acts_of(cx.key).into_iter().take(8) {
        let at = clock(event.at, cx.state.prefs.utc_offset);
        s.line(
            Line::of(cx.theme, format!("{at}  "), Key::Dim)
                .and(cx.theme, event.action.clone(), meaning(event))
                .and(cx.theme, folded(&parts), Key::Dim)
                .and(cx.theme, told(event), Key::Dim),
        );
    }
    s.finish()
}
