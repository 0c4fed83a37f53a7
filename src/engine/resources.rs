//! The lists of images, volumes and networks, decoded item by item: one odd item is left with blanks, the others stay.
//! Must not know how they are shown.
use serde_json::Value;

use super::wire::{count, items, member, pairs, path, text, texts, time, truth};
use super::{BODY_LIMIT, Engine, Error, LIST_LIMIT};
use crate::model::{HostId, Image, Key, Kind, Network, Resources, Subnet, Volume};

impl Engine {
    /// All that the engine holds of one kind. Gives up after 30 s or 64 MiB.
    ///
    /// # Errors
    /// The engine's refusal, no answer in time, or a kind that has no list.
    pub async fn resources(&self, host: HostId, kind: Kind) -> Result<Resources, Error> {
        let (path, list): (_, fn(&Value, HostId) -> Resources) = match kind {
            Kind::Image => ("/images/json", |v, host| {
                Resources::Images(named(items(v), host, image))
            }),
            Kind::Volume => ("/volumes", |v, host| {
                Resources::Volumes(named(items(member(v, "Volumes")), host, volume))
            }),
            Kind::Network => ("/networks", |v, host| {
                Resources::Networks(named(items(v), host, network))
            }),
            Kind::Service => return self.services(host).await.map(Resources::Services),
            Kind::Node => return self.nodes(host).await.map(Resources::Nodes),
            Kind::Container | Kind::Stack | Kind::Mail | Kind::Route | Kind::Host => {
                return Err(Error::unsupported(|| say!("there is no such list")));
            }
        };
        let answer = self.raw().get_json(path, BODY_LIMIT, LIST_LIMIT).await?;
        Ok(list(&answer, host))
    }
}

/// What has a name; the rest cannot be shown or asked for.
pub(super) fn named<R>(
    values: &[Value],
    host: HostId,
    read: fn(&Value, HostId) -> Option<R>,
) -> Vec<R> {
    values
        .iter()
        .filter_map(|value| read(value, host))
        .collect()
}

/// `None` for an empty id or name.
pub(super) fn key(host: HostId, kind: Kind, id: &str) -> Option<Key> {
    (!id.is_empty()).then(|| Key::new(host, kind, id))
}

fn image(value: &Value, host: HostId) -> Option<Image> {
    let names = |member: &Value| {
        let mut names = texts(member);
        // Engines before 24 write an untagged image so.
        names.retain(|name| !name.contains("<none>"));
        names
    };
    Some(Image {
        key: key(host, Kind::Image, &text(member(value, "Id")))?,
        tags: names(member(value, "RepoTags")),
        digests: names(member(value, "RepoDigests")),
        created: time(member(value, "Created")),
        size: count(member(value, "Size")),
        labels: pairs(member(value, "Labels")),
    })
}

fn volume(value: &Value, host: HostId) -> Option<Volume> {
    Some(Volume {
        key: key(host, Kind::Volume, &text(member(value, "Name")))?,
        driver: text(member(value, "Driver")),
        mountpoint: text(member(value, "Mountpoint")),
        scope: text(member(value, "Scope")),
        created: time(member(value, "CreatedAt")),
        labels: pairs(member(value, "Labels")),
        options: pairs(member(value, "Options")),
        size: count(path(value, &["UsageData", "Size"])),
    })
}

fn network(value: &Value, host: HostId) -> Option<Network> {
    let subnets = items(path(value, &["IPAM", "Config"])).iter();
    Some(Network {
        key: key(host, Kind::Network, &text(member(value, "Id")))?,
        name: text(member(value, "Name")),
        driver: text(member(value, "Driver")),
        scope: text(member(value, "Scope")),
        internal: truth(member(value, "Internal")),
        ipv6: truth(member(value, "EnableIPv6")),
        created: time(member(value, "Created")),
        subnets: subnets
            .map(|one| Subnet {
                range: text(member(one, "Subnet")),
                gateway: text(member(one, "Gateway")),
            })
            .collect(),
        labels: pairs(member(value, "Labels")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const HOST: HostId = HostId(0);

    #[test]
    fn an_image_without_a_name_is_dangling() {
        let read = |tags: Value| {
            let value =
                json!({"Id": "sha256:ab", "RepoTags": tags, "Size": 7, "Created": 1_700_000_000});
            image(&value, HOST).unwrap()
        };
        assert_eq!(read(json!(["a:1"])).tags, ["a:1"]);
        for none in [json!(null), json!([]), json!(["<none>:<none>"])] {
            assert!(read(none).is_dangling());
        }
        assert_eq!(read(json!(null)).size, Some(7));
    }

    #[test]
    fn odd_items_leave_the_others() {
        let list = [
            json!(7),
            json!({"Name": ""}),
            json!({"Name": "v", "UsageData": {"Size": -1}}),
        ];
        let volumes = named(&list, HOST, volume);
        assert_eq!(volumes.len(), 1);
        assert_eq!(volumes[0].size, None, "not asked for");
        let list = [
            json!({"Id": "1", "IPAM": {"Config": null}}),
            json!({"Id": "2", "Name": "n\u{1b}[2J",
            "IPAM": {"Config": [{"Subnet": "10.0.0.0/8", "Gateway": "10.0.0.1"}]}, "Internal": true}),
        ];
        let networks = named(&list, HOST, network);
        assert!(networks[0].subnets.is_empty());
        assert!(networks[1].internal && !networks[1].name.contains('\u{1b}'));
        assert_eq!(networks[1].subnets[0].range, "10.0.0.0/8");
    }
}
