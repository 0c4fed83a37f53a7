//! Drives the real event loop as a person does: keys in, a screen out. The engine is the simulated one or a real one.
use std::cell::RefCell;
use std::io;
use std::num::NonZeroU16;
use std::rc::Rc;
use std::time::Duration;

use stacktui::actions;
use stacktui::compose::Store;
use stacktui::engine::{BoxedIo, Candidate, Connector, Endpoint, Opening, Sources, contexts};
use stacktui::keys::{Chord, Code, Input};
use stacktui::runtime::demo::simulated;
use stacktui::runtime::effects::Runner;
use stacktui::runtime::event_loop::{EventLoop, Inbox};
use stacktui::runtime::input::{TermInput, Typed};
use stacktui::runtime::record::Recorder;
use stacktui::runtime::screen::Screen;
use stacktui::runtime::signals::Signal;
use stacktui::runtime::streams::Streams;
use stacktui::settings::Settings;
use stacktui::sim::{Scenario, Sim};
use stacktui::state::State;
use stacktui::theme::{Depth, Theme};
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, LocalSet};

/// What `--demo` opens, a new one for each test.
pub fn demo() -> Vec<Candidate> {
    simulated(built_in("systeme-ticketing"))
}

/// A world that the program has with it.
pub fn built_in(name: &str) -> Scenario {
    Scenario::named(name).expect("a built-in scenario")
}

/// The engine of that world.
pub fn demo_sim() -> Sim {
    Sim::new(built_in("systeme-ticketing"))
}

/// The way to this simulated engine, which the test keeps a hand on.
pub fn way_to(sim: &Sim) -> Connector {
    let sim = sim.clone();
    Connector::new(move || {
        let connection: BoxedIo = Box::new(sim.connect());
        Box::pin(std::future::ready(Ok(connection)))
    })
}

/// This simulated engine.
pub fn on_sim(sim: &Sim) -> Vec<Candidate> {
    vec![Candidate::new(Endpoint::Custom(way_to(sim)), "test")]
}

/// The engine at this address.
pub fn on_engine(endpoint: &str) -> Vec<Candidate> {
    let endpoint = Endpoint::parse(endpoint).expect("an endpoint");
    vec![Candidate::new(endpoint, "test")]
}

/// A question does not take keys at once.
pub async fn later() {
    tokio::time::sleep(Duration::from_millis(400)).await;
}

/// What the loop painted on, shared with the test.
#[derive(Clone)]
pub struct Paper {
    inner: Rc<RefCell<Inner>>,
}

struct Inner {
    parser: vt100::Parser,
    size: (u16, u16),
    /// Every write, in order.
    writes: Vec<Vec<u8>>,
    passthrough: bool,
    /// What is written goes on its way here, instead of being there at once.
    link: Option<mpsc::UnboundedSender<Vec<u8>>>,
}

impl Paper {
    fn new(size: (u16, u16)) -> Self {
        let at_least_one = |n: u16| NonZeroU16::new(n).unwrap_or(NonZeroU16::MIN);
        let parser = vt100::Parser::new(at_least_one(size.1), at_least_one(size.0), 0);
        let inner = Inner {
            parser,
            size,
            writes: Vec::new(),
            passthrough: false,
            link: None,
        };
        Self {
            inner: Rc::new(RefCell::new(inner)),
        }
    }

    pub fn text(&self) -> String {
        self.inner.borrow().parser.screen().contents()
    }

    pub fn writes(&self) -> Vec<Vec<u8>> {
        self.inner.borrow().writes.clone()
    }

    pub fn passthrough(&self) -> bool {
        self.inner.borrow().passthrough
    }
}

impl Screen for Paper {
    fn size(&self) -> (u16, u16) {
        self.inner.borrow().size
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut inner = self.inner.borrow_mut();
        inner.writes.push(bytes.to_owned());
        match &inner.link {
            Some(link) => {
                link.send(bytes.to_owned()).expect("the link is there");
            }
            None => inner.parser.process(bytes),
        }
        Ok(())
    }

    fn expect_answer(&mut self) {}

    fn can_suspend(&self) -> bool {
        false
    }

    fn suspend(&mut self) {
        panic!("stopped where nobody could continue it");
    }

