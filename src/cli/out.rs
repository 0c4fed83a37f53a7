//! Standard output and how a command ends early. A reader that has gone is success: nobody wants the rest.
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Stdout, Write};
use std::os::fd::AsFd;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::{DONE, FAILED, USAGE};
use crate::lang::{self, Lang};
use crate::model::{DownReason, Tried};
use crate::msg::Failure;

/// Why a command ends before its time.
#[derive(Debug)]
pub(super) enum Quit {
    /// Nobody reads the output any more.
    NobodyReads,
    /// With this message and exit code.
    Because { message: String, code: u8 },
}

impl Quit {
    pub(super) fn failed(message: impl Into<String>) -> Self {
        Self::Because {
            message: message.into(),
            code: FAILED,
        }
    }

    pub(super) fn usage(message: impl Into<String>) -> Self {
        Self::Because {
            message: message.into(),
            code: USAGE,
        }
    }
}

impl From<io::Error> for Quit {
    /// From writing output.
    fn from(error: io::Error) -> Self {
        if error.kind() == ErrorKind::BrokenPipe {
            Self::NobodyReads
        } else {
            Self::failed(say!("cannot write: {error}", error))
        }
    }
}

/// Says on stderr why, and gives the exit code.
pub(super) fn end(quit: &Quit) -> u8 {
    match quit {
        Quit::NobodyReads => DONE,
        Quit::Because { message, code } => {
            complain(message);
            *code
        }
    }
}

/// One message on stderr, after the program's name. What cannot be written there cannot be told anywhere.
pub(super) fn complain(message: &str) {
    let _ = writeln!(io::stderr().lock(), "stacktui: {message}");
}

/// A failure with its way out, for [`complain`].
pub(super) fn told(failure: &Failure) -> String {
    let said = with_advice(failure.what.as_str(), &failure.said);
    with_advice(&said, &failure.advice)
}

fn with_advice(what: &str, advice: &str) -> String {
    if advice.is_empty() {
        what.to_owned()
    } else {
        format!("{what}\n  {advice}")
    }
}

/// Each endpoint that was tried, why it failed and the way out.
pub(super) fn tried(tried: &[Tried]) -> String {
    let one = |tried: &Tried| {
        let head = say!(
            "{endpoint} ({origin}): {why}",
            endpoint = tried.endpoint,
            origin = tried.origin,
            why = tried.why
        );
        with_advice(&head, &tried.advice).replace('\n', "\n  ")
    };
    tried
        .iter()
        .map(|item| format!("  {}", one(item)))
        .collect::<Vec<_>>()
        .join("\n")
}

/// No engine answered.
pub(super) fn no_engine(reason: &DownReason) -> Quit {
    Quit::failed(format!(
        "{}\n{}",
        say!("no engine answers"),
        tried(&reason.tried)
    ))
}

/// Standard output, buffered; flushed when it is dropped, or at each line on a terminal.
pub(super) struct Out {
    inner: BufWriter<Stdout>,
    terminal: bool,
}

impl Out {
    pub(super) fn stdout() -> Self {
        let stdout = io::stdout();
        let terminal = stdout.is_terminal();
        Self {
            inner: BufWriter::new(stdout),
            terminal,
        }
    }

    /// Whether a person looks at it.
    pub(super) fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// The language of a table: scripts, which read it through a pipe, are not to depend on a locale.
    pub(super) fn language(&self) -> Lang {
        if self.terminal {
            lang::current()
        } else {
            Lang::ENGLISH
        }
    }

    /// Columns to fill, on a terminal.
    pub(super) fn columns(&self) -> Option<usize> {
        let (columns, _) = crossterm::terminal::size().ok()?;
        Some(usize::from(columns)).filter(|columns| self.terminal && *columns > 0)
    }

    pub(super) fn line(&mut self, line: &str) -> Result<(), Quit> {
        self.inner.write_all(line.as_bytes())?;
        self.inner.write_all(b"\n")?;
        if self.terminal {
            self.inner.flush()?;
        }
        Ok(())
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) -> Result<(), Quit> {
        self.inner.write_all(bytes)?;
        Ok(())
    }

    /// Everything so far is out, or nobody reads.
    pub(super) fn flush(&mut self) -> Result<(), Quit> {
        self.inner.flush()?;
        Ok(())
    }

    /// A pipe whose other end was closed, found without writing into it.
    pub(super) fn nobody_reads(&self) -> bool {
        let mut polled = [PollFd::new(
            self.inner.get_ref().as_fd(),
            PollFlags::empty(),
        )];
        let asked = poll(&mut polled, PollTimeout::ZERO);
        let [found] = polled;
        let gone = PollFlags::POLLERR | PollFlags::POLLHUP;
        asked.is_ok()
            && found
                .revents()
                .is_some_and(|events| events.intersects(gone))
    }
}
