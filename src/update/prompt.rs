//! Lines being typed: what changes while they are typed, and what Enter and Esc do.
use std::path::PathBuf;

use crate::columns::listed;
use crate::effect::{Effect, Effects, Look, Save, ShellRequest, Verb};
use crate::keys::{Chord, Code};
use crate::model::Key;
use crate::model::limits::Limit;
use crate::state::{Field, Layer, Prompt, PromptKind, State, ViewId};

use super::{log_prompt, rows, wanted};

/// More containers of one service are a slip of the finger.
const MOST_CONTAINERS: u32 = 100;

/// Edits a field; `false` when the key is none of its.
pub(super) fn edit(field: &mut Field, chord: Chord) -> bool {
    if let Some(c) = chord.typed() {
        field.insert(c);
        return true;
    }
    match (chord.ctrl, chord.code) {
        (_, Code::Backspace) if chord.alt => field.delete_word(),
        (_, Code::Backspace) | (true, Code::Char('h')) => field.backspace(),
        (_, Code::Delete) | (true, Code::Char('d')) => field.delete(),
        (_, Code::Left) | (true, Code::Char('b')) => field.left(),
        (_, Code::Right) | (true, Code::Char('f')) => field.right(),
        (_, Code::Home) | (true, Code::Char('a')) => field.home(),
        (_, Code::End) | (true, Code::Char('e')) => field.end(),
        (true, Code::Char('w')) => field.delete_word(),
        (true, Code::Char('u')) => field.clear(),
        _ => return false,
    }
    true
}

pub(super) fn key(state: &mut State, chord: Chord) -> Effects {
    let Some(Layer::Prompt(prompt)) = state.layers.last_mut() else {
        return Effects::new();
    };
    let typed_in_place = matches!(
        prompt.kind,
        PromptKind::Filter | PromptKind::Search | PromptKind::LogFilter { .. }
    );
    match chord.code {
        Code::Esc => cancel(state),
        Code::Enter => return accept(state),
        Code::Up | Code::Down if typed_in_place => {
            let delta = if chord.code == Code::Up { -1 } else { 1 };
            crate::actions::table::move_by(state, delta);
        }
        Code::Backspace if typed_in_place && prompt.field.is_empty() => cancel(state),
        _ => {
            if edit(&mut prompt.field, chord) {
                changed(state);
            }
        }
    }
    Effects::new()
}

/// The typed text changed: filters and searches follow it.
pub(super) fn changed(state: &mut State) {
    let Some(Layer::Prompt(prompt)) = state.layers.last_mut() else {
        return;
    };
    prompt.complaint = None;
    let text = prompt.field.text();
    match prompt.kind {
        PromptKind::Filter => filter(state, &text),
        PromptKind::Search => {
            let typed = search(state, &text);
            complain(state, typed);
        }
        PromptKind::LogFilter { keep, chip } => {
            let typed = log_prompt::filter(state, keep, chip, &text);
            complain(state, typed);
        }
        PromptKind::Rename(_)
        | PromptKind::NewNetwork(_)
        | PromptKind::NewVolume(_)
        | PromptKind::Tag(_)
        | PromptKind::Pull(_)
        | PromptKind::SaveImages { .. }
        | PromptKind::LoadImages(_)
        | PromptKind::Limit(..)
        | PromptKind::Scale { .. }
        | PromptKind::ShellCommand(_)
        | PromptKind::LogTime
        | PromptKind::Note
        | PromptKind::SaveFile { .. }
        | PromptKind::SaveLogs { .. } => {}
    }
}

fn complain(state: &mut State, typed: Result<(), String>) {
    if let Err(why) = typed
        && let Some(Layer::Prompt(prompt)) = state.layers.last_mut()
    {
        prompt.complaint = Some(why);
    }
}

fn filter(state: &mut State, text: &str) {
    match state.view() {
        ViewId::Events => {
            text.clone_into(&mut state.events.filter);
            state.events.stale = true;
        }
        ViewId::Journal => {
            text.clone_into(&mut state.journal.filter);
            state.journal.stale = true;
        }
        view if view.is_listing() => {
            if let Some(listing) = listed::listing_mut(state) {
                text.clone_into(&mut listing.filter);
                listing.stale = true;
            }
        }
        _ => {
            text.clone_into(&mut state.containers.filter);
            rows::refresh_to_best(state);
        }
    }
}

fn search(state: &mut State, text: &str) -> Result<(), String> {
    if state.view() == ViewId::Logs {
        return log_prompt::search(state, text);
    }
    let Some(key) = state.subject() else {
        return Ok(());
    };
    if state.view() == ViewId::Letter {
        let head = crate::views::letter::head_count(state, &key);
        let top = state.sheet(&key).map_or(0, |sheet| sheet.scroll);
        if let Some(opened) = state.mail.opened.get_mut(&key) {
            opened.search(text, top.saturating_sub(head));
        }
        return Ok(());
    }
    if state.view() == ViewId::StackFiles {
        if let Some(book) = state.files.get_mut(&key) {
            book.search(text);
        }
        crate::actions::stack_file::show_hit(state);
        return Ok(());
    }
    if let Some(sheet) = state.sheets.get_mut(&key) {
        text.clone_into(&mut sheet.inspect.query);
        sheet.inspect.stale = true;
    }
    Ok(())
}

