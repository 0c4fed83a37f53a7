//! Stacks: what the labels of containers say of the compose projects and swarm stacks they belong to.
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::container::{Container, Health, RunState};
use super::key::Key;

const DIRECTORY: &str = "com.docker.compose.project.working_dir";
const FILES: &str = "com.docker.compose.project.config_files";
const ENV_FILES: &str = "com.docker.compose.project.environment_file";
const VERSION: &str = "com.docker.compose.version";
const HASH: &str = "com.docker.compose.config-hash";
const DEPENDS: &str = "com.docker.compose.depends_on";
const SWARM: &str = "com.docker.stack.namespace";

/// What made a stack, as its newest container was told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// Deployed to a swarm, not by compose.
    pub swarm: bool,
    /// Of compose: `1.29.2`, `2.26.1`.
    pub version: Option<String>,
    /// Where compose ran, on its host.
    pub directory: Option<String>,
    /// The compose files, in the order they were given, with their whole paths.
    pub files: Vec<String>,
    /// Files of variables given by hand.
    pub env_files: Vec<String>,
}

impl Origin {
    /// As the newest of these was told: labels tell of the call that made their container.
    pub fn newest<'a>(containers: impl IntoIterator<Item = &'a Container>) -> Self {
        let newest = containers.into_iter().min_by(|a, b| newest_first(a, b));
        newest.map(Self::of).unwrap_or_default()
    }

    fn of(container: &Container) -> Self {
        let label = |name: &str| container.labels.get(name).filter(|value| !value.is_empty());
        let directory = label(DIRECTORY).cloned();
        let list = |name: &str| {
            let parts = label(name).map_or_else(Vec::new, |list| paths(list));
            let whole = |path: String| match &directory {
                Some(directory) if !path.starts_with('/') => format!("{directory}/{path}"),
                _ => path,
            };
            parts.into_iter().map(whole).collect()
        };
        Self {
            swarm: container.labels.contains_key(SWARM),
            version: label(VERSION).cloned(),
            files: list(FILES),
            env_files: list(ENV_FILES),
            directory,
        }
    }

    /// The first number of its version: 1 and 2 name and hash differently.
    pub fn major(&self) -> Option<u32> {
        let version = self.version.as_deref()?.trim_start_matches('v');
        version.split('.').next()?.parse().ok()
    }
}

/// The paths of a list with commas. Compose 2 gives whole paths: there, a comma that no slash follows is part of a name.
/// Compose 1 gives them as they were typed: there, one that stands before the name's ending is.
fn paths(list: &str) -> Vec<String> {
    let has_ending = |name: &str| [".yml", ".yaml"].iter().any(|end| name.ends_with(end));
    let goes_on = |name: &str, part: &str| {
        if list.starts_with('/') {
            !part.starts_with('/')
        } else {
            has_ending(list) && !has_ending(name)
        }
    };
    let mut found: Vec<String> = Vec::new();
    for part in list.split(',') {
        match found.last_mut() {
            Some(name) if goes_on(name, part) => {
                name.push(',');
                name.push_str(part);
            }
            _ => found.push(part.to_owned()),
        }
    }
    found
}

/// One service of a stack: containers of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    pub name: String,
    /// Of its newest container.
    pub image: String,
    pub containers: usize,
    /// Containers that are to be there, as far as is known: those that are, or more.
    pub wanted: usize,
    pub running: usize,
    pub unhealthy: usize,
    /// Between two runs.
    pub restarting: usize,
    /// Services it waits for when it starts.
    pub needs: Vec<String>,
    /// Its labels tell them; those of compose 1 do not.
    pub tells_needs: bool,
    /// Compose's digest of what it was made from; none where its containers differ, or nothing says so.
    pub hash: Option<String>,
}

impl Service {
    /// One that others need, or files ask for, and that has no container.
    pub(super) fn unmade(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            image: String::new(),
            containers: 0,
            wanted: 1,
            running: 0,
            unhealthy: 0,
            restarting: 0,
            needs: Vec::new(),
            tells_needs: false,
            hash: None,
        }
    }

    pub fn is_made(&self) -> bool {
        self.containers > 0
    }

    /// Containers that are not there.
    pub fn missing(&self) -> usize {
        self.wanted.saturating_sub(self.containers)
    }
}

/// A compose project or a swarm stack with at least one container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stack {
    pub key: Key,
    pub origin: Origin,
    /// By name, those that are not made among them. One-off containers (`compose run`) belong to none.
    pub services: Vec<Service>,
    pub containers: usize,
    /// One-off containers among them, and how many of those run.
    pub one_offs: (usize, usize),
    pub running: usize,
    pub unhealthy: usize,
    pub restarting: usize,
    /// When its oldest container was made.
    pub created: Option<DateTime<Utc>>,
    /// Labels of its containers that disagree, in words.
    pub doubts: Vec<String>,
}

