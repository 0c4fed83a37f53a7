//! What can be done to containers, one or many.
mod ask;
mod can;
mod copy;
mod limit;
mod open;
mod several;
mod verbs;

use crate::model::RunState;
use crate::state::{Scope, ViewId};

pub use can::NO_LINK;
pub use copy::{ask_run_line, copy_secret, offer_run_line, urls};
pub use limit::{ask_limit, limit_menu, limits_now};
pub use open::{hand_over, open_logs, open_on};
pub use verbs::{shown_state, start_job, start_jobs, state_words, target_of};

use ask::{kill, recreate, remove, rename};
use can::{all_are, first, has_process, one, one_running, restart_unavailable, some};
use copy::{copy_menu, url_menu};
use limit::limits;
use open::{attach, logs, open, shell, shell_prompt};
use verbs::{pause, restart, start, stop};

use super::{Action, Danger};

/// The actions of this noun.
pub const ACTIONS: &[Action] = &[
    Action {
        id: "container.attach",
        title: "attach",
        help: "Attach to the terminal of the container's own process; the detach keys leave it running.",
        keys: &["A"],
        scope: Scope::Container,
        danger: Danger::Changes,
        footer: 0,
        unavailable: one_running,
        run: attach,
    },
    Action {
        id: "container.copy",
        title: "copy",
        help: "Copy the name, id, image, address or a docker command through the terminal's clipboard.",
        keys: &["y"],
        scope: Scope::Container,
        danger: Danger::None,
        footer: 0,
        unavailable: one,
        run: copy_menu,
    },
    Action {
        id: "container.details",
        title: "details",
        help: "Show everything about the container on one screen.",
        keys: &[],
        scope: Scope::Container,
        danger: Danger::None,
        footer: 0,
        unavailable: one,
        run: |state| open(state, ViewId::Details),
    },
    Action {
        id: "container.inspect",
        title: "inspect",
        help: "Show the engine's whole answer as a tree that folds and can be searched.",
        keys: &["i"],
        scope: Scope::Container,
        danger: Danger::None,
        footer: 7,
        unavailable: one,
        run: |state| open(state, ViewId::Inspect),
    },
    Action {
        id: "container.kill",
        title: "kill",
        help: "Send a signal, chosen from a menu; while a stop is waited for, kill at once.",
        keys: &["K"],
        scope: Scope::Container,
        danger: Danger::Changes,
        footer: 0,
        unavailable: |state| {
            all_are(
                state,
                |c| !has_process(c),
                say!("not running: there is nothing to kill"),
            )
        },
        run: kill,
    },
    Action {
        id: "container.limits",
        title: "limits",
        help: "Change its limits and restart policy while it runs, beside what it used of late; of several the policy.",
        keys: &["L"],
        scope: Scope::Container,
        danger: Danger::Changes,
        footer: 0,
        unavailable: some,
        run: limits,
    },
    Action {
        id: "container.logs",
        title: "logs",
        help: "Follow the logs of the service, or of all marked ones merged.",
        keys: &["l"],
        scope: Scope::Container,
        danger: Danger::None,
        footer: 1,
        unavailable: some,
        run: logs,
    },
    Action {
        id: "container.pause",
        title: "pause",
        help: "Freeze the processes of the container, or let them go on.",
        keys: &["p"],
        scope: Scope::Container,
        danger: Danger::Changes,
        footer: 0,
        unavailable: |state| {
            all_are(
                state,
                |c| !has_process(c),
                say!("not running: only a running container can be paused"),
            )
        },
        run: pause,
    },
    Action {
        id: "container.processes",
        title: "processes",
        help: "Show the processes in the container.",
        keys: &["t"],
        scope: Scope::Container,
        danger: Danger::None,
        footer: 0,
        unavailable: one_running,
        run: |state| open(state, ViewId::Processes),
    },
    Action {
        id: "container.recreate",
        title: "recreate",
        help: "Make the container anew with all its settings, with or without a pull; the old one comes back when the new one is not well.",
        keys: &["R"],
        scope: Scope::Container,
        danger: Danger::Destroys,
        footer: 0,
        unavailable: some,
        run: recreate,
    },
    Action {
        id: "container.remove",
        title: "remove",
        help: "Remove the container, with or without its anonymous volumes, by force when it runs.",
        keys: &["D"],
        scope: Scope::Container,
        danger: Danger::Destroys,
        footer: 0,
        unavailable: some,
        run: remove,
    },
    Action {
        id: "container.rename",
        title: "rename",
        help: "Give the container another name.",
        keys: &["n"],
        scope: Scope::Container,
        danger: Danger::Changes,
        footer: 0,
        unavailable: one,
        run: rename,
    },
    Action {
        id: "container.restart",
        title: "restart",
        help: "Restart at once; the row shows how long until the engine kills what does not stop.",
        keys: &["r"],
        scope: Scope::Container,
        danger: Danger::Changes,
        footer: 2,
        unavailable: restart_unavailable,
        run: restart,
    },
    Action {
        id: "container.shell",
        title: "shell",
        help: "Open a shell in the container, full screen; the detach keys or exit come back.",
        keys: &["e"],
        scope: Scope::Container,
        danger: Danger::Changes,
        footer: 3,
        unavailable: one_running,
        run: shell,
    },
    Action {
        id: "container.shell_as",
        title: "shell as",
        help: "Run a command of your choice in the container, as a user and in a directory of your choice.",
        keys: &["E"],
        scope: Scope::Container,
        danger: Danger::Changes,
        footer: 0,
        unavailable: one_running,
        run: shell_prompt,
    },
    Action {
        id: "container.start",
        title: "start",
        help: "Start the container.",
        keys: &["u"],
        scope: Scope::Container,
        danger: Danger::Changes,
        footer: 5,
        unavailable: |state| all_are(state, has_process, say!("already running: r restarts it")),
        run: start,
    },
    Action {
        id: "container.stop",
        title: "stop",
        help: "Ask the container to stop and wait; after its stop timeout the engine kills it.",
        keys: &["s"],
        scope: Scope::Container,
        danger: Danger::Changes,
        footer: 4,
        unavailable: |state| {
            all_are(
                state,
                |c| !has_process(c) && c.state != RunState::Restarting,
                say!("already stopped: u starts it"),
            )
        },
        run: stop,
    },
    Action {
        id: "container.url",
        title: "URL",
        help: "Open one of the container's web addresses in a browser of this machine; over SSH, or without a browser, copy it.",
        keys: &["w"],
        scope: Scope::Container,
        danger: Danger::None,
        footer: 0,
        unavailable: |state| {
            one(state).or_else(|| {
                first(state)
                    .filter(|c| urls(state, c).is_empty())
                    .map(|_| say!("no published port and no route label: it has no URL").to_owned())
            })
        },
        run: url_menu,
    },
];
