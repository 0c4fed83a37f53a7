//! Recorded trees of both hierarchies and of each engine's names.
use std::fs;

use super::*;

const ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// A root of a file system with `/proc` for process 42.
pub(crate) struct Tree(tempfile::TempDir);

impl Tree {
    pub(crate) fn new() -> Self {
        let tree = Self(tempfile::tempdir().unwrap());
        tree.file("proc/self/net/dev", "a\nb\n  lo: 1 0 0 0 0 0 0 0 1\n docker0: 7 0 0 0 0 0 0 0 7\n")
            .file(
                "proc/42/net/dev",
                "Inter-|\n face |\n    lo: 500 1 0 0 0 0 0 0 500 1\n  eth0: 1000 8 0 0 0 0 0 0 2000 9 0\n  eth1:5 1 0 0 0 0 0 0 6 1\n tunl0: 0 0 0 0 0 0 0 0 0\n",
            )
            .file(
                "proc/stat",
                "cpu  100 5 20 1000 7 0 3 9 0 0\ncpu0 50 0 0 0\ncpu1 50 0 0 0\nintr 7\n",
            )
            .file("proc/meminfo", "MemTotal:        2048 kB\nMemFree: 1 kB\n");
        tree
    }

    fn file(&self, path: &str, text: &str) -> &Self {
        let path = self.0.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    fn v1(&self, name: &str) -> &Self {
        let at = |controller: &str, file: &str| format!("sys/fs/cgroup/{controller}/{name}/{file}");
        self.file(&at("cpuacct", "cpuacct.usage"), "123456789\n")
            .file(&at("cpuacct", "cgroup.procs"), "42\n43\n")
            .file(&at("memory", "memory.usage_in_bytes"), "5000\n")
            .file(
                &at("memory", "memory.stat"),
                "inactive_file 9\ntotal_inactive_file 1000\n",
            )
            .file(
                &at("memory", "memory.limit_in_bytes"),
                "9223372036854771712\n",
            )
            .file(&at("pids", "pids.current"), "2\n")
            .file(
                &at("blkio", "blkio.io_service_bytes_recursive"),
                "Total 0\n",
            )
            .file(
                &at("blkio", "blkio.throttle.io_service_bytes"),
                "8:0 Read 4096\n8:0 Write 100\n8:0 Sync 1\n8:16 Read 4\n8:16 Total 9\nTotal 4200\n",
            )
    }

    pub(crate) fn root(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn v2(&self, name: &str) -> &Self {
        let at = |file: &str| format!("sys/fs/cgroup/{name}/{file}");
        self.file("sys/fs/cgroup/cgroup.controllers", "cpu io memory pids\n")
            .file(&at("cpu.stat"), "usage_usec 123456\nuser_usec 1\n")
            .file(&at("cgroup.procs"), "42\n")
            .file(&at("memory.current"), "5000\n")
            .file(&at("memory.stat"), "anon 1\ninactive_file 1000\n")
            .file(&at("memory.max"), "max\n")
            .file(&at("pids.current"), "2\n")
            .file(
                &at("io.stat"),
                "8:0 rbytes=4096 wbytes=100 rios=1\n8:16 rbytes=4\n",
            )
    }

    fn read(&self, id: &str) -> Option<Counters> {
        Cgroups::new(self.0.path()).read(id, || DateTime::UNIX_EPOCH)
    }
}

fn full() -> Counters {
    Counters {
        read: Some(DateTime::UNIX_EPOCH),
        cpu_total: Some(123_456_789),
        cpu_system: Some(1_135 * 10_000_000),
        online_cpus: Some(2),
        memory: Some(4000),
        memory_limit: Some(2048 * 1024),
        net_rx: Some(1005),
        net_tx: Some(2006),
        block_read: Some(4100),
        block_write: Some(100),
        pids: Some(2),
    }
}

#[test]
fn each_engines_names_are_found_under_both_hierarchies() {
    let names = [
        format!("docker/{ID}"),
        format!("system.slice/docker-{ID}.scope"),
        format!("machine.slice/libpod-{ID}.scope"),
    ];
    for name in &names {
        let tree = Tree::new();
        tree.v1(name);
        assert_eq!(tree.read(ID), Some(full()), "v1 {name}");
        let tree = Tree::new();
        tree.v2(name);
        let v2 = Counters {
            cpu_total: Some(123_456_000),
            ..full()
        };
        assert_eq!(tree.read(ID), Some(v2), "v2 {name}");
    }
}

#[test]
fn a_rootless_engines_containers_are_below_its_users_slice() {
    let tree = Tree::new();
    let uid = std::os::unix::fs::MetadataExt::uid(&fs::metadata(tree.0.path()).unwrap());
    tree.v2(&format!(
        "user.slice/user-{uid}.slice/user@{uid}.service/user.slice/docker-{ID}.scope"
    ));
    assert!(tree.read(ID).is_some());
}

#[test]
fn what_has_no_directory_is_never_guessed() {
    let tree = Tree::new();
    tree.v1(&format!("docker/{ID}"));
    let other = ID.replace('0', "f");
    for id in [other.as_str(), &ID[..12], "../../docker", "", "web"] {
        assert_eq!(tree.read(id), None, "{id}");
    }
    assert_eq!(Tree::new().read(ID), None, "no hierarchy at all");
}

#[test]
fn a_file_that_is_gone_or_odd_sends_to_the_engine() {
    let name = format!("docker/{ID}");
    for (file, odd) in [
        ("cpuacct", "cpuacct.usage"),
        ("memory", "memory.usage_in_bytes"),
        ("memory", "memory.limit_in_bytes"),
        ("pids", "pids.current"),
        ("cpuacct", "cgroup.procs"),
    ] {
        for text in ["", "-1\n", "lots\n", "99999999999999999999999\n"] {
            let tree = Tree::new();
            tree.v1(&name);
            tree.file(&format!("sys/fs/cgroup/{file}/{name}/{odd}"), text);
            assert_eq!(tree.read(ID), None, "{odd}: {text:?}");
        }
    }
    for file in ["proc/stat", "proc/meminfo", "proc/42/net/dev"] {
        let tree = Tree::new();
        tree.v1(&name);
        fs::remove_file(tree.0.path().join(file)).unwrap();
        assert_eq!(tree.read(ID), None, "{file}");
    }
}

#[test]
fn limits_caches_and_disks_that_tell_nothing() {
    let name = format!("docker/{ID}");
    let tree = Tree::new();
    tree.v2(&name);
    let at = |file: &str| format!("sys/fs/cgroup/{name}/{file}");
    tree.file(&at("memory.max"), "1048576\n")
        .file(&at("memory.stat"), "inactive_file 6000\n")
        .file(&at("io.stat"), "");
    let read = tree.read(ID).unwrap();
    assert_eq!(read.memory_limit, Some(1 << 20));
    assert_eq!(read.memory, Some(5000), "a cache larger than the use");
    assert_eq!((read.block_read, read.block_write), (None, None));
}

#[test]
fn the_hosts_network_and_none_have_no_figures_of_their_own() {
    let name = format!("docker/{ID}");
    let tree = Tree::new();
    tree.v2(&name);
    tree.file("proc/42/net/dev", "a\nb\n    lo: 9 0 0 0 0 0 0 0 9\n");
    assert_eq!(tree.read(ID).unwrap().net_rx, None, "none");
    tree.file(
        "proc/42/net/dev",
        "a\nb\n  lo: 1 0 0 0 0 0 0 0 1\n docker0: 7 0 0 0 0 0 0 0 7\n",
    );
    assert_eq!(tree.read(ID).unwrap().net_rx, None, "the host's");
}

#[test]
fn processes_one_level_down_are_found() {
    let tree = Tree::new();
    let name = format!("machine.slice/libpod-{ID}.scope");
    tree.v2(&name);
    tree.file(&format!("sys/fs/cgroup/{name}/cgroup.procs"), "")
        .file(
            &format!("sys/fs/cgroup/{name}/container/cgroup.procs"),
            "42\n",
        );
    assert_eq!(tree.read(ID).unwrap().net_rx, Some(1005));
}

#[test]
fn what_has_gone_is_looked_for_again_only_after_a_start() {
    let tree = Tree::new();
    let name = format!("docker/{ID}");
    tree.v2(&name);
    let mut groups = Cgroups::new(tree.0.path());
    let read = |groups: &mut Cgroups| groups.read(ID, || DateTime::UNIX_EPOCH).is_some();
    assert!(read(&mut groups));
    fs::remove_dir_all(tree.0.path().join("sys/fs/cgroup").join(&name)).unwrap();
    assert!(!read(&mut groups));
    tree.v2(&name);
    assert!(!read(&mut groups), "the engine is asked meanwhile");
    groups.forget(ID);
    assert!(read(&mut groups));
    groups.retain(|_| false);
    assert!(groups.places.is_empty());
}
