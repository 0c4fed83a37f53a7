//! Prints log records: with its source when there are several, its time when asked, its text made safe; or as JSON.
//! Must not know where records come from, nor their order.
use chrono::{Local, SecondsFormat};

use super::filter::{Filter, Graded, Place};
use super::object::object;
use super::paint::Paint;
use crate::cli::out::{Out, Quit};
use crate::model::{Container, LogRecord};
use crate::text::{Level, bytes_short, pad_right, sanitise, width};

/// Bytes of a line that are made safe at once.
const PIECE: usize = 60 << 10;
/// Longest sequence that is kept in one piece.
const SEQUENCE: usize = 64;

/// What a line looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Plain,
    /// Its time goes before it.
    Stamped,
    Json,
}

/// One container's lines.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) name: String,
    short: String,
    pub(super) stack: Option<String>,
    pub(super) service: Option<String>,
    /// The short name is another container's too.
    ambiguous: bool,
    /// What goes before each line.
    prefix: String,
    place: Place,
}

impl Source {
    /// What it is called here.
    pub(super) fn label(&self) -> &str {
        if self.ambiguous {
            &self.name
        } else {
            &self.short
        }
    }
}

/// Prints records that pass the filter.
pub(super) struct Printer<'a> {
    out: &'a mut Out,
    filter: Filter,
    form: Form,
    paint: Paint,
    sources: Vec<Source>,
    line: String,
}

impl<'a> Printer<'a> {
    pub(super) fn new(out: &'a mut Out, filter: Filter, form: Form, paint: Paint) -> Self {
        Self {
            out,
            filter,
            form,
            paint,
            sources: Vec::new(),
            line: String::new(),
        }
    }

    /// Lines of this container will come, under this number.
    pub(super) fn source(&mut self, container: &Container) -> usize {
        self.sources.push(Source {
            name: container.name.clone(),
            short: container.short_name().to_owned(),
            stack: container.stack().map(str::to_owned),
            service: container.service().map(str::to_owned),
            ambiguous: false,
            prefix: String::new(),
            place: Place::default(),
        });
        self.label();
        self.sources.len() - 1
    }

    /// What a source is called.
    pub(super) fn name(&self, source: usize) -> &str {
        self.sources.get(source).map_or("", Source::label)
    }

    /// Names and colours: a container that was made anew keeps those of the one before.
    fn label(&mut self) {
        let all: Vec<(String, String)> = self
            .sources
            .iter()
            .map(|source| (source.short.clone(), source.name.clone()))
            .collect();
        for source in &mut self.sources {
            source.ambiguous = all
                .iter()
                .any(|(short, name)| *short == source.short && *name != source.name);
        }
        let mut labels: Vec<String> = Vec::new();
        for source in &self.sources {
            if labels.iter().all(|label| label != source.label()) {
                labels.push(source.label().to_owned());
            }
        }
        let wide = labels.iter().map(|label| width(label)).max().unwrap_or(0);
        for source in &mut self.sources {
            let n = labels.iter().position(|label| label == source.label());
            let word = format!("{} |", pad_right(source.label(), wide));
            source.prefix = if labels.len() < 2 {
                String::new()
            } else {
                format!("{} ", self.paint.source(n.unwrap_or(0), &word))
            };
        }
    }

    pub(super) fn record(&mut self, source: usize, record: &LogRecord) -> Result<(), Quit> {
        if self.filter.is_open() && self.form != Form::Json {
            return self.print(source, record, None);
        }
        if let Some(at) = record.at.filter(|_| self.filter.looks_ahead()) {
            self.print_held(|filter, place| filter.overdue(place, at))?;
        }
        let Some(known) = self.sources.get_mut(source) else {
            return Ok(());
        };
        let verdict = self.filter.take(&mut known.place, record);
        for (held, level) in &verdict.before {
            self.print(source, held, *level)?;
        }
        if verdict.passes {
            self.print(source, record, verdict.level)?;
        }
        Ok(())
    }

