//! What is left when making a container anew was cut off so hard that nobody could put it right: told by the names that the two
//! have while they change places.
use super::Subject;
use crate::effect::{Passing, Verb, passing};
use crate::model::{Container, Key};
use crate::state::State;

pub(super) fn left_over(s: &Subject) -> Option<String> {
    let this = s.container;
    let passing = passing(&this.name)?;
    if is_under_way(s.state, &this.key, &passing) {
        return None;
    }
    let name = passing.name;
    let host = s.state.world.host(this.key.host)?;
    let called = |name: &str| host.containers().find(|c| c.name == name);
    let old = if passing.is_new {
        host.containers()
            .find(|c| c.key.id.starts_with(passing.old))
    } else {
        Some(this)
    };
    let new = if passing.is_new {
        Some(this)
    } else {
        called(&format!("{name}.new-{}", passing.old))
    };
    let holder = called(name);
    if let (Some(old), None, Some(_)) = (old, new, holder) {
        return Some(say!(
            "left over from making {name} anew: the new one has its place; by hand, where that one is well: docker rm --force {old}; else: docker rm --force {name} && {back}",
            name,
            old = old.name,
            back = back(old, name)
        ));
    }
    let mut commands = Vec::new();
    match (old, new) {
        (Some(old), new) => {
            commands.extend(new.map(|new| format!("docker rm --force {}", new.name)));
            commands.push(back(old, name));
        }
        (None, Some(new)) if holder.is_none() => commands.push(back(new, name)),
        (None, Some(new)) => commands.push(format!("docker rm --force {}", new.name)),
        (None, None) => {}
    }
    commands.retain(|command| !command.is_empty());
    Some(say!(
        "left over from making {name} anew, which was cut off; by hand, where no other stacktui is at it: {commands}",
        name,
        commands = commands.join(" && ")
    ))
}

/// What gives a container its name and its process again.
fn back(container: &Container, name: &str) -> String {
    let mut commands = Vec::new();
    if container.name != name {
        commands.push(format!("docker rename {} {name}", container.name));
    }
    if !container.state.is_live() {
        commands.push(format!("docker start {name}"));
    }
    commands.join(" && ")
}

/// Whether this program is at it. Those who live in the network of one that is made anew are made anew with it.
fn is_under_way(state: &State, key: &Key, passing: &Passing) -> bool {
    state.jobs.running.values().any(|running| {
        let job = &running.job;
        let others = matches!(job.verb, Verb::Recreate { others: true, .. });
        let is_it = others || job.key.id.starts_with(passing.old);
        running.is_exchange() && job.key.host == key.host && is_it
    })
}
