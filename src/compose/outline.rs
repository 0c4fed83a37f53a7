//! What a project's compose files ask for, read as they are written: which services, and what each waits for. For order and
//! display only: compose alone says what a file means. Must not know the program.
use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::shown::digests;
use super::stack_file;
use crate::model::compose::Project;
use crate::model::outline::Asked;
use crate::model::stack::Condition;
use crate::model::{Outline, Unread};
use crate::text::sanitise_ident;

/// What is looked at of a compose file.
#[derive(Deserialize)]
struct Whole {
    services: Option<Services>,
    version: Option<IgnoredAny>,
    include: Option<IgnoredAny>,
}

type Services = BTreeMap<String, Option<Service>>;

/// What is looked at of a service: each of it may be written in several ways.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Service {
    depends_on: Value,
    links: Value,
    volumes_from: Value,
    network_mode: Value,
    ipc: Value,
    pid: Value,
    scale: Value,
    deploy: Value,
    profiles: Value,
}

impl Service {
    /// All that compose starts before it.
    fn needs(&self) -> BTreeMap<String, Condition> {
        let mut needs = BTreeMap::new();
        let mut need = |name: &str, until: Condition| {
            needs.insert(sanitise_ident(name.as_bytes()), until);
        };
        // `db:alias`, and `db:ro` beside `container:name`.
        let lists = [&self.links, &self.volumes_from];
        for written in lists.into_iter().flat_map(words) {
            let name = written.split(':').next().unwrap_or_default();
            if name != "container" {
                need(name, Condition::Started);
            }
        }
        for mode in [&self.network_mode, &self.ipc, &self.pid] {
            if let Some(name) = mode.as_str().and_then(|mode| mode.strip_prefix("service:")) {
                need(name, Condition::Started);
            }
        }
        for name in words(&self.depends_on) {
            need(name, Condition::Started);
        }
        for (name, how) in self.depends_on.as_object().into_iter().flatten() {
            let word = how.get("condition").and_then(Value::as_str);
            need(name, Condition::of(word.unwrap_or_default()));
        }
        needs
    }
}

impl Service {
    /// What is asked for of it, over what an earlier file says.
    fn over(&self, asked: &mut Asked) {
        asked.needs.extend(self.needs());
        let replicas = self.deploy.get("replicas").unwrap_or(&Value::Null);
        for written in [replicas, &self.scale] {
            if !written.is_null() {
                let count = written.as_u64();
                asked.count = count.and_then(|count| usize::try_from(count).ok());
            }
        }
        asked.optional |= words(&self.profiles).next().is_some();
    }
}

