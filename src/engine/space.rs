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
    let (images, beside) = images(answer, &mut prunable);
    let containers = containers(answer, &mut prunable);
    let (volumes, volume_sizes) = volumes(answer, &mut prunable);
    let cache = cache(answer, &mut prunable);
    for items in prunable.values_mut() {
        items.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.name.cmp(&b.name)));
    }
    let mut space = Space {
        at,
        images,
        containers,
        volumes,
        cache,
        prunable,
        beside,
        volume_sizes,
    };
    space.images.free = space.free(Prune::UnusedImages);
    space.containers.free = space.free(Prune::Containers);
    space.volumes.free = space.free(Prune::UnusedVolumes);
    space.cache.free = space.free(Prune::BuildCache);
    space
}

type Prunable = BTreeMap<Prune, Vec<Item>>;

/// An image as far as it takes room.
struct Held {
    item: Item,
    /// Bytes of its own, and those of layers that other images have, too.
    own: u64,
    shared: u64,
    used: bool,
    dangling: bool,
}

impl Held {
    fn of(image: &Value) -> Self {
        let size = count(member(image, "Size")).unwrap_or(0);
        let shared = count(member(image, "SharedSize")).unwrap_or(0);
        let mut names = texts(member(image, "RepoTags"));
        names.retain(|name| !name.contains("<none>"));
        let own = size.saturating_sub(shared);
        let dangling = names.is_empty();
        let item = Item {
            name: if dangling {
                short_id(&text(member(image, "Id"))).to_owned()
            } else {
                names.join(", ")
            },
            bytes: Some(own),
        };
        Self {
            item,
            own,
            shared,
            used: count(member(image, "Containers")).is_some_and(|n| n > 0),
            dangling,
        }
    }
}

/// Docker's own figure (docker/cli, `formatter/disk_usage.go`) takes what used images share with each other for free. What
/// stays takes at least the largest of their shared parts beside the own ones.
fn beside(layers: u64, images: &[Held], goes: impl Fn(&Held) -> bool) -> u64 {
    let (gone, kept): (Vec<&Held>, Vec<&Held>) = images.iter().partition(|held| goes(held));
    let own: u64 = images.iter().map(|held| held.own).sum();
    let needed = kept.iter().map(|held| held.shared).max().unwrap_or(0);
    let shared = gone.iter().map(|held| held.shared).sum();
    layers.saturating_sub(own + needed).min(shared)
}

fn images(answer: &Value, prunable: &mut Prunable) -> (Part, BTreeMap<Prune, u64>) {
    let list = listed(answer, "Images", "ImageUsage");
    let images: Vec<Held> = list.iter().map(Held::of).collect();
    let layers = count(member(answer, "LayersSize"))
        .or_else(|| count(path(answer, &["ImageUsage", "TotalSize"])))
        .unwrap_or(0);
    let goes = |what: Prune| {
        move |held: &Held| !held.used && (held.dangling || what == Prune::UnusedImages)
    };
    let mut more = BTreeMap::new();
    for what in [Prune::UnusedImages, Prune::DanglingImages] {
        let gone = images.iter().filter(|held| goes(what)(held));
        prunable.insert(what, gone.map(|held| held.item.clone()).collect());
        more.insert(what, beside(layers, &images, goes(what)));
    }
    let part = Part {
        count: images.len(),
        active: images.iter().filter(|held| held.used).count(),
        bytes: layers,
        ..Part::default()
    };
    (part, more)
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
    use crate::model::space::Freed;
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
    fn an_answer_is_counted() {
        let space = read(&answer(), DateTime::UNIX_EPOCH);
        let figures = |part: Part| (part.count, part.active, part.bytes, part.free.least);
        // The layers of 300 bytes are needed by the used one.
        assert_eq!(figures(space.images), (3, 1, 1000, 300));
        assert_eq!(space.images.free, Freed::exactly(300));
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
        assert_eq!(space.free(Prune::DanglingImages), Freed::exactly(100));
        assert_eq!(space.free(Prune::UnusedVolumes), Freed::exactly(70));
        assert_eq!(space.volume_sizes.len(), 3);
    }

    #[test]
    fn the_newer_form_and_an_empty_answer_are_read() {
        let new = json!({"ImageUsage": {"TotalSize": 1000, "Items": answer()["Images"]},
            "VolumeUsage": {"Items": answer()["Volumes"]}});
        let space = read(&new, DateTime::UNIX_EPOCH);
        assert_eq!(
            (space.images.bytes, space.images.free),
            (1000, Freed::exactly(300))
        );
        assert_eq!(space.volumes.bytes, 120);
        assert_eq!(read(&Value::Null, DateTime::UNIX_EPOCH).bytes(), 0);
    }

    #[test]
    fn of_what_images_share_it_is_told_between_which_bounds_it_is_had_back() {
        // Two used ones and two unused ones share layers, an engine does not say who with whom.
        let image = |size, shared, containers| json!({"Id": "sha256:aa", "RepoTags": ["a:1"], "Size": size, "SharedSize": shared, "Containers": containers});
        let answer = json!({"LayersSize": 100, "Images":
            [image(30, 25, 1), image(20, 20, 1), image(25, 20, 0), image(45, 40, 0)]});
        let space = read(&answer, DateTime::UNIX_EPOCH);
        let freed = Freed {
            least: 10,
            most: Some(70),
        };
        assert_eq!(space.free(Prune::UnusedImages), freed);
        // All that runs is made of the one whose layers the unused one has, too, with three bytes of its own.
        let answer = json!({"LayersSize": 33, "Images": [image(30, 30, 1), image(33, 30, 0)]});
        let space = read(&answer, DateTime::UNIX_EPOCH);
        assert_eq!(space.free(Prune::UnusedImages), Freed::exactly(3));
        // Without any that is used, all of it.
        let answer = json!({"LayersSize": 33, "Images": [image(30, 30, 0), image(33, 30, 0)]});
        let space = read(&answer, DateTime::UNIX_EPOCH);
        assert_eq!(space.free(Prune::UnusedImages).most, Some(33));
    }

    #[test]
    fn volumes_of_no_known_size_are_not_counted_as_empty() {
        let volume = |size: i64| json!({"Name": "v", "UsageData": {"Size": size, "RefCount": 0}});
        let space = read(
            &json!({"Volumes": [volume(7), volume(-1)]}),
            DateTime::UNIX_EPOCH,
        );
        let freed = Freed {
            least: 7,
            most: None,
        };
        assert_eq!(space.free(Prune::UnusedVolumes), freed);
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
