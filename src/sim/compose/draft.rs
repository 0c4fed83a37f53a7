//! The files that a scenario's stack could have been made from. Must not know how they are read.
use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::sim::clock::SECOND;
use crate::sim::scenario::{ContainerSpec, HealthSpec, PortSpec, Scenario};

/// What is a variable of its own in every file that has it.
const DOMAIN: &str = "example.com";
/// Parts of names whose values stand in the file of variables alone.
const SECRET: [&str; 4] = ["PASS", "SECRET", "TOKEN", "_KEY"];

/// A stack's compose file, and its variables.
pub(super) fn files(scenario: &Scenario, stack: &str) -> (String, String) {
    let mut draft = Draft::default();
    let head = format!(
        "# {stack}: a real file of the demo's own, which goes with it.\n\
         # Change it, look at the plan, bring it up, go back.\nservices:\n"
    );
    let of_stack = |spec: &&ContainerSpec| spec.stack.as_deref() == Some(stack);
    let containers: Vec<&ContainerSpec> = scenario.containers.iter().filter(of_stack).collect();
    let mut known: Vec<&str> = Vec::new();
    let mut services = String::new();
    for spec in &containers {
        if known.contains(&spec.service.as_str()) {
            continue;
        }
        known.push(&spec.service);
        let count = containers
            .iter()
            .filter(|other| other.service == spec.service);
        services += &draft.service(spec, stack, count.count());
    }
    let mut networks = String::new();
    let mut volumes = String::new();
    for name in draft.networks.iter().filter(|name| *name != "default") {
        _ = match own(stack, name) {
            Some(short) => writeln!(networks, "  {short}:"),
            None => writeln!(networks, "  {name}:\n    external: true"),
        };
    }
    for name in &draft.volumes {
        _ = match own(stack, name) {
            Some(short) => writeln!(volumes, "  {short}:"),
            None => writeln!(volumes, "  {name}:\n    external: true"),
        };
    }
    let section = |name: &str, text: String| match text.as_str() {
        "" => text,
        text => format!("\n{name}:\n{text}"),
    };
    let compose = head + services.trim_end_matches('\n') + "\n";
    let compose = compose + &section("networks", networks) + &section("volumes", volumes);
    (compose, draft.variables())
}

/// What has been met so far.
#[derive(Debug, Default)]
struct Draft {
    /// Names of variables, by the value they stand for.
    secrets: BTreeMap<String, String>,
    has_domain: bool,
    networks: Vec<String>,
    volumes: Vec<String>,
}

impl Draft {
    fn variables(&self) -> String {
        let mut text = "# Put in the place of ${…} in docker-compose.yml.\n".to_owned();
        if self.has_domain {
            text += &format!("DOMAIN={DOMAIN}\n");
        }
        let mut secrets: Vec<_> = self
            .secrets
            .iter()
            .map(|(value, name)| (name, value))
            .collect();
        secrets.sort();
        for (name, value) in secrets {
            text += &format!("{name}={value}\n");
        }
        text
    }

    fn service(&mut self, spec: &ContainerSpec, stack: &str, count: usize) -> String {
        let mut text = format!("  {}:\n    image: {}\n", spec.service, spec.image);
        if count > 1 {
            text += &format!("    scale: {count}\n");
        }
        if !spec.command.is_empty() {
            text += &format!("    command: {}\n", self.list(&spec.command));
        }
        text += &depends_on(&spec.depends_on);
        let pairs = spec.env.iter().filter_map(|line| line.split_once('='));
        let pairs: Vec<(String, String)> = pairs
            .map(|(name, value)| (name.to_owned(), self.variable(&spec.service, name, value)))
            .collect();
        text += &mapping("environment", &pairs);
        let labels = spec.labels.iter();
        let labels: Vec<(String, String)> = labels
            .map(|(name, value)| (name.clone(), scalar(&self.domain(value))))
            .collect();
        text += &mapping("labels", &labels);
        text += &self.links(spec, stack);
        if !matches!(spec.restart.as_str(), "" | "no") {
            text += &format!("    restart: {}\n", spec.restart);
        }
        if spec.memory_limit.0 > 0 {
            text += &format!("    mem_limit: {}m\n", spec.memory_limit.0 >> 20);
        }
        if spec.cpus > 0.0 {
            text += &format!("    cpus: {}\n", spec.cpus);
        }
        if let Some(health) = &spec.health {
            text += &self.health(health);
        }
        text + "\n"
    }

