//! What changes something: the verbs, their words and the commands that do the same.
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use crate::model::compose::Call;
use crate::model::limits::Change;
use crate::model::mail::{self, Act};
use crate::model::space::Prune;
use crate::model::swarm;
use crate::model::wanted::{NewNetwork, NewVolume};
use crate::text::quoted_path;

/// A changing call on one thing, one variant a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verb {
    Start,
    /// `timeout` in seconds; `None` leaves the container's own.
    Stop {
        timeout: Option<u32>,
    },
    Restart {
        timeout: Option<u32>,
    },
    Kill {
        signal: String,
    },
    Pause,
    Unpause,
    Remove {
        force: bool,
        volumes: bool,
    },
    Rename {
        to: String,
    },
    /// Makes a container anew with all its settings, and puts the old one back when the new one is not well.
    Recreate {
        /// Fetches its image first.
        pull: bool,
        /// Makes anew, too, who lives in its network or other namespaces.
        others: bool,
    },
    RemoveImage {
        /// The names to take away, the image with its last one; none: it has none.
        names: Vec<String>,
        /// All of it by its id, also where a stopped container uses it.
        force: bool,
    },
    /// Gives an image another name, `name:tag`.
    Tag {
        to: String,
    },
    /// Fetches images from their registries, one after the other: mostly one, or all names of an image.
    Pull {
        images: Vec<String>,
    },
    /// Sends an image to the registry that this name of it leads to.
    Push {
        image: String,
    },
    /// Writes images, by their names or ids, into a file of this machine.
    Save {
        images: Vec<String>,
        path: PathBuf,
        /// Over a file that is there.
        replace: bool,
    },
    /// Takes the images out of a file of this machine.
    Load {
        path: PathBuf,
    },
    RemoveVolume,
    RemoveNetwork,
    /// Makes what the job is about, which is not there yet.
    CreateVolume(Box<NewVolume>),
    CreateNetwork(Box<NewNetwork>),
    /// Puts a container into the network that the job is about.
    Connect {
        container: Arc<str>,
    },
    /// Takes a container out of it.
    Disconnect {
        container: Arc<str>,
    },
    /// Changes a limit or the restart policy of a container, which runs on.
    Update(Change),
    /// Removes what nothing uses, of an engine.
    Prune(Prune),
    /// A command of compose on a stack.
    Compose(Box<Call>),
    /// A change of the swarm, of this service or node.
    Swarm(swarm::Act),
    /// Something done to the box of the mail server in this container.
    Mail(Box<mail::Call>),
}

