//! The walk through what stands before a line's message: times, names, brackets, and the level among them.
//!
//! Ends at the first word that belongs to the message, so that words in prose are never taken for a level.
//! Must not know: colours (taken out before), JSON and logfmt beyond where they begin.

use super::Level;
use super::access;
use super::keyed;
use super::marks;
use super::words::{is_weak, word_level};

/// Bytes in which the message must have begun.
const HEADER_REACH: usize = 256;

/// The level in front of the message.
pub(super) fn level(line: &[u8]) -> Option<Level> {
    let mut walk = Walk {
        line,
        at: 0,
        before: None,
        depth: 0,
        dated: false,
        fresh: false,
        host: true,
        first: true,
    };
    loop {
        match walk.step() {
            Step::On => {}
            Step::Found(level) => return Some(level),
            Step::Message => return None,
        }
    }
}

enum Step {
    On,
    Found(Level),
    /// The message begins: nothing more to find.
    Message,
}

impl Step {
    /// Found, or the message begins here.
    fn last(level: Option<Level>) -> Self {
        level.map_or(Self::Message, Self::Found)
    }
}

struct Walk<'a> {
    line: &'a [u8],
    at: usize,
    /// The mark last passed: no space, no letter, no digit.
    before: Option<u8>,
    /// Open brackets.
    depth: u32,
    /// A time or a date was passed.
    dated: bool,
    /// The word just passed was a time.
    fresh: bool,
    /// One plain word may still be passed: a host's or a logger's name.
    host: bool,
    /// No word was passed yet.
    first: bool,
}

