//! Captured mail: the servers that hold it, the rows of their lists, and one message taken apart.
mod search;

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{Container, Details, Key, Kind, Reach, RunState};

pub use search::{Found, Query};

/// Servers that take mail and show it instead of sending it on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Server {
    MailHog,
    Mailpit,
    MailDev,
}

impl Server {
    pub const ALL: [Self; 3] = [Self::MailHog, Self::Mailpit, Self::MailDev];

    pub fn name(self) -> &'static str {
        match self {
            Self::MailHog => "MailHog",
            Self::Mailpit => "Mailpit",
            Self::MailDev => "MailDev",
        }
    }

    /// The server that an image or a label names.
    fn named(word: &str) -> Option<Self> {
        let word = word.to_ascii_lowercase();
        let named = |server: &Self| word.contains(&server.name().to_ascii_lowercase());
        Self::ALL.into_iter().find(named)
    }

    /// Its usual port for browsers.
    fn web(self) -> u16 {
        match self {
            Self::MailHog | Self::Mailpit => 8025,
            Self::MailDev => 1080,
        }
    }
}

/// Applications hand their mail in here, unless the server was told otherwise.
const SMTP: u16 = 1025;

/// A container that is a mail server, as far as its row tells.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Source {
    pub reach: Reach,
    /// Name of the service, which is also what applications call it.
    pub name: String,
    /// What its image or label says it is; the probe has the last word.
    pub guess: Option<Server>,
    /// Ports where its API may be, the likeliest first.
    pub ports: Vec<u16>,
    /// Under which path it serves, without slashes around it.
    pub prefix: String,
    pub smtp: u16,
    pub running: bool,
    pub paused: bool,
    /// `user:password`, where it wants one.
    pub login: Login,
}

/// A user and a password that no log shows.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Login(pub String);

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Login(…)")
    }
}

impl Source {
    /// Whether the container is one: by its image, by its label, or because its name was named in the settings.
    pub fn of(container: &Container, named: bool) -> Option<Self> {
        let label = |name: &str| container.labels.get(name).filter(|v| !v.is_empty());
        let marked = label("stacktui.mail");
        if marked.is_some_and(|word| word == "false" || word == "no") {
            return None;
        }
        let image = image_name(&container.image);
        let guess = marked
            .and_then(|word| Server::named(word.as_str()))
            .or_else(|| Server::named(image));
        if guess.is_none() && marked.is_none() && !named {
            return None;
        }
        let mut ports = Vec::new();
        ports.extend(label("stacktui.mail.port").and_then(|port| port.parse::<u16>().ok()));
        let balanced = container.labels.iter().find(|(name, _)| {
            name.starts_with("traefik.http.services.") && name.ends_with(".server.port")
        });
        ports.extend(balanced.and_then(|(_, port)| port.parse::<u16>().ok()));
        ports.extend(port_of_arguments(&container.command));
        ports.extend(guess.map(Server::web));
        let exposed = container.ports.iter().map(|port| port.private);
        ports.extend(exposed.filter(|port| ![SMTP, 25, 1110].contains(port)));
        ports.extend([8025, 1080]);
        let mut seen = BTreeSet::new();
        ports.retain(|port| seen.insert(*port));
        ports.truncate(4);
        let path = label("stacktui.mail.path").map(String::as_str);
        let path = path.or_else(|| path_of_arguments(&container.command));
        Some(Self {
            reach: Reach::of(container),
            name: container
                .service()
                .unwrap_or(container.short_name())
                .to_owned(),
            guess,
            ports,
            prefix: path.unwrap_or_default().trim_matches('/').to_owned(),
            smtp: label("stacktui.mail.smtp")
                .and_then(|port| port.parse().ok())
                .unwrap_or(SMTP),
            running: container.state.is_live(),
            paused: container.state == RunState::Paused,
            login: Login::default(),
        })
    }

