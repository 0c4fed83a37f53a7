//! Traefik's own account: its API's routers, and its static file as one list of names and values. Read leniently; every
//! text is made safe. Must not know how it is reached.
use std::collections::BTreeSet;

use serde_json::Value;

use crate::model::route::{Protocol, Told, ToldRouter};
use crate::text;

/// Paths of the API: its version, then the routers of each protocol.
pub const PATHS: [&str; 4] = [
    "/api/version",
    "/api/http/routers?per_page=1000",
    "/api/tcp/routers?per_page=1000",
    "/api/udp/routers?per_page=1000",
];
/// Routers of a page, as the paths ask for: of a list as long as that there may be more.
const PAGE: usize = 1000;
/// Largest reply that is read, in bytes: a thousand routers are about 400 KB.
pub const REPLY: usize = 8 << 20;
/// Largest static file.
const FILE: usize = 1 << 20;

/// What the API's four replies say, in the order of [`PATHS`]. `None`: the first is not Traefik's.
pub fn told(replies: &[Vec<u8>]) -> Option<Told> {
    let read = |bytes: &Vec<u8>| serde_json::from_slice::<Value>(bytes).ok();
    let version = replies.first().and_then(read)?;
    let version = word(version.get("Version")?);
    let mut routers = Vec::new();
    let mut whole = BTreeSet::new();
    let protocols = [Protocol::Http, Protocol::Tcp, Protocol::Udp];
    for (reply, protocol) in replies.iter().skip(1).zip(protocols) {
        let list = read(reply);
        let Some(list) = list.as_ref().and_then(Value::as_array) else {
            continue;
        };
        if list.len() < PAGE {
            whole.insert(protocol);
        }
        routers.extend(list.iter().filter_map(|r| router(r, protocol)));
    }
    Some(Told {
        version,
        routers,
        whole,
    })
}

fn router(value: &Value, protocol: Protocol) -> Option<ToldRouter> {
    let of = |name: &str| value.get(name).map(word).unwrap_or_default();
    let all = |name: &str| {
        let list = value.get(name).and_then(Value::as_array);
        list.into_iter().flatten().map(word).collect::<Vec<_>>()
    };
    let whole = of("name");
    let (name, provider) = whole.rsplit_once('@').unwrap_or((&whole, ""));
    if name.is_empty() {
        return None;
    }
    let tls = value.get("tls").filter(|tls| !tls.is_null());
    let entry_points = match all("entryPoints") {
        none if none.is_empty() => all("using"),
        some => some,
    };
    Some(ToldRouter {
        protocol,
        name: name.to_owned(),
        provider: provider.to_owned(),
        rule: of("rule"),
        entry_points,
        middlewares: all("middlewares"),
        service: of("service"),
        tls: tls.is_some(),
        resolver: tls
            .and_then(|tls| tls.get("certResolver"))
            .map(word)
            .filter(|r| !r.is_empty()),
        status: of("status"),
        errors: all("error").into_iter().map(without_login).collect(),
    })
}

/// Traefik repeats a user it cannot read, with the password's hash, in its error.
fn without_login(error: String) -> String {
    let mut ends = ["parsing BasicUser:", "parsing DigestUser:"].iter();
    let end = ends.find_map(|told| error.find(told).map(|at| at + told.len()));
    match end.and_then(|end| error.get(..end)) {
        Some(safe) => format!("{safe} ***"),
        None => error,
    }
}

fn word(value: &Value) -> String {
    text::sanitise_ident(value.as_str().unwrap_or_default().as_bytes())
}

/// Where Traefik looks for its static file, the one it was told of first.
pub fn files(arguments: &[String]) -> Vec<String> {
    let pairs = crate::model::route::setup::of_arguments(arguments.iter().map(String::as_str));
    let told = pairs
        .into_iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("configfile"));
    match told {
        Some((_, path)) => vec![path],
        None => ["yml", "yaml", "toml"]
            .map(|end| format!("/etc/traefik/traefik.{end}"))
            .to_vec(),
    }
}

