//! What an engine holds beside containers, as whole lists of one kind.
use super::image::Image;
use super::network::Network;
use super::swarm::{Node, Service};
use super::volume::Volume;

/// All of one kind on one host, or in the swarm that it manages.
#[derive(Debug, Clone, PartialEq)]
pub enum Resources {
    Images(Vec<Image>),
    Volumes(Vec<Volume>),
    Networks(Vec<Network>),
    Services(Vec<Service>),
    Nodes(Vec<Node>),
}
