//! What was logged so far, of several containers in the order of time, without holding it all.
use std::collections::VecDeque;
use std::pin::Pin;

use futures::{Stream, StreamExt};

use super::Range;
use super::line::Printer;
use crate::cli::out::{Quit, complain, told};
use crate::cli::{DONE, FAILED};
use crate::engine::logs::LogOptions;
use crate::engine::{Engine, Error};
use crate::model::{Container, Key, LogRecord};

type Batches = Pin<Box<dyn Stream<Item = Result<Vec<LogRecord>, Error>> + Send>>;

/// One container's lines, oldest first.
struct Source {
    key: Key,
    name: String,
    batches: Batches,
    next: VecDeque<LogRecord>,
}

pub(super) async fn run(
    engine: &Engine,
    found: &[&Container],
    range: Range,
    printer: &mut Printer<'_>,
) -> Result<u8, Quit> {
    let mut code = DONE;
    let mut sources = Vec::new();
    for container in found {
        match open(engine, container, range).await {
            Ok(batches) => sources.push(Source {
                key: container.key.clone(),
                name: container.name.clone(),
                batches,
                next: VecDeque::new(),
            }),
            Err(error) => {
                failed(&container.name, &error);
                code = FAILED;
            }
        }
    }
    while !sources.is_empty() {
        let mut kept = Vec::new();
        for mut source in sources {
            match source.fill().await {
                Ok(true) => kept.push(source),
                Ok(false) => {}
                Err(error) => {
                    failed(&source.name, &error);
                    code = FAILED;
                }
            }
        }
        sources = kept;
        print_oldest(&mut sources, printer)?;
    }
    printer.flush()?;
    Ok(code)
}

async fn open(engine: &Engine, container: &Container, range: Range) -> Result<Batches, Error> {
    let id = &container.key.id;
    let setup = engine.log_setup(id).await?;
    let options = LogOptions {
        tail: range.tail,
        since: range.since,
        until: range.until,
        follow: false,
    };
    Ok(Box::pin(engine.logs(id, setup.tty, options).await?))
}

fn failed(name: &str, error: &Error) {
    complain(&told(&error.failure(&format!("read the log of {name}"))));
}

impl Source {
    /// Has a next line; `false` when there are no more.
    async fn fill(&mut self) -> Result<bool, Error> {
        while self.next.is_empty() {
            match self.batches.next().await {
                Some(batch) => self.next.extend(batch?),
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
            printer.record(&source.key, &record)?;
        }
    }
    Ok(())
}
