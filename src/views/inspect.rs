//! The engine's whole answer about a container as a tree: foldable, searchable, secrets masked.
//!
//! ```text
//!   ▾ Config  27
//!       Hostname   "5f0c…"
//!     ▸ Env  12
//! ```
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::model::Node;
use crate::state::inspect::{at, shown};
use crate::state::{RowId, Sheet, State};
use crate::theme::{Key, Theme};
use crate::widgets::Line;

use super::pieces::marked;
use super::{hints, list, notice};

pub fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let Some(sheet) = state.subject().and_then(|key| state.sheet(&key)) else {
        notice::draw(theme, area, buf, &[(say!("asking the engine…"), Key::Dim)]);
        return;
    };
    let Some(document) = sheet.document() else {
        match &sheet.failure {
            Some(failure) => {
                notice::draw(
                    theme,
                    area,
                    buf,
                    &[
                        (failure.what.as_str(), Key::StateBad),
                        (&failure.advice, Key::Text),
                    ],
                );
            }
            None => notice::draw(theme, area, buf, &[(say!("asking the engine…"), Key::Dim)]),
        }
        return;
    };
    let view = &sheet.inspect;
    let title = if view.query.is_empty() {
        let key = |id: &str| hints::key_of(state, id);
        say!(
            "{fold} folds  {search} searches  {reveal} in details shows secrets",
            fold = key("view.fold"),
            search = key("table.filter"),
            reveal = key("view.reveal")
        )
    } else {
        say!(
            "/{query}  {n} found",
            query = view.query,
            n = view.hits.len()
        )
    };
    list::draw(&view.table, theme, area, buf, &title, |id| match id {
        RowId::Path(path) => line(document, path, sheet, theme),
        _ => None,
    });
}

fn line(document: &Node, path: &[u16], sheet: &Sheet, theme: &Theme) -> Option<Line> {
    let (name, node) = at(document, path)?;
    let view = &sheet.inspect;
    let indent = "  ".repeat(path.len().saturating_sub(1).min(12));
    let sign = match (node.is_branch(), view.folded.contains(path)) {
        (false, _) => " ",
        (true, true) => theme.symbols.folded,
        (true, false) => theme.symbols.open,
    };
    let mut line = Line::of(theme, format!("{indent}{sign} "), Key::Faint);
    let style = |key| (theme.style(key), theme.style(Key::Match));
    marked(&mut line, &name, &view.query, style(Key::FieldName));
    if node.is_branch() {
        return Some(line.and(theme, format!("  {}", node.len()), Key::Faint));
    }
    line = line.and(theme, "  ", Key::Text);
    let (value, key) = value(&name, node, sheet.revealed);
    match key {
        Key::Secret => line = line.and(theme, value, key),
        _ => marked(&mut line, &value, &view.query, style(key)),
    }
    Some(line)
}

/// A leaf's value as it may be shown, and its style.
fn value(name: &str, node: &Node, revealed: bool) -> (String, Key) {
    let (value, masked) = shown(name, node, revealed);
    match node {
        _ if masked => (value, Key::Secret),
        Node::Text(_) => (format!("\"{value}\""), Key::ValueText),
        Node::Number(_) | Node::Bool(_) => (value, Key::ValueNumber),
        Node::Null | Node::List(_) | Node::Object(_) => (value, Key::Faint),
    }
}
