//! Builds the world a scenario describes, as if it had lived before. Must not know what follows.
use std::collections::{BTreeMap, HashMap};

use base64::Engine as _;

use super::{Container, Due, Endpoint, Image, Network, Queue, Volume, World};
use crate::sim::clock::{Ns, SECOND};
use crate::sim::events::Bus;
use crate::sim::load::Load;
use crate::sim::logs::{Speaker, Tape, Voice};
use crate::sim::rand::{hash, id};
use crate::sim::scenario::{ContainerSpec, Scenario, VolumeSpec};

impl World {
    /// The world of `scenario`, at its first moment `origin`.
    pub fn new(scenario: &Scenario, origin: Ns) -> Self {
        let voice = |(name, spec)| {
            Voice::new(spec)
                .ok()
                .map(|voice| (String::clone(name), voice))
        };
        let mut world = Self {
            seed: scenario.seed,
            origin,
            odd_list: scenario.odd_list,
            odd_error: scenario.odd_error.as_deref().map(text_of),
            containers: BTreeMap::new(),
            names: HashMap::new(),
            images: Vec::new(),
            networks: Vec::new(),
            volumes: Vec::new(),
            voices: scenario.voices.iter().filter_map(voice).collect(),
            execs: HashMap::new(),
            bus: Bus::new(),
            queue: Queue::default(),
            made: 0,
            swarm: None,
            mail: BTreeMap::new(),
            mails: scenario.mails.clone(),
            engine: scenario.engine.clone(),
        };
        world.add_things(scenario);
        for (spec, place) in scenario.containers.iter().zip(0..) {
            world.settle(spec, scenario, place);
        }
        world.form_swarm(scenario);
        world.post(origin);
        // Nobody was there to hear what happened before the first moment.
        world.bus.forget();
        world
    }

    /// Sends the mails of before the first moment, the oldest first, and queues those to come.
    fn post(&mut self, origin: Ns) {
        let mails = self.mails.iter().enumerate();
        let mut old: Vec<_> = mails
            .clone()
            .filter(|(_, mail)| mail.age.0 > 0)
            .map(|(n, mail)| (mail.age.0, n))
            .collect();
        let later: Vec<_> = mails
            .filter(|(_, mail)| mail.every.0 > 0)
            .map(|(n, mail)| (n, mail.every.0))
            .collect();
        old.sort_unstable_by(|a, b| b.cmp(a));
        for (age, number) in old {
            self.send_mail(number, origin - age);
        }
        for (number, every) in later {
            self.queue.add(origin + every, Due::Mail { number });
        }
    }

    fn add_things(&mut self, scenario: &Scenario) {
        let old = self.origin - 90 * 86_400 * SECOND;
        for spec in &scenario.images {
            let name = if spec.name.is_empty() {
                "dangling"
            } else {
                &spec.name
            };
            let name = format!("{name}{}", self.images.len());
            self.images.push(Image {
                id: format!("sha256:{}", id(self.seed, &format!("image {name}"))),
                digest: format!("sha256:{}", id(self.seed, &format!("digest {name}"))),
                created: self.origin - spec.age.0,
                spec: spec.clone(),
            });
        }
        for (name, driver) in [("bridge", "bridge"), ("host", "host"), ("none", "null")] {
            let prefix = if name == "bridge" { "172.17" } else { "" };
            self.add_network(name, driver, prefix.to_owned(), false, old, Vec::new());
        }
        for spec in &scenario.networks {
            let place = self.networks.len();
            let prefix = match spec.prefix.as_str() {
                "" if place < 17 => format!("172.{}", 15 + place),
                "" => format!("10.{}", place % 256),
                prefix => prefix.to_owned(),
            };
            let driver = if spec.driver.is_empty() {
                "bridge"
            } else {
                &spec.driver
            };
            let labels = thing_labels(&spec.labels, spec.stack.as_ref(), "network", &spec.name);
            self.add_network(&spec.name, driver, prefix, spec.internal, old, labels);
        }
        for spec in &scenario.volumes {
            self.volumes.push(Volume {
                created: old,
                labels: thing_labels(&spec.labels, spec.stack.as_ref(), "volume", &spec.name),
                options: BTreeMap::new(),
                spec: spec.clone(),
            });
        }
    }

    fn add_network(
        &mut self,
        name: &str,
        driver: &str,
        prefix: String,
        internal: bool,
        created: Ns,
        labels: Vec<(String, String)>,
    ) {
        self.networks.push(Network {
            id: id(self.seed, &format!("network {name}")),
            name: name.to_owned(),
            driver: driver.to_owned(),
            prefix,
            asked: Vec::new(),
            attachable: false,
            ipv6: false,
            options: BTreeMap::new(),
            internal,
            created,
            labels,
            given: 0,
        });
    }

