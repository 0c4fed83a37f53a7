//! Each thing that can be asked for, as docker's options ask for it.
use serde_json::json;

use super::*;
use crate::model::ApiVersion;

fn image() -> Value {
    json!({"Config": {"Env": ["PATH=/bin"], "Cmd": ["serve"], "Entrypoint": ["/run"], "WorkingDir": "/srv",
        "Labels": {"vendor": "x"}, "ExposedPorts": {"80/tcp": {}}}})
}

/// A container of which only this is unusual: members of `Config` and of `HostConfig`.
fn inspect(config: &Value, host: &Value) -> Value {
    let mut it = json!({
        "Id": "0123456789abcdef0123456789abcdef", "Name": "/web", "State": {"Status": "running"},
        "Config": {"Hostname": "0123456789ab", "Image": "shop/web:1", "Env": ["PATH=/bin"], "Cmd": ["serve"],
            "Entrypoint": ["/run"], "WorkingDir": "/srv", "Labels": {"vendor": "x"}, "ExposedPorts": {"80/tcp": {}},
            "StopSignal": "SIGTERM"},
        "HostConfig": {"NetworkMode": "default", "RestartPolicy": {"Name": "no", "MaximumRetryCount": 0},
            "IpcMode": "private", "CgroupnsMode": "private", "ShmSize": 67_108_864, "Runtime": "runc",
            "LogConfig": {"Type": "json-file", "Config": {}}, "MemorySwappiness": null, "OomKillDisable": false,
            "PidsLimit": null, "MaskedPaths": ["/proc/acpi"], "ReadonlyPaths": ["/proc/bus"], "PortBindings": {}},
        "Mounts": [],
        "NetworkSettings": {"Networks": {"bridge": {"NetworkID": "n", "Aliases": null, "IPAMConfig": null}}}
    });
    for (part, with) in [("Config", config), ("HostConfig", host)] {
        for (name, value) in with.as_object().unwrap() {
            it[part][name] = value.clone();
        }
    }
    it
}

fn line_of(inspect: &Value) -> RunLine {
    let plan = Blueprint::read(inspect, &image(), ApiVersion(1, 41)).unwrap();
    of(&plan, "private")
}

/// What stands between `docker run --detach --name web` and the image, in one line.
fn options(config: &Value, host: &Value) -> String {
    let text = line_of(&inspect(config, host))
        .text(true)
        .replace(" \\\n  ", " ");
    let rest = text
        .strip_prefix("docker run --detach --name web ")
        .unwrap();
    rest.strip_suffix("shop/web:1").unwrap().trim().to_owned()
}

fn of_config(config: &Value) -> String {
    options(config, &json!({}))
}

fn of_host(host: &Value) -> String {
    options(&json!({}), host)
}

#[test]
fn what_is_usual_needs_no_option() {
    let line = line_of(&inspect(&json!({}), &json!({})));
    assert_eq!(
        line.text(true),
        "docker run --detach \\\n  --name web \\\n  shop/web:1"
    );
    assert!(line.left_out.is_empty() && line.secrets().is_empty());
}

#[test]
fn what_its_process_is_like() {
    for (config, expected) in [
        (
            json!({"Tty": true, "OpenStdin": true}),
            "--interactive --tty",
        ),
        (
            json!({"Hostname": "db", "Domainname": "x.org"}),
            "--hostname db --domainname x.org",
        ),
        (
            json!({"User": "1000:1000", "WorkingDir": "/a b"}),
            "--user 1000:1000 --workdir '/a b'",
        ),
        (
            json!({"StopSignal": "SIGINT", "StopTimeout": 30}),
            "--stop-signal SIGINT --stop-timeout 30",
        ),
        (json!({"StopTimeout": 0}), "--stop-timeout 0"),
        (
            json!({"Env": ["PATH=/bin", "A=", "B=it's $5"]}),
            r"--env A= --env 'B=it'\''s $5'",
        ),
        (
            json!({"Labels": {"vendor": "x", "a.b": "c d"}}),
            "--label 'a.b=c d'",
        ),
        (
            json!({"ExposedPorts": {"80/tcp": {}, "53/udp": {}}}),
            "--expose 53/udp",
        ),
        (
            json!({"Healthcheck": {"Test": ["NONE"]}}),
            "--no-healthcheck",
        ),
        (
            json!({"Healthcheck": {"Test": ["CMD-SHELL", "curl -f http://x || exit 1"],
                "Interval": 30_000_000_000_i64, "Timeout": 1_500_000_000, "Retries": 2, "StartPeriod": 0}}),
            "--health-cmd 'curl -f http://x || exit 1' --health-interval 30s --health-timeout 1500000000ns --health-retries 2",
        ),
    ] {
        assert_eq!(of_config(&config), expected);
    }
}

