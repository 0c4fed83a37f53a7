//! Compose commands as values: what is asked of which project, the words it is asked in, and what a start would change.
use std::collections::{BTreeMap, BTreeSet};

use super::stack::{Origin, Stack};
use super::stack_file::Write;
use crate::text::quoted;

/// A compose project as far as its labels tell what it was made from.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Project {
    pub name: String,
    pub directory: Option<String>,
    /// With their whole paths, in the order they are read.
    pub files: Vec<String>,
    pub env_files: Vec<String>,
    /// Of the compose that made it: 1 and 2 name containers differently, and each makes all of the other's anew.
    pub major: Option<u32>,
}

impl Project {
    pub fn of(stack: &Stack) -> Self {
        Self::new(stack.name(), &stack.origin)
    }

    pub fn new(name: &str, origin: &Origin) -> Self {
        Self {
            name: name.to_owned(),
            directory: origin.directory.clone(),
            files: origin.files.clone(),
            env_files: origin.env_files.clone(),
            major: origin.major(),
        }
    }

    /// The words that name it, before those that say what to do.
    pub fn args(&self) -> Vec<String> {
        let mut args = vec!["-p".to_owned(), self.name.clone()];
        let directory = self.directory.iter().map(|d| ("--project-directory", d));
        let files = self.files.iter().map(|file| ("-f", file));
        let env_files = self.env_files.iter().map(|file| ("--env-file", file));
        for (flag, value) in directory.chain(files).chain(env_files) {
            args.extend([flag.to_owned(), value.clone()]);
        }
        args
    }
}

/// What compose is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Makes and starts what the files ask for; what has changed is made anew.
    Up {
        /// Builds images first.
        build: bool,
        /// Makes everything anew.
        force: bool,
        /// Removes containers of services that the files do not have.
        orphans: bool,
    },
    /// Makes the containers of one service anew, its dependencies left as they are.
    Recreate { service: String },
    /// As many containers of one service.
    Scale { service: String, to: u32 },
    /// Fetches the images of all services, or of one.
    Pull { service: Option<String> },
    /// Builds the images of the services that have a build section, or of one.
    Build { service: Option<String> },
    /// Stops and removes containers and networks.
    Down {
        /// And the volumes.
        volumes: bool,
    },
    /// Nothing: a file is written, and that is all.
    Save,
}

impl Act {
    /// A start with nothing else asked for.
    pub const UP: Self = Self::Up {
        build: false,
        force: false,
        orphans: false,
    };

    /// Its switches, with their keys and what they do.
    pub fn switches(&self) -> &'static [(char, &'static str)] {
        match self {
            Self::Up { .. } => &[
                ('b', key!("build images first")),
                ('f', key!("make everything anew")),
                ('o', key!("remove containers that the files do not have")),
            ],
            Self::Down { .. } => &[('v', key!("remove its volumes, with all that is in them"))],
            _ => &[],
        }
    }

    /// Turns a switch.
    pub fn set(&mut self, key: char, on: bool) {
        match (self, key) {
            (Self::Up { build, .. }, 'b') => *build = on,
            (Self::Up { force, .. }, 'f') => *force = on,
            (Self::Up { orphans, .. }, 'o') => *orphans = on,
            (Self::Down { volumes }, 'v') => *volumes = on,
            _ => {}
        }
    }

    /// The words that say what to do; both generations know them.
    pub fn args(&self) -> Vec<String> {
        let words = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect();
        let given = |flags: &[(bool, &'static str)], mut args: Vec<String>| {
            let on = flags.iter().filter(|(on, _)| *on);
            args.extend(on.map(|(_, flag)| (*flag).to_owned()));
            args
        };
        let of_service = |verb: &str, service: &Option<String>| {
            let service = service.iter().cloned();
            std::iter::once(verb.to_owned()).chain(service).collect()
        };
        match self {
            Self::Up {
                build,
                force,
                orphans,
            } => given(
                &[
                    (*build, "--build"),
                    (*force, "--force-recreate"),
                    (*orphans, "--remove-orphans"),
                ],
                words(&["up", "-d"]),
            ),
            Self::Recreate { service } => {
                words(&["up", "-d", "--no-deps", "--force-recreate", service])
            }
            Self::Scale { service, to } => words(&[
                "up",
                "-d",
                "--no-deps",
                "--no-recreate",
                "--scale",
                &format!("{service}={to}"),
                service,
            ]),
            Self::Pull { service } => of_service("pull", service),
            Self::Build { service } => of_service("build", service),
            Self::Down { volumes } => given(&[(*volumes, "--volumes")], words(&["down"])),
            Self::Save => Vec::new(),
        }
    }

    /// What it does, as it is shown.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Up { .. } => say!("up" as "compose"),
            Self::Recreate { .. } => say!("recreate"),
            Self::Scale { .. } => say!("scale"),
            Self::Pull { .. } => say!("pull"),
            Self::Build { .. } => say!("build"),
            Self::Down { .. } => say!("down" as "compose"),
            Self::Save => say!("save"),
        }
    }

    /// Its name, what is going on while it runs, what has happened after.
    pub fn words(&self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Up { .. } => (
                "stack.up",
                say!("bringing up" as "doing"),
                say!("brought up" as "done"),
            ),
            Self::Recreate { .. } => (
                "stack.recreate",
                say!("recreating" as "doing"),
                say!("recreated" as "done"),
            ),
            Self::Scale { .. } => (
                "stack.scale",
                say!("scaling" as "doing"),
                say!("scaled" as "done"),
            ),
            Self::Pull { .. } => (
                "stack.pull",
                say!("pulling" as "doing"),
                say!("pulled" as "done"),
            ),
            Self::Build { .. } => (
                "stack.build",
                say!("building" as "doing"),
                say!("built" as "done"),
            ),
            Self::Down { .. } => (
                "stack.down",
                say!("taking down" as "doing"),
                say!("taken down" as "done"),
            ),
            Self::Save => (
                "stack.save",
                say!("saving" as "doing"),
                say!("saved" as "done"),
            ),
        }
    }
}

