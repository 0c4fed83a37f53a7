//! Networks and volumes: made as they were asked for, and what an engine refuses.
use stacktui::effect::Verb;
use stacktui::model::wanted::{NewNetwork, NewVolume};
use stacktui::model::{Key, Kind, Network, Particulars, Resources, Volume};
use stacktui::msg::FailureKind;

use crate::bench::{Bench, HOST, LONG};

async fn networks(bench: &Bench) -> Vec<Network> {
    let found = bench.engine.resources(HOST, Kind::Network).await.unwrap();
    let Resources::Networks(found) = found else {
        panic!("networks were asked for")
    };
    found
}

async fn volumes(bench: &Bench) -> Vec<Volume> {
    let found = bench.engine.resources(HOST, Kind::Volume).await.unwrap();
    let Resources::Volumes(found) = found else {
        panic!("volumes were asked for")
    };
    found
}

fn network(typed: &str) -> Verb {
    Verb::CreateNetwork(Box::new(NewNetwork::read(typed).unwrap()))
}

fn volume(typed: &str) -> Verb {
    Verb::CreateVolume(Box::new(NewVolume::read(typed).unwrap()))
}

pub async fn a_network_is_made_as_asked_and_its_addresses_are_its_own(bench: Bench) {
    let own = std::process::id();
    let name = format!("contract-made-{own}");
    // An address space of this run's own.
    let subnet = format!("10.{}.{}.0/24", 100 + own % 100, own / 100 % 256);
    let gateway = subnet.replace(".0/24", ".9");
    let _left = bench.afterwards(&["network", "rm", &name]);
    let asked = format!("{name} --subnet {subnet} --gateway {gateway} --internal --label mine=yes");
    let key = Key::new(HOST, Kind::Network, &name);
    let made = bench.engine.perform(&key, &network(&asked), LONG).await;
    assert!(made.is_ok(), "{made:?}");
    let found = networks(&bench).await;
    let found = found.iter().find(|one| one.name == name).unwrap();
    assert_eq!(found.driver, "bridge");
    assert!(found.internal && !found.ipv6);
    assert_eq!(found.labels.get("mine").map(String::as_str), Some("yes"));
    assert_eq!(found.subnets.len(), 1);
    assert_eq!(
        (&found.subnets[0].range, &found.subnets[0].gateway),
        (&subnet, &gateway)
    );
    // The same name, and the same addresses under another.
    let again = bench.engine.perform(&key, &network(&name), LONG).await;
    assert_eq!(again.unwrap_err().kind(), FailureKind::Conflict);
    let other = format!("{name}-b --subnet {subnet}");
    let clash = bench
        .engine
        .perform(&key, &network(&other), LONG)
        .await
        .unwrap_err();
    let words = clash.to_string();
    assert!(
        words.contains("verlap") || words.contains("already used"),
        "{words}"
    );
    let odd = format!("{name}-c --driver nosuchdriver");
    assert!(
        bench
            .engine
            .perform(&key, &network(&odd), LONG)
            .await
            .is_err()
    );
    let id = Key::new(HOST, Kind::Network, &found.key.id);
    bench
        .engine
        .perform(&id, &Verb::RemoveNetwork, LONG)
        .await
        .unwrap();
    assert!(networks(&bench).await.iter().all(|one| one.name != name));
}

pub async fn a_volume_is_made_as_asked(bench: Bench) {
    let name = format!("contract-made-{}", std::process::id());
    let _left = bench.afterwards(&["volume", "rm", &name]);
    let asked = format!("{name} --label mine=yes -o type=tmpfs -o device=tmpfs");
    let key = Key::new(HOST, Kind::Volume, &name);
    let made = bench.engine.perform(&key, &volume(&asked), LONG).await;
    assert!(made.is_ok(), "{made:?}");
    let found = volumes(&bench).await;
    let found = found.iter().find(|one| one.name() == name).unwrap();
    assert_eq!(found.driver, "local");
    assert_eq!(found.labels.get("mine").map(String::as_str), Some("yes"));
    assert_eq!(found.options.get("type").map(String::as_str), Some("tmpfs"));
    let odd = format!("{name}-b --driver nosuchdriver");
    assert!(
        bench
            .engine
            .perform(&key, &volume(&odd), LONG)
            .await
            .is_err()
    );
    bench
        .engine
        .perform(&key, &Verb::RemoveVolume, LONG)
        .await
        .unwrap();
}

pub async fn who_is_put_into_a_network_again_is_another_member_of_it(bench: Bench) {
    if bench.podman() {
        return;
    }
    let front = if bench.is_real() {
        format!("members-{}-front", std::process::id())
    } else {
        "front".to_owned()
    };
    let _left = bench.afterwards(&["network", "rm", &front]);
    bench.docker(&["network", "create", &front]);
    let it = if bench.is_real() {
        let it = bench.obedient().await;
        // A container without network can be in no other.
        bench.docker(&["network", "disconnect", "none", &it.name]);
        bench.docker(&["network", "connect", "--alias", "second", &front, &it.name]);
        it
    } else {
        bench.furnished("").await
    };
    let all = networks(&bench).await;
    let network = all.into_iter().find(|one| one.name == front).unwrap().key;
    let member = async || {
        let about = bench.engine.about(&network).await.unwrap();
        let Particulars::Network { members } = about.particulars else {
            panic!("a network was asked for")
        };
        members.into_iter().find(|member| *member.id == *it.key.id)
    };
    let aliases = async || {
        let networks = bench.details(&it).await.networks;
        let link = networks.into_iter().find(|link| link.name == front);
        link.map(|link| link.aliases)
    };
    let container = it.key.id.clone();
    let first = member().await.expect("a member");
    assert!(first.ipv4.contains('/'), "{first:?}");
    let second = "second".to_owned();
    assert_eq!(aliases().await.unwrap().contains(&second), bench.is_real());
    let leave = Verb::Disconnect {
        container: container.clone(),
    };
    bench.engine.perform(&network, &leave, LONG).await.unwrap();
    assert_eq!((member().await, aliases().await), (None, None));
    let join = Verb::Connect { container };
    bench.engine.perform(&network, &join, LONG).await.unwrap();
    let again = member().await.expect("a member again");
    assert_ne!(first.endpoint, again.endpoint);
    assert!(!aliases().await.unwrap().contains(&second));
    let twice = bench.engine.perform(&network, &join, LONG).await;
    assert!(twice.is_err(), "{twice:?}");
}
