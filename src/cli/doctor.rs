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
use crate::text::{bytes, pad_right, sanitise_ident};

/// A name no container has.
const NOBODY: &str = "stacktui-doctor-asks-for-nobody";

pub(super) fn run(context: &Context, out: &mut Out) -> Result<u8, Quit> {
    block_on(async {
        let hosts = reach(context.openings()?).await;
        let several = hosts.len() > 1;
        for reached in &hosts {
            if several {
                out.line(&say!("Host {name}", name = reached.label))?;
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
    out.line(say!("Endpoints"))?;
    if !reached.failed.is_empty() {
        out.line(&tried(&reached.failed))?;
    }
    let Some((engine, candidate)) = &reached.engine else {
        out.line(&format!(
            "  {}",
            say!("no engine answers; `stacktui --demo` needs none")
        ))?;
        return out.line("");
    };
    let answers = say!(
        "{endpoint} ({origin}): answers",
        endpoint = candidate.shown(),
        origin = candidate.origin
    );
    out.line(&format!("  {answers}"))?;
    out.line("")?;
    out.line(say!("Engine"))?;
    for (name, value) in about(engine.info()) {
        if !value.is_empty() {
            pair(out, name, &value)?;
        }
    }
    out.line("")?;
    out.line(say!("Allowed here"))?;
    for (what, found) in permissions(engine, context.settings.read_only).await {
        pair(out, what, &found)?;
    }
    out.line("")
}

/// A name and what is found of it, in two columns.
fn pair(out: &mut Out, name: &str, value: &str) -> Result<(), Quit> {
    out.line(&format!("  {} {value}", pad_right(name, 13)))
}

fn about(info: &EngineInfo) -> Vec<(&'static str, String)> {
    let kind = if info.podman { "podman" } else { "docker" };
    let cgroup = info
        .cgroup_version
        .map(|v| format!("v{v}, {}", info.cgroup_driver));
    vec![
        (say!("name"), info.name.clone()),
        (say!("version"), format!("{} ({kind})", info.version)),
        ("API", info.api.to_string()),
        (say!("system"), format!("{}, {}", info.os, info.kernel)),
        (
            say!("processors"),
            info.cpus.map(|n| n.to_string()).unwrap_or_default(),
        ),
        (say!("memory"), info.memory.map(bytes).unwrap_or_default()),
        ("cgroups", cgroup.unwrap_or_default()),
        (
            "swarm",
            if info.swarm_manager {
                say!("manager")
            } else {
                ""
            }
            .to_owned(),
        ),
    ]
}

/// What the engine, or what stands before it, lets us do. A refusal is 401 or 403; that there is no such container is an
/// answer.
async fn permissions(engine: &Engine, read_only: bool) -> Vec<(&'static str, String)> {
    let raw = engine.raw();
    let mut found = Vec::new();
    for (what, path) in [
        (say!("containers"), "/containers/json?limit=1"),
        (say!("images"), "/images/json"),
        (say!("events"), "/events?until=1"),
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
        say!("logs"),
        verdict(
            raw.get_bytes(&logs, BODY_LIMIT, CALL_LIMIT)
                .await
                .err()
                .as_ref(),
        ),
    ));
    if read_only {
        found.push((say!("changes"), say!("read-only: not asked").to_owned()));
        return found;
    }
    // Podman reads the body before it looks for the container.
    let command = serde_json::json!({"Cmd": ["true"]});
    for (what, call, body) in [
        (say!("restart"), "restart", &Value::Null),
        (say!("shell"), "exec", &command),
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
        }) => say!("yes").to_owned(),
        Some(error) if error.is_refusal() => say!("no: {why}", why = error.why()),
        Some(error) => say!("unclear: {why}", why = error.why()),
    }
}

fn terminal(context: &Context, out: &mut Out) -> Result<(), Quit> {
    let env = |name: &str| {
        let value = context.env.get(name).unwrap_or("");
        sanitise_ident(value.as_bytes())
    };
    let yes = |on: bool| if on { say!("yes") } else { say!("no") };
    let size = crossterm::terminal::size().map_or_else(
        |_| say!("unknown").to_owned(),
        |(w, h)| format!("{w} x {h}"),
    );
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
    out.line(say!("Terminal"))?;
    for (name, value) in [
        ("TERM", env("TERM")),
        ("COLORTERM", env("COLORTERM")),
        ("NO_COLOR", env("NO_COLOR")),
        (
            say!("input"),
            yes(std::io::stdin().is_terminal()).to_owned(),
        ),
        (say!("output"), yes(out.is_terminal()).to_owned()),
        (say!("size" as "terminal"), size),
        ("UTF-8", format!("{} ({locale})", yes(utf8))),
        (say!("within"), within.join(", ")),
        (say!("colours"), context.settings.colors.word().to_owned()),
        (say!("links"), yes(links).to_owned()),
    ] {
        if !value.is_empty() {
            pair(out, name, &value)?;
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
            out.line(&say!(
                "The hosts of the settings are not opened: {variable} is set and goes over them",
                variable
            ))?;
            out.line("")
        }
        _ => Ok(()),
    }
}

/// What this command itself has cost so far.
fn cost(hosts: &[Reached], out: &mut Out) -> Result<(), Quit> {
    out.line(say!("Cost of this look"))?;
    let engines = hosts.iter().filter_map(|reached| reached.engine.as_ref());
    let asked: Vec<u64> = engines.map(|(engine, _)| engine.asked()).collect();
    if !asked.is_empty() {
        let sum: u64 = asked.iter().sum();
        pair(out, say!("requests"), &sum.to_string())?;
    }
    if let Some(ticks) = cpu_ticks() {
        pair(out, "CPU", &format!("{} ms", ticks * 10))?;
    }
    if let Some(memory) = resident() {
        pair(out, say!("memory"), &bytes(memory))?;
    }
    out.line("")
}

fn files(context: &Context, out: &mut Out) -> Result<(), Quit> {
    out.line(say!("Files"))?;
    let Some(paths) = &context.paths else {
        let none = say!("there is no home directory: nothing is remembered or journalled");
        return out.line(&format!("  {none}"));
    };
    let named = context.flags.config.clone();
    let config = named.unwrap_or_else(|| paths.config.clone());
    let there = |path: &std::path::Path| {
        if path.exists() {
            ""
        } else {
            say!(" (not there: defaults)")
        }
    };
    let settings = format!("{}{}", config.display(), there(&config));
    pair(out, say!("settings"), &settings)?;
    pair(out, say!("remembered"), &paths.state.display().to_string())?;
    let dir = context
        .journal_dir()
        .unwrap_or_else(|| paths.journal.clone());
    let writable = context
        .open_recorder()
        .and_then(|recorder| recorder.check());
    let health = match (writable, verify(&dir)) {
        (Err(error), _) => say!("not written: {error}", error),
        (_, Err(error)) => say!("not read: {error}", error),
        (Ok(()), Ok(verdict)) if verdict.faults.is_empty() => {
            say_n!(verdict.lines, "{n} line, whole", "{n} lines, whole")
        }
        (Ok(()), Ok(verdict)) => say_n!(
            verdict.lines,
            "{n} line, {bad} at fault: see `stacktui journal --verify`",
            "{n} lines, {bad} at fault: see `stacktui journal --verify`",
            bad = verdict.faults.len()
        ),
    };
    let journal = format!("{} ({health})", dir.display());
    pair(out, say!("journal"), &journal)
}
