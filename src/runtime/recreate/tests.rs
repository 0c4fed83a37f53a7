//! When a new one is well, and how patiently the old one is put back.
use std::io;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream};
use tokio::task::JoinSet;

use super::verdict::SETTLE;
use super::*;
use crate::engine::{Borrower, BoxedIo, Connector, Endpoint, Keyring};
use crate::lang::Words;
use crate::model::{HostId, RunState};
use crate::sim::{Scenario, Sim};

/// A container of a simulated engine as its details are, running, without a check.
async fn details() -> Details {
    let scenario = Scenario::named("systeme-ticketing").unwrap();
    let candidate = super::super::demo::simulated(scenario).remove(0);
    let engine = Engine::open(&candidate.endpoint.unwrap()).await.unwrap();
    let rows = engine.list(HostId(0), clock::now()).await.unwrap();
    let mut details = engine.details(&rows[0].key, clock::now()).await.unwrap();
    details.state = RunState::Running;
    details.health = None;
    details.restart_count = 0;
    details
}

#[tokio::test]
async fn an_end_is_a_failure_whatever_its_exit_code() {
    for policy in ["no", "on-failure", "always", "unless-stopped"] {
        for code in [0, 1] {
            let ended = Details {
                state: RunState::Exited,
                exit_code: code,
                oom_killed: false,
                restart_policy: policy.to_owned(),
                ..details().await
            };
            let verdict = verdict(&ended, Duration::ZERO, None);
            let Some(Err(unwell)) = verdict else {
                panic!("{policy} {code}: {verdict:?}")
            };
            assert!(unwell.why.as_str().starts_with("ended: "), "{unwell:?}");
        }
    }
}

#[tokio::test]
async fn without_a_check_it_is_well_once_it_has_settled() {
    let running = details().await;
    assert_eq!(verdict(&running, Duration::ZERO, None), None);
    assert_eq!(verdict(&running, SETTLE, None), Some(Ok(())));
    // With one it is waited for.
    let grace = Some(Duration::from_secs(60));
    assert_eq!(verdict(&running, SETTLE, grace), None);
    let late = verdict(&running, Duration::from_secs(60), grace);
    assert!(matches!(late, Some(Err(_))));
}

/// The connections of a client; without them there are none any more.
type Cord = Arc<Mutex<Option<JoinSet<()>>>>;

/// Carries a connection; one that asks for a container to be made is cut after the engine has heard it.
async fn carry(mut far: DuplexStream, mut server: impl AsyncRead + AsyncWrite + Unpin, deaf: bool) {
    loop {
        let (mut asked, mut answer) = ([0; 1 << 12], [0; 1 << 12]);
        tokio::select! {
            Ok(n @ 1..) = far.read(&mut asked) => {
                server.write_all(&asked[..n]).await.unwrap();
                if deaf && asked[..n].starts_with(b"POST") && asked.windows(18).any(|at| at == b"/containers/create") {
                    let heard = tokio::io::copy(&mut far, &mut server);
                    let _rest = tokio::time::timeout(Duration::from_secs(1), heard).await;
                    return;
                }
            }
            Ok(n @ 1..) = server.read(&mut answer) => {
                if far.write_all(&answer[..n]).await.is_err() {
                    return;
                }
            }
            else => return,
        }
    }
}

/// A client of this engine, and what cuts it for good. A deaf one never hears that a container was made.
async fn client(sim: &Sim, deaf: bool) -> (Engine, Cord) {
    let cord: Cord = Arc::new(Mutex::new(Some(JoinSet::new())));
    let (held, sim) = (Arc::clone(&cord), sim.clone());
    let connector = Connector::new(move || {
        let opened = match held.lock().unwrap().as_mut() {
            None => Err(io::Error::from(io::ErrorKind::ConnectionRefused)),
            Some(open) => {
                let (near, far) = tokio::io::duplex(1 << 16);
                open.spawn(carry(far, sim.connect(), deaf));
                Ok(Box::new(near) as BoxedIo)
            }
        };
        Box::pin(std::future::ready(opened))
    });
    let engine = Engine::open(&Endpoint::Custom(connector)).await.unwrap();
    (engine, cord)
}

