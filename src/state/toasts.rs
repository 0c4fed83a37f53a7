//! Short messages that go by themselves.
use chrono::{DateTime, TimeDelta, Utc};

/// What a message tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tidings {
    /// It has begun, and its end is told elsewhere.
    Begun,
    Good,
    Bad,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    pub tidings: Tidings,
    pub text: String,
    pub until: DateTime<Utc>,
}

/// The messages on screen, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Toasts {
    pub shown: Vec<Toast>,
}

impl Toasts {
    /// At most this many at once.
    const MOST: usize = 4;

    /// Takes time: no sign of success yet.
    pub fn begun(&mut self, text: impl Into<String>, now: DateTime<Utc>) {
        self.push(Tidings::Begun, text.into(), now + TimeDelta::seconds(4));
    }

    /// What had begun is over.
    pub fn over(&mut self) {
        self.shown.retain(|toast| toast.tidings != Tidings::Begun);
    }

    pub fn ok(&mut self, text: impl Into<String>, now: DateTime<Utc>) {
        self.push(Tidings::Good, text.into(), now + TimeDelta::seconds(4));
    }

    /// A failure stays longer: it must be read.
    pub fn bad(&mut self, text: impl Into<String>, now: DateTime<Utc>) {
        self.push(Tidings::Bad, text.into(), now + TimeDelta::seconds(8));
    }

    fn push(&mut self, tidings: Tidings, text: String, until: DateTime<Utc>) {
        self.shown.retain(|toast| toast.text != text);
        self.shown.push(Toast {
            tidings,
            text,
            until,
        });
        while self.shown.len() > Self::MOST {
            // What went well is told on its row, too.
            let good = self.shown.iter().position(|t| t.tidings != Tidings::Bad);
            self.shown.remove(good.unwrap_or(0));
        }
    }

    /// Drops what has been read. Returns whether anything went.
    pub fn expire(&mut self, now: DateTime<Utc>) -> bool {
        let before = self.shown.len();
        self.shown.retain(|toast| toast.until > now);
        before != self.shown.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_wrong_is_not_pushed_away_by_what_went_well() {
        let mut toasts = Toasts::default();
        let now = DateTime::default();
        toasts.bad("bad", now);
        for n in 0..9 {
            toasts.ok(n.to_string(), now);
        }
        let texts: Vec<&str> = toasts.shown.iter().map(|t| t.text.as_str()).collect();
        assert_eq!(texts, ["bad", "6", "7", "8"]);
        for n in 0..9 {
            toasts.bad(n.to_string(), now);
        }
        let texts: Vec<&str> = toasts.shown.iter().map(|t| t.text.as_str()).collect();
        assert_eq!(texts, ["5", "6", "7", "8"]);
    }
}
