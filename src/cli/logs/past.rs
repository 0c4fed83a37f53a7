//! What was logged so far, of several containers in the order of time, without holding it all.
use std::collections::VecDeque;

use futures::{FutureExt, StreamExt};
use tokio::sync::mpsc;

use super::Range;
use super::line::Printer;
use crate::cli::hosts::Sites;
use crate::cli::out::{Quit, complain, told};
use crate::cli::{DONE, FAILED};
use crate::engine::logs::LogOptions;
use crate::engine::{Engine, Error};
use crate::model::{Container, LogRecord};

/// Lines and bytes that are handed on together, about.
const LINES: usize = 256;
const BYTES: usize = 256 << 10;
/// Of those, how many are read ahead.
const AHEAD: usize = 2;

type Batch = Result<Vec<LogRecord>, Error>;

/// One container's lines, oldest first.
struct Source {
    number: usize,
    name: String,
    batches: mpsc::Receiver<Batch>,
    next: VecDeque<LogRecord>,
}

pub(super) async fn run(
    sites: &Sites,
    found: &[&Container],
    range: Range,
    printer: &mut Printer<'_>,
) -> Result<u8, Quit> {
    let mut code = DONE;
    let mut sources: Vec<Source> = found
        .iter()
        .filter_map(|container| {
            let (out, batches) = mpsc::channel(AHEAD);
            let engine = sites.of(container)?.engine.clone();
            let id = container.key.id.to_string();
            // In a task of its own, all containers' at once: the one in front is woken for each line, at a high price.
            tokio::spawn(async move {
                if let Err(error) = read(&engine, &id, range, &out).await {
                    let _closed = out.send(Err(error)).await;
                }
            });
            Some(Source {
                number: printer.source(container),
                name: sites.name(container),
                batches,
                next: VecDeque::new(),
            })
        })
        .collect();
    loop {
        let mut n = 0;
        while let Some(source) = sources.get_mut(n) {
            match source.fill().await {
                Ok(true) => n += 1,
                Ok(false) => drop(sources.remove(n)),
                Err(error) => {
                    let failed =
                        error.failure_of(|| say!("read the log of {name}", name = source.name));
                    complain(&told(&failed));
                    code = FAILED;
                    sources.remove(n);
                }
            }
        }
        if sources.is_empty() {
            printer.finish()?;
            return Ok(code);
        }
        print_oldest(&mut sources, printer)?;
    }
}

/// Hands lines on until there are no more, or nobody wants them.
async fn read(
    engine: &Engine,
    id: &str,
    range: Range,
    out: &mpsc::Sender<Batch>,
) -> Result<(), Error> {
    let setup = engine.log_setup(id).await?;
    let options = LogOptions {
        tail: range.tail,
        since: range.since,
        until: range.until,
        follow: false,
    };
    let batches = engine
        .logs(id, setup.tty, options)
        .await
        .map_err(|error| setup.named(error))?;
    let mut batches = std::pin::pin!(batches);
    while let Some(first) = batches.next().await {
        let mut lines = first?;
        let mut bytes: usize = lines.iter().map(|line| line.bytes.len()).sum();
        let mut failure = None;
        while lines.len() < LINES && bytes < BYTES {
            match batches.next().now_or_never() {
                Some(Some(Ok(more))) => {
                    bytes += more.iter().map(|line| line.bytes.len()).sum::<usize>();
                    lines.extend(more);
                }
                Some(Some(Err(error))) => {
                    failure = Some(error);
                    break;
                }
                Some(None) | None => break,
            }
        }
        if out.send(Ok(lines)).await.is_err() {
            return Ok(());
        }
        if let Some(error) = failure {
            return Err(error);
        }
    }
    Ok(())
}

impl Source {
    /// Has a next line; `false` when there are no more.
    async fn fill(&mut self) -> Result<bool, Error> {
        while self.next.is_empty() {
            match self.batches.recv().await {
                Some(batch) => self.next = batch?.into(),
                None => return Ok(false),
            }
        }
        Ok(true)
    }
}

/// Prints the oldest lines, until one source has none left and must be asked again. Lines without a time come first.
fn print_oldest(sources: &mut [Source], printer: &mut Printer<'_>) -> Result<(), Quit> {
    while sources.iter().all(|source| !source.next.is_empty()) {
        let oldest = sources
            .iter_mut()
            .min_by_key(|source| source.next.front().and_then(|record| record.at));
        let Some(source) = oldest else { return Ok(()) };
        if let Some(record) = source.next.pop_front() {
            printer.record(source.number, &record)?;
        }
    }
    Ok(())
}
