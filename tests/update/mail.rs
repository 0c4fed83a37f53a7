//! Captured mail: its list, one message in its parts, what is done to a box and to what comes meanwhile.
use stacktui::effect::{Effect, Fetch, Subscription, Verb};
use stacktui::lang::Words;
use stacktui::model::mail::{Act, Content, Found, Server};
use stacktui::model::{Key, Mail};
use stacktui::msg::{Failure, FailureKind, HostMsg, MailMsg, Msg};
use stacktui::state::mail::Part;
use stacktui::state::{RowId, ViewId};

use crate::harness::{Scene, of};
use crate::{post, world as base};

const MAILHOG: &str = "systeme-ticketing-mailhog-1";

pub(super) fn mailed() -> Scene {
    of(post::mailed(base::now()))
}

/// Subjects of the rows, in order.
pub(super) fn subjects(it: &Scene) -> Vec<&str> {
    let shelf = &it.state.shelves.mails;
    let rows = shelf.listing.table.rows.iter().filter_map(RowId::key);
    rows.map(|key| shelf.things[key].subject.as_str()).collect()
}

fn opened(it: &mut Scene, id: &str) {
    let key = Mail::key(&post::server(), id);
    it.send(Msg::Letter(key, Ok(Box::new(post::letter(78)))));
}

/// What was asked of a box.
fn acts(it: &Scene) -> Vec<Act> {
    let act = |(_, verb): (_, Verb)| match verb {
        Verb::Mail(call) => Some(call.act),
        _ => None,
    };
    it.jobs().into_iter().filter_map(act).collect()
}

#[test]
fn a_running_mail_server_is_always_listened_to_and_looked_at_more_closely_in_its_view() {
    let mut it = mailed();
    let listens = |it: &Scene| {
        it.flows()
            .iter()
            .any(|s| matches!(s, Subscription::Mail(_)))
    };
    assert!(listens(&it) && it.flows().contains(&Subscription::MailWatched));
    it.press("1");
    assert!(listens(&it) && !it.flows().contains(&Subscription::MailWatched));
    it.change(MAILHOG, crate::harness::stopped);
    assert!(!listens(&it));
    it.press("6");
    it.gone(MAILHOG).shows("No container here is a mail server");
}

#[test]
fn the_newest_stands_first_and_the_header_counts_the_unread() {
    let mut it = mailed();
    it.view(ViewId::Mail).shows("mail 3").shows("mailhog 3");
    assert_eq!(
        subjects(&it),
        ["[Ticket#57003] Ticket mis à jour", "Weekly report", ""]
    );
    it.press("enter").view(ViewId::Letter).shows("fetching");
    opened(&mut it, "ticket");
    it.shows("mail 2").shows("Hello,");
    it.press("esc a").shows("unread only");
    assert_eq!(subjects(&it), ["Weekly report", ""]);
    it.press("U").hides("  mail ");
}

#[test]
fn what_was_read_is_read_in_later_runs_and_when_its_server_was_made_anew() {
    let mut it = mailed();
    it.press("enter");
    opened(&mut it, "ticket");
    let server = format!(
        "{}/{MAILHOG}",
        it.state
            .world
            .host(post::server().host)
            .expect("a host")
            .label
    );
    let remember = |ids: &[&str]| Effect::RememberRead {
        server: server.clone(),
        ids: ids.iter().map(|&id| id.to_owned()).collect(),
    };
    assert_eq!(it.effects.last(), Some(&remember(&["ticket"])));
    it.press("tab");
    opened(&mut it, "ticket");
    assert_eq!(it.effects, [], "it is known");
    it.press("esc U");
    assert_eq!(it.effects, [remember(&["report", "old"])]);
    // Another run.
    let mut state = base::reference(base::now());
    let ids = ["ticket", "old", "gone"].map(str::to_owned);
    state
        .mail
        .remembered
        .insert(server.clone(), ids.into_iter().collect());
    post::lists(&mut state, post::mails(base::now()));
    let mut it = of(state);
    it.press("6").shows("mail 1").press("a");
    assert_eq!(subjects(&it), ["Weekly report"]);
    // The same server in another container.
    let anew = |it: &mut Scene| {
        let mut container = it
            .state
            .world
            .container(&post::server())
            .expect("a server")
            .clone();
        container.key = Key::container(container.key.host, "another");
        let host = container.key.host;
        it.gone(MAILHOG);
        it.send(Msg::Host(
            host,
            HostMsg::Delta {
                changed: vec![container.clone()],
                gone: Vec::new(),
            },
        ));
        container.key
    };
    let key = anew(&mut it);
    let mails = post::mails(base::now()).into_iter().map(|mail| {
        let (_, id) = Mail::place(&mail.key).expect("a place");
        Mail {
            key: Mail::key(&key, id),
            ..mail.clone()
        }
    });
    let mails: Vec<Mail> = mails.collect();
    let way = "172.20.0.12:8025".to_owned();
    it.send(Msg::Mail(
        key.clone(),
        MailMsg::Up {
            server: Server::MailHog,
            way,
            smtp: 1025,
            searches: true,
        },
    ));
    it.send(Msg::Mail(
        key,
        MailMsg::Listed {
            total: mails.len(),
            mails,
        },
    ));
    assert_eq!(subjects(&it), ["Weekly report"]);
}

