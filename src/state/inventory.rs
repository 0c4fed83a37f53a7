//! The containers of a host with their figures: found by key at once, and walked by name, so that a table in that order
//! needs no sorting and one in another order none among equals.
use std::cmp::Ordering;
use std::collections::HashMap;

use super::vitals::Vitals;
use crate::model::{Container, Key};

/// A container and its figures, where it has any.
#[derive(Debug, Clone)]
struct Slot {
    container: Container,
    vitals: Option<Box<Vitals>>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Inventory {
    slots: Vec<Option<Slot>>,
    free: Vec<usize>,
    places: HashMap<Key, usize>,
    /// The slots in use, by the name they are shown by.
    by_name: Vec<usize>,
}

impl Inventory {
    pub fn len(&self) -> usize {
        self.places.len()
    }

    pub fn contains(&self, key: &Key) -> bool {
        self.places.contains_key(key)
    }

    fn slot(&self, key: &Key) -> Option<&Slot> {
        self.slots.get(*self.places.get(key)?)?.as_ref()
    }

    pub fn get(&self, key: &Key) -> Option<&Container> {
        self.slot(key).map(|slot| &slot.container)
    }

    pub fn vitals(&self, key: &Key) -> Option<&Vitals> {
        self.slot(key)?.vitals.as_deref()
    }

    /// A container with the place of its figures.
    pub fn entry(&mut self, key: &Key) -> Option<(&Container, &mut Option<Box<Vitals>>)> {
        let place = *self.places.get(key)?;
        let slot = self.slots.get_mut(place)?.as_mut()?;
        Some((&slot.container, &mut slot.vitals))
    }

    /// Every container, by the name it is shown by.
    pub fn iter(&self) -> impl Iterator<Item = &Container> {
        let slots = self.by_name.iter().filter_map(|at| self.at(*at));
        slots.map(|slot| &slot.container)
    }

    fn at(&self, place: usize) -> Option<&Slot> {
        self.slots.get(place)?.as_ref()
    }

    /// Where a container stands by name, or would.
    fn rank(&self, container: &Container) -> Result<usize, usize> {
        self.by_name.binary_search_by(|at| {
            let other = self.at(*at).map(|slot| &slot.container);
            other.map_or(Ordering::Equal, |other| by_name(other, container))
        })
    }

    /// Puts in one that is not there.
    pub fn insert(&mut self, container: Container, vitals: Option<Box<Vitals>>) {
        let (Ok(rank) | Err(rank)) = self.rank(&container);
        let place = self.free.pop().unwrap_or(self.slots.len());
        self.places.insert(container.key.clone(), place);
        let slot = Some(Slot { container, vitals });
        match self.slots.get_mut(place) {
            Some(free) => *free = slot,
            None => self.slots.push(slot),
        }
        self.by_name.insert(rank, place);
    }

    pub fn remove(&mut self, key: &Key) -> Option<(Container, Option<Box<Vitals>>)> {
        if let Ok(rank) = self.rank(self.get(key)?) {
            self.by_name.remove(rank);
        }
        let place = self.places.remove(key)?;
        let Slot { container, vitals } = self.slots.get_mut(place)?.take()?;
        self.free.push(place);
        Some((container, vitals))
    }
}

fn by_name(a: &Container, b: &Container) -> Ordering {
    a.sort_name()
        .cmp(&b.sort_name())
        .then_with(|| a.name.cmp(&b.name))
        .then_with(|| a.key.cmp(&b.key))
}
