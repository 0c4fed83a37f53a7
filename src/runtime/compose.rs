//! What compose makes of a stack, told anew while its page is open. Must not know the page.
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, mpsc, watch};
use tokio::time::{sleep, timeout};

use crate::compose::Programs;
use crate::engine::Engine;
use crate::model::Key;
use crate::model::compose::Project;
use crate::msg::Msg;

/// Its files are looked at this often.
const PERIOD: Duration = Duration::from_secs(2);
/// A burst of events is one question.
const PAUSE: Duration = Duration::from_millis(200);

/// Says what compose makes of a project's files: whenever one of them has another time of change, the engine is another, or
/// `bell` rings for its images.
pub(super) async fn follow(
    (key, project): (Key, Box<Project>),
    (programs, engine): (Programs, watch::Receiver<Option<Engine>>),
    bell: Arc<Notify>,
    out: mpsc::Sender<Msg>,
) {
    let mut known = None;
    loop {
        let client = engine.borrow().clone();
        let environment = client.as_ref().and_then(Engine::environment);
        let now = (Programs::changed(&project), environment.cloned());
        if known.as_ref() != Some(&now) {
            let answer = programs.check(&project, environment).await.map(Box::new);
            if out.send(Msg::Compose(key.clone(), answer)).await.is_err() {
                return;
            }
            known = Some(now);
        }
        if timeout(PERIOD, bell.notified()).await.is_ok() {
            known = None;
            sleep(PAUSE).await;
        }
    }
}
