//! What can go wrong with a mail server, typed, and told to a person with the way out.
use std::time::Duration;

use crate::msg::{Failure, FailureKind};

/// A failure of a mail server. Texts in it are sanitised.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    #[error("{0}")]
    Unreachable(String),
    #[error("it takes connections but does not answer within {} s", .0.as_secs())]
    Silent(Duration),
    #[error("the connection was cut in the middle of an answer")]
    Cut,
    /// The reply is larger than `limit`; what came of it.
    #[error("its reply is larger than {} MiB", .limit / (1 << 20))]
    TooLarge { limit: usize, head: Vec<u8> },
    #[error("it answers with status {0}{words}", words = if .1.is_empty() { String::new() } else { format!(": {}", .1) })]
    Status(u16, String),
    #[error("it wants a user and a password")]
    Password,
    #[error("what answers there is no mail server that is known")]
    Stranger,
    #[error("its reply cannot be read: {0}")]
    Odd(String),
    #[error("the mail is gone")]
    Gone,
    /// In the server's own words.
    #[error("it refused the mail: {0}")]
    Refused(String),
}

impl Trouble {
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
            Self::Password => "set mail.login to user:password, or STACKTUI_MAIL_LOGIN",
            Self::Stranger => {
                "the label stacktui.mail.port names its port, stacktui.mail.path its path"
            }
            _ => "",
        };
        Failure {
            kind,
            what: self.to_string(),
            advice: advice.to_owned(),
            status: match self {
                Self::Status(status, _) => Some(*status),
                _ => None,
            },
            ..Failure::default()
        }
    }
}
