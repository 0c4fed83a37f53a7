//! `--print`: the registries as text, for reading and for files to start from.
use super::args::{Global, Print};
use super::context::Context;
use super::out::{Out, Quit};
use super::{DONE, table};
use crate::state::Keymap;
use crate::{actions, columns, config, lang, theme};

pub(super) fn run(what: Print, flags: &Global, out: &mut Out) -> Result<u8, Quit> {
    match what {
        Print::Config => out.bytes(config::template().as_bytes())?,
        Print::Theme => theme_file(out)?,
        Print::Columns => column_table(out)?,
        Print::Keys => key_table(&Context::load(flags.clone())?, out)?,
    }
    out.flush()?;
    Ok(DONE)
}

/// The keys as they are with this user's settings.
fn key_table(context: &Context, out: &mut Out) -> Result<(), Quit> {
    let keymap = keymap(context)?;
    let rows: Vec<Vec<String>> = actions::all()
        .map(|action| {
            let keys: Vec<String> = keymap
                .keys_of(action.id)
                .iter()
                .map(ToString::to_string)
                .collect();
            vec![
                action.id.to_owned(),
                keys.join(" "),
                action.help().to_owned(),
            ]
        })
        .collect();
    lines(
        out,
        &[
            table::Head::text(key!("ACTION"), 1, 8),
            table::Head::text(key!("KEYS"), 2, 8),
            table::Head::text(key!("DOES"), 3, 8),
        ],
        &rows,
    )
}

/// The key map of these settings: the defaults, the preset, the user's own.
pub(super) fn keymap(context: &Context) -> Result<Keymap, Quit> {
    actions::keymap(&context.settings.bindings()).map_err(|mistakes| {
        Quit::usage(format!(
            "{}\n  {}",
            say!("the keys cannot be used:"),
            mistakes.join("\n  ")
        ))
    })
}

fn column_table(out: &mut Out) -> Result<(), Quit> {
    let rows: Vec<Vec<String>> = columns::container::COLUMNS
        .iter()
        .map(|column| {
            vec![
                "containers".to_owned(),
                column.id.to_owned(),
                if column.default {
                    say!("shown" as "column")
                } else {
                    ""
                }
                .to_owned(),
                column.help().to_owned(),
            ]
        })
        .collect();
    lines(
        out,
        &[
            table::Head::text(key!("VIEW"), 4, 8),
            table::Head::text(key!("COLUMN"), 1, 8),
            table::Head::text(key!("DEFAULT"), 2, 8),
            table::Head::text(key!("TELLS"), 3, 8),
        ],
        &rows,
    )
}

fn lines(out: &mut Out, head: &[table::Head], rows: &[Vec<String>]) -> Result<(), Quit> {
    for line in table::lines(head, rows, None) {
        out.line(&line)?;
    }
    Ok(())
}

fn theme_file(out: &mut Out) -> Result<(), Quit> {
    for line in [
        say!("A theme: save it as themes/NAME.toml beside config.toml and set theme = \"NAME\"."),
        say!(
            "Every line is the built-in theme's on a dark background; take away a `# ` to change one."
        ),
    ] {
        out.line(&format!("# {line}"))?;
    }
    for doc in theme::KEYS {
        out.line("")?;
        out.line(&format!("# {}", lang::say(doc.doc.trim())))?;
        out.line(&format!("# \"{}\" = \"{}\"", doc.id, doc.dark))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::keys::Chord;
    use crate::settings::{Preset, Settings};
    use crate::state::{Scope, ViewId};

    /// No key of a preset hides another's where containers are shown.
    #[test]
    fn presets_fit_together() {
        for preset in [Preset::Default, Preset::Lazydocker, Preset::K9s] {
            let settings = Settings {
                key_preset: preset,
                ..Settings::default()
            };
            let bindings = settings.bindings();
            let keymap = actions::keymap(&bindings).unwrap();
            for (id, keys) in &bindings {
                assert_eq!(keymap.keys_of(id).len(), keys.len(), "{preset:?} {id}");
            }
            let mut taken: BTreeMap<Chord, &str> = BTreeMap::new();
            let shown = [
                Scope::View(ViewId::Containers),
                Scope::Container,
                Scope::Table,
                Scope::Global,
            ];
            for action in actions::all().filter(|action| shown.contains(&action.scope)) {
                for chord in keymap.keys_of(action.id) {
                    let other = taken.insert(chord, action.id);
                    assert_eq!(other, None, "{preset:?}: {chord} is {} too", action.id);
                }
            }
        }
    }
}
