//! Load as the engine reports it. Must not know where the figures come from.
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep_until};

use super::Call;
use super::answer::{self, Answer};
use crate::sim::clock::{Ns, SECOND, stamp};
use crate::sim::server::{Fault, Shared};
use crate::sim::world::{Container, Phase, Refusal, World};

const NEVER: &str = "0001-01-01T00:00:00Z";

/// Answers `containers/{who}/stats`: one sample, or one a second until the container is removed.
pub fn answer(call: &Call, who: &str) -> Answer {
    let id = call.shared.world().find(who)?;
    if *call.shared.fault.borrow() == Some(Fault::NoStats) {
        return Err(Refusal::new(404, format!("No such container: {who}")));
    }
    let shared = Arc::clone(&call.shared);
    let endless = call.query.or("stream", true);
    let one_shot = call.query.on("one-shot");
    let first = u64::from(!endless && !one_shot);
    let start = Instant::now();
    let samples = futures::stream::unfold(0_u64, move |place| {
        let (shared, id) = (Arc::clone(&shared), id.clone());
        async move {
            if !endless && place > 0 {
                return None;
            }
            sleep_until(start + Duration::from_secs(place + first)).await;
            let previous = place + first > 0;
            let sample = sample(&shared, &id, previous)?;
            Some((Bytes::from(format!("{sample}\n")), place + 1))
        }
    });
    Ok(answer::stream(Some("application/json"), samples))
}

fn sample(shared: &Shared, id: &str, previous: bool) -> Option<Value> {
    let world = shared.world();
    let container = world.containers.get(id)?;
    let now = shared.clock.now();
    let mut sample = figures(&world, container, now, previous);
    let fault = *shared.fault.borrow();
    if let (Some(fault), Some(map)) = (fault, sample.as_object_mut()) {
        spoil(map, fault, now);
    }
    Some(sample)
}

/// Makes a sample that of a bad day.
fn spoil(sample: &mut serde_json::Map<String, Value>, fault: Fault, now: Ns) {
    match fault {
        Fault::Clock(seconds) if sample.get("read").is_some_and(|read| read != NEVER) => {
            sample.insert("read".into(), json!(stamp(now + seconds * SECOND)));
        }
        Fault::NoCpus => {
            if let Some(cpu) = sample.get_mut("cpu_stats").and_then(Value::as_object_mut) {
                cpu.insert("online_cpus".into(), json!(0));
                if let Some(usage) = cpu.get_mut("cpu_usage").and_then(Value::as_object_mut) {
                    usage.remove("percpu_usage");
                }
            }
        }
        Fault::Backwards => sample.values_mut().for_each(halve),
        _ => {}
    }
}

/// Halves every number in it that counts something.
fn halve(value: &mut Value) {
    match value {
        Value::Object(map) => map
            .iter_mut()
            .filter(|(name, _)| !matches!(name.as_str(), "online_cpus" | "limit"))
            .for_each(|(_, value)| halve(value)),
        Value::Array(list) => list.iter_mut().for_each(halve),
        Value::Number(number) => {
            if let Some(whole) = number.as_u64() {
                *value = json!(whole / 2);
            }
        }
        _ => {}
    }
}

