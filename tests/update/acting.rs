//! Verbs: what runs at once, on what, and why something does not run.
use stacktui::effect::{Effect, Subscription, Verb};
use stacktui::lang::Words;
use stacktui::model::{Link, RunState};
use stacktui::msg::{Failure, HostMsg, JobMsg, Msg, ShellEnd};

use crate::harness::{Scene, full, key, kill, of, restart, stop, world};
use crate::world as base;

#[test]
fn one_key_restarts_the_container_under_the_cursor() {
    let mut it = world();
    it.on("zammad")
        .press("r")
        .runs(&[("zammad", restart())])
        .no_window();
    let job = it.job("zammad");
    assert_eq!(job.target.service.as_deref(), Some("zammad"));
    assert_eq!(job.before, "running, unhealthy");
    it.shows("restarting 0s").hides("kill in");
    it.begun("zammad")
        .shows("restarting 0s")
        .shows("kill in 10s");
    it.wait(3_000).shows("restarting 3s").shows("kill in 7s");
    it.done("zammad", 10_800)
        .sees_toast("zammad-1 restarted in 10.8 s")
        .shows("restarted in 10.8 s");
    it.wait(9_000).no_toast().hides("restarted in");
}

#[test]
fn a_narrow_row_keeps_the_countdown() {
    let mut it = world();
    it.send(Msg::Resize {
        width: 40,
        height: 12,
    })
    .press("!")
    .press("r");
    it.begun("zammad")
        .wait(2_000)
        .shows("kill in 8s")
        .hides("restarting 2s");
}

#[test]
fn the_engines_own_stop_timeout_counts() {
    let mut it = world();
    it.on("zammad").press("r");
    let id = it.job("zammad").id;
    it.send(Msg::Job(JobMsg::Started {
        id,
        stop_timeout: 60,
    }))
    .wait(2_000)
    .shows("kill in 58s");
    it.event("zammad", "die", &[("exitCode", "137")])
        .hides("kill in")
        .shows("restarting 2s");
}

#[test]
fn what_has_not_got_its_turn_counts_no_seconds_until_a_kill() {
    let mut it = world();
    it.on("zammad").press("r").wait(5_000);
    it.shows("queued 5s")
        .hides("kill in")
        .hides("restarting 5s");
    it.begun("zammad").wait(1_000);
    it.shows("restarting 1s").shows("kill in 9s");
}

fn fail(it: &mut Scene, name: &str, what: &str) {
    let failure = Failure {
        what: Words::as_is(what),
        ..Failure::default()
    };
    let id = it.job(name).id;
    it.send(Msg::Job(JobMsg::Failed {
        id,
        took_ms: 5,
        failure,
    }));
}

#[test]
fn a_failure_stays_on_its_row_until_it_is_seen_its_reason_first() {
    let mut it = world();
    let id = "782bedabee6e782bedabee6e782bedabee6e782bedabee6e782bedabee6e7821";
    let what = format!(
        "Cannot restart container {id}: driver failed programming external connectivity on endpoint web: Bind for 0.0.0.0:80 failed: port is already allocated"
    );
    it.send(Msg::Resize {
        width: 80,
        height: 24,
    });
    it.on("zammad").press("r");
    fail(&mut it, "zammad", &what);
    it.wait(60_000)
        .no_toast()
        .hides(id)
        .shows("Bind for 0.0.0.0:80");
    assert!(
        !it.flows().contains(&Subscription::Tick),
        "it waits for nothing"
    );
    // The next act takes its place.
    it.press("r").hides("Bind for");
    fail(&mut it, "zammad", &what);
    it.wait(60_000)
        .shows("Bind for")
        .press("esc")
        .hides("Bind for");
    // Its page tells it, too.
    it.press("r");
    fail(&mut it, "zammad", &what);
    it.wait(60_000).press("enter").shows("Bind for");
    it.press("esc").hides("Bind for");
}

#[test]
fn a_stack_restarts_as_one() {
    let mut it = world();
    it.press("g r");
    // All but the one that is paused.
    assert_eq!(it.jobs().len(), 9);
    assert!(it.jobs().iter().all(|(_, verb)| *verb == restart()));
}

#[test]
fn marked_rows_are_acted_on_instead_of_the_cursor() {
    let mut it = world();
    it.on("grafana").press("space space");
    it.on("zammad-db").press("r");
    let mut keys: Vec<_> = it.jobs().into_iter().map(|(key, _)| key).collect();
    keys.sort();
    let mut expected = vec![key("grafana"), key("mailhog")];
    expected.sort();
    assert_eq!(keys, expected);
    it.done("grafana", 100).done("mailhog", 100);
    assert_eq!(it.marked(), [], "what is done is no longer marked");
}

