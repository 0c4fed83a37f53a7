//! The registry of columns: all of a column in one value. Level 4: knows state and theme keys, no drawing.
pub mod container;
pub mod entry;
pub mod host;
pub mod image;
pub mod listed;
pub mod mail;
pub mod network;
pub mod route;
pub mod stack;
pub mod swarm;
pub mod volume;

use std::borrow::Cow;
use std::cell::RefCell;
use std::cmp::Reverse;

use chrono::{DateTime, Utc};

use crate::lang;
use crate::model::container::Problem;
use crate::model::{Container, RunState};
use crate::state::State;
use crate::text::{self, FuzzyMatcher};
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
    /// Finds in a name what the filter found in it. One for all rows: it is costly to make, and scores in a place of its own.
    pub hits: Option<&'a RefCell<FuzzyMatcher>>,
}

/// What becomes of a cell's text when it is wider than its column.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Fit {
    /// It is cut at its end.
    #[default]
    Cut,
    /// A path: its head is dropped up to the last slash, then it is cut in its middle, or before its tag: the end matters.
    Path,
    /// Its widest piece is cut in its middle: the beginning and the end tell things apart.
    Middle,
    /// A sign, an address, and what is to be said of it: that goes first, then of the address what tells the least.
    Address,
    /// The piece of this place stays: what stands behind it goes first, then what stands before it is cut at its end.
    Keep(usize),
    /// Whole pieces, a blank apart; those that do not fit are counted.
    Whole,
    /// It takes the room of the columns behind it; where even that is too little, the first column's name is
    /// shortened for the last piece, and of others only the last piece stays.
    Spill,
}

/// Text in pieces, each in its style.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell<'a> {
    pub pieces: Vec<(Cow<'a, str>, Key)>,
    pub fit: Fit,
}

impl<'a> Cell<'a> {
    pub fn of(text: impl Into<Cow<'a, str>>, key: Key) -> Self {
        Self {
            pieces: vec![(text.into(), key)],
            fit: Fit::Cut,
        }
    }

    /// Nothing is known: blank, never 0.
    pub fn blank() -> Self {
        Self::default()
    }

    /// What it takes, uncut.
    pub fn width(&self) -> usize {
        self.pieces
            .iter()
            .map(|(words, _)| text::width(words))
            .sum()
    }
}

/// Where a row stands in a column's order, the lesser first. Taken once a row, so that comparing two builds nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank<'a> {
    Text(Cow<'a, str>),
    Texts(Vec<&'a str>),
    Number(i64),
    Numbers(Vec<u32>),
    /// Problems by weight, then what lives, then the rest; within each by state, the newest first.
    Condition(
        u8,
        Option<Problem>,
        &'a RunState,
        Reverse<Option<DateTime<Utc>>>,
    ),
    /// What is not known comes last.
    Unknown,
}

impl Rank<'_> {
    /// The greater first, what is not known last.
    pub fn descending(number: Option<i64>) -> Self {
        number.map_or(Self::Unknown, |n| Self::Number(!n))
    }

    /// Figures, the greater first. Any two can be compared, not-a-number too.
    pub fn figure(figure: Option<f64>) -> Self {
        Self::descending(figure.map(|figure| {
            // Zero has one sign. The bits of two floats compare like whole numbers once those of negatives are turned.
            let bits = (figure + 0.0).to_bits() as i64;
            bits ^ i64::MAX & (bits >> 63)
        }))
    }
}

/// All of a column of a table over `R`.
#[derive(Debug, Clone, Copy)]
pub struct Column<R: 'static> {
    pub id: &'static str,
    /// As shown above the column.
    title: &'static str,
    pub width: Width,
    /// Figures stand to the right.
    pub right: bool,
    /// The highest leaves last when the screen is narrow; 255 never leaves.
    pub importance: u8,
    /// Shown unless the user chose otherwise.
    pub default: bool,
    /// One sentence.
    help: &'static str,
    pub cell: for<'a> fn(&'a R, &Cx<'a>) -> Cell<'a>,
    /// Where a row stands in the natural order: names up, loads and ages worst first.
    pub rank: for<'a> fn(&'a R, &Cx) -> Rank<'a>,
    /// The order stands on figures that come with each sample.
    pub sampled: bool,
    /// Tells apart where rows are from: it comes and goes by itself with those of several.
    pub comes: Option<fn(&State) -> bool>,
}

