//! What is opened for which flags, environment and settings.
use super::*;
use crate::engine::endpoint::Env;

fn asked(hosts: &[&str], contexts: &[&str], settings: &[(&str, &str)]) -> Asked {
    let words = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect();
    Asked {
        hosts: words(hosts),
        contexts: words(contexts),
        settings: settings
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect(),
    }
}

/// `label endpoint` of each.
fn opened(sources: &Sources, asked: &Asked) -> Vec<String> {
    let one = |o: &Opening| format!("{} {}", o.label, o.candidates[0].shown());
    openings(sources, asked).iter().map(one).collect()
}

#[test]
fn one_endpoint_is_opened_as_ever() {
    let sources = Sources::default();
    let only = openings(&sources, &asked(&["tcp://a:1"], &[], &[]));
    assert_eq!((only.len(), only[0].named), (1, false));
    assert_eq!(only[0].label, "tcp://a:1");
    let usual = openings(&sources, &Asked::default());
    assert_eq!((usual.len(), usual[0].label.as_str()), (1, "engine"));
    assert!(usual[0].candidates.len() > 1);
}

#[test]
fn each_of_several_has_a_label_of_its_own() {
    let hosts = [
        "unix:///var/run/docker.sock",
        "ssh://ops@web-01",
        "db=ssh://ops@10.0.0.7",
        "unix:///tmp/sim.sock",
        "tcp://web-01:2375",
    ];
    assert_eq!(
        opened(&Sources::default(), &asked(&hosts, &[], &[])),
        [
            "local unix:///var/run/docker.sock",
            "web-01 ssh://ops@web-01",
            "db ssh://ops@10.0.0.7",
            "sim unix:///tmp/sim.sock",
            "web-01-2 tcp://web-01:2375",
        ]
    );
}

#[test]
fn flags_go_over_the_environment_and_that_over_the_settings() {
    let settings = [("a", "tcp://a:1"), ("b", "ssh://b")];
    let mut sources = Sources::default();
    assert_eq!(
        opened(&sources, &asked(&[], &[], &settings)),
        ["a tcp://a:1", "b ssh://b"]
    );
    assert_eq!(
        opened(&sources, &asked(&["b"], &[], &settings)),
        ["b ssh://b"],
        "a name out of the settings"
    );
    sources.env = Env {
        docker_host: Some("tcp://env:1".to_owned()),
        ..Env::default()
    };
    assert_eq!(
        opened(&sources, &asked(&[], &[], &settings)),
        ["tcp://env:1 tcp://env:1"]
    );
    assert_eq!(
        opened(&sources, &asked(&["x=tcp://c:1", "a"], &[], &settings)),
        ["x tcp://c:1", "a tcp://a:1"]
    );
}

#[test]
fn the_same_endpoint_twice_is_one_host_and_a_bad_one_stays_to_be_told() {
    let hosts = ["tcp://a:1", "a=tcp://a:1", "gopher://x"];
    let list = openings(&Sources::default(), &asked(&hosts, &[], &[]));
    assert_eq!(list.len(), 2);
    assert!(list[1].candidates[0].endpoint.is_err());
}

#[test]
fn what_is_wrong_with_a_setting_is_told() {
    let sources = Sources::default();
    assert!(check(&sources, "ssh://ops@web-01").is_ok());
    assert!(check(&sources, "context:default").is_ok());
    let error = check(&sources, "shh://web-01").unwrap_err().to_string();
    assert!(error.contains("shh://"), "{error}");
    let error = check(&sources, "context:prod").unwrap_err().to_string();
    assert!(error.contains("prod"), "{error}");
}
