//! All that the engine says of one thing beside containers. Must not know how it is shown.
use serde_json::Value;

use super::details::node;
use super::wire::{clean, count, escape, items, member, path, text, texts, time};
use super::{BODY_LIMIT, CALL_LIMIT, Engine, Error};
use crate::model::{About, Key, Kind, Layer, Member, Particulars};

impl Engine {
    /// What the engine knows of an image, a volume, a network, or of a service or node of its swarm.
    ///
    /// # Errors
    /// No such thing, no answer within 5 s, or a kind that is none of these.
    pub async fn about(&self, key: &Key) -> Result<About, Error> {
        let id = escape(&key.id);
        let ask = async |path: String| self.raw().get_json(&path, BODY_LIMIT, CALL_LIMIT).await;
        let (answer, particulars) = match key.kind {
            Kind::Image => {
                let answer = ask(format!("/images/{id}/json")).await?;
                let history = ask(format!("/images/{id}/history")).await?;
                let particulars = image(&answer, &history);
                (answer, particulars)
            }
            Kind::Volume => (ask(format!("/volumes/{id}")).await?, Particulars::Nothing),
            Kind::Service => (ask(format!("/services/{id}")).await?, Particulars::Nothing),
            Kind::Node => (ask(format!("/nodes/{id}")).await?, Particulars::Nothing),
            Kind::Network => {
                let answer = ask(format!("/networks/{id}")).await?;
                let members = members(member(&answer, "Containers"));
                (answer, Particulars::Network { members })
            }
            Kind::Container | Kind::Stack | Kind::Mail | Kind::Route | Kind::Host => {
                return Err(Error::unsupported(|| say!("there is no such account")));
            }
        };
        Ok(About {
            particulars,
            document: node(&answer),
        })
    }
}

fn image(answer: &Value, history: &Value) -> Particulars {
    let config = member(answer, "Config");
    let own = |name: &str| text(member(config, name));
    let keys = |name: &str| {
        let object = member(config, name).as_object();
        object.map_or_else(Vec::new, |o| o.keys().map(|key| clean(key)).collect())
    };
    let platform = ["Os", "Architecture", "Variant"].map(|part| text(member(answer, part)));
    let mut platform = platform.to_vec();
    platform.retain(|part| !part.is_empty());
    Particulars::Image {
        platform: platform.join("/"),
        entrypoint: texts(member(config, "Entrypoint")),
        command: texts(member(config, "Cmd")),
        working_dir: own("WorkingDir"),
        user: own("User"),
        environment: texts(member(config, "Env"))
            .into_iter()
            .map(|pair| match pair.split_once('=') {
                Some((name, value)) => (name.to_owned(), value.to_owned()),
                None => (pair, String::new()),
            })
            .collect(),
        ports: keys("ExposedPorts"),
        volumes: keys("Volumes"),
        layers: items(history).iter().map(layer).collect(),
    }
}

fn layer(value: &Value) -> Layer {
    let said = text(member(value, "CreatedBy"));
    let said = said.trim_start_matches("/bin/sh -c ");
    let said = said.trim_start_matches("#(nop)").trim();
    let comment = || text(member(value, "Comment"));
    Layer {
        made_by: if said.is_empty() {
            comment()
        } else {
            said.to_owned()
        },
        created: time(member(value, "Created")),
        size: count(member(value, "Size")).unwrap_or(0),
    }
}

fn members(value: &Value) -> Vec<Member> {
    let mut members: Vec<Member> = value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(id, value)| {
            let own = |name: &str| text(path(value, &[name]));
            Member {
                id: clean(id),
                name: own("Name"),
                ipv4: own("IPv4Address"),
                ipv6: own("IPv6Address"),
                mac: own("MacAddress"),
                endpoint: own("EndpointID"),
            }
        })
        .collect();
    members.sort_by(|a, b| a.name.cmp(&b.name));
    members
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_images_making_is_read_without_the_builders_words() {
        let history = json!([
            {"CreatedBy": "/bin/sh -c #(nop)  CMD [\"sh\"]", "Size": 0},
            {"CreatedBy": "/bin/sh -c apk add curl", "Size": 7, "Created": 1_700_000_000},
            {"Comment": "Imported from -", "Size": null},
        ]);
        let answer = json!({"Os": "linux", "Architecture": "arm64", "Variant": "v8",
            "Config": {"Env": ["A=1=2"], "ExposedPorts": {"80/tcp": {}}, "Cmd": null}});
        let Particulars::Image {
            platform,
            layers,
            environment,
            ports,
            command,
            ..
        } = image(&answer, &history)
        else {
            panic!("an image");
        };
        assert_eq!(platform, "linux/arm64/v8");
        let said: Vec<&str> = layers.iter().map(|l| l.made_by.as_str()).collect();
        assert_eq!(said, ["CMD [\"sh\"]", "apk add curl", "Imported from -"]);
        assert_eq!(layers[1].size, 7);
        assert_eq!(environment, [("A".to_owned(), "1=2".to_owned())]);
        assert_eq!((ports, command.len()), (vec!["80/tcp".to_owned()], 0));
    }

    #[test]
    fn members_come_by_name() {
        let all = members(
            &json!({"2": {"Name": "b", "IPv4Address": "10.0.0.2/8"}, "1": {"Name": "a"}, "3": 7}),
        );
        let names: Vec<&str> = all.iter().map(|m| m.name.as_str()).collect();
        assert_eq!(names, ["", "a", "b"]);
        assert!(members(&json!(null)).is_empty());
    }
}
