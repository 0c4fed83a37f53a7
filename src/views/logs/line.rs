//! One log line on screen: level, mark, time, source, text with its own colours and the hits of the search.
use std::ops::Range;

use chrono::TimeDelta;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::layout::{LogColumns, LogText, Piece};
use crate::log_store::{Kind, LineView};
use crate::state::{LogBook, Stamps, State};
use crate::text::{self, Level};
use crate::theme::{Key, Theme};
use crate::widgets::Pen;
use crate::widgets::pen::{indent, row};

/// Hits of one line that are shown.
const HITS: usize = 200;

pub(super) struct LinePen<'a> {
    pub state: &'a State,
    pub book: &'a LogBook,
    pub theme: &'a Theme,
    pub columns: LogColumns,
    /// Indexes of the first and last line selected.
    pub selected: Option<(usize, usize)>,
}

impl LinePen<'_> {
    /// Draws a line without its first `skip` rows; returns how many rows it took.
    pub fn draw(
        &self,
        index: usize,
        line: &LineView,
        skip: usize,
        area: Rect,
        buf: &mut Buffer,
    ) -> usize {
        if line.kind() == Kind::Separator {
            self.separator(line, area, buf);
            return 1;
        }
        let told = LogText::of(line, self.book.look.fold);
        let ranges = told.rows(self.book.look, self.columns);
        let styles = self.styles(index, line, &told);
        let mut drawn = 0;
        for (n, range) in ranges.iter().enumerate().skip(skip) {
            let place = row(area, drawn);
            if place.height == 0 {
                break;
            }
            if n == 0 {
                self.head(index, line, &told, place, buf);
            }
            self.body(&told, range, &styles, place, buf);
            let (first, last) = self.selected.unwrap_or((1, 0));
            if (first..=last).contains(&index) {
                buf.set_style(
                    place.intersection(buf.area),
                    self.theme.style(Key::Selected),
                );
            }
            drawn += 1;
        }
        drawn
    }

    fn body(
        &self,
        told: &LogText,
        range: &Range<usize>,
        styles: &[(Range<usize>, Style)],
        place: Rect,
        buf: &mut Buffer,
    ) {
        let body = told.text.get(range.clone()).unwrap_or_default();
        let (start, lead) = if self.book.look.wrap {
            (0, 0)
        } else {
            text::skip_columns(body, self.book.look.column)
        };
        let edge = self.columns.gutter + self.columns.stamp + self.columns.source;
        let mut pen = Pen::new(buf, indent(place, edge));
        pen.skip(lead as u16);
        for (piece, style) in cut(styles, &(range.start + start..range.end)) {
            pen.write(told.text.get(piece).unwrap_or_default(), style);
        }
    }

    fn separator(&self, line: &LineView, area: Rect, buf: &mut Buffer) {
        let style = self.theme.style(Key::Separator);
        let rule = self.theme.symbols.rule;
        let told = text::sanitise_ident(line.bytes());
        let mut pen = Pen::new(buf, area);
        pen.write(&format!("{} {told} ", rule.repeat(2)), style);
        let rest = rule.repeat(usize::from(pen.left()));
        pen.write(&rest, self.theme.style(Key::Faint));
    }

    /// What stands in the first column: how grave the line is, else where it comes from.
    fn sign(&self, line: &LineView, told: &LogText) -> (&'static str, Key) {
        // The lines beneath an error's first one are joined to it.
        let sign = |letter| {
            if line.continues() {
                self.theme.symbols.separator
            } else {
                letter
            }
        };
        match Level::from_number(line.level()) {
            _ if line.cut_from().is_some() => ("~", Key::Altered),
            Some(Level::Fatal) => (sign("F"), Key::StateBad),
            Some(Level::Error) => (sign("E"), Key::StateBad),
            Some(Level::Warn) => (sign("W"), Key::StateBusy),
            _ if told.altered => ("~", Key::Altered),
            None if line.kind() == Kind::Stderr => ("!", Key::LogStderr),
            _ => ("", Key::Text),
        }
    }

    /// Level, mark, time and source; only the first row of a line has them. A rule before the first of a group of lines.
    fn head(&self, index: usize, line: &LineView, told: &LogText, place: Rect, buf: &mut Buffer) {
        let theme = self.theme;
        let id = line.id();
        let (sign, key) = if self.book.is_marked(id) {
            (theme.symbols.marked, Key::Marked)
        } else {
            self.sign(line, told)
        };
        Pen::new(buf, place).write(sign, theme.style(key));
        if self.book.is_current_hit(id) || self.book.is_visited(id) {
            Pen::new(buf, indent(place, 1)).write(theme.symbols.cursor, theme.style(Key::Cursor));
        } else if self.book.begins_group(index) {
            Pen::new(buf, indent(place, 1)).write(theme.symbols.rule, theme.style(Key::Faint));
        }
        let stamp = indent(place, self.columns.gutter);
        if self.columns.stamp > 0 {
            let width = usize::from(self.columns.stamp) - 1;
            Pen::new(buf, stamp).write(
                &text::pad_left(&self.stamp(line), width),
                theme.style(Key::LogTime),
            );
        }
        let source = self.book.sources.get(usize::from(line.source()));
        if let Some(source) = source.filter(|_| self.columns.source > 0) {
            let width = usize::from(self.columns.source) - 1;
            let name = text::truncate_middle(&source.name, width);
            Pen::new(buf, indent(stamp, self.columns.stamp))
                .write(&name, theme.source(source.colour));
        }
    }

    fn stamp(&self, line: &LineView) -> String {
        let Some(at) = line.at() else {
            return String::new();
        };
        match self.book.look.stamps {
            Stamps::Off => String::new(),
            Stamps::Utc => at.format("%H:%M:%S%.3f").to_string(),
            Stamps::Local => {
                let local = at + TimeDelta::seconds(i64::from(self.state.prefs.utc_offset));
                local.format("%H:%M:%S%.3f").to_string()
            }
            Stamps::Relative => text::duration(self.state.now - at),
        }
    }

    /// The whole text in pieces of one style each: its own colours, then the hits of the search over them.
    fn styles(&self, index: usize, line: &LineView, told: &LogText) -> Vec<(Range<usize>, Style)> {
        let quiet = line.level() == Level::Debug.number() || line.level() == Level::Trace.number();
        let plain = if quiet || self.book.is_context(index) {
            self.theme.style(Key::Dim)
        } else {
            self.theme.style(Key::Text)
        };
        let mut pieces = Vec::new();
        let mut at = 0;
        for (range, piece) in &told.pieces {
            if range.start > at {
                pieces.push((at..range.start, plain));
            }
            let style = match piece {
                Piece::Own(look) => self.theme.style(Key::Text).patch(self.theme.foreign(*look)),
                Piece::Level(level) => self.theme.style(level_key(*level)),
                Piece::Fields => self.theme.style(Key::Dim),
            };
            pieces.push((range.clone(), style));
            at = range.end;
        }
        if at < told.text.len() {
            pieces.push((at..told.text.len(), plain));
        }
        let Some(search) = self.book.searched() else {
            return pieces;
        };
        let key = if search.current == Some(line.id()) {
            Key::MatchCurrent
        } else {
            Key::Match
        };
        let hit_style = self.theme.style(key);
        for hit in search.matcher().places(&told.text).take(HITS) {
            let mut over = cut(&pieces, &(0..hit.start));
            over.push((hit.clone(), hit_style));
            over.extend(cut(&pieces, &(hit.end..told.text.len())));
            pieces = over;
        }
        pieces
    }
}

fn level_key(level: Level) -> Key {
    match level {
        Level::Fatal | Level::Error => Key::StateBad,
        Level::Warn => Key::StateBusy,
        Level::Info => Key::StateOk,
        Level::Debug | Level::Trace => Key::Dim,
    }
}

/// The parts of the pieces that lie in a range.
fn cut(pieces: &[(Range<usize>, Style)], range: &Range<usize>) -> Vec<(Range<usize>, Style)> {
    pieces
        .iter()
        .filter_map(|(piece, style)| {
            let (start, end) = (piece.start.max(range.start), piece.end.min(range.end));
            (start < end).then_some((start..end, *style))
        })
        .collect()
}