fn cancel(state: &mut State) {
    let Some(Layer::Prompt(prompt)) = state.layers.pop() else {
        return;
    };
    match prompt.kind {
        PromptKind::Filter => filter(state, ""),
        PromptKind::Search => {
            // The text before was accepted once: it can be read.
            let _ = search(state, &prompt.before);
            log_prompt::go_back(state);
        }
        PromptKind::LogFilter { .. } => log_prompt::go_back(state),
        PromptKind::Rename(_)
        | PromptKind::NewNetwork(_)
        | PromptKind::NewVolume(_)
        | PromptKind::Tag(_)
        | PromptKind::Pull(_)
        | PromptKind::SaveImages { .. }
        | PromptKind::LoadImages(_)
        | PromptKind::Limit(..)
        | PromptKind::Scale { .. }
        | PromptKind::ShellCommand(_)
        | PromptKind::LogTime
        | PromptKind::Note
        | PromptKind::SaveFile { .. }
        | PromptKind::SaveLogs { .. } => {}
    }
}

fn accept(state: &mut State) -> Effects {
    let Some(Layer::Prompt(prompt)) = state.layers.pop() else {
        return Effects::new();
    };
    let text = prompt.field.text();
    match &prompt.kind {
        PromptKind::Filter => Effects::new(),
        PromptKind::Search => searched(state, prompt, &text),
        PromptKind::Rename(key) => {
            let key = key.clone();
            rename(state, prompt, key, text.trim().to_owned())
        }
        PromptKind::Pull(host) => {
            let key = crate::actions::space::key_of(state, *host);
            pull(state, prompt, key, text.trim().to_owned())
        }
        PromptKind::SaveImages { .. }
        | PromptKind::LoadImages(_)
        | PromptKind::SaveFile { .. }
        | PromptKind::SaveLogs { .. } => file(state, prompt, text.trim()),
        PromptKind::NewNetwork(host) => {
            let host = *host;
            wanted::network(state, prompt, host)
        }
        PromptKind::NewVolume(host) => {
            let host = *host;
            wanted::volume(state, prompt, host)
        }
        PromptKind::Tag(key) => {
            let key = key.clone();
            tag(state, prompt, key, text.trim().to_owned())
        }
        PromptKind::Scale { stack, service } => {
            let (stack, service) = (stack.clone(), service.clone());
            scale(state, prompt, &stack, service)
        }
        PromptKind::Limit(key, limit) => {
            let (key, limit) = (key.clone(), *limit);
            change_limit(state, prompt, &key, limit)
        }
        PromptKind::ShellCommand(key) => {
            let key = key.clone();
            match shell_request(&text) {
                Ok(request) => crate::actions::container::hand_over(state, &key, request),
                Err(why) => refuse(state, prompt, why),
            }
        }
        PromptKind::LogFilter { .. } if prompt.complaint.is_some() => {
            state.layers.push(Layer::Prompt(prompt));
            Effects::new()
        }
        PromptKind::LogFilter { .. } => {
            if let Some(book) = state.logs.as_mut() {
                book.drop_hold();
            }
            Effects::new()
        }
        PromptKind::LogTime => match log_prompt::go_to(state, &text) {
            Ok(()) => Effects::new(),
            Err(why) => refuse(state, prompt, why),
        },
        PromptKind::Note if text.trim().is_empty() => Effects::new(),
        PromptKind::Note => vec![Effect::Note(text.trim().to_owned())],
    }
}

/// A file was named.
fn file(state: &mut State, prompt: Prompt, path: &str) -> Effects {
    if path.is_empty() {
        return refuse(state, prompt, say!("a file name is wanted").to_owned());
    }
    let path = PathBuf::from(path);
    let (key, verb) = match prompt.kind {
        PromptKind::SaveLogs { lines, plain } => {
            return vec![Effect::Save(Save {
                path,
                lines,
                plain,
                replace: false,
            })];
        }
        PromptKind::SaveFile { volume, path: of } => {
            let look = Look::Save {
                path: of,
                to: path,
                replace: false,
            };
            return vec![Effect::Look(volume, look)];
        }
        PromptKind::SaveImages { about, images } => {
            let replace = false;
            (
                about,
                Verb::Save {
                    images,
                    path,
                    replace,
                },
            )
        }
        PromptKind::LoadImages(host) => (
            crate::actions::space::key_of(state, host),
            Verb::Load { path },
        ),
        _ => return Effects::new(),
    };
    super::start_all(state, &[(key, verb)])
}

