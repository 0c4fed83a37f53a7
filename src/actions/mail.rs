//! What may be done with captured mail and its servers.
use std::path::PathBuf;
use std::sync::Arc;

use crate::effect::{Effect, Effects, Fetch, Verb};
use crate::model::mail::{Act, Call, Letter};
use crate::model::{Key, Kind, Mail};
use crate::state::mail::{Mailbox, Part};
use crate::state::{Choice, Confirm, Field, Layer, Menu, MenuItem, RowId, Scope, State, ViewId};
use crate::text;

use super::container::{NO_LINK, open_on, start_job};
use super::{Action, Danger};

/// Containers near a server that are looked at.
const NEAR: usize = 60;
/// Subjects shown in the question before mails go.
const SHOWN: usize = 6;

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
            delete,
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
            delete_all,
        )
    },
    Action {
        footer: 6,
        unavailable: no_server,
        ..mail(
            "mail.doctor",
            "doctor",
            "Show who could send mail to this server, and how.",
            &["t"],
            doctor,
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
                state.mail.read.extend(rows.filter_map(RowId::key).cloned());
                state.mail.unread = unread(state);
                Effects::new()
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
            test,
        )
    },
    message(
        "letter.newer",
        "newer",
        "Show the mail above this one.",
        &["N", "["],
        |s| neighbour(s, -1),
    ),
    Action {
        footer: 3,
        ..message(
            "letter.older",
            "older",
            "Show the mail below this one.",
            &["n", "]"],
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
        footer: 2,
        unavailable: |s| {
            letter(s)
                .is_none()
                .then(|| "it is not there yet".to_owned())
        },
        ..message(
            "letter.save",
            "save",
            "Save an attached file or the whole message, under a name that is safe.",
            &["s"],
            save_menu,
        )
    },
];

fn unread(state: &State) -> usize {
    let mails = state.shelves.mails.things.values();
    mails.filter(|mail| state.mail.is_unread(mail)).count()
}

/// Columns of a message's text.
pub fn width(state: &State) -> u16 {
    state.size.0.saturating_sub(2).max(20)
}

/// The server that the screen is about: of the mail under the cursor, else the first there is.
pub fn server(state: &State) -> Option<&Mailbox> {
    let book = &state.mail;
    match state.subject() {
        Some(key) if key.kind == Kind::Mail => book.box_of(&key),
        Some(key) => book.boxes.get(&key),
        None => book.boxes.values().next(),
    }
}

fn no_server(state: &State) -> Option<String> {
    let none = server(state).is_none();
    none.then(|| "no container here is a mail server".to_owned())
}

/// There is no server, or it cannot be reached.
fn nothing(state: &State) -> Option<String> {
    let Some(server) = server(state) else {
        return no_server(state);
    };
    let host = state.world.host(server.source.key().host);
    let up = host.is_some_and(|host| host.link.is_up());
    match (up, server.source.running) {
        (false, _) => Some(NO_LINK.to_owned()),
        (_, false) => Some(format!("{} does not run", server.source.name)),
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
        return Some("no mail is chosen".to_owned());
    }
    nothing(state)
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
            state.nav.back();
            show(state, &key)
        }
        _ => Effects::new(),
    }
}

fn turn(state: &mut State, by: isize) -> Effects {
    let Some(key) = state.subject() else {
        return Effects::new();
    };
    let Some(opened) = state.mail.opened.get_mut(&key) else {
        return Effects::new();
    };
    if let Ok(letter) = &opened.letter {
        let there: Vec<Part> = Part::ALL
            .into_iter()
            .filter(|part| part.is_in(letter))
            .collect();
        let here = there
            .iter()
            .position(|part| *part == opened.part)
            .unwrap_or(0);
        let next = (here + there.len()).saturating_add_signed(by) % there.len().max(1);
        opened.part = there.get(next).copied().unwrap_or_default();
    }
    if let Some(sheet) = state.sheets.get_mut(&key) {
        sheet.scroll = 0;
    }
    Effects::new()
}

fn item(label: impl Into<String>, hint: impl Into<String>, choice: Choice) -> MenuItem {
    MenuItem {
        key: None,
        label: label.into(),
        hint: hint.into(),
        on: None,
        choice,
    }
}

fn menu(state: &mut State, title: &str, note: &str, items: Vec<MenuItem>) -> Effects {
    state.layers.push(Layer::Menu(Menu {
        title: title.to_owned(),
        note: note.to_owned(),
        items,
        selected: 0,
        opened: state.now,
    }));
    Effects::new()
}

