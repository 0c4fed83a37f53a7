//! Mounts as options. Docker reads each as a row of a table: `type=volume,source=data,target=/data`.
use serde_json::Value;

use super::{Options, object, word};
use crate::engine::wire::{items, member, truth, whole};

pub(super) fn options(options: &mut Options, host: &Value) {
    for (target, how) in object(member(host, "Tmpfs")) {
        let how = how.as_str().unwrap_or_default();
        let between = if how.is_empty() { "" } else { ":" };
        options.one("--tmpfs", format!("{target}{between}{how}"));
    }
    for mount in items(member(host, "Mounts")) {
        options.one("--mount", row(mount));
    }
}

/// A cell of the row; quoted where it would end early.
fn cell(text: String) -> String {
    if text.contains([',', '"', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

fn row(mount: &Value) -> String {
    let mut cells = Vec::new();
    let mut add = |name: &str, value: &str| {
        if !value.is_empty() {
            cells.push(cell(format!("{name}={value}")));
        }
    };
    add("type", word(mount, "Type"));
    add("source", word(mount, "Source"));
    add("target", word(mount, "Target"));
    add("consistency", word(mount, "Consistency"));
    let bind = member(mount, "BindOptions");
    add("bind-propagation", word(bind, "Propagation"));
    let volume = member(mount, "VolumeOptions");
    let driver = member(volume, "DriverConfig");
    add("volume-driver", word(driver, "Name"));
    for (option, value) in object(member(driver, "Options")) {
        let value = value.as_str().unwrap_or_default();
        add("volume-opt", &format!("{option}={value}"));
    }
    for (label, value) in object(member(volume, "Labels")) {
        let value = value.as_str().unwrap_or_default();
        add("volume-label", &format!("{label}={value}"));
    }
    let tmpfs = member(mount, "TmpfsOptions");
    let figure = |name: &str| whole(member(tmpfs, name)).filter(|n| *n > 0);
    if let Some(size) = figure("SizeBytes") {
        add("tmpfs-size", &size.to_string());
    }
    if let Some(mode) = figure("Mode") {
        add("tmpfs-mode", &format!("{mode:o}"));
    }
    for (name, on) in [
        ("readonly", member(mount, "ReadOnly")),
        ("bind-nonrecursive", member(bind, "NonRecursive")),
        ("volume-nocopy", member(volume, "NoCopy")),
    ] {
        if truth(on) {
            cells.push(name.to_owned());
        }
    }
    cells.join(",")
}
