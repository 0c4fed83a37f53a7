//! Lists of images, volumes and networks: what is shown of them, and what may be done to them.
use stacktui::effect::{Effect, Fetch, Subscription, Verb};
use stacktui::lang::Words;
use stacktui::model::{About, HostId, Key, Kind, Member, Node, Particulars, Resources};
use stacktui::msg::{Failure, JobMsg, Msg};
use stacktui::state::{RowId, ViewId};

use crate::harness::{Scene, full, of};
use crate::world as base;

fn stocked() -> Scene {
    of(base::stocked(base::now()))
}

/// Names of the rows, in order.
fn names(it: &Scene) -> Vec<String> {
    let shelves = &it.state.shelves;
    let listing = match it.state.view() {
        ViewId::Images => &shelves.images.listing,
        ViewId::Volumes => &shelves.volumes.listing,
        _ => &shelves.networks.listing,
    };
    let name = |row: &RowId| shelves.name(row.key().expect("a key")).map(str::to_owned);
    listing.table.rows.iter().filter_map(name).collect()
}

/// Verbs that were asked for, with the name of what they are done to.
fn asked(it: &Scene) -> Vec<(String, Verb)> {
    let run = |effect: &Effect| match effect {
        Effect::Run(job) => Some((job.target.name.clone(), job.verb.clone())),
        _ => None,
    };
    it.effects.iter().filter_map(run).collect()
}

#[test]
fn a_list_flows_while_it_is_looked_at() {
    let mut it = stocked();
    let flow = Subscription::Resources(HostId(0), Kind::Volume);
    assert!(!it.flows().contains(&flow));
    it.press("4").view(ViewId::Volumes);
    assert!(it.flows().contains(&flow));
    let stats = |s: &Subscription| matches!(s, Subscription::Stats(_));
    assert!(!it.flows().iter().any(stats), "no figure is on this screen");
    it.press("1");
    assert!(!it.flows().contains(&flow));
}

#[test]
fn rows_are_ordered_filtered_and_narrowed_to_what_nothing_uses() {
    let mut it = stocked();
    it.press("3");
    assert_eq!(
        names(&it)[1..],
        ["alpine:3.19", "ghcr.io/zammad/zammad:6.3.1"]
    );
    it.press("o");
    let size = it.menu().items.iter().position(|item| item.label == "size");
    for _ in 0..size.expect("a column of sizes") {
        it.press("down");
    }
    it.press("enter");
    assert_eq!(
        names(&it)[0],
        "ghcr.io/zammad/zammad:6.3.1",
        "the largest first"
    );
    it.press("O");
    assert_eq!(names(&it)[0], "alpine:3.19");
    it.press("a").shows("unused only");
    assert_eq!(names(&it).len(), 2, "zammad's is in use");
    it.press("/").type_in("latest").press("enter");
    assert!(names(&it).is_empty());
    it.shows("Nothing matches /latest");
    it.press("esc")
        .press("esc")
        .press("/")
        .type_in("latest")
        .press("enter");
    assert_eq!(
        names(&it),
        ["ghcr.io/zammad/zammad:6.3.1"],
        "by its other tag"
    );
    it.press("esc");
    assert_eq!(names(&it).len(), 3);
}

#[test]
fn a_volume_is_removed_by_its_name_and_only_where_nothing_uses_it() {
    let mut it = stocked();
    it.press("4")
        .press("/")
        .type_in("pgdata")
        .press("enter")
        .press("D");
    it.no_window()
        .sees_toast("zammad-pgdata is in use by zammad-db");
    it.press("esc")
        .press("/")
        .type_in("old-att")
        .press("enter")
        .press("D");
    assert_eq!(it.question().must_type, "old-attachments");
    it.wait(400).press("y enter");
    assert!(asked(&it).is_empty(), "the name is not typed");
    it.press("ctrl-u").type_in("old-attachments").press("enter");
    assert_eq!(
        asked(&it),
        [("old-attachments".to_owned(), Verb::RemoveVolume)]
    );
    it.shows("removing");
}

#[test]
fn marked_images_go_together_and_by_force_if_asked() {
    let mut it = stocked();
    it.press("3").press("a").press("*").shows("2 marked");
    it.press("D");
    assert_eq!(it.question().title, "Remove 2 images?");
    it.wait(400).press("f").press("y");
    let all = asked(&it);
    assert_eq!(all.len(), 2);
    for (_, verb) in all {
        assert!(
            matches!(verb, Verb::RemoveImage { force: true, .. }),
            "{verb:?}"
        );
    }
}

