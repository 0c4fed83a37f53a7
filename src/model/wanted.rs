//! A network or a volume to be made, as a person types it: a name and docker's own options.
//! Knows what every engine refuses; what only one engine would refuse is left to its own words.
use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::text::{quoted, split_words};

/// A range of addresses: `10.9.0.0/24`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    base: IpAddr,
    bits: u8,
}

/// The address as a number, at the upper end, so that prefixes of both families compare alike.
fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(u32::from(address)) << 96,
        IpAddr::V6(address) => u128::from(address),
    }
}

fn mask(bits: u8) -> u128 {
    u128::MAX
        .checked_shl(128 - u32::from(bits))
        .unwrap_or_default()
}

impl Range {
    /// Reads CIDR; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (base, bits) = text.split_once('/')?;
        let base: IpAddr = base.parse().ok()?;
        let bits: u8 = bits.parse().ok()?;
        let most = if base.is_ipv4() { 32 } else { 128 };
        (bits <= most).then_some(Self { base, bits })
    }

    pub fn contains(self, address: IpAddr) -> bool {
        let same = self.base.is_ipv4() == address.is_ipv4();
        same && (number(self.base) ^ number(address)) & mask(self.bits) == 0
    }

    /// Some address is in both.
    pub fn overlaps(self, other: Self) -> bool {
        let wider = if self.bits <= other.bits { self } else { other };
        let narrower = if self.bits <= other.bits { other } else { self };
        wider.contains(narrower.base)
    }

    /// The base has bits beyond the prefix: an address in the range, not the range's own.
    fn is_crooked(self) -> bool {
        number(self.base) & !mask(self.bits) != 0
    }

    fn straight(self) -> String {
        let base = number(self.base) & mask(self.bits);
        let base = if self.base.is_ipv4() {
            IpAddr::from(((base >> 96) as u32).to_be_bytes())
        } else {
            IpAddr::from(base.to_be_bytes())
        };
        format!("{base}/{}", self.bits)
    }
}

/// A network that is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewNetwork {
    pub name: String,
    /// Empty: the engine's own choice, a bridge.
    pub driver: String,
    /// Ranges as they were typed, each with its gateway and the range that addresses are given from; empty where not said.
    pub subnets: Vec<NewSubnet>,
    pub internal: bool,
    pub attachable: bool,
    pub ipv6: bool,
    pub labels: BTreeMap<String, String>,
    /// For the driver.
    pub options: BTreeMap<String, String>,
}

/// A range of a network that is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewSubnet {
    pub range: String,
    pub gateway: String,
    /// Addresses are given from this part of it.
    pub ip_range: String,
}

/// A volume that is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewVolume {
    pub name: String,
    /// Empty: `local`.
    pub driver: String,
    pub labels: BTreeMap<String, String>,
    /// For the driver.
    pub options: BTreeMap<String, String>,
}

/// A typed line taken apart: the words without a dash, and options with their values.
struct Typed {
    name: String,
    options: Vec<(&'static str, String)>,
}

/// An option: its names, whether a value follows.
type Known = (&'static [&'static str], bool);

const LABEL: Known = (&["--label"], true);
const DRIVER: Known = (&["--driver", "-d"], true);
const OPTION: Known = (&["--opt", "-o"], true);
/// As `docker network create` has them.
const OF_NETWORK: &[Known] = &[
    (&["--subnet"], true),
    (&["--gateway"], true),
    (&["--internal"], false),
    (&["--ipv6"], false),
    DRIVER,
    (&["--attachable"], false),
    (&["--ip-range"], true),
    LABEL,
    OPTION,
];
/// As `docker volume create` has them.
const OF_VOLUME: &[Known] = &[DRIVER, LABEL, OPTION];

/// The long names of the options that may be typed, the likeliest first.
pub fn network_options() -> impl Iterator<Item = &'static str> {
    OF_NETWORK
        .iter()
        .filter_map(|(names, _)| names.first().copied())
}

/// The same for a volume.
pub fn volume_options() -> impl Iterator<Item = &'static str> {
    OF_VOLUME
        .iter()
        .filter_map(|(names, _)| names.first().copied())
}

fn read(typed: &str, known: &'static [Known]) -> Result<Typed, String> {
    let mut words = split_words(typed)?.into_iter();
    let mut found = Typed {
        name: String::new(),
        options: Vec::new(),
    };
    while let Some(word) = words.next() {
        if !word.starts_with('-') {
            if !found.name.is_empty() {
                return Err(say!("one name: {name} or {word}", name = found.name, word));
            }
            found.name = word;
            continue;
        }
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (word, None),
        };
        let option = known.iter().find(|(names, _)| names.contains(&&*name));
        let Some(([long, ..], wants)) = option else {
            return Err(say!("{name} is no option", name));
        };
        let value = match (wants, value) {
            (true, Some(value)) => value,
            (true, None) => words.next().ok_or(say!("{long} wants a value", long))?,
            (false, None) => String::new(),
            (false, Some(_)) => return Err(say!("{long} takes no value", long)),
        };
        found.options.push((*long, value));
    }
    if found.name.is_empty() {
        return Err(say!("a name is wanted").to_owned());
    }
    Ok(found)
}

