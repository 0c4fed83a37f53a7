//! What listens in containers: which program a stream to an address leads to, each speaking as the real one does. Must not
//! know how streams come here.
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};

use super::mail::{self, Server};
use super::server::Shared;
use super::world::{Container, Phase, World};
use super::{traefik, web};

/// What a stream to an address leads to.
#[derive(Debug)]
pub struct Place {
    container: String,
    port: u16,
    program: Program,
    frozen: bool,
}

#[derive(Debug, Clone, Copy)]
enum Program {
    Mail(Server),
    Traefik,
    Web,
}

impl Program {
    /// The one that listens at this port of a container.
    fn at(container: &Container, port: u16) -> Option<Self> {
        if let Some(server) = Server::at(&container.spec.image, port) {
            return Some(Self::Mail(server));
        }
        if traefik::listens(container, port) {
            return Some(Self::Traefik);
        }
        let mut pages = container.spec.web.iter();
        pages.any(|page| page.port == port).then_some(Self::Web)
    }
}

impl Place {
    /// What listens there; a container's own loopback is where `who` is given.
    pub fn find(world: &World, who: Option<&str>, address: &str, port: u16) -> Option<Self> {
        let mut all = world.containers.values().filter(|c| c.alive());
        all.find_map(|container| {
            let port = match who {
                Some(who) => (container.id == who).then_some(port),
                None => inside(container, address, port),
            }?;
            Some(Self {
                container: container.id.clone(),
                port,
                program: Program::at(container, port)?,
                frozen: container.phase == Phase::Paused,
            })
        })
    }
}

/// The port of this container that an address and port of its host lead to.
fn inside(container: &Container, address: &str, port: u16) -> Option<u16> {
    let loopback = address.starts_with("127.");
    let own = container.endpoints.iter().any(|e| match &*e.network {
        "host" => loopback,
        _ => e.address == address,
    });
    let leads = |public: u16| loopback && public == port;
    let mut ports = container.spec.ports.iter();
    let published = ports.find(|p| p.host.as_ref().is_some_and(|(_, public)| leads(*public)));
    published.map(|p| p.inside).or(own.then_some(port))
}

/// Serves a stream until it ends.
pub async fn serve<S>(shared: Arc<Shared>, place: Place, stream: S)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let Place {
        container, port, ..
    } = place;
    match place.program {
        // The kernel takes the connection; the program says nothing.
        _ if place.frozen => std::future::pending().await,
        Program::Mail(server) => mail::serve(shared, server, container, port, stream).await,
        Program::Traefik => {
            web::serve(stream, |asked| {
                traefik::answer(&shared, &container, port, asked)
            })
            .await;
        }
        Program::Web => web::serve(stream, |_| web::page(&shared, &container, port)).await,
    }
}
