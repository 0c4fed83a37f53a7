//! Mail end to end: the real loop on a screen over the simulated stack, whose mail servers speak as the real ones do; every way to
//! them; and a real MailDev where node can run one.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set its scene must fail"
)]
#[expect(dead_code, reason = "only what these tests need of it")]
#[path = "support/driver.rs"]
mod driver;
#[path = "mail/maildev.rs"]
mod maildev;
#[path = "mail/ways.rs"]
mod ways;

use driver::{Driver, demo, later, on_local};
use stacktui::runtime::demo::simulated;
use stacktui::sim::Scenario;

#[tokio::test(start_paused = true)]
async fn an_action_in_zammad_sends_a_mail_that_is_seen_read_and_deleted() {
    on_local(async {
        let it = Driver::start(demo(), (120, 40));
        it.sees("zammad-1").await;
        it.sees("mail 4").await;
        // It hangs, so the engine kills it after its time; its start sends a mail.
        it.press("/").await;
        it.type_in("zammad-1").await;
        it.press("enter r").await;
        it.sees("restarted in").await;
        it.press("6").await;
        it.sees("Ticket updated (printer").await;
        it.press("g enter").await;
        it.sees("was updated by").await;
        it.press("tab").await;
        it.sees("open → closed").await;
        it.press("d").await;
        it.sees("Delete 1 mail").await;
        later().await;
        it.press("y").await;
        it.until("the list without it", |s| {
            s.contains("Weekly report") && !s.contains("printer out of")
        })
        .await;
        it.press("D").await;
        later().await;
        it.type_in("mailhog").await;
        it.press("enter").await;
        it.sees("Waiting for mail").await;
        it.press("T").await;
        it.sees("stacktui test mail").await;
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn the_doctor_finds_who_names_the_server() {
    on_local(async {
        let it = Driver::start(demo(), (120, 40));
        it.sees("mail 4").await;
        it.press("6").await;
        it.sees("Weekly report").await;
        it.press("t").await;
        it.sees("GF_SMTP_HOST=mailhog:1025").await;
        it.sees("Zammad does not read SMTP_*").await;
        it.press("T").await;
        it.sees("arrived in").await;
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn what_a_server_lists_the_beginning_of_it_is_asked_for() {
    on_local(async {
        // Behind what a Mailpit shows in its list; a MailHog lists all of a mail.
        let text = format!("text = \"{}toner\\n\"", "word ".repeat(80));
        let boxes = ways::BOXES.replace("text = \"hello\\n\"", &text);
        let scenario = Scenario::parse(&boxes).expect("a scenario");
        let it = Driver::start(simulated(scenario), (120, 40));
        it.sees("mail 2").await;
        it.press("6").await;
        it.sees("to mailpit").await;
        it.press("/").await;
        it.type_in("toner").await;
        it.until("what is here, and that more is asked for", |s| {
            s.contains("Grüße") && s.contains("asking mailpit") && !s.contains("to mailpit")
        })
        .await;
        it.until("what the server found", |s| {
            s.contains("to mailpit") && s.contains("Grüße") && !s.contains("asking")
        })
        .await;
        it.type_in("s").await;
        it.sees("Nothing matches /toners").await;
        it.press("esc").await;
        it.sees("to mailpit").await;
        assert_eq!(it.quit().await, 0);
    })
    .await;
}
