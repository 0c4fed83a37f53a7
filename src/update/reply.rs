//! Answers to what was asked: details, processes, shells.
use crate::effect::{Effect, Effects, Fetch, ShellRequest, Verb};
use crate::lang;
use crate::model::about::{Member, Particulars};
use crate::model::run_line::RunLine;
use crate::model::{About, Details, Entry, Key, Processes};
use crate::msg::{Failure, ShellEnd};
use crate::state::fresh::Answer;
use crate::state::lints::hangs;
use crate::state::{Choice, Fresh, Layer, Menu, MenuItem, Pending, State};

pub(super) fn told(failure: &Failure) -> String {
    if failure.advice.is_empty() {
        failure.what.to_string()
    } else {
        format!("{} · {}", failure.what, failure.advice)
    }
}

fn container_name(state: &State, key: &Key) -> String {
    let container = state.world.container(key);
    container.map_or_else(|| key.short().to_owned(), |c| c.short_name().to_owned())
}

pub(super) fn details(
    state: &mut State,
    key: &Key,
    answer: Result<Box<Details>, Failure>,
) -> Effects {
    let effects = match &answer {
        Ok(details) => super::past::inspected(state, details),
        Err(_) => Effects::new(),
    };
    let silent = hangs(state, key);
    let sheet = state.sheets.entry(key.clone()).or_default();
    match answer {
        Ok(details) => {
            sheet.inspect.stale |= sheet
                .details
                .as_ref()
                .is_none_or(|old| old.document != details.document);
            sheet.details = Some(details);
            sheet.failure = None;
        }
        Err(failure) => sheet.failure = Some(failure),
    }
    if hangs(state, key) != silent {
        state.containers.changed();
    }
    if let Some(here) = state.may_ask(&Pending::Limits(key.clone())) {
        match state.sheet(key).and_then(|sheet| sheet.failure.clone()) {
            Some(failure) => state.toasts.bad(told(&failure), state.now),
            None if here => crate::actions::container::limit_menu(state, key),
            None => {
                let name = container_name(state, key);
                let words = say!("the limits of {name} are there: L", name);
                state.toasts.ok(words, state.now);
            }
        }
    }
    effects
}

pub(super) fn about(state: &mut State, key: &Key, answer: Result<Box<About>, Failure>) -> Effects {
    let sheet = state.sheets.entry(key.clone()).or_default();
    match answer {
        Ok(about) => {
            let old = sheet.about.as_ref();
            sheet.inspect.stale |= old.is_none_or(|old| old.document != about.document);
            let before = old.map_or(&[][..], |old| members(old));
            let member = |one: &Member| (Key::container(key.host, &one.id), before.contains(one));
            let members: Vec<(Key, bool)> = members(&about).iter().map(member).collect();
            sheet.about = Some(about);
            sheet.failure = None;
            ask_names(state, members)
        }
        Err(failure) => {
            sheet.failure = Some(failure);
            Effects::new()
        }
    }
}

/// Containers of a network that are asked at once what they are called in it.
const NAMED: usize = 32;

fn members(about: &About) -> &[Member] {
    match &about.particulars {
        Particulars::Network { members } => members,
        _ => &[],
    }
}

/// A network does not know by which names its containers find each other: they are asked when they come, and when they come
/// again, for it may be under other names. Of each it is said whether it was in it before.
fn ask_names(state: &State, members: Vec<(Key, bool)>) -> Effects {
    let unknown = |key: &Key| {
        let sheet = state.sheet(key);
        sheet.is_none_or(|sheet| sheet.details.is_none())
    };
    let asked = members
        .into_iter()
        .filter(|(key, stayed)| !stayed || unknown(key))
        .map(|(key, _)| key)
        .filter(|key| state.world.container(key).is_some());
    let ask = |key| Effect::Fetch(Fetch::Details(key));
    asked.take(NAMED).map(ask).collect()
}

pub(super) fn processes(
    state: &mut State,
    key: &Key,
    answer: Result<Processes, Failure>,
) -> Effects {
    let sheet = state.sheets.entry(key.clone()).or_default();
    match answer {
        Ok(processes) => {
            sheet.processes = Some(processes);
            sheet.processes_failure = None;
        }
        Err(failure) => sheet.processes_failure = Some(failure),
    }
    Effects::new()
}

