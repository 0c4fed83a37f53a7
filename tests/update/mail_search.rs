//! The filter of the mail list: what is here is searched at once, what is not by the servers, as far as they can.
use stacktui::effect::Subscription;
use stacktui::lang::Words;
use stacktui::model::mail::{Content, Found, Server};
use stacktui::model::{Key, Mail};
use stacktui::msg::{Failure, HostMsg, MailMsg, Msg};
use stacktui::state::ViewId;

use crate::harness::Scene;
use crate::mail::{mailed, subjects, with_another};
use crate::{post, world as base};

/// A Mailpit beside the MailHog, which lists two mails of a thousand, their beginnings alone.
fn beside() -> (Scene, Key) {
    let mut it = mailed();
    let key = with_another(&mut it);
    let up = MailMsg::Up {
        server: Server::Mailpit,
        way: "172.20.0.13:8025".to_owned(),
        smtp: 1025,
        searches: true,
    };
    it.send(Msg::Mail(key.clone(), up));
    let mails = vec![begun(&key, "p1", "first"), begun(&key, "p2", "second")];
    let total = 1_000;
    it.send(Msg::Mail(key.clone(), MailMsg::Listed { total, mails }));
    (it, key)
}

fn begun(server: &Key, id: &str, subject: &str) -> Mail {
    Mail {
        key: Mail::key(server, id),
        content: Content::beginning("Dear all"),
        ..post::mail(id, "a@example.com", subject, base::now())
    }
}

/// The words that servers are asked for.
fn asked(it: &Scene) -> Vec<(Key, String)> {
    let search = |flow: &Subscription| match flow {
        Subscription::MailSearch(source, words) => Some((source.key().clone(), words.clone())),
        _ => None,
    };
    it.flows().iter().filter_map(search).collect()
}

fn found(words: &str, total: usize, mails: Vec<Mail>) -> MailMsg {
    MailMsg::Found(words.to_owned(), Ok(Found { total, mails }))
}

#[test]
fn only_a_server_that_holds_more_than_is_searched_here_is_asked() {
    let (mut it, mailpit) = beside();
    assert_eq!(asked(&it), []);
    it.press("/").type_in("p");
    assert_eq!(asked(&it), [], "one letter is in every mail");
    it.type_in("rinter");
    assert_eq!(asked(&it), [(mailpit.clone(), "printer".to_owned())]);
    it.shows("asking mailpit");
    assert_eq!(subjects(&it).len(), 3, "what is here is found at once");
    it.press("enter enter");
    assert_eq!(asked(&it).len(), 1, "beside a message that is open too");
    it.press("1");
    assert_eq!(asked(&it), []);
    it.press("6 esc");
    assert_eq!(asked(&it), []);
}

#[test]
fn what_a_server_finds_is_among_the_rows_as_long_as_it_is_looked_for() {
    let (mut it, mailpit) = beside();
    it.press("/").type_in("toner").press("enter");
    assert_eq!(subjects(&it), Vec::<&str>::new());
    let unread = it.state.mail.unread;
    let hits = || {
        vec![
            begun(&mailpit, "p2", "second"),
            begun(&mailpit, "far", "long ago"),
        ]
    };
    it.send(Msg::Mail(mailpit.clone(), found("toner", 2, hits())));
    assert_eq!(subjects(&it), ["long ago", "second"]);
    it.hides("asking").hides("searched whole");
    assert_eq!(
        it.state.mail.unread, unread,
        "the count is of what is listed"
    );
    // A new list of the box takes nothing away that was found.
    let mails = vec![
        begun(&mailpit, "p1", "first"),
        begun(&mailpit, "p2", "second"),
    ];
    it.send(Msg::Mail(
        mailpit.clone(),
        MailMsg::Listed {
            total: 1_000,
            mails,
        },
    ));
    assert_eq!(subjects(&it), ["long ago", "second"]);
    // An answer that comes too late is none.
    it.press("/").type_in("zq");
    assert_eq!(subjects(&it), Vec::<&str>::new());
    it.send(Msg::Mail(mailpit.clone(), found("toner", 2, hits())));
    assert_eq!(subjects(&it), Vec::<&str>::new());
    it.press("esc");
    assert_eq!(subjects(&it).len(), 5, "the listed ones");
}

