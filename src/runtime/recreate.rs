//! A container made anew with all its settings. The new one is made beside the old one, so that nothing is touched until it is
//! there; then they change places; then the new one has to be well, or the old one comes back. Whatever fails, what exists
//! afterwards is told. Must not know the journal nor the screen.
pub mod others;
mod verdict;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::StreamExt;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use self::verdict::{Unwell, verdict};
use super::clock;
use super::unfinished::Unfinished;
use crate::effect::{self, JobId, Verb};
use crate::engine::{Blueprint, Engine, Error, Keyring, Made, Moved};
use crate::lang::Words;
use crate::model::{Details, Key, Transfer};
use crate::msg::{Failure, FailureKind, JobMsg, Msg};
/// Between two looks at a container that is to become well.
const LOOK: Duration = Duration::from_millis(500);
/// How long a container's engine may not answer while it is waited for, and how long it is once the program is to end.
const SILENCE: Duration = Duration::from_secs(30);
/// How long putting the old one back is tried while the engine does not answer, and the pause between two tries.
const PATIENCE: Duration = Duration::from_secs(60);
const AGAIN: Duration = Duration::from_secs(2);
/// Calls beside the stop.
const CALL: Duration = Duration::from_secs(30);
/// Lines of the new one's log that are told when it fails.
const WORDS: usize = 8;

/// Where the steps of a job are told.
#[derive(Debug)]
pub struct Steps {
    pub id: JobId,
    pub told: mpsc::Sender<Msg>,
}

impl Steps {
    /// `also`: the container that is to take the place of the old one.
    pub async fn tell(&self, words: &str, also: Option<&Key>) {
        let step = JobMsg::Step {
            id: self.id,
            words: words.to_owned(),
            also: also.cloned(),
        };
        let _closed = self.told.send(Msg::Job(step)).await;
    }
}

/// Containers in whose place others are, as far as this program put them there: who lives in one of them follows.
#[derive(Debug, Clone, Default)]
pub struct Moves(Arc<Mutex<Vec<Moved>>>);

impl Moves {
    pub fn note(&self, moved: Moved) {
        self.held().push(moved);
    }

