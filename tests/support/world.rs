//! Worlds for tests: the reference stack in a known condition at a known time. Uses the crate's public values only.
#![allow(dead_code, reason = "each test binary uses its own part")]
use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use stacktui::actions;
use stacktui::effect::Effects;
use stacktui::keys::Chord;
use stacktui::model::host::{ApiVersion, DownReason, EngineInfo};
use stacktui::model::stats::Counters;
use stacktui::model::{
    Container, Details, EngineEvent, Health, HostId, Image, Key, Kind, Link, LogRecord, LogStream,
    Mount, Network, NetworkLink, Node, Port, Probe, ProbeReport, Resources, RunState, Sample,
    Subnet, Volume,
};
use stacktui::msg::{Envelope, HostMsg, LogMsg, Msg};
use stacktui::state::{Host, Prefs, RowId, State};
use stacktui::update::update;

pub const HOST: HostId = HostId(0);

/// A Tuesday morning.
pub fn now() -> DateTime<Utc> {
    "2026-03-03T10:32:45Z".parse().expect("a date")
}

/// The screen before anything is known.
pub fn empty(now: DateTime<Utc>) -> State {
    let keymap = actions::keymap(&[]).expect("default keys");
    let mut state = State::new(now, (80, 24), Prefs::default(), keymap);
    state
        .world
        .hosts
        .insert(HOST, Host::new(HOST, "tickets-01"));
    state
}

pub fn info() -> EngineInfo {
    EngineInfo {
        id: "ABCD".to_owned(),
        name: "tickets-01".to_owned(),
        endpoint: "unix:///var/run/docker.sock".to_owned(),
        version: "27.3.1".to_owned(),
        api: ApiVersion(1, 47),
        os: "linux".to_owned(),
        kernel: "6.8.0".to_owned(),
        cpus: Some(8),
        memory: Some(31 << 30),
        cgroup_version: Some(2),
        cgroup_driver: "systemd".to_owned(),
        podman: false,
        swarm_manager: false,
        clock: None,
    }
}

pub fn key(name: &str) -> Key {
    // An id made of the name: readable in failures and constant.
    let mut id: String = name.bytes().map(|b| format!("{b:02x}")).collect();
    id.truncate(64);
    while id.len() < 64 {
        id.push('0');
    }
    Key::container(HOST, &id)
}

pub fn container(stack: &str, service: &str, image: &str, now: DateTime<Utc>) -> Container {
    let name = if stack.is_empty() {
        service.to_owned()
    } else {
        format!("{stack}-{service}-1")
    };
    let mut c = Container::bare(key(&name), &name);
    c.image = image.to_owned();
    c.image_id = "sha256:5a1f".to_owned();
    c.command = "/docker-entrypoint.sh".to_owned();
    c.created = Some(now - TimeDelta::days(40));
    c.since = Some(now - TimeDelta::hours(3));
    c.state = RunState::Running;
    c.status = "Up 3 hours".to_owned();
    if !stack.is_empty() {
        c.labels
            .insert("com.docker.compose.project".to_owned(), stack.to_owned());
        c.labels
            .insert("com.docker.compose.service".to_owned(), service.to_owned());
        c.networks
            .push((format!("{stack}_default"), "172.20.0.5".to_owned()));
    }
    c
}

pub fn port(public: Option<u16>, private: u16) -> Port {
    Port {
        private,
        public,
        ip: "0.0.0.0".to_owned(),
        protocol: "tcp".to_owned(),
    }
}

pub fn sample(at: DateTime<Utc>, cpu: f64, memory: u64, limit: u64) -> Sample {
    Sample {
        at,
        cpu: Some(cpu),
        memory: Some(memory),
        memory_limit: Some(limit),
        net_rx: Some(cpu * 2_000.0),
        net_tx: Some(cpu * 900.0),
        block_read: Some(0.0),
        block_write: Some(cpu * 4_000.0),
        pids: Some(12),
        totals: Counters::default(),
    }
}

