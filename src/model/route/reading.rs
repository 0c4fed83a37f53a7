//! A rule read for a person: the addresses that match it, what else must hold, what is excepted.
use std::collections::BTreeSet;

use super::matcher::{self, Syntax, known_name};
use super::pattern;
use super::rule::{Expr, parse};

/// Most ways a rule may have to match; beyond them it is shown as text only.
const WAYS: usize = 256;

/// An address out of a rule, without a scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// `None`: whatever host Traefik is reached by.
    pub host: Option<String>,
    /// Empty, or it begins with `/`.
    pub path: String,
    /// The host stands for many.
    pub wild_host: bool,
    /// The path stands for many.
    pub wild_path: bool,
}

/// What a rule says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    pub spots: Vec<Spot>,
    /// `Method(POST)`: what must hold beside the address.
    pub conditions: Vec<String>,
    /// Hosts and paths that are left out.
    pub excludes: Vec<String>,
    /// Why it is no good under the syntax it is read by, although it is a rule of the other one.
    pub foreign: Option<String>,
}

/// Reads a rule; the error is why Traefik refuses it whatever its version.
pub fn read(rule: &str, syntax: Syntax) -> Result<Reading, String> {
    let expr = parse(rule)?;
    let (by, foreign) = match matcher::check(&expr, syntax) {
        Ok(()) => match matcher::never_matches(&expr, syntax) {
            Some(why) => (syntax.other(), Some(why)),
            None => (syntax, None),
        },
        Err(why) if matcher::check(&expr, syntax.other()).is_ok() => (syntax.other(), Some(why)),
        Err(why) => return Err(why),
    };
    let mut reading = Reading {
        foreign,
        ..Reading::default()
    };
    for way in ways(&expr, false, by)
        .ok_or_else(|| say!("the rule has too many ways to match").to_owned())?
    {
        gather(&way, by, &mut reading);
    }
    Ok(reading)
}

/// A matcher with its values in one way to match a rule.
#[derive(Debug, Clone)]
struct Atom {
    name: &'static str,
    values: Vec<String>,
    not: bool,
}

/// The ways in which an expression matches, each a list of what must hold; `None`: too many.
fn ways(expr: &Expr, not: bool, syntax: Syntax) -> Option<Vec<Vec<Atom>>> {
    match expr {
        Expr::Not(inner) => ways(inner, !not, syntax),
        Expr::All(parts) if !not => product(parts, not, syntax),
        Expr::Any(parts) if not => product(parts, not, syntax),
        Expr::All(parts) | Expr::Any(parts) => {
            let mut found = Vec::new();
            for part in parts {
                found.extend(ways(part, not, syntax)?);
            }
            (found.len() <= WAYS).then_some(found)
        }
        Expr::Call(written, values) => {
            let name = known_name(written, syntax)?;
            let listed = matches!(
                name,
                "Host" | "HostHeader" | "HostRegexp" | "Path" | "PathPrefix" | "HostSNI"
            );
            if listed && values.len() > WAYS {
                return None;
            }
            let atom = |values: Vec<String>| Atom { name, values, not };
            Some(match (listed, not) {
                (true, false) => values.iter().map(|v| vec![atom(vec![v.clone()])]).collect(),
                (true, true) => vec![values.iter().map(|v| atom(vec![v.clone()])).collect()],
                (false, _) => vec![vec![atom(values.clone())]],
            })
        }
    }
}

fn product(parts: &[Expr], not: bool, syntax: Syntax) -> Option<Vec<Vec<Atom>>> {
    let mut found: Vec<Vec<Atom>> = vec![Vec::new()];
    for part in parts {
        let more = ways(part, not, syntax)?;
        if found.len().checked_mul(more.len())? > WAYS {
            return None;
        }
        found = found
            .iter()
            .flat_map(|a| more.iter().map(|b| [a.as_slice(), b.as_slice()].concat()))
            .collect();
    }
    Some(found)
}

fn gather(way: &[Atom], syntax: Syntax, reading: &mut Reading) {
    let mut hosts: BTreeSet<String> = BTreeSet::new();
    let mut spot = Spot {
        host: None,
        path: String::new(),
        wild_host: false,
        wild_path: false,
    };
    let mut host_left_out = false;
    for atom in way {
        let value = atom.values.first().map(String::as_str).unwrap_or_default();
        match (atom.name, atom.not) {
            ("Host" | "HostHeader" | "HostSNI", false) => {
                let host = value.to_ascii_lowercase();
                spot.wild_host |= host.starts_with('*');
                hosts.insert(host.clone());
                spot.host = Some(host);
            }
            ("HostRegexp", false) => {
                let host = match syntax {
                    Syntax::V2 => pattern::of_template(value),
                    Syntax::V3 => pattern::of_regexp(value),
                };
                // A host by name beside it says more.
                if hosts.is_empty() {
                    spot.wild_host |= host.contains('*');
                    spot.host = Some(host);
                }
            }
            ("Path" | "PathPrefix", false) => {
                let templated = syntax == Syntax::V2 && matcher::has_template(value);
                if value.len() > spot.path.len() {
                    spot.wild_path = templated;
                    spot.path = if templated {
                        pattern::of_template(value)
                    } else {
                        value.to_owned()
                    };
                }
            }
            ("PathRegexp", false) => {
                spot.path = format!("/~{value}");
                spot.wild_path = true;
            }
            ("Host" | "HostHeader" | "HostRegexp", true) => {
                host_left_out = true;
                push(&mut reading.excludes, value.to_ascii_lowercase());
            }
            ("Path" | "PathPrefix" | "PathRegexp", true) => {
                push(&mut reading.excludes, value.to_owned());
            }
            (name, not) => {
                let sign = if not { "!" } else { "" };
                let values = atom.values.join(", ");
                push(&mut reading.conditions, format!("{sign}{name}({values})"));
            }
        }
    }
    // A request has one host: two that differ are never there.
    if hosts.len() > 1 {
        return;
    }
    if spot.host.is_none() && host_left_out {
        spot.host = Some("*".to_owned());
        spot.wild_host = true;
    }
    if !reading.spots.contains(&spot) {
        reading.spots.push(spot);
    }
}

fn push(list: &mut Vec<String>, text: String) {
    if !list.contains(&text) {
        list.push(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_with_too_many_ways_is_refused_and_not_worked_out() {
        let part = "(Host(`a`) || Host(`b`) || Host(`c`) || Host(`d`))";
        let rule = vec![part; 40].join(" && ");
        assert!(read(&rule, Syntax::V3).is_err());
        // Each host alone is a way, and each that is left out has its place in one.
        for sign in ["", "!"] {
            let hosts = |n: usize| {
                let hosts: Vec<String> = (0..n).map(|n| format!("Host(`{n}.example`)")).collect();
                let list: Vec<String> = (0..n).map(|n| format!("`{n}.example`")).collect();
                (
                    hosts.join(" || "),
                    format!("{sign}Host({})", list.join(", ")),
                )
            };
            assert!(read(&hosts(WAYS).1, Syntax::V2).is_ok(), "{sign}");
            assert!(read(&hosts(WAYS + 1).1, Syntax::V2).is_err(), "{sign}");
            assert!(read(&hosts(WAYS + 1).0, Syntax::V3).is_err());
        }
    }

    #[test]
    fn a_request_has_one_host() {
        let reading = read("Host(`a`) && (Host(`b`) || Path(`/x`))", Syntax::V3).unwrap();
        assert_eq!(reading.spots.len(), 1);
        assert_eq!(reading.spots[0].path, "/x");
    }
}
