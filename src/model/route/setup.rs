//! What a Traefik was started with, out of its arguments, its environment or its file: one list of names and values,
//! whatever it was written in. Traefik takes one of the three and none beside it.
use std::collections::BTreeMap;

use super::matcher::Syntax;

/// A door of Traefik.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EntryPoint {
    pub port: u16,
    pub udp: bool,
    /// Its routers speak TLS without saying so.
    pub tls: bool,
    /// All that comes here is sent to another one.
    pub redirects: bool,
    /// One of those a router has that names none.
    pub by_default: bool,
}

/// How a Traefik is set up, as far as routes depend on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setup {
    pub version: u8,
    /// By name, in small letters.
    pub entry_points: BTreeMap<String, EntryPoint>,
    /// They were read and not assumed.
    pub known: bool,
    pub exposed_by_default: bool,
    pub default_rule: Option<String>,
    pub syntax: Syntax,
    /// The network it takes containers' addresses from.
    pub network: Option<String>,
    /// Its API answers on the entry point `traefik`, without a router.
    pub insecure_api: bool,
    /// Only containers whose labels fit are taken; as written.
    pub constraints: Option<String>,
}

impl Default for Setup {
    fn default() -> Self {
        let entry = |port| EntryPoint {
            port,
            ..EntryPoint::default()
        };
        Self {
            version: 3,
            entry_points: BTreeMap::from([
                ("web".to_owned(), entry(80)),
                ("websecure".to_owned(), entry(443)),
            ]),
            known: false,
            exposed_by_default: true,
            default_rule: None,
            syntax: Syntax::V3,
            network: None,
            insecure_api: false,
            constraints: None,
        }
    }
}

impl Setup {
    /// Out of names and values; names are compared without regard to capitals.
    pub fn of(version: u8, pairs: &[(String, String)]) -> Self {
        let mut setup = Self {
            version,
            syntax: if version >= 3 { Syntax::V3 } else { Syntax::V2 },
            ..Self::default()
        };
        if pairs.is_empty() {
            return setup;
        }
        let mut entry_points: BTreeMap<String, EntryPoint> = BTreeMap::new();
        for (name, value) in pairs {
            let name = name.to_ascii_lowercase();
            let parts: Vec<&str> = name.split('.').collect();
            match parts.as_slice() {
                ["entrypoints", entry, rest @ ..] => {
                    entry_point(
                        entry_points.entry((*entry).to_owned()).or_default(),
                        rest,
                        value,
                    );
                }
                ["providers", "docker" | "swarm", "exposedbydefault"] => {
                    setup.exposed_by_default = truth(value).unwrap_or(true);
                }
                ["providers", "docker" | "swarm", "defaultrule"] => {
                    setup.default_rule = Some(value.clone());
                }
                ["providers", "docker" | "swarm", "network"] => {
                    setup.network = Some(value.clone());
                }
                ["providers", "docker" | "swarm", "constraints"] if !value.is_empty() => {
                    setup.constraints = Some(value.clone());
                }
                ["core", "defaultrulesyntax"] => setup.syntax = syntax(value, setup.syntax),
                ["api", "insecure"] => setup.insecure_api = truth(value).unwrap_or(false),
                _ => {}
            }
        }
        entry_points.retain(|_, entry| entry.port > 0);
        if entry_points.is_empty() {
            // Without any, Traefik opens one.
            let entry = EntryPoint {
                port: 80,
                ..EntryPoint::default()
            };
            entry_points.insert("http".to_owned(), entry);
        }
        if setup.insecure_api {
            let entry = entry_points.entry("traefik".to_owned()).or_default();
            if entry.port == 0 {
                entry.port = 8080;
            }
        }
        setup.entry_points = entry_points;
        setup.known = true;
        setup
    }

    /// The entry points of a router that names none.
    pub fn default_entry_points(&self, udp: bool) -> impl Iterator<Item = (&String, &EntryPoint)> {
        let named = self.entry_points.values().any(|entry| entry.by_default);
        self.entry_points.iter().filter(move |(name, entry)| {
            entry.udp == udp && name.as_str() != "traefik" && (!named || entry.by_default)
        })
    }
}

fn entry_point(entry: &mut EntryPoint, name: &[&str], value: &str) {
    match name {
        ["address"] => {
            let (address, protocol) = value.rsplit_once('/').unwrap_or((value, "tcp"));
            entry.udp = protocol.eq_ignore_ascii_case("udp");
            let port = address.rsplit_once(':').map_or("", |(_, port)| port);
            entry.port = port.parse().unwrap_or(0);
        }
        ["asdefault"] => entry.by_default = truth(value).unwrap_or(false),
        ["http", "tls"] => entry.tls = truth(value).unwrap_or(true),
        ["http", "tls", ..] => entry.tls = true,
        ["http", "redirections", "entrypoint", "to"] => entry.redirects = true,
        _ => {}
    }
}

