//! What a million realistic log lines cost: to take, to hold, to read at random, to search. Prints medians of processor
//! time; beside the searches, what `rg -j1 -c` takes on the same lines in a file, where there is one.
//!
//! `cargo bench --bench log_store`; `LINES=200000` for less.
#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a bench tells its figures, and has nobody to tell its faults to"
)]

use std::hint::black_box;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use chrono::{DateTime, Utc};
use fastrand::Rng;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use stacktui::log_store::{Kind, LogStore, Matcher, NewLine, Search, Sieve, Sift};

/// Name, pattern.
const PATTERNS: &[(&str, &str)] = &[
    ("literal absent", "NoSuchWordHere"),
    ("literal absent, folded", "nosuchwordhere"),
    ("literal, many hits", "Mozilla"),
    ("error, folded", "error"),
    ("four words", "ERROR|WARN|timeout|refused"),
    ("500 and curl", ".*500.*curl"),
    (
        "a service and nine digits",
        r"\b[A-Z][a-z]+Service\b.*\d{9}",
    ),
    ("32 hex digits", "[0-9a-f]{32}"),
];

const WORDS: &[&str] = &[
    "request",
    "cache",
    "session",
    "timeout",
    "worker",
    "started",
    "finished",
    "queue",
    "refused",
    "upstream",
    "customer",
    "invoice",
    "payment",
    "retry",
    "connection",
    "pool",
    "index",
    "rebuild",
    "scheduler",
    "token",
];
const PATHS: &[&str] = &[
    "/api/v1/orders",
    "/api/v1/users",
    "/healthz",
    "/static/app.js",
    "/login",
    "/api/v2/search",
    "/metrics",
];
const AGENTS: &[&str] = &[
    "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/128.0",
    "curl/8.5.0",
    "kube-probe/1.29",
    "python-requests/2.31",
];
const SERVICES: &[&str] = &[
    "OrderService",
    "UserService",
    "PaymentService",
    "MailService",
];

struct Made {
    text: Vec<u8>,
    lines: Vec<(usize, usize, i64, u8)>,
}

fn pick<'a>(rng: &mut Rng, from: &[&'a str]) -> &'a str {
    from[rng.usize(..from.len())]
}

fn words(rng: &mut Rng, n: usize) -> String {
    let words: Vec<&str> = (0..n).map(|_| pick(rng, WORDS)).collect();
    words.join(" ")
}

fn nginx(rng: &mut Rng, at: &str) -> String {
    let status = [200, 200, 200, 200, 304, 404, 500][rng.usize(..7)];
    format!(
        "10.{}.{}.{} - - [{at}] \"GET {}/{} HTTP/1.1\" {status} {} \"-\" \"{}\"",
        rng.u8(..4),
        rng.u8(..),
        rng.u8(..),
        pick(rng, PATHS),
        rng.u32(..90_000),
        rng.u32(..20_000),
        pick(rng, AGENTS),
    )
}

fn json(rng: &mut Rng, at: &str, level: &str) -> String {
    let trace = if rng.u8(..4) == 0 {
        format!(",\"trace\":\"{:032x}\"", rng.u128(..))
    } else {
        String::new()
    };
    format!(
        "{{\"time\":\"{at}\",\"level\":\"{}\",\"msg\":\"{}\",\"user\":{},\"ms\":{}{trace}}}",
        level.to_lowercase(),
        words(rng, 6),
        rng.u32(..100_000),
        rng.u32(..3_000),
    )
}

fn java(rng: &mut Rng, at: &str, level: &str) -> String {
    format!(
        "{at} {level:5} [http-nio-8080-exec-{}] com.example.shop.{} - {} id={:09}",
        rng.u8(1..20),
        pick(rng, SERVICES),
        words(rng, 7),
        rng.u32(..1_000_000_000),
    )
}

fn postgres(rng: &mut Rng, at: &str) -> String {
    format!(
        "{at} UTC [{}] LOG:  duration: {}.{:03} ms  statement: SELECT * FROM orders WHERE customer_id = {} AND state = '{}' LIMIT 50",
        rng.u16(100..4_000),
        rng.u16(..900),
        rng.u16(..1_000),
        rng.u32(..100_000),
        pick(rng, WORDS),
    )
}

