//! What is known of the lines of one block beside their text, in columns. Knows nothing of compression or of other
//! blocks; `facts/code.rs` writes the columns small.
pub(super) mod code;

use chrono::{DateTime, Utc};

use super::line::{Kind, NewLine};

/// The two lowest bits of a line's marks are its kind; these are the rest.
pub(super) const CONTINUES: u8 = 1 << 2;
/// Has an ESC or a CR: what is shown is not what the bytes say, so patterns look at what is shown.
pub(super) const DRESSED: u8 = 1 << 3;
const CUT: u8 = 1 << 4;
const UNTIMED: u8 = 1 << 5;

/// Ids of a block's lines.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Ids {
    /// One after the other from this one: nearly always.
    Run(u64),
    Each(Vec<u64>),
}

/// The columns; all of one length but `cuts`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Where each line ends in the text: the place of its newline.
    ends: Vec<u32>,
    /// Nanoseconds since 1970; 0 for a line without a time.
    at: Vec<i64>,
    source: Vec<u16>,
    marks: Vec<u8>,
    level: Vec<u8>,
    ids: Ids,
    /// Line and true length of lines that were cut.
    cuts: Vec<(u32, u64)>,
}

impl Default for Facts {
    fn default() -> Self {
        Self {
            ends: Vec::new(),
            at: Vec::new(),
            source: Vec::new(),
            marks: Vec::new(),
            level: Vec::new(),
            ids: Ids::Run(0),
            cuts: Vec::new(),
        }
    }
}

/// The marks of a line with these bytes.
pub(super) fn marks(line: &NewLine<'_>) -> u8 {
    let mut marks = line.kind.code();
    for (on, mark) in [
        (line.continues, CONTINUES),
        (memchr::memchr2(0x1b, b'\r', line.bytes).is_some(), DRESSED),
        (line.cut_from.is_some(), CUT),
        (line.at.is_none(), UNTIMED),
    ] {
        if on {
            marks |= mark;
        }
    }
    marks
}

/// Nanoseconds since 1970, as far as they can be counted.
pub(super) fn nanos(at: DateTime<Utc>) -> i64 {
    at.timestamp_nanos_opt().unwrap_or_else(|| {
        if at.timestamp() < 0 {
            i64::MIN
        } else {
            i64::MAX
        }
    })
}

impl Facts {
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn ends(&self) -> &[u32] {
        &self.ends
    }

    /// Where the line begins in the text.
    pub(super) fn start(&self, slot: usize) -> usize {
        slot.checked_sub(1)
            .and_then(|before| self.ends.get(before))
            .map_or(0, |end| *end as usize + 1)
    }

    pub(super) fn end(&self, slot: usize) -> usize {
        self.ends.get(slot).map_or(0, |end| *end as usize)
    }

    /// Nanoseconds since 1970.
    pub(super) fn nanos(&self, slot: usize) -> Option<i64> {
        let timed = self.marks.get(slot)? & UNTIMED == 0;
        self.at.get(slot).copied().filter(|_| timed)
    }

    pub(super) fn at(&self, slot: usize) -> Option<DateTime<Utc>> {
        self.nanos(slot).map(DateTime::from_timestamp_nanos)
    }

    pub(super) fn source(&self, slot: usize) -> u16 {
        self.source.get(slot).copied().unwrap_or(0)
    }

    pub(super) fn kind(&self, slot: usize) -> Kind {
        Kind::of_code(self.marks.get(slot).copied().unwrap_or(0))
    }

    pub(super) fn level(&self, slot: usize) -> u8 {
        self.level.get(slot).copied().unwrap_or(0)
    }

    pub(super) fn continues(&self, slot: usize) -> bool {
        self.marks.get(slot).is_some_and(|m| m & CONTINUES != 0)
    }

    pub(super) fn cut_from(&self, slot: usize) -> Option<u64> {
        self.marks.get(slot).filter(|m| **m & CUT != 0)?;
        let found = self
            .cuts
            .binary_search_by_key(&(slot as u32), |(line, _)| *line)
            .ok()?;
        self.cuts.get(found).map(|(_, from)| *from)
    }

