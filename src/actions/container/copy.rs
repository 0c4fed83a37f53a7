//! What can be copied of a container: its names, addresses and commands.
use crate::effect::Effects;
use crate::model::Container;
use crate::model::route::Fault;
use crate::state::{Choice, Layer, Menu, MenuItem, State};

use super::can::first;

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
    let items = values
        .into_iter()
        .map(|(key, label, text)| MenuItem {
            key: Some(key),
            label: label.to_owned(),
            hint: text.clone(),
            on: None,
            choice: Choice::Copy(text),
        })
        .collect();
    let menu = Menu {
        title: say!("Copy of {name}", name),
        note: String::new(),
        items,
        selected: 0,
        opened: state.now,
    };
    state.layers.push(Layer::Menu(menu));
    Effects::new()
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
        .map(|(url, why)| MenuItem {
            key: None,
            label: url.clone(),
            hint: why.to_owned(),
            on: None,
            choice: Choice::Url(url),
        })
        .collect();
    let name = container.short_name();
    let title = if state.prefs.browser {
        say!("URLs of {name}: Enter opens", name)
    } else {
        say!("URLs of {name}: Enter copies", name)
    };
    state.layers.push(Layer::Menu(Menu {
        title,
        note: String::new(),
        items,
        selected: 0,
        opened: state.now,
    }));
    Effects::new()
}
