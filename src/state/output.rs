//! What long jobs tell line by line, the last one of each thing. Knows no job's meaning.
use std::collections::VecDeque;

use crate::effect::JobId;

/// The lines of one job.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    pub job: JobId,
    /// What runs, as one would type it.
    pub command: String,
    pub lines: VecDeque<String>,
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

    pub fn new(job: JobId, command: String) -> Self {
        Self {
            job,
            command,
            lines: VecDeque::new(),
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

    pub fn runs(&self) -> bool {
        self.ended.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_lines_are_kept_and_the_others_counted() {
        let mut output = Output::new(JobId(1), String::new());
        output.push(vec!["a".to_owned()]);
        output.back = 1;
        output.push(vec!["b".to_owned(); Output::LENGTH]);
        assert_eq!(output.lines.len(), Output::LENGTH);
        assert_eq!((output.dropped, output.back), (1, Output::LENGTH + 1));
        assert_eq!(output.lines.front().map(String::as_str), Some("b"));
    }
}