    fn resume(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn hand_over(&mut self, on: bool) -> io::Result<()> {
        let mut inner = self.inner.borrow_mut();
        inner.passthrough = on;
        inner.parser.process(b"\x1b[2J\x1b[H");
        Ok(())
    }

    fn set_mouse(&mut self, _: bool) -> io::Result<()> {
        Ok(())
    }

    fn leave(&mut self) {}
}

/// A running program and its hands.
pub struct Driver {
    pub paper: Paper,
    input: mpsc::Sender<TermInput>,
    signals: mpsc::Sender<Signal>,
    task: JoinHandle<i32>,
    journal: tempfile::TempDir,
}

fn typed(input: Input, raw: &str) -> Typed {
    let raw = raw.as_bytes().to_owned();
    Typed { input, raw }
}

fn keys(text: &str) -> Vec<Typed> {
    let key = |c: char| {
        let chord = if c == '\r' {
            Chord::plain(Code::Enter)
        } else {
            Chord::char(c)
        };
        typed(Input::Key(chord), &c.to_string())
    };
    text.chars().map(key).collect()
}

impl Driver {
    /// Starts the loop on these endpoints; call inside [`on_local`].
    pub fn start(candidates: Vec<Candidate>, size: (u16, u16)) -> Self {
        Self::with(candidates, size, |_| {})
    }

    /// The same, with something set otherwise.
    pub fn with(
        candidates: Vec<Candidate>,
        size: (u16, u16),
        change: impl FnOnce(&mut Runner),
    ) -> Self {
        let opening = Opening {
            label: "test".to_owned(),
            named: false,
            candidates,
        };
        Self::launch(vec![opening], size, change)
    }

    /// The same on several hosts, by their labels.
    pub fn on_hosts(hosts: Vec<(String, Vec<Candidate>)>, size: (u16, u16)) -> Self {
        let hosts = hosts.into_iter();
        let named = hosts.map(|(label, candidates)| Opening::named(&label, candidates));
        Self::launch(named.collect(), size, |_| {})
    }

    fn launch(openings: Vec<Opening>, size: (u16, u16), change: impl FnOnce(&mut Runner)) -> Self {
        let (msgs, msgs_in) = mpsc::channel(256);
        let (host_out, hosts_in) = mpsc::channel(256);
        let (logs, logs_in) = mpsc::channel(64);
        let (shell_out, shell_in) = mpsc::channel(64);
        let (input, input_in) = mpsc::channel(64);
        let (signals, signals_in) = mpsc::channel(16);
        let paper = Paper::new(size);
        let journal = tempfile::tempdir().expect("a directory");
        let prefs = stacktui::runtime::startup::prefs(&Settings::default());
        let keymap = actions::keymap(&[]).expect("default keys");
        let mut state = State::new(stacktui::runtime::clock::now(), size, prefs, keymap);
        let mut runner = Runner::new(msgs.clone(), host_out, shell_out, Sources::default());
        runner.recorder =
            Recorder::open(&journal.path().join("journal"), |_| None).expect("a journal");
        let files = journal.path().join("files");
        runner.programs.store = Some(Store::new(files, "tester"));
        change(&mut runner);
        let dir = runner.recorder.dir().map(std::path::Path::to_owned);
        let mut streams = Streams::new(msgs, logs, dir);
        streams.programs = runner.programs.clone();
        let others = contexts(&runner.sources).into_iter().filter(|c| !c.current);
        state.contexts = others.map(|context| context.name).collect();
        let open = |opening: Opening| {
            let id = state.world.open(&opening.label, opening.named);
            (id, runner.start_host(id, opening.candidates))
        };
        let hosts = openings.into_iter().map(open).collect();
        let inbox = Inbox {
            msgs: msgs_in,
            hosts: hosts_in,
            logs: logs_in,
            input: input_in,
            signals: signals_in,
            shell: shell_in,
        };
        let theme = Theme::builtin(false, Depth::Ansi256, false);
        let mut main = EventLoop::new(state, theme, paper.clone(), inbox, streams, hosts, runner);
        let task = tokio::task::spawn_local(async move {
            let code = main.run().await;
            main.see_out(code, |_| {}).await;
            code
        });
        Self {
            paper,
            input,
            signals,
            task,
            journal,
        }
    }

