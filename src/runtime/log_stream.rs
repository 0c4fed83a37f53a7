//! (to come)
use crate::effect::LogQuery;
use crate::engine::Engine;
use crate::msg::LogMsg;
use tokio::sync::{mpsc, watch};
pub async fn run(
    _q: LogQuery,
    _e: watch::Receiver<Option<Engine>>,
    _o: mpsc::Sender<(LogQuery, LogMsg)>,
) {
}
