//! The loop: messages in, state changed, effects started, a frame painted when something changed.
mod ending;
mod hosts;

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::clock;
use super::cost::Meter;
use super::effects::Runner;
use super::frames::Frames;
use super::hosts::HostTasks;
use super::input::{TermInput, Typed};
use super::screen::Screen;
use super::signals::Signal;
use super::streams::Streams;
use crate::effect::{Effect, LogQuery, Subscription};
use crate::keys::Input;
use crate::model::HostId;
use crate::model::cost::Cost;
use crate::msg::{Envelope, HostMsg, LogMsg, MailMsg, Msg};
use crate::state::{LogBook, State};
use crate::subscriptions::subscriptions;
use crate::theme::Theme;
use crate::update::update;

/// Messages taken before a frame is due.
const BATCH: usize = 256;
/// How long a lone tick may wait.
const TICK: Duration = Duration::from_secs(1);

/// Exit code when the terminal is gone: that of SIGHUP, whichever of the two is noticed first.
const TERMINAL_LOST: i32 = 129;

/// Where messages come in from tasks, all bounded.
#[derive(Debug)]
pub struct Inbox {
    pub msgs: mpsc::Receiver<Msg>,
    pub hosts: mpsc::Receiver<(HostId, HostMsg)>,
    pub logs: mpsc::Receiver<(LogQuery, LogMsg)>,
    pub input: mpsc::Receiver<TermInput>,
    pub signals: mpsc::Receiver<Signal>,
    /// What a shell that has the terminal prints.
    pub shell: mpsc::Receiver<Vec<u8>>,
}

/// Everything the loop works with.
pub struct EventLoop<S> {
    pub state: State,
    pub theme: Theme,
    pub screen: S,
    pub inbox: Inbox,
    pub streams: Streams,
    pub hosts: BTreeMap<HostId, HostTasks>,
    pub runner: Runner,
    /// Names whose logs are to be opened once the first list is there.
    pub pending_logs: Vec<String>,
    meter: Meter,
    frames: Frames,
    /// To be stopped until continued, before anything else.
    stops: bool,
    tick_at: Option<Instant>,
    exit: Option<i32>,
}

impl<S> std::fmt::Debug for EventLoop<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EventLoop")
            .field("exit", &self.exit)
            .finish_non_exhaustive()
    }
}

/// What woke the loop.
enum Woke {
    Signal(Signal),
    Input(TermInput),
    Shell(Vec<u8>),
    Msg(Msg),
    Host(HostId, HostMsg),
    Logs(LogQuery, LogMsg),
    Tick,
    Frame,
}

impl<S: Screen> EventLoop<S> {
    /// Whether the terminal takes addresses as links.
    pub fn take_links(&mut self, on: bool) {
        self.frames.take_links(on);
    }

    pub fn new(
        state: State,
        theme: Theme,
        screen: S,
        inbox: Inbox,
        mut streams: Streams,
        hosts: BTreeMap<HostId, HostTasks>,
        runner: Runner,
    ) -> Self {
        let frames = Frames::new(state.size, Instant::now());
        streams.recorder = runner.recorder.clone();
        Self {
            state,
            theme,
            screen,
            inbox,
            streams,
            hosts,
            runner,
            pending_logs: Vec::new(),
            meter: Meter::default(),
            frames,
            stops: false,
            tick_at: None,
            exit: None,
        }
    }

    /// Runs until the user leaves or the terminal is gone. Returns the exit code.
    pub async fn run(&mut self) -> i32 {
        self.follow_state();
        loop {
            if self.draw_if_due().is_err() {
                return TERMINAL_LOST;
            }
            if let Some(code) = self.exit {
                if code != TERMINAL_LOST {
                    self.settle().await;
                }
                return code;
            }
            if std::mem::take(&mut self.stops) {
                let typed = self.settle().await;
                if self.suspend().is_err() {
                    return TERMINAL_LOST;
                }
                for input in typed {
                    self.take(Woke::Input(input));
                }
            }
            let woke = self.wait().await;
            let typed = matches!(woke, Woke::Input(TermInput::Inputs(_)));
            if typed {
                self.frames.hurry(&self.state, &self.theme);
            }
            self.take(woke);
            if !typed {
                self.drain();
            }
            self.follow_state();
        }
    }

    async fn wait(&mut self) -> Woke {
        let frame_at = self
            .frames
            .due_at(Instant::now())
            .filter(|_| !self.state.handed_over);
        let at = |instant: Option<Instant>| async move {
            match instant {
                Some(instant) => sleep_until(instant).await,
                None => std::future::pending().await,
            }
        };
        let tick_at = self.tick_at;
        let work = self.state.logs.as_ref().is_some_and(LogBook::has_work);
        let inbox = &mut self.inbox;
        tokio::select! {
            biased;
            Some(signal) = inbox.signals.recv() => Woke::Signal(signal),
            Some(input) = inbox.input.recv() => Woke::Input(input),
            Some(bytes) = inbox.shell.recv() => Woke::Shell(bytes),
            () = at(frame_at) => Woke::Frame,
            Some(msg) = inbox.msgs.recv() => Woke::Msg(msg),
            Some((id, msg)) = inbox.hosts.recv() => Woke::Host(id, msg),
            Some((query, msg)) = inbox.logs.recv() => Woke::Logs(query, msg),
            () = at(tick_at) => Woke::Tick,
            () = tokio::task::yield_now(), if work => Woke::Msg(Msg::Idle),
        }
    }

