//! Keys for the front window: help, palette, questions, menus, lines to type.
use chrono::TimeDelta;

use crate::actions::{self, command};
use crate::columns;
use crate::effect::{Effect, Effects, Look, Verb};
use crate::keys::{Chord, Code};
use crate::model::Container;
use crate::model::stack_file::Source;
use crate::state::{Choice, Confirm, Field, Layer, Menu, State, ViewId, World};

use super::{perform, prompt, reply, start_all};

/// Keys typed this soon after a question opened were not meant for it.
const TOO_SOON: TimeDelta = TimeDelta::milliseconds(300);
/// Rows that a page key scrolls what a question hits.
const PAGE: usize = 8;

pub(super) fn key(state: &mut State, chord: Chord) -> Effects {
    if let Some(command) = copied(state, chord) {
        // The window stays: what was copied may be looked at before it is answered.
        return vec![Effect::Copy(command)];
    }
    match state.layers.last() {
        Some(Layer::Prompt(_)) => prompt::key(state, chord),
        Some(Layer::Help { .. }) => help(state, chord),
        Some(Layer::Cost) => {
            if matches!(chord.code, Code::Esc | Code::Enter | Code::Char('q')) {
                state.layers.pop();
                state.cost = None;
            }
            Effects::new()
        }
        Some(Layer::Palette { .. }) => palette(state, chord),
        Some(Layer::Confirm(_)) => confirm(state, chord),
        Some(Layer::Menu(_)) => menu(state, chord),
        None => Effects::new(),
    }
}

fn help(state: &mut State, chord: Chord) -> Effects {
    let Some(Layer::Help { scroll }) = state.layers.last_mut() else {
        return Effects::new();
    };
    match chord.code {
        Code::Char('j') | Code::Down => *scroll += 1,
        Code::Char('k') | Code::Up => *scroll = scroll.saturating_sub(1),
        Code::PageDown | Code::Char(' ') => *scroll += 10,
        Code::PageUp => *scroll = scroll.saturating_sub(10),
        Code::Char('g') | Code::Home => *scroll = 0,
        Code::Char('G') | Code::End => *scroll = usize::MAX / 2,
        Code::Esc | Code::Enter | Code::Char('q' | '?') => {
            state.layers.pop();
        }
        _ => {}
    }
    Effects::new()
}

fn palette(state: &mut State, chord: Chord) -> Effects {
    let Some(Layer::Palette { field, .. }) = state.layers.last() else {
        return Effects::new();
    };
    let items = crate::views::palette_items(state, &field.text());
    let Some(Layer::Palette { field, selected }) = state.layers.last_mut() else {
        return Effects::new();
    };
    match (chord.code, chord.ctrl) {
        (Code::Esc, _) => {
            state.layers.pop();
        }
        (Code::Enter, _) => {
            let chosen = items.get(*selected).map(|(action, _)| action.id);
            state.layers.pop();
            if let Some(id) = chosen {
                return perform(state, id);
            }
        }
        (Code::Down | Code::Tab, _) | (Code::Char('n' | 'j'), true) => {
            *selected = (*selected + 1).min(items.len().saturating_sub(1));
        }
        (Code::Up, _) | (Code::Char('p' | 'k'), true) => *selected = selected.saturating_sub(1),
        (Code::Backspace, _) if field.is_empty() => {
            state.layers.pop();
        }
        _ => {
            if prompt::edit(field, chord) {
                *selected = 0;
            }
        }
    }
    Effects::new()
}

fn confirm(state: &mut State, chord: Chord) -> Effects {
    let now = state.now;
    let last = crate::views::last_question_scroll(state);
    let Some(Layer::Confirm(confirm)) = state.layers.last_mut() else {
        return Effects::new();
    };
    if now - confirm.opened < TOO_SOON && chord.code != Code::Esc {
        return Effects::new();
    }
    let typing = !confirm.must_type.is_empty();
    match chord.code {
        Code::Down => confirm.scroll = (confirm.scroll + 1).min(last),
        Code::Up => confirm.scroll = confirm.scroll.min(last).saturating_sub(1),
        Code::PageDown => confirm.scroll = (confirm.scroll + PAGE).min(last),
        Code::PageUp => confirm.scroll = confirm.scroll.min(last).saturating_sub(PAGE),
        Code::Esc => {
            state.layers.pop();
        }
        Code::Enter if typing && confirm.field.text() == confirm.must_type => return yes(state),
        Code::Enter if typing => {}
        _ if typing => {
            prompt::edit(&mut confirm.field, chord);
        }
        Code::Enter if confirm.on_yes => return yes(state),
        Code::Enter | Code::Char('n' | 'q') => {
            state.layers.pop();
        }
        Code::Char('y') => return yes(state),
        Code::Char('j') => confirm.scroll = (confirm.scroll + 1).min(last),
        Code::Char('k') => confirm.scroll = confirm.scroll.min(last).saturating_sub(1),
        Code::Left | Code::Right | Code::Tab | Code::Char('h' | 'l') => {
            confirm.on_yes = !confirm.on_yes;
        }
        Code::Char(c) => switch(confirm, &state.world, c),
        _ => {}
    }
    Effects::new()
}