    /// The same, with what its environment says of ports and paths.
    pub fn refined(mut self, details: &Details) -> Self {
        let value = |names: &[&str]| {
            let mut all = details.environment.iter();
            let found = all.find(|(name, _)| names.contains(&name.as_str()));
            found
                .map(|(_, value)| value.as_str())
                .filter(|v| !v.is_empty())
        };
        let web = [
            "MH_API_BIND_ADDR",
            "MH_UI_BIND_ADDR",
            "MP_UI_BIND_ADDR",
            "MAILDEV_WEB_PORT",
        ];
        if let Some(port) = value(&web).and_then(last_port) {
            self.ports.retain(|known| *known != port);
            self.ports.insert(0, port);
        }
        let smtp = [
            "MH_SMTP_BIND_ADDR",
            "MP_SMTP_BIND_ADDR",
            "MAILDEV_SMTP_PORT",
        ];
        if let Some(port) = value(&smtp).and_then(last_port) {
            self.smtp = port;
        }
        if let Some(path) = value(&["MH_UI_WEB_PATH", "MP_WEBROOT", "MAILDEV_BASE_PATHNAME"]) {
            path.trim_matches('/').clone_into(&mut self.prefix);
        }
        self
    }

    /// The same for a server that wants `user:password`.
    pub fn with_login(mut self, login: &str) -> Self {
        self.login = Login(login.to_owned());
        self
    }

    /// The container it runs in.
    pub fn key(&self) -> &Key {
        &self.reach.container
    }

    /// What to write into an application's settings.
    pub fn smtp_address(&self) -> String {
        self.address_at(self.smtp)
    }

    /// Where applications reach this port of it: in the host's network no name leads to it.
    pub fn address_at(&self, port: u16) -> String {
        let name = if self.reach.host_network {
            "localhost"
        } else {
            &self.name
        };
        format!("{name}:{port}")
    }
}

/// `docker.io/axllent/mailpit:v1.30@sha256:…` is `axllent/mailpit`.
fn image_name(image: &str) -> &str {
    let image = image.split('@').next().unwrap_or_default();
    let at = image.rfind('/').map_or(0, |slash| slash + 1);
    match image.get(at..).and_then(|last| last.find(':')) {
        Some(colon) => image.get(..at + colon).unwrap_or(image),
        None => image,
    }
}

/// The port at the end of `0.0.0.0:8025` or `8025`.
fn last_port(text: &str) -> Option<u16> {
    text.rsplit(':').next()?.trim().parse().ok()
}

/// The word behind one of these flags.
fn flag<'a>(command: &'a str, names: &[&str]) -> Option<&'a str> {
    let mut words = command.split_whitespace();
    while let Some(word) = words.next() {
        let (name, value) = word
            .split_once('=')
            .map_or((word, None), |(n, v)| (n, Some(v)));
        if names.contains(&name.trim_start_matches('-')) && name.starts_with('-') {
            return value.or_else(|| words.next());
        }
    }
    None
}

fn port_of_arguments(command: &str) -> Option<u16> {
    last_port(flag(
        command,
        &["api-bind-addr", "ui-bind-addr", "listen", "l", "web", "w"],
    )?)
}

fn path_of_arguments(command: &str) -> Option<&str> {
    flag(command, &["ui-web-path", "webroot", "base-pathname"])
}

/// One mail as a row. All texts are sanitised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    pub key: Key,
    pub at: Option<DateTime<Utc>>,
    pub from: String,
    pub to: Vec<String>,
    pub subject: String,
    /// Bytes; none where the server does not say.
    pub size: Option<u64>,
    pub attachments: Option<usize>,
    /// The server says that somebody has read it.
    pub seen: bool,
    pub content: Content,
}

/// What a search finds a mail by beside its row: headers, text, names of files. Not sanitised, since it is never shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Content {
    pub text: Arc<str>,
    /// Not only a beginning, which is what some servers list.
    pub whole: bool,
}

impl Content {
    /// What a server tells of the beginning of a mail.
    pub fn beginning(text: &str) -> Self {
        Self {
            text: Arc::from(text),
            whole: false,
        }
    }

    /// The same, found by these too.
    #[must_use]
    pub fn and(self, more: &[String]) -> Self {
        Self {
            text: format!("{}\n{}", self.text, more.join("\n")).into(),
            ..self
        }
    }
}

impl Mail {
    /// The key of a mail in the box of this container.
    pub fn key(container: &Key, id: &str) -> Key {
        Key::new(
            container.host,
            Kind::Mail,
            &format!("{}/{id}", container.id),
        )
    }

    /// Whether the mail of this key is in the box of this container.
    pub fn is_in(key: &Key, container: &Key) -> bool {
        let behind = key.id.strip_prefix(&*container.id);
        (key.kind, key.host) == (Kind::Mail, container.host)
            && behind.is_some_and(|rest| rest.starts_with('/'))
    }

