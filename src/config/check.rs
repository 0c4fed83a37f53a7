//! What only shows when all settings are read: names against the registries, keys against each other.
use std::collections::BTreeMap;

use super::read::Lines;
use super::{Mistake, Place};
use crate::keys::{Chord, Code};
use crate::settings::Settings;
use crate::text::{nearest, sanitise_ident};

/// Tells what is wrong with a text, in words.
pub type CheckText = fn(&str) -> Result<(), String>;

/// One action, as far as its keys are concerned.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KnownAction {
    pub id: String,
    /// Actions of one scope share a key map.
    pub scope: String,
    /// Its keys when the user names none.
    pub keys: Vec<String>,
}

/// The names a user may use, out of the registries; an empty list is not checked against.
#[derive(Debug, Clone, Default)]
pub struct Known {
    pub themes: Vec<String>,
    pub actions: Vec<KnownAction>,
    /// View and its columns.
    pub columns: Vec<(String, Vec<String>)>,
    /// Tells what is wrong with a host's endpoint.
    pub endpoint: Option<CheckText>,
}

pub(super) fn check(
    settings: &Settings,
    known: &Known,
    lines: &Lines,
    mistakes: &mut Vec<Mistake>,
) {
    let mut check = Check {
        known,
        lines,
        mistakes,
    };
    let themes = known.themes.iter().map(String::as_str);
    if !known.themes.is_empty() {
        check.name("theme", &settings.theme, themes, |word, hint| {
            say!("there is no theme `{word}`{hint}", word, hint)
        });
    }
    check.detach_keys(&settings.detach_keys);
    check.actions("confirm", settings.confirm.keys());
    check.actions("keys", settings.keys.keys());
    check.columns(settings);
    check.hosts(settings);
    check.keys(settings);
}

struct Check<'a> {
    known: &'a Known,
    lines: &'a Lines,
    mistakes: &'a mut Vec<Mistake>,
}

