//! What the event loop needs of a terminal: the real one, or a screen in a test.
use std::io;

use super::input::InputThread;
use super::terminal::Session;

/// A place to paint on.
pub trait Screen {
    /// Columns and rows.
    fn size(&self) -> (u16, u16);
    /// Sends bytes at once.
    ///
    /// # Errors
    /// The terminal is gone.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// What is written next ends with a question whether all was shown: one answer more is no input. It is told as
    /// [`TermInput::Answered`](super::input::TermInput::Answered).
    fn expect_answer(&mut self);
    /// Whether somebody is there to continue the process after [`suspend`](Self::suspend).
    fn can_suspend(&self) -> bool;
    /// Gives the terminal back and stops the process until it is continued.
    fn suspend(&mut self);
    /// Takes the terminal again.
    ///
    /// # Errors
    /// The terminal is gone.
    fn resume(&mut self) -> io::Result<()>;
    /// Hands screen and keys to a foreign program, or takes the keys back.
    ///
    /// # Errors
    /// The terminal is gone.
    fn hand_over(&mut self, on: bool) -> io::Result<()>;
    /// # Errors
    /// The terminal is gone.
    fn set_mouse(&mut self, on: bool) -> io::Result<()>;
    /// Gives the terminal back for good, with what was typed and not read yet.
    fn leave(&mut self);
}

/// The terminal this process runs in.
#[derive(Debug)]
pub struct Terminal {
    pub session: Session,
    pub input: InputThread,
}

impl Screen for Terminal {
    fn size(&self) -> (u16, u16) {
        self.session.size()
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.session.write(bytes)
    }

    fn expect_answer(&mut self) {
        self.input.asked();
    }

    fn can_suspend(&self) -> bool {
        super::signals::can_stop()
    }

    fn suspend(&mut self) {
        self.session.suspend();
        super::signals::stop_self();
    }

    fn resume(&mut self) -> io::Result<()> {
        self.session.resume()
    }

    fn hand_over(&mut self, on: bool) -> io::Result<()> {
        if on {
            self.session.raw_passthrough()?;
            self.input.passthrough(true);
            return Ok(());
        }
        self.input.passthrough(false);
        self.session.resume()
    }

    fn set_mouse(&mut self, on: bool) -> io::Result<()> {
        self.session.set_mouse(on)
    }

    fn leave(&mut self) {
        self.input.rest();
        self.session.suspend();
    }
}
