//! A look into a volume: its directories, its files.
use crate::effect::{Effect, Effects, Look};
use crate::lang;
use crate::model::browse::{EntryKind, VolumePath};
use crate::model::{Key, Kind};
use crate::state::browse::{Browse, OpenFile};
use crate::state::{Place, PromptKind, Scope, State, ViewId};

use super::item::one_of;
use super::{Action, Danger, container, table};

/// The actions of this noun.
pub const ACTIONS: &[Action] = &[
    Action {
        footer: 5,
        danger: Danger::Changes,
        unavailable: |s| one_of(s, Kind::Volume, say!("only volumes are browsed")),
        ..Action::harmless(
            Scope::Item,
            "volume.browse",
            "browse",
            "Look into the volume, through a helper container that may only read and goes when the view is left.",
            &["b"],
            browse,
        )
    },
    Action {
        footer: 2,
        unavailable: |s| at_top(s).then(|| say!("this is the volume's top").to_owned()),
        ..in_directory(
            "volume.up",
            "up",
            "Go to the directory above.",
            &["left", "backspace"],
            up,
        )
    },
    Action {
        footer: 3,
        ..in_directory(
            "volume.again",
            "read again",
            "List the directory anew.",
            &["r"],
            again,
        )
    },
    Action {
        footer: 4,
        danger: Danger::Writes,
        unavailable: no_file,
        ..in_directory(
            "volume.save",
            "save",
            "Save the file under the cursor here, never over another unasked.",
            &["ctrl-s"],
            ask_where,
        )
    },
    Action {
        footer: 1,
        scope: Scope::View(ViewId::VolumeFile),
        danger: Danger::Writes,
        unavailable: no_file,
        ..in_directory(
            "volume.save_file",
            "save",
            "Save the whole file here, never over another unasked.",
            &["ctrl-s"],
            ask_where,
        )
    },
];

const fn in_directory(
    id: &'static str,
    title: &'static str,
    help: &'static str,
    keys: &'static [&'static str],
    run: fn(&mut State) -> Effects,
) -> Action {
    Action::harmless(
        Scope::View(ViewId::VolumeFolder),
        id,
        title,
        help,
        keys,
        run,
    )
}

fn browse(state: &mut State) -> Effects {
    let Some(key) = state.subject() else {
        return Effects::new();
    };
    // The top is listed by itself when the look begins.
    state.browse = Some(Browse::new(key.clone()));
    container::open_on(state, ViewId::VolumeFolder, &key);
    Effects::new()
}

fn at_top(state: &State) -> bool {
    state
        .browse
        .as_ref()
        .is_none_or(|browse| browse.path.is_top())
}

/// Goes up; where that ends, out of the volume.
pub fn leave(state: &mut State) -> Effects {
    if at_top(state) {
        state.back();
        return Effects::new();
    }
    up(state)
}

fn up(state: &mut State) -> Effects {
    let Some(browse) = state.browse.as_mut() else {
        return Effects::new();
    };
    let Some((above, name)) = browse.path.parent() else {
        return Effects::new();
    };
    let name = name.to_vec();
    browse.go(above, Some(name));
    list(browse)
}

fn again(state: &mut State) -> Effects {
    let Some(browse) = state.browse.as_mut() else {
        return Effects::new();
    };
    browse.back_to = browse.selected().map(|entry| entry.name.clone());
    list(browse)
}

fn list(browse: &Browse) -> Effects {
    let look = Look::List(browse.path.clone());
    vec![Effect::Look(browse.volume.clone(), look)]
}

/// Goes into the directory under the cursor, opens the file.
pub fn enter(state: &mut State) -> Effects {
    let Some(browse) = state.browse.as_mut() else {
        return Effects::new();
    };
    let Some(entry) = browse.selected().cloned() else {
        return Effects::new();
    };
    let path = browse.path.join(&entry.name);
    match entry.kind {
        EntryKind::Directory => {
            browse.go(path, None);
            list(browse)
        }
        EntryKind::File => open(state, path),
        EntryKind::Link => {
            let words = say!(
                "{name} leads to {target}: links are not followed, they may leave the volume",
                name = entry.shown,
                target = entry.target
            );
            state.toasts.bad(words, state.now);
            Effects::new()
        }
        kind => {
            let words = say!(
                "{name} is {kind}: there is nothing to read",
                name = entry.shown,
                kind = lang::say(kind.word())
            );
            state.toasts.bad(words, state.now);
            Effects::new()
        }
    }
}

fn open(state: &mut State, path: VolumePath) -> Effects {
    let Some(browse) = state.browse.as_mut() else {
        return Effects::new();
    };
    browse.file = Some(OpenFile {
        path: path.clone(),
        text: None,
        scroll: 0,
    });
    let volume = browse.volume.clone();
    state.nav.open(Place {
        view: ViewId::VolumeFile,
        key: Some(volume.clone()),
    });
    vec![Effect::Look(volume, Look::Read(path))]
}

fn no_file(state: &State) -> Option<String> {
    let browse = state.browse.as_ref()?;
    let is_file = browse.file.is_some()
        || browse
            .selected()
            .is_some_and(|entry| entry.kind == EntryKind::File);
    (!is_file).then(|| say!("only files are saved").to_owned())
}

fn ask_where(state: &mut State) -> Effects {
    let found = state.browse.as_ref();
    let found = found.and_then(|browse| Some((browse.volume.clone(), browse.file_path()?)));
    match found {
        Some((volume, path)) => ask_name(state, volume, path),
        None => Effects::new(),
    }
}

/// Asks for a file name here, beginning with the one it has there as far as that is harmless.
pub fn ask_name(state: &mut State, volume: Key, path: VolumePath) -> Effects {
    let name = path.parent().map(|(_, name)| harmless(name));
    let kind = PromptKind::SaveFile { volume, path };
    table::type_line(state, kind, say!("save to"), name.unwrap_or_default())
}

/// Letters, digits and what is plain among signs; never hidden, never an option.
fn harmless(name: &[u8]) -> String {
    let plain = |c: char| c.is_alphanumeric() || "._-+@,= ".contains(c);
    let name = String::from_utf8_lossy(name);
    let name: String = name
        .chars()
        .map(|c| if plain(c) { c } else { '_' })
        .collect();
    let name = name.trim_start_matches(['.', '-', ' ']);
    match name {
        "" => "file".to_owned(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn a_name_to_save_under_is_harmless() {
        for (name, wanted) in [
            (&b"pg_hba.conf"[..], "pg_hba.conf"),
            (b"-rf", "rf"),
            (b"..", "file"),
            (b"a/\n\x1b[2Jb", "a____2Jb"),
            (b"\xff", "_"),
        ] {
            assert_eq!(harmless(name), wanted);
        }
    }
}
