//! The engine edge against servers that misbehave on purpose, and against the real engine when one answers.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail as tests do"
)]

use std::future::Future;
use std::io;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use chrono::Utc;
use futures::StreamExt;
use serde_json::json;
use stacktui::effect::Verb;
use stacktui::engine::{Connector, Endpoint, Engine, Error, Raw};
use stacktui::model::{HostId, Key, RunState};
use stacktui::msg::FailureKind;
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};

#[cfg(test)]
#[path = "support/engine.rs"]
#[expect(dead_code, reason = "containers are made through the edge itself here")]
mod support;

const HOST: HostId = HostId(0);
const PAGE: &str = "HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\nContent-Length: 93\r\n\r\n<html><body><h1>403 Forbidden</h1>\nRequest forbidden by administrative rules.\n</body></html>\n";

/// A socket where each connection is given to `serve`.
fn server<F, Fut>(serve: F) -> (TempDir, Endpoint)
where
    F: Fn(UnixStream) -> Fut + Send + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("engine.sock");
    let listener = UnixListener::bind(&path).unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    (folder, Endpoint::Unix(path))
}

/// Reads one request's head and body; its first line, or nothing at the end.
async fn request<S: AsyncRead + Unpin>(stream: &mut S) -> Option<String> {
    let mut held = Vec::new();
    loop {
        if stream.read_buf(&mut held).await.ok()? == 0 {
            return None;
        }
        let text = String::from_utf8_lossy(&held).into_owned();
        let Some(end) = text.find("\r\n\r\n") else {
            continue;
        };
        let length = text
            .lines()
            .find_map(|l| {
                l.to_ascii_lowercase()
                    .strip_prefix("content-length:")?
                    .trim()
                    .parse()
                    .ok()
            })
            .unwrap_or(0_usize);
        if held.len() >= end + 4 + length {
            return text.lines().next().map(str::to_owned);
        }
    }
}

fn answer(status: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Answers every request by its first line.
async fn canned<S>(mut stream: S, reply: impl Fn(&str) -> String)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    while let Some(line) = request(&mut stream).await {
        if stream.write_all(reply(&line).as_bytes()).await.is_err() {
            return;
        }
    }
}

