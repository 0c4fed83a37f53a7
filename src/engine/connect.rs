//! Byte streams to an engine, whatever lies between: unix socket, TCP, TLS, an ssh forward, or a pipe inside this
//! process. Must not know what is said over them.
mod ssh;
mod tls;

use std::fmt;
use std::io;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bollard::{BollardRequest, Docker};
use futures::future::BoxFuture;
use hyper::header::{HOST, HeaderValue};
use hyper::{Request, Uri};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};

use super::endpoint::Endpoint;
use super::error::Error;
use super::raw::handshake;
use super::toll::{Pass, Toll};
use crate::lang::Words;

/// How long a TCP connection may take to be accepted.
const TCP_CONNECT: Duration = Duration::from_secs(5);

/// How long a helper's words may take to arrive after the cut they explain.
const LAST_WORDS: Duration = Duration::from_millis(100);
/// Bollard's own time limit in seconds, out of the way.
const NO_LIMIT: u64 = 24 * 3600;

/// Anything that carries bytes both ways.
pub trait Duplex: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Duplex for T {}

/// The one type every transport is boxed into.
pub type BoxedIo = Box<dyn Duplex>;

pub(super) use ssh::{commands as ssh_commands, refuses_forward, said as ssh_said};
pub(super) use tls::said as tls_said;

type Dial = dyn Fn() -> BoxFuture<'static, io::Result<BoxedIo>> + Send + Sync;
type LastWords = dyn Fn() -> String + Send + Sync;
type DialBeyond = dyn Fn(String, u16) -> BoxFuture<'static, io::Result<BoxedIo>> + Send + Sync;

/// Opens a new connection each time it is asked. Cheap to clone; what it needs to stay alive (an ssh process) lives as
/// long as the last clone.
#[derive(Clone)]
pub struct Connector {
    dial: Arc<Dial>,
    words: Option<Arc<LastWords>>,
    /// Opens streams to addresses as the engine's host sees them.
    beyond: Option<Arc<DialBeyond>>,
    toll: Toll,
}

impl Connector {
    /// A connector out of any function that opens connections: the simulated engine, tests.
    pub fn new<F>(dial: F) -> Self
    where
        F: Fn() -> BoxFuture<'static, io::Result<BoxedIo>> + Send + Sync + 'static,
    {
        Self {
            dial: Arc::new(dial),
            words: None,
            beyond: None,
            toll: Toll::default(),
        }
    }

    /// The same, with a helper that may know why a connection was cut.
    fn with_words(self, words: impl Fn() -> String + Send + Sync + 'static) -> Self {
        Self {
            words: Some(Arc::new(words)),
            ..self
        }
    }

    /// The same, where addresses of the engine's host and of its containers can be reached too.
    pub fn with_beyond<F>(self, dial: F) -> Self
    where
        F: Fn(String, u16) -> BoxFuture<'static, io::Result<BoxedIo>> + Send + Sync + 'static,
    {
        Self {
            beyond: Some(Arc::new(dial)),
            ..self
        }
    }

    /// Opens a stream to an address as the engine's host sees it; `None` where nothing leads beyond the engine.
    pub(super) async fn connect_beyond(
        &self,
        address: &str,
        port: u16,
    ) -> Option<io::Result<BoxedIo>> {
        let dial = self.beyond.as_ref()?;
        Some(dial(address.to_owned(), port).await)
    }

    /// Whether anything leads beyond the engine.
    pub(super) fn leads_beyond(&self) -> bool {
        self.beyond.is_some()
    }

    /// A cut in the words of whatever lies between (ssh tells of a missing remote socket only afterwards).
    pub(super) async fn explain(&self, error: Error) -> Error {
        let Some(words) = self.words.as_ref().filter(|_| error == Error::Cut) else {
            return error;
        };
        tokio::time::sleep(LAST_WORDS).await;
        match words() {
            none if none.is_empty() => error,
            said => Error::ssh(Words::as_is(said)),
        }
    }

