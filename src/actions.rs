//! The registry of actions: what a user may do, where, with which keys, and why not now.
//! Key map, footer, help, palette, the docs and the settings template come from these lists.
pub mod browse;
pub mod command;
pub mod container;
pub mod host;
pub mod image;
pub mod item;
pub mod journal;
pub mod log;
pub mod mail;
pub mod program;
pub mod route;
pub mod shelf;
pub mod space;
pub mod stack;
pub mod stack_file;
pub mod table;
pub mod view;
pub mod wanted;

use crate::effect::Effects;
use crate::keys::Chord;
use crate::lang;
use crate::model::Kind;
use crate::state::{Keymap, Scope, State};

/// What an action may break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Danger {
    None,
    /// Changes a container, or opens a way to.
    Changes,
    /// Loses something that cannot be had back.
    Destroys,
}

/// One thing a user may do.
#[derive(Debug, Clone, Copy)]
pub struct Action {
    /// `container.restart`: noun and verb.
    pub id: &'static str,
    /// One to three words, for the footer and the palette.
    title: &'static str,
    /// One sentence.
    help: &'static str,
    pub keys: &'static [&'static str],
    pub scope: Scope,
    pub danger: Danger,
    /// Place in the footer, from 1; 0: not there.
    pub footer: u8,
    /// Why it cannot be done now.
    pub unavailable: fn(&State) -> Option<String>,
    pub run: fn(&mut State) -> Effects,
}

impl Action {
    /// One that changes nothing, can always be done and stands in no footer.
    const fn harmless(
        scope: Scope,
        id: &'static str,
        title: &'static str,
        help: &'static str,
        keys: &'static [&'static str],
        run: fn(&mut State) -> Effects,
    ) -> Self {
        Self {
            id,
            title,
            help,
            keys,
            scope,
            danger: Danger::None,
            footer: 0,
            unavailable: always,
            run,
        }
    }
}

impl Action {
    /// One to three words, in the chosen language.
    pub fn title(&self) -> &'static str {
        lang::say(self.title)
    }

    /// One sentence, in the chosen language.
    pub fn help(&self) -> &'static str {
        lang::say(self.help)
    }

    /// Whether it is done to things of this kind, by the noun of its name.
    fn is_for(&self, kind: Option<Kind>) -> bool {
        let noun = self.id.split_once('.').map(|(noun, _)| noun);
        let only = match noun {
            Some("image") => Kind::Image,
            Some("volume") => Kind::Volume,
            Some("network") => Kind::Network,
            _ => return true,
        };
        kind == Some(only)
    }

    /// What it is called in manuals and by those who know it in English.
    pub fn english_title(&self) -> &'static str {
        self.title
    }
}

/// Every action, by lists of one noun each.
pub fn all() -> impl Iterator<Item = &'static Action> {
    [
        program::ACTIONS,
        browse::ACTIONS,
        container::ACTIONS,
        host::ACTIONS,
        image::ACTIONS,
        item::ACTIONS,
        journal::ACTIONS,
        log::ACTIONS,
        route::ACTIONS,
        mail::ACTIONS,
        shelf::ACTIONS,
        space::ACTIONS,
        stack::ACTIONS,
        stack_file::ACTIONS,
        table::ACTIONS,
        view::ACTIONS,
        wanted::ACTIONS,
    ]
    .into_iter()
    .flatten()
}

pub fn find(id: &str) -> Option<&'static Action> {
    all().find(|action| action.id == id)
}

/// The scopes that apply on the screen now, the narrowest first.
pub fn scopes(state: &State) -> Vec<Scope> {
    use crate::state::ViewId as V;
    if state.no_engine() && state.view() != V::Hosts {
        return vec![Scope::NoEngine, Scope::Global];
    }
    let view = state.view();
    let mut scopes = vec![Scope::View(view)];
    let about_item = || {
        let kind = item_kind(state);
        matches!(kind, Some(Kind::Image | Kind::Volume | Kind::Network))
    };
    match view {
        V::Inspect if about_item() => scopes.push(Scope::Item),
        V::Containers | V::Details | V::Inspect | V::Processes => {
            scopes.push(Scope::Container);
        }
        V::Stack => scopes.extend([Scope::Stack, Scope::Container]),
        V::Stacks => scopes.extend([Scope::Stack, Scope::Container, Scope::Shelf]),
        V::Item => scopes.extend([Scope::View(V::Details), Scope::Item]),
        V::Images | V::Volumes | V::Networks => scopes.extend([Scope::Item, Scope::Shelf]),
        V::Mail => scopes.extend([Scope::Mail, Scope::Shelf]),
        V::Letter | V::MailDoctor => scopes.push(Scope::Mail),
        V::Hosts | V::Routes => scopes.push(Scope::Shelf),
        V::StackFiles => scopes.push(Scope::Stack),
        V::Entry => scopes.push(Scope::View(V::Journal)),
        V::Events
        | V::Journal
        | V::Logs
        | V::Output
        | V::Proposal
        | V::Space
        | V::VolumeFolder
        | V::VolumeFile => {}
    }
    scopes.extend([Scope::Table, Scope::Global]);
    scopes
}

