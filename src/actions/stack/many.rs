//! What compose does with several stacks at once: those that are marked. Must not know single services.
use crate::effect::{Effects, Verb};
use crate::lang;
use crate::model::compose::Act;
use crate::model::{Key, Stack};
use crate::state::{Choice, Confirm, Layer, Menu, MenuItem, State, Task, ViewId, Weight};

/// The tasks that several may have at once: none that shows first what it would change, and none of one service.
const TASKS: &[Task] = &[Task::Pull, Task::Build, Task::Down];

/// The marked stacks that compose has made.
pub(super) fn marked(state: &State) -> Vec<Key> {
    let shelf = &state.shelves.stacks;
    let is_meant = |key: &&Key| shelf.things.get(*key).is_some_and(Stack::is_compose);
    let marked = shelf.listing.marked.iter().filter(is_meant);
    let marked = marked.filter(|_| state.view() == ViewId::Stacks);
    marked.cloned().collect()
}

/// Why compose can do nothing with all of these.
pub(super) fn cannot(state: &State, keys: &[Key]) -> Option<String> {
    let is_up = |key: &Key| state.world.host(key.host).is_some_and(|h| h.link.is_up());
    let busy = |key: &Key| state.jobs.of(key).is_some();
    if !keys.iter().any(is_up) {
        return Some(lang::say(crate::actions::container::NO_LINK).to_owned());
    }
    let none = keys.iter().all(busy);
    none.then(|| say!("compose is at work on all of them").to_owned())
}

/// The choice of what is done with all of these.
pub(super) fn menu(state: &mut State, keys: &[Key]) -> Effects {
    let tasks = super::TASKS.iter();
    let tasks = tasks.filter(|(_, task, ..)| TASKS.contains(task));
    let items = tasks.map(|(letter, task, label, hint)| {
        let choice = Choice::ComposeAll(keys.to_vec(), *task);
        MenuItem::new(*label, lang::say(hint), choice).key(*letter)
    });
    let title = say_n!(keys.len(), "Compose: {n} stack", "Compose: {n} stacks");
    let menu = Menu::new(title, items).note(names(keys));
    state.offer(menu);
    Effects::new()
}

fn names(keys: &[Key]) -> String {
    let names: Vec<&str> = keys.iter().map(|key| &*key.id).collect();
    names.join(", ")
}

/// Has compose do this with each of them that it is not at work on, after a question where something is lost.
pub fn all(state: &mut State, keys: &[Key], task: Task) -> Effects {
    let act = match task {
        Task::Pull => Act::Pull { service: None },
        Task::Build => Act::Build { service: None },
        Task::Down => Act::Down { volumes: false },
        _ => return Effects::new(),
    };
    let free = keys.iter().filter(|key| state.jobs.of(key).is_none());
    let jobs: Vec<(Key, Verb)> = free
        .filter_map(|key| {
            let stack = state.shelves.stacks.things.get(key)?;
            Some((key.clone(), super::verb(stack, act.clone())))
        })
        .collect();
    if task != Task::Down {
        return crate::actions::container::start_jobs(state, &jobs);
    }
    let line = |(key, _): &(Key, Verb)| {
        let count = state.world.members(key).count();
        let count = say_n!(count, "{n} container", "{n} containers");
        Weight::Plain.of(format!("{}{}: {count}", key.id, state.on_host(key.host)))
    };
    let mut lines: Vec<_> = jobs.iter().map(line).collect();
    lines.push(Weight::Bad.of(say!(
        "What was written outside volumes is lost; volumes stay."
    )));
    state.layers.push(Layer::Confirm(Confirm {
        title: say_n!(jobs.len(), "Take {n} stack down?", "Take {n} stacks down?"),
        lines,
        jobs,
        yes: say!("down" as "compose").to_owned(),
        opened: state.now,
        switches: super::switches(&act),
        ..Confirm::default()
    }));
    Effects::new()
}
