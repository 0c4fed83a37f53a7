//! Questions, menus and lines to type: what they ask, what each answer does.
use stacktui::effect::{Effect, Fetch, Verb};
use stacktui::lang::Words;
use stacktui::model::limits::Change;
use stacktui::msg::{Failure, Msg};
use stacktui::state::{PromptKind, ViewId};

use crate::harness::{Scene, full, key, kill, stop, world};

#[test]
fn stop_asks_once_naming_what_is_hit_and_lost() {
    let mut it = world();
    it.on("traefik").press("s").asks_nothing();
    let question = it.question();
    assert_eq!(question.title, "Stop traefik-1?");
    let lines = it.told().join("\n");
    assert!(
        lines.contains("systeme-ticketing-traefik-1 (running)"),
        "{lines}"
    );
    assert!(
        lines.contains("no longer reachable: port 80, 443, 8080"),
        "{lines}"
    );
    it.shows("Stop traefik-1?");
    it.answer("y").runs(&[("traefik", stop())]).no_window();
}

#[test]
fn a_question_lists_by_name() {
    let mut it = world();
    for name in ["zammad-db", "grafana", "zammad", "mailhog"] {
        it.on(name).press("space");
    }
    it.press("s");
    let lines = it.told();
    let listed = ["grafana", "mailhog", "zammad", "zammad-db"].map(full);
    for (line, name) in lines.iter().zip(listed) {
        assert!(line.starts_with(&format!("{name} (")), "{lines:?}");
    }
}

#[test]
fn all_that_is_hit_can_be_seen_and_what_is_lost_stays_in_sight() {
    let mut it = world();
    it.state.size = (80, 24);
    it.press("* D");
    let all = it.question().things.len();
    assert!(all > 8, "{all}");
    let last = it.question().things[all - 1].clone();
    it.shows(&format!("of {all}, ↑ ↓ scroll"))
        .shows("lost: everything written inside")
        .hides(&last);
    it.wait(1000);
    for _ in 0..all {
        it.press("j");
    }
    it.shows(&last).shows("lost: everything written inside");
    it.press("k k k").hides(&last);
    it.state.size = (40, 12);
    it.shows("lost:").shows("scroll");
}

#[test]
fn a_filter_marks_what_has_its_words_where_something_has() {
    let mut it = world();
    it.press("/").type_in("mail").press("enter *");
    assert_eq!(it.marked(), [key("mailhog")]);
}

#[test]
fn the_answers_of_a_question() {
    for (keys, goes) in [
        ("y", true),
        ("right enter", true),
        ("tab enter", true),
        ("tab tab enter", false),
        ("enter", false),
        ("n", false),
        ("q", false),
        ("esc", false),
    ] {
        let mut it = world();
        it.on("grafana").press("s").answer(keys).no_window();
        assert_eq!(it.jobs().len(), usize::from(goes), "{keys}");
    }
    let mut it = world();
    it.on("grafana").press("s").answer("j x r D").asks_nothing();
    it.question();
}

#[test]
fn keys_typed_before_a_question_could_be_read_are_not_its_answer() {
    for keys in ["s", "D"] {
        let mut it = world();
        it.on("grafana")
            .press(keys)
            .press("y enter y")
            .asks_nothing();
        it.question();
        it.wait(299).press("y").asks_nothing();
        it.question();
        it.wait(1).press("y").no_window();
        assert_eq!(it.jobs().len(), 1, "{keys}");
    }
    // Going back is never too soon.
    let mut it = world();
    it.on("grafana").press("s esc").asks_nothing().no_window();
    // Nor does a menu of signals take a hasty Enter.
    let mut it = world();
    it.on("grafana").press("K enter k").asks_nothing();
    it.menu();
}

#[test]
fn kill_lets_the_signal_be_chosen() {
    for (keys, signal) in [
        ("enter", "KILL"),
        ("k", "KILL"),
        ("t", "TERM"),
        ("h", "HUP"),
        ("j enter", "TERM"),
        ("G enter", "USR2"),
    ] {
        let mut it = world();
        it.on("grafana").press("K").asks_nothing();
        assert_eq!(it.menu().title, "Kill grafana-1: which signal?");
        it.answer(keys)
            .runs(&[("grafana", kill(signal))])
            .no_window();
    }
    let mut it = world();
    it.on("grafana")
        .press("K")
        .answer("esc")
        .asks_nothing()
        .no_window();
}

fn remove(force: bool, volumes: bool) -> Verb {
    Verb::Remove { force, volumes }
}