    fn held(&self) -> MutexGuard<'_, Vec<Moved>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The engine, and where there is a newer client of it once its link was lost and is up again.
#[derive(Debug, Clone)]
pub struct Line {
    pub engine: Engine,
    pub newest: Option<watch::Receiver<Option<Engine>>>,
    /// Signs in where its image is pulled from.
    pub keyring: Keyring,
    pub moves: Moves,
    /// Whether the program is about to end.
    pub unfinished: Unfinished,
}

impl Line {
    fn renew(&mut self) {
        let newest = self.newest.as_ref().and_then(|line| line.borrow().clone());
        if let Some(engine) = newest {
            self.engine = engine;
        }
    }
}

impl From<Engine> for Line {
    fn from(engine: Engine) -> Self {
        Self {
            engine,
            newest: None,
            keyring: Keyring::default(),
            moves: Moves::default(),
            unfinished: Unfinished::default(),
        }
    }
}

/// Makes the container anew, which gives the new one. `limit` is how long a stop may take.
///
/// # Errors
/// What failed, and what there is now.
pub async fn run(
    line: Line,
    old: &Key,
    pull: bool,
    limit: Duration,
    steps: &Steps,
) -> Result<Key, Failure> {
    let mut plan = planned(&line, old).await?;
    if pull {
        tokio::select! {
            fetched = fetch(&line, &plan, steps) => fetched.map_err(untouched)?,
            () = line.unfinished.left() => return Err(not_begun()),
        }
        // A pull takes its time: meanwhile it may have been started, renamed, put into another network.
        plan = planned(&line, old).await?;
    }
    steps.tell(say!("making the new one"), None).await;
    let mut exchange = Exchange::new(line, old, plan, limit);
    let made = exchange.make().await.map_err(untouched)?;
    let new = Key::container(old.host, &made.id);
    if exchange.line.unfinished.is_left() {
        return Err(exchange.give_up(&new).await);
    }
    if let Err(why) = exchange.replace(&new, &made, steps).await {
        return Err(Box::pin(exchange.put_back(&new, why, steps)).await);
    }
    steps.tell(say!("removing the old one"), Some(&new)).await;
    // One that had no process is not killed: it may have been started just now.
    let force = exchange.plan.live;
    match exchange.remove(old, force).await {
        Ok(()) => Ok(new),
        Err(error) if !force && error.kind() == FailureKind::Conflict => {
            let why = Unwell::from(Words::ours(|| {
                say!(
                    "the old one was started meanwhile: {why}",
                    why = error.why()
                )
            }));
            Err(Box::pin(exchange.put_back(&new, why, steps)).await)
        }
        Err(error) => Err(Failure {
            what: Words::ours(|| {
                say!(
                    "it is made anew, but the old one is still there as {name}: {why}; by hand: docker rm --force {name}",
                    name = exchange.aside,
                    why = error.why()
                )
            }),
            ..error.failure()
        }),
    }
}

/// How it is made, with what it had of those that are gone taken from those in their place.
async fn planned(line: &Line, old: &Key) -> Result<Blueprint, Failure> {
    let mut plan = line.engine.blueprint(old).await.map_err(untouched)?;
    let moves = line.moves.held();
    for moved in moves.iter().filter(|moved| moved.old.host == old.host) {
        plan.follow(moved);
    }
    Ok(plan)
}

/// Before anything was done.
fn untouched(error: Error) -> Failure {
    Failure {
        what: Words::ours(|| {
            let why = error.why();
            if matches!(error, Error::Unfinished { .. }) {
                say!("{why}; the old one was not touched", why)
            } else {
                say!("{why}; nothing was touched", why)
            }
        }),
        ..error.failure()
    }
}

/// The program ends, before anything was done.
pub fn not_begun() -> Failure {
    Failure {
        what: Words::ours(|| say!("the program was ended; nothing was touched")),
        ..Failure::default()
    }
}

async fn fetch(line: &Line, plan: &Blueprint, steps: &Steps) -> Result<(), Error> {
    if plan.has_no_image_name() {
        return Err(Error::unsupported(|| {
            say!("its image has no name to pull it by")
        }));
    }
    steps.tell(say!("pulling" as "doing"), None).await;
    let mut pull = Transfer::default();
    let mut lines = line.engine.pull(&plan.image, &line.keyring);
    let mut told = String::new();
    while let Some(line) = lines.next().await {
        pull.note(&line?);
        let words = pull.words();
        if words != told {
            steps.tell(&say!("pulling {words}", words), None).await;
            told = words;
        }
    }
    Ok(())
}

/// Two containers that change places.
struct Exchange<'a> {
    line: Line,
    old: &'a Key,
    plan: Blueprint,
    limit: Duration,
    /// The new one's name until it takes the place.
    beside: String,
    /// The old one's name after that.
    aside: String,
}

impl<'a> Exchange<'a> {
    fn new(line: Line, old: &'a Key, plan: Blueprint, limit: Duration) -> Self {
        Self {
            beside: effect::beside(old, &plan.name),
            aside: effect::aside(old, &plan.name),
            line,
            old,
            plan,
            limit,
        }
    }

    async fn make(&self) -> Result<Made, Error> {
        self.line.engine.make(&self.plan, &self.beside).await
    }

    async fn act(&self, key: &Key, verb: Verb, limit: Duration) -> Result<(), Error> {
        self.line
            .engine
            .perform(key, &verb, limit)
            .await
            .map(|_| ())
    }

    async fn rename(&self, key: &Key, to: &str) -> Result<(), Error> {
        let verb = Verb::Rename { to: to.to_owned() };
        self.act(key, verb, CALL).await
    }

    async fn remove(&self, key: &Key, force: bool) -> Result<(), Error> {
        self.line.engine.remove_id(&key.id, force).await
    }

