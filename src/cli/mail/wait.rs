//! Waiting for a mail, for scripts. Servers are listened to as the screen does: by what rings, else by their count. New is
//! what was not there when the wait began, whatever its date. Must not know how servers are reached.
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::{mpsc, watch};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{interval, timeout};

use super::{Choice, print, resting, sources, told};
use crate::cli::args::MailWait;
use crate::cli::hosts::{Site, Sites};
use crate::cli::journal;
use crate::cli::out::{Out, Quit, complain};
use crate::cli::{DONE, FAILED};
use crate::engine::Engine;
use crate::log_store::Matcher;
use crate::model::mail::Source;
use crate::model::{Key, Mail};
use crate::msg::{MailMsg, Msg};
use crate::runtime::{clock, mail};

/// How often servers that do not answer are tried again, and new ones looked for.
const AGAIN: Duration = Duration::from_secs(1);

/// Waits until a mail that fits came, while servers come and go.
pub(super) async fn wait(
    choice: &Choice<'_>,
    mut sites: Sites,
    wait: &MailWait,
    as_json: bool,
    out: &mut Out,
) -> Result<u8, Quit> {
    let mut expected = Expected::new(wait, clock::now())?;
    if sources(choice, &sites).is_empty() {
        let none = choice.nobody(&sites);
        complain(&say!("{none}: waiting for one", none));
    }
    let limit = Duration::from_secs(wait.timeout);
    let arrival = arrival(choice, &mut sites, &mut expected);
    let Ok((mail, server)) = timeout(limit, arrival).await else {
        let mut said = vec![say!(
            "no such mail came within {seconds} s",
            seconds = wait.timeout
        )];
        said.extend(expected.troubles.into_values());
        complain(&said.join("\n  "));
        return Ok(FAILED);
    };
    let line = if as_json {
        print::object(&mail, &server).to_string()
    } else {
        print::row(&mail, None).join("  ")
    };
    out.line(&line)?;
    out.flush()?;
    Ok(DONE)
}

/// The first mail that fits, and the server that has it.
async fn arrival(
    choice: &Choice<'_>,
    sites: &mut Sites,
    expected: &mut Expected,
) -> (Mail, Source) {
    let (tell, mut told) = mpsc::channel(16);
    let mut ears = Ears::new(tell);
    let mut again = interval(AGAIN);
    again.tick().await;
    ears.turn_to(sources(choice, sites), expected);
    loop {
        tokio::select! {
            said = told.recv() => {
                if let Some(Msg::Mail(key, msg)) = said
                    && let Some(found) = ears.hear(&key, msg, expected)
                {
                    return found;
                }
            }
            _ = again.tick() => {
                list_anew(&mut sites.up).await;
                let all = sources(choice, sites);
                for (_, source) in all.iter().filter(|(_, s)| !ears.by.contains_key(s.key())) {
                    expected.comes_late(source.key());
                }
                ears.turn_to(all, expected);
            }
        }
    }
}

/// What runs now. Of an engine that does not answer, what ran is kept.
async fn list_anew(sites: &mut [Site]) {
    for site in sites {
        if let Ok(containers) = site.engine.list(site.id, clock::now()).await {
            site.containers = containers;
        }
    }
}

/// One server that is listened to.
struct Ear {
    source: Source,
    /// Has it tried at once.
    nudge: watch::Sender<bool>,
    task: AbortHandle,
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// All servers that are listened to.
struct Ears {
    by: BTreeMap<Key, Ear>,
    tasks: JoinSet<()>,
    tell: mpsc::Sender<Msg>,
}

impl Ears {
    fn new(tell: mpsc::Sender<Msg>) -> Self {
        Self {
            by: BTreeMap::new(),
            tasks: JoinSet::new(),
            tell,
        }
    }

    /// Listens to these and no others; has those tried that did not answer.
    fn turn_to(&mut self, all: Vec<(&Site, Source)>, expected: &mut Expected) {
        self.by
            .retain(|_, ear| all.iter().any(|(_, source)| *source == ear.source));
        let there = |key: &Key| all.iter().any(|(_, source)| source.key() == key);
        expected.troubles.retain(|key, _| there(key));
        for (site, source) in all {
            if let Some(why) = resting(&source) {
                self.by.remove(source.key());
                expected.is_away(&source, why);
                continue;
            }
            match self.by.get(source.key()) {
                Some(ear) if expected.troubles.contains_key(source.key()) => {
                    ear.nudge.send_replace(true);
                }
                Some(_) => {}
                None => self.listen(&site.engine, source),
            }
        }
    }

