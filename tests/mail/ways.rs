//! The ways to a mail server in the simulated engine: by address, and through a process in its container.
use stacktui::engine::{BoxedIo, Connector, Endpoint, Engine, Way};
use stacktui::integrations::mailbox::Trouble;
use stacktui::model::mail::{Act, Call, Server, Source};
use stacktui::model::{Container, HostId, Mail};
use stacktui::runtime::mail::{act, open};
use stacktui::sim::{Scenario, Sim};

pub(super) const BOXES: &str = r#"
[[image]]
name = "mailhog/mailhog:v1.0.1"
shells = ["sh"]
[[image]]
name = "axllent/mailpit:v1.30"
[[stack]]
name = "s"
directory = "/srv/s"
[[network]]
name = "n"
prefix = "172.20"
[[container]]
stack = "s"
service = "mailhog"
image = "mailhog/mailhog:v1.0.1"
networks = ["n"]
ports = ["8025/tcp"]
[[container]]
stack = "s"
service = "mailpit"
image = "axllent/mailpit:v1.30"
networks = ["n"]
ports = ["127.0.0.1:9025:8025"]
[[mail]]
to_box = "mailhog"
age = "1h"
from = "a@example.com"
to = ["b@example.com"]
bcc = ["hidden@example.com"]
subject = "Grüße"
text = "hello\n"
[[mail]]
to_box = "mailpit"
age = "1h"
from = "a@example.com"
to = ["b@example.com"]
bcc = ["hidden@example.com"]
subject = "to mailpit"
text = "hello\n"
"#;

/// The engine, with or without a way to addresses beyond it, and its world.
async fn engine(beyond: bool) -> (Engine, Sim) {
    let sim = Sim::new(Scenario::parse(BOXES).expect("a scenario"));
    let (inner, outer) = (sim.clone(), sim.clone());
    let connector = Connector::new(move || {
        let connection: BoxedIo = Box::new(inner.connect());
        Box::pin(std::future::ready(Ok(connection)))
    });
    let connector = if beyond {
        connector.with_beyond(move |address, port| {
            let opened = outer.connect_to(&address, port);
            Box::pin(std::future::ready(opened.map(|c| Box::new(c) as BoxedIo)))
        })
    } else {
        connector
    };
    let engine = Engine::open(&Endpoint::Custom(connector))
        .await
        .expect("an engine");
    (engine, sim)
}

async fn source(engine: &Engine, service: &str) -> Source {
    let now = stacktui::runtime::clock::now();
    let all = engine.list(HostId(0), now).await.expect("a list");
    let container: &Container = all
        .iter()
        .find(|c| c.service() == Some(service))
        .expect("a server");
    Source::of(container, false).expect("a mail server")
}

async fn deletes_and_takes(engine: &Engine, source: &Source) {
    let found = open(engine, source).await.expect("an answer");
    let listing = found.mailbox.list(source.key(), &[]).await.expect("a list");
    assert_eq!(listing.mails.len(), 1);
    let id = Mail::place(&listing.mails[0].key)
        .expect("an id")
        .1
        .to_owned();
    let raw = found.mailbox.raw(&id).await.expect("a message");
    let envelope = raw.envelope.expect("an envelope");
    assert_eq!(envelope.to, ["b@example.com", "hidden@example.com"]);
    let call = |act| Call {
        source: source.clone(),
        act,
    };
    act(engine, &call(Act::Test)).await.expect("a test mail");
    assert_eq!(found.mailbox.count().await, Ok(2));
    act(engine, &call(Act::Delete(vec![id.clone()])))
        .await
        .expect("a deletion");
    assert_eq!(found.mailbox.count().await, Ok(1));
    assert!(matches!(found.mailbox.raw(&id).await, Err(Trouble::Gone)));
    act(engine, &call(Act::DeleteAll))
        .await
        .expect("a deletion");
    assert_eq!(found.mailbox.count().await, Ok(0));
}

#[tokio::test(start_paused = true)]
async fn both_servers_are_reached_by_their_address() {
    let (engine, _sim) = engine(true).await;
    for (service, server) in [("mailhog", Server::MailHog), ("mailpit", Server::Mailpit)] {
        let source = source(&engine, service).await;
        let found = open(&engine, &source).await.expect("an answer");
        assert_eq!(found.mailbox.server, server);
        assert!(
            matches!(&found.way, Way::Address(address, 8025) if address.starts_with("172.20."))
        );
        deletes_and_takes(&engine, &source).await;
    }
}

#[tokio::test(start_paused = true)]
async fn each_server_searches_as_the_real_one_does() {
    let (engine, _sim) = engine(true).await;
    let found = async |service: &str, query: &str| {
        let source = source(&engine, service).await;
        let found = open(&engine, &source).await.expect("an answer");
        let found = found.mailbox.search(source.key(), query).await;
        found.expect("what it finds").total
    };
    // Its text is coded as it was sent: a MailHog looks at that, a Mailpit at what it says.
    assert_eq!(found("mailhog", "hello").await, 0);
    assert_eq!(found("mailhog", "B@EXAMPLE").await, 1);
    assert_eq!(found("mailpit", "HELLO mailpit").await, 1);
    assert_eq!(found("mailpit", "hello nobody").await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_published_port_is_the_way_where_addresses_lead_nowhere() {
    let (engine, _sim) = engine(true).await;
    let mut source = source(&engine, "mailpit").await;
    source.reach.addresses = vec!["10.9.9.9".to_owned()];
    let found = open(&engine, &source).await.expect("an answer");
    assert_eq!(found.way, Way::Address("127.0.0.1".to_owned(), 9025));
}

#[tokio::test(start_paused = true)]
async fn a_process_in_the_container_is_the_last_way_and_none_stays_behind() {
    let (engine, sim) = engine(false).await;
    let source = source(&engine, "mailhog").await;
    let found = open(&engine, &source).await.expect("an answer");
    assert!(found.way.is_dear());
    deletes_and_takes(&engine, &source).await;
    // One that is let go in the middle ends with its stream.
    let stream = engine
        .reach(&source.reach, &found.way)
        .await
        .expect("a stream");
    assert_eq!(sim.running_execs(), 1);
    drop(stream);
    for _ in 0..200 {
        if sim.running_execs() == 0 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{} processes stayed behind", sim.running_execs());
}

#[tokio::test(start_paused = true)]
async fn a_missing_nc_is_no_data() {
    let (engine, _sim) = engine(false).await;
    let source = source(&engine, "mailpit").await;
    let trouble = open(&engine, &source).await.expect_err("no way");
    assert!(
        trouble.to_string().contains("no nc in its image"),
        "{trouble}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_paused_server_is_given_up_and_said() {
    let (engine, _sim) = engine(true).await;
    let source = source(&engine, "mailhog").await;
    let verb = stacktui::effect::Verb::Pause;
    let limit = std::time::Duration::from_secs(5);
    engine
        .perform(source.key(), &verb, limit)
        .await
        .expect("a pause");
    let trouble = open(&engine, &source).await.expect_err("silence");
    assert!(matches!(trouble, Trouble::Silent(_)), "{trouble:?}");
}
