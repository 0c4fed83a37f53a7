//! Whether a terminal takes links (OSC 8). Most do, and most others skip them; known are those that would show them as text, or
//! throw them away after they came over the line.

use crate::settings::Hyperlinks;

/// The first version of tmux that hands them on.
const TMUX: (u32, u32) = (3, 4);

/// What the setting says; else what the environment tells. Over SSH only `TERM` comes along, which tells of few.
pub fn takes_links(setting: Hyperlinks, env: &dyn Fn(&str) -> Option<String>) -> bool {
    match setting {
        Hyperlinks::On => return true,
        Hyperlinks::Off => return false,
        Hyperlinks::Auto => {}
    }
    let value = |name: &str| env(name).unwrap_or_default();
    let term = value("TERM");
    if value("TERM_PROGRAM") == "tmux" {
        return version(&value("TERM_PROGRAM_VERSION")).is_none_or(|version| version >= TMUX);
    }
    let none = [
        "linux", "screen", "dumb", "vt", "cons25", "rxvt", "eterm", "sun",
    ];
    let known = none.iter().any(|name| term.starts_with(name));
    !term.is_empty() && !known && value("TERM_PROGRAM") != "Apple_Terminal"
}

/// `3.4`, `3.5a`, `next-3.6`.
fn version(words: &str) -> Option<(u32, u32)> {
    let words = words.trim_start_matches(|c: char| !c.is_ascii_digit());
    let (major, minor) = words.split_once('.')?;
    let digits = minor.bytes().take_while(u8::is_ascii_digit).count();
    Some((major.parse().ok()?, minor.get(..digits)?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn takes(term: &str, program: &str, version: &str) -> bool {
        takes_links(Hyperlinks::Auto, &|name| {
            let value = match name {
                "TERM" => term,
                "TERM_PROGRAM" => program,
                "TERM_PROGRAM_VERSION" => version,
                _ => "",
            };
            (!value.is_empty()).then(|| value.to_owned())
        })
    }

    #[test]
    fn terminals_that_are_known_to_take_none_get_none() {
        for term in [
            "xterm-256color",
            "xterm-kitty",
            "foot",
            "alacritty",
            "tmux-256color",
        ] {
            assert!(takes(term, "", ""), "{term}");
        }
        for term in [
            "linux",
            "screen",
            "screen.xterm-256color",
            "dumb",
            "vt220",
            "",
        ] {
            assert!(!takes(term, "", ""), "{term}");
        }
        assert!(!takes("xterm-256color", "Apple_Terminal", "455"));
        assert!(takes_links(Hyperlinks::On, &|_| None));
        assert!(!takes_links(Hyperlinks::Off, &|_| Some("foot".to_owned())));
    }

    #[test]
    fn tmux_hands_them_on_since_a_version() {
        for (version, taken) in [
            ("3.3a", false),
            ("3.4", true),
            ("3.5a", true),
            ("next-3.6", true),
        ] {
            assert_eq!(
                takes("screen-256color", "tmux", version),
                taken,
                "{version}"
            );
        }
    }
}
