//! Layers on their way, a line each, and one for those that are done.
//!
//! ```text
//!  2 layers done: 12.3MiB, 1 layer was there already
//!  a3ed95caeb02  Downloading             12M/40M  ██████▒▒▒▒▒▒▒▒▒▒▒▒▒▒
//!  5f70bf18a086  Retrying in 4 seconds    1M/9M   ██▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒
//!  7264a8db6415  Waiting
//! ```
use crate::model::{Transfer, TransferLine};
use crate::text;
use crate::theme::{Key, Theme};
use crate::widgets::Line;

/// Columns of a layer's id, of what is done with it, and of how much there is of it.
const ID: usize = 12;
const STATUS: usize = 22;
const BYTES: usize = 9;
/// Between two of them.
const GAP: usize = 2;
/// Columns of a bar.
const BAR: std::ops::RangeInclusive<usize> = 8..=30;

/// At most so many rows. Where there is no room for all, those that move are told, and how many others there are.
pub(super) fn lines(theme: &Theme, transfer: &Transfer, width: usize, most: usize) -> Vec<Line> {
    let folded = transfer.folded();
    let mut lines = Vec::new();
    if !folded.is_empty() {
        lines.push(Line::of(theme, folded, Key::Dim));
    }
    let rest: Vec<&TransferLine> = transfer.rest().collect();
    let room = most.saturating_sub(lines.len());
    let widths = Widths::of(width);
    if rest.len() <= room {
        lines.extend(rest.iter().map(|layer| widths.line(theme, layer)));
    } else {
        let room = room.saturating_sub(1);
        let moving = rest.iter().filter(|layer| !layer.waits()).take(room);
        let told: Vec<Line> = moving.map(|layer| widths.line(theme, layer)).collect();
        let others = rest.len() - told.len();
        lines.extend(told);
        let words = say_n!(others, "{n} more layer", "{n} more layers");
        lines.push(Line::of(theme, words, Key::Dim));
    }
    lines.truncate(most);
    lines
}

struct Widths {
    status: usize,
    /// 0: no bar.
    bar: usize,
}

impl Widths {
    fn of(width: usize) -> Self {
        let beside = ID + BYTES + 2 * GAP;
        let status = width.saturating_sub(beside).min(STATUS);
        let left = width.saturating_sub(beside + status + GAP);
        let bar = left.min(*BAR.end());
        Self {
            status,
            bar: if BAR.contains(&bar) { bar } else { 0 },
        }
    }

    fn line(&self, theme: &Theme, layer: &TransferLine) -> Line {
        let weight = if layer.waits() { Key::Dim } else { Key::Text };
        let cell = |words: &str, width: usize| {
            let words = text::truncate(words, width);
            format!("{}{:GAP$}", text::pad_right(&words, width), "")
        };
        let line = Line::of(theme, cell(&layer.layer, ID), Key::Dim).and(
            theme,
            cell(&layer.status, self.status),
            weight,
        );
        let Some((done, all)) = layer.done.filter(|_| !layer.waits()) else {
            return line;
        };
        let done = done.min(all);
        let bytes = format!("{}/{}", text::bytes_short(done), text::bytes_short(all));
        let line = line.and(theme, text::pad_left(&bytes, BYTES), Key::Figure);
        let full = (done as f64 / all.max(1) as f64 * self.bar as f64).round() as usize;
        line.and(theme, " ".repeat(GAP.min(self.bar)), Key::Text)
            .and(theme, "█".repeat(full), Key::ChartMemory)
            .and(theme, "▒".repeat(self.bar - full), Key::Faint)
    }
}
