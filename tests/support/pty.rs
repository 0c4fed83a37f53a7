//! A program on a real terminal: spawn it, type, read its screen, see which modes it left on. For any program, so that
//! nothing of the library is used here. A test binary that needs a part of it only says so where it includes it:
//! `#[cfg(test)] #[path = "support/pty.rs"] #[expect(dead_code, reason = "…")] mod support;`
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

/// How long anything may take before a test fails. Nothing is measured: a busy machine is no failure.
const DEADLINE: Duration = Duration::from_secs(20);

/// Terminal modes a program may leave on, as numbers of private modes.
const CURSOR: u16 = 25;
const GUESTS: [u16; 9] = [1, 47, 1000, 1002, 1003, 1004, 1006, 1049, 2004];

/// A program of this project next to the running test: an example, by its name.
pub fn example(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let path = test
        .parent()
        .unwrap()
        .parent()
        .unwrap()
        .join("examples")
        .join(name);
    assert!(
        path.exists(),
        "{} is missing: `cargo build --example {name}` builds it, as does a whole `cargo test`",
        path.display()
    );
    path
}

/// What the program has written, as bytes and as a screen.
struct Seen {
    parser: vt100::Parser,
    bytes: Vec<u8>,
    ended: bool,
}

struct Shared {
    seen: Mutex<Seen>,
    changed: Condvar,
    closing: AtomicBool,
}

/// A program and its terminal.
pub struct Pty {
    master: Option<Box<dyn MasterPty + Send>>,
    writer: Option<Box<dyn Write + Send>>,
    child: Box<dyn Child + Send + Sync>,
    shared: Arc<Shared>,
    reader: Option<JoinHandle<()>>,
}

impl Pty {
    /// Runs a program on a terminal of 80×24, as the leader of its session and in the foreground.
    pub fn spawn(program: &Path, arguments: &[&str]) -> Self {
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        Self::run(command, 80, 24)
    }

    /// Runs a script in `sh` with job control; `"$0"` is the program. The program is then one job of a shell's.
    pub fn shell(script: &str, program: &Path) -> Self {
        let mut command = CommandBuilder::new("sh");
        command.args(["-c", &format!("set -m; {script}")]);
        command.arg(program);
        Self::run(command, 80, 24)
    }

    /// Any command on a terminal of any size. `TERM` is set where the command does not say otherwise.
    pub fn run(mut command: CommandBuilder, columns: u16, rows: u16) -> Self {
        command.env_remove("RUST_BACKTRACE");
        // The terminal is this one, not the one that the tests were started in.
        command.env_remove("TERM_PROGRAM");
        command.env_remove("TERM_PROGRAM_VERSION");
        if command.get_env("STACKTUI_TEST_TERM").is_none() {
            command.env("TERM", "xterm-256color");
        }
        let pair = native_pty_system().openpty(size(columns, rows)).unwrap();
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let nonzero = |n| NonZeroU16::new(n).unwrap();
        let shared = Arc::new(Shared {
            seen: Mutex::new(Seen {
                parser: vt100::Parser::new(nonzero(rows), nonzero(columns), 0),
                bytes: Vec::new(),
                ended: false,
            }),
            changed: Condvar::new(),
            closing: AtomicBool::new(false),
        });
        let output = pair.master.try_clone_reader().unwrap();
        let reader = thread::spawn({
            let shared = Arc::clone(&shared);
            move || read(output, &shared)
        });
        Self {
            writer: Some(pair.master.take_writer().unwrap()),
            master: Some(pair.master),
            child,
            shared,
            reader: Some(reader),
        }
    }

