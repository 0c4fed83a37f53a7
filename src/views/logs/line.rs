//! One log line on screen: mark, time, source, text with its own colours and the hits of the search.
use std::ops::Range;

use chrono::TimeDelta;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use crate::layout::LogColumns;
use crate::model::LogStream;
use crate::state::{LineKind, LogBook, LogLine, Stamps, State};
use crate::text::{self, TextColor, TextStyle};
use crate::theme::{Key, Theme};
use crate::widgets::Pen;
use crate::widgets::pen::{indent, row};

pub(super) struct LinePen<'a> {
    pub state: &'a State,
    pub book: &'a LogBook,
    pub theme: &'a Theme,
    pub columns: LogColumns,
}

impl LinePen<'_> {
    /// Draws a line without its first `skip` rows; returns how many rows it took.
    pub fn draw(&self, line: &LogLine, skip: usize, area: Rect, buf: &mut Buffer) -> usize {
        if line.kind == LineKind::Separator {
            self.separator(line, area, buf);
            return 1;
        }
        let body = &line.text.text;
        let width = usize::from(self.columns.text);
        let (ranges, lead) = if self.book.wrap {
            (text::wrap_offsets(body, width), 0)
        } else {
            let (start, lead) = text::skip_columns(body, self.book.column);
            (std::iter::once(start..body.len()).collect(), lead)
        };
        let styles = self.styles(line);
        let mut drawn = 0;
        for (n, range) in ranges.iter().enumerate().skip(skip) {
            let place = row(area, drawn);
            if place.height == 0 {
                break;
            }
            self.head(line, n == 0, place, buf);
            let edge = self.columns.gutter + self.columns.stamp + self.columns.source;
            let mut pen = Pen::new(buf, indent(place, edge));
            pen.skip(lead as u16);
            for (piece, style) in cut(&styles, range) {
                pen.write(body.get(piece).unwrap_or_default(), style);
            }
            drawn += 1;
        }
        drawn
    }

    fn separator(&self, line: &LogLine, area: Rect, buf: &mut Buffer) {
        let style = self.theme.style(Key::Separator);
        let rule = self.theme.symbols.rule;
        let mut pen = Pen::new(buf, area);
        pen.write(&format!("{} {} ", rule.repeat(2), line.text.text), style);
        let rest = rule.repeat(usize::from(pen.left()));
        pen.write(&rest, self.theme.style(Key::Faint));
    }

    /// Mark, time and source; only the first row of a wrapped line has them.
    fn head(&self, line: &LogLine, first: bool, place: Rect, buf: &mut Buffer) {
        let theme = self.theme;
        if !first {
            return;
        }
        let mark = match line.kind {
            _ if line.text.altered || line.cut_from.is_some() => ("~", Key::Altered),
            LineKind::Out(LogStream::Stderr) => ("!", Key::LogStderr),
            LineKind::Out(_) | LineKind::Separator => ("", Key::Text),
        };
        Pen::new(buf, place).write(mark.0, theme.style(mark.1));
        let stamp = indent(place, self.columns.gutter);
        if self.columns.stamp > 0 {
            let width = usize::from(self.columns.stamp) - 1;
            Pen::new(buf, stamp).write(
                &text::pad_left(&self.stamp(line), width),
                theme.style(Key::LogTime),
            );
        }
        if self.columns.source > 0 {
            let name = self
                .book
                .sources
                .get(usize::from(line.source))
                .map_or("", |s| s.name.as_str());
            let name = text::truncate_middle(name, usize::from(self.columns.source) - 1);
            Pen::new(buf, indent(stamp, self.columns.stamp))
                .write(&name, theme.source(usize::from(line.source)));
        }
    }

    fn stamp(&self, line: &LogLine) -> String {
        let Some(at) = line.at else {
            return String::new();
        };
        match self.book.stamps {
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
    fn styles(&self, line: &LogLine) -> Vec<(Range<usize>, Style)> {
        let plain = self.theme.style(Key::Text);
        let mut pieces = Vec::new();
        let mut at = 0;
        for run in &line.text.runs {
            let (start, end) = (run.start as usize, run.end as usize);
            if start > at {
                pieces.push((at..start, plain));
            }
            pieces.push((start..end, foreign(self.theme, run.style)));
            at = end;
        }
        if at < line.text.text.len() {
            pieces.push((at..line.text.text.len(), plain));
        }
        let Some(search) = &self.book.search else {
            return pieces;
        };
        let key = if search.current == Some(line.id) {
            Key::MatchCurrent
        } else {
            Key::Match
        };
        let hit_style = self.theme.style(key);
        for hit in search
            .regex
            .find_iter(&line.text.text)
            .filter(|hit| !hit.is_empty())
            .take(200)
        {
            let mut over = cut(&pieces, &(0..hit.start()));
            over.push((hit.range(), hit_style));
            over.extend(cut(&pieces, &(hit.end()..line.text.text.len())));
            pieces = over;
        }
        pieces
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

fn color(color: TextColor) -> Option<Color> {
    match color {
        TextColor::Default => None,
        TextColor::Indexed(n) => Some(Color::Indexed(n)),
        TextColor::Rgb(r, g, b) => Some(Color::Rgb(r, g, b)),
    }
}

/// The look a program asked for, as this terminal can show it; text on its own colour loses the ground.
fn foreign(theme: &Theme, look: TextStyle) -> Style {
    let mut style = theme.style(Key::Text);
    if let Some(fg) = color(look.fg) {
        style.fg = Some(fg);
    }
    style.bg = color(look.bg).filter(|bg| Some(*bg) != color(look.fg));
    for (on, modifier) in [
        (look.bold, Modifier::BOLD),
        (look.dim, Modifier::DIM),
        (look.italic, Modifier::ITALIC),
        (look.underline, Modifier::UNDERLINED),
        (look.reverse, Modifier::REVERSED),
        (look.strike, Modifier::CROSSED_OUT),
    ] {
        if on {
            style = style.add_modifier(modifier);
        }
    }
    theme.degrade(style)
}
