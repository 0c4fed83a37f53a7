//! Several hosts under one screen: the real loop over simulated engines, some of them bad, with a paused clock.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set its scene must fail"
)]
#[expect(dead_code, reason = "only what these tests need of it")]
#[path = "support/driver.rs"]
mod driver;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use driver::{Driver, built_in, on_local, on_sim};
use stacktui::engine::{BoxedIo, Candidate, Connector, Endpoint};
use stacktui::sim::Sim;
use tokio::io::copy_bidirectional;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

type Opened = Vec<(String, Vec<Candidate>)>;

fn sim(scenario: &str) -> Arc<Sim> {
    Arc::new(Sim::new(built_in(scenario)))
}

fn at(connector: Connector) -> Vec<Candidate> {
    vec![Candidate::new(Endpoint::Custom(connector), "test")]
}

/// Connecting never ends.
fn hangs() -> Vec<Candidate> {
    at(Connector::new(|| Box::pin(std::future::pending())))
}

/// Each connection is there after ten seconds.
fn slow(sim: &Arc<Sim>) -> Vec<Candidate> {
    let sim = Arc::clone(sim);
    at(Connector::new(move || {
        let sim = Arc::clone(&sim);
        Box::pin(async move {
            sleep(Duration::from_secs(10)).await;
            Ok(Box::new(sim.connect()) as BoxedIo)
        })
    }))
}

/// Once it is told to die every connection is cut and none is taken any more.
fn mortal(sim: &Arc<Sim>, dies: &watch::Receiver<bool>) -> Vec<Candidate> {
    let (sim, dies) = (Arc::clone(sim), dies.clone());
    at(Connector::new(move || {
        if *dies.borrow() {
            let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
            return Box::pin(std::future::ready(Err(refused)));
        }
        let (near, mut far) = tokio::io::duplex(64 << 10);
        let (mut engine, mut dies) = (sim.connect(), dies.clone());
        tokio::spawn(async move {
            tokio::select! {
                _ = copy_bidirectional(&mut far, &mut engine) => {}
                _ = dies.wait_for(|dead| *dead) => {}
            }
        });
        Box::pin(std::future::ready(Ok(Box::new(near) as BoxedIo)))
    }))
}

const GOOD: usize = 47;
/// Containers of each, which all run.
const EACH: usize = 20;

fn good(sims: &[Arc<Sim>]) -> Opened {
    let host = |(n, sim): (usize, &Arc<Sim>)| (format!("host-{n:02}"), on_sim(sim));
    sims.iter().enumerate().map(host).collect()
}

fn sims() -> Vec<Arc<Sim>> {
    (0..GOOD).map(|_| sim("generated:20")).collect()
}

/// All containers of the good hosts that run, as the header counts them, and figures.
fn complete(screen: &str, up: &str) -> bool {
    let first = screen.lines().next().unwrap_or_default();
    first.contains(up) && first.contains("cpu")
}

#[tokio::test(start_paused = true)]
async fn of_fifty_hosts_one_dead_one_slow_and_one_dying_delay_no_other() {
    Box::pin(on_local(async {
        let all = format!(" {} up", EACH * GOOD);
        let with_dying = format!(" {} up", EACH * (GOOD + 1));

        let alone = sims();
        let begun = Instant::now();
        let it = Driver::on_hosts(good(&alone), (160, 40));
        it.until("47 alone", |s| complete(s, &all)).await;
        let took_alone = begun.elapsed();
        assert_eq!(it.quit().await, 0);

        let others = sims();
        let (kill, dies) = watch::channel(false);
        let (late, dying) = (sim("generated:20"), sim("generated:20"));
        let mut hosts: Opened = vec![
            ("dead".to_owned(), hangs()),
            ("slow".to_owned(), slow(&late)),
            ("dying".to_owned(), mortal(&dying, &dies)),
        ];
        hosts.extend(good(&others));
        let begun = Instant::now();
        let it = Driver::on_hosts(hosts, (160, 40));
        it.until("48 of 50", |s| complete(s, &with_dying)).await;
        let took = begun.elapsed();
        // The screen is looked at every 50 ms.
        let slack = Duration::from_millis(50);
        assert!(took <= took_alone + slack, "{took:?}, alone {took_alone:?}");

        // One dies: it is named, and the figures of all others go on at their pace.
        kill.send_replace(true);
        it.until("it is named", |s| s.contains("down") && s.contains("47 up"))
            .await;
        let before: Vec<u64> = others.iter().map(|sim| sim.requests()).collect();
        sleep(Duration::from_secs(10)).await;
        for (sim, before) in others.iter().zip(before) {
            let asked = sim.requests() - before;
            // Figures twice a second at most, within a budget of its own.
            assert!((50..=210).contains(&asked), "{asked} requests in 10 s");
        }
        it.press("0").await;
        it.until("each by its name", |s| {
            ["✖ dead", "✖ dying", "● host-00"]
                .iter()
                .all(|name| s.contains(name))
        })
        .await;
        it.press("G").await;
        it.sees("✖ slow").await;
        assert_eq!(it.quit().await, 0);
    }))
    .await;
}

