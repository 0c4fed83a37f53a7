//! What can be done in the log view. `log/` holds what the actions do.
mod filter;
mod go;
mod take;

use crate::effect::Effects;
use crate::state::{Fold, LogBook, Past, Scope, State, ViewId};

use super::{Action, Danger};

pub use filter::{clear_filters, edit_filter, stream_word, toggle_source};
pub use go::leave_off;
pub(super) use go::top;
pub use take::ask_where;

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
    Action {
        unavailable: filter::why_not_clear,
        ..log(
            "log.clear",
            "clear filters",
            "Take filters away, or change one.",
            &["x"],
            0,
            filter::clear,
        )
    },
    log(
        "log.context",
        "context",
        "Show lines around those that pass the filters: none, 2, 5, 20.",
        &["C"],
        0,
        filter::context,
    ),
    log(
        "log.copy",
        "copy",
        "Copy the lines selected, or those on screen, through the terminal's clipboard.",
        &["y"],
        0,
        take::copy,
    ),
    log(
        "log.drop",
        "drop lines",
        "Hide lines that match a pattern; several add up.",
        &["|"],
        0,
        |state| filter::ask(state, false),
    ),
    log(
        "log.fold",
        "fields",
        "Show JSON and logfmt in one row, one row for each field, or as it came.",
        &["J"],
        8,
        |state| with(state, |book| book.look.fold = Fold::next(book.look.fold)),
    ),
    log(
        "log.follow",
        "follow",
        "Go to the newest line and stay there.",
        &["f", "G", "end"],
        1,
        |state| with(state, LogBook::go_to_end),
    ),
    log(
        "log.go_to_time",
        "go to time",
        "Go to a time: 10:32, -5m, 2026-11-22 10:32.",
        &["@"],
        0,
        go::ask_time,
    ),
    log(
        "log.keep",
        "keep lines",
        "Show only lines that match a pattern; several add up.",
        &["&"],
        5,
        |state| filter::ask(state, true),
    ),
    log(
        "log.left",
        "left",
        "Scroll to the left.",
        &["h", "left"],
        0,
        |state| {
            with(state, |book| {
                book.look.column = book.look.column.saturating_sub(16);
            })
        },
    ),
    log(
        "log.level",
        "level",
        "Show only lines of this level or graver: all, info, warn, error, debug.",
        &["d"],
        6,
        filter::level,
    ),
    log(
        "log.mark",
        "mark",
        "Mark a line: the newest one while following, else the first on screen.",
        &["m"],
        0,
        go::mark,
    ),
    log(
        "log.next_error",
        "next error",
        "Go to the next error.",
        &["e"],
        7,
        |state| go::error(state, true),
    ),
    log(
        "log.next_hit",
        "next hit",
        "Go to the next hit of the search.",
        &["n"],
        0,
        |state| go::hit(state, true),
    ),
    Action {
        unavailable: go::why_no_mark,
        ..log(
            "log.next_mark",
            "next mark",
            "Go to the next marked line.",
            &["'"],
            0,
            go::next_mark,
        )
    },
    log(
        "log.next_run",
        "next run",
        "Go to the next start of a container.",
        &["]"],
        0,
        |state| go::run(state, true),
    ),
    log(
        "log.previous_error",
        "previous error",
        "Go to the error before.",
        &["E"],
        0,
        |state| go::error(state, false),
    ),
    log(
        "log.previous_hit",
        "previous hit",
        "Go to the previous hit of the search; where there is none, in older lines.",
        &["N"],
        0,
        |state| go::hit(state, false),
    ),
    log(
        "log.previous_run",
        "previous run",
        "Go to the start of a container before.",
        &["["],
        0,
        |state| go::run(state, false),
    ),
    log(
        "log.right",
        "right",
        "Scroll to the right.",
        &["right"],
        0,
        |state| {
            with(state, |book| {
                if !book.look.wrap {
                    book.look.column += 16;
                }
            })
        },
    ),
    Action {
        danger: Danger::Writes,
        ..log(
            "log.save",
            "save",
            "Save lines to a file: those on screen, those shown, or all; as text, or byte for byte.",
            &["ctrl-s"],
            0,
            take::save,
        )
    },
    log(
        "log.search",
        "search",
        "Search the lines for a pattern; capitals make it exact.",
        &["/"],
        4,
        go::search,
    ),
    log(
        "log.select",
        "select",
        "Select lines: move to the last one, then copy or save them.",
        &["V"],
        0,
        take::select,
    ),
    log(
        "log.sources",
        "sources",
        "Choose the containers whose lines are shown.",
        &["T"],
        0,
        filter::sources,
    ),
    log(
        "log.stamps",
        "times",
        "Show times: off, local, UTC, relative.",
        &["t"],
        3,
        |state| with(state, |book| book.look.stamps = book.look.stamps.next()),
    ),
    log(
        "log.streams",
        "streams",
        "Show standard output and standard error, or one of them.",
        &["b"],
        0,
        filter::streams,
    ),
    log(
        "log.wrap",
        "wrap",
        "Wrap long lines, or scroll them sideways.",
        &["w"],
        2,
        |state| {
            with(state, |book| {
                book.look.wrap = !book.look.wrap;
                book.look.column = 0;
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

/// Older lines may exist that are not held.
fn may_go_back(book: &LogBook) -> bool {
    matches!(book.past, Past::Open | Past::Failed | Past::Asked)
}
