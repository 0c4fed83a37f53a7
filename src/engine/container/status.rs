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

    #[test]
    fn sentences_of_docker_and_podman() {
        use Health::{Healthy, Starting, Unhealthy};
        use RunState as S;
        let minutes = TimeDelta::minutes;
        let table: [(
            &str,
            Option<S>,
            Option<Health>,
            Option<i64>,
            Option<TimeDelta>,
        ); 24] = [
            (
                "Up 3 hours",
                Some(S::Running),
                None,
                None,
                Some(minutes(180)),
            ),
            (
                "Up Less than a second",
                Some(S::Running),
                None,
                None,
                Some(minutes(0)),
            ),
            (
                "Up 1 second (health: starting)",
                Some(S::Running),
                Some(Starting),
                None,
                Some(TimeDelta::seconds(1)),
            ),
            (
                "Up About a minute (healthy)",
                Some(S::Running),
                Some(Healthy),
                None,
                Some(minutes(1)),
            ),
            (
                "Up About an hour (unhealthy)",
                Some(S::Running),
                Some(Unhealthy),
                None,
                Some(minutes(60)),
            ),
            (
                "Up 2 days (Paused)",
                Some(S::Paused),
                None,
                None,
                Some(minutes(2880)),
            ),
            (
                "Up 7 weeks",
                Some(S::Running),
                None,
                None,
                Some(TimeDelta::weeks(7)),
            ),
            (
                "Up 13 months",
                Some(S::Running),
                None,
                None,
                Some(TimeDelta::days(390)),
            ),
            (
                "Up 2 years",
                Some(S::Running),
                None,
                None,
                Some(TimeDelta::days(730)),
            ),
            (
                "Exited (137) 2 minutes ago",
                Some(S::Exited),
                None,
                Some(137),
                Some(minutes(2)),
            ),
            (
                "Exited (0) Less than a second ago",
                Some(S::Exited),
                None,
                Some(0),
                Some(minutes(0)),
            ),
            (
                "Exited (-1) About an hour ago",
                Some(S::Exited),
                None,
                Some(-1),
                Some(minutes(60)),
            ),
            (
                "Exited (255) 5 months ago",
                Some(S::Exited),
                None,
                Some(255),
                Some(TimeDelta::days(150)),
            ),
            (
                "Restarting (1) 5 seconds ago",
                Some(S::Restarting),
                None,
                Some(1),
                Some(TimeDelta::seconds(5)),
            ),
            ("Created", Some(S::Created), None, None, None),
            ("Dead", Some(S::Dead), None, None, None),
            ("Removal In Progress", Some(S::Removing), None, None, None),
            // Podman.
            (
                "Up 10 seconds (starting)",
                Some(S::Running),
                Some(Starting),
                None,
                Some(TimeDelta::seconds(10)),
            ),
            (
                "Up 2 minutes ago",
                Some(S::Running),
                None,
                None,
                Some(minutes(2)),
            ),
            (
                "Exited (143) 2 hours ago",
                Some(S::Exited),
                None,
                Some(143),
                Some(minutes(120)),
            ),
            ("stopping", Some(S::Stopping), None, None, None),
            // Nonsense.
            ("", None, None, None, None),
            (
                "Up 99999999999999999 years",
                Some(S::Running),
                None,
                None,
                None,
            ),
            ("Exited (", Some(S::Exited), None, None, None),
        ];
        for (text, state, health, exit_code, age) in table {
            let expected = Reading {
                health,
                exit_code,
                age,
                state,
            };
            assert_eq!(read(text), expected, "{text:?}");
        }
    }
}
