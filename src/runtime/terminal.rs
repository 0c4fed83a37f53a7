//! The one terminal session: what it switches on when it enters it switches off when it leaves, whoever makes it leave.
//! Knows modes and bytes; knows nothing of frames, keys or state.
mod guard;
mod hyperlinks;
mod modes;

use std::io::{self, IsTerminal};

use thiserror::Error;

pub(in crate::runtime) use guard::hang_up;
pub use guard::restore_now;
pub use hyperlinks::takes_links;

use crate::settings::Hyperlinks;

/// What the session asks of the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Clicks, drags and the wheel are reported.
    pub mouse: bool,
    /// Draw on the alternate screen, so that the main one comes back untouched.
    pub alternate: bool,
    /// Addresses are drawn as links.
    pub links: bool,
}

/// Why the screen cannot be taken.
#[derive(Debug, Error)]
pub enum Error {
    /// `stdin` or `stdout` leads elsewhere.
    #[error("{}", not_a_terminal(.0))]
    NotATerminal(&'static str),
    /// The terminal cannot place a cursor.
    #[error("{}", incapable(.0))]
    Incapable(String),
    /// The terminal refused a call.
    #[error("{}", not_set_up(.0))]
    Io(#[from] io::Error),
}

fn not_a_terminal(stream: &str) -> String {
    say!(
        "{stream} is not a terminal; for scripts use `stacktui ps` and the other commands without a screen",
        stream
    )
}

fn incapable(name: &str) -> String {
    say!(
        "the terminal says it is `{name}`, which cannot draw a screen; set TERM, for example TERM=xterm-256color",
        name
    )
}

fn not_set_up(error: &io::Error) -> String {
    say!("the terminal cannot be set up: {error}", error)
}

/// Holds the terminal in our modes. Dropping it gives the terminal back.
#[derive(Debug)]
pub struct Session {
    options: Options,
}

impl Session {
    /// Takes the terminal on stdin and stdout: raw keys, our modes, an empty screen.
    ///
    /// # Errors
    /// Not a terminal, one that cannot draw, or one that refuses; nothing was written then.
    pub fn enter(options: Options) -> Result<Self, Error> {
        if !io::stdin().is_terminal() {
            return Err(Error::NotATerminal("stdin"));
        }
        if !io::stdout().is_terminal() {
            return Err(Error::NotATerminal("stdout"));
        }
        let term = std::env::var("TERM").unwrap_or_default();
        if matches!(term.as_str(), "" | "dumb" | "unknown") {
            let shown = if term.is_empty() { "unset" } else { &term };
            return Err(Error::Incapable(shown.to_owned()));
        }
        guard::remember()?;
        let session = Self { options };
        session.claim()?;
        Ok(session)
    }

    /// Whether addresses are drawn as links.
    pub fn links(&self) -> bool {
        self.options.links
    }

    /// Columns and rows; 80×24 when the terminal does not know.
    pub fn size(&self) -> (u16, u16) {
        match crossterm::terminal::window_size() {
            Ok(size) if size.columns > 0 && size.rows > 0 => (size.columns, size.rows),
            _ => (80, 24),
        }
    }

    /// Sends a frame in one write. While the terminal is given away (suspended, or restored by a signal) the frame is
    /// dropped.
    ///
    /// # Errors
    /// The terminal is lost: nothing more can be shown.
    pub fn write(&mut self, frame: &[u8]) -> io::Result<()> {
        guard::write(frame)
    }

    /// Gives the terminal back for a while, before the process stops itself.
    pub fn suspend(&mut self) {
        restore_now();
    }

    /// Takes the terminal again after [`suspend`](Self::suspend) or [`raw_passthrough`](Self::raw_passthrough). The
    /// screen is empty then: repaint all of it, at its size of now.
    ///
    /// # Errors
    /// The terminal is lost.
    pub fn resume(&mut self) -> io::Result<()> {
        match guard::phase() {
            // Continued after a stop that we did not see, or told twice of one. To enter the alternate screen from
            // itself would save the cursor and colours of our frame as those to come back to.
            guard::Phase::Drawing if self.options.alternate => guard::write(modes::ALTERNATE_OFF)?,
            guard::Phase::Drawing => {}
            guard::Phase::Passthrough => self.leave_phase(guard::Phase::Passthrough, b"")?,
            guard::Phase::Off => guard::remember()?,
        }
        self.claim()
    }

    /// Switches mouse reports; with them off the terminal's own selection works.
    ///
    /// # Errors
    /// The terminal is lost.
    pub fn set_mouse(&mut self, on: bool) -> io::Result<()> {
        if self.options.mouse == on {
            return Ok(());
        }
        self.options.mouse = on;
        if guard::phase() == guard::Phase::Drawing {
            guard::write(if on {
                modes::MOUSE_ON
            } else {
                modes::MOUSE_OFF
            })?;
        }
        Ok(())
    }

    /// Hands the screen to a foreign program: the main screen, cleared, keys still raw, none of our modes. Its output
    /// goes through [`write`](Self::write); [`resume`](Self::resume) ends it.
    ///
    /// # Errors
    /// The terminal is lost.
    pub fn raw_passthrough(&mut self) -> io::Result<()> {
        self.leave_phase(guard::Phase::Drawing, modes::CLEAR)?;
        guard::set(guard::Phase::Passthrough, self.options);
        Ok(())
    }

    /// Undoes a phase, and then this.
    fn leave_phase(&self, phase: guard::Phase, then: &[u8]) -> io::Result<()> {
        let [links, modes] = guard::leave_bytes(phase, self.options.alternate, self.options.links);
        guard::write(&[links, modes, then].concat())
    }

    /// Gives the terminal back for good.
    pub fn leave(self) {
        drop(self);
    }

    fn claim(&self) -> io::Result<()> {
        guard::raw()?;
        guard::set(guard::Phase::Drawing, self.options);
        let mut bytes = Vec::with_capacity(96);
        if self.options.alternate {
            bytes.extend_from_slice(modes::ALTERNATE_ON);
        }
        bytes.extend_from_slice(modes::ENTER);
        if self.options.mouse {
            bytes.extend_from_slice(modes::MOUSE_ON);
        }
        guard::write(&bytes)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        restore_now();
    }
}

/// For `stacktui --reset-terminal`: brings back a terminal that a killed program left in its modes.
///
/// # Errors
/// Stdout is no terminal, or it refuses.
pub fn reset_terminal(env: &dyn Fn(&str) -> Option<String>) -> Result<(), Error> {
    if !io::stdout().is_terminal() {
        return Err(Error::NotATerminal("stdout"));
    }
    guard::reset(takes_links(Hyperlinks::Auto, env))?;
    Ok(())
}
