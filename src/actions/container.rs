//! What can be done to containers, one or many.
use crate::effect::{Effect, Effects, Job, ShellRequest, Verb};
use crate::model::{Container, Health, Key, RunState, Target};
use crate::state::{
    Choice, Confirm, Field, Layer, LogBook, LogTarget, Menu, MenuItem, Place, Prompt, PromptKind,
    Scope, State, ViewId,
};

use super::{Action, Danger};

/// The actions of this noun.
pub const ACTIONS: &[Action] = &[
    Action {
        id: "container.attach",
        title: "attach",
        help: "Attach to the terminal of the container's own process; the detach keys leave it running.",
        keys: &["A"],
        scope: Scope::Container,
        danger: Danger::Changes,
        footer: 0,
        unavailable: one_running,
        run: attach,
    },
    Action {
        id: "container.copy",
        title: "copy",
        help: "Copy the name, id, image, address or a docker command through the terminal's clipboard.",
        keys: &["y"],
        scope: Scope::Container,
        danger: Danger::None,
        footer: 0,
        unavailable: one,
        run: copy_menu,
    },
    Action {
        id: "container.details",
        title: "details",
        help: "Show everything about the container on one screen.",
        keys: &[],
        scope: Scope::Container,
        danger: Danger::None,
        footer: 0,
        unavailable: one,
        run: |state| open(state, ViewId::Details),
    },
    Action {
        id: "container.inspect",
        title: "inspect",
        help: "Show the engine's whole answer as a tree that folds and can be searched.",
        keys: &["i"],
        scope: Scope::Container,
        danger: Danger::None,
        footer: 7,
        unavailable: one,
        run: |state| open(state, ViewId::Inspect),
    },
    Action {
        id: "container.kill",
        title: "kill",
        help: "Send a signal, chosen from a menu; while a stop is waited for, kill at once.",
        keys: &["K"],
        scope: Scope::Container,
        danger: Danger::Changes,
        footer: 0,
        unavailable: |state| {
            all_are(
                state,
                |c| !has_process(c),
                "not running: there is nothing to kill",
            )
        },
        run: kill,
    },
    Action {
        id: "container.logs",
        title: "logs",
        help: "Follow the logs of the service, or of all marked ones merged.",
        keys: &["l"],
        scope: Scope::Container,
        danger: Danger::None,
        footer: 1,
        unavailable: some,
        run: logs,
    },
    Action {
        id: "container.pause",
        title: "pause",
        help: "Freeze the processes of the container, or let them go on.",
        keys: &["p"],
        scope: Scope::Container,
        danger: Danger::Changes,
        footer: 0,
        unavailable: |state| {
            all_are(
                state,
                |c| !has_process(c),
                "not running: only a running container can be paused",
            )
        },
        run: pause,
    },
    Action {
        id: "container.processes",
        title: "processes",
        help: "Show the processes in the container.",
        keys: &["t"],
        scope: Scope::Container,
        danger: Danger::None,
        footer: 0,
        unavailable: one_running,
        run: |state| open(state, ViewId::Processes),
    },
    Action {
        id: "container.remove",
        title: "remove",
        help: "Remove the container, with or without its anonymous volumes, by force when it runs.",
        keys: &["D"],
        scope: Scope::Container,
        danger: Danger::Destroys,
        footer: 0,
        unavailable: some,
        run: remove,
    },
    Action {
        id: "container.rename",
        title: "rename",
        help: "Give the container another name.",
        keys: &["n"],
        scope: Scope::Container,
        danger: Danger::Changes,
        footer: 0,
        unavailable: one,
        run: rename,
    },
    Action {
        id: "container.restart",
        title: "restart",
        help: "Restart at once; the row shows how long until the engine kills what does not stop.",
        keys: &["r"],
        scope: Scope::Container,
        danger: Danger::Changes,
        footer: 2,
        unavailable: restart_unavailable,
        run: restart,
    },
    Action {
        id: "container.shell",
        title: "shell",
        help: "Open a shell in the container, full screen; the detach keys or exit come back.",
        keys: &["e"],
        scope: Scope::Container,
        danger: Danger::Changes,
        footer: 3,
        unavailable: one_running,
        run: shell,
    },
    Action {
        id: "container.shell_as",
        title: "shell as",
        help: "Run a command of your choice in the container, as a user and in a directory of your choice.",
        keys: &["E"],
        scope: Scope::Container,
        danger: Danger::Changes,
        footer: 0,
        unavailable: one_running,
        run: shell_prompt,
    },
    Action {
        id: "container.start",
        title: "start",
        help: "Start the container.",
        keys: &["u"],
        scope: Scope::Container,
        danger: Danger::Changes,
        footer: 5,
        unavailable: |state| all_are(state, has_process, "already running: r restarts it"),
        run: |state| run_on(state, |c| !has_process(c), &Verb::Start),
    },
    Action {
        id: "container.stop",
        title: "stop",
        help: "Ask the container to stop and wait; after its stop timeout the engine kills it.",
        keys: &["s"],
        scope: Scope::Container,
        danger: Danger::Changes,
        footer: 4,
        unavailable: |state| {
            all_are(
                state,
                |c| !has_process(c) && c.state != RunState::Restarting,
                "already stopped: u starts it",
            )
        },
        run: stop,
    },
    Action {
        id: "container.url",
        title: "URL",
        help: "Copy one of the container's web addresses.",
        keys: &["w"],
        scope: Scope::Container,
        danger: Danger::None,
        footer: 0,
        unavailable: |state| {
            one(state).or_else(|| {
                first(state)
                    .filter(|c| urls(c).is_empty())
                    .map(|_| "no published port and no route label: it has no URL".to_owned())
            })
        },
        run: url_menu,
    },
];

