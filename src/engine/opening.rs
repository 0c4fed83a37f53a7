//! Which engines are opened at once, and what each is called. One: where docker's own client would go. Several: what
//! flags or settings name, each with a label that stays, because people type it (`web-01/zammad`).
use std::collections::BTreeMap;

use super::endpoint::{Candidate, Endpoint, Sources, candidates};
use super::error::Error;
use super::wire::clean;

/// What stands before a docker context's name where an endpoint may stand.
const CONTEXT: &str = "context:";

/// A host to open.
#[derive(Debug, Clone)]
pub struct Opening {
    /// What to call it.
    pub label: String,
    /// The label is not just what it is called until the engine tells its name.
    pub named: bool,
    /// Endpoints to try, in order.
    pub candidates: Vec<Candidate>,
}

impl Opening {
    /// One under a name of its own.
    pub fn named(label: &str, candidates: Vec<Candidate>) -> Self {
        Self {
            label: tidy(label),
            named: true,
            candidates,
        }
    }

    /// One that is called as its engine says.
    pub fn unnamed(candidates: Vec<Candidate>) -> Self {
        let label = match candidates.as_slice() {
            [one] => one.shown(),
            _ => "engine".to_owned(),
        };
        Self {
            label,
            named: false,
            candidates,
        }
    }
}

/// What a user says is to be opened.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Of flags: an endpoint, `NAME=ENDPOINT`, or a name out of the settings.
    pub hosts: Vec<String>,
    /// Of flags: docker contexts.
    pub contexts: Vec<String>,
    /// Of the settings: name to endpoint, or to `context:NAME`.
    pub settings: BTreeMap<String, String>,
}

/// What is opened, in order; never empty. Flags go over the environment, the environment over the settings.
pub fn openings(sources: &Sources, asked: &Asked) -> Vec<Opening> {
    let bare = Sources {
        host: None,
        context: None,
        ..sources.clone()
    };
    let mut list: Vec<Opening> = Vec::new();
    for host in asked.hosts.iter().filter(|host| !host.is_empty()) {
        list.push(of_flag(&bare, host, &asked.settings));
    }
    for name in asked.contexts.iter().filter(|name| !name.is_empty()) {
        list.push(of_context(&bare, name));
    }
    let by_environment = bare.env.docker_host.is_some() || bare.env.docker_context.is_some();
    if list.is_empty() && !by_environment {
        let named = asked.settings.iter();
        list.extend(named.map(|(name, text)| of_settings(&bare, name, text)));
    }
    once_each(&mut list);
    match list.len() {
        0 => vec![Opening::unnamed(candidates(&bare))],
        1 => {
            // Alone it is called as its engine says.
            let alone = |o: Opening| {
                if o.named {
                    o
                } else {
                    Opening::unnamed(o.candidates)
                }
            };
            list.into_iter().map(alone).collect()
        }
        _ => {
            tell_apart(&mut list);
            list
        }
    }
}

/// A docker context under its name.
pub fn of_context(sources: &Sources, name: &str) -> Opening {
    let sources = Sources {
        host: None,
        context: Some(name.to_owned()),
        ..sources.clone()
    };
    Opening {
        named: false,
        ..Opening::named(&clean(name), candidates(&sources))
    }
}

/// What is wrong with an endpoint as the settings name it.
///
/// # Errors
/// The mistake in words.
pub fn check(sources: &Sources, text: &str) -> Result<(), Error> {
    let first = of_text(sources, text).into_iter().next();
    first.map_or(Ok(()), |candidate| candidate.endpoint.map(drop))
}

fn of_flag(sources: &Sources, text: &str, settings: &BTreeMap<String, String>) -> Opening {
    if let Some(known) = settings.get(text) {
        return of_settings(sources, text, known);
    }
    let is_name = |name: &str| {
        !name.is_empty()
            && name
                .chars()
                .all(|c| c.is_alphanumeric() || "-_.".contains(c))
    };
    match text.split_once('=').filter(|(name, _)| is_name(name)) {
        Some((name, endpoint)) => Opening::named(name, vec![sources.named(endpoint, "--host")]),
        None => Opening::unnamed(vec![sources.named(text, "--host")]),
    }
}

fn of_settings(sources: &Sources, name: &str, text: &str) -> Opening {
    let mut candidates = of_text(sources, text);
    for candidate in &mut candidates {
        candidate.origin = format!("hosts.{}", clean(name));
    }
    Opening::named(&clean(name), candidates)
}

fn of_text(sources: &Sources, text: &str) -> Vec<Candidate> {
    match text.strip_prefix(CONTEXT) {
        Some(name) => of_context(sources, name).candidates,
        None => vec![sources.named(text, "settings")],
    }
}

/// The same endpoint twice is one host.
fn once_each(list: &mut Vec<Opening>) {
    let mut seen: Vec<String> = Vec::new();
    list.retain(|opening| {
        let [candidate] = opening.candidates.as_slice() else {
            return true;
        };
        let Ok(endpoint) = &candidate.endpoint else {
            return true;
        };
        let shown = endpoint.to_string();
        let new = !seen.contains(&shown);
        seen.push(shown);
        new
    });
}

/// Gives each a label of its own: what the user or docker calls it, else the machine or socket it is reached at.
fn tell_apart(list: &mut [Opening]) {
    let mut taken: Vec<String> = Vec::new();
    for opening in list {
        let unnamed = opening.label == Opening::unnamed(opening.candidates.clone()).label;
        if !opening.named && unnamed {
            opening.label = place(&opening.candidates);
        }
        opening.named = true;
        opening.label = free(&opening.label, |label| taken.iter().any(|t| t == label));
        taken.push(opening.label.clone());
    }
}

/// The label, with a number behind it where it is taken.
pub fn free(label: &str, taken: impl Fn(&str) -> bool) -> String {
    let numbered = (2_u32..).map(|n| format!("{label}-{n}"));
    let mut all = std::iter::once(label.to_owned()).chain(numbered);
    all.find(|label| !taken(label))
        .unwrap_or_else(|| label.to_owned())
}

fn place(candidates: &[Candidate]) -> String {
    let endpoint = candidates.first().and_then(|c| c.endpoint.as_ref().ok());
    let label = match endpoint {
        Some(Endpoint::Unix(path)) if path.ends_with("run/docker.sock") => "local".to_owned(),
        Some(Endpoint::Unix(path)) => {
            let name = path.file_stem().unwrap_or(path.as_os_str());
            name.to_string_lossy().into_owned()
        }
        Some(Endpoint::Tcp { host, .. }) => host.clone(),
        Some(Endpoint::Tls(tls)) => tls.host.clone(),
        Some(Endpoint::Ssh(ssh)) => ssh.host.clone(),
        Some(Endpoint::Custom(_)) | None => "engine".to_owned(),
    };
    tidy(&label)
}

/// A label is one word without a slash, so that it can be typed before a name.
fn tidy(label: &str) -> String {
    let label = clean(label);
    let fits = |c: char| {
        if c.is_whitespace() || c == '/' {
            '-'
        } else {
            c
        }
    };
    label.chars().map(fits).collect()
}

#[cfg(test)]
mod tests;
