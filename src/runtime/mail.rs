//! A mail server's box kept up to date: found, listed, and asked again when it rings or its count changes.
//! Must not know what is shown of it.
mod search;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, timeout};

use super::clock;
use crate::engine::{Engine, Way};
use crate::integrations::mailbox::{
    Bell, Dial, Http, Listing, Mailbox, Stream, Trouble, letter, smtp,
};
use crate::lang::Words;
use crate::model::mail::{Act, Call, Letter, RawMail, Source};
use crate::model::{Key, Mail};
use crate::msg::{Failure, FailureKind, MailMsg, Msg};

pub(super) use search::search;

/// The count is asked this often while the box is looked at and nothing rings.
const WATCHED: Duration = Duration::from_secs(1);
/// With a bell: it does not ring for what is deleted.
const RUNG: Duration = Duration::from_secs(5);
/// While it is not looked at, for the count in the header.
const BESIDE: Duration = Duration::from_secs(10);
/// Each question through a process in the container is seen in the events of others.
const DEAR: Duration = Duration::from_secs(5);
/// A server that does not answer is tried again after this; while nobody looks, each time after twice as long.
const AGAIN: Duration = Duration::from_secs(10);
const LATEST: Duration = Duration::from_secs(160);
/// A bell that is lost is hung up again after this.
const NEW_BELL: Duration = Duration::from_secs(20);
/// How long a message may take to be read for the screen.
const READING: Duration = Duration::from_secs(2);
/// How long a test mail may take to be listed.
const ARRIVAL: Duration = Duration::from_secs(10);
const ARRIVAL_ASKS: Duration = Duration::from_millis(50);

/// A box that was found, and how it is reached.
#[derive(Debug)]
pub struct Found {
    pub mailbox: Mailbox,
    pub way: Way,
    pub source: Source,
}

fn dial(engine: &Engine, source: &Source, way: &Way) -> Dial {
    let (engine, reach, way) = (engine.clone(), source.reach.clone(), way.clone());
    Arc::new(move || {
        let (engine, reach, way) = (engine.clone(), reach.clone(), way.clone());
        Box::pin(async move {
            let stream = engine.reach(&reach, &way).await?;
            Ok(Box::new(stream) as Stream)
        })
    })
}

/// The ways to each port it may have. A process in the container is the last resort, whatever the port.
fn ways(engine: &Engine, source: &Source) -> Vec<(Way, u16)> {
    let to = |port: &u16| {
        let ways = engine.ways(&source.reach, *port).into_iter();
        let port = *port;
        ways.map(move |way| (way, port))
    };
    let mut ways: Vec<(Way, u16)> = source.ports.iter().flat_map(to).collect();
    ways.sort_by_key(|(way, _)| way.is_dear());
    ways
}

/// Tries every way to every port it may have until a known server answers.
///
/// # Errors
/// Why the likeliest way failed.
pub async fn open(engine: &Engine, source: &Source) -> Result<Found, Trouble> {
    let refined = refined(engine, source).await;
    open_by(engine, refined.as_ref().unwrap_or(source), |_| true).await
}

/// The same with what the container's environment says, which holds as long as there is the container; `None`: the engine
/// does not tell.
async fn refined(engine: &Engine, source: &Source) -> Option<Source> {
    let details = engine.details(source.key(), clock::now()).await.ok()?;
    Some(source.clone().refined(&details))
}

/// The same by the ways that will do.
async fn open_by(
    engine: &Engine,
    source: &Source,
    will_do: impl Fn(&Way) -> bool,
) -> Result<Found, Trouble> {
    let mut first: Option<Trouble> = None;
    let all = ways(engine, source).into_iter();
    for (way, port) in all.filter(|(way, _)| will_do(way)) {
        let authority = format!("{}:{port}", source.name);
        let http = Http::new(
            dial(engine, source, &way),
            &authority,
            &source.prefix,
            !way.is_dear(),
        )
        .with_login(&source.login.0);
        match Mailbox::probe(http).await {
            Ok(mailbox) => {
                return Ok(Found {
                    mailbox,
                    way,
                    source: source.clone(),
                });
            }
            Err(Trouble::Password) => return Err(Trouble::Password),
            Err(trouble) => {
                // What answers and is no mail server tells more than a port where nothing is.
                if first.is_none() || matches!(first, Some(Trouble::Unreachable(_))) {
                    first = Some(trouble);
                }
            }
        }
    }
    Err(first.unwrap_or(Trouble::Stranger))
}

