//! What a long job tells while it runs, the newest at the bottom; below that the layers that are on their way.
//!
//! ```text
//!  shop  bringing up 12s
//!  $ docker compose -p shop … up -d
//!  Network shop_default  Created
//!  Container shop-db-1  Started
//! ```
mod layers;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::state::{Output, State};
use crate::text;
use crate::theme::{Key, Theme};
use crate::widgets::Line;
use crate::widgets::pen::{indent, row};

use super::notice;

/// Rows that the command may take.
const COMMAND: usize = 3;

pub fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let Some(output) = state.subject().and_then(|key| state.outputs.get(&key)) else {
        let words = say!("compose has done nothing here since this program began");
        notice::draw(theme, area, buf, &[(words, Key::Dim)]);
        return;
    };
    let width = usize::from(area.width.saturating_sub(2)).max(1);
    let above = 1 + command(theme, &output.command, width, area, buf);
    let height = usize::from(area.height).saturating_sub(above);
    let moving = layers::lines(theme, &output.transfer, width, height);
    let height = height - moving.len();
    let end = end(output, height);
    head(state, theme, output, end).draw(buf, area);
    let shown = tail(output, end, width, height);
    for (y, (words, first)) in shown.iter().enumerate() {
        let key = if *first { tone(words) } else { Key::Text };
        Line::of(theme, *words, key).draw(buf, indent(row(area, above + y), 1));
    }
    for (y, line) in moving.iter().enumerate() {
        line.draw(buf, indent(row(area, above + shown.len() + y), 1));
    }
}

/// The command below the head, with its end, which says what is done; how many rows it takes.
fn command(theme: &Theme, command: &str, width: usize, area: Rect, buf: &mut Buffer) -> usize {
    if command.is_empty() {
        return 0;
    }
    let parts = text::wrap_words(command, width.saturating_sub(2).max(1));
    let rows = parts.len().min(COMMAND);
    let tail = parts.len() - rows;
    for (y, part) in parts.into_iter().skip(tail).enumerate() {
        let sign = match (y, tail) {
            (0, 0) => "$ ",
            (0, _) => "… ",
            _ => "  ",
        };
        Line::of(theme, sign, Key::Faint)
            .and(theme, part, Key::Dim)
            .draw(buf, indent(row(area, 1 + y), 1));
    }
    rows
}

/// The line after the last one shown. Scrolled back to the start, the first page stays whole.
fn end(output: &Output, height: usize) -> usize {
    let count = output.lines.len();
    (count - output.back.min(count)).max(height.min(count))
}

/// The rows up to this line, each with whether its line begins there.
fn tail(output: &Output, end: usize, width: usize, height: usize) -> Vec<(&str, bool)> {
    let mut rows = Vec::new();
    for line in output.lines.iter().take(end).rev() {
        let mut parts: Vec<_> = text::wrap_offsets(line, width)
            .into_iter()
            .enumerate()
            .filter_map(|(number, part)| Some((line.get(part)?, number == 0)))
            .collect();
        parts.reverse();
        rows.extend(parts);
        if rows.len() >= height {
            break;
        }
    }
    rows.truncate(height);
    rows.reverse();
    rows
}

/// Complaints stand out; the rest is quiet.
fn tone(line: &str) -> Key {
    let lower = line.trim_start().to_ascii_lowercase();
    let bad = ["error", "failed", "denied"];
    if bad.iter().any(|word| lower.contains(word)) {
        Key::StateBad
    } else if lower.starts_with("warn") || lower.contains("level=warning") {
        Key::StateBusy
    } else {
        Key::Text
    }
}

fn head(state: &State, theme: &Theme, output: &Output, end: usize) -> Line {
    let line = Line::of(theme, format!(" {}  ", output.about), Key::Strong);
    let running = state.jobs.running.get(&output.job);
    let line = match (&output.ended, running) {
        (Some((ok, words)), _) => {
            let key = if *ok { Key::StateOk } else { Key::StateBad };
            line.and(theme, words.clone(), key)
        }
        (None, Some(running)) => {
            let doing = if output.cancelled {
                say!("ending")
            } else {
                running.job.verb.doing()
            };
            let step = match running.step.as_str() {
                "" => String::new(),
                step => format!("  {step}"),
            };
            let words = format!("{doing} {}s{step}", running.seconds(state.now));
            line.and(theme, words, Key::Job)
        }
        (None, None) => line,
    };
    let line = match output.lines.len() - end {
        0 => line,
        n => line.and(
            theme,
            say_n!(n, "  {n} line below", "  {n} lines below"),
            Key::Dim,
        ),
    };
    match output.dropped {
        0 => line,
        n => line.and(theme, say!("  {n} older lines let go", n), Key::Dim),
    }
}
