//! A person at the program, without terminal, engine or clock: keys go to the pure `update`, what it asks for is kept and
//! looked at. Each press begins a new account of effects.
#![allow(dead_code, reason = "each test binary uses its own part")]
use std::collections::BTreeSet;

use chrono::TimeDelta;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use stacktui::effect::{Effect, Job, Subscription, Verb};
use stacktui::keys::{Chord, Mouse, MouseKind};
use stacktui::model::{Container, EngineEvent, Key, RunState};
use stacktui::msg::{HostMsg, JobMsg, Msg};
use stacktui::state::{Confirm, Layer, Menu, Prompt, RowId, State, ViewId};
use stacktui::subscriptions::subscriptions;
use stacktui::theme::{Depth, Theme};
use stacktui::views;

use super::world;

pub struct Scene {
    pub state: State,
    /// What the last press asked for.
    pub effects: Vec<Effect>,
}

/// The reference stack on a screen of 80×24, the cursor on its first container.
pub fn world() -> Scene {
    of(world::reference(world::now()))
}

pub fn of(state: State) -> Scene {
    Scene {
        state,
        effects: Vec::new(),
    }
}

/// The whole name of a container by its service's, or the name itself when it is of no stack.
pub fn full(name: &str) -> String {
    if matches!(name, "backup" | "scratch") || name.contains("systeme-ticketing") {
        name.to_owned()
    } else {
        format!("systeme-ticketing-{name}-1")
    }
}

pub fn key(name: &str) -> Key {
    world::key(&full(name))
}

impl Scene {
    /// Puts the cursor on a container.
    pub fn on(&mut self, name: &str) -> &mut Self {
        world::choose(&mut self.state, &full(name));
        self
    }

    pub fn send(&mut self, msg: Msg) -> &mut Self {
        let effects = world::send(&mut self.state, msg);
        self.effects.extend(effects);
        self
    }

    /// Presses keys, named and separated by blanks.
    pub fn press(&mut self, keys: &str) -> &mut Self {
        self.effects.clear();
        for key in keys.split_whitespace() {
            let chord: Chord = key.parse().expect("a key's name");
            self.send(Msg::Key(chord));
        }
        self
    }

    pub fn type_in(&mut self, text: &str) -> &mut Self {
        self.effects.clear();
        for c in text.chars() {
            self.send(Msg::Key(Chord::char(c)));
        }
        self
    }

    pub fn paste(&mut self, text: &str) -> &mut Self {
        self.effects.clear();
        self.send(Msg::Paste(text.to_owned()))
    }

    pub fn mouse(&mut self, kind: MouseKind, column: u16, row: u16) -> &mut Self {
        self.effects.clear();
        self.send(Msg::Mouse(Mouse { kind, column, row }))
    }

    /// Clicks the row of the screen that shows a text.
    pub fn click(&mut self, text: &str) -> &mut Self {
        let screen = self.screen();
        let row = screen.lines().position(|line| line.contains(text));
        let row = row.unwrap_or_else(|| panic!("{text} is not on screen\n{screen}"));
        let line = screen.lines().nth(row).unwrap_or_default();
        let column = line.find(text).unwrap_or_default();
        let column = line.get(..column).map_or(0, |l| l.chars().count());
        self.mouse(MouseKind::Press, column as u16, row as u16)
    }

    /// Time passes.
    pub fn wait(&mut self, ms: i64) -> &mut Self {
        self.state.now += TimeDelta::milliseconds(ms);
        self.send(Msg::Tick)
    }

    /// Presses keys after the time in which a question takes none.
    pub fn answer(&mut self, keys: &str) -> &mut Self {
        self.wait(301).press(keys)
    }

    /// The engine tells a changed container.
    pub fn change(&mut self, name: &str, change: impl FnOnce(&mut Container)) -> &mut Self {
        let mut container = self.container(name).clone();
        change(&mut container);
        let msg = HostMsg::Delta {
            changed: vec![container],
            gone: Vec::new(),
        };
        self.send(Msg::Host(world::HOST, msg))
    }

    pub fn gone(&mut self, name: &str) -> &mut Self {
        let msg = HostMsg::Delta {
            changed: Vec::new(),
            gone: vec![key(name)],
        };
        self.send(Msg::Host(world::HOST, msg))
    }

    pub fn protect(&mut self, name: &str) -> &mut Self {
        self.change(name, |c| {
            c.labels
                .insert("stacktui.protect".to_owned(), "true".to_owned());
        })
    }

    pub fn event(&mut self, name: &str, action: &str, attributes: &[(&str, &str)]) -> &mut Self {
        let event: EngineEvent = world::event(self.state.now, &full(name), action, attributes);
        self.send(Msg::Host(world::HOST, HostMsg::Events(vec![event])))
    }

    /// The job on this container has its turn.
    pub fn begun(&mut self, name: &str) -> &mut Self {
        let job = self.job(name);
        let (id, stop_timeout) = (job.id, job.stop_timeout);
        self.send(Msg::Job(JobMsg::Started { id, stop_timeout }))
    }

    /// The job under way on this container is over.
    pub fn done(&mut self, name: &str, took_ms: u64) -> &mut Self {
        let id = self.job(name).id;
        self.send(Msg::Job(JobMsg::Done {
            id,
            took_ms,
            already: false,
            became: None,
        }))
    }

    pub fn job(&self, name: &str) -> &Job {
        let running = self.state.jobs.of(&key(name));
        &running.unwrap_or_else(|| panic!("no job on {name}")).job
    }

