//! What long jobs tell line by line, the last one of each thing. Knows no job's meaning.
use std::collections::VecDeque;

use crate::effect::JobId;
use crate::model::{Transfer, TransferLine};
use crate::text;

/// The lines of one job.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    pub job: JobId,
    /// What it is about, as it was called when it began: that may be gone, or not there yet.
    pub about: String,
    /// What runs, as one would type it.
    pub command: String,
    pub lines: VecDeque<String>,
    /// Layers on their way, below the lines; what becomes of them is one of those in the end.
    pub transfer: Transfer,
    /// Lines that were let go because there were too many.
    pub dropped: usize,
    /// How it ended: well or not, in words.
    pub ended: Option<(bool, String)>,
    /// Rows scrolled back from the newest; 0 stays on the newest.
    pub back: usize,
    /// It was asked to end.
    pub cancelled: bool,
}

impl Output {
    /// Lines kept of one job.
    pub const LENGTH: usize = 5_000;

    pub fn new(job: JobId, about: String, command: String) -> Self {
        Self {
            job,
            about,
            command,
            lines: VecDeque::new(),
            transfer: Transfer::default(),
            dropped: 0,
            ended: None,
            back: 0,
            cancelled: false,
        }
    }

    /// More lines came; what is on screen stays there when it was scrolled back.
    pub fn push(&mut self, lines: Vec<String>) {
        if self.back > 0 {
            self.back += lines.len();
        }
        self.lines.extend(lines);
        let excess = self.lines.len().saturating_sub(Self::LENGTH);
        self.lines.drain(..excess);
        self.dropped += excess;
    }

    /// More was told of an image on its way; how far it is now, where that is known.
    pub fn note(&mut self, lines: &[TransferLine]) -> String {
        let mut words = String::new();
        for line in lines {
            if !self.transfer.note(line) {
                continue;
            }
            // What is said of the image while its layers move is no end of theirs.
            if self.transfer.rest().next().is_none() {
                words = self.transfer.words();
                self.settle();
            }
            self.push(vec![said(line)]);
        }
        match self.transfer.words() {
            now if now.is_empty() => words,
            now => now,
        }
    }

    /// What the layers have come to, as lines.
    pub fn settle(&mut self) {
        let transfer = std::mem::take(&mut self.transfer);
        let folded = Some(transfer.folded()).filter(|words| !words.is_empty());
        let rest = transfer.rest().map(said);
        self.push(folded.into_iter().chain(rest).collect());
    }

    pub fn runs(&self) -> bool {
        self.ended.is_none()
    }
}

/// `6.3.1: Pulling from zammad/zammad`, `a3ed95caeb02: Downloading 1.2MiB/40.1MiB`.
fn said(line: &TransferLine) -> String {
    let TransferLine {
        layer,
        status,
        done,
    } = line;
    let far = done.map(|(done, all)| format!(" {}/{}", text::bytes(done), text::bytes(all)));
    let far = far.unwrap_or_default();
    match layer.as_str() {
        "" => status.clone(),
        layer => format!("{layer}: {status}{far}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(layer: &str, status: &str, done: Option<(u64, u64)>) -> TransferLine {
        TransferLine {
            layer: layer.to_owned(),
            status: status.to_owned(),
            done,
        }
    }

    #[test]
    fn layers_are_one_line_when_they_are_done_and_those_that_are_not_stay_told() {
        let mut output = Output::new(JobId(1), String::new(), String::new());
        let words = output.note(&[
            line("1", "Pulling from a/b", None),
            line("a", "Already exists", None),
            line("b", "Downloading", Some((30, 100))),
        ]);
        assert_eq!((words.as_str(), output.lines.len()), ("1/2 layers, 30%", 1));
        let words = output.note(&[
            line("b", "Pull complete", None),
            line("", "Digest: sha256:01", None),
        ]);
        assert_eq!(words, "2/2 layers, 100%");
        // The next image, which breaks.
        output.note(&[line("c", "Pull complete", None)]);
        output.note(&[line("d", "Retrying in 4 seconds", Some((1, 2)))]);
        assert_eq!(output.lines.len(), 3);
        output.settle();
        let lines: Vec<_> = output.lines.iter().map(String::as_str).collect();
        assert_eq!(
            lines,
            [
                "1: Pulling from a/b",
                "1 layer done: 100B, 1 layer was there already",
                "Digest: sha256:01",
                "1 layer done",
                "d: Retrying in 4 seconds 1B/2B",
            ]
        );
        assert_eq!(output.transfer, Transfer::default());
    }

    #[test]
    fn the_newest_lines_are_kept_and_the_others_counted() {
        let mut output = Output::new(JobId(1), String::new(), String::new());
        output.push(vec!["a".to_owned()]);
        output.back = 1;
        output.push(vec!["b".to_owned(); Output::LENGTH]);
        assert_eq!(output.lines.len(), Output::LENGTH);
        assert_eq!((output.dropped, output.back), (1, Output::LENGTH + 1));
        assert_eq!(output.lines.front().map(String::as_str), Some("b"));
    }
}
