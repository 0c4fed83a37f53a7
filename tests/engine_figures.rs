//! Figures against each other: the kernel's files, the engine's answer, and what the docker command prints.
#![expect(
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test that cannot set its scene must fail, and one that does not apply says why"
)]
#[expect(dead_code, reason = "only what these tests need of it")]
#[path = "support/engine.rs"]
mod engine;

use std::process::Command;
use std::time::Duration;

use chrono::Utc;
use engine::{Fixture, Running, real_engine};
use stacktui::engine::cgroup::Cgroups;
use stacktui::engine::{Endpoint, Engine};
use stacktui::model::Counters;
use stacktui::sim::Scenario;

const LIMIT: Duration = Duration::from_secs(10);

/// One busy loop, 24 MiB of files in memory, a limit of 64.
fn busy(endpoint: &str, name: &str) -> Running {
    Fixture::new(endpoint, name)
        .memory("64m")
        .sh("dd if=/dev/zero of=/dev/shm/x bs=1M count=24 2>/dev/null; while :; do :; done")
        .run()
}

fn near(a: Option<u64>, b: Option<u64>, slack: u64) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a.abs_diff(b) <= slack,
        (a, b) => a == b,
    }
}

/// What holds of two readings of the same container taken one after the other.
fn agree(files: &Counters, api: &Counters) {
    let both = format!("{files:#?}\n{api:#?}");
    assert!(near(files.memory, api.memory, 2 << 20), "memory {both}");
    assert_eq!(files.memory_limit, api.memory_limit, "limit {both}");
    assert_eq!(files.online_cpus, api.online_cpus, "cpus {both}");
    assert!(near(files.pids, api.pids, 1), "pids {both}");
    let apart = 3_000_000_000;
    assert!(near(files.cpu_total, api.cpu_total, apart), "cpu {both}");
    let cpus = u64::from(api.online_cpus.unwrap_or(1));
    let system = near(files.cpu_system, api.cpu_system, apart * cpus);
    assert!(system, "system {both}");
    assert!(near(files.net_rx, api.net_rx, 4096), "net {both}");
    assert!(near(files.net_tx, api.net_tx, 4096), "net {both}");
    assert!(near(files.block_read, api.block_read, 1 << 20), "{both}");
    assert!(near(files.block_write, api.block_write, 1 << 20), "{both}");
}

#[tokio::test]
async fn the_kernels_files_tell_what_the_engine_tells() {
    let test = "the_kernels_files_tell_what_the_engine_tells";
    let Some(endpoint) = real_engine(test) else {
        return;
    };
    let lone = busy(&endpoint, "figures-");
    let networked = busy(&endpoint, "figures-net-");
    networked.docker(&["network", "disconnect", "none", &networked.name]);
    // Machines that allow no packet filter have no bridge to be on; the rest of the figures still counts.
    let bridge = Command::new("docker")
        .args(["network", "connect", "bridge", &networked.name])
        .env("DOCKER_HOST", &endpoint)
        .output();
    if !bridge.is_ok_and(|done| done.status.success()) {
        eprintln!("{test}: no bridge, so only `none` is compared");
    }
    let engine = Engine::open(&Endpoint::parse(&endpoint).expect("an endpoint"))
        .await
        .expect("an engine");
    tokio::time::sleep(Duration::from_secs(2)).await;
    let mut groups = Cgroups::default();
    for it in [&lone, &networked] {
        let Some(first) = groups.read(&it.id, Utc::now) else {
            eprintln!("{test}: skipped, this engine's control groups are not this kernel's");
            return;
        };
        let api = engine.stats_once(&it.id, LIMIT).await.expect("figures");
        let then = Utc::now();
        agree(&first, &api);
        tokio::time::sleep(Duration::from_secs(2)).await;
        groups.begin();
        let second = groups.read(&it.id, Utc::now).expect("it still runs");
        let later = engine.stats_once(&it.id, LIMIT).await.expect("figures");
        let by_files = second.sample(Some((&first, then)), Utc::now());
        let by_api = later.sample(Some((&api, then)), Utc::now());
        let (a, b) = (by_files.cpu.expect("cpu"), by_api.cpu.expect("cpu"));
        // A busy loop takes what the machine gives, which other tests change from second to second.
        assert!(a > 5.0 && b > 5.0 && (a - b).abs() < 60.0, "{a} {b}");
    }
    // What does not run has no files, and the engine is asked.
    lone.docker(&["stop", "--time", "0", &lone.name]);
    groups.begin();
    assert_eq!(groups.read(&lone.id, Utc::now), None);
    assert_eq!(groups.read(&"0".repeat(64), Utc::now), None);
}

