//! Networks and volumes that are to be made: one line to type, with docker's own options.
use crate::effect::Effects;
use crate::model::HostId;
use crate::state::{PromptKind, Scope, State, ViewId};

use super::{Action, Danger, space, table};

/// The actions of this noun.
pub const ACTIONS: &[Action] = &[
    create(
        ViewId::Networks,
        "network.create",
        "Make a network: its name, then docker's options such as --subnet and --internal.",
        |s| ask(s, say!("create network"), PromptKind::NewNetwork),
    ),
    create(
        ViewId::Volumes,
        "volume.create",
        "Make a volume: its name, then docker's options --driver, --label and --opt.",
        |s| ask(s, say!("create volume"), PromptKind::NewVolume),
    ),
];

const fn create(
    view: ViewId,
    id: &'static str,
    help: &'static str,
    run: fn(&mut State) -> Effects,
) -> Action {
    Action {
        footer: 7,
        danger: Danger::Changes,
        unavailable: space::no_link,
        ..Action::harmless(Scope::View(view), id, "create", help, &["N"], run)
    }
}

fn ask(state: &mut State, title: &str, kind: fn(HostId) -> PromptKind) -> Effects {
    let Some(host) = space::host(state) else {
        return Effects::new();
    };
    let title = format!("{title}{}", state.on_host(host));
    table::type_line(state, kind(host), &title, String::new())
}