    fn take(&mut self, woke: Woke) {
        match woke {
            Woke::Signal(signal) => self.signal(signal),
            Woke::Input(TermInput::Inputs(inputs)) => self.typed(inputs),
            Woke::Input(TermInput::Raw(bytes)) => self.runner.to_shell(bytes),
            Woke::Input(TermInput::Answered(count)) => {
                for _ in 0..count {
                    self.frames.pacer.answered(Instant::now());
                }
            }
            Woke::Input(TermInput::Lost) => self.exit = Some(TERMINAL_LOST),
            Woke::Shell(bytes) => {
                if self.state.handed_over && self.screen.write(&bytes).is_err() {
                    self.exit = Some(TERMINAL_LOST);
                }
            }
            Woke::Msg(msg) => {
                if matches!(msg, Msg::Shell(..) | Msg::Edited(..)) {
                    self.take_back();
                }
                if let Msg::Mail(server, MailMsg::Listed { .. }) = &msg {
                    self.streams.box_changed(server);
                }
                self.apply(msg);
            }
            Woke::Host(id, msg) => {
                self.streams.heard(id, &msg);
                // What the user waits for since the start waits for no pace.
                if matches!(msg, HostMsg::Snapshot(_))
                    && !self.state.world.host(id).is_some_and(|host| host.loaded)
                {
                    self.frames.start_now();
                }
                self.apply(Msg::Host(id, msg));
            }
            Woke::Logs(query, msg) => self.apply(Msg::Logs(query, msg)),
            Woke::Tick => {
                self.tick_at = Some(Instant::now() + TICK);
                self.apply(Msg::Tick);
                if self.streams.flows(&Subscription::Cost) {
                    let cost = Cost {
                        delay: self.frames.pacer.delay(),
                        ..self.meter.look(&self.hosts)
                    };
                    self.apply(Msg::Cost(Box::new(cost)));
                } else {
                    self.meter.rest();
                }
            }
            Woke::Frame => {}
        }
    }

    /// Before the terminal is given back, its last answers are waited for: they would be typed into what comes next.
    /// Returns what else was typed meanwhile.
    async fn settle(&mut self) -> Vec<TermInput> {
        let mut typed = Vec::new();
        let end = Instant::now() + self.frames.pacer.drain();
        while self.frames.pacer.is_open()
            && let Ok(Some(input)) = timeout_at(end, self.inbox.input.recv()).await
        {
            match input {
                TermInput::Answered(_) => self.take(Woke::Input(input)),
                other => typed.push(other),
            }
        }
        typed
    }

    /// What was typed, in order. From the key on that opens a shell it is the shell's, even where it was read together
    /// with that key.
    fn typed(&mut self, inputs: Vec<Typed>) {
        let mut ahead = Vec::new();
        for Typed { input, raw } in inputs {
            if self.state.handed_over {
                ahead.extend(raw);
                continue;
            }
            self.apply(match input {
                Input::Key(chord) => Msg::Key(chord),
                Input::Paste(text) => Msg::Paste(text),
                Input::Mouse(mouse) => Msg::Mouse(mouse),
                Input::Focus(on) => Msg::Focus(on),
            });
        }
        if !ahead.is_empty() {
            self.runner.to_shell(ahead);
        }
    }

    /// Takes what else has come, up to a bound, so that a burst is one frame; not before what a key did is drawn.
    fn drain(&mut self) {
        for _ in 0..BATCH {
            if self.exit.is_some() || !self.inbox.signals.is_empty() || !self.inbox.input.is_empty()
            {
                return;
            }
            let woke = if let Ok(msg) = self.inbox.msgs.try_recv() {
                Woke::Msg(msg)
            } else if let Ok((id, msg)) = self.inbox.hosts.try_recv() {
                Woke::Host(id, msg)
            } else if let Ok((query, msg)) = self.inbox.logs.try_recv() {
                Woke::Logs(query, msg)
            } else {
                return;
            };
            self.take(woke);
        }
    }

    fn apply(&mut self, msg: Msg) {
        self.frames.changed();
        if let Msg::Host(_, HostMsg::Info(info)) = &msg {
            self.runner.session_opened(info);
        }
        let snapshot = matches!(&msg, Msg::Host(_, HostMsg::Snapshot(_) | HostMsg::Link(_)));
        for effect in update(
            &mut self.state,
            Envelope {
                at: clock::now(),
                msg,
            },
        ) {
            self.effect(effect);
        }
        if snapshot && !self.pending_logs.is_empty() && self.is_told() {
            self.open_pending_logs();
        }
    }