#[test]
fn a_message_is_fetched_once_and_turned_part_by_part() {
    let mut it = mailed();
    it.press("enter");
    let fetches = |it: &Scene| {
        let letter = |e: &&Effect| matches!(e, Effect::Fetch(Fetch::Letter { .. }));
        it.effects.iter().filter(letter).count()
    };
    assert_eq!(fetches(&it), 1);
    opened(&mut it, "ticket");
    it.shows("also to audit@example.com");
    for words in [
        "Priority",
        "MIME-Version",
        "boundary=m",
        "https://tickets",
        "report.csv",
        "Hello,",
    ] {
        it.press("tab").shows(words);
    }
    it.press("left").shows("report.csv");
    it.press("esc enter");
    assert_eq!(fetches(&it), 0, "it is kept");
}

#[test]
fn an_address_in_a_message_is_copied_and_its_route_is_looked_for() {
    let mut it = mailed();
    it.press("enter w").shows("it is not there yet");
    opened(&mut it, "ticket");
    let url = "https://tickets.example.com/3";
    it.press("w");
    assert_eq!(
        it.effects,
        [Effect::Copy(url.to_owned())],
        "one needs no question"
    );
    it.press("enter").view(ViewId::Routes);
    assert_eq!(
        it.state.shelves.routes.listing.filter,
        "tickets.example.com"
    );
}

#[test]
fn of_several_addresses_one_is_chosen_and_none_is_said() {
    let mut it = mailed();
    it.press("enter");
    let key = Mail::key(&post::server(), "ticket");
    let mut letter = post::letter(78);
    letter.links = [
        "mailto:a@b.example",
        "https://a.example/1",
        "https://a.example/2",
        "http://b.example",
    ]
    .map(str::to_owned)
    .to_vec();
    it.send(Msg::Letter(key.clone(), Ok(Box::new(letter.clone()))));
    it.press("w").shows("Which address?").hides("mailto:");
    it.wait(500).press("down enter");
    assert_eq!(it.effects, [Effect::Copy("https://a.example/2".to_owned())]);
    it.press("enter").shows("Routes of which host?");
    it.wait(500).press("down enter").view(ViewId::Routes);
    assert_eq!(it.state.shelves.routes.listing.filter, "b.example");
    letter.links.truncate(1);
    it.press("6 enter")
        .send(Msg::Letter(key, Ok(Box::new(letter))));
    it.press("w").shows("no address of the web");
}

#[test]
fn a_message_is_read_anew_for_another_width_out_of_what_is_known() {
    let mut it = mailed();
    it.press("enter");
    opened(&mut it, "ticket");
    it.send(Msg::Resize {
        width: 120,
        height: 40,
    });
    let anew = it.effects.iter().rev().find_map(|effect| match effect {
        Effect::Fetch(Fetch::Letter { known, width, .. }) => Some((known.is_some(), *width)),
        _ => None,
    });
    assert_eq!(anew, Some((true, 118)));
    it.press("j");
    assert_eq!(it.effects, [], "it is asked for once");
}

#[test]
fn older_and_newer_mails_follow_each_other() {
    let mut it = mailed();
    it.press("enter ]").shows("Weekly report");
    it.press("[").shows("Ticket mis");
    it.press("esc").view(ViewId::Mail);
}

