//! The processes of a container, as `ps` shows them. Must not know how they live.
use serde_json::{Value, json};

use super::Call;
use super::answer::{self, Answer};
use crate::sim::clock::{Ns, SECOND, date};
use crate::sim::world::{Container, Refusal};

/// Answers `containers/{who}/top`.
pub fn answer(call: &Call, who: &str) -> Answer {
    let now = call.shared.clock.now();
    let mut world = call.shared.world();
    let container = world.get(who)?;
    if !container.alive() {
        let words = format!("Container {} is not running", container.id);
        return Err(Refusal::new(409, words));
    }
    let full = call
        .query
        .get("ps_args")
        .is_none_or(|args| args.contains("-ef"));
    let titles = if full {
        json!(["UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"])
    } else {
        json!(["PID", "TTY", "STAT", "TIME", "COMMAND"])
    };
    let rows = rows(container, now, full);
    let id = container.id.clone();
    world.emit(&id, "top", &[], now);
    Ok(answer::ok(&json!({"Processes": rows, "Titles": titles})))
}

fn rows(container: &Container, now: Ns, full: bool) -> Vec<Value> {
    let started = container.started.unwrap_or(now);
    let started = date(started).format("%H:%M").to_string();
    let count = container.spec.processes.len() as u64 + 1;
    let used = container.load.usage(container.active(now)).cpu / SECOND.cast_unsigned() / count;
    let time = format!("{:02}:{:02}:{:02}", used / 3600, used / 60 % 60, used % 60);
    let row = |pid: u32, parent: u32, command: &str| {
        let (pid, parent) = (pid.to_string(), parent.to_string());
        if full {
            json!([
                container.user(),
                pid,
                parent,
                "0",
                started,
                "?",
                time,
                command
            ])
        } else {
            json!([pid, "?", "Ss", time, command])
        }
    };
    let first = row(container.pid, 1, &container.command.join(" "));
    let others = container.spec.processes.iter().zip(container.pid + 11..);
    let others = others.map(|(process, pid)| row(pid, container.pid, process));
    std::iter::once(first).chain(others).collect()
}
