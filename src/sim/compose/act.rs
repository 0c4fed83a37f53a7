//! What a command does to the world, and what it tells of that. Must not know files.
use serde_json::{Value, json};

use super::project::Project;
use super::service;
use crate::sim::clock::{Ns, SECOND};
use crate::sim::rand::id;
use crate::sim::scenario::{ImageSpec, Size, Span};
use crate::sim::world::{
    CreateRequest, Image, NetworkRequest, Phase, Refusal, VolumeRequest, World,
};

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Act {
    Up(Up),
    /// The images of these services; none: of all.
    Pull(Vec<String>),
    Build,
    /// With the volumes.
    Down(bool),
}

/// How a project is brought up.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Up {
    /// These alone; none: all.
    services: Vec<String>,
    force: bool,
    orphans: bool,
    /// What is there is left as it is.
    keep: bool,
    /// As many of one service.
    scale: Option<(String, usize)>,
}

impl Act {
    pub fn of(words: &[String]) -> Result<Self, String> {
        let Some((verb, rest)) = words.split_first() else {
            return Err("no command".to_owned());
        };
        match verb.as_str() {
            "up" => Up::of(rest).map(Self::Up),
            "pull" => Ok(Self::Pull(rest.to_vec())),
            "build" => Ok(Self::Build),
            "down" => Ok(Self::Down(rest.iter().any(|word| word == "--volumes"))),
            other => Err(format!("unknown docker command: \"compose {other}\"")),
        }
    }
}

impl Up {
    fn of(words: &[String]) -> Result<Self, String> {
        let mut up = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "-d" | "--no-deps" | "--build" => {}
                "--force-recreate" => up.force = true,
                "--no-recreate" => up.keep = true,
                "--remove-orphans" => up.orphans = true,
                "--scale" => {
                    let pair = words.next().and_then(|word| word.split_once('='));
                    let pair = pair.and_then(|(name, n)| Some((name.to_owned(), n.parse().ok()?)));
                    up.scale = Some(pair.ok_or("invalid --scale option")?);
                }
                flag if flag.starts_with('-') => return Err(format!("unknown flag: {flag}")),
                service => up.services.push(service.to_owned()),
            }
        }
        Ok(up)
    }
}

/// A container of the project.
struct Member {
    id: String,
    name: String,
    service: String,
    number: usize,
    hash: String,
    runs: bool,
}

/// A command at work.
pub(super) struct Work<'a> {
    world: &'a mut World,
    project: &'a Project,
    now: Ns,
    /// What it has told.
    pub lines: Vec<String>,
}

impl<'a> Work<'a> {
    pub fn new(world: &'a mut World, project: &'a Project, now: Ns) -> Self {
        Self {
            world,
            project,
            now,
            lines: Vec::new(),
        }
    }

    fn tell(&mut self, what: &str, name: &str, done: &str) {
        self.lines.push(format!(" {what} {name}  {done}"));
    }

    fn members(&self) -> Vec<Member> {
        let project = self.project.asked.name.as_str();
        let containers = self.world.containers.values().filter_map(|container| {
            let label = |key: &str| container.label(&format!("com.docker.compose.{key}"));
            (label("project") == Some(project)).then(|| Member {
                id: container.id.clone(),
                name: container.name.clone(),
                service: label("service").unwrap_or_default().to_owned(),
                number: label("container-number")
                    .and_then(|n| n.parse().ok())
                    .unwrap_or(1),
                hash: label("config-hash").unwrap_or_default().to_owned(),
                runs: container.alive() || container.phase == Phase::Restarting,
            })
        });
        containers.collect()
    }

    pub fn run(&mut self, act: &Act) -> Result<(), Refusal> {
        match act {
            Act::Up(up) => self.up(up),
            Act::Pull(named) => {
                let services = self.project.services.keys();
                let meant = services.filter(|name| named.is_empty() || named.contains(name));
                for name in meant {
                    self.pull(name);
                }
                Ok(())
            }
            Act::Build => {
                self.lines.push(" No services to build".to_owned());
                Ok(())
            }
            Act::Down(volumes) => self.down(*volumes),
        }
    }

    fn up(&mut self, up: &Up) -> Result<(), Refusal> {
        self.links()?;
        let members = self.members();
        for (name, hash) in self.project.hashes() {
            if !up.services.is_empty() && !up.services.contains(&name) {
                continue;
            }
            let own: Vec<&Member> = members
                .iter()
                .filter(|member| member.service == name)
                .collect();
            self.service(&name, &hash, &own, up)?;
        }
        if up.orphans {
            let known = |member: &&Member| self.project.services.contains_key(&member.service);
            for member in members.iter().filter(|member| !known(member)) {
                self.remove(member)?;
            }
        }
        Ok(())
    }

    /// Brings one service to what is wanted of it.
    fn service(&mut self, name: &str, hash: &str, own: &[&Member], up: &Up) -> Result<(), Refusal> {
        let service = self.project.services.get(name).unwrap_or(&Value::Null);
        let scale = service
            .get("scale")
            .or_else(|| service.pointer("/deploy/replicas"));
        let usual = scale
            .and_then(Value::as_u64)
            .and_then(|n| usize::try_from(n).ok());
        let asked = up.scale.as_ref().filter(|(service, _)| service == name);
        let count = asked.map_or(usual.unwrap_or(1), |(_, count)| *count);
        let image = service::image(self.project, name, service);
        if self.world.image(&image).is_none() {
            self.pull(name);
        }
        let mut own = own.to_vec();
        own.sort_by_key(|member| member.number);
        for member in own.iter().skip(count) {
            self.remove(member)?;
        }
        for member in own.iter().take(count) {
            if !up.keep && (up.force || member.hash != hash) {
                self.recreate(member, hash)?;
            } else if member.runs {
                self.tell("Container", &member.name, "Running");
            } else {
                self.world.start(&member.id, self.now)?;
                self.tell("Container", &member.name, "Started");
            }
        }
        let last = own.last().map_or(0, |member| member.number);
        for number in (1..)
            .map(|n| last + n)
            .take(count.saturating_sub(own.len()))
        {
            let container = format!("{}-{name}-{number}", self.project.asked.name);
            let id = self.create(&container, name, hash, number)?;
            self.tell("Container", &container, "Created");
            self.world.start(&id, self.now)?;
            self.tell("Container", &container, "Started");
        }
        Ok(())
    }

