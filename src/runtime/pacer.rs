//! Frame pacing: no more is sent than the terminal has shown, so that on a thin link a key's frame does not queue behind
//! seconds of older ones. Some frames end with a question (`CSI 5 n`); its answer tells that all before it was drawn.
//! Frames larger than what the link takes in a moment are sent in parts, each asked for.
//! Knows moments and bytes; who writes and reads them is not its business.
//!
//! ```text
//!  frame ─► frame + question ─► (data frames wait; one frame for a key may overtake) ─► answer ─► frame …
//! ```
use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// The question, "device status report" (ECMA-48, 8.3.35 DSR); the answer is `CSI 0 n`.
pub const QUESTION: &[u8] = b"\x1b[5n";

/// Bytes that may be on the way unasked: small frames do not queue, and need no question.
const FREE: usize = 1024;

/// So long may what is on the way take: more is sent in parts.
const MOMENT: Duration = Duration::from_millis(80);

/// Bytes of the small frame that tells how long an answer takes by itself.
const LEAST: usize = 512;

/// So many answers later the way may be another.
const AGAIN: u32 = 64;

/// An answer that takes longer is not waited for. Terminals that never answered are not waited for at all.
const PATIENCE: Duration = Duration::from_secs(2);

/// Frames with a question on the way at most: one of data, one that a key asked for.
const MOST: usize = 2;

/// So many questions without any answer, and no more are asked.
const TRIES: usize = 2;

/// How long an answer is waited for when the terminal is given away, at least and at most.
const DRAIN: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

/// What is on the way to the terminal.
#[derive(Debug, Default)]
pub struct Pacer {
    /// Bytes sent since the last question.
    unasked: usize,
    /// The questions that are open.
    open: VecDeque<Question>,
    /// The time that the newest answer took. None yet: this terminal may be one that never answers.
    took: Option<Duration>,
    /// Questions given up.
    lost: usize,
    /// What is known of the link.
    pace: Pace,
}

/// A question on the way, and the bytes of its frame.
#[derive(Debug, Clone, Copy)]
struct Question {
    asked: Instant,
    bytes: usize,
    /// Nothing else was on the way: what it takes tells of the link.
    alone: bool,
    /// It is the small one that tells what the way takes.
    probes: bool,
}

/// How quick a link is, out of what answers took.
#[derive(Debug, Default)]
struct Pace {
    /// What the smallest frame took, and its bytes: mostly the way itself.
    small: Option<(Duration, usize)>,
    /// Seconds that a byte more takes.
    each: Option<f64>,
    /// Answers since the small frame.
    since: u32,
    /// The newest answer took more than a moment.
    slow: bool,
}

impl Pace {
    fn learn(&mut self, took: Duration, bytes: usize, probes: bool) {
        self.slow = took > MOMENT;
        self.since += 1;
        let known = self.small.replace((took, bytes));
        let Some((least, few)) = known.filter(|(_, few)| few.abs_diff(bytes) > LEAST / 4) else {
            self.since = 0;
            return;
        };
        let (more, longer) = if bytes > few {
            (bytes - few, took.saturating_sub(least))
        } else {
            (few - bytes, least.saturating_sub(took))
        };
        let each = longer.as_secs_f64() / more as f64;
        self.each = Some(self.each.map_or(each, |known| f64::midpoint(known, each)));
        if probes || bytes < few {
            self.since = 0;
        } else {
            self.small = known;
        }
    }

    /// A small frame must tell whether it is the bytes or the way that takes so long.
    fn probes(&self) -> bool {
        let known = self.small.is_some_and(|(_, few)| few < 2 * LEAST);
        self.slow && (!known || self.since >= AGAIN)
    }

    /// Bytes of a part; none: any frame is sent whole.
    fn part(&self) -> Option<usize> {
        if self.probes() {
            return Some(LEAST);
        }
        let bytes = (MOMENT.as_secs_f64() / self.each?.max(1e-9)) as usize;
        // Twice the small one at least, so that each part tells of the link anew.
        (self.slow || bytes < WHOLE).then_some(bytes.max(2 * LEAST))
    }
}

/// More than a full frame has, at 200x50 and in colours.
const WHOLE: usize = 16 * 1024;

