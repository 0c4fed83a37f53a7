//! Tables: which rows in which order, which one is selected, which are marked. Selection is an identity, never an index.
use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::model::Key;

use super::prefs::Prefs;

/// What a row stands for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RowId {
    Container(Key),
    Stack(Key),
    /// An image, a volume, a network.
    Item(Key),
    /// An event, by its number in this run.
    Event(u64),
    /// A journal entry, by its id.
    Entry(String),
    /// A line of a document, by the indexes that lead to it.
    Path(Vec<u16>),
}

impl RowId {
    /// The thing it stands for.
    pub fn key(&self) -> Option<&Key> {
        match self {
            Self::Container(key) | Self::Stack(key) | Self::Item(key) => Some(key),
            Self::Event(_) | Self::Entry(_) | Self::Path(_) => None,
        }
    }
}

/// Rows in order with a cursor that stays on its row.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    pub rows: Vec<RowId>,
    pub selected: Option<RowId>,
    /// First row on screen.
    pub top: usize,
    /// The cursor's place when its row was last seen; where it goes when the row is gone.
    place: usize,
    /// The reader took the cursor away from the first row: the list does not move under it.
    left_top: bool,
}

impl Table {
    /// Where the cursor is.
    pub fn index(&self) -> Option<usize> {
        (!self.rows.is_empty()).then(|| self.place.min(self.rows.len() - 1))
    }

    /// New rows: the cursor stays on its row, at the same height on screen; if the row is gone, on its neighbour. Who is at
    /// the first row sees what comes before it.
    pub fn set_rows(&mut self, rows: Vec<RowId>, height: usize) {
        let offset = self.place.saturating_sub(self.top);
        self.left_top &= self.place > 0;
        self.rows = rows;
        let found = self
            .selected
            .as_ref()
            .and_then(|id| self.rows.iter().position(|row| row == id));
        if let Some(index) = found {
            self.place = index;
            self.top = if self.left_top {
                index.saturating_sub(offset)
            } else {
                0
            };
        }
        self.settle(height);
    }

    /// Puts the cursor on a row.
    pub fn select(&mut self, index: usize, height: usize) {
        self.place = index;
        self.settle(height);
        self.left_top = self.place > 0;
    }

    /// Puts the cursor on this row if it is there.
    pub fn select_id(&mut self, id: &RowId, height: usize) -> bool {
        let found = self.rows.iter().position(|row| row == id);
        if let Some(index) = found {
            self.select(index, height);
        }
        found.is_some()
    }

    /// Moves the cursor by rows; stops at the ends.
    pub fn move_by(&mut self, delta: isize, height: usize) {
        self.select(self.place.saturating_add_signed(delta), height);
    }

    /// Scrolls by rows, the cursor stays in sight.
    pub fn scroll_by(&mut self, delta: isize, height: usize) {
        let last_top = self.rows.len().saturating_sub(height);
        self.top = self.top.saturating_add_signed(delta).min(last_top);
        let bottom = self.top + height.saturating_sub(1);
        self.select(self.place.clamp(self.top, bottom.max(self.top)), height);
    }

    /// Brings cursor, top and selection to terms with the rows and the height on screen.
    pub fn settle(&mut self, height: usize) {
        self.place = self.place.min(self.rows.len().saturating_sub(1));
        self.selected = self.rows.get(self.place).cloned();
        let height = height.max(1);
        if self.place < self.top {
            self.top = self.place;
        }
        if self.place >= self.top + height {
            self.top = self.place + 1 - height;
        }
        self.top = self.top.min(self.rows.len().saturating_sub(height));
    }
}

/// Room in terminal columns: what must be there, and what is of use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Want {
    pub least: u16,
    pub most: u16,
}

impl Want {
    pub fn new(least: usize, most: usize) -> Self {
        let columns = |room: usize| u16::try_from(room).unwrap_or(u16::MAX);
        Self {
            least: columns(least),
            most: columns(most.max(least)),
        }
    }

    /// What is enough for both.
    pub fn both(self, other: Self) -> Self {
        Self {
            least: self.least.max(other.least),
            most: self.most.max(other.most),
        }
    }
}

