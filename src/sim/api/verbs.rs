//! Verbs on containers: what is asked, how long the caller waits, what is answered. Must not know
//! what the verbs do to the world.
use bytes::Bytes;
use hyper::Response;
use serde_json::{Value, json};

use super::answer::{self, Answer, Body};
use super::{Call, not_found};
use crate::sim::server::Fault;
use crate::sim::world::{After, CreateRequest, Phase, Refusal, World};

/// Makes a container.
pub async fn create(call: &mut Call) -> Answer {
    let request: CreateRequest = call.json().await?;
    if call.shared.fault() == Some(Fault::Full) {
        return Err(Refusal::new(500, answer::NO_SPACE));
    }
    let name = call.query.get("name");
    let id = call
        .shared
        .change(|world, now| world.create(name, &request, now))?;
    Ok(answer::with(201, &json!({"Id": id, "Warnings": []})))
}

/// Removes a container.
pub fn remove(call: &Call, who: &str) -> Answer {
    let (force, volumes) = (call.query.on("force"), call.query.on("v"));
    call.shared
        .change(|world, now| world.remove(who, force, volumes, now))?;
    Ok(answer::status(204))
}

/// Does `verb` to the container.
pub async fn act(call: &mut Call, who: &str, verb: &str) -> Answer {
    let done = |()| answer::status(204);
    match verb {
        "start" => {
            let started = call.shared.change(|world, now| world.start(who, now))?;
            Ok(answer::status(if started { 204 } else { 304 }))
        }
        "stop" => end(call, who, After::Stop).await,
        "restart" => end(call, who, After::Restart).await,
        "kill" => kill(call, who).await,
        "pause" => call
            .shared
            .change(|world, now| world.pause(who, now))
            .map(done),
        "unpause" => call
            .shared
            .change(|world, now| world.unpause(who, now))
            .map(done),
        "rename" => {
            let name = call.query.get("name").unwrap_or_default();
            call.shared
                .change(|world, now| world.rename(who, name, now))
                .map(done)
        }
        "update" => {
            let wanted: Value = call.json().await?;
            call.shared
                .change(|world, now| world.update(who, &wanted, now))?;
            Ok(answer::ok(&json!({"Warnings": []})))
        }
        "resize" => resize(call, who),
        "wait" => wait(call, who),
        _ => Err(not_found()),
    }
}

async fn end(call: &Call, who: &str, after: After) -> Answer {
    let id = call.shared.world().find(who)?;
    let patience = call.query.number("t");
    let run = call
        .shared
        .change(|world, now| world.stop(&id, patience, after, now))?;
    let Some(run) = run else {
        return Ok(answer::status(if after == After::Stop { 304 } else { 204 }));
    };
    call.shared.wait_for(|world| over(world, &id, run)).await;
    Ok(answer::status(204))
}

async fn kill(call: &Call, who: &str) -> Answer {
    let id = call.shared.world().find(who)?;
    let signal = call
        .query
        .get("signal")
        .filter(|signal| !signal.is_empty())
        .unwrap_or("KILL");
    let run = call
        .shared
        .change(|world, now| world.kill(who, signal, now))?;
    if let Some(run) = run.filter(|_| signal.ends_with("KILL") || signal == "9") {
        call.shared.wait_for(|world| over(world, &id, run)).await;
    }
    Ok(answer::status(204))
}

/// Whether a run is over.
fn over(world: &World, id: &str, run: u64) -> Option<()> {
    let alive = world
        .containers
        .get(id)
        .is_some_and(|c| c.run == run && c.alive());
    (!alive).then_some(())
}

fn resize(call: &Call, who: &str) -> Answer {
    let size = |key| call.query.number(key).unwrap_or(0).to_string();
    let extra = [("height", size("h")), ("width", size("w"))];
    call.shared.change(|world, now| {
        let id = world.find(who)?;
        world.emit(&id, "resize", &extra, now);
        Ok(answer::status(200))
    })
}

/// Headers come at once, the exit code when there is one.
fn wait(call: &Call, who: &str) -> Answer {
    let world = call.shared.world();
    let container = world.get(who)?;
    let (id, run) = (container.id.clone(), container.run);
    let condition = call
        .query
        .get("condition")
        .unwrap_or("not-running")
        .to_owned();
    drop(world);
    let shared = std::sync::Arc::clone(&call.shared);
    let code = async move {
        let mut last = 0;
        let code = shared
            .wait_for(|world| {
                let Some(container) = world.containers.get(&id) else {
                    return Some(last);
                };
                last = container.exit_code;
                let ended = !container.alive() && container.phase != Phase::Restarting;
                let over = match condition.as_str() {
                    "removed" => false,
                    "next-exit" => {
                        container.run > run || (ended && container.run == run && run > 0)
                    }
                    _ => ended,
                };
                over.then_some(last)
            })
            .await;
        Bytes::from(format!("{}\n", json!({"StatusCode": code})))
    };
    let response: Response<Body> =
        answer::stream(Some("application/json"), futures::stream::once(code));
    Ok(response)
}
