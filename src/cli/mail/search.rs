//! `mail list --search`: what has the words, by what is listed and by what the servers find themselves.
use crate::cli::out::complain;
use crate::columns::mail::has_words;
use crate::model::Mail;
use crate::runtime::mail::Found;
use crate::state::mail::Search;

use super::told;

/// Keeps the mails that have all the words; those that only a server knows of come to them.
pub(super) async fn narrow<'a>(
    mails: &mut Vec<(Mail, &'a Found)>,
    servers: &'a [Found],
    words: &str,
) {
    let mut search = Search::default();
    for server in servers {
        let mailbox = &server.mailbox;
        let query = mailbox.server.query(words).filter(|_| mailbox.searches());
        let Some(query) = query else { continue };
        let key = server.source.key();
        match mailbox.search(key, &query.text).await {
            Ok(found) => {
                search.keep(key, &query, Ok(&found));
                mails.extend(found.mails.into_iter().map(|mail| (mail, server)));
            }
            Err(trouble) => {
                let (name, why) = (&server.source.name, told(&trouble.failure()));
                complain(&say!("{name} cannot search: {why}", name, why));
            }
        }
    }
    let has_words = has_words(words);
    let mut seen = std::collections::BTreeSet::new();
    mails.retain(|(mail, _)| {
        seen.insert(mail.key.clone()) && (has_words(mail) || search.has(&mail.key))
    });
    mails.sort_by_key(|(mail, _)| std::cmp::Reverse(mail.at));
}