/// The words of a list.
fn words(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

/// The services of one file, and whether it includes others. The oldest files have nothing else in them, without a heading.
fn services(text: &str) -> Option<(Services, bool)> {
    let whole: Whole = serde_saphyr::from_str(text).ok()?;
    let open = whole.include.is_some();
    match (whole.services, whole.version) {
        (None, None) if !open => Some((serde_saphyr::from_str(text).ok()?, false)),
        (services, _) => Some((services.unwrap_or_default(), open)),
    }
}

/// What a project's files ask for; a later file adds to an earlier one. It blocks.
///
/// # Errors
/// One of them is not there, or is no compose file.
pub fn outline(project: &Project) -> Result<Outline, Unread> {
    let mut outline = Outline {
        files: digests(project),
        ..Outline::default()
    };
    for path in &project.files {
        let invalid = || Unread::Invalid(path.clone());
        let content = stack_file::content(Path::new(path)).map_err(|_| invalid())?;
        let content = content.ok_or_else(|| Unread::Gone(path.clone()))?;
        let text = String::from_utf8(content.bytes).map_err(|_| invalid())?;
        let (services, open) = services(&text).ok_or_else(invalid)?;
        outline.open |= open;
        for (name, service) in services {
            let name = sanitise_ident(name.as_bytes());
            let one = || Asked {
                count: Some(1),
                ..Asked::default()
            };
            let asked = outline.services.entry(name).or_insert_with(one);
            service.unwrap_or_default().over(asked);
        }
    }
    Ok(outline)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// For a file that is not there.
    const GONE: &str = "gone";

    /// What files of these texts ask for.
    fn read(texts: &[&str]) -> (tempfile::TempDir, Result<Outline, Unread>) {
        let dir = tempfile::tempdir().unwrap();
        let file = |(n, text): (usize, &&str)| {
            let path = dir.path().join(format!("{n}.yml"));
            if *text != GONE {
                std::fs::write(&path, text).unwrap();
            }
            path.display().to_string()
        };
        let project = Project {
            files: texts.iter().enumerate().map(file).collect(),
            ..Project::default()
        };
        let outline = outline(&project);
        (dir, outline)
    }

    fn needs(outline: &Outline, service: &str) -> Vec<(String, Condition)> {
        let needs = outline.services[service].needs.clone();
        needs.into_iter().collect()
    }

    #[test]
    fn what_is_needed_is_read_however_it_is_written() {
        let first = "x-all: &all {depends_on: [db]}\nservices:\n  web:\n    image: ${WEB}\n    depends_on: [db, mail]\n  db:\n  \
            old: {links: ['db:base', mail], volumes_from: ['web:ro', 'container:x'], network_mode: 'service:proxy'}\n  \
            same: {<<: *all, command: !reset null}\n";
        let second = "services:\n  web:\n    depends_on:\n      cache: {condition: service_healthy}\n      \
            job:\n        condition: service_completed_successfully\n      mail:\n";
        let (_dir, outline) = read(&[first, second]);
        let outline = outline.unwrap();
        let named = |list: &[(&str, Condition)]| -> Vec<(String, Condition)> {
            let own = list
                .iter()
                .map(|(name, until)| ((*name).to_owned(), *until));
            own.collect()
        };
        use Condition::{Completed, Healthy, Started};
        let web = [
            ("cache", Healthy),
            ("db", Started),
            ("job", Completed),
            ("mail", Started),
        ];
        assert_eq!(needs(&outline, "web"), named(&web));
        let old = ["db", "mail", "proxy", "web"].map(|name| (name, Started));
        assert_eq!(needs(&outline, "old"), named(&old));
        assert_eq!(needs(&outline, "same"), named(&[("db", Started)]));
        assert_eq!(needs(&outline, "db"), []);
    }

    #[test]
    fn how_many_are_wanted_is_told_where_a_figure_says_so() {
        let first = "services:\n  one: {}\n  two: {scale: 2}\n  three: {deploy: {replicas: 3}}\n  who: {scale: '${N}'}\n  \
            tool: {profiles: [debug]}\n  none:\n    deploy: {replicas: 1}\n";
        let second =
            "include: [more.yml]\nservices:\n  none: {deploy: {replicas: 0}}\n  two: {image: x}\n";
        let outline = read(&[first, second]).1.unwrap();
        let told = |name: &str| {
            (
                outline.services[name].count,
                outline.services[name].optional,
            )
        };
        assert_eq!(told("one"), (Some(1), false));
        assert_eq!(
            told("two"),
            (Some(2), false),
            "what a later file does not say stays"
        );
        assert_eq!(told("three"), (Some(3), false));
        assert_eq!(told("who"), (None, false));
        assert_eq!(told("tool"), (Some(1), true));
        assert_eq!(told("none"), (Some(0), false));
        assert!(outline.open);
    }

    #[test]
    fn the_oldest_files_are_services_and_nothing_else() {
        let (_dir, outline) = read(&["web:\n  image: a\n  links: [db]\ndb:\n  image: b\n"]);
        let outline = outline.unwrap();
        assert_eq!(
            needs(&outline, "web"),
            [("db".to_owned(), Condition::Started)]
        );
        let (_dir, outline) = read(&["version: '3'\n"]);
        assert_eq!(outline.unwrap().services, BTreeMap::new());
    }

    #[test]
    fn files_that_tell_nothing_are_told_apart() {
        let (dir, outline) = read(&["services: {}\n", GONE]);
        let gone = dir.path().join("1.yml").display().to_string();
        assert_eq!(outline, Err(Unread::Gone(gone)));
        for text in ["services: [not, a, mapping", "services: [web]\n", "a: 1\n"] {
            let (_dir, outline) = read(&[text]);
            assert!(
                matches!(outline, Err(Unread::Invalid(_))),
                "{text}: {outline:?}"
            );
        }
    }
}