/// One sample; an empty one when the container does not run.
fn figures(world: &World, container: &Container, now: Ns, previous: bool) -> Value {
    let name = format!("/{}", container.name);
    if !matches!(container.phase, Phase::Running | Phase::Paused) {
        return json!({
            "name": name, "id": container.id, "read": NEVER, "preread": NEVER,
            "pids_stats": {}, "blkio_stats": empty_blkio(), "num_procs": 0, "storage_stats": {},
            "cpu_stats": no_cpu(), "precpu_stats": no_cpu(), "memory_stats": {}
        });
    }
    let before = now - SECOND;
    let previous = previous && container.started.is_some_and(|started| started <= before);
    let usage = container.load.usage(container.active(now));
    let processes = container.spec.processes.len() + 1;
    let mut out = json!({
        "name": name,
        "id": container.id,
        "read": stamp(now),
        "preread": if previous { stamp(before) } else { NEVER.to_owned() },
        "pids_stats": {"current": processes * 3 - 2, "limit": 38_344},
        "blkio_stats": blkio(world, usage.disk),
        "num_procs": 0,
        "storage_stats": {},
        "cpu_stats": cpu(world, container, now),
        "precpu_stats": if previous { cpu(world, container, before) } else { no_cpu() },
        "memory_stats": memory(world, container, usage.memory, usage.cache),
    });
    let share = container.endpoints.len().max(1) as u64;
    let card = |place: usize| {
        let part = |bytes: u64| {
            if place == 0 {
                bytes - bytes / share * (share - 1)
            } else {
                bytes / share
            }
        };
        let (rx, tx) = (part(usage.net.0), part(usage.net.1));
        json!({"rx_bytes": rx, "rx_packets": rx / 310, "rx_errors": 0, "rx_dropped": 0,
            "tx_bytes": tx, "tx_packets": tx / 290, "tx_errors": 0, "tx_dropped": 0})
    };
    let on_host = container.endpoints.iter().any(|e| e.address.is_empty());
    if !on_host && let Some(map) = out.as_object_mut() {
        let cards =
            (0..container.endpoints.len()).map(|place| (format!("eth{place}"), card(place)));
        map.insert("networks".into(), Value::Object(cards.collect()));
    }
    out
}

fn cpu(world: &World, container: &Container, at: Ns) -> Value {
    let total = container.load.usage(container.active(at)).cpu;
    let engine = &world.engine;
    // The machine was started thirty days before the world.
    let up = (at - world.origin + 30 * 86_400 * SECOND)
        .max(0)
        .cast_unsigned();
    let mut usage = json!({
        "total_usage": total,
        "usage_in_kernelmode": total / 5,
        "usage_in_usermode": total - total / 5
    });
    if engine.cgroup == 1
        && let Some(map) = usage.as_object_mut()
    {
        let each = total / engine.cpus.max(1);
        map.insert(
            "percpu_usage".into(),
            (0..engine.cpus).map(|_| json!(each)).collect(),
        );
    }
    json!({
        "cpu_usage": usage,
        "system_cpu_usage": up * engine.cpus,
        "online_cpus": engine.cpus,
        "throttling_data": {"periods": 0, "throttled_periods": 0, "throttled_time": 0}
    })
}

fn no_cpu() -> Value {
    json!({
        "cpu_usage": {"total_usage": 0, "usage_in_kernelmode": 0, "usage_in_usermode": 0},
        "throttling_data": {"periods": 0, "throttled_periods": 0, "throttled_time": 0}
    })
}

fn memory(world: &World, container: &Container, usage: u64, cache: u64) -> Value {
    let limit = container.load.memory_limit;
    let own = usage - cache;
    if world.engine.cgroup == 1 {
        return json!({"usage": usage, "max_usage": usage + usage / 9, "limit": limit, "stats": {
            "cache": cache, "rss": own, "inactive_file": cache, "active_file": 0,
            "total_cache": cache, "total_rss": own, "total_inactive_file": cache,
            "total_active_file": 0, "hierarchical_memory_limit": limit, "pgfault": 90_211}});
    }
    json!({"usage": usage, "limit": limit, "stats": {
        "anon": own, "file": cache, "inactive_file": cache, "active_file": 0, "inactive_anon": own,
        "kernel_stack": 147_456, "slab": 1_232_896, "sock": 0, "shmem": 0, "pgfault": 90_211,
        "pgmajfault": 61}})
}

fn blkio(world: &World, (read, write): (u64, u64)) -> Value {
    let mut out = empty_blkio();
    let (r, w) = if world.engine.cgroup == 1 {
        ("Read", "Write")
    } else {
        ("read", "write")
    };
    if let Some(map) = out.as_object_mut() {
        map.insert(
            "io_service_bytes_recursive".into(),
            json!([{"major": 254, "minor": 0, "op": r, "value": read},
                {"major": 254, "minor": 0, "op": w, "value": write}]),
        );
    }
    out
}

fn empty_blkio() -> Value {
    json!({"io_service_bytes_recursive": null, "io_serviced_recursive": null,
        "io_queue_recursive": null, "io_service_time_recursive": null,
        "io_wait_time_recursive": null, "io_merged_recursive": null, "io_time_recursive": null,
        "sectors_recursive": null})
}
