//! What changes a stack's file: the user's editor, earlier versions, and the questions before something is written.
use crate::actions::stack;
use crate::effect::{Effect, Effects, Fetch, Verb};
use crate::model::Key;
use crate::model::compose::{Act, Call, Project};
use crate::model::stack_file::{FileOf, Source, Verdict, Version, Write};
use crate::state::{Choice, Confirm, Layer, Menu, MenuItem, State, ViewId, Weight};
use crate::text;

use super::{change, paper};

/// Columns from which on all is told of a version.
const WIDE: u16 = 60;

/// Hands the terminal to the user's editor.
pub(super) fn edit(state: &mut State, file: Option<FileOf>) -> Effects {
    let (Some(key), Some(file)) = (state.subject(), file) else {
        return Effects::new();
    };
    state.handed_over = true;
    vec![Effect::Edit(key, Box::new(file))]
}

pub(super) fn discard(state: &mut State, file: Option<FileOf>) -> Effects {
    let (Some(key), Some(file)) = (state.subject(), file) else {
        return Effects::new();
    };
    let lines = vec![
        Weight::Plain.of(&file.path),
        Weight::Bad.of(say!(
            "What was typed is lost; the file itself stays as it is."
        )),
    ];
    state.layers.push(Layer::Confirm(Confirm {
        title: say!("Let the edit go?").to_owned(),
        lines,
        choice: Some(Choice::DiscardEdit(key, Box::new(file))),
        yes: say!("let go").to_owned(),
        opened: state.now,
        ..Confirm::default()
    }));
    Effects::new()
}

/// Lets an edit go, and the screen that showed it.
pub fn let_go(state: &mut State, key: &Key, file: Box<FileOf>) -> Effects {
    close(state, key);
    vec![Effect::Discard(file)]
}

/// Closes what is shown of another text.
pub fn close(state: &mut State, key: &Key) {
    if let Some(book) = state.files.get_mut(key) {
        book.change = None;
    }
    if state.view() == ViewId::Proposal {
        state.back();
    }
}

pub(super) fn versions(state: &mut State) -> Effects {
    let (Some(key), Some(paper)) = (state.subject(), paper(state)) else {
        return Effects::new();
    };
    let file = &paper.file;
    // Who and when, above all.
    let short = state.size.0 < WIDE;
    let stamp = if short {
        "%m-%d %H:%M:%S"
    } else {
        "%Y-%m-%d %H:%M:%S UTC"
    };
    let about = |version: &Version| {
        let (ago, by) = (text::ago(version.at, state.now), &version.by);
        if short {
            return say!("{ago}  by {by}", ago, by);
        }
        say!(
            "{ago}  by {by}  {size}",
            ago,
            by,
            size = text::bytes(version.bytes)
        )
    };
    let items = file.versions.iter().map(|version| {
        let label = version.at.format(stamp).to_string();
        let hint = about(version);
        let (of, version) = (file.of.clone(), version.clone());
        let choice = Choice::Version(key.clone(), Box::new(of), Box::new(version));
        MenuItem::new(label, hint, choice)
    });
    let menu = Menu::new(say!("Earlier versions"), items);
    let note = say!("The file as it was until then. Enter shows what going back would change.");
    state.offer(menu.note(note));
    Effects::new()
}

/// Asks what another text for a file would do.
pub fn propose(state: &mut State, key: Key, file: Box<FileOf>, source: Source) -> Effects {
    state.toasts.begun(say!("compose reads it"), state.now);
    vec![Effect::Fetch(Fetch::Proposal(key, file, source))]
}

/// Asks whether to write the file, and to bring the stack up.
pub(super) fn ask(state: &mut State, act: Act) -> Effects {
    let (Some(key), Some(change)) = (state.subject(), change(state)) else {
        return Effects::new();
    };
    let Some(known) = state.shelves.stacks.things.get(&key) else {
        return Effects::new();
    };
    let proposal = &change.proposal;
    let (added, removed) = proposal.counts();
    let mut lines = vec![
        Weight::Plain.of(say!(
            "{path}: +{added} -{removed} lines",
            path = proposal.file.path,
            added,
            removed
        )),
        Weight::Plain.of(match proposal.old_digest {
            Some(_) => say!("The file as it is now is kept; versions bring it back."),
            None => say!("It is a new file."),
        }),
    ];
    let (mut foreign, mut shown) = (false, None);
    if let Verdict::Taken(checked) = &proposal.verdict {
        foreign = checked.foreign;
        if act == Act::Save {
            lines.push(Weight::Plain.of(say!("What runs stays as it is.")));
        } else {
            lines.extend(stack::plan_words(known, checked));
            shown = Some(checked.clone());
        }
    }
    let (title, yes) = match act {
        Act::Save => (say!("Save the file?").to_owned(), say!("save")),
        _ => (
            say!(
                "Deploy {name}{host}?",
                name = key.id,
                host = state.on_host(key.host)
            ),
            say!("deploy"),
        ),
    };
    let mut call = Call::new(Project::of(known), act, foreign);
    call.write = Some(Box::new(Write::of(proposal)));
    call.shown = shown;
    stack::confirm(
        state,
        &key,
        title,
        lines,
        Verb::Compose(Box::new(call)),
        yes,
    );
    Effects::new()
}
