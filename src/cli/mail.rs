//! `mail`: what the stack's applications sent, as text or JSON; one message; waiting for one, for scripts.
use std::time::Duration;

use chrono::{DateTime, Utc};
use regex::Regex;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::args::{MailArgs, MailCommand, MailPart, MailWait};
use super::context::{Context, block_on};
use super::hosts::Sites;
use super::out::{Out, Quit, complain};
use super::{DONE, FAILED, table};
use crate::lang;
use crate::model::Mail;
use crate::model::mail::{Letter, Source};
use crate::runtime::mail::{Found, open, read};
use crate::runtime::{clock, startup};
use crate::text;

/// Between two looks at a box.
const PAUSE: Duration = Duration::from_millis(250);
/// Columns of a message that is printed.
const WIDTH: u16 = 78;

pub(super) fn run(context: &Context, args: &MailArgs, out: &mut Out) -> Result<u8, Quit> {
    block_on(async {
        let sites = Sites::open(context, &[]).await?;
        let found = servers(context, args, &sites).await?;
        match &args.command {
            None | Some(MailCommand::List) => list(&found, args.json, out).await,
            Some(MailCommand::Show { mail, part }) => {
                show(&found, mail, *part, args.json, out).await
            }
            Some(MailCommand::Wait(wait)) => self::wait(&found, wait, args.json, out).await,
        }
    })
}

/// Every mail server that answers; none at all is a failure.
async fn servers(context: &Context, args: &MailArgs, sites: &Sites) -> Result<Vec<Found>, Quit> {
    let prefs = startup::prefs(&context.settings);
    let wanted = |source: &Source, container: &str| match &args.server {
        Some(name) => [source.name.as_str(), container].contains(&name.as_str()),
        None => source.running,
    };
    let all = sites
        .up
        .iter()
        .flat_map(|site| site.containers.iter().map(move |c| (site, c)));
    let sources = all.filter_map(|(site, c)| {
        let source = Source::of(c, prefs.is_mail_server(&c.name))?;
        let source = source.with_login(&prefs.mail_login);
        wanted(&source, &c.name).then_some((site, source))
    });
    let (mut found, mut none) = (Vec::new(), true);
    for (site, source) in sources {
        none = false;
        match open(&site.engine, &source).await {
            Ok(server) => found.push(server),
            Err(trouble) => complain(&say!(
                "{name}: {why}",
                name = source.name,
                why = told(&trouble.failure())
            )),
        }
    }
    if found.is_empty() {
        return Err(Quit::failed(if none {
            say!("no running container is a mail server that is known")
        } else {
            say!("no mail server answers")
        }));
    }
    Ok(found)
}

fn told(failure: &crate::msg::Failure) -> String {
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

fn object(mail: &Mail, server: &Found) -> Value {
    json!({
        "id": id(mail), "server": server.source.name, "time": mail.at.map(|at| at.to_rfc3339()),
        "from": mail.from, "to": mail.to, "subject": mail.subject, "size": mail.size,
        "attachments": mail.attachments,
    })
}

const HEAD: &[table::Head] = &[
    (key!("TIME"), false),
    (key!("FROM"), false),
    (key!("TO"), false),
    (key!("SUBJECT"), false),
    (key!("SIZE"), true),
    (key!("FILES"), true),
    ("ID", false),
];

async fn list(found: &[Found], as_json: bool, out: &mut Out) -> Result<u8, Quit> {
    let all = mails(found).await?;
    if as_json {
        for (mail, server) in &all {
            out.line(&object(mail, server).to_string())?;
        }
    } else {
        let columns = out.columns();
        let lines = lang::within(out.language(), || {
            let rows: Vec<Vec<String>> = all.iter().map(|(mail, _)| row(mail)).collect();
            table::lines(HEAD, &rows, columns)
        });
        for line in lines {
            out.line(&line)?;
        }
    }
    out.flush()?;
    Ok(DONE)
}

fn row(mail: &Mail) -> Vec<String> {
    let at = mail.at.map(|at| at.with_timezone(&chrono::Local));
    vec![
        at.map_or_else(String::new, |at| at.format("%Y-%m-%d %H:%M:%S").to_string()),
        mail.from.clone(),
        mail.to.join(", "),
        mail.subject.clone(),
        mail.size.map_or_else(String::new, text::bytes_short),
        mail.attachments
            .filter(|n| *n > 0)
            .map_or_else(String::new, |n| n.to_string()),
        id(mail).to_owned(),
    ]
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
        // To a file or a mail program, byte for byte.
        out.bytes(&raw.bytes)?;
        out.flush()?;
        return Ok(DONE);
    }
    let letter = read(std::sync::Arc::new(raw), WIDTH).await;
    let letter = letter.map_err(|failure| Quit::failed(told(&failure)))?;
    let lines = if as_json {
        vec![whole(mail, server, &letter).to_string()]
    } else {
        lines(&letter, part)
    };
    for line in lines {
        out.line(&line)?;
    }
    out.flush()?;
    Ok(DONE)
}

