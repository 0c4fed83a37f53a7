//! What sifts and searches show, against the rule applied line by line, and kept up against begun anew.
use proptest::prelude::*;

use super::super::*;
use super::model::{Model, Plain, Step, step, steps};

fn matcher(pattern: &str) -> Matcher {
    Matcher::regex(pattern).unwrap()
}

fn shown(sift: &Sift, lines: usize) -> Vec<usize> {
    (0..lines).filter(|line| sift.is_shown(*line)).collect()
}

/// Groups as the rule has them: within a block, a line that continues goes to the newest group of its source.
fn groups(store: &LogStore, lines: &[Plain]) -> Vec<usize> {
    let mut groups: Vec<usize> = Vec::new();
    let mut first = 0;
    for block in store.blocks() {
        for n in first..first + block.lines() {
            let ours = |m: &usize| {
                lines[*m].source == lines[n].source && lines[*m].kind != Kind::Separator
            };
            let above = (first..n).rev().find(ours);
            let joins = lines[n].continues && lines[n].kind != Kind::Separator;
            groups.push(above.filter(|_| joins).map_or(n, |m| groups[m]));
        }
        first += block.lines();
    }
    groups
}

/// The sieve, line by line.
fn naive(store: &LogStore, lines: &[Plain], sieve: &Sieve) -> Vec<usize> {
    let groups = if sieve.whole_groups {
        groups(store, lines)
    } else {
        (0..lines.len()).collect()
    };
    let in_group = |n: usize, holds: &dyn Fn(&Plain) -> bool| {
        (0..lines.len()).any(|m| groups[m] == groups[n] && holds(&lines[m]))
    };
    let passes = |n: usize| {
        let line = &lines[n];
        if sieve.muted.contains(&line.source) {
            return false;
        }
        if line.kind == Kind::Separator && sieve.keep_separators {
            return true;
        }
        let stream = match sieve.streams {
            Streams::Both => true,
            Streams::Stdout => line.kind != Kind::Stderr,
            Streams::Stderr => matches!(line.kind, Kind::Stderr | Kind::Separator),
        };
        stream
            && in_group(n, &|l| l.level >= sieve.lowest)
            && sieve
                .keep
                .iter()
                .all(|m| in_group(n, &|l| m.is_match(&l.bytes)))
            && !sieve
                .drop
                .iter()
                .any(|m| in_group(n, &|l| m.is_match(&l.bytes)))
    };
    let hits: Vec<usize> = (0..lines.len()).filter(|n| passes(*n)).collect();
    let near = |n: &usize| {
        hits.iter().any(|hit| {
            let alone = sieve.keep_separators && lines[*hit].kind == Kind::Separator;
            hit.abs_diff(*n) <= if alone { 0 } else { sieve.context }
        })
    };
    (0..lines.len()).filter(near).collect()
}

fn sieves() -> impl Strategy<Value = Sieve> {
    let patterns = || {
        let one = prop::sample::select(vec![
            "err",
            "ERR",
            "a+b",
            "^$",
            "warn$",
            "c",
            "x*",
            r"\x00",
            "in colour",
        ]);
        prop::collection::vec(one.prop_map(matcher), 0..3)
    };
    let streams = prop::sample::select(vec![Streams::Both, Streams::Stdout, Streams::Stderr]);
    let muted = prop::collection::btree_set(0u16..3, 0..2);
    (
        patterns(),
        patterns(),
        0u8..4,
        streams,
        muted,
        0usize..4,
        any::<[bool; 2]>(),
    )
        .prop_map(
            |(keep, drop, lowest, streams, muted, context, [whole_groups, keep_separators])| {
                Sieve {
                    keep,
                    drop,
                    lowest,
                    streams,
                    muted,
                    context,
                    whole_groups,
                    keep_separators,
                }
            },
        )
}

