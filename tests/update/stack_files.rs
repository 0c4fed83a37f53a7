//! The files of a stack: read while they are looked at, edited, what would change, and the way back.
use stacktui::effect::{Effect, Fetch, Subscription, Verb};
use stacktui::lang::Words;
use stacktui::model::compose::Act;
use stacktui::model::stack_file::{Body, Edited, Source, Verdict};
use stacktui::msg::{Failure, Msg};
use stacktui::state::ViewId;

use crate::harness::{Scene, of};
use crate::papers;

/// The files of the reference stack on screen.
fn files() -> Scene {
    let mut it = of(papers::reference());
    it.press("2 f")
        .view(ViewId::StackFiles)
        .shows("reading the files");
    it.send(papers::read());
    it
}

/// The same, with an edit that compose has read.
fn changed(verdict: Verdict) -> Scene {
    let mut it = files();
    it.press("e");
    let file = Box::new(papers::compose_file().of);
    it.send(Msg::Edited(papers::stack(), file, Ok(Edited::Changed)));
    let proposal = papers::proposal(verdict);
    it.send(Msg::Proposal(papers::stack(), Ok(Box::new(proposal))));
    it.view(ViewId::Proposal);
    it
}

#[test]
fn files_are_read_while_they_are_on_screen_alone() {
    let mut it = files();
    let read = |it: &Scene| {
        let flows = it.flows();
        flows
            .iter()
            .any(|flow| matches!(flow, Subscription::Files(..)))
    };
    assert!(read(&it));
    it.shows("compose.yml")
        .shows("1 of 2")
        .shows("image: nginx");
    it.press("esc");
    assert!(!read(&it));
}

#[test]
fn secrets_are_masked_until_they_are_asked_for_and_that_is_noted() {
    let mut it = files();
    it.hides("hunter2");
    it.press("/").type_in("hunter").press("enter");
    it.shows("/hunter  0 found");
    it.press("v").shows("hunter2").shows("1 found");
    match it.effects.as_slice() {
        [Effect::JournalReveal { what, target }] => {
            assert_eq!(what, "/srv/tickets/compose.yml");
            assert_eq!(target.kind, "stack");
        }
        other => panic!("{other:?}"),
    }
    it.press("v").hides("hunter2").asks_nothing();
}

#[test]
fn a_mask_that_wraps_is_no_longer_than_one() {
    let mut it = files();
    // The line of the secret, wrapped within its mask.
    it.state.size = (28, 24);
    let dots = it.screen().matches('•').count();
    it.state.size = (80, 24);
    assert_eq!(it.screen().matches('•').count(), dots);
}

#[test]
fn a_search_says_that_there_is_no_hit_only_where_there_is_none() {
    let mut it = files();
    it.press("/").type_in("image").press("enter");
    it.no_toast().press("n").no_toast();
    it.press("/").type_in("nowhere").press("enter");
    it.sees_toast("no hit");
}

#[test]
fn an_editor_has_the_terminal_and_its_edit_is_shown_to_compose() {
    let mut it = files();
    it.press("e");
    let file = match it.effects.as_slice() {
        [Effect::Edit(key, file)] if *key == papers::stack() => file.clone(),
        other => panic!("{other:?}"),
    };
    assert!(it.state.handed_over);
    it.effects.clear();
    it.send(Msg::Edited(
        papers::stack(),
        file.clone(),
        Ok(Edited::Changed),
    ));
    assert!(!it.state.handed_over);
    // It has only begun: no sign of success yet.
    it.shows("◐ compose reads it");
    match it.effects.as_slice() {
        [Effect::Fetch(Fetch::Proposal(_, asked, Source::Draft))] => assert_eq!(*asked, file),
        other => panic!("{other:?}"),
    }
    it.press("e");
    it.send(Msg::Edited(
        papers::stack(),
        file.clone(),
        Ok(Edited::Unchanged),
    ));
    it.view(ViewId::StackFiles)
        .sees_toast("there is nothing to write");
    it.press("e");
    let failure = Failure {
        what: Words::as_is("no editor"),
        advice: "set VISUAL or EDITOR".to_owned(),
        ..Failure::default()
    };
    it.send(Msg::Edited(papers::stack(), file, Err(failure)));
    assert!(!it.state.handed_over);
    it.sees_toast("no editor · set VISUAL or EDITOR");
}

#[test]
fn what_would_change_is_shown_before_it_is_asked_and_done() {
    let mut it = changed(papers::taken());
    it.shows("docker-compose 1.29.2 takes it")
        .shows("new: db, web")
        .shows("not set, so empty: DOMAIN")
        .shows("-     image: nginx:${TAG:-1.27}")
        .shows("+     image: nginx:1.29")
        .hides("hunter");
    it.press("U").asks_nothing();
    it.shows("Deploy systeme-ticketing?").shows("+2 -2 lines");
    it.answer("o y");
    match it.jobs().as_slice() {
        [(key, Verb::Compose(call))] if *key == papers::stack() => {
            let write = call.write.as_ref().expect("a file to write");
            assert_eq!(write.old_digest.as_deref(), Some("old"));
            assert_eq!(write.new_digest, "new");
            assert!(matches!(call.act, Act::Up { orphans: true, .. }));
            assert!(
                call.command()
                    .starts_with("$EDITOR /srv/tickets/compose.yml && docker-compose -p")
            );
        }
        other => panic!("{other:?}"),
    }
    it.view(ViewId::Output)
        .press("esc")
        .view(ViewId::StackFiles);
}