#[test]
fn a_second_restart_says_that_one_is_under_way() {
    let mut it = world();
    it.on("zammad").press("r").press("r").asks_nothing();
    it.sees_toast("restart: already on its way: K kills it now");
}

#[test]
fn k_during_a_restart_kills_at_once() {
    let mut it = world();
    it.on("zammad")
        .press("r")
        .press("K")
        .runs(&[("zammad", kill("KILL"))])
        .no_window();
}

#[test]
fn k_during_a_stop_kills_only_what_is_waited_for() {
    let mut it = world();
    it.on("zammad").press("s").answer("y");
    it.runs(&[("zammad", stop())]);
    it.on("grafana").press("space");
    it.on("zammad").press("space");
    it.press("K").runs(&[("zammad", kill("KILL"))]).no_window();
}

#[test]
fn restart_asks_for_what_is_protected() {
    let mut it = world();
    it.protect("zammad-db").on("zammad-db");
    it.press("r").asks_nothing();
    assert_eq!(it.question().title, "Restart zammad-db-1?");
    it.answer("y").runs(&[("zammad-db", restart())]).no_window();

    let mut it = world();
    it.state.prefs.protect = vec!["*-traefik-*".to_owned()];
    it.on("traefik").press("r").asks_nothing();
    it.question();
    it.press("esc")
        .on("mailhog")
        .press("r")
        .runs(&[("mailhog", restart())]);

    let mut it = world();
    it.state
        .prefs
        .confirm
        .insert("container.restart".to_owned(), true);
    it.on("mailhog").press("r").asks_nothing();
    it.question();
}

#[test]
fn the_settings_say_what_asks_first() {
    let mut it = world();
    for (action, asks) in [
        ("container.stop", false),
        ("container.pause", true),
        ("container.start", true),
    ] {
        it.state.prefs.confirm.insert(action.to_owned(), asks);
    }
    it.on("mailhog").press("s").runs(&[("mailhog", stop())]);
    it.on("grafana").press("p").asks_nothing();
    assert_eq!(it.question().title, "Pause grafana-1?");
    it.press("esc").on("backup").press("u").asks_nothing();
    assert_eq!(it.question().title, "Start backup?");

    // A protected one is asked for whatever the settings say, and never kept from being started.
    let mut it = world();
    it.state
        .prefs
        .confirm
        .insert("container.stop".to_owned(), false);
    it.protect("mailhog");
    it.on("mailhog").press("s").asks_nothing();
    assert_eq!(it.question().title, "Stop mailhog-1?");
    it.press("esc").protect("backup");
    it.on("backup").press("u").runs(&[("backup", Verb::Start)]);
}

#[test]
fn one_protected_among_the_marked_makes_all_be_asked_for() {
    let mut it = world();
    it.protect("zammad-db");
    it.on("zammad").press("space space r").asks_nothing();
    assert_eq!(
        it.question().title,
        "Restart 2 containers of systeme-ticketing?"
    );
    it.answer("y");
    assert_eq!(it.jobs().len(), 2);
}

#[test]
fn up_starts_what_is_stopped_and_says_when_it_runs() {
    let mut it = world();
    it.on("backup").press("u").runs(&[("backup", Verb::Start)]);
    it.on("grafana")
        .press("u")
        .asks_nothing()
        .sees_toast("start: already running: r restarts it");
}

#[test]
fn pause_and_unpause_are_one_key() {
    let mut it = world();
    it.on("grafana")
        .press("p")
        .runs(&[("grafana", Verb::Pause)]);
    it.on("portainer")
        .press("p")
        .runs(&[("portainer", Verb::Unpause)]);
    it.on("scratch")
        .press("p")
        .asks_nothing()
        .sees_toast("only a running container can be paused");
    // Some paused, some not: the others are paused too.
    let mut it = world();
    it.on("portainer")
        .press("space space p")
        .runs(&[("prometheus", Verb::Pause)]);
}

#[test]
fn what_cannot_run_says_why() {
    let cases = [
        ("scratch", "s", "stop: already stopped: u starts it"),
        (
            "scratch",
            "K",
            "kill: not running: there is nothing to kill",
        ),
        ("scratch", "e", "shell: exited: u starts it"),
        ("scratch", "E", "shell as: exited: u starts it"),
        ("scratch", "t", "processes: exited: u starts it"),
        ("scratch", "A", "attach: exited: u starts it"),
        ("scratch", "w", "it has no URL"),
        ("portainer", "e", "shell: paused: p lets it go on"),
    ];
    for (name, keys, why) in cases {
        let mut it = world();
        it.on(name)
            .press(keys)
            .asks_nothing()
            .no_window()
            .sees_toast(why);
    }
}

