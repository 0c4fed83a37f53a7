//! What another text for one of a stack's files would do: what compose says of it, which services change, which lines differ.
//! Nothing is written yet.
//!
//! ```text
//!  compose.yml  an edit  +1 −1
//!  Compose      docker-compose 1.29.2 takes it
//!    changed, made anew: web
//!    missing: DOMAIN is not set
//!  Difference
//!    ⋯ 12 lines
//!    13     image: nginx
//!    14 -   ports: ["80:80"]
//!    14 +   ports: ["8080:80"]
//! ```
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::layout::LIST_OFFSET;
use crate::layout::stack_file::{self, gutter, last_top, text_width, wrapped};
use crate::model::Key as Id;
use crate::model::compose::Checked;
use crate::model::stack_file::{DiffRow, Proposal, Source, Verdict};
use crate::state::stack_file::{Change, FileBook};
use crate::state::{State, Weight};
use crate::text::code::Piece;
use crate::text::{self, Tone};
use crate::theme::{Depth, Key, Theme};
use crate::widgets::pen::below;
use crate::widgets::{Line, page};

use super::pieces::{look, mask};
use super::section::Section;
use super::{hints, notice};

/// Columns that a path has at least.
const PATH: usize = 12;

pub fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let Some(key) = state.subject().filter(|_| area.height > 0) else {
        return;
    };
    let body = below(area, LIST_OFFSET);
    let Some((book, change)) = opened(state, &key) else {
        let words = say!("nothing waits to be written");
        return notice::draw(theme, body, buf, &[(words, Key::Dim)]);
    };
    head(theme, &change.proposal, usize::from(area.width)).draw(buf, area);
    let above = above(state, theme, &key, change, area.width);
    let rows = |number: usize| match above.get(number) {
        Some(line) => vec![line.clone()],
        None => diff_rows(theme, book, change, number - above.len(), area.width),
    };
    let numbers = change.top..above.len() + change.proposal.diff.len();
    page::fill(numbers.flat_map(rows), body, buf);
}

fn opened<'a>(state: &'a State, key: &Id) -> Option<(&'a FileBook, &'a Change)> {
    let book = state.files.get(key)?;
    Some((book, book.change.as_ref()?))
}

/// Where scrolling ends.
pub fn last_line(state: &State, key: &Id) -> usize {
    let Some((book, change)) = opened(state, key) else {
        return 0;
    };
    let theme = Theme::builtin(false, Depth::None, true);
    let (width, height) = stack_file::page(state);
    let above = above(state, &theme, key, change, width).len();
    let count = above + change.proposal.diff.len();
    last_top(count, height, |n| match n.checked_sub(above) {
        Some(n) => diff_rows(&theme, book, change, n, width).len(),
        None => 1,
    })
}

fn head(theme: &Theme, proposal: &Proposal, width: usize) -> Line {
    let from = match &proposal.source {
        Source::Draft => say!("your edit").to_owned(),
        Source::Version(version) => {
            let at = version.at.format("%Y-%m-%d %H:%M:%S");
            say!("as it was until {at} UTC, by {by}", at, by = version.by)
        }
    };
    let (added, removed) = proposal.counts();
    let counts = format!("+{added} -{removed}");
    // The path gives way first, then who and when.
    let room = width.saturating_sub(counts.len() + 6);
    let path = room.saturating_sub(text::width(&from)).max(PATH);
    let path = text::truncate_start(&proposal.file.path, path).into_owned();
    let from = text::truncate(&from, room.saturating_sub(text::width(&path))).into_owned();
    Line::of(theme, format!(" {path}  "), Key::Strong)
        .and(theme, from, Key::Text)
        .and(theme, format!("  {counts}"), Key::Dim)
}

