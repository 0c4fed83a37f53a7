//! Lengths, sizes, ports and mounts as scenarios write them. Must not know what they belong to.
use serde::Deserialize;

use crate::sim::clock::{MILLI, Ns, SECOND};

/// A length of time: `500ms`, `6s`, `2d3h`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Span(pub Ns);

impl TryFrom<String> for Span {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not a length of time such as 500ms, 6s or 2d3h");
        let mut total = 0;
        let mut rest = text.as_str();
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
            let count: Ns = rest[..digits].parse().map_err(|_| wrong())?;
            rest = &rest[digits..];
            let letters = rest
                .find(|c: char| c.is_ascii_digit())
                .unwrap_or(rest.len());
            total += count
                * match &rest[..letters] {
                    "ms" => MILLI,
                    "s" => SECOND,
                    "m" => 60 * SECOND,
                    "h" => 3600 * SECOND,
                    "d" => 86_400 * SECOND,
                    _ => return Err(wrong()),
                };
            rest = &rest[letters..];
        }
        Ok(Self(total))
    }
}

/// A size in bytes: `80k`, `512m`, `1.5g` (powers of 1024).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Size(pub u64);

impl TryFrom<String> for Size {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let factor = match &text[number.len()..] {
            "" | "b" => 1.0,
            "k" => 1024.0,
            "m" => 1024.0 * 1024.0,
            "g" => 1024.0 * 1024.0 * 1024.0,
            _ => return Err(format!("`{text}` is not a size such as 80k, 512m or 1.5g")),
        };
        let number: f64 = number
            .parse()
            .map_err(|_| format!("`{text}` is not a size such as 80k, 512m or 1.5g"))?;
        Ok(Self((number * factor) as u64))
    }
}

/// A port of a container: `80/tcp` (exposed), `8080:80`, `127.0.0.1:8080:80/udp` (published).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct PortSpec {
    /// Port inside the container.
    pub inside: u16,
    /// `tcp` or `udp`.
    pub protocol: String,
    /// Address and port on the host, when published; an empty address means all.
    pub host: Option<(String, u16)>,
}

impl TryFrom<String> for PortSpec {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong = |_| format!("`{text}` is not a port such as 80/tcp or 127.0.0.1:8080:80");
        let (address, protocol) = text.split_once('/').unwrap_or((&text, "tcp"));
        let (host, inside) = match address.rsplit_once(':') {
            None => (None, address),
            Some((host, inside)) => {
                let (ip, port) = host.rsplit_once(':').unwrap_or(("", host));
                (Some((ip.to_owned(), port.parse().map_err(wrong)?)), inside)
            }
        };
        Ok(Self {
            inside: inside.parse().map_err(wrong)?,
            protocol: protocol.to_owned(),
            host,
        })
    }
}

/// A mount: `volume:/data`, `/host/path:/data:ro`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct MountSpec {
    /// A volume's name, or an absolute path of the host.
    pub source: String,
    /// Where it appears in the container.
    pub target: String,
    /// Whether the container may write.
    pub writable: bool,
}

impl MountSpec {
    /// Whether the source is a named volume and not a path of the host.
    pub fn is_volume(&self) -> bool {
        !self.source.starts_with('/')
    }
}

impl TryFrom<String> for MountSpec {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let mut parts = text.split(':');
        let (Some(source), Some(target)) = (parts.next(), parts.next()) else {
            return Err(format!(
                "`{text}` is not a mount such as data:/var/lib/data"
            ));
        };
        Ok(Self {
            source: source.to_owned(),
            target: target.to_owned(),
            writable: !parts.any(|option| option == "ro"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_read_as_written() {
        assert_eq!(Span::try_from("1h30s".to_owned()), Ok(Span(3630 * SECOND)));
        assert_eq!(Span::try_from("250ms".to_owned()), Ok(Span(250 * MILLI)));
        assert!(Span::try_from("5 minutes".to_owned()).is_err());
        assert_eq!(Size::try_from("1.5k".to_owned()), Ok(Size(1536)));
        let port = PortSpec::try_from("127.0.0.1:8080:80".to_owned()).unwrap();
        assert_eq!(port.host, Some(("127.0.0.1".to_owned(), 8080)));
        assert_eq!((port.inside, port.protocol.as_str()), (80, "tcp"));
        let mount = MountSpec::try_from("/etc:/etc:ro".to_owned()).unwrap();
        assert!(!mount.is_volume() && !mount.writable);
    }
}