fn plain(line: &str) -> String {
    match line.split(' ').nth(1).unwrap_or_default() {
        "/_ping" => answer("200 OK", "OK"),
        "/version" => answer("200 OK", r#"{"Version":"1.0","ApiVersion":"1.45"}"#),
        "/info" => answer("200 OK", r#"{"Name":"fake","NCPU":4}"#),
        "/containers/json?all=1" => answer(
            "200 OK",
            r#"[{"Id":"a","Names":["/one"],"State":"zombie"}]"#,
        ),
        _ => answer("404 Not Found", r#"{"message":"no such thing"}"#),
    }
}

fn raw(endpoint: &Endpoint) -> Raw {
    let Endpoint::Unix(path) = endpoint else {
        panic!()
    };
    Raw::new(Connector::unix(path.clone()), "localhost")
}

#[tokio::test]
async fn a_plain_engine_is_opened_and_listed_through_both_clients() {
    let (_folder, endpoint) = server(|stream| canned(stream, plain));
    let engine = Engine::open(&endpoint).await.unwrap();
    assert_eq!(engine.info().name, "fake");
    assert_eq!(engine.api().to_string(), "1.45");
    let rows = engine.list(HOST, Utc::now()).await.unwrap();
    assert_eq!(rows[0].state, RunState::Odd("zombie".into()));
    assert_eq!(
        engine.docker().version().await.unwrap().version.as_deref(),
        Some("1.0")
    );
    let error = engine
        .details(&Key::container(HOST, "x"), Utc::now())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), FailureKind::NotFound);
    let error = engine
        .perform(
            &Key::container(HOST, "x"),
            &Verb::Pause,
            Duration::from_secs(2),
        )
        .await
        .unwrap_err();
    assert_eq!(
        error.failure_of(|| "pause x").what.as_str(),
        "pause x: no such thing"
    );
}

#[tokio::test]
async fn one_that_accepts_and_never_answers_is_given_up_after_two_seconds() {
    let (_folder, endpoint) = server(|mut stream| async move {
        let mut sink = Vec::new();
        let _ = stream.read_to_end(&mut sink).await;
    });
    let started = Instant::now();
    let error = Engine::open(&endpoint).await.unwrap_err();
    assert!(matches!(error, Error::TimedOut { .. }), "{error:?}");
    assert!(started.elapsed() < Duration::from_secs(3));
    let tried = error.tried(&endpoint.to_string(), "DOCKER_HOST");
    assert!(
        tried
            .why
            .contains("accepts connections but does not answer"),
        "{}",
        tried.why
    );
}

#[tokio::test]
async fn what_is_no_engine_is_told_at_once() {
    let (_folder, endpoint) = server(|mut stream| async move {
        let _ = stream.write_all(b"SSH-2.0-OpenSSH_9.2\r\n").await;
        let mut sink = Vec::new();
        let _ = stream.read_to_end(&mut sink).await;
    });
    let error = Engine::open(&endpoint).await.unwrap_err();
    assert!(matches!(error, Error::Garbage(_)), "{error:?}");
    let Err(error) = raw(&endpoint).upgrade("/exec/x/start", &json!({})).await else {
        panic!()
    };
    assert!(matches!(error, Error::Garbage(_)), "{error:?}");

    let (_folder, endpoint) =
        server(|stream| canned(stream, |_| answer("200 OK", "<html>hello</html>")));
    let error = Engine::open(&endpoint).await.unwrap_err();
    assert!(matches!(error, Error::Garbage(_)), "{error:?}");

    let (_folder, endpoint) = server(|stream| async move { drop(stream) });
    let error = Engine::open(&endpoint).await.unwrap_err();
    assert_eq!(error, Error::Cut);
}

#[tokio::test]
async fn sockets_that_are_not_there_or_not_served_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("none.sock");
    let error = Engine::open(&Endpoint::Unix(path.clone()))
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "no such file");
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    let error = Engine::open(&Endpoint::Unix(path)).await.unwrap_err();
    assert_eq!(error.to_string(), "connection refused");
    let error = Engine::open(&Endpoint::parse("tcp://127.0.0.1:1").unwrap())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), FailureKind::Unreachable);
    assert!(
        error
            .tried("tcp://127.0.0.1:1", "--host")
            .advice
            .contains("listening")
    );
}

#[tokio::test]
async fn a_socket_proxy_that_allows_nothing_is_named() {
    let (_folder, endpoint) = server(|stream| canned(stream, |_| PAGE.to_owned()));
    let engine = Engine::open(&endpoint).await.unwrap();
    let error = engine.list(HOST, Utc::now()).await.unwrap_err();
    assert_eq!(error.to_string(), "not allowed: needs CONTAINERS=1");
    let error = engine.events(None).await.unwrap_err();
    assert!(error.is_refusal());
    let key = Key::container(HOST, "x");
    for verb in [
        Verb::Restart { timeout: None },
        Verb::Kill {
            signal: "KILL".into(),
        },
    ] {
        let error = engine
            .perform(&key, &verb, Duration::from_secs(2))
            .await
            .unwrap_err();
        assert!(error.to_string().contains("ALLOW_RESTARTS=1"), "{error}");
        assert_eq!(error.kind(), FailureKind::Denied);
    }
    let Err(error) = engine.raw().upgrade("/exec/x/start", &json!({})).await else {
        panic!()
    };
    assert!(error.to_string().contains("EXEC=1"), "{error}");
}

