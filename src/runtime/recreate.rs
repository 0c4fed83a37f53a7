//! A container made anew with all its settings. The new one is made beside the old one, so that nothing is touched until it is
//! there; then they change places; then the new one has to be well, or the old one comes back. Whatever fails, what exists
//! afterwards is told. Must not know the journal nor the screen.
use std::time::Duration;

use futures::StreamExt;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::clock;
use crate::effect::{JobId, Verb};
use crate::engine::{Blueprint, Engine, Error, Made};
use crate::model::{Details, Health, Key, Pull, RunState};
use crate::msg::{Failure, JobMsg, Msg};
use crate::text;

/// A container without a health check is well when it has run for so long.
const SETTLE: Duration = Duration::from_secs(5);
/// Between two looks at a container that is to become well.
const LOOK: Duration = Duration::from_millis(500);
/// How long a container's engine may not answer while it is waited for.
const SILENCE: Duration = Duration::from_secs(30);
/// Calls beside the stop.
const CALL: Duration = Duration::from_secs(30);
/// Lines of the new one's log that are told when it fails.
const WORDS: usize = 3;

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

/// Makes the container anew, which gives the new one. `limit` is how long a stop may take.
///
/// # Errors
/// What failed, and what there is now.
pub async fn run(
    engine: &Engine,
    old: &Key,
    pull: bool,
    limit: Duration,
    steps: &Steps,
) -> Result<Key, Failure> {
    let plan = engine.blueprint(old).await.map_err(untouched)?;
    if pull {
        fetch(engine, &plan, steps).await.map_err(untouched)?;
    }
    steps.tell("making the new one", None).await;
    let exchange = Exchange::new(engine, old, plan, limit);
    let made = engine.make(&exchange.plan, &exchange.beside).await;
    let made = made.map_err(untouched)?;
    let new = Key::container(old.host, &made.id);
    if let Err(why) = exchange.replace(&new, &made, steps).await {
        steps.tell("putting the old one back", Some(&new)).await;
        return Err(exchange.put_back(&new, why).await);
    }
    steps.tell("removing the old one", Some(&new)).await;
    match exchange.remove(old).await {
        Ok(()) => Ok(new),
        Err(error) => Err(Failure {
            what: format!(
                "it runs anew, but the old one is still there as {}: {error}",
                exchange.aside
            ),
            advice: format!("by hand: docker rm --force {}", exchange.aside),
            ..error.failure("")
        }),
    }
}

/// Before anything was done.
fn untouched(error: Error) -> Failure {
    Failure {
        what: format!("{error}; nothing was touched"),
        ..error.failure("")
    }
}

async fn fetch(engine: &Engine, plan: &Blueprint, steps: &Steps) -> Result<(), Error> {
    if plan.has_no_image_name() {
        let words = "its image has no name to pull it by";
        return Err(Error::Unsupported(words.to_owned()));
    }
    steps.tell("pulling", None).await;
    let mut pull = Pull::default();
    let mut lines = Box::pin(engine.pull(&plan.image));
    let mut told = String::new();
    while let Some(line) = lines.next().await {
        pull.note(&line?);
        let words = pull.words();
        if words != told {
            steps.tell(&format!("pulling {words}"), None).await;
            told = words;
        }
    }
    Ok(())
}

/// Two containers that change places.
struct Exchange<'a> {
    engine: &'a Engine,
    old: &'a Key,
    plan: Blueprint,
    limit: Duration,
    /// The new one's name until it takes the place.
    beside: String,
    /// The old one's name after that.
    aside: String,
}

impl<'a> Exchange<'a> {
    fn new(engine: &'a Engine, old: &'a Key, plan: Blueprint, limit: Duration) -> Self {
        // Of one container only, so that what an earlier try left is never taken for this one's.
        let tag: String = old.id.chars().take(6).collect();
        Self {
            beside: format!("{}.new-{tag}", plan.name),
            aside: format!("{}.old-{tag}", plan.name),
            engine,
            old,
            plan,
            limit,
        }
    }

    async fn act(&self, key: &Key, verb: Verb, limit: Duration) -> Result<(), Error> {
        self.engine.perform(key, &verb, limit).await.map(|_| ())
    }

    async fn rename(&self, key: &Key, to: &str) -> Result<(), Error> {
        let verb = Verb::Rename { to: to.to_owned() };
        self.act(key, verb, CALL).await
    }

    async fn remove(&self, key: &Key) -> Result<(), Error> {
        self.engine.remove_id(&key.id, true).await
    }

    async fn details(&self, key: &Key) -> Result<Details, Error> {
        self.engine.details(key, clock::now()).await
    }

    /// The new one takes the old one's place and has to be well there; else why it is not.
    async fn replace(&self, new: &Key, made: &Made, steps: &Steps) -> Result<(), String> {
        let changed = self.change_places(new, steps).await;
        changed.map_err(|error| error.to_string())?;
        if !self.plan.live {
            return Ok(());
        }
        let wait = match made.grace {
            Some(_) => "waiting until it is healthy",
            None => "seeing whether it stays up",
        };
        steps.tell(wait, Some(new)).await;
        let well = self.becomes_well(new, made).await;
        let Err(why) = well else { return Ok(()) };
        let said = self
            .engine
            .last_words(&new.id, WORDS, None, None)
            .await
            .join(" / ");
        Err(match said.as_str() {
            "" => format!("the new one {why}"),
            said => format!("the new one {why}, its last words: {said}"),
        })
    }

