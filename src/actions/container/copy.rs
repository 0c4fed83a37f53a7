//! What can be copied of a container: its names, addresses and commands, and the command that makes one like it.
use crate::effect::{Effect, Effects, Fetch};
use crate::model::route::Fault;
use crate::model::run_line::RunLine;
use crate::model::{Container, Key};
use crate::state::{Choice, Menu, MenuItem, Pending, State};
use crate::text;

use super::can::first;
use super::verbs::target_of;

/// By this label compose knows what is its own.
const PROJECT: &str = "com.docker.compose.project";

pub(super) fn copy_menu(state: &mut State) -> Effects {
    let Some(container) = first(state).cloned() else {
        return Effects::new();
    };
    let name = &container.name;
    let mut values = vec![
        ('n', say!("name"), name.clone()),
        ('i', say!("id"), container.key.id.to_string()),
        ('m', say!("image"), container.image.clone()),
    ];
    values.extend(
        container
            .networks
            .iter()
            .filter(|(_, ip)| !ip.is_empty())
            .take(1)
            .map(|(_, ip)| ('a', say!("address"), ip.clone())),
    );
    values.extend(
        urls(state, &container)
            .into_iter()
            .take(1)
            .map(|(url, _)| ('u', say!("URL"), url)),
    );
    values.push((
        'l',
        say!("logs command"),
        format!("docker logs --follow --tail 100 {name}"),
    ));
    values.push((
        'e',
        say!("shell command"),
        format!("docker exec -it {name} sh"),
    ));
    values.push((
        'r',
        say!("restart command"),
        format!("docker restart {name}"),
    ));
    let items = values.into_iter();
    let items = items.map(|(key, label, text)| MenuItem::copy(label, &text).key(key));
    let (label, hint) = (
        say!("docker run command"),
        say!("all that makes one like it"),
    );
    let run = MenuItem::new(label, hint, Choice::RunLine(container.key.clone())).key('d');
    state.offer(Menu::new(say!("Copy of {name}", name), items.chain([run])));
    Effects::new()
}

/// Asks the engine what the container is made of.
pub fn ask_run_line(state: &mut State, key: Key) -> Effects {
    state.ask_later(Pending::RunLine(key.clone()));
    vec![Effect::Fetch(Fetch::RunLine(key))]
}

/// Copies the command that makes the container. Where it holds secrets it is asked how: with them it can be run as it is.
pub fn offer_run_line(state: &mut State, key: &Key, line: &RunLine) -> Effects {
    if !line.left_out.is_empty() {
        let words = say!(
            "docker run cannot ask for: {what}",
            what = line.left_out.join(", ")
        );
        state.toasts.bad(words, state.now);
    }
    let of_compose = |c: &&Container| c.labels.contains_key(PROJECT);
    let container = state.world.container(key).filter(of_compose);
    if let Some(stack) = container.and_then(Container::stack) {
        let words = say!(
            "it bears compose's labels: what it makes counts as part of {stack}",
            stack
        );
        state.toasts.ok(words, state.now);
    }
    let secrets = line.secrets();
    if secrets.is_empty() {
        return vec![Effect::Copy(line.text(true))];
    }
    let name = state.world.container(key).map_or("", |c| c.short_name());
    let what = "docker run command";
    let whole = Choice::CopySecret {
        key: key.clone(),
        what: what.to_owned(),
        text: line.text(true),
    };
    let hint = say!("variables are taken from your environment");
    let without = Choice::Copy(line.text(false));
    let items = [
        MenuItem::new(say!("without secrets"), hint, without).key('m'),
        MenuItem::new(say!("with secrets"), say!("noted in the journal"), whole).key('s'),
    ];
    let held: Vec<String> = secrets.iter().map(|word| shown(word)).collect();
    let title = say!("Copy the docker run command of {name}", name);
    let note = say!("It holds secrets: {names}", names = held.join("  "));
    state.offer(Menu::new(title, items).note(note));
    Effects::new()
}

/// A word of the command, for the screen.
fn shown(word: &str) -> String {
    let word = text::sanitise_ident(word.as_bytes());
    text::truncate(&word, 40).into_owned()
}

/// Copies what holds secrets, and notes it.
pub fn copy_secret(state: &State, key: &Key, what: String, text: String) -> Effects {
    let target = state.world.container(key).map(target_of);
    let mut effects = vec![Effect::Copy(text)];
    effects.extend(target.map(|target| Effect::JournalReveal { target, what }));
    effects
}

/// Web addresses of a container, those that lead there first, each with why it does not.
pub fn urls(state: &State, container: &Container) -> Vec<(String, &'static str)> {
    let shelves = &state.shelves;
    let keys = shelves.route_book.of.get(&container.key);
    let routes = keys.into_iter().flatten();
    let mut routes: Vec<_> = routes
        .filter_map(|key| shelves.routes.things.get(key))
        .collect();
    routes.sort_by_key(|route| route.fault.is_some());
    let mut found: Vec<(String, &str)> = Vec::new();
    for route in routes {
        let why = route.fault.as_ref().map_or("", Fault::short);
        for url in &route.urls {
            if !found.iter().any(|(known, _)| known == url) {
                found.push((url.clone(), why));
            }
        }
    }
    found
}

pub(super) fn url_menu(state: &mut State) -> Effects {
    let Some(container) = first(state).cloned() else {
        return Effects::new();
    };
    let items = urls(state, &container)
        .into_iter()
        .map(|(url, why)| MenuItem::new(&url, why, Choice::Url(url.clone())));
    let name = container.short_name();
    let title = if state.prefs.browser {
        say!("URLs of {name}: Enter opens", name)
    } else {
        say!("URLs of {name}: Enter copies", name)
    };
    state.offer(Menu::new(title, items));
    Effects::new()
}
