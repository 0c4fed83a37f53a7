//! Images on their way, also those that have no row yet: where what they tell is shown, and how they are ended.
use crate::actions::{item_kind, output};
use crate::effect::{Effects, Verb};
use crate::model::{Key, Kind};
use crate::state::jobs::Running;
use crate::state::{Choice, Menu, MenuItem, State};

/// Moves images between engines, registries and files.
fn moves(verb: &Verb) -> bool {
    matches!(
        verb,
        Verb::Pull { .. } | Verb::Push { .. } | Verb::Save { .. } | Verb::Load { .. }
    )
}

/// What is under way, the newest first.
fn under_way(state: &State) -> impl Iterator<Item = &Running> {
    let running = state.jobs.running.values().rev();
    running.filter(|running| moves(&running.job.verb) && state.in_scope(running.job.key.host))
}

/// What is under way for the image that is chosen; else all that is.
fn running(state: &State) -> Vec<&Running> {
    let own = state.subject();
    let is_own = |running: &&Running| Some(&running.job.key) == own.as_ref();
    match under_way(state).find(is_own) {
        Some(own) => vec![own],
        None => under_way(state).collect(),
    }
}

fn no_image(state: &State) -> Option<String> {
    let other = item_kind(state) != Some(Kind::Image);
    other.then(|| say!("only images are moved").to_owned())
}

pub fn nothing_moves(state: &State) -> Option<String> {
    let none = running(state).is_empty();
    no_image(state).or_else(|| none.then(|| say!("nothing is under way").to_owned()))
}

/// What is ended by itself or chosen from several.
pub fn cancel(state: &mut State) -> Effects {
    let keys: Vec<Key> = keys(&running(state));
    if let [one] = keys.as_slice() {
        return output::cancel(state, one);
    }
    let items = items(state, &running(state), Choice::Cancel);
    state.offer(Menu::new(say!("End which?"), items));
    Effects::new()
}

fn keys(running: &[&Running]) -> Vec<Key> {
    running.iter().map(|job| job.job.key.clone()).collect()
}

fn items(state: &State, running: &[&Running], choice: fn(Key) -> Choice) -> Vec<MenuItem> {
    let item = |running: &&Running| {
        let hint = running.words(state.now);
        MenuItem::new(running.job.about(), hint, choice(running.job.key.clone()))
    };
    running.iter().map(item).collect()
}

/// The newest lines that were told of images on an engine in scope.
fn last(state: &State) -> Option<Key> {
    let told = state.outputs.iter();
    let of_images = told.filter(|(key, _)| matches!(key.kind, Kind::Image | Kind::Host));
    let here = of_images.filter(|(key, _)| state.in_scope(key.host));
    let newest = here.max_by_key(|(_, output)| output.job);
    newest.map(|(key, _)| key.clone())
}

/// What the chosen image's last job told.
fn own(state: &State) -> Option<Key> {
    let own = state.subject();
    own.filter(|key| state.outputs.contains_key(key))
}

pub fn nothing_told(state: &State) -> Option<String> {
    let none = last(state).is_none();
    let words = || say!("nothing was moved since this program began").to_owned();
    no_image(state).or_else(|| none.then(words))
}

/// Opens what is under way, or asks what of it; where nothing is, what was last.
pub fn show(state: &mut State) -> Effects {
    let running = running(state);
    let ended = own(state).filter(|key| running.iter().all(|r| r.job.key != *key));
    let found = match (keys(&running).as_slice(), ended) {
        ([], ended) => ended.or_else(|| last(state)),
        ([one], None) => Some(one.clone()),
        (_, ended) => {
            let mut items = items(state, &running, Choice::Output);
            items.extend(ended.map(|key| {
                let about = state.outputs.get(&key).map(|output| output.about.clone());
                MenuItem::new(about.unwrap_or_default(), say!("over"), Choice::Output(key))
            }));
            state.offer(Menu::new(say!("Show which?"), items));
            None
        }
    };
    found.map_or_else(Effects::new, |key| output::show(state, &key))
}
