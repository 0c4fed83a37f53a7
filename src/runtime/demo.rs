//! The machine of a demo: simulated engines, the compose that is played on them, and a private folder with the files of their
//! stacks, which goes when this is dropped. Must not know which worlds there are.
mod home;

use std::io;
use std::path::PathBuf;

use crate::compose::{Answer, Played, Programs, Store};
use crate::engine::{BoxedIo, Candidate, Connector, Endpoint};
use crate::sim::{Scenario, Sim};

use home::Home;

/// The machine, as long as it is there.
#[derive(Debug)]
pub struct Demo {
    home: Home,
    sims: Vec<Sim>,
}

impl Demo {
    /// A machine without an engine.
    ///
    /// # Errors
    /// No folder can be made.
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            home: Home::new()?,
            sims: Vec::new(),
        })
    }

    /// An engine on it, whose stacks have their files here.
    ///
    /// # Errors
    /// The files cannot be written.
    pub fn add(&mut self, mut scenario: Scenario) -> io::Result<Sim> {
        scenario.lay_out(self.home.path())?;
        let sim = Sim::new(scenario);
        self.sims.push(sim.clone());
        Ok(sim)
    }

    /// Where its journal is.
    pub fn journal(&self) -> PathBuf {
        self.home.path().join(".journal")
    }

    /// Its compose, and what is kept of its files; by the user of this store.
    pub fn programs(&self, own: Option<&Store>) -> Programs {
        let kept = self.home.path().join(".kept");
        let store = own.map(|own| own.moved(kept.clone()));
        Programs {
            store: Some(store.unwrap_or_else(|| Store::new(kept, "demo"))),
            path: None,
            played: Some(self.compose()),
        }
    }

    fn compose(&self) -> Played {
        let sims = self.sims.clone();
        Played::new(move |words| {
            let named = words.iter().position(|word| word == "-p");
            let name = named.and_then(|at| words.get(at + 1));
            let has = |sim: &&Sim| name.is_some_and(|name| sim.has_stack(name));
            let Some(sim) = sims.iter().find(has).or(sims.first()) else {
                return Answer::default();
            };
            let spoken = sim.compose(words);
            Answer {
                stdout: spoken.stdout,
                stderr: spoken.stderr,
                code: Some(spoken.code),
            }
        })
    }
}

/// The way to a simulated engine, and to what listens in its containers.
pub fn candidate(sim: &Sim, asked_by: &str) -> Candidate {
    let (engine, beyond) = (sim.clone(), sim.clone());
    let connector = Connector::new(move || {
        let connection: BoxedIo = Box::new(engine.connect());
        Box::pin(std::future::ready(Ok(connection)))
    })
    .with_beyond(move |address, port| {
        let opened = beyond.connect_to(&address, port);
        let opened = opened.map(|connection| Box::new(connection) as BoxedIo);
        Box::pin(std::future::ready(opened))
    });
    Candidate::new(Endpoint::Custom(connector), asked_by)
}

/// Endpoints of a simulated engine of its own, without a machine.
pub fn simulated(scenario: Scenario) -> Vec<Candidate> {
    vec![candidate(&Sim::new(scenario), BUILT_IN)]
}

/// What is said of an engine that was opened from the screen.
pub const BUILT_IN: &str = "the built-in simulated engine";
