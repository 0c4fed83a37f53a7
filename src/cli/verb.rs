//! `restart`, `stop` and `start` without the screen: the same jobs as the screen's, in the same order, journalled alike, each
//! outcome a line.
mod turn;

use std::collections::BTreeMap;

use chrono::TimeDelta;
use futures::StreamExt;
use futures::stream::FuturesUnordered;

use super::args::Targets;
use super::context::{Context, block_on};
use super::hosts::Sites;
use super::out::{Out, Quit, complain, told};
use super::{DONE, FAILED, USAGE};
use crate::compose::outline;
use crate::effect::{Job, JobId, Verb};
use crate::lang::{Words, english};
use crate::model::compose::Project;
use crate::model::stack::tells_needs;
use crate::model::{Container, Health, HostId, Outlines, RunState, Stack, Target, Unread};
use crate::msg::{Failure, JobMsg};
use crate::runtime::jobs::{self, Hands, Report, Slots};
use crate::runtime::record;
use crate::state::names::NameError;
use crate::text::{decimal, duration};

use turn::Turns;

/// Seconds between stop and kill where neither the user nor the container says.
const STOP_DEFAULT: u32 = 10;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Restart,
    Stop,
    Start,
}

impl Act {
    fn verb(self, timeout: Option<u32>) -> Verb {
        match self {
            Self::Restart => Verb::Restart { timeout },
            Self::Stop => Verb::Stop { timeout },
            Self::Start => Verb::Start,
        }
    }
}

pub(super) fn run(context: &Context, act: Act, args: &Targets, out: &mut Out) -> Result<u8, Quit> {
    if context.settings.read_only {
        return Err(Quit::failed(say!("read-only: nothing may be changed here")));
    }
    let verb = act.verb(args.time);
    if args.time.is_some() && !verb.waits_for_stop() {
        return Err(Quit::usage(say!("--time is for stop and restart")));
    }
    block_on(async {
        let sites = Sites::open(context, &args.names).await?;
        sites.refuse_unsure(&args.names)?;
        let targets = sites.resolve(&args.names)?;
        if !args.yes {
            refuse_protected(context, &verb, &targets)?;
        }
        let outlines = untold(&sites, &targets);
        let turns = Turns::new(&targets, &verb, &outlines);
        let recorder = context.recorder();
        perform(&sites, &recorder, &verb, &targets, &turns, out).await
    })
}

/// An unknown name fails; one that could be several things is not used rightly.
pub(super) fn wrong_names(errors: &[NameError]) -> Quit {
    let ambiguous = errors
        .iter()
        .any(|error| matches!(error, NameError::Ambiguous { .. }));
    let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
    Quit::Because {
        message: lines.join("\nstacktui: "),
        code: if ambiguous { USAGE } else { FAILED },
    }
}

fn refuse_protected(context: &Context, verb: &Verb, targets: &[&Container]) -> Result<(), Quit> {
    let settings = &context.settings;
    let asks = settings
        .confirm
        .get(verb.action())
        .copied()
        .unwrap_or(false);
    let held: Vec<&str> = targets
        .iter()
        .filter(|c| asks || c.is_protected() || settings.protects(&c.name))
        .map(|c| c.name.as_str())
        .collect();
    if held.is_empty() {
        return Ok(());
    }
    Err(Quit::failed(say!(
        "{verb} wants a yes for {names}: nothing was done; say it with --yes",
        verb = verb.title(),
        names = held.join(", ")
    )))
}

/// What the files of stacks ask for, of which several services are meant and no label says what waits for what. Where they
/// do not tell either, that is said.
fn untold(sites: &Sites, targets: &[&Container]) -> Outlines {
    let mut outlines = Outlines::default();
    let meant = targets.iter().copied().filter(|c| !tells_needs(c));
    for stack in Stack::all(meant) {
        let Some(site) = sites.up.iter().find(|site| site.id == stack.key.host) else {
            continue;
        };
        if stack.services.len() < 2 || !stack.is_compose() {
            continue;
        }
        let read = match &stack.origin.files {
            files if files.is_empty() => None,
            _ if site.engine.is_local() => Some(outline(&Project::of(&stack))),
            _ => Some(Err(Unread::Elsewhere)),
        };
        let told = matches!(read, Some(Ok(_)));
        if let Some(read) = read {
            outlines.put(stack.key.clone(), read);
        }
        if !told {
            complain(&outlines.in_no_order(&stack));
        }
    }
    outlines
}

