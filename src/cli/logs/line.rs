//! A log record as a plain line: its source when there are several, its time when asked, its text made safe.
use std::collections::BTreeMap;

use chrono::{Local, SecondsFormat};
use regex::Regex;

use crate::cli::out::{Out, Quit};
use crate::model::{Container, Key, LogRecord};
use crate::text::{bytes_short, pad_right, sanitise, width};

/// Prints records that pass the filter.
pub(super) struct Printer<'a> {
    out: &'a mut Out,
    grep: Option<Regex>,
    timestamps: bool,
    names: BTreeMap<Key, String>,
}

impl<'a> Printer<'a> {
    pub(super) fn new(out: &'a mut Out, grep: Option<Regex>, timestamps: bool) -> Self {
        Self {
            out,
            grep,
            timestamps,
            names: BTreeMap::new(),
        }
    }

    /// Lines of this container will come.
    pub(super) fn source(&mut self, container: &Container) {
        let name = container.short_name().to_owned();
        self.names.insert(container.key.clone(), name);
    }

    pub(super) fn record(&mut self, key: &Key, record: &LogRecord) -> Result<(), Quit> {
        let text = sanitise(&record.bytes).text;
        if self.grep.as_ref().is_some_and(|grep| !grep.is_match(&text)) {
            return Ok(());
        }
        let mut line = self.prefix(key);
        if let Some(at) = record.at.filter(|_| self.timestamps) {
            let local = at.with_timezone(&Local);
            line.push_str(&local.to_rfc3339_opts(SecondsFormat::Millis, false));
            line.push(' ');
        }
        line.push_str(&text);
        if let Some(length) = record.cut_from {
            line.push_str(&format!(" [cut, {} in all]", bytes_short(length)));
        }
        self.out.line(&line)
    }

    pub(super) fn flush(&mut self) -> Result<(), Quit> {
        self.out.flush()
    }

    /// Whoever read the lines has gone, though nothing was written since.
    pub(super) fn nobody_reads(&self) -> bool {
        self.out.nobody_reads()
    }

    /// The source's name, when there are several.
    fn prefix(&self, key: &Key) -> String {
        let Some(own) = self.names.get(key) else {
            return String::new();
        };
        if self.names.values().all(|name| name == own) {
            return String::new();
        }
        let wide = self
            .names
            .values()
            .map(|name| width(name))
            .max()
            .unwrap_or(0);
        format!("{} | ", pad_right(own, wide))
    }
}
