//! The files of a stack, one at a time: highlighted, searchable, secrets masked.
//!
//! ```text
//!  compose.yml  2 of 3  1.2 KiB  2 versions  an edit is kept
//!   1  services:
//!   2    web:
//!   3      image: nginx:${TAG:-1.27}
//!   4      environment:
//!   5        API_TOKEN: ••••••••
//! ```
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::layout::LIST_OFFSET;
use crate::layout::stack_file::{self, gutter, last_top, text_width, wrapped};
use crate::model::Key as Id;
use crate::model::stack_file::{Body, Role};
use crate::state::State;
use crate::state::stack_file::{FileBook, Paper};
use crate::text::code::Piece;
use crate::text::{self, Tone};
use crate::theme::{Key, Theme};
use crate::widgets::pen::below;
use crate::widgets::{Line, page};

use super::pieces::{look, marked, mask};
use super::{hints, notice};

/// Columns that a path has at least.
const PATH: usize = 16;

pub fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let Some(key) = state.subject().filter(|_| area.height > 0) else {
        return;
    };
    let body = below(area, LIST_OFFSET);
    let book = state.files.get(&key);
    let Some((book, paper)) = book.and_then(|book| Some((book, book.current()?))) else {
        let words = match book {
            None => say!("reading the files…"),
            Some(_) => say!("no label names its compose files"),
        };
        return notice::draw(theme, body, buf, &[(words, Key::Dim)]);
    };
    head(state, theme, book, paper, usize::from(area.width)).draw(buf, area);
    match &paper.file.body {
        Body::Text { .. } => lines(theme, book, paper, body, buf),
        Body::Gone => {
            let path = paper.file.of.path.as_str();
            let (what, kept) = (gone(state, book, paper), kept(state, paper));
            let mut said = vec![(path, Key::Text), (what.as_str(), Key::StateBusy)];
            said.extend(kept.as_deref().map(|words| (words, Key::Text)));
            notice::draw(theme, body, buf, &said);
        }
        Body::Unreadable(why) => {
            let path = paper.file.of.path.as_str();
            let said = [(path, Key::Text), (why.as_str(), Key::StateBad)];
            notice::draw(theme, body, buf, &said);
        }
    }
}

/// Where scrolling ends.
pub fn last_line(state: &State, key: &Id) -> usize {
    let Some(paper) = state.files.get(key).and_then(FileBook::current) else {
        return 0;
    };
    let (width, height) = stack_file::page(state);
    let room = text_width(width, gutter(paper.code.len()));
    last_top(paper.code.len(), height, |n| {
        wrapped(&paper.code.pieces(n, false), room).len()
    })
}

fn gone(state: &State, book: &FileBook, paper: &Paper) -> String {
    match (&book.elsewhere, paper.file.of.role) {
        (Some(engine), _) => say!("not on this machine: the engine is at {engine}", engine),
        (None, Role::Compose) => {
            say!("not on this machine: it is gone, or the stack was made elsewhere").to_owned()
        }
        (None, Role::Variables) => {
            let key = hints::key_of(state, "file.edit");
            say!("there is none; {key} begins one", key)
        }
    }
}

fn kept(state: &State, paper: &Paper) -> Option<String> {
    let count = paper.file.versions.len();
    let key = hints::key_of(state, "file.versions");
    let words = say_n!(
        count,
        "{n} earlier version kept, {key} shows it",
        "{n} earlier versions kept, {key} shows them",
        key
    );
    (count > 0).then_some(words)
}

/// What is said of the file on screen, what matters most first.
fn notes(state: &State, book: &FileBook, paper: &Paper) -> Vec<(String, Key)> {
    let mut notes = Vec::new();
    if let Some(engine) = &book.elsewhere {
        notes.push((
            say!("of this machine, not of {engine}", engine),
            Key::StateBusy,
        ));
    }
    if !book.query.is_empty() {
        let found = say_n!(book.found.len(), "{n} found", "{n} found");
        let words = format!("/{}  {found}", book.query);
        notes.push((words, Key::Accent));
    }
    if paper.file.draft {
        notes.push((say!("an edit is kept").to_owned(), Key::StateBusy));
    }
    if book.papers.len() > 1 {
        let key = hints::key_of(state, "file.next");
        let words = say!(
            "{number} of {all} ({key})",
            number = book.shown + 1,
            all = book.papers.len(),
            key
        );
        notes.push((words, Key::Dim));
    }
    if let Body::Text { bytes, cut, .. } = &paper.file.body {
        let shown = text::bytes(*bytes);
        notes.push(if *cut {
            (
                say!("{size}, only its start is shown", size = shown),
                Key::StateBusy,
            )
        } else {
            (shown, Key::Dim)
        });
    }
    if !paper.file.versions.is_empty() {
        let count = paper.file.versions.len();
        let words = say_n!(count, "{n} earlier version", "{n} earlier versions");
        notes.push((words, Key::Dim));
    }
    notes
}

/// The file's path, and of the notes as many as fit.
fn head(state: &State, theme: &Theme, book: &FileBook, paper: &Paper, width: usize) -> Line {
    let mut room = width.saturating_sub(2);
    let mut notes = notes(state, book, paper);
    notes.retain(|(words, _)| {
        let left = room.checked_sub(text::width(words) + 2);
        let fits = left.filter(|left| *left >= PATH);
        room = fits.unwrap_or(room);
        fits.is_some()
    });
    let path = text::truncate_start(&paper.file.of.path, room.max(1)).into_owned();
    let line = Line::of(theme, format!(" {path}"), Key::Strong);
    notes.into_iter().fold(line, |line, (words, key)| {
        line.and(theme, "  ", Key::Text).and(theme, words, key)
    })
}

fn lines(theme: &Theme, book: &FileBook, paper: &Paper, body: Rect, buf: &mut Buffer) {
    let gutter = gutter(paper.code.len());
    let room = text_width(body.width, gutter);
    let rows = |number: usize| {
        let pieces = paper.code.pieces(number, book.revealed);
        let here = book.hit == Some(number);
        let number_key = if here { Key::Accent } else { Key::Faint };
        let row = move |(part, pieces): (usize, Vec<Piece>)| {
            let lead = if part == 0 {
                (number + 1).to_string()
            } else {
                String::new()
            };
            let line = Line::of(theme, text::pad_left(&lead, gutter), number_key);
            let mut line = line.and(theme, "  ", Key::Text);
            for piece in &pieces {
                push(theme, &mut line, piece, &book.query, here);
            }
            line
        };
        wrapped(&pieces, room).into_iter().enumerate().map(row)
    };
    page::fill((book.top..paper.code.len()).flat_map(rows), body, buf);
}

/// Adds a piece, with the hits of the search in it.
fn push(theme: &Theme, line: &mut Line, (words, tone): &Piece, query: &str, here: bool) {
    let hit = if here { Key::MatchCurrent } else { Key::Match };
    match tone {
        Tone::Secret => line.push(mask(theme, words), theme.style(Key::Secret)),
        tone => marked(
            line,
            words,
            query,
            (theme.style(look(*tone)), theme.style(hit)),
        ),
    }
}