/// What is known of all containers together, those too that are no row: what stands on it does not move when one scrolls or
/// types a filter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    /// Containers that something hurts which their state does not say.
    pub hurting: usize,
    /// The longest name; with its stack behind it.
    pub name: Want,
    /// The longest host of their addresses; the longest address.
    pub address: Want,
    /// When it was taken; `None`: they have changed since.
    pub at: Option<DateTime<Utc>>,
}

/// The containers' table: what is shown of it and how.
#[derive(Debug, Clone, PartialEq)]
pub struct ContainerTable {
    pub table: Table,
    /// Column id that orders.
    pub order: String,
    pub reverse: bool,
    /// Fuzzy filter over name, service, stack, image, id.
    pub filter: String,
    pub problems_only: bool,
    pub show_stopped: bool,
    /// Stacks folded to one row.
    pub folded: BTreeSet<Key>,
    /// Marked containers.
    pub marked: BTreeSet<Key>,
    /// Column ids chosen; empty: the default ones.
    pub columns: Vec<String>,
    /// Containers that the filters hide.
    pub hidden: usize,
    pub survey: Survey,
    /// The rows must be taken anew.
    pub stale: bool,
}

impl ContainerTable {
    pub fn new(prefs: &Prefs) -> Self {
        Self {
            table: Table::default(),
            order: prefs.order.clone(),
            reverse: prefs.reverse,
            filter: String::new(),
            problems_only: false,
            show_stopped: prefs.show_stopped,
            folded: BTreeSet::new(),
            marked: BTreeSet::new(),
            columns: prefs.columns.clone(),
            hidden: 0,
            survey: Survey::default(),
            stale: true,
        }
    }

    /// Containers have changed, and not only which are shown and how.
    pub fn changed(&mut self) {
        self.stale = true;
        self.survey.at = None;
    }

    /// Rows are shown without stack rows: filtered, problems, or ordered by a figure.
    pub fn is_flat(&self) -> bool {
        self.problems_only || !self.filter.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(ids: &[u64]) -> Vec<RowId> {
        ids.iter().map(|n| RowId::Event(*n)).collect()
    }

    #[test]
    fn the_cursor_stays_on_its_row_while_rows_come_and_go() {
        let mut table = Table::default();
        table.set_rows(rows(&[1, 2, 3, 4]), 3);
        table.select_id(&RowId::Event(3), 3);
        table.set_rows(rows(&[9, 8, 1, 2, 3, 4]), 3);
        assert_eq!(table.selected, Some(RowId::Event(3)));
        table.set_rows(rows(&[9, 8, 1, 2, 4]), 3);
        assert_eq!(
            table.selected,
            Some(RowId::Event(4)),
            "its neighbour when it is gone"
        );
        table.set_rows(Vec::new(), 3);
        assert_eq!(table.selected, None);
    }

    #[test]
    fn at_the_first_row_what_comes_before_it_is_seen_elsewhere_nothing_moves() {
        let old: Vec<u64> = (0..30).collect();
        let with = |new: &[u64]| rows(&[new, &old].concat());
        let mut table = Table::default();
        table.set_rows(with(&[]), 10);
        table.set_rows(with(&[40]), 10);
        table.set_rows(with(&[41, 40]), 10);
        let at = |table: &Table| (table.selected.clone(), table.top, table.index());
        assert_eq!(at(&table), (Some(RowId::Event(0)), 0, Some(2)));
        table.move_by(2, 10);
        table.set_rows(with(&[43, 42, 41, 40]), 10);
        assert_eq!(at(&table), (Some(RowId::Event(2)), 2, Some(6)));
        // Back at the first row by `g`.
        table.move_by(isize::MIN, 10);
        table.set_rows(with(&[44, 43, 42, 41, 40]), 10);
        assert_eq!(at(&table), (Some(RowId::Event(43)), 0, Some(1)));
    }

    #[test]
    fn the_cursor_never_leaves_the_screen() {
        let mut table = Table::default();
        table.set_rows(rows(&(0..100).collect::<Vec<_>>()), 10);
        table.move_by(1000, 10);
        assert_eq!((table.index(), table.top), (Some(99), 90));
        table.scroll_by(-5, 10);
        assert_eq!((table.index(), table.top), (Some(94), 85));
        table.move_by(-1000, 10);
        assert_eq!((table.index(), table.top), (Some(0), 0));
    }
}
