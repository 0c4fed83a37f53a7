//! The command that does the same as what is asked for: of a question, of the choice under the cursor, of a line being typed.
use crate::effect::Verb;
use crate::keys::Chord;
use crate::model::swarm::Act;
use crate::model::wanted::{NewNetwork, NewVolume};
use crate::model::{Container, Key};
use crate::state::{Choice, Confirm, Layer, Menu, Prompt, PromptKind, State, order};

use super::space::key_of;

/// What the window asks for, as one would type it; empty where no one command does it.
pub fn of_layer(state: &State, layer: &Layer) -> String {
    match layer {
        Layer::Confirm(confirm) => of_question(state, confirm),
        Layer::Menu(menu) => of_menu(state, menu),
        Layer::Prompt(prompt) => of_prompt(state, prompt),
        Layer::Help { .. } | Layer::Cost | Layer::Palette { .. } => String::new(),
    }
}

/// The key that copies it: a letter where letters are free.
pub fn key(layer: &Layer) -> Chord {
    let is_free = match layer {
        Layer::Confirm(confirm) => confirm.must_type.is_empty(),
        Layer::Menu(menu) => !menu.is_long() && menu.items.iter().all(|item| item.key != Some('c')),
        _ => false,
    };
    if is_free {
        Chord::char('c')
    } else {
        Chord::ctrl('y')
    }
}

fn of_question(state: &State, confirm: &Confirm) -> String {
    let jobs = &confirm.jobs;
    let first = jobs.first().map(|(key, _)| key.host);
    let one_host = |(key, _): &(Key, Verb)| Some(key.host) == first;
    let remade: Option<Vec<String>> = jobs
        .iter()
        .map(|(key, verb)| {
            let Verb::Recreate { pull, .. } = verb else {
                return None;
            };
            let made = confirm.made_by.get(key)?;
            let container = state.world.container(key);
            let name = container.map_or_else(|| key.short(), |c| c.name.as_str());
            let image = container.filter(|_| *pull).map(|c| c.image.as_str());
            Some(made.in_place_of(name, image))
        })
        .collect();
    match remade {
        Some(commands) if jobs.iter().all(one_host) => commands.join(" && "),
        _ => of_jobs(state, jobs),
    }
}

fn of_menu(state: &State, menu: &Menu) -> String {
    match menu.items.get(menu.selected).map(|item| &item.choice) {
        Some(Choice::Do(key, verb)) => of_jobs(state, &[(key.clone(), verb.clone())]),
        Some(Choice::Kill { keys, signal }) => {
            let kill = |key: &Key| {
                let signal = signal.clone();
                (key.clone(), Verb::Kill { signal })
            };
            of_jobs(state, &keys.iter().map(kill).collect::<Vec<_>>())
        }
        _ => String::new(),
    }
}

fn of_prompt(state: &State, prompt: &Prompt) -> String {
    let text = prompt.field.text();
    let typed = text.trim();
    let says_something = !typed.is_empty() && text != prompt.before;
    let asked = says_something.then(|| asked(state, prompt, typed));
    asked
        .flatten()
        .map_or_else(String::new, |job| of_jobs(state, &[job]))
}

/// What the line would do as it is now; none as long as it does nothing.
fn asked(state: &State, prompt: &Prompt, typed: &str) -> Option<(Key, Verb)> {
    let text = || typed.to_owned();
    Some(match &prompt.kind {
        PromptKind::Rename(key) => (key.clone(), Verb::Rename { to: text() }),
        PromptKind::Tag(key) => (key.clone(), Verb::Tag { to: text() }),
        PromptKind::Pull(host) => {
            let images = vec![text()];
            (key_of(state, *host), Verb::Pull { images })
        }
        PromptKind::LoadImages(host) => {
            let path = typed.into();
            (key_of(state, *host), Verb::Load { path })
        }
        PromptKind::Limit(key, limit) => {
            let now = super::container::limits_now(state, key);
            let change = limit.read(typed, &now).ok()?;
            (key.clone(), Verb::Update(change))
        }
        PromptKind::Replicas(key) => {
            let to = typed.parse().ok()?;
            (key.clone(), Verb::Swarm(Act::Scale(to)))
        }
        PromptKind::NewNetwork(host) => {
            let network = Box::new(NewNetwork::read(typed).ok()?);
            (key_of(state, *host), Verb::CreateNetwork(network))
        }
        PromptKind::NewVolume(host) => {
            let volume = Box::new(NewVolume::read(typed).ok()?);
            (key_of(state, *host), Verb::CreateVolume(volume))
        }
        _ => return None,
    })
}

/// The command that does all of this; empty where none does.
pub fn of_jobs(state: &State, jobs: &[(Key, Verb)]) -> String {
    let images = all_images(state, jobs);
    let jobs = images.as_deref().unwrap_or(jobs);
    let Some((first, verb)) = jobs
        .first()
        .filter(|(first, verb)| jobs.iter().all(|(k, v)| v == verb && k.host == first.host))
    else {
        // No one command does different things, or goes to several engines.
        return String::new();
    };
    let commands = in_order(state, jobs).into_iter();
    let commands: Vec<String> = commands
        .map(|names| verb.command(&names.join(" ")))
        .collect();
    if commands.iter().any(String::is_empty) {
        return String::new();
    }
    let command = commands.join(" && ");
    // The command itself goes to the engine that docker would use.
    if state.world.several() {
        format!("{command}  #{}", state.on_host(first.host))
    } else {
        command
    }
}

/// Removals of several images as one, by all their names.
fn all_images(state: &State, jobs: &[(Key, Verb)]) -> Option<Vec<(Key, Verb)>> {
    let (first, Verb::RemoveImage { force, .. }) = jobs.first()? else {
        return None;
    };
    let force = *force;
    let mut all = Vec::new();
    for (key, verb) in jobs {
        match verb {
            Verb::RemoveImage { names, .. } if names.is_empty() => all.extend(name(state, key)),
            Verb::RemoveImage { names, .. } if key.host == first.host => {
                all.extend(names.iter().cloned());
            }
            _ => return None,
        }
    }
    let names = all;
    Some(vec![(first.clone(), Verb::RemoveImage { names, force })])
}

/// The names of what is done at once, and then of what waits for it.
fn in_order(state: &State, jobs: &[(Key, Verb)]) -> Vec<Vec<String>> {
    let containers = jobs
        .iter()
        .filter_map(|(key, _)| state.world.container(key));
    let list: Vec<&Container> = containers.collect();
    let first = jobs.first();
    let waits = first.map(|(_, verb)| order::waits(&list, verb, &state.outlines));
    let steps = order::steps(jobs.iter().map(|(key, _)| key), &waits.unwrap_or_default());
    let names = |step: Vec<&Key>| {
        let names = step.into_iter().filter_map(|key| name(state, key));
        names.collect()
    };
    steps.into_iter().map(names).collect()
}

fn name(state: &State, key: &Key) -> Option<String> {
    match state.world.container(key) {
        Some(container) => Some(container.name.clone()),
        None => super::item::target_of(state, key).map(|(target, _)| target.name),
    }
}