/// A Go truth value.
pub fn truth(value: &str) -> Option<bool> {
    match value {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

/// `v2`, `v3` as settings write it.
pub fn syntax(value: &str, otherwise: Syntax) -> Syntax {
    match value.to_ascii_lowercase().as_str() {
        "v2" => Syntax::V2,
        "v3" => Syntax::V3,
        _ => otherwise,
    }
}

/// Names and values out of arguments: `--a.b=c`, `--a.b c` and `--a.b` for true.
pub fn of_arguments<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut open = false;
    for argument in arguments {
        let name = argument.strip_prefix("--").or(argument.strip_prefix('-'));
        match name.filter(|name| !name.is_empty()) {
            Some(name) => {
                let (name, value) = name.split_once('=').unwrap_or((name, "true"));
                open = !argument.contains('=');
                found.push((name.to_owned(), value.to_owned()));
            }
            None => {
                if let Some((_, value)) = found.last_mut().filter(|_| open) {
                    *value = argument.to_owned();
                }
                open = false;
            }
        }
    }
    found
}

/// The arguments of a command as the engine's list joins them: those with a blank stand in single quotes.
pub fn split_command(command: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut word = String::new();
    let mut quoted = false;
    for c in command.chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => found.extend((!word.is_empty()).then(|| std::mem::take(&mut word))),
            c => word.push(c),
        }
    }
    found.extend((!word.is_empty()).then_some(word));
    found
}

/// Names and values out of an environment: `TRAEFIK_ENTRYPOINTS_WEB_ADDRESS`.
pub fn of_environment(environment: &[(String, String)]) -> Vec<(String, String)> {
    environment
        .iter()
        .filter_map(|(name, value)| {
            let name = name.strip_prefix("TRAEFIK_")?;
            Some((name.replace('_', ".").to_ascii_lowercase(), value.clone()))
        })
        .collect()
}

/// The version out of an image's name: `traefik:v2.11` is 2; without a number the newest.
pub fn version_of_image(image: &str) -> u8 {
    let tag = image
        .rsplit('/')
        .next()
        .and_then(|name| name.split_once(':'));
    let tag = tag.map_or("", |(_, tag)| tag).trim_start_matches('v');
    let number: String = tag.chars().take_while(char::is_ascii_digit).collect();
    match number.parse() {
        Ok(version @ 1..=9) => version,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = |(a, b): &(&str, &str)| ((*a).to_owned(), (*b).to_owned());
        pairs.iter().map(owned).collect()
    }

    #[test]
    fn arguments_are_read_in_each_of_their_forms() {
        let command = "/entrypoint.sh --entryPoints.Web.Address=:80 --entrypoints.s.address :443 \
                       --entrypoints.s.http.tls=true --api.insecure --providers.docker.exposedByDefault=false \
                       '--providers.docker.defaultRule=Host(`{{ .Name }}.x`)' --entrypoints.v.address=:1/udp";
        let words = split_command(command);
        let pairs = of_arguments(words.iter().map(String::as_str));
        let setup = Setup::of(3, &pairs);
        assert!(setup.known && setup.insecure_api && !setup.exposed_by_default);
        assert_eq!(setup.default_rule.as_deref(), Some("Host(`{{ .Name }}.x`)"));
        assert_eq!(setup.entry_points["web"].port, 80);
        assert!(setup.entry_points["s"].tls);
        assert!(setup.entry_points["v"].udp);
        assert_eq!(setup.entry_points["traefik"].port, 8080);
        let defaults: Vec<_> = setup.default_entry_points(false).map(|(n, _)| n).collect();
        assert_eq!(defaults, ["s", "web"]);
    }

    #[test]
    fn an_environment_says_the_same() {
        let pairs = of_environment(&owned(&[
            ("TRAEFIK_ENTRYPOINTS_WEBSECURE_ADDRESS", ":8443"),
            ("TRAEFIK_CORE_DEFAULTRULESYNTAX", "v2"),
            ("PATH", "/bin"),
        ]));
        let setup = Setup::of(3, &pairs);
        assert_eq!(setup.entry_points["websecure"].port, 8443);
        assert_eq!(setup.syntax, Syntax::V2);
    }

    #[test]
    fn the_version_is_told_by_the_tag() {
        for (image, version) in [
            ("traefik:v3.1", 3),
            ("docker.io/library/traefik:2.11.0", 2),
            ("reg.io:5000/traefik:1.7-alpine", 1),
            ("reg.io:5000/traefik", 3),
            ("traefik:latest", 3),
        ] {
            assert_eq!(version_of_image(image), version, "{image}");
        }
    }
}
