//! Recorded replies of the three servers, replayed; and what a broken or hostile server answers.
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use stacktui::integrations::mailbox::{Dial, Http, Mailbox, Stream, Trouble};
use stacktui::model::mail::Server;
use stacktui::model::{HostId, Key, Mail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};

/// What is answered to a request line; a missing one is a 404.
#[derive(Clone)]
pub(super) enum Answer {
    Body(Vec<u8>),
    Status(u16),
    /// A head and a beginning, then the connection breaks.
    Broken,
    /// The connection is taken, and nothing is said.
    Silent,
}

/// A server of fixed answers that keeps what it was asked, bodies too.
#[derive(Clone, Default)]
pub(super) struct Replay {
    answers: Arc<Mutex<BTreeMap<String, Answer>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Replay {
    pub(super) fn with(self, request: &str, answer: Answer) -> Self {
        self.answers
            .lock()
            .unwrap()
            .insert(request.to_owned(), answer);
        self
    }

    pub(super) fn file(self, request: &str, file: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/data/mail")
            .join(file);
        let body = std::fs::read(path).unwrap();
        self.with(request, Answer::Body(body))
    }

    fn http(&self, prefix: &str) -> Http {
        let replay = self.clone();
        let dial: Dial = Arc::new(move || {
            let (ours, theirs) = tokio::io::duplex(1 << 20);
            tokio::spawn(replay.clone().serve(theirs));
            Box::pin(std::future::ready(Ok(Box::new(ours) as Stream)))
        });
        Http::new(dial, "mail:8025", prefix, true)
    }

    pub(super) async fn mailbox(&self) -> Mailbox {
        Mailbox::probe(self.http("")).await.unwrap()
    }

    async fn serve(self, mut stream: DuplexStream) {
        let mut come = Vec::new();
        loop {
            let mut buffer = [0; 4096];
            let Some(end) = come.windows(4).position(|w: &[u8]| w == b"\r\n\r\n") else {
                match stream.read(&mut buffer).await {
                    Ok(count) if count > 0 => come.extend_from_slice(&buffer[..count]),
                    _ => return,
                }
                continue;
            };
            let head = String::from_utf8_lossy(&come[..end]).to_lowercase();
            let length = head.split("content-length: ").nth(1).map_or(0, |rest| {
                let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
                digits.parse().unwrap_or(0)
            });
            while come.len() < end + 4 + length {
                let count = stream.read(&mut buffer).await.unwrap_or(0);
                come.extend_from_slice(&buffer[..count]);
            }
            let line = String::from_utf8_lossy(&come)
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned();
            let request = line.trim_end_matches(" HTTP/1.1").to_owned();
            let body = String::from_utf8_lossy(&come[end + 4..end + 4 + length]).into_owned();
            come.drain(..end + 4 + length);
            self.asked
                .lock()
                .unwrap()
                .push(format!("{request} {body}").trim_end().to_owned());
            let answer = self.answers.lock().unwrap().get(&request).cloned();
            match answer.unwrap_or(Answer::Status(404)) {
                Answer::Body(body) => {
                    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
                    // A client that had enough goes.
                    if stream.write_all(head.as_bytes()).await.is_err()
                        || stream.write_all(&body).await.is_err()
                    {
                        return;
                    }
                }
                Answer::Status(status) => {
                    let head = format!("HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n");
                    stream.write_all(head.as_bytes()).await.unwrap();
                }
                Answer::Broken => {
                    stream
                        .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
                        .await
                        .unwrap();
                    return;
                }
                Answer::Silent => std::future::pending().await,
            }
        }
    }

    pub(super) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

pub(super) fn key() -> Key {
    Key::container(HostId(0), "c0ffee")
}

const COUNT: &str = "GET /api/v2/messages?start=2147483647&limit=1";

/// A MailHog with this list of messages.
pub(super) fn mailhog(total: usize) -> Replay {
    let count = format!("{{\"total\":{total},\"count\":0,\"start\":2147483647,\"items\":[]}}");
    Replay::default().with(COUNT, Answer::Body(count.into_bytes()))
}

pub(super) fn message(id: &str, data: &str) -> String {
    serde_json::json!({
        "ID": id, "From": { "Mailbox": "a", "Domain": "example.org" }, "To": [],
        "Content": {
            "Headers": {
                "Subject": ["large"], "From": ["a@example.org"],
                "Received": ["from a by mailhog.example (MailHog)\r\n          id x; Sun, 22 Nov 2026 12:15:26 +0000"],
            },
            "Body": data, "Size": data.len(), "MIME": null,
        },
        "Created": "2026-11-22T12:15:26.963166692Z",
        "Raw": { "From": "a@example.org", "To": ["b@example.org"], "Data": data },
    })
    .to_string()
}

pub(super) fn page(total: usize, items: &[String]) -> Answer {
    let body = format!(
        "{{\"total\":{total},\"count\":{},\"start\":0,\"items\":[{}]}}",
        items.len(),
        items.join(",")
    );
    Answer::Body(body.into_bytes())
}

#[tokio::test]
async fn a_recorded_mailhog_is_known_counted_and_listed() {
    let replay = mailhog(3)
        .file(COUNT, "mailhog/v2-count-only-trick.json")
        .file(
            "GET /api/v2/messages?start=0&limit=3",
            "mailhog/v2-messages-limit3.json",
        );
    let mailbox = replay.mailbox().await;
    assert_eq!(mailbox.server, Server::MailHog);
    assert_eq!(mailbox.count().await, Ok(27));

    let replay = mailhog(3).file(
        "GET /api/v2/messages?start=0&limit=3",
        "mailhog/v2-messages-limit3.json",
    );
    // The recorded page tells of more mails than the test's box has.
    let all = "GET /api/v2/messages?start=3&limit=10";
    let replay = replay.with(all, page(3, &[]));
    let listing = replay.mailbox().await.list(&key(), &[]).await.unwrap();
    assert_eq!(listing.mails.len(), 3);
    for mail in &listing.mails {
        assert!(
            mail.at.is_some() && mail.size.is_some() && !mail.from.is_empty(),
            "{mail:?}"
        );
        assert!(Mail::place(&mail.key).is_some_and(|(container, _)| container == key()));
    }
}

#[tokio::test]
async fn the_page_behind_the_last_mail_is_never_asked_for() {
    let items: Vec<String> = (0..10)
        .map(|n| message(&format!("m{n}"), "Subject: x\r\n\r\n"))
        .collect();
    // Asked for what is behind the end, this one sends the oldest again, as the real one does.
    let replay = mailhog(10)
        .with("GET /api/v2/messages?start=0&limit=10", page(10, &items))
        .with(
            "GET /api/v2/messages?start=10&limit=10",
            page(10, &items[9..]),
        );
    let listing = replay.mailbox().await.list(&key(), &[]).await.unwrap();
    assert_eq!((listing.total, listing.mails.len()), (10, 10));
    assert!(
        !replay
            .asked()
            .iter()
            .any(|asked| asked.contains("start=10"))
    );
}

#[tokio::test]
async fn known_mails_are_not_fetched_again() {
    let items: Vec<String> = (0..10)
        .map(|n| message(&format!("m{n}"), "Subject: x\r\n\r\n"))
        .collect();
    let replay = mailhog(10).with("GET /api/v2/messages?start=0&limit=10", page(10, &items));
    let known = replay.mailbox().await.list(&key(), &[]).await.unwrap();
    let mut newer = vec![message("new", "Subject: fresh\r\n\r\n")];
    newer.extend_from_slice(&items[..9]);
    let replay = mailhog(11).with("GET /api/v2/messages?start=0&limit=10", page(11, &newer));
    let listing = replay
        .mailbox()
        .await
        .list(&key(), &known.mails)
        .await
        .unwrap();
    assert_eq!((listing.total, listing.mails.len()), (11, 11));
    assert!(listing.mails.iter().any(|mail| mail.subject == "fresh"));
}

#[tokio::test]
async fn a_mail_that_makes_a_reply_of_sixteen_megabytes_is_stepped_over() {
    let small = message("small", "Subject: small\r\n\r\n");
    let large = message("large", &"x".repeat(9 << 20));
    let replay = mailhog(2)
        .with(
            "GET /api/v2/messages?start=0&limit=2",
            page(2, &[small.clone(), large.clone()]),
        )
        .with("GET /api/v2/messages?start=0&limit=1", page(2, &[small]))
        .with("GET /api/v2/messages?start=1&limit=1", page(2, &[large]));
    let listing = replay.mailbox().await.list(&key(), &[]).await.unwrap();
    let large = listing
        .mails
        .iter()
        .find(|mail| mail.subject == "large")
        .unwrap();
    assert_eq!((listing.mails.len(), large.size), (2, None));
    assert_eq!(Mail::place(&large.key).unwrap().1, "large");
}

#[tokio::test]
async fn a_mail_that_is_stepped_over_still_tells_when_it_came_and_its_size_where_that_is_sent() {
    for (length, size) in [(3 << 20, Some(3 << 20)), (9 << 20, None)] {
        let large = message("large", &"x".repeat(length));
        let fill = "y".repeat(6 << 20);
        let reply = page(
            1,
            &[large.replace("\"Raw\":", &format!("\"Fill\":\"{fill}\",\"Raw\":"))],
        );
        let server = mailhog(1).with("GET /api/v2/messages?start=0&limit=1", reply);
        let listing = server.mailbox().await.list(&key(), &[]).await.unwrap();
        let mail = &listing.mails[0];
        assert_eq!(mail.size, size);
        let at = mail.at.map(|at| at.to_rfc3339());
        assert_eq!(at.as_deref(), Some("2026-11-22T12:15:26+00:00"));
    }
}

#[tokio::test]
async fn the_raw_message_is_exact_also_where_json_cannot_say_it() {
    for (name, id) in [("08-gb18030-8bit", "a"), ("09-latin1-8bit", "b")] {
        let replay = mailhog(1)
            .file(
                &format!("GET /api/v1/messages/{id}"),
                &format!("mailhog/v1-message-{name}.json"),
            )
            .file(
                &format!("GET /api/v1/messages/{id}/download"),
                &format!("mailhog/v1-download-{name}.eml"),
            );
        let raw = replay.mailbox().await.raw(id).await.unwrap();
        let sent = std::fs::read(
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/mail/eml/{name}.eml")),
        );
        let body = |bytes: &[u8]| {
            let text = bytes
                .iter()
                .map(|b| char::from(*b))
                .collect::<String>()
                .replace("\r\n", "\n");
            text.split_once("\n\n").unwrap().1.trim_end().to_owned()
        };
        assert_eq!(body(&raw.bytes), body(&sent.unwrap()), "{name}");
        assert!(!raw.envelope.unwrap().to.is_empty());
    }
}

#[tokio::test]
async fn a_mail_that_is_gone_says_so() {
    let replay = mailhog(1)
        .file("GET /api/v1/messages/x", "mailhog/v1-message-missing.json")
        .with("GET /api/v1/messages/y", Answer::Broken);
    let mailbox = replay.mailbox().await;
    assert_eq!(mailbox.raw("x").await, Err(Trouble::Gone));
    assert_eq!(mailbox.raw("y").await, Err(Trouble::Cut));
}

#[tokio::test]
async fn ids_go_into_paths_escaped() {
    let replay = mailhog(1).with(
        "DELETE /api/v1/messages/a%3D%40m%2F..%2F",
        Answer::Body(Vec::new()),
    );
    replay
        .mailbox()
        .await
        .delete(&["a=@m/../".to_owned()])
        .await
        .unwrap();
}

pub(super) fn mailpit() -> Replay {
    Replay::default()
        .file("GET /api/v1/info", "mailpit/info.json")
        .file(
            "GET /api/v1/messages?start=0&limit=200",
            "mailpit/messages.json",
        )
        .file("GET /api/v1/messages?limit=1", "mailpit/messages.json")
        .with("DELETE /api/v1/messages", Answer::Body(b"ok".to_vec()))
}

#[tokio::test]
async fn a_recorded_mailpit_is_known_and_listed_without_marking_anything_as_read() {
    let replay = mailpit().file(
        "GET /api/v1/message/2U2fKAcGD0Xi9LPX9as7Jt/raw",
        "mailpit/message-raw.bin",
    );
    let mailbox = replay.mailbox().await;
    assert_eq!(mailbox.server, Server::Mailpit);
    assert_eq!(mailbox.count().await, Ok(28));
    let listing = mailbox.list(&key(), &[]).await.unwrap();
    assert_eq!((listing.total, listing.mails.len()), (28, 28));
    assert!(
        listing.mails.iter().any(|mail| mail.attachments == Some(4)),
        "{:?}",
        listing.mails
    );
    let raw = mailbox.raw("2U2fKAcGD0Xi9LPX9as7Jt").await.unwrap();
    let envelope = raw.envelope.unwrap();
    assert_eq!(envelope.from, "noreply@zammad.mondomaine.example");
    assert_eq!(envelope.to, ["agent@mondomaine.example"]);
    let marking = |asked: &String| asked.contains("/api/v1/message/") && !asked.ends_with("/raw");
    assert!(!replay.asked().iter().any(marking));
}

#[tokio::test]
async fn a_mailpit_is_never_sent_a_delete_without_ids_but_on_purpose() {
    let replay = mailpit();
    let mailbox = replay.mailbox().await;
    replay.asked();
    mailbox.delete(&[]).await.unwrap();
    assert_eq!(replay.asked(), Vec::<String>::new());
    mailbox.delete(&["one".to_owned()]).await.unwrap();
    assert_eq!(
        replay.asked(),
        ["DELETE /api/v1/messages {\"IDs\":[\"one\"]}"]
    );
    mailbox.delete_all().await.unwrap();
    assert_eq!(replay.asked(), ["DELETE /api/v1/messages {\"IDs\":[]}"]);
}

#[tokio::test]
async fn a_recorded_maildev_is_known_and_listed() {
    let replay = Replay::default()
        .file("GET /api/config", "maildev/config.json")
        .file(
            "GET /api/email/summary?skip=0&limit=200",
            "maildev/summary.json",
        )
        .file("GET /api/email/d3m2o99w/source", "maildev/email-source.bin")
        .with("DELETE /api/email/d3m2o99w", Answer::Body(b"true".to_vec()))
        .with("DELETE /api/email/all", Answer::Body(b"true".to_vec()));
    let mailbox = replay.mailbox().await;
    assert_eq!(mailbox.server, Server::MailDev);
    let listing = mailbox.list(&key(), &[]).await.unwrap();
    assert!(
        listing.mails.len() > 20 && listing.total == listing.mails.len(),
        "{}",
        listing.total
    );
    let sent = include_bytes!("../data/mail/eml/04-zammad-alternative.eml");
    assert_eq!(mailbox.raw("d3m2o99w").await.unwrap().bytes, sent);
    mailbox.delete(&["d3m2o99w".to_owned()]).await.unwrap();
    mailbox.delete_all().await.unwrap();
}

#[tokio::test]
async fn a_maildev_tells_the_envelope_without_a_mark_unless_it_made_it_up() {
    let mail = |from_folder: &str| {
        let mail = serde_json::json!([{
            "id": "a b", "read": false, "envelope": {
                "from": { "address": "a@example.org" }, "remoteAddress": from_folder,
                "to": [{ "address": "b@example.org", "args": false }, { "address": "c@example.org" }],
            },
        }]);
        Answer::Body(mail.to_string().into_bytes())
    };
    let second = |remote: &str| {
        Replay::default()
            .with(
                "GET /config",
                Answer::Body(b"{\"version\":\"2.2.1\"}".to_vec()),
            )
            .with(
                "GET /email/a%20b/source",
                Answer::Body(b"Subject: x\r\n\r\n".to_vec()),
            )
            .with("GET /email?id=a%20b", mail(remote))
    };
    let replay = second("172.20.0.7");
    let raw = replay.mailbox().await.raw("a b").await.unwrap();
    let envelope = raw.envelope.unwrap();
    assert_eq!(envelope.from, "a@example.org");
    assert_eq!(envelope.to, ["b@example.org", "c@example.org"]);
    let marks = |asked: &String| asked.starts_with("GET /email/") && !asked.ends_with("/source");
    assert!(!replay.asked().iter().any(marks));
    let raw = second("undefined").mailbox().await.raw("a b").await;
    assert_eq!(raw.unwrap().envelope, None);
}

#[tokio::test]
async fn a_server_under_a_path_is_found_there_only() {
    let replay = Replay::default().file("GET /mail/api/v1/info", "mailpit/info.json");
    let mailbox = Mailbox::probe(replay.http("mail")).await.unwrap();
    assert_eq!(mailbox.server, Server::Mailpit);
    let error = Mailbox::probe(replay.http("")).await.unwrap_err();
    assert_eq!(error, Trouble::Stranger);
}

#[tokio::test]
async fn a_server_that_wants_a_password_says_how_to_give_it() {
    let replay = Replay::default().with("GET /api/v1/info", Answer::Status(401));
    let error = Mailbox::probe(replay.http("")).await.unwrap_err();
    assert_eq!(error, Trouble::Password);
    assert!(error.failure().advice.contains("mail.login"));
}

#[tokio::test(start_paused = true)]
async fn a_paused_server_is_given_up_after_its_time() {
    let replay = Replay::default().with("GET /api/v1/info", Answer::Silent);
    let begun = tokio::time::Instant::now();
    let error = Mailbox::probe(replay.http("")).await.unwrap_err();
    assert!(matches!(error, Trouble::Silent(_)), "{error:?}");
    assert!(begun.elapsed() <= Duration::from_secs(5));
}

#[tokio::test]
async fn what_is_no_mail_server_is_a_stranger() {
    let replay = Replay::default()
        .with(
            "GET /api/v1/info",
            Answer::Body(b"<html>hello</html>".to_vec()),
        )
        .with("GET /api/config", Answer::Body(b"null".to_vec()));
    let error = Mailbox::probe(replay.http("")).await.unwrap_err();
    assert_eq!(error, Trouble::Stranger);
}
