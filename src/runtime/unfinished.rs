//! What the program does not leave in the middle: containers that are being made anew, of which a service is down while the old
//! one is stopped and the new one not up. Whoever ends the program asks here first, from whatever thread. Must not know what
//! the work is.
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::sync::watch;

/// Between two looks of a thread that waits.
const LOOK: Duration = Duration::from_millis(20);
/// How long a thread waits for the loop to see to what is unfinished: one that hangs does not.
const ATTENDED: Duration = Duration::from_secs(5);
/// How long for the work. Each step of it has its own limit, and is over long before.
const LIMIT: Duration = Duration::from_secs(15 * 60);

/// Work under way, known to all who may end the program.
#[derive(Debug, Clone)]
pub struct Unfinished(Arc<watch::Sender<Now>>);

#[derive(Debug, Clone, Copy, Default)]
struct Now {
    works: usize,
    /// The program is about to end.
    left: bool,
    /// The loop is over, and waits for what is under way.
    attended: bool,
    /// Ended all the same.
    given_up: bool,
}

impl Now {
    fn is_over(&self) -> bool {
        self.works == 0 || self.given_up
    }
}

impl Default for Unfinished {
    fn default() -> Self {
        Self(Arc::new(watch::channel(Now::default()).0))
    }
}

/// A work that is under way until this is dropped.
#[derive(Debug)]
pub struct Work(Unfinished);

impl Drop for Work {
    fn drop(&mut self) {
        self.0.change(|now| now.works = now.works.saturating_sub(1));
    }
}

impl Unfinished {
    fn change(&self, change: impl FnOnce(&mut Now)) {
        self.0.send_modify(change);
    }

    pub fn begin(&self) -> Work {
        self.change(|now| now.works += 1);
        Work(self.clone())
    }

    /// The program is about to end: what has touched nothing yet is given up, the rest finished. Returns whether that was known.
    pub fn leave(&self) -> bool {
        let known = self.is_left();
        self.change(|now| now.left = true);
        known
    }

    pub fn is_left(&self) -> bool {
        self.0.borrow().left
    }

    /// Over once the program is about to end.
    pub async fn left(&self) {
        self.comes(|now| now.left).await;
    }

    /// No more than what it is now is waited for.
    pub fn give_up(&self) {
        self.change(|now| now.given_up = true);
    }

    /// Whether nothing is to be waited for.
    pub fn is_over(&self) -> bool {
        self.0.borrow().is_over()
    }

    /// Over once nothing is to be waited for any more. Threads that would end the process know that this is seen to.
    pub async fn over(&self) {
        self.change(|now| now.attended = true);
        self.comes(Now::is_over).await;
    }

    async fn comes(&self, so: impl FnMut(&Now) -> bool) {
        // The sender is held here: it cannot go away.
        let mut now = self.0.subscribe();
        let _so = now.wait_for(so).await;
    }

    /// For a thread that is to end the process: returns when it may.
    pub fn wait(&self) {
        let mut waited = Duration::ZERO;
        loop {
            let now = *self.0.borrow();
            let limit = if now.attended { LIMIT } else { ATTENDED };
            if now.is_over() || waited >= limit {
                return;
            }
            thread::sleep(LOOK);
            waited += LOOK;
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[test]
    fn it_is_over_when_the_last_work_is_or_it_is_given_up() {
        let unfinished = Unfinished::default();
        assert!(unfinished.is_over());
        let (one, two) = (unfinished.begin(), unfinished.begin());
        assert!(unfinished.over().now_or_never().is_none());
        drop(one);
        assert!(!unfinished.is_over());
        drop(two);
        assert!(unfinished.over().now_or_never().is_some());
        let _three = unfinished.begin();
        assert!(!unfinished.is_over());
        unfinished.give_up();
        unfinished.wait();
        assert!(unfinished.is_over());
    }

    #[test]
    fn leaving_is_known_to_all() {
        let unfinished = Unfinished::default();
        let other = unfinished.clone();
        assert!(other.left().now_or_never().is_none());
        assert!(!unfinished.leave() && other.leave());
        assert!(other.left().now_or_never().is_some());
    }
}
