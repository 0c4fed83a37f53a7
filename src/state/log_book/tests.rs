//! A log view's lines: their order, what is shown of them, the ways through them.
use chrono::{DateTime, TimeDelta, Utc};

use super::*;
use crate::log_store::Streams;
use crate::model::{HostId, LogRecord, LogStream};
use crate::text::Level;

fn at(ms: i64) -> DateTime<Utc> {
    DateTime::<Utc>::UNIX_EPOCH + TimeDelta::milliseconds(ms)
}

fn record(ms: i64, text: &str) -> LogRecord {
    LogRecord {
        at: Some(at(ms)),
        stream: LogStream::Stdout,
        bytes: text.as_bytes().to_vec(),
        cut_from: None,
    }
}

/// A book with a budget in bytes, and a way to give it lines of sources `a` and `b`.
struct Bench {
    book: LogBook,
}

impl Bench {
    fn new(budget: usize) -> Self {
        let book = LogBook::new(LogTarget::default(), 100, budget, LogLook::default());
        Self { book }
    }

    fn key(name: &str) -> Key {
        Key::container(HostId(0), name)
    }

    fn push(&mut self, name: &str, lines: &[(i64, &str)]) -> &mut Self {
        let records: Vec<LogRecord> = lines.iter().map(|(ms, text)| record(*ms, text)).collect();
        self.book
            .push(&Self::key(name), name, &records, at(1_000_000));
        self
    }

