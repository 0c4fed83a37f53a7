//! Settings from where a user keeps them: flags go over the environment, the environment over the file; and the small
//! file of what was chosen in the program. An edge: knows files, TOML and the list of settings; no action, theme or
//! column but by the names it is given.
mod check;
mod file;
mod mail_read;
mod memory;
mod read;
mod template;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::settings::{Colors, Paths, SETTINGS, Setting, Settings};

pub use check::{Known, KnownAction};
pub use mail_read::{Read as MailRead, recall_read, remember_read};
pub use memory::{recall, remember};
pub use template::template;

/// Variables of this program's prefix that are no settings.
const OTHER_VARIABLES: &[&str] = &["STACKTUI_CONFIG", "STACKTUI_LOG"];

/// The environment as a value, so that tests can make one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// What this process was given; variables that are not Unicode are as good as unset.
    pub fn from_process() -> Self {
        Self(
            std::env::vars_os()
                .filter_map(|(name, value)| {
                    Some((name.into_string().ok()?, value.into_string().ok()?))
                })
                .collect(),
        )
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Where the user's files are; `None` without a home.
    pub fn paths(&self) -> Option<Paths> {
        Paths::new(|name| self.get(name).map(str::to_owned))
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Environment {
    fn from(pairs: [(&str, &str); N]) -> Self {
        Self(
            pairs
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        )
    }
}

/// Where a mistake stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The file as a whole.
    File,
    /// From 1.
    Line(usize),
    Variable(String),
}

/// One thing that is wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    pub place: Place,
    /// What, and what is accepted or was probably meant.
    pub what: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::File => f.write_str(&self.what),
            Place::Line(line) => f.write_str(&say!("line {line}: {what}", line, what = self.what)),
            Place::Variable(name) => write!(f, "{name}: {}", self.what),
        }
    }
}

/// Everything that is wrong, together; never empty.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct ConfigErrors {
    pub file: PathBuf,
    pub mistakes: Vec<Mistake>,
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let in_file = self
            .mistakes
            .iter()
            .any(|mistake| !matches!(mistake.place, Place::Variable(_)));
        f.write_str(&if in_file {
            let file = self.file.display();
            say!("the settings cannot be used ({file}):", file)
        } else {
            say!("the settings cannot be used:").to_owned()
        })?;
        for mistake in &self.mistakes {
            write!(f, "\n  {mistake}")?;
        }
        Ok(())
    }
}

/// Reads the settings: defaults, then the file (`path`, or `STACKTUI_CONFIG`, or the user's own, which may be absent),
/// then the environment. Every mistake is reported at once.
pub fn load(
    path: Option<&Path>,
    env: &Environment,
    known: &Known,
) -> Result<Settings, ConfigErrors> {
    let mut found = Found::gather(path, env);
    check::check(&found.settings, known, &found.lines, &mut found.mistakes);
    if found.mistakes.is_empty() {
        settle(&mut found.settings, env);
        return Ok(found.settings);
    }
    found.mistakes.sort();
    Err(ConfigErrors {
        file: found.file,
        mistakes: found.mistakes,
    })
}

/// The language that the settings ask for, whatever else is wrong with them: that is told in it.
pub fn language(path: Option<&Path>, env: &Environment) -> String {
    Found::gather(path, env).settings.language
}

/// What file and environment say, unchecked.
struct Found {
    file: PathBuf,
    settings: Settings,
    lines: read::Lines,
    mistakes: Vec<Mistake>,
}

impl Found {
    fn gather(path: Option<&Path>, env: &Environment) -> Self {
        let named = path
            .map(Path::to_owned)
            .or_else(|| env.get("STACKTUI_CONFIG").map(PathBuf::from));
        let own = env.paths().map(|paths| paths.config);
        let text = match (&named, &own) {
            (Some(path), _) => file::read(path, true),
            (None, Some(path)) => file::read(path, false),
            (None, None) => Ok(String::new()),
        };
        let mut settings = Settings::default();
        let mut mistakes = Vec::new();
        let mut lines = read::Lines::new();
        match text {
            Ok(text) => read::apply(&text, &mut settings, &mut lines, &mut mistakes),
            Err(what) => mistakes.push(Mistake {
                place: Place::File,
                what,
            }),
        }
        apply_environment(env, &mut settings, &mut lines, &mut mistakes);
        Self {
            file: named.or(own).unwrap_or_default(),
            settings,
            lines,
            mistakes,
        }
    }
}

fn apply_environment(
    env: &Environment,
    settings: &mut Settings,
    lines: &mut read::Lines,
    mistakes: &mut Vec<Mistake>,
) {
    for (name, value) in &env.0 {
        if !name.starts_with("STACKTUI_") || OTHER_VARIABLES.contains(&name.as_str()) {
            continue;
        }
        let place = Place::Variable(name.clone());
        let found = SETTINGS
            .iter()
            .find(|setting| setting.variable().as_ref() == Some(name));
        let what = if let Some(setting) = found {
            match setting.put_text(settings, None, value) {
                Ok(()) => {
                    lines.insert(setting.name.to_owned(), place);
                    continue;
                }
                Err(accepted) => {
                    let value = crate::text::sanitise_ident(value.as_bytes());
                    say!(
                        "`{value}` does not fit; it takes {accepted}",
                        value,
                        accepted
                    )
                }
            }
        } else {
            // Other programs may use the prefix: only what is nearly a setting is taken for a slip.
            let names: Vec<String> = SETTINGS.iter().filter_map(Setting::variable).collect();
            match crate::text::nearest(name, names.iter().map(String::as_str)) {
                Some(near) => say!("no such setting: did you mean {near}?", near),
                None => continue,
            }
        };
        mistakes.push(Mistake { place, what });
    }
}

/// What depends on the environment beyond the settings' own variables.
fn settle(settings: &mut Settings, env: &Environment) {
    let no_color = env.get("NO_COLOR").is_some_and(|value| !value.is_empty());
    if no_color && settings.colors == Colors::Auto {
        settings.colors = Colors::None;
    }
    if let Some(path) = &settings.journal_path
        && let Ok(rest) = path.strip_prefix("~")
        && let Some(home) = env.get("HOME")
    {
        settings.journal_path = Some(Path::new(home).join(rest));
    }
}

#[cfg(test)]
mod tests;