    /// From now on the terminal is behind a thin link with room for any backlog, and answers when it has shown all, or
    /// never does.
    pub fn thin_link(&self, bytes_per_second: u32, answers: bool) {
        let (link, mut sent) = mpsc::unbounded_channel::<Vec<u8>>();
        self.paper.inner.borrow_mut().link = Some(link);
        let (paper, input) = (self.paper.clone(), self.input.clone());
        tokio::task::spawn_local(async move {
            while let Some(bytes) = sent.recv().await {
                let seconds = bytes.len() as f64 / f64::from(bytes_per_second);
                tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
                paper.inner.borrow_mut().parser.process(&bytes);
                if answers && bytes.ends_with(b"\x1b[5n") {
                    let _ended = input.send(TermInput::Answered(1)).await;
                }
            }
        });
    }

    /// Presses keys, named and separated by blanks.
    pub async fn press(&self, keys: &str) {
        for key in keys.split_whitespace() {
            let chord: Chord = key.parse().unwrap_or_else(|e| panic!("{e}"));
            self.input
                .send(TermInput::Inputs(vec![typed(Input::Key(chord), "")]))
                .await
                .expect("the loop runs");
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
    }

    /// The window comes to the front, or goes behind others.
    pub async fn focus(&self, on: bool) {
        self.input
            .send(TermInput::Inputs(vec![typed(Input::Focus(on), "")]))
            .await
            .expect("the loop runs");
    }

    /// Answers a question, which does not take keys at once.
    pub async fn answer(&self, keys: &str) {
        later().await;
        self.press(keys).await;
    }

    /// Types text into a field, or into a shell that has the terminal.
    pub async fn type_in(&self, text: &str) {
        let input = if self.paper.passthrough() {
            TermInput::Raw(text.as_bytes().to_owned())
        } else {
            TermInput::Inputs(keys(text))
        };
        self.input.send(input).await.expect("the loop runs");
        tokio::time::sleep(Duration::from_millis(40)).await;
    }

    /// The terminal gives all of this in one read, before anything of it is handled.
    pub async fn type_ahead(&self, text: &str) {
        let input = TermInput::Inputs(keys(text));
        self.input.send(input).await.expect("the loop runs");
    }

    /// Where the journal is written.
    pub fn journal(&self) -> std::path::PathBuf {
        self.journal.path().join("journal")
    }

    /// From now on no line can be written to the journal.
    pub fn break_journal(&self) {
        let lock = self.journal.path().join("journal/lock");
        let _none_yet = std::fs::remove_file(&lock);
        std::fs::create_dir(lock).expect("a directory in the way");
    }

    /// The way is free again.
    pub fn mend_journal(&self) {
        let lock = self.journal.path().join("journal/lock");
        std::fs::remove_dir(lock).expect("what was in the way");
    }

    pub async fn signal(&self, signal: Signal) {
        self.signals.send(signal).await.expect("the loop runs");
    }

    /// Waits until the screen says so; panics with the screen after two minutes of the loop's time.
    pub async fn until(&self, what: &str, test: impl Fn(&str) -> bool) {
        for _ in 0..2_400 {
            if test(&self.paper.text()) {
                return;
            }
            assert!(
                !self.task.is_finished(),
                "the loop ended while waiting for: {what}"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("never seen: {what}\n{}", self.paper.text());
    }

    /// What was written after so many writes, readable.
    pub fn written_since(&self, writes: usize) -> String {
        let written = self.paper.writes().split_off(writes).concat();
        written.escape_ascii().to_string()
    }

    /// Narrows the list to this and waits until the list says so.
    pub async fn narrow(&self, text: &str) {
        self.press("/").await;
        self.type_in(text).await;
        self.press("enter").await;
        let chip = format!("/{text}");
        self.until("the filter", |screen| screen.contains(&chip))
            .await;
    }

    pub async fn sees(&self, text: &str) {
        self.until(text, |screen| screen.contains(text)).await;
    }

    /// Leaves and gives the exit code.
    pub async fn quit(self) -> i32 {
        self.press("ctrl-c").await;
        self.task.await.expect("the loop ended by itself")
    }
}

/// The row of the screen that holds a text.
pub fn row<'a>(screen: &'a str, text: &str) -> &'a str {
    screen
        .lines()
        .find(|line| line.contains(text))
        .unwrap_or("")
}

/// Runs a test's body where the loop can be spawned.
pub async fn on_local<T>(body: impl Future<Output = T>) -> T {
    LocalSet::new().run_until(body).await
}