#[tokio::test]
async fn words_of_a_failing_engine_are_harmless() {
    let (_folder, endpoint) = server(|stream| {
        canned(stream, |_| {
            answer("500 Oops", r#"{"message":"\u001b]0;evil\u0007 broken"}"#)
        })
    });
    let error = Engine::open(&endpoint).await.unwrap_err();
    assert_eq!(error.status(), Some(500));
    assert!(error.to_string().contains("broken"));
    assert!(!error.to_string().contains(['\u{1b}', '\u{7}']));
}

#[tokio::test]
async fn an_endless_body_is_bounded_and_a_stalled_one_is_timed() {
    let sent = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&sent);
    let (_folder, endpoint) = server(move |mut stream| {
        let counter = Arc::clone(&counter);
        async move {
            request(&mut stream).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n[").await;
            let block = vec![b' '; 1024 * 1024];
            for _ in 0..300 {
                if stream.write_all(&block).await.is_err() {
                    return;
                }
                counter.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    let error = raw(&endpoint)
        .get_json(
            "/containers/json",
            64 * 1024 * 1024,
            Duration::from_secs(30),
        )
        .await
        .unwrap_err();
    assert_eq!(
        error,
        Error::TooLarge {
            limit: 64 * 1024 * 1024
        }
    );
    assert!(
        sent.load(Ordering::Relaxed) <= 70,
        "the connection was cut at the limit"
    );

    let (_folder, endpoint) = server(|mut stream| async move {
        request(&mut stream).await;
        let _ = stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 900000000\r\n\r\n")
            .await;
        let _ = request(&mut stream).await;
    });
    let client = raw(&endpoint);
    let error = client
        .get_json("/x", 1024, Duration::from_secs(5))
        .await
        .unwrap_err();
    assert!(
        matches!(error, Error::TooLarge { .. }),
        "announced, so never read"
    );
    let error = client
        .get_json("/x", usize::MAX >> 1, Duration::from_millis(200))
        .await
        .unwrap_err();
    assert!(matches!(error, Error::TimedOut { .. }), "{error:?}");
}

#[tokio::test]
async fn a_truncated_answer_is_a_cut() {
    let (_folder, endpoint) = server(|mut stream| async move {
        request(&mut stream).await;
        let _ = stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[{\"Id\"")
            .await;
    });
    let error = raw(&endpoint)
        .get_json("/x", 1024, Duration::from_secs(2))
        .await
        .unwrap_err();
    assert_eq!(error, Error::Cut);
}

#[tokio::test]
async fn connections_are_kept_and_a_dead_one_is_replaced() {
    let opened = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&opened);
    let (_folder, endpoint) = server(move |stream| {
        counter.fetch_add(1, Ordering::Relaxed);
        canned(stream, plain)
    });
    let client = raw(&endpoint);
    for _ in 0..20 {
        client
            .get_json("/info", 1024, Duration::from_secs(2))
            .await
            .unwrap();
        tokio::task::yield_now().await;
    }
    assert!(
        opened.load(Ordering::Relaxed) <= 2,
        "20 calls, {opened:?} connections"
    );

    let (_folder, endpoint) = server(|mut stream| async move {
        // Promises to stay and leaves.
        request(&mut stream).await;
        let _ = stream.write_all(plain("GET /info").as_bytes()).await;
    });
    let client = raw(&endpoint);
    for _ in 0..20 {
        client
            .get_json("/info", 1024, Duration::from_secs(2))
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn dropping_a_stream_closes_its_connection() {
    let (tell, mut told) = tokio::sync::mpsc::channel(1);
    let (_folder, endpoint) = server(move |mut stream| {
        let tell = tell.clone();
        async move {
            request(&mut stream).await;
            let _ = stream
                .write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                .await;
            assert!(request(&mut stream).await.is_none());
            let _ = tell.send(()).await;
        }
    });
    let response = raw(&endpoint)
        .get("/events", Duration::from_secs(2))
        .await
        .unwrap();
    drop(response);
    tokio::time::timeout(Duration::from_secs(2), told.recv())
        .await
        .unwrap()
        .unwrap();
}

#[tokio::test]
async fn upgrades_work_after_101_and_after_a_bare_200() {
    for head in [
        "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nhello ",
        "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\nhello ",
    ] {
        let (_folder, endpoint) = server(move |mut stream| async move {
            let line = request(&mut stream).await.unwrap();
            assert_eq!(line, "POST /exec/x/start HTTP/1.1");
            let _ = stream.write_all(head.as_bytes()).await;
            let mut input = Vec::new();
            let _ = stream.read_to_end(&mut input).await;
            let _ = stream.write_all(&input).await;
        });
        let (_, mut pipe) = raw(&endpoint)
            .upgrade("/exec/x/start", &json!({"Tty": true}))
            .await
            .unwrap();
        pipe.write_all(b"world").await.unwrap();
        pipe.shutdown().await.unwrap();
        let mut output = String::new();
        pipe.read_to_string(&mut output).await.unwrap();
        assert_eq!(output, "hello world");
    }
    let (_folder, endpoint) = server(|stream| canned(stream, plain));
    let Err(error) = raw(&endpoint).upgrade("/exec/x/start", &json!({})).await else {
        panic!()
    };
    assert_eq!(
        (error.status(), error.to_string().as_str()),
        (Some(404), "no such thing")
    );
}

#[tokio::test]
async fn odd_events_neither_end_nor_block_the_stream() {
    let (_folder, endpoint) = server(|mut stream| async move {
        while let Some(line) = request(&mut stream).await {
            if !line.contains("/events") {
                let _ = stream.write_all(plain(&line).as_bytes()).await;
                continue;
            }
            let text = "{\"Type\":\"system\",\"Action\":\"x\",\"time\":1}\n{broken\n{\"Type\":\"container\",\"Action\":\"die\",\"Actor\":{\"ID\":\"a\"},\"timeNano\":7}";
            let chunk = format!(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{text}\r\n",
                text.len()
            );
            let _ = stream.write_all(chunk.as_bytes()).await;
            let _ = request(&mut stream).await;
        }
    });
    let engine = Engine::open(&endpoint).await.unwrap();
    let mut events = engine.events(None).await.unwrap();
    assert_eq!(events.next().await.unwrap().unwrap().kind, "system");
    let die = tokio::time::timeout(Duration::from_secs(1), events.next())
        .await
        .expect("no newline is waited for");
    assert_eq!(die.unwrap().unwrap().nanos, 7);
    assert_eq!(events.skipped(), 1);
}

#[tokio::test]
async fn ssh_tells_its_own_reason() {
    if Command::new("ssh").arg("-V").output().is_err() {
        println!("SKIPPED: no ssh here");
        return;
    }
    let endpoint = Endpoint::parse("ssh://nobody@127.0.0.1:1").unwrap();
    let error = Engine::open(&endpoint).await.unwrap_err();
    assert!(
        matches!(&error, Error::Ssh(said) if said.as_str().contains("refused")),
        "{error:?}"
    );
}

/// With `STACKTUI_TEST_SSH=ssh://user@host:port` naming a machine whose engine we may ask.
#[tokio::test]
async fn an_ssh_forward_carries_the_engine_and_leaves_nothing() {
    let Ok(place) = std::env::var("STACKTUI_TEST_SSH") else {
        println!("SKIPPED: STACKTUI_TEST_SSH names no machine");
        return;
    };
    let folders = || {
        let base = std::env::var_os("XDG_RUNTIME_DIR")
            .map_or_else(std::env::temp_dir, std::path::PathBuf::from);
        let prefix = format!("stacktui-{}-", std::process::id());
        std::fs::read_dir(base)
            .unwrap()
            .filter_map(Result::ok)
            .filter(|e| e.file_name().to_string_lossy().starts_with(&prefix))
            .count()
    };
    let engine = Engine::open(&Endpoint::parse(&place).unwrap())
        .await
        .unwrap();
    assert!(!engine.info().version.is_empty());
    assert_eq!(folders(), 1);
    let mut streams = Vec::new();
    for _ in 0..30 {
        streams.push(engine.events(None).await.unwrap());
    }
    engine.list(HOST, Utc::now()).await.unwrap();
    drop((engine, streams));
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(folders(), 0);
    let error = Engine::open(&Endpoint::parse(&format!("{place}/run/none.sock")).unwrap())
        .await
        .unwrap_err();
    assert!(
        matches!(&error, Error::Ssh(said) if said.as_str().contains("open failed")),
        "{error:?}"
    );
    assert!(error.advice("").contains("remote socket"));
}

/// Certificates for 127.0.0.1, made on the spot; false when there is no openssl.
fn certificates(folder: &Path) -> bool {
    let script = "set -e
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test-ca -keyout ca-key.pem -out ca.pem
for who in server client; do
  openssl req -newkey rsa:2048 -nodes -subj /CN=$who -keyout $who-key.pem -out $who.csr
  printf 'subjectAltName=IP:127.0.0.1' > ext
  openssl x509 -req -in $who.csr -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 2 -extfile ext -out $who.pem
done
mv client.pem cert.pem; mv client-key.pem key.pem";
    Command::new("sh")
        .args(["-c", script])
        .current_dir(folder)
        .output()
        .is_ok_and(|o| o.status.success())
}

#[tokio::test]
async fn tls_with_client_certificates() -> io::Result<()> {
    use tokio_rustls::rustls::pki_types::pem::PemObject;
    use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
    use tokio_rustls::rustls::{
        RootCertStore, ServerConfig, crypto::ring, server::WebPkiClientVerifier,
    };
    let folder = tempfile::tempdir()?;
    if !certificates(folder.path()) {
        println!("SKIPPED: no openssl here");
        return Ok(());
    }
    let file = |name: &str| folder.path().join(name);
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(file("ca.pem")).unwrap())
        .unwrap();
    let provider = Arc::new(ring::default_provider());
    let verifier =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .build()
            .unwrap();
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(verifier)
        .with_single_cert(
            vec![CertificateDer::from_pem_file(file("server.pem")).unwrap()],
            PrivateKeyDer::from_pem_file(file("server-key.pem")).unwrap(),
        )
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    canned(stream, plain).await;
                }
            });
        }
    });
    let open = |edit: fn(&mut stacktui::engine::endpoint::Tls)| {
        let mut tls = stacktui::engine::endpoint::Tls {
            host: "127.0.0.1".into(),
            port,
            ca: Some(file("ca.pem")),
            cert: Some(file("cert.pem")),
            key: Some(file("key.pem")),
            skip_verify: false,
        };
        edit(&mut tls);
        async move { Engine::open(&Endpoint::Tls(tls)).await }
    };
    let engine = open(|_| ()).await.unwrap();
    assert_eq!(engine.list(HOST, Utc::now()).await.unwrap().len(), 1);
    let untrusted = open(|tls| tls.ca = None).await.unwrap_err();
    assert!(untrusted.to_string().contains("not trusted"), "{untrusted}");
    open(|tls| (tls.ca, tls.skip_verify) = (None, true))
        .await
        .unwrap();
    let anonymous = open(|tls| (tls.cert, tls.key) = (None, None))
        .await
        .unwrap_err();
    assert!(
        matches!(anonymous, Error::Tls(_) | Error::Cut),
        "{anonymous:?}"
    );
    let half = open(|tls| tls.key = None).await.unwrap_err();
    assert!(half.to_string().contains("other half"), "{half}");
    let plain_client = Engine::open(&Endpoint::Tcp {
        host: "127.0.0.1".into(),
        port,
    })
    .await
    .unwrap_err();
    assert!(!plain_client.to_string().is_empty());
    Ok(())
}

