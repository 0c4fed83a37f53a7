//! What a stack's files ask for, beside the loop: read once, and again when one of them has another time of change.
use tokio::sync::{mpsc, watch};
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use super::stack_file::address;
use super::streams::{FILES_PERIOD, live};
use crate::compose::{Programs, outline};
use crate::engine::Engine;
use crate::model::compose::Project;
use crate::model::{Key, Unread};
use crate::msg::Msg;

/// Tells it of files on this machine alone: what stands under the same path here need not be what made a stack elsewhere.
pub(super) async fn follow(
    key: Key,
    project: Box<Project>,
    mut engine: watch::Receiver<Option<Engine>>,
    out: mpsc::Sender<Msg>,
) {
    let Some(client) = live(&mut engine).await else {
        return;
    };
    if address(&client).is_some() {
        let _closed = out.send(Msg::Outline(key, Err(Unread::Elsewhere))).await;
        return;
    }
    let mut known = None;
    loop {
        let (asked, before) = (project.clone(), known.clone());
        let look = move || {
            let times = Programs::changed(&asked);
            let read = (before.as_ref() != Some(&times)).then(|| outline(&asked));
            (times, read)
        };
        let Ok((times, read)) = spawn_blocking(look).await else {
            return;
        };
        known = Some(times);
        if let Some(read) = read
            && out.send(Msg::Outline(key.clone(), read)).await.is_err()
        {
            return;
        }
        sleep(FILES_PERIOD).await;
    }
}