    /// Networks, ports and volumes.
    fn links(&mut self, spec: &ContainerSpec, stack: &str) -> String {
        let mut text = String::new();
        let short = |name: &str| own(stack, name).unwrap_or(name).to_owned();
        if spec.networks == ["host"] || spec.networks == ["none"] {
            text += &format!("    network_mode: {}\n", spec.networks[0]);
        } else if !spec.networks.is_empty() {
            let names: Vec<String> = spec.networks.iter().map(|name| short(name)).collect();
            text += &format!("    networks: [{}]\n", names.join(", "));
            for (name, short) in spec.networks.iter().zip(&names) {
                let name = if short == "default" { short } else { name };
                remember(&mut self.networks, name);
            }
        }
        let published: Vec<String> = spec.ports.iter().filter_map(published).collect();
        text += &items("ports", &published);
        let exposed = spec.ports.iter().filter(|port| port.host.is_none());
        let exposed: Vec<String> = exposed.map(|port| format!("\"{}\"", port.inside)).collect();
        text += &items("expose", &exposed);
        let mounts = spec.mounts.iter().map(|mount| {
            let mode = if mount.writable { "" } else { ":ro" };
            let source = if mount.is_volume() {
                remember(&mut self.volumes, &mount.source);
                short(&mount.source)
            } else {
                mount.source.clone()
            };
            format!("{source}:{}{mode}", mount.target)
        });
        let mounts: Vec<String> = mounts.collect();
        text + &items("volumes", &mounts)
    }

    fn health(&mut self, health: &HealthSpec) -> String {
        let probe = scalar(&self.domain(&health.test));
        let mut text = format!("    healthcheck:\n      test: {probe}\n");
        for (name, span) in [("interval", health.interval), ("timeout", health.timeout)] {
            if span.0 >= SECOND {
                text += &format!("      {name}: {}s\n", span.0 / SECOND);
            }
        }
        text + &format!("      retries: {}\n", health.retries)
    }

    fn list(&mut self, words: &[String]) -> String {
        let words: Vec<String> = words
            .iter()
            .map(|word| quoted(&self.domain(word)))
            .collect();
        format!("[{}]", words.join(", "))
    }

    /// A value with the domain left to its variable, and signs that would begin one doubled.
    fn domain(&mut self, value: &str) -> String {
        let value = value.replace('$', "$$");
        self.has_domain |= value.contains(DOMAIN);
        value.replace(DOMAIN, "${DOMAIN}")
    }

    fn variable(&mut self, service: &str, name: &str, value: &str) -> String {
        if !SECRET.iter().any(|part| name.contains(part)) {
            return scalar(&self.domain(value));
        }
        let service = service.to_ascii_uppercase().replace('-', "_");
        let own = match name.strip_prefix(&service) {
            Some(rest) if rest.starts_with('_') => name.to_owned(),
            _ => format!("{service}_{name}"),
        };
        let known = self.secrets.entry(value.to_owned()).or_insert(own);
        format!("${{{known}}}")
    }
}

/// The short name of a network or a volume of the stack's own.
fn own<'a>(stack: &str, name: &'a str) -> Option<&'a str> {
    name.strip_prefix(stack)?.strip_prefix('_')
}

fn remember(list: &mut Vec<String>, name: &str) {
    if !list.iter().any(|known| known == name) {
        list.push(name.to_owned());
    }
}

fn depends_on(services: &[String]) -> String {
    if services.iter().all(|on| !on.contains(':')) {
        return items("depends_on", services);
    }
    let mut text = "    depends_on:\n".to_owned();
    for on in services {
        let (name, condition) = on.split_once(':').unwrap_or((on, "service_started"));
        text += &format!("      {name}: {{condition: {condition}}}\n");
    }
    text
}

fn published(port: &PortSpec) -> Option<String> {
    let (address, outside) = port.host.as_ref()?;
    let address = match address.as_str() {
        "" => String::new(),
        address => format!("{address}:"),
    };
    let protocol = match port.protocol.as_str() {
        "tcp" => String::new(),
        other => format!("/{other}"),
    };
    Some(format!("\"{address}{outside}:{}{protocol}\"", port.inside))
}

fn items(name: &str, items: &[String]) -> String {
    let mut text = String::new();
    if !items.is_empty() {
        text += &format!("    {name}:\n");
    }
    for item in items {
        text += &format!("      - {item}\n");
    }
    text
}

fn mapping(name: &str, pairs: &[(String, String)]) -> String {
    let mut text = String::new();
    if !pairs.is_empty() {
        text += &format!("    {name}:\n");
    }
    for (key, value) in pairs {
        text += &format!("      {key}: {value}\n");
    }
    text
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A text as YAML takes it: without quotes where it means itself.
fn scalar(text: &str) -> String {
    const WORDS: [&str; 7] = ["true", "false", "yes", "no", "on", "off", "null"];
    let starts = text.starts_with(|c: char| c.is_ascii_alphanumeric() || "/$.".contains(c));
    let whole = text.parse::<u64>().is_ok() && !text.starts_with('0');
    let number = text.parse::<f64>().is_ok() && !whole;
    let breaks = text.contains(": ") || text.contains(" #") || text.ends_with([':', ' ']);
    let odd = text.contains(['"', '\'', '\n', '\t']);
    if starts && !number && !breaks && !odd && !WORDS.contains(&text) {
        return text.to_owned();
    }
    quoted(text)
}
