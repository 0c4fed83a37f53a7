//! Logs as they come: the names are followed, not the containers' ids, so that a service that is made anew goes on here.
//! Over the same link and log streams as the screen's, which heal themselves.
use std::collections::{BTreeMap, BTreeSet};
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::{Instant, interval, sleep_until};

use super::Range;
use super::line::Printer;
use super::merge::{Merge, Next};
use crate::cli::hosts::Sites;
use crate::cli::out::{Quit, complain, told};
use crate::cli::{DONE, FAILED};
use crate::effect::LogQuery;
use crate::engine::Engine;
use crate::engine::logs::ALL;
use crate::model::event::run_begins;
use crate::model::{Container, EngineEvent, HostId, Key, Link};
use crate::msg::{HostMsg, LogMsg};
use crate::runtime::link::LinkTask;
use crate::runtime::log_stream;
use crate::state::names::{Place, resolve};

/// How often it is looked whether somebody still reads.
const LOOK: Duration = Duration::from_millis(500);
/// Messages of one source that are read ahead: each is up to 256 lines.
const AHEAD: usize = 2;

/// One container; its number is its place.
struct Source {
    key: Key,
    /// `None` when nothing comes any more.
    messages: Option<mpsc::Receiver<(LogQuery, LogMsg)>>,
    failed: bool,
    /// When its last run ended.
    died: Option<DateTime<Utc>>,
}

struct Follow<'a, 'o> {
    names: &'a [String],
    range: Range,
    printer: &'a mut Printer<'o>,
    inventory: BTreeMap<Key, Container>,
    sources: Vec<Source>,
    merge: Merge,
    sites: &'a Sites,
    engines: BTreeMap<HostId, watch::Receiver<Option<Engine>>>,
    /// Hosts that have listed their containers once.
    listed: BTreeSet<HostId>,
}

pub(super) async fn run(
    sites: &Sites,
    names: &[String],
    range: Range,
    printer: &mut Printer<'_>,
) -> Result<u8, Quit> {
    let (host_out, mut hosts) = mpsc::channel(64);
    let engines = sites.up.iter().map(|site| {
        let engine = watch::Sender::new(None);
        let live = engine.subscribe();
        let link = LinkTask {
            host: site.id,
            candidates: vec![site.candidate.clone()],
            out: host_out.clone(),
            engine,
            past: false,
            again: Arc::new(Notify::new()),
        };
        tokio::spawn(link.run());
        (site.id, live)
    });
    let engines = engines.collect();
    drop(host_out);
    let mut follow = Follow {
        names,
        range,
        printer,
        inventory: BTreeMap::new(),
        sources: Vec::new(),
        merge: Merge::default(),
        sites,
        engines,
        listed: BTreeSet::new(),
    };
    let mut look = interval(LOOK);
    loop {
        let wake = follow.print()?;
        if follow.is_hopeless() {
            return Ok(FAILED);
        }
        tokio::select! {
            msg = hosts.recv() => match msg {
                Some((id, msg)) => follow.host(id, msg),
                None => return Ok(DONE),
            },
            (source, msg) = heard(&mut follow.sources, &follow.merge) => follow.log(source, msg),
            _ = look.tick() => {
                if follow.printer.nobody_reads() {
                    return Err(Quit::NobodyReads);
                }
                follow.printer.settle()?;
            }
            () = sleep_until(wake) => {}
        }
    }
}

/// The next message of a source that may run ahead further; `None` of it: it is over.
async fn heard(sources: &mut [Source], merge: &Merge) -> (usize, Option<LogMsg>) {
    poll_fn(|cx| {
        for (n, source) in sources.iter_mut().enumerate() {
            if let Some(messages) = source.messages.as_mut().filter(|_| merge.has_room(n))
                && let Poll::Ready(msg) = messages.poll_recv(cx)
            {
                return Poll::Ready((n, msg.map(|(_, msg)| msg)));
            }
        }
        Poll::Pending
    })
    .await
}

impl Follow<'_, '_> {
    fn host(&mut self, id: HostId, msg: HostMsg) {
        match msg {
            HostMsg::Snapshot(all) => {
                self.inventory.retain(|key, _| key.host != id);
                self.inventory
                    .extend(all.into_iter().map(|c| (c.key.clone(), c)));
                let first = self.listed.insert(id);
                self.start_new(first);
            }
            HostMsg::Delta { changed, gone } => {
                for key in gone {
                    self.inventory.remove(&key);
                }
                self.inventory
                    .extend(changed.into_iter().map(|c| (c.key.clone(), c)));
                self.start_new(false);
            }
            HostMsg::Link(Link::Down { reason, .. }) => {
                let label = self.sites.up.iter().find(|site| site.id == id);
                let who = label
                    .filter(|_| self.sites.several)
                    .map_or(say!("the engine"), |site| &site.label);
                complain(&say!("{who} went away: {why}", who, why = reason.why));
            }
            HostMsg::Events(events) => {
                for event in &events {
                    self.happened(id, event);
                }
            }
            HostMsg::Link(_) | HostMsg::Info(_) | HostMsg::Samples(_) | HostMsg::NoSample(_) => {}
        }
    }

