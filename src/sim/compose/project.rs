//! A project out of its files: read, put together, filled in and checked. Must not know the engine.
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::digest;
use super::interpolate::Variables;

/// What may stand at the top of a file, and in a service.
const TOP: [&str; 8] = [
    "version", "name", "services", "networks", "volumes", "configs", "secrets", "include",
];
const SERVICE: &str = "annotations attach blkio_config build cap_add cap_drop cgroup cgroup_parent command configs \
    container_name cpu_count cpu_percent cpu_period cpu_quota cpu_shares cpus cpuset credential_spec depends_on deploy \
    device_cgroup_rules devices dns dns_opt dns_search domainname entrypoint env_file environment expose extends \
    external_links extra_hosts group_add healthcheck hostname image init ipc isolation labels links logging mac_address \
    mem_limit mem_reservation mem_swappiness memswap_limit network_mode networks oom_kill_disable oom_score_adj pid \
    pids_limit platform ports privileged profiles pull_policy read_only restart runtime scale secrets security_opt shm_size \
    stdin_open stop_grace_period stop_signal storage_opt sysctls tmpfs tty ulimits user userns_mode volumes volumes_from \
    working_dir";

/// Which project, and out of what.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked {
    pub name: String,
    pub directory: String,
    pub files: Vec<String>,
    pub variables: Vec<String>,
}

impl Asked {
    /// Reads the words before the command; gives those from there on.
    pub fn of(words: &[String]) -> Result<(Self, &[String]), String> {
        let mut asked = Self::default();
        let mut rest = words;
        while let [option, value, more @ ..] = rest {
            match option.as_str() {
                "-p" => asked.name.clone_from(value),
                "--project-directory" => asked.directory.clone_from(value),
                "-f" => asked.files.push(value.clone()),
                "--env-file" => asked.variables.push(value.clone()),
                // It knows none that is not on.
                "--profile" => {}
                other if other.starts_with('-') => return Err(format!("unknown flag: {other}")),
                _ => break,
            }
            rest = more;
        }
        Ok((asked, rest))
    }
}

/// A project as its files say.
#[derive(Debug)]
pub(super) struct Project {
    pub asked: Asked,
    pub services: BTreeMap<String, Value>,
    /// Whole names of networks and volumes by their short ones, and whether they are its own.
    pub networks: BTreeMap<String, (String, bool)>,
    pub volumes: BTreeMap<String, (String, bool)>,
    pub warnings: Vec<String>,
}

impl Project {
    /// Reads it.
    ///
    /// # Errors
    /// In compose's words: what is wrong with the files.
    pub fn read(asked: &Asked) -> Result<Self, String> {
        let mut variables = Variables::default();
        let beside = [Path::new(&asked.directory).join(".env")];
        let named: Vec<PathBuf> = asked.variables.iter().map(PathBuf::from).collect();
        let files: &[PathBuf] = if named.is_empty() { &beside } else { &named };
        for file in files {
            if let Ok(text) = std::fs::read_to_string(file) {
                variables.read(&text);
            }
        }
        let mut whole = Value::Null;
        for file in &asked.files {
            let mut tree = tree(file)?;
            fill(&mut tree, "", &mut variables)?;
            merge(&mut whole, tree);
        }
        let missed = variables.missed.iter();
        let warning = |name: &String| {
            format!(
                "time=\"2024-09-12T10:00:00Z\" level=warning msg=\"The \\\"{name}\\\" variable is not set. Defaulting to a blank string.\""
            )
        };
        let named = |kind: &str| names(&whole, kind, &asked.name);
        let services = whole.get("services").and_then(Value::as_object);
        let project = Self {
            services: services
                .into_iter()
                .flatten()
                .map(|(n, s)| (n.clone(), s.clone()))
                .collect(),
            networks: named("networks"),
            volumes: named("volumes"),
            warnings: missed.map(warning).collect(),
            asked: asked.clone(),
        };
        project.check()?;
        Ok(project)
    }