impl<'a> Walk<'a> {
    fn rest(&self, from: usize) -> &'a [u8] {
        self.line.get(from..).unwrap_or_default()
    }

    fn step(&mut self) -> Step {
        let Some(byte) = self.line.get(self.at).filter(|_| self.at < HEADER_REACH) else {
            return Step::Message;
        };
        match byte {
            b' ' | b'\t' => self.at += 1,
            b'0'..=b'9' => return self.number(),
            b'A'..=b'Z' | b'a'..=b'z' | b'_' | b'@' | b'$' => return self.word(),
            b'"' if self.depth == 0 => return Step::last(access::quoted(self.rest(self.at))),
            b'{' if self.rest(self.at + 1).trim_ascii_start().first() == Some(&b'"') => {
                return Step::last(keyed::json(self.rest(self.at)));
            }
            b'/' if self.depth == 0 && self.before != Some(b']') => return self.path(),
            b'\'' => return Step::Message,
            b'|' if self.dated => {
                if let Some(level) = access::column(self.rest(self.at)) {
                    return Step::Found(level);
                }
                self.mark(*byte);
            }
            _ => self.mark(*byte),
        }
        Step::On
    }

    fn mark(&mut self, byte: u8) {
        match byte {
            b'[' | b'(' | b'<' | b'{' => self.depth += 1,
            b']' | b')' | b'>' | b'}' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        self.before = Some(byte);
        self.at += 1;
    }

    /// Where the word at `self.at` ends.
    fn end_of(&self, part: impl Fn(&u8) -> bool) -> usize {
        let word = self.rest(self.at).iter().take(HEADER_REACH);
        self.at + word.take_while(|b| part(b)).count()
    }

    /// A time, a date, an address, a process number. A bare count (`3 errors`) opens a message.
    fn number(&mut self) -> Step {
        let end = self.end_of(|b| {
            b.is_ascii_alphanumeric() || matches!(b, b':' | b'.' | b',' | b'-' | b'+' | b'/' | b'#')
        });
        let word = self.line.get(self.at..end).unwrap_or_default();
        // A port behind its host, a process behind its program.
        let port = self.at > 0 && self.line.get(self.at - 1) == Some(&b':');
        let named = port || self.before == Some(b']');
        let long = word.len() >= 8 && word.iter().any(|b| !b.is_ascii_alphabetic());
        self.fresh = long || word.contains(&b':');
        self.dated |= self.fresh;
        self.at = end;
        self.first = false;
        self.before = None;
        if self.dated || named || self.depth > 0 {
            Step::On
        } else {
            Step::Message
        }
    }

    /// `/entrypoint.sh: …` may stand before a level, other paths begin a message.
    fn path(&mut self) -> Step {
        self.at = self.end_of(|b| !b.is_ascii_whitespace());
        self.first = false;
        if self.line.get(self.at - 1) == Some(&b':') {
            Step::On
        } else {
            Step::Message
        }
    }

    fn word(&mut self) -> Step {
        let part = |b: &u8| {
            b.is_ascii_alphanumeric()
                || *b >= 0x80
                || matches!(b, b'_' | b'.' | b'@' | b'$' | b'#' | b'-')
        };
        let end = self.end_of(part);
        let word = self.line.get(self.at..end).unwrap_or_default();
        let rest = self.rest(end);
        if rest.first() == Some(&b'=') {
            if self.depth == 0 {
                return Step::last(keyed::logfmt(self.rest(self.at)));
            }
            self.at = self.end_of(|b| !b.is_ascii_whitespace() && *b != b']');
            return Step::On;
        }
        let found = word_level(word)
            .filter(|level| self.accepts(word, *level, rest))
            .or_else(|| self.mark_level(word, rest))
            .or_else(|| self.phrase(word, rest));
        if let Some(level) = found {
            return Step::Found(level);
        }
        if self.depth == 0 && is_detail(word) && rest.first() == Some(&b':') {
            return Step::Message;
        }
        let fresh = self.fresh && is_zone(word);
        let passes = fresh || self.depth > 0 || is_name(word, rest) || self.passes(word, rest);
        self.first = false;
        self.fresh = fresh;
        self.before = None;
        self.at = end;
        if passes { Step::On } else { Step::Message }
    }

    /// Whether a word of the table stands where loggers put their level.
    fn accepts(&self, word: &[u8], level: Level, rest: &[u8]) -> bool {
        let next = rest.first();
        let behind = rest.trim_ascii_start();
        let lower = word.iter().any(u8::is_ascii_lowercase);
        if self.depth > 0 {
            return self.accepts_in_brackets(lower, next, behind);
        }
        if level == Level::Trace && behind.first() == Some(&b'/') && next == Some(&b' ') {
            return false; // the HTTP method
        }
        let colon = next == Some(&b':') && matches!(rest.get(1), None | Some(b' ' | b'\t' | b'\r'));
        if is_weak(word) {
            let bracket = !lower && next == Some(&b' ') && behind.first() == Some(&b'[');
            let dotnet = word == b"fail";
            return bracket || colon && (!lower || dotnet) || self.in_column(behind) && !lower;
        }
        if !lower {
            return matches!(
                next,
                None | Some(b' ' | b'\t' | b'\r' | b':' | b'|' | b',' | b'[' | b'(' | b'!')
            );
        }
        if colon {
            return !is_setting(rest.get(1..).unwrap_or_default());
        }
        let all_lower = !word.iter().any(u8::is_ascii_uppercase);
        let compiler = next == Some(&b'[') && self.first;
        let serving = rest.starts_with(b" serving ") && word == b"panic";
        let dated = self.fresh && matches!(next, Some(b' ' | b'\t'));
        self.in_column(behind) || all_lower && (compiler || serving || dated)
    }

    fn accepts_in_brackets(&self, lower: bool, next: Option<&u8>, behind: &[u8]) -> bool {
        let closes = matches!(behind.first(), Some(b']' | b')' | b'>'));
        match self.before {
            // `<error>` and `(error)` are markup and prose until a time stood before them.
            Some(b'<' | b'(') if !self.dated => false,
            Some(b'[' | b'<' | b'(' | b':' | b'/' | b',') if closes => true,
            _ if lower => false,
            _ => closes || matches!(next, Some(b' ' | b'\t' | b'/' | b':' | b',' | b'|')),
        }
    }

    /// Between two tabs, bars or dashes.
    fn in_column(&self, behind: &[u8]) -> bool {
        let start = self.line.get(..self.at).unwrap_or_default();
        let tab = start.last() == Some(&b'\t');
        let mark = matches!(self.before, Some(b'|' | b'-'));
        let closes = matches!(behind, [b'|', ..] | [b'-', b' ', ..]);
        mark && closes || tab && self.fresh
    }

    /// One letter or a letter with a date, a class of exceptions, the last part of `app.ERROR`.
    fn mark_level(&self, word: &[u8], rest: &[u8]) -> Option<Level> {
        if let [letter] = word {
            return match self.before {
                None if self.first => marks::opening_letter(*letter, rest),
                Some(b'[' | b'(') if self.depth > 0 => marks::bracket_letter(*letter, rest),
                _ if self.fresh => marks::dated_letter(*letter, rest),
                _ => None,
            };
        }
        if self.first
            && let Some(level) = marks::klog(word, rest)
        {
            return Some(level);
        }
        if rest.first() != Some(&b':') && !rest.is_empty() || self.depth > 0 {
            return None;
        }
        let channel = word
            .iter()
            .rposition(|b| *b == b'.')
            .and_then(|dot| word.get(dot + 1..))
            .filter(|last| last.iter().all(u8::is_ascii_uppercase))
            .and_then(word_level);
        let thrown = exception_name(word) && matches!(rest, [] | [b':', b' ', ..] | [b':']);
        channel.or_else(|| thrown.then_some(Level::Error))
    }

    /// Openings of a few programs and runtimes that are words, not marks.
    fn phrase(&self, word: &[u8], rest: &[u8]) -> Option<Level> {
        if self.depth > 0 || !(self.first || self.dated) {
            return None;
        }
        let rest = rest.strip_prefix(b" ")?;
        match word {
            b"Traceback" => rest.starts_with(b"(most recent").then_some(Level::Error),
            b"Exception" => rest.starts_with(b"in thread").then_some(Level::Error),
            b"thread" => thread_panicked(rest).then_some(Level::Error),
            b"Unhandled" | b"Uncaught" => unhandled(rest).then_some(Level::Error),
            b"fatal" | b"Fatal" => rest.starts_with(b"error:").then_some(Level::Fatal),
            b"PHP" => php(rest),
            b"npm" => npm(rest),
            _ if access::is_method(word) => access::bare(self.rest(self.at + word.len())),
            _ => None,
        }
    }

    /// Whether a plain word still belongs to the header: parts of a date, a name before a bar or a dash, and once
    /// behind a time a name in small letters.
    fn passes(&mut self, word: &[u8], rest: &[u8]) -> bool {
        if is_calendar(word) {
            self.dated = true;
            return true;
        }
        let behind = rest.trim_ascii_start();
        let parted = matches!(behind, [b'|', ..] | [b'-', b' ', ..]);
        let bracket = self.dated && behind.first() == Some(&b'[');
        if parted || bracket {
            return true;
        }
        let small = !word.iter().any(u8::is_ascii_uppercase);
        self.dated && small && std::mem::take(&mut self.host)
    }
}

