//! What an experienced eye would notice on a container, each thing one small check over what is known already: asks nothing.
mod left_over;

use chrono::TimeDelta;

use super::world::LOOP;
use super::{Host, State};
use crate::model::container::{Container, Problem, is_id};
use crate::model::image::full_name;
use crate::model::{Details, Freshness, Health, Key, Kind, RunState};
use crate::msg::FailureKind;
use crate::text;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// It hurts now, or will soon: shown on the row too.
    Trouble,
    /// Worth to know.
    Note,
}

/// One thing that was noticed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The check's name.
    pub id: &'static str,
    pub weight: Weight,
    /// What, and why it matters, in one sentence.
    pub words: String,
}

/// What a check may look at.
struct Subject<'a> {
    state: &'a State,
    container: &'a Container,
    /// Known while the container is looked at closely.
    details: Option<&'a Details>,
}

impl<'a> Subject<'a> {
    fn of(state: &'a State, container: &'a Container) -> Self {
        let sheet = state.sheet(&container.key);
        Self {
            state,
            container,
            details: sheet.and_then(|sheet| sheet.details.as_deref()),
        }
    }
}

/// A check: its name, how bad what it finds is, and the finding in words.
struct Lint {
    id: &'static str,
    weight: Weight,
    check: fn(&Subject) -> Option<String>,
}

const fn trouble(id: &'static str, check: fn(&Subject) -> Option<String>) -> Lint {
    let weight = Weight::Trouble;
    Lint { id, weight, check }
}

const fn note(id: &'static str, check: fn(&Subject) -> Option<String>) -> Lint {
    let weight = Weight::Note;
    Lint { id, weight, check }
}

/// All checks, the worst first.
const LINTS: &[Lint] = &[
    trouble("left_over", left_over::left_over),
    trouble("restart_loop", restart_loop),
    trouble("cut_off", cut_off),
    trouble("no_answer", no_answer),
    trouble("stuck", stuck),
    trouble("memory", memory),
    trouble("port_taken", port_taken),
    trouble("dependency", dependency),
    note("clock_apart", clock_apart),
    note("image_behind", image_behind),
    note("newer_there", newer_there),
    note("socket", socket),
    note("privileged", privileged),
    note("no_health_check", no_health_check),
];

/// A container takes longer to stop or to go away than this only when something holds it.
const LONG: TimeDelta = TimeDelta::seconds(60);

/// A clock is apart from ours by this, both ways: less may be what its answer took.
const APART: TimeDelta = TimeDelta::seconds(30);

/// What is to be said of a host's clock: `clock 42s ahead`.
pub fn clock_words(host: &Host) -> Option<String> {
    let ahead = host.ahead.filter(|ahead| ahead.abs() >= APART)?;
    let span = match ahead.abs() {
        apart if apart < TimeDelta::minutes(10) => format!("{}s", apart.num_seconds()),
        apart => text::duration(apart),
    };
    Some(if ahead > TimeDelta::zero() {
        say!("clock {span} ahead", span)
    } else {
        say!("clock {span} behind", span)
    })
}

/// What is to be said of a container, the worst first. Nothing for what is gone.
pub fn findings(state: &State, key: &Key) -> Vec<Finding> {
    let Some(container) = state.world.container(key) else {
        return Vec::new();
    };
    let subject = Subject::of(state, container);
    let finding = |lint: &Lint| {
        Some(Finding {
            id: lint.id,
            weight: lint.weight,
            words: (lint.check)(&subject)?,
        })
    };
    LINTS.iter().filter_map(finding).collect()
}

/// Notes that are no mark on a row: one is the host's, the other is known of those alone that were opened.
const UNMARKED: &[&str] = &["clock_apart", "no_health_check"];

/// What a row has room for of the worst that is to be said of its container: how bad it is, and a word.
pub fn mark(state: &State, container: &Container) -> Option<(Weight, &'static str)> {
    let subject = Subject::of(state, container);
    let mut lints = LINTS.iter().filter(|lint| !UNMARKED.contains(&lint.id));
    let worst = lints.find(|lint| (lint.check)(&subject).is_some())?;
    let word = match worst.id {
        "left_over" => say!("left" as "hint"),
        "restart_loop" => say!("loop" as "hint"),
        "stuck" => say!("stuck" as "hint"),
        "memory" => say!("mem" as "hint"),
        "port_taken" => say!("port" as "hint"),
        "dependency" => say!("needs" as "hint"),
        "image_behind" | "newer_there" => say!("newer" as "hint"),
        _ => "",
    };
    Some((worst.weight, word))
}