#[test]
fn a_command_and_an_entrypoint_of_its_own() {
    let words = |config: &Value| {
        let text = line_of(&inspect(config, &json!({})))
            .text(true)
            .replace(" \\\n  ", " ");
        text.strip_prefix("docker run --detach --name web ")
            .unwrap()
            .to_owned()
    };
    assert_eq!(
        words(&json!({"Cmd": ["sh", "-c", "a && b"]})),
        "shop/web:1 sh -c 'a && b'"
    );
    assert_eq!(
        words(&json!({"Entrypoint": ["/other"], "Cmd": ["x"]})),
        "--entrypoint /other shop/web:1 x"
    );
    // Docker takes one word; the others go before the command.
    assert_eq!(
        words(&json!({"Entrypoint": ["tini", "--", "/run"], "Cmd": ["x y"]})),
        "--entrypoint tini shop/web:1 -- /run 'x y'"
    );
    // Taken away from the image.
    assert_eq!(
        words(&json!({"Entrypoint": null, "Cmd": ["sh"]})),
        "--entrypoint '' shop/web:1 sh"
    );
}

#[test]
fn what_it_is_given_of_its_host() {
    for (host, expected) in [
        (
            json!({"Privileged": true, "SecurityOpt": ["label=disable"], "MaskedPaths": null}),
            "--privileged",
        ),
        (
            json!({"SecurityOpt": ["no-new-privileges"]}),
            "--security-opt no-new-privileges",
        ),
        (
            json!({"MaskedPaths": [], "ReadonlyPaths": []}),
            "--security-opt systempaths=unconfined",
        ),
        (json!({"AutoRemove": true}), "--rm"),
        (
            json!({"ReadonlyRootfs": true, "Init": true}),
            "--read-only --init",
        ),
        (
            json!({"RestartPolicy": {"Name": "unless-stopped"}}),
            "--restart unless-stopped",
        ),
        (
            json!({"RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3}}),
            "--restart on-failure:3",
        ),
        (
            json!({"CapAdd": ["NET_ADMIN"], "CapDrop": ["ALL"]}),
            "--cap-add NET_ADMIN --cap-drop ALL",
        ),
        (
            json!({"Dns": ["1.1.1.1"], "DnsSearch": ["a.b"], "DnsOptions": ["ndots:1"]}),
            "--dns 1.1.1.1 --dns-option ndots:1 --dns-search a.b",
        ),
        (
            json!({"ExtraHosts": ["db:10.0.0.1"], "GroupAdd": ["audio"]}),
            "--add-host db:10.0.0.1 --group-add audio",
        ),
        (json!({"Memory": 1024, "MemorySwap": 2048}), "--memory 1024"),
        (
            json!({"Memory": 1024, "MemorySwap": -1}),
            "--memory 1024 --memory-swap -1",
        ),
        (json!({"NanoCpus": 1_500_000_000_i64}), "--cpus 1.5"),
        (json!({"NanoCpus": 2_000_000_000_i64}), "--cpus 2"),
        (json!({"NanoCpus": 10_000_000}), "--cpus 0.01"),
        (
            json!({"PidsLimit": 100, "OomScoreAdj": -500}),
            "--oom-score-adj -500 --pids-limit 100",
        ),
        (json!({"PidsLimit": -1}), "--pids-limit -1"),
        (json!({"ShmSize": 1 << 20}), "--shm-size 1048576"),
        (json!({"MemorySwappiness": 0}), "--memory-swappiness 0"),
        (json!({"MemorySwappiness": -1}), ""),
        (
            json!({"Ulimits": [{"Name": "nofile", "Soft": 1024, "Hard": 2048}]}),
            "--ulimit nofile=1024:2048",
        ),
        (
            json!({"Sysctls": {"net.core.somaxconn": "1024"}}),
            "--sysctl net.core.somaxconn=1024",
        ),
        (
            json!({"Devices": [{"PathOnHost": "/dev/a", "PathInContainer": "/dev/b", "CgroupPermissions": "rw"}]}),
            "--device /dev/a:/dev/b:rw",
        ),
        (
            json!({"BlkioDeviceReadBps": [{"Path": "/dev/sda", "Rate": 1000}]}),
            "--device-read-bps /dev/sda:1000",
        ),
        (
            json!({"DeviceRequests": [{"Count": -1, "Capabilities": [["gpu"]]}]}),
            "--gpus all",
        ),
        (
            json!({"DeviceRequests": [{"DeviceIDs": ["0", "2"], "Capabilities": [["gpu"]]}]}),
            "--gpus '\"device=0,2\"'",
        ),
        (
            json!({"IpcMode": "host", "PidMode": "host", "UTSMode": "host"}),
            "--ipc host --pid host --uts host",
        ),
        (json!({"CgroupnsMode": "host"}), "--cgroupns host"),
        (
            json!({"LogConfig": {"Type": "local", "Config": {"max-size": "10m"}}}),
            "--log-driver local --log-opt max-size=10m",
        ),
        (
            json!({"LogConfig": {"Type": "json-file", "Config": {"max-file": "3"}}}),
            "--log-opt max-file=3",
        ),
        (json!({"Links": ["/db:/web/store"]}), "--link db:store"),
    ] {
        assert_eq!(of_host(&host), expected);
    }
}

#[test]
fn ports_by_address_and_protocol() {
    let ports = json!({"PortBindings": {
        "80/tcp": [{"HostIp": "", "HostPort": "8080"}, {"HostIp": "127.0.0.1", "HostPort": "81"}],
        "53/udp": [{"HostIp": "::1", "HostPort": "53"}],
        "90/tcp": [{"HostIp": "", "HostPort": ""}],
        "91/tcp": [{"HostIp": "10.0.0.1", "HostPort": ""}]}});
    let line = of_host(&ports);
    let mut published: Vec<&str> = line.split("--publish ").map(str::trim).collect();
    published.sort_unstable();
    assert_eq!(
        published,
        [
            "",
            "'[::1]:53:53/udp'",
            "10.0.0.1::91",
            "127.0.0.1:81:80",
            "8080:80",
            "90"
        ]
    );
    // What is published needs not be told of.
    let both = options(
        &json!({"ExposedPorts": {"80/tcp": {}, "81/tcp": {}}}),
        &json!({"PortBindings": {"81/tcp": [{"HostIp": "", "HostPort": "1"}]}}),
    );
    assert_eq!(both, "--publish 1:81");
}

#[test]
fn mounts_of_each_kind() {
    for (host, expected) in [
        (
            json!({"Binds": ["/a b:/c:ro", "data:/data"]}),
            "--volume '/a b:/c:ro' --volume data:/data",
        ),
        (
            json!({"Tmpfs": {"/run": "size=64m", "/x": ""}}),
            "--tmpfs /run:size=64m --tmpfs /x",
        ),
        (
            json!({"Mounts": [{"Type": "volume", "Source": "v", "Target": "/v", "ReadOnly": true}]}),
            "--mount type=volume,source=v,target=/v,readonly",
        ),
        (
            json!({"Mounts": [{"Type": "bind", "Source": "/a,b", "Target": "/c", "BindOptions": {"Propagation": "rslave"}}]}),
            "--mount 'type=bind,\"source=/a,b\",target=/c,bind-propagation=rslave'",
        ),
        (
            json!({"Mounts": [{"Type": "tmpfs", "Target": "/t", "TmpfsOptions": {"SizeBytes": 1024, "Mode": 448}}]}),
            "--mount type=tmpfs,target=/t,tmpfs-size=1024,tmpfs-mode=700",
        ),
        (
            json!({"Mounts": [{"Type": "volume", "Source": "n", "Target": "/n", "VolumeOptions": {"NoCopy": true,
            "DriverConfig": {"Name": "nfs", "Options": {"o": "rw"}}}}]}),
            "--mount type=volume,source=n,target=/n,volume-driver=nfs,volume-opt=o=rw,volume-nocopy",
        ),
    ] {
        assert_eq!(of_host(&host), expected);
    }
}

#[test]
fn networks_beyond_the_first_are_joined_before_the_start() {
    let mut it = inspect(&json!({}), &json!({"NetworkMode": "front"}));
    let front = json!({"NetworkID": "f", "Aliases": ["www", "0123456789ab"], "IPAMConfig": {"IPv4Address": "10.1.0.9"}});
    it["NetworkSettings"]["Networks"] = json!({"front": front});
    assert_eq!(
        line_of(&it).text(true),
        "docker run --detach \\\n  --name web \\\n  --network front \\\n  --network-alias www \\\n  --ip 10.1.0.9 \\\n  shop/web:1"
    );
    it["NetworkSettings"]["Networks"]["back"] =
        json!({"NetworkID": "b", "Aliases": ["db", "0123456789ab"]});
    let text = line_of(&it).text(true);
    assert!(text.starts_with("docker create \\\n  --name web"), "{text}");
    assert!(
        text.ends_with("shop/web:1 &&\ndocker network connect \\\n  --alias db \\\n  back web &&\ndocker start web"),
        "{text}"
    );
    // One that has left its only network.
    it["NetworkSettings"]["Networks"] = json!({});
    let text = line_of(&it).text(true);
    assert!(
        text.contains("&&\ndocker network disconnect front web &&"),
        "{text}"
    );
}

#[test]
fn secrets_are_told_and_can_be_left_out() {
    let config = json!({
        "Env": ["PATH=/bin", "DB_PASSWORD=hunter2", "MODE=live"],
        "Labels": {"vendor": "x", "api.token": "abc"},
        "Cmd": ["serve", "--password", "xyzzy", "--token=plugh"],
        "Healthcheck": {"Test": ["CMD-SHELL", "check --password sesame"]},
    });
    let line = line_of(&inspect(&config, &json!({})));
    let (whole, masked) = (line.text(true), line.text(false));
    for secret in ["hunter2", "abc", "xyzzy", "plugh", "sesame"] {
        assert!(whole.contains(secret), "{whole}");
        assert!(!masked.contains(secret), "{masked}");
    }
    assert!(masked.contains("--env DB_PASSWORD \\\n"), "{masked}");
    assert!(masked.contains("--env MODE=live"), "{masked}");
    assert_eq!(line.secrets().len(), 5);
}

#[test]
fn what_no_option_can_ask_for_is_told() {
    let left = |config: &Value, host: &Value| line_of(&inspect(config, host)).left_out;
    let check = json!({"Healthcheck": {"Test": ["CMD", "check", "a b"]}});
    assert_eq!(
        left(&check, &json!({})),
        ["a health check without a shell: it runs in one"]
    );
    assert!(of_config(&check).starts_with("--health-cmd "));
    let fpga = json!({"DeviceRequests": [{"Capabilities": [["fpga"]]}]});
    assert_eq!(
        left(&json!({}), &fpga),
        ["a request for devices that are no GPUs"]
    );
}

#[test]
fn a_task_of_swarm_is_anothers_to_make() {
    let task = json!({"Labels": {"com.docker.swarm.task.id": "x"}});
    let task = inspect(&task, &json!({}));
    assert!(Blueprint::read(&task, &image(), ApiVersion(1, 41)).is_err());
}

#[test]
fn nothing_of_it_drives_the_terminal_it_is_pasted_into() {
    let line =
        of_config(&json!({"Env": ["A=\u{1b}[201~rm -rf /\r"], "Labels": {"b": "\u{202e}x"}}));
    assert!(!line.contains(['\u{1b}', '\r', '\u{202e}']), "{line}");
    assert!(line.contains(r"$'A=\033[201~rm -rf /\015'"), "{line}");
}
