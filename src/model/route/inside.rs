//! The path that a container is asked for where its proxy changes it on the way: prefixes taken off, put in front, others.
//! What only a regular expression says is not followed.

/// A change to a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rewrite {
    /// The first of these that it begins with goes.
    Strip(Vec<String>),
    /// Comes in front.
    Add(String),
    /// Stands there instead.
    Replace(String),
    /// What begins with the first begins with the second.
    Swap(String, String),
    /// All that these middlewares do.
    Chain(Vec<String>),
}

impl Rewrite {
    /// What a middleware of Traefik does by one of its fields; none where it leaves the path as it is.
    pub fn of(field: &[&str], value: &str) -> Option<Self> {
        let list = || value.split(',').map(|one| one.trim().to_owned()).collect();
        match field {
            ["stripprefix", "prefixes"] => Some(Self::Strip(list())),
            ["addprefix", "prefix"] => Some(Self::Add(value.to_owned())),
            ["replacepath", "path"] => Some(Self::Replace(value.to_owned())),
            ["chain", "middlewares"] => Some(Self::Chain(list())),
            _ => None,
        }
    }

    fn applied(&self, path: &str) -> String {
        match self {
            Self::Strip(prefixes) => {
                let rest = prefixes.iter().find_map(|one| path.strip_prefix(one));
                let rest = rest.unwrap_or(path);
                if rest.starts_with('/') {
                    rest.to_owned()
                } else {
                    format!("/{rest}")
                }
            }
            Self::Add(prefix) => format!("{}{path}", prefix.trim_end_matches('/')),
            Self::Replace(other) => other.clone(),
            Self::Swap(from, to) => match path.strip_prefix(from.as_str()) {
                Some(rest) => format!("{to}{rest}"),
                None => path.to_owned(),
            },
            Self::Chain(_) => path.to_owned(),
        }
    }
}

/// Most middlewares of one route that are followed: a chain may name itself.
const MOST: usize = 32;

/// What these middlewares do to a path, in their order; `known` finds one by its name.
pub fn of_middlewares<'a>(
    names: &[String],
    known: impl Fn(&str) -> Option<&'a Rewrite>,
) -> Vec<Rewrite> {
    let mut rewrites = Vec::new();
    let mut ahead: Vec<String> = names.iter().rev().cloned().collect();
    for _ in 0..MOST {
        let Some(name) = ahead.pop() else { break };
        match known(&name) {
            Some(Rewrite::Chain(names)) => ahead.extend(names.iter().rev().cloned()),
            Some(rewrite) => rewrites.push(rewrite.clone()),
            None => {}
        }
    }
    rewrites
}

/// A path as the container is asked for it.
pub fn path(outside: &str, rewrites: &[Rewrite]) -> String {
    let path = outside.to_owned();
    let path = rewrites
        .iter()
        .fold(path, |path, rewrite| rewrite.applied(&path));
    if path.is_empty() {
        "/".to_owned()
    } else {
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_followed_through_what_a_proxy_does_to_it() {
        let strip = Rewrite::of(&["stripprefix", "prefixes"], "/x, /app").unwrap();
        let add = Rewrite::of(&["addprefix", "prefix"], "/v1/").unwrap();
        let swap = Rewrite::Swap("/api".to_owned(), "/".to_owned());
        assert_eq!(path("/app", std::slice::from_ref(&strip)), "/");
        assert_eq!(path("/app/a", std::slice::from_ref(&strip)), "/a");
        assert_eq!(path("/other", std::slice::from_ref(&strip)), "/other");
        assert_eq!(path("/app/a", &[strip.clone(), add]), "/v1/a");
        assert_eq!(path("/api", &[swap]), "/");
        let fixed = Rewrite::of(&["replacepath", "path"], "/health").unwrap();
        assert_eq!(path("/app", &[fixed]), "/health");
        assert_eq!(Rewrite::of(&["stripprefix", "forceslash"], "true"), None);
    }

    #[test]
    fn a_chain_is_followed_and_one_that_names_itself_ends() {
        let strip = Rewrite::Strip(vec!["/app".to_owned()]);
        let chain = Rewrite::Chain(vec!["strip".to_owned(), "other".to_owned()]);
        let circle = Rewrite::Chain(vec!["circle".to_owned()]);
        let known = |name: &str| match name {
            "strip" => Some(&strip),
            "chain" => Some(&chain),
            "circle" => Some(&circle),
            _ => None,
        };
        let found = of_middlewares(&["chain".to_owned()], known);
        assert_eq!(found, std::slice::from_ref(&strip));
        assert_eq!(of_middlewares(&["circle".to_owned()], known), []);
    }
}
