//! What an engine says of itself. Must not know what depends on it.
use serde_json::Value;

use super::error::Error;
use super::raw::{Answer, Raw};
use super::wire::{clean, count, items, member, path, text, time, truth};
use super::{CALL_LIMIT, PING_LIMIT};
use crate::model::{ApiVersion, EngineInfo};

/// Largest `/info` or `/version` read, in bytes.
const SIZE: usize = 4 * 1024 * 1024;
/// Assumed of an engine that will not say: docker 20.10's, which podman speaks too.
const ASSUMED: ApiVersion = ApiVersion(1, 41);

/// One ping within two seconds. A proxy that refuses pings answers all the same.
pub(super) async fn ping(raw: &Raw) -> Result<Option<Answer>, Error> {
    match raw.get_bytes("/_ping", SIZE, PING_LIMIT).await {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.is_refusal() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Only pings where the answer bears the API's version; else asks all.
pub(super) async fn greet(raw: &Raw, endpoint: &str) -> Result<EngineInfo, Error> {
    let pinged = ping(raw).await?;
    let tells = |answer: &Answer| answer.headers.contains_key("api-version");
    if pinged.as_ref().is_some_and(tells) {
        return Ok(read(pinged.as_ref(), &Value::Null, &Value::Null, endpoint));
    }
    ask_after(raw, endpoint, pinged.as_ref()).await
}

/// Pings, then asks version and info at once. Either may be refused; then its figures are missing.
pub(super) async fn ask(raw: &Raw, endpoint: &str) -> Result<EngineInfo, Error> {
    let pinged = ping(raw).await?;
    ask_after(raw, endpoint, pinged.as_ref()).await
}

async fn ask_after(
    raw: &Raw,
    endpoint: &str,
    pinged: Option<&Answer>,
) -> Result<EngineInfo, Error> {
    let (version, info) = futures::join!(
        raw.get_json("/version", SIZE, CALL_LIMIT),
        raw.get_json("/info", SIZE, CALL_LIMIT)
    );
    let version = match version {
        Ok(version) if version.is_object() => version,
        Ok(_) => return Err(Error::garbage(|| say!("its version is no object"))),
        Err(error) if error.is_refusal() => Value::Null,
        Err(error) => return Err(error),
    };
    // Info counts images and asks plugins: an engine that cannot answer it in time still lists containers.
    let info = info.unwrap_or(Value::Null);
    Ok(read(pinged, &version, &info, endpoint))
}

fn read(pinged: Option<&Answer>, version: &Value, info: &Value, endpoint: &str) -> EngineInfo {
    let header = |name: &str| {
        let value = pinged?.headers.get(name)?.to_str().ok()?;
        Some(clean(value))
    };
    let either = |a: &Value, b: &Value| match text(a) {
        none if none.is_empty() => text(b),
        said => said,
    };
    let is_podman = |component: &Value| text(member(component, "Name")).starts_with("Podman");
    let podman = header("libpod-api-version").is_some()
        || items(member(version, "Components")).iter().any(is_podman);
    EngineInfo {
        id: text(member(info, "ID")),
        name: text(member(info, "Name")),
        endpoint: clean(endpoint),
        version: match either(member(version, "Version"), member(info, "ServerVersion")) {
            none if none.is_empty() => server_version(&header("server").unwrap_or_default()),
            said => said,
        },
        api: ApiVersion::parse(&text(member(version, "ApiVersion")))
            .or_else(|| ApiVersion::parse(&header("api-version")?))
            .unwrap_or(ASSUMED),
        os: either(member(info, "OperatingSystem"), member(version, "Os")),
        kernel: either(
            member(version, "KernelVersion"),
            member(info, "KernelVersion"),
        ),
        cpus: count(member(info, "NCPU"))
            .and_then(|n| u32::try_from(n).ok())
            .filter(|n| *n > 0),
        memory: count(member(info, "MemTotal")).filter(|n| *n > 0),
        cgroup_version: text(member(info, "CgroupVersion"))
            .trim_start_matches('v')
            .parse()
            .ok(),
        cgroup_driver: text(member(info, "CgroupDriver")),
        podman,
        swarm_manager: truth(path(info, &["Swarm", "ControlAvailable"])),
        clock: time(member(info, "SystemTime")),
    }
}

/// `20.10.24` out of `Docker/20.10.24+dfsg1 (linux)`.
fn server_version(server: &str) -> String {
    server
        .split_once('/')
        .and_then(|(_, rest)| rest.split(' ').next())
        .unwrap_or_default()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use hyper::{HeaderMap, StatusCode};
    use serde_json::json;

    fn pinged(pairs: &[(&'static str, &str)]) -> Answer {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, value.parse().unwrap());
        }
        Answer {
            status: StatusCode::OK,
            headers,
            body: Bytes::new(),
        }
    }

    #[test]
    fn an_engine_behind_a_strict_proxy_is_known_by_its_ping() {
        let ping = pinged(&[("api-version", "1.45"), ("server", "Docker/26.1.5 (linux)")]);
        let info = read(Some(&ping), &Value::Null, &Value::Null, "tcp://x:1");
        assert_eq!(
            (info.api, info.version.as_str()),
            (ApiVersion(1, 45), "26.1.5")
        );
        assert_eq!((info.cpus, info.memory, info.podman), (None, None, false));
        assert_eq!(
            read(None, &Value::Null, &Value::Null, "").api,
            ApiVersion(1, 41)
        );
    }

    #[test]
    fn podman_is_told_from_docker() {
        let version = json!({"Components":[{"Name":"Podman Engine","Version":"4.3.1"}],"Version":"4.3.1","ApiVersion":"1.41"});
        let info =
            json!({"CgroupVersion":"2","NCPU":8,"MemTotal":16,"Swarm":{"ControlAvailable":true}});
        let read = read(None, &version, &info, "");
        assert!(read.podman && read.swarm_manager);
        assert_eq!(
            (read.cgroup_version, read.cpus, read.memory),
            (Some(2), Some(8), Some(16))
        );
    }
}
