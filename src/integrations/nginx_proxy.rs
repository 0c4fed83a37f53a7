//! What nginx-proxy reads out of a container's environment that is a document of its own.
use serde_json::Value;

use crate::model::route::VirtualPath;
use crate::text;

/// The variable: hosts, their paths, and the port of each, as YAML or JSON.
const NAME: &str = "VIRTUAL_HOST_MULTIPORTS";
/// Larger values are none.
const LARGEST: usize = 64 * 1024;
/// How values of an environment say where a line ends: they were made one line where they came in.
const LINE_END: &str = "^J";
/// Most paths that are taken of one container.
const MOST: usize = 200;

/// The paths in an environment; none where it is not there or cannot be read.
pub fn multiports(environment: &[(String, String)]) -> Vec<VirtualPath> {
    let written = environment.iter().find(|(name, _)| name == NAME);
    let written = written.map_or("", |(_, value)| value.as_str());
    if written.trim().is_empty() || written.len() > LARGEST {
        return Vec::new();
    }
    let written = written.replace("^M^J", "\n").replace(LINE_END, "\n");
    let tree: Value = serde_saphyr::from_str(&written).unwrap_or_default();
    let hosts = tree.as_object().into_iter().flatten();
    hosts
        .flat_map(|(host, paths)| of_host(host, paths))
        .take(MOST)
        .collect()
}

/// Safe to show: the document's own escapes (`"\u001b"`) are undone only here.
fn safe(words: &str) -> String {
    text::sanitise_ident(words.as_bytes())
}

/// A host without paths is led whole to the usual port.
fn of_host(host: &str, paths: &Value) -> Vec<VirtualPath> {
    let whole = VirtualPath {
        host: safe(host),
        ..VirtualPath::default()
    };
    match paths.as_object() {
        Some(paths) if !paths.is_empty() => {
            let one = |(path, told): (&String, &Value)| VirtualPath {
                path: safe(if path == "/" { "" } else { path }),
                port: port(told),
                scheme: told.get("proto").and_then(Value::as_str).map(safe),
                dest: told.get("dest").and_then(Value::as_str).map(safe),
                ..whole.clone()
            };
            paths.iter().map(one).collect()
        }
        _ => vec![whole],
    }
}

/// A number, or one in quotes.
fn port(told: &Value) -> Option<u16> {
    let port = told.get("port")?;
    match port.as_u64() {
        Some(number) => u16::try_from(number).ok(),
        None => port.as_str()?.trim().parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found in a value as an engine's inspect gives it.
    fn read(value: &str) -> Vec<VirtualPath> {
        multiports(&[(NAME.to_owned(), text::sanitise_ident(value.as_bytes()))])
    }

    fn of(value: &str) -> Vec<(String, Option<u16>)> {
        let found = read(value);
        let told = |place: VirtualPath| (format!("{}{}", place.host, place.path), place.port);
        found.into_iter().map(told).collect()
    }

    #[test]
    fn both_ways_of_writing_it_are_read() {
        let yaml = "multi.example.org:\n  \"/\":\n    port: 8080\n  \"/service\":\n    port: \"8000\"\n    dest: /\nwww.example.org:\n";
        let json = r#"{"multi.example.org": {"/": {"port": 8080}, "/service": {"port": "8000", "dest": "/"}}, "www.example.org": {}}"#;
        let told = [
            ("multi.example.org".to_owned(), Some(8080)),
            ("multi.example.org/service".to_owned(), Some(8000)),
            ("www.example.org".to_owned(), None),
        ];
        assert_eq!(of(yaml), told);
        assert_eq!(of(json), told);
        assert_eq!(of(&yaml.replace('\n', "\r\n")), told);
    }

    #[test]
    fn what_a_document_writes_as_an_escape_does_not_reach_the_terminal() {
        for value in [
            r#"{"a\u001b]0;x\u0007.example": {"/\u001b[2J": {"port": 1, "proto": "\u009b5n"}}}"#,
            r#""a\x1b]0;x\a.example": {"/\e[2J": {port: 1, proto: "\u009b5n"}}"#,
        ] {
            let found = read(value);
            let [one] = found.as_slice() else {
                panic!("one path: {found:?}");
            };
            let scheme = one.scheme.as_deref().unwrap();
            let all = [one.host.as_str(), one.path.as_str(), scheme].concat();
            assert!(!all.contains(char::is_control), "{all:?}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_nothing() {
        for bad in [
            "",
            "[1, 2]",
            "a: [",
            "x",
            "&a [*a, *a]",
            &"a".repeat(LARGEST + 1),
        ] {
            assert_eq!(of(bad), [], "{bad:.20}");
        }
        assert_eq!(
            of("a.example: {/: {port: 99999}}"),
            [("a.example".to_owned(), None)]
        );
    }
}