#[test]
fn only_saved_is_not_brought_up() {
    let mut it = changed(papers::taken());
    it.press("ctrl-s").shows("What runs stays as it is.");
    it.answer("y");
    match it.jobs().as_slice() {
        [(_, verb @ Verb::Compose(call))] => {
            assert_eq!((&call.act, verb.action()), (&Act::Save, "stack.save"));
            assert!(call.write.is_some());
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_compose_refuses_is_neither_saved_nor_lost() {
    let said = [
        "ERROR: yaml.scanner.ScannerError",
        "  in \"./compose.yml\", line 3",
        "Invalid interpolation format for \"environment\": \"pa${hunter2\"",
    ];
    let mut it = changed(papers::refused(&said));
    it.shows("does not take it")
        .shows("ScannerError")
        .shows("line 3");
    it.shows("the edit is kept");
    // What it quotes may be a secret.
    it.shows("Invalid interpolation").hides("hunter2");
    it.press("v").shows("hunter2");
    for key in ["U", "ctrl-s"] {
        it.press(key).no_window().asks_nothing();
        it.sees_toast("edit it again first");
    }
    it.press("x").shows("What was typed is lost");
    // Nothing is let go by a key that was on its way before.
    it.press("y").view(ViewId::Proposal).asks_nothing();
    it.answer("enter").no_window().asks_nothing();
    it.press("x").answer("y").view(ViewId::StackFiles);
    assert!(
        matches!(it.effects.as_slice(), [Effect::Discard(_)]),
        "{:?}",
        it.effects
    );
}

#[test]
fn without_a_compose_it_is_saved_unchecked_but_not_deployed() {
    let mut it = changed(Verdict::Unasked("neither is on this machine".to_owned()));
    it.shows("could not be asked")
        .shows("Ctrl-s saves it unchecked");
    it.press("U")
        .no_window()
        .sees_toast("neither is on this machine");
    it.press("ctrl-s").shows("Save the file?");
}

#[test]
fn an_earlier_version_goes_the_same_way() {
    let mut it = files();
    it.press("H").shows("by jean").shows("3h ago");
    it.answer("enter");
    match it.effects.as_slice() {
        [Effect::Fetch(Fetch::Proposal(_, _, Source::Version(version)))] => {
            assert_eq!(version.by, "jean");
        }
        other => panic!("{other:?}"),
    }
    let mut proposal = papers::proposal(papers::taken());
    proposal.source = Source::Version(papers::compose_file().versions.remove(0));
    it.send(Msg::Proposal(papers::stack(), Ok(Box::new(proposal))));
    it.view(ViewId::Proposal);
    it.shows("as it was until 20");
    it.press("x").asks_nothing().sees_toast("no edit");
    it.press("U").shows("cp ");
}

#[test]
fn versions_are_told_whole_on_a_small_screen() {
    let mut it = files();
    it.state.size = (40, 12);
    it.press("H");
    let time = papers::compose_file().versions[0].at;
    let row = format!("{}  3h ago  by jean ", time.format("%m-%d %H:%M:%S"));
    it.shows(&row).shows("The file as it was until then.");
}

#[test]
fn who_may_only_look_edits_nothing() {
    let mut it = files();
    it.state.read_only = true;
    it.press("e").asks_nothing().sees_toast("read-only");
    it.press("H").shows("by jean").press("esc");
    it.press("v").shows("hunter2");
}

#[test]
fn a_file_that_is_gone_says_what_still_works() {
    let mut it = files();
    it.press("]").shows("there is none; e begins one");
    // What needs a text is not offered, and says why.
    it.hides("v show secrets").hides("/ search");
    for key in ["v", "/", "n", "N"] {
        it.press(key).no_window().asks_nothing();
        it.sees_toast("there is no text on screen");
    }
    let mut gone = papers::compose_file();
    gone.body = Body::Gone;
    let engine = Some("ssh://web-02".to_owned());
    it.press("[");
    it.send(Msg::Files(papers::stack(), vec![gone], engine));
    it.shows("the engine is at ssh://web-02");
    it.shows("1 earlier version kept, H shows it");
    it.press("e").asks_nothing().sees_toast("nothing to edit");
}

#[test]
fn what_was_shown_is_masked_again_once_it_is_left() {
    let mut it = files();
    it.press("v").shows("hunter2");
    it.press("esc f").view(ViewId::StackFiles).hides("hunter2");
}

#[test]
fn esc_ends_a_search_before_the_page() {
    let mut it = files();
    it.press("/").type_in("image").press("enter");
    it.press("esc").view(ViewId::StackFiles).hides("found");
    it.press("esc").view(ViewId::Stacks);
}