/// A logger's, a host's, a program's name: more than letters, or followed by what follows names only.
fn is_name(word: &[u8], rest: &[u8]) -> bool {
    let more = |b: &u8| b.is_ascii_digit() || matches!(b, b'.' | b'@' | b'_' | b'-' | b'$');
    matches!(rest.first(), Some(b':' | b'[' | b'(' | b'/')) || word.iter().any(more)
}

/// `ValueError`, `java.lang.IllegalStateException`: a class that is thrown, by its name.
pub(in crate::text) fn exception_name(word: &[u8]) -> bool {
    let name = word.rsplit(|b| *b == b'.').next().unwrap_or(word);
    let stem = name
        .strip_suffix(b"Exception")
        .or_else(|| name.strip_suffix(b"Error"));
    let class = stem.is_some_and(|stem| stem.last().is_some_and(u8::is_ascii_alphanumeric));
    let bare = stem.is_some_and(<[u8]>::is_empty) && word.len() > name.len();
    (class || bare) && name.first().is_some_and(u8::is_ascii_uppercase)
}

/// What stands behind `debug:` in a printed setting and never opens a message.
fn is_setting(text: &[u8]) -> bool {
    let value = text.trim_ascii();
    value.len() <= 5
        && [
            "false", "true", "null", "none", "off", "on", "no", "yes", "0", "1", "\"\"", "[]", "{}",
        ]
        .iter()
        .any(|setting| value.eq_ignore_ascii_case(setting.as_bytes()))
}

