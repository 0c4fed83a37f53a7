//! `doctor`: what was tried to reach an engine and why it failed, who answers and what it allows, what this terminal
//! can do, where the files are. Changes nothing: the one changing call it tries names a container that is not there.
use std::io::IsTerminal;

use serde_json::Value;

use super::context::{Context, block_on};
use super::hosts::{Reached, reach};
use super::out::{Out, Quit, tried};
use super::{DONE, FAILED};
use crate::engine::{BODY_LIMIT, CALL_LIMIT, Engine, Error};
use crate::journal::verify;
use crate::model::EngineInfo;
use crate::runtime::cost::{cpu_ticks, resident};
use crate::runtime::terminal::takes_links;
use crate::text::{bytes, sanitise_ident};

/// A name no container has.
const NOBODY: &str = "stacktui-doctor-asks-for-nobody";

pub(super) fn run(context: &Context, out: &mut Out) -> Result<u8, Quit> {
    block_on(async {
        let hosts = reach(context.openings()?).await;
        let several = hosts.len() > 1;
        for reached in &hosts {
            if several {
                out.line(&format!("Host {}", reached.label))?;
                out.line("")?;
            }
            engine(reached, context, out).await?;
        }
        passed_over(context, out)?;
        terminal(context, out)?;
        cost(&hosts, out)?;
        files(context, out)?;
        out.flush()?;
        let up = hosts.iter().all(|reached| reached.engine.is_some());
        Ok(if up { DONE } else { FAILED })
    })
}

async fn engine(reached: &Reached, context: &Context, out: &mut Out) -> Result<(), Quit> {
    out.line("Endpoints")?;
    if !reached.failed.is_empty() {
        out.line(&tried(&reached.failed))?;
    }
    let Some((engine, candidate)) = &reached.engine else {
        out.line("  no engine answers; `stacktui --demo` needs none")?;
        return out.line("");
    };
    out.line(&format!(
        "  {} ({}): answers",
        candidate.shown(),
        candidate.origin
    ))?;
    out.line("")?;
    out.line("Engine")?;
    for (name, value) in about(engine.info()) {
        if !value.is_empty() {
            out.line(&format!("  {name:<14}{value}"))?;
        }
    }
    out.line("")?;
    out.line("Allowed here")?;
    for (what, found) in permissions(engine, context.settings.read_only).await {
        out.line(&format!("  {what:<14}{found}"))?;
    }
    out.line("")
}

fn about(info: &EngineInfo) -> Vec<(&'static str, String)> {
    let kind = if info.podman { "podman" } else { "docker" };
    let cgroup = info
        .cgroup_version
        .map(|v| format!("v{v}, {}", info.cgroup_driver));
    vec![
        ("name", info.name.clone()),
        ("version", format!("{} ({kind})", info.version)),
        ("API", info.api.to_string()),
        ("system", format!("{}, {}", info.os, info.kernel)),
        (
            "processors",
            info.cpus.map(|n| n.to_string()).unwrap_or_default(),
        ),
        ("memory", info.memory.map(bytes).unwrap_or_default()),
        ("cgroups", cgroup.unwrap_or_default()),
        (
            "swarm",
            if info.swarm_manager { "manager" } else { "" }.to_owned(),
        ),
    ]
}

/// What the engine, or what stands before it, lets us do. A refusal is 401 or 403; that there is no such container is an
/// answer.
async fn permissions(engine: &Engine, read_only: bool) -> Vec<(&'static str, String)> {
    let raw = engine.raw();
    let mut found = Vec::new();
    for (what, path) in [
        ("containers", "/containers/json?limit=1"),
        ("images", "/images/json"),
        ("events", "/events?until=1"),
    ] {
        found.push((
            what,
            verdict(
                raw.get_bytes(path, BODY_LIMIT, CALL_LIMIT)
                    .await
                    .err()
                    .as_ref(),
            ),
        ));
    }
    let logs = format!("/containers/{NOBODY}/logs?stdout=1");
    found.push((
        "logs",
        verdict(
            raw.get_bytes(&logs, BODY_LIMIT, CALL_LIMIT)
                .await
                .err()
                .as_ref(),
        ),
    ));
    if read_only {
        found.push(("changes", "read-only: not asked".to_owned()));
        return found;
    }
    // Podman reads the body before it looks for the container.
    let command = serde_json::json!({"Cmd": ["true"]});
    for (what, call, body) in [
        ("restart", "restart", &Value::Null),
        ("shell", "exec", &command),
    ] {
        let path = format!("/containers/{NOBODY}/{call}");
        let answer = raw.post_json(&path, body, CALL_LIMIT).await;
        found.push((what, verdict(answer.err().as_ref())));
    }
    found
}

fn verdict(error: Option<&Error>) -> String {
    match error {
        // It would have been done, had there been such a container, or such a body.
        None
        | Some(Error::Server {
            status: 400 | 404, ..
        }) => "yes".to_owned(),
        Some(error) if error.is_refusal() => format!("no: {error}"),
        Some(error) => format!("unclear: {error}"),
    }
}

