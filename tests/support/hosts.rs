//! Three hosts: the reference stack's, one with a container of the same name, and one that does not answer.
#![allow(dead_code, reason = "each test binary uses its own part")]
use chrono::{DateTime, TimeDelta, Utc};

use stacktui::model::host::{ApiVersion, DownReason, EngineInfo};
use stacktui::model::{Container, HostId, Key, Link, Tried};
use stacktui::msg::{HostMsg, Msg};
use stacktui::state::State;

use super::world;

/// The second host.
pub const THERE: HostId = HostId(1);
/// The one that does not answer.
pub const SILENT: HostId = HostId(2);

pub fn there(container: Container) -> Container {
    let mut container = container;
    container.key = Key::container(THERE, &container.key.id);
    container
}

pub fn key_there(name: &str) -> Key {
    Key::container(THERE, &world::key(name).id)
}

/// `shop` with two services, `backup` as on the first host, and a grafana of another stack.
pub fn containers_there(now: DateTime<Utc>) -> Vec<Container> {
    let list = [
        world::container("shop", "web", "nginx:1.27", now),
        world::container("shop", "db", "postgres:16-alpine", now),
        world::container("watch", "grafana", "grafana/grafana:11.2.0", now),
        world::container("", "backup", "alpine:3.20", now),
    ];
    list.into_iter().map(there).collect()
}

pub fn info_there() -> EngineInfo {
    EngineInfo {
        id: "EFGH".to_owned(),
        name: "vm-4711".to_owned(),
        endpoint: "ssh://ops@web-02".to_owned(),
        version: "26.1.5".to_owned(),
        api: ApiVersion(1, 45),
        cpus: Some(4),
        memory: Some(8 << 30),
        ..world::info()
    }
}

pub fn three(now: DateTime<Utc>) -> State {
    let mut state = world::reference(now);
    assert_eq!(state.world.open("web-02", true), THERE);
    assert_eq!(state.world.open("archive", true), SILENT);
    let link = Link::Up(Box::new(info_there()));
    world::send(&mut state, Msg::Host(THERE, HostMsg::Link(link)));
    let list = containers_there(now);
    let figures = list.iter().zip(1_u32..).map(|(c, n)| {
        let sample = world::sample(now, f64::from(n) * 10.0, u64::from(n) << 28, 2 << 30);
        (c.key.clone(), sample)
    });
    let figures = figures.collect();
    world::send(&mut state, Msg::Host(THERE, HostMsg::Snapshot(list)));
    world::send(&mut state, Msg::Host(THERE, HostMsg::Samples(figures)));
    let reason = DownReason {
        why: "connection refused".to_owned(),
        advice: String::new(),
        tried: vec![Tried {
            endpoint: "ssh://ops@archive".to_owned(),
            origin: "--host".to_owned(),
            why: "connection refused".to_owned(),
            advice: "is sshd running there?".to_owned(),
        }],
    };
    let down = Link::Down {
        reason: Box::new(reason),
        since: now - TimeDelta::minutes(2),
        retry_at: Some(now + TimeDelta::seconds(4)),
    };
    world::send(&mut state, Msg::Host(SILENT, HostMsg::Link(down)));
    state
}
