//! Where the room on the disk went, and the questions before any of it is had back.
use std::collections::BTreeMap;

use stacktui::effect::{Effect, Fetch, Subscription, Verb};
use stacktui::lang::Words;
use stacktui::model::space::{Freed, Item, Part, Prune, Space};
use stacktui::model::{Key, Kind, Resources, Volume};
use stacktui::msg::{Failure, JobMsg, Msg};
use stacktui::state::ViewId;

use crate::harness::{Scene, world};
use crate::world::HOST;

const GIB: u64 = 1 << 30;

fn item(name: &str, bytes: u64) -> Item {
    Item {
        name: name.to_owned(),
        bytes: Some(bytes),
    }
}

fn answer(it: &Scene) -> Space {
    let part = |count, active, bytes, free| Part {
        count,
        active,
        bytes,
        free: Freed::exactly(free),
    };
    let images = (1..=11).map(|n| item(&format!("old:{n}"), GIB)).collect();
    Space {
        at: it.state.now,
        images: part(34, 23, 20 * GIB, 11 * GIB),
        containers: part(12, 12, GIB, 0),
        volumes: part(3, 2, 40 * GIB, 10 * GIB),
        cache: Part::default(),
        prunable: BTreeMap::from([
            (Prune::UnusedImages, images),
            (Prune::UnusedVolumes, vec![item("left", 10 * GIB)]),
        ]),
        beside: BTreeMap::new(),
        volume_sizes: BTreeMap::from([("left".to_owned(), 10 * GIB)]),
    }
}

/// The screen with an answer on it.
fn space() -> Scene {
    let mut it = world();
    it.press("F").view(ViewId::Space);
    assert_eq!(it.effects, [Effect::Fetch(Fetch::Space(HOST))]);
    let answer = answer(&it);
    it.send(Msg::Space(HOST, Ok(Box::new(answer))));
    it
}

#[test]
fn the_engine_is_asked_once_and_the_wait_is_seen() {
    let mut it = world();
    it.press("F").view(ViewId::Space);
    it.wait(4000)
        .shows("looks through its images and volumes: 4s");
    assert!(it.flows().contains(&Subscription::Tick));
    it.press("r").asks_nothing();
    it.press("p").asks_nothing().sees_toast("not known yet");
    let failure = Failure {
        what: Words::as_is("system df: no answer within 300 s"),
        ..Failure::default()
    };
    it.send(Msg::Space(HOST, Err(failure)));
    it.shows("no answer within 300 s");
    it.press("r");
    assert_eq!(it.effects, [Effect::Fetch(Fetch::Space(HOST))]);
}

#[test]
fn it_shows_what_is_taken_and_what_can_be_freed() {
    let mut it = space();
    it.shows("61.0GiB in all, 21.0GiB can be freed")
        .shows("34, 23 in use");
    it.shows("images no container uses")
        .shows("volumes no container mounts");
    it.hides("build cache   ").hides("anonymous");
    let networks = Subscription::Resources(HOST, Kind::Network);
    assert!(
        it.flows().contains(&networks),
        "networks come from their list"
    );
}

#[test]
fn figures_have_room_on_a_narrow_screen() {
    let mut it = space();
    it.send(Msg::Resize {
        width: 40,
        height: 12,
    });
    it.shows("23 of 34").shows("20.0GiB").shows("40.0GiB");
}

#[test]
fn images_go_after_a_list_and_a_yes() {
    let mut it = space();
    it.press("p").answer("enter");
    let question = it.question().clone();
    assert_eq!(question.title, "Remove 11 images no container uses?");
    assert_eq!(it.told()[0], "old:1 (1.00GiB)");
    assert_eq!(question.things.len(), 11);
    assert_eq!(it.told()[12], "gives back 11.0GiB");
    it.answer("y").view(ViewId::Output);
    let jobs = it.jobs();
    assert_eq!(jobs.len(), 1);
    assert_eq!(jobs[0].1, Verb::Prune(Prune::UnusedImages));
    assert_eq!(jobs[0].0.kind, Kind::Host);
    it.shows("$ docker image prune --all --force")
        .shows("pruning 0s");
    let id = it.state.jobs.of(&jobs[0].0).expect("it runs").job.id;
    let lines = vec!["old:1".to_owned(), "given back: 8.00GiB".to_owned()];
    it.send(Msg::Job(JobMsg::Output { id, lines }));
    it.effects.clear();
    it.send(Msg::Job(JobMsg::Done {
        id,
        took_ms: 900,
        already: false,
        became: None,
    }));
    assert_eq!(
        it.effects,
        [Effect::Fetch(Fetch::Space(HOST))],
        "the picture is another"
    );
    it.shows("given back: 8.00GiB")
        .press("esc")
        .view(ViewId::Space);
    it.shows("asking again");
}

#[test]
fn what_layers_give_back_is_told_as_well_as_it_is_known() {
    let mut it = space();
    let mut answer = answer(&it);
    answer.beside.insert(Prune::UnusedImages, 3 * GIB);
    answer.images.free = answer.free(Prune::UnusedImages);
    it.send(Msg::Space(HOST, Ok(Box::new(answer))));
    it.shows("61.0GiB in all, ≤24.0GiB can be freed")
        .shows("≤14.0GiB");
    it.press("p").shows("11, ≤14.0GiB").answer("enter");
    it.shows("old:1 (1.00GiB of its own)")
        .shows("gives back 11.0GiB to 14.0GiB");
}

#[test]
fn volumes_go_only_when_their_number_is_typed() {
    let mut it = space();
    it.press("p").answer("j enter").shows("type 1 to confirm");
    it.shows("Remove 1 volume no container mounts?");
    it.answer("y").press("enter").asks_nothing();
    it.press("ctrl-u").type_in("1").press("enter");
    assert_eq!(it.jobs()[0].1, Verb::Prune(Prune::UnusedVolumes));
}

#[test]
fn sizes_of_volumes_stay_in_their_list() {
    let mut it = space();
    let volume = Volume {
        key: Key::new(HOST, Kind::Volume, "left"),
        driver: "local".to_owned(),
        mountpoint: String::new(),
        scope: "local".to_owned(),
        created: None,
        labels: BTreeMap::new(),
        options: BTreeMap::new(),
        size: None,
    };
    it.press("4");
    it.send(Msg::Resources(
        HOST,
        Kind::Volume,
        Ok(Resources::Volumes(vec![volume])),
    ));
    it.shows("left").shows("10G");
}

#[test]
fn nothing_is_pruned_where_nothing_may_be_changed() {
    let mut it = space();
    it.state.read_only = true;
    it.press("p")
        .asks_nothing()
        .no_window()
        .sees_toast("read-only");
}
