//! What may be done with the journal and its entries.
use std::path::PathBuf;

use chrono::TimeDelta;

use crate::columns;
use crate::effect::{Effect, Effects};
use crate::lang::Lang;
use crate::model::journal::Form;
use crate::state::{Choice, Menu, MenuItem, PromptKind, Scope, State, ViewId};

use super::table::type_line;
use super::{Action, view};

const fn here(
    id: &'static str,
    title: &'static str,
    help: &'static str,
    keys: &'static [&'static str],
    run: fn(&mut State) -> Effects,
) -> Action {
    Action::harmless(Scope::View(ViewId::Journal), id, title, help, keys, run)
}

/// The actions of this noun.
pub const ACTIONS: &[Action] = &[
    Action {
        footer: 3,
        unavailable: no_entry,
        ..here(
            "journal.copy",
            "copy",
            "Copy the command that does the same, why it failed, or the entry in words.",
            &["y"],
            copy,
        )
    },
    Action {
        footer: 5,
        unavailable: no_rows,
        ..here(
            "journal.export",
            "export",
            "Save what is shown as Markdown, CSV or JSON.",
            &["ctrl-s"],
            export,
        )
    },
    Action {
        footer: 4,
        ..here(
            "journal.note",
            "note",
            "Write a line of your own into the journal.",
            &["n"],
            |s| type_line(s, PromptKind::Note, say!("note"), String::new()),
        )
    },
    Action {
        footer: 2,
        unavailable: no_entry,
        ..here(
            "journal.target",
            "its target",
            "Go to what the entry is about.",
            &["t"],
            |s| {
                view::jump_to_thing(s);
                Effects::new()
            },
        )
    },
];

fn no_entry(state: &State) -> Option<String> {
    let none = state.journal.chosen().is_none();
    none.then(|| say!("nothing is chosen").to_owned())
}

fn no_rows(state: &State) -> Option<String> {
    let none = state.journal.table.rows.is_empty();
    none.then(|| say!("nothing is shown").to_owned())
}

fn copy(state: &mut State) -> Effects {
    let Some(entry) = state.journal.chosen() else {
        return Effects::new();
    };
    let target = entry.target.as_ref().map(|target| target.name.as_str());
    let told = [
        (
            say!("command"),
            entry.command.as_deref().unwrap_or_default(),
        ),
        (say!("why not"), entry.error.as_deref().unwrap_or_default()),
        (say!("name"), target.unwrap_or_default()),
    ];
    let sentence = columns::entry::sentence(entry, state);
    let told = told
        .into_iter()
        .chain([(say!("in words"), sentence.as_str())]);
    let told = told.filter(|(_, text)| !text.is_empty());
    let items = told.map(|(what, text)| MenuItem::copy(what, text));
    let menu = Menu::new(say!("Copy"), items);
    state.offer(menu);
    Effects::new()
}

/// Asks in which form: a story in each language that there is, a table, or what programs read.
fn export(state: &mut State) -> Effects {
    let item = |label: String, form: Form| {
        let hint = format!(".{}", form.extension());
        MenuItem::new(label, hint, Choice::SaveJournal(form))
    };
    let stories = Lang::all().map(|language| {
        let label = format!("Markdown, {}", language.name());
        item(label, Form::Markdown(language))
    });
    let table = item(say!("CSV, for a spreadsheet").to_owned(), Form::Csv);
    let lines = item(say!("JSON, an entry a line").to_owned(), Form::Jsonl);
    let items = stories.chain([table, lines]);
    let count = state.journal.table.rows.len();
    let title = say_n!(count, "Export {n} entry", "Export {n} entries");
    let note = say!(
        "what is shown, into the current directory; stacktui journal --export has what is older"
    );
    state.offer(Menu::new(title, items).note(note));
    Effects::new()
}

/// Saves what is shown, under the day's name.
pub fn save(state: &mut State, form: Form) -> Effects {
    let zone = TimeDelta::seconds(i64::from(state.prefs.utc_offset));
    let today = (state.now + zone).format("%Y-%m-%d");
    let entries = state.journal.shown().into_iter().cloned().collect();
    vec![Effect::ExportJournal {
        path: PathBuf::from(format!("journal-{today}.{}", form.extension())),
        form,
        entries,
    }]
}