    async fn change_places(&self, new: &Key, steps: &Steps) -> Result<(), Error> {
        if self.plan.live {
            steps.tell("stopping the old one", Some(new)).await;
            let stop = Verb::Stop { timeout: None };
            self.act(self.old, stop, self.limit).await?;
        }
        self.rename(self.old, &self.aside).await?;
        self.rename(new, &self.plan.name).await?;
        if self.plan.live {
            steps.tell("starting the new one", Some(new)).await;
            self.act(new, Verb::Start, CALL).await?;
        }
        Ok(())
    }

    /// Waits until the new one is well; why it is not.
    async fn becomes_well(&self, new: &Key, made: &Made) -> Result<(), String> {
        let began = Instant::now();
        let mut heard = began;
        loop {
            match self.details(new).await {
                Ok(details) => {
                    heard = Instant::now();
                    if let Some(verdict) = verdict(&details, began.elapsed(), made.grace) {
                        return verdict;
                    }
                }
                Err(error) if heard.elapsed() >= SILENCE => {
                    return Err(format!("cannot be looked at: {error}"));
                }
                Err(_) => {}
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Takes the new one away and gives the old one its name and its process again. Tells why, and what there is now.
    async fn put_back(&self, new: &Key, why: String) -> Failure {
        match self.restore(new).await {
            Ok(()) => Failure {
                what: format!("{why}; the old one is back as it was"),
                ..Failure::default()
            },
            Err(error) => Failure {
                what: format!(
                    "{why}; putting the old one back failed: {error}; {}",
                    self.account(new).await
                ),
                advice: self.by_hand(new).await,
                ..error.failure("")
            },
        }
    }

    async fn restore(&self, new: &Key) -> Result<(), Error> {
        // Without an old one the new one is all there is.
        let now = self.details(self.old).await?;
        self.remove(new).await?;
        if now.name != self.plan.name {
            self.rename(self.old, &self.plan.name).await?;
        }
        if self.plan.live && !now.state.is_live() {
            self.act(self.old, Verb::Start, CALL).await?;
        }
        Ok(())
    }

    /// What exists now, in words.
    async fn account(&self, new: &Key) -> String {
        let mut words = Vec::new();
        for (which, key) in [("the old one", self.old), ("the new one", new)] {
            words.push(match self.details(key).await {
                Ok(now) => format!("{which} is {} ({})", now.name, now.state.word()),
                Err(error) if error.status() == Some(404) => format!("{which} is gone"),
                Err(_) => format!("{which} ({}) cannot be looked at", key.short()),
            });
        }
        words.join(", ")
    }

    /// What is left to do, as one would type it; all of it where nothing can be seen.
    async fn by_hand(&self, new: &Key) -> String {
        let gone = |looked: &Result<Details, Error>| matches!(looked, Err(error) if error.status() == Some(404));
        let name = &self.plan.name;
        let (old, fresh) = (self.details(self.old).await, self.details(new).await);
        if gone(&old) {
            return format!("see why with docker logs {name}");
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
        format!("by hand: {}", commands.join(" && "))
    }
}

/// Whether it is well, has failed, or (`None`) is to be looked at again.
fn verdict(now: &Details, passed: Duration, grace: Option<Duration>) -> Option<Result<(), String>> {
    let code = || text::exit_code(now.exit_code, now.oom_killed);
    let ended = matches!(now.state, RunState::Exited | RunState::Dead);
    let comes_back = matches!(now.restart_policy.as_str(), "always" | "unless-stopped");
    if ended && now.exit_code == 0 && !comes_back && !now.oom_killed {
        // A job that is done.
        return Some(Ok(()));
    }
    if ended || now.state == RunState::Restarting || now.restart_count > 0 {
        let engine = match now.error.as_str() {
            "" => String::new(),
            words => format!(" ({words})"),
        };
        return Some(Err(format!("ended: {}{engine}", code())));
    }
    let health = now.health.as_ref().and_then(|health| health.status);
    let probe = || {
        let probes = now.health.iter().flat_map(|health| &health.probes);
        let words = probes.last().map_or("", |probe| probe.output.as_str());
        let first = words.lines().next().unwrap_or_default();
        match first {
            "" => String::new(),
            words => format!(": {words}"),
        }
    };
    match (health, grace) {
        (Some(Health::Healthy), _) => Some(Ok(())),
        (Some(Health::Unhealthy), _) => Some(Err(format!("is unhealthy{}", probe()))),
        (_, Some(grace)) if passed >= grace => Some(Err(format!(
            "was not healthy after {} s{}",
            grace.as_secs(),
            probe()
        ))),
        (_, None) if passed >= SETTLE && now.state == RunState::Running => Some(Ok(())),
        (_, None) if passed >= SILENCE => Some(Err(format!("is {}", now.state.word()))),
        _ => None,
    }
}
