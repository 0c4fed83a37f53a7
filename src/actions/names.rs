//! Which containers a typed name means. Pure.
use std::collections::BTreeSet;

use crate::model::Container;
use crate::text::{nearest, sanitise_ident};

/// The shortest beginning of an id that counts.
const ID_MIN: usize = 3;

/// A name that does not say which containers are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NameError {
    Unknown { name: String, near: Option<String> },
    Ambiguous { name: String, could_be: Vec<String> },
}

impl std::fmt::Display for NameError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unknown { name, near } => {
                write!(f, "no container, service or stack `{name}`")?;
                match near {
                    Some(near) => write!(f, ": did you mean `{near}`?"),
                    None => Ok(()),
                }
            }
            Self::Ambiguous { name, could_be } => {
                write!(f, "`{name}` could be {}", could_be.join(" or "))
            }
        }
    }
}

/// The containers of these names, each once, in the order asked. For each name, the first of these that fits: a
/// container's name; its short name or a service's; a stack's; the beginning of an id. A service or stack means all its
/// containers but one-off ones. Every name that does not fit is told.
///
/// # Errors
/// Every name that means nothing, or more than one thing.
pub fn resolve<'a>(
    names: &[String],
    containers: impl IntoIterator<Item = &'a Container>,
) -> Result<Vec<&'a Container>, Vec<NameError>> {
    let containers: Vec<&Container> = containers.into_iter().collect();
    let mut found: Vec<&Container> = Vec::new();
    let mut errors = Vec::new();
    for name in names {
        match one(name, &containers) {
            Ok(list) => {
                for container in list {
                    if found.iter().all(|other| other.key != container.key) {
                        found.push(container);
                    }
                }
            }
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() {
        Ok(found)
    } else {
        Err(errors)
    }
}

fn one<'a>(name: &str, containers: &[&'a Container]) -> Result<Vec<&'a Container>, NameError> {
    let typed = name;
    let name = name.strip_prefix('/').unwrap_or(name);
    let all = |test: &dyn Fn(&Container) -> bool| -> Vec<&'a Container> {
        containers.iter().copied().filter(|c| test(c)).collect()
    };
    let exact = all(&|c| c.name == name);
    if !exact.is_empty() {
        return Ok(exact);
    }
    let service = all(&|c| {
        !c.is_one_off()
            && (c.service() == Some(name) || c.stack().is_some() && c.short_name() == name)
    });
    if !service.is_empty() {
        let stacks: BTreeSet<_> = service.iter().map(|c| c.stack()).collect();
        if stacks.len() > 1 {
            return Err(ambiguous(typed, &service));
        }
        return Ok(service);
    }
    let stack = all(&|c| c.stack() == Some(name) && !c.is_one_off());
    if !stack.is_empty() {
        return Ok(stack);
    }
    let by_id = all(&|c| name.len() >= ID_MIN && c.key.id.starts_with(&name.to_ascii_lowercase()));
    match by_id.len() {
        0 => Err(unknown(typed, containers)),
        1 => Ok(by_id),
        _ => Err(ambiguous(typed, &by_id)),
    }
}

fn ambiguous(name: &str, list: &[&Container]) -> NameError {
    let mut could_be: Vec<String> = list.iter().map(|c| format!("`{}`", c.name)).collect();
    could_be.sort();
    NameError::Ambiguous {
        name: sanitise_ident(name.as_bytes()),
        could_be,
    }
}

fn unknown(name: &str, containers: &[&Container]) -> NameError {
    let words = containers.iter().flat_map(|c| {
        [
            Some(c.name.as_str()),
            c.service(),
            Some(c.short_name()),
            c.stack(),
        ]
        .into_iter()
        .flatten()
    });
    NameError::Unknown {
        name: sanitise_ident(name.as_bytes()),
        near: nearest(name, words).map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{HostId, Key};

    fn container(id: &str, name: &str, stack: &str, service: &str) -> Container {
        let mut c = Container::bare(Key::container(HostId(0), id), name);
        if !stack.is_empty() {
            let label = |key: &str| format!("com.docker.compose.{key}");
            c.labels.insert(label("project"), stack.to_owned());
            c.labels.insert(label("service"), service.to_owned());
        }
        c
    }

    fn world() -> Vec<Container> {
        let mut once = container("ffff01", "shop-web-run-1", "shop", "web");
        let label = "com.docker.compose.oneoff".to_owned();
        once.labels.insert(label, "True".to_owned());
        vec![
            container("aaaa01", "shop-web-1", "shop", "web"),
            container("aaaa02", "shop-web-2", "shop", "web"),
            container("bbbb01", "shop-db-1", "shop", "db"),
            container("cccc01", "blog-db-1", "blog", "db"),
            container("dddd01", "blog", "", ""),
            once,
        ]
    }

    fn names(list: &[&str]) -> Result<Vec<String>, Vec<String>> {
        let list: Vec<String> = list.iter().map(|name| (*name).to_owned()).collect();
        let world = world();
        resolve(&list, &world)
            .map(|found| found.iter().map(|c| c.name.clone()).collect())
            .map_err(|errors| errors.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn the_narrowest_meaning_wins() {
        assert_eq!(names(&["blog"]).unwrap(), ["blog"]);
        assert_eq!(names(&["web"]).unwrap(), ["shop-web-1", "shop-web-2"]);
        assert_eq!(names(&["web-2"]).unwrap(), ["shop-web-2"]);
        assert_eq!(
            names(&["shop", "web"]).unwrap(),
            ["shop-web-1", "shop-web-2", "shop-db-1"]
        );
        assert_eq!(names(&["bbb"]).unwrap(), ["shop-db-1"]);
        assert_eq!(names(&["shop-web-run-1"]).unwrap(), ["shop-web-run-1"]);
    }

    #[test]
    fn every_name_that_does_not_fit_is_told() {
        assert_eq!(
            names(&["db", "aaa", "wbe", "bb"]).unwrap_err(),
            [
                "`db` could be `blog-db-1` or `shop-db-1`",
                "`aaa` could be `shop-web-1` or `shop-web-2`",
                "no container, service or stack `wbe`: did you mean `web`?",
                "no container, service or stack `bb`",
            ]
        );
    }
}
