//! Paths and queries, decoded. Must not know what they ask for.

/// The parameters of a request.
#[derive(Debug, Default)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Reads `a=1&b=2`.
    pub fn parse(text: &str) -> Self {
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        let pair = |pair: &str| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (
                decode(&key.replace('+', " ")),
                decode(&value.replace('+', " ")),
            )
        };
        Self(pairs.map(pair).collect())
    }

    /// The value of a parameter.
    pub fn get(&self, key: &str) -> Option<&str> {
        let found = self.0.iter().find(|(name, _)| name == key);
        found.map(|(_, value)| value.as_str())
    }

    /// All values of a parameter that may be given several times.
    pub fn all<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        let found = self.0.iter().filter(move |(name, _)| name == key);
        found.map(|(_, value)| value.as_str())
    }

    /// Whether a switch is on, as the engine reads them.
    pub fn on(&self, key: &str) -> bool {
        self.or(key, false)
    }

    /// As [`Query::on`], with a value for a switch that is not given.
    pub fn or(&self, key: &str, default: bool) -> bool {
        match self.get(key).map(str::to_ascii_lowercase).as_deref() {
            None => default,
            Some("" | "0" | "no" | "false" | "none") => false,
            Some(_) => true,
        }
    }

    /// The number in a parameter.
    pub fn number(&self, key: &str) -> Option<i64> {
        self.get(key)?.parse().ok()
    }
}

/// The parts of a path, decoded.
pub fn segments(path: &str) -> Vec<String> {
    let parts = path.split('/').filter(|part| !part.is_empty());
    parts.map(decode).collect()
}

fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = text.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        if let Some(byte) = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            out.push(byte);
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_decoded() {
        let query = Query::parse("a=%7B%22x%22%3A1%7D&all=1&tail=&no=false&e=%zz&f=ä%");
        assert_eq!(query.get("a"), Some(r#"{"x":1}"#));
        assert_eq!(query.get("e"), Some("%zz"));
        assert_eq!(query.get("f"), Some("ä%"));
        assert!(query.on("all") && !query.on("no") && !query.on("tail") && !query.on("gone"));
        assert_eq!(
            segments("/containers/a%2Fb//json"),
            ["containers", "a/b", "json"]
        );
    }
}
