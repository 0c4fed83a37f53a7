//! What is said of several containers at once: whose they are, and in which order it is done to them. Must not know what is
//! asked.
use std::collections::BTreeSet;

use crate::effect::Verb;
use crate::model::{Container, HostId, Key, Kind, Stack};
use crate::state::{State, Told, ViewId, Weight, order};

/// The action is about a stack, not about containers that were chosen one by one.
pub(super) fn is_whole_stack(state: &State) -> bool {
    let marked = state.view() == ViewId::Containers && !state.containers.marked.is_empty();
    let of_stack = |key: Key| key.kind == Kind::Stack;
    let one = marked || state.service().is_some();
    state.view() == ViewId::Stacks || (!one && state.subject().is_some_and(of_stack))
}

/// The stacks of these, if each is of one.
fn stacks<'a>(list: &[&'a Container]) -> Option<BTreeSet<(HostId, &'a str)>> {
    list.iter()
        .map(|c| Some((c.key.host, c.stack()?)))
        .collect()
}

/// `web-1`, `web (2 containers)`, `shop (3 containers)`, `3 containers of shop`, `2 stacks (7 containers)`, `7 containers`.
pub(super) fn names(state: &State, list: &[&Container]) -> String {
    if let [one] = list {
        return one.short_name().to_owned();
    }
    let count = say_n!(list.len(), "{n} container", "{n} containers");
    if let Some(service) = state.service() {
        return format!("{service} ({count})");
    }
    let stacks = stacks(list).unwrap_or_default();
    let mut some = stacks.iter();
    match (some.next(), some.next(), is_whole_stack(state)) {
        (Some((_, stack)), None, true) => format!("{stack} ({count})"),
        (Some((_, stack)), None, false) => say!("{count} of {stack}", count, stack),
        (Some(_), Some(_), true) => {
            let stacks = say_n!(stacks.len(), "{n} stack", "{n} stacks");
            format!("{stacks} ({count})")
        }
        _ => count,
    }
}

/// In which order it is done, one line for each stack that has one; why in none, where some may be needed.
pub(super) fn in_order(state: &State, list: &[&Container], verb: &Verb) -> Vec<Told> {
    if !order::has_order(verb) {
        return Vec::new();
    }
    let waits = order::waits(list, verb, &state.outlines);
    let several = stacks(list).is_none_or(|stacks| stacks.len() > 1);
    let members = |stack: &Stack| -> Vec<&Container> {
        let of_it = |c: &&&Container| {
            c.key.host == stack.key.host && c.stack() == Some(stack.name()) && !c.is_one_off()
        };
        list.iter().filter(of_it).copied().collect()
    };
    let line = |stack: Stack| {
        let members = members(&stack);
        let steps = order::steps(members.iter().map(|c| &c.key), &waits);
        if steps.len() > 1 {
            let order = sequence(&members, &steps)?;
            return Some(Weight::Plain.of(if several {
                format!("{}{}: {order}", stack.name(), state.on_host(stack.key.host))
            } else {
                say!("in this order: {order}", order)
            }));
        }
        let unknown = stack.is_compose()
            && stack.services.len() > 1
            && !members.iter().all(|c| state.outlines.tell(c));
        unknown.then(|| Weight::Change.of(state.outlines.in_no_order(&stack)))
    };
    Stack::all(list.iter().copied())
        .into_iter()
        .filter_map(line)
        .collect()
}

/// `web, then app and mail, then db`: their services, step by step.
fn sequence(members: &[&Container], steps: &[Vec<&Key>]) -> Option<String> {
    let step = |step: &Vec<&Key>| {
        let of_it = members.iter().filter(|c| step.contains(&&c.key));
        let names: BTreeSet<&str> = of_it.map(|c| c.service().unwrap_or(&c.name)).collect();
        names.into_iter().collect::<Vec<_>>().join(", ")
    };
    let steps = steps.iter().map(step);
    steps.reduce(|earlier, later| say!("{earlier}, then {later}", earlier, later))
}
