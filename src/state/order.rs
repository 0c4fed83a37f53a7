//! Which of several jobs waits for which: what is needed starts first and stops last, as the labels of compose 2 say, or the
//! files of what compose 1 made. What the engine does about it is decided elsewhere.
use std::collections::{BTreeMap, BTreeSet};

use super::jobs::Wait;
use crate::effect::Verb;
use crate::model::stack::Condition;
use crate::model::{Container, Health, Key, Outlines, RunState};

/// Whether this is done to what is needed first, or last.
pub fn has_order(verb: &Verb) -> bool {
    let restart = matches!(verb, Verb::Start | Verb::Restart { .. });
    restart || matches!(verb, Verb::Stop { .. } | Verb::Remove { .. })
}

/// Who waits, and for what.
pub type Waits = BTreeMap<Key, Vec<Wait>>;

/// What each of these waits for when the same is done to all of them. A circle is cut where it is met.
pub fn waits(list: &[&Container], verb: &Verb, outlines: &Outlines) -> Waits {
    let mut all = Waits::new();
    for container in list {
        for (service, condition) in outlines.needs(container) {
            let is_needed = |other: &&&Container| {
                other.service() == Some(&service)
                    && other.stack() == container.stack()
                    && other.key.host == container.key.host
                    && other.key != container.key
                    && !other.is_one_off()
            };
            for needed in list.iter().filter(is_needed) {
                let (who, on, until, strict) = match verb {
                    Verb::Start => (&container.key, &needed.key, condition, true),
                    // As compose does: in order, but without waiting for health.
                    Verb::Restart { .. } => (&container.key, &needed.key, Condition::Started, true),
                    Verb::Stop { .. } | Verb::Remove { .. } => {
                        (&needed.key, &container.key, Condition::Started, false)
                    }
                    _ => continue,
                };
                let wait = Wait {
                    key: on.clone(),
                    until,
                    strict,
                };
                all.entry(who.clone()).or_default().push(wait);
            }
        }
    }
    without_circles(list, all)
}

/// Whether a container of this name is what another one waits for, else why that one is not sent; `None`: not yet. `fresh`: it has just been started, and what is known
/// of it may be older.
pub fn is_there(
    name: &str,
    until: Condition,
    state: &RunState,
    health: Option<Health>,
    exit_code: i64,
    fresh: bool,
) -> Option<Result<(), String>> {
    let live = state.is_live();
    match (until, health) {
        (Condition::Started, _) => Some(Ok(())),
        (_, _) if !live && fresh => None,
        (Condition::Completed, _) if live || *state == RunState::Restarting => None,
        (Condition::Completed, _) if exit_code == 0 => Some(Ok(())),
        (Condition::Completed, _) => Some(Err(say!(
            "not sent, as {name} ended with {code}",
            name,
            code = exit_code
        ))),
        (Condition::Healthy, _) if !live => {
            Some(Err(say!("not sent, as {name} does not stay up", name)))
        }
        (Condition::Healthy, Some(Health::Starting)) => None,
        (Condition::Healthy, Some(Health::Unhealthy)) => {
            Some(Err(say!("not sent, as {name} is unhealthy", name)))
        }
        (Condition::Healthy, _) => Some(Ok(())),
    }
}

/// What is done at once, then what waits for it, and so on to the last.
pub fn steps<'a>(keys: impl IntoIterator<Item = &'a Key>, waits: &Waits) -> Vec<Vec<&'a Key>> {
    let mut left: Vec<&Key> = keys.into_iter().collect();
    let mut steps = Vec::new();
    while !left.is_empty() {
        let is_free = |key: &&Key| {
            let mut waits = waits.get(*key).into_iter().flatten();
            waits.all(|wait| !left.contains(&&wait.key))
        };
        let (now, later): (Vec<&Key>, Vec<&Key>) =
            left.iter().copied().partition(|key| is_free(key));
        // A circle has been cut before.
        if now.is_empty() {
            break;
        }
        steps.push(now);
        left = later;
    }
    steps
}

