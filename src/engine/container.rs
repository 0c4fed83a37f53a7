//! The list of containers, decoded item by item: one odd container is one odd row, never an empty table.
//! Must not know how the bytes were fetched.
mod status;

use chrono::{DateTime, Utc};
use serde_json::Value;

use self::status::Reading;
use super::error::Error;
use super::raw::Answer;
use super::wire::{clean, count, items, member, pairs, path, query, text, time, truth, whole};
use super::{BODY_LIMIT, Engine, LIST_LIMIT};
use crate::model::container::Place;
use crate::model::{Container, HostId, Key, Mount, Port, RunState};

impl Engine {
    /// Every container, running or not. `at` is the time the answer is read, from which coarse ages are counted back.
    /// Gives up after 30 s or 64 MiB.
    pub async fn list(&self, host: HostId, at: DateTime<Utc>) -> Result<Vec<Container>, Error> {
        self.listed(host, &query(&[("all", "1")]), at).await
    }

    /// Those of `ids` that exist. No ids: none, without asking.
    pub async fn list_some(
        &self,
        host: HostId,
        ids: &[&str],
        at: DateTime<Utc>,
    ) -> Result<Vec<Container>, Error> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let filters = serde_json::json!({ "id": ids }).to_string();
        let query = query(&[("all", "1"), ("filters", &filters)]);
        self.listed(host, &query, at).await
    }

    async fn listed(
        &self,
        host: HostId,
        query: &str,
        at: DateTime<Utc>,
    ) -> Result<Vec<Container>, Error> {
        let Answer { body, .. } = self
            .raw()
            .get_bytes(&format!("/containers/json{query}"), BODY_LIMIT, LIST_LIMIT)
            .await?;
        decode_list(&body, host, at)
    }
}

/// The rows of a list. Fails only when the answer is no list at all.
fn decode_list(body: &[u8], host: HostId, at: DateTime<Utc>) -> Result<Vec<Container>, Error> {
    let body = body.trim_ascii();
    if body == b"null" {
        return Ok(Vec::new());
    }
    let pieces = split_list(body).ok_or_else(|| Error::garbage(|| say!("its list is no list")))?;
    Ok(pieces
        .into_iter()
        .enumerate()
        .map(|(at_index, piece)| {
            let parsed = serde_json::from_slice(piece)
                .or_else(|_| serde_json::from_str(&String::from_utf8_lossy(piece)));
            match parsed {
                Ok(value) => container(&value, host, at, at_index),
                Err(error) => {
                    let mut odd = nameless(host, at_index, "(unreadable)");
                    odd.oddities.push(clean(&format!("unreadable: {error}")));
                    odd
                }
            }
        })
        .collect())
}

/// Cuts a JSON array into its items without reading them, so that one broken item leaves the others whole.
fn split_list(body: &[u8]) -> Option<Vec<&[u8]>> {
    let inner = body.strip_prefix(b"[")?.strip_suffix(b"]")?;
    let mut pieces = Vec::new();
    let (mut depth, mut in_text, mut escaped, mut from) = (0_u32, false, false, 0);
    for (i, byte) in inner.iter().enumerate() {
        if in_text {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_text = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_text = true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                pieces.push(&inner[from..i]);
                from = i + 1;
            }
            _ => {}
        }
    }
    pieces.push(&inner[from..]);
    pieces.retain(|piece| !piece.trim_ascii().is_empty());
    Some(pieces)
}

fn nameless(host: HostId, index: usize, name: &str) -> Container {
    Container::bare(Key::container(host, &format!("odd-{index}")), name)
}

