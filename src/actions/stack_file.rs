//! The files of a stack: looked at, searched, and what may be done with a change of one.
mod change;

use crate::effect::{Effect, Effects};
use crate::layout::stack_file::page;
use crate::model::compose::Act;
use crate::model::stack_file::{Body, Source, Verdict};
use crate::state::stack_file::{Change, FileBook, Paper};
use crate::state::{Place, PromptKind, Scope, State, ViewId};

use super::table::type_line;
use super::{Action, Danger};

pub use change::{close, let_go, propose};

use change::{ask, discard, edit, versions};

const fn here(
    id: &'static str,
    title: &'static str,
    help: &'static str,
    keys: &'static [&'static str],
    run: fn(&mut State) -> Effects,
) -> Action {
    Action::harmless(Scope::View(ViewId::StackFiles), id, title, help, keys, run)
}

const fn there(
    id: &'static str,
    title: &'static str,
    help: &'static str,
    keys: &'static [&'static str],
    run: fn(&mut State) -> Effects,
) -> Action {
    Action::harmless(Scope::View(ViewId::Proposal), id, title, help, keys, run)
}

/// The actions of this noun.
pub const ACTIONS: &[Action] = &[
    Action {
        danger: Danger::Changes,
        footer: 1,
        unavailable: cannot_deploy,
        ..there(
            "change.deploy",
            "deploy",
            "Write the file and bring the stack up as it then says, after a question.",
            &["U"],
            |s| ask(s, Act::UP),
        )
    },
    Action {
        footer: 4,
        unavailable: no_edit,
        danger: Danger::Changes,
        ..there(
            "change.discard",
            "discard",
            "Let the edit go, after a question.",
            &["x"],
            |s| discard(s, change(s).map(|change| change.proposal.file.clone())),
        )
    },
    Action {
        footer: 3,
        danger: Danger::Changes,
        unavailable: no_edit,
        ..there(
            "change.edit",
            "edit again",
            "Go on with the edit in your editor.",
            &["e"],
            |s| edit(s, change(s).map(|change| change.proposal.file.clone())),
        )
    },
    Action {
        footer: 5,
        unavailable: nothing_waits,
        ..there(
            "change.reveal",
            "show secrets",
            "Show masked values, or mask them again; it is noted in the journal.",
            &["v"],
            reveal,
        )
    },
    Action {
        footer: 2,
        danger: Danger::Changes,
        unavailable: cannot_save,
        ..there(
            "change.save",
            "only save",
            "Write the file and leave the stack as it is, after a question.",
            &["ctrl-s"],
            |s| ask(s, Act::Save),
        )
    },
    Action {
        unavailable: |s| {
            let kept = paper(s).is_some_and(|paper| paper.file.draft);
            (!kept).then(|| say!("no edit of it is kept").to_owned())
        },
        danger: Danger::Changes,
        ..here(
            "file.discard",
            "discard edit",
            "Let the edit of the file go, after a question.",
            &["x"],
            |s| discard(s, paper(s).map(|paper| paper.file.of.clone())),
        )
    },
    Action {
        footer: 1,
        danger: Danger::Changes,
        unavailable: cannot_edit,
        ..here(
            "file.edit",
            "edit",
            "Edit a copy of the file in $VISUAL or $EDITOR, then show what it would change.",
            &["e"],
            |s| edit(s, paper(s).map(|paper| paper.file.of.clone())),
        )
    },
    Action {
        footer: 4,
        unavailable: one_file,
        ..here(
            "file.next",
            "next file",
            "Show the next file.",
            &["]"],
            |s| turn(s, 1),
        )
    },
    Action {
        unavailable: no_text,
        ..here(
            "file.next_hit",
            "next hit",
            "Go to the next hit of the search.",
            &["n"],
            |s| seek(s, true),
        )
    },
    Action {
        unavailable: one_file,
        ..here(
            "file.previous",
            "previous file",
            "Show the file before.",
            &["["],
            |s| turn(s, -1),
        )
    },
    Action {
        unavailable: no_text,
        ..here(
            "file.previous_hit",
            "previous hit",
            "Go to the previous hit of the search.",
            &["N"],
            |s| seek(s, false),
        )
    },
    Action {
        footer: 3,
        unavailable: no_text,
        ..here(
            "file.reveal",
            "show secrets",
            "Show masked values, or mask them again; it is noted in the journal.",
            &["v"],
            reveal,
        )
    },
    Action {
        footer: 5,
        unavailable: no_text,
        ..here(
            "file.search",
            "search",
            "Search the file's lines.",
            &["/"],
            search,
        )
    },
    Action {
        footer: 2,
        unavailable: |s| {
            let none = paper(s).is_none_or(|paper| paper.file.versions.is_empty());
            none.then(|| say!("no earlier version is kept: the first write keeps one").to_owned())
        },
        ..here(
            "file.versions",
            "versions",
            "Choose an earlier version of the file, to see what going back would change.",
            &["H"],
            versions,
        )
    },
    Action {
        footer: 7,
        unavailable: no_files,
        ..Action::harmless(
            Scope::Stack,
            "stack.files",
            "files",
            "Show the compose files and variables that the stack is made from.",
            &["f"],
            open,
        )
    },
];