/// Lines of four kinds, a tenth of them coloured, 141 bytes in the mean.
fn make(count: usize) -> Made {
    let mut rng = Rng::with_seed(20_261_122);
    let mut made = Made {
        text: Vec::new(),
        lines: Vec::with_capacity(count),
    };
    let mut nanos = 1_795_000_000_000_000_000_i64;
    for _ in 0..count {
        nanos += rng.i64(1_000..20_000_000);
        let time = DateTime::<Utc>::from_timestamp_nanos(nanos);
        let at = time.format("%Y-%m-%d %H:%M:%S%.3f").to_string();
        let level = ["INFO", "INFO", "INFO", "INFO", "DEBUG", "WARN", "ERROR"][rng.usize(..7)];
        let source = rng.u8(..4);
        let mut line = match source {
            0 => nginx(&mut rng, &at),
            1 => json(&mut rng, &at, level),
            2 => java(&mut rng, &at, level),
            _ => postgres(&mut rng, &at),
        };
        if rng.u8(..10) == 0 {
            line = format!("\x1b[32m{level}\x1b[0m {line}");
        }
        let start = made.text.len();
        made.text.extend_from_slice(line.as_bytes());
        made.lines.push((start, made.text.len(), nanos, source));
        made.text.push(b'\n');
    }
    made
}

impl Made {
    fn fill(&self) -> LogStore {
        let mut store = LogStore::default();
        for (start, end, nanos, source) in &self.lines {
            store.push(NewLine {
                bytes: &self.text[*start..*end],
                at: Some(DateTime::from_timestamp_nanos(*nanos)),
                source: u16::from(*source),
                kind: Kind::Stdout,
                level: source % 3 + 1,
                ..NewLine::default()
            });
        }
        store
    }
}

/// Processor time this process has had, its children's if `who` says so.
fn spent(who: UsageWho) -> Duration {
    let usage = getrusage(who).expect("the system counts it");
    let time = usage.user_time() + usage.system_time();
    Duration::from_micros(time.num_microseconds().unsigned_abs())
}

/// Of processor time: the wall's depends on who else is there.
fn median_of<T>(who: UsageWho, times: usize, mut run: impl FnMut() -> T) -> Duration {
    let mut taken: Vec<Duration> = (0..times)
        .map(|_| {
            let start = spent(who);
            black_box(run());
            spent(who).saturating_sub(start)
        })
        .collect();
    taken.sort_unstable();
    taken[times / 2]
}

fn median<T>(times: usize, run: impl FnMut() -> T) -> Duration {
    median_of(UsageWho::RUSAGE_SELF, times, run)
}

fn ms(taken: Duration) -> f64 {
    taken.as_secs_f64() * 1e3
}

/// Resident memory in bytes; 0 where the system does not tell.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = pages
        .split(' ')
        .nth(1)
        .and_then(|n| n.parse::<usize>().ok());
    pages.unwrap_or(0) * 4096
}

fn rg(file: &Path, pattern: &str) -> Option<Duration> {
    let run = || {
        let mut rg = Command::new("rg");
        rg.args(["-j1", "-c", "-a", "-S", "-e", pattern])
            .arg(file)
            .stdout(Stdio::null());
        rg.status().is_ok()
    };
    run().then(|| median_of(UsageWho::RUSAGE_CHILDREN, 5, run))
}

fn ingest(made: &Made) -> LogStore {
    let before = resident();
    let store = made.fill();
    let grown = resident().saturating_sub(before);
    let count = made.lines.len();
    let per_line = |bytes: usize| bytes as f64 / count as f64;
    println!(
        "held      {:.1} B a line of {:.1} B ({:.3} of it), {:.1} MB; resident {:.1} MB; dropped {}",
        per_line(store.bytes_held()),
        per_line(made.text.len() - count),
        store.bytes_held() as f64 / made.text.len() as f64,
        store.bytes_held() as f64 / 1e6,
        grown as f64 / 1e6,
        store.dropped(),
    );
    let taken = median(5, || made.fill());
    println!(
        "ingest    {:.2} M lines/s",
        count as f64 / taken.as_secs_f64() / 1e6
    );
    store
}

/// What compression alone takes of the figures above and below.
fn floor(made: &Made) {
    let mut pack = zstd::bulk::Compressor::new(1).expect("memory for tables");
    let mut unpack = zstd::bulk::Decompressor::new().expect("memory for tables");
    let mut blocks: Vec<Vec<u8>> = Vec::new();
    let packed = median(3, || {
        blocks = made
            .text
            .chunks(64 << 10)
            .filter_map(|block| pack.compress(block).ok())
            .collect();
    });
    let mut room = Vec::with_capacity(64 << 10);
    let unpacked = median(3, || {
        for block in &blocks {
            room.clear();
            let _ = black_box(unpack.decompress_to_buffer(block, &mut room));
        }
    });
    println!(
        "zstd      {:.0} ms to pack all, {:.0} ms to unpack all, without a store",
        ms(packed),
        ms(unpacked)
    );
}

