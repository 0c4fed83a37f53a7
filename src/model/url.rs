//! Addresses of the web as others write them: which are plain enough to be opened or linked, and where they lead.

/// Longer ones are no links to click on.
const LONGEST: usize = 2_000;

/// What follows the scheme of an address of the web that hides nothing: printable ASCII, of a length one can click on.
fn after_scheme(url: &str) -> Option<&str> {
    let plain = url.len() <= LONGEST && url.bytes().all(|byte| byte.is_ascii_graphic());
    let (scheme, rest) = url.split_once("://").filter(|_| plain)?;
    let web = ["http", "https"]
        .iter()
        .any(|web| scheme.eq_ignore_ascii_case(web));
    (web && !rest.is_empty()).then_some(rest)
}

/// Whether it may be handed to a browser or to the terminal as a link.
pub fn is_web(url: &str) -> bool {
    after_scheme(url).is_some()
}

/// The machine it leads to, without a port, in small letters.
pub fn host(url: &str) -> Option<String> {
    let rest = after_scheme(url)?;
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let place = authority.rsplit('@').next()?;
    let host = match place.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => place,
    };
    (!host.is_empty()).then(|| host.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_what_a_browser_would_ask() {
        for (url, told) in [
            (
                "https://Tickets.example.com/#ticket/zoom/3",
                Some("tickets.example.com"),
            ),
            (
                "http://a.example:8080?x=https://b.example",
                Some("a.example"),
            ),
            (
                "https://tickets.example.com@evil.example/x",
                Some("evil.example"),
            ),
            (
                "http://evil.example\\@tickets.example.com",
                Some("evil.example"),
            ),
            ("http://[2001:db8::1]:80/", Some("[2001:db8::1]")),
            ("mailto:a@b.example", None),
            ("https:///x", None),
        ] {
            assert_eq!(host(url).as_deref(), told, "{url}");
        }
    }

    #[test]
    fn only_plain_addresses_of_the_web_are_links() {
        assert!(is_web("https://a.example/x?y=1#z") && is_web("HTTP://a.example"));
        for bad in [
            "javascript:alert(1)",
            "file:///etc/passwd",
            "https://a b",
            "https://e.example/\u{1b}]8;;",
            "https://e.example/\u{7}",
            "https://é.example",
            "https://",
            "",
        ] {
            assert!(!is_web(bad), "{bad}");
        }
        assert!(!is_web(&format!(
            "https://e.example/{}",
            "x".repeat(LONGEST)
        )));
    }
}
