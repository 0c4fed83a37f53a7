//! Which lines are shown: patterns, level, streams, sources.
use std::collections::BTreeMap;

use crate::effect::Effects;
use crate::log_store::Streams;
use crate::state::{
    Chip, Choice, Field, Filters, Layer, LogBook, Menu, MenuItem, Prompt, PromptKind, State,
};

use super::with;

fn change(state: &mut State, change: impl FnOnce(&mut Filters)) -> Effects {
    with(state, |book| book.filter(change))
}

pub(super) fn context(state: &mut State) -> Effects {
    change(state, Filters::next_context);
    let told = state.logs.as_ref().map(LogBook::filters);
    if let Some(filters) = told.filter(|f| f.is_open()) {
        let words = match filters.context {
            0 => say!("no lines around what a filter shows").to_owned(),
            n => say!("{n} lines around what a filter shows, once there is one", n),
        };
        state.toasts.ok(words, state.now);
    }
    Effects::new()
}

pub(super) fn level(state: &mut State) -> Effects {
    change(state, Filters::next_lowest)
}

pub(super) fn streams(state: &mut State) -> Effects {
    change(state, Filters::next_streams)
}

/// Asks for a pattern; the view follows while it is typed.
pub(super) fn ask(state: &mut State, keep: bool) -> Effects {
    let number = state.logs.as_ref().map_or(0, |b| b.filters().chips.len());
    prompt(state, keep, number, "")
}

fn prompt(state: &mut State, keep: bool, chip: usize, before: &str) -> Effects {
    with(state, LogBook::hold);
    state.layers.push(Layer::Prompt(Prompt {
        kind: PromptKind::LogFilter { keep, chip },
        title: if keep { say!("keep") } else { say!("drop") }.to_owned(),
        field: Field::of(before),
        before: before.to_owned(),
        complaint: None,
    }));
    Effects::new()
}

/// Changes the filter of this number.
pub fn edit_filter(state: &mut State, number: usize) -> Effects {
    let book = state.logs.as_ref();
    let chip = book.and_then(|b| b.filters().chips.get(number).cloned());
    match chip {
        Some(chip) => prompt(state, chip.keep, number, chip.matcher.typed()),
        None => Effects::new(),
    }
}

/// Shows everything again.
pub fn clear_filters(state: &mut State) -> Effects {
    change(state, |filters| {
        *filters = Filters {
            context: filters.context,
            ..Filters::default()
        };
    })
}

pub(super) fn why_not_clear(state: &State) -> Option<String> {
    let book = state.logs.as_ref()?;
    book.filters()
        .is_open()
        .then(|| say!("no filter hides lines").to_owned())
}

/// One filter is taken away at once; of several one may be changed.
pub(super) fn clear(state: &mut State) -> Effects {
    let Some(filters) = state.logs.as_ref().map(|book| book.filters().clone()) else {
        return Effects::new();
    };
    if filters.chips.len() < 2 {
        return clear_filters(state);
    }
    let words = say!("show every line again");
    let all = MenuItem::new(say!("all"), words, Choice::LogFilters).key('x');
    let one = |(n, chip): (usize, &Chip)| {
        let key = char::from_digit(n as u32 + 1, 10).unwrap_or('1');
        let sign = if chip.keep { '&' } else { '|' };
        let label = format!("{sign} {}", chip.matcher.typed());
        MenuItem::new(label, say!("change it"), Choice::LogFilter(n)).key(key)
    };
    let chips = filters.chips.iter().enumerate().take(9).map(one);
    let items = std::iter::once(all).chain(chips);
    state.offer(Menu::new(say!("filters"), items));
    Effects::new()
}

/// A menu of the sources by name, each shown or not.
pub(super) fn sources(state: &mut State) -> Effects {
    let Some(book) = state.logs.as_ref() else {
        return Effects::new();
    };
    // Containers made anew share name and colour.
    let names: BTreeMap<&str, (usize, bool)> = book
        .sources
        .iter()
        .map(|source| (source.name.as_str(), (source.colour, source.muted)))
        .collect();
    let item = |(n, (name, (colour, muted))): (usize, (&str, (usize, bool)))| {
        let name = name.to_owned();
        MenuItem {
            key: char::from_digit(n as u32 + 1, 10),
            ..MenuItem::new(name.clone(), "", Choice::Source { name, colour }).on(!muted)
        }
    };
    let items: Vec<MenuItem> = names.into_iter().enumerate().map(item).collect();
    if items.is_empty() {
        let why = say!("no container's lines are read yet");
        state.toasts.bad(why, state.now);
        return Effects::new();
    }
    state.offer(Menu::new(say!("sources"), items));
    Effects::new()
}

/// Shows or hides the source under the menu's cursor.
pub fn toggle_source(state: &mut State, name: &str) {
    let Some(Layer::Menu(menu)) = state.layers.last_mut() else {
        return;
    };
    let item = menu.items.iter_mut().find(|item| item.label == name);
    let Some(on) = item.and_then(|item| item.on.as_mut()) else {
        return;
    };
    *on = !*on;
    let muted = !*on;
    if let Some(book) = state.logs.as_mut() {
        book.mute(name, muted);
    }
}

/// The words for one stream; nothing when both are shown.
pub fn stream_word(streams: Streams) -> Option<&'static str> {
    match streams {
        Streams::Both => None,
        Streams::Stdout => Some("stdout"),
        Streams::Stderr => Some("stderr"),
    }
}
