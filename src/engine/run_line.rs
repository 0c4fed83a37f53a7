//! A container's blueprint as the `docker run` command that asks for the same. Texts stay as the engine gave them; which of
//! them are secret is told with each. Must not know calls.
mod host;
mod mount;

use serde_json::{Map, Value};

use super::blueprint::Blueprint;
use super::wire::{clean, items, member, path, truth, whole};
use crate::model::run_line::{Group, RunLine, Word};
use crate::text::{MASK, looks_secret, quoted, secret_words};

/// What an engine stops a process with when nobody asks for another signal.
const USUAL_SIGNAL: &str = "SIGTERM";

/// Options as they are gathered.
#[derive(Default)]
struct Options {
    groups: Vec<Group>,
    left_out: Vec<String>,
}

impl Options {
    fn flag(&mut self, option: &str, on: bool) {
        if on {
            self.groups.push(vec![option.into()]);
        }
    }

    fn one(&mut self, option: &str, value: impl Into<String>) {
        let value: Word = value.into().into();
        if !value.whole.is_empty() {
            self.groups.push(vec![option.into(), value]);
        }
    }

    fn each(&mut self, option: &str, values: &Value) {
        for value in items(values).iter().filter_map(Value::as_str) {
            self.one(option, value);
        }
    }

    /// `name=value`, where the value may be secret.
    fn pair(&mut self, option: &str, name: &str, value: &str) {
        let whole = format!("{name}={value}");
        let masked = looks_secret(name, value).then(|| format!("{name}={MASK}"));
        self.groups
            .push(vec![option.into(), Word { whole, masked }]);
    }

    fn pairs(&mut self, option: &str, pairs: &Value) {
        for (name, value) in pairs.as_object().into_iter().flatten() {
            self.pair(option, name, value.as_str().unwrap_or_default());
        }
    }

    fn leave_out(&mut self, what: &str) {
        self.left_out.push(clean(what));
    }
}

fn word<'a>(value: &'a Value, name: &str) -> &'a str {
    member(value, name).as_str().unwrap_or_default()
}

/// The words of a list, as they are.
fn words(value: &Value) -> Vec<String> {
    let words = items(value).iter().filter_map(Value::as_str);
    words.map(str::to_owned).collect()
}

/// Nanoseconds as docker reads a duration.
fn duration(nanos: i64) -> String {
    if nanos % 1_000_000_000 == 0 {
        format!("{}s", nanos / 1_000_000_000)
    } else {
        format!("{nanos}ns")
    }
}

/// The command that makes one like it. `cgroupns`: what the engine gives where nobody asks.
pub(super) fn of(plan: &Blueprint, cgroupns: &str) -> RunLine {
    let body = &plan.body;
    let mut options = Options::default();
    options.one("--name", plan.name.as_str());
    config(&mut options, body);
    host::options(&mut options, member(body, "HostConfig"), cgroupns);
    let ports = path(body, &["HostConfig", "PortBindings"]);
    expose(&mut options, member(body, "ExposedPorts"), ports);
    let endpoints = path(body, &["NetworkingConfig", "EndpointsConfig"]);
    for (_, endpoint) in endpoints.as_object().into_iter().flatten() {
        endpoint_options(&mut options, endpoint, true);
    }
    let (entrypoint, command) = process(body);
    if let Some(entrypoint) = entrypoint {
        options
            .groups
            .push(vec!["--entrypoint".into(), entrypoint.into()]);
    }
    let mut image = vec![Word::from(plan.image.as_str())];
    image.extend(masked(&command));
    options.groups.push(image);
    let mut after = changes(&mut options, plan);
    let verb = if after.is_empty() { "run" } else { "create" };
    let mut first: Group = vec!["docker".into(), verb.into()];
    if after.is_empty() {
        first.push("--detach".into());
    } else {
        let start = vec!["docker".into(), "start".into(), plan.name.as_str().into()];
        after.push(vec![start]);
    }
    options.groups.insert(0, first);
    let mut commands = vec![options.groups];
    commands.append(&mut after);
    RunLine {
        commands,
        left_out: options.left_out,
        live: plan.live,
    }
}

fn config(options: &mut Options, body: &Value) {
    options.flag("--interactive", truth(member(body, "OpenStdin")));
    options.flag("--tty", truth(member(body, "Tty")));
    for (name, option) in [
        ("Hostname", "--hostname"),
        ("Domainname", "--domainname"),
        ("User", "--user"),
        ("WorkingDir", "--workdir"),
        ("MacAddress", "--mac-address"),
    ] {
        options.one(option, word(body, name));
    }
    let signal = word(body, "StopSignal");
    options.one(
        "--stop-signal",
        if signal == USUAL_SIGNAL { "" } else { signal },
    );
    if let Some(seconds) = whole(member(body, "StopTimeout")) {
        options.one("--stop-timeout", seconds.to_string());
    }
    for variable in words(member(body, "Env")) {
        let masked = variable.split_once('=').and_then(|(name, value)| {
            // By its name alone docker takes it from the environment of who asks.
            looks_secret(name, value).then(|| name.to_owned())
        });
        let whole = variable;
        options
            .groups
            .push(vec!["--env".into(), Word { whole, masked }]);
    }
    options.pairs("--label", member(body, "Labels"));
    health(options, member(body, "Healthcheck"));
}

