//! Measures the log view on a real engine: a long log taken into memory beside `docker logs >/dev/null`, and how soon a
//! key is answered while lines pour in. Prints medians and ratios. Needs Linux, the docker command and an engine.
//! `benches/logs` sets the scene for it.
//! Usage: `measure_logs take CONTAINER [RUNS]`, `measure_logs keys BINARY CONTAINER [KEYS]`.
use std::error::Error;
use std::io::{Read, Write as _};
use std::num::NonZeroU16;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use stacktui::engine::logs::LogOptions;
use stacktui::engine::{Engine, Sources, candidates};
use stacktui::model::{HostId, Key};
use stacktui::state::{LogBook, LogLook, LogTarget};
use tokio::sync::mpsc as channel;

type Failure = Box<dyn Error + Send + Sync>;

/// Memory for lines: enough for all.
const BUDGET: usize = 1 << 30;

fn main() -> Result<(), Failure> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let arg = |n: usize| args.get(n).map(String::as_str);
    match (arg(0), arg(1)) {
        (Some("take"), Some(container)) => take(container, arg(2).map_or(Ok(5), str::parse)?),
        (Some("keys"), Some(binary)) => {
            let container = arg(2).ok_or("which container?")?;
            keys(binary, container, arg(3).map_or(Ok(200), str::parse)?)
        }
        _ => Err("usage: take CONTAINER [RUNS] | keys BINARY CONTAINER [KEYS]".into()),
    }
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Reads a whole log into a book, and the same by the docker command, in turns.
fn take(container: &str, runs: usize) -> Result<(), Failure> {
    // The program's own kind of runtime: one thread.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let (mut ours, mut docker) = (Vec::new(), Vec::new());
    let mut out = std::io::stdout();
    let mut last = None;
    for _ in 0..runs {
        drop(last.take());
        let before = resident()?;
        let begun = Instant::now();
        let taken = runtime.block_on(read_all(container))?;
        ours.push(begun.elapsed().as_secs_f64());
        let held = resident()? - before;
        let begun = Instant::now();
        let mut command = Command::new("docker");
        command.args(["logs", container]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        if !command.status()?.success() {
            return Err("docker logs failed".into());
        }
        docker.push(begun.elapsed().as_secs_f64());
        last = Some((taken, held));
    }
    let Some((mut book, held)) = last else {
        return Ok(());
    };
    let (ours, docker) = (median(&mut ours), median(&mut docker));
    let bytes = book.store().bytes_true();
    writeln!(
        out,
        "{} lines, {:.1} MB: taken in {ours:.2} s, docker logs {docker:.2} s, ratio {:.2}",
        book.len(),
        bytes as f64 / 1e6,
        ours / docker
    )?;
    writeln!(
        out,
        "held in {:.1} MB, {:.2} of the bytes; resident {:.1} MB more than before",
        book.store().bytes_held() as f64 / 1e6,
        book.store().bytes_held() as f64 / bytes as f64,
        held / 1e3
    )?;
    let begun = Instant::now();
    book.search("no such words in it")?;
    let first = begun.elapsed();
    while book.has_work() {
        book.work(2 << 20);
    }
    let hits = book.hit_count().map_or(0, |(_, hits, _)| hits);
    writeln!(
        out,
        "searched in {:.0} ms, {hits} hits; the first screen known after {:.1} ms",
        begun.elapsed().as_secs_f64() * 1e3,
        first.as_secs_f64() * 1e3
    )?;
    Ok(())
}

async fn read_all(container: &str) -> Result<LogBook, Failure> {
    let sources = Sources {
        host: std::env::var("DOCKER_HOST").ok(),
        ..Sources::default()
    };
    let found = candidates(&sources);
    let first = found.into_iter().next().ok_or("no engine is known")?;
    let engine = Engine::greet(&first.endpoint?).await?;
    let id = Command::new("docker")
        .args(["inspect", "-f", "{{.Id}}", container])
        .output()?;
    let key = Key::container(HostId(0), String::from_utf8(id.stdout)?.trim());
    let setup = engine.log_setup(&key.id).await?;
    let batches = engine
        .logs(&key.id, setup.tty, LogOptions::default())
        .await?;
    let (lines, mut lines_in) = channel::channel(64);
    // As the program does: streams are read in tasks of their own.
    let reading = tokio::spawn(async move {
        let mut batches = std::pin::pin!(batches);
        let mut some = Vec::new();
        while let Some(batch) = batches.next().await {
            some.extend(batch?);
            if some.len() >= 256 && lines.send(std::mem::take(&mut some)).await.is_err() {
                break;
            }
        }
        let _unheard = lines.send(some).await;
        Ok::<(), stacktui::engine::Error>(())
    });
    let mut book = LogBook::new(LogTarget::default(), 0, BUDGET, LogLook::default());
    while let Some(records) = lines_in.recv().await {
        book.push(&key, container, &records, chrono::DateTime::UNIX_EPOCH);
    }
    reading.await??;
    Ok(book)
}

/// KiB of this process that are in memory.
fn resident() -> Result<f64, Failure> {
    let text = std::fs::read_to_string("/proc/self/status")?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let value = line.and_then(|l| l.split_whitespace().next());
    Ok(value.ok_or("no such field")?.parse()?)
}

/// Presses a key that changes the status line, again and again, and waits for the change.
fn keys(binary: &str, container: &str, presses: usize) -> Result<(), Failure> {
    let size = PtySize {
        rows: 50,
        cols: 200,
        pixel_width: 0,
        pixel_height: 0,
    };
    let pair = native_pty_system()
        .openpty(size)
        .map_err(|e| e.to_string())?;
    let home = tempfile::tempdir()?;
    let mut command = CommandBuilder::new(binary);
    command.args(["logs", container]);
    command.cwd(std::env::current_dir()?);
    command.env("TERM", "xterm-256color");
    for variable in ["XDG_CONFIG_HOME", "XDG_STATE_HOME"] {
        command.env(variable, home.path());
    }
    let mut reader = pair.master.try_clone_reader().map_err(|e| e.to_string())?;
    let mut child = pair
        .slave
        .spawn_command(command)
        .map_err(|e| e.to_string())?;
    let mut keys = pair.master.take_writer().map_err(|e| e.to_string())?;
    let (send, chunks) = mpsc::channel();
    std::thread::spawn(move || {
        let mut buffer = vec![0; 65_536];
        while let Ok(count @ 1..) = reader.read(&mut buffer) {
            let chunk = buffer.get(..count).unwrap_or_default().to_owned();
            if send.send((Instant::now(), chunk)).is_err() {
                return;
            }
        }
    });
    let pid = child.process_id().ok_or("no process")?;
    let [rows, columns] =
        [size.rows, size.cols].map(|n| NonZeroU16::new(n).unwrap_or(NonZeroU16::MIN));
    let mut screen = Screen {
        parser: vt100::Parser::new(rows, columns, 0),
        chunks,
        bytes: 0,
    };
    screen.wait_for("following", true)?;
    std::thread::sleep(Duration::from_secs(5));
    screen.drain();
    let settled = Instant::now();
    let (ticks_before, bytes_before) = (ticks(pid)?, screen.bytes);
    let mut times = Vec::new();
    for n in 0..presses {
        // Not in step with the frames.
        std::thread::sleep(Duration::from_millis(37 + (n as u64 * 13) % 29));
        screen.drain();
        let begun = Instant::now();
        keys.write_all(b"w")?;
        keys.flush()?;
        let seen = screen.wait_for("  wrap", n % 2 == 0)?;
        times.push(seen.duration_since(begun).as_secs_f64() * 1e3);
    }
    let span = settled.elapsed().as_secs_f64();
    let cpu = (ticks(pid)? - ticks_before) / span;
    let bytes = (screen.bytes - bytes_before) as f64 / span;
    let rate = screen.status();
    keys.write_all(b"\x03")?;
    child.wait()?;
    times.sort_by(f64::total_cmp);
    let part = |share: f64| {
        let at = (times.len() as f64 * share) as usize;
        times.get(at.min(times.len().saturating_sub(1))).copied()
    };
    writeln!(
        std::io::stdout(),
        "key to frame: median {:.1} ms, 99 of 100 within {:.1} ms; {cpu:.1} % of a core, {:.0} kB a second to the terminal\n  {rate}",
        part(0.5).unwrap_or(f64::NAN),
        part(0.99).unwrap_or(f64::NAN),
        bytes / 1e3,
    )?;
    Ok(())
}

struct Screen {
    parser: vt100::Parser,
    chunks: mpsc::Receiver<(Instant, Vec<u8>)>,
    bytes: usize,
}

impl Screen {
    fn take(&mut self, chunk: &[u8]) {
        self.bytes += chunk.len();
        self.parser.process(chunk);
    }

    fn drain(&mut self) {
        while let Ok((_, chunk)) = self.chunks.try_recv() {
            self.take(&chunk);
        }
    }

    /// The log view's own line.
    fn status(&self) -> String {
        let text = self.parser.screen().contents();
        text.lines().nth(2).unwrap_or_default().trim().to_owned()
    }

    /// When the status line had, or had no longer, these words.
    fn wait_for(&mut self, words: &str, there: bool) -> Result<Instant, Failure> {
        let mut at = Instant::now();
        while self.status().contains(words) != there {
            let (when, chunk) = self.chunks.recv_timeout(Duration::from_secs(20))?;
            at = when;
            self.take(&chunk);
        }
        Ok(at)
    }
}

/// Ticks of CPU, its own and the kernel's for it, of all its threads. Linux counts a hundred a second (`USER_HZ`).
fn ticks(pid: u32) -> Result<f64, Failure> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let after_name = text.rsplit_once(')').ok_or("an odd stat file")?.1;
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let field = |n: usize| fields.get(n).and_then(|f| f.parse::<f64>().ok());
    Ok(field(11)
        .zip(field(12))
        .map(|(a, b)| a + b)
        .ok_or("an odd stat file")?)
}
