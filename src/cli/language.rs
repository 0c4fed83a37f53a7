//! Which language is spoken: the flag, else the settings, else the locale of the environment.
use crate::lang::{self, Lang};

/// Chooses the language for the rest of the program.
pub(super) fn choose(flag: Option<&str>, setting: Option<&str>) {
    lang::choose(chosen(flag, setting, |name| std::env::var(name).ok()));
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