    /// Brings streams and ticks in line with the state.
    fn follow_state(&mut self) {
        let tick =
            self.streams
                .reconcile(subscriptions(&self.state), &self.hosts, &self.state.world);
        match (tick, self.tick_at) {
            (true, None) => self.tick_at = Some(Instant::now() + TICK),
            (false, Some(_)) => self.tick_at = None,
            _ => {}
        }
    }

    /// The effects that touch the terminal or the loop itself are done here, all others by the runner.
    fn effect(&mut self, effect: Effect) {
        let done = match effect {
            Effect::Quit => {
                self.exit = Some(0);
                Ok(())
            }
            Effect::Suspend => {
                self.stops = true;
                Ok(())
            }
            Effect::Repaint => {
                self.frames.invalidate();
                Ok(())
            }
            Effect::SetMouse(on) => self.screen.set_mouse(on),
            Effect::Copy(text) => self.copy(&text),
            Effect::Look(volume, look) => {
                self.streams.look(volume, look);
                Ok(())
            }
            Effect::OpenDemo | Effect::UseContext(_) => {
                self.change_engine(&effect);
                Ok(())
            }
            Effect::OpenHost(..) | Effect::CloseHost(_) | Effect::Reconnect(_) => {
                self.change_host(&effect);
                Ok(())
            }
            Effect::Shell { .. } | Effect::Attach { .. } | Effect::Edit(..) => {
                let size = self.screen.size();
                match effect {
                    Effect::Edit(key, file) => self.runner.open_editor(key, file, size),
                    shell => self.runner.open_shell(shell, &self.hosts, size),
                }
                self.frames.pacer.forget();
                self.screen.hand_over(true)
            }
            other => {
                self.runner.run(other, &self.hosts);
                Ok(())
            }
        };
        if done.is_err() {
            self.exit = Some(TERMINAL_LOST);
        }
    }

    fn copy(&mut self, text: &str) -> std::io::Result<()> {
        match crate::text::osc52(text) {
            Ok(sequence) => {
                let lines = text.lines().count();
                let text = say_n!(
                    lines.max(1),
                    "copied that, if the terminal allows it",
                    "copied {n} lines, if the terminal allows it"
                );
                self.apply(Msg::Said { ok: true, text });
                self.screen.write(sequence.as_bytes())
            }
            Err(error) => {
                let (ok, text) = match super::save::spill(text) {
                    Ok(path) => (
                        true,
                        say!("{error}: it is in {path}", error, path = path.display()),
                    ),
                    Err(why) => (
                        false,
                        say!("{error}, and no file can be made: {why}", error, why),
                    ),
                };
                self.apply(Msg::Said { ok, text });
                Ok(())
            }
        }
    }

    fn signal(&mut self, signal: Signal) {
        match signal {
            Signal::Terminate(number) => self.exit = Some(128 + number),
            Signal::Resize => {
                // Twice resized may be the old size again, but what was cut off in between is gone from the terminal.
                self.frames.invalidate();
                self.resized();
            }
            Signal::Suspend => self.stops = true,
            Signal::Continue => {
                if self.come_back().is_err() {
                    self.exit = Some(TERMINAL_LOST);
                }
            }
        }
    }

    /// Stops until continued, where somebody can continue us.
    fn suspend(&mut self) -> std::io::Result<()> {
        if !self.screen.can_suspend() {
            self.apply(Msg::Said {
                ok: false,
                text: say!(
                    "cannot stop: no shell waits behind that could bring it back (q leaves)"
                )
                .to_owned(),
            });
            return Ok(());
        }
        self.screen.suspend();
        self.come_back()
    }

    fn resized(&mut self) {
        let (width, height) = self.screen.size();
        self.runner.resize_shell((width, height));
        self.apply(Msg::Resize { width, height });
    }

    /// The terminal is ours again after somebody else had it.
    fn come_back(&mut self) -> std::io::Result<()> {
        if self.state.handed_over {
            return self.screen.hand_over(true);
        }
        self.screen.resume()?;
        self.frames.invalidate();
        self.resized();
        Ok(())
    }

    fn take_back(&mut self) {
        if let Ok(bytes) = self.inbox.shell.try_recv() {
            let _gone = self.screen.write(&bytes);
        }
        if self.screen.hand_over(false).is_err() {
            self.exit = Some(TERMINAL_LOST);
        }
        self.frames.invalidate();
        self.runner.shell_ended();
        self.resized();
    }

    fn draw_if_due(&mut self) -> std::io::Result<()> {
        if self.state.handed_over {
            return Ok(());
        }
        let frame = self.frames.draw(&self.state, &self.theme, Instant::now());
        let Some(frame) = frame else {
            return Ok(());
        };
        if frame.asks {
            self.screen.expect_answer();
        }
        self.meter.painted(frame.bytes.len());
        self.screen.write(frame.bytes)
    }
}
