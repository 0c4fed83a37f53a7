//! Images and the registry. Must not know containers beyond who uses which image.
use std::sync::Arc;

use serde_json::{Value, json};

use super::answer::{self, Answer};
use super::containers::filters;
use super::{Call, archive, not_found};
use crate::sim::clock::{SECOND, stamp};
use crate::sim::rand::id;
use crate::sim::server::Fault;
use crate::sim::world::{Image, Refusal, World, full_name};

/// Answers what is about images.
pub async fn route(call: &mut Call) -> Answer {
    let names = call.path.clone();
    let path: Vec<&str> = names.iter().map(String::as_str).collect();
    // Names have slashes of their own.
    let middle = |path: &[&str]| path[1..path.len() - 1].join("/");
    match (call.method.as_str(), &path[..]) {
        ("GET", ["distribution", .., "json"]) => distribution(call, &middle(&path)),
        ("GET", ["images", "json"]) => list(call),
        ("GET", ["images", "get"]) => archive::save(call),
        ("POST", ["images", "load"]) => archive::load(call).await,
        ("POST", ["images", "create"]) => pull(call),
        ("POST", ["images", "prune"]) => prune(call),
        ("GET", ["images", _, .., "json"]) => {
            let world = call.shared.world();
            Ok(answer::ok(&full(find(&world, &middle(&path))?)))
        }
        ("GET", ["images", _, .., "history"]) => {
            let world = call.shared.world();
            Ok(answer::ok(&history(find(&world, &middle(&path))?)))
        }
        ("POST", ["images", _, .., "tag"]) => tag(call, &middle(&path)),
        ("POST", ["images", _, .., "push"]) => push(call, &middle(&path)),
        ("DELETE", ["images", _, ..]) => remove(call, &path[1..].join("/")),
        _ => Err(not_found()),
    }
}

fn find<'a>(world: &'a World, name: &str) -> Result<&'a Image, Refusal> {
    world.image(name).ok_or_else(|| missing(name))
}

fn missing(name: &str) -> Refusal {
    Refusal::new(404, format!("No such image: {}", full_name(name)))
}

fn list(call: &Call) -> Answer {
    let known = ["dangling", "label", "before", "since", "reference", "until"];
    let filters = filters(call, &known)?;
    let world = call.shared.world();
    let wanted = |image: &&Image| {
        filters.any("dangling", |on| {
            (on == "true" || on == "1") == image.spec.name.is_empty()
        }) && filters.any("reference", |name| {
            full_name(name) == image.spec.name || name == image.repository()
        }) && filters.labels(|key| image.spec.labels.get(key).map(String::as_str))
    };
    let mut all: Vec<Value> = Vec::new();
    for image in world.images.iter().filter(wanted) {
        let one = summary(&world, image, false);
        match all.iter_mut().find(|other| other["Id"] == one["Id"]) {
            // One image under several names.
            Some(other) => {
                for list in ["RepoTags", "RepoDigests"] {
                    let more = one[list].as_array().cloned().unwrap_or_default();
                    other[list]
                        .as_array_mut()
                        .into_iter()
                        .for_each(|list| list.extend(more.clone()));
                }
            }
            None => all.push(one),
        }
    }
    Ok(answer::ok(&all.into_iter().collect()))
}

fn tags(image: &Image) -> (Value, Value) {
    if image.spec.name.is_empty() {
        return (json!([]), json!([]));
    }
    let digest = format!("{}@{}", image.repository(), image.digest);
    (json!([image.spec.name]), json!([digest]))
}

/// One entry of the list.
pub fn summary(world: &World, image: &Image, counted: bool) -> Value {
    let users = world
        .containers
        .values()
        .filter(|c| c.image_id == image.id)
        .count();
    let (tags, digests) = tags(image);
    json!({
        "Containers": if counted { json!(users) } else { json!(-1) },
        "Created": image.created / SECOND,
        "Id": image.id,
        "Labels": if image.spec.labels.is_empty() { Value::Null } else { json!(image.spec.labels) },
        "ParentId": "",
        "RepoDigests": digests,
        "RepoTags": tags,
        "SharedSize": if counted { json!(0) } else { json!(-1) },
        "Size": image.spec.size.0
    })
}