/// The worst that is to be said of a container on its row, in its whole words.
pub fn worst(state: &State, key: &Key) -> Option<Finding> {
    let mut found = findings(state, key).into_iter();
    found.find(|finding| !UNMARKED.contains(&finding.id))
}

/// Whether something hurts it now, or will soon.
pub fn hurts(state: &State, container: &Container) -> bool {
    let subject = Subject::of(state, container);
    let mut troubles = LINTS.iter().filter(|lint| lint.weight == Weight::Trouble);
    troubles.any(|lint| (lint.check)(&subject).is_some())
}

/// How many hurt whose state does not say so.
pub fn hurting(state: &State) -> usize {
    let containers = state.scope().flat_map(Host::containers);
    let quiet = containers.filter(|c| c.problem().is_none_or(|p| p == Problem::Unstarted));
    quiet.filter(|c| c.unstarted || hurts(state, c)).count()
}

fn restart_loop(s: &Subject) -> Option<String> {
    // The row says so too: whether it is one is told in one place.
    let host = s.state.world.host(s.container.key.host)?;
    let key = &s.container.key;
    let (mut count, mut oom) = (0, 0);
    for death in host.failures(key, s.state.now) {
        count += 1;
        oom += usize::from(death.oom);
    }
    if s.container.problem() != Some(Problem::Looping) || count < LOOP {
        let restarts = host.restarts(key, s.state.now)?;
        return Some(say!(
            "restart loop: started again {n} times by its policy, the last time {span} ago",
            n = restarts.count,
            span = text::duration(s.state.now - restarts.last)
        ));
    }
    Some(match oom {
        0 => say!("restart loop: died {count} times within the hour", count),
        n if n == count => say!(
            "restart loop: died {count} times within the hour, each time out of memory",
            count
        ),
        n => say!(
            "restart loop: died {count} times within the hour, {n} of them out of memory",
            count,
            n
        ),
    })
}

fn cut_off(s: &Subject) -> Option<String> {
    if !s.container.cut_off {
        return None;
    }
    let host = s.state.world.host(s.container.key.host)?;
    Some(match host.lender_of(s.container) {
        Some(lender) if lender.state.is_live() => say!(
            "cut off: {name} has another network since it was started again, in which this one lives once restarted",
            name = lender.name
        ),
        Some(lender) => say!(
            "cut off: it lives in the network of {name}, which does not run",
            name = lender.name
        ),
        None => say!("cut off: the container in whose network it lives is gone").to_owned(),
    })
}

/// Whether it answered no inspect while its engine answers of all others: a container can hang alone.
pub fn hangs(state: &State, key: &Key) -> bool {
    let failure = state.sheet(key).and_then(|sheet| sheet.failure.as_ref());
    let up = state
        .world
        .host(key.host)
        .is_some_and(|host| host.link.is_up());
    up && failure.is_some_and(|failure| failure.kind == FailureKind::TimedOut)
}

fn no_answer(s: &Subject) -> Option<String> {
    hangs(s.state, &s.container.key).then(|| {
        say!("answers no inspect, while its engine answers: it may not stop either").to_owned()
    })
}

fn stuck(s: &Subject) -> Option<String> {
    let state = &s.container.state;
    if !matches!(state, RunState::Stopping | RunState::Removing) {
        return None;
    }
    let since = s.state.now - s.container.since?;
    (since > LONG).then(|| {
        let word = state.said();
        let span = text::duration(since);
        say!(
            "stuck in {word} for {span}: something holds it, such as a mount or its process",
            word,
            span
        )
    })
}

fn memory(s: &Subject) -> Option<String> {
    let latest = s.state.world.latest(&s.container.key);
    let percent = latest.filter(|latest| latest.is_full())?.memory_percent()?;
    let percent = text::percent(percent);
    Some(say!(
        "memory at {percent}% of its limit: at the limit the kernel kills it",
        percent
    ))
}

/// `Bind for 0.0.0.0:8080 failed: port is already allocated`
fn port_taken(s: &Subject) -> Option<String> {
    // What is known of one that runs may be of the start before.
    let is_of_now = |d: &&Details| d.state.is_live() || !s.container.state.is_live();
    let details = s.details.filter(is_of_now)?;
    let error = &details.error;
    let taken = ["already allocated", "already in use"];
    if !taken.iter().any(|words| error.contains(words)) {
        return None;
    }
    let ports = error.split(':').skip(1).filter_map(|rest| {
        let end = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        rest.get(..end)?.parse::<u16>().ok()
    });
    let port = ports.last()?;
    let has_it = |c: &&Container| c.ports.iter().any(|p| p.public == Some(port));
    let host = s.state.world.host(s.container.key.host)?;
    let mut holders = host.containers().filter(has_it);
    if let Some(holder) = holders.find(|c| c.key != s.container.key) {
        return Some(say!("port {port} is taken by {by}", port, by = holder.name));
    }
    // Whose it was then the engine does not say, nor what else on the host has it now.
    Some(say!(
        "port {port} was taken when it was to start: no container has it now, so starting again may do, unless another program has it",
        port
    ))
}

