//! The columns of the images' table.
use super::listed::{age, age_rank, host, name, size, users, users_rank, word};
use super::{Cell, Column, Cx, Fit, Rank, Width, default, figure, words};
use crate::lang;
use crate::model::{Freshness, Image};
use crate::msg::{Failure, FailureKind};
use crate::state::fresh::Answer;
use crate::theme::Key;

/// What its registry said, behind its name: the list is asked for by hand, so that a column would mostly be empty.
fn with_freshness<'a>(mut cell: Cell<'a>, image: &Image, cx: &Cx<'a>) -> Cell<'a> {
    let fresh = cx.state.fresh.get(&image.key);
    let Some((name, answer)) = fresh.and_then(|fresh| fresh.worst(&image.tags)) else {
        return cell;
    };
    let (words, key) = freshness(answer);
    // What is said of another of its names is not to be read as said of the one on the row.
    let words = if name == image.name() || key == Key::Dim {
        words.to_owned()
    } else {
        format!("{words} ({name})")
    };
    // What is under way or has just ended is told there too.
    if cell.fit != Fit::Spill {
        cell.pieces.push((format!("  {words}").into(), key));
        cell.fit = Fit::Spill;
    }
    cell
}

/// What a registry said of a name, in a few words with their meaning.
pub fn freshness(answer: &Answer) -> (&'static str, Key) {
    match answer {
        Ok(fresh @ Freshness::Same) => (lang::say(fresh.word()), Key::Dim),
        Ok(fresh @ Freshness::Behind) => (lang::say(fresh.word()), Key::StateBusy),
        Err(failure) => (refusal(failure), Key::StateBad),
    }
}

/// Engines before 25 tell all that a registry says as a mistake of their own, so that its words count, too.
fn refusal(failure: &Failure) -> &'static str {
    let says = |words: &str| failure.what.english().contains(words);
    match failure.kind {
        FailureKind::NotFound => say!("not known there"),
        FailureKind::Denied => say!("refused there"),
        _ if says("manifest unknown") => say!("not known there"),
        _ if says("unauthorized") || says("denied") => say!("refused there"),
        _ => say!("its registry does not answer"),
    }
}

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
            with_freshness(name(&image.key, image.name(), weight, cx), image, cx)
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
        6,
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
