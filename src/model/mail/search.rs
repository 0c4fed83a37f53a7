//! What mail servers find themselves: what each is asked for some typed words, and its answer. Knows no server's paths.
use super::{Mail, Server};

/// What a server itself found; the newest mails of it where there are many.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// All that it found.
    pub total: usize,
    /// The newest first.
    pub mails: Vec<Mail>,
}

/// What a server is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    pub text: String,
    /// Its answer holds for all the words; else each mail of it has to be looked at for the others.
    pub whole: bool,
}

/// Fewer letters are in every mail.
const SHORTEST: usize = 2;

/// What a Mailpit takes for a condition, and leaves out where it cannot read it: more would be found, not less.
const TIMES: [&str; 2] = ["after:", "before:"];

impl Server {
    /// What it is asked for mails that have all these words; nothing where it could not be held to them.
    pub fn query(self, typed: &str) -> Option<Query> {
        let words: Vec<&str> = typed.split_whitespace().collect();
        let longest = words.iter().max_by_key(|word| word.chars().count())?;
        if longest.chars().count() < SHORTEST {
            return None;
        }
        match self {
            Self::Mailpit => words
                .iter()
                .all(|word| is_for_mailpit(word))
                .then(|| Query {
                    text: words.join(" "),
                    whole: true,
                }),
            // They look for one stretch of text.
            Self::MailHog | Self::MailDev => Some(Query {
                text: (*longest).to_owned(),
                whole: words.len() == 1,
            }),
        }
    }

    /// It looks at mails as they were sent: what is coded in them it does not find.
    pub fn searches_as_sent(self) -> bool {
        self == Self::MailHog
    }
}

/// It narrows by this word: by none without a letter or digit of ASCII, and a sign in front turns one around.
fn is_for_mailpit(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    word.chars().any(|c| c.is_ascii_alphanumeric())
        && !word.starts_with(['-', '!'])
        && !word.ends_with(':')
        && !word.contains('"')
        && !TIMES.iter().any(|time| lower.starts_with(time))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(server: Server, typed: &str) -> Option<(String, bool)> {
        let query = server.query(typed)?;
        Some((query.text, query.whole))
    }

    #[test]
    fn each_server_is_asked_what_it_can_be_held_to() {
        let some = |text: &str, whole| Some((text.to_owned(), whole));
        assert_eq!(query(Server::MailHog, " printer "), some("printer", true));
        assert_eq!(query(Server::MailDev, "a printer"), some("printer", false));
        assert_eq!(
            query(Server::Mailpit, "a  printer"),
            some("a printer", true)
        );
        let narrow = "from:ada is:unread";
        assert_eq!(query(Server::Mailpit, narrow), some(narrow, true));
        for server in Server::ALL {
            assert_eq!(query(server, "a b"), None);
            assert_eq!(query(server, "  "), None);
        }
    }

    #[test]
    fn what_a_mailpit_would_leave_out_or_turn_around_it_is_not_asked() {
        for typed in [
            "-printer",
            "x !printer",
            "from:",
            "after:x",
            "BEFORE:x",
            "éé",
            "ab \"cd",
        ] {
            assert_eq!(query(Server::Mailpit, typed), None, "{typed}");
        }
        assert!(query(Server::MailHog, "-printer").is_some());
    }
}
