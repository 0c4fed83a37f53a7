//! Which values must not be shown: by the words of the key, or by the looks of the value.
//!
//! Errs on the side of hiding, within reason: `MONKEY=…` and `AUTH_METHOD=…` are no secrets.
//! Must not know: where keys come from, when a value is revealed.

use super::secret_value::looks_secret_value;

/// What stands for a hidden value: always as wide, so that it does not tell the length.
pub const MASK: &str = "••••••••";

/// Whether `value` must be masked when shown beside `key`; an empty value never.
pub fn looks_secret(key: &str, value: &str) -> bool {
    !value.is_empty() && (secret_key(key, value) || looks_secret_value(value))
}

/// How sure a word of a key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Hint {
    No,
    /// Secret unless the rest of the key or the value speaks against it.
    Weak,
    Strong,
}

fn secret_key(key: &str, value: &str) -> bool {
    let words = words(key);
    let last = words.last().map(String::as_str).unwrap_or_default();
    // Docker's *_FILE convention: the value says where the secret is, not what it is
    if matches!(last, "file" | "path" | "dir") && value.starts_with('/') {
        return false;
    }
    let mut hint = Hint::No;
    let mut before = "";
    for word in &words {
        let public = matches!(before, "public" | "pub");
        hint = hint.max(if public && is_key(word) {
            Hint::No
        } else {
            word_hint(word)
        });
        before = word;
    }
    match hint {
        Hint::Strong => true,
        Hint::Weak => !is_setting(last, value),
        Hint::No => false,
    }
}