/// The ten services of the reference stack with one problem of each sort, and two loose containers.
pub fn reference_containers(now: DateTime<Utc>) -> Vec<Container> {
    let s = "systeme-ticketing";
    let mut list = vec![
        container(s, "grafana", "grafana/grafana:11.2.0", now),
        container(s, "mailhog", "mailhog/mailhog:v1.0.1", now),
        container(s, "ocs", "ocsinventory/ocsinventory-docker-image:2.12", now),
        container(s, "portainer", "portainer/portainer-ce:2.21.0", now),
        container(
            s,
            "prometheus",
            "quay.io/prometheus/prometheus:v2.54.1",
            now,
        ),
        container(s, "traefik", "traefik:v3.1", now),
        container(s, "wikijs", "ghcr.io/requarks/wiki:2.5", now),
        container(s, "zammad", "ghcr.io/zammad/zammad:6.3.1", now),
        container(s, "zammad-db", "postgres:16-alpine", now),
        container(s, "zammad-elasticsearch", "elasticsearch:8.14.3", now),
        container("", "backup", "alpine:3.20", now),
        container("", "scratch", "busybox", now),
    ];
    let mut set = |name: &str, change: &dyn Fn(&mut Container)| {
        let c = list
            .iter_mut()
            .find(|c| c.short_name().trim_end_matches("-1") == name)
            .expect("a known name");
        change(c);
    };
    set("traefik", &|c| {
        c.ports = vec![
            port(Some(80), 80),
            port(Some(443), 443),
            port(Some(8080), 8080),
        ];
        c.since = Some(now - TimeDelta::days(12));
    });
    set("zammad", &|c| {
        c.health = Some(Health::Unhealthy);
        c.ports = vec![port(None, 3000)];
    });
    set("zammad-db", &|c| {
        c.health = Some(Health::Healthy);
        c.ports = vec![port(None, 5432)];
        c.mounts = vec![Mount {
            kind: "volume".to_owned(),
            source: "zammad-pgdata".to_owned(),
            destination: "/var/lib/postgresql/data".to_owned(),
            read_only: false,
        }];
    });
    set("zammad-elasticsearch", &|c| {
        c.ports = vec![port(None, 9200), port(None, 9300)];
    });
    set("mailhog", &|c| {
        c.ports = vec![port(Some(8025), 8025), port(None, 1025)];
    });
    set("wikijs", &|c| {
        c.health = Some(Health::Starting);
        c.since = Some(now - TimeDelta::seconds(12));
    });
    set("ocs", &|c| {
        c.state = RunState::Restarting;
        c.exit_code = Some(1);
        c.since = Some(now - TimeDelta::seconds(4));
    });
    set("prometheus", &|c| c.ports = vec![port(Some(9090), 9090)]);
    set("portainer", &|c| {
        c.state = RunState::Paused;
        c.since = Some(now - TimeDelta::minutes(20));
    });
    set("backup", &|c| {
        c.state = RunState::Exited;
        c.exit_code = Some(137);
        c.since = Some(now - TimeDelta::minutes(2));
    });
    set("scratch", &|c| {
        c.state = RunState::Exited;
        c.exit_code = Some(0);
        c.since = Some(now - TimeDelta::days(3));
    });
    list
}

/// Lets a message be received now.
pub fn send(state: &mut State, msg: Msg) -> Effects {
    let at = state.now;
    update(state, Envelope { at, msg })
}

/// An engine that is up with these containers; live ones have figures and a past.
pub fn with(containers: Vec<Container>, now: DateTime<Utc>) -> State {
    let mut state = empty(now);
    let live: Vec<Key> = containers
        .iter()
        .filter(|c| c.state.is_live())
        .map(|c| c.key.clone())
        .collect();
    send(
        &mut state,
        Msg::Host(HOST, HostMsg::Link(Link::Up(Box::new(info())))),
    );
    send(&mut state, Msg::Host(HOST, HostMsg::Snapshot(containers)));
    for step in 0..40_i32 {
        let at = now - TimeDelta::seconds(i64::from(39 - step) * 2);
        state.now = at;
        let samples = live.iter().enumerate().map(|(n, key)| {
            let n = (n % 12) as f64;
            let wave = (f64::from(step) / 4.0 + n).sin().abs();
            let memory = ((n + 1.0) * 130.0 + wave * 12.0) * 1_048_576.0;
            (
                key.clone(),
                sample(at, n * n * 1.3 * (0.4 + wave), memory as u64, 2 << 30),
            )
        });
        send(
            &mut state,
            Msg::Host(HOST, HostMsg::Samples(samples.collect())),
        );
    }
    state
}