#[tokio::test(start_paused = true)]
async fn nothing_is_left_of_hosts_that_were_closed() {
    on_local(async {
        let tasks = || Handle::current().metrics().num_alive_tasks();
        let first = sim("front");
        let it = Driver::on_hosts(vec![("first".to_owned(), on_sim(&first))], (120, 40));
        it.sees("web-1").await;
        it.press("0").await;
        sleep(Duration::from_secs(30)).await;
        let quiet = (tasks(), first.connections());
        assert_eq!(it.quit().await, 0);
        drop(first);
        sleep(Duration::from_secs(1)).await;

        let first = sim("front");
        let others: Vec<Arc<Sim>> = (0..9).map(|_| sim("front")).collect();
        let mut hosts = vec![("first".to_owned(), on_sim(&first))];
        hosts.extend(good(&others));
        hosts.push(("zdead".to_owned(), hangs()));
        let it = Driver::on_hosts(hosts, (120, 40));
        it.sees("10 up").await;
        it.press("0").await;
        it.sees("zdead").await;
        let busy = tasks();
        it.press("j *").await;
        // The mark goes off the one that stays.
        it.press("g space -").await;
        it.until("one is left", |s| {
            !s.contains("host-0") && !s.contains("zdead")
        })
        .await;
        sleep(Duration::from_secs(30)).await;
        for sim in &others {
            assert_eq!(sim.connections(), 0);
        }
        // They live on their own while somebody holds them.
        drop(others);
        sleep(Duration::from_secs(1)).await;
        let now = (tasks(), first.connections());
        assert!(busy > quiet.0 + 9, "{busy}, {quiet:?}");
        assert!(now.0 <= quiet.0 && now.1 <= quiet.1, "{now:?}, {quiet:?}");
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn keys_act_on_the_host_that_is_looked_at() {
    on_local(async {
        let (a, b) = (sim("front"), sim("front"));
        let hosts = vec![
            ("alpha".to_owned(), on_sim(&a)),
            ("beta".to_owned(), on_sim(&b)),
        ];
        let it = Driver::on_hosts(hosts, (140, 40));
        it.sees("2 hosts").await;
        it.until("both", |s| s.matches("web-1").count() == 2).await;
        it.press("0 G enter").await;
        it.until("beta alone", |s| {
            s.contains("only beta") && s.matches("web-1").count() == 1
        })
        .await;
        it.press("/").await;
        it.type_in("web").await;
        it.press("enter r").await;
        it.sees("web-1 on beta restarted").await;
        it.press("esc esc").await;
        it.until("all again", |s| s.matches("web-1").count() == 2)
            .await;
        it.press("8").await;
        it.until("the restart is beta's", |s| {
            let restarts: Vec<&str> = s.lines().filter(|l| l.contains("restart")).collect();
            !restarts.is_empty() && restarts.iter().all(|l| l.contains("beta"))
        })
        .await;
        // From there to the thing itself, and into its log, on its own host.
        it.press("G enter").await;
        it.until("details", |s| s.contains("beta") && s.contains("details"))
            .await;
        it.press("l").await;
        it.until("its log", |s| s.contains("GET ")).await;
        assert_eq!(it.quit().await, 0);
    })
    .await;
}

fn context(dir: &Path, name: &str, endpoint: &str) {
    let place = dir.join("contexts/meta").join(name);
    std::fs::create_dir_all(&place).expect("a directory");
    let meta = format!(r#"{{"Name":"{name}","Endpoints":{{"docker":{{"Host":"{endpoint}"}}}}}}"#);
    std::fs::write(place.join("meta.json"), meta).expect("a file");
}

/// On the real clock: a socket does not know of another.
#[tokio::test]
async fn a_docker_context_is_opened_beside_and_closed() {
    on_local(async {
        let dir = tempfile::tempdir().expect("a directory");
        let socket = dir.path().join("second.sock");
        let (first, second) = (sim("front"), sim("systeme-ticketing"));
        let listening = tokio::spawn({
            let (second, socket) = (Arc::clone(&second), socket.clone());
            async move { second.listen_unix(&socket).await }
        });
        context(
            dir.path(),
            "second",
            &format!("unix://{}", socket.display()),
        );
        let folder = dir.path().to_owned();
        let it = Driver::with(on_sim(&first), (120, 40), |runner| {
            runner.sources.env.docker_config = Some(folder);
        });
        it.sees("web-1").await;
        it.press("+").await;
        it.sees("second").await;
        it.press("enter").await;
        it.until("both", |s| s.contains("2 hosts") && s.contains("zammad-1"))
            .await;
        it.press("0 g -").await;
        it.until("it is gone", |s| {
            s.contains("● srv-front") && !s.contains("● second")
        })
        .await;
        assert_eq!(it.quit().await, 0);
        listening.abort();
    })
    .await;
}
