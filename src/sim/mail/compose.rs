//! A scenario's mail as the message that an application sends. Must not know when it is sent.
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::store::Captured;
use crate::sim::clock::{Ns, date};
use crate::sim::rand::hash;
use crate::sim::scenario::MailSpec;
use crate::sim::world::World;

impl World {
    /// Gives a mail to the server in this container; the id it gets there.
    pub fn capture(&mut self, container: &str, mail: Captured) -> String {
        self.made += 1;
        let made = self.made;
        let bytes: Vec<u8> = (0..4u64)
            .flat_map(|n| hash(made << 2 | n, container).to_be_bytes())
            .collect();
        let coded = base64::engine::general_purpose::URL_SAFE.encode(bytes);
        let id = format!("{coded}@mailhog.example");
        let mail = Captured {
            id: id.clone(),
            ..mail
        };
        self.mail
            .entry(container.to_owned())
            .or_default()
            .take(mail);
        id
    }

    /// An application sends the scenario's mail of this number. A server that does not run does not get it.
    pub(in crate::sim) fn send_mail(&mut self, number: usize, at: Ns) {
        let Some(spec) = self.mails.get(number).cloned() else {
            return;
        };
        let of_service = self
            .containers
            .values()
            .find(|c| c.spec.service == spec.to_box);
        let Some(container) = of_service.filter(|c| c.alive()).map(|c| c.id.clone()) else {
            return;
        };
        let mail = Captured {
            id: String::new(),
            at,
            from: bare(&spec.from).to_owned(),
            to: spec
                .to
                .iter()
                .chain(&spec.bcc)
                .map(|to| bare(to).to_owned())
                .collect(),
            data: message(&spec, at, hash(at as u64, &spec.subject)),
        };
        self.capture(&container, mail);
    }
}

/// `Hélène Dupré <helene@example.com>` is `helene@example.com`.
fn bare(address: &str) -> &str {
    let inner = address
        .split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'));
    inner.map_or(address, |(inner, _)| inner)
}

/// Words of a header: encoded where they are more than ASCII.
fn word(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let encoded = |text: &str| format!("=?utf-8?B?{}?=", STANDARD.encode(text));
    match text.split_once(" <") {
        Some((name, address)) if address.ends_with('>') => format!("{} <{address}", encoded(name)),
        _ => encoded(text),
    }
}

fn coded(bytes: &[u8]) -> String {
    let coded = STANDARD.encode(bytes);
    let lines = coded.as_bytes().chunks(76).map(String::from_utf8_lossy);
    lines.collect::<Vec<_>>().join("\r\n")
}

fn message(spec: &MailSpec, at: Ns, number: u64) -> String {
    let to: Vec<String> = spec.to.iter().map(|to| word(to)).collect();
    let mut message = format!(
        "From: {}\r\nTo: {}\r\nSubject: {}\r\nDate: {}\r\nMessage-ID: <{number:016x}@tickets.example.com>\r\n",
        word(&spec.from),
        to.join(", "),
        word(&spec.subject),
        date(at).to_rfc2822()
    );
    for (name, value) in &spec.headers {
        message.push_str(&format!("{name}: {value}\r\n"));
    }
    message.push_str("MIME-Version: 1.0\r\n");
    let text = part("text/plain", spec.text.as_bytes());
    let body = if spec.html.is_empty() {
        text
    } else {
        let html = part("text/html", spec.html.as_bytes());
        several("alternative", &format!("alt-{number:x}"), &[text, html])
    };
    let attached: Vec<String> = spec.attachments.iter().map(|(name, text)| {
        let kind = match name.rsplit('.').next() {
            Some("csv") => "text/csv",
            _ => "application/octet-stream",
        };
        format!(
            "Content-Type: {kind}; name=\"{name}\"\r\nContent-Disposition: attachment; filename=\"{name}\"\r\n\
             Content-Transfer-Encoding: base64\r\n\r\n{}\r\n",
            coded(text.as_bytes())
        )
    }).collect();
    if attached.is_empty() {
        message.push_str(&body);
    } else {
        let parts: Vec<String> = std::iter::once(body).chain(attached).collect();
        message.push_str(&several("mixed", &format!("mix-{number:x}"), &parts));
    }
    message
}

fn part(kind: &str, bytes: &[u8]) -> String {
    format!(
        "Content-Type: {kind}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n",
        coded(bytes)
    )
}

fn several(kind: &str, border: &str, parts: &[String]) -> String {
    let mut all = format!("Content-Type: multipart/{kind}; boundary=\"{border}\"\r\n\r\n");
    for part in parts {
        all.push_str(&format!("--{border}\r\n{part}"));
    }
    all.push_str(&format!("--{border}--\r\n"));
    all
}
