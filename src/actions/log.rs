//! What can be done in the log view.
use crate::effect::{Effect, Effects};
use crate::layout;
use crate::state::{Field, Layer, LogBook, Prompt, PromptKind, Scope, State, ViewId};

use super::Action;
use super::table::type_line;

const fn log(
    id: &'static str,
    title: &'static str,
    help: &'static str,
    keys: &'static [&'static str],
    footer: u8,
    run: fn(&mut State) -> Effects,
) -> Action {
    let scope = Scope::View(ViewId::Logs);
    Action {
        footer,
        ..Action::harmless(scope, id, title, help, keys, run)
    }
}

/// The actions of this noun.
pub const ACTIONS: &[Action] = &[
    log(
        "log.copy",
        "copy",
        "Copy the lines on screen through the terminal's clipboard.",
        &["y"],
        0,
        copy,
    ),
    log(
        "log.follow",
        "follow",
        "Go to the newest line and stay there.",
        &["f", "G", "end"],
        1,
        |state| {
            with(state, |book| {
                book.follow = true;
                book.unread = 0;
            })
        },
    ),
    log(
        "log.left",
        "left",
        "Scroll to the left.",
        &["h", "left"],
        0,
        |state| with(state, |book| book.column = book.column.saturating_sub(16)),
    ),
    log(
        "log.next_hit",
        "next hit",
        "Go to the next hit of the search.",
        &["n"],
        0,
        |state| seek(state, true),
    ),
    log(
        "log.previous_hit",
        "previous hit",
        "Go to the previous hit of the search.",
        &["N"],
        0,
        |state| seek(state, false),
    ),
    log(
        "log.search",
        "search",
        "Search the lines for a pattern; capitals make it exact.",
        &["/"],
        4,
        |state| {
            let search = state.logs.as_ref().and_then(|book| book.search.as_ref());
            let before = search.map(|search| search.typed.clone());
            type_line(
                state,
                PromptKind::Search,
                "search",
                before.unwrap_or_default(),
            )
        },
    ),
    log(
        "log.right",
        "right",
        "Scroll to the right.",
        &["right"],
        0,
        |state| {
            with(state, |book| {
                if !book.wrap {
                    book.column += 16;
                }
            })
        },
    ),
    log(
        "log.save",
        "save",
        "Save the lines held to a file; never over one that exists.",
        &["ctrl-s"],
        0,
        save,
    ),
    log(
        "log.stamps",
        "times",
        "Show times: off, local, UTC, relative.",
        &["t"],
        3,
        |state| with(state, |book| book.stamps = book.stamps.next()),
    ),
    log(
        "log.wrap",
        "wrap",
        "Wrap long lines, or scroll them sideways.",
        &["w"],
        2,
        |state| {
            with(state, |book| {
                book.wrap = !book.wrap;
                book.column = 0;
            })
        },
    ),
];

fn with(state: &mut State, change: impl FnOnce(&mut LogBook)) -> Effects {
    if let Some(book) = state.logs.as_mut() {
        change(book);
    }
    Effects::new()
}

fn seek(state: &mut State, forward: bool) -> Effects {
    let Some(book) = state.logs.as_mut() else {
        return Effects::new();
    };
    if book.search.is_none() {
        state
            .toasts
            .bad("nothing is searched: / searches", state.now);
        return Effects::new();
    }
    match book.seek(forward) {
        Some(index) => layout::show_log_line(state, index),
        None => state.toasts.bad("no hit", state.now),
    }
    Effects::new()
}

fn copy(state: &mut State) -> Effects {
    let lines = layout::visible_log_lines(state);
    if lines.is_empty() {
        Effects::new()
    } else {
        vec![Effect::Copy(lines.join("\n"))]
    }
}

fn save(state: &mut State) -> Effects {
    let Some(book) = state.logs.as_ref() else {
        return Effects::new();
    };
    let name: String = book
        .target
        .title
        .chars()
        .map(|c| {
            if c.is_alphanumeric() || "-_.".contains(c) {
                c
            } else {
                '_'
            }
        })
        .collect();
    let field = Field::of(&format!("{name}-{}.log", state.now.format("%Y%m%d-%H%M%S")));
    let title = format!("save {} lines to", book.len());
    state.layers.push(Layer::Prompt(Prompt {
        kind: PromptKind::SaveLogs,
        title,
        field,
        before: String::new(),
        complaint: None,
    }));
    Effects::new()
}
