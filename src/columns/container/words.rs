//! A container's condition as a sign and words: the same on its row, in details and in lists.
use std::borrow::Cow;
use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};

use crate::model::container::{Ending, Problem};
use crate::model::{Container, Health, RunState};
use crate::state::State;
use crate::theme::{Key, Symbols};

/// A sign, and the style of its meaning.
pub fn sign(state: &State, container: &Container) -> (&'static str, Key) {
    let s = Symbols::UNICODE;
    if state.jobs.of(&container.key).is_some() {
        return (s.busy, Key::Job);
    }
    let key = meaning(container);
    let sign = match (&container.state, key) {
        (RunState::Paused, _) => s.paused,
        (RunState::Created, key) if key != Key::StateBad => s.created,
        (_, Key::StateOk) => s.running,
        (_, Key::StateBusy) => s.busy,
        (_, Key::StateBad) => s.bad,
        _ => s.stopped,
    };
    (sign, key)
}

/// The style of what a container does.
pub fn meaning(container: &Container) -> Key {
    match (&container.state, container.health) {
        _ if matches!(
            container.problem(),
            Some(Problem::Looping | Problem::CutOff)
        ) =>
        {
            Key::StateBad
        }
        (RunState::Running, Some(Health::Unhealthy))
        | (RunState::Dead | RunState::Odd(_) | RunState::Unknown, _) => Key::StateBad,
        (RunState::Running, Some(Health::Starting))
        | (RunState::Restarting | RunState::Removing | RunState::Stopping, _) => Key::StateBusy,
        (RunState::Running, _) => Key::StateOk,
        (RunState::Created, _) if container.unstarted => Key::StateBad,
        (RunState::Paused, _) => Key::StatePaused,
        (RunState::Exited, _) if container.has_failed() => Key::StateBad,
        (RunState::Exited | RunState::Created, _) => Key::StateOff,
    }
}

/// What it does and for how long: `up 3h`, `unhealthy 3h`, `exited 137 2m`, `oom 2m`; `crash loop 5×` where it died that often.
pub fn condition(container: &Container, now: DateTime<Utc>) -> String {
    match container.problem() {
        Some(Problem::Looping) => return say!("crash loop {n}×", n = container.looping),
        Some(Problem::CutOff) => return say!("no network").to_owned(),
        _ => {}
    }
    if container.problem() == Some(Problem::Unstarted) {
        return say!("start failed").to_owned();
    }
    let word: Cow<str> = match (&container.state, container.health) {
        (RunState::Running, Some(Health::Unhealthy)) => Health::Unhealthy.said().into(),
        (RunState::Running, Some(Health::Starting)) => Health::Starting.said().into(),
        (RunState::Running, _) => say!("up" as "container").into(),
        (RunState::Exited, _) if container.ending == Some(Ending::OutOfMemory) => {
            say!("oom" as "container").into()
        }
        (RunState::Exited, _) => match container.exit_code {
            Some(code) if code != 0 => format!("{} {code}", RunState::Exited.said()).into(),
            _ => RunState::Exited.said().into(),
        },
        (state, _) => state.said().into(),
    };
    match container.since {
        Some(since) => format!("{word} {}", Span(now - since)),
        None => word.into_owned(),
    }
}

/// A span of time in one unit and at most three columns (below two years): calm on a row that is always seen.
pub fn span(passed: TimeDelta) -> String {
    Span(passed).to_string()
}

/// Writes what [`span`] gives.
struct Span(TimeDelta);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = self.0.num_seconds().max(0);
        match s {
            0..60 => write!(f, "{s}{}", say!("s" as "unit")),
            60..3_600 => write!(f, "{}{}", s / 60, say!("m" as "unit")),
            3_600..86_400 => write!(f, "{}{}", s / 3_600, say!("h" as "unit")),
            86_400..8_640_000 => write!(f, "{}{}", s / 86_400, say!("d" as "unit")),
            8_640_000..60_480_000 => write!(f, "{}{}", s / 604_800, say!("w" as "unit")),
            _ => write!(f, "{}{}", s / 31_536_000, say!("y" as "unit")),
        }
    }
}

/// An image without its registry's host and with a short digest.
pub fn short_image(image: &str) -> Cow<'_, str> {
    let image = image
        .strip_prefix("sha256:")
        .map_or(image, |digest| digest.get(..12).unwrap_or(digest));
    let (image, digest) = match image.split_once("@sha256:") {
        Some((image, digest)) => (image, digest.get(..8)),
        None => (image, None),
    };
    let image = match image.split_once('/') {
        Some((host, rest)) if host.contains(['.', ':']) || host == "localhost" => rest,
        _ => image,
    };
    let image = image.strip_prefix("library/").unwrap_or(image);
    match digest {
        Some(digest) => Cow::Owned(format!("{image}@{digest}")),
        None => Cow::Borrowed(image),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_shortened_at_its_borders() {
        for (long, short) in [
            ("ghcr.io/zammad/zammad:6.3", "zammad/zammad:6.3"),
            ("docker.io/library/nginx", "nginx"),
            ("localhost:5000/a/b:1", "a/b:1"),
            ("grafana/grafana", "grafana/grafana"),
            ("sha256:0123456789abcdef", "0123456789ab"),
            ("nginx@sha256:0123456789abcdef", "nginx@01234567"),
        ] {
            assert_eq!(short_image(long), short);
        }
    }

    #[test]
    fn spans_take_three_columns() {
        for (s, shown) in [
            (-5, "0s"),
            (59, "59s"),
            (61, "1m"),
            (7_300, "2h"),
            (86_400 * 99, "99d"),
            (86_400 * 101, "14w"),
        ] {
            assert_eq!(span(TimeDelta::seconds(s)), shown);
        }
    }
}