pub(super) fn run_line(
    state: &mut State,
    key: &Key,
    answer: Result<Box<RunLine>, Failure>,
) -> Effects {
    if let (Some(Layer::Confirm(confirm)), Ok(line)) = (state.layers.last_mut(), &answer)
        && matches!(confirm.jobs.as_slice(), [(of, Verb::Recreate { .. })] if of == key)
    {
        confirm.made_by = Some(line.clone());
    }
    let Some(here) = state.may_ask(&Pending::RunLine(key.clone())) else {
        return Effects::new();
    };
    match answer {
        Ok(_) if !here => {
            let name = container_name(state, key);
            let words = say!("the command of {name} is there: y", name);
            state.toasts.ok(words, state.now);
            Effects::new()
        }
        Ok(line) => crate::actions::container::offer_run_line(state, key, &line),
        Err(failure) => {
            state.toasts.bad(told(&failure), state.now);
            Effects::new()
        }
    }
}

/// New entries, or why there are none.
pub(super) fn journal(state: &mut State, read: Result<Vec<Entry>, String>) -> Effects {
    match read {
        Ok(entries) => {
            state.journal.failure = None;
            state.journal.extend(entries);
        }
        Err(why) => {
            state.toasts.bad(say!("journal: {why}", why), state.now);
            state.journal.loaded = true;
            state.journal.failure = Some(why);
        }
    }
    Effects::new()
}

pub(super) fn freshness(state: &mut State, key: Key, answers: Vec<(String, Answer)>) -> Effects {
    let fresh = Fresh::new(answers);
    let image = state.shelves.images.things.get(&key);
    // Gone meanwhile, or called otherwise.
    let worst = image.and_then(|image| fresh.worst(&image.tags));
    let mut round = state.round.take();
    let answer = worst.map(|(_, answer)| answer);
    if round.as_mut().is_some_and(|round| round.note(&key, answer)) {
        state.round = round.filter(|round| {
            let over = round.left.is_empty();
            if over {
                state.toasts.over();
                state.toasts.ok(round.words(), state.now);
            }
            !over
        });
    } else {
        state.round = round;
        match worst {
            Some((name, Ok(fresh))) => {
                let words = format!("{name}: {}", lang::say(fresh.word()));
                state.toasts.ok(words, state.now);
            }
            Some((name, Err(failure))) => {
                let words = format!("{name}: {}", told(failure));
                state.toasts.bad(words, state.now);
            }
            None => {}
        }
    }
    state.fresh.insert(key, fresh);
    state.containers.stale = true;
    Effects::new()
}

/// A failure is told once, and stays in the header until a line is written again.
pub(super) fn journalled(state: &mut State, written: Result<(), String>) -> Effects {
    let unwritten = written.err();
    if let Some(why) = unwritten
        .as_ref()
        .filter(|_| state.journal.unwritten.is_none())
    {
        state
            .toasts
            .bad(say!("not journalled: {why}", why), state.now);
    }
    state.journal.unwritten = unwritten;
    Effects::new()
}

pub(super) fn shell(state: &mut State, key: &Key, end: ShellEnd) -> Effects {
    let now = state.now;
    state.handed_over = false;
    let name = container_name(state, key);
    let image = state.world.container(key).map(|c| c.image.clone());
    match end {
        ShellEnd::Exited { code, command } => {
            // A command, a helper or the container's own process is not its shell.
            let shell = !command.is_empty();
            if let Some(image) = image.filter(|_| shell && code < 126) {
                state.shells.insert(image, command);
            }
            let text = match (shell, code) {
                (true, 0) => say!("{name}: the shell ended", name),
                (true, code) => say!("{name}: the shell ended with exit code {code}", name, code),
                (false, 0) => say!("{name}: ended", name),
                (false, code) => say!("{name}: ended with exit code {code}", name, code),
            };
            state.toasts.ok(text, now);
        }
        ShellEnd::Detached => state.toasts.ok(say!("{name}: detached", name), now),
        ShellEnd::Failed(failure) => state.toasts.bad(format!("{name}: {}", told(&failure)), now),
        ShellEnd::NoShell { helpers } if helpers.is_empty() => {
            let text = say!(
                "{name}: no shell in its image, and no local image that has one could help",
                name
            );
            state.toasts.bad(text, now);
        }
        ShellEnd::NoShell { helpers } => offer_helpers(state, key, &name, helpers),
    }
    Effects::new()
}

fn offer_helpers(state: &mut State, key: &Key, name: &str, helpers: Vec<String>) {
    let items = helpers.into_iter().map(|image| {
        let (label, key) = (image.clone(), key.clone());
        MenuItem::new(label, "", Choice::Helper { key, image })
    });
    let note = say!(
        "A helper container can share its processes and network; it is removed afterwards. From which image?"
    );
    state.offer(Menu::new(say!("{name} has no shell", name), items).note(note));
}

/// A shell in a helper container.
pub(super) fn helper(state: &mut State, key: &Key, image: String) -> Effects {
    crate::actions::container::hand_over(
        state,
        key,
        ShellRequest {
            helper_image: Some(image),
            ..ShellRequest::default()
        },
    )
}
