//! Where the program's files are, by the XDG rules. Pure: the environment is given, nothing is looked at on disk.
use std::path::{Path, PathBuf};

/// The files of one user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// `$XDG_CONFIG_HOME/stacktui/config.toml`
    pub config: PathBuf,
    /// `$XDG_CONFIG_HOME/stacktui/themes/`
    pub themes: PathBuf,
    /// `$XDG_STATE_HOME/stacktui/state.toml`: what was chosen in the program.
    pub state: PathBuf,
    /// `$XDG_STATE_HOME/stacktui/mail-read.toml`: which captured mails were read.
    pub mail_read: PathBuf,
    /// `$XDG_STATE_HOME/stacktui/journal/`
    pub journal: PathBuf,
    /// `$XDG_STATE_HOME/stacktui/files/`: edits of stacks' files, and what was written over.
    pub files: PathBuf,
}

impl Paths {
    /// From the environment. A relative XDG variable is ignored, as its specification says; `None` when there is no home
    /// to fall back to.
    pub fn new(env: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let absolute = |name: &str| env(name).map(PathBuf::from).filter(|p| p.is_absolute());
        let home = absolute("HOME");
        let base = |name: &str, under: &str| {
            absolute(name)
                .or_else(|| home.as_deref().map(|home| home.join(under)))
                .map(|dir| dir.join("stacktui"))
        };
        Some(Self::under(
            &base("XDG_CONFIG_HOME", ".config")?,
            &base("XDG_STATE_HOME", ".local/state")?,
        ))
    }

    fn under(config: &Path, state: &Path) -> Self {
        Self {
            config: config.join("config.toml"),
            themes: config.join("themes"),
            state: state.join("state.toml"),
            mail_read: state.join("mail-read.toml"),
            journal: state.join("journal"),
            files: state.join("files"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xdg_beats_home_unless_it_is_relative() {
        let env = |name: &str| match name {
            "HOME" => Some("/home/jean".to_owned()),
            "XDG_STATE_HOME" => Some("/var/state".to_owned()),
            "XDG_CONFIG_HOME" => Some("relative".to_owned()),
            _ => None,
        };
        let paths = Paths::new(env).unwrap();
        assert_eq!(
            paths.config,
            Path::new("/home/jean/.config/stacktui/config.toml")
        );
        assert_eq!(paths.journal, Path::new("/var/state/stacktui/journal"));
        assert_eq!(Paths::new(|_| None), None);
    }
}
