//! The order of endpoints, with made-up homes and contexts.
use std::fs;

use tempfile::TempDir;

use super::*;
use crate::engine::contexts;

/// A home with contexts `prod` (ssh), `tls` (tcp with certificates) and `odd` (unusable).
fn home(config: &str) -> (TempDir, Sources) {
    let folder = tempfile::tempdir().unwrap();
    let docker = folder.path().join(".docker");
    for (dir, meta) in [
        (
            "aaa",
            r#"{"Name":"prod","Endpoints":{"docker":{"Host":"ssh://ops@prod.example.com:2222"}}}"#,
        ),
        (
            "bbb",
            r#"{"Name":"tls","Endpoints":{"docker":{"Host":"tcp://10.0.0.1:2376","SkipTLSVerify":false}}}"#,
        ),
        (
            "ccc",
            r#"{"Name":"odd","Endpoints":{"docker":{"Host":"npipe:////./pipe/x"}}}"#,
        ),
        ("ddd", "not json"),
    ] {
        let place = docker.join("contexts/meta").join(dir);
        fs::create_dir_all(&place).unwrap();
        fs::write(place.join("meta.json"), meta).unwrap();
    }
    let tls = docker.join("contexts/tls/bbb/docker");
    fs::create_dir_all(&tls).unwrap();
    fs::write(tls.join("ca.pem"), "x").unwrap();
    fs::write(docker.join("config.json"), config).unwrap();
    let sources = Sources {
        env: Env {
            home: Some(folder.path().to_owned()),
            uid: 1234,
            ..Env::default()
        },
        ..Sources::default()
    };
    (folder, sources)
}

fn told(sources: &Sources) -> Vec<String> {
    candidates(sources)
        .iter()
        .map(|c| format!("{} <- {}", c.shown(), c.origin))
        .collect()
}

#[test]
fn without_any_choice_the_default_sockets_are_tried() {
    let (_home, sources) = home("{}");
    assert_eq!(
        told(&sources),
        [
            "unix:///var/run/docker.sock <- default socket",
            "unix:///run/user/1234/docker.sock <- rootless docker",
            "unix:///run/user/1234/podman/podman.sock <- rootless podman",
            "unix:///run/podman/podman.sock <- podman",
        ]
    );
    let mut elsewhere = sources.clone();
    elsewhere.env.xdg_runtime_dir = Some("/tmp/run".into());
    assert_eq!(
        told(&elsewhere)[1],
        "unix:///tmp/run/docker.sock <- rootless docker"
    );
    assert_eq!(told(&Sources::default()).len(), 4, "a user without a home");
}

