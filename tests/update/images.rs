//! Pulls, and what registries say of images that are here.
use stacktui::effect::{Effect, Fetch, Verb};
use stacktui::lang::Words;
use stacktui::model::{Freshness, Key, Kind, Resources, TransferLine};
use stacktui::msg::{Failure, FailureKind, JobMsg, Msg};
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
            Verb::Pull { images } => Some(images.join(" ")),
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
        Effect::Fetch(Fetch::Freshness { key, names, .. }) => Some((key.clone(), names.clone())),
        _ => None,
    });
    let name = "alpine:3.19".to_owned();
    assert_eq!(asked, Some((alpine.clone(), vec![name.clone()])));
    let behind = vec![(name.clone(), Ok(Freshness::Behind))];
    it.send(Msg::Freshness(alpine.clone(), behind))
        .sees_toast("alpine:3.19: newer there")
        .shows("alpine:3.19  newer there");
    let failure = Failure {
        what: Words::as_is("update check: unauthorized: authentication required"),
        ..Failure::default()
    };
    it.send(Msg::Freshness(alpine, vec![(name, Err(failure))]))
        .sees_toast("unauthorized")
        .shows("refused there");
}

const FIRST: &str = "ghcr.io/zammad/zammad:6.3.1";
const SECOND: &str = "zammad:latest";

#[test]
fn all_names_of_an_image_are_asked_for_and_the_worst_counts() {
    let mut it = images();
    let zammad = key(&it, SECOND);
    it.press("/").type_in("zammad").press("enter U");
    let asked = it.effects.iter().find_map(|effect| match effect {
        Effect::Fetch(Fetch::Freshness { names, .. }) => Some(names.clone()),
        _ => None,
    });
    assert_eq!(asked.unwrap(), [FIRST, SECOND]);
    let unknown = Failure {
        what: Words::as_is("update check: manifest unknown"),
        ..Failure::default()
    };
    let answers = |first, second| vec![(FIRST.to_owned(), first), (SECOND.to_owned(), second)];
    let said = answers(Ok(Freshness::Same), Err(unknown.clone()));
    it.send(Msg::Freshness(zammad.clone(), said))
        .sees_toast("zammad:latest: update check: manifest unknown")
        .shows("not known there (zammad:latest)");
    let said = answers(Err(unknown), Ok(Freshness::Behind));
    it.send(Msg::Freshness(zammad.clone(), said))
        .sees_toast("zammad:latest: newer there")
        .shows("newer there (zammad:latest)");
    // Of containers that run it, those that were made from that name have something to fetch.
    for (name, image) in [("zammad", FIRST), ("grafana", "docker.io/library/zammad")] {
        let id = zammad.id.to_string();
        it.change(name, |c| {
            c.image = image.to_owned();
            c.image_id = id;
        });
    }
    it.press("1");
    it.send(Msg::Resize {
        width: 200,
        height: 40,
    });
    let screen = it.screen();
    let row = |name: &str| {
        let mut rows = screen.lines().filter(|line| line.contains(name));
        rows.next().expect("a row").to_owned()
    };
    assert!(row("grafana").contains("↑ zammad"), "{screen}");
    assert!(!row("zammad/zammad:6.3.1").contains('↑'), "{screen}");
}

/// What the engine lists is as it was, but this image has only these names.
fn named(it: &mut Scene, id: &Key, tags: &[&str]) {
    let mut images: Vec<_> = it.state.shelves.images.things.values().cloned().collect();
    let image = images.iter_mut().find(|image| image.key == *id);
    image.expect("an image").tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
    let host = id.host;
    it.send(Msg::Resources(
        host,
        Kind::Image,
        Ok(Resources::Images(images)),
    ));
}

#[test]
fn what_was_said_of_a_name_stays_when_another_is_taken_away() {
    for (first, second, word) in [
        (Freshness::Same, Freshness::Behind, "newer there"),
        (Freshness::Behind, Freshness::Same, "up to date"),
    ] {
        let mut it = images();
        let zammad = key(&it, SECOND);
        let said = vec![
            (FIRST.to_owned(), Ok(first)),
            (SECOND.to_owned(), Ok(second)),
        ];
        it.send(Msg::Freshness(zammad.clone(), said)).wait(60_000);
        named(&mut it, &zammad, &[SECOND]);
        it.shows(&format!("{SECOND}  {word}"));
    }
}

