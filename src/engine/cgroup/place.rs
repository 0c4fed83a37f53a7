//! Where a container's control group lies: the engines' ways to name it, under both hierarchies.
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The mounted hierarchy.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    /// `/sys/fs/cgroup` below the root.
    mount: PathBuf,
    v2: bool,
    /// Of this process, for rootless engines.
    uid: u32,
}

/// The directories of one container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    V1 {
        cpu: PathBuf,
        memory: PathBuf,
        pids: PathBuf,
        block: PathBuf,
    },
    V2(PathBuf),
}

impl Place {
    /// Where its processes are listed.
    pub fn processes(&self) -> &Path {
        match self {
            Self::V1 { cpu, .. } => cpu,
            Self::V2(dir) => dir,
        }
    }
}

impl Layout {
    pub fn find(root: &Path) -> Option<Self> {
        let mount = root.join("sys/fs/cgroup");
        let v2 = mount.join("cgroup.controllers").is_file();
        let known = v2 || mount.join("cpuacct").is_dir();
        let uid = fs::metadata(root.join("proc/self")).map_or(0, |meta| meta.uid());
        known.then_some(Self { mount, v2, uid })
    }

    /// The container's directories, by the names that docker (cgroupfs and systemd drivers, rootless) and podman give.
    pub fn place(&self, id: &str) -> Option<Place> {
        let user = format!("user.slice/user-{0}.slice/user@{0}.service", self.uid);
        let names = [
            format!("docker/{id}"),
            format!("system.slice/docker-{id}.scope"),
            format!("machine.slice/libpod-{id}.scope"),
            format!("libpod_parent/libpod-{id}"),
            format!("{user}/user.slice/docker-{id}.scope"),
            format!("{user}/app.slice/docker-{id}.scope"),
            format!("{user}/user.slice/libpod-{id}.scope"),
        ];
        names.iter().find_map(|name| self.at(name))
    }

    fn at(&self, name: &str) -> Option<Place> {
        if self.v2 {
            let dir = self.mount.join(name);
            return dir.is_dir().then_some(Place::V2(dir));
        }
        let of = |controller: &str| {
            let dir = self.mount.join(controller).join(name);
            dir.is_dir().then_some(dir)
        };
        Some(Place::V1 {
            cpu: of("cpuacct")?,
            memory: of("memory")?,
            pids: of("pids")?,
            block: of("blkio")?,
        })
    }
}
