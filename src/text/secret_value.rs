//! Values that give themselves away: credentials in URLs, tokens with known prefixes, private keys.
//!
//! Sources: RFC 3986 3.2.1 (userinfo), RFC 7519 (JWT), RFC 7468 (PEM), the prefixes published by AWS, `GitHub`, `GitLab`,
//! Slack, Stripe, Google, npm and `HashiCorp`. Linear in the value's length. Must not know: keys.

pub(super) fn looks_secret_value(value: &str) -> bool {
    has_userinfo(value)
        || has_private_key(value)
        || has_token(value)
        || has_assignment(value)
        || has_member(value)
}

/// `scheme://user:password@host`, or one long unnamed token before the `@` (Sentry, GitHub).
fn has_userinfo(value: &str) -> bool {
    value.match_indices("://").any(|(at, mark)| {
        let rest = value.get(at + mark.len()..).unwrap_or_default();
        let end = rest
            .find(|c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '"' | '\'' | '<'))
            .unwrap_or(rest.len());
        let authority = rest.get(..end).unwrap_or_default();
        let Some((userinfo, _)) = authority.rsplit_once('@') else {
            return false;
        };
        match userinfo.split_once(':') {
            Some((_, password)) => !password.is_empty(),
            None => userinfo.len() >= 16,
        }
    })
}

fn has_private_key(value: &str) -> bool {
    value.match_indices("-----BEGIN ").any(|(at, mark)| {
        let label = value.as_bytes().iter().skip(at + mark.len()).take(32);
        // the longest label is "ENCRYPTED PRIVATE KEY"; "RSA", "EC", "OPENSSH" and others stand before
        let label: Vec<u8> = label.copied().collect();
        label.windows(11).any(|part| part == b"PRIVATE KEY")
    })
}

fn has_token(value: &str) -> bool {
    value
        .split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')))
        .any(|word| is_jwt(word) || is_aws_id(word) || has_known_prefix(word))
}

/// Three base64url parts, the first of which is a JSON object: `{"` encodes as `eyJ`.
fn is_jwt(word: &str) -> bool {
    let mut parts = word.split('.');
    let (head, claims, signature) = (parts.next(), parts.next(), parts.next());
    parts.next().is_none()
        && head.is_some_and(|head| head.len() >= 10 && head.starts_with("eyJ"))
        && claims.is_some_and(|claims| claims.len() >= 4)
        && signature.is_some()
}

/// An AWS access key id: four letters and sixteen capitals or digits.
fn is_aws_id(word: &str) -> bool {
    word.len() == 20
        && (word.starts_with("AKIA") || word.starts_with("ASIA"))
        && word
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

fn has_known_prefix(word: &str) -> bool {
    const PREFIXES: [&str; 19] = [
        "ghp_",
        "gho_",
        "ghu_",
        "ghs_",
        "ghr_",
        "github_pat_",
        "glpat-",
        "xoxa-",
        "xoxb-",
        "xoxp-",
        "xoxr-",
        "xoxs-",
        "sk_live_",
        "rk_live_",
        "AIza",
        "npm_",
        "hvs.",
        "dop_v1_",
        "SG.",
    ];
    word.len() >= 20 && PREFIXES.iter().any(|prefix| word.starts_with(prefix))
}

/// Connection strings (`Server=…;Password=…`) and headers (`Bearer …`).
fn has_assignment(value: &str) -> bool {
    const NAMES: [&str; 7] = [
        "password=",
        "passwd=",
        "pwd=",
        "accountkey=",
        "sharedaccesskey=",
        "client_secret=",
        "bearer ",
    ];
    let lower = value.to_ascii_lowercase();
    NAMES.iter().any(|name| {
        lower.match_indices(name).any(|(at, _)| {
            let rest = lower.get(at + name.len()..).unwrap_or_default();
            rest.starts_with(|c: char| !c.is_whitespace() && c != ';' && c != '&')
                && (*name != "bearer " || rest.len() >= 16)
        })
    })
}

/// A JSON object within a text, with a secret under one of its names: `{"user":"a","password":"b"}`.
fn has_member(value: &str) -> bool {
    const NAMES: [&str; 7] = [
        "password",
        "passwd",
        "pwd",
        "secret",
        "token",
        "apikey",
        "privatekey",
    ];
    value.match_indices(':').any(|(at, _)| {
        let before = value.get(..at).unwrap_or_default().trim_end();
        let after = value.get(at + 1..).unwrap_or_default().trim_start();
        let Some((_, name)) = before
            .strip_suffix('"')
            .and_then(|before| before.rsplit_once('"'))
        else {
            return false;
        };
        let mut name = name.to_ascii_lowercase();
        name.retain(|c| c != '_' && c != '-');
        let is_told = after.starts_with('"') && !after.starts_with("\"\"");
        is_told && NAMES.iter().any(|secret| name.ends_with(secret))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_give_themselves_away() {
        for value in [
            "postgres://app:hunter2@db:5432/app",
            "redis://:hunter2@cache",
            "amqp://a@b,amqp://u:p@ss@host/vhost",
            "https://0123456789abcdef0123456789abcdef@o1.ingest.sentry.io/2",
            "--db=mysql://u:p@h/x",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dBjftJeZ4CVP",
            "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.",
            "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Blb",
            "-----BEGIN ENCRYPTED PRIVATE KEY-----",
            "AKIAIOSFODNN7EXAMPLE",
            "id=ASIAIOSFODNN7EXAMPLE;",
            "ghp_0123456789abcdefghijABCDEFGHIJ012345",
            "glpat-0123456789abcdefghij",
            "Server=db;User Id=sa;Password=hunter2;",
            "DefaultEndpointsProtocol=https;AccountKey=abc==",
            "Authorization: Bearer 0123456789abcdef0123",
            r#"{"password":"hunter2"}"#,
            r#"{"db": {"user": "a", "DB_PASSWORD" : "b"}}"#,
            r#"[{"api_key":"1"}]"#,
        ] {
            assert!(looks_secret_value(value), "{value}");
        }
    }

    #[test]
    fn values_that_do_not() {
        for value in [
            "",
            "hello",
            "https://example.org/a?b=c@d",
            "https://example.org:8080/x",
            "ssh://git@github.com/a/b",
            "postgres://app@db/app",
            "redis://user:@cache",
            "nginx:1.27@sha256:0123456789abcdef",
            "-----BEGIN CERTIFICATE-----",
            "-----BEGIN PUBLIC KEY-----",
            "eyJust.a.word",
            "a.b.c",
            "AKIA",
            "akiaiosfodnn7example",
            "password=",
            "the bearer of news",
            "1.2.3-alpine3.20",
            r#"{"password":"","user":"a"}"#,
            r#"{"tokens":["a"],"token_type":"x"}"#,
            "\"token\": 7",
            "漢://字@",
        ] {
            assert!(!looks_secret_value(value), "{value}");
        }
    }
}
