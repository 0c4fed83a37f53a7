//! Where the room on the disk went (`/system/df`), and what is removed together. The engine walks its volumes for the answer:
//! asked for by a person, never by a clock.
use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::wire::{count, escape, items, member, pairs, path, text, texts, truth, whole};
use super::{BODY_LIMIT, Engine, Error};
use crate::model::ApiVersion;
use crate::model::image::short_id;
use crate::model::space::{Item, Part, Prune, Pruned, Space};

/// Large volumes on slow disks take minutes.
const SPACE_LIMIT: Duration = Duration::from_secs(300);
/// Removing hundreds of images does too.
pub const PRUNE_LIMIT: Duration = Duration::from_secs(1800);
/// The label of a volume that was made without a name, from API 1.42 on.
const ANONYMOUS: &str = "com.docker.volume.anonymous";
/// Before this version a prune of volumes takes them all.
const SPARES_NAMED: ApiVersion = ApiVersion(1, 42);

impl Engine {
    /// Where the room went. Gives up after five minutes.
    ///
    /// # Errors
    /// The engine's refusal, or no answer in time.
    pub async fn space(&self, now: DateTime<Utc>) -> Result<Space, Error> {
        let answer = self
            .raw()
            .get_json("/system/df", BODY_LIMIT, SPACE_LIMIT)
            .await?;
        let mut space = read(&answer, now);
        if self.api() < SPARES_NAMED {
            space.prunable.remove(&Prune::AnonymousVolumes);
        }
        Ok(space)
    }

    /// Removes what nothing uses.
    ///
    /// # Errors
    /// The engine's refusal: another prune is under way, something is in use meanwhile.
    pub async fn prune(&self, what: Prune) -> Result<Pruned, Error> {
        let (path, filters) = match what {
            Prune::Containers => ("/containers/prune", ""),
            Prune::DanglingImages => ("/images/prune", r#"{"dangling":["true"]}"#),
            Prune::UnusedImages => ("/images/prune", r#"{"dangling":["false"]}"#),
            Prune::UnusedVolumes if self.api() >= SPARES_NAMED => {
                ("/volumes/prune", r#"{"all":["true"]}"#)
            }
            Prune::AnonymousVolumes | Prune::UnusedVolumes => ("/volumes/prune", ""),
            Prune::Networks => ("/networks/prune", ""),
            Prune::BuildCache => ("/build/prune?all=true", ""),
        };
        let path = match filters {
            "" => path.to_owned(),
            filters => format!("{path}?filters={}", escape(filters)),
        };
        let (_, answer) = self
            .raw()
            .post_json(&path, &Value::Null, PRUNE_LIMIT)
            .await?;
        Ok(pruned(&answer))
    }
}

fn pruned(answer: &Value) -> Pruned {
    let mut names = Vec::new();
    for list in [
        "ContainersDeleted",
        "VolumesDeleted",
        "NetworksDeleted",
        "CachesDeleted",
    ] {
        names.extend(texts(member(answer, list)));
    }
    // An image is told as each of its names and layers.
    for image in items(member(answer, "ImagesDeleted")) {
        let (untagged, deleted) = (
            text(member(image, "Untagged")),
            text(member(image, "Deleted")),
        );
        match (untagged.is_empty(), deleted.is_empty()) {
            (false, _) => names.push(untagged),
            (true, false) => names.push(short_id(&deleted).to_owned()),
            (true, true) => {}
        }
    }
    Pruned {
        names,
        bytes: count(member(answer, "SpaceReclaimed")).unwrap_or(0),
    }
}

/// The list under its name, or from API 1.52 on under `usage`.
fn listed<'a>(answer: &'a Value, name: &str, usage: &str) -> &'a [Value] {
    let list = items(member(answer, name));
    if list.is_empty() {
        items(path(answer, &[usage, "Items"]))
    } else {
        list
    }
}

fn read(answer: &Value, at: DateTime<Utc>) -> Space {
    let mut prunable = BTreeMap::new();
    let images = images(answer, &mut prunable);
    let containers = containers(answer, &mut prunable);
    let (volumes, volume_sizes) = volumes(answer, &mut prunable);
    let cache = cache(answer, &mut prunable);
    for items in prunable.values_mut() {
        items.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.name.cmp(&b.name)));
    }
    Space {
        at,
        images,
        containers,
        volumes,
        cache,
        prunable,
        volume_sizes,
    }
}

type Prunable = BTreeMap<Prune, Vec<Item>>;

