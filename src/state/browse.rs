//! A look into a volume: which directory is on screen, which file is open. Holds what came, not how it came.
use crate::model::Key;
use crate::model::browse::{DirEntry, Directory, FileText, VolumePath};
use crate::msg::Failure;

use super::table::{RowId, Table};

/// The volume that is looked into.
#[derive(Debug, Clone, PartialEq)]
pub struct Browse {
    pub volume: Key,
    /// What the helper is made from; empty until it is there.
    pub image: String,
    pub path: VolumePath,
    /// What is there, or why that cannot be told; `None` until the answer.
    pub directory: Option<Result<Directory, Failure>>,
    /// Rows are the entries by their place.
    pub table: Table,
    /// The cursor goes to this name when the answer is there.
    pub back_to: Option<Vec<u8>>,
    pub file: Option<OpenFile>,
}

/// A file on screen.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenFile {
    pub path: VolumePath,
    pub text: Option<Result<FileText, Failure>>,
    /// First line on screen.
    pub scroll: usize,
}

impl Browse {
    pub fn new(volume: Key) -> Self {
        Self {
            volume,
            image: String::new(),
            path: VolumePath::default(),
            directory: None,
            table: Table::default(),
            back_to: None,
            file: None,
        }
    }

    fn entries(&self) -> &[DirEntry] {
        match &self.directory {
            Some(Ok(directory)) => &directory.entries,
            _ => &[],
        }
    }

    /// What a row stands for.
    pub fn entry(&self, row: &RowId) -> Option<&DirEntry> {
        let RowId::Path(place) = row else { return None };
        self.entries().get(usize::from(*place.first()?))
    }

    /// What the cursor is on.
    pub fn selected(&self) -> Option<&DirEntry> {
        self.entry(self.table.selected.as_ref()?)
    }

    /// The file that an act is about: the one on screen, else the one under the cursor.
    pub fn file_path(&self) -> Option<VolumePath> {
        let open = self.file.as_ref().map(|file| file.path.clone());
        open.or_else(|| Some(self.path.join(&self.selected()?.name)))
    }

    /// Goes to a directory, whose names are not known yet.
    pub fn go(&mut self, path: VolumePath, back_to: Option<Vec<u8>>) {
        self.path = path;
        self.directory = None;
        self.table = Table::default();
        self.back_to = back_to;
    }

    /// Takes the rows anew.
    pub fn refresh(&mut self, height: usize) {
        let count = u16::try_from(self.entries().len()).unwrap_or(u16::MAX);
        let rows = (0..count).map(|place| RowId::Path(vec![place])).collect();
        let name = self.back_to.take();
        let place = self
            .entries()
            .iter()
            .position(|entry| Some(&entry.name) == name.as_ref());
        self.table.set_rows(rows, height);
        if let Some(place) = place {
            self.table.select(place, height);
        }
    }
}
