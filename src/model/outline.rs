//! What the compose files of stacks ask for, as they are written: nothing is put in the place of variables, and compose alone
//! says what they mean. It tells what needs what where no label does. Values; must not know how files are read.
use std::collections::BTreeMap;

use super::container::Container;
use super::key::Key;
use super::stack::{Condition, Stack, told_needs};

/// What the files ask for of one service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// The services it waits for when it starts, and until when.
    pub needs: BTreeMap<String, Condition>,
}

/// The services of a stack's files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outline {
    pub services: BTreeMap<String, Asked>,
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
    /// Fills in what its labels do not tell.
    pub fn fill(&mut self, outline: &Outline) {
        for service in self.services.iter_mut().filter(|s| !s.tells_needs) {
            if let Some(asked) = outline.services.get(&service.name) {
                service.needs = asked.needs.keys().cloned().collect();
            }
        }
    }
}
