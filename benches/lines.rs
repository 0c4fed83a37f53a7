//! What telling a line's level and its group costs: items are lines, one thousand a turn.

use divan::counter::ItemsCount;
use stacktui::text::{Grouper, fold, level_of, one_line};

const KINDS: [&str; 8] = [
    "java",
    "logfmt",
    "json",
    "json late",
    "access",
    "colour",
    "prose",
    "trace",
];

fn main() {
    divan::main();
}

/// A line of about 140 bytes, as such a program writes them.
fn line(kind: &str, n: usize) -> String {
    let word = ["INFO", "INFO", "WARN", "ERROR"][n % 4];
    let second = n % 60;
    match kind {
        "java" => format!(
            "2026-11-22 10:00:{second:02},123 {word}  [http-nio-8080-exec-{}] com.example.shop.OrderService - order {n} \
             took {} ms for customer {}",
            n % 16,
            n % 900,
            n * 7
        ),
        "logfmt" => format!(
            "time=\"2026-11-22T10:00:{second:02}Z\" level={} msg=\"request served\" method=GET path=/api/v1/items/{n} \
             status=200 bytes=5321 dur=12.3ms",
            word.to_lowercase()
        ),
        "json" => format!(
            r#"{{"level":"{}","ts":17041896{second:02}.123,"caller":"server/main.go:{}","msg":"request served","path":"/api/v1/items/{n}","status":200}}"#,
            word.to_lowercase(),
            n % 400
        ),
        "json late" => format!(
            r#"{{"@timestamp":"2026-11-22T10:00:{second:02}.123Z","message":"order {n} was served","logger_name":"com.example.Shop","thread_name":"main","level":"{word}"}}"#
        ),
        "access" => format!(
            "10.0.{}.7 - - [22/Nov/2026:10:00:{second:02} +0000] \"GET /api/v1/items/{n}?page=2 HTTP/1.1\" {} 5321 \"-\" \
             \"Mozilla/5.0 (X11; Linux x86_64)\"",
            n % 250,
            [200, 200, 404, 502][n % 4]
        ),
        "colour" => format!(
            "\x1b[2m2026-11-22T10:00:{second:02}.123456Z\x1b[0m \x1b[32m {word}\x1b[0m \x1b[2mshop::orders\x1b[0m\x1b[2m:\x1b[0m \
             order served \x1b[3mid\x1b[0m\x1b[2m=\x1b[0m{n}"
        ),
        "prose" => format!(
            "Worker started to clean up {n} old entries of the cache, which takes about {second} seconds on a machine of \
             this size and finds no errors"
        ),
        _ => format!(
            "\tat com.example.shop.orders.OrderServiceImpl$Proxy{}.findAllByCustomer(OrderServiceImpl.java:{second}) \
             ~[shop-1.2.3.jar:1.2.3]",
            n % 50
        ),
    }
}

fn lines(kind: &str) -> Vec<String> {
    let kind_of = |n: usize| match kind {
        "mixed" => KINDS[n % KINDS.len()],
        kind => kind,
    };
    (0..1000).map(|n| line(kind_of(n), n)).collect()
}

#[divan::bench(args = ["mixed", "java", "logfmt", "json", "json late", "access", "colour", "prose", "trace"])]
fn level(bencher: divan::Bencher<'_, '_>, kind: &str) {
    let lines = lines(kind);
    bencher.counter(ItemsCount::new(lines.len())).bench(|| {
        let levels = lines
            .iter()
            .map(|line| level_of(divan::black_box(line.as_bytes())));
        levels.flatten().count()
    });
}

/// With the level that it is given, known before.
#[divan::bench(args = ["mixed", "java", "json", "prose", "trace"])]
fn group(bencher: divan::Bencher<'_, '_>, kind: &str) {
    let lines = lines(kind);
    let levels: Vec<_> = lines.iter().map(|line| level_of(line.as_bytes())).collect();
    bencher.counter(ItemsCount::new(lines.len())).bench(|| {
        let mut grouper = Grouper::default();
        let joins = lines
            .iter()
            .zip(&levels)
            .map(|(line, level)| grouper.continues(divan::black_box(line.as_bytes()), *level));
        joins.filter(|joins| *joins).count()
    });
}

/// Folding is for lines on screen only.
#[divan::bench(args = ["json", "logfmt"])]
fn folded(bencher: divan::Bencher<'_, '_>, kind: &str) {
    let lines = lines(kind);
    bencher.counter(ItemsCount::new(lines.len())).bench(|| {
        let rows = lines.iter().filter_map(|line| fold(divan::black_box(line)));
        rows.map(|folded| one_line(&folded).len()).sum::<usize>()
    });
}
