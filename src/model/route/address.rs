//! From what a rule says and the doors a router stands behind to addresses that can be opened.
use super::matcher::Syntax;
use super::reading::{self, Spot};
use super::setup::{EntryPoint, Setup};
use super::{Fault, Protocol, Route};
use crate::model::container::Port;

/// How a Traefik is reached from outside.
#[derive(Debug, Clone, Copy)]
pub struct Outside<'a> {
    pub setup: &'a Setup,
    /// Its ports; empty where it publishes none, or is not known.
    pub ports: &'a [Port],
    pub docker_host: &'a str,
}

/// An entry point as a browser sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Door {
    scheme: &'static str,
    port: u16,
    redirects: bool,
}

impl Door {
    /// The port need not be written.
    fn is_usual(&self) -> bool {
        matches!((self.scheme, self.port), ("http", 80) | ("https", 443))
    }

    fn url(&self, host: &str, path: &str) -> String {
        let port = if self.is_usual() {
            String::new()
        } else {
            format!(":{}", self.port)
        };
        format!("{}://{host}{port}{path}", self.scheme)
    }
}

/// Reads the rule of a route and puts its addresses in. `redirects`: a middleware sends all of it elsewhere.
pub fn fill(route: &mut Route, syntax: Syntax, redirects: bool, outside: Outside) {
    let doors = doors(route, outside);
    if route.protocol == Protocol::Udp {
        let door = doors.first();
        route
            .urls
            .extend(door.map(|door| door.url(outside.docker_host, "")));
        return;
    }
    let reading = match reading::read(&route.rule, syntax) {
        Ok(reading) => reading,
        Err(why) => {
            route.fault.get_or_insert(Fault::BadRule(why));
            return;
        }
    };
    if let Some(why) = reading.foreign {
        let read_as = syntax;
        route
            .fault
            .get_or_insert(Fault::OtherSyntax { read_as, why });
    }
    route.conditions = reading.conditions;
    route.excludes = reading.excludes;
    for spot in &reading.spots {
        if spot.host.as_deref().is_some_and(|host| host.ends_with('.')) {
            let hint = say!("the host ends with a dot: is a variable for the domain empty?");
            route.hints.push(hint.to_owned());
        }
    }
    for door in &doors {
        for spot in &reading.spots {
            place(route, spot, door, redirects, outside.docker_host);
        }
    }
}

fn place(route: &mut Route, spot: &Spot, door: &Door, redirects: bool, docker_host: &str) {
    let sni = route.protocol == Protocol::Tcp;
    let host = match spot.host.as_deref() {
        Some("*") if sni => docker_host,
        Some(host) => host,
        None => docker_host,
    };
    let path = match spot.path.as_str() {
        "" if route.service == "api@internal" => "/dashboard/",
        path => path,
    };
    let list = if spot.wild_host && !sni {
        let pattern = format!("{host}{path}");
        push(&mut route.patterns, pattern);
        return;
    } else if spot.wild_path {
        // One address that stands for many is enough.
        if route
            .patterns
            .iter()
            .any(|known| known.ends_with(&format!("{host}{path}")))
        {
            return;
        }
        &mut route.patterns
    } else if redirects || door.redirects {
        &mut route.redirects
    } else {
        &mut route.urls
    };
    push(list, door.url(host, path));
}

/// An address is opened, copied and printed as it stands: none with a control character is taken, wherever it came from.
fn push(list: &mut Vec<String>, text: String) {
    if !text.contains(char::is_control) && !list.contains(&text) {
        list.push(text);
    }
}

/// The doors of a router, those with TLS first.
fn doors(route: &mut Route, outside: Outside) -> Vec<Door> {
    let udp = route.protocol == Protocol::Udp;
    let named = !route.entry_points.is_empty();
    let found: Vec<(String, EntryPoint)> = if named {
        let mut missing = None;
        let mut found = Vec::new();
        for name in &route.entry_points {
            match outside.setup.entry_points.get(&name.to_ascii_lowercase()) {
                Some(entry) => found.push((name.clone(), entry.clone())),
                None if outside.setup.known => missing = Some(name.clone()),
                None => found.push((name.clone(), assumed(name))),
            }
        }
        if let Some(name) = missing {
            if found.is_empty() {
                route.fault.get_or_insert(Fault::NoEntryPoint(name.clone()));
                found.push((name.clone(), assumed(&name)));
            } else {
                route
                    .hints
                    .push(say!("Traefik has no entry point {name}", name));
            }
        }
        found
    } else {
        let defaults = outside.setup.default_entry_points(udp);
        defaults
            .map(|(name, entry)| (name.clone(), entry.clone()))
            .collect()
    };
    let mut doors: Vec<Door> = Vec::new();
    for (name, entry) in &found {
        doors.extend(door(route, name, entry, named, outside));
    }
    if !named && doors.iter().any(Door::is_usual) {
        doors.retain(Door::is_usual);
    } else if !named {
        doors.truncate(1);
    }
    route.tls |= doors.iter().any(|door| door.scheme == "https");
    doors.sort_by_key(|door| door.scheme != "https");
    doors
}

fn door(
    route: &mut Route,
    name: &str,
    entry: &EntryPoint,
    named: bool,
    outside: Outside,
) -> Option<Door> {
    let tls = route.tls || entry.tls;
    let secure = entry.port == 443 || name.to_ascii_lowercase().contains("secure");
    let scheme = match route.protocol {
        Protocol::Tcp => "tcp",
        Protocol::Udp => "udp",
        Protocol::Http if tls => "https",
        // Nobody asks for a page in clear text there.
        Protocol::Http if secure && !named => return None,
        Protocol::Http if secure => {
            if outside.setup.known {
                let hint = say!("neither the router nor entry point {name} has TLS", name);
                route.hints.push(hint);
            }
            "https"
        }
        Protocol::Http => "http",
    };
    let mut ports = outside.ports.iter();
    let public = ports.find_map(|port| port.public.filter(|_| port.private == entry.port));
    if public.is_none() && named && outside.ports.iter().any(|port| port.public.is_some()) {
        let port = entry.port;
        let hint = say!(
            "Traefik's entry point {name} ({port}) is not published",
            name,
            port
        );
        route.hints.push(hint);
    }
    Some(Door {
        scheme,
        port: public.unwrap_or(entry.port),
        redirects: entry.redirects,
    })
}

/// What an entry point of this name most likely is, where Traefik's own words are not known.
fn assumed(name: &str) -> EntryPoint {
    let name = name.to_ascii_lowercase();
    let secure = name.contains("secure") || name.contains("https");
    let port = match name.as_str() {
        "traefik" => 8080,
        _ if secure => 443,
        _ => 80,
    };
    EntryPoint {
        port,
        ..EntryPoint::default()
    }
}
