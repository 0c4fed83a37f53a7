//! The engine's own sentence about a container, such as `Up 3 hours (healthy)`: the only place where a list tells health,
//! exit code and age (before API 1.52). Must not know the rest of the row.
use chrono::TimeDelta;

use crate::model::{Health, RunState};

/// What a sentence tells; what it does not tell is absent.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Reading {
    pub health: Option<Health>,
    pub exit_code: Option<i64>,
    /// How long the present state has lasted: coarse, as the engine rounds it.
    pub age: Option<TimeDelta>,
    /// The state by the first word, for answers without a `State`.
    pub state: Option<RunState>,
}

/// Reads a sentence of docker or podman.
pub(super) fn read(status: &str) -> Reading {
    let lower = status.trim().to_ascii_lowercase();
    let first = lower.split([' ', '(']).next().unwrap_or_default();
    let state = match first {
        "up" if lower.ends_with("(paused)") => Some(RunState::Paused),
        "up" => Some(RunState::Running),
        "exited" | "stopped" => Some(RunState::Exited),
        "restarting" => Some(RunState::Restarting),
        "created" | "initialized" => Some(RunState::Created),
        "dead" => Some(RunState::Dead),
        "removal" | "removing" => Some(RunState::Removing),
        "paused" => Some(RunState::Paused),
        "stopping" => Some(RunState::Stopping),
        _ => None,
    };
    let in_parens = lower
        .split_once('(')
        .and_then(|(_, rest)| rest.split_once(')'))
        .map(|(word, _)| word.trim());
    let ended = matches!(first, "exited" | "stopped" | "restarting");
    Reading {
        health: in_parens.and_then(health_word),
        exit_code: in_parens
            .filter(|_| ended)
            .and_then(|word| word.parse().ok()),
        age: age(&lower, first),
        state,
    }
}

/// `healthy`, `unhealthy`, `starting`, `health: starting`.
pub(super) fn health_word(word: &str) -> Option<Health> {
    match word.trim_start_matches("health:").trim() {
        "starting" => Some(Health::Starting),
        "healthy" => Some(Health::Healthy),
        "unhealthy" => Some(Health::Unhealthy),
        _ => None,
    }
}

/// The age in a lower-case sentence: what stands after the first word and its code, before a trailing remark.
fn age(lower: &str, first: &str) -> Option<TimeDelta> {
    let rest = lower[first.len()..].trim_start();
    let rest = match rest.strip_prefix('(') {
        Some(code) => code.split_once(')')?.1,
        None => rest.split('(').next().unwrap_or_default(),
    };
    let rest = rest.trim().trim_end_matches("ago").trim_end();
    span(rest)
}

/// `5 minutes`, `about an hour`, `less than a second`.
fn span(words: &str) -> Option<TimeDelta> {
    if words.starts_with("less than") {
        return Some(TimeDelta::zero());
    }
    let words = words.strip_prefix("about ").unwrap_or(words);
    let (amount, unit) = words.split_once(' ')?;
    let amount = match amount {
        "a" | "an" => 1,
        number => number.parse::<i64>().ok().filter(|n| *n >= 0)?,
    };
    let seconds = match unit.trim().trim_end_matches('s') {
        "second" => 1,
        "minute" => 60,
        "hour" => 3_600,
        "day" => 86_400,
        "week" => 7 * 86_400,
        "month" => 30 * 86_400,
        "year" => 365 * 86_400,
        _ => return None,
    };
    TimeDelta::try_seconds(amount.checked_mul(seconds)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// State, health, exit code and age in seconds, a dash for what is not told.
    fn told(status: &str) -> String {
        let reading = read(status);
        let dash = || "-".to_owned();
        format!(
            "{} {} {} {}",
            reading.state.as_ref().map_or("-", RunState::word),
            reading.health.map_or("-", Health::word),
            reading.exit_code.map_or_else(dash, |c| c.to_string()),
            reading
                .age
                .map_or_else(dash, |age| age.num_seconds().to_string()),
        )
    }

    #[test]
    fn sentences_of_docker() {
        for (status, expected) in [
            ("Up 3 hours", "running - - 10800"),
            ("Up Less than a second", "running - - 0"),
            ("Up 1 second (health: starting)", "running starting - 1"),
            ("Up About a minute (healthy)", "running healthy - 60"),
            ("Up About an hour (unhealthy)", "running unhealthy - 3600"),
            ("Up 2 days (Paused)", "paused - - 172800"),
            ("Up 7 weeks", "running - - 4233600"),
            ("Up 13 months", "running - - 33696000"),
            ("Up 2 years", "running - - 63072000"),
            ("Exited (137) 2 minutes ago", "exited - 137 120"),
            ("Exited (0) Less than a second ago", "exited - 0 0"),
            ("Exited (-1) About an hour ago", "exited - -1 3600"),
            ("Exited (255) 5 months ago", "exited - 255 12960000"),
            ("Restarting (1) 5 seconds ago", "restarting - 1 5"),
            ("Created", "created - - -"),
            ("Dead", "dead - - -"),
            ("Removal In Progress", "removing - - -"),
        ] {
            assert_eq!(told(status), expected, "{status:?}");
        }
    }

    #[test]
    fn sentences_of_podman_and_nonsense() {
        for (status, expected) in [
            ("Up 10 seconds (starting)", "running starting - 10"),
            ("Up 2 minutes ago", "running - - 120"),
            ("Exited (143) 2 hours ago", "exited - 143 7200"),
            ("stopping", "stopping - - -"),
            ("initialized", "created - - -"),
            ("", "- - - -"),
            ("Up 99999999999999999 years", "running - - -"),
            ("Up -5 years", "running - - -"),
            ("Exited (", "exited - - -"),
            ("Exited () ago", "exited - - -"),
            ("\u{20ac}\u{20ac} (healthy", "- - - -"),
        ] {
            assert_eq!(told(status), expected, "{status:?}");
        }
    }
}
