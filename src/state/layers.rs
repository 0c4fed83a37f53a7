//! Windows over the screen: one list, the front one last.
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::menu::{Choice, Menu};
use crate::effect::Verb;
use crate::log_store::Excerpt;
use crate::model::browse::VolumePath;
use crate::model::limits::Limit;
use crate::model::run_line::RunLine;
use crate::model::{HostId, Key};

/// A line being typed, with a cursor counted in characters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Field {
    text: Vec<char>,
    cursor: usize,
    /// All of it is selected, as a browser's search field is when it opens: what is typed takes its place.
    selected: bool,
}

impl Field {
    pub fn of(text: &str) -> Self {
        let text: Vec<char> = text.chars().filter(|c| !c.is_control()).collect();
        Self {
            cursor: text.len(),
            text,
            selected: false,
        }
    }

    /// The text to be typed over, or changed after a key that moves in it.
    pub fn selected(text: &str) -> Self {
        let field = Self::of(text);
        Self {
            selected: !field.is_empty(),
            ..field
        }
    }

    pub fn is_selected(&self) -> bool {
        self.selected
    }

    pub fn text(&self) -> String {
        self.text.iter().collect()
    }

    /// The text before and after the cursor.
    pub fn split(&self) -> (String, String) {
        let (before, after) = self.text.split_at(self.cursor.min(self.text.len()));
        (before.iter().collect(), after.iter().collect())
    }

    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    pub fn insert(&mut self, c: char) {
        self.take_selected();
        self.text.insert(self.cursor, c);
        self.cursor += 1;
    }

    /// Types a paste; line ends become spaces, controls are dropped.
    pub fn paste(&mut self, text: &str) {
        for c in text.trim_end_matches(['\n', '\r']).chars() {
            match c {
                '\n' | '\t' => self.insert(' '),
                c if c.is_control() => {}
                c => self.insert(c),
            }
        }
    }

    pub fn backspace(&mut self) {
        if !self.take_selected() && self.cursor > 0 {
            self.cursor -= 1;
            self.text.remove(self.cursor);
        }
    }

    pub fn delete(&mut self) {
        if !self.take_selected() && self.cursor < self.text.len() {
            self.text.remove(self.cursor);
        }
    }

    pub fn left(&mut self) {
        self.selected = false;
        self.cursor = self.cursor.saturating_sub(1);
    }

    pub fn right(&mut self) {
        self.selected = false;
        self.cursor = (self.cursor + 1).min(self.text.len());
    }

    pub fn home(&mut self) {
        self.selected = false;
        self.cursor = 0;
    }

    pub fn end(&mut self) {
        self.selected = false;
        self.cursor = self.text.len();
    }

    /// Removes the word before the cursor.
    pub fn delete_word(&mut self) {
        self.take_selected();
        while self.cursor > 0
            && self
                .text
                .get(self.cursor - 1)
                .is_some_and(|c| c.is_whitespace())
        {
            self.backspace();
        }
        while self.cursor > 0
            && self
                .text
                .get(self.cursor - 1)
                .is_some_and(|c| !c.is_whitespace())
        {
            self.backspace();
        }
    }

    pub fn clear(&mut self) {
        self.text.clear();
        self.cursor = 0;
        self.selected = false;
    }

    /// Removes the text if all of it is selected.
    fn take_selected(&mut self) -> bool {
        let selected = self.selected;
        if selected {
            self.clear();
        }
        selected
    }
}

/// What a typed line is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PromptKind {
    /// Filters the table as it is typed.
    Filter,
    /// Searches logs or inspect as it is typed.
    Search,
    Rename(Key),
    /// Another name for an image.
    Tag(Key),
    /// A network to make on this host, with docker's options.
    NewNetwork(HostId),
    /// A volume to make.
    NewVolume(HostId),
    /// An image to fetch.
    Pull(HostId),
    /// The file to write images into, by their names or ids, and what that is about.
    SaveImages {
        about: Key,
        images: Vec<String>,
    },
    /// The file to take images out of.
    LoadImages(HostId),
    /// Another limit of a container.
    Limit(Key, Limit),
    /// How many containers a service of a stack is to have.
    Scale {
        stack: Key,
        service: String,
    },
    /// How many replicas a service of a swarm is to have.
    Replicas(Key),
    /// A command to run in the container, with `-u user` and `-w dir` before it.
    ShellCommand(Key),
    /// A pattern that log lines must have (`keep`) or must not have; `chip`: the number of the one that is changed.
    LogFilter {
        keep: bool,
        chip: usize,
    },
    /// A time to go to in the log.
    LogTime,
    /// A note for the journal.
    Note,
    /// Where to save a file of a volume.
    SaveFile {
        volume: Key,
        path: VolumePath,
    },
    /// Where to save log lines.
    SaveLogs {
        lines: Excerpt,
        plain: bool,
    },
}

/// One line to type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    pub kind: PromptKind,
    pub title: String,
    pub field: Field,
    /// What it was before, to go back to on Esc.
    pub before: String,
    /// Why what is typed will not do.
    pub complaint: Option<String>,
}

/// What a line of a question or of a plan means to who reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    Plain,
    /// Something becomes different.
    Change,
    /// Something is lost, or is not as it should be.
    Bad,
}

/// A line of a question or of a plan.
pub type Told = (String, Weight);

impl Weight {
    pub fn of(self, words: impl Into<String>) -> Told {
        (words.into(), self)
    }
}

/// A question before something is done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Confirm {
    pub title: String,
    /// What will be hit, one line each; they scroll where there is no room for all.
    pub things: Vec<String>,
    /// The first of these on screen.
    pub scroll: usize,
    /// What comes of it and what is lost, one line each.
    pub lines: Vec<Told>,
    /// What is done on yes.
    pub jobs: Vec<(Key, Verb)>,
    /// The same where it is no job of an engine.
    pub choice: Option<Choice>,
    /// The word of the yes key: `stop`.
    pub yes: String,
    /// To be typed before yes counts; empty: nothing.
    pub must_type: String,
    pub field: Field,
    /// Keys in the first 300 ms are not for this window.
    pub opened: DateTime<Utc>,
    /// Switches shown with their keys: (key, words, on).
    pub switches: Vec<(char, String, bool)>,
    /// The second choice is under the cursor (cancel is the first and the default).
    pub on_yes: bool,
    /// What makes containers like those that this is about, as far as the engine has told.
    pub made_by: BTreeMap<Key, RunLine>,
}

/// A window over the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Layer {
    Help {
        scroll: usize,
    },
    /// What the program costs.
    Cost,
    Palette {
        field: Field,
        selected: usize,
    },
    Prompt(Prompt),
    Confirm(Confirm),
    Menu(Menu),
}
