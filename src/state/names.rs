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
                f.write_str(&say!("no container, service or stack `{name}`", name))?;
                match near {
                    Some(near) => f.write_str(&say!(": did you mean `{near}`?", near)),
                    None => Ok(()),
                }
            }
            Self::Ambiguous { name, could_be } => f.write_str(&say!(
                "`{name}` could be {others}",
                name,
                others = could_be.join(say!(" or "))
            )),
        }
    }
}

/// A host's containers, and what to type before a name to mean this host.
#[derive(Debug, Clone)]
pub struct Place<'a> {
    /// Empty where there is only one host.
    pub label: &'a str,
    pub containers: Vec<&'a Container>,
}

impl<'a> Place<'a> {
    /// The only host there is.
    pub fn only(containers: impl IntoIterator<Item = &'a Container>) -> Vec<Self> {
        vec![Self {
            label: "",
            containers: containers.into_iter().collect(),
        }]
    }
}

/// The containers of these names, each once, in the order asked. For each name, the first of these that fits: a
/// container's name; its short name or a service's; a stack's; the beginning of an id. A service or stack means all its
/// containers but one-off ones. What is on several hosts wants its host before it, `web-01/zammad`. Every name that does
/// not fit is told.
///
/// # Errors
/// Every name that means nothing, or could mean several things.
pub fn resolve<'a>(
    names: &[String],
    places: &[Place<'a>],
) -> Result<Vec<&'a Container>, Vec<NameError>> {
    let mut found: Vec<&Container> = Vec::new();
    let mut errors = Vec::new();
    for name in names {
        match anywhere(name, places) {
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

/// On which host, then what there.
fn anywhere<'a>(name: &str, places: &[Place<'a>]) -> Result<Vec<&'a Container>, NameError> {
    if let Some((label, rest)) = name.split_once('/').filter(|(label, _)| !label.is_empty())
        && let Some(place) = places.iter().find(|place| place.label == label)
    {
        return match one(rest, &place.containers) {
            Some((_, meant)) => meant,
            None => Err(unknown(rest, &place.containers)),
        };
    }
    let meant = places
        .iter()
        .filter_map(|place| one(name, &place.containers).map(|(sort, meant)| (sort, place, meant)));
    let mut meant: Vec<_> = meant.collect();
    let Some(narrowest) = meant.iter().map(|(sort, ..)| *sort).min() else {
        let all: Vec<&Container> = places.iter().flat_map(|p| p.containers.clone()).collect();
        return Err(unknown(name, &all));
    };
    meant.retain(|(sort, ..)| *sort == narrowest);
    if meant.len() > 1 {
        let name = sanitise_ident(name.as_bytes());
        let on = |(_, place, _): &(Sort, &Place, _)| format!("`{}/{name}`", place.label);
        let could_be = meant.iter().map(on).collect();
        return Err(NameError::Ambiguous { name, could_be });
    }
    meant.pop().map_or(Ok(Vec::new()), |(.., meant)| meant)
}

/// What sort of name it is, the narrowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sort {
    Container,
    Service,
    Stack,
    Id,
}

/// What a name means on one host; `None`: nothing.
fn one<'a>(
    typed: &str,
    containers: &[&'a Container],
) -> Option<(Sort, Result<Vec<&'a Container>, NameError>)> {
    let name = typed.strip_prefix('/').unwrap_or(typed);
    let all = |test: &dyn Fn(&Container) -> bool| -> Vec<&'a Container> {
        containers.iter().copied().filter(|c| test(c)).collect()
    };
    let exact = all(&|c| c.name == name);
    if !exact.is_empty() {
        return Some((Sort::Container, Ok(exact)));
    }
    let service = all(&|c| {
        !c.is_one_off()
            && (c.service() == Some(name) || c.stack().is_some() && c.short_name() == name)
    });
    if !service.is_empty() {
        let stacks: BTreeSet<_> = service.iter().map(|c| c.stack()).collect();
        let meant = if stacks.len() > 1 {
            Err(ambiguous(typed, &service))
        } else {
            Ok(service)
        };
        return Some((Sort::Service, meant));
    }
    let stack = all(&|c| c.stack() == Some(name) && !c.is_one_off());
    if !stack.is_empty() {
        return Some((Sort::Stack, Ok(stack)));
    }
    let by_id = all(&|c| name.len() >= ID_MIN && c.key.id.starts_with(&name.to_ascii_lowercase()));
    match by_id.len() {
        0 => None,
        1 => Some((Sort::Id, Ok(by_id))),
        _ => Some((Sort::Id, Err(ambiguous(typed, &by_id)))),
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
        resolve(&list, &Place::only(&world))
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

    #[test]
    fn what_is_on_several_hosts_wants_its_host_before_it() {
        let here = world();
        let there = [
            container("eeee01", "shop-web-1", "shop", "web"),
            container("eeee02", "mail", "", ""),
        ];
        let places = [
            Place {
                label: "a",
                containers: here.iter().collect(),
            },
            Place {
                label: "b",
                containers: there.iter().collect(),
            },
        ];
        let ids = |name: &str| {
            resolve(&[name.to_owned()], &places)
                .map(|found| {
                    found
                        .iter()
                        .map(|c| c.key.id.to_string())
                        .collect::<Vec<_>>()
                })
                .map_err(|errors| errors[0].to_string())
        };
        assert_eq!(ids("mail").unwrap(), ["eeee02"]);
        assert_eq!(ids("web").unwrap_err(), "`web` could be `a/web` or `b/web`");
        assert_eq!(ids("b/web").unwrap(), ["eeee01"]);
        assert_eq!(ids("a/web").unwrap(), ["aaaa01", "aaaa02"]);
        assert_eq!(
            ids("a/mial").unwrap_err(),
            "no container, service or stack `mial`"
        );
        assert_eq!(
            ids("mial").unwrap_err(),
            "no container, service or stack `mial`: did you mean `mail`?"
        );
        assert_eq!(
            ids("blog").unwrap(),
            ["dddd01"],
            "the narrowest meaning of all hosts"
        );
    }
}
