//! Rows: the cursor, the filter, the problems, marks, stacks, the mouse.
use chrono::TimeDelta;
use stacktui::effect::Effect;
use stacktui::keys::MouseKind;
use stacktui::model::{Key, RunState};
use stacktui::msg::{HostMsg, Msg};
use stacktui::state::{RowId, ViewId};

use crate::harness::{key, of, restart, stopped, world};
use crate::world as base;

const STACK: [&str; 13] = [
    "[systeme-ticketing]",
    "grafana",
    "mailhog",
    "ocs",
    "portainer",
    "prometheus",
    "traefik",
    "wikijs",
    "zammad",
    "zammad-db",
    "zammad-elasticsearch",
    "backup",
    "scratch",
];

#[test]
fn the_cursor_begins_on_a_container_and_moves() {
    let mut it = world();
    assert_eq!(it.rows(), STACK);
    it.cursor("grafana");
    for (keys, name) in [
        ("j", "mailhog"),
        ("down", "ocs"),
        ("k", "mailhog"),
        ("up up", "[systeme-ticketing]"),
        ("up k", "[systeme-ticketing]"),
        ("G", "scratch"),
        ("j", "scratch"),
        ("g", "[systeme-ticketing]"),
        ("end", "scratch"),
        ("home j", "grafana"),
        ("pgdn", "scratch"),
        ("pgup j", "grafana"),
        ("ctrl-d", "backup"),
        ("ctrl-u", "grafana"),
    ] {
        it.press(keys).asks_nothing();
        let index = it.state.containers.table.index().expect("a row");
        assert_eq!(it.rows()[index], name, "{keys}\n{}", it.screen());
    }
}

#[test]
fn a_filter_puts_the_cursor_on_what_it_finds() {
    let mut it = world();
    it.press("/").type_in("zam");
    assert_eq!(it.rows(), ["zammad", "zammad-db", "zammad-elasticsearch"]);
    it.press("enter").cursor("zammad");
    it.press("r").runs(&[("zammad", restart())]);
    assert_eq!(it.state.containers.filter, "zam", "the filter stays");
    it.press("esc");
    assert_eq!(it.rows(), STACK);
    it.cursor("zammad");
}

#[test]
fn the_best_match_is_chosen_not_the_first() {
    let mut it = world();
    it.press("/").type_in("db");
    it.press("enter").cursor("zammad-db");
    // By image too.
    let mut it = world();
    it.press("/").type_in("postgres");
    it.press("enter").cursor("zammad-db");
    // And by the beginning of an id.
    let id = key("scratch").short().to_owned();
    let mut it = world();
    it.press("/").type_in(&id);
    it.press("enter").cursor("scratch");
}

#[test]
fn a_filter_that_stands_is_typed_over_or_changed() {
    let mut it = world();
    it.press("/").type_in("zam").press("enter");
    it.press("/").type_in("db").press("enter");
    assert_eq!(it.state.containers.filter, "db", "typed over");
    it.press("/ left right").type_in("x").press("enter");
    assert_eq!(it.state.containers.filter, "dbx", "changed");
    it.press("/ backspace enter");
    assert_eq!(it.state.containers.filter, "", "wiped");
}

#[test]
fn rows_can_be_chosen_while_a_filter_is_typed() {
    let mut it = world();
    it.press("/").type_in("zam");
    it.press("down").press("enter").cursor("zammad-db");
}

#[test]
fn a_filter_is_given_up_with_esc_or_an_empty_backspace() {
    for keys in ["esc", "backspace backspace backspace backspace"] {
        let mut it = world();
        it.on("scratch").press("/").type_in("zam");
        it.press(keys).no_window();
        assert_eq!(it.rows(), STACK, "{keys}");
    }
}

#[test]
fn nothing_found_is_nothing_to_act_on() {
    let mut it = world();
    it.press("/").type_in("qqqq");
    it.press("enter r")
        .asks_nothing()
        .sees_toast("no container is chosen");
    it.press("esc");
    assert_eq!(it.rows(), STACK);
    assert!(it.state.containers.table.selected.is_some());
}

#[test]
fn nothing_found_tells_what_hides_the_rest() {
    let mut it = world();
    it.press("!").press("/").type_in("qqqq");
    it.shows("Nothing among the problems matches /qqqq.")
        .shows("! looks for it among all 12.");
    it.press("enter ! a")
        .shows("Nothing among what runs matches /qqqq.")
        .shows("a looks for it among all 12.");
    it.press("a").shows("it hides 12 containers.");
}

