//! What is drawn: screens as snapshots, at three sizes, and the rules that hold for every screen.
#![expect(
    clippy::expect_used,
    reason = "a test that cannot set its scene must fail"
)]
mod support {
    pub mod hosts;
    pub mod papers;
    pub mod post;
    pub mod screen;
    pub mod world;
}

#[path = "french/screens.rs"]
mod french;
#[path = "french/plain.rs"]
mod plain;

use chrono::TimeDelta;
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use stacktui::lang::Words;
use stacktui::model::host::DownReason;
use stacktui::model::{
    Container, Health, HostId, Link, Outcome, Phase, Processes, Target, TransferLine, Tried,
};
use stacktui::msg::{Failure, HostMsg, JobMsg, LogMsg, Msg};
use stacktui::state::State;
use stacktui::theme::{Depth, Theme};
use stacktui::views;
use support::{hosts, papers, post, screen, world};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (40, 12)];

/// A screen at three sizes, and at the first one in ASCII.
fn check(name: &str, state: &mut State, foreign: bool) {
    for (width, height) in SIZES {
        let buf = screen::draw(state, width, height, &screen::probe(false));
        insta::assert_snapshot!(
            format!("{name}-{width}x{height}"),
            screen::snapshot(&buf, foreign)
        );
    }
    let buf = screen::draw(state, 80, 24, &screen::probe(true));
    let text = screen::text(&buf);
    if !foreign && name != "wide" {
        assert!(text.is_ascii(), "not ASCII:\n{text}");
    }
    insta::assert_snapshot!(format!("{name}-ascii"), text);
}

fn container_states() -> Vec<(&'static str, State)> {
    let now = world::now();
    let connecting = world::empty(now);
    let empty = world::with(Vec::new(), now);
    let one = world::with(vec![world::container("", "web", "nginx:1.27", now)], now);
    let many = world::reference(now);
    let mut down = world::reference(now);
    world::lose_link(&mut down);
    let mut marked = world::reference(now);
    world::press(&mut marked, "space j j space z");
    let mut filtered = world::reference(now);
    world::press(&mut filtered, "/");
    world::type_in(&mut filtered, "zam");
    let mut nothing = world::reference(now);
    world::press(&mut nothing, "/");
    world::type_in(&mut nothing, "qqqq");
    world::press(&mut nothing, "enter");
    let mut jobs = world::reference(now);
    world::press(&mut jobs, "r");
    for running in jobs.jobs.running.values_mut() {
        running.sent = true;
    }
    jobs.now = now + TimeDelta::seconds(3);
    let mut problems = world::reference(now);
    world::press(&mut problems, "!");
    problems.read_only = true;
    problems.demo = true;
    problems.toasts.ok("restarted grafana in 1.2s", now);
    problems.toasts.bad(
        "start ocs: driver failed programming external connectivity on endpoint ocs: Bind for 0.0.0.0:80 failed: port is already allocated",
        now,
    );
    vec![
        ("connecting", connecting),
        ("empty", empty),
        ("one", one),
        ("many", many),
        ("down", down),
        ("marked", marked),
        ("filtered", filtered),
        ("nothing", nothing),
        ("jobs", jobs),
        ("problems", problems),
        ("wide", wide()),
        ("no-engine", no_engine()),
    ]
}

fn wide() -> State {
    let now = world::now();
    let named = |name: &str| {
        let mut c = Container::bare(world::key(name), name);
        c.image = "画像/工具:最新".to_owned();
        c.state = stacktui::model::RunState::Running;
        c.since = Some(now - TimeDelta::hours(2));
        c
    };
    world::with(
        vec![
            named("データベース-本番環境-主系-一号機"),
            named("café-🚀-service"),
            named("e\u{301}te\u{301}"),
        ],
        now,
    )
}

