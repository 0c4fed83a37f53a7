//! `logs` as plain lines: of one or several containers, merged by time, followed across restarts when asked.
mod filter;
mod follow;
mod line;
mod merge;
mod object;
mod paint;
mod past;

use chrono::{DateTime, FixedOffset, Utc};

use super::args::Logs;
use super::context::{Context, block_on};
use super::hosts::Sites;
use super::journal::moment;
use super::out::{Out, Quit, complain};
use crate::runtime::record::local_now;

use filter::Filter;
use line::{Form, Printer};
use paint::Paint;

/// Where one container's lines begin and end.
#[derive(Debug, Clone, Copy)]
struct Range {
    /// Newest lines only; `None`: all.
    tail: Option<u32>,
    since: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
}

/// Whether the screen's log view is what is meant: a person at a terminal who asked for nothing special.
pub(super) fn wants_screen(args: &Logs, out: &Out) -> bool {
    let plain = args.follow
        || args.since.is_some()
        || args.until.is_some()
        || args.tail.is_some()
        || !args.grep.is_empty()
        || !args.drop.is_empty()
        || args.level.is_some()
        || args.json
        || args.timestamps;
    out.is_terminal() && !plain
}

pub(super) fn run(context: &Context, args: &Logs, out: &mut Out) -> Result<u8, Quit> {
    let range = range(context, args, out.is_terminal())?;
    let filter = Filter::new(args)?;
    let form = match (args.json, args.timestamps) {
        (true, _) => Form::Json,
        (false, true) => Form::Stamped,
        (false, false) => Form::Plain,
    };
    let paint = Paint::of(context, out);
    block_on(async {
        let sites = Sites::open(context, &args.names).await?;
        let found = sites.resolve(&args.names)?;
        let mut printer = Printer::new(out, filter, form, paint);
        if args.follow {
            let names = sites.qualified(&args.names);
            follow::run(&sites, &names, range, &mut printer).await
        } else {
            past::run(&sites, &found, range, &mut printer).await
        }
    })
}

/// What is printed of each source; a person at a terminal is told where it begins.
fn range(context: &Context, args: &Logs, terminal: bool) -> Result<Range, Quit> {
    let now = local_now();
    let time = |text: &Option<String>| -> Result<Option<DateTime<FixedOffset>>, Quit> {
        text.as_deref()
            .map_or(Ok(None), |text| moment(text, now).map(Some))
    };
    let since = time(&args.since)?;
    let tail = match args.tail.as_deref() {
        Some("all") => None,
        Some(text) => Some(newest(text)?),
        // Who stays wants what comes, not all there ever was.
        None if args.follow && since.is_none() => {
            let lines = context.settings.logs.tail;
            if terminal {
                complain(&say!(
                    "the newest {lines} lines of each source; --tail all begins with all",
                    lines
                ));
            }
            Some(lines)
        }
        None => None,
    };
    Ok(Range {
        tail,
        since: since.map(|time| time.to_utc()),
        until: time(&args.until)?.map(|time| time.to_utc()),
    })
}

/// How many of the newest lines were asked for.
fn newest(text: &str) -> Result<u32, Quit> {
    let wrong = |_| Quit::usage(say!("--tail takes a number or all, not `{text}`", text));
    text.parse().map_err(wrong)
}
