//! The scans of a sift as values, for whoever has a thread to run them on. Starts none.
use std::sync::Arc;

use super::{Progress, Sift};
use crate::state::log_store::LogStore;
use crate::state::log_store::block::{Block, BlockId};
use crate::state::log_store::sieve::{Found, Sieve, scan};

/// One block to look at. May be sent to another thread.
#[derive(Debug, Clone)]
pub struct Job {
    block: Block,
    sieve: Arc<Sieve>,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Done {
    block: BlockId,
    sieve: Arc<Sieve>,
    found: Found,
}

impl Job {
    /// Takes some tenths of a millisecond.
    pub fn run(self) -> Done {
        Done {
            block: self.block.id(),
            found: scan(&self.block, &self.sieve, 0),
            sieve: self.sieve,
        }
    }
}

impl Sift {
    /// Up to `most` blocks to look at, the nearest to the line `around` first. The same are given again until their
    /// results are taken.
    pub fn jobs(&mut self, store: &LogStore, around: usize, most: usize) -> Vec<Job> {
        self.follow(store);
        self.outward(around)
            .filter(|at| !self.rows[*at].is_done())
            .filter_map(|at| store.block(at))
            .take(most)
            .map(|block| Job {
                block: block.clone(),
                sieve: Arc::clone(&self.sieve),
            })
            .collect()
    }

    /// Takes results. Those of another sieve, of blocks that are gone and of blocks known meanwhile count for nothing.
    pub fn take_done(&mut self, store: &LogStore, done: Vec<Done>) -> Progress {
        self.follow(store);
        let mut touched = Vec::new();
        for one in done {
            let place = self.rows.iter().position(|row| row.id == one.block);
            if let Some(at) = place.filter(|_| Arc::ptr_eq(&one.sieve, &self.sieve))
                && self.rows[at].scanned.is_none()
            {
                self.take(at, &one.found);
                // Lines that came after the block was given away.
                self.scan(store, at);
                touched.push(at);
            }
        }
        self.settle(&touched);
        self.progress()
    }
}