#[test]
fn the_engines_own_networks_stay() {
    let mut it = stocked();
    it.press("5")
        .press("/")
        .type_in("none")
        .press("enter")
        .press("D");
    it.no_window().sees_toast("the engine's own");
    it.press("esc")
        .press("/")
        .type_in("front")
        .press("enter")
        .press("D");
    it.no_window().sees_toast("in use by");
}

#[test]
fn containers_join_and_leave_a_network() {
    let mut it = stocked();
    it.press("5")
        .press("/")
        .type_in("back")
        .press("enter")
        .press("-");
    it.no_window().sees_toast("no container is in back");
    it.press("+");
    assert_eq!(it.menu().items.len(), 12, "none is in it yet");
    it.wait(400).press("enter");
    let [(network, Verb::Connect { .. })] = &asked(&it)[..] else {
        panic!("{:?}", it.effects);
    };
    assert_eq!(network, "back");
    let id = it.state.jobs.running.keys().next().copied().expect("a job");
    it.send(Msg::Job(JobMsg::Done {
        id,
        took_ms: 10,
        already: false,
        became: None,
    }));
    it.sees_toast(", back connected");
}

/// What is asked when the engine tells that this is in the network, by this endpoint.
fn about_with(it: &mut Scene, network: &Key, member: &Key, endpoint: &str) -> Vec<Effect> {
    let member = Member {
        id: member.id.to_string(),
        endpoint: endpoint.to_owned(),
        ..Member::default()
    };
    let members = vec![member];
    let about = About {
        particulars: Particulars::Network { members },
        document: Node::Null,
    };
    it.effects.clear();
    it.send(Msg::About(network.clone(), Ok(Box::new(about))));
    it.effects.clone()
}

#[test]
fn who_comes_into_a_network_again_is_asked_for_its_names_again() {
    let mut it = stocked();
    it.press("5 / b a c k enter enter").view(ViewId::Item);
    let network = it.state.subject().expect("a network");
    let zammad = it.container("zammad").key.clone();
    let mut about = |endpoint: &str| about_with(&mut it, &network, &zammad, endpoint);
    let names = [Effect::Fetch(Fetch::Details(zammad.clone()))];
    assert_eq!(about("1"), names);
    assert_eq!(about("1"), names, "it has not answered yet");
    let answer = base::details("systeme-ticketing-zammad-1", base::now());
    assert_eq!(answer.key, zammad);
    it.send(Msg::Details(zammad.clone(), Ok(Box::new(answer))));
    let mut about = |endpoint: &str| about_with(&mut it, &network, &zammad, endpoint);
    assert_eq!(about("1"), []);
    assert_eq!(about("2"), names, "put in under other names, maybe");
}

#[test]
fn a_new_name_of_an_image_is_looked_at_first() {
    let mut it = stocked();
    it.press("3")
        .press("/")
        .type_in("alpine")
        .press("enter")
        .press("n");
    it.press("ctrl-u").type_in("Shop/Web").press("enter");
    assert!(it.prompt().complaint.is_some());
    it.press("ctrl-u").type_in("shop/web:2").press("enter");
    let to = "shop/web:2".to_owned();
    assert_eq!(asked(&it), [("alpine:3.19".to_owned(), Verb::Tag { to })]);
}

#[test]
fn what_uses_a_thing_is_one_key_away() {
    let mut it = stocked();
    it.press("4")
        .press("/")
        .type_in("pgdata")
        .press("enter")
        .press("u");
    it.view(ViewId::Details).shows("zammad-db");
    it.press("esc")
        .press("esc")
        .press("/")
        .type_in("old")
        .press("enter")
        .press("u");
    it.sees_toast("no container uses it");
}

#[test]
fn a_refused_list_says_why_and_what_was_there_stays() {
    let mut it = stocked();
    let failure = || Failure {
        what: Words::as_is("list: 403 forbidden by the proxy"),
        ..Failure::default()
    };
    it.press("3")
        .send(Msg::Resources(HostId(0), Kind::Image, Err(failure())));
    assert_eq!(names(&it).len(), 3);
    it.send(Msg::Resources(
        HostId(0),
        Kind::Image,
        Ok(Resources::Images(Vec::new())),
    ));
    it.shows("There are no images");
    it.send(Msg::Resources(HostId(0), Kind::Image, Err(failure())));
    it.shows("403 forbidden by the proxy");
}