impl Verb {
    /// The journal's name of the act: `container.restart`.
    pub fn action(&self) -> &'static str {
        match self {
            Self::Start => "container.start",
            Self::Stop { .. } => "container.stop",
            Self::Restart { .. } => "container.restart",
            Self::Kill { .. } => "container.kill",
            Self::Pause => "container.pause",
            Self::Unpause => "container.unpause",
            Self::Remove { .. } => "container.remove",
            Self::Rename { .. } => "container.rename",
            Self::Recreate { .. } => "container.recreate",
            Self::RemoveImage { .. } => "image.remove",
            Self::Tag { .. } => "image.tag",
            Self::Pull { .. } => "image.pull",
            Self::Push { .. } => "image.push",
            Self::Save { .. } => "image.save",
            Self::Load { .. } => "image.load",
            Self::RemoveVolume => "volume.remove",
            Self::RemoveNetwork => "network.remove",
            Self::CreateVolume(_) => "volume.create",
            Self::CreateNetwork(_) => "network.create",
            Self::Connect { .. } => "network.connect",
            Self::Disconnect { .. } => "network.disconnect",
            Self::Update(_) => "container.update",
            Self::Prune(_) => "engine.prune",
            Self::Compose(call) => call.words().0,
            Self::Swarm(act) => act.words().0,
            Self::Mail(call) => call.act.words().0,
        }
    }

    /// What it does, as it is shown: `restart`.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Start => say!("start"),
            Self::Stop { .. } => say!("stop"),
            Self::Restart { .. } => say!("restart"),
            Self::Kill { .. } => say!("kill"),
            Self::Pause => say!("pause"),
            Self::Unpause => say!("unpause"),
            Self::Remove { .. }
            | Self::RemoveImage { .. }
            | Self::RemoveVolume
            | Self::RemoveNetwork => say!("remove"),
            Self::CreateVolume(_) | Self::CreateNetwork(_) => say!("create"),
            Self::Tag { .. } => say!("tag"),
            Self::Pull { .. } => say!("pull"),
            Self::Push { .. } => say!("push"),
            Self::Save { .. } => say!("save"),
            Self::Load { .. } => say!("load"),
            Self::Connect { .. } => say!("connect"),
            Self::Disconnect { .. } => say!("disconnect"),
            Self::Rename { .. } => say!("rename"),
            Self::Recreate { .. } => say!("recreate"),
            Self::Update(_) => say!("update"),
            Self::Prune(_) => say!("prune"),
            Self::Compose(call) => call.title(),
            Self::Swarm(act) => act.title(),
            Self::Mail(call) => call.act.title(),
        }
    }

    /// What is going on while it runs, as it is shown: `restarting`.
    pub fn doing(&self) -> &'static str {
        match self {
            Self::Start => say!("starting" as "doing"),
            Self::Stop { .. } => say!("stopping" as "doing"),
            Self::Restart { .. } => say!("restarting" as "doing"),
            Self::Kill { .. } => say!("killing" as "doing"),
            Self::Pause => say!("pausing" as "doing"),
            Self::Unpause => say!("unpausing" as "doing"),
            Self::Remove { .. }
            | Self::RemoveImage { .. }
            | Self::RemoveVolume
            | Self::RemoveNetwork => say!("removing" as "doing"),
            Self::CreateVolume(_) | Self::CreateNetwork(_) => say!("creating" as "doing"),
            Self::Tag { .. } => say!("tagging" as "doing"),
            Self::Pull { .. } => say!("pulling" as "doing"),
            Self::Push { .. } => say!("pushing" as "doing"),
            Self::Save { .. } => say!("saving" as "doing"),
            Self::Load { .. } => say!("loading" as "doing"),
            Self::Connect { .. } => say!("connecting" as "doing"),
            Self::Disconnect { .. } => say!("disconnecting" as "doing"),
            Self::Rename { .. } => say!("renaming" as "doing"),
            Self::Recreate { .. } => say!("recreating" as "doing"),
            Self::Update(_) => say!("changing" as "doing"),
            Self::Prune(_) => say!("pruning" as "doing"),
            Self::Compose(call) => call.words().1,
            Self::Swarm(act) => act.words().1,
            Self::Mail(call) => call.act.words().1,
        }
    }

    /// What has happened when it is over, as it is shown: `restarted`.
    pub fn done(&self) -> &'static str {
        match self {
            Self::Start => say!("started" as "done"),
            Self::Stop { .. } => say!("stopped" as "done"),
            Self::Restart { .. } => say!("restarted" as "done"),
            Self::Kill { .. } => say!("killed" as "done"),
            Self::Pause => say!("paused" as "done"),
            Self::Unpause => say!("unpaused" as "done"),
            Self::Remove { .. }
            | Self::RemoveImage { .. }
            | Self::RemoveVolume
            | Self::RemoveNetwork => say!("removed" as "done"),
            Self::CreateVolume(_) | Self::CreateNetwork(_) => say!("created" as "done"),
            Self::Tag { .. } => say!("tagged" as "done"),
            Self::Pull { .. } => say!("pulled" as "done"),
            Self::Push { .. } => say!("pushed" as "done"),
            Self::Save { .. } => say!("saved" as "done"),
            Self::Load { .. } => say!("loaded" as "done"),
            Self::Connect { .. } => say!("connected" as "done"),
            Self::Disconnect { .. } => say!("disconnected" as "done"),
            Self::Rename { .. } => say!("renamed" as "done"),
            Self::Recreate { .. } => say!("recreated" as "done"),
            Self::Update(_) => say!("changed" as "done"),
            Self::Prune(_) => say!("pruned" as "done"),
            Self::Compose(call) => call.words().2,
            Self::Swarm(act) => act.words().2,
            Self::Mail(call) => call.act.words().2,
        }
    }

    /// Tells what it does line by line while it runs, and can be cancelled.
    pub fn has_output(&self) -> bool {
        matches!(
            self,
            Self::Compose(_)
                | Self::Prune(_)
                | Self::Pull { .. }
                | Self::Push { .. }
                | Self::Save { .. }
                | Self::Load { .. }
        )
    }

    /// The kind and name of what is not there before it is done.
    pub fn makes(&self) -> Option<(&'static str, &str)> {
        match self {
            Self::CreateVolume(volume) => Some(("volume", &volume.name)),
            Self::CreateNetwork(network) => Some(("network", &network.name)),
            _ => None,
        }
    }

    /// Writes one of a stack's files over.
    pub fn writes_file(&self) -> bool {
        matches!(self, Self::Compose(call) if call.write.is_some())
    }

    /// Turns a switch of the question that is asked before it.
    pub fn set(&mut self, key: char, on: bool) {
        match (self, key) {
            (Self::Remove { force, .. } | Self::RemoveImage { force, .. }, 'f') => *force = on,
            (Self::Remove { volumes, .. }, 'v') => *volumes = on,
            (Self::Recreate { pull, .. }, 'p') => *pull = on,
            (Self::Recreate { others, .. }, 'b') => *others = on,
            (Self::Compose(call), key) => call.act.set(key, on),
            _ => {}
        }
    }

    /// Sends the stop signal and waits: the engine kills when the stop timeout is over.
    pub fn waits_for_stop(&self) -> bool {
        matches!(self, Self::Stop { .. } | Self::Restart { .. })
    }

    /// What was asked beyond the verb, for the journal: `[("signal", "KILL")]`.
    pub fn params(&self) -> Vec<(String, String)> {
        let pair = |k: &str, v: String| vec![(k.to_owned(), v)];
        match self {
            Self::Start
            | Self::Pause
            | Self::Unpause
            | Self::RemoveVolume
            | Self::RemoveNetwork => Vec::new(),
            Self::Stop { timeout } | Self::Restart { timeout } => {
                timeout.map_or_else(Vec::new, |s| pair("timeout_s", s.to_string()))
            }
            Self::Kill { signal } => pair("signal", signal.clone()),
            Self::Remove { force, volumes } => {
                vec![
                    ("force".to_owned(), force.to_string()),
                    ("volumes".to_owned(), volumes.to_string()),
                ]
            }
            Self::Rename { to } | Self::Tag { to } => pair("to", to.clone()),
            Self::RemoveImage { names, force } => vec![
                ("names".to_owned(), names.join(" ")),
                ("force".to_owned(), force.to_string()),
            ],
            Self::CreateVolume(volume) => named(volume.options()),
            Self::CreateNetwork(network) => named(network.options()),
            Self::Recreate { pull, others } => vec![
                ("pull".to_owned(), pull.to_string()),
                ("borrowers".to_owned(), others.to_string()),
            ],
            Self::Pull { images } => pair("image", images.join(" ")),
            Self::Push { image } => pair("image", image.clone()),
            Self::Save {
                images,
                path,
                replace,
            } => vec![
                ("images".to_owned(), images.join(" ")),
                ("path".to_owned(), path.display().to_string()),
                ("replace".to_owned(), replace.to_string()),
            ],
            Self::Load { path } => pair("path", path.display().to_string()),
            Self::Connect { container } | Self::Disconnect { container } => {
                pair("container", container.to_string())
            }
            Self::Update(change) => pair("change", change.args()),
            Self::Prune(what) => pair("what", what.title().to_owned()),
            Self::Compose(call) => call.params(),
            Self::Swarm(act) => act
                .param()
                .map_or_else(Vec::new, |(name, value)| pair(name, value)),
            Self::Mail(call) => match &call.act {
                Act::Delete(ids) => pair("mails", ids.join(" ")),
                Act::DeleteAll | Act::Test => Vec::new(),
            },
        }
    }

    /// The docker command that does the same.
    pub fn command(&self, name: &str) -> String {
        let timeout = |t: &Option<u32>| t.map_or_else(String::new, |s| format!(" --time {s}"));
        match self {
            Self::Start => format!("docker start {name}"),
            Self::Stop { timeout: t } => format!("docker stop{} {name}", timeout(t)),
            Self::Restart { timeout: t } => format!("docker restart{} {name}", timeout(t)),
            Self::Kill { signal } => format!("docker kill --signal {signal} {name}"),
            Self::Pause => format!("docker pause {name}"),
            Self::Unpause => format!("docker unpause {name}"),
            Self::Remove { force, volumes } => format!(
                "docker rm{}{} {name}",
                if *force { " --force" } else { "" },
                if *volumes { " --volumes" } else { "" }
            ),
            Self::Rename { to } => format!("docker rename {name} {to}"),
            Self::RemoveImage { names, force } => {
                let force = if *force { " --force" } else { "" };
                let names = match names.as_slice() {
                    [] => name.to_owned(),
                    names => names.join(" "),
                };
                format!("docker rmi{force} {names}")
            }
            Self::Tag { to } => format!("docker tag {name} {to}"),
            Self::Pull { images } => {
                let pull = |image: &String| format!("docker pull {image}");
                images.iter().map(pull).collect::<Vec<_>>().join(" && ")
            }
            Self::Push { image } => format!("docker push {image}"),
            Self::Save { images, path, .. } => {
                let path = quoted_path(path);
                format!("docker save --output {path} {}", images.join(" "))
            }
            Self::Load { path } => format!("docker load --input {}", quoted_path(path)),
            Self::RemoveVolume => format!("docker volume rm {name}"),
            Self::RemoveNetwork => format!("docker network rm {name}"),
            Self::CreateVolume(volume) => volume.command(),
            Self::CreateNetwork(network) => network.command(),
            Self::Connect { container } => {
                format!("docker network connect {name} {}", short(container))
            }
            Self::Disconnect { container } => {
                format!("docker network disconnect {name} {}", short(container))
            }
            Self::Update(change) => format!("docker update {} {name}", change.args()),
            Self::Prune(what) => what.command().to_owned(),
            Self::Compose(call) => call.command(),
            Self::Swarm(act) => act.command(name),
            // Docker knows nothing of mail, and no one command of its makes a container anew with all its settings.
            Self::Mail(_) | Self::Recreate { .. } => String::new(),
        }
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let action = self.action();
        f.write_str(action.split_once('.').map_or(action, |(_, verb)| verb))
    }
}

/// The first digits of an id, as commands take it.
fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}

/// Options as the journal keeps them: a label or a driver's option under its own name, so that a secret one is known by it;
/// those without a value are on.
fn named(options: Vec<(&'static str, String)>) -> Vec<(String, String)> {
    let one = |(name, value): (&str, String)| match (name, value.split_once('=')) {
        ("label" | "opt", Some((key, value))) => (format!("{name} {key}"), value.to_owned()),
        (_, None) if value.is_empty() => (name.to_owned(), "true".to_owned()),
        _ => (name.to_owned(), value),
    };
    options.into_iter().map(one).collect()
}
