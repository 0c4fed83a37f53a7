//! Screens and shells opened on containers.
use crate::effect::{Effect, Effects, Job, ShellRequest, aside, beside};
use crate::model::{Container, Key};
use crate::state::{
    Field, Layer, LogBook, LogLook, LogTarget, Place, Prompt, PromptKind, State, ViewId,
};

use super::can::first;
use super::verbs::target_of;

/// Shells to try first in this container, best first.
pub(super) fn preferred_shells(state: &State, container: &Container) -> Vec<String> {
    let label = container.labels.get("stacktui.shell").cloned();
    let known = state
        .shells
        .get(&container.image)
        .and_then(|argv| argv.first().cloned());
    label
        .into_iter()
        .chain(known)
        .chain(state.prefs.shells.iter().cloned())
        .collect()
}

/// Hands the terminal to a process in this container.
pub fn hand_over(state: &mut State, key: &Key, request: ShellRequest) -> Effects {
    let Some(container) = state.world.container(key) else {
        let text = say!("gone meanwhile: there is nothing to open a shell in");
        state.toasts.bad(text, state.now);
        return Effects::new();
    };
    let prefer = preferred_shells(state, container);
    let effect = Effect::Shell {
        key: key.clone(),
        target: target_of(container),
        request: ShellRequest { prefer, ..request },
    };
    state.handed_over = true;
    vec![effect]
}

pub(super) fn shell(state: &mut State) -> Effects {
    match state.targets().first().cloned() {
        Some(key) => hand_over(state, &key, ShellRequest::default()),
        None => Effects::new(),
    }
}

pub(super) fn shell_prompt(state: &mut State) -> Effects {
    if let Some(container) = first(state).cloned() {
        state.layers.push(Layer::Prompt(Prompt {
            kind: PromptKind::ShellCommand(container.key.clone()),
            title: say!(
                "run ([-u USER] [-w DIR] COMMAND) in {name}",
                name = container.short_name()
            ),
            field: Field::of("sh"),
            before: String::new(),
            complaint: None,
        }));
    }
    Effects::new()
}

pub(super) fn attach(state: &mut State) -> Effects {
    let Some(container) = first(state).cloned() else {
        return Effects::new();
    };
    state.handed_over = true;
    vec![Effect::Attach {
        key: container.key.clone(),
        target: target_of(&container),
    }]
}

pub(super) fn open(state: &mut State, view: ViewId) -> Effects {
    if let Some(key) = state.targets().first().cloned() {
        open_on(state, view, &key);
    }
    Effects::new()
}

/// Opens a screen about this container.
pub fn open_on(state: &mut State, view: ViewId, key: &Key) {
    let sheet = state.sheets.entry(key.clone()).or_default();
    sheet.scroll = 0;
    sheet.service = None;
    sheet.inspect.stale = true;
    state.nav.open(Place {
        view,
        key: Some(key.clone()),
    });
}

pub(super) fn logs(state: &mut State) -> Effects {
    let keys = state.targets();
    let stack = state.subject();
    let stack = stack.filter(|key| key.kind == crate::model::Kind::Stack);
    let title = match state.service() {
        Some(service) => Some(service.to_owned()),
        None => stack.map(|key| key.id.to_string()),
    };
    open_logs(state, &keys, title);
    Effects::new()
}

/// The container under its own name. While one is made anew, the old one and the new one have others, which nobody will look
/// for afterwards.
fn as_called(state: &State, container: &Container) -> Container {
    let mut container = container.clone();
    let job = state.jobs.of(&container.key).map(|running| &running.job);
    if let Some(Job { key, target, .. }) = job
        && [aside(key, &target.name), beside(key, &target.name)].contains(&container.name)
    {
        container.name.clone_from(&target.name);
    }
    container
}

/// Opens the log view on these containers' services.
pub fn open_logs(state: &mut State, keys: &[Key], title: Option<String>) {
    let mut target = LogTarget::default();
    let found = keys.iter().filter_map(|key| state.world.container(key));
    let list: Vec<Container> = found.map(|c| as_called(state, c)).collect();
    for container in &list {
        target.add(container);
    }
    target.title = title.unwrap_or_else(|| match list.as_slice() {
        [one] => one.short_name().to_owned(),
        many => say_n!(many.len(), "{n} service", "{n} services"),
    });
    let prefs = &state.prefs;
    let book = LogBook::new(
        target,
        prefs.log_tail,
        prefs.log_budget,
        LogLook {
            wrap: prefs.log_wrap,
            stamps: prefs.log_stamps,
            ..LogLook::default()
        },
    );
    state.logs = Some(book);
    state.nav.open(Place {
        view: ViewId::Logs,
        key: None,
    });
}