fn no_engine() -> State {
    let now = world::now();
    let mut state = world::empty(now);
    let tried = |endpoint: &str, origin: &str, why: &str, advice: &str| Tried {
        endpoint: endpoint.to_owned(),
        origin: origin.to_owned(),
        why: why.to_owned(),
        advice: advice.to_owned(),
    };
    let reason = DownReason {
        why: "no engine answers".to_owned(),
        advice: String::new(),
        tried: vec![
            tried(
                "unix:///var/run/docker.sock",
                "default socket",
                "permission denied",
                "add yourself to the group docker (sudo usermod -aG docker $USER, then log in anew), or start with sudo",
            ),
            tried(
                "unix:///run/user/1000/podman/podman.sock",
                "podman socket",
                "no such file",
                "is the podman service running? systemctl --user start podman.socket",
            ),
        ],
    };
    let link = Link::Down {
        reason: Box::new(reason),
        since: now,
        retry_at: Some(now + TimeDelta::seconds(3)),
    };
    world::send(&mut state, Msg::Host(HostId(0), HostMsg::Link(link)));
    state
}

#[test]
fn containers() {
    for (name, mut state) in container_states() {
        check(name, &mut state, false);
    }
}

#[test]
fn images_volumes_and_networks() {
    for (name, key) in [("images", "3"), ("volumes", "4"), ("networks", "5")] {
        let mut state = world::stocked(world::now());
        world::press(&mut state, key);
        check(name, &mut state, false);
    }
}

#[test]
fn a_pull_with_its_layers() {
    let mut state = world::stocked(world::now());
    world::press(&mut state, "3 P");
    world::type_in(&mut state, "ghcr.io/zammad/zammad:6.4");
    world::press(&mut state, "enter");
    let line = |layer: &str, status: &str, done: Option<(u64, u64)>| TransferLine {
        layer: layer.to_owned(),
        status: status.to_owned(),
        done,
    };
    let lines = vec![
        line("6.4", "Pulling from zammad/zammad", None),
        line("0a3ed95caeb0", "Already exists", None),
        line("a3ed95caeb02", "Downloading", Some((100, 40 << 20))),
        line("a3ed95caeb02", "Pull complete", None),
        line("5f70bf18a086", "Extracting", Some((9 << 20, 12 << 20))),
        line("7264a8db6415", "Downloading", Some((130 << 20, 312 << 20))),
        line("7264a8db6415", "Retrying in 4 seconds", None),
        line("c4d29b4a2a51", "Waiting", None),
    ];
    let id = *state.jobs.running.keys().next().expect("a job");
    world::send(&mut state, Msg::Job(JobMsg::Transfer { id, lines }));
    check("pulling", &mut state, false);
    world::press(&mut state, "q");
    check("pulling-aside", &mut state, false);
}

#[test]
fn mail() {
    let mut waiting = world::reference(world::now());
    post::lists(&mut waiting, Vec::new());
    world::press(&mut waiting, "6");
    check("mail-waiting", &mut waiting, false);
    let mut list = post::mailed(world::now());
    check("mail", &mut list, true);
    for (name, keys) in [
        ("mail-text", ""),
        ("mail-page", "tab"),
        ("mail-files", "left"),
    ] {
        let mut state = post::mailed(world::now());
        world::press(&mut state, "enter");
        let key = state.subject().expect("a mail");
        world::send(&mut state, Msg::Letter(key, Ok(Box::new(post::letter(60)))));
        world::press(&mut state, keys);
        check(name, &mut state, true);
    }
    let mut doctor = post::mailed(world::now());
    world::press(&mut doctor, "t");
    let details = world::details(ZAMMAD, doctor.now);
    world::send(
        &mut doctor,
        Msg::MailSenders(post::server(), Ok(vec![details])),
    );
    check("mail-doctor", &mut doctor, false);
}

#[test]
fn several_hosts() {
    let now = world::now();
    check("hosts-mixed", &mut hosts::three(now), false);
    for (name, keys) in [
        ("hosts", "0"),
        ("host-alone", "0 G enter"),
        ("host-dead", "0 g enter"),
    ] {
        let mut state = hosts::three(now);
        world::press(&mut state, keys);
        check(name, &mut state, false);
    }
    let mut state = world::reference(now);
    world::press(&mut state, "0");
    check("hosts-one", &mut state, false);
}