    /// Prints what was held back, where it is time.
    fn print_held(&mut self, due: impl Fn(&Filter, &mut Place) -> Vec<Graded>) -> Result<(), Quit> {
        let mut all: Vec<(usize, Vec<Graded>)> = Vec::new();
        for (number, source) in self.sources.iter_mut().enumerate() {
            let due = due(&self.filter, &mut source.place);
            if !due.is_empty() {
                all.push((number, due));
            }
        }
        all.sort_by_key(|(_, lines)| lines.first().and_then(|(record, _)| record.at));
        for (source, lines) in &all {
            for (record, level) in lines {
                self.print(*source, record, *level)?;
            }
        }
        Ok(())
    }

    /// Prints what was held back and of which nothing more has come since this was asked last.
    pub(super) fn settle(&mut self) -> Result<(), Quit> {
        self.print_held(Filter::quiet)
    }

    /// No line comes any more.
    pub(super) fn finish(&mut self) -> Result<(), Quit> {
        self.print_held(Filter::rest)?;
        self.flush()
    }

    fn print(
        &mut self,
        source: usize,
        record: &LogRecord,
        level: Option<Level>,
    ) -> Result<(), Quit> {
        let Some(source) = self.sources.get(source) else {
            return Ok(());
        };
        if self.form == Form::Json {
            return self.out.line(&object(source, record, level));
        }
        let line = &mut self.line;
        line.clear();
        line.push_str(&source.prefix);
        if let Some(at) = record.at.filter(|_| self.form == Form::Stamped) {
            let local = at.with_timezone(&Local);
            line.push_str(&local.to_rfc3339_opts(SecondsFormat::Millis, false));
            line.push(' ');
        }
        for piece in pieces(&record.bytes) {
            self.paint.text(&sanitise(piece), line);
        }
        if let Some(length) = record.cut_from {
            line.push_str(&say!(" [cut, {size} in all]", size = bytes_short(length)));
        }
        self.out.line(line)
    }

    pub(super) fn flush(&mut self) -> Result<(), Quit> {
        self.out.flush()
    }

    /// Whoever read the lines has gone, though nothing was written since.
    pub(super) fn nobody_reads(&self) -> bool {
        self.out.nobody_reads()
    }
}

/// A line in pieces that are each short enough to be made safe whole; no character and no sequence of a sane length is
/// cut in two.
fn pieces(mut line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut done = false;
    std::iter::from_fn(move || {
        if done {
            return None;
        }
        if line.len() <= PIECE {
            done = true;
            return Some(line);
        }
        let calm = |at: usize| {
            let before = line.get(at.saturating_sub(SEQUENCE)..at);
            let starts = line.get(at).is_some_and(|b| b & 0xC0 != 0x80);
            starts && before.is_some_and(|bytes| !bytes.contains(&0x1b))
        };
        let at = (PIECE / 2..=PIECE).rev().find(|at| calm(*at));
        let (piece, rest) = line.split_at(at.unwrap_or(PIECE));
        line = rest;
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_cut_where_it_does_not_show() {
        let mut line = "é".repeat(PIECE / 2 - 10).into_bytes();
        line.extend_from_slice(b"\x1b[31mred\x1b[0m");
        line.extend("ü".repeat(PIECE).bytes());
        let got: Vec<&[u8]> = pieces(&line).collect();
        assert!(got.len() > 2 && got.iter().all(|piece| piece.len() <= PIECE));
        assert_eq!(got.concat(), line);
        assert!(got.iter().all(|piece| std::str::from_utf8(piece).is_ok()));
        let whole: String = got.iter().map(|piece| sanitise(piece).text).collect();
        assert_eq!(
            whole,
            String::from_utf8(line)
                .unwrap()
                .replace("\x1b[31m", "")
                .replace("\x1b[0m", "")
        );
        assert_eq!(pieces(b"").count(), 1);
    }
}
