//! What may be done with captured mail and its servers.
mod link;
mod read;
mod server;

use std::path::PathBuf;
use std::sync::Arc;

use crate::effect::{Effect, Effects, Fetch};
use crate::lang;
use crate::model::mail::Letter;
use crate::model::{Key, Kind};
use crate::state::mail::Mailbox;
use crate::state::{Choice, Menu, MenuItem, PromptKind, RowId, Scope, State, ViewId};
use crate::text;

use super::container::{NO_LINK, open_on};
use super::table::type_line;
use super::{Action, Danger};

pub use read::{mark_read, server_name};

const fn mail(
    id: &'static str,
    title: &'static str,
    help: &'static str,
    keys: &'static [&'static str],
    run: fn(&mut State) -> Effects,
) -> Action {
    Action::harmless(Scope::Mail, id, title, help, keys, run)
}

const fn message(
    id: &'static str,
    title: &'static str,
    help: &'static str,
    keys: &'static [&'static str],
    run: fn(&mut State) -> Effects,
) -> Action {
    Action::harmless(Scope::View(ViewId::Letter), id, title, help, keys, run)
}

/// The actions of this noun.
pub const ACTIONS: &[Action] = &[
    Action {
        unavailable: nothing,
        ..mail(
            "mail.copy",
            "copy",
            "Copy its subject, an address, a link or where applications hand mail in.",
            &["y"],
            copy,
        )
    },
    Action {
        footer: 5,
        danger: Danger::Destroys,
        unavailable: none_chosen,
        ..mail(
            "mail.delete",
            "delete",
            "Delete this mail or the marked ones, after a question.",
            &["d"],
            server::delete,
        )
    },
    Action {
        danger: Danger::Destroys,
        unavailable: nothing,
        ..mail(
            "mail.delete_all",
            "delete all",
            "Delete every mail of this server; its name must be typed.",
            &["D"],
            server::delete_all,
        )
    },
    Action {
        footer: 6,
        unavailable: |s| {
            let here = s.view() == ViewId::MailDoctor;
            let here = here.then(|| say!("it is what is shown").to_owned());
            here.or_else(|| no_server(s))
        },
        ..mail(
            "mail.doctor",
            "doctor",
            "Show who could send mail to this server, and how.",
            &["t"],
            server::doctor,
        )
    },
    Action {
        scope: Scope::View(ViewId::Mail),
        footer: 4,
        ..mail(
            "mail.follow",
            "follow",
            "Go to each mail as it comes, or stay.",
            &["f"],
            |state| {
                state.mail.follow = !state.mail.follow;
                if state.mail.follow {
                    super::table::move_by(state, isize::MIN);
                }
                Effects::new()
            },
        )
    },
    Action {
        scope: Scope::View(ViewId::Mail),
        footer: 9,
        ..mail(
            "mail.unread",
            "all/unread",
            "Show only what nobody has read, or all.",
            &["a"],
            |s| super::shelf::change(s, |listing| listing.unused_only = !listing.unused_only),
        )
    },
    Action {
        scope: Scope::View(ViewId::Mail),
        ..mail(
            "mail.read_all",
            "mark read",
            "Take every mail shown for read.",
            &["U"],
            |state| {
                let rows = state.shelves.mails.listing.table.rows.iter();
                let keys = rows.filter_map(RowId::key).cloned().collect();
                let effects = mark_read(state, keys);
                state.mail.count(&state.shelves.mails.things);
                effects
            },
        )
    },
    Action {
        footer: 7,
        danger: Danger::Changes,
        unavailable: nothing,
        ..mail(
            "mail.test",
            "test mail",
            "Hand a mail in as an application would, and time its arrival.",
            &["T"],
            server::test,
        )
    },
    Action {
        footer: 3,
        unavailable: link::none,
        ..message(
            "letter.link",
            "open/copy",
            "Open an address of the message in a browser of this machine; over SSH, or without a browser, copy it.",
            &["w"],
            link::follow,
        )
    },
    Action {
        footer: 4,
        unavailable: link::none,
        ..message(
            "letter.route",
            "route",
            "Show the routes of the host that an address of the message is on.",
            &["enter"],
            link::to_route,
        )
    },
    message(
        "letter.newer",
        "newer",
        "Show the mail above this one.",
        &["["],
        |s| neighbour(s, -1),
    ),
    Action {
        unavailable: not_there,
        ..message(
            "letter.next_hit",
            "next hit",
            "Go to the next hit of the search.",
            &["n"],
            |s| seek(s, true),
        )
    },
    Action {
        footer: 8,
        ..message(
            "letter.older",
            "older",
            "Show the mail below this one.",
            &["]"],
            |s| neighbour(s, 1),
        )
    },
    message(
        "letter.part_back",
        "part before",
        "Show the part before.",
        &["shift-tab", "left"],
        |s| turn(s, -1),
    ),
    Action {
        footer: 1,
        ..message(
            "letter.part",
            "part",
            "Show the next part: text, HTML, headers, raw, links, files.",
            &["tab", "right"],
            |s| turn(s, 1),
        )
    },
    Action {
        unavailable: not_there,
        ..message(
            "letter.previous_hit",
            "previous hit",
            "Go to the previous hit of the search.",
            &["N"],
            |s| seek(s, false),
        )
    },
    Action {
        footer: 2,
        danger: Danger::Writes,
        unavailable: not_there,
        ..message(
            "letter.save",
            "save",
            "Save an attached file or the whole message, under a name that is safe.",
            &["s"],
            save_menu,
        )
    },
    Action {
        footer: 9,
        unavailable: not_there,
        ..message(
            "letter.search",
            "search",
            "Search the part of the message on screen; capitals make it exact.",
            &["/"],
            search,
        )
    },
];

