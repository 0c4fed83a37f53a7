//! Those who live in the namespaces of a container that was made anew, or was to be: they are made anew too, or it is said what
//! is left to do.
use std::time::Duration;

use tokio::sync::mpsc;

use super::{Line, Steps, run};
use crate::engine::{Borrower, Moved};
use crate::lang::Words;
use crate::model::{Details, Key};
use crate::msg::Failure;
use crate::runtime::clock;
use crate::runtime::unfinished::Unfinished;

fn shown(borrower: &Borrower) -> String {
    format!("{} ({})", borrower.name, borrower.what)
}

/// What is to be said of them: whether all is well with them, and how they are.
pub async fn see_to(
    line: &Line,
    moved: &Moved,
    borrowers: &[Borrower],
    anew: bool,
    limit: Duration,
    steps: &Steps,
) -> Option<(bool, String)> {
    line.moves.note(moved.clone());
    if borrowers.is_empty() {
        return None;
    }
    if !anew {
        let names: Vec<String> = borrowers.iter().map(shown).collect();
        let words = say!(
            "cut off, as they live in what is gone: {names}; made anew (R) they live in the new one",
            names = names.join(", ")
        );
        return Some((false, words));
    }
    // They have no network any more: this is part of what was begun.
    let mut line = Line {
        unfinished: Unfinished::default(),
        ..line.clone()
    };
    let (mut made, mut failed) = (Vec::new(), Vec::new());
    for borrower in borrowers {
        let words = say!("making {name} anew", name = borrower.name);
        steps.tell(&words, Some(&moved.new)).await;
        // Its own steps are none of this row's.
        let silent = Steps {
            id: steps.id,
            told: mpsc::channel(1).0,
        };
        // The link may have been lost while the one before was made.
        line.renew();
        let done = run(line.clone(), &borrower.key, false, limit, &silent);
        match Box::pin(done).await {
            Ok(_) => made.push(shown(borrower)),
            Err(failure) => {
                failed.push(say!(
                    "{name}: {why}",
                    name = shown(borrower),
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

/// A recreate has failed: names who lives in what the old one had before it was stopped, and how they get its network again.
pub async fn left_behind(
    line: &Line,
    lender: &Key,
    borrowers: &[Borrower],
    failure: Failure,
) -> Failure {
    let mut line = line.clone();
    line.renew();
    let now = clock::now();
    let lender = line.engine.details(lender, now).await.ok();
    let lender = lender.filter(|lender| lender.state.is_live());
    let mut left = Vec::new();
    for borrower in borrowers {
        let Ok(lives) = line.engine.details(&borrower.key, now).await else {
            continue;
        };
        let older = |lender: &Details| lives.started < lender.started;
        if lives.state.is_live() && lender.as_ref().is_none_or(older) {
            left.push(borrower);
        }
    }
    if left.is_empty() {
        return failure;
    }
    let names: Vec<&str> = left.iter().map(|borrower| borrower.name.as_str()).collect();
    let left: Vec<String> = left.into_iter().map(shown).collect();
    let (left, names) = (left.join(", "), names.join(" "));
    let what = Words::ours(|| {
        say!(
            "{why}; cut off since it was stopped: {left}; by hand: docker restart {names}",
            why = failure.what,
            left,
            names
        )
    });
    Failure { what, ..failure }
}
