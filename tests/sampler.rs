//! Bad days of the sampler: the task itself on the simulated engine with a paused clock. What it tells stays right, what it
//! asks stays little, and nothing is left open.
#![expect(
    clippy::expect_used,
    reason = "a test that cannot set its scene must fail"
)]
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use stacktui::engine::{BoxedIo, Connector, Endpoint, Engine};
use stacktui::model::{HostId, Key, Sample};
use stacktui::msg::HostMsg;
use stacktui::runtime::clock;
use stacktui::runtime::sampler::{self, Pace, Wanted, focus};
use stacktui::sim::{Fault, Scenario, Sim};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::sleep;

const HOST: HostId = HostId(0);

fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// A sampler at work on a simulated engine.
struct Bench {
    sim: Arc<Sim>,
    engine: watch::Sender<Option<Engine>>,
    wanted: watch::Sender<Wanted>,
    told: mpsc::Receiver<(HostId, HostMsg)>,
    tasks: [JoinHandle<()>; 2],
    live: BTreeSet<Key>,
    cpus: f64,
}

/// What was told within a while.
#[derive(Default)]
struct Told {
    samples: BTreeMap<Key, Vec<(DateTime<Utc>, Sample)>>,
    none: BTreeSet<Key>,
}

impl Told {
    fn all(&self) -> impl Iterator<Item = &(DateTime<Utc>, Sample)> {
        self.samples.values().flatten()
    }

    /// Containers with a figure of CPU.
    fn known(&self) -> usize {
        let known = |list: &&Vec<(_, Sample)>| list.iter().any(|(_, s)| s.cpu.is_some());
        self.samples.values().filter(known).count()
    }

    /// The mean of a figure over all samples that have it.
    fn mean(&self, figure: fn(&Sample) -> Option<f64>) -> f64 {
        let figures: Vec<f64> = self.all().filter_map(|(_, s)| figure(s)).collect();
        figures.iter().sum::<f64>() / figures.len() as f64
    }
}

impl Bench {
    async fn on(scenario: &str) -> Self {
        let sim = Arc::new(Sim::new(
            Scenario::named(scenario).expect("a built-in scenario"),
        ));
        let behind = Arc::clone(&sim);
        let connector = Connector::new(move || {
            let connection: BoxedIo = Box::new(behind.connect());
            Box::pin(std::future::ready(Ok(connection)))
        });
        let endpoint = Endpoint::Custom(connector);
        let engine = Box::pin(Engine::open(&endpoint)).await.expect("an engine");
        let listed = engine.list(HOST, clock::now()).await.expect("a list");
        let live = listed.into_iter().filter(|c| c.state.is_live());
        let live: BTreeSet<Key> = live.map(|c| c.key).collect();
        let cpus = f64::from(engine.info().cpus.expect("a number"));
        let wanted = watch::Sender::new(Wanted {
            near: live.clone(),
            ..Wanted::default()
        });
        let engine = watch::Sender::new(Some(engine));
        let (out, told) = mpsc::channel(100_000);
        let sampler = sampler::run(
            HOST,
            Pace::default(),
            engine.subscribe(),
            wanted.subscribe(),
            out.clone(),
        );
        let focus = focus::run(HOST, engine.subscribe(), wanted.subscribe(), out);
        Self {
            sim,
            engine,
            wanted,
            told,
            tasks: [tokio::spawn(sampler), tokio::spawn(focus)],
            live,
            cpus,
        }
    }

    /// What it tells from now on, for so long. Every figure must be one that can be.
    async fn tells(&mut self, within: Duration) -> Told {
        let mut told = Told::default();
        let end = tokio::time::Instant::now() + within;
        while let Ok(Some((_, msg))) = tokio::time::timeout_at(end, self.told.recv()).await {
            match msg {
                HostMsg::Samples(samples) => {
                    for (key, sample) in samples {
                        self.can_be(&sample);
                        let list = told.samples.entry(key).or_default();
                        list.push((clock::now(), sample));
                    }
                }
                HostMsg::NoSample(keys) => told.none.extend(keys),
                _ => {}
            }
        }
        told
    }

