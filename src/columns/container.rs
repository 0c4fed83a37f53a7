//! The columns of the containers' table. Their cells are written in `cells`; nothing is drawn here.
pub mod cells;
mod order;
pub mod url;
pub mod words;

use super::{ContainerColumn, Width, apart, default, figure, sampled, words};
use crate::state::State;

use cells as c;
use order as o;

/// The width of the column of states.
const STATE: u16 = 14;

/// The columns of the containers' table, in their order on screen.
pub const COLUMNS: &[ContainerColumn] = &[
    default(words(
        "name",
        "name",
        Width::Flex(15, 40),
        255,
        "Name, under its stack.",
        c::name,
        o::name,
    )),
    apart(
        words(
            "host",
            "host",
            Width::Flex(10, 16),
            245,
            "The host it is on.",
            c::host,
            o::host,
        ),
        State::mixes_hosts,
    ),
    default(words(
        "state",
        "state",
        Width::Fixed(STATE),
        250,
        "What it does, for how long, or the job under way.",
        c::state,
        o::state,
    )),
    default(sampled(figure(
        "cpu",
        "cpu%",
        5,
        240,
        "CPU in percent of one core.",
        c::cpu,
        o::cpu,
    ))),
    default(sampled(words(
        "trend",
        "",
        Width::Fixed(10),
        110,
        "CPU of the last minutes; full height is its peak, at least half a core.",
        c::trend,
        o::cpu,
    ))),
    default(sampled(figure(
        "mem",
        "mem",
        5,
        230,
        "Memory in use, less the page cache.",
        c::memory,
        o::memory,
    ))),
    default(sampled(figure(
        "mem%",
        "mem%",
        5,
        200,
        "Memory in percent of its limit.",
        c::memory_percent,
        o::memory_percent,
    ))),
    sampled(figure(
        "net",
        "net in/out",
        12,
        150,
        "Bytes a second received and sent.",
        c::network,
        o::network,
    )),
    sampled(figure(
        "disk",
        "disk r/w",
        12,
        140,
        "Bytes a second read and written.",
        c::disk,
        o::disk,
    )),
    sampled(figure(
        "pids",
        "pids",
        5,
        100,
        "Number of processes.",
        c::pids,
        o::pids,
    )),
    words(
        "health",
        "health",
        Width::Fixed(9),
        130,
        "Verdict of its health check.",
        c::health,
        o::health,
    ),
    figure(
        "deaths",
        "deaths",
        6,
        125,
        "How often it died within the last hour.",
        c::deaths,
        o::deaths,
    ),
    figure(
        "exit",
        "exit",
        4,
        105,
        "Exit code of the last run.",
        c::exit,
        o::exit,
    ),
    default(words(
        "ports",
        "ports",
        Width::Flex(11, 17),
        160,
        "Published ports, then exposed ones.",
        c::ports,
        o::ports,
    )),
    default(words(
        "url",
        "url",
        Width::Flex(16, 40),
        155,
        "The address that leads to it, the best of several.",
        url::url,
        o::url,
    )),
    default(words(
        "image",
        "image",
        Width::Flex(16, 44),
        120,
        "Image, without its registry.",
        c::image,
        o::image,
    )),
    figure(
        "age",
        "age",
        4,
        90,
        "Time since it was created.",
        c::age,
        o::age,
    ),
    words(
        "stack",
        "stack",
        Width::Flex(8, 20),
        95,
        "Compose project or swarm stack.",
        c::stack,
        o::stack,
    ),
    default(words(
        "noticed",
        "noticed",
        Width::Flex(30, 60),
        157,
        "What an experienced eye would notice: restart loops, memory at its limit, what it needs being down.",
        c::noticed,
        o::noticed,
    )),
    words(
        "networks",
        "networks",
        Width::Flex(8, 28),
        60,
        "Networks it is in.",
        c::networks,
        o::networks,
    ),
    words(
        "ip",
        "address",
        Width::Flex(10, 15),
        70,
        "Address in its first network.",
        c::address,
        o::address,
    ),
    words("id", "id", Width::Fixed(12), 50, "Short id.", c::id, o::id),
    words(
        "command",
        "command",
        Width::Flex(10, 40),
        40,
        "What it runs.",
        c::command,
        o::command,
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_keep_their_rules() {
        let mut ids: Vec<_> = COLUMNS.iter().map(|c| c.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), COLUMNS.len(), "ids are unique");
        let mut ranks: Vec<_> = COLUMNS.iter().map(|c| c.importance).collect();
        ranks.sort_unstable();
        ranks.dedup();
        assert_eq!(
            ranks.len(),
            COLUMNS.len(),
            "which one leaves first is never a toss"
        );
        for column in COLUMNS {
            assert!(column.help.ends_with('.'), "{}", column.id);
            let (Width::Fixed(width) | Width::Flex(width, _)) = column.width;
            assert!(column.title.len() <= usize::from(width), "{}", column.id);
        }
    }
}
