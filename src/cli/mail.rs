//! `mail`: what the stack's applications sent, as text or JSON; one message; waiting for one, for scripts.
mod print;
mod search;
mod wait;

use std::sync::Arc;

use super::args::{MailArgs, MailCommand, MailPart};
use super::context::{Context, block_on};
use super::hosts::{Site, Sites};
use super::out::{Out, Quit, complain};
use super::{DONE, table};
use crate::lang;
use crate::model::mail::Source;
use crate::model::{Container, Mail};
use crate::msg::Failure;
use crate::runtime::mail::{Found, open, read};
use crate::runtime::startup;
use crate::state::Prefs;
use crate::text;

/// Columns of a message that is printed.
const WIDTH: u16 = 78;

pub(super) fn run(context: &Context, args: &MailArgs, out: &mut Out) -> Result<u8, Quit> {
    block_on(async {
        let sites = Sites::open(context, &[]).await?;
        let choice = Choice {
            prefs: startup::prefs(&context.settings),
            server: args.server.as_deref(),
        };
        match &args.command {
            None => list(&servers(&choice, &sites).await?, None, args.json, out).await,
            Some(MailCommand::List { search }) => {
                let found = servers(&choice, &sites).await?;
                list(&found, search.as_deref(), args.json, out).await
            }
            Some(MailCommand::Show { mail, part }) => {
                let found = servers(&choice, &sites).await?;
                show(&found, mail, *part, args.json, out).await
            }
            Some(MailCommand::Wait(wait)) => wait::wait(&choice, sites, wait, args.json, out).await,
        }
    })
}

/// Which mail servers a command is about.
struct Choice<'a> {
    prefs: Prefs,
    /// By service or container; without it, all that run.
    server: Option<&'a str>,
}

impl Choice<'_> {
    /// The mail server that this container is, whether it is asked for or not.
    fn server(&self, container: &Container) -> Option<Source> {
        let source = Source::of(container, self.prefs.is_mail_server(&container.name))?;
        Some(source.with_login(&self.prefs.mail_login))
    }

    /// The mail server that this container is, when it is one that is asked for.
    fn takes(&self, container: &Container) -> Option<Source> {
        let source = self.server(container)?;
        let wanted = match self.server {
            Some(name) => [source.name.as_str(), container.name.as_str()].contains(&name),
            None => source.running,
        };
        wanted.then_some(source)
    }

    /// That there is none, with those that there are.
    fn nobody(&self, sites: &Sites) -> String {
        let all = sites.up.iter().flat_map(|site| &site.containers);
        let names: Vec<String> = all
            .filter_map(|c| self.server(c))
            .map(|source| source.name)
            .collect();
        let asked = self
            .server
            .map(|name| text::sanitise_ident(name.as_bytes()));
        match asked {
            Some(name) if names.is_empty() => {
                say!(
                    "there is no mail server `{name}`, nor any other that is known",
                    name
                )
            }
            Some(name) => say!(
                "there is no mail server `{name}`; there is {names}",
                name,
                names = names.join(", ")
            ),
            None => say!("no running container is a mail server that is known").to_owned(),
        }
    }
}

/// Every mail server that is asked for, with the host it is on.
fn sources<'a>(choice: &Choice<'_>, sites: &'a Sites) -> Vec<(&'a Site, Source)> {
    let of_site = |site: &'a Site| {
        let all = site.containers.iter().filter_map(|c| choice.takes(c));
        all.map(move |source| (site, source)).collect::<Vec<_>>()
    };
    sites.up.iter().flat_map(of_site).collect()
}

/// Why it need not be asked: it cannot answer.
fn resting(source: &Source) -> Option<&'static str> {
    if source.paused {
        Some(say!(
            "it is paused: it takes connections but does not answer"
        ))
    } else {
        (!source.running).then(|| say!("it does not run"))
    }
}

