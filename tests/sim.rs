//! The simulated engine through bollard, as the program itself talks to it: in process and over a
//! unix socket, with a paused clock wherever time counts.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's helpers fail as its body does"
)]

use std::collections::HashMap;
use std::time::Duration;

use bollard::container::LogOutput;
use bollard::errors::Error;
use bollard::exec::{CreateExecOptions, ResizeExecOptions, StartExecResults};
use bollard::models::{ContainerStatsResponse, HealthStatusEnum};
use bollard::query_parameters as q;
use bollard::{API_DEFAULT_VERSION, BollardRequest, Docker};
use futures::StreamExt as _;
use hyper_util::rt::TokioIo;
use stacktui::sim::{Fault, Scenario, Sim};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::Instant;

const ZAMMAD: &str = "systeme-ticketing-zammad-1";
const TRAEFIK: &str = "systeme-ticketing-traefik-1";

fn sim(name: &str) -> Sim {
    Sim::new(Scenario::named(name).unwrap())
}

/// bollard over in-process connections, one for each request as on a unix socket.
fn docker(sim: &Sim) -> Docker {
    let sim = sim.clone();
    let transport = move |request: BollardRequest| {
        let stream = sim.connect();
        let answer = async move {
            let io = TokioIo::new(stream);
            let (mut sender, connection) = hyper::client::conn::http1::handshake(io).await?;
            tokio::spawn(connection.with_upgrades());
            Ok(sender.send_request(request).await?)
        };
        Box::pin(answer) as std::pin::Pin<Box<dyn Future<Output = _> + Send>>
    };
    let address = Some("http://sim");
    Docker::connect_with_custom_transport(transport, address, 120, API_DEFAULT_VERSION).unwrap()
}

fn world() -> (Sim, Docker) {
    let sim = sim("systeme-ticketing");
    let docker = docker(&sim);
    (sim, docker)
}

fn status(error: &Error) -> (u16, String) {
    match error {
        Error::DockerResponseServerError {
            status_code,
            message,
        } => (*status_code, message.clone()),
        other => panic!("not an answer: {other:?}"),
    }
}

async fn state_of(docker: &Docker, name: &str) -> String {
    let full = docker.inspect_container(name, None).await.unwrap();
    full.state.unwrap().status.unwrap().to_string()
}

/// Names of the events of one container and its links, without the probes' noise.
async fn watch(docker: &Docker, name: &str) -> tokio::sync::mpsc::UnboundedReceiver<String> {
    let id = docker
        .inspect_container(name, None)
        .await
        .unwrap()
        .id
        .unwrap();
    let mut events = docker.events(None);
    let (sender, receiver) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some(Ok(event)) = events.next().await {
            let action = event.action.unwrap();
            let about = event.actor.unwrap();
            let actor = about.attributes.unwrap();
            if about.id.as_ref() != Some(&id) && actor.get("container") != Some(&id) {
                continue;
            }
            let signal = actor
                .get("signal")
                .map(|s| format!(" {s}"))
                .unwrap_or_default();
            let code = actor
                .get("exitCode")
                .map(|c| format!(" {c}"))
                .unwrap_or_default();
            if !action.starts_with("exec_")
                && sender.send(format!("{action}{signal}{code}")).is_err()
            {
                return;
            }
        }
    });
    tokio::time::sleep(Duration::from_millis(5)).await;
    receiver
}

fn heard(receiver: &mut tokio::sync::mpsc::UnboundedReceiver<String>) -> Vec<String> {
    std::iter::from_fn(|| receiver.try_recv().ok()).collect()
}

#[tokio::test(start_paused = true)]
async fn ping_version_and_info_answer() {
    let (_sim, docker) = world();
    assert_eq!(docker.ping().await.unwrap(), "OK");
    let version = docker.version().await.unwrap();
    assert_eq!(version.api_version.as_deref(), Some("1.45"));
    let info = docker.info().await.unwrap();
    assert_eq!(info.ncpu, Some(8));
    assert!(docker.df(None).await.is_ok());
    assert!(docker.list_networks(None).await.unwrap().len() == 5);
    assert!(
        docker
            .list_volumes(None::<q::ListVolumesOptions>)
            .await
            .unwrap()
            .volumes
            .unwrap()
            .len()
            >= 8
    );
    assert!(
        docker
            .list_images(None::<q::ListImagesOptions>)
            .await
            .unwrap()
            .len()
            > 10
    );
}

