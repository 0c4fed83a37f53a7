//! Help: the keys that apply on this screen, by where they apply, each with what it does or why it cannot now.
//! Written from the registry, never by hand.
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::actions::{self, Action};
use crate::layout;
use crate::model::Kind;
use crate::state::{Scope, State, ViewId};
use crate::text;
use crate::theme::{Depth, Key, Theme};
use crate::views::hints;
use crate::widgets::pen::{indent, row};
use crate::widgets::{Line, window};

/// Columns of the keys.
const KEYS: usize = 13;

pub fn draw(state: &State, theme: &Theme, scroll: usize, buf: &mut Buffer) {
    let size = (buf.area.width, buf.area.height);
    let area = frame(size);
    let title = match crate::views::find(state.view()) {
        Some(view) if !state.no_engine() => say!("Keys in {view}", view = view.title()),
        _ => say!("Keys").to_owned(),
    };
    let inner = window::open(buf, theme, area, &title);
    let (left, right) = columns(state, theme, inner.width);
    let length = left.len().max(right.len());
    let height = usize::from(inner.height);
    let top = scroll.min(length.saturating_sub(height));
    let half = indent(inner, inner.width / 2 + 1);
    for y in 0..height {
        if let Some(line) = left.get(top + y) {
            line.draw(buf, row(inner, y));
        }
        if let Some(line) = right.get(top + y) {
            line.draw(buf, row(half, y));
        }
    }
    if length > height && area.height > 2 {
        let (from, to) = (top + 1, (top + height).min(length));
        let more = say!(" {from}-{to} of {length}, j k scroll ", from, to, length);
        let place = Rect::new(area.x, area.bottom() - 1, area.width.saturating_sub(2), 1);
        Line::of(theme, more, Key::Dim).draw_right(buf, place);
    }
}

/// The window.
fn frame(size: (u16, u16)) -> Rect {
    layout::window(
        size,
        size.0.saturating_sub(8).min(108),
        size.1.saturating_sub(4),
    )
}

fn columns(state: &State, theme: &Theme, room: u16) -> (Vec<Line>, Vec<Line>) {
    let two = room >= 84;
    let width = usize::from(if two {
        (room / 2).saturating_sub(2)
    } else {
        room
    });
    divide(groups(state, theme, width), two)
}

/// The first row on screen when the last one is at the bottom: where scrolling ends.
pub fn last_top(state: &State) -> usize {
    let area = frame(state.size);
    let inside = window::inside(area);
    let theme = Theme::builtin(false, Depth::None, true);
    let (left, right) = columns(state, &theme, inside.width);
    let length = left.len().max(right.len());
    length.saturating_sub(usize::from(inside.height))
}

/// Groups to one list, or to two of nearly the same length.
fn divide(groups: Vec<Vec<Line>>, two: bool) -> (Vec<Line>, Vec<Line>) {
    let whole: usize = groups.iter().map(Vec::len).sum();
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for group in groups {
        let fits = left.is_empty() || left.len() + group.len() / 2 <= whole / 2;
        if !two || (right.is_empty() && fits) {
            left.extend(group);
        } else {
            right.extend(group);
        }
    }
    (left, right)
}

fn heading(state: &State, scope: Scope) -> &'static str {
    match scope {
        Scope::NoEngine => say!("No engine"),
        Scope::View(ViewId::Containers) => say!("This table"),
        Scope::View(_) => say!("This view"),
        Scope::Container => say!("Containers"),
        Scope::Stack => say!("Stacks"),
        Scope::Shelf => say!("This list"),
        Scope::Item => match actions::item_kind(state) {
            Some(Kind::Image) => say!("Images"),
            Some(Kind::Volume) => say!("Volumes"),
            Some(Kind::Network) => say!("Networks"),
            _ => say!("Things of a swarm"),
        },
        Scope::Swarm => say!("Swarm"),
        Scope::Mail => say!("Mail"),
        Scope::Table => say!("Moving"),
        Scope::Global => say!("Everywhere"),
    }
}

fn groups(state: &State, theme: &Theme, width: usize) -> Vec<Vec<Line>> {
    let mut here = actions::here(state);
    // What the footer has room for is what is asked for most.
    here.sort_by_key(|(action, _)| (action.footer == 0, action.footer));
    let mut scopes = actions::scopes(state);
    // What is done to containers is what help is opened for most.
    scopes.sort_by_key(|scope| *scope != Scope::Container);
    let mut groups = Vec::new();
    for scope in scopes {
        let mut lines = vec![Line::of(theme, heading(state, scope), Key::Title)];
        for (action, why) in here.iter().filter(|(a, _)| a.scope == scope) {
            entry(state, theme, action, why.as_deref(), width, &mut lines);
        }
        if lines.len() > 1 {
            lines.push(Line::new());
            groups.push(lines);
        }
    }
    groups
}

fn entry(
    state: &State,
    theme: &Theme,
    action: &Action,
    why: Option<&str>,
    width: usize,
    lines: &mut Vec<Line>,
) {
    let keys: Vec<String> = hints::keys(state, action)
        .iter()
        .map(ToString::to_string)
        .collect();
    if keys.is_empty() {
        return; // none is bound, or its keys mean something else here: the palette has it
    }
    let shown = text::pad_right(&text::truncate(&keys.join(" "), KEYS - 1), KEYS);
    let room = width.saturating_sub(KEYS).max(8);
    let can = why.is_none();
    let key_style = if can { Key::HintKey } else { Key::Faint };
    let word_style = if can { Key::Text } else { Key::Dim };
    let sentence = match why {
        Some(why) => format!("{} ({why})", action.help().trim_end_matches('.')),
        None => action.help().trim_end_matches('.').to_owned(),
    };
    for (n, part) in text::wrap_words(&sentence, room).into_iter().enumerate() {
        let lead = if n == 0 {
            shown.clone()
        } else {
            " ".repeat(KEYS)
        };
        lines.push(Line::of(theme, lead, key_style).and(theme, part, word_style));
    }
}