fn has_process(container: &Container) -> bool {
    container.state.is_live()
}

fn targets(state: &State) -> Vec<&Container> {
    state
        .targets()
        .iter()
        .filter_map(|key| state.world.container(key))
        .collect()
}

fn first(state: &State) -> Option<Container> {
    targets(state).first().map(|c| (*c).clone())
}

fn some(state: &State) -> Option<String> {
    let keys = state.targets();
    let Some(key) = keys.first() else {
        return Some("no container is chosen".to_owned());
    };
    let up = state
        .world
        .host(key.host)
        .is_some_and(|host| host.link.is_up());
    (!up).then(|| "the engine does not answer: nothing is sent until the link is back".to_owned())
}

fn one(state: &State) -> Option<String> {
    some(state).or_else(|| {
        (state.targets().len() != 1).then(|| "choose one container for this".to_owned())
    })
}

fn one_running(state: &State) -> Option<String> {
    one(state).or_else(|| {
        let container = first(state)?;
        match container.state {
            RunState::Running | RunState::Stopping => None,
            RunState::Paused => Some("paused: p lets it go on".to_owned()),
            _ => Some(format!("{}: u starts it", container.state.word())),
        }
    })
}

fn all_are(state: &State, what: fn(&Container) -> bool, why: &str) -> Option<String> {
    some(state).or_else(|| {
        targets(state)
            .iter()
            .all(|c| what(c))
            .then(|| why.to_owned())
    })
}

fn restart_unavailable(state: &State) -> Option<String> {
    some(state).or_else(|| {
        let busy = |c: &&Container| {
            state
                .jobs
                .of(&c.key)
                .is_some_and(|r| r.job.verb.waits_for_stop())
        };
        targets(state)
            .iter()
            .all(busy)
            .then(|| "already on its way: K kills it now".to_owned())
    })
}

/// The state of a container in words, for the journal: `running, unhealthy`.
pub fn state_words(container: &Container) -> String {
    match container.health {
        Some(health) => format!("{}, {}", container.state.word(), Health::word(health)),
        None => container.state.word().to_owned(),
    }
}

