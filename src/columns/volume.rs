//! The columns of the volumes' table.
use super::listed::{age, age_rank, host, name, size, users, users_rank, word};
use super::{Cell, Column, Rank, Width, default, figure, words};
use crate::model::Volume;
use crate::theme::Key;

/// The columns, in their order on screen.
pub const COLUMNS: &[Column<Volume>] = &[
    default(words(
        "name",
        "volume",
        Width::Flex(34, 44),
        255,
        "Its name; those that nobody named are dim.",
        |volume, cx| {
            let weight = if volume.is_anonymous() {
                Key::Dim
            } else {
                Key::Text
            };
            name(&volume.key, volume.name(), weight, cx)
        },
        |volume, _| word(volume.name()),
    )),
    host(),
    default(words(
        "driver",
        "driver",
        Width::Fixed(8),
        150,
        "What keeps it.",
        |volume, _| Cell::of(volume.driver.as_str(), Key::Dim),
        |volume, _| word(&volume.driver),
    )),
    default(figure(
        "size",
        "size",
        5,
        230,
        "Bytes; known once it was asked for.",
        |volume, _| size(volume.size),
        |volume, _| Rank::descending(volume.size.and_then(|n| i64::try_from(n).ok())),
    )),
    default(figure(
        "age",
        "age",
        6,
        200,
        "How long ago it was made.",
        |volume, cx| age(volume.created, cx),
        |volume, _| age_rank(volume.created),
    )),
    default(words(
        "used",
        "mounted by",
        Width::Flex(12, 40),
        220,
        "Containers that mount it, running or not.",
        |volume, cx| users(&volume.key, cx),
        |volume, cx| users_rank(&volume.key, cx),
    )),
    default(words(
        "stack",
        "stack",
        Width::Flex(8, 20),
        110,
        "The compose project that made it.",
        |volume, _| Cell::of(volume.project().unwrap_or_default(), Key::Dim),
        |volume, _| word(volume.project().unwrap_or_default()),
    )),
];