/// All that is said above the difference.
fn above(state: &State, theme: &Theme, key: &Id, change: &Change, width: u16) -> Vec<Line> {
    let width = usize::from(width.saturating_sub(2)).max(12);
    let mut section = Section::new(theme, width, say!("Compose"));
    match &change.proposal.verdict {
        Verdict::Taken(checked) => taken(state, &mut section, key, checked),
        Verdict::Refused(said) => {
            section.note(say!("does not take it"), Key::StateBad);
            let revealed = state.files.get(key).is_some_and(|book| book.revealed);
            for line in said {
                let words = if revealed { &line.whole } else { &line.masked };
                section.prose(words, Key::StateBad, 20);
            }
            let (edit, discard) = (
                hints::key_of(state, "change.edit"),
                hints::key_of(state, "change.discard"),
            );
            let words = match change.proposal.source {
                Source::Draft => say!(
                    "Nothing was changed, and the edit is kept: {edit} goes on with it, {discard} lets it go.",
                    edit,
                    discard
                ),
                Source::Version(_) => say!("Nothing was changed.").to_owned(),
            };
            section.prose(&words, Key::Dim, 3);
        }
        Verdict::Unasked(why) => {
            section.note(say!("could not be asked"), Key::StateBusy);
            section.prose(why, Key::StateBusy, 6);
            let save = hints::key_of(state, "change.save");
            section.prose(&say!("{save} saves it unchecked.", save), Key::Dim, 2);
        }
    }
    if change.proposal.read_by_services {
        let words = say!(
            "Services with `env_file:` are compared with the file as it is now: they may be made anew too."
        );
        section.prose(words, Key::Dim, 3);
    }
    let mut lines = section.finish();
    let mut section = Section::new(theme, width, say!("Difference"));
    let words = if change.proposal.diff.is_empty() {
        say!("none")
    } else if change.proposal.old_digest.is_none() {
        say!("there is no such file yet")
    } else {
        say!("to the file as it is now")
    };
    section.note(words, Key::Dim);
    lines.extend(section.finish());
    // The blank row after the last heading.
    lines.pop();
    lines
}

fn taken(state: &State, section: &mut Section, key: &Id, checked: &Checked) {
    section.note(say!("{tool} takes it", tool = checked.tool), Key::StateOk);
    let Some(stack) = state.shelves.stacks.things.get(key) else {
        return section.prose(
            say!("the stack is gone: no container of it is left"),
            Key::StateBusy,
            2,
        );
    };
    for (words, weight) in crate::actions::stack::plan_words(stack, checked) {
        let key = match weight {
            Weight::Plain => Key::Text,
            Weight::Change => Key::StateBusy,
            Weight::Bad => Key::StateBad,
        };
        section.prose(&words, key, 4);
    }
}

/// One row of the difference, as many rows of the screen as it takes.
fn diff_rows(
    theme: &Theme,
    book: &FileBook,
    change: &Change,
    number: usize,
    width: u16,
) -> Vec<Line> {
    let Some(diff) = change.proposal.diff.get(number) else {
        return Vec::new();
    };
    let gutter = gutter(change.old.len().max(change.new.len()));
    let (code, line, sign, key) = match diff {
        DiffRow::Gap(count) => {
            let words = format!(
                "  {} {}",
                theme.symbols.ellipsis,
                say_n!(*count, "{n} line", "{n} lines")
            );
            return vec![Line::of(theme, words, Key::Faint)];
        }
        DiffRow::Same(line) => (&change.new, *line, ' ', None),
        DiffRow::Removed(line) => (&change.old, *line, '-', Some(Key::DiffRemoved)),
        DiffRow::Added(line) => (&change.new, *line, '+', Some(Key::DiffAdded)),
    };
    let pieces = code.pieces(line, book.revealed);
    let wrapped = wrapped(&pieces, text_width(width, gutter))
        .into_iter()
        .enumerate();
    let row = |(part, pieces): (usize, Vec<Piece>)| {
        let lead = if part == 0 {
            (line + 1).to_string()
        } else {
            String::new()
        };
        let mut row = Line::of(theme, text::pad_left(&lead, gutter), Key::Faint);
        row = row.and(theme, format!(" {sign} "), key.unwrap_or(Key::Dim));
        for (words, tone) in pieces {
            row = match tone {
                Tone::Secret => row.and(theme, mask(theme, &words), Key::Secret),
                tone => row.and(theme, words, key.unwrap_or(look(tone))),
            };
        }
        row
    };
    wrapped.map(row).collect()
}
