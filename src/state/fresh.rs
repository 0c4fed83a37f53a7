//! What registries said of an image that is here, name by name: one that bears several may be behind under one of them.
use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::model::image::full_name;
use crate::model::{Freshness, Key};
use crate::msg::Failure;

/// What a registry said of a name, or why it said nothing.
pub type Answer = Result<Freshness, Failure>;

/// The answers, in the order of the image's names.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fresh(Vec<(String, Answer)>);

impl Fresh {
    pub fn new(answers: Vec<(String, Answer)>) -> Self {
        Self(answers)
    }

    /// What was said of this name, whichever way it is written.
    pub fn of(&self, name: &str) -> Option<&Answer> {
        let wanted = full_name(name);
        let mut answers = self.0.iter();
        let found = answers.find(|(asked, _)| full_name(asked) == wanted);
        found.map(|(_, answer)| answer)
    }

    /// Of the names that the image still bears, the first one about which the worst was said, and that.
    pub fn worst(&self, tags: &[String]) -> Option<(&str, &Answer)> {
        let own = self.0.iter().filter(|(name, _)| tags.contains(name));
        let worst = own.min_by_key(|(_, answer)| Reverse(gravity(answer)));
        worst.map(|(name, answer)| (name.as_str(), answer))
    }
}

/// Several images that are asked for together, and what is known of them so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Round {
    /// Not answered yet.
    pub left: BTreeSet<Key>,
    /// Of none of their names anything could be asked.
    pub nameless: usize,
    newer: usize,
    same: usize,
    unknown: usize,
}

impl Round {
    pub fn new(asked: BTreeSet<Key>, nameless: usize) -> Self {
        Self {
            left: asked,
            nameless,
            ..Self::default()
        }
    }

    /// Takes an image's answer; `false`: it is not of this round.
    pub fn note(&mut self, key: &Key, answer: Option<&Answer>) -> bool {
        let asked = self.left.remove(key);
        if asked {
            match answer {
                Some(Ok(Freshness::Behind)) => self.newer += 1,
                Some(Ok(Freshness::Same)) => self.same += 1,
                Some(Err(_)) => self.unknown += 1,
                None => {}
            }
        }
        asked
    }

    /// `3 newer there, 8 up to date, 1 not known, 2 without a name`.
    pub fn words(&self) -> String {
        let counts = [
            (
                self.newer,
                say_n!(self.newer, "{n} newer there", "{n} newer there"),
            ),
            (
                self.same,
                say_n!(self.same, "{n} up to date", "{n} up to date"),
            ),
            (
                self.unknown,
                say_n!(self.unknown, "{n} not known there", "{n} not known there"),
            ),
            (
                self.nameless,
                say_n!(self.nameless, "{n} without a name", "{n} without a name"),
            ),
        ];
        let told = counts.into_iter().filter(|(n, _)| *n > 0);
        told.map(|(_, words)| words).collect::<Vec<_>>().join(", ")
    }
}

/// That there is something newer weighs more than that nobody knows.
fn gravity(answer: &Answer) -> u8 {
    match answer {
        Ok(Freshness::Same) => 0,
        Err(_) => 1,
        Ok(Freshness::Behind) => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_of_the_names_that_are_left_counts() {
        let said = [
            ("a:1", Ok(Freshness::Same)),
            ("b:1", Err(Failure::default())),
            ("c:1", Ok(Freshness::Behind)),
            ("d:1", Ok(Freshness::Behind)),
        ];
        let fresh = Fresh::new(said.map(|(name, answer)| (name.to_owned(), answer)).into());
        let worst = |tags: &[&str]| {
            let tags: Vec<String> = tags.iter().map(|tag| (*tag).to_owned()).collect();
            fresh.worst(&tags).map(|(name, _)| name.to_owned())
        };
        assert_eq!(worst(&["a:1", "b:1", "c:1", "d:1"]).as_deref(), Some("c:1"));
        assert_eq!(worst(&["a:1", "b:1"]).as_deref(), Some("b:1"));
        assert_eq!(worst(&["a:1"]).as_deref(), Some("a:1"));
        assert_eq!(worst(&["moved:1"]), None);
        assert_eq!(
            fresh.of("docker.io/library/c:1"),
            Some(&Ok(Freshness::Behind))
        );
        assert_eq!(fresh.of("c"), None);
    }
}
