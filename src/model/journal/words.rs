//! An entry in words, the same on the screen, on the command line and in a file to keep.
use super::{Entry, state_said};
use crate::lang;
use crate::text::decimal;

/// Acts, and how they are told with what they were done to behind.
const ACTS: &[(&str, &str)] = &[
    ("container.start", key!("started")),
    ("container.stop", key!("stopped")),
    ("container.restart", key!("restarted")),
    ("container.kill", key!("killed")),
    ("container.die", key!("ended:")),
    ("container.pause", key!("paused")),
    ("container.unpause", key!("resumed")),
    ("container.remove", key!("removed")),
    ("container.rename", key!("renamed")),
    ("container.recreate", key!("made anew")),
    ("container.update", key!("changed the limits of")),
    ("container.exec", key!("opened a shell in")),
    ("container.attach", key!("attached to")),
    ("env.reveal", key!("looked at the secrets of")),
    ("image.pull", key!("pulled image")),
    ("image.push", key!("pushed image")),
    ("image.save", key!("saved image")),
    ("image.load", key!("loaded images into")),
    ("image.remove", key!("removed image")),
    ("image.tag", key!("tagged image")),
    ("volume.create", key!("created volume")),
    ("volume.remove", key!("removed volume")),
    ("volume.browse", key!("looked into volume")),
    ("volume.read", key!("read a file of volume")),
    ("volume.save", key!("saved a file of volume")),
    ("network.create", key!("created network")),
    ("network.remove", key!("removed network")),
    ("network.connect", key!("joined a container to network")),
    (
        "network.disconnect",
        key!("took a container out of network"),
    ),
    ("engine.prune", key!("pruned")),
    ("stack.up", key!("brought up")),
    ("stack.deploy", key!("changed a file of and brought up")),
    ("stack.save", key!("changed a file of")),
    ("stack.recreate", key!("made anew")),
    ("stack.scale", key!("scaled")),
    ("stack.down", key!("took down")),
    ("stack.pull", key!("pulled the images of")),
    ("stack.build", key!("built")),
    ("service.scale", key!("scaled")),
    ("service.restart", key!("restarted")),
    ("service.rollback", key!("rolled back")),
    ("service.remove", key!("removed service")),
    ("node.availability", key!("changed the availability of")),
    ("node.remove", key!("removed node")),
    ("mail.delete_all", key!("emptied the mailbox of")),
    ("mail.test", key!("sent a test mail to")),
];

/// The act in words; one that has none is named as it is.
pub fn act(entry: &Entry) -> String {
    let action = entry.action.as_str();
    if action == "mail.delete" {
        let ids = entry.params.iter().find(|(name, _)| name == "mails");
        let count = ids.map_or(1, |(_, ids)| ids.split_whitespace().count());
        return say_n!(count, "deleted {n} mail of", "deleted {n} mails of");
    }
    if action == "container.exec" && entry.ran().is_some() {
        return say!("ran a command in").to_owned();
    }
    let found = ACTS.iter().find(|(name, _)| *name == action);
    found.map_or_else(
        || say!("did {action} on", action),
        |(_, words)| lang::say(words).to_owned(),
    )
}

/// How long it took: `11.5 s`.
pub fn seconds(ms: u64) -> String {
    let tenths = (ms + 50) / 100;
    format!("{} s", decimal(tenths as f64 / 10.0, 1))
}

impl Entry {
    /// What was and what came of it, without what both have in common; `None` where nothing is known to have changed.
    pub fn change(&self) -> Option<String> {
        let (before, after) = match (&self.before, &self.after) {
            (Some(before), Some(after)) => (before.as_str(), after.as_str()),
            _ => return None,
        };
        let both = before.split_once(", ").zip(after.split_once(", "));
        let (before, after) = match both {
            Some(((a, before), (b, after))) if a == b => (before, after),
            _ => (before, after),
        };
        (before != after).then(|| format!("{} -> {}", state_said(before), state_said(after)))
    }

    /// The command that was run in a container, where it is more than a shell.
    pub fn ran(&self) -> Option<&str> {
        let (_, command) = self.params.iter().find(|(name, _)| name == "cmd")?;
        let mut words = command.split_whitespace();
        let program = words.next()?.rsplit('/').next().unwrap_or_default();
        // `bash -l` is one, `sh -c …` and `sh script` are not.
        let is_shell = program.ends_with("sh")
            && words.all(|word| {
                word.starts_with('-') && !word.trim_start_matches('-').starts_with('c')
            });
        (!is_shell).then_some(command.as_str())
    }

    /// What was asked beside the act itself: what is not asked for is left out, and what speaks for itself has no name.
    pub fn asked(&self) -> String {
        let told = self.params.iter();
        let told = told.filter(|(name, value)| value != "false" || name == "cmd");
        let told = told.map(|(name, value)| match (name.as_str(), value.as_str()) {
            ("cmd", command) => command.to_owned(),
            (name, "true") => name.to_owned(),
            ("text" | "change" | "what" | "args", value) => value.to_owned(),
            (name, value) => format!("{name} {value}"),
        });
        told.collect::<Vec<_>>().join(" · ")
    }
}