/// The engine that tests may use; a skip when there is none.
async fn real(test: &str) -> Option<Engine> {
    let endpoint = Endpoint::parse(&support::real_engine(test)?).unwrap();
    Some(Engine::open(&endpoint).await.unwrap())
}

const IMAGE: &str = support::BUSYBOX;

/// Removes its container whatever happens to the test.
struct Guard(String);

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = Command::new("docker").args(["rm", "-f", &self.0]).output();
    }
}

/// A container of our own that sleeps.
async fn sleeper(engine: &Engine, name: &str) -> (Key, Guard) {
    let body = json!({"Image": IMAGE, "Cmd": ["sh", "-c", "trap 'exit 7' TERM; while :; do sleep 0.1; done"], "Labels": {"edge": "yes"}});
    let name = format!("edge-{name}-{}", std::process::id());
    let path = format!("/containers/create?name={name}");
    let (_, made) = engine
        .raw()
        .post_json(&path, &body, Duration::from_secs(20))
        .await
        .unwrap();
    let id = made["Id"].as_str().unwrap().to_owned();
    (Key::container(HOST, &id), Guard(id))
}

const LONG: Duration = Duration::from_secs(40);

#[tokio::test]
async fn the_verbs_on_a_real_engine() {
    let Some(engine) = real("the_verbs_on_a_real_engine").await else {
        return;
    };
    let (key, _guard) = sleeper(&engine, "verbs").await;
    let state = async || {
        let rows = engine
            .list_some(HOST, &[&key.id], Utc::now())
            .await
            .unwrap();
        rows.into_iter().next()
    };
    let act = async |verb: Verb| engine.perform(&key, &verb, LONG).await.map(|p| p.already);
    assert_eq!(state().await.unwrap().state, RunState::Created);
    assert_eq!(act(Verb::Start).await, Ok(false));
    assert_eq!(act(Verb::Start).await, Ok(true), "304 is told from 204");
    let row = state().await.unwrap();
    assert_eq!(row.state, RunState::Running);
    assert_eq!(row.labels["edge"], "yes");
    assert!(row.since.is_some() && row.oddities.is_empty());
    assert!(
        engine
            .list(HOST, Utc::now())
            .await
            .unwrap()
            .iter()
            .any(|r| r.key == key)
    );
    assert_eq!(act(Verb::Pause).await, Ok(false));
    assert_eq!(state().await.unwrap().state, RunState::Paused);
    assert_eq!(
        act(Verb::Pause).await.unwrap_err().kind(),
        FailureKind::Conflict
    );
    assert_eq!(act(Verb::Unpause).await, Ok(false));
    assert_eq!(
        act(Verb::Unpause).await.unwrap_err().kind(),
        FailureKind::Conflict
    );
    assert_eq!(act(Verb::Restart { timeout: Some(1) }).await, Ok(false));
    let to = format!("edge-renamed-{}", std::process::id());
    assert_eq!(act(Verb::Rename { to: to.clone() }).await, Ok(false));
    assert_eq!(state().await.unwrap().name, to);
    assert_eq!(
        act(Verb::Kill {
            signal: "NONSENSE".into()
        })
        .await
        .unwrap_err()
        .status(),
        Some(if engine.info().podman { 500 } else { 400 })
    );
    let held = act(Verb::Remove {
        force: false,
        volumes: false,
    })
    .await
    .unwrap_err();
    assert_eq!(held.kind(), FailureKind::Conflict);
    let processes = engine.processes(&key).await.unwrap();
    assert!(processes.titles.contains(&"PID".to_owned()) && !processes.rows.is_empty());
    assert_eq!(act(Verb::Stop { timeout: Some(5) }).await, Ok(false));
    assert_eq!(act(Verb::Stop { timeout: Some(5) }).await, Ok(true));
    let row = state().await.unwrap();
    assert_eq!((row.state, row.exit_code), (RunState::Exited, Some(7)));
    assert_eq!(
        act(Verb::Kill {
            signal: "KILL".into()
        })
        .await
        .unwrap_err()
        .kind(),
        FailureKind::Conflict
    );
    let details = engine.details(&key, Utc::now()).await.unwrap();
    assert_eq!((details.exit_code, details.name.as_str()), (7, to.as_str()));
    assert!(details.document.len() > 10 && details.pid.is_none());
    assert_eq!(
        act(Verb::Remove {
            force: true,
            volumes: true
        })
        .await,
        Ok(false)
    );
    assert!(state().await.is_none());
    let gone = engine.details(&key, Utc::now()).await.unwrap_err();
    assert_eq!(gone.kind(), FailureKind::NotFound);
    assert!(
        gone.to_string()
            .to_lowercase()
            .contains("no such container"),
        "{gone}"
    );
}