    /// Lines that hardly can be packed, a millisecond apart.
    fn push_many(&mut self, name: &str, ms: std::ops::Range<i64>) -> &mut Self {
        let text = |n: i64| {
            let mixed = (n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            format!(
                "{mixed:016x}{:016x}",
                mixed.rotate_left(29).wrapping_mul(mixed)
            )
        };
        let records: Vec<LogRecord> = ms.map(|n| record(n, &text(n))).collect();
        for some in records.chunks(500) {
            self.book.push(&Self::key(name), name, some, at(1_000_000));
        }
        self
    }

    fn older(&mut self, name: &str, lines: &[(i64, &str)], beginning: bool) -> &mut Self {
        let records: Vec<LogRecord> = lines.iter().map(|(ms, text)| record(*ms, text)).collect();
        self.book.push_older(&Self::key(name), &records, beginning);
        self
    }

    fn shown(&self) -> Vec<String> {
        let mut texts = Vec::new();
        let mut next = self.book.next_shown(0);
        while let Some(index) = next {
            let line = self.book.line(index).unwrap();
            texts.push(String::from_utf8_lossy(line.bytes()).into_owned());
            next = self.book.next_shown(index + 1);
        }
        texts
    }

    fn text(&self, index: usize) -> String {
        let line = self.book.line(index).unwrap();
        String::from_utf8_lossy(line.bytes()).into_owned()
    }
}

#[test]
fn two_sources_merge_by_time_and_each_keeps_its_order() {
    let mut it = Bench::new(1 << 20);
    it.push("a", &[(1, "a1"), (5, "a5"), (4, "a4 late clock")]);
    it.push("b", &[(2, "b2"), (9, "b9")]);
    assert_eq!(it.shown(), ["a1", "b2", "a5", "a4 late clock", "b9"]);
}

#[test]
fn the_readers_place_does_not_move() {
    let mut it = Bench::new(1 << 20);
    let lines: Vec<(i64, String)> = (10..20).map(|i| (i * 10, format!("line {i}"))).collect();
    let lines: Vec<(i64, &str)> = lines
        .iter()
        .map(|(ms, text)| (*ms, text.as_str()))
        .collect();
    it.push("a", &lines);
    it.book.follow = false;
    it.book.set_top(5, 0);
    it.push("b", &[(105, "older, of another")]);
    assert_eq!(it.text(it.book.top()), "line 15");
    assert_eq!(it.book.unread, 1);
    it.older("a", &[(1, "far older"), (2, "older")], true);
    assert_eq!(it.text(it.book.top()), "line 15");
    assert_eq!(it.book.unread, 1, "what is older is not new");
    it.book.filter(|f| f.lowest = Some(Level::Error));
    assert_eq!(it.shown(), [] as [String; 0]);
    it.book.filter(|f| f.lowest = None);
    assert_eq!(it.text(it.book.top()), "line 15");
}

#[test]
fn the_budget_drops_the_oldest_and_the_place_goes_to_what_is_left() {
    let mut it = Bench::new(100_000);
    it.push("a", &[(0, "first")]);
    it.book.follow = false;
    it.book.set_top(0, 0);
    it.push_many("a", 1..20_000);
    let book = &it.book;
    assert!(book.store().bytes_held() <= 100_000);
    assert!(book.store().dropped() > 0);
    assert_eq!(book.store().dropped() as usize + book.len(), 20_000);
    assert_eq!(book.top(), 0);
    assert_eq!(book.shown(), book.len());
}

#[test]
fn filters_stack_and_keep_traces_whole() {
    let mut it = Bench::new(1 << 20);
    it.push(
        "a",
        &[
            (1, "INFO all is well"),
            (2, "ERROR it broke"),
            (3, "\tat com.example.Shop.buy(Shop.java:7)"),
            (4, "\tat com.example.Main.main(Main.java:3)"),
            (5, "WARN slow query"),
        ],
    );
    let keep = |typed: &str, keep| Chip {
        keep,
        matcher: crate::log_store::Matcher::regex(typed).unwrap(),
    };
    it.book.filter(|f| f.lowest = Some(Level::Error));
    assert_eq!(it.shown().len(), 3, "the trace goes with its error");
    it.book.filter(|f| f.lowest = Some(Level::Warn));
    assert_eq!(it.shown().len(), 4);
    it.book.filter(|f| f.chips.push(keep("Shop", true)));
    assert_eq!(it.shown().len(), 3, "a hit in the trace shows all of it");
    it.book.filter(|f| f.chips.push(keep("broke", false)));
    assert_eq!(it.shown().len(), 0);
    it.book.filter(|f| f.chips.clear());
    it.book.filter(|f| f.lowest = None);
    it.book.filter(|f| f.streams = Streams::Stderr);
    assert_eq!(it.shown().len(), 0);
    it.push("a", &[(9, "more")]);
    assert_eq!(it.book.unread, 0);
}

#[test]
fn a_muted_source_is_muted_when_it_is_made_anew() {
    let mut it = Bench::new(1 << 20);
    it.push("a", &[(1, "of a")]).push("b", &[(2, "of b")]);
    it.book.mute("a", true);
    assert_eq!(it.shown(), ["of b"]);
    let again = Bench::key("another container of that name");
    it.book.push(&again, "a", &[record(3, "again of a")], at(3));
    assert_eq!(it.shown(), ["of b"]);
    assert_eq!(it.book.sources[0].colour, it.book.sources[2].colour);
    it.book.mute("a", false);
    assert_eq!(it.shown().len(), 3);
}

#[test]
fn a_search_counts_goes_around_and_sees_new_lines() {
    let mut it = Bench::new(1 << 20);
    it.push("a", &[(1, "one"), (2, "Two"), (3, "one two")]);
    it.book.follow = false;
    it.book.search("two").unwrap();
    assert_eq!(it.book.hit_count(), Some((0, 2, true)));
    assert_eq!(it.book.seek(true), Sought::Found(1));
    assert_eq!(it.book.seek(true), Sought::Found(2));
    assert_eq!(it.book.hit_count(), Some((2, 2, true)));
    assert_eq!(it.book.seek(true), Sought::Nothing);
    assert_eq!(it.book.seek_around(true), Sought::Found(1));
    it.push("a", &[(4, "two again")]);
    assert_eq!(it.book.hit_count(), Some((1, 3, true)));
    it.book.search("Two").unwrap();
    assert_eq!(
        it.book.hit_count(),
        Some((0, 1, true)),
        "a capital is exact"
    );
    assert!(it.book.search("(").is_err());
    it.book.filter(|f| f.lowest = Some(Level::Error));
    assert_eq!(
        it.book.hit_count(),
        Some((0, 0, true)),
        "hidden hits count for nothing"
    );
}

#[test]
fn a_hit_far_away_is_found_in_slices_and_none_is_passed_over() {
    let mut it = Bench::new(64 << 20);
    let long = "x".repeat(200);
    it.push("a", &[(0, "needle")]);
    for i in 1..100 {
        let lines: Vec<(i64, &str)> = (0..1000).map(|n| (i * 1000 + n, long.as_str())).collect();
        it.push("a", &lines);
    }
    it.push("a", &[(200_000, "no hay")]);
    it.book.search("needle").unwrap();
    let mut sought = it.book.seek(false);
    assert_eq!(sought, Sought::Later, "20 MB are not looked at in one go");
    let mut slices = 0;
    while sought == Sought::Later {
        it.book.work(2 << 20);
        sought = it.book.resume_seek().unwrap();
        slices += 1;
    }
    assert_eq!(sought, Sought::Found(0));
    assert!(slices < 20, "{slices}");
    assert_eq!(it.book.resume_seek(), None, "it is over");
}

#[test]
fn pages_of_older_lines_go_in_front_until_the_beginning() {
    let mut it = Bench::new(1 << 20);
    it.push("a", &[(50, "a50"), (60, "a60")])
        .push("b", &[(55, "b55")]);
    let oldest = |it: &Bench, n: usize| it.book.sources[n].oldest;
    assert_eq!(oldest(&it, 0), Some((at(50), 1)));
    it.older("a", &[(40, "a40"), (40, "a40 too"), (45, "a45")], false);
    assert_eq!(oldest(&it, 0), Some((at(40), 2)));
    assert_eq!(it.book.past, Past::Open);
    it.older("b", &[(42, "b42")], true);
    assert_eq!(it.book.past, Past::Open, "a has older ones");
    it.older("a", &[(40, "a40 first")], true);
    assert_eq!(oldest(&it, 0), Some((at(40), 3)), "of the same instant");
    assert_eq!(it.book.past, Past::Beginning);
    assert_eq!(
        it.shown(),
        [
            "a40 first",
            "a40",
            "a40 too",
            "b42",
            "a45",
            "a50",
            "b55",
            "a60"
        ]
    );
}

#[test]
fn history_stops_where_there_is_no_room() {
    let mut it = Bench::new(40_000);
    it.push("a", &[(100_000, "new")]);
    let mut page = 0;
    while it.book.past != Past::Full {
        page += 1;
        let text = "older line that takes some room ".repeat(20);
        let lines: Vec<(i64, &str)> = (0..100).map(|n| (n - page * 100, text.as_str())).collect();
        it.older("a", &lines, false);
        assert!(page < 100, "it must be full some time");
    }
    assert!(it.book.store().bytes_held() <= 40_000);
}

#[test]
fn a_reader_who_goes_far_back_leaves_the_newest_lines_and_gets_them_again() {
    let mut it = Bench::new(200_000);
    let text = "a line that takes some room, and is not like the others ".repeat(4);
    let page = |n: i64| -> Vec<(i64, String)> {
        let line = |i| (n * 100 + i, format!("{} {text}", n * 100 + i));
        (0..100).map(line).collect()
    };
    let newest = page(1000);
    let lines: Vec<(i64, &str)> = newest.iter().map(|(ms, t)| (*ms, t.as_str())).collect();
    it.push("a", &lines);
    it.book.follow = false;
    it.book.set_top(0, 0);
    let mut first = 1000;
    while first > 800 {
        first -= 1;
        let older = page(first);
        let lines: Vec<(i64, &str)> = older.iter().map(|(ms, t)| (*ms, t.as_str())).collect();
        it.older("a", &lines, first == 800);
        it.book.set_top(0, 0);
        assert!(it.text(0).starts_with(&format!("{} ", first * 100)));
    }
    assert!(it.book.apart);
    assert_eq!(it.book.past, Past::Beginning);
    assert!(it.book.store().bytes_held() <= 200_000);
    assert_eq!(it.book.store().dropped(), 0, "what was let go is not lost");
    let held = it.book.len();
    it.push("a", &[(999_999, "comes while the reader is far back")]);
    assert_eq!(it.book.len(), held, "it is read again on the way back");
    it.book.go_to_end();
    assert!(it.book.is_empty() && it.book.follow && !it.book.apart);
    it.push("a", &[(999_999, "now")]);
    assert_eq!(it.shown(), ["now"]);
    assert_eq!(it.book.sources[0].oldest, Some((at(999_999), 1)));
}

#[test]
fn what_was_dropped_is_fetched_again_from_where_the_lines_held_begin() {
    let mut it = Bench::new(100_000);
    it.push("b", &[(0, "the only one of b")]);
    it.push_many("a", 1..20_000);
    assert!(it.book.store().dropped() > 0);
    assert_eq!(it.book.sources[1].oldest, Some((at(1), 1)), "long gone");
    it.book.find_oldest();
    let (oldest, n) = it.book.sources[1].oldest.unwrap();
    assert_eq!(Some(oldest), it.book.line(0).unwrap().at());
    assert_eq!(n, 1);
    let (of_b, n) = it.book.sources[0].oldest.unwrap();
    assert_eq!((of_b, n), (at(19_999), 0), "all of b is missing");
    it.book.find_oldest();
    assert_eq!(it.book.past, Past::Open);
}

#[test]
fn separators_stand_at_their_time_once_and_begin_runs() {
    let mut it = Bench::new(1 << 20);
    let key = Bench::key("a");
    it.push("a", &[(10, "before"), (90, "after")]);
    for _ in 0..2 {
        it.book
            .separate(&key, "a", at(50), "a died · exit 137", false);
    }
    assert_eq!(it.shown(), ["before", "a died · exit 137", "after"]);
    assert_eq!(it.book.run(2, false), None, "a death is no start");
    let told = it
        .book
        .retell(&key, true, |old, _| Some(format!("restarted; {old}")));
    assert!(told);
    assert_eq!(it.shown()[1], "restarted; a died · exit 137");
    assert_eq!(it.book.run(2, false), Some(1));
    assert_eq!(it.book.run(0, true), Some(1));
    assert_eq!(it.book.run(1, true), None);
}

#[test]
fn errors_are_gone_to_by_their_first_line() {
    let mut it = Bench::new(1 << 20);
    it.push(
        "a",
        &[
            (1, "ERROR one"),
            (2, "  at trace.js:1"),
            (3, "INFO fine"),
            (4, "ERROR two"),
        ],
    );
    assert_eq!(it.book.error(0, true), Some(3));
    assert_eq!(it.book.error(3, true), None);
    assert_eq!(it.book.error(3, false), Some(0));
    it.push("a", &[(5, "FATAL three")]);
    assert_eq!(it.book.error(3, true), Some(4));
}

#[test]
fn marks_and_selections_are_lines_not_places() {
    let mut it = Bench::new(1 << 20);
    it.push("a", &[(10, "one"), (20, "two"), (30, "three")]);
    assert!(it.book.toggle_mark(1));
    it.book.select(2);
    it.book.select_to(1);
    it.older("a", &[(1, "older")], true);
    assert_eq!(it.book.next_mark(0), Some(2));
    assert_eq!(it.book.next_mark(2), Some(2), "around the end");
    assert_eq!(it.book.selected(), Some((2, 3)));
    assert_eq!(it.book.cursor(), Some(2));
    assert!(!it.book.toggle_mark(2));
    assert!(!it.book.has_marks());
}

#[test]
fn a_place_held_comes_back_with_its_filters() {
    let mut it = Bench::new(1 << 20);
    it.push("a", &[(10, "one"), (20, "two"), (30, "three")]);
    it.book.hold();
    it.book.filter(|f| f.context = 5);
    it.book.follow = false;
    it.book.set_top(1, 0);
    assert_eq!(it.book.held_filters(), Filters::default());
    it.book.return_to_hold();
    assert!(it.book.follow);
}