/// Columns of a message's text.
pub fn width(state: &State) -> u16 {
    state.size.0.saturating_sub(2).max(20)
}

/// The server that the screen is about: of the mail under the cursor, else the first there is.
fn mailbox(state: &State) -> Option<&Mailbox> {
    let book = &state.mail;
    match state.subject() {
        Some(key) if key.kind == Kind::Mail => book.box_of(&key),
        Some(key) => book.boxes.get(&key),
        None => book.boxes.values().next(),
    }
}

fn no_server(state: &State) -> Option<String> {
    let none = mailbox(state).is_none();
    none.then(|| say!("no container here is a mail server").to_owned())
}

/// There is no server, or it cannot be reached.
fn nothing(state: &State) -> Option<String> {
    let Some(server) = mailbox(state) else {
        return no_server(state);
    };
    let host = state.world.host(server.source.key().host);
    let up = host.is_some_and(|host| host.link.is_up());
    match (up, server.source.running) {
        (false, _) => Some(lang::say(NO_LINK).to_owned()),
        (_, false) => Some(say!("{name} does not run", name = server.source.name)),
        _ => None,
    }
}

/// The mails an act is for.
fn chosen(state: &State) -> Vec<Key> {
    match state.view() {
        ViewId::Mail => state.shelves.mails.listing.targets(),
        _ => state
            .subject()
            .into_iter()
            .filter(|key| key.kind == Kind::Mail)
            .collect(),
    }
}

fn none_chosen(state: &State) -> Option<String> {
    if chosen(state).is_empty() {
        return Some(say!("no mail is chosen").to_owned());
    }
    nothing(state)
}

fn not_there(state: &State) -> Option<String> {
    let none = letter(state).is_none();
    none.then(|| say!("it is not there yet").to_owned())
}

/// The message on screen.
fn letter(state: &State) -> Option<&Letter> {
    let opened = state.mail.opened.get(&state.subject()?)?;
    opened.letter.as_deref().ok()
}

/// Opens the mail under the cursor.
pub fn open(state: &mut State) -> Effects {
    match state.shelves.mails.listing.selected() {
        Some(key) => show(state, &key),
        None => Effects::new(),
    }
}

fn show(state: &mut State, key: &Key) -> Effects {
    let Some(source) = state.mail.box_of(key).map(|known| known.source.clone()) else {
        return Effects::new();
    };
    open_on(state, ViewId::Letter, key);
    let opened = state.mail.opened.get(key);
    if opened.is_some_and(|opened| opened.letter.is_ok()) {
        return Effects::new();
    }
    vec![Effect::Fetch(Fetch::Letter {
        mail: key.clone(),
        source: Box::new(source),
        known: None,
        width: width(state),
    })]
}

fn neighbour(state: &mut State, by: isize) -> Effects {
    let before = state.shelves.mails.listing.selected();
    let height = crate::layout::list_height(state);
    state.shelves.mails.listing.table.move_by(by, height);
    let now = state.shelves.mails.listing.selected();
    match now {
        Some(key) if before.as_ref() != Some(&key) => {
            state.back();
            show(state, &key)
        }
        _ => Effects::new(),
    }
}

