//! One captured mail: which part is shown, who sent it to whom, then the part itself.
//!
//! ```text
//!  Text  HTML  Headers  Raw  Links 1  Files 2
//!  From      Zammad Helpdesk <noreply@tickets.example.com>
//!  To        Karim Haddad <karim.haddad@example.com>
//!  Envelope  also to audit@example.com, which no header names
//!  Date      2024-09-22 13:06:51
//!  Subject   [Ticket#57011] Weekly report
//!
//!  Hello Karim,
//! ```
use std::ops::Range;

use chrono::TimeDelta;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::actions::mail::width;
use crate::layout::LIST_OFFSET;
use crate::model::Key as Id;
use crate::model::mail::{Letter, Tone};
use crate::state::State;
use crate::state::mail::{Find, Opened, Part};
use crate::text;
use crate::theme::{Depth, Key, Theme};
use crate::widgets::pen::{below, indent};
use crate::widgets::{Line, link, page};

use super::notice;

/// Columns of a field's name.
const NAME: usize = 10;

pub fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let Some(key) = state.subject().filter(|_| area.height > 0) else {
        return;
    };
    let body = below(area, LIST_OFFSET);
    let opened = state.mail.opened.get(&key);
    let letter = match opened.map(|opened| &opened.letter) {
        Some(Ok(letter)) => letter,
        Some(Err(failure)) => {
            let said = [
                (failure.what.as_str(), Key::StateBad),
                (&failure.advice, Key::Text),
            ];
            return notice::draw(theme, body, buf, &said);
        }
        None => {
            return notice::draw(
                theme,
                body,
                buf,
                &[(say!("fetching the message…"), Key::Dim)],
            );
        }
    };
    let Some(Opened { part, find, .. }) = opened else {
        return;
    };
    let part = *part;
    let parts = parts(theme, letter, part);
    parts.draw(buf, area);
    let searched = searched(theme, find);
    let room = indent(area, parts.width() as u16 + 1);
    if searched.width() < usize::from(room.width) {
        searched.draw_right(buf, room);
    }
    let head = head(state, theme, letter);
    let count = head.len() + part.length(letter);
    let height = usize::from(body.height);
    let scroll = state.sheet(&key).map_or(0, |sheet| sheet.scroll);
    let top = scroll.min(count.saturating_sub(height));
    let row = |number: usize| {
        let line = line(theme, letter, part, number);
        marked(theme, line, find.on(number))
    };
    let rows = (top..count).map(|number| {
        let title = head.get(number).cloned();
        title.unwrap_or_else(|| row(number - head.len()))
    });
    page::fill(rows, body, buf);
}

/// How many rows there are in all, below the line of the parts: for where scrolling ends.
pub fn line_count(state: &State, key: &Id, _: u16) -> usize {
    let theme = Theme::builtin(false, Depth::None, true);
    let Some(Opened {
        letter: Ok(letter),
        part,
        ..
    }) = state.mail.opened.get(key)
    else {
        return 0;
    };
    head(state, &theme, letter).len() + part.length(letter)
}

/// How many rows stand above those of the part.
pub fn head_count(state: &State, key: &Id) -> usize {
    let theme = Theme::builtin(false, Depth::None, true);
    let opened = state.mail.opened.get(key);
    let letter = opened.and_then(|opened| opened.letter.as_deref().ok());
    letter.map_or(0, |letter| head(state, &theme, letter).len())
}

/// What is searched, and at which of its hits the search is.
fn searched(theme: &Theme, find: &Find) -> Line {
    if find.query.is_empty() {
        return Line::new();
    }
    let query = text::truncate(&find.query, 24);
    let (at, all) = find.count();
    Line::of(theme, format!("/{query}  {at}/{all} "), Key::Accent)
}

/// A row with the hits on it.
fn marked(theme: &Theme, line: Line, hits: impl Iterator<Item = (Range<usize>, bool)>) -> Line {
    hits.fold(line, |line, (bytes, here)| {
        let key = if here { Key::MatchCurrent } else { Key::Match };
        line.restyled(bytes, theme.style(key))
    })
}

fn title(part: Part, letter: &Letter) -> String {
    match part {
        Part::Text => say!("Text").to_owned(),
        Part::Html => say!("HTML").to_owned(),
        Part::Headers => say!("Headers").to_owned(),
        Part::Raw => say!("Raw").to_owned(),
        Part::Links => say!("Links {n}", n = letter.links.len()),
        Part::Files => say!("Files {n}", n = letter.attachments.len()),
    }
}

/// The parts that the message has, the shown one in brackets where there are no colours to tell.
fn parts(theme: &Theme, letter: &Letter, shown: Part) -> Line {
    let present = Part::ALL.into_iter().filter(|part| part.is_in(letter));
    present.fold(Line::of(theme, " ", Key::Text), |line, part| {
        let words = title(part, letter);
        if part == shown {
            line.and(theme, format!("[{words}] "), Key::TabCurrent)
        } else {
            line.and(theme, format!(" {words}  "), Key::Tab)
        }
    })
}