#[test]
fn one_at_a_time_where_only_one_makes_sense() {
    for keys in ["e", "E", "i", "n", "t", "w", "y", "A"] {
        let mut it = world();
        it.on("grafana").press("space space");
        it.press(keys)
            .asks_nothing()
            .no_window()
            .sees_toast("choose one container for this");
    }
}

#[test]
fn read_only_refuses_every_change_with_its_reason() {
    for keys in ["r", "s", "u", "p", "K", "D", "n", "e", "E", "A"] {
        let mut it = world();
        it.state.read_only = true;
        it.on("grafana")
            .press(keys)
            .asks_nothing()
            .no_window()
            .sees_toast("read-only: nothing may be changed here");
    }
    // And looking is allowed.
    let mut it = world();
    it.state.read_only = true;
    it.on("grafana").press("l").asks_nothing().no_toast();
    assert_eq!(it.log_keys(), [key("grafana")]);
}

#[test]
fn read_only_holds_in_the_palette_too() {
    let mut it = world();
    it.state.read_only = true;
    it.on("grafana").press(":").type_in("restart");
    it.press("enter")
        .asks_nothing()
        .sees_toast("read-only: nothing may be changed here");
}

#[test]
fn nothing_is_sent_over_a_link_that_is_down() {
    for keys in ["r", "s", "u", "p", "K", "D", "n", "e", "E", "A"] {
        let mut it = world();
        it.on("grafana");
        base::lose_link(&mut it.state);
        it.press(keys)
            .asks_nothing()
            .no_window()
            .sees_toast("the engine does not answer: nothing is sent until the link is back");
    }
}

#[test]
fn a_question_answered_after_the_link_went_sends_nothing() {
    for keys in ["s", "D", "K"] {
        let mut it = world();
        it.on("grafana").press(keys);
        base::lose_link(&mut it.state);
        it.answer(if keys == "K" { "enter" } else { "y" })
            .asks_nothing()
            .no_window()
            .sees_toast("nothing is sent until the link is back");
    }
}

#[test]
fn an_answer_acts_on_what_is_there_now() {
    let mut it = world();
    it.on("scratch").press("D");
    it.gone("scratch");
    it.answer("y")
        .asks_nothing()
        .sees_toast("gone meanwhile: nothing was done to it");

    let mut it = world();
    it.on("grafana").press("E");
    it.gone("grafana");
    it.press("enter")
        .asks_nothing()
        .sees_toast("gone meanwhile");
    assert!(!it.state.handed_over);
}

#[test]
fn a_failed_verb_is_told_in_the_engines_words() {
    let mut it = world();
    it.on("backup").press("u");
    let id = it.job("backup").id;
    it.send(Msg::Job(JobMsg::Failed {
        id,
        took_ms: 12,
        failure: Failure {
            what: Words::as_is(
                "driver failed programming external connectivity: port is already allocated",
            ),
            advice: "another process listens there".to_owned(),
            ..Failure::default()
        },
    }));
    it.sees_toast("backup: start failed: driver failed programming external connectivity: port is already allocated · another process listens there");
    assert!(it.state.jobs.running.is_empty());
    it.shows("start failed");
}

#[test]
fn what_was_so_already_is_told() {
    let mut it = world();
    it.on("backup").press("u");
    let id = it.job("backup").id;
    it.send(Msg::Job(JobMsg::Done {
        id,
        took_ms: 2,
        already: true,
        became: None,
    }))
    .sees_toast("backup was started already");
}

#[test]
fn a_shell_takes_the_terminal_and_all_streams_but_the_link_rest() {
    let mut it = world();
    it.change("grafana", |c| {
        c.labels
            .insert("stacktui.shell".to_owned(), "/bin/zsh".to_owned());
    });
    it.on("grafana").press("e");
    let [
        Effect::Shell {
            key: on, request, ..
        },
    ] = it.effects.as_slice()
    else {
        panic!("{:?}", it.effects);
    };
    assert_eq!(*on, key("grafana"));
    assert_eq!(request.prefer.first().map(String::as_str), Some("/bin/zsh"));
    assert!(request.command.is_empty());
    assert!(it.state.handed_over);
    assert!(
        it.flows()
            .iter()
            .all(|s| matches!(s, Subscription::Link(_)))
    );
    let end = ShellEnd::Exited {
        code: 3,
        command: vec!["ash".to_owned()],
    };
    it.send(Msg::Shell(key("grafana"), end))
        .sees_toast("grafana-1: the shell ended with exit code 3");
    assert!(!it.state.handed_over);
    // What worked for this image is tried the next time, after the label.
    it.press("e");
    let [Effect::Shell { request, .. }] = it.effects.as_slice() else {
        panic!("{:?}", it.effects);
    };
    assert_eq!(request.prefer, ["/bin/zsh", "ash"]);
}

