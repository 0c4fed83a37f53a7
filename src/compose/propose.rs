//! Another text for one file of a project, held against the file and shown to compose before anything is changed.
//! Must not know where the text comes from, nor what is done with it.
use std::ops::Range;
use std::path::Path;
use std::time::Instant;

use similar::{Algorithm, DiffOp, capture_diff_slices_deadline};

use super::keep::{Store, digest};
use super::secrets::Secrets;
use super::stack_file::{content, lines};
use super::{Environment, Programs, Refused, no_store};
use crate::lang::Words;
use crate::model::stack_file::{DiffRow, FileOf, Proposal, Role, Source, Verdict};
use crate::msg::Failure;
use crate::text;

/// Lines shown before and after what differs.
const AROUND: usize = 3;
/// Lines kept of what compose complains of.
const COMPLAINTS: usize = 200;

impl Programs {
    /// What another text for a file would do. The difference is made out until `deadline`, then told more coarsely.
    ///
    /// # Errors
    /// One of the two texts cannot be read.
    pub async fn propose(
        &self,
        file: FileOf,
        source: Source,
        deadline: Instant,
        engine: Option<&Environment>,
    ) -> Result<Proposal, Failure> {
        let store = self.store.clone().ok_or_else(no_store)?;
        let read = tokio::task::spawn_blocking(move || read(file, source, &store, deadline));
        let read = read.await.map_err(|error| Failure {
            what: Words::as_is(error.to_string()),
            ..Failure::default()
        });
        let mut proposal = read??;
        proposal.verdict = self.verdict(&proposal, engine).await;
        Ok(proposal)
    }

    async fn verdict(&self, proposal: &Proposal, engine: Option<&Environment>) -> Verdict {
        let project = proposal.file.replaced(&proposal.kept);
        match self.ask(&project, engine).await {
            Ok(checked) => Verdict::Taken(Box::new(checked)),
            Err(Refused::Files(stderr)) => {
                let own = stderr.replace(&proposal.kept, &proposal.file.path);
                let secrets = Secrets::of(&project).await;
                let lines = text::sanitise_block(own.as_bytes()).into_iter();
                let lines = lines.map(|line| line.text);
                let said = lines.filter(|line| !line.trim().is_empty());
                let said = said.take(COMPLAINTS).map(|line| secrets.said(line));
                Verdict::Refused(said.collect())
            }
            Err(Refused::Unasked(failure)) => {
                Verdict::Unasked(format!("{} · {}", failure.what, failure.advice))
            }
        }
    }
}

fn read(
    file: FileOf,
    source: Source,
    store: &Store,
    deadline: Instant,
) -> Result<Proposal, Failure> {
    let failed = |path: &str, error: &std::io::Error| Failure {
        what: super::stack_file::of_file(path, error),
        ..Failure::default()
    };
    let kept = store.path(&file, &source);
    let shown = kept.display().to_string();
    let old = content(Path::new(&file.path)).map_err(|error| failed(&file.path, &error))?;
    let new = content(&kept).map_err(|error| failed(&shown, &error))?;
    let new = new.ok_or_else(|| failed(&shown, &std::io::ErrorKind::NotFound.into()))?;
    let old_digest = old.as_ref().map(|old| digest(&old.bytes));
    let (old, new_digest) = (
        old.map_or_else(Vec::new, |old| old.bytes),
        digest(&new.bytes),
    );
    let (old, new) = (lines(&old), lines(&new.bytes));
    let diff = difference(&old, &new, deadline);
    Ok(Proposal {
        read_by_services: file.role == Role::Variables && names_env_file(&file),
        verdict: Verdict::Unasked(String::new()),
        kept: shown,
        old,
        new,
        old_digest,
        new_digest,
        diff,
        file,
        source,
    })
}

/// Whether a service of the project has its variables out of a file itself.
fn names_env_file(file: &FileOf) -> bool {
    file.project.files.iter().any(|path| {
        let content = content(Path::new(path)).ok().flatten();
        content.is_some_and(|content| {
            lines(&content.bytes)
                .iter()
                .any(|line| line.trim_start().starts_with("env_file:"))
        })
    })
}

/// The rows that differ, with a few around them.
fn difference(old: &[String], new: &[String], deadline: Instant) -> Vec<DiffRow> {
    let ops = capture_diff_slices_deadline(Algorithm::Myers, old, new, Some(deadline));
    let mut rows = Vec::new();
    let last = ops.len().saturating_sub(1);
    for (number, op) in ops.iter().enumerate() {
        if let DiffOp::Equal { new_index, len, .. } = op {
            let before = if number == 0 { 0 } else { AROUND };
            let after = if number == last { 0 } else { AROUND };
            same(*new_index..new_index + len, before, after, &mut rows);
        } else {
            rows.extend(op.old_range().map(DiffRow::Removed));
            rows.extend(op.new_range().map(DiffRow::Added));
        }
    }
    rows
}

/// Lines that are the same: so many at their start and end, and how many are between.
fn same(lines: Range<usize>, before: usize, after: usize, rows: &mut Vec<DiffRow>) {
    let left_out = lines.len().saturating_sub(before + after);
    // A gap of one line is no shorter than the line.
    if left_out <= 1 {
        rows.extend(lines.map(DiffRow::Same));
        return;
    }
    let end = lines.end;
    rows.extend((lines.start..lines.start + before).map(DiffRow::Same));
    rows.push(DiffRow::Gap(left_out));
    rows.extend((end - after..end).map(DiffRow::Same));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(old: &str, new: &str) -> Vec<DiffRow> {
        let lines = |text: &str| lines(text.as_bytes());
        let (old, new) = (lines(old), lines(new));
        difference(
            &old,
            &new,
            tokio::time::Instant::now().into_std() + std::time::Duration::from_secs(60),
        )
    }

    #[test]
    fn what_differs_is_told_with_its_surroundings() {
        use DiffRow::{Added, Gap, Removed, Same};
        let old: String = (0..20).map(|n| format!("{n}\n")).collect();
        let new = old.replace("\n10\n", "\nten\n");
        assert_eq!(
            rows(&old, &new),
            [
                Gap(7),
                Same(7),
                Same(8),
                Same(9),
                Removed(10),
                Added(10),
                Same(11),
                Same(12),
                Same(13),
                Gap(6)
            ]
        );
        assert_eq!(rows("", "a\n"), [Added(0)]);
        assert_eq!(rows("a\nb\n", "b\n"), [Removed(0), Same(0)]);
    }
}