#[test]
fn remove_tells_what_is_lost_and_keeps_volumes() {
    let mut it = world();
    it.on("scratch").press("D").asks_nothing();
    let lines = it.told().join("\n");
    assert!(lines.contains("lost: everything written inside"), "{lines}");
    assert!(!lines.contains("killed first"), "{lines}");
    it.answer("y").runs(&[("scratch", remove(false, false))]);

    it.on("zammad-db").press("D");
    let lines = it.told().join("\n");
    assert!(lines.contains("running: it is killed first"), "{lines}");
    assert!(
        lines.contains("1 volumes are kept") || lines.contains("volume"),
        "{lines}"
    );
    it.answer("y").runs(&[("zammad-db", remove(true, false))]);
}

#[test]
fn removing_volumes_wants_the_name_typed() {
    let mut it = world();
    it.on("zammad-db").press("D").answer("v");
    assert_eq!(it.question().must_type, "zammad-db-1");
    // Neither Enter nor y nor another name will do.
    it.press("enter y enter").asks_nothing();
    it.question();
    it.press("ctrl-u").type_in("zammad-d");
    it.press("enter").asks_nothing();
    it.press("ctrl-u").paste("zammad-db-1");
    it.press("enter")
        .runs(&[("zammad-db", remove(true, true))])
        .no_window();

    let mut it = world();
    it.on("zammad-db")
        .press("D")
        .answer("v esc")
        .asks_nothing()
        .no_window();
}

#[test]
fn removing_the_volumes_of_many_wants_their_number_typed() {
    let mut it = world();
    it.on("zammad").press("space space space D").answer("v");
    assert_eq!(it.question().must_type, "3");
    it.type_in("3").press("enter");
    let verbs: Vec<Verb> = it.jobs().into_iter().map(|(_, verb)| verb).collect();
    assert_eq!(verbs, vec![remove(true, true); 3]);
}

#[test]
fn force_can_be_switched() {
    let mut it = world();
    it.on("scratch").press("D").answer("f y");
    it.runs(&[("scratch", remove(true, false))]);
    it.on("grafana").press("D").answer("f y");
    it.runs(&[("grafana", remove(false, false))]);
}

#[test]
fn a_new_name_is_looked_at_before_the_engine_is_asked() {
    let mut it = world();
    it.on("scratch").press("n").asks_nothing();
    assert_eq!(it.prompt().kind, PromptKind::Rename(key("scratch")));
    assert_eq!(it.prompt().field.text(), "scratch");
    it.press("enter").asks_nothing().no_window();

    it.press("n ctrl-u").type_in("-bad name");
    it.press("enter").asks_nothing();
    assert!(it.prompt().complaint.is_some());
    it.shows("only letters, digits, _ . -");
    it.press("ctrl-u");
    assert_eq!(it.prompt().complaint, None, "typing on takes it away");
    it.type_in("notes-2").press("enter");
    let to = "notes-2".to_owned();
    it.runs(&[("scratch", Verb::Rename { to })]).no_window();

    it.press("n")
        .type_in("x")
        .press("esc")
        .asks_nothing()
        .no_window();
}

#[test]
fn a_line_is_edited_as_people_expect() {
    let mut it = world();
    it.on("scratch").press("n ctrl-u").type_in("one two");
    it.press("ctrl-w");
    assert_eq!(it.prompt().field.text(), "one ");
    it.press("backspace ctrl-a").type_in("n");
    it.press("right delete end").type_in("!");
    assert_eq!(it.prompt().field.text(), "noe!");
    it.press("left backspace alt-x ctrl-x f5 pgup");
    assert_eq!(it.prompt().field.text(), "no!");
}

#[test]
fn a_paste_is_text_and_never_keys() {
    let mut it = world();
    it.on("scratch")
        .paste("rsD\r\x03yq")
        .asks_nothing()
        .no_window()
        .no_toast();
    it.press("n ctrl-u").paste("two\nlines\x1b[31m\u{7}\n");
    assert_eq!(it.prompt().field.text(), "two lines[31m");
    it.asks_nothing();

    let mut it = world();
    it.press("/").paste("mailhog");
    assert_eq!(it.rows(), ["mailhog"]);
}

#[test]
fn the_palette_finds_and_runs_an_action() {
    let mut it = world();
    it.on("mailhog").press(":").type_in("journ");
    it.shows("journal")
        .press("enter")
        .view(ViewId::Journal)
        .no_window();

    let mut it = world();
    it.on("mailhog").press(":").type_in("restart");
    it.press("enter").no_window();
    assert_eq!(it.jobs().len(), 1);

    for keys in ["esc", "backspace"] {
        it.press(":").press(keys).asks_nothing().no_window();
    }
    it.press(":")
        .type_in("zzzzqqq")
        .press("enter")
        .asks_nothing()
        .no_window();
}

#[test]
fn the_palette_knows_views_by_their_other_names() {
    for (typed, view) in [
        (": e v enter", ViewId::Events),
        (": h i s t o r y enter", ViewId::Journal),
        (": d e s c r i b e enter", ViewId::Details),
        (": t o p enter", ViewId::Processes),
        (": l o g s enter", ViewId::Logs),
    ] {
        let mut it = world();
        it.on("zammad").press(typed);
        assert_eq!(it.state.view(), view, "{typed}");
    }
}