#[test]
fn stacks() {
    for (name, keys) in [("stacks", "2"), ("stack", "2 down down enter")] {
        let mut state = world::reference(world::now());
        world::press(&mut state, keys);
        check(name, &mut state, false);
    }
}

#[test]
fn files_of_a_stack() {
    for name in ["files", "proposal", "proposal-refused"] {
        let mut state = papers::reference();
        world::press(&mut state, "2 f");
        world::send(&mut state, papers::read());
        let verdict = match name {
            "files" => None,
            "proposal" => Some(papers::taken()),
            _ => Some(papers::refused(&[
                "ERROR: yaml.scanner.ScannerError: mapping values are not allowed here",
                "  in \"/srv/tickets/compose.yml\", line 4, column 12",
            ])),
        };
        if let Some(verdict) = verdict {
            let proposal = Box::new(papers::proposal(verdict));
            world::send(&mut state, Msg::Proposal(papers::stack(), Ok(proposal)));
        }
        check(name, &mut state, false);
    }
}

const ZAMMAD: &str = "systeme-ticketing-zammad-1";

fn with_past() -> State {
    let now = world::now();
    let mut state = world::reference(now);
    let at = |s: i64| now - TimeDelta::seconds(s);
    let events = vec![
        world::event(at(1900), ZAMMAD, "oom", &[]),
        world::event(
            at(1899),
            ZAMMAD,
            "die",
            &[("exitCode", "137"), ("image", "zammad")],
        ),
        world::event(at(1898), ZAMMAD, "start", &[("image", "zammad")]),
        world::event(at(300), ZAMMAD, "health_status: unhealthy", &[]),
        world::event(at(20), "backup", "kill", &[("signal", "9")]),
        world::event(at(19), "backup", "die", &[("exitCode", "137")]),
    ];
    world::send(&mut state, Msg::Host(HostId(0), HostMsg::Events(events)));
    for step in 0..60_i32 {
        let at = now - TimeDelta::seconds(i64::from(59 - step) * 2);
        let wave = (f64::from(step) / 5.0).sin().abs();
        let sample = world::sample(
            at,
            8.0 + wave * 30.0,
            (900.0 * 1_048_576.0 + wave * 4e8) as u64,
            2 << 30,
        );
        world::send(
            &mut state,
            Msg::Host(
                HostId(0),
                HostMsg::Samples(vec![(world::key(ZAMMAD), sample)]),
            ),
        );
    }
    world::choose(&mut state, ZAMMAD);
    state
}

#[test]
fn details() {
    let mut state = with_past();
    world::press(&mut state, "enter");
    check("details-loading", &mut state, false);
    let details = world::details(ZAMMAD, state.now);
    world::send(
        &mut state,
        Msg::Details(world::key(ZAMMAD), Ok(Box::new(details))),
    );
    check("details", &mut state, false);
    assert!(
        !screen::text(&screen::draw(&mut state, 160, 120, &screen::probe(false)))
            .contains("battery")
    );
    world::press(&mut state, "v");
    assert!(
        screen::text(&screen::draw(&mut state, 160, 120, &screen::probe(false)))
            .contains("battery")
    );
}

#[test]
fn inspect_masks_folds_and_marks() {
    let mut state = with_past();
    world::press(&mut state, "i");
    let details = world::details(ZAMMAD, state.now);
    world::send(
        &mut state,
        Msg::Details(world::key(ZAMMAD), Ok(Box::new(details))),
    );
    check("inspect", &mut state, false);
    let text = screen::text(&screen::draw(&mut state, 80, 24, &screen::probe(false)));
    assert!(
        text.contains("POSTGRESQL_PASS=") && !text.contains("battery"),
        "{text}"
    );
}

