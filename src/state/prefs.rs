//! The user's settings, resolved: names are known to be right.
use std::collections::BTreeMap;

use super::log_book::Stamps;
use crate::settings::glob_matches;

/// What the user chose.
#[derive(Debug, Clone, PartialEq)]
pub struct Prefs {
    pub mouse: bool,
    /// Columns of the containers' table; empty: the default ones.
    pub columns: Vec<String>,
    /// Column that orders it.
    pub order: String,
    pub reverse: bool,
    pub show_stopped: bool,
    /// Whether an action asks first, where the user chose, by its id.
    pub confirm: BTreeMap<String, bool>,
    /// Names (with `*` and `?`) that are asked for before anything touches them.
    pub protect: Vec<String>,
    /// Names (with `*` and `?`) of containers that are mail servers, whatever their image.
    pub mail_servers: Vec<String>,
    /// `user:password` for the only mail server, when it wants one.
    pub mail_login: String,
    /// `NAME=user:password`, each for the mail server of that name.
    pub mail_logins: Vec<String>,
    /// Shells to try first.
    pub shells: Vec<String>,
    /// Lines of the past a log view begins with.
    pub log_tail: u32,
    pub log_wrap: bool,
    pub log_stamps: Stamps,
    /// Bytes of log lines kept for one view.
    pub log_budget: usize,
    /// Local time's distance from UTC in seconds, for stamps.
    pub utc_offset: i32,
    /// This machine as the user reaches it: over SSH the address they came to.
    pub machine: String,
    /// There is a browser that the user would see.
    pub browser: bool,
}

impl Default for Prefs {
    fn default() -> Self {
        Self {
            mouse: true,
            columns: Vec::new(),
            order: "name".to_owned(),
            reverse: false,
            show_stopped: true,
            confirm: BTreeMap::new(),
            protect: Vec::new(),
            mail_servers: Vec::new(),
            mail_login: String::new(),
            mail_logins: Vec::new(),
            shells: Vec::new(),
            log_tail: 500,
            log_wrap: false,
            log_stamps: Stamps::Off,
            log_budget: 64 << 20,
            utc_offset: 0,
            machine: "localhost".to_owned(),
            browser: false,
        }
    }
}

impl Prefs {
    /// What a mail server of this name is told when it wants a login; empty: nothing is known. With others beside it, it is
    /// told only what is meant for it by name.
    pub fn mail_login_of(&self, server: &str, alone: bool) -> &str {
        let mut named = self
            .mail_logins
            .iter()
            .filter_map(|one| one.split_once('='));
        let named = named.find(|(name, _)| *name == server);
        let single = alone.then_some(self.mail_login.as_str());
        named.map(|(_, login)| login).or(single).unwrap_or_default()
    }

    /// Whether an action asks first; nothing: as it does by itself.
    pub fn asks(&self, action: &str) -> Option<bool> {
        self.confirm.get(action).copied()
    }

    /// Whether a container is said to be a mail server.
    pub fn is_mail_server(&self, name: &str) -> bool {
        self.mail_servers
            .iter()
            .any(|glob| glob_matches(glob, name))
    }

    /// Whether a name matches one of the protected patterns; `*` stands for any characters.
    pub fn protects(&self, name: &str) -> bool {
        self.protect
            .iter()
            .any(|pattern| glob_matches(pattern, name))
    }
}
