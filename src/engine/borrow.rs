//! Who lives in the namespaces of another container. Those keep what is gone when that one is made anew, and a later start of
//! them fails. Volumes that are another's (`--volumes-from`) are the same volumes afterwards: they are no loan.
use std::time::Duration;

use futures::{StreamExt, stream};
use serde_json::{Value, json};

use super::blueprint::Blueprint;
use super::wire::{escape, items, member, text};
use super::{BODY_LIMIT, Engine, LIST_LIMIT};
use crate::lang::say;
use crate::model::Key;

/// Where the other one is named, and what it lends.
const LOANS: [(&str, &str); 3] = [
    ("NetworkMode", key!("network")),
    ("PidMode", key!("processes")),
    ("IpcMode", key!("shared memory")),
];
/// Inspects at once, and how long each may take: one that does not answer is passed over.
const AT_ONCE: usize = 8;
const PATIENCE: Duration = Duration::from_secs(3);

/// A container that lives in another's namespaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Borrower {
    pub key: Key,
    pub name: String,
    /// `network, processes`.
    pub what: String,
}

/// A container as it was, and the one in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    pub old: Key,
    pub name: String,
    pub new: Key,
}

/// Whether this names the container: by its id, the beginning of it, or its name.
fn names(told: &str, id: &str, name: &str) -> bool {
    told == id || told.trim_start_matches('/') == name || (told.len() >= 12 && id.starts_with(told))
}

/// Whether a mode such as `container:0123` is that container's.
fn is_of(mode: &Value, id: &str, name: &str) -> bool {
    let told = mode
        .as_str()
        .and_then(|mode| mode.strip_prefix("container:"));
    told.is_some_and(|told| names(told, id, name))
}

fn loans(inspect: &Value, id: &str, name: &str) -> Vec<&'static str> {
    let host = member(inspect, "HostConfig");
    let of_it = LOANS
        .iter()
        .filter(|(place, _)| is_of(member(host, place), id, name));
    of_it.map(|(_, what)| *what).collect()
}

impl Engine {
    /// Those who live in this container's namespaces, whether they run or not. What cannot be looked at is passed over.
    pub async fn borrowers(&self, of: &Key, name: &str) -> Vec<Borrower> {
        let list = self
            .raw()
            .get_json("/containers/json?all=1", BODY_LIMIT, LIST_LIMIT);
        let Ok(list) = list.await else {
            return Vec::new();
        };
        let others = items(&list).iter().map(|row| text(member(row, "Id")));
        let asked: Vec<_> = others
            .filter(|id| !id.is_empty() && **id != *of.id)
            .map(|id| async move {
                let path = format!("/containers/{}/json", escape(&id));
                let inspect = self
                    .raw()
                    .get_json(&path, BODY_LIMIT, PATIENCE)
                    .await
                    .ok()?;
                let what = loans(&inspect, &of.id, name);
                (!what.is_empty()).then(|| Borrower {
                    key: Key::container(of.host, &id),
                    name: text(member(&inspect, "Name"))
                        .trim_start_matches('/')
                        .to_owned(),
                    what: what.into_iter().map(say).collect::<Vec<_>>().join(", "),
                })
            })
            .collect();
        let mut found: Vec<Borrower> = stream::iter(asked)
            .buffer_unordered(AT_ONCE)
            .filter_map(std::future::ready)
            .collect()
            .await;
        found.sort_by(|a, b| a.name.cmp(&b.name));
        found
    }
}

impl Blueprint {
    /// What it had of a container that is gone it has of the one in its place.
    pub fn follow(&mut self, moved: &Moved) {
        let Some(host) = self
            .body
            .get_mut("HostConfig")
            .and_then(Value::as_object_mut)
        else {
            return;
        };
        for (place, _) in LOANS {
            if let Some(mode) = host.get_mut(place)
                && is_of(mode, &moved.old.id, &moved.name)
            {
                *mode = json!(format!("container:{}", moved.new.id));
            }
        }
        let volumes = host.get_mut("VolumesFrom").and_then(Value::as_array_mut);
        for of in volumes.into_iter().flatten() {
            let told = of.as_str().unwrap_or_default();
            let (who, mode) = match told.split_once(':') {
                Some((who, mode)) => (who, format!(":{mode}")),
                None => (told, String::new()),
            };
            if names(who, &moved.old.id, &moved.name) {
                *of = json!(format!("{}{mode}", moved.new.id));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ApiVersion, HostId};

    const OLD: &str = "0123456789abcdef0123";

    #[test]
    fn what_is_lent_is_told_and_follows() {
        let inspect = json!({"Id": "ff", "Name": "/side", "State": {"Status": "running"}, "Config": {"Image": "box"},
            "HostConfig": {"NetworkMode": format!("container:{OLD}"), "PidMode": "container:web", "IpcMode": "container:other",
                "VolumesFrom": ["web:ro", "other"]}});
        assert_eq!(loans(&inspect, OLD, "web"), ["network", "processes"]);
        assert!(loans(&inspect, "99", "nobody").is_empty());
        let mut plan = Blueprint::of(&inspect, &Value::Null, ApiVersion(1, 41)).unwrap();
        plan.follow(&Moved {
            old: Key::container(HostId(0), OLD),
            name: "web".to_owned(),
            new: Key::container(HostId(0), "new"),
        });
        let host = &plan.body["HostConfig"];
        assert_eq!(host["NetworkMode"], "container:new");
        assert_eq!(host["PidMode"], "container:new");
        assert_eq!(host["IpcMode"], "container:other");
        assert_eq!(host["VolumesFrom"], json!(["new:ro", "other"]));
    }

    #[test]
    fn a_short_beginning_of_an_id_is_none() {
        assert!(names("0123456789ab", OLD, "web") && names("/web", OLD, "web"));
        assert!(!names("0123", OLD, "web") && !names("", OLD, "web"));
    }
}
