//! Who could send to a mail server, read out of environments, and what would keep its mail from arriving.
use crate::model::mail::Source;
use crate::model::{Container, Details, Key};
use crate::msg::Failure;
use crate::state::State;
use crate::state::mail::{Obstacle, Sender};

/// Names by which a container reaches the host it runs on.
const HOST: [&str; 3] = [
    "host.docker.internal",
    "host.containers.internal",
    "gateway.docker.internal",
];

/// The containers that were asked for their environment have told it.
pub(super) fn take(state: &mut State, key: &Key, answer: Result<Vec<Details>, Failure>) {
    let (Some(server), Some(known)) = (state.world.container(key), state.mail.boxes.get(key))
    else {
        return;
    };
    let source = known.source.clone();
    let mut smtp = None;
    let found = answer.map(|all| {
        let (own, near): (Vec<_>, Vec<_>) = all.into_iter().partition(|d| d.key == *key);
        smtp = own.first().map(|own| source.clone().refined(own).smtp);
        let around = Around {
            server,
            source: &source,
            smtp: smtp.or(known.smtp).unwrap_or(source.smtp),
        };
        let others: Vec<&Container> = state
            .mail
            .boxes
            .keys()
            .filter(|other| *other != key)
            .filter_map(|other| state.world.container(other))
            .collect();
        let mut all: Vec<Sender> = near
            .into_iter()
            .filter_map(|details| around.sender(details, &others))
            .collect();
        // Those that name the server first.
        all.sort_by(|a, b| {
            (a.variables.is_empty(), &a.name).cmp(&(b.variables.is_empty(), &b.name))
        });
        all
    });
    if let Some(known) = state.mail.boxes.get_mut(key) {
        known.smtp = smtp.or(known.smtp);
    }
    state.mail.senders.insert(key.clone(), found);
}

/// What a server is called, and where it takes mail.
struct Around<'a> {
    server: &'a Container,
    source: &'a Source,
    smtp: u16,
}

impl Around<'_> {
    /// A container as a sender; of those that share no network with the server only one that means it.
    fn sender(&self, details: Details, others: &[&Container]) -> Option<Sender> {
        let networks = shared(&details, self.server);
        let near = !networks.is_empty();
        let mut variables = Vec::new();
        let mut obstacles = Vec::new();
        for (name, value) in &details.environment {
            let place = Place::of(value);
            let by_host = HOST.contains(&place.host) && is_mail(name, value);
            let elsewhere = || {
                others
                    .iter()
                    .any(|other| is_meant(other, place.host, &details))
            };
            if !by_host && (!self.is_named(place.host, near) || !near && elsewhere()) {
                continue;
            }
            variables.push((name.clone(), value.clone()));
            let beside = (place.port.is_none() && is_mail(name, value))
                .then(|| port_beside(&details.environment, name))
                .flatten();
            let port = beside.as_ref().map(|(_, port)| *port);
            variables.extend(beside.map(|(name, port)| (name, port.to_string())));
            let port = place.port.filter(|_| is_mail(name, value)).or(port);
            obstacles.extend(self.obstacle(by_host, near, port));
        }
        obstacles.dedup();
        (near || !variables.is_empty()).then_some(Sender {
            key: details.key,
            name: details.name,
            image: details.image,
            networks,
            variables,
            obstacles,
        })
    }

    fn is_named(&self, host: &str, near: bool) -> bool {
        let local = ["localhost", "127.0.0.1"];
        let addresses = &self.source.reach.addresses;
        [self.source.name.as_str(), &self.server.name].contains(&host)
            || addresses.iter().any(|address| address == host)
            || near && self.source.reach.host_network && local.contains(&host)
    }

    /// What is wrong with a sender that hands mail in at this port, where it names one.
    fn obstacle(&self, by_host: bool, near: bool, port: Option<u16>) -> Option<Obstacle> {
        let mut published = self.server.ports.iter().filter(|p| p.private == self.smtp);
        let right = match (by_host, published.find_map(|p| p.public)) {
            (true, _) if self.source.reach.host_network => self.smtp,
            (true, Some(public)) => public,
            (true, None) => return Some(Obstacle::NotPublished(self.smtp)),
            (false, _) if !near => return Some(Obstacle::NoSharedNetwork),
            (false, _) => self.smtp,
        };
        let told = port.filter(|port| *port != right)?;
        Some(Obstacle::WrongPort { told, right })
    }
}

/// The networks that both are in.
fn shared(details: &Details, server: &Container) -> Vec<String> {
    let links = details.networks.iter().map(|link| &link.name);
    let both = links.filter(|name| server.networks.iter().any(|(its, _)| its == *name));
    both.cloned().collect()
}

/// Another mail server of this name is beside the sender.
fn is_meant(other: &Container, host: &str, details: &Details) -> bool {
    let named = [other.service(), Some(other.short_name()), Some(&other.name)];
    named.contains(&Some(host)) && !shared(details, other).is_empty()
}

/// It is about mail, and not about the server's page.
fn is_mail(name: &str, value: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let about = name.contains("SMTP") || name.contains("MAIL") || value.starts_with("smtp");
    about && !value.starts_with("http")
}

/// Host and port in `smtp://user:word@mailhog:1025/x`.
struct Place<'a> {
    host: &'a str,
    port: Option<u16>,
}

impl<'a> Place<'a> {
    fn of(value: &'a str) -> Self {
        let place = value.split_once("://").map_or(value, |(_, rest)| rest);
        let place = place.rsplit('@').next().unwrap_or(place);
        let place = place.split(['/', '?']).next().unwrap_or(place);
        let (host, port) = place.split_once(':').unwrap_or((place, ""));
        Self {
            host,
            port: port.parse().ok(),
        }
    }
}

/// The variable that tells the port of the host in this one: `SMTP_PORT` of `SMTP_HOST`.
fn port_beside(environment: &[(String, String)], name: &str) -> Option<(String, u16)> {
    let stem = name
        .rfind('_')
        .map_or("", |at| name.get(..=at).unwrap_or(""));
    let beside = format!("{stem}PORT");
    let (found, value) = environment.iter().find(|(known, _)| *known == beside)?;
    Some((found.clone(), value.trim().parse().ok()?))
}