    /// What the lines cannot tell is told between them, on stderr.
    fn happened(&mut self, id: HostId, event: &EngineEvent) {
        let source = self
            .sources
            .iter()
            .rposition(|s| s.key.host == id && *s.key.id == event.id);
        let Some(source) = source.filter(|_| event.kind == "container") else {
            return;
        };
        let mut at = event.at;
        if let Some(known) = self.sources.get_mut(source) {
            match event.action.as_str() {
                "die" | "died" => known.died = Some(at),
                // A run's first lines are older than what the engine tells of its start.
                "start" => at = run_begins(at, known.died),
                _ => {}
            }
        }
        let name = self.printer.name(source);
        let text = match event.action.as_str() {
            "die" | "died" => {
                let code = event.exit_code();
                code.map_or_else(
                    || say!("{name} exited", name),
                    |code| say!("{name} exited with code {code}", name, code),
                )
            }
            "oom" => say!("{name} ran out of memory", name),
            "start" => say!("{name} started", name),
            "destroy" | "remove" => say!("{name} was removed", name),
            _ => return,
        };
        self.merge.note(at, text, Instant::now());
    }

    /// Starts the streams of containers that a name means now and did not before.
    fn start_new(&mut self, first: bool) {
        let all: Vec<Container> = self.inventory.values().cloned().collect();
        let places: Vec<Place> = self
            .sites
            .up
            .iter()
            .map(|site| Place {
                label: if self.sites.several { &site.label } else { "" },
                containers: all.iter().filter(|c| c.key.host == site.id).collect(),
            })
            .collect();
        for name in self.names {
            // A name that means nothing for a moment: its container is being made anew.
            let found = resolve(std::slice::from_ref(name), &places).unwrap_or_default();
            for container in found {
                if self.sources.iter().all(|s| s.key != container.key) {
                    self.start(container, first);
                }
            }
        }
    }

    fn start(&mut self, container: &Container, first: bool) {
        let key = container.key.clone();
        let Some(engine) = self.engines.get(&key.host).cloned() else {
            return;
        };
        self.printer.source(container);
        self.merge.source(Instant::now());
        let query = LogQuery {
            key: key.clone(),
            tail: self.range.tail.filter(|_| first).unwrap_or(ALL),
            since: self.range.since,
        };
        let (out, messages) = mpsc::channel(AHEAD);
        tokio::spawn(log_stream::run(query, engine, out));
        self.sources.push(Source {
            key,
            messages: Some(messages),
            failed: false,
            died: None,
        });
    }

    fn log(&mut self, source: usize, msg: Option<LogMsg>) {
        match msg {
            Some(LogMsg::Lines(records)) => self.merge.lines(source, records, Instant::now()),
            Some(LogMsg::CaughtUp) => self.merge.caught_up(source),
            Some(LogMsg::Ended) => self.merge.quiet(source),
            Some(LogMsg::Failed(failure)) => {
                complain(&format!(
                    "{}: {}",
                    self.printer.name(source),
                    told(&failure)
                ));
                self.merge.quiet(source);
                if let Some(source) = self.sources.get_mut(source) {
                    source.failed = true;
                }
            }
            None => {
                self.merge.quiet(source);
                if let Some(source) = self.sources.get_mut(source) {
                    source.messages = None;
                }
            }
        }
    }

    /// Prints what is ripe; when to look again at the latest.
    fn print(&mut self) -> Result<Instant, Quit> {
        let now = Instant::now();
        loop {
            match self.merge.next(now) {
                Next::Line(source, record) => self.printer.record(source, &record)?,
                Next::Note(text) => {
                    self.printer.flush()?;
                    complain(&text);
                }
                Next::Wait(until) => {
                    self.printer.flush()?;
                    return Ok(until.unwrap_or(now + LOOK));
                }
            }
        }
    }

    /// No source can be read.
    fn is_hopeless(&self) -> bool {
        !self.sources.is_empty() && self.sources.iter().all(|source| source.failed)
    }
}
