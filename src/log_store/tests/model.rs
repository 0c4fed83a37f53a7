//! The store against a plain list of lines, over generated histories: late lines, pages, rewrites, a budget that drops.
use proptest::prelude::*;

use super::super::*;

/// A line of the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plain {
    pub id: u64,
    pub bytes: Vec<u8>,
    pub at: Option<i64>,
    pub source: u16,
    pub kind: Kind,
    pub level: u8,
    pub continues: bool,
    pub cut_from: Option<u64>,
}

impl Plain {
    fn line(&self) -> NewLine<'_> {
        NewLine {
            bytes: &self.bytes,
            at: self.at.map(DateTime::from_timestamp_nanos),
            source: self.source,
            kind: self.kind,
            level: self.level,
            continues: self.continues,
            cut_from: self.cut_from,
        }
    }

    fn of(view: &LineView) -> Self {
        Self {
            id: view.id(),
            bytes: view.bytes().to_vec(),
            at: view.at().map(|t| t.timestamp_nanos_opt().unwrap()),
            source: view.source(),
            kind: view.kind(),
            level: view.level(),
            continues: view.continues(),
            cut_from: view.cut_from(),
        }
    }

    fn lane(&self) -> (u16, Kind) {
        (self.source, self.kind)
    }
}

#[derive(Debug, Clone)]
pub(super) enum Step {
    /// The time counts from the newest so far.
    Push(Plain),
    Page(Vec<Plain>),
    Rewrite(u64, Vec<u8>),
    Work(usize, usize),
}

/// The plain list, and the time it has come to.
#[derive(Debug, Default)]
pub(super) struct Model {
    pub lines: Vec<Plain>,
    next_id: u64,
    now: i64,
    dropped: u64,
}

impl Model {
    fn fresh(&mut self, mut line: Plain, base: i64) -> Plain {
        line.id = self.next_id;
        self.next_id += 1;
        line.at = line.at.map(|at| base + at);
        line
    }

    fn push(&mut self, line: &Plain) -> Plain {
        self.now += 3;
        let line = self.fresh(line.clone(), self.now);
        let index = match (line.at, self.lines.last().and_then(|l| l.at)) {
            (Some(at), Some(_)) => {
                let stays = |l: &Plain| l.lane() == line.lane() || l.at.is_some_and(|t| t <= at);
                self.lines.iter().rposition(stays).map_or(0, |n| n + 1)
            }
            _ => self.lines.len(),
        };
        self.lines.insert(index, line.clone());
        line
    }

    fn page(&mut self, page: &[Plain]) -> Vec<Plain> {
        let first = self.lines.first().and_then(|l| l.at).unwrap_or(self.now);
        let page: Vec<Plain> = page.iter().map(|l| self.fresh(l.clone(), first)).collect();
        let mut old = std::mem::take(&mut self.lines).into_iter().peekable();
        for (n, line) in page.iter().enumerate() {
            let goes_first = |held: &Plain| {
                let earlier = held.at.zip(line.at).is_some_and(|(held, at)| held < at);
                earlier && page[n..].iter().all(|l| l.lane() != held.lane())
            };
            while let Some(held) = old.next_if(goes_first) {
                self.lines.push(held);
            }
            self.lines.push(line.clone());
        }
        self.lines.extend(old);
        page
    }
}

