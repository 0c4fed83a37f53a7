//! A few choices in a window: what each does, as data.
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::{Layer, State};
use crate::effect::{Save, Verb};
use crate::log_store::Excerpt;
use crate::model::browse::VolumePath;
use crate::model::journal::Form;
use crate::model::limits::Limit;
use crate::model::space::Prune;
use crate::model::stack_file::{FileOf, Version};
use crate::model::{HostId, Key};

/// What compose may be asked to do with a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    Up,
    Pull,
    Build,
    Recreate,
    Scale,
    Down,
    /// Show what the last one tells.
    Output,
}

/// A task, with the service it is about once that is chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    pub task: Task,
    pub service: Option<String>,
}

/// What choosing a menu's item does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    Kill {
        keys: Vec<Key>,
        signal: String,
    },
    OrderBy(String),
    /// Does this to that.
    Do(Key, Verb),
    /// The same to several.
    DoAll(Vec<(Key, Verb)>),
    /// Opens a container's details.
    Details(Key),
    /// Asks for another limit of a container.
    Limit(Key, Limit),
    /// Asks whether to remove all of this.
    Prune(HostId, Prune),
    /// Asks whether to remove this, an image under all its names.
    Remove(Key),
    /// Asks whether to push the image under this name.
    Push(Key, String),
    /// Asks for another file to save these images in than this one.
    SaveImages(Key, Vec<String>, PathBuf),
    /// Has compose do this with a stack, after what must be asked.
    Compose(Key, Ask),
    /// Goes on with the edit of a stack's file.
    EditFile(Key, Box<FileOf>),
    /// Lets it go.
    DiscardEdit(Key, Box<FileOf>),
    /// Shows what going back to an earlier version of a file would do.
    Version(Key, Box<FileOf>, Box<Version>),
    /// Toggles a column.
    Column(String),
    Copy(String),
    /// Asks for the command that makes this container, to copy it.
    RunLine(Key),
    /// Copies a text of this container that holds secrets, which is noted in the journal; what it is.
    CopySecret {
        key: Key,
        what: String,
        text: String,
    },
    UseContext(String),
    /// Opens a docker context beside what is open.
    AddContext(String),
    /// Leaves the program.
    Quit,
    /// A shell in a helper container of this image.
    Helper {
        key: Key,
        image: String,
    },
    /// Copies a URL or opens it.
    Url(String),
    /// Shows the routes of this machine.
    Routes(String),
    /// Shows or hides the log lines of this source, by its name.
    Source {
        name: String,
        /// As its lines have it.
        colour: usize,
    },
    /// Saves a captured mail: the file of this number, or the whole message.
    SaveMail(Key, Option<usize>),
    /// Saves the journal as it is shown.
    SaveJournal(Form),
    /// Changes one filter of the log view, by its number.
    LogFilter(usize),
    /// Takes all filters of the log view away.
    LogFilters,
    /// Asks where to save log lines.
    SaveLogs {
        lines: Excerpt,
        plain: bool,
    },
    /// Asks for another file name for a file of a volume.
    SaveFile(Key, VolumePath),
    /// Saves it over a file that is there.
    ReplaceFile(Key, VolumePath, PathBuf),
    /// Saves lines over a file that is there.
    Replace(Box<Save>),
    /// Asks for another file name.
    SaveElsewhere(Box<Save>),
}

/// One line of a menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MenuItem {
    pub key: Option<char>,
    pub label: String,
    pub hint: String,
    /// `Some(on)` for items that are switches.
    pub on: Option<bool>,
    pub choice: Choice,
}

/// A few choices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Menu {
    pub title: String,
    /// A sentence above the items.
    pub note: String,
    pub items: Vec<MenuItem>,
    pub selected: usize,
    pub opened: DateTime<Utc>,
}

impl MenuItem {
    /// One that the cursor chooses.
    pub fn new(label: impl Into<String>, hint: impl Into<String>, choice: Choice) -> Self {
        Self {
            key: None,
            label: label.into(),
            hint: hint.into(),
            on: None,
            choice,
        }
    }

    /// One that copies this text.
    pub fn copy(what: &str, text: &str) -> Self {
        Self::new(what, text, Choice::Copy(text.to_owned()))
    }

    /// Chosen by this key, too.
    #[must_use]
    pub fn key(self, key: char) -> Self {
        Self {
            key: Some(key),
            ..self
        }
    }

    /// A switch, or the one of several that is in force.
    #[must_use]
    pub fn on(self, on: bool) -> Self {
        Self {
            on: Some(on),
            ..self
        }
    }
}

impl Menu {
    pub fn new(title: impl Into<String>, items: impl IntoIterator<Item = MenuItem>) -> Self {
        Self {
            title: title.into(),
            note: String::new(),
            items: items.into_iter().collect(),
            selected: 0,
            opened: DateTime::default(),
        }
    }

    #[must_use]
    pub fn note(self, note: impl Into<String>) -> Self {
        Self {
            note: note.into(),
            ..self
        }
    }

    /// A file of the name is there: another name, or over it.
    pub fn taken(path: &Path, other: Choice, over: Choice) -> Self {
        let title = say!("{path} is there already", path = path.display());
        let lost = say!("what is in it is lost");
        let items = [
            MenuItem::new(say!("other name"), "", other).key('o'),
            MenuItem::new(say!("replace it"), lost, over).key('r'),
        ];
        Self::new(title, items)
    }
}

impl State {
    /// Puts these choices over the screen.
    pub fn offer(&mut self, menu: Menu) {
        self.layers.push(Layer::Menu(Menu {
            opened: self.now,
            ..menu
        }));
    }
}
