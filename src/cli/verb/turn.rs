//! Whose turn it is when the same is done to several containers of a stack: what is needed starts first and stops last, as on
//! the screen. Must not know what is done.
use std::collections::BTreeMap;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use crate::effect::Verb;
use crate::engine::Engine;
use crate::model::{Container, Key, Outlines};
use crate::runtime::clock;
use crate::state::jobs::Wait;
use crate::state::order;

/// A container that another one waits for is looked at this often.
const PERIOD: Duration = Duration::from_millis(500);
/// One that was started is waited for so long before it counts as not there.
const APPEARS: Duration = Duration::from_secs(5);

/// Who has been done, and whether well.
type Outcomes = BTreeMap<Key, bool>;

/// What each waits for.
pub(super) struct Turns {
    waits: BTreeMap<Key, Vec<Wait>>,
    names: BTreeMap<Key, String>,
    outcomes: watch::Sender<Outcomes>,
}

impl Turns {
    pub fn new(targets: &[&Container], verb: &Verb, outlines: &Outlines) -> Self {
        let name = |c: &&Container| (c.key.clone(), c.short_name().to_owned());
        Self {
            waits: order::waits(targets, verb, outlines),
            names: targets.iter().map(name).collect(),
            outcomes: watch::channel(Outcomes::new()).0,
        }
    }

    pub fn of(&self, container: &Container) -> Turn<'_> {
        let waits = self.waits.get(&container.key);
        Turn {
            all: self,
            key: container.key.clone(),
            waits: waits.cloned().unwrap_or_default(),
        }
    }
}

/// One container's.
pub(super) struct Turn<'a> {
    all: &'a Turns,
    key: Key,
    waits: Vec<Wait>,
}

impl Turn<'_> {
    /// Waits until it comes.
    ///
    /// # Errors
    /// It never does: why, in words.
    pub async fn comes(&self, engine: Option<&Engine>) -> Result<(), String> {
        for wait in &self.waits {
            let mut outcomes = self.all.outcomes.subscribe();
            let over = outcomes.wait_for(|all| all.contains_key(&wait.key)).await;
            let well = over.is_ok_and(|all| all.get(&wait.key) == Some(&true));
            let name = self.all.names.get(&wait.key);
            let name = name.map_or_else(|| wait.key.short(), String::as_str);
            match engine {
                _ if !well && wait.strict => return Err(say!("not sent, as {name} failed", name)),
                Some(engine) if well => is_there(engine, wait, name).await?,
                _ => {}
            }
        }
        Ok(())
    }

    /// Tells those that wait for it.
    pub fn over(&self, well: bool) {
        self.all.outcomes.send_modify(|all| {
            all.insert(self.key.clone(), well);
        });
    }
}

/// Waits until a container is what the one that needs it wants.
async fn is_there(engine: &Engine, wait: &Wait, name: &str) -> Result<(), String> {
    let begun = Instant::now();
    loop {
        let Ok(details) = engine.details(&wait.key, clock::now()).await else {
            return Err(say!("not sent, as {name} does not answer", name));
        };
        let health = details.health.as_ref().and_then(|health| health.status);
        let fresh = begun.elapsed() < APPEARS;
        let there = order::is_there(
            name,
            wait.until,
            &details.state,
            health,
            details.exit_code,
            fresh,
        );
        if let Some(there) = there {
            return there;
        }
        sleep(PERIOD).await;
    }
}