fn dependency(s: &Subject) -> Option<String> {
    let container = s.container;
    // What was stopped with all that it needs misses nothing.
    if !container.state.is_live() && container.problem().is_none() {
        return None;
    }
    let needs = s.state.outlines.needs(container);
    let stack = container.stack().filter(|_| !needs.is_empty())?;
    let stack = Key::stack(container.key.host, stack);
    let members: Vec<_> = s.state.world.members(&stack).collect();
    needs.keys().find_map(|service| {
        let of_it = || members.iter().filter(|c| c.service() == Some(service));
        let well = |c: &&Container| {
            let done = c.state == RunState::Exited && c.exit_code == Some(0);
            done || c.state == RunState::Running && c.health != Some(Health::Unhealthy)
        };
        if of_it().any(well) {
            return None;
        }
        let how = of_it().next().map_or(say!("gone"), |c| match c.health {
            Some(health) if c.state == RunState::Running => health.said(),
            _ => c.state.said(),
        });
        Some(say!("needs {service}, which is {how}", service, how))
    })
}

/// A container has its host's clock.
fn clock_apart(s: &Subject) -> Option<String> {
    let words = clock_words(s.state.world.host(s.container.key.host)?)?;
    Some(say!(
        "its host's {words} of ours: times in logs and events are off by that",
        words
    ))
}

/// The name it was made from names another image by now.
fn image_behind(s: &Subject) -> Option<String> {
    let container = s.container;
    let name = s
        .state
        .world
        .host(container.key.host)?
        .made_from(&container.key)?;
    let wanted = full_name(name);
    let tagged = |image: &&crate::model::Image| {
        image.key.host == s.container.key.host
            && image.tags.iter().any(|tag| full_name(tag) == wanted)
    };
    let Some(image) = s.state.shelves.images.things.values().find(tagged) else {
        // Without their list: the engine gives an id for the image whose name is another's, or nobody's, by now.
        return (container.has_nameless_image() && !is_id(name)).then(|| {
            say!(
                "{name} is not the image it runs any more: made anew, the container would run what has that name now",
                name
            )
        });
    };
    (*image.key.id != *container.image_id).then(|| {
        say!(
            "{name} is a newer image by now: made anew, the container would run that",
            name
        )
    })
}

/// Its registry was asked, and has another image under that name.
fn newer_there(s: &Subject) -> Option<String> {
    let container = s.container;
    // Mostly nobody asked: a row is not to pay for it.
    if s.state.fresh.is_empty() {
        return None;
    }
    let image = Key::new(container.key.host, Kind::Image, &container.image_id);
    let answer = s.state.fresh.get(&image)?.of(&container.image)?;
    (*answer == Ok(Freshness::Behind)).then(|| {
        say!(
            "its registry has a newer {name}: made anew with a pull (R p), the container would run that",
            name = container.image
        )
    })
}

fn socket(s: &Subject) -> Option<String> {
    let sockets = ["docker.sock", "podman.sock", "containerd.sock"];
    let engine = |source: &str| sockets.iter().any(|name| source.ends_with(name));
    let mount = s.container.mounts.iter().find(|m| engine(&m.source))?;
    let words = if mount.read_only {
        say!(
            "has the engine's socket: it may do anything on this host; read-only does not hold it back"
        )
    } else {
        say!("has the engine's socket: it may do anything on this host")
    };
    Some(words.to_owned())
}

fn privileged(s: &Subject) -> Option<String> {
    let key = &s.container.key;
    let host = s.state.world.host(key.host)?;
    host.is_privileged(key)
        .then(|| say!("privileged: it may do anything to the host").to_owned())
}

fn no_health_check(s: &Subject) -> Option<String> {
    let details = s.details?;
    let serves = details.state == RunState::Running && !details.ports.is_empty();
    (serves && details.health.is_none())
        .then(|| say!("no health check: nobody is told when it hangs").to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_are_told_apart_and_troubles_come_first() {
        let mut ids: Vec<_> = LINTS.iter().map(|lint| lint.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), LINTS.len());
        assert!(LINTS.is_sorted_by_key(|lint| lint.weight));
    }
}
