//! Taking lines away: selection, clipboard, files.
use crate::effect::{Effect, Effects};
use crate::layout;
use crate::log_store::Excerpt;
use crate::state::{Choice, Field, Layer, LogBook, Menu, MenuItem, Prompt, PromptKind, State};
use crate::text;

/// Selects from the last line on screen, or ends it.
pub(super) fn select(state: &mut State) -> Effects {
    let last = layout::last_log_line(state);
    let Some(book) = state.logs.as_mut() else {
        return Effects::new();
    };
    match last {
        _ if book.selection.is_some() => book.selection = None,
        Some(line) => {
            let line = book.visited().filter(|at| *at <= line).unwrap_or(line);
            book.select(line);
            layout::show_log_line(state, line);
        }
        None => state.toasts.bad(say!("there is no line yet"), state.now),
    }
    Effects::new()
}

/// First and last line of the selection, else of the screen.
fn range(state: &State) -> Option<(usize, usize)> {
    let book = state.logs.as_ref()?;
    let screen = || {
        let first = layout::first_log_line(state)?;
        Some((first, layout::last_log_line(state)?))
    };
    book.selected().or_else(screen)
}

fn excerpt(book: &LogBook, lines: (usize, usize)) -> Excerpt {
    Excerpt::new(book.store(), lines.0..lines.1 + 1, Some(book.sift()))
}

/// The lines selected, or on screen, as they are told there.
pub(super) fn copy(state: &mut State) -> Effects {
    let Some((book, lines)) = state.logs.as_ref().zip(range(state)) else {
        return Effects::new();
    };
    let texts: Vec<String> = excerpt(book, lines)
        .lines(true)
        .map(|line| text::sanitise(line.bytes()).text)
        .collect();
    if let Some(book) = state.logs.as_mut() {
        book.selection = None;
    }
    if texts.is_empty() {
        return Effects::new();
    }
    vec![Effect::Copy(texts.join("\n"))]
}

/// Asks which lines are to be saved, and how.
pub(super) fn save(state: &mut State) -> Effects {
    let Some((book, lines)) = state.logs.as_ref().zip(range(state)) else {
        let why = say!("there is no line to save yet");
        state.toasts.bad(why, state.now);
        return Effects::new();
    };
    let here = if book.selection.is_some() {
        (say!("selected, as text"), say!("selected, byte for byte"))
    } else {
        (say!("on screen, as text"), say!("on screen, byte for byte"))
    };
    let some = excerpt(book, lines);
    let shown = Excerpt::new(book.store(), 0..book.len(), Some(book.sift()));
    let all = Excerpt::new(book.store(), 0..book.len(), None);
    let filtered = shown.len() < all.len();
    let mut items = Vec::new();
    let mut add = |keys: (char, char), labels: (&str, &str), lines: &Excerpt| {
        for (key, label, plain) in [(keys.0, labels.0, true), (keys.1, labels.1, false)] {
            let count = say_n!(lines.len(), "{n} line", "{n} lines");
            let lines = lines.clone();
            let choice = Choice::SaveLogs { lines, plain };
            items.push(MenuItem::new(label, count, choice).key(key));
        }
    };
    add(('s', 'S'), here, &some);
    if filtered {
        let labels = (
            say!("all that the filters show, as text"),
            say!("all that the filters show, byte for byte"),
        );
        add(('f', 'F'), labels, &shown);
    }
    let labels = (
        say!("all that are held, as text"),
        say!("all that are held, byte for byte"),
    );
    add(('a', 'A'), labels, &all);
    state.offer(Menu::new(say!("save lines"), items));
    Effects::new()
}

/// Asks for the file to save lines to.
pub fn ask_where(state: &mut State, lines: Excerpt, plain: bool) -> Effects {
    let Some(book) = state.logs.as_mut() else {
        return Effects::new();
    };
    book.selection = None;
    let good = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    let name = book.target.title.chars();
    let name: String = name.map(|c| if good(c) { c } else { '_' }).collect();
    let field = Field::of(&format!("{name}-{}.log", state.now.format("%Y%m%d-%H%M%S")));
    let title = say_n!(lines.len(), "save {n} line to", "save {n} lines to");
    state.layers.push(Layer::Prompt(Prompt {
        kind: PromptKind::SaveLogs { lines, plain },
        title,
        field,
        before: String::new(),
        complaint: None,
    }));
    Effects::new()
}
