//! What is asked for before it is done: what is hit and what is lost.
use crate::effect::{Effect, Effects, Fetch, Verb};
use crate::model::volume::is_made_up;
use crate::model::{Container, Key, RunState};
use crate::state::{
    Choice, Confirm, Field, Layer, Menu, MenuItem, Prompt, PromptKind, State, Told, Weight,
};

use super::can::{first, has_process, targets};
use super::several::{in_order, names};
use super::verbs::{shown_state, start_job};

/// Containers named in a sentence.
const FEW: usize = 8;

pub(super) fn ask(
    state: &State,
    list: &[&Container],
    verb: &Verb,
    title: String,
    lines: Vec<Told>,
) -> Layer {
    Layer::Confirm(Confirm {
        title,
        things: listed(state, list),
        lines,
        jobs: list.iter().map(|c| (c.key.clone(), verb.clone())).collect(),
        yes: verb.title().to_owned(),
        must_type: String::new(),
        field: Field::default(),
        opened: state.now,
        switches: Vec::new(),
        ..Confirm::default()
    })
}

pub(super) fn listed(state: &State, list: &[&Container]) -> Vec<String> {
    let one = |c: &&Container| {
        let host = state.on_host(c.key.host);
        format!("{} ({}){host}", c.name, shown_state(c))
    };
    list.iter().map(one).collect()
}

/// Published ports and routes that go away with these containers.
pub(super) fn losses(list: &[&Container]) -> Option<Told> {
    let mut ports: Vec<String> = list
        .iter()
        .flat_map(|c| &c.ports)
        .filter_map(|p| p.public.map(|n| n.to_string()))
        .collect();
    ports.dedup();
    let words = || {
        say!(
            "no longer reachable: port {ports}",
            ports = ports.join(", ")
        )
    };
    (!ports.is_empty()).then(|| Weight::Bad.of(words()))
}

pub(super) fn kill(state: &mut State) -> Effects {
    let waiting: Vec<Key> = state
        .targets()
        .into_iter()
        .filter(|k| {
            state
                .jobs
                .of(k)
                .is_some_and(|r| r.job.verb.waits_for_stop())
        })
        .collect();
    if !waiting.is_empty() {
        let verb = Verb::Kill {
            signal: "KILL".to_owned(),
        };
        return waiting
            .iter()
            .filter_map(|key| start_job(state, key, &verb))
            .collect();
    }
    let list: Vec<&Container> = targets(state)
        .into_iter()
        .filter(|c| has_process(c))
        .collect();
    let keys: Vec<Key> = list.iter().map(|c| c.key.clone()).collect();
    let signals = [
        ('k', "KILL", say!("ends it at once, nothing is saved")),
        ('t', "TERM", say!("asks it to end")),
        ('i', "INT", say!("as Ctrl-C")),
        ('h', "HUP", say!("many servers read their settings anew")),
        ('q', "QUIT", say!("many programs dump what they are doing")),
        ('1', "USR1", say!("the program's own meaning")),
        ('2', "USR2", say!("the program's own meaning")),
    ];
    let items = signals.map(|(key, signal, hint)| {
        let choice = Choice::Kill {
            keys: keys.clone(),
            signal: signal.to_owned(),
        };
        MenuItem::new(signal, hint, choice).key(key)
    });
    let title = say!("Kill {names}: which signal?", names = names(state, &list));
    let mut few = listed(state, &list);
    if few.len() > FEW {
        let more = say!("and {n} more", n = few.len() - FEW);
        few.truncate(FEW);
        few.push(more);
    }
    let note = few.join(", ");
    state.offer(Menu::new(title, items).note(note));
    Effects::new()
}