#[test]
fn several_that_are_asked_for_are_summed_up_with_those_that_have_no_name() {
    let mut it = images();
    it.press("* U").sees_toast("asking for 2 images");
    let asked = [("alpine:3.19", "alpine:3.19"), (SECOND, FIRST)];
    for (tag, name) in asked {
        let id = key(&it, tag);
        let fresh = if tag == SECOND {
            Freshness::Behind
        } else {
            Freshness::Same
        };
        it.send(Msg::Freshness(id, vec![(name.to_owned(), Ok(fresh))]));
    }
    it.sees_toast("1 newer there, 1 up to date, 1 without a name");
    assert_eq!(it.state.toasts.shown.len(), 1);
    // One by itself is told by its name.
    it.press("esc / ctrl-u").type_in("alpine").press("enter U");
    let alpine = key(&it, "alpine:3.19");
    let said = vec![("alpine:3.19".to_owned(), Ok(Freshness::Same))];
    it.send(Msg::Freshness(alpine, said))
        .sees_toast("alpine:3.19: up to date");
    it.press("esc esc * p")
        .sees_toast("1 image has no name to pull it by");
}

#[test]
fn of_several_names_it_is_asked_which_is_pulled() {
    let mut it = images();
    it.press("/").type_in("zammad").press("enter p");
    assert_eq!(pulls(&it), Vec::<String>::new());
    it.shows("Pull which name?");
    it.press("down enter");
    assert_eq!(pulls(&it), [SECOND]);
    let mut it = images();
    it.press("/").type_in("zammad").press("enter p");
    it.state.now += chrono::TimeDelta::seconds(1);
    it.press("a");
    assert_eq!(pulls(&it), [format!("{FIRST} {SECOND}")]);
    it.view(ViewId::Output)
        .shows(&format!("$ docker pull {FIRST} && docker pull {SECOND}"));
}

#[test]
fn of_several_names_it_is_asked_which_is_removed() {
    let remove = |names: &[&str]| {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let force = false;
        Verb::RemoveImage { names, force }
    };
    let mut it = images();
    it.press("/").type_in("zammad").press("enter D");
    it.shows("Remove which name?")
        .shows("this name alone: the image stays");
    it.wait(400)
        .press("down")
        .shows(&format!("c docker rmi {SECOND}"))
        .press("enter");
    assert_eq!(verbs(&it), [remove(&[SECOND])]);
    // The row is not gone: it tells which name is.
    let id = *it.state.jobs.running.keys().next().expect("a job");
    it.send(Msg::Job(JobMsg::Done {
        id,
        took_ms: 1,
        already: false,
        became: None,
    }));
    it.shows(&format!("{FIRST}  {SECOND} removed"));
    let mut it = images();
    it.press("/").type_in("zammad").press("enter D");
    it.wait(400)
        .press("a")
        .shows("it must be pulled or built again");
    it.wait(400).press("y");
    assert_eq!(verbs(&it), [remove(&[FIRST, SECOND])]);
}

