//! Containers that enter and leave networks. Must not know HTTP.
use serde_json::{Value, json};

use super::{Endpoint, Refusal, World};
use crate::sim::clock::Ns;

impl Endpoint {
    /// What a request asks of this network beyond being in it.
    pub fn ask(&mut self, wanted: &Value) {
        let fixed = wanted
            .pointer("/IPAMConfig/IPv4Address")
            .and_then(Value::as_str);
        if let Some(fixed) = fixed.filter(|fixed| !fixed.is_empty()) {
            fixed.clone_into(&mut self.address);
            self.fixed = Some(fixed.to_owned());
        }
        let aliases = wanted.get("Aliases").and_then(Value::as_array);
        let aliases = aliases.into_iter().flatten().filter_map(Value::as_str);
        self.aliases = aliases.map(str::to_owned).collect();
    }
}

impl World {
    /// The place of a network called `who`, a name or an id.
    fn place_of(&self, who: &str) -> Result<usize, Refusal> {
        let mut networks = self.networks.iter();
        networks
            .position(|net| net.name == who || net.id.starts_with(who))
            .ok_or_else(|| Refusal::new(404, format!("network {who} not found")))
    }

    /// Puts a container into a network.
    ///
    /// # Errors
    /// 404, 403 when it is in it already.
    pub fn connect(
        &mut self,
        network: &str,
        who: &str,
        wanted: &Value,
        now: Ns,
    ) -> Result<(), Refusal> {
        let id = self.find(who)?;
        let place = self.place_of(network)?;
        let seed = self.seed;
        let (Some(network), Some(container)) =
            (self.networks.get_mut(place), self.containers.get_mut(&id))
        else {
            return Ok(());
        };
        if container
            .endpoints
            .iter()
            .any(|e| e.network_id == network.id)
        {
            let words = format!(
                "endpoint with name {} already exists in network {}",
                container.name, network.name
            );
            return Err(Refusal::new(403, words));
        }
        let mut endpoint = network.join(seed, &id);
        endpoint.ask(wanted);
        container.endpoints.push(endpoint);
        container
            .endpoints
            .sort_by(|a, b| a.network.cmp(&b.network));
        let about = json!({"container": id, "name": network.name, "type": network.driver});
        let network = network.id.clone();
        self.emit_thing("network", "connect", &network, &about, now);
        Ok(())
    }

    /// Takes a container out of a network.
    ///
    /// # Errors
    /// 404, 403 when it is not in it.
    pub fn disconnect(&mut self, network: &str, who: &str, now: Ns) -> Result<(), Refusal> {
        let id = self.find(who)?;
        let place = self.place_of(network)?;
        let (Some(network), Some(container)) =
            (self.networks.get(place), self.containers.get_mut(&id))
        else {
            return Ok(());
        };
        let before = container.endpoints.len();
        container.endpoints.retain(|e| e.network_id != network.id);
        if container.endpoints.len() == before {
            let words = format!(
                "container {id} is not connected to network {}",
                network.name
            );
            return Err(Refusal::new(403, words));
        }
        let about = json!({"container": id, "name": network.name, "type": network.driver});
        let network = network.id.clone();
        self.emit_thing("network", "disconnect", &network, &about, now);
        Ok(())
    }
}