#[test]
fn what_was_found_is_gone_when_it_is_deleted_or_its_server_goes() {
    let (mut it, mailpit) = beside();
    it.press("/").type_in("toner").press("enter");
    let hits = vec![begun(&mailpit, "far", "long ago")];
    it.send(Msg::Mail(mailpit.clone(), found("toner", 1, hits)));
    assert_eq!(subjects(&it), ["long ago"]);
    it.send(Msg::Mail(mailpit.clone(), found("toner", 0, Vec::new())));
    assert_eq!(subjects(&it), Vec::<&str>::new(), "the newest answer holds");
    let hits = vec![begun(&mailpit, "far", "long ago")];
    it.send(Msg::Mail(mailpit.clone(), found("toner", 1, hits)));
    let (changed, gone) = (Vec::new(), vec![mailpit]);
    it.send(Msg::Host(base::HOST, HostMsg::Delta { changed, gone }));
    assert_eq!(subjects(&it), Vec::<&str>::new());
    assert_eq!(it.state.shelves.mails.things.len(), 3);
}

#[test]
fn a_failure_and_what_a_server_does_not_find_are_said() {
    let (mut it, mailpit) = beside();
    it.press("/").type_in("toner").press("enter");
    let failure = Failure {
        what: Words::as_is("it answers with status 500"),
        ..Failure::default()
    };
    let failed = MailMsg::Found("toner".to_owned(), Err(failure));
    it.send(Msg::Mail(mailpit.clone(), failed));
    it.shows("mailpit cannot search: it answers with status 500")
        .shows("3 of 5 searched whole");
    let hits = vec![begun(&mailpit, "far", "long ago")];
    it.send(Msg::Mail(mailpit, found("toner", 640, hits)));
    it.shows("mailpit finds 640: the newest 1 are here");
}

#[test]
fn a_mailhog_is_told_to_search_what_was_sent_and_is_held_to_all_words_here() {
    let mut it = mailed();
    let now = base::now();
    let mut huge = post::mail("huge", "a@example.com", "huge", now);
    huge.content = Content::beginning("Subject: huge");
    it.send(Msg::Mail(
        post::server(),
        MailMsg::Listed {
            total: 1,
            mails: vec![huge.clone()],
        },
    ));
    let whole = |id: &str, subject: &str| post::mail(id, "a@example.com", subject, now);
    it.press("/").type_in("printer floor").press("enter");
    assert_eq!(asked(&it), [(post::server(), "printer floor".to_owned())]);
    // It was asked for one of the words: of a mail that is here in part nothing is known of the other.
    let hits = vec![huge.clone(), whole("far", "long ago")];
    let answer = |words| found(words, 2, hits.clone());
    it.send(Msg::Mail(post::server(), answer("printer floor")));
    assert_eq!(subjects(&it), ["long ago"]);
    it.shows("mailhog searches mails as they were sent");
    it.press("/ ctrl-u").type_in("nothing").press("enter");
    it.send(Msg::Mail(post::server(), answer("nothing")));
    assert_eq!(
        subjects(&it),
        ["huge"],
        "what is whole here is searched here"
    );
}

/// Where the marked hit stands on the screen, by the words in front of it.
fn line_of(it: &Scene, words: &str) -> usize {
    let screen = it.screen();
    let found = screen.lines().position(|line| line.contains(words));
    found.unwrap_or_else(|| panic!("{words} is not on screen\n{screen}"))
}

#[test]
fn a_message_is_searched_part_by_part_and_its_hits_are_gone_through() {
    let mut it = mailed();
    it.press("enter /").sees_toast("it is not there yet");
    let mut letter = post::letter(78);
    let rows = (0..60).map(|n| match n {
        20 => "the printer is".to_owned(),
        21 => "out of order".to_owned(),
        50 => "another Printer".to_owned(),
        n => format!("line {n}"),
    });
    letter.text = Some(rows.collect());
    let key = Mail::key(&post::server(), "ticket");
    it.send(Msg::Letter(key, Ok(Box::new(letter))));
    it.press("n").sees_toast("nothing is searched");
    it.press("/").type_in("printer").shows("2 found");
    it.press("enter").shows("/printer  1/2");
    let first = line_of(&it, "the printer is");
    it.press("n")
        .shows("2/2")
        .shows("another Printer")
        .press("n");
    it.shows("1/2");
    assert!(line_of(&it, "the printer is") <= first);
    it.press("N").shows("2/2");
    // Over the end of a row; then another part, where there is none.
    it.press("/ ctrl-u").type_in("is out of").press("enter");
    it.shows("/is out of  1/1").press("tab").shows("0/0");
    it.press("n").sees_toast("no hit");
    it.press("esc").hides("/is out of").view(ViewId::Letter);
    it.press("esc").view(ViewId::Mail);
}

#[test]
fn a_search_in_a_message_stays_when_it_is_read_for_another_width() {
    let mut it = mailed();
    it.press("enter");
    let key = Mail::key(&post::server(), "ticket");
    it.send(Msg::Letter(key.clone(), Ok(Box::new(post::letter(78)))));
    it.press("/").type_in("57003").press("enter").shows("1/1");
    it.send(Msg::Letter(key, Ok(Box::new(post::letter(40)))));
    it.shows("/57003  1/1");
}
