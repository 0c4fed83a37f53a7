//! Images as a tar archive, out of the world and into it: a manifest says which they are, as docker's does, and noise stands
//! for their layers. Must not know containers.
use bytes::Bytes;
use hyper::Response;
use serde_json::{Value, json};

use super::Call;
use super::answer::{self, Answer, Body};
use crate::sim::clock::Ns;
use crate::sim::scenario::ImageSpec;
use crate::sim::server::Fault;
use crate::sim::world::{Image, Refusal, World, full_name};

/// What a tar archive is made of.
const BLOCK: usize = 512;
/// Bytes of a layer.
const LAYER: usize = 96 * 1024;
/// Parts an archive comes in.
const PARTS: usize = 8;
/// The file that says which images there are.
const MANIFEST: &str = "manifest.json";

/// One file of an archive.
fn entry(out: &mut Vec<u8>, name: &str, content: &[u8]) {
    let mut head = [0_u8; BLOCK];
    let mut put = |at: usize, text: &str| {
        for (to, byte) in head.iter_mut().skip(at).zip(text.bytes()) {
            *to = byte;
        }
    };
    put(0, name);
    put(100, "0000644\0");
    put(108, "0000000\0");
    put(116, "0000000\0");
    put(124, &format!("{:011o}\0", content.len()));
    put(136, "00000000000\0");
    put(148, "        ");
    put(156, "0");
    put(257, "ustar\u{0}00");
    let sum: u32 = head.iter().copied().map(u32::from).sum();
    for (to, byte) in head
        .iter_mut()
        .skip(148)
        .zip(format!("{sum:06o}\0 ").bytes())
    {
        *to = byte;
    }
    out.extend_from_slice(&head);
    out.extend_from_slice(content);
    out.resize(out.len().next_multiple_of(BLOCK), 0);
}

/// The content of a file of an archive; nothing where there is none, or no archive.
fn content<'a>(archive: &'a [u8], wanted: &str) -> Option<&'a [u8]> {
    let mut at = 0;
    loop {
        let head = archive.get(at..at + BLOCK)?;
        let text = |from: usize, to: usize| {
            let bytes = head.get(from..to).unwrap_or_default();
            let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
            std::str::from_utf8(bytes.get(..end).unwrap_or_default()).ok()
        };
        let size = usize::from_str_radix(text(124, 136)?.trim(), 8).ok()?;
        let body = at + BLOCK;
        if text(0, 100)? == wanted {
            return archive.get(body..body + size);
        }
        at = body + size.next_multiple_of(BLOCK);
    }
}

/// An archive of the images asked for.
pub fn save(call: &Call) -> Answer {
    let world = call.shared.world();
    let mut manifest: Vec<Value> = Vec::new();
    for name in call.query.all("names") {
        let unknown = || Refusal::new(404, format!("No such image: {}", full_name(name)));
        let image = world.image(name).ok_or_else(unknown)?;
        // By a name that name goes along, by an id none.
        let tags = if image.spec.name.is_empty() || image.id.ends_with(name) {
            json!([])
        } else {
            json!([image.spec.name])
        };
        manifest.push(json!({"Config": image.id, "RepoTags": tags, "Layers": ["layer.tar"],
            "Size": image.spec.size.0, "Created": image.created, "Shells": image.spec.shells, "Command": image.spec.command}));
    }
    let mut archive = Vec::new();
    entry(
        &mut archive,
        MANIFEST,
        json!(manifest).to_string().as_bytes(),
    );
    let noise: Vec<u8> = (0..LAYER).map(|n| (n * 31 % 251) as u8).collect();
    entry(&mut archive, "layer.tar", &noise);
    archive.resize(archive.len() + 2 * BLOCK, 0);
    Ok(poured(archive, call.shared.fault()))
}

/// The archive part by part; an engine whose disk is full ends it with its reason.
fn poured(archive: Vec<u8>, fault: Option<Fault>) -> Response<Body> {
    let size = archive.len().div_ceil(PARTS);
    let mut parts: Vec<Bytes> = archive.chunks(size).map(Bytes::copy_from_slice).collect();
    if fault == Some(Fault::Full) {
        parts.truncate(PARTS / 2);
        let words = format!("{}\r\n", answer::failed(answer::NO_SPACE));
        parts.push(Bytes::from(words));
    }
    let parts = futures::stream::unfold(parts.into_iter(), |mut parts| async move {
        let part = parts.next()?;
        tokio::time::sleep(std::time::Duration::from_millis(40)).await;
        Some((part, parts))
    });
    answer::stream(Some("application/x-tar"), parts)
}

/// Takes the images of an archive in.
pub async fn load(call: &mut Call) -> Answer {
    let archive = call.body().await?;
    let manifest = content(&archive, MANIFEST).and_then(|text| serde_json::from_slice(text).ok());
    let Some(Value::Array(manifest)) = manifest else {
        let words = "invalid archive: does not contain a manifest.json";
        return Ok(answer::told(vec![answer::failed(words)]));
    };
    let layer = |current: usize| {
        json!({"status": "Loading layer", "id": "a3ed95caeb02",
            "progressDetail": {"current": current, "total": LAYER}})
    };
    let mut lines: Vec<Value> = (1..=4).map(|part| layer(LAYER / 4 * part)).collect();
    if call.shared.fault() == Some(Fault::Full) {
        lines.truncate(2);
        lines.push(answer::failed(answer::NO_SPACE));
        return Ok(answer::told(lines));
    }
    let now = call.shared.clock.now();
    let mut world = call.shared.world();
    for one in &manifest {
        lines.push(json!({"stream": take_in(&mut world, one, now)}));
    }
    Ok(answer::told(lines))
}

/// Takes one image in under its names; what is said of it.
fn take_in(world: &mut World, one: &Value, now: Ns) -> String {
    let words = |name: &str| {
        let list = one[name].as_array().into_iter().flatten();
        let texts = list.filter_map(|text| text.as_str().map(str::to_owned));
        texts.collect::<Vec<String>>()
    };
    let id = one["Config"].as_str().unwrap_or_default().to_owned();
    let made = Image {
        id: id.clone(),
        digest: id.clone(),
        created: one["Created"].as_i64().unwrap_or_default(),
        spec: ImageSpec {
            size: crate::sim::scenario::Size(one["Size"].as_u64().unwrap_or_default()),
            shells: words("Shells"),
            command: words("Command"),
            ..ImageSpec::default()
        },
    };
    let known = world.images.iter().find(|image| image.id == id);
    let like = known.cloned().unwrap_or(made);
    let mut said = Vec::new();
    for name in words("RepoTags") {
        if !world
            .images
            .iter()
            .any(|image| image.id == id && image.spec.name == name)
        {
            // The image that had the name has it no more.
            for other in world
                .images
                .iter_mut()
                .filter(|other| other.spec.name == name)
            {
                other.spec.name.clear();
            }
            let mut image = like.clone();
            image.spec.name.clone_from(&name);
            world.images.push(image);
        }
        world.emit_thing("image", "load", &id, &json!({"name": name}), now);
        said.push(format!("Loaded image: {name}\n"));
    }
    if said.is_empty() {
        if !world.images.iter().any(|image| image.id == id) {
            world.images.push(like);
        }
        world.emit_thing("image", "load", &id, &json!({"name": id}), now);
        said.push(format!("Loaded image ID: {id}\n"));
    }
    said.concat()
}