impl Pacer {
    /// Until when a frame is held if no answer comes; none: it may be sent. `urgent`: a key asked for it.
    pub fn holds_until(&self, urgent: bool, now: Instant) -> Option<Instant> {
        self.took?;
        let most = if urgent { MOST } else { 1 };
        let open = self.open.get(self.open.len().checked_sub(most)?)?;
        Some(open.asked + PATIENCE).filter(|end| *end > now)
    }

    /// A frame of so many bytes is sent. True: the question must follow it.
    #[must_use]
    pub fn sent(&mut self, bytes: usize, now: Instant) -> bool {
        let open = self.open.len();
        self.open.retain(|open| open.asked + PATIENCE > now);
        let lost = open - self.open.len();
        if lost > 0 {
            self.lost += lost;
            // Parts that each wait for an answer in vain would be worse than whole frames.
            self.pace = Pace::default();
        }
        self.unasked += bytes;
        let most = match self.took {
            Some(_) => MOST,
            None if self.lost < TRIES => 1,
            None => 0,
        };
        // The part that is to tell about the link is asked for, small as it is.
        let probes = self.pace.probes();
        let asks = (self.unasked >= FREE || probes) && self.open.len() < most;
        if asks {
            let question = Question {
                asked: now,
                bytes,
                alone: self.open.is_empty(),
                probes,
            };
            self.unasked = 0;
            self.open.push_back(question);
        }
        asks
    }

    /// Bytes that the next frame may have; none: any number.
    pub fn part(&self) -> Option<usize> {
        self.took.and_then(|_| self.pace.part())
    }

    /// The terminal answered.
    pub fn answered(&mut self, now: Instant) {
        // The answer to a question that was given up comes late, and tells at least that this terminal answers.
        let answered = self.open.pop_front();
        let took = answered.map(|question| now - question.asked);
        if let Some(question) = answered.filter(|question| question.alone) {
            let took = now - question.asked;
            self.pace.learn(took, question.bytes, question.probes);
        }
        self.took = took.or(self.took).or(Some(PATIENCE));
    }

    /// Somebody else has the terminal: what was on the way to it counts no more.
    pub fn forget(&mut self) {
        self.unasked = 0;
        self.open.clear();
    }

    /// An answer is still to come from a terminal that answers.
    pub fn is_open(&self) -> bool {
        self.took.is_some() && !self.open.is_empty()
    }

    /// How long to wait for the last answers before the terminal is given away: what they took of late, twice.
    pub fn drain(&self) -> Duration {
        let (least, most) = DRAIN;
        self.took
            .map_or(least, |took| (took * 2).clamp(least, most))
    }

