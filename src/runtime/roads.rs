//! Looks at routes and proxies: what a container was started with, what Traefik says itself, whether a container answers
//! as its proxy would ask it.
use std::io;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::net::TcpStream;
use tokio::sync::{Notify, Semaphore, mpsc, watch};
use tokio::time::{Instant, sleep, timeout};

use super::clock;
use super::streams::live;
use crate::engine::{Engine, Way};
use crate::integrations::web::{self, Reply};
use crate::integrations::{certificate, nginx_proxy, traefik};
use crate::model::route::probe::{Answer, Probe};
use crate::model::route::{Seen, Setup, Told, setup};
use crate::model::{Details, Key, Reach};
use crate::msg::Msg;

/// How long an answer may take; where a login comes before it, which a stream does not wait for.
const ANSWER: Duration = Duration::from_secs(5);
const FAR_ANSWER: Duration = Duration::from_secs(10);
/// How long the address itself may take, which may lead anywhere.
const OUTSIDE: Duration = Duration::from_secs(3);
/// Traefik's account is asked for again this often, and when something happened to it.
const ACCOUNT_PERIOD: Duration = Duration::from_secs(10);

/// Says what a container was started with, and with a way to it also what its API tells; again when it was started anew.
pub async fn proxy(
    key: Key,
    reach: Option<Reach>,
    mut engine: watch::Receiver<Option<Engine>>,
    turns: Arc<Semaphore>,
    bell: Arc<Notify>,
    out: mpsc::Sender<Msg>,
) {
    while let Some(client) = live(&mut engine).await {
        let Ok(turn) = turns.acquire().await else {
            return;
        };
        let answer = match client.details(&key, clock::now()).await {
            Ok(details) => Ok(Box::new(seen(&client, &details, reach.as_ref()).await)),
            Err(error) => Err(error.failure_of(|| say!("inspect"))),
        };
        drop(turn);
        if out.send(Msg::Proxy(key.clone(), answer)).await.is_err() {
            return;
        }
        match reach {
            Some(_) => {
                let _rung = timeout(ACCOUNT_PERIOD, bell.notified()).await;
            }
            // What it was started with does not change while it is the same container.
            None => bell.notified().await,
        }
        sleep(Duration::from_millis(200)).await;
    }
}

/// What routes depend on beyond the list.
pub async fn seen(client: &Engine, details: &Details, reach: Option<&Reach>) -> Seen {
    let arguments: Vec<String> = details.command.clone();
    let mut seen = Seen {
        environment: details.environment.clone(),
        exposed: details
            .ports
            .iter()
            .map(|p| (p.private, p.protocol.clone()))
            .collect(),
        multiports: nginx_proxy::multiports(&details.environment),
        arguments,
        ..Seen::default()
    };
    let Some(reach) = reach else {
        return seen;
    };
    for path in traefik::files(&seen.arguments) {
        // Only where somebody put a file: the image has none.
        let put = details
            .mounts
            .iter()
            .any(|mount| path.starts_with(&mount.destination));
        if !put {
            continue;
        }
        if let Ok(archive) = client.archive(&details.key.id, &path).await {
            seen.file = traefik::file(&archive, &path);
            break;
        }
    }
    let setup = if seen.file.is_empty() {
        let arguments = seen.arguments.iter().map(String::as_str);
        Setup::of(
            3,
            &[
                setup::of_arguments(arguments),
                setup::of_environment(&seen.environment),
            ]
            .concat(),
        )
    } else {
        Setup::of(3, &seen.file)
    };
    if setup.insecure_api {
        let port = setup
            .entry_points
            .get("traefik")
            .map_or(8080, |entry| entry.port);
        seen.told = account(client, reach, port).await;
    }
    seen
}

/// What Traefik's API tells; `None` where it cannot be reached.
async fn account(client: &Engine, reach: &Reach, port: u16) -> Option<Told> {
    let mut replies = Vec::new();
    for path in traefik::PATHS {
        let question = Question {
            reach,
            port,
            host: "traefik",
            path,
            limit: traefik::REPLY,
            dear: false,
        };
        match ask(client, &question).await {
            Ok((reply, _)) if reply.status == 200 => replies.push(reply.body.to_vec()),
            Ok(_) | Err(_) if replies.is_empty() => return None,
            Ok(_) | Err(_) => replies.push(Vec::new()),
        }
    }
    traefik::told(&replies)
}

/// Asks the container of a route as its proxy would.
pub async fn check(client: &Engine, probe: &Probe) -> Result<Answer, String> {
    if probe.tls {
        return Err(say!("the container speaks TLS itself: only its proxy asks it").to_owned());
    }
    let begun = Instant::now();
    let question = Question {
        reach: &probe.reach,
        port: probe.port,
        host: &probe.host,
        path: &probe.path,
        limit: 0,
        dear: true,
    };
    let (reply, way) = ask(client, &question).await?;
    Ok(Answer {
        status: reply.status,
        took_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        via: way.to_string(),
        certificate: certificate(probe).await,
    })
}

/// Until when the certificate at the route's own address is good, as a browser on this machine would see it.
async fn certificate(probe: &Probe) -> Option<DateTime<Utc>> {
    let (host, port) = probe.outside.as_ref()?;
    let greeted = async {
        let stream = TcpStream::connect((host.as_str(), *port)).await.ok()?;
        certificate::end(stream, host).await
    };
    timeout(OUTSIDE, greeted).await.ok()?
}

/// What is asked of a container, and by which ways.
struct Question<'a> {
    reach: &'a Reach,
    port: u16,
    host: &'a str,
    path: &'a str,
    /// Most bytes of the reply's body.
    limit: usize,
    /// Also by a way that starts a process in the container: only for one who asked.
    dear: bool,
}

/// One request to a container's port, by the first way that leads there.
async fn ask(client: &Engine, question: &Question<'_>) -> Result<(Reply, Way), String> {
    let mut why = None;
    let mut refused = false;
    for way in client.ways(question.reach, question.port) {
        // Where the container itself refuses, its own loopback is no answer to a proxy.
        if way.is_dear() && (refused || !question.dear) {
            break;
        }
        let failed = match client.reach(question.reach, &way).await {
            Ok(stream) => {
                let limit = if client.is_local() {
                    ANSWER
                } else {
                    FAR_ANSWER
                };
                let asked = web::get(stream, question.host, question.path, question.limit);
                match timeout(limit, asked).await {
                    Ok(Ok(reply)) => return Ok((reply, way)),
                    // A stream over ssh is there before anybody has accepted it; here somebody has.
                    Ok(Err(error)) => {
                        refused |= client.is_local();
                        format!("{way}: {error}")
                    }
                    Err(_) => return Err(say!("{way} takes the connection and says nothing", way)),
                }
            }
            Err(error) => {
                refused |= error.kind() == io::ErrorKind::ConnectionRefused;
                words(&way, &error)
            }
        };
        why.get_or_insert(failed);
    }
    Err(why
        .unwrap_or_else(|| say!("there is no way to it from here: no published port").to_owned()))
}

fn words(way: &Way, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => say!("{way}: nothing listens there", way),
        io::ErrorKind::TimedOut => say!("{way} does not answer", way),
        _ => {
            let error = crate::text::sanitise_ident(error.to_string().as_bytes());
            format!("{way}: {error}")
        }
    }
}