pub(super) fn remove(state: &mut State) -> Effects {
    let list = targets(state);
    let running = list
        .iter()
        .any(|c| has_process(c) || c.state == RunState::Restarting);
    let verb = Verb::Remove {
        force: running,
        volumes: false,
    };
    let mut lines = in_order(state, &list, &verb);
    if running {
        lines.push(Weight::Plain.of(say!("running: it is killed first")));
    }
    lines.push(Weight::Bad.of(say!(
        "lost: everything written inside that is not in a volume"
    )));
    let volumes = list
        .iter()
        .flat_map(|c| &c.mounts)
        .filter(|m| m.kind == "volume")
        .count();
    if volumes > 0 {
        lines.push(Weight::Plain.of(say_n!(
            volumes,
            "{n} volume is kept; anonymous ones go if you say so (v)",
            "{n} volumes are kept; anonymous ones go if you say so (v)"
        )));
    }
    lines.extend(losses(&list));
    let title = say!("Remove {names}?", names = names(state, &list));
    let Layer::Confirm(mut confirm) = ask(state, &list, &verb, title, lines) else {
        return Effects::new();
    };
    confirm.switches = vec![
        (
            'v',
            say!("remove its anonymous volumes too").to_owned(),
            false,
        ),
        (
            'f',
            say!("by force (kill it when it runs)").to_owned(),
            running,
        ),
    ];
    state.layers.push(Layer::Confirm(confirm));
    Effects::new()
}

/// Containers that are made anew at once whose commands are shown.
const MOST_COMMANDS: usize = 8;

pub(super) fn recreate(state: &mut State) -> Effects {
    let all = targets(state);
    // One whose lender is made anew goes with it: alone it would be made for the old one.
    let goes_along = |c: &Container| all.iter().any(|other| c.borrows_of(other));
    let list: Vec<&Container> = all.iter().copied().filter(|c| !goes_along(c)).collect();
    let mut lines = Vec::new();
    if list.iter().any(|c| c.state.is_live()) {
        lines.push(Weight::Plain.of(say!(
            "made anew with all settings and volumes, then stopped and replaced"
        )));
        lines.push(Weight::Plain.of(say!(
            "the old one comes back when the new one dies or is not healthy"
        )));
    } else {
        lines.push(Weight::Plain.of(say!(
            "made anew with all settings and volumes, and not started"
        )));
    }
    lines.push(Weight::Bad.of(say!(
        "lost: everything written inside that is not in a volume"
    )));
    let mounts = list.iter().flat_map(|c| &c.mounts);
    let nameless = mounts.filter(|m| m.kind == "volume" && is_made_up(&m.source));
    let nameless = nameless.count();
    if nameless > 0 {
        lines.push(Weight::Plain.of(say_n!(
            nameless,
            "{n} anonymous volume goes along by its name: docker rm -v will leave it",
            "{n} anonymous volumes go along by their names: docker rm -v will leave them"
        )));
    }
    let borrowers = state.world.containers();
    let borrowers = borrowers.filter(|c| list.iter().any(|other| c.borrows_of(other)));
    let borrowers: Vec<&str> = borrowers.map(Container::short_name).collect();
    if !borrowers.is_empty() {
        let names = borrowers.join(", ");
        lines.push(Weight::Plain.of(say!(
            "lives in its network, and must be made anew too: {names}",
            names
        )));
    }
    let others = !borrowers.is_empty();
    let title = say!("Recreate {names}?", names = names(state, &list));
    let verb = Verb::Recreate {
        pull: false,
        others,
    };
    // What makes them is asked for, to be shown; a command for more of them nobody would read.
    let lines_of = list.iter().filter(|_| list.len() <= MOST_COMMANDS);
    let asked = lines_of.map(|c| Effect::Fetch(Fetch::RunLine(c.key.clone())));
    let asked = asked.collect();
    let Layer::Confirm(mut confirm) = ask(state, &list, &verb, title, lines) else {
        return Effects::new();
    };
    confirm.switches = vec![('p', say!("pull its image first").to_owned(), false)];
    if others {
        let words = say!("make anew what lives in its network").to_owned();
        confirm.switches.push(('b', words, true));
    }
    state.layers.push(Layer::Confirm(confirm));
    asked
}

pub(super) fn rename(state: &mut State) -> Effects {
    if let Some(container) = first(state).cloned() {
        state.layers.push(Layer::Prompt(Prompt {
            kind: PromptKind::Rename(container.key.clone()),
            title: say!("rename {name} to", name = container.short_name()),
            field: Field::of(&container.name),
            before: container.name,
            complaint: None,
        }));
    }
    Effects::new()
}
