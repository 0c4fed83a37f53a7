//! The operator's jobs, end to end: the real loop on a screen, with the simulated engine and a paused clock, and the same
//! jobs on a real engine where one answers.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set its scene must fail"
)]
#[expect(dead_code, reason = "only what these tests need of it")]
#[path = "support/driver.rs"]
mod driver;
#[expect(dead_code, reason = "only what these tests need of it")]
#[path = "support/engine.rs"]
mod engine;

use std::time::Duration;

use driver::{Driver, built_in, demo, demo_sim, on_engine, on_local, on_sim, row};
use stacktui::engine::{Candidate, Endpoint};
use stacktui::runtime::demo::simulated;
use stacktui::runtime::signals::Signal;
use stacktui::sim::Fault;

/// Most bytes of a move of the cursor by a row at 120×40. The ground of the whole row marks the cursor, so that two rows
/// are written anew, some 230 bytes each.
const MOVE: usize = 520;

#[tokio::test(start_paused = true)]
async fn tail_one_service_of_many() {
    on_local(async {
        let it = Driver::start(demo(), (120, 40));
        it.sees("zammad-1").await;
        it.press("/").await;
        it.type_in("mailh").await;
        it.press("enter").await;
        it.until("one row", |s| {
            s.contains("mailhog-1") && !s.contains("grafana-1")
        })
        .await;
        it.press("l").await;
        it.sees("› logs").await;
        it.until("lines", |s| {
            s.lines().filter(|l| l.contains("20")).count() > 10
        })
        .await;
        it.press("q").await;
        it.until("back in the table", |s| {
            s.contains("mailhog-1") && !s.contains("› logs")
        })
        .await;
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn the_stuck_one_is_first_and_one_key_restarts_it() {
    on_local(async {
        let it = Driver::start(demo(), (120, 40));
        it.sees("zammad-1").await;
        it.press("!").await;
        it.until("the stuck one is the first row", |s| {
            s.lines().nth(3).is_some_and(|l| l.contains("zammad-1"))
        })
        .await;
        assert!(
            it.paper
                .text()
                .lines()
                .nth(3)
                .is_some_and(|l| l.contains("unhealthy"))
        );
        it.press("r").await;
        it.until("the countdown", |s| {
            let row = row(s, "zammad-1");
            row.contains("restarting") && row.contains("kill in")
        })
        .await;
        it.sees("restarted in 10.").await;
        it.press("esc").await;
        it.until("well again", |s| row(s, " zammad-1").contains(" up "))
            .await;
        it.press("9").await;
        it.until("the journal tells it", |s| {
            s.contains("restarted") && s.contains("zammad-1")
        })
        .await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn k_ends_the_wait_for_a_stuck_one() {
    on_local(async {
        let it = Driver::start(demo(), (120, 40));
        it.sees("zammad-1").await;
        it.press("! r").await;
        it.sees("kill in").await;
        it.press("K").await;
        // At once: a longer one has its seconds behind it.
        it.until("no wait any more", |s| {
            s.contains("restarted ") && !s.contains("restarted in ")
        })
        .await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn looking_at_processes_does_not_make_the_engine_list_them_all_the_time() {
    on_local(async {
        let it = Driver::start(demo(), (120, 70));
        it.sees("zammad-1").await;
        it.press("! enter").await;
        it.sees("Processes").await;
        tokio::time::sleep(Duration::from_secs(10)).await;
        it.press("8 p").await;
        it.sees("top").await;
        // One every two seconds, the first at once, and what the container's own changes ask for.
        let lists = it.paper.text().matches(" top ").count();
        assert!((4..=9).contains(&lists), "{lists}\n{}", it.paper.text());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn coming_back_to_the_table_the_figures_go_on() {
    on_local(async {
        let it = Driver::start(demo(), (120, 40));
        it.sees("zammad-1").await;
        // Some bars of twenty seconds.
        tokio::time::sleep(Duration::from_secs(110)).await;
        for view in ["l", "enter", "9"] {
            it.press(view).await;
            tokio::time::sleep(Duration::from_secs(4)).await;
            it.press(if view == "9" { "1" } else { "q" }).await;
            for _ in 0..10 {
                tokio::time::sleep(Duration::from_millis(100)).await;
                let screen = it.paper.text();
                let busy = row(&screen, " zammad-1");
                let bars: Vec<char> = busy.chars().filter(|c| ('▁'..='█').contains(c)).collect();
                assert!(bars.len() > 5 && !bars.contains(&'▁'), "{view}: {busy}");
                let before = busy.split(|c| ('▁'..='█').contains(&c)).next();
                let words = before.unwrap_or_default().split_whitespace().count();
                // Sign, name, state, since when, CPU.
                assert_eq!(words, 5, "{view}: {busy}");
            }
        }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn in_and_out_of_a_shell() {
    on_local(async {
        let it = Driver::start(demo(), (120, 40));
        it.sees("zammad-1").await;
        it.press("/").await;
        it.type_in("grafana").await;
        it.press("enter e").await;
        it.until("a prompt", |s| {
            s.contains("grafana") && (s.contains("$ ") || s.contains("# "))
        })
        .await;
        assert!(it.paper.passthrough());
        it.type_in("hostname; exit 3\r").await;
        it.sees("exit code 3").await;
        assert!(!it.paper.passthrough());
        it.sees("Containers").await;
        it.press("esc").await;
        it.sees("zammad-1").await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn what_a_command_said_can_be_read_before_the_screen_is_back() {
    on_local(async {
        let it = Driver::start(demo(), (120, 40));
        it.sees("zammad-1").await;
        it.press("/").await;
        it.type_in("grafana").await;
        it.press("enter E ctrl-u").await;
        it.type_in("cat /etc/hostname\r").await;
        it.sees("[exit code 0; any key comes back]").await;
        assert!(it.paper.passthrough());
        it.type_in(" ").await;
        it.sees("grafana-1: ended").await;
        it.sees("Containers").await;
        it.press("9").await;
        it.sees("cat /etc/hostname").await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_image_without_a_shell_offers_a_way() {
    on_local(async {
        let it = Driver::start(demo(), (120, 40));
        it.sees("zammad-1").await;
        it.press("/").await;
        it.type_in("portainer").await;
        it.press("enter e").await;
        it.sees("has no shell").await;
        it.press("enter").await;
        it.until("a prompt of the helper", |s| {
            s.contains("# ") || s.contains("$ ")
        })
        .await;
        it.type_in("exit\r").await;
        it.sees("Containers").await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn what_is_typed_while_a_shell_opens_is_the_shells() {
    on_local(async {
        let it = Driver::start(demo(), (120, 40));
        it.sees("zammad-1").await;
        it.press("/").await;
        it.type_in("grafana").await;
        it.press("enter").await;
        // As keys of ours, `q` would have left.
        it.type_ahead("eecho qq; exit 3\r").await;
        it.sees("exit code 3").await;
        assert!(!it.paper.passthrough());
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn what_is_typed_for_a_shell_that_does_not_open_is_dropped() {
    on_local(async {
        let it = Driver::start(demo(), (120, 40));
        it.sees("zammad-1").await;
        it.press("/").await;
        it.type_in("portainer").await;
        it.press("enter").await;
        // As keys of ours, these would have restarted it.
        it.type_ahead("erRr").await;
        it.sees("has no shell").await;
        it.press("esc").await;
        it.until("the table, nothing done", |s| {
            s.contains("portainer") && s.contains("up 11d") && !s.contains("has no shell")
        })
        .await;
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn where_nobody_could_continue_it_a_stop_is_refused_in_words() {
    on_local(async {
        let it = Driver::start(demo(), (120, 40));
        it.sees("zammad-1").await;
        it.press("ctrl-z").await;
        it.sees("cannot stop").await;
        it.signal(Signal::Suspend).await;
        it.press("9").await;
        it.sees("Journal").await;
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_act_that_cannot_be_journalled_is_done_and_said() {
    on_local(async {
        let it = Driver::start(demo(), (120, 40));
        it.sees("zammad-1").await;
        it.break_journal();
        it.press("/").await;
        it.type_in("grafana").await;
        it.press("enter r").await;
        it.sees("not journalled").await;
        it.sees("restarted in").await;
        it.until("it stays in the header", |s| {
            s.lines().next().is_some_and(|l| l.contains("NO JOURNAL"))
        })
        .await;
        it.mend_journal();
        it.press("r").await;
        it.until("written again", |s| !s.contains("NO JOURNAL"))
            .await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn where_a_journal_is_required_nothing_is_done_without() {
    on_local(async {
        let it = Driver::with(demo(), (120, 40), |runner| {
            runner.recorder.required = true;
        });
        it.sees("zammad-1").await;
        it.break_journal();
        it.press("/").await;
        it.type_in("grafana").await;
        it.press("enter r").await;
        it.sees("nothing was sent").await;
        it.until("the row tells it", |s| {
            row(s, "grafana-1").contains("restart failed")
        })
        .await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn no_engine_says_why_and_opens_the_demo() {
    on_local(async {
        let nowhere = Endpoint::parse("unix:///nonexistent/docker.sock").expect("an endpoint");
        let it = Driver::start(vec![Candidate::new(nowhere, "DOCKER_HOST")], (80, 24));
        it.sees("no such file").await;
        it.sees("unix:///nonexistent/docker.sock").await;
        it.sees("DOCKER_HOST").await;
        it.press("d").await;
        it.sees("zammad-1").await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_lost_engine_is_told_and_comes_back_by_itself() {
    on_local(async {
        let sim = demo_sim();
        let it = Driver::start(on_sim(&sim), (120, 40));
        it.sees("zammad-1").await;
        sim.restart_daemon(Duration::from_secs(8));
        it.until("the loss", |s| {
            s.lines().next().is_some_and(|l| l.contains("down"))
        })
        .await;
        it.sees("zammad-1").await;
        it.press("r").await;
        it.sees("nothing is sent").await;
        it.until("back", |s| {
            s.lines().next().is_some_and(|l| l.contains("● up"))
        })
        .await;
        sim.set_fault(Some(Fault::Refuse));
        it.press("q").await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn nothing_changes_and_no_byte_is_sent() {
    on_local(async {
        let empty = simulated(built_in("empty"));
        let it = Driver::start(empty, (120, 40));
        it.sees("● up").await;
        for view in ["1", "9", "8"] {
            it.press(view).await;
            tokio::time::sleep(Duration::from_secs(10)).await;
            let before = it.paper.writes().len();
            tokio::time::sleep(Duration::from_secs(60)).await;
            assert_eq!(
                it.written_since(before),
                "",
                "a quiet minute in view {view}"
            );
            it.press("x x x").await;
            assert_eq!(it.written_since(before), "", "keys that do nothing");
        }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_frame_is_one_write_and_there_are_no_more_than_thirty_a_second() {
    on_local(async {
        let it = Driver::start(demo(), (120, 40));
        it.sees("zammad-1").await;
        for view in ["1", "8"] {
            it.press(view).await;
            let before = it.paper.writes().len();
            tokio::time::sleep(Duration::from_secs(10)).await;
            let frames = it.paper.writes().split_off(before);
            assert!(frames.len() <= 310, "{} frames", frames.len());
            for frame in frames {
                let text = String::from_utf8_lossy(&frame);
                // A question whether it was shown may follow.
                let text = text.strip_suffix("\x1b[5n").unwrap_or(&text);
                let (begins, ends) = (text.find("\x1b[?2026h"), text.find("\x1b[?2026l"));
                let whole = begins == Some(0) && ends == Some(text.len() - 8);
                // A few figures need no frame around them.
                let small = (begins, ends) == (None, None) && text.len() <= 200;
                assert!(whole || small, "{text:?}");
            }
        }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_selection_move_and_a_tick_of_figures_are_few_bytes() {
    on_local(async {
        let it = Driver::start(demo(), (120, 40));
        it.sees("zammad-1").await;
        tokio::time::sleep(Duration::from_secs(10)).await;
        let before = it.paper.writes().len();
        tokio::time::sleep(Duration::from_secs(4)).await;
        let ticks = it.paper.writes().split_off(before);
        assert!(!ticks.is_empty(), "figures move");
        assert!(
            ticks.iter().all(|frame| frame.len() < 4_000),
            "{:?}",
            ticks.iter().map(Vec::len).collect::<Vec<_>>()
        );
        // The move alone: the first frame after its key, before any figure comes with it.
        let mut moves = Vec::new();
        for key in ["j", "j", "k", "j", "k", "k"] {
            let before = it.paper.writes().len();
            it.press(key).await;
            let frames = it.paper.writes().split_off(before);
            moves.push(frames.first().map_or(0, Vec::len));
        }
        moves.sort_unstable();
        assert!(moves[0] > 0 && moves[2] <= MOVE, "{moves:?}");
    })
    .await;
}

/// Sequences that only an attacker would send: no OSC, no DCS, no bidi, no C1, only the painter's own CSI.
fn foreign(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let hidden = matches!(c, '\u{80}'..='\u{9f}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{61c}' | '\u{e0000}'..='\u{e0fff}');
        if hidden || (c.is_control() && !matches!(c, '\x1b' | '\r' | '\n' | '\x08')) {
            return Some(format!("U+{:04X}", c as u32));
        }
        if c != '\x1b' {
            continue;
        }
        match chars.next() {
            Some('[') => {
                let mut params = String::new();
                let last = loop {
                    match chars.next() {
                        Some(c @ ('0'..='9' | ';' | '?')) => params.push(c),
                        other => break other,
                    }
                };
                let fine = match last {
                    Some(
                        'H' | 'm' | 'J' | 'K' | 'A' | 'B' | 'C' | 'D' | 'G' | 'd' | 'S' | 'T' | 'r'
                        | 'X',
                    ) => true,
                    // Whether all was shown.
                    Some('n') => params == "5",
                    Some('h' | 'l') => matches!(params.as_str(), "?25" | "?1049" | "?2026" | "?7"),
                    _ => false,
                };
                if !fine {
                    return Some(format!("CSI {params}{last:?}"));
                }
            }
            Some('M' | '7' | '8') => {}
            other => return Some(format!("ESC {other:?}")),
        }
    }
    None
}

#[test]
fn the_search_for_foreign_sequences_finds_them() {
    for bad in [
        "\x1b]52;c;eA==\x07",
        "\x1b[6n",
        "\x1b[?1003h",
        "a\u{202e}b",
        "\u{9b}31m",
        "\x1bc",
        "\x07",
    ] {
        assert!(foreign(bad.as_bytes()).is_some(), "{bad:?}");
    }
    assert_eq!(foreign(b"\x1b[1;31mred\x1b[m\x1b[2;5H\x1b[?2026h"), None);
}

#[tokio::test(start_paused = true)]
async fn nothing_hostile_reaches_the_terminal() {
    on_local(async {
        let hostile = simulated(built_in("hostile"));
        let it = Driver::start(hostile, (120, 40));
        it.until("containers", |s| s.contains(" up ")).await;
        for keys in [
            "enter",
            "j j j j j j pgdn pgdn",
            "v",
            "i",
            "pgdn pgdn pgdn",
            "esc esc",
            "l",
            "w t",
            "esc",
            "8",
            "9",
            "1",
        ] {
            it.press(keys).await;
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        for rows in 0..8 {
            it.press("1 g").await;
            for _ in 0..rows {
                it.press("j").await;
            }
            it.press("l").await;
            tokio::time::sleep(Duration::from_secs(1)).await;
            it.press("esc enter").await;
            tokio::time::sleep(Duration::from_secs(1)).await;
            it.press("pgdn pgdn pgdn esc").await;
        }
        for frame in it.paper.writes() {
            assert_eq!(
                foreign(&frame),
                None,
                "{:?}",
                String::from_utf8_lossy(&frame)
            );
        }
    })
    .await;
}

/// The three jobs on a real engine: the same keys, the same words.
#[tokio::test]
async fn the_three_jobs_on_a_real_engine() {
    let Some(endpoint) = engine::real_engine("the_three_jobs_on_a_real_engine") else {
        return;
    };
    let stuck = engine::Fixture::new(&endpoint, "")
        .name(&format!("e2e-stuck-{}", std::process::id()))
        .health("exit 1")
        .stop_timeout(3)
        .sh("trap '' TERM; while true; do sleep 0.2; done")
        .run();
    let talker = engine::Fixture::new(&endpoint, "")
        .name(&format!("e2e-talker-{}", std::process::id()))
        .sh("i=0; while true; do i=$((i+1)); echo said $i; sleep 0.2; done")
        .run();
    on_local(async {
        let it = Driver::start(on_engine(&endpoint), (120, 40));
        // There may be more containers than rows: each is looked for.
        it.sees("● up").await;
        it.press("/").await;
        it.type_in(&talker.name).await;
        it.press("enter l").await;
        it.sees("said 3").await;
        it.press("q e").await;
        it.until("a shell", |s| s.contains("# ")).await;
        it.type_in("exit 4\r").await;
        it.sees("exit code 4").await;
        it.press("esc /").await;
        it.type_in(&stuck.name).await;
        it.until("unhealthy", |s| {
            row(s, &format!(" {}", stuck.name)).contains("unhealthy")
        })
        .await;
        it.press("enter r").await;
        it.until("the countdown", |s| {
            row(s, &format!(" {}", stuck.name)).contains("kill in")
        })
        .await;
        it.sees("restarted in ").await;
        it.press("9").await;
        it.until("the journal", |s| {
            s.contains("restarted") && s.contains(&stuck.name)
        })
        .await;
        assert_eq!(it.quit().await, 0);
    })
    .await;
}