    /// Types.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let writer = self.writer.as_mut().unwrap();
        writer.write_all(bytes.as_ref()).unwrap();
        writer.flush().unwrap();
    }

    pub fn resize(&mut self, columns: u16, rows: u16) {
        let nonzero = |n| NonZeroU16::new(n).unwrap();
        self.seen().parser.set_size(nonzero(rows), nonzero(columns));
        self.master().resize(size(columns, rows)).unwrap();
    }

    /// What the screen shows, trailing spaces cut.
    pub fn screen(&self) -> String {
        self.seen().parser.screen().contents()
    }

    /// All that was ever written.
    pub fn bytes(&self) -> Vec<u8> {
        self.seen().bytes.clone()
    }

    /// Waits until the screen shows a text.
    pub fn wait_for(&self, text: &str) {
        self.wait_until(text, |pty| pty.screen().contains(text));
    }

    /// Waits until something is so; `what` is for the failure.
    pub fn wait_until(&self, what: &str, mut so: impl FnMut(&Self) -> bool) {
        let start = Instant::now();
        while !so(self) {
            assert!(
                start.elapsed() < DEADLINE,
                "never came: {what}\n{}",
                self.picture()
            );
            let seen = self.seen();
            // Not all that may be waited for is output.
            drop(
                self.shared
                    .changed
                    .wait_timeout(seen, Duration::from_millis(10)),
            );
        }
    }

    /// Whether a private mode was last switched on.
    pub fn mode(&self, number: u16) -> bool {
        let bytes = self.bytes();
        let last = |suffix: char| {
            let wanted = format!("\x1b[?{number}{suffix}");
            bytes
                .windows(wanted.len())
                .rposition(|window| window == wanted.as_bytes())
        };
        last('h') > last('l')
    }

    /// Whether the terminal edits lines and echoes, as a shell expects it.
    pub fn cooked(&self) -> bool {
        let flags = self.master().get_termios().unwrap().local_flags.bits();
        let wanted = nix::libc::ICANON | nix::libc::ECHO | nix::libc::ISIG;
        flags & wanted == wanted
    }

    /// What is wrong with the terminal for whoever comes next; empty when it is whole.
    pub fn damage(&self) -> String {
        let mut damage = String::new();
        for mode in GUESTS.into_iter().filter(|mode| self.mode(*mode)) {
            let _ = write!(damage, "mode {mode} on, ");
        }
        let hidden = {
            let seen = self.seen();
            let screen = seen.parser.screen();
            for (wrong, what) in [
                (screen.alternate_screen(), "alternate screen"),
                (screen.inverse() || screen.bold(), "attributes"),
                (screen.fgcolor() != vt100::Color::Default, "colour"),
            ] {
                if wrong {
                    let _ = write!(damage, "{what} on, ");
                }
            }
            screen.hide_cursor()
        };
        if hidden || (self.bytes().windows(6).any(|w| w == b"\x1b[?25l") && !self.mode(CURSOR)) {
            damage.push_str("cursor hidden, ");
        }
        if !self.cooked() {
            damage.push_str("raw, ");
        }
        damage
    }

    /// The terminal is as it was before the program.
    #[track_caller]
    pub fn assert_whole(&self) {
        assert_eq!(self.damage(), "", "{}", self.picture());
    }

    pub fn pid(&self) -> Pid {
        Pid::from_raw(self.child.process_id().unwrap().try_into().unwrap())
    }

    /// The process group in the foreground: the shell's job, when a shell runs.
    pub fn foreground(&self) -> Pid {
        Pid::from_raw(self.master().process_group_leader().unwrap())
    }

    pub fn signal(&self, signal: Signal) {
        kill(self.pid(), signal).unwrap();
    }

    /// Waits for the end of the program, and for the last of its output.
    pub fn wait_exit(&mut self) -> ExitStatus {
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(
                start.elapsed() < DEADLINE,
                "it does not end\n{}",
                self.picture()
            );
            thread::sleep(Duration::from_millis(5));
        };
        if self.reader.is_some() {
            self.wait_until("the end of the output", |pty| pty.seen().ended);
        }
        status
    }

    /// The terminal goes away under the program, as when its window is closed. Needs a program that draws when the
    /// size changes: the reader is stuck until something comes.
    pub fn close(&mut self) {
        self.close_after("");
    }

    /// The same for a program that draws after these keys.
    pub fn close_after(&mut self, keys: &str) {
        self.shared.closing.store(true, Ordering::SeqCst);
        self.resize(81, 25);
        self.send(keys);
        self.reader.take().unwrap().join().unwrap();
        self.writer = None;
        self.master = None;
    }

    fn master(&self) -> &dyn MasterPty {
        self.master.as_deref().unwrap()
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.shared.seen.lock().unwrap()
    }

    fn picture(&self) -> String {
        let bytes = self.bytes();
        let tail = bytes
            .get(bytes.len().saturating_sub(400)..)
            .unwrap_or_default();
        format!("{}\n-- bytes, last: {}", self.screen(), tail.escape_ascii())
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let _gone = self.child.kill();
            let _status = self.child.wait();
        }
    }
}

/// The state letter of a process: `T` for stopped.
pub fn state(pid: Pid) -> char {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    after_name.trim().chars().next().unwrap_or('?')
}

fn size(cols: u16, rows: u16) -> PtySize {
    PtySize {
        rows,
        cols,
        ..PtySize::default()
    }
}

fn read(mut output: Box<dyn Read + Send>, shared: &Shared) {
    let mut buffer = [0; 4096];
    loop {
        let count = output.read(&mut buffer).unwrap_or(0);
        let mut seen = shared.seen.lock().unwrap();
        let bytes = &buffer[..count];
        seen.bytes.extend_from_slice(bytes);
        seen.parser.process(bytes);
        let over = count == 0 || shared.closing.load(Ordering::SeqCst);
        seen.ended = over;
        drop(seen);
        shared.changed.notify_all();
        if over {
            return;
        }
    }
}