    pub fn container(&self, name: &str) -> &Container {
        let container = self.state.world.container(&key(name));
        container.unwrap_or_else(|| panic!("no container {name}"))
    }

    /// The verbs asked for, in order.
    #[track_caller]
    pub fn runs(&mut self, expected: &[(&str, Verb)]) -> &mut Self {
        let asked: Vec<(Key, Verb)> = self.jobs();
        let expected: Vec<(Key, Verb)> = expected
            .iter()
            .map(|(name, verb)| (key(name), verb.clone()))
            .collect();
        assert_eq!(asked, expected, "{}", self.screen());
        assert_eq!(asked.len(), self.effects.len(), "{:?}", self.effects);
        self
    }

    pub fn jobs(&self) -> Vec<(Key, Verb)> {
        let job = |effect: &Effect| match effect {
            Effect::Run(job) => Some((job.key.clone(), job.verb.clone())),
            _ => None,
        };
        self.effects.iter().filter_map(job).collect()
    }

    /// Nothing was asked of the runtime.
    #[track_caller]
    pub fn asks_nothing(&mut self) -> &mut Self {
        assert_eq!(self.effects, Vec::new(), "{}", self.screen());
        self
    }

    #[track_caller]
    pub fn sees_toast(&mut self, text: &str) -> &mut Self {
        let toasts = &self.state.toasts.shown;
        assert!(
            toasts.iter().any(|toast| toast.text.contains(text)),
            "{text:?} in {toasts:?}"
        );
        self
    }

    #[track_caller]
    pub fn no_toast(&mut self) -> &mut Self {
        assert_eq!(self.state.toasts.shown, Vec::new());
        self
    }

    #[track_caller]
    pub fn shows(&mut self, text: &str) -> &mut Self {
        let screen = self.screen();
        assert!(screen.contains(text), "{text:?} in\n{screen}");
        self
    }

    #[track_caller]
    pub fn hides(&mut self, text: &str) -> &mut Self {
        let screen = self.screen();
        assert!(!screen.contains(text), "{text:?} in\n{screen}");
        self
    }

    #[track_caller]
    pub fn view(&mut self, view: ViewId) -> &mut Self {
        assert_eq!(self.state.view(), view);
        self
    }

    /// The cursor is on this container.
    #[track_caller]
    pub fn cursor(&mut self, name: &str) -> &mut Self {
        let selected = self.state.containers.table.selected.clone();
        assert_eq!(
            selected,
            Some(RowId::Container(key(name))),
            "{}",
            self.screen()
        );
        self
    }

    #[track_caller]
    pub fn no_window(&mut self) -> &mut Self {
        assert_eq!(self.state.layers, Vec::new());
        self
    }

    #[track_caller]
    pub fn question(&self) -> &Confirm {
        match self.state.layer() {
            Some(Layer::Confirm(confirm)) => confirm,
            other => panic!("no question: {other:?}\n{}", self.screen()),
        }
    }

    /// The lines of the question: what is hit, and what comes of it.
    #[track_caller]
    pub fn told(&self) -> Vec<&str> {
        let question = self.question();
        let things = question.things.iter().map(String::as_str);
        let lines = question.lines.iter().map(|(words, _)| words.as_str());
        things.chain(lines).collect()
    }

    #[track_caller]
    pub fn menu(&self) -> &Menu {
        match self.state.layer() {
            Some(Layer::Menu(menu)) => menu,
            other => panic!("no menu: {other:?}\n{}", self.screen()),
        }
    }

    #[track_caller]
    pub fn prompt(&self) -> &Prompt {
        match self.state.layer() {
            Some(Layer::Prompt(prompt)) => prompt,
            other => panic!("no prompt: {other:?}\n{}", self.screen()),
        }
    }

    /// Names of the containers in the rows, top to bottom.
    pub fn rows(&self) -> Vec<String> {
        let rows = &self.state.containers.table.rows;
        rows.iter()
            .map(|row| match row {
                RowId::Container(key) => {
                    let container = self.state.world.container(key);
                    let name = container.map_or("?", |c| c.short_name());
                    name.trim_end_matches("-1").to_owned()
                }
                RowId::Stack(key) => format!("[{}]", key.id),
                other => format!("{other:?}"),
            })
            .collect()
    }

    pub fn marked(&self) -> Vec<Key> {
        self.state.containers.marked.iter().cloned().collect()
    }

    pub fn flows(&self) -> BTreeSet<Subscription> {
        subscriptions(&self.state)
    }

    pub fn log_keys(&self) -> Vec<Key> {
        self.flows()
            .into_iter()
            .filter_map(|s| match s {
                Subscription::Logs(query) => Some(query.key),
                _ => None,
            })
            .collect()
    }

    /// The frame as text.
    pub fn screen(&self) -> String {
        let (width, height) = self.state.size;
        let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
        let theme = Theme::builtin(false, Depth::None, false);
        views::draw(&self.state, &theme, &mut buf);
        super::screen::text(&buf)
    }
}

pub fn stopped(container: &mut Container) {
    container.state = RunState::Exited;
    container.exit_code = Some(0);
    container.health = None;
}

pub fn restart() -> Verb {
    Verb::Restart { timeout: None }
}

pub fn stop() -> Verb {
    Verb::Stop { timeout: None }
}

pub fn kill(signal: &str) -> Verb {
    Verb::Kill {
        signal: signal.to_owned(),
    }
}
