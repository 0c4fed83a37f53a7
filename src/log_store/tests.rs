//! The store as a whole: what goes in comes out, budgets hold, and the plain model of `tests/model.rs` agrees.
mod model;
mod sifts;

use super::*;

fn plain(bytes: &[u8], nanos: i64) -> NewLine<'_> {
    NewLine {
        bytes,
        at: Some(DateTime::from_timestamp_nanos(nanos)),
        ..NewLine::default()
    }
}

fn texts(store: &LogStore) -> Vec<String> {
    store
        .lines(0..store.len())
        .map(|line| String::from_utf8_lossy(line.bytes()).into_owned())
        .collect()
}

/// Blocks and hot text so small that a few lines make many packed blocks.
pub(super) fn small(budget: usize) -> LogStore {
    LogStore::new(Limits {
        budget,
        hot: 600,
        block: 256,
    })
}

#[test]
fn state_can_hold_it() {
    fn fits<T: Clone + std::fmt::Debug + Send + Sync>() {}
    fits::<LogStore>();
    fits::<Sift>();
    fits::<Search>();
}

#[test]
fn hostile_bytes_come_back_byte_for_byte_raw_and_packed() {
    let mut noise: Vec<u8> = (0..=255u8).filter(|b| *b != b'\n').collect();
    noise.extend_from_slice(b"\xed\xa0\x80\xf4\x90\x80\x80\x00\x00\r\r");
    let huge = noise.repeat(4_096);
    assert!(huge.len() > 1 << 20);
    let lines: [&[u8]; 8] = [b"", b"\0", &noise, &huge, b"\r", b"\x1b[31m", b"", b"tail"];
    let mut store = LogStore::default();
    for round in 0..20 {
        for (n, bytes) in lines.iter().enumerate() {
            store.push(plain(bytes, round * 10 + n as i64));
        }
    }
    assert!(store.packed > 10, "most of it is packed");
    assert_eq!(store.dropped(), 0);
    for index in 0..store.len() {
        assert_eq!(
            store.line(index).unwrap().bytes(),
            lines[index % 8],
            "line {index}"
        );
    }
    let all: Vec<usize> = store.lines(3..100).map(|line| line.bytes().len()).collect();
    assert_eq!(all.len(), 97);
    assert_eq!(all[0], huge.len());
    assert!(store.line(store.len()).is_none());
}

#[test]
fn facts_come_back_from_packed_blocks() {
    let mut store = small(1 << 20);
    for n in 0..500u64 {
        store.push(NewLine {
            bytes: format!("line {n}").as_bytes(),
            at: (n % 5 != 0).then(|| DateTime::from_timestamp_nanos(n as i64)),
            source: n as u16 * 131,
            kind: Kind::of_code(n as u8),
            level: n as u8,
            continues: n % 3 == 0,
            cut_from: (n % 7 == 0).then_some(n << 40),
        });
    }
    assert!(store.packed > 10);
    for n in 0..500u64 {
        let line = store.line(n as usize).unwrap();
        assert_eq!(line.id(), n);
        assert_eq!(
            line.at().map(|t| t.timestamp_nanos_opt().unwrap()),
            (n % 5 != 0).then_some(n as i64)
        );
        assert_eq!(line.source(), n as u16 * 131);
        assert_eq!(
            (line.kind(), line.level()),
            (Kind::of_code(n as u8), n as u8)
        );
        assert_eq!(line.continues(), n % 3 == 0);
        assert_eq!(line.cut_from(), (n % 7 == 0).then_some(n << 40));
    }
}

#[test]
fn a_line_beyond_the_cap_is_cut_and_says_so() {
    let mut store = LogStore::default();
    let long = vec![b'x'; LINE_CAP + 5];
    store.push(plain(&long, 1));
    store.push(NewLine {
        cut_from: Some(1 << 40),
        ..plain(&long, 2)
    });
    let lines: Vec<LineView> = store.lines(0..2).collect();
    assert_eq!(lines[0].bytes().len(), LINE_CAP);
    assert_eq!(lines[0].cut_from(), Some(LINE_CAP as u64 + 5));
    assert_eq!(
        lines[1].cut_from(),
        Some(1 << 40),
        "who cut it before knows better"
    );
}