/// What the journal calls a container.
pub fn target_of(container: &Container) -> Target {
    let text = |t: Option<&str>| t.map(str::to_owned);
    Target {
        kind: "container".to_owned(),
        id: container.key.short().to_owned(),
        name: container.name.clone(),
        project: text(container.stack()),
        service: text(container.service()),
        image: Some(container.image.clone()),
    }
}

/// Starts a job and gives its effect.
pub fn start_job(state: &mut State, key: &Key, verb: &Verb) -> Option<Effect> {
    let container = state.world.container(key)?;
    let known = state
        .sheet(key)
        .and_then(|s| s.details.as_ref())
        .map(|d| d.stop_timeout);
    let job = Job {
        id: state.jobs.next_id(),
        key: key.clone(),
        verb: verb.clone(),
        target: target_of(container),
        before: state_words(container),
        stop_timeout: known.unwrap_or(10),
    };
    state.jobs.start(job.clone(), state.now);
    Some(Effect::Run(job))
}

fn run_on(state: &mut State, wants: fn(&Container) -> bool, verb: &Verb) -> Effects {
    let keys: Vec<Key> = targets(state)
        .into_iter()
        .filter(|c| wants(c))
        .map(|c| c.key.clone())
        .collect();
    keys.iter()
        .filter_map(|key| start_job(state, key, verb))
        .collect()
}

fn names(list: &[&Container]) -> String {
    match list {
        [one] => one.short_name().to_owned(),
        many => format!("{} containers", many.len()),
    }
}

fn ask(state: &State, verb: &Verb, title: String, lines: Vec<String>) -> Layer {
    Layer::Confirm(Confirm {
        title,
        lines,
        jobs: targets(state)
            .iter()
            .map(|c| (c.key.clone(), verb.clone()))
            .collect(),
        yes: verb.to_string(),
        must_type: String::new(),
        field: Field::default(),
        opened: state.now,
        switches: Vec::new(),
        on_yes: false,
    })
}

fn listed(list: &[&Container]) -> Vec<String> {
    let mut lines: Vec<String> = list
        .iter()
        .take(8)
        .map(|c| format!("{} ({})", c.name, state_words(c)))
        .collect();
    if list.len() > 8 {
        lines.push(format!("and {} more", list.len() - 8));
    }
    lines
}

/// Published ports and routes that go away with these containers.
fn losses(list: &[&Container]) -> Vec<String> {
    let mut ports: Vec<String> = list
        .iter()
        .flat_map(|c| &c.ports)
        .filter_map(|p| p.public.map(|n| n.to_string()))
        .collect();
    ports.dedup();
    if ports.is_empty() {
        Vec::new()
    } else {
        vec![format!("no longer reachable: port {}", ports.join(", "))]
    }
}

fn restart(state: &mut State) -> Effects {
    let verb = Verb::Restart { timeout: None };
    let list = targets(state);
    let protected: Vec<&Container> = list
        .iter()
        .copied()
        .filter(|c| {
            state.prefs.confirm_restart || c.is_protected() || state.prefs.protects(&c.name)
        })
        .collect();
    if !protected.is_empty() {
        let mut lines = listed(&list);
        lines.push("protected by its label or by your settings".to_owned());
        let layer = ask(state, &verb, format!("Restart {}?", names(&list)), lines);
        state.layers.push(layer);
        return Effects::new();
    }
    let keys: Vec<Key> = list
        .iter()
        .filter(|c| {
            !state
                .jobs
                .of(&c.key)
                .is_some_and(|r| r.job.verb.waits_for_stop())
        })
        .map(|c| c.key.clone())
        .collect();
    keys.iter()
        .filter_map(|key| start_job(state, key, &verb))
        .collect()
}

fn stop(state: &mut State) -> Effects {
    let list = targets(state);
    let mut lines = listed(&list);
    lines.extend(losses(&list));
    let layer = ask(
        state,
        &Verb::Stop { timeout: None },
        format!("Stop {}?", names(&list)),
        lines,
    );
    state.layers.push(layer);
    Effects::new()
}

