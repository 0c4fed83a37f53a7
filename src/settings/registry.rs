//! The one list of settings: name, kind, words for a person, and how to read and write the typed field.
//! The template, the file, the environment and what is remembered all go through it.
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use super::{Colors, Hyperlinks, Preset, Settings, Timestamps};
use crate::lang::CHOICES;

/// A setting's value, as a file would write it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Bool(bool),
    Whole(i64),
    Text(String),
    Words(Vec<String>),
    Table(BTreeMap<String, Value>),
}

/// What a setting accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Switch,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A whole number, both ends included.
    Whole {
        min: i64,
        max: i64,
    },
    Text,
    /// An absolute path, or one under `~/`; empty means the usual place.
    Path,
    /// A list of words.
    Words,
    /// Names to values of one kind.
    Table(&'static Kind),
}

/// One setting.
#[derive(Debug)]
pub struct Setting {
    /// As in the file: `logs.tail`.
    pub name: &'static str,
    pub kind: Kind,
    /// One line, for the template.
    pub doc: &'static str,
    /// For tables: lines that show how an entry is written.
    pub examples: &'static [&'static str],
    get: fn(&Settings) -> Value,
    /// Given only what `kind` accepts.
    set: fn(&mut Settings, Value),
}

/// Every setting, in the template's order: plain ones first, then table by table.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "language",
        kind: Kind::Choice(CHOICES),
        doc: "The language of the interface; auto is the locale's: LC_ALL, LC_MESSAGES or LANG.",
        examples: &[],
        get: |s| Value::Text(s.language.clone()),
        set: |s, v| s.language = v.text(),
    },
    Setting {
        name: "theme",
        kind: Kind::Text,
        doc: "The colour theme, by name.",
        examples: &[],
        get: |s| Value::Text(s.theme.clone()),
        set: |s, v| s.theme = v.text(),
    },
    Setting {
        name: "ascii",
        kind: Kind::Switch,
        doc: "Draw with ASCII characters only.",
        examples: &[],
        get: |s| Value::Bool(s.ascii),
        set: |s, v| s.ascii = v.yes(),
    },
    Setting {
        name: "mouse",
        kind: Kind::Switch,
        doc: "React to the mouse; when false the terminal keeps it for its own selection.",
        examples: &[],
        get: |s| Value::Bool(s.mouse),
        set: |s, v| s.mouse = v.yes(),
    },
    Setting {
        name: "colors",
        kind: Kind::Choice(Colors::WORDS),
        doc: "How many colours to use; auto asks the terminal and heeds NO_COLOR.",
        examples: &[],
        get: |s| Value::Text(s.colors.word().to_owned()),
        set: |s, v| s.colors = Colors::parse(&v.text()).unwrap_or_default(),
    },
    Setting {
        name: "hyperlinks",
        kind: Kind::Choice(Hyperlinks::WORDS),
        doc: "Make addresses on screen links of the terminal; auto: unless it is known to take none.",
        examples: &[],
        get: |s| Value::Text(s.hyperlinks.word().to_owned()),
        set: |s, v| s.hyperlinks = Hyperlinks::parse(&v.text()).unwrap_or_default(),
    },
    Setting {
        name: "key_preset",
        kind: Kind::Choice(Preset::WORDS),
        doc: "The keys to start from; [keys] changes single ones.",
        examples: &[],
        get: |s| Value::Text(s.key_preset.word().to_owned()),
        set: |s, v| s.key_preset = Preset::parse(&v.text()).unwrap_or_default(),
    },
    Setting {
        name: "show_stopped",
        kind: Kind::Switch,
        doc: "List containers that do not run, too.",
        examples: &[],
        get: |s| Value::Bool(s.show_stopped),
        set: |s, v| s.show_stopped = v.yes(),
    },
    Setting {
        name: "read_only",
        kind: Kind::Switch,
        doc: "Offer nothing that changes anything, and no shell.",
        examples: &[],
        get: |s| Value::Bool(s.read_only),
        set: |s, v| s.read_only = v.yes(),
    },
    Setting {
        name: "protect",
        kind: Kind::Words,
        doc: "Globs of container names that are asked about before anything touches them, like \"*-db-*\".",
        examples: &[],
        get: |s| Value::Words(s.protect.clone()),
        set: |s, v| s.protect = v.words(),
    },
    Setting {
        name: "shells",
        kind: Kind::Words,
        doc: "Shells to try in a container, best first; the label stacktui.shell goes before them.",
        examples: &[],
        get: |s| Value::Words(s.shells.clone()),
        set: |s, v| s.shells = v.words(),
    },
    Setting {
        name: "detach_keys",
        kind: Kind::Text,
        doc: "Keys that leave a shell without ending it, as docker writes them.",
        examples: &[],
        get: |s| Value::Text(s.detach_keys.clone()),
        set: |s, v| s.detach_keys = v.text(),
    },
    Setting {
        name: "logs.tail",
        kind: Kind::Whole {
            min: 0,
            max: 1_000_000,
        },
        doc: "Lines of the past a log view begins with, per source.",
        examples: &[],
        get: |s| Value::Whole(s.logs.tail.into()),
        set: |s, v| s.logs.tail = v.number(),
    },
    Setting {
        name: "logs.wrap",
        kind: Kind::Switch,
        doc: "Wrap long lines.",
        examples: &[],
        get: |s| Value::Bool(s.logs.wrap),
        set: |s, v| s.logs.wrap = v.yes(),
    },
    Setting {
        name: "logs.timestamps",
        kind: Kind::Choice(Timestamps::WORDS),
        doc: "The stamp before each line.",
        examples: &[],
        get: |s| Value::Text(s.logs.timestamps.word().to_owned()),
        set: |s, v| s.logs.timestamps = Timestamps::parse(&v.text()).unwrap_or_default(),
    },
    Setting {
        name: "logs.buffer_mib",
        kind: Kind::Whole { min: 1, max: 4096 },
        doc: "MiB of log lines held in memory over all sources; the oldest go first.",
        examples: &[],
        get: |s| Value::Whole(s.logs.buffer_mib.into()),
        set: |s, v| s.logs.buffer_mib = v.number(),
    },
    Setting {
        name: "stats.budget",
        kind: Kind::Whole { min: 1, max: 1000 },
        doc: "Most samples a second asked of one engine; those read from this host's own files cost it nothing and do not count.",
        examples: &[],
        get: |s| Value::Whole(s.stats_budget.into()),
        set: |s, v| s.stats_budget = v.number(),
    },
    Setting {
        name: "stats.period",
        kind: Kind::Whole { min: 1, max: 60 },
        doc: "Seconds between two samples of a container in the table.",
        examples: &[],
        get: |s| Value::Whole(i64::try_from(s.stats_period.as_secs()).unwrap_or(i64::MAX)),
        set: |s, v| s.stats_period = Duration::from_secs(v.number().into()),
    },
    Setting {
        name: "mail.servers",
        kind: Kind::Words,
        doc: "Globs of names of containers that are mail servers, whatever their image; the label stacktui.mail says it too.",
        examples: &[],
        get: |s| Value::Words(s.mail_servers.clone()),
        set: |s, v| s.mail_servers = v.words(),
    },
    Setting {
        name: "mail.login",
        kind: Kind::Text,
        doc: "user:password for the mail server, when there is one only; it is told them when it asks. Of several, see mail.logins.",
        examples: &[],
        get: |s| Value::Text(s.mail_login.clone()),
        set: |s, v| s.mail_login = v.text(),
    },
    Setting {
        name: "mail.logins",
        kind: Kind::Words,
        doc: "NAME=user:password for each mail server that asks for one, by its name in the mail view.",
        examples: &[],
        get: |s| Value::Words(s.mail_logins.clone()),
        set: |s, v| s.mail_logins = v.words(),
    },
    Setting {
        name: "journal.path",
        kind: Kind::Path,
        doc: "The journal's directory; empty for the usual one under $XDG_STATE_HOME.",
        examples: &[],
        get: |s| {
            let path = s.journal_path.as_deref();
            Value::Text(path.map_or_else(String::new, |p| p.display().to_string()))
        },
        set: |s, v| s.journal_path = Some(v.text()).filter(|t| !t.is_empty()).map(PathBuf::from),
    },
    Setting {
        name: "journal.keep_months",
        kind: Kind::Whole { min: 0, max: 1200 },
        doc: "Months of the journal that are kept, this one included; older files are removed at the start. 0 keeps all.",
        examples: &[],
        get: |s| Value::Whole(s.journal_keep_months.into()),
        set: |s, v| s.journal_keep_months = v.number(),
    },
    Setting {
        name: "journal.required",
        kind: Kind::Switch,
        doc: "Refuse restarts, stops and other changes while the journal cannot be written; off: they go on, and the failure is shown.",
        examples: &[],
        get: |s| Value::Bool(s.journal_required),
        set: |s, v| s.journal_required = v.yes(),
    },
    Setting {
        name: "hosts",
        kind: Kind::Table(&Kind::Text),
        doc: "Hosts to open at once, each under its name: an endpoint, or context: and a docker context. --host, --context and DOCKER_HOST go over it.",
        examples: &[
            "web-01 = \"ssh://ops@web-01\"",
            "here = \"context:default\"",
        ],
        get: |s| Value::table(s.hosts.iter().map(|(k, v)| (k, Value::Text(v.clone())))),
        set: |s, v| s.hosts = v.entries(Value::text),
    },
    Setting {
        name: "keys",
        kind: Kind::Table(&Kind::Words),
        doc: "Keys by action: they replace the preset's; an empty list unbinds. `--print keys` lists the actions.",
        examples: &["\"container.restart\" = [\"r\", \"ctrl-r\"]"],
        get: |s| Value::table(s.keys.iter().map(|(k, v)| (k, Value::Words(v.clone())))),
        set: |s, v| s.keys = v.entries(Value::words),
    },
    Setting {
        name: "columns",
        kind: Kind::Table(&Kind::Words),
        doc: "Columns by view, in order. `--print columns` lists them.",
        examples: &["containers = [\"name\", \"state\", \"cpu\", \"memory\"]"],
        get: |s| Value::table(s.columns.iter().map(|(k, v)| (k, Value::Words(v.clone())))),
        set: |s, v| s.columns = v.entries(Value::words),
    },
    Setting {
        name: "order",
        kind: Kind::Table(&Kind::Text),
        doc: "The column a view is ordered by; a leading - reverses.",
        examples: &["containers = \"-cpu\""],
        get: |s| Value::table(s.order.iter().map(|(k, v)| (k, Value::Text(v.clone())))),
        set: |s, v| s.order = v.entries(Value::text),
    },
    Setting {
        name: "confirm",
        kind: Kind::Table(&Kind::Switch),
        doc: "Whether an action asks first. What destroys always asks.",
        examples: &["\"container.restart\" = true", "\"container.stop\" = false"],
        get: |s| Value::table(s.confirm.iter().map(|(k, v)| (k, Value::Bool(*v)))),
        set: |s, v| s.confirm = v.entries(Value::yes),
    },
];

