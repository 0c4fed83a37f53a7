//! The labels that Traefik knows. One misspelt field and it leaves the whole container out; one misspelt name before that
//! and it passes it over without a word.

/// A label that Traefik does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misspelt {
    pub label: String,
    /// What it does not know of it.
    pub part: String,
    /// The nearest it knows.
    pub nearest: Option<&'static str>,
    /// The container is left out for it; else the label is passed over.
    pub fatal: bool,
}

/// What may follow a router's name, a service's, a middleware's.
const ROUTER: &[&str] = &[
    "rule",
    "entrypoints",
    "middlewares",
    "service",
    "priority",
    "tls",
    "rulesyntax",
    "observability",
    "parentrefs",
];
const TCP_ROUTER: &[&str] = &[
    "rule",
    "entrypoints",
    "middlewares",
    "service",
    "priority",
    "tls",
    "rulesyntax",
];
const UDP_ROUTER: &[&str] = &["entrypoints", "service"];
const TLS: &[&str] = &["certresolver", "domains", "options", "passthrough"];
const SERVICE: &[&str] = &[
    "loadbalancer",
    "weighted",
    "mirroring",
    "failover",
    "highestrandomweight",
];
const BALANCER: &[&str] = &[
    "server",
    "servers",
    "sticky",
    "healthcheck",
    "passivehealthcheck",
    "passhostheader",
    "responseforwarding",
    "serverstransport",
    "strategy",
    "proxyprotocol",
    "terminationdelay",
];
const SERVER: &[&str] = &[
    "port",
    "scheme",
    "url",
    "weight",
    "preservepath",
    "tls",
    "address",
    "ipv6",
];
const MIDDLEWARE: &[&str] = &[
    "addprefix",
    "basicauth",
    "buffering",
    "chain",
    "circuitbreaker",
    "compress",
    "contenttype",
    "digestauth",
    "encodedcharacters",
    "errors",
    "forwardauth",
    "grpcweb",
    "headers",
    "inflightconn",
    "inflightreq",
    "ipallowlist",
    "ipwhitelist",
    "passtlsclientcert",
    "plugin",
    "ratelimit",
    "redirectregex",
    "redirectscheme",
    "replacepath",
    "replacepathregex",
    "retry",
    "stripprefix",
    "stripprefixregex",
];
const SECTIONS: &[&str] = &["routers", "services", "middlewares", "serverstransports"];
const TOP: &[&str] = &["enable", "http", "tcp", "udp", "docker", "swarm", "tls"];
/// Names of Traefik 1: not misspelt, only old.
const OLD: &[&str] = &[
    "frontend",
    "backend",
    "port",
    "protocol",
    "weight",
    "tags",
    "domain",
    "frontends",
];

/// Looks at one label.
pub fn check(label: &str) -> Option<Misspelt> {
    if !is_traefik(label) {
        return None;
    }
    let small = label.to_ascii_lowercase();
    let parts: Vec<&str> = small.split('.').collect();
    let ["traefik", top, rest @ ..] = parts.as_slice() else {
        return None;
    };
    let found = |part: &str, known: &'static [&'static str], fatal| {
        Some(Misspelt {
            label: label.to_owned(),
            part: part.to_owned(),
            nearest: nearest(part, known),
            fatal,
        })
    };
    if !TOP.contains(top) {
        // `traefik.<segment>.frontend.rule` of Traefik 1 as well.
        let old = OLD.contains(top) || rest.iter().any(|part| OLD.contains(part));
        return if old { None } else { found(top, TOP, false) };
    }
    if !matches!(*top, "http" | "tcp" | "udp") {
        return None;
    }
    let known: &'static [&'static str] = match (*top, rest) {
        (_, [section, ..]) if !SECTIONS.contains(section) => {
            return found(section, SECTIONS, true);
        }
        ("http", ["routers", _, ..]) => ROUTER,
        ("tcp", ["routers", _, ..]) => TCP_ROUTER,
        ("udp", ["routers", _, ..]) => UDP_ROUTER,
        (_, ["services", _, ..]) => SERVICE,
        ("http", ["middlewares", _, ..]) => MIDDLEWARE,
        _ => return None,
    };
    let mut fields = rest.iter().skip(2);
    let field = without_index(fields.next()?);
    if !known.contains(&field) {
        return found(field, known, true);
    }
    let known: &'static [&'static str] = match (rest.first(), field) {
        (Some(&"routers"), "tls") => TLS,
        (Some(&"services"), "loadbalancer") => BALANCER,
        _ => return None,
    };
    let field = without_index(fields.next()?);
    if !known.contains(&field) {
        return found(field, known, true);
    }
    match (field, fields.next()) {
        ("server" | "servers", Some(part)) if !SERVER.contains(part) => found(part, SERVER, true),
        _ => None,
    }
}

