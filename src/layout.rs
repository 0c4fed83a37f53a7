//! Pure geometry: which part of the screen is for what. Views draw by it, update pages and points by it.
use ratatui::layout::Rect;

use crate::state::{LineKind, LogBook, LogLine, Stamps, State};
use crate::text;

/// The parts of the frame. Parts that do not fit are empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Regions {
    /// Host, link, totals.
    pub header: Rect,
    /// Numbered views, or the way to what is open.
    pub tabs: Rect,
    pub body: Rect,
    /// Keys that apply here, or the line being typed.
    pub footer: Rect,
}

impl Regions {
    /// Divides a screen. From 4 rows up header and footer have theirs, from 8 the tabs too.
    pub fn of(size: (u16, u16)) -> Self {
        let (width, height) = size;
        let row = |y: u16, rows: u16| Rect::new(0, y, width, rows);
        let top = match height {
            0..4 => 0,
            4..8 => 1,
            _ => 2,
        };
        let bottom = u16::from(height >= 4);
        Self {
            header: row(0, top.min(1)),
            tabs: row(top.min(1), top.saturating_sub(1)),
            body: row(top, height - top - bottom),
            footer: row(height - bottom, bottom),
        }
    }
}

/// Rows above the first row of the list in a view's body: column titles, status lines.
pub const LIST_OFFSET: u16 = 1;

/// How many rows of the view's list are on screen; at least 1.
pub fn list_height(state: &State) -> usize {
    let body = Regions::of(state.size).body.height;
    usize::from(body.saturating_sub(LIST_OFFSET)).max(1)
}

/// A window of this inner size (without its border) in the middle of the screen, cut to fit.
pub fn window(size: (u16, u16), width: u16, height: u16) -> Rect {
    let width = width.saturating_add(4).min(size.0);
    let height = height.saturating_add(2).min(size.1);
    Rect::new((size.0 - width) / 2, (size.1 - height) / 2, width, height)
}

/// How a log line's row is divided, in columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogColumns {
    /// Mark of stderr or of an altered line, and a blank.
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
        let stamp = match book.stamps {
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

/// How many rows a log line takes.
pub fn log_rows(line: &LogLine, wrap: bool, columns: LogColumns) -> usize {
    if !wrap
        || line.kind == LineKind::Separator
        || line.text.text.len() <= usize::from(columns.text)
    {
        return 1;
    }
    text::wrap_offsets(&line.text.text, usize::from(columns.text)).len()
}

/// Index of the first line on screen when the last one is at the bottom.
pub fn last_log_top(book: &LogBook, width: u16, height: usize) -> usize {
    let columns = LogColumns::of(book, width);
    let mut rows = 0;
    let mut top = book.len();
    while top > 0 {
        rows += book
            .line(top - 1)
            .map_or(1, |line| log_rows(line, book.wrap, columns));
        if rows > height && top < book.len() {
            break;
        }
        top -= 1;
    }
    top
}

/// Index of the first log line on screen now.
pub fn log_top(book: &LogBook, width: u16, height: usize) -> usize {
    let last = last_log_top(book, width, height);
    if book.follow {
        last
    } else {
        book.top().min(last)
    }
}

/// Scrolls the log by lines; reaching the end follows again.
pub fn scroll_logs(state: &mut State, delta: isize) {
    let (width, height) = (state.size.0, list_height(state));
    let Some(book) = state.logs.as_mut() else {
        return;
    };
    let last = last_log_top(book, width, height);
    let top = log_top(book, width, height).saturating_add_signed(delta);
    if top >= last && delta > 0 {
        book.follow = true;
        book.unread = 0;
    } else {
        book.follow = book.follow && last == 0;
        book.set_top(top.min(last));
    }
}

/// Brings a line into sight, a third down the screen when it was out of it.
pub fn show_log_line(state: &mut State, index: usize) {
    let (width, height) = (state.size.0, list_height(state));
    let Some(book) = state.logs.as_mut() else {
        return;
    };
    let top = log_top(book, width, height);
    book.follow = false;
    let inside = index >= top && index < top + height && !book.wrap;
    book.set_top(if inside {
        top
    } else {
        index.saturating_sub(height / 3)
    });
}

/// The texts of the log lines on screen.
pub fn visible_log_lines(state: &State) -> Vec<String> {
    let Some(book) = state.logs.as_ref() else {
        return Vec::new();
    };
    let height = list_height(state);
    let columns = LogColumns::of(book, state.size.0);
    let mut lines = Vec::new();
    let mut rows = 0;
    for index in log_top(book, state.size.0, height)..book.len() {
        let Some(line) = book.line(index).filter(|_| rows < height) else {
            break;
        };
        rows += log_rows(line, book.wrap, columns);
        lines.push(line.text.text.clone());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_the_screen_without_overlap_at_any_size() {
        for height in 0..40 {
            let r = Regions::of((80, height));
            assert_eq!(
                r.header.height + r.tabs.height + r.body.height + r.footer.height,
                height
            );
            assert_eq!(r.body.y, r.header.height + r.tabs.height);
            assert_eq!(r.footer.y, r.body.y + r.body.height);
        }
    }
}