/// The command of the front window, where this is the key that copies it and there is one.
fn copied(state: &State, chord: Chord) -> Option<String> {
    let layer = state.layer()?;
    let command = (chord == command::key(layer)).then(|| command::of_layer(state, layer));
    command.filter(|command| !command.is_empty())
}

/// Turns a switch of the question over; removing volumes wants the name typed.
fn switch(confirm: &mut Confirm, world: &World, key: char) {
    let Some((_, _, on)) = confirm.switches.iter_mut().find(|(k, _, _)| *k == key) else {
        return;
    };
    *on = !*on;
    let is_on = |key: char| confirm.switches.iter().any(|(k, _, on)| *k == key && *on);
    let (volumes, on) = (is_on('v'), is_on(key));
    for (_, verb) in &mut confirm.jobs {
        verb.set(key, on);
    }
    if volumes {
        let typed = match confirm.jobs.as_slice() {
            [(_, Verb::Compose(call))] => call.project.name.clone(),
            [(key, _)] => {
                let container = world.container(key);
                let name = container.map_or(key.short(), Container::short_name);
                name.to_owned()
            }
            many => many.len().to_string(),
        };
        confirm.must_type = typed;
        confirm.field.clear();
    }
}

fn yes(state: &mut State) -> Effects {
    match state.layers.pop() {
        Some(Layer::Confirm(confirm)) => {
            let mut effects = start_all(state, &confirm.jobs);
            if let Some(choice) = confirm.choice {
                effects.extend(chosen(state, choice));
            }
            effects
        }
        _ => Effects::new(),
    }
}

fn menu(state: &mut State, chord: Chord) -> Effects {
    let now = state.now;
    let Some(Layer::Menu(menu)) = state.layers.last_mut() else {
        return Effects::new();
    };
    let soon = now - menu.opened < TOO_SOON;
    if menu.is_long() && narrow(menu, chord) {
        return Effects::new();
    }
    let shown = menu.shown();
    let place = shown.iter().position(|index| *index == menu.selected);
    let last = shown.len().saturating_sub(1);
    let mut go = |to: usize| menu.selected = shown.get(to.min(last)).copied().unwrap_or(0);
    if let Some(index) = chord
        .typed()
        .and_then(|c| menu.items.iter().position(|item| item.key == Some(c)))
    {
        menu.selected = index;
        return if soon && is_dangerous(menu) {
            Effects::new()
        } else {
            choose(state)
        };
    }
    match chord.code {
        Code::Esc | Code::Char('q') => {
            state.layers.pop();
        }
        Code::Down | Code::Char('j') | Code::Tab => go(place.map_or(0, |at| at + 1)),
        Code::Up | Code::Char('k') => go(place.map_or(0, |at| at.saturating_sub(1))),
        Code::Home | Code::Char('g') => go(0),
        Code::End | Code::Char('G') => go(last),
        Code::Enter | Code::Char(' ') if place.is_some() && !(soon && is_dangerous(menu)) => {
            return choose(state);
        }
        _ => {}
    }
    Effects::new()
}

/// Types into what narrows a long menu: after `/`, or at once with a letter that means nothing there. `false`: the key is
/// none of its.
fn narrow(menu: &mut Menu, chord: Chord) -> bool {
    match (&mut menu.search, chord.code) {
        (None, Code::Char('/')) => menu.search = Some(Field::default()),
        (None, Code::Char('j' | 'k' | 'g' | 'G' | 'q' | ' '))
        | (Some(_), Code::Enter | Code::Up | Code::Down | Code::Tab) => return false,
        (None, _) => match chord.typed() {
            Some(c) => menu.search = Some(Field::of(&c.to_string())),
            None => return false,
        },
        (Some(_), Code::Esc) => menu.search = None,
        (Some(field), Code::Backspace) if field.is_empty() => menu.search = None,
        (Some(field), _) => {
            prompt::edit(field, chord);
        }
    }
    let shown = menu.shown();
    if !shown.contains(&menu.selected) {
        menu.selected = shown.first().copied().unwrap_or(0);
    }
    true
}

fn is_dangerous(menu: &Menu) -> bool {
    menu.items.iter().any(|item| {
        matches!(
            item.choice,
            Choice::Kill { .. }
                | Choice::Replace(_)
                | Choice::ReplaceFile(..)
                | Choice::Quit
                | Choice::Do(_, Verb::Save { .. } | Verb::RemoveImage { .. })
        )
    })
}