    async fn details(&self, key: &Key) -> Result<Details, Error> {
        self.line.engine.details(key, clock::now()).await
    }

    /// The program ends, and the old one was not touched: takes the new one away again.
    async fn give_up(&self, new: &Key) -> Failure {
        match self.remove(new, false).await {
            Ok(()) => not_begun(),
            Err(error) => Failure {
                what: Words::ours(|| {
                    say!(
                        "the program was ended; the old one was not touched, but the new one is left: {why}; by hand: docker rm {name}",
                        why = error.why(),
                        name = self.beside
                    )
                }),
                ..error.failure()
            },
        }
    }

    /// The new one takes the old one's place and has to be well there; else why it is not.
    async fn replace(&mut self, new: &Key, made: &Made, steps: &Steps) -> Result<(), Unwell> {
        steps.tell(say!("changing places"), Some(new)).await;
        // Making one takes its time: what the old one is now counts.
        let now = self.details(self.old).await?;
        self.plan.live = Blueprint::is_live(&now.state);
        self.change_places(new, steps).await?;
        if !self.plan.live {
            return Ok(());
        }
        let wait = match made.grace {
            Some(_) => say!("waiting until it is healthy"),
            None => say!("seeing whether it stays up"),
        };
        steps.tell(wait, Some(new)).await;
        let well = self.becomes_well(new, made).await;
        let Err(unwell) = well else { return Ok(()) };
        let mut said = Vec::new();
        if !unwell.said.is_empty() {
            said.push(say!("its check said: {words}", words = unwell.said));
        }
        let words = self.last_words(new).await;
        if !words.is_empty() {
            said.push(say!("its last words: {words}", words));
        }
        Err(Unwell {
            why: Words::ours(|| say!("the new one {how}", how = unwell.why)),
            said: said.join("\n"),
        })
    }

    /// What the new one wrote last, a line each, before it is taken away with its log. It is a help, not what went wrong.
    async fn last_words(&self, new: &Key) -> String {
        let engine = &self.line.engine;
        let ask = || async {
            let words = engine.last_words(&new.id, WORDS, None, None).await;
            words.unwrap_or_default().join("\n")
        };
        let words = ask().await;
        if !words.is_empty() {
            return words;
        }
        // Right after its end the engine may not have read them yet.
        tokio::time::sleep(LOOK).await;
        ask().await
    }

    async fn change_places(&self, new: &Key, steps: &Steps) -> Result<(), Error> {
        if self.plan.live {
            steps.tell(say!("stopping the old one"), Some(new)).await;
            let stop = Verb::Stop { timeout: None };
            self.act(self.old, stop, self.limit).await?;
        }
        self.rename(self.old, &self.aside).await?;
        self.rename(new, &self.plan.name).await?;
        if self.plan.live {
            steps.tell(say!("starting the new one"), Some(new)).await;
            self.act(new, Verb::Start, CALL).await?;
        }
        Ok(())
    }

