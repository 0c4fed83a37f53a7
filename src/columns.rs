//! The registry of columns: all of a column in one value. Level 4: knows state and theme keys, no drawing.
pub mod container;

use std::cmp::Ordering;

use chrono::{DateTime, Utc};

use crate::model::Container;
use crate::state::State;
use crate::theme::Key;

/// How wide a column is, in terminal columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    Fixed(u16),
    /// At least the first, and a share of what is left up to the second.
    Flex(u16, u16),
}

/// What a cell needs beyond the row itself.
#[derive(Debug, Clone, Copy)]
pub struct Cx<'a> {
    pub state: &'a State,
    pub now: DateTime<Utc>,
}

/// What becomes of a cell's text when it is wider than its column.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Fit {
    /// It is cut at its end.
    #[default]
    Cut,
    /// A path: its head is dropped up to the last slash, then it is cut in its middle: the end matters.
    Path,
    /// Whole pieces, a blank apart; those that do not fit are counted.
    Whole,
    /// It takes the room of the columns behind it.
    Spill,
}

/// Text in pieces, each in its style.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    pub pieces: Vec<(String, Key)>,
    pub fit: Fit,
}

impl Cell {
    pub fn of(text: impl Into<String>, key: Key) -> Self {
        Self {
            pieces: vec![(text.into(), key)],
            fit: Fit::Cut,
        }
    }

    /// Nothing is known: blank, never 0.
    pub fn blank() -> Self {
        Self::default()
    }
}

/// All of a column of a table over `R`.
#[derive(Debug, Clone, Copy)]
pub struct Column<R: 'static> {
    pub id: &'static str,
    /// As shown above the column.
    pub title: &'static str,
    pub width: Width,
    /// Figures stand to the right.
    pub right: bool,
    /// The highest leaves last when the screen is narrow; 255 never leaves.
    pub importance: u8,
    /// Shown unless the user chose otherwise.
    pub default: bool,
    /// One sentence.
    pub help: &'static str,
    pub cell: fn(&R, &Cx) -> Cell,
    /// The natural order: names up, loads and ages worst first.
    pub order: fn(&R, &R, &Cx) -> Ordering,
}

/// Writes a container's cell.
pub type ContainerCell = fn(&Container, &Cx) -> Cell;

/// Orders two containers.
pub type ContainerOrder = fn(&Container, &Container, &Cx) -> Ordering;

/// A column of the containers' table.
pub type ContainerColumn = Column<Container>;

/// The column with this id.
pub fn find(id: &str) -> Option<&'static ContainerColumn> {
    container::COLUMNS.iter().find(|column| column.id == id)
}