#[tokio::test]
async fn events_of_a_real_engine_come_and_resume() {
    let Some(engine) = real("events_of_a_real_engine_come_and_resume").await else {
        return;
    };
    let (key, _guard) = sleeper(&engine, "events").await;
    let mut events = engine.events(None).await.unwrap();
    engine.perform(&key, &Verb::Start, LONG).await.unwrap();
    engine
        .perform(
            &key,
            &Verb::Kill {
                signal: "KILL".into(),
            },
            LONG,
        )
        .await
        .unwrap();
    let mut seen = Vec::new();
    let die = tokio::time::timeout(Duration::from_secs(10), async {
        loop {
            let event = events.next().await.unwrap().unwrap();
            if event.id == *key.id {
                // Podman's word for the making of the process.
                if event.action != "init" {
                    seen.push(event.action.clone());
                }
                if event.action == "die" {
                    return event;
                }
            }
        }
    })
    .await
    .unwrap();
    assert_eq!(seen, ["start", "kill", "die"]);
    assert_eq!(die.exit_code(), Some(137));
    let mut again = engine.events(Some(die.nanos)).await.unwrap();
    let first = tokio::time::timeout(Duration::from_secs(5), again.next())
        .await
        .unwrap();
    assert!(
        first.unwrap().unwrap().nanos >= die.nanos,
        "resumed at the nanosecond"
    );
}