fn full(image: &Image) -> Value {
    let (tags, digests) = tags(image);
    json!({
        "Id": image.id, "RepoTags": tags, "RepoDigests": digests, "Parent": "", "Comment": "buildkit.dockerfile.v0",
        "Created": stamp(image.created), "DockerVersion": "", "Author": "",
        "Config": {"Hostname": "", "Domainname": "", "User": image.spec.user, "AttachStdin": false,
            "AttachStdout": false, "AttachStderr": false, "Tty": false, "OpenStdin": false,
            "StdinOnce": false, "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
            "Cmd": image.spec.command, "Image": "", "Volumes": null, "WorkingDir": image.spec.workdir,
            "Entrypoint": null, "OnBuild": null, "Labels": image.spec.labels},
        "Architecture": "amd64", "Os": "linux", "Size": image.spec.size.0,
        "GraphDriver": {"Data": {}, "Name": "overlay2"},
        "RootFS": {"Type": "layers", "Layers": [format!("sha256:{}", id(1, &image.id)), format!("sha256:{}", id(2, &image.id))]},
        "Metadata": {"LastTagTime": "0001-01-01T00:00:00Z"}
    })
}

fn history(image: &Image) -> Value {
    let created = image.created / SECOND;
    let layer = |by: &str, size: u64| {
        json!({"Comment": "buildkit.dockerfile.v0", "Created": created, "CreatedBy": by,
            "Id": "<missing>", "Size": size, "Tags": null})
    };
    let size = image.spec.size.0;
    let command = format!("CMD {}", json!(image.spec.command));
    let mut top = layer(&command, 0);
    if let Some(map) = top.as_object_mut() {
        map.insert("Id".into(), json!(image.id));
        map.insert("Tags".into(), tags(image).0);
    }
    json!([
        top,
        layer("COPY /app /app # buildkit", size / 3),
        layer(
            "RUN /bin/sh -c apt-get update && apt-get install -y --no-install-recommends ca-certificates # buildkit",
            size / 5
        ),
        layer(
            "/bin/sh -c #(nop) ADD file:6d1fc5f1 in / ",
            size - size / 3 - size / 5
        )
    ])
}

fn distribution(call: &Call, name: &str) -> Answer {
    let world = call.shared.world();
    let unknown = || Refusal::new(404, "manifest unknown: manifest unknown");
    let image = world.image(name).ok_or_else(unknown)?;
    let digest = if image.spec.outdated {
        newer_id(world.seed, "newer", image)
    } else {
        image.digest.clone()
    };
    Ok(answer::ok(&json!({
        "Descriptor": {"mediaType": "application/vnd.oci.image.index.v1+json", "digest": digest, "size": 1609},
        "Platforms": [{"architecture": "amd64", "os": "linux"}]
    })))
}

/// Another name for an image; the image that had it has it no more.
fn tag(call: &Call, name: &str) -> Answer {
    let asked = |key| call.query.get(key).unwrap_or_default();
    let to = match asked("tag") {
        "" => full_name(asked("repo")),
        tag => format!("{}:{tag}", asked("repo")),
    };
    let mut world = call.shared.world();
    let mut image = find(&world, name)?.clone();
    image.spec.name.clone_from(&to);
    if let Some(other) = world.images.iter_mut().find(|other| other.spec.name == to) {
        other.spec.name.clear();
    }
    let id = image.id.clone();
    world.images.push(image);
    let now = call.shared.clock.now();
    world.emit_thing("image", "tag", &id, &json!({"name": to}), now);
    Ok(answer::status(201))
}