/// Keeps the box of this server up to date, as long as it is wanted.
pub async fn follow(
    source: Source,
    mut engine: watch::Receiver<Option<Engine>>,
    mut watched: watch::Receiver<bool>,
    out: mpsc::Sender<Msg>,
) {
    let key = source.key().clone();
    let mut known: Option<Source> = None;
    let mut pause = AGAIN;
    while let Some(client) = super::streams::live(&mut engine).await {
        // Beside other work no process is started in a container of others.
        let looked_at = *watched.borrow_and_update();
        let will_do = |way: &Way| looked_at || !way.is_dear();
        let opened = if ways(&client, &source).iter().any(|(way, _)| will_do(way)) {
            if known.is_none() {
                known = refined(&client, &source).await;
            }
            open_by(&client, known.as_ref().unwrap_or(&source), will_do).await
        } else {
            Err(unwatched())
        };
        let ended = match opened {
            Ok(found) => {
                pause = AGAIN;
                keep(&found, &key, &mut watched, &out).await
            }
            Err(trouble) => Err(trouble),
        };
        let Err(trouble) = ended else { return };
        let msg = Msg::Mail(key.clone(), MailMsg::Down(trouble.failure()));
        if out.send(msg).await.is_err() {
            return;
        }
        if looked_at {
            pause = AGAIN;
        }
        tokio::select! {
            () = sleep(pause) => pause = (pause * 2).min(LATEST),
            _ = watched.changed() => pause = AGAIN,
        }
    }
}

/// Where no way will do, the engine is not asked either.
fn unwatched() -> Trouble {
    Trouble::Unreachable(Words::ours(|| {
        say!(
            "it is asked only while mail is looked at: the one way to it is a process in its container"
        )
    }))
}

/// `Ok`: nobody listens any more.
async fn keep(
    found: &Found,
    key: &Key,
    watched: &mut watch::Receiver<bool>,
    out: &mpsc::Sender<Msg>,
) -> Result<(), Trouble> {
    let mailbox = &found.mailbox;
    let mut known = mailbox.list(key, &[]).await?;
    let up = MailMsg::Up {
        server: mailbox.server,
        way: found.way.to_string(),
        smtp: found.source.smtp,
        searches: mailbox.searches(),
    };
    for msg in [up, listed(&known)] {
        if out.send(Msg::Mail(key.clone(), msg)).await.is_err() {
            return Ok(());
        }
    }
    let mut bell = hang(found).await;
    let mut hung = Instant::now();
    loop {
        let rung = wait(found, &mut bell, watched).await;
        if bell.is_none() && !found.way.is_dear() && hung.elapsed() > NEW_BELL {
            bell = hang(found).await;
            hung = Instant::now();
        }
        if !rung && mailbox.count().await? == known.total {
            continue;
        }
        let now = mailbox.list(key, &known.mails).await?;
        if now == known {
            continue;
        }
        known = now;
        if out
            .send(Msg::Mail(key.clone(), listed(&known)))
            .await
            .is_err()
        {
            return Ok(());
        }
    }
}

fn listed(listing: &Listing) -> MailMsg {
    MailMsg::Listed {
        total: listing.total,
        mails: listing.mails.clone(),
    }
}

async fn hang(found: &Found) -> Option<Bell> {
    if found.way.is_dear() {
        return None;
    }
    match found.mailbox.bell().await {
        Ok(bell) => Some(bell),
        Err(trouble) => {
            tracing::debug!(%trouble, "no bell");
            None
        }
    }
}

/// Waits until it is time to look again; whether the bell rang.
async fn wait(found: &Found, bell: &mut Option<Bell>, watched: &mut watch::Receiver<bool>) -> bool {
    let looked_at = *watched.borrow_and_update();
    let pause = match (looked_at, bell.is_some()) {
        // Nobody looks: others are not to see a question every few seconds.
        (false, _) if found.way.is_dear() => {
            let _gone = watched.changed().await;
            return false;
        }
        (true, _) if found.way.is_dear() => DEAR,
        (true, true) => RUNG,
        (true, false) => WATCHED,
        (false, _) => BESIDE,
    };
    let rings = async {
        match bell.as_mut() {
            Some(bell) => bell.rung().await,
            None => std::future::pending().await,
        }
    };
    let rang = tokio::select! {
        rang = rings => Some(rang),
        () = sleep(pause) => None,
        _ = watched.changed() => None,
    };
    if rang == Some(false) {
        *bell = None;
    }
    rang.is_some()
}

