//! What a view shows of the lines, as a rule, and the scan of one block by it: a pure function of both. Knows no store.
use std::collections::BTreeSet;

use super::bits::Bits;
use super::block::{Block, Open, Summary, source_bit};
use super::facts::Facts;
use super::find::find;
use super::line::Kind;
use super::matcher::Matcher;

/// What it costs to refuse a block, in bytes of text read in the same time.
const REFUSED: usize = 1 << 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Streams {
    #[default]
    Both,
    /// With lines of terminals, which have one stream.
    Stdout,
    Stderr,
}

impl Streams {
    fn passes(self, kind: Kind) -> bool {
        match (self, kind) {
            (Self::Both, _) | (_, Kind::Separator) => true,
            (Self::Stdout, kind) => kind != Kind::Stderr,
            (Self::Stderr, kind) => kind == Kind::Stderr,
        }
    }
}

/// A line is shown when all of this lets it pass. The empty sieve shows everything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sieve {
    /// All of these are found.
    pub keep: Vec<Matcher>,
    /// None of these is found.
    pub drop: Vec<Matcher>,
    /// The lowest level; lines of level 0 pass when this is 0 alone.
    pub lowest: u8,
    pub streams: Streams,
    pub muted: BTreeSet<u16>,
    /// Lines shown before and after each that passes, separators excepted.
    pub context: usize,
    /// Lines that continue others pass or fall with them: a pattern may be found in any line of the group, and the
    /// gravest level counts for all.
    pub whole_groups: bool,
    /// Separators pass unless their source is muted.
    pub keep_separators: bool,
}

/// What a scan found: the lines of a block that pass, from one of them on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub from: usize,
    /// Of the lines behind `from`.
    pub bits: Bits,
    /// Those of them that pass as separators alone.
    pub separators: Bits,
}

impl Sieve {
    /// Shows everything.
    pub fn is_open(&self) -> bool {
        self.keep.is_empty()
            && self.drop.is_empty()
            && self.lowest == 0
            && self.streams == Streams::Both
            && self.muted.is_empty()
    }

    /// Text that a scan of the block reads, about: less where its summary answers.
    pub(super) fn bytes_to_read(&self, block: &Block) -> usize {
        if self.refuses(block) {
            REFUSED
        } else {
            block.sum.bytes.max(1)
        }
    }

    fn mutes(&self, sum: &Summary) -> bool {
        self.muted.iter().any(|s| sum.sources & source_bit(*s) != 0)
    }

    /// Whether each line has to be asked for its level, kind or source.
    fn asks_facts(&self, sum: &Summary) -> bool {
        let kinds = [Kind::Stdout, Kind::Stderr, Kind::Tty, Kind::Separator];
        let absent = |kind: &Kind| sum.kinds & (1 << kind.code()) == 0;
        self.lowest > sum.levels.0
            || self.mutes(sum)
            || !kinds.iter().all(|k| absent(k) || self.streams.passes(*k))
    }

    /// No line but separators can pass, and no text need be read to know it.
    pub(super) fn refuses(&self, block: &Block) -> bool {
        let sum = &block.sum;
        let kinds = [Kind::Stdout, Kind::Stderr, Kind::Tty];
        let absent = |kind: &Kind| sum.kinds & (1 << kind.code()) == 0;
        self.lowest > sum.levels.1
            || self.keep.iter().any(|one| !block.may_meet(one.need()))
            || (!sum.has_separator() && kinds.iter().all(|k| absent(k) || !self.streams.passes(*k)))
    }
}

/// The lines of a block that pass, from line `from` on or, where a group reaches over it, from further up.
pub(super) fn scan(block: &Block, sieve: &Sieve, from: usize) -> Found {
    let sum = &block.sum;
    if sieve.is_open() {
        let bits = Bits::all(sum.lines.saturating_sub(from));
        return Found {
            from,
            bits,
            separators: Bits::default(),
        };
    }
    let open = block.open();
    let refused = sieve.refuses(block);
    let grouped = sieve.whole_groups && sum.has_groups() && !refused;
    let heads = if grouped {
        open.facts().heads()
    } else {
        Vec::new()
    };
    let from = if grouped { floor(&heads, from) } else { from };
    let task = Task {
        sieve,
        block,
        open: &open,
        from,
        heads: heads.get(from..).unwrap_or_default(),
    };
    let mut bits = if refused {
        Bits::none(task.len())
    } else {
        task.passing()
    };
    let mut separators = Bits::default();
    if sieve.keep_separators && sum.has_separator() {
        separators = Bits::none(task.len());
        let facts = open.facts();
        for n in 0..task.len() {
            if facts.kind(from + n) == Kind::Separator {
                let passes = !sieve.muted.contains(&facts.source(from + n));
                bits.put(n, passes);
                separators.put(n, passes);
            }
        }
    }
    Found {
        from,
        bits,
        separators,
    }
}

/// The last line at or before `from` over which no group reaches.
fn floor(heads: &[u32], from: usize) -> usize {
    let mut floor = from;
    let mut seen = heads.len();
    while seen > floor {
        let reach = heads.get(floor..seen).and_then(|heads| heads.iter().min());
        seen = floor;
        floor = floor.min(reach.map_or(floor, |head| *head as usize));
    }
    floor
}

struct Task<'a> {
    sieve: &'a Sieve,
    block: &'a Block,
    open: &'a Open<'a>,
    from: usize,
    /// Of the lines from `from` on; empty when groups do not count.
    heads: &'a [u32],
}

impl Task<'_> {
    fn len(&self) -> usize {
        self.block.sum.lines.saturating_sub(self.from)
    }

    fn passing(&self) -> Bits {
        let mut bits = Bits::all(self.len());
        for matcher in &self.sieve.keep {
            bits.and(&self.spread(self.matches(matcher)));
            if bits.count() == 0 {
                return bits;
            }
        }
        for matcher in &self.sieve.drop {
            bits.and_not(&self.spread(self.matches(matcher)));
        }
        if self.sieve.asks_facts(&self.block.sum) {
            self.ask_facts(&mut bits);
        }
        bits
    }

    fn matches(&self, matcher: &Matcher) -> Bits {
        find(self.block, self.open, matcher, self.from)
    }

    /// What is found in one line of a group is found in all of it.
    fn spread(&self, bits: Bits) -> Bits {
        if self.heads.is_empty() || bits.count() == 0 {
            return bits;
        }
        let mut groups = Bits::none(self.len());
        let place = |head: u32| head as usize - self.from;
        for line in bits.ones() {
            groups.put(place(self.heads[line]), true);
        }
        let mut whole = Bits::none(self.len());
        for (line, head) in self.heads.iter().enumerate() {
            whole.put(line, groups.get(place(*head)));
        }
        whole
    }

    fn ask_facts(&self, bits: &mut Bits) {
        let facts: &Facts = self.open.facts();
        let mut grave = Bits::none(self.len());
        for n in 0..self.len() {
            grave.put(n, facts.level(self.from + n) >= self.sieve.lowest);
        }
        bits.and(&self.spread(grave));
        for n in bits.clone().ones() {
            let (source, kind) = facts.lane(self.from + n);
            let passes = self.sieve.streams.passes(kind) && !self.sieve.muted.contains(&source);
            bits.put(n, passes);
        }
    }
}