fn terminal(context: &Context, out: &mut Out) -> Result<(), Quit> {
    let env = |name: &str| {
        let value = context.env.get(name).unwrap_or("");
        sanitise_ident(value.as_bytes())
    };
    let yes = |on: bool| if on { "yes" } else { "no" };
    let size = crossterm::terminal::size()
        .map_or_else(|_| "unknown".to_owned(), |(w, h)| format!("{w} x {h}"));
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .map(env)
        .find(|value| !value.is_empty())
        .unwrap_or_default();
    let utf8 = ["UTF-8", "UTF8"]
        .iter()
        .any(|word| locale.to_ascii_uppercase().contains(word));
    let within = [
        ("TMUX", "tmux"),
        ("STY", "screen"),
        ("SSH_CONNECTION", "ssh"),
    ];
    let within: Vec<&str> = within
        .into_iter()
        .filter(|(name, _)| context.env.get(name).is_some())
        .map(|(_, word)| word)
        .collect();
    let links = takes_links(context.settings.hyperlinks, &|name| {
        context.env.get(name).map(str::to_owned)
    });
    out.line("Terminal")?;
    for (name, value) in [
        ("TERM", env("TERM")),
        ("COLORTERM", env("COLORTERM")),
        ("NO_COLOR", env("NO_COLOR")),
        ("input", yes(std::io::stdin().is_terminal()).to_owned()),
        ("output", yes(out.is_terminal()).to_owned()),
        ("size", size),
        ("UTF-8", format!("{} ({locale})", yes(utf8))),
        ("within", within.join(", ")),
        ("colours", context.settings.colors.word().to_owned()),
        ("links", yes(links).to_owned()),
    ] {
        if !value.is_empty() {
            out.line(&format!("  {name:<14}{value}"))?;
        }
    }
    out.line("")
}

/// Hosts of the settings that are not opened because something goes over them.
fn passed_over(context: &Context, out: &mut Out) -> Result<(), Quit> {
    let flags = &context.flags;
    let by_flag = flags.demo.is_some() || !flags.host.is_empty() || !flags.context.is_empty();
    let variable = ["DOCKER_HOST", "DOCKER_CONTEXT"]
        .into_iter()
        .find(|name| context.env.get(name).is_some_and(|value| !value.is_empty()));
    match variable {
        Some(variable) if !by_flag && !context.settings.hosts.is_empty() => {
            out.line(&format!(
                "The hosts of the settings are not opened: {variable} is set and goes over them"
            ))?;
            out.line("")
        }
        _ => Ok(()),
    }
}

/// What this command itself has cost so far.
fn cost(hosts: &[Reached], out: &mut Out) -> Result<(), Quit> {
    out.line("Cost of this look")?;
    let engines = hosts.iter().filter_map(|reached| reached.engine.as_ref());
    let asked: Vec<u64> = engines.map(|(engine, _)| engine.asked()).collect();
    if !asked.is_empty() {
        let sum: u64 = asked.iter().sum();
        out.line(&format!("  {:<14}{sum}", "requests"))?;
    }
    if let Some(ticks) = cpu_ticks() {
        out.line(&format!("  {:<14}{} ms", "CPU", ticks * 10))?;
    }
    if let Some(memory) = resident() {
        out.line(&format!("  {:<14}{}", "memory", bytes(memory)))?;
    }
    out.line("")
}

fn files(context: &Context, out: &mut Out) -> Result<(), Quit> {
    out.line("Files")?;
    let Some(paths) = &context.paths else {
        return out.line("  there is no home directory: nothing is remembered or journalled");
    };
    let named = context.flags.config.clone();
    let config = named.unwrap_or_else(|| paths.config.clone());
    let there = |path: &std::path::Path| {
        if path.exists() {
            ""
        } else {
            " (not there: defaults)"
        }
    };
    out.line(&format!(
        "  {:<14}{}{}",
        "settings",
        config.display(),
        there(&config)
    ))?;
    out.line(&format!("  {:<14}{}", "remembered", paths.state.display()))?;
    let dir = context
        .journal_dir()
        .unwrap_or_else(|| paths.journal.clone());
    let writable = context
        .open_recorder()
        .and_then(|recorder| recorder.check());
    let health = match (writable, verify(&dir)) {
        (Err(error), _) => format!("not written: {error}"),
        (_, Err(error)) => format!("not read: {error}"),
        (Ok(()), Ok(verdict)) if verdict.faults.is_empty() => {
            format!("{} lines, whole", verdict.lines)
        }
        (Ok(()), Ok(verdict)) => format!(
            "{} lines, {} at fault: see `stacktui journal --verify`",
            verdict.lines,
            verdict.faults.len()
        ),
    };
    out.line(&format!("  {:<14}{} ({health})", "journal", dir.display()))
}