/// The setting of this name.
pub fn setting(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|s| s.name == name)
}

/// The setting of this name, or the table that this names an entry of: `columns.containers`.
pub(super) fn lookup(name: &str) -> Option<(&'static Setting, Option<&str>)> {
    if let Some(found) = setting(name) {
        return Some((found, None));
    }
    let (table, item) = name.split_once('.')?;
    let found = setting(table).filter(|s| matches!(s.kind, Kind::Table(_)))?;
    Some((found, Some(item)))
}

impl Setting {
    /// The setting's value.
    pub fn get(&self, settings: &Settings) -> Value {
        (self.get)(settings)
    }

    /// Sets it. The error says what is accepted, and changes nothing.
    pub fn put(&self, settings: &mut Settings, value: Value) -> Result<(), String> {
        self.kind.check(&value)?;
        (self.set)(settings, value);
        Ok(())
    }

    /// Sets it from plain text, as an environment variable or a remembered choice has it; lists are separated by
    /// commas. With `item`, one entry of a table. The error says what is accepted, and changes nothing.
    pub fn put_text(
        &self,
        settings: &mut Settings,
        item: Option<&str>,
        text: &str,
    ) -> Result<(), String> {
        let value = match (self.kind, item) {
            (Kind::Table(kind), Some(item)) => {
                let Value::Table(mut table) = self.get(settings) else {
                    return Err(say!("not a table").to_owned());
                };
                table.insert(item.to_owned(), kind.read(text)?);
                Value::Table(table)
            }
            (kind, _) => kind.read(text)?,
        };
        self.put(settings, value)
    }