fn turn(state: &mut State, by: isize) -> Effects {
    let Some(key) = state.subject() else {
        return Effects::new();
    };
    if let Some(opened) = state.mail.opened.get_mut(&key) {
        opened.turn(by);
    }
    if let Some(sheet) = state.sheets.get_mut(&key) {
        sheet.scroll = 0;
    }
    Effects::new()
}

fn search(state: &mut State) -> Effects {
    let opened = state.subject().and_then(|key| state.mail.opened.get(&key));
    let before = opened.map(|opened| opened.find.query.clone());
    let before = before.unwrap_or_default();
    type_line(state, PromptKind::Search, say!("search"), before)
}

fn seek(state: &mut State, forward: bool) -> Effects {
    let key = state.subject();
    let opened = key.and_then(|key| state.mail.opened.get_mut(&key));
    let found = opened.map(|opened| (opened.find.seek(forward), opened.find.query.is_empty()));
    match found {
        Some((false, true)) => {
            let why = say!("nothing is searched: / searches");
            state.toasts.bad(why, state.now);
        }
        Some((false, false)) => state.toasts.bad(say!("no hit"), state.now),
        _ => {}
    }
    Effects::new()
}

/// The search that was typed: there is a hit, or it is said that there is none.
pub fn found(state: &mut State) -> Effects {
    let opened = state.subject().and_then(|key| state.mail.opened.get(&key));
    if opened.is_none_or(|opened| opened.find.count().1 == 0) {
        state.toasts.bad(say!("no hit"), state.now);
    }
    Effects::new()
}

/// Ends the search of the message on screen; false where nothing is searched.
pub fn unsearch(state: &mut State) -> bool {
    let key = state.subject();
    let Some(opened) = key.and_then(|key| state.mail.opened.get_mut(&key)) else {
        return false;
    };
    let searched = !opened.find.query.is_empty();
    opened.search("", 0);
    searched
}

fn copy(state: &mut State) -> Effects {
    let mut items = Vec::new();
    let mut add = |text: &str, hint: &str| {
        if !text.is_empty() {
            items.push(MenuItem::new(text, hint, Choice::Copy(text.to_owned())));
        }
    };
    let row = state
        .subject()
        .and_then(|key| state.shelves.mails.things.get(&key));
    if let Some(mail) = row {
        add(&mail.subject, say!("subject"));
        add(&mail.from, say!("from"));
        for to in mail.to.iter().take(5) {
            add(to, say!("to"));
        }
    }
    for link in letter(state)
        .iter()
        .flat_map(|letter| &letter.links)
        .take(20)
    {
        add(link, say!("link" as "mail"));
    }
    if let Some(server) = mailbox(state) {
        add(&server.smtp_address(), say!("SMTP, for applications"));
    }
    state.offer(Menu::new(say!("Copy"), items));
    Effects::new()
}

fn save_menu(state: &mut State) -> Effects {
    let (Some(key), Some(letter)) = (state.subject(), letter(state)) else {
        return Effects::new();
    };
    let mut items: Vec<MenuItem> = Vec::new();
    for (number, file) in letter.attachments.iter().enumerate() {
        let hint = format!(
            "{}, {}",
            file.media_type,
            text::bytes(file.content.len() as u64)
        );
        let choice = Choice::SaveMail(key.clone(), Some(number));
        // What it is stays beside a long name.
        let room = usize::from(state.size.0) / 2;
        let name = text::truncate_middle(&file.file_name, room);
        items.push(MenuItem::new(name, hint, choice));
    }
    let size = text::bytes(letter.raw.bytes.len() as u64);
    let (label, hint) = (say!("the whole message"), format!(".eml, {size}"));
    items.push(MenuItem::new(label, hint, Choice::SaveMail(key, None)));
    let note = say!("into the current directory, over no file that is there");
    state.offer(Menu::new(say!("Save"), items).note(note));
    Effects::new()
}

/// Saves a file of a message, or all of it.
pub fn save(state: &mut State, key: &Key, file: Option<usize>) -> Effects {
    let opened = state.mail.opened.get(key);
    let Some(letter) = opened.and_then(|opened| opened.letter.as_deref().ok()) else {
        return Effects::new();
    };
    let found = file.map(|number| letter.attachments.get(number));
    let (name, bytes) = match found {
        Some(Some(file)) => (file.file_name.clone(), Arc::clone(&file.content)),
        Some(None) => return Effects::new(),
        None => (
            letter.file_name.clone(),
            Arc::from(letter.raw.bytes.as_slice()),
        ),
    };
    vec![Effect::SaveBytes {
        path: PathBuf::from(name),
        bytes,
    }]
}
