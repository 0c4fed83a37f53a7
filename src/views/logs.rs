//! The log view: a status line, then the lines of all sources in order of time.
//!
//! ```text
//! zammad  2 sources  following  1,204 lines  312K  12/s  &refused  ≥warn      /error 3/57
//!   10:32:11.120 zammad-1     Started GET "/" for 172.20.0.1
//! E 10:32:11.338 zammad-db-1  FATAL:  the database system is starting up
//! ── zammad restarted 10:32:11 · exit 137 · out of memory ─────────────────────
//! ```
mod line;
mod status;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::layout::{self, LIST_OFFSET, LogColumns};
use crate::state::{LogBook, State};
use crate::text;
use crate::theme::{Key, Theme};
use crate::widgets::pen::{self, below, row};

use super::notice;

pub fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    if area.height == 0 {
        return;
    }
    let Some(book) = state.logs.as_ref() else {
        notice::draw(theme, area, buf, &[(say!("No log is open."), Key::Dim)]);
        return;
    };
    status::draw(state, book, theme, area, buf);
    let mut list = below(area, LIST_OFFSET);
    failures(book, theme, &mut list, buf);
    if book.shown() > 0 {
        lines(state, book, theme, list, buf);
    } else if !all_failed(book) {
        notice::draw(theme, list, buf, &[(&why_empty(book), Key::Dim)]);
    }
}

fn all_failed(book: &LogBook) -> bool {
    !book.sources.is_empty() && book.sources.iter().all(|s| s.failure.is_some())
}

/// What is said where no line is shown.
fn why_empty(book: &LogBook) -> String {
    let words = match (book.sources.is_empty(), book.caught_up()) {
        _ if !book.is_empty() && !book.progress().is_done() => say!("looking for lines that pass…"),
        _ if !book.is_empty() => {
            return say_n!(
                book.len(),
                "none of {n} line passes the filters: x clears them",
                "none of {n} lines passes the filters: x clears them"
            );
        }
        (true, _) => say!("no container of this name runs now; its lines appear here when it does"),
        (false, true) => say!("no lines yet; new ones appear here as they come"),
        (false, false) => say!("waiting for lines…"),
    };
    words.to_owned()
}

fn lines(state: &State, book: &LogBook, theme: &Theme, list: Rect, buf: &mut Buffer) {
    let height = usize::from(list.height);
    let columns = LogColumns::of(book, list.width);
    let (top, mut skip) = layout::log_top(book, list.width, height);
    let pen = line::LinePen {
        state,
        book,
        theme,
        columns,
        selected: book.selected(),
    };
    let mut y = 0;
    let mut next = book.next_shown(top);
    while let Some(index) = next.filter(|_| y < height) {
        let Some(one) = book.line(index) else {
            break;
        };
        let place = Rect::new(
            list.x,
            list.y + y as u16,
            list.width,
            list.height - y as u16,
        );
        y += pen.draw(index, &one, skip, place, buf);
        skip = 0;
        next = book.next_shown(index + 1);
    }
}

/// Sources that cannot be read are told above the lines: what, why, and the way out.
fn failures(book: &LogBook, theme: &Theme, list: &mut Rect, buf: &mut Buffer) {
    let width = usize::from(list.width.saturating_sub(4)).max(1);
    let mut y = 0;
    for source in &book.sources {
        let Some(failure) = &source.failure else {
            continue;
        };
        let told = format!("{}: {}", source.name, failure.what);
        let mut parts: Vec<(String, Key)> = text::wrap_words(&told, width)
            .into_iter()
            .enumerate()
            .map(|(n, part)| {
                (
                    format!(" {} {part}", if n == 0 { theme.symbols.bad } else { " " }),
                    Key::StateBad,
                )
            })
            .collect();
        if !failure.advice.is_empty() {
            let advice = text::wrap_words(&failure.advice, width);
            parts.extend(
                advice
                    .into_iter()
                    .map(|part| (format!("   {part}"), Key::Text)),
            );
        }
        // At least half of the room is for the lines there are.
        let limit = if book.is_empty() {
            list.height
        } else {
            list.height / 2
        };
        for (part, key) in parts {
            if y < usize::from(limit) {
                pen::write(buf, row(*list, y), &part, theme.style(key));
                y += 1;
            }
        }
    }
    let y = y as u16;
    *list = Rect::new(list.x, list.y + y, list.width, list.height - y);
}
