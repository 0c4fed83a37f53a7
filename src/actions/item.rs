//! What may be done to an image, a volume or a network.
use crate::columns::listed;
use crate::effect::{Effects, Verb};
use crate::lang;
use crate::model::image::short_id;
use crate::model::swarm::{Act, Availability};
use crate::model::{Key, Kind, Target};
use crate::state::{
    Choice, Confirm, Field, Layer, Menu, MenuItem, PromptKind, Scope, State, ViewId, Weight,
};
use crate::text;

use super::container::NO_LINK;
use super::{Action, Danger, container};

/// The actions of this noun.
pub const ACTIONS: &[Action] = &[
    Action {
        footer: 6,
        danger: Danger::Destroys,
        unavailable: cannot_remove,
        ..item(
            "item.remove",
            "remove",
            "Remove it, after a question; of a volume the name must be typed.",
            &["D"],
            remove,
        )
    },
    Action {
        footer: 4,
        unavailable: some,
        ..item(
            "item.inspect",
            "inspect",
            "Show the engine's whole answer as a tree that folds and can be searched.",
            &["i"],
            inspect,
        )
    },
    Action {
        footer: 3,
        danger: Danger::Changes,
        unavailable: |s| one_of(s, Kind::Network, say!("only networks are joined")),
        ..item(
            "network.connect",
            "connect",
            "Put a container into this network.",
            &["+"],
            |s| members(s, true),
        )
    },
    Action {
        footer: 3,
        danger: Danger::Changes,
        unavailable: |s| one_of(s, Kind::Network, say!("only networks are left")),
        ..item(
            "network.disconnect",
            "disconnect",
            "Take a container out of this network.",
            &["-"],
            |s| members(s, false),
        )
    },
    Action {
        danger: Danger::Changes,
        unavailable: |s| one_of(s, Kind::Image, say!("only images have tags")),
        ..item(
            "image.tag",
            "tag",
            "Give the image another name.",
            &["n"],
            tag,
        )
    },
    Action {
        unavailable: some,
        ..item(
            "item.copy",
            "copy",
            "Copy its name, its id or what else it is known by.",
            &["y"],
            copy,
        )
    },
    Action {
        footer: 5,
        unavailable: no_users,
        ..item(
            "item.users",
            "users",
            "Go to a container that uses it.",
            &["u"],
            users,
        )
    },
];

const fn item(
    id: &'static str,
    title: &'static str,
    help: &'static str,
    keys: &'static [&'static str],
    run: fn(&mut State) -> Effects,
) -> Action {
    Action::harmless(Scope::Item, id, title, help, keys, run)
}

/// What an act is done to: the marked rows, else the one under the cursor, else what the page is about.
fn targets(state: &State) -> Vec<Key> {
    match listed::listing(state) {
        Some(listing) => listing.targets(),
        None => state.subject().into_iter().collect(),
    }
}

/// Nothing is chosen.
fn some(state: &State) -> Option<String> {
    let none = state.subject().is_none();
    none.then(|| say!("nothing is chosen").to_owned())
}

/// Only for one thing of this kind, on an engine that answers.
pub(super) fn one_of(state: &State, kind: Kind, why: &str) -> Option<String> {
    let Some(key) = state.subject() else {
        return some(state);
    };
    if key.kind != kind {
        return Some(why.to_owned());
    }
    no_link(state, &key)
}

fn no_link(state: &State, key: &Key) -> Option<String> {
    let up = state.world.host(key.host).is_some_and(|h| h.link.is_up());
    (!up).then(|| lang::say(NO_LINK).to_owned())
}

