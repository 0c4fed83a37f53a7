//! The screen shown when no engine answers: each endpoint tried, the reason, the way out, and the keys that help.
//!
//! ```text
//!    No container engine answers.
//!
//!    ✖ unix:///var/run/docker.sock   default socket
//!      permission denied
//!      → add yourself to the group docker, or start with sudo
//!
//!    r retry (by itself in 3s)   c another context   d demo   q quit
//! ```
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::actions;
use crate::model::{Link, Tried};
use crate::state::{Scope, State};
use crate::text;
use crate::theme::{Key, Theme};
use crate::widgets::Line;
use crate::widgets::pen::{indent, row};

pub fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let margin = if area.width >= 60 { 3 } else { 1 };
    let body = indent(area, margin);
    let width = usize::from(body.width.saturating_sub(1)).clamp(1, 90);
    let tail = keys(state, theme);
    let spaced = area.height >= 12;
    let mut lines = Vec::new();
    if spaced {
        lines.push(Line::new());
    }
    let head = match state.only {
        Some(only) => say!("{host} does not answer.", host = state.world.label(only)),
        None => say!("No container engine answers.").to_owned(),
    };
    lines.push(Line::of(theme, head, Key::Strong));
    for host in state.scope() {
        let Link::Down { reason, .. } = &host.link else {
            continue;
        };
        if reason.tried.is_empty() {
            let one = Tried {
                endpoint: host.label.clone(),
                origin: String::new(),
                why: reason.why.clone(),
                advice: reason.advice.clone(),
            };
            tried(theme, &one, width, spaced, &mut lines);
        }
        for one in &reason.tried {
            tried(theme, one, width, spaced, &mut lines);
        }
        let told = reason.tried.iter().any(|one| one.advice == reason.advice);
        if !reason.tried.is_empty() && !told && !reason.advice.is_empty() {
            lines.push(Line::new());
            for part in text::wrap_words(&reason.advice, width) {
                lines.push(Line::of(theme, part, Key::Text));
            }
        }
    }
    let room = usize::from(area.height).saturating_sub(tail.len() + usize::from(spaced));
    if lines.len() > room {
        lines.truncate(room.saturating_sub(1));
        lines.push(Line::of(theme, say!("… more in stacktui doctor"), Key::Dim));
    }
    if spaced {
        lines.push(Line::new());
    }
    lines.extend(tail);
    for (y, line) in lines.iter().enumerate() {
        line.draw(buf, row(body, y));
    }
}

fn tried(theme: &Theme, one: &Tried, width: usize, spaced: bool, lines: &mut Vec<Line>) {
    if spaced {
        lines.push(Line::new());
    }
    let endpoint = text::truncate_middle(&one.endpoint, width.saturating_sub(2)).into_owned();
    lines.push(
        Line::of(theme, format!("{} ", theme.symbols.bad), Key::StateBad)
            .and(theme, endpoint, Key::Text)
            .and(theme, format!("  {}", one.origin), Key::Dim),
    );
    for part in text::wrap_words(&one.why, width.saturating_sub(2)) {
        lines.push(Line::of(theme, format!("  {part}"), Key::Text));
    }
    if !one.advice.is_empty() {
        for (n, part) in text::wrap_words(&one.advice, width.saturating_sub(4))
            .iter()
            .enumerate()
        {
            let lead = if n == 0 { "→" } else { " " };
            lines.push(Line::of(theme, format!("  {lead} "), Key::Accent).and(
                theme,
                *part,
                Key::Text,
            ));
        }
    }
}

/// The keys that help here, out of the registry, one a line.
fn keys(state: &State, theme: &Theme) -> Vec<Line> {
    let retry = state.scope().find_map(|host| match &host.link {
        Link::Down { retry_at, .. } => *retry_at,
        _ => None,
    });
    let mut list: Vec<_> = actions::all()
        .filter(|a| {
            if state.no_engine() {
                a.scope == Scope::NoEngine || a.id == "app.back"
            } else {
                ["app.escape", "view.hosts"].contains(&a.id)
            }
        })
        .collect();
    list.sort_by_key(|a| (a.scope != Scope::NoEngine, a.footer));
    list.iter()
        .map(|action| {
            let key = super::hints::key_of(state, action.id);
            let title = match action.id {
                "app.back" => say!("quit"),
                "app.escape" => say!("all hosts"),
                _ => action.title(),
            };
            let room = if state.no_engine() { 3 } else { 5 };
            let mut line = Line::of(theme, text::pad_right(&key, room), Key::HintKey).and(
                theme,
                text::pad_right(title, 10),
                Key::Text,
            );
            if action.id == "app.retry"
                && let Some(at) = retry
            {
                let words = match (at - state.now).num_seconds() {
                    ..=0 => say!("trying now").to_owned(),
                    left => say!("by itself in {left}s", left),
                };
                line = line.and(theme, words, Key::Dim);
            } else if action.id == "app.context" {
                let n = state.contexts.len();
                line = line.and(
                    theme,
                    if n == 0 {
                        say!("none configured").to_owned()
                    } else {
                        say!("{n} to choose from", n)
                    },
                    Key::Dim,
                );
            } else if action.id == "app.demo" {
                line = line.and(
                    theme,
                    say!("a built-in simulated engine, to look around"),
                    Key::Dim,
                );
            }
            line
        })
        .collect()
}
