//! What servers find themselves: recorded replies, and how much is asked of each.
use stacktui::integrations::mailbox::{FOUND, Trouble};

use super::servers::{Answer, Replay, key, mailhog, mailpit, message, page};

const HOG: &str = "GET /api/v2/search?kind=containing&query=";

#[tokio::test]
async fn a_recorded_mailhog_finds_what_was_sent_as_it_is_typed() {
    let replay = mailhog(27)
        .file(
            &format!("{HOG}Imprimante&start=0&limit=10"),
            "mailhog/v2-search-containing.json",
        )
        .file(
            &format!("{HOG}cl%C3%B4t&start=0&limit=10"),
            "mailhog/v2-search-none.json",
        );
    let mailbox = replay.mailbox().await;
    assert!(mailbox.searches());
    replay.asked();
    let found = mailbox.search(&key(), "Imprimante").await.unwrap();
    assert_eq!((found.total, found.mails.len()), (1, 1));
    assert!(found.mails[0].subject.contains("Imprimante en panne"));
    // All that it sends was there already: it is not fetched again.
    assert!(found.mails[0].content.whole);
    let none = mailbox.search(&key(), "clôt").await.unwrap();
    assert_eq!((none.total, none.mails.len()), (0, 0));
    assert_eq!(replay.asked().len(), 2, "one page each");
}

#[tokio::test]
async fn of_many_that_a_mailhog_finds_the_newest_are_fetched_and_none_twice() {
    let items = |from: usize, to: usize| -> Vec<String> {
        let mail = |n| message(&format!("m{n}"), "Subject: x\r\n\r\n");
        (from..to).map(mail).collect()
    };
    let mut replay = mailhog(9_000);
    let total = FOUND + 7;
    for start in (0..FOUND).step_by(10) {
        let request = format!("{HOG}x%20y&start={start}&limit=10");
        replay = replay.with(&request, page(total, &items(start, start + 10)));
    }
    let found = replay.mailbox().await.search(&key(), "x y").await.unwrap();
    assert_eq!((found.total, found.mails.len()), (total, FOUND));
    // Of a few the page behind the last one is not asked for: it would have the oldest again.
    let first = format!("{HOG}z&start=0&limit=10");
    let second = format!("{HOG}z&start=10&limit=2");
    let replay = mailhog(9_000)
        .with(&first, page(12, &items(0, 10)))
        .with(&second, page(12, &items(10, 12)));
    let found = replay.mailbox().await.search(&key(), "z").await.unwrap();
    assert_eq!((found.total, found.mails.len()), (12, 12));
}

#[tokio::test]
async fn a_huge_mail_that_a_mailhog_finds_is_stepped_over_and_nothing_behind_the_end_is_asked() {
    let small = message("small", "Subject: small\r\n\r\n");
    let large = message("large", &"x".repeat(9 << 20));
    let both = [large.clone(), small.clone()];
    let replay = mailhog(500)
        .with(&format!("{HOG}xx&start=0&limit=10"), page(2, &both))
        .with(&format!("{HOG}xx&start=0&limit=1"), page(2, &[large]))
        .with(&format!("{HOG}xx&start=1&limit=1"), page(2, &[small]));
    let mailbox = replay.mailbox().await;
    replay.asked();
    let found = mailbox.search(&key(), "xx").await.unwrap();
    assert_eq!((found.total, found.mails.len()), (2, 2));
    let large = found.mails.iter().find(|mail| mail.subject == "large");
    assert!(large.is_some_and(|mail| !mail.content.whole));
    assert_eq!(replay.asked().len(), 3);
}

#[tokio::test]
async fn a_recorded_mailpit_finds_words_and_tells_how_many() {
    let replay = mailpit().file(
        "GET /api/v1/search?query=Imprimante%20from%3Azammad&start=0&limit=200",
        "mailpit/search-free.json",
    );
    let mailbox = replay.mailbox().await;
    let query = "Imprimante from:zammad";
    let found = mailbox.search(&key(), query).await.unwrap();
    assert_eq!((found.total, found.mails.len()), (3, 3));
    let error = mailbox.search(&key(), "other").await;
    assert!(matches!(error, Err(Trouble::Status(404, _))), "{error:?}");
}

#[tokio::test]
async fn a_third_maildev_can_be_asked_and_a_second_cannot() {
    let replay = Replay::default()
        .file("GET /api/config", "maildev/config.json")
        .file(
            "GET /api/email/summary?search=Ticket&skip=0&limit=200",
            "maildev/summary-search.json",
        );
    let mailbox = replay.mailbox().await;
    assert!(mailbox.searches());
    let found = mailbox.search(&key(), "Ticket").await.unwrap();
    assert!(found.total > 0 && found.mails.len() == found.total);
    let second = Replay::default().with(
        "GET /config",
        Answer::Body(b"{\"version\":\"2.2.1\"}".to_vec()),
    );
    assert!(!second.mailbox().await.searches());
}
