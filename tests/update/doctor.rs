//! The doctor of a mail server: who would send to it, and what keeps mail from arriving.
use stacktui::effect::{Effect, Fetch};
use stacktui::model::container::{Port, RunState};
use stacktui::model::{Details, NetworkLink};
use stacktui::msg::Msg;

use crate::harness::{Scene, of};
use crate::{post, world as base};

const MAILHOG: &str = "systeme-ticketing-mailhog-1";
const ZAMMAD: &str = "systeme-ticketing-zammad-1";

/// The doctor of the mail server, which is in the network `shop`.
fn doctor() -> Scene {
    let mut it = of(post::mailed(base::now()));
    it.change(MAILHOG, |c| {
        c.networks = vec![("shop".to_owned(), String::new())];
    });
    it.press("t");
    it
}

/// A container in this network with this environment.
fn sender(name: &str, network: &str, variables: &[(&str, &str)]) -> Details {
    let mut details = base::details(name, base::now());
    details.image = "app".to_owned();
    details.networks = vec![NetworkLink {
        name: network.to_owned(),
        ..NetworkLink::default()
    }];
    let variables = variables.iter();
    details.environment = variables
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    details
}

fn told(it: &mut Scene, senders: Vec<Details>) {
    it.send(Msg::MailSenders(post::server(), Ok(senders)));
}

#[test]
fn one_that_shares_no_network_is_asked_too_and_told_why_its_mail_does_not_arrive() {
    let mut it = doctor();
    let asked = it.effects.iter().find_map(|effect| match effect {
        Effect::Fetch(Fetch::MailSenders(_, near)) => Some(near.clone()),
        _ => None,
    });
    let all = it.state.world.containers().count();
    assert_eq!(asked.map(|near| near.len()), Some(all));
    told(
        &mut it,
        vec![
            sender(ZAMMAD, "elsewhere", &[("SMTP_HOST", "mailhog")]),
            sender("stranger", "elsewhere", &[("DB_HOST", "db")]),
        ],
    );
    it.hides("enter open")
        .shows("SMTP_HOST=mailhog")
        .shows("it shares no network with mailhog")
        .hides("stranger");
}

#[test]
fn the_host_is_a_way_only_where_the_port_is_published() {
    let through = |port| {
        sender(
            ZAMMAD,
            "shop",
            &[("MAIL_HOST", "host.docker.internal"), ("MAIL_PORT", port)],
        )
    };
    let mut it = doctor();
    told(&mut it, vec![through("1025")]);
    it.shows("MAIL_HOST=host.docker.internal")
        .shows("port 1025 of mailhog is not published");
    it.change(MAILHOG, |c| {
        c.ports = vec![Port {
            private: 1025,
            public: Some(11025),
            protocol: "tcp".to_owned(),
            ..Port::default()
        }];
    });
    told(&mut it, vec![through("1025")]);
    it.shows("port 1025 is not where it takes mail: that is 11025");
    told(&mut it, vec![through("11025")]);
    it.shows("MAIL_PORT=11025").hides("is not where");
}

#[test]
fn a_wrong_port_is_told_and_the_page_is_no_wrong_port() {
    let mut it = doctor();
    told(
        &mut it,
        vec![
            sender(
                "a",
                "shop",
                &[("SMTP_HOST", "mailhog"), ("SMTP_PORT", "587")],
            ),
            sender("b", "shop", &[("MAILER_URL", "smtp://mailhog:1025")]),
            sender("c", "shop", &[("MAIL_UI", "http://mailhog:8025")]),
        ],
    );
    it.shows("SMTP_PORT=587")
        .shows("port 587 is not where it takes mail: that is 1025")
        .hides("port 8025 is");
}

#[test]
fn a_mail_server_of_the_same_name_beside_the_sender_is_the_one_that_is_meant() {
    let mut it = doctor();
    let mut other = it.container(MAILHOG).clone();
    other.key = base::key("other");
    other.name = "other-mailhog-1".to_owned();
    other.networks = vec![("elsewhere".to_owned(), String::new())];
    it.send(Msg::Host(
        base::HOST,
        stacktui::msg::HostMsg::Delta {
            changed: vec![other],
            gone: Vec::new(),
        },
    ));
    told(
        &mut it,
        vec![sender(
            "shopkeeper",
            "elsewhere",
            &[("SMTP_HOST", "mailhog")],
        )],
    );
    it.hides("shopkeeper");
}

#[test]
fn a_sender_that_does_not_run_says_so_and_names_are_whole_where_there_is_room() {
    let mut it = doctor();
    it.change(ZAMMAD, |c| c.state = RunState::Exited);
    told(
        &mut it,
        vec![sender(ZAMMAD, "shop", &[("SMTP_HOST", "mailhog")])],
    );
    it.shows("systeme-ticketing-zammad-1 (exited)  SMTP_HOST=mailhog");
}

#[test]
fn where_nothing_may_be_changed_no_test_mail_is_offered() {
    let mut it = doctor();
    it.shows("sends one and times its arrival");
    it.state.read_only = true;
    it.press("k")
        .hides("sends one")
        .shows("read-only: none is sent");
}