#[test]
fn accepting_a_filter_moves_no_cursor() {
    let mut it = world();
    it.press("g / enter");
    assert_eq!(it.state.containers.table.index(), Some(0));
    // A filter elsewhere has nothing to do with the containers' cursor.
    for n in 0..5 {
        it.event("grafana", "restart", &[("n", &n.to_string())]);
    }
    it.press("8 g");
    assert_eq!(it.state.events.table.index(), Some(0));
    it.press("/ enter");
    assert_eq!(it.state.events.table.index(), Some(0));
}

#[test]
fn problems_come_worst_first_with_the_cursor_on_the_worst() {
    let mut it = world();
    it.on("scratch").press("!");
    assert_eq!(it.rows(), ["zammad", "ocs", "backup", "portainer"]);
    it.cursor("zammad")
        .press("r")
        .runs(&[("zammad", restart())]);
    // What is being worked on stays, though it is no problem while it comes up.
    it.change("zammad", |c| c.health = None);
    assert!(it.rows().contains(&"zammad".to_owned()));
    it.done("zammad", 900);
    assert!(!it.rows().contains(&"zammad".to_owned()));
    it.press("!");
    assert_eq!(it.rows(), STACK);
}

#[test]
fn the_worst_problem_is_under_the_cursor_without_stacks_too() {
    let now = base::now();
    let mut paused = base::container("", "aaa", "nginx", now);
    paused.state = RunState::Paused;
    let mut stuck = base::container("", "zzz", "nginx", now);
    stuck.health = Some(stacktui::model::Health::Unhealthy);
    let mut it = of(base::with(vec![paused, stuck], now));
    it.press("!");
    let selected = it.state.containers.table.selected.clone();
    assert_eq!(selected, Some(RowId::Container(base::key("zzz"))));
}

#[test]
fn esc_undoes_one_thing_at_a_time() {
    let mut it = world();
    it.press("! /").type_in("o");
    it.press("enter *");
    assert!(!it.marked().is_empty());
    it.press("esc");
    assert!(it.marked().is_empty() && !it.state.containers.filter.is_empty());
    it.press("esc");
    assert!(it.state.containers.filter.is_empty() && it.state.containers.problems_only);
    it.press("esc");
    assert!(!it.state.containers.problems_only);
    it.press("esc").asks_nothing();
}

#[test]
fn stopped_ones_can_be_hidden() {
    let mut it = world();
    it.on("scratch").press("a");
    assert_eq!(it.rows(), STACK[..11]);
    assert_eq!(it.state.containers.hidden, 2);
    it.press("a");
    assert_eq!(it.rows(), STACK);
}

#[test]
fn the_selection_stays_on_its_container() {
    let mut it = world();
    it.on("mailhog");
    // It comes and goes above, rows are ordered anew, figures change.
    it.gone("grafana").cursor("mailhog");
    let now = it.state.now;
    let new = base::container("systeme-ticketing", "adminer", "adminer:4", now);
    let changed = vec![new];
    it.send(Msg::Host(
        base::HOST,
        HostMsg::Delta {
            changed,
            gone: Vec::new(),
        },
    ))
    .cursor("mailhog");
    it.press("O").cursor("mailhog");
    it.state.containers.order = "cpu".to_owned();
    for (n, name) in ["traefik", "zammad", "mailhog", "wikijs"]
        .iter()
        .enumerate()
    {
        let sample = base::sample(now, n as f64 * 40.0, 1 << 20, 1 << 30);
        let samples = vec![(key(name), sample)];
        it.send(Msg::Host(base::HOST, HostMsg::Samples(samples)))
            .cursor("mailhog");
    }
    it.change("mailhog", stopped).cursor("mailhog");
    it.send(Msg::Host(
        base::HOST,
        HostMsg::Snapshot(base::reference_containers(now)),
    ))
    .cursor("mailhog");
    it.send(Msg::Resize {
        width: 40,
        height: 6,
    })
    .cursor("mailhog")
    .shows("mailhog");
}

#[test]
fn the_cursor_takes_the_neighbour_of_what_is_gone() {
    let mut it = world();
    it.on("mailhog").gone("mailhog").cursor("ocs");
    it.on("scratch").gone("scratch").cursor("backup");
}

#[test]
fn rows_are_marked_and_the_cursor_goes_on() {
    let mut it = world();
    it.on("grafana").press("space").cursor("mailhog");
    assert_eq!(it.marked(), [key("grafana")]);
    it.on("grafana").press("space");
    assert!(it.marked().is_empty(), "twice is not at all");
    it.press("g space");
    assert_eq!(it.marked().len(), 10, "a stack's row marks the stack");
    it.press("g space");
    assert!(it.marked().is_empty());
    it.press("/").type_in("zammad");
    it.press("enter *");
    assert_eq!(it.marked().len(), 3, "what is shown");
    it.press("*");
    assert!(it.marked().is_empty());
}