/// Does a step to both and compares all there is to compare.
pub(super) fn step(store: &mut LogStore, model: &mut Model, one: &Step) {
    match one {
        Step::Push(line) => {
            let line = model.push(line);
            assert_eq!(store.push(line.line()), line.id);
            let gone = model.lines.len() - store.len();
            model.lines.drain(..gone);
            model.dropped += gone as u64;
        }
        Step::Page(page) => {
            let page = model.page(page);
            let lines: Vec<NewLine<'_>> = page.iter().map(Plain::line).collect();
            let gone = store.prepend(&lines);
            assert_eq!(gone, model.lines.len() - store.len());
            model.lines.drain(..gone);
            model.dropped += gone.saturating_sub(page.len()) as u64;
        }
        Step::Rewrite(id, bytes) => {
            let line = model.lines.iter_mut().find(|l| l.id == *id);
            assert_eq!(store.rewrite(*id, bytes), line.is_some());
            if let Some(line) = line {
                line.bytes.clone_from(bytes);
            }
            let gone = model.lines.len() - store.len();
            model.lines.drain(..gone);
            model.dropped += gone as u64;
        }
        Step::Work(..) => {}
    }
    check(store, model);
}

fn check(store: &LogStore, model: &Model) {
    let held: Vec<Plain> = store.lines(0..store.len()).map(|l| Plain::of(&l)).collect();
    assert_eq!(held, model.lines);
    assert_eq!(store.dropped(), model.dropped);
    let bytes: usize = model.lines.iter().map(|l| l.bytes.len() + 1).sum();
    assert_eq!(store.bytes_true(), bytes as u64);
    assert!(store.bytes_held() <= store.limits().budget || store.slots.len() == 1);
    for (index, line) in model.lines.iter().enumerate() {
        assert_eq!(store.index_of(line.id), Some(index));
    }
    for index in (0..model.lines.len()).step_by(7) {
        assert_eq!(Plain::of(&store.line(index).unwrap()), model.lines[index]);
    }
    for time in [0, model.now / 2, model.now - 2, model.now + 100] {
        let first = model
            .lines
            .iter()
            .position(|l| l.at.is_some_and(|t| t >= time));
        assert_eq!(
            store.index_at_time(DateTime::from_timestamp_nanos(time)),
            first
        );
    }
    let times = model.lines.iter().filter_map(|l| l.at);
    let span = times.clone().min().zip(times.max());
    assert_eq!(
        store.times().map(|(a, b)| (
            a.timestamp_nanos_opt().unwrap(),
            b.timestamp_nanos_opt().unwrap()
        )),
        span
    );
}

pub(super) fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => "[a-c ]{0,12}(err|ERR|warn)?[a-c ]{0,40}".prop_map(String::into_bytes),
        1 => Just(b"\x1b[31mer\x1b[0mr in colour".to_vec()),
        1 => Just(b"warn\r".to_vec()),
        1 => prop::collection::vec(any::<u8>().prop_filter("no newline", |b| *b != b'\n'), 0..60),
        1 => (100usize..700).prop_map(|n| b"err ".repeat(n / 4)),
    ]
}

fn line() -> impl Strategy<Value = Plain> {
    let time = prop_oneof![6 => Just(Some(0)), 3 => (-60i64..10).prop_map(Some), 1 => Just(None)];
    let cut = prop_oneof![9 => Just(None), 1 => any::<u64>().prop_map(Some)];
    (bytes(), time, 0u16..3, 0u8..12, 0u8..5, any::<bool>(), cut).prop_map(
        |(bytes, at, source, kind, level, continues, cut_from)| Plain {
            id: 0,
            bytes,
            at,
            source,
            kind: Kind::of_code(if kind > 3 { 0 } else { kind }),
            level,
            continues,
            cut_from,
        },
    )
}

pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let one = prop_oneof![
        40 => line().prop_map(Step::Push),
        2 => prop::collection::vec(line(), 0..20).prop_map(Step::Page),
        1 => (0u64..80, bytes()).prop_map(|(id, bytes)| Step::Rewrite(id, bytes)),
        6 => (0usize..100, 1usize..2_000).prop_map(|(around, bytes)| Step::Work(around, bytes)),
    ];
    prop::collection::vec(one, 1..120)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn the_store_is_the_list(steps in steps(), budget in 3_000usize..60_000) {
        let mut store = super::small(budget);
        let mut model = Model::default();
        for one in &steps {
            step(&mut store, &mut model, one);
        }
    }
}
