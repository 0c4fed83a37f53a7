//! Networks and volumes made as they were asked for. Must not know how they were typed.
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{Engine, Error};
use crate::model::wanted::{NewNetwork, NewSubnet, NewVolume};

/// A driver may have to ask another machine.
const LIMIT: Duration = Duration::from_secs(60);

fn without_blanks(pairs: &[(&str, &str)]) -> Value {
    let said = pairs.iter().filter(|(_, value)| !value.is_empty());
    said.map(|(name, value)| ((*name).to_owned(), json!(value)))
        .collect::<Map<_, _>>()
        .into()
}

fn network(wanted: &NewNetwork) -> Value {
    let subnet = |subnet: &NewSubnet| {
        without_blanks(&[
            ("Subnet", &subnet.range),
            ("Gateway", &subnet.gateway),
            ("IPRange", &subnet.ip_range),
        ])
    };
    let subnets: Vec<Value> = wanted.subnets.iter().map(subnet).collect();
    let driver = match wanted.driver.as_str() {
        "" => "bridge",
        driver => driver,
    };
    json!({
        // Engines before API 1.44 make a second one of the same name unless they are asked not to.
        "Name": wanted.name, "CheckDuplicate": true, "Driver": driver,
        "Internal": wanted.internal, "Attachable": wanted.attachable, "EnableIPv6": wanted.ipv6,
        "IPAM": {"Driver": "default", "Config": subnets},
        "Labels": wanted.labels, "Options": wanted.options,
    })
}

fn volume(wanted: &NewVolume) -> Value {
    let driver = match wanted.driver.as_str() {
        "" => "local",
        driver => driver,
    };
    json!({"Name": wanted.name, "Driver": driver, "Labels": wanted.labels, "DriverOpts": wanted.options})
}

impl Engine {
    /// Makes a network.
    ///
    /// # Errors
    /// The engine's refusal: the name or the addresses are taken, there is no such driver.
    pub(super) async fn create_network(&self, wanted: &NewNetwork) -> Result<(), Error> {
        let asked = network(wanted);
        let made = self.raw().post_json("/networks/create", &asked, LIMIT);
        made.await.map(|_| ())
    }

    /// Makes a volume. An engine takes one of this name that is there for the one that was asked for.
    ///
    /// # Errors
    /// The engine's refusal: no such driver, or one of the same name of another driver.
    pub(super) async fn create_volume(&self, wanted: &NewVolume) -> Result<(), Error> {
        let asked = volume(wanted);
        let made = self.raw().post_json("/volumes/create", &asked, LIMIT);
        made.await.map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::wire::truth;

    #[test]
    fn what_was_not_said_is_not_asked_for() {
        let wanted = NewNetwork::read("a --subnet 10.9.0.0/24").unwrap();
        let asked = network(&wanted);
        assert_eq!(asked["IPAM"]["Config"], json!([{"Subnet": "10.9.0.0/24"}]));
        assert_eq!(asked["Driver"], "bridge");
        assert!(truth(&asked["CheckDuplicate"]) && !truth(&asked["Internal"]));
        let asked = volume(&NewVolume::read("a -o type=tmpfs").unwrap());
        assert_eq!(asked["DriverOpts"], json!({"type": "tmpfs"}));
    }
}