    fn listen(&mut self, engine: &Engine, source: Source) {
        let (engine, link) = watch::channel(Some(engine.clone()));
        let (nudge, watched) = watch::channel(true);
        let (of, tell) = (source.clone(), self.tell.clone());
        let task = self.tasks.spawn(async move {
            mail::follow(of, link, watched, tell).await;
            // The link stands as long as somebody holds this end.
            drop(engine);
        });
        let key = source.key().clone();
        let ear = Ear {
            source,
            nudge,
            task,
        };
        self.by.insert(key, ear);
    }

    /// A server says something; the mail that is waited for, when it is there.
    fn hear(&self, key: &Key, msg: MailMsg, expected: &mut Expected) -> Option<(Mail, Source)> {
        let source = &self.by.get(key)?.source;
        match msg {
            MailMsg::Up { .. } | MailMsg::Found(..) => None,
            MailMsg::Down(failure) => {
                expected.is_away(source, &told(&failure));
                None
            }
            MailMsg::Listed { mails, .. } => {
                let found = expected.look(key, &mails)?;
                Some((found.clone(), source.clone()))
            }
        }
    }
}

/// What is waited for, and what of that was there before.
struct Expected {
    subject: Option<Matcher>,
    from: Option<Matcher>,
    to: Option<Matcher>,
    /// What was there already counts, when it is not older.
    since: Option<DateTime<Utc>>,
    begun: DateTime<Utc>,
    /// Mails of each server that were looked at.
    seen: BTreeMap<Key, BTreeSet<Key>>,
    /// Servers that did not answer when the wait began: what they had then is not known.
    late: BTreeSet<Key>,
    /// Why servers do not answer, each after its name.
    troubles: BTreeMap<Key, String>,
}

impl Expected {
    fn new(wait: &MailWait, now: DateTime<Utc>) -> Result<Self, Quit> {
        let since = wait.since.as_ref();
        let since = since.map(|typed| journal::moment(typed, now.fixed_offset()));
        let matcher = |flag: &str, typed: &Option<String>| {
            let matcher = typed.as_deref().map(Matcher::regex).transpose();
            matcher.map_err(|error| Quit::usage(format!("{flag}: {error}")))
        };
        Ok(Self {
            subject: matcher("--subject", &wait.subject)?,
            from: matcher("--from", &wait.from)?,
            to: matcher("--to", &wait.to)?,
            since: since.transpose()?.map(|at| at.to_utc()),
            begun: now,
            seen: BTreeMap::new(),
            late: BTreeSet::new(),
            troubles: BTreeMap::new(),
        })
    }

    /// This server was not there when the wait began, or did not answer.
    fn comes_late(&mut self, server: &Key) {
        if !self.seen.contains_key(server) {
            self.late.insert(server.clone());
        }
    }

    fn is_away(&mut self, server: &Source, why: &str) {
        self.comes_late(server.key());
        let told = say!("{name}: {why}", name = server.name, why);
        self.troubles.insert(server.key().clone(), told);
    }

    /// What a server holds now; the first of it that is new and fits.
    ///
    /// At the first look nothing is new by itself: there the mails' own time tells, where it is asked for or nobody knows
    /// what the server had when the wait began.
    fn look<'a>(&mut self, server: &Key, mails: &'a [Mail]) -> Option<&'a Mail> {
        self.troubles.remove(server);
        let late = self.late.contains(server).then_some(self.begun);
        let from = self.since.or(late);
        let not_older = |mail: &Mail| {
            from.zip(mail.at)
                .is_some_and(|(from, at)| is_after(at, from))
        };
        let seen = self.seen.get(server);
        let is_new = |mail: &&Mail| match seen {
            Some(seen) => !seen.contains(&mail.key),
            None => not_older(mail),
        };
        let found = mails.iter().filter(is_new).find(|mail| self.fits(mail));
        let seen = self.seen.entry(server.clone()).or_default();
        seen.extend(mails.iter().map(|mail| mail.key.clone()));
        found
    }

    fn fits(&self, mail: &Mail) -> bool {
        let found = |matcher: &Option<Matcher>, text: &str| {
            let matcher = matcher.as_ref();
            matcher.is_none_or(|matcher| matcher.is_match(text.as_bytes()))
        };
        found(&self.subject, &mail.subject)
            && found(&self.from, &mail.from)
            && (self.to.is_none() || mail.to.iter().any(|to| found(&self.to, to)))
    }
}