/// One command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub project: Project,
    pub act: Act,
    /// The other generation of compose may do it: every container is then made anew under another name.
    pub foreign: bool,
    /// One of its files is written over first.
    pub write: Option<Box<Write>>,
    /// What was shown of it before it was asked for: done only while that still holds.
    pub shown: Option<Box<Checked>>,
}

impl Call {
    /// A command that writes no file, and of which nothing was shown.
    pub fn new(project: Project, act: Act, foreign: bool) -> Self {
        Self {
            project,
            act,
            foreign,
            write: None,
            shown: None,
        }
    }

    /// The project that what was shown is about: with another file in the place of the one that will be written over.
    pub fn source(&self) -> Project {
        match &self.write {
            Some(write) => write.file.replaced(&write.kept),
            None => self.project.clone(),
        }
    }

    /// Its name, what is going on while it runs, what has happened after.
    pub fn words(&self) -> (&'static str, &'static str, &'static str) {
        match (&self.write, &self.act) {
            (Some(_), Act::Up { .. }) => (
                "stack.deploy",
                say!("deploying" as "doing"),
                say!("deployed" as "done"),
            ),
            (_, act) => act.words(),
        }
    }

    /// What it does, as it is shown.
    pub fn title(&self) -> &'static str {
        match (&self.write, &self.act) {
            (Some(_), Act::Up { .. }) => say!("deploy"),
            (_, act) => act.title(),
        }
    }

    /// What was asked beyond its name, for the journal.
    pub fn params(&self) -> Vec<(String, String)> {
        let mut params = Vec::new();
        if let Some(write) = &self.write {
            params.push(("file".to_owned(), write.file.path.clone()));
            params.push(("from".to_owned(), write.from().to_owned()));
        }
        let args = self.act.args().join(" ");
        if !args.is_empty() {
            params.push(("args".to_owned(), args));
        }
        params
    }

    /// All words after the program's.
    pub fn args(&self) -> Vec<String> {
        let mut args = self.project.args();
        args.extend(self.act.args());
        args
    }

    /// As one would type it.
    pub fn command(&self) -> String {
        let program = match (&self.shown, self.project.major) {
            // What told the plan does it.
            (Some(checked), _) => checked.program(),
            (None, Some(1)) => "docker-compose",
            (None, _) => "docker compose",
        };
        let words = self.args().into_iter().map(|word| quoted(&word));
        let run: Vec<_> = std::iter::once(program.to_owned()).chain(words).collect();
        let mut steps: Vec<String> = self.write.iter().map(|write| write.command()).collect();
        if self.act != Act::Save {
            steps.push(run.join(" "));
        }
        steps.join(" && ")
    }
}