    /// What holds between the parts.
    fn check(&self) -> Result<(), String> {
        let invalid = |words: String| Err(format!("{words}: invalid compose project"));
        for (name, service) in &self.services {
            if service.get("image").is_none() && service.get("build").is_none() {
                return invalid(format!(
                    "service \"{name}\" has neither an image nor a build context specified"
                ));
            }
            let on = keys(service.get("depends_on")).into_iter();
            if let Some(other) = on.into_iter().find(|on| !self.services.contains_key(on)) {
                return invalid(format!(
                    "service \"{name}\" depends on undefined service \"{other}\""
                ));
            }
            let networks = keys(service.get("networks")).into_iter();
            let unknown =
                |network: &String| network != "default" && !self.networks.contains_key(network);
            if let Some(other) = networks.into_iter().find(unknown) {
                return invalid(format!(
                    "service \"{name}\" refers to undefined network {other}"
                ));
            }
            let volumes = super::service::volumes(service).into_iter();
            let unknown = |source: &String| {
                !source.starts_with(['/', '.', '~']) && !self.volumes.contains_key(source)
            };
            if let Some(other) = volumes.map(|(source, ..)| source).find(unknown) {
                return invalid(format!(
                    "service \"{name}\" refers to undefined volume {other}"
                ));
            }
        }
        Ok(())
    }

    /// The digest of each service.
    pub fn hashes(&self) -> BTreeMap<String, String> {
        let digest = |(name, service): (&String, &Value)| {
            let mut service = service.clone();
            if let Some(service) = service.as_object_mut() {
                // None of a container: how many of them, when, and made how.
                for key in ["scale", "depends_on", "build"] {
                    service.remove(key);
                }
            }
            (name.clone(), digest(&service))
        };
        self.services.iter().map(digest).collect()
    }

    /// The whole of it, as `config` prints it.
    pub fn shown(&self) -> String {
        json!({"name": self.asked.name, "services": self.services}).to_string()
    }
}

/// The names in a mapping, or the items of a list.
pub(super) fn keys(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Object(map)) => map.keys().cloned().collect(),
        Some(Value::Array(list)) => list
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}

fn names(whole: &Value, kind: &str, project: &str) -> BTreeMap<String, (String, bool)> {
    let all = whole.get(kind).and_then(Value::as_object);
    let name = |(key, value): (&String, &Value)| {
        let external = value
            .get("external")
            .is_some_and(|it| it != &Value::Bool(false));
        let own = value.get("name").and_then(Value::as_str);
        let usual = if external {
            key.clone()
        } else {
            format!("{project}_{key}")
        };
        let whole = own.map_or(usual, str::to_owned);
        (key.clone(), (whole, !external))
    };
    let mut names: BTreeMap<_, _> = all.into_iter().flatten().map(name).collect();
    if kind == "networks" {
        let usual = (format!("{project}_default"), true);
        names.entry("default".to_owned()).or_insert(usual);
    }
    names
}

/// One file, as far as its shape is right.
fn tree(file: &str) -> Result<Value, String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("open {file}: {error}"))?;
    let tree: Value = serde_saphyr::from_str(&text).map_err(|error| {
        let words = error.to_string();
        format!("yaml: {}", words.lines().next().unwrap_or_default())
    })?;
    let wrong = |words: &str| Err(format!("validating {file}: {words}"));
    let Some(top) = tree.as_object() else {
        return Err("Top-level object must be a mapping".to_owned());
    };
    let known = |key: &&String| !TOP.contains(&key.as_str()) && !key.starts_with("x-");
    if let Some(key) = top.keys().find(known) {
        return wrong(&format!("(root) Additional property {key} is not allowed"));
    }
    let Some(services) = top.get("services").and_then(Value::as_object) else {
        return wrong("services must be a mapping");
    };
    for (name, service) in services {
        let Some(service) = service.as_object() else {
            return wrong(&format!("services.{name} must be a mapping"));
        };
        let known = |key: &&String| {
            !SERVICE.split_whitespace().any(|it| it == key.as_str()) && !key.starts_with("x-")
        };
        if let Some(key) = service.keys().find(known) {
            return wrong(&format!(
                "services.{name} Additional property {key} is not allowed"
            ));
        }
    }
    Ok(tree)
}

/// Puts variables into all texts of a tree.
fn fill(tree: &mut Value, path: &str, variables: &mut Variables) -> Result<(), String> {
    let below = |name: &str| match path {
        "" => name.to_owned(),
        path => format!("{path}.{name}"),
    };
    match tree {
        Value::String(text) => {
            *text = variables.fill(text).ok_or_else(|| {
                format!("invalid interpolation format for {path}: \"{text}\". You may need to escape any $ with another $")
            })?;
        }
        Value::Array(list) => {
            for item in list {
                fill(item, &below("[]"), variables)?;
            }
        }
        Value::Object(map) => {
            for (name, value) in map {
                fill(value, &below(name), variables)?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// Lays one file over those before it.
fn merge(under: &mut Value, over: Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            for (key, value) in over {
                merge(under.entry(key).or_insert(Value::Null), value);
            }
        }
        (under, Value::Object(over)) if under.is_null() => {
            *under = Value::Object(Map::from_iter(over));
        }
        (under, over) => *under = over,
    }
}
