//! The columns of the images' table.
use super::listed::{age, age_rank, host, name, size, users, users_rank, word};
use super::{Cell, Column, Fit, Rank, Width, default, figure, words};
use crate::model::Image;
use crate::theme::Key;

/// The columns, in their order on screen.
pub const COLUMNS: &[Column<Image>] = &[
    default(words(
        "name",
        "image",
        Width::Flex(26, 48),
        255,
        "Its first tag; a dangling one has none.",
        |image, cx| {
            let weight = if image.is_dangling() {
                Key::Dim
            } else {
                Key::Text
            };
            name(&image.key, image.name(), weight, cx)
        },
        |image, _| word(image.name()),
    )),
    host(),
    default(words(
        "tags",
        "more tags",
        Width::Flex(9, 24),
        120,
        "Its other tags.",
        |image, _| Cell {
            pieces: image
                .tags
                .iter()
                .skip(1)
                .map(|tag| (tag.as_str().into(), Key::Dim))
                .collect(),
            fit: Fit::Whole,
        },
        |image, _| Rank::descending(i64::try_from(image.tags.len()).ok()),
    )),
    default(figure(
        "size",
        "size",
        5,
        230,
        "Bytes on disk, what it shares with others included.",
        |image, _| size(image.size),
        |image, _| Rank::descending(image.size.and_then(|n| i64::try_from(n).ok())),
    )),
    default(figure(
        "age",
        "age",
        5,
        220,
        "How long ago it was built.",
        |image, cx| age(image.created, cx),
        |image, _| age_rank(image.created),
    )),
    default(words(
        "used",
        "used by",
        Width::Flex(12, 40),
        210,
        "Containers made from it, running or not.",
        |image, cx| users(&image.key, cx),
        |image, cx| users_rank(&image.key, cx),
    )),
    default(words(
        "id",
        "id",
        Width::Fixed(12),
        100,
        "The first digits of its id.",
        |image, _| Cell::of(image.short(), Key::Dim),
        |image, _| word(image.short()),
    )),
];
