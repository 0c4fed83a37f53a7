//! Screens about containers: logs, details, inspect, processes, events, journal; and which streams each makes flow.
use chrono::{DateTime, TimeDelta, Utc};
use stacktui::effect::{Effect, Subscription};
use stacktui::log_store::Kind;
use stacktui::model::journal::Form;
use stacktui::model::{Key, Processes, RunState};
use stacktui::msg::{HostMsg, LogMsg, Msg};
use stacktui::state::{Stamps, ViewId};

use crate::harness::{Scene, full, key, of, restart, stopped, world};
use crate::world as base;

/// Closing what was opened leaves the streams as they were.
#[test]
fn closing_ends_what_opening_began() {
    for keys in ["l", "enter", "i", "t", "8", "9"] {
        let mut it = world();
        it.on("zammad");
        let before = it.flows();
        it.press(keys);
        assert_ne!(it.flows(), before, "{keys}");
        it.press(if keys == "8" || keys == "9" { "1" } else { "q" });
        assert_eq!(it.flows(), before, "{keys}");
        it.press(keys).press("1");
        assert_eq!(it.flows(), before, "{keys}, then the tab");
    }
}

#[test]
fn each_screen_makes_its_own_streams_flow() {
    let mut it = world();
    let running = |s: &Subscription| matches!(s, Subscription::Stats(_));
    assert_eq!(it.flows().iter().filter(|s| running(s)).count(), 9);
    it.on("zammad").press("enter");
    let flows = it.flows();
    for flow in [
        Subscription::Link(base::HOST),
        Subscription::Details(key("zammad")),
        Subscription::StatsFocused(key("zammad")),
        Subscription::Processes(key("zammad")),
    ] {
        assert!(flows.contains(&flow), "{flow:?} in {flows:?}");
    }
    assert!(!flows.iter().any(running));
    it.press("q 9");
    assert!(it.flows().contains(&Subscription::Journal));
    it.press("1").send(Msg::Focus(false));
    assert!(!it.flows().iter().any(running), "nobody looks");
    it.send(Msg::Focus(true));
    assert!(it.flows().iter().any(running));
}

#[test]
fn figures_of_what_does_not_run_are_not_asked_for() {
    let mut it = world();
    let stats = Subscription::Stats(key("grafana"));
    assert!(it.flows().contains(&stats));
    it.change("grafana", stopped);
    assert!(!it.flows().contains(&stats));
}

#[test]
fn of_many_what_is_looked_at_comes_first() {
    let mut it = of(base::many(600, base::now()));
    let first = |it: &Scene| -> Vec<Key> {
        let near = |flow| match flow {
            Subscription::Stats(key) => Some(key),
            _ => None,
        };
        it.flows().into_iter().filter_map(near).collect()
    };
    let rest = |it: &Scene| {
        let mut flows = it.flows().into_iter();
        flows.any(|flow| matches!(flow, Subscription::StatsRest(_)))
    };
    let all = first(&it).len();
    assert!(all > 0 && all <= 24, "{all} on screen");
    assert!(rest(&it), "the sums stand on all of them");
    it.press("G").press("space");
    it.press("g");
    assert_eq!(first(&it).len(), all + 1, "the marked one");
    it.send(Msg::Focus(false));
    assert!(first(&it).is_empty() && !rest(&it), "nobody looks");
}

#[test]
fn seconds_tick_only_while_something_counts() {
    let mut it = world();
    let ticks = |it: &Scene| it.flows().contains(&Subscription::Tick);
    assert!(!ticks(&it));
    it.on("zammad").press("r");
    assert!(ticks(&it));
    it.done("zammad", 10);
    assert!(ticks(&it), "a toast goes by itself");
    it.wait(10_000);
    assert!(!ticks(&it));
    base::lose_link(&mut it.state);
    assert!(ticks(&it));
}

