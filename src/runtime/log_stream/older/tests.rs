//! Pages as readings of a log leave them.
use super::*;
use crate::model::{HostId, Key};

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(second, 0).unwrap()
}

fn record(second: i64, stream: LogStream) -> LogRecord {
    LogRecord {
        at: Some(at(second)),
        stream,
        bytes: second.to_string().into_bytes(),
        cut_from: None,
    }
}

fn page(before: i64, at_before: u32, newer: u64, way: Way, seconds: &[i64]) -> Page {
    let wanted = LogPage {
        key: Key::container(HostId(0), "c"),
        before: at(before),
        at_before,
        newer,
        lines: 10,
    };
    let mut page = Page::new(&wanted, way);
    for second in seconds {
        page.take(record(*second, LogStream::Stdout));
    }
    page.settle();
    page
}

fn seconds(page: Page) -> Vec<i64> {
    let stamp = |r: LogRecord| r.at.unwrap().timestamp();
    page.all().into_iter().map(stamp).collect()
}

#[test]
fn lines_held_at_the_border_are_the_newest_ones_there() {
    let read = page(3, 2, 9, Way::Until, &[1, 2, 3, 3, 3, 4]);
    assert!(read.met());
    assert_eq!(seconds(read), [1, 2, 3]);
}

#[test]
fn without_a_line_held_the_time_alone_decides() {
    for way in [Way::Until, Way::Walk] {
        let read = page(3, 0, 0, way, &[1, 2, 3, 4]);
        assert!(read.met());
        assert_eq!(seconds(read), [1, 2, 3]);
    }
    assert!(page(9, 0, 0, Way::Until, &[1, 2]).met());
}

#[test]
fn a_border_that_did_not_come_is_not_met() {
    assert!(!page(4, 1, 3, Way::Until, &[1, 2]).met());
    assert!(!page(4, 2, 3, Way::Until, &[1, 4]).met());
    assert!(!page(4, 1, 3, Way::Until, &[]).met());
}

#[test]
fn walking_goes_by_place_whatever_the_clock_says() {
    // Held: 4, 5, 6.
    let read = page(4, 1, 3, Way::Walk, &[1, 2, 10, 11, 3, 4, 5, 6]);
    assert_eq!(seconds(read), [1, 2, 10, 11, 3]);
    // Held: 12, 3, 4, 5.
    let read = page(3, 1, 4, Way::Walk, &[10, 11, 12, 3, 4, 5]);
    assert_eq!(seconds(read), [10, 11]);
    // The log has nothing of what is held any more.
    assert_eq!(seconds(page(3, 1, 4, Way::Walk, &[7, 8, 9])), [0; 0]);
}

#[test]
fn lines_that_may_be_torn_are_left_to_the_next_page() {
    let wanted = LogPage {
        key: Key::container(HostId(0), "c"),
        before: at(100),
        at_before: 1,
        newer: 1,
        lines: 10,
    };
    let mut page = Page::new(&wanted, Way::Until);
    for (second, stream) in [
        (1, LogStream::Stdout),
        (2, LogStream::Stdout),
        (3, LogStream::Stderr),
        // Out of order: a cut before this one would put a line on the wrong side.
        (5, LogStream::Stdout),
        (4, LogStream::Stderr),
        (6, LogStream::Stdout),
        (7, LogStream::Stdout),
        (8, LogStream::Stdout),
        (9, LogStream::Stdout),
        (10, LogStream::Stdout),
        (100, LogStream::Stdout),
    ] {
        page.take(record(second, stream));
    }
    page.settle();
    assert_eq!(page.clean(), 3);
    page.lines.remove(3);
    page.lines.insert(2, record(5, LogStream::Stdout));
    assert_eq!(page.clean(), 5, "not between 5 and 4");
}

#[test]
fn a_page_is_bounded_in_lines_and_bytes() {
    let many: Vec<i64> = (0..5_000).collect();
    let read = page(5_000, 0, 0, Way::Until, &many);
    assert_eq!(read.lines.len(), 10 + 2 * SLACK);
    assert!(read.is_enough(10));
    assert_eq!(read.mark().1, 5_000);

    let mut read = page(100, 0, 0, Way::Until, &[]);
    for second in 0..60 {
        let mut line = record(second, LogStream::Stdout);
        line.bytes = vec![b'x'; 1 << 20];
        read.take(line);
    }
    assert_eq!(read.lines.len(), 32);
    assert!(read.is_enough(1_000), "there is no room for more");
}
