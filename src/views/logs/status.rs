//! The line above the log: whose lines, how many, which of them, what is under way.
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::actions::log::stream_word;
use crate::lang;
use crate::state::{Fold, Goal, LogBook, Past, Stamps, State};
use crate::text;
use crate::theme::{Key, Theme};
use crate::widgets::Line;
use crate::widgets::line::fit;

/// Columns of one pattern at most.
const PATTERN: usize = 24;

/// Words with their rank: where there is no room the lowest go first.
struct Parts<'a> {
    theme: &'a Theme,
    all: Vec<(u8, Line)>,
}

impl Parts<'_> {
    fn add(&mut self, rank: u8, words: impl Into<String>, key: Key) {
        self.all
            .push((rank, Line::of(self.theme, words.into(), key)));
    }
}

pub(super) fn draw(state: &State, book: &LogBook, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let mut parts = Parts {
        theme,
        all: Vec::new(),
    };
    parts.add(255, format!(" {}", book.target.title), Key::Strong);
    place(book, &mut parts);
    filters(book, &mut parts);
    search(book, &mut parts);
    lines(state, book, &mut parts);
    look(book, &mut parts);
    let mut line = Line::new();
    let room = usize::from(area.width);
    for (_, part) in fit(parts.all, room, 2, |(rank, part)| (*rank, part.width())) {
        if !line.is_empty() {
            line.push("  ", Style::default());
        }
        line.extend(part);
    }
    line.draw(buf, area);
}

fn place(book: &LogBook, parts: &mut Parts<'_>) {
    let bullet = parts.theme.symbols.bullet;
    if book.selection.is_some() {
        let lines = book
            .selected()
            .map_or(0, |(a, b)| book.rank(b + 1) - book.rank(a));
        let words = say_n!(
            lines,
            "selecting {n} line {bullet} y copies",
            "selecting {n} lines {bullet} y copies",
            bullet
        );
        parts.add(245, words, Key::Accent);
    } else if book.follow {
        parts.add(240, say!("following"), Key::LinkUp);
    } else if book.apart {
        let words = say!("far back {bullet} G comes back to now", bullet);
        parts.add(240, words, Key::StateBusy);
    } else if book.unread > 0 {
        let words = say!(
            "paused {bullet} {n} new",
            bullet,
            n = text::count(book.unread)
        );
        parts.add(240, words, Key::StateBusy);
    } else {
        parts.add(240, say!("paused" as "log"), Key::StatePaused);
    }
    let at_start = !book.follow && book.rank(book.top()) == 0;
    match (book.past, book.goal) {
        (Past::Asked, Some(goal)) => {
            let what = match goal {
                Goal::Hit => say!("searching older lines"),
                Goal::Time(_) | Goal::Beginning => say!("fetching older lines"),
            };
            let read = text::count(book.fetched);
            parts.add(
                250,
                say!("{what}: {read} {bullet} Esc stops", what, read, bullet),
                Key::StateBusy,
            );
        }
        (Past::Asked, None) => parts.add(238, say!("fetching older lines"), Key::StateBusy),
        (Past::Beginning, _) if at_start => parts.add(200, say!("from the beginning"), Key::Dim),
        (Past::Full, _) if at_start => {
            parts.add(
                200,
                say!("older lines: no room (logs.buffer_mib)"),
                Key::StateBusy,
            );
        }
        _ => {}
    }
    if let Some((done, all)) = book.saving {
        let percent = done * 100 / all.max(1);
        parts.add(248, say!("saving {percent}%", percent), Key::StateBusy);
    }
}

fn filters(book: &LogBook, parts: &mut Parts<'_>) {
    let filters = book.filters();
    for chip in &filters.chips {
        let sign = if chip.keep { '&' } else { '|' };
        let typed = text::truncate(chip.matcher.typed(), PATTERN);
        parts.add(235, format!("{sign}{typed}"), Key::Accent);
    }
    if let Some(level) = filters.lowest {
        let least = if parts.theme.symbols.ascii {
            ">="
        } else {
            "≥"
        };
        parts.add(234, format!("{least}{}", level.word()), Key::Accent);
    }
    if let Some(word) = stream_word(filters.streams) {
        parts.add(234, word, Key::Accent);
    }
    if filters.context > 0 && !filters.is_open() {
        let around = if parts.theme.symbols.ascii {
            "+-"
        } else {
            "±"
        };
        parts.add(130, format!("{around}{}", filters.context), Key::Accent);
    }
    let muted = book.sources.iter().filter(|s| s.muted).count();
    if muted > 0 {
        parts.add(232, say_n!(muted, "{n} muted", "{n} muted"), Key::Accent);
    }
}

fn search(book: &LogBook, parts: &mut Parts<'_>) {
    let (Some(search), Some((at, of, done))) = (book.searched(), book.hit_count()) else {
        return;
    };
    let key = if of == 0 && done {
        Key::StateBad
    } else {
        Key::Accent
    };
    let typed = text::truncate(search.typed(), PATTERN);
    let more = if done {
        ""
    } else {
        parts.theme.symbols.ellipsis
    };
    parts.add(250, format!("/{typed} {at}/{of}{more}"), key);
}

fn lines(state: &State, book: &LogBook, parts: &mut Parts<'_>) {
    if book.sources.len() > 1 {
        parts.add(
            150,
            say_n!(book.sources.len(), "{n} source", "{n} sources"),
            Key::Dim,
        );
    }
    let held = book.len() as u64;
    let progress = book.progress();
    if !progress.is_done() {
        let percent = progress.scanned * 100 / progress.lines.max(1);
        parts.add(236, say!("filtering {percent}%", percent), Key::StateBusy);
    }
    if progress.shown == book.len() {
        parts.add(160, words(held), Key::Dim);
    } else {
        let shown = text::count(progress.shown as u64);
        parts.add(
            160,
            say_n!(
                held,
                "{shown} of {held} line",
                "{shown} of {held} lines",
                shown,
                held = text::count(held)
            ),
            Key::Dim,
        );
    }
    let bytes = book.store().bytes_true();
    parts.add(110, text::bytes_short(bytes), Key::Dim);
    let rate = book.lines_a_second(state.now);
    if rate > 0 {
        parts.add(105, format!("{}/s", text::count(rate)), Key::Dim);
    }
    let dropped = book.store().dropped();
    if dropped > 0 {
        parts.add(
            170,
            say!("{n} older dropped", n = text::count(dropped)),
            Key::StateBusy,
        );
    }
}

fn words(lines: u64) -> String {
    say_n!(
        lines,
        "{held} line",
        "{held} lines",
        held = text::count(lines)
    )
}

fn look(book: &LogBook, parts: &mut Parts<'_>) {
    if book.look.wrap {
        parts.add(100, say!("wrap" as "log"), Key::Dim);
    }
    if book.look.fold != Fold::Row {
        parts.add(
            102,
            say!(
                "fields {how}",
                how = lang::say_as(book.look.fold.word(), "look")
            ),
            Key::Dim,
        );
    }
    if book.look.column > 0 {
        parts.add(180, say!("column {n}", n = book.look.column + 1), Key::Dim);
    }
    if book.look.stamps != Stamps::Off {
        parts.add(
            90,
            say!(
                "{which} time",
                which = lang::say_as(book.look.stamps.word(), "look")
            ),
            Key::Dim,
        );
    }
}