/// A key's words in lower case: parted at anything but letters and digits, and where small letters meet capitals.
fn words(key: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut small = false;
    for c in key.chars() {
        let starts = !c.is_alphanumeric() || (small && c.is_uppercase());
        if starts && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        small = c.is_lowercase();
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

fn word_hint(word: &str) -> Hint {
    let strong = is_pass(word)
        || is_secret(word)
        || is_token(word)
        || is_key(word)
        || is_credential(word)
        || word.ends_with("dsn")
        || word.starts_with("private");
    if strong {
        Hint::Strong
    } else if is_auth(word) || is_connection(word) || word == "tokens" {
        Hint::Weak
    } else {
        Hint::No
    }
}

fn is_pass(word: &str) -> bool {
    const INNOCENT: [&str; 5] = ["compass", "bypass", "encompass", "overpass", "trespass"];
    ["password", "passwd", "passphrase", "passcode", "passwort"]
        .iter()
        .any(|part| word.contains(part))
        || word == "pwd"
        || word.ends_with("pwd") && word.len() > 3
        || word.ends_with("pass") && !INNOCENT.contains(&word)
}

fn is_secret(word: &str) -> bool {
    word.contains("secret") && !word.contains("secretar")
}

fn is_token(word: &str) -> bool {
    word.contains("token") && !word.contains("tokeni") && word != "tokens"
}

/// `key` alone or behind a word that makes it a cryptographic or an access key.
fn is_key(word: &str) -> bool {
    const BEFORE: [&str; 41] = [
        "access",
        "account",
        "admin",
        "aes",
        "api",
        "app",
        "auth",
        "cert",
        "cipher",
        "client",
        "consumer",
        "cookie",
        "crypt",
        "decryption",
        "deploy",
        "encrypt",
        "encryption",
        "gpg",
        "hash",
        "hmac",
        "host",
        "jwt",
        "license",
        "licence",
        "master",
        "ecdsa",
        "pgp",
        "private",
        "rsa",
        "secret",
        "server",
        "service",
        "session",
        "shared",
        "sign",
        "signing",
        "ssh",
        "ssl",
        "storage",
        "tls",
        "user",
    ];
    let stem = word
        .strip_suffix("keys")
        .or_else(|| word.strip_suffix("key"));
    stem.is_some_and(|stem| stem.is_empty() || BEFORE.iter().any(|before| stem.ends_with(before)))
}

fn is_credential(word: &str) -> bool {
    word.starts_with("cred") && !word.starts_with("credi")
        || word.contains("credential")
        || word.ends_with("creds")
}

/// `auth`, `oauth2`, `authorization`, `authentication`; not `author`, `authority`, `authentic`.
fn is_auth(word: &str) -> bool {
    const INNOCENT: [&str; 2] = ["or", "entic"];
    const STILL: [&str; 3] = ["oriz", "oris", "entication"];
    word.match_indices("auth").any(|(at, auth)| {
        let rest = word.get(at + auth.len()..).unwrap_or_default();
        let starts = |parts: &[&str]| parts.iter().any(|part| rest.starts_with(part));
        !starts(&INNOCENT) || starts(&STILL)
    })
}

fn is_connection(word: &str) -> bool {
    word == "conn" || word.starts_with("connection") || word.starts_with("connstr")
}

/// Whether a key that is not sure, or its value, is about how and not about what.
fn is_setting(last: &str, value: &str) -> bool {
    const SETTINGS: [&str; 20] = [
        "enable", "enabled", "disable", "disabled", "host", "hostname", "limit", "max", "method",
        "min", "mode", "port", "provider", "realm", "retries", "size", "timeout", "ttl", "type",
        "version",
    ];
    const SWITCHES: [&str; 8] = ["true", "false", "yes", "no", "on", "off", "none", "null"];
    SETTINGS.contains(&last)
        || SWITCHES
            .iter()
            .any(|switch| value.eq_ignore_ascii_case(switch))
        || value.len() <= 6 && value.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_hide_their_value() {
        for key in [
            "PASSWORD",
            "MYSQL_ROOT_PASSWORD",
            "PGPASSWORD",
            "DB_PASS",
            "userPass",
            "REDIS_PWD",
            "pwd",
            "SECRET",
            "client-secret",
            "TOKEN",
            "GITHUB_TOKEN",
            "accessToken",
            "API_KEY",
            "apikey",
            "apiKey",
            "APIKEY",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_ACCESS_KEY_ID",
            "SECRET_KEY_BASE",
            "ENCRYPTION_KEYS",
            "sshkey",
            "CREDENTIALS",
            "AWS_CREDS",
            "BASIC_AUTH",
            "oauth2",
            "AUTHORIZATION",
            "SENTRY_DSN",
            "DSN",
            "PRIVATE",
            "PRIVATE_KEY",
            "DB_CONN",
            "ConnectionStrings__Default",
            "traefik.http.middlewares.x.basicauth.users",
            "ACCESS_TOKENS",
            "com.example.db.passphrase",
        ] {
            assert!(looks_secret(key, "x9-value"), "{key}");
        }
    }

    #[test]
    fn keys_that_do_not() {
        for key in [
            "KEYBOARD",
            "MONKEY",
            "DONKEY_NAME",
            "TURKEY",
            "HOTKEY",
            "KEYSPACE",
            "COMPASS",
            "BYPASS_CACHE",
            "PASSENGER_APP",
            "PASSIVE_MODE",
            "AUTHOR",
            "AUTHORITY",
            "maintainer.authors",
            "TOKENIZER",
            "TOKENIZERS_PARALLELISM",
            "SECRETARY",
            "CREDITS",
            "INCREDIBLE",
            "CONNECTOR",
            "CONNECT_HOST",
            "PATH",
            "HOME",
            "",
            "___",
            "PUBLIC_KEY",
            "SSH_PUBLIC_KEY",
            "AUTH_METHOD",
            "POSTGRES_HOST_AUTH_METHOD",
            "CONN_TIMEOUT",
        ] {
            assert!(!looks_secret(key, "x9-value"), "{key}");
        }
    }

    #[test]
    fn values_that_are_only_settings() {
        for (key, value, secret) in [
            ("AUTH", "true", false),
            ("AUTH", "hunter2", true),
            ("MAX_TOKENS", "4096", false),
            ("MAX_CONNECTIONS", "100", false),
            ("PASSWORD", "1234", true),
            ("PASSWORD", "", false),
            ("POSTGRES_PASSWORD_FILE", "/run/secrets/pg", false),
            ("POSTGRES_PASSWORD_FILE", "hunter2", true),
            ("PUBLIC_KEY", "-----BEGIN RSA PRIVATE KEY-----", true),
        ] {
            assert_eq!(looks_secret(key, value), secret, "{key}={value}");
        }
        assert_eq!(MASK.chars().count(), 8);
    }
}