#[test]
fn logs_follow_the_service_not_the_container() {
    let mut it = world();
    it.on("zammad").press("l").view(ViewId::Logs);
    assert_eq!(it.log_keys(), [key("zammad")]);
    // Scaled: a second container of the service comes.
    let mut second = it.container("zammad").clone();
    second.key = base::key("second");
    second.name = "systeme-ticketing-zammad-2".to_owned();
    let come = |c| HostMsg::Delta {
        changed: vec![c],
        gone: Vec::new(),
    };
    it.send(Msg::Host(base::HOST, come(second.clone())));
    assert_eq!(it.log_keys().len(), 2);
    // Recreated: the first is replaced.
    let mut anew = it.container("zammad").clone();
    anew.key = base::key("anew");
    it.gone("zammad").send(Msg::Host(base::HOST, come(anew)));
    let keys = it.log_keys();
    assert!(keys.contains(&base::key("anew")) && keys.contains(&base::key("second")));
    assert!(!keys.contains(&key("zammad")));
    // Another service is none of it.
    let other = base::container("systeme-ticketing", "zammad-worker", "z", base::now());
    it.send(Msg::Host(base::HOST, come(other)));
    assert_eq!(it.log_keys().len(), 2);
}

#[test]
fn a_container_of_no_service_is_followed_by_its_name() {
    let mut it = world();
    it.on("scratch").press("l");
    assert_eq!(it.log_keys(), [key("scratch")]);
    let mut anew = it.container("scratch").clone();
    anew.key = base::key("anew");
    let changed = vec![anew];
    it.gone("scratch").send(Msg::Host(
        base::HOST,
        HostMsg::Delta {
            changed,
            gone: Vec::new(),
        },
    ));
    assert_eq!(it.log_keys(), [base::key("anew")]);
}

#[test]
fn marked_services_are_read_together() {
    let mut it = world();
    it.on("zammad").press("space space").press("l");
    let mut expected = vec![key("zammad"), key("zammad-db")];
    expected.sort();
    assert_eq!(it.log_keys(), expected);
    it.shows("2 services");
}

fn lines(it: &mut Scene, name: &str, texts: &[&str]) {
    let at = it.state.now;
    let records = texts
        .iter()
        .enumerate()
        .map(|(n, text)| base::record(at + TimeDelta::milliseconds(n as i64), false, text))
        .collect();
    base::logs_of(&mut it.state, &full(name), records);
}

#[test]
fn what_happens_to_a_source_stands_between_its_lines() {
    let mut it = world();
    it.on("zammad").press("l");
    lines(&mut it, "zammad", &["one", "two"]);
    it.state.now += TimeDelta::seconds(5);
    it.event("zammad", "oom", &[])
        .event("zammad", "die", &[("exitCode", "137")]);
    it.shows("zammad-1 died").shows("exit 137 · out of memory");
    it.state.now += TimeDelta::seconds(1);
    it.event("zammad", "start", &[])
        .shows("zammad-1 restarted")
        .hides("died");
    it.shows("exit 137 · out of memory");
    let book = it.state.logs.as_ref().expect("a book");
    let separators = (0..book.len())
        .filter(|n| book.line(*n).is_some_and(|l| l.kind() == Kind::Separator))
        .count();
    assert_eq!(separators, 1);
    // What happens to others is none of its business.
    it.event("grafana", "die", &[("exitCode", "1")])
        .hides("grafana");
}

