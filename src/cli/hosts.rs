//! The hosts a command works on: all are asked at once, so that a dead one delays none, and names are looked for on all
//! that answer. Must not know what is done to what is found.
use std::collections::BTreeSet;

use futures::future::join_all;

use super::context::Context;
use super::out::{Quit, complain, no_engine, told, tried};
use super::verb::wrong_names;
use crate::engine::{Candidate, Engine, Opening};
use crate::model::{Container, DownReason, HostId, Tried};
use crate::runtime::clock;
use crate::state::names::{Place, resolve};

/// How reaching a host went.
pub(super) struct Reached {
    pub label: String,
    pub engine: Option<(Engine, Candidate)>,
    /// What failed before it, or all that failed.
    pub failed: Vec<Tried>,
}

/// A host that answers.
pub(super) struct Site {
    pub id: HostId,
    pub label: String,
    pub engine: Engine,
    /// Where it answers.
    pub candidate: Candidate,
    pub containers: Vec<Container>,
}

/// All that answer, of how many that were asked.
pub(super) struct Sites {
    pub up: Vec<Site>,
    /// Of one host nothing is said where its name would only be in the way.
    pub several: bool,
    /// Labels of those that did not answer.
    pub silent: Vec<String>,
}

/// Tries each endpoint of each host until one answers, all hosts at once.
pub(super) async fn reach(openings: Vec<Opening>) -> Vec<Reached> {
    join_all(openings.into_iter().map(reach_one)).await
}

async fn reach_one(opening: Opening) -> Reached {
    let mut reached = Reached {
        label: opening.label,
        engine: None,
        failed: Vec::new(),
    };
    for candidate in opening.candidates {
        let opened = match &candidate.endpoint {
            Ok(endpoint) => Engine::open(endpoint).await,
            Err(error) => Err(error.clone()),
        };
        match opened {
            Ok(engine) => {
                reached.engine = Some((engine, candidate));
                break;
            }
            Err(error) => {
                let tried = error.tried(&candidate.shown(), &candidate.origin);
                reached.failed.push(tried);
            }
        }
    }
    reached
}

impl Sites {
    /// Every host with its containers. A host that does not answer is told on stderr; when none does, the program ends
    /// with what was tried. Where each name says on which host it is, only those are asked.
    pub(super) async fn open(context: &Context, names: &[String]) -> Result<Self, Quit> {
        let openings = context.openings()?;
        let several = openings.len() > 1;
        let asked = openings
            .into_iter()
            .zip(0..)
            .map(|(opening, n)| (HostId(n), opening));
        let asked: Vec<(HostId, Opening)> = asked.collect();
        let wanted = spoken_of(&asked, names);
        let (ids, openings): (Vec<HostId>, Vec<Opening>) = asked
            .into_iter()
            .filter(|(id, _)| !several || wanted.is_empty() || wanted.contains(id))
            .unzip();
        let found = ids.into_iter().zip(reach(openings).await);
        let found = join_all(found.map(|(id, reached)| listed(id, reached))).await;
        let mut sites = Self {
            up: Vec::new(),
            several,
            silent: Vec::new(),
        };
        let mut lost = Vec::new();
        for site in found {
            match site {
                Ok(site) => sites.up.push(site),
                Err(silent) => lost.push(silent),
            }
        }
        if sites.up.is_empty() {
            return Err(nobody(lost));
        }
        for silent in lost {
            complain(&silent.words());
            sites.silent.push(silent.label);
        }
        Ok(sites)
    }

    /// The site that a container is on.
    pub(super) fn of(&self, container: &Container) -> Option<&Site> {
        self.up.iter().find(|site| site.id == container.key.host)
    }

    /// What to call a container: with its host's name before it where there are several.
    pub(super) fn name(&self, container: &Container) -> String {
        match self.of(container).filter(|_| self.several) {
            Some(site) => format!("{}/{}", site.label, container.name),
            None => container.name.clone(),
        }
    }