fn book(state: &State) -> Option<&FileBook> {
    state.files.get(&state.subject()?)
}

fn paper(state: &State) -> Option<&Paper> {
    book(state)?.current()
}

fn change(state: &State) -> Option<&Change> {
    book(state)?.change.as_ref()
}

fn no_files(state: &State) -> Option<String> {
    if state.view() == ViewId::StackFiles {
        return Some(say!("they are on screen").to_owned());
    }
    let key = state.subject();
    let stack = key.and_then(|key| state.shelves.stacks.things.get(&key));
    match stack {
        None => Some(say!("no stack is chosen").to_owned()),
        Some(stack) if !stack.is_compose() => {
            Some(say!("made by swarm: it does not keep its files").to_owned())
        }
        Some(stack) if stack.origin.files.is_empty() => {
            Some(say!("no label names its compose files").to_owned())
        }
        Some(_) => None,
    }
}

fn one_file(state: &State) -> Option<String> {
    let one = book(state).is_none_or(|book| book.papers.len() < 2);
    one.then(|| say!("there is one file only").to_owned())
}

fn no_text(state: &State) -> Option<String> {
    let body = paper(state).map(|paper| &paper.file.body);
    let none = !matches!(body, Some(Body::Text { .. }));
    none.then(|| say!("there is no text on screen").to_owned())
}

fn cannot_edit(state: &State) -> Option<String> {
    match paper(state) {
        None => Some(say!("there is no file").to_owned()),
        Some(paper) => paper.file.not_editable(),
    }
}

fn no_edit(state: &State) -> Option<String> {
    let from = change(state).map(|change| &change.proposal.source);
    (from != Some(&Source::Draft)).then(|| say!("what is on screen is no edit").to_owned())
}

fn nothing_waits(state: &State) -> Option<String> {
    let none = change(state).is_none();
    none.then(|| say!("nothing waits to be written").to_owned())
}

fn cannot_save(state: &State) -> Option<String> {
    let Some(change) = change(state) else {
        return nothing_waits(state);
    };
    if matches!(change.proposal.verdict, Verdict::Refused(_)) {
        return Some(say!("compose does not take it: edit it again first").to_owned());
    }
    if change.proposal.diff.is_empty() {
        return Some(say!("it is what the file says already").to_owned());
    }
    super::stack::cannot_compose(state)
}

fn cannot_deploy(state: &State) -> Option<String> {
    if let Some(Verdict::Unasked(why)) = change(state).map(|change| &change.proposal.verdict) {
        return Some(say!("compose could not be asked: {why}", why));
    }
    cannot_save(state)
}

fn open(state: &mut State) -> Effects {
    if let Some(key) = state.subject() {
        state.nav.open(Place {
            view: ViewId::StackFiles,
            key: Some(key),
        });
    }
    Effects::new()
}

fn with_book(state: &mut State, what: impl FnOnce(&mut FileBook)) -> Effects {
    let book = state.subject().and_then(|key| state.files.get_mut(&key));
    if let Some(book) = book {
        what(book);
    }
    Effects::new()
}

fn turn(state: &mut State, by: isize) -> Effects {
    with_book(state, |book| book.turn(by))
}

fn search(state: &mut State) -> Effects {
    let before = book(state).map(|book| book.query.clone());
    let before = before.unwrap_or_default();
    type_line(state, PromptKind::Search, say!("search"), before)
}

/// Ends the search of the files on screen; false where nothing is searched.
pub(super) fn unsearch(state: &mut State) -> bool {
    let book = state.subject().and_then(|key| state.files.get_mut(&key));
    let Some(book) = book.filter(|book| !book.query.is_empty()) else {
        return false;
    };
    book.search("");
    true
}

/// Brings the line of the hit on screen, some lines below its top.
pub fn show_hit(state: &mut State) {
    let height = page(state).1;
    with_book(state, |book| {
        if let Some(line) = book.hit
            && !(book.top..book.top + height).contains(&line)
        {
            book.top = line.saturating_sub(height / 3);
        }
    });
}

fn seek(state: &mut State, forward: bool) -> Effects {
    with_book(state, |book| {
        book.seek(forward);
    });
    found(state)
}

/// Shows the hit of a search, or says that there is none.
pub fn found(state: &mut State) -> Effects {
    if book(state).is_none_or(|book| book.hit.is_none()) {
        state.toasts.bad(say!("no hit"), state.now);
    }
    show_hit(state);
    Effects::new()
}

fn reveal(state: &mut State) -> Effects {
    let Some(key) = state.subject() else {
        return Effects::new();
    };
    let target = super::item::target_of(state, &key);
    let Some(book) = state.files.get_mut(&key) else {
        return Effects::new();
    };
    book.reveal();
    let path = book.current().map(|paper| paper.file.of.path.clone());
    match (target, path) {
        (Some((target, _)), Some(what)) if book.revealed => {
            vec![Effect::JournalReveal { target, what }]
        }
        _ => Effects::new(),
    }
}
