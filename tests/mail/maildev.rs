//! A real MailDev from the npm registry and a real SMTP conversation; skipped aloud where node cannot run one.
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use stacktui::integrations::mailbox::{Dial, Http, Mailbox, Stream, letter, smtp};
use stacktui::model::mail::Server;
use stacktui::model::{HostId, Key, Mail};
use tokio::net::TcpStream;

/// Installs it once, into the folder that builds go to.
fn installed() -> Option<PathBuf> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mail/maildev.sh");
    let output = Command::new("sh")
        .arg(script)
        .arg(env!("CARGO_TARGET_TMPDIR"))
        .output();
    let output = output.ok().filter(|output| output.status.success())?;
    let path = String::from_utf8_lossy(&output.stdout)
        .lines()
        .last()?
        .to_owned();
    Some(PathBuf::from(path))
}

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _gone = self.0.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

fn dial(port: u16) -> Dial {
    Arc::new(move || {
        Box::pin(async move {
            let stream = TcpStream::connect(("127.0.0.1", port)).await?;
            Ok(Box::new(stream) as Stream)
        })
    })
}

#[tokio::test]
async fn a_real_maildev_takes_a_mail_and_shows_it() {
    let Some(program) = installed() else {
        println!("SKIP a_real_maildev_takes_a_mail_and_shows_it: no node, or no registry");
        return;
    };
    let (smtp_port, web_port) = (free_port(), free_port());
    let child = Command::new("node")
        .arg(program)
        .args([
            "--smtp",
            &smtp_port.to_string(),
            "--web",
            &web_port.to_string(),
        ])
        .args(["--ip", "127.0.0.1", "--web-ip", "127.0.0.1"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("node");
    let _running = Running(child);
    let mut found = None;
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let authority = format!("127.0.0.1:{web_port}");
        if let Ok(mailbox) = Mailbox::probe(Http::new(dial(web_port), &authority, "", true)).await {
            found = Some(mailbox);
            break;
        }
    }
    let mailbox = found.expect("it answers within 20 s");
    assert_eq!(mailbox.server, Server::MailDev);
    let draft = smtp::Draft {
        from: "noreply@example.com".to_owned(),
        // A blind copy: no header names it.
        to: "hidden@example.com".to_owned(),
        message: "From: Zammad <noreply@example.com>\r\nTo: agent@example.com\r\nSubject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\n\r\nhello\r\n.dot\r\n"
            .to_owned(),
    };
    let stream = dial(smtp_port)().await.expect("its SMTP port");
    smtp::send(stream, &draft).await.expect("it takes the mail");
    let key = Key::container(HostId(0), "c");
    let mut listing = mailbox.list(&key, &[]).await.expect("a list");
    for _ in 0..50 {
        if !listing.mails.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        listing = mailbox.list(&key, &[]).await.expect("a list");
    }
    assert_eq!(listing.mails[0].subject, "Grüße");
    let id = Mail::place(&listing.mails[0].key)
        .expect("an id")
        .1
        .to_owned();
    let raw = mailbox.raw(&id).await.expect("the message");
    let envelope = raw.envelope.clone().expect("an envelope");
    assert_eq!(envelope.from, "noreply@example.com");
    assert_eq!(envelope.to, ["hidden@example.com"]);
    let listing = mailbox.list(&key, &[]).await.expect("a list");
    assert!(!listing.mails[0].seen, "nobody has read it");
    // Its own search finds a word of the text, and none that is not there.
    let found = mailbox.search(&key, "HELLO").await.expect("a search");
    assert_eq!((found.total, found.mails.len()), (1, 1));
    let none = mailbox.search(&key, "goodbye").await.expect("a search");
    assert_eq!(none.total, 0);
    let read = letter::read(Arc::new(raw), 80);
    assert_eq!(read.text, Some(vec!["hello".to_owned(), ".dot".to_owned()]));
    mailbox.delete(&[id]).await.expect("a deletion");
    assert_eq!(mailbox.count().await, Ok(0));
    // It rings for a mail once it has been greeted, which nothing here tells of.
    let mut bell = mailbox.bell().await.expect("a websocket");
    let mut rings = tokio::spawn(async move { bell.rung().await });
    for _ in 0..10 {
        let stream = dial(smtp_port)().await.expect("its SMTP port");
        smtp::send(stream, &draft).await.expect("it takes the mail");
        if let Ok(rung) = tokio::time::timeout(Duration::from_secs(2), &mut rings).await {
            assert!(rung.expect("a task"), "the line is dead");
            return;
        }
    }
    panic!("it never rang");
}
