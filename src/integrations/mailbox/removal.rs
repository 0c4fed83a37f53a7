//! Mails removed one after the other, of servers that take no list: what is gone already stops nothing, and what was done is
//! told.
use super::Trouble;

/// What has come of it so far.
pub(super) struct Removal {
    all: usize,
    deleted: usize,
    gone: usize,
    /// The first trouble.
    why: Option<Trouble>,
}

impl Removal {
    /// Of so many mails.
    pub(super) fn of(all: usize) -> Self {
        Self {
            all,
            deleted: 0,
            gone: 0,
            why: None,
        }
    }

    /// Takes what came of one mail; whether the next is to be tried: what is the server's, and not the mail's, ends it.
    pub(super) fn goes_on(&mut self, done: Result<(), Trouble>) -> bool {
        match done {
            Ok(()) => self.deleted += 1,
            Err(Trouble::Gone) => self.gone += 1,
            Err(trouble) => {
                let of_the_mail = matches!(trouble, Trouble::Status(..));
                self.why.get_or_insert(trouble);
                return of_the_mail;
            }
        }
        true
    }

    /// What there is to tell of it.
    pub(super) fn told(self) -> Result<(), Trouble> {
        match (self.why, self.deleted, self.gone) {
            (None, _, 0) => Ok(()),
            (None, 0, _) => Err(Trouble::Gone),
            (Some(trouble), 0, 0) => Err(trouble),
            (why, deleted, gone) => Err(Trouble::Partly {
                all: self.all,
                deleted,
                gone,
                why: why.map(Box::new),
            }),
        }
    }
}