    /// The environment variable that sets it: `STACKTUI_LOGS_TAIL`. Tables have none.
    pub fn variable(&self) -> Option<String> {
        (!matches!(self.kind, Kind::Table(_))).then(|| {
            let name = self.name.replace('.', "_").to_ascii_uppercase();
            format!("STACKTUI_{name}")
        })
    }
}

impl Kind {
    /// What is accepted, in words.
    pub fn accepts(self) -> String {
        match self {
            Self::Switch => say!("true or false").to_owned(),
            Self::Choice(words) => say!("one of {words}", words = words.join(", ")),
            Self::Whole { min, max } => say!("a whole number from {min} to {max}", min, max),
            Self::Text => say!("a text in quotes").to_owned(),
            Self::Path => say!("an absolute path, or one that begins with ~/").to_owned(),
            Self::Words => say!("a list of texts, like [\"a\", \"b\"]").to_owned(),
            Self::Table(_) => say!("a table").to_owned(),
        }
    }

    /// Whether the value fits; the error says what would.
    fn check(self, value: &Value) -> Result<(), String> {
        let fits = match (self, value) {
            (Self::Switch, Value::Bool(_))
            | (Self::Text, Value::Text(_))
            | (Self::Words, Value::Words(_)) => true,
            (Self::Choice(words), Value::Text(text)) => words.contains(&text.as_str()),
            (Self::Whole { min, max }, Value::Whole(n)) => (min..=max).contains(n),
            (Self::Path, Value::Text(text)) => {
                text.is_empty() || text.starts_with('/') || text.starts_with("~/")
            }
            (Self::Table(kind), Value::Table(table)) => {
                return table.values().try_for_each(|v| kind.check(v));
            }
            _ => false,
        };
        fits.then_some(()).ok_or_else(|| self.accepts())
    }

