//! Those who live in the namespaces of a container that was made anew: they are made anew too, or it is said that they must be.
use std::time::Duration;

use tokio::sync::mpsc;

use super::{Line, Steps};
use crate::engine::{Borrower, Moved};

/// What is to be said of them: whether all is well with them, and how they are.
pub async fn see_to(
    line: &Line,
    moved: &Moved,
    borrowers: &[Borrower],
    anew: bool,
    limit: Duration,
    steps: &Steps,
) -> Option<(bool, String)> {
    let name = |borrower: &Borrower| format!("{} ({})", borrower.name, borrower.what);
    if borrowers.is_empty() {
        return None;
    }
    if !anew {
        let names: Vec<String> = borrowers.iter().map(name).collect();
        let words = say!(
            "cut off, as they live in what is gone: {names}; made anew (R) they live in the new one",
            names = names.join(", ")
        );
        return Some((false, words));
    }
    let (mut made, mut failed) = (Vec::new(), Vec::new());
    for borrower in borrowers {
        let words = say!("making {name} anew", name = borrower.name);
        steps.tell(&words, Some(&moved.new)).await;
        // Its own steps are none of this row's.
        let silent = Steps {
            id: steps.id,
            told: mpsc::channel(1).0,
        };
        let done = super::anew(
            line.clone(),
            &borrower.key,
            false,
            Some(moved),
            limit,
            &silent,
        );
        match Box::pin(done).await {
            Ok(_) => made.push(name(borrower)),
            Err(failure) => {
                failed.push(say!(
                    "{name}: {why}",
                    name = name(borrower),
                    why = failure.what
                ));
            }
        }
    }
    if failed.is_empty() {
        return Some((
            true,
            say!("made anew too: {names}", names = made.join(", ")),
        ));
    }
    Some((
        false,
        say!("not made anew: {names}", names = failed.join("; ")),
    ))
}
