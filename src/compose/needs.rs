//! Which services need which, read out of the files of stacks whose containers do not tell: compose 1 writes no label of it.
//! For display only: compose alone says what a file means.
use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::stack_file;
use crate::model::Stack;
use crate::text::sanitise_ident;

/// What is looked at of a compose file.
#[derive(Deserialize)]
struct Whole {
    #[serde(default)]
    services: BTreeMap<String, Service>,
}

#[derive(Deserialize)]
struct Service {
    #[serde(default)]
    depends_on: Needs,
}

/// Names, or names with what is waited for.
#[derive(Deserialize)]
#[serde(untagged)]
enum Needs {
    Names(Vec<String>),
    Conditions(BTreeMap<String, Value>),
}

impl Default for Needs {
    fn default() -> Self {
        Self::Names(Vec::new())
    }
}

impl Needs {
    fn names(self) -> Vec<String> {
        match self {
            Self::Names(names) => names,
            Self::Conditions(of_name) => of_name.into_keys().collect(),
        }
    }
}

/// Fills in what no label tells, where the stack's files are on this machine and can be read. It blocks.
pub fn fill(stack: &mut Stack) {
    if stack
        .services
        .iter()
        .any(|service| !service.needs.is_empty())
    {
        return;
    }
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in &stack.origin.files {
        let content = stack_file::content(Path::new(path)).ok().flatten();
        let text = content.and_then(|content| String::from_utf8(content.bytes).ok());
        let whole = text.and_then(|text| serde_saphyr::from_str::<Whole>(&text).ok());
        for (name, service) in whole.into_iter().flat_map(|whole| whole.services) {
            let needs = service.depends_on.names();
            let needs = needs.iter().map(|need| sanitise_ident(need.as_bytes()));
            found.entry(name).or_default().extend(needs);
        }
    }
    for service in &mut stack.services {
        let mut needs = found.remove(&service.name).unwrap_or_default();
        needs.sort();
        needs.dedup();
        service.needs = needs;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Container, HostId, Key};

    #[test]
    fn a_stack_of_compose_1_is_read_out_of_its_files() {
        let dir = tempfile::tempdir().unwrap();
        let text = "services:\n  web:\n    image: ${WEB}\n    depends_on: [db, mail]\n  db: {}\n";
        std::fs::write(dir.path().join("docker-compose.yml"), text).unwrap();
        let more = "services:\n  web:\n    depends_on:\n      cache:\n        condition: service_healthy\n";
        std::fs::write(dir.path().join("more.yml"), more).unwrap();
        let mut web = Container::bare(Key::container(HostId(0), "a"), "shop_web_1");
        let folder = dir.path().to_str().unwrap();
        for (name, value) in [
            ("project", "shop"),
            ("service", "web"),
            ("version", "1.29.2"),
            ("project.working_dir", folder),
            (
                "project.config_files",
                "docker-compose.yml,more.yml,gone.yml",
            ),
        ] {
            let name = format!("com.docker.compose.{name}");
            web.labels.insert(name, value.to_owned());
        }
        let mut stacks = Stack::all(std::iter::once(&web));
        fill(&mut stacks[0]);
        assert_eq!(stacks[0].services[0].needs, ["cache", "db", "mail"]);
    }
}
