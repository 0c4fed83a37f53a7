//! Opens an address in the browser of this machine, where there is one that the user would see.
use std::process::Stdio;

use tokio::process::Command;

use crate::model::url::is_web;

/// The system's own opener.
const OPENER: &str = if cfg!(target_os = "macos") {
    "open"
} else {
    "xdg-open"
};

/// Whether the user would see a browser of this machine: only where there is a screen of its own, and not where what tells
/// of SSH may have got lost. sudo drops those variables; what tmux and screen hold is of whoever came first; root has no desktop.
pub fn is_near(env: impl Fn(&str) -> Option<String>, is_root: bool) -> bool {
    let set = |name: &&str| env(name).is_some_and(|value| !value.is_empty());
    let far = ["SSH_CONNECTION", "SSH_TTY", "SUDO_UID", "TMUX", "STY"];
    let own = env("DISPLAY").is_some_and(|display| display.starts_with(':'));
    let screen = cfg!(target_os = "macos") || own || set(&"WAYLAND_DISPLAY");
    !is_root && !far.iter().any(set) && screen
}

/// This machine as the user reaches it: over SSH the address they came to.
pub fn machine(env: impl Fn(&str) -> Option<String>) -> String {
    let connection = env("SSH_CONNECTION").unwrap_or_default();
    let address = connection.split(' ').nth(2).unwrap_or_default();
    let plain = address
        .chars()
        .all(|c| c.is_ascii_hexdigit() || ".:".contains(c));
    match address {
        "" => "localhost".to_owned(),
        _ if !plain => "localhost".to_owned(),
        address if address.contains(':') => format!("[{address}]"),
        address => address.to_owned(),
    }
}

/// Opens an address of the web; anything else is refused, for it came from a label.
pub async fn open(url: &str) -> Result<(), String> {
    if !is_web(url) {
        return Err(say!("no plain address of the web").to_owned());
    }
    let started = Command::new(OPENER)
        .arg(url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    match started.await {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(say!("{opener} found no browser", opener = OPENER)),
        Err(error) => Err(format!("{OPENER}: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_ssh_nothing_is_opened_and_the_address_is_the_one_they_came_to() {
        let ssh = |name: &str| match name {
            "SSH_CONNECTION" => Some("203.0.113.7 51544 10.0.0.5 22".to_owned()),
            "DISPLAY" => Some(":10".to_owned()),
            _ => None,
        };
        assert!(!is_near(ssh, false));
        assert_eq!(machine(ssh), "10.0.0.5");
        let here = |name: &str| (name == "WAYLAND_DISPLAY").then(|| "wayland-0".to_owned());
        assert!(is_near(here, false) && !is_near(here, true));
        assert_eq!(machine(here), "localhost");
        let odd = |_: &str| Some("a b $(x) d".to_owned());
        assert_eq!(machine(odd), "localhost");
    }

    #[cfg(not(target_os = "macos"))]
    #[test]
    fn where_ssh_may_be_behind_it_no_browser_is_near() {
        let near = |display: &'static str, beside: &'static str| {
            is_near(
                |name| match name {
                    "DISPLAY" => Some(display.to_owned()),
                    _ => (name == beside).then(|| "1000".to_owned()),
                },
                false,
            )
        };
        assert!(near(":0", "") && near(":1", "HOME"));
        for beside in ["SUDO_UID", "TMUX", "STY", "SSH_TTY"] {
            assert!(!near(":0", beside), "{beside}");
        }
        assert!(!near("localhost:10.0", "") && !near("", ""));
    }

    #[tokio::test]
    async fn only_addresses_of_the_web_are_opened() {
        for bad in [
            "file:///etc/passwd",
            "javascript:alert(1)",
            "https://a b",
            "http://a\u{1b}",
        ] {
            assert!(open(bad).await.is_err(), "{bad}");
        }
    }
}
