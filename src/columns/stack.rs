//! The columns of the stacks' table.
use std::borrow::Cow;

use super::container::cells::{bars, load, with_hits};
use super::listed::{age, age_rank, host, word};
use super::{Cell, Column, Cx, Fit, Rank, Width, default, figure, sampled, words};
use crate::model::Container;
use crate::model::stack::{Service, Stack};
use crate::state::State;
use crate::state::drift::Drift;
use crate::state::world::Totals;
use crate::text;
use crate::theme::Key;

/// The columns, in their order on screen.
pub const COLUMNS: &[Column<Stack>] = &[
    default(words(
        "name",
        "stack",
        Width::Flex(14, 30),
        255,
        "Its name.",
        name,
        |stack, _| word(stack.name()),
    )),
    host(),
    default(words(
        "state",
        "state",
        Width::Flex(20, 34),
        250,
        "How many of its containers run, and what is wrong.",
        state,
        |stack, _| {
            let worst = (stack.unhealthy + stack.restarting) * 10_000 + stack.down();
            Rank::descending(i64::try_from(worst).ok())
        },
    )),
    default(figure(
        "services",
        "services",
        8,
        190,
        "How many services it has.",
        |stack, _| Cell::of(stack.services.len().to_string(), Key::Figure),
        |stack, _| Rank::descending(i64::try_from(stack.services.len()).ok()),
    )),
    default(sampled(figure(
        "cpu",
        "cpu%",
        6,
        240,
        "CPU of all its containers in percent of one core.",
        |stack, cx| {
            let host = cx.state.world.host(stack.key.host);
            let cores = host.and_then(|h| h.link.info()?.cpus).unwrap_or(1).max(1);
            sum(stack, cx, |totals| {
                let cpu = totals.cpu?;
                Some((text::percent(cpu), load(cpu / f64::from(cores))))
            })
        },
        |stack, cx| Rank::figure(cx.state.world.stack_totals(&stack.key).cpu),
    ))),
    default(sampled(words(
        "trend",
        "",
        Width::Fixed(10),
        115,
        "CPU of all its containers in the last minutes; full height is its peak, at least half a core.",
        |stack, cx| {
            let trend = cx.state.world.stack_trend(&stack.key);
            let trend = trend.filter(|trend| !trend.cpu.is_empty());
            let bars = trend.map(|trend| (bars(&trend.cpu, 50.0), Key::ChartCpu));
            sum(stack, cx, |_| bars)
        },
        |stack, cx| Rank::figure(cx.state.world.stack_totals(&stack.key).cpu),
    ))),
    default(sampled(figure(
        "mem",
        "mem",
        5,
        230,
        "Memory of all its containers.",
        |stack, cx| {
            sum(stack, cx, |totals| {
                Some((text::bytes_short(totals.memory?), Key::Figure))
            })
        },
        |stack, cx| {
            let memory = cx.state.world.stack_totals(&stack.key).memory;
            Rank::descending(memory.and_then(|bytes| i64::try_from(bytes).ok()))
        },
    ))),
    default(words(
        "drift",
        "drift",
        Width::Fixed(9),
        220,
        "How many services its files ask for otherwise than they were made; `?` where compose was not asked: its page does.",
        drift,
        |stack, cx| Rank::descending(cx.state.drift(stack).map(Drift::weight)),
    )),
    default(figure(
        "age",
        "age",
        5,
        180,
        "How long ago its oldest container was made.",
        |stack, cx| age(stack.created, cx),
        |stack, _| age_rank(stack.created),
    )),
    default(words(
        "by",
        "made by",
        Width::Fixed(14),
        120,
        "Compose and its version, or a swarm.",
        |stack, _| Cell::of(made_by(stack), Key::Dim),
        |stack, _| Rank::Text(made_by(stack).into()),
    )),
    default(words(
        "files",
        "compose files",
        Width::Flex(14, 60),
        110,
        "The files it was made from, where its labels tell.",
        |stack, _| {
            let files = stack.origin.files.iter();
            Cell {
                pieces: files.map(|f| (f.as_str().into(), Key::Dim)).collect(),
                fit: if stack.origin.files.len() == 1 {
                    Fit::Path
                } else {
                    Fit::Whole
                },
            }
        },
        |stack, _| word(stack.origin.files.first().map_or("", String::as_str)),
    )),
    words(
        "directory",
        "directory",
        Width::Flex(12, 40),
        100,
        "Where compose ran.",
        |stack, _| Cell {
            fit: Fit::Path,
            ..Cell::of(
                stack.origin.directory.as_deref().unwrap_or_default(),
                Key::Dim,
            )
        },
        |stack, _| word(stack.origin.directory.as_deref().unwrap_or_default()),
    ),
];

/// `compose 2.26.1`, `swarm`; empty where nothing tells.
pub fn made_by(stack: &Stack) -> String {
    match &stack.origin.version {
        _ if stack.origin.swarm => "swarm".to_owned(),
        Some(version) => format!("compose {version}"),
        None => String::new(),
    }
}

/// A sum of figures; dim when the engine is silent.
fn sum<'a>(
    stack: &Stack,
    cx: &Cx,
    figure: impl FnOnce(&Totals) -> Option<(String, Key)>,
) -> Cell<'a> {
    let world = &cx.state.world;
    let up = world.host(stack.key.host).is_some_and(|h| h.link.is_up());
    match figure(&world.stack_totals(&stack.key)) {
        Some((text, key)) => Cell::of(text, if up { key } else { Key::FigureOld }),
        None => Cell::blank(),
    }
}