fn check_questions(sift: &Sift, expected: &[usize], lines: usize) {
    assert_eq!(sift.count(), expected.len());
    for (nth, line) in expected.iter().enumerate() {
        assert_eq!(sift.line_of(nth), Some(*line));
        assert_eq!(sift.rank(*line), nth);
    }
    assert_eq!(sift.line_of(expected.len()), None);
    for line in 0..=lines {
        let next = expected.iter().copied().find(|one| *one >= line);
        let previous = expected.iter().copied().rfind(|one| *one < line);
        assert_eq!(
            (sift.next(line), sift.previous(line)),
            (next, previous),
            "around {line}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn kept_up_is_as_begun_anew(
        steps in steps(), sieve in sieves(), budget in 6_000usize..60_000, begin in 0usize..40,
    ) {
        let mut store = super::small(budget);
        let mut model = Model::default();
        let mut sift = Sift::new(sieve.clone());
        for (n, one) in steps.iter().enumerate() {
            step(&mut store, &mut model, one);
            match one {
                Step::Work(around, bytes) if n >= begin => {
                    let before = sift.progress().scanned;
                    let progress = sift.work(&store, *around, *bytes);
                    prop_assert!(progress.is_done() || progress.scanned > before || n == 0);
                }
                _ => sift.follow(&store),
            }
            let expected = naive(&store, &model.lines, &sieve);
            let known: Vec<usize> = shown(&sift, store.len());
            prop_assert!(known.iter().all(|line| expected.contains(line)), "shows too much: {known:?} {expected:?}");
            if sift.progress().is_done() {
                prop_assert_eq!(&known, &expected);
            }
        }
        let progress = sift.work(&store, 0, usize::MAX);
        prop_assert!(progress.is_done());
        let expected = naive(&store, &model.lines, &sieve);
        check_questions(&sift, &expected, store.len());
        let mut anew = Sift::new(sieve);
        while !anew.work(&store, store.len() / 2, 1).is_done() {}
        prop_assert_eq!(shown(&anew, store.len()), expected);
    }

    #[test]
    fn searches_find_what_the_rule_finds(steps in steps(), sieve in sieves()) {
        let mut store = super::small(60_000);
        let mut model = Model::default();
        let mut search = Search::new(matcher("er"));
        let mut view = Sift::new(sieve);
        for one in &steps {
            step(&mut store, &mut model, one);
            search.work(&store, 0, usize::MAX);
            view.work(&store, 0, usize::MAX);
        }
        for pattern in ["er", "err", "Err", "a+b"] {
            search.change(matcher(pattern));
            search.work(&store, 0, usize::MAX);
            let all = |line: &usize| search.matcher().is_match(&model.lines[*line].bytes);
            for within in [None, Some(&view)] {
                let seen = |line: &usize| within.is_none_or(|view| view.is_shown(*line));
                let hits: Vec<usize> = (0..store.len()).filter(all).filter(seen).collect();
                prop_assert_eq!(search.count(within), hits.len());
                for line in 0..=store.len() {
                    let number = hits.iter().position(|hit| *hit == line).map(|n| n + 1);
                    prop_assert_eq!(search.number(line, within), number);
                    prop_assert_eq!(search.next(line, within), hits.iter().copied().find(|h| *h >= line));
                    prop_assert_eq!(search.previous(line, within), hits.iter().copied().rfind(|h| *h < line));
                }
            }
        }
    }
}

fn filled(lines: usize) -> LogStore {
    let mut store = super::small(1 << 20);
    for n in 0..lines {
        let text = format!("line {n}{}", if n % 10 == 0 { " error" } else { "" });
        store.push(super::plain(text.as_bytes(), n as i64));
    }
    store
}

#[test]
fn work_begins_where_the_reader_is_and_goes_outward() {
    let store = filled(1_000);
    let mut search = Search::new(matcher("error"));
    let progress = search.work(&store, 500, 1);
    assert!(!progress.is_done());
    assert!(search.sift().is_known(500));
    assert!(!search.sift().is_known(0) && !search.sift().is_known(999));
    let mut span = progress.scanned;
    while !search.work(&store, 500, 600).is_done() {
        let known: Vec<usize> = (0..1_000).filter(|l| search.sift().is_known(*l)).collect();
        assert!(known.len() > span);
        span = known.len();
        assert_eq!(known[known.len() - 1] - known[0] + 1, span, "one stretch");
    }
    assert_eq!(search.count(None), 100);
    assert_eq!(search.number(30, None), Some(4));
}

#[test]
fn a_new_line_costs_itself() {
    let mut store = filled(1_000);
    let mut search = Search::new(matcher("error"));
    search.work(&store, 0, usize::MAX);
    store.push(super::plain(b"another error", 2_000));
    search.follow(&store);
    assert!(search.sift().progress().is_done(), "known without work");
    assert_eq!(search.count(None), 101);
    let mut lazy = Search::new(matcher("error"));
    lazy.follow(&store);
    assert_eq!(
        lazy.sift().progress().scanned,
        0,
        "nothing is looked at before it is asked for"
    );
}

#[test]
fn a_longer_word_looks_only_where_the_shorter_was() {
    let mut store = filled(500);
    for n in 0..500 {
        store.push(super::plain(b"quiet", 1_000 + n));
    }
    let mut search = Search::new(matcher("err"));
    search.work(&store, 0, usize::MAX);
    search.change(matcher("error"));
    assert!(
        search.sift().is_known(999),
        "no hit there: none of the longer word"
    );
    assert!(!search.sift().is_known(0));
    search.work(&store, 0, usize::MAX);
    assert_eq!(search.count(None), 50);
    search.change(matcher("i"));
    assert!(!search.sift().is_known(999));
}

#[test]
fn context_goes_with_its_hit() {
    let mut store = super::small(20_000);
    let mut sift = Sift::new(Sieve {
        keep: vec![matcher("hit")],
        context: 400,
        ..Sieve::default()
    });
    store.push(super::plain(b"hit", 0));
    for n in 1..2_000 {
        store.push(super::plain(format!("noise {n}").as_bytes(), n));
        sift.work(&store, 0, usize::MAX);
        let held = store.dropped() == 0;
        let expected = if held { n.min(400) as usize + 1 } else { 0 };
        assert_eq!(sift.count(), expected, "after {n}");
    }
    assert!(store.dropped() > 0);
}

#[test]
fn a_filter_keeps_a_stack_trace_whole() {
    let mut store = LogStore::default();
    let trace = [
        "ERROR boom",
        "  at a.b",
        "Caused by: x",
        "ok",
        "quiet",
        "  at c.d",
    ];
    for (n, text) in trace.iter().enumerate() {
        store.push(NewLine {
            continues: text.starts_with(' ') || text.starts_with("Caused"),
            level: if n == 0 { 5 } else { 1 },
            ..super::plain(text.as_bytes(), n as i64)
        });
        store.push(NewLine {
            source: 1,
            ..super::plain(b"between", n as i64)
        });
    }
    let seen = |sieve: Sieve| {
        let mut sift = Sift::new(Sieve {
            whole_groups: true,
            ..sieve
        });
        sift.work(&store, 0, usize::MAX);
        shown(&sift, store.len())
    };
    let keep = Sieve {
        keep: vec![matcher("Caused")],
        ..Sieve::default()
    };
    assert_eq!(
        seen(keep),
        [0, 2, 4],
        "others' lines between do not break it"
    );
    let drop = Sieve {
        drop: vec![matcher("a.b"), matcher("between")],
        ..Sieve::default()
    };
    assert_eq!(seen(drop), [6, 8, 10]);
    assert_eq!(
        seen(Sieve {
            lowest: 5,
            ..Sieve::default()
        }),
        [0, 2, 4]
    );
}
