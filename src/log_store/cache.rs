//! Blocks and single lines unpacked of late, so that a screen drawn again costs nothing. Bounded in bytes; nothing in it
//! is anywhere the only copy.
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::block::{Block, BlockId};
use super::line::LineView;
use super::lines::Lines;

/// Lines that are kept for themselves: a few screens.
const MOST_LINES: usize = 512;

#[derive(Debug, Default)]
pub(super) struct Cache {
    /// The one used last at the end.
    blocks: VecDeque<(BlockId, Arc<Lines>)>,
    /// Lines of blocks that had to be unpacked for them: a view with one line a block needs no block kept.
    lines: BTreeMap<(BlockId, usize), LineView>,
    weight: usize,
}

impl Cache {
    /// Bytes of memory.
    pub fn weight(&self) -> usize {
        self.weight
    }

    /// A line of a packed block. Keeps at most `most` bytes.
    pub fn line(&mut self, block: &Block, slot: usize, most: usize) -> Option<LineView> {
        if let Some(line) = self.lines.get(&(block.id(), slot)) {
            return Some(line.clone());
        }
        if let Some(lines) = self.known(block.id()) {
            return LineView::new(lines, slot);
        }
        let lines = block.open().lines();
        let line = LineView::new(Arc::clone(&lines), slot)?;
        self.keep_line((block.id(), slot), &line, most / 4);
        self.keep_block(block.id(), lines, most);
        Some(line)
    }

    fn known(&mut self, id: BlockId) -> Option<Arc<Lines>> {
        let at = self.blocks.iter().position(|(one, _)| *one == id)?;
        let used = self.blocks.remove(at)?;
        let lines = Arc::clone(&used.1);
        self.blocks.push_back(used);
        Some(lines)
    }

    fn keep_block(&mut self, id: BlockId, lines: Arc<Lines>, most: usize) {
        let weight = lines.weight();
        if weight > most / 2 {
            return;
        }
        self.weight += weight;
        self.blocks.push_back((id, lines));
        while self.weight > most {
            let Some((_, old)) = self.blocks.pop_front() else {
                break;
            };
            self.weight -= old.weight();
        }
    }

    fn keep_line(&mut self, key: (BlockId, usize), line: &LineView, most: usize) {
        let weight = |line: &LineView| line.bytes().len() + 256;
        if weight(line) > most / 16 {
            return;
        }
        let held: usize = self.lines.values().map(weight).sum();
        if self.lines.len() >= MOST_LINES || held + weight(line) > most {
            self.weight -= held;
            self.lines.clear();
        }
        self.weight += weight(line);
        self.lines.insert(key, line.detached());
    }
}
