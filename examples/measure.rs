//! Measures the program beside the docker command, interleaved in one run: time to the first frame with data, peak memory
//! up to that frame, CPU and bytes while idle. Prints medians and ratios. Needs Linux, the docker command and an engine
//! with at least one container. `benches/run` and `benches/scale` set the scene for it.
//! Usage: `measure [BINARY [RUNS [SECONDS]]]`; no run: only what idling costs; no second: only the start.
//! `MEASURE_SIZE=80x24` is another terminal than 200x50; a simulated engine tells how much it was asked for, too.
use std::error::Error;
use std::io::{Read, Write as _};
use std::os::unix::net::UnixStream;
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
    let seconds: u64 = args.next().map_or(Ok(30), |n| n.parse())?;
    let scene = Scene {
        binary,
        names: shown_names()?,
        home: tempfile::tempdir()?,
    };
    if runs > 0 {
        starts(&scene, runs)?;
    }
    if seconds > 0 {
        idle(&scene, Duration::from_secs(seconds))?;
    }
    Ok(())
}

fn starts(scene: &Scene, runs: usize) -> Result<(), Failure> {
    let (mut ours, mut memory, mut docker, mut docker_memory) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..runs {
        let start = start(scene)?;
        ours.push(start.first * 1000.0);
        memory.push(start.memory);
        docker.push(docker_seconds()? * 1000.0);
        docker_memory.push(docker_memory_once()?);
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
        "first data frame  {ours:8.1} ms   docker ps -a {docker:8.1} ms   ratio {:.2}",
        ours / docker
    )?;
    writeln!(
        out,
        "peak memory then  {:8.1} MiB  docker ps -a {:8.1} MiB  ratio {:.2}",
        memory / 1024.0,
        docker_memory / 1024.0,
        memory / docker_memory
    )?;
    Ok(())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The names by which containers stand in the table, one of which a frame with data shows: under a compose project
/// without its name.
fn shown_names() -> Result<Vec<String>, Failure> {
    let format = "{{.Names}}\t{{.Label \"com.docker.compose.project\"}}";
    let out = Command::new("docker")
        .args(["ps", "-a", "--format", format])
        .output()?;
    let text = String::from_utf8(out.stdout)?;
    let names: Vec<String> = text
        .lines()
        .map(|line| {
            let (name, project) = line.split_once('\t').unwrap_or((line, ""));
            let short = name.strip_prefix(project).unwrap_or(name);
            short.trim_start_matches(['-', '_', '.']).to_owned()
        })
        // A shorter one may stand in any text.
        .filter(|name| name.len() > 3)
        .collect();
    if names.is_empty() {
        return Err("the engine has no container, or none with a name of four letters".into());
    }
    Ok(names)
}

fn docker_ps() -> Command {
    let mut command = Command::new("docker");
    command.args(["ps", "-a"]).stdout(Stdio::null());
    command
}

/// Wall seconds of `docker ps -a`.
fn docker_seconds() -> Result<f64, Failure> {
    let begun = Instant::now();
    let done = docker_ps().status()?;
    let seconds = begun.elapsed().as_secs_f64();
    done.success()
        .then_some(seconds)
        .ok_or_else(|| "docker ps -a failed".into())
}

/// Peak KiB of `docker ps -a`: the last that is seen before it ends, in a run of its own that nothing times.
fn docker_memory_once() -> Result<f64, Failure> {
    let mut child = docker_ps().spawn()?;
    let mut peak = f64::NAN;
    while child.try_wait()?.is_none() {
        // Once it has ended it has no such line.
        peak = proc_value(child.id(), "status", "VmHWM:").unwrap_or(peak);
        std::thread::sleep(Duration::from_micros(200));
    }
    Ok(peak)
}

/// What is run, and what it must show.
struct Scene {
    binary: String,
    names: Vec<String>,
    /// In place of the user's settings and state.
    home: tempfile::TempDir,
}

/// What a simulated engine counts of itself; nothing where the engine is a real one.
fn counts() -> Option<(f64, f64)> {
    let endpoint = std::env::var("DOCKER_HOST").ok()?;
    let mut socket = UnixStream::connect(endpoint.strip_prefix("unix://")?).ok()?;
    let ask = "GET /_sim/counts HTTP/1.1\r\nHost: sim\r\nConnection: close\r\n\r\n";
    socket.write_all(ask.as_bytes()).ok()?;
    let mut answer = String::new();
    socket.read_to_string(&mut answer).ok()?;
    let number = |name: &str| -> Option<f64> {
        let (_, rest) = answer.split_once(&format!("\"{name}\":"))?;
        let end = rest.find([',', '}'])?;
        rest.get(..end)?.trim().parse().ok()
    };
    // The question itself is one of each.
    Some((number("Requests")? - 1.0, number("Connections")? - 1.0))
}

/// Columns and rows.
fn terminal_size() -> Result<(u16, u16), Failure> {
    let Ok(size) = std::env::var("MEASURE_SIZE") else {
        return Ok((200, 50));
    };
    let (cols, rows) = size.split_once('x').ok_or("MEASURE_SIZE is like 80x24")?;
    Ok((cols.parse()?, rows.parse()?))
}

struct Running {
    child: Box<dyn portable_pty::Child + Send + Sync>,
    pid: u32,
    keys: Box<dyn std::io::Write + Send>,
    chunks: mpsc::Receiver<Vec<u8>>,
    _master: Box<dyn portable_pty::MasterPty + Send>,
}

fn run(scene: &Scene) -> Result<Running, Failure> {
    let (cols, rows) = terminal_size()?;
    let size = PtySize {
        rows,
        cols,
        pixel_width: 0,
        pixel_height: 0,
    };
    let pair = native_pty_system()
        .openpty(size)
        .map_err(|e| e.to_string())?;
    let mut command = CommandBuilder::new(&scene.binary);
    command.cwd(std::env::current_dir()?);
    command.env("TERM", "xterm-256color");
    for variable in ["XDG_CONFIG_HOME", "XDG_STATE_HOME"] {
        command.env(variable, scene.home.path());
    }
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
        pid: child.process_id().ok_or("no process")?,
        keys: pair.master.take_writer().map_err(|e| e.to_string())?,
        child,
        chunks,
        _master: pair.master,
    })
}

