//! Which lines belong to the one before: stack traces, and what a program writes beneath a line of its log.
//!
//! Looks at each line once, keeps a few bytes for each source and never looks back, so a group grows line by line as
//! it comes. Must not know: where lines are kept, what a filter does with a group.

mod shape;

use super::level::{Level, level_of, skip_colours};
use shape::{Shape, shape};

/// Lines that one group holds at most, its first line included; what follows opens another.
pub const GROUP_CAP: u16 = 500;

/// Whether `line` belongs to `previous`, judged from these two alone.
///
/// A [`Grouper`] sees more: it knows what the group began with.
pub fn continues(previous: &[u8], line: &[u8]) -> bool {
    let mut grouper = Grouper::default();
    grouper.continues(previous, level_of(previous));
    grouper.continues(line, level_of(line))
}

/// Follows one stream of one source, line by line. A few bytes, whatever the lines.
#[derive(Debug, Clone, Copy, Default)]
pub struct Grouper {
    /// Lines of the group so far; 0 before the first line of all.
    lines: u16,
    /// The level of the group's first line.
    head: Option<Level>,
    /// The group began with the name of what was thrown.
    thrown: bool,
    within: Within,
}

/// What the group is in the midst of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Within {
    /// A line of a log and what is indented beneath it.
    #[default]
    Line,
    /// Frames of the JVM, .NET, Node or Ruby.
    Frames,
    /// PHP's numbered frames.
    Php,
    /// Python's frames: the exception is still to come.
    Python,
    /// Behind Python's exception.
    PythonEnd,
    /// Python told that another exception follows.
    PythonChain,
    Go,
    /// Rust's panic: its message is the next line.
    RustHead,
    Rust,
}

impl Grouper {
    /// Takes the next line; says whether it belongs to the group of the lines before. `level` is the line's own.
    pub fn continues(&mut self, line: &[u8], level: Option<Level>) -> bool {
        let line = skip_colours(line);
        let shape = shape(line, level);
        let joins = self.lines > 0 && self.joins(shape, line, level);
        if joins && self.lines < GROUP_CAP {
            self.lines += 1;
            self.within = self.after(shape);
            return true;
        }
        // A group that is full goes on as another with the same head.
        if joins {
            self.within = self.after(shape);
        } else {
            self.head = level;
            self.thrown = shape == Shape::Thrown;
            self.within = opened_by(shape);
        }
        self.lines = 1;
        false
    }

    fn joins(self, shape: Shape, line: &[u8], level: Option<Level>) -> bool {
        use Within as In;
        let levelled = self.head.is_some();
        match shape {
            Shape::Frame | Shape::Cause => true,
            Shape::RubyFrame => levelled || self.thrown || self.within != In::Line,
            Shape::PhpFrame => self.within == In::Php,
            Shape::PhpHead => levelled || self.thrown,
            Shape::Traceback => match self.within {
                In::Line => self.head >= Some(Level::Warn) && self.lines == 1,
                within => within == In::PythonChain,
            },
            Shape::PythonChain => self.within == In::PythonEnd,
            Shape::Goroutine => self.within == In::Go || self.head >= Some(Level::Error),
            Shape::GoFrame => self.within == In::Go,
            Shape::RustNote => matches!(self.within, In::Rust | In::RustHead),
            Shape::Thrown => match self.within {
                In::Python | In::RustHead => true,
                // The exception that a line of the log was about.
                In::Line => self.lines == 1 && !self.thrown && self.head >= Some(Level::Warn),
                _ => false,
            },
            Shape::Detail => levelled && level.is_none(),
            Shape::Indented => self.lines > 1 || levelled || self.thrown || self.within != In::Line,
            Shape::Closing => self.lines > 1,
            Shape::Blank => matches!(self.within, In::Go | In::PythonEnd | In::PythonChain),
            Shape::Other => match self.within {
                In::Python => level.is_none() && shape::names_exception(line),
                In::RustHead => level.is_none() && !shape::opens_record(line),
                _ => false,
            },
            Shape::GoPanic | Shape::RustPanic | Shape::Source => false,
        }
    }

    /// What the group is in the midst of once this line has joined it.
    fn after(self, shape: Shape) -> Within {
        use Within as In;
        match (shape, self.within) {
            (Shape::Traceback, _) => In::Python,
            (Shape::Thrown | Shape::Other, In::Python) => In::PythonEnd,
            (Shape::PythonChain, _) => In::PythonChain,
            (Shape::PhpHead, _) => In::Php,
            // `  thrown in …` closes PHP's frames.
            (Shape::Indented, In::Php) => In::Frames,
            (Shape::Goroutine, _) => In::Go,
            (_, In::RustHead) => In::Rust,
            (Shape::Frame | Shape::Cause | Shape::RubyFrame | Shape::Thrown, In::Line) => {
                In::Frames
            }
            (_, within) => within,
        }
    }
}

/// What a group's first line leads into.
fn opened_by(shape: Shape) -> Within {
    match shape {
        Shape::Traceback => Within::Python,
        Shape::GoPanic | Shape::Goroutine => Within::Go,
        Shape::RustPanic => Within::RustHead,
        Shape::PhpHead => Within::Php,
        Shape::Frame | Shape::Cause | Shape::Source => Within::Frames,
        _ => Within::Line,
    }
}

#[cfg(test)]
#[path = "trace/tests.rs"]
mod tests;
