//! The files a stack is made from as they are on this machine, earlier versions of them, and what a change of one would do.
//! Values; must not know how files are read and written.
use chrono::{DateTime, Utc};

use super::compose::{Checked, Project};
use crate::text::{Language, quoted};

/// What a file is to its stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    Compose,
    /// Variables for the compose files.
    Variables,
}

impl Role {
    /// What such a file is written in.
    pub fn language(self) -> Language {
        match self {
            Self::Compose => Language::Yaml,
            Self::Variables => Language::Variables,
        }
    }
}

/// One file of a project.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileOf {
    pub project: Project,
    pub role: Role,
    pub path: String,
}

impl FileOf {
    /// All of a project: its compose files in their order, then its variables, those beside them where none are named.
    pub fn all(project: &Project) -> Vec<Self> {
        let file = |role: Role, path: &String| Self {
            project: project.clone(),
            role,
            path: path.clone(),
        };
        let beside = project.directory.iter().map(|d| format!("{d}/.env"));
        let mut variables = project.env_files.clone();
        if variables.is_empty() {
            variables.extend(beside);
        }
        let files = project.files.iter().map(|path| file(Role::Compose, path));
        let variables = variables.iter().map(|path| file(Role::Variables, path));
        files.chain(variables).collect()
    }

    /// The project with another file in this one's place.
    #[must_use]
    pub fn replaced(&self, by: &str) -> Project {
        let mut project = self.project.clone();
        let list = match self.role {
            Role::Compose => &mut project.files,
            Role::Variables => &mut project.env_files,
        };
        match list.iter_mut().find(|path| **path == self.path) {
            Some(path) => by.clone_into(path),
            None => list.push(by.to_owned()),
        }
        project
    }
}

/// What of a file can be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    Text {
        /// Made safe.
        lines: Vec<String>,
        /// Of the whole file.
        bytes: u64,
        /// More of it than is shown.
        cut: bool,
        /// It holds what is no text, so that an edit would not keep it.
        binary: bool,
    },
    /// It is not there.
    Gone,
    /// Why it cannot be read, in words.
    Unreadable(String),
}

/// An earlier state of a file, kept when it was written over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The name it is kept under.
    pub id: String,
    /// When it was written over, and by whom.
    pub at: DateTime<Utc>,
    pub by: String,
    pub bytes: u64,
}

/// One file as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackFile {
    pub of: FileOf,
    pub body: Body,
    /// An edit of it is kept that was not written.
    pub draft: bool,
    /// The newest first.
    pub versions: Vec<Version>,
}

impl StackFile {
    /// Why an edit of it makes no sense.
    pub fn not_editable(&self) -> Option<String> {
        match &self.body {
            Body::Text { binary: true, .. } => Some("not UTF-8 text: it is not edited here".into()),
            Body::Text { cut: true, .. } => Some("too large to be edited here".to_owned()),
            Body::Text { .. } => None,
            Body::Gone if self.of.role == Role::Variables => None,
            Body::Gone => Some("not on this machine: there is nothing to edit".to_owned()),
            Body::Unreadable(why) => Some(why.clone()),
        }
    }
}

/// Where another text for a file comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The user's edit of it.
    Draft,
    /// An earlier state of it.
    Version(Version),
}

/// A line that compose says of files, which may quote them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub whole: String,
    /// Without values that are secret, or may be.
    pub masked: String,
}

/// What compose makes of a project with another text in one of its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Taken(Box<Checked>),
    /// It does not take it: all that it says, made safe.
    Refused(Vec<Said>),
    /// It could not be asked: why, and the way out.
    Unasked(String),
}

/// One row of the difference between two texts, by the numbers of their lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiffRow {
    /// So many lines that are the same, left out.
    Gap(usize),
    Same(usize),
    Removed(usize),
    Added(usize),
}

/// Another text for a file, before anything is changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    pub file: FileOf,
    pub source: Source,
    /// Where the text is kept until it is written.
    pub kept: String,
    /// Lines of the file as it is, and as it would be, made safe.
    pub old: Vec<String>,
    pub new: Vec<String>,
    /// Digests of both, so that what was shown is what is done; none where there is no file yet.
    pub old_digest: Option<String>,
    pub new_digest: String,
    pub diff: Vec<DiffRow>,
    pub verdict: Verdict,
    /// Services read the file of variables themselves, which compose is not shown until it is written.
    pub read_by_services: bool,
}

impl Proposal {
    /// Lines added and removed.
    pub fn counts(&self) -> (usize, usize) {
        let count = |what: fn(&DiffRow) -> bool| self.diff.iter().filter(|row| what(row)).count();
        (
            count(|row| matches!(row, DiffRow::Added(_))),
            count(|row| matches!(row, DiffRow::Removed(_))),
        )
    }
}

/// A file to be written over with what was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    pub file: FileOf,
    pub source: Source,
    pub kept: String,
    pub old_digest: Option<String>,
    pub new_digest: String,
}

impl Write {
    pub fn of(proposal: &Proposal) -> Self {
        Self {
            file: proposal.file.clone(),
            source: proposal.source.clone(),
            kept: proposal.kept.clone(),
            old_digest: proposal.old_digest.clone(),
            new_digest: proposal.new_digest.clone(),
        }
    }

    /// Where the new text comes from, for the journal.
    pub fn from(&self) -> &str {
        match &self.source {
            Source::Draft => "an edit",
            Source::Version(version) => &version.id,
        }
    }

    /// What one would type to the same end.
    pub fn command(&self) -> String {
        let path = quoted(&self.file.path);
        match &self.source {
            Source::Draft => format!("$EDITOR {path}"),
            Source::Version(_) => format!("cp {} {path}", quoted(&self.kept)),
        }
    }
}

/// How an edit stands to its file when the editor is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edited {
    /// They say the same: the edit is let go.
    Unchanged,
    Changed,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project() -> Project {
        Project {
            name: "shop".to_owned(),
            directory: Some("/srv/my shop".to_owned()),
            files: vec!["/srv/my shop/a.yml".to_owned(), "/srv/b,c.yml".to_owned()],
            env_files: Vec::new(),
            major: Some(1),
        }
    }

    #[test]
    fn variables_beside_the_files_are_one_of_them_unless_others_are_named() {
        let paths = |project: &Project| -> Vec<String> {
            FileOf::all(project).into_iter().map(|f| f.path).collect()
        };
        let mut project = project();
        let beside = ["/srv/my shop/a.yml", "/srv/b,c.yml", "/srv/my shop/.env"];
        assert_eq!(paths(&project), beside);
        project.env_files = vec!["/srv/x.env".to_owned()];
        assert_eq!(paths(&project)[2..], ["/srv/x.env"]);
    }

    #[test]
    fn a_file_is_replaced_in_its_place_alone() {
        let all = FileOf::all(&project());
        assert_eq!(
            all[1].replaced("/tmp/d").files,
            ["/srv/my shop/a.yml", "/tmp/d"]
        );
        let project = all[2].replaced("/tmp/d");
        assert_eq!(
            (project.files.len(), project.env_files),
            (2, vec!["/tmp/d".to_owned()])
        );
    }
}
