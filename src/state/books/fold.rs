//! Events that are one act of a person: a restart is seven of the engine's. Which of them the last one stands for.
use std::collections::BTreeMap;

use chrono::TimeDelta;

use crate::model::EngineEvent;

/// Events further apart are not one act: the longest stop timeouts in use are minutes.
const APART: TimeDelta = TimeDelta::minutes(15);

/// Between the end and the new start of a restart.
const AT_ONCE: TimeDelta = TimeDelta::seconds(5);

/// What the last event of an act stands for. `None`: it stands for itself alone.
fn parts(action: &str) -> Option<&'static [&'static str]> {
    const STOP: &[&str] = &["kill", "die", "disconnect", "unmount"];
    const START: &[&str] = &["connect", "mount"];
    const RESTART: &[&str] = &[
        "kill",
        "die",
        "disconnect",
        "unmount",
        "stop",
        "connect",
        "mount",
        "start",
    ];
    match action {
        "stop" | "destroy" => Some(STOP),
        "start" => Some(START),
        "restart" => Some(RESTART),
        _ => None,
    }
}

/// What came before is no part of the act that this begins: the engine starts at once what it stops for a restart, and what is
/// stopped has run.
fn begins_anew(event: &EngineEvent, pending: &[(u64, &EngineEvent)]) -> bool {
    let has = |action: &str| {
        pending
            .iter()
            .rev()
            .find(|(_, earlier)| earlier.action == action)
    };
    match event.action.as_str() {
        "kill" => has("start").is_some(),
        "connect" | "mount" | "start" => {
            let ended = has("die").or_else(|| has("stop")).is_some();
            ended && has("stop").is_none_or(|(_, stop)| event.at - stop.at > AT_ONCE)
        }
        _ => false,
    }
}

/// The container an event is about; networks and volumes tell of the one that comes or goes.
fn container(event: &EngineEvent) -> Option<&str> {
    match event.kind.as_str() {
        "container" => Some(&event.id),
        "network" | "volume" => event.attribute("container"),
        _ => None,
    }
}

/// The events that each last one stands for, in their order. Events come in theirs.
pub(super) fn folds<'a>(
    events: impl Iterator<Item = (u64, &'a EngineEvent)>,
) -> BTreeMap<u64, Vec<u64>> {
    let mut folds: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
    // Of each container what may still be a part of something.
    let mut open: BTreeMap<&str, Vec<(u64, &EngineEvent)>> = BTreeMap::new();
    for (number, event) in events {
        let Some(container) = container(event) else {
            continue;
        };
        let pending = open.entry(container).or_default();
        if begins_anew(event, pending) {
            pending.clear();
        }
        if let Some(parts) = parts(&event.action) {
            let is_part = |(_, earlier): &mut (u64, &EngineEvent)| {
                event.at - earlier.at < APART && parts.contains(&earlier.action.as_str())
            };
            let taken: Vec<u64> = pending
                .extract_if(.., is_part)
                .map(|(part, _)| part)
                .collect();
            let mut all = Vec::new();
            for part in taken {
                all.extend(folds.remove(&part).into_iter().flatten());
                all.push(part);
            }
            if !all.is_empty() {
                folds.insert(number, all);
            }
        }
        pending.push((number, event));
    }
    folds
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn event(second: i64, kind: &str, action: &str) -> EngineEvent {
        EngineEvent {
            at: DateTime::from_timestamp(1_790_000_000 + second, 0).unwrap(),
            nanos: 0,
            kind: kind.to_owned(),
            action: action.to_owned(),
            id: if kind == "container" { "abc" } else { "net" }.to_owned(),
            name: "x".to_owned(),
            attributes: [("container".to_owned(), "abc".to_owned())].into(),
        }
    }

    fn folded(list: &[EngineEvent]) -> Vec<(u64, Vec<u64>)> {
        folds((0..).zip(list)).into_iter().collect()
    }

    #[test]
    fn a_restart_is_one() {
        let list = [
            event(0, "container", "rename"),
            event(1, "container", "kill"),
            event(11, "container", "kill"),
            event(11, "container", "die"),
            event(11, "network", "disconnect"),
            event(11, "container", "stop"),
            event(12, "network", "connect"),
            event(12, "container", "start"),
            event(12, "container", "restart"),
        ];
        assert_eq!(folded(&list[..6]), [(5, vec![1, 2, 3, 4])]);
        assert_eq!(folded(&list), [(8, vec![1, 2, 3, 4, 5, 6, 7])]);
    }

    #[test]
    fn a_death_by_itself_stays_seen() {
        let list = [
            event(0, "container", "oom"),
            event(0, "container", "die"),
            event(1, "network", "connect"),
            event(1, "container", "start"),
        ];
        assert_eq!(folded(&list), [(3, vec![2])]);
        // Nor is it a part of a restart soon after.
        let mut soon = list.to_vec();
        soon.extend(["kill", "die", "stop", "start", "restart"].map(|a| event(2, "container", a)));
        assert_eq!(folded(&soon), [(3, vec![2]), (8, vec![4, 5, 6, 7])]);
        // A restart an hour later has nothing to do with it.
        let later = [
            event(0, "container", "die"),
            event(3600, "container", "restart"),
        ];
        assert_eq!(folded(&later), []);
    }
}
