//! The log view: a status line, then the lines of all sources in order of time.
//!
//! ```text
//! zammad  2 sources  1,204 lines  312K  following  wrap                            /error 3/57
//!   10:32:11.120 zammad-1     Started GET "/" for 172.20.0.1
//! ! 10:32:11.338 zammad-db-1  FATAL:  the database system is starting up
//! ── zammad restarted 10:32:11 · exit 137 · out of memory ─────────────────────
//! ```
mod line;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::layout::{self, LIST_OFFSET, LogColumns};
use crate::state::{LogBook, LogLine, Stamps, State};
use crate::text;
use crate::theme::{Key, Theme};
use crate::widgets::Line;
use crate::widgets::line::fit;
use crate::widgets::pen::{self, row};

use super::notice;

/// How many rows a line takes in a view of this width.
pub fn rows_of(book: &LogBook, line: &LogLine, width: u16) -> usize {
    layout::log_rows(line, book.wrap, LogColumns::of(book, width))
}

pub fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    if area.height == 0 {
        return;
    }
    let Some(book) = state.logs.as_ref() else {
        notice::draw(theme, area, buf, &[("No log is open.", Key::Dim)]);
        return;
    };
    status(book, theme, area, buf);
    let mut list = Rect::new(
        area.x,
        area.y + LIST_OFFSET,
        area.width,
        area.height - LIST_OFFSET,
    );
    failures(book, theme, &mut list, buf);
    if book.is_empty() {
        let words = match (book.sources.is_empty(), book.caught_up()) {
            (true, _) => "no container of this name runs now; its lines appear here when it does",
            (false, true) => "no lines yet; new ones appear here as they come",
            (false, false) => "waiting for lines…",
        };
        let all_failed =
            !book.sources.is_empty() && book.sources.iter().all(|s| s.failure.is_some());
        if !all_failed {
            notice::draw(theme, list, buf, &[(words, Key::Dim)]);
        }
        return;
    }
    lines(state, book, theme, list, buf);
}

fn lines(state: &State, book: &LogBook, theme: &Theme, list: Rect, buf: &mut Buffer) {
    let height = usize::from(list.height);
    let columns = LogColumns::of(book, list.width);
    let top = layout::log_top(book, list.width, height);
    // When the last lines wrap to more rows than there are, the newest row is at the bottom.
    let rows: usize = (top..book.len())
        .take(height)
        .filter_map(|i| book.line(i))
        .map(|l| layout::log_rows(l, book.wrap, columns))
        .sum();
    let mut skip = if book.follow {
        rows.saturating_sub(height)
    } else {
        0
    };
    let mut y = 0;
    for index in top..book.len() {
        let Some(one) = book.line(index).filter(|_| y < height) else {
            break;
        };
        let pen = line::LinePen {
            state,
            book,
            theme,
            columns,
        };
        let drawn = pen.draw(
            one,
            skip,
            Rect::new(
                list.x,
                list.y + y as u16,
                list.width,
                list.height - y as u16,
            ),
            buf,
        );
        skip = 0;
        y += drawn;
    }
}

fn status(book: &LogBook, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let mut parts = vec![(
        255,
        Line::of(theme, format!(" {}", book.target.title), Key::Strong),
    )];
    let mut add =
        |rank: u8, words: String, key: Key| parts.push((rank, Line::of(theme, words, key)));
    if book.follow {
        add(240, "following".to_owned(), Key::LinkUp);
    } else if book.unread > 0 {
        add(
            240,
            format!(
                "paused {} {} new",
                theme.symbols.bullet,
                text::count(book.unread)
            ),
            Key::StateBusy,
        );
    } else {
        add(240, "paused".to_owned(), Key::StatePaused);
    }
    if book.sources.len() > 1 {
        add(150, format!("{} sources", book.sources.len()), Key::Dim);
    }
    let plural = if book.len() == 1 { "line" } else { "lines" };
    add(
        160,
        format!("{} {plural}", text::count(book.len() as u64)),
        Key::Dim,
    );
    add(110, text::bytes_short(book.bytes() as u64), Key::Dim);
    if book.dropped > 0 {
        add(
            170,
            format!("{} older dropped", text::count(book.dropped)),
            Key::StateBusy,
        );
    }
    if book.wrap {
        add(100, "wrap".to_owned(), Key::Dim);
    }
    if book.column > 0 {
        add(180, format!("column {}", book.column + 1), Key::Dim);
    }
    if book.stamps != Stamps::Off {
        add(90, format!("{} time", book.stamps.word()), Key::Dim);
    }
    if let (Some(search), Some((at, of))) = (&book.search, book.hit_count()) {
        let key = if of == 0 { Key::StateBad } else { Key::Accent };
        add(
            250,
            format!("/{} {at}/{of}", text::truncate(&search.typed, 24)),
            key,
        );
    }
    let mut line = Line::new();
    for (_, part) in fit(parts, usize::from(area.width), 2, |(rank, part)| {
        (*rank, part.width())
    }) {
        if !line.is_empty() {
            line.push("  ", ratatui::style::Style::default());
        }
        line.extend(part);
    }
    line.draw(buf, area);
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
