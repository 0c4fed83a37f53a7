//! A block of lines, raw or packed, with a summary by which most questions are answered without opening it. Knows no
//! other block.
use std::cell::OnceCell;
use std::sync::Arc;

use super::facts::{self, CONTINUES, DRESSED, Facts};
use super::line::{Kind, NewLine};
use super::lines::Lines;
use super::need::Need;
use super::press;
use super::pressed::{Pressed, Reading};

/// Names a block and its lines: while it stands, lines are only added at the end; any other change gives a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlockId(pub(super) u64);

/// What the lines of a block have among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Summary {
    pub lines: usize,
    /// Bytes of text, newlines included.
    pub bytes: usize,
    pub ids: (u64, u64),
    /// Earliest and latest time, in nanoseconds; the earliest is the greater when no line has one.
    pub at: (i64, i64),
    /// The sources, each at its remainder by 64.
    pub sources: u64,
    /// Kinds, each at its code, for each source modulo 16.
    pub lanes: u64,
    /// The bits of kinds.
    pub kinds: u8,
    pub levels: (u8, u8),
    /// All marks.
    pub marks: u8,
}

impl Default for Summary {
    fn default() -> Self {
        Self {
            lines: 0,
            bytes: 0,
            ids: (u64::MAX, 0),
            at: (i64::MAX, i64::MIN),
            sources: 0,
            lanes: 0,
            kinds: 0,
            levels: (u8::MAX, 0),
            marks: 0,
        }
    }
}

pub(super) fn source_bit(source: u16) -> u64 {
    1 << (source % 64)
}

fn lane_bit((source, kind): (u16, Kind)) -> u64 {
    1 << ((source % 16) * 4 + u16::from(kind.code()))
}

impl Summary {
    fn of(lines: &Lines) -> Self {
        let mut sum = Self::default();
        for slot in 0..lines.len() {
            let line = lines.line(slot);
            sum.add(&line, facts::marks(&line), lines.facts.id(slot));
        }
        sum
    }

    fn add(&mut self, line: &NewLine<'_>, marks: u8, id: u64) {
        self.lines += 1;
        self.bytes += line.bytes.len() + 1;
        self.ids = (self.ids.0.min(id), self.ids.1.max(id));
        if let Some(at) = line.at {
            let at = facts::nanos(at);
            self.at = (self.at.0.min(at), self.at.1.max(at));
        }
        self.sources |= source_bit(line.source);
        self.lanes |= lane_bit((line.source, line.kind));
        self.kinds |= 1 << line.kind.code();
        self.levels = (self.levels.0.min(line.level), self.levels.1.max(line.level));
        self.marks |= marks;
    }

    pub fn may_have_lane(&self, lane: (u16, Kind)) -> bool {
        self.lanes & lane_bit(lane) != 0
    }

    pub fn has_separator(&self) -> bool {
        self.kinds & (1 << Kind::Separator.code()) != 0
    }

    pub fn has_groups(&self) -> bool {
        self.marks & CONTINUES != 0
    }

    pub fn has_dressed(&self) -> bool {
        self.marks & DRESSED != 0
    }
}

#[derive(Debug)]
struct Packed {
    text: Pressed,
    facts: Box<[u8]>,
    /// Bytes of the facts before compression.
    facts_len: usize,
}

#[derive(Debug, Clone)]
enum Body {
    Raw(Arc<Lines>),
    Packed(Arc<Packed>),
}

/// Cheap to clone: its lines are shared.
#[derive(Debug, Clone)]
pub struct Block {
    id: BlockId,
    pub(super) sum: Summary,
    body: Body,
}

impl Block {
    pub(super) fn new(id: BlockId, lines: Lines) -> Self {
        Self {
            id,
            sum: Summary::of(&lines),
            body: Body::Raw(Arc::new(lines)),
        }
    }

    pub fn id(&self) -> BlockId {
        self.id
    }

    /// How many lines.
    pub fn lines(&self) -> usize {
        self.sum.lines
    }

    /// Adds a line at the end.
    pub(super) fn push(&mut self, line: NewLine<'_>, id: u64) {
        if let Body::Packed(_) = self.body {
            self.body = Body::Raw(self.open().lines());
        }
        if let Body::Raw(lines) = &mut self.body {
            let marks = Arc::make_mut(lines).push(line, id);
            self.sum.add(&line, marks, id);
        }
    }

