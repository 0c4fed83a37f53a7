//! Where scrolling ends on screens that have no cursor, so that the first key back is seen. Knows lengths, no contents.
use crate::layout::{list_height, stack_file};
use crate::model::Key;
use crate::state::{Layer, Sheet, State, ViewId};
use crate::views;

/// Brings what was scrolled past the end back to it.
pub(super) fn settle(state: &mut State) {
    if let Some(Layer::Help { scroll: 1.. }) = state.layers.last() {
        let last = views::last_help_top(state);
        if let Some(Layer::Help { scroll }) = state.layers.last_mut() {
            *scroll = last.min(*scroll);
        }
    }
    if let Some(Layer::Palette {
        field,
        selected: 1..,
    }) = state.layers.last()
    {
        let last = views::palette_items(state, &field.text())
            .len()
            .saturating_sub(1);
        if let Some(Layer::Palette { selected, .. }) = state.layers.last_mut() {
            *selected = last.min(*selected);
        }
    }
    let place = state.nav.current();
    if place.view == ViewId::Entry {
        return settle_entry(state);
    }
    let Some(key) = place.key else {
        return;
    };
    if matches!(place.view, ViewId::StackFiles | ViewId::Proposal) {
        return settle_files(state, &key, place.view);
    }
    let height = list_height(state);
    if place.view == ViewId::Letter {
        show_hit(state, &key, height);
    }
    settle_sheet(state, &key, place.view, height);
}

/// How many rows the page of a thing has.
type Length = fn(&State, &Key, u16) -> usize;

fn settle_sheet(state: &mut State, key: &Key, view: ViewId, height: usize) {
    let length: Length = match view {
        ViewId::Details => views::details::line_count,
        ViewId::Item => views::item::line_count,
        ViewId::Space => views::space::line_count,
        ViewId::Stack => views::stack::line_count,
        ViewId::Letter => views::letter::line_count,
        ViewId::MailDoctor => views::mail_doctor::line_count,
        ViewId::Processes => |state, key, _| {
            let list = state.sheet(key).and_then(|sheet| sheet.processes.as_ref());
            list.map_or(0, |list| list.rows.len())
        },
        _ => return,
    };
    let scrolled = |sheet: &mut Sheet| *scroll(sheet, view) > 0;
    if !state.sheets.get_mut(key).is_some_and(scrolled) {
        return;
    }
    let last = length(state, key, state.size.0).saturating_sub(height);
    if let Some(sheet) = state.sheets.get_mut(key) {
        let scroll = scroll(sheet, view);
        *scroll = last.min(*scroll);
    }
}

/// Where the page of a thing is scrolled to.
fn scroll(sheet: &mut Sheet, view: ViewId) -> &mut usize {
    match view {
        ViewId::Processes => &mut sheet.process_scroll,
        _ => &mut sheet.scroll,
    }
}

/// Brings the hit of a search in a message on screen, some rows below its top.
fn show_hit(state: &mut State, key: &Key, height: usize) {
    let opened = state.mail.opened.get_mut(key);
    let Some(wanted) = opened.and_then(|opened| opened.find.wanted.take()) else {
        return;
    };
    let row = views::letter::head_count(state, key) + wanted;
    let sheet = state.sheets.entry(key.clone()).or_default();
    if !(sheet.scroll..sheet.scroll + height).contains(&row) {
        sheet.scroll = row.saturating_sub(height / 3);
    }
}

fn settle_entry(state: &mut State) {
    if state.journal.scroll > 0 {
        let rows = views::entry::line_count(state, state.size.0);
        let last = rows.saturating_sub(list_height(state));
        state.journal.scroll = state.journal.scroll.min(last);
    }
}

fn settle_files(state: &mut State, key: &Key, view: ViewId) {
    let last = match view {
        ViewId::StackFiles => views::stack_file::last_line(state, key),
        _ => views::proposal::last_line(state, key),
    };
    if let Some(top) = stack_file::top(state) {
        *top = last.min(*top);
    }
}
