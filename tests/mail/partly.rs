//! What servers tell only partly, or do only partly: blind copies, deletions, replies too large, refusals.
use stacktui::integrations::mailbox::Trouble;

use super::servers::{Answer, Replay, key, mailhog, mailpit, message};

/// The message of this id, as a Mailpit keeps it.
fn kept(raw: &str) -> Replay {
    let raw = raw.replace('\n', "\r\n").into_bytes();
    mailpit().with("GET /api/v1/message/x/raw", Answer::Body(raw))
}

const RECEIVED: &str = "Received: from zammad (localhost [127.0.0.1])
        by mailpit (Mailpit) with SMTP
        for <a@example.org>; Sun, 22 Nov 2026 12:16:56 +0000 (UTC)
";

#[tokio::test]
async fn what_a_mailpit_puts_before_its_return_path_hides_no_blind_copy() {
    for front in [
        "Bcc: hidden@example.org\nReturn-Path: <z@example.org>\n",
        "Bcc: hidden@example.org\nMessage-ID: <q@mailpit>\nReturn-Path: <z@example.org>\n",
        "Message-ID: <q@mailpit>\nReturn-Path: <z@example.org>\nBCC: Q <hidden@example.org>,\n a@example.org\n",
    ] {
        let raw = format!("{front}{RECEIVED}To: a@example.org\nSubject: x\n\nbody\n");
        let envelope = kept(&raw).mailbox().await.raw("x").await.unwrap().envelope;
        let envelope = envelope.unwrap_or_else(|| panic!("no envelope: {front}"));
        assert_eq!(envelope.from, "z@example.org");
        assert_eq!(
            envelope.to,
            ["a@example.org", "hidden@example.org"],
            "{front}"
        );
    }
}

#[tokio::test]
async fn a_blind_copy_in_the_messages_own_header_is_told() {
    let raw = format!(
        "Return-Path: <z@example.org>\n{RECEIVED}To: a@example.org\nBcc: hidden@example.org, b@example.org\n\nBcc: body@example.org\n"
    );
    let envelope = kept(&raw).mailbox().await.raw("x").await.unwrap().envelope;
    let to = envelope.unwrap().to;
    assert_eq!(to, ["a@example.org", "hidden@example.org", "b@example.org"]);
}

#[tokio::test]
async fn what_a_sender_writes_is_no_envelope() {
    let raw = format!("From: z@example.org\nReturn-Path: <forged@example.org>\n{RECEIVED}\nx\n");
    let raw = kept(&raw).mailbox().await.raw("x").await.unwrap();
    assert_eq!(raw.envelope, None);
}

#[tokio::test]
async fn a_mail_in_the_list_of_a_mailpit_is_found_by_its_blind_copies() {
    let list = r#"{"total":1,"messages":[{"ID":"x","From":{"Name":"","Address":"z@example.org"},
        "To":[{"Name":"","Address":"a@example.org"}],"Bcc":[{"Name":"","Address":"hidden@example.org"}],
        "Subject":"x","Created":"2026-11-22T12:16:56Z","Size":5,"Attachments":0,"Read":false,"Snippet":"s"}]}"#;
    let replay = mailpit().with(
        "GET /api/v1/messages?start=0&limit=200",
        Answer::Body(list.into()),
    );
    let listing = replay.mailbox().await.list(&key(), &[]).await.unwrap();
    assert!(listing.mails[0].content.text.contains("hidden@example.org"));
}

/// A MailHog that deletes `a` and `c`, has lost `b`, and keeps `d`.
fn half_gone() -> Replay {
    mailhog(3)
        .with("DELETE /api/v1/messages/a", Answer::Body(Vec::new()))
        .with("DELETE /api/v1/messages/b", Answer::Status(500))
        .file("GET /api/v1/messages/b", "mailhog/v1-message-missing.json")
        .with("DELETE /api/v1/messages/c", Answer::Body(Vec::new()))
        .with("DELETE /api/v1/messages/d", Answer::Status(500))
        .with(
            "GET /api/v1/messages/d",
            Answer::Body(message("d", "Subject: x\r\n\r\n").into()),
        )
}

fn ids(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

#[tokio::test]
async fn a_mail_that_is_gone_does_not_keep_the_others_from_being_deleted() {
    let replay = half_gone();
    let mailbox = replay.mailbox().await;
    replay.asked();
    let trouble = mailbox.delete(&ids(&["a", "b", "c"])).await.unwrap_err();
    assert!(
        replay
            .asked()
            .contains(&"DELETE /api/v1/messages/c".to_owned()),
        "it ended at the first that is gone"
    );
    assert_eq!(trouble.to_string(), "of 3 mails 2 deleted; 1 gone before");
    let trouble = mailbox.delete(&ids(&["a", "b", "d"])).await.unwrap_err();
    assert_eq!(
        trouble.to_string(),
        "of 3 mails 1 deleted, 1 gone before, 1 still there: it answers with status 500"
    );
    assert_eq!(mailbox.delete(&ids(&["b"])).await, Err(Trouble::Gone));
    let alone = mailbox.delete(&ids(&["d"])).await;
    assert!(matches!(alone, Err(Trouble::Status(500, _))), "{alone:?}");
    assert_eq!(mailbox.delete(&ids(&["a", "c"])).await, Ok(()));
}

#[tokio::test]
async fn a_mail_whose_reply_is_too_large_comes_as_its_download() {
    let path = "GET /api/v1/messages/x";
    let sent = b"Subject: large\r\n\r\nwhole".to_vec();
    let mut long = br#"{"ID":"x","From":{"Relays":null,"Mailbox":"z","Domain":"example.org","Params":""},"To":[{"Mailbox":"hidden","Domain":"example.org"}],"Content":""#.to_vec();
    long.resize(25 << 20, b'x');
    let replay = mailhog(1)
        .with(path, Answer::Body(long))
        .with(&format!("{path}/download"), Answer::Body(sent.clone()));
    let raw = replay.mailbox().await.raw("x").await.unwrap();
    assert_eq!(raw.bytes, sent);
    assert_eq!(raw.envelope.unwrap().to, ["hidden@example.org"]);
}

#[tokio::test]
async fn a_server_that_fails_or_sends_elsewhere_is_not_called_a_stranger() {
    for status in [500, 302] {
        let refusing = ["/api/v1/info", "/api/config", "/config"]
            .into_iter()
            .fold(Replay::default(), |replay, path| {
                replay.with(&format!("GET {path}"), Answer::Status(status))
            });
        let error = refusing.probe().await.unwrap_err();
        assert_eq!(error, Trouble::Status(status, String::new()));
    }
}

#[tokio::test]
async fn a_login_is_told_only_to_a_server_that_asked_for_it() {
    let count = br#"{"total":1,"count":0,"start":0,"items":[]}"#.to_vec();
    let open = mailhog(1);
    let mailbox = open.probe_as("user:password").await.unwrap();
    assert_eq!(mailbox.count().await, Ok(1));
    assert_eq!(open.signed(), Vec::<String>::new(), "nobody asked for it");

    let path = "GET /api/v2/messages?start=2147483647&limit=1";
    let locked = Replay::default().with(path, Answer::Locked(count));
    let mailbox = locked.probe_as("user:password").await.unwrap();
    assert_eq!(mailbox.count().await, Ok(1));
    assert_eq!(locked.signed(), [path, path]);
    assert_eq!(locked.probe().await.unwrap_err(), Trouble::Password);
}
