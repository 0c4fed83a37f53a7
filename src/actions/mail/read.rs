//! Which mails were read, in this run and in later ones.
use std::collections::BTreeMap;

use crate::effect::{Effect, Effects};
use crate::model::{Key, Mail};
use crate::state::State;

/// What a server of mail is called from run to run, whatever its container is.
pub fn server_name(state: &State, container: &Key) -> Option<String> {
    let host = state.world.host(container.host)?;
    let container = state.world.container(container)?;
    Some(format!("{}/{}", host.label, container.name))
}

/// Takes mails for read, here and in later runs.
pub fn mark_read(state: &mut State, mails: Vec<Key>) -> Effects {
    let mut of: BTreeMap<Key, Vec<Key>> = BTreeMap::new();
    for mail in mails {
        if let Some((container, _)) = Mail::place(&mail) {
            of.entry(container).or_default().push(mail);
        }
    }
    let mut effects = Effects::new();
    for (container, mails) in of {
        let Some(server) = server_name(state, &container) else {
            continue;
        };
        let ids = state.mail.mark_read(&server, &mails);
        if !ids.is_empty() {
            effects.push(Effect::RememberRead { server, ids });
        }
    }
    effects
}