/// The reference stack.
pub fn reference(now: DateTime<Utc>) -> State {
    with(reference_containers(now), now)
}

/// `count` containers in stacks of twenty.
pub fn many(count: usize, now: DateTime<Utc>) -> State {
    let list = (0..count)
        .map(|n| {
            let mut c = container(
                &format!("stack-{:03}", n / 20),
                &format!("service-{n:05}"),
                "nginx:1.27",
                now,
            );
            if n % 7 == 3 {
                c.health = Some(Health::Unhealthy);
            }
            c
        })
        .collect();
    with(list, now)
}

/// The link is lost; what was known stays.
pub fn lose_link(state: &mut State) {
    let now = state.now;
    let link = Link::Down {
        reason: Box::new(DownReason {
            why: "connection refused".to_owned(),
            ..DownReason::default()
        }),
        since: now,
        retry_at: Some(now + TimeDelta::seconds(15)),
    };
    send(state, Msg::Host(HOST, HostMsg::Link(link)));
    state.now = now + TimeDelta::seconds(12);
}

/// Presses keys, by their names with blanks between: `j j r ctrl-d`.
pub fn press(state: &mut State, keys: &str) {
    for key in keys.split_whitespace() {
        let chord = key.parse().expect("a key's name");
        send(state, Msg::Key(chord));
    }
}

/// Types a text.
pub fn type_in(state: &mut State, text: &str) {
    for c in text.chars() {
        send(state, Msg::Key(Chord::char(c)));
    }
}

/// What inspect tells of the unhealthy zammad, with a secret, two probes, a volume and a limit.
pub fn details(name: &str, now: DateTime<Utc>) -> Details {
    let ago = |s: i64| Some(now - TimeDelta::seconds(s));
    let pair = |k: &str, v: &str| (k.to_owned(), v.to_owned());
    let text = |t: &str| Node::Text(t.to_owned());
    let probe = |s: i64, exit_code: i64, output: &str| Probe {
        start: ago(s),
        end: ago(s - 1),
        exit_code,
        output: output.to_owned(),
    };
    Details {
        key: key(name),
        at: now,
        name: name.to_owned(),
        image: "ghcr.io/zammad/zammad:6.3.1".to_owned(),
        image_id: "sha256:5a1f0c9be2d4a7b1".to_owned(),
        state: RunState::Running,
        pid: Some(41_022),
        exit_code: 0,
        oom_killed: false,
        error: String::new(),
        created: ago(3_456_000),
        started: ago(10_800),
        finished: ago(10_805),
        restart_count: 2,
        health: Some(ProbeReport {
            status: Some(Health::Unhealthy),
            failing_streak: 12,
            probes: vec![
                probe(60, 0, ""),
                probe(
                    4,
                    1,
                    "curl: (7) Failed to connect to localhost port 3000 after 0 ms: Couldn't connect to server",
                ),
            ],
            test: "CMD-SHELL curl -sf http://localhost:3000/api/v1/monitoring".to_owned(),
        }),
        restart_policy: "unless-stopped".to_owned(),
        stop_timeout: 10,
        stop_signal: "SIGTERM".to_owned(),
        cpu_limit: None,
        memory_limit: Some(2 << 30),
        swap_limit: None,
        pids_limit: None,
        command: vec!["zammad-railsserver".to_owned()],
        entrypoint: vec!["/docker-entrypoint.sh".to_owned()],
        user: "zammad".to_owned(),
        working_dir: "/opt/zammad".to_owned(),
        hostname: "5a1f0c9be2d4".to_owned(),
        tty: false,
        privileged: false,
        log_driver: "json-file".to_owned(),
        environment: vec![
            pair("RAILS_ENV", "production"),
            pair("POSTGRESQL_HOST", "zammad-db"),
            pair("POSTGRESQL_PASS", "correct-horse-battery"),
        ],
        labels: [pair(
            "traefik.http.routers.zammad.rule",
            "Host(`zammad.example.com`)",
        )]
        .into_iter()
        .collect(),
        mounts: vec![Mount {
            kind: "volume".to_owned(),
            source: "zammad-storage".to_owned(),
            destination: "/opt/zammad/storage".to_owned(),
            read_only: false,
        }],
        ports: vec![port(Some(8080), 3000)],
        networks: vec![NetworkLink {
            name: "systeme-ticketing_default".to_owned(),
            address: "172.20.0.5".to_owned(),
            aliases: vec!["zammad".to_owned()],
            ..NetworkLink::default()
        }],
        document: Node::Object(vec![
            ("Id".to_owned(), text("5a1f0c9be2d4")),
            ("RestartCount".to_owned(), Node::Number("2".to_owned())),
            (
                "Config".to_owned(),
                Node::Object(vec![
                    ("Tty".to_owned(), Node::Bool(false)),
                    (
                        "Env".to_owned(),
                        Node::List(vec![
                            text("RAILS_ENV=production"),
                            text("POSTGRESQL_PASS=correct-horse-battery"),
                        ]),
                    ),
                    ("Volumes".to_owned(), Node::Null),
                ]),
            ),
        ]),
    }
}

