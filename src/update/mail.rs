//! Mail servers as the inventory tells of them, and what they say of their boxes.
mod search;
mod senders;

use crate::actions::mail::{mark_read, server_name};
use crate::effect::{Effect, Effects, Fetch, Job, Verb};
use crate::model::mail::{Act, Letter};
use crate::model::{HostId, Key, Kind, Mail};
use crate::msg::{Failure, MailMsg, Msg};
use crate::state::mail::Condition;
use crate::state::{RowId, State, ViewId};

/// All containers of a host are known anew.
pub(super) fn inventory(state: &mut State, id: HostId) {
    let Some(host) = state.world.hosts.get(&id) else {
        return;
    };
    for container in host.containers() {
        state.mail.seen(container, &state.prefs);
    }
    let gone: Vec<Key> = state
        .mail
        .boxes
        .keys()
        .filter(|key| key.host == id)
        .cloned()
        .collect();
    let gone: Vec<Key> = gone
        .into_iter()
        .filter(|key| state.world.container(key).is_none())
        .collect();
    changed(state, &[], &gone);
}

/// These containers are other than they were; those are gone, and their mail with them.
pub(super) fn changed(state: &mut State, changed: &[Key], gone: &[Key]) {
    for key in changed {
        if let Some(container) = state.world.container(key) {
            state.mail.seen(container, &state.prefs);
        }
    }
    for key in gone {
        if state.mail.boxes.remove(key).is_some() {
            search::forget(state, key);
            hold(state, key, Vec::new());
        }
    }
    state.mail.give_logins(&state.prefs);
}

/// These mails, and no others, are in the box of this container.
fn hold(state: &mut State, container: &Key, mails: Vec<Mail>) {
    if let Some(server) = server_name(state, container) {
        state.mail.recall(&server, &mails);
    }
    let of_box = |key: &Key| Mail::is_in(key, container);
    let beyond = &mut state.mail.search.beyond;
    beyond.retain(|key| mails.iter().all(|mail| mail.key != *key));
    let shelf = &mut state.shelves.mails;
    let kept = |mail: Mail| match shelf.things.get(&mail.key) {
        // Once opened a mail is known better than its server lists it.
        Some(known) if known.content.whole && !mail.content.whole => Mail {
            content: known.content.clone(),
            ..mail
        },
        _ => mail,
    };
    let mails: Vec<Mail> = mails.into_iter().map(kept).collect();
    shelf
        .things
        .retain(|key, _| !of_box(key) || beyond.contains(key));
    shelf
        .things
        .extend(mails.into_iter().map(|mail| (mail.key.clone(), mail)));
    shelf.answers.insert(container.host, None);
    let things = &shelf.things;
    shelf.listing.marked.retain(|key| things.contains_key(key));
    state
        .mail
        .read
        .retain(|key| !of_box(key) || things.contains_key(key));
    count(state);
}

/// Counts the unread ones; the rows are taken anew.
fn count(state: &mut State) {
    state.mail.count(&state.shelves.mails.things);
    state.shelves.mails.listing.stale = true;
}

/// What servers say, and answers to what was asked of them.
pub(super) fn take(state: &mut State, msg: Msg) -> Effects {
    match msg {
        Msg::Mail(key, msg) => told(state, &key, msg),
        Msg::Letter(key, answer) => return letter(state, &key, answer),
        Msg::MailSenders(key, answer) => senders::take(state, &key, answer),
        _ => {}
    }
    Effects::new()
}

/// A server says something.
fn told(state: &mut State, key: &Key, msg: MailMsg) {
    let Some(known) = state.mail.boxes.get_mut(key) else {
        return;
    };
    match msg {
        MailMsg::Up {
            server,
            way,
            smtp,
            searches,
        } => {
            known.smtp = Some(smtp);
            known.condition = Condition::Up {
                server,
                way,
                searches,
                total: 0,
            };
        }
        MailMsg::Found(words, answer) => search::found(state, key, &words, answer),
        MailMsg::Listed { total: all, mails } => {
            if let Condition::Up { total, .. } = &mut known.condition {
                *total = all;
            }
            let first = !std::mem::replace(&mut known.listed, true);
            let newest = mails.first().map(|mail| mail.key.clone());
            let fresh = newest.filter(|key| !state.shelves.mails.things.contains_key(key));
            if first && state.shelves.mails.listing.order.is_empty() {
                "time".clone_into(&mut state.shelves.mails.listing.order);
            }
            hold(state, key, mails);
            if let Some(fresh) = fresh.filter(|_| state.mail.follow && !first) {
                state.shelves.mails.listing.table.selected = Some(RowId::Item(fresh));
            }
        }
        MailMsg::Down(failure) => {
            known.condition = Condition::Down(failure);
            state.shelves.mails.listing.stale = true;
        }
    }
}

/// A message was fetched.
fn letter(state: &mut State, key: &Key, answer: Result<Box<Letter>, Failure>) -> Effects {
    let mut effects = Effects::new();
    if let Ok(letter) = &answer {
        let row = state.shelves.mails.things.get_mut(key);
        if let Some(mail) = row.filter(|_| !letter.headers.is_empty()) {
            mail.content = letter.content();
        }
        effects = mark_read(state, vec![key.clone()]);
        count(state);
    }
    state.mail.keep(key, answer);
    effects
}

pub(super) use search::settle;

/// The message on screen, read for another width than the screen has now.
pub(super) fn fitted(state: &mut State) -> Effects {
    let place = state.nav.current();
    let (ViewId::Letter, Some(key)) = (place.view, place.key) else {
        return Effects::new();
    };
    let width = crate::actions::mail::width(state);
    let source = state.mail.box_of(&key).map(|known| known.source.clone());
    let opened = state.mail.opened.get_mut(&key);
    let (Some(opened), Some(source)) = (opened, source) else {
        return Effects::new();
    };
    let Ok(letter) = &opened.letter else {
        return Effects::new();
    };
    if letter.width == width || opened.asked == width {
        return Effects::new();
    }
    opened.asked = width;
    let known = Some(letter.raw.clone());
    vec![Effect::Fetch(Fetch::Letter {
        mail: key,
        source: Box::new(source),
        known,
        width,
    })]
}

/// Something was done to a box: what is gone is not shown until it is listed again.
pub(super) fn done(state: &mut State, job: &Job, outcome: Result<u64, &str>) {
    let Verb::Mail(call) = &job.verb else {
        return;
    };
    match (&call.act, outcome) {
        (Act::Test, outcome) => {
            let now = state.now;
            if let Some(known) = state.mail.boxes.get_mut(&job.key) {
                known.test = Some(match outcome {
                    Ok(ms) => (now, true, say!("arrived in {ms} ms", ms)),
                    Err(why) => (now, false, why.to_owned()),
                });
            }
        }
        (Act::Delete(ids), Ok(_)) => {
            for id in ids {
                forget(state, &Mail::key(&job.key, id));
            }
            count(state);
        }
        (Act::DeleteAll, Ok(_)) => {
            search::forget(state, &job.key);
            hold(state, &job.key, Vec::new());
        }
        (_, Err(_)) => {}
    }
    let place = state.nav.current();
    let shown = place.key.filter(|key| key.kind == Kind::Mail);
    if shown.is_some_and(|key| !state.shelves.mails.things.contains_key(&key)) {
        state.back();
    }
}

fn forget(state: &mut State, key: &Key) {
    state.shelves.mails.things.remove(key);
    state.mail.search.beyond.remove(key);
    state.shelves.mails.listing.marked.remove(key);
    state.mail.read.remove(key);
}
