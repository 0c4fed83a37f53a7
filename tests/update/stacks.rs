//! Stacks as wholes: what is not made, how they stand to their files, and one service of them at a time.
use stacktui::effect::{Subscription, Verb};
use stacktui::model::compose::{Act, Checked};
use stacktui::model::outline::Asked;
use stacktui::model::stack::Condition;
use stacktui::model::{Key, Outline, RunState, Unread};
use stacktui::msg::{HostMsg, Msg};
use stacktui::state::ViewId;

use crate::harness::{Scene, key, world};
use crate::world as base;
use crate::world::HOST;

const NAME: &str = "systeme-ticketing";

pub fn stack() -> Key {
    Key::stack(HOST, NAME)
}

/// The reference stack as compose 1 made it, which writes down no needs, out of a file.
pub fn first_generation() -> Scene {
    let mut it = world();
    for name in ["zammad", "zammad-db", "grafana"] {
        it.change(name, |c| {
            for (label, value) in [
                ("version", "1.29.2"),
                ("project.working_dir", "/srv/tickets"),
                ("project.config_files", "compose.yml"),
                ("config-hash", "h1"),
            ] {
                let label = format!("com.docker.compose.{label}");
                c.labels.insert(label, value.to_owned());
            }
            // The newest is believed.
            c.created = c.created.map(|at| at + chrono::TimeDelta::days(1));
        });
    }
    it
}

/// Files that ask for these services, each once.
pub fn outline(services: &[(&str, &[(&str, Condition)])]) -> Outline {
    let asked = |needs: &[(&str, Condition)]| Asked {
        needs: needs
            .iter()
            .map(|(on, how)| ((*on).to_owned(), *how))
            .collect(),
        count: Some(1),
        optional: false,
    };
    let services = services
        .iter()
        .map(|(name, on)| ((*name).to_owned(), asked(on)));
    Outline {
        services: services.collect(),
        open: false,
        files: vec![("/srv/tickets/compose.yml".to_owned(), Some("d1".to_owned()))],
    }
}

/// Files that ask for what there is.
fn as_made(it: &Scene) -> Outline {
    let members = it.state.world.members(&stack());
    let names: Vec<String> = members
        .filter_map(|c| c.service().map(str::to_owned))
        .collect();
    let services: Vec<(&str, &[_])> = names.iter().map(|n| (n.as_str(), &[][..])).collect();
    outline(&services)
}

/// The list of stacks, once their files are read.
fn listed(change: impl FnOnce(&mut Outline)) -> Scene {
    let mut it = first_generation();
    let mut outline = as_made(&it);
    change(&mut outline);
    it.state.size = (180, 40);
    it.press("2").send(Msg::Outline(stack(), Ok(outline)));
    it
}

/// What compose makes of those files, each service with this digest.
fn checked(digest: &str, hash: &str) -> Msg {
    let names = [
        "grafana",
        "mailhog",
        "ocs",
        "portainer",
        "prometheus",
        "traefik",
        "wikijs",
    ];
    let names = names
        .into_iter()
        .chain(["zammad", "zammad-db", "zammad-elasticsearch"]);
    let hashes = names.map(|name| (name.to_owned(), hash.to_owned()));
    Msg::Compose(
        stack(),
        Ok(Box::new(Checked {
            tool: "docker-compose 1.29.2".to_owned(),
            hashes: hashes.collect(),
            files: vec![(
                "/srv/tickets/compose.yml".to_owned(),
                Some(digest.to_owned()),
            )],
            ..Checked::default()
        })),
    )
}

#[track_caller]
fn row(it: &Scene) -> String {
    let screen = it.screen();
    let row = screen
        .lines()
        .find(|line| line.contains(&format!(" {NAME} ")));
    row.unwrap_or_else(|| panic!("{screen}")).to_owned()
}

#[test]
fn the_list_reads_the_files_of_what_is_on_screen() {
    let mut it = first_generation();
    it.press("2");
    let reads =
        |flow: &Subscription| matches!(flow, Subscription::Outline(key, _) if *key == stack());
    assert!(it.flows().iter().any(reads));
    it.press("8");
    assert!(!it.flows().iter().any(reads));
}

