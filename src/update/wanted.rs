//! A network or a volume that was typed: what is known here to be refused is said before the engine is asked.
use crate::effect::{Effects, Verb};
use crate::model::wanted::{NewNetwork, NewVolume, Range};
use crate::model::{HostId, Key, Kind, Network};
use crate::state::{Prompt, State};

use super::prompt::{name_complaint, refuse};
use super::start_all;

pub(super) fn network(state: &mut State, prompt: Prompt, host: HostId) -> Effects {
    let typed = NewNetwork::read(&prompt.field.text());
    let fits = typed.and_then(|network| match clash(state, host, &network) {
        Some(why) => Err(why),
        None => Ok(network),
    });
    match fits {
        Err(why) => refuse(state, prompt, why),
        Ok(network) => {
            // Its id is the engine's to give: until then it goes by its name.
            let key = Key::new(host, Kind::Network, &network.name);
            start_all(state, &[(key, Verb::CreateNetwork(Box::new(network)))])
        }
    }
}

pub(super) fn volume(state: &mut State, prompt: Prompt, host: HostId) -> Effects {
    let typed = NewVolume::read(&prompt.field.text());
    let fits = typed.and_then(|volume| {
        let key = Key::new(host, Kind::Volume, &volume.name);
        let taken = state.shelves.volumes.things.contains_key(&key);
        match name_complaint(&volume.name) {
            Some(why) => Err(why),
            None if taken => Err(say!("{name} is there already", name = volume.name)),
            None => Ok((key, volume)),
        }
    });
    match fits {
        Err(why) => refuse(state, prompt, why),
        Ok((key, volume)) => start_all(state, &[(key, Verb::CreateVolume(Box::new(volume)))]),
    }
}

/// A network of this host that has its name, or addresses that it asks for. Those of other scopes are a swarm's own space.
fn clash(state: &State, host: HostId, wanted: &NewNetwork) -> Option<String> {
    let networks = state.shelves.networks.things.values();
    let here: Vec<&Network> = networks
        .filter(|network| network.key.host == host)
        .collect();
    if here.iter().any(|network| network.name == wanted.name) {
        return Some(say!("{name} is there already", name = wanted.name));
    }
    let ranges = || wanted.subnets.iter().filter_map(|s| Range::parse(&s.range));
    let local = here.iter().filter(|network| network.scope == "local");
    if wanted.driver == "overlay" {
        return None;
    }
    local.into_iter().find_map(|network| {
        let own = network.subnets.iter();
        let mut own = own.filter(|s| {
            let taken = Range::parse(&s.range);
            taken.is_some_and(|taken| ranges().any(|range| range.overlaps(taken)))
        });
        let taken = own.next()?;
        Some(say!(
            "{name} has {range}",
            name = network.name,
            range = taken.range
        ))
    })
}