/// Who, to whom, when, about what; what is odd; a blank row.
fn head(state: &State, theme: &Theme, letter: &Letter) -> Vec<Line> {
    let room = usize::from(width(state)).saturating_sub(NAME).max(8);
    let mut lines = Vec::new();
    let mut field = |name: &str, value: &str, key: Key| {
        if value.is_empty() {
            return;
        }
        for (number, part) in text::wrap_words(value, room)
            .into_iter()
            .take(3)
            .enumerate()
        {
            let name = if number == 0 { name } else { "" };
            let line = Line::of(theme, text::pad_right(name, NAME), Key::FieldName);
            lines.push(line.and(theme, part, key));
        }
    };
    field(say!("From"), &letter.from, Key::Text);
    field(say!("To"), &letter.to.join(", "), Key::Text);
    field(say!("Cc"), &letter.cc.join(", "), Key::Text);
    let hidden = letter.hidden().join(", ");
    if !hidden.is_empty() {
        field(
            say!("Envelope"),
            &say!("also to {hidden}, which no header names", hidden),
            Key::StateBusy,
        );
    }
    match &letter.raw.envelope {
        Some(envelope) if !letter.from.contains(&envelope.from) => field(
            say!("Envelope"),
            &say!("from {sender}", sender = envelope.from),
            Key::Dim,
        ),
        Some(_) => {}
        None => field(
            say!("Envelope"),
            say!("not told by this server: blind copies do not show"),
            Key::Dim,
        ),
    }
    let offset = TimeDelta::seconds(i64::from(state.prefs.utc_offset));
    let date = letter
        .date
        .map(|date| (date + offset).format("%Y-%m-%d %H:%M:%S").to_string());
    field(say!("Date"), &date.unwrap_or_default(), Key::Text);
    let subject = if letter.subject.is_empty() {
        say!("(none)")
    } else {
        &letter.subject
    };
    field(say!("Subject"), subject, Key::Strong);
    for note in &letter.notes {
        field(say!("Note"), note, Key::StateBusy);
    }
    lines.push(Line::new());
    lines
}

/// One row of a part; only rows on screen are made.
fn line(theme: &Theme, letter: &Letter, part: Part, number: usize) -> Line {
    let found = match part {
        Part::Text => letter.text.as_ref().map(|rows| {
            let row = rows.get(number).map_or("", String::as_str);
            with_links(theme, row, &letter.links)
        }),
        Part::Raw => letter.raw_rows.get(number).map(|row| plain(theme, row)),
        Part::Html => letter
            .html
            .as_ref()
            .and_then(|rows| rows.get(number))
            .map(|pieces| {
                let mut line = Line::new();
                for (words, tone) in pieces {
                    line.push(words.as_str(), style(theme, *tone));
                }
                line
            }),
        Part::Headers => letter.headers.get(number).map(|(name, value)| {
            Line::of(theme, format!("{name}: "), Key::FieldName).and(
                theme,
                value.as_str(),
                Key::Text,
            )
        }),
        Part::Links => letter.links.get(number).map(|words| {
            let mut line = Line::new();
            line.push(words.as_str(), style(theme, Tone::Link(Some(number))));
            line
        }),
        Part::Files => letter.attachments.get(number).map(|file| {
            let size = text::bytes(file.content.len() as u64);
            Line::of(theme, text::pad_left(&size, 9), Key::Dim)
                .and(theme, format!("  {}", file.name), Key::Strong)
                .and(theme, format!("  {}", file.media_type), Key::Dim)
        }),
    };
    found.unwrap_or_default()
}

fn plain(theme: &Theme, row: &str) -> Line {
    let quoted = row.trim_start().starts_with('>');
    Line::of(theme, row, if quoted { Key::Dim } else { Key::Text })
}

/// A row in which addresses that stand whole in it are links.
fn with_links(theme: &Theme, row: &str, links: &[String]) -> Line {
    let whole = plain(theme, row);
    let Some((_, look)) = whole.pieces.first().filter(|_| row.contains("://")) else {
        return whole;
    };
    let mut line = Line::new();
    let mut rest = row;
    while let Some(at) = rest.find("http") {
        let behind = rest.get(at..).unwrap_or_default();
        let here = links.iter().enumerate();
        let here = here.filter(|(_, address)| behind.starts_with(address.as_str()));
        // Of two that begin alike the longer one stands there.
        let found = here.max_by_key(|(_, address)| address.len());
        let length = found.map_or("http".len(), |(_, address)| address.len());
        let (before, behind) = rest.split_at(at);
        let (words, after) = behind.split_at(length);
        line.push(before, *look);
        line.push(
            words,
            found.map_or(*look, |(number, _)| link::numbered(*look, number)),
        );
        rest = after;
    }
    line.push(rest, *look);
    line
}

fn style(theme: &Theme, tone: Tone) -> Style {
    match tone {
        Tone::Plain => theme.style(Key::Text),
        Tone::Strong => theme.style(Key::Strong),
        Tone::Link(Some(number)) => link::numbered(theme.style(Key::Accent), number),
        Tone::Link(None) => theme.style(Key::Accent),
        Tone::Code | Tone::Faint => theme.style(Key::Dim),
    }
}