/// A put-back over a client that is cut when the two have changed places, and where a newer one comes after `back`.
async fn put_back(back: Option<Duration>) -> (Failure, Details, Duration) {
    let sim = Sim::new(Scenario::named("systeme-ticketing").unwrap());
    let ((cut, cord), (good, _held)) = (client(&sim, false).await, client(&sim, false).await);
    let rows = good.list(HostId(0), clock::now()).await.unwrap();
    let old = rows.iter().find(|row| row.short_name() == "grafana-1");
    let old = old.unwrap().key.clone();
    let plan = good.blueprint(&old).await.unwrap();
    let (newest, current) = watch::channel(None);
    let (told, _steps) = mpsc::channel(64);
    let steps = Steps { id: JobId(1), told };
    let line = Line {
        engine: cut,
        newest: Some(current),
        keyring: Keyring::default(),
        moves: Moves::default(),
        unfinished: Unfinished::default(),
    };
    let mut exchange = Exchange::new(line, &old, plan, Duration::from_secs(60));
    let made = exchange.make().await.unwrap();
    let new = Key::container(old.host, &made.id);
    exchange.change_places(&new, &steps).await.unwrap();
    cord.lock().unwrap().take();
    let again = good.clone();
    let returns = async move {
        if let Some(back) = back {
            tokio::time::sleep(back).await;
            newest.send_replace(Some(again));
        }
        std::future::pending::<()>().await;
    };
    let began = Instant::now();
    let failure = tokio::select! {
        failure = exchange.put_back(&new, Words::as_is("it is bad").into(), &steps) => failure,
        () = returns => unreachable!("it never ends"),
    };
    let took = began.elapsed();
    let now = good.details(&old, clock::now()).await.unwrap();
    (failure, now, took)
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_is_away_for_a_while_has_the_old_one_put_back_after_that() {
    let (failure, now, _) = put_back(Some(Duration::from_secs(20))).await;
    assert_eq!(
        failure.what.as_str(),
        "it is bad; the old one is back as it was"
    );
    assert_eq!(
        (now.name.contains(".old-"), now.state.is_live()),
        (false, true)
    );
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_stays_away_is_told_with_what_to_do_by_hand() {
    let (failure, now, took) = put_back(None).await;
    assert!(took >= PATIENCE, "{took:?}");
    // First, as a row and a message are short.
    let first = failure
        .what
        .as_str()
        .starts_with("by hand: docker rm --force ");
    assert!(first, "{failure:?}");
    assert!(
        failure.what.as_str().contains("&& docker start "),
        "{failure:?}"
    );
    assert!(now.name.contains(".old-"));
}

#[tokio::test(start_paused = true)]
async fn who_lives_in_it_is_made_anew_over_the_newest_client() {
    let sim = Sim::new(Scenario::named("systeme-ticketing").unwrap());
    let ((cut, cord), (good, _held)) = (client(&sim, false).await, client(&sim, false).await);
    cord.lock().unwrap().take();
    let rows = good.list(HostId(0), clock::now()).await.unwrap();
    let key = |name| {
        let row = rows.iter().find(|row| row.short_name() == name);
        row.unwrap().key.clone()
    };
    let borrower = Borrower {
        key: key("grafana-1"),
        name: "grafana-1".to_owned(),
        what: "network".to_owned(),
    };
    let moved = Moved {
        old: Key::container(HostId(0), "gone"),
        name: "gone".to_owned(),
        new: key("prometheus-1"),
    };
    let line = Line {
        engine: cut,
        newest: Some(watch::channel(Some(good)).1),
        keyring: Keyring::default(),
        moves: Moves::default(),
        unfinished: Unfinished::default(),
    };
    let (told, _steps) = mpsc::channel(64);
    let steps = Steps { id: JobId(1), told };
    let limit = Duration::from_secs(60);
    let seen = others::see_to(&line, &moved, &[borrower], true, limit, &steps).await;
    let well = "made anew too: grafana-1 (network)".to_owned();
    assert_eq!(seen, Some((true, well)));
}

#[tokio::test(start_paused = true)]
async fn a_request_that_was_heard_and_not_answered_leaves_nothing() {
    let sim = Sim::new(Scenario::named("systeme-ticketing").unwrap());
    let ((deaf, _cord), (good, _held)) = (client(&sim, true).await, client(&sim, false).await);
    let before = good.list(HostId(0), clock::now()).await.unwrap();
    let (told, _steps) = mpsc::channel(64);
    let steps = Steps { id: JobId(1), told };
    let limit = Duration::from_secs(60);
    let old = &before[0].key;
    let failure = run(deaf.into(), old, false, limit, &steps).await;
    let failure = failure.unwrap_err();
    assert!(
        failure.what.as_str().ends_with("nothing was touched"),
        "{failure:?}"
    );
    let after = good.list(HostId(0), clock::now()).await.unwrap();
    let names = |rows: &[crate::model::Container]| {
        let names = rows.iter().map(|row| row.name.clone());
        names.collect::<Vec<String>>()
    };
    assert_eq!(names(&before), names(&after));
}

/// How making grafana anew goes when the program is to end as it begins, and what there is of it then.
async fn left(pull: bool, begun: bool) -> (Result<Key, Failure>, Vec<String>) {
    let sim = Sim::new(Scenario::named("systeme-ticketing").unwrap());
    let (engine, _held) = client(&sim, false).await;
    let rows = engine.list(HostId(0), clock::now()).await.unwrap();
    let old = rows.iter().find(|row| row.short_name() == "grafana-1");
    let old = old.unwrap().key.clone();
    let (told, mut heard) = mpsc::channel(64);
    let steps = Steps { id: JobId(1), told };
    let line = Line::from(engine.clone());
    let unfinished = line.unfinished.clone();
    if !begun {
        unfinished.leave();
    }
    let leaves = async {
        while let Some(Msg::Job(JobMsg::Step { words, .. })) = heard.recv().await {
            if words == "stopping the old one" {
                unfinished.leave();
            }
        }
        std::future::pending::<()>().await;
    };
    let limit = Duration::from_secs(60);
    let ended = tokio::select! {
        ended = run(line, &old, pull, limit, &steps) => ended,
        () = leaves => unreachable!("it never ends"),
    };
    let rows = engine.list(HostId(0), clock::now()).await.unwrap();
    let of_it = rows.iter().filter(|row| row.name.contains("grafana-1"));
    let names = of_it.map(|row| format!("{} {}", row.short_name(), row.state.word()));
    (ended, names.collect())
}

#[tokio::test(start_paused = true)]
async fn the_programs_end_gives_up_what_has_touched_nothing_and_finishes_the_rest() {
    for pull in [true, false] {
        let (ended, there) = left(pull, false).await;
        let why = ended.unwrap_err().what;
        assert_eq!(why.as_str(), "the program was ended; nothing was touched");
        assert_eq!(there, ["grafana-1 running"]);
    }
    let (ended, there) = left(false, true).await;
    assert!(ended.is_ok(), "{ended:?}");
    assert_eq!(there, ["grafana-1 running"]);
}