/// What `docker stats` prints of a container: CPU percent, and memory in bytes.
fn docker_stats(endpoint: &str, id: &str) -> (f64, f64) {
    let printed = Command::new("docker")
        .args([
            "stats",
            "--no-stream",
            "--format",
            "{{.CPUPerc}} {{.MemUsage}}",
            id,
        ])
        .env("DOCKER_HOST", endpoint)
        .env_remove("DOCKER_CONTEXT")
        .output()
        .expect("the docker command");
    let printed = String::from_utf8_lossy(&printed.stdout).into_owned();
    let mut words = printed.split_whitespace();
    let cpu = words
        .next()
        .and_then(|word| word.trim_end_matches('%').parse().ok());
    let memory = words.next().and_then(|word| {
        let unit = word.find(|c: char| c.is_ascii_alphabetic())?;
        let (number, unit) = word.split_at(unit);
        let factor = match unit {
            "B" => 1.0,
            "KiB" => 1024.0,
            "MiB" => 1024.0 * 1024.0,
            "GiB" => 1024.0 * 1024.0 * 1024.0,
            _ => return None,
        };
        Some(number.parse::<f64>().ok()? * factor)
    });
    (
        cpu.unwrap_or_else(|| unreadable(&printed)),
        memory.unwrap_or_else(|| unreadable(&printed)),
    )
}

fn unreadable(printed: &str) -> f64 {
    eprintln!("docker stats printed {printed:?}");
    f64::NAN
}

async fn compare(endpoint: &str, id: &str) {
    let engine = Engine::open(&Endpoint::parse(endpoint).expect("an endpoint"))
        .await
        .expect("an engine");
    let first = engine.stats_once(id, LIMIT).await.expect("figures");
    let then = Utc::now();
    let (address, which) = (endpoint.to_owned(), id.to_owned());
    let (cpu, memory) = tokio::task::spawn_blocking(move || docker_stats(&address, &which))
        .await
        .expect("docker stats");
    let second = engine.stats_once(id, LIMIT).await.expect("figures");
    let ours = second.sample(Some((&first, then)), Utc::now());
    let own_cpu = ours.cpu.expect("cpu");
    assert!((own_cpu - cpu).abs() < 60.0, "cpu: {own_cpu} and {cpu}");
    let own = ours.memory.expect("memory") as f64;
    // Four digits are printed.
    assert!(
        (own - memory).abs() <= 0.05 * own + 2e6,
        "memory: {own} and {memory}"
    );
}

#[tokio::test]
async fn figures_are_those_of_docker_stats_on_a_real_engine() {
    let Some(endpoint) = real_engine("figures_are_those_of_docker_stats_on_a_real_engine") else {
        return;
    };
    let it = busy(&endpoint, "figures-docker-");
    tokio::time::sleep(Duration::from_secs(1)).await;
    compare(&endpoint, &it.id).await;
}

#[tokio::test]
async fn figures_are_those_of_docker_stats_on_the_simulated_engine() {
    if Command::new("docker").arg("--version").output().is_err() {
        eprintln!("figures_are_those_of_docker_stats_on_the_simulated_engine: skipped, no docker");
        return;
    }
    let dir = tempfile::tempdir().expect("a directory");
    let socket = dir.path().join("docker.sock");
    let scenario = Scenario::named("systeme-ticketing").expect("the built-in scenario");
    let sim = stacktui::sim::Sim::new(scenario);
    let serving = tokio::spawn(serve(sim, socket.clone()));
    let endpoint = format!("unix://{}", socket.display());
    while !socket.exists() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let engine = Engine::open(&Endpoint::parse(&endpoint).expect("an endpoint"))
        .await
        .expect("the simulated engine");
    let host = stacktui::model::HostId(0);
    let rows = engine.list(host, Utc::now()).await.expect("a list");
    for name in ["zammad-elasticsearch", "grafana"] {
        let row = rows.iter().find(|row| row.name.contains(name));
        let row = row.expect("a container of the scenario");
        compare(&endpoint, &row.key.id).await;
    }
    serving.abort();
}

async fn serve(sim: stacktui::sim::Sim, socket: std::path::PathBuf) {
    let served = sim.listen_unix(&socket).await;
    served.expect("the simulated engine listens");
}
