//! What can be copied of a container: its names, addresses and commands.
use crate::effect::Effects;
use crate::model::Container;
use crate::state::{Choice, Layer, Menu, MenuItem, State};

use super::can::first;

pub(super) fn copy_menu(state: &mut State) -> Effects {
    let Some(container) = first(state).cloned() else {
        return Effects::new();
    };
    let name = &container.name;
    let mut values = vec![
        ('n', "name", name.clone()),
        ('i', "id", container.key.id.to_string()),
        ('m', "image", container.image.clone()),
    ];
    values.extend(
        container
            .networks
            .iter()
            .filter(|(_, ip)| !ip.is_empty())
            .take(1)
            .map(|(_, ip)| ('a', "address", ip.clone())),
    );
    values.extend(
        urls(&container)
            .into_iter()
            .take(1)
            .map(|url| ('u', "URL", url)),
    );
    values.push((
        'l',
        "logs command",
        format!("docker logs --follow --tail 100 {name}"),
    ));
    values.push(('e', "shell command", format!("docker exec -it {name} sh")));
    values.push(('r', "restart command", format!("docker restart {name}")));
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
        title: format!("Copy of {name}"),
        note: String::new(),
        items,
        selected: 0,
        opened: state.now,
    };
    state.layers.push(Layer::Menu(menu));
    Effects::new()
}

/// Web addresses of a container: hosts of its Traefik router rules, then its published TCP ports.
pub fn urls(container: &Container) -> Vec<String> {
    let mut found = Vec::new();
    for (name, rule) in &container.labels {
        let Some(router) = name
            .strip_prefix("traefik.http.routers.")
            .and_then(|n| n.strip_suffix(".rule"))
        else {
            continue;
        };
        let entry = container
            .labels
            .get(&format!("traefik.http.routers.{router}.entrypoints"));
        let tls = container
            .labels
            .keys()
            .any(|k| k.starts_with(&format!("traefik.http.routers.{router}.tls")))
            || entry.is_some_and(|e| e.contains("secure"));
        let scheme = if tls { "https" } else { "http" };
        for part in rule.split("Host(`").skip(1) {
            if let Some((host, _)) = part.split_once('`') {
                found.push(format!("{scheme}://{host}"));
            }
        }
    }
    for port in container.ports.iter().filter(|p| p.protocol == "tcp") {
        if let Some(public) = port.public {
            let host = match port.ip.as_str() {
                "" | "0.0.0.0" | "::" => "localhost",
                ip => ip,
            };
            let scheme = if matches!(port.private, 443 | 8443) {
                "https"
            } else {
                "http"
            };
            let host = if host.contains(':') {
                format!("[{host}]")
            } else {
                host.to_owned()
            };
            found.push(format!("{scheme}://{host}:{public}"));
        }
    }
    found.dedup();
    found
}

pub(super) fn url_menu(state: &mut State) -> Effects {
    let Some(container) = first(state).cloned() else {
        return Effects::new();
    };
    let items = urls(&container)
        .into_iter()
        .map(|url| MenuItem {
            key: None,
            label: url.clone(),
            hint: String::new(),
            on: None,
            choice: Choice::Url(url),
        })
        .collect();
    let title = format!("URLs of {}: Enter copies", container.short_name());
    state.layers.push(Layer::Menu(Menu {
        title,
        note: String::new(),
        items,
        selected: 0,
        opened: state.now,
    }));
    Effects::new()
}
