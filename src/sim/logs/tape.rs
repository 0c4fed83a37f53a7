//! The tape: which stretches of time a container spoke in, and a cursor over the records.
//! Only the stretches are held; records are made when read. Must not know who reads.
use std::collections::VecDeque;

use super::{BOOT_STEP, Ns, Record, Speaker, Voice};

/// Stretches held at most; older ones are forgotten, as a rotated log is.
const STRETCHES: usize = 400;
/// Records of history before the world's first moment, at most, for each stretch.
const HISTORY: u64 = 5000;

#[derive(Debug)]
enum Stretch {
    /// Boot lines (unless it only goes on after a pause), then ordinary ones.
    Speech {
        from: Ns,
        to: Option<Ns>,
        boot: u64,
        first: u64,
        seed: u64,
    },
    /// Words said at one moment.
    Words(Vec<Record>),
}

/// A place between two records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    stretch: u64,
    record: u64,
}

/// A container's log.
#[derive(Debug)]
pub struct Tape {
    speaker: Speaker,
    stretches: VecDeque<(u64, Stretch)>,
    forgotten: u64,
}

impl Tape {
    /// An empty tape.
    pub fn new(speaker: Speaker) -> Self {
        Self {
            speaker,
            stretches: VecDeque::new(),
            forgotten: 0,
        }
    }

    /// The container speaks from `at` on, in its run number `run`. `fresh` says whether it starts
    /// or goes on; `origin` is the world's first moment, before which only some history is kept.
    pub fn open(&mut self, run: u64, at: Ns, fresh: bool, origin: Ns, voice: &Voice) {
        let boot = if fresh { voice.boot.len() as u64 } else { 0 };
        let seed = super::hash(self.speaker.seed, &at.to_string());
        let mut speaker = self.speaker.clone();
        speaker.seed = seed;
        let past = boot + speaker.count(origin - at - boot.cast_signed() * BOOT_STEP);
        let stretch = Stretch::Speech {
            from: at,
            to: None,
            boot,
            first: past.saturating_sub(HISTORY),
            seed,
        };
        self.push(run, stretch);
    }

    /// The container falls silent at `at`; `crash` or a polite stop adds the last words.
    pub fn close(&mut self, run: u64, at: Ns, last: Option<bool>, voice: &Voice) {
        if let Some((_, Stretch::Speech { to, .. })) = self.stretches.back_mut() {
            to.get_or_insert(at);
        }
        if let Some(crash) = last {
            let words = voice.last(&self.speaker, crash, at);
            self.push(run, Stretch::Words(words));
        }
    }

    fn push(&mut self, run: u64, stretch: Stretch) {
        self.stretches.push_back((run, stretch));
        while self.stretches.len() > STRETCHES {
            self.stretches.pop_front();
            self.forgotten += 1;
        }
    }

    /// The place before the oldest record.
    pub fn start(&self) -> Cursor {
        Cursor {
            stretch: self.forgotten,
            record: self.stretches.front().map_or(0, |(_, s)| s.first()),
        }
    }

    /// The place after the newest record at `now`.
    pub fn end(&self, now: Ns) -> Cursor {
        let last = self.stretches.len().saturating_sub(1);
        let record = self.stretches.back().map_or(0, |(_, s)| self.count(s, now));
        Cursor {
            stretch: self.forgotten + last as u64,
            record,
        }
    }

    /// The record after the cursor, moving past it. None at the end, and where a run after `run`
    /// begins.
    pub fn next(&self, at: &mut Cursor, now: Ns, run: u64, voice: &Voice) -> Option<Record> {
        loop {
            if at.stretch < self.forgotten {
                *at = self.start();
            }
            let place = (at.stretch - self.forgotten) as usize;
            let (of_run, stretch) = self.stretches.get(place)?;
            if *of_run > run {
                return None;
            }
            if at.record < self.count(stretch, now) {
                let record = self.record(stretch, at.record, voice);
                at.record += 1;
                return record;
            }
            let (_, following) = self.stretches.get(place + 1)?;
            *at = Cursor {
                stretch: at.stretch + 1,
                record: following.first(),
            };
        }
    }

    /// The record before the cursor, moving back over it. None at the start.
    pub fn back(&self, at: &mut Cursor, now: Ns, voice: &Voice) -> Option<Record> {
        loop {
            let place = at.stretch.checked_sub(self.forgotten)? as usize;
            let (_, stretch) = self.stretches.get(place)?;
            if at.record > stretch.first() {
                at.record -= 1;
                return self.record(stretch, at.record, voice);
            }
            let (_, earlier) = self.stretches.get(place.checked_sub(1)?)?;
            *at = Cursor {
                stretch: at.stretch - 1,
                record: self.count(earlier, now),
            };
        }
    }

