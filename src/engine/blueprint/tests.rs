//! What is kept, what is left to the image, what cannot be done.
use super::*;

const OLD: ApiVersion = ApiVersion(1, 41);
const NEW: ApiVersion = ApiVersion(1, 45);

fn image() -> Value {
    json!({"Config": {"Env": ["PATH=/bin", "VERSION=1"], "Cmd": ["serve"], "Entrypoint": ["/run"], "WorkingDir": "/srv",
        "User": "", "Labels": {"vendor": "x"}, "ExposedPorts": {"80/tcp": {}}, "Volumes": {"/data": {}},
        "Healthcheck": {"Test": ["CMD", "check"]}}})
}

fn inspect() -> Value {
    json!({
        "Id": "0123456789abcdef0123456789abcdef", "Name": "/web", "State": {"Status": "running"},
        "Config": {"Hostname": "0123456789ab", "Image": "shop/web", "Env": ["MODE=live", "PATH=/bin", "VERSION=1"],
            "Cmd": ["serve"], "Entrypoint": ["/run"], "WorkingDir": "/srv", "User": "", "StopTimeout": 30, "Tty": false,
            "Labels": {"vendor": "x", "mine": "y", "com.docker.compose.image": "sha256:old"},
            "ExposedPorts": {"80/tcp": {}, "81/tcp": {}}, "Volumes": {"/data": {}},
            "Healthcheck": {"Test": ["CMD", "check"]}},
        "HostConfig": {"NetworkMode": "shop_front", "Memory": 64, "RestartPolicy": {"Name": "always"},
            "Binds": ["named:/named:rw", "/etc/x:/x:ro"], "Mounts": [{"Type": "volume", "Target": "/nameless"}],
            "AutoRemove": false},
        "Mounts": [
            {"Type": "volume", "Name": "named", "Destination": "/named", "RW": true},
            {"Type": "bind", "Source": "/etc/x", "Destination": "/x", "RW": false},
            {"Type": "volume", "Name": "f00", "Destination": "/data", "RW": true},
            {"Type": "volume", "Name": "f01", "Destination": "/nameless", "RW": true}],
        "NetworkSettings": {"Networks": {
            "shop_back": {"NetworkID": "n2", "IPAddress": "10.0.0.9", "Aliases": ["web", "0123456789ab"],
                "MacAddress": "02:42:0a:00:00:09", "IPAMConfig": {"IPv4Address": "10.0.0.9"}},
            "shop_front": {"NetworkID": "n1", "IPAddress": "10.1.0.3", "Aliases": ["0123456789ab"],
                "MacAddress": "0a:00:00:00:00:01"}}}
    })
}

fn read(inspect: &Value) -> Blueprint {
    Blueprint::of(inspect, &image(), OLD).unwrap()
}

#[test]
fn what_was_asked_for_is_asked_for_again() {
    let plan = read(&inspect());
    assert_eq!(
        (plan.name.as_str(), plan.image.as_str(), plan.live),
        ("web", "shop/web", true)
    );
    let body = &plan.body;
    assert_eq!(body["Env"], json!(["MODE=live"]));
    assert_eq!(
        body["Labels"],
        json!({"mine": "y", "com.docker.compose.image": "sha256:old"})
    );
    assert_eq!(body["ExposedPorts"], json!({"81/tcp": {}}));
    assert_eq!(body["StopTimeout"], 30);
    assert_eq!(body["HostConfig"]["Memory"], 64);
    assert_eq!(body["HostConfig"]["RestartPolicy"]["Name"], "always");
    // Left to the image, or made up by the engine.
    for gone in ["Cmd", "Entrypoint", "WorkingDir", "Healthcheck", "Hostname"] {
        assert_eq!(body.get(gone), None, "{gone}");
    }
}

#[test]
fn volumes_without_a_name_are_kept() {
    let host = &read(&inspect()).body["HostConfig"];
    assert_eq!(host["Binds"], json!(["named:/named:rw", "/etc/x:/x:ro"]));
    assert_eq!(
        host["Mounts"],
        json!([
            {"Type": "volume", "Target": "/nameless", "Source": "f01"},
            {"Type": "volume", "Source": "f00", "Target": "/data", "ReadOnly": false}
        ])
    );
}