/// Does what the item under the cursor says.
pub(super) fn choose(state: &mut State) -> Effects {
    let Some(Layer::Menu(menu)) = state.layers.last_mut() else {
        return Effects::new();
    };
    let Some(choice) = menu
        .items
        .get(menu.selected)
        .map(|item| item.choice.clone())
    else {
        return Effects::new();
    };
    if let Choice::Column(id) = choice {
        return switch_column(state, &id);
    }
    if let Choice::Source { name, .. } = &choice {
        actions::log::toggle_source(state, name);
        return Effects::new();
    }
    state.layers.pop();
    chosen(state, choice)
}

fn chosen(state: &mut State, choice: Choice) -> Effects {
    match choice {
        Choice::Kill { keys, signal } => {
            let kill = |key| {
                let signal = signal.clone();
                (key, Verb::Kill { signal })
            };
            let jobs: Vec<_> = keys.into_iter().map(kill).collect();
            start_all(state, &jobs)
        }
        Choice::OrderBy(id) => order_by(state, id),
        Choice::Do(key, verb) => start_all(state, &[(key, verb)]),
        Choice::DoAll(jobs) => start_all(state, &jobs),
        Choice::Details(key) => {
            actions::container::open_on(state, ViewId::Details, &key);
            Effects::new()
        }
        Choice::Limit(key, limit) => actions::container::ask_limit(state, &key, limit),
        Choice::Prune(host, what) => actions::space::ask(state, host, what),
        Choice::SaveImages(about, images, path) => {
            actions::image::archive::ask_where(state, about, images, &path)
        }
        Choice::Remove(key) => {
            actions::item::ask_to_remove(state, vec![key]);
            Effects::new()
        }
        Choice::Output(key) => actions::output::show(state, &key),
        Choice::Cancel(key) => actions::output::cancel(state, &key),
        Choice::Push(key, tag) => actions::image::ask_to_push(state, &key, &tag),
        Choice::Compose(key, ask) => actions::stack::ask(state, &key, ask),
        Choice::ComposeAll(keys, task) => actions::stack::all(state, &keys, task),
        Choice::DiscardEdit(key, file) => actions::stack_file::let_go(state, &key, file),
        Choice::Version(key, file, version) => {
            actions::stack_file::propose(state, key, file, Source::Version(*version))
        }
        Choice::SaveMail(key, file) => actions::mail::save(state, &key, file),
        Choice::SaveJournal(form) => actions::journal::save(state, form),
        Choice::Copy(text) => vec![Effect::Copy(text)],
        Choice::RunLine(key) => actions::container::ask_run_line(state, key),
        Choice::CopySecret { key, what, text } => {
            actions::container::copy_secret(state, &key, what, text)
        }
        Choice::Url(text) => actions::route::open_url(state, text),
        Choice::Routes(host) => actions::route::show_of(state, &host),
        Choice::Quit => actions::program::quit(state),
        Choice::UseContext(name) => vec![Effect::UseContext(name)],
        Choice::AddContext(name) => actions::host::add(state, name),
        Choice::Helper { key, image } => reply::helper(state, &key, image),
        Choice::LogFilter(chip) => actions::log::edit_filter(state, chip),
        Choice::LogFilters => actions::log::clear_filters(state),
        Choice::SaveLogs { lines, plain } => actions::log::ask_where(state, lines, plain),
        Choice::SaveElsewhere(save) => actions::log::ask_where(state, save.lines, save.plain),
        Choice::SaveFile(volume, path) => actions::browse::ask_name(state, volume, path),
        Choice::ReplaceFile(volume, path, to) => {
            let replace = true;
            vec![Effect::Look(volume, Look::Save { path, to, replace })]
        }
        Choice::Replace(save) => vec![Effect::Save(*save)],
        Choice::Column(_) | Choice::Source { .. } => Effects::new(),
    }
}

fn order_by(state: &mut State, id: String) -> Effects {
    if let Some(listing) = columns::listed::listing_mut(state) {
        actions::shelf::order_by(listing, id);
        return Effects::new();
    }
    if state.containers.order == id {
        state.containers.reverse = !state.containers.reverse;
    } else {
        state.containers.order = id;
        state.containers.reverse = false;
    }
    state.containers.stale = true;
    vec![actions::table::remember(state)]
}

/// Shows the column under the menu's cursor, or hides it; one must stay.
fn switch_column(state: &mut State, id: &str) -> Effects {
    let Some(Layer::Menu(menu)) = state.layers.last_mut() else {
        return Effects::new();
    };
    let turn = |menu: &mut Menu| {
        if let Some(item) = menu.items.get_mut(menu.selected) {
            item.on = item.on.map(|on| !on);
        }
    };
    turn(menu);
    let shown = menu.items.iter().filter(|item| item.on == Some(true));
    let shown: Vec<String> = shown.map(|item| item.label.clone()).collect();
    if shown.is_empty() {
        turn(menu);
        let words = say!("{id} is the last column: one must stay", id);
        state.toasts.bad(words, state.now);
        return Effects::new();
    }
    if let Some(listing) = columns::listed::listing_mut(state) {
        listing.columns = shown;
        return Effects::new();
    }
    state.containers.columns = shown;
    vec![actions::table::remember(state)]
}