    /// The container that holds it and its id there.
    pub fn place(key: &Key) -> Option<(Key, &str)> {
        let (container, id) = key.id.split_once('/')?;
        (key.kind == Kind::Mail).then(|| (Key::container(key.host, container), id))
    }
}

/// What a server was told on the way: who really gets a mail, blind copies too.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Envelope {
    pub from: String,
    pub to: Vec<String>,
}

/// A message as it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RawMail {
    pub bytes: Vec<u8>,
    /// Where the server keeps it.
    pub envelope: Option<Envelope>,
}

/// How a stretch of an HTML mail looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    #[default]
    Plain,
    Strong,
    /// Stands for an address: its number among the message's links, where it is one of them.
    Link(Option<usize>),
    Code,
    Faint,
}

/// One line of HTML as a terminal shows it.
pub type HtmlLine = Vec<(String, Tone)>;

/// A file that came with a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// As it was sent, sanitised.
    pub name: String,
    /// A name that is safe to save it under.
    pub file_name: String,
    pub media_type: String,
    pub content: Arc<[u8]>,
}

/// A message taken apart. All texts are sanitised.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Letter {
    pub raw: Arc<RawMail>,
    pub from: String,
    pub to: Vec<String>,
    pub cc: Vec<String>,
    pub date: Option<DateTime<Utc>>,
    pub subject: String,
    /// Name and value of each, in their order, unfolded.
    pub headers: Vec<(String, String)>,
    /// The plain text in rows of `width` columns, when it has one.
    pub text: Option<Vec<String>>,
    /// The whole message in rows of `width` columns, as far as it is shown.
    pub raw_rows: Vec<String>,
    /// The HTML part for a terminal of `width` columns, when it has one.
    pub html: Option<Vec<HtmlLine>>,
    pub width: u16,
    /// A name that is safe to save it under.
    pub file_name: String,
    pub links: Vec<String>,
    pub attachments: Vec<Attachment>,
    /// What is odd about it, for the reader.
    pub notes: Vec<String>,
}

impl Letter {
    /// What a search finds it by.
    pub fn content(&self) -> Content {
        let headers = self
            .headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}"));
        let envelope = self.raw.envelope.iter().flat_map(|e| e.to.iter().cloned());
        let files = self.attachments.iter().map(|file| file.name.clone());
        let page = self.html.iter().flatten();
        let page = page.map(|row| row.iter().map(|(words, _)| words.as_str()).collect());
        let text = self.text.iter().flatten().cloned();
        let all: Vec<String> = headers
            .chain(envelope)
            .chain(files)
            .chain(text)
            .chain(page)
            .collect();
        Content {
            text: all.join("\n").into(),
            whole: true,
        }
    }

    /// Recipients of the envelope that no header names: blind copies.
    pub fn hidden(&self) -> Vec<&str> {
        let Some(envelope) = &self.raw.envelope else {
            return Vec::new();
        };
        let named = |address: &str| {
            let lower = address.to_lowercase();
            let mut all = self.to.iter().chain(&self.cc);
            all.any(|shown| shown.to_lowercase().contains(&lower))
        };
        let all = envelope.to.iter().map(String::as_str);
        all.filter(|address| !named(address)).collect()
    }
}

/// What may be done to a box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Removes these mails; never none.
    Delete(Vec<String>),
    DeleteAll,
    /// Hands a mail in as an application would, and waits until it is listed.
    Test,
}

/// An act on the box of a mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub source: Source,
    pub act: Act,
}

impl Act {
    /// What it does, as it is shown.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Delete(_) => say!("delete"),
            Self::DeleteAll => say!("delete all"),
            Self::Test => say!("test mail"),
        }
    }

    /// The journal's name of it, what is going on meanwhile, and what has happened then.
    pub fn words(&self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Delete(_) => (
                "mail.delete",
                say!("deleting mail" as "doing"),
                say!("mail deleted" as "done"),
            ),
            Self::DeleteAll => (
                "mail.delete_all",
                say!("deleting all mail" as "doing"),
                say!("all mail deleted" as "done"),
            ),
            Self::Test => (
                "mail.test",
                say!("sending a test mail" as "doing"),
                say!("test mail arrived" as "done"),
            ),
        }
    }
}
