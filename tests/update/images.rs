//! Pulls, and what registries say of images that are here.
use stacktui::effect::{Effect, Fetch, Verb};
use stacktui::model::{Freshness, Key};
use stacktui::msg::{Failure, Msg};
use stacktui::state::ViewId;

use crate::harness::{Scene, of};
use crate::world as base;

fn images() -> Scene {
    let mut it = of(base::stocked(base::now()));
    it.press("3").view(ViewId::Images);
    it
}

fn key(it: &Scene, tag: &str) -> Key {
    let images = it.state.shelves.images.things.values();
    let mut found = images.filter(|image| image.tags.iter().any(|t| t == tag));
    found.next().expect("an image").key.clone()
}

fn pulls(it: &Scene) -> Vec<String> {
    let pull = |effect: &Effect| match effect {
        Effect::Run(job) => match &job.verb {
            Verb::Pull { image } => Some(image.clone()),
            _ => None,
        },
        _ => None,
    };
    it.effects.iter().filter_map(pull).collect()
}

#[test]
fn the_registry_is_asked_by_hand_and_its_word_stays_on_the_row() {
    let mut it = images();
    it.press("/").type_in("alpine").press("enter U");
    let alpine = key(&it, "alpine:3.19");
    let asked = it.effects.iter().find_map(|effect| match effect {
        Effect::Fetch(Fetch::Freshness { key, name, .. }) => Some((key.clone(), name.clone())),
        _ => None,
    });
    assert_eq!(asked, Some((alpine.clone(), "alpine:3.19".to_owned())));
    it.send(Msg::Freshness(alpine.clone(), Ok(Freshness::Behind)))
        .sees_toast("alpine:3.19: newer there")
        .shows("alpine:3.19  newer there");
    let failure = Failure {
        what: "update check: unauthorized: authentication required".to_owned(),
        ..Failure::default()
    };
    it.send(Msg::Freshness(alpine, Err(failure)))
        .sees_toast("unauthorized")
        .shows("not known there");
}

#[test]
fn an_image_is_pulled_by_its_name_or_by_one_that_is_typed() {
    let mut it = images();
    it.press("/").type_in("alpine").press("enter p");
    assert_eq!(pulls(&it), ["alpine:3.19"]);
    it.view(ViewId::Output).press("q");
    it.effects.clear();
    it.press("P").type_in("ghcr.io/A/b").press("enter");
    assert_eq!(pulls(&it), Vec::<String>::new());
    it.shows("only small letters");
    it.press("ctrl-u").type_in("ghcr.io/a/b:2").press("enter");
    assert_eq!(pulls(&it), ["ghcr.io/a/b:2"]);
}

#[test]
fn what_has_no_name_cannot_be_asked_for() {
    let mut it = images();
    it.press("g U")
        .sees_toast("it has no name to ask a registry for");
    assert_eq!(pulls(&it), Vec::<String>::new());
}