#[tokio::test]
async fn a_helper_shares_the_targets_processes_and_goes() {
    let Some(engine) = real("a_helper_shares_the_targets_processes_and_goes").await else {
        return;
    };
    let (key, _guard) = sleeper(&engine, "helper").await;
    engine.perform(&key, &Verb::Start, LONG).await.unwrap();
    let id = engine.run_helper(&key, IMAGE).await.unwrap();
    let _helper = Guard(id.clone());
    let details = engine
        .details(&Key::container(HOST, &id), Utc::now())
        .await
        .unwrap();
    assert_eq!(details.labels["stacktui.helper"], "true");
    assert_eq!(details.state, RunState::Running);
    engine.remove_id(&id, true).await.unwrap();
    engine.remove_id(&id, true).await.unwrap();
    let missing = engine
        .run_helper(&key, "edge-no-such-image:1")
        .await
        .unwrap_err();
    assert_eq!(missing.kind(), FailureKind::NotFound, "{missing}");
}

#[tokio::test]
async fn a_call_on_a_real_engine_keeps_its_own_time_limit() {
    let Some(engine) = real("a_call_on_a_real_engine_keeps_its_own_time_limit").await else {
        return;
    };
    let (key, _guard) = sleeper(&engine, "slow").await;
    engine.perform(&key, &Verb::Start, LONG).await.unwrap();
    engine.perform(&key, &Verb::Pause, LONG).await.unwrap();
    engine.perform(&key, &Verb::Unpause, LONG).await.unwrap();
    let short = Duration::from_micros(50);
    let error = engine
        .perform(&key, &Verb::Restart { timeout: Some(5) }, short)
        .await
        .unwrap_err();
    assert_eq!(error, Error::TimedOut { after: short });
}