#[test]
fn the_palettes_cursor_stays_in_its_list() {
    use stacktui::keys::MouseKind;
    let mut it = world();
    it.on("mailhog").press(":").type_in("journal");
    for _ in 0..50 {
        it.mouse(MouseKind::ScrollDown, 10, 10);
    }
    it.press("up up up up up up up up up up up up enter");
    it.no_window().view(ViewId::Journal);
}

#[test]
fn help_scrolls_both_ways_and_closes() {
    let mut it = world();
    it.press("?");
    let first = it.screen();
    assert!(first.contains("restart"), "{first}");
    it.press("j");
    assert_ne!(it.screen(), first);
    it.press("G");
    let last = it.screen();
    it.press("k");
    assert_ne!(it.screen(), last, "one line up from the end");
    it.press("g");
    assert_eq!(it.screen(), first);
    for keys in ["q", "esc", "enter", "?"] {
        it.press("?").press(keys);
        it.press("esc").no_window();
    }
}

#[test]
fn columns_and_order_are_chosen_and_remembered() {
    let mut it = world();
    it.press("o");
    let cpu = it.menu().items.iter().position(|item| item.label == "cpu");
    let at = it.menu().selected;
    let down = cpu.expect("a column `cpu`") as isize - at as isize;
    for _ in 0..down.abs() {
        it.press(if down > 0 { "j" } else { "k" });
    }
    it.press("enter").no_window();
    assert_eq!(it.state.containers.order, "cpu");
    let remembered = |it: &Scene| match it.effects.as_slice() {
        [Effect::Remember(pairs)] => pairs.clone(),
        other => panic!("{other:?}"),
    };
    assert!(remembered(&it).contains(&("order.containers".to_owned(), "cpu".to_owned())));
    it.press("O");
    assert!(remembered(&it).contains(&("order.containers".to_owned(), "-cpu".to_owned())));

    it.press("c");
    let shown = it
        .menu()
        .items
        .iter()
        .filter(|i| i.on == Some(true))
        .count();
    assert!(shown > 3);
    it.press("enter");
    remembered(&it);
    let left = it
        .menu()
        .items
        .iter()
        .filter(|i| i.on == Some(true))
        .count();
    assert_eq!(left.abs_diff(shown), 1);
    it.press("esc").no_window();
}

#[test]
fn the_last_column_stays() {
    let mut it = world();
    it.press("c");
    for n in 0..it.menu().items.len() {
        if it.menu().items[n].on == Some(true) {
            it.press("enter");
        }
        it.press("j");
    }
    it.sees_toast("one must stay");
    let columns = it.state.containers.columns.clone();
    assert_eq!(columns.len(), 1);
    let on: Vec<_> = it
        .menu()
        .items
        .iter()
        .filter(|i| i.on == Some(true))
        .collect();
    assert_eq!(on.len(), 1, "the menu shows what is");
    assert_eq!(on[0].label, columns[0]);
}

#[test]
fn what_is_copied_is_chosen_by_a_letter() {
    let expected = [
        ("n", full("zammad-db")),
        ("i", key("zammad-db").id.to_string()),
        ("m", "postgres:16-alpine".to_owned()),
        ("a", "172.20.0.5".to_owned()),
        ("r", format!("docker restart {}", full("zammad-db"))),
    ];
    for (keys, text) in expected {
        let mut it = world();
        it.on("zammad-db").press("y").press(keys).no_window();
        assert_eq!(it.effects, [Effect::Copy(text)]);
    }
}

