//! The question before a service gets another number of containers.
use crate::model::compose::Act;
use crate::model::{Container, Key};
use crate::state::{State, Weight};

use super::{confirm, verb};

/// Asks before a service gets more containers, or loses some: which those are.
pub fn ask_to_scale(state: &mut State, key: &Key, service: String, to: u32) {
    let Some(stack) = state.shelves.stacks.things.get(key) else {
        return;
    };
    let members = state.world.members(key);
    let mut list: Vec<&Container> = members
        .filter(|c| c.service() == Some(&service) && !c.is_one_off())
        .collect();
    // Both generations of compose remove the highest numbers first.
    list.sort_by_key(|container| number(container));
    let (now, wanted) = (list.len(), to as usize);
    let mut lines = Vec::new();
    let names: Vec<&str> = list.iter().skip(wanted).map(|c| c.short_name()).collect();
    if !names.is_empty() {
        let names = names.join(", ");
        lines.push(Weight::Bad.of(say!("stopped and removed: {names}", names)));
        lines.push(Weight::Bad.of(say!("What was written outside volumes is lost.")));
    }
    if wanted > now {
        lines.push(Weight::Change.of(say_n!(
            wanted - now,
            "{n} container is made from the files as they are now.",
            "{n} containers are made from the files as they are now."
        )));
    }
    let kept = list.iter().take(wanted);
    let stopped = kept.filter(|c| !c.state.is_live()).count();
    if stopped > 0 {
        lines.push(Weight::Plain.of(say_n!(
            stopped,
            "{n} container that does not run is started.",
            "{n} containers that do not run are started."
        )));
    }
    if lines.is_empty() {
        let words = say!("{service} has as many already", service);
        state.toasts.ok(words, state.now);
        return;
    }
    let title = say!(
        "Scale {service}{host} from {now} to {to}?",
        service,
        host = state.on_host(key.host),
        now,
        to
    );
    let verb = verb(stack, Act::Scale { service, to });
    confirm(state, key, title, lines, verb, say!("scale"));
}

/// The number of a container among those of its service.
fn number(container: &Container) -> u32 {
    let number = container.labels.get("com.docker.compose.container-number");
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}