    /// Where names are looked for.
    pub(super) fn places(&self) -> Vec<Place<'_>> {
        let mut places = Vec::with_capacity(self.up.len());
        for site in &self.up {
            places.push(Place {
                label: if self.several { &site.label } else { "" },
                containers: site.containers.iter().collect(),
            });
        }
        places
    }

    /// The containers of these names, wherever they are: to be looked at, not to be touched.
    pub(super) fn everywhere(&self, names: &[String]) -> Result<Vec<&Container>, Quit> {
        let mut found = Vec::new();
        for name in names {
            let one = std::slice::from_ref(name);
            let places = self.places();
            let on_each = places
                .iter()
                .map(|place| resolve(one, std::slice::from_ref(place)));
            let hits: Vec<&Container> = on_each.flatten().flatten().collect();
            if hits.is_empty() {
                return self.resolve(names);
            }
            found.extend(hits);
        }
        let mut seen = BTreeSet::new();
        found.retain(|container| seen.insert(&container.key));
        Ok(found)
    }

    /// The names with their hosts before them, so that they mean the same whatever appears elsewhere.
    pub(super) fn qualified(&self, names: &[String]) -> Vec<String> {
        let label = |name: &String| {
            let found = self.resolve(std::slice::from_ref(name)).ok()?;
            let site = self.of(found.first()?).filter(|_| self.several)?;
            let before = format!("{}/", site.label);
            (!name.starts_with(&before)).then(|| format!("{before}{name}"))
        };
        let one = |name: &String| label(name).unwrap_or_else(|| name.clone());
        names.iter().map(one).collect()
    }

    /// A name that is known once could be another host's too where that one does not answer: before something is done to it,
    /// it must say which is meant. One that says its host is sure.
    pub(super) fn refuse_unsure(&self, names: &[String]) -> Result<(), Quit> {
        let labels = || self.up.iter().map(|site| &site.label).chain(&self.silent);
        let says_host = |name: &&String| {
            let label = name.split_once('/').map(|(label, _)| label);
            label.is_some_and(|label| labels().any(|known| known == label))
        };
        let unsure: Vec<&String> = names.iter().filter(|name| !says_host(name)).collect();
        if self.silent.is_empty() || unsure.is_empty() {
            return Ok(());
        }
        // A wrong name is told as such.
        self.resolve(names)?;
        let lines: Vec<String> = unsure
            .into_iter()
            .map(|name| {
                let full = self.qualified(std::slice::from_ref(name));
                say!(
                    "`{name}` may also be on {hosts}, which did not answer: nothing was done; say `{full}`",
                    name = crate::text::sanitise_ident(name.as_bytes()),
                    hosts = self.silent.join(", "),
                    full = crate::text::sanitise_ident(full.join(" ").as_bytes()),
                )
            })
            .collect();
        Err(Quit::Because {
            message: lines.join("\nstacktui: "),
            code: super::USAGE,
        })
    }

    /// The containers of these names; a name that does not say which ends the program.
    pub(super) fn resolve(&self, names: &[String]) -> Result<Vec<&Container>, Quit> {
        resolve(names, &self.places()).map_err(|errors| {
            let quit = wrong_names(&errors);
            match (quit, self.silent.as_slice()) {
                (Quit::Because { message, code }, [_, ..]) => Quit::Because {
                    message: say!(
                        "{message} ({hosts} did not answer)",
                        message,
                        hosts = self.silent.join(", ")
                    ),
                    code,
                },
                (quit, _) => quit,
            }
        })
    }
}

/// The hosts that the names speak of; none where a name does not say.
fn spoken_of(asked: &[(HostId, Opening)], names: &[String]) -> BTreeSet<HostId> {
    let host = |name: &String| {
        let (label, _) = name.split_once('/')?;
        let found = asked.iter().find(|(_, opening)| opening.label == label);
        found.map(|(id, _)| *id)
    };
    let found: Option<BTreeSet<HostId>> = names.iter().map(host).collect();
    found.unwrap_or_default()
}

/// A host that cannot be worked on.
struct Silent {
    label: String,
    tried: Vec<Tried>,
    /// It answers, but does not list its containers.
    refused: Option<Quit>,
}

impl Silent {
    fn words(&self) -> String {
        if let Some(Quit::Because { message, .. }) = &self.refused {
            return say!("{name}: {why}", name = self.label, why = message);
        }
        let silent = say!("{way} does not answer", way = self.label);
        format!("{silent}\n{}", tried(&self.tried))
    }
}

fn nobody(mut lost: Vec<Silent>) -> Quit {
    if let [only] = lost.as_mut_slice()
        && let Some(refused) = only.refused.take()
    {
        return refused;
    }
    no_engine(&DownReason {
        tried: lost.into_iter().flat_map(|silent| silent.tried).collect(),
        ..DownReason::default()
    })
}

async fn listed(id: HostId, reached: Reached) -> Result<Site, Silent> {
    let silent = |tried, refused| Silent {
        label: reached.label.clone(),
        tried,
        refused,
    };
    let Some((engine, candidate)) = reached.engine else {
        return Err(silent(reached.failed.clone(), None));
    };
    match engine.list(id, clock::now()).await {
        Ok(containers) => Ok(Site {
            id,
            label: reached.label,
            engine,
            candidate,
            containers,
        }),
        Err(error) => {
            let why = told(&error.failure_of(|| say!("list the containers")));
            Err(silent(reached.failed.clone(), Some(Quit::failed(why))))
        }
    }
}