#[test]
fn processes() {
    let mut state = with_past();
    world::press(&mut state, "t");
    let row = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
    let list = Processes {
        titles: row(["UID", "PID", "TIME", "CMD"]),
        rows: vec![
            row([
                "zammad",
                "41022",
                "00:01:12",
                "puma 6.4.2 (tcp://0.0.0.0:3000) [zammad]",
            ]),
            row(["root", "7", "00:00:00", "sh"]),
        ],
    };
    world::send(&mut state, Msg::Processes(world::key(ZAMMAD), Ok(list)));
    check("processes", &mut state, false);
}

#[test]
fn events() {
    let mut state = with_past();
    world::press(&mut state, "8");
    check("events", &mut state, false);
}

#[test]
fn routes() {
    let mut state = world::routed(world::now());
    world::press(&mut state, "7");
    world::press(&mut state, "j j j j j");
    check("routes", &mut state, false);
}

#[test]
fn journal() {
    let mut state = with_past();
    world::press(&mut state, "9");
    check("journal-loading", &mut state, false);
    let entry =
        |id: &str, action: &str, phase, outcome, error: Option<&str>| stacktui::model::Entry {
            id: id.to_owned(),
            at: world::now().fixed_offset() - TimeDelta::minutes(5),
            phase,
            action: action.to_owned(),
            user: "ada".to_owned(),
            host: "tickets-01".to_owned(),
            target: Some(Target {
                kind: "container".to_owned(),
                name: ZAMMAD.to_owned(),
                ..Target::default()
            }),
            duration_ms: Some(10_840),
            outcome,
            error: error.map(str::to_owned),
            ..stacktui::model::Entry::default()
        };
    let entries = vec![
        entry(
            "1",
            "container.restart",
            Phase::Result,
            Some(Outcome::Success),
            None,
        ),
        entry(
            "2",
            "container.start",
            Phase::Result,
            Some(Outcome::Failure),
            Some("port is already allocated"),
        ),
        entry("3", "container.remove", Phase::Intent, None, None),
    ];
    world::send(&mut state, Msg::Journal(entries));
    check("journal", &mut state, false);
    // On a narrow screen the line under the cursor is told whole below.
    world::press(&mut state, "j");
    let buf = screen::draw(&mut state, 40, 12, &screen::probe(false));
    let text = screen::text(&buf);
    let words: Vec<&str> = text.split_whitespace().collect();
    let whole = "failed in 10.8s port is already allocated";
    assert!(words.join(" ").contains(whole), "{text}");
    world::press(&mut state, "g j enter");
    check("journal-entry", &mut state, false);
}

fn log_state() -> State {
    let mut state = with_past();
    let now = state.now;
    world::press(&mut state, "l");
    let at = |s: i64| now - TimeDelta::seconds(s);
    let lines = vec![
        world::record(
            at(9),
            false,
            "I, [2026-03-03T10:32:36] INFO -- : Started GET \"/\" for 172.20.0.1 at 2026-03-03 10:32:36 +0000 and then some more that does not fit",
        ),
        world::record(
            at(8),
            true,
            "\u{1b}[31mERROR\u{1b}[0m connection to \u{1b}[1mzammad-db\u{1b}[0m refused",
        ),
        world::record(
            at(7),
            false,
            "bell \u{7} and a \u{1b}]0;title\u{7} are shown, not obeyed",
        ),
        world::record(at(6), false, "\u{1b}[30;40mhidden no more\u{1b}[0m"),
        world::record(at(5), false, "日本語のログ行 🚀 done"),
    ];
    world::logs_of(&mut state, ZAMMAD, lines);
    let name = "zammad";
    if let Some(book) = state.logs.as_mut() {
        book.separate(
            &world::key(ZAMMAD),
            name,
            at(4),
            "zammad restarted 10:32:41 · exit 137 · out of memory",
            true,
        );
    }
    state
}

