//! What is typed in the log view: search, filters, a time. The view follows while it is typed; Esc brings everything back.
use chrono::FixedOffset;

use crate::effect::Effects;
use crate::lang;
use crate::layout;
use crate::log_store::Matcher;
use crate::state::{Chip, Goal, Past, Sought, State};
use crate::text::when;

/// Searches, and goes to the nearest hit from where the reader was when it was begun: back from the newest line.
pub(super) fn search(state: &mut State, text: &str) -> Result<(), String> {
    let Some(book) = state.logs.as_mut() else {
        return Ok(());
    };
    book.return_to_hold();
    book.search(text)?;
    if text.is_empty() {
        return Ok(());
    }
    let sought = match book.seek(false) {
        Sought::Nothing => book.seek(true),
        sought => sought,
    };
    if let Sought::Found(index) = sought {
        layout::show_hit(state, index);
    }
    Ok(())
}

/// Enter: the reader stays where the search has led.
pub(super) fn found(state: &mut State) -> Effects {
    let now = state.now;
    let Some(book) = state.logs.as_mut() else {
        return Effects::new();
    };
    book.drop_hold();
    match book.hit_count() {
        Some((_, 0, true)) if matches!(book.past, Past::Open | Past::Failed) => {
            book.fetched = 0;
            book.goal = Some(Goal::Hit);
        }
        Some((_, 0, true)) => state.toasts.bad(say!("no hit"), now),
        _ => {}
    }
    Effects::new()
}

/// Puts a pattern into the place of the filter of this number; an empty one takes it away.
pub(super) fn filter(
    state: &mut State,
    keep: bool,
    number: usize,
    text: &str,
) -> Result<(), String> {
    let matcher = (!text.is_empty())
        .then(|| Matcher::regex(text))
        .transpose()?;
    let Some(book) = state.logs.as_mut() else {
        return Ok(());
    };
    let mut filters = book.held_filters();
    match (matcher, filters.chips.get_mut(number)) {
        (Some(matcher), Some(chip)) => *chip = Chip { keep, matcher },
        (Some(matcher), None) => filters.chips.push(Chip { keep, matcher }),
        (None, Some(_)) => {
            filters.chips.remove(number);
        }
        (None, None) => {}
    }
    book.filter(|now| *now = filters);
    Ok(())
}

/// Esc: the reader is where they were.
pub(super) fn go_back(state: &mut State) {
    if let Some(book) = state.logs.as_mut() {
        let filters = book.held_filters();
        if filters != *book.filters() {
            book.filter(|now| *now = filters);
        }
        book.return_to_hold();
        book.drop_hold();
    }
}

/// Goes to a time; older lines are fetched for it when it lies before those held.
pub(super) fn go_to(state: &mut State, text: &str) -> Result<(), String> {
    let offset = FixedOffset::east_opt(state.prefs.utc_offset);
    let zone = offset.or_else(|| FixedOffset::east_opt(0));
    let now = zone.map(|zone| state.now.with_timezone(&zone));
    let at = now
        .and_then(|now| when::parse(text, now))
        .ok_or_else(|| say!("a time is {forms}", forms = lang::say(when::FORMS)))?
        .to_utc();
    let Some(book) = state.logs.as_mut() else {
        return Ok(());
    };
    let held = book.times().is_some_and(|(first, _)| first <= at);
    if !held && matches!(book.past, Past::Open | Past::Failed) {
        book.fetched = 0;
        book.goal = Some(Goal::Time(at));
    } else if let Some(index) = book.at_time(at) {
        layout::show_log_line(state, index);
    }
    Ok(())
}
