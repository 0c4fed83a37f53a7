//! What the compose files of stacks ask for, as they are written: nothing is put in the place of variables, and compose alone
//! says what they mean. It tells what needs what where no label does. Values; must not know how files are read.
use std::collections::BTreeMap;

use super::container::Container;
use super::key::Key;
use super::stack::{Condition, Service, Stack, told_needs};

/// What the files ask for of one service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// The services it waits for when it starts, and until when.
    pub needs: BTreeMap<String, Condition>,
    /// How many containers. Not known where no plain figure says so.
    pub count: Option<usize>,
    /// Made only where one of its profiles is on.
    pub optional: bool,
}

impl Asked {
    /// Containers that are to be there in any case.
    fn at_least(&self) -> usize {
        let count = self.count.filter(|_| !self.optional);
        count.unwrap_or(0)
    }
}

/// The services of a stack's files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outline {
    pub services: BTreeMap<String, Asked>,
    /// They include other files, which may have more services.
    pub open: bool,
    /// The files with their digests, the variables among them; none: not there.
    pub files: Vec<(String, Option<String>)>,
}

/// Why files tell nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unread {
    /// Their engine is on another machine, and so may they be.
    Elsewhere,
    /// This one is not there.
    Gone(String),
    /// This one cannot be read, or is no compose file.
    Invalid(String),
}

impl Unread {
    /// In words.
    pub fn said(&self) -> String {
        match self {
            Self::Elsewhere => say!("its engine is on another machine").to_owned(),
            Self::Gone(path) => say!("{path} is not on this machine", path),
            Self::Invalid(path) => say!("{path} cannot be read as a compose file", path),
        }
    }
}

/// What is known of the files of stacks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outlines {
    all: BTreeMap<Key, Result<Outline, Unread>>,
}

impl Outlines {
    /// Takes what was read of a stack's files; whether that is something else than was known.
    pub fn put(&mut self, stack: Key, read: Result<Outline, Unread>) -> bool {
        let same = self.all.get(&stack) == Some(&read);
        self.all.insert(stack, read);
        !same
    }

    pub fn of(&self, stack: &Key) -> Option<&Result<Outline, Unread>> {
        self.all.get(stack)
    }

    /// Forgets the stacks that do not answer to this.
    pub fn retain(&mut self, test: impl Fn(&Key) -> bool) {
        self.all.retain(|key, _| test(key));
    }

    fn of_container(&self, container: &Container) -> Option<&Outline> {
        if self.all.is_empty() {
            return None;
        }
        let stack = Key::stack(container.key.host, container.stack()?);
        self.all.get(&stack)?.as_ref().ok()
    }

    /// The services a container waits for: as its label says, else as the files of its stack do.
    pub fn needs(&self, container: &Container) -> BTreeMap<String, Condition> {
        told_needs(container).unwrap_or_else(|| {
            let outline = self.of_container(container);
            let asked = outline.and_then(|outline| outline.services.get(container.service()?));
            asked.map_or_else(BTreeMap::new, |asked| asked.needs.clone())
        })
    }

    /// Whether it is known what a container waits for.
    pub fn tell(&self, container: &Container) -> bool {
        told_needs(container).is_some() || self.of_container(container).is_some()
    }

    /// That nobody knows what of a stack waits for what, and why its files do not tell.
    pub fn in_no_order(&self, stack: &Stack) -> String {
        let why = match self.all.get(&stack.key) {
            Some(Err(why)) => why.said(),
            _ if stack.origin.files.is_empty() => {
                say!("no label names its compose files").to_owned()
            }
            _ => say!("its compose files have not been read yet").to_owned(),
        };
        let name = stack.name();
        say!(
            "{name}: all at once, as its order is not known: {why}",
            name,
            why
        )
    }
}

impl Stack {
    /// Fills in what its labels do not tell: what waits for what, and what is not made.
    pub fn fill(&mut self, outline: &Outline) {
        // A label may name what is made in no case, or only under a profile.
        let asked_for = |name: &str| {
            let asked = outline.services.get(name);
            asked.map_or(outline.open, |asked| asked.at_least() > 0)
        };
        self.services
            .retain(|service| service.is_made() || asked_for(&service.name));
        for (name, asked) in &outline.services {
            let known = self.services.iter_mut().find(|it| it.name == *name);
            match known {
                Some(service) => service.take(asked),
                None if asked.at_least() > 0 => {
                    let mut service = Service::unmade(name);
                    service.take(asked);
                    self.services.push(service);
                }
                None => {}
            }
        }
        self.services.sort_by(|a, b| a.name.cmp(&b.name));
    }
}

impl Service {
    fn take(&mut self, asked: &Asked) {
        self.wanted = self.wanted.max(asked.at_least());
        if !self.tells_needs {
            self.needs = asked.needs.keys().cloned().collect();
        }
    }
}
