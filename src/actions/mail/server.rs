//! What is done to a mail server's box: deleting, a test mail, asking who could send to it.
use crate::effect::{Effect, Effects, Fetch, Verb};
use crate::model::mail::{Act, Call};
use crate::model::{Key, Mail};
use crate::state::mail::Mailbox;
use crate::state::{Confirm, Field, Layer, State, Told, ViewId, Weight};

use super::super::container::{open_on, start_job};
use super::{chosen, mailbox};

/// Containers near a server that are looked at.
const NEAR: usize = 60;
/// Subjects shown in the question before mails go.
const SHOWN: usize = 6;

fn verb(server: &Mailbox, act: Act) -> (Key, Verb) {
    let call = Call {
        source: server.source.clone(),
        act,
    };
    (server.source.key().clone(), Verb::Mail(Box::new(call)))
}

pub(super) fn delete(state: &mut State) -> Effects {
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
    let mut lines: Vec<Told> = subjects
        .take(SHOWN)
        .map(|mail| Weight::Plain.of(mail.subject.clone()))
        .collect();
    if keys.len() > SHOWN {
        lines.push(Weight::Plain.of(say!("and {n} more", n = keys.len() - SHOWN)));
    }
    lines.push(Weight::Bad.of(say!("no server keeps what is deleted")));
    ask(
        state,
        say_n!(keys.len(), "Delete {n} mail?", "Delete {n} mails?"),
        lines,
        jobs,
        String::new(),
    )
}

pub(super) fn delete_all(state: &mut State) -> Effects {
    let Some(server) = mailbox(state) else {
        return Effects::new();
    };
    let name = server.source.name.clone();
    let jobs = vec![verb(server, Act::DeleteAll)];
    let held = state
        .shelves
        .mails
        .things
        .keys()
        .filter(|key| Mail::is_in(key, server.source.key()))
        .count();
    let lines = vec![
        Weight::Plain.of(say_n!(
            held,
            "{n} mail and what comes until then",
            "{n} mails and what comes until then"
        )),
        Weight::Bad.of(say!("no server keeps what is deleted")),
    ];
    ask(
        state,
        say!("Delete all mail of {name}?", name),
        lines,
        jobs,
        name,
    )
}

fn ask(
    state: &mut State,
    title: String,
    lines: Vec<Told>,
    jobs: Vec<(Key, Verb)>,
    must_type: String,
) -> Effects {
    state.layers.push(Layer::Confirm(Confirm {
        title,
        lines,
        jobs,
        yes: say!("delete").to_owned(),
        must_type,
        field: Field::default(),
        opened: state.now,
        switches: Vec::new(),
        ..Confirm::default()
    }));
    Effects::new()
}

pub(super) fn test(state: &mut State) -> Effects {
    let Some((key, verb)) = mailbox(state).map(|server| verb(server, Act::Test)) else {
        return Effects::new();
    };
    start_job(state, &key, &verb).into_iter().collect()
}

pub(super) fn doctor(state: &mut State) -> Effects {
    let Some(key) = mailbox(state).map(|server| server.source.key().clone()) else {
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
    let near = near.take(NEAR).map(|c| c.key.clone());
    // Its own environment says where it takes mail, also when it wants a password to be asked.
    let near: Vec<Key> = std::iter::once(key.clone()).chain(near).collect();
    vec![Effect::Fetch(Fetch::MailSenders(key, near))]
}