#[test]
fn networks_are_joined_with_their_names_and_fixed_addresses() {
    let plan = read(&inspect());
    // Nothing was asked of the first one.
    assert_eq!(plan.body.get("NetworkingConfig"), None);
    assert_eq!(
        plan.joins,
        [(
            "shop_back".to_owned(),
            json!({"IPAMConfig": {"IPv4Address": "10.0.0.9"}, "Aliases": ["web"]})
        )]
    );
    // A hardware address that the engine did not make up is kept, where networks have them.
    let plan = Blueprint::of(&inspect(), &image(), NEW).unwrap();
    let first = &plan.body["NetworkingConfig"]["EndpointsConfig"]["shop_front"];
    assert_eq!(*first, json!({"MacAddress": "0a:00:00:00:00:01"}));
    assert_eq!(plan.joins[0].1.get("MacAddress"), None);
}

#[test]
fn a_network_that_was_left_is_not_joined_again() {
    let mut left = inspect();
    left["HostConfig"]["NetworkMode"] = json!("none");
    let plan = read(&left);
    assert_eq!(plan.body["HostConfig"]["NetworkMode"], "shop_back");
    assert_eq!(plan.joins.len(), 1);
    left["NetworkSettings"]["Networks"] = json!({});
    left["HostConfig"]["NetworkMode"] = json!("default");
    assert_eq!(read(&left).leaves.as_deref(), Some("bridge"));
}

#[test]
fn what_another_container_lends_is_not_asked_for() {
    let mut borrower = inspect();
    borrower["HostConfig"]["NetworkMode"] = json!("container:abc");
    borrower["Config"]["Hostname"] = json!("of-the-other");
    let plan = read(&borrower);
    assert_eq!(
        (plan.body.get("Hostname"), plan.body.get("ExposedPorts")),
        (None, None)
    );
    assert!(plan.joins.is_empty() && plan.leaves.is_none());
}

#[test]
fn an_entrypoint_of_its_own_keeps_its_command() {
    let mut own = inspect();
    own["Config"]["Entrypoint"] = json!(["/mine"]);
    assert_eq!(read(&own).body["Cmd"], json!(["serve"]));
    own["Config"]["Entrypoint"] = json!(["/run"]);
    own["Config"]["Cmd"] = json!(["other"]);
    let body = read(&own).body;
    assert_eq!(
        (body.get("Entrypoint"), &body["Cmd"]),
        (None, &json!(["other"]))
    );
    // Without the image nothing can be told apart: all of it is asked for.
    let all = Blueprint::of(&own, &Value::Null, OLD).unwrap();
    assert_eq!(all.body["Env"].as_array().unwrap().len(), 3);
}

#[test]
fn an_entrypoint_that_was_taken_away_stays_away() {
    let mut own = inspect();
    for cleared in [json!(null), json!([])] {
        own["Config"]["Entrypoint"] = cleared;
        for command in [json!(["serve"]), json!(["other"])] {
            own["Config"]["Cmd"] = command.clone();
            let body = read(&own).body;
            assert_eq!(
                (&body["Entrypoint"], &body["Cmd"]),
                (&json!([""]), &command)
            );
        }
    }
    // Where the image has none either, nothing was taken away.
    let mut image = image();
    image["Config"]["Entrypoint"] = json!(null);
    let body = Blueprint::of(&own, &image, OLD).unwrap().body;
    assert_eq!(body.get("Entrypoint"), None);
}

#[test]
fn compose_is_told_the_new_image() {
    let mut plan = read(&inspect());
    plan.note_image("sha256:new");
    assert_eq!(
        plan.body["Labels"]["com.docker.compose.image"],
        "sha256:new"
    );
}

#[test]
fn some_are_not_made_anew() {
    let mut rm = inspect();
    rm["HostConfig"]["AutoRemove"] = json!(true);
    let mut task = inspect();
    task["Config"]["Labels"] = json!({"com.docker.swarm.task.id": "t"});
    for (odd, word) in [(rm, "--rm"), (task, "swarm"), (json!({}), "no name")] {
        let error = Blueprint::of(&odd, &image(), OLD).unwrap_err();
        assert!(error.to_string().contains(word), "{error}");
    }
    let mut nameless = inspect();
    nameless["Config"]["Image"] = json!("sha256:0123");
    assert!(read(&nameless).has_no_image_name());
    assert!(!read(&inspect()).has_no_image_name());
}

#[test]
fn a_check_is_given_the_time_it_allows_itself() {
    let check = json!({"Healthcheck": {"Test": ["CMD", "x"], "Interval": 1_000_000_000, "Timeout": 2_000_000_000,
        "Retries": 4, "StartPeriod": 20_000_000_000_u64}});
    assert_eq!(grace(&check), Some(Duration::from_secs(35)));
    assert_eq!(grace(&json!({"Healthcheck": {"Test": ["NONE"]}})), None);
    assert_eq!(grace(&json!({})), None);
}