/// What can be had back is what no used image needs: docker's own count (docker/cli, `formatter/disk_usage.go`).
fn images(answer: &Value, prunable: &mut Prunable) -> Part {
    let list = listed(answer, "Images", "ImageUsage");
    let mut part = Part {
        count: list.len(),
        ..Part::default()
    };
    let mut used = 0;
    let (mut unused, mut dangling) = (Vec::new(), Vec::new());
    for image in list {
        let size = count(member(image, "Size")).unwrap_or(0);
        let shared = count(member(image, "SharedSize")).unwrap_or(0);
        let own = size.saturating_sub(shared);
        if count(member(image, "Containers")).is_some_and(|n| n > 0) {
            part.active += 1;
            used += own;
            continue;
        }
        let mut names = texts(member(image, "RepoTags"));
        names.retain(|name| !name.contains("<none>"));
        let id = text(member(image, "Id"));
        let item = Item {
            name: if names.is_empty() {
                short_id(&id).to_owned()
            } else {
                names.join(", ")
            },
            bytes: Some(own),
        };
        if names.is_empty() {
            dangling.push(item.clone());
        }
        unused.push(item);
    }
    let layers = count(member(answer, "LayersSize"))
        .or_else(|| count(path(answer, &["ImageUsage", "TotalSize"])));
    part.bytes = layers.unwrap_or(0);
    // Layers that used images share stay: an engine that says how much can be had back knows best.
    let free = count(path(answer, &["ImageUsage", "Reclaimable"]));
    part.free = match (free, unused.is_empty()) {
        (_, true) => 0,
        (Some(free), _) => free,
        (None, _) => part.bytes.saturating_sub(used),
    };
    prunable.insert(Prune::UnusedImages, unused);
    prunable.insert(Prune::DanglingImages, dangling);
    part
}

fn containers(answer: &Value, prunable: &mut Prunable) -> Part {
    let list = listed(answer, "Containers", "ContainerUsage");
    let mut part = Part {
        count: list.len(),
        ..Part::default()
    };
    let mut ended = Vec::new();
    for container in list {
        let bytes = count(member(container, "SizeRw")).unwrap_or(0);
        part.bytes += bytes;
        // What `docker container prune` takes (moby, daemon/prune.go): all that is not running, paused or between two runs.
        let state = text(member(container, "State"));
        if matches!(
            state.as_str(),
            "running" | "paused" | "restarting" | "removing"
        ) {
            part.active += 1;
            continue;
        }
        part.free += bytes;
        let names = texts(member(container, "Names"));
        let name = names.first().map(|name| name.trim_start_matches('/'));
        ended.push(Item {
            name: name.unwrap_or_default().to_owned(),
            bytes: Some(bytes),
        });
    }
    prunable.insert(Prune::Containers, ended);
    part
}

fn volumes(answer: &Value, prunable: &mut Prunable) -> (Part, BTreeMap<String, u64>) {
    let list = listed(answer, "Volumes", "VolumeUsage");
    let mut part = Part {
        count: list.len(),
        ..Part::default()
    };
    let mut sizes = BTreeMap::new();
    let (mut unused, mut anonymous) = (Vec::new(), Vec::new());
    for volume in list {
        let name = text(member(volume, "Name"));
        let usage = member(volume, "UsageData");
        // -1 where the driver cannot tell.
        let bytes = count(member(usage, "Size"));
        part.bytes += bytes.unwrap_or(0);
        sizes.extend(bytes.map(|bytes| (name.clone(), bytes)));
        if whole(member(usage, "RefCount")) != Some(0) {
            part.active += 1;
            continue;
        }
        part.free += bytes.unwrap_or(0);
        let hexadecimal = name.len() == 64 && name.bytes().all(|b| b.is_ascii_hexdigit());
        let labelled = pairs(member(volume, "Labels")).contains_key(ANONYMOUS);
        let item = Item { name, bytes };
        if labelled || hexadecimal {
            anonymous.push(item.clone());
        }
        unused.push(item);
    }
    prunable.insert(Prune::AnonymousVolumes, anonymous);
    prunable.insert(Prune::UnusedVolumes, unused);
    (part, sizes)
}