#[tokio::test(start_paused = true)]
async fn the_reference_stack_stands_as_it_should() {
    let (_sim, docker) = world();
    let options = q::ListContainersOptionsBuilder::default().all(true).build();
    let list = docker.list_containers(Some(options)).await.unwrap();
    assert_eq!(list.len(), 17);
    let find = |name: &str| {
        let slash = format!("/{name}");
        list.iter()
            .find(|c| c.names.as_ref().unwrap().contains(&slash))
            .unwrap()
    };
    assert_eq!(
        find(ZAMMAD).status.as_deref(),
        Some("Up 2 days (unhealthy)")
    );
    assert_eq!(
        find("backup-runner").status.as_deref(),
        Some("Exited (1) 13 hours ago")
    );
    let labels = find(TRAEFIK).labels.as_ref().unwrap();
    assert_eq!(labels["com.docker.compose.project"], "systeme-ticketing");
    assert_eq!(labels["com.docker.compose.service"], "traefik");
    assert_eq!(
        state_of(&docker, "systeme-ticketing-wikijs-1").await,
        "paused"
    );
    let zammad = docker.inspect_container(ZAMMAD, None).await.unwrap();
    let health = zammad.state.unwrap().health.unwrap();
    assert_eq!(health.status, Some(HealthStatusEnum::UNHEALTHY));
    assert!(
        health.log.unwrap()[0]
            .output
            .as_ref()
            .unwrap()
            .contains("timed out")
    );
    let running = docker.list_containers(None).await.unwrap();
    assert_eq!(running.len(), 15);
}

