//! What a user may set, with its defaults. Pure values: names of actions, themes and columns stay words here, and are
//! resolved against their registries by those who know them. Knows no file, no environment, no TOML.
//!
//! A setting is one entry of [`SETTINGS`]: from that list the template is printed, the file and the environment are read.
mod choice;
mod glob;
mod paths;
mod preset;
mod registry;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

pub use choice::{Colors, Hyperlinks, Preset, Timestamps};
pub use glob::glob_matches;
pub use paths::Paths;
pub use registry::{Kind, SETTINGS, Setting, Value, setting};

/// How log views begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSettings {
    /// Lines of the past to begin with, per source.
    pub tail: u32,
    pub wrap: bool,
    pub timestamps: Timestamps,
    /// MiB of log lines held in memory, over all sources; the oldest go first.
    pub buffer_mib: u32,
}

/// Everything a user may set. `Default` is what the program does without a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// One of [`crate::lang::CHOICES`].
    pub language: String,
    /// A theme's name, unresolved.
    pub theme: String,
    pub ascii: bool,
    pub mouse: bool,
    pub colors: Colors,
    pub hyperlinks: Hyperlinks,
    pub key_preset: Preset,
    /// Action id to its keys, which replace the preset's; an empty list unbinds it.
    pub keys: BTreeMap<String, Vec<String>>,
    /// View id to its columns, in order; views not named keep their own.
    pub columns: BTreeMap<String, Vec<String>>,
    /// View id to the column it is ordered by; a leading `-` reverses.
    pub order: BTreeMap<String, String>,
    pub show_stopped: bool,
    /// Action id to whether it asks first; actions not named keep their own habit.
    pub confirm: BTreeMap<String, bool>,
    /// Globs of container names that are asked about before anything touches them.
    pub protect: Vec<String>,
    pub read_only: bool,
    /// Globs of names of containers that are mail servers, whatever their image.
    pub mail_servers: Vec<String>,
    /// `user:password` for the only mail server, when it wants one.
    pub mail_login: String,
    /// `NAME=user:password`, each for the mail server of that name.
    pub mail_logins: Vec<String>,
    /// Shells to try, best first.
    pub shells: Vec<String>,
    /// As docker writes them: `ctrl-p,ctrl-q`.
    pub detach_keys: String,
    pub logs: LogSettings,
    /// Time between two samples of a container in the table.
    pub stats_period: Duration,
    /// Most readings a second asked of an engine.
    pub stats_budget: u32,
    /// The journal's directory, when not the usual one.
    pub journal_path: Option<PathBuf>,
    /// Months of the journal that are kept, this one included; 0: all.
    pub journal_keep_months: u32,
    /// Nothing is changed while the journal cannot be written.
    pub journal_required: bool,
    /// Hosts to open at once: name to endpoint, or to `context:NAME`.
    pub hosts: BTreeMap<String, String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            language: "auto".to_owned(),
            theme: "default".to_owned(),
            ascii: false,
            mouse: true,
            colors: Colors::Auto,
            hyperlinks: Hyperlinks::Auto,
            key_preset: Preset::Default,
            keys: BTreeMap::new(),
            columns: BTreeMap::new(),
            order: BTreeMap::new(),
            show_stopped: true,
            confirm: BTreeMap::new(),
            protect: Vec::new(),
            read_only: false,
            mail_servers: Vec::new(),
            mail_login: String::new(),
            mail_logins: Vec::new(),
            shells: ["bash", "ash", "sh"].map(str::to_owned).to_vec(),
            detach_keys: "ctrl-p,ctrl-q".to_owned(),
            logs: LogSettings {
                tail: 500,
                wrap: false,
                timestamps: Timestamps::Off,
                buffer_mib: 64,
            },
            stats_period: Duration::from_secs(2),
            stats_budget: 18,
            journal_path: None,
            journal_keep_months: 24,
            journal_required: false,
            hosts: BTreeMap::new(),
        }
    }
}

impl Settings {
    /// Every action whose keys are not its own defaults, with its keys: the preset's, then the user's over them.
    pub fn bindings(&self) -> Vec<(String, Vec<String>)> {
        let mut all: BTreeMap<String, Vec<String>> = preset::bindings(self.key_preset)
            .iter()
            .map(|(id, keys)| {
                (
                    (*id).to_owned(),
                    keys.split_whitespace().map(str::to_owned).collect(),
                )
            })
            .collect();
        all.extend(self.keys.clone());
        all.into_iter().collect()
    }

    /// Whether a container of this name is protected by one of the user's globs.
    pub fn protects(&self, name: &str) -> bool {
        self.protect.iter().any(|glob| glob_matches(glob, name))
    }

    /// Takes what was chosen in the program earlier: `("columns.containers", "name,cpu")`. What is not known (any more)
    /// or does not fit is skipped.
    pub fn recall(&mut self, remembered: &[(String, String)]) {
        for (name, text) in remembered {
            if let Some((entry, item)) = registry::lookup(name) {
                // A remembered word that no longer fits is no error: the setting stays as it is.
                let _ = entry.put_text(self, item, text);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect()
    }

    #[test]
    fn what_was_chosen_earlier_comes_back_and_the_rest_is_skipped() {
        let mut settings = Settings::default();
        settings.recall(&pairs(&[
            ("columns.containers", "name,state,cpu"),
            ("order.containers", "-cpu"),
            ("logs.wrap", "true"),
            ("logs.tail", "many"),
            ("gone.setting", "1"),
        ]));
        assert_eq!(settings.columns["containers"], ["name", "state", "cpu"]);
        assert_eq!(settings.order["containers"], "-cpu");
        assert!(settings.logs.wrap);
        assert_eq!(settings.logs.tail, 500);
    }

    #[test]
    fn protection_goes_by_glob() {
        let settings = Settings {
            protect: vec!["*-db".to_owned(), "prod-*".to_owned()],
            ..Settings::default()
        };
        assert!(settings.protects("zammad-db"));
        assert!(settings.protects("prod-web"));
        assert!(!settings.protects("zammad-db-2"));
    }
}