/// A static file, out of the archive that the engine gives of it, as names and values: `entryPoints.web.address`, `:80`.
pub fn file(archive: &[u8], name: &str) -> Vec<(String, String)> {
    let content = only_file(archive).unwrap_or_default();
    let Ok(content) = std::str::from_utf8(content) else {
        return Vec::new();
    };
    let tree: Option<Value> = if name.rsplit('.').next() == Some("toml") {
        toml::from_str(content).ok()
    } else {
        serde_saphyr::from_str(content).ok()
    };
    let mut pairs = Vec::new();
    if let Some(tree) = tree.filter(Value::is_object) {
        flatten(&tree, String::new(), &mut pairs);
    }
    pairs
}

/// The content of the only file of a tar archive.
fn only_file(archive: &[u8]) -> Option<&[u8]> {
    let head = archive.get(..512)?;
    let size = head.get(124..136)?;
    let size = std::str::from_utf8(size).ok()?.trim_matches(['\0', ' ']);
    let size = usize::from_str_radix(size, 8).ok()?;
    let is_file = matches!(head.get(156), Some(b'0' | 0));
    archive.get(512..512 + size.min(FILE)).filter(|_| is_file)
}

fn flatten(value: &Value, name: String, pairs: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (field, value) in fields {
                let inner = if name.is_empty() {
                    field.clone()
                } else {
                    format!("{name}.{field}")
                };
                flatten(value, inner, pairs);
            }
        }
        Value::Array(items) => {
            let words: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            pairs.push((name, text::sanitise_ident(words.join(",").as_bytes())));
        }
        // `tls: {}` and `docker:` alone switch it on.
        Value::Object(_) | Value::Null => pairs.push((name, "true".to_owned())),
        Value::String(words) => pairs.push((name, text::sanitise_ident(words.as_bytes()))),
        other => pairs.push((name, other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::route::setup::Setup;

    const LABELS: [&str; 4] = [
        include_str!("../../tests/data/traefik/api/version.json"),
        include_str!("../../tests/data/traefik/api/labels/http_routers.json"),
        include_str!("../../tests/data/traefik/api/labels/tcp_routers.json"),
        include_str!("../../tests/data/traefik/api/labels/udp_routers.json"),
    ];

    fn recorded(replies: [&str; 4]) -> Told {
        let replies = replies.map(|reply| reply.as_bytes().to_vec());
        told(&replies).unwrap()
    }

    #[test]
    fn recorded_replies_are_read_whole() {
        let told = recorded(LABELS);
        assert_eq!(told.version, "3.7.15");
        let count = |protocol| {
            told.routers
                .iter()
                .filter(|r| r.protocol == protocol)
                .count()
        };
        let listed = |reply: &str| serde_json::from_str::<Vec<Value>>(reply).unwrap().len();
        assert_eq!(count(Protocol::Http), listed(LABELS[1]));
        assert_eq!(count(Protocol::Tcp), listed(LABELS[2]));
        assert_eq!(count(Protocol::Udp), listed(LABELS[3]));
        let disabled: Vec<_> = told
            .routers
            .iter()
            .filter(|r| r.status == "disabled")
            .collect();
        assert!(!disabled.is_empty());
        assert!(
            disabled.iter().all(|router| !router.errors.is_empty()),
            "{disabled:?}"
        );
        assert!(
            told.routers
                .iter()
                .all(|router| !router.provider.is_empty())
        );
    }

    #[test]
    fn what_is_no_traefik_is_none() {
        for strange in [
            "",
            "null",
            "[]",
            "<html>",
            "{\"version\":1}",
            "{\"Version\":",
        ] {
            let replies = vec![strange.as_bytes().to_vec()];
            assert_eq!(told(&replies), None, "{strange}");
        }
        let half = vec![
            LABELS[0].as_bytes().to_vec(),
            b"404 page not found".to_vec(),
        ];
        let half = told(&half).unwrap();
        assert_eq!((half.routers, half.whole), (vec![], BTreeSet::new()));
        let full = vec!["{\"name\":\"a@docker\"}"; PAGE].join(",");
        let cut = [LABELS[0], &format!("[{full}]"), "[]", ""].map(|r| r.as_bytes().to_vec());
        let cut = told(&cut).unwrap();
        assert_eq!(
            cut.whole,
            BTreeSet::from([Protocol::Tcp]),
            "what was read to its end"
        );
        let hostile = "[{\"name\":\"a\\u001b[2J@docker\",\"error\":[\"\\u001b]52;c;x\\u0007\"],\"status\":\"disabled\"},7,null]";
        let hostile = vec![LABELS[0].as_bytes().to_vec(), hostile.as_bytes().to_vec()];
        let told = told(&hostile).unwrap();
        assert_eq!(told.routers.len(), 1);
        assert!(!format!("{told:?}").contains("\\u{1b}"), "{told:?}");
    }

    #[test]
    fn users_and_their_hashes_are_cut_out_of_errors() {
        let routers = r#"[{"name":"a@docker","status":"disabled","error":[
            "error parsing BasicUser: admin:admin:$2a$10$abc","error parsing DigestUser: eve:realm",
            "the service \"x@docker\" does not exist"]}]"#;
        let replies = [LABELS[0], routers].map(|reply| reply.as_bytes().to_vec());
        let told = told(&replies).unwrap();
        let expected = [
            "error parsing BasicUser: ***",
            "error parsing DigestUser: ***",
            "the service \"x@docker\" does not exist",
        ];
        assert_eq!(told.routers[0].errors, expected);
    }

    fn archive(content: &str) -> Vec<u8> {
        let mut archive = vec![0u8; 512];
        let size = format!("{:011o}\0", content.len());
        archive[124..136].copy_from_slice(size.as_bytes());
        archive[156] = b'0';
        archive.extend_from_slice(content.as_bytes());
        archive.resize(archive.len().div_ceil(512) * 512 + 1024, 0);
        archive
    }

    #[test]
    fn a_static_file_says_what_arguments_would() {
        let yaml = "entryPoints:\n  web:\n    address: ':80'\n    http:\n      redirections:\n        entryPoint:\n          to: websecure\n  websecure:\n    address: ':443'\n    http:\n      tls: {}\nproviders:\n  docker:\n    exposedByDefault: false\n    network: proxy\napi:\n  insecure: true\n";
        let toml = "[entryPoints.web]\naddress = \":80\"\n[entryPoints.web.http.redirections.entryPoint]\nto = \"websecure\"\n[entryPoints.websecure]\naddress = \":443\"\n[entryPoints.websecure.http.tls]\n[providers.docker]\nexposedByDefault = false\nnetwork = \"proxy\"\n[api]\ninsecure = true\n";
        for (content, name) in [(yaml, "traefik.yml"), (toml, "traefik.toml")] {
            let setup = Setup::of(3, &file(&archive(content), name));
            assert!(
                setup.known && !setup.exposed_by_default && setup.insecure_api,
                "{name}: {setup:?}"
            );
            assert_eq!(setup.network.as_deref(), Some("proxy"));
            assert!(setup.entry_points["web"].redirects && setup.entry_points["websecure"].tls);
        }
        assert_eq!(file(b"short", "a.yml"), []);
        assert_eq!(file(&archive("[1, 2"), "a.yml"), []);
    }

    #[test]
    fn the_file_it_was_told_of_is_the_one() {
        let arguments = ["traefik".to_owned(), "--configFile=/a/b.toml".to_owned()];
        assert_eq!(files(&arguments), ["/a/b.toml"]);
        assert_eq!(files(&[]).len(), 3);
    }
}
