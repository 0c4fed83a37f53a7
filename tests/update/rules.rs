//! Rules that hold whatever is pressed and whatever the engine says, in any order.
use std::collections::BTreeSet;

use chrono::TimeDelta;
use proptest::prelude::*;
use stacktui::effect::{Effect, Subscription};
use stacktui::keys::{Mouse, MouseKind};
use stacktui::layout::list_height;
use stacktui::model::host::DownReason;
use stacktui::model::{Container, Health, Link, RunState};
use stacktui::msg::{HostMsg, JobMsg, LogMsg, Msg};
use stacktui::state::{RowId, Table};

use crate::harness::{Scene, world};
use crate::world as base;

/// Something that happens.
#[derive(Debug, Clone)]
enum Step {
    Key(&'static str),
    Paste(String),
    Mouse(MouseKind, u16, u16),
    Resize(u16, u16),
    Wait(i64),
    /// Which containers there are, each with a state.
    Snapshot(Vec<(usize, u8)>),
    Change(usize, u8),
    Gone(usize),
    /// A container replaced by another of its name.
    Recreate(usize),
    Figures(usize, f64),
    Event(usize, &'static str),
    Up(bool),
    Done(bool),
    Lines(u8),
}

impl Step {
    /// No key or click: the user asked for nothing.
    fn is_the_engines(&self) -> bool {
        !matches!(self, Self::Key(_) | Self::Paste(_) | Self::Mouse(..))
    }
}

const KEYS: &[&str] = &[
    "j",
    "k",
    "g",
    "G",
    "ctrl-d",
    "ctrl-u",
    "pgdn",
    "pgup",
    "enter",
    "esc",
    "q",
    "/",
    ":",
    "?",
    "space",
    "*",
    "o",
    "O",
    "c",
    "y",
    "!",
    "tab",
    "shift-tab",
    "1",
    "8",
    "9",
    "l",
    "e",
    "E",
    "i",
    "t",
    "a",
    "z",
    "Z",
    "n",
    "r",
    "s",
    "u",
    "p",
    "K",
    "D",
    "w",
    "A",
    "f8",
    "v",
    "f",
    "m",
    "h",
    "b",
    "x",
    "backspace",
    "left",
    "right",
    "up",
    "down",
    "home",
    "end",
    "ctrl-s",
    "ctrl-w",
    "N",
    "T",
];

const POOL: usize = 14;

fn pool() -> Vec<Container> {
    let now = base::now();
    let mut list = base::reference_containers(now);
    list.push(base::container("lab", "web", "nginx", now));
    list.push(base::container("lab", "db", "postgres", now));
    list
}

fn in_state(mut c: Container, state: u8) -> Container {
    c.health = None;
    c.exit_code = None;
    c.state = match state % 6 {
        1 => RunState::Exited,
        2 => RunState::Paused,
        3 => RunState::Restarting,
        _ => RunState::Running,
    };
    match state % 6 {
        1 => c.exit_code = Some(i64::from(state)),
        5 => c.health = Some(Health::Unhealthy),
        _ => {}
    }
    c
}

fn step() -> impl Strategy<Value = Step> {
    let which = 0..POOL;
    prop_oneof![
        12 => prop::sample::select(KEYS).prop_map(Step::Key),
        1 => "[a-z/: -]{0,6}".prop_map(Step::Paste),
        1 => (0..3_u8, 0..90_u16, 0..30_u16).prop_map(|(kind, x, y)| {
            let kind = [MouseKind::Press, MouseKind::ScrollUp, MouseKind::ScrollDown][usize::from(kind)];
            Step::Mouse(kind, x, y)
        }),
        1 => (0..140_u16, 0..50_u16).prop_map(|(w, h)| Step::Resize(w, h)),
        2 => (0..5_000_i64).prop_map(Step::Wait),
        1 => prop::collection::vec((which.clone(), any::<u8>()), 0..POOL).prop_map(Step::Snapshot),
        2 => (which.clone(), any::<u8>()).prop_map(|(n, s)| Step::Change(n, s)),
        1 => which.clone().prop_map(Step::Gone),
        1 => which.clone().prop_map(Step::Recreate),
        1 => (which.clone(), 0.0..400.0).prop_map(|(n, cpu)| Step::Figures(n, cpu)),
        2 => (which, prop::sample::select(&["die", "start", "destroy", "oom", "pause", "health_status: unhealthy"][..]))
            .prop_map(|(n, action)| Step::Event(n, action)),
        1 => any::<bool>().prop_map(Step::Up),
        2 => any::<bool>().prop_map(Step::Done),
        1 => (0..40_u8).prop_map(Step::Lines),
    ]
}

fn take(it: &mut Scene, step: &Step, pool: &mut [Container]) {
    let host = |msg| Msg::Host(base::HOST, msg);
    let delta = |changed: Vec<Container>, gone| host(HostMsg::Delta { changed, gone });
    match step {
        Step::Key(key) => {
            it.press(key);
        }
        Step::Paste(text) => {
            it.paste(text);
        }
        Step::Mouse(kind, column, row) => {
            it.send(Msg::Mouse(Mouse {
                kind: *kind,
                column: *column,
                row: *row,
            }));
        }
        Step::Resize(width, height) => {
            it.send(Msg::Resize {
                width: *width,
                height: *height,
            });
        }
        Step::Wait(ms) => {
            it.wait(*ms);
        }
        Step::Snapshot(list) => {
            let which: BTreeSet<usize> = list.iter().map(|(n, _)| *n).collect();
            let state = |n: usize| list.iter().find(|(m, _)| *m == n).map_or(0, |(_, s)| *s);
            let list = which
                .into_iter()
                .map(|n| in_state(pool[n].clone(), state(n)));
            let list = list.collect();
            it.send(host(HostMsg::Snapshot(list)));
        }
        Step::Change(n, state) => {
            it.send(delta(vec![in_state(pool[*n].clone(), *state)], Vec::new()));
        }
        Step::Gone(n) => {
            it.send(delta(Vec::new(), vec![pool[*n].key.clone()]));
        }
        Step::Recreate(n) => {
            let old = pool[*n].key.clone();
            let other = if old.id.ends_with('f') { '0' } else { 'f' };
            let id = format!("{}{other}", &old.id[..63]);
            pool[*n].key = stacktui::model::Key::container(base::HOST, &id);
            it.send(delta(vec![pool[*n].clone()], vec![old]));
        }
        Step::Figures(n, cpu) => {
            let sample = base::sample(it.state.now, *cpu, 1 << 20, 1 << 30);
            it.send(host(HostMsg::Samples(vec![(pool[*n].key.clone(), sample)])));
        }
        Step::Event(n, action) => {
            let c = &pool[*n];
            let mut event = base::event(it.state.now, &c.name, action, &[("exitCode", "137")]);
            event.id = c.key.id.to_string();
            it.send(host(HostMsg::Events(vec![event])));
        }
        Step::Up(true) => {
            it.send(host(HostMsg::Link(Link::Up(Box::new(base::info())))));
        }
        Step::Up(false) => {
            let down = Link::Down {
                reason: Box::new(DownReason::default()),
                since: it.state.now,
                retry_at: Some(it.state.now + TimeDelta::seconds(2)),
            };
            it.send(host(HostMsg::Link(down)));
        }
        Step::Done(ok) => end_a_job(it, *ok),
        Step::Lines(count) => write_lines(it, *count),
    }
}

fn end_a_job(it: &mut Scene, ok: bool) {
    let Some(id) = it.state.jobs.running.keys().next().copied() else {
        return;
    };
    let took_ms = 5;
    it.send(Msg::Job(if ok {
        JobMsg::Done {
            id,
            took_ms,
            already: false,
            became: None,
        }
    } else {
        JobMsg::Failed {
            id,
            took_ms,
            failure: stacktui::msg::Failure::default(),
        }
    }));
}

/// Every log that flows has so many lines.
fn write_lines(it: &mut Scene, count: u8) {
    for flow in it.flows() {
        let Subscription::Logs(query) = flow else {
            continue;
        };
        let now = it.state.now;
        let line = |n| {
            base::record(
                now + TimeDelta::milliseconds(n),
                n % 2 == 0,
                "wide 世界 line",
            )
        };
        let records = (0..i64::from(count)).map(line).collect();
        it.send(Msg::Logs(query, LogMsg::Lines(records)));
    }
}

/// The cursor is on a row that is there and on screen, or there is no row.
fn table_is_sound(name: &str, table: &Table, height: usize) {
    assert_eq!(table.selected.is_none(), table.rows.is_empty(), "{name}");
    let Some(index) = table.index() else {
        return;
    };
    assert_eq!(table.selected.as_ref(), table.rows.get(index), "{name}");
    assert!(
        table.top <= index && index < table.top + height,
        "{name}: row {index} from {} on {height} rows",
        table.top
    );
    let unique: BTreeSet<&RowId> = table.rows.iter().collect();
    assert_eq!(unique.len(), table.rows.len(), "{name}: a row twice");
}

fn is_sound(it: &Scene, step: &Step) {
    let state = &it.state;
    let height = list_height(state);
    table_is_sound("containers", &state.containers.table, height);
    let present = |key: &stacktui::model::Key| state.world.container(key).is_some();
    for row in &state.containers.table.rows {
        if let RowId::Container(key) = row {
            assert!(present(key), "a row of what is gone");
        }
    }
    assert!(state.containers.marked.iter().all(present));
    let keyed = matches!(step, Step::Key(_));
    for effect in it.effects.iter().filter(|_| keyed) {
        if let Effect::Run(job) = effect {
            assert!(
                state.jobs.running.contains_key(&job.id),
                "in state before it runs"
            );
        }
    }
    for flow in it.flows() {
        if let Subscription::Stats(key) = flow {
            assert!(present(&key), "figures of what is gone");
        }
    }
    // Every state can be drawn.
    it.screen();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, max_shrink_iters: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_cursor_is_always_on_a_row(steps in prop::collection::vec(step(), 1..60)) {
        let mut it = world();
        let mut pool = pool();
        for step in &steps {
            let before = it.state.containers.table.selected.clone();
            take(&mut it, step, &mut pool);
            is_sound(&it, step);
            // Only the user moves the cursor from a row that is still there.
            let table = &it.state.containers.table;
            if let Some(row) = before.filter(|row| step.is_the_engines() && table.rows.contains(row)) {
                prop_assert_eq!(table.selected.as_ref(), Some(&row), "{:?}", step);
            }
            // The program was left, or a shell has the keys.
            if it.state.quitting {
                break;
            }
            it.state.handed_over = false;
        }
    }

    #[test]
    fn going_back_to_the_table_ends_every_stream_of_the_rest(steps in prop::collection::vec(step(), 1..40)) {
        let mut it = world();
        let mut pool = pool();
        for step in &steps {
            take(&mut it, step, &mut pool);
            if it.state.quitting {
                return Ok(());
            }
        }
        it.state.handed_over = false;
        while !it.state.layers.is_empty() {
            it.press("esc");
        }
        if it.state.no_engine() {
            return Ok(());
        }
        it.press("1");
        let flows = it.flows();
        prop_assert!(
            flows.iter().all(|s| matches!(s, Subscription::Link(_) | Subscription::Tick | Subscription::Stats(_) | Subscription::StatsRest(_) | Subscription::Mail(_))),
            "{flows:?}"
        );
    }
}