fn pause(state: &mut State) -> Effects {
    let keys: Vec<(Key, bool)> = targets(state)
        .into_iter()
        .filter(|c| has_process(c))
        .map(|c| (c.key.clone(), c.state == RunState::Paused))
        .collect();
    let all_paused = keys.iter().all(|(_, paused)| *paused);
    let verb = if all_paused {
        Verb::Unpause
    } else {
        Verb::Pause
    };
    keys.iter()
        .filter(|(_, paused)| *paused == all_paused)
        .filter_map(|(key, _)| start_job(state, key, &verb))
        .collect()
}

fn kill(state: &mut State) -> Effects {
    let waiting: Vec<Key> = state
        .targets()
        .into_iter()
        .filter(|k| {
            state
                .jobs
                .of(k)
                .is_some_and(|r| r.job.verb.waits_for_stop())
        })
        .collect();
    if !waiting.is_empty() {
        let verb = Verb::Kill {
            signal: "KILL".to_owned(),
        };
        return waiting
            .iter()
            .filter_map(|key| start_job(state, key, &verb))
            .collect();
    }
    let list: Vec<&Container> = targets(state)
        .into_iter()
        .filter(|c| has_process(c))
        .collect();
    let keys: Vec<Key> = list.iter().map(|c| c.key.clone()).collect();
    let signals = [
        ('k', "KILL", "ends it at once, nothing is saved"),
        ('t', "TERM", "asks it to end"),
        ('i', "INT", "as Ctrl-C"),
        ('h', "HUP", "many servers read their settings anew"),
        ('q', "QUIT", "many programs dump what they are doing"),
        ('1', "USR1", "the program's own meaning"),
        ('2', "USR2", "the program's own meaning"),
    ];
    let items = signals
        .iter()
        .map(|(key, signal, hint)| MenuItem {
            key: Some(*key),
            label: (*signal).to_owned(),
            hint: (*hint).to_owned(),
            on: None,
            choice: Choice::Kill {
                keys: keys.clone(),
                signal: (*signal).to_owned(),
            },
        })
        .collect();
    let menu = Menu {
        title: format!("Kill {}: which signal?", names(&list)),
        note: listed(&list).join(", "),
        items,
        selected: 0,
        opened: state.now,
    };
    state.layers.push(Layer::Menu(menu));
    Effects::new()
}

fn remove(state: &mut State) -> Effects {
    let list = targets(state);
    let running = list
        .iter()
        .any(|c| has_process(c) || c.state == RunState::Restarting);
    let mut lines = listed(&list);
    if running {
        lines.push("running: it is killed first".to_owned());
    }
    lines.push("lost: everything written inside that is not in a volume".to_owned());
    let volumes = list
        .iter()
        .flat_map(|c| &c.mounts)
        .filter(|m| m.kind == "volume")
        .count();
    if volumes > 0 {
        lines.push(format!(
            "{volumes} volumes are kept, but anonymous ones go if you say so (v)"
        ));
    }
    lines.extend(losses(&list));
    let title = format!("Remove {}?", names(&list));
    let Layer::Confirm(mut confirm) = ask(
        state,
        &Verb::Remove {
            force: running,
            volumes: false,
        },
        title,
        lines,
    ) else {
        return Effects::new();
    };
    confirm.switches = vec![
        ('v', "remove its anonymous volumes too".to_owned(), false),
        ('f', "by force (kill it when it runs)".to_owned(), running),
    ];
    state.layers.push(Layer::Confirm(confirm));
    Effects::new()
}

fn rename(state: &mut State) -> Effects {
    if let Some(container) = first(state) {
        state.layers.push(Layer::Prompt(Prompt {
            kind: PromptKind::Rename(container.key.clone()),
            title: format!("rename {} to", container.name),
            field: Field::of(&container.name),
            before: container.name,
            complaint: None,
        }));
    }
    Effects::new()
}

