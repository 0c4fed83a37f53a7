//! Lines to be taken away: a part of a store as it is now, whatever becomes of the store. Knows no file.
use std::ops::Range;
use std::sync::Arc;

use super::{Kind, LineView, LogStore, Sift};

/// Lines of a store, in order. A clone is the same excerpt.
#[derive(Debug, Clone)]
pub struct Excerpt(Arc<Part>);

#[derive(Debug)]
struct Part {
    store: LogStore,
    range: Range<usize>,
    /// Only those that it shows.
    within: Option<Sift>,
}

impl PartialEq for Excerpt {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Excerpt {}

impl Excerpt {
    /// The lines of the range, as far as there are lines; with a sift, those that it shows. Shares the store's blocks.
    pub fn new(store: &LogStore, range: Range<usize>, within: Option<&Sift>) -> Self {
        Self(Arc::new(Part {
            range: range.start..range.end.min(store.len()),
            store: store.clone(),
            within: within.cloned(),
        }))
    }

    /// Lines of it, our own separators included.
    pub fn len(&self) -> usize {
        let Range { start, end } = self.0.range;
        match &self.0.within {
            Some(sift) => sift.rank(end).saturating_sub(sift.rank(start)),
            None => end.saturating_sub(start),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The lines; separators of our own are no part of a log and stay out unless they are wanted.
    pub fn lines(&self, separators: bool) -> impl Iterator<Item = LineView> + '_ {
        let Part {
            store,
            range,
            within,
        } = &*self.0;
        let shown = move |n: usize| {
            let sift = within.as_ref();
            sift.is_none_or(|sift| sift.is_shown(range.start + n))
        };
        store
            .lines(range.clone())
            .enumerate()
            .filter(move |(n, line)| shown(*n) && (separators || line.kind() != Kind::Separator))
            .map(|(_, line)| line)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Limits, Matcher, NewLine, Sieve};
    use super::*;

    #[test]
    fn an_excerpt_stays_what_it_was_and_gives_the_bytes_back() {
        let mut store = LogStore::new(Limits::of(1 << 20));
        let all: [&[u8]; 4] = [b"one \xff\r", b"\x1b[31mtwo", b"three", b""];
        for bytes in all {
            store.push(NewLine {
                bytes,
                ..NewLine::default()
            });
        }
        store.push(NewLine {
            bytes: b"restarted",
            kind: Kind::Separator,
            ..NewLine::default()
        });
        let sieve = Sieve {
            keep: vec![Matcher::regex("t").unwrap()],
            ..Sieve::default()
        };
        let mut sift = Sift::new(sieve);
        sift.work(&store, 0, usize::MAX);
        let whole = Excerpt::new(&store, 0..usize::MAX, None);
        let some = Excerpt::new(&store, 1..9, Some(&sift));
        store.push(NewLine {
            bytes: b"too late",
            ..NewLine::default()
        });
        let bytes = |excerpt: &Excerpt, separators| -> Vec<Vec<u8>> {
            let lines = excerpt.lines(separators);
            lines.map(|line| line.bytes().to_vec()).collect()
        };
        assert_eq!(bytes(&whole, false), all.map(<[u8]>::to_vec));
        assert_eq!(whole.len(), 5);
        assert_eq!(
            bytes(&some, false),
            [b"\x1b[31mtwo".to_vec(), b"three".to_vec()]
        );
        assert_eq!(bytes(&some, true).len(), some.len());
    }
}