pub fn event(
    at: DateTime<Utc>,
    name: &str,
    action: &str,
    attributes: &[(&str, &str)],
) -> EngineEvent {
    EngineEvent {
        at,
        nanos: at.timestamp_nanos_opt().unwrap_or(0),
        kind: "container".to_owned(),
        action: action.to_owned(),
        id: key(name).id.to_string(),
        name: name.to_owned(),
        attributes: attributes
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect(),
    }
}

/// Puts the cursor on a container.
pub fn choose(state: &mut State, name: &str) {
    let row = RowId::Container(key(name));
    assert!(
        state.containers.table.select_id(&row, 20),
        "{name} is a row"
    );
}

/// A log record of standard output, or error.
pub fn record(at: DateTime<Utc>, error: bool, line: &str) -> LogRecord {
    LogRecord {
        at: Some(at),
        stream: if error {
            LogStream::Stderr
        } else {
            LogStream::Stdout
        },
        bytes: line.as_bytes().to_vec(),
        cut_from: None,
    }
}

/// The log view of the chosen rows, with these lines of this container.
pub fn logs_of(state: &mut State, name: &str, lines: Vec<LogRecord>) {
    let query = state.logs.as_ref().expect("a log view").query(&key(name));
    send(state, Msg::Logs(query.clone(), LogMsg::Lines(lines)));
    send(state, Msg::Logs(query, LogMsg::CaughtUp));
}

