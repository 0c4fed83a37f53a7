//! Services and nodes of the swarm that an engine manages, and what changes them. An engine that manages none answers 503.
//! Must not know how they are shown.
use std::collections::BTreeMap;
use std::time::Duration;

use bollard::query_parameters::DeleteNodeOptions;
use serde_json::{Value, json};

use super::raw::within;
use super::resources::{key, named};
use super::wire::{count, escape, items, member, pairs, path, query, text, time};
use super::{BODY_LIMIT, CALL_LIMIT, Engine, Error, LIST_LIMIT};
use crate::model::swarm::{Act, Availability, Mode, Node, Port, Role, Rollout, Service, Task};
use crate::model::{HostId, Kind};

/// How often a change is tried on the newest version of its thing: others may change it between the look and the call.
const TRIES: usize = 4;

impl Engine {
    async fn answer_of(&self, path: &str) -> Result<Value, Error> {
        self.raw().get_json(path, BODY_LIMIT, LIST_LIMIT).await
    }

    /// The services, each with its tasks.
    pub(super) async fn services(&self, host: HostId) -> Result<Vec<Service>, Error> {
        let (services, tasks, nodes) = futures::try_join!(
            self.answer_of("/services?status=true"),
            self.answer_of("/tasks"),
            self.answer_of("/nodes"),
        )?;
        let mut of = tasks_by(&tasks, "ServiceID", &names(&nodes));
        let mut services = named(items(&services), host, service);
        for service in &mut services {
            service.tasks = of.remove(&*service.key.id).unwrap_or_default();
        }
        Ok(services)
    }

    /// The nodes, each with how many tasks run on it.
    pub(super) async fn nodes(&self, host: HostId) -> Result<Vec<Node>, Error> {
        let (nodes, tasks) =
            futures::try_join!(self.answer_of("/nodes"), self.answer_of("/tasks"))?;
        let of = tasks_by(&tasks, "NodeID", &BTreeMap::new());
        let mut nodes = named(items(&nodes), host, node);
        for node in &mut nodes {
            let tasks = of.get(&*node.key.id).into_iter().flatten();
            node.running = tasks.filter(|task| task.runs()).count() as u64;
        }
        Ok(nodes)
    }

    /// Changes a service or a node; the swarm goes on with it afterwards.
    ///
    /// # Errors
    /// The engine's refusal, or no answer within `limit`.
    pub(super) async fn in_swarm(&self, id: &str, act: Act, limit: Duration) -> Result<(), Error> {
        let id = escape(id);
        match act {
            Act::RemoveService => {
                let call = async { Ok(self.docker().delete_service(&id).await?) };
                within(limit, call).await
            }
            Act::RemoveNode => {
                let options = None::<DeleteNodeOptions>;
                let call = async { Ok(self.docker().delete_node(&id, options).await?) };
                within(limit, call).await
            }
            Act::Availability(to) => {
                let change = |spec: &mut Value| set(spec, &["Availability"], json!(to.word()));
                self.edit(&format!("/nodes/{id}"), &[], change, limit).await
            }
            Act::Scale(to) => {
                let change =
                    |spec: &mut Value| set(spec, &["Mode", "Replicated", "Replicas"], json!(to));
                self.edit(&format!("/services/{id}"), &[], change, limit)
                    .await
            }
            Act::Restart => {
                let change = |spec: &mut Value| {
                    let place = ["TaskTemplate", "ForceUpdate"];
                    let before = count(path(spec, &place)).unwrap_or(0);
                    set(spec, &place, json!(before + 1));
                };
                self.edit(&format!("/services/{id}"), &[], change, limit)
                    .await
            }
            Act::Rollback => {
                let back = [("rollback", "previous")];
                self.edit(&format!("/services/{id}"), &back, |_| {}, limit)
                    .await
            }
        }
    }