#[test]
fn a_stack_is_a_row_that_takes_the_actions_of_all_its_containers() {
    let mut it = crate::harness::world();
    it.press("2").view(ViewId::Stacks);
    let rows = &it.state.shelves.stacks.listing.table.rows;
    let names: Vec<_> = rows.iter().filter_map(RowId::key).map(|k| &*k.id).collect();
    assert_eq!(names, ["systeme-ticketing"]);
    let rest = Subscription::StatsRest(HostId(0));
    assert!(it.flows().contains(&rest), "its sums stand on figures");
    it.shows("8/10 up");
    it.press("r");
    let restarted: Vec<Verb> = it.jobs().into_iter().map(|(_, verb)| verb).collect();
    assert_eq!(restarted.len(), 9, "all but the one that is paused");
    assert!(
        restarted
            .iter()
            .all(|verb| matches!(verb, Verb::Restart { .. }))
    );
    it.shows("restarting 9");
    it.press("enter").view(ViewId::Stack);
    it.shows("zammad-elasticsearch").shows("restarting 1 0s");
    it.press("l").view(ViewId::Logs);
    it.press("esc").view(ViewId::Stack);
    it.press("esc").view(ViewId::Stacks);
    it.press("a").shows("All stacks are in use");
}

#[test]
fn a_marked_stack_is_unmarked_when_all_of_it_is_done() {
    let mut it = crate::harness::world();
    it.press("2 space r");
    let marked = |it: &Scene| it.state.shelves.stacks.listing.marked.len();
    let jobs: Vec<_> = it.state.jobs.running.keys().copied().collect();
    let (last, others) = jobs.split_last().expect("jobs");
    let done = |id| {
        Msg::Job(JobMsg::Done {
            id,
            took_ms: 5,
            already: false,
            became: None,
        })
    };
    for id in others {
        it.send(done(*id));
        assert_eq!(marked(&it), 1);
    }
    it.send(done(*last));
    assert_eq!(marked(&it), 0);
}

#[test]
fn a_network_is_made_from_one_line_and_what_cannot_be_is_said_before() {
    let mut it = stocked();
    it.press("5 N");
    let mut refused = |typed: &str| {
        it.press("ctrl-u").type_in(typed).press("enter");
        assert!(asked(&it).is_empty(), "{typed}");
        it.prompt().complaint.clone().expect("a complaint")
    };
    let taken = stocked().state.shelves.networks.things;
    let taken = taken.values().find(|n| !n.subnets.is_empty());
    let taken = taken.expect("a network with addresses");
    assert!(refused("").contains("a name"));
    assert!(refused(&taken.name).contains("there already"));
    let why = refused(&format!("mine --subnet {}", taken.subnets[0].range));
    assert_eq!(
        why,
        format!("{} has {}", taken.name, taken.subnets[0].range)
    );
    let why = refused("mine --subnet 10.99.0.1/24");
    assert!(why.contains("10.99.0.0/24"));
    // What does not fit beside the typed text stands above it, whole.
    let (width, height) = (40, 12);
    it.send(Msg::Resize { width, height });
    for word in why.split(' ') {
        it.shows(word);
    }
    it.press("ctrl-u")
        .type_in("mine --subnet 10.99.0.0/24 --internal")
        .press("enter");
    let all = asked(&it);
    let [(name, verb)] = all.as_slice() else {
        panic!("one verb: {all:?}")
    };
    assert_eq!(name, "mine");
    assert_eq!(
        verb.command(name),
        "docker network create --subnet 10.99.0.0/24 --internal mine"
    );
    assert!(it.state.layers.is_empty());
}

