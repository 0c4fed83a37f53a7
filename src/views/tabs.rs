//! The second line: the numbered tabs, or the way to what is open; on the right what narrows the rows.
//!
//! ```text
//!  1 Containers  8 Events  9 Journal                    /zam  ! problems  hidden 3  2 marked  ↓ cpu
//!  1 Containers › zammad-1 › logs
//! ```
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::actions::view::has_tab;
use crate::columns::{self, listed};
use crate::model::Kind;
use crate::state::{State, ViewId};
use crate::text;
use crate::theme::{Depth, Key, Theme};
use crate::widgets::Line;
use crate::widgets::line::fit;
use crate::widgets::pen::indent;

use super::View;

/// The tabs as they are shown in this many columns: where there is no room for all titles the last ones go, but never
/// the one of the tab that is open.
fn titled(state: &State, width: u16) -> Vec<(&'static View, &'static str)> {
    let current = state.nav.tab();
    let mut tabs: Vec<_> = super::ALL
        .iter()
        .filter(|v| v.tab && has_tab(state, v.id))
        .map(|v| (v, v.title()))
        .collect();
    let need = |tabs: &[(&View, &str)]| tabs.iter().map(|(_, title)| tab_width(title)).sum::<u16>();
    while need(&tabs) > width {
        let untitle = |(v, title): &&mut (&View, &str)| v.id != current && !title.is_empty();
        match tabs.iter_mut().rev().find(untitle) {
            Some(tab) => tab.1 = "",
            None => break,
        }
    }
    tabs
}

/// Columns for the tabs beside what narrows the rows: that must be seen before the other tabs' titles.
fn room(state: &State) -> u16 {
    let plain = Theme::builtin(false, Depth::None, true);
    let chips = chips(state, &plain);
    let width: usize = chips.iter().map(|(_, chip)| chip.width() + 2).sum();
    state.size.0.saturating_sub(width as u16 + 1)
}

/// Columns of a tab: its key and its title with a blank around each.
fn tab_width(title: &str) -> u16 {
    match text::width(title) as u16 {
        0 => 3,
        width => width + 4,
    }
}

/// The tab under a column of this line.
pub fn tab_at(state: &State, column: u16) -> Option<ViewId> {
    let mut x = 0;
    for (tab, title) in titled(state, room(state)) {
        let view = tab.id;
        if state.nav.depth() > 0 && view != state.nav.tab() {
            continue;
        }
        let width = tab_width(title);
        if (x..x + width).contains(&column) {
            return Some(view);
        }
        x += width;
    }
    None
}

pub fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    if area.height == 0 {
        return;
    }
    let left = if state.nav.depth() == 0 {
        numbered(state, theme)
    } else {
        way(state, theme)
    };
    left.draw(buf, area);
    let room = indent(area, (left.width() as u16).saturating_add(2));
    let room = Rect::new(room.x, room.y, room.width.saturating_sub(1), room.height);
    let chips = fit(
        chips(state, theme),
        usize::from(room.width),
        2,
        |(rank, line)| (*rank, line.width()),
    );
    let mut line = Line::new();
    for (_, chip) in chips {
        if !line.is_empty() {
            line.push("  ", ratatui::style::Style::default());
        }
        line.extend(chip);
    }
    if line.width() <= usize::from(room.width) {
        line.draw_right(buf, room);
    }
}

fn one(theme: &Theme, line: Line, key: Option<char>, title: &str, current: bool) -> Line {
    let key = key.map_or_else(String::new, |c| c.to_string());
    let title_style = if current { Key::TabCurrent } else { Key::Tab };
    let key_style = if current { Key::Accent } else { Key::Faint };
    let line = line.and(theme, format!(" {key} "), key_style);
    if title.is_empty() {
        return line;
    }
    line.and(theme, title, title_style)
        .and(theme, " ", Key::Text)
}

fn numbered(state: &State, theme: &Theme) -> Line {
    let current = state.nav.tab();
    titled(state, room(state))
        .into_iter()
        .fold(Line::new(), |line, (v, title)| {
            one(theme, line, v.key, title, v.id == current)
        })
}

