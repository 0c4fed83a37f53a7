//! A smallest program on the runtime's terminal, input, signals and panic hook, for `tests/pty.rs` to drive: shows a
//! counter and answers keys. Not a way to write programs: the event loop proper is the library's.
//!
//! Arguments: `stuck` (a loop that answers nothing), `deaf` (no signal thread), a path (where panic reports go).
use std::path::PathBuf;
use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use stacktui::keys::{Chord, Code, Input};
use stacktui::runtime::input::{self, InputThread, TermInput};
use stacktui::runtime::painter::Painter;
use stacktui::runtime::panic;
use stacktui::runtime::signals::{self, Signal};
use stacktui::runtime::terminal::{Options, Session, reset_terminal};
use stacktui::runtime::unfinished::Unfinished;
use tokio::sync::mpsc;

fn main() -> std::process::ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |word: &str| arguments.iter().any(|argument| argument == word);
    if has("reset") {
        return match reset_terminal(&|name| std::env::var(name).ok()) {
            Ok(()) => 0.into(),
            Err(_) => 2.into(),
        };
    }
    let reports = arguments.iter().find(|argument| argument.starts_with('/'));
    panic::install(reports.map(PathBuf::from));
    let options = Options {
        mouse: true,
        alternate: true,
        links: false,
    };
    let session = match Session::enter(options) {
        Ok(session) => session,
        Err(error) => {
            use std::io::Write;
            let _gone = writeln!(std::io::stderr(), "probe: {error}");
            return 2.into();
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let Ok(runtime) = runtime else {
        return 1.into();
    };
    let code = runtime.block_on(run(session, has("stuck"), has("deaf")));
    // An error here: the terminal is lost.
    code.unwrap_or(129).into()
}

struct Probe {
    session: Session,
    input: InputThread,
    painter: Painter,
    frames: u32,
    typed: String,
    passing: bool,
}

async fn run(session: Session, stuck: bool, deaf: bool) -> std::io::Result<u8> {
    let (input_sink, mut inputs) = mpsc::channel(16);
    let (signal_sink, mut signals) = mpsc::channel(16);
    let keep_open = signal_sink.clone();
    if !deaf {
        signals::start(signal_sink, Unfinished::default())?;
    }
    let (width, height) = session.size();
    let mut probe = Probe {
        session,
        input: input::start(input_sink, Unfinished::default())?,
        painter: Painter::new(Rect::new(0, 0, width, height)),
        frames: 0,
        typed: String::new(),
        passing: false,
    };
    probe.paint()?;
    if stuck {
        loop {
            std::thread::sleep(Duration::from_secs(1));
        }
    }
    let code = loop {
        let end = tokio::select! {
            Some(item) = inputs.recv() => probe.input(item)?,
            Some(signal) = signals.recv() => probe.signal(signal)?,
            else => Some(1),
        };
        if let Some(code) = end {
            break code;
        }
    };
    drop(keep_open);
    let Probe { session, input, .. } = probe;
    session.leave();
    input.stop();
    Ok(code)
}

impl Probe {
    fn paint(&mut self) -> std::io::Result<()> {
        self.frames += 1;
        let (width, height) = self.session.size();
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
        let text = format!("frame {} typed [{}]", self.frames, self.typed);
        buffer.set_string(2, 1, text, Style::new());
        buffer.set_string(2, 2, format!("size {width}x{height}"), Style::new());
        let mut bytes = Vec::new();
        self.painter.paint(&buffer, &mut bytes);
        self.session.write(&bytes)
    }

    fn input(&mut self, item: TermInput) -> std::io::Result<Option<u8>> {
        match item {
            TermInput::Lost => return Ok(Some(129)),
            TermInput::Answered(_) => {}
            TermInput::Raw(bytes) => {
                if bytes.contains(&b'\x1d') {
                    self.passing = false;
                    self.input.passthrough(false);
                    self.back()?;
                } else {
                    self.session.write(&bytes)?;
                }
            }
            TermInput::Inputs(inputs) => {
                for input in inputs {
                    if let Some(code) = self.one(input.input)? {
                        return Ok(Some(code));
                    }
                }
            }
        }
        Ok(None)
    }

    fn one(&mut self, input: Input) -> std::io::Result<Option<u8>> {
        match input {
            Input::Key(key) if key == Chord::char('q') => return Ok(Some(0)),
            Input::Key(key) if key == Chord::ctrl('c') => return Ok(Some(130)),
            Input::Key(key) if key == Chord::ctrl('z') => self.stop(),
            Input::Key(key) if key == Chord::char('p') => {
                tokio::spawn(async {
                    let none: [u8; 0] = [];
                    let beyond = none.len() + 3;
                    std::hint::black_box(none[beyond]);
                });
            }
            Input::Key(key) if key == Chord::char('s') => {
                self.passing = true;
                self.input.passthrough(true);
                self.session.raw_passthrough()?;
                self.session.write(b"passing\r\n")?;
            }
            Input::Key(key) if key == Chord::char('m') => self.session.set_mouse(false)?,
            Input::Key(key) => {
                match key.code {
                    Code::Char(c) if key.typed().is_some() => self.typed.push(c),
                    _ => self.typed.extend(["<", &key.to_string(), ">"]),
                }
                self.paint()?;
            }
            Input::Paste(text) => {
                self.typed.push_str(&text);
                self.paint()?;
            }
            Input::Mouse(_) | Input::Focus(_) => {}
        }
        Ok(None)
    }

    fn signal(&mut self, signal: Signal) -> std::io::Result<Option<u8>> {
        match signal {
            Signal::Terminate(number) => return Ok(u8::try_from(128 + number).ok()),
            Signal::Suspend => self.stop(),
            Signal::Continue if self.passing => {}
            Signal::Continue => self.back()?,
            Signal::Resize => self.paint()?,
        }
        Ok(None)
    }

    fn stop(&mut self) {
        if signals::can_stop() {
            self.session.suspend();
            signals::stop_self();
        }
    }

    fn back(&mut self) -> std::io::Result<()> {
        self.session.resume()?;
        self.painter.invalidate();
        self.paint()
    }
}
