//! All that is written of one act: who, when, to what, what came of it, in full, and the command that does the same.
//!
//! ```text
//!  ada restarted systeme-ticketing-zammad-1
//!   when         2026-11-29 10:32:11  (5m ago)
//!   outcome      failed in 10.8s
//!   why          the old one is zammad-1.old-1f2e3d, the new one is gone; by hand: docker start …
//!   command      docker restart systeme-ticketing-zammad-1
//! ```
use chrono::TimeDelta;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::columns::entry::{head, outcome, when};
use crate::layout::LIST_OFFSET;
use crate::model::journal::state_said;
use crate::model::{Entry, Phase, Target};
use crate::state::State;
use crate::text;
use crate::theme::{Depth, Key, Theme};
use crate::widgets::Line;
use crate::widgets::pen::{indent, row};

use super::notice;
use super::section::Section;

/// A failure on the screen and its line in the journal are no further apart than this.
const OF_ONE: TimeDelta = TimeDelta::seconds(10);

pub fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let Some(entry) = state.journal.chosen() else {
        let words = say!("this entry is no longer held");
        return notice::draw(theme, area, buf, &[(words, Key::Dim)]);
    };
    let lines = lines(state, theme, entry, area.width);
    let height = usize::from(area.height.saturating_sub(LIST_OFFSET));
    let top = state.journal.scroll.min(lines.len().saturating_sub(height));
    for (y, line) in lines.iter().skip(top).take(height).enumerate() {
        line.draw(buf, indent(row(area, y + usize::from(LIST_OFFSET)), 1));
    }
}

/// How many rows there are in all: for where scrolling ends.
pub fn line_count(state: &State, width: u16) -> usize {
    let theme = Theme::builtin(false, Depth::None, true);
    let entry = state.journal.chosen();
    entry.map_or(0, |entry| lines(state, &theme, entry, width).len())
}

fn lines(state: &State, theme: &Theme, entry: &Entry, width: u16) -> Vec<Line> {
    let width = usize::from(width.saturating_sub(2)).max(12);
    let mut page = Section::new(theme, width, &head(entry, state));
    if entry.phase == Phase::Note {
        page.prose(&entry.asked(), Key::Text, usize::MAX);
    }
    let ago = text::duration(state.now - entry.at.to_utc());
    let at = when(entry, state);
    page.field(say!("when"), &say!("{at}  ({ago} ago)", at, ago), Key::Text);
    let from = entry.client.as_deref().unwrap_or_default();
    page.field(say!("from" as "entry"), from, Key::Text);
    page.field(say!("engine"), &entry.host, Key::Text);
    if let Some(target) = &entry.target {
        of_target(&mut page, target);
    }
    if entry.phase != Phase::Note {
        let (ended, key) = outcome(entry, state);
        page.field(say!("outcome"), &ended, key);
        let why = entry.error.as_deref().unwrap_or_default();
        page.field(say!("why" as "entry"), why, Key::StateBad);
        for line in said(state, entry) {
            page.prose(line, Key::Text, 4);
        }
        let code = entry.exit_code.map(|code| code.to_string());
        page.field(
            say!("exit code"),
            code.as_deref().unwrap_or_default(),
            Key::Text,
        );
        for (name, state) in [
            (say!("before"), &entry.before),
            (say!("after"), &entry.after),
        ] {
            let said = state.as_deref().map(state_said);
            page.field(name, said.as_deref().unwrap_or_default(), Key::Text);
        }
        page.field(say!("asked"), &entry.asked(), Key::Text);
        let command = entry.command.as_deref().unwrap_or_default();
        page.field(say!("command"), command, Key::Text);
    }
    page.finish()
}

/// What the container said that was to take the target's place: known while this program runs, and not written down, as there
/// may be secrets in it.
fn said<'a>(state: &'a State, entry: &Entry) -> &'a [String] {
    let id = entry.target.as_ref().map(|target| target.id.as_str());
    let kept = state.jobs.said.iter().find(|(key, said)| {
        let apart = (said.at - entry.at.to_utc()).abs();
        Some(key.short()) == id && entry.error.is_some() && apart < OF_ONE
    });
    kept.map_or(&[], |(_, said)| said.lines.as_slice())
}

fn of_target(page: &mut Section, target: &Target) {
    let told = [
        (say!("name"), Some(&target.name)),
        (say!("stack"), target.project.as_ref()),
        (say!("service"), target.service.as_ref()),
        (say!("image"), target.image.as_ref()),
        (say!("id" as "entry"), Some(&target.id)),
    ];
    for (name, value) in told {
        page.field(name, value.map_or("", String::as_str), Key::Text);
    }
}