    /// Puts a new container into the world.
    pub(super) fn insert(
        &mut self,
        id: String,
        name: String,
        mut spec: ContainerSpec,
        labels: Vec<(String, String)>,
        created: Ns,
    ) {
        let image = self.image(&spec.image).cloned();
        if let Some(image) = image.as_ref().filter(|_| spec.user.is_empty()) {
            spec.user.clone_from(&image.spec.user);
        }
        let seed = hash(self.seed, &name);
        let rate = self.voices.get(&spec.voice).map_or(0.0, Voice::rate);
        let speaker = Speaker {
            name: if spec.service.is_empty() {
                name.clone()
            } else {
                spec.service.clone()
            },
            seed,
            rate: spec.lines_per_second.unwrap_or(rate),
            tty: spec.tty,
        };
        for mount in spec.mounts.iter().filter(|mount| mount.is_volume()) {
            if !self
                .volumes
                .iter()
                .any(|volume| volume.spec.name == mount.source)
            {
                self.volumes.push(new_volume(&mount.source, created));
            }
        }
        let endpoints = self.endpoints(&spec, &id);
        let load = self.load(&spec, seed);
        let mut container =
            Container::new(id.clone(), name.clone(), spec, Tape::new(speaker), load);
        container.command = command(&container.spec, image.as_ref());
        container.env = environment(&container.spec);
        container.labels = labels;
        container.endpoints = endpoints;
        container.created = created;
        if let Some(image) = image {
            container.image_id = image.id;
            container.shells = image.spec.shells;
        }
        self.names.insert(name, id.clone());
        self.containers.insert(id, container);
    }

    fn endpoints(&mut self, spec: &ContainerSpec, container: &str) -> Vec<Endpoint> {
        let default = vec!["bridge".to_owned()];
        let wanted = if spec.networks.is_empty() {
            &default
        } else {
            &spec.networks
        };
        let seed = self.seed;
        let join = |network: &mut Network| network.join(seed, container);
        let mut endpoints = Vec::new();
        for name in wanted {
            let found = self
                .networks
                .iter_mut()
                .find(|net| net.name == *name || net.id == *name);
            endpoints.extend(found.map(join));
        }
        endpoints
    }

    fn load(&self, spec: &ContainerSpec, seed: u64) -> Load {
        let machine = self.engine.memory.0;
        Load {
            seed,
            cpu: spec.cpu,
            cpu_limit: match spec.cpus {
                cores if cores > 0.0 => cores * 100.0,
                _ => self.engine.cpus as f64 * 100.0,
            },
            memory: spec.memory.0,
            memory_limit: if spec.memory_limit.0 > 0 {
                spec.memory_limit.0
            } else {
                machine
            },
            net: (spec.net.0 * 1024.0, spec.net.1 * 1024.0),
            disk: (spec.disk.0 * 1024.0, spec.disk.1 * 1024.0),
        }
    }
}

/// The command line of a container: its own, or its image's.
fn command(spec: &ContainerSpec, image: Option<&Image>) -> Vec<String> {
    let own = Some(&spec.command).filter(|command| !command.is_empty());
    let default = image
        .map(|image| &image.spec.command)
        .filter(|command| !command.is_empty());
    let command = own.or(default).cloned();
    command.unwrap_or_else(|| vec!["/bin/sh".to_owned()])
}

fn environment(spec: &ContainerSpec) -> Vec<String> {
    let path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".to_owned();
    let odd = spec.env_base64.iter().map(|text| text_of(text));
    spec.env.iter().cloned().chain(odd).chain([path]).collect()
}

/// A volume of this name with nothing in it.
pub(super) fn new_volume(name: &str, created: Ns) -> Volume {
    let spec = VolumeSpec {
        name: name.to_owned(),
        ..VolumeSpec::default()
    };
    Volume {
        created,
        labels: Vec::new(),
        options: BTreeMap::new(),
        spec,
    }
}

/// Base64 as text; what is not UTF-8 is replaced, as the engine's JSON does.
fn text_of(base64: &str) -> String {
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(base64)
        .unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn thing_labels(
    own: &BTreeMap<String, String>,
    stack: Option<&String>,
    kind: &str,
    name: &str,
) -> Vec<(String, String)> {
    let mut labels: BTreeMap<String, String> = own.clone();
    if let Some(stack) = stack {
        let short = name.strip_prefix(&format!("{stack}_")).unwrap_or(name);
        labels.insert(format!("com.docker.compose.{kind}"), short.to_owned());
        labels.insert("com.docker.compose.project".into(), stack.clone());
        labels.insert("com.docker.compose.version".into(), "2.26.1".into());
    }
    labels.into_iter().collect()
}

/// All labels of a container, compose's among them.
pub(super) fn labels(
    spec: &ContainerSpec,
    scenario: &Scenario,
    world: &World,
) -> Vec<(String, String)> {
    let mut labels = spec.labels.clone();
    for (key, value) in &spec.labels_base64 {
        labels.insert(key.clone(), text_of(value));
    }
    let stack = scenario
        .stacks
        .iter()
        .find(|s| Some(&s.name) == spec.stack.as_ref());
    if let Some(stack) = stack {
        let mut add = |key: &str, value: String| {
            labels.insert(format!("com.docker.compose.{key}"), value);
        };
        let depends: Vec<_> = spec.depends_on.iter().map(|on| depends_on(on)).collect();
        let image = world.image(&spec.image).map(|image| image.id.clone());
        add("project", stack.name.clone());
        add("service", spec.service.clone());
        add("container-number", "1".into());
        add("oneoff", "False".into());
        let hash = stack.hashes.get(&spec.service).cloned();
        let made_up = || id(scenario.seed, &format!("config {}", spec.service));
        add("config-hash", hash.unwrap_or_else(made_up));
        add(
            "project.config_files",
            format!("{}/docker-compose.yml", stack.directory),
        );
        add("project.working_dir", stack.directory.clone());
        add("depends_on", depends.join(","));
        add("image", image.unwrap_or_default());
        add("version", "2.26.1".into());
    }
    labels.into_iter().collect()
}

/// `db` is `db:service_started:false`, as compose writes it.
fn depends_on(on: &str) -> String {
    match on.split_once(':') {
        Some((service, condition)) => format!("{service}:{condition}:false"),
        None => format!("{on}:service_started:false"),
    }
}