/// Answers to what the views of images, volumes and networks ask for: of each kind some in use, some not.
pub fn stocked(now: DateTime<Utc>) -> State {
    let host = HostId(0);
    let mut list = reference_containers(now);
    for c in &mut list {
        c.image_id = format!("sha256:{:0>64}", c.image.len());
        c.networks = vec![("front".to_owned(), "172.20.0.7".to_owned())];
    }
    let image = |tags: &[&str], digits: &str, size: u64, days: i64| Image {
        key: Key::new(host, Kind::Image, &format!("sha256:{digits:0>64}")),
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        digests: Vec::new(),
        created: Some(now - TimeDelta::days(days)),
        size: Some(size),
        labels: BTreeMap::new(),
    };
    let zammad = "ghcr.io/zammad/zammad:6.3.1".len().to_string();
    let images = vec![
        image(
            &["ghcr.io/zammad/zammad:6.3.1", "zammad:latest"],
            &zammad,
            1_200_000_000,
            40,
        ),
        image(&["alpine:3.19"], "ab12", 7_800_000, 300),
        image(&[], "cd34", 640_000_000, 9),
    ];
    let volume = |name: &str, project: &str| Volume {
        key: Key::new(host, Kind::Volume, name),
        driver: "local".to_owned(),
        mountpoint: format!("/var/lib/docker/volumes/{name}/_data"),
        scope: "local".to_owned(),
        created: Some(now - TimeDelta::days(80)),
        labels: [("com.docker.compose.project".to_owned(), project.to_owned())].into(),
        options: BTreeMap::new(),
        size: None,
    };
    let volumes = vec![
        volume("zammad-pgdata", "systeme-ticketing"),
        volume(&"f".repeat(64), ""),
        volume("old-attachments", ""),
    ];
    let network = |name: &str, id: &str, range: &str, internal: bool| Network {
        key: Key::new(host, Kind::Network, id),
        name: name.to_owned(),
        driver: if range.is_empty() { "null" } else { "bridge" }.to_owned(),
        scope: "local".to_owned(),
        internal,
        ipv6: false,
        created: Some(now - TimeDelta::days(80)),
        subnets: (!range.is_empty())
            .then(|| Subnet {
                range: range.to_owned(),
                gateway: String::new(),
            })
            .into_iter()
            .collect(),
        labels: BTreeMap::new(),
    };
    let networks = vec![
        network("front", "n1", "172.20.0.0/16", false),
        network("back", "n2", "172.21.0.0/16", true),
        network("none", "n3", "", false),
    ];
    let mut state = with(list, now);
    for (kind, all) in [
        (Kind::Image, Resources::Images(images)),
        (Kind::Volume, Resources::Volumes(volumes)),
        (Kind::Network, Resources::Networks(networks)),
    ] {
        send(&mut state, Msg::Resources(host, kind, Ok(all)));
    }
    state
}

/// The reference stack behind its Traefik: routes that lead somewhere, and one of each sort that leads nowhere.
pub fn routed(now: DateTime<Utc>) -> State {
    let mut containers = reference_containers(now);
    let rules = [
        ("grafana", "Host(`grafana.example.com`)", "3000"),
        ("mailhog", "Host(`mailhog.example.com`)", "8025"),
        (
            "ocs",
            "Host(`inventory.example.com`) && PathPrefix(`/ocsreports`)",
            "80",
        ),
        (
            "portainer",
            "Host(`portainer.example.com`, `docker.example.com`)",
            "9000",
        ),
        (
            "wikijs",
            "Host(`wiki.example.com`) && !PathPrefix(`/private`)",
            "3000",
        ),
        ("zammad", "Host(`tickets.example.com`)", "8080"),
    ];
    for (service, rule, port) in rules {
        let found = containers.iter_mut().find(|c| c.service() == Some(service));
        let labels = &mut found.expect("a service").labels;
        for (field, value) in [
            (format!("routers.{service}.rule"), rule),
            (format!("routers.{service}.entrypoints"), "websecure"),
            (format!("routers.{service}.tls.certresolver"), "ovh"),
            (format!("services.{service}.loadbalancer.server.port"), port),
        ] {
            labels.insert(format!("traefik.http.{field}"), value.to_owned());
        }
    }
    let prometheus = containers
        .iter_mut()
        .find(|c| c.service() == Some("prometheus"));
    let labels = &mut prometheus.expect("a service").labels;
    labels.insert(
        "traefik.http.routers.prom.rul".to_owned(),
        "Host(`p.example.com`)".to_owned(),
    );
    let traefik = containers
        .iter_mut()
        .find(|c| c.service() == Some("traefik"))
        .expect("a service");
    traefik.command =
        "/entrypoint.sh --entrypoints.web.address=:80 --entrypoints.websecure.address=:443"
            .to_owned();
    with(containers, now)
}