#[test]
fn the_readers_place_does_not_move_under_them() {
    let mut it = world();
    it.on("zammad").press("l");
    let texts: Vec<String> = (0..200).map(|n| format!("line number {n:03}")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    lines(&mut it, "zammad", &texts);
    it.shows("line number 199")
        .press("g")
        .shows("line number 000");
    it.press("pgdn");
    let place = it.screen();
    let shown = place.lines().nth(4).unwrap_or_default().to_owned();
    it.state.now += TimeDelta::seconds(60);
    lines(&mut it, "zammad", &["newer", "newest"]);
    it.shows(shown.trim()).hides("newest");
    assert_eq!(it.screen().lines().nth(4), Some(shown.as_str()));
    it.press("f").shows("newest");
    it.press("k").press("G").shows("newest");
}

#[test]
fn logs_are_searched_wrapped_stamped_copied_and_saved() {
    let mut it = world();
    it.on("zammad").press("l");
    lines(
        &mut it,
        "zammad",
        &["alpha", "beta error", "gamma", "delta error"],
    );
    it.press("/").type_in("err");
    it.press("enter");
    let book = it.state.logs.as_ref().expect("a book");
    assert_eq!(book.hit_count(), Some((2, 2, true)));
    let newest = book.searched().expect("a search").current;
    it.press("N");
    let current = |it: &Scene| it.state.logs.as_ref().and_then(|b| b.searched()?.current);
    assert_ne!(current(&it), newest);
    it.press("n");
    assert_eq!(current(&it), newest);
    it.press("/ ctrl-u").type_in("a(");
    assert!(it.prompt().complaint.is_some());
    it.press("enter");
    it.prompt();
    it.press("esc");
    assert!(
        it.state
            .logs
            .as_ref()
            .is_some_and(|b| b.searched().is_some()),
        "the search before"
    );
    it.press("esc").view(ViewId::Logs);
    assert!(
        it.state
            .logs
            .as_ref()
            .is_some_and(|b| b.searched().is_none())
    );
    it.press("n").sees_toast("nothing is searched: / searches");

    it.press("w t");
    let book = it.state.logs.as_ref().expect("a book");
    assert!(book.look.wrap && book.look.stamps == Stamps::Local);

    it.press("y");
    let [Effect::Copy(text)] = it.effects.as_slice() else {
        panic!("{:?}", it.effects);
    };
    assert_eq!(text, "alpha\nbeta error\ngamma\ndelta error");

    it.press("ctrl-s")
        .press("a")
        .press("ctrl-u")
        .press("enter")
        .asks_nothing();
    assert_eq!(
        it.prompt().complaint.as_deref(),
        Some("a file name is wanted")
    );
    it.type_in("/tmp/x.log").press("enter");
    let [Effect::Save(save)] = it.effects.as_slice() else {
        panic!("{:?}", it.effects);
    };
    assert_eq!(save.path, std::path::Path::new("/tmp/x.log"));
    assert!(save.plain && !save.replace);
    assert_eq!(save.lines.len(), 4);
}

#[test]
fn lines_of_a_view_that_was_left_go_nowhere() {
    let mut it = world();
    it.on("zammad").press("l");
    let query = it
        .state
        .logs
        .as_ref()
        .expect("a book")
        .query(&key("zammad"));
    it.press("q");
    let late = LogMsg::Lines(vec![base::record(base::now(), false, "late")]);
    it.send(Msg::Logs(query, late));
    assert!(it.state.logs.is_none());
}

#[test]
fn secrets_are_masked_until_asked_for_and_that_is_journalled() {
    let mut it = world();
    it.on("zammad").press("enter").asks_nothing();
    let details = base::details(&full("zammad"), it.state.now);
    it.send(Msg::Details(key("zammad"), Ok(Box::new(details))));
    it.send(Msg::Resize {
        width: 120,
        height: 60,
    });
    it.shows("POSTGRESQL_PASS")
        .hides("correct-horse-battery")
        .shows("production");
    it.press("v");
    let [Effect::JournalReveal { target, what }] = it.effects.as_slice() else {
        panic!("{:?}", it.effects);
    };
    assert_eq!(target.name, full("zammad"));
    assert_eq!(what, "environment and labels");
    it.shows("correct-horse-battery");
    it.press("v").asks_nothing().hides("correct-horse-battery");
}

#[test]
fn details_scroll_to_their_end_and_back() {
    let mut it = world();
    it.on("zammad").press("enter");
    let details = base::details(&full("zammad"), it.state.now);
    it.send(Msg::Details(key("zammad"), Ok(Box::new(details))));
    let first = it.screen();
    it.press("G");
    let last = it.screen();
    assert_ne!(first, last);
    it.press("k");
    assert_ne!(it.screen(), last, "one line up from the end");
    it.press("g");
    assert_eq!(it.screen(), first);
    for _ in 0..40 {
        it.press("pgdn");
    }
    it.press("pgup");
    assert_ne!(it.screen(), last);
}

#[test]
fn processes_scroll_to_their_end_and_back() {
    let mut it = world();
    it.on("zammad").press("t");
    let rows = (0..100)
        .map(|n| vec![n.to_string(), format!("worker-{n:03}")])
        .collect();
    let processes = Processes {
        titles: vec!["PID".to_owned(), "CMD".to_owned()],
        rows,
    };
    it.send(Msg::Processes(key("zammad"), Ok(processes)));
    it.shows("worker-000").press("G").shows("worker-099");
    it.press("k").hides("worker-099").shows("worker-098");
}

#[test]
fn actions_work_on_the_container_that_is_open() {
    let mut it = world();
    it.on("zammad").press("enter");
    it.press("r")
        .runs(&[("zammad", restart())])
        .view(ViewId::Details);
    it.done("zammad", 10);
    it.gone("zammad")
        .press("r")
        .asks_nothing()
        .sees_toast("the container is gone");
    it.shows("gone");
}

#[test]
fn what_is_gone_keeps_its_name() {
    let mut it = world();
    it.on("zammad").press("enter");
    let name = full("zammad");
    let details = base::details(&name, it.state.now);
    it.send(Msg::Details(key("zammad"), Ok(Box::new(details))))
        .gone("zammad")
        .shows(&format!("› {name} › details"));
}

#[test]
fn events_lead_to_their_container() {
    let mut it = world();
    it.event("grafana", "restart", &[])
        .event("zammad", "die", &[("exitCode", "1")]);
    it.press("8")
        .view(ViewId::Events)
        .shows("die")
        .press("enter");
    assert_eq!(it.state.subject(), Some(key("zammad")));
    it.view(ViewId::Details).press("q").view(ViewId::Events);
    it.press("k enter");
    assert_eq!(it.state.subject(), Some(key("grafana")));
    it.press("q")
        .gone("grafana")
        .press("enter")
        .sees_toast("that container is gone");
}

#[test]
fn a_line_about_no_container_says_so() {
    let mut it = world();
    it.press("9 enter").view(ViewId::Journal);
    it.press("t").sees_toast("nothing is chosen");
    let mut network = base::event(it.state.now, "proxy", "create", &[]);
    network.kind = "network".to_owned();
    let mut it = world();
    it.send(Msg::Host(
        base::HOST,
        HostMsg::Events(vec![network.clone()]),
    ))
    .press("8 enter")
    .view(ViewId::Item);
    assert_eq!(
        it.state.subject().map(|key| key.kind),
        Some(stacktui::model::Kind::Network)
    );
    network.action = "destroy".to_owned();
    let mut it = world();
    it.send(Msg::Host(base::HOST, HostMsg::Events(vec![network])))
        .press("8 enter")
        .sees_toast("this line is about nothing that can be shown");
}

#[test]
fn a_restart_is_one_line_that_opens() {
    let mut it = world();
    it.event("grafana", "rename", &[])
        .event("grafana", "kill", &[("signal", "15")])
        .event("grafana", "die", &[("exitCode", "143")])
        .event("grafana", "stop", &[])
        .event("grafana", "start", &[])
        .event("grafana", "restart", &[]);
    it.press("8")
        .shows("restart ▸ 4 more  terminated")
        .shows("rename")
        .hides("die");
    it.press("z").shows("restart ▾").shows("die");
    it.press("k z").hides("die");
    it.press("/")
        .type_in("die")
        .press("enter")
        .shows("die  terminated");
}

#[test]
fn what_looking_makes_is_no_event_for_a_reader() {
    let mut it = world();
    it.event("grafana", "top", &[])
        .event("grafana", "exec_start: true", &[])
        .event("grafana", "rename", &[]);
    it.press("8")
        .shows("rename")
        .hides("top")
        .hides("exec_start");
    it.press("p").shows("top").shows("exec_start");
}

#[test]
fn events_are_followed_until_the_reader_goes_up() {
    let mut it = world();
    it.press("8");
    let last = |it: &Scene| {
        let table = &it.state.events.table;
        table.index().is_some_and(|i| i + 1 == table.rows.len())
    };
    for _ in 0..50 {
        it.event("grafana", "restart", &[]);
        assert!(last(&it));
    }
    it.press("k k");
    let selected = it.state.events.table.selected.clone();
    it.event("grafana", "restart", &[]);
    assert_eq!(it.state.events.table.selected, selected);
    it.press("G").event("grafana", "restart", &[]);
    assert!(last(&it));
}

#[test]
fn a_lost_link_is_told_and_so_is_its_return() {
    let mut it = world();
    base::lose_link(&mut it.state);
    it.sees_toast("lost tickets-01: connection refused")
        .shows("zammad");
    it.wait(20_000);
    let up = stacktui::model::Link::Up(Box::new(base::info()));
    it.send(Msg::Host(base::HOST, HostMsg::Link(up)))
        .sees_toast("tickets-01 is back");
    it.on("zammad").press("r").runs(&[("zammad", restart())]);
}

#[test]
fn a_stop_is_told_by_the_row_that_it_reached() {
    let mut it = world();
    it.change("grafana", |c| {
        stopped(c);
        c.exit_code = Some(137);
    });
    assert_eq!(it.container("grafana").state, RunState::Exited);
    it.shows("137");
}

#[test]
fn a_search_in_inspect_does_not_tell_a_secret() {
    let mut it = world();
    it.on("zammad").press("i");
    it.send(Msg::Details(
        key("zammad"),
        Ok(Box::new(base::details("zammad", base::now()))),
    ));
    let secret = "correct-horse";
    let hits = |it: &Scene| it.state.sheets[&key("zammad")].inspect.hits.len();
    it.press("/").type_in(secret).press("enter");
    assert_eq!(hits(&it), 0);
    it.press("esc");
    assert!(it.state.sheets[&key("zammad")].inspect.query.is_empty());
    assert_eq!(it.state.view(), ViewId::Inspect, "first the search ends");
    it.press("esc").press("enter v").press("i");
    it.press("/").type_in(secret).press("enter");
    assert_eq!(hits(&it), 1, "shown, it may be searched");
}

#[test]
fn a_note_goes_into_the_journal_and_is_told_there() {
    let mut it = world();
    it.press("9 n").type_in("mail came at last").press("enter");
    let note = Effect::Note("mail came at last".to_owned());
    assert_eq!(it.effects.last(), Some(&note));
    let entry = stacktui::model::Entry {
        id: "1".to_owned(),
        at: base::now().fixed_offset(),
        phase: stacktui::model::Phase::Note,
        action: "note".to_owned(),
        user: "ada".to_owned(),
        params: vec![("text".to_owned(), "mail came at last".to_owned())],
        ..stacktui::model::Entry::default()
    };
    it.send(Msg::Journal(vec![entry]));
    it.shows("mail came at last");
    // Several words narrow it down, each to another thing.
    it.press("/").type_in("ada mail").press("enter");
    it.shows("mail came at last");
    it.press("esc /").type_in("eve mail").press("enter");
    it.shows("Nothing matches");
    it.press("esc n").type_in("  ").press("enter");
    assert!(it.effects.is_empty(), "nothing is no note");
}

/// An act on a container of another stack's name, failed, long ago enough to be yesterday's.
fn failed(at: DateTime<Utc>) -> stacktui::model::Entry {
    stacktui::model::Entry {
        id: "7".to_owned(),
        at: at.fixed_offset(),
        phase: stacktui::model::Phase::Result,
        action: "mail.delete_all".to_owned(),
        user: "root".to_owned(),
        client: Some("203.0.113.7:51544".to_owned()),
        target: Some(stacktui::model::Target {
            kind: "container".to_owned(),
            id: key("mailhog").short().to_owned(),
            name: full("mailhog"),
            ..stacktui::model::Target::default()
        }),
        params: vec![("force".to_owned(), "false".to_owned())],
        before: Some("running, healthy".to_owned()),
        after: Some("running, starting".to_owned()),
        outcome: Some(stacktui::model::Outcome::Failure),
        error: Some(
            "the old one is mailhog-1.old-1f2e3d, the new one is gone, and neither is what you asked for; by hand: docker start mailhog-1.old-1f2e3d"
                .to_owned(),
        ),
        command: Some("docker rm mailhog-1".to_owned()),
        ..stacktui::model::Entry::default()
    }
}

#[test]
fn the_journal_is_a_story_and_each_entry_has_a_page_that_tells_all_of_it() {
    let mut it = world();
    let at = it.state.now;
    it.send(Msg::Resize {
        width: 80,
        height: 24,
    });
    it.send(Msg::Journal(vec![failed(at)]));
    it.press("9")
        .shows("emptied the mailbox of")
        .hides("delete_all");
    it.press("enter").view(ViewId::Entry);
    it.shows("203.0.113.7").shows("running, healthy");
    // To its last word, at the width of an ordinary window.
    it.shows("mailhog-1.old-1f2e3d")
        .shows("by hand: docker start")
        .hides("force");
    it.press("y");
    assert!(it.menu().items.iter().any(|item| item.label == "command"));
    it.press("enter");
    let copied = Effect::Copy("docker rm mailhog-1".to_owned());
    assert_eq!(it.effects.last(), Some(&copied));
    it.press("enter").view(ViewId::Details);
    it.press("esc esc").view(ViewId::Journal);
}

#[test]
fn the_journal_tells_what_changed_and_is_quiet_about_what_did_not() {
    let mut it = world();
    let mut entry = failed(it.state.now);
    entry.error = None;
    entry.outcome = Some(stacktui::model::Outcome::Success);
    it.send(Msg::Resize {
        width: 120,
        height: 40,
    });
    it.send(Msg::Journal(vec![entry.clone()]));
    it.press("9").shows("healthy -> starting");
    entry.after = entry.before.clone();
    it.send(Msg::Journal(vec![entry]))
        .hides("->")
        .hides("false");
}

#[test]
fn a_filter_of_the_journal_takes_a_day_by_its_name() {
    let mut it = world();
    let now = it.state.now;
    it.send(Msg::Journal(vec![failed(now - TimeDelta::days(1))]));
    it.press("9 /").type_in("today").press("enter");
    it.shows("Nothing matches");
    it.press("esc /")
        .type_in("yesterday emptied")
        .press("enter");
    it.shows("emptied the mailbox");
}

#[test]
fn what_runs_is_under_way_in_the_journal_and_what_was_cut_off_is_not() {
    let mut it = world();
    let begun = |it: &mut Scene, name: &str| {
        let entry = stacktui::model::Entry {
            id: name.to_owned(),
            at: base::now().fixed_offset(),
            phase: stacktui::model::Phase::Intent,
            action: "container.restart".to_owned(),
            target: Some(stacktui::model::Target {
                kind: "container".to_owned(),
                id: key(name).id.to_string(),
                name: name.to_owned(),
                ..stacktui::model::Target::default()
            }),
            ..stacktui::model::Entry::default()
        };
        it.send(Msg::Journal(vec![entry]));
    };
    begun(&mut it, "grafana");
    it.press("9").shows("no outcome");
    it.press("1").on("zammad").press("r");
    begun(&mut it, "zammad");
    it.press("9").shows("under way").shows("no outcome");
}

#[test]
fn the_journal_is_exported_as_it_is_shown_in_the_form_that_is_chosen() {
    let mut it = world();
    it.press("9 ctrl-s").sees_toast("nothing is shown");
    let now = it.state.now;
    let mut other = failed(now - TimeDelta::days(1));
    other.id = "0".to_owned();
    other.action = "container.restart".to_owned();
    it.send(Msg::Journal(vec![other, failed(now)]));
    it.press("ctrl-s").shows("Export 2 entries");
    let labels: Vec<&str> = it.menu().items.iter().map(|i| i.label.as_str()).collect();
    assert_eq!(
        labels,
        [
            "Markdown, English",
            "Markdown, français",
            "CSV, for a spreadsheet",
            "JSON, an entry a line"
        ]
    );
    it.press("esc /").type_in("emptied").press("enter ctrl-s");
    it.shows("Export 1 entry").wait(500).press("down enter");
    let Some(Effect::ExportJournal {
        path,
        form,
        entries,
    }) = it.effects.last()
    else {
        panic!("{:?}", it.effects);
    };
    let french = stacktui::lang::Lang::named("fr").expect("French");
    assert_eq!(*form, Form::Markdown(french));
    assert_eq!(entries, &[failed(now)]);
    let day = now.format("%Y-%m-%d");
    assert_eq!(path.to_str(), Some(format!("journal-{day}.md").as_str()));
}
