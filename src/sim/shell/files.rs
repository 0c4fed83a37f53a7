//! The few files every simulated container has. Must not know real ones.

const DIRECTORIES: [&str; 22] = [
    "/",
    "/app",
    "/bin",
    "/dev",
    "/etc",
    "/home",
    "/lib",
    "/media",
    "/mnt",
    "/opt",
    "/proc",
    "/root",
    "/run",
    "/sbin",
    "/srv",
    "/sys",
    "/tmp",
    "/usr",
    "/usr/bin",
    "/usr/local",
    "/usr/local/bin",
    "/var",
];

const USERS: [&str; 10] = [
    "root", "0", "app", "1000", "nobody", "65534", "postgres", "www-data", "node", "zammad",
];

/// Whether the password file has this user; a group behind `:` is taken as it is.
pub fn known_user(user: &str) -> bool {
    let name = user.split(':').next().unwrap_or(user);
    USERS.contains(&name) || name.parse::<u32>().is_ok()
}

/// Whether there is such a directory.
pub fn is_directory(path: &str) -> bool {
    let trimmed = if path.len() > 1 {
        path.trim_end_matches('/')
    } else {
        path
    };
    DIRECTORIES.contains(&trimmed)
        || trimmed.starts_with("/opt/")
        || trimmed.starts_with("/usr/share/")
        || trimmed.starts_with("/var/")
}

/// Whether a program with this path can be there.
pub fn in_path(program: &str) -> bool {
    ["/bin/", "/usr/bin/", "/sbin/", "/usr/sbin/"]
        .iter()
        .any(|place| {
            program
                .strip_prefix(place)
                .is_some_and(|name| !name.contains('/'))
        })
}

/// The names in a directory.
pub fn list(path: &str) -> Option<Vec<String>> {
    if !is_directory(path) {
        return None;
    }
    let own = match path.trim_end_matches('/') {
        "" => DIRECTORIES
            .iter()
            .filter(|dir| dir.rfind('/') == Some(0) && dir.len() > 1)
            .map(|dir| &dir[1..])
            .collect(),
        "/etc" => vec![
            "group",
            "hostname",
            "hosts",
            "os-release",
            "passwd",
            "resolv.conf",
        ],
        "/app" => vec!["Gemfile", "README.md", "bin", "config", "log", "public"],
        "/usr" => vec!["bin", "lib", "local", "sbin", "share"],
        "/var" => vec!["cache", "lib", "log", "run", "tmp"],
        "/dev" => vec![
            "null", "pts", "random", "stderr", "stdin", "stdout", "tty", "zero",
        ],
        _ => vec![],
    };
    Some(own.into_iter().map(str::to_owned).collect())
}

/// The text of a file.
pub fn text(path: &str, hostname: &str) -> Option<String> {
    Some(match path {
        "/etc/hostname" => format!("{hostname}\n"),
        "/etc/hosts" => format!("127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost\n172.20.0.9\t{hostname}\n"),
        "/etc/resolv.conf" => "nameserver 127.0.0.11\noptions ndots:0\n".into(),
        "/etc/group" => "root:x:0:\napp:x:1000:\nnogroup:x:65534:\n".into(),
        "/etc/passwd" => "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000::/app:/bin/sh\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n".into(),
        "/etc/os-release" => "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nVERSION=\"12 (bookworm)\"\nID=debian\n".into(),
        "/app/README.md" => "# A simulated container\n\nNothing here is real, and nothing can break.\n".into(),
        "/proc/version" => "Linux version 6.1.0-25-amd64 (simulated)\n".into(),
        "/proc/uptime" => "86400.00 172800.00\n".into(),
        "/dev/null" => String::new(),
        _ => return None,
    })
}