    pub(super) fn id(&self, slot: usize) -> u64 {
        match &self.ids {
            Ids::Run(first) => first + slot as u64,
            Ids::Each(ids) => ids.get(slot).copied().unwrap_or(u64::MAX),
        }
    }

    pub(super) fn slot_of(&self, id: u64) -> Option<usize> {
        match &self.ids {
            Ids::Run(first) => {
                let slot = usize::try_from(id.checked_sub(*first)?).ok()?;
                (slot < self.len()).then_some(slot)
            }
            Ids::Each(ids) => ids.iter().position(|one| *one == id),
        }
    }

    /// The lane of a line: lines of one lane never change places.
    pub(super) fn lane(&self, slot: usize) -> (u16, Kind) {
        (self.source(slot), self.kind(slot))
    }

    /// Adds a line that begins where the last ended.
    pub(super) fn push(&mut self, line: &NewLine<'_>, marks: u8, id: u64) {
        let slot = self.len();
        let start = self.start(slot);
        self.ends.push((start + line.bytes.len()) as u32);
        self.at.push(line.at.map_or(0, nanos));
        self.source.push(line.source);
        self.marks.push(marks);
        self.level.push(line.level);
        self.add_id(slot, id);
        if let Some(from) = line.cut_from {
            self.cuts.push((slot as u32, from));
        }
    }

    /// Adds a line before the one in `slot`.
    pub(super) fn insert(&mut self, slot: usize, line: &NewLine<'_>, id: u64) {
        let start = self.start(slot);
        let taken = line.bytes.len() as u32 + 1;
        self.ends[slot..].iter_mut().for_each(|end| *end += taken);
        self.ends.insert(slot, start as u32 + taken - 1);
        self.at.insert(slot, line.at.map_or(0, nanos));
        self.source.insert(slot, line.source);
        self.marks.insert(slot, marks(line));
        self.level.insert(slot, line.level);
        self.add_id(slot, id);
        let first = self.cuts.partition_point(|(at, _)| (*at as usize) < slot);
        self.cuts[first..].iter_mut().for_each(|(at, _)| *at += 1);
        if let Some(from) = line.cut_from {
            self.cuts.insert(first, (slot as u32, from));
        }
    }

    fn add_id(&mut self, slot: usize, id: u64) {
        let before = self.len() - 1;
        match &mut self.ids {
            Ids::Run(first) if before == 0 => *first = id,
            Ids::Run(first) if slot == before && *first + slot as u64 == id => {}
            Ids::Run(first) => {
                let mut each: Vec<u64> = (*first..*first + before as u64).collect();
                each.insert(slot, id);
                self.ids = Ids::Each(each);
            }
            Ids::Each(each) => each.insert(slot, id),
        }
    }

    /// The head of each line's group: the newest line above it of its source that does not continue another. A line
    /// that continues nothing is its own head.
    pub(super) fn heads(&self) -> Vec<u32> {
        let mut open: Vec<(u16, u32)> = Vec::new();
        (0..self.len())
            .map(|slot| {
                let (source, kind) = self.lane(slot);
                if kind == Kind::Separator {
                    return slot as u32;
                }
                let known = open.iter_mut().find(|(one, _)| *one == source);
                match known {
                    Some((_, head)) if self.continues(slot) => *head,
                    Some((_, head)) => {
                        *head = slot as u32;
                        slot as u32
                    }
                    None => {
                        open.push((source, slot as u32));
                        slot as u32
                    }
                }
            })
            .collect()
    }

    /// Bytes of memory.
    pub(super) fn weight(&self) -> usize {
        let ids = match &self.ids {
            Ids::Run(_) => 0,
            Ids::Each(each) => each.capacity() * 8,
        };
        self.ends.capacity() * 4
            + self.at.capacity() * 8
            + self.source.capacity() * 2
            + self.marks.capacity()
            + self.level.capacity()
            + self.cuts.capacity() * 16
            + ids
    }
}
