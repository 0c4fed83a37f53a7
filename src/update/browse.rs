//! What comes of a look into a volume.
use crate::layout::list_height;
use crate::model::Key;
use crate::msg::VolumeMsg;
use crate::state::{Choice, Menu, State, ViewId};
use crate::text;
use crate::views::file;

pub(super) fn told(state: &mut State, volume: &Key, msg: VolumeMsg) {
    match msg {
        VolumeMsg::Exists(path, to) => {
            let other = Choice::SaveFile(volume.clone(), path.clone());
            let over = Choice::ReplaceFile(volume.clone(), path, to.clone());
            state.offer(Menu::taken(&to, other, over));
        }
        VolumeMsg::Saved(to, bytes) => {
            let words = say!(
                "saved {size} to {path}",
                size = text::bytes(bytes),
                path = to.display()
            );
            state.toasts.ok(words, state.now);
        }
        VolumeMsg::Unsaved(to, why) => {
            let words = say!("cannot save to {path}: {why}", path = to.display(), why);
            state.toasts.bad(words, state.now);
        }
        shown => looked(state, volume, shown),
    }
}

/// What is for the screen; nothing when it was left meanwhile.
fn looked(state: &mut State, volume: &Key, msg: VolumeMsg) {
    let height = list_height(state);
    let Some(browse) = state.browse.as_mut().filter(|b| b.volume == *volume) else {
        return;
    };
    match msg {
        VolumeMsg::Opened(image) => browse.image = image,
        VolumeMsg::Directory(path, answer) if path == browse.path => {
            browse.directory = Some(answer);
            browse.refresh(height);
        }
        VolumeMsg::File(path, answer) => {
            if let Some(file) = browse.file.as_mut().filter(|file| file.path == path) {
                file.text = Some(answer);
            }
        }
        _ => {}
    }
}

/// The look ends with its view; the file with its own.
pub(super) fn settle(state: &mut State) {
    if !state.nav.has(ViewId::VolumeFolder) {
        state.browse = None;
    }
    let height = list_height(state);
    let width = file::width(state.size.0);
    let on_screen = state.nav.has(ViewId::VolumeFile);
    if let Some(browse) = state.browse.as_mut() {
        if !on_screen {
            browse.file = None;
        }
        if let Some(open) = browse.file.as_mut().filter(|open| open.scroll > 0)
            && let Some(Ok(text)) = &open.text
        {
            let last = file::last_top(text, width, height);
            open.scroll = open.scroll.min(last);
        }
    }
}
