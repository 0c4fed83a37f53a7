//! Which language is spoken: the flag, else the settings, else the locale of the environment.
use std::ffi::OsString;
use std::path::Path;

use crate::config::{Environment, language};
use crate::lang::{self, Lang};

/// Chooses the language for the rest of the program, before anything is said: mistakes in the settings are told in it.
pub(super) fn choose(flag: Option<&str>, settings: Option<&Path>) {
    let setting = language(settings, &Environment::from_process());
    let env = |name: &str| std::env::var(name).ok();
    lang::choose(chosen(flag, Some(&setting), env));
}

/// The same for arguments that clap does not take, or answers itself.
pub(super) fn choose_for(args: &[OsString]) {
    choose(
        value(args, "--lang"),
        value(args, "--config").map(Path::new),
    );
}

/// What stands after a flag, wherever it stands.
fn value<'a>(args: &'a [OsString], flag: &str) -> Option<&'a str> {
    let mut args = args.iter().filter_map(|arg| arg.to_str());
    while let Some(arg) = args.next().filter(|arg| *arg != "--") {
        match arg.strip_prefix(flag).map(|rest| rest.strip_prefix('=')) {
            Some(Some(value)) => return Some(value),
            Some(None) if arg == flag => return args.next(),
            _ => {}
        }
    }
    None
}

/// The locale counts where nothing was asked for, and where `auto` was.
fn chosen(flag: Option<&str>, setting: Option<&str>, env: impl Fn(&str) -> Option<String>) -> Lang {
    let asked = flag.or(setting).and_then(Lang::named);
    asked.unwrap_or_else(|| {
        let set = |name: &&str| env(name).filter(|locale| !locale.is_empty());
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(set);
        Lang::of_locale(&locale.unwrap_or_default())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_is_found_where_arguments_are_not_understood() {
        let lang = |line: &str| {
            let args: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            value(&args, "--lang").map(str::to_owned)
        };
        let fr = Some("fr".to_owned());
        assert_eq!(lang("stacktui ps --nothing --lang fr"), fr);
        assert_eq!(lang("stacktui --lang=fr --help"), fr);
        for line in [
            "stacktui",
            "stacktui --language fr",
            "stacktui --lang",
            "stacktui -- --lang fr",
        ] {
            assert_eq!(lang(line), None, "{line}");
        }
    }

    #[test]
    fn the_flag_goes_over_the_settings_and_they_over_the_locale() {
        let id = |flag, setting, env: &[(&str, &str)]| {
            let of = |name: &str| env.iter().find(|(known, _)| *known == name);
            chosen(flag, setting, |name| {
                of(name).map(|(_, value)| (*value).to_owned())
            })
            .id()
        };
        let french = [("LANG", "fr_FR.UTF-8")];
        assert_eq!(id(None, None, &[]), "en");
        assert_eq!(id(None, Some("auto"), &french), "fr");
        assert_eq!(id(None, Some("en"), &french), "en");
        assert_eq!(id(Some("fr"), Some("en"), &[]), "fr");
        assert_eq!(id(Some("auto"), Some("en"), &french), "fr");
        let several = [("LC_ALL", ""), ("LC_MESSAGES", "fr_BE"), ("LANG", "de_DE")];
        assert_eq!(id(None, None, &several), "fr");
        assert_eq!(id(None, None, &[("LC_ALL", "C"), ("LANG", "fr_FR")]), "en");
    }
}