/// One row out of one item, whatever is in it.
fn container(value: &Value, host: HostId, at: DateTime<Utc>, index: usize) -> Container {
    let mut oddities = Vec::new();
    if !value.is_object() {
        oddities.push("not an object".to_owned());
    }
    let id = text(member(value, "Id"));
    let key = if id.is_empty() {
        oddities.push("no id".to_owned());
        nameless(host, index, "").key
    } else {
        Key::container(host, &id)
    };
    let state = RunState::parse(&text(member(value, "State")));
    if let RunState::Odd(word) = &state {
        oddities.push(format!("unknown state {word}"));
    }
    let status = text(member(value, "Status"));
    let Reading {
        health,
        exit_code,
        age,
        state: told,
    } = status::read(&status);
    let state = match state {
        RunState::Unknown => told.unwrap_or_default(),
        known => known,
    };
    let created = time(member(value, "Created"));
    let health = status::health_word(&text(path(value, &["Health", "Status"]))).or(health);
    Container {
        name: name(value, key.short()),
        image: text(member(value, "Image")),
        image_id: text(member(value, "ImageID")),
        command: command(member(value, "Command")),
        created,
        health,
        exit_code: exit_code.or_else(|| exited_with(value, &state)),
        since: age
            .and_then(|age| at.checked_sub_signed(age))
            .or_else(|| created.filter(|_| state == RunState::Created)),
        state,
        status,
        ports: ports(member(value, "Ports")),
        mounts: items(member(value, "Mounts")).iter().map(mount).collect(),
        networks: networks(path(value, &["NetworkSettings", "Networks"])),
        labels: pairs(member(value, "Labels")),
        lender: lender(path(value, &["HostConfig", "NetworkMode"])),
        oddities,
        place: Place::default(),
        looping: 0,
        unstarted: false,
        cut_off: false,
        ending: None,
        key,
    }
}

/// `container:0123…`, where it lives in another's network.
fn lender(mode: &Value) -> Option<String> {
    let mode = text(mode);
    mode.strip_prefix("container:").map(str::to_owned)
}

/// Podman says the exit code in a field of its own.
fn exited_with(value: &Value, state: &RunState) -> Option<i64> {
    (*state == RunState::Exited)
        .then(|| whole(member(value, "ExitCode")))
        .flatten()
}

/// The name that is not a link's (`/other/alias`), else the short id.
fn name(value: &Value, short: &str) -> String {
    let names = member(value, "Names");
    let own = |name: &&str| !name.trim_start_matches('/').contains('/');
    let all = || items(names).iter().filter_map(Value::as_str);
    let name = all()
        .find(own)
        .or_else(|| all().next())
        .or_else(|| names.as_str())
        .map(|name| clean(name.trim_start_matches('/')))
        .unwrap_or_default();
    if name.is_empty() {
        short.to_owned()
    } else {
        name
    }
}

/// Docker gives one text, podman's own API a list.
fn command(value: &Value) -> String {
    match value {
        Value::Array(_) => super::wire::texts(value).join(" "),
        other => text(other),
    }
}

/// Published and exposed ports; the same port on several addresses stays several entries.
fn ports(value: &Value) -> Vec<Port> {
    let mut ports: Vec<Port> = items(value)
        .iter()
        .filter_map(|item| {
            let number = |name| u16::try_from(count(member(item, name))?).ok();
            Some(Port {
                private: number("PrivatePort")?,
                public: number("PublicPort").filter(|port| *port != 0),
                ip: text(member(item, "IP")),
                protocol: match text(member(item, "Type")) {
                    none if none.is_empty() => "tcp".to_owned(),
                    protocol => protocol,
                },
            })
        })
        .collect();
    ports.sort();
    ports.dedup();
    ports
}

/// A mount as list and inspect tell it: a volume by its name, anything else by its path.
pub(super) fn mount(value: &Value) -> Mount {
    let kind = text(member(value, "Type"));
    let name = text(member(value, "Name"));
    Mount {
        source: if kind == "volume" && !name.is_empty() {
            name
        } else {
            text(member(value, "Source"))
        },
        destination: text(member(value, "Destination")),
        read_only: member(value, "RW")
            .as_bool()
            .map_or_else(|| truth(member(value, "ReadOnly")), |rw| !rw),
        kind,
    }
}

