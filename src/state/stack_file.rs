//! The files of stacks that were looked at: which one is on screen, where in it, what is searched, and another text for one
//! of them that waits to be written or let go. Knows no disk.
use crate::model::stack_file::{Body, Proposal, StackFile};
use crate::text::Code;

/// One file and its lines in pieces.
#[derive(Debug, Clone, PartialEq)]
pub struct Paper {
    pub file: StackFile,
    pub code: Code,
}

impl Paper {
    fn new(file: StackFile) -> Self {
        let lines = match &file.body {
            Body::Text { lines, .. } => lines.clone(),
            Body::Gone | Body::Unreadable(_) => Vec::new(),
        };
        let code = Code::new(lines, file.of.role.language());
        Self { file, code }
    }
}

/// Another text for a file, on screen.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    pub proposal: Proposal,
    pub old: Code,
    pub new: Code,
    /// The first row on screen.
    pub top: usize,
}

impl Change {
    pub fn new(proposal: Proposal) -> Self {
        let language = proposal.file.role.language();
        Self {
            old: Code::new(proposal.old.clone(), language),
            new: Code::new(proposal.new.clone(), language),
            proposal,
            top: 0,
        }
    }
}

/// The files of one stack.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FileBook {
    pub papers: Vec<Paper>,
    /// Where the stack's engine is, if that is on another machine.
    pub elsewhere: Option<String>,
    /// The one on screen.
    pub shown: usize,
    /// The first line on screen.
    pub top: usize,
    /// Secrets are shown.
    pub revealed: bool,
    /// What is searched, as typed; empty: nothing.
    pub query: String,
    /// The lines that hold it.
    pub found: Vec<usize>,
    /// The line that the search is on.
    pub hit: Option<usize>,
    pub change: Option<Change>,
}

impl FileBook {
    /// Takes the files as they are now; the same one stays on screen.
    pub fn take(&mut self, files: Vec<StackFile>, elsewhere: Option<String>) {
        let path = self.current().map(|paper| paper.file.of.path.clone());
        self.papers = files.into_iter().map(Paper::new).collect();
        self.elsewhere = elsewhere;
        let same = |paper: &Paper| Some(&paper.file.of.path) == path.as_ref();
        self.shown = self.papers.iter().position(same).unwrap_or(0);
        self.look();
    }

    /// The file on screen.
    pub fn current(&self) -> Option<&Paper> {
        self.papers.get(self.shown)
    }

    /// Shows another file.
    pub fn turn(&mut self, by: isize) {
        let count = self.papers.len().max(1);
        self.shown = (self.shown + count).saturating_add_signed(by) % count;
        self.top = 0;
        self.hit = None;
        self.look();
    }

    /// Shows secrets, or masks them again.
    pub fn reveal(&mut self) {
        self.revealed = !self.revealed;
        self.look();
    }

    /// Looks anew for what is searched. A secret is not searched unless it is shown, so that the count of hits does not
    /// tell it.
    fn look(&mut self) {
        self.found.clear();
        let Some(paper) = self.papers.get(self.shown) else {
            return;
        };
        if self.query.is_empty() {
            return;
        }
        let needle = self.query.to_lowercase();
        let holds = |n: &usize| {
            let line = paper.code.shown(*n, self.revealed);
            line.to_lowercase().contains(&needle)
        };
        self.found = (0..paper.code.len()).filter(holds).collect();
    }

    /// Searches anew, from the first line on screen.
    pub fn search(&mut self, query: &str) {
        query.clone_into(&mut self.query);
        self.look();
        let hits = &self.found;
        let below = hits.iter().find(|line| **line >= self.top);
        self.hit = below.or_else(|| hits.first()).copied();
    }

    /// Goes to the next hit, or the one before; around the ends.
    pub fn seek(&mut self, forward: bool) -> Option<usize> {
        let hits = &self.found;
        let here = self.hit.unwrap_or(self.top);
        let found = if forward {
            hits.iter().find(|line| **line > here).or(hits.first())
        } else {
            hits.iter().rev().find(|line| **line < here).or(hits.last())
        };
        self.hit = found.copied();
        self.hit
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::compose::Project;
    use crate::model::stack_file::{FileOf, Role};

    fn file(path: &str, lines: &[&str]) -> StackFile {
        StackFile {
            of: FileOf {
                project: Project::default(),
                role: Role::Compose,
                path: path.to_owned(),
            },
            body: Body::Text {
                lines: lines.iter().map(|line| (*line).to_owned()).collect(),
                bytes: 1,
                cut: false,
                binary: false,
            },
            draft: false,
            versions: Vec::new(),
        }
    }

    #[test]
    fn a_search_goes_around_and_finds_no_masked_secret() {
        let mut book = FileBook::default();
        let lines = ["a: web", "PASSWORD: web1", "b: x", "c: Web"];
        book.take(vec![file("/a", &lines)], None);
        book.top = 1;
        book.search("web");
        assert_eq!((book.found.clone(), book.hit), (vec![0, 3], Some(3)));
        assert_eq!(book.seek(true), Some(0));
        assert_eq!(book.seek(false), Some(3));
        book.reveal();
        assert_eq!(book.seek(false), Some(1));
        book.search("");
        assert_eq!(book.seek(true), None);
    }

    #[test]
    fn the_same_file_stays_on_screen_when_they_are_read_anew() {
        let mut book = FileBook::default();
        book.take(vec![file("/a", &[]), file("/b", &[])], None);
        book.turn(-1);
        book.take(
            vec![file("/x", &[]), file("/a", &[]), file("/b", &[])],
            None,
        );
        assert_eq!(book.current().map(|p| p.file.of.path.as_str()), Some("/b"));
        book.turn(1);
        assert_eq!(book.shown, 0);
    }
}
