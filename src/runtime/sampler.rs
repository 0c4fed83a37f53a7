//! Reads the figures of the containers that are looked at, at a pace that respects the engine. Nothing wanted: no
//! request, no wakeup. One message a wave, so that the screen is drawn once.
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

use super::clock;
use crate::engine::stats::DIRECT_ONE_SHOT;
use crate::engine::{Engine, Error};
use crate::model::{Counters, HostId, Key};
use crate::msg::{FailureKind, HostMsg};

/// Whose figures are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// At the usual pace.
    pub all: BTreeSet<Key>,
    /// Every second.
    pub focused: BTreeSet<Key>,
}

/// Pace of what is focused.
const FOCUSED: Duration = Duration::from_secs(1);
/// One reading may take this long.
const DEADLINE: Duration = Duration::from_secs(5);
/// What is no longer looked at is remembered this long after its next reading would have been due.
const KEPT: Duration = Duration::from_secs(10);
/// Requests under way at once: old engines answer a whole wave at their next tick, new ones at once.
const WAVE: usize = 32;
const DIRECT: usize = 8;
/// Pauses after a failed reading: from, to.
const PAUSE: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(60));

#[derive(Debug, Default)]
struct Past {
    counters: Option<Counters>,
    due: Option<Instant>,
    failures: u32,
}

/// Runs until the host's tasks end.
pub async fn run(
    host: HostId,
    period: Duration,
    mut engine: watch::Receiver<Option<Engine>>,
    mut wanted: watch::Receiver<Wanted>,
    out: mpsc::Sender<(HostId, HostMsg)>,
) {
    let mut past: BTreeMap<Key, Past> = BTreeMap::new();
    loop {
        let client = match engine.wait_for(Option::is_some).await {
            Ok(found) => found.clone(),
            Err(_) => return,
        };
        let Some(client) = client else { continue };
        let now_wanted = wanted.borrow_and_update().clone();
        let keys: BTreeSet<&Key> = now_wanted.all.iter().chain(&now_wanted.focused).collect();
        forget(&mut past, &keys, Instant::now());
        if keys.is_empty() {
            tokio::select! {
                changed = wanted.changed() => if changed.is_err() { return },
                changed = engine.changed() => if changed.is_err() { return },
            }
            continue;
        }
        let now = Instant::now();
        let due: Vec<Key> = keys
            .iter()
            .filter(|key| {
                past.get(**key)
                    .and_then(|p| p.due)
                    .is_none_or(|due| due <= now)
            })
            .map(|key| (*key).clone())
            .collect();
        if due.is_empty() {
            let next = keys
                .iter()
                .filter_map(|key| past.get(*key)?.due)
                .min()
                .unwrap_or(now + period);
            tokio::select! {
                () = sleep_until(next) => {}
                changed = wanted.changed() => if changed.is_err() { return },
            }
            continue;
        }
        let readings = wave(&client, &due).await;
        let (samples, gone) = settle(&mut past, readings, &now_wanted, now, period);
        for msg in [HostMsg::Samples(samples), HostMsg::NoSample(gone)] {
            let empty = matches!(&msg, HostMsg::Samples(s) if s.is_empty())
                || matches!(&msg, HostMsg::NoSample(k) if k.is_empty());
            if !empty && out.send((host, msg)).await.is_err() {
                return;
            }
        }
    }
}

/// Drops what is neither wanted nor fresh. A look into another view and back goes on where it was: without the reading
/// before it the next one would have no CPU figure.
fn forget(past: &mut BTreeMap<Key, Past>, wanted: &BTreeSet<&Key>, now: Instant) {
    past.retain(|key, p| wanted.contains(key) || p.due.is_some_and(|due| now < due + KEPT));
}

/// Reads all of them, a bounded number at a time.
async fn wave(client: &Engine, due: &[Key]) -> Vec<(Key, Result<Counters, Error>)> {
    let at_once = if client.api() >= DIRECT_ONE_SHOT {
        DIRECT
    } else {
        WAVE
    };
    let read = |key: Key| async move {
        let answer = client.stats_once(&key.id, DEADLINE).await;
        (key, answer)
    };
    let mut waiting = due.iter().cloned();
    let mut running: FuturesUnordered<_> = waiting.by_ref().take(at_once).map(read).collect();
    let mut readings = Vec::with_capacity(due.len());
    while let Some(reading) = running.next().await {
        readings.push(reading);
        if let Some(key) = waiting.next() {
            running.push(read(key));
        }
    }
    readings
}

type Settled = (Vec<(Key, crate::model::Sample)>, Vec<Key>);

fn settle(
    past: &mut BTreeMap<Key, Past>,
    readings: Vec<(Key, Result<Counters, Error>)>,
    wanted: &Wanted,
    started: Instant,
    period: Duration,
) -> Settled {
    let mut samples = Vec::with_capacity(readings.len());
    let mut gone = Vec::new();
    for (key, answer) in readings {
        let entry = past.entry(key.clone()).or_default();
        let pace = if wanted.focused.contains(&key) {
            FOCUSED.min(period)
        } else {
            period
        };
        match answer {
            Ok(counters) if counters.is_empty() => {
                *entry = Past {
                    due: Some(started + pace),
                    ..Past::default()
                };
                gone.push(key);
            }
            Ok(counters) => {
                // A first reading has no CPU figure: the second follows soon.
                let first = entry.counters.is_none();
                let sample = counters.sample(entry.counters.as_ref(), clock::now());
                let wait = if first {
                    Duration::from_millis(500).min(pace)
                } else {
                    pace
                };
                *entry = Past {
                    counters: Some(counters),
                    due: Some(started + wait),
                    failures: 0,
                };
                samples.push((key, sample));
            }
            Err(error) => {
                entry.failures += 1;
                entry.counters = None;
                let pause = PAUSE
                    .0
                    .saturating_mul(1 << entry.failures.min(6))
                    .min(PAUSE.1);
                entry.due = Some(started + pause);
                if error.kind() == FailureKind::NotFound {
                    gone.push(key);
                }
            }
        }
    }
    (samples, gone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_look_elsewhere_is_remembered_for_a_while() {
        let key = Key::container(HostId(0), "a");
        let read = |due| Past {
            counters: Some(Counters::default()),
            due: Some(due),
            failures: 0,
        };
        let begin = Instant::now();
        let mut past = BTreeMap::from([(key.clone(), read(begin + Duration::from_secs(2)))]);
        let after = |seconds| begin + Duration::from_secs(seconds);
        forget(&mut past, &BTreeSet::new(), after(11));
        assert!(past.contains_key(&key));
        forget(&mut past, &BTreeSet::from([&key]), after(60));
        assert!(past.contains_key(&key), "what is wanted stays");
        forget(&mut past, &BTreeSet::new(), after(12));
        assert!(past.is_empty());
    }
}
