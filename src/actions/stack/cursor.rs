//! The cursor of a stack's page: on the whole stack, or on one of its services; past them the page scrolls.
use crate::effect::Effects;
use crate::layout::{SERVICES_AT, list_height};
use crate::model::Container;
use crate::model::stack::Service;
use crate::state::{Choice, Menu, MenuItem, Sheet, State, ViewId};

use crate::actions::container::{open_on, shown_state};

/// Names of the services in the order of their rows.
fn services(state: &State) -> Vec<String> {
    let stack = super::chosen(state);
    let services = stack.into_iter().flat_map(|stack| &stack.services);
    services.map(|service| service.name.clone()).collect()
}

/// The row that the cursor is on, the whole stack being the first. None: its service is gone, and nothing else is meant.
pub fn row(sheet: &Sheet, services: &[impl AsRef<str>]) -> Option<usize> {
    let Some(service) = &sheet.service else {
        return Some(0);
    };
    let place = services.iter().position(|name| name.as_ref() == service);
    place.map(|place| place + 1)
}

fn put(state: &mut State, services: &[String], row: usize) {
    let height = list_height(state);
    let Some(sheet) = page(state) else {
        return;
    };
    sheet.service = row.checked_sub(1).and_then(|n| services.get(n).cloned());
    let line = SERVICES_AT + row;
    sheet.scroll = match row {
        0 => 0,
        _ => sheet.scroll.clamp((line + 1).saturating_sub(height), line),
    };
}

fn page(state: &mut State) -> Option<&mut Sheet> {
    let key = state.subject()?;
    Some(state.sheets.entry(key).or_default())
}

/// Moves by rows. What is left of the way down is scrolled; on the way up the page comes back to the cursor first.
pub fn move_by(state: &mut State, delta: isize) {
    let services = services(state);
    let Some(sheet) = page(state) else {
        return;
    };
    let here = row(sheet, &services).unwrap_or(0);
    let beyond = sheet.scroll.saturating_sub(SERVICES_AT + here);
    let (back, up) = match delta {
        ..0 => {
            let back = beyond.min(delta.unsigned_abs());
            (back, delta.saturating_add_unsigned(back))
        }
        _ => (0, delta),
    };
    sheet.scroll -= back;
    if up == 0 {
        return;
    }
    let wanted = here.saturating_add_signed(up);
    let last = services.len();
    if beyond == 0 || up < 0 {
        put(state, &services, wanted.min(last));
    }
    let rest = wanted.saturating_sub(if beyond == 0 { last } else { here });
    if let Some(sheet) = page(state).filter(|_| up > 0) {
        sheet.scroll = sheet.scroll.saturating_add(rest.min(1_000_000));
    }
}

/// A click on a row of the page: the second one opens.
pub fn press(state: &mut State, row_on_screen: usize) -> Effects {
    let services = services(state);
    let Some(sheet) = page(state) else {
        return Effects::new();
    };
    let clicked = (sheet.scroll + row_on_screen).checked_sub(SERVICES_AT);
    let Some(clicked) = clicked.filter(|row| *row <= services.len()) else {
        return Effects::new();
    };
    if Some(clicked) == row(sheet, &services) {
        return open(state);
    }
    put(state, &services, clicked);
    Effects::new()
}

/// Why the service under the cursor cannot be opened.
pub fn nothing_to_open(state: &State) -> Option<String> {
    if state.service().is_none() {
        return Some(say!("go down to a service: Enter opens its container").to_owned());
    }
    let none = state.targets().is_empty();
    none.then(|| say!("no container of it is there: U makes it").to_owned())
}

/// Opens the container of the service under the cursor; of several, the one that is chosen.
pub fn open(state: &mut State) -> Effects {
    let keys = state.targets();
    let found = keys.iter().filter_map(|key| state.world.container(key));
    let list: Vec<&Container> = found.filter(|_| state.service().is_some()).collect();
    match list.as_slice() {
        [] => {}
        [one] => {
            let key = one.key.clone();
            open_on(state, ViewId::Details, &key);
        }
        several => {
            let item = |c: &&Container| {
                let choice = Choice::Details(c.key.clone());
                MenuItem::new(c.short_name(), shown_state(c), choice)
            };
            let title = say!("Open which container?");
            let menu = Menu::new(title, several.iter().map(item));
            state.offer(menu);
        }
    }
    Effects::new()
}

/// The service under the cursor, if it is still one of the stack's.
pub fn service(state: &State) -> Option<&Service> {
    let name = state.service()?;
    let mut services = super::chosen(state)?.services.iter();
    services.find(|service| service.name == name)
}
