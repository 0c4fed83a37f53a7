//! Nothing is said past the catalogue: in a made-up language whose letters are none of ASCII's, the words left in ASCII
//! letters are those of the fixture, names of keys, and a few that no language changes.
use std::collections::BTreeSet;

use super::support::made_up::{MADE_UP, words};
use super::*;
use stacktui::actions::command;
use stacktui::lang::{self, Lang};

/// Not ours to translate, though no state holds it: names of keys and signals, JSON's own words.
const SAME_EVERYWHERE: &[&str] = &[
    "Backspace",
    "Ctrl",
    "Del",
    "End",
    "Enter",
    "Esc",
    "Home",
    "Ins",
    "PgDn",
    "PgUp",
    "Shift",
    "Space",
    "Tab",
    "MailHog",
    "SIGKILL",
    "HUP",
    "INT",
    "KILL",
    "QUIT",
    "TERM",
    "USR",
    "info",
    "false",
    "null",
    "true",
];

/// Words of docker's own commands and options, which windows show as they are typed.
const DOCKERS: &[&str] = &[
    "attachable",
    "driver",
    "exec",
    "follow",
    "force",
    "gateway",
    "internal",
    "ipv",
    "label",
    "logs",
    "network",
    "opt",
    "range",
    "restart",
    "rmi",
    "stop",
    "subnet",
    "tail",
];

/// What opens a window: questions, menus, prompts, the help and the palette, over each view.
const WINDOWS: &[&str] = &[
    "?", ":", "D", "K", "L", "R", "s", "y", "w", "E", "n", "o", "c", "*  D", "z y", "2 ?", "2 :",
    "2 D", "2 s", "2 U", "2 o", "3 ?", "3 :", "3 D", "3 n", "3 o", "3 :", "4 ?", "4 D", "4 N",
    "4 o", "5 ?", "5 D", "5 N", "5 o", "8 ?", "9 ?", "9 n", "0 ?", "0 +", "0 o", "l ?", "l :",
    "l T", "l d", "l &", "l |", "l @", "l ctrl-s", "enter ?", "i ?", "i /",
];

/// The texts that a state holds, as one; ids of actions would hide what is called alike, and what windows and messages
/// hold is said.
fn data(state: &State) -> String {
    let mut state = state.clone();
    let window = state.layer();
    let command = window.map_or_else(String::new, |layer| command::of_layer(&state, layer));
    state.keymap = stacktui::state::Keymap::default();
    state.layers.clear();
    state.toasts = stacktui::state::Toasts::default();
    let told = format!("{state:?}");
    let quoted = told.split('"').skip(1).step_by(2);
    // A command is in docker's words.
    quoted
        .chain([command.as_str()])
        .collect::<Vec<_>>()
        .join("\n")
}

fn left_plain(state: &mut State) -> Vec<String> {
    let screen = screen::text(&screen::draw(state, 160, 60, &screen::probe(false)));
    let data = data(state);
    let mut left = words(&screen);
    left.retain(|word| !data.contains(word.as_str()));
    left.retain(|word| !SAME_EVERYWHERE.contains(&word.as_str()));
    left.retain(|word| !DOCKERS.contains(&word.as_str()));
    left.into_iter().collect()
}

/// Screens of every view, with what they show asked for and answered.
fn screens() -> Vec<(String, State)> {
    let now = world::now();
    let mut states: Vec<(String, State)> = Vec::new();
    for keys in [
        "2", "3", "4", "5", "7", "8", "9", "0", "enter", "i", "t", "l", "o", "c", "/",
    ] {
        for mut state in [world::stocked(now), with_past()] {
            world::press(&mut state, keys);
            let details = world::details(ZAMMAD, state.now);
            let details = Msg::Details(world::key(ZAMMAD), Ok(Box::new(details)));
            world::send(&mut state, details);
            states.push((keys.to_owned(), state));
        }
    }
    for keys in WINDOWS {
        let mut state = world::stocked(now);
        world::press(&mut state, keys);
        states.push(((*keys).to_owned(), state));
    }
    let named = container_states().into_iter();
    states.extend(named.map(|(name, mut state)| {
        // Written by the fixture.
        state.toasts = stacktui::state::Toasts::default();
        (name.to_owned(), state)
    }));
    let peopled: Vec<(&str, State)> = vec![
        ("mail", post::mailed(now)),
        ("routes", world::routed(now)),
        ("hosts", hosts::three(now)),
    ];
    for (name, scene) in peopled {
        for keys in ["", "?", ":", "o", "y", "d", "D", "t", "enter"] {
            let mut state = scene.clone();
            world::press(&mut state, keys);
            states.push((format!("{name} {keys}"), state));
        }
    }
    states
}

#[test]
fn no_word_of_ours_is_said_past_the_catalogue() {
    let told = lang::within(Lang::of(&MADE_UP), || {
        let mut told = BTreeSet::new();
        for (name, mut state) in screens() {
            let left = left_plain(&mut state);
            if !left.is_empty() {
                told.insert(format!("{name}: {}", left.join(" ")));
            }
        }
        told
    });
    let told: Vec<String> = told.into_iter().collect();
    assert!(told.is_empty(), "\n{}\n", told.join("\n"));
}
