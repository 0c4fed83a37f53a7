//! Images into a file of this machine, and out of one: what is asked before.
use std::path::Path;

use crate::effect::{Effects, Job, Verb};
use crate::model::{Key, Kind};
use crate::state::{Choice, Menu, PromptKind, State, ViewId};

use super::super::container::NO_LINK;
use super::super::{space, table};
use super::chosen;

/// Why nothing can be brought in: it needs an engine and no image.
pub fn no_engine(state: &State) -> Option<String> {
    let is_image = |key: Key| key.kind == Kind::Image;
    if state.view() != ViewId::Images && !state.subject().is_some_and(is_image) {
        return Some(say!("only images are brought in").to_owned());
    }
    let host = space::host(state).and_then(|id| state.world.host(id));
    let up = host.is_some_and(|host| host.link.is_up());
    (!up).then(|| NO_LINK.to_owned())
}

/// Asks for the file to write the chosen images into.
pub fn save(state: &mut State) -> Effects {
    let keys = chosen(state);
    let Some(first) = keys.first().cloned() else {
        return Effects::new();
    };
    if keys.iter().any(|key| key.host != first.host) {
        let why = say!("save: a file takes the images of one host");
        state.toasts.bad(why, state.now);
        return Effects::new();
    }
    let images = keys.iter().flat_map(|key| names(state, key)).collect();
    let stem = match keys.as_slice() {
        [one] => state.shelves.name(one).unwrap_or(one.short()).to_owned(),
        _ => format!("images-{}", state.now.format("%Y%m%d-%H%M%S")),
    };
    let good = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    let stem = stem.chars().map(|c| if good(c) { c } else { '_' });
    let file = format!("{}.tar", stem.collect::<String>());
    let about = match keys.len() {
        1 => first,
        _ => space::key_of(state, first.host),
    };
    ask_where(state, about, images, Path::new(&file))
}

/// All its names, so that none is lost on the way; its id where it has none.
fn names(state: &State, key: &Key) -> Vec<String> {
    let image = state.shelves.images.things.get(key);
    let tags = image.map(|image| image.tags.clone()).unwrap_or_default();
    if tags.is_empty() {
        return vec![key.id.to_string()];
    }
    tags
}

/// Asks for the file, with this one offered.
pub fn ask_where(state: &mut State, about: Key, images: Vec<String>, file: &Path) -> Effects {
    // The engine may be elsewhere: the file is here.
    let title = match about.kind {
        Kind::Image => say!("save locally as"),
        _ => say!("save the marked images locally as"),
    };
    let kind = PromptKind::SaveImages { about, images };
    table::type_line(state, kind, title, file.display().to_string())
}

/// A file of the name is there: another name, or over it.
pub fn ask_to_replace(state: &mut State, job: &Job) {
    let Verb::Save { images, path, .. } = &job.verb else {
        return;
    };
    let (about, images, path) = (job.key.clone(), images.clone(), path.clone());
    let over = Verb::Save {
        images: images.clone(),
        path: path.clone(),
        replace: true,
    };
    let other = Choice::SaveImages(about.clone(), images, path.clone());
    state.offer(Menu::taken(&path, other, Choice::Do(about, over)));
}

/// Asks for the file to take images out of.
pub fn load(state: &mut State) -> Effects {
    let Some(host) = space::host(state) else {
        return Effects::new();
    };
    let kind = PromptKind::LoadImages(host);
    let title = say!("load local file");
    table::type_line(state, kind, title, String::new())
}