/// It begins as Traefik's labels do, which know no capitals. Asked of every label of every container.
pub fn is_traefik(label: &str) -> bool {
    label
        .as_bytes()
        .get(..8)
        .is_some_and(|head| head.eq_ignore_ascii_case(b"traefik."))
}

/// `domains[0]` is `domains`.
fn without_index(field: &str) -> &str {
    field.split('[').next().unwrap_or(field)
}

/// The known word that is fewest letters away, when it is near at all.
fn nearest(word: &str, known: &'static [&'static str]) -> Option<&'static str> {
    let scored = known.iter().map(|known| (distance(word, known), *known));
    let (distance, known) = scored.min()?;
    (distance <= 1 + word.len() / 3).then_some(known)
}

/// Letters to add, drop, change or swap.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(64).collect(), b.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let at = |row: &[usize], n: usize| row.get(n).copied().unwrap_or(usize::MAX / 2);
            let changed = at(&last, j) + usize::from(x != y);
            let mut best = changed.min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            let crossed = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if crossed {
                best = best.min(at(&before, j - 1) + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_label_is_found_and_its_nearest_named() {
        for (label, part, near, fatal) in [
            ("traefik.http.routers.a.rul", "rul", Some("rule"), true),
            (
                "traefik.http.routers.a.entrypoint",
                "entrypoint",
                Some("entrypoints"),
                true,
            ),
            (
                "traefik.http.router.a.rule",
                "router",
                Some("routers"),
                true,
            ),
            (
                "traefik.http.services.a.loadbalancer.server.prot",
                "prot",
                Some("port"),
                true,
            ),
            (
                "traefik.http.services.a.loadbalancer.servr.port",
                "servr",
                Some("server"),
                true,
            ),
            (
                "traefik.http.middlewares.a.redirectsheme.scheme",
                "redirectsheme",
                Some("redirectscheme"),
                true,
            ),
            (
                "traefik.http.routers.a.tls.certresover",
                "certresover",
                Some("certresolver"),
                true,
            ),
            ("traefik.http.routers.a.qqqqqq", "qqqqqq", None, true),
            ("traefik.htpp.routers.a.rule", "htpp", Some("http"), false),
            ("traefik.enabled", "enabled", Some("enable"), false),
        ] {
            let found = check(label).unwrap();
            assert_eq!(
                (found.part.as_str(), found.nearest, found.fatal),
                (part, near, fatal),
                "{label}"
            );
        }
    }

    #[test]
    fn what_traefik_knows_is_not_misspelt() {
        for label in [
            "traefik.enable",
            "traefik.docker.network",
            "traefik.http.routers.my-app.rule",
            "traefik.HTTP.Routers.L08.Rule",
            "traefik.http.routers.a.tls.domains[0].main",
            "traefik.http.services.a.loadbalancer.sticky.cookie.name",
            "traefik.http.services.L.LoadBalancer.Server.Port",
            "traefik.http.middlewares.a.headers.customrequestheaders.X-A",
            "traefik.tcp.routers.t.tls.passthrough",
            "traefik.udp.routers.u.entrypoints",
            "traefik.frontend.rule",
            "traefik.admin.frontend.rule",
            "com.example.rul",
        ] {
            assert_eq!(check(label), None, "{label}");
        }
    }
}
