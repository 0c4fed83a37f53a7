//! Measures the program beside the docker command, interleaved in one run: time to the first frame with data, peak memory
//! at that frame, CPU and bytes while idle. Prints medians and ratios. Needs an engine with at least one container.
//! Usage: `cargo run --release --example measure [BINARY [RUNS]]`.
use std::error::Error;
use std::io::{Read, Write as _};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

type Failure = Box<dyn Error + Send + Sync>;

/// One start of the program.
struct Start {
    /// Seconds to the first frame with a container's name in it.
    first: f64,
    /// KiB at that frame.
    memory: f64,
}

fn main() -> Result<(), Failure> {
    let mut args = std::env::args().skip(1);
    let binary = args
        .next()
        .unwrap_or_else(|| "target/release/stacktui".to_owned());
    let runs: usize = args.next().map_or(Ok(11), |n| n.parse())?;
    let name = first_name()?;
    let (mut ours, mut memory, mut docker, mut docker_memory) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..runs {
        let start = start(&binary, &name)?;
        ours.push(start.first * 1000.0);
        memory.push(start.memory);
        let (seconds, kib) = docker_ps()?;
        docker.push(seconds * 1000.0);
        docker_memory.push(kib);
    }
    let (ours, memory, docker, docker_memory) = (
        median(ours),
        median(memory),
        median(docker),
        median(docker_memory),
    );
    let mut out = std::io::stdout();
    writeln!(out, "medians of {runs}, interleaved")?;
    writeln!(
        out,
        "first data frame   {ours:8.1} ms   docker ps -a {docker:8.1} ms   ratio {:.2}",
        ours / docker
    )?;
    writeln!(
        out,
        "memory at it       {:8.1} MiB  docker ps -a {:8.1} MiB  ratio {:.2}",
        memory / 1024.0,
        docker_memory / 1024.0,
        memory / docker_memory
    )?;
    let (cpu, bytes) = idle(&binary, &name, Duration::from_secs(30))?;
    writeln!(
        out,
        "idle for 30 s      {cpu:8.2} % of a core, {bytes:.0} bytes a second to the terminal"
    )?;
    Ok(())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// A container that a frame with data must name.
fn first_name() -> Result<String, Failure> {
    let out = Command::new("docker")
        .args(["ps", "-a", "--format", "{{.Names}}"])
        .output()?;
    let text = String::from_utf8(out.stdout)?;
    let mut names: Vec<&str> = text.lines().collect();
    names.sort_unstable();
    names
        .first()
        .map(|name| (*name).to_owned())
        .ok_or_else(|| "the engine has no container".into())
}

/// Wall seconds and peak KiB of `docker ps -a`.
fn docker_ps() -> Result<(f64, f64), Failure> {
    let begun = Instant::now();
    let done = Command::new("docker")
        .args(["ps", "-a"])
        .stdout(Stdio::null())
        .status()?;
    let seconds = begun.elapsed().as_secs_f64();
    if !done.success() {
        return Err("docker ps -a failed".into());
    }
    let timed = Command::new("/usr/bin/time")
        .args(["-f", "%M", "docker", "ps", "-a"])
        .stdout(Stdio::null())
        .output();
    let kib = timed
        .ok()
        .and_then(|out| String::from_utf8(out.stderr).ok()?.trim().parse().ok())
        .unwrap_or(f64::NAN);
    Ok((seconds, kib))
}

struct Running {
    child: Box<dyn portable_pty::Child + Send + Sync>,
    chunks: mpsc::Receiver<Vec<u8>>,
    _master: Box<dyn portable_pty::MasterPty + Send>,
}

fn run(binary: &str) -> Result<Running, Failure> {
    let size = PtySize {
        rows: 50,
        cols: 200,
        pixel_width: 0,
        pixel_height: 0,
    };
    let pair = native_pty_system()
        .openpty(size)
        .map_err(|e| e.to_string())?;
    let mut command = CommandBuilder::new(binary);
    command.env("TERM", "xterm-256color");
    let mut reader = pair.master.try_clone_reader().map_err(|e| e.to_string())?;
    let child = pair
        .slave
        .spawn_command(command)
        .map_err(|e| e.to_string())?;
    let (send, chunks) = mpsc::channel();
    std::thread::spawn(move || {
        let mut buffer = vec![0; 65_536];
        while let Ok(count @ 1..) = reader.read(&mut buffer) {
            if send
                .send(buffer.get(..count).unwrap_or_default().to_owned())
                .is_err()
            {
                return;
            }
        }
    });
    Ok(Running {
        child,
        chunks,
        _master: pair.master,
    })
}

fn wait_for(running: &Running, name: &str) -> Result<(), Failure> {
    let mut seen = Vec::new();
    while !String::from_utf8_lossy(&seen).contains(name) {
        seen.extend(running.chunks.recv_timeout(Duration::from_secs(10))?);
    }
    Ok(())
}

fn start(binary: &str, name: &str) -> Result<Start, Failure> {
    let begun = Instant::now();
    let mut running = run(binary)?;
    wait_for(&running, name)?;
    let first = begun.elapsed().as_secs_f64();
    let memory = proc_value(&running, "status", "VmHWM:")?;
    running.child.kill()?;
    running.child.wait()?;
    Ok(Start { first, memory })
}

fn proc_value(running: &Running, file: &str, field: &str) -> Result<f64, Failure> {
    let pid = running.child.process_id().ok_or("no process")?;
    let text = std::fs::read_to_string(format!("/proc/{pid}/{file}"))?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(field))
        .ok_or("no such field")?;
    Ok(line.split_whitespace().next().ok_or("no value")?.parse()?)
}

/// CPU percent of one core, and bytes a second to the terminal.
fn idle(binary: &str, name: &str, span: Duration) -> Result<(f64, f64), Failure> {
    let mut running = run(binary)?;
    wait_for(&running, name)?;
    std::thread::sleep(Duration::from_secs(3));
    while running.chunks.try_recv().is_ok() {}
    let before = ticks(&running)?;
    let begun = Instant::now();
    std::thread::sleep(span);
    let (after, seconds) = (ticks(&running)?, begun.elapsed().as_secs_f64());
    let bytes: usize = running.chunks.try_iter().map(|chunk| chunk.len()).sum();
    running.child.kill()?;
    running.child.wait()?;
    // Linux counts a hundred ticks a second (USER_HZ).
    Ok(((after - before) / seconds, bytes as f64 / seconds))
}

fn ticks(running: &Running) -> Result<f64, Failure> {
    let pid = running.child.process_id().ok_or("no process")?;
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let after_name = text.rsplit_once(')').ok_or("an odd stat file")?.1;
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let field = |n: usize| {
        fields
            .get(n)
            .and_then(|f| f.parse::<f64>().ok())
            .ok_or("an odd stat file")
    };
    Ok(field(11)? + field(12)?)
}
