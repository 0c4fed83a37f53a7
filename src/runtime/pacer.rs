//! Frame pacing: no more is sent than the terminal has shown, so that on a thin link a key's frame does not queue behind
//! seconds of older ones. Some frames end with a question (`CSI 5 n`); its answer tells that all before it was drawn.
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
    /// When the questions were sent that are open.
    open: VecDeque<Instant>,
    /// The time that the newest answer took. None yet: this terminal may be one that never answers.
    took: Option<Duration>,
    /// Questions given up.
    lost: usize,
}

impl Pacer {
    /// Until when a frame is held if no answer comes; none: it may be sent. `urgent`: a key asked for it.
    pub fn holds_until(&self, urgent: bool, now: Instant) -> Option<Instant> {
        self.took?;
        let most = if urgent { MOST } else { 1 };
        let asked = self.open.get(self.open.len().checked_sub(most)?)?;
        Some(*asked + PATIENCE).filter(|end| *end > now)
    }

    /// A frame of so many bytes is sent. True: the question must follow it.
    #[must_use]
    pub fn sent(&mut self, bytes: usize, now: Instant) -> bool {
        let open = self.open.len();
        self.open.retain(|asked| *asked + PATIENCE > now);
        self.lost += open - self.open.len();
        self.unasked += bytes;
        let most = match self.took {
            Some(_) => MOST,
            None if self.lost < TRIES => 1,
            None => 0,
        };
        let asks = self.unasked > FREE && self.open.len() < most;
        if asks {
            self.unasked = 0;
            self.open.push_back(now);
        }
        asks
    }

    /// The terminal answered.
    pub fn answered(&mut self, now: Instant) {
        // The answer to a question that was given up comes late, and tells at least that this terminal answers.
        let took = self.open.pop_front().map(|asked| now - asked);
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
        assert!(pacer.holds_until(false, at(3001)).is_some());
        // Late answers do no harm.
        pacer.answered(at(3500));
        pacer.answered(at(3501));
        pacer.answered(at(3502));
        assert_eq!(pacer.holds_until(false, at(3503)), None);
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
