//! One key on many: how many the engine is asked for at once, and that each outcome is on its row and in the journal.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set its scene must fail"
)]
#[expect(dead_code, reason = "only what these tests need of it")]
#[path = "support/driver.rs"]
mod driver;

use std::sync::{Arc, Mutex};

use driver::{Driver, on_local};
use stacktui::engine::{BoxedIo, Candidate, Connector, Endpoint};
use stacktui::sim::{Connection, Scenario, Sim};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

/// Containers that are restarted.
const MANY: usize = 20;
/// Of the calls, counted from 1, those that the engine refuses.
const REFUSED: [usize; 3] = [2, 9, 17];
const REFUSAL: &[u8] = b"HTTP/1.1 500 Internal Server Error\r\nContent-Type: application/json\r\n\
Content-Length: 29\r\n\r\n{\"message\":\"no such runtime\"}";

/// What passed by.
#[derive(Debug, Default)]
struct Calls {
    begun: usize,
    now: usize,
    most: usize,
}

impl Calls {
    fn begin(&mut self) -> usize {
        self.begun += 1;
        self.now += 1;
        self.most = self.most.max(self.now);
        self.begun
    }
}

/// Carries a connection and counts the restarts under way on it: one at a time.
async fn carry(mut far: DuplexStream, mut server: Connection, calls: Arc<Mutex<Calls>>) {
    let locked = || calls.lock().expect("nobody panicked");
    let mut under_way = false;
    loop {
        let (mut asked, mut answer) = ([0; 1 << 14], [0; 1 << 14]);
        tokio::select! {
            Ok(n @ 1..) = far.read(&mut asked) => {
                let line = asked[..n].split(|byte| *byte == b'\r').next().unwrap_or_default();
                let is_restart = line.windows(9).any(|at| at == b"/restart?" || at == b"/restart ");
                under_way |= is_restart;
                let number = if is_restart { locked().begin() } else { 0 };
                if REFUSED.contains(&number) {
                    // Not at once: it counts among those that are under way.
                    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
                    locked().now -= 1;
                    under_way = false;
                    far.write_all(REFUSAL).await.expect("somebody waits");
                } else {
                    server.write_all(&asked[..n]).await.expect("the engine is there");
                }
            }
            Ok(n @ 1..) = server.read(&mut answer) => {
                if std::mem::take(&mut under_way) {
                    locked().now -= 1;
                }
                if far.write_all(&answer[..n]).await.is_err() {
                    return;
                }
            }
            else => return,
        }
    }
}

/// Rows of containers with this in them.
fn rows(screen: &str, text: &str) -> usize {
    screen.lines().filter(|line| line.contains(text)).count()
}

/// What the journal says of how the restarts went.
fn outcomes(it: &Driver, word: &str) -> usize {
    let files = std::fs::read_dir(it.journal()).expect("the journal");
    let texts = files.filter_map(|file| std::fs::read_to_string(file.ok()?.path()).ok());
    let all: String = texts.collect();
    let is_result = |line: &&str| {
        line.contains("container.restart")
            && line.contains("\"phase\":\"result\"")
            && line.contains(&format!("\"outcome\":\"{word}\""))
    };
    all.lines().filter(is_result).count()
}

#[tokio::test(start_paused = true)]
async fn many_are_done_eight_at_a_time_and_the_failed_ones_stay_marked() {
    on_local(async {
        let scenario = Scenario::named(&format!("generated:{MANY}")).expect("a scenario");
        let (sim, calls) = (Sim::new(scenario), Arc::new(Mutex::new(Calls::default())));
        let counted = Arc::clone(&calls);
        let connector = Connector::new(move || {
            let (near, far) = tokio::io::duplex(1 << 16);
            tokio::spawn(carry(far, sim.connect(), Arc::clone(&counted)));
            let near: BoxedIo = Box::new(near);
            Box::pin(std::future::ready(Ok(near)))
        });
        let candidate = Candidate::new(Endpoint::Custom(connector), "a simulated engine");
        let it = Driver::start(vec![candidate], (160, 60));
        it.sees("20 up").await;
        it.press("* r").await;
        it.until("all are over", |s| {
            rows(s, "restarting") == 0 && rows(s, " · restart failed") >= REFUSED.len()
        })
        .await;
        let screen = it.paper.text();
        let kept = |line: &&str| line.contains('◆') && line.contains(" · restart failed");
        assert_eq!(
            screen.lines().filter(kept).count(),
            REFUSED.len(),
            "{screen}"
        );
        assert_eq!(rows(&screen, "◆"), REFUSED.len(), "{screen}");
        assert_eq!(
            rows(&screen, "restarted in 0.2 s  "),
            MANY - REFUSED.len(),
            "{screen}"
        );
        let (begun, most) = {
            let calls = calls.lock().expect("nobody panicked");
            (calls.begun, calls.most)
        };
        assert_eq!((begun, most), (MANY, 8));
        assert_eq!(outcomes(&it, "failure"), REFUSED.len());
        assert_eq!(outcomes(&it, "success"), MANY - REFUSED.len());
        assert_eq!(it.quit().await, 0);
    })
    .await;
}