/// `name=value`; a name alone has an empty value.
fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    if name.is_empty() {
        return Err(say!("{text}: name=value is wanted", text));
    }
    Ok((name.to_owned(), value.to_owned()))
}

impl NewNetwork {
    /// Reads `NAME [--driver D] [--subnet RANGE [--gateway IP]] [--internal] …`.
    ///
    /// # Errors
    /// Why it will not do.
    pub fn read(typed: &str) -> Result<Self, String> {
        let typed = read(typed, OF_NETWORK)?;
        if typed.name.contains(['/', ' ']) {
            return Err(say!("no / and no space in the name").to_owned());
        }
        let mut network = Self {
            name: typed.name,
            ..Self::default()
        };
        let (mut gateways, mut ranges) = (Vec::new(), Vec::new());
        for (option, value) in typed.options {
            match option {
                "--driver" => network.driver = value,
                "--subnet" => network.subnets.push(subnet(value)?),
                "--gateway" => gateways.push(value),
                "--ip-range" => ranges.push(value),
                "--internal" => network.internal = true,
                "--attachable" => network.attachable = true,
                "--ipv6" => network.ipv6 = true,
                "--label" => network.labels.extend([pair(&value)?]),
                _ => network.options.extend([pair(&value)?]),
            }
        }
        for gateway in gateways {
            network.give_gateway(gateway)?;
        }
        for range in ranges {
            network.give_range(range)?;
        }
        Ok(network)
    }

    /// Each gateway is that of the subnet it lies in.
    fn give_gateway(&mut self, gateway: String) -> Result<(), String> {
        let address: IpAddr = gateway
            .parse()
            .map_err(|_| say!("{gateway} is no address", gateway))?;
        let subnet = self.subnet_of(|range| range.contains(address), "--gateway")?;
        let Some(subnet) = subnet else {
            return Err(say!("gateway {gateway} is in no subnet", gateway));
        };
        subnet.gateway = gateway;
        Ok(())
    }

    fn give_range(&mut self, part: String) -> Result<(), String> {
        let wanted = Range::parse(&part).ok_or(say!("{part} is no range", part))?;
        let within = |range: Range| range.bits <= wanted.bits && range.contains(wanted.base);
        let subnet = self.subnet_of(within, "--ip-range")?;
        let Some(subnet) = subnet else {
            return Err(say!("{part} is in no subnet", part));
        };
        subnet.ip_range = part;
        Ok(())
    }

    fn subnet_of(
        &mut self,
        test: impl Fn(Range) -> bool,
        option: &str,
    ) -> Result<Option<&mut NewSubnet>, String> {
        if self.subnets.is_empty() {
            return Err(say!("{option} wants a --subnet", option));
        }
        let mut subnets = self.subnets.iter_mut();
        Ok(subnets.find(|subnet| Range::parse(&subnet.range).is_some_and(&test)))
    }

    /// The options as docker has them, one name and value each; empty values for those without.
    pub fn options(&self) -> Vec<(&'static str, String)> {
        let mut options = Vec::new();
        let mut say = |name, value: &str| {
            if !value.is_empty() {
                options.push((name, value.to_owned()));
            }
        };
        say("driver", &self.driver);
        for subnet in &self.subnets {
            say("subnet", &subnet.range);
            say("gateway", &subnet.gateway);
            say("ip-range", &subnet.ip_range);
        }
        for (name, on) in [
            ("internal", self.internal),
            ("attachable", self.attachable),
            ("ipv6", self.ipv6),
        ] {
            if on {
                options.push((name, String::new()));
            }
        }
        options.extend(pairs(&self.labels, &self.options));
        options
    }

    /// The docker command that does the same.
    pub fn command(&self) -> String {
        command("docker network create", &self.options(), &self.name)
    }
}

fn subnet(range: String) -> Result<NewSubnet, String> {
    let read = Range::parse(&range).ok_or(say!("{range}: a range is 10.9.0.0/24", range))?;
    if read.is_crooked() {
        return Err(say!(
            "{range}: {straight} is meant?",
            range,
            straight = read.straight()
        ));
    }
    Ok(NewSubnet {
        range,
        ..NewSubnet::default()
    })
}

impl NewVolume {
    /// Reads `NAME [--driver D] [--label L=V] [--opt O=V]`.
    ///
    /// # Errors
    /// Why it will not do.
    pub fn read(typed: &str) -> Result<Self, String> {
        let typed = read(typed, OF_VOLUME)?;
        let mut volume = Self {
            name: typed.name,
            ..Self::default()
        };
        for (option, value) in typed.options {
            match option {
                "--driver" => volume.driver = value,
                "--label" => volume.labels.extend([pair(&value)?]),
                _ => volume.options.extend([pair(&value)?]),
            }
        }
        Ok(volume)
    }