fn rename(state: &mut State, prompt: Prompt, key: Key, to: String) -> Effects {
    match name_complaint(&to) {
        Some(why) => refuse(state, prompt, why),
        None if to == prompt.before => Effects::new(),
        None => super::start_all(state, &[(key, Verb::Rename { to })]),
    }
}

fn tag(state: &mut State, prompt: Prompt, key: Key, to: String) -> Effects {
    match crate::actions::item::tag_complaint(&to) {
        Some(why) => refuse(state, prompt, why),
        None if to == prompt.before => Effects::new(),
        None => super::start_all(state, &[(key, Verb::Tag { to })]),
    }
}

fn scale(state: &mut State, prompt: Prompt, stack: &Key, service: String) -> Effects {
    match prompt.field.text().trim().parse::<u32>() {
        Ok(to) if to <= MOST_CONTAINERS => {
            crate::actions::stack::ask_to_scale(state, stack, service, to);
            Effects::new()
        }
        _ => refuse(
            state,
            prompt,
            say!("a number from 0 to {most}", most = MOST_CONTAINERS),
        ),
    }
}

fn change_limit(state: &mut State, prompt: Prompt, key: &Key, limit: Limit) -> Effects {
    let text = prompt.field.text();
    let now = crate::actions::container::limits_now(state, key);
    match limit.read(&text, &now) {
        Err(why) => refuse(state, prompt, why),
        Ok(_) if text == prompt.before => Effects::new(),
        Ok(change) => super::start_all(state, &[(key.clone(), Verb::Update(change))]),
    }
}

/// A search is accepted where it can be read.
fn searched(state: &mut State, prompt: Prompt, text: &str) -> Effects {
    if prompt.complaint.is_some() {
        state.layers.push(Layer::Prompt(prompt));
        return Effects::new();
    }
    match state.view() {
        ViewId::Logs => log_prompt::found(state),
        _ if text.is_empty() => Effects::new(),
        ViewId::Letter => crate::actions::mail::found(state),
        ViewId::StackFiles => crate::actions::stack_file::found(state),
        _ => super::perform(state, "view.next_hit"),
    }
}

fn pull(state: &mut State, prompt: Prompt, key: Key, image: String) -> Effects {
    match crate::actions::item::tag_complaint(&image) {
        Some(why) => refuse(state, prompt, why),
        None => super::start_all(
            state,
            &[(
                key,
                Verb::Pull {
                    images: vec![image],
                },
            )],
        ),
    }
}

pub(super) fn refuse(state: &mut State, mut prompt: Prompt, why: String) -> Effects {
    prompt.complaint = Some(why);
    state.layers.push(Layer::Prompt(prompt));
    Effects::new()
}

/// What the engine would say to a name, said before it is asked (moby daemon/names: `[a-zA-Z0-9][a-zA-Z0-9_.-]+`).
pub(super) fn name_complaint(name: &str) -> Option<String> {
    let good = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    let starts = name
        .chars()
        .next()
        .is_some_and(|c| c.is_ascii_alphanumeric());
    let why = if !name.chars().all(good) {
        say!("only letters, digits, _ . -")
    } else if !starts {
        say!("a letter or digit comes first")
    } else if name.len() < 2 {
        say!("two characters at least")
    } else {
        return None;
    };
    Some(why.to_owned())
}

/// Reads `[-u USER] [-w DIR] COMMAND…`; quotes group words.
fn shell_request(text: &str) -> Result<ShellRequest, String> {
    let mut words = crate::text::split_words(text)?.into_iter();
    let mut request = ShellRequest::default();
    while let Some(word) = words.next() {
        match word.as_str() {
            "-u" | "--user" if request.command.is_empty() => {
                request.user = Some(words.next().ok_or(say!("-u wants a user"))?);
            }
            "-w" | "--workdir" if request.command.is_empty() => {
                request.working_dir = Some(words.next().ok_or(say!("-w wants a directory"))?);
            }
            _ => {
                request.command.push(word);
                request.command.extend(words.by_ref());
            }
        }
    }
    if request.command.is_empty() {
        return Err(say!("a command is wanted").to_owned());
    }
    Ok(request)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_is_read_as_words() {
        let request = shell_request("-u app -w /srv sh -c 'echo  \"hi\" there' -u x").unwrap();
        assert_eq!(request.user.as_deref(), Some("app"));
        assert_eq!(request.working_dir.as_deref(), Some("/srv"));
        assert_eq!(
            request.command,
            ["sh", "-c", "echo  \"hi\" there", "-u", "x"]
        );
        assert!(shell_request("-u").is_err());
        assert!(shell_request("  ").is_err());
    }

    #[test]
    fn a_bad_name_is_told_before_the_engine_is_asked() {
        assert!(name_complaint("web-2.old").is_none());
        for bad in ["", "a", "-web", "we b", "é1"] {
            assert!(name_complaint(bad).is_some(), "{bad}");
        }
    }
}