#[test]
fn the_budget_holds_after_every_line() {
    let mut rng = fastrand::Rng::with_seed(7);
    for budget in [16 << 10, 100 << 10, 400 << 10] {
        let mut store = LogStore::new(Limits::of(budget));
        let mut true_bytes = 0;
        for n in 0..10_000i64 {
            let line: Vec<u8> = (0..rng.usize(..200)).map(|_| rng.u8(b' '..b'~')).collect();
            true_bytes += line.len() as u64 + 1;
            store.push(plain(&line, n - rng.i64(..3)));
            if n % 50 == 0 {
                store.line(rng.usize(..store.len()));
            }
            assert!(
                store.bytes_held() <= budget,
                "{} of {budget} at {n}",
                store.bytes_held()
            );
        }
        assert_eq!(store.dropped() + store.len() as u64, 10_000);
        assert!(store.bytes_true() < true_bytes);
        assert!(store.bytes_held() > budget / 2, "and is used");
        let held: usize = store.slots.iter().map(|slot| slot.block.weight()).sum();
        assert!(held <= store.bytes_held(), "what is told is true");
        assert_eq!(store.index_of(0), None, "dropped");
        store.set_budget(budget / 2);
        assert!(store.bytes_held() <= budget / 2);
        assert_eq!(store.line(store.len() - 1).unwrap().id(), 9_999);
    }
}

#[test]
fn two_sources_merge_by_time_and_each_keeps_its_order() {
    let mut store = LogStore::default();
    for (text, time, source) in [
        ("a1", 1, 0),
        ("a5", 5, 0),
        ("a4 late clock", 4, 0),
        ("b2", 2, 1),
        ("b9", 9, 1),
    ] {
        store.push(NewLine {
            source,
            ..plain(text.as_bytes(), time)
        });
    }
    store.push(NewLine {
        at: None,
        ..plain(b"no time", 0)
    });
    store.push(NewLine {
        source: 1,
        ..plain(b"b3 behind it", 3)
    });
    let expected = [
        "a1",
        "b2",
        "a5",
        "a4 late clock",
        "b9",
        "no time",
        "b3 behind it",
    ];
    assert_eq!(texts(&store), expected);
}

#[test]
fn pages_go_in_front_and_merge_where_they_reach_in() {
    let mut store = small(1 << 20);
    for n in 100..200 {
        store.push(NewLine {
            source: 0,
            ..plain(format!("a{n}").as_bytes(), n)
        });
    }
    let words: Vec<String> = (80..120).step_by(2).map(|n| format!("b{n}")).collect();
    let page: Vec<NewLine<'_>> = words
        .iter()
        .map(|word| NewLine {
            source: 1,
            ..plain(word.as_bytes(), word[1..].parse().unwrap())
        })
        .collect();
    assert_eq!(store.prepend(&page), 0);
    let seen = texts(&store);
    assert_eq!(&seen[..3], ["b80", "b82", "b84"]);
    assert_eq!(&seen[9..14], ["b98", "b100", "a100", "a101", "b102"]);
    assert_eq!(seen.len(), 120);
    assert_eq!(
        store.index_of(0),
        seen.iter().position(|t| t == "a100"),
        "the place is kept by the id"
    );
    let older = [plain(b"a clock ahead", 500)];
    store.prepend(&older);
    assert_eq!(
        texts(&store)[11],
        "a clock ahead",
        "its own lines stay behind it, earlier ones of others before it"
    );
    let full = store.prepend(&vec![plain(&[b'x'; 200], 1); 2_000]);
    assert_eq!(full, 0, "there is room");
    store.set_budget(40_000);
    let before = store.dropped();
    let noise: Vec<Vec<u8>> = (0..400)
        .map(|n| fastrand::Rng::with_seed(n).u128(..).to_ne_bytes().repeat(9))
        .collect();
    let page: Vec<NewLine<'_>> = noise.iter().map(|bytes| plain(bytes, 0)).collect();
    assert!(store.prepend(&page) > 0, "no room for more history");
    assert!(store.dropped() - before <= store.next_line);
    assert!(store.bytes_held() <= 40_000);
}

#[test]
fn a_line_is_rewritten_in_its_place() {
    let mut store = small(1 << 20);
    for n in 0..200 {
        store.push(plain(format!("line {n}").as_bytes(), n));
    }
    assert!(store.rewrite(3, b"died, then restarted \x1b"));
    assert!(store.rewrite(199, b"newest"));
    assert!(!store.rewrite(200, b""));
    assert_eq!(store.line(3).unwrap().bytes(), b"died, then restarted \x1b");
    assert_eq!(store.line(4).unwrap().bytes(), b"line 4");
    assert_eq!(store.line(199).unwrap().bytes(), b"newest");
    assert_eq!(store.index_of(3), Some(3));
}

#[test]
fn a_clone_and_a_view_stay_as_they_were() {
    let mut store = LogStore::default();
    store.push(plain(b"one", 1));
    let (view, copy) = (store.line(0).unwrap(), store.clone());
    store.push(plain(b"earlier", 0));
    store.push(plain(b"two", 2));
    assert_eq!((view.bytes(), copy.len()), (&b"one"[..], 1));
    assert_eq!(
        texts(&store),
        ["one", "earlier", "two"],
        "one lane keeps its order"
    );
    assert!(copy.revision() < store.revision());
}