/// A pull: lines that come one by one in a 200 stream.
fn pull(call: &Call) -> Answer {
    let name = call.query.get("fromImage").unwrap_or_default();
    let name = match call.query.get("tag").filter(|tag| !tag.is_empty()) {
        Some(tag) if !tag.starts_with("sha256:") => format!("{name}:{tag}"),
        _ => full_name(name),
    };
    let name = full_name(&name);
    let world = call.shared.world();
    let Some(image) = world.image(&name) else {
        let bare = name
            .rsplit_once(':')
            .map_or(name.as_str(), |(bare, _)| bare);
        let words = format!(
            "pull access denied for {bare}, repository does not exist or may require 'docker login': denied: requested access to the resource is denied"
        );
        return Err(Refusal::new(404, words));
    };
    let tag = name.rsplit(':').next().unwrap_or("latest");
    let mut lines =
        vec![json!({"status": format!("Pulling from {}", image.repository()), "id": tag})];
    if call.shared.fault() == Some(Fault::Full) {
        lines.push(json!({"status": "Pulling fs layer", "progressDetail": {}, "id": LAYER}));
        lines.extend(moving("Downloading", image.spec.size.0 / 3).take(4));
        lines.push(answer::failed(answer::NO_SPACE));
        return Ok(answer::told(lines));
    }
    let newer = image.spec.outdated;
    let digest = if newer {
        lines.extend(download(image.spec.size.0 / 3));
        newer_id(world.seed, "newer", image)
    } else {
        image.digest.clone()
    };
    lines.push(json!({"status": format!("Digest: {digest}")}));
    let outcome = if newer {
        "Downloaded newer image for"
    } else {
        "Image is up to date for"
    };
    lines.push(json!({"status": format!("Status: {outcome} {name}")}));
    let shared = Arc::clone(&call.shared);
    Ok(answer::told_then(lines, move || {
        shared.change(|world, now| {
            renew(world, &name);
            world.emit_thing("image", "pull", &name, &json!({"name": name}), now);
        });
    }))
}

/// The name is that of the newer image now.
fn renew(world: &mut World, name: &str) {
    let seed = world.seed;
    let named = world.images.iter_mut().find(|image| image.is(name));
    if let Some(image) = named.filter(|image| image.spec.outdated) {
        image.digest = newer_id(seed, "newer", image);
        image.id = newer_id(seed, "newer id", image);
        image.spec.outdated = false;
    }
}

/// What the image that the registry has under the same name is called.
fn newer_id(seed: u64, what: &str, image: &Image) -> String {
    format!(
        "sha256:{}",
        id(seed, &format!("{what} {}", image.spec.name))
    )
}

/// A push: only a registry that is named takes it without a word; the usual one wants to know who sends.
fn push(call: &Call, name: &str) -> Answer {
    let name = match call.query.get("tag").filter(|tag| !tag.is_empty()) {
        Some(tag) => format!("{name}:{tag}"),
        None => full_name(name),
    };
    let world = call.shared.world();
    let unknown = || {
        let bare = name
            .rsplit_once(':')
            .map_or(name.as_str(), |(bare, _)| bare);
        let words = format!("An image does not exist locally with the tag: {bare}");
        Refusal::new(404, words)
    };
    let image = world.image(&name).ok_or_else(unknown)?;
    let host = name.split_once('/').map_or("", |(first, _)| first);
    let host = if host.contains(['.', ':']) {
        host
    } else {
        "docker.io"
    };
    let repository = image
        .repository()
        .trim_start_matches(host)
        .trim_start_matches('/');
    let mut lines = vec![json!({"status":
        format!("The push refers to repository [{host}/{repository}]")})];
    lines.push(json!({"status": "Preparing", "progressDetail": {}, "id": LAYER}));
    if host == "docker.io" && !is_signed(call) {
        let words = "denied: requested access to the resource is denied";
        lines.push(answer::failed(words));
        return Ok(answer::told(lines));
    }
    lines.extend(moving("Pushing", image.spec.size.0 / 3));
    lines.push(json!({"status": "Pushed", "progressDetail": {}, "id": LAYER}));
    let tag = name.rsplit(':').next().unwrap_or("latest");
    lines.push(json!({"status": format!("{tag}: digest: {} size: 1609", image.digest)}));
    Ok(answer::told(lines))
}

/// The caller sends what signs in, and not `{}` for nobody.
fn is_signed(call: &Call) -> bool {
    let headers = call.request.as_ref().map(hyper::Request::headers);
    let header = headers.and_then(|headers| headers.get("x-registry-auth"));
    header.is_some_and(|header| header != "e30=")
}

/// The layer that goes over the line, and those that a pull has beside it: the first one is there already.
const LAYER: &str = "a3ed95caeb02";
const OTHERS: [&str; 3] = ["5f70bf18a086", "7264a8db6415", "c4d29b4a2a51"];
/// Parts in which a layer comes.
const PARTS: u64 = 8;