#[test]
fn a_mail_goes_after_a_question_and_leaves_the_list_at_once() {
    let mut it = mailed();
    it.press("d");
    assert!(it.told()[0].contains("Ticket mis"));
    it.answer("y");
    assert_eq!(acts(&it), [Act::Delete(vec!["ticket".to_owned()])]);
    it.done(MAILHOG, 3);
    assert_eq!(subjects(&it), ["Weekly report", ""]);
    it.press("space space d").answer("y");
    let both = ["report", "old"].map(str::to_owned).to_vec();
    let last = acts(&it).pop().expect("another act");
    let Act::Delete(mut ids) = last else {
        panic!("it deletes the marked ones");
    };
    ids.sort();
    let mut both = both;
    both.sort();
    assert_eq!(ids, both);
}

#[test]
fn all_mail_goes_only_by_the_name_of_its_server() {
    let mut it = mailed();
    it.press("D");
    assert_eq!(it.question().must_type, "mailhog");
    it.wait(400).press("enter");
    assert!(acts(&it).is_empty());
    it.type_in("mailhog").press("enter");
    assert_eq!(acts(&it), [Act::DeleteAll]);
    it.done(MAILHOG, 3).shows("Waiting for mail");
}

#[test]
fn nothing_is_deleted_or_sent_when_nothing_may_be_changed() {
    let mut it = mailed();
    it.state.read_only = true;
    for key in ["d", "D", "T"] {
        it.press(key).sees_toast("read-only");
    }
    assert!(acts(&it).is_empty());
}

#[test]
fn the_cursor_follows_new_mail_only_when_it_is_told_to() {
    let mut it = mailed();
    let now = base::now();
    let came = |it: &mut Scene, id: &str| {
        let mut all = vec![post::mail(id, "a@example.com", id, now)];
        all.extend(post::mails(now));
        let total = all.len();
        it.send(Msg::Mail(
            post::server(),
            MailMsg::Listed { total, mails: all },
        ));
    };
    let cursor = |it: &Scene| {
        let key = it.state.shelves.mails.listing.selected();
        key.map(|key| it.state.shelves.mails.things[&key].subject.clone())
    };
    came(&mut it, "first");
    assert_eq!(
        cursor(&it).as_deref(),
        Some("[Ticket#57003] Ticket mis à jour")
    );
    it.press("f").shows("following");
    came(&mut it, "second");
    assert_eq!(cursor(&it).as_deref(), Some("second"));
}

#[test]
fn a_server_that_does_not_answer_says_why_and_how_to_mend_it() {
    let mut it = of(base::reference(base::now()));
    it.press("6").shows("asking mailhog");
    let failure = Failure {
        kind: FailureKind::Denied,
        what: Words::as_is("it wants a user and a password"),
        advice: "set mail.login to user:password".to_owned(),
        ..Failure::default()
    };
    it.send(Msg::Mail(post::server(), MailMsg::Down(failure)));
    it.shows("wants a user and a password").shows("mail.login");
    it.change(MAILHOG, |c| c.state = stacktui::model::RunState::Paused);
    it.shows("mailhog is paused");
}

#[test]
fn a_list_is_narrowed_by_subject_and_by_sender() {
    let mut it = mailed();
    it.press("/").type_in("weekly").press("enter");
    assert_eq!(subjects(&it), ["Weekly report"]);
    it.press("esc /").type_in("helpdesk").press("enter");
    assert_eq!(subjects(&it), ["[Ticket#57003] Ticket mis à jour"]);
}

#[test]
fn a_search_finds_words_anywhere_in_a_mail_and_not_letters_here_and_there() {
    let mut it = mailed();
    let mut search = |typed: &str| {
        it.press("/").type_in(typed).press("enter");
        let found = subjects(&it).len();
        it.press("esc");
        found
    };
    assert_eq!(search("wkrp"), 0, "letters that follow each other");
    assert_eq!(
        search("floor PRINTER"),
        0,
        "a capital letter wants capitals"
    );
    assert_eq!(
        search("floor printer"),
        3,
        "words of the text, in any order"
    );
    assert_eq!(
        search("floor grafana"),
        1,
        "one of the text, one of the sender"
    );
    assert_eq!(search("report@example.com"), 1, "a header");
}

