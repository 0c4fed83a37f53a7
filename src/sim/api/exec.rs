//! Exec over HTTP: making, starting with an upgraded connection, resizing. Must not know what
//! runs inside: that is the shell's.
use std::future::Future;
use std::sync::Arc;

use hyper::header::{CONNECTION, CONTENT_TYPE, HeaderValue, UPGRADE};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::json;

use super::answer::{self, Answer};
use super::{Call, not_found};
use crate::sim::server::Shared;
use crate::sim::shell;
use crate::sim::world::{ExecSpec, Refusal};

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Start {
    detach: bool,
    tty: bool,
}

/// Answers what is about exec instances.
pub async fn route(call: &mut Call) -> Answer {
    let path = call.path.clone();
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    match (call.method.as_str(), &path[1..]) {
        ("POST", [id, "start"]) => start(call, id).await,
        ("POST", [id, "resize"]) => resize(call, id),
        ("GET", [id, "json"]) => inspect(call, id),
        _ => Err(not_found()),
    }
}

/// Makes an exec instance in a container.
pub async fn create(call: &mut Call, who: &str) -> Answer {
    let mut spec: ExecSpec = call.json().await?;
    let id = call.shared.change(|world, now| {
        if world.engine.api.as_str() < "1.42" {
            spec.console_size = None;
        }
        world.create_exec(who, spec, now)
    })?;
    Ok(answer::with(201, &json!({"Id": id})))
}

async fn start(call: &mut Call, id: &str) -> Answer {
    let wanted: Start = call.json().await?;
    let plan = {
        let now = call.shared.clock.now();
        shell::Plan::new(&mut call.shared.world(), id, now)?
    };
    if wanted.detach
        && let Some(words) = plan.failure()
    {
        call.shared
            .change(|world, now| world.end_exec(id, 126, now));
        return Err(Refusal::new(400, words));
    }
    call.shared.change(|world, now| world.start_exec(id, now))?;
    let (shared, id) = (Arc::clone(&call.shared), id.to_owned());
    if wanted.detach {
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        drop(theirs);
        tokio::spawn(run(shared, id, plan, ours));
        return Ok(answer::status(200));
    }
    // The start request decides on framing, whatever was made: that is the engine's way.
    let tty = wanted.tty;
    let plan = plan.with_terminal(tty);
    hijack(call, tty, move |stream| run(shared, id, plan, stream))
}

async fn run<S>(shared: Arc<Shared>, id: String, plan: shell::Plan, stream: S)
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    let code = shell::run(&shared, &id, plan, stream).await;
    shared.change(|world, now| world.end_exec(&id, code, now));
}

/// Answers with 101 and gives the raw connection to `then`; with 200 and a one-way stream when
/// the client did not ask for an upgrade.
pub fn hijack<F, R>(call: &mut Call, raw: bool, then: F) -> Answer
where
    F: FnOnce(Stream) -> R + Send + 'static,
    R: Future<Output = ()> + Send + 'static,
{
    let modern = call.shared.world().engine.api.as_str() >= "1.42";
    let content = if raw || !modern {
        "application/vnd.docker.raw-stream"
    } else {
        "application/vnd.docker.multiplexed-stream"
    };
    let Some(mut request) = call.request.take() else {
        return Err(Refusal::new(500, "the connection cannot be taken over"));
    };
    let mut cuts = call.shared.cuts.subscribe();
    if !request.headers().contains_key(UPGRADE) {
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        tokio::spawn(async move {
            tokio::select! {
                () = then(Stream::Pipe(ours)) => {}
                _ = cuts.changed() => {}
            }
        });
        return Ok(answer::stream(Some(content), chunks(theirs)));
    }
    let upgrade = hyper::upgrade::on(&mut request);
    tokio::spawn(async move {
        let Ok(upgraded) = upgrade.await else {
            return;
        };
        tokio::select! {
            () = then(Stream::Upgraded(TokioIo::new(upgraded))) => {}
            _ = cuts.changed() => {}
        }
    });
    let mut response = answer::status(101);
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("tcp"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content));
    Ok(response)
}

fn chunks(pipe: tokio::io::DuplexStream) -> impl futures::Stream<Item = bytes::Bytes> + Send {
    futures::stream::unfold(pipe, |mut pipe| async move {
        let mut buffer = bytes::BytesMut::with_capacity(8192);
        let read = tokio::io::AsyncReadExt::read_buf(&mut pipe, &mut buffer).await;
        match read {
            Ok(length) if length > 0 => Some((buffer.freeze(), pipe)),
            _ => None,
        }
    })
}

fn resize(call: &Call, id: &str) -> Answer {
    let size = |key| {
        call.query
            .number(key)
            .and_then(|n| u16::try_from(n).ok())
            .unwrap_or(0)
    };
    let mut world = call.shared.world();
    let exec = world.exec(id)?;
    if exec.exit_code.is_some() {
        return Err(Refusal::new(404, format!("No such exec instance: {id}")));
    }
    exec.size.send_replace((size("h"), size("w")));
    Ok(answer::status(200))
}

fn inspect(call: &Call, id: &str) -> Answer {
    let mut world = call.shared.world();
    let exec = world.exec(id)?;
    let (program, arguments) = exec
        .spec
        .cmd
        .split_first()
        .map_or(("", &[][..]), |(p, a)| (p, a));
    Ok(answer::ok(&json!({
        "ID": exec.id,
        "Running": exec.running,
        "ExitCode": exec.exit_code,
        "ProcessConfig": {"tty": exec.spec.tty, "entrypoint": program, "arguments": arguments, "privileged": false},
        "OpenStdin": exec.spec.attach_stdin,
        "OpenStderr": true,
        "OpenStdout": true,
        "CanRemove": exec.exit_code.is_some(),
        "ContainerID": exec.container,
        "DetachKeys": "",
        "Pid": exec.pid
    })))
}

/// A connection taken over, or the pipe that stands for it.
#[derive(Debug)]
pub enum Stream {
    /// The client's connection.
    Upgraded(TokioIo<Upgraded>),
    /// Our end of a pipe.
    Pipe(tokio::io::DuplexStream),
}

mod io {
    //! Reading and writing on either kind of stream.
    use std::io::Result;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

    use super::Stream;

    impl AsyncRead for Stream {
        fn poll_read(
            self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            buf: &mut ReadBuf<'_>,
        ) -> Poll<Result<()>> {
            match self.get_mut() {
                Self::Upgraded(stream) => Pin::new(stream).poll_read(cx, buf),
                Self::Pipe(stream) => Pin::new(stream).poll_read(cx, buf),
            }
        }
    }

    impl AsyncWrite for Stream {
        fn poll_write(
            self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            buf: &[u8],
        ) -> Poll<Result<usize>> {
            match self.get_mut() {
                Self::Upgraded(stream) => Pin::new(stream).poll_write(cx, buf),
                Self::Pipe(stream) => Pin::new(stream).poll_write(cx, buf),
            }
        }

        fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
            match self.get_mut() {
                Self::Upgraded(stream) => Pin::new(stream).poll_flush(cx),
                Self::Pipe(stream) => Pin::new(stream).poll_flush(cx),
            }
        }

        fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
            match self.get_mut() {
                Self::Upgraded(stream) => Pin::new(stream).poll_shutdown(cx),
                Self::Pipe(stream) => Pin::new(stream).poll_shutdown(cx),
            }
        }
    }
}