    fn can_be(&self, sample: &Sample) {
        let cpu = sample.cpu.unwrap_or(0.0);
        assert!((0.0..=self.cpus * 100.0).contains(&cpu), "{sample:?}");
        let rates = [
            sample.net_rx,
            sample.net_tx,
            sample.block_read,
            sample.block_write,
        ];
        for rate in rates.into_iter().flatten() {
            assert!((0.0..1e8).contains(&rate), "{sample:?}");
        }
    }

    /// Requests a second over so long.
    async fn rate(&mut self, within: Duration) -> f64 {
        let before = self.sim.requests();
        self.tells(within).await;
        (self.sim.requests() - before) as f64 / within.as_secs_f64()
    }

    /// Nothing is wanted any more, and after a while nothing but idle connections is there.
    async fn ends(self) {
        self.wanted.send_replace(Wanted::default());
        sleep(seconds(30)).await;
        let before = self.sim.requests();
        sleep(seconds(60)).await;
        assert_eq!(self.sim.requests(), before, "nothing is asked for nobody");
        drop(self.told);
        drop((self.engine, self.wanted));
        for task in self.tasks {
            task.await.expect("it ended by itself");
        }
        sleep(seconds(1)).await;
        assert_eq!(self.sim.connections(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn stats_that_are_404_in_the_middle_blank_the_row_and_come_back() {
    let mut it = Bench::on("systeme-ticketing").await;
    let good = it.tells(seconds(20)).await;
    assert_eq!(good.known(), it.live.len());
    it.sim.set_fault(Some(Fault::NoStats));
    let before = it.sim.requests();
    let bad = it.tells(seconds(30)).await;
    assert_eq!(bad.none, it.live, "each is said to have none now");
    let asked = (it.sim.requests() - before) as usize;
    assert!(asked <= 5 * it.live.len(), "less and less often: {asked}");
    it.sim.set_fault(None);
    let again = it.tells(seconds(60)).await;
    assert_eq!(again.known(), it.live.len());
    it.ends().await;
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_is_busy_is_asked_less_and_later_as_before() {
    let mut it = Bench::on("generated:300").await;
    it.rate(seconds(60)).await;
    let usual = it.rate(seconds(60)).await;
    assert!((10.0..=19.0).contains(&usual), "{usual}");
    it.sim.set_fault(Some(Fault::Slow(seconds(2))));
    it.rate(seconds(40)).await;
    let busy = it.rate(seconds(30)).await;
    assert!((0.1..usual / 4.0).contains(&busy), "{busy} of {usual}");
    it.sim.set_fault(None);
    it.rate(seconds(150)).await;
    let after = it.rate(seconds(60)).await;
    assert!(after > usual * 0.9, "{after} of {usual}");
    it.ends().await;
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_answers_after_ten_seconds_leaves_nothing_open() {
    let mut it = Bench::on("systeme-ticketing").await;
    it.tells(seconds(20)).await;
    let open = it.sim.connections();
    it.sim.set_fault(Some(Fault::Slow(seconds(10))));
    let before = it.sim.requests();
    let bad = it.tells(seconds(120)).await;
    let asked = (it.sim.requests() - before) as usize;
    assert!(bad.none.is_empty(), "what is not known is not gone");
    assert!(
        asked <= 8 * it.live.len(),
        "{asked} requests in two minutes"
    );
    it.sim.set_fault(None);
    let again = it.tells(seconds(120)).await;
    assert_eq!(again.known(), it.live.len());
    assert!(it.sim.connections() <= open, "{}", it.sim.connections());
    it.ends().await;
}

#[tokio::test(start_paused = true)]
async fn counters_that_go_back_give_no_figure_once_and_then_a_right_one() {
    let mut it = Bench::on("systeme-ticketing").await;
    let usual = it.tells(seconds(60)).await.mean(|s| s.cpu);
    it.sim.set_fault(Some(Fault::Backwards));
    // Halved for good: the counters go on from there, at half the pace of the CPU's as of the machine's.
    let back = it.tells(seconds(60)).await;
    for list in back.samples.values() {
        let unknown = list.iter().filter(|(_, s)| s.cpu.is_none()).count();
        assert_eq!(unknown, 1, "{list:?}");
        assert!(list.iter().all(|(_, s)| s.memory.is_some()));
    }
    let after = back.mean(|s| s.cpu);
    assert!((after / usual - 1.0).abs() < 0.4, "{after} after {usual}");
    it.ends().await;
}

#[tokio::test(start_paused = true)]
async fn an_engines_clock_that_is_set_changes_no_figure_and_no_age() {
    let mut it = Bench::on("systeme-ticketing").await;
    let usual = it.tells(seconds(60)).await.mean(|s| s.net_rx);
    for step in [3_600, -3_600, -7 * 86_400, 0] {
        it.sim.set_fault(Some(Fault::Clock(step)));
        let told = it.tells(seconds(60)).await;
        assert!(told.none.is_empty());
        for (at, sample) in told.all() {
            let age = *at - sample.at;
            assert!(age < TimeDelta::seconds(2), "{age} old at once");
        }
        let mean = told.mean(|s| s.net_rx);
        assert!((mean / usual - 1.0).abs() < 0.4, "{mean} after {usual}");
    }
    it.ends().await;
}

#[tokio::test(start_paused = true)]
async fn no_number_of_cpus_in_a_reading_is_no_other_figure() {
    let mut it = Bench::on("systeme-ticketing").await;
    let usual = it.tells(seconds(60)).await.mean(|s| s.cpu);
    it.sim.set_fault(Some(Fault::NoCpus));
    let told = it.tells(seconds(60)).await;
    assert_eq!(told.known(), it.live.len());
    let mean = told.mean(|s| s.cpu);
    assert!((mean / usual - 1.0).abs() < 0.4, "{mean} after {usual}");
    it.ends().await;
}

#[tokio::test(start_paused = true)]
async fn a_stream_for_the_one_looked_at_closely_ends_with_the_look() {
    let mut it = Bench::on("systeme-ticketing").await;
    it.tells(seconds(20)).await;
    let open = it.sim.connections();
    for fault in [None, Some(Fault::NoStats), Some(Fault::Cut), None] {
        it.sim.set_fault(fault);
        let first = it.live.first().cloned().expect("one");
        it.wanted.send_modify(|wanted| {
            wanted.focused.insert(first.clone());
        });
        let told = it.tells(seconds(20)).await;
        if fault.is_none() {
            let each_second = told.samples.get(&first).map_or(0, Vec::len);
            assert!(each_second >= 18, "{each_second}");
        }
        it.wanted.send_modify(|wanted| wanted.focused.clear());
        it.tells(seconds(90)).await;
        assert!(it.sim.connections() <= open + 1, "{fault:?}");
    }
    it.ends().await;
}

/// What is not looked at waits where an engine must be asked for all of it: twenty readings a second are a thousand in 50 s.
/// How old a figure may become is bounded, and what is looked at keeps its pace.
#[tokio::test(start_paused = true)]
async fn by_asking_alone_a_screenful_of_a_thousand_stays_fresh_and_no_figure_is_older_than_three_minutes()
 {
    let mut it = Bench::on("generated:1000").await;
    let near: BTreeSet<Key> = it.live.iter().take(25).cloned().collect();
    let rest: BTreeSet<Key> = it.live.difference(&near).cloned().collect();
    let all = it.live.len();
    it.wanted.send_replace(Wanted {
        near: near.clone(),
        rest,
        ..Wanted::default()
    });
    let before = it.sim.requests();
    let told = it.tells(seconds(600)).await;
    let rate = (it.sim.requests() - before) as f64 / 600.0;
    assert!(rate <= 21.0, "{rate} requests a second");
    assert_eq!(told.samples.len(), all, "each has been read");
    let end = clock::now();
    // The first round of all is a burst that the budget spreads.
    for (key, samples) in &told.samples {
        let times = samples.iter().map(|(at, _)| *at).chain([end]);
        let times: Vec<DateTime<Utc>> = times.collect();
        let longest = times.windows(2).map(|two| two[1] - two[0]).max();
        let most = if near.contains(key) { 5 } else { 180 };
        let longest = longest.expect("the end is one");
        assert!(longest <= TimeDelta::seconds(most), "{key:?} {longest}");
    }
    it.ends().await;
}