/// Whether images, volumes or networks are what is acted on here.
pub fn item_kind(state: &State) -> Option<Kind> {
    use crate::state::ViewId as V;
    match state.view() {
        V::Images => Some(Kind::Image),
        V::Volumes => Some(Kind::Volume),
        V::Networks => Some(Kind::Network),
        _ => state.subject().map(|key| key.kind),
    }
}

/// Why an action cannot be done now: its own reason, or that nothing may be changed here.
pub fn unavailable(state: &State, action: &Action) -> Option<String> {
    if state.read_only && action.danger != Danger::None {
        return Some(say!("read-only: nothing may be changed here").to_owned());
    }
    (action.unavailable)(state)
}

/// The actions that apply on the screen now, narrowest scope first, each with the reason it cannot run.
pub fn here(state: &State) -> Vec<(&'static Action, Option<String>)> {
    let scopes = scopes(state);
    let kind = item_kind(state);
    scopes
        .iter()
        .flat_map(|scope| all().filter(move |a| a.scope == *scope))
        .filter(|action| action.scope != Scope::Item || action.is_for(kind))
        .map(|action| (action, unavailable(state, action)))
        .collect()
}

/// The key map with the default keys, then the user's own: pairs of action id and key names.
///
/// # Errors
/// Every clash within a scope, unknown action and unreadable key, one sentence each.
pub fn keymap(overrides: &[(String, Vec<String>)]) -> Result<Keymap, Vec<String>> {
    let mut keymap = Keymap::default();
    let mut mistakes = Vec::new();
    for (id, _) in overrides.iter().filter(|(id, _)| find(id).is_none()) {
        let near = crate::text::nearest(id, all().map(|a| a.id));
        let hint = near.map_or_else(String::new, |near| format!(": did you mean `{near}`?"));
        mistakes.push(format!("there is no action `{id}`{hint}"));
    }
    for action in all() {
        let own = overrides
            .iter()
            .find(|(id, _)| id == action.id)
            .map(|(_, keys)| keys);
        let keys: Vec<&str> = match own {
            Some(keys) => keys.iter().map(String::as_str).collect(),
            None => action.keys.to_vec(),
        };
        for key in keys {
            match key.parse::<Chord>() {
                Ok(chord) => {
                    if let Some(old) = keymap.bind(action.scope, chord, action.id) {
                        mistakes.push(format!(
                            "`{key}` is bound to both `{old}` and `{}`",
                            action.id
                        ));
                    }
                }
                Err(error) => mistakes.push(format!("{}: {error}", action.id)),
            }
        }
    }
    if mistakes.is_empty() {
        Ok(keymap)
    } else {
        Err(mistakes)
    }
}

/// Always possible.
pub(crate) fn always(_: &State) -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registry_keeps_its_rules() {
        let mut ids: Vec<&str> = all().map(|a| a.id).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count, "ids are unique");
        for action in all() {
            assert!(action.id.split('.').count() == 2, "{}", action.id);
            assert!(action.title.chars().count() <= 24, "{}", action.id);
            assert!(
                action.help.ends_with('.') && !action.help.trim_end_matches('.').contains(". "),
                "{}",
                action.id
            );
        }
        keymap(&[]).expect("default keys do not clash");
    }

    #[test]
    fn wrong_bindings_are_all_told_together() {
        let overrides = [
            ("container.restrat".to_owned(), vec!["x".to_owned()]),
            (
                "container.stop".to_owned(),
                vec!["r".to_owned(), "wat".to_owned()],
            ),
        ];
        let mistakes = keymap(&overrides).expect_err("three mistakes");
        assert_eq!(mistakes.len(), 3, "{mistakes:?}");
        assert!(
            mistakes
                .iter()
                .any(|m| m.contains("did you mean `container.restart`")),
            "{mistakes:?}"
        );
    }
}
