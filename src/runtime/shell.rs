//! (to come)
use crate::effect::ShellRequest;
use crate::engine::Engine;
use crate::model::Key;
use crate::msg::{Failure, ShellEnd};
use tokio::sync::{mpsc, watch};
#[derive(Debug)]
pub struct ShellIo {
    pub input: mpsc::Receiver<Vec<u8>>,
    pub output: mpsc::Sender<Vec<u8>>,
    pub size: watch::Receiver<(u16, u16)>,
    pub detach_keys: Vec<u8>,
}
pub async fn run(_e: Engine, _k: Key, _r: ShellRequest, _io: ShellIo) -> ShellEnd {
    ShellEnd::Failed(Failure::default())
}
pub async fn attach(_e: Engine, _k: Key, _io: ShellIo) -> ShellEnd {
    ShellEnd::Failed(Failure::default())
}