fn no_link() -> Failure {
    Failure {
        kind: FailureKind::Unreachable,
        what: Words::ours(|| say!("the engine does not answer")),
        ..Failure::default()
    }
}

/// Fetches a message and reads it for a screen of this width.
pub async fn letter(
    engine: Option<Engine>,
    source: &Source,
    mail: &Key,
    width: u16,
) -> Result<Box<Letter>, Failure> {
    let engine = engine.ok_or_else(no_link)?;
    let found = open(&engine, source)
        .await
        .map_err(|trouble| trouble.failure())?;
    let id = Mail::place(mail).map_or("", |(_, id)| id);
    let raw = found
        .mailbox
        .raw(id)
        .await
        .map_err(|trouble| trouble.failure())?;
    read(Arc::new(raw), width).await
}

/// Reads a message beside the loop; what takes too long is shown raw.
pub async fn read(raw: Arc<RawMail>, width: u16) -> Result<Box<Letter>, Failure> {
    let whole = Arc::clone(&raw);
    let reading = tokio::task::spawn_blocking(move || letter::read(whole, width));
    let late = || Letter {
        raw,
        width,
        notes: vec![say!(
            "it could not be read within {seconds} s: only the raw message is shown",
            seconds = READING.as_secs()
        )],
        ..Letter::default()
    };
    match timeout(READING, reading).await {
        Ok(Ok(letter)) => Ok(Box::new(letter)),
        Ok(Err(_)) | Err(_) => Ok(Box::new(late())),
    }
}

/// Does what a job asks of a box; milliseconds until a test mail was there.
pub async fn act(engine: &Engine, call: &Call) -> Result<(), Failure> {
    let acted = async {
        let found = open(engine, &call.source).await?;
        match &call.act {
            Act::Delete(ids) => found.mailbox.delete(ids).await,
            Act::DeleteAll => found.mailbox.delete_all().await,
            Act::Test => test(engine, &found).await,
        }
    };
    acted.await.map_err(|trouble: Trouble| trouble.failure())
}

/// Hands a mail in as an application would, and waits until it is listed.
async fn test(engine: &Engine, found: &Found) -> Result<(), Trouble> {
    let source = &found.source;
    let token = format!("{:08x}", fastrand::u32(..));
    let subject = format!("stacktui test mail {token}");
    let draft = smtp::Draft {
        from: "stacktui@localhost.localdomain".to_owned(),
        to: "test@localhost.localdomain".to_owned(),
        message: format!(
            "From: stacktui <stacktui@localhost.localdomain>\r\nTo: test@localhost.localdomain\r\n\
             Subject: {subject}\r\nDate: {}\r\nMessage-ID: <{token}@stacktui.localhost>\r\n\r\n\
             This mail was sent by stacktui to see whether {} takes mail at {}.\r\n",
            clock::now().to_rfc2822(),
            source.name,
            source.smtp_address()
        ),
    };
    let no_way = Words::ours(|| say!("there is no way to its SMTP port"));
    let mut trouble = Trouble::Unreachable(no_way);
    for way in engine.ways(&source.reach, source.smtp) {
        let Ok(stream) = dial(engine, source, &way)().await else {
            trouble = Trouble::Unreachable(Words::ours(|| {
                say!("nothing takes mail on port {port}", port = source.smtp)
            }));
            continue;
        };
        smtp::send(stream, &draft).await?;
        return arrived(found, &subject).await;
    }
    Err(trouble)
}

async fn arrived(found: &Found, subject: &str) -> Result<(), Trouble> {
    let listed = async {
        loop {
            let listing = found.mailbox.list(found.source.key(), &[]).await?;
            if listing.mails.iter().any(|mail| mail.subject == subject) {
                return Ok(());
            }
            sleep(ARRIVAL_ASKS).await;
        }
    };
    let late = || {
        let seconds = ARRIVAL.as_secs();
        Trouble::Odd(Words::ours(|| {
            say!(
                "it took the mail but did not list it within {seconds} s",
                seconds
            )
        }))
    };
    timeout(ARRIVAL, listed)
        .await
        .unwrap_or_else(|_| Err(late()))
}