#[test]
fn a_shell_as_somebody_else() {
    let mut it = world();
    it.on("grafana").press("E");
    assert_eq!(it.prompt().field.text(), "sh");
    it.press("ctrl-u").type_in("-u root -w /etc sh -c 'ls -l'");
    it.press("enter");
    let [Effect::Shell { request, .. }] = it.effects.as_slice() else {
        panic!("{:?}", it.effects);
    };
    assert_eq!(request.user.as_deref(), Some("root"));
    assert_eq!(request.working_dir.as_deref(), Some("/etc"));
    assert_eq!(request.command, ["sh", "-c", "ls -l"]);

    let mut it = world();
    it.on("grafana").press("E ctrl-u").type_in("-u");
    it.press("enter").asks_nothing();
    assert_eq!(it.prompt().complaint.as_deref(), Some("-u wants a user"));
}

#[test]
fn no_shell_offers_images_that_have_one() {
    let mut it = world();
    it.on("portainer")
        .change("portainer", |c| c.state = RunState::Running);
    it.press("e");
    let helpers = vec!["busybox:latest".to_owned(), "alpine:3.20".to_owned()];
    it.send(Msg::Shell(key("portainer"), ShellEnd::NoShell { helpers }));
    assert_eq!(it.menu().title, "portainer-1 has no shell");
    it.press("j enter");
    let [Effect::Shell { request, .. }] = it.effects.as_slice() else {
        panic!("{:?}", it.effects);
    };
    assert_eq!(request.helper_image.as_deref(), Some("alpine:3.20"));

    it.send(Msg::Shell(
        key("portainer"),
        ShellEnd::NoShell {
            helpers: Vec::new(),
        },
    ))
    .no_window()
    .sees_toast("no local image that has one could help");
}

#[test]
fn attach_gives_the_terminal_away() {
    let mut it = world();
    it.on("grafana").press("A");
    assert!(
        matches!(it.effects.as_slice(), [Effect::Attach { key: on, .. }] if *on == key("grafana"))
    );
    assert!(it.state.handed_over);
    it.send(Msg::Shell(key("grafana"), ShellEnd::Detached))
        .sees_toast("grafana-1: detached");
}

#[test]
fn addresses_are_copied_from_a_menu() {
    let mut it = world();
    it.change("mailhog", |c| {
        let rule = "traefik.http.routers.mailhog.rule";
        c.labels
            .insert(rule.to_owned(), "Host(`mailhog.example.com`)".to_owned());
        let entry = "traefik.http.routers.mailhog.entrypoints";
        c.labels.insert(entry.to_owned(), "websecure".to_owned());
    });
    it.on("mailhog").press("w");
    it.press("enter");
    let url = "https://mailhog.example.com".to_owned();
    assert_eq!(it.effects, [Effect::Copy(url)]);

    it.press("y").press("n");
    assert_eq!(it.effects, [Effect::Copy(full("mailhog"))]);
}

#[test]
fn the_screen_without_an_engine_has_keys_of_its_own() {
    let mut it = of(base::empty(base::now()));
    let down = Link::Down {
        reason: Box::default(),
        since: it.state.now,
        retry_at: None,
    };
    it.send(Msg::Host(base::HOST, HostMsg::Link(down)));
    assert!(it.state.no_engine());
    it.press("r");
    assert_eq!(it.effects, [Effect::Reconnect(base::HOST)]);
    it.press("d");
    assert_eq!(it.effects, [Effect::OpenDemo]);
    it.press("c").sees_toast("there is no other docker context");
    it.state.contexts = vec!["prod".to_owned(), "lab".to_owned()];
    it.press("c").press("j enter");
    assert_eq!(it.effects, [Effect::UseContext("lab".to_owned())]);
    it.press("q");
    assert_eq!(it.effects, [Effect::Quit]);
}

#[test]
fn the_program_is_left_and_stopped_from_anywhere() {
    for before in ["", ":", "?", "/", "s", "enter", "l", "K"] {
        let mut it = world();
        it.on("grafana").press(before).press("ctrl-c");
        assert_eq!(it.effects, [Effect::Quit], "{before}");
        let mut it = world();
        it.on("grafana").press(before).press("ctrl-z");
        assert_eq!(it.effects, [Effect::Suspend], "{before}");
    }
}

#[test]
fn of_many_those_that_failed_stay_marked() {
    let mut it = world();
    it.on("grafana").press("space").on("mailhog").press("space");
    it.press("r");
    let failed = it.job("grafana").id;
    it.done("mailhog", 900);
    it.send(Msg::Job(JobMsg::Failed {
        id: failed,
        took_ms: 10,
        failure: Failure {
            what: Words::as_is("no such device"),
            ..Failure::default()
        },
    }));
    assert_eq!(it.marked(), [key("grafana")]);
    // Each outcome is on its row.
    it.shows("no such device").shows("restarted in 0.9 s");
}