#[test]
fn limits_are_asked_for_beside_what_was_used() {
    let mut it = world();
    it.on("zammad").press("L").no_window();
    assert_eq!(it.effects, [Effect::Fetch(Fetch::Details(key("zammad")))]);
    let details = crate::world::details(&full("zammad"), it.state.now);
    it.send(Msg::Details(key("zammad"), Ok(Box::new(details.clone()))));
    let items = it.menu().items.clone();
    let hints: Vec<_> = items
        .iter()
        .map(|item| (item.label.as_str(), item.hint.as_str()))
        .collect();
    assert_eq!(hints[0].0, "memory");
    assert!(hints[0].1.starts_with("2048m · peak "), "{hints:?}");
    assert_eq!(hints[2], ("processes", "no limit · peak 12"));
    assert_eq!(hints[3], ("restart policy", "unless-stopped"));
    // It comes again later: nothing opens a second time.
    it.press("esc").no_window();
    it.send(Msg::Details(key("zammad"), Ok(Box::new(details.clone()))))
        .no_window();

    let open = |it: &mut Scene, item: &str| {
        it.press("L");
        it.send(Msg::Details(key("zammad"), Ok(Box::new(details.clone()))));
        it.answer(item);
    };
    open(&mut it, "m");
    it.shows("memory (peak ")
        .press("ctrl-u")
        .type_in("1m")
        .press("enter")
        .shows("6m at least");
    it.press("ctrl-u").type_in("3g").press("enter");
    let memory = Change::Memory {
        bytes: 3 << 30,
        with_swap: 6 << 30,
    };
    it.runs(&[("zammad", Verb::Update(memory))]);
    // With swap, as it is and as it is typed; none lifts it.
    open(&mut it, "m");
    it.press("ctrl-u").type_in("3g 4g").press("enter");
    let with_swap = Change::Memory {
        bytes: 3 << 30,
        with_swap: 4 << 30,
    };
    it.runs(&[("zammad", Verb::Update(with_swap))]);
    open(&mut it, "m");
    it.press("ctrl-u")
        .press("enter")
        .shows("none lifts the limit");
    it.press("esc");
    it.press("L");
    let mut swapped = details.clone();
    swapped.swap_limit = Some(3 << 30);
    it.send(Msg::Details(key("zammad"), Ok(Box::new(swapped))));
    it.shows("2048m, 3072m with swap").answer("m");
    assert_eq!(it.prompt().before, "2048m 3072m");
    it.press("esc");
    open(&mut it, "r");
    it.shows("Restart policy of zammad-1")
        .answer("j j j j enter");
    it.runs(&[("zammad", Verb::Update(Change::Restart("always".to_owned())))]);
}

#[test]
fn several_get_a_restart_policy_at_once() {
    let mut it = world();
    it.on("grafana").press("space space").press("L");
    it.shows("Restart policy of 2 containers").answer("j enter");
    let verb = || Verb::Update(Change::Restart("on-failure".to_owned()));
    it.runs(&[("grafana", verb()), ("mailhog", verb())]);
}

#[test]
fn limits_that_cannot_be_read_are_not_changed() {
    let mut it = world();
    it.on("zammad").press("L");
    let failure = Failure {
        what: Words::as_is("inspect: no answer within 5 s"),
        ..Failure::default()
    };
    it.send(Msg::Details(key("zammad"), Err(failure)));
    it.no_window().sees_toast("no answer within 5 s");
}

#[test]
fn a_question_shows_the_command_that_does_the_same_and_gives_it_away() {
    let mut it = world();
    it.on("grafana").press("s");
    it.shows("docker stop systeme-ticketing-grafana-1");
    it.wait(400).press("c");
    let copied = it.effects.iter().find_map(|effect| match effect {
        Effect::Copy(text) => Some(text.clone()),
        _ => None,
    });
    assert_eq!(
        copied.as_deref(),
        Some("docker stop systeme-ticketing-grafana-1")
    );
    it.shows("Stop grafana-1?");
    // As the switches stand.
    it.press("esc").press("D").wait(400).press("f");
    it.shows("docker rm systeme-ticketing-grafana-1");
}

/// What the window gives away.
fn command(it: &mut Scene, key: &str) -> String {
    it.press(key);
    match it.effects.as_slice() {
        [Effect::Copy(text)] => text.clone(),
        other => panic!("{other:?}\n{}", it.screen()),
    }
}

#[test]
fn menus_lines_and_questions_with_a_name_to_type_give_their_command_away() {
    let name = full("grafana");
    let mut it = world();
    it.on("grafana").press("K").wait(400).press("j");
    it.shows(&format!("docker kill --signal TERM {name}"));
    assert_eq!(
        command(&mut it, "c"),
        format!("docker kill --signal TERM {name}")
    );
    it.press("esc").press("n").hides("docker rename");
    it.press("ctrl-u").type_in("charts");
    it.shows(&format!("Ctrl-y docker rename {name} charts"));
    assert_eq!(
        command(&mut it, "ctrl-y"),
        format!("docker rename {name} charts")
    );
    it.press("esc").press("D").wait(400).press("v");
    it.shows("type grafana-1 to confirm");
    it.shows("Ctrl-y docker rm --force --volumes");
    let removed = format!("docker rm --force --volumes {name}");
    assert_eq!(command(&mut it, "ctrl-y"), removed);
}

#[test]
fn a_stack_that_is_stopped_in_order_shows_that_order() {
    let mut it = world();
    it.change("grafana", |c| {
        let label = "com.docker.compose.depends_on".to_owned();
        c.labels
            .insert(label, "zammad:service_started:false".to_owned());
    });
    it.on("grafana")
        .press("space")
        .on("zammad")
        .press("space s");
    it.wait(400);
    let (first, then) = (full("grafana"), full("zammad"));
    assert_eq!(
        command(&mut it, "c"),
        format!("docker stop {first} && docker stop {then}")
    );
}
