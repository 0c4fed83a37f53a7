//! `ps`: the container table as text or as JSON lines, with figures of the running ones.
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::StreamExt;
use futures::future::join_all;
use futures::stream;
use serde_json::{Value, json};

use super::args::Ps;
use super::context::{Context, block_on};
use super::hosts::Sites;
use super::out::{Out, Quit};
use super::{DONE, FAILED, table};
use crate::engine::stats::DIRECT_ONE_SHOT;
use crate::engine::{CALL_LIMIT, Engine};
use crate::lang;
use crate::model::{Container, Counters, Port, RunState, Sample};
use crate::runtime::clock;
use crate::text::{bytes_short, duration, percent};

/// Between two readings.
const BETWEEN: Duration = Duration::from_secs(1);

pub(super) fn run(context: &Context, args: &Ps, out: &mut Out) -> Result<u8, Quit> {
    block_on(async {
        let sites = Sites::open(context, &args.names).await?;
        let shown = chosen(context, args, &sites)?;
        let read = sites.up.iter().map(|site| {
            let of_it = shown.iter().copied().filter(|c| c.key.host == site.id);
            let shown: Vec<&Container> = of_it.collect();
            async move {
                let figures = if args.no_stats {
                    vec![None; shown.len()]
                } else {
                    figures(&site.engine, &shown).await
                };
                (site, shown, figures)
            }
        });
        let now = clock::now();
        let mut rows = Vec::new();
        for (site, shown, figures) in join_all(read).await {
            for (container, sample) in shown.into_iter().zip(&figures) {
                if args.json {
                    // What the engine calls itself, as ever; of several the name that can be typed.
                    let own = &site.engine.info().name;
                    let host = if sites.several { &site.label } else { own };
                    out.line(&object(host, container, sample.as_ref()).to_string())?;
                    continue;
                }
                let mut cells =
                    lang::within(out.language(), || row(container, sample.as_ref(), now));
                if sites.several {
                    cells.insert(0, site.label.clone());
                }
                rows.push(cells);
            }
        }
        if !args.json {
            let mut head = HEAD.to_vec();
            if sites.several {
                head.insert(0, table::Head::text(key!("HOST"), 6, 8));
            }
            let columns = out.columns();
            let lines = lang::within(out.language(), || table::lines(&head, &rows, columns));
            for line in lines {
                out.line(&line)?;
            }
        }
        out.flush()?;
        Ok(if sites.silent.is_empty() {
            DONE
        } else {
            FAILED
        })
    })
}

/// Those that are asked for: host by host, stack by stack, by name.
fn chosen<'a>(context: &Context, args: &Ps, sites: &'a Sites) -> Result<Vec<&'a Container>, Quit> {
    if !args.names.is_empty() {
        return sites.everywhere(&args.names);
    }
    let stopped = args.all || context.settings.show_stopped && !args.running;
    let all = sites.up.iter().flat_map(|site| &site.containers);
    let mut shown: Vec<&Container> = all
        .filter(|c| stopped || c.state.is_live() || c.state == RunState::Restarting)
        .collect();
    shown.sort_by_key(|c| (c.key.host, c.stack().is_none(), c.stack(), c.name.as_str()));
    Ok(shown)
}

/// The figures of each, in order; `None` where it does not run or the engine does not say. Two readings: what a CPU does
/// is what it did between them.
async fn figures(engine: &Engine, shown: &[&Container]) -> Vec<Option<Sample>> {
    let first = readings(engine, shown).await;
    let then = clock::now();
    if first.iter().all(Option::is_none) {
        return vec![None; shown.len()];
    }
    tokio::time::sleep(BETWEEN).await;
    let second = readings(engine, shown).await;
    let now = clock::now();
    first
        .iter()
        .zip(second)
        .map(|(first, second)| Some(second?.sample(first.as_ref().map(|first| (first, then)), now)))
        .collect()
}

async fn readings(engine: &Engine, shown: &[&Container]) -> Vec<Option<Counters>> {
    // Old engines answer a whole wave at their next tick, new ones at once.
    let at_once = if engine.api() >= DIRECT_ONE_SHOT {
        8
    } else {
        64
    };
    let asked = shown.iter().map(|container| {
        let id = Arc::clone(&container.key.id);
        let live = container.state.is_live();
        async move {
            if !live {
                return None;
            }
            let read = engine.stats_once(&id, CALL_LIMIT).await.ok();
            read.filter(|counters| !counters.is_empty())
        }
    });
    stream::iter(asked).buffered(at_once).collect().await
}

const HEAD: &[table::Head] = &[
    table::Head::name(key!("NAME"), 1, 20),
    table::Head::text(key!("STATE"), 2, 12),
    table::Head::figure(key!("FOR"), 5),
    table::Head::figure(key!("CPU%"), 3),
    table::Head::figure(key!("MEM"), 4),
    table::Head::figure(key!("LIMIT"), 8),
    table::Head::text(key!("STACK"), 7, 10),
    table::Head::text(key!("IMAGE"), 9, 16),
    table::Head::text(key!("PORTS"), 10, 12),
];

fn row(container: &Container, sample: Option<&Sample>, now: DateTime<Utc>) -> Vec<String> {
    let age = container.since.map(|since| duration(now - since));
    let cpu = sample.and_then(|s| s.cpu).map(percent);
    let memory = sample.and_then(|s| s.memory).map(bytes_short);
    let limit = sample.and_then(|s| s.memory_limit).map(bytes_short);
    vec![
        container.name.clone(),
        super::verb::state(container),
        age.unwrap_or_default(),
        cpu.unwrap_or_default(),
        memory.unwrap_or_default(),
        limit.unwrap_or_default(),
        container.stack().unwrap_or_default().to_owned(),
        container.image.clone(),
        ports(&container.ports),
    ]
}

/// `8025->80/tcp`; each port once, whatever addresses it is bound to.
fn ports(ports: &[Port]) -> String {
    let mut shown: Vec<String> = Vec::new();
    for port in ports {
        let inside = format!("{}/{}", port.private, port.protocol);
        let text = port
            .public
            .map_or_else(|| inside.clone(), |public| format!("{public}->{inside}"));
        if !shown.contains(&text) {
            shown.push(text);
        }
    }
    shown.join(" ")
}

fn object(host: &str, container: &Container, sample: Option<&Sample>) -> Value {
    let time = |time: Option<DateTime<Utc>>| time.map(|time| time.to_rfc3339());
    let ports: Vec<Value> = container
        .ports
        .iter()
        .map(|p| json!({ "private": p.private, "public": p.public, "ip": p.ip, "protocol": p.protocol }))
        .collect();
    let totals = sample.map(|s| s.totals);
    json!({
        "host": host,
        "id": &*container.key.id,
        "name": container.name,
        "stack": container.stack(),
        "service": container.service(),
        "image": container.image,
        "state": container.state.word(),
        "health": container.health.map(crate::model::Health::word),
        "status": container.status,
        "exit_code": container.exit_code,
        "created": time(container.created),
        "since": time(container.since),
        "cpu_percent": sample.and_then(|s| s.cpu),
        "memory_bytes": sample.and_then(|s| s.memory),
        "memory_limit_bytes": sample.and_then(|s| s.memory_limit),
        "network_rx_bytes": totals.and_then(|t| t.net_rx),
        "network_tx_bytes": totals.and_then(|t| t.net_tx),
        "block_read_bytes": totals.and_then(|t| t.block_read),
        "block_write_bytes": totals.and_then(|t| t.block_write),
        "pids": sample.and_then(|s| s.pids),
        "ports": ports,
    })
}