    fn create(
        &mut self,
        container: &str,
        service: &str,
        hash: &str,
        number: usize,
    ) -> Result<String, Refusal> {
        let request = service::request(self.project, service, hash, number);
        let request: CreateRequest = asked(request)?;
        self.world.create(Some(container), &request, self.now)
    }

    /// The new one is made beside the old one, as it behaves like it.
    fn recreate(&mut self, old: &Member, hash: &str) -> Result<(), Refusal> {
        self.tell("Container", &old.name, "Recreate");
        let aside = format!("{}_{}", &old.id[..12], old.name);
        let id = self.create(&aside, &old.service, hash, old.number)?;
        self.world.remove(&old.id, true, false, self.now)?;
        self.world.rename(&id, &old.name, self.now)?;
        self.tell("Container", &old.name, "Recreated");
        self.world.start(&id, self.now)?;
        self.tell("Container", &old.name, "Started");
        Ok(())
    }

    fn remove(&mut self, member: &Member) -> Result<(), Refusal> {
        self.world.remove(&member.id, true, false, self.now)?;
        self.tell("Container", &member.name, "Removed");
        Ok(())
    }

    /// Networks and volumes of its own that are not there.
    fn links(&mut self) -> Result<(), Refusal> {
        let project = self.project;
        let labels = |kind: &str, short: &str| json!({"com.docker.compose.project": project.asked.name, format!("com.docker.compose.{kind}"): short});
        for (short, (name, own)) in &project.networks {
            let there = self
                .world
                .networks
                .iter()
                .any(|network| network.name == *name);
            if there || !(*own && self.uses_network(short)) {
                continue;
            }
            let request: NetworkRequest =
                asked(json!({"Name": name, "Labels": labels("network", short)}))?;
            self.world.create_network(request, self.now)?;
            self.tell("Network", name, "Created");
        }
        for (short, (name, own)) in &project.volumes {
            let there = self
                .world
                .volumes
                .iter()
                .any(|volume| volume.spec.name == *name);
            if there || !own {
                continue;
            }
            let request: VolumeRequest =
                asked(json!({"Name": name, "Labels": labels("volume", short)}))?;
            self.world.create_volume(request, self.now)?;
            self.tell("Volume", name, "Created");
        }
        Ok(())
    }

    /// The one that is there for all is made where somebody is in it.
    fn uses_network(&self, short: &str) -> bool {
        let mut services = self.project.services.values();
        services.any(|service| match service.get("networks") {
            None => short == "default" && service.get("network_mode").is_none(),
            named => super::project::keys(named).iter().any(|name| name == short),
        })
    }

    fn pull(&mut self, service: &str) {
        let asked = self.project.services.get(service).unwrap_or(&Value::Null);
        let name = service::image(self.project, service, asked);
        if self.world.image(&name).is_none() {
            let seed = self.world.seed;
            self.world.images.push(Image {
                id: format!("sha256:{}", id(seed, &format!("image {name}"))),
                digest: format!("sha256:{}", id(seed, &format!("digest {name}"))),
                created: self.now - 30 * 86_400 * SECOND,
                spec: ImageSpec {
                    name: name.clone(),
                    size: Size(120 << 20),
                    age: Span(0),
                    shells: vec!["sh".to_owned()],
                    ..ImageSpec::default()
                },
            });
            self.world
                .emit_thing("image", "pull", &name, &json!({"name": name}), self.now);
        }
        self.lines.push(format!(" {service} Pulled"));
    }

    fn down(&mut self, volumes: bool) -> Result<(), Refusal> {
        for member in self.members() {
            self.remove(&member)?;
        }
        let own = |links: &std::collections::BTreeMap<String, (String, bool)>| -> Vec<String> {
            let own = links.values().filter(|(_, own)| *own);
            own.map(|(name, _)| name.clone()).collect()
        };
        let networks = own(&self.project.networks);
        for name in networks {
            let at = self
                .world
                .networks
                .iter()
                .position(|network| network.name == name);
            if let Some(at) = at {
                let network = self.world.networks.remove(at);
                let about = json!({"name": name, "type": network.driver});
                self.world
                    .emit_thing("network", "destroy", &network.id, &about, self.now);
                self.tell("Network", &name, "Removed");
            }
        }
        for name in own(&self.project.volumes).into_iter().filter(|_| volumes) {
            self.world.volumes.retain(|volume| volume.spec.name != name);
            let about = json!({"driver": "local"});
            self.world
                .emit_thing("volume", "destroy", &name, &about, self.now);
            self.tell("Volume", &name, "Removed");
        }
        Ok(())
    }
}

/// A request out of its JSON.
fn asked<T: serde::de::DeserializeOwned>(json: Value) -> Result<T, Refusal> {
    serde_json::from_value(json).map_err(|error| Refusal::new(400, error.to_string()))
}