/// Some servers tell whole seconds only.
fn is_after(at: DateTime<Utc>, since: DateTime<Utc>) -> bool {
    at.timestamp() >= since.timestamp()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::HostId;
    use crate::model::mail::Content;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn expected(subject: &str, since: Option<&str>) -> Expected {
        let wait = MailWait {
            subject: Some(subject.to_owned()),
            from: None,
            to: None,
            timeout: 1,
            since: since.map(str::to_owned),
        };
        Expected::new(&wait, at("2026-11-22T12:00:00Z")).unwrap()
    }

    fn server() -> Key {
        Key::container(HostId(0), "c")
    }

    fn mail(id: &str, time: Option<&str>) -> Mail {
        Mail {
            key: Mail::key(&server(), id),
            at: time.map(at),
            from: "a@example.com".to_owned(),
            to: vec!["b@example.com".to_owned()],
            subject: "Ticket updated".to_owned(),
            size: None,
            attachments: None,
            seen: false,
            content: Content::default(),
        }
    }

    /// What was found at each look at these.
    fn looks(expected: &mut Expected, boxes: &[&[Mail]]) -> Vec<Option<Key>> {
        let look = |mails: &&[Mail]| expected.look(&server(), mails).map(|m| m.key.clone());
        boxes.iter().map(look).collect()
    }

    #[test]
    fn new_is_what_was_not_there_whatever_its_date() {
        let undated = mail("undated", None);
        let future = mail("future", Some("2026-11-22T12:05:00Z"));
        // Its clock is slow, or its Date was set long ago.
        let late = mail("late", Some("2026-11-22T11:00:00Z"));
        let before = [undated, future];
        let after = [before[1].clone(), late.clone(), before[0].clone()];
        let found = looks(&mut expected("ticket", None), &[&before, &before, &after]);
        assert_eq!(found, [None, None, Some(late.key)]);
    }

    #[test]
    fn what_is_there_already_counts_from_the_time_that_is_asked_for() {
        let old = mail("old", Some("2026-11-22T11:49:00Z"));
        let young = mail("young", Some("2026-11-22T11:55:00Z"));
        let mails = [mail("undated", None), old, young.clone()];
        let found = looks(&mut expected("Ticket", Some("10m")), &[&mails]);
        assert_eq!(found, [Some(young.key)]);
    }

    #[test]
    fn of_a_server_that_was_away_at_first_the_time_of_its_mails_tells() {
        let old = mail("old", Some("2026-11-22T11:59:00Z"));
        let new = mail("new", Some("2026-11-22T12:00:09Z"));
        let mut waited = expected("ticket", None);
        waited.comes_late(&server());
        let before = [old.clone()];
        assert_eq!(looks(&mut waited, &[&before, &before]), [None, None]);
        let mut waited = expected("ticket", None);
        waited.comes_late(&server());
        assert_eq!(looks(&mut waited, &[&[old, new.clone()]]), [Some(new.key)]);
    }

    #[test]
    fn a_server_that_comes_back_has_what_it_had() {
        let mails = [mail("a", Some("2026-11-22T12:05:00Z"))];
        let mut waited = expected("ticket", None);
        assert_eq!(looks(&mut waited, &[&mails, &[]]), [None, None]);
        waited.comes_late(&server());
        let both = [mail("b", None), mails[0].clone()];
        let found = looks(&mut waited, &[&mails, &both]);
        assert_eq!(found, [None, Some(both[0].key.clone())]);
    }

    #[test]
    fn a_capital_letter_wants_capitals() {
        let mails = [mail("a", None)];
        for (typed, fits) in [("ticket", true), ("Ticket", true), ("TICKET", false)] {
            let mut waited = expected(typed, None);
            let found = looks(&mut waited, &[&[], &mails]);
            assert_eq!(found[1].is_some(), fits, "{typed}");
        }
    }
}
