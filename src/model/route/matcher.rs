//! What the matchers of a rule take, in Traefik's version 2 and version 3 syntax. A rule of the one under the other is the
//! commonest reason for a route that leads nowhere.
use super::rule::Expr;

/// Which grammar of matchers a router's rule is read by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Syntax {
    V2,
    #[default]
    V3,
}

impl Syntax {
    pub fn other(self) -> Self {
        match self {
            Self::V2 => Self::V3,
            Self::V3 => Self::V2,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::V2 => "v2",
            Self::V3 => "v3",
        }
    }

    /// Names and how many values each takes.
    fn matchers(self) -> &'static [(&'static str, usize, usize)] {
        const MANY: usize = usize::MAX;
        match self {
            Self::V2 => &[
                ("Host", 1, MANY),
                ("HostHeader", 1, MANY),
                ("HostRegexp", 1, MANY),
                ("Path", 1, MANY),
                ("PathPrefix", 1, MANY),
                ("Method", 1, MANY),
                ("Headers", 2, 2),
                ("HeadersRegexp", 2, 2),
                ("Query", 1, MANY),
                ("ClientIP", 1, MANY),
                ("HostSNI", 1, MANY),
                ("HostSNIRegexp", 1, MANY),
                ("ALPN", 1, MANY),
            ],
            Self::V3 => &[
                ("Host", 1, 1),
                ("HostRegexp", 1, 1),
                ("Path", 1, 1),
                ("PathPrefix", 1, 1),
                ("PathRegexp", 1, 1),
                ("Method", 1, 1),
                ("Header", 2, 2),
                ("HeaderRegexp", 2, 2),
                ("Query", 1, 2),
                ("QueryRegexp", 1, 2),
                ("ClientIP", 1, 1),
                ("HostSNI", 1, 1),
                ("HostSNIRegexp", 1, 1),
                ("ALPN", 1, 1),
            ],
        }
    }
}

/// The name as the documentation writes it. Traefik knows it so, in small letters, in great ones and as a title.
pub fn known_name(written: &str, syntax: Syntax) -> Option<&'static str> {
    let names = syntax.matchers().iter().map(|(name, ..)| *name);
    let mut fitting = names.filter(|name| {
        let small = name.to_ascii_lowercase();
        let title = small.get(..1).map(str::to_ascii_uppercase);
        let title = title.unwrap_or_default() + small.get(1..).unwrap_or_default();
        written == *name
            || written == small
            || written == title
            || written == name.to_ascii_uppercase()
    });
    fitting.next()
}

/// What Traefik would refuse in a rule, in words.
pub fn check(expr: &Expr, syntax: Syntax) -> Result<(), String> {
    match expr {
        Expr::Not(inner) => check(inner, syntax),
        Expr::All(parts) | Expr::Any(parts) => parts.iter().try_for_each(|p| check(p, syntax)),
        Expr::Call(written, values) => check_call(written, values, syntax),
    }
}

fn check_call(written: &str, values: &[String], syntax: Syntax) -> Result<(), String> {
    let Some(name) = known_name(written, syntax) else {
        return Err(say!("unknown matcher {written}", written));
    };
    let limits = syntax.matchers().iter().find(|(known, ..)| *known == name);
    let Some((_, least, most)) = limits else {
        return Err(say!("unknown matcher {written}", written));
    };
    if values.len() < *least || values.len() > *most {
        let given = values.len();
        return Err(match (*least, *most) {
            (1, 1) => say!("{name} takes one value, not {given}", name, given),
            (least, most) if least == most => {
                say!(
                    "{name} takes {least} values, not {given}",
                    name,
                    least,
                    given
                )
            }
            (least, usize::MAX) => {
                say!(
                    "{name} takes at least {least} values, not {given}",
                    name,
                    least,
                    given
                )
            }
            (least, most) => say!(
                "{name} takes {least} to {most} values, not {given}",
                name,
                least,
                most,
                given
            ),
        });
    }
    for value in values {
        if value.is_empty() {
            return Err(say!("{name} has an empty value", name));
        }
        match name {
            "Host" | "HostHeader" | "HostRegexp" if !value.is_ascii() => {
                return Err(say!(
                    "{value}: a host is written in ASCII (punycode)",
                    value
                ));
            }
            "Path" | "PathPrefix" if !value.starts_with('/') => {
                return Err(say!("{name} {value}: a path begins with /", name, value));
            }
            _ => {}
        }
    }
    Ok(())
}

/// What Traefik takes without a word although it can never match: a rule of the other version.
pub fn never_matches(expr: &Expr, syntax: Syntax) -> Option<String> {
    match expr {
        // What never matches, negated, matches always.
        Expr::Not(_) => None,
        Expr::All(parts) => parts.iter().find_map(|part| never_matches(part, syntax)),
        Expr::Any(parts) => {
            let dead: Vec<_> = parts.iter().map(|p| never_matches(p, syntax)).collect();
            if dead.iter().all(Option::is_some) {
                dead.into_iter().flatten().next()
            } else {
                None
            }
        }
        Expr::Call(written, values) => {
            let name = known_name(written, syntax)?;
            let value = values.first()?;
            let other = match (name, syntax) {
                ("HostRegexp" | "HostSNIRegexp" | "Path" | "PathPrefix", Syntax::V3) => {
                    has_template(value)
                }
                ("HostRegexp", Syntax::V2) => !has_template(value) && looks_like_regexp(value),
                ("Host", Syntax::V2) => value.starts_with("*."),
                _ => false,
            };
            other.then(|| {
                let version = syntax.other().word();
                say!("{name} {value} is a {version} rule", name, value, version)
            })
        }
    }
}

/// `{name:regexp}`, the templates of version 2. `[a-z]{2,3}` is none.
pub fn has_template(value: &str) -> bool {
    value.split('{').skip(1).any(|rest| {
        let name = rest.split([':', '}']).next().unwrap_or_default();
        rest.contains('}') && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
    })
}

fn looks_like_regexp(value: &str) -> bool {
    value.contains(['^', '$', '\\', '[', '(', '*', '+', '|'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::route::rule::parse;

    #[test]
    fn a_count_in_a_regexp_is_no_template() {
        assert!(has_template("{sub:[a-z]+}.x"));
        assert!(has_template("{sub}.x"));
        assert!(!has_template("^[a-z]{2,3}\\.x$"));
    }

    #[test]
    fn each_version_refuses_what_only_the_other_knows() {
        for (rule, v2, v3) in [
            ("Host(`a`, `b`)", true, false),
            ("Headers(`a`, `b`)", true, false),
            ("Header(`a`, `b`)", false, true),
            ("PathRegexp(`^/a`)", false, true),
            ("Query(`a`, `b`, `c`)", true, false),
            ("Method(`GET`, `POST`)", true, false),
            ("Hostregexp(`a`)", true, true),
            ("hostRegexp(`a`)", false, false),
        ] {
            let rule = parse(rule).unwrap();
            assert_eq!(check(&rule, Syntax::V2).is_ok(), v2, "{rule:?}");
            assert_eq!(check(&rule, Syntax::V3).is_ok(), v3, "{rule:?}");
        }
    }

    #[test]
    fn one_way_that_lives_is_enough() {
        let of = |rule: &str| never_matches(&parse(rule).unwrap(), Syntax::V3).is_some();
        assert!(of("HostRegexp(`{a:.+}`)"));
        assert!(!of("HostRegexp(`{a:.+}`) || Host(`b`)"));
        assert!(of("HostRegexp(`{a:.+}`) && Host(`b`)"));
        assert!(!of("!HostRegexp(`{a:.+}`)"));
    }
}