#[tokio::test(start_paused = true)]
async fn verbs_refuse_in_the_engines_words() {
    let (_sim, docker) = world();
    let missing = docker.start_container("nope", None).await.unwrap_err();
    assert_eq!(status(&missing), (404, "No such container: nope".into()));
    docker.start_container(TRAEFIK, None).await.unwrap();
    docker.stop_container("backup-runner", None).await.unwrap();
    let id = docker
        .inspect_container(TRAEFIK, None)
        .await
        .unwrap()
        .id
        .unwrap();
    let again = docker
        .pause_container("systeme-ticketing-wikijs-1")
        .await
        .unwrap_err();
    assert_eq!(status(&again).0, 409);
    let not = docker.unpause_container(TRAEFIK).await.unwrap_err();
    assert_eq!(status(&not), (500, format!("Container {id} is not paused")));
    let running = docker.remove_container(TRAEFIK, None).await.unwrap_err();
    assert!(
        status(&running)
            .1
            .starts_with("You cannot remove a running container")
    );
    let dead = docker
        .kill_container("backup-runner", None)
        .await
        .unwrap_err();
    assert_eq!(status(&dead).0, 409);
    let same = q::RenameContainerOptionsBuilder::default()
        .name(TRAEFIK)
        .build();
    let same = docker.rename_container(TRAEFIK, same).await.unwrap_err();
    assert_eq!(status(&same).0, 400);
    let taken = q::RenameContainerOptionsBuilder::default()
        .name(ZAMMAD)
        .build();
    let taken = docker.rename_container(TRAEFIK, taken).await.unwrap_err();
    assert_eq!(status(&taken).0, 409);
    docker.start_container(&id[..8], None).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_stuck_service_is_restarted_after_the_whole_stop_timeout() {
    let (_sim, docker) = world();
    let mut events = watch(&docker, ZAMMAD).await;
    let mut logs = follow(&docker, ZAMMAD, "0");
    // The request goes out with the first look.
    let _ = tokio::time::timeout(Duration::from_millis(50), logs.next()).await;
    let start = Instant::now();
    docker.restart_container(ZAMMAD, None).await.unwrap();
    let took = start.elapsed();
    assert!((10_000..10_100).contains(&took.as_millis()), "{took:?}");
    assert_eq!(state_of(&docker, ZAMMAD).await, "running");
    while logs.next().await.is_some() {}
    let expected = [
        "kill 15",
        "kill 9",
        "die 137",
        "disconnect",
        "disconnect",
        "unmount",
        "stop",
        "connect",
        "connect",
        "mount",
        "start",
        "restart",
    ];
    tokio::time::sleep(Duration::from_millis(5)).await;
    assert_eq!(heard(&mut events), expected);
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert_eq!(heard(&mut events), ["health_status: healthy"]);
    let start = Instant::now();
    docker.restart_container(ZAMMAD, None).await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn kill_ends_a_stop_at_once_and_a_shorter_stop_wins() {
    let (_sim, docker) = world();
    let stopping = tokio::spawn({
        let docker = docker.clone();
        async move {
            let start = Instant::now();
            docker.stop_container(ZAMMAD, None).await.unwrap();
            start.elapsed()
        }
    });
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(state_of(&docker, ZAMMAD).await, "running");
    docker.kill_container(ZAMMAD, None).await.unwrap();
    let took = stopping.await.unwrap();
    assert!(took < Duration::from_millis(3200), "{took:?}");
    let state = docker
        .inspect_container(ZAMMAD, None)
        .await
        .unwrap()
        .state
        .unwrap();
    assert_eq!(state.exit_code, Some(137));
    // Stopped by hand: its policy does not start it.
    tokio::time::sleep(Duration::from_secs(100)).await;
    assert_eq!(state_of(&docker, ZAMMAD).await, "exited");
}

#[tokio::test(start_paused = true)]
async fn stop_pause_and_remove_tell_their_events_in_order() {
    let (_sim, docker) = world();
    let mut events = watch(&docker, TRAEFIK).await;
    docker.pause_container(TRAEFIK).await.unwrap();
    docker.unpause_container(TRAEFIK).await.unwrap();
    docker.stop_container(TRAEFIK, None).await.unwrap();
    docker.start_container(TRAEFIK, None).await.unwrap();
    let force = q::RemoveContainerOptionsBuilder::default()
        .force(true)
        .build();
    docker.remove_container(TRAEFIK, Some(force)).await.unwrap();
    tokio::time::sleep(Duration::from_millis(5)).await;
    let expected = [
        "pause",
        "unpause",
        "kill 15",
        "die 0",
        "disconnect",
        "disconnect",
        "stop",
        "connect",
        "connect",
        "start",
        "kill 9",
        "die 137",
        "disconnect",
        "disconnect",
        "destroy",
    ];
    assert_eq!(heard(&mut events), expected);
    let gone = docker.inspect_container(TRAEFIK, None).await.unwrap_err();
    assert_eq!(status(&gone).0, 404);
}

#[tokio::test(start_paused = true)]
async fn a_crash_loop_goes_on_and_is_sometimes_short_of_memory() {
    let (_sim, docker) = world();
    let ocs = "systeme-ticketing-ocs-1";
    let mut events = watch(&docker, ocs).await;
    tokio::time::sleep(Duration::from_secs(120)).await;
    let heard = heard(&mut events);
    let count = |what: &str| heard.iter().filter(|event| *event == what).count();
    assert!(count("die 137") >= 4 && count("start") >= 4, "{heard:?}");
    assert!(count("oom") >= 1 && count("stop") == 0 && count("restart") == 0);
    let full = docker.inspect_container(ocs, None).await.unwrap();
    assert!(full.restart_count.unwrap() > 100);
    let text = tail(&docker, ocs, "40").await;
    assert!(text.contains("Stack trace:"), "{text}");
}

fn log_options(tail: &str) -> q::LogsOptionsBuilder {
    q::LogsOptionsBuilder::default()
        .stdout(true)
        .stderr(true)
        .tail(tail)
}

fn follow(
    docker: &Docker,
    name: &str,
    tail: &str,
) -> std::pin::Pin<Box<dyn futures::Stream<Item = Result<LogOutput, Error>> + Send>> {
    Box::pin(docker.logs(name, Some(log_options(tail).follow(true).build())))
}

async fn tail(docker: &Docker, name: &str, tail: &str) -> String {
    let lines: Vec<_> = docker
        .logs(name, Some(log_options(tail).build()))
        .collect()
        .await;
    lines
        .into_iter()
        .map(|line| line.unwrap().to_string())
        .collect()
}

#[tokio::test(start_paused = true)]
async fn logs_have_a_past_a_tail_and_a_future() {
    let (_sim, docker) = world();
    assert_eq!(tail(&docker, TRAEFIK, "25").await.lines().count(), 25);
    let all = tail(&docker, TRAEFIK, "all").await;
    assert!(
        (4000..7000).contains(&all.lines().count()),
        "{}",
        all.lines().count()
    );
    assert!(all.ends_with(&tail(&docker, TRAEFIK, "25").await));
    let mut lines = follow(&docker, TRAEFIK, "3");
    let start = Instant::now();
    for _ in 0..13 {
        lines.next().await.unwrap().unwrap();
    }
    let took = start.elapsed().as_secs_f64();
    assert!((2.0..8.0).contains(&took), "{took}");
    docker.stop_container(TRAEFIK, None).await.unwrap();
    let mut last = String::new();
    while let Some(line) = lines.next().await {
        last = line.unwrap().to_string();
    }
    assert!(last.contains("Stopping server gracefully"), "{last}");
}

#[tokio::test(start_paused = true)]
async fn timestamps_resume_exactly() {
    let (_sim, docker) = world();
    let options = log_options("50").timestamps(true).build();
    let lines: Vec<_> = docker.logs(TRAEFIK, Some(options)).collect().await;
    let lines: Vec<String> = lines
        .into_iter()
        .map(|line| line.unwrap().to_string())
        .collect();
    let stamp =
        |line: &str| chrono::DateTime::parse_from_rfc3339(line.split(' ').next().unwrap()).unwrap();
    assert!(lines.is_sorted_by_key(|line| stamp(line)));
    let since = stamp(&lines[30]).timestamp_nanos_opt().unwrap();
    let since = format!("{}.{:09}", since / 1_000_000_000, since % 1_000_000_000);
    let docker = docker.with_request_modifier(move |mut request: BollardRequest| {
        let uri = format!("{}&since={since}", request.uri());
        *request.uri_mut() = uri.replace("since=0&", "").parse().unwrap();
        request
    });
    let options = log_options("50").timestamps(true).build();
    let rest: Vec<_> = docker.logs(TRAEFIK, Some(options)).collect().await;
    let rest: Vec<String> = rest
        .into_iter()
        .map(|line| line.unwrap().to_string())
        .collect();
    assert_eq!(rest[..], lines[30..]);
}

fn cpu_percent(now: &ContainerStatsResponse, before: &ContainerStatsResponse) -> f64 {
    let part = |s: &ContainerStatsResponse| {
        let cpu = s.cpu_stats.clone().unwrap();
        let usage = cpu.cpu_usage.unwrap().total_usage.unwrap();
        (
            usage as f64,
            cpu.system_cpu_usage.unwrap() as f64,
            f64::from(cpu.online_cpus.unwrap()),
        )
    };
    let ((total, system, cpus), (total0, system0, _)) = (part(now), part(before));
    (total - total0) / (system - system0) * cpus * 100.0
}

#[tokio::test(start_paused = true)]
async fn stats_give_sensible_figures_by_the_usual_formula() {
    let (_sim, docker) = world();
    let start = Instant::now();
    let samples: Vec<_> = docker.stats(ZAMMAD, None).take(6).collect().await;
    assert_eq!(start.elapsed().as_secs(), 5);
    let samples: Vec<_> = samples.into_iter().map(Result::unwrap).collect();
    for pair in samples.windows(2) {
        let percent = cpu_percent(&pair[1], &pair[0]);
        assert!((5.0..200.0).contains(&percent), "{percent}");
    }
    let memory = samples[0].memory_stats.clone().unwrap();
    assert_eq!(memory.limit, Some(2 << 30));
    assert!(memory.stats.unwrap().contains_key("inactive_file"));
    let one = q::StatsOptionsBuilder::default()
        .stream(false)
        .one_shot(true)
        .build();
    let stopped = docker
        .stats("backup-runner", Some(one))
        .next()
        .await
        .unwrap()
        .unwrap();
    assert!(stopped.networks.is_none());
    let missing = docker
        .stats("nope", None)
        .next()
        .await
        .unwrap()
        .unwrap_err();
    assert_eq!(status(&missing).0, 404);
}

async fn shell(
    docker: &Docker,
    name: &str,
    command: &[&str],
    tty: bool,
) -> (String, StartExecResults) {
    let options = CreateExecOptions {
        cmd: Some(command.iter().map(|word| (*word).to_owned()).collect()),
        attach_stdin: Some(true),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        tty: Some(tty),
        ..CreateExecOptions::default()
    };
    let id = docker.create_exec(name, options).await.unwrap().id;
    let start = bollard::exec::StartExecOptions {
        tty,
        ..Default::default()
    };
    let results = docker.start_exec(&id, Some(start)).await.unwrap();
    (id, results)
}

/// Runs a command to its end: output and exit code.
async fn run(docker: &Docker, name: &str, command: &[&str]) -> (String, Option<i64>) {
    let (id, results) = shell(docker, name, command, false).await;
    let StartExecResults::Attached { mut output, input } = results else {
        panic!("not attached");
    };
    let mut text = String::new();
    while let Some(piece) = output.next().await {
        text += &piece.unwrap().to_string();
    }
    drop(input);
    (text, docker.inspect_exec(&id).await.unwrap().exit_code)
}

#[tokio::test(start_paused = true)]
async fn commands_run_and_missing_ones_are_told_in_the_stream() {
    let (_sim, docker) = world();
    let probe = [
        "sh",
        "-c",
        "command -v zsh || command -v ash || command -v sh",
    ];
    assert_eq!(
        run(&docker, ZAMMAD, &probe).await,
        ("/bin/sh\n".into(), Some(0))
    );
    let none = ["sh", "-c", "command -v zsh || command -v fish"];
    assert_eq!(
        run(&docker, ZAMMAD, &none).await,
        (String::new(), Some(127))
    );
    let (words, code) = run(&docker, "systeme-ticketing-portainer-1", &["bash"]).await;
    assert_eq!(code, Some(126));
    let expected = "OCI runtime exec failed: exec failed: unable to start container process: exec: \"bash\": executable file not found in $PATH: unknown";
    assert_eq!(words.trim_end(), expected);
    let wikijs = "systeme-ticketing-wikijs-1";
    let options = CreateExecOptions {
        cmd: Some(vec!["sh"]),
        ..Default::default()
    };
    let paused = docker.create_exec(wikijs, options).await.unwrap_err();
    assert_eq!(status(&paused).0, 409);
}

#[tokio::test(start_paused = true)]
async fn a_terminal_echoes_edits_resizes_and_ends_with_its_code() {
    let (_sim, docker) = world();
    let (id, results) = shell(&docker, ZAMMAD, &["bash"], true).await;
    let StartExecResults::Attached {
        mut output,
        mut input,
    } = results
    else {
        panic!("not attached");
    };
    let size = ResizeExecOptions {
        height: 40,
        width: 120,
    };
    docker.resize_exec(&id, size).await.unwrap();
    input
        .write_all(b"stty sizX\x7fe\rsleep 100\r")
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    input.write_all(b"\x03exit 7\r").await.unwrap();
    let mut text = String::new();
    while let Some(piece) = output.next().await {
        text += &piece.unwrap().to_string();
    }
    assert!(text.contains("40 120\r\n"), "{text:?}");
    assert!(text.contains("^C"), "{text:?}");
    let full = docker.inspect_exec(&id).await.unwrap();
    assert_eq!((full.exit_code, full.running), (Some(7), Some(false)));
}

#[tokio::test(start_paused = true)]
async fn half_closing_ends_the_input_and_a_dropped_terminal_lives_on() {
    let (_sim, docker) = world();
    let (_, results) = shell(&docker, ZAMMAD, &["cat"], false).await;
    let StartExecResults::Attached {
        mut output,
        mut input,
    } = results
    else {
        panic!("not attached");
    };
    input.write_all(b"one\ntwo").await.unwrap();
    input.shutdown().await.unwrap();
    let mut text = String::new();
    while let Some(piece) = output.next().await {
        text += &piece.unwrap().to_string();
    }
    assert_eq!(text, "one\ntwo\n");
    let (id, results) = shell(&docker, ZAMMAD, &["sh"], true).await;
    drop(results);
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(docker.inspect_exec(&id).await.unwrap().running, Some(true));
}

#[tokio::test(start_paused = true)]
async fn a_marker_in_the_environment_ends_a_shell_left_behind() {
    let (_sim, docker) = world();
    let options = CreateExecOptions {
        cmd: Some(vec!["sh"]),
        env: Some(vec!["STACKTUI_SESSION=abc-1"]),
        tty: Some(true),
        ..Default::default()
    };
    let id = docker.create_exec(ZAMMAD, options).await.unwrap().id;
    let start = bollard::exec::StartExecOptions {
        tty: true,
        ..Default::default()
    };
    drop(docker.start_exec(&id, Some(start)).await.unwrap());
    let script = "for p in /proc/[0-9]*; do grep -qsa STACKTUI_SESSION=abc-1 $p/environ && kill -HUP ${p#/proc/}; done";
    run(&docker, ZAMMAD, &["sh", "-c", script]).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    let full = docker.inspect_exec(&id).await.unwrap();
    assert_eq!((full.running, full.exit_code), (Some(false), Some(129)));
}

#[tokio::test(start_paused = true)]
async fn faults_do_what_they_say() {
    let (sim, docker) = world();
    sim.set_fault(Some(Fault::Slow(Duration::from_secs(4))));
    let start = Instant::now();
    docker.ping().await.unwrap();
    assert_eq!(start.elapsed().as_secs(), 4);
    sim.set_fault(Some(Fault::Refuse));
    assert_eq!(status(&docker.version().await.unwrap_err()).0, 403);
    sim.set_fault(Some(Fault::Hang));
    let hanging = tokio::time::timeout(Duration::from_secs(60), docker.ping()).await;
    assert!(hanging.is_err());
    sim.set_fault(None);
    let mut events = docker.events(None);
    let open = tokio::time::timeout(Duration::from_millis(50), events.next()).await;
    assert!(open.is_err());
    sim.set_fault(Some(Fault::Cut));
    assert!(events.next().await.is_none_or(|event| event.is_err()));
    assert!(docker.version().await.is_err());
    sim.set_fault(None);
    assert!(docker.version().await.is_ok());
    assert!(sim.requests() >= 6);
}

#[tokio::test(start_paused = true)]
async fn the_daemon_goes_and_comes_back() {
    let (sim, docker) = world();
    let mut logs = follow(&docker, TRAEFIK, "0");
    let _ = tokio::time::timeout(Duration::from_millis(100), logs.next()).await;
    sim.restart_daemon(Duration::from_secs(8));
    while let Some(Ok(_)) = logs.next().await {}
    assert!(docker.ping().await.is_err());
    tokio::time::sleep(Duration::from_secs(9)).await;
    assert_eq!(docker.ping().await.unwrap(), "OK");
    assert_eq!(state_of(&docker, TRAEFIK).await, "running");
    assert_eq!(state_of(&docker, "scratchpad").await, "exited");
}

#[tokio::test(start_paused = true)]
async fn events_are_filtered_and_replayed() {
    let (_sim, docker) = world();
    docker.pause_container(TRAEFIK).await.unwrap();
    docker.unpause_container(TRAEFIK).await.unwrap();
    docker.stop_container(TRAEFIK, None).await.unwrap();
    let wanted = |text: &str| text.split(',').map(str::to_owned).collect::<Vec<_>>();
    let filters = HashMap::from([
        ("container".to_owned(), wanted("systeme-ticketing-traefik")),
        ("event".to_owned(), wanted("pause,die,connect,disconnect")),
    ]);
    let now = chrono::Utc::now().timestamp();
    let options = q::EventsOptionsBuilder::default()
        .filters(&filters)
        .since(&(now - 60).to_string())
        .until(&(now + 5).to_string())
        .build();
    let past: Vec<_> = docker.events(Some(options)).collect().await;
    let past: Vec<_> = past
        .into_iter()
        .map(|event| event.unwrap().action.unwrap())
        .collect();
    assert_eq!(past, ["pause", "die"]);
}

/// One request as bytes; the whole answer as text.
async fn raw(sim: &Sim, request: &str) -> String {
    let mut stream = sim.connect();
    let request = format!("{request} HTTP/1.1\r\nHost: sim\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test(start_paused = true)]
async fn versions_out_of_range_are_refused_and_all_headers_are_there() {
    let sim = sim("empty");
    let new = raw(&sim, "GET /v1.99/version").await;
    assert!(new.starts_with("HTTP/1.1 400"), "{new}");
    assert!(new.contains(
        r#"{"message":"client version 1.99 is too new. Maximum supported API version is 1.45"}"#
    ));
    assert!(
        raw(&sim, "GET /v1.11/version")
            .await
            .contains("client version 1.11 is too old")
    );
    let old = raw(&sim, "GET /v1.40/containers/json").await;
    for header in [
        "Api-Version: 1.45",
        "Ostype: linux",
        "Server: Docker/26.1.5 (linux)",
        "Docker-Experimental: false",
    ] {
        assert!(old.contains(header), "{old}");
    }
    let unknown = raw(&sim, "GET /nope").await;
    assert!(
        unknown.starts_with("HTTP/1.1 404") && unknown.contains(r#"{"message":"page not found"}"#)
    );
    assert!(raw(&sim, "HEAD /_ping").await.starts_with("HTTP/1.1 200"));
    assert!(
        raw(&sim, "GET /services")
            .await
            .contains("not a swarm manager")
    );
}

#[tokio::test(start_paused = true)]
async fn hostile_bytes_are_served_and_odd_containers_listed() {
    let sim = sim("hostile");
    let list = raw(&sim, "GET /containers/json?all=1").await;
    assert!(list.contains(r#""State":"zombie""#) && list.contains(r"\u001b"));
    let logs = raw(&sim, "GET /containers/hostile-logs/logs?stdout=1&tail=300").await;
    assert!(logs.contains("\u{1b}["));
    let docker = docker(&sim);
    let missing = docker.inspect_container("gone", None).await.unwrap_err();
    assert!(status(&missing).1.contains('\u{1b}'));
    let (words, code) = run(&docker, "hostile-exec", &["sh"]).await;
    assert!(words.contains('\u{1b}') && code == Some(126));
}

#[tokio::test(start_paused = true)]
async fn containers_are_made_used_and_removed() {
    let (_sim, docker) = world();
    let name = Some(
        q::CreateContainerOptionsBuilder::default()
            .name("helper")
            .build(),
    );
    let body = |image: &str, cmd: &[&str]| bollard::models::ContainerCreateBody {
        image: Some(image.to_owned()),
        cmd: Some(cmd.iter().map(|word| (*word).to_owned()).collect()),
        ..Default::default()
    };
    let nope = docker
        .create_container(name.clone(), body("nope", &[]))
        .await
        .unwrap_err();
    assert_eq!(status(&nope), (404, "No such image: nope:latest".into()));
    docker
        .create_container(name.clone(), body("busybox:1.36", &["sleep", "30"]))
        .await
        .unwrap();
    let twice = docker
        .create_container(name, body("busybox:1.36", &[]))
        .await
        .unwrap_err();
    assert_eq!(status(&twice).0, 409);
    assert_eq!(state_of(&docker, "helper").await, "created");
    docker.start_container("helper", None).await.unwrap();
    let start = Instant::now();
    let ended = docker
        .wait_container("helper", None)
        .next()
        .await
        .unwrap()
        .unwrap();
    assert_eq!((ended.status_code, start.elapsed().as_secs()), (0, 30));
    docker.remove_container("helper", None).await.unwrap();
}

#[tokio::test]
async fn a_unix_socket_serves_and_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sim.sock");
    let sim = sim("systeme-ticketing");
    let listener = tokio::spawn({
        let (sim, path) = (sim.clone(), path.clone());
        async move { sim.listen_unix(&path).await }
    });
    while !path.exists() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let docker =
        Docker::connect_with_unix(path.to_str().unwrap(), 10, API_DEFAULT_VERSION).unwrap();
    assert_eq!(docker.ping().await.unwrap(), "OK");
    assert_eq!(docker.list_containers(None).await.unwrap().len(), 15);
    listener.abort();
    assert!(listener.await.unwrap_err().is_cancelled());
    assert!(!path.exists() && docker.ping().await.is_err());
}

#[tokio::test]
async fn ten_thousand_containers_stay_cheap() {
    let sim = sim("generated:10000");
    let docker = docker(&sim);
    let options = q::ListContainersOptionsBuilder::default().all(true).build();
    assert_eq!(
        docker.list_containers(Some(options)).await.unwrap().len(),
        10_000
    );
    let one = q::StatsOptionsBuilder::default()
        .stream(false)
        .one_shot(true)
        .build();
    let sample = docker
        .stats("billing-001-web-1", Some(one))
        .next()
        .await
        .unwrap()
        .unwrap();
    assert!(sample.cpu_stats.is_some());
    assert_eq!(
        sim.requests(),
        2,
        "one list, one reading, whatever the number"
    );
}
