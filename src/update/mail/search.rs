//! What mail servers find themselves, beside what is searched here: taken while the filter is what they were asked for.
use crate::actions::mail::server_name;
use crate::model::mail::Found;
use crate::model::{Key, Mail};
use crate::msg::Failure;
use crate::state::State;

/// What was found for another filter is let go.
pub(in crate::update) fn settle(state: &mut State) {
    if state.mail.search.words == state.shelves.mails.listing.filter {
        return;
    }
    state.mail.search.answers.clear();
    drop_beyond(state, |_| true);
    let words = &state.shelves.mails.listing.filter;
    state.mail.search.words.clone_from(words);
}

/// A server found these; where the filter says something else by now, it came too late.
pub(super) fn found(state: &mut State, server: &Key, words: &str, answer: Result<Found, Failure>) {
    let known = state.mail.boxes.get(server);
    let query = known.and_then(|known| known.query(words));
    let Some(query) = query.filter(|_| state.mail.search.words == words) else {
        return;
    };
    drop_beyond(state, |mail| Mail::is_in(mail, server));
    let kept = answer.as_ref().map_err(Failure::clone);
    state.mail.search.keep(server, &query, kept);
    if let Ok(found) = answer {
        add(state, server, found.mails);
    }
    state.mail.count(&state.shelves.mails.things);
    state.shelves.mails.listing.stale = true;
}

/// Mails that are not listed are there as long as what was found is.
fn add(state: &mut State, server: &Key, mails: Vec<Mail>) {
    if let Some(name) = server_name(state, server) {
        state.mail.recall(&name, &mails);
    }
    let things = &mut state.shelves.mails.things;
    for mail in mails {
        if !things.contains_key(&mail.key) {
            state.mail.search.beyond.insert(mail.key.clone());
            things.insert(mail.key.clone(), mail);
        }
    }
}

/// Nothing that this server found is there any more.
pub(super) fn forget(state: &mut State, server: &Key) {
    state.mail.search.answers.remove(server);
    drop_beyond(state, |mail| Mail::is_in(mail, server));
}

/// Lets go of what is known only because it was found.
fn drop_beyond(state: &mut State, goes: impl Fn(&Key) -> bool) {
    let shelf = &mut state.shelves.mails;
    state.mail.search.beyond.retain(|key| {
        let kept = !goes(key);
        if !kept {
            shelf.things.remove(key);
            shelf.listing.marked.remove(key);
            state.mail.read.remove(key);
            shelf.listing.stale = true;
        }
        kept
    });
}