/// What the journal calls it, and what it is now in words; `None` when it is gone.
pub fn target_of(state: &State, key: &Key) -> Option<(Target, String)> {
    let name = match key.kind {
        Kind::Host => key.id.to_string(),
        _ => state.shelves.name(key)?.to_owned(),
    };
    let kind = match key.kind {
        Kind::Image => "image",
        Kind::Volume => "volume",
        Kind::Network => "network",
        Kind::Service => "service",
        Kind::Node => "node",
        Kind::Stack => "stack",
        Kind::Host => "engine",
        Kind::Container | Kind::Mail | Kind::Route => return None,
    };
    let target = Target {
        kind: kind.to_owned(),
        id: short_id(&key.id).to_owned(),
        name,
        project: None,
        service: None,
        image: None,
    };
    if let Some(stack) = state.shelves.stacks.things.get(key) {
        let before = format!("{} of {} running", stack.running, stack.containers);
        let project = Some(stack.name().to_owned());
        return Some((Target { project, ..target }, before));
    }
    if key.kind == Kind::Host {
        return Some((target, String::new()));
    }
    if let Some(service) = state.shelves.services.things.get(key) {
        let wanted = service
            .wanted
            .map_or_else(String::new, |n| format!(" of {n}"));
        let before = format!("{}{wanted} running", service.running());
        let project = service.stack().map(str::to_owned);
        let image = Some(service.image.clone());
        return Some((
            Target {
                project,
                image,
                ..target
            },
            before,
        ));
    }
    if let Some(node) = state.shelves.nodes.things.get(key) {
        let availability = node.availability.map_or("", Availability::word);
        return Some((target, format!("{}, {availability}", node.state)));
    }
    let before = match state.shelves.uses.of_key(key).len() {
        0 => "not in use".to_owned(),
        n => format!("used by {}", text::words(n as u64, "container")),
    };
    Some((target, before))
}

fn name(state: &State, key: &Key) -> String {
    let known = state.shelves.name(key);
    known.unwrap_or(short_id(&key.id)).to_owned()
}

fn user_names(state: &State, key: &Key) -> String {
    let users = state.shelves.uses.of_key(key).iter();
    let names = users.filter_map(|user| state.world.container(user));
    let names: Vec<&str> = names.map(crate::model::Container::short_name).collect();
    match names.as_slice() {
        [a, b, c, rest @ ..] if !rest.is_empty() => {
            say!("{a}, {b}, {c} and {n} more", a, b, c, n = rest.len())
        }
        few => few.join(", "),
    }
}

fn cannot_remove(state: &State) -> Option<String> {
    let keys = targets(state);
    let Some(first) = keys.first() else {
        return Some(say!("nothing is chosen").to_owned());
    };
    if let Some(why) = no_link(state, first) {
        return Some(why);
    }
    let ready = |key: &&Key| {
        let node = state.shelves.nodes.things.get(*key);
        node.is_some_and(|node| node.state == "ready")
    };
    if let Some(key) = keys.iter().find(ready) {
        let name = name(state, key);
        return Some(say!(
            "{name} is up: a node leaves by `docker swarm leave` on it",
            name
        ));
    }
    let networks = &state.shelves.networks.things;
    let built_in = |key: &&Key| {
        networks
            .get(*key)
            .is_some_and(crate::model::Network::is_built_in)
    };
    if let Some(key) = keys.iter().find(built_in) {
        return Some(say!("{name} is the engine's own", name = name(state, key)));
    }
    let used = |key: &&Key| match key.kind {
        // An image of a stopped container goes by force, of a running one not at all: the engine says so.
        Kind::Image | Kind::Service | Kind::Node => false,
        Kind::Network => state.shelves.uses.of_key(key).iter().any(|user| {
            let container = state.world.container(user);
            container.is_some_and(|c| c.state.is_live())
        }),
        _ => !state.shelves.uses.of_key(key).is_empty(),
    };
    let key = keys.iter().find(used)?;
    Some(say!(
        "{name} is in use by {users}",
        name = name(state, key),
        users = user_names(state, key)
    ))
}

fn verb_of(state: &State, key: &Key) -> Verb {
    match key.kind {
        Kind::Volume => Verb::RemoveVolume,
        Kind::Network => Verb::RemoveNetwork,
        Kind::Service => Verb::Swarm(Act::RemoveService),
        Kind::Node => Verb::Swarm(Act::RemoveNode),
        _ => {
            let image = state.shelves.images.things.get(key);
            let names = image.map_or_else(Vec::new, |image| image.tags.clone());
            let force = false;
            Verb::RemoveImage { names, force }
        }
    }
}