/// Shells to try first in this container, best first.
fn preferred_shells(state: &State, container: &Container) -> Vec<String> {
    let label = container.labels.get("stacktui.shell").cloned();
    let known = state
        .shells
        .get(&container.image)
        .and_then(|argv| argv.first().cloned());
    label
        .into_iter()
        .chain(known)
        .chain(state.prefs.shells.iter().cloned())
        .collect()
}

/// Hands the terminal to a process in this container.
pub fn hand_over(state: &mut State, key: &Key, request: ShellRequest) -> Effects {
    let Some(container) = state.world.container(key) else {
        return Effects::new();
    };
    let prefer = preferred_shells(state, container);
    let effect = Effect::Shell {
        key: key.clone(),
        target: target_of(container),
        request: ShellRequest { prefer, ..request },
    };
    state.handed_over = true;
    vec![effect]
}

fn shell(state: &mut State) -> Effects {
    match state.targets().first().cloned() {
        Some(key) => hand_over(state, &key, ShellRequest::default()),
        None => Effects::new(),
    }
}

fn shell_prompt(state: &mut State) -> Effects {
    if let Some(container) = first(state) {
        state.layers.push(Layer::Prompt(Prompt {
            kind: PromptKind::ShellCommand(container.key.clone()),
            title: format!(
                "run in {} ([-u USER] [-w DIR] COMMAND)",
                container.short_name()
            ),
            field: Field::of("sh"),
            before: String::new(),
            complaint: None,
        }));
    }
    Effects::new()
}

fn attach(state: &mut State) -> Effects {
    let Some(container) = first(state) else {
        return Effects::new();
    };
    state.handed_over = true;
    vec![Effect::Attach {
        key: container.key.clone(),
        target: target_of(&container),
    }]
}

fn open(state: &mut State, view: ViewId) -> Effects {
    if let Some(key) = state.targets().first().cloned() {
        open_on(state, view, &key);
    }
    Effects::new()
}

/// Opens a screen about this container.
pub fn open_on(state: &mut State, view: ViewId, key: &Key) {
    let sheet = state.sheets.entry(key.clone()).or_default();
    sheet.scroll = 0;
    sheet.inspect.stale = true;
    state.nav.open(Place {
        view,
        key: Some(key.clone()),
    });
}

fn logs(state: &mut State) -> Effects {
    let keys = state.targets();
    let stack = state
        .subject()
        .filter(|key| key.kind == crate::model::Kind::Stack)
        .map(|key| key.id.to_string());
    open_logs(state, &keys, stack);
    Effects::new()
}

/// Opens the log view on these containers' services.
pub fn open_logs(state: &mut State, keys: &[Key], title: Option<String>) {
    let mut target = LogTarget::default();
    let list: Vec<&Container> = keys
        .iter()
        .filter_map(|key| state.world.container(key))
        .collect();
    for container in &list {
        target.add(container);
    }
    target.title = title.unwrap_or_else(|| match list.as_slice() {
        [one] => one.short_name().to_owned(),
        many => format!("{} services", many.len()),
    });
    let prefs = &state.prefs;
    let book = LogBook::new(
        target,
        prefs.log_tail,
        prefs.log_budget,
        prefs.log_wrap,
        prefs.log_stamps,
    );
    state.logs = Some(book);
    state.nav.open(Place {
        view: ViewId::Logs,
        key: None,
    });
}

/// Containers by what a person calls them: name, short name, service, stack, or three and more letters of an id.
/// Returns the names that are none of these too.
pub fn resolve(world: &crate::state::World, names: &[String]) -> (Vec<Key>, Vec<String>) {
    let mut keys: Vec<Key> = Vec::new();
    let mut unknown = Vec::new();
    for name in names {
        let exact = |c: &&Container| c.name == *name;
        let by_part = |c: &&Container| {
            c.short_name() == name || c.service() == Some(name) || c.stack() == Some(name)
        };
        let by_id = |c: &&Container| name.len() >= 3 && c.key.id.starts_with(name.as_str());
        let tests: [&dyn Fn(&&Container) -> bool; 3] = [&exact, &by_part, &by_id];
        let found = tests
            .iter()
            .map(|test| world.containers().filter(|c| test(c)).collect::<Vec<_>>());
        match found.into_iter().find(|list| !list.is_empty()) {
            Some(list) => keys.extend(list.into_iter().map(|c| c.key.clone())),
            None => unknown.push(name.clone()),
        }
    }
    keys.dedup();
    (keys, unknown)
}

