//! `journal`: the acts that were written down, as a table or as JSON lines; and whether they are as they were written.
use chrono::{DateTime, FixedOffset, Local};

use super::args::{Export, JournalArgs, OutcomeArg};
use super::context::Context;
use super::out::{Out, Quit, complain};
use super::verb::took;
use super::{DONE, FAILED, table};
use crate::journal::{Filter, read, story, verify};
use crate::lang::{self, say};
use crate::model::journal::state_said;
use crate::model::{Entry, Outcome, Phase};
use crate::runtime::record::local_now;
use crate::text::when;

pub(super) fn run(context: &Context, args: &JournalArgs, out: &mut Out) -> Result<u8, Quit> {
    let dir = context
        .journal_dir()
        .ok_or_else(|| Quit::failed(say!("there is no home directory: set journal.path")))?;
    if args.verify {
        let verdict = verify(&dir).map_err(|error| Quit::failed(error.to_string()))?;
        for fault in &verdict.faults {
            out.line(&say!(
                "{file}:{line}: {why}",
                file = fault.file.display(),
                line = fault.line,
                why = fault.why
            ))?;
        }
        out.line(&say!(
            "{n} lines, {bad} at fault",
            n = verdict.lines,
            bad = verdict.faults.len()
        ))?;
        out.flush()?;
        return Ok(if verdict.faults.is_empty() {
            DONE
        } else {
            FAILED
        });
    }
    let reading =
        read(&dir, &filter(args)?, args.limit).map_err(|error| Quit::failed(error.to_string()))?;
    if reading.skipped > 0 {
        complain(&say!("{n} lines could not be read", n = reading.skipped));
    }
    if let Some(Export::Csv) = args.export {
        for line in story::table(&reading.entries) {
            out.line(&line)?;
        }
    } else if let Some(Export::Md) = args.export {
        for line in story::markdown(&reading.entries) {
            out.line(&line)?;
        }
    } else if args.json || args.export.is_some() {
        for entry in &reading.entries {
            out.line(&story::object(entry).to_string())?;
        }
    } else {
        let columns = out.columns();
        let lines = lang::within(out.language(), || {
            let rows: Vec<Vec<String>> = reading.entries.iter().map(row).collect();
            table::lines(HEAD, &rows, columns)
        });
        for line in lines {
            out.line(&line)?;
        }
    }
    out.flush()?;
    Ok(DONE)
}

fn filter(args: &JournalArgs) -> Result<Filter, Quit> {
    let now = local_now();
    let time = |text: &Option<String>| -> Result<Option<DateTime<FixedOffset>>, Quit> {
        text.as_deref()
            .map_or(Ok(None), |text| moment(text, now).map(Some))
    };
    Ok(Filter {
        since: time(&args.since)?,
        until: time(&args.until)?,
        action: args.action.clone(),
        target: args.target.clone(),
        outcome: args.outcome.map(|outcome| match outcome {
            OutcomeArg::Success => Outcome::Success,
            OutcomeArg::Failure => Outcome::Failure,
            OutcomeArg::Cancelled => Outcome::Cancelled,
            OutcomeArg::Unknown => Outcome::Unknown,
        }),
        user: args.user.clone(),
    })
}

/// A typed time; the error says what can be typed.
pub(super) fn moment(
    text: &str,
    now: DateTime<FixedOffset>,
) -> Result<DateTime<FixedOffset>, Quit> {
    when::parse(text, now).ok_or_else(|| {
        Quit::usage(say!(
            "`{text}` is no time: write {forms}",
            text,
            forms = say(when::FORMS)
        ))
    })
}

const HEAD: &[table::Head] = &[
    (key!("TIME"), false),
    (key!("USER"), false),
    (key!("ACTION"), false),
    (key!("TARGET"), false),
    (key!("OUTCOME"), false),
    (key!("TOOK"), true),
    (key!("BEFORE -> AFTER"), false),
];

fn row(entry: &Entry) -> Vec<String> {
    let at = entry.at.with_timezone(&Local);
    let outcome = match (entry.outcome, entry.phase) {
        (Some(outcome), _) => outcome.said(),
        (None, Phase::Intent) => say!("under way"),
        (None, _) => "",
    };
    let target = entry.target.as_ref().map(|target| target.name.clone());
    vec![
        at.format("%Y-%m-%d %H:%M:%S").to_string(),
        entry.user.clone(),
        entry.action.clone(),
        target.unwrap_or_default(),
        outcome.to_owned(),
        entry.duration_ms.map(took).unwrap_or_default(),
        change(entry),
    ]
}

/// What was and what came of it, or why nothing did.
fn change(entry: &Entry) -> String {
    if let Some(error) = &entry.error {
        return error.clone();
    }
    let state = entry.before.as_ref().or(entry.after.as_ref());
    let told = entry
        .change()
        .or_else(|| state.map(|state| state_said(state)));
    told.unwrap_or_else(|| entry.asked())
}
