//! `restart`, `stop` and `start` without the screen: each target journalled before and after, its outcome a line.
use std::time::Duration;

use chrono::{DateTime, FixedOffset, Local};
use futures::StreamExt;
use futures::stream;

use super::args::Targets;
use super::context::{Context, block_on};
use super::names::{NameError, resolve};
use super::out::{Out, Quit, complain, told};
use super::{DONE, FAILED, USAGE};
use crate::effect::Verb;
use crate::engine::{Engine, Error, Performed};
use crate::journal::{Act as Entry, End, Intent, Journal};
use crate::model::{Container, Health, HostId, Outcome, RunState, Target};
use crate::msg::Failure;
use crate::runtime::clock;
use crate::text::duration;

/// Verbs under way at once.
const AT_ONCE: usize = 8;
/// Seconds the engine has beyond the container's own stop timeout.
const GRACE: u32 = 30;
/// Seconds between stop and kill where the container does not say.
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
        return Err(Quit::failed("read-only: nothing may be changed here"));
    }
    let verb = act.verb(args.time);
    if args.time.is_some() && !verb.waits_for_stop() {
        return Err(Quit::usage("--time is for stop and restart"));
    }
    block_on(async {
        let engine = context.engine().await?;
        let all = containers(&engine).await?;
        let targets = resolve(&args.names, &all).map_err(|errors| wrong_names(&errors))?;
        if !args.yes {
            refuse_protected(context, &verb, &targets)?;
        }
        let journal = open_journal(context);
        perform_all(&engine, journal.as_ref(), &verb, &targets, out).await
    })
}

/// The whole inventory, now.
pub(super) async fn containers(engine: &Engine) -> Result<Vec<Container>, Quit> {
    engine
        .list(HostId(0), clock::now())
        .await
        .map_err(|error| Quit::failed(told(&error.failure("list the containers"))))
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
    Err(Quit::failed(format!(
        "{verb} wants a yes for {}: nothing was done; say it with --yes",
        held.join(", ")
    )))
}

/// The journal, or a word about why there is none: an emergency is no time to refuse for a full disk.
pub(super) fn open_journal(context: &Context) -> Option<Journal> {
    context.journal().unwrap_or_else(|error| {
        complain(&format!("not journalled: {error}"));
        None
    })
}

async fn perform_all(
    engine: &Engine,
    journal: Option<&Journal>,
    verb: &Verb,
    targets: &[&Container],
    out: &mut Out,
) -> Result<u8, Quit> {
    let mut code = DONE;
    let jobs = targets
        .iter()
        .map(|target| perform(engine, journal, verb, target));
    let mut outcomes = stream::iter(jobs).buffer_unordered(AT_ONCE);
    // When nobody reads the lines any more, what was asked is done all the same.
    let mut unread = None;
    while let Some(done) = outcomes.next().await {
        match done {
            Ok(line) if unread.is_none() => {
                unread = out.line(&line).and_then(|()| out.flush()).err()
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

/// Does it to one container; gives the line for a person.
async fn perform(
    engine: &Engine,
    journal: Option<&Journal>,
    verb: &Verb,
    container: &Container,
) -> Result<String, String> {
    let name = &container.name;
    let limit = limit(engine, verb, container).await;
    let before = state(container);
    let thing = target(container);
    let intent = journal.and_then(|journal| {
        note(journal.intent(
            local(),
            &Entry {
                action: verb.action(),
                engine: Some(engine.info()),
                target: Some(&thing),
                params: &verb.params(),
                before: Some(&before),
                command: Some(&verb.command(name)),
                ..Entry::default()
            },
        ))
    });
    let started = clock::now();
    let outcome = engine.perform(&container.key, verb, limit).await;
    let took = clock::now() - started;
    let after = after(engine, container).await;
    let failure = outcome
        .as_ref()
        .err()
        .map(|error| failed(error, verb, name));
    if let (Some(journal), Some(intent)) = (journal, &intent) {
        let end = End {
            outcome: match &outcome {
                Ok(_) => Outcome::Success,
                // The engine may still finish it.
                Err(Error::TimedOut { .. }) => Outcome::Unknown,
                Err(_) => Outcome::Failure,
            },
            after: after.as_deref(),
            duration_ms: u64::try_from(took.num_milliseconds()).ok(),
            failure: failure.as_ref(),
            ..End::default()
        };
        conclude(journal, intent, &end);
    }
    match (outcome, failure) {
        (Ok(Performed { already: true }), _) => Ok(format!("{name}: already {before}")),
        (_, Some(failure)) => Err(told(&failure)),
        (Ok(_), None) => {
            let after = after.map_or_else(String::new, |after| format!(", now {after}"));
            Ok(format!(
                "{name}: {} in {}{after}",
                verb.done(),
                duration(took)
            ))
        }
        (Err(error), None) => Err(error.to_string()),
    }
}

fn failed(error: &Error, verb: &Verb, name: &str) -> Failure {
    error.failure(&format!("{verb} {name}"))
}

/// How long the call may take: the container's own stop timeout and a grace.
async fn limit(engine: &Engine, verb: &Verb, container: &Container) -> Duration {
    let asked = match verb {
        Verb::Stop { timeout } | Verb::Restart { timeout } => *timeout,
        _ => None,
    };
    let stop = match asked {
        Some(seconds) => seconds,
        None if verb.waits_for_stop() => engine
            .details(&container.key, clock::now())
            .await
            .map_or(STOP_DEFAULT, |details| details.stop_timeout),
        None => 0,
    };
    Duration::from_secs(u64::from(stop) + u64::from(GRACE))
}

/// The state afterwards in words; `None` when the engine does not tell.
async fn after(engine: &Engine, container: &Container) -> Option<String> {
    let list = engine
        .list_some(HostId(0), &[&container.key.id], clock::now())
        .await
        .ok()?;
    list.first().map(state)
}

fn conclude(journal: &Journal, intent: &Intent, end: &End) {
    note(journal.result(local(), intent, end));
}

/// Tells of a journal that failed.
fn note<T>(written: Result<T, crate::journal::JournalError>) -> Option<T> {
    written
        .map_err(|error| complain(&format!("not journalled: {error}")))
        .ok()
}

/// Now, in the time zone of this machine.
pub(super) fn local() -> DateTime<FixedOffset> {
    clock::now().with_timezone(&Local).fixed_offset()
}

/// `running, unhealthy`.
pub(super) fn state(container: &Container) -> String {
    let mut words = vec![container.state.word().to_owned()];
    words.extend(container.health.map(Health::word).map(str::to_owned));
    if container.state == RunState::Exited {
        words.extend(container.exit_code.map(|code| format!("exit {code}")));
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