fn copy_menu(state: &mut State) -> Effects {
    let Some(container) = first(state) else {
        return Effects::new();
    };
    let name = &container.name;
    let mut values = vec![
        ('n', "name", name.clone()),
        ('i', "id", container.key.id.to_string()),
        ('m', "image", container.image.clone()),
    ];
    values.extend(
        container
            .networks
            .iter()
            .filter(|(_, ip)| !ip.is_empty())
            .take(1)
            .map(|(_, ip)| ('a', "address", ip.clone())),
    );
    values.extend(
        urls(&container)
            .into_iter()
            .take(1)
            .map(|url| ('u', "URL", url)),
    );
    values.push((
        'l',
        "logs command",
        format!("docker logs --follow --tail 100 {name}"),
    ));
    values.push(('e', "shell command", format!("docker exec -it {name} sh")));
    values.push(('r', "restart command", format!("docker restart {name}")));
    let items = values
        .into_iter()
        .map(|(key, label, text)| MenuItem {
            key: Some(key),
            label: label.to_owned(),
            hint: text.clone(),
            on: None,
            choice: Choice::Copy(text),
        })
        .collect();
    let menu = Menu {
        title: format!("Copy of {name}"),
        note: String::new(),
        items,
        selected: 0,
        opened: state.now,
    };
    state.layers.push(Layer::Menu(menu));
    Effects::new()
}

/// Web addresses of a container: hosts of its Traefik router rules, then its published TCP ports.
pub fn urls(container: &Container) -> Vec<String> {
    let mut found = Vec::new();
    for (name, rule) in &container.labels {
        let Some(router) = name
            .strip_prefix("traefik.http.routers.")
            .and_then(|n| n.strip_suffix(".rule"))
        else {
            continue;
        };
        let entry = container
            .labels
            .get(&format!("traefik.http.routers.{router}.entrypoints"));
        let tls = container
            .labels
            .keys()
            .any(|k| k.starts_with(&format!("traefik.http.routers.{router}.tls")))
            || entry.is_some_and(|e| e.contains("secure"));
        let scheme = if tls { "https" } else { "http" };
        for part in rule.split("Host(`").skip(1) {
            if let Some((host, _)) = part.split_once('`') {
                found.push(format!("{scheme}://{host}"));
            }
        }
    }
    for port in container.ports.iter().filter(|p| p.protocol == "tcp") {
        if let Some(public) = port.public {
            let host = match port.ip.as_str() {
                "" | "0.0.0.0" | "::" => "localhost",
                ip => ip,
            };
            let scheme = if matches!(port.private, 443 | 8443) {
                "https"
            } else {
                "http"
            };
            let host = if host.contains(':') {
                format!("[{host}]")
            } else {
                host.to_owned()
            };
            found.push(format!("{scheme}://{host}:{public}"));
        }
    }
    found.dedup();
    found
}

fn url_menu(state: &mut State) -> Effects {
    let Some(container) = first(state) else {
        return Effects::new();
    };
    let items = urls(&container)
        .into_iter()
        .map(|url| MenuItem {
            key: None,
            label: url.clone(),
            hint: String::new(),
            on: None,
            choice: Choice::Url(url),
        })
        .collect();
    let title = format!("URLs of {}: Enter copies", container.short_name());
    state.layers.push(Layer::Menu(Menu {
        title,
        note: String::new(),
        items,
        selected: 0,
        opened: state.now,
    }));
    Effects::new()
}
