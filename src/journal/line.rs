//! One line of the journal as JSON, schema 1: what is written, under which names, cut to which lengths.
use chrono::{DateTime, FixedOffset, SecondsFormat};
use serde_json::{Map, Value, json};

use super::mask;
use super::session::Session;
use super::{Act, End};
use crate::model::{EngineInfo, Phase, Target};
use crate::msg::{Failure, FailureKind};

/// Characters kept of a text that others wrote.
const TEXT_MAX: usize = 500;
/// Characters kept of why something failed, or what else is to be said: it may tell what there is now and how to finish by hand, at its end.
const FAILURE_MAX: usize = 4_000;
/// Parameters or arguments kept of one act.
const ITEMS_MAX: usize = 64;

/// A line in the making; fields come out in the order they were put.
#[derive(Debug)]
pub(super) struct Line(Map<String, Value>);

impl Line {
    pub(super) fn new(
        id: &str,
        at: DateTime<FixedOffset>,
        phase: Phase,
        session: &str,
        seq: u64,
    ) -> Self {
        let mut line = Self(Map::new());
        line.put("v", 1)
            .put("id", id)
            .put("ts", at.to_rfc3339_opts(SecondsFormat::Millis, false))
            .put("phase", phase.word())
            .put("source", "stacktui")
            .put("session", session)
            .put("seq", seq);
        line
    }

    /// Who and from where.
    pub(super) fn who(&mut self, who: &Session) -> &mut Self {
        let user = json!({
            "name": who.user, "uid": who.uid, "login_uid": who.login_uid, "sudo_user": who.sudo_user,
        });
        let client = json!({
            "ssh": who.ssh, "server": who.server, "tty": who.tty, "term": who.term, "pid": who.pid,
        });
        self.put("user", user)
            .put("client", client)
            .put("host", who.host.as_str())
    }

    /// The intent this line answers.
    pub(super) fn answers(&mut self, intent: &str) -> &mut Self {
        self.put("ref", intent)
    }

    pub(super) fn act(&mut self, act: &Act) -> &mut Self {
        if let Some(info) = act.engine {
            self.put("engine", engine(info));
        }
        self.put("action", act.action);
        if let Some(thing) = act.target {
            self.put("target", target(thing));
        }
        if !act.params.is_empty() || !act.argv.is_empty() {
            self.put("params", params(act));
        }
        if let Some(words) = act.before {
            self.put("before", state(words));
        }
        if let Some(command) = act.command {
            self.put("command", cut(&mask::command(command)));
        }
        self
    }

    pub(super) fn end(&mut self, end: &End) -> &mut Self {
        if let Some(words) = end.after {
            self.put("after", state(words));
        }
        if let Some(ms) = end.duration_ms {
            self.put("duration_ms", ms);
        }
        if let Some(code) = end.exit_code {
            self.put("exit_code", code);
        }
        self.put("outcome", end.outcome.word());
        if let Some(failure) = end.failure {
            self.put("error", error(failure));
        }
        self
    }

    pub(super) fn app(&mut self) -> &mut Self {
        self.put("app", concat!("stacktui ", env!("CARGO_PKG_VERSION")))
    }

    /// The text of the line, without its newline; `prev` is the hash of the line before.
    pub(super) fn finish(mut self, prev: Option<String>) -> String {
        self.put("prev", prev);
        Value::Object(self.0).to_string()
    }

    fn put(&mut self, name: &str, value: impl Into<Value>) -> &mut Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }
}

fn cut(text: &str) -> String {
    text.chars().take(TEXT_MAX).collect()
}

/// What is too long loses its middle: how it begins says what failed, how it ends what is to be done.
fn cut_middle(text: &str, most: usize) -> String {
    let count = text.chars().count();
    if count <= most {
        return text.to_owned();
    }
    let half = most / 2;
    let begin = text.chars().take(half - 1);
    let end = text.chars().skip(count - half);
    begin.chain(['…']).chain(end).collect()
}

fn engine(info: &EngineInfo) -> Value {
    json!({
        "id": cut(&info.id), "name": cut(&info.name), "endpoint": cut(&info.endpoint), "version": cut(&info.version),
    })
}

fn target(target: &Target) -> Value {
    let mut fields = Map::new();
    let mut put = |name: &str, text: &str| {
        if !text.is_empty() {
            fields.insert(name.to_owned(), cut(text).into());
        }
    };
    put("type", &target.kind);
    put("id", target.id.get(..12).unwrap_or(&target.id));
    put("name", &target.name);
    put("project", target.project.as_deref().unwrap_or_default());
    put("service", target.service.as_deref().unwrap_or_default());
    put("image", target.image.as_deref().unwrap_or_default());
    fields.into()
}

fn params(act: &Act) -> Value {
    let mut fields = Map::new();
    for (name, text) in act.params.iter().take(ITEMS_MAX) {
        fields.insert(name.clone(), scalar(mask::value(name, text)));
    }
    if !act.argv.is_empty() {
        let words = mask::argv(act.argv);
        let words: Vec<String> = words.iter().take(ITEMS_MAX).map(|word| cut(word)).collect();
        fields.insert("cmd".to_owned(), words.into());
    }
    fields.into()
}

/// Numbers and switches as such, the rest as text.
fn scalar(text: &str) -> Value {
    match text {
        "true" => true.into(),
        "false" => false.into(),
        _ => match text.parse::<u32>() {
            Ok(number) if number.to_string() == text => number.into(),
            _ => cut(text).into(),
        },
    }
}

/// `running, unhealthy, 3 restarts` to its parts.
fn state(words: &str) -> Value {
    let mut fields = Map::new();
    let mut rest = Vec::new();
    for (n, word) in words.split(", ").enumerate() {
        match word {
            _ if n == 0 => {
                fields.insert("state".to_owned(), cut(word).into());
            }
            "starting" | "healthy" | "unhealthy" => {
                fields.insert("health".to_owned(), word.into());
            }
            _ => rest.push(word),
        }
    }
    if !rest.is_empty() {
        let note = cut_middle(&rest.join(", "), FAILURE_MAX);
        fields.insert("note".to_owned(), note.into());
    }
    fields.into()
}

fn error(failure: &Failure) -> Value {
    let kind = match failure.kind {
        FailureKind::NotFound => "not_found",
        FailureKind::Conflict => "conflict",
        FailureKind::Denied => "denied",
        FailureKind::TimedOut => "timed_out",
        FailureKind::Unreachable => "unreachable",
        FailureKind::Unsupported => "unsupported",
        FailureKind::NoShell => "no_shell",
        FailureKind::Other => "other",
    };
    json!({ "kind": kind, "status": failure.status, "message": cut_middle(failure.what.english(), FAILURE_MAX) })
}
