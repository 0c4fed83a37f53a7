//! Values of a project's files that must not be told by what compose says. Must not know where that is shown.
use std::path::Path;

use super::stack_file::{content, lines};
use crate::model::compose::Project;
use crate::model::stack_file::{FileOf, Said};
use crate::text::{self, Code};

/// What is masked in the files of one project, the longest first.
#[derive(Debug, Clone, Default)]
pub(super) struct Secrets(Vec<String>);

impl Secrets {
    /// Reads the files. A name that everybody sees is none, though it may be a password too.
    pub async fn of(project: &Project) -> Self {
        let files = FileOf::all(project);
        let name = project.name.clone();
        let read = tokio::task::spawn_blocking(move || {
            let mut all: Vec<String> = files.iter().flat_map(hidden).collect();
            all.retain(|value| *value != name);
            all.sort_by_key(|value| std::cmp::Reverse(value.len()));
            all
        });
        Self(read.await.unwrap_or_default())
    }

    /// A line without them.
    pub fn masked(&self, line: &str) -> String {
        text::without_values(line, &self.0)
    }

    /// A line that may quote the files.
    pub fn said(&self, line: String) -> Said {
        Said {
            masked: self.masked(&text::without_value(&line)),
            whole: line,
        }
    }
}

fn hidden(file: &FileOf) -> Vec<String> {
    let content = content(Path::new(&file.path)).ok().flatten();
    let lines = content.map_or_else(Vec::new, |content| lines(&content.bytes));
    Code::new(lines, file.role.language()).secrets()
}
