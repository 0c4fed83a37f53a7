//! The addresses in a message: opened or copied, or looked for among the routes.
use crate::effect::Effects;
use crate::model::url;
use crate::state::{Choice, Menu, MenuItem, State};

use super::super::route;
use super::{letter, not_there};

/// Addresses of the web in the message on screen, in their order.
fn addresses(state: &State) -> Vec<&str> {
    let links = letter(state).map_or(&[][..], |letter| &letter.links);
    let all = links.iter().map(String::as_str);
    all.filter(|link| url::is_web(link)).collect()
}

/// The machines that they are on, each once.
fn hosts(state: &State) -> Vec<String> {
    let mut hosts: Vec<String> = Vec::new();
    for host in addresses(state).into_iter().filter_map(url::host) {
        if !hosts.contains(&host) {
            hosts.push(host);
        }
    }
    hosts
}

pub(super) fn none(state: &State) -> Option<String> {
    let none = addresses(state).is_empty();
    let why = || none.then(|| say!("there is no address of the web in it").to_owned());
    not_there(state).or_else(why)
}

pub(super) fn follow(state: &mut State) -> Effects {
    let found: Vec<String> = addresses(state).into_iter().map(str::to_owned).collect();
    route::open_one(state, &found)
}

pub(super) fn to_route(state: &mut State) -> Effects {
    match hosts(state).as_slice() {
        [one] => route::show_of(state, one),
        many => {
            let item = |host: &String| MenuItem::new(host, "", Choice::Routes(host.clone()));
            let items = many.iter().map(item);
            state.offer(Menu::new(say!("Routes of which host?"), items));
            Effects::new()
        }
    }
}
