//! A directory of a volume.
//!
//! ```text
//!  /pgdata  14 names · by a helper from busybox:latest
//!  base/                         12d   999:999  drwx------
//!  pg_wal → /wal/pg_wal           1d   999:999  lrwxrwxrwx
//!  postgresql.conf         28K   12d   999:999  -rw-------
//! ```
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::lang;
use crate::layout::LIST_OFFSET;
use crate::model::browse::{DirEntry, EntryKind};
use crate::state::State;
use crate::state::browse::Browse;
use crate::text;
use crate::theme::{Key, Theme};
use crate::widgets::Line;
use crate::widgets::pen::{below, row};

use super::{list, notice};

/// What stands behind a name, the last to leave first: size, age, owner, permissions. Columns of each, and the width of the
/// screen from which on it is there.
const COLUMNS: [(usize, u16); 4] = [(6, 0), (7, 48), (12, 60), (11, 72)];

pub fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let Some(browse) = state.browse.as_ref().filter(|_| area.height > 0) else {
        return;
    };
    list::draw(&browse.table, theme, area, buf, "", |id| {
        Some(entry(state, theme, browse.entry(id)?, area.width))
    });
    head(theme, browse, area.width).draw(buf, row(area, 0));
    let body = below(area, LIST_OFFSET);
    let said = match &browse.directory {
        None if browse.image.is_empty() => [
            (say!("starting a helper that may only read…"), Key::Dim),
            ("", Key::Text),
        ],
        None => [(say!("listing…"), Key::Dim), ("", Key::Text)],
        Some(Err(failure)) => [
            (failure.what.as_str(), Key::StateBad),
            (failure.advice.as_str(), Key::Text),
        ],
        Some(Ok(directory)) if directory.entries.is_empty() => {
            [(say!("nothing is in it"), Key::Dim), ("", Key::Text)]
        }
        Some(Ok(_)) => return,
    };
    notice::draw(theme, body, buf, &said);
}

fn head(theme: &Theme, browse: &Browse, width: u16) -> Line {
    let mut words = match &browse.directory {
        Some(Ok(directory)) => {
            let count = directory.entries.len() as u64;
            if directory.cut {
                say_n!(
                    count,
                    "the first {n} name, there are more",
                    "the first {n} names, there are more"
                )
            } else {
                say_n!(count, "{n} name", "{n} names")
            }
        }
        _ => String::new(),
    };
    if !browse.image.is_empty() {
        if !words.is_empty() {
            words.push_str(" · ");
        }
        words.push_str(&say!("by a helper from {image}", image = browse.image));
    }
    let room = usize::from(width).saturating_sub(2);
    let path = browse.path.shown();
    let path = text::truncate_start(
        &path,
        (room / 2).max(room.saturating_sub(text::width(&words) + 2)),
    );
    Line::of(theme, format!(" {path}"), Key::Strong).and(theme, format!("  {words}"), Key::Dim)
}

fn entry(state: &State, theme: &Theme, entry: &DirEntry, screen: u16) -> Line {
    let shown = COLUMNS.iter().filter(|(_, from)| screen >= *from);
    let behind: usize = shown.clone().map(|(width, _)| width).sum();
    let room = usize::from(screen).saturating_sub(behind + 4).max(8);
    let (name, key) = match entry.kind {
        EntryKind::Directory => (format!("{}/", entry.shown), Key::Strong),
        EntryKind::File => (entry.shown.clone(), Key::Text),
        EntryKind::Link => (format!("{} → {}", entry.shown, entry.target), Key::Dim),
        kind => (
            format!("{}  {}", entry.shown, lang::say(kind.word())),
            Key::Dim,
        ),
    };
    let size = match entry.kind {
        EntryKind::File => text::bytes_short(entry.size),
        _ => String::new(),
    };
    let age = entry.modified.map(|at| text::duration(state.now - at));
    let cells = [
        (size, Key::Figure),
        (age.unwrap_or_default(), Key::Dim),
        (format!("{}:{}", entry.uid, entry.gid), Key::Dim),
        (entry.permissions(), Key::Dim),
    ];
    let name = text::truncate_middle(&name, room);
    let line = Line::of(theme, text::pad_right(&name, room), key);
    let cells = cells.into_iter().zip(COLUMNS);
    cells
        .filter(|(_, (_, from))| screen >= *from)
        .fold(line, |line, ((words, key), (width, _))| {
            line.and(theme, text::pad_left(&words, width), key)
        })
}