#[test]
fn flags_beat_the_environment_which_beats_the_current_context() {
    let (_home, mut sources) = home(r#"{"currentContext":"prod"}"#);
    assert_eq!(
        told(&sources),
        ["ssh://ops@prod.example.com:2222 <- current docker context \"prod\""]
    );
    sources.env.docker_context = Some("tls".into());
    assert_eq!(
        told(&sources),
        ["https://10.0.0.1:2376 <- DOCKER_CONTEXT \"tls\""]
    );
    sources.env.docker_host = Some("tcp://[::1]:5".into());
    assert_eq!(told(&sources), ["tcp://[::1]:5 <- DOCKER_HOST"]);
    sources.context = Some("prod".into());
    assert_eq!(
        told(&sources),
        ["ssh://ops@prod.example.com:2222 <- --context \"prod\""]
    );
    sources.context = Some("default".into());
    assert_eq!(told(&sources), ["tcp://[::1]:5 <- DOCKER_HOST"]);
    sources.host = Some("/tmp/x.sock".into());
    assert_eq!(told(&sources), ["unix:///tmp/x.sock <- --host"]);
}

#[test]
fn a_context_brings_its_certificates() {
    let (home, mut sources) = home("{}");
    sources.context = Some("tls".into());
    let Ok(Endpoint::Tls(tls)) = &candidates(&sources)[0].endpoint else {
        panic!("TLS expected");
    };
    let folder = home.path().join(".docker/contexts/tls/bbb/docker");
    assert_eq!(tls.ca, Some(folder.join("ca.pem")));
    assert_eq!((&tls.cert, tls.skip_verify), (&None, false));
}

#[test]
fn choices_that_cannot_be_used_say_why_and_hide_nothing_behind_them() {
    let (_home, mut sources) = home("{}");
    sources.context = Some("nope".into());
    let list = candidates(&sources);
    let error = list[0].endpoint.as_ref().unwrap_err().to_string();
    assert_eq!(list.len(), 1);
    assert_eq!(
        error,
        "no docker context is called \"nope\"; there are: default, odd, prod, tls"
    );
    sources.context = Some("odd".into());
    let error = candidates(&sources)[0].endpoint.clone().unwrap_err();
    assert!(error.to_string().contains("Windows"), "{error}");
}

#[test]
fn a_broken_config_is_told_and_the_defaults_are_tried() {
    let (_home, sources) = home("{");
    let list = candidates(&sources);
    assert!(list[0].endpoint.is_err());
    assert_eq!(list.len(), 5);
    let (_home, sources) = home("");
    assert_eq!(candidates(&sources).len(), 4);
}

#[test]
fn docker_tls_verify_makes_tcp_tls() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("key.pem"), "x").unwrap();
    let sources = Sources {
        env: Env {
            docker_host: Some("tcp://h".into()),
            docker_tls_verify: Some("1".into()),
            docker_cert_path: Some(folder.path().to_owned()),
            ..Env::default()
        },
        ..Sources::default()
    };
    let Ok(Endpoint::Tls(tls)) = &candidates(&sources)[0].endpoint else {
        panic!("TLS expected");
    };
    assert_eq!(tls.key, Some(folder.path().join("key.pem")));
    assert_eq!(tls.port, 2376);
    let mut over_unix = sources.clone();
    over_unix.env.docker_host = Some("unix:///x".into());
    assert_eq!(told(&over_unix), ["unix:///x <- DOCKER_HOST"]);
}

#[test]
fn the_list_of_contexts_marks_the_current_one() {
    let (_home, mut sources) = home(r#"{"currentContext":"prod"}"#);
    let list = contexts(&sources);
    let shown: Vec<_> = list
        .iter()
        .map(|c| (c.name.as_str(), c.endpoint.as_str(), c.current))
        .collect();
    assert_eq!(shown[0], ("default", "unix:///var/run/docker.sock", false));
    assert_eq!(shown[2], ("prod", "ssh://ops@prod.example.com:2222", true));
    assert!(shown[1].1.contains("Windows"));
    sources.env.docker_host = Some("tcp://a".into());
    assert!(contexts(&sources).iter().all(|c| !c.current));
}

#[test]
fn forms_of_an_endpoint() {
    let good = [
        ("unix:///run/x.sock", "unix:///run/x.sock"),
        ("/run/x.sock", "unix:///run/x.sock"),
        ("tcp://h:1", "tcp://h:1"),
        ("h:1", "tcp://h:1"),
        ("tcp://h", "tcp://h:2375"),
        ("http://h:80/", "tcp://h:80"),
        ("https://h", "https://h:2376"),
        ("tcp://me:secret@h:1", "tcp://h:1"),
        ("ssh://h", "ssh://h"),
        ("ssh://me:secret@h:22", "ssh://me@h:22"),
        (
            "ssh://me@[::1]:22/run/d.sock",
            "ssh://me@[::1]:22/run/d.sock",
        ),
        ("ssh://h/", "ssh://h"),
    ];
    for (text, shown) in good {
        assert_eq!(Endpoint::parse(text).unwrap().to_string(), shown, "{text}");
    }
    for text in [
        "",
        "unix://relative.sock",
        "tcp://",
        "tcp://h:port",
        "tcp://h:99999",
        "npipe:////./pipe/docker_engine",
        "fd://3",
        "gopher://h",
        "ssh://",
        "ssh://-oProxyCommand=x",
        "ssh://-l@h",
    ] {
        assert!(Endpoint::parse(text).is_err(), "{text}");
    }
}