#[test]
fn logs() {
    let mut state = with_past();
    world::press(&mut state, "l");
    check("logs-waiting", &mut state, false);
    let mut state = log_state();
    check("logs", &mut state, true);
    world::press(&mut state, "w t /");
    world::type_in(&mut state, "re");
    check("logs-search", &mut state, true);
    let mut state = with_past();
    world::press(&mut state, "l");
    let query = state
        .logs
        .as_ref()
        .expect("a book")
        .query(&world::key(ZAMMAD));
    let failure = Failure {
        what: Words::as_is("the log driver `none` keeps no lines"),
        advice: "set logging.driver to json-file or local in the compose file and recreate it"
            .to_owned(),
        ..Failure::default()
    };
    world::send(&mut state, Msg::Logs(query, LogMsg::Failed(failure)));
    check("logs-failed", &mut state, false);
}

#[test]
fn windows() {
    for (name, keys) in [
        ("help", "?"),
        ("palette", ": r e s"),
        ("order", "o"),
        ("columns", "c j j"),
        ("stop", "s"),
        ("remove", "D"),
        ("remove-volumes", "D v z a"),
        ("kill", "K"),
        ("rename", "n"),
    ] {
        let mut state = with_past();
        let (first, rest) = keys.split_once(' ').unwrap_or((keys, ""));
        world::press(&mut state, first);
        state.now += TimeDelta::seconds(1);
        world::press(&mut state, rest);
        check(&format!("window-{name}"), &mut state, false);
    }
}

#[test]
fn without_colours_nothing_is_coloured_and_the_cursor_is_seen() {
    let mut state = world::reference(world::now());
    let theme = Theme::builtin(false, Depth::None, false);
    let buf = screen::draw(&mut state, 80, 24, &theme);
    for cell in &buf.content {
        assert_eq!(
            (cell.fg, cell.bg),
            (ratatui::style::Color::Reset, ratatui::style::Color::Reset)
        );
    }
    assert!(screen::text(&buf).contains('▌'));
}

/// Every screen of the tests above.
fn every_state() -> Vec<State> {
    let mut states: Vec<State> = container_states()
        .into_iter()
        .map(|(_, state)| state)
        .collect();
    for keys in [
        "enter", "i", "l", "t", "8", "9", "?", ":", "o", "c", "s", "D", "K", "n", "E", "/",
    ] {
        let mut state = with_past();
        world::press(&mut state, keys);
        let details = world::details(ZAMMAD, state.now);
        world::send(
            &mut state,
            Msg::Details(world::key(ZAMMAD), Ok(Box::new(details))),
        );
        states.push(state);
    }
    states.push(log_state());
    states
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_size_is_drawn(width in 1u16..200, height in 1u16..60) {
        for state in &mut every_state() {
            for ascii in [false, true] {
                let buf = screen::draw(state, width, height, &screen::probe(ascii));
                if let Some((x, y)) = views::cursor(state) {
                    prop_assert!(x < width && y < height, "cursor {x},{y} in {width}x{height}");
                }
                prop_assert_eq!(buf.area, Rect::new(0, 0, width, height));
            }
        }
    }
}

/// Draws without the state being resized: the buffer alone may be any size.
#[test]
fn a_buffer_of_another_size_than_the_state_knows_is_drawn() {
    let theme = Theme::builtin(false, Depth::True, false);
    for state in every_state() {
        for size in [(1, 1), (3, 2), (300, 100)] {
            let mut buf = Buffer::empty(Rect::new(0, 0, size.0, size.1));
            views::draw(&state, &theme, &mut buf);
        }
    }
}

#[test]
fn what_is_not_on_screen_is_not_built() {
    let time = |count: usize| {
        let mut state = world::many(count, world::now());
        let theme = screen::probe(false);
        screen::draw(&mut state, 120, 40, &theme);
        views::containers::rows_built(&state, Rect::new(0, 2, 120, 37))
    };
    assert_eq!(time(100), time(10_000));
}

#[test]
fn unhealthy_is_told_by_sign_word_and_colour() {
    let now = world::now();
    let mut c = world::container("", "web", "nginx", now);
    c.health = Some(Health::Unhealthy);
    let text = screen::text(&screen::draw(
        &mut world::with(vec![c], now),
        80,
        24,
        &screen::probe(false),
    ));
    assert!(
        text.contains("✖ web") && text.contains("unhealthy 3h") && text.contains("1 unhealthy"),
        "{text}"
    );
}