fn whole(mail: &Mail, server: &Found, letter: &Letter) -> Value {
    let mut value = object(mail, server);
    let files: Vec<Value> = letter
        .attachments
        .iter()
        .map(|file| json!({ "name": file.name, "type": file.media_type, "size": file.content.len() }))
        .collect();
    if let Some(fields) = value.as_object_mut() {
        let envelope = letter.raw.envelope.as_ref();
        let text = letter.text.clone().map(|rows| rows.join("\n"));
        fields.insert("cc".to_owned(), json!(letter.cc));
        fields.insert("envelope_to".to_owned(), json!(envelope.map(|e| &e.to)));
        fields.insert("text".to_owned(), json!(text));
        fields.insert(
            "html".to_owned(),
            json!(page(letter).map(|rows| rows.join("\n"))),
        );
        fields.insert("links".to_owned(), json!(letter.links));
        fields.insert("files".to_owned(), json!(files));
    }
    value
}

/// The rows of the HTML part, without its looks.
fn page(letter: &Letter) -> Option<Vec<String>> {
    let rows = letter.html.as_ref()?.iter();
    Some(
        rows.map(|row| row.iter().map(|(words, _)| words.as_str()).collect())
            .collect(),
    )
}

fn lines(letter: &Letter, part: MailPart) -> Vec<String> {
    let header = |(name, value): &(String, String)| format!("{name}: {value}");
    if part == MailPart::Headers {
        return letter.headers.iter().map(header).collect();
    }
    let mut lines = vec![
        format!("From: {}", letter.from),
        format!("To: {}", letter.to.join(", ")),
        format!("Subject: {}", letter.subject),
    ];
    let hidden = letter.hidden();
    if !hidden.is_empty() {
        lines.push(format!("Envelope: also to {}", hidden.join(", ")));
    }
    lines.extend(letter.notes.iter().map(|note| format!("Note: {note}")));
    for file in &letter.attachments {
        let size = text::bytes(file.content.len() as u64);
        lines.push(format!("File: {} ({}, {size})", file.name, file.media_type));
    }
    lines.push(String::new());
    let body = match part {
        MailPart::Html => page(letter).or_else(|| letter.text.clone()),
        _ => letter.text.clone().or_else(|| page(letter)),
    };
    lines.extend(body.unwrap_or_default());
    lines
}

/// Waits until a mail that fits came; mails of before do not count, unless they are asked for.
async fn wait(found: &[Found], wait: &MailWait, as_json: bool, out: &mut Out) -> Result<u8, Quit> {
    let begun = clock::now();
    let since = match &wait.since {
        Some(words) => super::journal::moment(words, clock::now().fixed_offset())?.to_utc(),
        None => begun,
    };
    let patterns =
        [&wait.subject, &wait.from, &wait.to].map(|pattern| pattern.as_deref().map(pattern_of));
    let [subject, from, to] = patterns;
    let (subject, from, to) = (subject.transpose()?, from.transpose()?, to.transpose()?);
    let fits =
        |pattern: &Option<Regex>, text: &str| pattern.as_ref().is_none_or(|p| p.is_match(text));
    let fresh = |mail: &Mail| mail.at.is_none_or(|at| is_after(at, since));
    let deadline = Instant::now() + Duration::from_secs(wait.timeout);
    loop {
        let all = mails(found).await?;
        let arrived = all.iter().find(|(mail, _)| {
            let names = mail.to.join(", ");
            fresh(mail)
                && fits(&subject, &mail.subject)
                && fits(&from, &mail.from)
                && fits(&to, &names)
        });
        if let Some((mail, server)) = arrived {
            if as_json {
                out.line(&object(mail, server).to_string())?;
            } else {
                out.line(&row(mail).join("  "))?;
            }
            out.flush()?;
            return Ok(DONE);
        }
        if Instant::now() >= deadline {
            complain(&say!(
                "no such mail came within {seconds} s",
                seconds = wait.timeout
            ));
            return Ok(FAILED);
        }
        sleep(PAUSE).await;
    }
}

/// Some servers tell whole seconds only.
fn is_after(at: DateTime<Utc>, since: DateTime<Utc>) -> bool {
    at.timestamp() >= since.timestamp()
}

fn pattern_of(pattern: &str) -> Result<Regex, Quit> {
    Regex::new(pattern).map_err(|error| Quit::usage(format!("{pattern}: {error}")))
}