impl Stack {
    /// Every stack of some containers of one host, by name.
    pub fn all<'a>(containers: impl IntoIterator<Item = &'a Container>) -> Vec<Self> {
        let mut stacks: BTreeMap<&str, Vec<&Container>> = BTreeMap::new();
        for container in containers {
            if let Some(name) = container.stack() {
                stacks.entry(name).or_default().push(container);
            }
        }
        let stack = |(name, list): (&str, Vec<&Container>)| Self::of(name, list);
        stacks.into_iter().map(stack).collect()
    }

    fn of(name: &str, mut containers: Vec<&Container>) -> Self {
        containers.sort_by(|a, b| newest_first(a, b));
        let count = |what: fn(&Container) -> bool| containers.iter().filter(|c| what(c)).count();
        let first = containers.first();
        let origin = Origin::newest(containers.iter().copied());
        let host = first.map(|c| c.key.host).unwrap_or_default();
        Self {
            key: Key::stack(host, name),
            services: services(&containers),
            containers: containers.len(),
            one_offs: (
                count(Container::is_one_off),
                count(|c| c.is_one_off() && runs(c)),
            ),
            running: count(runs),
            unhealthy: count(sick),
            restarting: count(between),
            created: containers.iter().filter_map(|c| c.created).min(),
            doubts: doubts(&origin, &containers),
            origin,
        }
    }

    pub fn name(&self) -> &str {
        &self.key.id
    }

    /// Made by compose, of any version.
    pub fn is_compose(&self) -> bool {
        !self.origin.swarm
    }

    /// Containers that are to run and do not, those that are not there among them.
    pub fn down(&self) -> usize {
        let (loose, loose_running) = self.one_offs;
        let made = self.containers.saturating_sub(loose);
        made.saturating_sub(self.running.saturating_sub(loose_running)) + self.missing()
    }

    /// Containers of its services that are not there, as far as is known.
    pub fn missing(&self) -> usize {
        self.services.iter().map(Service::missing).sum()
    }
}

fn newest_first(a: &Container, b: &Container) -> Ordering {
    b.created.cmp(&a.created).then_with(|| a.name.cmp(&b.name))
}

fn runs(container: &Container) -> bool {
    container.state == RunState::Running
}

fn sick(container: &Container) -> bool {
    container.health == Some(Health::Unhealthy)
}

fn between(container: &Container) -> bool {
    container.state == RunState::Restarting
}

/// `containers`: the newest first.
fn services(containers: &[&Container]) -> Vec<Service> {
    let mut services: BTreeMap<&str, Service> = BTreeMap::new();
    for container in containers.iter().filter(|c| !c.is_one_off()) {
        let Some(name) = container.service() else {
            continue;
        };
        let hash = container.labels.get(HASH);
        let needs = told_needs(container);
        let service = services.entry(name).or_insert_with(|| Service {
            image: container.image.clone(),
            tells_needs: needs.is_some(),
            needs: needs.unwrap_or_default().into_keys().collect(),
            hash: hash.cloned(),
            ..Service::unmade(name)
        });
        service.containers += 1;
        service.wanted = service.containers;
        service.running += usize::from(runs(container));
        service.unhealthy += usize::from(sick(container));
        service.restarting += usize::from(between(container));
        if service.hash.as_ref() != hash {
            service.hash = None;
        }
    }
    let needed: BTreeSet<String> = services.values().flat_map(|s| s.needs.clone()).collect();
    let unmade = needed.iter().filter(|n| !services.contains_key(n.as_str()));
    let mut all: Vec<Service> = unmade.map(|name| Service::unmade(name)).collect();
    all.extend(services.into_values());
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

/// When a service that is needed will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    Started,
    Healthy,
    /// It is a job, and has ended well.
    Completed,
}

impl Condition {
    /// By compose's word for it.
    pub fn of(word: &str) -> Self {
        match word {
            "service_healthy" => Self::Healthy,
            "service_completed_successfully" => Self::Completed,
            _ => Self::Started,
        }
    }
}

/// The services a container waits for, and until when, as its label says: `db:service_healthy:false,mail:service_started:true`.
/// `None`: it has none, as compose 1 writes nothing of it down.
pub fn told_needs(container: &Container) -> Option<BTreeMap<String, Condition>> {
    let need = |part: &str| {
        let mut words = part.split(':').map(str::trim);
        let name = words.next().filter(|name| !name.is_empty())?;
        Some((name.to_owned(), Condition::of(words.next().unwrap_or(""))))
    };
    let list = container.labels.get(DEPENDS)?;
    Some(list.split(',').filter_map(need).collect())
}

/// Whether its label says what it waits for, be it nothing.
pub fn tells_needs(container: &Container) -> bool {
    container.labels.contains_key(DEPENDS)
}