/// Every mail server that answers; none at all is a failure.
async fn servers(choice: &Choice<'_>, sites: &Sites) -> Result<Vec<Found>, Quit> {
    let sources = sources(choice, sites);
    if sources.is_empty() {
        return Err(Quit::failed(choice.nobody(sites)));
    }
    let mut found = Vec::new();
    for (site, source) in sources {
        let why = match resting(&source) {
            Some(why) => why.to_owned(),
            None => match open(&site.engine, &source).await {
                Ok(server) => {
                    found.push(server);
                    continue;
                }
                Err(trouble) => told(&trouble.failure()),
            },
        };
        complain(&say!("{name}: {why}", name = source.name, why));
    }
    if found.is_empty() {
        return Err(Quit::failed(say!("no mail server answers")));
    }
    Ok(found)
}

fn told(failure: &Failure) -> String {
    if failure.advice.is_empty() {
        return failure.what.to_string();
    }
    format!("{}; {}", failure.what, failure.advice)
}

/// The mails of all servers with where they are, the newest first.
async fn mails(found: &[Found]) -> Result<Vec<(Mail, &Found)>, Quit> {
    let mut all = Vec::new();
    for server in found {
        let listing = server.mailbox.list(server.source.key(), &[]).await;
        let listing = listing.map_err(|trouble| Quit::failed(told(&trouble.failure())))?;
        all.extend(listing.mails.into_iter().map(|mail| (mail, server)));
    }
    all.sort_by_key(|(mail, _)| std::cmp::Reverse(mail.at));
    Ok(all)
}

fn id(mail: &Mail) -> &str {
    Mail::place(&mail.key).map_or("", |(_, id)| id)
}

async fn list(
    found: &[Found],
    search: Option<&str>,
    as_json: bool,
    out: &mut Out,
) -> Result<u8, Quit> {
    let mut all = mails(found).await?;
    if let Some(words) = search {
        search::narrow(&mut all, found, words).await;
    }
    if as_json {
        for (mail, server) in &all {
            out.line(&print::object(mail, &server.source).to_string())?;
        }
    } else {
        let columns = out.columns();
        // Of one server each row need not say that it is that.
        let named = found.len() > 1;
        let lines = lang::within(out.language(), || {
            let row =
                |(mail, server): &(Mail, &Found)| print::row(mail, named.then_some(&server.source));
            let rows: Vec<Vec<String>> = all.iter().map(row).collect();
            table::lines(&print::head(named), &rows, columns)
        });
        for line in lines {
            out.line(&line)?;
        }
    }
    out.flush()?;
    Ok(DONE)
}

async fn show(
    found: &[Found],
    wanted: &str,
    part: MailPart,
    as_json: bool,
    out: &mut Out,
) -> Result<u8, Quit> {
    let all = mails(found).await?;
    let chosen = match wanted.parse::<usize>() {
        Ok(place @ 1..) if place <= all.len() => all.get(place - 1),
        _ if wanted == "latest" => all.first(),
        _ => all.iter().find(|(mail, _)| id(mail) == wanted),
    };
    let (mail, server) = chosen.ok_or_else(|| {
        Quit::failed(say!(
            "there is no mail {wanted}: give an id, latest, or its place from the newest",
            wanted
        ))
    })?;
    let raw = server.mailbox.raw(id(mail)).await;
    let raw = raw.map_err(|trouble| Quit::failed(told(&trouble.failure())))?;
    if part == MailPart::Raw && !as_json {
        return as_it_came(&raw.bytes, out);
    }
    let letter = read(Arc::new(raw), WIDTH).await;
    let letter = letter.map_err(|failure| Quit::failed(told(&failure)))?;
    let lines = if as_json {
        vec![print::whole(mail, &server.source, &letter).to_string()]
    } else {
        print::lines(&letter, part)
    };
    for line in lines {
        out.line(&line)?;
    }
    out.flush()?;
    Ok(DONE)
}

/// To a file or a mail program byte for byte; on a terminal, which a mail must not drive, without what would.
fn as_it_came(bytes: &[u8], out: &mut Out) -> Result<u8, Quit> {
    if !out.is_terminal() {
        out.bytes(bytes)?;
        out.flush()?;
        return Ok(DONE);
    }
    let lines = text::sanitise_block(bytes);
    for line in &lines {
        out.line(&line.text)?;
    }
    complain(say!(
        "control characters are not sent to a terminal; in a file or a pipe it is byte for byte"
    ));
    Ok(DONE)
}
