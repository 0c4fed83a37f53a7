//! Stacks: what the labels of containers say of the compose projects and swarm stacks they belong to.
use std::collections::BTreeMap;

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
    /// Of each of them.
    pub names: Vec<String>,
    pub running: usize,
    pub unhealthy: usize,
    /// Between two runs.
    pub restarting: usize,
    /// Services it waits for when it starts; known of compose 2 alone.
    pub needs: Vec<String>,
    /// Compose's digest of what it was made from; none where its containers differ, or nothing says so.
    pub hash: Option<String>,
}

/// A compose project or a swarm stack with at least one container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stack {
    pub key: Key,
    pub origin: Origin,
    /// By name. One-off containers (`compose run`) belong to none.
    pub services: Vec<Service>,
    pub containers: usize,
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
        // The newest first: labels tell of the call that made their container.
        containers.sort_by(|a, b| b.created.cmp(&a.created).then_with(|| a.name.cmp(&b.name)));
        let count = |what: fn(&Container) -> bool| containers.iter().filter(|c| what(c)).count();
        let first = containers.first();
        let origin = first.map(|c| Origin::of(c)).unwrap_or_default();
        let host = first.map(|c| c.key.host).unwrap_or_default();
        Self {
            key: Key::stack(host, name),
            services: services(&containers),
            containers: containers.len(),
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

    /// Everything that was made runs, and nothing is sick.
    pub fn is_well(&self) -> bool {
        self.running == self.containers && self.unhealthy == 0
    }
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
        let service = services.entry(name).or_insert_with(|| Service {
            name: name.to_owned(),
            image: container.image.clone(),
            containers: 0,
            names: Vec::new(),
            running: 0,
            unhealthy: 0,
            restarting: 0,
            needs: needs(container),
            hash: hash.cloned(),
        });
        service.containers += 1;
        service.names.push(container.name.clone());
        service.running += usize::from(runs(container));
        service.unhealthy += usize::from(sick(container));
        service.restarting += usize::from(between(container));
        if service.hash.as_ref() != hash {
            service.hash = None;
        }
    }
    services.into_values().collect()
}

/// When a service that is needed will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    Started,
    Healthy,
    /// It is a job, and has ended well.
    Completed,
}

/// The services a container waits for, and until when: `db:service_healthy:false,mail:service_started:true`. Compose 1 writes
/// none of it down.
pub fn conditions(container: &Container) -> Vec<(String, Condition)> {
    let list = container.labels.get(DEPENDS).map_or("", String::as_str);
    let need = |part: &str| {
        let mut words = part.split(':').map(str::trim);
        let name = words.next().filter(|name| !name.is_empty())?;
        let condition = match words.next() {
            Some("service_healthy") => Condition::Healthy,
            Some("service_completed_successfully") => Condition::Completed,
            _ => Condition::Started,
        };
        Some((name.to_owned(), condition))
    };
    list.split(',').filter_map(need).collect()
}

/// The services a container waits for.
pub fn needs(container: &Container) -> Vec<String> {
    conditions(container)
        .into_iter()
        .map(|(name, _)| name)
        .collect()
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
        assert!(!stack.is_well());
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
        assert_eq!(services, [("db", 1, 1, Some("h1")), ("web", 1, 2, None)]);
        assert_eq!(stack.services[1].needs, ["db", "mail"]);
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
