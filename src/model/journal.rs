//! One line of the journal: who did what to which thing, and how it ended.
pub mod words;

use std::collections::HashMap;

use chrono::{DateTime, FixedOffset, TimeDelta};

use crate::lang::{self, Lang};

/// Where in an act's life an entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Phase {
    Session,
    /// Written before the call.
    Intent,
    /// Written after it.
    #[default]
    Result,
    /// Seen from the engine, not done by us.
    Observed,
    Note,
}

impl Phase {
    pub fn word(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Intent => "intent",
            Self::Result => "result",
            Self::Observed => "observed",
            Self::Note => "note",
        }
    }
}

/// How an act ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Outcome {
    Success,
    Failure,
    Cancelled,
    /// No result was written: the program or the host went away meanwhile.
    #[default]
    Unknown,
}

impl Outcome {
    pub fn word(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Cancelled => "cancelled",
            Self::Unknown => "unknown",
        }
    }

    /// The same in the chosen language.
    pub fn said(self) -> &'static str {
        match self {
            Self::Success => say!("success"),
            Self::Failure => say!("failure"),
            Self::Cancelled => say!("cancelled" as "outcome"),
            Self::Unknown => say!("unknown" as "outcome"),
        }
    }
}

/// What the journal says of a container, `exited, exit 137`, in the chosen language.
pub fn state_said(state: &str) -> String {
    let said = |word: &str| match word.strip_prefix("exit ") {
        Some(code) => say!("exit {code}", code),
        None => lang::say_as(word, "container").to_owned(),
    };
    state.split(", ").map(said).collect::<Vec<_>>().join(", ")
}

/// What an act was done to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Target {
    /// `container`, `stack` …
    pub kind: String,
    /// Short id.
    pub id: String,
    pub name: String,
    pub project: Option<String>,
    pub service: Option<String>,
    pub image: Option<String>,
}

/// One entry, as read from or written to the journal.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Entry {
    /// ULID.
    pub id: String,
    /// The intent that a result answers.
    pub answers: Option<String>,
    pub at: DateTime<FixedOffset>,
    pub phase: Phase,
    /// `container.restart`.
    pub action: String,
    /// The user's name.
    pub user: String,
    /// `203.0.113.7:51544` of an SSH session, as claimed by the environment.
    pub client: Option<String>,
    /// The engine's name.
    pub host: String,
    pub target: Option<Target>,
    /// What was asked, in words: `timeout 10 s`, `signal KILL`.
    pub params: Vec<(String, String)>,
    /// State before, in words: `running, unhealthy`.
    pub before: Option<String>,
    pub after: Option<String>,
    pub duration_ms: Option<u64>,
    pub exit_code: Option<i64>,
    pub outcome: Option<Outcome>,
    /// The engine's own words when it failed.
    pub error: Option<String>,
    /// The docker command that does the same.
    pub command: Option<String>,
}

/// How entries are written into a file of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A story, in this language.
    Markdown(Lang),
    /// For a spreadsheet.
    Csv,
    /// For programs, one entry a line.
    Jsonl,
}

impl Form {
    /// The end of its file's name.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Markdown(_) => "md",
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
        }
    }
}

/// What belongs to one restart comes within so long.
const OF_ONE_ACT: TimeDelta = TimeDelta::seconds(30);

/// The entries as a story, in their order: of a restart only the restart itself, not the kill, the end, the stop and the start
/// that the engine tells of beside it.
pub fn folded(entries: &[Entry]) -> Vec<&Entry> {
    let restarts = restarts(entries);
    let is_part = |entry: &&Entry| {
        let verb = entry.action.rsplit('.').next().unwrap_or_default();
        if entry.phase != Phase::Observed {
            return false;
        }
        let near = |one: &[DateTime<FixedOffset>]| {
            let first = one.partition_point(|at| *at < entry.at - OF_ONE_ACT);
            one.get(first)
                .is_some_and(|at| *at <= entry.at + OF_ONE_ACT)
        };
        let of_it = restarts.get(&id(entry));
        of_it.is_some_and(|of_it| match verb {
            // Of two that tell of the same restart the one that knows who did it stays.
            "restart" => near(&of_it.own),
            "kill" | "die" | "stop" | "start" => near(&of_it.all),
            _ => false,
        })
    };
    entries.iter().filter(|entry| !is_part(entry)).collect()
}

/// When one thing was restarted, in order.
#[derive(Default)]
struct Restarts {
    all: Vec<DateTime<FixedOffset>>,
    /// Those that we know who did.
    own: Vec<DateTime<FixedOffset>>,
}

