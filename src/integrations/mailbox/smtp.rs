//! Hands one mail in over SMTP, as an application would: a conversation of six lines, in clear, without login. That is all a
//! capturing server asks for.
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::time::timeout;

use super::Trouble;
use super::http::Stream;
use crate::text;

/// How long a server may take for one answer.
const ANSWER: Duration = Duration::from_secs(10);
/// Longest answer read, in bytes.
const LONGEST: u64 = 16 * 1024;

/// A mail to be handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub from: String,
    pub to: String,
    /// Headers, a blank line and the body; lines end with CR LF.
    pub message: String,
}

/// Hands it in; the server's last words.
pub async fn send(stream: Stream, draft: &Draft) -> Result<String, Trouble> {
    let mut stream = BufReader::new(stream);
    answer(&mut stream, "2").await?;
    say(&mut stream, "EHLO stacktui.localhost", "2").await?;
    say(&mut stream, &format!("MAIL FROM:<{}>", draft.from), "2").await?;
    say(&mut stream, &format!("RCPT TO:<{}>", draft.to), "2").await?;
    say(&mut stream, "DATA", "3").await?;
    let mut body = String::new();
    for line in draft.message.lines() {
        // A line that begins with a dot would end the mail.
        if line.starts_with('.') {
            body.push('.');
        }
        body.push_str(line);
        body.push_str("\r\n");
    }
    body.push('.');
    let taken = say(&mut stream, &body, "2").await?;
    // It is taken already: what becomes of the farewell does not matter.
    let _gone = say(&mut stream, "QUIT", "2").await;
    Ok(taken)
}

async fn say(stream: &mut BufReader<Stream>, words: &str, wanted: &str) -> Result<String, Trouble> {
    let line = format!("{words}\r\n");
    let sent = async {
        stream.write_all(line.as_bytes()).await?;
        stream.flush().await
    };
    match timeout(ANSWER, sent).await {
        Ok(Ok(())) => answer(stream, wanted).await,
        Ok(Err(_)) => Err(Trouble::Cut),
        Err(_) => Err(Trouble::Silent(ANSWER)),
    }
}

/// Reads an answer of one or several lines; one that does not begin as wanted is a refusal.
async fn answer(stream: &mut BufReader<Stream>, wanted: &str) -> Result<String, Trouble> {
    let mut last = Vec::new();
    loop {
        last.clear();
        let mut bounded = stream.take(LONGEST);
        let read = timeout(ANSWER, bounded.read_until(b'\n', &mut last)).await;
        match read {
            Err(_) => return Err(Trouble::Silent(ANSWER)),
            Ok(Err(_) | Ok(0)) => return Err(Trouble::Cut),
            Ok(Ok(_)) => {}
        }
        if last.get(3) != Some(&b'-') {
            break;
        }
    }
    let words = text::sanitise_ident(last.trim_ascii());
    if words.starts_with(wanted) {
        Ok(words)
    } else {
        Err(Trouble::Refused(words))
    }
}