#[test]
fn what_is_not_searched_whole_is_said_until_it_was_opened() {
    let mut it = of(base::reference(base::now()));
    let mut mails = post::mails(base::now());
    mails[0].content = Content::beginning("Hello");
    post::lists(&mut it.state, mails.clone());
    it.press("6 /").type_in("57003 updated").press("enter");
    let answer = Ok(Found::default());
    let found = MailMsg::Found("57003 updated".to_owned(), Err(Failure::default()));
    it.shows("asking mailhog")
        .send(Msg::Mail(post::server(), found));
    it.shows("2 of 3 searched whole");
    let found = MailMsg::Found("57003 updated".to_owned(), answer);
    it.send(Msg::Mail(post::server(), found));
    it.hides("searched whole");
    assert_eq!(subjects(&it), [""; 0]);
    opened(&mut it, "ticket");
    it.hides("searched whole");
    post::lists(&mut it.state, mails);
    it.press("esc /").type_in("57003 updated").press("enter");
    assert_eq!(subjects(&it).len(), 1, "it stays known");
}

#[test]
fn a_file_is_saved_under_a_safe_name_and_what_is_copied_is_chosen() {
    let mut it = mailed();
    it.press("enter s").sees_toast("not there yet");
    opened(&mut it, "ticket");
    it.press("s");
    let labels: Vec<&str> = it
        .menu()
        .items
        .iter()
        .map(|item| item.label.as_str())
        .collect();
    assert_eq!(labels, ["report.csv", "the whole message"]);
    it.wait(400).press("enter");
    let saved = it.effects.iter().find_map(|effect| match effect {
        Effect::SaveBytes { path, bytes } => Some((path.display().to_string(), bytes.to_vec())),
        _ => None,
    });
    assert_eq!(saved, Some(("report.csv".to_owned(), b"a,b".to_vec())));
    it.press("y");
    let hints: Vec<&str> = it
        .menu()
        .items
        .iter()
        .map(|item| item.hint.as_str())
        .collect();
    assert_eq!(
        hints,
        ["subject", "from", "to", "link", "SMTP, for applications"]
    );
}

#[test]
fn the_doctor_tells_who_names_the_server_and_times_a_test_mail() {
    let mut it = mailed();
    it.press("t")
        .view(ViewId::MailDoctor)
        .shows("mailhog:1025")
        .shows("asking the engine");
    let asked = it
        .effects
        .iter()
        .any(|e| matches!(e, Effect::Fetch(Fetch::MailSenders(..))));
    assert!(asked);
    let zammad = "systeme-ticketing-zammad-1";
    let mut details = base::details(zammad, base::now());
    details.image = "ghcr.io/zammad/zammad:6.3.1".to_owned();
    details.environment = vec![
        ("SMTP_HOST".to_owned(), "mailhog".to_owned()),
        ("X".to_owned(), "mail".to_owned()),
    ];
    it.send(Msg::MailSenders(post::server(), Ok(vec![details])));
    it.shows("SMTP_HOST=mailhog")
        .shows("Zammad does not read SMTP_*")
        .hides("X=mail");
    it.press("T").shows("sending");
    assert_eq!(acts(&it), [Act::Test]);
    it.done(MAILHOG, 12).shows("arrived in 12 ms");
}

#[test]
fn the_parts_of_a_message_are_those_it_has() {
    let letter = post::letter(78);
    assert!(Part::ALL.into_iter().all(|part| part.is_in(&letter)));
    let bare = stacktui::model::mail::Letter::default();
    let there: Vec<Part> = Part::ALL
        .into_iter()
        .filter(|part| part.is_in(&bare))
        .collect();
    assert_eq!(there, [Part::Raw]);
}

/// A second mail server beside the first.
pub(super) fn with_another(it: &mut Scene) -> Key {
    let first = it.state.world.container(&post::server());
    let mut another = first.expect("a server").clone();
    another.key = Key::container(another.key.host, "another");
    another.name = "systeme-ticketing-mailpit-1".to_owned();
    another.labels.insert(
        "com.docker.compose.service".to_owned(),
        "mailpit".to_owned(),
    );
    let (key, host) = (another.key.clone(), another.key.host);
    let changed = vec![another];
    let gone = Vec::new();
    it.send(Msg::Host(host, HostMsg::Delta { changed, gone }));
    key
}