fn name<'a>(stack: &'a Stack, cx: &Cx<'a>) -> Cell<'a> {
    let (sign, style) = match stack {
        s if s.unhealthy > 0 => ("✖ ", Key::StateBad),
        s if s.restarting > 0 => ("↻ ", Key::StateBusy),
        s if s.down() == 0 => ("● ", Key::StateOk),
        s if s.running > 0 => ("◐ ", Key::Dim),
        _ => ("○ ", Key::StateOff),
    };
    let mut pieces = vec![(sign.into(), style)];
    with_hits(stack.name(), cx.hits, Key::Text, &mut pieces);
    Cell {
        pieces,
        fit: Fit::Cut,
    }
}

/// What is under way in it, else what runs of it and what is wrong.
fn state<'a>(stack: &Stack, cx: &Cx<'a>) -> Cell<'a> {
    let members = cx.state.world.members(&stack.key);
    let whole = cx.state.jobs.of(&stack.key);
    let pieces = if let Some(running) = whole {
        let seconds = format!("{}s", running.seconds(cx.state.now));
        vec![
            (running.job.verb.doing().into(), Key::Job),
            (seconds.into(), Key::Job),
        ]
    } else if let Some((words, seconds)) = under_way(cx.state, members) {
        vec![(words.into(), Key::Job), (seconds.into(), Key::Job)]
    } else {
        let told: Vec<_> = of_stack(stack, cx.state).collect();
        let many = told.len() > 2;
        told.into_iter()
            .map(|(short, long, key)| (if many { short } else { long }.into(), key))
            .collect()
    };
    Cell {
        pieces,
        fit: Fit::Whole,
    }
}

/// What is being done to some of these: `restarting 3`, and for how long.
pub fn under_way<'a>(
    state: &State,
    containers: impl Iterator<Item = &'a Container>,
) -> Option<(String, String)> {
    let busy: Vec<_> = containers.filter_map(|c| state.jobs.of(&c.key)).collect();
    let first = busy.first()?;
    Some((
        format!("{} {}", first.job.verb.doing(), busy.len()),
        format!("{}s", first.seconds(state.now)),
    ))
}

/// Whether its containers are what its files ask for.
fn drift<'a>(stack: &Stack, cx: &Cx<'a>) -> Cell<'a> {
    let Some(drift) = cx.state.drift(stack) else {
        return Cell::blank();
    };
    let (words, key): (Cow<str>, Key) = match drift {
        Drift::Unknown => ("?".into(), Key::Faint),
        Drift::Same => (say!("none" as "drift").into(), Key::StateOk),
        Drift::Differs(n) => (
            say_n!(n, "{n} differs", "{n} differ").into(),
            Key::StateBusy,
        ),
        Drift::NoFiles => (say!("no files").into(), Key::StateBusy),
        Drift::Invalid => (say!("invalid").into(), Key::StateBad),
    };
    Cell::of(words, key)
}

/// How many of a stack's containers run of those that are to be there, then each trouble. What `compose run` made is none of
/// them.
pub fn of_stack(
    stack: &Stack,
    state: &State,
) -> impl Iterator<Item = (String, String, Key)> + use<> {
    let mut totals = state.world.stack_totals(&stack.key);
    let (loose, running) = stack.one_offs;
    totals.count = totals.count.saturating_sub(loose);
    totals.running = totals.running.saturating_sub(running);
    counted(&totals, stack.missing())
}

/// The same of one of its services.
pub fn of_service(service: &Service) -> impl Iterator<Item = (String, String, Key)> + use<> {
    let totals = Totals {
        count: service.containers,
        running: service.running,
        unhealthy: service.unhealthy,
        restarting: service.restarting,
        ..Totals::default()
    };
    counted(&totals, service.missing())
}

/// `9/10 up`, then each trouble, short and long.
pub fn condition(totals: &Totals) -> impl Iterator<Item = (String, String, Key)> + use<> {
    counted(totals, 0)
}

fn counted(totals: &Totals, missing: usize) -> impl Iterator<Item = (String, String, Key)> + use<> {
    let all = totals.count + missing;
    let up = say!("{n}/{all} up", n = totals.running, all);
    let key = if totals.running == all {
        Key::StateOk
    } else {
        Key::Text
    };
    let (bad, busy) = (totals.unhealthy, totals.restarting);
    let unhealthy = (bad > 0).then(|| {
        let short = say_n!(bad, "{n} bad", "{n} bad");
        let long = say_n!(bad, "{n} unhealthy", "{n} unhealthy");
        (short, long, Key::StateBad)
    });
    let restarting = (busy > 0).then(|| {
        let short = say_n!(busy, "{n} busy", "{n} busy");
        let long = say_n!(busy, "{n} restarting", "{n} restarting");
        (short, long, Key::StateBusy)
    });
    let missing = (missing > 0).then(|| {
        let short = say_n!(missing, "{n} gone", "{n} gone");
        let long = say_n!(missing, "{n} not made", "{n} not made");
        (short, long, Key::StateBusy)
    });
    let troubles = unhealthy.into_iter().chain(restarting).chain(missing);
    std::iter::once((up.clone(), up, key)).chain(troubles)
}