    /// Reads the spec, changes it and writes it back under the version that was read. An engine keeps what it does not know of
    /// in a spec, so all that is not changed goes back as it came.
    async fn edit(
        &self,
        thing: &str,
        options: &[(&str, &str)],
        change: impl Fn(&mut Value) + Send + Sync,
        limit: Duration,
    ) -> Result<(), Error> {
        let mut tried = 0;
        loop {
            tried += 1;
            let now = self.raw().get_json(thing, BODY_LIMIT, CALL_LIMIT).await?;
            let mut spec = member(&now, "Spec").clone();
            change(&mut spec);
            let version = text(path(&now, &["Version", "Index"]));
            let options: Vec<(&str, &str)> = [("version", version.as_str())]
                .into_iter()
                .chain(options.iter().copied())
                .collect();
            let at = format!("{thing}/update{}", query(&options));
            match self.raw().post_json(&at, &spec, limit).await {
                Err(error) if tried < TRIES && is_outdated(&error) => {}
                answer => return answer.map(|_| ()),
            }
        }
    }
}

/// Somebody else changed it meanwhile (swarmkit: `update out of sequence`).
fn is_outdated(error: &Error) -> bool {
    matches!(error, Error::Server { message, .. } if message.contains("out of sequence"))
}

/// Writes a value some levels down, whatever is there.
fn set(spec: &mut Value, place: &[&str], value: Value) {
    let mut at = spec;
    for name in place {
        if !at.is_object() {
            *at = json!({});
        }
        at = &mut at[*name];
    }
    *at = value;
}

/// What nodes are called, by their ids.
fn names(nodes: &Value) -> BTreeMap<String, String> {
    let name = |node: &Value| {
        let hostname = path(node, &["Description", "Hostname"]);
        (text(member(node, "ID")), text(hostname))
    };
    items(nodes).iter().map(name).collect()
}

/// The tasks by what this member names, each in the order of its slot and node, the newest first.
fn tasks_by(
    tasks: &Value,
    by: &str,
    nodes: &BTreeMap<String, String>,
) -> BTreeMap<String, Vec<Task>> {
    let mut all: BTreeMap<String, Vec<Task>> = BTreeMap::new();
    for value in items(tasks) {
        all.entry(text(member(value, by)))
            .or_default()
            .push(task(value, nodes));
    }
    for tasks in all.values_mut() {
        tasks.sort_by(|a, b| {
            let place = |task: &Task| (task.slot, (task.slot == 0).then(|| task.node.clone()));
            let newest = || (b.is_wanted(), b.since).cmp(&(a.is_wanted(), a.since));
            place(a).cmp(&place(b)).then_with(newest)
        });
    }
    all
}

fn task(value: &Value, nodes: &BTreeMap<String, String>) -> Task {
    let status = member(value, "Status");
    let node = text(member(value, "NodeID"));
    Task {
        slot: count(member(value, "Slot")).unwrap_or(0),
        node: nodes.get(&node).cloned().unwrap_or(node),
        state: text(member(status, "State")),
        wanted: text(member(value, "DesiredState")),
        error: text(member(status, "Err")),
        since: time(member(status, "Timestamp")),
        container: text(path(status, &["ContainerStatus", "ContainerID"])),
    }
}

fn service(value: &Value, host: HostId) -> Option<Service> {
    let spec = member(value, "Spec");
    let image = text(path(spec, &["TaskTemplate", "ContainerSpec", "Image"]));
    let mode = member(spec, "Mode");
    let has = |name: &str| !member(mode, name).is_null();
    let asked = count(path(mode, &["Replicated", "Replicas"]));
    // Engines before 20.10 do not tell it.
    let told = count(path(value, &["ServiceStatus", "DesiredTasks"]));
    let (mode, wanted) = if has("Replicated") {
        (Mode::Replicated, asked.or(told))
    } else if has("Global") {
        (Mode::Global, told)
    } else {
        let total = count(path(mode, &["ReplicatedJob", "TotalCompletions"]));
        (Mode::Job, total.or(told))
    };
    Some(Service {
        key: key(host, Kind::Service, &text(member(value, "ID")))?,
        name: text(member(spec, "Name")),
        image: image.split('@').next().unwrap_or_default().to_owned(),
        mode,
        wanted,
        ports: items(path(value, &["Endpoint", "Ports"]))
            .iter()
            .map(port)
            .collect(),
        rollout: rollout(member(value, "UpdateStatus")),
        created: time(member(value, "CreatedAt")),
        updated: time(member(value, "UpdatedAt")),
        labels: pairs(member(spec, "Labels")),
        tasks: Vec::new(),
    })
}

