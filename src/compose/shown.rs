//! Whether a project's files still are what a plan was made of. Must not know what is done then.
use std::path::Path;

use super::keep::digest;
use super::{Programs, stack_file};
use crate::lang::Words;
use crate::model::compose::{Call, Project};
use crate::model::stack_file::FileOf;
use crate::msg::{Failure, FailureKind};
use crate::text;

/// A file's path with its digest; none where it is not there or cannot be read.
type Digested = (String, Option<String>);

/// The files of a project with their digests. It blocks.
pub(super) fn digests(project: &Project) -> Vec<Digested> {
    let one = |file: FileOf| {
        let content = stack_file::content(Path::new(&file.path)).ok().flatten();
        let digest = content.map(|content| digest(&content.bytes));
        (file.path, digest)
    };
    FileOf::all(project).into_iter().map(one).collect()
}

/// The same beside the loop.
pub(super) async fn read_digests(project: &Project) -> Vec<Digested> {
    let project = project.clone();
    let read = tokio::task::spawn_blocking(move || digests(&project));
    read.await.unwrap_or_default()
}

impl Programs {
    /// Holds what was shown of a command against the files as they are: each of those that are known, then what compose makes
    /// of all that it reads.
    ///
    /// # Errors
    /// Something is another now: what it is.
    pub async fn holds(&self, call: &Call) -> Result<(), Failure> {
        let Some(shown) = &call.shown else {
            return Ok(());
        };
        let project = call.source();
        if let Some(path) = shown.changed(&read_digests(&project).await) {
            return Err(stack_file::changed(path));
        }
        let now = self.check(&project).await?;
        let others = shown.differing(&now);
        if others.is_empty() {
            return Ok(());
        }
        let what = Words::ours(|| {
            say!(
                "what the files ask for has changed since it was shown: {names}",
                names = others.join(", ")
            )
        });
        Err(Failure {
            kind: FailureKind::Conflict,
            what: what.map(|what| text::sanitise_ident(what.as_bytes())),
            advice: say!("nothing was done: look at the plan again").to_owned(),
            ..Failure::default()
        })
    }
}
