//! Containers grouped into stacks, in the order a person reads them.
use std::collections::BTreeMap;

use super::container::Container;

/// Groups containers by stack name; those of no stack come under `None`, last.
pub fn by_stack<'a>(
    containers: impl IntoIterator<Item = &'a Container>,
) -> Vec<(Option<&'a str>, Vec<&'a Container>)> {
    let mut named: BTreeMap<&str, Vec<&Container>> = BTreeMap::new();
    let mut loose = Vec::new();
    for container in containers {
        match container.stack() {
            Some(stack) => named.entry(stack).or_default().push(container),
            None => loose.push(container),
        }
    }
    let mut groups: Vec<_> = named
        .into_iter()
        .map(|(name, list)| (Some(name), list))
        .collect();
    if !loose.is_empty() {
        groups.push((None, loose));
    }
    groups
}