/// Does it to all of them, several at once where none waits for another, each told when it is over.
async fn perform(
    sites: &Sites,
    recorder: &record::Recorder,
    verb: &Verb,
    targets: &[&Container],
    turns: &Turns,
    out: &mut Out,
) -> Result<u8, Quit> {
    // Of each host: a slow one delays none of the others.
    let slots: BTreeMap<HostId, Slots> = sites
        .up
        .iter()
        .map(|site| (site.id, Slots::default()))
        .collect();
    let one = |(container, number): (&Container, u64)| {
        let turn = turns.of(container);
        let job = job(number, container, verb);
        let line = (sites.name(container), state(container));
        let engine = sites.of(container).map(|site| site.engine.clone());
        let slots = slots.get(&container.key.host).cloned();
        let slots = slots.unwrap_or_default();
        let recorder = recorder.clone();
        async move {
            if let Err(why) = turn.comes(engine.as_ref()).await {
                turn.over(false);
                return (line, not_sent(job.id, &why));
            }
            let report = jobs::run(job, engine, recorder, slots, Hands::default()).await;
            turn.over(matches!(report.msg, JobMsg::Done { .. }));
            (line, report)
        }
    };
    let mut reports: FuturesUnordered<_> = targets.iter().copied().zip(1..).map(one).collect();
    let mut code = DONE;
    // When nobody reads the lines any more, what was asked is done all the same.
    let mut unread = None;
    while let Some(((name, before), report)) = reports.next().await {
        match outcome(verb, &name, &before, report) {
            Ok(line) if unread.is_none() => {
                unread = out.line(&line).and_then(|()| out.flush()).err();
            }
            Ok(_) => {}
            Err(message) => {
                complain(&message);
                code = FAILED;
            }
        }
    }
    match unread {
        Some(quit) if code == DONE => Err(quit),
        _ => Ok(code),
    }
}

/// What another one failed at is not begun.
fn not_sent(id: JobId, why: &str) -> Report {
    let failure = Failure {
        what: Words::as_is(why),
        ..Failure::default()
    };
    Report {
        msg: JobMsg::Failed {
            id,
            took_ms: 0,
            failure,
        },
        journal: None,
    }
}

fn job(number: u64, container: &Container, verb: &Verb) -> Job {
    Job {
        id: JobId(number),
        key: container.key.clone(),
        verb: verb.clone(),
        target: target(container),
        before: english(|| state(container)),
        stop_timeout: STOP_DEFAULT,
    }
}

/// The line for a person.
fn outcome(verb: &Verb, name: &str, before: &str, report: Report) -> Result<String, String> {
    if let Some(why) = report.journal {
        complain(&say!("not journalled: {why}", why));
    }
    match report.msg {
        JobMsg::Done { already: true, .. } => Ok(say!("{name}: already {before}", name, before)),
        JobMsg::Done { took_ms, .. } => Ok(say!(
            "{name}: {done} in {took}",
            name,
            done = verb.done(),
            took = took(took_ms)
        )),
        // A report is of a job that is over.
        JobMsg::Started { .. }
        | JobMsg::Step { .. }
        | JobMsg::Output { .. }
        | JobMsg::Transfer { .. } => Err(say!("{name}: {why}", name, why = say!("no outcome"))),
        JobMsg::Failed { failure, .. } => {
            let why = format!("{verb}: {}", told(&failure));
            Err(say!("{name}: {why}", name, why))
        }
    }
}

/// Milliseconds for a person: `1.6s`, `2m 10s`.
pub(super) fn took(ms: u64) -> String {
    if ms < 10_000 {
        return format!("{}s", decimal(ms as f64 / 1000.0, 1));
    }
    let span = i64::try_from(ms).ok().and_then(TimeDelta::try_milliseconds);
    duration(span.unwrap_or(TimeDelta::MAX))
}

/// `running, unhealthy`.
pub(super) fn state(container: &Container) -> String {
    let mut words = vec![container.state.said().to_owned()];
    words.extend(container.health.map(Health::said).map(str::to_owned));
    if container.state == RunState::Exited {
        words.extend(container.exit_code.map(|code| say!("exit {code}", code)));
    }
    words.join(", ")
}

/// What the journal says of a container.
pub(super) fn target(container: &Container) -> Target {
    Target {
        kind: "container".to_owned(),
        id: container.key.short().to_owned(),
        name: container.name.clone(),
        project: container.stack().map(str::to_owned),
        service: container.service().map(str::to_owned),
        image: Some(container.image.clone()).filter(|image| !image.is_empty()),
    }
}