#[test]
fn a_failure_gives_its_reason_once_above_and_below() {
    let mut it = images();
    it.press("/").type_in("alpine").press("enter p");
    let Some(Effect::Run(job)) = it.effects.last().cloned() else {
        panic!("a job")
    };
    let failure = Failure {
        what: Words::as_is("manifest unknown"),
        ..Failure::default()
    };
    let failed = JobMsg::Failed {
        id: job.id,
        took_ms: 1,
        failure,
    };
    it.wait(10_000).send(Msg::Job(failed)).wait(60_000);
    it.view(ViewId::Output).shows("alpine:3.19  failed");
    assert_eq!(it.screen().matches("manifest unknown").count(), 1);
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

fn layer(layer: &str, status: &str, done: Option<(u64, u64)>) -> TransferLine {
    TransferLine {
        layer: layer.to_owned(),
        status: status.to_owned(),
        done,
    }
}

/// The newest job that was asked for is under way, and these lines came of it.
fn under_way(it: &mut Scene, lines: &[TransferLine]) {
    let jobs = it.effects.iter().rev();
    let mut jobs = jobs.filter_map(|effect| match effect {
        Effect::Run(job) => Some(job.id),
        _ => None,
    });
    let (id, lines) = (jobs.next().expect("a job"), lines.to_vec());
    it.send(Msg::Job(JobMsg::Transfer { id, lines }));
}

fn typed_pull(it: &mut Scene, name: &str) {
    it.press("P").type_in(name).press("enter");
    under_way(
        it,
        &[
            layer("2", "Pulling from a/b", None),
            layer("a3ed95caeb02", "Already exists", None),
            layer("5f70bf18a086", "Downloading", Some((40, 100))),
            layer("7264a8db6415", "Waiting", None),
        ],
    );
}

#[test]
fn each_layer_has_its_line_which_changes_in_place() {
    let mut it = images();
    typed_pull(&mut it, "ghcr.io/a/b:2");
    it.view(ViewId::Output)
        .shows("ghcr.io/a/b:2 › output")
        .shows("1/3 layers, 40%")
        .shows("1 layer was there already")
        .shows("5f70bf18a086  Downloading")
        .shows("40B/100B")
        .shows("7264a8db6415  Waiting");
    for left in [2, 1] {
        let words = format!("Retrying in {left} seconds");
        under_way(&mut it, &[layer("5f70bf18a086", &words, None)]);
    }
    it.shows("5f70bf18a086  Retrying in 1 seconds")
        .hides("Retrying in 2")
        .shows("1/3 layers, 40%");
    // More of them than rows: what moves is told.
    let many: Vec<_> = (0..60)
        .map(|n| layer(&format!("layer-{n:02}"), "Waiting", None))
        .collect();
    under_way(&mut it, &many);
    it.shows("5f70bf18a086  Retrying").shows("61 more layers");
    under_way(&mut it, &[layer("layer-59", "Extracting", Some((1, 2)))]);
    it.shows("layer-59      Extracting").shows("60 more layers");
}

#[test]
fn what_broke_leaves_how_far_it_came() {
    let mut it = images();
    typed_pull(&mut it, "ghcr.io/a/b:2");
    let failure = Failure {
        what: Words::as_is("unexpected EOF"),
        ..Failure::default()
    };
    let id = *it.state.jobs.running.keys().next().expect("a job");
    it.send(Msg::Job(JobMsg::Failed {
        id,
        took_ms: 1,
        failure,
    }));
    it.sees_toast("ghcr.io/a/b:2: pull failed: unexpected EOF");
    it.wait(60_000)
        .shows("ghcr.io/a/b:2  failed")
        .shows("5f70bf18a086: Downloading 40B/100B")
        .shows("unexpected EOF");
}

#[test]
fn what_has_no_row_is_told_above_and_is_shown_and_ended_from_the_list() {
    let mut it = images();
    it.hides("l output").hides("x cancel");
    typed_pull(&mut it, "ghcr.io/a/b:2");
    it.hides("pulling b:2").press("q");
    it.view(ViewId::Images)
        .shows("pulling b:2 40%")
        .shows("x cancel  l output");
    it.press("1").shows("pulling b:2 40%");
    it.press("4").hides("l output").hides("x cancel");
    it.press("3 l").view(ViewId::Output).press("q");
    it.effects.clear();
    it.press("x");
    assert!(matches!(it.effects[..], [Effect::Cancel(_)]));
    let id = *it.state.jobs.running.keys().next().expect("a job");
    let failure = Failure {
        what: Words::as_is("ended: layers that are there stay"),
        ..Failure::default()
    };
    it.send(Msg::Job(JobMsg::Failed {
        id,
        took_ms: 1,
        failure,
    }));
    it.sees_toast("ghcr.io/a/b:2: ended: layers that are there stay");
    it.press("l").shows("ghcr.io/a/b:2  ended").press("q");
    // Two: they are told apart, and both can be had.
    typed_pull(&mut it, "ghcr.io/a/b:2");
    it.press("q");
    it.press("P").type_in("redis").press("enter q");
    it.shows("2 jobs").press("l").shows("Show which?");
    it.shows("redis").press("down enter");
    it.view(ViewId::Output).shows("ghcr.io/a/b:2 › output");
    it.press("q x").shows("End which?").press("enter");
    let redis = Key::new(crate::world::key("x").host, Kind::Image, "redis");
    assert!(it.state.outputs[&redis].cancelled);
}

#[test]
fn a_push_is_asked_about_and_names_the_registry() {
    let mut it = images();
    it.press("/").type_in("alpine").press("enter >");
    it.shows("Push alpine:3.19?").shows("to docker.io");
    it.press("esc");
    assert_eq!(verbs(&it), []);
    // Of several names one is chosen.
    let alpine = key(&it, "alpine:3.19");
    let other = "reg.example.com:5000/base:1";
    let image = it.state.shelves.images.things.get_mut(&alpine);
    image.expect("an image").tags.push(other.to_owned());
    it.press("> down enter");
    it.shows("to reg.example.com:5000");
    it.state.now += chrono::TimeDelta::seconds(1);
    it.press("y");
    let image = other.to_owned();
    assert_eq!(verbs(&it), [Verb::Push { image }]);
    it.view(ViewId::Output)
        .shows(&format!("$ docker push {other}"));
}

#[test]
fn marked_images_are_pulled_each_on_its_row() {
    let mut it = images();
    it.press("* p").view(ViewId::Images);
    let named = it.state.shelves.images.things.values();
    let named = named.filter(|image| !image.is_dangling()).count();
    assert!(named > 1);
    assert_eq!(pulls(&it).len(), named);
    it.shows("alpine:3.19  pulling");
    // Each can be looked at, and ended.
    it.press("esc / ctrl-u").type_in("alpine").press("enter l");
    it.view(ViewId::Output).shows("$ docker pull alpine:3.19");
    it.effects.clear();
    it.press("x");
    assert!(
        matches!(it.effects[..], [Effect::Cancel(_)]),
        "{:?}",
        it.effects
    );
}

fn verbs(it: &Scene) -> Vec<Verb> {
    let verb = |effect: &Effect| match effect {
        Effect::Run(job) => Some(job.verb.clone()),
        _ => None,
    };
    it.effects.iter().filter_map(verb).collect()
}

#[test]
fn an_image_is_saved_under_a_name_that_is_offered_or_typed() {
    let mut it = images();
    it.press("/").type_in("alpine").press("enter s");
    it.shows("save locally as").shows("alpine_3.19.tar");
    it.press("ctrl-u enter").shows("a file name is wanted");
    it.type_in("/tmp/my images.tar").press("enter");
    let save = Verb::Save {
        images: vec!["alpine:3.19".to_owned()],
        path: "/tmp/my images.tar".into(),
        replace: false,
    };
    assert_eq!(verbs(&it), [save]);
    it.view(ViewId::Output)
        .shows("$ docker save --output '/tmp/my images.tar' alpine:3.19");
}

#[test]
fn a_file_that_is_there_is_asked_about() {
    let mut it = images();
    it.press("/").type_in("alpine").press("enter s enter");
    let Some(Effect::Run(job)) = it.effects.last().cloned() else {
        panic!("a job")
    };
    it.effects.clear();
    let failure = Failure {
        kind: FailureKind::Conflict,
        what: Words::as_is("a file of this name is there already"),
        ..Failure::default()
    };
    let failed = JobMsg::Failed {
        id: job.id,
        took_ms: 1,
        failure,
    };
    it.send(Msg::Job(failed));
    it.shows("alpine_3.19.tar is there already");
    // A key typed ahead is not an answer.
    it.press("r");
    assert_eq!(verbs(&it), []);
    it.state.now += chrono::TimeDelta::seconds(1);
    it.press("r");
    let saved = verbs(&it);
    assert!(
        matches!(&saved[..], [Verb::Save { replace: true, .. }]),
        "{saved:?}"
    );
}

#[test]
fn marked_images_go_into_one_file_and_a_file_is_loaded_into_the_engine() {
    let mut it = images();
    it.press("space space s").shows("locally as");
    it.shows("images-").press("enter");
    let saved = verbs(&it);
    assert!(
        matches!(&saved[..], [Verb::Save { images, .. }] if images.len() == 2),
        "{saved:?}"
    );
    it.effects.clear();
    it.press("q L").type_in("~/a.tar").press("enter");
    let path = "~/a.tar".into();
    assert_eq!(verbs(&it), [Verb::Load { path }]);
    it.view(ViewId::Output)
        .shows("$ docker load --input ~/a.tar");
}

#[test]
fn what_has_no_name_cannot_be_asked_for() {
    let mut it = images();
    it.press("g U")
        .sees_toast("it has no name to ask a registry for");
    assert_eq!(pulls(&it), Vec::<String>::new());
}
