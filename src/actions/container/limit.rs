//! Limits and restart policy: what they are now, how much of them is used, and what to change. Of several at once the policy
//! alone: what they may use differs.
use crate::effect::{Effect, Effects, Fetch, Verb};
use crate::model::limits::{Change, Limit, Now};
use crate::model::{Details, Key};
use crate::state::{Choice, Field, Layer, Menu, MenuItem, Pending, Prompt, PromptKind, State};
use crate::text;

use super::can::first;

/// Asks the engine what they are now; the menu comes with the answer.
pub(super) fn limits(state: &mut State) -> Effects {
    if let keys @ [_, _, ..] = state.targets().as_slice() {
        let title = say!("Restart policy of {n} containers", n = keys.len());
        policies(state, keys.to_vec(), "", title);
        return Effects::new();
    }
    let Some(key) = first(state).map(|c| c.key.clone()) else {
        return Effects::new();
    };
    state.ask_later(Pending::Limits(key.clone()));
    vec![Effect::Fetch(Fetch::Details(key))]
}

/// The limits as they were last read, and what their host has.
pub fn limits_now(state: &State, key: &Key) -> Now {
    let details = state.sheet(key).and_then(|sheet| sheet.details.as_deref());
    let host = state.world.host(key.host);
    let known = host.and_then(|host| host.known.as_deref());
    Now {
        memory: details.and_then(|details| details.memory_limit),
        with_swap: details.and_then(|details| details.swap_limit),
        host_memory: known.and_then(|host| host.memory),
        host_cores: known.and_then(|host| host.cpus),
    }
}

fn name(state: &State, key: &Key) -> String {
    let container = state.world.container(key);
    container.map_or_else(|| key.short().to_owned(), |c| c.short_name().to_owned())
}

/// The most that was used of late, in words; empty where nothing is known.
fn peak(state: &State, key: &Key, limit: Limit) -> String {
    let Some(vitals) = state.world.vitals(key) else {
        return String::new();
    };
    match limit {
        Limit::Memory if !vitals.memory.is_empty() => {
            say!(
                "peak {size}",
                size = text::bytes(vitals.memory.peak() as u64)
            )
        }
        Limit::Cpus if !vitals.cpu.is_empty() => {
            say!(
                "peak {percent}%",
                percent = text::percent(f64::from(vitals.cpu.peak()))
            )
        }
        Limit::Processes if vitals.most_pids > 0 => {
            say!("peak {n}", n = vitals.most_pids)
        }
        _ => String::new(),
    }
}

fn megabytes(bytes: u64) -> String {
    match bytes % (1 << 20) {
        0 => format!("{}m", bytes >> 20),
        _ => bytes.to_string(),
    }
}

/// The same in words.
fn shown(details: &Details, limit: Limit) -> String {
    let now = now(details, limit);
    match (limit, now.split_once(' ')) {
        _ if now.is_empty() => say!("no limit").to_owned(),
        (Limit::Memory, Some((memory, "-1"))) => say!("{memory} and all swap", memory),
        (Limit::Memory, Some((memory, all))) => say!("{memory}, {all} with swap", memory, all),
        _ => now,
    }
}

/// What it is now, as it would be typed; empty where there is none.
fn now(details: &Details, limit: Limit) -> String {
    match limit {
        Limit::Memory => match (details.memory_limit, details.swap_limit) {
            (None, _) => String::new(),
            (Some(bytes), Some(-1)) => format!("{} -1", megabytes(bytes)),
            (Some(bytes), Some(all)) if all > 0 => {
                format!("{} {}", megabytes(bytes), megabytes(all.unsigned_abs()))
            }
            (Some(bytes), _) => megabytes(bytes),
        },
        Limit::Cpus => details
            .cpu_limit
            .map_or_else(String::new, |n| n.to_string()),
        Limit::Processes => details
            .pids_limit
            .map_or_else(String::new, |n| n.to_string()),
        Limit::Restart => details.restart_policy.clone(),
    }
}

/// What there is to change, with what it is now and the most that was used of late.
pub fn limit_menu(state: &mut State, key: &Key) {
    let details = state.sheet(key).and_then(|sheet| sheet.details.as_deref());
    let Some(details) = details else { return };
    let all = [
        ('m', Limit::Memory),
        ('c', Limit::Cpus),
        ('p', Limit::Processes),
        ('r', Limit::Restart),
    ];
    let items = all.map(|(letter, limit)| {
        let words = [shown(details, limit), peak(state, key, limit)];
        let words: Vec<&str> = words
            .iter()
            .map(String::as_str)
            .filter(|w| !w.is_empty())
            .collect();
        let choice = Choice::Limit(key.clone(), limit);
        MenuItem::new(limit.title(), words.join(" · "), choice).key(letter)
    });
    let title = say!("Change of {name}", name = name(state, key));
    state.offer(Menu::new(title, items));
}

/// Asks for the new limit, or which restart policy.
pub fn ask_limit(state: &mut State, key: &Key, limit: Limit) -> Effects {
    let details = state.sheet(key).and_then(|sheet| sheet.details.as_deref());
    let before = details.map_or_else(String::new, |details| now(details, limit));
    if limit == Limit::Restart {
        let title = say!("Restart policy of {name}", name = name(state, key));
        policies(state, vec![key.clone()], &before, title);
        return Effects::new();
    }
    let example = match limit {
        Limit::Memory => say!("512m 1g, none"),
        Limit::Cpus => say!("0.5, none"),
        Limit::Processes | Limit::Restart => say!("100, none"),
    };
    let what = match peak(state, key, limit) {
        none if none.is_empty() => format!("{} ({example})", limit.title()),
        peak => format!("{} ({peak}; {example})", limit.title()),
    };
    state.layers.push(Layer::Prompt(Prompt {
        kind: PromptKind::Limit(key.clone(), limit),
        title: what,
        field: Field::of(&before),
        before,
        complaint: None,
    }));
    Effects::new()
}

fn policies(state: &mut State, keys: Vec<Key>, now: &str, title: String) {
    let all = [
        ("no", say!("stays down when it ends")),
        ("on-failure", say!("comes back when it fails")),
        (
            "on-failure:5",
            say!("comes back when it fails, five times at most"),
        ),
        (
            "unless-stopped",
            say!("comes back unless it was stopped by hand"),
        ),
        (
            "always",
            say!("comes back, and with the engine even after a stop by hand"),
        ),
    ];
    let items = all.map(|(policy, hint)| {
        let verb = Verb::Update(Change::Restart(policy.to_owned()));
        let jobs = keys.iter().map(|key| (key.clone(), verb.clone()));
        MenuItem::new(policy, hint, Choice::DoAll(jobs.collect())).on(policy == now)
    });
    state.offer(Menu::new(title, items));
}