fn wait_for_data(running: &Running, scene: &Scene) -> Result<(), Failure> {
    let mut seen = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&seen);
        if scene.names.iter().any(|name| text.contains(name.as_str())) {
            return Ok(());
        }
        seen.extend(running.chunks.recv_timeout(Duration::from_secs(10))?);
    }
}

fn start(scene: &Scene) -> Result<Start, Failure> {
    let begun = Instant::now();
    let mut running = run(scene)?;
    wait_for_data(&running, scene)?;
    let first = begun.elapsed().as_secs_f64();
    let memory = proc_value(running.pid, "status", "VmHWM:")?;
    running.child.kill()?;
    running.child.wait()?;
    Ok(Start { first, memory })
}

fn proc_value(pid: u32, file: &str, field: &str) -> Result<f64, Failure> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/{file}"))?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(field))
        .ok_or("no such field")?;
    Ok(line.split_whitespace().next().ok_or("no value")?.parse()?)
}

/// How many containers run.
fn live() -> Result<usize, Failure> {
    let out = Command::new("docker").args(["ps", "-q"]).output()?;
    Ok(String::from_utf8(out.stdout)?.lines().count())
}

/// Prints the cost of the table on screen without a key, then that of a terminal window that lies behind others.
fn idle(scene: &Scene, span: Duration) -> Result<(), Failure> {
    let mut running = run(scene)?;
    wait_for_data(&running, scene)?;
    let live = live()?;
    let mut out = std::io::stdout();
    for (what, keys) in [("with the focus", ""), ("without it", "\x1b[O")] {
        running.keys.write_all(keys.as_bytes())?;
        let before = counts();
        let (cpu, bytes) = cost(&running, span)?;
        let after = counts();
        let seconds = span.as_secs();
        writeln!(
            out,
            "idle for {seconds} s, {live} live, {what:<14} {cpu:6.2} % of a core {bytes:8.1} bytes a second to the terminal"
        )?;
        if let (Some((from, _)), Some((to, open))) = (before, after) {
            // `cost` lets it settle for three seconds first.
            let rate = (to - from - 1.0) / (seconds as f64 + 3.0);
            writeln!(
                out,
                "    {rate:6.1} requests a second, {open:.0} connections open"
            )?;
        }
    }
    running.keys.write_all(b"\x1b[I")?;
    let peak = proc_value(running.pid, "status", "VmHWM:")? / 1024.0;
    let (median, worst) = latency(&mut running)?;
    writeln!(
        out,
        "    peak memory {peak:.1} MiB; key to frame: median {median:.1} ms, 99 of 100 within {worst:.1} ms"
    )?;
    running.child.kill()?;
    running.child.wait()?;
    Ok(())
}

/// Milliseconds from a key (down, up) to the first byte of its frame: the median and the 99th of 100.
fn latency(running: &mut Running) -> Result<(f64, f64), Failure> {
    let mut taken = Vec::new();
    for n in 0..100 {
        std::thread::sleep(Duration::from_millis(73));
        while running.chunks.try_recv().is_ok() {}
        let begun = Instant::now();
        running
            .keys
            .write_all(if n % 2 == 0 { b"j" } else { b"k" })?;
        running.chunks.recv_timeout(Duration::from_secs(5))?;
        taken.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    taken.sort_by(f64::total_cmp);
    let at = |n: usize| taken.get(n).copied().unwrap_or(f64::NAN);
    Ok((at(50), at(98)))
}

/// CPU percent of one core, and bytes a second to the terminal, once it has settled.
fn cost(running: &Running, span: Duration) -> Result<(f64, f64), Failure> {
    std::thread::sleep(Duration::from_secs(3));
    while running.chunks.try_recv().is_ok() {}
    let before = ticks(running.pid)?;
    let begun = Instant::now();
    std::thread::sleep(span);
    let (after, seconds) = (ticks(running.pid)?, begun.elapsed().as_secs_f64());
    let bytes: usize = running.chunks.try_iter().map(|chunk| chunk.len()).sum();
    // Linux counts a hundred ticks a second (USER_HZ).
    Ok(((after - before) / seconds, bytes as f64 / seconds))
}

/// Ticks of CPU, its own and the kernel's for it, of all its threads.
fn ticks(pid: u32) -> Result<f64, Failure> {
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