fn restarts(entries: &[Entry]) -> HashMap<Option<&str>, Restarts> {
    let mut found: HashMap<Option<&str>, Restarts> = HashMap::new();
    for entry in entries.iter().filter(|e| e.action.ends_with(".restart")) {
        let of_it = found.entry(id(entry)).or_default();
        of_it.all.push(entry.at);
        if entry.phase != Phase::Observed {
            of_it.own.push(entry.at);
        }
    }
    for of_it in found.values_mut() {
        of_it.all.sort_unstable();
        of_it.own.sort_unstable();
    }
    found
}

fn id(entry: &Entry) -> Option<&str> {
    entry.target.as_ref().map(|target| target.id.as_str())
}

impl Entry {
    /// Every word of a filter is in it: who, what, to what, in which stack, how it ended, when, what was noted. `when` is
    /// its time as the reader's clock and calendar tell it.
    pub fn has_words(&self, needle: &str, when: &str) -> bool {
        let target = self.target.iter().flat_map(|target| {
            let named = [&target.project, &target.service].into_iter().flatten();
            named.chain([&target.name]).cloned()
        });
        let outcome = match self.outcome {
            Some(Outcome::Success) => "success done",
            Some(Outcome::Failure) => "failure failed",
            Some(Outcome::Cancelled) => "cancelled",
            Some(Outcome::Unknown) => "unknown",
            None => "",
        };
        let params = self.params.iter().map(|(_, value)| value.clone());
        let told = [
            self.action.clone(),
            self.user.clone(),
            outcome.to_owned(),
            self.phase.word().to_owned(),
            when.to_owned(),
            words::act(self),
            self.error.clone().unwrap_or_default(),
        ];
        let told: Vec<String> = told.into_iter().chain(target).chain(params).collect();
        let told: Vec<String> = told.iter().map(|text| text.to_lowercase()).collect();
        let mut words = needle.split_whitespace();
        words.all(|word| told.iter().any(|text| text.contains(&word.to_lowercase())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: &str, second: i64, phase: Phase, action: &str, target: &str) -> Entry {
        let at = DateTime::from_timestamp(1_790_000_000 + second, 0).unwrap();
        Entry {
            id: id.to_owned(),
            at: at.fixed_offset(),
            phase,
            action: action.to_owned(),
            user: "ada".to_owned(),
            target: Some(Target {
                id: target.to_owned(),
                name: format!("shop-{target}-1"),
                project: Some("shop".to_owned()),
                ..Target::default()
            }),
            outcome: (phase == Phase::Result).then_some(Outcome::Failure),
            ..Entry::default()
        }
    }

    #[test]
    fn a_restart_is_one_line_and_what_has_nothing_to_do_with_it_stays() {
        let seen = |id, second, verb, target| {
            entry(
                id,
                second,
                Phase::Observed,
                &format!("container.{verb}"),
                target,
            )
        };
        let entries = [
            seen("1", 0, "kill", "a"),
            seen("2", 10, "kill", "a"),
            seen("3", 11, "die", "a"),
            seen("4", 11, "die", "b"),
            seen("5", 11, "stop", "a"),
            seen("6", 11, "start", "a"),
            seen("7", 11, "restart", "a"),
            entry("8", 12, Phase::Result, "container.restart", "a"),
            seen("9", 300, "die", "a"),
            seen("10", 400, "die", "c"),
            seen("11", 401, "restart", "c"),
        ];
        let left: Vec<&str> = folded(&entries).iter().map(|e| e.id.as_str()).collect();
        assert_eq!(left, ["4", "8", "9", "11"]);
    }

    #[test]
    fn each_of_many_restarts_takes_its_own_part_whatever_the_order() {
        let mut entries = Vec::new();
        for n in 0..20_000_i64 {
            let one = |second, phase, verb| {
                let id = format!("{n}/{second}");
                entry(
                    &id,
                    n * 100 + second,
                    phase,
                    &format!("container.{verb}"),
                    "a",
                )
            };
            entries.push(one(0, Phase::Observed, "die"));
            entries.push(one(20, Phase::Result, "restart"));
            entries.push(one(50, Phase::Observed, "start"));
            entries.push(one(51, Phase::Observed, "die"));
        }
        entries.reverse();
        let left = folded(&entries);
        assert_eq!(left.len(), 40_000);
        assert!(
            left.iter()
                .all(|e| e.id.ends_with("/20") || e.id.ends_with("/51"))
        );
    }

    #[test]
    fn a_filter_of_several_words_wants_them_all() {
        let one = entry("1", 0, Phase::Result, "container.restart", "db");
        for found in [
            "",
            "ada",
            "RESTART db",
            "shop failed",
            "2026-09 ada",
            "today restarted",
        ] {
            assert!(one.has_words(found, "2026-09-21 today"), "{found}");
        }
        for other in ["eve", "restart web", "shop done", "yesterday"] {
            assert!(!one.has_words(other, "2026-09-21 today"), "{other}");
        }
    }
}
