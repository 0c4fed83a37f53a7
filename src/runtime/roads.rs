//! Looks at routes and proxies: what a container was started with, what Traefik says itself, whether a container answers
//! as its proxy would ask it.
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::net::TcpStream;
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::{Instant, sleep, timeout};

use super::clock;
use super::streams::live;
use crate::engine::Engine;
use crate::integrations::web::{self, Reply};
use crate::integrations::{certificate, traefik};
use crate::model::route::probe::{Answer, Doors, Probe};
use crate::model::route::{Seen, Setup, Told, setup};
use crate::model::{Details, Key};
use crate::msg::Msg;

/// A container of this machine accepts within a millisecond, or is not there.
const CONNECT: Duration = Duration::from_millis(500);
/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(5);
/// How long the address itself may take, which may lead anywhere.
const OUTSIDE: Duration = Duration::from_secs(3);
/// Traefik's account is asked for again this often, and when something happened to it.
const ACCOUNT_PERIOD: Duration = Duration::from_secs(10);

/// Says what a container was started with, and with doors also what its API tells; again when it was started anew.
pub async fn proxy(
    key: Key,
    doors: Option<Doors>,
    mut engine: watch::Receiver<Option<Engine>>,
    bell: Arc<Notify>,
    out: mpsc::Sender<Msg>,
) {
    while let Some(client) = live(&mut engine).await {
        let answer = match client.details(&key, clock::now()).await {
            Ok(details) => Ok(Box::new(seen(&client, &details, doors.as_ref()).await)),
            Err(error) => Err(error.failure("inspect")),
        };
        if out.send(Msg::Proxy(key.clone(), answer)).await.is_err() {
            return;
        }
        match doors {
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
pub async fn seen(client: &Engine, details: &Details, doors: Option<&Doors>) -> Seen {
    let arguments: Vec<String> = details.command.clone();
    let mut seen = Seen {
        environment: details.environment.clone(),
        exposed: details
            .ports
            .iter()
            .map(|p| (p.private, p.protocol.clone()))
            .collect(),
        arguments,
        ..Seen::default()
    };
    let Some(doors) = doors else {
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
        seen.told = account(client, doors, port).await;
    }
    seen
}

/// What Traefik's API tells; `None` where it cannot be reached.
async fn account(client: &Engine, doors: &Doors, port: u16) -> Option<Told> {
    let mut replies = Vec::new();
    for path in traefik::PATHS {
        let asked = ask(client, doors, port, "traefik", path, traefik::REPLY).await;
        match asked {
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
        return Err("the container speaks TLS itself: only its proxy asks it".to_owned());
    }
    let begun = Instant::now();
    let asked = ask(
        client,
        &probe.doors,
        probe.port,
        &probe.host,
        &probe.path,
        0,
    );
    let (reply, via) = asked.await?;
    Ok(Answer {
        status: reply.status,
        took_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        via,
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

/// One request to a container's port, by the first way that leads there.
async fn ask(
    client: &Engine,
    doors: &Doors,
    port: u16,
    host: &str,
    path: &str,
    limit: usize,
) -> Result<(Reply, String), String> {
    let ways = ways(client, doors, port);
    if ways.is_empty() {
        return Err("there is no way to it from here: no published port".to_owned());
    }
    let mut why = String::new();
    for (address, port) in ways {
        let via = format!("{address}:{port}");
        match timeout(CONNECT, TcpStream::connect((address.as_str(), port))).await {
            Ok(Ok(stream)) => {
                let asked = timeout(ANSWER, web::get(stream, host, path, limit)).await;
                return match asked {
                    Ok(reply) => reply.map(|reply| (reply, via)),
                    Err(_) => Err(format!("{via} takes the connection and says nothing")),
                };
            }
            Ok(Err(error)) => why = format!("{via}: {}", words(&error)),
            Err(_) => why = format!("{via} does not answer"),
        }
    }
    Err(why)
}

/// Addresses and ports that lead to a container's port from this machine, the nearest first.
fn ways(client: &Engine, doors: &Doors, port: u16) -> Vec<(String, u16)> {
    let mut ways = Vec::new();
    if client.is_local() {
        ways.extend(
            doors
                .addresses
                .iter()
                .map(|address| (address.clone(), port)),
        );
    }
    if let (Some(host), Some(public)) = (client.published_at(), doors.public(port)) {
        ways.push((host.to_owned(), public));
    }
    ways
}

fn words(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::ConnectionRefused => "nothing listens there".to_owned(),
        _ => crate::text::sanitise_ident(error.to_string().as_bytes()),
    }
}