/// What compose makes of a project's files now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// `docker-compose 1.29.2`.
    pub tool: String,
    /// Of another generation than what made the containers.
    pub foreign: bool,
    /// Each service of the files with the digest of what its containers would be made from.
    pub hashes: BTreeMap<String, String>,
    /// How many containers the files want of a service, where that is not one. Not known where compose did not tell.
    pub scales: Option<BTreeMap<String, usize>>,
    /// What compose warns of: a variable that is not set.
    pub warnings: Vec<String>,
    /// The files it was read out of with their digests as they were; none: not there.
    pub files: Vec<(String, Option<String>)>,
}

impl Checked {
    /// How both generations of compose say that a variable is missing.
    pub const NOT_SET: &str = " variable is not set";

    /// The words that start the compose that told it.
    pub fn program(&self) -> &str {
        let program = self.tool.rsplit_once(' ');
        program.map_or(self.tool.as_str(), |(program, _)| program)
    }

    /// Variables that are not set and have no default, by what compose warns of.
    pub fn missing(&self) -> Vec<&str> {
        let names = self.warnings.iter().filter_map(|words| {
            let (before, _) = words.split_once(Self::NOT_SET)?;
            let variable = before.rsplit(' ').next()?;
            Some(variable.trim_matches(['"', '\'']))
        });
        names.filter(|name| !name.is_empty()).collect()
    }

    /// The first file that is another now.
    pub fn changed<'a>(&'a self, now: &[(String, Option<String>)]) -> Option<&'a str> {
        let mut files = self.files.iter();
        let other = files.find(|file| !now.contains(file))?;
        Some(&other.0)
    }

    /// Services that the files ask for otherwise than another reading of them did.
    pub fn differing<'a>(&'a self, other: &'a Self) -> Vec<&'a str> {
        let names: BTreeSet<&String> = self.hashes.keys().chain(other.hashes.keys()).collect();
        let scale =
            |it: &Self, name: &str| Some(it.scales.as_ref()?.get(name).copied().unwrap_or(1));
        let differs = |name: &&String| {
            let (here, there) = (scale(self, name), scale(other, name));
            self.hashes.get(*name) != other.hashes.get(*name)
                || (here.is_some() && there.is_some() && here != there)
        };
        let differing = names.into_iter().filter(differs);
        differing.map(String::as_str).collect()
    }
}

/// What a start would change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Services of the files without a container.
    pub made: Vec<String>,
    /// Services whose files or variables have changed since their containers were made.
    pub recreated: Vec<String>,
    /// Services with containers that the files do not have.
    pub orphans: Vec<String>,
    /// Services left as they are.
    pub same: usize,
    /// Services that have more or fewer containers than the files want: how many there are, how many there will be.
    pub resized: Vec<(String, usize, usize)>,
}

impl Plan {
    pub fn of(stack: &Stack, checked: &Checked) -> Self {
        let mut plan = Self::default();
        let made: BTreeMap<&str, Option<&String>> = stack
            .services
            .iter()
            .filter(|s| s.is_made())
            .map(|s| (s.name.as_str(), s.hash.as_ref()))
            .collect();
        for (name, hash) in &checked.hashes {
            match made.get(name.as_str()) {
                None => plan.made.push(name.clone()),
                Some(known) if checked.foreign || *known != Some(hash) => {
                    plan.recreated.push(name.clone());
                }
                Some(_) => plan.same += 1,
            }
        }
        let wanted: BTreeSet<&str> = checked.hashes.keys().map(String::as_str).collect();
        let orphans = made.keys().filter(|name| !wanted.contains(*name));
        plan.orphans = orphans.map(|name| (*name).to_owned()).collect();
        if let Some(scales) = &checked.scales {
            let services = stack.services.iter().filter(|s| s.is_made());
            let named = services.filter(|s| wanted.contains(s.name.as_str()));
            let sizes = named.map(|s| {
                let will = scales.get(&s.name).copied().unwrap_or(1);
                (s.name.clone(), s.containers, will)
            });
            plan.resized = sizes.filter(|(_, now, will)| now != will).collect();
        }
        plan
    }

    /// Services that a start would do something to.
    pub fn differs(&self) -> usize {
        let resized = self.resized.iter().map(|(name, ..)| name);
        let named = [&self.made, &self.recreated, &self.orphans]
            .into_iter()
            .flatten();
        named.chain(resized).collect::<BTreeSet<_>>().len()
    }

    /// Whether the containers are no longer what the files say.
    pub fn drifted(&self) -> bool {
        !(self.made.is_empty() && self.recreated.is_empty() && self.orphans.is_empty())
    }
}

#[cfg(test)]
mod tests;