fn way(state: &State, theme: &Theme) -> Line {
    let mut line = Line::new();
    if let Some(tab) = super::find(state.nav.tab()) {
        line = one(theme, line, tab.key, tab.title(), false);
    }
    let place = state.nav.current();
    let subject = match (&place.key, &state.logs) {
        (Some(key), _) => {
            let known = state.world.container(key).map(|c| c.name.as_str());
            // Of one that is gone its details still tell the name.
            let told = || Some(state.sheet(key)?.details.as_ref()?.name.as_str());
            let kept = || state.shelves.name(key);
            let id = match key.kind {
                Kind::Host | Kind::Stack => &key.id,
                _ => crate::model::image::short_id(&key.id),
            };
            known.or_else(told).or_else(kept).unwrap_or(id).to_owned()
        }
        (None, Some(book)) if place.view == ViewId::Logs => book.target.title.clone(),
        (None, _) => String::new(),
    };
    if let Some(key) = place
        .key
        .filter(|key| state.mixes_hosts() && key.kind != Kind::Host)
    {
        let label = text::truncate(state.world.label(key.host), 16).into_owned();
        line = line
            .and(theme, "› ", Key::Faint)
            .and(theme, label, Key::Dim)
            .and(theme, " ", Key::Text);
    }
    if !subject.is_empty() {
        line = line
            .and(theme, "› ", Key::Faint)
            .and(theme, text::truncate_middle(&subject, 36), Key::Strong)
            .and(theme, " ", Key::Text);
    }
    let title = super::find(place.view).map_or("", |v| v.title());
    line.and(theme, "› ", Key::Faint)
        .and(theme, title.to_lowercase(), Key::Accent)
}

fn marked(count: usize) -> String {
    say_n!(count, "{n} marked", "{n} marked")
}

fn hidden(count: usize) -> String {
    say_n!(count, "hidden {n}", "hidden {n}")
}

/// What narrows the mail, and how its servers stand.
fn mail(state: &State, chip: &mut impl FnMut(u8, String, Key)) {
    let listing = &state.shelves.mails.listing;
    if listing.unused_only {
        chip(240, say!("unread only").to_owned(), Key::Accent);
    }
    if !listing.marked.is_empty() {
        chip(245, marked(listing.marked.len()), Key::Marked);
    }
    if state.mail.follow {
        chip(160, say!("following").to_owned(), Key::Dim);
    }
    if let Some((words, key)) = columns::mail::reach(state) {
        chip(230, words, key);
    }
    for (words, key) in columns::mail::standings(state, state.size.0 >= 110) {
        chip(120, words, key);
    }
}

/// What narrows or orders the rows, each with the rank by which it stays.
fn chips(state: &State, theme: &Theme) -> Vec<(u8, Line)> {
    let mut chips = Vec::new();
    if let Some(only) = state.only {
        let host = text::truncate(state.world.label(only), 20);
        let words = say!("only {host}", host);
        chips.push((248, Line::of(theme, words, Key::Accent)));
    }
    let filter = match state.view() {
        ViewId::Containers => &state.containers.filter,
        ViewId::Events => &state.events.filter,
        ViewId::Journal => &state.journal.filter,
        _ => match listed::listing(state) {
            Some(listing) => &listing.filter,
            None => return chips,
        },
    };
    let mut chip =
        |rank: u8, words: String, key: Key| chips.push((rank, Line::of(theme, words, key)));
    if !filter.is_empty() {
        chip(250, format!("/{}", text::truncate(filter, 24)), Key::Accent);
    }
    match state.view() {
        ViewId::Containers if !state.no_engine() => {
            let table = &state.containers;
            if table.problems_only {
                chip(240, say!("! problems").to_owned(), Key::Accent);
            }
            if !table.show_stopped {
                chip(150, say!("running only").to_owned(), Key::Dim);
            }
            if table.hidden > 0 {
                chip(200, hidden(table.hidden), Key::Dim);
            }
            if !table.marked.is_empty() {
                chip(245, marked(table.marked.len()), Key::Marked);
            }
            if let Some(column) =
                columns::find(&table.order).filter(|c| c.id != "name" || table.reverse)
            {
                let arrow = super::list::arrow(theme, column, table.reverse);
                let title = match column.title() {
                    "" => column.id,
                    title => title,
                };
                chip(100, format!("{} {title}", arrow.trim()), Key::Dim);
            }
        }
        ViewId::Mail => mail(state, &mut chip),
        ViewId::Events => {
            if state.events.noise {
                chip(150, say!("with probes").to_owned(), Key::Dim);
            }
            if state.events.follow {
                chip(160, say!("following").to_owned(), Key::Dim);
            }
        }
        _ => {
            if let Some(listing) = listed::listing(state) {
                if listing.unused_only {
                    let only = match state.view() {
                        ViewId::Routes => say!("dead only"),
                        _ => say!("unused only"),
                    };
                    chip(240, only.to_owned(), Key::Accent);
                }
                if listing.hidden > 0 {
                    chip(200, hidden(listing.hidden), Key::Dim);
                }
                if !listing.marked.is_empty() {
                    chip(245, marked(listing.marked.len()), Key::Marked);
                }
            }
        }
    }
    chips
}
