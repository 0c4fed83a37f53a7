//! TOML to settings: every key that is known is taken, every mistake is noted with its line, nothing stops at the first.
use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Mistake, Place};
use crate::settings::{Kind, SETTINGS, Setting, Settings, Value, setting};
use crate::text::{nearest, sanitise_ident};

/// Where each setting, and each entry of a table (`keys.container.restart`), was set.
pub(super) type Lines = BTreeMap<String, Place>;

pub(super) fn apply(
    text: &str,
    settings: &mut Settings,
    lines: &mut Lines,
    mistakes: &mut Vec<Mistake>,
) {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut reader = Reader {
        text,
        settings,
        lines,
        mistakes,
    };
    for error in errors {
        let place = error.span().map_or(Place::File, |span| reader.place(&span));
        reader.mistake(place, sanitise_ident(error.message().as_bytes()));
    }
    reader.table("", table.get_ref());
}

struct Reader<'a> {
    text: &'a str,
    settings: &'a mut Settings,
    lines: &'a mut Lines,
    mistakes: &'a mut Vec<Mistake>,
}

impl Reader<'_> {
    fn place(&self, span: &Range<usize>) -> Place {
        let before = self.text.as_bytes().iter().take(span.start);
        Place::Line(1 + before.filter(|b| **b == b'\n').count())
    }

    fn mistake(&mut self, place: Place, what: String) {
        self.mistakes.push(Mistake { place, what });
    }

    fn table(&mut self, prefix: &str, table: &DeTable<'_>) {
        for (key, value) in table {
            let name = join(prefix, key.get_ref());
            let place = self.place(&key.span());
            match (setting(&name), value.get_ref()) {
                // What the parser made of a line that it could not read; that is said already.
                (None, _) if key.get_ref().is_empty() && !self.mistakes.is_empty() => {}
                (Some(found), _) => self.setting(found, place, value),
                (None, DeValue::Table(inner)) if is_group(&name) => self.table(&name, inner),
                (None, _) => self.unknown(place, &name),
            }
        }
    }

    fn unknown(&mut self, place: Place, name: &str) {
        let groups = SETTINGS.iter().filter_map(|s| s.name.split_once('.'));
        let names = SETTINGS.iter().map(|s| s.name).chain(groups.map(|g| g.0));
        let hint = nearest(name, names)
            .or_else(|| last_word(name))
            .map_or_else(String::new, |near| say!(": did you mean `{near}`?", near));
        let name = sanitise_ident(name.as_bytes());
        self.mistake(place, say!("unknown key `{name}`{hint}", name, hint));
    }

    fn setting(&mut self, found: &Setting, place: Place, value: &Spanned<DeValue<'_>>) {
        let taken = match (found.kind, value.get_ref()) {
            (Kind::Table(kind), DeValue::Table(table)) => {
                let mut entries = BTreeMap::new();
                self.entries(found.name, "", *kind, table, &mut entries);
                Some(Value::Table(entries))
            }
            (kind, _) => self.value(found.name, kind, value),
        };
        if let Some(taken) = taken {
            match found.put(self.settings, taken) {
                Ok(()) => {
                    self.lines.insert(found.name.to_owned(), place);
                }
                Err(accepted) => self.mistake(place, refused(found, value, &accepted)),
            }
        }
    }

    /// Entries of a table with free names; `container.restart = …` is one name, quoted or not.
    fn entries(
        &mut self,
        table_name: &str,
        prefix: &str,
        kind: Kind,
        table: &DeTable<'_>,
        into: &mut BTreeMap<String, Value>,
    ) {
        for (key, value) in table {
            let name = join(prefix, key.get_ref());
            if let DeValue::Table(inner) = value.get_ref() {
                self.entries(table_name, &name, kind, inner, into);
                continue;
            }
            let full = join(table_name, &name);
            let place = self.place(&key.span());
            if let Some(value) = self.value(&full, kind, value) {
                if into.insert(name, value).is_some() {
                    let name = sanitise_ident(full.as_bytes());
                    let what = say!("`{name}` is set twice", name);
                    self.mistake(place, what);
                } else {
                    self.lines.insert(full, place);
                }
            }
        }
    }

    /// The value, when its type is the setting's. Its range is checked where it is put.
    fn value(&mut self, name: &str, kind: Kind, value: &Spanned<DeValue<'_>>) -> Option<Value> {
        let taken = match (kind, value.get_ref()) {
            (Kind::Switch, DeValue::Boolean(on)) => Some(Value::Bool(*on)),
            (Kind::Choice(_) | Kind::Text | Kind::Path, DeValue::String(text)) => {
                Some(Value::Text(text.to_string()))
            }
            // `colors = 256` is as good as in quotes.
            (Kind::Choice(_), DeValue::Integer(number)) => {
                Some(Value::Text(number.as_str().to_owned()))
            }
            (Kind::Whole { .. }, DeValue::Integer(number)) => {
                i64::from_str_radix(number.as_str(), number.radix())
                    .ok()
                    .map(Value::Whole)
            }
            // One word is as good as a list of one.
            (Kind::Words, DeValue::String(text)) => Some(Value::Words(vec![text.to_string()])),
            (Kind::Words, DeValue::Array(items)) => items
                .iter()
                .map(|item| item.get_ref().as_str().map(str::to_owned))
                .collect::<Option<Vec<_>>>()
                .map(Value::Words),
            _ => None,
        };
        if taken.is_none() {
            let place = self.place(&value.span());
            let name = sanitise_ident(name.as_bytes());
            let what = takes(&name, &kind.accepts(), &shown(value.get_ref()));
            self.mistake(place, what);
        }
        taken
    }
}

fn join(prefix: &str, name: &str) -> String {
    if prefix.is_empty() {
        name.to_owned()
    } else {
        format!("{prefix}.{name}")
    }
}

fn is_group(name: &str) -> bool {
    SETTINGS.iter().any(|s| {
        s.name
            .split_once('.')
            .is_some_and(|(group, _)| group == name)
    })
}

/// The setting in another group whose own word this is: `wrap` for `logs.wrap`.
fn last_word(name: &str) -> Option<&'static str> {
    let word = name.rsplit('.').next()?;
    SETTINGS
        .iter()
        .map(|s| s.name)
        .find(|full| full.rsplit('.').next() == Some(word))
}

fn refused(found: &Setting, value: &Spanned<DeValue<'_>>, accepted: &str) -> String {
    let near = match (found.kind, value.get_ref().as_str()) {
        (Kind::Choice(words), Some(text)) => nearest(text, words.iter().copied()),
        _ => None,
    };
    let hint = near.map_or_else(String::new, |near| say!(": did you mean `{near}`?", near));
    let shown = shown(value.get_ref());
    takes(found.name, accepted, &shown) + &hint
}

fn takes(name: &str, accepted: &str, shown: &str) -> String {
    say!(
        "`{name}` takes {accepted}, not {shown}",
        name,
        accepted,
        shown
    )
}

fn shown(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("\"{}\"", sanitise_ident(text.as_bytes())),
        DeValue::Integer(number) => number.as_str().to_owned(),
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(on) => on.to_string(),
        DeValue::Datetime(_) => say!("a date").to_owned(),
        DeValue::Array(_) => say!("a list").to_owned(),
        DeValue::Table(_) => say!("a table").to_owned(),
    }
}