#[test]
fn a_volume_is_made_where_none_of_its_name_is() {
    let mut it = stocked();
    it.press("4 N");
    let taken = stocked().state.shelves.volumes.things;
    let taken = taken.keys().next().expect("a volume").id.to_string();
    it.type_in(&taken).press("enter");
    assert!(asked(&it).is_empty());
    it.press("ctrl-u").type_in("x y").press("enter");
    assert!(asked(&it).is_empty());
    it.press("ctrl-u")
        .type_in("fresh --label a=b")
        .press("enter");
    let all = asked(&it);
    assert_eq!(all.len(), 1);
    assert_eq!(
        all[0].1.command(""),
        "docker volume create --label a=b fresh"
    );
}

/// Makes a volume and has it listed.
fn make(it: &mut Scene, name: &str) {
    it.press("N").type_in(name).press("enter");
    let Some(Effect::Run(job)) = it.effects.last().cloned() else {
        panic!("a job")
    };
    it.send(Msg::Job(JobMsg::Done {
        id: job.id,
        took_ms: 1,
        already: false,
        became: None,
    }));
    let things = it.state.shelves.volumes.things.values();
    let mut all: Vec<_> = things.cloned().collect();
    let mut new = all[0].clone();
    new.key = Key::new(HostId(0), Kind::Volume, name);
    all.push(new);
    let all = Resources::Volumes(all);
    it.send(Msg::Resources(HostId(0), Kind::Volume, Ok(all)));
}

#[test]
fn the_cursor_goes_to_what_was_made_and_a_filter_that_hides_it_is_told() {
    let mut it = stocked();
    it.press("4");
    let under_cursor = |it: &Scene| {
        let listing = &it.state.shelves.volumes.listing;
        listing.selected().map(|key| key.id.to_string())
    };
    for name in ["zz-last", "aa-first"] {
        make(&mut it, name);
        assert_eq!(under_cursor(&it).as_deref(), Some(name));
    }
    it.press("k j O");
    make(&mut it, "mm-middle");
    assert_eq!(under_cursor(&it).as_deref(), Some("mm-middle"));
    it.press("/").type_in("zammad").press("enter");
    let before = under_cursor(&it);
    make(&mut it, "hidden");
    it.sees_toast("hidden is there, and the filter hides it");
    assert_eq!(under_cursor(&it), before);
    // A network has another id than its name.
    it.press("5 N").type_in("made").press("enter");
    let Some(Effect::Run(job)) = it.effects.last().cloned() else {
        panic!("a job")
    };
    it.send(Msg::Job(JobMsg::Done {
        id: job.id,
        took_ms: 1,
        already: false,
        became: None,
    }));
    let things = it.state.shelves.networks.things.values();
    let mut all: Vec<_> = things.cloned().collect();
    let mut new = all[0].clone();
    (new.key, new.name) = (Key::new(HostId(0), Kind::Network, "n9"), "made".to_owned());
    all.push(new);
    let all = Resources::Networks(all);
    it.send(Msg::Resources(HostId(0), Kind::Network, Ok(all)));
    let selected = it.state.shelves.networks.listing.selected();
    assert_eq!(
        selected.map(|key| key.id.to_string()).as_deref(),
        Some("n9")
    );
}

#[test]
fn help_tells_of_what_is_under_the_cursor_and_of_nothing_else() {
    let mut it = stocked();
    let (width, height) = (120, 90);
    it.send(Msg::Resize { width, height });
    for (view, own, others) in [
        (
            "3",
            "Send the image",
            ["Put a container into", "Look into the volume"],
        ),
        (
            "4",
            "Make a volume: its name",
            ["Send the image", "Put a container into"],
        ),
        (
            "5",
            "Put a container into",
            ["Send the image", "Look into the volume"],
        ),
    ] {
        it.press(view).press("?").shows(own);
        for other in others {
            it.hides(other);
        }
        // On the page of one of them, too.
        it.press("esc enter").view(ViewId::Item).press("?");
        for other in others {
            it.hides(other);
        }
        it.press("esc q");
    }
}

#[test]
fn a_long_menu_is_searched_by_typing() {
    let mut it = stocked();
    it.press("5 g +");
    let all = it.menu().items.len();
    it.shows(&format!("{all} in all, / finds"));
    it.type_in("zammad-db").shows(" /zammad-db  1 of ");
    let chosen = it.menu().items[it.menu().selected].label.clone();
    assert_eq!(chosen, full("zammad-db"));
    // What is found nowhere is not chosen.
    it.type_in("nowhere").press("enter").asks_nothing();
    it.press("esc").shows("/ finds").press("esc").no_window();
}
