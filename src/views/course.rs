//! The course of a figure over the last minutes, as a chart in a section: what its top means stands beside its first row,
//! how far it goes back beside its last.
use chrono::TimeDelta;

use crate::state::{History, State};
use crate::text;
use crate::theme::{Key, Theme};
use crate::widgets::{Line, chart};

use super::section::Section;

/// Rows of a chart, and its columns at most.
const HEIGHT: usize = 4;
const WIDEST: usize = 75;

/// Adds the chart to a section of so many columns.
pub(super) fn draw(
    theme: &Theme,
    width: usize,
    section: &mut Section,
    history: &History,
    (max, label): (f32, &str),
    key: Key,
) {
    let label_width = text::width(label) + 1;
    let width = width.saturating_sub(2 + label_width).clamp(4, WIDEST);
    let (values, each) = history.whole(chart::capacity(width, &theme.symbols));
    let seconds = values.len() as i64 * each as i64 * History::SLOT;
    let span = text::duration(TimeDelta::seconds(seconds));
    let rows = chart::area(&values, width, HEIGHT, max, &theme.symbols);
    for (n, row) in rows.into_iter().enumerate() {
        let line = Line::of(theme, row, key);
        section.line(match n {
            0 => line.and(theme, format!(" {label}"), Key::Faint),
            n if n + 1 == HEIGHT => line.and(theme, format!(" {span}"), Key::Faint),
            _ => line,
        });
    }
}

/// How long ago the peak was, when it is not just now.
pub(super) fn peak_ago(state: &State, history: &History) -> String {
    let at = history
        .peak_at()
        .filter(|at| state.now - *at > TimeDelta::seconds(30));
    at.map_or_else(String::new, |at| format!(" {}", text::ago(at, state.now)))
}

/// The top of a chart of CPU that has no limit: the next whole step above the peak, in percent of one core.
pub(super) fn cpu_top(peak: f64) -> f64 {
    [10.0, 25.0, 50.0, 100.0, 200.0, 400.0, 800.0]
        .into_iter()
        .find(|top| *top >= peak)
        .unwrap_or(peak)
}