fn thread_panicked(rest: &[u8]) -> bool {
    let near = rest.get(..128).unwrap_or(rest);
    matches!(near.first(), Some(b'\'' | b'<'))
        && near.windows(13).any(|part| part == b" panicked at ")
}

fn unhandled(rest: &[u8]) -> bool {
    let end = rest.iter().take(64).position(|b| matches!(b, b' ' | b':'));
    let word = rest
        .get(..end.unwrap_or(rest.len().min(64)))
        .unwrap_or_default();
    let word = word.strip_suffix(b".").unwrap_or(word);
    exception_name(word)
        || word.eq_ignore_ascii_case(b"exception")
        || word.eq_ignore_ascii_case(b"error")
}

fn php(rest: &[u8]) -> Option<Level> {
    let colon = rest.iter().take(32).position(|b| *b == b':')?;
    match rest.get(..colon)? {
        b"Fatal error" | b"Recoverable fatal error" => Some(Level::Fatal),
        b"Parse error" => Some(Level::Error),
        b"Warning" => Some(Level::Warn),
        b"Notice" | b"Deprecated" | b"Strict Standards" => Some(Level::Info),
        _ => None,
    }
}

fn npm(rest: &[u8]) -> Option<Level> {
    let word = rest.split(|b| matches!(b, b' ' | b'!')).next()?;
    matches!(
        word,
        b"ERR" | b"error" | b"WARN" | b"warn" | b"notice" | b"info"
    )
    .then(|| word_level(word))?
}

/// What Postgres puts in place of a level on the lines that explain the one before.
pub(in crate::text) fn is_detail(word: &[u8]) -> bool {
    matches!(
        word,
        b"DETAIL" | b"HINT" | b"STATEMENT" | b"CONTEXT" | b"QUERY" | b"LOCATION"
    )
}

/// Short names of days and months.
fn is_calendar(word: &[u8]) -> bool {
    matches!(
        word,
        b"Mon"
            | b"Tue"
            | b"Wed"
            | b"Thu"
            | b"Fri"
            | b"Sat"
            | b"Sun"
            | b"Jan"
            | b"Feb"
            | b"Mar"
            | b"Apr"
            | b"May"
            | b"Jun"
            | b"Jul"
            | b"Aug"
            | b"Sep"
            | b"Oct"
            | b"Nov"
            | b"Dec"
    )
}

/// What follows a time and belongs to it.
fn is_zone(word: &[u8]) -> bool {
    matches!(
        word,
        b"AM"
            | b"PM"
            | b"UTC"
            | b"GMT"
            | b"Z"
            | b"CET"
            | b"CEST"
            | b"BST"
            | b"EST"
            | b"EDT"
            | b"CST"
            | b"CDT"
            | b"MST"
            | b"MDT"
            | b"PST"
            | b"PDT"
            | b"MSK"
            | b"JST"
            | b"KST"
            | b"IST"
            | b"WET"
            | b"WEST"
            | b"EET"
            | b"EEST"
            | b"AEST"
            | b"AEDT"
    )
}