    /// How long after a frame its answer came; none where the terminal does not answer.
    pub fn delay(&self) -> Option<Duration> {
        self.took
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: usize = 5000;

    fn at(millis: u64) -> Instant {
        static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
        *START.get_or_init(Instant::now) + Duration::from_millis(millis)
    }

    /// A terminal that has answered once.
    fn known() -> Pacer {
        let mut pacer = Pacer::default();
        assert!(pacer.sent(FRAME, at(0)));
        pacer.answered(at(30));
        pacer
    }

    #[test]
    fn a_terminal_that_never_answers_is_never_waited_for() {
        let mut pacer = Pacer::default();
        let mut questions = 0;
        for frame in 0..100 {
            assert_eq!(pacer.holds_until(false, at(frame * 33)), None);
            questions += u32::from(pacer.sent(FRAME, at(frame * 33)));
        }
        assert!(!pacer.is_open());
        assert_eq!(questions, 2, "nor asked for ever");
    }

    #[test]
    fn data_waits_for_the_answer_and_one_key_overtakes() {
        let mut pacer = known();
        assert_eq!(pacer.delay(), Some(Duration::from_millis(30)));
        assert_eq!(pacer.holds_until(false, at(40)), None);
        assert!(pacer.sent(FRAME, at(40)));
        assert!(pacer.holds_until(false, at(73)).is_some(), "data is held");
        assert_eq!(pacer.holds_until(true, at(73)), None, "a key is not");
        assert!(pacer.sent(FRAME, at(73)));
        assert!(
            pacer.holds_until(true, at(80)).is_some(),
            "the second key is"
        );
        pacer.answered(at(400));
        assert_eq!(pacer.holds_until(true, at(400)), None);
        assert!(pacer.holds_until(false, at(400)).is_some());
        pacer.answered(at(800));
        assert_eq!(pacer.holds_until(false, at(800)), None);
        assert!(!pacer.is_open());
    }

    #[test]
    fn small_frames_need_no_question() {
        let mut pacer = known();
        for frame in 0..10 {
            assert!(!pacer.sent(100, at(frame)), "frame {frame}");
        }
        assert!(pacer.sent(100, at(10)), "but many of them do");
    }

    #[test]
    fn an_answer_that_does_not_come_is_given_up_after_two_seconds() {
        let mut pacer = known();
        assert!(pacer.sent(FRAME, at(1000)));
        assert_eq!(pacer.holds_until(false, at(2000)), Some(at(3000)));
        assert!(pacer.holds_until(false, at(2999)).is_some());
        assert_eq!(pacer.holds_until(false, at(3000)), None);
        assert!(pacer.sent(FRAME, at(3000)), "asked anew");
        assert_eq!(pacer.part(), None, "whole again");
        assert!(pacer.holds_until(false, at(3001)).is_some());
        // Late answers do no harm.
        pacer.answered(at(3500));
        pacer.answered(at(3501));
        pacer.answered(at(3502));
        assert_eq!(pacer.holds_until(false, at(3503)), None);
    }

    /// Sends parts as large as it says, over a link of so many milliseconds there and back and bytes a millisecond.
    fn parts(latency: u64, rate: u64, frames: usize) -> Vec<Option<usize>> {
        let mut pacer = Pacer::default();
        let mut now = 0;
        let mut parts = Vec::new();
        for _ in 0..frames {
            let part = pacer.part();
            parts.push(part);
            let bytes = part.unwrap_or(FRAME).min(FRAME);
            now += 1;
            let asked = pacer.sent(bytes, at(now));
            now += latency + bytes as u64 / rate;
            if asked {
                pacer.answered(at(now));
            }
        }
        parts
    }

    #[test]
    fn on_a_thin_link_frames_are_cut_to_what_a_moment_takes() {
        // 100 kbit/s: 12 bytes a millisecond.
        let parts = parts(20, 12, 60);
        assert_eq!(parts[..2], [None, Some(LEAST)], "a small one tells");
        for part in &parts[3..] {
            assert!((900..1_400).contains(&part.unwrap()), "{parts:?}");
        }
    }

    #[test]
    fn a_link_that_stood_still_for_once_is_soon_trusted_again() {
        let mut pace = Pace::default();
        for (took, bytes) in [(400, FRAME), (210, LEAST), (211, FRAME), (1_900, FRAME)] {
            pace.learn(Duration::from_millis(took), bytes, bytes == LEAST);
        }
        assert!(pace.part().unwrap() < FRAME);
        let mut parts = 0;
        while pace.part().is_some_and(|part| part < FRAME) {
            let bytes = pace.part().unwrap();
            pace.learn(Duration::from_millis(210), bytes, false);
            parts += 1;
        }
        assert!(parts < 8, "{parts}");
    }

    #[test]
    fn on_a_long_way_and_on_a_quick_link_they_are_whole() {
        for (latency, rate) in [(200, 5_000), (1, 5_000), (30, 500)] {
            let parts = parts(latency, rate, 30);
            let cut = parts.iter().flatten().filter(|part| **part < FRAME);
            assert!(cut.count() <= 2, "{latency} ms: {parts:?}");
        }
    }

    #[test]
    fn the_wait_at_the_end_follows_the_link() {
        assert_eq!(Pacer::default().drain(), Duration::from_millis(50));
        let mut pacer = known();
        assert_eq!(pacer.drain(), Duration::from_millis(60));
        assert!(pacer.sent(FRAME, at(1000)));
        assert!(pacer.is_open());
        pacer.answered(at(1900));
        assert_eq!(pacer.drain(), Duration::from_secs(1));
        pacer.forget();
        assert!(!pacer.is_open());
    }
}