fn copy(state: &mut State) -> Effects {
    let mut items = Vec::new();
    let mut add = |text: &str, hint: &str| {
        if !text.is_empty() {
            items.push(item(text, hint, Choice::Copy(text.to_owned())));
        }
    };
    let row = state
        .subject()
        .and_then(|key| state.shelves.mails.things.get(&key));
    if let Some(mail) = row {
        add(&mail.subject, "subject");
        add(&mail.from, "from");
        for to in mail.to.iter().take(5) {
            add(to, "to");
        }
    }
    for link in letter(state)
        .iter()
        .flat_map(|letter| &letter.links)
        .take(20)
    {
        add(link, "link");
    }
    if let Some(server) = server(state) {
        add(&server.source.smtp_address(), "SMTP, for applications");
    }
    menu(state, "Copy", "", items)
}

fn verb(server: &Mailbox, act: Act) -> (Key, Verb) {
    let call = Call {
        source: server.source.clone(),
        act,
    };
    (server.source.key().clone(), Verb::Mail(Box::new(call)))
}

fn delete(state: &mut State) -> Effects {
    let keys = chosen(state);
    let mut jobs = Vec::new();
    for server in state.mail.boxes.values() {
        let of_box = keys.iter().filter_map(Mail::place);
        let of_box = of_box.filter(|(container, _)| container == server.source.key());
        let ids: Vec<String> = of_box.map(|(_, id)| id.to_owned()).collect();
        if !ids.is_empty() {
            jobs.push(verb(server, Act::Delete(ids)));
        }
    }
    let subjects = keys
        .iter()
        .filter_map(|key| state.shelves.mails.things.get(key));
    let mut lines: Vec<String> = subjects
        .take(SHOWN)
        .map(|mail| mail.subject.clone())
        .collect();
    if keys.len() > SHOWN {
        lines.push(format!("and {} more", keys.len() - SHOWN));
    }
    lines.push("no server keeps what is deleted".to_owned());
    ask(
        state,
        format!("Delete {}?", text::words(keys.len() as u64, "mail")),
        lines,
        jobs,
        String::new(),
    )
}

fn delete_all(state: &mut State) -> Effects {
    let Some(server) = server(state) else {
        return Effects::new();
    };
    let name = server.source.name.clone();
    let prefix = format!("{}/", server.source.key().id);
    let jobs = vec![verb(server, Act::DeleteAll)];
    let held = state
        .shelves
        .mails
        .things
        .keys()
        .filter(|key| key.id.starts_with(&prefix))
        .count();
    let lines = vec![
        format!(
            "{} and what comes until then",
            text::words(held as u64, "mail")
        ),
        "no server keeps what is deleted".to_owned(),
    ];
    ask(
        state,
        format!("Delete all mail of {name}?"),
        lines,
        jobs,
        name,
    )
}

fn ask(
    state: &mut State,
    title: String,
    lines: Vec<String>,
    jobs: Vec<(Key, Verb)>,
    must_type: String,
) -> Effects {
    state.layers.push(Layer::Confirm(Confirm {
        title,
        lines,
        jobs,
        yes: "delete".to_owned(),
        must_type,
        field: Field::default(),
        opened: state.now,
        switches: Vec::new(),
        on_yes: false,
    }));
    Effects::new()
}

fn test(state: &mut State) -> Effects {
    let Some((key, verb)) = server(state).map(|server| verb(server, Act::Test)) else {
        return Effects::new();
    };
    start_job(state, &key, &verb).into_iter().collect()
}

fn doctor(state: &mut State) -> Effects {
    let Some(key) = server(state).map(|server| server.source.key().clone()) else {
        return Effects::new();
    };
    open_on(state, ViewId::MailDoctor, &key);
    let networks: Vec<&String> = state
        .world
        .container(&key)
        .into_iter()
        .flat_map(|c| &c.networks)
        .map(|(name, _)| name)
        .collect();
    let near = state.world.containers().filter(|c| {
        let shares = c.networks.iter().any(|(name, _)| networks.contains(&name));
        c.key != key && c.key.host == key.host && shares
    });
    let near: Vec<Key> = near.take(NEAR).map(|c| c.key.clone()).collect();
    vec![Effect::Fetch(Fetch::MailSenders(key, near))]
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
        items.push(item(
            &file.file_name,
            hint,
            Choice::SaveMail(key.clone(), Some(number)),
        ));
    }
    let size = text::bytes(letter.raw.bytes.len() as u64);
    items.push(item(
        "the whole message",
        format!(".eml, {size}"),
        Choice::SaveMail(key, None),
    ));
    menu(
        state,
        "Save",
        "into the current directory, over no file that is there",
        items,
    )
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