#[tokio::test]
async fn a_link_to_a_real_engine_shows_what_happens_within_a_second() {
    use stacktui::engine::Candidate;
    use stacktui::msg::HostMsg;
    use stacktui::runtime::link::LinkTask;
    let Some(engine) = real("a_link_to_a_real_engine_shows_what_happens_within_a_second").await
    else {
        return;
    };
    let (key, _guard) = sleeper(&engine, "link").await;
    let (out, mut messages) = tokio::sync::mpsc::channel(64);
    let (live, watched) = tokio::sync::watch::channel(None);
    let place = support::real_engine("a_link_to_a_real_engine").unwrap();
    let socket = Endpoint::parse(&place).unwrap();
    let task = LinkTask {
        host: HOST,
        candidates: vec![Candidate::new(socket, "default socket")],
        out,
        engine: live,
        past: false,
        again: Arc::default(),
    };
    let running = tokio::spawn(task.run());
    let mut row = async |wanted: &dyn Fn(&stacktui::model::Container) -> bool| {
        tokio::time::timeout(Duration::from_secs(20), async {
            loop {
                let rows = match messages.recv().await.unwrap().1 {
                    HostMsg::Snapshot(rows) => rows,
                    HostMsg::Delta { changed, .. } => changed,
                    _ => continue,
                };
                if let Some(row) = rows.into_iter().find(|r| r.key == key && wanted(r)) {
                    return row;
                }
            }
        })
        .await
        .unwrap()
    };
    row(&|r| r.state == RunState::Created).await;
    assert!(watched.borrow().is_some());
    engine.perform(&key, &Verb::Start, LONG).await.unwrap();
    let started = Instant::now();
    let up = row(&|r| r.state == RunState::Running).await;
    assert!(started.elapsed() < Duration::from_secs(1));
    assert_ne!(
        up.since.unwrap().timestamp_subsec_nanos(),
        0,
        "exact, from the event"
    );
    engine
        .perform(&key, &Verb::Stop { timeout: Some(5) }, LONG)
        .await
        .unwrap();
    let over = row(&|r| r.state == RunState::Exited).await;
    assert_eq!(over.exit_code, Some(7));
    running.abort();
}

