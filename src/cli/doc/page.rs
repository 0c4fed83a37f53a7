//! The page of one stack. Values of variables never stand on it, only their names.
use std::collections::BTreeMap;

use chrono::{DateTime, Local, Utc};

use super::keep::{self, STAMP};
use super::known::{self, Group, Known};
use crate::journal::story::{escape, sentence};
use crate::model::route::Source;
use crate::model::{Container, Details, EngineInfo, Entry, Key, Outcome, Phase, Route, Stack};

/// Incidents told of a service.
const INCIDENTS: usize = 5;

/// What a page is written from.
pub(super) struct Page<'a> {
    pub stack: &'a Stack,
    pub containers: &'a [Container],
    pub details: &'a BTreeMap<Key, Details>,
    pub routes: &'a [Route],
    pub past: &'a [Entry],
    pub engine: &'a EngineInfo,
    pub now: DateTime<Utc>,
}

/// Over what was kept of services that are gone.
pub(super) fn kept_title() -> &'static str {
    say!("Kept from before")
}

impl Page<'_> {
    pub(super) fn text(&self) -> String {
        let name = escape(self.stack.name());
        let mut lines = vec![
            format!("# Documentation — {name}"),
            format!("{STAMP}{} -->", self.now.format("%Y-%m-%dT%H:%M:%SZ")),
            String::new(),
            say_n!(
                self.stack.services.len(),
                "Written by stacktui on {engine}, as its containers are ({n} service).",
                "Written by stacktui on {engine}, as its containers are ({n} services).",
                engine = escape(&self.engine.name),
            ),
        ];
        for file in &self.stack.origin.files {
            lines.push(say!("- Made from: {file}", file = escape(file)));
        }
        lines.extend([String::new(), keep::place(self.stack.name())]);
        for group in Group::ALL {
            let members: Vec<&Container> =
                self.members().filter(|c| group_of(c) == group).collect();
            if members.is_empty() {
                continue;
            }
            lines.extend([String::new(), format!("## {}", group.title())]);
            for container in members {
                self.service(container, &mut lines);
            }
        }
        lines.push(String::new());
        lines.join("\n")
    }

    /// One container of each service, by name.
    fn members(&self) -> impl Iterator<Item = &Container> {
        let mut first: BTreeMap<&str, &Container> = BTreeMap::new();
        let of_it = self
            .containers
            .iter()
            .filter(|c| c.stack() == Some(self.stack.name()) && !c.is_one_off());
        for container in of_it {
            let service = container.service().unwrap_or(container.short_name());
            first.entry(service).or_insert(container);
        }
        first.into_values()
    }

    fn service(&self, container: &Container, lines: &mut Vec<String>) {
        let name = container.service().unwrap_or(container.short_name());
        let known = known::of_image(&container.image);
        let details = self.details.get(&container.key);
        lines.extend([
            String::new(),
            format!("### {}", escape(name)),
            String::new(),
        ]);
        let mut item = |name: &str, text: String| {
            if !text.is_empty() {
                lines.push(format!("{} {text}", heading(name)));
            }
        };
        item(say!("Role"), Self::role(container, known, name));
        item(say!("Access"), self.access(container, details, name));
        item(say!("Usage"), Self::usage(container, known, name));
        item(say!("Image"), escape(&container.image));
        item(say!("State"), self.state(name));
        let networks = details.into_iter().flat_map(|details| &details.networks);
        let networks = networks.map(|network| escape(&network.name));
        item(say!("Networks"), joined(networks));
        let mounts = container.mounts.iter().map(|mount| {
            let only = if mount.read_only { " (ro)" } else { "" };
            format!(
                "{} → {}{only}",
                escape(&mount.source),
                escape(&mount.destination)
            )
        });
        item(say!("Volumes"), joined(mounts));
        let service = self
            .stack
            .services
            .iter()
            .find(|service| service.name == name);
        let needs = service.into_iter().flat_map(|service| &service.needs);
        item(say!("Depends on"), joined(needs.map(|need| escape(need))));
        let policy = details.map(|details| escape(&details.restart_policy));
        item(say!("Restart policy"), policy.unwrap_or_default());
        let variables = details.into_iter().flat_map(|details| &details.environment);
        let mut variables: Vec<String> = variables.map(|(variable, _)| escape(variable)).collect();
        variables.sort();
        item(say!("Variables"), variables.join(", "));
        let incidents = self.incidents(container, name);
        if !incidents.is_empty() {
            lines.push(heading(say!("Last incidents")));
            lines.extend(
                incidents
                    .into_iter()
                    .map(|incident| format!("  - {incident}")),
            );
        }
        lines.extend([
            String::new(),
            keep::place(&format!("{}/{name}", self.stack.name())),
        ]);
    }

    /// What its label says, else its image, else what is known of images of that name.
    fn role(container: &Container, known: Option<&Known>, name: &str) -> String {
        let label = |name: &str| container.labels.get(name).filter(|text| !text.is_empty());
        let written = label("stacktui.role").map(|text| escape(text));
        let image = || {
            label("org.opencontainers.image.description")
                .or_else(|| label("org.opencontainers.image.title"))
        };
        let built_in = || {
            let part = |known: &Known| {
                let part = known.part(name)?;
                Some(say!("Part of {whole}: {part}.", whole = known.image, part))
            };
            known.map(|known| part(known).unwrap_or_else(|| known.role().to_owned()))
        };
        let found = written
            .or_else(built_in)
            .or_else(|| image().map(|text| escape(text)));
        found.unwrap_or_else(|| say!("to be written").to_owned())
    }

    fn usage(container: &Container, known: Option<&Known>, name: &str) -> String {
        let written = container
            .labels
            .get("stacktui.usage")
            .map(|text| escape(text));
        let known = known.filter(|known| known.part(name).is_none());
        written.unwrap_or_else(|| known.map_or("", Known::usage).to_owned())
    }

    /// Its URLs, then its name and ports inside the stack.
    fn access(&self, container: &Container, details: Option<&Details>, name: &str) -> String {
        let routes = self
            .routes
            .iter()
            .filter(|route| route.container.as_ref() == Some(&container.key));
        let urls = routes.flat_map(|route| {
            let entry = if route.entry_points.is_empty() {
                String::new()
            } else {
                format!(
                    " ({} {}, {})",
                    route.source.word(),
                    escape(&route.name),
                    joined(route.entry_points.iter().map(|entry| escape(entry)))
                )
            };
            route.urls.iter().map(move |url| match route.source {
                Source::Port => door(url, &self.engine.name),
                _ => format!("{}{entry}", escape(url)),
            })
        });
        // The list knows the ports of what runs; these stand whether it runs or not.
        let ports = details.map_or(&container.ports, |details| &details.ports);
        let ports = ports
            .iter()
            .filter(|port| port.protocol == "tcp")
            .map(|port| port.private);
        let mut ports: Vec<u16> = ports.collect();
        ports.sort_unstable();
        ports.dedup();
        // Nothing is escaped between back quotes.
        let code = name.replace('`', "'");
        let inside = ports
            .iter()
            .map(|port| say!("inside `{address}`", address = format!("{code}:{port}")));
        let all: Vec<String> = urls.chain(inside).collect();
        all.join(" · ")
    }

    fn state(&self, name: &str) -> String {
        let Some(service) = self
            .stack
            .services
            .iter()
            .find(|service| service.name == name)
        else {
            return String::new();
        };
        let (running, all) = (service.running, service.containers);
        match service.unhealthy {
            0 => say!("{running}/{all} running", running, all),
            n => say!("{running}/{all} running, {n} unhealthy", running, all, n),
        }
    }

    /// What was done to it or went wrong, the newest first.
    fn incidents(&self, container: &Container, name: &str) -> Vec<String> {
        let own = |entry: &&Entry| {
            let target = entry.target.as_ref();
            entry.host == self.engine.name
                && target.is_some_and(|target| {
                    target.id == container.key.short()
                        || (target.service.as_deref() == Some(name)
                            && target.project.as_deref() == Some(self.stack.name()))
                })
        };
        let told = |entry: &&Entry| {
            let verb = entry.action.rsplit('.').next();
            let act = matches!(verb, Some("restart" | "kill"));
            entry.phase != Phase::Session && (act || entry.outcome == Some(Outcome::Failure))
        };
        let newest = self
            .past
            .iter()
            .rev()
            .filter(own)
            .filter(told)
            .take(INCIDENTS);
        let dated = newest.map(|entry| {
            // The hour in the sentence is local time, too.
            let day = entry.at.with_timezone(&Local).format("%Y-%m-%d");
            format!("{day} {}", escape(&sentence(entry)))
        });
        dated.collect()
    }
}