fn without_circles(list: &[&Container], mut all: Waits) -> Waits {
    let mut placed: BTreeSet<Key> = BTreeSet::new();
    let mut left: Vec<&Key> = list.iter().map(|c| &c.key).collect();
    while !left.is_empty() {
        let is_free = |key: &&Key| {
            let mut waits = all.get(*key).into_iter().flatten();
            waits.all(|wait| placed.contains(&wait.key))
        };
        let free = left.iter().position(is_free);
        let key = left.remove(free.unwrap_or(0));
        if free.is_none()
            && let Some(waits) = all.get_mut(key)
        {
            waits.retain(|wait| placed.contains(&wait.key));
        }
        placed.insert(key.clone());
    }
    all.retain(|_, waits| !waits.is_empty());
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::HostId;

    fn service(name: &str, needs: &str) -> Container {
        let mut container = Container::bare(Key::container(HostId(0), name), name);
        for (label, value) in [
            ("project", "shop"),
            ("service", name),
            ("depends_on", needs),
        ] {
            let label = format!("com.docker.compose.{label}");
            container.labels.insert(label, value.to_owned());
        }
        container
    }

    /// Who waits for whom.
    fn order(list: &[Container], verb: &Verb) -> Vec<(String, Vec<String>)> {
        let list: Vec<&Container> = list.iter().collect();
        let names = |waits: &Vec<Wait>| waits.iter().map(|wait| wait.key.id.to_string()).collect();
        let all = waits(&list, verb, &Outlines::default());
        all.iter()
            .map(|(key, waits)| (key.id.to_string(), names(waits)))
            .collect()
    }

    fn expected(list: &[(&str, &[&str])]) -> Vec<(String, Vec<String>)> {
        let words = |names: &&[&str]| names.iter().map(|&name| name.to_owned()).collect();
        list.iter()
            .map(|(name, names)| ((*name).to_owned(), words(names)))
            .collect()
    }

    #[test]
    fn what_is_needed_starts_first_and_stops_last() {
        let list = [
            service(
                "web",
                "db:service_healthy:true,mail:service_started:false,other:service_started:false",
            ),
            service("db", ""),
            service("mail", "db:service_started:false"),
        ];
        let start = expected(&[("mail", &["db"]), ("web", &["db", "mail"])]);
        assert_eq!(order(&list, &Verb::Start), start);
        assert_eq!(order(&list, &Verb::Restart { timeout: None }), start);
        let stop = expected(&[("db", &["web", "mail"]), ("mail", &["web"])]);
        assert_eq!(order(&list, &Verb::Stop { timeout: None }), stop);
        assert_eq!(order(&list, &Verb::Pause), []);
    }

    #[test]
    fn health_is_waited_for_by_a_start_alone() {
        let (web, db) = (service("web", "db:service_healthy:true"), service("db", ""));
        let until =
            |verb: &Verb| waits(&[&web, &db], verb, &Outlines::default())[&web.key][0].until;
        assert_eq!(until(&Verb::Start), Condition::Healthy);
        assert_eq!(until(&Verb::Restart { timeout: None }), Condition::Started);
    }

    #[test]
    fn a_circle_is_cut() {
        let list = [
            service("a", "b:service_started:false"),
            service("b", "c:service_started:false"),
            service("c", "a:service_started:false"),
        ];
        let cut = expected(&[("b", &["c"]), ("c", &["a"])]);
        assert_eq!(order(&list, &Verb::Start), cut);
    }

    #[test]
    fn another_stack_is_another_matter() {
        let (web, mut db) = (service("web", "db:service_started:true"), service("db", ""));
        db.labels
            .insert("com.docker.compose.project".to_owned(), "other".to_owned());
        assert!(waits(&[&web, &db], &Verb::Start, &Outlines::default()).is_empty());
    }
}