    /// Waits until the new one is well; why it is not. When the program is about to end, not for long any more.
    async fn becomes_well(&mut self, new: &Key, made: &Made) -> Result<(), Unwell> {
        let began = Instant::now();
        let (mut heard, mut left) = (began, None);
        loop {
            match self.details(new).await {
                Ok(details) => {
                    heard = Instant::now();
                    if let Some(verdict) = verdict(&details, began.elapsed(), made.grace) {
                        return verdict;
                    }
                }
                Err(error) if heard.elapsed() >= SILENCE => {
                    return Err(Words::ours(|| {
                        say!("cannot be looked at: {why}", why = error.why())
                    })
                    .into());
                }
                Err(_) => self.line.renew(),
            }
            if self.line.unfinished.is_left() {
                let since: Instant = *left.get_or_insert_with(Instant::now);
                if since.elapsed() >= SILENCE {
                    let why = || say!("was not well yet when the program was ended");
                    return Err(Words::ours(why).into());
                }
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Takes the new one away and gives the old one its name and its process again. Tells why, and what there is now.
    async fn put_back(&mut self, new: &Key, unwell: Unwell, steps: &Steps) -> Failure {
        steps
            .tell(say!("putting the old one back"), Some(new))
            .await;
        let Unwell { why, said } = unwell;
        match self.restore_patiently(new).await {
            Ok(()) => Failure {
                what: Words::ours(|| say!("{why}; the old one is back as it was", why)),
                said,
                ..Failure::default()
            },
            // All of it in what is journalled, the way out first: a row and a message are short.
            Err(error) => {
                let (account, by_hand) = (self.account(new).await, self.by_hand(new).await);
                Failure {
                    what: Words::ours(|| {
                        say!(
                            "{by_hand}; {why}; putting the old one back failed: {error}; {account}",
                            by_hand,
                            error = error.why(),
                            account,
                            why
                        )
                    }),
                    advice: String::new(),
                    said,
                    ..error.failure()
                }
            }
        }
    }

    /// Once more while the engine does not answer: the service is down as long as the old one is not back.
    async fn restore_patiently(&mut self, new: &Key) -> Result<(), Error> {
        let began = Instant::now();
        loop {
            let done = self.restore(new).await;
            let silent = |error: &Error| {
                matches!(
                    error.kind(),
                    FailureKind::Unreachable | FailureKind::TimedOut
                )
            };
            match done {
                Err(error) if silent(&error) && began.elapsed() < PATIENCE => {}
                done => return done,
            }
            tokio::time::sleep(AGAIN).await;
            self.line.renew();
        }
    }

    async fn restore(&self, new: &Key) -> Result<(), Error> {
        // Without an old one the new one is all there is.
        let now = self.details(self.old).await?;
        self.remove(new, true).await?;
        if now.name != self.plan.name {
            self.rename(self.old, &self.plan.name).await?;
        }
        if self.plan.live && !now.state.is_live() {
            self.act(self.old, Verb::Start, CALL).await?;
        }
        Ok(())
    }

    /// What exists now, in words.
    async fn account(&self, new: &Key) -> Words {
        let (old_now, new_now) = (self.details(self.old).await, self.details(new).await);
        Words::ours(|| {
            let old = is_now(say!("the old one"), self.old, &old_now);
            let new = is_now(say!("the new one"), new, &new_now);
            format!("{old}, {new}")
        })
    }

    /// What is left to do, as one would type it; all of it where nothing can be seen.
    async fn by_hand(&self, new: &Key) -> Words {
        let gone = |looked: &Result<Details, Error>| matches!(looked, Err(error) if error.status() == Some(404));
        let name = &self.plan.name;
        let (old, fresh) = (self.details(self.old).await, self.details(new).await);
        if gone(&old) {
            return Words::ours(|| say!("see why with docker logs {name}", name));
        }
        let mut commands = Vec::new();
        if !gone(&fresh) {
            commands.push(format!("docker rm --force {}", new.short()));
        }
        if !old.as_ref().is_ok_and(|old| old.name == *name) {
            commands.push(format!("docker rename {} {name}", self.old.short()));
        }
        if self.plan.live && !old.is_ok_and(|old| old.state.is_live()) {
            commands.push(format!("docker start {name}"));
        }
        Words::ours(|| say!("by hand: {commands}", commands = commands.join(" && ")))
    }
}

/// What became of one of the two, in words.
fn is_now(which: &str, key: &Key, looked: &Result<Details, Error>) -> String {
    match looked {
        Ok(now) => say!(
            "{which} is {name} ({state})",
            which,
            name = now.name,
            state = now.state.said()
        ),
        Err(error) if error.status() == Some(404) => say!("{which} is gone", which),
        Err(_) => say!(
            "{which} ({id}) cannot be looked at",
            which,
            id = key.short()
        ),
    }
}

#[cfg(test)]
mod tests;