impl<R> Column<R> {
    /// As shown above the column, in the chosen language: there a shorter word than elsewhere may be needed.
    pub fn title(&self) -> &'static str {
        match lang::say_as(self.title, "column") {
            same if same == self.title => lang::say(self.title),
            short => short,
        }
    }

    /// What menus call it: in English as the settings do, elsewhere as it stands above the column.
    pub fn name(&self) -> &'static str {
        match self.title() {
            "" => lang::say_as(self.id, "column"),
            same if same == self.title => self.id,
            title => title,
        }
    }

    /// One sentence, in the chosen language.
    pub fn help(&self) -> &'static str {
        lang::say(self.help)
    }
}

/// The columns shown: those chosen, or the default ones, and those that come by themselves.
pub fn shown<R>(
    columns: &'static [Column<R>],
    chosen: &[String],
    state: &State,
) -> Vec<&'static Column<R>> {
    let wanted = |column: &&Column<R>| {
        if let Some(comes) = column.comes {
            comes(state)
        } else if chosen.is_empty() {
            column.default
        } else {
            chosen.iter().any(|id| id == column.id)
        }
    };
    columns.iter().filter(wanted).collect()
}

/// Writes a cell.
type WriteCell<R> = for<'a> fn(&'a R, &Cx<'a>) -> Cell<'a>;

/// Ranks a row.
type TakeRank<R> = for<'a> fn(&'a R, &Cx) -> Rank<'a>;

/// A column of words.
const fn words<R>(
    id: &'static str,
    title: &'static str,
    width: Width,
    importance: u8,
    help: &'static str,
    cell: WriteCell<R>,
    rank: TakeRank<R>,
) -> Column<R> {
    Column {
        id,
        title,
        width,
        right: false,
        importance,
        default: false,
        help,
        cell,
        rank,
        sampled: false,
        comes: None,
    }
}

/// A column of figures: to the right, no wider than it must be.
const fn figure<R>(
    id: &'static str,
    title: &'static str,
    width: u16,
    importance: u8,
    help: &'static str,
    cell: WriteCell<R>,
    rank: TakeRank<R>,
) -> Column<R> {
    let mut column = words(id, title, Width::Fixed(width), importance, help, cell, rank);
    column.right = true;
    column
}

/// Shown unless the user chose otherwise.
const fn default<R>(mut column: Column<R>) -> Column<R> {
    column.default = true;
    column
}

/// Its order stands on figures that come with each sample.
const fn sampled<R>(mut column: Column<R>) -> Column<R> {
    column.sampled = true;
    column
}

/// Tells apart where rows are from.
const fn apart<R>(mut column: Column<R>, comes: fn(&State) -> bool) -> Column<R> {
    column.comes = Some(comes);
    column
}

/// A column of the containers' table.
pub type ContainerColumn = Column<Container>;

/// The column with this id.
pub fn find(id: &str) -> Option<&'static ContainerColumn> {
    container::COLUMNS.iter().find(|column| column.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn greater_figures_rank_first_and_unknown_ones_last() {
        let figures = [
            Some(f64::INFINITY),
            Some(400.0),
            Some(0.5),
            Some(0.0),
            Some(-0.5),
            Some(-7.0),
            None,
        ];
        let ranks: Vec<Rank> = figures.into_iter().map(Rank::figure).collect();
        assert!(ranks.is_sorted_by(|a, b| a < b), "{ranks:?}");
        assert_eq!(Rank::figure(Some(-0.0)), Rank::figure(Some(0.0)));
    }
}
