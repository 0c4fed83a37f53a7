//! The columns of the networks' table.
use super::listed::{age, age_rank, host, name, users, users_rank, word};
use super::{Cell, Column, Fit, Width, default, figure, words};
use crate::model::Network;
use crate::theme::Key;

/// The columns, in their order on screen.
pub const COLUMNS: &[Column<Network>] = &[
    default(words(
        "name",
        "network",
        Width::Flex(18, 40),
        255,
        "Its name.",
        |network, cx| {
            let weight = if network.is_built_in() {
                Key::Dim
            } else {
                Key::Text
            };
            name(&network.key, &network.name, weight, cx)
        },
        |network, _| word(&network.name),
    )),
    host(),
    default(words(
        "driver",
        "driver",
        Width::Fixed(8),
        200,
        "What carries it.",
        |network, _| Cell::of(network.driver.as_str(), Key::Dim),
        |network, _| word(&network.driver),
    )),
    words(
        "scope",
        "scope",
        Width::Fixed(6),
        120,
        "This host, or a swarm.",
        |network, _| Cell::of(network.scope.as_str(), Key::Dim),
        |network, _| word(&network.scope),
    ),
    default(words(
        "subnets",
        "subnets",
        Width::Flex(18, 36),
        230,
        "Its ranges of addresses.",
        |network, _| Cell {
            pieces: network
                .subnets
                .iter()
                .map(|subnet| (subnet.range.as_str().into(), Key::Text))
                .collect(),
            fit: Fit::Whole,
        },
        |network, _| word(network.subnets.first().map_or("", |s| s.range.as_str())),
    )),
    default(figure(
        "age",
        "age",
        6,
        130,
        "How long ago it was made.",
        |network, cx| age(network.created, cx),
        |network, _| age_rank(network.created),
    )),
    default(words(
        "members",
        "members",
        Width::Flex(12, 44),
        220,
        "Containers that are in it.",
        |network, cx| users(&network.key, cx),
        |network, cx| users_rank(&network.key, cx),
    )),
    default(words(
        "traits",
        "traits",
        Width::Flex(8, 16),
        110,
        "Internal: no way out of it; ipv6.",
        |network, _| {
            let traits = [(network.internal, say!("internal")), (network.ipv6, "ipv6")];
            let pieces = traits.into_iter().filter(|(on, _)| *on);
            Cell {
                pieces: pieces.map(|(_, word)| (word.into(), Key::Dim)).collect(),
                fit: Fit::Whole,
            }
        },
        |network, _| word(if network.internal { "internal" } else { "" }),
    )),
];