/// A published port as any reader may take it: they know by which name they reach the machine.
fn door(url: &str, machine: &str) -> String {
    let (scheme, authority) = url.split_once("://").unwrap_or(("http", url));
    let port = match authority.strip_prefix(machine) {
        Some("") if scheme == "https" => "443",
        Some("") => "80",
        Some(port) if port.starts_with(':') => port.trim_start_matches(':'),
        // Bound to one address of the machine: another one does not lead there.
        _ => return format!("`{authority}`"),
    };
    say!(
        "{scheme} on port {port}",
        scheme,
        port = format!("`{port}`")
    )
}

/// The name of an item, before its text or over its lines.
pub(super) fn heading(name: &str) -> String {
    say!("- **{name}:**", name)
}

fn group_of(container: &Container) -> Group {
    known::of_image(&container.image).map_or(Group::Application, |known| known.group)
}

fn joined(words: impl Iterator<Item = String>) -> String {
    words.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::route::Protocol;
    use crate::model::{HostId, Target};

    fn page(labels: &[(&str, &str)], past: &[Entry], fill: impl Fn(&mut Route)) -> String {
        let mut web = Container::bare(Key::container(HostId(0), "a"), "shop-web-1");
        let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        web.labels = labels.iter().map(pair).collect();
        web.image = "zammad/zammad:6.3.1".to_owned();
        let mut route = Route::bare(Source::Traefik, Protocol::Http, "web", &web);
        route.urls = vec!["https://shop.example".to_owned()];
        fill(&mut route);
        let stacks = Stack::all(std::iter::once(&web));
        Page {
            stack: &stacks[0],
            containers: std::slice::from_ref(&web),
            details: &BTreeMap::new(),
            routes: &[route],
            past,
            engine: &EngineInfo {
                name: "srv1".to_owned(),
                ..EngineInfo::default()
            },
            now: DateTime::UNIX_EPOCH,
        }
        .text()
    }

    const SHOP: [(&str, &str); 2] = [
        ("com.docker.compose.project", "shop"),
        ("com.docker.compose.service", "web"),
    ];

    #[test]
    fn what_labels_say_is_no_markup() {
        let evil = "`web --><img src=x onerror=alert(1)>";
        let labels = [SHOP[0], ("com.docker.compose.service", evil)];
        let written = page(&labels, &[], |route| {
            route.entry_points = vec!["<script>alert(1)</script>".to_owned()];
        });
        assert!(written.contains("alert"), "{written}");
        // Each `<` has its backslash, but those of our own comments.
        let bare = written.match_indices('<').filter(|(at, _)| {
            !written[..*at].ends_with('\\') && !written[*at..].starts_with("<!-- ")
        });
        assert_eq!(bare.count(), 0, "{written}");
        assert!(!written.contains("`web --><img"), "{written}");
    }

    #[test]
    fn a_published_port_is_told_without_the_way_its_writer_came() {
        for (url, told) in [
            ("http://srv1:8080", "http on port `8080`"),
            ("https://srv1", "https on port `443`"),
            ("http://srv1", "http on port `80`"),
            ("http://127.0.0.1:9090", "`127.0.0.1:9090`"),
        ] {
            let written = page(&SHOP, &[], |route| {
                route.source = Source::Port;
                route.urls = vec![url.to_owned()];
            });
            assert!(
                written.contains(&format!("**Access:** {told}")),
                "{written}"
            );
        }
    }

    #[test]
    fn a_part_of_an_application_has_a_role_of_its_own_and_not_its_usage() {
        let of = |service: &str| {
            let labels = [SHOP[0], ("com.docker.compose.service", service)];
            page(&labels, &[], |_| {})
        };
        let part = of("zammad-scheduler");
        assert!(part.contains("Part of zammad: scheduler."), "{part}");
        assert!(!part.contains("**Usage:**"), "{part}");
        assert!(of("zammad-nginx").contains("Ticketing"));
    }

    #[test]
    fn incidents_are_those_of_this_engine_under_one_clock() {
        let incident = |host: &str, who: &str| Entry {
            at: DateTime::parse_from_rfc3339("2026-03-01T23:30:00-11:00").unwrap(),
            host: host.to_owned(),
            user: who.to_owned(),
            action: "container.restart".to_owned(),
            target: Some(Target {
                project: Some("shop".to_owned()),
                service: Some("web".to_owned()),
                ..Target::default()
            }),
            ..Entry::default()
        };
        let past = [incident("srv1", "ada"), incident("srv2", "eve")];
        let written = page(&SHOP, &past, |_| {});
        let local = past[0].at.with_timezone(&Local).format("%Y-%m-%d %H:%M:%S");
        assert!(written.contains(&format!("  - {local} - ada")), "{written}");
        assert!(!written.contains("eve"), "{written}");
    }
}