fn remove(state: &mut State) -> Effects {
    let keys = targets(state);
    let images = &state.shelves.images.things;
    let menu = match keys.as_slice() {
        [one] => images.get(one).and_then(super::image::which_to_remove),
        _ => None,
    };
    match menu {
        Some(menu) => state.offer(menu),
        None => ask_to_remove(state, keys),
    }
    Effects::new()
}

/// Asks whether to remove all of these, an image under all its names.
pub fn ask_to_remove(state: &mut State, keys: Vec<Key>) {
    let Some(kind) = keys.first().map(|key| key.kind) else {
        return;
    };
    let lost = match kind {
        Kind::Volume => say!("lost: all that is written in it; nothing brings it back"),
        Kind::Network => say!("containers that are started later do not find it"),
        Kind::Service => say!("lost: all its tasks, and what they wrote outside volumes"),
        Kind::Node => say!("it must join the swarm again to be part of it"),
        _ => say!("lost: it must be pulled or built again"),
    };
    let thing = |key: &Key| {
        let (name, host) = (name(state, key), state.on_host(key.host));
        match user_names(state, key).as_str() {
            "" => format!("{name}{host}"),
            users => say!("{name}{host} (used by {users})", name, host, users),
        }
    };
    let things = keys.iter().map(thing).collect();
    let what = match keys.as_slice() {
        [one] => format!("{}{}", name(state, one), state.on_host(one.host)),
        many => match kind {
            Kind::Volume => say_n!(many.len(), "{n} volume", "{n} volumes"),
            Kind::Network => say_n!(many.len(), "{n} network", "{n} networks"),
            Kind::Service => say_n!(many.len(), "{n} service", "{n} services"),
            Kind::Node => say_n!(many.len(), "{n} node", "{n} nodes"),
            _ => say_n!(many.len(), "{n} image", "{n} images"),
        },
    };
    let must_type = match (kind, keys.as_slice()) {
        (Kind::Volume, [one]) => name(state, one),
        (Kind::Volume, many) => many.len().to_string(),
        _ => String::new(),
    };
    let switches = match kind {
        Kind::Image => vec![(
            'f',
            say!("by force: all its names, also where a stopped container uses it").to_owned(),
            false,
        )],
        _ => Vec::new(),
    };
    let job = |key: Key| (key.clone(), verb_of(state, &key));
    let jobs = keys.into_iter().map(job).collect();
    state.layers.push(Layer::Confirm(Confirm {
        title: say!("Remove {what}?", what),
        things,
        lines: vec![Weight::Bad.of(lost)],
        jobs,
        yes: say!("remove").to_owned(),
        must_type,
        field: Field::default(),
        opened: state.now,
        switches,
        ..Confirm::default()
    }));
}

fn inspect(state: &mut State) -> Effects {
    if let Some(key) = state.subject() {
        container::open_on(state, ViewId::Inspect, &key);
    }
    Effects::new()
}

fn tag(state: &mut State) -> Effects {
    let Some(key) = state.subject() else {
        return Effects::new();
    };
    let before = name(state, &key);
    let title = say!("tag {before} as", before);
    super::table::type_line(state, PromptKind::Tag(key), &title, before)
}

/// Asks which container joins or leaves the network.
fn members(state: &mut State, join: bool) -> Effects {
    let Some(network) = state.subject() else {
        return Effects::new();
    };
    let inside = state.shelves.uses.of_key(&network);
    let items: Vec<MenuItem> = state
        .world
        .containers()
        .filter(|c| c.key.host == network.host && inside.contains(&c.key) != join)
        .map(|c| {
            let container = c.key.id.clone();
            let verb = if join {
                Verb::Connect { container }
            } else {
                Verb::Disconnect { container }
            };
            MenuItem::new(&c.name, c.state.said(), Choice::Do(network.clone(), verb))
        })
        .collect();
    let name = name(state, &network);
    if items.is_empty() {
        let words = if join {
            say!("every container is in {name}", name)
        } else {
            say!("no container is in {name}", name)
        };
        state.toasts.bad(words, state.now);
        return Effects::new();
    }
    let title = if join {
        say!("Put which container into {name}?", name)
    } else {
        say!("Take which container out of {name}?", name)
    };
    let note = if join {
        ""
    } else {
        say!("A fixed address and further names that it has there are lost.")
    };
    state.offer(Menu::new(title, items).note(note));
    Effects::new()
}

