//! What can go wrong with a mail server, typed, and told to a person with the way out.
use std::fmt;
use std::time::Duration;

use crate::lang::{Words, english};
use crate::msg::{Failure, FailureKind};

/// A failure of a mail server. Texts in it are sanitised. It displays itself in English; [`Trouble::why`] is for the
/// screen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    Unreachable(Words),
    Silent(Duration),
    /// In the middle of an answer.
    Cut,
    /// The reply is larger than `limit`; what came of it.
    TooLarge {
        limit: usize,
        head: Vec<u8>,
    },
    /// With what the page of it says.
    Status(u16, String),
    Password,
    Stranger,
    Odd(Words),
    /// The mail.
    Gone,
    /// Not all of the mails were deleted.
    Partly {
        all: usize,
        deleted: usize,
        /// Before they could be deleted.
        gone: usize,
        /// What kept the others.
        why: Option<Box<Trouble>>,
    },
    /// In the server's own words.
    Refused(String),
}

impl Trouble {
    /// What is wrong, in the language of the screen.
    pub fn why(&self) -> String {
        match self {
            Self::Unreachable(why) => why.to_string(),
            Self::Silent(limit) => say!(
                "it takes connections but does not answer within {seconds} s",
                seconds = limit.as_secs()
            ),
            Self::Cut => say!("the connection was cut in the middle of an answer").to_owned(),
            Self::TooLarge { limit, .. } => {
                say!("its reply is larger than {n} MiB", n = limit / (1 << 20))
            }
            Self::Status(status, words) if words.is_empty() => {
                say!("it answers with status {status}", status)
            }
            Self::Status(status, words) => {
                say!("it answers with status {status}: {words}", status, words)
            }
            Self::Password => say!("it wants a user and a password").to_owned(),
            Self::Stranger => say!("what answers there is no mail server that is known").to_owned(),
            Self::Odd(why) => say!("its reply cannot be read: {why}", why),
            Self::Gone => say!("the mail is gone").to_owned(),
            Self::Partly {
                all,
                deleted,
                gone,
                why: None,
            } => say!(
                "of {all} mails {deleted} deleted; {gone} gone before",
                all,
                deleted,
                gone
            ),
            Self::Partly {
                all,
                deleted,
                gone,
                why: Some(why),
            } => say!(
                "of {all} mails {deleted} deleted, {gone} gone before, {left} still there: {why}",
                all,
                deleted,
                gone,
                left = all.saturating_sub(deleted + gone),
                why = why.why()
            ),
            Self::Refused(words) => say!("it refused the mail: {words}", words),
        }
    }

    /// For state and toasts.
    pub fn failure(&self) -> Failure {
        let kind = match self {
            Self::Gone => FailureKind::NotFound,
            Self::Password => FailureKind::Denied,
            Self::Silent(_) => FailureKind::TimedOut,
            Self::Unreachable(_) | Self::Cut => FailureKind::Unreachable,
            _ => FailureKind::Other,
        };
        let advice = match self {
            Self::Password => say!(
                "mail.logins = [\"NAME=user:password\"] tells it; of one server alone mail.login does, or STACKTUI_MAIL_LOGIN"
            ),
            Self::Stranger => {
                say!("the label stacktui.mail.port names its port, stacktui.mail.path its path")
            }
            _ => "",
        };
        Failure {
            kind,
            what: Words::ours(|| self.why()),
            advice: advice.to_owned(),
            status: match self {
                Self::Status(status, _) => Some(*status),
                _ => None,
            },
            ..Failure::default()
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&english(|| self.why()))
    }
}
