//! What a mail server finds itself for some words, asked once they are no longer being typed, and again when its box changed.
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, mpsc, watch};
use tokio::time::sleep;

use super::{AGAIN, open};
use crate::engine::Engine;
use crate::integrations::mailbox::Trouble;
use crate::model::mail::{Found, Source};
use crate::msg::{MailMsg, Msg};
use crate::runtime::streams::live;

/// Another letter within this time makes it another search. After a change of the box as well: a burst of mail is one.
const TYPED: Duration = Duration::from_millis(300);

/// Searches as long as it is wanted; what is asked ends with it.
pub(in crate::runtime) async fn search(
    source: Source,
    words: String,
    mut engine: watch::Receiver<Option<Engine>>,
    bell: Arc<Notify>,
    out: mpsc::Sender<Msg>,
) {
    let key = source.key().clone();
    loop {
        sleep(TYPED).await;
        let Some(client) = live(&mut engine).await else {
            return;
        };
        let answer = ask(&client, &source, &words).await;
        let answer = answer.map_err(|trouble| trouble.failure());
        let failed = answer.is_err();
        let msg = Msg::Mail(key.clone(), MailMsg::Found(words.clone(), answer));
        if out.send(msg).await.is_err() {
            return;
        }
        tokio::select! {
            () = bell.notified() => {}
            () = sleep(AGAIN), if failed => {}
        }
    }
}

async fn ask(engine: &Engine, source: &Source, words: &str) -> Result<Found, Trouble> {
    let mailbox = open(engine, source).await?.mailbox;
    // It was asked for because it can be; what answers by now may be another one.
    let query = mailbox.server.query(words).filter(|_| mailbox.searches());
    match query {
        Some(query) => mailbox.search(source.key(), &query.text).await,
        None => Err(Trouble::Stranger),
    }
}
