//! Where scrolling ends on screens that have no cursor, so that the first key back is seen. Knows lengths, no contents.
use crate::layout::{list_height, stack_file};
use crate::model::Key;
use crate::state::{Layer, State, ViewId};
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
    let Some(sheet) = state.sheets.get(&key) else {
        return;
    };
    match place.view {
        ViewId::Details if sheet.scroll > 0 => {
            let rows = views::details::line_count(state, &key, state.size.0);
            if let Some(sheet) = state.sheets.get_mut(&key) {
                sheet.scroll = sheet.scroll.min(rows.saturating_sub(height));
            }
        }
        ViewId::Item if sheet.scroll > 0 => {
            let rows = views::item::line_count(state, &key, state.size.0);
            if let Some(sheet) = state.sheets.get_mut(&key) {
                sheet.scroll = sheet.scroll.min(rows.saturating_sub(height));
            }
        }
        ViewId::Space if sheet.scroll > 0 => {
            let rows = views::space::line_count(state, &key, state.size.0);
            if let Some(sheet) = state.sheets.get_mut(&key) {
                sheet.scroll = sheet.scroll.min(rows.saturating_sub(height));
            }
        }
        ViewId::Stack if sheet.scroll > 0 => {
            let rows = views::stack::line_count(state, &key, state.size.0);
            if let Some(sheet) = state.sheets.get_mut(&key) {
                sheet.scroll = sheet.scroll.min(rows.saturating_sub(height));
            }
        }
        ViewId::Letter if sheet.scroll > 0 => {
            let rows = views::letter::line_count(state, &key, state.size.0);
            if let Some(sheet) = state.sheets.get_mut(&key) {
                sheet.scroll = sheet.scroll.min(rows.saturating_sub(height));
            }
        }
        ViewId::MailDoctor if sheet.scroll > 0 => {
            let rows = views::mail_doctor::line_count(state, &key, state.size.0);
            if let Some(sheet) = state.sheets.get_mut(&key) {
                sheet.scroll = sheet.scroll.min(rows.saturating_sub(height));
            }
        }
        ViewId::Processes if sheet.process_scroll > 0 => {
            let rows = sheet.processes.as_ref().map_or(0, |list| list.rows.len());
            if let Some(sheet) = state.sheets.get_mut(&key) {
                sheet.process_scroll = sheet.process_scroll.min(rows.saturating_sub(height));
            }
        }
        _ => {}
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