impl Check<'_> {
    /// Notes a mistake at the place where this setting was set.
    fn say(&mut self, setting: &str, what: String) {
        let place = self.lines.get(setting).cloned().unwrap_or(Place::File);
        self.mistakes.push(Mistake { place, what });
    }

    /// `word` must be one of the candidates.
    fn name<'n>(
        &mut self,
        setting: &str,
        word: &str,
        candidates: impl Iterator<Item = &'n str> + Clone,
        what: fn(&str, &str) -> String,
    ) {
        if candidates.clone().any(|candidate| candidate == word) {
            return;
        }
        let hint = nearest(word, candidates)
            .map_or_else(String::new, |near| say!(": did you mean `{near}`?", near));
        let word = sanitise_ident(word.as_bytes());
        self.say(setting, what(&word, &hint));
    }

    fn actions<'n>(&mut self, table: &str, ids: impl Iterator<Item = &'n String>) {
        let known = self.known;
        if known.actions.is_empty() {
            return;
        }
        for id in ids {
            let all = known.actions.iter().map(|action| action.id.as_str());
            self.name(&format!("{table}.{id}"), id, all, |word, hint| {
                say!("there is no action `{word}`{hint}", word, hint)
            });
        }
    }

    fn columns(&mut self, settings: &Settings) {
        for (view, chosen) in &settings.columns {
            let place = format!("columns.{view}");
            let mut seen: Vec<&str> = Vec::new();
            for column in chosen {
                if seen.contains(&column.as_str()) {
                    let column = sanitise_ident(column.as_bytes());
                    self.say(&place, say!("column `{column}` is there twice", column));
                }
                seen.push(column);
                self.column(&place, view, column);
            }
        }
        for (view, order) in &settings.order {
            let column = order.strip_prefix('-').unwrap_or(order);
            self.column(&format!("order.{view}"), view, column);
        }
    }

    /// A host's name can be typed before a container's, and leads somewhere.
    fn hosts(&mut self, settings: &Settings) {
        for (name, endpoint) in &settings.hosts {
            let place = format!("hosts.{name}");
            if name.contains(['/', '=']) || name.contains(char::is_whitespace) {
                let name = sanitise_ident(name.as_bytes());
                let what = say!(
                    "a host's name is one word without `/` and `=`, not `{name}`",
                    name
                );
                self.say(&place, what);
            }
            if let Some(Err(why)) = self.known.endpoint.map(|check| check(endpoint)) {
                let name = sanitise_ident(name.as_bytes());
                self.say(&place, say!("host `{name}`: {why}", name, why));
            }
        }
    }

    fn column(&mut self, place: &str, view: &str, column: &str) {
        let known = self.known;
        if known.columns.is_empty() {
            return;
        }
        let columns = known.columns.iter().find(|(name, _)| name == view);
        if let Some((_, columns)) = columns {
            let columns = columns.iter().map(String::as_str);
            self.name(place, column, columns, |word, hint| {
                say!("there is no column `{word}`{hint}", word, hint)
            });
        } else {
            let views = known.columns.iter().map(|(name, _)| name.as_str());
            self.name(place, view, views, |word, hint| {
                say!("there is no view with columns `{word}`{hint}", word, hint)
            });
        }
    }

    /// As docker takes them: single characters, or ctrl- with a letter or one of `@^[,_`.
    fn detach_keys(&mut self, text: &str) {
        for key in text.split(',') {
            let fits = match key.strip_prefix("ctrl-") {
                Some(rest) => {
                    let mut chars = rest.chars();
                    chars
                        .next()
                        .is_some_and(|c| c.is_ascii_lowercase() || "@^[\\]_".contains(c))
                        && chars.next().is_none()
                }
                None => key.len() == 1 && key.is_ascii(),
            };
            if !fits {
                let key = sanitise_ident(key.as_bytes());
                let what = say!(
                    "`detach_keys` takes characters and ctrl-x with commas between, like \"ctrl-p,ctrl-q\"; `{key}` is neither",
                    key
                );
                self.say("detach_keys", what);
            }
        }
    }

    /// Every key can be read, and no two actions of one scope share one. Keys that the user did not set are never a
    /// mistake by themselves.
    fn keys(&mut self, settings: &Settings) {
        let bindings: BTreeMap<String, Vec<String>> = settings.bindings().into_iter().collect();
        // Scope and key to the action that has it.
        let mut taken: BTreeMap<(String, Chord), String> = BTreeMap::new();
        let known = self.known;
        let others = known
            .actions
            .iter()
            .filter(|a| !settings.keys.contains_key(&a.id));
        for action in others {
            let keys = bindings.get(&action.id).unwrap_or(&action.keys);
            for chord in keys.iter().filter_map(|key| key.parse().ok()) {
                taken.insert((action.scope.clone(), chord), action.id.clone());
            }
        }
        for (id, keys) in &settings.keys {
            let place = format!("keys.{id}");
            let scope = self.scope(id);
            for key in keys {
                let chord = match key.parse::<Chord>() {
                    Ok(chord) => chord,
                    Err(error) => {
                        let what = sanitise_ident(error.to_string().as_bytes());
                        self.say(&place, what);
                        continue;
                    }
                };
                let way_out = chord == Chord::ctrl('c') || chord == Chord::plain(Code::Esc);
                if way_out && !self.has_by_default(id, chord) {
                    self.say(
                        &place,
                        say!("{chord} cannot be bound: it is the way out", chord),
                    );
                    continue;
                }
                if let Some(other) = taken.insert((scope.clone(), chord), id.clone()) {
                    let what = if other == *id {
                        say!("{chord} is there twice", chord)
                    } else {
                        say!(
                            "{key} is bound to both `{old}` and `{new}`",
                            key = chord,
                            old = other,
                            new = id
                        )
                    };
                    self.say(&place, what);
                }
            }
        }
    }

    fn has_by_default(&self, id: &str, chord: Chord) -> bool {
        let mut actions = self.known.actions.iter();
        actions
            .any(|action| action.id == id && action.keys.iter().any(|key| key.parse() == Ok(chord)))
    }

    /// The action's scope; of an action not known, the noun of its name.
    fn scope(&self, id: &str) -> String {
        let known = self.known.actions.iter().find(|action| action.id == id);
        known.map_or_else(
            || id.split('.').next().unwrap_or_default().to_owned(),
            |action| action.scope.clone(),
        )
    }
}
