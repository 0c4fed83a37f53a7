//! Streams to ports of containers: by their address, by a published port, over ssh; last, through a process in the container.
//! Must not know what is said over them.
use std::fmt;
use std::io;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::timeout;

use super::endpoint::bracketed;
use super::{BoxedIo, Engine, Error};
use crate::model::Reach;

/// How long a container of this host may take to accept: it does within a millisecond, or is not there.
const NEAR: Duration = Duration::from_millis(300);
/// How long the way over another machine may take: a login.
const FAR: Duration = Duration::from_secs(10);

/// A way to a container's port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// To an address as the engine's host sees it.
    Address(String, u16),
    /// To the host that the engine itself is reached at.
    Host(String, u16),
    /// Through `nc` in the container: each stream is a process and three events there.
    Exec(u16),
}

impl Way {
    /// A kept stream costs a process in the container, and each is seen in its events.
    pub fn is_dear(&self) -> bool {
        matches!(self, Self::Exec(_))
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(host, port) | Self::Host(host, port) => {
                f.write_str(&bracketed(host, *port))
            }
            Self::Exec(_) => f.write_str("exec"),
        }
    }
}

impl Engine {
    /// The ways to a port, the cheapest first. Which of them lead there is seen when they are tried.
    pub fn ways(&self, reach: &Reach, port: u16) -> Vec<Way> {
        let mut ways = Vec::new();
        let published = reach.public(port);
        if self.raw().connector().leads_beyond() {
            ways.extend(
                reach
                    .addresses
                    .iter()
                    .map(|address| Way::Address(address.clone(), port)),
            );
            if reach.host_network {
                ways.push(Way::Address("127.0.0.1".to_owned(), port));
            }
            ways.extend(published.map(|(address, public)| {
                let any = ["", "0.0.0.0", "::"].contains(&address);
                let address = if any { "127.0.0.1" } else { address };
                Way::Address(address.to_owned(), public)
            }));
        } else if let Some(host) = &self.network_host {
            // A port that is bound to the host itself cannot be had from here.
            let open = published.filter(|(address, _)| !address.starts_with("127."));
            let open = open.map(|(_, public)| public);
            let open = open.or(reach.host_network.then_some(port));
            ways.extend(open.map(|public| Way::Host(host.to_string(), public)));
        }
        ways.push(Way::Exec(port));
        ways
    }

    /// Opens a stream this way.
    ///
    /// # Errors
    /// Nothing answers there, or the container has no `nc`.
    pub async fn reach(&self, reach: &Reach, way: &Way) -> io::Result<BoxedIo> {
        match way {
            Way::Address(address, port) => {
                let limit = if self.is_local() { NEAR } else { FAR };
                let opened = self.raw().connector().connect_beyond(address, *port);
                match timeout(limit, opened).await {
                    Ok(Some(opened)) => opened,
                    Ok(None) => Err(io::ErrorKind::Unsupported.into()),
                    Err(_) => Err(late(address, *port)),
                }
            }
            Way::Host(host, port) => {
                match timeout(FAR, TcpStream::connect((host.as_str(), *port))).await {
                    Ok(stream) => Ok(Box::new(stream?)),
                    Err(_) => Err(late(host, *port)),
                }
            }
            Way::Exec(port) => {
                let tunnel = self.tunnel(&reach.container.id, *port).await;
                let tunnel = tunnel.map_err(|error: Error| io::Error::other(error.to_string()))?;
                Ok(Box::new(tunnel))
            }
        }
    }
}

fn late(host: &str, port: u16) -> io::Error {
    let words = format!("{} does not answer", bracketed(host, port));
    io::Error::new(io::ErrorKind::TimedOut, words)
}
