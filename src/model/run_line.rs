//! A command that makes a container like one that is there: its words, which of them hold secrets, and the text that a shell
//! takes. Must not know where the words come from.
use crate::text::quoted;

/// One word of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// As it is.
    pub whole: String,
    /// Without the secret in it; none: it holds none.
    pub masked: Option<String>,
}

impl From<&str> for Word {
    fn from(text: &str) -> Self {
        Self {
            whole: text.to_owned(),
            masked: None,
        }
    }
}

impl From<String> for Word {
    fn from(whole: String) -> Self {
        Self {
            whole,
            masked: None,
        }
    }
}

/// Words that belong together, such as an option and its value.
pub type Group = Vec<Word>;

/// The commands, to be run one after the other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunLine {
    pub commands: Vec<Vec<Group>>,
    /// What no option of docker can ask for, in words.
    pub left_out: Vec<String>,
    /// The container that it was read from has a process.
    pub live: bool,
}

impl RunLine {
    /// For a shell, a group a line. Without secrets (`whole` is not wanted) an environment variable is left to the
    /// environment of who runs it.
    pub fn text(&self, whole: bool) -> String {
        self.joined(whole, " \\\n  ", " &&\n")
    }

    /// What makes the container of this name anew, in one line and without secrets; after a pull of this image, where one is
    /// wanted. One that does not run is not started.
    pub fn in_place_of(&self, name: &str, pull: Option<&str>) -> String {
        let name = quoted(name);
        let pull = pull.map_or_else(String::new, |image| {
            format!("docker pull {} && ", quoted(image))
        });
        let (stop, made) = if self.live {
            (format!("docker stop {name} && "), self.clone())
        } else {
            (String::new(), self.only_created())
        };
        let made = made.joined(false, " ", " && ");
        format!("{pull}{stop}docker rename {name} {name}.old && {made} && docker rm {name}.old")
    }

    /// The same without what starts it.
    fn only_created(&self) -> Self {
        let mut line = self.clone();
        let starts = |groups: &Vec<Group>| {
            let first = groups.iter().flatten().nth(1);
            first.is_some_and(|word| word.whole == "start")
        };
        line.commands.retain(|groups| !starts(groups));
        let first = line
            .commands
            .first_mut()
            .and_then(|groups| groups.first_mut());
        if let Some(first) = first {
            *first = vec!["docker".into(), "create".into()];
        }
        line
    }

    fn joined(&self, whole: bool, between: &str, after: &str) -> String {
        let word = |word: &Word| match &word.masked {
            Some(masked) if !whole => quoted(masked),
            _ => quoted(&word.whole),
        };
        let group = |group: &Group| group.iter().map(word).collect::<Vec<_>>().join(" ");
        let command = |groups: &Vec<Group>| {
            let groups: Vec<String> = groups.iter().map(group).collect();
            groups.join(between)
        };
        let commands: Vec<String> = self.commands.iter().map(command).collect();
        commands.join(after)
    }

    /// The words that hold a secret, without it.
    pub fn secrets(&self) -> Vec<&str> {
        let words = self.commands.iter().flatten().flatten();
        words.filter_map(|word| word.masked.as_deref()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_there_only_where_it_is_wanted() {
        let secret = Word {
            whole: "PASSWORD=it's".to_owned(),
            masked: Some("PASSWORD".to_owned()),
        };
        let line = RunLine {
            commands: vec![
                vec![
                    vec!["docker".into(), "create".into()],
                    vec!["--env".into(), secret],
                    vec!["box".into(), "a b".into()],
                ],
                vec![vec!["docker".into(), "start".into(), "web".into()]],
            ],
            left_out: Vec::new(),
            live: true,
        };
        let masked = "docker create \\\n  --env PASSWORD \\\n  box 'a b' &&\ndocker start web";
        assert_eq!(line.text(false), masked);
        assert!(line.text(true).contains(r"--env 'PASSWORD=it'\''s'"));
        assert_eq!(line.secrets(), ["PASSWORD"]);
    }
}