#[test]
fn what_is_gone_is_no_longer_marked() {
    let mut it = world();
    it.on("grafana").press("space space").gone("grafana");
    assert_eq!(it.marked(), [key("mailhog")]);
}

#[test]
fn where_no_stacks_are_shown_none_is_folded() {
    let mut it = world();
    it.press("/").type_in("zammad").press("enter z");
    it.sees_toast("what a filter finds stands without stacks");
    it.press("Z esc !").press("Z");
    it.sees_toast("problems stand without stacks");
    it.press("!");
    assert_eq!(it.rows(), STACK);
}

#[test]
fn stacks_fold_with_the_cursor_on_their_row() {
    let mut it = world();
    it.on("zammad").press("z");
    assert_eq!(it.rows(), ["[systeme-ticketing]", "backup", "scratch"]);
    let stack = Key::stack(base::HOST, "systeme-ticketing");
    let selected = it.state.containers.table.selected.clone();
    assert_eq!(selected, Some(RowId::Stack(stack.clone())));
    // Actions on the folded row are for all of it.
    it.press("l").view(ViewId::Logs);
    assert_eq!(it.log_keys().len(), 10);
    it.press("q").press("enter");
    assert_eq!(it.rows(), STACK, "Enter opens it again");
    it.press("Z");
    assert_eq!(it.rows().len(), 3);
    it.press("Z");
    assert_eq!(it.rows(), STACK);
    // A filter sees into folded stacks.
    it.press("Z /").type_in("grafana");
    it.press("enter").cursor("grafana");
    it.press("esc");
    let selected = it.state.containers.table.selected.clone();
    assert_eq!(selected, Some(RowId::Stack(stack)), "back on its stack");
}

#[test]
fn the_mouse_chooses_opens_and_scrolls() {
    let mut it = world();
    it.click("zammad-db").asks_nothing().cursor("zammad-db");
    it.click("zammad-db").view(ViewId::Details);
    it.press("q").view(ViewId::Containers);
    it.click("Mail").view(ViewId::Mail);
    it.click("Containers")
        .view(ViewId::Containers)
        .cursor("zammad-db");
    // Below the last row, on the header and the footer there is nothing.
    for row in [0, 20, 23, 200] {
        it.mouse(MouseKind::Press, 5, row)
            .asks_nothing()
            .cursor("zammad-db");
    }
    it.send(Msg::Resize {
        width: 80,
        height: 10,
    });
    it.press("g");
    it.mouse(MouseKind::ScrollDown, 5, 5);
    assert_eq!(it.state.containers.table.top, 3);
    it.mouse(MouseKind::ScrollUp, 5, 5);
    assert_eq!(it.state.containers.table.top, 0);
}

#[test]
fn a_click_does_not_reach_behind_a_window() {
    let mut it = world();
    it.on("grafana").press("s");
    it.mouse(MouseKind::Press, 5, 12)
        .mouse(MouseKind::ScrollDown, 5, 12)
        .cursor("grafana");
    it.question();
}

#[test]
fn the_mouse_can_be_switched_off() {
    let mut it = world();
    it.press("f8");
    assert_eq!(it.effects, [Effect::SetMouse(false)]);
    it.sees_toast("the terminal selects text itself");
    it.press("f8");
    assert_eq!(it.effects, [Effect::SetMouse(true)]);
}

#[test]
fn tabs_are_gone_through_and_q_goes_back_and_out() {
    let mut it = world();
    it.press("tab").view(ViewId::Stacks);
    it.press("tab").view(ViewId::Images);
    it.press("tab tab tab").view(ViewId::Mail);
    it.press("tab").view(ViewId::Routes);
    it.press("tab").view(ViewId::Events);
    it.press("tab").view(ViewId::Journal);
    it.press("tab").view(ViewId::Containers);
    it.press("shift-tab").view(ViewId::Journal);
    it.press("1").on("grafana").press("enter i t");
    it.view(ViewId::Processes).press("q").view(ViewId::Inspect);
    it.press("esc")
        .view(ViewId::Details)
        .press("q")
        .asks_nothing();
    it.view(ViewId::Containers).press("esc").asks_nothing();
    it.press("q");
    assert_eq!(it.effects, [Effect::Quit]);
}

#[test]
fn toasts_go_by_themselves_and_failures_later() {
    let mut it = world();
    let said = |ok| Msg::Said {
        ok,
        text: format!("it is {ok}"),
    };
    it.send(said(true)).send(said(false));
    it.wait(3_999).sees_toast("it is true");
    it.wait(1);
    assert_eq!(it.state.toasts.shown.len(), 1);
    it.wait(3_999).sees_toast("it is false").wait(1).no_toast();
    assert!(it.state.now > base::now() + TimeDelta::seconds(7));
}