/// What the containers' labels disagree on.
fn doubts(origin: &Origin, containers: &[&Container]) -> Vec<String> {
    let mut doubts = Vec::new();
    let mut tell = |what: fn(&str) -> String, differs: &dyn Fn(&Origin) -> bool| {
        let names = containers.iter().filter(|c| differs(&Origin::of(c)));
        let names: Vec<&str> = names.map(|c| c.short_name()).collect();
        match names.as_slice() {
            [] => {}
            [one] => doubts.push(what(one)),
            [first, others @ ..] => {
                let all = say_n!(
                    others.len(),
                    "{first} and {n} other",
                    "{first} and {n} others",
                    first
                );
                doubts.push(what(&all));
            }
        }
    };
    tell(|who| say!("{who}: from another directory", who), &|other| {
        other.directory != origin.directory
    });
    tell(
        |who| say!("{who}: from other compose files", who),
        &|other| other.directory == origin.directory && other.files != origin.files,
    );
    tell(
        |who| say!("{who}: from another version of compose", who),
        &|other| other.major() != origin.major(),
    );
    doubts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::HostId;

    fn made(name: &str, age: i64, labels: &[(&str, &str)]) -> Container {
        let mut container = Container::bare(Key::container(HostId(0), name), name);
        container.created = DateTime::from_timestamp(1_795_000_000 - age, 0);
        container.state = RunState::Running;
        let project = [("com.docker.compose.project", "shop")];
        for (name, value) in project.iter().chain(labels) {
            container
                .labels
                .insert((*name).to_owned(), (*value).to_owned());
        }
        container
    }

    const SERVICE: &str = "com.docker.compose.service";

    #[test]
    fn a_stack_is_read_out_of_its_containers() {
        let new = [
            (SERVICE, "web"),
            (DIRECTORY, "/srv/shop"),
            (FILES, "/srv/shop/a, b.yml,/srv/shop/c.yml"),
            (VERSION, "2.26.1"),
            (HASH, "h1"),
            (
                DEPENDS,
                "db:service_healthy:false,mail:service_started:true",
            ),
        ];
        let old = [
            (SERVICE, "web"),
            (DIRECTORY, "/srv/shop"),
            (FILES, "docker-compose.yml"),
            (VERSION, "1.29.2"),
            (HASH, "h0"),
        ];
        let mut list = vec![made("shop-web-1", 10, &new), made("shop_web_2", 99, &old)];
        list[1].state = RunState::Exited;
        list.push(made(
            "shop-db-1",
            50,
            &[&[(SERVICE, "db")], &new[1..5]].concat(),
        ));
        let stacks = Stack::all(&list);
        let [stack] = stacks.as_slice() else {
            panic!("{stacks:?}");
        };
        assert_eq!((stack.running, stack.containers), (2, 3));
        assert_eq!(
            stack.origin.files,
            ["/srv/shop/a, b.yml", "/srv/shop/c.yml"]
        );
        assert_eq!(stack.origin.major(), Some(2));
        assert_eq!(stack.created, list[1].created);
        let services: Vec<_> = stack
            .services
            .iter()
            .map(|s| (s.name.as_str(), s.running, s.containers, s.hash.as_deref()))
            .collect();
        let mail = ("mail", 0, 0, None);
        let made = [("db", 1, 1, Some("h1")), ("web", 1, 2, None)];
        assert_eq!(services, [made[0], mail, made[1]]);
        assert_eq!(stack.missing(), 1, "what is needed and not there");
        assert_eq!(stack.services[2].needs, ["db", "mail"]);
        assert_eq!(
            stack.doubts,
            [
                "web_2: from other compose files",
                "web_2: from another version of compose",
            ]
        );
    }

    #[test]
    fn commas_in_names_are_told_from_those_between_them() {
        for (list, files) in [
            ("a.yml,b.yml", &["a.yml", "b.yml"][..]),
            ("my, own.yml", &["my, own.yml"]),
            ("a.yml,my, own.yaml", &["a.yml", "my, own.yaml"]),
            ("stack,more", &["stack", "more"]),
            ("/a/my, own.yml,/b/c", &["/a/my, own.yml", "/b/c"]),
        ] {
            assert_eq!(paths(list), files, "{list}");
        }
    }

    #[test]
    fn paths_of_compose_1_are_beside_its_directory() {
        let labels = [
            (DIRECTORY, "/srv/shop"),
            (FILES, "docker-compose.yml,prod.yml"),
            (VERSION, "1.29.2"),
        ];
        let stack = &Stack::all(&[made("shop_web_1", 1, &labels)])[0];
        assert_eq!(
            stack.origin.files,
            ["/srv/shop/docker-compose.yml", "/srv/shop/prod.yml"]
        );
        assert!(stack.doubts.is_empty());
        assert!(stack.services.is_empty(), "no label names a service");
    }
}
