//! Geometry of the log view: how a line is told, how many rows it takes, which lines are on screen, how the reader moves.
//! Views draw by it, update moves by it. Knows no style.
use std::ops::Range;

use super::list_height;
use crate::log_store::{Kind, LineView};
use crate::state::{Fold, LogBook, LogLook, Stamps, State};
use crate::text::{self, Level, TextStyle};

/// How a log line's row is divided, in columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogColumns {
    /// Letter of the level or mark of stderr, and a blank.
    pub gutter: u16,
    /// The time with its blank, 0 when it is off.
    pub stamp: u16,
    /// The source's name with its blank, 0 with one source.
    pub source: u16,
    pub text: u16,
}

impl LogColumns {
    pub fn of(book: &LogBook, width: u16) -> Self {
        let gutter = 2;
        let stamp = match book.look.stamps {
            Stamps::Off => 0,
            Stamps::Local | Stamps::Utc => 13,
            Stamps::Relative => 7,
        };
        let names = book
            .sources
            .iter()
            .map(|s| text::width(&s.name))
            .max()
            .unwrap_or(0)
            .min(18) as u16;
        let source = if book.sources.len() > 1 { names + 1 } else { 0 };
        let text = width.saturating_sub(gutter + stamp + source).max(1);
        Self {
            gutter,
            stamp,
            source,
            text,
        }
    }
}

/// What a stretch of a line's text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece {
    /// In the colours of the program that wrote it.
    Own(TextStyle),
    Level(Level),
    /// Names and values beside the message.
    Fields,
}

/// A line as it is told: safe to draw.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogText {
    pub text: String,
    /// Stretches that are something else than plain text, in order.
    pub pieces: Vec<(Range<usize>, Piece)>,
    /// Something of it cannot be shown as it came.
    pub altered: bool,
    /// Where its rows begin and end before they are wrapped.
    parts: Vec<Range<usize>>,
}

/// Columns of a level's word.
const LEVEL: usize = 5;

impl LogText {
    /// The line as it is told under this fold.
    pub fn of(line: &LineView, fold: Fold) -> Self {
        let safe = text::sanitise(line.bytes());
        let folded = match fold {
            Fold::Raw => None,
            _ if line.kind() == Kind::Separator => None,
            Fold::Row | Fold::Open => text::fold(&safe.text),
        };
        let mut told = match folded {
            Some(folded) if fold == Fold::Open => Self::open(&folded),
            Some(folded) => Self::row(&folded),
            None => {
                let piece = |run: text::StyleRun| {
                    let range = run.start as usize..run.end as usize;
                    (range, Piece::Own(run.style))
                };
                Self {
                    parts: Vec::new(),
                    pieces: safe.runs.into_iter().map(piece).collect(),
                    text: safe.text,
                    altered: safe.altered,
                }
            }
        };
        if told.parts.is_empty() {
            told.parts.push(0..told.text.len());
        }
        told
    }

    /// `info  message  name=value`.
    fn row(folded: &text::Folded) -> Self {
        let mut told = Self::default();
        if let Some(level) = folded.level {
            told.text = text::pad_right(level.word(), LEVEL);
            told.pieces.push((0..told.text.len(), Piece::Level(level)));
            told.text.push(' ');
        }
        let fields = told.text.len() + folded.message.replace('\n', "↵").len();
        told.text.push_str(&text::one_line(folded));
        // Without a message they are what the line says.
        if fields < told.text.len() && !folded.message.is_empty() {
            told.pieces.push((fields..told.text.len(), Piece::Fields));
        }
        told
    }

    /// The row, and each field in a row beneath it.
    fn open(folded: &text::Folded) -> Self {
        let bare = text::Folded {
            fields: Vec::new(),
            ..folded.clone()
        };
        let mut told = Self::row(&bare);
        told.parts.push(0..told.text.len());
        for row in text::expanded(folded) {
            let start = told.text.len();
            told.text.push_str("  ");
            told.text.push_str(&row);
            told.parts.push(start..told.text.len());
            told.pieces.push((start..told.text.len(), Piece::Fields));
        }
        told
    }

