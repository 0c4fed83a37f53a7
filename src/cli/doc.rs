//! `doc`: a stack's documentation in Markdown: what each service is for, how it is reached, what it stands on, what
//! happened to it. What people wrote between keep-marks stays when it is written anew.
mod keep;
mod known;
mod page;

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;

use super::args::DocArgs;
use super::context::{Context, block_on};
use super::out::{Out, Quit, complain};
use super::routes;
use super::verb::containers;
use super::{DONE, FAILED};
use crate::engine::Engine;
use crate::journal::{Filter, read};
use crate::model::route::{self, Sources};
use crate::model::{Container, Details, Entry, Key, Stack};
use crate::runtime::{browser, clock};
use crate::update::machine;

/// Entries of the journal that are looked through for incidents.
const PAST: usize = 2_000;

pub(super) fn run(context: &Context, args: &DocArgs, out: &mut Out) -> Result<u8, Quit> {
    let written = block_on(write(context, args))?;
    let Some(path) = &args.output else {
        for line in written.lines() {
            out.line(line)?;
        }
        out.flush()?;
        return Ok(DONE);
    };
    let told = |error: std::io::Error| Quit::failed(format!("{}: {error}", path.display()));
    let old = match fs::read_to_string(path) {
        Ok(old) => old,
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        Err(error) => return Err(told(error)),
    };
    let whole = keep::merged(&written, &old, page::kept_title(args.lang));
    if args.check {
        let same = keep::without_stamp(&whole) == keep::without_stamp(&old);
        if !same {
            complain(&format!("{} is out of date", path.display()));
        }
        return Ok(if same { DONE } else { FAILED });
    }
    // Beside it first: what is there is never half of it.
    let beside = path.with_extension("md.new");
    fs::write(&beside, whole)
        .and_then(|()| fs::rename(&beside, path))
        .map_err(told)?;
    Ok(DONE)
}

async fn write(context: &Context, args: &DocArgs) -> Result<String, Quit> {
    let engine = context.engine().await?;
    let all = containers(&engine).await?;
    let listed: Vec<&Container> = all.iter().collect();
    let stacks = Stack::all(listed.iter().copied());
    let wanted: Vec<&Stack> = match &args.stack {
        Some(name) => stacks.iter().filter(|stack| stack.name() == name).collect(),
        None => stacks.iter().collect(),
    };
    if wanted.is_empty() {
        let names: Vec<&str> = stacks.iter().map(Stack::name).collect();
        return Err(Quit::failed(match &args.stack {
            Some(name) => format!("there is no stack {name}; there are: {}", names.join(", ")),
            None => "there is no stack".to_owned(),
        }));
    }
    let seen = routes::seen(&engine, &listed).await;
    let here = browser::machine(|name| context.env.get(name).map(str::to_owned));
    let routes = route::all(Sources {
        containers: &listed,
        seen: &seen,
        docker_host: &machine(&engine.info().endpoint, &here),
    });
    let details = details(&engine, &wanted, &all).await;
    let past = past(context);
    let pages = wanted.iter().map(|stack| {
        page::Page {
            stack,
            containers: &all,
            details: &details,
            routes: &routes,
            past: &past,
            engine: engine.info(),
            now: clock::now(),
            lang: args.lang,
        }
        .text()
    });
    Ok(pages.collect::<Vec<_>>().join("\n"))
}

/// One container of each service in full.
async fn details(engine: &Engine, stacks: &[&Stack], all: &[Container]) -> BTreeMap<Key, Details> {
    let mut found = BTreeMap::new();
    for container in all {
        let in_it = |stack: &&&Stack| Some(stack.name()) == container.stack();
        if stacks.iter().any(|stack| in_it(&stack))
            && let Ok(details) = engine.details(&container.key, clock::now()).await
        {
            found.insert(container.key.clone(), details);
        }
    }
    found
}

/// What the journal tells; nothing where there is none.
fn past(context: &Context) -> Vec<Entry> {
    let read = context
        .journal_dir()
        .map(|dir| read(&dir, &Filter::default(), PAST));
    read.and_then(Result::ok)
        .map(|reading| reading.entries)
        .unwrap_or_default()
}
