//! Which member of a line is its message, its level, its time; the others are its fields.
//!
//! Must not know: how any of it is drawn.

use super::{DEPTH_CAP, FIELD_CAP, Folded, NAME_CAP, stamp, value};
use crate::text::json::{Members, Value};
use crate::text::level::keyed::{is_level_key, level_value};
use crate::text::logfmt::Pairs;

/// Names of the message, the surest first.
const MESSAGES: [&str; 8] = [
    "msg",
    "message",
    "@message",
    "@m",
    "@mt",
    "short_message",
    "event",
    "log",
];
/// Names of the time, the surest first.
const TIMES: [&str; 9] = [
    "time",
    "timestamp",
    "@timestamp",
    "ts",
    "t",
    "@t",
    "t.$date",
    "datetime",
    "date",
];

/// One member laid open: its whole name, its value as it stands in the line, and whether it is quoted text.
struct Found<'a> {
    name: Vec<u8>,
    raw: &'a [u8],
    text: bool,
}

pub(super) fn json(line: &[u8]) -> Option<Folded> {
    let mut found = Vec::new();
    let beyond = lay_open(line, &mut found)?;
    (!found.is_empty()).then(|| sort(&found, beyond))
}

/// An object whose members are being read, and the length of the name they stand under.
struct Open<'a> {
    members: Members<'a>,
    name: Vec<u8>,
}

/// Takes every member, those of inner objects under `outer.inner`; says how many there was no room for. `None` when
/// the line is not one whole object.
fn lay_open<'a>(line: &'a [u8], found: &mut Vec<Found<'a>>) -> Option<usize> {
    let mut beyond = 0;
    let mut open = vec![Open {
        members: Members::new(line)?,
        name: Vec::new(),
    }];
    while let Some(object) = open.last_mut() {
        let Some((key, value)) = object.members.next() else {
            if !object.members.whole() {
                return None;
            }
            open.pop();
            continue;
        };
        if found.len() >= FIELD_CAP {
            beyond += 1;
            continue;
        }
        let name = joined(&object.name, key);
        match value {
            Value::Object(raw) if open.len() < DEPTH_CAP && raw.len() > 2 => open.push(Open {
                members: Members::new(raw)?,
                name,
            }),
            Value::Text(raw) => found.push(Found {
                name,
                raw,
                text: true,
            }),
            Value::Object(raw) | Value::Array(raw) | Value::Bare(raw) => found.push(Found {
                name,
                raw,
                text: false,
            }),
        }
    }
    Some(beyond)
}

fn joined(outer: &[u8], key: &[u8]) -> Vec<u8> {
    let mut name = outer.to_vec();
    if !name.is_empty() {
        name.push(b'.');
    }
    name.extend_from_slice(key);
    name.truncate(NAME_CAP);
    name
}

/// Logfmt opens with a pair and has more pairs than loose words.
pub(super) fn logfmt(line: &[u8]) -> Option<Folded> {
    let mut found = Vec::new();
    let (mut loose, mut beyond) = (0, 0);
    for pair in Pairs::new(line) {
        if pair.value.is_none() {
            loose += 1;
            if found.is_empty() || loose > found.len() {
                return None;
            }
        } else if !is_key(pair.key) {
            return None;
        }
        if found.len() >= FIELD_CAP {
            beyond += 1;
            continue;
        }
        found.push(Found {
            name: joined(b"", pair.key),
            raw: pair.value.unwrap_or_default(),
            text: pair.quoted,
        });
    }
    let known =
        |found: &Found<'_>| is_level_key(&found.name) || rank(&MESSAGES, &found.name).is_some();
    let pairs = found.len().checked_sub(loose)?;
    let enough = pairs >= 3 && loose == 0 || pairs >= 2 && found.iter().any(known);
    (enough && loose < pairs).then(|| sort(&found, beyond))
}

fn is_key(key: &[u8]) -> bool {
    let part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-' | b'@' | b'/');
    !key.is_empty() && key.iter().all(part)
}

fn rank(names: &[&str], name: &[u8]) -> Option<usize> {
    names.iter().position(|known| known.as_bytes() == name)
}

/// The surest of the members that bear one of these names and pass.
fn surest(found: &[Found<'_>], names: &[&str], pass: impl Fn(&Found<'_>) -> bool) -> Option<usize> {
    let ranked = found.iter().enumerate().filter_map(|(at, member)| {
        let rank = rank(names, &member.name)?;
        pass(member).then_some((rank, at))
    });
    ranked.min().map(|(_, at)| at)
}

fn sort(found: &[Found<'_>], beyond: usize) -> Folded {
    let level_at = found
        .iter()
        .position(|f| is_level_key(&f.name) && level_value(f.raw).is_some());
    let message_at = surest(found, &MESSAGES, |f| {
        f.text || !matches!(f.raw.first(), Some(b'{' | b'['))
    });
    let time_at = surest(found, &TIMES, |f| stamp::read(f.raw).is_some());
    let mut folded = Folded {
        level: level_at
            .and_then(|at| found.get(at))
            .and_then(|f| level_value(f.raw)),
        at: time_at
            .and_then(|at| found.get(at))
            .and_then(|f| stamp::read(f.raw)),
        ..Folded::default()
    };
    for (at, member) in found.iter().enumerate() {
        let value = || {
            if member.text {
                value::unescaped(member.raw)
            } else {
                value::plain(member.raw)
            }
        };
        if Some(at) == message_at {
            folded.message = value();
        } else if Some(at) != level_at && Some(at) != time_at {
            folded.fields.push((value::name(&member.name), value()));
        }
    }
    if beyond > 0 {
        let rest = say_n!(beyond, "[+{n} field]", "[+{n} fields]");
        folded.fields.push(("…".to_owned(), rest));
    }
    folded
}