    /// Where each of its rows begins and ends in the text.
    pub fn rows(&self, look: LogLook, columns: LogColumns) -> Vec<Range<usize>> {
        if !look.wrap {
            return self.parts.clone();
        }
        let width = usize::from(columns.text);
        let wrapped = |part: &Range<usize>| {
            let start = part.start;
            let body = self.text.get(part.clone()).unwrap_or_default();
            let rows = text::wrap_offsets(body, width);
            rows.into_iter()
                .map(move |r| start + r.start..start + r.end)
        };
        self.parts.iter().flat_map(wrapped).collect()
    }
}

/// How many rows a line takes; at least 1.
fn row_count(book: &LogBook, line: &LineView, columns: LogColumns) -> usize {
    let plain = !book.look.wrap && book.look.fold != Fold::Open;
    if plain || line.kind() == Kind::Separator {
        return 1;
    }
    let told = LogText::of(line, book.look.fold);
    told.rows(book.look, columns).len().max(1)
}

/// The lines of one log view on one screen.
#[derive(Debug, Clone, Copy)]
struct Page<'a> {
    book: &'a LogBook,
    columns: LogColumns,
    height: usize,
}

/// A row of a line: its index and the rows of it above.
type Spot = (usize, usize);

impl<'a> Page<'a> {
    fn of(book: &'a LogBook, width: u16, height: usize) -> Self {
        let columns = LogColumns::of(book, width);
        Self {
            book,
            columns,
            height,
        }
    }

    fn rows(&self, index: usize) -> usize {
        self.book
            .line(index)
            .map_or(1, |line| row_count(self.book, &line, self.columns))
    }

    /// Goes up by rows; stops at the first line.
    fn up(&self, mut spot: Spot, mut rows: usize) -> Spot {
        while rows > spot.1 {
            let Some(above) = self.book.previous_shown(spot.0) else {
                return (spot.0, 0);
            };
            rows -= spot.1 + 1;
            spot = (above, self.rows(above) - 1);
        }
        (spot.0, spot.1 - rows)
    }

    /// Goes down by rows; stops at the last line.
    fn down(&self, mut spot: Spot, mut rows: usize) -> Spot {
        loop {
            let below = self.rows(spot.0).saturating_sub(spot.1 + 1);
            if rows <= below {
                return (spot.0, spot.1 + rows);
            }
            let Some(next) = self.book.next_shown(spot.0 + 1) else {
                return (spot.0, spot.1 + below);
            };
            rows -= below + 1;
            spot = (next, 0);
        }
    }

    /// The first row on screen when the last row is at its bottom.
    fn last(&self) -> Spot {
        match self.book.previous_shown(self.book.len()) {
            Some(last) => {
                let end = (last, self.rows(last) - 1);
                self.up(end, self.height - 1)
            }
            None => (self.book.len(), 0),
        }
    }

    /// The first row on screen now.
    fn top(&self) -> Spot {
        let last = self.last();
        if self.book.follow {
            return last;
        }
        let top = self.book.top();
        match self.book.next_shown(top) {
            Some(shown) if shown == top => {
                let row = self.book.top_row().min(self.rows(top) - 1);
                (top, row).min(last)
            }
            Some(shown) => (shown, 0).min(last),
            None => last,
        }
    }
}

/// The first row on screen: the index of its line, and the rows of that line above the screen.
pub fn log_top(book: &LogBook, width: u16, height: usize) -> (usize, usize) {
    Page::of(book, width, height.max(1)).top()
}

fn page(state: &State) -> Option<Page<'_>> {
    let book = state.logs.as_ref()?;
    Some(Page::of(book, state.size.0, list_height(state)))
}

fn put(state: &mut State, spot: Spot) {
    if let Some(book) = state.logs.as_mut() {
        book.follow = false;
        book.set_top(spot.0, spot.1);
    }
}