fn read(store: &LogStore) {
    let mut rng = Rng::with_seed(1);
    let packed = store.len() * 9 / 10;
    let screen = median(501, || {
        let top = rng.usize(..packed.saturating_sub(50).max(1));
        (top..top + 50)
            .filter_map(|index| store.line(index))
            .map(|line| line.bytes().len())
            .sum::<usize>()
    });
    let sparse: Vec<usize> = (0..50).map(|n| n * packed / 50).collect();
    let scattered = || sparse.iter().filter_map(|index| store.line(*index)).count();
    let first = median(1, scattered);
    let again = median(51, scattered);
    println!(
        "screen    {:.0} us at random; 50 scattered lines {:.2} ms, drawn again {:.3} ms",
        ms(screen) * 1e3,
        ms(first),
        ms(again)
    );
    let ids: Vec<u64> = (0..1_000)
        .filter_map(|n| store.line(n * packed / 1_000))
        .map(|line| line.id())
        .collect();
    let found = median(5, || {
        ids.iter().filter_map(|id| store.index_of(*id)).count()
    });
    println!("index_of  {:.1} us", ms(found));
}

fn search(store: &LogStore, file: &Path) {
    println!("search    ms for all | first slice | hits | rg -j1 -c");
    for (name, pattern) in PATTERNS {
        let matcher = Matcher::regex(pattern).expect("a good pattern");
        let all = median(5, || {
            Search::new(matcher.clone()).work(store, store.len(), usize::MAX)
        });
        let first = median(5, || {
            Search::new(matcher.clone()).work(store, store.len() / 2, 256 << 10)
        });
        let mut done = Search::new(matcher);
        done.work(store, 0, usize::MAX);
        let rival = rg(file, pattern).map_or("-".to_owned(), |t| format!("{:.0}", ms(t)));
        println!(
            "  {name:26} {:7.1} | {:5.2} | {:7} | {rival}",
            ms(all),
            ms(first),
            done.count(None)
        );
    }
    let sieve = Sieve {
        keep: vec![Matcher::regex("error").expect("a good pattern")],
        drop: vec![Matcher::regex("curl").expect("a good pattern")],
        lowest: 2,
        context: 3,
        whole_groups: true,
        ..Sieve::default()
    };
    let sifted = median(5, || {
        Sift::new(sieve.clone()).work(store, store.len(), usize::MAX)
    });
    println!("  sieve of four rules        {:7.1}", ms(sifted));
}

fn follow(made: &Made) {
    let mut store = made.fill();
    let mut search = Search::new(Matcher::regex("error").expect("a good pattern"));
    search.work(&store, 0, usize::MAX);
    let start = spent(UsageWho::RUSAGE_SELF);
    let mut taken = 0;
    for batch in made.lines.chunks(100).take(500) {
        for (start, end, ..) in batch {
            store.push(NewLine {
                bytes: &made.text[*start..*end],
                source: 9,
                ..NewLine::default()
            });
        }
        taken += batch.len();
        search.follow(&store);
    }
    let each = spent(UsageWho::RUSAGE_SELF).saturating_sub(start) / taken as u32;
    println!(
        "follow    {:.2} us a line pushed and searched, 100 at a time",
        ms(each) * 1e3
    );
}

/// Every other line is a second late, a hundred lines behind: two sources whose clocks are apart.
fn late(made: &Made) {
    let lines = &made.lines[..made.lines.len() / 4];
    let taken = median(3, || {
        let mut store = LogStore::default();
        for (n, (start, end, nanos, _)) in lines.iter().enumerate() {
            let apart = if n % 2 == 0 { 1_000_000_000 } else { 0 };
            store.push(NewLine {
                bytes: &made.text[*start..*end],
                at: Some(DateTime::from_timestamp_nanos(nanos - apart)),
                source: (n % 2) as u16,
                ..NewLine::default()
            });
        }
        store
    });
    println!(
        "late      {:.2} us a line when every other is a second late",
        ms(taken) * 1e3 / lines.len() as f64
    );
}

fn main() {
    let count = std::env::var("LINES")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(1_000_000);
    let made = make(count);
    let store = ingest(&made);
    floor(&made);
    read(&store);
    let file = std::env::temp_dir().join(format!("stacktui-bench-{}.log", std::process::id()));
    let wrote = std::fs::File::create(&file).and_then(|mut out| out.write_all(&made.text));
    wrote.expect("room for the lines in a file");
    search(&store, &file);
    let _ = std::fs::remove_file(&file);
    follow(&made);
    late(&made);
}
