//! Ways through a log: search, errors, runs, marks, times.
use crate::actions::table::type_line;
use crate::effect::Effects;
use crate::layout;
use crate::state::{Goal, LogBook, PromptKind, Sought, State};

use super::{may_go_back, with};

/// Gives up what is under way in the log view, one thing at a time. Returns whether there was one.
pub fn leave_off(state: &mut State) -> bool {
    let Some(book) = state.logs.as_mut() else {
        return false;
    };
    if book.selection.is_some() {
        book.selection = None;
    } else if book.goal.is_some() {
        book.goal = None;
    } else if book.searched().is_some() {
        // Nothing is what can always be searched for.
        let _ = book.search("");
    } else {
        return false;
    }
    true
}

pub(super) fn search(state: &mut State) -> Effects {
    let before = state.logs.as_ref().and_then(|book| book.searched());
    let before = before.map_or_else(String::new, |search| search.typed().to_owned());
    with(state, LogBook::hold);
    type_line(state, PromptKind::Search, say!("search"), before)
}

pub(super) fn ask_time(state: &mut State) -> Effects {
    type_line(state, PromptKind::LogTime, say!("go to"), String::new())
}

/// The next hit; behind the last one the first, before the first one those of older lines, else the last.
pub(super) fn hit(state: &mut State, forward: bool) -> Effects {
    let now = state.now;
    let Some(book) = state.logs.as_mut() else {
        return Effects::new();
    };
    if book.searched().is_none() {
        let why = say!("nothing is searched: / searches");
        state.toasts.bad(why, now);
        return Effects::new();
    }
    let sought = match book.seek(forward) {
        Sought::Nothing if !forward && may_go_back(book) => {
            book.fetched = 0;
            book.goal = Some(Goal::Hit);
            return Effects::new();
        }
        Sought::Nothing => book.seek_around(forward),
        sought => sought,
    };
    match sought {
        Sought::Found(index) => layout::show_hit(state, index),
        Sought::Nothing => state.toasts.bad(say!("no hit"), now),
        Sought::Later => {}
    }
    Effects::new()
}

/// Goes to the oldest line held; from there, older ones are fetched back to the beginning. A long log is not read for one
/// press of a key.
pub(in crate::actions) fn top(state: &mut State) {
    if let Some(book) = state.logs.as_mut()
        && book.selection.is_none()
        && book.is_where_it_went_up()
        && may_go_back(book)
    {
        book.fetched = 0;
        book.goal = Some(Goal::Beginning);
        return;
    }
    layout::move_in_logs(state, isize::MIN);
    if let Some(book) = state.logs.as_mut() {
        book.went_up();
    }
}

/// Where the reader is: under the selection's cursor, else the line that was gone to last while it is on screen, else the
/// first line on screen.
fn here(state: &State) -> usize {
    let Some(book) = state.logs.as_ref() else {
        return 0;
    };
    let first = layout::first_log_line(state).unwrap_or(0);
    let last = layout::last_log_line(state).unwrap_or(0);
    let known = book.cursor().or_else(|| book.visited());
    known
        .filter(|at| (first..=last).contains(at))
        .unwrap_or(if book.follow { last } else { first })
}

fn visit(state: &mut State, found: Option<usize>, none: &str) -> Effects {
    match found {
        Some(index) => {
            if let Some(book) = state.logs.as_mut() {
                book.visit(index);
            }
            layout::show_log_line(state, index);
        }
        None => state.toasts.bad(none, state.now),
    }
    Effects::new()
}

pub(super) fn error(state: &mut State, forward: bool) -> Effects {
    let from = here(state);
    let found = state.logs.as_mut().and_then(|b| b.error(from, forward));
    let none = if forward {
        say!("no error after this")
    } else {
        say!("no error before this in the lines held")
    };
    visit(state, found, none)
}

pub(super) fn run(state: &mut State, forward: bool) -> Effects {
    let from = here(state);
    let found = state.logs.as_ref().and_then(|b| b.run(from, forward));
    let none = if forward {
        say!("no start of a container after this")
    } else {
        say!("no start of a container before this is known")
    };
    visit(state, found, none)
}

/// Marks the line under the reader, or takes its mark away.
pub(super) fn mark(state: &mut State) -> Effects {
    let at = here(state);
    let now = state.now;
    if let Some(book) = state.logs.as_mut().filter(|book| !book.is_empty()) {
        let words = if book.toggle_mark(at) {
            say!("marked: ' comes back here")
        } else {
            say!("no longer marked")
        };
        state.toasts.ok(words, now);
    }
    Effects::new()
}

pub(super) fn why_no_mark(state: &State) -> Option<String> {
    let book = state.logs.as_ref()?;
    (!book.has_marks()).then(|| say!("no line is marked: m marks one").to_owned())
}

pub(super) fn next_mark(state: &mut State) -> Effects {
    let from = here(state);
    let found = state.logs.as_ref().and_then(|book| book.next_mark(from));
    visit(state, found, say!("the marked line is no longer held"))
}