    /// When the record after the cursor will be said, if that lies ahead.
    pub fn due(&self, at: Cursor) -> Option<Ns> {
        let place = at.stretch.checked_sub(self.forgotten)? as usize;
        match &self.stretches.get(place)?.1 {
            stretch @ Stretch::Speech { to: None, .. } => Some(self.time(stretch, at.record)),
            _ => None,
        }
    }

    fn speaker_of(&self, stretch: &Stretch) -> Speaker {
        let mut speaker = self.speaker.clone();
        if let Stretch::Speech { seed, .. } = stretch {
            speaker.seed = *seed;
        }
        speaker
    }

    fn time(&self, stretch: &Stretch, record: u64) -> Ns {
        match stretch {
            Stretch::Speech { from, boot, .. } if record < *boot => {
                from + record.cast_signed() * BOOT_STEP
            }
            Stretch::Speech { from, boot, .. } => {
                let start = from + boot.cast_signed() * BOOT_STEP;
                start + self.speaker_of(stretch).offset(record - boot)
            }
            Stretch::Words(records) => records.first().map_or(0, |record| record.at),
        }
    }

    /// Number of the record after the last one said by `now`.
    fn count(&self, stretch: &Stretch, now: Ns) -> u64 {
        let (from, to, boot) = match stretch {
            Stretch::Words(records) => return records.len() as u64,
            Stretch::Speech { from, to, boot, .. } => (from, to, boot),
        };
        let length = to.map_or(now, |to| to.min(now)) - from;
        if length < 0 {
            return 0;
        }
        let booted = (length / BOOT_STEP).cast_unsigned() + 1;
        if booted <= *boot {
            return booted;
        }
        let rest = length - boot.cast_signed() * BOOT_STEP;
        boot + self.speaker_of(stretch).count(rest)
    }

    fn record(&self, stretch: &Stretch, record: u64, voice: &Voice) -> Option<Record> {
        let boot = match stretch {
            Stretch::Words(records) => return records.get(record as usize).cloned(),
            Stretch::Speech { boot, .. } => *boot,
        };
        let speaker = self.speaker_of(stretch);
        let at = self.time(stretch, record);
        Some(if record < boot {
            voice.boot(&speaker, record, at)
        } else {
            voice.ordinary(&speaker, record - boot, at)
        })
    }
}

impl Stretch {
    fn first(&self) -> u64 {
        match self {
            Self::Speech { first, .. } => *first,
            Self::Words(_) => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::scenario::VoiceSpec;
    use super::*;
    use crate::sim::clock::SECOND;

    fn tape() -> (Tape, Voice) {
        let voice = Voice::new(&VoiceSpec {
            boot: vec!["boot 1".into(), "boot 2".into()],
            lines: vec!["line «int 1 99999»".into()],
            crash: vec!["oh\nno".into()],
            ..VoiceSpec::default()
        });
        let speaker = Speaker {
            name: "a".into(),
            seed: 1,
            rate: 2.0,
            tty: false,
        };
        (Tape::new(speaker), voice.unwrap())
    }

    #[test]
    fn forwards_and_backwards_give_the_same_records() {
        let (mut tape, voice) = tape();
        tape.open(1, 0, true, 0, &voice);
        tape.close(1, 20 * SECOND, Some(true), &voice);
        tape.open(2, 30 * SECOND, true, 0, &voice);
        let now = 50 * SECOND;
        let mut cursor = tape.start();
        let mut forwards = Vec::new();
        while let Some(record) = tape.next(&mut cursor, now, 9, &voice) {
            forwards.push(record);
        }
        let mut cursor = tape.end(now);
        let mut backwards = Vec::new();
        while let Some(record) = tape.back(&mut cursor, now, &voice) {
            backwards.push(record);
        }
        backwards.reverse();
        assert!(forwards.len() > 70, "{}", forwards.len());
        assert_eq!(forwards, backwards);
        assert!(forwards.is_sorted_by_key(|record| record.at));
    }

    #[test]
    fn a_reader_of_one_run_stops_where_the_next_begins() {
        let (mut tape, voice) = tape();
        tape.open(1, 0, true, 0, &voice);
        tape.close(1, SECOND, None, &voice);
        tape.open(2, SECOND, true, 0, &voice);
        let mut cursor = tape.start();
        let mut seen = 0;
        while let Some(record) = tape.next(&mut cursor, 100 * SECOND, 1, &voice) {
            assert!(record.at <= SECOND);
            seen += 1;
        }
        assert!(seen > 2);
    }

    #[test]
    fn only_so_much_history_is_kept() {
        let (mut tape, voice) = tape();
        tape.open(1, 0, true, 100_000 * SECOND, &voice);
        let mut cursor = tape.start();
        let first = tape.next(&mut cursor, 100_000 * SECOND, 1, &voice).unwrap();
        assert!(first.at > 97_000 * SECOND);
    }
}