#[test]
fn of_several_servers_one_that_is_silent_is_seen_on_every_screen() {
    let mut it = mailed();
    let key = with_another(&mut it);
    let failure = Failure {
        what: Words::as_is("it does not answer within 5 s"),
        ..Failure::default()
    };
    it.send(Msg::Mail(key, MailMsg::Down(failure)));
    for (width, height) in [(120, 40), (80, 24), (40, 12)] {
        it.send(Msg::Resize { width, height });
        it.shows("mailpit: it does not answer").shows("Weekly");
    }
    it.send(Msg::Resize {
        width: 120,
        height: 40,
    });
    it.shows("mailhog 3");
}

#[test]
fn with_several_servers_each_row_says_which_one_holds_it() {
    let mut it = mailed();
    it.hides("  box");
    let key = with_another(&mut it);
    it.shows("  box");
    let mut mail = post::mail("one", "a@example.com", "elsewhere", base::now());
    mail.key = Mail::key(&key, "one");
    let (total, mails) = (1, vec![mail]);
    it.send(Msg::Mail(key, MailMsg::Listed { total, mails }));
    let row = it.screen();
    let row = row.lines().find(|line| line.contains("elsewhere"));
    assert!(row.is_some_and(|row| row.contains("mailpit")), "{row:?}");
}

#[test]
fn new_mail_is_seen_by_who_is_at_the_first_of_more_than_the_screen_holds() {
    let mut it = mailed();
    let now = base::now();
    let of = |count: i64| {
        let one = |n| {
            let at = now + chrono::TimeDelta::seconds(n);
            post::mail(&format!("m{n}"), "a@example.com", &format!("mail {n}."), at)
        };
        (0..count).rev().map(one).collect::<Vec<_>>()
    };
    post::lists(&mut it.state, of(60));
    it.press("g").shows("mail 59.");
    post::lists(&mut it.state, of(61));
    it.shows("mail 60.");
    post::lists(&mut it.state, of(62));
    it.shows("mail 61.");
}

#[test]
fn what_cannot_be_read_as_text_is_opened_as_it_was_sent() {
    let mut it = mailed();
    it.press("enter");
    let key = Mail::key(&post::server(), "ticket");
    let mut letter = post::letter(78);
    (letter.text, letter.html) = (None, None);
    it.send(Msg::Letter(key, Ok(Box::new(letter))))
        .shows("[Raw]");
}

#[test]
fn a_server_that_tells_no_envelope_says_so() {
    let mut it = mailed();
    it.press("enter");
    let key = Mail::key(&post::server(), "ticket");
    let mut letter = post::letter(78);
    let raw = stacktui::model::mail::RawMail {
        bytes: letter.raw.bytes.clone(),
        envelope: None,
    };
    letter.raw = std::sync::Arc::new(raw);
    it.send(Msg::Letter(key, Ok(Box::new(letter))))
        .shows("blind copies do not show");
}

#[test]
fn the_doctor_reads_the_port_in_the_server_itself_and_knows_the_host_network() {
    let mut it = mailed();
    it.press("t");
    let asked = it.effects.iter().find_map(|effect| match effect {
        Effect::Fetch(Fetch::MailSenders(_, near)) => Some(near.clone()),
        _ => None,
    });
    assert!(asked.is_some_and(|near| near.contains(&post::server())));
    let failure = Failure {
        what: Words::as_is("it wants a user and a password"),
        ..Failure::default()
    };
    it.send(Msg::Mail(post::server(), MailMsg::Down(failure)));
    let mut details = base::details(MAILHOG, base::now());
    details.environment = vec![("MH_SMTP_BIND_ADDR".to_owned(), "0.0.0.0:2525".to_owned())];
    it.send(Msg::MailSenders(post::server(), Ok(vec![details])));
    it.shows("mailhog:2525")
        .shows("no container near it names it");
    it.change(MAILHOG, |c| {
        c.networks = vec![("host".to_owned(), String::new())];
    });
    it.shows("localhost:2525")
        .hides("from a network they share");
}