/// Moves by lines: the selection's cursor while lines are selected, else the page.
pub fn move_in_logs(state: &mut State, delta: isize) {
    let height = list_height(state);
    let Some(book) = state.logs.as_mut() else {
        return;
    };
    let Some(cursor) = book.cursor() else {
        scroll_logs(state, delta);
        return;
    };
    let rank = book.rank(cursor).saturating_add_signed(delta);
    let rank = rank.min(book.shown().saturating_sub(1));
    let Some(line) = book.shown_at(rank) else {
        return;
    };
    book.select_to(line);
    let up = delta < 0;
    let Some(page) = page(state) else { return };
    let top = page.top();
    let end = page.down(top, height - 1);
    if (top.0..end.0).contains(&line) || (line == end.0 && end.1 + 1 == page.rows(line)) {
        put(state, top);
        return;
    }
    let spot = if up {
        (line, 0)
    } else {
        page.up((line, page.rows(line) - 1), height - 1)
    };
    put(state, spot);
}

/// Scrolls the log by rows; reaching the end follows again, going against the oldest line wants older ones.
pub fn scroll_logs(state: &mut State, delta: isize) {
    let Some(page) = page(state) else {
        return;
    };
    let (top, last) = (page.top(), page.last());
    let far = delta.unsigned_abs();
    // A jump is no walk.
    let spot = match (delta < 0, far > 10_000) {
        (true, true) => page.book.next_shown(0).map_or(top, |first| (first, 0)),
        (true, false) => page.up(top, far),
        (false, true) => last,
        (false, false) => page.down(top, far).min(last),
    };
    let near_start = page.up(spot, page.height).1 == 0 && page.book.rank(spot.0) < page.height;
    let Some(book) = state.logs.as_mut() else {
        return;
    };
    if delta > 0 && spot >= last {
        book.go_to_end();
        return;
    }
    book.wants_older = delta < 0 && near_start;
    if book.follow && top == last && spot == last {
        return;
    }
    put(state, spot);
}

/// Brings a line into sight, a third down the screen when it was out of it.
pub fn show_log_line(state: &mut State, index: usize) {
    let Some(page) = page(state) else {
        return;
    };
    let top = page.top();
    let end = page.down(top, page.height - 1);
    let spot = if (top.0..=end.0).contains(&index) && (top.1 == 0 || index > top.0) {
        top
    } else {
        page.up((index, 0), page.height / 3)
    };
    put(state, spot);
}

/// Brings the first hit of the search in a line into sight, sideways too.
pub fn show_hit(state: &mut State, index: usize) {
    show_log_line(state, index);
    let Some(book) = state.logs.as_mut().filter(|book| !book.look.wrap) else {
        return;
    };
    let told = book
        .line(index)
        .map(|line| LogText::of(&line, book.look.fold));
    let hit = told
        .as_ref()
        .zip(book.searched())
        .and_then(|(told, search)| {
            let place = search.matcher().places(&told.text).next()?;
            let part = told.parts.iter().find(|p| p.end >= place.end)?;
            let columns =
                |to: usize| text::width(told.text.get(part.start..to).unwrap_or_default());
            Some(columns(place.start)..columns(place.end))
        });
    let Some(hit) = hit else { return };
    let width = usize::from(LogColumns::of(book, state.size.0).text);
    let seen = book.look.column..book.look.column + width;
    if hit.end <= width {
        book.look.column = 0;
    } else if hit.start < seen.start || hit.end > seen.end {
        book.look.column = hit.start.saturating_sub(width / 3);
    }
}

/// Index of the last line on screen.
pub fn last_log_line(state: &State) -> Option<usize> {
    let page = page(state)?;
    let top = page.top();
    (top.0 < page.book.len()).then(|| page.down(top, page.height - 1).0)
}

/// Index of the first line on screen.
pub fn first_log_line(state: &State) -> Option<usize> {
    let page = page(state)?;
    let top = page.top().0;
    (top < page.book.len()).then_some(top)
}