#[test]
fn a_row_counts_what_is_not_made() {
    let it = listed(|_| {});
    assert!(row(&it).contains(" 8/10 up"), "{}", row(&it));
    assert!(row(&it).contains(" ? "), "{}", row(&it));
    let it = listed(|outline| {
        let worker = outline.services["zammad"].clone();
        outline.services.insert("worker".to_owned(), worker.clone());
        for (name, change) in [
            (
                "one-shot",
                Asked {
                    optional: true,
                    ..worker.clone()
                },
            ),
            (
                "none",
                Asked {
                    count: Some(0),
                    ..worker.clone()
                },
            ),
            (
                "who-knows",
                Asked {
                    count: None,
                    ..worker
                },
            ),
        ] {
            outline.services.insert(name.to_owned(), change);
        }
        if let Some(zammad) = outline.services.get_mut("zammad") {
            zammad.count = Some(3);
        }
        outline.services.remove("mailhog");
    });
    assert!(row(&it).contains(" 8/13 up"), "{}", row(&it));
    assert!(row(&it).contains(" 3 gone"), "{}", row(&it));
    assert!(row(&it).contains(" 3 differ"), "{}", row(&it));
}

#[test]
fn without_files_labels_tell_of_what_is_needed_and_not_there() {
    let mut it = world();
    it.change("grafana", |c| {
        let label = "com.docker.compose.depends_on".to_owned();
        c.labels
            .insert(label, "cache:service_started:true".to_owned());
    });
    it.press("2");
    assert!(row(&it).contains(" 8/11 up"), "{}", row(&it));
    it.press("enter").shows("cache").shows("0/1 up 1 not made");
}

#[test]
fn what_compose_run_made_is_not_wanted() {
    let mut it = world();
    it.change("grafana", |c| {
        let label = "com.docker.compose.oneoff".to_owned();
        c.labels.insert(label, "True".to_owned());
        c.state = RunState::Exited;
    });
    it.press("2");
    assert!(row(&it).contains(" 7/9 up"), "{}", row(&it));
}

#[test]
fn drift_is_told_as_long_as_the_files_are_those_that_compose_read() {
    let mut it = listed(|_| {});
    it.press("enter").send(checked("d1", "h1")).press("esc");
    // Seven were made without a digest.
    assert!(row(&it).contains(" 7 differ"), "{}", row(&it));
    for name in [
        "mailhog",
        "ocs",
        "portainer",
        "prometheus",
        "traefik",
        "wikijs",
        "zammad-elasticsearch",
    ] {
        it.change(name, |c| {
            let label = "com.docker.compose.config-hash".to_owned();
            c.labels.insert(label, "h1".to_owned());
        });
    }
    assert!(row(&it).contains(" none "), "{}", row(&it));
    let mut changed = as_made(&it);
    changed.files[0].1 = Some("d2".to_owned());
    it.send(Msg::Outline(stack(), Ok(changed)));
    assert!(row(&it).contains(" ? "), "{}", row(&it));
}

#[test]
fn files_that_are_gone_or_no_compose_files_are_told_on_the_row() {
    let mut it = listed(|_| {});
    let path = || "/srv/tickets/compose.yml".to_owned();
    for (why, told) in [
        (Unread::Gone(path()), " no files "),
        (Unread::Invalid(path()), " invalid "),
        (Unread::Elsewhere, " ? "),
    ] {
        it.send(Msg::Outline(stack(), Err(why)));
        assert!(row(&it).contains(told), "{}", row(&it));
    }
}

/// The stack's page, the cursor on this service.
fn page_on(service: &str) -> Scene {
    let mut it = listed(|outline| {
        let worker = outline.services["zammad"].clone();
        outline.services.insert("worker".to_owned(), worker);
    });
    it.press("enter").view(ViewId::Stack);
    for _ in 0..20 {
        if it.state.service() == Some(service) {
            return it;
        }
        it.press("j");
    }
    panic!("{service} is not met\n{}", it.screen());
}

#[test]
fn one_service_is_chosen_on_the_page_and_acted_on() {
    let mut it = page_on("mailhog");
    it.shows(" › mailhog").press("s");
    assert_eq!(it.question().title, "Stop mailhog-1?");
    it.press("esc").press("r");
    assert_eq!(it.jobs().len(), 1);
    it.press("l").view(ViewId::Logs);
    assert_eq!(it.log_keys(), [key("mailhog")]);
    it.press("esc enter").view(ViewId::Details).press("esc");
    assert_eq!(it.state.service(), Some("mailhog"), "it is where it was");
    it.press("esc enter");
    assert_eq!(it.state.service(), None, "a page opens on the whole");
    it.press("esc");
    let mut it = page_on("mailhog");
    // Back on the first row, all of it is meant.
    it.press("g s");
    assert_eq!(it.question().title, format!("Stop {NAME} (10 containers)?"));
}

