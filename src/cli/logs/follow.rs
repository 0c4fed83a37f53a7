//! Logs as they come: the names are followed, not the containers' ids, so that a service that is made anew goes on here.
//! Over the same link and log streams as the screen's, which heal themselves.
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, mpsc, watch};
use tokio::time::{Instant, interval};

use super::Range;
use super::line::Printer;
use crate::actions::names::resolve;
use crate::cli::out::{Quit, complain, told};
use crate::cli::{DONE, FAILED};
use crate::effect::LogQuery;
use crate::engine::{Candidate, Engine};
use crate::model::{Container, HostId, Key, Link, LogRecord};
use crate::msg::{HostMsg, LogMsg};
use crate::runtime::link::LinkTask;
use crate::runtime::log_stream;

/// How often it is looked whether somebody still reads.
const LOOK: Duration = Duration::from_millis(500);
/// The past is printed in the order of time once all of it is there, or after this long, or when it is this many lines.
const PAST_LIMIT: Duration = Duration::from_secs(10);
const PAST_LINES: usize = 100_000;
/// Lines of the past of a container that came later: all of its life.
const ALL: u32 = 1_000_000;

struct Follow<'a, 'o> {
    names: &'a [String],
    range: Range,
    printer: &'a mut Printer<'o>,
    inventory: BTreeMap<Key, Container>,
    started: BTreeSet<Key>,
    failed: BTreeSet<Key>,
    /// Sources whose past is still coming.
    behind: BTreeSet<Key>,
    /// The past so far; `None` once it is printed.
    past: Option<Vec<(Key, LogRecord)>>,
    engine: watch::Receiver<Option<Engine>>,
    lines: mpsc::Sender<(LogQuery, LogMsg)>,
}

pub(super) async fn run(
    candidate: Candidate,
    names: &[String],
    range: Range,
    printer: &mut Printer<'_>,
) -> Result<u8, Quit> {
    let (host_out, mut hosts) = mpsc::channel(64);
    let (lines, mut lines_in) = mpsc::channel(64);
    let engine = watch::Sender::new(None);
    let mut follow = Follow {
        names,
        range,
        printer,
        inventory: BTreeMap::new(),
        started: BTreeSet::new(),
        failed: BTreeSet::new(),
        behind: BTreeSet::new(),
        past: Some(Vec::new()),
        engine: engine.subscribe(),
        lines,
    };
    let link = LinkTask {
        host: HostId(0),
        candidates: vec![candidate],
        out: host_out,
        engine,
        again: Arc::new(Notify::new()),
    };
    tokio::spawn(link.run());
    let mut look = interval(LOOK);
    let limit = Instant::now() + PAST_LIMIT;
    loop {
        tokio::select! {
            Some((_, msg)) = hosts.recv() => follow.host(msg),
            Some((query, msg)) = lines_in.recv() => follow.log(&query.key, msg)?,
            _ = look.tick() => {
                if follow.printer.nobody_reads() {
                    return Err(Quit::NobodyReads);
                }
                if Instant::now() > limit {
                    follow.print_past()?;
                }
            }
            else => return Ok(DONE),
        }
        if follow.is_hopeless() {
            return Ok(FAILED);
        }
        if lines_in.is_empty() {
            follow.printer.flush()?;
        }
    }
}

impl Follow<'_, '_> {
    fn host(&mut self, msg: HostMsg) {
        match msg {
            HostMsg::Snapshot(all) => {
                self.inventory = all.into_iter().map(|c| (c.key.clone(), c)).collect();
                self.start_new();
            }
            HostMsg::Delta { changed, gone } => {
                for key in gone {
                    self.inventory.remove(&key);
                }
                self.inventory
                    .extend(changed.into_iter().map(|c| (c.key.clone(), c)));
                self.start_new();
            }
            HostMsg::Link(Link::Down { reason, .. }) => {
                complain(&format!("the engine went away: {}", reason.why));
            }
            HostMsg::Link(_) | HostMsg::Events(_) | HostMsg::Samples(_) | HostMsg::NoSample(_) => {}
        }
    }

    /// Starts the streams of containers that a name means now and did not before.
    fn start_new(&mut self) {
        let all: Vec<Container> = self.inventory.values().cloned().collect();
        let first = self.started.is_empty();
        for name in self.names {
            // A name that means nothing for a moment: its container is being made anew.
            let found = resolve(std::slice::from_ref(name), &all).unwrap_or_default();
            for container in found {
                if self.started.insert(container.key.clone()) {
                    self.start(container, first);
                }
            }
        }
    }

    fn start(&mut self, container: &Container, first: bool) {
        self.printer.source(container);
        let query = LogQuery {
            key: container.key.clone(),
            tail: if first {
                self.range.tail.unwrap_or(ALL)
            } else {
                ALL
            },
            since: self.range.since,
        };
        if self.past.is_some() {
            self.behind.insert(container.key.clone());
        }
        let (engine, lines) = (self.engine.clone(), self.lines.clone());
        tokio::spawn(log_stream::run(query, engine, lines));
    }

    fn log(&mut self, key: &Key, msg: LogMsg) -> Result<(), Quit> {
        match msg {
            LogMsg::Lines(records) => {
                if let Some(past) = &mut self.past {
                    past.extend(records.into_iter().map(|record| (key.clone(), record)));
                    if past.len() > PAST_LINES {
                        return self.print_past();
                    }
                    return Ok(());
                }
                for record in &records {
                    self.printer.record(key, record)?;
                }
                return Ok(());
            }
            LogMsg::Failed(failure) => {
                let name = self.inventory.get(key).map_or(key.short(), |c| &c.name);
                complain(&format!("{name}: {}", told(&failure)));
                self.failed.insert(key.clone());
                self.behind.remove(key);
            }
            LogMsg::CaughtUp | LogMsg::Ended => {
                self.behind.remove(key);
            }
        }
        if self.behind.is_empty() {
            self.print_past()?;
        }
        Ok(())
    }

    fn print_past(&mut self) -> Result<(), Quit> {
        let mut past = self.past.take().unwrap_or_default();
        past.sort_by_key(|(_, record)| record.at);
        for (key, record) in &past {
            self.printer.record(key, record)?;
        }
        Ok(())
    }

    /// No source can be read.
    fn is_hopeless(&self) -> bool {
        !self.started.is_empty() && self.failed.len() == self.started.len()
    }
}