fn copy(state: &mut State) -> Effects {
    let Some(key) = state.subject() else {
        return Effects::new();
    };
    let shelves = &state.shelves;
    let mut texts = vec![
        (say!("name"), name(state, &key)),
        (say!("id"), key.id.to_string()),
    ];
    if let Some(image) = shelves.images.things.get(&key) {
        texts.extend(
            image
                .digests
                .iter()
                .map(|digest| (say!("digest"), digest.clone())),
        );
    }
    if let Some(volume) = shelves.volumes.things.get(&key) {
        texts.push((say!("on the host"), volume.mountpoint.clone()));
    }
    if let Some(network) = shelves.networks.things.get(&key) {
        texts.extend(
            network
                .subnets
                .iter()
                .map(|s| (say!("subnet"), s.range.clone())),
        );
    }
    texts.retain(|(_, text)| !text.is_empty());
    texts.dedup_by(|b, a| a.1 == b.1);
    let items = texts.iter().map(|(what, text)| MenuItem::copy(what, text));
    state.offer(Menu::new(say!("Copy"), items));
    Effects::new()
}

fn no_users(state: &State) -> Option<String> {
    let Some(key) = state.subject() else {
        return some(state);
    };
    let none = state.shelves.uses.of_key(&key).is_empty();
    none.then(|| say!("no container uses it").to_owned())
}

/// Goes to the one container that uses it, or asks to which.
fn users(state: &mut State) -> Effects {
    let Some(key) = state.subject() else {
        return Effects::new();
    };
    let users = state.shelves.uses.of_key(&key).to_vec();
    if let [one] = users.as_slice() {
        container::open_on(state, ViewId::Details, one);
        return Effects::new();
    }
    let items = users
        .iter()
        .filter_map(|user| state.world.container(user))
        .map(|c| MenuItem::new(&c.name, c.state.said(), Choice::Details(c.key.clone())));
    let title = say!("Used by: {name}", name = name(state, &key));
    state.offer(Menu::new(title, items));
    Effects::new()
}

/// What the engine would say to an image's name, said before it is asked (distribution/reference: lower case, digits,
/// `.`, `_`, `-` and `/` in the name; 128 characters at most in the tag).
pub fn tag_complaint(name: &str) -> Option<String> {
    let (repo, tag) = match name.rsplit_once(':') {
        Some((repo, tag)) if !tag.contains('/') => (repo, tag),
        _ => (name, "latest"),
    };
    let of_repo = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-/:".contains(c);
    let of_tag = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let why = if repo.is_empty() {
        say!("a name is wanted")
    } else if !repo.chars().all(of_repo) {
        say!("only small letters, digits, . _ - / in the name")
    } else if !repo.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        say!("a letter or digit comes first")
    } else if tag.is_empty() || tag.len() > 128 || !tag.chars().all(of_tag) {
        say!("only letters, digits, . _ - in the tag, 128 at most")
    } else {
        return None;
    };
    Some(why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_images_are_looked_at_before_the_engine_is_asked() {
        for good in [
            "a",
            "shop/web:1.2",
            "localhost:5000/web",
            "reg.io:5000/a/b:V1_x",
        ] {
            assert_eq!(tag_complaint(good), None, "{good}");
        }
        for bad in ["", ":1", "Shop", "a b", "a:", "a:b/c:", "-a", "a:b c"] {
            assert!(tag_complaint(bad).is_some(), "{bad}");
        }
    }
}
