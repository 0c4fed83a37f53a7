//! How many readings a second an engine is asked for: a token bucket whose rate gives way when the engine slows down. Must not
//! know whose figures they are, nor read a clock.
use std::time::Duration;

use tokio::time::Instant;

/// The rate never falls below this many a second.
const LEAST: f64 = 1.0;
/// From nothing to all in so many steps.
const RISES: f64 = 8.0;
/// Answers this fast are no sign of trouble, whatever they were before.
const QUICK: Duration = Duration::from_millis(300);
/// Pause after the rate was changed, before it is changed again.
const REST: Duration = Duration::from_secs(5);
/// Weight of the newest answer in the average.
const NEWEST: f64 = 0.1;
/// What the best average moves towards that of late, each time the rate may change: an engine may be slower for good, and
/// asking it less does not help then.
const FORGETS: f64 = 0.04;
/// Readings that may be asked for at once after a quiet time: two waves, so that a screen fills at once.
const BURST: f64 = 64.0;

/// Additive increase, multiplicative decrease (Chiu and Jain 1989), as TCP does it.
#[derive(Debug, Clone)]
pub(super) struct Budget {
    /// Readings a second: the most allowed, and what is allowed now.
    most: f64,
    rate: f64,
    tokens: f64,
    filled: Instant,
    changed: Instant,
    /// Seconds an answer takes: the average of late, and the least that average has been.
    late: Option<f64>,
    best: f64,
}

impl Budget {
    /// At most `most` readings a second, 1 at least.
    pub fn new(most: u32, now: Instant) -> Self {
        let most = f64::from(most).max(LEAST);
        Self {
            most,
            rate: most,
            tokens: BURST,
            filled: now,
            changed: now,
            late: None,
            best: f64::INFINITY,
        }
    }

    /// Readings a second that are allowed now.
    pub fn rate(&self) -> f64 {
        self.rate
    }

    fn fill(&mut self, now: Instant) {
        let elapsed = now.saturating_duration_since(self.filled).as_secs_f64();
        // What was saved up at the start is kept until it is used.
        let full = self.tokens.max(2.0 * self.rate);
        self.tokens = (self.tokens + elapsed * self.rate).min(full);
        self.filled = now;
    }

    /// Takes up to `wanted`; how many may be asked for now.
    pub fn take(&mut self, wanted: usize, now: Instant) -> usize {
        self.fill(now);
        let granted = (self.tokens.max(0.0) as usize).min(wanted);
        self.tokens -= granted as f64;
        granted
    }

    /// Puts back what was taken and not used.
    pub fn give_back(&mut self, granted: usize) {
        self.tokens += granted as f64;
    }

    /// How long until `wanted` may be asked for at once.
    pub fn wait(&mut self, wanted: usize, now: Instant) -> Duration {
        self.fill(now);
        let missing = (wanted as f64).min(2.0 * self.rate).max(1.0) - self.tokens;
        Duration::from_secs_f64((missing / self.rate).max(0.0))
    }

    /// Learns from an answer: how long it took, and whether it came in time at all.
    pub fn answered(&mut self, took: Duration, in_time: bool, now: Instant) {
        let took = took.as_secs_f64();
        let late = self.late.map_or(took, |late| late + (took - late) * NEWEST);
        self.late = Some(late);
        self.best = self.best.min(late);
        if now.saturating_duration_since(self.changed) < REST {
            return;
        }
        let slow = late > 2.0 * self.best && late > QUICK.as_secs_f64();
        self.best += (late - self.best) * FORGETS;
        if slow || !in_time {
            self.rate = (self.rate / 2.0).max(LEAST);
            self.changed = now;
        } else if self.rate < self.most {
            self.rate = (self.rate + (self.most / RISES).max(1.0)).min(self.most);
            self.changed = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(from: Instant, n: u64) -> Instant {
        from + Duration::from_secs(n)
    }

    #[tokio::test(start_paused = true)]
    async fn after_the_first_burst_the_rate_holds() {
        let begin = Instant::now();
        let mut budget = Budget::new(20, begin);
        assert_eq!(budget.take(1000, begin), 64);
        let taken: usize = (1..=60).map(|n| budget.take(1000, second(begin, n))).sum();
        assert!((1190..=1200).contains(&taken), "{taken}");
        assert!(budget.wait(20, second(begin, 60)) > Duration::from_millis(900));
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_engine_is_asked_less_and_later_more_again() {
        let begin = Instant::now();
        let mut budget = Budget::new(20, begin);
        for n in 0..20 {
            budget.answered(Duration::from_millis(400), true, second(begin, n));
        }
        assert!(budget.rate() > 19.0, "steady is not slow");
        for n in 20..60 {
            budget.answered(Duration::from_secs(3), true, second(begin, n));
        }
        let low = budget.rate();
        assert!(low < 6.0, "{low}");
        // Where it does not get quicker by it, that is its pace.
        let mut slower = budget.clone();
        for n in 60..400 {
            slower.answered(Duration::from_secs(3), true, second(begin, n));
        }
        assert!(slower.rate() > 19.0, "{}", slower.rate());
        for n in 60..300 {
            budget.answered(Duration::from_millis(400), true, second(begin, n));
        }
        assert!(budget.rate() > 19.0, "{}", budget.rate());
    }

    #[tokio::test(start_paused = true)]
    async fn no_answer_in_time_halves_it_but_never_to_nothing() {
        let begin = Instant::now();
        let mut budget = Budget::new(20, begin);
        for n in 1..40 {
            budget.answered(Duration::from_secs(5), false, second(begin, 6 * n));
        }
        assert!((budget.rate() - LEAST).abs() < 1e-9);
    }
}