fn cache(answer: &Value, prunable: &mut Prunable) -> Part {
    let list = listed(answer, "BuildCache", "BuildCacheUsage");
    let mut part = Part {
        count: list.len(),
        ..Part::default()
    };
    let mut free = Vec::new();
    for entry in list {
        let bytes = count(member(entry, "Size")).unwrap_or(0);
        // A shared one is an image's layer too, counted there.
        if truth(member(entry, "Shared")) {
            continue;
        }
        part.bytes += bytes;
        if truth(member(entry, "InUse")) {
            part.active += 1;
            continue;
        }
        part.free += bytes;
        free.push(Item {
            name: text(member(entry, "Description")),
            bytes: Some(bytes),
        });
    }
    prunable.insert(Prune::BuildCache, free);
    part
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn answer() -> Value {
        json!({
            "LayersSize": 1000,
            "Images": [
                {"Id": "sha256:aa", "RepoTags": ["web:1"], "Size": 700, "SharedSize": 300, "Containers": 2},
                {"Id": "sha256:bb", "RepoTags": ["old:1", "old:2"], "Size": 500, "SharedSize": 300, "Containers": 0},
                {"Id": "sha256:cccccccccccccc", "RepoTags": ["<none>:<none>"], "Size": 100, "SharedSize": 0, "Containers": 0}
            ],
            "Containers": [
                {"Names": ["/web"], "State": "running", "SizeRw": 10},
                {"Names": ["/done"], "State": "exited", "SizeRw": 5},
                {"Names": ["/new"], "State": "created"}
            ],
            "Volumes": [
                {"Name": "data", "UsageData": {"Size": 50, "RefCount": 1}},
                {"Name": "left", "UsageData": {"Size": 30, "RefCount": 0}},
                {"Name": "f".repeat(64), "UsageData": {"Size": 40, "RefCount": 0}},
                {"Name": "nfs", "UsageData": {"Size": -1, "RefCount": -1}}
            ],
            "BuildCache": [
                {"Description": "RUN make", "Size": 9, "InUse": false, "Shared": false},
                {"Size": 3, "InUse": true, "Shared": false},
                {"Size": 99, "InUse": false, "Shared": true}
            ]
        })
    }

    fn names(space: &Space, what: Prune) -> Vec<&str> {
        space
            .items(what)
            .iter()
            .map(|item| item.name.as_str())
            .collect()
    }

    #[test]
    fn an_answer_is_counted_as_docker_counts_it() {
        let space = read(&answer(), DateTime::UNIX_EPOCH);
        let figures = |part: Part| (part.count, part.active, part.bytes, part.free);
        assert_eq!(figures(space.images), (3, 1, 1000, 600));
        assert_eq!(figures(space.containers), (3, 1, 15, 5));
        assert_eq!(figures(space.volumes), (4, 2, 120, 70));
        assert_eq!(figures(space.cache), (3, 1, 12, 9));
        assert_eq!(space.bytes(), 1147);
        assert_eq!(names(&space, Prune::Containers), ["done", "new"]);
        assert_eq!(names(&space, Prune::DanglingImages), ["cccccccccccc"]);
        assert_eq!(
            names(&space, Prune::UnusedImages),
            ["old:1, old:2", "cccccccccccc"]
        );
        assert_eq!(space.items(Prune::AnonymousVolumes).len(), 1);
        assert_eq!(space.items(Prune::UnusedVolumes)[1].name, "left");
        assert_eq!(space.free(Prune::UnusedImages), 600);
        assert_eq!(space.free(Prune::UnusedVolumes), 70);
        assert_eq!(space.volume_sizes.len(), 3);
    }

    #[test]
    fn the_newer_form_and_an_empty_answer_are_read() {
        let new = json!({"ImageUsage": {"TotalSize": 1000, "Reclaimable": 450, "Items": answer()["Images"]},
            "VolumeUsage": {"Items": answer()["Volumes"]}});
        let space = read(&new, DateTime::UNIX_EPOCH);
        assert_eq!((space.images.bytes, space.images.free), (1000, 450));
        assert_eq!(space.volumes.bytes, 120);
        assert_eq!(read(&Value::Null, DateTime::UNIX_EPOCH).bytes(), 0);
    }

    #[test]
    fn what_was_removed_is_read_by_name() {
        let images = json!({"ImagesDeleted": [{"Untagged": "old:1"}, {"Deleted": "sha256:bbbbbbbbbbbbbbbb"}, {}],
            "SpaceReclaimed": 500});
        let read = pruned(&images);
        assert_eq!(read.names, ["old:1", "bbbbbbbbbbbb"]);
        assert_eq!(read.bytes, 500);
        assert_eq!(pruned(&json!({"VolumesDeleted": null})), Pruned::default());
    }
}
