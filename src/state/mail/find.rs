//! A search in the part of a message that is on screen: its hits, and the one it is at. Knows no screen.
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use crate::model::mail::Letter;
use crate::text::{self, seek};

use super::Part;

/// What is searched, and where it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Find {
    /// As typed; empty: nothing.
    pub query: String,
    /// The first row of each hit.
    rows: Vec<usize>,
    /// Of each row the bytes that belong to a hit, and to which.
    parts: BTreeMap<usize, Vec<(Range<usize>, usize)>>,
    at: Option<usize>,
    /// The row that is to be brought on screen.
    pub wanted: Option<usize>,
}

impl Find {
    /// Looks anew in this part; at the first hit from this row on, around the end.
    pub fn look(&mut self, letter: &Letter, part: Part, from: usize) {
        let rows = (0..part.length(letter)).map(|row| part.row(letter, row));
        let hits = seek::hits(rows, &self.query);
        self.parts.clear();
        for (number, hit) in hits.iter().enumerate() {
            for (row, bytes) in hit {
                let parts = self.parts.entry(*row).or_default();
                parts.push((bytes.clone(), number));
            }
        }
        let first = |hit: &seek::Hit| hit.first().map(|(row, _)| *row);
        self.rows = hits.iter().filter_map(first).collect();
        let below = self.rows.iter().position(|row| *row >= from);
        self.at = below.or((!self.rows.is_empty()).then_some(0));
        self.wanted = None;
    }

    /// Goes to the next hit or the one before, around the ends; false where there is none.
    pub fn seek(&mut self, forward: bool) -> bool {
        let count = self.rows.len();
        self.at = self.at.filter(|_| count > 0).map(|at| {
            let by = if forward { 1 } else { count - 1 };
            (at + by) % count
        });
        self.show()
    }

    /// Wants the hit that it is at on screen; false where there is none.
    pub fn show(&mut self) -> bool {
        self.wanted = self.at.and_then(|at| self.rows.get(at)).copied();
        self.wanted.is_some()
    }

    /// The number of the hit that it is at, from one, and how many there are.
    pub fn count(&self) -> (usize, usize) {
        (self.at.map_or(0, |at| at + 1), self.rows.len())
    }

    /// The hits on a row: their bytes, and whether it is the one that the search is at.
    pub fn on(&self, row: usize) -> impl Iterator<Item = (Range<usize>, bool)> {
        let parts = self.parts.get(&row).into_iter().flatten();
        parts.map(|(bytes, hit)| (bytes.clone(), Some(*hit) == self.at))
    }
}

impl Part {
    /// How many rows it has.
    pub fn length(self, letter: &Letter) -> usize {
        match self {
            Self::Text => letter.text.as_ref().map_or(0, Vec::len),
            Self::Html => letter.html.as_ref().map_or(0, Vec::len),
            Self::Headers => letter.headers.len(),
            Self::Raw => letter.raw_rows.len(),
            Self::Links => letter.links.len(),
            Self::Files => letter.attachments.len(),
        }
    }

    /// The text of a row, as it is shown.
    pub fn row(self, letter: &Letter, number: usize) -> Cow<'_, str> {
        let found = match self {
            Self::Text => one(letter.text.as_deref().unwrap_or_default(), number),
            Self::Raw => one(&letter.raw_rows, number),
            Self::Links => one(&letter.links, number),
            Self::Html => letter.html.as_ref().and_then(|rows| {
                let pieces = rows.get(number)?.iter();
                Some(pieces.map(|(words, _)| words.as_str()).collect())
            }),
            Self::Headers => {
                let header = letter.headers.get(number);
                header.map(|(name, value)| format!("{name}: {value}").into())
            }
            Self::Files => letter.attachments.get(number).map(|file| {
                let size = text::pad_left(&text::bytes(file.content.len() as u64), 9);
                format!("{size}  {}  {}", file.name, file.media_type).into()
            }),
        };
        found.unwrap_or_default()
    }
}

fn one(rows: &[String], number: usize) -> Option<Cow<'_, str>> {
    rows.get(number).map(|row| Cow::Borrowed(row.as_str()))
}