#[test]
fn compose_is_asked_for_the_service_under_the_cursor() {
    let calls = |it: &Scene| match it.jobs().as_slice() {
        [(_, Verb::Compose(call))] => call.act.clone(),
        other => panic!("{other:?}\n{}", it.screen()),
    };
    let service = || Some("mailhog".to_owned());
    let mut it = page_on("mailhog");
    it.press("C").shows("Compose: mailhog of systeme-ticketing");
    it.answer("p");
    assert_eq!(calls(&it), Act::Pull { service: service() });
    let mut it = page_on("mailhog");
    it.press("C").answer("b");
    assert_eq!(calls(&it), Act::Build { service: service() });
    let mut it = page_on("mailhog");
    it.press("C").answer("r").shows("Recreate mailhog?");
    let mut it = page_on("mailhog");
    it.press("C").answer("s").shows("containers of mailhog");
    let mut it = page_on("mailhog");
    it.press("C")
        .answer("d")
        .shows("Take systeme-ticketing down?");
}

#[test]
fn a_service_that_is_not_made_says_how_it_is() {
    let mut it = page_on("worker");
    it.shows("0/1 up 1 not made");
    for keys in ["u", "r", "enter"] {
        it.press(keys).asks_nothing();
        it.sees_toast("no container of it is there: U makes it");
    }
    it.press("C").answer("r").shows("Recreate worker?");
}

#[test]
fn the_cursor_stays_on_a_service_that_is_gone_and_hits_nothing_else() {
    let mut it = page_on("mailhog");
    it.send(Msg::Outline(stack(), Err(Unread::Elsewhere)));
    it.gone("mailhog");
    it.hides("▌").press("r").asks_nothing();
    it.press("j");
    assert_eq!(it.state.service(), Some("grafana"));
}

#[test]
fn the_page_scrolls_past_its_services_and_comes_back_to_the_cursor() {
    let mut it = listed(|_| {});
    it.press("enter").send(checked("d1", "h1"));
    it.state.size = (80, 12);
    it.press("j j j j j j j j j j");
    assert_eq!(it.state.service(), Some("zammad-elasticsearch"));
    it.hides("all of it")
        .press("j j j j")
        .shows("Files and containers");
    it.press("G")
        .hides("elasticsearch:8.14.3")
        .shows("compose.yml");
    it.press("g");
    assert_eq!(it.state.service(), None);
    it.shows("all of it").press("G k k");
    assert_eq!(
        it.state.service(),
        Some("zammad-elasticsearch"),
        "what is out of sight does not move"
    );
    it.press("pgup pgup pgup").shows("zammad");
    it.press("g").click("prometheus");
    assert_eq!(it.state.service(), Some("prometheus"));
}

/// The list with two stacks, both marked.
fn two_marked() -> Scene {
    let mut it = first_generation();
    let web = base::container("lab", "web", "nginx:1.27", it.state.now);
    let changed = vec![web];
    let gone = Vec::new();
    it.send(Msg::Host(HOST, HostMsg::Delta { changed, gone }));
    it.press("2 *");
    it
}

/// What compose was asked to do, with which stacks.
fn acts(it: &Scene) -> Vec<(String, Act)> {
    let act = |(key, verb): (Key, Verb)| match verb {
        Verb::Compose(call) => (key.id.to_string(), call.act.clone()),
        other => panic!("{other:?}"),
    };
    it.jobs().into_iter().map(act).collect()
}

#[test]
fn what_is_marked_is_pulled_or_taken_down_together() {
    let both = |act: Act| ["lab", NAME].map(|name| (name.to_owned(), act.clone()));
    let mut it = two_marked();
    it.press("C").shows("Compose: 2 stacks").answer("p");
    assert_eq!(acts(&it), both(Act::Pull { service: None }));
    it.view(ViewId::Stacks).press("C");
    it.no_window()
        .sees_toast("compose is at work on all of them");

    let mut it = two_marked();
    it.press("U").asks_nothing();
    it.sees_toast("one stack at a time");
    it.press("C").answer("d");
    assert_eq!(it.question().title, "Take 2 stacks down?");
    assert_eq!(
        it.told()[..2],
        ["lab: 1 container", "systeme-ticketing: 10 containers"]
    );
    it.answer("v").shows("type 2 to confirm").answer("2 enter");
    assert_eq!(acts(&it), both(Act::Down { volumes: true }));
}