fn health(options: &mut Options, check: &Value) {
    let test = words(member(check, "Test"));
    match test.split_first().map(|(form, rest)| (form.as_str(), rest)) {
        Some(("NONE", _)) => return options.flag("--no-healthcheck", true),
        Some(("CMD-SHELL", rest)) => health_command(options, rest.join(" ")),
        Some((_, rest)) => {
            let line: Vec<String> = rest.iter().map(|word| quoted(word)).collect();
            health_command(options, line.join(" "));
            options.leave_out("a health check without a shell: it runs in one");
        }
        None => {}
    }
    for (name, option) in [
        ("Interval", "--health-interval"),
        ("Timeout", "--health-timeout"),
        ("StartPeriod", "--health-start-period"),
        ("StartInterval", "--health-start-interval"),
    ] {
        if let Some(nanos) = whole(member(check, name)).filter(|n| *n > 0) {
            options.one(option, duration(nanos));
        }
    }
    if let Some(retries) = whole(member(check, "Retries")).filter(|n| *n > 0) {
        options.one("--health-retries", retries.to_string());
    }
}

/// The line of a check; where it holds a secret nothing of it is told without.
fn health_command(options: &mut Options, whole: String) {
    let words: Vec<String> = whole.split_whitespace().map(str::to_owned).collect();
    let is_secret = secret_words(&words).iter().any(Option::is_some);
    let masked = is_secret.then(|| MASK.to_owned());
    let value = Word { whole, masked };
    options.groups.push(vec!["--health-cmd".into(), value]);
}

/// Ports that are told of and not published.
fn expose(options: &mut Options, exposed: &Value, published: &Value) {
    for (port, _) in exposed.as_object().into_iter().flatten() {
        if published.get(port).is_none_or(Value::is_null) {
            options.one("--expose", port.as_str());
        }
    }
}

/// What a network is asked for; of the one that it is made in (`first`) docker has other options.
fn endpoint_options(options: &mut Options, endpoint: &Value, first: bool) {
    let alias = if first { "--network-alias" } else { "--alias" };
    options.each(alias, member(endpoint, "Aliases"));
    let addresses = member(endpoint, "IPAMConfig");
    options.one("--ip", word(addresses, "IPv4Address"));
    options.one("--ip6", word(addresses, "IPv6Address"));
    options.each("--link-local-ip", member(addresses, "LinkLocalIPs"));
    options.each("--link", member(endpoint, "Links"));
    let mac = word(endpoint, "MacAddress");
    let driver = member(endpoint, "DriverOpts");
    if first {
        options.one("--mac-address", mac);
        if driver.as_object().is_some_and(|all| !all.is_empty()) {
            options.leave_out("options of a network's driver");
        }
    } else {
        options.pairs("--driver-opt", driver);
        if !mac.is_empty() {
            options.leave_out("the hardware address in a further network");
        }
    }
    if !member(endpoint, "GwPriority").is_null() {
        options.leave_out("which network leads out first");
    }
}

/// The program that is asked for, and all that it is given: docker takes one word for an entrypoint.
fn process(body: &Value) -> (Option<String>, Vec<String>) {
    let command = words(member(body, "Cmd"));
    let mut entrypoint = words(member(body, "Entrypoint")).into_iter();
    let program = entrypoint.next();
    (program, entrypoint.chain(command).collect())
}

fn masked(argv: &[String]) -> impl Iterator<Item = Word> {
    let hidden = secret_words(argv);
    argv.iter().zip(hidden).map(|(word, at)| Word {
        whole: word.clone(),
        masked: at.and_then(|at| Some(format!("{}{MASK}", word.get(..at)?))),
    })
}

/// What is done to it before its first start: further networks, and one that it is not in.
fn changes(options: &mut Options, plan: &Blueprint) -> Vec<Vec<Group>> {
    let mut commands = Vec::new();
    for (network, endpoint) in &plan.joins {
        let mut own = Options::default();
        endpoint_options(&mut own, endpoint, false);
        options.left_out.append(&mut own.left_out);
        let mut groups = vec![vec!["docker".into(), "network".into(), "connect".into()]];
        groups.append(&mut own.groups);
        groups.push(vec![network.as_str().into(), plan.name.as_str().into()]);
        commands.push(groups);
    }
    if let Some(network) = &plan.leaves {
        let words = ["docker", "network", "disconnect", network, &plan.name];
        commands.push(vec![words.into_iter().map(Word::from).collect()]);
    }
    commands
}

/// An object's members by name, where it has any.
fn object(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

#[cfg(test)]
mod tests;