fn port(value: &Value) -> Port {
    let number = |name: &str| {
        let number = count(member(value, name)).unwrap_or(0);
        u16::try_from(number).unwrap_or(0)
    };
    Port {
        published: number("PublishedPort"),
        target: number("TargetPort"),
        protocol: text(member(value, "Protocol")),
    }
}

fn rollout(value: &Value) -> Option<Rollout> {
    let state = text(member(value, "State"));
    (!state.is_empty()).then(|| Rollout {
        state,
        message: text(member(value, "Message")),
    })
}

fn node(value: &Value, host: HostId) -> Option<Node> {
    let (spec, about) = (member(value, "Spec"), member(value, "Description"));
    let manager = member(value, "ManagerStatus");
    let resources = member(about, "Resources");
    Some(Node {
        key: key(host, Kind::Node, &text(member(value, "ID")))?,
        hostname: text(member(about, "Hostname")),
        role: match text(member(spec, "Role")).as_str() {
            "manager" if member(manager, "Leader") == &Value::Bool(true) => Role::Leader,
            "manager" => Role::Manager,
            _ => Role::Worker,
        },
        availability: Availability::parse(&text(member(spec, "Availability"))),
        state: text(path(value, &["Status", "State"])),
        message: text(path(value, &["Status", "Message"])),
        reachability: text(member(manager, "Reachability")),
        address: text(path(value, &["Status", "Addr"])),
        version: text(path(about, &["Engine", "EngineVersion"])),
        cpus: count(member(resources, "NanoCPUs")).map(|billionths| billionths / 1_000_000),
        memory: count(member(resources, "MemoryBytes")),
        labels: pairs(member(spec, "Labels")),
        running: 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: HostId = HostId(0);

    #[test]
    fn a_service_is_read_as_engines_tell_it() {
        // dockerd 20.10.24, `GET /services?status=true`, shortened.
        let told = json!({"ID": "yynuv1c9bome", "Version": {"Index": 14},
            "CreatedAt": "2026-11-29T22:19:26.475909319Z", "UpdatedAt": "2026-11-29T22:19:26.476397969Z",
            "Spec": {"Name": "shop_web", "Labels": {"com.docker.stack.namespace": "shop"},
                "TaskTemplate": {"ContainerSpec": {"Image": "web:1@sha256:abc"}, "ForceUpdate": 0},
                "Mode": {"Replicated": {"Replicas": 3}}},
            "Endpoint": {"Ports": [{"Protocol": "tcp", "TargetPort": 80, "PublishedPort": 8081, "PublishMode": "ingress"}]},
            "UpdateStatus": {"State": "updating", "Message": "update in progress"},
            "ServiceStatus": {"RunningTasks": 2, "DesiredTasks": 3}});
        let read = service(&told, HOST).unwrap();
        assert_eq!(
            (read.name.as_str(), read.stack()),
            ("shop_web", Some("shop"))
        );
        assert_eq!((read.image.as_str(), read.wanted), ("web:1", Some(3)));
        assert_eq!((read.ports[0].published, read.ports[0].target), (8081, 80));
        assert!(read.rollout.unwrap().words().is_some());
        let everywhere = json!({"ID": "a", "Spec": {"Mode": {"Global": {}}}, "ServiceStatus": {"DesiredTasks": 2}});
        let read = service(&everywhere, HOST).unwrap();
        assert_eq!((read.mode, read.wanted), (Mode::Global, Some(2)));
        let job = json!({"ID": "a", "Spec": {"Mode": {"ReplicatedJob": {"MaxConcurrent": 1, "TotalCompletions": 4}}}});
        let read = service(&job, HOST).unwrap();
        assert_eq!((read.mode, read.wanted), (Mode::Job, Some(4)));
        // An old engine, and an odd one.
        let odd = json!({"ID": "a", "Spec": {"Name": 7, "Mode": {"Global": {}}}});
        assert_eq!(service(&odd, HOST).unwrap().wanted, None);
        assert!(service(&json!({"Spec": {}}), HOST).is_none());
    }

    #[test]
    fn what_is_not_changed_of_a_spec_stays() {
        let mut spec = json!({"Name": "a", "New": [1], "Mode": {"Replicated": {"Replicas": 1}}});
        set(&mut spec, &["Mode", "Replicated", "Replicas"], json!(5));
        let five = json!({"Name": "a", "New": [1], "Mode": {"Replicated": {"Replicas": 5}}});
        assert_eq!(spec, five);
        set(&mut spec, &["New", "Force"], json!(1));
        assert_eq!(spec["New"], json!({"Force": 1}));
    }

    #[test]
    fn tasks_come_by_slot_with_the_newest_first() {
        let told = json!([
            {"ServiceID": "s", "Slot": 2, "NodeID": "n", "DesiredState": "shutdown",
                "Status": {"State": "failed", "Err": "exit\u{1b}[2J 1", "Timestamp": "2026-11-29T22:19:27Z"}},
            {"ServiceID": "s", "Slot": 2, "NodeID": "n", "DesiredState": "running",
                "Status": {"State": "running", "Timestamp": "2026-11-29T22:19:26Z", "ContainerStatus": {"ContainerID": "c"}}},
            {"ServiceID": "s", "Slot": 1, "DesiredState": "running", "Status": {"State": "pending"}},
            7,
        ]);
        let names = BTreeMap::from([("n".to_owned(), "node1".to_owned())]);
        let by = tasks_by(&told, "ServiceID", &names);
        let states: Vec<_> = by["s"].iter().map(|t| (t.slot, t.state.as_str())).collect();
        assert_eq!(states, [(1, "pending"), (2, "running"), (2, "failed")]);
        assert_eq!(
            (by["s"][1].node.as_str(), by["s"][0].node.as_str()),
            ("node1", "")
        );
        assert!(!by["s"][2].error.contains('\u{1b}'));
    }

    #[test]
    fn a_node_is_read_as_engines_tell_it() {
        let told = json!({"ID": "odw4", "Spec": {"Labels": {"zone": "a"}, "Role": "manager", "Availability": "drain"},
            "Description": {"Hostname": "node1", "Engine": {"EngineVersion": "20.10.24"},
                "Resources": {"NanoCPUs": 2_000_000_000_u64, "MemoryBytes": 25_276_518_400_u64}},
            "Status": {"State": "ready", "Addr": "10.233.0.11"},
            "ManagerStatus": {"Leader": true, "Reachability": "reachable", "Addr": "10.233.0.11:2377"}});
        let read = node(&told, HOST).unwrap();
        assert_eq!(
            (read.role, read.availability),
            (Role::Leader, Some(Availability::Drain))
        );
        assert_eq!((read.cpus, read.is_ready()), (Some(2000), true));
        let lost = json!({"ID": "a", "Spec": {"Role": "worker"}, "Status": {"State": "down", "Message": "heartbeat failure"}});
        let read = node(&lost, HOST).unwrap();
        assert_eq!(
            (read.role, read.availability, read.is_ready()),
            (Role::Worker, None, false)
        );
    }
}