    /// A connector to a unix socket.
    pub fn unix(path: PathBuf) -> Self {
        Self::new(move || {
            let path = path.clone();
            Box::pin(async move {
                let stream = UnixStream::connect(&path).await;
                Ok(Box::new(stream.map_err(|error| refused(&path, error))?) as BoxedIo)
            })
        })
    }

    /// A connector over plain TCP.
    pub fn tcp(host: String, port: u16) -> Self {
        Self::new(move || {
            let host = host.clone();
            Box::pin(async move { Ok(Box::new(dial_tcp(&host, port).await?) as BoxedIo) })
        })
    }

    /// What it takes to reach `endpoint`: reads certificates, starts ssh and waits for its forward.
    pub async fn to(endpoint: &Endpoint) -> Result<Self, Error> {
        match endpoint {
            // What is behind a socket of this host is this host, as far as one can tell.
            Endpoint::Unix(path) => Ok(Self::unix(path.clone()).with_beyond(|host, port| {
                Box::pin(async move { Ok(Box::new(dial_tcp(&host, port).await?) as BoxedIo) })
            })),
            Endpoint::Tcp { host, port } => Ok(Self::tcp(host.clone(), *port)),
            Endpoint::Tls(tls) => tls::connector(tls),
            Endpoint::Ssh(ssh) => ssh::connector(ssh).await,
            Endpoint::Custom(connector) => Ok(connector.clone()),
        }
    }

    /// Opens one connection.
    pub async fn connect(&self) -> io::Result<BoxedIo> {
        let io = (self.dial)().await?;
        Ok(Box::new(Counted {
            io,
            _pass: self.toll.pass(),
        }))
    }

    /// What the engine was asked for over this connector and its clones.
    pub fn toll(&self) -> &Toll {
        &self.toll
    }
}

/// A connection that is counted as long as it lives.
struct Counted {
    io: BoxedIo,
    _pass: Pass,
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Counted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connector")
    }
}

/// A file that is no socket refuses like a socket on which nobody listens.
fn refused(path: &Path, error: io::Error) -> io::Error {
    let other = std::fs::metadata(path).is_ok_and(|meta| !meta.file_type().is_socket());
    if other && error.kind() == io::ErrorKind::ConnectionRefused {
        return io::Error::other(Words::ours(|| say!("it is there, but is no socket")));
    }
    error
}

/// Bollard over this connector. It waits as long as its caller does: each call has its own limit.
pub(super) fn bollard(connector: Connector, authority: &str) -> Result<Docker, Error> {
    let address = format!("http://{authority}");
    let host = HeaderValue::from_str(authority)
        .map_err(|_| Error::endpoint(|| say!("{authority}: not a host's name", authority)))?;
    let transport = move |request: BollardRequest| {
        let (connector, host) = (connector.clone(), host.clone());
        async move {
            let (mut head, body) = request.into_parts();
            let path = head.uri.path_and_query().cloned();
            head.uri = path.map_or_else(Uri::default, Uri::from);
            head.headers.insert(HOST, host);
            connector.toll().ask();
            let io = connector.connect().await?;
            let mut sender = handshake(io).await.map_err(io::Error::other)?;
            Ok(sender.send_request(Request::from_parts(head, body)).await?)
        }
    };
    Docker::connect_with_custom_transport(
        transport,
        Some(address),
        NO_LIMIT,
        bollard::API_DEFAULT_VERSION,
    )
    .map_err(Error::from)
}

/// Opens TCP with small packets sent at once; a host that does not answer is given up after five seconds.
async fn dial_tcp(host: &str, port: u16) -> io::Result<TcpStream> {
    let stream = tokio::time::timeout(TCP_CONNECT, TcpStream::connect((host, port)))
        .await
        .map_err(|_| {
            io::Error::new(
                io::ErrorKind::TimedOut,
                Words::ours(|| say!("{host}:{port} did not accept a connection", host, port)),
            )
        })??;
    stream.set_nodelay(true)?;
    Ok(stream)
}