fn moving(status: &'static str, size: u64) -> impl Iterator<Item = Value> {
    (1..=PARTS).map(move |part| moved(LAYER, status, part, size))
}

/// So many parts of a layer are there.
fn moved(layer: &str, status: &str, part: u64, size: u64) -> Value {
    let current = size / PARTS * part;
    json!({"status": status, "id": layer,
        "progressDetail": {"current": current, "total": size},
        "progress": format!("[{:<50}]  {current}B/{size}B", "=".repeat(part as usize * 6) + ">")})
}

fn layer(layer: &str, status: &str) -> Value {
    json!({"status": status, "progressDetail": {}, "id": layer})
}

/// Three layers of which two come at once, and which are put in one after the other.
fn download(size: u64) -> Vec<Value> {
    let [there, second, third] = OTHERS;
    let coming = [(LAYER, size), (second, size / 4), (third, size / 9)];
    let mut lines = vec![layer(there, "Already exists")];
    lines.extend(coming.map(|(id, _)| layer(id, "Pulling fs layer")));
    lines.push(layer(third, "Waiting"));
    for part in 1..=PARTS {
        lines.push(moved(LAYER, "Downloading", part, size));
        // Twice as quick, the third one after the second.
        let (id, bytes, begun) = if part <= PARTS / 2 {
            (second, size / 4, 0)
        } else {
            (third, size / 9, PARTS / 2)
        };
        lines.push(moved(id, "Downloading", (part - begun) * 2, bytes));
        if (part - begun) * 2 == PARTS {
            lines.push(layer(id, "Download complete"));
        }
    }
    lines.push(layer(LAYER, "Download complete"));
    for (id, bytes) in coming {
        lines.extend([PARTS / 2, PARTS].map(|part| moved(id, "Extracting", part, bytes)));
        lines.push(layer(id, "Pull complete"));
    }
    lines
}

fn remove(call: &Call, name: &str) -> Answer {
    let force = call.query.on("force");
    let mut world = call.shared.world();
    let image = find(&world, name)?;
    let (own, label) = (image.id.clone(), image.spec.name.clone());
    let names = world.images.iter().filter(|image| image.id == own).count();
    if names > 1 && full_name(name) == label {
        world.images.retain(|image| image.spec.name != label);
        let now = call.shared.clock.now();
        world.emit_thing("image", "untag", &own, &json!({"name": own}), now);
        return Ok(answer::ok(&json!([{"Untagged": label}])));
    }
    let user = world.containers.values().find(|c| c.image_id == own);
    if let Some(user) = user.filter(|user| !force || user.alive()) {
        let short = |id: &str| {
            id.trim_start_matches("sha256:")
                .chars()
                .take(12)
                .collect::<String>()
        };
        let words = format!(
            "conflict: unable to remove repository reference \"{name}\" (must force) - container {} is using its referenced image {}",
            short(&user.id),
            short(&own)
        );
        return Err(Refusal::new(409, words));
    }
    world.images.retain(|image| image.id != own);
    let now = call.shared.clock.now();
    for action in ["untag", "delete"] {
        world.emit_thing("image", action, &own, &json!({"name": own}), now);
    }
    Ok(answer::ok(&json!([{"Untagged": label}, {"Deleted": own}])))
}

fn prune(call: &Call) -> Answer {
    let filters = filters(call, &["dangling", "label", "label!", "until"])?;
    let only_dangling = filters.any("dangling", |on| on == "true" || on == "1");
    let mut world = call.shared.world();
    let used: Vec<String> = world
        .containers
        .values()
        .map(|c| c.image_id.clone())
        .collect();
    let goes =
        |image: &Image| !used.contains(&image.id) && (!only_dangling || image.spec.name.is_empty());
    let gone = world
        .images
        .extract_if(.., |image| goes(image))
        .collect::<Vec<_>>();
    let space: u64 = gone.iter().map(|image| image.spec.size.0).sum();
    let deleted: Vec<Value> = gone
        .iter()
        .map(|image| json!({"Deleted": image.id}))
        .collect();
    Ok(answer::ok(
        &json!({"ImagesDeleted": deleted, "SpaceReclaimed": space}),
    ))
}
