//! Templates of log lines: text with placeholders in `«»`. Must not know when a line is said.
//!
//! `«int 1 100»`, `«float 0.1 9.9»`, `«hex 8»`, `«ip»`, `«pick a|b|c»`, `«time %H:%M:%S%.3f»` (UTC,
//! chrono's letters), `«name»` (the container's), `«count»` (rises with time).
use std::fmt::Write as _;

use crate::sim::clock::{Ns, SECOND, date};

/// A line, ready to be filled in.
#[derive(Debug)]
pub struct Template(Vec<Piece>);

#[derive(Debug)]
enum Piece {
    Text(String),
    Int(i64, i64),
    Float(f64, f64),
    Hex(usize),
    Ip,
    Pick(Vec<String>),
    Time(String),
    Name,
    Count,
}

/// What the placeholders stand for.
#[derive(Debug)]
pub struct Context<'a> {
    /// Name of the container.
    pub name: &'a str,
    /// When the line is said.
    pub at: Ns,
    /// Where its noise comes from.
    pub noise: u64,
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// Names the placeholder that is unknown or not closed.
    pub fn new(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('«') {
            let (inside, behind) = after
                .split_once('»')
                .ok_or_else(|| format!("`«{after}` is not closed"))?;
            if !before.is_empty() {
                pieces.push(Piece::Text(before.to_owned()));
            }
            pieces.push(Piece::new(inside).ok_or_else(|| format!("`«{inside}»` is not known"))?);
            rest = behind;
        }
        pieces.push(Piece::Text(rest.to_owned()));
        Ok(Self(pieces))
    }

    /// The line for one moment.
    pub fn fill(&self, context: &Context) -> String {
        let mut rng = fastrand::Rng::with_seed(context.noise);
        let mut out = String::new();
        for piece in &self.0 {
            piece.write(context, &mut rng, &mut out);
        }
        out
    }
}

impl Piece {
    fn new(inside: &str) -> Option<Self> {
        let (word, rest) = inside.split_once(' ').unwrap_or((inside, ""));
        let mut numbers = rest.split(' ');
        Some(match word {
            "int" => Self::Int(numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?),
            "float" => Self::Float(numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?),
            "hex" => Self::Hex(rest.parse().ok()?),
            "ip" => Self::Ip,
            "pick" => Self::Pick(rest.split('|').map(str::to_owned).collect()),
            "time" => {
                let mut probe = String::new();
                write!(probe, "{}", date(0).format(rest)).ok()?;
                Self::Time(rest.to_owned())
            }
            "name" => Self::Name,
            "count" => Self::Count,
            _ => return None,
        })
    }

    fn write(&self, context: &Context, rng: &mut fastrand::Rng, out: &mut String) {
        // Writing into a String cannot fail.
        let _ = match self {
            Self::Text(text) => write!(out, "{text}"),
            Self::Int(from, to) => write!(out, "{}", rng.i64(*from..=(*to).max(*from))),
            Self::Float(from, to) => write!(out, "{:.2}", from + (to - from) * rng.f64()),
            Self::Hex(digits) => write!(out, "{}", crate::sim::rand::hex(rng, *digits)),
            Self::Ip => write!(
                out,
                "10.{}.{}.{}",
                rng.u8(0..40),
                rng.u8(..),
                rng.u8(2..254)
            ),
            Self::Pick(all) => write!(out, "{}", all[rng.usize(0..all.len())]),
            Self::Time(format) => write!(out, "{}", date(context.at).format(format)),
            Self::Name => write!(out, "{}", context.name),
            Self::Count => write!(out, "{}", context.at / SECOND % 10_000_000),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(text: &str) -> String {
        Template::new(text).unwrap().fill(&Context {
            name: "web",
            at: 0,
            noise: 1,
        })
    }

    #[test]
    fn placeholders_are_filled_and_the_same_each_time() {
        assert_eq!(fill("«time %Y-%m-%d»: «name»!"), "1970-01-01: web!");
        assert_eq!(fill("«int 1 100» «hex 6»"), fill("«int 1 100» «hex 6»"));
        assert!(["a", "b"].contains(&fill("«pick a|b»").as_str()));
    }

    #[test]
    fn unknown_placeholders_are_refused() {
        assert!(Template::new("«foo»").is_err());
        assert!(Template::new("«int 1»").is_err());
        assert!(Template::new("«time %Q»").is_err());
        assert!(Template::new("«ip").is_err());
    }
}
