//! Docker's contexts: `config.json` and `contexts/meta/*/meta.json`, read as docker's own client reads them.
//! Must not know what is done with the endpoints.
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::endpoint::{Candidate, Endpoint, Sources};
use super::error::Error;
use super::wire::{member, path, text, truth};

/// The context that stands for the environment and the default sockets.
const DEFAULT: &str = "default";

/// One context, for a list to choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextEntry {
    pub name: String,
    /// Its endpoint as it is written, or why it cannot be used.
    pub endpoint: String,
    /// The one in use when nothing else is asked.
    pub current: bool,
}

struct Stored {
    /// As stored, for comparison: never shown.
    name: String,
    host: String,
    skip_verify: bool,
    /// Where its certificates are.
    tls: PathBuf,
}

/// The known contexts, `default` first, the others by name. Unreadable ones are left out.
pub fn contexts(sources: &Sources) -> Vec<ContextEntry> {
    let now = sources
        .context
        .clone()
        .or_else(|| sources.env.docker_context.clone())
        .or_else(|| current(sources).ok().flatten())
        .unwrap_or_else(|| DEFAULT.to_owned());
    let forced =
        sources.host.is_some() || (sources.context.is_none() && sources.env.docker_host.is_some());
    let mut list = vec![ContextEntry {
        name: DEFAULT.to_owned(),
        endpoint: match &sources.env.docker_host {
            Some(host) => Endpoint::parse(host).map_or_else(|e| e.to_string(), |e| e.to_string()),
            None => "unix:///var/run/docker.sock".to_owned(),
        },
        current: !forced && now == DEFAULT,
    }];
    list.extend(stored(sources).into_iter().map(|context| {
        let endpoint =
            Endpoint::parse(&context.host).map_or_else(|e| e.to_string(), |e| e.to_string());
        ContextEntry {
            current: !forced && context.name == now,
            name: super::wire::clean(&context.name),
            endpoint: super::wire::clean(&endpoint),
        }
    }));
    list
}

/// `currentContext` of `config.json`; `None` when there is none or it is `default`.
pub(super) fn current(sources: &Sources) -> Result<Option<String>, Error> {
    let Some(folder) = sources.docker_folder() else {
        return Ok(None);
    };
    let file = folder.join("config.json");
    // Without the file, or without leave to read it, docker's client goes on too.
    let Ok(bytes) = fs::read(&file) else {
        return Ok(None);
    };
    if bytes.trim_ascii().is_empty() {
        return Ok(None);
    }
    let config: Value = serde_json::from_slice(&bytes).map_err(|error| {
        Error::endpoint(|| {
            say!(
                "{file} cannot be read: {error}",
                file = file.display(),
                error
            )
        })
    })?;
    let name = member(&config, "currentContext").as_str().unwrap_or("");
    Ok(Some(name.to_owned()).filter(|name| !name.is_empty() && name != DEFAULT))
}

/// The endpoint of a context, or why it has none; nothing for `default`, which is no stored context.
/// `asked`: who named it, `--context`, `DOCKER_CONTEXT` or `current`.
pub(super) fn resolve(sources: &Sources, name: &str, asked: &str) -> Option<Vec<Candidate>> {
    if name == DEFAULT {
        return None;
    }
    let shown = super::wire::clean(name);
    let origin = match asked {
        "current" => say!("current docker context \"{shown}\"", shown),
        other => format!("{other} \"{shown}\""),
    };
    let all = stored(sources);
    let endpoint = match all.iter().find(|context| context.name == name) {
        Some(context) => Endpoint::parse(&context.host).map(|endpoint| {
            if context.skip_verify || context.tls.is_dir() {
                endpoint.with_tls(&context.tls, context.skip_verify)
            } else {
                endpoint
            }
        }),
        None => Err(unknown(&shown, &all)),
    };
    Some(vec![Candidate { endpoint, origin }])
}

fn unknown(name: &str, all: &[Stored]) -> Error {
    let mut names = vec![DEFAULT];
    names.extend(all.iter().map(|context| context.name.as_str()));
    Error::endpoint(|| {
        say!(
            "no docker context is called \"{name}\"; there are: {names}",
            name,
            names = names.join(", ")
        )
    })
}

/// Every readable stored context, by name.
fn stored(sources: &Sources) -> Vec<Stored> {
    let Some(folder) = sources.docker_folder() else {
        return Vec::new();
    };
    let Ok(entries) = fs::read_dir(folder.join("contexts/meta")) else {
        return Vec::new();
    };
    let mut list: Vec<Stored> = entries
        .filter_map(|entry| read(&folder, &entry.ok()?.path()))
        .collect();
    list.sort_by(|a, b| a.name.cmp(&b.name));
    list
}

fn read(folder: &Path, place: &Path) -> Option<Stored> {
    let meta: Value = serde_json::from_slice(&fs::read(place.join("meta.json")).ok()?).ok()?;
    let docker = path(&meta, &["Endpoints", "docker"]);
    Some(Stored {
        name: member(&meta, "Name").as_str()?.to_owned(),
        host: match text(member(docker, "Host")) {
            host if host.is_empty() => "unix:///var/run/docker.sock".to_owned(),
            host => host,
        },
        skip_verify: truth(member(docker, "SkipTLSVerify")),
        tls: folder
            .join("contexts/tls")
            .join(place.file_name()?)
            .join("docker"),
    })
}
