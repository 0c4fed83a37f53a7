//! Which containers Traefik takes by their labels, where it was started with `constraints`: an expression as rules are, over
//! `Label` and `LabelRegex`. Where it cannot be read, Traefik takes no container at all.
use std::collections::BTreeMap;

use regex::{Regex, RegexBuilder};

use super::Fault;
use super::rule::{self, Expr};

/// Most bytes of a compiled pattern: it stands in the arguments of somebody's proxy.
const PATTERN: usize = 1 << 20;

/// What a Traefik was started with.
#[derive(Debug)]
pub struct Constraint {
    written: String,
    read: Result<Test, String>,
}

/// An expression that was understood.
#[derive(Debug)]
enum Test {
    Label(String, String),
    /// Anywhere in the value.
    Matches(String, Regex),
    Not(Box<Self>),
    All(Vec<Self>),
    Any(Vec<Self>),
}

impl Constraint {
    pub fn of(written: &str) -> Self {
        Self {
            written: written.to_owned(),
            read: rule::parse(written).and_then(Test::of),
        }
    }

    /// Why a container with these labels is left out.
    pub fn leaves_out(&self, labels: &BTreeMap<String, String>) -> Option<Fault> {
        let words = match &self.read {
            Ok(test) if test.fits(labels) => return None,
            Ok(_) => format!(
                "its labels do not fit Traefik's constraints: {}",
                self.written
            ),
            Err(why) => {
                format!("Traefik's constraints are refused, and no container is taken: {why}")
            }
        };
        Some(Fault::Unfit(words))
    }
}

impl Test {
    fn of(expr: Expr) -> Result<Self, String> {
        let all = |parts: Vec<Expr>| parts.into_iter().map(Self::of).collect::<Result<_, _>>();
        match expr {
            Expr::Not(inner) => Ok(Self::Not(Box::new(Self::of(*inner)?))),
            Expr::All(parts) => all(parts).map(Self::All),
            Expr::Any(parts) => all(parts).map(Self::Any),
            Expr::Call(name, values) => match (name.as_str(), values.as_slice()) {
                ("Label", [label, value]) => Ok(Self::Label(label.clone(), value.clone())),
                ("LabelRegex", [label, pattern]) => {
                    let built = RegexBuilder::new(pattern).size_limit(PATTERN).build();
                    let built = built.map_err(|_| format!("`{pattern}` is no pattern"))?;
                    Ok(Self::Matches(label.clone(), built))
                }
                ("Label" | "LabelRegex", _) => Err(format!("{name} takes a label and a value")),
                _ => Err(format!("Traefik knows no {name} here")),
            },
        }
    }

    fn fits(&self, labels: &BTreeMap<String, String>) -> bool {
        match self {
            Self::Label(label, value) => labels.get(label) == Some(value),
            Self::Matches(label, pattern) => labels
                .get(label)
                .is_some_and(|value| pattern.is_match(value)),
            Self::Not(inner) => !inner.fits(labels),
            Self::All(parts) => parts.iter().all(|part| part.fits(labels)),
            Self::Any(parts) => parts.iter().any(|part| part.fits(labels)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_judged_as_traefik_does() {
        let pairs = [("zone", "public"), ("tier", "web-2")];
        let labels = pairs.map(|(a, b)| (a.to_owned(), b.to_owned())).into();
        for (expression, fits) in [
            ("Label(`zone`, `public`)", true),
            ("Label(`zone`,`Public`)", false),
            ("!Label(`gone`,``)", true),
            ("LabelRegex(`tier`, `b-[0-9]`)", true),
            ("LabelRegex(`tier`,`^b-[0-9]`)", false),
            ("LabelRegex(`gone`,`.*`)", false),
            (
                "Label(`zone`,`x`) || Label(`zone`,`public`) && !Label(`tier`,`db`)",
                true,
            ),
            (
                "(Label(`zone`,`x`) || Label(`zone`,`public`)) && Label(`tier`,`db`)",
                false,
            ),
        ] {
            let out = Constraint::of(expression).leaves_out(&labels);
            assert_eq!(out.is_none(), fits, "{expression}: {out:?}");
        }
    }

    #[test]
    fn what_traefik_refuses_takes_no_container() {
        for bad in [
            "Label(`a`)",
            "Label(`a`,`b`,`c`)",
            "Tag(`a`)",
            "label(`a`,`b`)",
            "LabelRegex(`a`,`(`)",
            "Label(`a`,`b`",
            "",
        ] {
            let out = Constraint::of(bad).leaves_out(&BTreeMap::new());
            let words = out.map(|fault| fault.words()).unwrap_or_default();
            assert!(words.contains("no container is taken"), "{bad}: {words}");
        }
    }
}
