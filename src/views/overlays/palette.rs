//! The command palette: every command that applies here, found by a few letters.
use std::cmp::Reverse;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::actions::{self, Action};
use crate::layout;
use crate::state::{Field, State};
use crate::text::{self, FuzzyMatcher};
use crate::theme::{Key, Theme};
use crate::views::{self, hints};
use crate::widgets::{Line, pen, window};

/// The commands that fit what is typed, best first, each with the reason it cannot run.
pub fn items(state: &State, typed: &str) -> Vec<(&'static Action, Option<String>)> {
    let mut items = actions::here(state);
    items.retain(|(action, _)| action.id != "app.palette");
    if typed.trim().is_empty() {
        return items;
    }
    let typed = typed.trim();
    let mut matcher = FuzzyMatcher::new(typed);
    let mut scored: Vec<_> = items
        .into_iter()
        .filter_map(|item| {
            let by_title = matcher.score(item.0.title()).map(|s| s + 100);
            let by_english = matcher.score(item.0.english_title()).map(|s| s + 50);
            let by_id = matcher.score(item.0.id);
            let by_name = by_title.max(by_english).max(by_id);
            let score = by_name.max(by_alias(item.0, typed))?;
            Some((score, item))
        })
        .collect();
    scored.sort_by_key(|(score, item)| (Reverse(*score), item.0.title().len()));
    scored.into_iter().map(|(_, item)| item).collect()
}

/// A view's other names are whole words, as k9s has them: what is typed in full comes first.
fn by_alias(action: &Action, typed: &str) -> Option<u32> {
    let view = views::ALL.iter().find(|view| view.action == action.id)?;
    let fits = |alias: &&str| alias.starts_with(typed);
    let alias = view.aliases.iter().copied().find(fits)?;
    Some(if alias == typed { 10_000 } else { 50 })
}

/// Columns of a title, and of a window that has room for them.
const TITLE: usize = 20;
const ROOMY: u16 = 60;

/// The window: near the top, so that it does not move while the list grows shorter.
fn frame(size: (u16, u16)) -> Rect {
    let height = size.1.saturating_sub(6).clamp(3, 14);
    let centred = layout::window(size, 68, height);
    let top = if size.1 > 12 { 2 } else { 0 };
    Rect::new(
        centred.x,
        top,
        centred.width,
        centred.height.min(size.1.saturating_sub(top)),
    )
}

/// Where the text cursor stands.
pub fn cursor(size: (u16, u16), field: &Field) -> Option<(u16, u16)> {
    let area = frame(size);
    let x = area.x + 4 + text::width(&field.split().0) as u16;
    Some((x.min(area.right().saturating_sub(2)), area.y + 1)).filter(|_| area.height > 2)
}

pub fn draw(state: &State, theme: &Theme, field: &Field, selected: usize, buf: &mut Buffer) {
    let area = frame((buf.area.width, buf.area.height));
    let inner = window::open(buf, theme, area, say!("Commands"));
    let prompt = Line::of(theme, ": ", Key::Accent).and(theme, field.text(), Key::Strong);
    prompt.draw(buf, inner);
    let list = Rect::new(
        inner.x,
        inner.y + 1,
        inner.width,
        inner.height.saturating_sub(1),
    );
    let items = items(state, &field.text());
    if items.is_empty() {
        pen::write(
            buf,
            list,
            say!("no such command here"),
            theme.style(Key::Dim),
        );
        return;
    }
    let height = usize::from(list.height);
    let selected = selected.min(items.len() - 1);
    let top = (selected + 1).saturating_sub(height);
    let titles = if inner.width >= ROOMY {
        TITLE
    } else {
        TITLE - 4
    };
    for (y, (action, why)) in items.iter().enumerate().skip(top).take(height) {
        let place = pen::row(list, y - top);
        let keys: Vec<String> = hints::keys(state, action)
            .iter()
            .take(3)
            .map(ToString::to_string)
            .collect();
        let keys = Line::of(theme, keys.join(" "), Key::HintKey);
        let (title, note) = match why {
            Some(why) => (Key::Dim, why.as_str()),
            None => (Key::Text, action.help().trim_end_matches('.')),
        };
        let left = Rect::new(
            place.x,
            place.y,
            place.width.saturating_sub(keys.width() as u16 + 1),
            place.height,
        );
        Line::of(theme, "  ", Key::Text)
            .and(theme, text::pad_right(action.title(), titles), title)
            .and(theme, format!(" {note}"), Key::Dim)
            .draw(buf, left);
        keys.draw_right(buf, place);
        if y == selected {
            views::list::select(theme, place, buf);
        }
    }
}