    /// The options as docker has them.
    pub fn options(&self) -> Vec<(&'static str, String)> {
        let driver = Some(("driver", self.driver.clone())).filter(|(_, name)| !name.is_empty());
        let pairs = pairs(&self.labels, &self.options);
        driver.into_iter().chain(pairs).collect()
    }

    /// The docker command that does the same.
    pub fn command(&self) -> String {
        command("docker volume create", &self.options(), &self.name)
    }
}

fn pairs(
    labels: &BTreeMap<String, String>,
    options: &BTreeMap<String, String>,
) -> impl Iterator<Item = (&'static str, String)> {
    let labels = labels.iter().map(|pair| ("label", pair));
    let options = options.iter().map(|pair| ("opt", pair));
    let all = labels.chain(options);
    let said = all.map(|(name, (key, value))| (name, format!("{key}={value}")));
    said.collect::<Vec<_>>().into_iter()
}

fn command(words: &str, options: &[(&'static str, String)], name: &str) -> String {
    let mut line = words.to_owned();
    for (option, value) in options {
        line.push_str(" --");
        line.push_str(option);
        if !value.is_empty() {
            line.push(' ');
            line.push_str(&quoted(value));
        }
    }
    line.push(' ');
    line.push_str(&quoted(name));
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hold_addresses_and_each_other() {
        let range = |text| Range::parse(text).unwrap();
        let holds = |a, b: &str| range(a).contains(b.parse().unwrap());
        assert!(holds("10.9.0.0/24", "10.9.0.255") && !holds("10.9.0.0/24", "10.9.1.0"));
        assert!(holds("0.0.0.0/0", "255.1.1.1") && !holds("0.0.0.0/0", "::1"));
        assert!(holds("fd00::/8", "fd12::1") && !holds("::ffff:0:0/96", "10.0.0.1"));
        assert!(range("10.0.0.0/8").overlaps(range("10.9.0.0/24")));
        assert!(range("10.9.0.0/24").overlaps(range("10.0.0.0/8")));
        assert!(!range("10.9.0.0/24").overlaps(range("10.9.1.0/24")));
        assert!(!range("::/0").overlaps(range("10.9.1.0/24")));
        for bad in [
            "",
            "10.0.0.0",
            "10.0.0.0/33",
            "fd00::/129",
            "x/8",
            "10.0.0/8",
            "10.0.0.0/-1",
        ] {
            assert_eq!(Range::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_network_is_read_and_said_as_docker_has_it() {
        let typed = "front -d bridge --subnet=10.9.0.0/24 --gateway 10.9.0.1 --ip-range 10.9.0.128/25 --internal \
                     --subnet fd00:9::/64 --ipv6 --label 'a=b c' -o com.docker.network.driver.mtu=1400";
        let network = NewNetwork::read(typed).unwrap();
        assert_eq!(network.subnets[0].gateway, "10.9.0.1");
        assert_eq!(network.subnets[0].ip_range, "10.9.0.128/25");
        assert_eq!(network.subnets[1].gateway, "");
        assert_eq!(
            network.command(),
            "docker network create --driver bridge --subnet 10.9.0.0/24 --gateway 10.9.0.1 --ip-range 10.9.0.128/25 \
             --subnet fd00:9::/64 --internal --ipv6 --label 'a=b c' --opt com.docker.network.driver.mtu=1400 front"
        );
        let again = network.command();
        let again = again.trim_start_matches("docker network create ");
        assert_eq!(NewNetwork::read(again).as_ref(), Ok(&network));
    }

    #[test]
    fn what_an_engine_would_refuse_is_said_before() {
        for (typed, why) in [
            ("", "a name is wanted"),
            ("--internal", "a name is wanted"),
            ("a b", "one name"),
            ("a/b", "no /"),
            ("a --subnet", "wants a value"),
            ("a --subnet 10.9.0.0", "a range is"),
            ("a --subnet 10.9.0.7/24", "10.9.0.0/24 is meant?"),
            ("a --subnet fd00::1/64", "fd00::/64 is meant?"),
            ("a --gateway 10.9.0.1", "wants a --subnet"),
            ("a --subnet 10.9.0.0/24 --gateway 10.8.0.1", "in no subnet"),
            ("a --subnet 10.9.0.0/24 --gateway x", "no address"),
            (
                "a --subnet 10.9.0.0/24 --ip-range 10.0.0.0/8",
                "in no subnet",
            ),
            ("a --internal=yes", "takes no value"),
            ("a --subnett x", "is no option"),
            ("a --label =x", "name=value"),
            ("a 'b", "quote"),
        ] {
            let refused = NewNetwork::read(typed).unwrap_err();
            assert!(refused.contains(why), "{typed}: {refused}");
        }
        assert!(NewVolume::read("data --subnet 10.9.0.0/24").is_err());
        let volume = NewVolume::read("data -o type=tmpfs -o device=tmpfs --label x").unwrap();
        assert_eq!(
            volume.command(),
            "docker volume create --label x= --opt device=tmpfs --opt type=tmpfs data"
        );
    }
}
