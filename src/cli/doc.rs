//! `doc`: a stack's documentation in Markdown: what each service is for, how it is reached, what it stands on, what
//! happened to it. What people wrote between keep-marks stays when it is written anew.
mod file;
mod keep;
mod known;
mod page;

use std::collections::BTreeMap;

use super::args::DocArgs;
use super::context::{Context, block_on};
use super::hosts::Sites;
use super::out::{Out, Quit, complain};
use super::routes;
use super::{DONE, FAILED};
use crate::compose::outline;
use crate::engine::Engine;
use crate::journal::{Filter, read};
use crate::model::compose::Project;
use crate::model::{Container, Details, Entry, Key, Stack};
use crate::runtime::clock;

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
    let told = |error: std::io::Error| {
        Quit::failed(say!("{name}: {why}", name = path.display(), why = error))
    };
    let old = file::read(path).map_err(told)?;
    let whole = keep::merged(&written, &old, page::kept_title());
    if args.check {
        let same = keep::without_stamp(&whole) == keep::without_stamp(&old);
        let file = path.display();
        match (same, path.exists()) {
            (true, _) if out.is_terminal() => out.line(&say!("{file} is up to date", file))?,
            (true, _) => {}
            (false, true) => complain(&say!("{file} is out of date", file)),
            (false, false) => complain(&say!("{file} is not there", file)),
        }
        out.flush()?;
        return Ok(if same { DONE } else { FAILED });
    }
    file::replace(path, &whole).map_err(told)?;
    Ok(DONE)
}

async fn write(context: &Context, args: &DocArgs) -> Result<String, Quit> {
    let sites = Sites::open(context, &[]).await?;
    let past = past(context);
    let mut pages = Vec::new();
    let mut names = Vec::new();
    for site in &sites.up {
        let mut stacks = Stack::all(site.containers.iter());
        // The files of a stack are on the engine's machine.
        if site.engine.is_local() {
            for stack in &mut stacks {
                if let Ok(outline) = outline(&Project::of(stack)) {
                    stack.fill(&outline);
                }
            }
        }
        names.extend(stacks.iter().map(|stack| stack.name().to_owned()));
        let is_wanted = |stack: &&Stack| args.stack.as_deref().is_none_or(|n| n == stack.name());
        let wanted: Vec<&Stack> = stacks.iter().filter(is_wanted).collect();
        if wanted.is_empty() {
            continue;
        }
        // The machine's own name: a page must not depend on the way its writer came.
        let routes = routes::reached_at(site, &site.engine.info().name).await;
        let details = details(&site.engine, &wanted, &site.containers).await;
        pages.extend(wanted.iter().map(|stack| {
            page::Page {
                stack,
                containers: &site.containers,
                details: &details,
                routes: &routes,
                past: &past,
                engine: site.engine.info(),
                now: clock::now(),
            }
            .text()
        }));
    }
    if pages.is_empty() {
        return Err(Quit::failed(match &args.stack {
            Some(name) => say!(
                "there is no stack {name}; there are: {names}",
                name,
                names = names.join(", ")
            ),
            None => say!("there is no stack").to_owned(),
        }));
    }
    Ok(pages.join("\n"))
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