    fn read(self, text: &str) -> Result<Value, String> {
        let text = text.trim();
        match self {
            Self::Switch => match text.to_ascii_lowercase().as_str() {
                "1" | "true" | "yes" | "on" => Some(Value::Bool(true)),
                "0" | "false" | "no" | "off" => Some(Value::Bool(false)),
                _ => None,
            },
            Self::Whole { .. } => text.parse().ok().map(Value::Whole),
            Self::Choice(_) | Self::Text | Self::Path => Some(Value::Text(text.to_owned())),
            Self::Words => Some(Value::Words(
                text.split(',')
                    .map(str::trim)
                    .filter(|word| !word.is_empty())
                    .map(str::to_owned)
                    .collect(),
            )),
            Self::Table(_) => None,
        }
        .ok_or_else(|| self.accepts())
    }
}

impl Value {
    fn table<'a>(entries: impl Iterator<Item = (&'a String, Self)>) -> Self {
        Self::Table(entries.map(|(k, v)| (k.clone(), v)).collect())
    }

    fn yes(self) -> bool {
        matches!(self, Self::Bool(true))
    }

    /// Kinds bound it below `u32`'s end; anything else is 0.
    fn number(self) -> u32 {
        match self {
            Self::Whole(n) => u32::try_from(n).unwrap_or_default(),
            _ => 0,
        }
    }

    fn text(self) -> String {
        match self {
            Self::Text(text) => text,
            _ => String::new(),
        }
    }

    fn words(self) -> Vec<String> {
        match self {
            Self::Words(words) => words,
            _ => Vec::new(),
        }
    }

    fn entries<T>(self, of: fn(Self) -> T) -> BTreeMap<String, T> {
        match self {
            Self::Table(table) => table.into_iter().map(|(k, v)| (k, of(v))).collect(),
            _ => BTreeMap::new(),
        }
    }
}

#[cfg(test)]
mod tests;