    /// Adds a line before the one in `slot` of a raw block, which gets a new name. Returns whether it is raw.
    pub(super) fn insert(
        &mut self,
        slot: usize,
        line: NewLine<'_>,
        id: u64,
        name: BlockId,
    ) -> bool {
        let Body::Raw(lines) = &mut self.body else {
            return false;
        };
        Arc::make_mut(lines).insert(slot, line, id);
        self.sum.add(&line, facts::marks(&line), id);
        self.id = name;
        true
    }

    /// The time of the last line, in nanoseconds.
    pub(super) fn newest(&self) -> Option<i64> {
        let last = self.sum.lines.checked_sub(1)?;
        match &self.body {
            Body::Raw(lines) => lines.facts.nanos(last),
            Body::Packed(packed) => unpack_facts(packed).nanos(last),
        }
    }

    /// The lines where they are raw.
    pub(super) fn raw(&self) -> Option<&Arc<Lines>> {
        match &self.body {
            Body::Raw(lines) => Some(lines),
            Body::Packed(_) => None,
        }
    }

    /// False: what needs this is not found in any line. A raw block is quickly looked at, and says nothing.
    pub(super) fn may_meet(&self, need: &Need) -> bool {
        match &self.body {
            Body::Raw(_) => true,
            Body::Packed(packed) => need.may_be_met(packed.text.sketch()),
        }
    }

    /// Compresses it; stays raw when that does not go.
    pub(super) fn pack(&mut self) {
        let Body::Raw(lines) = &self.body else {
            return;
        };
        let columns = facts::code::encode(&lines.facts);
        let text = Pressed::of(&lines.text, lines.facts.ends(), self.sum.has_dressed());
        if let (Some(text), Some(facts)) = (text, press::pack(&columns)) {
            self.body = Body::Packed(Arc::new(Packed {
                text,
                facts,
                facts_len: columns.len(),
            }));
        }
    }

    /// The block for reading; of a packed one, only what is asked for is unpacked.
    pub(super) fn open(&self) -> Open<'_> {
        Open {
            block: self,
            reading: match &self.body {
                Body::Raw(_) => None,
                Body::Packed(packed) => Some(packed.text.reading()),
            },
            facts: OnceCell::new(),
        }
    }

    /// Bytes of memory.
    pub(super) fn weight(&self) -> usize {
        size_of::<Self>()
            + match &self.body {
                Body::Raw(lines) => lines.weight() + size_of::<Lines>(),
                Body::Packed(packed) => {
                    packed.text.weight() + packed.facts.len() + size_of::<Packed>()
                }
            }
    }
}

/// A block open for reading.
#[derive(Debug)]
pub(super) struct Open<'a> {
    block: &'a Block,
    /// Of a packed one.
    reading: Option<Reading<'a>>,
    facts: OnceCell<Facts>,
}

impl<'a> Open<'a> {
    pub fn text(&self) -> &[u8] {
        match &self.block.body {
            Body::Raw(lines) => &lines.text,
            Body::Packed(_) => self.reading().map_or(&[], Reading::text),
        }
    }

    /// The text of a packed one, which need not be put together.
    pub fn reading(&self) -> Option<&Reading<'a>> {
        self.reading.as_ref()
    }

    pub fn facts(&self) -> &Facts {
        match &self.block.body {
            Body::Raw(lines) => &lines.facts,
            Body::Packed(packed) => self.facts.get_or_init(|| unpack_facts(packed)),
        }
    }

    /// All of it.
    pub fn lines(self) -> Arc<Lines> {
        match &self.block.body {
            Body::Raw(lines) => Arc::clone(lines),
            Body::Packed(packed) => Arc::new(Lines {
                text: self.reading.map_or(Vec::new(), Reading::into_text),
                facts: self
                    .facts
                    .into_inner()
                    .unwrap_or_else(|| unpack_facts(packed)),
            }),
        }
    }
}

/// What this program packed comes back whole; were it not so, the block would read as empty.
fn unpack_facts(packed: &Packed) -> Facts {
    press::unpack(&packed.facts, packed.facts_len)
        .and_then(|columns| facts::code::decode(&columns))
        .unwrap_or_default()
}
