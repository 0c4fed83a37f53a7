//! Takes mail as every capturing server does: from anybody, for anybody.
use std::sync::Arc;

use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};

use super::store::Captured;
use crate::sim::server::Shared;

/// A conversation until QUIT or the end.
pub(super) async fn serve<S>(shared: &Arc<Shared>, container: &str, stream: S)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut stream = BufReader::new(stream);
    let (mut from, mut to) = (String::new(), Vec::new());
    let mut reply = "220 mailhog.example ESMTP MailHog".to_owned();
    loop {
        // Who is gone hears nothing.
        if stream
            .write_all(format!("{reply}\r\n").as_bytes())
            .await
            .is_err()
            || stream.flush().await.is_err()
        {
            return;
        }
        let Some(line) = line(&mut stream).await else {
            return;
        };
        let upper = line.to_ascii_uppercase();
        let address = |line: &str| {
            let inner = line
                .split_once('<')
                .and_then(|(_, rest)| rest.split_once('>'));
            inner.map_or_else(String::new, |(address, _)| address.to_owned())
        };
        reply = if upper.starts_with("EHLO") || upper.starts_with("HELO") {
            "250 Hello".to_owned()
        } else if upper.starts_with("MAIL FROM:") {
            from = address(&line);
            format!("250 Sender {from} ok")
        } else if upper.starts_with("RCPT TO:") {
            to.push(address(&line));
            "250 Recipient ok".to_owned()
        } else if upper == "DATA" {
            if stream
                .write_all(b"354 End data with <CR><LF>.<CR><LF>\r\n")
                .await
                .is_err()
            {
                return;
            }
            let Some(data) = data(&mut stream).await else {
                return;
            };
            let id = shared.change(|world, now| {
                let mail = Captured {
                    id: String::new(),
                    at: now,
                    from: std::mem::take(&mut from),
                    to: std::mem::take(&mut to),
                    data,
                };
                world.capture(container, mail)
            });
            format!("250 Ok: queued as {id}")
        } else if upper == "QUIT" {
            // As above.
            let _ = stream.write_all(b"221 Bye\r\n").await;
            return;
        } else {
            "500 Unrecognised command".to_owned()
        };
    }
}

async fn line<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> Option<String> {
    let mut line = String::new();
    match stream.read_line(&mut line).await {
        Ok(count) if count > 0 => Some(line.trim_end_matches(['\r', '\n']).to_owned()),
        _ => None,
    }
}

async fn data<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> Option<String> {
    let mut data = String::new();
    loop {
        let line = line(stream).await?;
        if line == "." {
            return Some(data);
        }
        data.push_str(line.strip_prefix('.').unwrap_or(&line));
        data.push_str("\r\n");
    }
}