fn networks(value: &Value) -> Vec<(String, String)> {
    let Some(object) = value.as_object() else {
        return Vec::new();
    };
    let address = |link: &Value| match text(member(link, "IPAddress")) {
        none if none.is_empty() => text(member(link, "GlobalIPv6Address")),
        address => address,
    };
    object
        .iter()
        .map(|(name, link)| (clean(name), address(link)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Health;
    use chrono::TimeDelta;

    fn at() -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000, 0).unwrap()
    }

    fn rows(json: &str) -> Vec<Container> {
        decode_list(json.as_bytes(), HostId(3), at()).unwrap()
    }

    #[test]
    fn a_plain_row_is_read_whole() {
        let row = &rows(
            r#"[{"Id":"abc123","Names":["/web/db","/shop-db-1"],"Image":"postgres:16","ImageID":"sha256:1",
            "Command":"postgres","Created":1789990000,"State":"running","Status":"Up 3 hours (unhealthy)",
            "Ports":[{"IP":"0.0.0.0","PrivatePort":5432,"PublicPort":15432,"Type":"tcp"},{"PrivatePort":80,"Type":"tcp"}],
            "Labels":{"com.docker.compose.project":"shop"},
            "NetworkSettings":{"Networks":{"front":{"IPAddress":"172.18.0.2"}}},
            "Mounts":[{"Type":"volume","Name":"data","Source":"/var/lib/x","Destination":"/d","RW":true},
                      {"Type":"bind","Source":"/etc","Destination":"/e","RW":false}]}]"#,
        )[0];
        assert_eq!(row.key, Key::container(HostId(3), "abc123"));
        assert_eq!(row.name, "shop-db-1");
        assert_eq!(row.health, Some(Health::Unhealthy));
        assert_eq!(row.since, Some(at() - TimeDelta::hours(3)));
        assert_eq!(row.ports[0].private, 80);
        assert_eq!(row.ports[1].public, Some(15432));
        assert_eq!(
            row.networks,
            [("front".to_owned(), "172.18.0.2".to_owned())]
        );
        assert_eq!(row.mounts[0].source, "data");
        assert!(row.mounts[1].read_only && !row.mounts[0].read_only);
        assert!(row.oddities.is_empty());
    }

    #[test]
    fn one_odd_container_does_not_empty_the_table() {
        let rows = rows(
            r#"[{"Id":"a","Names":null,"Ports":null,"Labels":null,"Mounts":null,"NetworkSettings":null,"State":"zombie","Status":null,"Created":"soon"},
            {"Names":["/nobody"],"State":"running"},
            7, null, "text",
            {"Id":"b","Names":["/huge"],"Created":1e999,"State":"running"},
            {"Id":"c","Names":["/cut"],"State":"run},
            {"Id":"d","Names":["/swallowed"]}"},
            {"Id":{"x":1},"Names":"/bare","State":5,"Ports":[{"PrivatePort":"80"},{"PrivatePort":99999},"x"]},
            {"Id":"e","Names":["/good"],"State":"exited","Status":"Exited (137) 2 minutes ago"}]"#,
        );
        assert_eq!(rows.len(), 9);
        assert_eq!(rows[0].name, "a");
        assert_eq!(rows[0].state, RunState::Odd("zombie".to_owned()));
        assert_eq!(rows[0].oddities, ["unknown state zombie"]);
        assert_eq!(rows[1].oddities, ["no id"]);
        assert_eq!(rows[1].name, "nobody");
        assert!(rows[5].oddities[0].starts_with("unreadable"));
        assert!(rows[6].oddities[0].starts_with("unreadable"));
        assert_eq!(rows[7].ports.len(), 1);
        assert_eq!(rows[8].name, "good");
        assert_eq!(rows[8].exit_code, Some(137));
        let mut keys: Vec<_> = rows.iter().map(|row| row.key.clone()).collect();
        keys.dedup();
        assert_eq!(keys.len(), rows.len(), "every row has a key of its own");
    }

    #[test]
    fn hostile_names_are_made_harmless() {
        let row = &rows(
            r#"[{"Id":"a","Names":["/\u001b]52;c;x\u0007"],"Image":"\u202eevil","Labels":{"k\n":"v\r"},"State":"running\u001b"}]"#,
        )[0];
        let all = format!(
            "{}{}{:?}{}",
            row.name,
            row.image,
            row.labels,
            row.state.word()
        );
        assert!(!all.contains(['\u{1b}', '\u{7}', '\u{202e}', '\r', '\n']));
    }

    #[test]
    fn what_is_no_list_is_said_to_be_none() {
        assert!(rows("null").is_empty() && rows(" [ ] ").is_empty());
        assert!(decode_list(b"{\"message\":\"x\"}", HostId(0), at()).is_err());
        assert!(decode_list(b"", HostId(0), at()).is_err());
    }

    #[test]
    fn podman_rows_are_read() {
        let row = &rows(
            r#"[{"Id":"p","Names":["/web"],"Image":"localhost/web:latest","Command":"sh -c x","Created":1789990000,
            "Ports":[],"State":"stopped","Status":"Exited (3) About an hour ago","NetworkSettings":{"Networks":null}}]"#,
        )[0];
        assert_eq!(row.state, RunState::Exited);
        assert_eq!(row.exit_code, Some(3));
        assert_eq!(row.since, Some(at() - TimeDelta::hours(1)));
    }
}