/// Answers as podman does; the paths that changed something or asked for events are kept.
fn podman(line: &str, asked: &std::sync::Mutex<Vec<String>>) -> String {
    let path = line.split(' ').nth(1).unwrap_or_default();
    if path.contains("/restart") || path.starts_with("/events") {
        asked.lock().unwrap().push(path.to_owned());
    }
    match path.split('?').next().unwrap_or_default() {
        "/_ping" => answer("200 OK", "OK"),
        "/version" => answer(
            "200 OK",
            r#"{"Version":"4.3.1","ApiVersion":"1.41","Components":[{"Name":"Podman Engine","Version":"4.3.1"}]}"#,
        ),
        "/info" => answer("200 OK", r#"{"Name":"vm"}"#),
        "/containers/a/json" => answer("200 OK", r#"{"Id":"a","Config":{"StopTimeout":7}}"#),
        "/containers/b/json" => answer("200 OK", r#"{"Id":"b","Config":{}}"#),
        "/containers/a/restart" | "/containers/b/restart" => {
            "HTTP/1.1 204 No Content\r\n\r\n".to_owned()
        }
        "/containers/a/stats" | "/containers/a/top" => answer("200 OK", ""),
        "/events" => answer(
            "200 OK",
            "{\"Type\":\"container\",\"Action\":\"pause\",\"timeNano\":4999}\n{\"Type\":\"container\",\"Action\":\"unpause\",\"timeNano\":5000}\n",
        ),
        _ => answer("404 Not Found", r#"{"message":"no such thing"}"#),
    }
}

#[tokio::test]
async fn podmans_restart_waits_and_its_empty_answers_are_understood() {
    let asked = Arc::new(std::sync::Mutex::new(Vec::new()));
    let heard = Arc::clone(&asked);
    let (_folder, endpoint) = server(move |stream| {
        let asked = Arc::clone(&heard);
        canned(stream, move |line| podman(line, &asked))
    });
    let engine = Engine::open(&endpoint).await.unwrap();
    assert!(engine.info().podman);
    let limit = Duration::from_secs(5);
    for (id, timeout) in [("a", None), ("b", None), ("a", Some(2))] {
        let key = Key::container(HOST, id);
        let verb = Verb::Restart { timeout };
        engine.perform(&key, &verb, limit).await.unwrap();
    }
    let events = engine.events(Some(5_000)).await.unwrap();
    let events: Vec<_> = events.map(Result::unwrap).collect().await;
    assert_eq!(events.len(), 1, "what was before is left out: {events:?}");
    assert_eq!(events[0].action, "unpause");
    assert_eq!(
        *asked.lock().unwrap(),
        [
            "/containers/a/restart?t=7",
            "/containers/b/restart?t=10",
            "/containers/a/restart?t=2",
            "/events?since=0.000004000",
        ]
    );
    let figures = engine.stats_once("a", limit).await.unwrap();
    assert_eq!((figures.memory, figures.cpu_total), (None, None));
    let top = engine.processes(&Key::container(HOST, "a")).await;
    assert_eq!(top.unwrap_err().kind(), FailureKind::Conflict);
}
